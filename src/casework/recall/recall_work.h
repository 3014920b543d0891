/* recall_work.h -- money asked back from a bank outside the platform, and counted to the cent as it
 * comes (domain.md 8.7; docs/iso20022.md, section 4).
 *
 *   draft ── two persons ──> sent ─┬─ PDCR ──> pending ─┐
 *      a row of camt.056 │         ├─ CNCL ──> accepted ─┴─ pacs.004 ──> returned ─ all ─> matched
 *                        v         └─ RJCR ──> refused ── appealed ── closed    └─ closed
 *    whoever carries it (recall_due, recall_handed)    recall_take: camt.029, pacs.004, .002
 *
 * Invariants:  1. A request leaves with two persons' word, as a row of the transaction that sent
 *                 it.
 *              2. An answer counts once, however often it comes: bank, message and part name it.
 *              3. `returned` is the sum of what came, to the cent; more than was asked, or another
 *                 currency, is never counted as the recall's and is an alarm.
 *              4. An answer that belongs to no request, or to more than one, is told to the caller:
 *                 nothing is passed over. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "partner/iso20022/recall.h"

enum { RECALL_MIGRATIONS_COUNT = 1 };
extern const struct store_migration RECALL_MIGRATIONS[RECALL_MIGRATIONS_COUNT];
extern const struct work_kind RECALL_KIND;

struct recall_desk {
    struct store *store; /* the writer */
    struct secret key;   /* seals requests, names payments */
    struct seal_chance chance;
    struct clock clock; /* of the wall: requests are dated by it */
    struct slice from;  /* the bank that asks, where an item says none */
    int64_t answer_ms;  /* until no answer is an alarm */
    int32_t zone_minutes;
    struct work *work; /* set when it is open */
};

struct work_plug recall_plug(struct recall_desk *desk);

/* ---- requests out ---- */

struct recall_letter {
    char id[RECALL_ID_MAX + 1]; /* of the camt.056 */
    struct slice xml;
    int64_t tries;
};
/* The next request that is due; its text in `request`.  In an open transaction.  STATUS_ABSENT. */
enum status recall_due(struct recall_desk *desk, struct arena *request, struct recall_letter *out);
/* It was handed over; or not, then it comes again, more and more seldom.  In a transaction. */
enum status recall_handed(struct recall_desk *desk, const struct recall_letter *letter, bool taken);

/* ---- answers in, in the caller's transaction ---- */

struct recall_taken {
    unsigned used, again, unpaired, wrong; /* answers */
    char why[256];                         /* of the first that was not used */
};
/* All answers of a file or a body.  STATUS_MALFORMED: no XML of these kinds, `why`. */
enum status recall_take(struct recall_desk *desk, struct slice bytes, struct arena *request,
                        struct recall_taken *out);
