/* oracle.h -- tracing, done again, slowly: the second opinion of docs/money.md.
 *
 * Written from that page and not from src/money: every payment of the world is looked at, every
 * cent is a coin of its own in a row of coins, and a share is a fraction that is compared with
 * another one. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "money/trace.h"

enum { WORLD_ACCOUNTS = 12, WORLD_PAYMENTS = 64, COINS_MAX = 65536 };

/* Accounts are numbers from 1; 0 is nobody (cash). */
struct world_payment {
    int64_t ms;
    int payer, payee;
    int64_t amount, balance; /* balance MONEY_UNKNOWN: not told */
    int reverses;            /* number of another payment; -1: none */
    int currency;
};

struct world {
    int payments_count, accounts_count;
    struct world_payment payment[WORLD_PAYMENTS]; /* in order of time and position */
    int holder[WORLD_ACCOUNTS + 1];               /* the same number: one holder */
    enum trace_end end[WORLD_ACCOUNTS + 1];       /* ENDS_COUNT: none */
    bool bank_told[WORLD_ACCOUNTS + 1];
};

struct answer {
    int64_t held[WORLD_ACCOUNTS + 1], other[WORLD_ACCOUNTS + 1];
    int64_t opening[WORLD_ACCOUNTS + 1];
    bool contacted[WORLD_ACCOUNTS + 1], opening_known[WORLD_ACCOUNTS + 1];
    bool mixed[WORLD_ACCOUNTS + 1];
    int level[WORLD_ACCOUNTS + 1];
    int contact[WORLD_ACCOUNTS + 1]; /* number of the payment, where `contacted` */
    int64_t traced[WORLD_PAYMENTS];
    bool has_edge[WORLD_PAYMENTS];
    int64_t ended[ENDS_COUNT], cut[CUTS_COUNT];
    int64_t touched, started;
    int shares; /* fractions that were rounded */
};

/* From the payments named in `origins`, with the limits of `asked`; its judge is the world. */
void oracle_trace(const struct world *world, const struct trace_request *asked, const int *origins,
                  int origins_count, struct answer *out);

/* PRO_RATA without rounding, forward, without limits, reversals, ends or balances: what each
 * account holds, in whole cents (the rest is dropped).  false: a fraction became too large, or an
 * account is reached by a part of a cent that `rounded` drops: then it counts from another payment
 * on, and the two answers are about different balances. */
bool oracle_exact(const struct world *world, int origin, const struct answer *rounded,
                  int64_t held[WORLD_ACCOUNTS + 1]);
