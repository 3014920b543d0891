/* window.h -- what happened lately, to each one.
 *
 * A window remembers the events of many entities (all phones, all accounts …) and answers
 * questions about the last while of one of them: how many, how much, how many different.  Events
 * are held once, in the order of their time, and every feature is computed from them, exactly,
 * whatever order they arrived in.
 *
 * A value is eight bytes: a finite double or the bits of an ident.  Answers use the codes of
 * window_nothing(): an unknown number is a NaN, an unknown name is 0, a truth is WINDOW_FALSE,
 * WINDOW_UNKNOWN or WINDOW_TRUE. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/window/pool.h"
#include "ground/limits.h"
#include <stdbool.h>
#include <stdint.h>

enum measure {
#define MEASURE(word, takes_value, needs) MEASURE_##word,
#include "detect/window/measures.inc"
#undef MEASURE
    MEASURES_COUNT
};

enum { WINDOW_FALSE, WINDOW_UNKNOWN, WINDOW_TRUE };

enum {
    WINDOW_BITS_MAX = 64,    /* flags of one event */
    WINDOW_VALUES_MAX = 128, /* of one event: features', and fields of a sequence's first step */
    WINDOW_SPANS_MAX = PROFILE_FEATURES_MAX
};

struct window_feature {
    enum measure measure;
    bool unread;   /* nobody ever asks */
    bool name;     /* the value is an ident, not a number */
    uint8_t bit;   /* an event counts (and its value is known) if this flag is set */
    uint8_t value; /* which value of the event */
    double quantile;
    int64_t span_ms;
};

/* What an entity remembers; read-only and lent for the life of every window made from it. */
struct window_plan {
    unsigned features_count;
    const struct window_feature *feature;
    unsigned values_count;
    unsigned bits_count;
    int64_t span_ms_max; /* how far anybody looks back */
    int64_t late_ms_max; /* how far behind the newest event one may still arrive */
    uint32_t events_max; /* of one entity */
    uint32_t small_max;  /* with room for more, an entity keeps running answers; 0: as usual */
};

struct window;

/* Where an entity is; valid until the next window_reserve or window_sweep. */
struct window_slot {
    uint64_t key; /* 0: empty */
    uint32_t block;
    uint32_t last; /* coarse time of the newest event */
};

struct window_event {
    int64_t at_ms;
    uint64_t flags;
    uint64_t position;
    const uint64_t *const *column; /* value v is column[v][lane] */
    unsigned lane;
};

/* A feature to be read, and where the answer goes: into[lane].
 *
 * Nobody may care for the exact answer while the entity has few events (a rule that asks for five
 * cards does not care for the mean of three calls).  With less than `needed` events the answer is
 * only a bound: for COUNT and DISTINCT the number of events remembered, for the others unknown. */
struct window_want {
    uint16_t feature;
    uint32_t needed; /* 0: always exact */
    uint64_t *into;
};

/* What a visitor asks who comes in one role; in order of the spans. */
struct window_asked {
    uint8_t role;
    uint16_t wants_count;
    uint32_t needed; /* the least of its wants */
    const struct window_want *want;
};

/* A visit to an entity: it brings an event, or asks, or both. */
struct window_visit {
    uint64_t key;
    uint64_t hash;
    uint64_t flags; /* of its event; 0: it brings none */
    const struct window_asked *asked;
    const struct window_visit *fed; /* asks only: the visit by which the record's event came */
    uint16_t lane;
    uint8_t asked_count;
    uint8_t roles; /* of `asked` those of these roles are answered */
    bool turned;   /* the values of its event are those for the other party */
    /* Filled in by the visit: */
    bool kept;              /* its event is remembered */
    uint32_t events_before; /* remembered just before … */
    uint32_t events_count;  /* … and just after */
    int64_t fallen_before_ms;
    int64_t fallen_ms; /* as window_fallen_ms just before and after */
    struct window_slot *slot;
};

/* What all visits of a batch have in common. */
struct window_batch {
    const int64_t *at_ms; /* per lane */
    const uint64_t *position;
    const uint64_t *const *column; /* per value, per lane */
    const uint64_t *const *turned; /* the same for turned visits */
    int64_t newest_ms;             /* as of window_add */
    bool probed;                   /* each event was held (held.h) and will be taken out again */
};

/* Bytes of one event, and of an entity that remembers so many events: its block, its running
 * answers, its place in the table.  STATUS_FULL: the arena. */
enum status window_sizes(const struct window_plan *plan, uint32_t events, struct arena *scratch,
                         uint64_t *event_size, uint64_t *entity_size);

