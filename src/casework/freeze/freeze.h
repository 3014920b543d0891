/* freeze.h -- property that may not leave its account, by order of the head of a public security
 * organ (domain.md 3.2 and 3.4; rules on handling criminal cases, art. 174, 239-247).
 *
 *   drafted ─┬─ order, two persons of an organ high enough ──> ordered ─┬─ bank ──> frozen
 *            └─ submitted ── the head of a higher organ ──────────^     ├─ bank ──> waiting
 *                                                                       └─ bank ──> refused
 *   waiting ── its turn: the earlier one has ended ──> frozen, by itself
 *   frozen ─┬─ renew: before the end, same rank ────> renewing ── bank ──> frozen
 *           ├─ lift: by the organ that approved ────> lifting ── bank ──> lifted
 *           ├─ unrelated: lifted in three days, by itself if need be, and the owner told
 *           └─ the term ends ──> expired, by itself
 *
 * Invariants:  1. Nothing leaves without a case in state `filed`, looked at when the order is asked
 *                 for and again when it is approved.  When the bank freezes, and when a waiting one
 *                 has its turn, the case is still filed, or solved or handed on; and it does not
 *                 end while property is frozen for it.
 *              2. Who approves is of an organ at least as high as the pack in force asks for this
 *                 kind of property; a renewal at least as high as what approved the freeze.
 *              3. A freeze ends its term after the moment of the freeze, a renewed one after the
 *                 moment of the renewal, whatever anybody does; ending asks nobody.
 *              4. An account has one freeze in force; later ones wait and have their turns in the
 *                 order in which they were ordered.
 *              5. A stop that a freeze follows ends as frozen when the bank has confirmed the
 *                 freeze, and not before.
 *              6. What a bank's machine is told leaves in the transaction that ordered it.  There a
 *                 freeze has its turn by itself: so a case does not end while one is ordered of a
 *                 machine or waits at one.
 *
 * A renewal's term is counted from the renewal, not from the end of the term before: the text does
 * not say which, and the shorter reading is lawful under both. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/stop_payment/stop_order.h"

enum { FREEZE_MIGRATIONS_COUNT = 1 };
extern const struct store_migration FREEZE_MIGRATIONS[FREEZE_MIGRATIONS_COUNT];
extern const struct work_kind FREEZE_KIND;

struct freeze_desk {
    struct store *store; /* the writer */
    struct secret key;   /* names accounts without naming them */
    const struct law *law;
    struct steady *steady;
    int32_t zone_minutes;
    struct stop_desk *stops;
    struct order_post post;
    struct work *work;     /* set when it is open */
    struct arena *scratch; /* of one look at a case, by whoever has the transaction */
};

struct work_plug freeze_plug(struct freeze_desk *desk);

/* Whether a case may end (casebook.may_end; `self`: the desk).  STATUS_REFUSED: property is frozen
 * for it. */
enum status freeze_lets_end(void *self, const struct work_item *item);

/* ---- terms, for whoever freezes ---- */

struct freeze_term {
    struct slice asset;
    struct slice months; /* what was asked for, in digits */
    bool renewal;
};
/* When a term begun at `from` ends by the pack in force today: what was asked for, or what the pack
 * allows if that is less.  STATUS_ABSENT: no pack, or it leaves it open; STATUS_MALFORMED: no such
 * number of months.  `*longer`: more was asked for. */
struct freeze_law {
    const struct law *law;
    moment now;
    int32_t zone_minutes;
};
enum status freeze_law_ends(const struct freeze_law *law, const struct freeze_term *term,
                            moment from, moment *end, bool *longer);

/* ---- answers by letter, inside the caller's transaction ---- */

/* `work`: the freeze that was asked about; empty: the bank says it unasked, of one that it names.
 * `organisation`: whose machine answers.  An answer that comes twice, or when it is no longer
 * wanted, moves nothing.  STATUS_MALFORMED: the body, or it speaks of another one; STATUS_REFUSED:
 * this organisation was not ordered. */
enum status freeze_take_result(struct freeze_desk *desk, struct slice organisation,
                               struct slice work, struct slice body, struct arena *request);
/* A letter about the freeze was never answered. */
enum status freeze_unanswered(struct freeze_desk *desk, struct slice work, bool arrived,
                              struct arena *request);
