/* trace.c -- a trace from its first payment to its sums. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/trace_inside.h"

struct trace_request trace_request_usual(void)
{
    return (struct trace_request){.method = METHOD_TIMESTAMP,
                                  .depth_max = TRACE_DEPTH_USUAL,
                                  .fan_max = TRACE_FAN_USUAL,
                                  .edges_max = TRACE_EDGES_MAX,
                                  .steps_max = TRACE_STEPS_USUAL,
                                  .amount_min = 1,
                                  .since = MOMENT_NONE,
                                  .until = MOMENT_NONE};
}

/* ---- beginning ---- */

static bool is_asked_for(const struct trace_request *asked, struct payment_key key)
{
    if (asked->backward)
        return asked->since.ms == MOMENT_NONE.ms || key.ms >= asked->since.ms;
    return asked->until.ms == MOMENT_NONE.ms || key.ms <= asked->until.ms;
}

static enum status begin(struct tracing *tracing, const struct payment *origins, size_t count)
{
    struct trace *trace = tracing->trace;
    const struct trace_judge *judge = &tracing->asked->judge;
    struct payment *sorted;
    if (count > TRACE_ORIGINS_MAX)
        return STATUS_FULL;
    TRY(ARENA_NEW(tracing->request, count, &sorted));
    for (size_t i = 0; i < count; i++) { /* nearly always in order, and few */
        size_t at = i;
        must(ident_equal(origins[i].currency, origins[0].currency));
        must(ident_equal(side_from(tracing, &origins[i]), side_from(tracing, &origins[0])));
        for (; at > 0 && tracing_compare(tracing, origins[i].key, sorted[at - 1].key) < 0; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = origins[i];
        if (!is_asked_for(tracing->asked, origins[i].key))
            return STATUS_REFUSED;
        TRY(money_sum(trace->started, origins[i].amount, &trace->started));
    }
    tracing->origin = sorted;
    tracing->origins_count = count;
    trace->origins_count = (uint32_t)count;
    trace->start = side_from(tracing, &sorted[0]);
    trace->currency = sorted[0].currency;
    ident to = side_to(tracing, &sorted[0]);
    tracing->starts_own =
        ident_known(to) && ident_known(trace->start) &&
        (ident_equal(to, trace->start) ||
         (judge->same_holder != NULL && judge->same_holder(judge->self, to, trace->start)));
    return STATUS_OK;
}

/* ---- the loop ---- */

/* An account whose payment ahead was dealt with: is there anything to wait for? */
static void wait_on(struct tracing *tracing, uint32_t account)
{
    const struct traced *traced = traced_at(tracing, account);
    if (is_live(tracing, account) && traced->more && !traced->on_heap)
        heap_push(tracing, account);
}

/* A payment had no room in the answer: what lies behind it is not looked at either. */
static bool is_full(const struct trace *trace)
{
    return trace->cut_payments[CUT_EDGES] != 0;
}

static enum status run(struct tracing *tracing)
{
    bool begun = false;
    struct trace *trace = tracing->trace;
    while (tracing->heap_count != 0 || tracing->origins_done < tracing->origins_count) {
        const struct payment *origin = tracing->origins_done < tracing->origins_count
                                           ? &tracing->origin[tracing->origins_done]
                                           : NULL;
        const struct waiting *first = tracing->heap_count == 0 ? NULL : &tracing->heap[0];
        if (origin != NULL &&
            (first == NULL || tracing_compare(tracing, origin->key, first->key) <= 0)) {
            tracing->origins_done++;
            begun = true;
            TRY(step_payment(tracing, origin, true));
            if (is_full(trace))
                return STATUS_OK;
            continue;
        }
        uint32_t account = heap_pop(tracing);
        struct traced *traced = traced_at(tracing, account);
        bool done = begun && tracing_compare(tracing, traced->ahead.key, tracing->now) <= 0;
        traced->on_heap = false;
        if (!done && !is_live(tracing, account))
            continue; /* it goes on from here when traced money comes again */
        if (trace->steps >= tracing->asked->steps_max) {
            trace->stopped = true;
            return STATUS_OK;
        }
        struct payment payment = traced->ahead;
        traced->on_heap = true; /* nobody else puts it back while its payment is being moved */
        if (!done)
            TRY(step_payment(tracing, &payment, false));
        TRY(ahead_read(tracing, account));
        traced_at(tracing, account)->on_heap = false; /* which may have moved */
        if (is_full(trace))
            return STATUS_OK;
        wait_on(tracing, account);
    }
    return STATUS_OK;
}

/* ---- the end ---- */

/* Whether the account paid (backward: was paid) outside the time asked for. */
static enum status moved_beyond(struct tracing *tracing, uint32_t account, bool *out)
{
    struct traced *traced = &tracing->traced[account];
    ident name = tracing->trace->account[account].name;
    const struct payment *payment = &traced->ahead;
    *out = false;
    if (!traced->beyond)
        return STATUS_OK;
    for (uint32_t i = 0; i < MONEY_ANCHOR_STEPS_MAX; i++) {
        bool leaves = ident_equal(side_from(tracing, payment), name) &&
                      !ident_equal(side_to(tracing, payment), name);
        if (leaves && ident_equal(payment->currency, tracing->trace->currency)) {
            *out = true;
            return STATUS_OK;
        }
        enum status status = money_walk_next(traced->walk, &payment);
        if (status == STATUS_END)
            return STATUS_OK;
        TRY(status);
    }
    return STATUS_OK;
}

/* Of a full answer: whether the account has payments behind the one that had no room. */
static enum status goes_on(struct tracing *tracing, uint32_t account, bool *out)
{
    struct traced *traced = &tracing->traced[account];
    while (traced->more && tracing_compare(tracing, traced->ahead.key, tracing->now) <= 0)
        TRY(ahead_read(tracing, account));
    *out = traced->more;
    return STATUS_OK;
}

static enum status sum_account(struct tracing *tracing, uint32_t number)
{
    struct trace *trace = tracing->trace;
    struct trace_account *account = &trace->account[number];
    const struct traced *traced = &tracing->traced[number];
    bool beyond, full = is_full(trace), unread = false;
    account->held = traced->purse.traced;
    account->other = traced->purse.other;
    account->touched = traced->purse.touched;
    account->uncovered = traced->purse.uncovered;
    TRY(money_sum(trace->touched, account->touched, &trace->touched));
    if (account->held == 0)
        return STATUS_OK;
    if (full)
        TRY(goes_on(tracing, number, &unread));
    TRY(moved_beyond(tracing, number, &beyond));
    bool tired = traced->worn_out || (trace->stopped && traced->more);
    enum trace_cut cut = tired ? CUT_EVENTS : unread ? CUT_EDGES : beyond ? CUT_TIME : CUTS_COUNT;
    if (cut == CUTS_COUNT)
        return money_sum(trace->held, account->held, &trace->held);
    account->unread = cut == CUT_EDGES ? account->held : 0;
    account->cut[cut] += account->held;
    account->cut_payments[cut]++;
    trace->cut_payments[cut]++;
    TRY(money_sum(trace->cut[cut], account->held, &trace->cut[cut]));
    account->held = 0;
    return STATUS_OK;
}

static enum status finish(struct tracing *tracing)
{
    struct trace *trace = tracing->trace;
    for (; tracing->origins_done < tracing->origins_count; tracing->origins_done++) {
        int64_t amount = tracing->origin[tracing->origins_done].amount; /* stopped before it */
        trace->cut_payments[CUT_EDGES]++;
        TRY(money_sum(trace->cut[CUT_EDGES], amount, &trace->cut[CUT_EDGES]));
    }
    for (uint32_t i = 0; i < trace->accounts_count; i++)
        TRY(sum_account(tracing, i));
    int64_t left, right = trace->held;
    TRY(money_sum(trace->started, trace->touched, &left));
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        TRY(money_sum(right, trace->ended[i], &right));
    for (unsigned i = 0; i < CUTS_COUNT; i++)
        TRY(money_sum(right, trace->cut[i], &right));
    must(left == right); /* no cent appears, and none is lost */
    trace->stopped = trace->stopped || trace->cut_payments[CUT_EDGES] != 0;
    return STATUS_OK;
}

enum status trace_payments(struct trace **out, struct money_view *view,
                           const struct trace_request *asked, const struct payment *origins,
                           size_t count)
{
    struct trace *trace;
    struct arena *request = money_view_arena(view);
    must(count > 0);
    must(asked->edges_max >= 1 && asked->edges_max <= TRACE_EDGES_MAX);
    must(asked->depth_max >= 1 && asked->depth_max <= TRACE_DEPTH_MAX);
    must(asked->steps_max >= 1 && asked->steps_max <= TRACE_STEPS_MAX);
    must(asked->amount_min >= 1);
    TRY(ARENA_NEW(request, 1, &trace));
    trace->request = *asked;
    struct tracing tracing = {
        .trace = trace, .asked = &trace->request, .view = view, .request = request};
    TRY(ARENA_NEW(request, 1, &tracing.heap)); /* the start's place */
    tracing.reversals = money_reverses(view);
    TRY(begin(&tracing, origins, count));
    TRY(run(&tracing));
    TRY(finish(&tracing));
    *out = trace;
    return STATUS_OK;
}

enum status trace_account_of(struct trace **out, struct money_view *view,
                             const struct trace_request *asked, ident account)
{
    struct money_walk *walk;
    struct payment *origins;
    const struct payment *payment;
    struct trace *trace;
    size_t count = 0;
    uint32_t others = 0;
    struct payment_key from = PAYMENT_KEY_FIRST;
    if (asked->since.ms != MOMENT_NONE.ms)
        from = (struct payment_key){asked->since.ms - 1, UINT64_MAX};
    TRY(ARENA_NEW(money_view_arena(view), TRACE_ORIGINS_MAX, &origins));
    TRY(money_walk_open(&walk, view, account, from, false));
    enum status status;
    while ((status = money_walk_next(walk, &payment)) == STATUS_OK) {
        if (asked->until.ms != MOMENT_NONE.ms && payment->key.ms > asked->until.ms)
            break;
        if (!ident_equal(asked->backward ? payment->payee : payment->payer, account))
            continue;
        if (count != 0 && !ident_equal(payment->currency, origins[0].currency)) {
            others++;
            continue;
        }
        if (count == TRACE_ORIGINS_MAX)
            return STATUS_FULL;
        origins[count++] = *payment;
    }
    if (status != STATUS_OK && status != STATUS_END)
        return status;
    if (count == 0)
        return STATUS_ABSENT;
    TRY(trace_payments(&trace, view, asked, origins, count));
    trace->other_currency = others;
    *out = trace;
    return STATUS_OK;
}

/* ---- words ---- */

static const char *const METHOD_WORDS[] = {
#define METHOD(name, word, en, zh) word,
#include "methods.inc"
#undef METHOD
};
static const struct saying METHOD_SAYS[] = {
#define METHOD(name, word, en, zh) SAYING(en, zh),
#include "methods.inc"
#undef METHOD
};
static const char *const END_WORDS[] = {
#define END(name, word, en, zh) word,
#include "ends.inc"
#undef END
};
static const struct saying END_SAYS[] = {
#define END(name, word, en, zh) SAYING(en, zh),
#include "ends.inc"
#undef END
};
static const char *const CUT_WORDS[] = {
#define CUT(name, word, en, zh) word,
#include "cuts.inc"
#undef CUT
};
static const struct saying CUT_SAYS[] = {
#define CUT(name, word, en, zh) SAYING(en, zh),
#include "cuts.inc"
#undef CUT
};

bool trace_method_find(struct slice word, enum trace_method *out)
{
    for (unsigned i = 0; i < METHODS_COUNT; i++) {
        if (slice_equal(word, slice_of(METHOD_WORDS[i]))) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *trace_method_word(enum trace_method method)
{
    return METHOD_WORDS[method];
}

struct saying trace_method_says(enum trace_method method)
{
    return METHOD_SAYS[method];
}

const char *trace_end_word(enum trace_end end)
{
    return END_WORDS[end];
}

struct saying trace_end_says(enum trace_end end)
{
    return END_SAYS[end];
}

const char *trace_cut_word(enum trace_cut cut)
{
    return CUT_WORDS[cut];
}

struct saying trace_cut_says(enum trace_cut cut)
{
    return CUT_SAYS[cut];
}