/* Takes its head from boot and its tables from the budget of the pool.  STATUS_FULL. */
enum status window_create(struct window **out, const struct window_plan *plan, struct pool *pool,
                          struct arena *boot);
void window_destroy(struct window *window);

/* Multiply and fold: the upper half is good enough to place an entry by, whatever the key. */
static inline uint64_t window_hash(uint64_t key)
{
    unsigned __int128 wide = (unsigned __int128)(key ^ 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    uint64_t folded = (uint64_t)wide ^ (uint64_t)(wide >> 64);
    wide = (unsigned __int128)folded * 0xA0761D6478BD642Fu;
    return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}
/* Makes room in the table for that many new entities.  STATUS_FULL. */
enum status window_reserve(struct window *window, uint32_t entities);
/* Bytes that `events` more events can take at most, table included. */
size_t window_growth_max(const struct window *window, uint32_t events);
/* At least as much, found at once: whoever has room for it need not ask for more. */
size_t window_growth_bound(const struct window *window, uint32_t events);

/* NULL: no such entity. */
struct window_slot *window_find(const struct window *window, uint64_t key, uint64_t hash);
/* Finds or adds; room was reserved. */
struct window_slot *window_entity(struct window *window, uint64_t key, uint64_t hash);
/* Makes the visits in their order, while the memory of the next ones is on its way.  STATUS_FULL:
 * those before were made. */
enum status window_visits(struct window *window, struct window_visit *const *visit, uint32_t count,
                          const struct window_batch *batch);

/* For visits that will be made one by one: sends for what stands where, so that it is there when
 * it is looked at.  Each step needs what the one before has sent for. */
enum window_fetch { WINDOW_FETCH_SLOT, WINDOW_FETCH_BLOCK, WINDOW_FETCH_TAIL };
void window_fetch(const struct window *window, const struct window_visit *visit,
                  enum window_fetch what);

/* Remembers the event.  `newest_ms` is the newest time that all later events have in common as a
 * past: what lies farther back than anybody can look from there is forgotten.  `*kept` says
 * whether the event itself is among the latest events_max.  STATUS_FULL: nothing was remembered.
 * */
enum status window_add(struct window *window, struct window_slot *slot,
                       const struct window_event *event, int64_t newest_ms, bool *kept);
/* Answers at time `at_ms`; `slot` may be NULL.  `own`: the event that was added last with that
 * time is the one in hand (for FRESH). */
void window_read(const struct window *window, const struct window_slot *slot, int64_t at_ms,
                 const struct window_want *want, unsigned wants_count, unsigned lane, bool own);
/* The answer about nobody. */
uint64_t window_nothing(const struct window_feature *feature);

/* Events remembered of this entity. */
uint32_t window_events_count(const struct window *window, const struct window_slot *slot);
/* Time of the newest event that fell off because the entity had too many; INT64_MIN: none. */
int64_t window_fallen_ms(const struct window *window, const struct window_slot *slot);

/* Whether of any entity an event ever fell off because it had too many. */
bool window_lost(const struct window *window);

/* One event as it is remembered. */
struct window_seen {
    int64_t at_ms;
    uint64_t flags;
    uint64_t position;
    const uint64_t *value; /* lent until the entity changes */
};

/* From the latest event of an entity back to the oldest. */
struct window_walk {
    const struct window *window;
    const uint64_t *event; /* behind the next one to be seen */
    int64_t base_ms;
    uint32_t left;
};
/* Behind the events remembered come, for an entity that has events_max of them, those that fell off
 * in the last RECORD_BATCH_MAX additions, and perhaps older ones. */
void window_walk_init(struct window_walk *walk, const struct window *window,
                      const struct window_slot *slot);
bool window_walk_back(struct window_walk *walk, struct window_seen *out);

/* The events that a feature counts in its window, gathered by somebody who walked back. */
struct window_counted {
    uint64_t *value; /* of each, the oldest first; it will be put in another order */
    uint32_t count;
    int64_t last_ms; /* time of the last */
    bool own;        /* the last is the event in hand */
};
uint64_t window_recall(const struct window_feature *feature, const struct window_counted *counted,
                       int64_t at_ms);

/* Visits the next `slots` slots of the table, and some more for each entity that came since the
 * last sweep: entities of which nothing can be seen any more are forgotten. */
void window_sweep(struct window *window, uint32_t slots, int64_t newest_ms);

struct window_counts {
    uint64_t entities;
    uint64_t events;
    uint64_t busy; /* entities that keep running answers */
    uint64_t table_bytes;
};
void window_count(const struct window *window, struct window_counts *out);
