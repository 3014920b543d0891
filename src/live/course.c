/* course.c -- which rules spoke where, and a recovery that lets them speak there again.
 *
 *   journal     ├──── b ─────────────── e ───────────> end
 *   snapshots         b                 │
 *   old rules   ──────┴──── aloud ──────┤
 *   new rules         └──── silently ───┴── aloud ──>
 *
 * A change of rules is an entry (ENTRY_RULES) at e that names b, the snapshot from which the new
 * rules were brought up; what they remember at e is what that snapshot and the journal between b
 * and e gave them.  So a recovery does the same, one after the other: the old ones up to e, then
 * the new ones from b to e without a word, then on.  A start with rules that are not those of the
 * journal's end is a change at that end, and is noted there.
 *
 * Invariants:  1. State and alerts are those of a life that went through the same changes without
 *                 being interrupted.
 *              2. Where the rules of a stretch are nobody's any more, those that follow them speak
 *                 instead, and counts.rules_lost says so.
 * Not chosen:  to bring up the new rules from the old ones' memory at e itself, which would need no
 *              b.  Detection would stand still while all of it is written and read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

#include "ground/arena.h"

enum { COURSE_MEMORY = 4 << 20, READER_MEMORY = 3 * JOURNAL_FRAME_BYTES_MAX };

struct change {
    struct change *next;
    uint64_t at;
    struct entry_change said;
};

struct course {
    struct live *live;
    struct arena *arena;
    struct change *change; /* behind the snapshot, in order */
    struct snapshot snapshot;
    bool has_snapshot;
    struct live_rules last; /* those of this start … */
    struct digest last_image;
    struct progress progress;
    struct journal_finding *found;
};

/* ---- what the journal says ---- */

static enum status changes_add(struct course *course, struct journal_reader *reader)
{
    struct change **end = &course->change;
    for (;;) {
        struct slice bytes;
        struct entry entry;
        uint64_t sequence;
        enum status status = journal_read(reader, &sequence, &bytes);
        if (status == STATUS_END)
            return STATUS_OK;
        TRY(status);
        if (bytes.size == 0 || bytes.at[0] != ENTRY_RULES)
            continue;
        if (entry_read(bytes, &entry) != STATUS_OK)
            continue; /* the recovery comes to it, and says so */
        struct change *change;
        TRY(ARENA_NEW(course->arena, 1, &change));
        *change = (struct change){.at = sequence, .said = entry.change};
        *end = change;
        end = &change->next;
    }
}

static enum status changes_read(struct course *course, uint64_t from)
{
    struct live *live = course->live;
    struct arena *arena;
    struct journal_reader *reader = NULL;
    course->change = NULL;
    TRY(arena_create(&arena, READER_MEMORY));
    enum status status =
        journal_reader_open(&reader, live->options.journal, from, arena, course->found);
    if (status == STATUS_OK)
        status = changes_add(course, reader);
    journal_reader_close(reader);
    arena_destroy(arena);
    return status;
}

/* From one between b and e, the new rules could not be brought up as they were. */
static enum status snapshot_suits(void *self, const struct snapshot *snapshot)
{
    struct course *course = self;
    TRY(changes_read(course, snapshot->position));
    for (const struct change *change = course->change; change != NULL; change = change->next)
        if (change->said.base < snapshot->position)
            return STATUS_ABSENT;
    return STATUS_OK;
}

/* ---- rules come and go ---- */

/* STATUS_ABSENT: nobody has them. */
static enum status rules_find(const struct course *course, const struct digest *image,
                              struct live_rules *out)
{
    struct live_library library = course->live->options.library;
    if (memcmp(image, &course->last_image, sizeof *image) == 0) {
        *out = course->last;
        return STATUS_OK;
    }
    return library.find == NULL ? STATUS_ABSENT : library.find(library.self, image, out);
}

/* An empty pipeline of other rules in place of what was. */
static enum status rules_use(struct live *live, const struct live_rules *rules,
                             const struct digest *image)
{
    pipeline_close(live->pipeline);
    live->options.pipeline.set = rules->set;
    live->alerts = rules->alerts;
    live->image = *image;
    return pipeline_open(live->pipeline, &live->options.pipeline, live->boot);
}

/* Which rules spoke behind the snapshot.  Where nobody can say: those of this start. */
static enum status rules_begin(struct course *course)
{
    struct live *live = course->live;
    const struct digest *image = &course->last_image;
    struct live_rules rules;
    if (course->has_snapshot)
        image = &course->snapshot.image;
    else if (course->change != NULL)
        image = &course->change->said.was;
    enum status status = rules_find(course, image, &rules);
    if (status == STATUS_ABSENT && course->change != NULL) {
        live->counts.rules_lost = true;
        image = &course->change->said.was;
        status = rules_find(course, image, &rules);
    }
    if (status == STATUS_ABSENT) {
        live->counts.rules_lost = live->options.library.find != NULL;
        return STATUS_OK;
    }
    TRY(status);
    if (memcmp(image, &live->image, sizeof *image) == 0)
        return STATUS_OK;
    return rules_use(live, &rules, image);
}

/* ---- a change ---- */

