/* disk.c -- files as the operating system has them, and a way to make them fail on purpose.
 *
 * An output file's life:  .NAME.cutline-tmp-PID  --write--sync--rename-->  NAME  --sync folder-->
 *
 * Invariants:  1. Under its own name an output file is absent, as it was before, or whole.
 *              2. The temporary file is locked (flock) while its sink lives.  A file of that name
 *                 without a lock was left by a dead process of our number, and is written over.
 *              3. A sink that failed once fails until its end: no commit can hide a lost write.
 * Standard output, pipes and devices cannot be renamed into place; they are written straight.
 *
 * Not chosen:  mmap() for reading.  A file that shrinks under a reader would then kill the process,
 *              and a pipe would need a second way.
 * This file and arena.c are the two that may call malloc: an open file has its own lifetime. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SINK_BUFFER_SIZE = 128 * 1024, READ_ALL_SIZE_FIRST = 64 * 1024 };

struct disk_file {
    int fd;
    int64_t size;
    bool borrowed; /* standard input is not ours to close */
};

struct disk_sink {
    int fd;
    bool renamed; /* there is a temporary file to rename or to remove */
    bool borrowed;
    bool failed;
    size_t buffered;
    char path[PATH_MAX];
    char temporary[PATH_MAX];
    char buffer[SINK_BUFFER_SIZE];
};

static _Atomic uint64_t fail_at;

void disk_fail_at(uint64_t n)
{
    fail_at = n;
}

/* True on the one call that a test has chosen to fail. */
static bool fails_now(void)
{
    uint64_t left = fail_at;
    while (left != 0 && !atomic_compare_exchange_weak(&fail_at, &left, left - 1)) {
    }
    return left == 1;
}

static enum disk_fault fault_of_errno(int error)
{
    if (error == ENOENT || error == ENOTDIR)
        return DISK_MISSING;
    if (error == EACCES || error == EPERM)
        return DISK_FORBIDDEN;
    return error == EISDIR ? DISK_DIRECTORY : DISK_FAILED;
}

enum status disk_open(struct disk_file **out, const char *path, enum disk_fault *fault)
{
    bool borrowed = strcmp(path, "-") == 0;
    int fd = borrowed ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        *fault = fault_of_errno(errno);
        return STATUS_IO;
    }
    struct stat about;
    struct disk_file *file = NULL;
    *fault = DISK_FAILED;
    if (fstat(fd, &about) != 0)
        goto done;
    if (S_ISDIR(about.st_mode)) {
        *fault = DISK_DIRECTORY;
        goto done;
    }
    file = calloc(1, sizeof *file);
    if (file == NULL)
        goto done;
    file->fd = fd;
    file->borrowed = borrowed;
    file->size = S_ISREG(about.st_mode) ? (int64_t)about.st_size : -1;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* a wish */
    *fault = DISK_FINE;
    *out = file;
    return STATUS_OK;
done:
    if (!borrowed)
        (void)close(fd);
    return STATUS_IO;
}

enum status disk_read(struct disk_file *file, void *into, size_t size, size_t *got)
{
    if (fails_now())
        return STATUS_IO;
    if (size > SSIZE_MAX)
        size = SSIZE_MAX;
    ssize_t count;
    do
        count = read(file->fd, into, size);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return STATUS_IO;
    *got = (size_t)count;
    return STATUS_OK;
}

int64_t disk_size(const struct disk_file *file)
{
    return file->size;
}

void disk_close(struct disk_file *file)
{
    if (file == NULL)
        return;
    if (!file->borrowed)
        (void)close(file->fd); /* nothing was written, so nothing can be lost */
    free(file);
}

static struct disk_about about_of(const struct stat *stat)
{
    return (struct disk_about){
        .device = stat->st_dev,
        .number = stat->st_ino,
        .size = stat->st_size,
        .changed = {(int64_t)stat->st_mtim.tv_sec * SECOND_MS + stat->st_mtim.tv_nsec / 1000000},
        .private = (stat->st_mode & (S_IRWXG | S_IRWXO)) == 0,
        .folder = S_ISDIR(stat->st_mode),
    };
}

enum status disk_about(const char *path, struct disk_about *out, enum disk_fault *fault)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        *fault = fault_of_errno(errno);
        return STATUS_IO;
    }
    *fault = DISK_FINE;
    *out = about_of(&about);
    return STATUS_OK;
}

enum status disk_about_open(const struct disk_file *file, struct disk_about *out)
{
    struct stat about;
    if (fstat(file->fd, &about) != 0)
        return STATUS_IO;
    *out = about_of(&about);
    return STATUS_OK;
}

enum status disk_seek(struct disk_file *file, int64_t offset)
{
    return lseek(file->fd, offset, SEEK_SET) == offset ? STATUS_OK : STATUS_IO;
}

/* Reads to the end.  Pipes have no size and files may grow, so the room doubles when it is used up;
 * one byte more than size_max is asked for, to tell "just fits" from "too large". */
static enum status read_to_end(struct disk_file *file, size_t size_max, struct arena *arena,
                               struct slice *out)
{
    size_t room = file->size > 0 ? (size_t)file->size + 1 : READ_ALL_SIZE_FIRST;
    size_t used = 0;
    char *bytes = NULL;
    for (;;) {
        if (room > size_max + 1)
            room = size_max + 1;
        char *larger;
        TRY(ARENA_NEW(arena, room + 1, &larger));
        if (used != 0)
            memcpy(larger, bytes, used);
        bytes = larger;
        while (used < room) {
            size_t got;
            TRY(disk_read(file, bytes + used, room - used, &got));
            if (got == 0) {
                *out = (struct slice){bytes, used};
                return STATUS_OK;
            }
            used += got;
        }
        if (used > size_max)
            return STATUS_FULL;
        room *= 2;
    }
}

