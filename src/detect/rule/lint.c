/* lint.c -- what is right but surely not meant.
 *
 * A warning must be worth its line: it is given where the text can mean nothing sensible, or where
 * something takes memory and serves nobody.  Matters of taste are the formatter's.
 *
 * Not chosen:  warnings about unread profiles in a set without rules; packs of profiles are checked
 * alone, too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checker_inside.h"

#include "canon_inside.h"
#include "range_inside.h"

enum { EXPR_TEXT_MAX = 2048, MARKS_MAX = 512 };

struct mark_use {
    struct slice label;
    struct span span;
    bool set, read;
};

struct lint {
    struct checker *checker;
    const struct rule *rule; /* NULL: in a feature */
    enum record_kind kind;   /* of the record at hand */
    uint64_t features_read[PROFILES_MAX];
    uint64_t lets_read;
    unsigned marks_count;
    struct mark_use mark[MARKS_MAX];
};

static void warn(struct lint *lint, enum message message, struct span where, struct slice arg,
                 struct slice suggestion)
{
    complain(lint->checker->compile, message,
             (struct complaint){.where = where, .arg = {arg}, .suggestion = suggestion});
}

static void note_mark(struct lint *lint, struct slice label, struct span span, bool set)
{
    unsigned i = 0;
    while (i < lint->marks_count && !slice_equal(lint->mark[i].label, label))
        i++;
    if (i == MARKS_MAX)
        return; /* so many marks: the last ones go unlooked at */
    if (i == lint->marks_count)
        lint->mark[lint->marks_count++] = (struct mark_use){.label = label, .span = span};
    lint->mark[i].set |= set;
    lint->mark[i].read |= !set;
}

/* ---- comparisons ---- */

static struct slice expr_text(const struct lint *lint, const struct expr *expr, char *room)
{
    struct text text = text_over(room, EXPR_TEXT_MAX);
    text_add_expr(&text, lint->checker->set, lint->rule, expr);
    return text.full ? (struct slice){0} : text_slice(&text);
}

static bool same_text(const struct lint *lint, const struct expr *a, const struct expr *b)
{
    char one[EXPR_TEXT_MAX];
    char two[EXPR_TEXT_MAX];
    struct slice text = expr_text(lint, a, one);
    return text.size != 0 && slice_equal(text, expr_text(lint, b, two));
}

static void add_bound(struct text *text, const struct lint *lint, struct type type, double bound)
{
    if (type.class == TYPE_DURATION)
        text_add_span(text, (int64_t)bound);
    else if (type.class == TYPE_MONEY)
        text_add_amount(text, lint->checker->set, bound);
    else
        text_add_decimal(text, bound);
}

/* "0 ≤ `hour(time)` ≤ 23", where the expression has a bound of its own. */
static struct slice explain_range(const struct lint *lint, const struct expr *expr,
                                  struct range range)
{
    char room[EXPR_TEXT_MAX];
    struct text text = text_over(room, sizeof room);
    bool low = range.low > -1e15;
    bool high = range.high < 1e15;
    bool point = range.low == range.high;
    if (low && !point) {
        add_bound(&text, lint, expr->type, range.low);
        text_add_string(&text, " ≤ ");
    }
    text_add_char(&text, '`');
    text_add_expr(&text, lint->checker->set, lint->rule, expr);
    text_add_char(&text, '`');
    if (high) {
        text_add_string(&text, point ? " = " : " ≤ ");
        add_bound(&text, lint, expr->type, range.high);
    }
    bool shown = (low || high) && expr->kind != EXPR_NUMBER && !text.full;
    return shown ? compile_text(lint->checker->compile, "%s", room) : (struct slice){0};
}

static void lint_truth_compared(struct lint *lint, const struct expr *expr)
{
    const struct expr *literal = expr->arg[1];
    const struct expr *other = expr->arg[0];
    if (literal->kind != EXPR_NUMBER) {
        literal = expr->arg[0];
        other = expr->arg[1];
    }
    if (literal->kind != EXPR_NUMBER)
        return;
    char room[EXPR_TEXT_MAX];
    struct slice text = expr_text(lint, other, room);
    bool as_is = (literal->number != 0) == (expr->kind == EXPR_EQUAL);
    struct slice better = {0};
    if (text.size != 0)
        better = compile_text(lint->checker->compile, as_is ? "%.*s" : "not (%.*s)", SHOW(text));
    warn(lint, MESSAGE_TRUTH_COMPARED, expr->span,
         literal->number != 0 ? SLICE("true") : SLICE("false"), better);
}

