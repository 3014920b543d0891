/* settings.h -- the values of flags, read and bounded. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"
#include "ground/moment.h"

enum { MEMORY_MIB_MIN = 16, MEMORY_MIB_DEFAULT = 4096 };

struct settings {
    int32_t zone_minutes;
    struct slice home, currency;
    uint64_t rejects_max; /* UINT64_MAX: any number */
    size_t memory_max;
    unsigned threads;
    uint64_t seed;
    uint32_t people, days;
    moment start; /* MOMENT_NONE: unsaid */
    double fraud;
};

/* Defaults, and what the command says.  EXIT_USAGE: said. */
enum exit_code settings_read(struct settings *settings, const struct command *command);
/* Says why a run with these settings ended so.  EXIT_FAILED. */
enum exit_code settings_complain(const struct command *command, const struct settings *settings,
                                 enum status status);
