/* interval.c -- Wilson's interval, and the bootstrap for what has no formula.
 *
 * F1 is no share of anything, so its interval is found by drawing the cases again (Efron, 1979):
 * from n cases, of which so many were found, false or missed, n are drawn with replacement, 2,000
 * times. The cases are subjects, never rows: one gateway with a thousand calls is one gateway.
 *
 * Invariants:  1. low <= value <= high for a share; all within 0 and 1.
 *              2. Same seed, same interval.
 *
 * Not chosen:  the usual p ± 1.96·√(p(1−p)/n), which says "certain" of three out of three. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "interval.h"

#include <math.h>
#include <stdlib.h>

#define Z95 1.959963984540054

enum { DRAWS_EXACT_MAX = 4096 };

static double clamp_unit(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

struct estimate share_estimate(uint64_t part, uint64_t whole)
{
    must(part <= whole);
    if (whole == 0)
        return (struct estimate){0};
    double n = (double)whole;
    double p = (double)part / n;
    double z2 = Z95 * Z95;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double reach = Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    double low = part == 0 ? 0 : clamp_unit(middle - reach);
    double high = part == whole ? 1 : clamp_unit(middle + reach);
    return (struct estimate){true, p, low, high};
}

double f1_of(struct case_counts cases)
{
    uint64_t whole = 2 * cases.found + cases.false_ones + cases.missed;
    return whole == 0 ? 0 : (double)(2 * cases.found) / (double)whole;
}

/* How many of `n` draws hit something of which there are `part` in `whole`: drawn one by one, or
 * for many from the normal distribution that they then follow. */
static uint64_t hits_drawn(uint64_t n, uint64_t part, uint64_t whole, struct chance *chance)
{
    if (n == 0 || part == 0)
        return 0;
    if (part == whole)
        return n;
    if (n <= DRAWS_EXACT_MAX) {
        uint64_t hits = 0;
        for (uint64_t i = 0; i < n; i++)
            hits += chance_below(chance, whole) < part;
        return hits;
    }
    double p = (double)part / (double)whole;
    double mean = (double)n * p;
    double hits = round(mean + sqrt(mean * (1 - p)) * chance_normal(chance));
    return hits < 0 ? 0 : hits > (double)n ? n : (uint64_t)hits;
}

struct case_counts cases_drawn_again(struct case_counts cases, struct chance *chance)
{
    uint64_t n = cases.found + cases.false_ones + cases.missed;
    struct case_counts drawn;
    drawn.found = hits_drawn(n, cases.found, n, chance);
    uint64_t left = n - drawn.found;
    drawn.false_ones = hits_drawn(left, cases.false_ones, cases.false_ones + cases.missed, chance);
    drawn.missed = left - drawn.false_ones;
    return drawn;
}

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

int compare_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

struct estimate bootstrap_estimate(double value, double *rounds, size_t count)
{
    must(count >= 40);
    qsort(rounds, count, sizeof *rounds, compare_double);
    return (struct estimate){true, value, rounds[count / 40], rounds[count - 1 - count / 40]};
}

int64_t quantile_of(const int64_t *sorted, size_t count, double q)
{
    must(count > 0);
    size_t nth = (size_t)ceil(q * (double)count);
    return sorted[nth == 0 ? 0 : nth - 1];
}
