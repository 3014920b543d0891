/* stream.c -- draws records.
 *
 * Invariant:  the same chance gives the same stream. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <stddef.h>

/* 2026-03-02T00:00:00Z, a Monday. */
#define STREAM_BEGIN_MS 1772409600000

static const char *const PHONES[] = {"+86101", "+86102", "+86103", "+86104",
                                     "+86105", "110",    "95588",  NULL};
static const char *const IMSIS[] = {"46001", "46002", "46003", NULL};
static const char *const IMEIS[] = {"35000000000001", "35000000000002", "86000000000001",
                                    "X5000000000001", NULL};
static const char *const CELLS[] = {"C1", "C2", "460-00-3", NULL};
static const char *const ACCOUNTS[] = {"A1", "A2", "A3", "6222021234567890", "6222021234567890123",
                                       NULL};
static const char *const PERSONS[] = {"P1", "P2", "P3", "P4", "5", NULL};
static const char *const DEVICES[] = {"D1", "D2", NULL};
static const char *const IPS[] = {"10.0.0.1", "10.0.0.2", NULL};
static const char *const OUTLETS[] = {"O1", "O2", NULL};
static const char *const TRUNKS[] = {"T1", "T2", NULL};
static const char *const REGIONS[] = {"530102", "530103", NULL};
static const char *const BANKS[] = {"B1", "B2", NULL};
static const char *const DOMAINS[] = {"a.example", "b.example", NULL};
static const char *const TEMPLATES[] = {"h1", "h2", "h3", NULL};
static const char *const CURRENCIES[] = {"CNY", "CNY", "CNY", "USD", NULL};
static const char *const SCAMS[] = {"T01", "T02", NULL};
static const char *const RECORD_IDS[] = {"R1", "R2", "R3", "4", "5", "6", NULL};
static const char *const TEXTS[] = {"Panlong", "35000000", "86000000", NULL};

const char *const *stream_names(enum field_type type)
{
    switch (type) {
    case FIELD_PHONE:
    case FIELD_PHONES:
        return PHONES;
    case FIELD_IMSI:
        return IMSIS;
    case FIELD_IMEI:
        return IMEIS;
    case FIELD_CELL:
        return CELLS;
    case FIELD_ACCOUNT:
    case FIELD_ACCOUNTS:
        return ACCOUNTS;
    case FIELD_PERSON:
        return PERSONS;
    case FIELD_DEVICE:
        return DEVICES;
    case FIELD_IP:
        return IPS;
    case FIELD_OUTLET:
        return OUTLETS;
    case FIELD_TRUNK:
        return TRUNKS;
    case FIELD_REGION:
        return REGIONS;
    case FIELD_BANK:
        return BANKS;
    case FIELD_DOMAIN:
        return DOMAINS;
    case FIELD_TEMPLATE:
        return TEMPLATES;
    case FIELD_CURRENCY:
        return CURRENCIES;
    case FIELD_SCAM:
        return SCAMS;
    case FIELD_RECORD_ID:
        return RECORD_IDS;
    default:
        return TEXTS;
    }
}

struct drawing {
    struct stream *stream;
    struct chance chance;
    struct arena *arena;
    int64_t now_ms;
    uint32_t kinds;
    uint32_t wild; /* in how many of 100 records a field may be unknown */
    uint64_t line[RECORD_KINDS_COUNT];
};

static uint64_t below(struct drawing *drawing, uint64_t count)
{
    return chance_below(&drawing->chance, count);
}

static struct slice draw_name(struct drawing *drawing, enum field_type type)
{
    const char *const *names = stream_names(type);
    uint64_t count = 0;
    while (names[count] != NULL)
        count++;
    /* The first ones more often, so that some entities are busy. */
    uint64_t at = below(drawing, count);
    uint64_t other = below(drawing, count);
    return slice_of(names[at < other ? at : other]);
}

static void put_name(struct record *record, unsigned field, struct slice spelled)
{
    record->text[field] = spelled;
    record->field[field].name = ident_of(spelled);
    record->known |= 1u << field;
}

static enum status put_names(struct drawing *drawing, struct record *record, unsigned field,
                             enum field_type type)
{
    struct ident_list *list;
    ident *names;
    struct slice *spelled;
    TRY(ARENA_NEW(drawing->arena, 1, &list));
    TRY(ARENA_NEW(drawing->arena, 4, &names));
    TRY(ARENA_NEW(drawing->arena, 4, &spelled));
    list->count = (uint32_t)(1 + below(drawing, 4)); /* the same name may stand twice */
    for (uint32_t i = 0; i < list->count; i++) {
        spelled[i] = draw_name(drawing, type);
        names[i] = ident_of(spelled[i]);
    }
    list->at = names;
    list->text = spelled;
    record->field[field].names = list;
    record->known |= 1u << field;
    return STATUS_OK;
}

