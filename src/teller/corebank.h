/* corebank.h -- the bank's core system, which stops, freezes and pays: through files, by HTTP, or
 * simulated for tests.
 *
 *   teller ── {"act":"stop","account":"…","op":"…","term_ms":…} ──> core
 *          <── {"done":true,"at":"…","balance":…} │ {"refused":"…"} │ nothing yet: asked again
 *   teller ── {"act":"lift","account":"…","lifts":"OP","op":"…"} ──> core
 *   teller ── {"act":"freeze","account":"…","amount":…,"method":"limited","op":"…",
 *              "until":"…"} ──> core
 *          <── {"done":true,"at":"…","balance":…,"frozen":…}
 *   teller ── {"act":"renew","account":"…","op":"…","renews":"OP","until":"…"} ──> core
 *   teller ── {"act":"unfreeze","account":"…","lifts":"OP","op":"…"} ──> core
 *   teller ── {"act":"pay","account":"…","amount":…,"freeze":"OP","op":"…","payments":[…]} ──> core
 *          <── {"done":true,"at":"…","serial":"…"}
 *
 * What a core system must do:  1. An op that comes again is the same op: it answers as before.
 *                              2. It lets go of the account `term_ms` after the stop by itself,
 *                                 also if nobody ever lifts: so a stop ends even if this program
 *                                 is gone.
 *                              3. A lift names the stop that it lifts; another stop of the account
 *                                 stays. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/clock.h"
#include "ground/moment.h"
#include "ground/text.h"

enum core_act { CORE_STOP, CORE_LIFT, CORE_FREEZE, CORE_RENEW, CORE_UNFREEZE, CORE_PAY };

struct core_payment {
    struct slice account, name, bank; /* the last may be empty */
    int64_t amount;
};

struct core_op {
    struct slice id;
    enum core_act act;
    struct slice account;
    struct slice about; /* the op that is lifted, renewed, paid out of; of the first: none */
    int64_t term_ms;    /* of a stop, from the moment of the stop */
    int64_t amount;     /* of a freeze, of all payments */
    bool limited;       /* a freeze: up to the amount; else nothing goes out */
    moment until;       /* freeze, renew */
    const struct core_payment *payment;
    unsigned payments_count;
};

struct core_said {
    bool done;           /* else refused */
    moment at;           /* done: when */
    int64_t balance;     /* then; -1: not said */
    int64_t frozen;      /* freeze: so much; -1: not said */
    struct slice serial; /* pay: the core's own number; may be empty */
    struct slice why;    /* refused */
};

struct core {
    /* STATUS_LATE: not yet, ask again; STATUS_IO: nobody there. */
    enum status (*ask)(void *self, const struct core_op *op, struct arena *request,
                       struct core_said *out);
    void (*close)(void *self);
    void *self; /* `ask` NULL: there is none, people act */
};

/* FOLDER/out/OP.json is ours, whole or not there; FOLDER/in/OP.json is the core's answer. */
enum status core_of_folder(struct core *out, struct slice folder, struct arena *boot);
/* POST to the address; 200 with the answer, 202 and 5xx: not yet. */
enum status core_of_http(struct core *out, struct slice url, struct arena *boot);

/* For tests and demonstrations: takes its time, refuses, loses what it said, as a seed decides.  It
 * keeps what it did in a file of its own, so it goes on where it was. */
struct core_simulation {
    const char *path; /* of its store; ":memory:" */
    uint64_t seed;
    int64_t delay_min_ms, delay_max_ms;
    unsigned refuses, loses; /* of a thousand */
    struct clock clock;
    int64_t (*balance)(void *self, struct slice account); /* NULL: 0 */
    void *self;
};
struct core_simulated;
enum status core_simulated_open(struct core_simulated **out, const struct core_simulation *how,
                                struct arena *boot, struct text *why);
struct core core_of_simulated(struct core_simulated *simulated);
void core_simulated_close(struct core_simulated *simulated);
/* How many stops hold the account now. */
enum status core_simulated_stops(struct core_simulated *simulated, struct slice account,
                                 int64_t *out);
/* How many stops of the account it ever did. */
enum status core_simulated_stopped(struct core_simulated *simulated, struct slice account,
                                   int64_t *out);

/* When the account was stopped last.  STATUS_ABSENT: never. */
enum status core_simulated_last(struct core_simulated *simulated, struct slice account,
                                moment *out);

/* What the simulated core froze: every freeze that it ever did, and what it paid to an account. */
struct core_frozen {
    struct slice id, account;
    moment at, until, freed; /* `until`: by now, renewals included; MOMENT_NONE: not freed */
    moment renewed;          /* the last time; MOMENT_NONE */
    int64_t amount;
};
enum status core_simulated_freezes(struct core_simulated *simulated, struct core_frozen *out,
                                   unsigned most, struct arena *request, unsigned *count);
enum status core_simulated_paid(struct core_simulated *simulated, struct slice account,
                                int64_t *out);

/* An answer of a core system.  STATUS_MALFORMED. */
enum status core_said_read(struct slice json, struct arena *request, struct core_said *out);
void text_add_core_op(struct text *text, const struct core_op *op);
