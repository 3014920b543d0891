/* live_test.c -- figures from work: persons, times, days that files tell too, and parts below the
 * province. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/folder.h"
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct fed {
    enum series series;
    const char *day;
    uint32_t region;
    uint8_t marks;
    int64_t amount;
    uint64_t who;
};

struct house {
    char folder[64], file[80];
    struct arena *arena;
    struct report *report;
    struct ledger_block *block;
    struct report_live live;
    const struct fed *fed;
    size_t fed_count;
    char why_bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT];
    struct law law;
};

static struct house house;

static int32_t day(const char *word)
{
    int32_t out = 0;
    assert_int_equal(ledger_day_parse(slice_of(word), &out), STATUS_OK);
    return out;
}

static enum status feed(void *self, enum series series, int32_t from, int32_t to,
                        struct ledger_sink sink)
{
    struct ledger_block *block = house.block;
    (void)self;
    *block = (struct ledger_block){.series = series, .live = true};
    for (size_t i = 0; i < house.fed_count; i++) {
        const struct fed *fed = &house.fed[i];
        int32_t at = day(fed->day);
        if (fed->series != series || at < from || at > to)
            continue;
        uint32_t row = block->rows++;
        block->day[row] = (uint16_t)at;
        block->region[row] = fed->region;
        block->marks[row] = fed->marks;
        block->count[row] = 1;
        block->amount[row] = fed->amount;
        block->who[row] = fed->who;
        block->first = block->rows == 1 || at < block->first ? at : block->first;
        block->last = block->rows == 1 || at > block->last ? at : block->last;
    }
    return block->rows == 0 ? STATUS_OK : sink.take(sink.self, block);
}

static int house_build(void **state)
{
    (void)state;
    house = (struct house){0};
    snprintf(house.folder, sizeof house.folder, "/tmp/ledger-XXXXXX");
    assert_non_null(mkdtemp(house.folder));
    snprintf(house.file, sizeof house.file, "%s/rows.csv", house.folder);
    assert_int_equal(arena_create(&house.arena, (size_t)512 << 20), STATUS_OK);
    assert_int_equal(ARENA_NEW(house.arena, 1, &house.report), STATUS_OK);
    assert_int_equal(ARENA_NEW(house.arena, 1, &house.block), STATUS_OK);
    house.live =
        (struct report_live){.from = day("2026-03-10"), .to = day("2026-03-31"), .feed = feed};
    for (unsigned i = 0; i < SERIES_COUNT; i++)
        house.live.makes[i] = true;
    return 0;
}

static int house_raze(void **state)
{
    (void)state;
    arena_destroy(house.arena);
    assert_int_equal(folder_remove(house.folder), STATUS_OK);
    return 0;
}

static void work(const struct fed *fed, size_t count)
{
    house.fed = fed;
    house.fed_count = count;
    for (size_t i = 0; i < count; i++)
        house.live.has[fed[i].series] = true;
}

static void files(const char *rows)
{
    struct ledger_part part;
    struct ledger_troubles troubles;
    char bytes[4096];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_string(&text, "series,day,until,region,type,marks,count,amount\n");
    text_add_string(&text, rows);
    assert_int_equal(folder_put(house.file, text_slice(&text)), STATUS_OK);
    assert_int_equal(ledger_import(house.folder, house.file, house.arena, &part, &troubles),
                     STATUS_OK);
}

static const struct report_line *line_of(const char *from, enum figure figure, enum report_by by,
                                         enum report_source source, bool internal)
{
    struct report_asked asked = {.edition = -1,
                                 .from = day(from),
                                 .to = day("2026-03-31"),
                                 .by = by,
                                 .source = source,
                                 .live = &house.live,
                                 .blank = true,
                                 .internal = internal,
                                 .some = true,
                                 .least = 10,
                                 .law = &house.law};
    asked.figure[figure] = true;
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        house.why[t] = text_over(house.why_bytes[t], sizeof house.why_bytes[t]);
    assert_int_equal(report_make(house.report, house.folder, &asked, house.arena, house.why),
                     STATUS_OK);
    return &house.report->lines[0];
}

static void says(const struct report_line *line, const char *en)
{
    char bytes[256];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_line_value(&text, line, TONGUE_EN);
    assert_string_equal(bytes, en);
}

static void times_are_percentiles_and_a_share(void **state)
{
    (void)state;
    struct fed fed[100];
    for (unsigned i = 0; i < 100; i++) /* 3, 6, … 300 seconds */
        fed[i] = (struct fed){SERIES_lead_checked, "2026-03-11", 530114, 0, 3 * (i + 1), i + 1};
    work(fed, 100);
    says(line_of("2026-03-10", FIGURE_L3a, BY_NOTHING, SOURCE_ANY, true), "151 seconds");
    says(line_of("2026-03-10", FIGURE_L3c, BY_NOTHING, SOURCE_ANY, true), "299 seconds");
    says(line_of("2026-03-10", FIGURE_L4, BY_NOTHING, SOURCE_ANY, true), "60%");
    says(line_of("2026-03-20", FIGURE_L3a, BY_NOTHING, SOURCE_ANY, true), "–"); /* none: no time */
}

