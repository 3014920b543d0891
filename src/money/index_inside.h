/* index_inside.h -- what an index is made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "money/index.h"
#include "money/run_inside.h"
#include "money/words_inside.h"

#include <pthread.h>

/* What is read together: whoever has a view holds it. */
struct generation {
    uint32_t readers;         /* under the index's lock; the index itself is one */
    struct ledger *ledger[2]; /* newest, earlier (or NULL) */
    uint32_t runs_count;
    struct run *run[MONEY_RUNS_MAX];
};

struct money {
    struct words currencies, banks;
    struct money_options options;
    pthread_mutex_t lock; /* over `now` and readers; held to copy a pointer */
    struct generation *now;
    struct run *sealed; /* the earlier ledger's run, which takes its place at the next turn */
    struct run *merged; /* takes the place of those that it was made of, at the next settling */
    _Atomic uint64_t resume; /* journal position up to which runs hold everything */
    uint32_t run_next;       /* number of the next file */
    _Atomic uint64_t added, duplicates, ignored, merges;
    uint64_t damaged;
    int64_t runs_ms; /* the latest time of any run; the writer's */
};

struct money_view {
    struct money *money;
    struct arena *request;
    struct generation *generation;
    uint32_t pinned[2];
    uint64_t resume; /* what its runs hold everything up to */
};

/* Notes the latest time of any run; the writer's. */
void money_times(struct money *money);

/* A copy of the one now, that nobody reads yet.  STATUS_FULL. */
enum status generation_new(const struct money *money, struct generation **out);
/* A new generation in place of the one now; takes `next`.  The last reader of the old one lets go
 * of what only it held. */
void generation_put(struct money *money, struct generation *next);
void generation_leave(struct money *money, struct generation *generation);
