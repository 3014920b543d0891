/* tally.c -- what comes together of rows: how many, how much, how long, how many persons.
 *
 * Times fall into buckets, 64 to each doubling: a quantile is told with less than two parts in a
 * hundred too much, and the memory does not grow with the rows.  Persons are a set of keyed names,
 * which does; it has its bound.
 *
 * Invariant:   A person is counted once in each tally, by the first row that names it; a row that
 *              names nobody is one more, and the tally says that it has such rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

enum { FINE = 64, DOUBLINGS = 30, BUCKETS = FINE * DOUBLINGS, PERSONS_FIRST = 64 };

struct spread {
    uint64_t count;
    int64_t most;
    uint32_t bucket[BUCKETS];
};

struct persons {
    uint64_t count, room; /* room: a power of two */
    uint64_t *name;       /* 0: empty */
};

/* ---- times ---- */

/* Up to 64 exactly, then 64 to each doubling. */
static unsigned bucket_of(int64_t value)
{
    if (value < FINE)
        return (unsigned)value;
    unsigned doubling = 63 - (unsigned)__builtin_clzll((uint64_t)value);
    unsigned fine = (unsigned)((uint64_t)value >> (doubling - 6)) & (FINE - 1);
    unsigned bucket = (doubling - 5) * FINE + fine;
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static int64_t bucket_end(unsigned bucket)
{
    if (bucket < FINE)
        return bucket;
    unsigned doubling = bucket / FINE + 5;
    uint64_t width = (uint64_t)1 << (doubling - 6);
    return (int64_t)((FINE + bucket % FINE + 1) * width - 1);
}

static enum status spread_add(struct tally *tally, int64_t value, uint32_t times,
                              struct arena *arena)
{
    if (tally->spread == NULL)
        TRY(ARENA_NEW(arena, 1, &tally->spread));
    struct spread *spread = tally->spread;
    spread->count += times;
    spread->bucket[bucket_of(value)] += times;
    if (value > spread->most)
        spread->most = value;
    return STATUS_OK;
}

int64_t spread_at(const struct spread *spread, unsigned percent)
{
    if (spread == NULL)
        return 0;
    uint64_t rank = (spread->count * percent + 99) / 100;
    uint64_t seen = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += spread->bucket[i];
        if (seen >= rank)
            return bucket_end(i) < spread->most ? bucket_end(i) : spread->most;
    }
    return spread->most;
}

/* ---- persons ---- */

static bool person_put(struct persons *persons, uint64_t name)
{
    uint64_t mask = persons->room - 1;
    uint64_t at = hash_word(name) & mask;
    while (persons->name[at] != 0 && persons->name[at] != name)
        at = (at + 1) & mask;
    bool new = persons->name[at] == 0;
    persons->name[at] = name;
    persons->count += new;
    return new;
}

static enum status persons_grow(struct persons *persons, struct arena *arena)
{
    struct persons larger = {.room = persons->room == 0 ? PERSONS_FIRST : persons->room * 2};
    if (larger.room > 2 * (uint64_t)REPORT_PERSONS_MAX)
        return STATUS_FULL;
    TRY(ARENA_NEW(arena, larger.room, &larger.name));
    for (uint64_t i = 0; i < persons->room; i++)
        if (persons->name[i] != 0)
            (void)person_put(&larger, persons->name[i]);
    *persons = larger;
    return STATUS_OK;
}

/* `*new`: the tally had not seen this person. */
static enum status person_add(struct tally *tally, uint64_t name, struct arena *arena, bool *new)
{
    if (tally->persons == NULL)
        TRY(ARENA_NEW(arena, 1, &tally->persons));
    struct persons *persons = tally->persons;
    if (persons->count * 2 >= persons->room)
        TRY(persons_grow(persons, arena));
    *new = person_put(persons, name);
    return STATUS_OK;
}

/* ---- rows ---- */

enum status tally_take(struct tally *tally, unsigned wants, const struct ledger_block *block,
                       uint32_t at, struct arena *arena)
{
    int64_t amount = block->amount[at];
    uint64_t who = block->live ? block->who[at] : 0;
    bool new = true;
    tally->rows++;
    tally->live += block->live;
    tally->approximate += (block->marks[at] & MARK_BIT(approximate)) != 0;
    tally->released += (block->marks[at] & MARK_BIT(released)) != 0;
    if ((wants & WANTS_PERSONS) != 0 && who != 0)
        TRY(person_add(tally, who, arena, &new));
    tally->nameless = tally->nameless || who == 0;
    tally->count += new ? block->count[at] : 0;
    tally->within += amount <= WITHIN_S ? block->count[at] : 0;
    if (amount > tally->longest)
        tally->longest = amount;
    if ((wants & WANTS_SPREAD) != 0)
        TRY(spread_add(tally, amount, block->count[at], arena));
    bool over = __builtin_add_overflow(tally->amount, amount, &tally->amount);
    over = over || tally->amount > NUMERAL_MAX || tally->count > NUMERAL_MAX;
    return over ? STATUS_FULL : STATUS_OK;
}
