/* calendar_test.c -- the shipped calendar, and what is said of days that nobody told us of. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/calendar.h"

#include "ground/disk.h"
#include "ground/limits.h"
#include "law/law.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct desk {
    struct arena *arena;
    char bytes[TONGUES_COUNT][4096];
    struct text why[TONGUES_COUNT];
    struct law_calendar days;
};

static void desk_open(struct desk *desk)
{
    assert_int_equal(arena_create(&desk->arena, 8 << 20), STATUS_OK);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        desk->why[t] = text_over(desk->bytes[t], sizeof desk->bytes[t]);
}

static enum status read_text(struct desk *desk, struct slice text)
{
    struct law_pack pack;
    bool calendar = false;
    enum status status =
        law_read("c.yaml", text, desk->arena, &pack, &desk->days, &calendar, desk->why);
    assert_true(status != STATUS_OK || calendar);
    return status;
}

static void shipped(struct desk *desk)
{
    struct slice text;
    enum disk_fault fault;
    desk_open(desk);
    assert_int_equal(disk_read_all(LAW_FOLDER "/calendar-cn.yaml", LAW_FILE_BYTES_MAX, desk->arena,
                                   &text, &fault),
                     STATUS_OK);
    assert_int_equal(read_text(desk, text), STATUS_OK);
}

static law_date day(const char *word)
{
    law_date date;
    assert_int_equal(law_date_parse(slice_of(word), &date), STATUS_OK);
    return date;
}

static enum law_day kind(const struct desk *desk, const char *word)
{
    enum law_day out;
    assert_int_equal(law_day_of(&desk->days, day(word), &out), STATUS_OK);
    return out;
}

static void days_are_what_the_notices_say(void **state)
{
    (void)state;
    struct desk desk;
    shipped(&desk);
    assert_int_equal(kind(&desk, "2024-02-09"), LAW_DAY_WORKED); /* New Year's Eve, a Friday */
    assert_int_equal(kind(&desk, "2024-02-10"), LAW_DAY_HOLIDAY);
    assert_int_equal(kind(&desk, "2024-02-18"), LAW_DAY_MAKE_UP); /* a Sunday that is worked */
    assert_int_equal(kind(&desk, "2024-02-24"), LAW_DAY_WEEKEND);
    assert_int_equal(kind(&desk, "2022-12-31"), LAW_DAY_HOLIDAY); /* told by the notice for 2023 */
    assert_int_equal(kind(&desk, "2026-10-10"), LAW_DAY_MAKE_UP);
    assert_int_equal(kind(&desk, "2026-10-08"), LAW_DAY_WORKED);
    arena_destroy(desk.arena);
}

/* Working days of a year, counted: 365 less weekends and holidays, plus make-up days. */
static void each_year_has_as_many_working_days_as_it_should(void **state)
{
    static const struct {
        int year, worked;
    } YEARS[] = {{2022, 249}, {2023, 249}, {2024, 251}, {2025, 248}};
    struct desk desk;
    (void)state;
    shipped(&desk);
    for (size_t i = 0; i < sizeof YEARS / sizeof YEARS[0]; i++) {
        int worked = 0;
        law_date at = {days_of_date(YEARS[i].year, 1, 1)};
        for (; at.days < days_of_date(YEARS[i].year + 1, 1, 1); at.days++) {
            enum law_day out;
            assert_int_equal(law_day_of(&desk.days, at, &out), STATUS_OK);
            worked += out == LAW_DAY_WORKED || out == LAW_DAY_MAKE_UP;
        }
        assert_int_equal(worked, YEARS[i].worked);
    }
    arena_destroy(desk.arena);
}

static void after(const struct desk *desk, const char *from, int32_t count, const char *wanted)
{
    law_date out, unknown;
    assert_int_equal(law_working_days_after(&desk->days, day(from), count, &out, &unknown),
                     STATUS_OK);
    assert_int_equal(out.days, day(wanted).days);
}

static void working_days_jump_over_holidays_and_use_make_up_days(void **state)
{
    (void)state;
    struct desk desk;
    shipped(&desk);
    after(&desk, "2024-02-08", 3, "2024-02-19"); /* Fri 9, Sun 18 (made up), Mon 19 */
    after(&desk, "2024-05-06", 3, "2024-05-09");
    after(&desk, "2024-04-30", 3, "2024-05-08");
    after(&desk, "2025-09-30", 1, "2025-10-09");
    after(&desk, "2025-09-30", 3, "2025-10-11"); /* Thu 9, Fri 10, Sat 11 (made up) */
    after(&desk, "2024-05-06", 0, "2024-05-06");
    arena_destroy(desk.arena);
}

