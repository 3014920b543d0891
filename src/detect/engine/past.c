/* past.c -- walks an entity's events backward, past those that came later.
 *
 * Invariants:  1. What is seen are the `left` latest events without those of later records: the
 *                 ones that fell off for their sake are still in place (window.h).
 *              2. An event is known by its time and position. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/past.h"

void past_init(struct past *past, const struct engine *engine, unsigned profile, unsigned row,
               uint64_t key)
{
    const struct tending *tending = &engine->batch.tending[profile];
    uint64_t hash = window_hash(key);
    bool known = false;
    past->engine = engine;
    past->feature = engine->image->profile[profile].window.feature;
    past->window = window_of(engine, profile, hash);
    past->slot = window_find(past->window, key, hash);
    past->own = false;
    past->later_count = 0;
    for (uint32_t i = 0; i < tending->visits_count; i++) {
        const struct visit *visit = &tending->visit[i];
        if (visit->to.key != key)
            continue;
        if (visit->row > row) {
            past->left = known ? past->left : visit->to.events_before;
            past->fallen_ms = known ? past->fallen_ms : visit->to.fallen_before_ms;
            if (visit->to.kept)
                past->later[past->later_count++] = engine->batch.record[visit->row];
        } else {
            past->left = visit->to.events_count;
            past->fallen_ms = visit->to.fallen_ms;
            past->own |= visit->row == row && visit->to.kept;
        }
        known = true;
    }
    if (!known) {
        past->left = window_events_count(past->window, past->slot);
        past->fallen_ms = window_fallen_ms(past->window, past->slot);
    }
    window_walk_init(&past->walk, past->window, past->slot);
}

void past_init_still(struct past *past, const struct engine *engine, unsigned profile, uint64_t key)
{
    uint64_t hash = window_hash(key);
    past->engine = engine;
    past->feature = engine->image->profile[profile].window.feature;
    past->window = window_of(engine, profile, hash);
    past->slot = window_find(past->window, key, hash);
    past->own = false;
    past->later_count = 0;
    past->left = window_events_count(past->window, past->slot);
    past->fallen_ms = window_fallen_ms(past->window, past->slot);
    window_walk_init(&past->walk, past->window, past->slot);
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

uint64_t past_read(struct past *past, unsigned number, int64_t at_ms)
{
    uint64_t answer;
    struct window_want want = {.feature = (uint16_t)number, .into = &answer};
    if (past->later_count == 0) {
        window_read(past->window, past->slot, at_ms, &want, 1, 0, past->own);
        return answer;
    }
    const struct window_feature *feature = past->feature + number;
    uint64_t *behind = past->engine->recalled + ENTITY_EVENTS_MAX;
    struct window_counted counted = {.value = behind};
    struct window_seen seen;
    bool own = past->own; /* it is met first among those not later */
    while (past_back(past, &seen) && seen.at_ms > at_ms - feature->span_ms) {
        if (seen.at_ms > at_ms)
            continue;
        bool counts = (seen.flags >> feature->bit & 1u) != 0;
        counted.own |= own && counts;
        own = false;
        if (!counts)
            continue;
        if (counted.count++ == 0)
            counted.last_ms = seen.at_ms;
        *--counted.value = seen.value[feature->value];
    }
    return window_recall(feature, &counted, at_ms);
}
