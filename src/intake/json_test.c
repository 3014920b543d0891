/* json_test.c -- RFC 8259, one object a line, nothing more and nothing less. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct json_row row;
static char shown[4096];

static enum json_end read_line(const char *line, size_t size)
{
    static const char *const TYPES[] = {"null", "bool", "number", "string", "list", "nested"};
    char *copy = malloc(size == 0 ? 1 : size); /* so that ASan sees one byte too far */
    assert_non_null(copy);
    memcpy(copy, line, size);
    enum json_end end = json_read(&row, (struct slice){copy, size});
    struct text text = text_over(shown, sizeof shown);
    for (unsigned i = 0; i < row.count; i++)
        text_addf(&text, "%.*s=%s:%.*s ", (int)row.member[i].name.size, row.member[i].name.at,
                  TYPES[row.member[i].type], (int)row.member[i].value.size, row.member[i].value.at);
    free(copy);
    return end;
}

static void test_members(void **state)
{
    (void)state;
    static const struct {
        const char *line, *members;
    } EXAMPLES[] = {
        {"{}", ""},
        {" { } \r", ""},
        {"{\"a\":1}", "a=number:1 "},
        {"{\"a\":-0.5e+10 , \"b\":\"x\"}", "a=number:-0.5e+10 b=string:x "},
        {"{\"a\":true,\"b\":false,\"c\":null}", "a=bool:true b=bool:false c=null:null "},
        {"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "a=string:\"\\/\b\f\n\r\t "},
        {"{\"\\u0061b\":\"\\u4E2d\\u00e9x\"}", "ab=string:\u4E2D\u00E9x "},
        {"{\"a\":\"\\uD83D\\uDE00\"}", "a=string:\U0001F600 "},
        {"{\"a\":[\"x\",\"y\",3]}", "a=list:x;y;3 "},
        {"{\"a\":[\"\\u0031\\u0032\",\"\\u0033\",\"4\"],\"b\":1}", "a=list:12;3;4 b=number:1 "},
        {"{\"a\":[ ]}", "a=list: "},
        {"{\"a\":[[\"x\"]],\"b\":2}", "a=nested:[[\"x\"]] b=number:2 "},
        {"{\"a\":{\"b\":[1,{}],\"c\":{}},\"d\":1}", "a=nested:{\"b\":[1,{}],\"c\":{}} d=number:1 "},
        {"{\"a\":[1,null]}", "a=nested:[1,null] "},
        {"{\"主叫\":\"中\"}", "主叫=string:中 "},
    };
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof EXAMPLES[0]; i++) {
        enum json_end end = read_line(EXAMPLES[i].line, strlen(EXAMPLES[i].line));
        if (end != JSON_OBJECT || strcmp(shown, EXAMPLES[i].members) != 0)
            fail_msg("%s: %d %s", EXAMPLES[i].line, (int)end, shown);
    }
}

static void test_broken(void **state)
{
    (void)state;
    static const char *const LINES[] = {
        "",
        "{",
        "}",
        "[]",
        "1",
        "null",
        "{}{}",
        "{} x",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1e}",
        "{\"a\":0x1}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":tru}",
        "{\"a\":truex}",
        "{\"a\":\"x}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u12G4\"}",
        "{\"a\":\"\\uD83D\"}",
        "{\"a\":\"\\uD83Dx\"}",
        "{\"a\":\"\\uD83D\\u0041\"}",
        "{\"a\":\"\\uDE00\"}",
        "{\"a\":[1,2}",
        "{\"a\":[1,]}",
        "{\"a\":[,1]}",
        "{\"a\":{\"b\":1]}",
        "{\"a\":{\"b\"}}",
        "{\"a\":{1:2}}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1}/* x */",
        "{\"a\":\"\\",
    };
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++)
        if (read_line(LINES[i], strlen(LINES[i])) != JSON_BROKEN)
            fail_msg("taken: %s", LINES[i]);
    assert_int_equal(read_line("{\"a\":\0}", 7), JSON_BROKEN);
}

/* Every beginning of a good line is broken, and nothing else. */
static void test_prefixes(void **state)
{
    (void)state;
    static const char LINE[] =
        "{\"a\":[\"\\uD83D\\uDE00\",{\"b\":-1.5e3}],\"c\":true,\"d\":null,\"e\":\"\\n\"}";
    for (size_t size = 0; size < strlen(LINE); size++)
        assert_int_equal(read_line(LINE, size), JSON_BROKEN);
    assert_int_equal(read_line(LINE, strlen(LINE)), JSON_OBJECT);
}

static void test_limits(void **state)
{
    (void)state;
    char line[8 * COLUMNS_MAX + 64];
    struct text text = text_over(line, sizeof line);
    text_add_string(&text, "{\"x\":");
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        text_add_char(&text, '[');
    size_t deep = text.size;
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        text_add_char(&text, ']');
    text_add_char(&text, '}');
    assert_int_equal(read_line(text.at, text.size), JSON_OBJECT);
    text.size = deep;
    text_add_char(&text, '[');
    assert_int_equal(read_line(text.at, text.size), JSON_BROKEN);
    text = text_over(line, sizeof line);
    for (int i = 0; i <= COLUMNS_MAX; i++)
        text_addf(&text, "%s\"%d\":1", i == 0 ? "{" : ",", i);
    text_add_char(&text, '}');
    assert_int_equal(read_line(text.at, text.size), JSON_WIDE);
    char *strings = malloc(ROW_BYTES_MAX);
    assert_non_null(strings);
    memset(strings, '\\', ROW_BYTES_MAX); /* a row full of escapes fits the spare */
    memcpy(strings, "{\"a\":\"", 6);
    strings[ROW_BYTES_MAX - 2] = '"';
    strings[ROW_BYTES_MAX - 1] = '}';
    assert_int_equal(read_line(strings, ROW_BYTES_MAX), JSON_OBJECT);
    free(strings);
}

static void test_doubles(void **state)
{
    (void)state;
    static const char *const LINES[] = {"{\"a\":1,\"a\":2}", "{\"a\":1,\"b\":3,\"\\u0061\":2}",
                                        "{\"\":1,\"\":1}"};
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++)
        assert_int_equal(read_line(LINES[i], strlen(LINES[i])), JSON_DOUBLE);
    /* a name of an inner object is another name */
    assert_int_equal(read_line("{\"a\":{\"a\":1}}", 13), JSON_OBJECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),  cmocka_unit_test(test_broken),
        cmocka_unit_test(test_prefixes), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_doubles),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
