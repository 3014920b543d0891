/* hindsight.h -- what other rules would have said about the records that are still kept.
 *
 *     journal   ├── warm ┄┄┄┄ from ────────── to ──> now
 *     bulletin                live alerts │           same, or gone
 *     a trial      remembers, other rules └ alerts ─> same, or new
 *
 * In front of its window a trial reads, silently, what its rules remember: as long as their longest
 * span, if so much is kept.
 *
 * One trial at a time, on a thread of its own that gives way to everybody: it reads the journal
 * through a pipeline of its own with bounded memory, asks detection nothing, and keeps nothing but
 * its result, in memory, until the next one begins.  An alert is the same when the other side
 * spoke about the same subject for the same typology anywhere in the window; which rule did so is
 * not asked. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulletin/bulletin.h"
#include "live/live.h"

struct hindsight;

struct hindsight_options {
    struct volume journal, snapshots;
    struct live *live;
    struct bulletin *bulletin;
    const char *store_path; /* for a reader of its own */
    struct clock clock;
    int32_t zone_minutes;
    size_t memory_max; /* of the pipeline of a trial */
    /* One has ended, on its thread; `state` is a word of states.inc.  NULL: nobody asks. */
    void (*ended)(void *self, const char *state, const char *image, uint64_t records,
                  int64_t ran_ms);
    void *self;
};

enum status hindsight_open(struct hindsight **out, const struct hindsight_options *options,
                           struct arena *boot);
/* Stops what runs, and waits for it. */
void hindsight_close(struct hindsight *hindsight);

enum { HINDSIGHT_ID_SIZE = 24, HINDSIGHT_BY_SIZE = 64 };

struct hindsight_wish {
    const struct rule_file *file; /* copied */
    uint32_t files_count;
    int64_t hours;
    struct slice by; /* who asks */
};

/* STATUS_LATE: one runs; STATUS_MALFORMED: the rules do not compile; STATUS_FULL. */
enum status hindsight_start(struct hindsight *hindsight, const struct hindsight_wish *wish,
                            char id[HINDSIGHT_ID_SIZE]);
/* STATUS_ABSENT: that is not the newest.  A task that has ended stays as it is. */
enum status hindsight_stop(struct hindsight *hindsight, struct slice id);
/* Who asked for it.  STATUS_ABSENT. */
enum status hindsight_by(struct hindsight *hindsight, struct slice id, char by[HINDSIGHT_BY_SIZE]);
/* The task as JSON, as docs/http.md says.  STATUS_ABSENT. */
enum status hindsight_tell(struct hindsight *hindsight, struct slice id, struct text *text);
/* An array of those that are known, without their results: one, or none since the process began. */
void hindsight_list(struct hindsight *hindsight, struct text *text);
