/* played.h -- a world of the oracle, put into a real index and traced there. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "oracle.h"

struct played {
    struct money *money;
    struct money_view *view;
    struct arena *arena;
    const struct world *world;
};

/* Adds the payments in the order of `order` (NULL: as they are). */
void played_open(struct played *played, const struct world *world, const int *order,
                 struct arena *arena);
void played_close(struct played *played);
/* `asked` with the world as its judge. */
enum status played_trace(struct played *played, struct trace_request *asked, const int *origins,
                         int count, struct trace **out);
struct payment played_payment(const struct world *world, int number);
/* The number of an account, a payment. */
int played_account(ident name);
int played_number(const struct payment *payment);
