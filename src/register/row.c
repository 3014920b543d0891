/* row.c -- the rows of persons, cells and regions, each once, the latest.
 *
 * A row is a record cut off behind the fields of its kind; its texts lie together in one piece,
 * which is written over by a later row that is not longer.
 *
 * Invariants:  1. A key leads to at most one row, and a row stays where it is for ever.
 *              2. A row that is not `present` has a key and its spelling, and says nothing else.
 * Not chosen:  a column for each field.  A rule asks one person for two fields, not all for one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "register/register_inside.h"

static size_t row_size(enum record_kind kind)
{
    return offsetof(struct row, record) + offsetof(struct record, text) +
           kind_schema(kind)->fields_count * sizeof(struct slice);
}

struct row *row_find(const struct registry *registry, enum record_kind kind, ident key)
{
    return (struct row *)(uintptr_t)table_find(&registry->rows[kind], key.bits);
}

enum status row_of_key(struct registry *registry, enum record_kind kind, ident key,
                       struct slice spelling, struct row **out)
{
    *out = row_find(registry, kind, key);
    if (*out != NULL)
        return STATUS_OK;
    struct table *table = &registry->rows[kind];
    TRY(table_reserve(table, 1, &registry->budget));
    void *bytes;
    TRY(registry_bytes(registry, row_size(kind) + spelling.size, &bytes));
    struct row *row = bytes;
    row->record.kind = kind;
    row->record.at = MOMENT_NONE;
    row->record.field[0].name = key;
    row->texts = (char *)bytes + row_size(kind);
    row->texts_size_max = spelling.size;
    if (spelling.size != 0)
        memcpy(row->texts, spelling.at, spelling.size);
    row->record.text[0] = (struct slice){row->texts, spelling.size};
    table_set(table, key.bits, (uintptr_t)row);
    *out = row;
    return STATUS_OK;
}

static bool has_text(const struct record *record, unsigned field)
{
    return record_knows(record, field) &&
           field_held(kind_schema(record->kind)->fields[field].type) == HELD_NAME;
}

/* A spelling is true of its name whatever becomes of the row. */
enum status row_spell(struct registry *registry, ident name, struct slice spelling)
{
    if (ident_is_packed(name) || table_find(&registry->spelled, name.bits) != 0)
        return STATUS_OK;
    TRY(table_reserve(&registry->spelled, 1, &registry->budget));
    void *bytes;
    TRY(registry_bytes(registry, sizeof(struct spelled) + spelling.size, &bytes));
    struct spelled *spelled = bytes;
    spelled->size = spelling.size;
    if (spelling.size != 0)
        memcpy(spelled->bytes, spelling.at, spelling.size);
    table_set(&registry->spelled, name.bits, (uintptr_t)spelled);
    return STATUS_OK;
}

enum status row_reserve(struct registry *registry, struct row *row, const struct record *record)
{
    size_t size = 0;
    for (unsigned i = 0; i < kind_schema(record->kind)->fields_count; i++) {
        if (!has_text(record, i))
            continue;
        size += record->text[i].size;
        if (i > 0)
            TRY(row_spell(registry, record->field[i].name, record->text[i]));
    }
    if (size <= row->texts_size_max)
        return STATUS_OK;
    /* The old texts stay readable until row_fill; a row that grows leaves its old piece behind. */
    void *bytes;
    TRY(registry_bytes(registry, size, &bytes));
    row->texts = bytes;
    row->texts_size_max = size;
    return STATUS_OK;
}

void row_fill(struct registry *registry, struct row *row, const struct record *record)
{
    char *texts = row->texts;
    row->order = ++registry->takes_count;
    row->present = true;
    row->record.known = record->known;
    row->record.position = record->position;
    row->record.digest = record->digest;
    for (unsigned i = 0; i < kind_schema(record->kind)->fields_count; i++) {
        row->record.field[i] = record->field[i];
        row->record.text[i] = (struct slice){NULL, 0};
        if (!has_text(record, i))
            continue;
        size_t size = record->text[i].size;
        if (size != 0)
            memcpy(texts, record->text[i].at, size);
        row->record.text[i] = (struct slice){texts, size};
        texts += size;
    }
}
