/* table.c -- open addressing that keeps half of its places free.
 *
 * Invariants:  1. places_count is 0 or a power of two, and count <= places_count / 2.
 *              2. Between the place that a key's hash names and the place where it lies none is
 *                 free.
 * Not chosen:  marks for removed keys.  Moving the keys behind a gap keeps invariant 2 without
 *              them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "register/table.h"

enum { PLACES_MIN = 256 }; /* one page of the system */

static size_t home_of(const struct table *table, uint64_t key)
{
    return hash_word(key) & (table->places_count - 1);
}

/* The place of the key, or the free one where it would lie. */
static struct table_place *place_of(const struct table *table, uint64_t key)
{
    size_t mask = table->places_count - 1;
    size_t i = home_of(table, key);
    while (table->place[i].key != key && table->place[i].key != 0)
        i = (i + 1) & mask;
    return &table->place[i];
}

enum status table_reserve(struct table *table, size_t more, struct budget *budget)
{
    must(more <= PLACES_MIN / 2); /* so that doubling once is enough */
    if (table->count + more <= table->places_count / 2)
        return STATUS_OK;
    struct table grown = {.places_count = table->places_count * 2};
    if (grown.places_count == 0)
        grown.places_count = PLACES_MIN;
    size_t size = grown.places_count * sizeof *grown.place;
    if (size > budget->max - budget->used)
        return STATUS_FULL;
    void *pages;
    TRY(pages_take(size, &pages));
    budget->used += size;
    grown.place = pages;
    for (size_t i = 0; i < table->places_count; i++)
        if (table->place[i].key != 0)
            table_set(&grown, table->place[i].key, table->place[i].value);
    table_release(table, budget);
    *table = grown;
    return STATUS_OK;
}

void table_set(struct table *table, uint64_t key, uint64_t value)
{
    must(key != 0);
    must(value != 0);
    must(table->places_count != 0);
    struct table_place *place = place_of(table, key);
    table->count += place->key == 0;
    must(table->count <= table->places_count / 2);
    *place = (struct table_place){key, value};
}

void table_remove(struct table *table, uint64_t key)
{
    if (table_find(table, key) == 0)
        return;
    size_t mask = table->places_count - 1;
    size_t gap = (size_t)(place_of(table, key) - table->place);
    for (size_t i = (gap + 1) & mask; table->place[i].key != 0; i = (i + 1) & mask) {
        /* A key may fill the gap if its home is not between the gap and itself. */
        size_t steps = (i - home_of(table, table->place[i].key)) & mask;
        if (steps < ((i - gap) & mask))
            continue;
        table->place[gap] = table->place[i];
        gap = i;
    }
    table->place[gap] = (struct table_place){0, 0};
    table->count--;
}

void table_release(struct table *table, struct budget *budget)
{
    size_t size = table->places_count * sizeof *table->place;
    if (size != 0)
        pages_give_back(table->place, size);
    budget->used -= size;
    *table = (struct table){0};
}
