/* command.c -- words become a verb, flags and operands; wrong ones become a sentence with a
 * proposal.
 *
 *      cutline VERB [VERB] { --flag | --flag=VALUE | --flag VALUE | -f | -f VALUE | OPERAND } [--]
 *      …
 *
 * Flags and operands may be mixed; behind `--` all are operands; `-` is an operand: standard input.
 *
 * Invariants:  1. A command that was read holds only flags that its verb takes, and as many
 *                 operands as it takes.
 *              2. The language is settled before anything is said, wherever --lang stands. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include "nearest.h"
#include "say.h"

#include <stdlib.h>
#include <unistd.h>

const struct flag_entry FLAGS[FLAGS_COUNT] = {
#define FLAG(name, spelling, letter, takes, en, zh) {spelling, letter, takes, {{en, zh}}},
#include "flags.inc"
#undef FLAG
};

_Static_assert(FLAGS_COUNT <= 64); /* a bit each in verb_entry.flags */

#define F(name) (UINT64_C(1) << FLAG_##name)
const struct verb_entry VERBS[VERBS_COUNT] = {
#define VERB(name, words, operands, least, most, flags, en, zh) \
    {words, operands, least, most, (flags) | F(lang) | F(no_color) | F(help), {{en, zh}}},
#include "verbs.inc"
#undef VERB
};
#undef F

const struct exit_entry EXITS[] = {
#define EXIT(name, number, en, zh) {#name, number, {{en, zh}}},
#include "exits.inc"
#undef EXIT
};
const size_t EXITS_COUNT = sizeof EXITS / sizeof EXITS[0];

bool command_has(const struct command *command, enum flag flag)
{
    for (uint32_t i = 0; i < command->given_count; i++)
        if (command->given[i].flag == flag)
            return true;
    return false;
}

const char *command_value(const struct command *command, enum flag flag)
{
    const char *value = NULL;
    for (uint32_t i = 0; i < command->given_count; i++)
        if (command->given[i].flag == flag)
            value = command->given[i].value;
    return value;
}

const char *command_next_value(const struct command *command, enum flag flag, uint32_t *from)
{
    while (*from < command->given_count) {
        const struct given *given = &command->given[(*from)++];
        if (given->flag == flag)
            return given->value;
    }
    return NULL;
}

/* Whether the words of a verb are the first of `words`; how many they are. */
static size_t words_match(const char *verb, const char *const *words, size_t count)
{
    size_t used = 0;
    while (used < count) {
        size_t size = strcspn(verb, " ");
        if (strlen(words[used]) != size || memcmp(words[used], verb, size) != 0)
            return 0;
        used++;
        if (verb[size] == '\0')
            return used;
        verb += size + 1;
    }
    return 0;
}

enum verb verb_find(const char *const *words, size_t count, size_t *used)
{
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++) {
        *used = words_match(VERBS[verb].words, words, count);
        if (*used != 0)
            return verb;
    }
    return VERBS_COUNT;
}

/* The second words that a first word may have: "check, fmt, explain". */
static void add_second_words(struct text *text, const char *word)
{
    size_t size = strlen(word);
    bool some = false;
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++) {
        const char *words = VERBS[verb].words;
        if (strncmp(words, word, size) != 0 || words[size] != ' ')
            continue;
        text_addf(text, "%s%s", some ? ", " : "", words + size + 1);
        some = true;
    }
}

static void complain_verb(const struct command *command, const char *const *words, size_t count)
{
    char written[128];
    char second[256];
    struct text text = text_over(written, sizeof written);
    struct text seconds = text_over(second, sizeof second);
    text_add_string(&text, words[0]);
    add_second_words(&seconds, words[0]);
    if (seconds.size != 0 && count > 1 && words[1][0] != '-')
        text_addf(&text, " %s", words[1]);
    struct nearest nearest = nearest_to(written);
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++)
        nearest_try(&nearest, VERBS[verb].words);
    if (seconds.size != 0 && strcmp(written, words[0]) == 0)
        COMPLAIN(command, "`cutline %s` wants one of these behind it: %s.",
                 "`cutline %s` 之后应为其中之一：%s。", written, second);
    else if (nearest.best != NULL)
        COMPLAIN(command, "there is no verb `%s`; did you mean `cutline %s`?",
                 "没有子命令 `%s`；是否想用 `cutline %s`？", written, nearest.best);
    else if (seconds.size != 0)
        COMPLAIN(command, "there is no verb `%s`; behind `%s` stands one of: %s.",
                 "没有子命令 `%s`；`%s` 之后应为其中之一：%s。", written, words[0], second);
    else
        COMPLAIN(command, "there is no verb `%s`; `cutline help` lists them.",
                 "没有子命令 `%s`；`cutline help` 列出全部子命令。", written);
}

