/* thinker.c -- the thread that detection belongs to.
 *
 *   entries from the belt ──> batch ──> pipeline      then questions, then the next batch
 *
 * Invariants:  1. Entries are thought about in their order, each once.
 *              2. A question waits for at most one batch of RECORD_BATCH_MAX records.
 *              3. Nothing behind a change of rules is thought about by the old ones.
 *              4. Where the pipeline says no, detection stands still at `thought`: nothing is
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
    live->awaits = false;
    while (belt_peek(&live->belt, &sequence, &bytes) && !batch_must_end(live->batch, bytes)) {
        must(sequence == live->batch->below);
        live->awaits = batch_changes(live, bytes);
        if (live->awaits)
            break;
        TRY(batch_add(live, sequence, bytes));
        belt_step(&live->belt);
    }
    return STATUS_OK;
}

static bool batch_turn(struct live *live)
{
    struct batch *batch = live->batch;
    uint64_t below = batch->below;
    if (live->counts.stands != STATUS_OK) /* written by this thread alone */
        return false;
    enum status status = batch_fill(live);
    if (status != STATUS_OK) {
        stand(live, LIVE_FAILURE_ENTRY, status);
        return false;
    }
    if (batch->below == below)
        return false;
    status = batch_think(live);
    if (status != STATUS_OK) {
        stand(live, LIVE_FAILURE_DETECTION, status);
        return false;
    }
    counts_show(live, belt_give_back(&live->belt));
    if (live->options.listener.reached != NULL)
        live->options.listener.reached(live->options.listener.self, batch->below);
    return true;
}

static bool questions_answer(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    struct question *question = live->questions;
    live->counts.questions += live->questions_count;
    live->questions = NULL;
    live->questions_end = &live->questions;
    live->questions_count = 0;
    pthread_mutex_unlock(&live->lock);
    bool any = question != NULL;
    while (question != NULL) {
        struct question *next = question->next; /* its memory may be gone when it was answered */
        question->ask(question, live->pipeline);
        question = next;
    }
    return any;
}

bool thinker_turn(struct live *live)
{
    bool asked = questions_answer(live);
    successor_turn(live);
    bool thought = batch_turn(live);
    keep_turn(live);
    return asked || thought;
}

/* Sleeps until there is something to do; false: there never will be. */
static bool wait_for_work(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    bool awaits = live->awaits && (live->failed || atomic_load(&live->swap_at) == 0);
    bool idle = live->questions == NULL &&
                (awaits || live->counts.stands != STATUS_OK || belt_is_empty(&live->belt));
    bool over = idle && live->all_written;
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
