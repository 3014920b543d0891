/* money.c -- the queue of money on a mule's account.
 *
 * What comes in stands in a queue, what goes out is taken from its front: the oldest money leaves
 * first.  A victim's payment is a stretch of that queue, and at any moment the part of the stretch
 * that lies behind the front is still there.
 *
 *      in:      | wages 500 | victim 49,800         | victim 10,000 |
 *      out by A: 30,000 -----------^
 *                            left of the first victim's money: 20,300
 *
 * So no queue is needed, only two running sums: with I the sum of what came in before a payment of
 * amount a, and O the sum of what has gone out by A, its rest is min(a, max(0, I + a - O)).
 *
 * Invariants:  1. 0 <= rest <= amount.
 *              2. A later A never finds more.
 *
 * What goes out beyond what came in is money from before our records: it was at the front, so O
 * must not be counted further than I was at that time.  We carry O as min(O + out, I) for that
 * reason.
 *
 * Not chosen:  following the money to the next account.  Where it is split and mixed, who owns
 *              which part is a choice of law (domain.md 3), not of arithmetic. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money.h"

#include <stdlib.h>

const int64_t BACKTEST_REACTION_MS[BACKTEST_REACTIONS] = {0, 3 * MINUTE_MS, 10 * MINUTE_MS,
                                                          30 * MINUTE_MS};

static int compare_flows(const void *a, const void *b)
{
    const struct flow *x = *(const struct flow *const *)a;
    const struct flow *y = *(const struct flow *const *)b;
    if (x->at.ms != y->at.ms)
        return x->at.ms < y->at.ms ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (y->amount > x->amount) - (y->amount < x->amount); /* to itself: in before out */
}

/* The victim who paid this, or NULL: nobody of the truth, or outside of the time of the fraud. */
static struct subject *victim_of(const struct ledger *ledger, const struct registry *registry,
                                 const struct flow *flow)
{
    if (flow->amount <= 0 || !ident_known(flow->payer))
        return NULL;
    ident person = registry_person(registry, flow->payer, FIELD_ACCOUNT);
    struct subject *victim = ledger_find(ledger, person, FIELD_PERSON);
    if (victim == NULL || (victim->truth >> LABEL_victim & 1u) == 0)
        return NULL;
    bool before = flow->at.ms < victim->first.ms; /* an unsaid first time is before all */
    bool after = victim->last.ms != MOMENT_NONE.ms && flow->at.ms > victim->last.ms;
    return before || after ? NULL : victim;
}

/* One account's flows in order of time, with the running sums after each. */
struct account_book {
    size_t count;
    const struct flow **flow;
    int64_t *in, *out;
};

static enum status book_open(const struct subject *account, struct arena *scratch,
                             struct account_book *book)
{
    book->count = account->flows_count;
    TRY(ARENA_NEW(scratch, book->count, &book->flow));
    TRY(ARENA_NEW(scratch, book->count, &book->in));
    TRY(ARENA_NEW(scratch, book->count, &book->out));
    size_t n = 0;
    for (const struct flow *flow = account->flows; flow != NULL; flow = flow->next)
        book->flow[n++] = flow;
    qsort(book->flow, n, sizeof(book->flow[0]), compare_flows);
    int64_t in = 0;
    int64_t out = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t amount = book->flow[i]->amount;
        in += amount > 0 ? amount : 0;
        out -= amount < 0 ? amount : 0;
        out = out < in ? out : in;
        book->in[i] = in;
        book->out[i] = out;
    }
    return STATUS_OK;
}

/* How much had gone out by `at`, that moment included. */
static int64_t out_by(const struct account_book *book, moment at)
{
    size_t low = 0;
    size_t high = book->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (book->flow[middle]->at.ms <= at.ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? 0 : book->out[low - 1];
}

/* What of the i-th flow, a payment in, is stoppable at `at`. */
static int64_t stoppable_at(const struct account_book *book, size_t i, moment at)
{
    int64_t amount = book->flow[i]->amount;
    if (at.ms <= book->flow[i]->at.ms)
        return amount;
    int64_t rest = book->in[i] - out_by(book, at);
    return rest < 0 ? 0 : rest < amount ? rest : amount;
}

static moment first_alert(const struct subject *payer, const struct subject *payee)
{
    moment a = payer->alert_useful;
    moment b = payee->alert_useful;
    if (a.ms == MOMENT_NONE.ms || b.ms == MOMENT_NONE.ms)
        return a.ms == MOMENT_NONE.ms ? b : a;
    return a.ms < b.ms ? a : b;
}

enum status money_measure(struct ledger *ledger, const struct registry *registry,
                          struct arena *scratch, struct money_measures *out)
{
    for (struct subject *at = ledger->subjects; at != NULL; at = at->next)
        at->paid = false;
    for (const struct subject *at = ledger->subjects; at != NULL; at = at->next) {
        if (at->flows_count == 0)
            continue;
        struct account_book book;
        TRY(book_open(at, scratch, &book));
        for (size_t i = 0; i < book.count; i++) {
            struct subject *victim = victim_of(ledger, registry, book.flow[i]);
            if (victim == NULL)
                continue;
            out->victims += !victim->paid;
            victim->paid = true;
            out->payments++;
            out->total += book.flow[i]->amount;
            moment alert = first_alert(victim, at);
            for (size_t r = 0; r < BACKTEST_REACTIONS && alert.ms != MOMENT_NONE.ms; r++) {
                moment acted = {alert.ms + BACKTEST_REACTION_MS[r]};
                bool unpaid = acted.ms <= book.flow[i]->at.ms;
                out->stoppable[r] += stoppable_at(&book, i, acted);
                out->unpaid[r] += unpaid ? book.flow[i]->amount : 0;
            }
        }
    }
    return STATUS_OK;
}
