/* outlet.h -- where the output of a verb goes: standard output, or a file that appears whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"
#include "ground/disk.h"

struct outlet {
    const struct command *command;
    const char *path; /* NULL: standard output */
    struct disk_sink *sink;
    bool failed;
    bool waiting; /* something was written since the last flush */
};

/* To `path`, or to standard output if it is NULL.  EXIT_FAILED: said. */
enum exit_code outlet_open(struct outlet *outlet, const struct command *command, const char *path);
/* STATUS_IO. */
enum status outlet_write(struct outlet *outlet, struct slice bytes);
/* Shows what waits, if this is standard output; a file is shown when it is closed. */
enum status outlet_flush(struct outlet *outlet);
/* Commits; EXIT_FAILED: said. */
enum exit_code outlet_close(struct outlet *outlet);
/* All of it: opens, writes, closes.  EXIT_FAILED: said. */
enum exit_code outlet_put(const struct command *command, const char *path, struct slice bytes);
void outlet_abandon(struct outlet *outlet);
