/* take.c -- who looks at an alert now: one person, for BULLETIN_LEASE_MS.
 *
 *     open ── take: the gravest that nobody holds ──> held ── decided, given back, time over ──> …
 *
 * Two who ask at once get two alerts: finding and holding are one transaction of the writer.  A
 * lease ends by itself, and needs nobody who sees to it: a row whose lease is over is as free as
 * one that never had any.
 *
 * Not chosen:  a table of leases.  The one question asked is of alerts, in their order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

enum { SQL_BYTES = 16384 };

static moment now_of(const struct bulletin *bulletin)
{
    return bulletin->options.clock.now(bulletin->options.clock.self);
}

static enum status lease_set(struct bulletin *bulletin, const struct alert_row *row,
                             struct slice actor, int64_t until_ms)
{
    static const char SET[] = "UPDATE alert SET holder = ?2, lease = ?3 WHERE number = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)row->number), STORE_OF_TEXT(actor),
                                         STORE_OF_WHOLE(until_ms)};
    return store_run(bulletin->options.store, SET, values, 3);
}

/* The words of a text with commas, bound one by one. */
static size_t skips_add(struct text *sql, struct slice skip, struct store_value *values,
                        size_t count)
{
    size_t added = 0;
    while (skip.size > 0 && added < BULLETIN_SKIPS_MAX) {
        const char *comma = memchr(skip.at, ',', skip.size);
        size_t size = comma == NULL ? skip.size : (size_t)(comma - skip.at);
        text_addf(sql, "%s?%zu", added == 0 ? " AND id NOT IN (" : ", ", count + added + 1);
        values[count + added++] = STORE_OF_TEXT(((struct slice){skip.at, size}));
        size += comma != NULL;
        skip = (struct slice){skip.at + size, skip.size - size};
    }
    text_add_string(sql, added > 0 ? ")" : "");
    return added;
}

static enum status next_find(struct bulletin *bulletin, const struct bulletin_wish *wish,
                             struct arena *scratch, struct slice *id)
{
    struct store_value values[FILTER_VALUES_MAX + BULLETIN_SKIPS_MAX + 2], at[1];
    struct store_rows *rows = NULL;
    char *bytes = NULL;
    size_t count = 2, filtered = 0;
    TRY(arena_take(scratch, SQL_BYTES, (void **)&bytes));
    struct text sql = text_over(bytes, SQL_BYTES);
    /* the columns of the index alert_next, in their order */
    text_add_string(&sql, "SELECT id FROM alert WHERE outcome = 'open' AND shadow = 0 AND (lease "
                          "<= ?1 OR holder = ?2)");
    values[0] = STORE_OF_WHOLE(now_of(bulletin).ms);
    values[1] = STORE_OF_TEXT(wish->actor);
    count += skips_add(&sql, wish->skip, values, count);
    if (wish->filter != NULL) {
        text_add_string(&sql, " AND ");
        filter_add_sql(wish->filter, (unsigned)count + 1, &sql, values + count, &filtered);
    }
    text_add_string(&sql, " ORDER BY grade DESC, score DESC, number ASC LIMIT 1");
    must(!sql.full);
    TRY(store_query_composed(bulletin->options.store, sql.at, values, count + filtered, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        status = slice_copy(scratch, at[0].bytes, id);
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

enum status bulletin_take(struct bulletin *bulletin, const struct bulletin_wish *wish,
                          struct arena *scratch, struct alert_row *out)
{
    struct slice id;
    TRY(next_find(bulletin, wish, scratch, &id));
    return bulletin_hold(bulletin, id, wish->actor, scratch, out);
}

enum status bulletin_hold(struct bulletin *bulletin, struct slice id, struct slice actor,
                          struct arena *scratch, struct alert_row *out)
{
    struct store *store = bulletin->options.store;
    moment now = now_of(bulletin);
    struct alert_row row;
    TRY(bulletin_find(store, id, scratch, &row));
    if (!slice_equal(row.outcome, SLICE("open")))
        return STATUS_REFUSED;
    if (alert_held_by_other(&row, actor, now))
        return STATUS_LATE;
    TRY(lease_set(bulletin, &row, actor, now.ms + BULLETIN_LEASE_MS));
    return bulletin_find(store, id, scratch, out);
}

enum status bulletin_release(struct bulletin *bulletin, struct slice id, struct slice actor,
                             struct arena *scratch, struct alert_row *out)
{
    struct store *store = bulletin->options.store;
    struct alert_row row;
    TRY(bulletin_find(store, id, scratch, &row));
    if (!slice_equal(row.holder, actor))
        return STATUS_REFUSED;
    TRY(lease_set(bulletin, &row, SLICE(""), 0));
    return bulletin_find(store, id, scratch, out);
}
