/* format_test.c -- one layout, whatever it was before; comments stay where they belong. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/rule/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    return arena_create(&arena, 64 << 20) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static void assert_formatted(const char *source, const char *wanted)
{
    struct diags diags = {0};
    struct slice once;
    struct slice twice;
    assert_int_equal(rules_format(slice_of(source), SLICE("t.cut"), arena, &diags, &once),
                     STATUS_OK);
    assert_string_equal(once.at, wanted);
    assert_int_equal(rules_format(once, SLICE("t.cut"), arena, &diags, &twice), STATUS_OK);
    assert_string_equal(twice.at, wanted);
}

static void profiles(void **state)
{
    (void)state;
    assert_formatted("profile p by call.caller,call . callee through person.phone{"
                     "a=count over 24h \"calls\" \"呼出次数\" long_name = quantile 0.5 duration\n"
                     "over 1h as caller,call.callee where result=answered and(duration>5s)"
                     "\"x\" \"y\" b=since over 7d}",
                     "profile p by call.caller, call.callee through person.phone {\n"
                     "  a         = count over 24h  \"calls\"  \"呼出次数\"\n"
                     "  long_name = quantile 0.5 duration over 1h as caller, call.callee where "
                     "result = answered and (duration > 5s)\n"
                     "                              \"x\"      \"y\"\n"
                     "  b         = since over 7d\n"
                     "}\n");
    assert_formatted("profile p by call.caller{}", "profile p by call.caller {\n}\n");
}

static void labels_stand_in_columns(void **state)
{
    (void)state;
    assert_formatted("profile p by call.caller {\n a = count over 1h \"é\" \"a\"\n"
                     " bb = distinct callee over 24h \"different\" \"不同\"\n}\n",
                     "profile p by call.caller {\n"
                     "  a  = count over 1h             \"é\"          \"a\"\n"
                     "  bb = distinct callee over 24h  \"different\"  \"不同\"\n"
                     "}\n");
}

static void rules(void **state)
{
    (void)state;
    assert_formatted("rule r on call{title \"t\" \"标题\" when a>1 and b or c\n"
                     "subject imei typology gateway}",
                     "rule r on call {\n"
                     "  title   \"t\" \"标题\"\n"
                     "  when    a > 1 and b or c\n"
                     "  subject imei typology gateway\n"
                     "}\n");
    assert_formatted("rule r on human { when call(c)then payment(p)within 2h and(x or y)and z "
                     "mark caller hot 0.8 for 7d when not a score if a then -1 else - -2 }",
                     "rule r on human {\n"
                     "  when    call(c) then payment(p) within 2h\n"
                     "      and (x or y)\n"
                     "      and z\n"
                     "  mark    caller hot 0.8 for 7d when not a\n"
                     "  score   if a then -1 else - -2\n"
                     "}\n");
}

static void words_and_signs(void **state)
{
    (void)state;
    assert_formatted("rule r on call { when x in(a,b)and p [ f(y , -z) ] . g not  in list l\n"
                     "and mark (a,m)>0.5 and x is   unknown and amount>5000CNY and y-1>2 - -3\n"
                     "and person( a ).b=5    CNY and not( not x ) }",
                     "rule r on call {\n"
                     "  when    x in (a, b)\n"
                     "      and p[f(y, -z)].g not in list l\n"
                     "      and mark(a, m) > 0.5\n"
                     "      and x is unknown\n"
                     "      and amount > 5000 CNY\n"
                     "      and y - 1 > 2 - -3\n"
                     "      and person(a).b = 5 CNY\n"
                     "      and not (not x)\n"
                     "}\n");
}

static void long_grades_break(void **state)
{
    (void)state;
    assert_formatted("rule r on call { when a grade extreme when a, high }",
                     "rule r on call {\n"
                     "  when    a\n"
                     "  grade   extreme when a, high\n"
                     "}\n");
    assert_formatted("rule r on call { when a grade extreme when holds(first_condition, second_one)"
                     " > 1 and third_condition, high when fourth_condition, low }",
                     "rule r on call {\n"
                     "  when    a\n"
                     "  grade   extreme when holds(first_condition, second_one) > 1 and "
                     "third_condition,\n"
                     "          high when fourth_condition,\n"
                     "          low\n"
                     "}\n");
}

static void comments_stay(void **state)
{
    (void)state;
    assert_formatted("--first\n\n\n\n-- of p\nprofile p by call.imei { -- behind the brace\n"
                     "-- of a\na=count over 1h -- behind a\n\n\n-- alone\n\n"
                     "b = distinct -- inside\n imsi over 1h\n-- last\n} -- behind p\n"
                     "rule r on call -- odd\n{ when a -- behind a\n and -- odd\n b\n -- of c\n"
                     " and c\n quiet 1h }\n-- the end",
                     "--first\n"
                     "\n"
                     "-- of p\n"
                     "profile p by call.imei {  -- behind the brace\n"
                     "  -- of a\n"
                     "  a = count over 1h  -- behind a\n"
                     "\n"
                     "  -- alone\n"
                     "\n"
                     "  b = distinct  -- inside\n"
                     "      imsi over 1h\n"
                     "  -- last\n"
                     "}  -- behind p\n"
                     "\n"
                     "rule r on call  -- odd\n"
                     "    {\n"
                     "  when    a  -- behind a\n"
                     "      and -- odd\n"
                     "          b\n"
                     "          -- of c\n"
                     "      and c\n"
                     "  quiet   1h\n"
                     "}\n"
                     "\n"
                     "-- the end\n");
}

static void nothing_and_only_comments(void **state)
{
    (void)state;
    assert_formatted("", "");
    assert_formatted("\n\n \n", "");
    assert_formatted("\n-- a\n\n\n--b  \r\n", "-- a\n\n--b\n");
}

static void what_does_not_parse_is_left_alone(void **state)
{
    (void)state;
    struct diags diags = {0};
    struct slice out = SLICE("untouched");
    assert_int_equal(
        rules_format(SLICE("rule r on call { when }"), SLICE("t.cut"), arena, &diags, &out),
        STATUS_MALFORMED);
    assert_int_equal(diags.errors_count, 1);
    assert_string_equal(out.at, "untouched");
    /* names and types are not the formatter's business */
    assert_int_equal(rules_format(SLICE("rule r on nowhere { when 5 > \"x\" }"), SLICE("t.cut"),
                                  arena, &diags, &out),
                     STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(profiles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(labels_stand_in_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_and_signs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_grades_break, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_and_only_comments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_parse_is_left_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
