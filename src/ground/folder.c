/* folder.c -- directories as the operating system has them.
 *
 * Invariants:  1. What is made here can be read by its owner only, whatever the umask.
 *              2. A lock ends with its process, however that ends; there is no stale lock. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { NAMES_FIRST = 64, DEPTH_MAX = 8 };

static enum disk_fault fault_of_errno(int error)
{
    if (error == ENOENT || error == ENOTDIR)
        return DISK_MISSING;
    if (error == EACCES || error == EPERM || error == EROFS)
        return DISK_FORBIDDEN;
    return DISK_FAILED;
}

enum status folder_make(const char *path, enum disk_fault *fault)
{
    *fault = DISK_FINE;
    if (mkdir(path, 0700) == 0)
        return STATUS_OK;
    struct stat about;
    int error = errno;
    if (error == EEXIST && stat(path, &about) == 0) {
        if (S_ISDIR(about.st_mode))
            return STATUS_OK;
        *fault = DISK_FAILED;
        return STATUS_IO;
    }
    *fault = fault_of_errno(error);
    return STATUS_IO;
}

static int64_t owner_of(int fd)
{
    char bytes[24] = "";
    ssize_t got = pread(fd, bytes, sizeof bytes - 1, 0);
    return got > 0 ? strtoll(bytes, NULL, 10) : 0;
}

enum status folder_lock(const char *path, struct folder_lock *out, int64_t *owner)
{
    *owner = 0;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return STATUS_IO;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        *owner = owner_of(fd);
        (void)close(fd);
        return errno == EWOULDBLOCK ? STATUS_REFUSED : STATUS_IO;
    }
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    text_addf(&text, "%ld\n", (long)getpid());
    bool written = ftruncate(fd, 0) == 0 && pwrite(fd, text.at, text.size, 0) == (ssize_t)text.size;
    if (!written) {
        (void)close(fd);
        return STATUS_IO;
    }
    *out = (struct folder_lock){fd};
    return STATUS_OK;
}

void folder_unlock(struct folder_lock *lock)
{
    if (lock->handle != 0)
        (void)close(lock->handle);
    lock->handle = 0;
}

enum status folder_space(const char *path, struct folder_space *out)
{
    struct statvfs about;
    if (statvfs(path, &about) != 0)
        return STATUS_IO;
    *out = (struct folder_space){
        .free = (uint64_t)about.f_bavail * about.f_frsize,
        .total = (uint64_t)about.f_blocks * about.f_frsize,
    };
    return STATUS_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static enum status read_names(DIR *folder, struct arena *arena, struct slice **names, size_t *count)
{
    size_t room = NAMES_FIRST;
    TRY(ARENA_NEW(arena, room, names));
    *count = 0;
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 ? STATUS_OK : STATUS_IO;
        struct slice name = slice_of(entry->d_name);
        if (slice_equal(name, SLICE(".")) || slice_equal(name, SLICE("..")))
            continue;
        if (*count == room) {
            struct slice *more;
            TRY(ARENA_NEW(arena, room * 2, &more));
            memcpy(more, *names, room * sizeof **names);
            *names = more;
            room *= 2;
        }
        TRY(slice_copy(arena, name, &(*names)[(*count)++]));
    }
}

enum status folder_list(const char *path, struct arena *arena, struct slice **names, size_t *count)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return STATUS_IO;
    enum status status = read_names(folder, arena, names, count);
    (void)closedir(folder);
    if (status == STATUS_OK)
        qsort(*names, *count, sizeof **names, by_bytes);
    return status;
}

static enum status sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct text text = text_over(folder, sizeof folder);
    text_add(&text, slash == NULL   ? SLICE(".")
                    : slash == path ? SLICE("/")
                                    : (struct slice){path, (size_t)(slash - path)});
    int fd = text.full ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return STATUS_IO;
    bool synced = fsync(fd) == 0;
    (void)close(fd);
    return synced ? STATUS_OK : STATUS_IO;
}

enum status folder_rename(const char *from, const char *to)
{
    if (rename(from, to) != 0)
        return STATUS_IO;
    return sync_folder_of(to);
}

enum status folder_put(const char *path, struct slice bytes)
{
    char temporary[PATH_MAX];
    struct text text = text_over(temporary, sizeof temporary);
    text_addf(&text, "%s.new", path);
    int fd = text.full ? -1 : open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return STATUS_IO;
    bool written = fchmod(fd, 0600) == 0;
    for (size_t at = 0; written && at < bytes.size;) {
        ssize_t put = write(fd, bytes.at + at, bytes.size - at);
        written = put > 0 || (put < 0 && errno == EINTR);
        at += put > 0 ? (size_t)put : 0;
    }
    written = written && fsync(fd) == 0;
    written = close(fd) == 0 && written;
    if (!written) {
        (void)unlink(temporary);
        return STATUS_IO;
    }
    return folder_rename(temporary, path);
}

enum status folder_reserve(const char *path, int64_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == ENOSPC ? STATUS_FULL : STATUS_IO;
    int error = posix_fallocate(fd, 0, size);
    (void)close(fd);
    if (error == 0)
        return STATUS_OK;
    (void)unlink(path);
    return error == ENOSPC || error == EDQUOT || error == EFBIG ? STATUS_FULL : STATUS_IO;
}

enum status folder_pages(const char *path, size_t size, void **out)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return STATUS_IO;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (at == MAP_FAILED)
        return STATUS_IO;
    *out = at;
    return STATUS_OK;
}

/* `*depth` bounds the recursion: what this house makes is three deep. */
static enum status remove_below(int parent, const char *name, unsigned depth)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return STATUS_OK;
    if ((errno != EISDIR && errno != EPERM) || depth == 0)
        return STATUS_IO;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return STATUS_IO;
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        (void)close(fd);
        return STATUS_IO;
    }
    enum status status = STATUS_OK;
    for (struct dirent *entry; status == STATUS_OK && (entry = readdir(folder)) != NULL;) {
        bool own = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (!own)
            status = remove_below(fd, entry->d_name, depth - 1);
    }
    (void)closedir(folder);
    if (status == STATUS_OK && unlinkat(parent, name, AT_REMOVEDIR) != 0)
        return STATUS_IO;
    return status;
}

enum status folder_remove(const char *path)
{
    return remove_below(AT_FDCWD, path, DEPTH_MAX);
}
