/* status.c -- names of statuses, and the end of a process that broke its own promise. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <stdio.h>
#include <stdlib.h>

struct status_row {
    const char *name;
    const char *meaning;
};

static const struct status_row ROWS[] = {
#define STATUS(name, meaning) {#name, meaning},
#include "statuses.inc"
#undef STATUS
};

const char *status_name(enum status status)
{
    must((unsigned)status < sizeof ROWS / sizeof ROWS[0]);
    return ROWS[status].name;
}

const char *status_meaning(enum status status)
{
    must((unsigned)status < sizeof ROWS / sizeof ROWS[0]);
    return ROWS[status].meaning;
}

void must_failed(const char *claim, const char *file, int line)
{
    (void)fprintf(stderr, "cutline: a promise of the program was broken: %s (%s:%d)\n", claim, file,
                  line);
    abort();
}