static void lint_comparison(struct lint *lint, const struct expr *expr)
{
    const struct expr *a = expr->arg[0];
    const struct expr *b = expr->arg[1];
    if (a->kind == EXPR_UNKNOWN || b->kind == EXPR_UNKNOWN) {
        const struct expr *other = a->kind == EXPR_UNKNOWN ? b : a;
        char room[EXPR_TEXT_MAX];
        struct slice text = expr_text(lint, other, room);
        const char *ask = expr->kind == EXPR_UNEQUAL ? "known" : "unknown";
        warn(lint, MESSAGE_NEVER_KNOWN, expr->span, (struct slice){0},
             compile_text(lint->checker->compile, "%.*s is %s", SHOW(text), ask));
        return;
    }
    if (a->type.class == TYPE_TRUTH) {
        lint_truth_compared(lint, expr);
        return;
    }
    if (a->kind != EXPR_NUMBER && same_text(lint, a, b)) {
        warn(lint, MESSAGE_SELF_COMPARED, expr->span, (struct slice){0}, (struct slice){0});
        return;
    }
    if (!type_is_amount(a->type))
        return;
    const struct rule_set *set = lint->checker->set;
    struct range ranges[2] = {range_of(set, lint->rule, a), range_of(set, lint->rule, b)};
    enum verdict verdict = range_compare(expr->kind, ranges[0], ranges[1]);
    if (verdict == VERDICT_OPEN)
        return;
    struct slice why = explain_range(lint, a, ranges[0]);
    if (why.size == 0)
        why = explain_range(lint, b, ranges[1]);
    warn(lint, verdict == VERDICT_TRUE ? MESSAGE_ALWAYS_TRUE : MESSAGE_ALWAYS_FALSE, expr->span,
         why, (struct slice){0});
}

/* ---- every expression ---- */

static bool is_zero(const struct expr *expr)
{
    return expr->kind == EXPR_NUMBER && expr->number == 0;
}

/* A field that every record of its kind has.  Money in another currency than the set's is unknown.
 * */
static void lint_is_known(struct lint *lint, const struct expr *of)
{
    if (of->kind != EXPR_FIELD)
        return;
    const struct kind_schema *schema = kind_schema(of->record_kind);
    const struct field_schema *field = &schema->fields[of->field];
    if (field->must && field->type != FIELD_MONEY)
        complain(lint->checker->compile, MESSAGE_ALWAYS_KNOWN,
                 (struct complaint){.where = of->span,
                                    .arg = {slice_of(field->name), slice_of(schema->name)}});
}

static void lint_read(struct lint *lint, const struct expr *expr)
{
    struct compile *compile = lint->checker->compile;
    const struct profile *profile = &lint->checker->set->profile[expr->profile];
    const struct feature *feature = &profile->feature[expr->feature];
    lint->features_read[expr->profile] |= 1ull << expr->feature;
    if (feature->aggregate != AGGREGATE_fresh || (feature->kinds >> lint->kind & 1) != 0)
        return;
    complain(compile, MESSAGE_FRESH_ELSEWHERE,
             (struct complaint){.where = expr->span,
                                .arg = {compile_text(compile, "%.*s.%.*s", SHOW(profile->name),
                                                     SHOW(feature->name)),
                                        slice_of(kind_schema(lint->kind)->name)},
                                .related = feature->span});
}

/* Eleven digits that begin with 1 are a Chinese mobile number without its country. */
static void lint_name(struct lint *lint, const struct expr *expr)
{
    struct slice name = expr->string;
    if (expr->type.class != TYPE_NAME || expr->type.name != FIELD_PHONE || name.size != 11 ||
        name.at[0] != '1' || name.at[1] < '3')
        return;
    warn(lint, MESSAGE_PHONE_NATIONAL, expr->span, (struct slice){0},
         compile_text(lint->checker->compile, "\"+86%.*s\"", SHOW(name)));
}

static void lint_members(struct lint *lint, const struct expr *expr)
{
    for (uint32_t i = 2; i < expr->args_count; i++)
        for (uint32_t k = 1; k < i; k++)
            if (same_text(lint, expr->arg[i], expr->arg[k]))
                warn(lint, MESSAGE_MEMBER_TWICE, expr->arg[i]->span, (struct slice){0},
                     (struct slice){0});
}

static void lint_expr(struct lint *lint, const struct expr *expr);

