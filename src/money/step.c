/* step.c -- one payment, as it moves traced money from purse to purse, end or cut.
 *
 * Order of what happens:  a balance that was told is compared with the purse, and the difference is
 * a payment that was not told;  the payer's purse gives;  the money arrives.  Where it does not
 * arrive at an account that is followed it is at an end or behind a cut, counted at its payer.
 *
 * Not chosen:  to follow money behind a cut where it happens to come back.  A limit that is
 * sometimes not one says nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/trace_inside.h"

#include "ground/checksum.h"

__extension__ typedef __int128 wide;

static bool same_holder(const struct tracing *tracing, ident a, ident b)
{
    const struct trace_judge *judge = &tracing->asked->judge;
    if (!ident_known(a) || !ident_known(b))
        return false;
    return ident_equal(a, b) ||
           (judge->same_holder != NULL && judge->same_holder(judge->self, a, b));
}

/* ---- balances that were told ---- */

/* Makes the purse hold `expected`: more came, or something went, by a payment that was not told. */
static enum status settle(struct tracing *tracing, uint32_t account, int64_t expected)
{
    struct purse *purse = &tracing->traced[account].purse;
    struct trace_account *known = &tracing->trace->account[account];
    int64_t all = purse->traced + purse->other;
    int64_t gone = 0;
    if (expected < 0)
        expected = 0;
    if (expected > all)
        return purse_add(purse, 0, expected - all, tracing->request);
    if (expected == all)
        return STATUS_OK;
    TRY(purse_take(purse, all - expected, &gone));
    known->ended[END_UNSEEN] += gone;
    known->out += gone;
    return money_sum(tracing->trace->ended[END_UNSEEN], gone, &tracing->trace->ended[END_UNSEEN]);
}

/* The balance that the payment tells of its payer, as the payer's purse should hold it before this
 * step. */
static enum status settle_payer(struct tracing *tracing, uint32_t account,
                                const struct payment *payment)
{
    int64_t before;
    if (payment->balance == MONEY_UNKNOWN || ident_equal(payment->payer, payment->payee))
        return STATUS_OK;
    if (tracing->asked->backward)
        return settle(tracing, account, payment->balance);
    TRY(money_sum(payment->balance, payment->amount, &before));
    return settle(tracing, account, before);
}

/* ---- reversals ---- */

/* Of a reversed payment's traced money, what this part of its amount brings back. */
static int64_t part_back(struct trace_edge *edge, int64_t amount)
{
    int64_t rest = edge->payment.amount - edge->back_amount;
    edge->back_amount += amount < rest ? amount : rest;
    int64_t back = money_share(edge->traced, edge->back_amount, edge->payment.amount);
    return back - edge->back;
}

/* Takes money back that was at an end. */
static void leave_end(struct tracing *tracing, struct trace_edge *edge, int64_t amount)
{
    tracing->trace->ended[edge->end] -= amount;
    if (edge->from != TRACE_START)
        tracing->trace->account[edge->from].ended[edge->end] -= amount;
}

static bool is_mirrored(const struct payment *a, const struct payment *b)
{
    return ident_equal(a->payer, b->payee) && ident_equal(a->payee, b->payer);
}

struct back {
    bool reverses;  /* it takes back a payment that was traced */
    int64_t wanted; /* traced money that it should carry */
    int64_t ended;  /* of it, what lies at an end and comes from there */
};

/* Each reversal counts once, whichever of its two accounts is read first. */
static bool is_counted(const struct tracing *tracing, const struct trace_edge *edge,
                       const struct payment *payment)
{
    return edge->back_counted && tracing_compare(tracing, payment->key, edge->back_key) <= 0;
}

static void add_back(struct tracing *tracing, struct trace_edge *edge, int64_t part,
                     struct back *out)
{
    out->reverses = true;
    out->wanted += part;
    edge->back += part;
    if (edge->end != ENDS_COUNT) {
        out->ended += part;
        leave_end(tracing, edge, part);
    }
}

/* Forward a payment names the one that it takes back, which came before.  Backward it comes after
 * those that took it back.  `passed`: by an account that held nothing then; what is at an end stays
 * for whoever waits for it. */
