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
    struct work *work;     /* set when it is open */
    struct arena *scratch; /* of one look at a case, by whoever has the transaction */
};

struct work_plug freeze_plug(struct freeze_desk *desk);

/* Whether a case may end (casebook.may_end; `self`: the desk).  STATUS_REFUSED: property is frozen
 * for it. */
enum status freeze_lets_end(void *self, const struct work_item *item);
