/* held.c -- copies of an entity's block and state.
 *
 * Invariant:   after putting back, in the reverse order of holding, the window answers and is
 *              written down as before.  Blocks may lie elsewhere, and the table may have grown.
 * Not chosen:  taking the event out again.  Each running answer would need its way back, and what
 *              had fallen off would be lost. */
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

enum status window_hold(struct window *window, uint64_t key, uint64_t hash,
                        struct window_shelf *shelf, struct window_held *out)
{
    const struct window_slot *slot = window_find(window, key, hash);
    struct window_held held = {
        .window = window,
        .key = key,
        .hash = hash,
        .known = slot != NULL,
        .events_count = window->events_count,
        .created = window->created,
        .first = window->first,
        .first_next = window->first_next,
    };
    if (slot != NULL)
        held.slot = *slot;
    if (slot != NULL && slot->block != 0) {
        struct block *block = block_at(window, slot->block);
        const struct geometry *geometry = &window->geometry[block->class];
        held.class = block->class;
        const unsigned char *end =
            (const unsigned char *)(events_at(window, block) + (size_t)block->end * window->stride);
        held.block_size = (size_t)(end - (const unsigned char *)block);
        held.state_size = geometry->busy ? geometry->state_size : 0;
        if (held.block_size + held.state_size + 32 > shelf->size - shelf->used)
            return STATUS_FULL;
        held.block = copy(shelf, block, held.block_size);
        if (held.state_size > 0)
            held.state = copy(shelf, pool_at(window->pool, busy_at(block)->state), held.state_size);
    }
    *out = held;
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

void window_put_back(const struct window_held *held)
{
    struct window *window = held->window;
    struct window_slot *slot = window_find(window, held->key, held->hash);
    if (slot == NULL) {
        must(!held->known);
        return; /* it never came */
    }
    log_release(window, slot);
    if (held->known) {
        *slot = held->slot;
        if (held->block_size > 0)
            slot->block = block_again(held);
    } else {
        window_leave(window, slot);
    }
    window->events_count = held->events_count;
    window->created = held->created;
    window->first = held->first;
    window->first_next = held->first_next;
}
