/* pass.c -- the kept records once more, through rules that are not in force.
 *
 * Where a window begins is found by heartbeats: the last segment whose first one is before that
 * moment is read up to it.  So is the place from which on it is read, silently, for what the rules
 * remember.  Registers are those of the newest snapshot, as for rules that are brought up to be in
 * force.
 *
 * Invariants:  1. Only what detection has thought about is read: both sides saw the same records.
 *              2. A full memory ends the pass, with what was reached, to within one batch; nothing
 *                 is left out of the middle. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hindsight/hindsight_inside.h"

#include "live/snapshot.h"

#include <unistd.h>

enum {
    NAP_US = 5000,
    READER_MEMORY = 3 * JOURNAL_FRAME_BYTES_MAX,
    NAMES_MEMORY = 16 << 20,
    BATCH_MEMORY = 64 << 20,
    BESIDE_MEMORY = 64 << 20, /* of a pipeline, beside what its options allow */
};

struct pass {
    struct trial *trial;
    struct arena *boot, *reading, *batch;
    struct pipeline pipeline;
    struct journal_reader *reader;
    struct journal_finding found;
    struct record record[RECORD_BATCH_MAX];
    size_t count, inside; /* … of which in the window */
};

/* ---- where it begins ---- */

/* The first heartbeat at or behind `since` between two positions; MOMENT_NONE: there is none. */
static enum status heartbeat_find(struct trial *trial, uint64_t from, uint64_t end, moment since,
                                  struct arena *arena, moment *out, uint64_t *at)
{
    struct journal_reader *reader = NULL;
    struct journal_finding found;
    *out = MOMENT_NONE;
    arena_reset(arena);
    TRY(journal_reader_open(&reader, trial->options.journal, from, arena, &found));
    enum status status = STATUS_OK;
    while (status == STATUS_OK && out->ms == MOMENT_NONE.ms) {
        struct slice bytes = SLICE("");
        struct entry entry;
        status = atomic_load(&trial->stop) ? STATUS_STOPPED : journal_read(reader, at, &bytes);
        if (status != STATUS_OK || *at >= end)
            break;
        if (bytes.size > 0 && bytes.at[0] == ENTRY_HEARTBEAT &&
            entry_read(bytes, &entry) == STATUS_OK && entry.time.ms >= since.ms)
            *out = entry.time;
    }
    journal_reader_close(reader);
    return status == STATUS_END ? STATUS_OK : status;
}

/* What is kept of the journal. */
struct kept {
    uint64_t *first; /* of each segment */
    size_t count;
    struct arena *reading;
};

struct place {
    uint64_t at;
    moment time; /* of the first heartbeat there; MOMENT_NONE: there is none */
};

/* Where `since` is.  All that is kept is younger: its beginning. */
static enum status place_find(struct trial *trial, const struct kept *kept, moment since,
                              struct place *out)
{
    const moment ever = {INT64_MIN + 1};
    uint64_t to = atomic_load(&trial->to), end = to, at = 0;
    *out = (struct place){kept->first[0], MOMENT_NONE};
    for (size_t i = kept->count; i-- > 0; end = kept->first[i]) {
        moment time;
        TRY(heartbeat_find(trial, kept->first[i], end, ever, kept->reading, &time, &at));
        if (time.ms == MOMENT_NONE.ms)
            continue;
        out->time = time;
        if (time.ms >= since.ms)
            continue;
        TRY(heartbeat_find(trial, kept->first[i], to, since, kept->reading, &out->time, &at));
        out->at = out->time.ms == MOMENT_NONE.ms ? to : at;
        break;
    }
    return STATUS_OK;
}

/* How long the rules remember: their longest span, sequence or quiet. */
static int64_t remembers_ms(const struct rule_set *set)
{
    int64_t span_ms = 0;
    for (uint32_t p = 0; p < set->profiles_count; p++)
        for (uint32_t f = 0; f < set->profile[p].features_count; f++)
            if (set->profile[p].feature[f].span_ms > span_ms)
                span_ms = set->profile[p].feature[f].span_ms;
    for (uint32_t r = 0; r < set->rules_count; r++) {
        if (set->rule[r].sequence.within_ms > span_ms)
            span_ms = set->rule[r].sequence.within_ms;
        if (set->rule[r].quiet_ms > span_ms)
            span_ms = set->rule[r].quiet_ms;
    }
    const int64_t max_ms = (int64_t)HINDSIGHT_WARM_HOURS_MAX * HOUR_MS;
    return span_ms < max_ms ? span_ms : max_ms;
}

static enum status window_find(struct trial *trial, struct arena *names, struct arena *reading)
{
    const moment since = {trial->asked.ms - trial->hours * HOUR_MS};
    const moment before = {since.ms - remembers_ms(trial->set)};
    struct kept kept = {.reading = reading};
    struct place from, warm;
    TRY(journal_segments(trial->options.journal, names, &kept.first, &kept.count));
    if (kept.count == 0)
        return STATUS_ABSENT;
    TRY(place_find(trial, &kept, since, &from));
    TRY(place_find(trial, &kept, before, &warm));
    trial->begins = from.time;
    trial->warms = warm.time;
    atomic_store(&trial->reached, warm.at);
    atomic_store(&trial->warm, warm.at);
    atomic_store(&trial->from, from.at);
    return STATUS_OK;
}

/* Alerts of everything that detection has thought about by now are told. */
static enum status alerts_await(struct trial *trial)
{
    struct live_counts counts;
    live_count(trial->options.live, &counts);
    while (bulletin_kept(trial->options.bulletin) < counts.thought) {
        if (atomic_load(&trial->stop))
            return STATUS_STOPPED;
        (void)usleep(NAP_US);
    }
    atomic_store(&trial->to, counts.thought);
    return STATUS_OK;
}

