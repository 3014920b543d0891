/* row.c -- an item as the store has it.
 *
 * One row holds all that is asked for together: where the item is, whose it is, its clocks, its
 * seats, and what names people, sealed.  So reading an item is one look into one tree.
 *
 *      clocks   name:started:due:ended:fired:late;…      ended 0: it runs
 *      seats    organisation:o|a:field,field;…           told, of an addressee
 *      sealed   XChaCha20-Poly1305 of {"":"w_…","field":"value",…}, in the order of the table
 *
 * Names stand in it, not indexes: a table may grow between two versions of the program.
 *
 * Invariant:   A sealed text that was moved to another row does not open as that row's: it names
 *              its item. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

#define COLUMNS                                                                              \
    "SELECT number, id, kind, state, version, content, owner, holder, holder_organisation, " \
    "lease, priority, detected, created, changed, closed, place, joined, item_key, asking, " \
    "clocks, seats, sealed FROM work_item "

enum { COLUMNS_COUNT = 22 };

bool row_ended(const struct row *row)
{
    return row->item.kind->state[row->item.state].end;
}

static moment moment_or_none(int64_t ms)
{
    return ms == 0 ? MOMENT_NONE : (moment){ms};
}

static int64_t ms_or_zero(moment at)
{
    return at.ms == MOMENT_NONE.ms ? 0 : at.ms;
}

/* ---- texts of parts ---- */

/* The bytes before the sign, which is passed over too. */
static struct slice part_take(struct slice *rest, char sign)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->at, sign, rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->at);
    struct slice part = {rest->at, size};
    size += end != NULL;
    rest->at += size;
    rest->size -= size;
    return part;
}

static int64_t whole_of(struct slice digits)
{
    int64_t number = 0;
    bool minus = digits.size > 0 && digits.at[0] == '-';
    for (size_t i = minus; i < digits.size; i++)
        number = number * 10 + (digits.at[i] - '0');
    return minus ? -number : number;
}

static enum status clocks_read(struct row *row, struct slice text)
{
    while (text.size != 0) {
        struct slice one = part_take(&text, ';');
        int clock = work_clock_find(row->item.kind, part_take(&one, ':'));
        if (clock < 0)
            continue; /* of a table that had more */
        struct work_deadline *deadline = &row->deadline[clock];
        deadline->clock = clock;
        deadline->started = (moment){whole_of(part_take(&one, ':'))};
        deadline->due = (moment){whole_of(part_take(&one, ':'))};
        deadline->ended = moment_or_none(whole_of(part_take(&one, ':')));
        deadline->fired = whole_of(part_take(&one, ':')) != 0;
        deadline->late_ms = whole_of(one);
        row->clocked[clock] = true;
    }
    return STATUS_OK;
}

static void clocks_write(const struct row *row, struct text *text)
{
    for (unsigned i = 0; i < row->item.kind->clocks_count; i++) {
        const struct work_deadline *deadline = &row->deadline[i];
        if (row->clocked[i])
            text_addf(text, "%s:%lld:%lld:%lld:%d:%lld;", row->item.kind->clock[i].name,
                      (long long)deadline->started.ms, (long long)deadline->due.ms,
                      (long long)ms_or_zero(deadline->ended), deadline->fired,
                      (long long)deadline->late_ms);
    }
}

static uint64_t told_read(const struct work_kind *kind, struct slice names)
{
    uint64_t told = 0;
    while (names.size != 0) {
        int field = work_field_find(kind, part_take(&names, ','));
        told |= field < 0 ? 0 : WORK_BIT(field);
    }
    return told;
}

static enum status seats_read(struct row *row, struct slice text)
{
    while (text.size != 0) {
        struct slice one = part_take(&text, ';');
        if (row->parties_count >= WORK_SEATS_MAX)
            return STATUS_MALFORMED;
        struct party *party = &row->party[row->parties_count++];
        copy_id(party->organisation, sizeof party->organisation, part_take(&one, ':'));
        bool owner = slice_equal(part_take(&one, ':'), SLICE("o"));
        party->seat = owner ? WORK_SEAT_OWNER : WORK_SEAT_ADDRESSEE;
        party->told = owner ? UINT64_MAX : told_read(row->item.kind, one);
    }
    return STATUS_OK;
}

void text_add_field_names(struct text *text, const struct work_kind *kind, uint64_t mask)
{
    bool first = true;
    for (unsigned i = 0; i < kind->fields_count; i++) {
        if ((mask & WORK_BIT(i)) == 0)
            continue;
        text_addf(text, "%s%s", first ? "" : ",", kind->field[i].name);
        first = false;
    }
}

