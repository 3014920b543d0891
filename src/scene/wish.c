/* wish.c -- what a scene expects, in words.
 *
 *     expect alert gateway imei 35000000000001 score >= 0.7 before 10:30
 *     expect alert victim person P1 grade >= high rule payment_in_flight times 2
 *     expect no alert mule
 *     expect nothing
 *     allow alert scam_caller +8613700000001      -- may come, need not
 *     allow others                                -- whatever else comes is no fault
 *
 * The kind of identifier before the subject may be left out, and so may the subject: then any will
 * do.  `score` is the best of all findings on the subject, `grade` the highest, `before` and
 * `after` speak of the first alert, `times` of the alerts written, repeats too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "scene/scene_inside.h"

#include <math.h>

static bool is_condition(const struct word *word)
{
    static const char *const WORDS[] = {"rule", "score", "grade", "before", "after", "times"};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (word_is(word, WORDS[i]))
            return true;
    return false;
}

static bool label_of_word(struct slice word, enum label *out)
{
    for (int i = 0; i < LABELS_COUNT; i++) {
        if (slice_equal(word, slice_of(label_name((enum label)i)))) {
            *out = (enum label)i;
            return true;
        }
    }
    return false;
}

static bool grade_of_word(struct slice word, enum grade *out)
{
    for (int i = GRADE_LOW; i <= GRADE_EXTREME; i++) {
        if (slice_equal(word, slice_of(grade_name((enum grade)i)))) {
            *out = (enum grade)i;
            return true;
        }
    }
    return false;
}

/* The word at `*at` written out; `*at` moves on. */
static enum status next_word(struct reading *reading, unsigned *at, struct slice *out)
{
    if (*at >= reading->words_count)
        return reading_fault(reading, *at, SCENE_SAYS_NO_VALUE,
                             reading->word[reading->words_count - 1].text);
    if (word_written_out(reading, *at, out) != STATUS_OK)
        return reading_fault(reading, *at, SCENE_SAYS_TEMPLATE, reading->word[*at].text);
    ++*at;
    return STATUS_OK;
}

/* `>= x`, `<= x` or `x`: the sign in `*sign`, '=' if none is written. */
static enum status take_bound(struct reading *reading, unsigned *at, char *sign, struct slice *out)
{
    *sign = '=';
    if (*at < reading->words_count && word_is(&reading->word[*at], ">="))
        *sign = '>';
    else if (*at < reading->words_count && word_is(&reading->word[*at], "<="))
        *sign = '<';
    if (*sign != '=')
        ++*at;
    return next_word(reading, at, out);
}

static enum status take_score(struct reading *reading, unsigned *at, struct wish *wish)
{
    struct slice word;
    char sign;
    double score;
    TRY(take_bound(reading, at, &sign, &word));
    if (!parse_real(word, &score))
        return reading_fault(reading, *at - 1, SCENE_SAYS_NUMBER, word);
    if (sign != '<')
        wish->score_min = score;
    if (sign != '>')
        wish->score_max = score;
    return STATUS_OK;
}

static enum status take_times(struct reading *reading, unsigned *at, struct wish *wish)
{
    struct slice word;
    char sign;
    int64_t times;
    TRY(take_bound(reading, at, &sign, &word));
    if (!parse_whole(word, INT32_MAX, &times))
        return reading_fault(reading, *at - 1, SCENE_SAYS_NUMBER, word);
    if (sign != '<')
        wish->times_min = (uint64_t)times;
    if (sign != '>')
        wish->times_max = (uint64_t)times;
    return STATUS_OK;
}

static enum status take_grade(struct reading *reading, unsigned *at, struct wish *wish)
{
    struct slice word;
    char sign;
    enum grade grade;
    TRY(take_bound(reading, at, &sign, &word));
    if (!grade_of_word(word, &grade))
        return reading_fault(reading, *at - 1, SCENE_SAYS_GRADE, word);
    if (sign != '<')
        wish->grade_min = grade;
    if (sign != '>')
        wish->grade_max = grade;
    return STATUS_OK;
}

