/* lexer_test.c -- words, numbers with units, and what is written by habit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lexer_inside.h"

#include "number_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct rule_file file;
    struct diags diags;
    struct compile compile;
    struct tokens tokens;
};

static struct fixture fixture;

static int set_up(void **state)
{
    (void)state;
    fixture = (struct fixture){0};
    return arena_create(&fixture.arena, 64 << 20) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(fixture.arena);
    return 0;
}

static bool lex(const char *source, bool comments)
{
    fixture.file = (struct rule_file){SLICE("t.cut"), slice_of(source)};
    fixture.diags = (struct diags){0};
    fixture.compile = (struct compile){
        .arena = fixture.arena, .diags = &fixture.diags, .files = &fixture.file, .files_count = 1};
    return lex_file(&fixture.compile, 0, comments, &fixture.tokens);
}

static const struct token *token(uint32_t index)
{
    assert_true(index < fixture.tokens.count);
    return &fixture.tokens.at[index];
}

static void assert_kinds(const char *source, const enum token_kind *kinds, size_t count)
{
    assert_true(lex(source, false));
    assert_int_equal(fixture.diags.count, 0);
    assert_int_equal(fixture.tokens.count, count + 1);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(token(i)->kind, kinds[i]);
    assert_int_equal(token((uint32_t)count)->kind, TOKEN_END);
}

static void every_sign(void **state)
{
    (void)state;
    static const enum token_kind KINDS[] = {
        TOKEN_OPEN_BRACE,   TOKEN_CLOSE_BRACE,   TOKEN_OPEN_PAREN, TOKEN_CLOSE_PAREN,
        TOKEN_OPEN_BRACKET, TOKEN_CLOSE_BRACKET, TOKEN_COMMA,      TOKEN_DOT,
        TOKEN_EQUAL,        TOKEN_UNEQUAL,       TOKEN_LESS,       TOKEN_LESS_EQUAL,
        TOKEN_GREATER,      TOKEN_GREATER_EQUAL, TOKEN_PLUS,       TOKEN_MINUS,
        TOKEN_STAR,         TOKEN_SLASH};
    assert_kinds("{}()[],. = != < <= > >= + - * /", KINDS, sizeof KINDS / sizeof KINDS[0]);
    assert_kinds("", NULL, 0);
    assert_kinds(" \t\r\n -- only a comment", NULL, 0);
}

static void words_and_lines(void **state)
{
    (void)state;
    assert_true(lex("profile p_1 -- by\n\n\n  by\r\nBy", true));
    assert_int_equal(fixture.tokens.count, 6);
    assert_int_equal(token(0)->keyword, KEYWORD_profile);
    assert_true(token(0)->first_on_line);
    assert_int_equal(token(1)->keyword, KEYWORD_NONE);
    assert_false(token(1)->first_on_line);
    assert_int_equal(token(2)->kind, TOKEN_COMMENT);
    assert_true(slice_equal(token(2)->string, SLICE("-- by")));
    assert_false(token(2)->first_on_line);
    assert_int_equal(token(3)->keyword, KEYWORD_by);
    assert_true(token(3)->first_on_line);
    assert_int_equal(token(3)->lines_before, 2);       /* three of them, counted to two */
    assert_int_equal(token(4)->keyword, KEYWORD_NONE); /* names know small and capital letters */
    assert_int_equal(token(4)->lines_before, 1);
    for (unsigned i = 1; i < KEYWORDS_COUNT; i++)
        assert_int_equal(keyword_find(slice_of(keyword_word((enum keyword)i))), i);
    assert_int_equal(keyword_find_any_case(SLICE("AND")), KEYWORD_and);
    assert_int_equal(keyword_find_any_case(SLICE("ANDY")), KEYWORD_NONE);
}

