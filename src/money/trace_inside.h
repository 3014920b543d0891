/* trace_inside.h -- the engine of a trace: accounts with a purse and a place in their history.
 *
 *   loop:  the earliest payment ahead of any account that holds traced money, or the next origin
 *          payer's purse ── traced part ──> an end, a cut, or the payee's purse
 *
 * Backward, "earliest" is the latest and payer and payee change places; nothing else differs. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "money/purse_inside.h"

struct traced {
    struct purse purse;
    struct money_walk *walk;
    struct payment ahead; /* the next payment of its history, if `more` */
    bool more;
    bool on_heap;
    bool worn_out; /* TRACE_EVENTS_MAX were read */
    bool beyond;   /* `ahead` is outside the time asked for */
    bool waits;    /* paid to an end, which may give back */
    uint32_t events;
};

struct waiting { /* the key beside the number, so that the heap alone is looked at */
    struct payment_key key;
    uint32_t account;
};

/* An account by its name; the name stands here, so that most looks end here. */
struct account_slot {
    uint64_t name;
    uint32_t number; /* from 1; 0: free */
};

struct tracing {
    struct trace *trace;
    const struct trace_request *asked;
    struct money_view *view;
    struct arena *request;
    const struct payment *origin;
    size_t origins_count, origins_done;
    bool reversals;  /* there are payments that take others back */
    bool starts_own; /* the first origin stays with one holder, so that coming back is no end */
    struct traced *traced; /* beside trace->account, moves when an account is added */
    struct traced start;   /* holds nothing, but an end may give back to it */
    struct waiting *heap;
    uint32_t heap_count;
    uint32_t accounts_room, edges_room; /* arrays double up to edges_max */
    struct account_slot *account_slot;
    uint32_t *edge_slot;
    uint32_t *back_slot; /* backward: edges by the payment that they take back */
    uint32_t account_slots, edge_slots;
    struct payment_key now; /* of the payment in hand */
};

/* An account by number, or the start by TRACE_START. */
static inline struct traced *traced_at(struct tracing *tracing, uint32_t account)
{
    return account == TRACE_START ? &tracing->start : &tracing->traced[account];
}
/* Whether what the account does next matters: it holds traced money, is poisoned, or waits for
 * money to come back. */
static inline bool is_live(struct tracing *tracing, uint32_t account)
{
    const struct traced *traced = traced_at(tracing, account);
    return traced->purse.traced > 0 || traced->waits || tracing->asked->method == METHOD_POISON;
}

/* The two sides of a payment in the direction of the trace. */
static inline ident side_from(const struct tracing *tracing, const struct payment *payment)
{
    return tracing->asked->backward ? payment->payee : payment->payer;
}
static inline ident side_to(const struct tracing *tracing, const struct payment *payment)
{
    return tracing->asked->backward ? payment->payer : payment->payee;
}
static inline int tracing_compare(const struct tracing *tracing, struct payment_key a,
                                  struct payment_key b)
{
    int order = payment_key_compare(a, b);
    return tracing->asked->backward ? -order : order;
}

/* The other money of an account at contact by `payment`, from what was told or from balances.
 * `*known` false: 0. */
enum status opening_find(struct tracing *tracing, ident account, const struct payment *payment,
                         int64_t *out, bool *known);

/* ---- accounts and edges by name ---- */

/* TRACE_START: not traced. */
uint32_t traced_find(const struct tracing *tracing, ident account);
/* Pointers into the arrays of accounts are gone.  STATUS_FULL: no memory. */
enum status traced_add(struct tracing *tracing, ident account, ident bank, uint32_t *out);
/* An edge by its payment's name, or NULL. */
struct trace_edge *edge_find(struct tracing *tracing, uint64_t name);
/* Room for one more; pointers to edges are gone.  STATUS_FULL. */
enum status edge_reserve(struct tracing *tracing);
void edge_enter(struct tracing *tracing, uint32_t edge);

/* ---- the payment ahead, and whose it is ---- */

enum status ahead_read(struct tracing *tracing, uint32_t account);
void heap_push(struct tracing *tracing, uint32_t account);
/* Leaves `on_heap` as it is. */
uint32_t heap_pop(struct tracing *tracing);

/* ---- one payment ---- */

/* Moves its money. */
enum status step_payment(struct tracing *tracing, const struct payment *payment, bool origin);
/* Reads an account that held nothing up to `key`, without it. */
enum status step_catch_up(struct tracing *tracing, uint32_t account, struct payment_key key);
