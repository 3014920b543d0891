/* teller_inside.h -- rows of orders, shared by what comes in and what is carried out. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "teller/teller.h"

enum ordered_state { ROW_ASKED, ROW_STOPPED, ROW_LIFTING, ROW_LIFTED, ROW_NOT };

enum { ROW_KEY_SIZE = 33, ROW_ID_MAX = 64, NAMED_BYTES = 16, MATCHES_MAX = 256 };

/* One stop that was ordered. */
struct ordered {
    char key[ROW_KEY_SIZE]; /* of asker, order and round; names the op at the core */
    struct slice asker, work, letter, lift_letter; /* letters to be answered; empty: none */
    int64_t round;
    enum ordered_state state;
    struct slice account; /* open; empty: a lift that came before its order */
    int64_t amount;
    moment paid_at, expires, lift_expires;
    int64_t term_ms;
    moment stopped_at, lift_at; /* MOMENT_NONE: not stopped */
    bool wants_lift;
    int64_t tries;
    moment next;         /* when the core is asked (again) */
    struct slice result; /* what was answered; empty: nothing yet */
};

struct teller {
    struct teller_options options;
    int64_t minute; /* that is being counted */
    int64_t in_minute[POLICY_ASKERS_MAX];
};

void ordered_name(char key[ROW_KEY_SIZE], struct slice asker, struct slice work, int64_t round);
/* STATUS_ABSENT. */
enum status ordered_find(struct teller *teller, const char *key, struct arena *request,
                         struct ordered *out);
/* Inserts it, or writes it anew. */
enum status ordered_put(struct teller *teller, const struct ordered *row, struct arena *request);
/* Rows of one order that the core may still hold: asked, stopped or being lifted. */
enum status ordered_alive(struct teller *teller, struct slice asker, struct slice work,
                          int64_t *out);
/* Stops of the account, those begun included. */
enum status ordered_stops(struct teller *teller, struct slice account, int64_t *out);
/* The first row that is due at `now`.  STATUS_ABSENT: none. */
enum status ordered_due(struct teller *teller, moment now, struct arena *request,
                        struct ordered *out);

/* Answers the row's letter with the result, which is kept with the row (not written here). */
enum status ordered_answer(struct teller *teller, struct ordered *row,
                           const struct order_result *result, struct arena *request);
/* If all of the order is over and somebody waits to hear it. */
enum status lift_answer(struct teller *teller, const struct ordered *row, struct arena *request);
enum status ordered_entry(struct teller *teller, const struct ordered *row, const char *action,
                          const char *outcome);

/* What a row keeps of people lies sealed; an account is found by its keyed name. */
enum status row_seal(struct teller *teller, struct slice open, struct arena *request,
                     struct slice *out);
enum status row_unseal(struct teller *teller, struct slice sealed, struct arena *request,
                       struct slice *out);
struct slice row_named(const struct teller *teller, struct slice account, struct digest *digest);

/* ---- what every order goes through ---- */

struct teller_event {
    struct slice asker, account, work;
    const char *action, *outcome;
};
enum status teller_entry(struct teller *teller, const struct teller_event *event);
/* To the letter, if it may still be answered; without a letter: unasked. */
enum status teller_say(struct teller *teller, const struct teller_answer *answer,
                       struct arena *request);
/* Why the terms let this asker order nothing more now; none: they do. */
enum order_reason teller_admits(struct teller *teller, struct slice asker);
/* Names alike, blanks left out. */
bool teller_same_name(struct slice a, struct slice b);
/* Until the core is asked again, for so many tries. */
int64_t teller_patience_ms(int64_t tries);
enum status teller_settled(struct teller *teller, enum status status); /* commits, or rolls back */

/* One row that is due.  STATUS_ABSENT: none. */
enum status freeze_one(struct teller *teller, struct arena *scratch);
enum status payment_one(struct teller *teller, struct arena *scratch);

static inline moment teller_now(const struct teller *teller)
{
    return teller->options.clock.now(teller->options.clock.self);
}
