/* house_test.h -- a house to be visited in tests: a store in a folder, two organisations with a
 * user of each role, tokens, and a small HTTP client.  Everybody came in by the front door. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/api_inside.h"
#include "bulletin/bulletin.h"
#include "ladder/ladder.h"
#include "law/law.h"
#include "task/task.h"
#include "view/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { VISITORS_MAX = 64, REPLY_BYTES = 1 << 20, TASKS_ALONE = 20 };

struct visitor {
    char name[64];
    const char *role;
    bool home, token, service, fresh;
    char credential[192]; /* a header line */
    char csrf[ACCESS_SECRET_SIZE];
    char user[ACCESS_ID_SIZE], organisation[ACCESS_ID_SIZE];
    char login[64];
    unsigned char totp[TOTP_KEY_SIZE];
};

struct reply {
    int status;
    char *head; /* NUL-terminated */
    char *body;
    size_t body_size;
};

struct house {
    char folder[64], path[96];
    struct arena *boot;
    struct store *store;
    struct audit *audit;
    struct access *access;
    struct access_keys keys;
    struct volume volume;
    struct bulletin *bulletin;
    bool alerts_may_fail;       /* to be kept: a test of that very thing */
    _Atomic bool alerts_failed; /* … and they did */
    const struct rule_set *rules;
    struct alert_sink sink; /* into the bulletin, as detection would */
    struct alert_sink shadow;
    struct volume records;
    struct journal *journal;
    struct ladder *ladder;
    struct api *api;
    struct api_rooms rooms;
    struct view_keeper views;
    struct task_desk *tasks; /* by hand: task_step() */
    struct law law;
    _Atomic int64_t skew_ms;  /* of the house's clock */
    _Atomic int64_t ticks_ms; /* of its other clock; 0: those of the machine */
    size_t visitors_count;
    struct visitor visitor[VISITORS_MAX];
    char *bytes;                                      /* of the last reply */
    char other[ACCESS_ID_SIZE], home[ACCESS_ID_SIZE]; /* organisations */
};

int house_opened(void **state);
int house_closed(void **state);
/* A bare house: nobody is in it yet. */
void house_build(struct house *house);
/* Stops and starts everything over the same folder. */
void house_again(struct house *house);
struct visitor *visitor_of(struct house *house, const char *name);

/* One request on a line of its own.  `body` NULL: none. */
void ask(struct house *house, const struct visitor *visitor, const char *method, const char *path,
         const char *body, struct reply *reply);
/* The same with a further header line ("Name: value"). */
void ask_with(struct house *house, const struct visitor *visitor, const char *method,
              const char *path, const char *line, const char *body, struct reply *reply);
/* Bytes as they are, whatever comes back. */
void ask_raw(struct house *house, const char *bytes, size_t size, struct reply *reply);
/* A text member of the reply's JSON object. */
void reply_text(const struct reply *reply, const char *name, char *out, size_t size);
/* The headers that every answer has. */
void headers_hold(const struct reply *reply);
/* Every {…} of a pattern replaced. */
void path_fill(char *out, size_t size, const char *pattern, const char *id);
void code_now(struct house *house, const struct visitor *visitor, char out[8]);
/* Uses a one-time code; `first`: further members of the body. */
void visitor_enrol(struct house *house, struct visitor *visitor, const char *code,
                   const char *first);
/* Logs in again; the session goes to the visitor. */
void log_in(struct house *house, struct visitor *visitor, const char *password);
/* An alert as detection would make it, on `phone`; its id is that number in hex. */
void alert_in(struct house *house, unsigned number, const char *phone, bool shadow);
/* A record as the journal has it, durable; its position. */
uint64_t record_in(struct house *house, struct record *record);
/* Counted in the audit log. */
uint64_t entries_of(struct house *house, const char *action, const char *outcome);
#define PASSWORD "correct horse battery staple"
