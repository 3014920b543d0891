/* gather.c -- reading around an alert: its own records by number, then pieces of the journal.
 *
 *     ├── chunk 3 ──┤├── chunk 2 ──┤├── chunk 1 ──┤▲├── chunk 4 ──┤ … durable
 *          <──────────────<──────────────<─────  trigger  ─────>
 *
 * A chunk is read forward, as the journal lies, and judged from its newest record on: so whatever
 * bound ends the reading, what is nearest to the alert is there.
 *
 * Invariants:  1. No bound is passed by more than a chunk.
 *              2. What is shown does not depend on when a bound of time ended the reading but for
 *                 how far it reaches. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ladder/ladder_inside.h"

#include "ground/checksum.h"
#include "live/entry.h"

enum { SETTLE = 64 }; /* records of a chunk until its newest time is that of all feeds */

/* One record of a chunk that is about somebody who is sought. */
struct match {
    uint64_t position;
    struct slice bytes;
    int64_t seen_ms;
};

struct chunk {
    uint64_t from, to; /* positions: [from, to) */
    struct match match[LADDER_CHUNK];
    uint32_t matches_count, records;
    int64_t newest_ms, settled_ms; /* event times: of all; of the first of them */
};

static int64_t ticks(const struct gather *gather)
{
    struct clock clock = gather->options->clock;
    return clock.ticks_ms(clock.self);
}

/* The reader before entry `position`.  STATUS_ABSENT: older than what is kept. */
static enum status send_to(struct gather *gather, uint64_t position)
{
    if (*gather->reader == NULL)
        TRY(journal_reader_open(gather->reader, gather->options->journal, position,
                                gather->reader_memory, &gather->found));
    return journal_reader_seek(*gather->reader, position);
}

/* The event in an entry; false: it is none. */
static enum status event_of(struct slice bytes, uint64_t position, struct arena *arena,
                            struct record *out, bool *is)
{
    struct entry entry;
    *is =
        bytes.size >= 2 && bytes.at[0] == ENTRY_RECORD && (unsigned char)bytes.at[1] < LADDER_KINDS;
    if (!*is)
        return STATUS_OK;
    TRY(entry_read(bytes, &entry));
    return entry_record(&entry, position, arena, out);
}

/* A further record of the view; its bytes are copied. */
static enum status keep(struct gather *gather, const struct match *match, bool own)
{
    struct ladder_view *view = gather->view;
    struct slice copy;
    bool is;
    if (view->record == NULL)
        TRY(ARENA_NEW(gather->request,
                      LADDER_RECORDS_MAX + LADDER_AFTER_RECORDS_MAX + POSITIONS_MAX,
                      &view->record));
    struct ladder_record *one = &view->record[view->records_count];
    TRY(slice_copy(gather->request, match->bytes, &copy));
    *one = (struct ladder_record){
        .own = own, .seen_ms = match->seen_ms, .chunk = own ? UINT32_MAX : gather->chunks};
    TRY(event_of(copy, match->position, gather->request, &one->record, &is));
    view->records_count += is;
    return STATUS_OK;
}

/* ---- its own ---- */

static enum status own_take(struct gather *gather, uint64_t position)
{
    struct match match = {.position = position, .seen_ms = INT64_MIN};
    uint32_t before = gather->view->records_count;
    if (position_file(position) != 0 || position >= gather->durable) {
        gather->view->missing++; /* of files that were read, not of this journal */
        return STATUS_OK;
    }
    enum status status = send_to(gather, position);
    if (status == STATUS_OK)
        status = journal_read(*gather->reader, &match.position, &match.bytes);
    if (status == STATUS_OK)
        status = keep(gather, &match, true);
    if (status != STATUS_OK && status != STATUS_ABSENT && status != STATUS_END &&
        status != STATUS_MALFORMED)
        return status;
    gather->view->missing += gather->view->records_count == before;
    return STATUS_OK;
}

