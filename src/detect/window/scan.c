/* scan.c -- answers for an entity with few events: look at each of them.
 *
 * Most numbers make a handful of calls a day.  Their events lie in a few cache lines, and looking
 * at all of them is cheaper than keeping anything else.  Their flags are looked at once for all
 * questions: turned about, they say for each flag which events have it.
 *
 *   event     0    1    2    3          set of flag a: 1011, of flag b: 0110
 *   flags     a    ab   b    a          in the window of a feature: those bits from tail to head
 *
 * Invariant:  a scan looks at most at SMALL_EVENTS_MAX events; what holds more is busy (busy.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/window_inside.h"
#include "ground/status.h"

static_assert(SMALL_EVENTS_MAX <= 64, "a set of events is one word");

/* The events of an entity, and which of them count in the window of one feature. */
struct stretch {
    const uint64_t *event; /* the entity's first */
    uint32_t stride;
    uint32_t value_at;
    uint64_t set;
};

static const uint64_t *event_of(const struct stretch *stretch, uint32_t place)
{
    return stretch->event + (size_t)place * stretch->stride;
}

static uint32_t scan_count(const struct stretch *stretch)
{
    return (uint32_t)__builtin_popcountll(stretch->set);
}

/* The counted events' values, in order. */
static uint32_t scan_values(const struct stretch *stretch, uint64_t value[SMALL_EVENTS_MAX])
{
    uint32_t count = 0;
    for (uint64_t left = stretch->set; left != 0; left &= left - 1)
        value[count++] = event_of(stretch, (uint32_t)__builtin_ctzll(left))[stretch->value_at];
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

/* `own`: the last event of the window, which is the one in hand; 0: there is none. */
static uint64_t scan_fresh(const struct stretch *stretch, uint64_t own)
{
    if ((stretch->set & own) == 0)
        return WINDOW_UNKNOWN;
    uint64_t value = event_of(stretch, (uint32_t)__builtin_ctzll(own))[stretch->value_at];
    for (uint64_t left = stretch->set & ~own; left != 0; left &= left - 1)
        if (event_of(stretch, (uint32_t)__builtin_ctzll(left))[stretch->value_at] == value)
            return WINDOW_FALSE;
    return WINDOW_TRUE;
}

static uint64_t scan_place(const struct stretch *stretch, const struct block *block,
                           const struct window_feature *feature, int64_t at_ms)
{
    if (stretch->set == 0)
        return nothing_of(feature);
    unsigned place = feature->measure == MEASURE_FIRST
                         ? (unsigned)__builtin_ctzll(stretch->set)
                         : 63u - (unsigned)__builtin_clzll(stretch->set);
    const uint64_t *event = event_of(stretch, place);
    if (feature->measure == MEASURE_SINCE)
        return bits_of((double)(at_ms - event_ms(block, event)));
    return event[stretch->value_at];
}

static uint64_t scan_read(const struct stretch *stretch, const struct block *block,
                          const struct window_feature *feature, int64_t at_ms, uint64_t own)
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

/* Per flag the events that have it. */
static void sets_find(const struct window *window, const struct block *block, const uint64_t *first,
                      uint64_t set[WINDOW_BITS_MAX])
{
    uint64_t known = window->flags_at == 0 ? ((uint64_t)1 << FLAG_BITS) - 1 : UINT64_MAX;
    const uint64_t *event = first + window->flags_at;
    memset(set, 0, window->plan.bits_count * sizeof *set);
    for (uint32_t i = 0; i < (uint32_t)(block->end - block->start); i++, event += window->stride)
        for (uint64_t flags = *event & known; flags != 0; flags &= flags - 1)
            set[__builtin_ctzll(flags)] |= (uint64_t)1 << i;
}

/* The places below. */
static uint64_t below(uint32_t place)
{
    return place >= 64 ? UINT64_MAX : ((uint64_t)1 << place) - 1;
}

static void read_small(const struct window *window, struct block *block, int64_t at_ms,
                       const struct window_want *want, unsigned wants_count, unsigned lane,
                       bool own)
{
    uint64_t set[WINDOW_BITS_MAX];
    uint32_t stride = window->stride;
    const uint64_t *first = events_at(window, block) + (size_t)block->start * stride;
    uint64_t after = word_after(block->base_ms, at_ms);
    uint32_t events_count = (uint32_t)(block->end - block->start);
    uint32_t head = events_count;
    while (head > 0 && first[(size_t)(head - 1) * stride] >= after)
        head--;
    uint64_t last = own && head > 0 ? (uint64_t)1 << (head - 1) : 0;
    int64_t span_ms = -1;
    uint32_t tail = head;
    sets_find(window, block, first, set);
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
            while (tail > 0 && first[(size_t)(tail - 1) * stride] >= from)
                tail--;
        }
        struct stretch stretch = {
            .event = first,
            .stride = stride,
            .value_at = window->values_at + feature->value,
            .set = set[feature->bit] & below(head) & ~below(tail),
        };
        want[i].into[lane] = scan_read(&stretch, block, feature, at_ms, last & ~below(tail));
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
