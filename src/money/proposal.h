/* proposal.h -- which accounts to stop first: where most of the money will still be when the order
 * arrives.
 *
 * The money of a chain moves on after minutes; an order takes some.  How long money stays is taken
 * from what was seen: each step of this trace, and what the account itself did before.  With n
 * stays seen, of which L lasted longer than t, the share that stays for t is reckoned as
 * (L + 1) / (n + 1): the one that is added never leaves, so that nothing seen promises nothing.
 * Of money that came `age` ago and must last until the bank has answered:
 *
 *   stays = (L(age + answer) + 1) / (L(age) + 1)          expected = held * stays
 *
 * It is a proposal: people stop accounts, and the law says for how long. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "money/trace.h"

struct proposal_request {
    const struct trace *trace; /* forward */
    moment now;                /* when orders would be given; not before the trace's last payment */
    /* From an order to the stop, at that bank; NULL: `answer_usual_ms` for all. */
    int64_t (*answer_ms)(void *self, ident bank);
    void *self;
    int64_t answer_usual_ms;
};

struct stop_proposal {
    uint32_t account; /* number in the trace */
    int64_t held;     /* traced money there now, also if later records say that it moved on, and
                       * what was there when the answer was full */
    int64_t expected; /* of it, when the order has arrived */
    uint32_t stays;   /* millionths */
    int64_t age_ms, answer_ms;
    uint32_t chain_seen, own_seen;          /* stays that were seen */
    int64_t chain_median_ms, own_median_ms; /* -1: none */
    bool mixed;
};

struct stop_proposals {
    uint32_t count; /* accounts that hold traced money, the most expected first */
    struct stop_proposal *at;
    int64_t held, expected;
};

/* The answer lives in the view's `request`.  STATUS_FULL; STATUS_MALFORMED, STATUS_IO: of a run. */
enum status stop_propose(struct stop_proposals *out, struct money_view *view,
                         const struct proposal_request *asked);
/* Why, in one sentence. */
void text_add_stop_reason(struct text *text, const struct stop_proposal *proposal,
                          enum tongue tongue);
