/* sanction.h -- joint discipline (联合惩戒): who is restricted in what, by whose word, until when.
 *
 *   county: nominate (two persons) ─> city: determine ─> written notice ─> transmit ─> in force
 *                                      │ below the number                    ├─> register (sink)
 *                                      └─> province: determine               └─> sanction_order
 *   24:00 of the last day ─> lifting ─> every executor confirms ─> lifted, sealed
 *   appeal ─ accepted ─ verified by somebody who took no part ─> upheld | amended | revoked
 *
 * Invariants (domain.md 1.7; each is a test):
 *   1. Never a restriction without a determination: the register is told by `transmit` alone.
 *   2. A card that the person keeps stays usable; an executor that names none says that there is
  * none.
 *   3. Nominator, second person, determiner and whoever reviews an appeal are different persons.
 *   4. Terms of one person run one after another, never past the cap of the pack; they are counted
 *      anew from the list of determinations whenever one comes or goes.
 *   5. Every number is of the pack in force on the day of the determination, whose hash is kept,
  * and
 *      what is not surely known of it stands beside it (`doubt`).
 *   6. Measures are on the person's own acts; relatives are refused, and acts before the law too.
 *   7. What is lifted is sealed: executors see it no more, its owner's supervisor and auditor do.
 *
 * Not here: a score, a machine's nomination of a minor, publication (category A's list is the
  * NDRC's). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "law/law.h"

enum { SANCTION_MIGRATIONS_COUNT = 1, SANCTION_PLUGS = 3, SANCTION_MATCHES_MAX = 1024 };
enum { SANCTION_STATEMENT_MAX = 4096, SANCTION_CONTACT_MAX = 128, SANCTION_REFERENCE_MAX = 32 };
extern const struct store_migration SANCTION_MIGRATIONS[SANCTION_MIGRATIONS_COUNT];
extern const struct work_kind SANCTION_KIND, SANCTION_ORDER_KIND, APPEAL_KIND;

/* What the register is told, in the transaction of whoever tells it. */
struct sanction_entry {
    const char *item;
    struct slice document, reference;
    enum law_code category;
    const struct law_pack *pack;
    law_date from, last;
    bool suspended;
    struct slice kept_card, dropped; /* words of things that were taken back */
};

struct sanction_sink {
    enum status (*enter)(void *self, const struct sanction_entry *entry, struct arena *request);
    enum status (*leave)(void *self, const char *item, struct arena *request);
    /* It is long over: nothing may name the person any more. */
    enum status (*forget)(void *self, const char *item, struct arena *request);
    /* Organisations that said that this is a customer of theirs; at most SANCTION_MATCHES_MAX. */
    enum status (*match)(void *self, struct slice document, char (*out)[ACCESS_ID_SIZE],
                         size_t *count);
    void *self;
};

struct sanction_desk {
    struct store *store; /* the writer */
    struct secret key;   /* names persons without naming them; seals forms */
    struct seal_chance chance;
    const struct law *law;
    struct clock clock;
    int32_t zone_minutes;
    enum tongue tongue; /* of notices */
    struct sanction_sink sink;
    struct work *work; /* set when it is open */
};

void sanction_plugs(struct sanction_desk *desk, struct work_plug out[SANCTION_PLUGS]);

/* An executor turns out to have this person as a customer: it is told.  In the caller's
 * transaction;
 * nothing happens if it knows, or if the sanction is not in force. */
enum status sanction_reach(struct sanction_desk *desk, const char *item, struct slice organisation,
                           struct arena *request);

/* ---- the public form ---- */

struct sanction_form {
    struct slice reference, ground, statement, contact;
};
/* Keeps a form whether its number is known or not, so that nobody learns which; in the caller's
 * transaction.  STATUS_MALFORMED: too long, no such ground; STATUS_FULL: too many wait. */
enum status sanction_form_take(struct sanction_desk *desk, const struct sanction_form *form,
                               struct arena *request);
/* Makes appeals of forms whose number is known, and forgets the others; at most a few, in a
 * transaction of its own.  `*more`: there are more. */
enum status sanction_forms_turn(struct sanction_desk *desk, struct arena *scratch, bool *more);
