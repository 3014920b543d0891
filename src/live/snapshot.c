/* snapshot.c -- the bytes of a snapshot, written once from front to back and believed only whole.
 *
 * Invariants:  1. Every byte of a file is covered by its trailer's digest: a changed bit anywhere,
 *                 two sectors that changed places, a lost end are MALFORMED.
 *              2. No size or offset is believed before it fits the file and the parts before it.
 *              3. Writing takes no memory: a child of a process with other threads may not.
 * Not chosen:  a length in front of each part.  Nobody knows it before the part was written, and a
 *              file that is only appended to cannot be half old. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/snapshot.h"

#include "journal/finding.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEADER_SIZE = 64, TRAILER_SIZE = 64, ROW_SIZE = 40, SEALED = 56, DIGEST_AT = 24 };

static const char HEADER_MAGIC[8] = {'C', 'U', 'T', 'S', 'N', 'A', 'P', '1'};
static const char TRAILER_MAGIC[8] = {'C', 'U', 'T', 'S', 'N', 'A', 'P', 'E'};
const char SNAPSHOT_UNNAMED[] = "snapshot.new";

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

static uint64_t chained(uint64_t checksum, const unsigned char *piece, size_t size)
{
    return hash_word(checksum) ^ hash_bytes(bytes_slice(piece, size));
}

/* Rows of the table. */
static void table_put(const struct snapshot *snapshot, unsigned char *at)
{
    for (uint32_t i = 0; i < snapshot->parts_count; i++, at += ROW_SIZE) {
        const struct snapshot_part *part = &snapshot->part[i];
        memcpy(at, part->name, SNAPSHOT_PART_NAME);
        put(at + 16, part->offset, 8);
        put(at + 24, part->size, 8);
        put(at + 32, part->checksum, 8);
    }
}

static struct digest whole_digest(const unsigned char *header, const unsigned char *table,
                                  uint32_t parts_count, const unsigned char *trailer)
{
    struct slice slices[] = {bytes_slice(header, HEADER_SIZE),
                             bytes_slice(table, parts_count * (size_t)ROW_SIZE),
                             bytes_slice(trailer, DIGEST_AT)};
    return digest_of(slices, 3);
}

/* ---- writing ---- */

static void bytes_write(struct snapshot_writer *writer, const void *bytes, size_t size)
{
    if (writer->status != STATUS_OK)
        return;
    struct volume *volume = &writer->volume;
    writer->status = volume->write(volume->self, writer->file, writer->said.size, bytes, size);
    writer->said.size += (int64_t)size;
}

static void piece_write(struct snapshot_writer *writer)
{
    if (writer->used == 0)
        return;
    struct snapshot_part *part = &writer->said.part[writer->said.parts_count - 1];
    part->checksum = chained(part->checksum, writer->piece, writer->used);
    part->size += writer->used;
    bytes_write(writer, writer->piece, writer->used);
    writer->used = 0;
}

static enum status part_take(void *self, struct slice bytes)
{
    struct snapshot_writer *writer = self;
    while (bytes.size > 0) {
        size_t room = SNAPSHOT_PIECE - writer->used;
        size_t size = bytes.size < room ? bytes.size : room;
        memcpy(writer->piece + writer->used, bytes.at, size);
        writer->used += size;
        bytes.at += size;
        bytes.size -= size;
        if (writer->used == SNAPSHOT_PIECE)
            piece_write(writer);
    }
    return writer->status;
}

void snapshot_begin(struct snapshot_writer *writer, struct volume volume, struct volume_file file,
                    uint64_t position, const struct digest *image)
{
    writer->volume = volume;
    writer->file = file;
    writer->status = STATUS_OK;
    writer->used = 0;
    writer->said = (struct snapshot){.position = position, .image = *image};
    memset(writer->header, 0, HEADER_SIZE);
    memcpy(writer->header, HEADER_MAGIC, sizeof HEADER_MAGIC);
    put(writer->header + 8, position, 8);
    memcpy(writer->header + 16, image->bytes, DIGEST_SIZE);
    put(writer->header + SEALED, hash_bytes(bytes_slice(writer->header, SEALED)), 8);
    bytes_write(writer, writer->header, HEADER_SIZE);
}

struct dump_sink snapshot_part_begin(struct snapshot_writer *writer, const char *name)
{
    piece_write(writer);
    must(writer->said.parts_count < SNAPSHOT_PARTS_MAX);
    struct snapshot_part *part = &writer->said.part[writer->said.parts_count++];
    *part = (struct snapshot_part){.offset = (uint64_t)writer->said.size};
    must(strlen(name) < SNAPSHOT_PART_NAME);
    memcpy(part->name, name, strlen(name));
    return (struct dump_sink){part_take, writer};
}

