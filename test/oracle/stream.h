/* stream.h -- records drawn by lot: few names, so that they meet; times on a grid, so that windows
 * end at events; late ones, double ones, leaps. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/chance.h"
#include "record/record.h"

enum { STREAM_RECORDS_MAX = 4000, STREAM_RECORDS_MANY = 300, STREAM_ROWS_MAX = 40 };

struct stream {
    struct record row[STREAM_ROWS_MAX]; /* of registers */
    uint32_t rows_count;
    struct record record[STREAM_RECORDS_MAX];
    uint32_t records_count;
};

/* `kinds`, bits: what comes more often.  `count`: of records, or 0: few, or sometimes many.
 * STATUS_FULL: the arena. */
enum status stream_draw(struct stream *stream, uint32_t kinds, uint32_t count,
                        struct chance chance, struct arena *arena);

/* Spellings of a type of name that records and rules draw from; NULL-terminated. */
const char *const *stream_names(enum field_type type);
