/* case.c -- reads and writes a pair as a text.
 *
 * Invariant:  what text_add_case() writes, case_read() reads to the same records. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- reading ---- */

/* Takes what stands before `end` off the front; all of it if there is none. */
static struct slice cut(struct slice *rest, char end)
{
    const char *at = rest->size == 0 ? NULL : memchr(rest->at, end, rest->size);
    struct slice taken = {rest->at, at == NULL ? rest->size : (size_t)(at - rest->at)};
    size_t gone = at == NULL ? taken.size : taken.size + 1;
    *rest = (struct slice){rest->at + gone, rest->size - gone};
    return taken;
}

static double number_of(struct slice word)
{
    char room[64];
    struct text text = text_over(room, sizeof room);
    text_add(&text, word);
    return strtod(room, NULL);
}

static enum status read_names(struct slice value, struct arena *arena, struct ident_list **out)
{
    struct ident_list *list;
    ident *names;
    struct slice *spelled;
    TRY(ARENA_NEW(arena, 1, &list));
    TRY(ARENA_NEW(arena, RECORD_NAMED_MAX, &names));
    TRY(ARENA_NEW(arena, RECORD_NAMED_MAX, &spelled));
    while (value.size > 0) {
        if (list->count == RECORD_NAMED_MAX)
            return STATUS_MALFORMED;
        spelled[list->count] = cut(&value, ';');
        names[list->count] = ident_of(spelled[list->count]);
        list->count++;
    }
    list->at = names;
    list->text = spelled;
    *out = list;
    return STATUS_OK;
}

static enum status read_field(struct record *record, struct slice word, struct arena *arena)
{
    struct slice name = cut(&word, '=');
    unsigned field;
    if (!field_find(record->kind, name, &field))
        return STATUS_MALFORMED;
    union value *value = &record->field[field];
    switch (field_held(kind_schema(record->kind)->fields[field].type)) {
    case HELD_WHOLE:
        value->whole = (int64_t)number_of(word);
        break;
    case HELD_REAL:
        value->real = number_of(word);
        break;
    case HELD_NAME:
        record->text[field] = word;
        value->name = ident_of(word);
        break;
    case HELD_NAMES:
        TRY(read_names(word, arena, &value->names));
        break;
    }
    record->known |= 1u << field;
    return STATUS_OK;
}

static enum status read_record(struct slice line, struct stream *stream, struct arena *arena)
{
    struct record record = {.at = MOMENT_NONE};
    struct slice word = cut(&line, ' ');
    if (word.size > 0 && word.at[0] >= '0' && word.at[0] <= '9') {
        struct slice file = cut(&word, ':');
        record.position = position_of((uint32_t)number_of(file), (uint64_t)number_of(word));
        word = cut(&line, ' ');
    }
    if (!kind_find(word, &record.kind))
        return STATUS_MALFORMED;
    while (line.size > 0)
        TRY(read_field(&record, cut(&line, ' '), arena));
    if (kind_schema(record.kind)->group == GROUP_EVENT)
        record.at.ms = record.field[0].whole;
    record_seal(&record);
    if (kind_schema(record.kind)->group == GROUP_REGISTER) {
        if (stream->rows_count == STREAM_ROWS_MAX)
            return STATUS_FULL;
        stream->row[stream->rows_count++] = record;
        return STATUS_OK;
    }
    if (stream->records_count == STREAM_RECORDS_MAX)
        return STATUS_FULL;
    stream->record[stream->records_count++] = record;
    return STATUS_OK;
}

static enum status read_bounds(struct slice line, struct bounds *bounds)
{
    while (line.size > 0) {
        struct slice word = cut(&line, ' ');
        struct slice name = cut(&word, '=');
        if (slice_equal(name, SLICE("flow_accounts_max")))
            bounds->flow_accounts_max = (uint32_t)number_of(word);
        else if (slice_equal(name, SLICE("events_max")))
            bounds->events_max = (uint32_t)number_of(word);
        else if (slice_equal(name, SLICE("small_max")))
            bounds->small_max = (uint32_t)number_of(word);
        else if (slice_equal(name, SLICE("zone_minutes")))
            bounds->zone_minutes = (int32_t)number_of(word);
        else
            return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

enum status case_read(struct slice text, struct arena *arena, struct slice *rules,
                      struct stream *stream, struct bounds *bounds)
{
    *bounds = (struct bounds){.events_max = ENTITY_EVENTS_MAX,
                              .small_max = 32,
                              .zone_minutes = 480,
                              .flow_accounts_max = FLOW_ACCOUNTS_MAX};
    stream->rows_count = 0;
    stream->records_count = 0;
    *rules = (struct slice){text.at, 0};
    bool in_rules = true;
    while (text.size > 0) {
        struct slice line = cut(&text, '\n');
        if (in_rules) {
            in_rules = !slice_equal(line, SLICE("----"));
            if (in_rules)
                rules->size = (size_t)(text.at - rules->at);
            continue;
        }
        if (line.size == 0)
            continue;
        if (slice_starts(line, SLICE("bounds ")))
            TRY(read_bounds((struct slice){line.at + 7, line.size - 7}, bounds));
        else
            TRY(read_record(line, stream, arena));
    }
    return STATUS_OK;
}

/* ---- writing ---- */

static void add_record(struct text *text, const struct record *record)
{
    const struct kind_schema *schema = kind_schema(record->kind);
    if (schema->group == GROUP_EVENT)
        text_addf(text, "%u:%llu ", position_file(record->position),
                  (unsigned long long)position_line(record->position));
    text_add_string(text, schema->name);
    for (unsigned f = 0; f < schema->fields_count; f++) {
        if (!record_knows(record, f))
            continue;
        text_addf(text, " %s=", schema->fields[f].name);
        if (field_held(schema->fields[f].type) == HELD_WHOLE)
            text_add_whole(text, record->field[f].whole);
        else
            text_add_field(text, record, f);
    }
    text_add_char(text, '\n');
}

void text_add_case(struct text *text, const struct program *program, const struct stream *stream,
                   const struct bounds *bounds)
{
    text_add_program(text, program);
    text_addf(text, "----\nbounds events_max=%u small_max=%u zone_minutes=%d",
              bounds->events_max, bounds->small_max, bounds->zone_minutes);
    text_addf(text, " flow_accounts_max=%u\n", bounds->flow_accounts_max);
    for (uint32_t i = 0; i < stream->rows_count; i++)
        add_record(text, &stream->row[i]);
    for (uint32_t i = 0; i < stream->records_count; i++)
        add_record(text, &stream->record[i]);
}
