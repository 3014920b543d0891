/* answer.c -- the value of an expression, one small step after the other.
 *
 * docs/language.md, sections 2 and 4.  Unknown is a value of its own; a number is finite or
 * unknown. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle_inside.h"

#include <math.h>

static struct answer of_number(double number)
{
    return isfinite(number) ? (struct answer){.known = true, .number = number} : UNKNOWN;
}

static struct answer of_truth(bool truth)
{
    return of_number(truth ? 1 : 0);
}

static struct answer of_name(ident name, struct slice spelled)
{
    return (struct answer){.known = ident_known(name), .name = name, .spelled = spelled};
}

/* Numbers have the unknown name, names have the number 0: so both can be looked at. */
bool answers_equal(struct answer a, struct answer b)
{
    return a.known == b.known && a.number == b.number && ident_equal(a.name, b.name);
}

/* ---- fields and registers ---- */

static bool is_foreign_money(const struct oracle *oracle, const struct record *record,
                             unsigned field)
{
    unsigned currency = FIELD_OF(payment, currency);
    if (record->kind != RECORD_payment || !record_knows(record, currency))
        return false;
    if (field != FIELD_OF(payment, amount) && field != FIELD_OF(payment, balance))
        return false;
    return !slice_equal(record->text[currency], oracle->set->currency);
}

static struct answer field_answer(const struct record *record, unsigned field)
{
    if (!record_knows(record, field))
        return UNKNOWN;
    const union value *value = &record->field[field];
    switch (field_held(kind_schema(record->kind)->fields[field].type)) {
    case HELD_WHOLE:
        return of_number((double)value->whole);
    case HELD_REAL:
        return of_number(value->real);
    case HELD_NAME:
        return of_name(value->name, record->text[field]);
    default:
        must(!"names are no value");
        return UNKNOWN;
    }
}

struct answer record_answer(const struct oracle *oracle, const struct record *record,
                            unsigned field)
{
    return is_foreign_money(oracle, record, field) ? UNKNOWN : field_answer(record, field);
}

static struct answer answer_field(const struct view *view, const struct expr *expr)
{
    const struct record *record = expr->step == 0 ? view->record : view->first;
    must(record != NULL);
    must(record->kind == expr->record_kind);
    return record_answer(view->oracle, record, expr->field);
}

static struct answer answer_register(const struct view *view, const struct expr *expr)
{
    const struct registry *registry = view->oracle->options.registry;
    struct answer of = answer_of(view, expr->arg[0]);
    ident key = of.name;
    if (!of.known)
        return UNKNOWN;
    if (expr->record_kind == RECORD_person) {
        key = registry_person(registry, of.name, expr->arg[0]->type.name);
        struct slice spelled = registry_spelling(registry, RECORD_person, key);
        if (spelled.size == 0)
            spelled = of.spelled;
        if (expr->field == FIELD_OF(person, person))
            return of_name(key, spelled);
    }
    const struct record *row = registry_find(registry, expr->record_kind, key);
    return row == NULL ? UNKNOWN : field_answer(row, expr->field);
}

/* ---- features ---- */

ident read_entity(const struct view *view, const struct expr *read)
{
    if (read->key_index == KEY_BY_EXPR)
        return answer_of(view, read->arg[0]).name;
    if (read->key_index == KEY_OF_SEQUENCE)
        return view->entity;
    const struct profile *profile = &view->oracle->set->profile[read->profile];
    ident names[RECORD_NAMED_MAX];
    unsigned count = key_names(view->oracle, &profile->key[read->key_index], view->record, names);
    return count == 0 ? IDENT_UNKNOWN : names[0];
}

/* ---- marks and lists ---- */

