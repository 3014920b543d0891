/* number_inside.h -- a number with its unit, as people write it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

enum number_sort { NUMBER_PLAIN, NUMBER_SPAN, NUMBER_MONEY };

enum number_fault {
    NUMBER_FINE,
    NUMBER_ILL_FORMED, /* `1__0`, `.5`, `1e6`, `80%` */
    NUMBER_UNIT,       /* `180sec` */
    NUMBER_TOO_FINE,   /* less than a millisecond */
    NUMBER_TOO_LARGE,
    NUMBER_CENTS,   /* more digits than the currency has */
    NUMBER_CURRENCY /* `5000 RMB`, `5万元` */
};

struct written_number {
    size_t size; /* bytes that it takes */
    enum number_sort sort;
    enum number_fault fault;
    double value;      /* of a duration milliseconds, of money minor units */
    struct slice unit; /* of money the currency; else as written, for the complaint */
    char better[64];   /* how it should be written; empty: no idea */
};

/* Reads a number that begins with a digit, or with a point and a digit. */
void number_read(struct slice rest, struct written_number *out);
