/* shape.c -- what the values of a column look like: every value is tried as everything. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include "decimal.h"
#include "record/phone.h"

enum { PHONE_DIGITS_MIN = 7, IMEI_DIGITS = 15, IMSI_DIGITS = 15 };

static const struct {
    struct time_form form;
    struct slice written; /* in a mapping */
    bool zoneless;
} FORMS[] = {
#define PATTERN(of)                                                                              \
    {                                                                                            \
        {.kind = TIME_PATTERN, .pattern = {of, sizeof(of) - 1}}, {"\"" of "\"", sizeof(of) + 1}, \
            true                                                                                 \
    }
    PATTERN("%Y-%m-%d %H:%M:%S"),
    {{.kind = TIME_CANONICAL}, {"", 0}, false},
    PATTERN("%Y/%m/%d %H:%M:%S"),
    PATTERN("%Y%m%d%H%M%S"),
    PATTERN("%Y%m%d %H%M%S"),
    PATTERN("%Y-%m-%d %H:%M"),
    PATTERN("%Y/%m/%d %H:%M"),
    PATTERN("%d/%m/%Y %H:%M:%S"),
    PATTERN("%m/%d/%Y %H:%M:%S"),
    PATTERN("%d.%m.%Y %H:%M:%S"),
    PATTERN("%d/%m/%Y %H:%M"),
    PATTERN("%m/%d/%Y %H:%M"),
    PATTERN("%d.%m.%Y %H:%M"),
    PATTERN("%Y年%m月%d日 %H:%M:%S"),
    PATTERN("%Y年%m月%d日 %H时%M分%S秒"),
    PATTERN("%Y年%m月%d日 %H:%M"),
    PATTERN("%Y年%m月%d日 %H时%M分"),
    PATTERN("%Y-%m-%d"),
    PATTERN("%Y/%m/%d"),
    PATTERN("%d/%m/%Y"),
    {{.kind = TIME_EPOCH_S}, {"epoch_s", 7}, false},
    {{.kind = TIME_EPOCH_MS}, {"epoch_ms", 8}, false},
#undef PATTERN
};

enum { FORMS_COUNT = sizeof FORMS / sizeof FORMS[0] };

static bool is_digits(struct slice value)
{
    for (size_t i = 0; i < value.size; i++)
        if (value.at[i] < '0' || value.at[i] > '9')
            return false;
    return value.size != 0;
}

/* A number alone is a time only between 2000 and 2040, or any serial number would be one. */
static bool is_time(size_t form, struct slice value)
{
    moment at;
    bool number = is_digits(value);
    if (number && value.size < 10)
        return false;
    if (number && FORMS[form].form.kind == TIME_CANONICAL)
        return false;
    if (time_read(&FORMS[form].form, value, 0, NULL, &at) != STATUS_OK)
        return false;
    return at.ms > 946684800000 && at.ms < 2208988800000;
}

/* The check digit of ISO/IEC 7812, which an IMEI has. */
static bool luhn(struct slice digits)
{
    unsigned sum = 0;
    for (size_t i = 0; i < digits.size; i++) {
        unsigned digit = (unsigned)(digits.at[digits.size - 1 - i] - '0');
        unsigned doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += i % 2 == 1 ? doubled : digit;
    }
    return sum % 10 == 0;
}

static bool is_phone(struct slice value)
{
    char room[32];
    struct text text = text_over(room, sizeof room);
    if (phone_canonical(value, SLICE("86"), &text) != STATUS_OK)
        return false;
    if (text.size < PHONE_DIGITS_MIN) /* known short numbers */
        return text.size == 5 && (room[0] == '9' || (room[0] == '1' && room[1] == '0'));
    return room[0] == '+' || room[0] == '4' || room[0] == '8' || room[0] == '1';
}

