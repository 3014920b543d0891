/* weigh_test.c -- ranges and sparing, held against the shipped packs and a second reckoning. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/penalty/penalty_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct law law, settled;
static struct arena *boot;
static char room[TONGUES_COUNT][512];
static struct text why[TONGUES_COUNT];

static void papers(void)
{
    for (int i = 0; i < TONGUES_COUNT; i++) {
        room[i][0] = '\0';
        why[i] = text_over(room[i], sizeof room[i]);
    }
}

/* The shipped packs, with the open question of who is spared answered: those under 16 alone. */
static bool settle(const char *folder)
{
    static char text[1 << 16];
    char path[256], command[512];
    (void)snprintf(command, sizeof command, "cp %s/*.yaml %s/", LAW, folder);
    (void)snprintf(path, sizeof path, "%s/cn-administrative-penalties.yaml", folder);
    if (system(command) != 0)
        return false;
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
    if (file != NULL)
        (void)fclose(file);
    text[size] = '\0';
    char *open = strstr(text, "open:"), *fines = strstr(text, "fines:");
    file = open == NULL || fines == NULL ? NULL : fopen(path, "wb");
    if (file == NULL)
        return false;
    (void)fprintf(file,
                  "%.*s  detention.exceptions: {value: [aged_14_to_16], article: \"23\", source: "
                  "S6, mark: R}\nopen:\n  hearing.fine: {en: \"open\", zh: \"待定\"}\n%s",
                  (int)(open - text), text, fines);
    return fclose(file) == 0;
}

static int up(void **state)
{
    char folder[] = "/tmp/cutline-penalty-XXXXXX", command[128];
    (void)state;
    papers();
    assert_int_equal(arena_create(&boot, 32 << 20), STATUS_OK);
    if (law_open(&law, LAW, boot, why) != STATUS_OK)
        fail_msg("%s", room[0]);
    assert_non_null(mkdtemp(folder));
    bool done = settle(folder);
    if (done && law_open(&settled, folder, boot, why) != STATUS_OK)
        fail_msg("%s", room[0]);
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    return done ? 0 : 1;
}

static int down(void **state)
{
    (void)state;
    arena_destroy(boot);
    return 0;
}

static const struct law_pack *pack_of(const struct law *of)
{
    const struct law_pack *pack = law_named(of, SLICE("cn-administrative-penalties"));
    assert_non_null(pack);
    return pack;
}

static enum penalty_flaw weigh(const struct penalty_measure *measure)
{
    const struct law_fine_row *row = NULL;
    papers();
    return penalty_weigh(pack_of(&law), measure, &row, why);
}

static struct penalty_measure cards(int64_t gains_yuan, int64_t fine_yuan)
{
    return (struct penalty_measure){.act = SLICE("art44"),
                                    .grade = SLICE("basic"),
                                    .person = true,
                                    .organ = LAW_CODE_police,
                                    .gains_fen = gains_yuan * 100,
                                    .confiscated_fen = gains_yuan * 100,
                                    .fine_fen = fine_yuan * 100,
                                    .fine_said = true};
}

