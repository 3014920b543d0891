/* bulletin.h -- what we told: alerts kept, asked for, streamed and sent on.
 *
 *     detect ─> sink ─> two buffers ─> keeper: one transaction a group ─> table of alerts
 *                                                         ├─ asked for, filtered (api)
 *                                                         ├─ followed by number (api: streams)
 *                                                         ├─ file of JSON lines
 *                                                         └─ webhooks, each at its own pace
 *
 * An alert is a row with a number of its own (the cursor), the position of its record, its image,
 * its two JSON forms (masked, and unmasked as a sealed text) and the columns that the filter
 * language may ask.  Rows are written in groups, in the order of their coming; a replay that makes
 * an alert again finds its id taken and changes nothing.  Whoever sends alerts on remembers in the
 * store how far it came, so the table itself is every receiver's queue. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"
#include "bulletin/filter.h"
#include "courier/courier.h"
#include "ground/clock.h"
#include "ground/limits.h"
#include "ground/secret.h"
#include "ground/volume.h"
#include "store/store.h"

struct bulletin;

/* Those behind the first came later: main/ puts them behind what other rooms had by then. */
enum {
    BULLETIN_MIGRATIONS_FIRST = 1,
    BULLETIN_MIGRATIONS_SECOND = 2,
    BULLETIN_MIGRATIONS_THIRD = 3,
    BULLETIN_MIGRATIONS_FOURTH = 4,
    BULLETIN_MIGRATIONS_COUNT = 5
};
extern const struct store_migration BULLETIN_MIGRATIONS[BULLETIN_MIGRATIONS_COUNT];

/* One receiver; `secret` signs what is posted to it. */
struct bulletin_webhook {
    const char *url;
    struct slice secret;
    struct slice filter; /* empty: all but shadow alerts */
};

struct bulletin_options {
    struct store *store;    /* the writer */
    const char *store_path; /* for readers */
    struct secret pseudonym;
    struct secret sealing; /* of what is unmasked */
    struct seal_chance chance;
    int32_t zone_minutes;
    size_t queue_bytes_max; /* of alerts that wait for the keeper; at least two of the largest */
    struct clock clock;
    /* JSON lines are appended to `file_name` in this volume; NULL: to no file. */
    struct volume *file_volume;
    const char *file_name;
    const struct bulletin_webhook *webhook;
    unsigned webhooks_count;
    struct courier courier;
    /* On a thread of this room: alerts can no longer be kept, the process must end. */
    void (*failed)(void *self, enum status status);
    /* In bulletin_open: alerts of before are being sealed.  NULL: nobody wants to know. */
    void (*sealed)(void *self, uint64_t done, uint64_t all);
    void *self;
};

/* Seals what is not sealed yet.  STATUS_MALFORMED: a webhook's filter cannot be understood, `why`
 * says where; STATUS_FULL; STATUS_IO. */
enum status bulletin_open(struct bulletin **out, const struct bulletin_options *options,
                          struct arena *boot, struct text *why);
/* Keeps what waits, then closes. */
void bulletin_close(struct bulletin *bulletin);

/* Where alerts of one image go in, on the thread of detection.  Waits for the keeper when the
 * buffer is full, and so does whoever offers records: nothing is dropped. */
enum status bulletin_source(struct bulletin *bulletin, const struct digest *image, bool shadow,
                            struct arena *image_arena, struct alert_sink *out);
/* The pseudonym under which alerts on the finding's subject are kept: p_…; any thread. */
enum { BULLETIN_SUBJECT_SIZE = 2 + 32 + 1 };
void bulletin_subject(const struct bulletin *bulletin, const struct finding *finding,
                      char out[BULLETIN_SUBJECT_SIZE]);
/* For live_listener: everything below `position` has been thought about; and below which position
 * all alerts are durable. */
void bulletin_reached(void *bulletin, uint64_t position);
uint64_t bulletin_kept(void *bulletin);
/* Waits until what was put in so far is durable. */
void bulletin_settle(struct bulletin *bulletin);

struct bulletin_counts {
    uint64_t kept, doubles; /* rows written; ids that were there already */
    uint64_t shadows;       /* of those written, of rules on trial */
    uint64_t waiting_bytes;
    uint64_t newest; /* number of the newest row */
    uint64_t posted, post_failures, filed;
};
void bulletin_count(struct bulletin *bulletin, struct bulletin_counts *out);

