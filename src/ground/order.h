/* order.h -- an open table walked in the order of its hashes, wherever its entries lie.
 *
 * Where entries of a table with linear steps lie depends on which came first and how often the
 * table grew; what is written down must not.  The place of an entry is its hash scaled to the
 * table, so entries are nearly in the order of their hashes already: only within a run (places
 * without an empty one between them) they must be sorted. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Ordered by hash, then key, then tag. */
struct order_entry {
    uint64_t hash;
    uint64_t key;
    uint64_t tag;
    uint64_t place;
};

struct order_table {
    const void *table;
    uint64_t places; /* at least one of them empty */
    /* false: the place is empty. */
    bool (*entry)(const void *table, uint64_t place, struct order_entry *out);
};

enum { ORDER_HELD = 64 };

struct order_walk {
    struct order_table table;
    uint64_t head; /* places before it may hold entries of the last run */
    uint64_t from; /* the run in hand … */
    uint64_t to;   /* … ends before here */
    bool longer;   /* than `held`: each entry is looked for among all */
    uint32_t at;
    uint32_t count;
    struct order_entry last;
    struct order_entry held[ORDER_HELD];
};

/* The table must not change while it is walked.  Takes no memory. */
void order_walk_init(struct order_walk *walk, struct order_table table);
/* false: there are no more. */
bool order_walk_next(struct order_walk *walk, struct order_entry *out);
bool order_before(const struct order_entry *a, const struct order_entry *b);
