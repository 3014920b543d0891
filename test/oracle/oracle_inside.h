/* oracle_inside.h -- everything that the oracle has been told, in plain arrays. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "oracle.h"

/* The value of an expression. */
struct answer {
    bool known;
    double number; /* numbers, durations, money, moments, choices; a truth is 0 or 1 */
    ident name;
    struct slice spelled; /* of a name */
};

#define UNKNOWN ((struct answer){0})

/* One record as one event of one entity of one profile. */
struct event {
    ident entity;
    size_t arrival; /* index of the record */
    const struct record *record;
    uint32_t roles;   /* keys that named the entity */
    uint64_t counted; /* bit f: an event of feature f, with a known value if f has one */
    bool first_step;  /* may be the first step of a sequence */
    bool fallen;      /* the entity had too many */
    struct answer *value; /* per feature */
};

struct events {
    struct event *at;
    const struct event **order; /* room to put them in another order */
    size_t count;
    size_t max;
};

struct mark {
    struct slice label;
    enum field_type type;
    ident name;
    int64_t set_ms;
    int64_t until_ms;
    double weight;
};

/* What was said of an account or a person that money is followed by. */
enum said_of { SAID_PAYMENT, SAID_REPORT, SAID_HOLDER };
struct said {
    enum said_of of;
    ident name;
    size_t arrival;
    const struct record *record;
    bool fallen; /* it had too many */
};

struct oracle {
    struct oracle_options options;
    const struct rule_set *set;
    const struct record *records;
    bool *ignored; /* per record: a duplicate */
    struct events events[PROFILES_MAX];
    struct said *said;
    size_t said_count;
    size_t said_max;
    struct mark *mark;
    size_t marks_count;
    size_t marks_seen_count; /* without those of the record in hand */
    size_t marks_max;
    struct arena *scratch;
    struct oracle_findings *findings;
    struct oracle_counts *counts;
};

/* From where an expression is looked at. */
struct view {
    struct oracle *oracle;
    size_t arrival; /* of the record in hand */
    const struct record *record;
    const struct rule *rule;    /* NULL in a feature */
    const struct record *first; /* the sequence's first step; NULL without one */
    ident entity;               /* that the sequence is tried on */
};

/* ---- told.c ---- */

/* The names that a record's key names, in order.  Their number. */
unsigned key_names(const struct oracle *oracle, const struct profile_key *key,
                   const struct record *record, ident names[RECORD_NAMED_MAX]);
/* Remembers the record in every profile that it feeds.  STATUS_FULL. */
enum status told_feed(struct view *view);
const struct mark *told_mark(const struct oracle *oracle, struct slice label, enum field_type type,
                             ident name, moment at);
enum status told_add_mark(struct oracle *oracle, struct mark mark);

/* ---- answer.c ---- */

/* The value of an expression, seen from here. */
struct answer answer_of(const struct view *view, const struct expr *expr);
static inline bool is_true(struct answer answer)
{
    return answer.known && answer.number != 0;
}
bool answers_equal(struct answer a, struct answer b);
/* The value of a record's field; money of another currency is unknown. */
struct answer record_answer(const struct oracle *oracle, const struct record *record,
                            unsigned field);
/* Whom a read is about; unknown if nobody can be named. */
ident read_entity(const struct view *view, const struct expr *read);

/* ---- feature.c ---- */

/* The events that the feature counts now, in order of (time, arrival); they stand in the `order` of
 * the profile's events. */
size_t feature_events(const struct view *view, unsigned profile, unsigned feature, ident entity);
struct answer feature_read(const struct view *view, unsigned profile, unsigned feature,
                           ident entity);

/* ---- flow.c ---- */

/* Remembers of the record what following money needs.  STATUS_FULL. */
enum status flow_hear(struct view *view);
struct answer flow_answer(const struct view *view, const struct expr *flow);
/* The payments that the answer rests on, their number; and whether it would have seen more. */
size_t flow_rests_on(const struct view *view, const struct expr *flow, const struct said **out,
                     size_t out_max, bool *bounded);
