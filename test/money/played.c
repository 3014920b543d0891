/* played.c -- numbers become names, and the index takes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "played.h"

#include <stdio.h>

static ident named(const char *prefix, int number)
{
    char bytes[32];
    (void)snprintf(bytes, sizeof bytes, "%s%06d", prefix, number);
    return ident_of(slice_of(bytes));
}

static ident account_name(int number)
{
    return number == 0 ? IDENT_UNKNOWN : named("62", number);
}

int played_account(ident name)
{
    for (int i = 1; i <= WORLD_ACCOUNTS; i++)
        if (ident_equal(name, account_name(i)))
            return i;
    return 0;
}

int played_number(const struct payment *payment)
{
    return (int)payment->key.position - 1;
}

struct payment played_payment(const struct world *world, int number)
{
    const struct world_payment *p = &world->payment[number];
    return (struct payment){
        .key = {p->ms, (uint64_t)number + 1},
        .name = named("9", number).bits,
        .reverses = p->reverses < 0 ? 0 : named("9", p->reverses).bits,
        .payer = account_name(p->payer),
        .payee = account_name(p->payee),
        .amount = p->amount,
        .balance = p->balance,
        .currency = named("156", p->currency),
        .payer_bank =
            p->payer != 0 && world->bank_told[p->payer] ? named("1", p->payer) : IDENT_UNKNOWN,
        .payee_bank =
            p->payee != 0 && world->bank_told[p->payee] ? named("1", p->payee) : IDENT_UNKNOWN,
        .channel = CHANNEL_UNKNOWN,
    };
}

static bool same_holder(void *self, ident a, ident b)
{
    const struct world *world = self;
    int one = played_account(a), two = played_account(b);
    return one != 0 && two != 0 && world->holder[one] == world->holder[two];
}

static enum trace_end end_of(void *self, ident account, const struct payment *payment)
{
    (void)payment;
    return ((const struct world *)self)->end[played_account(account)];
}

void played_open(struct played *played, const struct world *world, const int *order,
                 struct arena *arena)
{
    struct money_options options = {.payments_max = WORLD_PAYMENTS,
                                    .accounts_max = 4 * WORLD_ACCOUNTS};
    *played = (struct played){.arena = arena, .world = world};
    must(money_create(&played->money, &options, arena) == STATUS_OK);
    for (int i = 0; i < world->payments_count; i++) {
        struct payment payment = played_payment(world, order == NULL ? i : order[i]);
        must(money_add(played->money, &payment) == STATUS_OK);
    }
    must(money_view_open(&played->view, played->money, arena) == STATUS_OK);
}

void played_close(struct played *played)
{
    money_view_close(played->view);
    money_destroy(played->money);
}

enum status played_trace(struct played *played, struct trace_request *asked, const int *origins,
                         int count, struct trace **out)
{
    struct payment payment[WORLD_PAYMENTS];
    for (int i = 0; i < count; i++)
        payment[i] = played_payment(played->world, origins[i]);
    asked->judge = (struct trace_judge){
        .same_holder = same_holder, .end_of = end_of, .self = (void *)(uintptr_t)played->world};
    return trace_payments(out, played->view, asked, payment, (size_t)count);
}
