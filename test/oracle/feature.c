/* feature.c -- what a feature says of an entity, counted anew from all that happened to it.
 *
 * docs/language.md, section 3: the events with time in (t - span, t] that have arrived so far. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle_inside.h"

#include <math.h>

size_t feature_events(const struct view *view, unsigned profile, unsigned feature, ident entity)
{
    const struct events *events = &view->oracle->events[profile];
    const struct event **out = events->order;
    int64_t now_ms = view->record->at.ms;
    int64_t span_ms = view->oracle->set->profile[profile].feature[feature].span_ms;
    size_t count = 0;
    for (size_t i = 0; i < events->count; i++) {
        const struct event *event = &events->at[i];
        if (!ident_equal(event->entity, entity) || event->fallen)
            continue;
        if ((event->counted >> feature & 1) == 0)
            continue;
        if (event->record->at.ms <= now_ms - span_ms || event->record->at.ms > now_ms)
            continue;
        /* Events come by arrival; put this one behind those of its time and before. */
        size_t at = count++;
        for (; at > 0 && out[at - 1]->record->at.ms > event->record->at.ms; at--)
            out[at] = out[at - 1];
        out[at] = event;
    }
    return count;
}

static struct answer of_number(double number)
{
    return (struct answer){.known = true, .number = number};
}

/* How many of the events have this value. */
static size_t same_count(const struct event **event, size_t count, unsigned f, struct answer value)
{
    size_t same = 0;
    for (size_t i = 0; i < count; i++)
        same += answers_equal(event[i]->value[f], value);
    return same;
}

static double sum_of(const struct event **event, size_t count, unsigned f)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += event[i]->value[f].number;
    return sum;
}

static double distinct_of(const struct event **event, size_t count, unsigned f)
{
    double distinct = 0;
    for (size_t i = 0; i < count; i++)
        distinct += same_count(event, i, f, event[i]->value[f]) == 0;
    return distinct;
}

static struct answer top_of(const struct event **event, size_t count, unsigned f)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t same = same_count(event, count, f, event[i]->value[f]);
        most = same > most ? same : most;
    }
    return count == 0 ? UNKNOWN : of_number((double)most / (double)count);
}

static struct answer fresh_of(const struct view *view, const struct event **event, size_t count,
                              unsigned f)
{
    for (size_t i = 0; i < count; i++)
        if (event[i]->arrival == view->arrival)
            return of_number(same_count(event, count, f, event[i]->value[f]) == 1);
    return UNKNOWN;
}

/* The value that `rank` others do not exceed, from 0. */
static struct answer ranked(const struct event **event, size_t count, unsigned f, size_t rank)
{
    for (size_t i = 0; i < count; i++) {
        size_t below = 0, equal = 0;
        for (size_t k = 0; k < count; k++) {
            below += event[k]->value[f].number < event[i]->value[f].number;
            equal += event[k]->value[f].number == event[i]->value[f].number;
        }
        if (below <= rank && rank < below + equal)
            return event[i]->value[f];
    }
    return UNKNOWN;
}

static struct answer quantile_of(const struct event **event, size_t count, unsigned f, double q)
{
    double rank = ceil(q * (double)count);
    if (rank < 1)
        rank = 1;
    if (rank > (double)count)
        rank = (double)count;
    return count == 0 ? UNKNOWN : ranked(event, count, f, (size_t)rank - 1);
}

static struct answer aggregate(const struct view *view, const struct feature *feature, unsigned f,
                               const struct event **event, size_t count)
{
    double n = (double)count;
    switch (feature->aggregate) {
    case AGGREGATE_count:
        return of_number(n);
    case AGGREGATE_sum:
        return of_number(sum_of(event, count, f));
    case AGGREGATE_mean:
        return count == 0 ? UNKNOWN : of_number(sum_of(event, count, f) / n);
    case AGGREGATE_min:
        return ranked(event, count, f, 0);
    case AGGREGATE_max:
        return count == 0 ? UNKNOWN : ranked(event, count, f, count - 1);
    case AGGREGATE_distinct:
        return of_number(distinct_of(event, count, f));
    case AGGREGATE_first:
        return count == 0 ? UNKNOWN : event[0]->value[f];
    case AGGREGATE_last:
        return count == 0 ? UNKNOWN : event[count - 1]->value[f];
    case AGGREGATE_since:
        return count == 0
                   ? UNKNOWN
                   : of_number((double)(view->record->at.ms - event[count - 1]->record->at.ms));
    case AGGREGATE_top:
        return top_of(event, count, f);
    case AGGREGATE_fresh:
        return fresh_of(view, event, count, f);
    case AGGREGATE_quantile:
        return quantile_of(event, count, f, feature->quantile);
    default:
        must(!"an aggregate");
        return UNKNOWN;
    }
}

struct answer feature_read(const struct view *view, unsigned profile, unsigned feature,
                           ident entity)
{
    const struct profile *of = &view->oracle->set->profile[profile];
    const struct feature *read = &of->feature[feature];
    if (!ident_known(entity))
        return UNKNOWN;
    size_t count = feature_events(view, profile, feature, entity);
    struct answer answer =
        aggregate(view, read, feature, view->oracle->events[profile].order, count);
    if (answer.known && !isfinite(answer.number))
        return UNKNOWN;
    uint32_t all = 0;
    for (uint32_t k = 0; k < of->keys_count; k++)
        all |= (read->kinds >> of->key[k].kind & 1u) << k;
    if (answer.known && count > 0)
        view->oracle->counts->seen
            .reads[read->aggregate][read->roles != all][read->where != NULL]++;
    return answer;
}