static bool takes_flag(enum verb verb, enum flag flag)
{
    return (VERBS[verb].flags >> flag & 1u) != 0;
}

static void complain_flag(const struct command *command, const char *word, size_t size)
{
    char name[64];
    struct text written = text_over(name, sizeof name);
    text_add(&written, (struct slice){word, size});
    const char *verb = VERBS[command->verb].words;
    struct nearest nearest = nearest_to(name);
    for (enum flag flag = 0; flag < FLAGS_COUNT; flag++)
        if (takes_flag(command->verb, flag))
            nearest_try(&nearest, FLAGS[flag].spelling);
    if (nearest.best != NULL)
        COMPLAIN(command, "`cutline %s` has no flag --%s; did you mean --%s?",
                 "`cutline %s` 没有选项 --%s；是否想用 --%s？", verb, name, nearest.best);
    else
        COMPLAIN(command, "`cutline %s` has no flag --%s; see `cutline %s --help`.",
                 "`cutline %s` 没有选项 --%s；见 `cutline %s --help`。", verb, name, verb);
}

/* Whether `value` is one of the bar-separated words of a closed choice; open ones take anything. */
static bool choice_takes(const char *takes, const char *value)
{
    if (strchr(takes, '|') == NULL)
        return true;
    size_t wanted = strlen(value);
    for (const char *at = takes;; at++) {
        size_t size = strcspn(at, "|");
        if (size == wanted && memcmp(at, value, size) == 0)
            return true;
        at += size;
        if (*at == '\0')
            return false;
    }
}

static enum exit_code give(struct command *command, enum flag flag, const char *value)
{
    if (value != NULL && !choice_takes(FLAGS[flag].takes, value)) {
        COMPLAIN(command, "--%s takes %s, not `%s`.", "--%s 可取 %s，不能是 `%s`。",
                 FLAGS[flag].spelling, FLAGS[flag].takes, value);
        return EXIT_USAGE;
    }
    if (command->given_count == GIVEN_MAX) {
        COMPLAIN(command, "more than %d flags.", "选项多于 %d 个。", GIVEN_MAX);
        return EXIT_USAGE;
    }
    command->given[command->given_count++] = (struct given){flag, value};
    command->help = command->help || flag == FLAG_help;
    return EXIT_DONE;
}

/* A flag word and, where it takes one, its value: behind `=`, behind the letter, or the next word.
 * */
static enum exit_code read_flag(struct command *command, char **words, int count, int *used)
{
    const char *word = words[0];
    bool spelled = word[1] == '-';
    const char *name = spelled ? word + 2 : word + 1;
    size_t size = spelled ? strcspn(name, "=") : 1;
    const char *rest = name[size] == '\0' ? NULL : name + size + (spelled ? 1 : 0);
    *used = 1;
    for (enum flag flag = 0; flag < FLAGS_COUNT; flag++) {
        const char *spelling = FLAGS[flag].spelling;
        bool same = spelled ? strlen(spelling) == size && memcmp(spelling, name, size) == 0
                            : FLAGS[flag].letter == name[0];
        if (!same || !takes_flag(command->verb, flag))
            continue;
        bool takes = FLAGS[flag].takes[0] != '\0';
        if (!takes && rest != NULL) {
            COMPLAIN(command, "--%s takes no value.", "--%s 不带取值。", spelling);
            return EXIT_USAGE;
        }
        if (takes && rest == NULL) {
            if (count < 2) {
                COMPLAIN(command, "--%s wants %s behind it.", "--%s 之后应给出 %s。", spelling,
                         FLAGS[flag].takes);
                return EXIT_USAGE;
            }
            rest = words[1];
            *used = 2;
        }
        return give(command, flag, rest);
    }
    if (spelled)
        complain_flag(command, name, size);
    else
        COMPLAIN(command, "`cutline %s` has no flag -%c; see `cutline %s --help`.",
                 "`cutline %s` 没有选项 -%c；见 `cutline %s --help`。", VERBS[command->verb].words,
                 name[0], VERBS[command->verb].words);
    return EXIT_USAGE;
}

