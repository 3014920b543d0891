/* admit.c -- what a batch is.
 *
 * A batch ends early where it must, so that nothing in it depends on how records were batched:
 *  - before an event that ties somebody to a phone or an account, if a rule looks that up;
 *  - before a leap of the watermark, so that nothing is forgotten that an earlier record sees.
 *
 * Invariants:  1. Memory for the worst that the batch can do is there before its first record is
 *                 touched: full is found out here, and nowhere else.
 *              2. A duplicate or late record moves no watermark and feeds no register. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/admit.h"

#include "detect/engine/feed.h"
#include <assert.h>

enum { LEAP_DAYS = 30 };
static_assert(RECORD_report + 1 == RECORD_person, "the kinds of events are the first");

/* ---- room ---- */

/* Bytes that these records can take at most, all told. */
static size_t growth_max(const struct engine *engine, const struct record *records, uint32_t count,
                         size_t (*of_window)(const struct window *window, uint32_t events))
{
    const struct image *image = engine->image;
    size_t size = duplicates_growth_max(&engine->duplicates, count);
    if (image->marks_per_record_max > 0)
        size += marks_growth_max(&engine->marks, count * image->marks_per_record_max);
    uint32_t spelt = 0;
    for (uint32_t i = 0; i < count; i++)
        spelt += image->kind[records[i].kind].spelt_count;
    if (spelt > 0)
        size += spellings_growth_max(&engine->spellings, spelt);
    for (uint32_t p = 0; p < image->set->profiles_count; p++) {
        uint32_t visits = feed_visits_max(engine, p, records, count);
        engine->batch.tending[p].feeding_max = visits;
        for (unsigned s = 0; visits > 0 && s < engine->threads; s++)
            size += of_window(engine->shard[s].window[p], visits);
    }
    /* What is left of a chunk may be too short for the next block, so twice that, and a chunk for
     * every pool that must begin another. */
    return 2 * size + (size_t)(engine->threads + 2) * POOL_CHUNK_SIZE;
}

static enum status room_reserve(struct engine *engine, const struct record *records, uint32_t count)
{
    size_t left = budget_left(&engine->budget);
    if (growth_max(engine, records, count, window_growth_bound) > left && /* seldom */
        growth_max(engine, records, count, window_growth_max) > left)
        return STATUS_FULL;
    for (uint32_t p = 0; p < engine->image->set->profiles_count; p++) {
        uint32_t visits = engine->batch.tending[p].feeding_max;
        for (unsigned s = 0; visits > 0 && s < engine->threads; s++)
            TRY(window_reserve(engine->shard[s].window[p], visits));
    }
    return STATUS_OK;
}

/* ---- one record ---- */

static bool ties_somebody(const struct record *record)
{
    if (record->kind == RECORD_account)
        return record_knows(record, FIELD_OF(account, person));
    return record->kind == RECORD_sim && record_knows(record, FIELD_OF(sim, person));
}

/* Fields that the rules may see: not the money of a payment in another currency. */
static uint32_t fields_known(struct engine *engine, const struct record *record)
{
    if (record->kind != RECORD_payment || !record_knows(record, FIELD_OF(payment, currency)))
        return record->known;
    if (ident_equal(record->field[FIELD_OF(payment, currency)].name, engine->image->currency))
        return record->known;
    engine->counts.other_currency++;
    return record->known & ~(1u << FIELD_OF(payment, amount) | 1u << FIELD_OF(payment, balance));
}

static enum status spellings_note(struct engine *engine, const struct record *record)
{
    uint32_t fields = engine->image->kind[record->kind].spelt & record->known;
    for (; fields != 0; fields &= fields - 1) {
        unsigned field = (unsigned)__builtin_ctz(fields);
        ident name = record->field[field].name;
        if (!ident_is_packed(name) && record->text[field].size > 0)
            TRY(spellings_keep(&engine->spellings, name, record->text[field], record->at));
    }
    return STATUS_OK;
}

static void batch_put(struct engine *engine, const struct record *record)
{
    struct batch *batch = &engine->batch;
    uint16_t row = (uint16_t)batch->count++;
    batch->record[row] = record;
    batch->known[row] = fields_known(engine, record);
    batch->at_ms[row] = record->at.ms;
    batch->position[row] = record->position;
    batch->kind[record->kind].row[batch->kind[record->kind].count++] = row;
    if (record->at.ms > engine->counts.watermark.ms)
        engine->counts.watermark = record->at;
}

