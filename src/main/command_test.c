/* command_test.c -- words in every order that people type them in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

static struct command command;

/* Words divided by blanks. */
static enum exit_code read_line(const char *line)
{
    static char bytes[1024];
    static char *words[128];
    int count = 0;
    struct text text = text_over(bytes, sizeof bytes);
    text_addf(&text, "cutline %s", line);
    for (char *at = bytes; at != NULL && *at != '\0';) {
        words[count++] = at;
        at = strchr(at, ' ');
        if (at != NULL)
            *at++ = '\0';
    }
    words[count] = NULL;
    command = (struct command){0};
    return command_read(&command, count, words);
}

static void flags_and_operands_mix(void **state)
{
    (void)state;
    assert_int_equal(read_line("detect a.csv --json -o out b.csv -r x --rules=y -- --c.csv"), 0);
    assert_int_equal(command.verb, VERB_detect);
    assert_int_equal(command.operands_count, 3);
    assert_string_equal(command.operand[2], "--c.csv");
    assert_true(command_has(&command, FLAG_json));
    assert_false(command_has(&command, FLAG_csv));
    assert_string_equal(command_value(&command, FLAG_output), "out");
    uint32_t from = 0;
    assert_string_equal(command_next_value(&command, FLAG_rules, &from), "x");
    assert_string_equal(command_next_value(&command, FLAG_rules, &from), "y");
    assert_null(command_next_value(&command, FLAG_rules, &from));
    assert_null(command_value(&command, FLAG_map));
}

static void letters_take_values_behind_them(void **state)
{
    (void)state;
    assert_int_equal(read_line("detect -oout -rx -j -"), 0);
    assert_string_equal(command_value(&command, FLAG_output), "out");
    assert_string_equal(command_value(&command, FLAG_rules), "x");
    assert_string_equal(command.operand[0], "-");
    assert_int_equal(read_line("detect --output=a=b x"), 0);
    assert_string_equal(command_value(&command, FLAG_output), "a=b");
    assert_int_equal(read_line("detect --output= x"), 0);
    assert_string_equal(command_value(&command, FLAG_output), "");
}

static void verbs_have_one_or_two_words(void **state)
{
    (void)state;
    assert_int_equal(read_line("rules check"), 0);
    assert_int_equal(command.verb, VERB_rules_check);
    assert_int_equal(read_line("rules explain C1207"), 0);
    assert_int_equal(command.verb, VERB_rules_explain);
    assert_int_equal(read_line("--lang zh intake check f"), 0);
    assert_int_equal(command.verb, VERB_intake_check);
    assert_int_equal(command.tongue, TONGUE_ZH);
    assert_int_equal(read_line("--help"), 0);
    assert_int_equal(command.verb, VERB_help);
    assert_int_equal(read_line("--version"), 0);
    assert_int_equal(command.verb, VERB_version);
    assert_int_equal(read_line("rules --help"), 0);
    assert_int_equal(command.verb, VERB_help);
    assert_string_equal(command.operand[0], "rules");
}

static void wrong_ones_are_usage(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "",
        "detec x",
        "rules",
        "rules chek",
        "intake",
        "xyzzy",
        "detect",
        "detect --jsn x",
        "detect --json=yes x",
        "detect x -o",
        "detect x --truth y",
        "detect -Z x",
        "detect x --lang fr",
        "man x",
        "completion",
        "intake guess a b",
        "version --json",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        assert_int_equal(read_line(WRONG[i]), EXIT_USAGE);
}

static void help_wants_no_operands(void **state)
{
    (void)state;
    assert_int_equal(read_line("detect --help"), 0);
    assert_true(command.help);
    assert_int_equal(read_line("backtest -h"), 0);
    assert_true(command.help);
}

static void the_language_is_known_from_the_first_word(void **state)
{
    (void)state;
    assert_int_equal(read_line("detec --lang=zh"), EXIT_USAGE);
    assert_int_equal(command.tongue, TONGUE_ZH);
    assert_int_equal(read_line("detec --lang en"), EXIT_USAGE);
    assert_int_equal(command.tongue, TONGUE_EN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_and_operands_mix),
        cmocka_unit_test(letters_take_values_behind_them),
        cmocka_unit_test(verbs_have_one_or_two_words),
        cmocka_unit_test(wrong_ones_are_usage),
        cmocka_unit_test(help_wants_no_operands),
        cmocka_unit_test(the_language_is_known_from_the_first_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
