/* counts.h -- what work has come to, as rows that figures are counted from.
 *
 *     work_log ──number──> a change ──rows.inc──> rows ──> counts_row   (series, day, region, …)
 *                             one transaction: the rows, and how far the log was read
 *
 * Invariants:  1. Each change of the log is looked at once: its rows and the number behind which to
 *                 go on are one transaction, whatever is killed.  A store that had work before this
 *                 room is read from its first number.
 *              2. A row names no person: where distinct persons are counted it has a keyed name of
 *                 eight bytes, the same for the same document or telephone number.
 *              3. An organisation reads the rows of items in which it has a seat, and no others.
 *
 * Not chosen:  writing rows in the transaction of each step.  Every kind would know of figures, and
 *              what was done before this room would be missing. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"

struct counts;

enum { COUNTS_MIGRATIONS_COUNT = 1, COUNTS_WORDS_SIZE = 64 };
extern const struct store_migration COUNTS_MIGRATIONS[COUNTS_MIGRATIONS_COUNT];

struct counts_options {
    struct store *store;  /* the writer */
    struct store *reader; /* of whoever follows: looking for news waits for nobody */
    struct work *work;
    struct secret key; /* names persons */
    struct clock clock;
    int32_t zone_minutes;
};

/* STATUS_MALFORMED: a row of rows.inc names a kind, step or field that is not there: `why`. */
enum status counts_open(struct counts **out, const struct counts_options *options,
                        struct arena *boot, struct text *why);
/* One batch of the log, in a transaction of its own; `*more`: there is more behind it. */
enum status counts_follow(struct counts *counts, struct arena *scratch, bool *more);

/* How far it came, for whoever reads beside it. */
struct counts_span {
    int64_t number, last; /* of the log: worked through; the newest */
    int32_t from, to;     /* days that are counted: the first of the house, today */
    uint64_t rows;        /* written since the start of this process */
};
enum status counts_span(struct counts *counts, struct store *reader, struct counts_span *out);

struct counts_row {
    int64_t number; /* of its row of the log */
    int32_t part;   /* of the rows of one change */
    int32_t day;    /* from 1970-01-01, by the clock of the installation */
    moment time;
    char item[WORK_ID_SIZE];
    struct slice kind, step, series, type, marks; /* lent until the next row */
    uint32_t region, count;
    int64_t amount;
    uint64_t person; /* 0: nobody is named */
};
struct counts_query {
    struct slice series;
    int32_t from, to;          /* days */
    uint32_t low, high;        /* regions */
    struct slice organisation; /* only where it has a seat; empty: everybody's */
    int32_t after_day;         /* behind this row; -1: from the first on */
    int64_t after_number;
    int32_t after_part;
    size_t count_max; /* 0: all */
};
struct counts_sink {
    enum status (*take)(void *self, const struct counts_row *row);
    void *self;
};
/* In the order of day, number, part. */
enum status counts_read(struct store *reader, const struct counts_query *query,
                        struct counts_sink sink);
/* Whether the series has any row at all. */
enum status counts_has(struct store *reader, struct slice series, bool *out);
/* The series that rows.inc names, for whoever holds them against a list; NULL behind the last. */
const char *counts_series(unsigned index);
