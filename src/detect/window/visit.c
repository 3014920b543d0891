/* visit.c -- many visits, made one after the other, fetched together.
 *
 * Looking up a random entity costs a wait for memory, three of them in turn: its slot, its block,
 * the end of its events.  So visits go through a pipeline: while one is made, the tail of a later
 * one, the block of a still later one and the slot of one later than that are on their way.
 *
 * Invariant:  visits are made in the order in which they stand; only fetching runs ahead, and
 *             entities are put into the table as it does, without events. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/window_inside.h"

enum { SLOT_AHEAD = 24, BLOCK_AHEAD = 14, TAIL_AHEAD = 6 };

static void fetch_slot(const struct window *window, const struct window_visit *visit)
{
    __builtin_prefetch(&window->slot[hash_place(visit->hash, window->slots_count)]);
}

static void fetch_block(struct window *window, struct window_visit *visit)
{
    visit->slot = visit->flags != 0 ? window_entity(window, visit->key, visit->hash)
                                    : window_find(window, visit->key, visit->hash);
    if (visit->slot == NULL || visit->slot->block == 0)
        return;
    const char *at = (const char *)block_at(window, visit->slot->block);
    __builtin_prefetch(at, 1);
    __builtin_prefetch(at + 64, 1);
    __builtin_prefetch(at + 128, 1);
}

static void fetch_tail(const struct window *window, const struct window_visit *visit)
{
    if (visit->slot == NULL || visit->slot->block == 0)
        return;
    struct block *block = block_at(window, visit->slot->block);
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

static enum status visit_make(struct window *window, struct window_visit *visit,
                              const struct window_batch *batch)
{
    unsigned lane = visit->lane;
    bool own = visit->fed != NULL && visit->fed->kept;
    visit->kept = false;
    if (visit->flags != 0) {
        struct window_event event = {batch->at_ms[lane], visit->flags, batch->position[lane],
                                     batch->column, lane};
        TRY(window_add(window, visit->slot, &event, batch->newest_ms, &visit->kept));
        own = visit->kept;
    }
    for (unsigned i = 0; i < visit->asked_count; i++) {
        const struct window_asked *asked = &visit->asked[i];
        if ((visit->roles >> asked->role & 1u) != 0)
            window_read(window, visit->slot, batch->at_ms[lane], asked->want, asked->wants_count,
                        lane, own);
    }
    visit->events_count = 0;
    visit->fallen_ms = INT64_MIN;
    if (visit->slot == NULL || visit->slot->block == 0)
        return STATUS_OK;
    struct block *block = block_at(window, visit->slot->block);
    visit->events_count = (uint32_t)(block->end - block->start);
    if (window->geometry[block->class].busy)
        visit->fallen_ms = busy_at(block)->fallen_ms;
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
            fetch_tail(window, visit[i + TAIL_AHEAD]);
        TRY(visit_make(window, visit[i], batch));
    }
    return STATUS_OK;
}
