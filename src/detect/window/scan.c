/* scan.c -- answers for an entity with few events: look at each of them.
 *
 * Most numbers make a handful of calls a day.  Their events lie in two or three cache lines, and
 * looking at all of them for every feature is cheaper than keeping anything else.
 *
 * Invariant:  a scan looks at most at SMALL_EVENTS_MAX events; what holds more is busy (busy.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/window_inside.h"
#include "ground/status.h"

/* The events in the window of one feature, and how to look at them. */
struct stretch {
    const uint64_t *event; /* the first */
    uint32_t count;
    uint32_t stride;
    uint32_t flags_at;
    uint32_t value_at;
    uint32_t bit;
};

static bool counts(const struct stretch *stretch, const uint64_t *event)
{
    return (event[stretch->flags_at] >> stretch->bit & 1u) != 0;
}

static uint32_t scan_count(const struct stretch *stretch)
{
    uint64_t count = 0;
    const uint64_t *event = stretch->event + stretch->flags_at;
    for (uint32_t i = 0; i < stretch->count; i++, event += stretch->stride)
        count += *event >> stretch->bit & 1u;
    return (uint32_t)count;
}

/* The counted events' values, in order. */
static uint32_t scan_values(const struct stretch *stretch, uint64_t value[SMALL_EVENTS_MAX])
{
    uint32_t count = 0;
    const uint64_t *event = stretch->event;
    for (uint32_t i = 0; i < stretch->count; i++, event += stretch->stride) {
        value[count] = event[stretch->value_at];
        count += (uint32_t)(event[stretch->flags_at] >> stretch->bit) & 1u;
    }
    return count;
}

static uint64_t scan_sum(const struct stretch *stretch, bool mean)
{
    uint64_t value[SMALL_EVENTS_MAX];
    uint32_t count = scan_values(stretch, value);
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += number_of(value[i]);
    return bits_of(!mean ? sum : count == 0 ? (double)NAN : sum / count);
}

static uint32_t scan_distinct(const struct stretch *stretch)
{
    uint64_t value[SMALL_EVENTS_MAX];
    uint32_t count = scan_values(stretch, value);
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < count; i++) {
        /* The different ones are gathered at the front. */
        uint32_t at = 0;
        while (at < distinct && value[at] != value[i])
            at++;
        value[at] = value[i];
        distinct += at == distinct;
    }
    return distinct;
}

static uint64_t scan_top(const struct stretch *stretch)
{
    uint64_t value[SMALL_EVENTS_MAX];
    uint32_t often[SMALL_EVENTS_MAX];
    uint32_t count = scan_values(stretch, value);
    uint32_t distinct = 0;
    uint32_t most = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = 0;
        while (at < distinct && value[at] != value[i])
            at++;
        if (at == distinct) {
            value[at] = value[i];
            often[at] = 0;
            distinct++;
        }
        if (++often[at] > most)
            most = often[at];
    }
    return bits_of(count == 0 ? (double)NAN : (double)most / count);
}

