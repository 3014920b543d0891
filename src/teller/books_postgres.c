/* books_postgres.c -- books in PostgreSQL. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/books_inside.h"

#include "answer/postgres.h"

enum { QUESTION_ACCOUNT, QUESTION_INTO, QUESTION_OUT_OF, QUESTIONS_COUNT };

struct first_row {
    struct arena *request;
    struct slice *column;
    bool there;
};

static enum status first_take(void *self, const struct slice *value)
{
    struct first_row *row = self;
    for (unsigned i = 0; !row->there && i < ACCOUNT_COLUMNS; i++)
        TRY(slice_copy(row->request, value[i], &row->column[i]));
    row->there = true;
    return STATUS_OK;
}

static enum status account_ask(void *self, struct slice number, struct arena *request,
                               struct slice column[ACCOUNT_COLUMNS])
{
    struct first_row row = {request, column, false};
    const struct postgres_asked asked = {QUESTION_ACCOUNT, number, ACCOUNT_COLUMNS};
    TRY(postgres_ask(self, &asked, request, (struct postgres_sink){first_take, &row}));
    return row.there ? STATUS_OK : STATUS_ABSENT;
}

static enum status transfers_ask(void *self, struct slice account, bool into, struct arena *request,
                                 struct books_sink sink)
{
    const struct postgres_asked asked = {into ? QUESTION_INTO : QUESTION_OUT_OF, account,
                                         TRANSFER_COLUMNS};
    return postgres_ask(self, &asked, request, (struct postgres_sink){sink.take, sink.self});
}

static void close_all(void *self)
{
    postgres_close(self);
}

enum status books_of_postgres(struct books_source *out, const struct books_map *map,
                              struct arena *boot)
{
    struct postgres *postgres;
    struct books_sql sql;
    TRY(books_sql_make(&sql, map, '$', boot));
    const char *const question[QUESTIONS_COUNT] = {sql.account, sql.into, sql.out_of};
    TRY(postgres_open(&postgres, map->connection, question, QUESTIONS_COUNT, boot));
    *out = (struct books_source){account_ask, transfers_ask, close_all, postgres};
    return STATUS_OK;
}
