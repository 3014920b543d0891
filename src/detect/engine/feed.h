/* feed.h -- records reach the entities that they name. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* Works out, for a profile and the whole batch, what each record's event would hold and whom it
 * visits.  Any thread. */
void feed_prepare(struct worker *worker, unsigned profile);
/* Sends for the memory that the visits of a profile will need: first all slots, then all blocks,
 * then the ends of their events. */
void feed_fetch(const struct engine *engine, unsigned profile, enum window_fetch what);
/* Makes the visits to entities of the worker's own shard, in order, and answers what is asked.
 * STATUS_FULL: the system refused memory; the engine is broken. */
enum status feed_visits(struct worker *worker, unsigned profile);
/* Both for one record, for a profile that is fed record by record. */
enum status feed_row(struct worker *worker, unsigned profile, unsigned row);
/* Entities of the profile that these records can at most feed. */
uint32_t feed_visits_max(const struct engine *engine, unsigned profile,
                         const struct record *records, uint32_t count);
