/* reader.c -- entries in order, from any number, across segments; and the whole journal checked.
 *
 * Invariants:  1. Numbers rise by one; a gap is damage, never skipped.
 *              2. A segment ends where the next one begins: same number, same chain. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/cursor.h"
#include "journal/finding.h"

enum { NAMES_MEMORY = 64 << 20 };

struct journal_reader {
    struct cursor cursor;
    struct arena *arena;
    struct arena *names; /* of the volume's files, each time it looks for a segment */
    struct volume volume;
    struct journal_finding *found;
    uint64_t from; /* entries below are passed over */
    uint64_t next; /* number of the next entry of the current frame */
    uint32_t left; /* entries left in the current frame */
    size_t offset; /* in its payload */
};

/* The last segment that begins at or below `from`.  STATUS_ABSENT: there is none. */
static enum status segment_find(struct volume *volume, struct arena *arena, uint64_t from,
                                struct segment *out)
{
    struct segment *segments = NULL;
    size_t count = 0;
    TRY(segments_list(volume, arena, &segments, &count));
    while (count > 0 && segments[count - 1].first > from)
        count--;
    if (count == 0)
        return STATUS_ABSENT;
    *out = segments[count - 1];
    return STATUS_OK;
}

enum status journal_reader_open(struct journal_reader **out, struct volume volume, uint64_t from,
                                struct arena *arena, struct journal_finding *found)
{
    struct journal_reader *reader = NULL;
    struct segment segment = {0};
    TRY(ARENA_NEW(arena, 1, &reader));
    TRY(arena_create(&reader->names, NAMES_MEMORY));
    enum status status = segment_find(&volume, reader->names, from, &segment);
    if (status == STATUS_OK)
        status = cursor_open(&reader->cursor, volume, &segment, arena, found);
    if (status != STATUS_OK) {
        arena_destroy(reader->names);
        return status;
    }
    reader->arena = arena;
    reader->volume = volume;
    reader->found = found;
    reader->from = from;
    *out = reader;
    return STATUS_OK;
}

void journal_reader_close(struct journal_reader *reader)
{
    if (reader == NULL)
        return;
    cursor_close(&reader->cursor);
    arena_destroy(reader->names);
}

enum status journal_reader_seek(struct journal_reader *reader, uint64_t from)
{
    struct cursor *cursor = &reader->cursor;
    struct segment segment = {0};
    reader->from = from;
    reader->left = 0;
    cursor_close(cursor);
    arena_reset(reader->names);
    TRY(segment_find(&reader->volume, reader->names, from, &segment));
    TRY(cursor_open(cursor, reader->volume, &segment, reader->arena, reader->found));
    return cursor_seek(cursor, from);
}

/* Steps into the segment that begins where this one ended.  STATUS_END: there is none yet. */
static enum status segment_step(struct journal_reader *reader)
{
    struct cursor *cursor = &reader->cursor;
    struct segment next = {0};
    arena_reset(reader->names);
    TRY(segment_find(&reader->volume, reader->names, cursor->expected, &next));
    if (next.first != cursor->expected || next.first == cursor->segment.first)
        return STATUS_END;
    uint64_t chain = cursor->chain;
    cursor_close(cursor);
    TRY(cursor_open(cursor, reader->volume, &next, reader->arena, reader->found));
    if (cursor->chain == chain)
        return STATUS_OK;
    *reader->found = (struct journal_finding){.sequence = next.first, .what = FOUND(GAP)};
    memcpy(reader->found->file, next.name, VOLUME_NAME_MAX);
    return STATUS_MALFORMED;
}

static enum status frame_step(struct journal_reader *reader)
{
    enum status status = cursor_next(&reader->cursor, reader->found);
    if (status == STATUS_END) {
        TRY(segment_step(reader));
        status = cursor_next(&reader->cursor, reader->found);
    }
    TRY(status);
    reader->next = reader->cursor.frame.first;
    reader->left = reader->cursor.frame.entries_count;
    reader->offset = 0;
    return STATUS_OK;
}

/* The checksum is right and the entries do not fit: whoever wrote the frame was wrong. */
static enum status entries_damage(struct journal_reader *reader)
{
    const struct cursor *cursor = &reader->cursor;
    *reader->found = (struct journal_finding){.offset = cursor->offset - FRAME_HEADER_SIZE -
                                                        (int64_t)cursor->frame.payload_size,
                                              .sequence = reader->next,
                                              .what = FOUND(ENTRIES)};
    memcpy(reader->found->file, cursor->segment.name, VOLUME_NAME_MAX);
    return STATUS_MALFORMED;
}

enum status journal_read(struct journal_reader *reader, uint64_t *sequence, struct slice *entry)
{
    must(reader->cursor.open);
    for (;;) {
        while (reader->left == 0)
            TRY(frame_step(reader));
        const unsigned char *payload = reader->cursor.bytes + FRAME_HEADER_SIZE;
        struct slice found = {0};
        if (frame_entry(payload, &reader->cursor.frame, &reader->offset, &found) != STATUS_OK)
            return entries_damage(reader);
        reader->left--;
        uint64_t number = reader->next++;
        if (number < reader->from)
            continue;
        *sequence = number;
        *entry = found;
        return STATUS_OK;
    }
}

/* Whether the damage at the cursor can be a torn tail, as journal_open judges it. */
static enum status tail_judge(struct journal_reader *reader, const struct segment *last,
                              struct journal_finding *found)
{
    struct cursor *cursor = &reader->cursor;
    int64_t size;
    bool more;
    if (cursor->segment.first != last->first || cursor->closed || !cursor->open)
        return STATUS_OK;
    TRY(cursor_sees_more(cursor, &more));
    TRY(cursor->volume.size(cursor->volume.self, cursor->file, &size));
    if (!more)
        found->torn_bytes = size - cursor->offset;
    return STATUS_OK;
}

enum status journal_verify(struct volume volume, struct arena *scratch,
                           struct journal_finding *found, uint64_t *entries_count)
{
    struct segment *segments = NULL;
    size_t count = 0;
    *found = (struct journal_finding){0};
    *entries_count = 0;
    TRY(segments_list(&volume, scratch, &segments, &count));
    if (count == 0)
        return STATUS_ABSENT;
    struct journal_reader *reader = NULL;
    TRY(journal_reader_open(&reader, volume, segments[0].first, scratch, found));
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        uint64_t sequence = 0;
        struct slice entry = {0};
        status = journal_read(reader, &sequence, &entry);
        *entries_count += status == STATUS_OK;
    }
    uint64_t last_first = reader->cursor.segment.first;
    if (status == STATUS_MALFORMED && tail_judge(reader, &segments[count - 1], found) != STATUS_OK)
        status = STATUS_IO;
    journal_reader_close(reader);
    if (status != STATUS_END)
        return status;
    if (last_first == segments[count - 1].first)
        return STATUS_OK;
    *found =
        (struct journal_finding){.sequence = last_first + *entries_count, .what = FOUND(MISSING)};
    memcpy(found->file, segments[count - 1].name, VOLUME_NAME_MAX);
    return STATUS_MALFORMED;
}
