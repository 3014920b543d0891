/* history.c -- the log, for whoever follows it from one number to the next.
 *
 * A row of the log is written in the transaction of the change that it tells, and numbers rise by
 * one; so whoever remembers the last number that it has worked through, in the transaction of what
 * it made of it, has each change exactly once, whatever is killed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

enum { COLUMNS = 10 };

/* "o_1:o:;o_2:a:field;" as ",o_1,o_2,". */
static enum status seats_of(struct slice seats, struct arena *arena, struct slice *out)
{
    char *bytes = NULL;
    TRY(ARENA_NEW(arena, seats.size + 2, &bytes));
    struct text text = text_over(bytes, seats.size + 2);
    text_add_char(&text, ',');
    while (seats.size > 0) {
        const char *end = memchr(seats.at, ';', seats.size);
        const char *name = memchr(seats.at, ':', seats.size);
        size_t size = end == NULL ? seats.size : (size_t)(end - seats.at) + 1;
        if (name != NULL && (end == NULL || name < end)) {
            text_add(&text, (struct slice){seats.at, (size_t)(name - seats.at)});
            text_add_char(&text, ',');
        }
        seats.at += size;
        seats.size -= size;
    }
    *out = text_slice(&text);
    return text.full ? STATUS_FULL : STATUS_OK;
}

/* number, item, id, owner, kind, time, step, what, fields, seats */
static enum status row_of(const struct work *work, const struct store_value *at,
                          struct arena *arena, struct work_happened *out)
{
    *out = (struct work_happened){
        .number = at[0].whole, .item = at[1].whole, .time = {at[5].whole}, .step = -1};
    copy_id(out->id, sizeof out->id, at[2].bytes);
    copy_id(out->owner, sizeof out->owner, at[3].bytes);
    out->kind = work_kind_find(work, at[4].bytes);
    if (out->kind == NULL)
        return STATUS_MALFORMED;
    if (at[6].bytes.size > 0)
        out->step = work_step_find(out->kind, at[6].bytes);
    TRY(slice_copy(arena, at[7].bytes, &out->what));
    TRY(slice_copy(arena, at[8].bytes, &out->fields));
    return seats_of(at[9].bytes, arena, &out->seats);
}

enum status work_history(struct work *work, struct store *reader, int64_t after, size_t count_max,
                         struct arena *arena, struct work_happened **out, size_t *count)
{
    static const char ROWS[] =
        "SELECT l.number, l.item, i.id, i.owner, i.kind, l.time, l.step, l.what, l.fields, i.seats "
        "FROM work_log l JOIN work_item i ON i.number = l.item WHERE l.number > ?1 ORDER BY "
        "l.number LIMIT ?2";
    const struct store_value values[] = {STORE_OF_WHOLE(after), STORE_OF_WHOLE((int64_t)count_max)};
    struct store_rows *rows = NULL;
    struct store_value at[COLUMNS];
    *count = 0;
    TRY(ARENA_NEW(arena, count_max, out));
    TRY(store_query(reader, ROWS, values, 2, &rows));
    enum status status = store_next(rows, at, COLUMNS);
    while (status == STATUS_OK && *count < count_max) {
        status = row_of(work, at, arena, &(*out)[*count]);
        if (status != STATUS_OK)
            break;
        (*count)++;
        status = store_next(rows, at, COLUMNS);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* The one number of a query; NULL in the store: `none`. */
static enum status whole_of(struct store *reader, const char *sql, const struct store_value *values,
                            size_t count, int64_t none, int64_t *out)
{
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(reader, sql, values, count, &rows));
    enum status status = store_next(rows, at, 1);
    *out = status == STATUS_OK && at[0].type == STORE_WHOLE ? at[0].whole : none;
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status work_history_span(struct store *reader, int64_t *last, moment *first)
{
    static const char LAST[] = "SELECT MAX(number) FROM work_log";
    static const char FIRST[] = "SELECT time FROM work_log ORDER BY number LIMIT 1";
    TRY(whole_of(reader, LAST, NULL, 0, 0, last));
    return whole_of(reader, FIRST, NULL, 0, MOMENT_NONE.ms, &first->ms);
}

enum status work_entered(struct store *reader, int64_t item, const char *state, int64_t before,
                         moment *out)
{
    static const char LAST[] = "SELECT MAX(time) FROM work_log WHERE item = ?1 AND number < ?2 AND "
                               "to_state = ?3 AND from_state <> ?3";
    const struct store_value values[] = {STORE_OF_WHOLE(item), STORE_OF_WHOLE(before),
                                         STORE_OF_TEXT(slice_of(state))};
    return whole_of(reader, LAST, values, 3, MOMENT_NONE.ms, &out->ms);
}
