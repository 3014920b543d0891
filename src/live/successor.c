/* successor.c -- other rules, brought up beside those in force.
 *
 *   journal     ├──── F ┄┄ fill ┄┄ P ─── catch up, silently ───── T ───> now
 *   in force    ──────────────────────────────────────────────────┤ closed
 *   successor         └ as change.c ┘└────────────────────────────┴────> in force from T on
 *   a shadow                                                  └ heard, from a thread of its own
 *
 * The successor is a life without a journal of its own: a pipeline and a batch, on a thread that
 * reads the journal behind the writer.  When it has read everything it says where it stands (T,
 * `swap_at`).  The thinker ends a batch exactly there and takes the successor's pipeline for its
 * own; if it has passed T already, it says so, and the successor reads on and tries again.
 *
 * Invariants:  1. Every record is thought about aloud by exactly one of the two.
 *              2. The thinker never waits for a successor.
 *              3. Only what is synced is read.
 * A start after a kill between T and the snapshot behind it has the new rules speak about the
 * records from the snapshot before T on: they were let in, but a little later. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

#include "ground/arena.h"

#include <unistd.h>

enum {
    LIFE_MEMORY = 64 << 20,    /* beside the pipeline's */
    SCRATCH_MEMORY = 64 << 20, /* of a batch */
    READER_MEMORY = 3 * JOURNAL_FRAME_BYTES_MAX,
    SNAPSHOT_SECONDS_MAX = 60,
    NAP_US = 500,
    SHADOW_NAP_US = 5000,
};

/* Of `swap_at`: the thinker is changing over. */
static const uint64_t SWAP_CLAIMED = UINT64_MAX;

struct successor {
    struct live life; /* pipeline, batch, options, image: the rest is not used */
    struct live *of;
    enum live_role role;
    struct live_rules rules;
    struct arena *boot;
    pthread_t thread;
    _Atomic bool stop, swapped, ended;
    struct pipeline *before;        /* what was in force until the change … */
    struct successor *before_whose; /* … and whose it was */
};

/* ---- its thread ---- */

static enum status alert_say(void *self, const struct alert *alert)
{
    struct successor *successor = self;
    if (successor->life.muted)
        return STATUS_OK;
    return successor->rules.alerts.take(successor->rules.alerts.self, alert);
}

static enum status finding_say(void *self, const struct finding *finding)
{
    struct successor *successor = self;
    struct finding_sink listener = successor->of->options.pipeline.listener;
    if (successor->life.muted || listener.take == NULL)
        return STATUS_OK;
    return listener.take(listener.self, finding);
}

static uint64_t synced_now(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    uint64_t synced = live->counts.synced;
    pthread_mutex_unlock(&live->lock);
    return synced;
}

static uint64_t snapshot_now(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    uint64_t position = live->counts.snapshot_position;
    pthread_mutex_unlock(&live->lock);
    return position;
}

/* A fresh snapshot makes for little to catch up with; without one it only takes longer. */
static void snapshot_await(struct successor *successor)
{
    struct live *live = successor->of;
    uint64_t before = snapshot_now(live);
    int64_t until_us = live_ticks_us() + (int64_t)SNAPSHOT_SECONDS_MAX * 1000000;
    if (live->options.by_hand || live_snapshot(live) != STATUS_OK)
        return;
    while (snapshot_now(live) == before && live_ticks_us() < until_us && !live_failed(live) &&
           !atomic_load(&successor->stop))
        (void)usleep(NAP_US);
}

static enum status life_begin(struct successor *successor)
{
    struct live *life = &successor->life;
    struct live *live = successor->of;
    struct journal_finding found;
    struct arena *scratch;
    uint64_t *first;
    size_t count;
    snapshot_await(successor);
    TRY(arena_create(&scratch, LIFE_MEMORY));
    enum status status = journal_segments(live->options.journal, scratch, &first, &count);
    if (status == STATUS_OK)
        life->known_first = count == 0 ? 1 : first[0];
    arena_destroy(scratch);
    TRY(status);
    life->known_next = synced_now(live);
    TRY(pipeline_open(life->pipeline, &life->options.pipeline, successor->boot));
    rules_digest(successor->rules.set, life->batch->scratch, &life->image);
    return recover_begin(life, &found);
}

