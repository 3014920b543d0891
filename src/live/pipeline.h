/* pipeline.h -- register, engine and alert desk, put together: the one place where stages meet. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"
#include "register/register.h"

struct pipeline_options {
    const struct rule_set *set;
    unsigned threads;     /* 1 .. THREADS_MAX */
    int32_t zone_minutes; /* for hour() and weekday() */
    size_t memory_max;
    struct alert_sink alerts;
    struct finding_sink listener; /* hears each finding before the desk does; take NULL: nobody */
};

struct pipeline {
    struct registry *registry;
    struct alert_desk *desk;
    struct engine *engine;
    struct finding_sink listener, to_desk;
};

struct pipeline_counts {
    struct engine_counts engine;
    struct alert_counts desk;
};

/* Stays where it is while it lives.  STATUS_FULL. */
enum status pipeline_open(struct pipeline *pipeline, const struct pipeline_options *options,
                          struct arena *boot);
/* Records of all groups: registers to the register, events to the engine, truth to nobody. */
enum status pipeline_take(struct pipeline *pipeline, const struct record *records, size_t count);
void pipeline_count(const struct pipeline *pipeline, struct pipeline_counts *out);
void pipeline_close(struct pipeline *pipeline);
