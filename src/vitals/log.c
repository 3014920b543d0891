/* log.c -- one event, one line.
 *
 * A line is made in the stack of whoever says it and handed over whole, so lines of several threads
 * never mix.  A value that does not fit is cut between code points; the line stays JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "vitals/log.h"

enum { LINE_BYTES_MAX = 2048, VALUE_BYTES_MAX = 200 };

static const char *const LEVELS[] = {"error", "warning", "info", "detail"};

/* clang-format off */
static const struct {
    const char *name;
    enum log_level level;
    const char *says;
} EVENTS[EVENTS_COUNT] = {
#define EVENT(name, level, says) {#name, LOG_##level, says},
#include "vitals/events.inc"
#undef EVENT
};

enum field_type { FIELD_TEXT, FIELD_WHOLE };

static const struct {
    const char *name;
    enum field_type type;
    const char *says;
} FIELDS[LOG_FIELDS_COUNT] = {
#define FIELD(name, type, says) {#name, FIELD_##type, says},
#include "vitals/log_fields.inc"
#undef FIELD
};
/* clang-format on */

/* At most so many bytes of it, whole code points. */
static struct slice cut(struct slice slice)
{
    char room[VALUE_BYTES_MAX + 1];
    if (slice.size <= VALUE_BYTES_MAX)
        return slice;
    struct text text = text_over(room, sizeof room);
    text_add(&text, slice);
    return (struct slice){slice.at, text.size};
}

void log_write(const struct log *log, enum log_event event, const struct log_value *values,
               size_t count)
{
    if (EVENTS[event].level > log->level || log->take == NULL)
        return;
    char bytes[LINE_BYTES_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_string(&text, "{\"timestamp\":\"");
    text_add_moment(&text, log->clock.now(log->clock.self), log->zone_minutes);
    text_addf(&text,
              "\",\"level\":\"%s\",\"event_type\":\"%s\",\"message\":", LEVELS[EVENTS[event].level],
              EVENTS[event].name);
    text_add_json(&text, slice_of(EVENTS[event].says));
    for (size_t i = 0; i < count; i++) {
        struct log_value value = values[i];
        text_addf(&text, ",\"%s\":", FIELDS[value.field].name);
        if (FIELDS[value.field].type == FIELD_WHOLE)
            text_add_whole(&text, value.whole);
        else
            text_add_json(&text, cut(value.text));
    }
    text_add_string(&text, "}\n");
    must(!text.full); /* few fields, each cut */
    log->take(log->self, text_slice(&text));
}

void text_add_log_schema(struct text *text)
{
    text_add_string(text, "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                          "  \"title\": \"A line of the log of cutline serve\",\n"
                          "  \"type\": \"object\",\n  \"additionalProperties\": false,\n"
                          "  \"required\": [\"timestamp\", \"level\", \"event_type\", "
                          "\"message\"],\n  \"properties\": {\n"
                          "    \"timestamp\": {\"type\": \"string\", \"format\": \"date-time\"},\n"
                          "    \"level\": {\"enum\": [\"error\", \"warning\", \"info\", "
                          "\"detail\"]},\n    \"message\": {\"type\": \"string\"},\n"
                          "    \"event_type\": {\"enum\": [");
    for (unsigned i = 0; i < EVENTS_COUNT; i++)
        text_addf(text, "%s\"%s\"", i == 0 ? "" : ", ", EVENTS[i].name);
    text_add_string(text, "]}");
    for (unsigned i = 0; i < LOG_FIELDS_COUNT; i++)
        text_addf(text, ",\n    \"%s\": {\"type\": \"%s\", \"description\": \"%s\"}",
                  FIELDS[i].name, FIELDS[i].type == FIELD_WHOLE ? "integer" : "string",
                  FIELDS[i].says);
    text_add_string(text, "\n  }\n}\n");
}