static bool is_ip(struct slice value)
{
    unsigned dots = 0;
    for (size_t i = 0; i < value.size; i++) {
        bool digit = value.at[i] >= '0' && value.at[i] <= '9';
        dots += value.at[i] == '.';
        if (!digit && value.at[i] != '.')
            return false;
    }
    return dots == 3 && value.size >= 7 && value.size <= 15;
}

static bool is_currency(struct slice value)
{
    bool letters = value.size == 3;
    for (size_t i = 0; i < value.size && letters; i++)
        letters = value.at[i] >= 'A' && value.at[i] <= 'Z';
    return letters;
}

static bool is_clock(struct slice value)
{
    unsigned colons = 0;
    for (size_t i = 0; i < value.size; i++) {
        colons += value.at[i] == ':';
        if (value.at[i] != ':' && (value.at[i] < '0' || value.at[i] > '9'))
            return false;
    }
    return colons == 1 || colons == 2;
}

static void add_value(struct shape_of_column *shape, struct slice value, unsigned *times)
{
    struct decimal decimal;
    shape->filled++;
    for (size_t i = 0; i < FORMS_COUNT; i++)
        times[i] += is_time(i, value);
    bool digits = is_digits(value);
    shape->phone += is_phone(value);
    shape->imei += digits && value.size == IMEI_DIGITS && luhn(value);
    shape->imei_like += digits && value.size >= IMEI_DIGITS - 1 && value.size <= IMEI_DIGITS + 1;
    shape->imsi += digits && value.size == IMSI_DIGITS && value.at[0] >= '2' && value.at[0] <= '7';
    shape->ip += is_ip(value);
    shape->currency += is_currency(value);
    shape->clock += is_clock(value);
    if (decimal_read(value, true, &decimal) != STATUS_OK)
        return;
    shape->decimal++;
    shape->whole += decimal.places == 0;
    shape->fraction += decimal.places != 0;
    if (decimal.places > shape->places_max)
        shape->places_max = decimal.places;
    if (decimal_real(decimal) > shape->number_max)
        shape->number_max = decimal_real(decimal);
}

static const struct time_form DATES[] = {
    {.kind = TIME_PATTERN, .pattern = {"%Y%m%d", 6}},
    {.kind = TIME_PATTERN, .pattern = {"%Y-%m-%d", 8}},
    {.kind = TIME_PATTERN, .pattern = {"%Y/%m/%d", 8}},
    {.kind = TIME_PATTERN, .pattern = {"%d.%m.%Y", 8}},
    {.kind = TIME_PATTERN, .pattern = {"%d/%m/%Y", 8}},
};
static const char *const CLOCKS[] = {"%H:%M:%S", "%H%M%S", "%H:%M"};

/* Whether the value is a day of this century's first forty years in this form. */
static bool is_date(const struct time_form *form, struct slice value)
{
    moment at;
    if (is_digits(value) != (form->pattern.size == 6) || (is_digits(value) && value.size != 8))
        return false;
    return time_read(form, value, 0, NULL, &at) == STATUS_OK && at.ms >= 946684800000 &&
           at.ms < 2208988800000;
}

static bool is_time_of_day(const char *clock, struct slice value)
{
    char room[64];
    char pattern[32];
    moment at;
    struct text whole = text_over(room, sizeof room);
    struct text written = text_over(pattern, sizeof pattern);
    if (is_digits(value) && value.size != 6)
        return false;
    text_addf(&written, "%%Y-%%m-%%d %s", clock);
    text_add_string(&whole, "2026-01-01 ");
    text_add(&whole, value);
    struct time_form form = {.kind = TIME_PATTERN, .pattern = text_slice(&written)};
    return !whole.full && time_read(&form, text_slice(&whole), 0, NULL, &at) == STATUS_OK;
}

