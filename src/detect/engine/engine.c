/* engine.c -- the way of a batch, and the engine's life.
 *
 *   admit     one thread    duplicates, late ones, the watermark, the registers
 *   prepare   per profile   what each event would hold, and whom it visits          } per level
 *   feed      per shard     the visits, and the answers asked of them               }
 *   plain     per record    the conditions that need no order
 *   judge     one thread    profiles and conditions that depend on marks; findings; marks
 *   sweep     one thread    a few slots of each table, in turn
 *
 * Invariants:  1. The same records give the same findings for any number of threads and any
 *                 batching.
 *              2. The image is not written to; every entity belongs to one shard.
 *              3. Memory is refused before a batch begins, or the engine takes nothing more. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/engine.h"

#include "detect/engine/admit.h"
#include "detect/engine/crew.h"
#include "detect/engine/engine_inside.h"
#include "detect/engine/evidence.h"
#include "detect/engine/feed.h"
#include "detect/engine/flow.h"
#include "detect/engine/hold.h"
#include "detect/engine/identity.h"
#include "detect/engine/judge.h"
#include "ground/arena.h"

/* ---- making ---- */

static enum status tending_create(const struct profile_image *image, unsigned threads,
                                  struct tending *tending, struct arena *boot)
{
    unsigned values = image->window.values_count;
    tending->visits_max = RECORD_BATCH_MAX * RECORD_NAMED_MAX;
    TRY(ARENA_NEW(boot, tending->visits_max, &tending->visit));
    TRY(ARENA_NEW(boot, (size_t)tending->visits_max * threads, &tending->shard_visit));
    TRY(ARENA_NEW(boot, threads, &tending->shard_count));
    TRY(ARENA_NEW(boot, (size_t)values * COLUMN_WORDS, &tending->value));
    TRY(ARENA_NEW(boot, (size_t)image->looks_max * COLUMN_WORDS, &tending->look_name));
    TRY(ARENA_NEW(boot, values, &tending->column));
    TRY(ARENA_NEW(boot, values, &tending->turned));
    for (unsigned v = 0; v < values; v++) {
        tending->turned[v] = tending->value + (size_t)v * COLUMN_WORDS;
        tending->column[v] = tending->turned[v];
        if (image->turns[v])
            TRY(ARENA_NEW(boot, RECORD_BATCH_MAX, &tending->turned[v]));
    }
    return STATUS_OK;
}

static enum status asked_create(struct engine *engine, struct arena *boot)
{
    const struct image *image = engine->image;
    struct batch *batch = &engine->batch;
    TRY(ARENA_NEW(boot, image->looks_count, &batch->asked));
    for (uint32_t i = 0; i < image->looks_count; i++) {
        const struct look_image *look = &image->look[i];
        struct window_want *want;
        TRY(ARENA_NEW(boot, look->wants_count, &want));
        for (uint32_t w = 0; w < look->wants_count; w++) {
            const struct read_image *read = &image->read[look->want[w]];
            want[w] =
                (struct window_want){read->feature, read->needed, answers_of(batch, look->want[w])};
        }
        uint8_t role = look->key == NO_KEY ? 0 : look->key;
        uint32_t needed = UINT32_MAX;
        for (uint32_t w = 0; w < look->wants_count; w++)
            needed = want[w].needed < needed ? want[w].needed : needed;
        batch->asked[i] = (struct window_asked){role, (uint16_t)look->wants_count, needed, want};
    }
    uint32_t profiles_count = image->set->profiles_count;
    TRY(ARENA_NEW(boot, profiles_count * RECORD_KINDS_COUNT, &batch->asked_by_key));
    for (uint32_t p = 0; p < profiles_count; p++) {
        for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
            const struct feeding *feeding = &image->profile[p].feeding[kind];
            struct window_asked *asked;
            TRY(ARENA_NEW(boot, feeding->looks_by_key, &asked));
            for (uint32_t i = 0; i < feeding->looks_by_key; i++)
                asked[i] = batch->asked[feeding->look[i]];
            batch->asked_by_key[p * RECORD_KINDS_COUNT + kind] = asked;
        }
    }
    return STATUS_OK;
}

static enum status batch_create(struct engine *engine, struct arena *boot)
{
    const struct image *image = engine->image;
    struct batch *batch = &engine->batch;
    TRY(ARENA_NEW(boot, (size_t)image->reads_count * COLUMN_WORDS, &batch->answer));
    TRY(asked_create(engine, boot));
    TRY(ARENA_NEW(boot, image->set->profiles_count, &batch->tending));
    for (uint32_t p = 0; p < image->set->profiles_count; p++)
        TRY(tending_create(&image->profile[p], engine->threads, &batch->tending[p], boot));
    return STATUS_OK;
}

