/* rate_test.c -- rates and their intervals, held against published examples and a second reckoning
 * in floating point. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/area/rate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct rate rate(int64_t count, int64_t population)
{
    struct rate out;
    assert_int_equal(rate_of(count, population, &out), STATUS_OK);
    return out;
}

/* R. G. Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17 (1998),
 * table I, method 3: 81/263, 15/148, 0/20, 1/29. */
static void published_intervals_come_out(void **state)
{
    static const struct {
        int64_t count, population, least, most; /* of ten thousand */
    } ALL[] = {{81, 263, 2553, 3662}, {15, 148, 624, 1605}, {0, 20, 0, 1611}, {1, 29, 61, 1718}};
    (void)state;
    for (size_t i = 0; i < sizeof ALL / sizeof ALL[0]; i++) {
        struct rate found = rate(ALL[i].count, ALL[i].population);
        assert_int_equal((found.least + 5000) / 10000, ALL[i].least);
        assert_int_equal((found.most + 5000) / 10000, ALL[i].most);
    }
}

static void random_intervals_agree_with_floating_point(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        int64_t population = 1 + (int64_t)((seed >> 20) % (i % 3 == 0 ? 50000000000 : 2000000));
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        int64_t count = (int64_t)(seed >> 40) % (population < 5000 ? population + 1 : 5000);
        struct rate found = rate(count, population);
        double z = 1.96, all = (double)population, p = (double)count / all, d = 1 + z * z / all;
        double middle = p + z * z / 2 / all,
               apart = z * sqrt(p * (1 - p) / all + z * z / 4 / all / all);
        double least = count == 0 ? 0 : (middle - apart) / d * 1e8;
        double most = count == population ? 1e8 : (middle + apart) / d * 1e8;
        assert_true((double)found.least <= least + 1e-3 && (double)found.least >= least - 1.01);
        assert_true((double)found.most >= most - 1e-3 && (double)found.most <= most + 1.01);
        assert_true(found.least <= found.value && found.value <= found.most);
    }
}

static void nothing_counted_is_not_nothing_known(void **state)
{
    struct rate small = rate(0, 1000), large = rate(0, 1000000);
    (void)state;
    assert_int_equal(small.value, 0);
    assert_int_equal(small.least, 0);
    assert_true(small.most > large.most && large.most > 0);
    assert_int_equal(rate(1000, 1000).most, 100000000);
}

static void what_is_no_part_of_a_population_has_no_rate(void **state)
{
    struct rate out;
    (void)state;
    assert_int_equal(rate_of(1, 0, &out), STATUS_MALFORMED);
    assert_int_equal(rate_of(-1, 10, &out), STATUS_MALFORMED);
    assert_int_equal(rate_of(11, 10, &out), STATUS_MALFORMED);
    assert_int_equal(rate_of(1, INT64_MAX, &out), STATUS_FULL);
}

static void few_events_are_never_ranked_and_close_ones_not_apart(void **state)
{
    struct rate few = rate(9, 1000), many = rate(500, 100000), close = rate(520, 100000);
    struct rate far = rate(900, 100000);
    (void)state;
    assert_int_equal(rate_compare(&few, &many, 10), RATE_UNRANKED);
    assert_int_equal(rate_compare(&many, &few, 10), RATE_UNRANKED);
    assert_int_equal(rate_compare(&many, &close, 10), RATE_NOT_APART);
    assert_int_equal(rate_compare(&many, &far, 10), RATE_LOWER);
    assert_int_equal(rate_compare(&far, &many, 10), RATE_HIGHER);
}

/* The same events: a county that many have left stands above by those registered there, and below
 * by those who live there. */
static void both_denominators_may_rank_otherwise(void **state)
{
    struct rate a_lives = rate(200, 400000), b_lives = rate(300, 800000);
    struct rate a_registered = rate(200, 900000), b_registered = rate(300, 700000);
    (void)state;
    assert_int_equal(rate_compare(&a_lives, &b_lives, 10), RATE_HIGHER);
    assert_int_equal(rate_compare(&a_registered, &b_registered, 10), RATE_LOWER);
}

static void a_rate_is_written_in_thousandths(void **state)
{
    char bytes[32];
    struct text text = text_over(bytes, sizeof bytes);
    (void)state;
    text_add_rate(&text, rate(1, 3).value);
    assert_string_equal(bytes, "33333.333");
    text = text_over(bytes, sizeof bytes);
    text_add_rate(&text, rate(7, 123456).value);
    assert_string_equal(bytes, "5.670");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_intervals_come_out),
        cmocka_unit_test(random_intervals_agree_with_floating_point),
        cmocka_unit_test(nothing_counted_is_not_nothing_known),
        cmocka_unit_test(what_is_no_part_of_a_population_has_no_rate),
        cmocka_unit_test(few_events_are_never_ranked_and_close_ones_not_apart),
        cmocka_unit_test(both_denominators_may_rank_otherwise),
        cmocka_unit_test(a_rate_is_written_in_thousandths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
