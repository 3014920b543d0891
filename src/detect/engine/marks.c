/* marks.c -- a table of names, each with a ring of its latest marks.
 *
 * Invariants:  1. A ring holds the latest MARKS_REMEMBERED_MAX marks in the order in which they
 *                 were set, also those that have ended: an older one never comes back for them.
 *              2. A name is forgotten only as a whole, when none of its marks can be asked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/marks.h"

#include "ground/status.h"
#include <string.h>

enum { SLOTS_FIRST = 256 };

struct ring {
    uint16_t count;
    uint16_t next; /* where the next mark goes */
    uint16_t room;
    uint16_t class;
    int64_t until_ms; /* of the one that lasts longest */
    struct mark mark[];
};

enum status marks_init(struct marks *marks, struct budget *budget)
{
    *marks = (struct marks){.budget = budget};
    TRY(pool_init(&marks->pool, budget));
    void *table;
    TRY(budget_pages_take(budget, SLOTS_FIRST * sizeof *marks->slot, &table));
    marks->slot = table;
    marks->slots_count = SLOTS_FIRST;
    return STATUS_OK;
}

void marks_release(struct marks *marks)
{
    if (marks->budget == NULL)
        return;
    budget_pages_give_back(marks->budget, marks->slot, marks->slots_count * sizeof *marks->slot);
    pool_release(&marks->pool);
    marks->budget = NULL;
}

static uint64_t hash_of(uint64_t name, uint32_t tag)
{
    unsigned __int128 wide = (unsigned __int128)(name ^ (uint64_t)tag << 40) * 0x9E3779B97F4A7C15u;
    return ((uint64_t)wide ^ (uint64_t)(wide >> 64)) * 0xD6E8FEB86659FD93u;
}

static uint64_t home(uint64_t places, uint64_t name, uint32_t tag)
{
    return (uint64_t)(((unsigned __int128)hash_of(name, tag) * places) >> 64);
}

static uint64_t place_of(const struct mark_slot *slot, uint64_t places, uint64_t name, uint32_t tag)
{
    uint64_t at = home(places, name, tag);
    while (slot[at].name != 0 && (slot[at].name != name || slot[at].tag != tag))
        at = at + 1 == places ? 0 : at + 1;
    return at;
}

const struct mark *marks_find(const struct marks *marks, ident name, uint32_t tag, int64_t at_ms)
{
    uint64_t at = place_of(marks->slot, marks->slots_count, name.bits, tag);
    if (marks->slot[at].name == 0)
        return NULL;
    const struct ring *ring = pool_at(&marks->pool, marks->slot[at].block);
    for (uint16_t back = 1; back <= ring->count; back++) {
        const struct mark *mark = &ring->mark[(ring->next + ring->room - back) % ring->room];
        if (mark->set_ms < at_ms && at_ms <= mark->until_ms)
            return mark;
    }
    return NULL;
}

static enum status marks_grow(struct marks *marks)
{
    uint64_t places = marks->slots_count * 2;
    void *table;
    TRY(budget_pages_take(marks->budget, places * sizeof *marks->slot, &table));
    struct mark_slot *to = table;
    for (uint64_t i = 0; i < marks->slots_count; i++)
        if (marks->slot[i].name != 0)
            to[place_of(to, places, marks->slot[i].name, marks->slot[i].tag)] = marks->slot[i];
    budget_pages_give_back(marks->budget, marks->slot, marks->slots_count * sizeof *marks->slot);
    marks->slot = to;
    marks->slots_count = places;
    return STATUS_OK;
}

enum status marks_reserve(struct marks *marks, uint64_t more)
{
    if (more > marks->budget->size_max)
        return STATUS_FULL;
    while (marks->count + more > marks->slots_count - marks->slots_count / 4)
        TRY(marks_grow(marks));
    return STATUS_OK;
}

