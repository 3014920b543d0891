/* live_inside.h -- who owns what between the threads.
 *
 *   writer    the journal, the far end of the belt
 *   thinker   the near end of the belt, `batch`; begins snapshots
 *   in hand   the pipeline: the thinker's for a batch, or whose question is answered (hand.c)
 *   curator   finished snapshots, until they have a name
 *   all       what stands below `lock`, while they hold it
 *
 *   offers ──> writer ──> journal
 *                └──────> belt ──> thinker ──> pipeline
 *   questions ──────────────────────────────┘ */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "live/belt.h"
#include "live/live.h"
#include "live/snapshot.h"

#include <pthread.h>
#include <stdatomic.h>

/* Records on their way into the pipeline. */
struct batch {
    struct record record[RECORD_BATCH_MAX];
    size_t count;
    uint64_t below;   /* everything below was put into it, or was in one before */
    moment heartbeat; /* the last one among them, or MOMENT_NONE */
    struct arena *scratch;
};

/* A snapshot on its way. */
struct keeping {
    struct snapshot_writer writer;       /* thinker's, and the child's copy of it */
    struct dump dump;                    /* likewise */
    unsigned char piece[SNAPSHOT_PIECE]; /* of whoever verifies */
    struct volume_file file;
    uint64_t position;
    pid_t child;
    int64_t due_us; /* when the next one is */
};

struct successor;

struct live {
    struct live_options options;
    struct arena *boot;
    size_t frame_size_max;

    struct journal *journal;          /* NULL in a successor's life, which knows of it … */
    uint64_t known_first, known_next; /* … only this */
    struct offer beat;                /* the heartbeat's own offer … */
    struct slice beat_entry;
    char beat_bytes[ENTRY_HEARTBEAT_SIZE];
    bool beat_offered;
    int64_t beat_due_ms;

    struct pipeline first, *pipeline; /* that of the start; the one in force */
    struct successor *current;        /* whose that is; NULL: the first */
    _Atomic uint64_t swap_at;         /* a successor waits at this position; 0: none does */
    bool awaits;                      /* the thinker stands at a change whose successor comes */
    struct successor *successor[LIVE_ROLES_COUNT];
    struct slice run[WRITER_RUN_MAX]; /* the writer's: entries of one frame */
    struct batch *batch;
    int64_t counted_ms; /* when the pipeline's counts were last shown */

    struct belt belt;
    _Atomic int64_t asked_us; /* when a question was last put */

    struct digest image; /* of the rule set */
    struct alert_sink alerts;
    bool muted; /* alerts go nowhere */
    struct keeping *keeping;
    struct journal_finding snapshot_damage; /* `what` is NULL: none */

    pthread_mutex_t lock;
    pthread_cond_t for_writer, for_thinker, for_curator;
    struct offer *offers, **offers_end;
    size_t offers_bytes; /* of those in the list */
    size_t hurried;      /* offers in the list that somebody waits for */
    struct question *questions, **questions_end;
    uint32_t questions_count;
    bool in_hand;       /* somebody has the memory of detection */
    bool thinker_waits; /* for it */
    bool closing;       /* no more offers */
    bool all_written;   /* the writer has gone home */
    bool all_thought;   /* the thinker has, too */
    bool snapshot_wanted, snapshot_begun;
    uint64_t retain_from; /* the writer may remove segments below */
    bool failed;          /* nothing is acknowledged or thought any more */
    struct live_counts counts;

    bool begun; /* threads run */
    pthread_t writer, thinker, curator;
};

enum { LIVE_FRAME_SLACK = 64 }; /* of a frame, or of a piece on the belt, beside its entries */

/* ---- queue.c ---- */

/* Something may not go on: tells whoever ends the process. */
void live_fail(struct live *live, enum live_failure failure, enum status status);
/* Whether something failed. */
bool live_failed(struct live *live);
/* Waits, with `lock` held, for the bell or for so many microseconds. */
void live_wait_us(struct live *live, pthread_cond_t *bell, int64_t us);
/* Microseconds of patience: no answer depends on them. */
int64_t live_ticks_us(void);

/* ---- hand.c ---- */