enum status disk_read_all(const char *path, size_t size_max, struct arena *arena, struct slice *out,
                          enum disk_fault *fault)
{
    must(size_max < SIZE_MAX / 4);
    struct disk_file *file;
    TRY(disk_open(&file, path, fault));
    enum status status =
        file->size > (int64_t)size_max ? STATUS_FULL : read_to_end(file, size_max, arena, out);
    if (status == STATUS_IO)
        *fault = DISK_FAILED;
    disk_close(file);
    return status;
}

/* Names the file and its temporary neighbour.  A link's target is replaced, not the link. */
static enum status sink_names(struct disk_sink *sink, const char *path)
{
    if (realpath(path, sink->path) == NULL) {
        if (errno != ENOENT || strlen(path) >= sizeof sink->path)
            return STATUS_IO;
        memcpy(sink->path, path, strlen(path) + 1);
    }
    const char *slash = strrchr(sink->path, '/');
    const char *name = slash == NULL ? sink->path : slash + 1;
    if (name[0] == '\0')
        return STATUS_IO; /* "folder/" names no file */
    struct text text = text_over(sink->temporary, sizeof sink->temporary);
    text_add(&text, (struct slice){sink->path, (size_t)(name - sink->path)});
    text_addf(&text, ".%s.cutline-tmp-%ld", name, (long)getpid());
    return text.full ? STATUS_IO : STATUS_OK;
}

/* Opens the temporary file, with the permissions of the file that it will replace, if any. */
static enum status sink_open_temporary(struct disk_sink *sink, const struct stat *present)
{
    sink->fd = open(sink->temporary, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (sink->fd < 0)
        return STATUS_IO;
    if (flock(sink->fd, LOCK_EX | LOCK_NB) != 0) {
        (void)close(sink->fd); /* another sink of this process writes the same file */
        return STATUS_IO;
    }
    sink->renamed = true;
    if (ftruncate(sink->fd, 0) != 0)
        return STATUS_IO;
    if (present != NULL && fchmod(sink->fd, present->st_mode & 07777) != 0)
        return STATUS_IO;
    return STATUS_OK;
}

static enum status sink_open(struct disk_sink *sink, const char *path)
{
    if (strcmp(path, "-") == 0) {
        sink->fd = STDOUT_FILENO;
        sink->borrowed = true;
        return STATUS_OK;
    }
    struct stat about;
    bool present = stat(path, &about) == 0;
    if (present && S_ISDIR(about.st_mode))
        return STATUS_IO;
    if (present && !S_ISREG(about.st_mode)) {
        sink->fd = open(path, O_WRONLY | O_CLOEXEC);
        return sink->fd < 0 ? STATUS_IO : STATUS_OK;
    }
    TRY(sink_names(sink, path));
    return sink_open_temporary(sink, present ? &about : NULL);
}

enum status disk_sink_create(struct disk_sink **out, const char *path)
{
    struct disk_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL)
        return STATUS_IO;
    enum status status = sink_open(sink, path);
    if (status == STATUS_OK) {
        *out = sink;
        return STATUS_OK;
    }
    if (sink->renamed)
        disk_sink_abandon(sink);
    else
        free(sink);
    return status;
}

static enum status write_through(struct disk_sink *sink, struct slice bytes)
{
    while (bytes.size != 0) {
        ssize_t count = fails_now() ? -1 : write(sink->fd, bytes.at, bytes.size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            sink->failed = true;
            return STATUS_IO;
        }
        bytes.at += count;
        bytes.size -= (size_t)count;
    }
    return STATUS_OK;
}

static enum status sink_flush(struct disk_sink *sink)
{
    size_t size = sink->buffered;
    sink->buffered = 0;
    return write_through(sink, (struct slice){sink->buffer, size});
}

enum status disk_sink_write(struct disk_sink *sink, struct slice bytes)
{
    if (sink->failed)
        return STATUS_IO;
    if (bytes.size > sizeof sink->buffer - sink->buffered) {
        TRY(sink_flush(sink));
        if (bytes.size >= sizeof sink->buffer)
            return write_through(sink, bytes);
    }
    if (bytes.size != 0)
        memcpy(sink->buffer + sink->buffered, bytes.at, bytes.size);
    sink->buffered += bytes.size;
    return STATUS_OK;
}

/* After the rename the new name itself must reach the disk, and that is in the folder. */
static enum status sync_folder_of(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        slash[slash == path ? 1 : 0] = '\0';
    int fd = open(slash == NULL ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return STATUS_IO;
    bool synced = !fails_now() && fsync(fd) == 0;
    (void)close(fd);
    return synced ? STATUS_OK : STATUS_IO;
}

enum status disk_sink_commit(struct disk_sink *sink)
{
    enum status status = STATUS_IO;
    if (sink->failed || sink_flush(sink) != STATUS_OK)
        goto done;
    if (!sink->renamed) {
        status = STATUS_OK;
        goto done;
    }
    if (fails_now() || fsync(sink->fd) != 0)
        goto done;
    if (fails_now() || rename(sink->temporary, sink->path) != 0)
        goto done;
    sink->renamed = false;
    status = sync_folder_of(sink->path);
done:
    disk_sink_abandon(sink);
    return status;
}

void disk_sink_abandon(struct disk_sink *sink)
{
    if (sink == NULL)
        return;
    if (sink->renamed)
        (void)unlink(sink->temporary); /* before the lock goes with the close */
    if (!sink->borrowed)
        (void)close(sink->fd);
    free(sink);
}
