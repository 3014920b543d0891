/* ladder_inside.h -- what the files of this room share: one reading under way. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "journal/journal.h"
#include "ladder/ladder.h"

#include <assert.h>

enum {
    LADDER_KINDS = RECORD_report + 1, /* of events: the first of the list */
    LADDER_BUCKET_MS = 15 * MINUTE_MS,
    LADDER_AFTER_HOURS = 24,
    LADDER_BUCKETS = (LADDER_SPAN_HOURS + LADDER_AFTER_HOURS) * 4,
    LADDER_CHUNKS_MAX = (LADDER_ENTRIES_MAX + LADDER_AFTER_MAX) / LADDER_CHUNK + 2,
    NAMES_MAX = 2 * RECORD_NAMED_MAX + 8, /* of one record */
    MET_PLACES = 8192,                    /* a power of two */
};
static_assert(RECORD_report == 5, "calls to reports are the first kinds");

/* A name in a record. */
struct ladder_name {
    enum field_type type;
    ident name;
    struct slice text;
};

/* What the registry is asked of one party. */
struct ladder_known {
    enum field_type type;
    ident name, person;
    ident phone, account; /* of that person */
    char phone_text[IDENT_BYTES_MAX + 1], account_text[IDENT_BYTES_MAX + 1];
    char region[LADDER_REGION_BYTES], person_text[IDENT_BYTES_MAX + 1];
};

struct gather {
    const struct ladder_options *options;
    const struct ladder_wish *wish;
    struct arena *request; /* what is found */
    struct arena *chunk;   /* what a chunk needs while it is read */
    struct arena *reader_memory;
    struct journal_reader **reader;
    struct journal_finding found;
    struct ladder_view *view;
    uint64_t durable;
    int64_t begun_ms;
    uint32_t records_max; /* that are shown, of all so far */
    uint32_t chunks;
    int64_t chunk_newest_ms[LADDER_CHUNKS_MAX]; /* event time */
    uint64_t chunk_first[LADDER_CHUNKS_MAX];
    uint64_t bloom; /* of the names that are sought */
    uint32_t counted[LADDER_KINDS][LADDER_BUCKETS];
    uint64_t met[MET_PLACES]; /* who met whom, hashed */
    uint32_t met_count;
};

/* The names of parties in a record, at most NAMES_MAX; `from` and `to` of whom it goes first. */
unsigned ladder_names(const struct record *record, struct ladder_name out[NAMES_MAX]);
/* Adds the party, or finds it.  STATUS_FULL: LADDER_PARTIES_MAX, or memory. */
enum status party_of(struct gather *gather, const struct ladder_name *name, uint16_t *out);
/* Who is sought: the trigger's names, those that stand in two of the alert's records, and what the
 * registry says belongs to the same persons. */
enum status parties_seek(struct gather *gather);
/* Each record's parties, holders, and regions, when all records are there. */
enum status parties_settle(struct gather *gather);

/* The alert's own records, into the view. */
enum status gather_own(struct gather *gather);
/* Others around it. */
enum status gather_around(struct gather *gather);
