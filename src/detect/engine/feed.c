/* feed.c -- from columns to visits, from visits to entities.
 *
 * Looking up a random entity costs a wait for memory, three of them one after the other: its slot,
 * its block, the end of its events.  So visits are made in a pipeline: while one is made, the block
 * of a later one is on its way, and the slot of a still later one.
 *
 * Invariants:  1. Visits to one entity are made in the order of the records, feeding before
 *                 looking.
 *              2. One record visits an entity once, whatever keys name it; looks by expression come
 *                 after all that it feeds.
 *              3. Every answer asked of a record is written, also where nobody is named. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/feed.h"

#include <math.h>

enum { SLOT_AHEAD = 24, BLOCK_AHEAD = 14, TAIL_AHEAD = 6 };

/* ---- what each event would hold ---- */

static void flag_set(const struct frame *frame, const struct flag_image *flag,
                     const struct program *program, uint64_t bit, uint64_t *flags)
{
    const uint8_t *where = NULL;
    if (flag->where != NO_COLUMN)
        where = result_truths(frame, program->result[flag->where]);
    const uint64_t *value = NULL;
    if (flag->value != NO_COLUMN)
        value = result_names(frame, program->result[flag->value]);
    for (uint32_t i = 0; i < frame->count; i++) {
        bool counts = where == NULL || where[i] == TRUE_;
        if (value != NULL && flag->value_class == CLASS_NAME)
            counts &= value[i] != 0;
        else if (value != NULL)
            counts &= !isnan(((const double *)value)[i]);
        flags[frame->row[i]] |= counts ? bit : 0;
    }
}

static void flags_set(const struct frame *frame, const struct feeding *feeding, uint64_t *flags)
{
    for (uint32_t i = 0; i < frame->count; i++)
        flags[frame->row[i]] = 0;
    for (uint64_t left = feeding->flags; left != 0; left &= left - 1) {
        unsigned flag = (unsigned)__builtin_ctzll(left);
        flag_set(frame, &feeding->flag[flag], &feeding->program, (uint64_t)1 << flag, flags);
    }
}

static void values_store(const struct frame *frame, const struct feeding *feeding,
                         unsigned values_count, uint64_t *value)
{
    for (unsigned v = 0; v < values_count; v++, value += RECORD_BATCH_MAX) {
        const struct stored_image *stored = &feeding->stored[v];
        if (stored->result == NO_COLUMN)
            continue;
        uint16_t at = feeding->program.result[stored->result];
        const uint64_t *names = result_names(frame, at);
        const double *numbers = result_numbers(frame, at);
        if (stored->class == CLASS_NAME) {
            for (uint32_t i = 0; i < frame->count; i++)
                value[frame->row[i]] = names[i];
            continue;
        }
        for (uint32_t i = 0; i < frame->count; i++)
            ((double *)value)[frame->row[i]] = numbers[i] + 0.0; /* there is one zero */
    }
}

static void rows_prepare(struct worker *worker, unsigned profile, enum record_kind kind,
                         const uint16_t *row, uint32_t count)
{
    struct engine *engine = worker->engine;
    const struct profile_image *image = &engine->image->profile[profile];
    const struct feeding *feeding = &image->feeding[kind];
    struct tending *tending = &engine->batch.tending[profile];
    struct frame frame = {.engine = engine, .file = worker->file, .row = row, .count = count};
    if (feeding->feeds) {
        machine_run(&feeding->program, &frame);
        flags_set(&frame, feeding, tending->flags);
        values_store(&frame, feeding, image->window.values_count, tending->value);
    }
    uint64_t *names = tending->look_name;
    for (uint32_t i = 0; i < feeding->looks_count; i++) {
        const struct look_image *look = &engine->image->look[feeding->look[i]];
        if (look->key != NO_KEY)
            continue;
        machine_run(&look->key_program, &frame);
        const uint64_t *name = result_names(&frame, look->key_program.result[0]);
        for (uint32_t k = 0; k < count; k++)
            names[row[k]] = name[k];
        names += RECORD_BATCH_MAX;
    }
}

/* ---- who is visited ---- */

struct naming {
    struct engine *engine;
    struct tending *tending;
    const struct profile_image *image;
    unsigned row;
};

static void visit_add(const struct naming *naming, uint64_t key, uint8_t roles, uint16_t look)
{
    struct tending *tending = naming->tending;
    must(tending->visits_count < tending->visits_max);
    struct visit *visit = &tending->visit[tending->visits_count++];
    visit->key = key;
    visit->hash = window_hash(key);
    visit->row = (uint16_t)naming->row;
    visit->look = look;
    visit->roles = roles;
    visit->shard = (uint8_t)shard_of(naming->engine, visit->hash);
    visit->kept = false;
    visit->slot = NULL;
}

