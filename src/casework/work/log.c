/* log.c -- what happened: a row that nobody edits, an audit entry, and an event for each seat.
 *
 *      change ──> audit entry (sequence) ──> log row (names it) ──> event 1, 2, 3 … of each seat
 *
 * Events are numbered for each organisation from 1 without a gap, so that a number tells nobody
 * how much others do.  An event tells no reason, no value and no person; who wants those asks for
 * the item.
 *
 * Invariants:  1. Whatever changed an item has its row, its entry and its events in one
 *                 transaction.
 *              2. The audit entry holds ids, names of fields and a keyed name of the reason; the
 *                 reason itself lies sealed in the log. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

static const char MACHINE[] = "machine";

static const char *state_name(const struct row *row, int state)
{
    return state < 0 ? "" : row->item.kind->state[state].name;
}

static const char *step_name(const struct row *row, int step)
{
    return step < 0 ? "" : row->item.kind->step[step].name;
}

static enum status entry_append(struct work *work, const struct row *row,
                                const struct happening *what, moment now, uint64_t *sequence)
{
    char action[AUDIT_WORD_MAX], room[NAMES_TEXT_MAX + 1024], name[ACCESS_SECRET_SIZE] = "";
    struct text said = text_over(action, sizeof action);
    struct text detail = text_over(room, sizeof room);
    text_addf(&said, "work.%s", what->what);
    text_addf(&detail, "{\"kind\":\"%s\",\"version\":%lld,\"from\":\"%s\",\"to\":\"%s\"",
              row->item.kind->name, (long long)row->item.version, state_name(row, what->from),
              state_name(row, row->item.state));
    if (what->step >= 0)
        text_addf(&detail, ",\"step\":\"%s\"", step_name(row, what->step));
    if (what->fields != 0) {
        text_add_string(&detail, ",\"fields\":\"");
        text_add_field_names(&detail, row->item.kind, what->fields);
        text_add_char(&detail, '"');
    }
    if (what->other.size != 0) {
        text_add_string(&detail, ",\"other\":");
        text_add_json(&detail, what->other);
    }
    if (what->asker != NULL)
        text_addf(&detail, ",\"asked_by\":\"%s\"", what->asker);
    if (what->reason.size != 0) {
        access_pseudonym(work->access, "reason", what->reason, name);
        text_addf(&detail, ",\"reason\":\"%s\"", name);
    }
    text_add_char(&detail, '}');
    must(!detail.full);
    const struct audit_entry entry = {
        .time = now,
        .actor = what->by == NULL ? SLICE("machine") : slice_of(what->by->id),
        .organisation = slice_of(what->by == NULL ? row->item.owner : what->by->organisation),
        .action = text_slice(&said),
        .object_kind = SLICE("work"),
        .object_id = slice_of(row->item.id),
        .outcome = SLICE("done"),
        .detail = text_slice(&detail)};
    return audit_append(work->audit, &entry, sequence);
}

static enum status event_put(struct work *work, const char *organisation, int64_t log)
{
    static const char ADD[] =
        "INSERT INTO work_event (track, number, log) VALUES (?1, 1 + COALESCE((SELECT MAX(number) "
        "FROM work_event WHERE track = ?1), 0), ?2)";
    const struct store_value values[] = {STORE_OF_WHOLE(track_events(organisation)),
                                         STORE_OF_WHOLE(log)};
    return store_run(work->store, ADD, values, 2);
}

static enum status next_number(struct work *work, int64_t *out)
{
    static const char NEXT[] = "SELECT COALESCE(MAX(number), 0) + 1 FROM work_log";
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(work->store, NEXT, NULL, 0, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

enum status log_append(struct work *work, const struct row *row, const struct happening *what,
                       moment now, struct arena *arena)
{
    static const char ADD[] =
        "INSERT INTO work_log (number, item, version, time, what, step, from_state, to_state, "
        "actor, asker, organisation, mark, clocks, fields, other, late, reason, audit) VALUES (?1, "
        "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
    char *names = NULL;
    uint64_t sequence = 0;
    int64_t number = 0;
    struct slice reason = {NULL, 0};
    TRY(ARENA_NEW(arena, NAMES_TEXT_MAX, &names));
    struct text fields = text_over(names, NAMES_TEXT_MAX);
    text_add_field_names(&fields, row->item.kind, what->fields);
    TRY(entry_append(work, row, what, now, &sequence));
    TRY(next_number(work, &number));
    if (what->reason.size != 0)
        TRY(seal_text(work, what->reason, arena, &reason));
    const struct store_value values[] = {
        STORE_OF_WHOLE(number),
        STORE_OF_WHOLE(row->number),
        STORE_OF_WHOLE(row->item.version),
        STORE_OF_WHOLE(now.ms),
        STORE_OF_TEXT(slice_of(what->what)),
        STORE_OF_TEXT(slice_of(step_name(row, what->step))),
        STORE_OF_TEXT(slice_of(state_name(row, what->from))),
        STORE_OF_TEXT(slice_of(state_name(row, row->item.state))),
        STORE_OF_TEXT(slice_of(what->by == NULL ? MACHINE : what->by->id)),
        STORE_OF_TEXT(slice_of(what->asker == NULL ? "" : what->asker)),
        STORE_OF_TEXT(slice_of(what->by == NULL ? "" : what->by->organisation)),
        STORE_OF_WHOLE(what->mark),
        STORE_OF_TEXT(what->clocks),
        STORE_OF_TEXT(text_slice(&fields)),
        STORE_OF_TEXT(what->other),
        STORE_OF_WHOLE(what->late_ms),
        reason.size == 0 ? STORE_OF_NULL : STORE_OF_BYTES(reason),
        STORE_OF_WHOLE((int64_t)sequence)};
    TRY(store_run(work->store, ADD, values, 18));
    for (unsigned i = 0; i < row->parties_count; i++)
        TRY(event_put(work, row->party[i].organisation, number));
    return STATUS_OK;
}

/* ---- telling of it ---- */

