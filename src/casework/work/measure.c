/* measure.c -- the five times of issue 4, and whether clocks were met, out of the log.
 *
 *      detect    from what happened to the item            verify, act, resolve
 *      take      … to the first hold, or step so marked        … to the first step so marked
 *
 * Each is counted from the item's `detected`.  There is no field for any of them that somebody
 * could type into: a time is that of a log row, which is written with its audit entry.
 *
 * Values fall into buckets, 64 to each doubling, so a quantile is told with less than two parts in
 * a hundred too much, and the memory does not grow with the items.  Largest values are exact. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

enum { MEASURES = 5, FINE = 64, BUCKETS = FINE * 58, LOG_COLUMNS = 8 };

struct spread {
    uint64_t count;
    int64_t most;
    uint64_t bucket[BUCKETS];
};

struct clock_tally {
    uint64_t started, met, expired;
    int64_t late_ms_max;
};

struct tally {
    const struct work_kind *kind;
    uint64_t items;
    struct spread *spread; /* [MEASURES] */
    struct clock_tally clock[WORK_CLOCKS_MAX];
    int64_t item, detected; /* the one that is being read; item 0: none */
    int64_t first[MEASURES];
};

/* Up to 64 exactly, then 64 to each doubling. */
static unsigned bucket_of(int64_t value)
{
    if (value < FINE)
        return (unsigned)value;
    unsigned doubling = 63 - (unsigned)__builtin_clzll((uint64_t)value);
    unsigned fine = (unsigned)((uint64_t)value >> (doubling - 6)) & (FINE - 1);
    return (doubling - 5) * FINE + fine;
}

/* The largest value of a bucket. */
static int64_t bucket_end(unsigned bucket)
{
    if (bucket < FINE)
        return bucket;
    unsigned doubling = bucket / FINE + 5;
    uint64_t width = (uint64_t)1 << (doubling - 6);
    return (int64_t)((FINE + bucket % FINE + 1) * width - 1);
}

static void spread_add(struct spread *spread, int64_t value)
{
    if (value < 0)
        value = 0; /* what is reported about tomorrow was found at once */
    spread->count++;
    spread->bucket[bucket_of(value)]++;
    if (value > spread->most)
        spread->most = value;
}

static int64_t spread_at(const struct spread *spread, unsigned percent)
{
    uint64_t rank = (spread->count * percent + 99) / 100;
    uint64_t seen = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += spread->bucket[i];
        if (seen >= rank)
            return bucket_end(i) < spread->most ? bucket_end(i) : spread->most;
    }
    return spread->most;
}

static void item_end(struct tally *tally)
{
    if (tally->item == 0)
        return;
    tally->items++;
    for (unsigned i = 0; i < MEASURES; i++)
        if (tally->first[i] != MOMENT_NONE.ms)
            spread_add(&tally->spread[i], tally->first[i] - tally->detected);
}

static void clocks_add(struct tally *tally, struct slice clocks, int64_t late_ms)
{
    while (clocks.size != 0) {
        const char *end = memchr(clocks.at, ',', clocks.size);
        size_t size = end == NULL ? clocks.size : (size_t)(end - clocks.at);
        int clock = work_clock_find(tally->kind, (struct slice){clocks.at + 1, size - 1});
        if (clock >= 0) {
            struct clock_tally *of = &tally->clock[clock];
            of->started += clocks.at[0] == '+';
            of->met += clocks.at[0] == '-';
            of->expired += clocks.at[0] == '!';
            if (clocks.at[0] == '!' && late_ms > of->late_ms_max)
                of->late_ms_max = late_ms;
        }
        size += end != NULL;
        clocks.at += size;
        clocks.size -= size;
    }
}

static void first_set(struct tally *tally, unsigned measure, int64_t time)
{
    if (tally->first[measure] == MOMENT_NONE.ms)
        tally->first[measure] = time;
}

/* item, detected, created, time, what, mark, clocks, late */
static void row_add(struct tally *tally, const struct store_value *at)
{
    if (at[0].whole != tally->item) {
        item_end(tally);
        tally->item = at[0].whole;
        tally->detected = at[1].whole;
        for (unsigned i = 0; i < MEASURES; i++)
            tally->first[i] = MOMENT_NONE.ms;
        first_set(tally, 0, at[2].whole);
    }
    if (at[5].whole > WORK_MARK_NONE && at[5].whole <= WORK_MARK_RESOLVE)
        first_set(tally, (unsigned)at[5].whole, at[3].whole);
    if (slice_equal(at[4].bytes, SLICE("taken")))
        first_set(tally, WORK_MARK_TAKE, at[3].whole);
    if (at[6].bytes.size > 1)
        clocks_add(tally, at[6].bytes, at[7].whole);
}

