/* pipeline.h -- register, engine and alert desk, put together: the one place where stages meet. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"
#include "settings.h"

struct pipeline_options {
    const struct rule_set *set;
    const struct settings *settings;
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

/* Stays where it is while it lives.  STATUS_FULL. */
enum status pipeline_open(struct pipeline *pipeline, const struct pipeline_options *options,
                          struct arena *boot);
/* Records of all groups: registers to the register, events to the engine, truth to nobody. */
enum status pipeline_take(struct pipeline *pipeline, const struct record *records, size_t count);
/* Says why a run ended so.  EXIT_FAILED. */
enum exit_code pipeline_complain(const struct command *command, const struct settings *settings,
                                 enum status status);
void pipeline_close(struct pipeline *pipeline);
