/* snapshot.h -- one file that says how far detection was, and what it remembered there.
 *
 *   header   64   0  magic "CUTSNAP1"     8  position u64      16  image digest 32 bytes
 *                 48 zero u64            56  XXH3-64 of bytes 0 … 55
 *   parts         one behind the other, without gaps: bytes that their owners understand
 *   table    40   for each part: name 16 bytes, offset u64, size u64, checksum u64
 *   trailer  64   0  magic "CUTSNAPE"     8  offset of the table u64      16  parts u32   20  zero
 *                 24 BLAKE2b-256 of header, table, and bytes 0 … 23 of this
 *                 56 XXH3-64 of bytes 0 … 55
 *
 * All numbers are little-endian.  A part's checksum is a chain of the XXH3-64 of its pieces of
 * SNAPSHOT_PIECE bytes, so the digest in the trailer covers every byte of the file.  A snapshot has
 * its name only when it was written, synced, read again and found sound. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"
#include "ground/dump.h"
#include "ground/volume.h"
#include "journal/journal.h"

enum { SNAPSHOT_PIECE = 1 << 18, SNAPSHOT_PARTS_MAX = 4, SNAPSHOT_PART_NAME = 16 };

struct snapshot_part {
    char name[SNAPSHOT_PART_NAME];
    uint64_t offset, size, checksum;
};

struct snapshot {
    char name[VOLUME_NAME_MAX];
    uint64_t position; /* everything below was thought about */
    struct digest image;
    uint32_t parts_count;
    struct snapshot_part part[SNAPSHOT_PARTS_MAX];
    int64_t size;
};

/* ---- writing: takes no memory and no lock, so that a forked child may do it ---- */

struct snapshot_writer {
    struct volume volume;
    struct volume_file file;
    enum status status; /* the first that was not OK; nothing is written after it */
    struct snapshot said;
    unsigned char header[64];
    size_t used; /* of the piece in hand */
    unsigned char piece[SNAPSHOT_PIECE];
};

/* Into an open, empty file. */
void snapshot_begin(struct snapshot_writer *writer, struct volume volume, struct volume_file file,
                    uint64_t position, const struct digest *image);
/* The next part; its bytes go into the sink until the next part or the end. */
struct dump_sink snapshot_part_begin(struct snapshot_writer *writer, const char *name);
/* Ends the file and syncs it.  STATUS_IO. */
enum status snapshot_end(struct snapshot_writer *writer);

/* ---- reading ---- */

/* Reads header, table and trailer, and every byte between them.  STATUS_MALFORMED: see `*found`.
 * `piece` has SNAPSHOT_PIECE bytes. */
enum status snapshot_verify(struct volume volume, const char *name, unsigned char *piece,
                            struct snapshot *out, struct journal_finding *found);

/* A part as a source; the file is open until snapshot_source_close. */
struct snapshot_source {
    struct volume volume;
    struct volume_file file;
    int64_t at, end;
};
/* STATUS_ABSENT: it has no such part. */
enum status snapshot_source_open(struct snapshot_source *source, struct volume volume,
                                 const struct snapshot *snapshot, const char *part,
                                 struct undump_source *out);
void snapshot_source_close(struct snapshot_source *source);

/* ---- names ---- */

/* Under which a snapshot is written, before it has a name of its own. */
extern const char SNAPSHOT_UNNAMED[];
void snapshot_name(char out[VOLUME_NAME_MAX], uint64_t position);
struct snapshot_name {
    char text[VOLUME_NAME_MAX];
    uint64_t position;
};
/* Newest first, into the arena. */
enum status snapshots_list(struct volume volume, struct arena *arena, struct snapshot_name **out,
                           size_t *count);
