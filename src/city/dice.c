/* dice.c -- draws from the distributions that a city needs, over ground/chance.
 *
 * libm gives a last bit that differs between machines and releases, and one bit moves a call by a
 * millisecond and all that follows.  So logarithm and power are made here from + - * / on doubles,
 * which IEEE 754 fixes to the last bit; the house is compiled without contraction into fused
 * operations. They are good to about 1e-9, and the shape of a made-up city needs no more.
 *
 * The order of two draws within one expression is the compiler's choice, so nobody draws twice in
 * one argument list or initializer.
 *
 * Invariant:   the same stream gives the same draws on any machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

#define LN_2 0.69314718055994530942

struct chance city_stream(const struct city *city, uint32_t purpose, uint64_t a, uint64_t b)
{
    struct chance stream = chance_branch(city->root, purpose);
    stream = chance_branch(stream, a + 1);
    return chance_branch(stream, b + 1);
}

uint64_t dice_mix(uint64_t word)
{
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

/* log2 of x > 0: the exponent, and atanh's series on a mantissa near 1. */
static double log_2(double x)
{
    int exponent = 0;
    while (x >= 1.5) {
        x *= 0.5;
        exponent++;
    }
    while (x < 0.75) {
        x *= 2;
        exponent--;
    }
    double t = (x - 1) / (x + 1);
    double square = t * t;
    static const double OVER[] = {1,       1.0 / 3,  1.0 / 5,  1.0 / 7,
                                  1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15};
    double sum = 0;
    for (int k = 7; k >= 0; k--)
        sum = sum * square + OVER[k];
    return exponent + 2 * t * sum / LN_2;
}

/* 2 to the x, for |x| < 200: whole steps, and the series of e^y for a small y. */
static double power_of_2(double x)
{
    int whole = (int)x;
    double y = (x - whole) * LN_2;
    static const double OVER[] = {0,        1,        1.0 / 2,  1.0 / 3, 1.0 / 4,
                                  1.0 / 5,  1.0 / 6,  1.0 / 7,  1.0 / 8, 1.0 / 9,
                                  1.0 / 10, 1.0 / 11, 1.0 / 12, 1.0 / 13};
    double sum = 1;
    for (int k = 13; k >= 1; k--)
        sum = 1 + sum * y * OVER[k];
    double step = whole < 0 ? 0.5 : 2;
    for (int n = whole < 0 ? -whole : whole; n > 0; n >>= 1) {
        if (n & 1)
            sum *= step;
        step *= step;
    }
    return sum;
}

bool dice_yes(struct chance *c, double probability)
{
    return chance_unit(c) < probability;
}

int64_t dice_whole(struct chance *c, int64_t low, int64_t high)
{
    must(low <= high);
    return low + (int64_t)chance_below(c, (uint64_t)(high - low) + 1);
}

double dice_log_uniform(struct chance *c, double low, double high)
{
    return low * power_of_2(chance_unit(c) * log_2(high / low));
}

int64_t dice_log_whole(struct chance *c, double low, double high)
{
    return (int64_t)dice_log_uniform(c, low, high + 0.999);
}

double dice_log_normal(struct chance *c, double median, double sigma)
{
    return median * power_of_2(chance_normal(c) * sigma / LN_2);
}

uint32_t dice_count(struct chance *c, double mean)
{
    if (mean <= 0)
        return 0;
    if (mean > 30) {
        double root = power_of_2(log_2(mean) / 2);
        double drawn = mean + root * chance_normal(c) + 0.5;
        return drawn < 0 ? 0 : (uint32_t)drawn;
    }
    double floor = power_of_2(-mean / LN_2);
    double product = chance_unit(c);
    uint32_t count = 0;
    while (product > floor) {
        product *= chance_unit(c);
        count++;
    }
    return count;
}

uint32_t dice_weighted(struct chance *c, const uint16_t *weights, uint32_t count)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += weights[i];
    uint64_t drawn = chance_below(c, total);
    for (uint32_t i = 0; i < count; i++) {
        if (drawn < weights[i])
            return i;
        drawn -= weights[i];
    }
    must(false);
    return 0;
}

int64_t dice_time_of_day(struct chance *c, const uint16_t hours[24])
{
    int64_t hour = dice_weighted(c, hours, 24);
    return hour * HOUR_MS + (int64_t)chance_below(c, HOUR_MS);
}
