/* run_test.c -- terms against an oracle that walks a calendar day by day: a hundred thousand
 * histories,
 * both ways of counting, leap years and month ends; never past the cap, never a day early or
  * late. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"
#include "ground/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HISTORIES = 100000, DAYS = 30000, PARTS_MAX = 7, ZONE = 480 };

/* ---- the oracle: a calendar written down, and fingers ---- */

struct page {
    int year, month, day;
};
static struct page CALENDAR[DAYS]; /* [n]: n days after 2000-01-01 */
static int64_t FIRST;              /* of it, in days since 1970 */

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int length(int year, int month)
{
    static const int LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : LENGTHS[month - 1];
}

static void calendar_write(void)
{
    struct page page = {2000, 1, 1};
    FIRST = 0;
    for (int year = 1970; year < 2000; year++)
        FIRST += leap(year) ? 366 : 365;
    for (int i = 0; i < DAYS; i++) {
        CALENDAR[i] = page;
        if (++page.day <= length(page.year, page.month))
            continue;
        page.day = 1;
        if (++page.month <= 12)
            continue;
        page.month = 1;
        page.year++;
    }
}

/* The last counted day of so many years from day `start`: fingers go to the day before which, or on
 * which, that many years are full. */
static int walk(int start, int years, bool first_counts)
{
    struct page from = CALENDAR[start];
    int at = start + 1;
    for (;; at++) {
        struct page page = CALENDAR[at];
        bool there = page.year == from.year + years && page.month == from.month;
        if (there && (page.day == from.day ||
                      (page.day == length(page.year, page.month) && page.day < from.day)))
            break;
    }
    bool missing = CALENDAR[at].day != from.day; /* 29 February: the month's end is the last day */
    return first_counts && !missing ? at - 1 : at;
}

struct telling {
    int start, years, latest; /* latest: -1 none */
};

/* Every day is asked by itself: is the person restricted on it?  Last day of each part to
 * `last`. */
static void tell(const struct telling *telling, int count, int cap, bool first_counts, int *last,
                 int *run_start)
{
    int end = -1, begin = -1, most = -1;
    for (int i = 0; i < count; i++) {
        int before = end;
        bool opens = end < 0 || telling[i].start > end;
        if (opens) {
            begin = telling[i].start;
            most = walk(begin, cap, first_counts);
        }
        int from = opens ? telling[i].start : end + (first_counts ? 1 : 0);
        end = walk(from, telling[i].years, first_counts);
        if (end > most)
            end = most;
        if (telling[i].latest >= 0 && end > telling[i].latest) {
            int least = opens ? telling[i].start : before;
            end = telling[i].latest > least ? telling[i].latest : least;
        }
        last[i] = end;
        run_start[i] = begin;
    }
}

/* ---- against each other ---- */

static struct sanction_part part_of(const struct telling *telling, int cap, bool first_counts)
{
    return (struct sanction_part){
        .start = {FIRST + telling->start},
        .term = {telling->years, LAW_UNIT_year},
        .cap = {cap, LAW_UNIT_year},
        .counting = first_counts ? LAW_COUNTING_FIRST_DAY : LAW_COUNTING_NEXT_DAY,
        .latest = telling->latest < 0 ? LAW_DATE_NONE : (law_date){FIRST + telling->latest},
    };
}

static uint64_t draw(struct chance *chance, uint64_t below)
{
    return chance_below(chance, below);
}

/* Ends and beginnings of months and leap days come far more often than by chance. */
static int day_draw(struct chance *chance, int from, int to)
{
    int day = from + (int)draw(chance, (uint64_t)(to - from));
    unsigned wish = (unsigned)draw(chance, 4);
    for (; wish < 3 && day < to; day++) {
        struct page page = CALENDAR[day];
        if ((wish == 0 && page.day == 1) ||
            (wish == 1 && page.day == length(page.year, page.month)) ||
            (wish == 2 && page.month == 2 && page.day >= 28))
            break;
    }
    return day;
}