static void a_last_day_in_a_holiday_rolls_where_the_rule_says_so(void **state)
{
    (void)state;
    struct desk desk;
    moment from, end;
    law_date unknown;
    struct law_term rolls = {.span = {7, LAW_UNIT_day}, .rolls = true};
    struct law_term stays = {.span = {7, LAW_UNIT_day}};
    shipped(&desk);
    from = law_date_begin(day("2024-02-05"), 480);
    assert_int_equal(law_term_end(&rolls, from, 480, &desk.days, &end, &unknown), STATUS_OK);
    assert_int_equal(end.ms, law_date_end(day("2024-02-18"), 480).ms);
    assert_int_equal(law_term_end(&stays, from, 480, &desk.days, &end, &unknown), STATUS_OK);
    assert_int_equal(end.ms, law_date_end(day("2024-02-12"), 480).ms);
    arena_destroy(desk.arena);
}

static void of_a_year_without_a_notice_nothing_is_known(void **state)
{
    (void)state;
    struct desk desk;
    char said[TONGUES_COUNT][512];
    enum law_day out;
    law_date found = LAW_DATE_NONE, unknown;
    shipped(&desk);
    assert_int_equal(law_day_of(&desk.days, day("2027-03-02"), &out), STATUS_ABSENT);
    assert_int_equal(law_day_of(&desk.days, day("2021-12-01"), &out), STATUS_ABSENT);
    /* The notice for 2027 may still move the last days of 2026. */
    assert_int_equal(law_day_of(&desk.days, day("2026-12-24"), &out), STATUS_OK);
    assert_int_equal(law_day_of(&desk.days, day("2026-12-31"), &out), STATUS_ABSENT);
    assert_int_equal(law_working_days_after(&desk.days, day("2026-12-22"), 3, &found, &unknown),
                     STATUS_ABSENT);
    assert_int_equal(unknown.days, day("2026-12-25").days);
    assert_int_equal(found.days, LAW_DATE_NONE.days);
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        struct text text = text_over(said[t], sizeof said[t]);
        text_add_law_unknown_day(&text, unknown, (enum tongue)t);
        assert_false(text.full);
        assert_non_null(strstr(said[t], "2026-12-25"));
    }
    assert_non_null(strstr(said[TONGUE_EN], "for 2026 or for 2027"));
    assert_non_null(strstr(said[TONGUE_ZH], "不推算"));
    arena_destroy(desk.arena);
}

#define HEAD "calendar: 1\nname: x\nyears:\n"
#define YEAR(holidays, workdays)                                                  \
    "  - {year: 2024, notice: n, source: s, mark: V2, holidays: [" holidays "], " \
    "workdays: [" workdays "]}\n"

static void every_mistake_is_named_with_its_place(void **state)
{
    static const struct {
        const char *text, *en;
    } WRONG[] = {
        {HEAD YEAR("2024-01-32", ""), "c.yaml:4:61: `2024-01-32` is no date"},
        {HEAD YEAR("2025-01-01", ""), "belongs neither to this year"},
        {HEAD YEAR("2023-12-24", ""), "belongs neither to this year"},
        {HEAD YEAR("2024-01-01, 2024-01-01", ""), "told twice"},
        {HEAD YEAR("2024-02-17..2024-02-10", ""), "before the first"},
        {HEAD YEAR("2024-01-01..2024-03-10", ""), "before the first"},
        {HEAD YEAR("2024-01-01-2024-01-02", ""), "is no date"},
        {HEAD YEAR("", "2024-02-05"), "no Saturday or Sunday"},
        {HEAD YEAR("", "") YEAR("", ""), "ascending"},
        {HEAD "  - {year: 2024}\n", "a key is missing here: `notice`"},
        {HEAD "  - {year: 24}\n", "a key is missing"},
        {"calendar: 2\nname: x\nyears: []\n", "begins with"},
        {"calendar: 1\nyears: []\n", "missing here: `name`"},
        {"calendar: 1\nname: x\nyear: []\n", "did you mean `years`"},
        {HEAD "  - {year: 2024, notice: n, source: s, mark: X, holidays: [], workdays: []}\n",
         "there is no `X`"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        struct desk desk;
        desk_open(&desk);
        assert_int_equal(read_text(&desk, slice_of(WRONG[i].text)), STATUS_MALFORMED);
        if (strstr(desk.bytes[TONGUE_EN], WRONG[i].en) == NULL)
            fail_msg("%zu: %s", i, desk.bytes[TONGUE_EN]);
        assert_true(desk.why[TONGUE_ZH].size > 0);
        arena_destroy(desk.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_what_the_notices_say),
        cmocka_unit_test(each_year_has_as_many_working_days_as_it_should),
        cmocka_unit_test(working_days_jump_over_holidays_and_use_make_up_days),
        cmocka_unit_test(a_last_day_in_a_holiday_rolls_where_the_rule_says_so),
        cmocka_unit_test(of_a_year_without_a_notice_nothing_is_known),
        cmocka_unit_test(every_mistake_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
