/* window.c -- the table of entities.
 *
 * Open addressing with linear probing; a slot is 16 bytes, so that four lie in a cache line and a
 * probe seldom leaves it.  The place of a key is its hash scaled to the table, so growing reads
 * and writes in order.  All of an entity's events are in its block (log.c); what is asked of them
 * is answered by scan.c and busy.c.
 *
 * Invariants:  1. At most three quarters of the slots are used.
 *              2. From the place of a key on there is no empty slot before the key's own.
 *              3. Slots move only in window_reserve and window_sweep.
 * Not chosen:  the block inside the slot.  Entities differ a thousandfold in size. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/window_inside.h"

#include "ground/arena.h"

enum { SLOTS_FIRST = 256 };

/* What one event can take wherever it falls: the largest block that can still grow, and room of its
 * own beside it, as window_growth_max counts them. */
static size_t event_growth(const struct window *window)
{
    size_t block = 0, own = (size_t)window->stride * 8;
    for (unsigned class = 0; class < POOL_CLASSES_COUNT - 4; class ++) {
        if (window->geometry[class].capacity >= window->top_capacity)
            continue;
        const struct geometry *next = &window->geometry[class + 4];
        size_t state = next->busy ? pool_class_size(next->state_class) : 0;
        size_t both = (size_t)window->stride * 8 + state / (next->capacity + 1);
        if (block < pool_class_size(class + 4) + state)
            block = pool_class_size(class + 4) + state;
        if (own < both)
            own = both;
    }
    return block + own * 8 + 256;
}

static void geometry_fill(struct window *window)
{
    for (unsigned class = 0; class < POOL_CLASSES_COUNT; class ++) {
        struct geometry *geometry = &window->geometry[class];
        size_t size = pool_class_size(class);
        size_t event_size = (size_t)window->stride * 8;
        size_t capacity = (size - sizeof(struct block)) / event_size;
        if (capacity > window->small_max) {
            geometry->busy = true;
            capacity = (size - sizeof(struct block) - sizeof(struct busy)) / event_size;
        }
        geometry->capacity =
            capacity > window->top_capacity ? window->top_capacity : (uint32_t)capacity;
        if (!geometry->busy)
            continue;
        busy_plan(window, geometry);
        unsigned state_class = pool_class(geometry->state_size);
        must(state_class < POOL_CLASSES_COUNT);
        geometry->state_class = (uint8_t)state_class;
    }
    unsigned class = 0;
    for (uint32_t events = 0; events <= SMALL_EVENTS_MAX; events++) {
        uint32_t held = events < window->top_capacity ? events : window->top_capacity;
        while (window->geometry[class].capacity < held)
            class ++;
        window->small_class[events] = (uint8_t) class;
    }
}

/* How events of the plan lie, and which block holds how many. */
static enum status window_lay(struct window **out, const struct window_plan *plan,
                              struct arena *boot)
{
    must(plan->features_count <= PROFILE_FEATURES_MAX);
    must(plan->bits_count <= WINDOW_BITS_MAX);
    must(plan->values_count <= WINDOW_VALUES_MAX);
    must(plan->events_max >= 1);
    must(plan->events_max <= 50000); /* places are 16 bits */
    struct window *window;
    TRY(ARENA_NEW(boot, 1, &window));
    TRY(ARENA_NEW(boot, POOL_CLASSES_COUNT, &window->geometry));
    window->plan = *plan;
    window->small_max = plan->small_max == 0 ? SMALL_EVENTS_USUAL : plan->small_max;
    must(window->small_max <= SMALL_EVENTS_MAX);
    if (window->small_max >= plan->events_max) /* only a busy entity can lose events */
        window->small_max = plan->events_max - 1;
    window->top_capacity = plan->events_max + RETAINED + plan->events_max / 8 + 1;
    window->flags_at = plan->bits_count > FLAG_BITS;
    window->values_at = window->flags_at + 2;
    window->stride = window->values_at + plan->values_count;
    busy_features(window);
    geometry_fill(window);
    window->event_growth_max = event_growth(window);
    *out = window;
    return STATUS_OK;
}

enum status window_create(struct window **out, const struct window_plan *plan, struct pool *pool,
                          struct arena *boot)
{
    struct window *window;
    void *table;
    TRY(window_lay(&window, plan, boot));
    TRY(budget_pages_take(pool->budget, SLOTS_FIRST * sizeof *window->slot, &table));
    window->pool = pool;
    window->slot = table;
    window->slots_count = SLOTS_FIRST;
    window->first = UINT32_MAX;
    window->first_next = UINT32_MAX;
    *out = window;
    return STATUS_OK;
}

enum status window_sizes(const struct window_plan *plan, uint32_t events, struct arena *scratch,
                         uint64_t *event_size, uint64_t *entity_size)
{
    struct window *window;
    TRY(window_lay(&window, plan, scratch));
    unsigned class = log_class(window, events);
    const struct geometry *geometry = &window->geometry[class];
    uint64_t size = pool_class_size(class);
    if (geometry->busy)
        size += pool_class_size(geometry->state_class);
    *event_size = (uint64_t)window->stride * 8;
    *entity_size = size + sizeof(struct window_slot) * 3 / 2; /* two thirds of a table are full */
    return STATUS_OK;
}

/* The blocks go with the pool. */
void window_destroy(struct window *window)
{
    if (window == NULL || window->slot == NULL)
        return;
    budget_pages_give_back(window->pool->budget, window->slot,
                           window->slots_count * sizeof *window->slot);
    window->slot = NULL;
}

