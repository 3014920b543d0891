/* batch.c -- records on their way into a pipeline, a few hundred at a time.
 *
 * Invariant:  the listener hears of every entry that is somebody's note in order, behind the
 *             records before it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

#include "ground/arena.h"

bool batch_must_end(const struct live *live, struct slice bytes)
{
    const struct batch *batch = live->batch;
    /* Whoever hears of other entries hears of them in order. */
    bool hears = live->options.listener.heard != NULL;
    bool other = bytes.size > 0 && bytes.at[0] != ENTRY_RECORD && bytes.at[0] != ENTRY_HEARTBEAT &&
                 bytes.at[0] != ENTRY_DECISION && (hears || bytes.at[0] == ENTRY_RULES);
    return batch->count == RECORD_BATCH_MAX || (other && batch->count > 0);
}

bool batch_changes(const struct live *live, struct slice bytes)
{
    struct entry entry;
    return bytes.size > 0 && bytes.at[0] == ENTRY_RULES && /* of thousands of entries none is */
           entry_read(bytes, &entry) == STATUS_OK &&
           memcmp(&entry.change.image, &live->image, sizeof live->image) != 0;
}

enum status batch_add(struct live *live, uint64_t sequence, struct slice bytes)
{
    struct batch *batch = live->batch;
    struct live_listener listener = live->options.listener;
    struct entry entry;
    must(!batch_must_end(live, bytes));
    TRY(entry_read(bytes, &entry));
    if (entry.type == ENTRY_RECORD) {
        TRY(entry_record(&entry, sequence, batch->scratch, &batch->record[batch->count]));
        batch->count++;
    } else if (entry.type == ENTRY_HEARTBEAT) {
        batch->heartbeat = entry.time;
    } else if (entry.type != ENTRY_RULES && entry.type != ENTRY_DECISION &&
               listener.heard != NULL) {
        TRY(listener.heard(listener.self, sequence, bytes));
    }
    batch->below = sequence + 1;
    return STATUS_OK;
}

enum status batch_think(struct live *live)
{
    struct batch *batch = live->batch;
    enum status status = STATUS_OK;
    if (batch->count > 0)
        status = pipeline_take(live->pipeline, batch->record, batch->count);
    if (status == STATUS_OK && batch->count > 0 && live->options.listener.records != NULL)
        live->options.listener.records(live->options.listener.self, batch->record, batch->count);
    batch->count = 0;
    arena_reset(batch->scratch);
    return status;
}
