/* rate.h -- how many in a hundred thousand, and how sure that is.
 *
 *   count of population ──> rate, least, most     in thousandths of one in 100,000
 *
 * The interval is Wilson's score interval at 95 % (E. B. Wilson, Probable inference, the law of
 * succession, and statistical inference, J. Am. Stat. Assoc. 22, 1927): it lies within 0 and all,
 * and says something also where nothing was counted.
 *
 * Whole numbers alone: the same count gives the same figure on every machine, to the last digit.
 * The ends are rounded outwards, the rate half up. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

enum { RATE_PER = 100000, RATE_PARTS = 1000 };

struct rate {
    int64_t count, population;
    int64_t value, least, most; /* thousandths of one in 100,000 */
};

/* STATUS_MALFORMED: nobody lives there, a number below zero, or more counted than people;
 * STATUS_FULL: more people than can be counted (2^40). */
enum status rate_of(int64_t count, int64_t population, struct rate *out);

/* How two places stand to each other, by their intervals; a place below `ranked_least` events is
 * never ranked. */
enum rate_order { RATE_UNRANKED, RATE_LOWER, RATE_NOT_APART, RATE_HIGHER };
enum rate_order rate_compare(const struct rate *a, const struct rate *b, int64_t ranked_least);
/* "12.345" */
void text_add_rate(struct text *text, int64_t parts);