static void name_visit(const struct naming *naming, ident name, unsigned key)
{
    const struct profile_key *profile_key = &naming->image->profile->key[key];
    if (profile_key->through && ident_known(name))
        name = registry_through(naming->engine->registry, profile_key->register_kind,
                                profile_key->register_field, name);
    if (!ident_known(name))
        return;
    struct tending *tending = naming->tending;
    for (uint32_t i = tending->first[naming->row]; i < tending->visits_count; i++) {
        if (tending->visit[i].key == name.bits) {
            tending->visit[i].roles |= (uint8_t)(1u << key);
            return;
        }
    }
    visit_add(naming, name.bits, (uint8_t)(1u << key), NO_COLUMN);
}

static void key_visits(const struct naming *naming, unsigned key)
{
    const struct batch *batch = &naming->engine->batch;
    const struct record *record = batch->record[naming->row];
    unsigned field = naming->image->profile->key[key].field;
    if ((batch->known[naming->row] >> field & 1u) == 0)
        return;
    if (field_held(kind_schema(record->kind)->fields[field].type) != HELD_NAMES) {
        name_visit(naming, record->field[field].name, key);
        return;
    }
    const struct ident_list *names = record->field[field].names;
    for (uint32_t i = 0; i < names->count; i++)
        name_visit(naming, names->at[i], key);
}

/* The answers about nobody that can be named are unknown. */
static void answers_unknown(const struct engine *engine, const struct look_image *look,
                            unsigned row)
{
    double nan = (double)NAN;
    for (uint32_t i = 0; i < look->wants_count; i++) {
        uint64_t *answer = &answers_of(&engine->batch, look->want[i])[row];
        enum class class = engine->image->read[look->want[i]].class;
        *answer = class == CLASS_TRUTH ? UNKNOWN_ : 0;
        if (class == CLASS_NUMBER)
            memcpy(answer, &nan, sizeof nan);
    }
}

static bool role_visited(const struct naming *naming, uint8_t key)
{
    const struct tending *tending = naming->tending;
    for (uint32_t i = tending->first[naming->row]; i < tending->visits_count; i++)
        if ((tending->visit[i].roles >> key & 1u) != 0)
            return true;
    return false;
}

static void look_visits(const struct naming *naming, const struct feeding *feeding)
{
    const uint64_t *names = naming->tending->look_name;
    for (uint32_t i = 0; i < feeding->looks_count; i++) {
        const struct look_image *look = &naming->engine->image->look[feeding->look[i]];
        if (look->key != NO_KEY) {
            if (!role_visited(naming, look->key))
                answers_unknown(naming->engine, look, naming->row);
            continue;
        }
        uint64_t name = names[naming->row];
        names += RECORD_BATCH_MAX;
        if (name == 0)
            answers_unknown(naming->engine, look, naming->row);
        else
            visit_add(naming, name, 0, feeding->look[i]);
    }
}

static void row_visits(const struct naming *naming)
{
    struct tending *tending = naming->tending;
    enum record_kind kind = naming->engine->batch.record[naming->row]->kind;
    const struct feeding *feeding = &naming->image->feeding[kind];
    const struct profile *profile = naming->image->profile;
    tending->first[naming->row] = tending->visits_count;
    for (unsigned key = 0; feeding->feeds && key < profile->keys_count; key++)
        if (profile->key[key].kind == kind)
            key_visits(naming, key);
    look_visits(naming, feeding);
    tending->first[naming->row + 1] = tending->visits_count;
}

void feed_prepare(struct worker *worker, unsigned profile)
{
    struct engine *engine = worker->engine;
    struct batch *batch = &engine->batch;
    struct naming naming = {engine, &batch->tending[profile], &engine->image->profile[profile], 0};
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        if (batch->kind[kind].count > 0)
            rows_prepare(worker, profile, kind, batch->kind[kind].row, batch->kind[kind].count);
    naming.tending->visits_count = 0;
    for (naming.row = 0; naming.row < batch->count; naming.row++)
        row_visits(&naming);
}

/* ---- visits ---- */

/* The flags that the record's event has in these roles. */
static uint64_t event_flags(const struct profile_image *image, const struct tending *tending,
                            const struct feeding *feeding, const struct visit *visit)
{
    uint64_t by_role = 0;
    for (unsigned left = visit->roles; left != 0; left &= left - 1)
        by_role |= image->by_role[__builtin_ctz(left)];
    uint64_t flags = feeding->flags == 0 ? 0 : tending->flags[visit->row] & by_role;
    return flags | feeding->always;
}

struct feeder {
    struct engine *engine;
    const struct profile_image *image;
    struct tending *tending;
    struct window *window;
    unsigned shard;
};

static const struct feeding *feeding_of(const struct feeder *feeder, const struct visit *visit)
{
    return &feeder->image->feeding[feeder->engine->batch.record[visit->row]->kind];
}

static void visit_find(const struct feeder *feeder, struct visit *visit)
{
    bool feeds = visit->look == NO_COLUMN &&
                 event_flags(feeder->image, feeder->tending, feeding_of(feeder, visit), visit) != 0;
    visit->slot = feeds ? window_entity(feeder->window, visit->key, visit->hash)
                        : window_find(feeder->window, visit->key, visit->hash);
    window_prefetch_entity(feeder->window, visit->slot);
}

