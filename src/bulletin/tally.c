/* tally.c -- how many alerts came on each day, of each rule and grade.
 *
 * A row of the tally rises in the transaction that keeps the alert, so the two never differ, and
 * nobody counts a table to show a number.  A day is one of the clock where the house stands: what
 * somebody on duty calls today is when it was raised, also where records come late.
 *
 * Not chosen:  counting alerts by an index on their time.  A million of one day is a second of
 *              reading for each console that looks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

static int64_t zone_ms(const struct bulletin *bulletin)
{
    return (int64_t)bulletin->options.zone_minutes * MINUTE_MS;
}

int64_t bulletin_day(const struct bulletin *bulletin, moment at)
{
    int64_t local = at.ms + zone_ms(bulletin);
    return local / DAY_MS - (local % DAY_MS < 0);
}

enum status tally_add(struct store *store, const struct tally_row *row)
{
    static const char ADD[] =
        "INSERT INTO alert_tally (day, shadow, rule, typology, grade, alerts, firsts, number) "
        "VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7) ON CONFLICT (day, shadow, rule, typology, grade) "
        "DO UPDATE SET alerts = alert_tally.alerts + 1, firsts = alert_tally.firsts + "
        "excluded.firsts";
    const struct store_value values[] = {STORE_OF_WHOLE(row->day),
                                         STORE_OF_WHOLE(row->shadow),
                                         STORE_OF_TEXT(row->rule),
                                         STORE_OF_TEXT(row->typology),
                                         STORE_OF_WHOLE(row->grade),
                                         STORE_OF_WHOLE(row->first),
                                         STORE_OF_WHOLE((int64_t)row->number)};
    return store_run(store, ADD, values, 7);
}

static enum status count_old(struct bulletin *bulletin)
{
    static const char DONE[] = "SELECT done FROM alert_tallied";
    static const char COUNT[] =
        "INSERT INTO alert_tally (day, shadow, rule, typology, grade, alerts, firsts, number) "
        "SELECT (time + ?1) / 86400000, shadow, rule, typology, grade, COUNT(*), SUM(first), "
        "MIN(number) FROM alert GROUP BY (time + ?1) / 86400000, shadow, rule, typology, grade";
    static const char NOTE[] = "UPDATE alert_tallied SET done = 1";
    struct store *store = bulletin->options.store;
    const struct store_value zone = STORE_OF_WHOLE(zone_ms(bulletin));
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, DONE, NULL, 0, &rows));
    enum status status = store_next(rows, row, 1);
    bool done = status == STATUS_OK && row[0].whole != 0;
    store_end(rows);
    TRY(status);
    if (done)
        return STATUS_OK;
    TRY(store_run(store, COUNT, &zone, 1));
    return store_run(store, NOTE, NULL, 0);
}

enum status tally_finish(struct bulletin *bulletin)
{
    struct store *store = bulletin->options.store;
    TRY(store_begin(store));
    enum status status = count_old(bulletin);
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

enum status bulletin_tallies(struct store *store, int64_t from, int64_t to,
                             struct bulletin_tally_sink sink)
{
    static const char FIND[] =
        "SELECT day, shadow, rule, typology, grade, alerts, firsts, number FROM alert_tally WHERE "
        "day >= ?1 AND day < ?2 ORDER BY day, shadow, rule, typology, grade";
    const struct store_value values[] = {STORE_OF_WHOLE(from), STORE_OF_WHOLE(to)};
    struct store_rows *rows = NULL;
    struct store_value at[8];
    TRY(store_query(store, FIND, values, 2, &rows));
    enum status status = store_next(rows, at, 8);
    while (status == STATUS_OK) {
        const struct bulletin_tally tally = {.day = at[0].whole,
                                             .shadow = at[1].whole != 0,
                                             .rule = at[2].bytes,
                                             .typology = at[3].bytes,
                                             .grade = (int)at[4].whole,
                                             .alerts = (uint64_t)at[5].whole,
                                             .firsts = (uint64_t)at[6].whole,
                                             .number = (uint64_t)at[7].whole};
        status = sink.take(sink.self, &tally);
        if (status == STATUS_OK)
            status = store_next(rows, at, 8);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}
