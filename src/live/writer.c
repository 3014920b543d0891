/* writer.c -- the thread that makes offers durable and says so.
 *
 *   collect    what is offered, for a little while or until it is much; a longer while, as long as
 *              nobody waits for any of it
 *   append     a frame for each offer; one for many that nobody waits for
 *   sync       once for all
 *   lay        the entries on the belt
 *   answer     each offer
 *
 * Invariants:  1. `done` says OK only behind the sync that covers the offer.
 *              2. What lies on the belt is durable: no alert speaks of a record that a power cut
 *                 may take back.
 *              3. After a failed append or sync nothing more is written, and nobody hears OK. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

enum { NAP_US = 1000000 };

/* ---- the heartbeat ---- */

static void beat_done(struct offer *offer, enum status status, uint64_t first)
{
    struct live *live = (struct live *)((char *)offer - offsetof(struct live, beat));
    (void)status;
    (void)first;
    live->beat_offered = false;
}

/* Milliseconds until the next heartbeat; 0: now. */
static int64_t beat_wait_ms(const struct live *live)
{
    if (live->options.heartbeat_every_ms == 0 || live->beat_offered)
        return NAP_US / 1000;
    struct clock clock = live->options.clock;
    int64_t wait = live->beat_due_ms - clock.ticks_ms(clock.self);
    return wait < 0 ? 0 : wait;
}

/* It goes the way of every offer; if that is full, its age will show it. */
static void beat_offer(struct live *live)
{
    struct clock clock = live->options.clock;
    if (live->options.heartbeat_every_ms == 0 || beat_wait_ms(live) > 0)
        return;
    live->beat_due_ms = clock.ticks_ms(clock.self) + live->options.heartbeat_every_ms;
    entry_heartbeat_write(clock.now(clock.self), live->beat_bytes);
    live->beat_entry = (struct slice){live->beat_bytes, sizeof live->beat_bytes};
    live->beat = (struct offer){.entry = &live->beat_entry, .count = 1, .done = beat_done};
    live->beat_offered = true; /* before somebody could answer it */
    if (live_offer(live, &live->beat) != STATUS_OK)
        live->beat_offered = false;
}

/* ---- a group of offers ---- */

/* With `lock` held: whether it is worth waiting for more. */
static bool more_may_come(const struct live *live, int64_t until_us)
{
    return !live->closing && live->offers_bytes < live->options.commit_bytes_max &&
           live_ticks_us() < until_us;
}

/* Takes offers off the list until they are much; NULL: there are none. */
static struct offer *group_take(struct live *live)
{
    struct offer *group = live->offers;
    struct offer **end = &group;
    size_t bytes = 0;
    while (*end != NULL && (bytes == 0 || bytes < live->options.commit_bytes_max)) {
        bytes += (*end)->bytes;
        live->hurried -= !(*end)->patient;
        end = &(*end)->next;
    }
    live->offers = *end;
    if (live->offers == NULL)
        live->offers_end = &live->offers;
    *end = NULL;
    live->offers_bytes -= bytes;
    return group;
}

static struct offer *group_collect(struct live *live)
{
    beat_offer(live);
    pthread_mutex_lock(&live->lock);
    if (live->offers == NULL && !live->closing && !live->options.by_hand)
        live_wait_us(live, &live->for_writer, 1000 * beat_wait_ms(live));
    int64_t wait_us = live->options.commit_wait_us;
    int64_t patience_us = (int64_t)LIVE_PATIENCE_MS * 1000;
    int64_t until_us = live_ticks_us() + (wait_us > patience_us ? wait_us : patience_us);
    bool hurries = false;
    while (!live->options.by_hand && live->offers != NULL) {
        if (!hurries && live->hurried > 0) {
            int64_t soon_us = live_ticks_us() + wait_us;
            until_us = soon_us < until_us ? soon_us : until_us;
            hurries = true;
        }
        if (!more_may_come(live, until_us))
            break;
        live_wait_us(live, &live->for_writer, until_us - live_ticks_us());
    }
    struct offer *group = group_take(live);
    pthread_mutex_unlock(&live->lock);
    return group;
}

/* Offers behind one another that nobody waits for go into one frame: each is one entry, none needs
 * the next one to be whole, and a frame each would be a write each. */
