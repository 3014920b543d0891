/* feed.c -- from columns to visits, from visits to entities.
 *
 * Invariants:  1. Visits to one entity are made in the order of the records, feeding before
 *                 looking.
 *              2. One record visits an entity once, whatever keys name it; looks by expression come
 *                 after all that it feeds.
 *              3. Every answer asked of a record is written, also where nobody is named. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/feed.h"

#include "detect/engine/hold.h"

#include <math.h>

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
        flags[frame->row[i]] = feeding->certain;
    for (uint64_t left = feeding->flags & ~feeding->certain; left != 0; left &= left - 1) {
        unsigned flag = (unsigned)__builtin_ctzll(left);
        flag_set(frame, &feeding->flag[flag], &feeding->program, (uint64_t)1 << flag, flags);
    }
}

static void value_store(const struct frame *frame, uint16_t at, enum class class, uint64_t *value)
{
    const uint64_t *names = result_names(frame, at);
    const double *numbers = result_numbers(frame, at);
    if (class == CLASS_NAME) {
        for (uint32_t i = 0; i < frame->count; i++)
            value[frame->row[i]] = names[i];
        return;
    }
    for (uint32_t i = 0; i < frame->count; i++)
        ((double *)value)[frame->row[i]] = numbers[i] + 0.0; /* there is one zero */
}

static void values_store(const struct frame *frame, const struct feeding *feeding,
                         const struct profile_image *image, const struct tending *tending)
{
    const uint16_t *result = feeding->program.result;
    for (unsigned v = 0; v < image->window.values_count; v++) {
        const struct stored_image *stored = &feeding->stored[v];
        if (stored->result == NO_COLUMN)
            continue;
        uint64_t *value = tending->value + (size_t)v * COLUMN_WORDS;
        value_store(frame, result[stored->result], stored->class, value);
        if (image->turns[v])
            value_store(frame, result[stored->turned], stored->class, tending->turned[v]);
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
    if (feeding->keys_count > 0) {
        machine_run(&feeding->program, &frame);
        flags_set(&frame, feeding, tending->flags);
        values_store(&frame, feeding, image, tending);
    }
    uint64_t *names = tending->look_name;
    for (uint32_t i = feeding->looks_by_key; i < feeding->looks_count; i++) {
        const struct look_image *look = &engine->image->look[feeding->look[i]];
        machine_run(&look->key_program, &frame);
        const uint64_t *name = result_names(&frame, look->key_program.result[0]);
        for (uint32_t k = 0; k < count; k++)
            names[row[k]] = name[k];
        names += COLUMN_WORDS;
    }
}

/* ---- who is visited ---- */

/* A record on its way to the entities of one profile. */
struct naming {
    struct engine *engine;
    struct tending *tending;
    const struct profile_image *image;
    const struct feeding *feeding;
    const struct window_asked *asked; /* of looks by key */
    unsigned row;
};

static struct visit *visit_add(const struct naming *naming, uint64_t key)
{
    struct tending *tending = naming->tending;
    must(tending->visits_count < tending->visits_max);
    struct visit *visit = &tending->visit[tending->visits_count++];
    visit->to = (struct window_visit){.key = key, .lane = (uint16_t)naming->row};
    visit->to.hash = window_hash(key);
    visit->row = (uint16_t)naming->row;
    visit->shard = (uint8_t)shard_of(naming->engine, visit->to.hash);
    visit->look = NO_COLUMN;
    return visit;
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
        if (tending->visit[i].to.key == name.bits) {
            tending->visit[i].to.roles |= (uint8_t)(1u << key);
            return;
        }
    }
    struct visit *visit = visit_add(naming, name.bits);
    visit->to.roles = (uint8_t)(1u << key);
    visit->to.asked = naming->asked;
    visit->to.asked_count = (uint8_t)naming->feeding->looks_by_key;
}

static void key_visits(const struct naming *naming, const struct key_image *key)
{
    const struct batch *batch = &naming->engine->batch;
    const union value *value = &batch->record[naming->row]->field[key->field];
    if ((batch->known[naming->row] >> key->field & 1u) == 0)
        return;
    if (!key->list) {
        name_visit(naming, value->name, key->key);
        return;
    }
    for (uint32_t i = 0; i < value->names->count; i++)
        name_visit(naming, value->names->at[i], key->key);
}

static bool turned(const struct feeding *feeding, unsigned roles)
{
    return feeding->turning != UINT8_MAX && (roles >> feeding->turning & 1u) == 0;
}

