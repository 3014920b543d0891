/* source.c -- files come plain, gzipped or zstd-compressed, and say so by their first bytes, not by
 * name.
 *
 *      disk --> packed bytes --> unpacker --> [window: consumed | at ... end | free]
 *
 * Invariants:  1. window <= at <= end <= window + SOURCE_WINDOW_SIZE, and *end is '\n'.
 *              2. Memory does not depend on the file: a compressed file that unpacks to a terabyte
 *                 is read through the same window as a small one.
 *              3. A damaged or cut file ends where it is damaged; what came before has been shown.
 * Not chosen:  mapping files into memory.  A pipe cannot be mapped, a packed file need not be, and
 * a file that shrinks while it is read would end the process. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <zlib.h>
#include <zstd.h>

enum { PACKED_SIZE = 64 * 1024 };

struct unpacker {
    z_stream gzip;
    bool gzip_open;     /* inflateInit2 has been called */
    bool between;       /* a gzip member or a zstd frame has just ended: the file may end here */
    ZSTD_DStream *zstd; /* made with the first zstd file, kept for the next */
    size_t at, size;    /* of `packed`: [at, size) is not yet unpacked */
    bool file_ended;
    unsigned char packed[PACKED_SIZE];
};

enum status source_create(struct source **out, struct arena *boot)
{
    struct source *source;
    TRY(ARENA_NEW(boot, 1, &source));
    TRY(ARENA_NEW(boot, 1, &source->unpacker));
    TRY(ARENA_NEW(boot, SOURCE_WINDOW_SIZE + 1, &source->window));
    source->at = source->end = source->window;
    *source->end = '\n';
    source->ended = true;
    *out = source;
    return STATUS_OK;
}

/* Reads from disk or memory as the bytes lie there.  0 bytes: the end. */
static enum status read_raw(struct source *source, void *into, size_t size, size_t *got)
{
    if (source->file == NULL) {
        *got = size < source->memory.size ? size : source->memory.size;
        if (*got != 0)
            memcpy(into, source->memory.at, *got);
        source->memory.at += *got;
        source->memory.size -= *got;
    } else {
        TRY(disk_read(source->file, into, size, got));
    }
    source->taken += *got;
    return STATUS_OK;
}

/* Some bytes into `packed` if it is used up.  At the end of the file it stays used up. */
static enum status fill_packed(struct source *source)
{
    struct unpacker *unpacker = source->unpacker;
    if (unpacker->at < unpacker->size || unpacker->file_ended)
        return STATUS_OK;
    size_t got;
    TRY(read_raw(source, unpacker->packed, sizeof unpacker->packed, &got));
    unpacker->at = 0;
    unpacker->size = got;
    unpacker->file_ended = got == 0;
    return STATUS_OK;
}

/* gzip files may be several members in a row (`cat a.gz b.gz`); zeros behind the last are padding.
 * */
static enum status gzip_next_member(struct unpacker *unpacker, bool *done)
{
    while (unpacker->at < unpacker->size && unpacker->packed[unpacker->at] == 0)
        unpacker->at++;
    *done = unpacker->at == unpacker->size;
    if (!*done && inflateReset(&unpacker->gzip) != Z_OK)
        return STATUS_MALFORMED;
    unpacker->between = *done;
    return STATUS_OK;
}

static enum status gzip_step(struct unpacker *unpacker, char *into, size_t size, size_t *got)
{
    if (unpacker->between) {
        bool done;
        TRY(gzip_next_member(unpacker, &done));
        if (done)
            return STATUS_OK;
    }
    z_stream *gzip = &unpacker->gzip;
    gzip->next_in = unpacker->packed + unpacker->at;
    gzip->avail_in = (uInt)(unpacker->size - unpacker->at);
    gzip->next_out = (Bytef *)into;
    gzip->avail_out = (uInt)size;
    int result = inflate(gzip, Z_NO_FLUSH);
    unpacker->at = unpacker->size - gzip->avail_in;
    *got = size - gzip->avail_out;
    unpacker->between = result == Z_STREAM_END;
    bool fine = result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
    return fine ? STATUS_OK : STATUS_MALFORMED;
}

static enum status zstd_step(struct unpacker *unpacker, char *into, size_t size, size_t *got)
{
    ZSTD_inBuffer in = {unpacker->packed, unpacker->size, unpacker->at};
    ZSTD_outBuffer out = {into, size, 0};
    size_t result = ZSTD_decompressStream(unpacker->zstd, &out, &in);
    if (ZSTD_isError(result))
        return STATUS_MALFORMED;
    unpacker->at = in.pos;
    unpacker->between = result == 0;
    *got = out.pos;
    return STATUS_OK;
}

