/* pipeline.h -- register, engine and alert desk, put together: the one place where stages meet. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"
#include "ground/dump.h"
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

/* Everything that changes, as bytes (engine.h says what): between two batches, or in a child that
 * was forked between two.  STATUS_FULL: no pages; any status of the sink. */
enum status pipeline_export(const struct pipeline *pipeline, struct dump_sink sink);

/* Which parts of a dump are taken over; the others are read and checked, and left as they are. */
enum pipeline_parts {
    PIPELINE_REGISTRY = 1, /* of a pipeline whose registry is empty */
    PIPELINE_ENGINE = 2,
    PIPELINE_DESK = 4,
    PIPELINE_ALL = 7
};

/* Goes on where the exporting pipeline was; with the same rule set, on any number of threads,
 * exactly as that would have.  A new rule set is brought up so: PIPELINE_REGISTRY of now, then the
 * old records that its new profiles need, then PIPELINE_ENGINE and _DESK at the moment of the
 * change.  `taken` may be NULL.  STATUS_MALFORMED: not a dump, or damaged; STATUS_FULL; what the
 * source says.  After a failure the pipeline is good for nothing but pipeline_close. */
enum status pipeline_import(struct pipeline *pipeline, struct undump_source source, unsigned parts,
                            struct engine_taken *taken);
