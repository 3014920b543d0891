/* inspection.h -- inspections of companies (检查): a plan, its batches, what was found.
 *
 *   inspection_batch: planned ─ start (two) ─> started ── one inspection for each company
 *   inspection: planned ─ announce ─> noticed ─ visit ─> on_site ─ find (two) ─> found
 *               ─ answer (company) ─> replied
 *   replied, recheck:  demand ─> rectifying ─ report (company), or its last day ─> recheck
 *                      close (two) ─> closed
 *                      propose (two) ─> proposed, and a `penalty` for each article broken
 *
 * Invariants (each is a test):
 *   1. A company sees its own inspection from the notice or the visit on, and what it is told:
 *      never the batch, the team, a draft of findings, or another company.
 *   2. Findings are on the check-list, all of it, each with its result, a breach with its fact.
 *   3. Nothing is demanded or proposed without a breach; nothing is proposed before the company
 *      could answer.
 *   4. A penalty is filled in from the breaches, typed by nobody again: act, facts, days, company.
 *   5. A batch closes when every inspection of it has ended. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/penalty/penalty.h"

enum { INSPECTION_PLUGS = 2 };
extern const struct work_kind INSPECTION_KIND, INSPECTION_BATCH_KIND;

struct inspection_desk {
    struct store *store; /* the writer */
    struct steady *steady;
    int32_t zone_minutes;
    struct penalty_desk *penalties;
    struct work *work; /* set when it is open */
};

void inspection_plugs(struct inspection_desk *desk, struct work_plug out[INSPECTION_PLUGS]);