static void numbers_with_units(void **state)
{
    (void)state;
    assert_true(lex("5 0.8 1_000 90s 1500ms 30m 24h 7d 1.5h 5000 CNY 99.50CNY 3 JPY 5 AND", false));
    assert_int_equal(fixture.diags.count, 0);
    static const struct {
        enum token_kind kind;
        double number;
    } WANTED[] = {{TOKEN_NUMBER, 5},       {TOKEN_NUMBER, 0.8},      {TOKEN_NUMBER, 1000},
                  {TOKEN_DURATION, 90e3},  {TOKEN_DURATION, 1500},   {TOKEN_DURATION, 1800e3},
                  {TOKEN_DURATION, 864e5}, {TOKEN_DURATION, 6048e5}, {TOKEN_DURATION, 54e5},
                  {TOKEN_MONEY, 500000},   {TOKEN_MONEY, 9950},      {TOKEN_MONEY, 3},
                  {TOKEN_NUMBER, 5}};
    for (uint32_t i = 0; i < sizeof WANTED / sizeof WANTED[0]; i++) {
        assert_int_equal(token(i)->kind, WANTED[i].kind);
        assert_true(token(i)->number == WANTED[i].number);
    }
    assert_true(slice_equal(token(9)->string, SLICE("CNY")));
    struct slice source = compile_source(&fixture.compile, token(9)->span);
    assert_true(slice_equal(source, SLICE("5000 CNY")));
    assert_true(slice_equal(token(13)->string, SLICE("AND")));
}

/* The nearest double, up to the last digit that counts. */
static void numbers_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        double value;
    } WANTED[] = {{"0.1", 0.1},
                  {"0.30000000000000004", 0},
                  {"9007199254740992", 9007199254740992.0},
                  {"123456.789", 123456.789},
                  {"0.000001", 0.000001},
                  {"1.10", 1.1},
                  {"000012", 12}};
    for (size_t i = 0; i < sizeof WANTED / sizeof WANTED[0]; i++) {
        struct written_number number;
        number_read(slice_of(WANTED[i].written), &number);
        if (WANTED[i].value == 0) {
            assert_int_equal(number.fault, NUMBER_TOO_LARGE);
            continue;
        }
        assert_int_equal(number.fault, NUMBER_FINE);
        assert_true(number.value == WANTED[i].value);
        assert_int_equal(number.size, strlen(WANTED[i].written));
    }
}

static void numbers_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        enum number_fault fault;
        const char *better;
    } WANTED[] = {{"180sec", NUMBER_UNIT, "180s"},
                  {"3分钟", NUMBER_UNIT, "3m"},
                  {"2小时", NUMBER_UNIT, "2h"},
                  {"1.5days", NUMBER_UNIT, "1.5d"},
                  {"2weeks", NUMBER_UNIT, "14d"},
                  {"5万元", NUMBER_CURRENCY, "50000 CNY"},
                  {"1.5万", NUMBER_CURRENCY, "15000 CNY"},
                  {"5000 元", NUMBER_CURRENCY, "5000 CNY"},
                  {"5000 RMB", NUMBER_CURRENCY, "5000 CNY"},
                  {"80%", NUMBER_ILL_FORMED, "0.80"},
                  {"1e3", NUMBER_ILL_FORMED, "1000"},
                  {".5", NUMBER_ILL_FORMED, "0.5"},
                  {"1__0", NUMBER_ILL_FORMED, "10"},
                  {"5k", NUMBER_UNIT, "5000"},
                  {"5parsec", NUMBER_UNIT, ""},
                  {"0.1ms", NUMBER_TOO_FINE, ""},
                  {"1.005 CNY", NUMBER_CENTS, ""},
                  {"999999999999d", NUMBER_TOO_LARGE, ""},
                  {"99999999999999999999", NUMBER_TOO_LARGE, ""}};
    for (size_t i = 0; i < sizeof WANTED / sizeof WANTED[0]; i++) {
        struct written_number number;
        number_read(slice_of(WANTED[i].written), &number);
        assert_int_equal(number.fault, WANTED[i].fault);
        assert_string_equal(number.better, WANTED[i].better);
        assert_int_equal(number.size, strlen(WANTED[i].written));
    }
}

