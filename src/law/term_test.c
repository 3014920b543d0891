/* term_test.c -- terms counted by hand, and by a slow calendar that counts on its fingers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/term.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CHINA = 8 * 60 };

static law_date day(const char *word)
{
    law_date date;
    assert_int_equal(law_date_parse(slice_of(word), &date), STATUS_OK);
    return date;
}

static const char *word(law_date date)
{
    static char room[4][16];
    static unsigned turn;
    struct text text = text_over(room[turn % 4], sizeof room[0]);
    turn++;
    text_add_law_date(&text, date);
    return text.at;
}

static void term_is(const char *start, int32_t amount, enum law_unit unit,
                    enum law_counting counting, const char *last)
{
    law_date found;
    assert_int_equal(law_term_last(day(start), (struct law_span){amount, unit}, counting, &found),
                     STATUS_OK);
    assert_string_equal(word(found), last);
}

#define NEXT  LAW_COUNTING_NEXT_DAY
#define FIRST LAW_COUNTING_FIRST_DAY

static void terms_end_on_the_corresponding_day_or_the_end_of_the_month(void **state)
{
    (void)state;
    term_is("2025-01-10", 2, LAW_UNIT_year, NEXT, "2027-01-10");
    term_is("2028-02-29", 3, LAW_UNIT_year, NEXT, "2031-02-28");
    term_is("2028-02-29", 4, LAW_UNIT_year, NEXT, "2032-02-29");
    term_is("2027-02-28", 1, LAW_UNIT_year, NEXT, "2028-02-28");
    term_is("2024-01-31", 1, LAW_UNIT_month, NEXT, "2024-02-29");
    term_is("2023-01-31", 1, LAW_UNIT_month, NEXT, "2023-02-28");
    term_is("2024-08-31", 6, LAW_UNIT_month, NEXT, "2025-02-28");
    term_is("2024-12-31", 2, LAW_UNIT_month, NEXT, "2025-02-28");
    term_is("2024-06-15", 30, LAW_UNIT_day, NEXT, "2024-07-15");
    term_is("2024-02-28", 1, LAW_UNIT_day, NEXT, "2024-02-29");
    term_is("2099-12-31", 2, LAW_UNIT_month, NEXT, "2100-02-28");
}

static void where_the_first_day_counts_terms_end_a_day_earlier(void **state)
{
    (void)state;
    term_is("2025-01-10", 2, LAW_UNIT_year, FIRST, "2027-01-09");
    term_is("2025-03-01", 1, LAW_UNIT_month, FIRST, "2025-03-31");
    term_is("2025-02-01", 1, LAW_UNIT_month, FIRST, "2025-02-28");
    term_is("2025-01-01", 1, LAW_UNIT_year, FIRST, "2025-12-31");
    term_is("2025-01-31", 1, LAW_UNIT_month, FIRST, "2025-02-28");
    term_is("2028-02-29", 3, LAW_UNIT_year, FIRST, "2031-02-28");
    term_is("2024-06-15", 30, LAW_UNIT_day, FIRST, "2024-07-14");
    term_is("2024-06-15", 1, LAW_UNIT_day, FIRST, "2024-06-15");
}

static void only_real_days_are_dates(void **state)
{
    static const char *const WRONG[] = {"2023-02-29",  "2024-13-01", "2024-00-10", "2024-04-31",
                                        "2024-1-01",   "20240101",   "2024-01-1x", "",
                                        "2024-01-01 ", "-024-01-01", "2024/01/01"};
    law_date date;
    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        assert_int_equal(law_date_parse(slice_of(WRONG[i]), &date), STATUS_MALFORMED);
    assert_string_equal(word(day("2024-02-29")), "2024-02-29");
    assert_string_equal(word(day("0001-01-01")), "0001-01-01");
}

static void hours_run_from_the_moment_and_days_to_midnight(void **state)
{
    moment from, end, wanted;
    law_date unknown;
    struct law_term stop = {.span = {48, LAW_UNIT_hour}};
    struct law_term years = {.span = {2, LAW_UNIT_year}};
    (void)state;
    assert_int_equal(moment_parse(SLICE("2024-02-09T14:20:07.250+08:00"), &from), STATUS_OK);
    assert_int_equal(law_term_end(&stop, from, CHINA, NULL, &end, &unknown), STATUS_OK);
    assert_int_equal(moment_parse(SLICE("2024-02-11T14:20:07.250+08:00"), &wanted), STATUS_OK);
    assert_int_equal(end.ms,
                     wanted.ms); /* two days into Spring Festival, and not a second longer */
    assert_int_equal(law_term_end(&years, from, CHINA, NULL, &end, &unknown), STATUS_OK);
    assert_int_equal(moment_parse(SLICE("2026-02-10T00:00:00+08:00"), &wanted), STATUS_OK);
    assert_int_equal(end.ms, wanted.ms);
    /* 23:30 in London is the next day in Kunming. */
    assert_int_equal(moment_parse(SLICE("2025-01-09T23:30:00Z"), &from), STATUS_OK);
    assert_int_equal(law_term_end(&years, from, CHINA, NULL, &end, &unknown), STATUS_OK);
    assert_int_equal(end.ms, law_date_end(day("2027-01-10"), CHINA).ms);
    assert_int_equal(law_date_end(day("2027-01-10"), CHINA).ms,
                     law_date_begin(day("2027-01-11"), CHINA).ms);
}