enum status pass_window(struct trial *trial)
{
    struct arena *names = NULL, *reading = NULL;
    TRY(alerts_await(trial));
    enum status status = arena_create(&names, NAMES_MEMORY);
    if (status == STATUS_OK)
        status = arena_create(&reading, READER_MEMORY);
    if (status == STATUS_OK)
        status = window_find(trial, names, reading);
    arena_destroy(names);
    arena_destroy(reading);
    return status;
}

/* ---- what is known of accounts and lines ---- */

static enum status registers_of(struct pass *pass, const struct snapshot *snapshot)
{
    struct snapshot_source source;
    struct undump_source bytes;
    TRY(snapshot_source_open(&source, pass->trial->options.snapshots, snapshot, "pipeline",
                             &bytes));
    enum status status = pipeline_import(&pass->pipeline, bytes, PIPELINE_REGISTRY, NULL);
    snapshot_source_close(&source);
    pass->trial->registers = status == STATUS_OK;
    return status;
}

static enum status registers_take(struct pass *pass)
{
    struct volume volume = pass->trial->options.snapshots;
    struct snapshot_name *names = NULL;
    unsigned char *piece = NULL;
    size_t count = 0;
    TRY(arena_take(pass->batch, SNAPSHOT_PIECE, (void **)&piece));
    TRY(snapshots_list(volume, pass->batch, &names, &count));
    for (size_t i = 0; i < count; i++) {
        struct snapshot snapshot = {.position = 0};
        struct journal_finding damage;
        enum status status = snapshot_verify(volume, names[i].text, piece, &snapshot, &damage);
        if (status == STATUS_OK)
            return registers_of(pass, &snapshot);
        if (status != STATUS_MALFORMED && status != STATUS_ABSENT)
            return status;
    }
    return STATUS_OK;
}

/* ---- reading ---- */

static enum status batch_think(struct pass *pass, uint64_t below)
{
    struct trial *trial = pass->trial;
    enum status status = STATUS_OK;
    if (pass->count > 0)
        status = pipeline_take(&pass->pipeline, pass->record, pass->count);
    trial->records += pass->inside;
    trial->warmed += pass->count - pass->inside;
    pass->count = pass->inside = 0;
    arena_reset(pass->batch);
    if (status == STATUS_OK || status == STATUS_FULL)
        atomic_store(&trial->reached, below);
    if (status == STATUS_FULL && trial->cut == HINDSIGHT_CUT_none)
        trial->cut = HINDSIGHT_CUT_memory;
    return status;
}

static enum status entry_take(struct pass *pass, uint64_t sequence, struct slice bytes)
{
    struct entry entry;
    struct slice copy; /* the reader lends an entry until the next one; a batch needs them all */
    if (bytes.size == 0 || bytes.at[0] != ENTRY_RECORD)
        return STATUS_OK;
    TRY(slice_copy(pass->batch, bytes, &copy));
    TRY(entry_read(copy, &entry));
    TRY(entry_record(&entry, sequence, pass->batch, &pass->record[pass->count]));
    pass->count++;
    pass->inside += sequence >= atomic_load(&pass->trial->from);
    return STATUS_OK;
}

static enum status entries_take(struct pass *pass)
{
    struct trial *trial = pass->trial;
    uint64_t to = atomic_load(&trial->to), next = atomic_load(&trial->warm);
    while (next < to) {
        uint64_t sequence = 0;
        struct slice bytes = SLICE("");
        enum status status = journal_read(pass->reader, &sequence, &bytes);
        if (status == STATUS_END)
            return STATUS_ABSENT; /* detection had read it: it was removed meanwhile */
        TRY(status);
        if (sequence >= to)
            break;
        TRY(entry_take(pass, sequence, bytes));
        next = sequence + 1;
        if (pass->count == RECORD_BATCH_MAX || next % RECORD_BATCH_MAX == 0)
            TRY(batch_think(pass, next));
        if (atomic_load(&trial->stop))
            return STATUS_STOPPED;
    }
    return batch_think(pass, to);
}

static enum status pass_go(struct pass *pass)
{
    struct trial *trial = pass->trial;
    const struct pipeline_options options = {
        .set = trial->set,
        .threads = 1,
        .zone_minutes = trial->options.zone_minutes,
        .memory_max = trial->options.memory_max,
        .alerts = {match_tried, trial},
    };
    TRY(pipeline_open(&pass->pipeline, &options, pass->boot));
    TRY(registers_take(pass));
    arena_reset(pass->batch);
    if (atomic_load(&trial->from) >= atomic_load(&trial->to))
        return STATUS_OK; /* nothing was kept in that time */
    TRY(journal_reader_open(&pass->reader, trial->options.journal, atomic_load(&trial->warm),
                            pass->reading, &pass->found));
    enum status status = entries_take(pass);
    return status == STATUS_FULL && trial->cut != HINDSIGHT_CUT_none ? STATUS_OK : status;
}

enum status pass_run(struct trial *trial)
{
    struct pass *pass = NULL;
    TRY(ARENA_NEW(trial->image, 1, &pass));
    *pass = (struct pass){.trial = trial};
    enum status status = arena_create(&pass->boot, trial->options.memory_max + BESIDE_MEMORY);
    if (status == STATUS_OK)
        status = arena_create(&pass->reading, READER_MEMORY);
    if (status == STATUS_OK)
        status = arena_create(&pass->batch, BATCH_MEMORY);
    if (status == STATUS_OK)
        status = pass_go(pass);
    journal_reader_close(pass->reader);
    pipeline_close(&pass->pipeline);
    arena_destroy(pass->batch);
    arena_destroy(pass->reading);
    arena_destroy(pass->boot);
    return status;
}
