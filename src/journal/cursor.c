/* cursor.c -- frame by frame through one segment.
 *
 * Invariants:  1. cursor->expected is the number of the next entry, whatever was read before.
 *              2. A frame is handed out only if its checksum, its chain and its number are right.
 * Not chosen:  mapping the file.  A disk error would then be a signal instead of a status. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/cursor.h"
#include "journal/finding.h"

enum {
    WINDOW_FIRST = 1 << 18,
    WINDOW_FULL = JOURNAL_FRAME_BYTES_MAX + FRAME_HEADER_SIZE,
    SEARCH_SIZE = 1 << 15
};

static enum status damage(const struct cursor *cursor, const char *what,
                          struct journal_finding *found)
{
    *found = (struct journal_finding){
        .offset = cursor->offset, .sequence = cursor->expected, .what = what};
    memcpy(found->file, cursor->segment.name, VOLUME_NAME_MAX);
    return STATUS_MALFORMED;
}

static enum status bytes_at(struct cursor *cursor, int64_t offset, void *into, size_t size,
                            size_t *got)
{
    return cursor->volume.read(cursor->volume.self, cursor->file, offset, into, size, got);
}

enum status cursor_open(struct cursor *cursor, struct volume volume, const struct segment *segment,
                        struct arena *arena, struct journal_finding *found)
{
    struct cursor fresh = {.volume = volume, .segment = *segment, .arena = arena};
    fresh.expected = segment->first;
    fresh.window = cursor->window; /* the bytes are the arena's, and serve the next segment too */
    fresh.window_room = cursor->window_room;
    *cursor = fresh;
    if (cursor->window == NULL) {
        TRY(ARENA_NEW(arena, WINDOW_FIRST, &cursor->window));
        cursor->window_room = WINDOW_FIRST;
    }
    TRY(volume.open(volume.self, segment->name, false, &cursor->file));
    cursor->open = true;
    unsigned char header[SEGMENT_HEADER_SIZE] = {0};
    size_t got = 0;
    enum status status = bytes_at(cursor, 0, header, sizeof header, &got);
    uint64_t first = 0;
    const char *what = FOUND(SHORT_SEGMENT);
    if (status == STATUS_OK && got < sizeof header)
        status = damage(cursor, what, found);
    if (status == STATUS_OK &&
        segment_header_read(header, &first, &cursor->chain, &what) != STATUS_OK)
        status = damage(cursor, what, found);
    if (status == STATUS_OK && first != segment->first)
        status = damage(cursor, FOUND(NAME_SEGMENT), found);
    if (status != STATUS_OK) {
        cursor_close(cursor);
        return status;
    }
    cursor->offset = SEGMENT_HEADER_SIZE;
    return STATUS_OK;
}

void cursor_close(struct cursor *cursor)
{
    if (cursor->open)
        cursor->volume.close(cursor->volume.self, cursor->file);
    cursor->open = false;
}

/* Fills the window from `offset` on. */
static enum status window_fill(struct cursor *cursor, int64_t offset)
{
    cursor->window_offset = offset;
    cursor->window_size = 0;
    return bytes_at(cursor, offset, cursor->window, cursor->window_room, &cursor->window_size);
}

static enum status window_grow(struct cursor *cursor)
{
    if (cursor->window_room == WINDOW_FULL)
        return STATUS_OK;
    TRY(ARENA_NEW(cursor->arena, WINDOW_FULL, &cursor->window));
    cursor->window_room = WINDOW_FULL;
    return STATUS_OK;
}

/* The frame at `offset`, from the window if it holds all of it, else from the file. */
static enum status frame_at(struct cursor *cursor, int64_t offset, struct frame *out,
                            const char **what)
{
    enum status status = STATUS_END;
    int64_t skip = offset - cursor->window_offset;
    if (skip >= 0 && (size_t)skip < cursor->window_size) {
        cursor->bytes = cursor->window + skip;
        status = frame_open(cursor->bytes, cursor->window_size - (size_t)skip, out, what);
    }
    while (status == STATUS_END) {
        TRY(window_fill(cursor, offset));
        cursor->bytes = cursor->window;
        status = frame_open(cursor->bytes, cursor->window_size, out, what);
        if (status != STATUS_END || cursor->window_size < cursor->window_room)
            break;
        TRY(window_grow(cursor));
    }
    return status;
}

enum status cursor_next(struct cursor *cursor, struct journal_finding *found)
{
    struct frame frame = {0};
    const char *what = NULL;
    enum status status = frame_at(cursor, cursor->offset, &frame, &what);
    if (status == STATUS_END && cursor->window_size == 0)
        return STATUS_END;
    if (status == STATUS_IO || status == STATUS_FULL)
        return status;
    if (status != STATUS_OK)
        return damage(cursor, what, found);
    if (frame.chain != cursor->chain)
        return damage(cursor, FOUND(CHAIN), found);
    if (frame.first != cursor->expected)
        return damage(cursor, FOUND(NUMBER), found);
    cursor->frame = frame;
    cursor->chain = frame.checksum;
    cursor->expected += frame.entries_count;
    cursor->offset += FRAME_HEADER_SIZE + (int64_t)frame.payload_size;
    cursor->closed = (frame.flags & FRAME_CLOSES) != 0;
    return STATUS_OK;
}

/* The first sound frame that begins in [from, to) and whose entries are numbered from `least` on.
 * STATUS_END: there is none. */
static enum status frame_search(struct cursor *cursor, int64_t from, int64_t to, uint64_t least,
                                int64_t *at, struct frame *out)
{
    unsigned char piece[SEARCH_SIZE + 8];
    /* Frames begin at multiples of 8, so magics at other places are chance. */
    for (int64_t offset = from; offset < to; offset += SEARCH_SIZE) {
        size_t got = 0;
        TRY(bytes_at(cursor, offset, piece, sizeof piece, &got));
        if (got < FRAME_HEADER_SIZE)
            return STATUS_END;
        for (size_t i = 0; i + 4 <= got && i < SEARCH_SIZE; i += 8) {
            const char *what = NULL;
            *at = offset + (int64_t)i;
            if (*at >= to || memcmp(piece + i, "CUTF", 4) != 0)
                continue;
            enum status status = frame_at(cursor, *at, out, &what);
            if (status == STATUS_IO || status == STATUS_FULL)
                return status;
            if (status == STATUS_OK && out->first >= least)
                return STATUS_OK;
        }
    }
    return STATUS_END;
}

enum status cursor_sees_more(struct cursor *cursor, bool *out)
{
    struct frame frame = {0};
    int64_t at;
    enum status status =
        frame_search(cursor, cursor->offset + 8, INT64_MAX, cursor->expected, &at, &frame);
    *out = status == STATUS_OK;
    return status == STATUS_END ? STATUS_OK : status;
}

enum status cursor_seek(struct cursor *cursor, uint64_t from)
{
    int64_t low = cursor->offset, high;
    TRY(cursor->volume.size(cursor->volume.self, cursor->file, &high));
    while (high - low > WINDOW_FIRST) {
        struct frame frame = {0};
        int64_t at, middle = (low + (high - low) / 2) & ~(int64_t)7;
        enum status status =
            frame_search(cursor, middle, high, cursor->segment.first, &at, &frame);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
        if (status == STATUS_OK && frame.first <= from) {
            low = at;
            cursor->offset = at;
            cursor->expected = frame.first;
            cursor->chain = frame.chain;
        } else
            high = middle;
    }
    return STATUS_OK;
}
