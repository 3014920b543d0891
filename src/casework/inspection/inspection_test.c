/* inspection_test.c -- a batch of two companies, to the penalty of the one; who sees what. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/inspection/inspection_inside.h"
#include "casework/work/acting_test.h"

#include <stdio.h>

#define CHECKS "[{\"key\":\"real_name\"},{\"key\":\"domain_logs\"},{\"key\":\"due_diligence\"}]"
#define FINDINGS                                                                               \
    "[{\"key\":\"real_name\",\"result\":\"breach\",\"fact\":\"40 of 200\"},{\"key\":\"domain_" \
    "logs\",\"result\":\"breach\",\"fact\":\"none kept\"}]"
#define CLEAN \
    "[{\"key\":\"real_name\",\"result\":\"pass\"},{\"key\":\"domain_logs\",\"result\":\"none\"}]"

static struct inspection_desk desk;
static struct penalty_desk penalties;
static struct law law;
static struct arena *law_arena;
static struct house *house;
static char authority[ACCESS_ID_SIZE];
static struct identity clerk, head; /* of the authority */

/* ---- the house ---- */

static unsigned plugs(struct house *up, struct work_plug *out)
{
    penalties = (struct penalty_desk){
        .store = up->store, .law = &law, .steady = up->steady, .zone_minutes = 480};
    desk = (struct inspection_desk){
        .store = up->store, .steady = up->steady, .zone_minutes = 480, .penalties = &penalties};
    out[0] = penalty_plug(&penalties);
    inspection_plugs(&desk, out + 1);
    return 1 + INSPECTION_PLUGS;
}

static void opened(struct house *up)
{
    house = up;
    acting_in(up);
    desk.work = penalties.work = up->work;
}

static const struct house_more MORE = {.plugs = plugs, .opened = opened};

