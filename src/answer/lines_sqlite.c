/* lines_sqlite.c -- a register in an SQLite file, read through the store's reader: prepared once,
 * and never written. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/lines_inside.h"

#include "store/store.h"

struct sqlite_lines {
    struct store *store;
    struct lines_sql sql;
    unsigned columns;
};

/* A value as text, into the arena. */
static enum status text_of(const struct store_value *value, struct arena *request,
                           struct slice *out)
{
    char bytes[32];
    struct text text = text_over(bytes, sizeof bytes);
    switch (value->type) {
    case STORE_WHOLE:
        text_add_whole(&text, value->whole);
        return slice_copy(request, text_slice(&text), out);
    case STORE_TEXT:
        return slice_copy(request, value->bytes, out);
    case STORE_REAL:
    case STORE_BYTES:
    case STORE_NULL:
        break;
    }
    *out = SLICE("");
    return STATUS_OK;
}

static enum status sqlite_find(void *self, const struct slice *form, unsigned forms,
                               struct arena *request, struct slice *value)
{
    struct sqlite_lines *lines = self;
    struct store_value bound[LINES_FORMS_MAX], row[LINES_COLUMNS_MAX];
    struct store_rows *rows;
    for (unsigned i = 0; i < forms; i++)
        bound[i] = STORE_OF_TEXT(form[i]);
    if (store_query(lines->store, lines->sql.find, bound, forms, &rows) != STATUS_OK)
        return STATUS_IO;
    enum status status = store_next(rows, row, lines->columns);
    for (unsigned i = 0; status == STATUS_OK && i < lines->columns; i++)
        status = text_of(&row[i], request, &value[i]);
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

static enum status sqlite_of_holder(void *self, struct slice document, struct arena *request,
                                    struct slice *number, unsigned *count, int64_t *all)
{
    struct sqlite_lines *lines = self;
    struct store_value bound = STORE_OF_TEXT(document), value;
    struct store_rows *rows;
    unsigned most = *count;
    *count = 0;
    TRY(store_one(lines->store, lines->sql.count_holder, &bound, 1, &value, 1, request));
    *all = value.whole;
    TRY(store_query(lines->store, lines->sql.of_holder, &bound, 1, &rows));
    enum status status = store_next(rows, &value, 1);
    while (status == STATUS_OK && *count < most) {
        status = text_of(&value, request, &number[(*count)++]);
        if (status == STATUS_OK)
            status = store_next(rows, &value, 1);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static void sqlite_close(void *self)
{
    struct sqlite_lines *lines = self;
    store_close(lines->store);
}

/* Whether the database answers by an index: its plan says SEARCH, not SCAN. */
static bool is_indexed(struct sqlite_lines *lines, struct arena *boot)
{
    enum { SQL_SIZE = LINES_COLUMNS_MAX * 160 };
    char *sql;
    struct store_value bound[LINES_FORMS_MAX], row[4];
    struct store_rows *rows;
    bool indexed = true;
    if (arena_take(boot, SQL_SIZE, (void **)&sql) != STATUS_OK)
        return true;
    struct text text = text_over(sql, SQL_SIZE);
    text_addf(&text, "EXPLAIN QUERY PLAN %s", lines->sql.find);
    for (unsigned i = 0; i < LINES_FORMS_MAX; i++)
        bound[i] = STORE_OF_TEXT(SLICE("1"));
    if (store_query_composed(lines->store, sql, bound, LINES_FORMS_MAX, &rows) != STATUS_OK)
        return true;
    while (store_next(rows, row, 4) == STATUS_OK)
        indexed = indexed && !slice_starts(row[3].bytes, SLICE("SCAN"));
    store_end(rows);
    return indexed;
}

enum status lines_of_sqlite(struct lines_source *out, const struct lines_columns *columns,
                            const struct lines_place *place, struct arena *boot)
{
    struct sqlite_lines *lines;
    struct slice nothing[LINES_COLUMNS_MAX];
    struct slice forms[LINES_FORMS_MAX] = {SLICE("-"), SLICE("-"), SLICE("-"), SLICE("-")};
    char bytes[256];
    struct text ignored = text_over(bytes, sizeof bytes);
    TRY(ARENA_NEW(boot, 1, &lines));
    lines->columns = columns->count;
    TRY(lines_sql_make(&lines->sql, columns, place->table, '?', boot));
    if (store_open_reader(&lines->store, place->file.at, boot, &ignored) != STATUS_OK)
        return answer_complain(place->outline, place->node, ANSWER_COMPLAINT_file_unread);
    enum status status = sqlite_find(lines, forms, LINES_FORMS_MAX, boot, nothing);
    if (status != STATUS_ABSENT && status != STATUS_OK) {
        store_close(lines->store);
        return answer_complain(place->outline, place->node, ANSWER_COMPLAINT_database);
    }
    *out = (struct lines_source){
        .find = sqlite_find,
        .of_holder = sqlite_of_holder,
        .close = sqlite_close,
        .indexed = is_indexed(lines, boot),
        .self = lines,
    };
    return STATUS_OK;
}
