/* numeral.h -- figures as they are published, in whole numbers: 68.9万起, 3.4万余名, 近52%.
 *
 * Invariants:  1. A value is rounded once, from its exact form; nothing is rounded twice.
 *              2. What was lost is said: 约, 余, 近, or "about", "more than", "nearly".
 *              3. No floating point: the same figure everywhere. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"
#include "ground/tongue.h"

enum unit {
#define UNIT(name, zh, one, several) UNIT_##name,
#include "report/units.inc"
#undef UNIT
    UNITS_COUNT
};

enum rule {
#define RULE(name, power, decimals, rounding) RULE_##name,
#include "report/rules.inc"
#undef RULE
    RULES_COUNT
};

/* The largest value; so that ratios of ratios stay within 127 bits. */
enum { NUMERAL_DIGITS_MAX = 17 };
#define NUMERAL_MAX 100000000000000000

struct numeral {
    int64_t value; /* 0 .. NUMERAL_MAX, in `per` parts of a unit */
    int64_t per;   /* 1; 100 for fen */
    enum unit unit;
    enum rule rule;
    bool approximate; /* who told it said so */
};

/* 3.4万余名; "more than 34,000 persons". */
void text_add_numeral(struct text *text, const struct numeral *numeral, enum tongue tongue);

/* part / whole as a percentage; whole > 0.  At most `decimals` (0, 1) behind the point. */
struct ratio {
    __int128 part, whole;
};

struct ratio rate_growth(int64_t now, int64_t before);                  /* before > 0 */
struct ratio rate_change(int64_t now, int64_t before, int64_t earlier); /* both > 0 */
struct ratio rate_share(int64_t part, int64_t whole);
struct ratio rate_minus(struct ratio a, struct ratio b);
/* The rate without its sign: "5.8".  Negative: the exact one is smaller, 0: it is that. */
int text_add_percent(struct text *text, struct ratio rate, unsigned decimals);
/* 近52%; "nearly 52%": whole percent, below one percent a decimal. */
void text_add_near_percent(struct text *text, struct ratio rate, enum tongue tongue);
const char *unit_word(enum unit unit, enum tongue tongue, bool several);
