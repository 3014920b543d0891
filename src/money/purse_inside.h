/* purse_inside.h -- what an account holds: traced money and other money, and which leaves first.
 *
 * FIFO and LIFO keep lots in the order in which they came; neighbours of one kind are one lot.  Of
 * one payment the traced part is reckoned to go on before the rest: it leaves a queue first and a
 * stack first.  The other methods keep two numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "money/trace.h"

struct lot {
    int64_t amount;
    bool traced;
};

struct purse {
    enum trace_method method;
    int64_t traced, other;
    int64_t touched;   /* POISON: other money that became traced here */
    int64_t uncovered; /* left beyond what was there */
    /* Lots in a ring: FIFO leaves at `first`, LIFO at the other end. */
    struct lot *lot;
    uint32_t first, count, room;
};

void purse_init(struct purse *purse, enum trace_method method);
/* STATUS_FULL: no memory, or a sum beyond 64 bits. */
enum status purse_add(struct purse *purse, int64_t traced, int64_t other, struct arena *request);
/* Takes `amount` out; `*traced` of it is traced money. */
enum status purse_take(struct purse *purse, int64_t amount, int64_t *traced);
/* The same, with `wanted` of traced money if it is there, more only where other money does not
 * suffice. */
enum status purse_take_back(struct purse *purse, int64_t amount, int64_t wanted, int64_t *traced);

/* a + b, a * b / c to the nearest, a half up; STATUS_FULL beyond 64 bits. */
enum status money_sum(int64_t a, int64_t b, int64_t *out);
int64_t money_share(int64_t a, int64_t b, int64_t c);
