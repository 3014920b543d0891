/* dump.c -- blocks out, blocks in.
 *
 * A number or text never lies across two blocks: the writer begins a new one rather.  So the reader
 * needs no second buffer, and a text is lent from the block itself.
 *
 * Invariants:  1. The same calls give the same bytes, whatever the sink does with them.
 *              2. No byte is handed out before the checksum of its block was right.
 * Not chosen:  one checksum at the end.  A reader would have taken gigabytes in before it knew. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "dump.h"

#include "checksum.h"

static const uint64_t CHECKSUM_FIRST = 0x43756D7044756D70u;

static void put_little(unsigned char *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t get_little(const unsigned char *at, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

/* The size is in it, or a block could be cut where the rest happens to be zero. */
static uint64_t chained(uint64_t before, const unsigned char *bytes, size_t size)
{
    struct slice slice = {(const char *)bytes, size};
    return hash_word(hash_word(before + size) ^ hash_bytes(slice));
}

/* ---- out ---- */

void dump_init(struct dump *dump, struct dump_sink sink)
{
    dump->sink = sink;
    dump->status = STATUS_OK;
    dump->checksum = CHECKSUM_FIRST;
    dump->size = 0;
    dump->used = DUMP_HEADER_SIZE;
}

static void block_give(struct dump *dump)
{
    size_t size = dump->used - DUMP_HEADER_SIZE;
    dump->checksum = chained(dump->checksum, dump->bytes + DUMP_HEADER_SIZE, size);
    put_little(dump->bytes, size, 4);
    put_little(dump->bytes + 4, dump->checksum, 8);
    struct slice block = {(const char *)dump->bytes, dump->used};
    dump->size += dump->used;
    dump->used = DUMP_HEADER_SIZE;
    if (dump->status == STATUS_OK)
        dump->status = dump->sink.take(dump->sink.self, block);
}

void dump_flush(struct dump *dump)
{
    if (dump->used > DUMP_HEADER_SIZE)
        block_give(dump);
}

enum status dump_end(struct dump *dump)
{
    dump_flush(dump);
    block_give(dump);
    return dump->status;
}

void dump_text(struct dump *dump, struct slice text)
{
    must(text.size <= DUMP_TEXT_MAX);
    (void)dump_room(dump, DUMP_WORDS_MAX + text.size);
    dump_varint(dump, text.size);
    if (text.size > 0)
        memcpy(dump->bytes + dump->used, text.at, text.size);
    dump->used += text.size;
}

/* ---- in ---- */

void undump_init(struct undump *undump, struct undump_source source)
{
    undump->source = source;
    undump->checksum = CHECKSUM_FIRST;
    undump->offset = 0;
    undump->next = 0;
    undump->at = 0;
    undump->end = 0;
    undump->ended = false;
}

static enum status give_all(struct undump *undump, void *into, size_t size)
{
    size_t got = 0;
    TRY(undump->source.give(undump->source.self, into, size, &got));
    return got == size ? STATUS_OK : STATUS_MALFORMED;
}

enum status undump_block(struct undump *undump)
{
    must(undump->at == undump->end);
    if (undump->ended)
        return STATUS_MALFORMED;
    unsigned char header[DUMP_HEADER_SIZE];
    undump->offset = undump->next;
    undump->at = undump->end = 0;
    TRY(give_all(undump, header, sizeof header));
    size_t size = (size_t)get_little(header, 4);
    if (size > DUMP_BLOCK_SIZE - DUMP_HEADER_SIZE)
        return STATUS_MALFORMED;
    if (size > 0)
        TRY(give_all(undump, undump->bytes, size));
    uint64_t checksum = chained(undump->checksum, undump->bytes, size);
    if (checksum != get_little(header + 4, 8))
        return STATUS_MALFORMED;
    undump->checksum = checksum;
    undump->next += DUMP_HEADER_SIZE + size;
    undump->end = size;
    undump->ended = size == 0;
    return undump->ended ? STATUS_MALFORMED : STATUS_OK;
}

enum status undump_text(struct undump *undump, struct slice *out)
{
    uint64_t size;
    TRY(undump_below(undump, DUMP_TEXT_MAX, &size));
    if (undump->end - undump->at < size)
        return STATUS_MALFORMED;
    *out = (struct slice){(const char *)undump->bytes + undump->at, (size_t)size};
    undump->at += (size_t)size;
    return STATUS_OK;
}

enum status undump_end(struct undump *undump)
{
    if (undump->at != undump->end)
        return STATUS_MALFORMED;
    if (!undump->ended) {
        enum status status = undump_block(undump);
        if (!undump->ended)
            return status == STATUS_OK ? STATUS_MALFORMED : status;
    }
    unsigned char more;
    size_t got = 0;
    TRY(undump->source.give(undump->source.self, &more, 1, &got));
    return got == 0 ? STATUS_OK : STATUS_MALFORMED;
}

static enum status bytes_give(void *self, void *into, size_t size, size_t *got)
{
    struct slice *rest = self;
    size_t many = size < rest->size ? size : rest->size;
    if (many > 0)
        memcpy(into, rest->at, many);
    rest->at += many;
    rest->size -= many;
    *got = many;
    return STATUS_OK;
}

struct undump_source undump_over(struct slice *rest)
{
    return (struct undump_source){bytes_give, rest};
}
