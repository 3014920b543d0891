/* paper_test.c -- what is JSON and what is not, what is canonical, and what is read of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct sample {
    const char *json;
    enum status plain, canonical;
};

#define YES STATUS_OK
#define NO  STATUS_MALFORMED

static const struct sample SAMPLES[] = {
    {"{}", YES, YES},
    {"[]", YES, YES},
    {"null", YES, YES},
    {"{\"a\":1,\"b\":[true,false,null,\"x\"]}", YES, YES},
    {" { \"b\" : 1 , \"a\" : [ ] } ", YES, NO}, /* blanks, order */
    {"{\"b\":1,\"a\":2}", YES, NO},             /* order */
    {"{\"a\":1,\"a\":2}", NO, NO},              /* twice */
    {"{\"a\":1,\"b\":{\"a\":2}}", YES, YES},    /* not the same object */
    {"{\"\\u0061\":1}", NO, NO},                /* an escape in a name */
    {"{\"\xE4\xB8\xAD\":1}", YES, NO},          /* a name beyond ASCII */
    {"\"\xE4\xB8\xAD\"", YES, YES},
    {"\"\\u4e2d\"", YES, NO},
    {"\"\\/\"", YES, NO},
    {"\"\\n\\t\\\"\\\\\"", YES, YES},
    {"\"\\u000a\"", YES, NO}, /* \n is shorter */
    {"\"\\u001f\"", YES, YES},
    {"\"\\u001F\"", YES, NO},
    {"\"\\u0000\"", YES, YES},
    {"\"\\ud83d\\ude00\"", YES, NO},
    {"\"\\ud83d\"", NO, NO}, /* half of a pair */
    {"\"\\ude00\\ud83d\"", NO, NO},
    {"\"\n\"", NO, NO},
    {"\"\xFF\"", NO, NO},
    {"\"", NO, NO},
    {"\"\\", NO, NO},
    {"\"\\u12", NO, NO},
    {"\"\\x41\"", NO, NO},
    {"0", YES, YES},
    {"-1", YES, YES},
    {"-0", YES, NO},
    {"01", NO, NO},
    {"1.5", YES, NO},
    {"1e3", YES, NO},
    {"1E+3", YES, NO},
    {"1.", NO, NO},
    {".5", NO, NO},
    {"-", NO, NO},
    {"+1", NO, NO},
    {"1e", NO, NO},
    {"9007199254740991", YES, YES},
    {"9007199254740992", YES, NO},
    {"123456789012345678901234567890", YES, NO},
    {"", NO, NO},
    {" ", NO, NO},
    {"{} {}", NO, NO},
    {"{\"a\"}", NO, NO},
    {"{\"a\":}", NO, NO},
    {"{\"a\":1,}", NO, NO},
    {"[1,]", NO, NO},
    {"[1 2]", NO, NO},
    {"{a:1}", NO, NO},
    {"{", NO, NO},
    {"[", NO, NO},
    {"tru", NO, NO},
    {"NaN", NO, NO},
};

static void json_is_json_and_canonical_is_a_part_of_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SAMPLES / sizeof SAMPLES[0]; i++) {
        struct slice json = slice_of(SAMPLES[i].json);
        if (paper_check(json) != SAMPLES[i].plain ||
            paper_check_canonical(json) != SAMPLES[i].canonical)
            fail_msg("%s", SAMPLES[i].json);
    }
}

static void every_beginning_of_a_paper_is_none(void **state)
{
    static const char WHOLE[] = "{\"a\":[1,-20,\"x\\u00e9\\n\",{\"b\":null}],\"c\":{\"d\":true}}";
    (void)state;
    for (size_t size = 0; size < sizeof WHOLE - 1; size++)
        assert_int_equal(paper_check((struct slice){WHOLE, size}), STATUS_MALFORMED);
    assert_int_equal(paper_check(SLICE(WHOLE)), STATUS_OK);
}

