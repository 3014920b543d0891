/* area_test.c -- a place from its first figures to its delisting, and what figures do not bear. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/area/area_inside.h"
#include "casework/work/acting_test.h"

#include <stdio.h>

static struct area_desk desk;
static struct law law;
static struct arena *law_arena;
static struct house *house;

/* ---- the house ---- */

static unsigned plugs(struct house *up, struct work_plug *out)
{
    desk = (struct area_desk){.law = &law, .steady = up->steady, .zone_minutes = 480};
    area_plugs(&desk, out);
    return AREA_PLUGS;
}

static void opened(struct house *up)
{
    house = up;
    acting_in(up);
    desk.work = up->work;
}

static const struct house_more MORE = {.plugs = plugs, .opened = opened};

static int up(void **state)
{
    house_more = &MORE;
    return house_up(state);
}

static int law_up(void **state)
{
    char room[TONGUES_COUNT][512];
    struct text why[TONGUES_COUNT] = {text_over(room[0], 512), text_over(room[1], 512)};
    (void)state;
    assert_int_equal(arena_create(&law_arena, 16 << 20), STATUS_OK);
    return law_open(&law, LAW, law_arena, why) == STATUS_OK ? 0 : 1;
}

static int law_down(void **state)
{
    (void)state;
    arena_destroy(law_arena);
    return 0;
}

/* ---- acting ---- */

/* So many months from this one. */
static const char *month(int64_t months)
{
    int64_t number = area_this_month(&desk) + months;
    char *room = (char *)(uintptr_t)at(0);
    (void)snprintf(room, AT_SIZE, "%04d-%02d", (int)(number / 12), (int)(number % 12) + 1);
    return room;
}

static const char *year(void)
{
    char *room = (char *)(uintptr_t)month(-12);
    room[4] = '\0';
    return room;
}

static void both(struct work_item *item, const char *step, const struct given *given)
{
    struct work_item out;
    done(item, step, &house->ann, given);
    assert_int_equal(house_word(house, item, item->asking->digest, &house->ben, true, &out),
                     STATUS_OK);
    house_find(house, item->id, NULL, item);
}

static void place(struct work_item *item)
{
    assert_int_equal(make(&SOURCE_AREA_KIND, &house->ann,
                          GIVEN({"place", "530102"}, {"name", "a district"}), item),
                     STATUS_OK);
    house_find(house, item->id, NULL, item);
}

/* Figures of a month: 400,000 live there, 500,000 are registered; the threshold is 20. */
static enum status figures(struct work_item *item, const char *period, const char *here,
                           const char *elsewhere)
{
    return does(item, "figures", &house->ann,
                GIVEN({"period", period}, {"resident", "400000"}, {"registered", "500000"},
                      {"population_year", year()}, {"threshold", "20"}, {"cards_here", here},
                      {"cards_elsewhere", elsewhere}, {"cards_strangers", "7000"},
                      {"accounts_here", "10"}, {"accounts_elsewhere", "0"}));
}

static void counted(struct work_item *item, const char *period, const char *here,
                    const char *elsewhere)
{
    if (figures(item, period, here, elsewhere) != STATUS_OK)
        fail_msg("figures: refused by %d", (int)house->refusal.fault);
}

/* ---- what must hold ---- */

static void rates_stand_by_both_numbers_of_people_with_their_interval(void **state)
{
    struct work_item item;
    (void)state;
    place(&item);
    counted(&item, month(-1), "60", "40");
    is(&item, "cards_by_resident", "25.000 (20.557-30.403)");
    is(&item, "cards_by_registered", "20.000 (16.445-24.323)");
    is(&item, "elsewhere_share", "363");
    is(&item, "over", "1"); /* 27.5 of 100,000: what strangers opened there does not count */
    is(&item, "ranked", "true");
    assert_true(slice_starts(work_value_of(&item, "law"), SLICE("cutline-defaults-2026 sha256:")));
}

static void below_the_number_of_the_pack_nothing_is_ranked(void **state) /* "area.ranked.least" */
{
    struct work_item item;
    (void)state;
    place(&item);
    done(&item, "figures", &house->ann,
         GIVEN({"period", month(-1)}, {"resident", "1000"}, {"registered", "1000"},
               {"population_year", year()}, {"threshold", "20"}, {"cards_here", "9"},
               {"cards_elsewhere", "0"}, {"accounts_here", "0"}, {"accounts_elsewhere", "0"}));
    is(&item, "ranked", "false");
    is(&item, "over", "0"); /* 900 of 100,000, and yet nine */
    is(&item, "both_by_resident", "900.000 (474.200-1701.601)");
}

