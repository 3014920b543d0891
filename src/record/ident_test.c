/* ident_test.c -- digits come back as they were, other names keep apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/ident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

#include <stdio.h>

static ident of(const char *spelling)
{
    return ident_of(slice_of(spelling));
}

static void assert_prints(const char *spelling, const char *expected)
{
    char bytes[80];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_ident(&text, of(spelling));
    assert_string_equal(bytes, expected);
}

static void packs_digits_and_prints_them_again(void **state)
{
    (void)state;
    static const char *const PACKED[] = {
        "0",        "00",           "110",    "+8613800000001",     "8613800000001",
        "95588",    "000000000000", "+0",     "999999999999999999", "+999999999999999999",
        "35000000", "0012",         "530102", "460001234567890",    "+000000000000000000"};
    for (size_t i = 0; i < sizeof PACKED / sizeof PACKED[0]; i++) {
        assert_true(ident_is_packed(of(PACKED[i])));
        assert_prints(PACKED[i], PACKED[i]);
        for (size_t j = 0; j < i; j++)
            assert_false(ident_equal(of(PACKED[i]), of(PACKED[j])));
    }
}

static void hashes_every_other_spelling(void **state)
{
    (void)state;
    static const char *const HASHED[] = {"+",
                                         "1a",
                                         "A1",
                                         "-1",
                                         "1 ",
                                         " 1",
                                         "++1",
                                         "1+",
                                         "1234567890123456789",
                                         "\xE5\x8D\x97",
                                         "+1234567890123456789",
                                         "3.14"};
    for (size_t i = 0; i < sizeof HASHED / sizeof HASHED[0]; i++) {
        assert_false(ident_is_packed(of(HASHED[i])));
        assert_true(ident_known(of(HASHED[i])));
        assert_true(ident_equal(of(HASHED[i]), of(HASHED[i])));
        for (size_t j = 0; j < i; j++)
            assert_false(ident_equal(of(HASHED[i]), of(HASHED[j])));
    }
    char bytes[80];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_ident(&text, of("A1"));
    assert_int_equal(bytes[0], '#');
    assert_int_equal(text.size, 17);
}

/* Digit by digit, as ident.h says it. */
static uint64_t slowly(const char *digits, size_t size)
{
    uint64_t number = 1;
    for (size_t i = 0; i < size; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(digits[i] - '0');
    }
    return 1ull << 62 | number;
}

static void finds_every_byte_that_is_no_digit(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 18; size++) {
        for (size_t at = 0; at < size; at++) {
            for (int byte = 0; byte < 256; byte++) {
                char digits[] = "918273645091827364";
                digits[at] = (char)byte;
                if (at == 0 && byte == '+')
                    continue;
                ident name = ident_of((struct slice){digits, size});
                uint64_t expected = slowly(digits, size);
                assert_true(expected == 0 ? !ident_is_packed(name) : name.bits == expected);
            }
        }
    }
}

static void unknown_is_the_empty_spelling_alone(void **state)
{
    (void)state;
    assert_false(ident_known(of("")));
    assert_true(ident_equal(of(""), IDENT_UNKNOWN));
    assert_false(ident_is_packed(IDENT_UNKNOWN));
    assert_prints("", "");
}

static void spreads_names_that_differ_in_one_place(void **state)
{
    (void)state;
    /* A counter in a name must not show in the hash: count equal low 20 bits. */
    enum { NAMES = 1 << 16 };
    static uint8_t seen[1 << 20];
    unsigned twice = 0;
    for (unsigned i = 0; i < NAMES; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "P%06u", i);
        uint64_t low = of(name).bits & ((1 << 20) - 1);
        twice += seen[low]++ != 0;
    }
    assert_in_range(twice, 1, NAMES / 16); /* about n^2 / 2m = 2048 for a fair hash */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_digits_and_prints_them_again),
        cmocka_unit_test(hashes_every_other_spelling),
        cmocka_unit_test(finds_every_byte_that_is_no_digit),
        cmocka_unit_test(unknown_is_the_empty_spelling_alone),
        cmocka_unit_test(spreads_names_that_differ_in_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
