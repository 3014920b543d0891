/* lines_inside.h -- what a register is to lines.c: rows asked by number, numbers asked by holder.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "answer/complain.h"
#include "answer/lines.h"
#include "ground/disk.h"
#include "ground/limits.h"

enum { LINES_COLUMNS_MAX = REPLY_FIELDS_COUNT + 3, LINES_FORMS_MAX = 4, LINES_NAME_MAX = 64 };

/* Which columns are asked for.  The first is the number. */
struct lines_columns {
    unsigned count;
    struct slice name[LINES_COLUMNS_MAX]; /* end in NUL */
    int document;                         /* index; -1: there is none */
};

struct lines_place {
    const struct outline *outline; /* to complain, while opening */
    outline_node node;
    struct slice file, table, home; /* file: also the connection */
    char delimiter;
};

struct lines_source {
    /* The row of the number, written in one of these forms: a value for each column, into the
     * arena.  STATUS_ABSENT, STATUS_IO. */
    enum status (*find)(void *self, const struct slice *form, unsigned forms, struct arena *request,
                        struct slice *value);
    /* Numbers with this document, at most `*count`; all of them to `*all`. */
    enum status (*of_holder)(void *self, struct slice document, struct arena *request,
                             struct slice *number, unsigned *count, int64_t *all);
    enum status (*renew)(void *self, bool *renewed, struct text why[TONGUES_COUNT]);
    int64_t (*count)(void *self);
    int64_t (*passed)(void *self);
    void (*close)(void *self);
    bool indexed;
    void *self;
};

enum status lines_of_csv(struct lines_source *out, const struct lines_columns *columns,
                         const struct lines_place *place, struct arena *boot);
enum status lines_of_sqlite(struct lines_source *out, const struct lines_columns *columns,
                            const struct lines_place *place, struct arena *boot);
enum status lines_of_postgres(struct lines_source *out, const struct lines_columns *columns,
                              const struct lines_place *place, struct arena *boot);

/* Reads a mapping and opens nothing: for fuzzers. */
enum status lines_map_check(const char *path, struct slice text, struct arena *scratch,
                            struct text why[TONGUES_COUNT]);

/* "column" in quotes, for SQL; a quote in it is doubled. */
void text_add_column(struct text *text, struct slice name);
/* SELECT columns FROM table WHERE number IN (…), and the two about a holder; `mark` and a number
 * stand for a value. */
struct lines_sql {
    char *find, *of_holder, *count_holder;
};
enum status lines_sql_make(struct lines_sql *out, const struct lines_columns *columns,
                           struct slice table, char mark, struct arena *boot);
