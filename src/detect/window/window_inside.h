/* window_inside.h -- how an entity lies in memory.
 *
 *   slot    key | block | last                        in the table, 16 bytes
 *   block   base | start end | class                  16 bytes
 *           [ fallen | state ]                        16 more in a busy entity's
 *           event event event …                       places 0 .. capacity-1; start .. end-1 in use
 *   event   time - base : 34 bits | flags : 30 bits   sorted by (time, arrival)
 *           [ flags : 64 bits ]                       only if 30 are too few; they are then 0
 *           position
 *           value value …
 *   state   tally per feature | summaries | tables    see busy.c
 *
 * Time is in the upper bits, so two first words compare as their times do. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/window/window.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    FLAG_BITS = 30,             /* beside the time in an event's first word */
    TIME_BITS = 34,             /* 198 days of milliseconds */
    OLDEST_SHIFT = 18,          /* of the time behind the base, to make `oldest` of it */
    SMALL_EVENTS_MAX = 64,      /* the scan's arrays */
    RETAINED = RECORD_BATCH_MAX /* events that fell off and can still be walked to */
};

struct block {
    int64_t base_ms;
    uint16_t start;
    uint16_t end;
    uint16_t oldest; /* coarse age of the first event, so that its line need not be looked at */
    uint8_t class;
    uint8_t spare;
};
static_assert(sizeof(struct block) == 16, "a header is 16 bytes");

struct busy {
    int64_t fallen_ms;
    uint32_t state;
    uint32_t spare;
};
static_assert(sizeof(struct busy) == 16, "a busy header is 16 more bytes");

/* What a block of a class holds. */
struct geometry {
    uint32_t capacity;
    bool busy;
    uint8_t state_class;
    uint32_t table_slots;
    uint32_t summary_at;                       /* bytes into the state */
    uint32_t feature_at[PROFILE_FEATURES_MAX]; /* bytes into the state */
    uint32_t links_at[PROFILE_FEATURES_MAX];   /* per set of links, bytes into the state */
    uint32_t state_size;
};

struct window {
    struct window_plan plan;
    struct pool *pool;
    struct window_slot *slot;
    uint64_t slots_count;
    uint64_t entities_count;
    uint64_t swept;      /* the next slot of the sweep */
    uint32_t created;    /* entities since the last one */
    uint32_t first;      /* coarse time before which no entity was last heard of … */
    uint32_t first_next; /* … as far as the present round of the sweep has seen */
    uint64_t events_count;
    uint64_t busy_count;
    uint32_t small_max;
    uint32_t top_capacity; /* enough for events_max with room to move */
    uint32_t stride;       /* words of an event */
    uint32_t flags_at;     /* word of an event that holds the flags */
    uint32_t values_at;    /* word of the first value */
    bool indexed;          /* some feature asks where events lie */
    bool lost;             /* events of some entity have fallen off */
    uint32_t asked_count;  /* features that somebody asks */
    uint8_t asked[PROFILE_FEATURES_MAX];
    uint32_t links_count; /* sets of links: features of one flag and value share one */
    uint8_t links_feature[PROFILE_FEATURES_MAX]; /* a feature of each set */
    uint8_t links_of[PROFILE_FEATURES_MAX];      /* the set of each feature that has one */
    struct geometry *geometry;
    size_t event_growth_max;                   /* bytes */
    uint8_t small_class[SMALL_EVENTS_MAX + 1]; /* the least that holds so many events */
    uint64_t of_class[POOL_CLASSES_COUNT];     /* entities by class of their block */
};

