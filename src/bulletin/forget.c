/* forget.c -- alerts that are older than the operator keeps them.
 *
 * An alert goes only when nobody needs its row any more: every receiver has been told, no recovery
 * makes it again (its record lies below the oldest snapshot), it is not the newest row, whose
 * number is where the next one begins, and no open work refers to it.
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

/* One that is old enough. */
struct old_alert {
    int64_t number;
    struct slice id;
};

static enum status old_read(struct bulletin *bulletin, const struct bulletin_old *old,
                            struct arena *scratch, struct old_alert *out, size_t *count)
{
    static const char FIND[] =
        "SELECT number, id FROM alert WHERE " OLD " AND number > ?5 ORDER BY number LIMIT ?4";
    const struct store_value values[] = {
        STORE_OF_WHOLE(old->before.ms), STORE_OF_WHOLE((int64_t)old->below),
        STORE_OF_WHOLE((int64_t)told_below(bulletin)), STORE_OF_WHOLE((int64_t)old->count_max),
        STORE_OF_WHOLE((int64_t)old->after)};
    struct store_rows *rows = NULL;
    struct store_value at[2];
    *count = 0;
    TRY(store_query(bulletin->options.store, FIND, values, 5, &rows));
    enum status status = store_next(rows, at, 2);
    while (status == STATUS_OK && *count < old->count_max) {
        out[*count].number = at[0].whole;
        status = slice_copy(scratch, at[1].bytes, &out[*count].id);
        ++*count;
        if (status == STATUS_OK)
            status = store_next(rows, at, 2);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status bulletin_forget(struct bulletin *bulletin, const struct bulletin_old *old,
                            struct arena *scratch, struct bulletin_gone *out)
{
    static const char REMOVE[] = "DELETE FROM alert WHERE number = ?1";
    static const char SAID[] = "DELETE FROM alert_said WHERE alert = ?1";
    struct old_alert *alert = NULL;
    struct bulletin_gone gone = {0};
    size_t count = 0;
    TRY(ARENA_NEW(scratch, old->count_max + 1, &alert));
    TRY(old_read(bulletin, old, scratch, alert, &count));
    for (size_t i = 0; i < count; i++) {
        const struct store_value number = STORE_OF_WHOLE(alert[i].number);
        bool needed = false;
        if (old->needed != NULL)
            TRY(old->needed(old->self, alert[i].id, &needed));
        if (!needed) {
            TRY(store_run(bulletin->options.store, SAID, &number, 1));
            TRY(store_run(bulletin->options.store, REMOVE, &number, 1));
        }
        gone.removed += !needed;
        gone.kept += needed;
        gone.last = (uint64_t)alert[i].number;
    }
    *out = gone;
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
