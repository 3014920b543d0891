/* log.c -- the events of one entity: put in at their place, forgotten at the front.
 *
 *   place   0 ........ start ................ end ........ capacity
 *             forgotten |  remembered, sorted  |   room
 *
 * Invariants:  1. Events start .. end-1 are sorted by time; those of one time stand in the order
 *                 of their arrival.
 *              2. At most events_max are remembered.
 *              3. While an entity has events_max events, up to RETAINED that fell off stay in
 *                 place before start.
 *              4. If memory runs out nothing has changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/window_inside.h"

#include "ground/moment.h"

unsigned log_class(const struct window *window, uint32_t events)
{
    if (events <= SMALL_EVENTS_MAX)
        return window->small_class[events];
    if (events > window->top_capacity)
        events = window->top_capacity;
    unsigned class = pool_class(sizeof(struct block) + (size_t)events * window->stride * 8);
    while (window->geometry[class].capacity < events)
        class ++;
    return class;
}

static enum status block_take(const struct window *window, unsigned class, uint32_t *out)
{
    uint32_t taken;
    TRY(pool_take(window->pool, class, &taken));
    struct block *block = block_at(window, taken);
    *block = (struct block){.class = (uint8_t) class};
    if (window->geometry[class].busy) {
        *busy_at(block) = (struct busy){.fallen_ms = INT64_MIN};
        if (pool_take(window->pool, window->geometry[class].state_class, &busy_at(block)->state) !=
            STATUS_OK) {
            pool_give_back(window->pool, class, taken);
            return STATUS_FULL;
        }
    }
    *out = taken;
    return STATUS_OK;
}

static void block_give_back(const struct window *window, uint32_t given)
{
    struct block *block = block_at(window, given);
    unsigned class = block->class;
    if (window->geometry[class].busy)
        pool_give_back(window->pool, window->geometry[class].state_class, busy_at(block)->state);
    pool_give_back(window->pool, class, given);
}

/* Moves the events, and what is kept about them, into a block of another class. */
static enum status log_move(struct window *window, struct window_slot *slot, unsigned class)
{
    uint32_t taken;
    TRY(block_take(window, class, &taken));
    struct block *from = block_at(window, slot->block);
    struct block *to = block_at(window, taken);
    uint32_t count = (uint32_t)(from->end - from->start);
    uint32_t kept = 0;
    if (count >= window->plan.events_max)
        kept = from->start < RETAINED ? from->start : RETAINED;
    uint32_t shift = from->start - kept;
    to->base_ms = from->base_ms;
    to->oldest = from->oldest;
    to->start = (uint16_t)kept;
    to->end = (uint16_t)(kept + count);
    memcpy(events_at(window, to), events_at(window, from) + (size_t)shift * window->stride,
           (size_t)(kept + count) * window->stride * 8);
    bool was_busy = window->geometry[from->class].busy;
    bool is_busy = window->geometry[class].busy;
    if (was_busy && is_busy) {
        busy_at(to)->fallen_ms = busy_at(from)->fallen_ms;
        busy_move(window, from, to, shift);
    } else if (is_busy) {
        busy_begin(window, to);
    }
    window->busy_count += is_busy;
    window->busy_count -= was_busy;
    window->of_class[class]++;
    window->of_class[from->class]--;
    block_give_back(window, slot->block);
    slot->block = taken;
    return STATUS_OK;
}

/* Moves the events to the front of their block. */
static void log_compact(const struct window *window, struct block *block)
{
    uint32_t count = (uint32_t)(block->end - block->start);
    uint32_t kept = 0;
    if (count >= window->plan.events_max)
        kept = block->start < RETAINED ? block->start : RETAINED;
    uint32_t shift = block->start - kept;
    uint64_t *events = events_at(window, block);
    memmove(events, events + (size_t)shift * window->stride,
            (size_t)(kept + count) * window->stride * 8);
    block->start = (uint16_t)kept;
    block->end = (uint16_t)(kept + count);
    if (window->geometry[block->class].busy)
        busy_move(window, block, block, shift);
}

