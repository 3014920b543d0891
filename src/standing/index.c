/* index.c -- five million entries in memory, read without a lock while they change.
 *
 *     slots   [tag | entry + 1]  open addressing, one word each, published whole
 *     entries [key, card, from, until, number, next …]  filled before they are published, then only
 *             `until` changes, to nothing
 *
 *     put:   entry written ──> slot stored (release)       drop: until = 0
 *     full:  a new table is filled beside the old one, published, and the old one given back when
 *            its last reader has left
 *
 * Invariants:  1. A reader sees an entry whole or not at all; of a replacement, the new one or
  * the old
 *                 one, and for a moment both, never neither.
 *              2. What `until` says is over is not found, whether or not anybody dropped it.
 * Not chosen:  a sorted array with a delta beside it.  Five million would move at each merge, and a
 *              lookup takes twenty steps in place of two. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/limits.h"
#include "standing/standing_inside.h"

#include <sched.h>
#include <stdatomic.h>

enum { ENTRIES_LEAST = 1024, GROUP = 16 };

struct kept {
    struct standing_key key;
    uint64_t card;
    uint32_t from_s;
    _Atomic uint32_t until_s; /* 0: dropped */
    uint32_t number, next;    /* next: of the same person, entry + 1 */
    uint32_t dropped;
    uint8_t pack, criminal, suspended, spare;
};
static_assert(sizeof(struct kept) == 48, "a cache line holds one");

struct table {
    _Atomic uint64_t readers;
    uint32_t slots_mask, entries_max;
    uint32_t used;         /* by the writer alone */
    _Atomic uint64_t live; /* not dropped */
    _Atomic uint64_t *slot;
    struct kept *entry;
    size_t slots_bytes, entries_bytes;
};

struct standing_index {
    _Atomic(struct table *) table;
    struct table room[2]; /* the one that is read, and the one before or after it */
};

static uint64_t hash_of(struct standing_key key)
{
    uint64_t word;
    memcpy(&word, key.bytes, sizeof word); /* it is a hash already */
    return word;
}

/* ---- readers ---- */

static struct table *table_enter(const struct standing_index *index)
{
    struct standing_index *shared = (struct standing_index *)index;
    for (;;) {
        struct table *table = atomic_load(&shared->table);
        atomic_fetch_add(&table->readers, 1);
        if (table == atomic_load(&shared->table))
            return table;
        atomic_fetch_sub(&table->readers, 1); /* it was replaced meanwhile */
    }
}

static void table_leave(struct table *table)
{
    atomic_fetch_sub(&table->readers, 1);
}

/* The newest entry of the person + 1; 0: none. */
static uint32_t head_of(const struct table *table, struct standing_key key)
{
    uint64_t hash = hash_of(key);
    uint64_t tag = hash >> 32;
    for (uint32_t at = (uint32_t)hash & table->slots_mask;; at = (at + 1) & table->slots_mask) {
        uint64_t word = atomic_load_explicit(&table->slot[at], memory_order_acquire);
        if (word == 0)
            return 0;
        uint32_t entry = (uint32_t)word;
        if (word >> 32 == tag &&
            memcmp(table->entry[entry - 1].key.bytes, key.bytes, sizeof key.bytes) == 0)
            return entry;
    }
}

static bool runs(const struct kept *kept, int64_t now_s)
{
    int64_t until = atomic_load_explicit(&kept->until_s, memory_order_relaxed);
    return kept->from_s <= now_s && now_s < until;
}

static struct standing_entry told(const struct kept *kept)
{
    return (struct standing_entry){
        .key = kept->key,
        .card = kept->card,
        .from_s = kept->from_s,
        .until_s = atomic_load_explicit(&kept->until_s, memory_order_relaxed),
        .number = kept->number,
        .dropped = kept->dropped,
        .pack = kept->pack,
        .criminal = kept->criminal != 0,
        .suspended = kept->suspended != 0,
    };
}

