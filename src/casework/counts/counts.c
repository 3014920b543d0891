/* counts.c -- the log is followed by its numbers, and rows are kept and read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/counts/counts_inside.h"

#include <assert.h>

enum { COLUMNS = 13, SEATS_LIKE = ACCESS_ID_SIZE + 8 };

#define TABLES                                                                                     \
    "CREATE TABLE counts_row (series TEXT NOT NULL, day INTEGER NOT NULL, log INTEGER NOT NULL, "  \
    "part INTEGER NOT NULL, item INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, step "    \
    "TEXT NOT NULL, time INTEGER NOT NULL, region INTEGER NOT NULL, type TEXT NOT NULL, marks "    \
    "TEXT NOT NULL, count INTEGER NOT NULL, amount INTEGER NOT NULL, person INTEGER NOT NULL, "    \
    "seats TEXT NOT NULL, PRIMARY KEY (series, day, log, part)) WITHOUT ROWID;"                    \
    "CREATE INDEX counts_row_item ON counts_row (item, series);"                                   \
    "CREATE TABLE counts_reached (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, since INTEGER " \
    "NOT NULL);"                                                                                   \
    "INSERT INTO counts_reached (id, number, since) VALUES (1, 0, 0);"

const struct store_migration COUNTS_MIGRATIONS[COUNTS_MIGRATIONS_COUNT] = {
    {"casework: what work has come to", TABLES},
};

const struct counts_rule COUNTS_RULES[] = {
#define ONCE true
#define EACH false
#define ROW(kind, step, series, times, amount, type, marks, when, once) \
    {kind, step, series, times, amount, type, marks, when, once},
#include "casework/counts/rows.inc"
#undef ROW
#undef ONCE
#undef EACH
};
const unsigned COUNTS_RULES_COUNT = sizeof COUNTS_RULES / sizeof COUNTS_RULES[0];

const char *counts_series(unsigned index)
{
    return index < COUNTS_RULES_COUNT ? COUNTS_RULES[index].series : NULL;
}

/* ---- how far ---- */

static int32_t day_of(const struct counts *counts, moment at)
{
    int64_t ms = at.ms + (int64_t)counts->options.zone_minutes * MINUTE_MS;
    return (int32_t)(ms / DAY_MS);
}

struct reached {
    int64_t number, since;
};

static enum status reached_read(struct store *reader, struct reached *out)
{
    static const char READ[] = "SELECT number, since FROM counts_reached WHERE id = 1";
    struct store_rows *rows = NULL;
    struct store_value at[2];
    TRY(store_query(reader, READ, NULL, 0, &rows));
    enum status status = store_next(rows, at, 2);
    if (status == STATUS_OK)
        *out = (struct reached){at[0].whole, at[1].whole};
    store_end(rows);
    return status == STATUS_END ? STATUS_MALFORMED : status;
}

static enum status reached_write(struct counts *counts, const struct reached *reached)
{
    static const char WRITE[] = "UPDATE counts_reached SET number = ?1, since = ?2 WHERE id = 1";
    const struct store_value values[] = {STORE_OF_WHOLE(reached->number),
                                         STORE_OF_WHOLE(reached->since)};
    return store_run(counts->options.store, WRITE, values, 2);
}

/* The first day that is known in whole: what happened before the house was opened is none. */
static enum status since_write(struct counts *counts, struct reached *reached)
{
    moment first = MOMENT_NONE;
    int64_t last = 0;
    if (reached->since != 0)
        return STATUS_OK;
    TRY(work_history_span(counts->options.store, &last, &first));
    bool earlier = first.ms != MOMENT_NONE.ms && first.ms < counts->opened.ms;
    reached->since = earlier ? first.ms : counts->opened.ms;
    return reached_write(counts, reached);
}

/* ---- a batch ---- */

