/* range_inside.h -- between which bounds a value lies, for all that is known before any record. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/syntax.h"

struct range {
    double low, high; /* both may be reached */
};

/* Of an amount that is known; any other expression may be anything. */
struct range range_of(const struct rule_set *set, const struct rule *rule, const struct expr *expr);

enum verdict { VERDICT_OPEN, VERDICT_TRUE, VERDICT_FALSE };

/* What a comparison comes to, if that can be said without a record. */
enum verdict range_compare(enum expr_kind comparison, struct range a, struct range b);
