/* folder.h -- the seam to directories: made, owned by one process, measured, emptied.
 *
 * What a service keeps lies in one directory that one process at a time may use, and that nobody
 * else may read. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "disk.h"

struct folder_lock {
    int handle; /* 0: none */
};

struct folder_space {
    uint64_t free, total; /* bytes, as an ordinary user may use them */
};

/* Makes the directory, for its owner only, unless it is there.  STATUS_IO with `*fault` set. */
enum status folder_make(const char *path, enum disk_fault *fault);
/* Takes the file `path`, made if it is not there, for this process alone, until the end of the
 * process or folder_unlock.  STATUS_REFUSED: another process has it, its number in `*owner` (0:
 * not known); STATUS_IO. */
enum status folder_lock(const char *path, struct folder_lock *out, int64_t *owner);
void folder_unlock(struct folder_lock *lock);
enum status folder_space(const char *path, struct folder_space *out);
/* The names in it in bytewise order, without `.` and `..`.  STATUS_IO; STATUS_FULL. */
enum status folder_list(const char *path, struct arena *arena, struct slice **names, size_t *count);
/* Writes the bytes as a file for its owner only, whole and synced, or not at all.  STATUS_IO. */
enum status folder_put(const char *path, struct slice bytes);
/* A file of `size` bytes that takes its space on the disk now.  STATUS_FULL: the disk has not so
 * much; STATUS_IO. */
enum status folder_reserve(const char *path, int64_t size);
/* The first `size` bytes of the file as memory that is in the file once this process has died,
 * however it died; only power that goes may take it.  Given back by pages_give_back.  STATUS_IO. */
enum status folder_pages(const char *path, size_t size, void **out);
/* Removes a file, or a directory with all that is in it.  Absent is done.  STATUS_IO. */
enum status folder_remove(const char *path);
/* Gives a file another name, and syncs the directory.  STATUS_IO. */
enum status folder_rename(const char *from, const char *to);