/* A snapshot of exactly there, or the one that the recovery began with. */
static enum status base_find(struct course *course, uint64_t position, const struct snapshot **out,
                             struct snapshot *found)
{
    struct live *live = course->live;
    struct volume volume = live->options.snapshots;
    struct journal_finding damage;
    char named[VOLUME_NAME_MAX];
    *out = course->has_snapshot ? &course->snapshot : NULL;
    if (course->has_snapshot ? course->snapshot.position == position : position == live_first(live))
        return STATUS_OK;
    snapshot_name(named, position);
    const char *const names[] = {named, SNAPSHOT_UNNAMED};
    for (unsigned i = 0; i < 2; i++) {
        *found = (struct snapshot){.position = position};
        enum status status =
            snapshot_verify(volume, names[i], live->keeping->piece, found, &damage);
        if (status == STATUS_OK) {
            *out = found;
            return STATUS_OK;
        }
        if (status != STATUS_MALFORMED && status != STATUS_ABSENT)
            return status;
    }
    return STATUS_OK;
}

/* Brings up rules as their successor did: from the base to here, without a word. */
static enum status silently(struct course *course, const struct snapshot *base, uint64_t at)
{
    struct live *live = course->live;
    const struct progress quiet = {.tell = NULL};
    struct live_listener listener = live->options.listener;
    struct finding_sink findings = live->pipeline->listener;
    live->options.listener = (struct live_listener){.self = NULL};
    live->pipeline->listener = (struct finding_sink){.take = NULL};
    live->muted = true;
    enum status status = recover_take(live, base, false, course->found);
    if (status == STATUS_OK)
        status = recover_until(live, at, quiet, course->found);
    live->muted = false;
    live->pipeline->listener = findings;
    live->options.listener = listener;
    return status;
}

static enum status change_over(struct course *course, const struct entry_change *change,
                               uint64_t at)
{
    struct live *live = course->live;
    struct live_rules rules;
    struct snapshot found;
    const struct snapshot *base;
    struct digest image = change->image;
    enum status status = rules_find(course, &image, &rules);
    if (status == STATUS_ABSENT) {
        live->counts.rules_lost = true;
        rules = course->last;
        image = course->last_image;
    } else {
        TRY(status);
    }
    if (memcmp(&image, &live->image, sizeof image) == 0)
        return STATUS_OK;
    TRY(base_find(course, change->base, &base, &found));
    TRY(rules_use(live, &rules, &image));
    return silently(course, base, at);
}

/* ---- the course ---- */

/* The first place up to `at` from which rules of later on were brought up, or `at`. */
static uint64_t next_stop(const struct course *course, uint64_t at)
{
    uint64_t stop = at;
    for (const struct change *change = course->change; change != NULL; change = change->next)
        if (change->said.base > course->live->batch->below && change->said.base < stop)
            stop = change->said.base;
    return stop;
}

/* Up to `at`; where rules of later on were brought up from a snapshot that is not there any more,
 * it is made again. */
static enum status aloud(struct course *course, uint64_t at)
{
    struct live *live = course->live;
    for (;;) {
        struct snapshot found;
        const struct snapshot *base;
        uint64_t stop = next_stop(course, at);
        TRY(recover_until(live, stop, course->progress, course->found));
        if (stop == at)
            return STATUS_OK;
        TRY(base_find(course, stop, &base, &found));
        if (base != &found)
            TRY(keep_unnamed(live));
    }
}

/* The start itself is a change, at the journal's end. */
static enum status change_at_end(struct course *course)
{
    struct live *live = course->live;
    char bytes[ENTRY_CHANGE_SIZE];
    const struct slice entry = {bytes, sizeof bytes};
    uint64_t first;
    const struct entry_change change = {
        .image = course->last_image,
        .was = live->image,
        .base = course->has_snapshot ? course->snapshot.position : live_first(live),
        .version = live->options.version,
    };
    if (memcmp(&change.image, &change.was, sizeof change.image) == 0)
        return STATUS_OK;
    entry_change_write(&change, bytes);
    TRY(change_over(course, &change, live_next(live)));
    TRY(journal_append(live->journal, &entry, 1, &first));
    TRY(journal_sync(live->journal));
    live->batch->below = first + 1;
    return STATUS_OK;
}

/* Of the very first rules nothing else would speak until the first snapshot. */
static enum status first_word(struct live *live)
{
    if (live->options.library.find == NULL || live_next(live) > 1)
        return STATUS_OK;
    return keep_now(live);
}

static enum status course_begin(struct course *course)
{
    struct live *live = course->live;
    const struct snapshot_wish wish = {snapshot_suits, course};
    enum status status = recover_find(live, wish, &course->snapshot, course->found);
    course->has_snapshot = status == STATUS_OK;
    if (status != STATUS_ABSENT)
        TRY(status);
    uint64_t from = course->has_snapshot ? course->snapshot.position : live_first(live);
    TRY(changes_read(course, from));
    TRY(rules_begin(course));
    TRY(recover_take(live, course->has_snapshot ? &course->snapshot : NULL, true, course->found));
    live->counts.snapshot_position = course->has_snapshot ? course->snapshot.position : 0;
    return STATUS_OK;
}

static enum status course_take(struct course *course)
{
    TRY(course_begin(course));
    for (const struct change *change = course->change; change != NULL; change = change->next) {
        TRY(aloud(course, change->at));
        TRY(change_over(course, &change->said, change->at));
    }
    TRY(aloud(course, live_next(course->live)));
    TRY(change_at_end(course));
    return course->has_snapshot ? STATUS_OK : first_word(course->live);
}

enum status live_recover(struct live *live, struct progress progress, struct journal_finding *found)
{
    struct course course = {
        .live = live,
        .last = {.set = live->options.pipeline.set, .alerts = live->alerts},
        .last_image = live->image,
        .progress = progress,
        .found = found,
    };
    TRY(arena_create(&course.arena, COURSE_MEMORY));
    enum status status = course_take(&course);
    arena_destroy(course.arena);
    return status;
}