static struct answer answer_about_name(const struct view *view, const struct expr *expr)
{
    const struct oracle *oracle = view->oracle;
    struct answer of = answer_of(view, expr->arg[0]);
    enum field_type type = expr->arg[0]->type.name;
    moment at = view->record->at;
    if (!of.known)
        return UNKNOWN;
    if (expr->kind == EXPR_IN_LIST) {
        bool listed = registry_lists(oracle->options.registry, expr->string, of.name, type, at);
        oracle->counts->seen.listed += listed;
        return of_truth(listed);
    }
    const struct mark *mark = told_mark(oracle, expr->string, type, of.name, at);
    oracle->counts->seen.marks_in_force += mark != NULL;
    if (expr->kind == EXPR_MARKED)
        return of_truth(mark != NULL);
    return of_number(mark == NULL ? 0 : mark->weight);
}

/* ---- functions ---- */

static struct answer answer_tac(struct answer of)
{
    if (!of.known || of.spelled.size < 8)
        return UNKNOWN;
    for (size_t i = 0; i < 8; i++)
        if (of.spelled.at[i] < '0' || of.spelled.at[i] > '9')
            return UNKNOWN;
    struct slice tac = {of.spelled.at, 8};
    return of_name(ident_of(tac), tac);
}

static struct answer answer_digits(struct answer of)
{
    double digits = 0;
    for (size_t i = 0; i < of.spelled.size; i++)
        digits += of.spelled.at[i] >= '0' && of.spelled.at[i] <= '9';
    return of.known ? of_number(digits) : UNKNOWN;
}

/* Hours since 1970-01-01T00:00 on the site's clocks. */
static double hours_of(const struct view *view, double moment_ms)
{
    return floor((moment_ms + view->oracle->options.zone_minutes * 60000.0) / 3600000.0);
}

static struct answer answer_hour(const struct view *view, struct answer of)
{
    if (!of.known)
        return UNKNOWN;
    double hours = hours_of(view, of.number);
    return of_number(hours - floor(hours / 24) * 24);
}

static struct answer answer_weekday(const struct view *view, struct answer of)
{
    if (!of.known)
        return UNKNOWN;
    double days = floor(hours_of(view, of.number) / 24) + 3; /* that was a Thursday */
    return of_number(days - floor(days / 7) * 7 + 1);
}

static struct answer answer_mod(struct answer a, struct answer b)
{
    if (!a.known || !b.known)
        return UNKNOWN;
    struct answer quotient = of_number(a.number / b.number);
    if (!quotient.known)
        return UNKNOWN;
    struct answer multiple = of_number(b.number * floor(quotient.number));
    return multiple.known ? of_number(a.number - multiple.number) : UNKNOWN;
}

static struct answer answer_least(const struct view *view, const struct expr *expr, double sign)
{
    struct answer least = answer_of(view, expr->arg[0]);
    for (uint32_t i = 0; i < expr->args_count; i++) {
        struct answer next = answer_of(view, expr->arg[i]);
        if (!next.known)
            return UNKNOWN;
        if (sign * next.number < sign * least.number)
            least = next;
    }
    return least;
}

static struct answer answer_call(const struct view *view, const struct expr *expr)
{
    struct answer a = answer_of(view, expr->arg[0]);
    double holds = 0;
    switch (expr->function) {
    case FUNCTION_min:
        return answer_least(view, expr, 1);
    case FUNCTION_max:
        return answer_least(view, expr, -1);
    case FUNCTION_abs:
        return a.known ? of_number(fabs(a.number)) : UNKNOWN;
    case FUNCTION_floor:
        return a.known ? of_number(floor(a.number)) : UNKNOWN;
    case FUNCTION_mod:
        return answer_mod(a, answer_of(view, expr->arg[1]));
    case FUNCTION_holds:
        for (uint32_t i = 0; i < expr->args_count; i++)
            holds += is_true(answer_of(view, expr->arg[i]));
        return of_number(holds);
    case FUNCTION_known_or:
        return a.known ? a : answer_of(view, expr->arg[1]);
    case FUNCTION_tac:
        return answer_tac(a);
    case FUNCTION_starts:
        return a.known ? of_truth(slice_starts(a.spelled, expr->arg[1]->string)) : UNKNOWN;
    case FUNCTION_digits:
        return answer_digits(a);
    case FUNCTION_hour:
        return answer_hour(view, a);
    case FUNCTION_weekday:
        return answer_weekday(view, a);
    default:
        must(!"a function");
        return UNKNOWN;
    }
}

