/* chance_test.c -- the stream is the published one, and the distributions have their moments. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

#include <math.h>

enum { DRAWS = 200000 };

static void a_seed_decides_the_stream(void **state)
{
    (void)state;
    /* Steele, Lea, Flood: SplitMix64, seed 1234567. */
    struct chance chance = chance_seeded(1234567);
    assert_true(chance_bits(&chance) == 6457827717110365317u);
    assert_true(chance_bits(&chance) == 3203168211198807973u);
    assert_true(chance_bits(&chance) == 9817491932198370423u);
}

static void branches_are_apart(void **state)
{
    (void)state;
    struct chance trunk = chance_seeded(7);
    struct chance untouched = trunk;
    struct chance one = chance_branch(trunk, 1);
    struct chance two = chance_branch(trunk, 2);
    struct chance again = chance_branch(trunk, 1);
    assert_true(trunk.state == untouched.state);
    assert_true(one.state == again.state);
    for (int i = 0; i < 1000; i++) {
        uint64_t a = chance_bits(&one);
        assert_true(a != chance_bits(&two));
        assert_true(a != chance_bits(&trunk));
    }
}

static void below_is_even_and_below(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(11);
    uint32_t counts[7] = {0};
    for (int i = 0; i < 7 * 10000; i++) {
        uint64_t draw = chance_below(&chance, 7);
        assert_true(draw < 7);
        counts[draw]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(counts[i], 9600, 10400); /* four deviations are 370 */
    for (int i = 0; i < 100; i++)
        assert_int_equal(chance_below(&chance, 1), 0);
    uint64_t large = (UINT64_MAX / 3) * 2 + 1; /* a remainder would favour the low half */
    uint32_t low = 0;
    for (int i = 0; i < 20000; i++)
        low += chance_below(&chance, large) < large / 2;
    assert_in_range(low, 9700, 10300);
}

static void units_stay_in_their_interval(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(5);
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        double unit = chance_unit(&chance);
        assert_true(unit >= 0 && unit < 1);
        double between = chance_between(&chance, -3, 2);
        assert_true(between >= -3 && between < 2);
        sum += unit;
    }
    assert_true(fabs(sum / DRAWS - 0.5) < 0.003);
}

static void normal_and_wait_have_their_moments(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(99);
    double sum = 0;
    double squares = 0;
    double waits = 0;
    uint32_t beyond_two = 0;
    uint32_t long_waits = 0;
    for (int i = 0; i < DRAWS; i++) {
        double normal = chance_normal(&chance);
        double wait = chance_wait(&chance, 60);
        assert_true(wait >= 0 && wait < 60 * 40);
        sum += normal;
        squares += normal * normal;
        beyond_two += fabs(normal) > 2;
        waits += wait;
        long_waits += wait > 60;
    }
    assert_true(fabs(sum / DRAWS) < 0.01);
    assert_true(fabs(squares / DRAWS - 1) < 0.02);
    assert_true(fabs((double)beyond_two / DRAWS - 0.0455) < 0.003);
    assert_true(fabs(waits / DRAWS - 60) < 1);
    assert_true(fabs((double)long_waits / DRAWS - 0.3679) < 0.006); /* 1/e */
}

/* Guards the promise "on every machine": a change of these bits changes every made-up city. */
static void distributions_are_fixed_bit_by_bit(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(2026);
    for (int i = 0; i < 1000; i++) { /* the logarithm agrees with libm to its last bits */
        struct chance peek = chance;
        double unit = chance_unit(&peek);
        double expected = -log(1 - unit);
        assert_true(fabs(chance_wait(&chance, 1) - expected) <= 4e-16 * (1 + expected));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_decides_the_stream),
        cmocka_unit_test(branches_are_apart),
        cmocka_unit_test(below_is_even_and_below),
        cmocka_unit_test(units_stay_in_their_interval),
        cmocka_unit_test(normal_and_wait_have_their_moments),
        cmocka_unit_test(distributions_are_fixed_bit_by_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
