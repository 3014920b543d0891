/* outbox_inside.h -- what the files of the outbox share: lanes, rows, entries. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "partner/outbox.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    OUTBOX_TRIES = 3,            /* failures in a row before a partner is left alone */
    OUTBOX_BATCH = 32,           /* letters handed over between two transactions */
    OUTBOX_SCRATCH = 16 << 20,   /* a batch of the longest envelopes, sealed and open */
    OUTBOX_RETRY_MS = SECOND_MS, /* after the first failure; doubled with each */
    OUTBOX_RETRY_MAX_MS = 60 * SECOND_MS,
    OUTBOX_PAUSE_MAX_MS = 30 * SECOND_MS, /* of a partner that nobody answers for */
    OUTBOX_CLAIM_MS = 30 * SECOND_MS,     /* whoever died with a letter in hand had it so long */
    OUTBOX_ASK_MS = 2 * SECOND_MS, /* an answer is asked for again: after a quarter of the time */
    OUTBOX_ASK_MAX_MS = 10 * MINUTE_MS, /* … that passed, but not sooner, nor later than this */
    OUTBOX_WATCH_MS = 250,
    OUTBOX_FOLDER_MS = 500,
    OUTBOX_LOOK_MAX_MS = 5 * SECOND_MS, /* the wall clock may have been set */
    OUTBOX_ALARM_AGAIN_MS = 10 * SECOND_MS,
    OUTBOX_KEPT_DAYS = 31, /* ended letters, for late answers */
    OUTBOX_FORGET_ROWS = 512,
    OUTBOX_OBJECT_MAX = 64,
    OUTBOX_COUNT_EVERY = 4096, /* letters of a partner between two looks at how many wait */
};

/* One partner's letters on their way. */
struct lane {
    const struct partner *partner;
    const struct outbox_way *way; /* NULL: it fetches */
    /* under the lock of the outbox */
    bool busy, poked;
    int64_t look_ms; /* ticks: when to look again */
    /* of whoever made it busy */
    int64_t pause_ms; /* ticks: not before this */
    struct arena *scratch;
    /* read by others */
    atomic_uint failures, added;
    atomic_llong reached;
};

struct outbox {
    struct outbox_options options;
    struct lane *lane;
    unsigned lanes_count;
    struct letter_keys keys;
    pthread_mutex_t lock;
    pthread_cond_t stir, watch; /* for deliverers; for the watch */
    bool closing;
    unsigned turn; /* which lane is looked at first */
    pthread_t thread[OUTBOX_THREADS + 1];
    unsigned threads_count;
    struct arena *scratch; /* of the watch */
    moment watched;        /* when it looked last */
    moment forgot;
    struct {
        atomic_ullong added, attempts, handed, refusals, failures, answered, missed, taken, doubles;
        atomic_ullong refused[LETTER_FAULTS_COUNT];
    } figures;
};

static inline moment outbox_now(const struct outbox *outbox)
{
    return outbox->options.clock.now(outbox->options.clock.self);
}

static inline int64_t outbox_ticks(const struct outbox *outbox)
{
    return outbox->options.clock.ticks_ms(outbox->options.clock.self);
}

/* entry.c */
bool outbox_kind_belongs(struct slice kind, struct slice kinds);
const struct outbox_plug *outbox_plug_find(const struct outbox *outbox, struct slice kind);
/* The lane has something to do. */
void outbox_poke(struct outbox *outbox, const struct partner *partner);
/* Seals an envelope into the arena, opens a sealed one. */
enum status outbox_seal(const struct outbox *outbox, struct slice envelope, struct arena *request,
                        struct slice *out);
enum status outbox_unseal(const struct outbox *outbox, struct slice sealed, struct arena *request,
                          struct slice *out);
/* What of a letter tells it from another one with its id. */
struct digest outbox_digest(struct slice partner, const struct letter *letter);

struct outbox_entry {
    const char *action, *outcome;
    const struct letter_id *id;
    struct slice kind, partner, object, actor, organisation;
    const char *fault; /* NULL: none */
};
enum status outbox_entry_append(struct outbox *outbox, const struct outbox_entry *entry);

/* deliver.c: when to look again, in wall time; MOMENT_NONE: nothing waits. */
enum status outbox_next(struct outbox *outbox, const struct lane *lane, moment *out);
/* How long to wait after so many failures. */
int64_t outbox_wait_ms(int64_t failures, int64_t most_ms);
