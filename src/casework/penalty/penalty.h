/* penalty.h -- administrative penalties (行政处罚): acts of arts 38 to 44 of the Anti-Fraud Law.
 *
 *   filed ─ notice ─> noticed ─ days go by, or waived ─> ready ─ decide (two) ─> decided
 *                        │                                                          │
 *                        └─ a hearing is asked for ─> called ─> heard ─ decide …  served ─> done
 *
 * Invariants (each is a test):
 *   1. Nothing is decided before the notice with all that the pack lists, and not before the days
 *      in which a hearing may be asked for have gone by, unless they were waived in writing.
 *   2. What is decided lies in the range of the pack's line for act and grade, by an organ that the
 *      line names; outside, it is refused and the refusal says the range.
 *   3. A defence that was not checked stops the decision; nothing is harsher than the last notice,
 *      and a harsher notice needs new facts.
 *   4. A hearing is announced so many days before as the pack says; whoever investigated neither
 *      hears nor decides.
 *   5. After the term of the decision nothing is decided without saying why; what was discovered
 *      too late is not punished.
 *   6. Detention of those whom the law spares is decided and not executed; if the pack leaves open
 *      who they are, everybody whom it may mean is spared, and that is written beside it.
 *   7. Every number is the pack's; the pack is in the item, with its hash and its doubts.
 *
 * The company that is to be punished sees its own from the notice on, and may defend itself.
 *
 * Not here:  mitigation below the range (art. 32 of the Penalty Law): no pack says how far.  Exit
 * bans: they follow a criminal punishment. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "law/law.h"

extern const struct work_kind PENALTY_KIND;

struct penalty_desk {
    struct store *store; /* the writer */
    const struct law *law;
    struct steady *steady;
    int32_t zone_minutes;
    struct work *work; /* set when it is open */
};

struct work_plug penalty_plug(struct penalty_desk *desk);

/* What somebody else found that is to be punished: an inspection. */
struct penalty_cause {
    struct slice owner;     /* organisation that is to decide */
    const char *inspection; /* id, and the finding's name: the same twice is one item */
    struct slice finding;
    struct slice company, name, act, grade, facts, reason, last_act, discovered_on;
};
/* A filed penalty, filled in from its cause.  STATUS_MALFORMED, STATUS_REFUSED: `*refusal`. */
enum status penalty_from(struct penalty_desk *desk, const struct penalty_cause *cause,
                         struct arena *request, struct work_refusal *refusal,
                         struct work_item *out);