static struct back back_of(struct tracing *tracing, const struct payment *payment, bool passed)
{
    struct back back = {.reverses = false};
    struct trace *trace = tracing->trace;
    if (!tracing->asked->backward) {
        struct trace_edge *edge =
            payment->reverses == 0 ? NULL : edge_find(tracing, payment->reverses);
        if (edge == NULL || !is_mirrored(&edge->payment, payment) ||
            is_counted(tracing, edge, payment) || (passed && edge->end != ENDS_COUNT))
            return back;
        edge->back_counted = true;
        edge->back_key = payment->key;
        add_back(tracing, edge, part_back(edge, payment->amount), &back);
        return back;
    }
    uint32_t mask = tracing->edge_slots - 1;
    if (tracing->edge_slots == 0)
        return back;
    for (uint32_t i = (uint32_t)hash_word(payment->name) & mask; tracing->back_slot[i] != 0;
         i = (i + 1) & mask) {
        struct trace_edge *edge = &trace->edge[tracing->back_slot[i] - 1];
        int64_t room = payment->amount - back.wanted;
        if (edge->payment.reverses != payment->name || !is_mirrored(&edge->payment, payment) ||
            edge->back_counted || (passed && edge->end != ENDS_COUNT))
            continue;
        edge->back_counted = true;
        add_back(tracing, edge, edge->traced < room ? edge->traced : room, &back);
    }
    return back;
}

/* ---- arriving ---- */

/* A bank that was not told, though that of the other side was, and nothing known beyond it. */
static enum status is_unknown_bank(struct tracing *tracing, ident account,
                                   const struct payment *payment, bool *out)
{
    bool backward = tracing->asked->backward;
    ident its = backward ? payment->payer_bank : payment->payee_bank;
    ident other = backward ? payment->payee_bank : payment->payer_bank;
    struct money_walk *walk;
    const struct payment *next;
    *out = false;
    if (ident_known(its) || !ident_known(other))
        return STATUS_OK;
    TRY(money_walk_open(&walk, tracing->view, account, payment->key, backward));
    enum status status = money_walk_next(walk, &next);
    *out = status == STATUS_END;
    return *out ? STATUS_OK : status;
}

/* Whether money that is with `account` is at an end. */
static enum status end_for(struct tracing *tracing, ident account, const struct payment *payment,
                           bool origin, enum trace_end *out)
{
    const struct trace_judge *judge = &tracing->asked->judge;
    const struct trace *trace = tracing->trace;
    *out = ENDS_COUNT;
    if (!ident_known(account)) {
        *out = END_CASH;
        return STATUS_OK;
    }
    bool start = ident_equal(account, trace->start);
    bool own = !origin && !tracing->starts_own && same_holder(tracing, account, trace->start);
    if (start || own) {
        *out = END_RETURNED;
        return STATUS_OK;
    }
    if (traced_find(tracing, account) != TRACE_START)
        return STATUS_OK; /* followed before, followed now */
    if (judge->end_of != NULL)
        *out = judge->end_of(judge->self, account, payment);
    bool unknown = false;
    if (*out == ENDS_COUNT)
        TRY(is_unknown_bank(tracing, account, payment, &unknown));
    if (unknown)
        *out = END_UNKNOWN_BANK;
    return STATUS_OK;
}

/* Why money is not followed to `account`; CUTS_COUNT: it is. */
static enum trace_cut cut_for(const struct tracing *tracing, uint32_t from, uint32_t level,
                              uint32_t to, int64_t traced)
{
    const struct trace_request *asked = tracing->asked;
    if (tracing->trace->edges_count == asked->edges_max)
        return CUT_EDGES;
    if (traced < asked->amount_min)
        return CUT_SMALL;
    if (to == TRACE_START && level > asked->depth_max)
        return CUT_DEPTH;
    if (from != TRACE_START && tracing->trace->account[from].payments_out >= asked->fan_max)
        return CUT_FAN;
    return CUTS_COUNT;
}

static enum status count_cut(struct tracing *tracing, uint32_t from, enum trace_cut cut,
                             int64_t traced)
{
    struct trace *trace = tracing->trace;
    trace->cut_payments[cut]++;
    TRY(money_sum(trace->cut[cut], traced, &trace->cut[cut]));
    if (from == TRACE_START)
        return STATUS_OK;
    trace->account[from].cut_payments[cut]++;
    return money_sum(trace->account[from].cut[cut], traced, &trace->account[from].cut[cut]);
}

