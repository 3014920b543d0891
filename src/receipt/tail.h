/* tail.h -- files that grow, followed from where we were.
 *
 * What was added to a file is a delivery like any other; its last entry says how far we are
 * (live/entry.h, T), in the same frame.  So after any end of the process each row is there once:
 * the offset and the rows that it stands for are durable together.
 *
 * A file may be replaced in the two ways of log rotation: by renaming (the old file is read to its
 * end under its new name, then the new one), and by copying and cutting (the copy is found by its
 * first bytes and read from where we were; a file of which not one row was read before it was cut
 * cannot be told from its copy).  A last line without its end waits, until the file has
 * a successor. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "receipt/delivery.h"

struct tails;

/* What the operator asked for. */
struct tail_plan {
    struct slice path; /* ends in NUL */
    struct slice kind;
    const struct mapping *mapping; /* NULL: canonical */
    int64_t poll_ms;
};

enum tail_event {
    TAIL_BEGAN,   /* followed from `offset` */
    TAIL_MOVED,   /* read to its end, now its successor */
    TAIL_LOST,    /* replaced, and its rest cannot be found */
    TAIL_FAILED,  /* cannot be read or understood; tried again */
    TAIL_REJECTS, /* `count` rows were rejected */
};

struct tail_news {
    enum tail_event event;
    struct slice path;
    int64_t offset;
    uint64_t count;
    const char *what; /* one clause, English; "" for none */
};

struct tails_options {
    const struct tail_plan *plans;
    size_t count;
    struct deliveries *deliveries;
    struct clock clock;
    /* As live_offer; `done` comes from another thread. */
    enum status (*offer)(void *self, struct offer *offer);
    /* From that thread: everything below `next` has been answered. */
    void (*acknowledged)(void *self, uint64_t next);
    void (*news)(void *self, const struct tail_news *news);
    void *self;
};

struct tails_counts {
    uint64_t followed, rows, rejected, behind_bytes;
};

enum status tails_create(struct tails **out, const struct tails_options *options,
                         struct arena *boot);
/* An entry of the journal with its first byte; of several on one path the last one holds.
 * MALFORMED: it is none. */
enum status tails_recall(struct tails *tails, struct slice entry);
/* Where each file stands, as the entry that says so. */
enum status tails_tell(struct tails *tails, enum status (*take)(void *self, struct slice entry),
                       void *self);
/* Looks at every file whose time has come; waits for nobody.  From one thread. */
void tails_turn(struct tails *tails);
/* Whether a delivery is on its way: `done` will still be called. */
bool tails_wait(struct tails *tails);
void tails_count(struct tails *tails, struct tails_counts *out);
/* When nothing is on its way. */
void tails_close(struct tails *tails);