static enum status is_there(struct counts *counts, int64_t item, const char *series, bool *out)
{
    static const char FIND[] = "SELECT 1 FROM counts_row WHERE item = ?1 AND series = ?2 LIMIT 1";
    const struct store_value values[] = {STORE_OF_WHOLE(item), STORE_OF_TEXT(slice_of(series))};
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(counts->options.store, FIND, values, 2, &rows));
    enum status status = store_next(rows, at, 1);
    *out = status == STATUS_OK;
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status row_write(struct counts *counts, const struct counts_rule *rule, int64_t part,
                             const struct work_happened *what, const struct counts_made *made)
{
    static const char ADD[] =
        "INSERT INTO counts_row (series, day, log, part, item, id, kind, step, time, region, type, "
        "marks, count, amount, person, seats) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
        "?11, ?12, ?13, ?14, ?15, ?16)";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(rule->series)),
                                         STORE_OF_WHOLE(day_of(counts, what->time)),
                                         STORE_OF_WHOLE(what->number),
                                         STORE_OF_WHOLE(part),
                                         STORE_OF_WHOLE(what->item),
                                         STORE_OF_TEXT(slice_of(what->id)),
                                         STORE_OF_TEXT(slice_of(rule->kind)),
                                         STORE_OF_TEXT(slice_of(rule->step)),
                                         STORE_OF_WHOLE(what->time.ms),
                                         STORE_OF_WHOLE(made->region),
                                         STORE_OF_TEXT(made->type),
                                         STORE_OF_TEXT(slice_of(made->marks)),
                                         STORE_OF_WHOLE(made->times),
                                         STORE_OF_WHOLE(made->amount),
                                         STORE_OF_WHOLE((int64_t)made->person),
                                         STORE_OF_TEXT(what->seats)};
    TRY(store_run(counts->options.store, ADD, values, 16));
    atomic_fetch_add(&counts->rows, 1);
    return STATUS_OK;
}

/* Whether the log row is the change that a rule names: a step is written as what it was. */
static bool rule_means(const struct counts_rule *rule, const struct work_happened *what)
{
    bool step = slice_equal(what->what, SLICE("step")) ||
                slice_equal(what->what, SLICE("approved")) ||
                slice_equal(what->what, SLICE("fired"));
    if (strcmp(rule->kind, what->kind->name) != 0)
        return false;
    if (rule->step[0] == '\0')
        return slice_equal(what->what, SLICE("added"));
    return step && what->step >= 0 && strcmp(what->kind->step[what->step].name, rule->step) == 0;
}

static enum status take_one(struct counts *counts, const struct work_happened *what,
                            struct arena *scratch)
{
    struct work_item item = {.kind = NULL};
    for (unsigned i = 0; i < COUNTS_RULES_COUNT; i++) {
        const struct counts_rule *rule = &COUNTS_RULES[i];
        struct counts_made made;
        bool is = false, there = false;
        if (!rule_means(rule, what))
            continue;
        if (item.kind == NULL)
            TRY(work_find(counts->options.work, counts->options.store, what->id, NULL, scratch,
                          &item));
        TRY(counts_make(counts, rule, what, &item, &made, &is));
        if (is && rule->once)
            TRY(is_there(counts, what->item, rule->series, &there));
        if (is && !there)
            TRY(row_write(counts, rule, i, what, &made));
    }
    return STATUS_OK;
}

