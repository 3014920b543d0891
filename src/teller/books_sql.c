/* books_sql.c -- the three questions to books, in the words that SQLite and PostgreSQL share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/books_inside.h"

static void add_column(struct text *text, struct slice name)
{
    if (name.size == 0) {
        text_add_string(text, "NULL");
        return;
    }
    text_add_char(text, '"');
    for (size_t i = 0; i < name.size; i++) {
        if (name.at[i] == '"')
            text_add_char(text, '"');
        text_add_char(text, name.at[i]);
    }
    text_add_char(text, '"');
}

static void add_select(struct text *text, const struct slice *column, unsigned count,
                       struct slice table)
{
    for (unsigned i = 0; i < count; i++) {
        text_add_string(text, i == 0 ? "SELECT " : ", ");
        add_column(text, column[i]);
    }
    text_add_string(text, " FROM ");
    add_column(text, table);
    text_add_string(text, " WHERE ");
}

static enum status sql_take(struct arena *boot, char **out, struct text *text)
{
    TRY(arena_take(boot, BOOKS_SQL_MAX * 4, (void **)out));
    *text = text_over(*out, BOOKS_SQL_MAX * 4);
    return STATUS_OK;
}

enum status books_sql_make(struct books_sql *out, const struct books_map *map, char mark,
                           struct arena *boot)
{
    struct text text;
    TRY(sql_take(boot, &out->account, &text));
    add_select(&text, map->account, ACCOUNT_COLUMNS, map->account_table);
    add_column(&text, map->account[0]);
    text_addf(&text, " = %c1", mark);
    char **const side[] = {&out->into, &out->out_of};
    for (unsigned i = 0; i < 2; i++) {
        TRY(sql_take(boot, side[i], &text));
        add_select(&text, map->transfer, TRANSFER_COLUMNS, map->transfer_table);
        add_column(&text, map->transfer[i == 0 ? COLUMN_payee : COLUMN_payer]);
        text_addf(&text, " = %c1 ORDER BY ", mark);
        add_column(&text, map->transfer[COLUMN_time]);
        text_addf(&text, " DESC LIMIT %d", BOOKS_TRANSFERS_MAX);
    }
    return STATUS_OK;
}
