/* recall.c -- an answer from a list of values, for an entity as it was.
 *
 * What lies in memory may be ahead of the record that is asked about: the whole batch has been fed.
 * Where that matters somebody walks back through the events, leaves out what came later, and hands
 * over the values that count.
 *
 * Invariant:  the answer is that of scan.c and busy.c over the same events.
 * Not chosen:  taking the later events out and putting them in again.  An entity that has lost
 *              events for their sake would not get them back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/window_inside.h"
#include "ground/status.h"
#include <stdlib.h>

static int number_compare(const void *a, const void *b)
{
    double x = number_of(*(const uint64_t *)a);
    double y = number_of(*(const uint64_t *)b);
    return (x > y) - (x < y);
}

static int bits_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static double sum_of(const struct window_counted *counted)
{
    double sum = 0;
    for (uint32_t i = 0; i < counted->count; i++)
        sum += number_of(counted->value[i]);
    return sum;
}

/* Different values, and how often the commonest occurs. */
static uint32_t distinct_of(const struct window_counted *counted, uint32_t *most)
{
    uint32_t distinct = 0;
    uint32_t often = 0;
    *most = 0;
    qsort(counted->value, counted->count, sizeof *counted->value, bits_compare);
    for (uint32_t i = 0; i < counted->count; i++) {
        bool another = i == 0 || counted->value[i] != counted->value[i - 1];
        distinct += another;
        often = another ? 1 : often + 1;
        *most = often > *most ? often : *most;
    }
    return distinct;
}

static uint64_t fresh_of(const struct window_counted *counted)
{
    if (!counted->own)
        return WINDOW_UNKNOWN;
    for (uint32_t i = 0; i + 1 < counted->count; i++)
        if (counted->value[i] == counted->value[counted->count - 1])
            return WINDOW_FALSE;
    return WINDOW_TRUE;
}

static uint64_t order_of(const struct window_feature *feature, const struct window_counted *counted)
{
    qsort(counted->value, counted->count, sizeof *counted->value, number_compare);
    if (feature->measure == MEASURE_MIN)
        return counted->value[0];
    if (feature->measure == MEASURE_MAX)
        return counted->value[counted->count - 1];
    return counted->value[quantile_place(feature->quantile, counted->count)];
}

uint64_t window_recall(const struct window_feature *feature, const struct window_counted *counted,
                       int64_t at_ms)
{
    uint32_t count = counted->count;
    uint32_t most;
    if (count == 0)
        return nothing_of(feature);
    switch (feature->measure) {
    case MEASURE_COUNT:
        return bits_of((double)count);
    case MEASURE_SUM:
        return bits_of(sum_of(counted));
    case MEASURE_MEAN:
        return bits_of(sum_of(counted) / count);
    case MEASURE_DISTINCT:
        return bits_of((double)distinct_of(counted, &most));
    case MEASURE_TOP:
        (void)distinct_of(counted, &most);
        return bits_of((double)most / count);
    case MEASURE_FRESH:
        return fresh_of(counted);
    case MEASURE_FIRST:
        return counted->value[0];
    case MEASURE_LAST:
        return counted->value[count - 1];
    case MEASURE_SINCE:
        return bits_of((double)(at_ms - counted->last_ms));
    case MEASURE_MIN:
    case MEASURE_MAX:
    case MEASURE_QUANTILE:
        return order_of(feature, counted);
    case MEASURES_COUNT:
        break;
    }
    must(!"a measure of measures.inc");
    return 0;
}