static enum status batch_add(struct engine *engine, const struct record *record)
{
    if (record->kind == RECORD_account || record->kind == RECORD_sim)
        TRY(registry_take(engine->registry, record));
    TRY(spellings_note(engine, record));
    batch_put(engine, record);
    return STATUS_OK;
}

static bool begun(const struct engine *engine)
{
    return engine->counts.watermark.ms != MOMENT_NONE.ms;
}

/* Whether the record must wait for the next batch. */
static bool must_wait(const struct engine *engine, const struct record *record)
{
    const struct batch *batch = &engine->batch;
    if (batch->count == 0)
        return false;
    if (engine->image->ties_matter && ties_somebody(record))
        return true;
    return record->at.ms - batch->newest_ms > (int64_t)LEAP_DAYS * DAY_MS;
}

/* Lists get their numbers as rows name them: in front of any batch, but never during one. */
static void lists_number(struct engine *engine)
{
    const struct image *image = engine->image;
    for (uint32_t i = 0; i < image->lists_count; i++)
        if (engine->list[i] == UINT32_MAX)
            engine->list[i] = registry_list_number(engine->registry, image->list[i]);
}

/* What the whole batch may forget is judged from its beginning. */
static void batch_begin(struct engine *engine, const struct record *record)
{
    struct batch *batch = &engine->batch;
    batch->newest_ms = begun(engine) ? engine->counts.watermark.ms : record->at.ms;
    if (record->at.ms - batch->newest_ms > (int64_t)LEAP_DAYS * DAY_MS)
        batch->newest_ms = record->at.ms;
}

static enum status admit_one(struct engine *engine, const struct record *record)
{
    struct batch *batch = &engine->batch;
    bool duplicate;
    TRY(duplicates_ask(&engine->duplicates, record, engine->counts.watermark, &duplicate));
    int64_t late_ms = (int64_t)LATE_HOURS_MAX * HOUR_MS;
    bool late = begun(engine) && record->at.ms < engine->counts.watermark.ms - late_ms;
    engine->counts.records++;
    engine->counts.duplicates += duplicate;
    engine->counts.late += late && !duplicate;
    if (duplicate || late)
        return STATUS_OK;
    if (batch->count == 0)
        batch_begin(engine, record);
    return batch_add(engine, record);
}

static void batch_empty(struct batch *batch)
{
    batch->count = 0;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        batch->kind[kind].count = 0;
}

enum status admit_alone(struct engine *engine, const struct record *record)
{
    int64_t late_ms = (int64_t)LATE_HOURS_MAX * HOUR_MS;
    must(record->kind <= RECORD_report);
    must(record->at.ms != MOMENT_NONE.ms);
    if (begun(engine) && record->at.ms < engine->counts.watermark.ms - late_ms)
        return STATUS_LATE;
    TRY(room_reserve(engine, record, 1));
    lists_number(engine);
    batch_empty(&engine->batch);
    batch_begin(engine, record); /* an event that is not easily taken out again may leap, too */
    batch_put(engine, record);
    return STATUS_OK;
}

enum status admit(struct engine *engine, const struct record *records, size_t count, size_t *taken)
{
    struct batch *batch = &engine->batch;
    uint32_t many = count < RECORD_BATCH_MAX ? (uint32_t)count : RECORD_BATCH_MAX;
    while (room_reserve(engine, records, many) != STATUS_OK) {
        if (many == 1)
            return STATUS_FULL;
        many /= 2;
    }
    lists_number(engine);
    batch_empty(batch);
    for (uint32_t i = 0; i < many; i++)
        duplicates_prefetch(&engine->duplicates, &records[i]);
    uint32_t i = 0;
    for (; i < many; i++) {
        must(records[i].kind <= RECORD_report);
        must(records[i].at.ms != MOMENT_NONE.ms);
        if (must_wait(engine, &records[i]))
            break;
        engine->refused = admit_one(engine, &records[i]);
        if (engine->refused != STATUS_OK)
            break; /* those before it go their way first */
    }
    *taken = i;
    return STATUS_OK;
}
