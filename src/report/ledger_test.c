/* ledger_test.c -- what is taken into a ledger, what is refused, and what a report then says. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/ledger.h"

#include "ground/folder.h"
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD  "series,day,until,region,type,marks,count,amount\n"
#define CASES HEAD "case_handled,2023-01-01,2023-01-31,,,covers,,\n"

struct house {
    char folder[64], file[80];
    struct arena *arena;
    struct ledger_troubles troubles;
    struct ledger_part *part;
    struct report *report;
    char why_bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT];
    struct law law;
};

static struct house house;

static int house_build(void **state)
{
    (void)state;
    house = (struct house){0};
    snprintf(house.folder, sizeof house.folder, "/tmp/ledger-XXXXXX");
    assert_non_null(mkdtemp(house.folder));
    snprintf(house.file, sizeof house.file, "%s/rows.csv", house.folder);
    assert_int_equal(arena_create(&house.arena, (size_t)256 << 20), STATUS_OK);
    assert_int_equal(ARENA_NEW(house.arena, 1, &house.part), STATUS_OK);
    assert_int_equal(ARENA_NEW(house.arena, 1, &house.report), STATUS_OK);
    return 0;
}

static int house_raze(void **state)
{
    (void)state;
    arena_destroy(house.arena);
    assert_int_equal(folder_remove(house.folder), STATUS_OK);
    return 0;
}

static enum status take(const char *rows)
{
    assert_int_equal(folder_put(house.file, slice_of(rows)), STATUS_OK);
    return ledger_import(house.folder, house.file, house.arena, house.part, &house.troubles);
}

static void refuses(const char *rows, enum complaint complaint, uint64_t line)
{
    assert_int_equal(take(rows), STATUS_MALFORMED);
    assert_true(house.troubles.count > 0);
    assert_int_equal(house.troubles.at[0].complaint, complaint);
    assert_int_equal(house.troubles.at[0].line, line);
}

static int32_t day(const char *word)
{
    int32_t out = 0;
    assert_int_equal(ledger_day_parse(slice_of(word), &out), STATUS_OK);
    return out;
}

static enum status report(const char *from, const char *to, enum figure figure, enum report_by by)
{
    struct report_asked asked = {
        .edition = -1,
        .from = day(from),
        .to = day(to),
        .by = by,
        .some = true,
        .least = 10,
        .law = &house.law,
    };
    asked.figure[figure] = true;
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        house.why[t] = text_over(house.why_bytes[t], sizeof house.why_bytes[t]);
    return report_make(house.report, house.folder, &asked, house.arena, house.why);
}

static void rows_are_counted_by_their_days_and_counts(void **state)
{
    (void)state;
    assert_int_equal(take(CASES "case_handled,2023-01-01,,110105,T01,,,\r\n"
                                "case_handled,2023-01-31,,310000,,approximate,41,\n"
                                "\n"
                                "case_handled,2023-01-15,,110105,T02,,3,"),
                     STATUS_OK);
    assert_int_equal(house.part->rows, 3);
    assert_int_equal(report("2023-01-01", "2023-01-31", FIGURE_A1, BY_NOTHING), STATUS_OK);
    assert_int_equal(house.report->lines[0].now.count, 45);
    assert_int_equal(house.report->lines[0].now.rows, 3);
    assert_true(house.report->lines[0].numeral.approximate);
    assert_int_equal(report("2023-01-02", "2023-01-15", FIGURE_A1, BY_NOTHING), STATUS_OK);
    assert_int_equal(house.report->lines[0].now.count, 3);
    assert_false(house.report->lines[0].numeral.approximate);
}

static void money_is_added_to_the_cent(void **state)
{
    (void)state;
    assert_int_equal(take(HEAD "money_intercepted,2023-01-01,2023-01-31,,,covers,,\n"
                               "money_intercepted,2023-01-01,,110105,,,,0.01\n"
                               "money_intercepted,2023-01-01,,110105,,,,99999999.99\n"),
                     STATUS_OK);
    assert_int_equal(report("2023-01-01", "2023-01-31", FIGURE_A3, BY_NOTHING), STATUS_OK);
    assert_int_equal(house.report->lines[0].numeral.value, 10000000000);
}

static void a_file_with_one_wrong_row_is_not_taken(void **state)
{
    (void)state;
    refuses("", COMPLAINT_empty, 0);
    refuses("series,day\n", COMPLAINT_header, 1);
    refuses(CASES "case_handled,2023-01-01,,110105,T01,,\n", COMPLAINT_columns, 3);
    refuses(CASES "cases,2023-01-01,,110105,T01,,,\n", COMPLAINT_series, 3);
    refuses(CASES "case_handled,2023-02-30,,110105,T01,,,\n", COMPLAINT_day, 3);
    refuses(CASES "case_handled,2023-01-01,2023-01-02,110105,T01,,,\n", COMPLAINT_until, 3);
    refuses(CASES "case_handled,2023-01-02,2023-01-01,,,covers,,\n", COMPLAINT_until, 3);
    refuses(CASES "case_handled,2023-01-01,,1101,T01,,,\n", COMPLAINT_region, 3);
    refuses(CASES "case_handled,2023-01-01,,110105,T99,,,\n", COMPLAINT_type, 3);
    refuses(CASES "case_handled,2023-01-01,,110105,T01,fugitives,,\n", COMPLAINT_marks, 3);
    refuses(CASES "case_handled,2023-01-01,,110105,T01,,0,\n", COMPLAINT_count, 3);
    refuses(CASES "case_handled,2023-01-01,,110105,T01,,4294967296,\n", COMPLAINT_count, 3);
    refuses(CASES "case_handled,2023-01-01,,110105,T01,,,1.00\n", COMPLAINT_amount, 3);
    refuses(CASES "case_handled,2023-02-01,,110105,T01,,,\n", COMPLAINT_uncovered, 3);
    refuses(CASES "case_handled,2023-01-01,,\"110105,T01,,,\n", COMPLAINT_quotes, 3);
    refuses(HEAD "money_intercepted,2023-01-01,2023-01-31,,,covers,,\n"
                 "money_intercepted,2023-01-01,,110105,,,,-1.00\n",
            COMPLAINT_amount, 3);
    refuses(HEAD "money_intercepted,2023-01-01,2023-01-31,,,covers,,\n"
                 "money_intercepted,2023-01-01,,110105,,,,1.005\n",
            COMPLAINT_amount, 3);
    /* Nothing of all these is there. */
    assert_int_equal(report("2023-01-01", "2023-01-31", FIGURE_A1, BY_NOTHING), STATUS_REFUSED);
    assert_int_equal(house.report->ledger.parts_count, 0);
}

