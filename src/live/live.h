/* live.h -- what is happening now: records are journalled, answered, and thought about, in this
 * order.
 *
 * The writer collects offers, appends one frame for each, syncs once, and answers
 * them; it never answers what is not durable.  The thinker takes the same entries in their order,
 * gives them to the pipeline, and between two batches answers questions.  A failed write or sync
 * ends the process: whoever comes next finds what was acknowledged.
 *
 * docs/decision/0001-serve.md draws it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/clock.h"
#include "ground/tongue.h"
#include "journal/journal.h"
#include "live/entry.h"
#include "live/pipeline.h"

struct live;

/* What somebody wants to have acknowledged: entries (live/entry.h) that are one frame.  The offer
 * and its entries are lent from live_offer until `done` has been called, once, from the writer's
 * thread.  STATUS_OK: durable, numbered from `first` on.  Anything else: not acknowledged, and the
 * process is about to end. */
struct offer {
    const struct slice *entry;
    size_t count;
    void (*done)(struct offer *offer, enum status status, uint64_t first);
    bool patient;       /* nobody waits for it: it goes with others, or after LIVE_PATIENCE_MS */
    bool bulk;          /* records: the last part of the queue is not for them, but for what is
                         * said of them (decisions, heartbeats, changes of rules) */
    struct offer *next; /* this and the rest are the queue's */
    size_t bytes;
    uint64_t first;
};

/* What somebody wants to know of the memory of detection; `ask` is called once between two batches,
 * on the thinker's thread or on that of anybody who asks, and must be quick.  `then`, if not NULL,
 * is called behind it on the same thread, when others may ask again; it is the last touch. */
struct question {
    void (*ask)(struct question *question, struct pipeline *pipeline);
    void (*then)(struct question *question);
    struct question *next; /* the queue's */
};

/* Where somebody's entries go. */
struct note_sink {
    enum status (*take)(void *self, uint64_t position, struct slice entry);
    void *self;
};

/* Who follows along, on the thinker's thread; each may be NULL. */
struct live_listener {
    /* Whenever everything below `position` has been thought about, before it goes on: a keeper of
     * alerts commits here or notes the place. */
    void (*reached)(void *self, uint64_t position);
    /* Below which position the alerts are safe: a snapshot of a later one waits for them, because a
     * recovery from it does not make them again.  NULL: they are when `reached` returns. */
    uint64_t (*kept)(void *self);
    /* From which position on somebody needs the journal: what retention would remove stays for it.
     * NULL: nobody does. */
    uint64_t (*needed)(void *self);
    /* Records, in order, behind what detection made of them; in a recovery those behind the
     * snapshot. NULL, or quick. */
    void (*records)(void *self, const struct record *records, size_t count);
    /* Every entry that is neither record, heartbeat, decision nor change of rules, in order, behind
     * the batch before it; in a recovery also those that `tell` told. */
    enum status (*heard)(void *self, uint64_t position, struct slice entry);
    /* Those entries that a snapshot must hold so that `heard` can make the same of them again.  It
     * may be called in a forked child, between `hold` and `release` of the parent and behind a
     * `release` of the child's own: it takes no memory. */
    enum status (*tell)(void *self, struct note_sink sink);
    void (*hold)(void *self);
    void (*release)(void *self);
    void *self;
};

/* Rules with all that belongs to them: what is to be in force next, to run beside it in the shadow,
 * or was in force once. */
struct live_rules {
    const struct rule_set *set; /* lent until other rules are in force, or the shadow was ended */
    struct alert_sink alerts;   /* of LIVE_SHADOW called on a thread of its own */
    size_t memory_max;
    uint64_t version; /* in the book, for the journal; 0: of the folder */
    /* Once, on a thread of its own.  STATUS_OK: in force, or heard, from `position` on. */
    void (*done)(void *self, enum status status, uint64_t position);
    void *self;
};

/* Rules by the image that the journal names, for a recovery: `set` and `alerts`, lent until
 * live_close.  STATUS_ABSENT: nobody has them any more. */
struct live_library {
    enum status (*find)(void *self, const struct digest *image, struct live_rules *out);
    void *self;
};

enum live_failure {
#define FAILURE(name, en, zh) LIVE_FAILURE_##name,
#include "failures.inc"
#undef FAILURE
    LIVE_FAILURES_COUNT
};
/* One sentence, for people. */
const char *live_failure_says(enum live_failure failure, enum tongue tongue);

