/* journal_fuzz.c -- any bytes as a segment: they are read or named, never believed, and a journal
 * that opened goes on.
 *
 * The first byte chooses: as they are, or with their checksums, numbers and chain put right, so
 * that what stands behind a right checksum is looked at, too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journal_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { FILES = 6, FILE_MAX = 1 << 17, INPUT_MAX = 1 << 16, ARENA = 4 << 20, FRAME = 1 << 14 };

/* A directory in memory. */
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
    memcpy(into, from->bytes + ((size_t)offset < from->size ? (size_t)offset : 0), *got);
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

static const struct volume MEMORY = {memory_open,   memory_read,       memory_write, memory_sync,
                                     memory_size,   memory_cut,        memory_close, memory_rename,
                                     memory_remove, memory_sync_names, memory_list,  NULL};

static uint64_t get(const unsigned char *at, unsigned bytes)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < bytes; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

/* Makes the header and as many frames as there are right, but for what they hold. */
static void put_right(struct file *file)
{
    if (file->size < SEGMENT_HEADER_SIZE)
        return;
    struct frame frame = {.first = 1, .chain = get(file->bytes + 16, 8)};
    segment_header_write(file->bytes, 1, frame.chain);
    for (size_t at = SEGMENT_HEADER_SIZE; at + FRAME_HEADER_SIZE <= file->size;) {
        unsigned char *bytes = file->bytes + at;
        frame.payload_size = (uint32_t)get(bytes + 4, 4) & ~7u;
        frame.entries_count = (uint32_t)get(bytes + 16, 4) % 1000;
        frame.flags = (uint32_t)get(bytes + 20, 4) & FRAME_CLOSES;
        if (frame.payload_size > file->size - at - FRAME_HEADER_SIZE)
            return;
        frame_seal(bytes, &frame);
        frame.chain = frame.checksum;
        frame.first += frame.entries_count;
        at += FRAME_HEADER_SIZE + frame.payload_size;
    }
}

static uint64_t read_all(struct arena *arena)
{
    struct journal_finding found;
    struct journal_reader *reader;
    uint64_t sequence;
    uint64_t count = 0;
    struct slice entry;
    if (journal_reader_open(&reader, MEMORY, 1, arena, &found) != STATUS_OK)
        return 0;
    while (journal_read(reader, &sequence, &entry) == STATUS_OK) {
        must(sequence == ++count);
        must(entry.size <= FILE_MAX);
    }
    journal_reader_close(reader);
    return count;
}

/* What opened says where it ends, and takes another entry there. */
static void goes_on(struct arena *arena)
{
    struct journal_options options = {
        .volume = MEMORY, .segment_size_max = FILE_MAX, .frame_size_max = FRAME};
    struct journal_finding found;
    struct journal *journal;
    uint64_t first;
    if (journal_open(&journal, &options, arena, &found) != STATUS_OK)
        return;
    uint64_t next = journal_next(journal);
    struct slice entry = SLICE("one more");
    if (journal_append(journal, &entry, 1, &first) != STATUS_OK)
        return;
    must(first == next);
    must(journal_sync(journal) == STATUS_OK);
    (void)read_all(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *arena;
    struct journal_finding found;
    uint64_t count;
    if (arena == NULL)
        must(arena_create(&arena, ARENA) == STATUS_OK);
    if (size < 1 || size > INPUT_MAX)
        return 0;
    arena_reset(arena);
    for (int i = 0; i < FILES; i++)
        files[i].name[0] = 0;
    segment_name(files[0].name, 1);
    files[0].size = size - 1;
    memcpy(files[0].bytes, bytes + 1, size - 1);
    for (int i = 1; i < FILES; i++)
        files[i].size = 0;
    if (bytes[0] % 2 == 1)
        put_right(&files[0]);
    enum status status = journal_verify(MEMORY, arena, &found, &count);
    if (status == STATUS_OK)
        must(read_all(arena) == count);
    else
        must(status != STATUS_MALFORMED || found.what != NULL);
    goes_on(arena);
    return 0;
}
