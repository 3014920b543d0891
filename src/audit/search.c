/* search.c -- entries found by who did what to what, newest first, for people.
 *
 * What is found here proves nothing; audit_prove_entry() does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_inside.h"

enum status audit_search(struct audit *audit, const struct audit_filter *filter,
                         struct audit_sink sink, struct arena *scratch)
{
    static const char FIND[] =
        "SELECT sequence, time, actor, organisation, action, object_kind, object_id, outcome, "
        "reason, detail FROM audit_entry WHERE sequence < ?1 AND (?2 = '' OR actor = ?2) AND "
        "(?3 = '' OR action = ?3) AND (?4 = '' OR object_id = ?4) ORDER BY sequence DESC LIMIT ?5";
    const struct store_value values[] = {
        STORE_OF_WHOLE((int64_t)filter->before), STORE_OF_TEXT(filter->actor),
        STORE_OF_TEXT(filter->action), STORE_OF_TEXT(filter->object_id),
        STORE_OF_WHOLE((int64_t)filter->count_max)};
    struct store_value row[ENTRY_COLUMNS];
    struct store_rows *rows = NULL;
    struct audit_entry entry;
    char *bytes = NULL;
    must(filter->before <= INT64_MAX);
    TRY(arena_take(scratch, ENTRY_JSON_MAX, (void **)&bytes));
    TRY(store_query(audit->store, FIND, values, 5, &rows));
    enum status status = store_next(rows, row, ENTRY_COLUMNS);
    while (status == STATUS_OK) {
        struct text text = text_over(bytes, ENTRY_JSON_MAX);
        status = entry_of_row(row, &entry);
        if (status != STATUS_OK)
            break;
        text_add_char(&text, '{');
        entry_add_json(&text, &entry);
        text_add_char(&text, '}');
        must(!text.full);
        status = sink.take(sink.self, text_slice(&text));
        if (status == STATUS_OK)
            status = store_next(rows, row, ENTRY_COLUMNS);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status audit_newest(struct audit *audit, struct note *out, struct text *text)
{
    static const char NEWEST[] =
        "SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1";
    struct store_rows *rows = NULL;
    struct store_value row[2];
    TRY(store_query(audit->store, NEWEST, NULL, 0, &rows));
    enum status status = store_next(rows, row, 2);
    if (status == STATUS_OK)
        status = note_read(row[1].bytes, audit->origin, &audit->key, out);
    if (status == STATUS_OK)
        text_add(text, row[1].bytes);
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}