static void seats_write(const struct row *row, struct text *text)
{
    for (unsigned i = 0; i < row->parties_count; i++) {
        const struct party *party = &row->party[i];
        bool owner = party->seat == WORK_SEAT_OWNER;
        text_addf(text, "%s:%s:", party->organisation, owner ? "o" : "a");
        if (!owner)
            text_add_field_names(text, row->item.kind, party->told);
        text_add_char(text, ';');
    }
}

struct party *row_party(struct row *row, struct slice organisation)
{
    for (unsigned i = 0; i < row->parties_count; i++)
        if (slice_equal(organisation, slice_of(row->party[i].organisation)))
            return &row->party[i];
    return NULL;
}

struct party *row_seat(struct row *row, const struct identity *by)
{
    struct party *party = row_party(row, slice_of(by->organisation));
    if (party == NULL || (row->item.kind->sealed & WORK_BIT(row->item.state)) == 0)
        return party;
    bool keeper = (by->roles & (ROLE_BIT(ROLE_supervisor) | ROLE_BIT(ROLE_auditor))) != 0;
    return keeper && party->seat == WORK_SEAT_OWNER ? party : NULL;
}

moment row_due(const struct row *row)
{
    moment due = MOMENT_NONE;
    for (unsigned i = 0; i < row->item.kind->clocks_count; i++) {
        const struct work_deadline *deadline = &row->deadline[i];
        if (row->clocked[i] && deadline->ended.ms == MOMENT_NONE.ms &&
            (due.ms == MOMENT_NONE.ms || deadline->due.ms < due.ms))
            due = deadline->due;
    }
    return due;
}

/* ---- what is sealed ---- */

enum status seal_text(struct work *work, struct slice text, struct arena *arena, struct slice *out)
{
    unsigned char *sealed = NULL;
    TRY(ARENA_NEW(arena, text.size + SECRET_OVERHEAD, &sealed));
    TRY(secret_seal(&work->seal[0], work->chance, text, sealed));
    *out = (struct slice){(const char *)sealed, text.size + SECRET_OVERHEAD};
    return STATUS_OK;
}

enum status open_text(const struct work *work, struct slice sealed, struct arena *arena,
                      struct slice *out)
{
    unsigned char *opened = NULL;
    if (sealed.size < SECRET_OVERHEAD)
        return STATUS_MALFORMED;
    TRY(ARENA_NEW(arena, sealed.size - SECRET_OVERHEAD + 1, &opened));
    *out = (struct slice){(const char *)opened, sealed.size - SECRET_OVERHEAD};
    for (unsigned i = 0; i < work->seals_count; i++)
        if (secret_open(&work->seal[i], sealed, opened) == STATUS_OK)
            return STATUS_OK;
    return STATUS_MALFORMED;
}

bool sealed_newest(const struct work *work, struct slice sealed, struct arena *arena)
{
    unsigned char *opened = NULL;
    return sealed.size >= SECRET_OVERHEAD &&
           ARENA_NEW(arena, sealed.size - SECRET_OVERHEAD + 1, &opened) == STATUS_OK &&
           secret_open(&work->seal[0], sealed, opened) == STATUS_OK;
}