enum status gather_own(struct gather *gather)
{
    const struct ladder_wish *wish = gather->wish;
    uint64_t *segment;
    size_t count;
    TRY(journal_segments(gather->options->journal, gather->chunk, &segment, &count));
    gather->view->kept_from = count == 0 ? gather->durable : segment[0];
    for (size_t i = 0; i < wish->positions_count; i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again |= wish->position[j] == wish->position[i];
        if (!again)
            TRY(own_take(gather, wish->position[i]));
    }
    return STATUS_OK;
}

/* ---- a chunk ---- */

static int64_t bucket_of(const struct gather *gather, int64_t at_ms)
{
    int64_t from = gather->wish->at.ms - (int64_t)LADDER_SPAN_HOURS * HOUR_MS;
    return at_ms < from ? -1 : (at_ms - from) / LADDER_BUCKET_MS;
}

/* Whether the record is about somebody who is sought. */
static bool is_sought(const struct gather *gather, const struct ladder_name *names, unsigned count)
{
    const struct ladder_view *view = gather->view;
    for (unsigned n = 0; n < count; n++) {
        if ((gather->bloom >> (hash_word(names[n].name.bits) & 63) & 1) == 0)
            continue;
        for (uint32_t p = 0; p < view->parties_count; p++)
            if (view->party[p].type == names[n].type &&
                ident_equal(view->party[p].name, names[n].name))
                return true;
    }
    return false;
}

static enum status chunk_entry(struct gather *gather, struct chunk *chunk, uint64_t position,
                               struct slice bytes)
{
    struct record record;
    struct ladder_name names[NAMES_MAX];
    bool is;
    gather->view->entries++;
    gather->view->bytes += bytes.size;
    TRY(event_of(bytes, position, gather->chunk, &record, &is));
    if (!is)
        return STATUS_OK;
    int64_t bucket = bucket_of(gather, record.at.ms);
    if (bucket >= 0 && bucket < LADDER_BUCKETS)
        gather->counted[record.kind][bucket]++;
    if (is_sought(gather, names, ladder_names(&record, names))) {
        struct match *match = &chunk->match[chunk->matches_count++];
        *match = (struct match){.position = position, .seen_ms = chunk->newest_ms};
        TRY(slice_copy(gather->chunk, bytes, &match->bytes));
    }
    if (record.at.ms > chunk->newest_ms)
        chunk->newest_ms = record.at.ms;
    if (++chunk->records <= SETTLE)
        chunk->settled_ms = chunk->newest_ms;
    return STATUS_OK;
}

/* STATUS_ABSENT: what it begins with is not kept any more. */
static enum status chunk_read(struct gather *gather, struct chunk *chunk)
{
    TRY(send_to(gather, chunk->from));
    for (uint64_t next = chunk->from; next < chunk->to; next++) {
        uint64_t position;
        struct slice bytes;
        enum status status = journal_read(*gather->reader, &position, &bytes);
        if (status == STATUS_END)
            return STATUS_OK;
        TRY(status);
        TRY(chunk_entry(gather, chunk, position, bytes));
    }
    return STATUS_OK;
}

/* ---- judged ---- */

/* Counts whom a party met; how many, as long as there are places. */
static void meet(struct gather *gather, struct ladder_party *party, uint32_t at,
                 const struct ladder_name *name)
{
    uint64_t key = hash_word(name->name.bits ^ hash_word(at + 1)) | 1;
    uint32_t i = (uint32_t)(key >> 7) & (MET_PLACES - 1);
    for (; gather->met[i] != 0; i = (i + 1) & (MET_PLACES - 1))
        if (gather->met[i] == key)
            return;
    if (gather->met_count == MET_PLACES / 4 * 3) {
        party->others_more = true;
        return;
    }
    gather->met[i] = key;
    gather->met_count++;
    party->others++;
}