/* A ring with room for one more, or for all that are ever remembered. */
static enum status ring_room(struct marks *marks, uint32_t *block)
{
    uint16_t room = 1;
    struct ring *old = NULL;
    if (*block != 0) {
        old = pool_at(&marks->pool, *block);
        if (old->count < old->room || old->room == MARKS_REMEMBERED_MAX)
            return STATUS_OK;
        room =
            (uint16_t)(old->room * 2 < MARKS_REMEMBERED_MAX ? old->room * 2 : MARKS_REMEMBERED_MAX);
    }
    unsigned class = pool_class(sizeof *old + room * sizeof old->mark[0]);
    uint32_t taken;
    TRY(pool_take(&marks->pool, class, &taken));
    struct ring *ring = pool_at(&marks->pool, taken);
    *ring = (struct ring){.room = room, .class = (uint16_t) class, .until_ms = INT64_MIN};
    if (old != NULL) { /* full, so its oldest is at `next` */
        for (uint16_t i = 0; i < old->count; i++)
            ring->mark[i] = old->mark[(old->next + i) % old->room];
        ring->count = old->count;
        ring->next = old->count;
        ring->until_ms = old->until_ms;
        pool_give_back(&marks->pool, old->class, *block);
    }
    *block = taken;
    return STATUS_OK;
}

enum status marks_add(struct marks *marks, ident name, uint32_t tag, struct mark mark)
{
    must(ident_known(name));
    TRY(marks_reserve(marks, 1));
    struct mark_slot *slot =
        &marks->slot[place_of(marks->slot, marks->slots_count, name.bits, tag)];
    uint32_t block = slot->name == 0 ? 0 : slot->block;
    TRY(ring_room(marks, &block));
    marks->count += slot->name == 0;
    *slot = (struct mark_slot){name.bits, tag, block};
    struct ring *ring = pool_at(&marks->pool, block);
    ring->mark[ring->next] = mark;
    ring->next = (uint16_t)((ring->next + 1) % ring->room);
    ring->count = (uint16_t)(ring->count < ring->room ? ring->count + 1 : ring->room);
    if (mark.until_ms > ring->until_ms)
        ring->until_ms = mark.until_ms;
    return STATUS_OK;
}

size_t marks_growth_max(const struct marks *marks, uint32_t more)
{
    size_t size = (size_t)more * 512;
    if (marks->count + more > marks->slots_count - marks->slots_count / 4)
        size += (marks->slots_count + more) * 4 * sizeof *marks->slot;
    return size;
}

static void slot_empty(struct marks *marks, uint64_t gap)
{
    struct mark_slot *slot = marks->slot;
    uint64_t at = gap;
    slot[gap] = (struct mark_slot){.name = 0};
    marks->count--;
    for (;;) {
        at = at + 1 == marks->slots_count ? 0 : at + 1;
        if (slot[at].name == 0)
            return;
        uint64_t from = home(marks->slots_count, slot[at].name, slot[at].tag);
        bool stays = gap < at ? from > gap && from <= at : from > gap || from <= at;
        if (stays)
            continue;
        slot[gap] = slot[at];
        slot[at] = (struct mark_slot){.name = 0};
        gap = at;
    }
}

void marks_sweep(struct marks *marks, uint32_t slots, int64_t past_ms)
{
    for (uint32_t i = 0; i < slots && marks->count > 0; i++) {
        if (marks->swept >= marks->slots_count)
            marks->swept = 0;
        struct mark_slot *slot = &marks->slot[marks->swept];
        const struct ring *ring = slot->name == 0 ? NULL : pool_at(&marks->pool, slot->block);
        if (ring == NULL || ring->until_ms >= past_ms) {
            marks->swept++;
            continue;
        }
        pool_give_back(&marks->pool, ring->class, slot->block);
        slot_empty(marks, marks->swept);
    }
}

static bool slot_entry(const void *table, uint64_t place, struct order_entry *out)
{
    const struct mark_slot *slot = (const struct mark_slot *)table + place;
    if (slot->name == 0)
        return false;
    *out = (struct order_entry){
        .hash = hash_of(slot->name, slot->tag), .key = slot->name, .tag = slot->tag};
    return true;
}

struct order_table marks_order(const struct marks *marks)
{
    return (struct order_table){marks->slot, marks->slots_count, slot_entry};
}

unsigned marks_of_slot(const struct marks *marks, uint64_t place,
                       struct mark out[MARKS_REMEMBERED_MAX])
{
    const struct ring *ring = pool_at(&marks->pool, marks->slot[place].block);
    for (uint16_t i = 0; i < ring->count; i++)
        out[i] = ring->mark[(ring->next + ring->room - ring->count + i) % ring->room];
    return ring->count;
}
