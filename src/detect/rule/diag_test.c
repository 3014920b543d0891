/* diag_test.c -- how a diagnostic looks: place, caret, paint, tongue, JSON.  What each one says is
 * test/golden/diag. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "compile_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

static char room[1 << 16];

static struct text shown(const char *source, const struct diag *diag, enum tongue tongue,
                         bool colour)
{
    struct rule_file file = {SLICE("rules/talk.cut"), slice_of(source)};
    struct text text = text_over(room, sizeof room);
    text_add_diag(&text, diag, &file, tongue, colour);
    assert_false(text.full);
    return text;
}

static struct diag unknown_field(uint32_t start, uint32_t end)
{
    return (struct diag){
        .code = MESSAGE_UNKNOWN_FIELD,
        .where = {0, start, end},
        .args_count = 4,
        .arg = {SLICE("duraton"), SLICE("call"), SLICE("`time` `duration`"), SLICE("duration")},
        .suggestion = SLICE("duration")};
}

static void the_whole_of_it(void **state)
{
    (void)state;
    struct diag diag = unknown_field(24, 31);
    static const char SOURCE[] = "rule r on call {\n  when duraton > 180s\n}\n";
    (void)shown(SOURCE, &diag, TONGUE_EN, false);
    assert_string_equal(room, "error[C1207]: unknown field `duraton` of call\n"
                              "  --> rules/talk.cut:2:8\n"
                              "   |\n"
                              " 2 |   when duraton > 180s\n"
                              "   |        ^^^^^^^ did you mean `duration`, a duration?\n"
                              "   |\n"
                              "   = note: fields of call: `time` `duration`\n");
    (void)shown(SOURCE, &diag, TONGUE_ZH, false);
    assert_string_equal(room, "错误[C1207]：call 没有字段 `duraton`\n"
                              "  --> rules/talk.cut:2:8\n"
                              "   |\n"
                              " 2 |   when duraton > 180s\n"
                              "   |        ^^^^^^^ 是否想写 `duration`（时长）？\n"
                              "   |\n"
                              "   = 说明：call 的字段：`time` `duration`\n");
}

static void paint(void **state)
{
    (void)state;
    struct diag diag = {
        .code = MESSAGE_LET_TWICE, .where = {0, 6, 7}, .arg = {SLICE("x")}, .related = {0, 2, 3}};
    (void)shown("a x b x\n", &diag, TONGUE_EN, true);
    assert_string_equal(room, "\033[1;31merror[C1204]\033[1m: the rule has two lets `x`\033[0m\n"
                              "\033[1;34m  -->\033[0m rules/talk.cut:1:7\n"
                              "\033[1;34m   |\n\033[0m"
                              "\033[1;34m 1 |\033[0m a x b x\n"
                              "\033[1;34m   |\033[0m       \033[1;31m^\033[0m\n"
                              "\033[1;34m  -->\033[0m rules/talk.cut:1:3\n"
                              "\033[1;34m   |\n\033[0m"
                              "\033[1;34m 1 |\033[0m a x b x\n"
                              "\033[1;34m   |\033[0m   \033[1;34m- first defined here\033[0m\n");
}

/* The line with the caret, without what stands behind it. */
static const char *caret_line(const char *source, uint32_t start, uint32_t end)
{
    struct diag diag = {.code = MESSAGE_COMPARISON_CHAIN, .where = {0, start, end}};
    (void)shown(source, &diag, TONGUE_EN, false);
    const char *line = room;
    for (int i = 0; i < 4; i++)
        line = strchr(line, '\n') + 1;
    *strchr(line, '\n') = '\0';
    return line;
}

static void carets_stand_below_what_they_mean(void **state)
{
    (void)state;
    assert_string_equal(caret_line("a b c", 2, 3), "   |   ^");
    assert_string_equal(caret_line("反诈 b c", 7, 8), "   |      ^");
    assert_string_equal(caret_line("📞📞 b", 9, 10), "   |      ^");
    assert_string_equal(caret_line("e\xCC\x81 b", 4, 5), "   |   ^");
    assert_string_equal(caret_line("\tb", 1, 2), "   |     ^");
    assert_string_equal(caret_line("ab\tc", 3, 4), "   |     ^");
    assert_string_equal(caret_line("反\tc", 4, 5), "   |     ^");
    assert_string_equal(caret_line("a 反诈 c", 2, 8), "   |   ^^^^"); /* as wide as the span */
    assert_string_equal(caret_line("a\r\nb\r\n", 1, 1), "   |  ^");
    assert_string_equal(caret_line("one\ntwo", 4, 7), "   | ^^^");
    assert_string_equal(caret_line("one\ntwo", 1, 7), "   |  ^^"); /* to the end of its line */
    assert_string_equal(caret_line("a", 1, 1), "   |  ^");
    assert_string_equal(caret_line("", 0, 0), "   | ^");
    assert_string_equal(caret_line("\x1B[31m b", 6, 7), "   |       ^"); /* an escape is shown */
    assert_string_equal(caret_line("a\xE2\x80\xAE b", 5, 6), "   |    ^");
    assert_string_equal(caret_line("\xFF\xFE b", 3, 4), "   |    ^");
}

