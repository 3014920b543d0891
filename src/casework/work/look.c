/* look.c -- lists, one item, and its form as JSON.
 *
 * A list is merged from tracks (track.c): of each track as many heads as the page is long are read,
 * behind the cursor, and the best of all are looked up and shown.  So a page costs as much at a
 * million open items as at ten.
 *
 *      cursor of open ones    rank.due.id       of others   id
 *
 * A cursor names its item by id, because numbers would tell how many others there are.
 *
 * Invariants:  1. Every item is held against the question and the seat once more before it is
 *                 shown: a track is only where to look.
 *              2. Pages behind each other show each item once, if it stays where it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

struct mark {
    int64_t rank, due, item;
};

struct listing {
    struct work *work;
    struct store *reader;
    const struct work_query *query;
    const struct identity *by;
    struct mark after; /* the cursor */
    bool queue;        /* marks are of the queue; else of the shelf */
    struct mark *mark; /* sorted, the best first */
    size_t count, most;
};

static bool queue_before(const struct mark *a, const struct mark *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    return a->due != b->due ? a->due < b->due : a->item < b->item;
}

static bool comes_before(const struct listing *listing, const struct mark *a, const struct mark *b)
{
    return listing->queue ? queue_before(a, b) : a->item > b->item;
}

/* Into its place among the best; false: it is none of them, and no later one of its track is. */
static bool mark_put(struct listing *listing, struct mark mark)
{
    size_t at = listing->count;
    while (at > 0 && comes_before(listing, &mark, &listing->mark[at - 1]))
        at--;
    if (at > 0 && listing->mark[at - 1].item == mark.item)
        return true; /* in two tracks */
    if (at == listing->most)
        return false;
    size_t moved = (listing->count < listing->most ? listing->count : listing->most - 1) - at;
    memmove(&listing->mark[at + 1], &listing->mark[at], moved * sizeof mark);
    listing->mark[at] = mark;
    listing->count += listing->count < listing->most;
    return true;
}

