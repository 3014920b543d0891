/* hold.c -- entities kept before a record that only might come visits them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/hold.h"

#include "ground/arena.h"

void probe_release(struct engine *engine)
{
    if (engine->probe_kept != NULL)
        pages_give_back(engine->probe_kept, sizeof *engine->probe_kept);
    engine->probe_kept = NULL;
}

enum status probe_hold(struct engine *engine, unsigned profile, const struct visit *visit)
{
    struct probe *probe = engine->probe;
    if (visit->to.flags == 0)
        return STATUS_OK; /* it only looks */
    if (probe->held_count == HELD_MAX)
        return STATUS_FULL;
    struct window *window = engine->shard[visit->shard].window[profile];
    TRY(window_hold(window, &visit->to, engine->batch.at_ms[visit->row], &probe->shelf,
                    &probe->held[probe->held_count]));
    probe->held_count++;
    return STATUS_OK;
}
