/* tally.c -- how often, and of how many: person-times and persons, items that hold a word, and what
 * is open.
 *
 * Log rows are numbered in the order of their times, so a period is a range of numbers, found by
 * halving; only its rows are read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

#include <assert.h>

static enum status whole_of(struct store *reader, const char *sql, const struct store_value *values,
                            size_t count, int64_t *out)
{
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(reader, sql, values, count, &rows));
    enum status status = store_next(rows, at, 1);
    *out = status == STATUS_OK && at[0].type == STORE_WHOLE ? at[0].whole : 0;
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* The first row of the log whose time is not before `at`; one behind the last if there is none. */
static enum status log_number(struct store *reader, moment at, int64_t *out)
{
    static const char LAST[] = "SELECT MAX(number) FROM work_log";
    static const char TIME[] = "SELECT time FROM work_log WHERE number >= ?1 ORDER BY number "
                               "LIMIT 1";
    int64_t low = 1, high = 0;
    TRY(whole_of(reader, LAST, NULL, 0, &high));
    high++;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, time = 0;
        const struct store_value value = STORE_OF_WHOLE(middle);
        TRY(whole_of(reader, TIME, &value, 1, &time));
        if (time < at.ms)
            low = middle + 1;
        else
            high = middle;
    }
    *out = low;
    return STATUS_OK;
}

enum status work_tally(struct work *work, struct store *reader, const struct work_kind *kind,
                       int step, moment from, moment to, const struct identity *by,
                       struct work_tally *out)
{
    static const char COUNT[] =
        "SELECT COUNT(*), COUNT(DISTINCT COALESCE(work_item.item_key, work_item.id)) FROM work_log "
        "JOIN work_item ON work_item.number = work_log.item WHERE work_log.number >= ?1 AND "
        "work_log.number < ?2 AND work_log.step = ?3 AND work_log.what IN ('step', 'approved', "
        "'fired') AND work_item.kind = ?4 AND (work_item.owner = ?5 OR work_item.seats LIKE ?6)";
    char room[ACCESS_ID_SIZE + 8];
    struct text seat = text_over(room, sizeof room);
    int64_t first = 0, last = 0;
    struct store_rows *rows = NULL;
    struct store_value at[2];
    (void)work;
    must(step >= 0 && step < (int)kind->steps_count);
    TRY(log_number(reader, from, &first));
    TRY(log_number(reader, to, &last));
    text_addf(&seat, "%%%s:%%", by->organisation);
    const struct store_value values[] = {STORE_OF_WHOLE(first),
                                         STORE_OF_WHOLE(last),
                                         STORE_OF_TEXT(slice_of(kind->step[step].name)),
                                         STORE_OF_TEXT(slice_of(kind->name)),
                                         STORE_OF_TEXT(slice_of(by->organisation)),
                                         STORE_OF_TEXT(text_slice(&seat))};
    TRY(store_query(reader, COUNT, values, 6, &rows));
    enum status status = store_next(rows, at, 2);
    if (status == STATUS_OK)
        *out = (struct work_tally){(uint64_t)at[0].whole, (uint64_t)at[1].whole};
    store_end(rows);
    return status;
}

enum status work_count_value(struct work *work, struct store *reader, const struct work_kind *kind,
                             int field, struct slice value, const struct identity *by,
                             uint64_t *out)
{
    static const char COUNT[] = "SELECT COUNT(*) FROM work_shelf WHERE track = ?1";
    const struct work_field *of = &kind->field[field];
    int64_t count = 0;
    must(of->searched && (of->type == WORK_WORD || of->type == WORK_FLAG));
    const struct store_value track =
        STORE_OF_WHOLE(value_track_of(work, kind, field, value, by->organisation));
    TRY(whole_of(reader, COUNT, &track, 1, &count));
    *out = (uint64_t)count;
    return STATUS_OK;
}

static enum status add_count(struct work *work, struct store *reader, const struct work_kind *kind,
                             int field, struct slice value, const struct identity *by,
                             uint64_t least, struct text *json)
{
    uint64_t count = 0;
    TRY(work_count_value(work, reader, kind, field, value, by, &count));
    text_add_json(json, value);
    if (count > 0 && count < least)
        text_add_string(json, ":null");
    else
        text_addf(json, ":%llu", (unsigned long long)count);
    return STATUS_OK;
}

