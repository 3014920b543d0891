/* explain.c -- what a policy does, said in words, for those who must agree to it before it is in
 * force.
 *
 * The lines stand as they do in the file; the sternest that holds is the answer, whatever its
 * place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "screen/policy.h"

enum phrase {
#define PHRASE(name, en, zh) PHRASE_##name,
#include "screen/phrases.inc"
#undef PHRASE
    PHRASES_COUNT
};

static const struct saying PHRASES[PHRASES_COUNT] = {
#define PHRASE(name, en, zh) SAYING(en, zh),
#include "screen/phrases.inc"
#undef PHRASE
};

static const struct saying WORDS[SCREEN_WORDS_COUNT] = {
#define SCREEN_WORD(name, en, zh) SAYING(en, zh),
#include "screen/words.inc"
#undef SCREEN_WORD
};

static const struct saying KINDS[SCREEN_KINDS_COUNT] = {
#define SCREEN_KIND(name, en, zh) SAYING(en, zh),
#include "screen/words.inc"
#undef SCREEN_KIND
};

static const struct saying LABELS[LABELS_COUNT] = {
#define LABEL(name, subject, en, zh) SAYING(en, zh),
#include "detect/rule/labels.inc"
#undef LABEL
};

struct explaining {
    struct text *text;
    enum tongue tongue;
    unsigned conditions; /* of the line so far */
};

/* The phrase with its words in place of `%` and `&`. */
static void say(const struct explaining *explaining, enum phrase phrase, struct slice word,
                struct slice other)
{
    for (const char *at = PHRASES[phrase].in [explaining->tongue]; *at != '\0'; at++) {
        if (*at == '%')
            text_add(explaining->text, word);
        else if (*at == '&')
            text_add(explaining->text, other);
        else
            text_add_char(explaining->text, *at);
    }
}

static void say_number(const struct explaining *explaining, enum phrase phrase, double number)
{
    char bytes[32];
    struct text text = text_over(bytes, sizeof bytes);
    text_addf(&text, "%.6g", number);
    say(explaining, phrase, text_slice(&text), SLICE(""));
}

static struct slice word_of(const struct explaining *explaining, const struct saying *saying)
{
    return slice_of(saying->in[explaining->tongue]);
}

/* The field of the record that a line is about. */
static struct slice field_of(const struct policy_line *line)
{
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        unsigned field = line->field_of[kind];
        if (field != POLICY_NO_FIELD)
            return slice_of(kind_schema((enum record_kind)kind)->fields[field].name);
    }
    return SLICE("");
}

static void condition_begin(struct explaining *explaining)
{
    say(explaining, explaining->conditions++ == 0 ? PHRASE_condition : PHRASE_and_if, SLICE(""),
        SLICE(""));
}

static void say_found(struct explaining *explaining, const struct policy_line *line)
{
    condition_begin(explaining);
    if (line->has_typology)
        say(explaining, PHRASE_found_as, word_of(explaining, &LABELS[line->typology]), SLICE(""));
    else
        say(explaining, PHRASE_found, SLICE(""), SLICE(""));
    if (line->score > 0)
        say_number(explaining, PHRASE_score, line->score);
    if (line->grade != GRADE_NONE)
        say(explaining, PHRASE_grade, slice_of(grade_name(line->grade)), SLICE(""));
    text_add_char(explaining->text, '\n');
}

static void say_standing(struct explaining *explaining, const struct policy_line *line)
{
    condition_begin(explaining);
    say(explaining, PHRASE_standing, word_of(explaining, &LABELS[line->typology]), field_of(line));
    say(explaining, PHRASE_grade, slice_of(grade_name(line->standing)), SLICE(""));
    if (line->standing_ms != INT64_MAX)
        say_number(explaining, PHRASE_days, (double)line->standing_ms / (24.0 * 3600 * 1000));
    text_add_char(explaining->text, '\n');
}

static void say_mark(struct explaining *explaining, const struct policy_line *line)
{
    condition_begin(explaining);
    say(explaining, PHRASE_mark, line->mark, field_of(line));
    if (line->weight > 0)
        say_number(explaining, PHRASE_weight, line->weight);
    text_add_char(explaining->text, '\n');
}

static void say_line(struct explaining *explaining, const struct policy_line *line)
{
    explaining->conditions = 0;
    say(explaining, PHRASE_answer, word_of(explaining, &WORDS[line->word]), line->reason);
    text_add_char(explaining->text, '\n');
    if (line->asks_finding)
        say_found(explaining, line);
    if (line->list.size > 0) {
        condition_begin(explaining);
        say(explaining, PHRASE_list, line->list, field_of(line));
        text_add_char(explaining->text, '\n');
    }
    if (line->mark.size > 0)
        say_mark(explaining, line);
    if (line->standing != GRADE_NONE)
        say_standing(explaining, line);
    if (line->word == SCREEN_hold) {
        say_number(explaining, PHRASE_minutes, (double)line->hold_ms / (60.0 * 1000));
        text_add_char(explaining->text, '\n');
    }
    text_add_string(explaining->text, "      ");
    text_add_json(explaining->text, line->say[explaining->tongue]);
    text_add_char(explaining->text, '\n');
}

void text_add_policies(struct text *text, const struct policies *policies, enum tongue tongue)
{
    struct explaining explaining = {.text = text, .tongue = tongue};
    for (uint32_t i = 0; i < policies->count; i++) {
        const struct policy *policy = &policies->at[i];
        bool others = slice_equal(policy->organisation, SLICE("*"));
        say(&explaining, others ? PHRASE_others : PHRASE_organisation, policy->organisation,
            SLICE(""));
        text_add_char(text, '\n');
        for (unsigned kind = 0; kind < SCREEN_KINDS_COUNT; kind++) {
            const struct policy_lines *lines = &policy->of[kind];
            say(&explaining, PHRASE_kind, slice_of(screen_kind_name((enum screen_kind)kind)),
                word_of(&explaining, &KINDS[kind]));
            text_add_char(text, '\n');
            for (uint32_t k = 0; k < lines->count; k++)
                say_line(&explaining, &lines->at[k]);
            say(&explaining, PHRASE_otherwise, SLICE(""), SLICE(""));
            text_add_char(text, '\n');
        }
    }
}
