/* pick.c -- which alerts a decision on many is about: their ids, and what is told of them before.
 *
 * Leaner than look.c, which brings what an alert says: of tens of thousands that would be tens of
 * megabytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

enum { PICK_COLUMNS = 5, SQL_BYTES = 16384 };

static struct bulletin_picked picked_of(const struct store_value *value)
{
    return (struct bulletin_picked){.id = value[0].bytes,
                                    .rule = value[1].bytes,
                                    .grade = (int)value[2].whole,
                                    .lease = {value[3].whole},
                                    .holder = value[4].bytes};
}

enum status bulletin_pick(struct store *store, const struct bulletin_query *query, bool open,
                          struct arena *scratch, struct bulletin_pick_sink sink)
{
    struct store_value values[FILTER_VALUES_MAX + 1], at[PICK_COLUMNS];
    struct store_rows *rows = NULL;
    char *bytes = NULL;
    size_t count = 0;
    TRY(arena_take(scratch, SQL_BYTES, (void **)&bytes));
    struct text sql = text_over(bytes, SQL_BYTES);
    text_addf(
        &sql,
        "SELECT id, rule, grade, lease, holder FROM alert WHERE outcome %s 'open' AND number < ?1",
        open ? "=" : "<>");
    values[0] = STORE_OF_WHOLE((int64_t)query->before);
    if (query->filter != NULL) {
        text_add_string(&sql, " AND ");
        filter_add_sql(query->filter, 2, &sql, values + 1, &count);
    }
    text_add_string(&sql, " ORDER BY number");
    must(!sql.full);
    TRY(store_query_composed(store, sql.at, values, count + 1, &rows));
    enum status status = store_next(rows, at, PICK_COLUMNS);
    while (status == STATUS_OK) {
        const struct bulletin_picked picked = picked_of(at);
        status = sink.take(sink.self, &picked);
        if (status == STATUS_OK)
            status = store_next(rows, at, PICK_COLUMNS);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status bulletin_pick_one(struct store *store, struct slice id, struct arena *arena,
                              struct bulletin_picked *out)
{
    static const char FIND[] = "SELECT id, rule, grade, lease, holder FROM alert WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_value at[PICK_COLUMNS];
    TRY(store_one(store, FIND, &value, 1, at, PICK_COLUMNS, arena));
    *out = picked_of(at);
    return STATUS_OK;
}
