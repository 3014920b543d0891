/* stop_order.h -- emergency stops: money that is still there is kept there for a while (domain.md
 * 3.1 and 3.4; Yinfa [2016] No. 86).
 *
 *     paid, reported ─> reported ── two persons ──> ordered ── bank: four fields match ──> stopped
 *                          ^                          │ └─ mismatch ──> rejected              │
 *                          └── next level <── bank ───┘                                       │
 *                                    second stop, once, by two persons <──────────────────────┤
 *                                    lifted, by itself when the term ends, or by the desk <───┘
 *
 * Invariants:  1. No order leaves without its four fields and two persons; the bank alone says that
 *                 they match.
 *              2. An account is stopped at most as often as the pack in force allows (twice), over
 *                 all orders; the count is in the transaction of the stop.
 *              3. A stop ends its term after the moment of the stop, whatever anybody does; lifting
 *                 asks nobody.
 *              4. An order names the law pack that it was made under, with its hash.
 *              5. What a bank's machine is told leaves in the transaction that ordered it, and is
 *                 the four fields, never the victim.  Its answer moves the item once, however often
 *                 and in whatever order answers come; a stop that we do not hold is lifted.
 *              6. An order that nobody answered counts as a stop: the account has at most as many
 *                 as the law allows even if every answer is lost.
 *
 * Not here:    freezing (casework/freeze).  A stop that became a freeze by somebody's word would
 *              end its clock, and nothing would lift it; it ends as frozen by machine, when the
 *              bank has confirmed a freeze with a filed case, a rank and a term of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "law/law.h"
#include "order/post.h"

/* Those behind FIRST came later, those behind SECOND later still. */
enum { STOP_MIGRATIONS_FIRST = 1, STOP_MIGRATIONS_SECOND = 2, STOP_MIGRATIONS_COUNT = 3 };
extern const struct store_migration STOP_MIGRATIONS[STOP_MIGRATIONS_COUNT];
extern const struct work_kind STOP_ORDER_KIND;

struct stop_desk {
    struct store *store; /* the writer */
    struct secret key;   /* names accounts without naming them */
    const struct law *law;
    struct steady *steady; /* terms do not move with the wall clock; set when it is open */
    int32_t zone_minutes;
    struct work *work; /* set when it is open */
    struct order_post post;
    int64_t answer_ms, lift_ms; /* until no answer is an alarm; 0: as usual */
};

struct work_plug stop_plug(struct stop_desk *desk);

/* The order by its id, if it is one and belongs to the organisation; unmasked.  STATUS_ABSENT. */
enum status stop_find(struct stop_desk *desk, struct slice id, struct slice owner,
                      struct arena *request, struct work_item *out);
/* A bank has confirmed the freeze `freeze`: what still stops the account is over.  An order that
 * has ended stays as it is. */
enum status stop_becomes_frozen(struct stop_desk *desk, struct slice id, struct slice owner,
                                const char *freeze, struct arena *request);

/* An order for the desk, filled from what is known already; in the caller's transaction.  `about`:
 * id of the item that it comes from; once for each. */
struct stop_cause {
    struct slice owner, about;
    struct slice payee, payee_name, payee_bank, amount, paid_at, payer;
    unsigned level;
};
enum status stop_from(struct stop_desk *desk, const struct stop_cause *cause, struct arena *request,
                      struct work_item *out);

/* ---- looking ---- */

/* Money of the orders that an organisation owns, in the minor unit.  At risk: what was paid, of
 * orders that no bank has answered yet.  Stopped: of accounts stopped since a moment (the bank's
 * own word of when), the balance that the bank told, at most what was paid; orders of which it told
 * none are counted apart and add nothing. */
struct stop_sum {
    uint64_t risk_orders, stopped_orders, untold_orders;
    int64_t risk, stopped;
};
enum status stop_money(struct store *reader, struct slice owner, moment since,
                       struct stop_sum *out);

/* ---- answers by letter, inside the caller's transaction ---- */

/* `work`: the order that was asked about; `organisation`: whose machine answers.  An answer that
 * comes twice, or when it is no longer wanted, moves nothing.  STATUS_MALFORMED: the body, or it
 * speaks of another order; STATUS_REFUSED: this organisation was not ordered. */
enum status stop_take_result(struct stop_desk *desk, struct slice organisation, struct slice work,
                             struct slice body, struct arena *request, bool *used);
/* A letter about the order was never answered. */
enum status stop_unanswered(struct stop_desk *desk, struct slice work, bool arrived,
                            struct arena *request);
