/* live.h -- what is happening now: records are journalled, answered, and thought about, in this
 * order.
 *
 * Two threads.  The writer collects offers, appends one frame for each, syncs once, and answers
 * them; it never answers what is not durable.  The detect thread takes the same entries in their
 * order, gives them to the pipeline, and between two batches answers questions.  A failed write or
 * sync ends the process: whoever comes next finds what was acknowledged.
 *
 * docs/decision/0001-serve.md draws it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "journal/journal.h"
#include "live/entry.h"
#include "live/pipeline.h"

struct live;

/* What somebody wants to have acknowledged: entries (live/entry.h) that are one frame.  The offer
 * and its entries are lent from live_offer until `done` has been called, once, from the writer
 * thread.  STATUS_OK: durable, numbered from `first` on. */
struct offer {
    const struct slice *entry;
    size_t count;
    void (*done)(struct offer *offer, enum status status, uint64_t first);
    struct offer *next; /* the queue's */
};

/* What somebody wants to know of the memory of detection; `ask` is called once on the detect thread
 * between two batches and must be quick. */
struct question {
    void (*ask)(struct question *question, struct pipeline *pipeline);
    struct question *next; /* the queue's */
};

struct live_options {
    struct volume journal, snapshots;
    int64_t segment_size_max;
    uint32_t commit_wait_us;   /* how long the writer waits for more offers */
    uint32_t commit_bytes_max; /* … or until there is so much */
    uint32_t snapshot_every_s; /* 0: never by itself */
    size_t queue_bytes_max;    /* entries offered and not yet thought about */
    struct clock clock;
    struct pipeline_options pipeline;
    /* On the detect thread, whenever it has thought about everything up to `position`, before it
     * goes on: a keeper of alerts commits here or notes the place.  take NULL: nobody. */
    struct {
        void (*reached)(void *self, uint64_t position);
        void *self;
    } listener;
};

struct live_counts {
    uint64_t next, synced, thought; /* positions: next entry, durable below, thought about below */
    uint64_t offers, refused, frames, syncs;
    uint64_t queue_bytes;
    uint64_t snapshot_position; /* of the newest; 0: none */
    int64_t snapshot_stop_us;   /* the longest stop for one so far */
    moment heartbeat;           /* time of the last one thought about */
    struct pipeline_counts pipeline;
};

/* Recovers (newest sound snapshot, then the journal behind it, with `progress` if not NULL), then
 * starts both threads.  `found` as journal_open.  STATUS_MALFORMED: damage; nothing was changed. */
enum status live_open(struct live **out, const struct live_options *options, struct arena *boot,
                      void (*progress)(void *self, uint64_t done, uint64_t all), void *self,
                      struct journal_finding *found);
/* STATUS_FULL: too much is waiting; nothing was taken (`done` will not be called).  Any thread. */
enum status live_offer(struct live *live, struct offer *offer);
/* STATUS_FULL as above.  Any thread. */
enum status live_ask(struct live *live, struct question *question);
/* Any thread. */
void live_count(struct live *live, struct live_counts *out);
/* A snapshot now; STATUS_REFUSED: one is being made. */
enum status live_snapshot(struct live *live);
/* Takes no more offers, thinks everything through, makes a snapshot, closes.  Not calling it is a
 * supported way to stop. */
enum status live_close(struct live *live);
