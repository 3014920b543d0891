/* rate.c -- Wilson's interval in whole numbers.
 *
 *   n of N, z:    2n + z² ∓ z √(z² + 4n(N − n)/N)
 *                 ───────────────────────────────
 *                         2 (N + z²)
 *
 * With z = 196/100 everything is multiplied by 10,000; the root is taken of a number of at most 120
 * bits, rounded up, so that the interval is never too narrow.
 *
 * Not chosen:  the exact (Clopper-Pearson, Garwood) interval.  It needs quantiles of the beta or
 *              gamma distribution, which no two libraries round alike, and is wider than 95 %. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/area/rate.h"

typedef unsigned __int128 wide;

enum { Z = 196, Z_UNIT = 100, UNIT = Z_UNIT * Z_UNIT, ROOT_SCALE = 1000000 };
static const int64_t POPULATION_MAX = INT64_C(1) << 40;

/* The largest whole number whose square is at most this. */
static wide root(wide square)
{
    wide low = 0, high = (wide)1 << 64;
    while (low + 1 < high) {
        wide middle = low + (high - low) / 2;
        if (middle * middle <= square)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* z √(z² + 4n(N − n)/N), times UNIT and ROOT_SCALE, rounded up. */
static wide spread(wide count, wide population)
{
    wide inside = (wide)Z * Z * population + 4 * count * (population - count) * UNIT;
    wide scaled = inside * ROOT_SCALE / population * ROOT_SCALE; /* times UNIT */
    return (root(scaled) + 1) * Z;                               /* times Z_UNIT each */
}

enum status rate_of(int64_t count, int64_t population, struct rate *out)
{
    if (count < 0 || population <= 0 || count > population)
        return STATUS_MALFORMED;
    if (population > POPULATION_MAX)
        return STATUS_FULL;
    wide n = (wide)count, all = (wide)population;
    wide parts = (wide)RATE_PER * RATE_PARTS;
    wide middle = (2 * n * UNIT + (wide)Z * Z) * ROOT_SCALE, apart = spread(n, all);
    wide under = 2 * (all * UNIT + (wide)Z * Z) * ROOT_SCALE;
    wide least = middle > apart ? (middle - apart) * parts / under : 0;
    wide most = ((middle + apart) * parts + under - 1) / under;
    wide value = (2 * n * parts + all) / (2 * all);
    *out = (struct rate){
        .count = count,
        .population = population,
        .value = (int64_t)value,
        .least = count == 0 ? 0 : (int64_t)(least < value ? least : value),
        .most = (int64_t)(most > parts || count == population ? parts : most),
    };
    return STATUS_OK;
}

enum rate_order rate_compare(const struct rate *a, const struct rate *b, int64_t ranked_least)
{
    if (a->count < ranked_least || b->count < ranked_least)
        return RATE_UNRANKED;
    if (a->most < b->least)
        return RATE_LOWER;
    return a->least > b->most ? RATE_HIGHER : RATE_NOT_APART;
}

void text_add_rate(struct text *text, int64_t parts)
{
    text_addf(text, "%lld.%03d", (long long)(parts / RATE_PARTS), (int)(parts % RATE_PARTS));
}
