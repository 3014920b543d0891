/* mask_test.c -- enough stays to recognise, not enough to learn. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

static const char *masked(const char *spelling, enum field_type type)
{
    static char bytes[256];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_masked(&text, slice_of(spelling), type);
    assert_false(text.full);
    return bytes;
}

static void phones_keep_their_ends(void **state)
{
    (void)state;
    assert_string_equal(masked("13812345678", FIELD_PHONE), "138****5678");
    assert_string_equal(masked("+8613812345678", FIELD_PHONE), "+86138****5678");
    assert_string_equal(masked("+442079460000", FIELD_PHONE), "+4420****0000");
    assert_string_equal(masked("02087654321", FIELD_PHONE), "020****4321");
    assert_string_equal(masked("87654321", FIELD_PHONE), "87****21");
    assert_string_equal(masked("7654321", FIELD_PHONE), "7****21");
}

static void services_are_nobody(void **state)
{
    (void)state;
    assert_string_equal(masked("110", FIELD_PHONE), "110");
    assert_string_equal(masked("95588", FIELD_PHONE), "95588");
    assert_string_equal(masked("", FIELD_PHONE), "");
    assert_string_not_equal(masked("955881", FIELD_ACCOUNT), "955881");
}

static void other_names_keep_less(void **state)
{
    (void)state;
    assert_string_equal(masked("35209900176148", FIELD_IMEI), "***6148");
    assert_string_equal(masked("6222021234568810", FIELD_ACCOUNT), "622202****8810");
    assert_string_equal(masked("A0012345", FIELD_ACCOUNT), "A0****45");
    assert_string_equal(masked("P00012345", FIELD_PERSON), "P0****45");
    assert_string_equal(masked("P12", FIELD_PERSON), "P****");
    assert_string_equal(masked("P", FIELD_PERSON), "****");
    assert_string_equal(masked("460001234567890", FIELD_IMSI), "46****90");
    assert_string_equal(masked("192.168.10.23", FIELD_IP), "19****23");
    assert_string_equal(masked("欧阳明月在天上飞", FIELD_PERSON), "欧阳****上飞");
}

/* Whatever the length, at least four code points are hidden, or all but a third. */
static void enough_is_hidden(void **state)
{
    (void)state;
    static const char LETTERS[] =
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ01";
    static const enum field_type TYPES[] = {FIELD_IMEI,   FIELD_ACCOUNT, FIELD_PERSON, FIELD_IMSI,
                                            FIELD_DEVICE, FIELD_IP,      FIELD_PHONE};
    for (size_t t = 0; t < sizeof TYPES / sizeof TYPES[0]; t++) {
        for (size_t size = TYPES[t] == FIELD_PHONE ? 7 : 1; size < sizeof LETTERS; size++) {
            char spelling[sizeof LETTERS];
            memcpy(spelling, LETTERS, size);
            spelling[size] = '\0';
            const char *shown = masked(spelling, TYPES[t]);
            size_t kept = 0;
            for (const char *at = shown; *at != '\0'; at++)
                kept += *at != '*';
            assert_true(size - kept >= 4 || kept * 3 <= size);
        }
    }
}

static struct expr name_of(const char *spelling, enum type_class class, enum field_type name)
{
    return (struct expr){
        .kind = EXPR_NAME, .type = {.class = class, .name = name}, .string = slice_of(spelling)};
}

/* Literals of a condition: one that names a person, one that names a trunk, one prefix. */
static void literals_in_sources_are_masked(void **state)
{
    (void)state;
    struct expr phone = name_of("+8613812345678", TYPE_NAME, FIELD_PHONE);
    struct expr trunk = name_of("T1", TYPE_NAME, FIELD_TRUNK);
    struct expr prefix = name_of("+44", TYPE_STRING, FIELD_TEXT);
    struct expr *args[] = {&phone, &trunk, &prefix};
    struct expr condition = {.kind = EXPR_IN, .args_count = 3, .arg = args};
    struct slice source = SLICE("a = \"+8613812345678\" and b = \"T1\" and "
                                "starts(c, \"+44\") or d = \"x\\\"yz\"");
    struct alert_view view = {0};
    char bytes[256];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_shown_source(&text, source, &condition, &view);
    assert_string_equal(bytes,
                        "a = \"+86138****5678\" and b = \"T1\" and starts(c, \"+44\") or d = "
                        "\"x****\"");
    view.unmask = true;
    text = text_over(bytes, sizeof bytes);
    text_add_shown_source(&text, source, &condition, &view);
    assert_true(slice_equal(text_slice(&text), source));
}

/* An unclosed quote cannot come from the checker; it must not run past the end either. */
static void a_broken_source_ends(void **state)
{
    (void)state;
    static const char *const SOURCES[] = {"\"", "a = \"", "a = \"+8613812345678", "\"\\", ""};
    struct alert_view view = {0};
    for (size_t i = 0; i < sizeof SOURCES / sizeof SOURCES[0]; i++) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_shown_source(&text, slice_of(SOURCES[i]), NULL, &view);
        assert_null(strstr(bytes, "13812345678"));
    }
}

static void values_are_masked_by_type(void **state)
{
    (void)state;
    char bytes[64];
    struct alert_view view = {0};
    struct text text = text_over(bytes, sizeof bytes);
    struct slice phone = SLICE("+8613812345678");
    text_add_shown(&text, phone, (struct type){.class = TYPE_NAME, .name = FIELD_PHONE}, &view);
    text_add_shown(&text, SLICE(" 42"), (struct type){.class = TYPE_NUMBER}, &view);
    assert_string_equal(bytes, "+86138****5678 42");
    view.unmask = true;
    text = text_over(bytes, sizeof bytes);
    text_add_shown(&text, phone, (struct type){.class = TYPE_NAME, .name = FIELD_PHONE}, &view);
    assert_string_equal(bytes, "+8613812345678");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phones_keep_their_ends),         cmocka_unit_test(services_are_nobody),
        cmocka_unit_test(other_names_keep_less),          cmocka_unit_test(enough_is_hidden),
        cmocka_unit_test(literals_in_sources_are_masked), cmocka_unit_test(a_broken_source_ends),
        cmocka_unit_test(values_are_masked_by_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