static void months_are_counted_once_and_a_gap_breaks_the_row(void **state)
{
    struct work_item item;
    (void)state;
    place(&item);
    counted(&item, month(-5), "100", "0");
    assert_int_not_equal(figures(&item, month(-5), "1", "0"), STATUS_OK); /* the same */
    assert_int_not_equal(figures(&item, month(-6), "1", "0"), STATUS_OK); /* an earlier one */
    assert_int_not_equal(figures(&item, month(1), "1", "0"), STATUS_OK);  /* one to come */
    assert_int_not_equal(figures(&item, "2026-13", "1", "0"), STATUS_OK);
    refused(&item, "warn", &house->ann, GIVEN({"why", "x"}), WORK_FAULT_FIGURES);
    counted(&item, month(-3), "100", "0");
    is(&item, "over", "1"); /* nobody knows of the month between */
    refused(&item, "warn", &house->ann, GIVEN({"why", "x"}), WORK_FAULT_FIGURES);
    counted(&item, month(-2), "100", "0");
    is(&item, "over", "2");
    done(&item, "warn", &house->ann, GIVEN({"why", "two months"})); /* "area.warned.after" */
}

static void listed(struct work_item *item)
{
    place(item);
    counted(item, month(-6), "90", "10");
    counted(item, month(-5), "90", "10");
    done(item, "warn", &house->ann, GIVEN({"why", "two months"}));
    refused(item, "talk", &house->ann,
            GIVEN({"talk_at", at(0)}, {"minutes", "M-1"}, {"improve_until", day(5)}),
            WORK_FAULT_HAND);
    done(item, "talk", &house->ben,
         GIVEN({"talk_at", at(0)}, {"minutes", "M-1"}, {"improve_until", day(5)}));
    const struct given list[] = {{"decision", "L-1"},
                                 {"leader", "the mayor"},
                                 {"targets", "half"},
                                 {"until", day(360)},
                                 {NULL, NULL}};
    refused(item, "list", &house->ann, list, WORK_FAULT_SOON);
    waits(item, 6);
    both(item, "list", list);
    in(item, "listed");
    is(item, "baseline", "27.500 (22.819-33.141)");
}

static void a_report_is_due_each_month(void **state)
{
    struct work_item item;
    (void)state;
    listed(&item);
    waits(&item, 33);
    in(&item, "due");
    refused(&item, "report", &house->ann, GIVEN({"report", "x"}, {"reported_for", "2026-00"}),
            WORK_FAULT_VALUE);
    done(&item, "report", &house->ann, GIVEN({"report", "x"}, {"reported_for", month(-1)}));
    in(&item, "listed");
    waits(&item, 33);
    in(&item, "due");
}

static void opening_elsewhere_neither_lowers_a_rate_nor_passes_an_assessment(void **state)
{
    struct work_item item;
    (void)state;
    listed(&item);
    const struct given passes[] = {{"assessment", "better"},
                                   {"on_site", "S-1"},
                                   {"data_check", "holders by registered place"},
                                   {NULL, NULL}};
    refused(&item, "assess", &house->ann, passes, WORK_FAULT_FIGURES);
    counted(&item, month(-4), "0", "100"); /* the same people, other counters */
    is(&item, "both_by_resident", "27.500 (22.819-33.141)");
    is(&item, "over", "3");
    refused(&item, "assess", &house->ann, passes, WORK_FAULT_FIGURES);
    counted(&item, month(-3), "5", "35"); /* fewer, most of them elsewhere */
    is(&item, "stable", "1");
    refused(&item, "assess", &house->ann, passes, WORK_FAULT_MISSING);
    assert_string_equal(item.kind->field[house->refusal.field].name, "elsewhere_why");
    both(&item, "assess",
         GIVEN({"assessment", "better"}, {"on_site", "S-1"}, {"data_check", "by holder"},
               {"elsewhere_why", "students of one university, looked at one by one"}));
    in(&item, "observed");
}

