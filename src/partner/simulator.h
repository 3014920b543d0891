/* simulator.h -- a partner's way that loses, doubles, delays and refuses, as a seed decides.
 *
 * For tests of this room and of those above: two outboxes, each the other's receiver, with this
 * between them.  What is delayed is handed over later, in another order, by simulator_shake(). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/chance.h"
#include "partner/outbox.h"

/* Of a thousand letters. */
struct simulator_odds {
    unsigned lost;        /* on their way: nobody there */
    unsigned answer_lost; /* the receiver has it, and what it said is lost: nobody there */
    unsigned busy, refused;
    unsigned doubled; /* the receiver gets it twice at once */
    unsigned delayed; /* said to be taken, and arrives some time later */
    unsigned damaged; /* a byte of it is changed */
};

/* Where letters arrive; what is given back at once is added to `answer`. */
struct simulator_receiver {
    enum status (*receive)(void *self, struct slice envelope, struct text *answer);
    void *self;
};

struct simulator;

/* Delays at most `delayed_max` letters at once; a further one is not delayed. */
enum status simulator_create(struct simulator **out, uint64_t seed,
                             const struct simulator_odds *odds, unsigned delayed_max,
                             struct simulator_receiver receiver);
void simulator_destroy(struct simulator *simulator);
/* Another receiver: the house was opened again. */
void simulator_point(struct simulator *simulator, struct simulator_receiver receiver);
void simulator_odds(struct simulator *simulator, const struct simulator_odds *odds);
struct outbox_way simulator_way(struct simulator *simulator);
/* Hands over about half of what was delayed, in any order; all of it if `all`. */
void simulator_shake(struct simulator *simulator, bool all);
/* A receiver that is an outbox: its answers go back at once. */
struct simulator_receiver simulator_receiver_of(struct outbox *outbox);