/* Thinks through what is synced and was not read yet. */
static enum status catch_up(struct successor *successor, struct journal_reader *reader)
{
    struct live *life = &successor->life;
    const struct progress quiet = {.tell = NULL};
    uint64_t synced = synced_now(successor->of);
    while (life->batch->below < synced && !atomic_load(&successor->stop)) {
        struct journal_finding found;
        struct slice bytes;
        uint64_t sequence;
        enum status status = journal_read(reader, &sequence, &bytes);
        if (status == STATUS_END)
            break;
        TRY(status);
        TRY(recover_entry(life, sequence, bytes, quiet, &found));
    }
    return batch_think(life);
}

/* Says where it stands, until the thinker has come there or gone past. */
static bool taken_over(struct successor *successor)
{
    struct live *live = successor->of;
    uint64_t at = successor->life.batch->below;
    atomic_store(&live->swap_at, at);
    pthread_mutex_lock(&live->lock);
    pthread_cond_signal(&live->for_thinker);
    pthread_mutex_unlock(&live->lock);
    for (;;) {
        uint64_t stands = atomic_load(&live->swap_at);
        bool over = atomic_load(&successor->stop) || live_failed(live);
        if (stands == 0)
            break;
        if (over && stands == at && atomic_compare_exchange_strong(&live->swap_at, &stands, 0))
            return false;
        (void)usleep(NAP_US);
    }
    return atomic_load(&successor->swapped);
}

static enum status follow(struct successor *successor, struct journal_reader *reader)
{
    struct live *life = &successor->life;
    bool heard = false;
    while (!atomic_load(&successor->stop) && !live_failed(successor->of)) {
        TRY(catch_up(successor, reader));
        if (successor->role == LIVE_NEXT) {
            if (taken_over(successor))
                return STATUS_OK;
            continue;
        }
        if (!heard)
            successor->rules.done(successor->rules.self, STATUS_OK, life->batch->below);
        life->muted = false;
        heard = true;
        (void)usleep(SHADOW_NAP_US);
    }
    return heard ? STATUS_END : STATUS_STOPPED;
}

static enum status live_through(struct successor *successor)
{
    struct journal_finding found;
    struct journal_reader *reader = NULL;
    struct arena *arena;
    TRY(life_begin(successor));
    TRY(arena_create(&arena, READER_MEMORY));
    enum status status = journal_reader_open(&reader, successor->of->options.journal,
                                             successor->life.batch->below, arena, &found);
    if (status == STATUS_OK)
        status = follow(successor, reader);
    journal_reader_close(reader);
    arena_destroy(arena);
    return status;
}

static void *successor_live(void *argument)
{
    struct successor *successor = argument;
    enum status status = live_through(successor);
    if (status == STATUS_OK) {
        pipeline_close(successor->before);
        successor_release(successor->before_whose);
    }
    if (status != STATUS_END) /* a shadow that was heard has said so */
        successor->rules.done(successor->rules.self, status, successor->life.batch->below);
    atomic_store(&successor->ended, true);
    return NULL;
}

/* ---- the thinker's side ---- */

