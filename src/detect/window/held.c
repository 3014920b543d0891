/* held.c -- an event that only might come, taken out again.
 *
 *   easy    the event stands behind all others (of few events: anywhere), and nothing had to move:
 *           each running answer that counted it goes back by one step, the links let go of it
 *   copy    everything else: the entity's block and state, put back whole
 *
 * Invariant:   after putting back, in the reverse order of holding, the window answers and is
 *              written down as before.  Blocks may lie elsewhere, the table may have grown, and
 *              running answers may have moved to another time: none of it can be asked about.
 * Not chosen:  copies alone.  An entity with thousands of events was copied twice for each
 *              question, and its running answers then began from where they last were. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/held.h"

#include "detect/window/window_inside.h"
#include "ground/status.h"

static const unsigned char *copy(struct window_shelf *shelf, const void *from, size_t size)
{
    unsigned char *to = shelf->at + shelf->used;
    memcpy(to, from, size);
    shelf->used += (size + 15) & ~(size_t)15;
    return to;
}

static void note(const struct window *window, struct block *block, struct window_held *held)
{
    held->start = block->start;
    held->end = block->end;
    held->oldest = block->oldest;
    if (!window->geometry[block->class].busy)
        return;
    held->fallen_ms = busy_at(block)->fallen_ms;
    held->summary = busy_summary(window, block, block->end);
}

static enum status copy_all(const struct window *window, struct block *block,
                            struct window_shelf *shelf, struct window_held *held)
{
    const struct geometry *geometry = &window->geometry[block->class];
    const unsigned char *end =
        (const unsigned char *)(events_at(window, block) + (size_t)block->end * window->stride);
    held->class = block->class;
    held->block_size = (size_t)(end - (const unsigned char *)block);
    held->state_size = geometry->busy ? geometry->state_size : 0;
    if (held->block_size + held->state_size + 32 > shelf->size - shelf->used)
        return STATUS_FULL;
    held->block = copy(shelf, block, held->block_size);
    if (held->state_size > 0)
        held->state = copy(shelf, pool_at(window->pool, busy_at(block)->state), held->state_size);
    return STATUS_OK;
}

enum status window_hold(struct window *window, const struct window_visit *visit, int64_t at_ms,
                        struct window_shelf *shelf, struct window_held *out)
{
    const struct window_slot *slot = window_find(window, visit->key, visit->hash);
    *out = (struct window_held){
        .window = window,
        .key = visit->key,
        .hash = visit->hash,
        .known = slot != NULL,
        .at_ms = at_ms,
        .lost = window->lost,
        .events_count = window->events_count,
        .created = window->created,
        .first = window->first,
        .first_next = window->first_next,
    };
    if (slot == NULL)
        return STATUS_OK;
    out->slot = *slot;
    if (slot->block == 0)
        return STATUS_OK;
    struct block *block = block_at(window, slot->block);
    out->easy = log_is_easy(window, block, at_ms);
    if (!out->easy)
        return copy_all(window, block, shelf, out);
    note(window, block, out);
    return STATUS_OK;
}

/* Blocks of these sizes were given back when the entity outgrew them, or just now. */
static uint32_t block_again(const struct window_held *held)
{
    struct window *window = held->window;
    uint32_t taken, state;
    enum status status = pool_take(window->pool, held->class, &taken);
    must(status == STATUS_OK);
    struct block *block = block_at(window, taken);
    memcpy(block, held->block, held->block_size);
    if (held->state_size > 0) {
        status = pool_take(window->pool, window->geometry[held->class].state_class, &state);
        must(status == STATUS_OK);
        busy_at(block)->state = state;
        memcpy(pool_at(window->pool, state), held->state, held->state_size);
    }
    window->of_class[held->class]++;
    window->busy_count += window->geometry[held->class].busy;
    return taken;
}

/* The event stands behind all that are not later. */
static void quiet_take_back(const struct window *window, struct block *block, int64_t at_ms)
{
    uint32_t stride = window->stride;
    uint64_t *events = events_at(window, block);
    uint64_t after = word_after(block->base_ms, at_ms);
    uint32_t behind = block->end;
    while (events[(size_t)(behind - 1) * stride] >= after)
        behind--;
    uint64_t *at = events + (size_t)(behind - 1) * stride;
    memmove(at, at + stride, (size_t)(block->end - behind) * stride * 8);
    block->end--;
}

static void take_back(const struct window_held *held, struct window_slot *slot)
{
    struct window *window = held->window;
    must(slot->block == held->slot.block); /* there was room */
    struct block *block = block_at(window, slot->block);
    slot->last = held->slot.last;
    if (block->end == held->end)
        return; /* it never came */
    if (!window->geometry[block->class].busy) {
        quiet_take_back(window, block, held->at_ms);
    } else {
        busy_take_back(window, block, held->summary);
        if (block->start > held->start)
            busy_recall(window, block);
        busy_at(block)->fallen_ms = held->fallen_ms;
    }
    must(block->start == held->start);
    must(block->end == held->end);
    block->oldest = held->oldest;
}

void window_put_back(const struct window_held *held)
{
    struct window *window = held->window;
    struct window_slot *slot = window_find(window, held->key, held->hash);
    if (slot == NULL) {
        must(!held->known);
        return; /* it never came */
    }
    if (!held->easy)
        log_release(window, slot);
    if (held->easy) {
        take_back(held, slot);
    } else if (held->known) {
        *slot = held->slot;
        if (held->block_size > 0)
            slot->block = block_again(held);
    } else {
        window_leave(window, slot);
    }
    window->lost = held->lost;
    window->events_count = held->events_count;
    window->created = held->created;
    window->first = held->first;
    window->first_next = held->first_next;
}
