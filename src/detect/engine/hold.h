/* hold.h -- what a probe must put back. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"
#include "detect/window/held.h"

/* A record visits a profile's entities once for each name that it holds. */
enum { HELD_MAX = PROFILES_MAX * PROFILE_KEYS_MAX * 2 + RECORD_NAMED_MAX * PROFILES_MAX };

struct probe {
    unsigned char counts[offsetof(struct engine_counts, fired)];
    struct finding_sink findings;
    uint32_t held_count;
    struct window_held held[HELD_MAX];
    uint32_t spelt_count;
    ident spelt[RECORD_FIELDS_MAX]; /* names that were not kept before */
    struct window_shelf shelf;
    unsigned char bytes[PROBE_BYTES_MAX];
};

/* Before the visit is made: the entity is kept as it is.  STATUS_FULL. */
enum status probe_hold(struct engine *engine, unsigned profile, const struct visit *visit);
void probe_release(struct engine *engine);