void successor_turn(struct live *live)
{
    uint64_t at = atomic_load(&live->swap_at);
    if (at == 0 || live->batch->below < at)
        return;
    if (live->batch->below > at) {
        (void)atomic_compare_exchange_strong(&live->swap_at, &at, 0);
        return;
    }
    struct successor *successor = live->successor[LIVE_NEXT]; /* it said `at`, so it is there */
    if (!atomic_compare_exchange_strong(&live->swap_at, &at, SWAP_CLAIMED))
        return; /* it took the word back */
    successor->before = live->pipeline;
    successor->before_whose = live->current;
    successor->life.muted = false;
    live->pipeline = successor->life.pipeline;
    live->current = successor;
    live->image = successor->life.image;
    live->options.pipeline.set = successor->rules.set;
    atomic_store(&successor->swapped, true);
    atomic_store(&live->swap_at, 0); /* from here on its thread closes what was before */
    (void)!(live_snapshot(live) == STATUS_OK);
}

/* ---- coming and going ---- */

void successor_release(struct successor *successor)
{
    if (successor == NULL)
        return;
    arena_destroy(successor->life.batch->scratch);
    arena_destroy(successor->boot);
}

/* Joins its thread and forgets it, unless it is in force. */
static void successor_leave(struct live *live, enum live_role role)
{
    struct successor *successor = live->successor[role];
    pthread_join(successor->thread, NULL);
    live->successor[role] = NULL;
    if (successor == live->current)
        return;
    pipeline_close(successor->life.pipeline);
    successor_release(successor);
}

void successors_end(struct live *live)
{
    for (unsigned role = 0; role < LIVE_ROLES_COUNT; role++) {
        if (live->successor[role] == NULL)
            continue;
        atomic_store(&live->successor[role]->stop, true);
        successor_leave(live, role);
    }
}

static enum status successor_make(struct live *live, enum live_role role,
                                  const struct live_rules *rules, struct successor **out)
{
    struct arena *boot;
    struct successor *successor;
    TRY(arena_create(&boot, rules->memory_max + LIFE_MEMORY));
    enum status status = ARENA_NEW(boot, 1, &successor);
    if (status == STATUS_OK)
        status = ARENA_NEW(boot, 1, &successor->life.batch);
    if (status == STATUS_OK)
        status = ARENA_NEW(boot, 1, &successor->life.keeping);
    if (status == STATUS_OK)
        status = arena_create(&successor->life.batch->scratch, SCRATCH_MEMORY);
    if (status != STATUS_OK) {
        arena_destroy(boot);
        return status;
    }
    struct live *life = &successor->life;
    successor->of = live;
    successor->role = role;
    successor->rules = *rules;
    successor->boot = boot;
    life->options = live->options;
    life->options.listener = (struct live_listener){.self = NULL};
    life->options.pipeline.set = rules->set;
    life->options.pipeline.memory_max = rules->memory_max;
    life->options.pipeline.alerts = (struct alert_sink){alert_say, successor};
    if (role == LIVE_SHADOW || live->options.pipeline.listener.take == NULL)
        life->options.pipeline.listener = (struct finding_sink){.take = NULL};
    else
        life->options.pipeline.listener =
            (struct finding_sink){.take = finding_say, .self = successor};
    life->boot = boot;
    life->pipeline = &life->first;
    life->muted = true;
    life->batch->heartbeat = MOMENT_NONE;
    *out = successor;
    return STATUS_OK;
}

enum status live_rules(struct live *live, enum live_role role, const struct live_rules *rules)
{
    struct successor *successor = live->successor[role];
    if (successor != NULL && (role == LIVE_SHADOW || !atomic_load(&successor->ended)))
        return STATUS_REFUSED;
    if (successor != NULL)
        successor_leave(live, role);
    TRY(successor_make(live, role, rules, &successor));
    live->successor[role] = successor;
    if (pthread_create(&successor->thread, NULL, successor_live, successor) == 0)
        return STATUS_OK;
    live->successor[role] = NULL;
    successor_release(successor);
    return STATUS_FULL;
}

enum status live_shadow_end(struct live *live)
{
    struct successor *successor = live->successor[LIVE_SHADOW];
    if (successor == NULL)
        return STATUS_ABSENT;
    atomic_store(&successor->stop, true);
    successor_leave(live, LIVE_SHADOW);
    return STATUS_OK;
}