static void lint_node(struct lint *lint, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_READ:
        lint_read(lint, expr);
        break;
    case EXPR_LET:
        lint->lets_read |= 1ull << expr->let;
        break;
    case EXPR_MARK:
    case EXPR_MARKED:
        note_mark(lint, expr->string, expr->dot_span, false);
        break;
    case EXPR_FLOW:
        if (flow_asks(expr->flow) == FLOW_MARKED)
            note_mark(lint, expr->string, expr->dot_span, false);
        break;
    case EXPR_NAME:
        lint_name(lint, expr);
        break;
    case EXPR_IN:
        lint_members(lint, expr);
        break;
    case EXPR_IS_KNOWN:
        lint_is_known(lint, expr->arg[0]);
        break;
    case EXPR_DIVIDE:
        if (is_zero(expr->arg[1]))
            warn(lint, MESSAGE_DIVIDES_BY_ZERO, expr->span, (struct slice){0}, (struct slice){0});
        break;
    case EXPR_EQUAL:
    case EXPR_UNEQUAL:
    case EXPR_LESS:
    case EXPR_LESS_EQUAL:
    case EXPR_GREATER:
    case EXPR_GREATER_EQUAL:
        lint_comparison(lint, expr);
        break;
    default:
        break;
    }
}

static void lint_expr(struct lint *lint, const struct expr *expr)
{
    if (expr == NULL)
        return;
    lint_node(lint, expr);
    for (uint32_t i = 0; i < expr->args_count; i++)
        lint_expr(lint, expr->arg[i]);
}

/* A condition that is a literal. */
static void lint_condition(struct lint *lint, const struct expr *expr, bool alone)
{
    lint_expr(lint, expr);
    if (expr == NULL || expr->kind != EXPR_NUMBER || (alone && expr->number != 0))
        return;
    warn(lint, expr->number != 0 ? MESSAGE_ALWAYS_TRUE : MESSAGE_ALWAYS_FALSE, expr->span,
         (struct slice){0}, (struct slice){0});
}

/* ---- strings ---- */

static bool has_chinese(struct slice string)
{
    while (string.size != 0) {
        uint32_t point = utf8_next(&string);
        if (point >= 0x3400 && point <= 0x9FFF)
            return true;
    }
    return false;
}

/* Strings of rules stand in the source, unless they had escapes; only then can they be shown. */
static void lint_sayings(struct lint *lint, const struct slice *said, struct span where)
{
    if (has_chinese(said[TONGUE_EN]) && !has_chinese(said[TONGUE_ZH]))
        warn(lint, MESSAGE_TONGUES_SWAPPED, where, (struct slice){0}, (struct slice){0});
}

/* ---- rules ---- */

static void lint_grades(struct lint *lint, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->gradings_count; i++) {
        const struct grading *grading = &rule->grading[i];
        lint_condition(lint, grading->when, false);
        if (i == 0 || grading->grade < rule->grading[i - 1].grade)
            continue;
        struct compile *compile = lint->checker->compile;
        complain(compile, MESSAGE_GRADE_ORDER,
                 (struct complaint){.where = grading->span,
                                    .arg = {slice_of(grade_name(grading->grade)),
                                            slice_of(grade_name(rule->grading[i - 1].grade))}});
    }
}

static void lint_score(struct lint *lint, const struct rule *rule)
{
    if (rule->score == NULL)
        return;
    lint_expr(lint, rule->score);
    struct range range = range_of(lint->checker->set, rule, rule->score);
    if (range.low > 1)
        warn(lint, MESSAGE_SCORE_RANGE, rule->score->span, SLICE("1"), (struct slice){0});
    if (range.high < 0)
        warn(lint, MESSAGE_SCORE_RANGE, rule->score->span, SLICE("0"), (struct slice){0});
}

static void lint_conditions(struct lint *lint, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->conditions_count; i++) {
        lint_condition(lint, rule->condition[i], rule->conditions_count == 1);
        for (uint32_t k = 0; k < i; k++) {
            if (!same_text(lint, rule->condition[i], rule->condition[k]))
                continue;
            complain(lint->checker->compile, MESSAGE_CONDITION_TWICE,
                     (struct complaint){.where = rule->condition[i]->span,
                                        .related = rule->condition[k]->span});
        }
    }
}

