/* moment.c -- the calendar, and the two written forms of a point in time.
 *
 * The calendar is the proleptic Gregorian one, computed in eras of 400 years that begin on 1 March,
 * so that the leap day is the last day of a year and needs no special case.
 *
 * Invariants:  1. What text_add_moment() writes, moment_parse() reads back to the same moment, for
 *                 every moment of the years 0 to 9999.
 *              2. moment_parse() reads the whole slice or nothing: no blanks around, no rest.
 * Not chosen:  strptime() and timegm().  They obey the locale and the zone of the machine, and cost
 *              ten times as much as the rest of reading a record. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "moment.h"

enum { YEAR_MAX = 9999, ZONE_MINUTES_MAX = 24 * 60 - 1, ERA_DAYS = 146097 };

int64_t days_of_date(int32_t year, int32_t month, int32_t day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - 719468;
}

static int64_t floor_div(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

struct civil civil_of_moment(moment at, int32_t zone_minutes)
{
    must(at.ms > INT64_MIN / 2); /* MOMENT_NONE has no date */
    must(at.ms < INT64_MAX / 2);
    int64_t ms = at.ms + (int64_t)zone_minutes * MINUTE_MS;
    int64_t days = floor_div(ms, DAY_MS);
    int32_t rest = (int32_t)(ms - days * DAY_MS);
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, ERA_DAYS);
    int64_t day_of_era = shifted - era * ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_of_year = (5 * day_of_year + 2) / 153; /* 0 is March */
    int64_t month = month_of_year < 10 ? month_of_year + 3 : month_of_year - 9;
    return (struct civil){
        .year = (int32_t)(year_of_era + era * 400 + (month <= 2)),
        .month = (int32_t)month,
        .day = (int32_t)(day_of_year - (153 * month_of_year + 2) / 5 + 1),
        .hour = rest / HOUR_MS,
        .minute = rest / MINUTE_MS % 60,
        .second = rest / SECOND_MS % 60,
        .millisecond = rest % SECOND_MS,
    };
}

static int32_t days_of_month(int32_t year, int32_t month)
{
    static const int8_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return DAYS[month - 1] + (month == 2 && leap);
}

enum status moment_of_civil(struct civil civil, int32_t zone_minutes, moment *out)
{
    if (civil.year < 0 || civil.year > YEAR_MAX || civil.month < 1 || civil.month > 12)
        return STATUS_MALFORMED;
    if (civil.day < 1 || civil.day > days_of_month(civil.year, civil.month))
        return STATUS_MALFORMED;
    if (civil.hour < 0 || civil.hour > 23 || civil.minute < 0 || civil.minute > 59)
        return STATUS_MALFORMED;
    if (civil.second < 0 || civil.second > 60 || civil.millisecond < 0 || civil.millisecond > 999)
        return STATUS_MALFORMED;
    if (civil.second == 60) {
        civil.second = 59;
        civil.millisecond = 999;
    }
    int64_t minutes = days_of_date(civil.year, civil.month, civil.day) * 24 * 60 + civil.hour * 60 +
                      civil.minute - zone_minutes;
    *out = (moment){minutes * MINUTE_MS + civil.second * SECOND_MS + civil.millisecond};
    return STATUS_OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number of two digits at `at`, or -1. */
static int32_t two_digits(const char *at)
{
    return is_digit(at[0]) && is_digit(at[1]) ? (at[0] - '0') * 10 + (at[1] - '0') : -1;
}

/* A plain integer without sign `+`, blanks or needless zeros. */
static enum status parse_epoch(struct slice slice, moment *out)
{
    bool negative = slice.at[0] == '-';
    const char *at = slice.at + negative;
    size_t count = slice.size - negative;
    if (count == 0 || count > 15 || (at[0] == '0' && slice.size > 1))
        return STATUS_MALFORMED;
    int64_t ms = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_digit(at[i]))
            return STATUS_MALFORMED;
        ms = ms * 10 + (at[i] - '0');
    }
    if (negative)
        ms = -ms;
    if (ms < MOMENT_MS_MIN || ms > MOMENT_MS_MAX)
        return STATUS_MALFORMED;
    *out = (moment){ms};
    return STATUS_OK;
}