static enum status batch(struct counts *counts, struct arena *scratch, bool *more)
{
    struct reached reached;
    struct work_happened *what = NULL;
    size_t count = 0;
    TRY(reached_read(counts->options.store, &reached));
    TRY(since_write(counts, &reached));
    TRY(work_history(counts->options.work, counts->options.store, reached.number, COUNTS_BATCH_MAX,
                     scratch, &what, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(take_one(counts, &what[i], scratch));
        reached.number = what[i].number;
    }
    *more = count == COUNTS_BATCH_MAX;
    return count == 0 ? STATUS_OK : reached_write(counts, &reached);
}

/* Known without waiting for anybody's transaction. */
static enum status anything_new(struct counts *counts, bool *out)
{
    struct reached reached;
    int64_t last = 0;
    moment first;
    TRY(reached_read(counts->options.reader, &reached));
    TRY(work_history_span(counts->options.reader, &last, &first));
    *out = last > reached.number || reached.since == 0;
    return STATUS_OK;
}

enum status counts_follow(struct counts *counts, struct arena *scratch, bool *more)
{
    struct store *store = counts->options.store;
    bool new = false;
    *more = false;
    TRY(anything_new(counts, &new));
    if (!new)
        return STATUS_OK;
    TRY(store_begin(store));
    enum status status = batch(counts, scratch, more);
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

/* ---- reading ---- */

enum status counts_span(struct counts *counts, struct store *reader, struct counts_span *out)
{
    struct reached reached;
    moment first;
    TRY(reached_read(reader, &reached));
    TRY(work_history_span(reader, &out->last, &first));
    moment since = {reached.since == 0 ? counts->opened.ms : reached.since};
    struct clock clock = counts->options.clock;
    out->number = reached.number;
    out->from = day_of(counts, since);
    out->to = day_of(counts, clock.now(clock.self));
    out->rows = atomic_load(&counts->rows);
    return STATUS_OK;
}

/* day, log, part, id, kind, step, time, region, type, marks, count, amount, person */
static void row_of(const struct store_value *at, struct slice series, struct counts_row *out)
{
    struct text id = text_over(out->item, sizeof out->item);
    out->day = (int32_t)at[0].whole;
    out->number = at[1].whole;
    out->part = (int32_t)at[2].whole;
    text_add(&id, at[3].bytes);
    out->kind = at[4].bytes;
    out->step = at[5].bytes;
    out->time = (moment){at[6].whole};
    out->region = (uint32_t)at[7].whole;
    out->series = series;
    out->type = at[8].bytes;
    out->marks = at[9].bytes;
    out->count = (uint32_t)at[10].whole;
    out->amount = at[11].whole;
    out->person = (uint64_t)at[12].whole;
}

enum status counts_read(struct store *reader, const struct counts_query *query,
                        struct counts_sink sink)
{
    static const char ROWS[] =
        "SELECT day, log, part, id, kind, step, time, region, type, marks, count, amount, person "
        "FROM counts_row WHERE series = ?1 AND day >= ?2 AND day <= ?3 AND region >= ?4 AND region "
        "<= ?5 AND (?6 = '' OR seats LIKE ?6) AND (day > ?7 OR (day = ?7 AND (log > ?8 OR (log = "
        "?8 AND part > ?9)))) ORDER BY day, log, part LIMIT ?10";
    char like[SEATS_LIKE];
    struct text seats = text_over(like, sizeof like);
    struct store_rows *rows = NULL;
    struct store_value at[COLUMNS];
    struct counts_row row;
    if (query->organisation.size > 0) {
        text_add_string(&seats, "%,");
        text_add(&seats, query->organisation);
        text_add_string(&seats, ",%");
    }
    if (seats.full)
        return STATUS_FULL;
    const struct store_value values[] = {
        STORE_OF_TEXT(query->series),
        STORE_OF_WHOLE(query->from),
        STORE_OF_WHOLE(query->to),
        STORE_OF_WHOLE(query->low),
        STORE_OF_WHOLE(query->high),
        STORE_OF_TEXT(text_slice(&seats)),
        STORE_OF_WHOLE(query->after_day),
        STORE_OF_WHOLE(query->after_number),
        STORE_OF_WHOLE(query->after_part),
        STORE_OF_WHOLE(query->count_max == 0 ? INT64_MAX : (int64_t)query->count_max)};
    TRY(store_query(reader, ROWS, values, 10, &rows));
    enum status status = store_next(rows, at, COLUMNS);
    while (status == STATUS_OK) {
        row_of(at, query->series, &row);
        status = sink.take(sink.self, &row);
        if (status == STATUS_OK)
            status = store_next(rows, at, COLUMNS);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status counts_has(struct store *reader, struct slice series, bool *out)
{
    static const char FIND[] = "SELECT 1 FROM counts_row WHERE series = ?1 LIMIT 1";
    const struct store_value value = STORE_OF_TEXT(series);
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(reader, FIND, &value, 1, &rows));
    enum status status = store_next(rows, at, 1);
    *out = status == STATUS_OK;
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* ---- opening ---- */

enum status counts_open(struct counts **out, const struct counts_options *options,
                        struct arena *boot, struct text *why)
{
    struct counts *counts = NULL;
    static_assert(sizeof COUNTS_RULES / sizeof COUNTS_RULES[0] <= COUNTS_RULES_MAX,
                  "a row's part fits, and each change is held against few rules");
    for (unsigned i = 0; i < COUNTS_RULES_COUNT; i++)
        TRY(counts_rule_check(options->work, &COUNTS_RULES[i], why));
    TRY(ARENA_NEW(boot, 1, &counts));
    counts->options = *options;
    counts->opened = options->clock.now(options->clock.self);
    *out = counts;
    return STATUS_OK;
}
