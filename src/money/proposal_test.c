/* proposal_test.c -- the order of stops is the arithmetic of proposal.h, worked out by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/proposal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

enum { MEMORY = 64 << 20 };

static struct arena *arena;
static struct money *money;
static uint64_t added;

static ident account(char letter)
{
    return ident_of((struct slice){&letter, 1});
}

static void pay(int64_t second, char payer, char payee, int64_t amount)
{
    added++;
    struct payment payment = {.key = {second * 1000, added},
                              .name = added,
                              .payer = account(payer),
                              .payee = account(payee),
                              .amount = amount,
                              .balance = MONEY_UNKNOWN,
                              .channel = CHANNEL_UNKNOWN};
    assert_int_equal(money_add(money, &payment), STATUS_OK);
}

static void begin(void)
{
    struct money_options options = {.payments_max = 100, .accounts_max = 100};
    added = 0;
    assert_int_equal(money_create(&money, &options, arena), STATUS_OK);
}

static void end(struct money_view *view)
{
    money_view_close(view);
    money_destroy(money);
    arena_reset(arena);
}

static void propose(uint64_t origin, int64_t now_second, int64_t answer_second,
                    struct stop_proposals *out, struct trace **trace, struct money_view **view)
{
    struct trace_request asked = trace_request_usual();
    struct payment payment;
    assert_int_equal(money_view_open(view, money, arena), STATUS_OK);
    assert_int_equal(money_find(*view, origin, &payment), STATUS_OK);
    assert_int_equal(trace_payments(trace, *view, &asked, &payment, 1), STATUS_OK);
    struct proposal_request request = {
        .trace = *trace, .now = {now_second * 1000}, .answer_usual_ms = answer_second * 1000};
    assert_int_equal(stop_propose(out, *view, &request), STATUS_OK);
}

/* V pays A 1,000; A pays B 400 after 60 s and C 500 after 120 s; B pays D 300 after 240 s.
 * Stays seen in the chain: 60, 120, 240 s.  At 09:10 (600 s), answer 30 s:
 *   A holds 100 since   0 s: age 600, none longer: 1/1.
 *   C holds 500 since 120 s: age 480, none longer: 1/1.
 *   B holds 100 since  60 s, D holds 300 since 300 s (age 300): 1/1. */
static void money_that_outlasted_all_that_was_seen_is_taken_to_stay(void **state)
{
    (void)state;
    struct stop_proposals stops;
    struct trace *trace;
    struct money_view *view;
    begin();
    pay(0, 'V', 'A', 100000);
    pay(60, 'A', 'B', 40000);
    pay(120, 'A', 'C', 50000);
    pay(300, 'B', 'D', 30000);
    propose(1, 600, 30, &stops, &trace, &view);
    assert_int_equal(stops.count, 4);
    assert_true(ident_equal(trace->account[stops.at[0].account].name, account('C')));
    assert_true(ident_equal(trace->account[stops.at[1].account].name, account('D')));
    assert_int_equal(stops.at[0].expected, 50000);
    assert_int_equal(stops.at[0].stays, 1000000);
    assert_int_equal(stops.at[0].chain_seen, 3);
    assert_int_equal(stops.at[0].chain_median_ms, 120000);
    assert_int_equal(stops.held, 100000);
    end(view);
}

/* The same at 305 s, answer 130 s.  Stays seen: 60, 120, 240.
 *   D: 300.00, age 5:    longer than 5: 3, than 135: 1 -> (1+1)/(3+1) = 1/2: 150.00
 *   C: 500.00, age 185:  longer than 185: 1, than 315: 0 -> 1/2: 250.00
 *   A: 100.00, age 305:  1/1: 100.00        B: 100.00, age 245: 1/1: 100.00 */
static void money_that_is_about_to_move_counts_for_less(void **state)
{
    (void)state;
    struct stop_proposals stops;
    struct trace *trace;
    struct money_view *view;
    begin();
    pay(0, 'V', 'A', 100000);
    pay(60, 'A', 'B', 40000);
    pay(120, 'A', 'C', 50000);
    pay(300, 'B', 'D', 30000);
    propose(1, 305, 130, &stops, &trace, &view);
    assert_true(ident_equal(trace->account[stops.at[0].account].name, account('C')));
    assert_int_equal(stops.at[0].expected, 25000);
    assert_true(ident_equal(trace->account[stops.at[1].account].name, account('D')));
    assert_int_equal(stops.at[1].expected, 15000);
    assert_int_equal(stops.at[1].stays, 500000);
    assert_true(ident_equal(trace->account[stops.at[2].account].name, account('A')));
    assert_int_equal(stops.expected, 25000 + 15000 + 10000 + 10000);
    end(view);
}

/* A passed money on after 10 s, twice, before: its own history speaks beside the chain's. */
static void what_the_account_did_before_counts(void **state)
{
    (void)state;
    struct stop_proposals stops;
    struct trace *trace;
    struct money_view *view;
    char bytes[512];
    begin();
    pay(-100, 'W', 'A', 5000);
    pay(-90, 'A', 'X', 5000);
    pay(-80, 'W', 'A', 5000);
    pay(-70, 'A', 'X', 5000);
    pay(0, 'V', 'A', 100000);
    propose(5, 5, 20, &stops, &trace, &view);
    assert_int_equal(stops.count, 1);
    assert_int_equal(stops.at[0].own_seen, 2);
    assert_int_equal(stops.at[0].own_median_ms, 10000);
    assert_int_equal(stops.at[0].stays, 333333); /* (0 + 1) / (2 + 1) */
    assert_int_equal(stops.at[0].expected, 33333);
    struct text text = text_over(bytes, sizeof bytes);
    text_add_stop_reason(&text, &stops.at[0], TONGUE_EN);
    assert_string_equal(bytes,
                        "the money came 5s ago, in this account 10s before, the bank answers "
                        "within 20s, 33 % should still be there");
    text = text_over(bytes, sizeof bytes);
    text_add_stop_reason(&text, &stops.at[0], TONGUE_ZH);
    assert_string_equal(bytes,
                        "资金于5s前到账，该账户此前为10s，银行约20s内执行，预计仍有33 %在账");
    end(view);
}

/* ---- what a trace refuses ---- */

static void sums_beyond_64_bits_are_a_status(void **state)
{
    (void)state;
    struct money_view *view;
    struct trace *trace;
    struct trace_request asked = trace_request_usual();
    begin();
    for (int i = 0; i < 20; i++)
        pay(i, 'V', 'A', 1000000000000000000);
    assert_int_equal(money_view_open(&view, money, arena), STATUS_OK);
    assert_int_equal(trace_account_of(&trace, view, &asked, account('V')), STATUS_FULL);
    assert_int_equal(trace_account_of(&trace, view, &asked, account('Q')), STATUS_ABSENT);
    end(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_that_outlasted_all_that_was_seen_is_taken_to_stay),
        cmocka_unit_test(money_that_is_about_to_move_counts_for_less),
        cmocka_unit_test(what_the_account_did_before_counts),
        cmocka_unit_test(sums_beyond_64_bits_are_a_status),
    };
    must(arena_create(&arena, MEMORY) == STATUS_OK);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(arena);
    return failed;
}