static enum status add_edge(struct tracing *tracing, const struct payment *payment, int64_t traced,
                            uint32_t from, uint32_t to)
{
    struct trace *trace = tracing->trace;
    must(trace->edges_count < tracing->asked->edges_max);
    TRY(edge_reserve(tracing));
    struct trace_edge *edge = &trace->edge[trace->edges_count];
    int64_t delay = -1;
    if (from != TRACE_START) {
        int64_t arrived = trace->account[from].arrived_ms;
        delay = payment->key.ms > arrived ? payment->key.ms - arrived : arrived - payment->key.ms;
    }
    *edge = (struct trace_edge){.payment = *payment,
                                .traced = traced,
                                .delay_ms = delay,
                                .from = from,
                                .to = to,
                                .end = ENDS_COUNT,
                                .own = same_holder(tracing, payment->payer, payment->payee)};
    edge_enter(tracing, trace->edges_count++);
    if (from != TRACE_START)
        trace->account[from].payments_out++;
    return STATUS_OK;
}

/* An account's first traced money: its place in its history, and what else it holds. */
static enum status begin_account(struct tracing *tracing, ident name, const struct payment *payment,
                                 uint32_t *out)
{
    int64_t opening;
    ident bank = tracing->asked->backward ? payment->payer_bank : payment->payee_bank;
    TRY(traced_add(tracing, name, bank, out));
    struct traced *traced = &tracing->traced[*out];
    struct trace_account *account = &tracing->trace->account[*out];
    TRY(opening_find(tracing, name, payment, &opening, &account->opening_known));
    account->opening = opening;
    TRY(purse_add(&traced->purse, 0, opening, tracing->request));
    return money_walk_open(&traced->walk, tracing->view, name, payment->key,
                           tracing->asked->backward);
}

static enum status arrive(struct tracing *tracing, uint32_t to, const struct payment *payment,
                          int64_t traced)
{
    struct trace_account *account = &tracing->trace->account[to];
    struct purse *purse = &tracing->traced[to].purse;
    int64_t before = purse->traced;
    TRY(purse_add(purse, traced, payment->amount - traced, tracing->request));
    if (traced == 0)
        return STATUS_OK;
    account->arrived_ms =
        (int64_t)(((wide)account->arrived_ms * before + (wide)payment->key.ms * traced) /
                  ((wide)before + traced));
    account->payments_in++;
    return money_sum(account->in, traced, &account->in);
}

/* Other money that comes to an account that is followed. */
static enum status arrive_other(struct tracing *tracing, uint32_t to, const struct payment *payment)
{
    bool itself = ident_equal(payment->payer, payment->payee); /* it was live when it paid */
    if (to == TRACE_START || (!itself && !is_live(tracing, to)))
        return STATUS_OK; /* read when traced money comes again */
    if (tracing->asked->backward)
        TRY(settle_payer(tracing, to, payment));
    return arrive(tracing, to, payment, 0);
}

static enum status follow(struct tracing *tracing, const struct payment *payment, uint32_t from,
                          uint32_t to, int64_t traced)
{
    struct trace *trace = tracing->trace;
    ident name = side_to(tracing, payment);
    bool own = same_holder(tracing, payment->payer, payment->payee);
    uint32_t level = (from == TRACE_START ? 0 : trace->account[from].level) + (own ? 0 : 1);
    bool new = to == TRACE_START;
    if (new)
        TRY(begin_account(tracing, name, payment, &to));
    else if (!is_live(tracing, to))
        TRY(step_catch_up(tracing, to, payment->key));
    if (new || level < trace->account[to].level)
        trace->account[to].level = level;
    TRY(add_edge(tracing, payment, traced, from, to));
    trace->edge[trace->edges_count - 1].level = level;
    if (tracing->asked->backward && !new)
        TRY(settle_payer(tracing, to, payment));
    TRY(arrive(tracing, to, payment, traced));
    if (new)
        TRY(ahead_read(tracing, to));
    if (!tracing->traced[to].on_heap && tracing->traced[to].more)
        heap_push(tracing, to);
    return STATUS_OK;
}

/* Whoever paid to an end goes on being read, if payments are ever taken back. */
static enum status wait_for(struct tracing *tracing, uint32_t account)
{
    struct traced *traced = traced_at(tracing, account);
    if (!tracing->reversals || traced->waits)
        return STATUS_OK;
    traced->waits = true;
    if (account != TRACE_START)
        return STATUS_OK; /* it is being read */
    TRY(money_walk_open(&traced->walk, tracing->view, tracing->trace->start, tracing->now,
                        tracing->asked->backward));
    TRY(ahead_read(tracing, account));
    if (traced->more)
        heap_push(tracing, account);
    return STATUS_OK;
}

