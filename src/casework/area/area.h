/* area.h -- places: where fraud comes from, and where victims live.  Two registers, never mixed.
 *
 *   source_area: monitored ─ warn ─> warned ─ talk ─> talked ─ list (two) ─> listed ⇄ due (monthly)
 *                listed ─ assess (two) ─> observed ─ delist (two) ─> delisted, or back by relapse
 *   victim_area: monitored ⇄ advised
 *
 * Invariants (each is a test):
 *   1. The two are kinds of their own: no step, field or figure of the one is in the other.
 *   2. Each rate stands by both numbers of people, with the interval and the year of the people.
 *   3. A card or account counts to the place of the person, wherever it was opened; what strangers
 *      opened there does not.  A larger share opened elsewhere than at the listing has to be
 *      explained before an assessment is passed.
 *   4. Below the number of the pack nothing is ranked, and a month is not over the threshold.
 *   5. Months are counted once each and in their order; a month left out breaks the row.
 *   6. Warned after as many months in a row as the pack says; delisted after as many stable ones
 *      since the assessment.
 *
 * Not here:  the formula and term of the national office, which are not public; measures under art.
 * 35, which only the State Council's mechanism approves: its number may be noted, nothing follows.
 * Stays abroad, household registers, families: never an input. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "law/law.h"

enum { AREA_PLUGS = 2 };
extern const struct work_kind SOURCE_AREA_KIND, VICTIM_AREA_KIND;

struct area_desk {
    const struct law *law;
    struct steady *steady;
    int32_t zone_minutes;
    struct work *work; /* set when it is open */
};

void area_plugs(struct area_desk *desk, struct work_plug out[AREA_PLUGS]);