/* The thinker's: waits until the memory is free, and has it from then on. */
void hand_take(struct live *live);
/* Answers what waits, and lets the memory go; false: nothing waited. */
bool hand_let_go(struct live *live);
/* How many records a batch may have now. */
size_t hand_batch_max(struct live *live);

/* ---- writer.c ---- */

/* A thread's life. */
void *writer_live(void *live);
/* One commit of what is there; false: nothing was. */
bool writer_turn(struct live *live);

/* ---- thinker.c ---- */

void *thinker_live(void *live);
/* One batch and the questions that wait; false: there was nothing to do. */
bool thinker_turn(struct live *live);

/* ---- batch.c ---- */

/* Whether this is a change to rules that are not in force yet. */
bool batch_changes(const struct live *live, struct slice bytes);
/* Puts an entry into the batch; its bytes are lent until batch_think. */
enum status batch_add(struct live *live, uint64_t sequence, struct slice bytes);
/* Whether the batch must be thought about before this entry is put into it. */
bool batch_must_end(const struct live *live, struct slice bytes);
/* Gives the batch to the pipeline and empties it. */
enum status batch_think(struct live *live);

/* ---- keep.c ---- */

/* Begins a snapshot if one is due or wanted.  By hand: makes it. */
void keep_turn(struct live *live);
/* Makes a snapshot here and now, if there is news since the last one. */
enum status keep_now(struct live *live);
void *curator_live(void *live);
/* The time of the first heartbeat in or behind the segment that begins with this entry.
 * STATUS_END: there is none. */
enum status segment_time(struct live *live, uint64_t first, moment *out);
/* Writes a snapshot of here and now under no name of its own: SNAPSHOT_UNNAMED. */
enum status keep_unnamed(struct live *live);
/* The listener's notes of a snapshot. */
enum status notes_import(struct live *live, struct undump_source source);

/* ---- change.c ---- */

/* Takes over what the snapshot's rules and ours have in common, and fills the rest. */
enum status change_take(struct live *live, const struct snapshot *snapshot,
                        struct journal_finding *found);

/* ---- successor.c ---- */

/* On the thinker's thread, between two batches: changes over if a successor waits here. */
void successor_turn(struct live *live);
/* By hand: one step of those under way; false: none is any more. */
bool successors_step(struct live *live);
/* Those under way end as soon as they may. */
void successors_stop(struct live *live);
/* Waits for their end, and gives everything back but the pipeline in force. */
void successors_end(struct live *live);
/* Gives back whose pipeline was in force, after that was closed. */
void successor_release(struct successor *successor);

static inline uint64_t live_first(const struct live *live)
{
    return live->journal == NULL ? live->known_first : journal_first(live->journal);
}
static inline uint64_t live_next(const struct live *live)
{
    return live->journal == NULL ? live->known_next : journal_next(live->journal);
}

/* ---- recover.c ---- */

struct progress {
    void (*tell)(void *self, uint64_t done, uint64_t all);
    void *self;
};
/* Whether a life can begin at a sound snapshot.  STATUS_ABSENT: an older one suits better. */
struct snapshot_wish {
    enum status (*suits)(void *self, const struct snapshot *snapshot);
    void *self;
};
/* The newest sound one that suits, else the newest sound one.  STATUS_ABSENT: there is none. */
enum status recover_find(struct live *live, struct snapshot_wish wish, struct snapshot *out,
                         struct journal_finding *found);
/* Takes over a snapshot (NULL: there is none, and the journal must begin at the beginning), with
 * its notes or without; what comes next is `batch->below`. */
enum status recover_take(struct live *live, const struct snapshot *snapshot, bool notes,
                         struct journal_finding *found);
/* One entry, copied; ends the batch before it where it must. */
enum status recover_entry(struct live *live, uint64_t sequence, struct slice bytes,
                          struct progress progress, struct journal_finding *found);
/* Thinks from `batch->below` on until here. */
enum status recover_until(struct live *live, uint64_t position, struct progress progress,
                          struct journal_finding *found);

/* ---- course.c ---- */

/* Thinks through what the journal holds, each stretch by the rules that were in force there. */
enum status live_recover(struct live *live, struct progress progress,
                         struct journal_finding *found);
