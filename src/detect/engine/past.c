/* past.c -- walks an entity's events backward, past those that came later.
 *
 * Invariants:  1. What is seen are the `left` latest events without those of later records: the
 *                 ones that fell off for their sake are still in place (window.h).
 *              2. An event is known by its time and position. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/past.h"

void past_init(struct past *past, const struct engine *engine, unsigned profile,
               const struct visit *visit)
{
    const struct tending *tending = &engine->batch.tending[profile];
    const struct window *window = window_of(engine, profile, visit->to.hash);
    past->left = visit->to.events_count;
    past->later_count = 0;
    for (uint32_t i = tending->after[visit->row]; i < tending->visits_count; i++)
        if (tending->visit[i].to.key == visit->to.key && tending->visit[i].to.kept)
            past->later[past->later_count++] = engine->batch.record[tending->visit[i].row];
    window_walk_init(&past->walk, window, window_find(window, visit->to.key, visit->to.hash));
}

void past_init_now(struct past *past, const struct engine *engine, unsigned profile, uint64_t key)
{
    uint64_t hash = window_hash(key);
    const struct window *window = window_of(engine, profile, hash);
    const struct window_slot *slot = window_find(window, key, hash);
    past->left = window_events_count(window, slot);
    past->later_count = 0;
    window_walk_init(&past->walk, window, slot);
}

/* Whether the event is a later record's; each of those is met once. */
static bool came_later(struct past *past, const struct window_seen *seen)
{
    for (uint32_t i = 0; i < past->later_count; i++) {
        if (past->later[i]->at.ms != seen->at_ms || past->later[i]->position != seen->position)
            continue;
        past->later[i] = past->later[--past->later_count];
        return true;
    }
    return false;
}

bool past_back(struct past *past, struct window_seen *out)
{
    while (past->left > 0 && window_walk_back(&past->walk, out)) {
        if (came_later(past, out))
            continue;
        past->left--;
        return true;
    }
    past->left = 0;
    return false;
}