static int64_t draw_whole(struct drawing *drawing, const struct field_schema *schema)
{
    static const int64_t DURATIONS_MS[] = {0, 0, 1000, 5000, 30000, 30500, 60000, 600000};
    static const int64_t MONEYS[] = {0, 1, 100, 5000, 5000, 500000, 500001, 10000000, -300};
    int64_t words = 0;
    switch (schema->type) {
    case FIELD_DURATION:
        return DURATIONS_MS[below(drawing, 8)];
    case FIELD_MONEY:
        return MONEYS[below(drawing, 9)];
    case FIELD_CHOICE:
        while (schema->words[words] != NULL)
            words++;
        return (int64_t)(below(drawing, (uint64_t)words) * below(drawing, 2));
    case FIELD_COUNT:
        return (int64_t)(1950 + below(drawing, 60));
    default:
        return 0;
    }
}

static enum status draw_field(struct drawing *drawing, struct record *record, unsigned field)
{
    const struct field_schema *schema = &kind_schema(record->kind)->fields[field];
    switch (field_held(schema->type)) {
    case HELD_WHOLE:
        record->field[field].whole = draw_whole(drawing, schema);
        break;
    case HELD_REAL:
        record->field[field].real = chance_between(&drawing->chance, -90, 90);
        break;
    case HELD_NAME:
        put_name(record, field, draw_name(drawing, schema->type));
        break;
    case HELD_NAMES:
        return put_names(drawing, record, field, schema->type);
    }
    record->known |= 1u << field;
    return STATUS_OK;
}

/* ---- registers ---- */

static struct record *add_row(struct drawing *drawing, enum record_kind kind)
{
    struct stream *stream = drawing->stream;
    must(stream->rows_count < STREAM_ROWS_MAX);
    struct record *row = &stream->row[stream->rows_count++];
    *row = (struct record){.kind = kind, .at = MOMENT_NONE};
    return row;
}

static enum status draw_rows(struct drawing *drawing, enum record_kind kind, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct record *row = add_row(drawing, kind);
        for (unsigned f = 0; f < kind_schema(kind)->fields_count; f++)
            if (kind_schema(kind)->fields[f].must || below(drawing, 3) != 0)
                TRY(draw_field(drawing, row, f));
    }
    return STATUS_OK;
}

/* Members of lists by every type of name that a rule may ask for. */
static void draw_lists(struct drawing *drawing)
{
    static const enum field_type TYPES[] = {FIELD_PHONE,  FIELD_ACCOUNT, FIELD_PERSON, FIELD_IMEI,
                                            FIELD_REGION, FIELD_TEXT,    FIELD_CELL};
    static const char *const LISTS[] = {"courier", "bad"};
    for (uint32_t i = 0; i < 14; i++) {
        struct record *row = add_row(drawing, RECORD_list);
        enum field_type type = TYPES[below(drawing, sizeof TYPES / sizeof TYPES[0])];
        put_name(row, FIELD_OF(list, list), slice_of(LISTS[below(drawing, 2)]));
        put_name(row, FIELD_OF(list, value), draw_name(drawing, type));
        if (type == FIELD_IMEI && below(drawing, 2) == 0) /* with its check digit */
            put_name(row, FIELD_OF(list, value), SLICE("350000000000017"));
        int64_t from = STREAM_BEGIN_MS + (int64_t)below(drawing, 20) * HOUR_MS;
        if (below(drawing, 3) == 0) {
            row->field[FIELD_OF(list, from)].whole = from;
            row->known |= 1u << FIELD_OF(list, from);
        }
        if (below(drawing, 3) == 0) {
            row->field[FIELD_OF(list, until)].whole = from + 10 * HOUR_MS;
            row->known |= 1u << FIELD_OF(list, until);
        }
    }
}

/* ---- events ---- */

static enum record_kind draw_kind(struct drawing *drawing)
{
    static const enum record_kind KINDS[] = {RECORD_call,    RECORD_call,    RECORD_call,
                                             RECORD_sms,     RECORD_payment, RECORD_payment,
                                             RECORD_account, RECORD_sim,     RECORD_report};
    enum record_kind kind = RECORD_call;
    for (unsigned i = 0; i < 8; i++) {
        kind = KINDS[below(drawing, sizeof KINDS / sizeof KINDS[0])];
        if ((drawing->kinds >> kind & 1) != 0 || below(drawing, 3) == 0)
            break;
    }
    return kind;
}

