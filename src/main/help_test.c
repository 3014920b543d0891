/* help_test.c -- help, man page and completions know every verb and every flag, in both languages.
 * */
/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

static char bytes[512 * 1024];

/* Whether `word` stands in the text with nothing of a word around it. */
static bool says(const char *word)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
    size_t size = strlen(word);
    for (const char *at = bytes; (at = strstr(at, word)) != NULL; at++) {
        bool begins = at == bytes || strchr(LETTERS, at[-1]) == NULL;
        if (begins && (at[size] == '\0' || strchr(LETTERS, at[size]) == NULL))
            return true;
    }
    return false;
}

static void spell(char out[64], enum flag flag)
{
    struct text text = text_over(out, 64);
    text_addf(&text, "--%s", FLAGS[flag].spelling);
}

static void each_verbs_help_names_its_flags_and_no_others(void **state)
{
    (void)state;
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        for (enum verb verb = 0; verb < VERBS_COUNT; verb++) {
            struct text text = text_over(bytes, sizeof bytes);
            text_add_verb_help(&text, verb, tongue);
            assert_false(text.full);
            assert_true(utf8_valid(text_slice(&text)));
            for (enum flag flag = 0; flag < FLAGS_COUNT; flag++) {
                char spelling[64];
                spell(spelling, flag);
                bool takes = (VERBS[verb].flags >> flag & 1u) != 0;
                if (takes != says(spelling))
                    fail_msg("help of `%s`: %s", VERBS[verb].words, spelling);
            }
        }
    }
}

static void every_verb_is_in_help_and_manual(void **state)
{
    (void)state;
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct text text = text_over(bytes, sizeof bytes);
        text_add_help(&text, tongue);
        assert_false(text.full);
        for (enum verb verb = 0; verb < VERBS_COUNT; verb++)
            assert_true(says(VERBS[verb].words));
        for (size_t i = 0; i < EXITS_COUNT; i++) {
            char line[32];
            struct text written = text_over(line, sizeof line);
            text_addf(&written, "\n  %3d   ", EXITS[i].number);
            assert_non_null(strstr(bytes, line));
        }
        text = text_over(bytes, sizeof bytes);
        text_add_manual(&text, tongue);
        assert_false(text.full);
        for (enum verb verb = 0; verb < VERBS_COUNT; verb++)
            assert_true(says(VERBS[verb].words));
        for (size_t i = 0; i < EXITS_COUNT; i++) {
            char number[32];
            struct text written = text_over(number, sizeof number);
            text_addf(&written, "\\fB%d\\fR\n", EXITS[i].number);
            assert_non_null(strstr(bytes, number));
        }
    }
}

static void every_flag_is_in_the_manual(void **state)
{
    (void)state;
    struct text text = text_over(bytes, sizeof bytes);
    text_add_manual(&text, TONGUE_EN);
    for (enum flag flag = 0; flag < FLAGS_COUNT; flag++) {
        char item[160] = "";
        struct text written = text_over(item, sizeof item);
        if (FLAGS[flag].letter != ' ')
            text_addf(&written, "\\fB\\-%c\\fR, ", FLAGS[flag].letter);
        text_add_string(&written, "\\fB\\-\\-");
        for (const char *at = FLAGS[flag].spelling; *at != '\0'; at++)
            text_add_string(&written, *at == '-' ? "\\-" : (char[]){*at, '\0'});
        text_add_string(&written, "\\fR");
        if (strstr(bytes, item) == NULL)
            fail_msg("the manual lacks --%s", FLAGS[flag].spelling);
    }
}

static void every_flag_is_completed(void **state)
{
    (void)state;
    for (int shell = 0; shell < 2; shell++) {
        struct text text = text_over(bytes, sizeof bytes);
        if (shell == 0)
            text_add_bash_completion(&text);
        else
            text_add_zsh_completion(&text);
        assert_false(text.full);
        for (enum flag flag = 0; flag < FLAGS_COUNT; flag++) {
            char spelling[64];
            spell(spelling, flag);
            if (!says(spelling))
                fail_msg("completion %d lacks %s", shell, spelling);
        }
        for (enum verb verb = 0; verb < VERBS_COUNT; verb++)
            assert_true(says(VERBS[verb].words));
    }
}

static void lists_are_complete_and_apart(void **state)
{
    (void)state;
    for (enum flag a = 0; a < FLAGS_COUNT; a++) {
        assert_true(FLAGS[a].says.in[TONGUE_EN][0] != '\0' &&
                    FLAGS[a].says.in[TONGUE_ZH][0] != '\0');
        uint64_t users = 0;
        for (enum verb verb = 0; verb < VERBS_COUNT; verb++)
            users += VERBS[verb].flags >> a & 1u;
        assert_true(users > 0); /* a flag that no verb takes is no flag */
        for (enum flag b = 0; b < a; b++) {
            assert_string_not_equal(FLAGS[a].spelling, FLAGS[b].spelling);
            assert_true(FLAGS[a].letter == ' ' || FLAGS[a].letter != FLAGS[b].letter);
        }
    }
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++)
        assert_true(VERBS[verb].says.in[0][0] != '\0' && VERBS[verb].says.in[1][0] != '\0');
}

static void no_line_of_help_is_wider_than_a_terminal(void **state)
{
    (void)state;
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        for (enum verb verb = 0; verb < VERBS_COUNT; verb++) {
            struct text text = text_over(bytes, sizeof bytes);
            text_add_help(&text, tongue);
            text_add_verb_help(&text, verb, tongue);
            for (const char *line = bytes; *line != '\0'; line += strcspn(line, "\n") + 1) {
                struct slice slice = {line, strcspn(line, "\n")};
                assert_true(utf8_columns(slice) <= 80);
                assert_true(slice.size == 0 || line[slice.size - 1] != ' ');
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_verbs_help_names_its_flags_and_no_others),
        cmocka_unit_test(every_verb_is_in_help_and_manual),
        cmocka_unit_test(every_flag_is_in_the_manual),
        cmocka_unit_test(every_flag_is_completed),
        cmocka_unit_test(lists_are_complete_and_apart),
        cmocka_unit_test(no_line_of_help_is_wider_than_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