/* A replacement lies before what it replaces, which may be dropped a moment later. */
static bool seen(const struct standing_entry *out, unsigned count, uint32_t number)
{
    for (unsigned i = 0; i < count; i++)
        if (out[i].number == number)
            return true;
    return false;
}

/* Those that run, from the entry `head` on. */
static unsigned walk(const struct table *table, uint32_t head, int64_t now_s,
                     struct standing_entry *out)
{
    unsigned count = 0;
    for (uint32_t at = head; at != 0 && count < STANDING_FOUND_MAX;
         at = table->entry[at - 1].next) {
        const struct kept *kept = &table->entry[at - 1];
        if (!runs(kept, now_s) || seen(out, count, kept->number))
            continue;
        out[count] = told(kept);
        count += out[count].until_s != 0; /* dropped between the two looks */
    }
    return count;
}

/* Whoever walked from an old head may have met what was replaced meanwhile, already dropped: then
 * there is a new head, and the walk is done again. */
unsigned standing_find(const struct standing_index *index, struct standing_key key, int64_t now_s,
                       struct standing_entry *out)
{
    struct table *table = table_enter(index);
    uint32_t head = head_of(table, key), again = head;
    unsigned count = 0;
    do {
        head = again;
        count = walk(table, head, now_s, out);
        again = head_of(table, key);
    } while (again != head);
    table_leave(table);
    return count;
}

static bool any_runs(const struct table *table, struct standing_key key, int64_t now_s)
{
    uint32_t head = head_of(table, key);
    while (head != 0) {
        for (uint32_t at = head; at != 0; at = table->entry[at - 1].next)
            if (runs(&table->entry[at - 1], now_s))
                return true;
        uint32_t again = head_of(table, key);
        if (again == head)
            break;
        head = again;
    }
    return false;
}

/* The slots of the next few are on their way while one is looked at. */
void standing_find_many(const struct standing_index *index, const struct standing_key *keys,
                        size_t count, int64_t now_s, bool *hits)
{
    struct table *table = table_enter(index);
    for (size_t i = 0; i < count && i < GROUP; i++)
        __builtin_prefetch((const void *)&table->slot[hash_of(keys[i]) & table->slots_mask]);
    for (size_t i = 0; i < count; i++) {
        if (i + GROUP < count)
            __builtin_prefetch(
                (const void *)&table->slot[hash_of(keys[i + GROUP]) & table->slots_mask]);
        hits[i] = any_runs(table, keys[i], now_s);
    }
    table_leave(table);
}

/* ---- the writer ---- */

static enum status table_make(struct table *table, uint32_t entries)
{
    uint64_t slots = ENTRIES_LEAST;
    while (slots * 5 < (uint64_t)entries * 8)
        slots *= 2;
    *table = (struct table){.slots_mask = (uint32_t)(slots - 1), .entries_max = entries};
    table->slots_bytes = slots * sizeof *table->slot;
    table->entries_bytes = (size_t)entries * sizeof *table->entry;
    TRY(pages_take(table->slots_bytes, (void **)&table->slot));
    enum status status = pages_take(table->entries_bytes, (void **)&table->entry);
    if (status == STATUS_OK)
        return STATUS_OK;
    pages_give_back((void *)table->slot, table->slots_bytes);
    *table = (struct table){.slots_mask = 0};
    return status;
}

static void table_give_back(struct table *table)
{
    if (table->slot == NULL)
        return;
    pages_give_back((void *)table->slot, table->slots_bytes);
    pages_give_back(table->entry, table->entries_bytes);
    table->slot = NULL;
}

