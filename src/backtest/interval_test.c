/* interval_test.c -- against published values, and at the bounds where formulas break. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "interval.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

static bool near(double a, double b, double within)
{
    return fabs(a - b) <= within;
}

/* Newcombe (1998), Statistics in Medicine 17, table I: method 3, score without continuity
 * correction. */
static void wilson_agrees_with_newcombe(void **state)
{
    (void)state;
    struct estimate e = share_estimate(81, 263);
    assert_true(e.known);
    assert_true(near(e.low, 0.2553, 0.0001) && near(e.high, 0.3662, 0.0001));
    e = share_estimate(15, 148);
    assert_true(near(e.low, 0.0624, 0.0001) && near(e.high, 0.1605, 0.0001));
    e = share_estimate(0, 20);
    assert_true(e.low == 0 && near(e.high, 0.1611, 0.0001));
    e = share_estimate(1, 29);
    assert_true(near(e.low, 0.0061, 0.0001) && near(e.high, 0.1718, 0.0001));
}

static void wilson_keeps_its_bounds(void **state)
{
    (void)state;
    assert_false(share_estimate(0, 0).known);
    for (uint64_t whole = 1; whole <= 60; whole++) {
        for (uint64_t part = 0; part <= whole; part++) {
            struct estimate e = share_estimate(part, whole);
            assert_true(e.low >= 0 && e.low <= e.value && e.value <= e.high && e.high <= 1);
            struct estimate mirror = share_estimate(whole - part, whole);
            assert_true(near(e.low, 1 - mirror.high, 1e-12));
        }
    }
    assert_true(share_estimate(3, 3).low < 0.5);
    assert_true(share_estimate(3, 3).high == 1);
}

static void f1_is_the_harmonic_mean(void **state)
{
    (void)state;
    struct case_counts cases = {.found = 30, .false_ones = 10, .missed = 20};
    double precision = 30.0 / 40;
    double recall = 30.0 / 50;
    assert_true(near(f1_of(cases), 2 * precision * recall / (precision + recall), 1e-15));
    assert_true(f1_of((struct case_counts){0}) == 0);
    assert_true(f1_of((struct case_counts){.found = 1}) == 1);
    assert_true(f1_of((struct case_counts){.missed = 4, .false_ones = 4}) == 0);
}

static void drawing_again_keeps_number_and_shares(void **state)
{
    (void)state;
    static const struct case_counts SETS[] = {{50, 30, 20}, {9000, 500, 500}, {0, 5, 5},
                                              {7, 0, 0},    {0, 0, 0},        {0, 0, 9000}};
    struct chance chance = chance_seeded(1);
    for (size_t s = 0; s < sizeof SETS / sizeof SETS[0]; s++) {
        double n = (double)(SETS[s].found + SETS[s].false_ones + SETS[s].missed);
        double sum[3] = {0};
        for (int i = 0; i < 2000; i++) {
            struct case_counts drawn = cases_drawn_again(SETS[s], &chance);
            assert_true((double)(drawn.found + drawn.false_ones + drawn.missed) == n);
            sum[0] += (double)drawn.found / 2000;
            sum[1] += (double)drawn.false_ones / 2000;
            sum[2] += (double)drawn.missed / 2000;
        }
        assert_true(near(sum[0], (double)SETS[s].found, 0.01 * n));
        assert_true(near(sum[1], (double)SETS[s].false_ones, 0.01 * n));
        assert_true(near(sum[2], (double)SETS[s].missed, 0.01 * n));
    }
}

/* The bootstrap of a share must come out where the formula of the share lies. */
static void the_bootstrap_agrees_with_the_formula(void **state)
{
    (void)state;
    struct case_counts cases = {.found = 120, .missed = 80};
    static double rounds[BACKTEST_ROUNDS];
    struct chance chance = chance_seeded(7);
    for (size_t i = 0; i < BACKTEST_ROUNDS; i++)
        rounds[i] = (double)cases_drawn_again(cases, &chance).found / 200;
    struct estimate drawn = bootstrap_estimate(0.6, rounds, BACKTEST_ROUNDS);
    struct estimate formula = share_estimate(120, 200);
    assert_true(near(drawn.low, formula.low, 0.01) && near(drawn.high, formula.high, 0.01));
}

static void quantiles_are_members(void **state)
{
    (void)state;
    static const int64_t SORTED[] = {10, 20, 30, 40};
    assert_int_equal(quantile_of(SORTED, 4, 0), 10);
    assert_int_equal(quantile_of(SORTED, 4, 0.25), 10);
    assert_int_equal(quantile_of(SORTED, 4, 0.5), 20);
    assert_int_equal(quantile_of(SORTED, 4, 0.9), 40);
    assert_int_equal(quantile_of(SORTED, 4, 1), 40);
    assert_int_equal(quantile_of(SORTED, 1, 0.5), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_agrees_with_newcombe),
        cmocka_unit_test(wilson_keeps_its_bounds),
        cmocka_unit_test(f1_is_the_harmonic_mean),
        cmocka_unit_test(drawing_again_keeps_number_and_shares),
        cmocka_unit_test(the_bootstrap_agrees_with_the_formula),
        cmocka_unit_test(quantiles_are_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