static enum status values_read(struct work *work, struct row *row, struct slice sealed,
                               struct arena *arena)
{
    struct json_reader reader = {.arena = arena};
    struct slice name, value;
    TRY(open_text(work, sealed, arena, &reader.rest));
    enum status status = json_member(&reader, &name, &value);
    if (status != STATUS_OK || name.size != 0 || !slice_equal(value, slice_of(row->item.id)))
        return STATUS_MALFORMED; /* the first member names the item */
    while ((status = json_member(&reader, &name, &value)) == STATUS_OK) {
        int field = work_field_find(row->item.kind, name);
        if (field < 0)
            continue;
        row->value[field] = value;
        row->has |= WORK_BIT(field);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status values_seal(struct work *work, const struct row *row, struct arena *arena,
                               struct slice *out)
{
    const struct work_kind *kind = row->item.kind;
    size_t size = 64;
    char *room = NULL;
    for (unsigned i = 0; i < kind->fields_count; i++)
        size += (row->has & WORK_BIT(i)) == 0 ? 0 : WORK_NAME_MAX + 8 + 6 * row->value[i].size;
    TRY(ARENA_NEW(arena, size, &room));
    struct text text = text_over(room, size);
    text_addf(&text, "{\"\":\"%s\"", row->item.id);
    for (unsigned i = 0; i < kind->fields_count; i++) {
        if ((row->has & WORK_BIT(i)) == 0)
            continue;
        text_addf(&text, ",\"%s\":", kind->field[i].name);
        text_add_json(&text, row->value[i]);
    }
    text_add_char(&text, '}');
    must(!text.full);
    return seal_text(work, text_slice(&text), arena, out);
}

/* ---- reading ---- */

static enum status head_read(struct work *work, const struct store_value *at, struct arena *arena,
                             struct row *row)
{
    struct work_item *item = &row->item;
    row->number = at[0].whole;
    copy_id(item->id, sizeof item->id, at[1].bytes);
    item->kind = work_kind_find(work, at[2].bytes);
    if (item->kind == NULL)
        return STATUS_MALFORMED;
    item->state = work_state_find(item->kind, at[3].bytes);
    if (item->state < 0)
        return STATUS_MALFORMED;
    item->version = at[4].whole;
    row->content = at[5].whole;
    copy_id(item->owner, sizeof item->owner, at[6].bytes);
    copy_id(item->holder, sizeof item->holder, at[7].bytes);
    copy_id(row->holder_organisation, sizeof row->holder_organisation, at[8].bytes);
    item->lease_until = moment_or_none(at[9].whole);
    item->priority = (int32_t)at[10].whole;
    item->detected = (moment){at[11].whole};
    item->created = (moment){at[12].whole};
    item->changed = (moment){at[13].whole};
    item->closed = moment_or_none(at[14].whole);
    copy_id(item->into, sizeof item->into, at[16].bytes);
    row->keyed = at[17].bytes.size == KEY_SIZE;
    if (row->keyed)
        memcpy(row->key, at[17].bytes.at, KEY_SIZE);
    row->asking = at[18].whole;
    return slice_copy(arena, at[15].bytes, &item->place);
}

static enum status row_fill(struct work *work, const struct store_value *at, struct arena *arena,
                            struct row **out)
{
    struct row *row = NULL;
    TRY(ARENA_NEW(arena, 1, &row));
    TRY(head_read(work, at, arena, row));
    TRY(clocks_read(row, at[19].bytes));
    TRY(seats_read(row, at[20].bytes));
    TRY(values_read(work, row, at[21].bytes, arena));
    *out = row;
    return STATUS_OK;
}

static enum status row_one(struct work *work, struct store *store, const char *sql,
                           struct store_value key, struct arena *arena, struct row **out)
{
    struct store_rows *rows = NULL;
    struct store_value at[COLUMNS_COUNT];
    TRY(store_query(store, sql, &key, 1, &rows));
    enum status status = store_next(rows, at, COLUMNS_COUNT);
    if (status == STATUS_OK)
        status = row_fill(work, at, arena, out);
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

enum status row_read(struct work *work, struct store *store, const char *id, struct arena *arena,
                     struct row **out)
{
    static const char FIND[] = COLUMNS "WHERE id = ?1";
    return row_one(work, store, FIND, STORE_OF_TEXT(slice_of(id)), arena, out);
}

enum status row_read_number(struct work *work, struct store *store, int64_t number,
                            struct arena *arena, struct row **out)
{
    static const char FIND[] = COLUMNS "WHERE number = ?1";
    return row_one(work, store, FIND, STORE_OF_WHOLE(number), arena, out);
}

/* ---- writing ---- */

enum { WRITTEN_COUNT = 18 };

struct row_room {
    char clocks[CLOCKS_TEXT_MAX];
    char *seats;
    struct slice sealed;
};

/* What may change of an item; `number` last. */
static enum status row_values(struct work *work, const struct row *row, struct arena *arena,
                              struct store_value out[WRITTEN_COUNT])
{
    const struct work_item *item = &row->item;
    struct row_room *room = NULL;
    size_t seats_size = (size_t)row->parties_count * (ACCESS_ID_SIZE + NAMES_TEXT_MAX) + 1;
    TRY(ARENA_NEW(arena, 1, &room));
    TRY(ARENA_NEW(arena, seats_size, &room->seats));
    TRY(values_seal(work, row, arena, &room->sealed));
    struct text clocks = text_over(room->clocks, sizeof room->clocks);
    struct text seats = text_over(room->seats, seats_size);
    clocks_write(row, &clocks);
    seats_write(row, &seats);
    must(!clocks.full);
    must(!seats.full);
    const struct store_value values[WRITTEN_COUNT] = {
        STORE_OF_TEXT(slice_of(item->kind->state[item->state].name)),
        STORE_OF_WHOLE(item->version),
        STORE_OF_WHOLE(row->content),
        STORE_OF_TEXT(slice_of(item->owner)),
        STORE_OF_TEXT(slice_of(item->holder)),
        STORE_OF_TEXT(slice_of(row->holder_organisation)),
        STORE_OF_WHOLE(ms_or_zero(item->lease_until)),
        STORE_OF_WHOLE(item->priority),
        STORE_OF_WHOLE(item->changed.ms),
        STORE_OF_WHOLE(ms_or_zero(item->closed)),
        STORE_OF_TEXT(item->place),
        STORE_OF_TEXT(slice_of(item->into)),
        row->keyed ? STORE_OF_BYTES(((struct slice){(const char *)row->key, KEY_SIZE}))
                   : STORE_OF_NULL,
        STORE_OF_WHOLE(row->asking),
        STORE_OF_TEXT(text_slice(&clocks)),
        STORE_OF_TEXT(text_slice(&seats)),
        STORE_OF_BYTES(room->sealed),
        STORE_OF_WHOLE(row->number)};
    memcpy(out, values, sizeof values);
    return STATUS_OK;
}

enum status row_insert(struct work *work, struct row *row, struct arena *arena)
{
    static const char ADD[] =
        "INSERT INTO work_item (state, version, content, owner, holder, holder_organisation, "
        "lease, priority, changed, closed, place, joined, item_key, asking, clocks, seats, sealed, "
        "number, id, kind, detected, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
        "?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";
    struct store_value values[WRITTEN_COUNT + 4];
    TRY(row_values(work, row, arena, values));
    values[WRITTEN_COUNT] = STORE_OF_TEXT(slice_of(row->item.id));
    values[WRITTEN_COUNT + 1] = STORE_OF_TEXT(slice_of(row->item.kind->name));
    values[WRITTEN_COUNT + 2] = STORE_OF_WHOLE(row->item.detected.ms);
    values[WRITTEN_COUNT + 3] = STORE_OF_WHOLE(row->item.created.ms);
    return store_run(work->store, ADD, values, WRITTEN_COUNT + 4);
}

enum status row_update(struct work *work, const struct row *row, struct arena *arena)
{
    static const char SET[] =
        "UPDATE work_item SET state = ?1, version = ?2, content = ?3, owner = ?4, holder = ?5, "
        "holder_organisation = ?6, lease = ?7, priority = ?8, changed = ?9, closed = ?10, place = "
        "?11, joined = ?12, item_key = ?13, asking = ?14, clocks = ?15, seats = ?16, sealed = ?17 "
        "WHERE number = ?18";
    struct store_value values[WRITTEN_COUNT];
    TRY(row_values(work, row, arena, values));
    return store_run(work->store, SET, values, WRITTEN_COUNT);
}

/* ---- as somebody may see it ---- */

static enum status values_view(const struct row *row, const struct party *party, uint64_t open,
                               struct arena *arena, struct work_item *out)
{
    const struct work_kind *kind = row->item.kind;
    struct work_value *values = NULL;
    uint64_t seen = row->has & (party == NULL ? UINT64_MAX : party->told);
    TRY(ARENA_NEW(arena, (size_t)kind->fields_count + 1, &values));
    out->masked = 0;
    out->values_count = 0;
    for (unsigned i = 0; i < kind->fields_count; i++) {
        bool whole =
            party == NULL || kind->field[i].show == WORK_SHOWN || (open & WORK_BIT(i)) != 0;
        if ((seen & WORK_BIT(i)) == 0 || (!whole && kind->field[i].show == WORK_HIDDEN))
            continue;
        struct work_value *value = &values[out->values_count++];
        *value = (struct work_value){.field = (int)i, .value = row->value[i]};
        if (whole)
            continue;
        TRY(value_masked(&kind->field[i], row->value[i], arena, &value->value));
        out->masked |= WORK_BIT(i);
    }
    out->value = values;
    return STATUS_OK;
}

static enum status deadlines_view(const struct row *row, struct arena *arena, struct work_item *out)
{
    struct work_deadline *deadlines = NULL;
    TRY(ARENA_NEW(arena, WORK_CLOCKS_MAX, &deadlines));
    out->deadlines_count = 0;
    for (unsigned i = 0; i < row->item.kind->clocks_count; i++)
        if (row->clocked[i])
            deadlines[out->deadlines_count++] = row->deadline[i];
    out->deadline = deadlines;
    return STATUS_OK;
}

enum status row_view(struct work *work, struct store *store, const struct row *row,
                     const struct party *party, uint64_t open, struct arena *arena,
                     struct work_item *out)
{
    struct work_item item = row->item;
    (void)work;
    item.due = row_due(row);
    item.seat = party == NULL ? WORK_SEAT_OWNER : party->seat;
    item.asking = NULL;
    TRY(values_view(row, party, open, arena, &item));
    TRY(deadlines_view(row, arena, &item));
    if (row->asking != 0)
        TRY(asking_read(store, row->asking, item.kind, arena, &item.asking));
    if (party != NULL && strcmp(party->organisation, row->holder_organisation) != 0) {
        if (item.holder[0] != '\0') /* that somebody holds it is told, not who */
            copy_id(item.holder, sizeof item.holder, SLICE("-"));
        item.lease_until = MOMENT_NONE;
    }
    if (party != NULL && item.asking != NULL && party->seat != WORK_SEAT_OWNER &&
        strcmp(party->organisation, item.asking->organisation) != 0)
        item.asking = NULL;
    *out = item;
    return STATUS_OK;
}