static enum status visit_feed(const struct feeder *feeder, struct visit *visit, uint64_t flags)
{
    const struct batch *batch = &feeder->engine->batch;
    const struct record *record = batch->record[visit->row];
    struct window_event event = {
        .at_ms = record->at.ms,
        .flags = flags,
        .position = record->position,
        .column = feeder->tending->column,
        .lane = visit->row,
    };
    return window_add(feeder->window, visit->slot, &event, batch->newest_ms, &visit->kept);
}

/* Whether this record's own event is remembered by the entity that it looks at. */
static bool looks_at_own(const struct tending *tending, const struct visit *visit)
{
    for (uint32_t i = tending->first[visit->row]; i < tending->first[visit->row + 1u]; i++) {
        const struct visit *other = &tending->visit[i];
        if (other->look == NO_COLUMN && other->key == visit->key)
            return other->kept;
    }
    return false;
}

static enum status visit_make(const struct feeder *feeder, struct visit *visit)
{
    const struct batch *batch = &feeder->engine->batch;
    const struct image *image = feeder->engine->image;
    const struct feeding *feeding = feeding_of(feeder, visit);
    unsigned row = visit->row;
    int64_t at_ms = batch->record[row]->at.ms;
    if (visit->look == NO_COLUMN) {
        uint64_t flags = event_flags(feeder->image, feeder->tending, feeding, visit);
        if (flags != 0)
            TRY(visit_feed(feeder, visit, flags));
        for (uint32_t i = 0; i < feeding->looks_count; i++) {
            const struct look_image *look = &image->look[feeding->look[i]];
            if (look->key == NO_KEY)
                break; /* those by key come first */
            if ((visit->roles >> look->key & 1u) != 0)
                window_read(feeder->window, visit->slot, at_ms, batch->want[feeding->look[i]],
                            look->wants_count, row, visit->kept);
        }
    } else {
        const struct look_image *look = &image->look[visit->look];
        window_read(feeder->window, visit->slot, at_ms, batch->want[visit->look], look->wants_count,
                    row, looks_at_own(feeder->tending, visit));
    }
    visit->events_count = window_events_count(feeder->window, visit->slot);
    visit->fallen_ms = window_fallen_ms(feeder->window, visit->slot);
    return STATUS_OK;
}

enum status feed_visits(struct worker *worker, unsigned profile)
{
    struct engine *engine = worker->engine;
    struct tending *tending = &engine->batch.tending[profile];
    unsigned shard = worker->number;
    struct feeder feeder = {engine, &engine->image->profile[profile], tending,
                            engine->shard[shard].window[profile], shard};
    uint32_t count = tending->visits_count;
    for (uint32_t i = 0; i < count + SLOT_AHEAD; i++) {
        uint32_t slot = i;
        uint32_t block = i - (SLOT_AHEAD - BLOCK_AHEAD);
        uint32_t tail = i - (SLOT_AHEAD - TAIL_AHEAD);
        uint32_t now = i - SLOT_AHEAD;
        /* Before the beginning these wrap to numbers that are past the end. */
        if (slot < count && tending->visit[slot].shard == shard)
            window_prefetch(feeder.window, tending->visit[slot].hash);
        if (block < count && tending->visit[block].shard == shard)
            visit_find(&feeder, &tending->visit[block]);
        if (tail < count && tending->visit[tail].shard == shard)
            window_prefetch_tail(feeder.window, tending->visit[tail].slot);
        if (now < count && tending->visit[now].shard == shard)
            TRY(visit_make(&feeder, &tending->visit[now]));
    }
    return STATUS_OK;
}

enum status feed_row(struct worker *worker, unsigned profile, unsigned row)
{
    struct engine *engine = worker->engine;
    struct tending *tending = &engine->batch.tending[profile];
    const struct profile_image *image = &engine->image->profile[profile];
    struct naming naming = {engine, tending, image, row};
    uint16_t rows[1] = {(uint16_t)row};
    rows_prepare(worker, profile, engine->batch.record[row]->kind, rows, 1);
    row_visits(&naming);
    for (uint32_t i = tending->first[row]; i < tending->first[row + 1]; i++) {
        struct visit *visit = &tending->visit[i];
        struct feeder feeder = {engine, image, tending, engine->shard[visit->shard].window[profile],
                                visit->shard};
        visit_find(&feeder, visit);
        TRY(visit_make(&feeder, visit));
    }
    return STATUS_OK;
}

uint32_t feed_visits_max(const struct engine *engine, unsigned profile, const struct record *record)
{
    const struct profile *keys = engine->image->profile[profile].profile;
    uint32_t names = 0;
    for (uint32_t k = 0; k < keys->keys_count; k++) {
        unsigned field = keys->key[k].field;
        if (keys->key[k].kind != record->kind || !record_knows(record, field))
            continue;
        bool one = field_held(kind_schema(record->kind)->fields[field].type) != HELD_NAMES;
        names += one ? 1 : record->field[field].names->count;
    }
    return names;
}