static enum status queue_read(struct listing *listing, int64_t track)
{
    static const char HEADS[] =
        "SELECT rank, due, item FROM work_queue WHERE track = ?1 AND (rank, due, item) > (?2, ?3, "
        "?4) ORDER BY rank, due, item LIMIT ?5";
    const struct store_value values[] = {STORE_OF_WHOLE(track), STORE_OF_WHOLE(listing->after.rank),
                                         STORE_OF_WHOLE(listing->after.due),
                                         STORE_OF_WHOLE(listing->after.item),
                                         STORE_OF_WHOLE((int64_t)listing->most)};
    struct store_rows *rows = NULL;
    struct store_value at[3];
    TRY(store_query(listing->reader, HEADS, values, 5, &rows));
    enum status status = store_next(rows, at, 3);
    while (status == STATUS_OK &&
           mark_put(listing, (struct mark){at[0].whole, at[1].whole, at[2].whole}))
        status = store_next(rows, at, 3);
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status shelf_read(struct listing *listing, int64_t track)
{
    static const char NEWEST[] = "SELECT item FROM work_shelf WHERE track = ?1 AND item < ?2 ORDER "
                                 "BY item DESC LIMIT ?3";
    const struct store_value values[] = {STORE_OF_WHOLE(track), STORE_OF_WHOLE(listing->after.item),
                                         STORE_OF_WHOLE((int64_t)listing->most)};
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(listing->reader, NEWEST, values, 3, &rows));
    enum status status = store_next(rows, at, 1);
    while (status == STATUS_OK && mark_put(listing, (struct mark){.item = at[0].whole}))
        status = store_next(rows, at, 1);
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* ---- which tracks ---- */

static enum status queues_read(struct listing *listing, const struct work_kind *kind)
{
    static const enum work_seat SEATS[] = {WORK_SEAT_OWNER, WORK_SEAT_ADDRESSEE};
    const struct work_query *query = listing->query;
    for (unsigned i = 0; i < kind->states_count; i++) {
        if (kind->state[i].end || (query->state >= 0 && query->state != (int)i))
            continue;
        for (unsigned s = 0; s < 4; s++)
            TRY(queue_read(listing, track_queue(listing->by->organisation, SEATS[s / 2], kind->name,
                                                kind->state[i].name, s % 2 == 1, query->place)));
    }
    return STATUS_OK;
}

static enum status shelves_read(struct listing *listing, const struct work_kind *kind)
{
    const struct work_query *query = listing->query;
    const char *organisation = listing->by->organisation;
    if (query->state >= 0)
        return shelf_read(listing, track_ended(organisation, kind->name,
                                               kind->state[query->state].name, query->place));
    return shelf_read(listing, track_all(organisation, kind->name, query->place));
}

/* By an identifier: whatever type it may be a value of. */
static enum status names_read(struct listing *listing, struct arena *arena)
{
    static const char FLAGS[] = "";
    for (unsigned type = 0; type < WORK_TYPES_COUNT; type++) {
        struct work_field field = {.type = (enum work_type)type, .choices = FLAGS};
        struct slice value;
        if (type == WORK_WORD || type == WORK_FLAG || type == WORK_LIST)
            continue;
        enum status status =
            value_canonical(listing->work, &field, listing->query->identifier, arena, &value);
        if (status == STATUS_MALFORMED)
            continue;
        TRY(status);
        TRY(shelf_read(listing, value_track(listing->work, (enum work_type)type, value,
                                            listing->by->organisation)));
    }
    return STATUS_OK;
}

static enum status tracks_read(struct listing *listing, struct arena *arena)
{
    const struct work_query *query = listing->query;
    if (query->identifier.size != 0)
        return names_read(listing, arena);
    if (query->mine)
        return queue_read(listing, track_mine(listing->by->user));
    for (unsigned i = 0; i < listing->work->plugs_count; i++) {
        const struct work_kind *kind = listing->work->plug[i].kind;
        if (query->kind != NULL && query->kind != kind)
            continue;
        if (listing->queue)
            TRY(queues_read(listing, kind));
        else
            TRY(shelves_read(listing, kind));
    }
    return STATUS_OK;
}

/* ---- one page ---- */

static bool whole_read(struct slice *rest, int64_t *out)
{
    bool minus = rest->size > 0 && rest->at[0] == '-';
    size_t i = minus;
    int64_t number = 0;
    while (i < rest->size && rest->at[i] >= '0' && rest->at[i] <= '9') {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, rest->at[i] - '0', &number))
            return false;
        i++;
    }
    if (i == (size_t)minus)
        return false;
    *out = minus ? -number : number;
    i += i < rest->size && rest->at[i] == '.';
    rest->at += i;
    rest->size -= i;
    return true;
}

static enum status cursor_item(struct listing *listing, struct slice id)
{
    static const char FIND[] = "SELECT number FROM work_item WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(listing->reader, FIND, &value, 1, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        listing->after.item = at[0].whole;
    store_end(rows);
    return status == STATUS_END ? STATUS_MALFORMED : status;
}

static enum status cursor_read(struct listing *listing)
{
    struct slice rest = listing->query->after;
    listing->after = listing->queue ? (struct mark){INT64_MIN, INT64_MIN, INT64_MIN}
                                    : (struct mark){.item = INT64_MAX};
    if (rest.size == 0)
        return STATUS_OK;
    if (listing->queue &&
        (!whole_read(&rest, &listing->after.rank) || !whole_read(&rest, &listing->after.due)))
        return STATUS_MALFORMED;
    return cursor_item(listing, rest);
}

static bool holds_value(const struct listing *listing, const struct row *row,
                        const struct party *party, struct arena *arena)
{
    const struct work_kind *kind = row->item.kind;
    for (unsigned i = 0; i < kind->fields_count; i++) {
        struct slice value;
        if ((row->has & party->told & WORK_BIT(i)) == 0 || !kind->field[i].searched ||
            kind->field[i].type == WORK_WORD || kind->field[i].type == WORK_FLAG)
            continue;
        if (value_canonical(listing->work, &kind->field[i], listing->query->identifier, arena,
                            &value) != STATUS_OK)
            continue;
        if (value_track(listing->work, kind->field[i].type, value, "") ==
            value_track(listing->work, kind->field[i].type, row->value[i], ""))
            return true;
    }
    return false;
}

