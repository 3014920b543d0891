/* calendar.h -- which days are worked: weekends, statutory holidays and make-up days (调休).
 *
 *   calendar: 1
 *   name: cn
 *   years:
 *     - year: 2024
 *       notice: 国办发明电〔2023〕7号
 *       source: "..."
 *       mark: V2
 *       holidays: [2024-01-01, 2024-02-10..2024-02-17]   also of the end of the year before
 *       workdays: [2024-02-04, 2024-02-18]               Saturdays and Sundays that are worked
 *
 * The State Council tells holidays year by year; of a year of which nothing was told we know
 * nothing, and say so.  The last days of December may still be moved by the notice of the year that
 * follows, so they are known only with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/tongue.h"
#include "law/term.h"

/* From this day of December on, the next year's notice has a say (2007 and 2018: from the 29th). */
enum { LAW_DECEMBER_OPEN = 25 };

enum law_day { LAW_DAY_WORKED, LAW_DAY_WEEKEND, LAW_DAY_HOLIDAY, LAW_DAY_MAKE_UP };

struct law_year {
    int32_t year;
    enum law_mark mark;
    struct slice notice, source;
};

struct law_exception {
    law_date date;
    bool worked;
};

struct law_calendar {
    struct slice name;
    uint32_t years_count;
    const struct law_year *years; /* ascending */
    uint32_t exceptions_count;
    const struct law_exception *exceptions; /* ascending */
};

/* STATUS_ABSENT: nothing is known of the day. */
enum status law_day_of(const struct law_calendar *calendar, law_date date, enum law_day *out);
/* The `count`-th working day after `date`; 0 is the date itself.  STATUS_ABSENT: a day on the way
 * is not known, `*unknown` is it.  `calendar` NULL knows no day. */
enum status law_working_days_after(const struct law_calendar *calendar, law_date date,
                                   int32_t count, law_date *out, law_date *unknown);
/* What is said of a day that is not known. */
void text_add_law_unknown_day(struct text *text, law_date unknown, enum tongue tongue);