/* Traced money has left `from`: where is it now? */
static enum status deliver(struct tracing *tracing, const struct payment *payment, uint32_t from,
                           int64_t traced, bool origin)
{
    struct trace *trace = tracing->trace;
    ident name = side_to(tracing, payment);
    uint32_t to = traced_find(tracing, name);
    uint32_t level = 0;
    enum trace_end end;
    if (from != TRACE_START) {
        trace->account[from].last_out_ms = payment->key.ms;
        bool own = same_holder(tracing, payment->payer, payment->payee);
        level = trace->account[from].level + (own ? 0 : 1);
    }
    TRY(end_for(tracing, name, payment, origin, &end));
    enum trace_cut cut = cut_for(tracing, from, end == ENDS_COUNT ? level : 0, to, traced);
    if (cut != CUTS_COUNT) {
        TRY(count_cut(tracing, from, cut, traced));
        return arrive_other(tracing, to, payment);
    }
    if (end == ENDS_COUNT)
        return follow(tracing, payment, from, to, traced);
    TRY(add_edge(tracing, payment, traced, from, TRACE_START));
    trace->edge[trace->edges_count - 1].end = end;
    trace->edge[trace->edges_count - 1].level = level;
    if (from != TRACE_START)
        trace->account[from].ended[end] += traced;
    TRY(wait_for(tracing, from));
    return money_sum(trace->ended[end], traced, &trace->ended[end]);
}

/* ---- leaving ---- */

/* What leaves a purse; `*holds`: it held traced money.  What an end gives back never was in the
 * purse. */
static enum status leave(struct tracing *tracing, const struct payment *payment, uint32_t from,
                         int64_t *traced, bool *holds)
{
    struct back back = back_of(tracing, payment, false);
    struct purse *purse = from == TRACE_START ? NULL : &tracing->traced[from].purse;
    *traced = back.ended; /* a shop gives back what was paid with traced money */
    *holds = false;
    if (purse == NULL || !is_live(tracing, from))
        return STATUS_OK;
    struct trace_account *account = &tracing->trace->account[from];
    if (!tracing->asked->backward)
        TRY(settle_payer(tracing, from, payment));
    *holds = purse->traced > 0 || tracing->asked->method == METHOD_POISON;
    account->mixed = account->mixed || (purse->traced > 0 && purse->other > 0);
    int64_t amount = payment->amount - (*holds ? back.ended : 0);
    int64_t part;
    if (back.reverses || payment->reverses != 0)
        TRY(purse_take_back(purse, amount, back.wanted - back.ended, &part));
    else
        TRY(purse_take(purse, amount, &part));
    *traced += part;
    return money_sum(account->out, part, &account->out);
}

enum status step_payment(struct tracing *tracing, const struct payment *payment, bool origin)
{
    uint32_t from = traced_find(tracing, side_from(tracing, payment));
    int64_t traced = payment->amount;
    bool holds = false;
    tracing->now = payment->key;
    if (!origin)
        TRY(leave(tracing, payment, from, &traced, &holds));
    if (traced > 0)
        return deliver(tracing, payment, holds ? from : TRACE_START, traced, origin);
    return arrive_other(tracing, traced_find(tracing, side_to(tracing, payment)), payment);
}

enum status step_catch_up(struct tracing *tracing, uint32_t account, struct payment_key key)
{
    struct traced *traced = &tracing->traced[account];
    ident name = tracing->trace->account[account].name;
    int64_t none;
    while (traced->more && tracing_compare(tracing, traced->ahead.key, key) < 0) {
        const struct payment *payment = &traced->ahead;
        bool pays = ident_equal(payment->payer, name);
        (void)back_of(tracing, payment, true);
        bool leaves = ident_equal(side_from(tracing, payment), name);
        if (pays)
            TRY(settle_payer(tracing, account, payment));
        if (leaves)
            TRY(purse_take(&traced->purse, payment->amount, &none));
        if (ident_equal(side_to(tracing, payment), name))
            TRY(purse_add(&traced->purse, 0, payment->amount, tracing->request));
        TRY(ahead_read(tracing, account));
    }
    return STATUS_OK;
}