static bool answers(const struct listing *listing, const struct row *row, const struct party *party,
                    struct arena *arena)
{
    const struct work_query *query = listing->query;
    if (party == NULL || (query->kind != NULL && query->kind != row->item.kind) ||
        (query->state >= 0 && query->kind != NULL && query->state != row->item.state))
        return false;
    if ((query->open && row_ended(row)) || !slice_starts(row->item.place, query->place))
        return false;
    if (query->mine && strcmp(row->item.holder, listing->by->user) != 0)
        return false;
    return query->identifier.size == 0 || holds_value(listing, row, party, arena);
}

static enum status page_tell(struct listing *listing, struct arena *arena, struct work_sink sink)
{
    for (size_t i = 0; i < listing->count; i++) {
        const struct mark *mark = &listing->mark[i];
        char room[80];
        struct text cursor = text_over(room, sizeof room);
        struct row *row = NULL;
        struct work_item item;
        enum status status =
            row_read_number(listing->work, listing->reader, mark->item, arena, &row);
        if (status == STATUS_ABSENT)
            continue;
        TRY(status);
        struct party *party = row_seat(row, listing->by);
        if (!answers(listing, row, party, arena))
            continue;
        TRY(row_view(listing->work, listing->reader, row, party, 0, arena, &item));
        if (listing->queue)
            text_addf(&cursor, "%lld.%lld.", (long long)mark->rank, (long long)mark->due);
        text_add_string(&cursor, item.id);
        TRY(sink.take(sink.self, &item, text_slice(&cursor)));
    }
    return STATUS_OK;
}

enum status work_list(struct work *work, struct store *reader, const struct work_query *query,
                      const struct identity *by, struct arena *request, struct work_sink sink)
{
    struct listing listing = {.work = work,
                              .reader = reader,
                              .query = query,
                              .by = by,
                              .most = query->count_max < WORK_PAGE_MAX ? query->count_max
                                                                       : WORK_PAGE_MAX};
    if (by->by == BY_NOBODY || (query->mine && !is_person(by)))
        return STATUS_REFUSED;
    if (query->state >= 0 &&
        (query->kind == NULL || (unsigned)query->state >= query->kind->states_count))
        return STATUS_MALFORMED; /* a state is one of a kind */
    if (!area_fits(query->place) || query->identifier.size > WORK_TEXT_BYTES_MAX)
        return STATUS_MALFORMED;
    bool open_state = query->state >= 0 && !query->kind->state[query->state].end;
    listing.queue = query->identifier.size == 0 && (query->open || query->mine || open_state);
    if (listing.most == 0 || (query->open && query->state >= 0 && !open_state))
        return STATUS_OK;
    TRY(cursor_read(&listing));
    TRY(ARENA_NEW(request, listing.most + 1, &listing.mark));
    TRY(tracks_read(&listing, request));
    return page_tell(&listing, request, sink);
}

enum status work_find(struct work *work, struct store *reader, const char *id,
                      const struct identity *by, struct arena *request, struct work_item *out)
{
    struct row *row = NULL;
    TRY(row_read(work, reader, id, request, &row));
    struct party *party = by == NULL ? NULL : row_seat(row, by);
    if (by != NULL && party == NULL)
        return STATUS_ABSENT;
    return row_view(work, reader, row, party, 0, request, out);
}

struct slice work_value_of(const struct work_item *item, const char *field)
{
    int index = work_field_find(item->kind, slice_of(field));
    for (unsigned i = 0; i < item->values_count; i++)
        if (item->value[i].field == index)
            return item->value[i].value;
    return (struct slice){"", 0};
}

/* ---- as JSON ---- */

static void add_moment(struct text *text, const char *name, moment at, int32_t zone_minutes)
{
    if (at.ms == MOMENT_NONE.ms)
        return;
    text_addf(text, ",\"%s\":\"", name);
    text_add_moment(text, at, zone_minutes);
    text_add_char(text, '"');
}

static void add_value(struct text *text, const struct work_item *item,
                      const struct work_value *value, int32_t zone_minutes)
{
    const struct work_field *field = &item->kind->field[value->field];
    bool masked = (item->masked & WORK_BIT(value->field)) != 0;
    moment at;
    if (!masked && (field->type == WORK_WHOLE || field->type == WORK_AMOUNT ||
                    field->type == WORK_FLAG || field->type == WORK_LIST)) {
        text_add(text, value->value);
    } else if (!masked && field->type == WORK_MOMENT &&
               moment_parse(value->value, &at) == STATUS_OK) {
        text_add_char(text, '"');
        text_add_moment(text, at, zone_minutes);
        text_add_char(text, '"');
    } else {
        text_add_json(text, value->value);
    }
}