static void a_person_is_counted_once_and_a_share_is_of_persons(void **state)
{
    (void)state;
    const uint8_t held = MARK_BIT(criminal_measure), fined = MARK_BIT(penalised);
    const struct fed fed[] = {
        {SERIES_dissuasion_visit, "2026-03-11", 530114, 0, 0, 7},
        {SERIES_dissuasion_visit, "2026-03-12", 530114, 0, 0, 7},
        {SERIES_dissuasion_visit, "2026-03-12", 530114, 0, 0, 8},
        {SERIES_person_dealt, "2026-03-12", 460105, held, 0, 1},
        {SERIES_person_dealt, "2026-03-13", 460105, fined, 0, 1}, /* the same person */
        {SERIES_person_dealt, "2026-03-13", 460106, fined, 0, 2},
    };
    work(fed, 6);
    says(line_of("2026-03-10", FIGURE_A2, BY_NOTHING, SOURCE_ANY, true), "3 person-times");
    says(line_of("2026-03-10", FIGURE_D1, BY_NOTHING, SOURCE_ANY, true), "2 persons");
    says(line_of("2026-03-10", FIGURE_P5a, BY_NOTHING, SOURCE_ANY, true), "50%");
    says(line_of("2026-03-10", FIGURE_P5b, BY_NOTHING, SOURCE_ANY, true), "100%");
    const struct report_line *line = line_of("2026-03-10", FIGURE_P5b, BY_COUNTY, SOURCE_ANY, true);
    assert_int_equal(line->cells_count, 2);
    assert_int_equal(line->cells[1].key, 460106);
    assert_int_equal(line->cells[0].whole.count, 1);
    line = line_of("2026-03-10", FIGURE_P5b, BY_COUNTY, SOURCE_ANY, false);
    assert_true(line->hidden && line->cells[0].hidden);
    files("dissuasion_visit,2026-03-01,2026-03-09,,,covers,,\n"
          "dissuasion_visit,2026-03-02,,530114,,,,\n");
    says(line_of("2026-03-01", FIGURE_D1, BY_NOTHING, SOURCE_ANY, true), "the rows name nobody");
    says(line_of("2026-03-01", FIGURE_A2, BY_NOTHING, SOURCE_ANY, true), "4 person-times");
}

static void a_day_is_counted_from_one_source(void **state)
{
    (void)state;
    const struct fed fed[] = {{SERIES_case_handled, "2026-03-10", 110105, 0, 0, 1},
                              {SERIES_case_handled, "2026-03-31", 110105, 0, 0, 2}};
    files("case_handled,2026-03-01,2026-03-31,,,covers,,\n"
          "case_handled,2026-03-09,,110105,,,20,\n"
          "case_handled,2026-03-10,,110105,,,300,\n");
    const struct report_line *line = line_of("2026-03-01", FIGURE_A1, BY_NOTHING, SOURCE_ANY, true);
    assert_int_equal(line->numeral.value, 320); /* work has none of it */
    assert_int_equal(line->source, SOURCE_IMPORTED);
    work(fed, 2);
    line = line_of("2026-03-01", FIGURE_A1, BY_NOTHING, SOURCE_ANY, true);
    assert_int_equal(line->numeral.value, 22);
    assert_int_equal(line->source, SOURCE_BOTH);
    assert_int_equal(line->live_from, day("2026-03-10"));
    assert_int_equal(line->now.passed, 1);
    line = line_of("2026-03-10", FIGURE_A1, BY_NOTHING, SOURCE_ANY, true);
    assert_int_equal(line->source, SOURCE_LIVE);
    assert_true(line->open); /* the last day goes on */
    line = line_of("2026-03-01", FIGURE_A1, BY_NOTHING, SOURCE_IMPORTED, true);
    assert_int_equal(line->numeral.value, 320);
    line = line_of("2026-03-01", FIGURE_A1, BY_NOTHING, SOURCE_LIVE, true);
    assert_int_equal(line->missing, day("2026-03-01"));
    says(line, "not complete, lacks 2026-03-01");
    line = line_of("2026-02-27", FIGURE_A1, BY_NOTHING, SOURCE_ANY, true);
    assert_int_equal(line->missing, day("2026-02-27"));
}

static void parts_of_cities_and_counties_come_to_the_whole(void **state)
{
    (void)state;
    const struct fed fed[] = {{SERIES_case_handled, "2026-03-11", 530102, 0, 0, 1},
                              {SERIES_case_handled, "2026-03-11", 530103, 0, 0, 2},
                              {SERIES_case_handled, "2026-03-11", 530000, 0, 0, 3},
                              {SERIES_case_handled, "2026-03-11", 110105, 0, 0, 4}};
    static const struct {
        enum report_by by;
        uint32_t count, first;
    } CASES[] = {{BY_REGION, 2, 110000}, {BY_CITY, 3, 110100}, {BY_COUNTY, 4, 110105}};
    work(fed, 4);
    for (unsigned i = 0; i < 3; i++) {
        const struct report_line *line =
            line_of("2026-03-10", FIGURE_A1, CASES[i].by, SOURCE_ANY, true);
        int64_t sum = 0;
        assert_int_equal(line->cells_count, CASES[i].count);
        assert_int_equal(line->cells[0].key, CASES[i].first);
        for (uint32_t k = 0; k < line->cells_count; k++)
            sum += line->cells[k].tally.count;
        assert_int_equal(sum, 4);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_build, house_raze)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(times_are_percentiles_and_a_share),
        TEST(a_person_is_counted_once_and_a_share_is_of_persons),
        TEST(a_day_is_counted_from_one_source),
        TEST(parts_of_cities_and_counties_come_to_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
