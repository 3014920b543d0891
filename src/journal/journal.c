/* journal.c -- the writer: opens at the end that can be trusted, appends frames, syncs, begins new
 * segments.
 *
 * Invariants:  1. synced <= next; everything below `synced` survives power loss.
 *              2. A frame is written in one piece at `offset`, and `offset` moves only after the
 *              write.
 *              3. A new segment is synced, with its name, before a frame goes into it; the old one
 *              was synced before.
 *              4. After one failed write or sync nothing is written any more (`broken`). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/cursor.h"
#include "journal/finding.h"

#include <stdio.h>

enum { NAMES_MEMORY = 64 << 20 };

struct journal {
    struct volume volume;
    int64_t segment_size_max;
    struct segment segment;
    struct volume_file file;
    int64_t offset;
    uint64_t first;
    uint64_t next;
    uint64_t synced;
    uint64_t chain;
    bool broken;
    struct arena *arena;
    size_t frame_size_max;
    unsigned char *frame; /* room for the largest frame */
};

static enum status segment_begin(struct journal *journal)
{
    struct volume *volume = &journal->volume;
    unsigned char header[SEGMENT_HEADER_SIZE];
    segment_header_write(header, journal->next, journal->chain);
    segment_name(journal->segment.name, journal->next);
    journal->segment.first = journal->next;
    TRY(volume->open(volume->self, journal->segment.name, true, &journal->file));
    TRY(volume->write(volume->self, journal->file, 0, header, sizeof header));
    TRY(volume->sync(volume->self, journal->file));
    TRY(volume->sync_names(volume->self));
    journal->offset = SEGMENT_HEADER_SIZE;
    return STATUS_OK;
}

/* Copies what stands behind `offset` into a file of its own, so that cutting it loses nothing. */
static enum status tail_set_aside(struct cursor *cursor, int64_t size,
                                  struct journal_finding *found)
{
    struct volume *volume = &cursor->volume;
    struct volume_file aside = {0};
    (void)snprintf(found->torn_file, VOLUME_NAME_MAX, "torn-%020llu-%lld.bin",
                   (unsigned long long)cursor->expected, (long long)cursor->offset);
    TRY(volume->open(volume->self, found->torn_file, true, &aside));
    enum status status = STATUS_OK;
    int64_t from = cursor->offset;
    while (status == STATUS_OK && from < size) {
        size_t got = 0;
        status = volume->read(volume->self, cursor->file, from, cursor->window, cursor->window_room,
                              &got);
        if (status == STATUS_OK && got == 0)
            break;
        if (status == STATUS_OK)
            status = volume->write(volume->self, aside, from - cursor->offset, cursor->window, got);
        from += (int64_t)got;
    }
    if (status == STATUS_OK)
        status = volume->sync(volume->self, aside);
    volume->close(volume->self, aside);
    TRY(status);
    TRY(volume->sync_names(volume->self));
    found->torn_bytes = size - cursor->offset;
    return STATUS_OK;
}

/* Walks the last segment to its end; a torn tail is set aside and cut, damage is handed back. */
static enum status end_find(struct cursor *cursor, struct journal_finding *found)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK)
        status = cursor_next(cursor, found);
    if (status == STATUS_END)
        return STATUS_OK;
    if (status != STATUS_MALFORMED)
        return status;
    bool more = false;
    TRY(cursor_sees_more(cursor, &more));
    if (more || cursor->closed)
        return STATUS_MALFORMED;
    struct volume *volume = &cursor->volume;
    int64_t size = 0;
    TRY(volume->size(volume->self, cursor->file, &size));
    TRY(tail_set_aside(cursor, size, found));
    TRY(volume->cut(volume->self, cursor->file, cursor->offset));
    TRY(volume->sync(volume->self, cursor->file));
    found->what = FOUND(TORN);
    return STATUS_OK;
}

/* A segment whose very header was being written when power went: it holds no entry.  It is renamed,
 * not deleted. */