static void working_days_without_a_calendar_are_not_guessed(void **state)
{
    moment from = {0}, end = {1};
    law_date unknown = LAW_DATE_NONE;
    struct law_term working = {.span = {3, LAW_UNIT_working_day}};
    struct law_term rolling = {.span = {3, LAW_UNIT_day}, .rolls = true};
    (void)state;
    assert_int_equal(law_term_end(&working, from, CHINA, NULL, &end, &unknown), STATUS_ABSENT);
    assert_string_equal(word(unknown), "1970-01-02");
    assert_int_equal(law_term_end(&rolling, from, CHINA, NULL, &end, &unknown), STATUS_ABSENT);
    assert_string_equal(word(unknown), "1970-01-04");
    assert_int_equal(end.ms, 1); /* untouched */
}

static void a_term_past_the_calendar_is_full(void **state)
{
    law_date last;
    moment end;
    law_date unknown;
    struct law_term long_term = {.span = {48, LAW_UNIT_hour}};
    (void)state;
    assert_int_equal(
        law_term_last(day("9998-06-01"), (struct law_span){2, LAW_UNIT_year}, NEXT, &last),
        STATUS_FULL);
    assert_int_equal(
        law_term_last(day("9999-12-30"), (struct law_span){2, LAW_UNIT_day}, NEXT, &last),
        STATUS_FULL);
    assert_int_equal(law_term_end(&long_term, (moment){MOMENT_MS_MAX}, CHINA, NULL, &end, &unknown),
                     STATUS_FULL);
}

/* ---- runs ---- */

static const struct law_span CAP = {5, LAW_UNIT_year};

static bool add(struct law_run *run, const char *start, int32_t years, enum law_counting counting)
{
    bool opened;
    assert_int_equal(law_run_add(run, day(start), (struct law_span){years, LAW_UNIT_year}, CAP,
                                 counting, &opened),
                     STATUS_OK);
    return opened;
}

static void terms_add_up_to_the_cap(void **state)
{
    struct law_run run = {.last = LAW_DATE_NONE};
    (void)state;
    assert_true(add(&run, "2025-01-10", 3, NEXT));
    assert_false(add(&run, "2026-06-01", 2, NEXT)); /* 3 and 2 inside: five years */
    assert_string_equal(word(run.last), "2030-01-10");
    assert_false(run.capped);
    run = (struct law_run){.last = LAW_DATE_NONE};
    assert_true(add(&run, "2025-01-10", 3, NEXT));
    assert_false(add(&run, "2026-06-01", 3, NEXT)); /* 3 and 3 inside: five, not six */
    assert_string_equal(word(run.last), "2030-01-10");
    assert_true(run.capped);
    run = (struct law_run){.last = LAW_DATE_NONE};
    assert_true(add(&run, "2025-01-10", 2, FIRST));
    assert_string_equal(word(run.last), "2027-01-09");
    assert_false(add(&run, "2027-01-09", 2, FIRST));
    assert_string_equal(word(run.last), "2029-01-09");
}

static void a_gap_of_a_day_opens_a_new_run(void **state)
{
    struct law_run run = {.last = LAW_DATE_NONE};
    bool opened;
    (void)state;
    assert_true(add(&run, "2025-01-10", 2, NEXT));
    assert_string_equal(word(run.last), "2027-01-10");
    assert_true(add(&run, "2027-01-12", 2, NEXT));
    assert_string_equal(word(run.start), "2027-01-12");
    assert_string_equal(word(run.last), "2029-01-12");
    assert_int_equal(law_run_add(&run, day("2027-01-11"), CAP, CAP, NEXT, &opened), STATUS_LATE);
    assert_string_equal(word(run.last), "2029-01-12");
}

/* ---- against a calendar that counts on its fingers ---- */

static int month_days(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : DAYS[month - 1];
}

struct fingers {
    int year, month, day;
};

static void finger_day(struct fingers *at, int days)
{
    for (; days > 0; days--)
        if (++at->day > month_days(at->year, at->month)) {
            at->day = 1;
            if (++at->month > 12) {
                at->month = 1;
                at->year++;
            }
        }
}