static inline struct block *block_at(const struct window *window, uint32_t block)
{
    return pool_at(window->pool, block);
}
static inline struct busy *busy_at(struct block *block)
{
    return (struct busy *)(block + 1);
}
/* Physical place 0. */
static inline uint64_t *events_at(const struct window *window, struct block *block)
{
    return (uint64_t *)(block + (window->geometry[block->class].busy ? 2 : 1));
}
static inline int64_t event_ms(const struct block *block, const uint64_t *event)
{
    return block->base_ms + (int64_t)(event[0] >> FLAG_BITS);
}
/* The least first word of an event later than `at_ms`. */
static inline uint64_t word_after(int64_t base_ms, int64_t at_ms)
{
    if (at_ms < base_ms)
        return 0;
    uint64_t delta = (uint64_t)(at_ms - base_ms) + 1;
    return delta >= (uint64_t)1 << TIME_BITS ? UINT64_MAX : delta << FLAG_BITS;
}
/* Steps of two minutes or so, enough for a slot to say when its entity was last heard of. */
static inline uint32_t coarse_time(int64_t at_ms)
{
    return (uint32_t)((at_ms + ((int64_t)1 << 48)) >> 17);
}
static inline uint64_t hash_place(uint64_t hash, uint64_t places)
{
    return (uint64_t)(((unsigned __int128)hash * places) >> 64);
}
static inline double number_of(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}
static inline uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static inline uint64_t nothing_of(const struct window_feature *feature)
{
    switch (feature->measure) {
    case MEASURE_COUNT:
    case MEASURE_SUM:
    case MEASURE_DISTINCT:
        return bits_of(0.0);
    case MEASURE_FRESH:
        return WINDOW_UNKNOWN;
    case MEASURE_FIRST:
    case MEASURE_LAST:
        return feature->name ? 0 : bits_of((double)NAN);
    default:
        return bits_of((double)NAN);
    }
}
/* Which of `count` sorted values is the quantile. */
static inline uint32_t quantile_place(double quantile, uint32_t count)
{
    double place = ceil(quantile * (double)count);
    if (!(place >= 1.0))
        return 0;
    return place > (double)count ? count - 1 : (uint32_t)place - 1;
}

/* What is said of a feature while nobody cares for more. */
static inline uint64_t bound_of(const struct window_feature *feature, uint32_t events_count)
{
    switch (feature->measure) {
    case MEASURE_COUNT:
    case MEASURE_DISTINCT:
        return bits_of((double)events_count);
    case MEASURE_SUM:
        return bits_of((double)NAN);
    default:
        return nothing_of(feature);
    }
}

/* ---- busy.c ---- */

/* Which features are asked, and which share links. */
void busy_features(struct window *window);
/* Sets table_slots, …_at and state_size of a class with that capacity. */
void busy_plan(const struct window *window, struct geometry *geometry);
/* Empty answers over the block's events. */
void busy_begin(const struct window *window, struct block *block);
/* The answers of `from`, whose events now lie in `to`, `shift` places nearer the front. */
void busy_move(const struct window *window, struct block *from, struct block *to, uint32_t shift);
/* The event now at `place` was put there; those behind it were moved by one. */
void busy_insert(const struct window *window, struct block *block, uint32_t place);
/* The events before `start` are about to be forgotten. */
void busy_drop(const struct window *window, struct block *block, uint32_t start);
/* What busy_take_back needs to know of the place where the next event will stand. */
uint64_t busy_summary(const struct window *window, struct block *block, uint32_t place);
/* The last event, which came behind all others, is taken out again. */
void busy_take_back(const struct window *window, struct block *block, uint64_t summary);
/* The event that was forgotten last is remembered again, as before what came since. */
void busy_recall(const struct window *window, struct block *block);
/* As window_read, of a busy entity. */
void busy_read(const struct window *window, struct block *block, int64_t at_ms,
               const struct window_want *want, unsigned wants_count, unsigned lane, bool own);

/* ---- window.c ---- */

/* Takes out an entity whose block was released. */
void window_leave(struct window *window, struct window_slot *slot);

/* ---- log.c ---- */

/* The least class whose blocks hold that many events. */
unsigned log_class(const struct window *window, uint32_t events);
void log_release(struct window *window, struct window_slot *slot);
/* Whether an event of that time would find its place behind the block's last one, or anywhere in a
 * quiet entity's, with nothing else moved but the oldest, which may fall off. */
bool log_is_easy(const struct window *window, struct block *block, int64_t at_ms);
