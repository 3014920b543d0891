/* text_test.c -- bytes at their bounds, UTF-8 in both directions, columns as a terminal shows them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

static void slices_compare_by_bytes(void **state)
{
    (void)state;
    struct slice empty = {NULL, 0};
    assert_true(slice_equal(empty, SLICE("")));
    assert_false(slice_equal(SLICE("a"), SLICE("b")));
    assert_false(slice_equal(SLICE("a"), SLICE("ab")));
    assert_true(slice_compare(SLICE("a"), SLICE("ab")) < 0);
    assert_true(slice_compare(SLICE("b"), SLICE("ab")) > 0);
    assert_true(slice_compare(SLICE("\x7F"), SLICE("\x80")) < 0); /* unsigned */
    assert_int_equal(slice_compare(empty, empty), 0);
    assert_true(slice_starts(SLICE("+8613"), SLICE("+86")));
    assert_true(slice_starts(SLICE("x"), empty));
    assert_false(slice_starts(SLICE("+8"), SLICE("+86")));
}

static void a_copy_ends_in_nul_and_stays(void **state)
{
    (void)state;
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 64), STATUS_OK);
    char source[] = {'a', 'b', 'c'};
    struct slice copy;
    assert_int_equal(slice_copy(arena, (struct slice){source, 3}, &copy), STATUS_OK);
    source[0] = 'x';
    assert_string_equal(copy.at, "abc");
    struct slice untouched = SLICE("kept");
    assert_int_equal(slice_copy(arena, (struct slice){source, SIZE_MAX}, &untouched), STATUS_FULL);
    assert_int_equal(slice_copy(arena, (struct slice){source, 60}, &untouched), STATUS_FULL);
    assert_string_equal(untouched.at, "kept");
    arena_destroy(arena);
}

static void a_full_text_is_a_prefix(void **state)
{
    (void)state;
    char room[8];
    struct text text = text_over(room, sizeof room);
    text_add_string(&text, "1234567");
    assert_false(text.full);
    assert_string_equal(room, "1234567");
    text_add(&text, SLICE(""));
    assert_false(text.full);
    text_add_char(&text, '8');
    assert_true(text.full);
    assert_string_equal(room, "1234567");

    text = text_over(room, sizeof room);
    text_add_string(&text, "12345反"); /* 8 bytes: the last character does not fit in 7 */
    assert_true(text.full);
    assert_string_equal(room, "12345");
    text_add_char(&text, '6'); /* would fit, but then the text would not be a prefix */
    assert_string_equal(room, "12345");

    text = text_over(room, 1);
    text_add_whole(&text, 1);
    assert_true(text.full);
    assert_string_equal(room, "");
}

static void a_full_format_is_a_prefix_too(void **state)
{
    (void)state;
    char room[8];
    struct text text = text_over(room, sizeof room);
    text_addf(&text, "%d-%s", 12, "反诈");
    assert_true(text.full);
    assert_string_equal(room, "12-反");
    assert_int_equal(text.size, 6);
    text = text_over(room, sizeof room);
    text_addf(&text, "%s", "1234567");
    assert_false(text.full);
    text_addf(&text, "%s", "");
    assert_false(text.full);
    text_addf(&text, "%s", "x");
    assert_true(text.full);
    text = text_over(room, sizeof room);
    text_addf(&text, "a反诈x"); /* 8 bytes, cut exactly behind a character */
    assert_string_equal(room, "a反诈");
}

static void whole_numbers(void **state)
{
    (void)state;
    char room[64];
    struct text text = text_over(room, sizeof room);
    text_add_whole(&text, 0);
    text_add_char(&text, ' ');
    text_add_whole(&text, INT64_MIN);
    text_add_char(&text, ' ');
    text_add_whole(&text, INT64_MAX);
    assert_string_equal(room, "0 -9223372036854775808 9223372036854775807");
}

static void json_escapes(void **state)
{
    (void)state;
    char room[128];
    struct text text = text_over(room, sizeof room);
    text_add_json(&text, SLICE("a\"b\\c\n\r\t\b\f\x01\x1F/反\xFF\xE5\x8F"));
    assert_string_equal(room, "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001f/反"
                              "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    text = text_over(room, sizeof room);
    text_add_json(&text, (struct slice){NULL, 0});
    assert_string_equal(room, "\"\"");
    text = text_over(room, 4);
    text_add_json(&text, SLICE("abc"));
    assert_true(text.full);
}

static void utf8_takes_only_what_is_utf8(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "\x80",             /* a tail without a head */
        "\xC0\x80",         /* NUL in two bytes */
        "\xC1\xBF",         /* too long a form */
        "\xE0\x9F\xBF",     /* too long a form */
        "\xF0\x8F\xBF\xBF", /* too long a form */
        "\xED\xA0\x80",     /* a surrogate */
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xE5\x8F",
        "\xC3",
        "abcdefgh\xC3(",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        assert_false(utf8_valid(slice_of(WRONG[i])));
    assert_true(utf8_valid(SLICE("")));
    assert_true(utf8_valid(SLICE("plain ASCII of more than eight bytes, 反诈, \xF4\x8F\xBF\xBF")));
    assert_true(utf8_valid(SLICE("\xEF\xBF\xBD"))); /* U+FFFD itself */

    struct slice rest = SLICE("a\xC3\xA9\xE5\x8F\x8D\xF0\x9F\x93\x9E\xE5\x8F");
    assert_int_equal(utf8_next(&rest), 'a');
    assert_int_equal(utf8_next(&rest), 0xE9);
    assert_int_equal(utf8_next(&rest), 0x53CD);
    assert_int_equal(utf8_next(&rest), 0x1F4DE);
    assert_int_equal(utf8_next(&rest), 0xFFFD);
    assert_int_equal(rest.size, 1); /* one byte was taken, not the rest */
    assert_int_equal(utf8_next(&rest), 0xFFFD);
    assert_int_equal(utf8_next(&rest), 0);
    assert_int_equal(rest.size, 0);
}

static void columns_as_on_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(utf8_columns(SLICE("")), 0);
    assert_int_equal(utf8_columns(SLICE("GOIP")), 4);
    assert_int_equal(utf8_columns(SLICE("GOIP 网关")), 9);
    assert_int_equal(utf8_columns(SLICE("ＡＢ，。")), 8);         /* fullwidth */
    assert_int_equal(utf8_columns(SLICE("e\xCC\x81")), 1);        /* e and a combining acute */
    assert_int_equal(utf8_columns(SLICE("\xF0\x9F\x93\x9E")), 2); /* telephone receiver */
    assert_int_equal(utf8_columns(SLICE("\xE2\x80\x8B")), 0);     /* zero width space */
    assert_int_equal(utf8_columns(SLICE("한국")), 4);
    assert_int_equal(utf8_columns(SLICE("ﾊﾝ")), 2); /* halfwidth katakana */
    assert_int_equal(utf8_columns(SLICE("é—…")), 3);
    assert_int_equal(utf8_columns(SLICE("\xF0\xA0\x80\x80")), 2); /* U+20000 */
    assert_int_equal(utf8_columns(SLICE("\xFF\xFE")), 2); /* one replacement for each byte */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_compare_by_bytes),
        cmocka_unit_test(a_copy_ends_in_nul_and_stays),
        cmocka_unit_test(a_full_text_is_a_prefix),
        cmocka_unit_test(a_full_format_is_a_prefix_too),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(json_escapes),
        cmocka_unit_test(utf8_takes_only_what_is_utf8),
        cmocka_unit_test(columns_as_on_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