static void log_note_oldest(const struct window *window, struct block *block)
{
    if (block->start == block->end)
        return;
    const uint64_t *first = events_at(window, block) + (size_t)block->start * window->stride;
    block->oldest = (uint16_t)(first[0] >> FLAG_BITS >> OLDEST_SHIFT);
}

/* Forgets what nobody can see any more. */
static void log_expire(struct window *window, struct window_slot *slot, int64_t newest_ms)
{
    struct block *block = block_at(window, slot->block);
    int64_t past_ms = newest_ms - window->plan.late_ms_max - window->plan.span_ms_max;
    uint64_t word = word_after(block->base_ms, past_ms);
    if (word >> FLAG_BITS >> OLDEST_SHIFT < block->oldest || block->start == block->end)
        return;
    const uint64_t *events = events_at(window, block);
    uint32_t start = block->start;
    while (start < block->end && events[(size_t)start * window->stride] < word)
        start++;
    if (start == block->start)
        return;
    const struct geometry *geometry = &window->geometry[block->class];
    window->events_count -= start - block->start;
    if (geometry->busy)
        busy_drop(window, block, start);
    block->start = (uint16_t)start;
    log_note_oldest(window, block);
    uint32_t count = (uint32_t)(block->end - start);
    if (!geometry->busy) {
        if (count == 0)
            block->start = block->end = 0;
        return;
    }
    if (count * 4 >= geometry->capacity || busy_at(block)->fallen_ms > past_ms)
        return;
    /* Grown quiet.  Without memory for the smaller block it keeps the larger one. */
    enum status moved = log_move(window, slot, log_class(window, count + count / 2 + 1));
    (void)moved;
}

/* A place for one more event behind the last. */
static enum status log_room(struct window *window, struct window_slot *slot)
{
    struct block *block = block_at(window, slot->block);
    const struct geometry *geometry = &window->geometry[block->class];
    if (block->end < geometry->capacity)
        return STATUS_OK;
    uint32_t count = (uint32_t)(block->end - block->start);
    uint32_t kept = count >= window->plan.events_max ? RETAINED : 0;
    uint32_t worth = geometry->busy ? geometry->capacity / 16 : 0;
    if (geometry->capacity >= window->top_capacity || block->start > kept + worth) {
        log_compact(window, block);
        return STATUS_OK;
    }
    return log_move(window, slot,
                    log_class(window, count + kept + (geometry->busy ? count / 3 : count / 8) + 1));
}

/* Another base where the time does not fit behind this one: at most once in 48 days of an entity's
 * life.
 *
 * What fell off during a batch can still be walked to for an earlier record of that batch, and must
 * keep its time; what is older must not seem younger than anybody can look back.  A batch leaps
 * over at most 30 days and a span is at most 90, so a base 150 days back serves both. */
static void log_rebase(const struct window *window, struct block *block, int64_t at_ms)
{
    enum { BACK_DAYS = 150 };
    uint64_t *events = events_at(window, block);
    int64_t base_ms = at_ms - (int64_t)BACK_DAYS * DAY_MS;
    int64_t by_ms = base_ms - block->base_ms;
    for (uint32_t i = 0; i < block->end; i++) {
        uint64_t *event = events + (size_t)i * window->stride;
        int64_t delta = (int64_t)(event[0] >> FLAG_BITS) - by_ms;
        must(delta >= 0 || i < block->start); /* what cannot be seen any more may be older */
        must(delta < (int64_t)1 << TIME_BITS);
        uint64_t flags = event[0] & (((uint64_t)1 << FLAG_BITS) - 1);
        event[0] = (uint64_t)(delta < 0 ? 0 : delta) << FLAG_BITS | flags;
    }
    block->base_ms = base_ms;
    log_note_oldest(window, block);
}

static bool log_fits(const struct block *block, int64_t at_ms)
{
    int64_t delta = at_ms - block->base_ms;
    return delta >= 0 && delta < ((int64_t)1 << TIME_BITS) - 1;
}

bool log_is_easy(const struct window *window, struct block *block, int64_t at_ms)
{
    const struct geometry *geometry = &window->geometry[block->class];
    if (block->end >= geometry->capacity || block->start == block->end || !log_fits(block, at_ms))
        return false;
    const uint64_t *last = events_at(window, block) + (block->end - 1u) * (size_t)window->stride;
    return !geometry->busy || event_ms(block, last) <= at_ms;
}

