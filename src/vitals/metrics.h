/* metrics.h -- figures of the service for whoever watches it, as OpenMetrics text.
 *
 * What there is to count is one table of the program's; labels are a closed list there, so a phone
 * number or an account can never become one.  Adding is one atomic step, from any thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_INFO };

enum { METRIC_LABELS_MAX = 32, METRIC_BUCKETS = 16 };

struct metric {
    const char *name; /* without _total, _bucket … */
    enum metric_type type;
    const char *unit;   /* "seconds", "bytes", or "" */
    const char *label;  /* "" for none */
    const char *values; /* of the label, with bars between */
    const char *help;
};

struct metrics;

enum status metrics_create(struct metrics **out, const struct metric *table, size_t count,
                           struct arena *boot);
/* `label`: which of the values; 0 where there is none. */
void metrics_add(struct metrics *metrics, size_t metric, unsigned label, uint64_t more);
/* A counter that is kept elsewhere, or a gauge.  Gauges in seconds are given in milliseconds. */
void metrics_set(struct metrics *metrics, size_t metric, unsigned label, int64_t value);
/* Into a histogram of seconds. */
void metrics_observe(struct metrics *metrics, size_t metric, unsigned label, int64_t microseconds);
/* The smallest bucket bound, in microseconds, at or below which so many thousandths of what was
 * observed lie; -1: nothing was, or they lie above the largest. */
int64_t metrics_quantile(const struct metrics *metrics, size_t metric, unsigned label,
                         unsigned thousandths);
void text_add_metrics(struct text *text, const struct metrics *metrics);
