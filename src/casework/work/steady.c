/* steady.c -- time that a wall clock cannot push about, in one row of the store.
 *
 *      steady = max(last, base + (ticks - base_ticks))
 *
 * `base` and `base_ticks` are one pair, made at the first start on this boot; `last` is what was
 * told or kept last, below which it never goes.
 *
 * Invariants:  1. Two answers of steady_now() never go back, over restarts of the process and of
 *                 the machine, as far as steady_keep() was called.
 *              2. A step of the wall clock while the machine runs changes nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/steady.h"

#include <pthread.h>

const struct store_migration STEADY_MIGRATIONS[STEADY_MIGRATIONS_COUNT] = {
    {"casework: steady time",
     "CREATE TABLE steady (number INTEGER PRIMARY KEY, boot TEXT NOT NULL, base INTEGER NOT NULL, "
     "base_ticks INTEGER NOT NULL, last INTEGER NOT NULL, ticks INTEGER NOT NULL)"},
};

struct steady {
    struct store *store;
    struct clock clock;
    char boot[STEADY_BOOT_MAX + 1];
    pthread_mutex_t lock;
    int64_t base_ms, base_ticks, last_ms;
};

static void lock_on(struct steady *steady)
{
    int code = pthread_mutex_lock(&steady->lock);
    must(code == 0);
}

static void lock_off(struct steady *steady)
{
    int code = pthread_mutex_unlock(&steady->lock);
    must(code == 0);
}

/* With the lock. */
static int64_t advance(struct steady *steady, int64_t ticks)
{
    int64_t now = steady->base_ms + (ticks - steady->base_ticks);
    if (now > steady->last_ms)
        steady->last_ms = now;
    return steady->last_ms;
}

moment steady_now(struct steady *steady)
{
    lock_on(steady);
    int64_t now = advance(steady, steady->clock.ticks_ms(steady->clock.self));
    lock_off(steady);
    return (moment){now};
}

int64_t steady_away_ms(struct steady *steady)
{
    return steady->clock.now(steady->clock.self).ms - steady_now(steady).ms;
}

enum status steady_keep(struct steady *steady)
{
    static const char KEEP[] = "INSERT INTO steady (number, boot, base, base_ticks, last, ticks) "
                               "VALUES (1, ?1, ?2, ?3, ?4, ?5) ON CONFLICT (number) DO UPDATE SET "
                               "boot = ?1, base = ?2, base_ticks = ?3, last = ?4, ticks = ?5";
    int64_t ticks = steady->clock.ticks_ms(steady->clock.self);
    lock_on(steady);
    int64_t last = advance(steady, ticks);
    const struct store_value values[] = {
        STORE_OF_TEXT(slice_of(steady->boot)), STORE_OF_WHOLE(steady->base_ms),
        STORE_OF_WHOLE(steady->base_ticks), STORE_OF_WHOLE(last), STORE_OF_WHOLE(ticks)};
    lock_off(steady);
    return store_run(steady->store, KEEP, values, 5);
}

enum status steady_accept(struct steady *steady)
{
    int64_t ticks = steady->clock.ticks_ms(steady->clock.self);
    int64_t wall = steady->clock.now(steady->clock.self).ms;
    lock_on(steady);
    (void)advance(steady, ticks);
    steady->base_ms = wall;
    steady->base_ticks = ticks;
    lock_off(steady);
    return steady_keep(steady);
}

/* Where time goes on from: what was kept, or the wall. */
static void base_find(struct steady *steady, const struct store_value *kept, bool found)
{
    int64_t ticks = steady->clock.ticks_ms(steady->clock.self);
    int64_t wall = steady->clock.now(steady->clock.self).ms;
    steady->base_ms = wall;
    steady->base_ticks = ticks;
    steady->last_ms = wall;
    if (!found)
        return;
    steady->last_ms = kept[3].whole;
    bool same = steady->boot[0] != '\0' && slice_equal(kept[0].bytes, slice_of(steady->boot)) &&
                ticks >= kept[4].whole;
    if (same) {
        steady->base_ms = kept[1].whole;
        steady->base_ticks = kept[2].whole;
    } else if (kept[3].whole > wall) {
        steady->base_ms = kept[3].whole; /* it went on while we were away; how long nobody knows */
    }
}

enum status steady_open(struct steady **out, struct store *store, struct clock clock,
                        struct slice boot, struct arena *arena, struct text *why)
{
    static const char FIND[] =
        "SELECT boot, base, base_ticks, last, ticks FROM steady WHERE number = 1";
    struct steady *steady = NULL;
    struct store_value kept[5];
    TRY(ARENA_NEW(arena, 1, &steady));
    *steady = (struct steady){.store = store, .clock = clock};
    if (boot.size <= STEADY_BOOT_MAX && boot.size > 0)
        memcpy(steady->boot, boot.at, boot.size);
    int code = pthread_mutex_init(&steady->lock, NULL);
    must(code == 0);
    TRY(store_begin(store));
    enum status status = store_one(store, FIND, NULL, 0, kept, 5, arena);
    if (status == STATUS_OK || status == STATUS_ABSENT) {
        base_find(steady, kept, status == STATUS_OK);
        status = steady_keep(steady);
    }
    if (status != STATUS_OK) {
        store_rollback(store);
        text_addf(why, "steady time cannot be read from the store: %s", status_meaning(status));
        return status;
    }
    TRY(store_commit(store));
    *out = steady;
    return STATUS_OK;
}
