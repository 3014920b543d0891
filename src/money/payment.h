/* payment.h -- one payment, as those who follow money see it.
 *
 * Payments are ordered by their own time, and within a moment by their position: journal order, or
 * file and line.  "Before", "next" and "after" mean this order everywhere in this room. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/record.h"

/* An amount that nobody told. */
#define MONEY_UNKNOWN INT64_MIN

enum { CHANNEL_UNKNOWN = 15 };

struct payment_key {
    int64_t ms;
    uint64_t position;
};

struct payment {
    struct payment_key key;
    uint64_t name;     /* see payment_name() */
    uint64_t reverses; /* name of the payment that this one takes back; 0: none */
    ident payer;       /* unknown: cash in */
    ident payee;       /* unknown: cash out */
    int64_t amount;    /* minor units, more than 0 */
    int64_t balance;   /* the payer's after it, or MONEY_UNKNOWN */
    ident currency;
    ident payer_bank, payee_bank; /* as last told of the account, perhaps by another payment */
    uint8_t channel;              /* a word of payment.channel, or CHANNEL_UNKNOWN */
};

static inline int payment_key_compare(struct payment_key a, struct payment_key b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return (a.position > b.position) - (a.position < b.position);
}

#define PAYMENT_KEY_FIRST ((struct payment_key){INT64_MIN, 0})
#define PAYMENT_KEY_LAST  ((struct payment_key){INT64_MAX, UINT64_MAX})

/* What a payment goes by: its id, or its content where it has none. */
static inline uint64_t payment_name(ident id, uint64_t digest)
{
    return ident_known(id) ? id.bits : digest >> 2; /* an ident's upper two bits are never 00 */
}

/* `record` is of the kind payment.  false: it moves nothing (amount unknown or 0, or nobody on
 * either side), or its time is beyond what the index holds. */
bool payment_of_record(const struct record *record, struct payment *out);