/* The first number of an item that was made at `from` or later: numbers rise with time. */
static enum status number_since(struct store *reader, moment from, int64_t *out)
{
    static const char LAST[] = "SELECT number, created FROM work_item WHERE number <= ?1 ORDER BY "
                               "number DESC LIMIT 1";
    int64_t low = 0;
    int64_t high = INT64_MAX;
    while (low < high) { /* the greatest number below, found by halving */
        int64_t middle = low + (high - low) / 2;
        const struct store_value value = STORE_OF_WHOLE(middle);
        struct store_rows *rows = NULL;
        struct store_value at[2];
        TRY(store_query(reader, LAST, &value, 1, &rows));
        enum status status = store_next(rows, at, 2);
        bool later = status == STATUS_OK && at[1].whole >= from.ms;
        int64_t number = status == STATUS_OK ? at[0].whole : 0;
        store_end(rows);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
        if (later)
            high = number;
        else
            low = middle + 1;
    }
    *out = low;
    return STATUS_OK;
}

static enum status rows_add(struct store *reader, const char *organisation, struct tally *tally,
                            moment from, moment to)
{
    static const char ROWS[] =
        "SELECT i.number, i.detected, i.created, l.time, l.what, l.mark, l.clocks, l.late FROM "
        "work_shelf s JOIN work_item i ON i.number = s.item JOIN work_log l ON l.item = s.item "
        "WHERE s.track = ?1 AND s.item >= ?2 AND s.item < ?3 AND i.kind = ?4 ORDER BY s.item, "
        "l.number";
    int64_t first = 0;
    int64_t end = 0;
    TRY(number_since(reader, from, &first));
    TRY(number_since(reader, to, &end));
    const struct store_value values[] = {
        STORE_OF_WHOLE(track_all(organisation, tally->kind->name, (struct slice){NULL, 0})),
        STORE_OF_WHOLE(first), STORE_OF_WHOLE(end), STORE_OF_TEXT(slice_of(tally->kind->name))};
    struct store_rows *rows = NULL;
    struct store_value at[LOG_COLUMNS];
    TRY(store_query(reader, ROWS, values, 4, &rows));
    enum status status = store_next(rows, at, LOG_COLUMNS);
    for (; status == STATUS_OK; status = store_next(rows, at, LOG_COLUMNS))
        row_add(tally, at);
    store_end(rows);
    item_end(tally);
    return status == STATUS_END ? STATUS_OK : status;
}

static void add_spread(struct text *json, const char *name, const struct spread *spread, bool first)
{
    text_addf(json, "%s\"%s\":{\"count\":%llu", first ? "" : ",", name,
              (unsigned long long)spread->count);
    if (spread->count > 0)
        text_addf(json, ",\"p50_ms\":%lld,\"p90_ms\":%lld,\"p99_ms\":%lld,\"max_ms\":%lld",
                  (long long)spread_at(spread, 50), (long long)spread_at(spread, 90),
                  (long long)spread_at(spread, 99), (long long)spread->most);
    text_add_char(json, '}');
}

static void add_tally(struct text *json, const struct tally *tally)
{
    static const char *const NAMES[MEASURES] = {"detect", "take", "verify", "act", "resolve"};
    text_addf(json, ",\"items\":%llu,\"measures\":{", (unsigned long long)tally->items);
    for (unsigned i = 0; i < MEASURES; i++)
        add_spread(json, NAMES[i], &tally->spread[i], i == 0);
    text_add_string(json, "},\"clocks\":[");
    for (unsigned i = 0; i < tally->kind->clocks_count; i++)
        text_addf(
            json,
            "%s{\"clock\":\"%s\",\"started\":%llu,\"met\":%llu,\"expired\":%llu,"
            "\"late_ms_max\":%lld}",
            i == 0 ? "" : ",", tally->kind->clock[i].name,
            (unsigned long long)tally->clock[i].started, (unsigned long long)tally->clock[i].met,
            (unsigned long long)tally->clock[i].expired, (long long)tally->clock[i].late_ms_max);
    text_add_string(json, "]}");
}

enum status work_measures(struct work *work, struct store *reader, const struct work_kind *kind,
                          moment from, moment to, const struct identity *by, struct text *json,
                          struct arena *request)
{
    struct tally tally = {.kind = kind};
    if (by->by == BY_NOBODY)
        return STATUS_REFUSED;
    TRY(ARENA_NEW(request, MEASURES, &tally.spread));
    TRY(rows_add(reader, by->organisation, &tally, from, to));
    text_addf(json, "{\"kind\":\"%s\",\"from\":\"", kind->name);
    text_add_moment(json, from, work->zone_minutes);
    text_add_string(json, "\",\"to\":\"");
    text_add_moment(json, to, work->zone_minutes);
    text_add_char(json, '"');
    add_tally(json, &tally);
    return json->full ? STATUS_FULL : STATUS_OK;
}
