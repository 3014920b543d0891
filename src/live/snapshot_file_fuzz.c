/* snapshot_file_fuzz.c -- any bytes as the file of a snapshot, and a start over it.
 *
 * The first byte chooses:
 *   0  the bytes as they are
 *   1  … with all checksums and the digest put right, so that what stands behind them is looked at
 *   2  a sound file whose notes are the bytes, in sound blocks
 *   3  a sound file whose memory is the bytes, in sound blocks
 *
 * What is believed is whole: parts, table and ends cover the file, each part reads to its size, and
 * one changed bit is MALFORMED.  A start takes it or names it, and never falls. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live.h"
#include "live/small.h"
#include "live/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum {
    FILES = 6,
    FILE_MAX = 1 << 18,
    INPUT_MAX = 1 << 16,
    ARENA = 64 << 20,
    MEMORY = 16 << 20,
    FRAME = 1 << 14,
    HEADER = 64,
    TRAILER = 64,
    ROW = 40,
    SEALED = 56,
};

/* ---- a directory in memory ---- */

static struct file {
    char name[VOLUME_NAME_MAX];
    size_t size;
    unsigned char bytes[FILE_MAX];
} files[FILES];

static enum status memory_open(void *self, const char *name, bool create, struct volume_file *out)
{
    (void)self;
    for (int i = 0; i < FILES; i++) {
        bool taken = files[i].name[0] != 0;
        if (taken ? strcmp(files[i].name, name) != 0 : !create)
            continue;
        memcpy(files[i].name, name, strlen(name) + 1);
        out->handle = i;
        return STATUS_OK;
    }
    return create ? STATUS_IO : STATUS_ABSENT;
}

static enum status memory_read(void *self, struct volume_file file, int64_t offset, void *into,
                               size_t size, size_t *got)
{
    (void)self;
    const struct file *from = &files[file.handle];
    size_t left = (size_t)offset < from->size ? from->size - (size_t)offset : 0;
    *got = left < size ? left : size;
    if (*got > 0)
        memcpy(into, from->bytes + offset, *got);
    return STATUS_OK;
}

static enum status memory_write(void *self, struct volume_file file, int64_t offset,
                                const void *from, size_t size)
{
    (void)self;
    struct file *into = &files[file.handle];
    if (size > FILE_MAX || (size_t)offset > FILE_MAX - size)
        return STATUS_IO;
    memcpy(into->bytes + offset, from, size);
    into->size = into->size < (size_t)offset + size ? (size_t)offset + size : into->size;
    return STATUS_OK;
}

static enum status memory_sync(void *self, struct volume_file file)
{
    (void)self;
    (void)file;
    return STATUS_OK;
}

static enum status memory_size(void *self, struct volume_file file, int64_t *out)
{
    (void)self;
    *out = (int64_t)files[file.handle].size;
    return STATUS_OK;
}

static enum status memory_cut(void *self, struct volume_file file, int64_t size)
{
    (void)self;
    files[file.handle].size = (size_t)size;
    return STATUS_OK;
}

static void memory_close(void *self, struct volume_file file)
{
    (void)self;
    (void)file;
}

static enum status memory_rename(void *self, const char *from, const char *to)
{
    struct volume_file file;
    TRY(memory_open(self, from, false, &file));
    memcpy(files[file.handle].name, to, strlen(to) + 1);
    return STATUS_OK;
}

static enum status memory_remove(void *self, const char *name)
{
    (void)self;
    (void)name;
    must(false); /* an opening deletes nothing */
    return STATUS_IO;
}

static enum status memory_sync_names(void *self)
{
    (void)self;
    return STATUS_OK;
}

static enum status memory_list(void *self, struct arena *arena, struct volume_name **names,
                               size_t *count)
{
    (void)self;
    TRY(ARENA_NEW(arena, FILES, names));
    *count = 0;
    for (int i = 0; i < FILES; i++)
        if (files[i].name[0] != 0)
            memcpy((*names)[(*count)++].text, files[i].name, VOLUME_NAME_MAX);
    return STATUS_OK;
}

