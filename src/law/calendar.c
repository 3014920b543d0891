/* calendar.c -- counting of working days, and the reader of a calendar file.
 *
 * Invariants:  1. No day is called worked or free unless its year was told. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/calendar.h"

#include "ground/limits.h"
#include "law/law_inside.h"
#include <stdlib.h>

static bool year_known(const struct law_calendar *calendar, int32_t year)
{
    for (uint32_t i = 0; i < calendar->years_count; i++)
        if (calendar->years[i].year == year)
            return true;
    return false;
}

static const struct law_exception *exception_find(const struct law_calendar *calendar,
                                                  law_date date)
{
    uint32_t from = 0;
    uint32_t to = calendar->exceptions_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        const struct law_exception *at = &calendar->exceptions[middle];
        if (at->date.days == date.days)
            return at;
        if (at->date.days < date.days)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

/* 0 is Monday. */
static int64_t weekday_of(law_date date)
{
    int64_t rest = (date.days + 3) % 7;
    return rest < 0 ? rest + 7 : rest;
}

enum status law_day_of(const struct law_calendar *calendar, law_date date, enum law_day *out)
{
    struct civil civil = law_date_civil(date);
    bool late = civil.month == 12 && civil.day >= LAW_DECEMBER_OPEN;
    if (calendar == NULL || !year_known(calendar, civil.year) ||
        (late && !year_known(calendar, civil.year + 1)))
        return STATUS_ABSENT;
    const struct law_exception *exception = exception_find(calendar, date);
    bool weekend = weekday_of(date) >= 5;
    if (exception != NULL)
        *out = exception->worked ? LAW_DAY_MAKE_UP : LAW_DAY_HOLIDAY;
    else
        *out = weekend ? LAW_DAY_WEEKEND : LAW_DAY_WORKED;
    return STATUS_OK;
}

enum status law_working_days_after(const struct law_calendar *calendar, law_date date,
                                   int32_t count, law_date *out, law_date *unknown)
{
    must(count >= 0);
    while (count > 0) {
        enum law_day day;
        date.days++;
        if (law_day_of(calendar, date, &day) != STATUS_OK) {
            *unknown = date;
            return STATUS_ABSENT;
        }
        count -= day == LAW_DAY_WORKED || day == LAW_DAY_MAKE_UP;
    }
    *out = date;
    return STATUS_OK;
}

void text_add_law_unknown_day(struct text *text, law_date unknown, enum tongue tongue)
{
    struct civil civil = law_date_civil(unknown);
    bool zh = tongue == TONGUE_ZH;
    text_add_law_date(text, unknown);
    text_addf(text,
              zh ? "：工作日历缺少国务院 %d 年放假安排"
                 : ": the calendar lacks the State Council's notice for %d",
              civil.year);
    if (civil.month == 12 && civil.day >= LAW_DECEMBER_OPEN)
        text_addf(text,
                  zh ? "或 %d 年放假安排（后者可能调整年末）"
                     : " or for %d, which may still move the end of the year",
                  civil.year + 1);
    text_add_string(text, zh ? "；公布后请加入工作日历，在此之前不推算"
                             : "; add it once it is out, nothing is guessed until then");
}

/* ---- the file ---- */

struct calendar_reading {
    const struct law_reading *reading;
    struct law_year *years;
    struct law_exception *exceptions;
    uint32_t years_count, exceptions_count;
};

static enum status add_day(struct calendar_reading *calendar, outline_node node, law_date date,
                           bool worked)
{
    int32_t year = calendar->years[calendar->years_count].year;
    struct civil civil = law_date_civil(date);
    bool eve = civil.year == year - 1 && civil.month == 12 && civil.day >= LAW_DECEMBER_OPEN;
    if (civil.year != year && !eve)
        return law_complain(calendar->reading, node, LAW_COMPLAINT_day_outside);
    for (uint32_t i = 0; i < calendar->exceptions_count; i++)
        if (calendar->exceptions[i].date.days == date.days)
            return law_complain(calendar->reading, node, LAW_COMPLAINT_day_twice);
    if (worked && weekday_of(date) < 5)
        return law_complain(calendar->reading, node, LAW_COMPLAINT_day_works);
    if (calendar->exceptions_count == LAW_CALENDAR_DAYS_MAX)
        return law_complain(calendar->reading, node, LAW_COMPLAINT_many);
    calendar->exceptions[calendar->exceptions_count++] = (struct law_exception){date, worked};
    return STATUS_OK;
}

