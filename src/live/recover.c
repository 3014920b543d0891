/* recover.c -- the newest sound snapshot, then what the journal holds behind it, before anybody new
 * is heard.
 *
 *   snapshots   ┄┄┄ sound ┄┄ sound ┄┄ damaged: named, passed over
 *   journal     ├─────────────────┤···· thought through again ····┤ now
 *
 * Alerts come again as they came; whoever keeps them knows them by their id.
 *
 * Invariants:  1. State is that of an uninterrupted life at the journal's end, or the start is
 *                 refused with the file that stands in the way.
 *              2. Nothing is deleted, whatever is found. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

#include "ground/arena.h"
#include "journal/finding.h"

enum { READER_MEMORY = 3 * JOURNAL_FRAME_BYTES_MAX, NAMES_MEMORY = 4 << 20 };

/* ---- the snapshot ---- */

static enum status misfit(const char *file, uint64_t position, const char *what,
                          struct journal_finding *found)
{
    *found = (struct journal_finding){.sequence = position, .what = what};
    memcpy(found->file, file, strlen(file) + 1);
    return STATUS_MALFORMED;
}

/* Whether the snapshot can be started from.  STATUS_ABSENT: the journal does not reach back to it.
 * STATUS_MALFORMED: the journal is damaged. */
static enum status snapshot_fits(const struct live *live, const struct snapshot *snapshot,
                                 struct journal_finding *found)
{
    if (snapshot->position > live_next(live))
        return misfit(snapshot->name, snapshot->position, FOUND(AHEAD), found);
    return snapshot->position >= live_first(live) ? STATUS_OK : STATUS_ABSENT;
}

static enum status snapshot_find(struct live *live, struct snapshot_wish wish,
                                 struct arena *scratch, struct snapshot *out,
                                 struct journal_finding *found)
{
    struct volume volume = live->options.snapshots;
    struct snapshot_name *names;
    size_t count;
    bool any = false;
    TRY(snapshots_list(volume, scratch, &names, &count));
    for (size_t i = 0; i < count; i++) {
        struct snapshot said = {.position = 0};
        struct journal_finding damage;
        enum status status =
            snapshot_verify(volume, names[i].text, live->keeping->piece, &said, &damage);
        if (status == STATUS_MALFORMED) {
            if (live->snapshot_damage.what == NULL)
                live->snapshot_damage = damage;
            continue;
        }
        TRY(status);
        status = snapshot_fits(live, &said, found);
        if (status == STATUS_OK && !any)
            *out = said;
        any = any || status == STATUS_OK;
        if (status == STATUS_OK && wish.suits != NULL)
            status = wish.suits(wish.self, &said);
        if (status == STATUS_OK)
            *out = said;
        if (status != STATUS_ABSENT)
            return status;
    }
    return any ? STATUS_OK : STATUS_ABSENT;
}

enum status recover_find(struct live *live, struct snapshot_wish wish, struct snapshot *out,
                         struct journal_finding *found)
{
    struct arena *scratch;
    TRY(arena_create(&scratch, NAMES_MEMORY));
    enum status status = snapshot_find(live, wish, scratch, out, found);
    arena_destroy(scratch);
    return status;
}

static enum status notes_take(struct live *live, const struct snapshot *snapshot)
{
    struct snapshot_source source;
    struct undump_source bytes;
    TRY(snapshot_source_open(&source, live->options.snapshots, snapshot, "notes", &bytes));
    enum status status = notes_import(live, bytes);
    snapshot_source_close(&source);
    return status;
}

static enum status memory_take(struct live *live, const struct snapshot *snapshot,
                               struct journal_finding *found)
{
    struct snapshot_source source;
    struct undump_source bytes;
    if (memcmp(&snapshot->image, &live->image, sizeof live->image) != 0)
        return change_take(live, snapshot, found);
    TRY(snapshot_source_open(&source, live->options.snapshots, snapshot, "pipeline", &bytes));
    enum status status = pipeline_import(live->pipeline, bytes, PIPELINE_ALL, NULL);
    snapshot_source_close(&source);
    return status;
}

/* Without a snapshot the journal must begin at the beginning. */
static enum status begin_without(struct live *live, struct journal_finding *found)
{
    live->batch->below = live_first(live);
    if (live->batch->below == 1)
        return STATUS_OK;
    if (live->snapshot_damage.what == NULL)
        return misfit("", live->batch->below, FOUND(NO_BEGINNING), found);
    *found = live->snapshot_damage;
    return STATUS_MALFORMED;
}

enum status recover_take(struct live *live, const struct snapshot *snapshot, bool notes,
                         struct journal_finding *found)
{
    if (snapshot == NULL)
        return begin_without(live, found);
    enum status status = memory_take(live, snapshot, found);
    if (status == STATUS_OK && notes)
        status = notes_take(live, snapshot);
    bool unsaid = found->what == NULL || found->torn_bytes > 0;
    if (unsaid && (status == STATUS_MALFORMED || status == STATUS_ABSENT))
        return misfit(snapshot->name, snapshot->position, FOUND(FORM_SNAPSHOT), found);
    TRY(status);
    live->batch->below = snapshot->position;
    return STATUS_OK;
}

/* ---- the journal ---- */

static enum status batch_end(struct live *live, struct progress progress)
{
    uint64_t first = live->counts.snapshot_position;
    if (first == 0)
        first = live_first(live);
    TRY(batch_think(live));
    if (progress.tell != NULL)
        progress.tell(progress.self, live->batch->below - first, live_next(live) - first);
    if (live->options.listener.reached != NULL)
        live->options.listener.reached(live->options.listener.self, live->batch->below);
    return STATUS_OK;
}

/* The reader lends an entry until it is asked for the next one; a batch needs them all. */
enum status recover_entry(struct live *live, uint64_t sequence, struct slice bytes,
                          struct progress progress, struct journal_finding *found)
{
    struct slice copy;
    if (batch_must_end(live, bytes))
        TRY(batch_end(live, progress));
    TRY(slice_copy(live->batch->scratch, bytes, &copy));
    enum status status = batch_add(live, sequence, copy);
    if (status == STATUS_MALFORMED)
        return misfit("", sequence, FOUND(FORM_ENTRY), found);
    return status;
}

static enum status entries_think(struct live *live, struct journal_reader *reader, uint64_t until,
                                 struct progress progress, struct journal_finding *found)
{
    for (;;) {
        uint64_t sequence;
        struct slice bytes;
        enum status status = journal_read(reader, &sequence, &bytes);
        if (status == STATUS_END || (status == STATUS_OK && sequence >= until))
            return batch_end(live, progress);
        TRY(status);
        TRY(recover_entry(live, sequence, bytes, progress, found));
    }
}

enum status recover_until(struct live *live, uint64_t position, struct progress progress,
                          struct journal_finding *found)
{
    struct arena *arena;
    struct journal_reader *reader = NULL;
    TRY(arena_create(&arena, READER_MEMORY));
    enum status status =
        journal_reader_open(&reader, live->options.journal, live->batch->below, arena, found);
    if (status == STATUS_OK)
        status = entries_think(live, reader, position, progress, found);
    journal_reader_close(reader);
    arena_destroy(arena);
    if (status == STATUS_OK && live->batch->below != position)
        return misfit("", live->batch->below, FOUND(NO_END), found);
    return status;
}