/* ---- looking, through any reader of the store ---- */

struct bulletin_query {
    const struct filter *filter; /* NULL: all */
    uint64_t after;              /* numbers above, oldest first … */
    uint64_t before;             /* … or, if not 0, numbers below, newest first */
    size_t count_max;
};

/* Everything lent until the sink returns.  STATUS_FULL from it ends the page. */
struct bulletin_sink {
    enum status (*take)(void *self, const struct alert_row *row);
    void *self;
};

enum status bulletin_look(struct store *store, const struct bulletin_query *query,
                          struct arena *scratch, struct bulletin_sink sink);
/* Texts into the arena.  STATUS_ABSENT. */
enum status bulletin_find(struct store *store, struct slice id, struct arena *arena,
                          struct alert_row *out);
/* What it says unmasked, into the arena.  STATUS_MALFORMED: another key, or it was changed. */
enum status bulletin_unseal(struct bulletin *bulletin, const struct alert_row *row,
                            struct arena *arena, struct slice *out);
/* The same for anybody who may be a subject. */
void bulletin_pseudonym(const struct bulletin *bulletin, enum field_type type, struct slice name,
                        char out[BULLETIN_SUBJECT_SIZE]);
/* How many alerts there are on a pseudonym, at most `count_max`, through any reader. */
enum status bulletin_count_subject(struct store *store, struct slice pseudonym, size_t count_max,
                                   uint64_t *out);
/* The number of the newest row; 0: none. */
enum status bulletin_newest(struct store *store, uint64_t *out);
/* {"number":…,"shadow":…,"subject":"p_…","alert":{…masked…}}, and in front of the alert what was
 * decided: "decision":{"outcome":…,"code":…,"by":"u_…","time":…}.  Beside the masked text at most
 * ALERT_ROW_MORE bytes.  `…_members`: without the last brace. */
enum { ALERT_ROW_MORE = 640 };
void text_add_alert_row(struct text *text, const struct alert_row *row);
void text_add_alert_members(struct text *text, const struct alert_row *row);
/* Waits until there is a number above `number`, at most so long; the newest number. */
uint64_t bulletin_wait(struct bulletin *bulletin, uint64_t number, int64_t patience_ms);

/* How many alerts came on a day (of the clock, where the house stands; those of before there was a
 * tally count on the day of their record), of each rule and grade.  Alerts that are forgotten stay
 * counted. */
struct bulletin_tally {
    int64_t day;
    uint64_t alerts, firsts; /* of which not a repeat */
    uint64_t number;         /* of the first of them */
    bool shadow;
    struct slice rule, typology; /* lent until the sink returns */
    int grade;
};
struct bulletin_tally_sink {
    enum status (*take)(void *self, const struct bulletin_tally *tally);
    void *self;
};
/* The day that a moment is in, counted from 1970-01-01. */
int64_t bulletin_day(const struct bulletin *bulletin, moment at);
/* Those of the days [from, to), through any reader of the store. */
enum status bulletin_tallies(struct store *store, int64_t from, int64_t to,
                             struct bulletin_tally_sink sink);

/* Which alerts a decision on many is about: with numbers below `query->before`, that its filter
 * lets through and that are open, or are not; in the order of their numbers.  Lent until the sink
 * returns; whatever it says but OK ends it, and is answered. */
struct bulletin_picked {
    struct slice id, rule;
    int grade;
    struct slice holder; /* who looks at it, until … */
    moment lease;
};
struct bulletin_pick_sink {
    enum status (*take)(void *self, const struct bulletin_picked *picked);
    void *self;
};
enum status bulletin_pick(struct store *store, const struct bulletin_query *query, bool open,
                          struct arena *scratch, struct bulletin_pick_sink sink);
/* Texts into the arena.  STATUS_ABSENT. */
enum status bulletin_pick_one(struct store *store, struct slice id, struct arena *arena,
                              struct bulletin_picked *out);

/* Of the receivers: which, how far each came, and failures since its last success. */
struct bulletin_receiver {
    const char *url; /* NULL: the file */
    uint64_t number;
    unsigned failures;
};
unsigned bulletin_receivers(struct bulletin *bulletin,
                            struct bulletin_receiver out[WEBHOOKS_MAX + 1]);
int32_t bulletin_zone(const struct bulletin *bulletin);

