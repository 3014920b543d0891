/* measure.h -- what a bank, carrier or internet company does of itself against a risk, and how
 * the user
 * gets out of it (Anti-Fraud Law, art. 32(3)).
 *
 *     detected ─> chosen ─> active (the notice goes with it) ─> lifted: verified again, or by
  * appeal
 *                              └─> appealed ─> lifted at once │ active, with reasons
 *
 * Invariants:  1. No measure is active without a notice that says all that the pack lists.
 *              2. Whoever chose the measure does not decide the appeal.
 *              3. An appeal that holds lifts in the step that says so. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "law/law.h"

enum { MEASURE_MIGRATIONS_COUNT = 1 };
extern const struct store_migration MEASURE_MIGRATIONS[MEASURE_MIGRATIONS_COUNT];
extern const struct work_kind MEASURE_KIND;

struct measure_desk {
    struct store *store;
    const struct law *law;
    struct clock clock;
    int32_t zone_minutes;
    struct work *work; /* set when it is open */
};

struct work_plug measure_plug(struct measure_desk *desk);
