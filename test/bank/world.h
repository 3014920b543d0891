/* world.h -- a centre and a bank in one process, with everything between them unreliable: letters
 * are lost, doubled, late and damaged, stores fail, either house falls over at any write, the core
 * refuses and forgets to answer.  A seed decides all of it; time is made here. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/freeze/freeze.h"
#include "partner/outbox.h"
#include "partner/simulator.h"
#include "teller/teller.h"

enum { ACCOUNTS = 24, ITEMS_MAX = 4096 };

/* What is broken on purpose, to see that the harness sees it. */
enum mutant {
    MUTANT_NONE,
    MUTANT_NO_COUNT,    /* nobody counts stops */
    MUTANT_NO_MATCH,    /* the bank's books know transfers that never were */
    MUTANT_LONG_TERM,   /* stops last twice as long */
    MUTANT_DEAF_LIFT,   /* the bank does not hear lifts */
    MUTANT_NO_CASE,     /* every case counts as filed */
    MUTANT_TWICE,       /* the bank does not look whether an account is frozen */
    MUTANT_LONG_FREEZE, /* the bank's law lets freezes last longer */
    MUTANT_PAYS_AGAIN,  /* the core takes an order to pay that comes again for another one */
    MUTANTS_COUNT
};

struct tally {
    int64_t orders, stops, second_stops, lifts, refusals, crashes, letters, followed, unanswered;
    int64_t freezes, turns, renewals, ended, returns; /* at the core; returned at the centre */
};

struct world;

struct world *world_make(uint64_t seed, enum mutant mutant);
void world_end(struct world *world);
/* One thing happens, and time goes on; what must always hold is looked at.  "" or what broke. */
const char *world_turn(struct world *world);
/* Months pass, and the network and the houses are no better. */
const char *world_season(struct world *world);
/* The network is good again, and nobody orders anything: everything comes to rest. */
const char *world_rest(struct world *world);
void world_tally(const struct world *world, struct tally *out);