static void depth_and_width_have_an_end(void **state)
{
    char bytes[4096];
    struct text text = text_over(bytes, sizeof bytes);
    (void)state;
    for (unsigned depth = 1; depth <= PAPER_DEPTH_MAX + 1; depth++) {
        text = text_over(bytes, sizeof bytes);
        for (unsigned i = 0; i < depth; i++)
            text_add_char(&text, '[');
        for (unsigned i = 0; i < depth; i++)
            text_add_char(&text, ']');
        assert_int_equal(paper_check(text_slice(&text)),
                         depth <= PAPER_DEPTH_MAX ? STATUS_OK : STATUS_FULL);
    }
    for (unsigned width = PAPER_MEMBERS_MAX; width <= PAPER_MEMBERS_MAX + 1; width++) {
        text = text_over(bytes, sizeof bytes);
        for (unsigned i = 0; i < width; i++)
            text_addf(&text, "%c\"m%03u\":1", i == 0 ? '{' : ',', i);
        text_add_char(&text, '}');
        assert_int_equal(paper_check(text_slice(&text)),
                         width == PAPER_MEMBERS_MAX ? STATUS_OK : STATUS_FULL);
    }
    for (unsigned i = 0; i < 3000; i++) /* as deep as a stack is not */
        bytes[i] = '{';
    assert_int_not_equal(paper_check((struct slice){bytes, 3000}), STATUS_OK);
}

static void members_items_texts_and_numbers_are_read(void **state)
{
    static const char WHOLE[] =
        " { \"list\" : [ 1 , [2,\"]\"] , \"a\\\"b\" ] , \"text\" : \"\\u4e2d\\ud83d\\ude00\\/\\n\","
        "\"whole\":-42,\"nested\":{\"text\":\"inner\"},\"none\":null,\"half\":1.5,\"nul\":"
        "\"\\u0000\"} ";
    struct arena *arena = NULL;
    struct slice paper = paper_trim(SLICE(WHOLE)), text, rest, item;
    int64_t whole = 0;
    unsigned items = 0;
    (void)state;
    assert_int_equal(arena_create(&arena, 1 << 16), STATUS_OK);
    assert_int_equal(paper_check(SLICE(WHOLE)), STATUS_OK);
    assert_int_equal(paper_text(paper_member(paper, "text"), arena, &text), STATUS_OK);
    assert_string_equal(text.at, "\xE4\xB8\xAD\xF0\x9F\x98\x80/\n");
    assert_int_equal(paper_whole(paper_member(paper, "whole"), &whole), STATUS_OK);
    assert_int_equal(whole, -42);
    assert_int_equal(paper_whole(paper_member(paper, "half"), &whole), STATUS_MALFORMED);
    assert_int_equal(paper_text(paper_member(paper, "nul"), arena, &text), STATUS_MALFORMED);
    assert_int_equal(paper_text(paper_member(paper, "whole"), arena, &text), STATUS_MALFORMED);
    assert_int_equal(paper_type(paper_member(paper, "none")), PAPER_NULL);
    assert_int_equal(paper_type(paper_member(paper, "absent")), PAPER_ABSENT);
    item = paper_member(paper_member(paper, "nested"), "text");
    assert_true(slice_equal(item, SLICE("\"inner\"")));
    rest = paper_member(paper, "list");
    while (paper_next(&rest, NULL, &item))
        items++;
    assert_int_equal(items, 3);
    assert_true(slice_equal(item, SLICE("\"a\\\"b\"")));
    rest = paper_member(paper, "list");
    assert_false(paper_next(&rest, &text, &item)); /* a list has no names */
    assert_int_equal(paper_member(rest, "x").size, 0);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_json_and_canonical_is_a_part_of_it),
        cmocka_unit_test(every_beginning_of_a_paper_is_none),
        cmocka_unit_test(depth_and_width_have_an_end),
        cmocka_unit_test(members_items_texts_and_numbers_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
