/* look.h -- the first rows of a file that nobody has described, as a table of values. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "file.h"

enum { LOOK_ROWS_MAX = 200 };

struct look {
    enum file_form form;
    char delimiter;
    bool header; /* the names come from the file, else they are c1, c2 ... */
    enum encoding encoding;
    unsigned columns_count, rows_count;
    const struct slice *names;
    const struct slice *cells; /* rows_count * columns_count, trimmed; empty: unknown */
};

static inline struct slice look_cell(const struct look *look, unsigned row, unsigned column)
{
    return look->cells[row * look->columns_count + column];
}

/* Looks at the file.  Statuses and `why` as intake_add's. */
enum status look_at(struct look *look, const char *path, struct arena *scratch,
                    struct text why[TONGUES_COUNT]);
