/* penalty_test.c -- one penalty's way through every step, and everybody who may not do it: the
 * wrong order, the wrong person, the wrong day, the wrong amount. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/penalty/penalty_inside.h"
#include "casework/work/acting_test.h"

#include <stdio.h>

#define SAID \
    "[{\"item\":\"facts\"},{\"item\":\"reason\"},{\"item\":\"basis\"},{\"item\":\"rights\"}]"
#define BORN_1990 "11010519900307123X"
#define BORN_2010 "110105201003071237"

static struct penalty_desk desk;
static struct law law;
static struct arena *law_arena;
static struct house *house;
/* ---- the house ---- */

static unsigned plugs(struct house *up, struct work_plug *out)
{
    desk = (struct penalty_desk){
        .store = up->store, .law = &law, .steady = up->steady, .zone_minutes = 480};
    out[0] = penalty_plug(&desk);
    return 1;
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
    if (house_up(state) != 0)
        return 1;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        access_organisation_level(house->access, slice_of(house->home), ORGANISATION_LEVEL_county),
        STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    return 0;
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

static enum status says_yes(struct work_item *item, const struct identity *by)
{
    struct work_item out;
    house_find(house, item->id, NULL, item);
    assert_non_null(item->asking);
    house->refusal = (struct work_refusal){.field = -1};
    enum status status = house_word(house, item, item->asking->digest, by, true, &out);
    house_find(house, item->id, NULL, item);
    return status;
}

/* Three cards rented out, ten days ago, found yesterday. */
static void filed(struct work_item *item, const char *document)
{
    assert_int_equal(
        make(&PENALTY_KIND, &house->ann,
             GIVEN({"target", "person"}, {"act", "art44"}, {"name", "张三"}, {"document", document},
                   {"gains", "3000000"}, {"last_act", day(-10)}, {"discovered_on", day(-1)},
                   {"facts", "rented out three cards"}, {"reason", "art. 31"}),
             item),
        STATUS_OK);
    house_find(house, item->id, NULL, item);
    in(item, "filed");
}

static void told(struct work_item *item, const char *grade, const char *detention)
{
    done(item, "notice", &house->ann,
         GIVEN({"noticed_at", at(0)}, {"noticed_how", "in_person"}, {"proof", "P-1"},
               {"said", SAID}, {"grade", grade}, {"fine", "6000000"}, {"confiscated", "3000000"},
               {"detention", detention}, {"first_time", "true"}, {"nursing", "false"}));
    in(item, "noticed");
}

#define DECIDES                                 \
    {"decision", "D-1"}, {"reasons", "proved"}, \
    {                                           \
        "evidence", "[{\"what\":\"x\"}]"        \
    }

/* ---- what must hold ---- */

static void nothing_is_decided_before_the_notice_and_its_days(void **state)
{
    struct work_item item;
    (void)state;
    filed(&item, BORN_1990);
    refused(&item, "decide", &house->ann, GIVEN(DECIDES), WORK_FAULT_STATE);
    refused(&item, "notice", &house->ann,
            GIVEN({"noticed_at", at(0)}, {"noticed_how", "in_person"}, {"proof", "P"},
                  {"said", "[{\"item\":\"facts\"},{\"item\":\"reason\"},{\"item\":\"basis\"}]"},
                  {"grade", "basic"}, {"fine", "6000000"}, {"confiscated", "3000000"}),
            WORK_FAULT_UNTOLD);
    told(&item, "basic", "0");
    refused(&item, "decide", &house->ann, GIVEN(DECIDES), WORK_FAULT_STATE);
    waits(&item, 5); /* "hearing.request": to 24:00 of the fifth day */
    in(&item, "noticed");
    waits(&item, 1);
    in(&item, "ready");
    done(&item, "decide", &house->ann, GIVEN(DECIDES));
    assert_int_equal(says_yes(&item, &house->cem), STATUS_OK);
    in(&item, "decided");
    is(&item, "article", "44");
    is(&item, "noticed_fine", "6000000");
    assert_true(
        slice_starts(work_value_of(&item, "law"), SLICE("cn-administrative-penalties sha")));
}

static void a_fine_outside_the_range_is_refused_with_the_range(void **state)
{
    struct work_item item;
    struct slice says[TONGUES_COUNT];
    (void)state;
    filed(&item, BORN_1990);
    refused(&item, "notice", &house->ann,
            GIVEN({"noticed_at", at(0)}, {"noticed_how", "in_person"}, {"proof", "P"},
                  {"said", SAID}, {"grade", "basic"}, {"fine", "2999999"},
                  {"confiscated", "3000000"}),
            WORK_FAULT_RANGE);
    assert_string_equal(item.kind->field[house->refusal.field].name, "fine");
    work_explained(house->work, says);
    assert_true(slice_starts(says[TONGUE_EN], SLICE("Art. 44: fine 30000.00 to 300000.00 yuan")));
    told(&item, "basic", "0");
    work_explained(house->work, says);
    assert_int_equal(says[TONGUE_EN].size, 0); /* it belongs to the refusal alone */
    waits(&item, 6);
    refused(&item, "decide", &house->ann, GIVEN(DECIDES, {"fine", "100"}), WORK_FAULT_RANGE);
}

static void a_defence_is_checked_and_never_makes_it_harsher(void **state)
{
    struct work_item item;
    (void)state;
    filed(&item, BORN_1990);
    told(&item, "basic", "0");
    done(&item, "defend", &house->ann, GIVEN({"defence", "only two cards"}));
    waits(&item, 6);
    refused(&item, "decide", &house->ann, GIVEN(DECIDES), WORK_FAULT_UNHEARD);
    done(&item, "check_defence", &house->ann,
         GIVEN({"defence_found", "three"}, {"defence_taken", "refused"}));
    refused(&item, "decide", &house->ann, GIVEN(DECIDES, {"fine", "6000001"}), WORK_FAULT_HARSHER);
    const struct given again[] = {{"noticed_at", at(0)}, {"noticed_how", "by_post"},
                                  {"proof", "P-2"},      {"said", SAID},
                                  {"fine", "9000000"},   {NULL, NULL}};
    refused(&item, "notice_again", &house->ann, again, WORK_FAULT_HARSHER);
    done(&item, "notice_again", &house->ann,
         GIVEN({"noticed_at", at(0)}, {"noticed_how", "by_post"}, {"proof", "P-2"}, {"said", SAID},
               {"fine", "9000000"}, {"new_facts", "a fourth card"}));
    in(&item, "noticed"); /* and its days begin anew */
    refused(&item, "decide", &house->ann, GIVEN(DECIDES), WORK_FAULT_STATE);
    waits(&item, 6);
    done(&item, "decide", &house->ann, GIVEN(DECIDES, {"fine", "3000000"}));
    assert_int_equal(says_yes(&item, &house->cem), STATUS_OK);
}

static void a_hearing_is_asked_for_in_time_and_announced_in_time(void **state)
{
    struct work_item item, late;
    (void)state;
    filed(&item, BORN_1990);
    told(&item, "basic", "0");
    filed(&late, BORN_1990);
    told(&late, "basic", "0");
    waits(&late, 7);
    refused(&late, "ask_hearing", &house->ann, GIVEN({"asked_at", at(0)}), WORK_FAULT_OVER);
    done(&item, "ask_hearing", &house->ann,
         GIVEN({"asked_at", at(-3)})); /* the letter is of then */
    in(&item, "hearing");
    refused(&item, "decide", &house->ann, GIVEN(DECIDES), WORK_FAULT_STATE);
    refused(&item, "call", &house->ann, GIVEN({"called_at", at(0)}, {"hearing_at", at(7)}),
            WORK_FAULT_SOON); /* "hearing.notice": seven whole days lie between */
    done(&item, "call", &house->ann, GIVEN({"called_at", at(0)}, {"hearing_at", at(8)}));
    refused(&item, "hear", &house->cem, GIVEN({"record", "R-1"}), WORK_FAULT_SOON);
    waits(&item, 8);
    refused(&item, "hear", &house->ann, GIVEN({"record", "R-1"}), WORK_FAULT_INVESTIGATED);
    done(&item, "hear", &house->cem, GIVEN({"record", "R-1"}));
    in(&item, "heard");
    done(&item, "decide", &house->ann, GIVEN(DECIDES));
    assert_int_equal(says_yes(&item, &house->ann), STATUS_REFUSED);
    assert_int_equal(says_yes(&item, &house->ben), STATUS_OK);
}

static void whoever_investigated_does_not_decide(void **state)
{
    struct work_item item;
    (void)state;
    filed(&item, BORN_1990);
    done(&item, "notice", &house->ben,
         GIVEN({"noticed_at", at(0)}, {"noticed_how", "in_person"}, {"proof", "P-1"},
               {"said", SAID}, {"grade", "basic"}, {"fine", "6000000"},
               {"confiscated", "3000000"}));
    is(&item, "investigator", house->ben.user);
    done(&item, "waive", &house->ann, GIVEN({"waiver", "W-1"}));
    in(&item, "ready");
    done(&item, "decide", &house->ann, GIVEN(DECIDES));
    assert_int_equal(says_yes(&item, &house->ben), STATUS_REFUSED);
    assert_int_equal(house->refusal.fault, WORK_FAULT_INVESTIGATED);
    in(&item, "ready");
}

static void after_ninety_days_somebody_says_why(void **state)
{
    struct work_item item;
    (void)state;
    filed(&item, BORN_1990);
    told(&item, "basic", "0");
    waits(&item, 91); /* "decide" */
    refused(&item, "decide", &house->ann, GIVEN(DECIDES), WORK_FAULT_MISSING);
    assert_string_equal(item.kind->field[house->refusal.field].name, "late_why");
    done(&item, "decide", &house->ann, GIVEN(DECIDES, {"late_why", "an expert was asked"}));
}

static void what_was_found_too_late_is_not_punished(void **state)
{
    struct work_item item;
    (void)state;
    filed(&item, BORN_1990);
    const struct given old[] = {{"last_act", day(-740)}, {NULL, NULL}}; /* "limitation" */
    done(&item, "edit", &house->ann, old);
    const struct given notice[] = {{"noticed_at", at(0)},
                                   {"noticed_how", "in_person"},
                                   {"proof", "P"},
                                   {"said", SAID},
                                   {"grade", "basic"},
                                   {"fine", "6000000"},
                                   {"confiscated", "3000000"},
                                   {NULL, NULL}};
    refused(&item, "notice", &house->ann, notice, WORK_FAULT_BARRED);
    done(&item, "edit", &house->ann, GIVEN({"safety", "true"})); /* "limitation.safety" */
    done(&item, "notice", &house->ann, notice);
}

static void detention_of_a_minor_is_decided_and_not_executed(void **state)
{
    struct work_item item;
    (void)state;
    filed(&item, BORN_2010);
    refused(&item, "notice", &house->ann,
            GIVEN({"noticed_at", at(0)}, {"noticed_how", "in_person"}, {"proof", "P"},
                  {"said", SAID}, {"grade", "serious"}, {"fine", "6000000"},
                  {"confiscated", "3000000"}, {"detention", "5"}),
            WORK_FAULT_MISSING); /* nobody has asked */
    told(&item, "serious", "5");
    done(&item, "waive", &house->ann, GIVEN({"waiver", "W-1"}));
    done(&item, "decide", &house->ann, GIVEN(DECIDES));
    assert_int_equal(says_yes(&item, &house->cem), STATUS_OK);
    is(&item, "executes", "false");
    assert_true(work_value_of(&item, "spared").size > 0);
    assert_true(slice_starts(work_value_of(&item, "doubt"), SLICE("detention.exceptions: ")));
    done(&item, "serve", &house->ann,
         GIVEN({"served_at", at(0)}, {"noticed_how", "in_person"}, {"proof", "P-3"}));
    refused(&item, "pay", &house->ann, GIVEN({"paid", "0"}, {"detained", "1"}), WORK_FAULT_SPARED);
    refused(&item, "pay", &house->ann, GIVEN({"paid", "9000001"}), WORK_FAULT_VALUE);
    done(&item, "finish", &house->ann, GIVEN({"why", "paid"}, {"paid", "9000000"}));
    in(&item, "done");
}

static void a_company_sees_its_own_from_the_notice_on_and_defends_itself(void **state)
{
    struct work_item item, seen;
    (void)state;
    assert_int_equal(make(&PENALTY_KIND, &house->ann,
                          GIVEN({"target", "unit"}, {"act", "art42"}, {"company", house->carrier},
                                {"last_act", day(-3)}, {"discovered_on", day(-1)}, {"facts", "f"},
                                {"reason", "r"}),
                          &item),
                     STATUS_OK);
    assert_int_equal(
        work_find(house->work, house->reader, item.id, &house->desk, house->request, &seen),
        STATUS_ABSENT);
    done(&item, "notice", &house->ann,
         GIVEN({"noticed_at", at(0)}, {"noticed_how", "by_post"}, {"proof", "P-1"}, {"said", SAID},
               {"grade", "basic"}, {"fine", "100"}, {"confiscated", "0"}));
    house_find(house, item.id, &house->desk, &seen);
    is(&seen, "fine", "100");
    assert_int_equal(work_value_of(&seen, "investigator").size, 0);
    assert_int_equal(
        work_find(house->work, house->reader, item.id, &house->teller, house->request, &seen),
        STATUS_ABSENT);
    done(&item, "defend", &house->desk, GIVEN({"defence", "it was sold before"}));
    is(&item, "defence_open", "true");
    done(&item, "ask_hearing", &house->desk, GIVEN({"asked_at", at(0)}));
    in(&item, "hearing");
}

static void nobody_else_punishes(void **state)
{
    struct work_item item;
    const struct given unit[] = {{"target", "unit"}, {"act", "art39"}, {NULL, NULL}};
    struct identity clerk = house_person("u_clerk", house->carrier, WORK_ROLE(duty));
    (void)state;
    assert_int_equal(make(&PENALTY_KIND, &clerk, unit, &item), STATUS_REFUSED);
    assert_int_equal(house->refusal.fault, WORK_FAULT_HAND);
    const struct given forged[] = {
        {"target", "unit"}, {"act", "art39"}, {"inspection", "w_0123456789abcdef"}, {NULL, NULL}};
    assert_int_equal(make(&PENALTY_KIND, &house->ann, forged, &item), STATUS_REFUSED);
    assert_int_equal(make(&PENALTY_KIND, &house->ann,
                          GIVEN({"target", "unit"}, {"act", "art39"}, {"last_act", day(-3)},
                                {"discovered_on", day(-1)}, {"facts", "f"}, {"reason", "r"}),
                          &item),
                     STATUS_OK);
    refused(&item, "notice", &house->ann, /* art. 39 is the supervising authority's */
            GIVEN({"noticed_at", at(0)}, {"noticed_how", "by_post"}, {"proof", "P"}, {"said", SAID},
                  {"grade", "minor"}, {"fine", "5000000"}),
            WORK_FAULT_HAND);
}

/* Another law: the shipped packs, changed by a command of sed. */
static void amended(const char *command, struct law *out, struct arena **arena)
{
    char folder[] = "/tmp/cutline-penalty-XXXXXX", words[512], room[TONGUES_COUNT][512];
    struct text why[TONGUES_COUNT] = {text_over(room[0], 512), text_over(room[1], 512)};
    assert_int_equal(arena_create(arena, 16 << 20), STATUS_OK);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(words, sizeof words, "cp %s/*.yaml %s/ && sed -i '%s' %s/cn-admin*.yaml", LAW,
                   folder, command, folder);
    assert_int_equal(system(words), 0);
    enum status status = law_open(out, folder, *arena, why);
    (void)snprintf(words, sizeof words, "rm -rf %s", folder);
    assert_int_equal(system(words), 0);
    if (status != STATUS_OK)
        fail_msg("%s", room[0]);
}

static void a_law_that_says_otherwise_decides_nothing(void **state)
{
    static const char *const OTHERWISE[] = {
        "s/^  hearing.right: {value: yes/  hearing.right: {value: no/",
        "s/^  defence.no_harsher: {value: yes/  defence.no_harsher: {value: no/",
    };
    const struct law_pack *pack = law_named(&law, SLICE("cn-administrative-penalties"));
    struct law_codes items;
    bool right = false, milder = false;
    (void)state;
    assert_int_equal(law_list(pack, "notice.before", &items, NULL), STATUS_OK);
    assert_int_equal(items.count, 4);
    assert_true(law_codes_have(items, LAW_CODE_facts) && law_codes_have(items, LAW_CODE_reason) &&
                law_codes_have(items, LAW_CODE_basis) && law_codes_have(items, LAW_CODE_rights));
    assert_int_equal(law_switch(pack, "hearing.right", &right, NULL), STATUS_OK);
    assert_int_equal(law_switch(pack, "defence.no_harsher", &milder, NULL), STATUS_OK);
    assert_true(right && milder);
    for (size_t i = 0; i < 2; i++) {
        struct work_item item;
        struct law other;
        struct arena *arena = NULL;
        amended(OTHERWISE[i], &other, &arena);
        filed(&item, BORN_1990);
        desk.law = &other;
        refused(&item, "notice", &house->ann,
                GIVEN({"noticed_at", at(0)}, {"noticed_how", "in_person"}, {"proof", "P-1"},
                      {"said", SAID}, {"grade", "basic"}, {"fine", "6000000"},
                      {"confiscated", "3000000"}),
                WORK_FAULT_LEGAL);
        desk.law = &law;
        arena_destroy(arena);
    }
}

/* "decide.rank" */
static void an_organ_below_the_level_of_the_pack_does_not_punish(void **state)
{
    struct work_item item;
    struct law other;
    struct arena *arena = NULL;
    (void)state;
    amended("s/^  decide.rank: {value: county/  decide.rank: {value: ministry/", &other, &arena);
    filed(&item, BORN_1990);
    desk.law = &other;
    refused(&item, "notice", &house->ann,
            GIVEN({"noticed_at", at(0)}, {"noticed_how", "in_person"}, {"proof", "P-1"},
                  {"said", SAID}, {"grade", "basic"}, {"fine", "6000000"},
                  {"confiscated", "3000000"}),
            WORK_FAULT_RANK);
    desk.law = &law;
    told(&item, "basic", "0");
    waits(&item, 6);
    done(&item, "decide", &house->ann, GIVEN(DECIDES));
    desk.law = &other; /* another pack since it was asked for */
    assert_int_equal(says_yes(&item, &house->cem), STATUS_REFUSED);
    assert_int_equal(house->refusal.fault, WORK_FAULT_RANK);
    in(&item, "ready");
    desk.law = &law;
    arena_destroy(arena);
}

static void the_same_finding_is_one_penalty(void **state)
{
    struct work_item inspection, first, second;
    struct work_refusal refusal = {.field = -1};
    (void)state;
    filed(&inspection, BORN_1990);
    const struct penalty_cause cause = {.owner = slice_of(house->home),
                                        .inspection = inspection.id,
                                        .finding = SLICE("real_name"),
                                        .company = slice_of(house->carrier),
                                        .act = SLICE("art39"),
                                        .grade = SLICE("minor"),
                                        .facts = SLICE("no check of identities")};
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(penalty_from(&desk, &cause, house->request, &refusal, &first), STATUS_OK);
    assert_int_equal(penalty_from(&desk, &cause, house->request, &refusal, &second), STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    assert_string_equal(first.id, second.id);
    is(&second, "facts", "no check of identities");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, up, house_down)
    const struct CMUnitTest tests[] = {
        CASE(nothing_is_decided_before_the_notice_and_its_days),
        CASE(a_fine_outside_the_range_is_refused_with_the_range),
        CASE(a_defence_is_checked_and_never_makes_it_harsher),
        CASE(a_hearing_is_asked_for_in_time_and_announced_in_time),
        CASE(whoever_investigated_does_not_decide),
        CASE(after_ninety_days_somebody_says_why),
        CASE(what_was_found_too_late_is_not_punished),
        CASE(detention_of_a_minor_is_decided_and_not_executed),
        CASE(a_company_sees_its_own_from_the_notice_on_and_defends_itself),
        CASE(nobody_else_punishes),
        CASE(a_law_that_says_otherwise_decides_nothing),
        CASE(an_organ_below_the_level_of_the_pack_does_not_punish),
        CASE(the_same_finding_is_one_penalty),
    };
#undef CASE
    return cmocka_run_group_tests(tests, law_up, law_down);
}
