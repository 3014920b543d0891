/* thinker.c -- the thread that detection belongs to.
 *
 *   entries from the belt ──> batch ──> pipeline ──> questions that wait ──> the next batch
 *                                └── the memory is taken in hand ──┘ (hand.c)
 *
 * Invariants:  1. Entries are thought about in their order, each once.
 *              2. Nothing behind a change of rules is thought about by the old ones.
 *              3. Where the pipeline says no, detection stands still at `thought`: nothing is
 *                 skipped, and nothing behind it is thought about. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

enum { COUNTS_EVERY_MS = 100, NAP_US = 1000000 };

/* ---- a turn ---- */

static void counts_show(struct live *live, size_t bytes)
{
    struct clock clock = live->options.clock;
    int64_t now_ms = clock.ticks_ms(clock.self);
    pthread_mutex_lock(&live->lock);
    live->counts.thought = live->batch->below;
    live->counts.queue_bytes -= bytes;
    if (live->batch->heartbeat.ms != MOMENT_NONE.ms)
        live->counts.heartbeat = live->batch->heartbeat;
    if (live->options.by_hand || now_ms - live->counted_ms >= COUNTS_EVERY_MS) {
        pipeline_count(live->pipeline, &live->counts.pipeline);
        live->counted_ms = now_ms;
    }
    pthread_mutex_unlock(&live->lock);
}

/* Detection stands still: a full memory waits for its operator, all else ends the process. */
static void stand(struct live *live, enum live_failure failure, enum status status)
{
    pthread_mutex_lock(&live->lock);
    live->counts.stands = status;
    pthread_mutex_unlock(&live->lock);
    if (status != STATUS_FULL)
        live_fail(live, failure, status);
}

/* Fills the batch from the belt. */
static enum status batch_fill(struct live *live)
{
    struct slice bytes;
    uint64_t sequence;
    size_t most = hand_batch_max(live);
    live->awaits = false;
    while (live->batch->count < most && belt_peek(&live->belt, &sequence, &bytes) &&
           !batch_must_end(live, bytes)) {
        must(sequence == live->batch->below);
        live->awaits = batch_changes(live, bytes);
        if (live->awaits)
            break;
        TRY(batch_add(live, sequence, bytes));
        belt_step(&live->belt);
    }
    return STATUS_OK;
}

/* What does not need the memory: the records are read.  false: there are none. */
static bool batch_begin(struct live *live)
{
    uint64_t below = live->batch->below;
    if (live->counts.stands != STATUS_OK) /* written by this thread alone */
        return false;
    enum status status = batch_fill(live);
    if (status != STATUS_OK)
        stand(live, LIVE_FAILURE_ENTRY, status);
    return status == STATUS_OK && live->batch->below != below;
}

static bool batch_end(struct live *live)
{
    struct batch *batch = live->batch;
    enum status status = batch_think(live);
    if (status != STATUS_OK) {
        stand(live, LIVE_FAILURE_DETECTION, status);
        return false;
    }
    counts_show(live, belt_give_back(&live->belt));
    if (live->options.listener.reached != NULL)
        live->options.listener.reached(live->options.listener.self, batch->below);
    return true;
}

/* A successor takes over before the batch is filled, because that ended where it stands. */
static void swap_turn(struct live *live)
{
    if (atomic_load(&live->swap_at) == 0)
        return;
    hand_take(live);
    successor_turn(live);
    (void)hand_let_go(live);
}

bool thinker_turn(struct live *live)
{
    swap_turn(live);
    bool filled = batch_begin(live);
    hand_take(live);
    bool thought = filled && batch_end(live);
    keep_turn(live);
    return hand_let_go(live) || thought;
}

/* Sleeps until there is something to do; false: there never will be. */
static bool wait_for_work(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    bool asked = live->questions != NULL && !live->in_hand; /* else they are answered there */
    bool awaits = live->awaits && (live->failed || atomic_load(&live->swap_at) == 0);
    bool idle =
        !asked && (awaits || live->counts.stands != STATUS_OK || belt_is_empty(&live->belt));
    bool over = idle && live->all_written && !live->in_hand;
    if (idle && !over)
        live_wait_us(live, &live->for_thinker, NAP_US);
    pthread_mutex_unlock(&live->lock);
    return !over;
}

void *thinker_live(void *argument)
{
    struct live *live = argument;
    while (wait_for_work(live))
        while (thinker_turn(live))
            ;
    pthread_mutex_lock(&live->lock);
    live->all_thought = true;
    pthread_cond_signal(&live->for_curator);
    pthread_mutex_unlock(&live->lock);
    return NULL;
}
