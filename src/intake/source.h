/* source.h -- the bytes of one file as they are meant: unpacked, through one window.
 *
 * Whoever reads rows looks at [at, end) and asks for more when a row is not yet whole.  The window
 * is larger than two rows, so a row is always in one piece, and a file of any size takes the memory
 * of one window. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/disk.h"
#include "ground/limits.h"

enum pack { PACK_NONE, PACK_GZIP, PACK_ZSTD };

struct unpacker; /* what zlib or zstd remember between two reads */

enum { SOURCE_WINDOW_SIZE = 4 * ROW_BYTES_MAX };

struct source {
    char *at;  /* the next byte */
    char *end; /* past the last byte at hand; *end is '\n', so that a search for a line end stops */
    bool ended; /* nothing comes after `end` */
    enum status
        failure; /* why it ended: OK, IO (the disk), MALFORMED (damaged gzip or zstd), FULL */
    enum pack pack;

    char *window;
    struct unpacker *unpacker;
    struct disk_file *file; /* NULL: closed, or the bytes are in memory */
    struct slice memory;    /* what is left of bytes in memory */
    int64_t size;           /* as it lies on disk; -1: unknown */
    uint64_t taken;         /* of these, read so far */
    uint64_t given;         /* unpacked so far */
    uint64_t bytes_max;     /* more than so many unpacked bytes are FULL; 0: any number */
};

/* A closed source; memory from boot, for any number of files one after another.  STATUS_FULL. */
enum status source_create(struct source **out, struct arena *boot);
/* Opens a file and shows its first bytes.  STATUS_IO with `*fault` set; an empty file is no fault
 * here. */
enum status source_open(struct source *source, const char *path, enum disk_fault *fault);
/* The same for bytes in memory, which are lent until the close. */
void source_open_bytes(struct source *source, struct slice bytes);
/* Brings more bytes behind those at hand, or sets `ended`.  What was at `at` moves: slices into the
 * window are gone.  The window must not be full of one row: end - at <= 2 * ROW_BYTES_MAX. */
void source_more(struct source *source);
/* Gives up the rest.  Also for a source that is not open. */
void source_close(struct source *source);
/* Ends what the source holds outside the arena; for the end of the process. */
void source_destroy(struct source *source);
