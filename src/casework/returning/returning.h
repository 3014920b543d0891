/* returning.h -- frozen money goes back to the victims it was taken from (domain.md 3.5 and 9.2;
 * Yinjianfa [2016] No. 41; rules on handling criminal cases, art. 234).
 *
 *     claim, claim …  (return_claim, each of one victim: identity, account, loss verified)
 *        └─ listed in ─> fund_return, of one frozen account in a filed case
 *     applied ─> verified ─┬─ traced ───────────────────────────────┐
 *                  ^       └─ needs_pro_rata ─> notice, 30 days ────┴─> reported ─> approved
 *                  │                             │ ^                               │ by a city+
 *                  ├─ upheld ───────────────── objection                           v
 *                  ├─ refused, resumed <─ suspended <─ any      returned <─ bank <─ decided
 *
 * Invariants:  1. Cents are conserved: what is returned and what stays are what is frozen; nobody
 *                 gets back more than was lost, over all returns together.
 *              2. A return pro rata is not submitted before its notice has run out, nor while an
 *                 objection is under review.
 *              3. Who approves is a head of an organ at least as high as the pack in force asks
 *                 for, and is not who submitted it.
 *              4. What is bound in one return is not bound in another; what comes back from one
 *                 freeze is, over all returns, at most what it froze.
 *              5. Each return names the law pack that it was computed and approved under.
 *              6. Nothing is returned without a filed case, nor from a freeze that is not in force,
 *                 looked at when it is computed, submitted, approved, decided and delivered.
 *
 * Not chosen:  a return that grows when another victim appears.  Its notice would have told a
 *              number that is not true any more; the remainder waits for the next return. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "document/document.h"
#include "law/law.h"
#include "order/post.h"

enum { RETURN_MIGRATIONS_COUNT = 1, RETURN_PLUGS = 2 };
extern const struct store_migration RETURN_MIGRATIONS[RETURN_MIGRATIONS_COUNT];
extern const struct work_kind RETURN_CLAIM_KIND, FUND_RETURN_KIND;

struct return_desk {
    struct store *store; /* the writer */
    const struct law *law;
    struct steady *steady; /* against which its deadlines are held; set when it is open */
    int32_t zone_minutes;
    struct order_post post;
    struct work *work;     /* set when it is open */
    struct arena *scratch; /* of one claim, by whoever has the transaction: it is reset each time */
};

/* ---- answers by letter, inside the caller's transaction; as freeze_take_result() ---- */

enum status return_take_result(struct return_desk *desk, struct slice organisation,
                               struct slice work, struct slice body, struct arena *request);
enum status return_unanswered(struct return_desk *desk, struct slice work, bool arrived,
                              struct arena *request);

void return_plugs(struct return_desk *desk, struct work_plug out[RETURN_PLUGS]);

/* clang-format off */
enum return_paper {
#define RETURN_PAPER(name, states, en, zh) RETURN_PAPER_##name,
#include "casework/returning/papers.inc"
#undef RETURN_PAPER
    RETURN_PAPERS_COUNT
};
/* clang-format on */

struct return_wish {
    const char *id;    /* of the fund_return */
    struct slice name; /* of the paper, as in papers.inc */
    enum tongue tongue;
    struct slice reason; /* not empty: unmasked, which is written down; a notice never is */
    const struct identity *by;
};

/* A paper from what the item says and its visitor may see, in the open transaction of the caller,
 * who writes the audit entry.  `out` has no `audit` yet; it and its texts live in `request`.
 * STATUS_ABSENT: no such item for this visitor, or no such paper; STATUS_LATE: not in a state in
 * which it would be true; STATUS_FULL: as work_reveal; STATUS_IO. */
enum status return_write(const struct return_desk *desk, const struct return_wish *wish,
                         struct arena *request, struct document *out);