static void observed_places_relapse_or_are_delisted(void **state) /* "area.delisted.after" */
{
    struct work_item item;
    (void)state;
    listed(&item);
    counted(&item, month(-4), "40", "0");
    both(&item, "assess",
         GIVEN({"assessment", "better"}, {"on_site", "S-1"}, {"data_check", "by holder"}));
    refused(&item, "delist", &house->ann, GIVEN({"decision", "D"}, {"why", "x"}),
            WORK_FAULT_FIGURES); /* the month of the assessment does not count */
    refused(&item, "relapse", &house->ann, GIVEN({"decision", "D"}, {"why", "x"}),
            WORK_FAULT_FIGURES);
    counted(&item, month(-3), "90", "0");
    refused(&item, "delist", &house->ann, GIVEN({"decision", "D"}, {"why", "x"}),
            WORK_FAULT_FIGURES);
    both(&item, "relapse", GIVEN({"decision", "L-2"}, {"why", "relapse"}));
    in(&item, "listed");
    counted(&item, month(-2), "40", "0");
    both(&item, "assess",
         GIVEN({"assessment", "better"}, {"on_site", "S-2"}, {"data_check", "by holder"}));
    counted(&item, month(-1), "40", "0");
    both(&item, "delist", GIVEN({"decision", "D-1"}, {"why", "stable"}));
    in(&item, "delisted");
    done(&item, "watch", &house->ann, GIVEN({"why", "dynamic"}));
    in(&item, "monitored");
}

static void the_two_registers_share_no_figure(void **state)
{
    struct work_item victims;
    (void)state;
    assert_true(work_field_find(&VICTIM_AREA_KIND, SLICE("cards_here")) < 0);
    assert_true(work_field_find(&SOURCE_AREA_KIND, SLICE("victims")) < 0);
    assert_true(work_step_find(&VICTIM_AREA_KIND, SLICE("list")) < 0);
    assert_int_equal(make(&VICTIM_AREA_KIND, &house->ann,
                          GIVEN({"place", "530102"}, {"name", "a district"}), &victims),
                     STATUS_OK);
    house_find(house, victims.id, NULL, &victims);
    assert_ptr_equal(victims.kind, &VICTIM_AREA_KIND);
    done(&victims, "figures", &house->ann,
         GIVEN({"period", month(-1)}, {"resident", "400000"}, {"registered", "500000"},
               {"population_year", year()}, {"victims", "100"}, {"loss", "1000000"}));
    is(&victims, "victims_by_resident", "25.000 (20.557-30.403)");
    done(&victims, "advise", &house->ann, GIVEN({"advice", "talks at schools"}));
    in(&victims, "advised");
}

/* Each month that was counted, the newest three years of them; one that was mended stands once. */
static void the_trend_has_each_month_once(void **state)
{
    struct work_item victims;
    char want[AREA_TREND_MONTHS * 32] = "";
    struct text text = text_over(want, sizeof want);
    (void)state;
    assert_int_equal(make(&VICTIM_AREA_KIND, &house->ann,
                          GIVEN({"place", "530102"}, {"name", "a district"}), &victims),
                     STATUS_OK);
    for (int past = AREA_TREND_MONTHS + 2; past >= 1; past--)
        for (int mended = 0; mended < (past == 1 ? 2 : 1); mended++)
            done(&victims, "figures", &house->ann,
                 GIVEN({"period", month(-past)}, {"resident", "100000"}, {"registered", "100000"},
                       {"population_year", year()}, {"victims", mended == 0 ? "25" : "26"},
                       {"loss", "1"}));
    for (int past = AREA_TREND_MONTHS; past >= 1; past--)
        text_addf(&text, "%s%s %s.000", past == AREA_TREND_MONTHS ? "" : ", ", month(-past),
                  past == 1 ? "26" : "25");
    is(&victims, "trend", want);
}

static void more_events_than_people_are_a_mistake(void **state)
{
    struct work_item item;
    (void)state;
    place(&item);
    assert_int_not_equal(figures(&item, month(-1), "400001", "0"), STATUS_OK);
    assert_int_equal(house->refusal.fault, WORK_FAULT_VALUE);
}

static void a_place_is_on_the_register_once(void **state)
{
    struct work_item first, second;
    (void)state;
    place(&first);
    place(&second);
    assert_string_equal(first.id, second.id);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, up, house_down)
    const struct CMUnitTest tests[] = {
        CASE(rates_stand_by_both_numbers_of_people_with_their_interval),
        CASE(below_the_number_of_the_pack_nothing_is_ranked),
        CASE(months_are_counted_once_and_a_gap_breaks_the_row),
        CASE(a_report_is_due_each_month),
        CASE(opening_elsewhere_neither_lowers_a_rate_nor_passes_an_assessment),
        CASE(observed_places_relapse_or_are_delisted),
        CASE(the_two_registers_share_no_figure),
        CASE(the_trend_has_each_month_once),
        CASE(more_events_than_people_are_a_mistake),
        CASE(a_place_is_on_the_register_once),
    };
#undef CASE
    return cmocka_run_group_tests(tests, law_up, law_down);
}
