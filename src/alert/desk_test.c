/* desk_test.c -- first, merged, repeat: what is said about a subject, and when. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/alert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* cmocka wants those first */
#include <cmocka.h>

static const char RULES[] = "rule a_day on call { title \"a\" \"甲\" when duration >= 0s subject "
                            "caller typology scam_caller }\n"
                            "rule b_hour on call { title \"b\" \"乙\" when duration >= 0s subject "
                            "caller typology scam_caller\n"
                            "  quiet 1h }\n"
                            "rule c_bait on call { title \"c\" \"丙\" when duration >= 0s subject "
                            "caller typology wangiri }\n";

enum { DAY_RULE, HOUR_RULE, BAIT_RULE };

struct office {
    struct arena *arena;
    const struct rule_set *set;
    struct alert_desk *desk;
    struct finding_sink in;
    struct alert last;
    unsigned count;
    char ids[64][ALERT_ID_SIZE];
    enum status answer;
};

static enum status take(void *self, const struct alert *alert)
{
    struct office *office = self;
    office->last = *alert;
    if (office->count < 64)
        memcpy(office->ids[office->count], alert->id, ALERT_ID_SIZE);
    office->count++;
    return office->answer;
}

static void office_open(struct office *office, size_t memory_max)
{
    static struct rule_file file;
    static struct diags diags;
    file = (struct rule_file){SLICE("desk.cut"), {RULES, sizeof RULES - 1}};
    diags = (struct diags){0};
    *office = (struct office){.answer = STATUS_OK};
    assert_int_equal(arena_create(&office->arena, 64 << 20), STATUS_OK);
    assert_int_equal(rules_check(&file, 1, office->arena, &diags, &office->set), STATUS_OK);
    struct alert_sink sink = {take, office};
    assert_int_equal(alert_desk_create(&office->desk, office->set, memory_max, sink, office->arena),
                     STATUS_OK);
    office->in = alert_desk_sink(office->desk);
}

static void office_close(struct office *office)
{
    alert_desk_destroy(office->desk);
    arena_destroy(office->arena);
}

static enum status tell_graded(struct office *office, unsigned rule, const char *subject,
                               int64_t minutes, enum grade grade)
{
    struct record record = {.kind = RECORD_call, .digest = hash_word((uint64_t)minutes)};
    struct finding finding = {.set = office->set,
                              .rule = &office->set->rule[rule],
                              .record = &record,
                              .at = {minutes * MINUTE_MS},
                              .subject = ident_of(slice_of(subject)),
                              .subject_text = slice_of(subject),
                              .score = 0.5,
                              .grade = grade};
    return office->in.take(office->in.self, &finding);
}

/* Tells, and gives the number of alerts that came of it. */
static unsigned tell(struct office *office, unsigned rule, const char *subject, int64_t minutes)
{
    unsigned before = office->count;
    assert_int_equal(tell_graded(office, rule, subject, minutes, GRADE_NONE), STATUS_OK);
    return office->count - before;
}

static void the_first_speaks_and_the_next_merge(void **state)
{
    (void)state;
    struct office office;
    office_open(&office, 1 << 20);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 0), 1);
    assert_true(office.last.first);
    assert_int_equal(office.last.merged_before, 0);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 1), 0);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 24 * 60 - 1), 0);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 24 * 60), 1);
    assert_false(office.last.first);
    assert_int_equal(office.last.merged_before, 2);
    /* quiet runs from the last alert, not from the first */
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 48 * 60 - 1), 0);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 48 * 60), 1);
    assert_int_equal(office.last.merged_before, 3);
    office_close(&office);
}

static void the_quiet_is_that_of_the_rule_that_found_it(void **state)
{
    (void)state;
    struct office office;
    office_open(&office, 1 << 20);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 0), 1);
    assert_int_equal(tell(&office, HOUR_RULE, "+8613800000001", 59), 0);
    assert_int_equal(tell(&office, HOUR_RULE, "+8613800000001", 60), 1);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 24 * 60 + 59), 0);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 24 * 60 + 60), 1);
    office_close(&office);
}

static void typologies_and_subjects_are_apart(void **state)
{
    (void)state;
    struct office office;
    office_open(&office, 1 << 20);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000001", 0), 1);
    assert_int_equal(tell(&office, BAIT_RULE, "+8613800000001", 0), 1);
    assert_int_equal(tell(&office, DAY_RULE, "+8613800000002", 0), 1);
    assert_true(office.last.first);
    struct alert_counts counts;
    alert_desk_count(office.desk, &counts);
    assert_int_equal(counts.subjects_of[LABEL_scam_caller], 2);
    assert_int_equal(counts.subjects_of[LABEL_wangiri], 1);
    office_close(&office);
}

static void a_higher_grade_breaks_the_quiet(void **state)
{
    (void)state;
    struct office office;
    office_open(&office, 1 << 20);
    const char *who = "+8613800000001";
    assert_int_equal(tell_graded(&office, DAY_RULE, who, 0, GRADE_MEDIUM), STATUS_OK);
    assert_int_equal(tell_graded(&office, DAY_RULE, who, 1, GRADE_MEDIUM), STATUS_OK);
    assert_int_equal(tell_graded(&office, DAY_RULE, who, 2, GRADE_LOW), STATUS_OK);
    assert_int_equal(office.count, 1);
    assert_int_equal(tell_graded(&office, DAY_RULE, who, 3, GRADE_EXTREME), STATUS_OK);
    assert_int_equal(office.count, 2);
    assert_false(office.last.first);
    assert_int_equal(tell_graded(&office, DAY_RULE, who, 4, GRADE_HIGH), STATUS_OK);
    assert_int_equal(office.count, 2); /* higher than the first, not than any */
    assert_int_equal(tell_graded(&office, DAY_RULE, who, 3 + 24 * 60, GRADE_LOW), STATUS_OK);
    assert_int_equal(office.count, 3);
    assert_int_equal(tell_graded(&office, DAY_RULE, who, 4 + 24 * 60, GRADE_HIGH), STATUS_OK);
    assert_int_equal(office.count, 3);
    office_close(&office);
}