/* Slots for that many entities at most three quarters full. */
static uint64_t slots_for(const struct window *window, uint64_t entities)
{
    uint64_t slots = window->slots_count;
    while (entities > slots - slots / 4)
        slots += slots / 2;
    return slots;
}

enum status window_reserve(struct window *window, uint32_t entities)
{
    uint64_t slots = slots_for(window, window->entities_count + entities);
    if (slots == window->slots_count)
        return STATUS_OK;
    void *table;
    TRY(budget_pages_take(window->pool->budget, slots * sizeof *window->slot, &table));
    struct window_slot *to = table;
    for (uint64_t i = 0; i < window->slots_count; i++) {
        if (window->slot[i].key == 0)
            continue;
        uint64_t at = hash_place(window_hash(window->slot[i].key), slots);
        while (to[at].key != 0)
            at = at + 1 == slots ? 0 : at + 1;
        to[at] = window->slot[i];
    }
    budget_pages_give_back(window->pool->budget, window->slot,
                           window->slots_count * sizeof *window->slot);
    window->slot = to;
    window->slots_count = slots;
    window->swept = 0;
    return STATUS_OK;
}

static size_t table_growth(const struct window *window, uint32_t events)
{
    uint64_t slots = slots_for(window, window->entities_count + events);
    return slots == window->slots_count ? 0 : slots * sizeof *window->slot;
}

size_t window_growth_bound(const struct window *window, uint32_t events)
{
    return table_growth(window, events) + events * window->event_growth_max;
}

size_t window_growth_max(const struct window *window, uint32_t events)
{
    size_t size = table_growth(window, events);
    /* Each event may make one entity grow: the largest ones first.  A small one may grow again
     * and again, but never to more than what the events of the batch need. */
    uint32_t left = events;
    size_t per_event = (size_t)window->stride * 8;
    for (unsigned class = POOL_CLASSES_COUNT - 4; class -- > 0 && left > 0;) {
        uint64_t many = window->of_class[class];
        if (many == 0 || window->geometry[class].capacity >= window->top_capacity)
            continue;
        /* Four classes up is twice the size: as far as a block grows at once. */
        const struct geometry *next = &window->geometry[class + 4];
        uint32_t growing = many < left ? (uint32_t)many : left;
        left -= growing;
        size_t state_size = next->busy ? pool_class_size(next->state_class) : 0;
        size += growing * (pool_class_size(class + 4) + state_size);
        size_t both = (size_t)window->stride * 8 + state_size / (next->capacity + 1);
        if (per_event < both)
            per_event = both;
    }
    return size + events * (per_event * 8 + 256);
}

struct window_slot *window_find(const struct window *window, uint64_t key, uint64_t hash)
{
    uint64_t at = hash_place(hash, window->slots_count);
    while (window->slot[at].key != 0) {
        if (window->slot[at].key == key)
            return &window->slot[at];
        at = at + 1 == window->slots_count ? 0 : at + 1;
    }
    return NULL;
}

struct window_slot *window_entity(struct window *window, uint64_t key, uint64_t hash)
{
    must(key != 0);
    uint64_t at = hash_place(hash, window->slots_count);
    while (window->slot[at].key != 0) {
        if (window->slot[at].key == key)
            return &window->slot[at];
        at = at + 1 == window->slots_count ? 0 : at + 1;
    }
    must(window->entities_count < window->slots_count - 1); /* window_reserve saw to it */
    window->slot[at] = (struct window_slot){.key = key};
    window->entities_count++;
    window->created++;
    return &window->slot[at];
}

uint64_t window_nothing(const struct window_feature *feature)
{
    return nothing_of(feature);
}

/* Takes the slot out and closes the gap behind it. */
static void slot_empty(struct window *window, uint64_t gap)
{
    struct window_slot *slot = window->slot;
    uint64_t at = gap;
    slot[gap] = (struct window_slot){.key = 0};
    window->entities_count--;
    for (;;) {
        at = at + 1 == window->slots_count ? 0 : at + 1;
        if (slot[at].key == 0)
            return;
        uint64_t home = hash_place(window_hash(slot[at].key), window->slots_count);
        bool stays = gap < at ? home > gap && home <= at : home > gap || home <= at;
        if (stays)
            continue;
        slot[gap] = slot[at];
        slot[at] = (struct window_slot){.key = 0};
        gap = at;
    }
}

void window_leave(struct window *window, struct window_slot *slot)
{
    slot_empty(window, (uint64_t)(slot - window->slot));
}

void window_sweep(struct window *window, uint32_t slots, int64_t newest_ms)
{
    int64_t past_ms = newest_ms - window->plan.late_ms_max - window->plan.span_ms_max;
    uint32_t coarse = coarse_time(past_ms);
    if (coarse <= window->first) {
        window->created = 0;
        return;
    }
    slots += 4 * window->created; /* more than come in, or the table would grow for ever */
    window->created = 0;
    for (uint32_t i = 0; i < slots && window->entities_count > 0; i++) {
        if (window->swept >= window->slots_count) {
            window->swept = 0;
            window->first = window->first_next;
            window->first_next = UINT32_MAX;
        }
        struct window_slot *slot = &window->slot[window->swept];
        if (slot->key == 0 || slot->last >= coarse) {
            if (slot->key != 0 && slot->last < window->first_next)
                window->first_next = slot->last;
            window->swept++;
            continue;
        }
        log_release(window, slot);
        slot_empty(window, window->swept); /* another may have come into this slot: look again */
    }
}

void window_count(const struct window *window, struct window_counts *out)
{
    *out = (struct window_counts){
        .entities = window->entities_count,
        .events = window->events_count,
        .busy = window->busy_count,
        .table_bytes = window->slots_count * sizeof *window->slot,
    };
}