struct live_options {
    struct volume journal, snapshots;
    int64_t segment_size_max;
    size_t frame_size_max;       /* of one offer; 0: JOURNAL_FRAME_BYTES_MAX */
    uint32_t commit_wait_us;     /* how long the writer waits for more offers */
    uint32_t commit_bytes_max;   /* … or until there is so much */
    uint32_t heartbeat_every_ms; /* 0: never */
    uint32_t snapshot_every_s;   /* 0: never by itself */
    int64_t retention_ms;        /* of journal segments below every snapshot; 0: for ever */
    size_t queue_bytes_max;      /* entries offered and not yet thought about */
    struct clock clock;
    struct pipeline_options pipeline;
    uint64_t version;            /* in the book, of pipeline.set; 0: of the folder */
    struct live_library library; /* find NULL: a start with other rules is not noted, and these
                                  * speak from the snapshot on */
    struct live_listener listener;
    /* Something failed behind which nothing may be acknowledged; has to end the process.  NULL: as
     * a broken must().  Where it returns (a test), nothing is taken or thought any more. */
    void (*failed)(void *self, enum live_failure failure, enum status status);
    void *failed_self;
    bool by_hand; /* no threads: live_turn does their work, in a fixed order, for tests */
};

struct live_counts {
    uint64_t next, synced, thought; /* positions: next entry, durable below, thought about below */
    uint64_t offers, refused, frames, syncs, questions;
    uint64_t queue_bytes;
    uint64_t snapshot_position; /* of the newest; 0: none */
    uint64_t snapshot_oldest;   /* a recovery begins nowhere below; 0: not known yet */
    uint64_t snapshots, snapshots_failed;
    int64_t snapshot_stop_us; /* the longest stop of detection for one so far */
    moment heartbeat;         /* time of the last one thought about */
    bool rules_lost; /* the recovery needed rules that nobody has any more: what is behind the
                      * snapshot was judged by others */
    /* Not OK: detection stands still at `thought` (STATUS_FULL: its memory); what was acknowledged
     * is durable, offers are refused, questions are answered. */
    enum status stands;
    struct pipeline_counts pipeline; /* as of a moment ago */
};

/* Recovers (newest sound snapshot, then the journal behind it, with `progress` if not NULL), then
 * starts the threads.  `found` as journal_open.  STATUS_MALFORMED: damage, see `*found`; nothing
 * was deleted. */
enum status live_open(struct live **out, const struct live_options *options, struct arena *boot,
                      void (*progress)(void *self, uint64_t done, uint64_t all), void *self,
                      struct journal_finding *found);
/* STATUS_FULL: too much is waiting; STATUS_REFUSED: larger than a frame, or closing; nothing was
 * taken (`done` will not be called).  Any thread. */
enum status live_offer(struct live *live, struct offer *offer);
/* Whether records of about so many bytes would be taken at this moment.  Any thread. */
bool live_would_take(struct live *live, size_t bytes);
/* STATUS_FULL: QUESTIONS_MAX are waiting.  Any thread; where nobody else has the memory in hand the
 * question was answered when this returns. */
enum status live_ask(struct live *live, struct question *question);
/* Any thread. */
void live_count(struct live *live, struct live_counts *out);
/* The first damaged snapshot that the recovery passed over, because an older one or the journal
 * served as well.  false: there was none. */
bool live_snapshot_damaged(const struct live *live, struct journal_finding *out);
/* ---- other rules ---- */

enum live_role { LIVE_NEXT, LIVE_SHADOW, LIVE_ROLES_COUNT };

/* Brings other rules up while everything goes on: takes over what the newest snapshot and they have
 * in common, fills the rest from the journal, catches up, silently.  LIVE_NEXT: says so in the
 * journal, takes the place of what is in force at that very entry, and a snapshot is made.
 * LIVE_SHADOW: follows the journal from then on.  Needs the memory of a second pipeline.
 * STATUS_REFUSED: one of this role is under way, or the shadow runs; STATUS_FULL. */
enum status live_rules(struct live *live, enum live_role role, const struct live_rules *rules);
/* STATUS_ABSENT: there is none. */
enum status live_shadow_end(struct live *live);

/* A snapshot as soon as a batch ends; STATUS_REFUSED: one is being made. */
enum status live_snapshot(struct live *live);
/* Takes no more offers, thinks everything through, makes a snapshot, closes.  Not calling it is a
 * supported way to stop. */
enum status live_close(struct live *live);

/* For tests.  One round by hand: a heartbeat if one is due, one commit of all that is offered, all
 * of it thought about, questions answered. */
void live_turn(struct live *live);
/* For tests.  By hand: one step of the successors that are under way. */
void live_step(struct live *live);
/* For tests: what a killed process leaves, but for its memory, which is given back. */
void live_abandon(struct live *live);
