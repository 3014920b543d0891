/* disk.h -- the seam to files.
 *
 * Rooms read and write through these calls, so that a test can hand in a disk that fails.  An
 * output file is written under a temporary name beside its own and appears under its own name
 * whole, synced, or not at all: `kill -9` in the middle leaves no half-written file. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "moment.h"
#include "text.h"
#include <stdio.h>

/* Why a file could not be opened or read; one clear sentence is made of it. */
enum disk_fault { DISK_FINE, DISK_MISSING, DISK_FORBIDDEN, DISK_DIRECTORY, DISK_FAILED };

struct disk_file; /* an open file for reading */
struct disk_sink; /* a file being written */

/* Opens for reading; "-" is standard input.  STATUS_IO with `*fault` set. */
enum status disk_open(struct disk_file **out, const char *path, enum disk_fault *fault);
/* Up to `size` bytes into `into`; `*got` = 0 at the end.  STATUS_IO. */
enum status disk_read(struct disk_file *file, void *into, size_t size, size_t *got);
/* Size in bytes, or -1 where there is none (a pipe). */
int64_t disk_size(const struct disk_file *file);
void disk_close(struct disk_file *file);

/* The whole file, at most `size_max` bytes, NUL-terminated.  STATUS_FULL: larger.  STATUS_IO:
 * `*fault`. */
enum status disk_read_all(const char *path, size_t size_max, struct arena *arena, struct slice *out,
                          enum disk_fault *fault);

/* What there is to know of a file without reading it. */
struct disk_about {
    uint64_t device, number; /* the same for as long as the file lives, also under another name */
    int64_t size;
    moment changed;
    bool private; /* only its owner may read it */
    bool folder;
};

/* STATUS_IO with `*fault` set. */
enum status disk_about(const char *path, struct disk_about *out, enum disk_fault *fault);
enum status disk_about_open(const struct disk_file *file, struct disk_about *out);
/* Reading goes on from `offset`.  STATUS_IO: not a file that has places. */
enum status disk_seek(struct disk_file *file, int64_t offset);

/* Begins an output file; "-" is standard output (which cannot be undone).  STATUS_IO. */
enum status disk_sink_create(struct disk_sink **out, const char *path);
enum status disk_sink_write(struct disk_sink *sink, struct slice bytes);
/* Flushes, syncs, renames, syncs the folder.  Takes the sink.  STATUS_IO: nothing appeared; only if
 * the folder's own sync failed, the whole file is there but may be gone after a power loss. */
enum status disk_sink_commit(struct disk_sink *sink);
/* Forgets what was written.  Takes the sink. */
void disk_sink_abandon(struct disk_sink *sink);

/* Test seam: the n-th read, write, sync or rename from now fails, once; 0 turns it off. */
void disk_fail_at(uint64_t n);