enum status snapshot_end(struct snapshot_writer *writer)
{
    unsigned char table[SNAPSHOT_PARTS_MAX * ROW_SIZE];
    unsigned char trailer[TRAILER_SIZE] = {0};
    piece_write(writer);
    uint32_t count = writer->said.parts_count;
    table_put(&writer->said, table);
    memcpy(trailer, TRAILER_MAGIC, sizeof TRAILER_MAGIC);
    put(trailer + 8, (uint64_t)writer->said.size, 8);
    put(trailer + 16, count, 4);
    struct digest digest = whole_digest(writer->header, table, count, trailer);
    memcpy(trailer + DIGEST_AT, digest.bytes, DIGEST_SIZE);
    put(trailer + SEALED, hash_bytes(bytes_slice(trailer, SEALED)), 8);
    if (count > 0)
        bytes_write(writer, table, count * (size_t)ROW_SIZE);
    bytes_write(writer, trailer, TRAILER_SIZE);
    if (writer->status == STATUS_OK)
        writer->status = writer->volume.sync(writer->volume.self, writer->file);
    return writer->status;
}

/* ---- reading ---- */

struct check {
    struct volume volume;
    struct volume_file file;
    struct snapshot *said;
    struct journal_finding *found;
    unsigned char *piece;
};

static enum status damage(const struct check *check, int64_t offset, const char *what)
{
    *check->found =
        (struct journal_finding){.offset = offset, .sequence = check->said->position, .what = what};
    memcpy(check->found->file, check->said->name, VOLUME_NAME_MAX);
    return STATUS_MALFORMED;
}

static enum status bytes_read(const struct check *check, int64_t offset, void *into, size_t size)
{
    size_t got = 0;
    struct volume volume = check->volume;
    TRY(volume.read(volume.self, check->file, offset, into, size, &got));
    return got == size ? STATUS_OK : damage(check, offset, FOUND(SHORT));
}

static enum status header_check(const struct check *check, const unsigned char *header)
{
    if (memcmp(header, HEADER_MAGIC, sizeof HEADER_MAGIC) != 0)
        return damage(check, 0, FOUND(MAGIC_SNAPSHOT));
    if (get(header + SEALED, 8) != hash_bytes(bytes_slice(header, SEALED)))
        return damage(check, 0, FOUND(CHECKSUM_HEADER));
    if (get(header + 8, 8) != check->said->position)
        return damage(check, 8, FOUND(NAME_SNAPSHOT));
    memcpy(check->said->image.bytes, header + 16, DIGEST_SIZE);
    return STATUS_OK;
}

static enum status trailer_check(const struct check *check, const unsigned char *trailer)
{
    int64_t at = check->said->size - TRAILER_SIZE;
    if (memcmp(trailer, TRAILER_MAGIC, sizeof TRAILER_MAGIC) != 0)
        return damage(check, at, FOUND(END_SNAPSHOT));
    if (get(trailer + SEALED, 8) != hash_bytes(bytes_slice(trailer, SEALED)))
        return damage(check, at, FOUND(CHECKSUM_END));
    check->said->parts_count = (uint32_t)get(trailer + 16, 4);
    int64_t table_size = (int64_t)check->said->parts_count * ROW_SIZE;
    if (check->said->parts_count > SNAPSHOT_PARTS_MAX || table_size > at - HEADER_SIZE ||
        get(trailer + 8, 8) != (uint64_t)(at - table_size))
        return damage(check, at, FOUND(SIZE_END));
    return STATUS_OK;
}

static enum status table_check(const struct check *check, const unsigned char *table)
{
    struct snapshot *said = check->said;
    uint64_t offset = HEADER_SIZE;
    int64_t at = said->size - TRAILER_SIZE - (int64_t)said->parts_count * ROW_SIZE;
    for (uint32_t i = 0; i < said->parts_count; i++, table += ROW_SIZE) {
        struct snapshot_part *part = &said->part[i];
        memcpy(part->name, table, SNAPSHOT_PART_NAME);
        part->offset = get(table + 16, 8);
        part->size = get(table + 24, 8);
        part->checksum = get(table + 32, 8);
        if (part->name[SNAPSHOT_PART_NAME - 1] != 0 || part->offset != offset ||
            part->size > (uint64_t)at - offset)
            return damage(check, at, FOUND(TABLE));
        offset += part->size;
    }
    if (offset != (uint64_t)at)
        return damage(check, at, FOUND(TABLE));
    return STATUS_OK;
}

static enum status part_check(const struct check *check, const struct snapshot_part *part)
{
    uint64_t checksum = 0;
    for (uint64_t done = 0; done < part->size;) {
        size_t size =
            part->size - done < SNAPSHOT_PIECE ? (size_t)(part->size - done) : SNAPSHOT_PIECE;
        TRY(bytes_read(check, (int64_t)(part->offset + done), check->piece, size));
        checksum = chained(checksum, check->piece, size);
        done += size;
    }
    if (checksum != part->checksum)
        return damage(check, (int64_t)part->offset, FOUND(PART));
    return STATUS_OK;
}

