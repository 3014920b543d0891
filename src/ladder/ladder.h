/* ladder.h -- the records around an alert: who called, wrote and paid, in order of time.
 *
 *     positions of the alert ─> its own records ─> parties ─┬─> others of theirs before it
 *            (journal, by number)       registry: same person │   and since, newest first
 *                                                             └─> ladder: letters, lanes, gaps
 *
 * The journal has no index by party, so what lies around is read in pieces from the alert
 * backwards, then behind it, within bounds of entries, bytes, records and time; what was not looked
 * at is said.  All reading is done by one thread that gives way to everybody, one ladder at a time.
 *
 * Invariants:  1. Only what is durable is read; detection is asked for nothing but names, between
 *                 two batches, and is not read beside while it is behind.
 *              2. A party is one letter within a ladder, and nothing outside it.
 *              3. Nothing stands in the view that is not in a record or the registry. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/clock.h"
#include "ground/limits.h"
#include "ground/volume.h"
#include "record/record.h"
#include "register/register.h"

struct ladder;

struct ladder_options {
    struct volume journal;
    /* Below which position everything is durable. */
    uint64_t (*durable)(void *self);
    /* Whether detection is so far behind that nobody should read beside it. */
    bool (*busy)(void *self);
    /* Calls `look` with the registry, between two batches, and waits for it; `look` is quick and
     * takes no memory.  NULL: there is none.  STATUS_FULL: too many ask. */
    enum status (*registry)(void *self, void (*look)(void *job, const struct registry *registry),
                            void *job);
    void *self;
    struct clock clock;
};

/* Starts its thread.  STATUS_FULL. */
enum status ladder_open(struct ladder **out, const struct ladder_options *options,
                        struct arena *boot);
/* Nobody waits for one any more. */
void ladder_close(struct ladder *ladder);

enum ladder_cut {
#define CUT(name, meaning) LADDER_CUT_##name,
#include "cuts.inc"
#undef CUT
    LADDER_CUTS_COUNT
};
const char *ladder_cut_name(enum ladder_cut cut);

enum { LADDER_NOBODY = UINT16_MAX, LADDER_REGION_BYTES = 16, LADDER_GAPS_MAX = 8 };

struct ladder_party {
    enum field_type type; /* phone, account, imei, imsi, device */
    ident name;
    struct slice text;
    bool sought;                      /* its other records were looked for */
    uint32_t holder;                  /* the same number: the same person; 0: nobody knows */
    char region[LADDER_REGION_BYTES]; /* where that person is registered; or "" */
    char person[IDENT_BYTES_MAX + 1]; /* who that is, which is never shown; or "" */
    uint32_t records;                 /* of it among all that were read */
    uint32_t shown;
    uint32_t others; /* whom it had to do with in them, for one that was sought */
    bool others_more;
};

struct ladder_record {
    struct record record;
    bool own;                         /* one that the alert rests on */
    int64_t late_ms;                  /* so far behind what had come before it; 0: it is not */
    uint16_t from, to, device, card;  /* indexes of parties, or LADDER_NOBODY */
    char region[LADDER_REGION_BYTES]; /* where it happened; or "" */
    /* read: its chunk, and the newest event time before it there */
    uint32_t chunk;
    int64_t seen_ms;
};

/* No record of a kind came in a stretch in which others did. */
struct ladder_gap {
    enum record_kind kind;
    moment from, until;
};

struct ladder_view {
    uint64_t trigger;                     /* position */
    uint64_t first, last, entries, bytes; /* read, by position and sum; entries 0: nothing was */
    uint64_t kept_from;                   /* what is older is gone */
    moment from, until;                   /* event times that were reached; MOMENT_NONE: none */
    enum ladder_cut cut, cut_after;
    uint32_t missing;             /* records of the alert that are not kept any more */
    uint32_t left;                /* records of its parties that were seen and are not shown */
    struct ladder_record *record; /* by time, then position */
    uint32_t records_count;
    struct ladder_party *party; /* those that were sought first */
    uint32_t parties_count;
    struct ladder_gap gap[LADDER_GAPS_MAX];
    uint32_t gaps_count;
};

struct ladder_wish {
    const uint64_t *position; /* of the alert's records, the trigger first */
    size_t positions_count;   /* 1 .. POSITIONS_MAX */
    moment at;                /* of the alert */
    bool own_only;            /* nobody is sought: a few reads, and done */
};

/* Waits for its turn and for the reading.  The view lives in `request`.  STATUS_FULL: too many
 * wait, or memory; STATUS_LATE: it closes; STATUS_IO. */
enum status ladder_read(struct ladder *ladder, const struct ladder_wish *wish,
                        struct arena *request, struct ladder_view *out);

struct ladder_show {
    bool unmask;
    int32_t zone_minutes;
    /* Further members of a party, each with a comma in front; NULL: none. */
    void (*more)(void *self, const struct ladder_party *party, struct text *text);
    void *self;
};
/* Members of an object, without its braces; docs/http.md has them. */
void text_add_ladder(struct text *text, const struct ladder_view *view,
                     const struct ladder_show *show);
/* Bytes that are enough, without what `more` adds. */
size_t ladder_bytes_max(const struct ladder_view *view);
