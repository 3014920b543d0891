/* cost_inside.h -- what is remembered and computed, in bytes and steps. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/syntax.h"

/* Bytes of one remembered event of the profile. */
uint64_t profile_event_size(const struct rule_set *set, const struct profile *profile);
/* Bytes of an entity that remembers `events`. */
uint64_t profile_entity_size(const struct rule_set *set, const struct profile *profile,
                             uint64_t events);
/* Different values that the profile's events hold. */
uint32_t profile_values_count(const struct rule_set *set, const struct profile *profile);
/* Whether an earlier feature of the profile holds the same value already. */
bool feature_shares_value(const struct rule_set *set, const struct profile *profile,
                          uint32_t feature);
/* Operations that the rule may take at one record of its kind. */
uint64_t rule_steps(const struct rule *rule);
