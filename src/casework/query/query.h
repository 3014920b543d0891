/* query.h -- what a bank is asked about an account or a customer, and how long the answer is kept
 * (domain.md 3.3 and 9.2; Data Security Law, art. 35: strict approval).
 *
 *      drafted ─┬─ ask, two persons ────────────────> asked ─┬─ bank ──> answered ─── purged
 *               └─ ask_at_once, approved afterwards ───^     ├─ bank ──> running ─── ending
 *                                                            └─ bank ──> refused
 *      whatever it is in: when the approval runs out, it is over and the answers are forgotten
 *
 * Invariants:  1. Nothing is asked without an approval document, a case or report number, a
 *                 purpose, a reason, an end, and as many persons as the pack in force says.
 *              2. At once, approved afterwards, only for a dissuasion of grade extreme that is
 *                 open; without a yes in time everything that was answered is forgotten.
 *              3. The bank is told what it needs to find the answer and nothing else: of an account
 *                 not the customer, of a customer not the account, a period only of transactions.
 *              4. Answers are hidden, and gone when the approval ends: values and attachments. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "law/law.h"

extern const struct work_kind QUERY_KIND;

struct query_desk {
    struct store *store; /* the writer */
    const struct law *law;
    struct steady *steady;
    int32_t zone_minutes;
    struct work *work;     /* set when it is open */
    struct arena *scratch; /* of one look, by whoever has the transaction */
};

struct work_plug query_plug(struct query_desk *desk);