static enum status take_rule(struct reading *reading, unsigned *at, struct wish *wish)
{
    TRY(next_word(reading, at, &wish->rule));
    for (uint32_t i = 0; i < reading->set->rules_count; i++)
        if (slice_equal(reading->set->rule[i].name, wish->rule))
            return STATUS_OK;
    return reading_fault(reading, *at - 1, SCENE_SAYS_RULE, wish->rule);
}

static enum status take_conditions(struct reading *reading, unsigned at, struct wish *wish)
{
    while (at < reading->words_count) {
        const struct word *word = &reading->word[at++];
        if (word_is(word, "score"))
            TRY(take_score(reading, &at, wish));
        else if (word_is(word, "grade"))
            TRY(take_grade(reading, &at, wish));
        else if (word_is(word, "times"))
            TRY(take_times(reading, &at, wish));
        else if (word_is(word, "rule"))
            TRY(take_rule(reading, &at, wish));
        else if (word_is(word, "before"))
            TRY(reading_time(reading, &at, &wish->before));
        else if (word_is(word, "after"))
            TRY(reading_time(reading, &at, &wish->after));
        else
            return reading_fault(reading, at - 1, SCENE_SAYS_CONDITION, word->text);
    }
    return STATUS_OK;
}

static enum status take_subject(struct reading *reading, unsigned *at, struct wish *wish)
{
    enum field_type type = label_subject(wish->label);
    struct slice word, subject;
    if (*at < reading->words_count && word_is(&reading->word[*at], field_type_name(type)))
        ++*at;
    else if (*at == reading->words_count || is_condition(&reading->word[*at]))
        return STATUS_OK;
    TRY(next_word(reading, at, &word));
    if (!spelling_canonical(word, type, &subject))
        return reading_fault(reading, *at - 1, SCENE_SAYS_VALUE, word);
    wish->subject = ident_of(subject);
    return STATUS_OK;
}

/* The words of the line as they stand in the report. */
static enum status write_down(struct reading *reading, struct slice *out)
{
    char bytes[SCENE_LINE_BYTES_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    for (unsigned i = 0; i < reading->words_count; i++) {
        struct slice word;
        if (word_written_out(reading, i, &word) != STATUS_OK)
            return reading_fault(reading, i, SCENE_SAYS_TEMPLATE, reading->word[i].text);
        if (i > 0)
            text_add_char(&text, ' ');
        text_add(&text, word);
    }
    return slice_copy(reading->scratch, text_slice(&text), out);
}

enum status reading_wish(struct reading *reading, bool allow, unsigned at, struct wish *out)
{
    struct wish wish = {.kind = allow ? WISH_ALLOWED : WISH_ALERT,
                        .line = reading->line,
                        .score_min = -INFINITY,
                        .score_max = INFINITY,
                        .grade_max = GRADE_EXTREME,
                        .before = MOMENT_NONE,
                        .after = MOMENT_NONE,
                        .times_max = UINT64_MAX};
    TRY(write_down(reading, &wish.written));
    unsigned after = at < reading->words_count ? at + 1 : at;
    bool single = after == reading->words_count;
    if (single && at < after && word_is(&reading->word[at], allow ? "others" : "nothing")) {
        wish.kind = allow ? WISH_OTHERS : WISH_NOTHING;
        *out = wish;
        return STATUS_OK;
    }
    if (!allow && at < reading->words_count && word_is(&reading->word[at], "no")) {
        wish.kind = WISH_NO_ALERT;
        at++;
    }
    if (at >= reading->words_count || !word_is(&reading->word[at], "alert"))
        return reading_fault(reading, at, allow ? SCENE_SAYS_ALLOW : SCENE_SAYS_EXPECT, SLICE(""));
    wish.any_label = ++at == reading->words_count && wish.kind == WISH_NO_ALERT;
    if (!wish.any_label) {
        struct slice label;
        TRY(next_word(reading, &at, &label));
        if (!label_of_word(label, &wish.label))
            return reading_fault(reading, at - 1, SCENE_SAYS_TYPOLOGY, label);
        TRY(take_subject(reading, &at, &wish));
        TRY(take_conditions(reading, at, &wish));
    }
    *out = wish;
    return STATUS_OK;
}
