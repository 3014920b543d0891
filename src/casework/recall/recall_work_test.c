/* recall_work_test.c -- a request leaves by two, its answers count once and to the cent, in
 * whatever order they come, and what does not fit is an alarm. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/recall/recall_work.h"
#include "casework/work/house_test.h"

#include <stdio.h>

#define UETR "8a562c67-ca16-48ba-b074-65581be6f011"

static struct recall_desk desk;
static struct house *now_house;

static moment wall_now(void *self)
{
    (void)self;
    return (moment){atomic_load(&now_house->wall_ms)};
}

static unsigned plugs(struct house *house, struct work_plug *out)
{
    now_house = house;
    desk = (struct recall_desk){.store = house->store,
                                .key = house->keys.totp,
                                .chance = seal_chance_of_machine(),
                                .clock = {.now = wall_now},
                                .from = SLICE("CNAPS:102100099996"),
                                .zone_minutes = 480};
    out[0] = recall_plug(&desk);
    return 1;
}

static void opened(struct house *house)
{
    desk.work = house->work;
}

static const struct house_more MORE = {.migration = {RECALL_MIGRATIONS},
                                       .migrations_count = {RECALL_MIGRATIONS_COUNT},
                                       .plugs = plugs,
                                       .opened = opened};

static int up(void **state)
{
    house_more = &MORE;
    return house_up(state);
}

static int field(const char *name)
{
    return work_field_find(&RECALL_KIND, slice_of(name));
}

static void drafted(struct house *house, const char *uetr, const char *amount,
                    struct work_item *item)
{
    const struct work_value fresh[] = {{field("uetr"), slice_of(uetr)},
                                       {field("amount"), slice_of(amount)},
                                       {field("currency"), SLICE("EUR")},
                                       {field("to_bank"), SLICE("DEUTDEFFXXX")},
                                       {field("payee_account"), SLICE("DE89370400440532013000")}};
    const struct work_draft draft = {.kind = &RECALL_KIND,
                                     .owner = slice_of(house->home),
                                     .detected = MOMENT_NONE,
                                     .by = &house->ann,
                                     .value = fresh,
                                     .values_count = 5};
    bool joined;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_add(house->work, &draft, house->request, &house->refusal,
                                               item, &joined)),
                     STATUS_OK);
}

static void sent(struct house *house, const char *uetr, const char *amount, struct work_item *item)
{
    drafted(house, uetr, amount, item);
    assert_int_equal(house_step(house, item, "send", &house->ann, NULL, 0, item), STATUS_OK);
    assert_int_equal(house_word(house, item, item->asking->digest, &house->ben, true, item),
                     STATUS_OK);
    house_find(house, item->id, &house->ann, item);
}

static void state_is(struct house *house, const char *id, const char *state, const char *returned)
{
    struct work_item item;
    house_find(house, id, &house->ann, &item);
    assert_string_equal(item.kind->state[item.state].name, state);
    struct slice sum = work_value_of(&item, "returned");
    assert_int_equal(sum.size, strlen(returned));
    assert_memory_equal(sum.at, returned, sum.size);
}

static struct recall_taken take(struct house *house, const char *xml)
{
    struct recall_taken taken;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, recall_take(&desk, slice_of(xml), house->request, &taken)),
                     STATUS_OK);
    return taken;
}

static const char *resolution(const char *id, const char *conf, const char *reason)
{
    static char xml[2048];
    (void)snprintf(
        xml, sizeof xml,
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.029.001.09\"><RsltnOfInvstgtn>"
        "<Assgnmt><Id>%s</Id><Assgnr><Agt><FinInstnId><BICFI>DEUTDEFFXXX</BICFI></FinInstnId></Agt>"
        "</Assgnr><Assgne><Agt><FinInstnId><BICFI>ICBKCNBJXXX</BICFI></FinInstnId></Agt></Assgne>"
        "<CreDtTm>2026-03-03T10:00:00+01:00</CreDtTm></Assgnmt><Sts><Conf>%s</Conf></Sts><CxlDtls>"
        "<TxInfAndSts><CxlStsId>S%s</CxlStsId><OrgnlUETR>" UETR "</OrgnlUETR><CxlStsRsnInf><Rsn>"
        "<Cd>%s</Cd></Rsn></CxlStsRsnInf></TxInfAndSts></CxlDtls></RsltnOfInvstgtn></Document>",
        id, conf, id, reason);
    return xml;
}

static const char *back(const char *message, const char *part, const char *currency,
                        const char *amount)
{
    static char xml[2048];
    (void)snprintf(
        xml, sizeof xml,
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.004.001.09\"><PmtRtr><GrpHdr><MsgId>"
        "%s</MsgId><CreDtTm>2026-03-04T10:00:00+01:00</CreDtTm><NbOfTxs>1</NbOfTxs></GrpHdr><TxInf>"
        "<RtrId>%s</RtrId><OrgnlUETR>" UETR "</OrgnlUETR><RtrdIntrBkSttlmAmt Ccy=\"%s\">%s"
        "</RtrdIntrBkSttlmAmt><IntrBkSttlmDt>2026-03-04</IntrBkSttlmDt><RtrRsnInf><Rsn><Cd>FOCR</"
        "Cd>"
        "</Rsn></RtrRsnInf></TxInf></PmtRtr></Document>",
        message, part, currency, amount);
    return xml;
}

static void a_request_leaves_by_two_and_is_handed_over_until_it_is_taken(void **state)
{
    struct house *house = *state;
    struct recall_letter letter;
    struct work_item item;
    sent(house, UETR, "4980000", &item);
    assert_string_equal(item.kind->state[item.state].name, "sent");
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(recall_due(&desk, house->request, &letter), STATUS_OK);
    assert_non_null(strstr(letter.xml.at, "camt.056.001.08"));
    assert_non_null(strstr(letter.xml.at, "<Cd>FRAD</Cd>"));
    assert_non_null(strstr(letter.xml.at, "49800.00"));
    assert_true(slice_equal(work_value_of(&item, "request"), slice_of(letter.id)));
    assert_int_equal(house_end(house, recall_handed(&desk, &letter, false)), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(recall_due(&desk, house->request, &letter), STATUS_ABSENT); /* later */
    store_rollback(house->store);
    house_wait(house, 5 * SECOND_MS);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(recall_due(&desk, house->request, &letter), STATUS_OK);
    assert_int_equal(house_end(house, recall_handed(&desk, &letter, true)), STATUS_OK);
    house_wait(house, DAY_MS);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(recall_due(&desk, house->request, &letter), STATUS_ABSENT);
    store_rollback(house->store);
}

