/* faulty_test.h -- a disk under SQLite that fails on purpose, or forgets what was not synced.
 *
 * The calls of the machine's own VFS, each counted, each able to fail.  With `shadow`, a synced
 * file is copied to NAME.synced; those copies are what a power cut would leave at the least. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/status.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { FAULTY_FILES = 32, FAULTY_PATH = 160 };

/* The methods of a kind of file: ours first, so that a file's pointer to them leads to theirs. */
struct faulty_methods {
    sqlite3_io_methods mine;
    const sqlite3_io_methods *real;
};

static struct {
    sqlite3_vfs vfs, *real;
    pthread_mutex_t lock;
    struct faulty_methods methods[4];
    struct {
        sqlite3_file *file;
        char path[FAULTY_PATH];
    } files[FAULTY_FILES];
    atomic_long calls; /* that could have failed */
    atomic_long syncs, failures;
    atomic_long fail_at; /* the number of the call; -1: none */
    atomic_bool forever; /* and all after it */
    atomic_int code;     /* SQLITE_IOERR, SQLITE_FULL */
    atomic_bool syncs_only;
    bool shadow;
} faulty = {.lock = PTHREAD_MUTEX_INITIALIZER, .fail_at = -1};

static bool faulty_fails(bool sync)
{
    if (atomic_load(&faulty.syncs_only) && !sync)
        return false;
    long call = atomic_fetch_add(&faulty.calls, 1), at = atomic_load(&faulty.fail_at);
    bool fails = at >= 0 && (call == at || (call > at && atomic_load(&faulty.forever)));
    if (fails)
        atomic_fetch_add(&faulty.failures, 1);
    return fails;
}

static const sqlite3_io_methods *faulty_real(sqlite3_file *file)
{
    return ((const struct faulty_methods *)(const void *)file->pMethods)->real;
}

static int faulty_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
    if (faulty_fails(false))
        return atomic_load(&faulty.code);
    return faulty_real(file)->xWrite(file, bytes, size, at);
}

static int faulty_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at)
{
    if (faulty_fails(false))
        return SQLITE_IOERR_READ;
    return faulty_real(file)->xRead(file, bytes, size, at);
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (faulty_fails(false))
        return SQLITE_IOERR_TRUNCATE;
    return faulty_real(file)->xTruncate(file, size);
}

static void faulty_copy(sqlite3_file *file)
{
    char bytes[4096], part[FAULTY_PATH + 16], whole[FAULTY_PATH + 16];
    sqlite3_int64 size = 0;
    const char *path = NULL;
    (void)pthread_mutex_lock(&faulty.lock);
    for (int i = 0; i < FAULTY_FILES; i++)
        if (faulty.files[i].file == file)
            path = faulty.files[i].path;
    (void)pthread_mutex_unlock(&faulty.lock);
    must(path != NULL);
    (void)snprintf(part, sizeof part, "%s.part", path);
    (void)snprintf(whole, sizeof whole, "%s.synced", path);
    must(faulty_real(file)->xFileSize(file, &size) == SQLITE_OK);
    FILE *copy = fopen(part, "wb");
    must(copy != NULL);
    for (sqlite3_int64 at = 0; at < size; at += (sqlite3_int64)sizeof bytes) {
        int here = size - at < (sqlite3_int64)sizeof bytes ? (int)(size - at) : (int)sizeof bytes;
        must(faulty_real(file)->xRead(file, bytes, here, at) == SQLITE_OK);
        must(fwrite(bytes, 1, (size_t)here, copy) == (size_t)here);
    }
    must(fclose(copy) == 0);
    must(rename(part, whole) == 0);
}

static int faulty_sync(sqlite3_file *file, int flags)
{
    atomic_fetch_add(&faulty.syncs, 1);
    if (faulty_fails(true))
        return SQLITE_IOERR_FSYNC;
    if (faulty.shadow) {
        faulty_copy(file);
        return SQLITE_OK;
    }
    return faulty_real(file)->xSync(file, flags);
}

static int faulty_close(sqlite3_file *file)
{
    (void)pthread_mutex_lock(&faulty.lock);
    for (int i = 0; i < FAULTY_FILES; i++)
        if (faulty.files[i].file == file)
            faulty.files[i].file = NULL;
    (void)pthread_mutex_unlock(&faulty.lock);
    return faulty_real(file)->xClose(file);
}

static const sqlite3_io_methods *faulty_methods_of(const sqlite3_io_methods *real)
{
    struct faulty_methods *methods = faulty.methods;
    while (methods->real != NULL && methods->real != real)
        methods++;
    must(methods < faulty.methods + 4);
    if (methods->real == NULL) {
        methods->mine = *real;
        methods->mine.xWrite = faulty_write;
        methods->mine.xRead = faulty_read;
        methods->mine.xTruncate = faulty_truncate;
        methods->mine.xSync = faulty_sync;
        methods->mine.xClose = faulty_close;
        methods->mine.xFetch = NULL;
        methods->mine.iVersion = real->iVersion < 2 ? real->iVersion : 2;
        methods->real = real;
    }
    return &methods->mine;
}

static int faulty_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    int code = faulty.real->xOpen(faulty.real, path, file, flags, out);
    if (code != SQLITE_OK || file->pMethods == NULL)
        return code;
    int at = 0;
    (void)pthread_mutex_lock(&faulty.lock);
    while (at < FAULTY_FILES && faulty.files[at].file != NULL)
        at++;
    must(at < FAULTY_FILES);
    faulty.files[at].file = file;
    (void)snprintf(faulty.files[at].path, FAULTY_PATH, "%s", path == NULL ? "" : path);
    file->pMethods = faulty_methods_of(file->pMethods);
    (void)pthread_mutex_unlock(&faulty.lock);
    return SQLITE_OK;
}

/* All databases that are opened from now on lie on it. */
static void faulty_install(void)
{
    faulty.real = sqlite3_vfs_find(NULL);
    must(faulty.real != NULL);
    faulty.vfs = *faulty.real;
    faulty.vfs.zName = "faulty";
    faulty.vfs.pNext = NULL;
    faulty.vfs.xOpen = faulty_open;
    must(sqlite3_vfs_register(&faulty.vfs, 1) == SQLITE_OK);
}

/* The call after `after` others fails; all after it, too, if `forever`. */
static void faulty_arm(long after, int code, bool forever, bool syncs_only)
{
    atomic_store(&faulty.calls, 0);
    atomic_store(&faulty.failures, 0);
    atomic_store(&faulty.code, code);
    atomic_store(&faulty.forever, forever);
    atomic_store(&faulty.syncs_only, syncs_only);
    atomic_store(&faulty.fail_at, after);
}

static void faulty_disarm(void)
{
    atomic_store(&faulty.fail_at, -1);
}
