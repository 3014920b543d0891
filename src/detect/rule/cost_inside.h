/* cost_inside.h -- what rules compute, and what features share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/syntax.h"

/* Whether an earlier feature of the profile holds the same value already. */
bool feature_shares_value(const struct rule_set *set, const struct profile *profile,
                          uint32_t feature);
/* Accounts that its questions about money may look at, at one record of its kind. */
uint64_t rule_accounts(const struct rule *rule);
/* Operations that the rule may take at one record of its kind. */
uint64_t rule_steps(const struct rule *rule);
