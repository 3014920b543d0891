/* nearest_test.c -- near enough to have been meant, and not nearer than that. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>

static const char *nearest_of(const char *written)
{
    static const char *const VERBS[] = {"detect", "backtest", "rules check", "simulate", "man"};
    struct nearest nearest = nearest_to(written);
    for (size_t i = 0; i < sizeof VERBS / sizeof VERBS[0]; i++)
        nearest_try(&nearest, VERBS[i]);
    return nearest.best;
}

static void slips_are_understood(void **state)
{
    (void)state;
    assert_string_equal(nearest_of("detcet"), "detect"); /* swapped */
    assert_string_equal(nearest_of("detec"), "detect");  /* left out */
    assert_string_equal(nearest_of("ddetect"), "detect");
    assert_string_equal(nearest_of("detekt"), "detect");
    assert_string_equal(nearest_of("rules chekc"), "rules check");
    assert_string_equal(nearest_of("men"), "man");
    assert_string_equal(nearest_of("back-test"), "backtest");
}

static void the_far_is_not_proposed(void **state)
{
    (void)state;
    assert_null(nearest_of("xyzzy"));
    assert_null(nearest_of("mn!"));
    assert_null(nearest_of(""));
    assert_null(nearest_of("a word that is far too long to be any of them, really"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_are_understood),
        cmocka_unit_test(the_far_is_not_proposed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