static void what_is_late_is_within_any_quiet(void **state)
{
    (void)state;
    struct office office;
    office_open(&office, 1 << 20);
    assert_int_equal(tell(&office, HOUR_RULE, "+8613800000001", 300), 1);
    assert_int_equal(tell(&office, HOUR_RULE, "+8613800000001", 10), 0);
    assert_int_equal(tell(&office, HOUR_RULE, "+8613800000001", 359), 0);
    assert_int_equal(tell(&office, HOUR_RULE, "+8613800000001", 360), 1);
    office_close(&office);
}

static void the_counts_add_up(void **state)
{
    (void)state;
    struct office office;
    office_open(&office, 4 << 20);
    uint64_t number = 1;
    for (int64_t i = 0; i < 20000; i++) {
        char who[24];
        number = hash_word(number);
        (void)snprintf(who, sizeof who, "+86138%08u", (unsigned)(number % 3000));
        (void)tell(&office, (unsigned)(number >> 32) % 3, who, i);
    }
    struct alert_counts counts;
    alert_desk_count(office.desk, &counts);
    assert_int_equal(counts.findings, 20000);
    assert_int_equal(counts.findings, counts.alerts + counts.repeats + counts.merged);
    assert_int_equal(counts.alerts + counts.repeats, office.count);
    uint64_t alerts = 0;
    uint64_t repeats = 0;
    uint64_t merged = 0;
    uint64_t subjects = 0;
    for (size_t i = 0; i < 3; i++) {
        repeats += counts.repeats_of[i];
        alerts += counts.alerts_of[i];
        merged += counts.merged_of[i];
    }
    for (size_t i = 0; i < LABELS_COUNT; i++)
        subjects += counts.subjects_of[i];
    assert_int_equal(alerts, office.count);
    assert_int_equal(repeats, counts.repeats);
    assert_int_equal(merged, counts.merged);
    assert_int_equal(subjects, counts.alerts); /* each subject's first alert is one */
    office_close(&office);
}

static void ids_differ_and_come_again(void **state)
{
    (void)state;
    char ids[2][8][ALERT_ID_SIZE];
    for (int run = 0; run < 2; run++) {
        struct office office;
        office_open(&office, 1 << 20);
        const char *who = "+8613800000001";
        (void)tell(&office, DAY_RULE, who, 0);
        (void)tell(&office, BAIT_RULE, who, 0);
        (void)tell(&office, DAY_RULE, "+8613800000002", 0);
        assert_int_equal(tell_graded(&office, DAY_RULE, who, 0, GRADE_HIGH), STATUS_OK);
        (void)tell(&office, DAY_RULE, who, 24 * 60);
        assert_int_equal(office.count, 5);
        for (int i = 0; i < 5; i++) {
            memcpy(ids[run][i], office.ids[i], ALERT_ID_SIZE);
            assert_int_equal(strlen(office.ids[i]), ALERT_ID_SIZE - 1);
            for (int j = 0; j < i; j++)
                assert_string_not_equal(office.ids[i], office.ids[j]);
        }
        office_close(&office);
    }
    for (int i = 0; i < 5; i++)
        assert_string_equal(ids[0][i], ids[1][i]);
}

static void full_is_a_status(void **state)
{
    (void)state;
    struct office office;
    office_open(&office, 64 * 1024);
    enum status status = STATUS_OK;
    unsigned told = 0;
    for (; status == STATUS_OK && told < 100000; told++) {
        char who[24];
        (void)snprintf(who, sizeof who, "+86138%08u", told);
        status = tell_graded(&office, DAY_RULE, who, 0, GRADE_NONE);
    }
    assert_int_equal(status, STATUS_FULL);
    assert_true(told > 500);
    /* whom it knows it still knows, and what did not fit was not counted */
    struct alert_counts counts;
    alert_desk_count(office.desk, &counts);
    assert_int_equal(counts.findings, told - 1);

    struct alert_desk *desk;
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    assert_int_equal(
        alert_desk_create(&desk, office.set, 16, (struct alert_sink){take, &office}, arena),
        STATUS_FULL);
    arena_destroy(arena);
    office_close(&office);
}

static void the_sinks_status_is_handed_back(void **state)
{
    (void)state;
    struct office office;
    office_open(&office, 1 << 20);
    office.answer = STATUS_IO;
    assert_int_equal(tell_graded(&office, DAY_RULE, "+8613800000001", 0, GRADE_NONE), STATUS_IO);
    assert_int_equal(tell_graded(&office, DAY_RULE, "+8613800000001", 1, GRADE_NONE), STATUS_OK);
    office_close(&office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_speaks_and_the_next_merge),
        cmocka_unit_test(the_quiet_is_that_of_the_rule_that_found_it),
        cmocka_unit_test(typologies_and_subjects_are_apart),
        cmocka_unit_test(a_higher_grade_breaks_the_quiet),
        cmocka_unit_test(what_is_late_is_within_any_quiet),
        cmocka_unit_test(the_counts_add_up),
        cmocka_unit_test(ids_differ_and_come_again),
        cmocka_unit_test(full_is_a_status),
        cmocka_unit_test(the_sinks_status_is_handed_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
