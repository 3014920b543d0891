/* range.c -- between which bounds a value lies: counts are not negative, an hour is below 24, and
 * the time since the latest event of a window is shorter than the window.
 *
 * Interval arithmetic, kept simple: where a bound would need thought, it is infinite. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "range_inside.h"

#include <math.h>

static const struct range ANY = {-HUGE_VAL, HUGE_VAL};
static const struct range NOT_NEGATIVE = {0, HUGE_VAL};

static struct range join(struct range a, struct range b)
{
    return (struct range){fmin(a.low, b.low), fmax(a.high, b.high)};
}

static struct range feature_range(const struct rule_set *set, const struct feature *feature)
{
    switch (feature->aggregate) {
    case AGGREGATE_count:
    case AGGREGATE_distinct:
        return NOT_NEGATIVE;
    case AGGREGATE_top:
        return (struct range){0, 1};
    case AGGREGATE_since:
        return (struct range){0, (double)feature->span_ms};
    case AGGREGATE_fresh:
        return ANY;
    default:
        break;
    }
    struct range all = {HUGE_VAL, -HUGE_VAL};
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++)
        if (feature->value_of[k] != NULL)
            all = join(all, range_of(set, NULL, feature->value_of[k]));
    if (feature->aggregate == AGGREGATE_sum)
        return all.low >= 0 ? NOT_NEGATIVE : ANY;
    return all;
}

static struct range call_range(const struct rule_set *set, const struct rule *rule,
                               const struct expr *expr)
{
    struct range first = range_of(set, rule, expr->arg[0]);
    struct range second = ANY;
    if (expr->args_count > 1)
        second = range_of(set, rule, expr->arg[1]);
    switch (expr->function) {
    case FUNCTION_hour:
        return (struct range){0, 23};
    case FUNCTION_weekday:
        return (struct range){1, 7};
    case FUNCTION_holds:
        return (struct range){0, expr->args_count};
    case FUNCTION_digits:
        return (struct range){0, RECORD_TEXT_MAX};
    case FUNCTION_abs:
        return NOT_NEGATIVE;
    case FUNCTION_floor:
        return (struct range){floor(first.low), first.high};
    case FUNCTION_mod:
        return second.low > 0 ? (struct range){0, second.high} : ANY;
    case FUNCTION_known_or:
        return join(first, second);
    case FUNCTION_min:
    case FUNCTION_max:
        break;
    default:
        return ANY;
    }
    for (uint32_t i = 1; i < expr->args_count; i++) {
        struct range next = range_of(set, rule, expr->arg[i]);
        bool least = expr->function == FUNCTION_min;
        first.low = least ? fmin(first.low, next.low) : fmax(first.low, next.low);
        first.high = least ? fmin(first.high, next.high) : fmax(first.high, next.high);
    }
    return first;
}

static struct range field_range(const struct expr *expr)
{
    switch (kind_schema(expr->record_kind)->fields[expr->field].type) {
    case FIELD_DURATION:
    case FIELD_COUNT:
        return NOT_NEGATIVE;
    default:
        return ANY;
    }
}

static struct range operator_range(const struct rule_set *set, const struct rule *rule,
                                   const struct expr *expr)
{
    struct range a = range_of(set, rule, expr->arg[0]);
    struct range b = range_of(set, rule, expr->arg[1]);
    bool positive = a.low >= 0 && b.low >= 0;
    struct range made = ANY;
    switch (expr->kind) {
    case EXPR_ADD:
        made = (struct range){a.low + b.low, a.high + b.high};
        break;
    case EXPR_SUBTRACT:
        made = (struct range){a.low - b.high, a.high - b.low};
        break;
    case EXPR_MULTIPLY:
        if (positive)
            made = (struct range){a.low * b.low, a.high * b.high};
        break;
    default: /* divide */
        if (positive)
            made = b.low > 0 ? (struct range){a.low / b.high, a.high / b.low} : NOT_NEGATIVE;
    }
    if (isnan(made.low) || isnan(made.high)) /* infinity by zero, or less itself */
        return positive ? NOT_NEGATIVE : ANY;
    return made;
}

struct range range_of(const struct rule_set *set, const struct rule *rule, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_NUMBER:
        return (struct range){expr->number, expr->number};
    case EXPR_FIELD:
    case EXPR_REGISTER:
        return field_range(expr);
    case EXPR_LET:
        return range_of(set, rule, rule->let[expr->let].value);
    case EXPR_FLOW:
        return NOT_NEGATIVE;
    case EXPR_READ:
        return feature_range(set, &set->profile[expr->profile].feature[expr->feature]);
    case EXPR_CALL:
        return call_range(set, rule, expr);
    case EXPR_IF:
        return join(range_of(set, rule, expr->arg[1]), range_of(set, rule, expr->arg[2]));
    case EXPR_NEGATE: {
        struct range of = range_of(set, rule, expr->arg[0]);
        return (struct range){-of.high, -of.low};
    }
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE:
        return operator_range(set, rule, expr);
    default:
        return ANY;
    }
}

static enum verdict verdict_of(bool surely, bool never)
{
    return surely ? VERDICT_TRUE : never ? VERDICT_FALSE : VERDICT_OPEN;
}

enum verdict range_compare(enum expr_kind comparison, struct range a, struct range b)
{
    bool apart = a.high < b.low || b.high < a.low;
    bool same = a.low == a.high && b.low == b.high && a.low == b.low;
    switch (comparison) {
    case EXPR_EQUAL:
        return verdict_of(same, apart);
    case EXPR_UNEQUAL:
        return verdict_of(apart, same);
    case EXPR_LESS:
        return verdict_of(a.high < b.low, a.low >= b.high);
    case EXPR_LESS_EQUAL:
        return verdict_of(a.high <= b.low, a.low > b.high);
    case EXPR_GREATER:
        return verdict_of(a.low > b.high, a.high <= b.low);
    default:
        return verdict_of(a.low >= b.high, a.high < b.low);
    }
}
