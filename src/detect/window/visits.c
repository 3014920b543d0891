/* visits.c -- many visits at once, so that memory is on its way when it is needed.
 *
 * Looking up a random entity costs a wait for memory, three of them in turn: its slot, its block,
 * the end of its events.  So visits go through a pipeline: while one is made, the tail of a later
 * one, the block of a still later one and the slot of one later than that are on their way.  Only
 * fetching runs ahead; as it does, entities are put into the table, without events. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/window_inside.h"

enum { SLOT_AHEAD = 24, BLOCK_AHEAD = 14, TAIL_AHEAD = 6 };

static void fetch_slot(const struct window *window, const struct window_visit *visit)
{
    __builtin_prefetch(&window->slot[hash_place(visit->hash, window->slots_count)]);
}

static void fetch_block_of(const struct window *window, const struct window_slot *slot)
{
    if (slot == NULL || slot->block == 0)
        return;
    const char *at = (const char *)block_at(window, slot->block);
    __builtin_prefetch(at, 1);
    __builtin_prefetch(at + 64, 1);
    __builtin_prefetch(at + 128, 1);
}

static void fetch_block(struct window *window, struct window_visit *visit)
{
    visit->slot = visit->flags != 0 ? window_entity(window, visit->key, visit->hash)
                                    : window_find(window, visit->key, visit->hash);
    fetch_block_of(window, visit->slot);
}

static void fetch_tail(const struct window *window, const struct window_slot *slot)
{
    if (slot == NULL || slot->block == 0)
        return;
    struct block *block = block_at(window, slot->block);
    const char *end =
        (const char *)(events_at(window, block) + (size_t)block->end * window->stride);
    __builtin_prefetch(end, 1);
    __builtin_prefetch(end - 64);
    if (!window->geometry[block->class].busy)
        return;
    const char *state = pool_at(window->pool, busy_at(block)->state);
    __builtin_prefetch(state, 1);
    __builtin_prefetch(state + 64, 1);
}

void window_fetch(const struct window *window, const struct window_visit *visit,
                  enum window_fetch what)
{
    if (what == WINDOW_FETCH_SLOT)
        fetch_slot(window, visit);
    else if (what == WINDOW_FETCH_BLOCK)
        fetch_block_of(window, window_find(window, visit->key, visit->hash));
    else
        fetch_tail(window, window_find(window, visit->key, visit->hash));
}

/* With so few events no rule cares for more than how many there are. */
static void answer_bounds(const struct window *window, const struct window_asked *asked,
                          uint32_t events_count, unsigned lane)
{
    for (unsigned i = 0; i < asked->wants_count; i++) {
        const struct window_want *want = &asked->want[i];
        want->into[lane] = bound_of(&window->plan.feature[want->feature], events_count);
    }
}

/* An event that is easily taken out again comes without anything being forgotten for its age. */
static int64_t newest_for(const struct window *window, const struct window_visit *visit,
                          const struct window_batch *batch)
{
    bool easy =
        batch->probed && visit->slot->block != 0 &&
        log_is_easy(window, block_at(window, visit->slot->block), batch->at_ms[visit->lane]);
    return easy ? INT64_MIN / 2 : batch->newest_ms;
}

static enum status visit_make(struct window *window, struct window_visit *visit,
                              const struct window_batch *batch)
{
    unsigned lane = visit->lane;
    bool own = visit->fed != NULL && visit->fed->kept;
    visit->kept = false;
    visit->events_before = window_events_count(window, visit->slot);
    visit->fallen_before_ms = window_fallen_ms(window, visit->slot);
    if (visit->flags != 0) {
        struct window_event event = {
            .at_ms = batch->at_ms[lane],
            .flags = visit->flags,
            .position = batch->position[lane],
            .column = visit->turned ? batch->turned : batch->column,
            .lane = lane,
        };
        TRY(window_add(window, visit->slot, &event, newest_for(window, visit, batch),
                       &visit->kept));
        own = visit->kept;
    }
    visit->events_count = window_events_count(window, visit->slot);
    visit->fallen_ms = window_fallen_ms(window, visit->slot);
    for (unsigned i = 0; i < visit->asked_count; i++) {
        const struct window_asked *asked = &visit->asked[i];
        if (((unsigned)visit->roles >> asked->role & 1u) == 0)
            continue;
        if (visit->events_count < asked->needed)
            answer_bounds(window, asked, visit->events_count, lane);
        else
            window_read(window, visit->slot, batch->at_ms[lane], asked->want, asked->wants_count,
                        lane, own);
    }
    return STATUS_OK;
}

enum status window_visits(struct window *window, struct window_visit *const *visit, uint32_t count,
                          const struct window_batch *batch)
{
    for (uint32_t i = 0; i < count && i < SLOT_AHEAD; i++)
        fetch_slot(window, visit[i]);
    for (uint32_t i = 0; i < count && i < BLOCK_AHEAD; i++)
        fetch_block(window, visit[i]);
    for (uint32_t i = 0; i < count; i++) {
        if (i + SLOT_AHEAD < count)
            fetch_slot(window, visit[i + SLOT_AHEAD]);
        if (i + BLOCK_AHEAD < count)
            fetch_block(window, visit[i + BLOCK_AHEAD]);
        if (i + TAIL_AHEAD < count)
            fetch_tail(window, visit[i + TAIL_AHEAD]->slot);
        TRY(visit_make(window, visit[i], batch));
    }
    return STATUS_OK;
}

/* ---- looking back ---- */

uint32_t window_events_count(const struct window *window, const struct window_slot *slot)
{
    if (slot == NULL || slot->block == 0)
        return 0;
    const struct block *block = block_at(window, slot->block);
    return (uint32_t)(block->end - block->start);
}

int64_t window_fallen_ms(const struct window *window, const struct window_slot *slot)
{
    if (slot == NULL || slot->block == 0)
        return INT64_MIN;
    struct block *block = block_at(window, slot->block);
    return window->geometry[block->class].busy ? busy_at(block)->fallen_ms : INT64_MIN;
}

bool window_lost(const struct window *window)
{
    return window->lost;
}

void window_walk_init(struct window_walk *walk, const struct window *window,
                      const struct window_slot *slot)
{
    *walk = (struct window_walk){.window = window};
    if (slot == NULL || slot->block == 0)
        return;
    struct block *block = block_at(window, slot->block);
    walk->event = events_at(window, block) + (size_t)block->end * window->stride;
    walk->base_ms = block->base_ms;
    walk->left = (uint32_t)(block->end - block->start);
    if (walk->left == window->plan.events_max)
        walk->left += block->start < RETAINED ? block->start : RETAINED;
}

bool window_walk_back(struct window_walk *walk, struct window_seen *out)
{
    if (walk->left == 0)
        return false;
    const struct window *window = walk->window;
    walk->left--;
    walk->event -= window->stride;
    const uint64_t *event = walk->event;
    uint64_t flags = event[window->flags_at];
    *out = (struct window_seen){
        .at_ms = walk->base_ms + (int64_t)(event[0] >> FLAG_BITS),
        .flags = window->flags_at == 0 ? flags & ((1u << FLAG_BITS) - 1) : flags,
        .position = event[window->flags_at + 1],
        .value = event + window->values_at,
    };
    return true;
}