static uint64_t scan_order(const struct stretch *stretch, const struct window_feature *feature)
{
    uint64_t value[SMALL_EVENTS_MAX];
    double sorted[SMALL_EVENTS_MAX];
    uint32_t count = scan_values(stretch, value);
    if (count == 0)
        return bits_of((double)NAN);
    for (uint32_t i = 0; i < count; i++) {
        double number = number_of(value[i]);
        uint32_t at = i;
        for (; at > 0 && sorted[at - 1] > number; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = number;
    }
    if (feature->measure == MEASURE_MIN)
        return bits_of(sorted[0]);
    if (feature->measure == MEASURE_MAX)
        return bits_of(sorted[count - 1]);
    return bits_of(sorted[quantile_place(feature->quantile, count)]);
}

static uint64_t scan_extreme(const struct stretch *stretch, bool largest)
{
    uint64_t value[SMALL_EVENTS_MAX];
    uint32_t count = scan_values(stretch, value);
    if (count == 0)
        return bits_of((double)NAN);
    double best = number_of(value[0]);
    for (uint32_t i = 1; i < count; i++) {
        double number = number_of(value[i]);
        if (largest ? number > best : number < best)
            best = number;
    }
    return bits_of(best);
}

/* The last event of the stretch is the one in hand. */
static uint64_t scan_fresh(const struct stretch *stretch, bool own)
{
    if (!own || stretch->count == 0)
        return WINDOW_UNKNOWN;
    const uint64_t *last = stretch->event + (size_t)(stretch->count - 1) * stretch->stride;
    if (!counts(stretch, last))
        return WINDOW_UNKNOWN;
    const uint64_t *event = stretch->event;
    for (; event < last; event += stretch->stride)
        if (counts(stretch, event) && event[stretch->value_at] == last[stretch->value_at])
            return WINDOW_FALSE;
    return WINDOW_TRUE;
}

static const uint64_t *scan_last(const struct stretch *stretch)
{
    for (uint32_t i = stretch->count; i > 0; i--) {
        const uint64_t *event = stretch->event + (size_t)(i - 1) * stretch->stride;
        if (counts(stretch, event))
            return event;
    }
    return NULL;
}

static const uint64_t *scan_first(const struct stretch *stretch)
{
    const uint64_t *event = stretch->event;
    for (uint32_t i = 0; i < stretch->count; i++, event += stretch->stride)
        if (counts(stretch, event))
            return event;
    return NULL;
}

static uint64_t scan_place(const struct stretch *stretch, const struct block *block,
                           const struct window_feature *feature, int64_t at_ms)
{
    const uint64_t *event =
        feature->measure == MEASURE_FIRST ? scan_first(stretch) : scan_last(stretch);
    if (event == NULL)
        return nothing_of(feature);
    if (feature->measure == MEASURE_SINCE)
        return bits_of((double)(at_ms - event_ms(block, event)));
    return event[stretch->value_at];
}

static uint64_t scan_read(const struct stretch *stretch, const struct block *block,
                          const struct window_feature *feature, int64_t at_ms, bool own)
{
    switch (feature->measure) {
    case MEASURE_COUNT:
        return bits_of(scan_count(stretch));
    case MEASURE_SUM:
    case MEASURE_MEAN:
        return scan_sum(stretch, feature->measure == MEASURE_MEAN);
    case MEASURE_MIN:
    case MEASURE_MAX:
        return scan_extreme(stretch, feature->measure == MEASURE_MAX);
    case MEASURE_DISTINCT:
        return bits_of(scan_distinct(stretch));
    case MEASURE_FIRST:
    case MEASURE_LAST:
    case MEASURE_SINCE:
        return scan_place(stretch, block, feature, at_ms);
    case MEASURE_TOP:
        return scan_top(stretch);
    case MEASURE_FRESH:
        return scan_fresh(stretch, own);
    case MEASURE_QUANTILE:
        return scan_order(stretch, feature);
    case MEASURES_COUNT:
        break;
    }
    must(!"a measure of measures.inc");
    return 0;
}

static void read_small(const struct window *window, struct block *block, int64_t at_ms,
                       const struct window_want *want, unsigned wants_count, unsigned lane,
                       bool own)
{
    const uint64_t *events = events_at(window, block);
    uint32_t stride = window->stride;
    uint64_t after = word_after(block->base_ms, at_ms);
    uint32_t head = block->end;
    while (head > block->start && events[(size_t)(head - 1) * stride] >= after)
        head--;
    int64_t span_ms = -1;
    uint32_t tail = head;
    uint32_t events_count = (uint32_t)(block->end - block->start);
    for (unsigned i = 0; i < wants_count; i++) {
        const struct window_feature *feature = &window->plan.feature[want[i].feature];
        if (events_count < want[i].needed) {
            want[i].into[lane] = bound_of(feature, events_count);
            continue;
        }
        if (feature->span_ms != span_ms) { /* wants come in order of their spans */
            tail = feature->span_ms > span_ms ? tail : head;
            span_ms = feature->span_ms;
            uint64_t from = word_after(block->base_ms, at_ms - span_ms);
            while (tail > block->start && events[(size_t)(tail - 1) * stride] >= from)
                tail--;
        }
        struct stretch stretch = {
            .event = events + (size_t)tail * stride,
            .count = head - tail,
            .stride = stride,
            .flags_at = window->flags_at,
            .value_at = window->values_at + feature->value,
            .bit = feature->bit,
        };
        want[i].into[lane] = scan_read(&stretch, block, feature, at_ms, own);
    }
}

void window_read(const struct window *window, const struct window_slot *slot, int64_t at_ms,
                 const struct window_want *want, unsigned wants_count, unsigned lane, bool own)
{
    if (slot == NULL || slot->block == 0) {
        for (unsigned i = 0; i < wants_count; i++)
            want[i].into[lane] = nothing_of(&window->plan.feature[want[i].feature]);
        return;
    }
    struct block *block = block_at(window, slot->block);
    if (window->geometry[block->class].busy)
        busy_read(window, block, at_ms, want, wants_count, lane, own);
    else
        read_small(window, block, at_ms, want, wants_count, lane, own);
}