/* The flags that the record's event has in these roles. */
static uint64_t event_flags(const struct naming *naming, unsigned roles)
{
    uint64_t by_role = 0;
    for (unsigned left = roles; left != 0; left &= left - 1)
        by_role |= naming->image->by_role[__builtin_ctz(left)];
    return (naming->tending->flags[naming->row] & by_role) | naming->feeding->always;
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

static void look_visits(const struct naming *naming)
{
    struct tending *tending = naming->tending;
    const struct feeding *feeding = naming->feeding;
    const struct engine *engine = naming->engine;
    uint32_t first = tending->first[naming->row];
    uint32_t after = tending->visits_count;
    const uint64_t *names = tending->look_name;
    for (uint32_t i = feeding->looks_by_key; i < feeding->looks_count; i++) {
        const struct look_image *look = &engine->image->look[feeding->look[i]];
        uint64_t name = names[naming->row];
        names += COLUMN_WORDS;
        if (name == 0) {
            answers_unknown(engine, look, naming->row);
            continue;
        }
        struct visit *visit = visit_add(naming, name);
        visit->look = feeding->look[i];
        visit->to.roles = 1;
        visit->to.asked = &engine->batch.asked[feeding->look[i]];
        visit->to.asked_count = 1;
        for (uint32_t k = first; k < after; k++)
            if (tending->visit[k].to.key == name)
                visit->to.fed = &tending->visit[k].to;
    }
}

static void row_visits(const struct naming *naming)
{
    struct tending *tending = naming->tending;
    const struct feeding *feeding = naming->feeding;
    unsigned row = naming->row;
    unsigned roles = 0;
    tending->first[row] = tending->visits_count;
    for (uint32_t k = 0; k < feeding->keys_count; k++)
        key_visits(naming, &feeding->key[k]);
    for (uint32_t i = tending->first[row]; i < tending->visits_count; i++) {
        struct window_visit *visit = &tending->visit[i].to;
        visit->flags = event_flags(naming, visit->roles);
        visit->turned = turned(feeding, visit->roles);
        roles |= visit->roles;
    }
    for (uint32_t i = 0; i < feeding->looks_by_key; i++) {
        const struct look_image *look = &naming->engine->image->look[feeding->look[i]];
        if ((roles >> look->key & 1u) == 0)
            answers_unknown(naming->engine, look, row);
    }
    if (feeding->looks_count > feeding->looks_by_key)
        look_visits(naming);
    tending->after[row] = tending->visits_count;
}

static struct naming naming_of(struct engine *engine, unsigned profile, enum record_kind kind)
{
    const struct profile_image *image = &engine->image->profile[profile];
    return (struct naming){
        .engine = engine,
        .tending = &engine->batch.tending[profile],
        .image = image,
        .feeding = &image->feeding[kind],
        .asked = engine->batch.asked_by_key[profile * RECORD_KINDS_COUNT + kind],
    };
}

static bool visits(const struct feeding *feeding)
{
    return feeding->keys_count > 0 || feeding->looks_count > 0;
}

/* The plain case, a batch at a time: one field names one entity, and no expression another. */
static void rows_plain(const struct naming *naming, const uint16_t *rows, uint32_t count)
{
    const struct feeding *feeding = naming->feeding;
    const struct key_image *key = &feeding->key[0];
    const struct batch *batch = &naming->engine->batch;
    struct tending *tending = naming->tending;
    uint64_t by_role = naming->image->by_role[key->key];
    struct visit *visit = tending->visit;
    must(count <= tending->visits_max);
    for (uint32_t i = 0; i < count; i++) {
        unsigned row = rows[i];
        uint64_t name = batch->record[row]->field[key->field].name.bits;
        tending->first[row] = tending->after[row] = (uint32_t)(visit - tending->visit);
        if ((batch->known[row] >> key->field & 1u) == 0 || name == 0) {
            for (uint32_t l = 0; l < feeding->looks_by_key; l++)
                answers_unknown(naming->engine, &naming->engine->image->look[feeding->look[l]],
                                row);
            continue;
        }
        uint64_t hash = window_hash(name);
        visit->to.key = name;
        visit->to.hash = hash;
        visit->to.flags = (tending->flags[row] & by_role) | feeding->always;
        visit->to.asked = naming->asked;
        visit->to.fed = NULL;
        visit->to.turned = false; /* one key, no other party */
        visit->to.lane = (uint16_t)row;
        visit->to.asked_count = (uint8_t)feeding->looks_by_key;
        visit->to.roles = (uint8_t)(1u << key->key);
        visit->row = (uint16_t)row;
        visit->look = NO_COLUMN;
        visit->shard = (uint8_t)shard_of(naming->engine, hash);
        tending->after[row]++;
        visit++;
    }
    tending->visits_count = (uint32_t)(visit - tending->visit);
}

static bool plain(const struct naming *naming)
{
    const struct feeding *feeding = naming->feeding;
    return feeding->keys_count == 1 && !feeding->lists &&
           feeding->looks_count == feeding->looks_by_key &&
           !naming->image->profile->key[feeding->key[0].key].through;
}

/* All rows whose kinds visit the profile, in their order. */
static void rows_visit(struct engine *engine, unsigned profile)
{
    const struct batch *batch = &engine->batch;
    const struct profile_image *image = &engine->image->profile[profile];
    struct naming naming[RECORD_KINDS_COUNT];
    bool visiting[RECORD_KINDS_COUNT];
    unsigned kinds = 0;
    unsigned only = 0;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        visiting[kind] = batch->kind[kind].count > 0 && visits(&image->feeding[kind]);
        if (!visiting[kind])
            continue;
        naming[kind] = naming_of(engine, profile, kind);
        kinds++;
        only = kind;
    }
    if (kinds == 1 && plain(&naming[only])) {
        rows_plain(&naming[only], batch->kind[only].row, batch->kind[only].count);
        return;
    }
    for (uint32_t i = 0; kinds == 1 && i < batch->kind[only].count; i++) {
        naming[only].row = batch->kind[only].row[i];
        row_visits(&naming[only]);
    }
    for (unsigned row = 0; kinds > 1 && row < batch->count; row++) {
        enum record_kind kind = batch->record[row]->kind;
        if (!visiting[kind])
            continue;
        naming[kind].row = row;
        row_visits(&naming[kind]);
    }
}