static int up(void **state)
{
    house_more = &MORE;
    if (house_up(state) != 0)
        return 1;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(access_organisation_add(house->access, ORGANISATION_regulator,
                                             ORGANISATION_LEVEL_none, SLICE("Authority"),
                                             authority),
                     STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    clerk = house_person("u_clerk", authority, WORK_ROLE(duty));
    head = house_person("u_head", authority, WORK_ROLE(supervisor));
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

/* A step of the authority for two. */
static enum status both(struct work_item *item, const char *step, const struct given *given)
{
    struct work_item out;
    TRY(does(item, step, &clerk, given));
    enum status status = house_word(house, item, item->asking->digest, &head, true, &out);
    house_find(house, item->id, NULL, item);
    return status;
}

static bool sees(const struct identity *by, const char *id, struct work_item *out)
{
    return work_find(house->work, house->reader, id, by, house->request, out) == STATUS_OK;
}

struct listed {
    char id[4][WORK_ID_SIZE];
    unsigned count;
};

static enum status list_one(void *self, const struct work_item *item, struct slice cursor)
{
    struct listed *listed = self;
    (void)cursor;
    assert_true(listed->count < 4);
    memcpy(listed->id[listed->count++], item->id, WORK_ID_SIZE);
    return STATUS_OK;
}

static struct listed all_of(const struct work_kind *kind, const struct identity *by)
{
    struct listed listed = {.count = 0};
    const struct work_query query = {.kind = kind, .state = -1, .count_max = 4};
    assert_int_equal(work_list(house->work, house->reader, &query, by, house->request,
                               (struct work_sink){list_one, &listed}),
                     STATUS_OK);
    return listed;
}

/* A batch of the carrier and the bank, started; the carrier's inspection. */
static void started(struct work_item *batch, struct work_item *carriers)
{
    char companies[128];
    struct listed listed;
    assert_int_equal(make(&INSPECTION_BATCH_KIND, &clerk,
                          GIVEN({"number", "2026-1"}, {"title", "first"}), batch),
                     STATUS_OK);
    (void)snprintf(companies, sizeof companies, "[{\"id\":\"%s\"},{\"id\":\"%s\"}]", house->carrier,
                   house->bank);
    assert_int_equal(
        both(batch, "start",
             GIVEN({"checklist", CHECKS}, {"companies", companies}, {"basis", "art. 28"})),
        STATUS_OK);
    in(batch, "started");
    is(batch, "count", "2");
    listed = all_of(&INSPECTION_KIND, &clerk);
    assert_int_equal(listed.count, 2);
    for (unsigned i = 0; i < 2; i++) {
        house_find(house, listed.id[i], NULL, carriers);
        if (slice_equal(work_value_of(carriers, "company"), slice_of(house->carrier)))
            return;
    }
    fail();
}

static void found(struct work_item *item, const char *findings)
{
    done(item, "visit", &clerk,
         GIVEN({"notice", "N-1"}, {"visited_at", at(0)}, {"team", "A and B"}));
    done(item, "write", &clerk, GIVEN({"draft", findings}));
    assert_int_equal(both(item, "find", GIVEN({"findings", findings})), STATUS_OK);
    in(item, "found");
}

/* ---- what must hold ---- */

static void a_batch_makes_an_inspection_of_each_company_and_closes_after_them(void **state)
{
    struct work_item batch, item, bank;
    (void)state;
    started(&batch, &item);
    is(&item, "checklist", "[{\"key\":\"real_name\"},{\"key\":\"domain_logs\"}]");
    refused(&batch, "close", &head, GIVEN({"why", "over"}), WORK_FAULT_STATE);
    done(&item, "drop", &head, GIVEN({"why", "merged with another company"}));
    struct listed listed = all_of(&INSPECTION_KIND, &clerk);
    for (unsigned i = 0; i < listed.count; i++) {
        house_find(house, listed.id[i], NULL, &bank);
        if (strcmp(bank.id, item.id) != 0)
            done(&bank, "drop", &head, GIVEN({"why", "later"}));
    }
    done(&batch, "close", &head, GIVEN({"why", "over"}));
}

static void a_company_sees_its_own_and_nothing_else(void **state)
{
    struct work_item batch, item, seen;
    (void)state;
    started(&batch, &item);
    assert_false(sees(&house->desk, item.id, &seen)); /* not announced yet */
    done(&item, "announce", &clerk, GIVEN({"notice", "N-1"}, {"visit_on", day(3)}, {"team", "A"}));
    assert_true(sees(&house->desk, item.id, &seen));
    assert_false(sees(&house->teller, item.id, &seen)); /* the other company */
    assert_false(sees(&house->desk, batch.id, &seen));
    assert_int_equal(all_of(&INSPECTION_KIND, &house->desk).count, 1);
    assert_int_equal(all_of(&INSPECTION_KIND, &house->teller).count, 0);
    found(&item, FINDINGS);
    assert_true(sees(&house->desk, item.id, &seen));
    assert_int_equal(work_value_of(&seen, "team").size, 0);
    assert_int_equal(work_value_of(&seen, "draft").size, 0);
    assert_int_equal(work_value_of(&seen, "batch").size, 0);
    is(&seen, "breaches", "2");
    refused(&item, "demand", &house->desk, GIVEN({"demanded", "x"}, {"rectify_until", day(9)}),
            WORK_FAULT_HAND);
}

static void what_is_not_on_the_list_is_not_found(void **state)
{
    struct work_item batch, item;
    (void)state;
    started(&batch, &item);
    refused(&item, "find", &clerk, GIVEN({"findings", CLEAN}), WORK_FAULT_STATE);
    done(&item, "visit", &clerk, GIVEN({"notice", "N-1"}, {"visited_at", at(0)}, {"team", "A"}));
    refused(&item, "write", &clerk,
            GIVEN({"draft", "[{\"key\":\"due_diligence\",\"result\":\"pass\"}]"}),
            WORK_FAULT_VALUE);
    refused(&item, "find", &clerk,
            GIVEN({"findings", "[{\"key\":\"real_name\",\"result\":\"pass\"}]"}), WORK_FAULT_VALUE);
    assert_int_equal(does(&item, "find", &clerk, GIVEN({"findings", CLEAN})), STATUS_OK);
    in(&item, "on_site"); /* until the head says yes */
}

static void without_a_breach_nothing_is_demanded_or_proposed(void **state)
{
    struct work_item batch, item;
    (void)state;
    started(&batch, &item);
    found(&item, CLEAN);
    done(&item, "answer", &house->desk, GIVEN({"reply", "thank you"}, {"agrees", "yes"}));
    refused(&item, "demand", &clerk, GIVEN({"demanded", "x"}, {"rectify_until", day(9)}),
            WORK_FAULT_STATE);
    refused(&item, "propose", &clerk, GIVEN({"grade", "minor"}, {"grounds", "x"}),
            WORK_FAULT_STATE);
    assert_int_equal(both(&item, "close", GIVEN({"why", "nothing found"})), STATUS_OK);
    in(&item, "closed");
}

static void what_was_not_rectified_in_time_is_looked_at_again(void **state)
{
    struct work_item batch, item;
    (void)state;
    started(&batch, &item);
    found(&item, FINDINGS);
    refused(&item, "propose", &clerk, GIVEN({"grade", "minor"}, {"grounds", "x"}),
            WORK_FAULT_STATE);
    done(&item, "answer", &house->desk, GIVEN({"reply", "partly"}, {"agrees", "partly"}));
    refused(&item, "demand", &clerk, GIVEN({"demanded", "x"}, {"rectify_until", day(-1)}),
            WORK_FAULT_VALUE);
    done(&item, "demand", &clerk, GIVEN({"demanded", "register anew"}, {"rectify_until", day(10)}));
    house_wait(house, 10 * DAY_MS);
    house_keep(house);
    house_find(house, item.id, NULL, &item);
    in(&item, "rectifying"); /* to 24:00 of the last day */
    house_wait(house, DAY_MS);
    house_keep(house);
    house_find(house, item.id, NULL, &item);
    in(&item, "recheck");
    done(&item, "demand", &clerk, GIVEN({"demanded", "at last"}, {"rectify_until", day(5)}));
    is(&item, "rounds", "2");
    done(&item, "report", &house->desk, GIVEN({"rectified", "all 40"}));
    refused(&item, "close", &clerk, GIVEN({"why", "done"}), WORK_FAULT_MISSING);
    assert_int_equal(both(&item, "close", GIVEN({"why", "done"}, {"rechecked", "all 40"})),
                     STATUS_OK);
}

static void a_penalty_is_filled_in_from_what_was_found(void **state)
{
    struct work_item batch, item, penalty, seen;
    struct listed listed;
    unsigned articles = 0;
    (void)state;
    started(&batch, &item);
    found(&item, FINDINGS);
    done(&item, "no_answer", &clerk, GIVEN({"why", "ten days"}));
    assert_int_equal(
        both(&item, "propose", GIVEN({"grade", "minor"}, {"grounds", "arts 9 and 24"})), STATUS_OK);
    in(&item, "proposed");
    listed = all_of(&PENALTY_KIND, &clerk);
    assert_int_equal(listed.count, 2);
    for (unsigned i = 0; i < 2; i++) {
        house_find(house, listed.id[i], NULL, &penalty);
        bool telecom = slice_equal(work_value_of(&penalty, "act"), SLICE("art39"));
        articles += telecom ? 1 : 0;
        is(&penalty, "inspection", item.id);
        is(&penalty, "company", house->carrier);
        is(&penalty, "grade", "minor");
        is(&penalty, "reason", "arts 9 and 24");
        is(&penalty, "last_act", day(0));
        is(&penalty, "discovered_on", day(0));
        is(&penalty, "facts",
           telecom ? "实名登记 (real_name): 40 of 200"
                   : "域名解析、跳转日志留存 (domain_logs): none kept");
        assert_false(sees(&house->desk, penalty.id, &seen)); /* until it is told */
    }
    assert_int_equal(articles, 1);
    done(&penalty, "notice", &clerk, /* and nothing of it is typed again */
         GIVEN({"noticed_at", at(0)}, {"noticed_how", "by_post"}, {"proof", "P-1"},
               {"said", "[{\"item\":\"facts\"},{\"item\":\"reason\"},{\"item\":\"basis\"},{"
                        "\"item\":\"rights\"}]"},
               {"fine", "5000000"}));
    assert_true(sees(&house->desk, penalty.id, &seen));
    done(&item, "finish", &clerk, GIVEN({"why", "penalties follow"}));
    in(&item, "penalised");
}

static void only_an_authority_inspects_and_only_companies(void **state)
{
    struct work_item batch;
    char companies[64];
    (void)state;
    assert_int_equal(make(&INSPECTION_BATCH_KIND, &house->ann, GIVEN({"number", "x"}), &batch),
                     STATUS_REFUSED);
    assert_int_equal(make(&INSPECTION_BATCH_KIND, &clerk, GIVEN({"number", "x"}), &batch),
                     STATUS_OK);
    (void)snprintf(companies, sizeof companies, "[{\"id\":\"%s\"}]", house->home);
    assert_int_not_equal(
        both(&batch, "start",
             GIVEN({"checklist", CHECKS}, {"companies", companies}, {"basis", "art. 28"})),
        STATUS_OK);
    assert_int_equal(all_of(&INSPECTION_KIND, &clerk).count, 0); /* nothing half done */
    refused(&batch, "edit", &clerk, GIVEN({"companies", "[{\"id\":\"o_1\"},{\"id\":\"o_1\"}]"}),
            WORK_FAULT_VALUE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, up, house_down)
    const struct CMUnitTest tests[] = {
        CASE(a_batch_makes_an_inspection_of_each_company_and_closes_after_them),
        CASE(a_company_sees_its_own_and_nothing_else),
        CASE(what_is_not_on_the_list_is_not_found),
        CASE(without_a_breach_nothing_is_demanded_or_proposed),
        CASE(what_was_not_rectified_in_time_is_looked_at_again),
        CASE(a_penalty_is_filled_in_from_what_was_found),
        CASE(only_an_authority_inspects_and_only_companies),
    };
#undef CASE
    return cmocka_run_group_tests(tests, law_up, law_down);
}