static void add_values(struct text *text, const struct work_item *item, int32_t zone_minutes)
{
    bool first = true;
    text_add_string(text, ",\"fields\":{");
    for (unsigned i = 0; i < item->values_count; i++) {
        text_addf(text, "%s\"%s\":", i == 0 ? "" : ",",
                  item->kind->field[item->value[i].field].name);
        add_value(text, item, &item->value[i], zone_minutes);
    }
    text_add_string(text, "},\"masked\":[");
    for (unsigned i = 0; i < item->values_count; i++) {
        if ((item->masked & WORK_BIT(item->value[i].field)) == 0)
            continue;
        text_addf(text, "%s\"%s\"", first ? "" : ",", item->kind->field[item->value[i].field].name);
        first = false;
    }
    text_add_char(text, ']');
}

static void add_clocks(struct text *text, const struct work_item *item, int32_t zone_minutes,
                       moment now)
{
    text_add_string(text, ",\"clocks\":[");
    for (unsigned i = 0; i < item->deadlines_count; i++) {
        const struct work_deadline *deadline = &item->deadline[i];
        bool runs = deadline->ended.ms == MOMENT_NONE.ms;
        text_addf(text, "%s{\"clock\":\"%s\",\"state\":\"%s\"", i == 0 ? "" : ",",
                  item->kind->clock[deadline->clock].name,
                  runs              ? "running"
                  : deadline->fired ? "expired"
                                    : "met");
        add_moment(text, "started", deadline->started, zone_minutes);
        add_moment(text, "due", deadline->due, zone_minutes);
        add_moment(text, "ended", deadline->ended, zone_minutes);
        if (runs)
            text_addf(text, ",\"left_ms\":%lld", (long long)(deadline->due.ms - now.ms));
        if (deadline->fired)
            text_addf(text, ",\"late_ms\":%lld", (long long)deadline->late_ms);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

static void add_asking(struct text *text, const struct work_item *item, int32_t zone_minutes,
                       moment now)
{
    const struct work_asking *asking = item->asking;
    text_addf(text,
              ",\"asking\":{\"step\":\"%s\",\"by\":\"%s\",\"done\":%s,"
              "\"digest\":\"%s\"",
              item->kind->step[asking->step].name, asking->by, asking->done ? "true" : "false",
              asking->digest);
    add_moment(text, "asked", asking->asked, zone_minutes);
    add_moment(text, "expires", asking->expires, zone_minutes);
    text_addf(text, ",\"left_ms\":%lld}", (long long)(asking->expires.ms - now.ms));
}

void text_add_work_item(struct text *text, const struct work_item *item, int32_t zone_minutes,
                        moment now)
{
    const struct work_state *state = &item->kind->state[item->state];
    text_addf(text, "{\"id\":\"%s\",\"kind\":\"%s\",\"state\":\"%s\",\"ended\":%s,\"version\":%lld",
              item->id, item->kind->name, state->name, state->end ? "true" : "false",
              (long long)item->version);
    text_addf(text, ",\"owner\":\"%s\",\"seat\":\"%s\",\"priority\":%d", item->owner,
              item->seat == WORK_SEAT_OWNER ? "owner" : "addressee", (int)item->priority);
    if (item->holder[0] != '\0')
        text_addf(text, ",\"holder\":\"%s\"", item->holder);
    add_moment(text, "lease_until", item->lease_until, zone_minutes);
    if (item->place.size != 0) {
        text_add_string(text, ",\"place\":");
        text_add_json(text, item->place);
    }
    if (item->into[0] != '\0')
        text_addf(text, ",\"into\":\"%s\"", item->into);
    add_moment(text, "detected", item->detected, zone_minutes);
    add_moment(text, "created", item->created, zone_minutes);
    add_moment(text, "changed", item->changed, zone_minutes);
    add_moment(text, "closed", item->closed, zone_minutes);
    add_moment(text, "due", item->due, zone_minutes);
    add_values(text, item, zone_minutes);
    add_clocks(text, item, zone_minutes, now);
    if (item->asking != NULL)
        add_asking(text, item, zone_minutes, now);
    text_add_char(text, '}');
}
