/* term.h -- terms as the law counts them: from a day or a moment, to the end of a last day.
 *
 *   2025-01-10 --- two years ---> 2027-01-10 24:00       the first day is not counted
 *                                 2027-01-09 24:00       ... or it is: a switch of the pack
 *   14:20:07 ----- 48 hours ----> 14:20:07, two days on  terms in hours know no days
 *
 * A date is a civil day of a zone; China has one, eight hours east, without daylight saving. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/moment.h"
#include "law/words.h"

/* Days since 1970-01-01. */
typedef struct {
    int64_t days;
} law_date;

#define LAW_DATE_NONE ((law_date){INT64_MIN})

struct law_span {
    int32_t amount;
    enum law_unit unit; /* of time */
};

/* The words of the group `counting` in codes.inc. */
enum law_counting { LAW_COUNTING_NEXT_DAY, LAW_COUNTING_FIRST_DAY };

struct law_term {
    struct law_span span;
    enum law_counting counting;
    bool rolls; /* a last day that is not worked moves on to one that is (Civil Code 203) */
};

struct law_calendar;

/* STATUS_MALFORMED: there is no such day. */
enum status law_date_of(int32_t year, int32_t month, int32_t day, law_date *out);
/* "2024-12-01", and nothing else.  STATUS_MALFORMED. */
enum status law_date_parse(struct slice slice, law_date *out);
void text_add_law_date(struct text *text, law_date date);
/* Year, month and day. */
struct civil law_date_civil(law_date date);
/* The day in which the moment lies. */
law_date law_date_of_moment(moment at, int32_t zone_minutes);
/* 00:00 and 24:00 of the day. */
moment law_date_begin(law_date date, int32_t zone_minutes);
moment law_date_end(law_date date, int32_t zone_minutes);

/* Whether the span is one of seconds, minutes or hours, which run from a moment. */
bool law_span_exact(struct law_span span);
/* The last day of a term in days, months or years that begins on `start`: the corresponding day of
 * the last month, or the end of that month.  STATUS_FULL: past the year 9999. */
enum status law_term_last(law_date start, struct law_span span, enum law_counting counting,
                          law_date *last);
/* The moment at which a term ends that begins at `from`: exact for hours, 24:00 of the last day
 * otherwise.  `calendar` may be NULL where no working days are needed.  STATUS_ABSENT: the calendar
 * does not know a year that is needed, `*unknown` is its first day; STATUS_FULL. */
enum status law_term_end(const struct law_term *term, moment from, int32_t zone_minutes,
                         const struct law_calendar *calendar, moment *end, law_date *unknown);

/* Terms that are executed one after another without a gap, up to a cap. */
struct law_run {
    law_date start; /* of the first term */
    law_date last;  /* day at whose end the run ends */
    bool capped;    /* the cap cut something off */
};

/* Adds a term that begins on `start`.  One that begins within the run is executed behind what runs
 * already, a later one opens a new run; `*opened` says which.  An empty run has `last` =
 * LAW_DATE_NONE.  STATUS_LATE: it begins before the run does; STATUS_FULL. */
enum status law_run_add(struct law_run *run, law_date start, struct law_span term,
                        struct law_span cap, enum law_counting counting, bool *opened);
