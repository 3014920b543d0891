/* dump.h -- what is remembered, as bytes that any other process can read.
 *
 * A dump is written through a sink and read through a source, in blocks that carry their own size
 * and checksum, so that no byte is believed before its block was proved.  It takes no memory and no
 * lock: a forked child may write one.  Integers are little-endian.
 *
 *   block    size u32 | checksum u64 | bytes        the last one has the size 0
 *   varint   7 bits a byte, the low ones first, the upper bit: more follow (at most 10 bytes)
 *   text     size as varint | bytes                 at most DUMP_TEXT_MAX
 *
 * The checksum of a block takes in that of the block before, so that no two can change places. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "text.h"

enum {
    DUMP_BLOCK_SIZE = 65536,
    DUMP_HEADER_SIZE = 12,
    DUMP_TEXT_MAX = 16384,
    DUMP_WORDS_MAX = 10 /* bytes of the longest number */
};

/* Where the bytes go, a block at a time; lent until it returns. */
struct dump_sink {
    enum status (*take)(void *self, struct slice bytes);
    void *self;
};

struct dump {
    struct dump_sink sink;
    enum status status; /* of the sink, the first that was not OK; nothing is written after it */
    uint64_t checksum;  /* of all blocks so far */
    uint64_t size;      /* bytes given to the sink */
    size_t used;        /* of the block in hand, header included */
    unsigned char bytes[DUMP_BLOCK_SIZE];
};

void dump_init(struct dump *dump, struct dump_sink sink);
/* Ends the block in hand. */
void dump_flush(struct dump *dump);
/* The last block.  Any status of the sink.  Afterwards `checksum` and `size` are of the whole. */
enum status dump_end(struct dump *dump);
/* The size in front.  At most DUMP_TEXT_MAX bytes. */
void dump_text(struct dump *dump, struct slice text);

/* Room for so many bytes in the block in hand. */
static inline unsigned char *dump_room(struct dump *dump, size_t size)
{
    if (dump->used + size > DUMP_BLOCK_SIZE)
        dump_flush(dump);
    return dump->bytes + dump->used;
}
static inline void dump_u8(struct dump *dump, uint8_t value)
{
    *dump_room(dump, 1) = value;
    dump->used += 1;
}
static inline void dump_u64(struct dump *dump, uint64_t value)
{
    unsigned char *at = dump_room(dump, sizeof value);
    for (unsigned i = 0; i < sizeof value; i++)
        at[i] = (unsigned char)(value >> 8 * i);
    dump->used += sizeof value;
}
static inline void dump_varint(struct dump *dump, uint64_t value)
{
    unsigned char *at = dump_room(dump, DUMP_WORDS_MAX);
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        at[size++] = (unsigned char)(value | 0x80);
    at[size++] = (unsigned char)value;
    dump->used += size;
}
/* A number of either sign, small ones short. */
static inline void dump_signed(struct dump *dump, int64_t value)
{
    dump_varint(dump, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

/* Where the bytes come from: up to `size`, `*got` < `size` only at the end. */
struct undump_source {
    enum status (*give)(void *self, void *into, size_t size, size_t *got);
    void *self;
};

struct undump {
    struct undump_source source;
    uint64_t checksum; /* of all blocks so far */
    uint64_t offset;   /* in the whole, of the block in hand: where damage is named */
    uint64_t next;     /* … of the block behind it */
    size_t at;
    size_t end;
    bool ended; /* the last block was seen */
    unsigned char bytes[DUMP_BLOCK_SIZE];
};

/* Reads answer STATUS_MALFORMED where the bytes are not a dump, are damaged, are cut off, or do not
 * hold what is asked for, and any status of the source. */
void undump_init(struct undump *undump, struct undump_source source);
/* The next block; only at the end of the one in hand. */
enum status undump_block(struct undump *undump);
/* Lent until the next read. */
enum status undump_text(struct undump *undump, struct slice *out);
/* That everything was read. */
enum status undump_end(struct undump *undump);

/* Whether so many bytes follow, in one block. */
static inline enum status undump_need(struct undump *undump, size_t size)
{
    if (undump->at == undump->end)
        TRY(undump_block(undump));
    return undump->end - undump->at < size ? STATUS_MALFORMED : STATUS_OK;
}
static inline enum status undump_u8(struct undump *undump, uint8_t *out)
{
    TRY(undump_need(undump, 1));
    *out = undump->bytes[undump->at++];
    return STATUS_OK;
}
static inline enum status undump_u64(struct undump *undump, uint64_t *out)
{
    TRY(undump_need(undump, sizeof *out));
    uint64_t value = 0;
    for (unsigned i = 0; i < sizeof value; i++)
        value |= (uint64_t)undump->bytes[undump->at + i] << 8 * i;
    undump->at += sizeof value;
    *out = value;
    return STATUS_OK;
}
static inline enum status undump_varint(struct undump *undump, uint64_t *out)
{
    TRY(undump_need(undump, 1));
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (undump->at == undump->end)
            return STATUS_MALFORMED;
        unsigned char byte = undump->bytes[undump->at++];
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            /* One number has one form, so that equal states have equal bytes. */
            bool long_winded = byte == 0 && shift > 0;
            if (long_winded || (shift == 63 && byte > 1))
                return STATUS_MALFORMED;
            *out = value;
            return STATUS_OK;
        }
    }
    return STATUS_MALFORMED;
}
static inline enum status undump_signed(struct undump *undump, int64_t *out)
{
    uint64_t folded;
    TRY(undump_varint(undump, &folded));
    *out = (int64_t)(folded >> 1 ^ (0 - (folded & 1)));
    return STATUS_OK;
}
/* A number of at most `max`. */
static inline enum status undump_below(struct undump *undump, uint64_t max, uint64_t *out)
{
    uint64_t value;
    TRY(undump_varint(undump, &value));
    if (value > max)
        return STATUS_MALFORMED;
    *out = value;
    return STATUS_OK;
}
/* Exactly this byte: what begins a part. */
static inline enum status undump_expect(struct undump *undump, uint8_t wanted)
{
    uint8_t byte;
    TRY(undump_u8(undump, &byte));
    return byte == wanted ? STATUS_OK : STATUS_MALFORMED;
}

/* A source over bytes in memory; `rest` moves on. */
struct undump_source undump_over(struct slice *rest);
