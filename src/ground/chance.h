/* chance.h -- the seam to randomness: a stream that a seed decides.
 *
 * SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).  Same seed, same stream, on every machine.  Not for
 * keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

struct chance {
    uint64_t state;
};

struct chance chance_seeded(uint64_t seed);
/* A stream of its own for a named purpose, so that one more draw here changes nothing there. */
struct chance chance_branch(struct chance from, uint64_t purpose);
uint64_t chance_bits(struct chance *chance);
/* Evenly from 0 .. below-1; below > 0. */
uint64_t chance_below(struct chance *chance, uint64_t below);
/* Evenly from [0, 1). */
double chance_unit(struct chance *chance);
double chance_between(struct chance *chance, double low, double high);
/* Standard normal. */
double chance_normal(struct chance *chance);
/* Exponential with the given mean. */
double chance_wait(struct chance *chance, double mean);
