/* table.h -- a map from words to words that is asked often and changed seldom.
 *
 * Open addressing with linear steps over pages outside any arena; at most half full, so that a
 * question costs one miss of the cache, seldom two.  Key 0 (an unknown name) is never in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"

/* What one registry may take from the system, all told. */
struct budget {
    size_t used;
    size_t max;
};

struct table_place {
    uint64_t key; /* 0: free */
    uint64_t value;
};

struct table {
    struct table_place *place;
    size_t places_count; /* a power of two, or 0 */
    size_t count;
};

/* Places for `more` new keys.  STATUS_FULL: the budget is spent, or the system has no memory; the
 * table is as it was. */
enum status table_reserve(struct table *table, size_t more, struct budget *budget);
/* Sets or replaces; the place of a new key must have been reserved. */
void table_set(struct table *table, uint64_t key, uint64_t value);
/* 0: absent.  Values are never 0. */
static inline uint64_t table_find(const struct table *table, uint64_t key)
{
    if (table->places_count == 0 || key == 0)
        return 0;
    size_t mask = table->places_count - 1;
    for (size_t i = hash_word(key) & mask;; i = (i + 1) & mask) {
        if (table->place[i].key == key)
            return table->place[i].value;
        if (table->place[i].key == 0)
            return 0;
    }
}
void table_remove(struct table *table, uint64_t key);
void table_release(struct table *table, struct budget *budget);