/* domain.md 2.2: gains >= limit: one to ten times; else nothing to the cap. */
static void a_fine_lies_between_the_ends_of_the_range_both_included(void **state)
{
    static const struct {
        int64_t gains, fine;
        enum penalty_flaw flaw;
    } ALL[] = {
        {0, 0, PENALTY_FITS},          {0, 200000, PENALTY_FITS},     {0, 200001, PENALTY_FINE},
        {19999, 200000, PENALTY_FITS}, {20000, 19999, PENALTY_FINE},  {20000, 20000, PENALTY_FITS},
        {20000, 200000, PENALTY_FITS}, {20000, 200001, PENALTY_FINE}, {35000, 350000, PENALTY_FITS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ALL / sizeof ALL[0]; i++) {
        struct penalty_measure measure = cards(ALL[i].gains, ALL[i].fine);
        assert_int_equal(weigh(&measure), ALL[i].flaw);
    }
    struct penalty_measure measure = cards(35000, 1);
    assert_int_equal(weigh(&measure), PENALTY_FINE);
    assert_string_equal(room[TONGUE_EN],
                        "Art. 44: fine 35000.00 to 350000.00 yuan; confiscated 35000.00 yuan "
                        "(cn-administrative-penalties, [V]).");
    assert_non_null(strstr(room[TONGUE_ZH], "罚款35000.00至350000.00元"));
}

static void what_is_confiscated_is_what_was_gained_and_nothing_unsaid_is_a_fine(void **state)
{
    struct penalty_measure measure = cards(30000, 30000);
    (void)state;
    measure.confiscated_fen = 0;
    assert_int_equal(weigh(&measure), PENALTY_CONFISCATED);
    measure = cards(0, 0);
    measure.fine_said = false;
    assert_int_equal(weigh(&measure), PENALTY_FINE);
    measure = cards(0, 0);
    measure.warning = true; /* the line knows no warning in its place */
    assert_int_equal(weigh(&measure), PENALTY_FINE);
}

static void organs_and_warnings_are_those_of_the_line(void **state)
{
    struct penalty_measure measure = {.act = SLICE("art39"),
                                      .grade = SLICE("minor"),
                                      .organ = LAW_CODE_regulator,
                                      .warning = true};
    (void)state;
    assert_int_equal(weigh(&measure), PENALTY_FITS);
    measure.organ = LAW_CODE_police;
    assert_int_equal(weigh(&measure), PENALTY_ORGAN);
    measure.organ = LAW_CODE_regulator;
    measure.fine_fen = 6000000;
    measure.fine_said = true;
    assert_int_equal(weigh(&measure), PENALTY_FINE); /* one in the place of the other */
    measure.warning = false;
    assert_int_equal(weigh(&measure), PENALTY_FITS);
    measure.grade = SLICE("serious");
    assert_int_equal(weigh(&measure), PENALTY_FINE);
    measure.grade = SLICE("basic");
    assert_int_equal(weigh(&measure), PENALTY_NO_LINE);
}

static void days_of_detention_lie_in_the_line_and_units_have_none(void **state)
{
    struct penalty_measure measure = cards(0, 1000);
    (void)state;
    measure.detention_days = 1;
    assert_int_equal(weigh(&measure), PENALTY_DETENTION); /* ungraded: none */
    measure.grade = SLICE("serious");
    for (int64_t days = 0; days <= 16; days++) {
        measure.detention_days = days;
        assert_int_equal(weigh(&measure), days <= 15 ? PENALTY_FITS : PENALTY_DETENTION);
    }
    measure = cards(0, 1000);
    measure.act = SLICE("art38");
    for (int64_t days = 0; days <= 16; days++) {
        measure.detention_days = days;
        assert_int_equal(weigh(&measure),
                         days >= 10 && days <= 15 ? PENALTY_FITS : PENALTY_DETENTION);
    }
    measure.person = false;
    assert_int_equal(weigh(&measure), PENALTY_DETENTION);
    measure.detention_days = 0;
    assert_int_equal(weigh(&measure), PENALTY_FITS);
}

/* A plain second reckoning of the three acts with gains, in whole yuan. */
static void random_fines_agree_with_a_second_reckoning(void **state)
{
    static const struct {
        const char *act;
        int64_t limit, cap, detention;
    } ACTS[] = {
        {"art38", 10000, 100000, 10}, {"art42", 50000, 500000, 0}, {"art44", 20000, 200000, 0}};
    uint64_t seed = 20261126;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        size_t act = (seed >> 33) % 3;
        int64_t gains = (int64_t)((seed >> 20) % 120000), fine = (int64_t)((seed >> 7) % 1300000);
        struct penalty_measure measure = cards(gains, fine);
        measure.act = slice_of(ACTS[act].act);
        measure.detention_days = ACTS[act].detention;
        bool fits =
            gains >= ACTS[act].limit ? fine >= gains && fine <= 10 * gains : fine <= ACTS[act].cap;
        assert_int_equal(weigh(&measure), fits ? PENALTY_FITS : PENALTY_FINE);
    }
}

