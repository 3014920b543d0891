/* cost.c -- what rules compute, and which features share what is stored for them.
 *
 * Steps are nodes of the rule's expressions, each counted once.  How many bytes it takes to
 * remember an entity is known to the engine alone, which is asked by main (engine_memory). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cost_inside.h"

#include "detect/rule/rule.h"

enum { VALUE_TEXT_MAX = 1024 };

static struct slice value_text(const struct rule_set *set, const struct feature *feature,
                               char *room, size_t size)
{
    struct text text = text_over(room, size);
    text_add_expr(&text, set, NULL, feature->value);
    return text.full ? (struct slice){0} : text_slice(&text);
}

bool feature_shares_value(const struct rule_set *set, const struct profile *profile,
                          uint32_t feature)
{
    char mine[VALUE_TEXT_MAX];
    char other[VALUE_TEXT_MAX];
    const struct feature *of = &profile->feature[feature];
    if (of->value == NULL)
        return false;
    struct slice value = value_text(set, of, mine, sizeof mine);
    for (uint32_t i = 0; i < feature && value.size != 0; i++)
        if (profile->feature[i].value != NULL &&
            slice_equal(value, value_text(set, &profile->feature[i], other, sizeof other)))
            return true;
    return false;
}

static uint64_t steps_of(const struct expr *expr)
{
    uint64_t steps = expr != NULL;
    for (uint32_t i = 0; expr != NULL && i < expr->args_count; i++)
        steps += steps_of(expr->arg[i]);
    return steps;
}

/* One, where only its own payments are looked at. */
static uint64_t accounts_of(const struct expr *expr)
{
    uint64_t accounts = 0;
    if (expr != NULL && expr->kind == EXPR_FLOW)
        accounts = expr->hops > 1 ? FLOW_ACCOUNTS_MAX : 1;
    for (uint32_t i = 0; expr != NULL && i < expr->args_count; i++)
        accounts += accounts_of(expr->arg[i]);
    return accounts;
}

static uint64_t rule_sum(const struct rule *rule, uint64_t (*of)(const struct expr *expr))
{
    uint64_t sum = of(rule->score) + of(rule->subject);
    for (uint32_t i = 0; i < rule->lets_count; i++)
        sum += of(rule->let[i].value);
    for (uint32_t i = 0; i < rule->conditions_count; i++)
        sum += of(rule->condition[i]);
    for (uint32_t i = 0; i < rule->gradings_count; i++)
        sum += of(rule->grading[i].when);
    for (uint32_t i = 0; i < rule->against_count; i++)
        sum += of(rule->against[i].when);
    for (uint32_t i = 0; i < rule->marks_count; i++)
        sum += of(rule->mark[i].subject) + of(rule->mark[i].when);
    return sum;
}

uint64_t rule_steps(const struct rule *rule)
{
    return rule_sum(rule, steps_of);
}

uint64_t rule_accounts(const struct rule *rule)
{
    return rule_sum(rule, accounts_of);
}
