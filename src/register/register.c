/* register.c -- the door of the register: what comes in goes to its shelf, what is asked is
 * answered.
 *
 * Invariants:  1. What was refused with STATUS_FULL changed no answer.
 *              2. An answer costs a fixed number of steps, whatever is held.
 *              3. Nothing is taken back but by a later statement about the same key or thing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "register/register_inside.h"

enum status registry_create(struct registry **out, size_t memory_max, struct arena *boot)
{
    struct registry *registry;
    TRY(ARENA_NEW(boot, 1, &registry));
    TRY(arena_create(&registry->arena, memory_max));
    registry->budget.max = memory_max;
    *out = registry;
    return STATUS_OK;
}

void registry_destroy(struct registry *registry)
{
    if (registry == NULL)
        return;
    for (unsigned i = 0; i < RECORD_KINDS_COUNT; i++)
        table_release(&registry->rows[i], &registry->budget);
    for (unsigned i = 0; i < HOLDS_COUNT; i++) {
        table_release(&registry->person_of[i], &registry->budget);
        table_release(&registry->holding[i], &registry->budget);
    }
    table_release(&registry->spelled, &registry->budget);
    table_release(&registry->list_names, &registry->budget);
    table_release(&registry->members, &registry->budget);
    arena_destroy(registry->arena);
    registry->arena = NULL;
}

/* A cell or a region. */
static enum status take_row(struct registry *registry, const struct record *record)
{
    struct row *row;
    TRY(row_of_key(registry, record->kind, record->field[0].name, record->text[0], &row));
    TRY(row_reserve(registry, row, record));
    row_fill(registry, row, record);
    return STATUS_OK;
}

static enum status take_sim(struct registry *registry, const struct record *record)
{
    unsigned phone = FIELD_OF(sim, phone), person = FIELD_OF(sim, person);
    int64_t event = record->field[FIELD_OF(sim, event)].whole;
    bool gives =
        event == CHOICE_OF(sim, event, activated) || event == CHOICE_OF(sim, event, swapped);
    if (!gives || !record_knows(record, FIELD_OF(sim, event)) || !record_knows(record, phone) ||
        !record_knows(record, person))
        return STATUS_OK;
    return holding_take_tie(registry, HOLDS_PHONE, record->field[phone].name,
                            record->field[person].name, record->text[person]);
}

static enum status take_account(struct registry *registry, const struct record *record)
{
    unsigned account = FIELD_OF(account, account), person = FIELD_OF(account, person);
    int64_t event = record->field[FIELD_OF(account, event)].whole;
    if (event != CHOICE_OF(account, event, opened) ||
        !record_knows(record, FIELD_OF(account, event)) || !record_knows(record, account) ||
        !record_knows(record, person))
        return STATUS_OK;
    return holding_take_tie(registry, HOLDS_ACCOUNT, record->field[account].name,
                            record->field[person].name, record->text[person]);
}

enum status registry_take(struct registry *registry, const struct record *record)
{
    switch (record->kind) {
    case RECORD_person:
        return holding_take_row(registry, record);
    case RECORD_cell:
    case RECORD_region:
        return take_row(registry, record);
    case RECORD_list:
        return list_take(registry, record);
    case RECORD_sim:
        return take_sim(registry, record);
    case RECORD_account:
        return take_account(registry, record);
    default:
        return STATUS_OK;
    }
}

ident registry_person(const struct registry *registry, ident name, enum field_type type)
{
    switch (type) {
    case FIELD_PERSON:
        return name;
    case FIELD_PHONE:
        return (ident){table_find(&registry->person_of[HOLDS_PHONE], name.bits)};
    case FIELD_ACCOUNT:
        return (ident){table_find(&registry->person_of[HOLDS_ACCOUNT], name.bits)};
    default:
        return IDENT_UNKNOWN;
    }
}

ident registry_through(const struct registry *registry, enum record_kind kind, unsigned field,
                       ident value)
{
    if (kind == RECORD_person && field == FIELD_OF(person, phone))
        return registry_person(registry, value, FIELD_PHONE);
    if (kind == RECORD_person && field == FIELD_OF(person, account))
        return registry_person(registry, value, FIELD_ACCOUNT);
    bool keyed = kind == RECORD_person || kind == RECORD_cell || kind == RECORD_region;
    if (keyed && field == 0 && registry_find(registry, kind, value) != NULL)
        return value;
    return IDENT_UNKNOWN;
}

const struct record *registry_find(const struct registry *registry, enum record_kind kind,
                                   ident key)
{
    const struct row *row = row_find(registry, kind, key);
    return row == NULL || !row->present ? NULL : &row->record;
}

struct slice registry_spelling(const struct registry *registry, enum record_kind kind, ident key)
{
    const struct row *row = row_find(registry, kind, key);
    return row == NULL ? (struct slice){NULL, 0} : row->record.text[0];
}

struct slice registry_spelled(const struct registry *registry, ident name)
{
    static const enum record_kind KINDS[] = {RECORD_person, RECORD_cell, RECORD_region};
    const struct spelled *spelled =
        (const struct spelled *)(uintptr_t)table_find(&registry->spelled, name.bits);
    if (spelled != NULL)
        return (struct slice){spelled->bytes, spelled->size};
    struct slice key = {NULL, 0};
    for (unsigned i = 0; i < sizeof KINDS / sizeof KINDS[0] && key.size == 0; i++)
        key = registry_spelling(registry, KINDS[i], name);
    return key;
}
