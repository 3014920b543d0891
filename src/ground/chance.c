/* chance.c -- SplitMix64, and the distributions drawn from it.
 *
 * Invariants:  1. A seed decides every bit of every stream, on every machine.  So of libm only
 *                 sqrt() and frexp() are used, which are exact; log() is not, and differs between
 *                 processors.  For the same reason the build turns contraction of sums off.
 *              2. chance_below() is exactly even: the few draws that would favour low numbers are
 *                 thrown away.
 * Not chosen:  a generator with a longer period.  2^64 draws are more than a city makes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "chance.h"

#include "status.h"
#include <math.h>

/* The finalizer of SplitMix64: every bit of the input changes about half of the output. */
static uint64_t mixed(uint64_t bits)
{
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EBu;
    return bits ^ bits >> 31;
}

struct chance chance_seeded(uint64_t seed)
{
    return (struct chance){seed};
}

struct chance chance_branch(struct chance from, uint64_t purpose)
{
    /* Mixed twice, so that seeds 1, 2, 3 and purposes 1, 2, 3 do not meet in one stream. */
    return (struct chance){mixed(mixed(from.state + 0x632BE59BD9B4E019u) + mixed(~purpose))};
}

uint64_t chance_bits(struct chance *chance)
{
    chance->state += 0x9E3779B97F4A7C15u;
    return mixed(chance->state);
}

uint64_t chance_below(struct chance *chance, uint64_t below)
{
    must(below > 0);
    /* Lemire 2019: the high half is even once low halves under 2^64 % below are refused. */
    unsigned __int128 product = (unsigned __int128)chance_bits(chance) * below;
    if ((uint64_t)product < below) {
        uint64_t refused = -below % below;
        while ((uint64_t)product < refused)
            product = (unsigned __int128)chance_bits(chance) * below;
    }
    return (uint64_t)(product >> 64);
}

double chance_unit(struct chance *chance)
{
    return (double)(chance_bits(chance) >> 11) * 0x1p-53;
}

double chance_between(struct chance *chance, double low, double high)
{
    return low + (high - low) * chance_unit(chance);
}

/* The natural logarithm of a positive normal number, from exactly rounded operations only: the
 * exponent apart, the rest by the series of 2 artanh((m - 1) / (m + 1)), whose 12th term is under
 * 2^-60. */
static double natural_log(double number)
{
    int exponent;
    double m = frexp(number, &exponent); /* exact */
    if (m < 0.70710678118654752440) {
        m *= 2;
        exponent--;
    }
    double s = (m - 1) / (m + 1);
    double square = s * s;
    double sum = 0;
    for (int odd = 23; odd >= 1; odd -= 2)
        sum = sum * square + 1.0 / odd;
    return 2 * s * sum + exponent * 0.69314718055994530942;
}

double chance_normal(struct chance *chance)
{
    /* Marsaglia's polar method.  The second value of the pair is dropped: a stream that kept it
     * would have hidden state.  About 1 try in 5 is refused; 64 in a row do not happen. */
    for (int tries = 0; tries < 64; tries++) {
        double x = 2 * chance_unit(chance) - 1;
        double y = 2 * chance_unit(chance) - 1;
        double square = x * x + y * y;
        if (square > 0 && square < 1)
            return x * sqrt(-2 * natural_log(square) / square);
    }
    return 0;
}

double chance_wait(struct chance *chance, double mean)
{
    return -mean * natural_log(1 - chance_unit(chance)); /* 1 - u is never 0 */
}
