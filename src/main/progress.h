/* progress.h -- how far it is, on standard error. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"
#include "ground/clock.h"
#include "intake/intake.h"

/* A line that is drawn over and over on a terminal; elsewhere a line each ten seconds. */
struct progress {
    const struct command *command;
    struct clock clock;
    int64_t began_ms, shown_ms;
    bool drawn;
};

struct progress progress_begun(const struct command *command, struct clock clock);
/* Cheap: it looks at the clock, and seldom says something. */
void progress_show(struct progress *progress, const struct intake *intake);
/* The same for work that has days instead of bytes. */
void progress_show_days(struct progress *progress, uint32_t day, uint32_t days, uint64_t rows);
/* Takes the line away, so that something else can be said. */
void progress_clear(struct progress *progress);
int64_t progress_elapsed_ms(const struct progress *progress);
/* The width of the terminal that `fd` is, or 80. */
unsigned terminal_columns(int fd);