/* "2024-01-01" or "2024-02-10..2024-02-17" */
static enum status days_read(struct calendar_reading *calendar, outline_node node, bool worked)
{
    law_date first, last;
    TRY(outline_want(&calendar->reading->outline, node, OUTLINE_TEXT));
    struct slice text = outline_text(&calendar->reading->outline, node);
    struct slice head = {text.at, text.size > 10 ? 10 : text.size};
    struct slice tail = {text.at + (text.size > 12 ? 12 : 0), text.size > 12 ? text.size - 12 : 0};
    bool range = text.size == 22 && text.at[10] == '.' && text.at[11] == '.';
    if ((text.size != 10 && !range) || law_date_parse(head, &first) != STATUS_OK)
        return law_complain(calendar->reading, node, LAW_COMPLAINT_date_form);
    last = first;
    if (range && law_date_parse(tail, &last) != STATUS_OK)
        return law_complain(calendar->reading, node, LAW_COMPLAINT_date_form);
    if (last.days < first.days || last.days > first.days + 31)
        return law_complain(calendar->reading, node, LAW_COMPLAINT_date_order);
    for (; first.days <= last.days; first.days++)
        TRY(add_day(calendar, node, first, worked));
    return STATUS_OK;
}

static enum status day_list_read(struct calendar_reading *calendar, outline_node node, bool worked)
{
    const struct outline *outline = &calendar->reading->outline;
    TRY(outline_want(outline, node, OUTLINE_LIST));
    for (unsigned i = 0; i < outline_count(outline, node); i++)
        TRY(days_read(calendar, outline_item(outline, node, i), worked));
    return STATUS_OK;
}

enum { KEY_year, KEY_notice, KEY_source, KEY_mark, KEY_holidays, KEY_workdays, KEYS_COUNT };

static enum status year_read(struct calendar_reading *calendar, outline_node item)
{
    static const struct slice KEYS[KEYS_COUNT] = {{"year", 4}, {"notice", 6},   {"source", 6},
                                                  {"mark", 4}, {"holidays", 8}, {"workdays", 8}};
    const struct law_reading *reading = calendar->reading;
    struct law_year *year = &calendar->years[calendar->years_count];
    outline_node at[KEYS_COUNT];
    int64_t number;
    TRY(outline_keys(&reading->outline, item, KEYS, KEYS_COUNT, at));
    for (unsigned k = 0; k < KEYS_COUNT; k++)
        if (at[k] == LAW_NOWHERE)
            return law_complain_about(reading, item, LAW_COMPLAINT_missing, KEYS[k]);
    TRY(law_whole(reading, at[KEY_year], 1949, 9998, &number));
    year->year = (int32_t)number;
    if (calendar->years_count > 0 && year->year <= year[-1].year)
        return law_complain(reading, at[KEY_year], LAW_COMPLAINT_year_order);
    TRY(law_text(reading, at[KEY_notice], &year->notice));
    TRY(law_text(reading, at[KEY_source], &year->source));
    TRY(law_mark_read(reading, at[KEY_mark], &year->mark));
    TRY(day_list_read(calendar, at[KEY_holidays], false));
    TRY(day_list_read(calendar, at[KEY_workdays], true));
    calendar->years_count++;
    return STATUS_OK;
}

static int by_date(const void *a, const void *b)
{
    int64_t one = ((const struct law_exception *)a)->date.days;
    int64_t other = ((const struct law_exception *)b)->date.days;
    return (one > other) - (one < other);
}

enum status law_calendar_read(const struct law_reading *reading, struct law_calendar *out)
{
    static const struct slice KEYS[] = {{"calendar", 8}, {"name", 4}, {"years", 5}};
    const struct outline *outline = &reading->outline;
    struct calendar_reading calendar = {.reading = reading};
    outline_node root = outline_root(outline);
    outline_node at[3];
    struct slice name;
    TRY(outline_keys(&reading->outline, root, KEYS, 3, at));
    if (!slice_equal(outline_text(outline, at[0]), SLICE("1")))
        return law_complain(reading, root, LAW_COMPLAINT_version);
    for (unsigned k = 1; k < 3; k++)
        if (at[k] == LAW_NOWHERE)
            return law_complain_about(reading, root, LAW_COMPLAINT_missing, KEYS[k]);
    TRY(law_name(reading, at[1], &name));
    TRY(outline_want(outline, at[2], OUTLINE_LIST));
    unsigned count = outline_count(outline, at[2]);
    if (count > LAW_CALENDAR_YEARS_MAX)
        return law_complain(reading, at[2], LAW_COMPLAINT_many);
    TRY(ARENA_NEW(reading->arena, count, &calendar.years));
    TRY(ARENA_NEW(reading->arena, LAW_CALENDAR_DAYS_MAX, &calendar.exceptions));
    for (unsigned i = 0; i < count; i++)
        TRY(year_read(&calendar, outline_item(outline, at[2], i)));
    qsort(calendar.exceptions, calendar.exceptions_count, sizeof *calendar.exceptions, by_date);
    *out = (struct law_calendar){name, calendar.years_count, calendar.years,
                                 calendar.exceptions_count, calendar.exceptions};
    return STATUS_OK;
}