static void lint_rule(struct lint *lint, const struct rule *rule)
{
    lint->rule = rule;
    lint->kind = rule->on;
    lint->lets_read = 0;
    lint_conditions(lint, rule);
    lint_score(lint, rule);
    lint_expr(lint, rule->subject);
    lint_grades(lint, rule);
    for (uint32_t i = 0; i < rule->against_count; i++) {
        lint_condition(lint, rule->against[i].when, false);
        lint_sayings(lint, rule->against[i].text, rule->against[i].when->span);
    }
    for (uint32_t i = 0; i < rule->marks_count; i++) {
        lint_expr(lint, rule->mark[i].subject);
        lint_condition(lint, rule->mark[i].when, false);
        note_mark(lint, rule->mark[i].label, rule->mark[i].label_span, true);
    }
    for (uint32_t i = rule->lets_count; i-- > 0;) { /* each reads only those before it */
        if ((lint->lets_read >> i & 1) == 0)
            warn(lint, MESSAGE_LET_UNREAD, rule->let[i].span, rule->let[i].name, (struct slice){0});
        lint_expr(lint, rule->let[i].value);
    }
    lint->rule = NULL;
}

/* What only the written rule still tells. */
static void lint_written(struct lint *lint, const struct written_rule *written)
{
    if (written->title_span.end != 0)
        lint_sayings(lint, written->title, written->title_at[TONGUE_EN]);
    if (written->subject_span.end != 0)
        return;
    const struct {
        struct span span;
        const char *word;
    } idle[] = {{written->score_span, "score"},
                {written->grade_span, "grade"},
                {written->quiet_span, "quiet"},
                {written->respond_span, "respond"},
                {written->against != NULL ? written->against->span : (struct span){0}, "against"}};
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
        if (idle[i].span.end != 0)
            complain(lint->checker->compile, MESSAGE_CLAUSE_IDLE,
                     (struct complaint){.where = idle[i].span,
                                        .arg = {slice_of(idle[i].word), written->name.text}});
}

/* ---- profiles ---- */

static void lint_features(struct lint *lint, const struct profile *profile)
{
    for (uint32_t i = 0; i < profile->features_count; i++) {
        const struct feature *feature = &profile->feature[i];
        lint_sayings(lint, feature->label, feature->span);
        for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++) {
            lint->kind = (enum record_kind)k;
            lint_expr(lint, feature->value_of[k]);
            lint_condition(lint, feature->where_of[k], false);
        }
    }
}

static bool is_sequenced(const struct rule_set *set, unsigned profile)
{
    for (uint32_t i = 0; i < set->rules_count; i++)
        if (set->rule[i].sequence.present && set->rule[i].sequence.profile == profile)
            return true;
    return false;
}

static void lint_unread(struct lint *lint)
{
    const struct rule_set *set = lint->checker->set;
    for (unsigned i = 0; i < set->profiles_count; i++) {
        const struct profile *profile = &set->profile[i];
        if (lint->features_read[i] == 0 && !is_sequenced(set, i)) {
            warn(lint, MESSAGE_PROFILE_UNREAD, profile->span, profile->name, (struct slice){0});
            continue;
        }
        for (uint32_t k = 0; k < profile->features_count; k++)
            if ((lint->features_read[i] >> k & 1) == 0)
                warn(lint, MESSAGE_FEATURE_UNREAD, profile->feature[k].span,
                     profile->feature[k].name, (struct slice){0});
    }
}

static void lint_marks(struct lint *lint)
{
    for (unsigned i = 0; i < lint->marks_count; i++) {
        const struct mark_use *use = &lint->mark[i];
        if (use->set && use->read)
            continue;
        struct guess guess = guess_start(use->label);
        for (unsigned k = 0; k < lint->marks_count; k++)
            if (lint->mark[k].set != use->set || lint->mark[k].read != use->read)
                guess_try(&guess, lint->mark[k].label);
        warn(lint, use->set ? MESSAGE_MARK_UNREAD : MESSAGE_MARK_UNSET, use->span, use->label,
             guess.best);
    }
}

void lint(struct checker *checker)
{
    const struct rule_set *set = checker->set;
    struct lint *lint = compile_take(checker->compile, sizeof *lint);
    if (lint == NULL)
        return;
    lint->checker = checker;
    for (uint32_t i = 0; i < set->profiles_count; i++)
        lint_features(lint, &set->profile[i]);
    for (uint32_t i = 0; i < set->rules_count; i++)
        lint_rule(lint, &set->rule[i]);
    const struct written_rule *written = checker->written->rule;
    for (; written != NULL; written = written->next)
        lint_written(lint, written);
    if (set->rules_count == 0)
        return;
    lint_unread(lint);
    lint_marks(lint);
}
