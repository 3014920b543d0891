/* told.h -- for tests, fuzz targets and the bench: records told in one line, rules in a string.
 *
 *   told(stage, "call time=09:15 caller=+861 callee=+862 duration=30 imei=35000000000001")
 *
 * A time is a clock time of day 0 (2026-03-02, UTC+8), `3d09:15` of a later day; seconds and
 * milliseconds may follow.  Durations are seconds, money is decimal, lists are parted by `;`. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine.h"
#include "ground/arena.h"
#include <stdio.h>
#include <stdlib.h>

#define DAY_ZERO_MS 1772380800000 /* 2026-03-02T00:00+08:00 */

struct stage {
    struct arena *boot;
    struct arena *image;
    struct arena *records;
    const struct rule_set *set;
    struct registry *registry;
    struct engine *engine;
    unsigned threads;
    size_t memory_max;
    uint64_t line;
    struct text out; /* findings, one a line */
    enum status sink_says;
    bool brief; /* only position and rule */
    bool (*wants)(void *self, const struct finding *finding); /* NULL: all evidence */
};

static inline moment told_time(struct slice word)
{
    char form[64] = {0};
    int days = 0, hours = 0, minutes = 0;
    double seconds = 0;
    memcpy(form, word.at, word.size < sizeof form - 1 ? word.size : sizeof form - 1);
    const char *clock = strchr(form, 'd');
    if (clock != NULL)
        (void)sscanf(form, "%d", &days);
    (void)sscanf(clock != NULL ? clock + 1 : form, "%d:%d:%lf", &hours, &minutes, &seconds);
    double ms = seconds > 0 && seconds < 1e6 ? seconds * 1000.0 + 0.5 : 0;
    days = days < 0 ? 0 : days > 9999 ? 9999 : days; /* within the years that can be written */
    hours = hours < 0 || hours > 99 ? 0 : hours;
    minutes = minutes < 0 || minutes > 99 ? 0 : minutes;
    return (moment){DAY_ZERO_MS + (int64_t)days * DAY_MS + (int64_t)hours * HOUR_MS +
                    (int64_t)minutes * MINUTE_MS + (int64_t)ms};
}

static inline int64_t told_whole(const char *form, double units)
{
    double number = strtod(form, NULL) * units;
    if (!(number > -9e15 && number < 9e15))
        return 0;
    return (int64_t)(number < 0 ? number - 0.5 : number + 0.5);
}

static inline ident told_name(struct slice *word, enum field_type type)
{
    if (word->size > IDENT_BYTES_MAX)
        word->size = IDENT_BYTES_MAX;
    if (type == FIELD_IMEI && word->size > 14)
        word->size = 14;
    return ident_of(*word);
}

static inline struct ident_list *told_list(struct stage *stage, struct slice word,
                                           enum field_type type)
{
    struct ident_list *list;
    ident *at;
    struct slice *text;
    must(ARENA_NEW(stage->records, 1, &list) == STATUS_OK);
    must(ARENA_NEW(stage->records, RECORD_NAMED_MAX, &at) == STATUS_OK);
    must(ARENA_NEW(stage->records, RECORD_NAMED_MAX, &text) == STATUS_OK);
    while (word.size > 0 && list->count < RECORD_NAMED_MAX) {
        const char *end = memchr(word.at, ';', word.size);
        struct slice one = {word.at, end == NULL ? word.size : (size_t)(end - word.at)};
        word.at += one.size + (end != NULL);
        word.size -= one.size + (end != NULL);
        if (one.size == 0)
            continue;
        at[list->count] = told_name(&one, type);
        text[list->count++] = one;
    }
    list->at = at;
    list->text = text;
    return list;
}

/* A word that does not belong to the kind is passed over. */
static inline void told_field(struct stage *stage, struct record *record, struct slice name,
                              struct slice word)
{
    unsigned field;
    if (word.size == 0 || !field_find(record->kind, name, &field))
        return;
    enum field_type type = kind_schema(record->kind)->fields[field].type;
    union value *value = &record->field[field];
    char form[64] = {0};
    memcpy(form, word.at, word.size < sizeof form - 1 ? word.size : sizeof form - 1);
    switch (type) {
    case FIELD_TIME:
        value->whole = told_time(word).ms;
        break;
    case FIELD_DURATION:
        value->whole = told_whole(form, 1000.0);
        break;
    case FIELD_MONEY:
        value->whole = told_whole(form, 100.0);
        break;
    case FIELD_COUNT:
        value->whole = strtoll(form, NULL, 10);
        break;
    case FIELD_DEGREES:
        value->real = strtod(form, NULL);
        if (!(value->real >= -180 && value->real <= 180))
            return;
        break;
    case FIELD_CHOICE:
        if (!choice_find(record->kind, field, word, &value->whole))
            return;
        break;
    case FIELD_PHONES:
    case FIELD_ACCOUNTS:
        value->names = told_list(stage, word, type);
        break;
    default:
        value->name = told_name(&word, type);
        record->text[field] = word;
        break;
    }
    record->known |= 1u << field;
}

