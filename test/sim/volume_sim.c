/* volume_sim.c -- files as two arrays of bytes, now and durable, and a dice for what lies between.
 *
 * Invariants:  1. After volume_sync a file's `durable` equals its `now`.
 *              2. A crash never invents bytes: each sector afterwards is its durable or its latest
 *              state.
 *              3. Without a crash the volume behaves like a directory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/volume_sim.h"

#include <stdlib.h>

enum { FILES = 24, FILE_BYTES = 1 << 16, SECTOR = 512 };

struct content {
    bool used;
    bool name_durable;
    char name[VOLUME_NAME_MAX];
    char durable_name[VOLUME_NAME_MAX]; /* what a crash may bring back */
    unsigned char *now;
    unsigned char *durable;
    size_t now_size;
    size_t durable_size;
    struct content *by; /* which took its name by a rename that is not durable yet */
    bool decided;       /* of a crash: what of its name is left */
};

struct volume_sim {
    struct content *file;
    int files;
    size_t file_bytes;
    struct chance chance;
    uint64_t calls;
    uint64_t stop_at;
    uint64_t fail_at;
    bool stopped;
};

static struct volume_sim *sim_of(void *self)
{
    return self;
}

static bool call_fails(struct volume_sim *sim)
{
    sim->calls++;
    if (sim->stop_at != 0 && --sim->stop_at == 0)
        sim->stopped = true;
    bool fails = sim->fail_at != 0 && --sim->fail_at == 0;
    return sim->stopped || fails;
}

static struct content *content_find(struct volume_sim *sim, const char *name)
{
    for (int i = 0; i < sim->files; i++) {
        if (sim->file[i].used && strcmp(sim->file[i].name, name) == 0)
            return &sim->file[i];
    }
    return NULL;
}

static enum status sim_open(void *self, const char *name, bool create, struct volume_file *out)
{
    struct volume_sim *sim = sim_of(self);
    if (call_fails(sim))
        return STATUS_IO;
    struct content *content = content_find(sim, name);
    if (content == NULL && !create)
        return STATUS_ABSENT;
    for (int i = 0; content == NULL && i < sim->files; i++) {
        if (!sim->file[i].used && sim->file[i].durable_name[0] == 0)
            content = &sim->file[i];
    }
    must(content != NULL);
    if (!content->used) {
        content->used = true;
        content->name_durable = false;
        content->now_size = content->durable_size = 0;
        strncpy(content->name, name, VOLUME_NAME_MAX - 1);
    }
    out->handle = content - sim->file;
    return STATUS_OK;
}

static enum status sim_read(void *self, struct volume_file file, int64_t offset, void *into,
                            size_t size, size_t *got)
{
    struct volume_sim *sim = sim_of(self);
    if (call_fails(sim))
        return STATUS_IO;
    const struct content *content = &sim->file[file.handle];
    size_t from = (size_t)offset < content->now_size ? (size_t)offset : content->now_size;
    *got = content->now_size - from < size ? content->now_size - from : size;
    memcpy(into, content->now + from, *got);
    return STATUS_OK;
}

static enum status sim_write(void *self, struct volume_file file, int64_t offset, const void *from,
                             size_t size)
{
    struct volume_sim *sim = sim_of(self);
    struct content *content = &sim->file[file.handle];
    bool fails = call_fails(sim);
    if (fails)
        size = chance_below(&sim->chance, size + 1); /* part of it was written all the same */
    must((size_t)offset + size <= sim->file_bytes);
    if ((size_t)offset > content->now_size)
        memset(content->now + content->now_size, 0, (size_t)offset - content->now_size);
    memcpy(content->now + offset, from, size);
    if ((size_t)offset + size > content->now_size)
        content->now_size = (size_t)offset + size;
    return fails ? STATUS_IO : STATUS_OK;
}

static enum status sim_sync(void *self, struct volume_file file)
{
    struct volume_sim *sim = sim_of(self);
    struct content *content = &sim->file[file.handle];
    if (call_fails(sim))
        return STATUS_IO;
    memcpy(content->durable, content->now, content->now_size);
    content->durable_size = content->now_size;
    return STATUS_OK;
}

