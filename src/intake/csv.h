/* csv.h -- one row of a CSV file, split into its columns. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"
#include "ground/text.h"

enum csv_quotes {
    CSV_QUOTES_RFC,  /* RFC 4180: a quote inside quotes is written twice */
    CSV_QUOTES_NONE, /* quotes are bytes like others */
    CSV_QUOTES_BARE, /* values stand in quotes; quotes and delimiters in them are as they were */
};

struct csv_form {
    char delimiter;
    enum csv_quotes quotes;
};

/* How the reading of a row ended. */
enum csv_end {
    CSV_ROW,
    CSV_BLANK, /* a line without content: not a row */
    CSV_MORE,  /* the row is not whole yet; nothing was taken */
    CSV_QUOTE, /* a quote stands wrong or is not closed; only the first line was taken */
    CSV_CUT,   /* the file ends inside quotes, on the same line */
    CSV_LONG, /* the line is longer than ROW_BYTES_MAX; `size` is 0, the line end is not in sight */
};

struct csv_row {
    unsigned count;   /* columns; more than COLUMNS_MAX are counted but not kept */
    unsigned lines;   /* lines of the file that the row takes */
    size_t size;      /* bytes taken, line end included */
    size_t bare_size; /* bytes without the line end */
    size_t spare_used;
    struct slice column[COLUMNS_MAX]; /* lend from the bytes read and from `spare` */
    char spare[ROW_BYTES_MAX];        /* values whose doubled quotes were made single */
};

/* Reads the row that begins at `at`.  `*end` must be '\n'; `ended`: no bytes come after `end`. */
enum csv_end csv_read(struct csv_row *row, struct csv_form form, struct slice bytes, bool ended);
