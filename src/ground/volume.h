/* volume.h -- the seam to durable files: one directory, and the few operations that promises rest
 * on.
 *
 * Whoever must survive power loss (the journal, snapshots) writes through a volume, so that a
 * simulated one (test/sim) can drop what was not synced, tear writes, reorder them and fail at any
 * operation.  A name is a plain file name without `/`.
 *
 * What a volume promises after STATUS_OK:  volume_sync: the file's bytes and size survive power
 * loss. volume_sync_names: creations, renames and removals of the directory survive.  Nothing else
 * survives for sure. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

enum { VOLUME_NAME_MAX = 64 };

struct volume_file {
    int64_t handle;
};

struct volume_name {
    char text[VOLUME_NAME_MAX];
};

struct volume {
    /* Opens, creating it empty if `create`.  STATUS_ABSENT without `create`; STATUS_IO. */
    enum status (*open)(void *self, const char *name, bool create, struct volume_file *out);
    /* Up to `size` bytes from `offset`; `*got` < `size` only at the end of the file. */
    enum status (*read)(void *self, struct volume_file file, int64_t offset, void *into,
                        size_t size, size_t *got);
    /* All of `size` bytes at `offset`, or STATUS_IO with any part of them written. */
    enum status (*write)(void *self, struct volume_file file, int64_t offset, const void *from,
                         size_t size);
    enum status (*sync)(void *self, struct volume_file file);
    enum status (*size)(void *self, struct volume_file file, int64_t *out);
    enum status (*cut)(void *self, struct volume_file file, int64_t size);
    void (*close)(void *self, struct volume_file file);
    enum status (*rename)(void *self, const char *from, const char *to);
    enum status (*remove)(void *self, const char *name);
    enum status (*sync_names)(void *self);
    /* Names in bytewise order, into the arena. */
    enum status (*list)(void *self, struct arena *arena, struct volume_name **names, size_t *count);
    void *self;
};

/* The volume over a directory of the machine, made if it is not there (mode 0700).  STATUS_IO. */
enum status volume_of_directory(struct volume *out, const char *path, struct arena *boot);
void volume_close(struct volume *volume);
