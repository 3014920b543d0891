/* hands.c -- who took part in a sanction, at which level, and small things that the room shares. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"

#include <assert.h>
#include <string.h>

const struct store_migration SANCTION_MIGRATIONS[SANCTION_MIGRATIONS_COUNT] = {
    {"casework: sanctions",
     "CREATE TABLE sanction_term (number INTEGER PRIMARY KEY, item TEXT NOT NULL UNIQUE, person "
     "BLOB NOT NULL, start INTEGER NOT NULL, term INTEGER NOT NULL, unit INTEGER NOT NULL, cap "
     "INTEGER NOT NULL, cap_unit INTEGER NOT NULL, counting INTEGER NOT NULL, latest INTEGER, "
     "stands INTEGER NOT NULL);"
     "CREATE INDEX sanction_term_person ON sanction_term (person);"
     "CREATE TABLE sanction_hand (item TEXT NOT NULL, who TEXT NOT NULL, part TEXT NOT NULL, "
     "PRIMARY KEY (item, who, part)) WITHOUT ROWID;"
     "CREATE TABLE sanction_executor (order_item TEXT PRIMARY KEY, item TEXT NOT NULL, executor "
     "TEXT NOT NULL, stands INTEGER NOT NULL) WITHOUT ROWID;"
     "CREATE INDEX sanction_executor_item ON sanction_executor (item);"
     "CREATE TABLE sanction_reference (reference BLOB PRIMARY KEY, item TEXT NOT NULL) WITHOUT "
     "ROWID;"
     "CREATE TABLE sanction_form (number INTEGER PRIMARY KEY, reference BLOB NOT NULL, received "
     "INTEGER NOT NULL, sealed BLOB NOT NULL);"},
};

struct slice sanction_get(const struct sanction_view *view, const char *field)
{
    int index = work_field_find(view->kind, slice_of(field));
    for (unsigned i = 0; i < view->count; i++)
        if (view->value[i].field == index)
            return view->value[i].value;
    return view->item == NULL ? SLICE("") : work_value_of(view->item, field);
}

law_date sanction_today(const struct sanction_desk *desk)
{
    return law_date_of_moment(desk->clock.now(desk->clock.self), desk->zone_minutes);
}

const struct law_pack *sanction_pack(const struct sanction_desk *desk, enum law_subject subject)
{
    return law_find(desk->law, subject, sanction_today(desk));
}

struct digest sanction_person(const struct sanction_desk *desk, struct slice document)
{
    return secret_digest(&desk->key, "sanctioned person", document);
}

bool sanction_code(struct slice word, enum law_group group, enum law_code *out)
{
    for (unsigned code = 0; code < LAW_CODES_COUNT; code++) {
        if (law_code_group((enum law_code)code) != group ||
            !slice_equal(word, slice_of(law_code_word((enum law_code)code)->name)))
            continue;
        *out = (enum law_code)code;
        return true;
    }
    return false;
}

enum status sanction_item(struct sanction_desk *desk, const char *id, struct arena *request,
                          struct work_item *out)
{
    return work_find(desk->work, desk->store, id, NULL, request, out);
}

enum status sanction_move(struct sanction_desk *desk, const char *item, const char *step,
                          const struct work_value *value, unsigned count, struct arena *request,
                          struct work_item *out)
{
    struct work_refusal refusal = {.field = -1};
    struct work_item moved;
    const struct work_move move = {
        .id = item, .step = step, .version = -1, .value = value, .values_count = count};
    return work_step(desk->work, &move, request, &refusal, out == NULL ? &moved : out);
}

/* Canonical lists have no blanks between members, and escape quotes in texts. */
bool sanction_list_next(struct slice list, const char *name, size_t *at, struct slice *out)
{
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    text_addf(&text, "\"%s\":\"", name);
    struct slice wanted = text_slice(&text);
    for (; *at + wanted.size < list.size; (*at)++) {
        if (memcmp(list.at + *at, wanted.at, wanted.size) != 0)
            continue;
        const char *start = list.at + *at + wanted.size;
        const char *end = memchr(start, '"', (size_t)(list.at + list.size - start));
        if (end == NULL || end == start)
            return false;
        *out = (struct slice){start, (size_t)(end - start)};
        *at = (size_t)(end - list.at);
        return true;
    }
    return false;
}

enum status sanction_hand_add(const struct sanction_desk *desk, const char *item, const char *user,
                              const char *part)
{
    static const char ADD[] = "INSERT INTO sanction_hand (item, who, part) VALUES (?1, ?2, ?3) ON "
                              "CONFLICT (item, who, part) DO NOTHING";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(item)),
                                         STORE_OF_TEXT(slice_of(user)),
                                         STORE_OF_TEXT(slice_of(part))};
    return store_run(desk->store, ADD, values, 3);
}

enum status sanction_hand_took(const struct sanction_desk *desk, const char *item, const char *user,
                               bool *out)
{
    static const char FIND[] =
        "SELECT part FROM sanction_hand WHERE item = ?1 AND who = ?2 LIMIT 1";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(item)),
                                         STORE_OF_TEXT(slice_of(user))};
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(desk->store, FIND, values, 2, &rows));
    enum status status = store_next(rows, at, 1);
    store_end(rows);
    *out = status == STATUS_OK;
    return status == STATUS_END ? STATUS_OK : status;
}

enum status sanction_level(const struct sanction_desk *desk, struct slice organisation,
                           enum law_rank least, struct arena *request, bool *out)
{
    struct access_organisation organ;
    *out = false;
    enum status status = access_organisation_find(desk->store, organisation, request, &organ);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    static_assert((int)ORGANISATION_LEVEL_county == LAW_RANK_county + 1, "one ladder");
    static_assert((int)ORGANISATION_LEVEL_ministry == LAW_RANK_ministry + 1, "one ladder");
    *out = !organ.disabled && (int)organ.level >= (int)least + 1;
    return STATUS_OK;
}