static void the_same_file_is_not_counted_twice(void **state)
{
    (void)state;
    assert_int_equal(take(CASES "case_handled,2023-01-01,,110105,T01,,,\n"), STATUS_OK);
    refuses(CASES "case_handled,2023-01-01,,110105,T01,,,\n", COMPLAINT_twice, 0);
    assert_int_equal(take(CASES "case_handled,2023-01-01,,110106,T01,,,\n"), STATUS_OK);
    assert_int_equal(report("2023-01-01", "2023-01-31", FIGURE_A1, BY_NOTHING), STATUS_OK);
    assert_int_equal(house.report->lines[0].now.count, 2);
}

static void a_period_that_is_not_whole_is_refused_by_name(void **state)
{
    (void)state;
    assert_int_equal(take(CASES "case_handled,2023-01-01,,110105,T01,,,\n"), STATUS_OK);
    assert_int_equal(report("2023-01-01", "2023-02-01", FIGURE_A1, BY_NOTHING), STATUS_REFUSED);
    assert_non_null(strstr(house.why_bytes[TONGUE_EN], "2023-02-01"));
    assert_non_null(strstr(house.why_bytes[TONGUE_EN], "not mixed"));
    assert_non_null(strstr(house.why_bytes[TONGUE_ZH], "不得混用"));
    /* Another file takes it on: two spans that touch are one. */
    assert_int_equal(take(HEAD "case_handled,2023-02-01,2023-02-28,,,covers,,\n"), STATUS_OK);
    assert_int_equal(report("2023-01-01", "2023-02-28", FIGURE_A1, BY_NOTHING), STATUS_OK);
    /* A promise without rows is a nought that is known. */
    assert_int_equal(report("2023-02-01", "2023-02-28", FIGURE_A1, BY_NOTHING), STATUS_OK);
    assert_int_equal(house.report->lines[0].now.count, 0);
}

static void a_damaged_part_is_never_counted(void **state)
{
    char part[96];
    enum disk_fault fault;
    struct slice whole = {0};
    (void)state;
    assert_int_equal(take(CASES "case_handled,2023-01-01,,110105,T01,,,\n"), STATUS_OK);
    snprintf(part, sizeof part, "%s/000001.part", house.folder);
    assert_int_equal(disk_read_all(part, 1 << 20, house.arena, &whole, &fault), STATUS_OK);
    char *bytes = NULL;
    assert_int_equal(ARENA_NEW(house.arena, whole.size, &bytes), STATUS_OK);
    for (size_t i = 0; i < whole.size; i++) {
        memcpy(bytes, whole.at, whole.size);
        bytes[i] ^= 1;
        assert_int_equal(folder_put(part, (struct slice){bytes, whole.size}), STATUS_OK);
        struct ledger ledger;
        struct arena *scratch = NULL;
        assert_int_equal(arena_create(&scratch, 16 << 20), STATUS_OK);
        assert_int_equal(ledger_read(&ledger, house.folder, (struct ledger_sink){0}, scratch),
                         STATUS_MALFORMED);
        arena_destroy(scratch);
        i += i > 64 && i + 97 < whole.size ? 96 : 0;
    }
    for (size_t size = 0; size < whole.size; size += 97) {
        struct ledger ledger;
        assert_int_equal(folder_put(part, (struct slice){whole.at, size}), STATUS_OK);
        assert_int_equal(ledger_read(&ledger, house.folder, (struct ledger_sink){0}, house.arena),
                         STATUS_MALFORMED);
    }
}