static enum exit_code read_rest(struct command *command, char **words, int count)
{
    bool operands_only = false;
    for (int i = 0; i < count;) {
        const char *word = words[i];
        if (!operands_only && strcmp(word, "--") == 0) {
            operands_only = true;
            i++;
            continue;
        }
        if (!operands_only && word[0] == '-' && word[1] != '\0') {
            int used;
            enum exit_code code = read_flag(command, words + i, count - i, &used);
            if (code != EXIT_DONE)
                return code;
            i += used;
            continue;
        }
        if (command->operands_count == OPERANDS_MAX) {
            COMPLAIN(command, "more than %d files at once.", "一次给出的文件多于 %d 个。",
                     OPERANDS_MAX);
            return EXIT_USAGE;
        }
        command->operand[command->operands_count++] = word;
        i++;
    }
    return EXIT_DONE;
}

static enum exit_code check_operands(const struct command *command)
{
    const struct verb_entry *verb = &VERBS[command->verb];
    if (command->help)
        return EXIT_DONE;
    if (command->operands_count < verb->least) {
        COMPLAIN(command, "`cutline %s` wants an operand: %s", "`cutline %s` 需要参数：%s",
                 verb->words, verb->operands);
        return EXIT_USAGE;
    }
    if (command->operands_count > verb->most) {
        COMPLAIN(command, "`cutline %s` does not know what to do with `%s`.",
                 "`cutline %s` 不接受多余的 `%s`。", verb->words, command->operand[verb->most]);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* The word behind --lang, wherever it stands, so that even the first complaint is understood. */
static const char *language_word(int count, char **words)
{
    const char *word = NULL;
    for (int i = 1; i < count && strcmp(words[i], "--") != 0; i++) {
        if (strcmp(words[i], "--lang") == 0 && i + 1 < count)
            word = words[i + 1];
        else if (strncmp(words[i], "--lang=", 7) == 0)
            word = words[i] + 7;
    }
    return word;
}

static void settle_colour(struct command *command)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool none = command_has(command, FLAG_no_color) || (no_color != NULL && no_color[0] != '\0') ||
                (term != NULL && strcmp(term, "dumb") == 0);
    command->out_is_terminal = isatty(STDOUT_FILENO) == 1;
    command->err_is_terminal = isatty(STDERR_FILENO) == 1;
    command->out_in_colour = command->out_is_terminal && !none;
    command->err_in_colour = command->err_is_terminal && !none;
}

/* Whether the word alone is half of a verb, like `rules`. */
static bool begins_verb(const char *word)
{
    size_t size = strlen(word);
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++)
        if (strncmp(VERBS[verb].words, word, size) == 0 && VERBS[verb].words[size] == ' ')
            return true;
    return false;
}

/* `cutline rules --help` */
static bool asks_group(struct command *command, char **rest, int count)
{
    bool help = count > 1 && (strcmp(rest[1], "--help") == 0 || strcmp(rest[1], "-h") == 0);
    if (!help || !begins_verb(rest[0]))
        return false;
    command->verb = VERB_help;
    command->operand[command->operands_count++] = rest[0];
    return true;
}

/* `cutline --help` and `cutline --version`, as everybody tries them first. */
static bool read_bare_flag(struct command *command, const char *word)
{
    bool help = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
    if (!help && strcmp(word, "--version") != 0)
        return false;
    command->verb = help ? VERB_help : VERB_version;
    return true;
}

enum exit_code command_read(struct command *command, int count, char **words)
{
    command->tongue = tongue_of_locale(language_word(count, words));
    settle_colour(command);
    int first = 1;
    while (first < count && strncmp(words[first], "--lang", 6) == 0)
        first += words[first][6] == '=' ? 1 : 2;
    if (first >= count) {
        COMPLAIN(command, "what shall I do?  `cutline help` lists the verbs.",
                 "要做什么？`cutline help` 列出全部子命令。");
        return EXIT_USAGE;
    }
    char **rest = words + first;
    size_t used = 1;
    if (asks_group(command, rest, count - first)) {
        used = 2;
    } else if (!read_bare_flag(command, rest[0])) {
        const char *const *named = (const char *const *)rest;
        command->verb = verb_find(named, (size_t)(count - first), &used);
        if (command->verb == VERBS_COUNT) {
            complain_verb(command, named, (size_t)(count - first));
            return EXIT_USAGE;
        }
    }
    enum exit_code code = read_rest(command, rest + used, count - first - (int)used);
    if (code != EXIT_DONE)
        return code;
    settle_colour(command);
    return check_operands(command);
}