/* Alerts whose record happened before `before` and lies below position `below`. */
struct bulletin_old {
    moment before;
    uint64_t below;
    size_t count_max; /* looked at */
    uint64_t after;   /* numbers behind this one */
    /* NULL, or whether somebody still works on the alert: then it stays. */
    enum status (*needed)(void *self, struct slice id, bool *out);
    void *self;
};
struct bulletin_gone {
    uint64_t removed, kept; /* of those looked at */
    uint64_t last;          /* number of the last one looked at; 0: none */
};
/* Inside a transaction of the writer: removes the oldest of them that every receiver was told of
 * and nobody needs, never the newest alert of all. */
enum status bulletin_forget(struct bulletin *bulletin, const struct bulletin_old *old,
                            struct arena *scratch, struct bulletin_gone *out);
/* How many are so old, through any reader. */
enum status bulletin_count_old(struct store *store, moment before, uint64_t *count);

/* ---- what people make of alerts: all inside a transaction of the writer ---- */

#define BULLETIN_CODE_UNSAID "other"

struct bulletin_decision {
    struct slice id;
    struct slice outcome, code; /* of outcomes.inc and codes.inc */
    struct slice words;         /* kept sealed; may be empty where the code says enough */
    struct slice actor;
    moment seen; /* when that was decided which is taken back; MOMENT_NONE: whatever stands */
};
/* Whether outcome, code and words go together. */
bool bulletin_decision_holds(const struct bulletin_decision *decision);
/* `*at`: when (NULL: not wanted).  STATUS_MALFORMED: they do not go together; STATUS_ABSENT;
 * STATUS_REFUSED: it is decided already, or open, or not as it was seen, or as often decided as may
 * be; STATUS_LATE: somebody else holds it. */
enum status bulletin_decide(struct bulletin *bulletin, const struct bulletin_decision *decision,
                            struct arena *scratch, moment *at);
/* {"outcome":…,"code":…,"task":…}, for the audit entry; `task` NULL: of none. */
void text_add_decision_detail(struct text *text, const struct bulletin_decision *decision,
                              const char *task);

/* Who looks at an alert now, for BULLETIN_LEASE_MS. */
struct bulletin_wish {
    const struct filter *filter; /* NULL: any */
    struct slice actor;
    struct slice skip; /* ids with commas between, BULLETIN_SKIPS_MAX of them at most */
};
/* The gravest, then the oldest, that is open, not on trial and held by nobody else.  STATUS_ABSENT:
 * none. */
enum status bulletin_take(struct bulletin *bulletin, const struct bulletin_wish *wish,
                          struct arena *scratch, struct alert_row *out);
/* This one, or longer.  STATUS_ABSENT; STATUS_REFUSED: it is decided; STATUS_LATE: somebody else
 * holds it. */
enum status bulletin_hold(struct bulletin *bulletin, struct slice id, struct slice actor,
                          struct arena *scratch, struct alert_row *out);
/* STATUS_ABSENT; STATUS_REFUSED: the actor does not hold it. */
enum status bulletin_release(struct bulletin *bulletin, struct slice id, struct slice actor,
                             struct arena *scratch, struct alert_row *out);

/* What was said of an alert, oldest first; lent until the sink returns, words opened in the arena.
 * Of decisions from before there was a history, the last, without code and words.
 * STATUS_MALFORMED: another key, or it was changed. */
struct bulletin_said {
    struct slice outcome, code, words, actor;
    moment at;
};
struct bulletin_said_sink {
    enum status (*take)(void *self, const struct bulletin_said *said);
    void *self;
};
enum status bulletin_history(struct bulletin *bulletin, struct store *store,
                             const struct alert_row *row, struct arena *arena,
                             struct bulletin_said_sink sink);

/* How many alerts were decided on the days [from, to) of UTC, and stand so, of each rule and
 * outcome; by rule.  Alerts that are forgotten stay counted. */
struct bulletin_judged {
    struct slice rule, typology, outcome;
    bool shadow;
    int64_t alerts;
};
struct bulletin_judged_sink {
    enum status (*take)(void *self, const struct bulletin_judged *judged);
    void *self;
};
enum status bulletin_judgements(struct store *store, int64_t from, int64_t to,
                                struct bulletin_judged_sink sink);

/* Inside a transaction of the writer: one more look of `actor` at something unmasked.
 * STATUS_FULL: the hour's share is used up. */
enum status bulletin_reveal(struct bulletin *bulletin, struct slice actor);
