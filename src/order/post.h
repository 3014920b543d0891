/* post.h -- how a room's order leaves for a bank's machine, without the room knowing of letters. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/text.h"

/* What leaves; kept by whoever takes it, in the transaction of the call. */
struct order_out {
    const char *kind;          /* "stop.order", "freeze.lift" … */
    struct slice organisation; /* the executor */
    struct slice work;         /* the order */
    int64_t round;             /* with kind and work it names the letter: the same is sent once */
    struct slice body;         /* canonical JSON of this room */
    int64_t life_ms;           /* for so long it is tried, and may be carried out */
};
struct order_post {
    enum status (*post)(void *self, const struct order_out *out, struct arena *request);
    /* Whether a machine answers for this organisation. */
    bool (*known)(void *self, struct slice organisation);
    void *self; /* `post` NULL: nothing is sent, people answer through their seat */
};