static const struct volume VOLUME = {memory_open,   memory_read,       memory_write, memory_sync,
                                     memory_size,   memory_cut,        memory_close, memory_rename,
                                     memory_remove, memory_sync_names, memory_list,  NULL};

/* ---- bytes put right ---- */

static uint64_t get(const unsigned char *at, unsigned bytes)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < bytes; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

static void put(unsigned char *at, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (unsigned char)(number >> (8 * i));
}

static struct slice slice_at(const unsigned char *at, size_t size)
{
    return (struct slice){(const char *)at, size};
}

static void seal(unsigned char *at)
{
    put(at + SEALED, hash_bytes(slice_at(at, SEALED)), 8);
}

/* Seals, and checksums of parts that lie in the file; what they say stays as it is. */
static void put_right(struct file *file, const struct digest *image)
{
    if (file->size < HEADER + TRAILER)
        return;
    unsigned char *header = file->bytes, *trailer = file->bytes + file->size - TRAILER;
    memcpy(header, "CUTSNAP1", 8);
    put(header + 8, 1, 8);
    memcpy(header + 16, image->bytes, DIGEST_SIZE);
    seal(header);
    memcpy(trailer, "CUTSNAPE", 8);
    size_t count = get(trailer + 16, 4);
    size_t room = file->size - HEADER - TRAILER;
    if (count > room / ROW)
        count = room / ROW;
    unsigned char *table = trailer - count * ROW;
    for (size_t i = 0; i < count; i++) {
        unsigned char *row = table + i * ROW;
        uint64_t offset = get(row + 16, 8), size = get(row + 24, 8);
        if (offset <= file->size && size <= file->size - offset && size <= SNAPSHOT_PIECE)
            put(row + 32, hash_word(0) ^ hash_bytes(slice_at(file->bytes + offset, size)), 8);
    }
    struct slice slices[] = {slice_at(header, HEADER), slice_at(table, count * ROW),
                             slice_at(trailer, 24)};
    struct digest digest = digest_of(slices, 3);
    memcpy(trailer + 24, digest.bytes, DIGEST_SIZE);
    seal(trailer);
}

/* ---- what is believed ---- */

static unsigned char piece[SNAPSHOT_PIECE];

static void parts_read(const struct snapshot *snapshot)
{
    uint64_t covered = HEADER + TRAILER + snapshot->parts_count * (uint64_t)ROW;
    for (uint32_t i = 0; i < snapshot->parts_count; i++) {
        struct snapshot_source source;
        struct undump_source bytes;
        unsigned char some[777];
        uint64_t read = 0;
        size_t got = 1;
        covered += snapshot->part[i].size;
        must(snapshot_source_open(&source, VOLUME, snapshot, snapshot->part[i].name, &bytes) ==
             STATUS_OK);
        while (got > 0) {
            must(bytes.give(bytes.self, some, sizeof some, &got) == STATUS_OK);
            read += got;
        }
        bool first_of_name = true; /* of two parts with one name, the first is found */
        for (uint32_t k = 0; k < i; k++)
            first_of_name =
                first_of_name && strcmp(snapshot->part[k].name, snapshot->part[i].name) != 0;
        must(!first_of_name || read == snapshot->part[i].size);
        snapshot_source_close(&source);
    }
    must(covered == (uint64_t)snapshot->size);
}

static void believed(struct file *file)
{
    struct snapshot said = {.position = 1};
    struct journal_finding found = {.what = NULL};
    enum status status = snapshot_verify(VOLUME, file->name, piece, &said, &found);
    must(status == STATUS_OK || (status == STATUS_MALFORMED && found.what != NULL));
    if (status != STATUS_OK)
        return;
    parts_read(&said);
    uint64_t hash = hash_bytes(slice_at(file->bytes, file->size));
    unsigned char *bit = &file->bytes[hash % file->size];
    *bit ^= (unsigned char)(1u << (hash >> 61));
    must(snapshot_verify(VOLUME, file->name, piece, &said, &found) == STATUS_MALFORMED);
    *bit ^= (unsigned char)(1u << (hash >> 61));
}

/* ---- a start over it ---- */

static const struct rule_set *set;
static struct digest set_image;