static enum status worker_create(struct engine *engine, unsigned number, struct arena *boot)
{
    const struct image *image = engine->image;
    struct worker *worker = &engine->worker[number];
    uint32_t rules_max = 0;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        if (image->kind[kind].rules_count > rules_max)
            rules_max = image->kind[kind].rules_count;
    worker->engine = engine;
    worker->number = number;
    size_t candidates = (size_t)rules_max * RECORD_BATCH_MAX;
    TRY(ARENA_NEW(boot, (size_t)(image->registers_max + 1) * COLUMN_WORDS, &worker->file));
    TRY(ARENA_NEW(boot, candidates, &worker->candidate));
    TRY(ARENA_NEW(boot, candidates, &worker->passing));
    TRY(ARENA_NEW(boot, rules_max, &worker->passed));
    if (number > 0)
        return STATUS_OK;
    TRY(ARENA_NEW(boot, candidates, &engine->candidate));
    uint32_t fires_max = 1;
    for (uint32_t p = 0; p < image->set->profiles_count; p++)
        if (image->profile[p].keys_max > fires_max) /* a sequence may fire for each entity */
            fires_max = image->profile[p].keys_max;
    engine->wanted_max = rules_max * MARKS_PER_RULE_MAX * fires_max;
    return ARENA_NEW(boot, engine->wanted_max, &engine->wanted);
}

static enum status shard_create(struct engine *engine, struct shard *shard, struct arena *boot)
{
    const struct image *image = engine->image;
    TRY(ARENA_NEW(boot, image->set->profiles_count, &shard->window));
    TRY(pool_init(&shard->pool, &engine->budget));
    shard->ready = true;
    for (uint32_t p = 0; p < image->set->profiles_count; p++)
        TRY(window_create(&shard->window[p], &image->profile[p].window, &shard->pool, boot));
    return STATUS_OK;
}

static enum status engine_make(struct engine *engine, struct arena *boot)
{
    const struct image *image = engine->image;
    TRY(duplicates_init(&engine->duplicates, &engine->budget));
    TRY(marks_init(&engine->marks, &engine->budget));
    TRY(spellings_init(&engine->spellings, &engine->budget));
    TRY(batch_create(engine, boot));
    TRY(ARENA_NEW(boot, engine->threads, &engine->worker));
    TRY(ARENA_NEW(boot, engine->threads, &engine->shard));
    for (unsigned i = 0; i < engine->threads; i++) {
        TRY(worker_create(engine, i, boot));
        TRY(shard_create(engine, &engine->shard[i], boot));
    }
    TRY(ARENA_NEW(boot, 1, &engine->finding));
    TRY(arena_take(boot, evidence_texts_size(), (void **)&engine->texts));
    TRY(ARENA_NEW(boot, ENTITY_EVENTS_MAX, &engine->recalled));
    TRY(ARENA_NEW(boot, image->lists_count, &engine->list));
    for (uint32_t i = 0; i < image->lists_count; i++)
        engine->list[i] = UINT32_MAX;
    TRY(flow_room_create(engine, boot));
    TRY(identities_make(engine, boot));
    return crew_create(engine, boot);
}

enum status engine_create(struct engine **out, const struct engine_options *options,
                          struct arena *boot)
{
    must(options->threads >= 1);
    must(options->threads <= THREADS_MAX);
    struct engine *engine;
    TRY(ARENA_NEW(boot, 1, &engine));
    engine->registry = options->registry;
    engine->findings = options->findings;
    engine->zone_minutes = options->zone_minutes;
    engine->threads = options->threads;
    engine->budget.size_max = options->memory_max;
    engine->counts.watermark = MOMENT_NONE;
    TRY(image_create(&engine->image, options->set, boot));
    enum status status = engine_make(engine, boot);
    if (status != STATUS_OK) {
        engine_destroy(engine);
        return status;
    }
    *out = engine;
    return STATUS_OK;
}

void engine_destroy(struct engine *engine)
{
    if (engine == NULL)
        return;
    crew_destroy(engine);
    for (unsigned s = 0; engine->shard != NULL && s < engine->threads; s++) {
        struct shard *shard = &engine->shard[s];
        for (uint32_t p = 0; shard->ready && p < engine->image->set->profiles_count; p++)
            window_destroy(shard->window[p]);
        if (shard->ready)
            pool_release(&shard->pool);
        shard->ready = false;
    }
    probe_release(engine);
    spellings_release(&engine->spellings);
    marks_release(&engine->marks);
    duplicates_release(&engine->duplicates);
}

