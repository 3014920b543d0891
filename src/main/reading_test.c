/* reading_test.c -- what is looked for in an answer is found, and nothing breaks the reader. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void members_and_elements_are_found(void **state)
{
    struct slice object =
        SLICE("{\"a\":1,\"b\":\"x,}\\\"\",\"c\":{\"b\":[1,2]},\"d\":[{\"e\":1},[]]}");
    struct slice name, value;
    size_t at = 0, count = 0;
    (void)state;
    assert_true(slice_equal(answered_member(object, "a"), SLICE("1")));
    assert_true(slice_equal(answered_member(object, "b"), SLICE("\"x,}\\\"\"")));
    assert_true(slice_equal(answered_member(answered_member(object, "c"), "b"), SLICE("[1,2]")));
    assert_int_equal(answered_member(object, "e").size, 0);
    struct slice array = answered_member(object, "d");
    while (answered_next(array, &at, &name, &value))
        count++;
    assert_int_equal(count, 2);
}

static void escapes_become_characters_and_controls_do_not(void **state)
{
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    (void)state;
    text_add_json_value(&text, SLICE("\"\\u4e2d\\n\\u001b[31m\\\"\\u00e9\""));
    assert_string_equal(bytes, "中  [31m\"é");
}

/* Every cut of a text is read to its end, and no further. */
static void a_cut_answer_ends(void **state)
{
    static const char WHOLE[] = "{\"a\":[1,{\"b\":\"\\u4e2d\\\\\"}],\"c\":null, \"d\" : \"\\\"\"}";
    char bytes[512];
    (void)state;
    for (size_t size = 0; size < sizeof WHOLE; size++) {
        struct text text = text_over(bytes, sizeof bytes);
        char *exact = malloc(size == 0 ? 1 : size); /* so that a step too far is seen */
        assert_non_null(exact);
        memcpy(exact, WHOLE, size);
        text_add_json_lines(&text, (struct slice){exact, size}, 0);
        (void)answered_member((struct slice){exact, size}, "d");
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_elements_are_found),
        cmocka_unit_test(escapes_become_characters_and_controls_do_not),
        cmocka_unit_test(a_cut_answer_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