/* Up to `size` unpacked bytes; 0: the end. */
static enum status read_unpacked(struct source *source, char *into, size_t size, size_t *got)
{
    struct unpacker *unpacker = source->unpacker;
    *got = 0;
    if (source->pack == PACK_NONE && unpacker->at == unpacker->size)
        return read_raw(source, into, size, got);
    if (source->pack == PACK_NONE) { /* the bytes by which the form was recognised come first */
        size_t rest = unpacker->size - unpacker->at;
        *got = size < rest ? size : rest;
        memcpy(into, unpacker->packed + unpacker->at, *got);
        unpacker->at += *got;
        return STATUS_OK;
    }
    for (;;) {
        TRY(fill_packed(source));
        bool dry = unpacker->at == unpacker->size;
        if (dry && unpacker->between)
            return STATUS_OK;
        if (source->pack == PACK_GZIP)
            TRY(gzip_step(unpacker, into, size, got));
        else
            TRY(zstd_step(unpacker, into, size, got));
        if (*got != 0)
            return STATUS_OK;
        if (dry && !unpacker->between)
            return STATUS_MALFORMED; /* the file is cut in the middle of its packing */
    }
}

void source_more(struct source *source)
{
    if (source->ended)
        return;
    size_t rest = (size_t)(source->end - source->at);
    must(rest <= 2 * ROW_BYTES_MAX);
    if (rest != 0)
        memmove(source->window, source->at, rest);
    source->at = source->window;
    size_t got = 0;
    source->failure = read_unpacked(source, source->window + rest, SOURCE_WINDOW_SIZE - rest, &got);
    source->given += got;
    if (source->bytes_max != 0 && source->given > source->bytes_max) {
        source->failure = STATUS_FULL;
        got = 0;
    }
    source->ended = got == 0;
    source->end = source->window + rest + got;
    *source->end = '\n';
}

static enum pack pack_of(const struct unpacker *unpacker)
{
    const unsigned char *magic = unpacker->packed;
    if (unpacker->size >= 2 && magic[0] == 0x1F && magic[1] == 0x8B)
        return PACK_GZIP;
    if (unpacker->size < 4 || magic[3] != (magic[0] == 0x28 ? 0xFD : 0x18))
        return PACK_NONE;
    if (magic[0] == 0x28 && magic[1] == 0xB5 && magic[2] == 0x2F)
        return PACK_ZSTD;
    if ((magic[0] & 0xF0) == 0x50 && magic[1] == 0x2A && magic[2] == 0x4D)
        return PACK_ZSTD; /* a skippable frame: parallel zstd begins with one */
    return PACK_NONE;
}

/* A packed file whose name was lost is still read: the first bytes tell. */
static enum status begin(struct source *source)
{
    struct unpacker *unpacker = source->unpacker;
    unpacker->at = unpacker->size = 0;
    unpacker->file_ended = false;
    unpacker->between = false;
    source->at = source->end = source->window;
    *source->end = '\n';
    source->taken = 0;
    source->given = 0;
    source->ended = false;
    source->failure = STATUS_OK;
    while (unpacker->size < 4 && !unpacker->file_ended) { /* a pipe may bring one byte at a time */
        size_t got;
        TRY(read_raw(source, unpacker->packed + unpacker->size,
                     sizeof unpacker->packed - unpacker->size, &got));
        unpacker->size += got;
        unpacker->file_ended = got == 0;
    }
    source->pack = pack_of(unpacker);
    if (source->pack == PACK_GZIP) {
        if (unpacker->gzip_open)
            return inflateReset(&unpacker->gzip) == Z_OK ? STATUS_OK : STATUS_IO;
        unpacker->gzip_open = inflateInit2(&unpacker->gzip, 15 + 16) == Z_OK;
        return unpacker->gzip_open ? STATUS_OK : STATUS_IO;
    }
    if (source->pack == PACK_ZSTD) {
        if (unpacker->zstd == NULL)
            unpacker->zstd = ZSTD_createDStream();
        if (unpacker->zstd == NULL)
            return STATUS_IO;
        return ZSTD_isError(ZSTD_initDStream(unpacker->zstd)) ? STATUS_IO : STATUS_OK;
    }
    return STATUS_OK;
}

enum status source_open(struct source *source, const char *path, enum disk_fault *fault)
{
    must(source->file == NULL);
    TRY(disk_open(&source->file, path, fault));
    source->size = disk_size(source->file);
    if (begin(source) != STATUS_OK) {
        source_close(source);
        *fault = DISK_FAILED;
        return STATUS_IO;
    }
    source_more(source);
    return STATUS_OK;
}

void source_open_bytes(struct source *source, struct slice bytes)
{
    must(source->file == NULL);
    source->memory = bytes;
    source->size = (int64_t)bytes.size;
    source->failure = begin(source);
    if (source->failure != STATUS_OK)
        source->ended = true;
    else
        source_more(source);
}

void source_close(struct source *source)
{
    if (source->file != NULL)
        disk_close(source->file);
    source->file = NULL;
    source->memory = (struct slice){0};
    source->at = source->end = source->window;
    source->ended = true;
}

void source_destroy(struct source *source)
{
    if (source == NULL)
        return;
    source_close(source);
    if (source->unpacker->gzip_open)
        (void)inflateEnd(&source->unpacker->gzip);
    source->unpacker->gzip_open = false;
    (void)ZSTD_freeDStream(source->unpacker->zstd);
    source->unpacker->zstd = NULL;
}