static enum status file_check(const struct check *check)
{
    unsigned char header[HEADER_SIZE];
    unsigned char trailer[TRAILER_SIZE];
    unsigned char table[SNAPSHOT_PARTS_MAX * ROW_SIZE];
    struct snapshot *said = check->said;
    struct volume volume = check->volume;
    TRY(volume.size(volume.self, check->file, &said->size));
    if (said->size < HEADER_SIZE + TRAILER_SIZE)
        return damage(check, 0, FOUND(SHORT_SNAPSHOT));
    TRY(bytes_read(check, 0, header, HEADER_SIZE));
    TRY(header_check(check, header));
    TRY(bytes_read(check, said->size - TRAILER_SIZE, trailer, TRAILER_SIZE));
    TRY(trailer_check(check, trailer));
    size_t table_size = said->parts_count * (size_t)ROW_SIZE;
    int64_t table_at = said->size - TRAILER_SIZE - (int64_t)table_size;
    TRY(bytes_read(check, table_at, table, table_size));
    struct digest digest = whole_digest(header, table, said->parts_count, trailer);
    if (memcmp(digest.bytes, trailer + DIGEST_AT, DIGEST_SIZE) != 0)
        return damage(check, table_at, FOUND(DIGEST));
    TRY(table_check(check, table));
    for (uint32_t i = 0; i < said->parts_count; i++)
        TRY(part_check(check, &said->part[i]));
    return STATUS_OK;
}

static bool position_of_name(const char *name, uint64_t *out)
{
    char *end = NULL;
    char again[VOLUME_NAME_MAX];
    if (strncmp(name, "snapshot-", 9) != 0)
        return false;
    *out = strtoull(name + 9, &end, 10);
    snapshot_name(again, *out);
    return strcmp(again, name) == 0;
}

enum status snapshot_verify(struct volume volume, const char *name, unsigned char *piece,
                            struct snapshot *out, struct journal_finding *found)
{
    struct snapshot said = {.position = out->position};
    must(strlen(name) < VOLUME_NAME_MAX);
    memcpy(said.name, name, strlen(name));
    (void)position_of_name(name, &said.position); /* one without a name: the caller's position */
    struct check check = {.volume = volume, .said = &said, .found = found, .piece = piece};
    TRY(volume.open(volume.self, name, false, &check.file));
    enum status status = file_check(&check);
    volume.close(volume.self, check.file);
    TRY(status);
    *out = said;
    return STATUS_OK;
}

static enum status source_give(void *self, void *into, size_t size, size_t *got)
{
    struct snapshot_source *source = self;
    struct volume volume = source->volume;
    size_t left = (size_t)(source->end - source->at);
    *got = 0;
    TRY(volume.read(volume.self, source->file, source->at, into, size < left ? size : left, got));
    source->at += (int64_t)*got;
    return STATUS_OK;
}

enum status snapshot_source_open(struct snapshot_source *source, struct volume volume,
                                 const struct snapshot *snapshot, const char *part,
                                 struct undump_source *out)
{
    for (uint32_t i = 0; i < snapshot->parts_count; i++) {
        if (strcmp(snapshot->part[i].name, part) != 0)
            continue;
        struct snapshot_source opened = {.volume = volume, .at = (int64_t)snapshot->part[i].offset};
        opened.end = opened.at + (int64_t)snapshot->part[i].size;
        TRY(volume.open(volume.self, snapshot->name, false, &opened.file));
        *source = opened;
        *out = (struct undump_source){source_give, source};
        return STATUS_OK;
    }
    return STATUS_ABSENT;
}

void snapshot_source_close(struct snapshot_source *source)
{
    source->volume.close(source->volume.self, source->file);
}

/* ---- names ---- */

void snapshot_name(char out[VOLUME_NAME_MAX], uint64_t position)
{
    (void)snprintf(out, VOLUME_NAME_MAX, "snapshot-%020llu.snap", (unsigned long long)position);
}

enum status snapshots_list(struct volume volume, struct arena *arena, struct snapshot_name **out,
                           size_t *count)
{
    struct volume_name *names;
    size_t names_count;
    struct snapshot_name *found;
    TRY(volume.list(volume.self, arena, &names, &names_count));
    TRY(ARENA_NEW(arena, names_count + 1, &found));
    size_t kept = 0;
    for (size_t i = names_count; i > 0; i--) {
        struct snapshot_name *name = &found[kept];
        memcpy(name->text, names[i - 1].text, VOLUME_NAME_MAX);
        kept += position_of_name(name->text, &name->position);
    }
    *out = found;
    *count = kept;
    return STATUS_OK;
}
