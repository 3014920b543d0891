/* live.c -- a life: recover, begin both threads, end both, close.
 *
 * Invariants:  1. Nobody is heard before everything that was acknowledged has been thought about.
 *              2. A life that ends without live_close loses no more than memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

#include "ground/arena.h"

enum { SCRATCH_MAX = 64 << 20 };

/* ---- opening and closing ---- */

static enum status alert_pass(void *self, const struct alert *alert)
{
    struct live *live = self;
    return live->muted ? STATUS_OK : live->alerts.take(live->alerts.self, alert);
}

static enum status journal_begin(struct live *live, struct journal_finding *found)
{
    struct journal_options options = {
        .volume = live->options.journal,
        .segment_size_max = live->options.segment_size_max,
        .frame_size_max = live->options.frame_size_max,
    };
    return journal_open(&live->journal, &options, live->boot, found);
}

static enum status threads_begin(struct live *live)
{
    if (live->options.by_hand)
        return STATUS_OK;
    if (pthread_create(&live->curator, NULL, curator_live, live) != 0)
        return STATUS_FULL;
    bool thinks = pthread_create(&live->thinker, NULL, thinker_live, live) == 0;
    bool writes = thinks && pthread_create(&live->writer, NULL, writer_live, live) == 0;
    live->begun = writes;
    if (writes)
        return STATUS_OK;
    pthread_mutex_lock(&live->lock);
    live->all_written = true;
    live->all_thought = !thinks;
    pthread_cond_signal(&live->for_thinker);
    pthread_cond_signal(&live->for_curator);
    pthread_mutex_unlock(&live->lock);
    if (thinks)
        pthread_join(live->thinker, NULL);
    pthread_join(live->curator, NULL);
    return STATUS_FULL;
}

static void live_release(struct live *live)
{
    pipeline_close(live->pipeline);
    successor_release(live->current);
    belt_release(&live->belt);
    arena_destroy(live->batch->scratch);
    pthread_cond_destroy(&live->for_curator);
    pthread_cond_destroy(&live->for_thinker);
    pthread_cond_destroy(&live->for_writer);
    pthread_mutex_destroy(&live->lock);
}

static enum status live_begin(struct live *live, struct progress progress,
                              struct journal_finding *found)
{
    TRY(arena_create(&live->batch->scratch, SCRATCH_MAX));
    TRY(belt_init(&live->belt, live->options.queue_bytes_max,
                  live->frame_size_max + LIVE_FRAME_SLACK));
    TRY(journal_begin(live, found));
    TRY(pipeline_open(live->pipeline, &live->options.pipeline, live->boot));
    rules_digest(live->options.pipeline.set, live->batch->scratch, &live->image);
    live->keeping->due_us = live_ticks_us() + (int64_t)live->options.snapshot_every_s * 1000000;
    TRY(live_recover(live, progress, found));
    live->counts.next = journal_next(live->journal);
    live->counts.synced = journal_synced(live->journal);
    live->counts.thought = live->batch->below;
    live->counts.heartbeat = live->batch->heartbeat;
    pipeline_count(live->pipeline, &live->counts.pipeline);
    return threads_begin(live);
}

enum status live_open(struct live **out, const struct live_options *options, struct arena *boot,
                      void (*progress)(void *self, uint64_t done, uint64_t all), void *self,
                      struct journal_finding *found)
{
    struct live *live;
    TRY(ARENA_NEW(boot, 1, &live));
    TRY(ARENA_NEW(boot, 1, &live->batch));
    TRY(ARENA_NEW(boot, 1, &live->keeping));
    live->options = *options;
    live->alerts = options->pipeline.alerts;
    live->options.pipeline.alerts = (struct alert_sink){alert_pass, live};
    live->boot = boot;
    live->pipeline = &live->first;
    live->frame_size_max =
        options->frame_size_max == 0 ? JOURNAL_FRAME_BYTES_MAX : options->frame_size_max;
    must(options->queue_bytes_max >= live->frame_size_max + LIVE_FRAME_SLACK);
    live->offers_end = &live->offers;
    live->questions_end = &live->questions;
    live->batch->heartbeat = MOMENT_NONE;
    must(pthread_mutex_init(&live->lock, NULL) == 0);
    must(pthread_cond_init(&live->for_writer, NULL) == 0);
    must(pthread_cond_init(&live->for_thinker, NULL) == 0);
    must(pthread_cond_init(&live->for_curator, NULL) == 0);
    enum status status = live_begin(live, (struct progress){progress, self}, found);
    if (status != STATUS_OK) {
        live_release(live);
        return status;
    }
    *out = live;
    return STATUS_OK;
}

static void threads_end(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    live->closing = true;
    pthread_cond_signal(&live->for_writer);
    pthread_mutex_unlock(&live->lock);
    if (!live->begun)
        return;
    pthread_join(live->writer, NULL);
    pthread_join(live->thinker, NULL);
    pthread_join(live->curator, NULL);
    live->begun = false;
}

static void successors_leave(struct live *live)
{
    successors_stop(live);
    while (live->options.by_hand && successors_step(live))
        live_turn(live);
    successors_end(live);
}

enum status live_close(struct live *live)
{
    successors_leave(live);
    threads_end(live);
    if (live->options.by_hand)
        live_turn(live);
    if (!live->failed && live->counts.stands == STATUS_OK)
        (void)!(keep_now(live) == STATUS_OK); /* without it the next start takes longer */
    enum status status = live->failed ? STATUS_IO : journal_close(live->journal);
    live_release(live);
    return status;
}

void live_abandon(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    live->failed = true;
    pthread_mutex_unlock(&live->lock);
    successors_leave(live);
    threads_end(live);
    live_release(live);
}

void live_turn(struct live *live)
{
    must(live->options.by_hand);
    while (writer_turn(live))
        ;
    while (thinker_turn(live))
        ;
}

void live_step(struct live *live)
{
    must(live->options.by_hand);
    (void)successors_step(live);
}