/* Whether a name is one side of what goes from one party to another: no device, no card. */
static bool is_side(enum field_type type)
{
    return type == FIELD_PHONE || type == FIELD_ACCOUNT;
}

/* Counts a record for all whom it is about; whether one of them may still be shown in more. */
static bool count_it(struct gather *gather, const struct ladder_name *names, unsigned count,
                     uint32_t shown[LADDER_SOUGHT_MAX], bool bounded)
{
    struct ladder_view *view = gather->view;
    bool room = false;
    for (uint32_t p = 0; p < view->parties_count; p++) {
        struct ladder_party *party = &view->party[p];
        bool in = false;
        for (unsigned n = 0; n < count; n++)
            in |= names[n].type == party->type && ident_equal(names[n].name, party->name);
        if (!in)
            continue;
        party->records++;
        room |= !bounded || shown[p] < LADDER_PARTY_RECORDS_MAX;
        for (unsigned n = 0; n < count; n++)
            if (is_side(names[n].type) && !ident_equal(names[n].name, party->name))
                meet(gather, party, p, &names[n]);
    }
    for (uint32_t p = 0; room && p < view->parties_count; p++)
        for (unsigned n = 0; n < count; n++)
            if (names[n].type == view->party[p].type &&
                ident_equal(names[n].name, view->party[p].name)) {
                shown[p]++;
                break;
            }
    return room;
}

/* An own record lies in the chunk: what was known before it is known now. */
static bool own_place(struct gather *gather, const struct match *match)
{
    struct ladder_view *view = gather->view;
    for (uint32_t i = 0; i < view->records_count; i++)
        if (view->record[i].own && view->record[i].record.position == match->position) {
            view->record[i].seen_ms = match->seen_ms;
            view->record[i].chunk = gather->chunks;
            return true;
        }
    return false;
}

/* STATUS_END: as many are shown as may be. */
static enum status judge(struct gather *gather, const struct match *match,
                         uint32_t shown[LADDER_SOUGHT_MAX])
{
    struct record record;
    struct ladder_name names[NAMES_MAX];
    bool is;
    TRY(event_of(match->bytes, match->position, gather->chunk, &record, &is));
    unsigned count = ladder_names(&record, names);
    if (own_place(gather, match)) {
        (void)count_it(gather, names, count, shown, false);
        return STATUS_OK;
    }
    bool far = record.at.ms < gather->wish->at.ms - (int64_t)LADDER_SPAN_HOURS * HOUR_MS;
    if (!count_it(gather, names, count, shown, true) || far) {
        gather->view->left++;
        return STATUS_OK;
    }
    if (gather->view->records_count == gather->records_max) {
        gather->view->left++;
        return STATUS_END;
    }
    return keep(gather, match, false);
}

/* From its newest on, or, behind the trigger, from its oldest on. */
static enum status chunk_judge(struct gather *gather, const struct chunk *chunk, bool back,
                               uint32_t shown[LADDER_SOUGHT_MAX])
{
    bool full = false;
    for (uint32_t i = 0; i < chunk->matches_count; i++) {
        uint32_t at = back ? chunk->matches_count - 1 - i : i;
        enum status status = judge(gather, &chunk->match[at], shown);
        full |= status == STATUS_END;
        if (status != STATUS_END)
            TRY(status);
    }
    return full ? STATUS_END : STATUS_OK;
}

/* ---- around ---- */

/* A bound that is reached before a chunk is begun; CUT_none: none. */
static enum ladder_cut bound_reached(const struct gather *gather, uint64_t read, uint64_t read_max)
{
    const struct ladder_options *options = gather->options;
    if (read >= read_max)
        return LADDER_CUT_entries;
    if (gather->view->bytes >= LADDER_BYTES_MAX)
        return LADDER_CUT_bytes;
    if (ticks(gather) - gather->begun_ms >= LADDER_MS_MAX)
        return LADDER_CUT_time;
    return options->busy != NULL && options->busy(options->self) ? LADDER_CUT_busy
                                                                 : LADDER_CUT_none;
}

