/* volume.c -- a directory of the machine as a volume: every call is one system call and its
 * retries.
 *
 * Invariants:  1. A short write is continued; EINTR is retried; a failed fsync is never retried
 * (trust.md R4:
 *                 after one the kernel may have dropped the pages and a second one may lie).
 *              2. All names are opened relative to the directory's own handle, so a move of the
 *              path does no harm. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/volume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct directory {
    int handle;
};

static int directory_handle(void *self)
{
    return ((struct directory *)self)->handle;
}

static enum status file_open(void *self, const char *name, bool create, struct volume_file *out)
{
    int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0);
    int handle = openat(directory_handle(self), name, flags, 0600);
    if (handle < 0)
        return errno == ENOENT ? STATUS_ABSENT : STATUS_IO;
    out->handle = handle;
    return STATUS_OK;
}

static enum status file_read(void *self, struct volume_file file, int64_t offset, void *into,
                             size_t size, size_t *got)
{
    (void)self;
    size_t done = 0;
    while (done < size) {
        ssize_t n =
            pread((int)file.handle, (char *)into + done, size - done, offset + (int64_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return STATUS_IO;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    *got = done;
    return STATUS_OK;
}

static enum status file_write(void *self, struct volume_file file, int64_t offset, const void *from,
                              size_t size)
{
    (void)self;
    size_t done = 0;
    while (done < size) {
        ssize_t n = pwrite((int)file.handle, (const char *)from + done, size - done,
                           offset + (int64_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return STATUS_IO;
        done += (size_t)n;
    }
    return STATUS_OK;
}

static enum status file_sync(void *self, struct volume_file file)
{
    (void)self;
    return fdatasync((int)file.handle) == 0 ? STATUS_OK : STATUS_IO;
}

static enum status file_size(void *self, struct volume_file file, int64_t *out)
{
    (void)self;
    struct stat facts;
    if (fstat((int)file.handle, &facts) != 0)
        return STATUS_IO;
    *out = facts.st_size;
    return STATUS_OK;
}

static enum status file_cut(void *self, struct volume_file file, int64_t size)
{
    (void)self;
    return ftruncate((int)file.handle, size) == 0 ? STATUS_OK : STATUS_IO;
}

static void file_close(void *self, struct volume_file file)
{
    (void)self;
    (void)close((int)file.handle);
}

static enum status name_rename(void *self, const char *from, const char *to)
{
    int at = directory_handle(self);
    return renameat(at, from, at, to) == 0 ? STATUS_OK : STATUS_IO;
}

static enum status name_remove(void *self, const char *name)
{
    if (unlinkat(directory_handle(self), name, 0) == 0)
        return STATUS_OK;
    return errno == ENOENT ? STATUS_ABSENT : STATUS_IO;
}

static enum status names_sync(void *self)
{
    return fsync(directory_handle(self)) == 0 ? STATUS_OK : STATUS_IO;
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(((const struct volume_name *)a)->text, ((const struct volume_name *)b)->text);
}

/* Counts (with `names` NULL) or copies the plain files of the directory whose names fit. */
static size_t names_walk(DIR *stream, struct volume_name *names, size_t room)
{
    size_t count = 0;
    rewinddir(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || length >= VOLUME_NAME_MAX || entry->d_type == DT_DIR)
            continue;
        if (names != NULL) {
            if (count == room)
                break;
            memcpy(names[count].text, entry->d_name, length + 1);
        }
        count++;
    }
    return count;
}

static enum status names_list(void *self, struct arena *arena, struct volume_name **names,
                              size_t *count)
{
    int copy = openat(directory_handle(self), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = copy < 0 ? NULL : fdopendir(copy);
    if (stream == NULL) {
        if (copy >= 0)
            (void)close(copy);
        return STATUS_IO;
    }
    size_t room = names_walk(stream, NULL, 0);
    struct volume_name *found = NULL;
    enum status status = ARENA_NEW(arena, room + 1, &found);
    if (status == STATUS_OK) {
        *count = names_walk(stream, found, room);
        qsort(found, *count, sizeof *found, name_compare);
        *names = found;
    }
    (void)closedir(stream);
    return status;
}

enum status volume_of_directory(struct volume *out, const char *path, struct arena *boot)
{
    struct directory *directory = NULL;
    TRY(ARENA_NEW(boot, 1, &directory));
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return STATUS_IO;
    directory->handle = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory->handle < 0)
        return STATUS_IO;
    *out = (struct volume){
        .open = file_open,
        .read = file_read,
        .write = file_write,
        .sync = file_sync,
        .size = file_size,
        .cut = file_cut,
        .close = file_close,
        .rename = name_rename,
        .remove = name_remove,
        .sync_names = names_sync,
        .list = names_list,
        .self = directory,
    };
    return STATUS_OK;
}

void volume_close(struct volume *volume)
{
    (void)close(directory_handle(volume->self));
}