/* "a,b" as ["a","b"]. */
static void add_words(struct text *text, struct slice words)
{
    bool first = true;
    text_add_char(text, '[');
    while (words.size != 0) {
        const char *end = memchr(words.at, ',', words.size);
        size_t size = end == NULL ? words.size : (size_t)(end - words.at);
        text_add_string(text, first ? "" : ",");
        text_add_json(text, (struct slice){words.at, size});
        first = false;
        size += end != NULL;
        words.at += size;
        words.size -= size;
    }
    text_add_char(text, ']');
}

static void add_text(struct text *text, const char *name, struct slice value)
{
    if (value.size == 0)
        return;
    text_addf(text, ",\"%s\":", name);
    text_add_json(text, value);
}

static void add_moment(struct text *text, const char *name, int64_t ms, int32_t zone_minutes)
{
    text_addf(text, ",\"%s\":\"", name);
    text_add_moment(text, (moment){ms}, zone_minutes);
    text_add_char(text, '"');
}

enum { ROW_COLUMNS = 15 };

/* One row, as far as this party may read it: of others it learns what moved, not who and why. */
static enum status add_row(const struct work *work, struct text *json, struct party *party,
                           const struct store_value *at, struct arena *arena)
{
    bool own =
        party->seat == WORK_SEAT_OWNER || slice_equal(at[7].bytes, slice_of(party->organisation));
    bool machine = at[7].bytes.size == 0;
    struct slice reason = {NULL, 0};
    text_addf(json, "{\"version\":%lld", (long long)at[0].whole);
    add_moment(json, "time", at[1].whole, work->zone_minutes);
    add_text(json, "what", at[2].bytes);
    add_text(json, "step", at[3].bytes);
    add_text(json, "from", at[4].bytes);
    add_text(json, "to", at[5].bytes);
    if (own || machine)
        add_text(json, "by", at[6].bytes);
    if (own) {
        add_text(json, "asked_by", at[8].bytes);
        add_text(json, "organisation", at[7].bytes);
        text_add_string(json, ",\"fields\":");
        add_words(json, at[10].bytes);
        add_text(json, "other", at[11].bytes);
        text_addf(json, ",\"audit\":%lld", (long long)at[14].whole);
        if (at[13].type != STORE_NULL) {
            TRY(open_text(work, at[13].bytes, arena, &reason));
            add_text(json, "reason", reason);
        }
    }
    if (own || machine)
        add_text(json, "clocks", at[9].bytes);
    if (at[12].whole != 0)
        text_addf(json, ",\"late_ms\":%lld", (long long)at[12].whole);
    text_add_char(json, '}');
    return STATUS_OK;
}