static void a_terminal_is_not_steered(void **state)
{
    (void)state;
    struct diag diag = {
        .code = MESSAGE_STRAY_CHARACTER, .where = {0, 0, 1}, .arg = {SLICE("\x1B]0;owned\x07")}};
    (void)shown("\x1B[2J \xE2\x80\xAE x", &diag, TONGUE_EN, false);
    assert_null(strchr(room, 0x1B));
    assert_null(strchr(room, 0x07));
    assert_null(strstr(room, "\xE2\x80\xAE"));
    assert_true(utf8_valid(slice_of(room)));
}

static void long_lines_are_shown_in_part(void **state)
{
    (void)state;
    char source[4096];
    struct text text = text_over(source, sizeof source);
    for (int i = 0; i < 300; i++)
        text_add_string(&text, "反 ");
    text_add_string(&text, "here");
    uint32_t at = (uint32_t)text.size;
    text_add_string(&text, "!");
    for (int i = 0; i < 300; i++)
        text_add_string(&text, " x");
    struct diag diag = {.code = MESSAGE_STRAY_CHARACTER, .where = {0, at, at + 1}};
    (void)shown(source, &diag, TONGUE_EN, false);
    const char *line = strstr(room, " 1 | …");
    assert_non_null(line);
    const char *end = strchr(line, '\n');
    const char *mark = memchr(line, '!', (size_t)(end - line));
    assert_non_null(mark);
    assert_true(utf8_columns((struct slice){line, (size_t)(end - line)}) <= 130);
    const char *caret = strchr(end + 1, '^');
    assert_int_equal((size_t)(caret - end - 1),
                     utf8_columns((struct slice){line, (size_t)(mark - line)}));
}

static void for_programs(void **state)
{
    (void)state;
    static const char SOURCE[] = "-- 反诈\n当 duraton\n";
    struct rule_file file = {SLICE("a \"b\".cut"), slice_of(SOURCE)};
    struct diag diag = unknown_field(14, 21);
    struct text text = text_over(room, sizeof room);
    text_add_diag_json(&text, &diag, &file);
    assert_string_equal(
        room,
        "{\"code\":\"C1207\",\"severity\":\"error\","
        "\"message\":{\"en\":\"unknown field `duraton` of call\",\"zh\":\"call 没有字段 "
        "`duraton`\"},"
        "\"note\":{\"en\":\"fields of call: `time` `duration`\",\"zh\":\"call 的字段：`time` "
        "`duration`\"},"
        "\"file\":\"a \\\"b\\\".cut\",\"line\":2,\"offset\":14,\"column\":3,\"display_column\":4,"
        "\"end\":{\"line\":2,\"offset\":21,\"column\":10,\"display_column\":11},"
        "\"suggestion\":\"duration\"}");
}

static void counts(void **state)
{
    (void)state;
    struct diags diags = {0};
    struct text text = text_over(room, sizeof room);
    text_add_diags_count(&text, &diags, TONGUE_EN);
    assert_string_equal(room, "");
    diags = (struct diags){.count = 3, .errors_count = 1};
    text_add_diags_count(&text, &diags, TONGUE_EN);
    assert_string_equal(room, "1 error, 2 warnings");
    diags = (struct diags){.count = 20, .dropped = 5, .errors_count = 25};
    text = text_over(room, sizeof room);
    text_add_diags_count(&text, &diags, TONGUE_ZH);
    assert_string_equal(room, "25 个错误，其中 5 个未显示");
}

static void every_code_says_something_in_both_tongues(void **state)
{
    (void)state;
    uint16_t before = 0;
    for (unsigned i = 0; message_code(i) != 0; i++) {
        assert_true(message_code(i) > before); /* in order, none twice */
        before = message_code(i);
        char english[2048];
        char chinese[2048];
        struct text text = text_over(english, sizeof english);
        assert_true(text_add_message(&text, before, TONGUE_EN));
        text = text_over(chinese, sizeof chinese);
        assert_true(text_add_message(&text, before, TONGUE_ZH));
        for (const char *at = english; *at != '\0'; at++) /* `…` and a few signs are all */
            assert_true((unsigned char)*at < 0x80 || strstr(english, "…") != NULL ||
                        strstr(english, "中文") != NULL);
        bool any = false;
        for (const char *at = chinese; *at != '\0'; at++)
            any |= (unsigned char)*at >= 0xE4;
        assert_true(any);
        assert_null(strchr(english, '{'));
    }
    struct text text = text_over(room, sizeof room);
    assert_false(text_add_message(&text, 1, TONGUE_EN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_of_it),
        cmocka_unit_test(paint),
        cmocka_unit_test(carets_stand_below_what_they_mean),
        cmocka_unit_test(a_terminal_is_not_steered),
        cmocka_unit_test(long_lines_are_shown_in_part),
        cmocka_unit_test(for_programs),
        cmocka_unit_test(counts),
        cmocka_unit_test(every_code_says_something_in_both_tongues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
