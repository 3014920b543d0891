/* trace.h -- where did it go, and whose money is this.
 *
 *   victim ──10,000──> level 1 ──6,000──> level 2 ──> …          an edge: a payment, and how much
 *                         │ 1,500 still there   └──> cash          of it is the traced money
 *                         └──2,500──> a merchant
 *
 * Forward, the traced money starts with the payee of the payments asked for.  Backward, the same is
 * done on the mirrored history: time runs back, payer and payee change places, and the traced money
 * is the demand "where did this come from".  What the methods mean is docs/money.md.
 *
 * Invariants:  1. Always, to the cent:  started + touched = held + ends + cuts.  `touched` is 0 but
 *                 for POISON, where it is the money of others that contact made suspicious.
 *              2. The same payments give the same trace, whatever order they arrived in.
 *              3. An account holds at most as much traced money as money.
 *              4. Between accounts of one holder money keeps its level: such a step is no step. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/tongue.h"
#include "money/index.h"

enum trace_method {
#define METHOD(name, word, en, zh) METHOD_##name,
#include "methods.inc"
#undef METHOD
    METHODS_COUNT
};

enum trace_end {
#define END(name, word, en, zh) END_##name,
#include "ends.inc"
#undef END
    ENDS_COUNT /* none: it is followed */
};

enum trace_cut {
#define CUT(name, word, en, zh) CUT_##name,
#include "cuts.inc"
#undef CUT
    CUTS_COUNT
};

/* What the caller knows of accounts; any of the three may be NULL. */
struct trace_judge {
    bool (*same_holder)(void *self, ident a, ident b);
    /* Whether money that goes (backward: comes from) there is at an end; ENDS_COUNT: it is not, as
     * far as is known. */
    enum trace_end (*end_of)(void *self, ident account, const struct payment *payment);
    /* The balance of an account just before (backward: just behind) `key`.  false: not known. */
    bool (*balance)(void *self, ident account, struct payment_key key, int64_t *out);
    void *self;
};

struct trace_request {
    enum trace_method method;
    bool backward;
    uint32_t depth_max;  /* levels followed, 1 .. TRACE_DEPTH_MAX */
    uint32_t fan_max;    /* payments of one account that are followed */
    uint32_t edges_max;  /* of the answer, at most TRACE_EDGES_MAX */
    uint32_t steps_max;  /* payments read, at most TRACE_STEPS_MAX */
    int64_t amount_min;  /* of traced money in one payment; 1: all */
    moment since, until; /* MOMENT_NONE: no bound.  Both ends belong to it */
    struct trace_judge judge;
};

/* Everything followed, TIMESTAMP, forward. */
struct trace_request trace_request_usual(void);

enum { TRACE_START = UINT32_MAX };

struct trace_account {
    ident name, bank;
    uint32_t level;
    struct payment_key contact; /* the payment that first brought traced money */
    int64_t in, out;            /* traced money that came, and that went on */
    int64_t held;               /* traced money still there */
    int64_t other;              /* other money there, as far as known */
    int64_t ended[ENDS_COUNT];
    int64_t cut[CUTS_COUNT];
    uint32_t cut_payments[CUTS_COUNT];
    int64_t unread; /* of the cut `edges`: there when the answer was full, and not followed */
    int64_t touched;
    int64_t opening;   /* other money there at contact; 0 if not known */
    int64_t uncovered; /* went out beyond all that was known to be there: money that was not told */
    bool opening_known;
    bool mixed; /* paid while it held other money, too: a time stamp may be disputed (art. 8(3)) */
    int64_t arrived_ms;                 /* when what is held came, on the average of its cents */
    int64_t last_out_ms;                /* INT64_MIN: never */
    uint32_t payments_in, payments_out; /* with traced money */
};

struct trace_edge {
    struct payment payment;
    int64_t traced;
    int64_t back; /* of it, taken back by reversals */
    int64_t back_amount;
    struct payment_key back_key; /* of the latest of them, if `back_counted` */
    int64_t delay_ms;  /* since the money came to the payer, on the average; -1: it started here */
    uint32_t from, to; /* numbers of accounts, or TRACE_START, or TRACE_START with an end */
    uint32_t level;
    enum trace_end end; /* ENDS_COUNT: followed */
    bool own;           /* between accounts of one holder */
    bool back_counted;
};

struct trace {
    struct trace_request request;
    ident start; /* the account where it began */
    ident currency;
    int64_t started, touched, held;
    int64_t ended[ENDS_COUNT];
    int64_t cut[CUTS_COUNT];
    uint32_t cut_payments[CUTS_COUNT];
    uint32_t origins_count, other_currency; /* of an account: payments in another one, left out */
    uint32_t accounts_count, edges_count;
    uint64_t steps;                /* payments read */
    bool stopped;                  /* at steps_max or edges_max: see the cuts */
    struct trace_account *account; /* in the order of contact */
    struct trace_edge *edge;       /* in the order of payments (backward: reversed) */
};

/* From payments that one account made (backward: received), all of one currency.  The answer lives
 * in the view's `request`.  STATUS_REFUSED: one of them is outside the time asked for.
 * STATUS_FULL: more origins, or no memory, or sums beyond 64 bits; STATUS_MALFORMED, STATUS_IO: of
 * a run. */
enum status trace_payments(struct trace **out, struct money_view *view,
                           const struct trace_request *asked, const struct payment *origins,
                           size_t count);
/* From all that an account sent (backward: received) between `since` and `until`, in the currency
 * of the first of them.  STATUS_ABSENT: there is none. */
enum status trace_account_of(struct trace **out, struct money_view *view,
                             const struct trace_request *asked, ident account);

/* "fifo"; false: there is none. */
bool trace_method_find(struct slice word, enum trace_method *out);
const char *trace_method_word(enum trace_method method);
struct saying trace_method_says(enum trace_method method);
const char *trace_end_word(enum trace_end end);
struct saying trace_end_says(enum trace_end end);
const char *trace_cut_word(enum trace_cut cut);
struct saying trace_cut_says(enum trace_cut cut);
