/* order.c -- run after run, each sorted.
 *
 *   places   0 .. head        from ........ to           places
 *            run | wrapped    run           (empty)      last run, goes on at 0
 *
 * An entry before `head` whose home lies behind its place belongs to the last run.
 *
 * Invariant:   all entries of a run have hashes above those of the run before.
 * Not chosen:  sorting everything.  A child that was forked in order to write must not take memory
 *              for all that its parent has. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

bool order_before(const struct order_entry *a, const struct order_entry *b)
{
    if (a->hash != b->hash)
        return a->hash < b->hash;
    return a->key != b->key ? a->key < b->key : a->tag < b->tag;
}

static bool held_at(const struct order_walk *walk, uint64_t place, struct order_entry *out)
{
    if (!walk->table.entry(walk->table.table, place, out))
        return false;
    out->place = place;
    return true;
}

static bool wrapped(const struct order_walk *walk, const struct order_entry *entry)
{
    uint64_t home = (uint64_t)(((unsigned __int128)entry->hash * walk->table.places) >> 64);
    return home > entry->place;
}

static void hold(struct order_walk *walk, const struct order_entry *entry)
{
    if (walk->count == ORDER_HELD) {
        walk->longer = true;
        return;
    }
    uint32_t at = walk->count++;
    for (; at > 0 && order_before(entry, &walk->held[at - 1]); at--)
        walk->held[at] = walk->held[at - 1];
    walk->held[at] = *entry;
}

/* Every entry of the run in hand goes to `each`. */
static void run_each(struct order_walk *walk,
                     void (*each)(struct order_walk *walk, const struct order_entry *entry))
{
    struct order_entry entry;
    for (uint64_t place = walk->from; place < walk->to; place++)
        if (held_at(walk, place, &entry) && !(place < walk->head && wrapped(walk, &entry)))
            each(walk, &entry);
    if (walk->to < walk->table.places)
        return;
    for (uint64_t place = 0; place < walk->head; place++)
        if (held_at(walk, place, &entry) && wrapped(walk, &entry))
            each(walk, &entry);
}

/* The least of those behind the last one is kept in held[0]. */
static void choose(struct order_walk *walk, const struct order_entry *entry)
{
    if (!order_before(&walk->last, entry))
        return;
    if (walk->count == 0 || order_before(entry, &walk->held[0]))
        walk->held[0] = *entry;
    walk->count = 1;
}

/* The next run; false: there is none. */
static bool run_next(struct order_walk *walk)
{
    struct order_entry entry;
    uint64_t place = walk->to;
    while (place < walk->table.places && !held_at(walk, place, &entry))
        place++;
    if (place >= walk->table.places)
        return false;
    walk->from = place;
    while (place < walk->table.places && held_at(walk, place, &entry))
        place++;
    walk->to = place;
    walk->at = 0;
    walk->count = 0;
    walk->longer = false;
    run_each(walk, hold);
    if (walk->longer) {
        walk->count = 0;
        walk->last = (struct order_entry){0};
    }
    return true;
}

void order_walk_init(struct order_walk *walk, struct order_table table)
{
    struct order_entry entry;
    walk->table = table;
    walk->head = 0;
    while (walk->head < table.places && held_at(walk, walk->head, &entry))
        walk->head++;
    walk->from = 0;
    walk->to = 0;
    walk->at = 0;
    walk->count = 0;
    walk->longer = false;
}

bool order_walk_next(struct order_walk *walk, struct order_entry *out)
{
    for (;;) {
        if (walk->longer) {
            walk->count = 0;
            run_each(walk, choose);
            if (walk->count == 1) {
                *out = walk->last = walk->held[0];
                return true;
            }
        } else if (walk->at < walk->count) {
            *out = walk->held[walk->at++];
            return true;
        }
        if (!run_next(walk))
            return false;
    }
}