static void chunk_note(struct gather *gather, const struct chunk *chunk)
{
    struct ladder_view *view = gather->view;
    gather->chunk_newest_ms[gather->chunks] = chunk->newest_ms;
    gather->chunk_first[gather->chunks++] = chunk->from;
    if (view->first == 0 || chunk->from < view->first)
        view->first = chunk->from;
    if (chunk->to - 1 > view->last)
        view->last = chunk->to - 1;
    if (chunk->records == 0)
        return;
    if (view->from.ms == MOMENT_NONE.ms || chunk->settled_ms < view->from.ms)
        view->from.ms = chunk->settled_ms;
    if (chunk->newest_ms > view->until.ms)
        view->until.ms = chunk->newest_ms;
}

/* One chunk: read, judged, noted.  `*cut` says why it is the last. */
static enum status chunk_do(struct gather *gather, uint64_t from, uint64_t to, bool back,
                            uint32_t shown[LADDER_SOUGHT_MAX], enum ladder_cut *cut)
{
    struct chunk *chunk = NULL;
    arena_reset(gather->chunk);
    TRY(ARENA_NEW(gather->chunk, 1, &chunk));
    *chunk =
        (struct chunk){.from = from, .to = to, .newest_ms = INT64_MIN, .settled_ms = INT64_MIN};
    enum status status = chunk_read(gather, chunk);
    if (status == STATUS_ABSENT || status == STATUS_MALFORMED) {
        *cut = status == STATUS_ABSENT ? LADDER_CUT_kept : LADDER_CUT_damaged;
        return STATUS_OK;
    }
    TRY(status);
    status = chunk_judge(gather, chunk, back, shown);
    if (status == STATUS_END)
        *cut = LADDER_CUT_records;
    else
        TRY(status);
    chunk_note(gather, chunk);
    int64_t span_ms = gather->wish->at.ms - (int64_t)LADDER_SPAN_HOURS * HOUR_MS;
    int64_t after_ms = gather->wish->at.ms + (int64_t)LADDER_AFTER_HOURS * HOUR_MS;
    if (*cut == LADDER_CUT_none && chunk->records > 0 &&
        (back ? chunk->newest_ms < span_ms : chunk->settled_ms > after_ms))
        *cut = LADDER_CUT_span;
    return STATUS_OK;
}

static enum status before(struct gather *gather)
{
    struct ladder_view *view = gather->view;
    uint32_t shown[LADDER_SOUGHT_MAX] = {0};
    uint64_t end = view->trigger + 1, to = end;
    gather->records_max = view->records_count + LADDER_RECORDS_MAX;
    while (view->cut == LADDER_CUT_none && to > view->kept_from) {
        uint64_t from = to > LADDER_CHUNK ? to - LADDER_CHUNK : 1;
        view->cut = bound_reached(gather, end - to, LADDER_ENTRIES_MAX);
        if (view->cut != LADDER_CUT_none)
            break;
        if (from < view->kept_from)
            from = view->kept_from;
        TRY(chunk_do(gather, from, to, true, shown, &view->cut));
        to = from;
    }
    if (view->cut == LADDER_CUT_none && view->kept_from > 1)
        view->cut = LADDER_CUT_kept;
    return STATUS_OK;
}

static enum status behind(struct gather *gather)
{
    struct ladder_view *view = gather->view;
    uint32_t shown[LADDER_SOUGHT_MAX] = {0};
    uint64_t begin = view->trigger + 1, from = begin;
    gather->records_max = view->records_count + LADDER_AFTER_RECORDS_MAX;
    while (view->cut_after == LADDER_CUT_none && from < gather->durable) {
        uint64_t to = from + LADDER_CHUNK < gather->durable ? from + LADDER_CHUNK : gather->durable;
        view->cut_after = bound_reached(gather, from - begin, LADDER_AFTER_MAX);
        if (view->cut_after == LADDER_CUT_none)
            TRY(chunk_do(gather, from, to, false, shown, &view->cut_after));
        from = to;
    }
    return STATUS_OK;
}