static void what_cannot_be_written_is_refused_before_anybody_approves(void **state)
{
    struct house *house = *state;
    struct work_item item;
    drafted(house, "no uetr", "100", &item);
    assert_int_equal(house_step(house, &item, "send", &house->ann, NULL, 0, &item),
                     STATUS_MALFORMED);
    assert_int_equal(house->refusal.field, field("uetr"));
}

static void pending_yes_and_returns_in_parts_match_to_the_cent(void **state)
{
    struct house *house = *state;
    struct work_item item;
    sent(house, UETR, "10001", &item);
    assert_int_equal(take(house, resolution("A1", "PDCR", "PTNA")).used, 1);
    state_is(house, item.id, "pending", "");
    assert_int_equal(take(house, resolution("A2", "CNCL", "CUST")).used, 1);
    state_is(house, item.id, "accepted", "");
    assert_int_equal(take(house, back("M1", "P1", "EUR", "33.34")).used, 1);
    state_is(house, item.id, "returned", "3334");
    assert_int_equal(take(house, back("M1", "P1", "EUR", "33.34")).again, 1); /* doubled */
    assert_int_equal(take(house, back("M9", "P1", "EUR", "33.34")).again, 1); /* and sent anew */
    state_is(house, item.id, "returned", "3334");
    assert_int_equal(take(house, resolution("A1", "PDCR", "PTNA")).again, 1); /* late and again */
    assert_int_equal(take(house, back("M2", "P2", "EUR", "33.33")).used, 1);
    assert_int_equal(take(house, back("M3", "P3", "EUR", "33.35")).used, 1); /* a cent too much */
    state_is(house, item.id, "returned", "6667");
    assert_int_equal(take(house, back("M4", "P4", "USD", "33.34")).used, 1);
    state_is(house, item.id, "returned", "6667");
    assert_int_equal(take(house, back("M5", "P5", "EUR", "33.34")).used, 1);
    state_is(house, item.id, "matched", "10001");
    assert_int_equal(take(house, back("M6", "P6", "EUR", "0.01")).used,
                     1); /* an alarm, not a sum */
    state_is(house, item.id, "matched", "10001");
}

