/* successor.c -- other rules, brought up beside those in force.
 *
 *   journal     ├──── F ┄┄ fill ┄┄ b ─── catch up, silently ───── e ───> now
 *   in force    ──────────────────────────────────────────────────┤ closed
 *   successor         └ as change.c ┘└────────────────────────────┴────> in force behind e
 *   a shadow                                                  └ heard, from a thread of its own
 *
 * The successor is a life without a journal of its own: a pipeline and a batch, on a thread that
 * reads the journal behind the writer.  When it has almost caught up it offers an entry like
 * anybody else: ENTRY_RULES, at e.  The thinker ends a batch there; the successor reads up to there
 * and says that it stands (`swap_at`); the thinker takes its pipeline and goes on.  Until both are
 * there, a few hundred records later at most, questions are answered and nothing is thought about.
 *
 * Invariants:  1. Every record is thought about aloud by exactly one of the two.
 *              2. Only what is synced is read.
 *              3. What was announced comes to pass, here or in the next start (course.c): behind
 *                 the offer nobody can stop it, and if it fails the process ends.
 * Not chosen:  changing over wherever the successor happens to stand.  Nothing would say where that
 *              was, and a start after a kill would let the new rules speak about the old ones'
 *              records. */
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

/* So close to the end of the journal a change is announced. */
static const uint64_t LAG_MAX = RECORD_BATCH_MAX;

struct successor {
    struct live life; /* pipeline, batch, options, image: the rest is not used */
    struct live *of;
    enum live_role role;
    struct live_rules rules;
    struct arena *boot;
    pthread_t thread;
    _Atomic bool stop, swapped, ended;
    struct arena *reader_memory;
    struct journal_reader *reader; /* NULL: it has not begun */
    uint64_t base;                 /* from where it was brought up */
    struct offer offer;            /* the change … */
    struct slice entry;
    char bytes[ENTRY_CHANGE_SIZE];
    _Atomic bool offer_out;         /* … somebody holds it */
    bool announced, stands;         /* … it was offered; it was read again, and all before it */
    bool heard;                     /* a shadow */
    struct pipeline *before;        /* what was in force until the change … */
    struct successor *before_whose; /* … and whose it was */
};

/* ---- its life ---- */

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

static bool snapshot_comes(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    bool comes = live->snapshot_wanted || live->snapshot_begun;
    pthread_mutex_unlock(&live->lock);
    return comes;
}

/* A fresh snapshot makes for little to catch up with; without one it only takes longer. */
static void snapshot_await(struct successor *successor)
{
    struct live *live = successor->of;
    int64_t until_us = live_ticks_us() + (int64_t)SNAPSHOT_SECONDS_MAX * 1000000;
    if (live->options.by_hand)
        return;
    (void)!(live_snapshot(live) == STATUS_OK); /* REFUSED: that one will do */
    while (snapshot_comes(live) && live_ticks_us() < until_us && !live_failed(live) &&
           !atomic_load(&successor->stop))
        (void)usleep(NAP_US);
}

static enum status first_find(struct successor *successor)
{
    uint64_t *first;
    size_t count;
    struct arena *scratch;
    TRY(arena_create(&scratch, LIFE_MEMORY));
    enum status status = journal_segments(successor->of->options.journal, scratch, &first, &count);
    if (status == STATUS_OK)
        successor->life.known_first = count == 0 ? 1 : first[0];
    arena_destroy(scratch);
    return status;
}

static enum status life_begin(struct successor *successor)
{
    struct live *life = &successor->life;
    const struct snapshot_wish any = {.suits = NULL};
    struct journal_finding found;
    struct snapshot snapshot;
    snapshot_await(successor);
    TRY(first_find(successor));
    life->known_next = synced_now(successor->of);
    TRY(pipeline_open(life->pipeline, &life->options.pipeline, successor->boot));
    rules_digest(successor->rules.set, life->batch->scratch, &life->image);
    enum status status = recover_find(life, any, &snapshot, &found);
    if (status != STATUS_ABSENT)
        TRY(status);
    TRY(recover_take(life, status == STATUS_OK ? &snapshot : NULL, false, &found));
    successor->base = life->batch->below;
    TRY(arena_create(&successor->reader_memory, READER_MEMORY));
    return journal_reader_open(&successor->reader, successor->of->options.journal, successor->base,
                               successor->reader_memory, &found);
}

/* Thinks through what is synced and was not read yet, up to the change that it announced. */
static enum status catch_up(struct successor *successor)
{
    struct live *life = &successor->life;
    const struct progress quiet = {.tell = NULL};
    uint64_t synced = synced_now(successor->of);
    while (life->batch->below < synced &&
           (successor->announced || !atomic_load(&successor->stop))) {
        struct journal_finding found;
        struct slice bytes;
        uint64_t sequence;
        enum status status = journal_read(successor->reader, &sequence, &bytes);
        if (status == STATUS_END)
            break;
        TRY(status);
        successor->stands = successor->announced && slice_equal(bytes, successor->entry);
        if (successor->stands)
            break;
        TRY(recover_entry(life, sequence, bytes, quiet, &found));
    }
    return batch_think(life);
}

/* ---- the change ---- */

static void offer_done(struct offer *offer, enum status status, uint64_t first)
{
    struct successor *successor =
        (struct successor *)((char *)offer - offsetof(struct successor, offer));
    (void)status; /* a failed writer is everybody's end */
    (void)first;
    atomic_store(&successor->offer_out, false);
}

