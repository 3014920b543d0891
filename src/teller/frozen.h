/* frozen.h -- an ordered freeze as a row of the bank's store. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "teller/teller_inside.h"

enum frozen_state {
    FROZEN_ASKED,    /* the core has been, or is to be, asked to freeze */
    FROZEN_WAITING,  /* another one is before it */
    FROZEN_HELD,     /* in force */
    FROZEN_RENEWING, /* in force, the core is asked for longer */
    FROZEN_LIFTING,
    FROZEN_LIFTED,
    FROZEN_NOT,   /* refused, or lifted before it was frozen */
    FROZEN_PERSON /* left to a person, who may have frozen it: nothing is known here */
};

struct frozen {
    int64_t number;         /* their order; 0: not in the store yet */
    char key[ROW_KEY_SIZE]; /* of asker and order; names the op at the core */
    struct slice asker, work;
    enum frozen_state state;
    struct slice account; /* open; empty: a lift that came before its order */
    enum freeze_asset asset;
    enum freeze_method method;
    int64_t amount, months, frozen, paid; /* frozen: -1 until it is */
    moment frozen_at, until;              /* MOMENT_NONE */
    bool turned;                          /* it waited, and its turn came: its letter may be old */
    bool wants_lift;
    struct slice letter, lift_letter, renew_letter; /* to be answered; empty: none */
    moment expires, lift_expires, renew_expires;
    struct slice renew_document;
    int64_t renew_months, renews;
    moment renew_until;
    int64_t tries;
    moment next;
    struct slice result; /* what was answered; empty: nothing yet */
};

/* Its key, of whoever orders and the order. */
void frozen_name(char key[ROW_KEY_SIZE], struct slice asker, struct slice work);
enum status frozen_find(struct teller *teller, const char *key, struct arena *request,
                        struct frozen *out); /* STATUS_ABSENT */
enum status frozen_put(struct teller *teller, const struct frozen *row, struct arena *request);
/* The first row that is due at `now`.  STATUS_ABSENT. */
enum status frozen_due(struct teller *teller, moment now, struct arena *request,
                       struct frozen *out);
/* The first of the account that the core holds or is asked for, or that waits.  `before`: only
 * those that came before that number.  STATUS_ABSENT. */
enum status frozen_first(struct teller *teller, struct slice account, int64_t before,
                         struct arena *request, struct frozen *out);
