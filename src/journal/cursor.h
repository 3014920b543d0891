/* cursor.h -- walks the frames of a journal, one after another, and believes none of them
 * unchecked.
 *
 * The one piece that reads: journal_open finds its end with it, readers and journal_verify go on
 * it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "journal/journal_inside.h"

struct cursor {
    struct volume volume;
    struct segment segment; /* the one it stands in */
    struct volume_file file;
    bool open;
    int64_t offset;    /* of the next frame */
    uint64_t expected; /* number of the next entry */
    uint64_t chain;    /* checksum of the frame before */
    bool closed;       /* the frame before was a closing one */
    struct frame frame;
    const unsigned char *bytes; /* the current frame, in the window */
    unsigned char
        *window; /* a piece of the file; its room grows once, to the largest frame there can be */
    size_t window_room;
    size_t window_size;
    int64_t window_offset; /* where in the file it begins */
    struct arena *arena;
};

/* Stands before the first frame of the segment.  The cursor is zeroed, or a closed one.
 * STATUS_MALFORMED: its header, see `*found`. */
enum status cursor_open(struct cursor *cursor, struct volume volume, const struct segment *segment,
                        struct arena *arena, struct journal_finding *found);
void cursor_close(struct cursor *cursor);
/* The next frame of this segment, in cursor->frame and cursor->bytes.  STATUS_END: exactly at the
 * end of the file. STATUS_MALFORMED: something stands there that is not the next frame, see
 * `*found`. */
enum status cursor_next(struct cursor *cursor, struct journal_finding *found);
/* Whether a whole frame stands anywhere behind the cursor: then what is at the cursor is damage,
 * not a torn tail. */
enum status cursor_sees_more(struct cursor *cursor, bool *out);
/* Of a cursor before its first frame: moves to a frame not far before entry `from`, by halving the
 * segment.  What lies in front of it was not looked at; from there on everything is checked.
 * STATUS_IO, STATUS_FULL. */
enum status cursor_seek(struct cursor *cursor, uint64_t from);