/* ---- a batch ---- */

static void prepare_level(struct worker *worker)
{
    struct engine *engine = worker->engine;
    for (uint32_t p = worker->number; p < engine->image->set->profiles_count; p += engine->threads)
        if (engine->image->profile[p].level == engine->level)
            feed_prepare(worker, p);
}

static void feed_level(struct worker *worker)
{
    struct engine *engine = worker->engine;
    for (uint32_t p = 0; p < engine->image->set->profiles_count; p++) {
        if (engine->image->profile[p].level != engine->level || worker->status != STATUS_OK)
            continue;
        worker->status = feed_visits(worker, p);
    }
}

moment engine_spellings_past(const struct engine *engine)
{
    int64_t span_ms_max = 0;
    /* A feature may hand on a name that it has from another profile's: once for each of them. */
    int64_t hands = engine->image->set->profiles_count;
    for (uint32_t p = 0; p < engine->image->set->profiles_count; p++) {
        int64_t span_ms = engine->image->profile[p].window.span_ms_max;
        span_ms_max = span_ms > span_ms_max ? span_ms : span_ms_max;
    }
    int64_t late_ms = (int64_t)LATE_HOURS_MAX * HOUR_MS;
    return (moment){engine->counts.watermark.ms - late_ms - hands * span_ms_max - DAY_MS};
}

static void sweep(struct engine *engine)
{
    enum { SLOTS = 16 };
    int64_t newest_ms = engine->counts.watermark.ms;
    int64_t late_ms = (int64_t)LATE_HOURS_MAX * HOUR_MS;
    for (uint32_t p = 0; p < engine->image->set->profiles_count; p++)
        for (unsigned s = 0; s < engine->threads; s++)
            window_sweep(engine->shard[s].window[p], SLOTS, newest_ms);
    marks_sweep(&engine->marks, SLOTS, newest_ms - late_ms);
    spellings_sweep(&engine->spellings, SLOTS, engine_spellings_past(engine));
}

static enum status batch_do(struct engine *engine)
{
    const struct image *image = engine->image;
    flow_batch_begin(engine);
    for (uint32_t p = 0; p < image->set->profiles_count; p++)
        engine->batch.tending[p].visits_count = 0;
    for (engine->level = 0; engine->level < image->levels_count; engine->level++) {
        crew_do(engine, prepare_level);
        crew_do(engine, feed_level);
    }
    for (unsigned w = 0; w < engine->threads; w++)
        TRY(engine->worker[w].status);
    crew_do(engine, judge_plain);
    TRY(judge_batch(engine));
    sweep(engine);
    return STATUS_OK;
}

enum status engine_take(struct engine *engine, const struct record *records, size_t count)
{
    TRY(engine->broken);
    while (count > 0) {
        size_t taken;
        TRY(admit(engine, records, count, &taken));
        if (engine->batch.count > 0)
            engine->broken = batch_do(engine);
        if (engine->broken == STATUS_OK)
            engine->broken = engine->refused;
        TRY(engine->broken);
        records += taken;
        count -= taken;
    }
    return STATUS_OK;
}

moment engine_watermark(const struct engine *engine)
{
    return engine->counts.watermark;
}

void engine_count(const struct engine *engine, struct engine_counts *out)
{
    *out = engine->counts;
    for (unsigned s = 0; s < engine->threads; s++) {
        for (uint32_t p = 0; p < engine->image->set->profiles_count; p++) {
            struct window_counts counts;
            window_count(engine->shard[s].window[p], &counts);
            out->entities += counts.entities;
            out->events += counts.events;
        }
    }
    out->bytes = atomic_load(&engine->budget.used);
}

enum status engine_memory(const struct rule_set *set, struct memory_cost *of_profile,
                          struct arena *scratch)
{
    const struct image *image;
    TRY(image_create(&image, set, scratch));
    for (uint32_t p = 0; p < set->profiles_count; p++) {
        const struct window_plan *plan = &image->profile[p].window;
        struct memory_cost *cost = &of_profile[p];
        TRY(window_sizes(plan, QUIET_EVENTS, scratch, &cost->event_size, &cost->quiet_size));
        TRY(window_sizes(plan, plan->events_max, scratch, &cost->event_size, &cost->busiest_size));
    }
    return STATUS_OK;
}
