/* flow.h -- where somebody's money is now: asked of the running service, kept, and acted upon.
 *
 *     question ─> index (money) ┐
 *                 registry ─────┴─> trace, proposals ─> kept: masked, and sealed
 *                                         │ looked at unmasked: counted, limited
 *                                         └─ chosen account ─> stop order, once
 *
 * Invariants:  1. A trace is kept with its question and the journal position that it saw; what it
 *                 said does not change afterwards.
 *              2. What names people lies sealed; a page without a reason shows it masked.
 *              3. A proposal becomes at most one order, whatever is asked twice or killed.
 *              4. Nobody who hands in records waits for a trace: the index is read beside its
 *                 writer, and the registry is asked between two batches, many names at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/stop_payment/stop_order.h"
#include "money/proposal.h"
#include "register/register.h"

struct flow;
struct live;

enum { FLOW_MIGRATIONS_COUNT = 1, FLOW_ID_SIZE = 24, FLOW_SEALS_MAX = WORK_SEALS_MAX };
extern const struct store_migration FLOW_MIGRATIONS[FLOW_MIGRATIONS_COUNT];

struct flow_options {
    struct store *store; /* the writer */
    struct work *work;   /* counts what is looked at */
    struct stop_desk *stops;
    struct live *live; /* whose registry is asked */
    /* The index; NULL: not now. */
    struct money *(*money)(void *self);
    void *self;
    /* What names people: the first seals it, the others open what they sealed before. */
    struct secret seal[FLOW_SEALS_MAX];
    unsigned seals_count;
    struct seal_chance chance;
    struct clock clock;
    int32_t zone_minutes;
    bool home; /* a bank of another country than China is abroad */
};

enum status flow_open(struct flow **out, const struct flow_options *options, struct arena *boot);
void flow_close(struct flow *flow);
/* Outside any transaction: seals some traces anew that lie under an older key, from the first on.
 * `*done`: texts.  `*more`: there may be more.  STATUS_MALFORMED: one that no key opens. */
enum status flow_reseal(struct flow *flow, struct arena *scratch, uint64_t *done, bool *more);

struct flow_counts {
    uint64_t traces, refused, orders;
    int64_t slowest_us;
};
void flow_count(struct flow *flow, struct flow_counts *out);

struct flow_question {
    struct slice from; /* id of a payment, or an account; `payment:` or `account:` in front */
    struct trace_request asked; /* its judge is ours */
    int64_t answer_ms;          /* from an order to the stop */
};

/* What is proposed of one account. */
struct flow_stop {
    uint32_t account, level;
    struct slice payee, bank, amount, paid_at, payer; /* of the payment that brought most of it */
};

struct flow_answer {
    uint64_t position;             /* of the last payment that it saw */
    struct slice masked, unmasked; /* trace.schema.json */
    struct flow_stop *stop;
    uint32_t stops_count;
};

/* Outside any transaction.  STATUS_ABSENT: nothing moved by that name in the time asked for;
 * STATUS_REFUSED: the payment is outside it; STATUS_LATE: the index does not follow; STATUS_FULL:
 * too many ask at once, or it is too much for one trace; STATUS_IO, STATUS_MALFORMED: of a file. */
enum status flow_ask(struct flow *flow, const struct flow_question *question, struct arena *request,
                     struct flow_answer *out);
/* In the caller's transaction, like all that follow and change something. */
enum status flow_keep(struct flow *flow, const struct flow_answer *answer,
                      const struct identity *by, struct arena *request, char id[FLOW_ID_SIZE]);

struct flow_row {
    char id[FLOW_ID_SIZE], by[ACCESS_ID_SIZE];
    moment made;
    uint64_t position;
    struct slice json; /* the trace */
};

/* Masked.  STATUS_ABSENT. */
enum status flow_show(struct store *reader, struct slice id, struct arena *request,
                      struct flow_row *out);
/* Unmasked; counted.  STATUS_REFUSED: not a person.  STATUS_FULL: as much as an hour allows. */
enum status flow_reveal(struct flow *flow, struct slice id, const struct identity *by,
                        struct arena *request, struct flow_row *out);
/* `{"account":3,"item":"…"}` each, with commas between. */
enum status flow_orders(struct store *reader, struct slice id, struct arena *request,
                        struct text *out);
/* The order for a proposed account, or the one that it became before.  STATUS_ABSENT: none is
 * proposed of that number. */
enum status flow_order(struct flow *flow, struct slice id, uint32_t account,
                       const struct identity *by, struct arena *request, char item[WORK_ID_SIZE]);

/* ---- ends, for whoever traces ---- */

/* The end that a list makes of an account at a moment; ENDS_COUNT: none. */
enum trace_end flow_list_end(const struct registry *registry, ident account, moment at);
/* ISO 9362: a bank of another country than China. */
bool flow_bank_abroad(struct slice bic);
