/* opening.c -- what was in an account when the traced money came.
 *
 * Payments may carry the payer's balance after them.  One such balance, nearest to the contact,
 * and all payments between the two give the balance at the contact; first the side is searched
 * where the trace comes from, then the other.  A result below zero means that payments are missing:
 * then it is not known. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/trace_inside.h"

/* What the payment adds to the account. */
static int64_t change_of(const struct payment *payment, ident account)
{
    int64_t in = ident_equal(payment->payee, account) ? payment->amount : 0;
    int64_t out = ident_equal(payment->payer, account) ? payment->amount : 0;
    return in - out;
}

static bool tells(const struct payment *payment, ident account)
{
    return payment->balance != MONEY_UNKNOWN && ident_equal(payment->payer, account) &&
           !ident_equal(payment->payee, account); /* to itself: before or after which leg? */
}

/* The balance just before `key` from an earlier payment (`back`) or from one at or after it. */
static enum status balance_before(struct tracing *tracing, ident account, struct payment_key key,
                                  bool back, int64_t *out)
{
    struct money_walk *walk;
    const struct payment *payment;
    int64_t between = 0;
    struct payment_key from = key;
    if (!back) { /* the payment at `key` is looked at, too */
        from.position--;
        if (key.position == 0)
            from = (struct payment_key){key.ms - 1, UINT64_MAX};
    }
    TRY(money_walk_open(&walk, tracing->view, account, from, back));
    for (uint32_t i = 0; i < MONEY_ANCHOR_STEPS_MAX; i++) {
        enum status status = money_walk_next(walk, &payment);
        if (status == STATUS_END)
            return STATUS_ABSENT;
        TRY(status);
        if (!ident_equal(payment->currency, tracing->trace->currency))
            continue;
        if (tells(payment, account)) {
            int64_t told = payment->balance;
            if (!back)
                TRY(money_sum(told, -change_of(payment, account), &told));
            return money_sum(told, back ? between : -between, out);
        }
        TRY(money_sum(between, change_of(payment, account), &between));
    }
    return STATUS_ABSENT;
}

enum status opening_find(struct tracing *tracing, ident account, const struct payment *payment,
                         int64_t *out, bool *known)
{
    const struct trace_judge *judge = &tracing->asked->judge;
    bool backward = tracing->asked->backward;
    int64_t balance = 0;
    *out = 0;
    *known = judge->balance != NULL && judge->balance(judge->self, account, payment->key, &balance);
    bool tells = false;
    if (!*known)
        TRY(money_tells(tracing->view, account, &tells));
    if (!*known && !tells)
        return STATUS_OK; /* nobody ever told a balance of it: nothing to look for */
    if (!*known) {
        enum status status = balance_before(tracing, account, payment->key, !backward, &balance);
        if (status == STATUS_ABSENT)
            status = balance_before(tracing, account, payment->key, backward, &balance);
        if (status == STATUS_ABSENT)
            return STATUS_OK;
        TRY(status);
        if (backward) /* just behind it */
            TRY(money_sum(balance, change_of(payment, account), &balance));
        *known = true;
    }
    *known = balance >= 0;
    *out = *known ? balance : 0;
    return STATUS_OK;
}
