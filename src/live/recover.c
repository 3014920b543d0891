/* recover.c -- what the journal holds is thought through again, before anybody new is heard.
 *
 * Alerts come again as they came; whoever keeps them knows them by their id. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

#include "ground/arena.h"

enum { READER_MEMORY = 3 * JOURNAL_FRAME_BYTES_MAX };

static enum status batch_end(struct live *live, struct progress progress)
{
    TRY(batch_think(live));
    if (progress.tell != NULL)
        progress.tell(progress.self, live->batch->below - journal_first(live->journal),
                      journal_next(live->journal) - journal_first(live->journal));
    if (live->options.listener.reached != NULL)
        live->options.listener.reached(live->options.listener.self, live->batch->below);
    return STATUS_OK;
}

/* The reader lends an entry until it is asked for the next one; a batch needs them all. */
static enum status entry_keep(struct live *live, uint64_t sequence, struct slice bytes,
                              struct journal_finding *found)
{
    struct slice copy;
    TRY(slice_copy(live->batch->scratch, bytes, &copy));
    enum status status = batch_add(live, sequence, copy);
    if (status == STATUS_MALFORMED)
        *found = (struct journal_finding){
            .sequence = sequence, .what = "an entry is not of a form that this program knows"};
    return status;
}

static enum status entries_think(struct live *live, struct journal_reader *reader,
                                 struct progress progress, struct journal_finding *found)
{
    for (;;) {
        uint64_t sequence;
        struct slice bytes;
        enum status status = journal_read(reader, &sequence, &bytes);
        if (status == STATUS_OK)
            TRY(entry_keep(live, sequence, bytes, found));
        if (status != STATUS_OK || batch_full(live->batch))
            TRY(batch_end(live, progress));
        if (status == STATUS_END)
            return STATUS_OK;
        TRY(status);
    }
}

enum status live_recover(struct live *live, struct progress progress, struct journal_finding *found)
{
    struct arena *arena;
    struct journal_reader *reader = NULL;
    TRY(arena_create(&arena, READER_MEMORY));
    enum status status =
        journal_reader_open(&reader, live->options.journal, live->batch->below, arena, found);
    if (status == STATUS_OK)
        status = entries_think(live, reader, progress, found);
    journal_reader_close(reader);
    arena_destroy(arena);
    return status;
}