static void event_write(const struct window *window, uint64_t *to, const struct block *block,
                        const struct window_event *event)
{
    uint64_t word = (uint64_t)(event->at_ms - block->base_ms) << FLAG_BITS;
    to[0] = window->flags_at == 0 ? word | event->flags : word;
    if (window->flags_at == 1)
        to[1] = event->flags;
    to[window->flags_at + 1] = event->position;
    for (unsigned v = 0; v < window->plan.values_count; v++)
        to[window->values_at + v] = event->column[v][event->lane];
}

/* Puts the event behind all that are not later. */
static uint32_t log_insert(const struct window *window, struct block *block,
                           const struct window_event *event)
{
    uint64_t *events = events_at(window, block);
    uint32_t stride = window->stride;
    uint64_t after = word_after(block->base_ms, event->at_ms);
    uint32_t place = block->end;
    while (place > block->start && events[(size_t)(place - 1) * stride] >= after)
        place--;
    uint64_t *to = events + (size_t)place * stride;
    if (place < block->end)
        memmove(to + stride, to, (size_t)(block->end - place) * stride * 8);
    event_write(window, to, block, event);
    block->end++;
    if (place == block->start)
        log_note_oldest(window, block);
    return place;
}

static enum status log_begin(struct window *window, struct window_slot *slot, int64_t at_ms)
{
    unsigned class = log_class(window, 1);
    TRY(block_take(window, class, &slot->block));
    struct block *block = block_at(window, slot->block);
    block->base_ms = at_ms - window->plan.late_ms_max - HOUR_MS;
    if (window->geometry[class].busy)
        busy_begin(window, block);
    window->of_class[class]++;
    window->busy_count += window->geometry[class].busy;
    return STATUS_OK;
}

/* The oldest of too many falls off; false: it is the one that was to be added. */
static bool log_fall(struct window *window, struct block *block, int64_t at_ms)
{
    const uint64_t *oldest = events_at(window, block) + (size_t)block->start * window->stride;
    int64_t oldest_ms = event_ms(block, oldest);
    struct busy *busy = busy_at(block);
    int64_t fallen_ms = at_ms < oldest_ms ? at_ms : oldest_ms;
    if (fallen_ms > busy->fallen_ms)
        busy->fallen_ms = fallen_ms;
    window->lost = true;
    if (at_ms < oldest_ms)
        return false;
    busy_drop(window, block, block->start + 1u);
    block->start++;
    window->events_count--;
    log_note_oldest(window, block);
    return true;
}

enum status window_add(struct window *window, struct window_slot *slot,
                       const struct window_event *event, int64_t newest_ms, bool *kept)
{
    if (slot->block == 0)
        TRY(log_begin(window, slot, event->at_ms));
    else
        log_expire(window, slot, newest_ms);
    TRY(log_room(window, slot));
    struct block *block = block_at(window, slot->block);
    if (!log_fits(block, event->at_ms))
        log_rebase(window, block, event->at_ms);
    if ((uint32_t)(block->end - block->start) == window->plan.events_max &&
        !log_fall(window, block, event->at_ms)) {
        *kept = false;
        return STATUS_OK;
    }
    uint32_t place = log_insert(window, block, event);
    if (window->geometry[block->class].busy)
        busy_insert(window, block, place);
    uint32_t last = coarse_time(event->at_ms);
    if (last > slot->last)
        slot->last = last;
    if (last < window->first)
        window->first = last;
    if (last < window->first_next)
        window->first_next = last;
    window->events_count++;
    *kept = true;
    return STATUS_OK;
}

void log_release(struct window *window, struct window_slot *slot)
{
    if (slot->block == 0)
        return;
    const struct block *block = block_at(window, slot->block);
    window->events_count -= (uint64_t)(block->end - block->start);
    window->of_class[block->class]--;
    window->busy_count -= window->geometry[block->class].busy;
    block_give_back(window, slot->block);
    slot->block = 0;
}
