/* house_test.h -- a small house for the tests of this room: a store, its organisations, a clock
 * that a test sets, and one kind of work with everything a kind can have.
 *
 *                 begin          send (two), urgent (after)
 *      fresh ───────────> busy ─────────────────────────────> sent
 *        │   (held)      │  ^  <──────── answer (addressee) ────┤
 *        │               │  └───────────── unsend (machine) ────┘
 *        └── overdue ──> lapsed          close: busy ──> done ── reopen ──> busy
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum errand_state { FRESH, BUSY, SENT, DONE, LAPSED };
enum errand_field { PHONE, CALLER, NAME, MEMO, AMOUNT, REPLY, RESULT, SPOT };
enum errand_step { BEGIN, EDIT, SEND, URGENT, UNSEND, ANSWER, CLOSE, OVERDUE, REOPEN };

extern const struct work_kind ERRAND;
extern int64_t house_kept_ms; /* after its end; negative: always, as if nobody had said anything */

struct house {
    char folder[64], path[96];
    struct arena *boot, *request;
    struct access_keys keys;
    struct store *store;
    struct audit *audit;
    struct access *access;
    struct steady *steady;
    struct work *work;
    struct store *reader;
    struct volume volume;
    _Atomic int64_t wall_ms, ticks_ms;
    char boot_id[16];
    char home[ACCESS_ID_SIZE], carrier[ACCESS_ID_SIZE], bank[ACCESS_ID_SIZE];
    char second_home[ACCESS_ID_SIZE]; /* another centre */
    struct identity ann, ben, cem;    /* analyst and duty, supervisor, both: of home */
    struct identity desk;             /* liaison of the carrier */
    struct identity robot;            /* a service of the carrier */
    struct identity teller;           /* of the bank */
    /* what the kind does */
    enum status (*after)(void *self, const struct work_done *done, struct arena *request);
    uint64_t done_count;
    struct work_refusal refusal;
};

/* Kinds and tables of a room above, beside the errand; set before house_up(). */
struct house_more {
    const struct store_migration *migration[3];
    unsigned migrations_count[3];
    /* Fills in the plugs, at most WORK_KINDS_MAX - 1; how many. */
    unsigned (*plugs)(struct house *house, struct work_plug *out);
    void (*opened)(struct house *house);
    void (*closing)(struct house *house); /* NULL, or what goes with the rooms */
};
extern const struct house_more *house_more;

int house_up(void **state);
int house_down(void **state);
/* Closes and opens all rooms, as a new process would: on another boot of the machine, or not. */
void house_restart(struct house *house, bool reboot);
void house_wait(struct house *house, int64_t ms); /* both clocks go on */
struct identity house_person(const char *user, const char *organisation, uint32_t roles);

/* Each in a transaction of its own; it is rolled back unless OK. */
enum status house_add(struct house *house, const char *phone, int32_t priority, const char *key,
                      struct work_item *out);
enum status house_step(struct house *house, const struct work_item *item, const char *step,
                       const struct identity *by, const struct work_value *value, unsigned count,
                       struct work_item *out);
enum status house_take(struct house *house, const struct work_item *item, const struct identity *by,
                       struct work_item *out);
enum status house_next(struct house *house, const struct identity *by, const char *place,
                       struct work_item *out);
enum status house_word(struct house *house, const struct work_item *item, const char *digest,
                       const struct identity *by, bool yes, struct work_item *out);
enum status house_end(struct house *house, enum status status); /* commit or roll back */
void house_keep(struct house *house);
void house_find(struct house *house, const char *id, const struct identity *by,
                struct work_item *out);
int64_t house_count(struct house *house, const char *sql); /* a text of the test */

#define VALUE(at, text)                     \
    {                                       \
        .field = (at), .value = SLICE(text) \
    }