static enum status add_rows(struct work *work, struct store *reader, const struct row *row,
                            struct party *party, struct text *json, struct arena *arena)
{
    static const char LOG[] =
        "SELECT version, time, what, step, from_state, to_state, actor, organisation, asker, "
        "clocks, fields, other, late, reason, audit FROM (SELECT * FROM work_log WHERE item = ?1 "
        "ORDER BY number DESC LIMIT ?2) AS newest ORDER BY number";
    const struct store_value values[] = {STORE_OF_WHOLE(row->number), STORE_OF_WHOLE(WORK_LOG_MAX)};
    struct store_rows *rows = NULL;
    struct store_value at[ROW_COLUMNS];
    bool first = true;
    TRY(store_query(reader, LOG, values, 2, &rows));
    enum status status = store_next(rows, at, ROW_COLUMNS);
    while (status == STATUS_OK) {
        text_add_string(json, first ? "" : ",");
        first = false;
        status = add_row(work, json, party, at, arena);
        if (status == STATUS_OK)
            status = store_next(rows, at, ROW_COLUMNS);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status add_links(struct work *work, struct store *reader, const struct row *row,
                             struct party *party, struct text *json, struct arena *arena)
{
    static const char LINKS[] =
        "SELECT l.relation, i.number, l.forward FROM work_link l JOIN work_item i ON i.number = "
        "l.other WHERE l.item = ?1 ORDER BY l.relation, l.other, l.forward LIMIT ?2";
    const struct store_value values[] = {STORE_OF_WHOLE(row->number),
                                         STORE_OF_WHOLE(WORK_LINKS_MAX)};
    struct store_rows *rows = NULL;
    struct store_value at[3];
    bool first = true;
    TRY(store_query(reader, LINKS, values, 2, &rows));
    enum status status = store_next(rows, at, 3);
    while (status == STATUS_OK) {
        struct row *other = NULL;
        status = row_read_number(work, reader, at[1].whole, arena, &other);
        if (status != STATUS_OK)
            break;
        if (row_party(other, slice_of(party->organisation)) != NULL) {
            text_addf(json,
                      "%s{\"relation\":\"%.*s\",\"item\":\"%s\",\"kind\":\"%s\",\"state\":"
                      "\"%s\",\"forward\":%s}",
                      first ? "" : ",", (int)at[0].bytes.size, at[0].bytes.at, other->item.id,
                      other->item.kind->name, state_name(other, other->item.state),
                      at[2].whole != 0 ? "true" : "false");
            first = false;
        }
        status = store_next(rows, at, 3);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status add_papers(struct work *work, struct store *reader, const struct row *row,
                              struct party *party, bool notes, struct text *json,
                              struct arena *arena)
{
    static const char NOTES[] = "SELECT time, actor, organisation, sealed, '', 0, '' FROM "
                                "work_note WHERE item = ?1 ORDER BY number";
    static const char FILES[] = "SELECT time, actor, organisation, name, sha256, size, type FROM "
                                "work_attachment WHERE item = ?1 ORDER BY number";
    const struct store_value value = STORE_OF_WHOLE(row->number);
    struct store_rows *rows = NULL;
    struct store_value at[7];
    struct slice text = {NULL, 0};
    bool first = true;
    TRY(store_query(reader, notes ? NOTES : FILES, &value, 1, &rows));
    enum status status = store_next(rows, at, 7);
    for (; status == STATUS_OK; status = store_next(rows, at, 7)) {
        if (party->seat != WORK_SEAT_OWNER &&
            !slice_equal(at[2].bytes, slice_of(party->organisation)))
            continue;
        status = open_text(work, at[3].bytes, arena, &text);
        if (status != STATUS_OK)
            break;
        text_addf(json, "%s{\"by\":\"%.*s\"", first ? "" : ",", (int)at[1].bytes.size,
                  at[1].bytes.at);
        first = false;
        add_moment(json, "time", at[0].whole, work->zone_minutes);
        add_text(json, notes ? "text" : "name", text);
        if (!notes) {
            add_text(json, "sha256", at[4].bytes);
            add_text(json, "type", at[6].bytes);
            text_addf(json, ",\"size\":%lld", (long long)at[5].whole);
        }
        text_add_char(json, '}');
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status work_log(struct work *work, struct store *reader, const char *id,
                     const struct identity *by, struct text *json, struct arena *request)
{
    struct row *row = NULL;
    TRY(row_read(work, reader, id, request, &row));
    struct party *party = row_seat(row, by);
    if (party == NULL)
        return STATUS_ABSENT;
    text_add_string(json, "{\"log\":[");
    TRY(add_rows(work, reader, row, party, json, request));
    text_add_string(json, "],\"notes\":[");
    TRY(add_papers(work, reader, row, party, true, json, request));
    text_add_string(json, "],\"links\":[");
    TRY(add_links(work, reader, row, party, json, request));
    text_add_string(json, "],\"attachments\":[");
    TRY(add_papers(work, reader, row, party, false, json, request));
    text_add_string(json, "]}");
    return json->full ? STATUS_FULL : STATUS_OK;
}

/* ---- events ---- */

static void add_event(const struct work *work, struct text *json, const struct store_value *at,
                      bool first)
{
    text_addf(json, "%s{\"number\":%lld", first ? "" : ",", (long long)at[0].whole);
    add_moment(json, "time", at[1].whole, work->zone_minutes);
    add_text(json, "item", at[2].bytes);
    add_text(json, "kind", at[3].bytes);
    add_text(json, "what", at[4].bytes);
    add_text(json, "step", at[5].bytes);
    add_text(json, "from", at[6].bytes);
    add_text(json, "to", at[7].bytes);
    text_addf(json, ",\"version\":%lld", (long long)at[8].whole);
    if (slice_equal(at[4].bytes, SLICE("alarm")) || slice_equal(at[4].bytes, SLICE("fired")))
        add_text(json, "clock", at[9].bytes);
    if (at[10].whole != 0)
        text_addf(json, ",\"late_ms\":%lld", (long long)at[10].whole);
    text_add_char(json, '}');
}

enum status work_events_newest(struct store *reader, const struct identity *by, uint64_t *out)
{
    static const char NEWEST[] = "SELECT COALESCE(MAX(number), 0) FROM work_event WHERE track = ?1";
    const struct store_value track = STORE_OF_WHOLE(track_events(by->organisation));
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(reader, NEWEST, &track, 1, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = (uint64_t)at[0].whole;
    store_end(rows);
    return status;
}

enum status work_events(struct work *work, struct store *reader, uint64_t after,
                        const struct identity *by, struct text *json, size_t count_max,
                        uint64_t *last, struct arena *request)
{
    static const char EVENTS[] =
        "SELECT e.number, l.time, i.id, i.kind, l.what, l.step, l.from_state, l.to_state, "
        "l.version, l.other, l.late FROM work_event e JOIN work_log l ON l.number = e.log JOIN "
        "work_item i ON i.number = l.item WHERE e.track = ?1 AND e.number > ?2 ORDER BY e.number "
        "LIMIT ?3";
    const struct store_value values[] = {STORE_OF_WHOLE(track_events(by->organisation)),
                                         STORE_OF_WHOLE((int64_t)(after & INT64_MAX)),
                                         STORE_OF_WHOLE((int64_t)count_max)};
    struct store_rows *rows = NULL;
    struct store_value at[11];
    uint64_t told = after;
    bool first = true;
    (void)request;
    TRY(store_query(reader, EVENTS, values, 3, &rows));
    text_add_char(json, '[');
    enum status status = store_next(rows, at, 11);
    for (; status == STATUS_OK; status = store_next(rows, at, 11)) {
        size_t size = json->size;
        add_event(work, json, at, first);
        if (json->full || json->size + 2 > json->size_max) { /* the page ends before it */
            json->size = size;
            json->at[size] = '\0';
            json->full = first;
            status = STATUS_END;
            break;
        }
        told = (uint64_t)at[0].whole;
        first = false;
    }
    store_end(rows);
    if (status != STATUS_END)
        return status;
    if (json->full)
        return STATUS_FULL;
    text_add_char(json, ']');
    *last = told;
    return STATUS_OK;
}