/* ---- operators ---- */

static struct answer answer_in(const struct view *view, const struct expr *expr)
{
    struct answer of = answer_of(view, expr->arg[0]);
    bool doubt = !of.known;
    for (uint32_t i = 1; i < expr->args_count; i++) {
        struct answer member = answer_of(view, expr->arg[i]);
        if (of.known && member.known && answers_equal(of, member))
            return of_truth(true);
        doubt |= !member.known;
    }
    return doubt ? UNKNOWN : of_truth(false);
}

/* Kleene: `decides` alone is enough, whatever the other is. */
static struct answer answer_join(struct answer a, struct answer b, bool decides)
{
    if ((a.known && is_true(a) == decides) || (b.known && is_true(b) == decides))
        return of_truth(decides);
    return a.known && b.known ? of_truth(!decides) : UNKNOWN;
}

static struct answer answer_operator(const struct view *view, const struct expr *expr)
{
    struct answer a = answer_of(view, expr->arg[0]);
    struct answer b = answer_of(view, expr->arg[1]);
    if (expr->kind == EXPR_AND || expr->kind == EXPR_OR)
        return answer_join(a, b, expr->kind == EXPR_OR);
    if (!a.known || !b.known)
        return UNKNOWN;
    switch (expr->kind) {
    case EXPR_EQUAL:
        return of_truth(answers_equal(a, b));
    case EXPR_UNEQUAL:
        return of_truth(!answers_equal(a, b));
    case EXPR_LESS:
        return of_truth(a.number < b.number);
    case EXPR_LESS_EQUAL:
        return of_truth(a.number <= b.number);
    case EXPR_GREATER:
        return of_truth(a.number > b.number);
    case EXPR_GREATER_EQUAL:
        return of_truth(a.number >= b.number);
    case EXPR_ADD:
        return of_number(a.number + b.number);
    case EXPR_SUBTRACT:
        return of_number(a.number - b.number);
    case EXPR_MULTIPLY:
        return of_number(a.number * b.number);
    case EXPR_DIVIDE:
        return b.number == 0 ? UNKNOWN : of_number(a.number / b.number);
    default:
        must(!"an operator");
        return UNKNOWN;
    }
}

static struct answer answer_if(const struct view *view, const struct expr *expr)
{
    struct answer condition = answer_of(view, expr->arg[0]);
    if (!condition.known)
        return UNKNOWN;
    return answer_of(view, expr->arg[is_true(condition) ? 1 : 2]);
}

struct answer answer_of(const struct view *view, const struct expr *expr)
{
    struct answer of;
    switch (expr->kind) {
    case EXPR_NUMBER:
        return of_number(expr->number);
    case EXPR_NAME:
        return of_name(expr->name, expr->string);
    case EXPR_UNKNOWN:
        return UNKNOWN;
    case EXPR_FIELD:
        return answer_field(view, expr);
    case EXPR_LET:
        return answer_of(view, view->rule->let[expr->let].value);
    case EXPR_READ:
        return feature_read(view, expr->profile, expr->feature, read_entity(view, expr));
    case EXPR_REGISTER:
        return answer_register(view, expr);
    case EXPR_MARK:
    case EXPR_MARKED:
    case EXPR_IN_LIST:
        return answer_about_name(view, expr);
    case EXPR_FLOW:
        return flow_answer(view, expr);
    case EXPR_IN:
        return answer_in(view, expr);
    case EXPR_CALL:
        return answer_call(view, expr);
    case EXPR_IF:
        return answer_if(view, expr);
    case EXPR_IS_KNOWN:
        return of_truth(answer_of(view, expr->arg[0]).known);
    case EXPR_NOT:
        of = answer_of(view, expr->arg[0]);
        return of.known ? of_truth(!is_true(of)) : UNKNOWN;
    case EXPR_NEGATE:
        of = answer_of(view, expr->arg[0]);
        return of.known ? of_number(-of.number) : UNKNOWN;
    default:
        return answer_operator(view, expr);
    }
}