/* How much of the column is a date, and how much a time of day. */
static void find_halves(const struct look *look, unsigned column, struct shape_of_column *shape)
{
    unsigned dates[sizeof DATES / sizeof DATES[0]] = {0};
    unsigned clocks[sizeof CLOCKS / sizeof CLOCKS[0]] = {0};
    for (unsigned row = 0; row < look->rows_count; row++) {
        struct slice value = look_cell(look, row, column);
        for (size_t i = 0; value.size != 0 && i < sizeof DATES / sizeof DATES[0]; i++)
            dates[i] += is_date(&DATES[i], value);
        for (size_t i = 0; value.size != 0 && i < sizeof CLOCKS / sizeof CLOCKS[0]; i++)
            clocks[i] += is_time_of_day(CLOCKS[i], value);
    }
    unsigned most = 0;
    for (size_t i = 0; i < sizeof DATES / sizeof DATES[0]; i++) {
        if (dates[i] > most) {
            most = dates[i];
            shape->date_form = DATES[i].pattern.at;
        }
    }
    shape->date = (double)most / shape->filled;
    most = 0;
    for (size_t i = 0; i < sizeof CLOCKS / sizeof CLOCKS[0]; i++) {
        if (clocks[i] > most) {
            most = clocks[i];
            shape->clock_form = CLOCKS[i];
        }
    }
    shape->time_of_day = (double)most / shape->filled;
}

/* Whether a row lies further behind an earlier one than a record may be late. */
static bool goes_back(const struct look *look, unsigned column, const struct time_form *form)
{
    moment newest = MOMENT_NONE;
    for (unsigned row = 0; row < look->rows_count; row++) {
        moment at;
        if (time_read(form, look_cell(look, row, column), 0, NULL, &at) != STATUS_OK)
            continue;
        if (newest.ms != MOMENT_NONE.ms && at.ms < newest.ms - LATE_HOURS_MAX * (int64_t)HOUR_MS)
            return true;
        newest = newest.ms == MOMENT_NONE.ms || at.ms > newest.ms ? at : newest;
    }
    return false;
}

struct shape_of_column shape_of(const struct look *look, unsigned column)
{
    struct shape_of_column shape = {0};
    unsigned times[FORMS_COUNT] = {0};
    for (unsigned row = 0; row < look->rows_count; row++) {
        struct slice value = look_cell(look, row, column);
        if (value.size != 0)
            add_value(&shape, value, times);
    }
    if (shape.filled == 0)
        return shape;
    unsigned best = 0;
    for (unsigned i = 1; i < FORMS_COUNT; i++)
        if (times[i] > times[best])
            best = i;
    double all = shape.filled;
    shape.time = times[best] / all;
    shape.time_form = FORMS[best].written;
    shape.zoneless = FORMS[best].zoneless;
    shape.goes_back = shape.time >= 0.5 && goes_back(look, column, &FORMS[best].form);
    find_halves(look, column, &shape);
    shape.date_only = shape.date >= 0.9;
    shape.phone /= all;
    shape.imei /= all;
    shape.imei_like /= all;
    shape.imsi /= all;
    shape.ip /= all;
    shape.currency /= all;
    shape.clock /= all;
    shape.decimal /= all;
    shape.whole /= all;
    shape.fraction /= all;
    return shape;
}

/* Full-width brackets are three bytes that begin with these two; the third tells them apart. */
static int bracket(struct slice rest)
{
    if (rest.at[0] == '(' || slice_starts(rest, SLICE("（")))
        return 1;
    return rest.at[0] == ')' || slice_starts(rest, SLICE("）")) ? -1 : 0;
}

void name_plain(struct text *out, struct slice name)
{
    int depth = 0;
    while (name.size != 0) {
        int step = bracket(name);
        size_t size = step != 0 && (name.at[0] & 0x80) != 0 ? 3 : 1;
        char c = name.at[0];
        bool gap = c == ' ' || c == '_' || c == '-' || c == '.';
        depth += step;
        if (step == 0 && depth <= 0 && !gap)
            text_add_char(out, (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
        name.at += size;
        name.size -= size;
    }
}