static enum status sim_size(void *self, struct volume_file file, int64_t *out)
{
    struct volume_sim *sim = sim_of(self);
    if (call_fails(sim))
        return STATUS_IO;
    *out = (int64_t)sim->file[file.handle].now_size;
    return STATUS_OK;
}

static enum status sim_cut(void *self, struct volume_file file, int64_t size)
{
    struct volume_sim *sim = sim_of(self);
    if (call_fails(sim))
        return STATUS_IO;
    must((size_t)size <= sim->file[file.handle].now_size);
    sim->file[file.handle].now_size = (size_t)size;
    return STATUS_OK;
}

static void sim_close(void *self, struct volume_file file)
{
    (void)self;
    (void)file;
}

static enum status sim_rename(void *self, const char *from, const char *to)
{
    struct volume_sim *sim = sim_of(self);
    if (call_fails(sim))
        return STATUS_IO;
    struct content *content = content_find(sim, from);
    if (content == NULL)
        return STATUS_IO;
    struct content *replaced = content_find(sim, to);
    if (replaced != NULL && replaced != content) {
        replaced->used = false;
        replaced->by = replaced->name_durable ? content : NULL;
    }
    strncpy(content->name, to, VOLUME_NAME_MAX - 1);
    return STATUS_OK;
}

static enum status sim_remove(void *self, const char *name)
{
    struct volume_sim *sim = sim_of(self);
    if (call_fails(sim))
        return STATUS_IO;
    struct content *content = content_find(sim, name);
    if (content == NULL)
        return STATUS_ABSENT;
    content->used = false;
    return STATUS_OK;
}

static enum status sim_sync_names(void *self)
{
    struct volume_sim *sim = sim_of(self);
    if (call_fails(sim))
        return STATUS_IO;
    for (int i = 0; i < sim->files; i++) {
        struct content *content = &sim->file[i];
        content->by = NULL;
        content->name_durable = content->used;
        memset(content->durable_name, 0, VOLUME_NAME_MAX);
        if (content->used)
            memcpy(content->durable_name, content->name, VOLUME_NAME_MAX);
    }
    return STATUS_OK;
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(((const struct volume_name *)a)->text, ((const struct volume_name *)b)->text);
}

static enum status sim_list(void *self, struct arena *arena, struct volume_name **names,
                            size_t *count)
{
    struct volume_sim *sim = sim_of(self);
    if (call_fails(sim))
        return STATUS_IO;
    struct volume_name *found = NULL;
    TRY(ARENA_NEW(arena, sim->files, &found));
    *count = 0;
    for (int i = 0; i < sim->files; i++) {
        if (sim->file[i].used)
            memcpy(found[(*count)++].text, sim->file[i].name, VOLUME_NAME_MAX);
    }
    qsort(found, *count, sizeof *found, name_compare);
    *names = found;
    return STATUS_OK;
}

enum status volume_sim_create_of(struct volume_sim **out, uint64_t seed, int files,
                                 size_t file_bytes, struct arena *arena)
{
    struct volume_sim *sim = NULL;
    TRY(ARENA_NEW(arena, 1, &sim));
    TRY(ARENA_NEW(arena, files, &sim->file));
    sim->chance = chance_seeded(seed);
    sim->files = files;
    sim->file_bytes = file_bytes;
    for (int i = 0; i < files; i++) {
        TRY(ARENA_NEW(arena, file_bytes, &sim->file[i].now));
        TRY(ARENA_NEW(arena, file_bytes, &sim->file[i].durable));
    }
    *out = sim;
    return STATUS_OK;
}

enum status volume_sim_create(struct volume_sim **out, uint64_t seed, struct arena *arena)
{
    return volume_sim_create_of(out, seed, FILES, FILE_BYTES, arena);
}

void volume_sim_reset(struct volume_sim *sim, uint64_t seed)
{
    for (int i = 0; i < sim->files; i++) {
        struct content *content = &sim->file[i];
        *content = (struct content){.now = content->now, .durable = content->durable};
    }
    sim->chance = chance_seeded(seed);
    sim->calls = sim->stop_at = sim->fail_at = 0;
    sim->stopped = false;
}

