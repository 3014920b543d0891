/* frame.c -- segments and frames to bytes and back; no input or output here.
 *
 * Invariants:  1. What frame_seal wrote, frame_open reads back equal; any changed bit makes it say
 * MALFORMED.
 *              2. No size is believed before it is compared with the bytes that are there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/checksum.h"
#include "journal/finding.h"
#include "journal/journal_inside.h"

#include <stdio.h>
#include <stdlib.h>

static const char SEGMENT_MAGIC[8] = {'C', 'U', 'T', 'J', 'R', 'N', 'L', '1'};
enum { FRAME_MAGIC = 0x46545543 }; /* "CUTF" */

static void put(unsigned char *at, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t get(const unsigned char *at, unsigned bytes)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < bytes; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

static struct slice bytes_slice(const unsigned char *at, size_t size)
{
    return (struct slice){(const char *)at, size};
}

void segment_name(char out[VOLUME_NAME_MAX], uint64_t first)
{
    (void)snprintf(out, VOLUME_NAME_MAX, "journal-%020llu.seg", (unsigned long long)first);
}

bool segment_of_name(const char *name, struct segment *out)
{
    char *end = NULL;
    if (strncmp(name, "journal-", 8) != 0)
        return false;
    uint64_t first = strtoull(name + 8, &end, 10);
    if (end != name + 28 || strcmp(end, ".seg") != 0)
        return false;
    segment_name(out->name, first);
    out->first = first;
    return strcmp(out->name, name) == 0;
}

enum status segments_list(struct volume *volume, struct arena *arena, struct segment **out,
                          size_t *count)
{
    struct volume_name *names = NULL;
    size_t names_count = 0;
    TRY(volume->list(volume->self, arena, &names, &names_count));
    struct segment *found = NULL;
    TRY(ARENA_NEW(arena, names_count + 1, &found));
    size_t found_count = 0;
    for (size_t i = 0; i < names_count; i++)
        found_count += segment_of_name(names[i].text, &found[found_count]);
    *out = found;
    *count = found_count;
    return STATUS_OK;
}

void segment_header_write(unsigned char out[SEGMENT_HEADER_SIZE], uint64_t first, uint64_t chain)
{
    memset(out, 0, SEGMENT_HEADER_SIZE);
    memcpy(out, SEGMENT_MAGIC, sizeof SEGMENT_MAGIC);
    put(out + 8, first, 8);
    put(out + 16, chain, 8);
    put(out + 56, hash_bytes(bytes_slice(out, 56)), 8);
}

enum status segment_header_read(const unsigned char bytes[SEGMENT_HEADER_SIZE], uint64_t *first,
                                uint64_t *chain, const char **what)
{
    *what = NULL;
    if (memcmp(bytes, SEGMENT_MAGIC, sizeof SEGMENT_MAGIC) != 0)
        *what = FOUND(MAGIC_SEGMENT);
    else if (get(bytes + 56, 8) != hash_bytes(bytes_slice(bytes, 56)))
        *what = FOUND(CHECKSUM_SEGMENT);
    if (*what != NULL)
        return STATUS_MALFORMED;
    *first = get(bytes + 8, 8);
    *chain = get(bytes + 16, 8);
    return STATUS_OK;
}

/* The checksum of a frame: of the header's first 32 bytes and of the payload. */
static uint64_t frame_checksum(const unsigned char *bytes, uint32_t payload_size)
{
    uint64_t head = hash_bytes(bytes_slice(bytes, 32));
    uint64_t body = hash_bytes(bytes_slice(bytes + FRAME_HEADER_SIZE, payload_size));
    return hash_word(head) ^ body;
}

void frame_seal(unsigned char *bytes, struct frame *frame)
{
    must(frame->payload_size % 8 == 0);
    put(bytes, FRAME_MAGIC, 4);
    put(bytes + 4, frame->payload_size, 4);
    put(bytes + 8, frame->first, 8);
    put(bytes + 16, frame->entries_count, 4);
    put(bytes + 20, frame->flags, 4);
    put(bytes + 24, frame->chain, 8);
    frame->checksum = frame_checksum(bytes, frame->payload_size);
    put(bytes + 32, frame->checksum, 8);
}

enum status frame_open(const unsigned char *bytes, size_t size, struct frame *out,
                       const char **what)
{
    *what = FOUND(ENDS_INSIDE);
    if (size < FRAME_HEADER_SIZE)
        return STATUS_END;
    struct frame frame = {
        .payload_size = (uint32_t)get(bytes + 4, 4),
        .first = get(bytes + 8, 8),
        .entries_count = (uint32_t)get(bytes + 16, 4),
        .flags = (uint32_t)get(bytes + 20, 4),
        .chain = get(bytes + 24, 8),
        .checksum = get(bytes + 32, 8),
    };
    *what = FOUND(MAGIC_FRAME);
    if (get(bytes, 4) != FRAME_MAGIC)
        return STATUS_MALFORMED;
    *what = FOUND(SIZE_FRAME);
    if (frame.payload_size % 8 != 0 || frame.payload_size > JOURNAL_FRAME_BYTES_MAX)
        return STATUS_MALFORMED;
    *what = FOUND(ENDS_INSIDE);
    if (size - FRAME_HEADER_SIZE < frame.payload_size)
        return STATUS_END;
    *what = FOUND(CHECKSUM_FRAME);
    if (frame.checksum != frame_checksum(bytes, frame.payload_size))
        return STATUS_MALFORMED;
    *what = NULL;
    *out = frame;
    return STATUS_OK;
}

enum status frame_entry(const unsigned char *payload, const struct frame *frame, size_t *offset,
                        struct slice *out)
{
    if (frame->payload_size - *offset < 4)
        return STATUS_END;
    size_t size = get(payload + *offset, 4);
    if (size > frame->payload_size - *offset - 4)
        return STATUS_MALFORMED;
    *out = bytes_slice(payload + *offset + 4, size);
    *offset += 4 + size;
    return STATUS_OK;
}
