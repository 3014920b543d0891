/* held.h -- an entity as it is, held so that it can be put back as it was.
 *
 * What would be known if a record came is found out by letting it come, and then undoing it.  What
 * an entity is lies in one block and the state beside it; a copy of both is an exact undo, whatever
 * the running answers are. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/window/window.h"

/* Room for copies; what is held later is put back sooner. */
struct window_shelf {
    unsigned char *at;
    size_t used;
    size_t size;
};

struct window_held {
    struct window *window;
    uint64_t key;
    uint64_t hash;
    bool known; /* it was in the table */
    struct window_slot slot;
    uint8_t class;
    const unsigned char *block;
    size_t block_size; /* 0: it had none */
    const unsigned char *state;
    size_t state_size; /* 0: it had none */
    uint64_t events_count;
    uint32_t created, first, first_next;
};

/* STATUS_FULL: the shelf is too small for the entity. */
enum status window_hold(struct window *window, uint64_t key, uint64_t hash,
                        struct window_shelf *shelf, struct window_held *out);
/* The last one held first. */
void window_put_back(const struct window_held *held);
