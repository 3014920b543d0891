/* queue.c -- offers that wait for the writer, and what all may ask.
 *
 * Invariants:  1. counts.queue_bytes is what is offered, on its way to the journal, or on the belt,
 *                 and never above queue_bytes_max: so the belt has room for what was taken.
 *              2. counts.thought <= counts.synced <= counts.next.
 *              3. What was refused was not taken: neither half of it nor later. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

#include <time.h>

const char *live_failure_says(enum live_failure failure, enum tongue tongue)
{
    static const char *const SAYS[][TONGUES_COUNT] = {
#define FAILURE(name, en, zh) {en, zh},
#include "failures.inc"
#undef FAILURE
    };
    must(failure < LIVE_FAILURES_COUNT);
    return SAYS[failure][tongue];
}

void live_fail(struct live *live, enum live_failure failure, enum status status)
{
    pthread_mutex_lock(&live->lock);
    live->failed = true;
    pthread_mutex_unlock(&live->lock);
    if (live->options.failed == NULL)
        must_failed(live_failure_says(failure, TONGUE_EN), __FILE__, __LINE__);
    live->options.failed(live->options.failed_self, failure, status);
}

bool live_failed(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    bool failed = live->failed;
    pthread_mutex_unlock(&live->lock);
    return failed;
}

/* ---- patience ---- */

int64_t live_ticks_us(void)
{
    struct timespec now;
    must(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void live_wait_us(struct live *live, pthread_cond_t *bell, int64_t us)
{
    int64_t until = live_ticks_us() + us;
    struct timespec then = {until / 1000000, until % 1000000 * 1000};
    if (us > 0)
        (void)pthread_cond_clockwait(bell, &live->lock, CLOCK_MONOTONIC, &then);
}

/* ---- what others ask for ---- */

static size_t entries_size(const struct offer *offer)
{
    size_t size = LIVE_FRAME_SLACK;
    for (size_t i = 0; i < offer->count; i++)
        size += 4 + offer->entry[i].size;
    return size;
}

/* With `lock` held: how much this offer may take of the queue.  While records come faster than they
 * can be thought about, the queue is full of them; a decision must find room all the same. */
static size_t room_for(const struct live *live, const struct offer *offer)
{
    size_t max = live->options.queue_bytes_max;
    size_t least = live->frame_size_max + LIVE_FRAME_SLACK; /* the largest offer of all fits */
    size_t kept = max / LIVE_KEPT_PART < max - least ? max / LIVE_KEPT_PART : max - least;
    size_t room = max - live->counts.queue_bytes;
    if (!offer->bulk)
        return room;
    return room > kept ? room - kept : 0;
}

enum status live_offer(struct live *live, struct offer *offer)
{
    must(offer->count > 0);
    bool fits = entries_size(offer) <= live->frame_size_max;
    offer->bytes = belt_bytes(offer->entry, offer->count);
    offer->next = NULL;
    pthread_mutex_lock(&live->lock);
    struct live_counts *counts = &live->counts;
    bool full = live->failed || counts->stands != STATUS_OK ||
                offer->bytes > room_for(live, offer);
    bool taken = fits && !full && !live->closing;
    if (taken) {
        /* The writer sleeps only while there is nothing, or too little for a commit. */
        bool wakes = live->offers == NULL || (!offer->patient && live->hurried == 0) ||
                     live->offers_bytes + offer->bytes >= live->options.commit_bytes_max;
        live->hurried += !offer->patient;
        *live->offers_end = offer;
        live->offers_end = &offer->next;
        live->offers_bytes += offer->bytes;
        counts->queue_bytes += offer->bytes;
        if (wakes)
            pthread_cond_signal(&live->for_writer);
    }
    counts->offers += taken;
    counts->refused += !taken;
    bool refused = !fits || live->closing;
    pthread_mutex_unlock(&live->lock);
    return taken ? STATUS_OK : refused ? STATUS_REFUSED : STATUS_FULL;
}

bool live_would_take(struct live *live, size_t bytes)
{
    const struct offer asked = {.bulk = true};
    pthread_mutex_lock(&live->lock);
    bool room = bytes <= room_for(live, &asked);
    pthread_mutex_unlock(&live->lock);
    return room;
}

bool live_snapshot_damaged(const struct live *live, struct journal_finding *out)
{
    *out = live->snapshot_damage; /* of the recovery; nobody writes to it any more */
    return out->what != NULL;
}

enum status live_snapshot(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    bool busy = live->snapshot_wanted || live->snapshot_begun || live->closing;
    if (!busy) {
        live->snapshot_wanted = true;
        pthread_cond_signal(&live->for_thinker);
    }
    pthread_mutex_unlock(&live->lock);
    return busy ? STATUS_REFUSED : STATUS_OK;
}

void live_count(struct live *live, struct live_counts *out)
{
    pthread_mutex_lock(&live->lock);
    *out = live->counts;
    pthread_mutex_unlock(&live->lock);
}
