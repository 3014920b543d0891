/* presence.c -- a table of lines, by buckets of a few, each with its own lock's share.
 *
 *     line ─hash─> bucket of WAYS rows { line, other, since }
 *
 * A line stands in one bucket; when that is full, the row that began first makes way.  So the work
 * of a call is a cache line or two, and memory is what was asked for at the start.
 *
 * Not chosen: a list in order of time with a hash beside it; exact, and four times the memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "presence/presence.h"

#include "ground/limits.h"

#include <pthread.h>

enum { WAYS = 8, LOCKS = 64 };

struct row {
    ident line, other; /* line unknown: free */
    int64_t since_ms;
    bool calling;
};

struct presence {
    struct row *row;
    size_t buckets; /* a power of two */
    pthread_mutex_t lock[LOCKS];
    _Atomic uint64_t lines, rang, ended, forgotten;
};

enum status presence_create(struct presence **out, size_t lines_max, struct arena *boot)
{
    struct presence *presence = NULL;
    size_t buckets = LOCKS;
    must(lines_max <= PRESENCE_LINES_MAX);
    while (buckets * WAYS < lines_max)
        buckets *= 2;
    TRY(ARENA_NEW(boot, 1, &presence));
    TRY(ARENA_NEW(boot, buckets * WAYS, &presence->row));
    presence->buckets = buckets;
    for (unsigned i = 0; i < LOCKS; i++)
        (void)pthread_mutex_init(&presence->lock[i], NULL);
    *out = presence;
    return STATUS_OK;
}

static uint64_t bucket_of(const struct presence *presence, ident line)
{
    uint64_t hash = line.bits * 0x9E3779B97F4A7C15u;
    return (hash ^ hash >> 32) & (presence->buckets - 1);
}

/* The row of the line in its bucket, with the bucket's lock held; NULL: none. */
static struct row *row_find(struct presence *presence, uint64_t bucket, ident line)
{
    for (struct row *row = &presence->row[bucket * WAYS];
         row < &presence->row[bucket * WAYS + WAYS]; row++)
        if (ident_equal(row->line, line))
            return row;
    return NULL;
}

/* A free row, or that of the call that began first. */
static struct row *row_make(struct presence *presence, uint64_t bucket)
{
    struct row *oldest = &presence->row[bucket * WAYS];
    for (struct row *row = oldest; row < &presence->row[bucket * WAYS + WAYS]; row++) {
        if (!ident_known(row->line)) {
            presence->lines++;
            return row;
        }
        if (row->since_ms < oldest->since_ms)
            oldest = row;
    }
    presence->forgotten++;
    return oldest;
}

static void put(struct presence *presence, ident line, ident other, moment at, bool calling)
{
    uint64_t bucket = bucket_of(presence, line);
    (void)pthread_mutex_lock(&presence->lock[bucket % LOCKS]);
    struct row *row = row_find(presence, bucket, line);
    if (row == NULL)
        row = row_make(presence, bucket);
    else if (row->since_ms > at.ms) /* told late: the newer call stands */
        row = NULL;
    if (row != NULL)
        *row = (struct row){line, other, at.ms, calling};
    (void)pthread_mutex_unlock(&presence->lock[bucket % LOCKS]);
}

static void take_out(struct presence *presence, ident line, ident other, moment end)
{
    uint64_t bucket = bucket_of(presence, line);
    (void)pthread_mutex_lock(&presence->lock[bucket % LOCKS]);
    struct row *row = row_find(presence, bucket, line);
    if (row != NULL && ident_equal(row->other, other) && row->since_ms <= end.ms) {
        *row = (struct row){0};
        presence->lines--;
    }
    (void)pthread_mutex_unlock(&presence->lock[bucket % LOCKS]);
}

void presence_rang(struct presence *presence, ident caller, ident callee, moment at)
{
    if (!ident_known(caller) || !ident_known(callee))
        return;
    presence->rang++;
    put(presence, caller, callee, at, true);
    put(presence, callee, caller, at, false);
}

void presence_ended(struct presence *presence, ident caller, ident callee, moment end)
{
    presence->ended++;
    if (ident_known(caller) && ident_known(callee)) {
        take_out(presence, caller, callee, end);
        take_out(presence, callee, caller, end);
    }
}

bool presence_find(struct presence *presence, ident line, moment now, struct presence_call *out)
{
    bool found = false;
    if (!ident_known(line))
        return false;
    uint64_t bucket = bucket_of(presence, line);
    (void)pthread_mutex_lock(&presence->lock[bucket % LOCKS]);
    const struct row *row = row_find(presence, bucket, line);
    if (row != NULL && row->since_ms <= now.ms &&
        now.ms - row->since_ms < PRESENCE_HOURS_MAX * (int64_t)HOUR_MS) {
        *out = (struct presence_call){row->other, {row->since_ms}, row->calling};
        found = true;
    }
    (void)pthread_mutex_unlock(&presence->lock[bucket % LOCKS]);
    return found;
}

void presence_count(struct presence *presence, struct presence_counts *out)
{
    *out = (struct presence_counts){presence->lines, presence->rang, presence->ended,
                                    presence->forgotten};
}