static void strings(void **state)
{
    (void)state;
    assert_true(lex("\"plain\" \"\" \"a\\\"b\\\\c\" \"网关\"", false));
    assert_int_equal(fixture.diags.count, 0);
    assert_true(slice_equal(token(0)->string, SLICE("plain")));
    assert_int_equal(token(1)->string.size, 0);
    assert_true(slice_equal(token(2)->string, SLICE("a\"b\\c")));
    assert_true(slice_equal(token(3)->string, SLICE("网关")));

    assert_true(lex("\"no end\nnext", false));
    assert_int_equal(fixture.diags.diag[0].code, MESSAGE_STRING_NOT_CLOSED);
    assert_true(token(0)->broken);
    assert_true(slice_equal(token(1)->string, SLICE("next")));

    assert_true(lex("“弯引号” 'single' \"tab\\t\"", false));
    assert_int_equal(fixture.diags.count, 3);
    assert_true(slice_equal(token(0)->string, SLICE("弯引号")));
    assert_true(slice_equal(token(1)->string, SLICE("single")));
    assert_true(slice_equal(token(2)->string, SLICE("tab\\t")));
}

/* What is complained about is taken for what was meant. */
static void habits_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        enum token_kind kind;
        enum keyword keyword;
        enum message message;
    } WANTED[] = {{"==", TOKEN_EQUAL, KEYWORD_NONE, MESSAGE_DOUBLE_EQUALS},
                  {"&&", TOKEN_NAME, KEYWORD_and, MESSAGE_FOREIGN_OPERATOR},
                  {"||", TOKEN_NAME, KEYWORD_or, MESSAGE_FOREIGN_OPERATOR},
                  {"!", TOKEN_NAME, KEYWORD_not, MESSAGE_FOREIGN_OPERATOR},
                  {"<>", TOKEN_UNEQUAL, KEYWORD_NONE, MESSAGE_FOREIGN_OPERATOR},
                  {"=>", TOKEN_GREATER_EQUAL, KEYWORD_NONE, MESSAGE_FOREIGN_OPERATOR},
                  {"，", TOKEN_COMMA, KEYWORD_NONE, MESSAGE_FULLWIDTH_SIGN},
                  {"（", TOKEN_OPEN_PAREN, KEYWORD_NONE, MESSAGE_FULLWIDTH_SIGN},
                  {"≥", TOKEN_GREATER_EQUAL, KEYWORD_NONE, MESSAGE_FULLWIDTH_SIGN},
                  {"当", TOKEN_NAME, KEYWORD_when, MESSAGE_NAME_LETTERS},
                  {"５００", TOKEN_NUMBER, KEYWORD_NONE, MESSAGE_FULLWIDTH_SIGN},
                  {"ｗｈｅｎ", TOKEN_NAME, KEYWORD_when, MESSAGE_FULLWIDTH_SIGN},
                  {"24hours", TOKEN_DURATION, KEYWORD_NONE, MESSAGE_UNIT_UNKNOWN},
                  {"5万元", TOKEN_MONEY, KEYWORD_NONE, MESSAGE_CURRENCY_FORM}};
    for (size_t i = 0; i < sizeof WANTED / sizeof WANTED[0]; i++) {
        assert_true(lex(WANTED[i].written, false));
        assert_int_equal(fixture.diags.count, 1);
        assert_int_equal(fixture.diags.diag[0].code, WANTED[i].message);
        assert_int_equal(fixture.tokens.count, 2);
        assert_int_equal(token(0)->kind, WANTED[i].kind);
        assert_int_equal(token(0)->keyword, WANTED[i].keyword);
    }
    assert_true(lex("a ; b # c\n// d\n/* e\n */ f", false));
    assert_int_equal(fixture.diags.count, 4);
    assert_int_equal(fixture.tokens.count, 4); /* a, b, f */
}

static void no_text_at_all(void **state)
{
    (void)state;
    assert_false(lex("profile \xEF\xBF\xBD fine so far \xB9\xE6", false));
    assert_int_equal(fixture.diags.diag[0].code, MESSAGE_NOT_UTF8);
    assert_int_equal(fixture.diags.diag[0].where.start, 24);
    assert_true(lex("\xEF\xBB\xBFrule", false)); /* a byte order mark is no sin */
    assert_int_equal(fixture.diags.count, 0);
    assert_int_equal(token(0)->keyword, KEYWORD_rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_sign, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_and_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_with_units, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_are_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_as_people_write_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(habits_are_understood, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_text_at_all, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
