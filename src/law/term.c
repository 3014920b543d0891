/* term.c -- counting of terms.
 *
 * Civil Code 200 to 203: the day on which a term begins is not counted; a term in months or years
 * ends on the corresponding day, or on the last of the month if there is none, at 24:00; a term in
 * hours runs from the moment that the rule names.  Where a rule is read to count its first day, the
 * term ends a day earlier.
 *
 * Invariants:  1. A last day depends on dates and the span only, never on the clock or the zone of
 *                 the machine.
 *              2. A run never lasts longer than its cap, counted from its own start.
 *              3. Whatever needs a holiday that nobody told us ends with STATUS_ABSENT.
 * Not chosen:  terms as numbers of days.  Three years have 1,095 or 1,096, and a person is free on
 *              a date. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/term.h"

#include "law/calendar.h"

enum { YEAR_LAST = 9999, AMOUNT_MAX = 1000000 };

bool law_span_exact(struct law_span span)
{
    return span.unit == LAW_UNIT_second || span.unit == LAW_UNIT_minute ||
           span.unit == LAW_UNIT_hour;
}

static int64_t span_unit_ms(enum law_unit unit)
{
    must(unit <= LAW_UNIT_hour);
    return unit == LAW_UNIT_second ? SECOND_MS : unit == LAW_UNIT_minute ? MINUTE_MS : HOUR_MS;
}

/* The day of that number, or the last of the month; day 0 is the last of the month before. */
static law_date day_or_month_end(int32_t year, int32_t month, int32_t day)
{
    int32_t next_year = month == 12 ? year + 1 : year;
    int32_t next_month = month == 12 ? 1 : month + 1;
    int64_t first = days_of_date(year, month, 1);
    int64_t end = days_of_date(next_year, next_month, 1) - 1;
    return (law_date){first + day - 1 > end ? end : first + day - 1};
}

enum status law_term_last(law_date start, struct law_span span, enum law_counting counting,
                          law_date *last)
{
    must(span.amount > 0);
    must(span.amount <= AMOUNT_MAX);
    int32_t early = counting == LAW_COUNTING_FIRST_DAY;
    law_date found;
    if (span.unit == LAW_UNIT_day) {
        found = (law_date){start.days + span.amount - early};
    } else {
        must(span.unit == LAW_UNIT_month || span.unit == LAW_UNIT_year);
        struct civil from = law_date_civil(start);
        int64_t months = (int64_t)from.year * 12 + from.month - 1 +
                         (span.unit == LAW_UNIT_year ? (int64_t)span.amount * 12 : span.amount);
        if (months / 12 > YEAR_LAST)
            return STATUS_FULL;
        found =
            day_or_month_end((int32_t)(months / 12), (int32_t)(months % 12) + 1, from.day - early);
    }
    if (found.days > days_of_date(YEAR_LAST, 12, 31))
        return STATUS_FULL;
    *last = found;
    return STATUS_OK;
}

/* The last day, working days and rolling included. */
static enum status last_day(const struct law_term *term, law_date start,
                            const struct law_calendar *calendar, law_date *last, law_date *unknown)
{
    law_date day;
    if (term->span.unit == LAW_UNIT_working_day) {
        bool first = term->counting == LAW_COUNTING_FIRST_DAY;
        return law_working_days_after(calendar, (law_date){start.days - first}, term->span.amount,
                                      last, unknown);
    }
    TRY(law_term_last(start, term->span, term->counting, &day));
    if (term->rolls)
        TRY(law_working_days_after(calendar, (law_date){day.days - 1}, 1, &day, unknown));
    *last = day;
    return STATUS_OK;
}

enum status law_term_end(const struct law_term *term, moment from, int32_t zone_minutes,
                         const struct law_calendar *calendar, moment *end, law_date *unknown)
{
    law_date last;
    if (law_span_exact(term->span)) {
        must(term->span.amount > 0);
        int64_t span_ms = term->span.amount * span_unit_ms(term->span.unit);
        if (from.ms > MOMENT_MS_MAX - span_ms)
            return STATUS_FULL;
        *end = (moment){from.ms + span_ms};
        return STATUS_OK;
    }
    TRY(last_day(term, law_date_of_moment(from, zone_minutes), calendar, &last, unknown));
    if (law_date_end(last, zone_minutes).ms > MOMENT_MS_MAX)
        return STATUS_FULL;
    *end = law_date_end(last, zone_minutes);
    return STATUS_OK;
}

enum status law_run_add(struct law_run *run, law_date start, struct law_span term,
                        struct law_span cap, enum law_counting counting, bool *opened)
{
    bool empty = run->last.days == LAW_DATE_NONE.days;
    if (!empty && start.days < run->start.days)
        return STATUS_LATE;
    bool opens = empty || start.days > run->last.days;
    struct law_run next = opens ? (struct law_run){.start = start} : *run;
    /* The next term begins where the last day ends: that day is not counted, or the next one is. */
    law_date from =
        opens ? start : (law_date){run->last.days + (counting == LAW_COUNTING_FIRST_DAY)};
    law_date end;
    TRY(law_term_last(next.start, cap, counting, &end));
    TRY(law_term_last(from, term, counting, &next.last));
    if (next.last.days > end.days) {
        next.last = end;
        next.capped = true;
    }
    *run = next;
    *opened = opens;
    return STATUS_OK;
}