static law_date day(const char *text)
{
    law_date date;
    assert_int_equal(law_date_parse(slice_of(text), &date), STATUS_OK);
    return date;
}

static bool spares(const struct law *of, const char *born, bool first, bool nursing,
                   const char *act, enum status expected)
{
    const struct penalty_person person = {day(born), day(act), day("2026-03-01"), first, nursing};
    enum law_code code = LAW_CODES_COUNT;
    bool spared = false, open = false;
    assert_int_equal(penalty_spares(pack_of(of), &person, &spared, &code, &open), expected);
    assert_int_equal(open, of == &law);
    return spared;
}

static void while_the_law_is_open_everybody_it_may_mean_is_spared(void **state)
{
    (void)state;
    assert_true(spares(&law, "2011-06-01", false, false, "2026-01-10", STATUS_OK));  /* 14 */
    assert_false(spares(&law, "2009-06-01", false, false, "2026-01-10", STATUS_OK)); /* 16, again */
    assert_true(spares(&law, "2009-06-01", true, false, "2026-01-10", STATUS_OK));
    assert_true(spares(&law, "2008-01-11", true, false, "2026-01-10", STATUS_OK)); /* 18 tomorrow */
    assert_false(spares(&law, "2008-01-10", true, false, "2026-01-10", STATUS_OK));
    assert_true(spares(&law, "1956-02-28", false, false, "2026-01-10", STATUS_OK)); /* 70 by now */
    assert_false(spares(&law, "1956-03-02", false, false, "2026-01-10", STATUS_OK));
    assert_true(spares(&law, "1995-01-01", false, true, "2026-01-10", STATUS_OK));
    (void)spares(&law, "2013-01-01", true, false, "2026-01-10", STATUS_REFUSED); /* 13 */
}

static void a_pack_that_says_who_is_spared_is_followed(void **state) /* "detention.exceptions" */
{
    (void)state;
    assert_true(spares(&settled, "2011-06-01", false, false, "2026-01-10", STATUS_OK));
    assert_false(spares(&settled, "2009-06-01", true, false, "2026-01-10", STATUS_OK));
    assert_false(spares(&settled, "1950-01-01", false, true, "2026-01-10", STATUS_OK));
}

static void nobody_of_unknown_age_is_detained(void **state)
{
    const struct penalty_person person = {.born = LAW_DATE_NONE};
    enum law_code code;
    bool spared = false, open = false;
    (void)state;
    assert_int_equal(penalty_spares(pack_of(&law), &person, &spared, &code, &open), STATUS_ABSENT);
    assert_int_equal(penalty_age(day("2000-02-29"), day("2026-02-28")), 25);
    assert_int_equal(penalty_age(day("2000-02-29"), day("2026-03-01")), 26);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fine_lies_between_the_ends_of_the_range_both_included),
        cmocka_unit_test(what_is_confiscated_is_what_was_gained_and_nothing_unsaid_is_a_fine),
        cmocka_unit_test(organs_and_warnings_are_those_of_the_line),
        cmocka_unit_test(days_of_detention_lie_in_the_line_and_units_have_none),
        cmocka_unit_test(random_fines_agree_with_a_second_reckoning),
        cmocka_unit_test(while_the_law_is_open_everybody_it_may_mean_is_spared),
        cmocka_unit_test(a_pack_that_says_who_is_spared_is_followed),
        cmocka_unit_test(nobody_of_unknown_age_is_detained),
    };
    return cmocka_run_group_tests(tests, up, down);
}
