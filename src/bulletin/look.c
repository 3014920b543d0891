/* look.c -- alerts found again: by number, by filter, by id. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

#define ROW_COLUMNS                                                                                \
    "number, id, position, image, shadow, typology, rule, subject_kind, subject, respond, grade, " \
    "score, time, first, words, masked, sealed, outcome, decided_by, decided, code, holder, lease"

enum { ROW_COLUMNS_COUNT = 23, SQL_BYTES_MAX = 16384 };

static void row_of(const struct store_value *value, struct alert_row *out)
{
    *out = (struct alert_row){.number = (uint64_t)value[0].whole,
                              .id = value[1].bytes,
                              .position = (uint64_t)value[2].whole,
                              .image = value[3].bytes,
                              .shadow = value[4].whole != 0,
                              .typology = value[5].bytes,
                              .rule = value[6].bytes,
                              .subject_kind = value[7].bytes,
                              .subject = value[8].bytes,
                              .respond = value[9].bytes,
                              .grade = (int)value[10].whole,
                              .score = value[11].real,
                              .time = {value[12].whole},
                              .first = value[13].whole != 0,
                              .words = value[14].bytes,
                              .masked = value[15].bytes,
                              .sealed = value[16].bytes,
                              .outcome = value[17].bytes,
                              .decided_by = value[18].bytes,
                              .decided = {value[19].whole},
                              .code = value[20].bytes,
                              .holder = value[21].bytes,
                              .lease = {value[22].whole}};
}

enum status bulletin_look(struct store *store, const struct bulletin_query *query,
                          struct arena *scratch, struct bulletin_sink sink)
{
    char *bytes = NULL;
    struct store_value values[FILTER_VALUES_MAX + 2], row[ROW_COLUMNS_COUNT];
    struct store_rows *rows = NULL;
    size_t count = 0;
    bool back = query->before > 0;
    uint64_t edge = back ? query->before : query->after;
    TRY(arena_take(scratch, SQL_BYTES_MAX, (void **)&bytes));
    struct text sql = text_over(bytes, SQL_BYTES_MAX);
    text_addf(&sql, "SELECT " ROW_COLUMNS " FROM alert WHERE number %s ?1", back ? "<" : ">");
    values[0] = STORE_OF_WHOLE((int64_t)(edge > INT64_MAX ? INT64_MAX : edge));
    values[1] = STORE_OF_WHOLE((int64_t)query->count_max);
    if (query->filter != NULL) {
        text_add_string(&sql, " AND ");
        filter_add_sql(query->filter, 3, &sql, values + 2, &count);
    }
    text_addf(&sql, " ORDER BY number %s LIMIT ?2", back ? "DESC" : "ASC");
    must(!sql.full);
    TRY(store_query_composed(store, sql.at, values, count + 2, &rows));
    bool page_ends = false; /* a FULL of the store's is another matter */
    enum status status = store_next(rows, row, ROW_COLUMNS_COUNT);
    while (status == STATUS_OK && !page_ends) {
        struct alert_row alert;
        row_of(row, &alert);
        status = sink.take(sink.self, &alert);
        page_ends = status == STATUS_FULL;
        if (status == STATUS_OK)
            status = store_next(rows, row, ROW_COLUMNS_COUNT);
    }
    store_end(rows);
    return status == STATUS_END || page_ends ? STATUS_OK : status;
}

enum status bulletin_find(struct store *store, struct slice id, struct arena *arena,
                          struct alert_row *out)
{
    static const char FIND[] = "SELECT " ROW_COLUMNS " FROM alert WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_value row[ROW_COLUMNS_COUNT];
    TRY(store_one(store, FIND, &value, 1, row, ROW_COLUMNS_COUNT, arena));
    row_of(row, out);
    return STATUS_OK;
}

enum status bulletin_count_subject(struct store *store, struct slice pseudonym, size_t count_max,
                                   uint64_t *out)
{
    static const char COUNT[] =
        "SELECT COUNT(*) FROM (SELECT 1 FROM alert WHERE subject = ?1 LIMIT ?2)";
    const struct store_value values[] = {STORE_OF_TEXT(pseudonym),
                                         STORE_OF_WHOLE((int64_t)count_max)};
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, COUNT, values, 2, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_OK)
        *out = (uint64_t)row[0].whole;
    store_end(rows);
    return status;
}

void text_add_alert_members(struct text *text, const struct alert_row *row)
{
    text_addf(text, "{\"number\":%llu,\"shadow\":%s,\"subject\":\"%.*s\"",
              (unsigned long long)row->number, row->shadow ? "true" : "false",
              (int)row->subject.size, row->subject.at);
    if (row->decided.ms != 0) {
        text_addf(
            text,
            ",\"decision\":{\"outcome\":\"%.*s\",\"code\":\"%.*s\",\"by\":\"%.*s\",\"time\":\"",
            (int)row->outcome.size, row->outcome.at, (int)row->code.size, row->code.at,
            (int)row->decided_by.size, row->decided_by.at);
        text_add_moment(text, row->decided, 0);
        text_add_string(text, "\"}");
    }
    text_add_string(text, ",\"alert\":");
    text_add(text, row->masked);
}

void text_add_alert_row(struct text *text, const struct alert_row *row)
{
    text_add_alert_members(text, row);
    text_add_char(text, '}');
}

enum status bulletin_newest(struct store *store, uint64_t *out)
{
    static const char NEWEST[] = "SELECT COALESCE(MAX(number), 0) FROM alert";
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, NEWEST, NULL, 0, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_OK)
        *out = (uint64_t)row[0].whole;
    store_end(rows);
    return status;
}