static void money_that_overtakes_its_yes_counts(void **state)
{
    struct house *house = *state;
    struct work_item item;
    sent(house, UETR, "10000", &item);
    assert_int_equal(take(house, back("M1", "P1", "EUR", "100.00")).used, 1);
    state_is(house, item.id, "matched", "10000");
    assert_int_equal(take(house, resolution("A2", "CNCL", "CUST")).used, 1);
    state_is(house, item.id, "matched", "10000");
}

static void a_no_may_be_taken_further_and_a_stranger_is_told(void **state)
{
    struct house *house = *state;
    struct work_item item;
    const struct work_value why = {field("why"), SLICE("court")};
    sent(house, UETR, "10000", &item);
    assert_int_equal(take(house, resolution("A1", "RJCR", "LEGL")).used, 1);
    state_is(house, item.id, "refused", "");
    house_find(house, item.id, &house->ann, &item);
    assert_true(slice_equal(work_value_of(&item, "reasons"), SLICE("LEGL")));
    assert_int_equal(house_step(house, &item, "appeal", &house->ann, &why, 1, &item), STATUS_OK);
    assert_int_equal(house_word(house, &item, item.asking->digest, &house->ben, true, &item),
                     STATUS_OK);
    assert_int_equal(take(house, back("M1", "P1", "EUR", "100.00")).used, 1);
    state_is(house, item.id, "matched", "10000");
    sent(house, "11111111-1111-4111-8111-111111111111", "10000", &item);
    struct recall_taken taken = take(house, "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:"
                                            "pacs.002.001.10\"><FIToFIPmtStsRpt><GrpHdr><MsgId>X"
                                            "</MsgId><CreDtTm>2026-03-03T10:00:00Z</CreDtTm>"
                                            "</GrpHdr><TxInfAndSts><OrgnlTxId>nobody</OrgnlTxId>"
                                            "<TxSts>RJCT</TxSts></TxInfAndSts></FIToFIPmtStsRpt>"
                                            "</Document>");
    assert_int_equal(taken.unpaired, 1);
    assert_int_equal(taken.used, 0);
    assert_true(taken.why[0] != '\0');
}

static void two_requests_for_one_payment_leave_its_answers_to_a_person(void **state)
{
    struct house *house = *state;
    struct work_item one, other;
    sent(house, UETR, "10000", &one);
    sent(house, UETR, "10000", &other);
    assert_int_equal(take(house, back("M1", "P1", "EUR", "100.00")).unpaired, 1);
    state_is(house, one.id, "sent", "");
    state_is(house, other.id, "sent", "");
}

static void no_answer_is_an_alarm(void **state)
{
    struct house *house = *state;
    struct work_item item;
    sent(house, UETR, "10000", &item);
    assert_true(item.due.ms != MOMENT_NONE.ms);
    house_wait(house, 22LL * DAY_MS);
    house_keep(house);
    house_find(house, item.id, &house->ann, &item);
    assert_string_equal(item.kind->state[item.state].name, "sent");
    assert_true(item.deadlines_count == 1 && item.deadline[0].fired);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, up, house_down)
    const struct CMUnitTest tests[] = {
        TEST(a_request_leaves_by_two_and_is_handed_over_until_it_is_taken),
        TEST(what_cannot_be_written_is_refused_before_anybody_approves),
        TEST(pending_yes_and_returns_in_parts_match_to_the_cent),
        TEST(money_that_overtakes_its_yes_counts),
        TEST(a_no_may_be_taken_further_and_a_stranger_is_told),
        TEST(two_requests_for_one_payment_leave_its_answers_to_a_person),
        TEST(no_answer_is_an_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
