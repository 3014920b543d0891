/* evidence.c -- a finding as people will read it.
 *
 * Invariants:  1. All texts of a finding lie in the engine's room for them; one that does not fit
 *                 is cut, never the finding.
 *              2. The positions are the trigger's, the first step's, then those of positions.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/evidence.h"

#include "detect/engine/outside.h"
#include "detect/engine/positions.h"
#include <math.h>

enum { TEXTS_SIZE = (CONDITIONS_MAX * 2 + AGAINST_MAX + 1) * (RECORD_TEXT_MAX + 1) };

struct giving {
    struct engine *engine;
    const struct rule_image *rule;
    const struct frame *frame;
    struct text text; /* what is left of the room */
};

/* Closes the text begun at `from` and makes room for the next. */
static struct slice text_cut(struct text *text, size_t from)
{
    struct slice slice = {text->at + from, text->size - from};
    text_add_char(text, '\0');
    return slice;
}

static void add_money(struct text *text, int64_t minor, int digits)
{
    uint64_t size = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    uint64_t unit = 1;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    text_addf(text, "%s%llu", minor < 0 ? "-" : "", (unsigned long long)(size / unit));
    if (digits > 0)
        text_addf(text, ".%0*llu", digits, (unsigned long long)(size % unit));
}

/* Whole numbers as they are, others with up to four places behind the point, small ones with six
 * digits. */
static void add_number(struct text *text, double number)
{
    if (floor(number) == number && fabs(number) < 1e15) {
        text_add_whole(text, (int64_t)number);
        return;
    }
    char form[64];
    if (fabs(number) < 0.001 || fabs(number) >= 1e15) {
        text_addf(text, "%.6g", number);
        return;
    }
    struct text fixed = text_over(form, sizeof form);
    text_addf(&fixed, "%.4f", number);
    while (fixed.size > 0 && form[fixed.size - 1] == '0')
        fixed.size--;
    if (fixed.size > 0 && form[fixed.size - 1] == '.')
        fixed.size--;
    text_add(text, text_slice(&fixed));
}

/* The first and the last millisecond that can be written as a date. */
static bool writable(double moment_ms)
{
    return moment_ms > -62135596800000.0 && moment_ms < 253370764800000.0;
}

static void add_number_of(struct text *text, const struct engine *engine, struct type type,
                          double number)
{
    bool whole = fabs(number) < 9e15;
    switch (type.class) {
    case TYPE_DURATION:
        if (whole) {
            text_add_span(text, llround(number));
            return;
        }
        break;
    case TYPE_MONEY:
        if (whole) {
            add_money(text, llround(number), engine->image->set->currency_digits);
            return;
        }
        break;
    case TYPE_MOMENT:
        if (writable(number)) {
            text_add_moment(text, (moment){llround(number)}, engine->zone_minutes);
            return;
        }
        break;
    case TYPE_CHOICE: {
        const char *const *words = kind_schema(type.kind)->fields[type.field].words;
        for (unsigned i = 0; words != NULL && words[i] != NULL; i++) {
            if ((double)i == number) {
                text_add_string(text, words[i]);
                return;
            }
        }
        break;
    }
    default:
        break;
    }
    add_number(text, number);
}

static void add_name(struct giving *giving, ident name)
{
    struct spelled spelled;
    outside_spell(giving->frame, 0, name, 0, &spelled);
    if (spelled.slice.size > 0)
        text_add(&giving->text, spelled.slice);
    else
        text_add_ident(&giving->text, name);
}

/* One side of a comparison in words: "unknown" where it is. */
static struct slice side_text(struct giving *giving, const struct condition_image *condition,
                              uint16_t result, struct slice literal)
{
    size_t from = giving->text.size;
    uint16_t at = giving->rule->telling.result[result];
    if (condition->class == CLASS_TRUTH) {
        uint8_t truth = result_truths(giving->frame, at)[0];
        text_add_string(&giving->text, truth == TRUE_    ? "true"
                                       : truth == FALSE_ ? "false"
                                                         : "unknown");
    } else if (condition->class == CLASS_NAME) {
        ident name = {result_names(giving->frame, at)[0]};
        if (literal.size > 0)
            text_add(&giving->text, literal);
        else if (ident_known(name))
            add_name(giving, name);
        else
            text_add_string(&giving->text, "unknown");
    } else {
        double number = result_numbers(giving->frame, at)[0];
        if (isnan(number))
            text_add_string(&giving->text, "unknown");
        else
            add_number_of(&giving->text, giving->engine, condition->type, number);
    }
    return text_cut(&giving->text, from);
}

