/* nearest.c -- the distance between two words: letters added, left out, changed, or swapped with
 * their neighbour (optimal string alignment).  A third of the letters may be wrong, at least one.
 * */
/* SPDX-License-Identifier: Apache-2.0 */
#include "nearest.h"

#include <stddef.h>
#include <string.h>

enum { WORD_MAX = 32 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned distance_between(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned cost[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a_size; i++)
        cost[i][0] = (unsigned)i;
    for (size_t j = 0; j <= b_size; j++)
        cost[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_size; i++) {
        for (size_t j = 1; j <= b_size; j++) {
            unsigned changed = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            unsigned added = least(cost[i - 1][j], cost[i][j - 1]) + 1;
            cost[i][j] = least(changed, added);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a_size][b_size];
}

struct nearest nearest_to(const char *written)
{
    size_t size = strlen(written);
    unsigned allowed = size < 4 ? 1 : (unsigned)size / 3;
    return (struct nearest){.written = written, .distance = allowed + 1};
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
    size_t a = strlen(nearest->written);
    size_t b = strlen(candidate);
    if (a > WORD_MAX || b > WORD_MAX)
        return;
    unsigned distance = distance_between(nearest->written, a, candidate, b);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->best = candidate;
    }
}
