/* moment_test.c -- the calendar against known days and against itself; strict reading. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

static void known_days(void **state)
{
    (void)state;
    assert_int_equal(days_of_date(1970, 1, 1), 0);
    assert_int_equal(days_of_date(1969, 12, 31), -1);
    assert_int_equal(days_of_date(2000, 3, 1), 11017);
    assert_int_equal(days_of_date(2026, 3, 2), 20514);
    assert_int_equal(days_of_date(0, 1, 1), -719528);
    assert_int_equal(days_of_date(9999, 12, 31), 2932896);
}

static void every_day_there_and_back(void **state)
{
    (void)state;
    struct civil before = civil_of_moment((moment){-719529LL * DAY_MS}, 0);
    for (int64_t day = -719528; day <= 2932896; day++) {
        struct civil civil = civil_of_moment((moment){day * DAY_MS + 1}, 0);
        assert_int_equal(days_of_date(civil.year, civil.month, civil.day), day);
        assert_int_equal(civil.millisecond, 1);
        if (civil.day != 1)
            assert_int_equal(civil.day, before.day + 1);
        else
            assert_true(before.day >= 28);
        before = civil;
    }
}

static moment parsed(const char *string)
{
    moment at = MOMENT_NONE;
    enum status status = moment_parse(slice_of(string), &at);
    assert_int_equal(status, STATUS_OK);
    return at;
}

static void reads_both_forms(void **state)
{
    (void)state;
    assert_int_equal(parsed("2026-03-02T09:15:04.250+08:00").ms, 1772414104250);
    assert_int_equal(parsed("2026-03-02T01:15:04.25Z").ms, 1772414104250);
    assert_int_equal(parsed("2026-03-02t01:15:04.2509999z").ms, 1772414104250);
    assert_int_equal(parsed("2026-03-01 20:15:04.250-05:00").ms, 1772414104250);
    assert_int_equal(parsed("2026-03-02T06:45:04.250+05:30").ms, 1772414104250);
    assert_int_equal(parsed("1772414104250").ms, 1772414104250);
    assert_int_equal(parsed("0").ms, 0);
    assert_int_equal(parsed("-1").ms, -1);
    assert_int_equal(parsed("1970-01-01T00:00:00-00:00").ms, 0);
    assert_int_equal(parsed("2016-12-31T23:59:60Z").ms, parsed("2016-12-31T23:59:59.999Z").ms);
    assert_int_equal(parsed("2024-02-29T00:00:00Z").ms, 1709164800000);
}

static void refuses_everything_else(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const WRONG[] = {
        "", " ", "-", "+5", "-0", "00", "007", "1.5", "1e9", "12a", " 5", "5 ",
        "9999999999999999999", "253402300800000", "-62167219200001", "2026-03-02",
        "2026-03-02T09:15:04", "2026-03-02T09:15:04.+08:00", "2026-03-02T09:15:04+0800",
        "2026-03-02T09:15:04+08", "2026-03-02T09:15:04+08:0", "2026-03-02T09:15:04+24:00",
        "2026-03-02T09:15:04+08:60", "2026-03-02T09:15:04ZZ", "2026-03-02T09:15:04Z ",
        " 2026-03-02T09:15:04Z", "2026-03-02T09:15Z000000", "2026-00-02T09:15:04Z",
        "2026-13-02T09:15:04Z", "2026-03-00T09:15:04Z", "2026-03-32T09:15:04Z",
        "2026-02-29T09:15:04Z", "1900-02-29T09:15:04Z", "2026-04-31T09:15:04Z",
        "2026-03-02T24:00:00Z", "2026-03-02T09:60:04Z", "2026-03-02T09:15:61Z",
        "2026/03/02T09:15:04Z", "2026-03-02_09:15:04Z", "202-03-02T09:15:04Z0",
        "+026-03-02T09:15:04Z", "2026-3-002T09:15:04Z", "2026-03-02T09:15:04,5Z",
        "2026-03-02T-9:15:04Z", "2026-03-02T09:15:04.5",
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        moment untouched = {42};
        enum status status = moment_parse(slice_of(WRONG[i]), &untouched);
        if (status != STATUS_MALFORMED)
            fail_msg("%s was read as a moment", WRONG[i]);
        assert_int_equal(untouched.ms, 42);
    }
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    char room[40];
    struct text text = text_over(room, sizeof room);
    text_add_moment(&text, (moment){1772414104250}, 480);
    assert_string_equal(room, "2026-03-02T09:15:04.250+08:00");
    text = text_over(room, sizeof room);
    text_add_moment(&text, (moment){-1}, -210);
    assert_string_equal(room, "1969-12-31T20:29:59.999-03:30");
    for (int64_t ms = -62167219200000 + DAY_MS; ms < 253402300799999 - DAY_MS;
         ms += 7777777777777) {
        for (int32_t zone = -720; zone <= 840; zone += 45) {
            text = text_over(room, sizeof room);
            text_add_moment(&text, (moment){ms}, zone);
            assert_int_equal(parsed(room).ms, ms);
        }
    }
}

static void civil_dates_are_checked(void **state)
{
    (void)state;
    moment at = {42};
    struct civil civil = {.year = 10000, .month = 1, .day = 1};
    assert_int_equal(moment_of_civil(civil, 0, &at), STATUS_MALFORMED);
    civil = (struct civil){.year = 2026, .month = 2, .day = 28, .millisecond = 1000};
    assert_int_equal(moment_of_civil(civil, 0, &at), STATUS_MALFORMED);
    assert_int_equal(at.ms, 42);
    civil.millisecond = 0;
    assert_int_equal(moment_of_civil(civil, 480, &at), STATUS_OK);
    assert_int_equal(at.ms, parsed("2026-02-27T16:00:00Z").ms);
}

static void spans_in_their_largest_unit(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *written;
    } SPANS[] = {{0, "0s"},         {1, "1ms"},       {1500, "1500ms"},  {90000, "90s"},
                 {300000, "5m"},    {86400000, "1d"}, {82800000, "23h"}, {604800000, "7d"},
                 {90000000, "25h"}, {-60000, "-1m"},  {-1001, "-1001ms"}};
    for (size_t i = 0; i < sizeof SPANS / sizeof SPANS[0]; i++) {
        char room[32];
        struct text text = text_over(room, sizeof room);
        text_add_span(&text, SPANS[i].ms);
        assert_string_equal(room, SPANS[i].written);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),
        cmocka_unit_test(every_day_there_and_back),
        cmocka_unit_test(reads_both_forms),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(civil_dates_are_checked),
        cmocka_unit_test(spans_in_their_largest_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