static enum status segment_set_aside(struct volume *volume, const struct segment *segment,
                                     struct journal_finding *found)
{
    (void)snprintf(found->torn_file, VOLUME_NAME_MAX, "torn-%020llu-0.bin",
                   (unsigned long long)segment->first);
    TRY(volume->rename(volume->self, segment->name, found->torn_file));
    return volume->sync_names(volume->self);
}

/* Opens the last segment; one that holds not even a header, behind another one, is set aside first.
 * */
static enum status last_open(struct cursor *cursor, const struct journal_options *options,
                             const struct segment *segments, size_t *count, struct arena *boot,
                             struct journal_finding *found)
{
    struct volume volume = options->volume;
    const struct segment *last = &segments[*count - 1];
    enum status status = cursor_open(cursor, volume, last, boot, found);
    if (status != STATUS_MALFORMED)
        return status;
    struct volume_file file = {0};
    int64_t size = 0;
    TRY(volume.open(volume.self, last->name, false, &file));
    status = volume.size(volume.self, file, &size);
    volume.close(volume.self, file);
    TRY(status);
    if (size > SEGMENT_HEADER_SIZE)
        return STATUS_MALFORMED;
    struct journal_finding torn = *found;
    torn.torn_bytes = size;
    TRY(segment_set_aside(&volume, last, &torn));
    *found = torn;
    *count -= 1;
    if (*count == 0)
        return STATUS_ABSENT;
    return cursor_open(cursor, volume, &segments[*count - 1], boot, found);
}

static enum status journal_begin(struct journal *journal)
{
    journal->first = journal->next = journal->synced = 1;
    return segment_begin(journal);
}

enum status journal_open(struct journal **out, const struct journal_options *options,
                         struct arena *boot, struct journal_finding *found)
{
    struct journal *journal = NULL;
    struct segment *segments = NULL;
    size_t count = 0;
    *found = (struct journal_finding){0};
    TRY(ARENA_NEW(boot, 1, &journal));
    journal->frame_size_max =
        options->frame_size_max == 0 ? JOURNAL_FRAME_BYTES_MAX : options->frame_size_max;
    must(journal->frame_size_max <= JOURNAL_FRAME_BYTES_MAX);
    TRY(ARENA_NEW(boot, FRAME_HEADER_SIZE + journal->frame_size_max, &journal->frame));
    journal->volume = options->volume;
    journal->segment_size_max = options->segment_size_max;
    journal->arena = boot;
    TRY(segments_list(&journal->volume, boot, &segments, &count));
    struct cursor cursor = {0};
    enum status status =
        count == 0 ? STATUS_ABSENT : last_open(&cursor, options, segments, &count, boot, found);
    if (status == STATUS_ABSENT) {
        TRY(journal_begin(journal));
        *out = journal;
        return STATUS_OK;
    }
    TRY(status);
    status = end_find(&cursor, found);
    if (status != STATUS_OK) {
        cursor_close(&cursor);
        return status;
    }
    journal->segment = cursor.segment;
    journal->file = cursor.file;
    journal->offset = cursor.offset;
    journal->first = segments[0].first;
    journal->next = journal->synced = cursor.expected;
    journal->chain = cursor.chain;
    *out = journal;
    return STATUS_OK;
}

static enum status frame_write(struct journal *journal, struct frame *frame)
{
    struct volume *volume = &journal->volume;
    frame->first = journal->next;
    frame->chain = journal->chain;
    frame_seal(journal->frame, frame);
    size_t size = FRAME_HEADER_SIZE + (size_t)frame->payload_size;
    enum status status =
        volume->write(volume->self, journal->file, journal->offset, journal->frame, size);
    journal->broken = status != STATUS_OK;
    TRY(status);
    journal->offset += (int64_t)size;
    journal->chain = frame->checksum;
    journal->next += frame->entries_count;
    return STATUS_OK;
}