static void table_put(struct table *table, const struct standing_entry *entry)
{
    uint64_t hash = hash_of(entry->key);
    uint32_t at = (uint32_t)hash & table->slots_mask, before = 0;
    for (;; at = (at + 1) & table->slots_mask) {
        uint64_t word = atomic_load_explicit(&table->slot[at], memory_order_relaxed);
        before = (uint32_t)word;
        if (word == 0 ||
            (word >> 32 == hash >> 32 && memcmp(table->entry[before - 1].key.bytes,
                                                entry->key.bytes, sizeof entry->key.bytes) == 0))
            break;
    }
    struct kept *kept = &table->entry[table->used++];
    kept->key = entry->key;
    kept->card = entry->card;
    kept->from_s = (uint32_t)entry->from_s;
    kept->number = entry->number;
    kept->next = before;
    kept->dropped = entry->dropped;
    kept->pack = entry->pack;
    kept->criminal = entry->criminal;
    kept->suspended = entry->suspended;
    atomic_store_explicit(&kept->until_s, (uint32_t)entry->until_s, memory_order_relaxed);
    atomic_fetch_add_explicit(&table->live, 1, memory_order_relaxed);
    atomic_store_explicit(&table->slot[at], (hash >> 32) << 32 | table->used, memory_order_release);
}

/* All of the person's entries with that number, from the one behind `at` on. */
static void table_drop(struct table *table, uint32_t at, uint32_t number)
{
    for (; at != 0; at = table->entry[at - 1].next) {
        struct kept *kept = &table->entry[at - 1];
        if (kept->number != number || atomic_load(&kept->until_s) == 0)
            continue;
        atomic_store(&kept->until_s, 0);
        atomic_fetch_sub_explicit(&table->live, 1, memory_order_relaxed);
    }
}

/* A table without what was dropped, with room for as much again; readers of the old one are waited
 * for. */
static enum status table_renew(struct standing_index *index, struct table *old)
{
    struct table *new = &index->room[old == &index->room[0]];
    uint64_t room = atomic_load(&old->live) * 2 + ENTRIES_LEAST;
    if (room > STANDING_ENTRIES_MAX)
        room = STANDING_ENTRIES_MAX;
    if (room <= atomic_load(&old->live))
        return STATUS_FULL;
    TRY(table_make(new, (uint32_t)room));
    for (uint32_t i = 0; i < old->used; i++) {
        if (atomic_load(&old->entry[i].until_s) == 0)
            continue;
        const struct standing_entry entry = told(&old->entry[i]);
        table_put(new, &entry);
    }
    atomic_store(&index->table, new);
    while (atomic_load(&old->readers) != 0)
        (void)sched_yield();
    table_give_back(old);
    return STATUS_OK;
}

enum status standing_put(struct standing_index *index, const struct standing_entry *entry)
{
    struct table *table = atomic_load(&index->table);
    must(entry->until_s >= 0 && entry->until_s <= UINT32_MAX && entry->from_s >= 0 &&
         entry->from_s <= UINT32_MAX);
    if (table->used == table->entries_max) {
        TRY(table_renew(index, table));
        table = atomic_load(&index->table);
    }
    table_put(table, entry);
    table_drop(table, table->entry[table->used - 1].next, entry->number);
    return STATUS_OK;
}

void standing_drop(struct standing_index *index, struct standing_key key, uint32_t number)
{
    struct table *table = atomic_load(&index->table);
    table_drop(table, head_of(table, key), number);
}

enum status standing_index_create(struct standing_index **out, uint32_t entries, struct arena *boot)
{
    struct standing_index *index = NULL;
    TRY(ARENA_NEW(boot, 1, &index));
    TRY(table_make(&index->room[0], entries < ENTRIES_LEAST ? ENTRIES_LEAST : entries));
    atomic_store(&index->table, &index->room[0]);
    *out = index;
    return STATUS_OK;
}

void standing_index_destroy(struct standing_index *index)
{
    if (index != NULL)
        table_give_back(atomic_load(&index->table));
}

uint64_t standing_count(const struct standing_index *index)
{
    struct table *table = table_enter(index);
    uint64_t count = atomic_load(&table->live);
    table_leave(table);
    return count;
}

size_t standing_bytes(const struct standing_index *index)
{
    struct table *table = table_enter(index);
    size_t bytes = table->slots_bytes + (size_t)table->used * sizeof *table->entry;
    table_leave(table);
    return bytes;
}