static enum status heard(void *self, uint64_t position, struct slice entry)
{
    uint64_t *sum = self;
    *sum += position + (entry.size > 0 ? (unsigned char)entry.at[entry.size - 1] : 0u);
    return STATUS_OK;
}

static enum status no_alert(void *self, const struct alert *alert)
{
    (void)self;
    (void)alert;
    return STATUS_OK;
}

static moment now(void *self)
{
    (void)self;
    return (moment){1772414104250};
}

static int64_t ticks(void *self)
{
    (void)self;
    return 0;
}

static void start(struct arena *boot)
{
    uint64_t sum = 0;
    struct journal_finding found = {.what = NULL};
    struct live *live;
    const struct live_options options = {
        .journal = VOLUME,
        .snapshots = VOLUME,
        .segment_size_max = FILE_MAX,
        .frame_size_max = FRAME,
        .commit_bytes_max = FRAME,
        .queue_bytes_max = 4 * FRAME,
        .clock = {now, ticks, NULL},
        .pipeline = {.set = set,
                     .threads = 1,
                     .zone_minutes = 480,
                     .memory_max = MEMORY,
                     .alerts = {no_alert, NULL}},
        .listener = {.heard = heard, .self = &sum},
        .by_hand = true,
    };
    enum status status = live_open(&live, &options, boot, NULL, NULL, &found);
    must(status == STATUS_OK || status == STATUS_FULL ||
         (status == STATUS_MALFORMED && found.what != NULL));
    if (status != STATUS_OK)
        return;
    live_turn(live);
    live_abandon(live);
}

/* ---- inputs ---- */

static enum status blocks_write(struct slice bytes, struct dump_sink sink)
{
    static struct dump dump;
    dump_init(&dump, sink);
    for (size_t i = 0; i < bytes.size; i++)
        dump_u8(&dump, (unsigned char)bytes.at[i]);
    return dump_end(&dump);
}

/* A sound file; its notes, or its memory, are the bytes. */
static void file_build(struct file *file, struct slice bytes, bool notes, struct arena *scratch)
{
    static struct snapshot_writer writer;
    struct volume_file opened;
    struct small *small;
    must(memory_open(NULL, file->name, true, &opened) == STATUS_OK);
    must(ARENA_NEW(scratch, 1, &small) == STATUS_OK);
    must(small_open(small, slice_of(SMALL_RULES), 1, MEMORY) == STATUS_OK);
    snapshot_begin(&writer, VOLUME, opened, 1, &set_image);
    struct dump_sink part = snapshot_part_begin(&writer, "pipeline");
    enum status status = STATUS_OK;
    if (notes)
        status = pipeline_export(&small->pipeline, part);
    else
        status = blocks_write(bytes, part);
    must(status == STATUS_OK);
    part = snapshot_part_begin(&writer, "notes");
    must(blocks_write(notes ? bytes : (struct slice){"", 1}, part) == STATUS_OK);
    must(snapshot_end(&writer) == STATUS_OK);
    small_close(small);
}

static void once(struct arena **boot)
{
    static struct small small;
    must(arena_create(boot, ARENA) == STATUS_OK);
    must(small_open(&small, slice_of(SMALL_RULES), 1, MEMORY) == STATUS_OK);
    set = small.stage.set; /* for as long as we run */
    rules_digest(set, *boot, &set_image);
    pipeline_close(&small.pipeline);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *boot;
    struct file *file = &files[0];
    if (boot == NULL)
        once(&boot);
    if (size < 1 || size > INPUT_MAX)
        return 0;
    arena_reset(boot);
    for (int i = 0; i < FILES; i++)
        files[i].size = 0, files[i].name[0] = 0;
    snapshot_name(file->name, 1);
    if (bytes[0] % 4 < 2) {
        file->size = size - 1;
        memcpy(file->bytes, bytes + 1, size - 1);
        if (bytes[0] % 4 == 1)
            put_right(file, &set_image);
    } else {
        file_build(file, slice_at(bytes + 1, size - 1), bytes[0] % 4 == 2, boot);
    }
    believed(file);
    start(boot);
    return 0;
}