/* The choices of a word, or what a flag can be. */
static enum status add_counts(struct work *work, struct store *reader, const struct work_kind *kind,
                              int field, const struct identity *by, uint64_t least,
                              struct text *json)
{
    struct slice rest = kind->field[field].type == WORK_FLAG ? SLICE("true false")
                                                             : slice_of(kind->field[field].choices);
    text_addf(json, "\"%s\":{", kind->field[field].name);
    for (bool first = true; rest.size > 0; first = false) {
        const char *end = memchr(rest.at, ' ', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.at);
        text_add_string(json, first ? "" : ",");
        TRY(add_count(work, reader, kind, field, (struct slice){rest.at, size}, by, least, json));
        size += end != NULL;
        rest.at += size;
        rest.size -= size;
    }
    text_add_char(json, '}');
    return STATUS_OK;
}

enum status work_counts_of(struct work *work, struct store *reader, const struct work_kind *kind,
                           const struct identity *by, uint64_t least, struct text *json)
{
    bool first = true;
    text_add_char(json, '{');
    for (unsigned i = 0; i < kind->fields_count; i++) {
        const struct work_field *field = &kind->field[i];
        if (!field->searched || (field->type != WORK_WORD && field->type != WORK_FLAG))
            continue;
        text_add_string(json, first ? "" : ",");
        TRY(add_counts(work, reader, kind, (int)i, by, least, json));
        first = false;
    }
    text_add_char(json, '}');
    return json->full ? STATUS_FULL : STATUS_OK;
}

/* ---- what is open ---- */

/* One queue: how many stand in it, and how many of them are due by each of the instants. */
static enum status queue_count(struct store *reader, int64_t track,
                               const int64_t until[WORK_HORIZONS], struct work_open *out, bool held)
{
    static const char COUNT[] =
        "SELECT COUNT(*), COUNT(CASE WHEN due <= ?2 THEN 1 END), COUNT(CASE WHEN due <= ?3 THEN 1 "
        "END), COUNT(CASE WHEN due <= ?4 THEN 1 END) FROM work_queue WHERE track = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE(track), STORE_OF_WHOLE(until[0]),
                                         STORE_OF_WHOLE(until[1]), STORE_OF_WHOLE(until[2])};
    static_assert(WORK_HORIZONS == 3, "of the query");
    struct store_rows *rows = NULL;
    struct store_value at[1 + WORK_HORIZONS];
    TRY(store_query(reader, COUNT, values, 4, &rows));
    enum status status = store_next(rows, at, 1 + WORK_HORIZONS);
    if (status == STATUS_OK) {
        out->open += (uint64_t)at[0].whole;
        out->held += held ? (uint64_t)at[0].whole : 0;
        for (unsigned i = 0; i < WORK_HORIZONS; i++)
            out->due[i] += (uint64_t)at[1 + i].whole;
    }
    store_end(rows);
    return status;
}

enum status work_count_open(struct work *work, struct store *reader, const struct work_kind *kind,
                            const struct identity *by, const int64_t within_ms[WORK_HORIZONS],
                            struct work_open *out)
{
    static const char OVERDUE[] = "SELECT COUNT(*) FROM work_shelf WHERE track = ?1";
    static const enum work_seat SEATS[] = {WORK_SEAT_OWNER, WORK_SEAT_ADDRESSEE};
    int64_t until[WORK_HORIZONS], overdue = 0;
    struct work_open found = {0};
    moment now = steady_now(work->steady);
    for (unsigned i = 0; i < WORK_HORIZONS; i++)
        until[i] = now.ms + within_ms[i];
    for (unsigned i = 0; i < kind->states_count; i++) {
        if (kind->state[i].end)
            continue;
        for (unsigned s = 0; s < 4; s++)
            TRY(queue_count(reader,
                            track_queue(by->organisation, SEATS[s / 2], kind->name,
                                        kind->state[i].name, s % 2 == 1, SLICE("")),
                            until, &found, s % 2 == 1));
    }
    const struct store_value track = STORE_OF_WHOLE(track_overdue(by->organisation, kind->name));
    TRY(whole_of(reader, OVERDUE, &track, 1, &overdue));
    found.overdue = (uint64_t)overdue;
    *out = found;
    return STATUS_OK;
}
