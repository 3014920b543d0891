/* outside.c -- where expressions look beyond their record.
 *
 * Invariant:  nothing here changes what is remembered; a busy entity may move the ends of its
 *             running answers, which no answer shows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/outside.h"

#include "detect/engine/past.h"
#include <math.h>

/* ---- entities ---- */

const struct visit *visit_by_key(const struct engine *engine, unsigned profile, unsigned row,
                                 uint8_t key)
{
    const struct tending *tending = &engine->batch.tending[profile];
    for (uint32_t i = tending->first[row]; i < tending->after[row]; i++)
        if (tending->visit[i].look == NO_COLUMN &&
            ((unsigned)tending->visit[i].to.roles >> key & 1u) != 0)
            return &tending->visit[i];
    return NULL;
}

static uint64_t unknown_of(enum class class)
{
    if (class == CLASS_NAME)
        return 0;
    if (class == CLASS_TRUTH)
        return UNKNOWN_;
    double nan = (double)NAN;
    uint64_t bits;
    memcpy(&bits, &nan, sizeof bits);
    return bits;
}

uint64_t outside_read(const struct frame *frame, unsigned read, uint32_t lane, uint64_t name)
{
    const struct engine *engine = frame->engine;
    const struct read_image *image = &engine->image->read[read];
    const struct look_image *look = &engine->image->look[image->look];
    unsigned row = frame->row[lane];
    if (look->key != NO_KEY) {
        const struct visit *visit = look->key == SEQUENCE_KEY
                                        ? frame->tried
                                        : visit_by_key(engine, image->profile, row, look->key);
        name = visit == NULL ? 0 : visit->to.key;
    }
    if (name == 0)
        return unknown_of(image->class);
    struct past past;
    past_init(&past, engine, image->profile, row, name);
    return past_read(&past, image->feature, engine->batch.record[row]->at.ms);
}

/* ---- registers ---- */

/* The row that a name leads to, or for persons who it is. */
static const struct record *row_of(const struct engine *engine, struct look_up look_up, ident name,
                                   ident *person)
{
    ident key = name;
    if (!ident_known(name))
        return NULL;
    if (look_up.kind == RECORD_person) {
        key = registry_person(engine->registry, name, look_up.type);
        *person = key;
        if (!ident_known(key))
            return NULL;
    }
    return registry_find(engine->registry, look_up.kind, key);
}

double outside_number(const struct engine *engine, struct look_up look_up, ident name)
{
    ident person;
    const struct record *row = row_of(engine, look_up, name, &person);
    if (row == NULL || !record_knows(row, look_up.field))
        return (double)NAN;
    const union value *value = &row->field[look_up.field];
    double number = look_up.real ? value->real : (double)value->whole;
    return isfinite(number) ? number : (double)NAN;
}

ident outside_name(const struct engine *engine, struct look_up look_up, ident name)
{
    ident person = IDENT_UNKNOWN;
    const struct record *row = row_of(engine, look_up, name, &person);
    if (look_up.kind == RECORD_person && look_up.field == FIELD_OF(person, person))
        return person;
    if (row == NULL || !record_knows(row, look_up.field))
        return IDENT_UNKNOWN;
    return row->field[look_up.field].name;
}

/* ---- spellings ---- */

static void spell_packed(ident name, struct spelled *out)
{
    struct text text = text_over(out->room, sizeof out->room);
    text_add_ident(&text, name);
    out->slice = text_slice(&text);
}

/* A name may stand in the record, in a rule, in a register, or have been written by an earlier
 * record. */
static struct slice spelling_found(const struct engine *engine, const struct record *record,
                                   ident name)
{
    const struct kind_schema *schema = kind_schema(record->kind);
    for (unsigned f = 0; f < schema->fields_count; f++) {
        if (!record_knows(record, f))
            continue;
        enum field_held held = field_held(schema->fields[f].type);
        if (held == HELD_NAME && ident_equal(record->field[f].name, name))
            return record->text[f];
        const struct ident_list *names = held == HELD_NAMES ? record->field[f].names : NULL;
        for (uint32_t i = 0; names != NULL && i < names->count; i++)
            if (ident_equal(names->at[i], name))
                return names->text[i];
    }
    const struct image *image = engine->image;
    for (uint32_t i = 0; i < image->literals_count; i++)
        if (ident_equal(ident_of(image->literal[i]), name))
            return image->literal[i];
    struct slice kept = spellings_find(&engine->spellings, name);
    return kept.size > 0 ? kept : registry_spelled(engine->registry, name);
}

void outside_spell(const struct frame *frame, uint32_t lane, ident name, unsigned field,
                   struct spelled *out)
{
    out->slice = (struct slice){"", 0};
    if (!ident_known(name))
        return;
    const struct record *record = frame->engine->batch.record[frame->row[lane]];
    if (field > 0 && record->text[field - 1].size > 0) {
        out->slice = record->text[field - 1];
        return;
    }
    if (ident_is_packed(name))
        spell_packed(name, out);
    else
        out->slice = spelling_found(frame->engine, record, name);
}

ident spelled_tac(const struct spelled *spelled)
{
    enum { TAC_DIGITS = 8 };
    if (spelled->slice.size < TAC_DIGITS)
        return IDENT_UNKNOWN;
    for (size_t i = 0; i < TAC_DIGITS; i++)
        if (spelled->slice.at[i] < '0' || spelled->slice.at[i] > '9')
            return IDENT_UNKNOWN;
    return ident_of((struct slice){spelled->slice.at, TAC_DIGITS});
}

double spelled_digits(const struct spelled *spelled)
{
    if (spelled->slice.size == 0)
        return (double)NAN;
    double count = 0;
    for (size_t i = 0; i < spelled->slice.size; i++)
        count += spelled->slice.at[i] >= '0' && spelled->slice.at[i] <= '9';
    return count;
}

/* ---- the calendar ---- */

static double local_hours(int32_t zone_minutes, double moment_ms)
{
    return floor((floor(moment_ms) + (double)zone_minutes * MINUTE_MS) / HOUR_MS);
}

double outside_hour(int32_t zone_minutes, double moment_ms)
{
    double hours = local_hours(zone_minutes, moment_ms);
    return hours - 24.0 * floor(hours / 24.0);
}

/* 1970-01-01 was a Thursday, the 4th day of the week. */
double outside_weekday(int32_t zone_minutes, double moment_ms)
{
    double days = floor(local_hours(zone_minutes, moment_ms) / 24.0) + 3.0;
    return days - 7.0 * floor(days / 7.0) + 1.0;
}
