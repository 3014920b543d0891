/* api_inside.h -- what handlers are given: a visit, and what can be done with it.
 *
 * A handler is one function, handle_NAME(), named in routes.inc.  It reads (visit_body,
 * visit_query_…, `parameter`), asks a room, and words the answer (visit_answer_json,
 * visit_problem).  Whoever changes something says visit_begin() first: what follows, the audit
 * entry and the answer kept for an Idempotency-Key are then one transaction, committed after the
 * handler returned with a status below 400, and rolled back otherwise.  A handler of the FAST lane
 * that must wait sets `later` and has visit_end() called afterwards, from any thread, as its last
 * touch. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/api.h"
#include "ground/limits.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>

enum lane { LANE_FAST, LANE_SLOW };
enum repeat { REPEAT_NONE, REPEAT_KEYED, REPEAT_SECRET, REPEAT_OWN };
enum { VISIT_PARAMETERS_MAX = 2, SCOPE_OPEN = SCOPES_COUNT };

/* clang-format off */
enum problem {
#define PROBLEM(name, status, en, zh) PROBLEM_##name,
#include "api/problems.inc"
#undef PROBLEM
    PROBLEMS_COUNT
};
enum route_name {
#define ROUTE(method, path, name, scope, body, lane, repeat, action, en, zh) ROUTE_##name,
#include "api/routes.inc"
#undef ROUTE
    ROUTES_COUNT
};
/* clang-format on */

struct visit;

struct route {
    const char *method, *path, *name;
    int scope; /* enum scope, or SCOPE_OPEN */
    size_t body_max;
    enum lane lane;
    enum repeat repeat;
    const char *action;
    void (*handle)(struct visit *visit);
    struct saying says;
};

/* An object of texts, as it stands in the body. */
struct plain {
    unsigned count;
    struct plain_member {
        struct slice name, text;
    } member[PLAIN_MEMBERS_MAX];
};

struct visit {
    struct api *api;
    const struct api_rooms *rooms;
    struct http_request *request;
    const struct route *route;
    struct slice parameter[VISIT_PARAMETERS_MAX]; /* {id} of the path, in order */
    struct identity identity;
    enum access_verdict verdict;
    enum rate rate; /* against which it counts */
    bool shown;     /* some token or session was shown */
    enum tongue tongue;
    struct arena *arena;
    struct store *reader; /* of the worker; NULL in the FAST lane */
    json_t *json;         /* the body, once it was read; while items are read, one of them */
    struct plain *plain;  /* or this: it was plain enough to be read without the library */
    struct http_answer answer;
    bool later;    /* FAST lane: visit_end() is said by somebody else */
    bool *left;    /* SLOW lane: set when it has become a stream, and may be gone */
    bool begun;    /* a transaction is open */
    bool replayed; /* the answer is one that was kept */
    /* What the audit entry says beside actor, action and time. */
    struct slice object_kind, object_id, reason, detail;
    struct visit *next; /* in the workers' queue, the gate's, or the bulk's */
    int64_t gate_until_ms; /* how long it waits for room; 0: it has not waited */
    uint64_t gate_bytes;   /* it was let in, and has room kept for so many … */
    bool gate_kept;        /* … as long as this; under the gate's lock */
    void (*go)(struct visit *visit); /* bulk: what is done with it */
    void *bulk;                      /* bulk: the handler's own */
};

extern const struct route ROUTES[ROUTES_COUNT];

/* clang-format off */
#define ROUTE(method, path, name, scope, body, lane, repeat, action, en, zh) \
    void handle_##name(struct visit *visit);
#include "api/routes.inc"
#undef ROUTE
/* clang-format on */

/* ---- reading ---- */

/* The body as an object that holds what members.inc says and nothing else; false: it was answered
 * with a problem. */
bool visit_body(struct visit *visit);
/* The same for a handler that asks visit_text alone, tens of thousands of times a second: the
 * JSON library takes a fifth of the instructions of such a request. */
