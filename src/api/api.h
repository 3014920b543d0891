/* api.h -- who may ask us: the routes, and everything a route needs from the other rooms.
 *
 * routes.inc is the one table: method, path, scope, limits, words in both tongues.  The router, the
 * checks, /openapi.json and the tests are made from it.  No decision of the domain lives here: a
 * handler reads the request, asks a room, and words the answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "access/access.h"
#include "api/http.h"

struct deliveries;
struct keys;
struct live;
struct offer;
struct screen;
struct bulletin;
struct hindsight;
struct ladder;
struct rule_file;
struct outbox;
struct work;
struct flow;
struct presence;
struct standing;
struct sanction_desk;
struct view_keeper;
struct task_desk;
struct law;
struct partner_list;
struct api;

/* What the process knows of itself, for the routes that hand in records and watch it.  All from any
 * thread, waiting for nothing. */
struct api_process {
    /* As live_offer.  STATUS_IO: the disk is nearly full, reads go on. */
    enum status (*offer)(void *self, struct offer *offer);
    /* Whether records of about so many bytes would be taken now: asked before a body is read. */
    bool (*would_take)(void *self, size_t bytes);
    /* Everything below `next` has been acknowledged just now, and its keys answered. */
    void (*acknowledged)(void *self, uint64_t next);
    /* Whether it can do its work, with every check as JSON. */
    bool (*ready)(void *self, struct text *json);
    /* Its figures as OpenMetrics. */
    void (*figures)(void *self, struct text *text);
    /* `"feeds":{…},"pulse":{…},"detection":{…}` as docs/http.md says. */
    void (*now)(void *self, struct text *json);
    void *self;
};

struct document;

/* Papers of items of work; `write` NULL: there are none here. */
struct api_paper_wish {
    const char *id;    /* of the item */
    struct slice name; /* of the paper */
    enum tongue tongue;
    struct slice reason; /* not empty: unmasked */
    const struct identity *by;
};
struct api_papers {
    /* In the open transaction of the caller, who writes the audit entry; the document and its texts
     * live in `request`.  STATUS_ABSENT; STATUS_LATE: it would not be true in this state;
     * STATUS_FULL: more than may be seen unmasked. */
    enum status (*write)(void *self, const struct api_paper_wish *wish, struct arena *request,
                         struct document *out);
    void *self;
};

/* Figures and their rows, asked outside any transaction; `make` NULL: there are none here. */
enum { API_REPORT_WORDS_MAX = 8 };
struct api_report_wish {
    struct {
        const char *name;
        struct slice value;       /* empty: not said */
    } word[API_REPORT_WORDS_MAX]; /* from, to, edition, by, figures, form, view, source */
    unsigned words_count;
    struct slice region, type, after; /* of rows */
    size_t count_max;
    enum tongue tongue;
    const struct identity *by;
    struct store *reader;
};
struct api_report {
    struct slice bytes;
    const char *type, *ending;
    bool page; /* shown as it is; else a file to be saved */
};
struct api_reports {
    /* MALFORMED, REFUSED: `why`; ABSENT: no such figure; FULL: more than is answered at once. */
    enum status (*make)(void *self, const struct api_report_wish *wish, struct arena *request,
                        struct api_report *out, struct text why[TONGUES_COUNT]);
    enum status (*rows)(void *self, const struct api_report_wish *wish, struct arena *request,
                        struct api_report *out, struct text why[TONGUES_COUNT]);
    void *self;
};

/* The rooms behind the routes; NULL where a process does not have one (its routes say 503). */
struct api_rooms {
    struct access *access;
    struct store *store;    /* the writer */
    const char *store_path; /* each worker reads for itself */
    struct audit *audit;
    struct slice audit_origin;
    const struct seal_keypair *seal;
    struct live *live;
    struct screen *screen;
    struct presence *presence; /* told of calls that may begin; NULL: nobody wants to know */
    struct slice home_country, home_currency; /* of the names and amounts that screening is asked */
    struct bulletin *bulletin;
    struct hindsight *hindsight; /* rules tried on history */
    struct ladder *ladder;       /* records around alerts */
    /* Those of the folder, if the service began with them; NULL: with those of the book. */
    const struct rule_file *folder_rules;
    uint32_t folder_rules_count;
    struct slice folder_image;
    struct task_desk *tasks; /* decisions on many alerts */
    struct outbox *outbox;   /* letters of partners */
    struct work *work;
    struct standing *standing; /* what executors ask about */
    struct sanction_desk *sanctions;
    struct flow *flow;    /* traces of money */
    bool tour;            /* the console shows the demo's tour */
    int32_t zone_minutes; /* in which times of work are written */
    struct api_papers papers;
    const struct view_keeper *views;
    const struct law *law; /* looked at inside a transaction of the store only */
    const struct partner_list *partners;
    struct api_reports reports;
    struct deliveries *deliveries;
    struct keys *keys;
    struct api_process process; /* `offer` NULL: there is none */
};

enum { API_MIGRATIONS_COUNT = 1 };
extern const struct store_migration API_MIGRATIONS[API_MIGRATIONS_COUNT];

/* clang-format off */
enum rate {
#define RATE(name) RATE_##name,
#include "api/rates.inc"
#undef RATE
    RATES_COUNT
};
/* Why somebody was told to wait: for each rate that of the identity and of its organisation. */
enum rate_cause {
#define RATE(name) RATE_CAUSE_##name##_IDENTITY, RATE_CAUSE_##name##_ORGANISATION,
#include "api/rates.inc"
#undef RATE
    RATE_CAUSE_ADDRESS,
    RATE_CAUSES_COUNT
};
/* clang-format on */

struct api_limit {
    int64_t per_second; /* 0: there is none */
    int64_t burst;      /* so many at once after a pause */
};

struct api_limits {
    struct api_limit identity[RATES_COUNT], organisation[RATES_COUNT];
    struct api_limit address; /* of those who show nothing we know; an IPv6 network counts as one */
};

struct api_options {
    struct http_options http; /* its functions are filled in by api_open, but for `log` */
    unsigned workers;         /* 1 .. API_WORKERS_MAX */
    struct api_rooms rooms;
    struct api_limits limits;
};

/* Nothing answers before it returns OK.  STATUS_REFUSED as http_open, `why` one sentence. */
enum status api_open(struct api **out, const struct api_options *options, struct arena *boot,
                     struct text *why);
uint16_t api_port(const struct api *api);
/* To be called at least once a second, from one thread: access_keep, old answers, a checkpoint. */
enum status api_keep(struct api *api);
void api_count(struct api *api, struct http_counts *out);
/* Requests that were told to wait, by cause. */
void api_count_limited(struct api *api, uint64_t limited[RATE_CAUSES_COUNT]);
/* Lets what is under way finish for at most so long. */
void api_close(struct api *api, unsigned seconds_max);
