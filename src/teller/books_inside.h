/* books_inside.h -- what books are to books.c: two prepared questions, however they are kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "teller/books.h"
#include "teller/yaml.h"

enum {
    ACCOUNT_COLUMNS = 4,  /* number, name, balance, closed */
    TRANSFER_COLUMNS = 6, /* payer, payee, amount, time, payee_name, payee_bank */
    BOOKS_SQL_MAX = 2048,
};

enum { COLUMN_payer, COLUMN_payee, COLUMN_amount, COLUMN_time, COLUMN_name, COLUMN_bank };

/* A row as text; what it lacks is empty.  Lent until the call returns. */
struct books_sink {
    enum status (*take)(void *self, const struct slice *column);
    void *self;
};

struct books_source {
    /* STATUS_ABSENT, STATUS_IO; `column` in `request`. */
    enum status (*account)(void *self, struct slice number, struct arena *request,
                           struct slice column[ACCOUNT_COLUMNS]);
    /* The latest BOOKS_TRANSFERS_MAX at most, in any order. */
    enum status (*transfers)(void *self, struct slice account, bool into, struct arena *request,
                             struct books_sink sink);
    void (*close)(void *self);
    void *self;
};

/* Columns by name; empty: not mapped. */
struct books_map {
    struct slice file, connection; /* of the database */
    struct slice account_table, transfer_table;
    struct slice account[ACCOUNT_COLUMNS], transfer[TRANSFER_COLUMNS];
};

/* SELECT … of the three questions; `mark` and a number stand for a value. */
struct books_sql {
    char *account, *into, *out_of;
};
enum status books_sql_make(struct books_sql *out, const struct books_map *map, char mark,
                           struct arena *boot);

enum status books_of_sqlite(struct books_source *out, const struct books_map *map,
                            struct arena *boot);
/* CSV files, read into a store in memory. */
enum status books_of_csv(struct books_source *out, const struct books_map *map, struct arena *boot,
                         int64_t *passed);
/* STATUS_REFUSED: this build has none. */
enum status books_of_postgres(struct books_source *out, const struct books_map *map,
                              struct arena *boot);