/* The record, or NULL if it lacks a field that it must have; lent for the life of the stage.
 * `line` must live as long. */
static inline struct record *told_record(struct stage *stage, struct slice line)
{
    struct record *record;
    must(ARENA_NEW(stage->records, 1, &record) == STATUS_OK);
    record->at = MOMENT_NONE;
    bool first = true;
    while (line.size > 0) {
        const char *end = memchr(line.at, ' ', line.size);
        struct slice word = {line.at, end == NULL ? line.size : (size_t)(end - line.at)};
        line.at += word.size + (end != NULL);
        line.size -= word.size + (end != NULL);
        const char *equals = memchr(word.at, '=', word.size);
        if (first && !kind_find(word, &record->kind))
            return NULL;
        first = false;
        if (equals == NULL)
            continue;
        struct slice name = {word.at, (size_t)(equals - word.at)};
        told_field(stage, record, name, (struct slice){equals + 1, word.size - name.size - 1});
    }
    const struct kind_schema *schema = kind_schema(record->kind);
    for (unsigned f = 0; f < schema->fields_count; f++)
        if (schema->fields[f].must && !record_knows(record, f))
            return NULL;
    if (schema->group == GROUP_EVENT)
        record->at = (moment){record->field[0].whole};
    record->position = position_of(0, ++stage->line);
    record_seal(record);
    return record;
}

/* One line: position, rule, subject, score, grade, conditions with values, against, positions. */
static inline void told_finding(struct text *out, const struct finding *finding)
{
    text_addf(out, "%llu ", (unsigned long long)position_line(finding->record->position));
    text_add(out, finding->rule->name);
    text_add_string(out, " ");
    text_add(out, finding->subject_text);
    text_addf(out, " %.17g %s%s", finding->score, grade_name(finding->grade),
              finding->bounded ? " bounded" : "");
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        const struct evidence *evidence = &finding->evidence[i];
        text_add_string(out, " {");
        text_add(out, evidence->condition);
        if (evidence->compared) {
            text_add_string(out, ": ");
            text_add(out, evidence->value_text);
            text_add_string(out, " | ");
            text_add(out, evidence->threshold_text);
        }
        text_add_string(out, "}");
    }
    for (uint32_t i = 0; i < finding->against_count; i++) {
        text_add_string(out, " but ");
        text_add(out, finding->against[i].against->text[TONGUE_EN]);
        text_add_string(out, "=");
        text_add(out, finding->against[i].value_text);
    }
    for (uint32_t i = 0; i < finding->positions_count; i++)
        text_addf(out, "%s%llu", i == 0 ? " @" : ",",
                  (unsigned long long)position_line(finding->position[i]));
    text_add_string(out, "\n");
}

static inline enum status told_take(void *self, const struct finding *finding)
{
    struct stage *stage = self;
    if (stage->brief) {
        text_addf(&stage->out, "%llu ",
                  (unsigned long long)position_line(finding->record->position));
        text_add(&stage->out, finding->rule->name);
        text_add_string(&stage->out, "\n");
    } else {
        told_finding(&stage->out, finding);
    }
    return stage->sink_says;
}

enum { TOLD_OUT_SIZE = 8 << 20 };

/* Arenas and an empty registry; registers are told before stage_rules. */
static inline void stage_init(struct stage *stage, unsigned threads, size_t memory_max)
{
    *stage = (struct stage){.threads = threads, .memory_max = memory_max};
    must(arena_create(&stage->boot, (size_t)4 << 30) == STATUS_OK);
    must(arena_create(&stage->image, (size_t)1 << 30) == STATUS_OK);
    must(arena_create(&stage->records, (size_t)8 << 30) == STATUS_OK);
    must(registry_create(&stage->registry, (size_t)256 << 20, stage->boot) == STATUS_OK);
    void *out;
    must(pages_take(TOLD_OUT_SIZE, &out) == STATUS_OK);
    stage->out = text_over(out, TOLD_OUT_SIZE);
}

static inline void stage_release(struct stage *stage)
{
    engine_destroy(stage->engine);
    registry_destroy(stage->registry);
    pages_give_back(stage->out.at, TOLD_OUT_SIZE);
    arena_destroy(stage->records);
    arena_destroy(stage->image);
    arena_destroy(stage->boot);
}

/* STATUS_MALFORMED: not a rule set. */
static inline enum status stage_rules(struct stage *stage, struct slice source, struct diags *diags)
{
    struct rule_file *file;
    TRY(ARENA_NEW(stage->image, 1, &file));
    *file = (struct rule_file){SLICE("told.cut"), source};
    TRY(rules_check(file, 1, stage->image, diags, &stage->set));
    struct engine_options options = {
        .set = stage->set,
        .registry = stage->registry,
        .threads = stage->threads,
        .memory_max = stage->memory_max,
        .zone_minutes = 480,
        .findings = {.take = told_take, .self = stage, .wants = stage->wants},
    };
    return engine_create(&stage->engine, &options, stage->boot);
}
