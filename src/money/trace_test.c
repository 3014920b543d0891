/* trace_test.c -- limits that only large histories reach: what they cut is said, and no cent is
 * lost.  Small ones are compared with the oracle in test/money. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* cmocka wants those first */
#include <cmocka.h>

enum { MEMORY = 512 << 20, PAYMENTS_MAX = 1200000 };

static struct arena *arena;
static struct money *money;
static uint64_t added;

static ident named(int number)
{
    char bytes[16];
    (void)snprintf(bytes, sizeof bytes, "62%06d", number);
    return ident_of(slice_of(bytes));
}

static void pay(int64_t second, int payer, int payee, int64_t amount)
{
    added++;
    struct payment payment = {.key = {second * 1000, added},
                              .name = added,
                              .payer = named(payer),
                              .payee = named(payee),
                              .amount = amount,
                              .balance = MONEY_UNKNOWN,
                              .channel = CHANNEL_UNKNOWN};
    assert_int_equal(money_add(money, &payment), STATUS_OK);
}

static void begin(void)
{
    struct money_options options = {.payments_max = PAYMENTS_MAX, .accounts_max = 1000};
    added = 0;
    assert_int_equal(money_create(&money, &options, arena), STATUS_OK);
}

static void end(struct money_view *view)
{
    money_view_close(view);
    money_destroy(money);
    arena_reset(arena);
}

/* 100.00 come to a till that is paid 20,100 times before it pays: it is too busy to be read on. */
static void an_account_too_busy_is_a_cut(void **state)
{
    (void)state;
    struct money_view *view;
    struct trace *trace;
    struct trace_request asked = trace_request_usual();
    begin();
    pay(0, 1, 2, 10000);
    for (int i = 0; i < TRACE_EVENTS_MAX + 100; i++)
        pay(1 + i, 3, 2, 1);
    pay(100000, 2, 4, 5000);
    assert_int_equal(money_view_open(&view, money, arena), STATUS_OK);
    assert_int_equal(trace_account_of(&trace, view, &asked, named(1)), STATUS_OK);
    assert_int_equal(trace->cut[CUT_EVENTS], 10000);
    assert_int_equal(trace->cut_payments[CUT_EVENTS], 1);
    assert_int_equal(trace->held, 0);
    assert_int_equal(trace->account[0].cut[CUT_EVENTS], 10000);
    end(view);
}

/* Sixty such tills, each a little below that bound: together they are more than one trace reads. */
static void a_trace_too_long_is_a_cut(void **state)
{
    (void)state;
    enum { TILLS = 60, EACH = 17000 };
    struct money_view *view;
    struct trace *trace;
    struct trace_request asked = trace_request_usual();
    begin();
    for (int i = 0; i < TILLS; i++)
        pay(i, 1, 100 + i, 10000);
    for (int i = 0; i < EACH; i++)
        for (int till = 0; till < TILLS; till++)
            pay(1000 + i, 3, 100 + till, 1);
    assert_int_equal(money_view_open(&view, money, arena), STATUS_OK);
    assert_int_equal(trace_account_of(&trace, view, &asked, named(1)), STATUS_OK);
    assert_true(trace->stopped);
    assert_true(trace->steps <= TRACE_STEPS_MAX + 1);
    assert_int_equal(trace->started, TILLS * 10000);
    assert_int_equal(trace->held + trace->cut[CUT_EVENTS], TILLS * 10000);
    assert_true(trace->cut[CUT_EVENTS] > 0);
    end(view);
}

/* One that sent more payments than a trace may start from is refused, and half of them are not. */
static void too_many_origins_are_refused(void **state)
{
    (void)state;
    struct money_view *view;
    struct trace *trace;
    struct trace_request asked = trace_request_usual();
    begin();
    for (int i = 0; i <= TRACE_ORIGINS_MAX; i++)
        pay(i, 1, 2, 100);
    assert_int_equal(money_view_open(&view, money, arena), STATUS_OK);
    assert_int_equal(trace_account_of(&trace, view, &asked, named(1)), STATUS_FULL);
    asked.until.ms = 2000 * 1000;
    assert_int_equal(trace_account_of(&trace, view, &asked, named(1)), STATUS_OK);
    assert_int_equal(trace->origins_count, 2001);
    assert_int_equal(trace->started, 200100);
    assert_int_equal(trace->held, 200100);
    asked.since.ms = 1000 * 1000;
    asked.backward = true;
    assert_int_equal(trace_account_of(&trace, view, &asked, named(2)), STATUS_OK);
    assert_int_equal(trace->origins_count, 1001);
    end(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_too_busy_is_a_cut),
        cmocka_unit_test(a_trace_too_long_is_a_cut),
        cmocka_unit_test(too_many_origins_are_refused),
    };
    must(arena_create(&arena, MEMORY) == STATUS_OK);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(arena);
    return failed;
}