/* What stands behind the seconds: `Z`, `z` or an offset; -00:00 is UTC, as in RFC 3339. */
static enum status parse_zone(struct slice rest, int32_t *zone_minutes)
{
    if (rest.size == 1 && (rest.at[0] == 'Z' || rest.at[0] == 'z')) {
        *zone_minutes = 0;
        return STATUS_OK;
    }
    if (rest.size != 6 || (rest.at[0] != '+' && rest.at[0] != '-') || rest.at[3] != ':')
        return STATUS_MALFORMED;
    int32_t hours = two_digits(rest.at + 1);
    int32_t minutes = two_digits(rest.at + 4);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return STATUS_MALFORMED;
    *zone_minutes = (rest.at[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return STATUS_OK;
}

enum status moment_parse(struct slice slice, moment *out)
{
    if (slice.size == 0)
        return STATUS_MALFORMED;
    const char *at = slice.at;
    if (slice.size < 20)
        return parse_epoch(slice, out);
    if (at[4] != '-' || at[7] != '-' || at[13] != ':' || at[16] != ':')
        return STATUS_MALFORMED;
    if (at[10] != 'T' && at[10] != 't' && at[10] != ' ')
        return STATUS_MALFORMED;
    int32_t century = two_digits(at);
    int32_t year = two_digits(at + 2);
    struct civil civil = {
        .year = century < 0 || year < 0 ? -1 : century * 100 + year,
        .month = two_digits(at + 5),
        .day = two_digits(at + 8),
        .hour = two_digits(at + 11),
        .minute = two_digits(at + 14),
        .second = two_digits(at + 17),
    };
    size_t i = 19;
    if (at[i] == '.') {
        size_t first = ++i;
        int32_t worth = 100; /* of the next digit; past the third it is 0: finer time is cut off */
        for (; i < slice.size && is_digit(at[i]); i++, worth /= 10)
            civil.millisecond += (at[i] - '0') * worth;
        if (i == first)
            return STATUS_MALFORMED;
    }
    int32_t zone_minutes;
    TRY(parse_zone((struct slice){at + i, slice.size - i}, &zone_minutes));
    return moment_of_civil(civil, zone_minutes, out);
}

static void put_digits(char *at, int32_t number, int count)
{
    for (int i = count - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
}

void text_add_moment(struct text *text, moment at, int32_t zone_minutes)
{
    must(zone_minutes >= -ZONE_MINUTES_MAX);
    must(zone_minutes <= ZONE_MINUTES_MAX);
    struct civil civil = civil_of_moment(at, zone_minutes);
    must(civil.year >= 0); /* moments come from moment_parse(), which knows no others */
    must(civil.year <= YEAR_MAX);
    int32_t zone = zone_minutes < 0 ? -zone_minutes : zone_minutes;
    char form[] = "0000-00-00T00:00:00.000+00:00";
    put_digits(form, civil.year, 4);
    put_digits(form + 5, civil.month, 2);
    put_digits(form + 8, civil.day, 2);
    put_digits(form + 11, civil.hour, 2);
    put_digits(form + 14, civil.minute, 2);
    put_digits(form + 17, civil.second, 2);
    put_digits(form + 20, civil.millisecond, 3);
    form[23] = zone_minutes < 0 ? '-' : '+';
    put_digits(form + 24, zone / 60, 2);
    put_digits(form + 27, zone % 60, 2);
    text_add(text, (struct slice){form, sizeof form - 1});
}

void text_add_span(struct text *text, int64_t span_ms)
{
    static const struct {
        int64_t ms;
        const char *name;
    } UNITS[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {MINUTE_MS, "m"}, {SECOND_MS, "s"}, {1, "ms"}};
    size_t unit = span_ms == 0 ? 3 : 0; /* nothing at all is "0s" */
    while (span_ms % UNITS[unit].ms != 0)
        unit++;
    text_add_whole(text, span_ms / UNITS[unit].ms);
    text_add_string(text, UNITS[unit].name);
}