static double side_value(const struct giving *giving, const struct condition_image *condition,
                         uint16_t result)
{
    uint16_t at = giving->rule->telling.result[result];
    if (condition->class == CLASS_NUMBER)
        return result_numbers(giving->frame, at)[0];
    if (condition->class == CLASS_TRUTH)
        return result_truths(giving->frame, at)[0] == TRUE_ ? 1.0 : 0.0;
    return 0.0;
}

static void give_conditions(struct giving *giving, struct finding *finding)
{
    const struct rule *rule = giving->rule->rule;
    finding->evidence_count = rule->conditions_count;
    for (uint32_t i = 0; i < rule->conditions_count; i++) {
        const struct condition_image *condition = &giving->rule->condition[i];
        struct evidence *evidence = &finding->evidence[i];
        *evidence = (struct evidence){.condition = condition->text, .expr = rule->condition[i]};
        if (condition->left == NO_COLUMN)
            continue;
        evidence->compared = true;
        evidence->comparison = rule->condition[i]->kind;
        evidence->type = condition->type;
        evidence->read = condition->read;
        evidence->value = side_value(giving, condition, condition->left);
        evidence->threshold = side_value(giving, condition, condition->right);
        evidence->value_text =
            side_text(giving, condition, condition->left, condition->left_literal);
        evidence->threshold_text =
            side_text(giving, condition, condition->right, condition->right_literal);
    }
}

static bool result_true(const struct giving *giving, const struct program *program, uint16_t result)
{
    uint16_t at = program->result[result];
    return result_truths(giving->frame, at)[0] == TRUE_;
}

static void give_against(struct giving *giving, struct finding *finding)
{
    const struct rule *rule = giving->rule->rule;
    finding->against_count = 0;
    for (uint32_t i = 0; i < rule->against_count; i++) {
        if (!result_true(giving, &giving->rule->telling, giving->rule->against[i]))
            continue;
        struct counter_evidence *against = &finding->against[finding->against_count++];
        const struct condition_image *left = &giving->rule->against_left[i];
        *against = (struct counter_evidence){.against = &rule->against[i], .value_text = {"", 0}};
        if (left->left != NO_COLUMN)
            against->value_text = side_text(giving, left, left->left, left->left_literal);
    }
}

static double score_of(const struct giving *giving, bool *scored)
{
    *scored = false;
    if (giving->rule->score == NO_COLUMN)
        return 0.5;
    uint16_t at = giving->rule->finding.result[giving->rule->score];
    double score = result_numbers(giving->frame, at)[0];
    if (isnan(score))
        return 0.5;
    *scored = true;
    return score <= 0.0 ? 0.0 : score > 1.0 ? 1.0 : score;
}

static enum grade grade_of(const struct giving *giving)
{
    const struct rule *rule = giving->rule->rule;
    for (uint32_t i = 0; i < rule->gradings_count; i++)
        if (giving->rule->grading[i] == NO_COLUMN ||
            result_true(giving, &giving->rule->finding, giving->rule->grading[i]))
            return rule->grading[i].grade;
    return GRADE_NONE;
}

enum status evidence_give(struct engine *engine, const struct rule_image *rule,
                          const struct frame *frame, uint64_t first_position)
{
    struct giving giving = {engine, rule, frame, text_over(engine->texts, TEXTS_SIZE)};
    struct finding *finding = engine->finding;
    machine_run(&rule->finding, frame);
    ident subject = {result_names(frame, rule->finding.result[rule->subject])[0]};
    if (!ident_known(subject)) {
        engine->counts.subjectless++;
        return STATUS_OK;
    }
    finding->set = engine->image->set;
    finding->rule = rule->rule;
    finding->record = engine->batch.record[frame->row[0]];
    finding->at = finding->record->at;
    finding->subject = subject;
    add_name(&giving, subject);
    finding->subject_text = text_cut(&giving.text, 0);
    finding->score = score_of(&giving, &finding->scored);
    finding->grade = grade_of(&giving);
    finding->evidence_count = 0;
    finding->against_count = 0;
    finding->positions_count = 0;
    finding->position[finding->positions_count++] = finding->record->position;
    if (rule->rule->sequence.present && first_position != finding->record->position)
        finding->position[finding->positions_count++] = first_position;
    const struct finding_sink *sink = &engine->findings;
    if (sink->wants == NULL || sink->wants(sink->self, finding)) {
        machine_run(&rule->telling, frame);
        give_conditions(&giving, finding);
        give_against(&giving, finding);
        finding->bounded = positions_add(rule, frame, finding); /* uses the registers */
    } else {
        finding->bounded = positions_bounded(rule, frame);
    }
    engine->counts.findings++;
    engine->counts.bounded += finding->bounded;
    return sink->take(sink->self, finding);
}

size_t evidence_texts_size(void)
{
    return TEXTS_SIZE;
}
