/* forget.c -- alerts that are older than the operator keeps them.
 *
 * An alert goes only when nobody needs its row any more: every receiver has been told, no recovery
 * makes it again (its record lies below the oldest snapshot), and it is not the newest row, whose
 * number is where the next one begins.
 *
 * Not chosen:  by age of the row.  A row says when its record happened; that is what a retention
 *              is asked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

#define OLD \
    "time < ?1 AND position < ?2 AND number <= ?3 AND number < (SELECT MAX(number) FROM alert)"

static uint64_t told_below(struct bulletin *bulletin)
{
    struct bulletin_receiver receiver[WEBHOOKS_MAX + 1];
    unsigned count = bulletin_receivers(bulletin, receiver);
    uint64_t number = INT64_MAX;
    for (unsigned i = 0; i < count; i++)
        if (receiver[i].number < number)
            number = receiver[i].number;
    return number;
}

enum status bulletin_forget(struct bulletin *bulletin, const struct bulletin_old *old,
                            uint64_t *removed)
{
    static const char REMOVE[] = "DELETE FROM alert WHERE number IN (SELECT number FROM alert "
                                 "WHERE " OLD " ORDER BY number LIMIT ?4)";
    struct store *store = bulletin->options.store;
    const struct store_value values[] = {
        STORE_OF_WHOLE(old->before.ms), STORE_OF_WHOLE((int64_t)old->below),
        STORE_OF_WHOLE((int64_t)told_below(bulletin)), STORE_OF_WHOLE((int64_t)old->count_max)};
    TRY(store_run(store, REMOVE, values, 4));
    *removed = (uint64_t)store_changed(store);
    return STATUS_OK;
}

enum status bulletin_count_old(struct store *store, moment before, uint64_t *count)
{
    static const char COUNT[] = "SELECT COUNT(*) FROM alert WHERE " OLD;
    const struct store_value values[] = {STORE_OF_WHOLE(before.ms), STORE_OF_WHOLE(INT64_MAX),
                                         STORE_OF_WHOLE(INT64_MAX)};
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, COUNT, values, 3, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_OK)
        *count = (uint64_t)row[0].whole;
    store_end(rows);
    return status;
}