static void one_history(struct chance *chance)
{
    struct telling telling[PARTS_MAX];
    struct sanction_part part[PARTS_MAX];
    int last[PARTS_MAX], run_start[PARTS_MAX];
    int count = 1 + (int)draw(chance, PARTS_MAX), at = 9000 + (int)draw(chance, 3000);
    bool first_counts = draw(chance, 2) == 1;
    for (int i = 0; i < count; i++) {
        at = day_draw(chance, at, at + (draw(chance, 3) == 0 ? 2000 : 400));
        telling[i] = (struct telling){at, draw(chance, 2) == 0 ? 2 : 3, -1};
        if (draw(chance, 8) == 0)
            telling[i].latest = at + (int)draw(chance, 1200);
        part[i] = part_of(&telling[i], 5, first_counts);
    }
    tell(telling, count, 5, first_counts, last, run_start);
    assert_int_equal(sanction_run(part, (size_t)count), STATUS_OK);
    for (int i = 0; i < count; i++) {
        assert_int_equal(part[i].last.days, FIRST + last[i]);
        assert_int_equal(part[i].run_start.days, FIRST + run_start[i]);
        int cap = walk(run_start[i], 5, first_counts);
        assert_true(part[i].last.days <= FIRST + cap); /* never past it */
        /* lifted at 24:00 of that day in the zone of the house, not a millisecond before */
        moment end = law_date_end(part[i].last, ZONE);
        assert_int_equal(law_date_of_moment((moment){end.ms - 1}, ZONE).days, part[i].last.days);
        assert_int_equal(law_date_of_moment(end, ZONE).days, part[i].last.days + 1);
    }
}

static void a_hundred_thousand_histories_agree_with_the_fingers(void **state)
{
    struct chance chance = chance_seeded(20241201);
    (void)state;
    for (int i = 0; i < HISTORIES; i++)
        one_history(&chance);
}

/* ---- by hand: domain.md 1.4 ---- */

static law_date date(const char *text)
{
    law_date out;
    assert_int_equal(law_date_parse(slice_of(text), &out), STATUS_OK);
    return out;
}

static struct sanction_part part(const char *start, int years)
{
    return (struct sanction_part){.start = date(start),
                                  .term = {years, LAW_UNIT_year},
                                  .cap = {5, LAW_UNIT_year},
                                  .latest = LAW_DATE_NONE};
}

static void the_vectors_of_the_domain_hold(void **state)
{
    (void)state;
    struct sanction_part one[] = {part("2025-01-10", 2)};
    assert_int_equal(sanction_run(one, 1), STATUS_OK);
    assert_int_equal(one[0].last.days, date("2027-01-10").days);
    struct sanction_part five[] = {part("2025-01-10", 3), part("2026-06-01", 2)};
    assert_int_equal(sanction_run(five, 2), STATUS_OK);
    assert_int_equal(five[1].last.days, date("2030-01-10").days);
    assert_false(five[1].capped);
    struct sanction_part six[] = {part("2025-01-10", 3), part("2026-06-01", 3)};
    assert_int_equal(sanction_run(six, 2), STATUS_OK);
    assert_int_equal(six[1].last.days, date("2030-01-10").days); /* not 2031 */
    assert_true(six[1].capped);
    struct sanction_part gap[] = {part("2025-01-10", 2), part("2027-01-12", 2)};
    assert_int_equal(sanction_run(gap, 2), STATUS_OK);
    assert_int_equal(gap[1].run_start.days, date("2027-01-12").days);
    assert_int_equal(gap[1].last.days, date("2029-01-12").days);
    struct sanction_part leap_day[] = {part("2028-02-29", 3)};
    assert_int_equal(sanction_run(leap_day, 1), STATUS_OK);
    assert_int_equal(leap_day[0].last.days, date("2031-02-28").days);
    leap_day[0].counting = LAW_COUNTING_FIRST_DAY;
    one[0].counting = LAW_COUNTING_FIRST_DAY;
    assert_int_equal(sanction_run(one, 1), STATUS_OK);
    assert_int_equal(one[0].last.days, date("2027-01-09").days);
}

static void a_determination_that_was_revoked_leaves_no_day(void **state)
{
    (void)state;
    struct sanction_part both[] = {part("2025-01-10", 2), part("2025-07-01", 2)};
    struct sanction_part later[] = {part("2025-07-01", 2)};
    assert_int_equal(sanction_run(both, 2), STATUS_OK);
    assert_int_equal(both[1].last.days, date("2029-01-10").days);
    assert_int_equal(sanction_run(later, 1), STATUS_OK);
    assert_int_equal(later[0].last.days, date("2027-07-01").days);
}

static void a_term_without_a_known_cap_stands_alone(void **state)
{
    (void)state;
    struct sanction_part old[] = {part("2019-05-01", 5), part("2020-05-01", 5)};
    old[0].cap.amount = old[1].cap.amount = 0;
    assert_int_equal(sanction_run(old, 2), STATUS_OK);
    assert_int_equal(old[1].last.days, date("2025-05-01").days);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_thousand_histories_agree_with_the_fingers),
        cmocka_unit_test(the_vectors_of_the_domain_hold),
        cmocka_unit_test(a_determination_that_was_revoked_leaves_no_day),
        cmocka_unit_test(a_term_without_a_known_cap_stands_alone),
    };
    calendar_write();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
