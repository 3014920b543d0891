/* spellings.c -- a table from idents to texts, each as old as its last use.
 *
 * Invariant:  a spelling stays as long as any event that holds the name can be seen: longer than
 *             the longest span of the rule set behind the watermark. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/spellings.h"

#include "ground/status.h"
#include <string.h>

enum { SLOTS_FIRST = 256 };

struct spelling {
    uint16_t size;
    uint16_t class;
    char bytes[];
};

enum status spellings_init(struct spellings *spellings, struct budget *budget)
{
    *spellings = (struct spellings){.budget = budget};
    TRY(pool_init(&spellings->pool, budget));
    void *table;
    TRY(budget_pages_take(budget, SLOTS_FIRST * sizeof *spellings->slot, &table));
    spellings->slot = table;
    spellings->slots_count = SLOTS_FIRST;
    return STATUS_OK;
}

void spellings_release(struct spellings *spellings)
{
    if (spellings->budget == NULL)
        return;
    budget_pages_give_back(spellings->budget, spellings->slot,
                           spellings->slots_count * sizeof *spellings->slot);
    pool_release(&spellings->pool);
    spellings->budget = NULL;
}

/* A name that does not print from its bits is a hash already: its low 62 bits. */
static uint64_t home(uint64_t places, uint64_t name)
{
    return (uint64_t)(((unsigned __int128)(name << 2) * places) >> 64);
}

static uint64_t place_of(const struct spelling_slot *slot, uint64_t places, uint64_t name)
{
    uint64_t at = home(places, name);
    while (slot[at].name != 0 && slot[at].name != name)
        at = at + 1 == places ? 0 : at + 1;
    return at;
}

uint32_t spellings_coarse(moment at)
{
    return (uint32_t)((at.ms + ((int64_t)1 << 48)) >> 17);
}

moment spellings_moment(uint32_t last)
{
    return (moment){(int64_t)(((uint64_t)last << 17) + (1 << 17) - 1) - ((int64_t)1 << 48)};
}

static enum status spellings_grow(struct spellings *spellings)
{
    uint64_t places = spellings->slots_count * 2;
    void *table;
    TRY(budget_pages_take(spellings->budget, places * sizeof *spellings->slot, &table));
    struct spelling_slot *to = table;
    for (uint64_t i = 0; i < spellings->slots_count; i++)
        if (spellings->slot[i].name != 0)
            to[place_of(to, places, spellings->slot[i].name)] = spellings->slot[i];
    budget_pages_give_back(spellings->budget, spellings->slot,
                           spellings->slots_count * sizeof *spellings->slot);
    spellings->slot = to;
    spellings->slots_count = places;
    return STATUS_OK;
}

enum status spellings_reserve(struct spellings *spellings, uint64_t more)
{
    if (more > spellings->budget->size_max)
        return STATUS_FULL;
    while (spellings->count + more > spellings->slots_count - spellings->slots_count / 4)
        TRY(spellings_grow(spellings));
    return STATUS_OK;
}

enum status spellings_keep(struct spellings *spellings, ident name, struct slice spelling,
                           moment at)
{
    uint64_t place = place_of(spellings->slot, spellings->slots_count, name.bits);
    if (spellings->slot[place].name != 0) {
        if (spellings_coarse(at) > spellings->slot[place].last)
            spellings->slot[place].last = spellings_coarse(at);
        return STATUS_OK;
    }
    if (spellings->count + 1 > spellings->slots_count - spellings->slots_count / 4) {
        TRY(spellings_grow(spellings));
        place = place_of(spellings->slot, spellings->slots_count, name.bits);
    }
    must(spelling.size <= UINT16_MAX);
    unsigned class = pool_class(sizeof(struct spelling) + spelling.size);
    uint32_t block;
    TRY(pool_take(&spellings->pool, class, &block));
    struct spelling *kept = pool_at(&spellings->pool, block);
    kept->size = (uint16_t)spelling.size;
    kept->class = (uint16_t) class;
    memcpy(kept->bytes, spelling.at, spelling.size);
    spellings->slot[place] = (struct spelling_slot){name.bits, block, spellings_coarse(at)};
    spellings->count++;
    return STATUS_OK;
}

struct slice spellings_find(const struct spellings *spellings, ident name)
{
    uint64_t place = place_of(spellings->slot, spellings->slots_count, name.bits);
    if (spellings->slot[place].name == 0)
        return (struct slice){"", 0};
    const struct spelling *kept = pool_at(&spellings->pool, spellings->slot[place].block);
    return (struct slice){kept->bytes, kept->size};
}

size_t spellings_growth_max(const struct spellings *spellings, uint32_t more)
{
    size_t size = (size_t)more * 128;
    if (spellings->count + more > spellings->slots_count - spellings->slots_count / 4)
        size += (spellings->slots_count + more) * 4 * sizeof *spellings->slot;
    return size;
}

static void slot_empty(struct spellings *spellings, uint64_t gap)
{
    struct spelling_slot *slot = spellings->slot;
    uint64_t at = gap;
    slot[gap] = (struct spelling_slot){.name = 0};
    spellings->count--;
    for (;;) {
        at = at + 1 == spellings->slots_count ? 0 : at + 1;
        if (slot[at].name == 0)
            return;
        uint64_t from = home(spellings->slots_count, slot[at].name);
        bool stays = gap < at ? from > gap && from <= at : from > gap || from <= at;
        if (stays)
            continue;
        slot[gap] = slot[at];
        slot[at] = (struct spelling_slot){.name = 0};
        gap = at;
    }
}

void spellings_sweep(struct spellings *spellings, uint32_t slots, moment past)
{
    for (uint32_t i = 0; i < slots && spellings->count > 0; i++) {
        if (spellings->swept >= spellings->slots_count)
            spellings->swept = 0;
        struct spelling_slot *slot = &spellings->slot[spellings->swept];
        if (slot->name == 0 || slot->last >= spellings_coarse(past)) {
            spellings->swept++;
            continue;
        }
        const struct spelling *kept = pool_at(&spellings->pool, slot->block);
        pool_give_back(&spellings->pool, kept->class, slot->block);
        slot_empty(spellings, spellings->swept);
    }
}

static bool slot_entry(const void *table, uint64_t place, struct order_entry *out)
{
    const struct spelling_slot *slot = (const struct spelling_slot *)table + place;
    if (slot->name == 0)
        return false;
    *out = (struct order_entry){.hash = slot->name << 2, .key = slot->name};
    return true;
}

struct order_table spellings_order(const struct spellings *spellings)
{
    return (struct order_table){spellings->slot, spellings->slots_count, slot_entry};
}

void spellings_drop(struct spellings *spellings, ident name)
{
    uint64_t place = place_of(spellings->slot, spellings->slots_count, name.bits);
    must(spellings->slot[place].name != 0);
    const struct spelling *kept = pool_at(&spellings->pool, spellings->slot[place].block);
    pool_give_back(&spellings->pool, kept->class, spellings->slot[place].block);
    slot_empty(spellings, place);
}
