/* probe.c -- what would be said.
 *
 * The record goes the way of a batch of one, on this thread alone; each entity is held before it is
 * fed, and the event taken out again at the end, the last one first.  Nothing is forgotten for a
 * record that only might come, so it costs about what a record costs.
 *
 * Invariant:   after a probe the engine says and writes what it would have said and written without
 *              it.
 * Not chosen:  asking the rules without feeding.  Answers would be one event behind, and some (is
 *              this name new to it?) are about the event itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/admit.h"
#include "detect/engine/feed.h"
#include "detect/engine/flow.h"
#include "detect/engine/hold.h"
#include "detect/engine/judge.h"
#include "ground/arena.h"

static enum status spellings_lend(struct engine *engine, const struct record *record)
{
    struct probe *probe = engine->probe;
    uint32_t fields = engine->image->kind[record->kind].spelt & record->known;
    for (; fields != 0; fields &= fields - 1) {
        unsigned field = (unsigned)__builtin_ctz(fields);
        ident name = record->field[field].name;
        if (ident_is_packed(name) || record->text[field].size == 0 ||
            spellings_find(&engine->spellings, name).size > 0)
            continue;
        TRY(spellings_keep(&engine->spellings, name, record->text[field], record->at));
        probe->spelt[probe->spelt_count++] = name;
    }
    return STATUS_OK;
}

/* Of the profiles that the record visits, the next one of this level; PROFILES_MAX: none is. */
static unsigned profile_next(const struct engine *engine, uint64_t *profiles)
{
    while (*profiles != 0) {
        unsigned profile = (unsigned)__builtin_ctzll(*profiles);
        *profiles &= *profiles - 1;
        if (engine->image->profile[profile].level == engine->level)
            return profile;
    }
    return PROFILES_MAX;
}

/* One record has few visits to each profile, but to all of them together it has enough that the
 * memory of one can be on its way while another's is sent for. */
static void level_prepare(struct engine *engine, uint64_t profiles)
{
    unsigned p;
    for (uint64_t left = profiles; (p = profile_next(engine, &left)) < PROFILES_MAX;) {
        feed_prepare(&engine->worker[0], p);
        feed_fetch(engine, p, WINDOW_FETCH_SLOT);
    }
    for (enum window_fetch what = WINDOW_FETCH_BLOCK; what <= WINDOW_FETCH_TAIL; what++)
        for (uint64_t left = profiles; (p = profile_next(engine, &left)) < PROFILES_MAX;)
            feed_fetch(engine, p, what);
}

static enum status level_do(struct engine *engine, uint64_t profiles)
{
    unsigned p;
    level_prepare(engine, profiles);
    for (uint64_t left = profiles; (p = profile_next(engine, &left)) < PROFILES_MAX;) {
        const struct tending *tending = &engine->batch.tending[p];
        for (uint32_t i = 0; i < tending->visits_count; i++)
            TRY(probe_hold(engine, p, &tending->visit[i]));
        for (unsigned s = 0; s < engine->threads; s++)
            if (tending->shard_count[s] > 0)
                TRY(feed_visits(&engine->worker[s], p)); /* its shard, but this thread */
    }
    return STATUS_OK;
}

static enum status probe_do(struct engine *engine, const struct record *record)
{
    TRY(admit_alone(engine, record));
    flow_batch_begin(engine);
    TRY(spellings_lend(engine, record));
    uint64_t profiles = engine->image->kind[record->kind].profiles;
    for (uint32_t p = 0; p < engine->image->set->profiles_count; p++)
        engine->batch.tending[p].visits_count = 0;
    for (engine->level = 0; engine->level < engine->image->levels_count; engine->level++)
        TRY(level_do(engine, profiles));
    for (unsigned w = 0; w < engine->threads; w++)
        judge_plain(&engine->worker[w]);
    return judge_batch(engine);
}

static void probe_undo(struct engine *engine)
{
    struct probe *probe = engine->probe;
    while (probe->held_count > 0)
        window_put_back(&probe->held[--probe->held_count]);
    while (probe->spelt_count > 0)
        spellings_drop(&engine->spellings, probe->spelt[--probe->spelt_count]);
    memcpy(&engine->counts, probe->counts, sizeof probe->counts);
    engine->findings = probe->findings;
    engine->probe = NULL;
}

enum status engine_probe(struct engine *engine, const struct record *record,
                         struct finding_sink sink)
{
    TRY(engine->broken);
    if (engine->probe_kept == NULL)
        TRY(pages_take(sizeof *engine->probe_kept, (void **)&engine->probe_kept));
    struct probe *probe = engine->probe_kept;
    memcpy(probe->counts, &engine->counts, sizeof probe->counts);
    probe->findings = engine->findings;
    probe->held_count = 0;
    probe->spelt_count = 0;
    probe->shelf = (struct window_shelf){probe->bytes, 0, PROBE_BYTES_MAX};
    engine->probe = probe;
    engine->findings = sink;
    enum status status = probe_do(engine, record);
    probe_undo(engine);
    return status;
}

bool engine_marked(const struct engine *engine, ident name, enum field_type type,
                   struct slice label, moment at, struct engine_mark *out)
{
    const struct image *image = engine->image;
    uint32_t number = 0;
    while (number < image->labels_count && !slice_equal(image->label[number], label))
        number++;
    if (number == image->labels_count || !ident_known(name))
        return false;
    const struct mark *mark = marks_find(&engine->marks, name, tag_of(number, type), at.ms);
    if (mark == NULL)
        return false;
    *out = (struct engine_mark){mark->weight, {mark->set_ms}, {mark->until_ms}};
    return true;
}