bool visit_body_of_texts(struct visit *visit);
/* Takes a body that is one object of printable ASCII texts without an escape, and holds what
 * members.inc says; false: leaves it to the library, which takes all of these, and says what is
 * wrong with others.  The texts lie in the body and end without NUL. */
bool visit_plain_read(struct visit *visit, struct slice body);
/* Whether `json` of the visit, an object, holds what members.inc says of that route; false: it was
 * answered with a problem. */
bool visit_members_hold(struct visit *visit, enum route_name route);
/* The same of bytes from anywhere. */
bool visit_body_read(struct visit *visit, struct slice body);
/* Once, before the first of them: the JSON library's memory is the house's. */
void body_begin(void);
/* Of a body that was read.  Absent: empty, `otherwise`, false, NULL. */
struct slice visit_text(const struct visit *visit, const char *name);
int64_t visit_whole(const struct visit *visit, const char *name, int64_t otherwise);
bool visit_flag(const struct visit *visit, const char *name);
/* An array of texts, as one text with commas; in the visit's arena. */
struct slice visit_words(struct visit *visit, const char *name);
/* Of the query; what members.inc does not name, or has not its form, was refused before. */
struct slice visit_query_text(const struct visit *visit, const char *name);
int64_t visit_query_whole(const struct visit *visit, const char *name, int64_t otherwise);

/* ---- answering ---- */

/* A text of `size_max` bytes in the visit's arena, to be written and handed to
 * visit_answer_text. */
struct text visit_paper(struct visit *visit, size_t size_max);
/* A text that ran full is answered with a problem. */
void visit_answer_text(struct visit *visit, int status, const char *type, const struct text *text);
void visit_answer_json(struct visit *visit, int status, const struct text *text);
void visit_header(struct visit *visit, const char *name, struct slice value);
/* `detail` in the visitor's tongue, NULL: none. */
void visit_problem(struct visit *visit, enum problem problem, const struct saying *detail);
/* With Retry-After. */
void visit_problem_wait(struct visit *visit, enum problem problem, int64_t seconds);
/* What a status that a room gave means for the visitor. */
void visit_problem_of(struct visit *visit, enum status status);

/* ---- changing ---- */

/* Opens the transaction; false: answered with a problem. */
bool visit_begin(struct visit *visit);
/* Ends the visit: transaction, audit, answer.  The last touch. */
void visit_end(struct visit *visit);

/* Of a body that held `count` of what its route's rate counts. */
void visit_charge(struct visit *visit, uint64_t count);

/* Of the FAST lane: goes on with `go` on a thread of its own kind, which gives way to those that
 * speak HTTP: large bodies are read there, so that small questions do not stand behind them.  `go`
 * sees to visit_end().  The caller bounds how many there are. */
void visit_bulk(struct visit *visit, void (*go)(struct visit *visit), void *bulk);

/* ---- inside ---- */

struct bulk {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct visit *first, *last;
    bool closing;
    unsigned threads_count;
    pthread_t thread[API_BULK_MAX];
};
/* STATUS_FULL: no thread. */
enum status bulk_start(struct bulk *bulk, unsigned threads);
/* What waits is still done. */
void bulk_stop(struct bulk *bulk);

/* gate.c: requests whose body is not read yet, since there is no room for it. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct visit *first, *last;
    unsigned coming;       /* let in, and have no delivery yet … */
    uint64_t coming_bytes; /* … and their bodies */
    struct api *api;
    bool closing, runs;
    pthread_t thread;
};
enum status gate_start(struct gate *gate, struct api *api);
void gate_stop(struct gate *gate);
/* For http_options: one that waited, and was called in. */
struct http_admission gate_readmit(void *api, struct http_request *request,
                                   struct http_answer *answer);
/* Records that were let in have their delivery, or will never want one. */
void gate_came(struct visit *visit);
/* For http_options: the same of a request that ends. */
void gate_ended(void *api, struct http_request *request);
/* Records are let in, wait, or are told to come again. */
struct http_admission records_admit(struct visit *visit, struct http_answer *answer);

