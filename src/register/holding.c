/* holding.c -- whose phone, whose account.
 *
 * Two kinds of statement say who holds a thing: the row of a person names a main phone and a main
 * account, and stands until the next row of that person; an event gives a thing to a person, and
 * stands until the next event gives it to another.  The latest statement that still stands counts.
 *
 * Invariants:  1. person_of holds exactly the things of which a statement stands, with the person
 *                 of the latest.
 *              2. The rows that name one thing are a chain from the newest to the oldest, and no
 *                 other row is in it.
 * Not chosen:  the latest statement alone.  When a row is replaced, the one before it would be
 *              lost. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "register/register_inside.h"

static const unsigned FIELD_OF_THING[HOLDS_COUNT] = {
    [HOLDS_PHONE] = FIELD_OF(person, phone),
    [HOLDS_ACCOUNT] = FIELD_OF(person, account),
};

static struct holding *holding_find(const struct registry *registry, enum held_thing thing,
                                    ident held)
{
    return (struct holding *)(uintptr_t)table_find(&registry->holding[thing], held.bits);
}

/* Everything that a statement about `held` will need. */
static enum status holding_reserve(struct registry *registry, enum held_thing thing, ident held)
{
    TRY(table_reserve(&registry->person_of[thing], 1, &registry->budget));
    if (holding_find(registry, thing, held) != NULL)
        return STATUS_OK;
    TRY(table_reserve(&registry->holding[thing], 1, &registry->budget));
    void *bytes;
    TRY(registry_bytes(registry, sizeof(struct holding), &bytes));
    table_set(&registry->holding[thing], held.bits, (uintptr_t)bytes);
    return STATUS_OK;
}

/* Makes person_of say again what the statements say. */
static void settle(struct registry *registry, enum held_thing thing, ident held)
{
    const struct holding *holding = holding_find(registry, thing, held);
    const struct row *row = holding->main;
    if (row == NULL || (holding->tied != NULL && holding->tied_order > row->order))
        row = holding->tied;
    if (row == NULL)
        table_remove(&registry->person_of[thing], held.bits);
    else
        table_set(&registry->person_of[thing], held.bits, row->record.field[0].name.bits);
}

/* What the row names as its main phone or account; unknown if nothing. */
static ident thing_of(const struct record *record, enum held_thing thing)
{
    unsigned field = FIELD_OF_THING[thing];
    return record_knows(record, field) ? record->field[field].name : IDENT_UNKNOWN;
}

static void unlink_row(struct registry *registry, enum held_thing thing, struct row *row)
{
    ident held = thing_of(&row->record, thing);
    if (!ident_known(held))
        return;
    struct row *newer = row->newer[thing], *older = row->older[thing];
    if (newer != NULL)
        newer->older[thing] = older;
    else
        holding_find(registry, thing, held)->main = older;
    if (older != NULL)
        older->newer[thing] = newer;
}

static void link_row(struct registry *registry, enum held_thing thing, struct row *row)
{
    ident held = thing_of(&row->record, thing);
    row->newer[thing] = NULL;
    row->older[thing] = NULL;
    if (!ident_known(held))
        return;
    struct holding *holding = holding_find(registry, thing, held);
    row->older[thing] = holding->main;
    if (holding->main != NULL)
        holding->main->newer[thing] = row;
    holding->main = row;
    settle(registry, thing, held);
}

enum status holding_take_row(struct registry *registry, const struct record *record)
{
    unsigned key = FIELD_OF(person, person);
    struct row *row;
    TRY(row_of_key(registry, RECORD_person, record->field[key].name, record->text[key], &row));
    for (unsigned t = 0; t < HOLDS_COUNT; t++) {
        ident held = thing_of(record, (enum held_thing)t);
        if (ident_known(held))
            TRY(holding_reserve(registry, (enum held_thing)t, held));
    }
    TRY(row_reserve(registry, row, record));
    ident before[HOLDS_COUNT] = {{0}};
    for (unsigned t = 0; row->present && t < HOLDS_COUNT; t++) {
        before[t] = thing_of(&row->record, (enum held_thing)t);
        unlink_row(registry, (enum held_thing)t, row);
    }
    row_fill(registry, row, record);
    for (unsigned t = 0; t < HOLDS_COUNT; t++) {
        link_row(registry, (enum held_thing)t, row);
        if (ident_known(before[t]))
            settle(registry, (enum held_thing)t, before[t]);
    }
    return STATUS_OK;
}

enum status holding_take_tie(struct registry *registry, enum held_thing thing, ident held,
                             ident person, struct slice spelling)
{
    struct row *row;
    TRY(row_of_key(registry, RECORD_person, person, spelling, &row));
    TRY(holding_reserve(registry, thing, held));
    struct holding *holding = holding_find(registry, thing, held);
    holding->tied = row;
    holding->tied_order = ++registry->takes_count;
    settle(registry, thing, held);
    return STATUS_OK;
}
