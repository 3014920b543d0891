/* reseal.c -- what lies sealed under an older key is sealed under the newest one, little by little.
 *
 *      tables, one after another ─> some rows in the order of numbers ─> opens with the newest?
 *                                                          └─ no: sealed anew, one transaction
 *
 * Which key sealed a text is not written beside it: the right one opens it, every other one is told
 * by its seal.  So nothing has to be kept of how far it came; whoever is killed begins anew, and
 * passes over what was done.
 *
 * Invariants:  1. Whatever is written is sealed under the newest key, so a pass from end to end
 *                 leaves nothing under an older one.
 *              2. A text that no key opens ends the pass: no key is given up then.
 *
 * Not chosen:  the key's number in each sealed text.  It would be another form beside the old one,
 *              for the sake of a pass that runs once a year.  Nor new names in the index: a value
 *              is found by a keyed digest, whose key stays; it opens nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

struct sealed_column {
    const char *read;  /* number, sealed; behind ?1, at most ?2 */
    const char *write; /* ?2 of number ?1 */
};

static const struct sealed_column COLUMNS[] = {
    {"SELECT number, sealed FROM work_item WHERE number > ?1 ORDER BY number LIMIT ?2",
     "UPDATE work_item SET sealed = ?2 WHERE number = ?1"},
    {"SELECT number, reason FROM work_log WHERE number > ?1 AND reason IS NOT NULL ORDER BY number "
     "LIMIT ?2",
     "UPDATE work_log SET reason = ?2 WHERE number = ?1"},
    {"SELECT number, sealed FROM work_note WHERE number > ?1 ORDER BY number LIMIT ?2",
     "UPDATE work_note SET sealed = ?2 WHERE number = ?1"},
    {"SELECT number, name FROM work_attachment WHERE number > ?1 ORDER BY number LIMIT ?2",
     "UPDATE work_attachment SET name = ?2 WHERE number = ?1"},
    {"SELECT number, bytes FROM work_attachment WHERE number > ?1 ORDER BY number LIMIT ?2",
     "UPDATE work_attachment SET bytes = ?2 WHERE number = ?1"},
    {"SELECT number, sealed FROM work_asking WHERE number > ?1 AND length(sealed) > 0 ORDER BY "
     "number LIMIT ?2",
     "UPDATE work_asking SET sealed = ?2 WHERE number = ?1"},
};

enum { COLUMNS_COUNT = sizeof COLUMNS / sizeof COLUMNS[0], BATCH_MAX = 16 };

struct found {
    int64_t number;
    struct slice sealed;
};

static enum status batch_read(struct work *work, struct arena *scratch, struct found *out,
                              unsigned *count)
{
    const struct store_value values[] = {STORE_OF_WHOLE(work->reseal.number),
                                         STORE_OF_WHOLE(BATCH_MAX)};
    struct store_rows *rows = NULL;
    struct store_value at[2];
    *count = 0;
    TRY(store_query(work->store, COLUMNS[work->reseal.column].read, values, 2, &rows));
    enum status status = store_next(rows, at, 2);
    while (status == STATUS_OK && *count < BATCH_MAX) {
        out[*count].number = at[0].whole;
        status = slice_copy(scratch, at[1].bytes, &out[*count].sealed);
        ++*count;
        if (status == STATUS_OK)
            status = store_next(rows, at, 2);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status one_reseal(struct work *work, const struct found *found, struct arena *scratch,
                              uint64_t *done)
{
    struct slice text, sealed;
    if (sealed_newest(work, found->sealed, scratch))
        return STATUS_OK;
    TRY(open_text(work, found->sealed, scratch, &text));
    TRY(seal_text(work, text, scratch, &sealed));
    const struct store_value values[] = {STORE_OF_WHOLE(found->number), STORE_OF_BYTES(sealed)};
    ++*done;
    return store_run(work->store, COLUMNS[work->reseal.column].write, values, 2);
}

static enum status batch_reseal(struct work *work, struct arena *scratch, unsigned *count,
                                int64_t *last, uint64_t *done)
{
    struct found found[BATCH_MAX];
    TRY(batch_read(work, scratch, found, count));
    for (unsigned i = 0; i < *count; i++) {
        TRY(one_reseal(work, &found[i], scratch, done));
        *last = found[i].number;
    }
    return STATUS_OK;
}

enum status work_reseal(struct work *work, struct arena *scratch, uint64_t *done, bool *more)
{
    unsigned count = 0;
    int64_t last = work->reseal.number;
    *done = 0;
    *more = work->seals_count > 1 && work->reseal.column < COLUMNS_COUNT;
    if (!*more)
        return STATUS_OK;
    TRY(store_begin(work->store));
    enum status status = batch_reseal(work, scratch, &count, &last, done);
    if (status != STATUS_OK) {
        store_rollback(work->store);
        return status;
    }
    TRY(store_commit(work->store));
    work->reseal.number = last;
    if (count < BATCH_MAX) { /* the next column */
        work->reseal.column++;
        work->reseal.number = 0;
    }
    *more = work->reseal.column < COLUMNS_COUNT;
    return STATUS_OK;
}