/* STATUS_REFUSED: the service closes. */
static enum status announce(struct successor *successor)
{
    struct live *live = successor->of;
    const struct entry_change change = {
        .image = successor->life.image,
        .was = live->image, /* nobody else changes it */
        .base = successor->base,
        .version = successor->rules.version,
    };
    entry_change_write(&change, successor->bytes);
    successor->entry = (struct slice){successor->bytes, sizeof successor->bytes};
    successor->offer = (struct offer){.entry = &successor->entry, .count = 1, .done = offer_done};
    atomic_store(&successor->offer_out, true); /* before somebody could answer it */
    enum status status = live_offer(live, &successor->offer);
    if (status == STATUS_OK)
        successor->announced = true;
    else
        atomic_store(&successor->offer_out, false);
    return status == STATUS_FULL ? STATUS_OK : status;
}

/* Says where it stands; once. */
static void stand_ready(struct successor *successor)
{
    struct live *live = successor->of;
    pthread_mutex_lock(&live->lock);
    atomic_store(&live->swap_at, successor->life.batch->below);
    pthread_cond_signal(&live->for_thinker);
    pthread_mutex_unlock(&live->lock);
}

static bool thinker_stopped(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    bool stopped = live->failed || live->counts.stands != STATUS_OK;
    pthread_mutex_unlock(&live->lock);
    return stopped;
}

/* STATUS_OK: in force.  STATUS_LATE: not yet.  STATUS_STOPPED: it never will be. */
static enum status next_step(struct successor *successor)
{
    struct live *live = successor->of;
    uint64_t at = successor->life.batch->below;
    if (atomic_load(&successor->swapped))
        return STATUS_OK;
    if (thinker_stopped(live)) {
        bool withdrawn =
            !successor->stands || atomic_compare_exchange_strong(&live->swap_at, &at, 0);
        return withdrawn ? STATUS_STOPPED : STATUS_LATE;
    }
    if (successor->stands)
        return STATUS_LATE;
    TRY(catch_up(successor));
    if (!successor->announced && atomic_load(&successor->stop))
        return STATUS_STOPPED;
    if (!successor->announced && synced_now(live) - successor->life.batch->below <= LAG_MAX)
        TRY(announce(successor));
    if (successor->stands)
        stand_ready(successor);
    return STATUS_LATE;
}

/* STATUS_LATE: it goes on.  STATUS_END: it was heard, and is over. */
static enum status shadow_step(struct successor *successor)
{
    struct live *life = &successor->life;
    if (atomic_load(&successor->stop) || live_failed(successor->of))
        return successor->heard ? STATUS_END : STATUS_STOPPED;
    TRY(catch_up(successor));
    if (!successor->heard && !atomic_load(&successor->stop)) {
        successor->rules.done(successor->rules.self, STATUS_OK, life->batch->below);
        life->muted = false;
        successor->heard = true;
    }
    return STATUS_LATE;
}

static enum status successor_step(struct successor *successor)
{
    if (successor->reader == NULL)
        TRY(life_begin(successor));
    return successor->role == LIVE_NEXT ? next_step(successor) : shadow_step(successor);
}

static void successor_finish(struct successor *successor, enum status status)
{
    uint64_t position = successor->life.batch->below;
    journal_reader_close(successor->reader);
    arena_destroy(successor->reader_memory);
    if (status == STATUS_OK) {
        position++; /* behind the change itself */
        pipeline_close(successor->before);
        successor_release(successor->before_whose);
    } else if (successor->announced && !thinker_stopped(successor->of)) {
        live_fail(successor->of, LIVE_FAILURE_RULES, status);
    }
    if (status != STATUS_END) /* a shadow that was heard has said so */
        successor->rules.done(successor->rules.self, status, position);
    atomic_store(&successor->ended, true);
}

static void *successor_live(void *argument)
{
    struct successor *successor = argument;
    enum status status = successor_step(successor);
    while (status == STATUS_LATE) {
        (void)usleep(successor->role == LIVE_NEXT ? NAP_US : SHADOW_NAP_US);
        status = successor_step(successor);
    }
    successor_finish(successor, status);
    return NULL;
}

bool successors_step(struct live *live)
{
    bool any = false;
    for (unsigned role = 0; role < LIVE_ROLES_COUNT; role++) {
        struct successor *successor = live->successor[role];
        if (successor == NULL || atomic_load(&successor->ended))
            continue;
        enum status status = successor_step(successor);
        any = any || status == STATUS_LATE;
        if (status != STATUS_LATE)
            successor_finish(successor, status);
    }
    return any;
}

/* ---- the thinker's side ---- */

void successor_turn(struct live *live)
{
    uint64_t at = atomic_load(&live->swap_at);
    if (at == 0 || live->batch->below != at || live->counts.stands != STATUS_OK)
        return;
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
    live->options.version = successor->rules.version;
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
    if (!live->options.by_hand)
        pthread_join(successor->thread, NULL);
    while (atomic_load(&successor->offer_out))
        if (!live->options.by_hand || !writer_turn(live))
            (void)usleep(NAP_US);
    live->successor[role] = NULL;
    if (successor == live->current)
        return;
    pipeline_close(successor->life.pipeline);
    successor_release(successor);
}

void successors_stop(struct live *live)
{
    for (unsigned role = 0; role < LIVE_ROLES_COUNT; role++)
        if (live->successor[role] != NULL)
            atomic_store(&live->successor[role]->stop, true);
}

void successors_end(struct live *live)
{
    for (unsigned role = 0; role < LIVE_ROLES_COUNT; role++)
        if (live->successor[role] != NULL)
            successor_leave(live, role);
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
    if (live->options.by_hand)
        return STATUS_OK;
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
    if (live->options.by_hand)
        (void)successors_step(live);
    successor_leave(live, LIVE_SHADOW);
    return STATUS_OK;
}
