/* past.h -- an entity as it was when a record had just come.
 *
 * A profile is fed for a whole batch before the rules look, so an entity may already hold events of
 * later records, and have lost some for them.  This is the view without them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

struct past {
    const struct engine *engine;
    const struct window_feature *feature; /* of its profile */
    const struct window *window;
    const struct window_slot *slot; /* NULL: nobody remembers it */
    struct window_walk walk;
    bool own;          /* the record's own event is among them */
    uint32_t left;     /* events remembered then and not yet seen */
    int64_t fallen_ms; /* as window_fallen_ms, then */
    uint32_t later_count;
    const struct record *later[RECORD_BATCH_MAX]; /* records whose events came afterwards */
};

/* The entity of that key, just after the record had visited it, or passed it by. */
void past_init(struct past *past, const struct engine *engine, unsigned profile, unsigned row,
               uint64_t key);
/* The same for an entity that no record of the batch has visited. */
void past_init_still(struct past *past, const struct engine *engine, unsigned profile,
                     uint64_t key);
/* From the latest event to the oldest. */
bool past_back(struct past *past, struct window_seen *out);
/* What a feature was then, at that time; the walk is used up. */
uint64_t past_read(struct past *past, unsigned feature, int64_t at_ms);
