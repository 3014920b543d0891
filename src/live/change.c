/* change.c -- a start with other rules than those of the snapshot.
 *
 *   journal    ├───── F ┄┄┄┄┄┄┄┄┄┄┄ P ────────┤ now
 *                     └ fill, muted ┘└ as ever ┘
 *   snapshot                        P  register ──> before the fill
 *                                      profiles that did not change, marks, doubles, desk ──> at P
 *
 * New profiles remember what the journal still has of their spans; the others go on as they were.
 * What is behind P is judged by the new rules.
 *
 * Invariants:  1. No alert is made of anything below P.
 *              2. What is remembered depends on the snapshot and on the journal from F on alone.
 * Not chosen:  thinking the whole journal through with the new rules.  They would accuse people of
 *              last month today, and months of records are days of work. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

#include "ground/arena.h"

enum { READER_MEMORY = 3 * JOURNAL_FRAME_BYTES_MAX, NAMES_MEMORY = 64 << 20 };

static enum status memory_import(struct live *live, const struct snapshot *snapshot, unsigned parts,
                                 struct engine_taken *taken)
{
    struct snapshot_source source;
    struct undump_source bytes;
    TRY(snapshot_source_open(&source, live->options.snapshots, snapshot, "pipeline", &bytes));
    enum status status = pipeline_import(live->pipeline, bytes, parts, taken);
    snapshot_source_close(&source);
    return status;
}

/* How far back somebody may look: the longest span of all, once for a profile and once for one that
 * it hands names to, with what may come late. */
static int64_t look_back_ms(const struct rule_set *set)
{
    int64_t span_ms = 0;
    for (uint32_t p = 0; p < set->profiles_count; p++)
        for (uint32_t f = 0; f < set->profile[p].features_count; f++)
            if (set->profile[p].feature[f].span_ms > span_ms)
                span_ms = set->profile[p].feature[f].span_ms;
    for (uint32_t r = 0; r < set->rules_count; r++)
        if (set->rule[r].sequence.within_ms > span_ms)
            span_ms = set->rule[r].sequence.within_ms;
    return 2 * span_ms + (int64_t)LATE_HOURS_MAX * HOUR_MS + DAY_MS;
}

/* The last segment that begins early enough, by its heartbeats; without them, the first. */
static enum status fill_begin(struct live *live, uint64_t position, uint64_t *out)
{
    struct arena *scratch;
    uint64_t *first;
    size_t count;
    moment end = {0};
    TRY(arena_create(&scratch, NAMES_MEMORY));
    enum status status = journal_segments(live->options.journal, scratch, &first, &count);
    uint64_t from = live_first(live);
    if (status == STATUS_OK) {
        while (count > 1 && first[count - 1] >= position)
            count--;
        status = segment_time(live, first[count - 1], &end);
    }
    int64_t limit_ms = end.ms - look_back_ms(live->options.pipeline.set);
    while (status == STATUS_OK && count > 0) {
        moment time;
        status = segment_time(live, first[--count], &time);
        if (status != STATUS_OK || time.ms > limit_ms)
            continue;
        from = first[count];
        break;
    }
    arena_destroy(scratch);
    *out = from;
    return status == STATUS_END ? STATUS_OK : status;
}

/* An event into the batch; the register has its rows already. */
static enum status fill_add(struct live *live, uint64_t sequence, struct slice bytes)
{
    struct batch *batch = live->batch;
    struct slice copy;
    struct entry entry;
    struct record *record = &batch->record[batch->count];
    TRY(slice_copy(batch->scratch, bytes, &copy));
    TRY(entry_read(copy, &entry));
    if (entry.type != ENTRY_RECORD)
        return STATUS_OK;
    TRY(entry_record(&entry, sequence, batch->scratch, record));
    batch->count += kind_schema(record->kind)->group == GROUP_EVENT;
    return STATUS_OK;
}

static enum status fill_read(struct live *live, struct journal_reader *reader, uint64_t position)
{
    for (;;) {
        uint64_t sequence;
        struct slice bytes;
        enum status status = journal_read(reader, &sequence, &bytes);
        if (status == STATUS_END || (status == STATUS_OK && sequence >= position))
            return batch_think(live);
        TRY(status);
        TRY(fill_add(live, sequence, bytes));
        if (live->batch->count == RECORD_BATCH_MAX)
            TRY(batch_think(live));
    }
}

static enum status fill(struct live *live, uint64_t position, struct journal_finding *found)
{
    struct arena *arena;
    struct journal_reader *reader = NULL;
    uint64_t from;
    TRY(fill_begin(live, position, &from));
    TRY(arena_create(&arena, READER_MEMORY));
    enum status status = journal_reader_open(&reader, live->options.journal, from, arena, found);
    if (status == STATUS_OK)
        status = fill_read(live, reader, position);
    journal_reader_close(reader);
    arena_destroy(arena);
    return status;
}

static enum status fill_and_import(struct live *live, const struct snapshot *snapshot,
                                   struct journal_finding *found)
{
    pipeline_close(live->pipeline);
    TRY(pipeline_open(live->pipeline, &live->options.pipeline, live->boot));
    TRY(memory_import(live, snapshot, PIPELINE_REGISTRY, NULL));
    struct finding_sink listener = live->pipeline->listener;
    live->pipeline->listener = (struct finding_sink){.take = NULL};
    bool muted = live->muted;
    live->muted = true;
    enum status status = fill(live, snapshot->position, found);
    live->muted = muted;
    live->pipeline->listener = listener;
    TRY(status);
    return memory_import(live, snapshot, PIPELINE_ENGINE | PIPELINE_DESK, NULL);
}

enum status change_take(struct live *live, const struct snapshot *snapshot,
                        struct journal_finding *found)
{
    struct engine_taken taken;
    bool all = true;
    TRY(memory_import(live, snapshot, PIPELINE_ALL, &taken));
    for (uint32_t p = 0; p < live->options.pipeline.set->profiles_count; p++)
        all = all && taken.profile[p];
    return all ? STATUS_OK : fill_and_import(live, snapshot, found);
}
