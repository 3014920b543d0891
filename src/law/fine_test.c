/* fine_test.c -- ranges of fines, as arts 38 to 44 give them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/fine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;
static struct law law;

static int open_law(void **state)
{
    static char bytes[TONGUES_COUNT][4096];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], sizeof bytes[0]),
                                      text_over(bytes[1], sizeof bytes[1])};
    (void)state;
    return arena_create(&arena, 64 << 20) != STATUS_OK ||
           law_open(&law, LAW_FOLDER, arena, why) != STATUS_OK;
}

static int close_law(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static const struct law_pack *penalties(void)
{
    law_date on;
    assert_int_equal(law_date_of(2023, 6, 1, &on), STATUS_OK);
    const struct law_pack *pack = law_find(&law, LAW_SUBJECT_penalty, on);
    assert_non_null(pack);
    return pack;
}

#define YUAN(amount) ((int64_t)(amount)*100)

static void fine_is(enum law_act act, enum law_grade grade, int64_t gains, int64_t least,
                    int64_t most)
{
    struct law_fine fine;
    assert_int_equal(law_fine_of(penalties(), act, grade, gains, &fine), STATUS_OK);
    assert_int_equal(fine.least_fen, least);
    assert_int_equal(fine.most_fen, most);
    assert_int_equal(fine.confiscated_fen, fine.row->confiscates ? gains : 0);
}

static void gains_from_the_limit_on_are_fined_by_their_multiple(void **state)
{
    (void)state;
    fine_is(LAW_ACT_art38, LAW_GRADE_basic, YUAN(10000), YUAN(10000), YUAN(100000));
    fine_is(LAW_ACT_art38, LAW_GRADE_basic, YUAN(10000) - 1, 0, YUAN(100000));
    fine_is(LAW_ACT_art38, LAW_GRADE_basic, 0, 0, YUAN(100000));
    fine_is(LAW_ACT_art38, LAW_GRADE_basic, YUAN(123456) + 78, YUAN(123456) + 78,
            YUAN(1234560) + 780);
    fine_is(LAW_ACT_art42, LAW_GRADE_basic, YUAN(50000), YUAN(50000), YUAN(500000));
    fine_is(LAW_ACT_art42, LAW_GRADE_serious, YUAN(49999), 0, YUAN(500000));
    fine_is(LAW_ACT_art44, LAW_GRADE_basic, YUAN(20000), YUAN(20000), YUAN(200000));
    fine_is(LAW_ACT_art44, LAW_GRADE_basic, YUAN(3000), 0, YUAN(200000));
}

static void institutions_are_fined_within_a_range(void **state)
{
    static const enum law_act ACTS[] = {LAW_ACT_art39, LAW_ACT_art40, LAW_ACT_art41, LAW_ACT_art43};
    (void)state;
    for (size_t i = 0; i < sizeof ACTS / sizeof ACTS[0]; i++) {
        fine_is(ACTS[i], LAW_GRADE_minor, 0, YUAN(50000), YUAN(500000));
        fine_is(ACTS[i], LAW_GRADE_serious, YUAN(9), YUAN(500000), YUAN(5000000));
        fine_is(ACTS[i], LAW_GRADE_persons, 0, YUAN(10000), YUAN(200000));
    }
}

static void what_the_law_does_not_fine_has_no_range(void **state)
{
    struct law_fine fine;
    (void)state;
    assert_int_equal(law_fine_of(penalties(), LAW_ACT_art38, LAW_GRADE_persons, 0, &fine),
                     STATUS_ABSENT);
    assert_int_equal(law_fine_of(penalties(), LAW_ACT_art38, LAW_GRADE_basic, INT64_MAX, &fine),
                     STATUS_FULL);
    const struct law_fine_row *row = law_fine_row_find(penalties(), LAW_ACT_art38, LAW_GRADE_basic);
    assert_int_equal(row->detention_least, 10);
    assert_int_equal(row->detention_most, 15);
    assert_true(law_codes_have(row->by, LAW_CODE_police));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gains_from_the_limit_on_are_fined_by_their_multiple),
        cmocka_unit_test(institutions_are_fined_within_a_range),
        cmocka_unit_test(what_the_law_does_not_fine_has_no_range),
    };
    return cmocka_run_group_tests(tests, open_law, close_law);
}
