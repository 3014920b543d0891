/* held.h -- an entity as it is, held so that it can be put back as it was.
 *
 * What would be known if a record came is found out by letting it come, and then undoing it.  Most
 * events stand behind all others, where there is room: such a one is taken out again, and what fell
 * off for it is still there.  Else (a block that must grow, a late event among many) what an entity
 * is lies in one block and the state beside it, and a copy of both is the undo. */
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
    bool easy;                   /* the event is taken out again; nothing was copied */
    int64_t at_ms;               /* of the event */
    uint16_t start, end, oldest; /* of the block */
    int64_t fallen_ms;           /* of a busy entity */
    uint64_t summary;
    bool lost;
    uint8_t class;
    const unsigned char *block;
    size_t block_size; /* 0: it had none */
    const unsigned char *state;
    size_t state_size; /* 0: it had none */
    uint64_t events_count;
    uint32_t created, first, first_next;
};

/* Before one event of that time is added to the visited entity by a probed batch.  STATUS_FULL: the
 * shelf is too small for the entity. */
enum status window_hold(struct window *window, const struct window_visit *visit, int64_t at_ms,
                        struct window_shelf *shelf, struct window_held *out);
/* The last one held first. */
void window_put_back(const struct window_held *held);
