/* past.h -- an entity as it was when a record had just come.
 *
 * A profile is fed for a whole batch before the rules look, so an entity may already hold events of
 * later records, and have lost some for them.  This is the view without them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

struct past {
    struct window_walk walk;
    uint32_t left; /* events remembered then and not yet seen */
    uint32_t later_count;
    const struct record *later[RECORD_BATCH_MAX]; /* records whose events came afterwards */
};

/* The entity of a visit, just after it. */
void past_init(struct past *past, const struct engine *engine, unsigned profile,
               const struct visit *visit);
/* An entity of a profile that is fed record by record, as it is now. */
void past_init_now(struct past *past, const struct engine *engine, unsigned profile, uint64_t key);
/* From the latest event to the oldest. */
bool past_back(struct past *past, struct window_seen *out);
