/* seal_test.c -- sealing and merging on a disk that fails or loses power at every call.
 *
 * 1. Each call of a seal fails once: the earlier ledger is still in memory, all is still found, and
 *    the next seal passes.
 * 2. Power goes at each call: the next start has the run whole or not at all; fed again from where
 *    it says, it has every payment once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/index.h"
#include "test/sim/volume_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { LEDGER = 40, PAYMENTS = 300, ACCOUNTS = 7, FILE_BYTES = 1 << 18, CALLS_MAX = 4000 };

static struct arena *arena, *scratch;
static struct volume_sim *sim;

static ident account_name(int number)
{
    char bytes[16];
    (void)snprintf(bytes, sizeof bytes, "62%06d", number);
    return ident_of(slice_of(bytes));
}

static struct payment payment_of(int number)
{
    return (struct payment){.key = {1000 + number % 17, (uint64_t)number + 1},
                            .name = 5000 + (uint64_t)number,
                            .payer = account_name(number % ACCOUNTS),
                            .payee = account_name((number * 3 + 1) % ACCOUNTS),
                            .amount = 1 + number,
                            .balance = MONEY_UNKNOWN,
                            .channel = CHANNEL_UNKNOWN};
}

static struct money *open_index(struct volume *volume)
{
    struct money *money;
    struct money_options options = {
        .payments_max = LEDGER, .accounts_max = 4 * ACCOUNTS, .runs = volume};
    assert_int_equal(money_create(&money, &options, arena), STATUS_OK);
    return money;
}

static enum status seal(struct money *money)
{
    const struct money_kept all = {.from = MOMENT_NONE};
    enum status status = money_seal(money, scratch);
    if (status == STATUS_OK || status == STATUS_END)
        status = money_merge(money, &all, scratch);
    if (status == STATUS_OK)
        status = money_settle(money);
    return status == STATUS_END ? STATUS_OK : status;
}

/* Payments from `*next` on; seals when a ledger was turned over.  Stops where the disk says no. */
static enum status feed(struct money *money, int *next)
{
    while (*next < PAYMENTS) {
        struct payment payment = payment_of(*next);
        enum status status = money_add(money, &payment);
        if (status == STATUS_FULL) {
            status = money_turn(money);
            if (status == STATUS_OK || status == STATUS_FULL)
                status = seal(money);
            if (status != STATUS_OK)
                return status;
            continue;
        }
        if (status != STATUS_OK)
            return status; /* a run was asked whether it was there before */
        ++*next;
    }
    return STATUS_OK;
}

/* Every payment up to `count` is found, and once in each of its accounts. */
static void check_all(struct money *money, int count)
{
    struct money_view *view;
    int seen = 0, expected = 0;
    assert_int_equal(money_view_open(&view, money, scratch), STATUS_OK);
    for (int i = 0; i < count; i++) {
        struct payment found, made = payment_of(i);
        assert_int_equal(money_find(view, made.name, &found), STATUS_OK);
        assert_int_equal(found.amount, made.amount);
        expected += ident_equal(made.payer, made.payee) ? 1 : 2;
    }
    for (int i = 0; i < ACCOUNTS; i++) {
        struct money_walk *walk;
        const struct payment *payment;
        assert_int_equal(money_walk_open(&walk, view, account_name(i), PAYMENT_KEY_FIRST, false),
                         STATUS_OK);
        while (money_walk_next(walk, &payment) == STATUS_OK)
            seen++;
    }
    assert_int_equal(seen, expected);
    money_view_close(view);
    arena_reset(scratch);
}

static void each_call_that_fails_loses_nothing(void **state)
{
    (void)state;
    bool passed = false;
    for (uint64_t n = 1; n < CALLS_MAX && !passed; n++) {
        volume_sim_reset(sim, n);
        struct volume volume = volume_sim_volume(sim);
        struct money *money = open_index(&volume);
        int next = 0;
        volume_sim_fail_at(sim, n);
        enum status status = feed(money, &next);
        passed = status == STATUS_OK;
        assert_true(passed || status == STATUS_IO);
        volume_sim_start(sim);
        check_all(money, next);
        while (status != STATUS_OK) { /* the next one passes */
            assert_int_equal(seal(money), STATUS_OK);
            status = feed(money, &next);
        }
        check_all(money, PAYMENTS);
        struct money_counts counts;
        money_count(money, &counts);
        assert_true(counts.merges > 0);
        money_destroy(money);
        arena_reset(arena);
    }
    assert_true(passed);
}

static void each_power_cut_leaves_whole_runs(void **state)
{
    (void)state;
    bool passed = false;
    for (uint64_t n = 1; n < CALLS_MAX && !passed; n++) {
        volume_sim_reset(sim, n);
        struct volume volume = volume_sim_volume(sim);
        struct money *money = open_index(&volume);
        int next = 0;
        volume_sim_stop_at(sim, n);
        passed = feed(money, &next) == STATUS_OK;
        money_destroy(money);
        volume_sim_crash(sim);
        volume = volume_sim_volume(sim);
        money = open_index(&volume);
        next = (int)money_resume(money); /* positions are numbers from 1 */
        assert_true(next % LEDGER == 0);
        assert_int_equal(feed(money, &next), STATUS_OK);
        check_all(money, PAYMENTS);
        money_destroy(money);
        arena_reset(arena);
    }
    assert_true(passed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_that_fails_loses_nothing),
        cmocka_unit_test(each_power_cut_leaves_whole_runs),
    };
    struct arena *files;
    must(arena_create(&files, 256 << 20) == STATUS_OK);
    must(arena_create(&arena, 64 << 20) == STATUS_OK);
    must(arena_create(&scratch, 64 << 20) == STATUS_OK);
    must(volume_sim_create_of(&sim, 1, 24, FILE_BYTES, files) == STATUS_OK);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(scratch);
    arena_destroy(arena);
    arena_destroy(files);
    return failed;
}
