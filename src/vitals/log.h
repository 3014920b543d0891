/* log.h -- what the service says of itself: JSON lines, from a list of events and fields.
 *
 *   {"timestamp":"2026-03-02T09:00:00.000+08:00","level":"info","event_type":"listening",
 *    "message":"requests are answered at this address","address":"127.0.0.1","port":8470}
 *
 * log.schema.json is made of events.inc and log_fields.inc and allows nothing else. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/clock.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DETAIL };

/* clang-format off */
enum log_event {
#define EVENT(name, level, says) EVENT_##name,
#include "vitals/events.inc"
#undef EVENT
    EVENTS_COUNT
};

enum log_field {
#define FIELD(name, type, says) LOG_FIELD_##name,
#include "vitals/log_fields.inc"
#undef FIELD
    LOG_FIELDS_COUNT
};
/* clang-format on */

struct log_value {
    enum log_field field;
    int64_t whole;
    struct slice text;
};

struct log {
    enum log_level level;
    struct clock clock;
    int32_t zone_minutes;
    /* Whole lines, from any thread. */
    void (*take)(void *self, struct slice line);
    void *self;
};

/* Writes the event if the log's level lets it through. */
void log_write(const struct log *log, enum log_event event, const struct log_value *values,
               size_t count);
#define LOG(log, event, ...)                                                 \
    log_write((log), EVENT_##event, (const struct log_value[]){__VA_ARGS__}, \
              sizeof((const struct log_value[]){__VA_ARGS__}) / sizeof(struct log_value))
#define LOG_WHOLE(name, number)                               \
    {                                                         \
        .field = LOG_FIELD_##name, .whole = (int64_t)(number) \
    }
#define LOG_TEXT(name, slice)                      \
    {                                              \
        .field = LOG_FIELD_##name, .text = (slice) \
    }

/* The schema of the lines. */
void text_add_log_schema(struct text *text);
