/* journal_inside.h -- the bytes of a segment, shared by writer and reader.
 *
 *   segment   header (64 bytes)  frame  frame  …
 *
 *   header    0  magic "CUTJRNL1"        8  first sequence u64
 *             16 chain u64: the checksum of the frame before
 *             24 … 55 zero              56  XXH3-64 of bytes 0 … 55
 *
 *   frame     0  magic u32               4  payload size u32       8  first sequence u64
 *             16 entries u32            20  flags u32
 *             24 chain u64: the checksum of the frame before
 *             32 checksum u64: XXH3-64 of bytes 0 … 31, then of the payload
 *             40 payload: entries as size u32 + bytes, then zeros up to a multiple of 8
 *
 * All numbers are little-endian.  The chain makes an old sector that comes back, or two that
 * changed places, as visible as a flipped bit. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "journal/journal.h"

enum { SEGMENT_HEADER_SIZE = 64, FRAME_HEADER_SIZE = 40 };
enum { FRAME_CLOSES = 1 }; /* flags: written by journal_close, holds no entries */

struct frame {
    uint32_t payload_size;
    uint64_t first;
    uint32_t entries_count;
    uint32_t flags;
    uint64_t chain;
    uint64_t checksum;
};

struct segment {
    char name[VOLUME_NAME_MAX];
    uint64_t first;
};

void segment_name(char out[VOLUME_NAME_MAX], uint64_t first);
/* false: not the name of a segment. */
bool segment_of_name(const char *name, struct segment *out);
/* The segments of a volume in order.  Gives into the arena. */
enum status segments_list(struct volume *volume, struct arena *arena, struct segment **out,
                          size_t *count);
void segment_header_write(unsigned char out[SEGMENT_HEADER_SIZE], uint64_t first, uint64_t chain);
/* STATUS_MALFORMED with the reason in `*what`. */
enum status segment_header_read(const unsigned char bytes[SEGMENT_HEADER_SIZE], uint64_t *first,
                                uint64_t *chain, const char **what);

/* Fills bytes 0 … 39 for a payload that already stands behind them; sets frame->checksum. */
void frame_seal(unsigned char *bytes, struct frame *frame);
/* The frame at the front of `size` bytes.  STATUS_END: no bytes or fewer than a frame needs.
 * STATUS_MALFORMED. */
enum status frame_open(const unsigned char *bytes, size_t size, struct frame *out,
                       const char **what);
/* The entry at `*offset` of the payload; moves on.  STATUS_END, STATUS_MALFORMED. */
enum status frame_entry(const unsigned char *payload, const struct frame *frame, size_t *offset,
                        struct slice *out);