/* A month later, and the wanted day as far as there is one. */
static void finger_month(struct fingers *at, int months, int wanted)
{
    for (; months > 0; months--)
        if (++at->month > 12) {
            at->month = 1;
            at->year++;
        }
    int days = month_days(at->year, at->month);
    at->day = wanted > days ? days : wanted;
}

static uint64_t roll(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static void random_terms_agree_with_counting_on_fingers(void **state)
{
    uint64_t seed = 20241201;
    (void)state;
    for (int round = 0; round < 100000; round++) {
        struct fingers at = {2000 + (int)(roll(&seed) % 60), 1 + (int)(roll(&seed) % 12), 1};
        at.day = 1 + (int)(roll(&seed) % (uint64_t)month_days(at.year, at.month));
        enum law_unit unit = roll(&seed) % 2 ? LAW_UNIT_month : LAW_UNIT_day;
        int32_t amount = 1 + (int32_t)(roll(&seed) % (unit == LAW_UNIT_day ? 400 : 60));
        law_date start, next, first, wanted;
        assert_int_equal(law_date_of(at.year, at.month, at.day, &start), STATUS_OK);
        struct law_span span = {amount, unit};
        if (unit == LAW_UNIT_month && amount % 12 == 0)
            span = (struct law_span){amount / 12, LAW_UNIT_year};
        assert_int_equal(law_term_last(start, span, NEXT, &next), STATUS_OK);
        assert_int_equal(law_term_last(start, span, FIRST, &first), STATUS_OK);
        int day_wanted = at.day;
        if (unit == LAW_UNIT_day)
            finger_day(&at, amount);
        else
            finger_month(&at, amount, at.day);
        bool clamped = unit == LAW_UNIT_month && at.day != day_wanted;
        assert_int_equal(law_date_of(at.year, at.month, at.day, &wanted), STATUS_OK);
        assert_int_equal(next.days, wanted.days);
        /* A day earlier, unless the month is too short for the day anyway. */
        assert_int_equal(first.days, clamped ? next.days : next.days - 1);
    }
}

/* The last day of so many years, on fingers. */
static law_date finger_term(law_date start, int years, enum law_counting counting)
{
    struct civil civil = law_date_civil(start);
    struct fingers at = {civil.year, civil.month, civil.day};
    law_date last;
    finger_month(&at, years * 12, civil.day);
    assert_int_equal(law_date_of(at.year, at.month, at.day, &last), STATUS_OK);
    return (law_date){last.days - (counting == FIRST && at.day == civil.day)};
}

/* One history of determinations, and what the plain reading of the rule makes of it. */
static void one_history(uint64_t *seed)
{
    enum law_counting counting = roll(seed) % 2 ? NEXT : FIRST;
    struct law_run run = {.last = LAW_DATE_NONE};
    law_date start = {days_of_date(2024, 12, 1) + (int64_t)(roll(seed) % 2000)};
    law_date begun = start;
    law_date ends = LAW_DATE_NONE;
    for (int i = 0; i < 6; i++) {
        int years = roll(seed) % 2 ? 2 : 3;
        bool opened;
        assert_int_equal(law_run_add(&run, start, (struct law_span){years, LAW_UNIT_year}, CAP,
                                     counting, &opened),
                         STATUS_OK);
        bool inside = ends.days != LAW_DATE_NONE.days && start.days <= ends.days;
        if (!inside)
            begun = start;
        law_date behind = {ends.days + (counting == FIRST)};
        ends = finger_term(inside ? behind : start, years, counting);
        law_date cap = finger_term(begun, 5, counting);
        bool cut = ends.days > cap.days;
        ends = cut ? cap : ends;
        assert_int_equal(opened, !inside);
        assert_int_equal(run.start.days, begun.days);
        assert_int_equal(run.last.days, ends.days); /* not early, not late, not past the cap */
        assert_true(!cut || run.capped);
        start.days += (int64_t)(roll(seed) % 900);
    }
}

static void random_histories_end_on_the_very_day(void **state)
{
    uint64_t seed = 5;
    (void)state;
    for (int round = 0; round < 100000; round++)
        one_history(&seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_end_on_the_corresponding_day_or_the_end_of_the_month),
        cmocka_unit_test(where_the_first_day_counts_terms_end_a_day_earlier),
        cmocka_unit_test(only_real_days_are_dates),
        cmocka_unit_test(hours_run_from_the_moment_and_days_to_midnight),
        cmocka_unit_test(working_days_without_a_calendar_are_not_guessed),
        cmocka_unit_test(a_term_past_the_calendar_is_full),
        cmocka_unit_test(terms_add_up_to_the_cap),
        cmocka_unit_test(a_gap_of_a_day_opens_a_new_run),
        cmocka_unit_test(random_terms_agree_with_counting_on_fingers),
        cmocka_unit_test(random_histories_end_on_the_very_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
