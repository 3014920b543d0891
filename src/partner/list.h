/* list.h -- the partners: who they are, how they are reached, which keys speak for them.
 *
 * What the operator wrote under `partners:` (config/partners.inc) comes in as texts, because this
 * room knows no configuration; a list of partners goes out, which never changes afterwards.  Whose
 * a number is, the room `numberplan` says. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"
#include "ground/seal.h"
#include "ground/tongue.h"
#include "partner/letter.h"

enum { PARTNER_KEYS_MAX = 2, PARTNER_KIND_SIZE = 16 };

/* How letters reach it. */
enum partner_way {
    PARTNER_WAY_HTTP,   /* posted to its address */
    PARTNER_WAY_FOLDER, /* laid into FOLDER/out, taken from FOLDER/in */
    PARTNER_WAY_FETCH,  /* it asks us, and gets answers in what comes back */
};

/* One item of the list as it was written; all texts end in NUL; empty: unsaid. */
struct partner_said {
    struct slice id, name_en, name_zh, kind;
    struct slice way;           /* "http", "folder", "fetch" */
    struct slice organisation;  /* whose machine it is, at whoever lists it; may be empty */
    struct slice url, folder;   /* for the first, for the second */
    struct slice key, next_key; /* letter.h spells them; the second while keys change */
    unsigned line;              /* in the configuration */
};

struct partner {
    unsigned index;
    struct slice id; /* the organisation: [a-z0-9-]+ */
    struct slice organisation; /* as the list says; empty: unsaid */
    struct slice name[TONGUES_COUNT];
    char kind[PARTNER_KIND_SIZE]; /* "carrier", "bank" … as access has them */
    enum partner_way way;
    struct slice url, folder;
    struct seal_key key[PARTNER_KEYS_MAX];
    unsigned keys_count;
};

struct partner_list;

/* All that was written, and where. */
struct partner_list_said {
    struct slice path; /* of the configuration, for complaints */
    struct slice self; /* our own organisation's id */
    const struct partner_said *partner;
    unsigned count;
};

/* The list, for the life of `boot`.  STATUS_MALFORMED: `why` says which line, and what to write
 * instead; STATUS_FULL: more than PARTNERS_MAX. */
enum status partner_list_make(struct partner_list **out, const struct partner_list_said *said,
                              struct arena *boot, struct text why[TONGUES_COUNT]);

struct slice partner_list_self(const struct partner_list *list);
unsigned partner_list_count(const struct partner_list *list);
const struct partner *partner_at(const struct partner_list *list, unsigned index);
const struct partner *partner_find(const struct partner_list *list, struct slice id); /* NULL */
/* The first one whose machine is that organisation's; NULL. */
const struct partner *partner_of(const struct partner_list *list, struct slice organisation);
/* For letter_open(). */
struct letter_keys partner_list_keys(const struct partner_list *list);