static struct offer *run_gather(struct live *live, struct offer *offer, size_t *count)
{
    size_t size = LIVE_FRAME_SLACK;
    *count = 0;
    while (offer != NULL && offer->patient && offer->count == 1 && *count < WRITER_RUN_MAX &&
           size + 4 + offer->entry->size <= live->frame_size_max) {
        size += 4 + offer->entry->size;
        live->run[(*count)++] = *offer->entry;
        offer = offer->next;
    }
    return offer;
}

static enum status run_write(struct live *live, struct offer *offer, size_t count)
{
    uint64_t first;
    TRY(journal_append(live->journal, live->run, count, &first));
    for (size_t i = 0; i < count; i++, offer = offer->next)
        offer->first = first + i;
    return STATUS_OK;
}

static enum status group_write(struct live *live, struct offer *group, uint64_t *frames)
{
    for (struct offer *offer = group; offer != NULL; *frames += 1) {
        size_t count;
        struct offer *behind = run_gather(live, offer, &count);
        if (count > 1) {
            TRY(run_write(live, offer, count));
            offer = behind;
        } else {
            TRY(journal_append(live->journal, offer->entry, offer->count, &offer->first));
            offer = offer->next;
        }
    }
    return journal_sync(live->journal);
}

/* Nobody thinks about a decision, or is told of it: its place is enough.  Those of some seconds
 * would else lie on the belt behind the records that came before them.  Bytes that it needs less
 * than were kept for it. */
static size_t offer_lay(struct live *live, const struct offer *offer)
{
    struct slice place = {offer->entry->at, 1};
    bool decision = offer->count == 1 && offer->entry->size > 1 && place.at[0] == ENTRY_DECISION;
    if (!decision) {
        belt_lay(&live->belt, offer->entry, offer->count, offer->first);
        return 0;
    }
    belt_lay(&live->belt, &place, 1, offer->first);
    return offer->bytes - belt_bytes(&place, 1);
}

static void group_hand_on(struct live *live, const struct offer *group, uint64_t frames)
{
    size_t spared = 0;
    pthread_mutex_lock(&live->lock);
    live->counts.frames += frames;
    live->counts.syncs++;
    live->counts.next = journal_next(live->journal);
    live->counts.synced = journal_synced(live->journal); /* before it can be thought about */
    pthread_mutex_unlock(&live->lock);
    for (const struct offer *offer = group; offer != NULL; offer = offer->next)
        spared += offer_lay(live, offer);
    pthread_mutex_lock(&live->lock);
    live->counts.queue_bytes -= spared;
    pthread_cond_signal(&live->for_thinker);
    pthread_mutex_unlock(&live->lock);
}

static void group_commit(struct live *live, struct offer *group)
{
    uint64_t frames = 0;
    enum status status = live_failed(live) ? STATUS_IO : group_write(live, group, &frames);
    if (status == STATUS_OK)
        group_hand_on(live, group, frames);
    else if (!live_failed(live))
        live_fail(live, LIVE_FAILURE_JOURNAL, status);
    for (struct offer *offer = group; offer != NULL;) {
        struct offer *next = offer->next; /* `done` may give the offer's memory to somebody else */
        offer->done(offer, status, offer->first);
        offer = next;
    }
}

/* Lets go of segments that the curator says nobody needs. */
static void journal_thin(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    uint64_t from = live->retain_from;
    live->retain_from = 0;
    pthread_mutex_unlock(&live->lock);
    if (from == 0 || live_failed(live))
        return;
    enum status status = journal_retain(live->journal, from);
    if (status != STATUS_OK)
        live_fail(live, LIVE_FAILURE_JOURNAL, status);
}

bool writer_turn(struct live *live)
{
    journal_thin(live);
    struct offer *group = group_collect(live);
    if (group != NULL)
        group_commit(live, group);
    return group != NULL;
}

static bool may_go_home(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    bool done = live->closing && live->offers == NULL;
    pthread_mutex_unlock(&live->lock);
    return done;
}

void *writer_live(void *argument)
{
    struct live *live = argument;
    while (!may_go_home(live))
        (void)writer_turn(live);
    pthread_mutex_lock(&live->lock);
    live->all_written = true;
    pthread_cond_signal(&live->for_thinker);
    pthread_mutex_unlock(&live->lock);
    return NULL;
}