struct volume volume_sim_volume(struct volume_sim *sim)
{
    return (struct volume){sim_open,  sim_read,   sim_write,  sim_sync,       sim_size, sim_cut,
                           sim_close, sim_rename, sim_remove, sim_sync_names, sim_list, sim};
}

uint64_t volume_sim_calls(const struct volume_sim *sim)
{
    return sim->calls;
}

void volume_sim_stop_at(struct volume_sim *sim, uint64_t n)
{
    sim->stop_at = n;
}

void volume_sim_fail_at(struct volume_sim *sim, uint64_t n)
{
    sim->fail_at = n;
}

void volume_sim_start(struct volume_sim *sim)
{
    sim->stopped = false;
    sim->stop_at = sim->fail_at = 0;
}

/* Each sector that differs from its durable state keeps the new bytes or falls back; a mood of the
 * crash decides how often. */
static void content_crash(struct volume_sim *sim, struct content *content, unsigned mood)
{
    size_t size = content->durable_size;
    if (content->now_size != content->durable_size && chance_below(&sim->chance, 2) == 0)
        size = content->now_size; /* the size reached the disk, whether or not the bytes did */
    if (size > content->durable_size)
        memset(content->durable + content->durable_size, 0, size - content->durable_size);
    for (size_t at = 0; at < size; at += SECTOR) {
        size_t bytes = size - at < SECTOR ? size - at : SECTOR;
        bool keeps = mood == 0 ? false : mood == 1 ? true : chance_below(&sim->chance, 2) == 0;
        size_t there = at + bytes <= content->now_size ? bytes
                       : at < content->now_size        ? content->now_size - at
                                                       : 0;
        if (keeps)
            memcpy(content->durable + at, content->now + at, there);
    }
    memcpy(content->now, content->durable, size);
    content->now_size = content->durable_size = size;
}

/* Under a name that was taken over lies the one or the other, never neither. */
static void takeover_crash(struct volume_sim *sim, struct content *content)
{
    struct content *by = content->by;
    content->by = NULL;
    if (by == NULL || by->decided)
        return;
    bool undone = chance_below(&sim->chance, 2) == 0;
    content->decided = by->decided = true;
    content->used = undone;
    by->used = !undone || by->name_durable;
    struct content *back = undone ? by : content;
    if (back->used)
        memcpy(back->name, back->durable_name, VOLUME_NAME_MAX);
    if (undone)
        memcpy(content->name, content->durable_name, VOLUME_NAME_MAX);
}

/* Whether a file is there, and under which name. */
static void name_crash(struct volume_sim *sim, struct content *content)
{
    if (content->used && !content->name_durable && chance_below(&sim->chance, 2) == 0)
        content->used = false;
    if (content->name_durable && chance_below(&sim->chance, 2) == 0) {
        memcpy(content->name, content->durable_name, VOLUME_NAME_MAX); /* rename, removal undone */
        content->used = true;
    }
}

void volume_sim_crash(struct volume_sim *sim)
{
    unsigned mood = (unsigned)chance_below(&sim->chance, 3);
    for (int i = 0; i < sim->files; i++)
        takeover_crash(sim, &sim->file[i]);
    for (int i = 0; i < sim->files; i++) {
        struct content *content = &sim->file[i];
        if (!content->decided)
            name_crash(sim, content);
        content->decided = false;
        content->name_durable = content->used;
        memcpy(content->durable_name, content->name, VOLUME_NAME_MAX);
        if (!content->used)
            memset(content->durable_name, 0, VOLUME_NAME_MAX);
        if (content->used)
            content_crash(sim, content, mood);
    }
    sim->stopped = false;
    sim->stop_at = sim->fail_at = 0;
}

unsigned char *volume_sim_bytes(struct volume_sim *sim, const char *name, size_t *size)
{
    struct content *content = content_find(sim, name);
    if (content == NULL)
        return NULL;
    *size = content->now_size;
    return content->now;
}

void volume_sim_truncate(struct volume_sim *sim, const char *name, size_t size)
{
    struct content *content = content_find(sim, name);
    must(content != NULL && size <= content->now_size);
    content->now_size = content->durable_size = size;
}