struct bucket {
    uint64_t key; /* 0: nobody's */
    int64_t full_ns;
};
struct rates {
    struct api_limits limits;
    struct clock clock;
    pthread_mutex_t lock;
    uint64_t refused[RATE_CAUSES_COUNT];
    struct bucket bucket[RATE_BUCKETS_MAX / 8][8];
};
void rates_init(struct rates *rates, const struct api_limits *limits, struct clock clock);
enum rate rate_of_route(const struct route *route);
/* Seconds to wait; 0: it may come, and was counted.  Identity, route and rate are known. */
int64_t rates_ask(struct rates *rates, const struct visit *visit);
/* The same for the public form, which shows nothing and is asked for rarely. */
int64_t rates_ask_form(struct rates *rates, const struct visit *visit);
void rates_count(struct rates *rates, uint64_t refused[RATE_CAUSES_COUNT]);

const struct route *route_match(struct slice method, struct slice path, struct slice *parameter,
                                bool *path_known);
/* The methods that the path knows, for Allow. */
void route_add_methods(struct text *text, struct slice path);
void problem_word(struct http_answer *answer, enum problem problem, const struct saying *detail,
                  enum tongue tongue, struct arena *arena);
void text_add_openapi(struct text *text);
/* The session that a cookie shows; empty: none. */
struct slice visit_cookie(const struct http_request *request);
/* "a,b" as ["a","b"]; for words of our own lists. */
void text_add_word_list(struct text *text, struct slice words);
void text_add_level(struct text *text, enum organisation_level level);
/* false: it was answered with a problem. */
bool visit_queries_hold(struct visit *visit);
/* An answer that was kept; false: none, or it was answered with a problem. */
bool visit_repeated(struct visit *visit);
enum status answers_forget(struct api *api);
/* Writes down that somebody was refused. */
void visit_denied(struct visit *visit);
/* One that is only counted, in the next that is written. */
void denial_skip(struct api *api);

/* Whether there are alerts here; false: answered. */
bool bulletin_there(struct visit *visit);
/* The alert of the path; false: answered. */
struct alert_row;
bool alert_found(struct visit *visit, struct alert_row *row);
/* The filter in `text`; false: answered, with the column. */
struct filter;
bool filter_wanted(struct visit *visit, struct slice text, struct arena *arena,
                   struct filter **out);
/* ,"member":"…": the name of a colleague, if the visitor may know it; nothing otherwise, or if
 * there is no such person any more. */
enum status visit_add_name(struct visit *visit, struct text *text, const char *member,
                           struct slice user);
/* Outcome, code and reason of the body; false: answered. */
struct bulletin_decision;
bool decision_wanted(struct visit *visit, struct slice id, struct bulletin_decision *out);
/* That of `q` in the address, where none may be that could name somebody. */
bool filter_in_address(struct visit *visit, struct arena *arena, struct filter **out);

/* What is open, and money of stops, of organisations that asked a moment ago. */
struct glances;
enum status glances_create(struct glances **out, struct arena *boot);

struct herald; /* serves streams of alerts */
enum status herald_start(struct api *api, unsigned streams_max, struct arena *boot,
                         struct text *why);
void herald_stop(struct api *api);
/* Answers the visit with a stream of events of work. */
void work_stream(struct visit *visit);

struct api {
    struct api_rooms rooms;
    struct clock clock;
    struct http *http;
    struct slice openapi;
    struct rates rates;
    unsigned workers_count;
    pthread_t worker[API_WORKERS_MAX];
    struct store *reader[API_WORKERS_MAX];
    pthread_mutex_t lock; /* the queue, denials */
    pthread_cond_t some;
    struct visit *first, *last;
    unsigned queued;
    bool closing;
    int64_t denials_minute;
    unsigned denials, denials_skipped;
    struct bulk bulk;
    struct glances *glances;
    struct gate gate;
    _Atomic bool performing; /* scenes */
    struct herald *herald;    /* NULL: there are no alerts here */
    int64_t forgotten_ms;     /* when old answers were */
    _Atomic uint64_t entries; /* written to the audit log since the last checkpoint */
};