/* Moves the clock and says when the next event was: mostly now, sometimes before. */
static int64_t draw_time(struct drawing *drawing)
{
    static const int64_t STEPS_MS[] = {0,       1,       1000,     1000,          10000,
                                       30000,   60000,   60000,    600000,        600000,
                                       3600000, 3600000, 86400000, 40ll * DAY_MS, 0};
    static const uint8_t OFTEN[] = {12, 2, 8, 8, 10, 8, 10, 8, 10, 8, 6, 4, 2, 1, 3};
    uint64_t at = below(drawing, 100);
    unsigned i = 0;
    while (at >= OFTEN[i])
        at -= OFTEN[i++];
    drawing->now_ms += STEPS_MS[i];
    int64_t hours = LATE_HOURS_MAX;
    switch (below(drawing, 24)) {
    case 0:
        return drawing->now_ms - (int64_t)below(drawing, 4) * 1000;
    case 1:
        return drawing->now_ms - (int64_t)below(drawing, 60) * 60000;
    case 2:
        return drawing->now_ms - (int64_t)below(drawing, 12) * 30 * 60000;
    case 3: /* just inside, and just outside, what is late */
        return drawing->now_ms - hours * HOUR_MS - (int64_t)below(drawing, 2);
    case 4:
        return drawing->now_ms - (int64_t)below(drawing, 60) * HOUR_MS;
    default:
        return drawing->now_ms;
    }
}

static enum status draw_event(struct drawing *drawing, struct record *record)
{
    enum record_kind kind = draw_kind(drawing);
    const struct kind_schema *schema = kind_schema(kind);
    *record = (struct record){.kind = kind};
    for (unsigned f = 1; f < schema->fields_count; f++) {
        bool rare = schema->fields[f].type == FIELD_RECORD_ID;
        uint64_t unknown = rare ? 70 : drawing->wild;
        if (schema->fields[f].must || below(drawing, 100) >= unknown)
            TRY(draw_field(drawing, record, f));
    }
    record->at.ms = draw_time(drawing);
    record->field[0].whole = record->at.ms;
    record->known |= 1;
    return STATUS_OK;
}

/* An earlier record once more; if it has an `id`, perhaps with other content and another time. */
static void draw_again(struct drawing *drawing, struct record *record, const struct record *earlier)
{
    bool named = (earlier->kind == RECORD_payment || earlier->kind == RECORD_report) &&
                 record_knows(earlier, 1);
    *record = *earlier;
    if (!named || below(drawing, 2) == 0)
        return;
    record->at.ms = drawing->now_ms;
    record->field[0].whole = record->at.ms;
}

static enum status draw_records(struct drawing *drawing, uint32_t count)
{
    struct stream *stream = drawing->stream;
    const struct record *again = NULL; /* to come next */
    for (uint32_t i = 0; i < count; i++) {
        struct record *record = &stream->record[i];
        const struct record *earlier =
            i == 0 ? NULL : &stream->record[i - 1 - below(drawing, i < 30 ? i : 30)];
        bool leap = earlier != NULL && below(drawing, 100) == 0;
        if (again != NULL || (earlier != NULL && below(drawing, 25) == 0)) {
            draw_again(drawing, record, again != NULL ? again : earlier);
            again = NULL;
        } else if (leap) { /* as far as a second copy is recognised, and one tick more or less */
            TRY(draw_event(drawing, record));
            record->at.ms = earlier->at.ms + DUPLICATE_HOURS * (int64_t)HOUR_MS - 1 +
                            (int64_t)below(drawing, 3);
            record->field[0].whole = record->at.ms;
            if (record->at.ms > drawing->now_ms)
                drawing->now_ms = record->at.ms;
            again = earlier;
        } else {
            TRY(draw_event(drawing, record));
        }
        record->position = position_of((uint32_t)record->kind, ++drawing->line[record->kind]);
        record_seal(record);
    }
    stream->records_count = count;
    return STATUS_OK;
}

enum status stream_draw(struct stream *stream, uint32_t kinds, uint32_t count, struct chance chance,
                        struct arena *arena)
{
    static const uint32_t WILD[] = {5, 20, 50};
    struct drawing drawing = {.stream = stream,
                              .chance = chance,
                              .arena = arena,
                              .now_ms = STREAM_BEGIN_MS,
                              .kinds = kinds};
    stream->rows_count = 0;
    drawing.wild = WILD[below(&drawing, 3)];
    TRY(draw_rows(&drawing, RECORD_person, 6));
    TRY(draw_rows(&drawing, RECORD_cell, 3));
    TRY(draw_rows(&drawing, RECORD_region, 2));
    draw_lists(&drawing);
    uint32_t few = (uint32_t)(20 + below(&drawing, 130));
    if (below(&drawing, 20) == 0)
        few = STREAM_RECORDS_MANY;
    return draw_records(&drawing, count == 0 ? few : count);
}
