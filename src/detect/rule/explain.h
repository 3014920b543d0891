/* explain.h -- a rule set in words and in bytes.
 *
 * `explain` tells what each rule watches, in sentences; `cost` what profiles and rules cost. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/rule.h"

/* Words of one rule, or of all if `rule` is NULL: what it watches, its conditions, what it leads
 * to, the features it reads and the bytes that each costs per event of an entity. */
void text_add_explanation(struct text *text, const struct rule_set *set, const struct rule *rule,
                          enum tongue tongue);
/* The feature's label, or words made from its aggregate, value and span: "number of different imsi
 * in 24h". */
void text_add_feature_label(struct text *text, const struct rule_set *set, unsigned profile,
                            unsigned feature, enum tongue tongue);

/* What a rule asks of money that moved: "received in 24h from reported accounts, up to hop 2".
 * `flow` is an EXPR_FLOW. */
void text_add_flow_label(struct text *text, const struct expr *flow, enum tongue tongue);

/* What it takes to remember one profile.  The rule room does not know how memory lies: whoever
 * does says so (engine_memory). */
enum { QUIET_EVENTS = 8 };
struct memory_cost {
    uint64_t event_size;
    uint64_t quiet_size;   /* of an entity with QUIET_EVENTS events */
    uint64_t busiest_size; /* of one with as many as it can have */
};
/* A table: per profile the bytes per event, per quiet entity, per busiest entity; per rule the
 * steps per record. */
void text_add_costs(struct text *text, const struct rule_set *set,
                    const struct memory_cost *of_profile, enum tongue tongue);