static void a_disk_that_fails_leaves_no_half_of_a_file(void **state)
{
    const char *rows = CASES "case_handled,2023-01-01,,110105,T01,,,\n";
    struct ledger ledger;
    (void)state;
    assert_int_equal(folder_put(house.file, slice_of(rows)), STATUS_OK);
    for (uint64_t n = 1;; n++) {
        assert_true(n < 100);
        disk_fail_at(n);
        enum status status =
            ledger_import(house.folder, house.file, house.arena, house.part, &house.troubles);
        disk_fail_at(0);
        assert_int_equal(ledger_read(&ledger, house.folder, (struct ledger_sink){0}, house.arena),
                         STATUS_OK);
        if (status == STATUS_OK)
            break;
        /* Only the folder's own sync may fail behind a whole file; see disk.h. */
        assert_true(ledger.parts_count <= 1);
        assert_true(ledger.parts_count == 0 || ledger.parts[0].rows == 1);
        if (ledger.parts_count == 1)
            break;
    }
    assert_int_equal(ledger.parts_count, 1);
}

static const struct report_cell *cell(const char *label)
{
    const struct report_line *line = &house.report->lines[0];
    for (uint32_t i = 0; i < line->cells_count; i++)
        if (strcmp(line->cells[i].label[TONGUE_EN], label) == 0)
            return &line->cells[i];
    return NULL;
}

#define WANTED HEAD "head_wanted,2023-01-01,2023-12-31,,,covers,,\n"

static void few_people_are_hidden_and_what_would_tell_them_too(void **state)
{
    (void)state;
    assert_int_equal(take(WANTED "head_wanted,2023-01-01,,110105,,,3,\n"
                                 "head_wanted,2023-02-01,,110105,,,12,\n"
                                 "head_wanted,2023-03-01,,110105,,,40,\n"),
                     STATUS_OK);
    assert_int_equal(report("2023-01-01", "2023-12-31", FIGURE_A6, BY_MONTH), STATUS_OK);
    assert_false(house.report->lines[0].hidden);
    assert_true(cell("2023-01")->hidden);
    assert_true(cell("2023-02")->hidden); /* or 55 − 12 − 40 tells the 3 */
    assert_false(cell("2023-03")->hidden);
    assert_int_equal(report("2023-01-01", "2023-01-31", FIGURE_A6, BY_NOTHING), STATUS_OK);
    assert_true(house.report->lines[0].hidden);
    char *csv = NULL;
    assert_int_equal(ARENA_NEW(house.arena, 4096, &csv), STATUS_OK);
    struct text text = text_over(csv, 4096);
    assert_int_equal(report_csv(house.report, &text), STATUS_OK);
    assert_non_null(strstr(csv, "fewer than 10"));
    assert_null(strstr(csv, "3名"));
}

static void few_people_who_are_public_already_are_shown(void **state)
{
    (void)state;
    assert_int_equal(take(WANTED "head_wanted,2023-01-01,,110105,,released,3,\n"), STATUS_OK);
    assert_int_equal(report("2023-01-01", "2023-01-31", FIGURE_A6, BY_NOTHING), STATUS_OK);
    assert_false(house.report->lines[0].hidden);
    assert_int_equal(take(WANTED "head_wanted,2023-01-01,,110105,,,1,\n"), STATUS_OK);
    assert_int_equal(report("2023-01-01", "2023-01-31", FIGURE_A6, BY_NOTHING), STATUS_OK);
    assert_true(house.report->lines[0].hidden);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, house_build, house_raze)
    const struct CMUnitTest tests[] = {
        TEST(rows_are_counted_by_their_days_and_counts),
        TEST(money_is_added_to_the_cent),
        TEST(a_file_with_one_wrong_row_is_not_taken),
        TEST(the_same_file_is_not_counted_twice),
        TEST(a_period_that_is_not_whole_is_refused_by_name),
        TEST(a_damaged_part_is_never_counted),
        TEST(a_disk_that_fails_leaves_no_half_of_a_file),
        TEST(few_people_are_hidden_and_what_would_tell_them_too),
        TEST(few_people_who_are_public_already_are_shown),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
