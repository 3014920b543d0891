/* metrics.c -- the table of figures, and its text.
 *
 * Invariants:  1. A counter that was read never falls.
 *              2. Of a histogram, the bucket +Inf is the count. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "vitals/metrics.h"

#include <stdatomic.h>

/* Upper bounds in microseconds; the last bucket has none. */
static const int64_t BOUNDS[METRIC_BUCKETS - 1] = {
    100,   250,    500,    1000,   2000,    5000,    10000,    20000,
    50000, 100000, 250000, 500000, 1000000, 5000000, 30000000,
};

struct series {
    _Atomic int64_t value; /* of a histogram: the sum in microseconds */
    _Atomic uint64_t bucket[METRIC_BUCKETS];
};

struct metrics {
    const struct metric *table;
    size_t count;
    struct series (*series)[METRIC_LABELS_MAX];
};

enum status metrics_create(struct metrics **out, const struct metric *table, size_t count,
                           struct arena *boot)
{
    struct metrics *metrics;
    TRY(ARENA_NEW(boot, 1, &metrics));
    TRY(ARENA_NEW(boot, count, &metrics->series));
    metrics->table = table;
    metrics->count = count;
    *out = metrics;
    return STATUS_OK;
}

static struct series *series_of(const struct metrics *metrics, size_t metric, unsigned label)
{
    must(metric < metrics->count);
    must(label < METRIC_LABELS_MAX);
    return &metrics->series[metric][label];
}

void metrics_add(struct metrics *metrics, size_t metric, unsigned label, uint64_t more)
{
    (void)atomic_fetch_add_explicit(&series_of(metrics, metric, label)->value, (int64_t)more,
                                    memory_order_relaxed);
}

void metrics_set(struct metrics *metrics, size_t metric, unsigned label, int64_t value)
{
    atomic_store_explicit(&series_of(metrics, metric, label)->value, value, memory_order_relaxed);
}

void metrics_observe(struct metrics *metrics, size_t metric, unsigned label, int64_t microseconds)
{
    struct series *series = series_of(metrics, metric, label);
    unsigned bucket = 0;
    while (bucket < METRIC_BUCKETS - 1 && microseconds > BOUNDS[bucket])
        bucket++;
    (void)atomic_fetch_add_explicit(&series->bucket[bucket], 1, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&series->value, microseconds, memory_order_relaxed);
}

int64_t metrics_quantile(const struct metrics *metrics, size_t metric, unsigned label,
                         unsigned thousandths)
{
    const struct series *series = series_of(metrics, metric, label);
    uint64_t bucket[METRIC_BUCKETS];
    uint64_t all = 0;
    for (unsigned i = 0; i < METRIC_BUCKETS; i++) {
        bucket[i] = atomic_load_explicit(&series->bucket[i], memory_order_relaxed);
        all += bucket[i];
    }
    uint64_t below = 0;
    for (unsigned i = 0; i < METRIC_BUCKETS - 1; i++) {
        below += bucket[i];
        if (all != 0 && below * 1000 >= all * thousandths)
            return BOUNDS[i];
    }
    return -1;
}

/* ---- the text ---- */

static void add_micro(struct text *text, int64_t microseconds)
{
    text_addf(text, "%lld.%06lld", (long long)(microseconds / 1000000),
              (long long)(microseconds % 1000000));
}

static void add_label(struct text *text, const struct metric *metric, struct slice value,
                      const char *bound)
{
    if (value.size == 0 && bound == NULL)
        return;
    text_add_char(text, '{');
    if (value.size != 0)
        text_addf(text, "%s=\"%.*s\"%s", metric->label, (int)value.size, value.at,
                  bound == NULL ? "" : ",");
    if (bound != NULL)
        text_addf(text, "le=\"%s\"", bound);
    text_add_char(text, '}');
}

static void add_histogram(struct text *text, const struct metric *metric, struct slice value,
                          const struct series *series)
{
    uint64_t below = 0;
    for (unsigned i = 0; i < METRIC_BUCKETS; i++) {
        char bound[32] = "+Inf";
        below += atomic_load_explicit(&series->bucket[i], memory_order_relaxed);
        if (i < METRIC_BUCKETS - 1) {
            struct text seconds = text_over(bound, sizeof bound);
            add_micro(&seconds, BOUNDS[i]);
        }
        text_addf(text, "%s_bucket", metric->name);
        add_label(text, metric, value, bound);
        text_addf(text, " %llu\n", (unsigned long long)below);
    }
    text_addf(text, "%s_sum", metric->name);
    add_label(text, metric, value, NULL);
    text_add_char(text, ' ');
    add_micro(text, atomic_load_explicit(&series->value, memory_order_relaxed));
    text_addf(text, "\n%s_count", metric->name);
    add_label(text, metric, value, NULL);
    text_addf(text, " %llu\n", (unsigned long long)below);
}

static void add_value(struct text *text, const struct metric *metric, struct slice value,
                      const struct series *series)
{
    if (metric->type == METRIC_HISTOGRAM) {
        add_histogram(text, metric, value, series);
        return;
    }
    int64_t number = atomic_load_explicit(&series->value, memory_order_relaxed);
    text_addf(text, "%s%s", metric->name,
              metric->type == METRIC_COUNTER ? "_total"
              : metric->type == METRIC_INFO  ? "_info"
                                             : "");
    add_label(text, metric, value, NULL);
    text_add_char(text, ' ');
    if (metric->type == METRIC_INFO)
        text_add_char(text, '1');
    else if (metric->type == METRIC_GAUGE && strcmp(metric->unit, "seconds") == 0)
        text_addf(text, "%lld.%03lld", (long long)(number / 1000), (long long)(number % 1000));
    else
        text_add_whole(text, number);
    text_add_char(text, '\n');
}

static void add_metric(struct text *text, const struct metrics *metrics, size_t at)
{
    static const char *const TYPES[] = {"counter", "gauge", "histogram", "info"};
    const struct metric *metric = &metrics->table[at];
    text_addf(text, "# TYPE %s %s\n", metric->name, TYPES[metric->type]);
    if (metric->unit[0] != '\0')
        text_addf(text, "# UNIT %s %s\n", metric->name, metric->unit);
    text_addf(text, "# HELP %s %s\n", metric->name, metric->help);
    const char *values = metric->values;
    for (unsigned label = 0; label < METRIC_LABELS_MAX; label++) {
        struct slice value = {values, strcspn(values, "|")};
        add_value(text, metric, value, &metrics->series[at][label]);
        if (values[value.size] == '\0')
            return;
        values += value.size + 1;
    }
}

void text_add_metrics(struct text *text, const struct metrics *metrics)
{
    for (size_t i = 0; i < metrics->count; i++)
        add_metric(text, metrics, i);
    text_add_string(text, "# EOF\n");
}