static void visits_share_out(const struct engine *engine, struct tending *tending)
{
    for (unsigned s = 0; s < engine->threads; s++)
        tending->shard_count[s] = 0;
    for (uint32_t i = 0; i < tending->visits_count; i++) {
        struct visit *visit = &tending->visit[i];
        size_t from = (size_t)visit->shard * tending->visits_max;
        tending->shard_visit[from + tending->shard_count[visit->shard]++] = &visit->to;
    }
}

void feed_prepare(struct worker *worker, unsigned profile)
{
    struct engine *engine = worker->engine;
    struct batch *batch = &engine->batch;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        if (batch->kind[kind].count > 0)
            rows_prepare(worker, profile, kind, batch->kind[kind].row, batch->kind[kind].count);
    batch->tending[profile].visits_count = 0;
    rows_visit(engine, profile);
    visits_share_out(engine, &batch->tending[profile]);
}

/* ---- visits ---- */

static struct window_batch window_batch_of(const struct engine *engine, unsigned profile)
{
    const struct batch *batch = &engine->batch;
    return (struct window_batch){
        .at_ms = batch->at_ms,
        .position = batch->position,
        .column = batch->tending[profile].column,
        .turned = (const uint64_t *const *)batch->tending[profile].turned,
        .newest_ms = batch->newest_ms,
        .probed = engine->probe != NULL,
    };
}

void feed_fetch(const struct engine *engine, unsigned profile, enum window_fetch what)
{
    const struct tending *tending = &engine->batch.tending[profile];
    for (uint32_t i = 0; i < tending->visits_count; i++) {
        const struct visit *visit = &tending->visit[i];
        window_fetch(engine->shard[visit->shard].window[profile], &visit->to, what);
    }
}

enum status feed_visits(struct worker *worker, unsigned profile)
{
    struct engine *engine = worker->engine;
    struct tending *tending = &engine->batch.tending[profile];
    unsigned shard = worker->number;
    struct window_batch batch = window_batch_of(engine, profile);
    return window_visits(engine->shard[shard].window[profile],
                         tending->shard_visit + (size_t)shard * tending->visits_max,
                         tending->shard_count[shard], &batch);
}

enum status feed_row(struct worker *worker, unsigned profile, unsigned row)
{
    struct engine *engine = worker->engine;
    struct tending *tending = &engine->batch.tending[profile];
    enum record_kind kind = engine->batch.record[row]->kind;
    struct naming naming = naming_of(engine, profile, kind);
    struct window_batch batch = window_batch_of(engine, profile);
    uint16_t rows[1] = {(uint16_t)row};
    tending->first[row] = tending->after[row] = tending->visits_count;
    if (!visits(naming.feeding))
        return STATUS_OK;
    naming.row = row;
    rows_prepare(worker, profile, kind, rows, 1);
    row_visits(&naming);
    for (uint32_t i = tending->first[row]; i < tending->after[row]; i++) {
        struct window_visit *visit = &tending->visit[i].to;
        if (engine->probe != NULL)
            TRY(probe_hold(engine, profile, &tending->visit[i]));
        TRY(window_visits(engine->shard[tending->visit[i].shard].window[profile], &visit, 1,
                          &batch));
    }
    return STATUS_OK;
}

uint32_t feed_visits_max(const struct engine *engine, unsigned profile,
                         const struct record *records, uint32_t count)
{
    const struct feeding *feedings = engine->image->profile[profile].feeding;
    uint32_t names = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct feeding *feeding = &feedings[records[i].kind];
        if (!feeding->lists) {
            names += feeding->names_max;
            continue;
        }
        for (uint32_t k = 0; k < feeding->keys_count; k++) {
            const struct key_image *key = &feeding->key[k];
            if (record_knows(&records[i], key->field))
                names += key->list ? records[i].field[key->field].names->count : 1;
        }
    }
    return names;
}