/* Lays the entries behind the frame's header.  STATUS_FULL: they do not fit. */
static enum status payload_lay(struct journal *journal, const struct slice *entries, size_t count,
                               struct frame *frame)
{
    unsigned char *payload = journal->frame + FRAME_HEADER_SIZE;
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].size + 4 + 7 > journal->frame_size_max - size)
            return STATUS_FULL;
        for (unsigned b = 0; b < 4; b++)
            payload[size + b] = (unsigned char)(entries[i].size >> (8 * b));
        memcpy(payload + size + 4, entries[i].at, entries[i].size);
        size += 4 + entries[i].size;
    }
    while (size % 8 != 0)
        payload[size++] = 0;
    frame->payload_size = (uint32_t)size;
    frame->entries_count = (uint32_t)count;
    return STATUS_OK;
}

static enum status segment_turn(struct journal *journal)
{
    TRY(journal_sync(journal));
    journal->volume.close(journal->volume.self, journal->file);
    enum status status = segment_begin(journal);
    journal->broken = status != STATUS_OK;
    return status;
}

enum status journal_append(struct journal *journal, const struct slice *entries, size_t count,
                           uint64_t *first)
{
    must(count > 0);
    if (journal->broken)
        return STATUS_IO;
    if (journal->offset >= journal->segment_size_max && journal->offset > SEGMENT_HEADER_SIZE &&
        journal->next > journal->segment.first)
        TRY(segment_turn(journal));
    struct frame frame = {0};
    TRY(payload_lay(journal, entries, count, &frame));
    TRY(frame_write(journal, &frame));
    *first = frame.first;
    return STATUS_OK;
}

enum status journal_sync(struct journal *journal)
{
    if (journal->broken)
        return STATUS_IO;
    enum status status = journal->volume.sync(journal->volume.self, journal->file);
    journal->broken = status != STATUS_OK;
    TRY(status);
    journal->synced = journal->next;
    return STATUS_OK;
}

uint64_t journal_next(const struct journal *journal)
{
    return journal->next;
}

uint64_t journal_synced(const struct journal *journal)
{
    return journal->synced;
}

uint64_t journal_first(const struct journal *journal)
{
    return journal->first;
}

static enum status segments_remove(struct journal *journal, uint64_t keep_from,
                                   struct arena *scratch)
{
    struct volume *volume = &journal->volume;
    struct segment *segments = NULL;
    size_t count = 0;
    TRY(segments_list(volume, scratch, &segments, &count));
    for (size_t i = 0; i + 1 < count && segments[i + 1].first <= keep_from; i++) {
        TRY(volume->remove(volume->self, segments[i].name));
        journal->first = segments[i + 1].first;
    }
    return volume->sync_names(volume->self);
}

enum status journal_retain(struct journal *journal, uint64_t keep_from)
{
    struct arena *scratch; /* of its own: the journal's would grow with every call */
    TRY(arena_create(&scratch, NAMES_MEMORY));
    enum status status = segments_remove(journal, keep_from, scratch);
    arena_destroy(scratch);
    return status;
}

enum status journal_segments(struct volume volume, struct arena *arena, uint64_t **out,
                             size_t *count)
{
    struct segment *segments = NULL;
    uint64_t *first;
    size_t found;
    TRY(segments_list(&volume, arena, &segments, &found));
    TRY(ARENA_NEW(arena, found, &first));
    for (size_t i = 0; i < found; i++)
        first[i] = segments[i].first;
    *out = first;
    *count = found;
    return STATUS_OK;
}

enum status journal_close(struct journal *journal)
{
    struct frame frame = {.flags = FRAME_CLOSES};
    enum status status = journal->broken ? STATUS_IO : frame_write(journal, &frame);
    if (status == STATUS_OK)
        status = journal_sync(journal);
    journal->volume.close(journal->volume.self, journal->file);
    journal->broken = true;
    return status;
}
