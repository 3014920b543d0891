/* world_inside.h -- what the files of the world share: its houses, and how things happen there. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/case/case.h"
#include "casework/returning/returning.h"
#include "world.h"

enum side { CENTRE, BANK, SIDES };
enum { ORDER_KINDS = 3 };

struct side_house {
    char path[96];
    struct arena *boot;
    struct store *store;
    struct audit *audit;
    struct partner_list *list;
    struct outbox *outbox;
    struct outbox_plug plug[ORDER_KINDS];
    struct outbox_way way;
    struct simulator *line; /* to the other side */
};

struct item {
    char id[WORK_ID_SIZE];
    unsigned account;
};

/* Freezes, their cases, and what goes back of them. */
enum { FROZEN_ACCOUNTS = 8, CASES = 6, FREEZES_MAX = 96, RETURNS_MAX = 24, VICTIMS = 2 };
struct refund {
    char id[WORK_ID_SIZE];
    int64_t share[VICTIMS];
    bool delivered;
};

struct world {
    uint64_t seed;
    struct chance chance;
    int64_t now_ms, ticks_ms;
    struct arena *arena, *scratch, *look;
    char folder[64], broke[512];
    struct side_house side[SIDES];
    struct seal_keypair pair[SIDES];
    /* the centre */
    struct volume volume;
    struct access_keys keys;
    struct access *access;
    struct steady *steady;
    struct work *work;
    struct law law;
    struct stop_desk desk;
    struct freeze_desk freezes;
    struct return_desk returns;
    struct casebook casebook;
    char home[ACCESS_ID_SIZE], bank[ACCESS_ID_SIZE], city[ACCESS_ID_SIZE];
    struct identity ann, ben, mayor;
    /* the bank */
    struct stop_policy policy;
    struct books *books;
    struct core_simulated *core;
    struct teller *teller;
    struct law bank_law;
    unsigned ops_paid; /* of the mutant that pays again */
    unsigned items_count, causes;
    struct item item[ITEMS_MAX];
    char of_case[CASES][WORK_ID_SIZE];
    struct item freeze[FREEZES_MAX];
    struct refund refund[RETURNS_MAX];
    unsigned freezes_count, refunds_count;
    struct tally tally;
    bool quiet;
    uint64_t drawn;
};

extern enum mutant world_broken;
#define broken world_broken

void ok(enum status status, const char *what);
void account_name(unsigned account, char out[32]);
enum status finish(struct store *store, enum status status);
enum status find(struct world *world, const char *id, struct work_item *out);
const char *broke(struct world *world, const char *what, unsigned account, int64_t number);
int64_t whole(struct store *store, const char *sql);
void pass(struct world *world, int64_t ms);
/* It falls over, and comes up with what its store has. */
void crash(struct world *world, enum side side);
/* Each house does what its threads would; one whose store failed falls over. */
void houses_go(struct world *world);

/* ---- freezes.c ---- */

void freezes_up(struct world *world); /* cases, filed and not; the network is good */
/* One thing happens to freezes, or to what goes back of them. */
enum status freezes_happen(struct world *world);
/* "" or what broke. */
const char *freezes_hold(struct world *world, int64_t slack_ms);
const char *freezes_agree(struct world *world);
