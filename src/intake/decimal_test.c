/* decimal_test.c -- numbers that lose nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void test_whole(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        int shift;
        bool rounded;
        long long whole;
    } FINE[] = {
        {"12.34", 2, false, 1234},
        {"-12.3", 2, false, -1230},
        {"+7", 0, false, 7},
        {"0", 3, false, 0},
        {".5", 1, false, 5},
        {"1,234,567.89", 2, false, 123456789},
        {"007", 0, false, 7},
        {"100", -2, false, 1},
        {"1.005", 2, true, 101},
        {"1.0049999", 2, true, 100},
        {"-1.005", 2, true, -101},
        {"999999999999999999", 0, false, 999999999999999999},
        {"1", 17, false, 100000000000000000},
        {"0.000000000000000001", 18, false, 1},
    };
    for (size_t i = 0; i < sizeof FINE / sizeof FINE[0]; i++) {
        struct decimal decimal;
        int64_t whole;
        assert_int_equal(decimal_read(slice_of(FINE[i].written), true, &decimal), STATUS_OK);
        assert_int_equal(decimal_whole(decimal, FINE[i].shift, FINE[i].rounded, &whole), STATUS_OK);
        assert_int_equal(whole, FINE[i].whole);
    }
    struct decimal decimal;
    int64_t whole;
    assert_int_equal(decimal_read(SLICE("1.005"), true, &decimal), STATUS_OK);
    assert_int_equal(decimal_whole(decimal, 2, false, &whole), STATUS_MALFORMED);
    assert_int_equal(decimal_read(SLICE("12"), true, &decimal), STATUS_OK);
    assert_int_equal(decimal_whole(decimal, 18, false, &whole), STATUS_MALFORMED);
    assert_int_equal(decimal_whole(decimal, -40, true, &whole), STATUS_MALFORMED);
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"",
                                        "-",
                                        "+",
                                        ".",
                                        "1.",
                                        "1.2.3",
                                        "1,23",
                                        "1,234,5",
                                        ",123",
                                        "1234,567",
                                        "1e3",
                                        "0x1",
                                        " 1",
                                        "1 ",
                                        "--1",
                                        "nan",
                                        "１",
                                        "1,",
                                        "12345678901234567890",
                                        "1.2345678901234567890"};
    struct decimal decimal;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        if (decimal_read(slice_of(WRONG[i]), true, &decimal) != STATUS_MALFORMED)
            fail_msg("taken: %s", WRONG[i]);
    assert_int_equal(decimal_read(SLICE("1,234"), false, &decimal), STATUS_MALFORMED);
}

static void test_real(void **state)
{
    (void)state;
    struct decimal decimal;
    assert_int_equal(decimal_read(SLICE("-102.712251"), false, &decimal), STATUS_OK);
    assert_true(decimal_real(decimal) == -102.712251);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_real),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