/* ---- late, and gaps ---- */

/* When a record could have come at the earliest: of a call, when it had ended. */
static int64_t whole_at(const struct record *record)
{
    unsigned duration = FIELD_OF(call, duration);
    bool lasts = record->kind == RECORD_call && record_knows(record, duration);
    return record->at.ms + (lasts ? record->field[duration].whole : 0);
}

/* The newest event time of what came before: in the record's own chunk, or in an older one. */
static void late_find(struct gather *gather)
{
    struct ladder_view *view = gather->view;
    for (uint32_t i = 0; i < view->records_count; i++) {
        struct ladder_record *one = &view->record[i];
        if (one->chunk >= gather->chunks)
            continue;
        int64_t newest = one->seen_ms;
        for (uint32_t c = 0; c < gather->chunks; c++)
            if (gather->chunk_first[c] < gather->chunk_first[one->chunk] &&
                gather->chunk_newest_ms[c] > newest)
                newest = gather->chunk_newest_ms[c];
        if (newest != INT64_MIN && newest - whole_at(&one->record) >= LADDER_LATE_MS)
            one->late_ms = newest - whole_at(&one->record);
    }
}

static void gap_add(struct gather *gather, enum record_kind kind, int64_t from, int64_t until)
{
    struct ladder_view *view = gather->view;
    int64_t begin = gather->wish->at.ms - (int64_t)LADDER_SPAN_HOURS * HOUR_MS;
    if (until > from && view->gaps_count < LADDER_GAPS_MAX)
        view->gap[view->gaps_count++] = (struct ladder_gap){
            kind, {begin + from * LADDER_BUCKET_MS}, {begin + until * LADDER_BUCKET_MS}};
}

/* Quarters of an hour without any record of a kind that is usually there, among those that were
 * read whole. */
static void gaps_find(struct gather *gather)
{
    const struct ladder_view *view = gather->view;
    if (view->from.ms == MOMENT_NONE.ms)
        return;
    int64_t from = bucket_of(gather, view->from.ms) + 1, until = bucket_of(gather, view->until.ms);
    if (until > LADDER_BUCKETS)
        until = LADDER_BUCKETS;
    for (unsigned kind = 0; kind < LADDER_KINDS; kind++) {
        int64_t all = 0, empty = from;
        for (int64_t b = from; b < until; b++)
            all += gather->counted[kind][b];
        if (until <= from || all < (until - from) * LADDER_GAP_USUAL)
            continue;
        for (int64_t b = from; b < until; b++)
            if (gather->counted[kind][b] != 0) {
                gap_add(gather, (enum record_kind)kind, empty, b);
                empty = b + 1;
            }
        gap_add(gather, (enum record_kind)kind, empty, until);
    }
}

/* By time, then position. */
static void records_sort(struct ladder_view *view)
{
    for (uint32_t i = 1; i < view->records_count; i++) {
        struct ladder_record one = view->record[i];
        uint32_t at = i;
        for (; at > 0; at--) {
            const struct record *before = &view->record[at - 1].record;
            if (before->at.ms < one.record.at.ms ||
                (before->at.ms == one.record.at.ms && before->position < one.record.position))
                break;
            view->record[at] = view->record[at - 1];
        }
        view->record[at] = one;
    }
}

enum status gather_around(struct gather *gather)
{
    struct ladder_view *view = gather->view;
    bool here = position_file(view->trigger) == 0 && view->trigger < gather->durable &&
                view->trigger >= view->kept_from && view->trigger != 0;
    if (here && view->records_count > 0) {
        TRY(before(gather));
        TRY(behind(gather));
    } else
        view->cut = LADDER_CUT_kept;
    late_find(gather);
    gaps_find(gather);
    records_sort(view);
    return STATUS_OK;
}
