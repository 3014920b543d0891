/* recall_read_test.c -- yes, no, later, and money: what banks answer, and what is no answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recall.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ISO "urn:iso:std:iso:20022:tech:xsd:"
#define CAMT_029(inside)                                                             \
    "<Document xmlns='" ISO "camt.029.001.09'><RsltnOfInvstgtn><Assgnmt><Id>A1</Id>" \
    "<CreDtTm>2026-03-02T10:00:00+08:00</CreDtTm></Assgnmt>" inside                  \
    "</RsltnOfInvstgtn></Document>"
#define PACS_004(inside)                                                              \
    "<Document xmlns='" ISO "pacs.004.001.09'><PmtRtr><GrpHdr><MsgId>M4</MsgId>"      \
    "<CreDtTm>2026-03-02T10:00:00</CreDtTm><IntrBkSttlmDt>2026-03-03</IntrBkSttlmDt>" \
    "</GrpHdr>" inside "</PmtRtr></Document>"
#define UETR "8a562c67-ca16-48ba-b074-65581be6f011"

static struct arena *boot;
static char heard_bytes[1 << 14];
static struct text heard;
static struct markup_trouble trouble;

static int set_up(void **state)
{
    (void)state;
    return arena_create(&boot, 4 << 20) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(boot);
    return 0;
}

static void add(const char *name, struct slice value)
{
    if (value.size != 0)
        text_addf(&heard, " %s=%.*s", name, (int)value.size, value.at);
}

static enum status take(void *self, const struct recall_answer *answer)
{
    (void)self;
    text_addf(&heard, "%s %u v%u @%llu", recall_verdict_name(answer->verdict), answer->message,
              answer->version, (unsigned long long)answer->line);
    add("id", answer->id);
    add("part", answer->part);
    add("case", answer->case_id);
    add("message", answer->message_id);
    add("instr", answer->instruction_id);
    add("e2e", answer->end_to_end_id);
    add("tx", answer->tx_id);
    add("uetr", answer->uetr);
    add("code", answer->code);
    for (unsigned i = 0; i < answer->reasons_count; i++)
        add("reason", answer->reason[i]);
    add("note", answer->note);
    if (answer->has_amount)
        text_addf(&heard, " amount=%lld%.*s", (long long)answer->amount, (int)answer->currency.size,
                  answer->currency.at);
    if (answer->has_first_amount)
        text_addf(&heard, " first=%lld%.*s", (long long)answer->first_amount,
                  (int)answer->first_currency.size, answer->first_currency.at);
    if (answer->day != RECALL_DAY_NONE)
        text_addf(&heard, " day=%lld", (long long)answer->day);
    text_addf(&heard, " at=%lld\n", (long long)(answer->at.ms / 1000));
    return STATUS_OK;
}

static enum status wrong(void *self, const struct recall_wrong *wrong)
{
    (void)self;
    text_addf(&heard, "wrong @%llu %.*s %.*s: %s\n", (unsigned long long)wrong->line,
              (int)wrong->path.size, wrong->path.at, (int)wrong->value.size, wrong->value.at,
              recall_fault_says(wrong->fault)->in[TONGUE_EN]);
    return STATUS_OK;
}

static enum status read_bytes(struct slice bytes)
{
    heard = text_over(heard_bytes, sizeof heard_bytes);
    arena_reset(boot);
    return recall_read(bytes, 480, (struct recall_sink){take, wrong, NULL}, boot, &trouble);
}

static void expect(const char *bytes, const char *want)
{
    assert_int_equal(read_bytes(slice_of(bytes)), STATUS_OK);
    assert_string_equal(heard_bytes, want);
}

static void a_bank_says_yes_no_or_later(void **state)
{
    (void)state;
    expect(CAMT_029("<RslvdCase><Id>C1</Id></RslvdCase><Sts><Conf>CNCL</Conf></Sts><CxlDtls>"
                    "<TxInfAndSts><OrgnlUETR>" UETR "</OrgnlUETR></TxInfAndSts></CxlDtls>"),
           "accepted 0 v9 @1 id=A1 case=C1 uetr=" UETR " code=CNCL at=1772416800\n");
    expect(
        CAMT_029("<Sts><Conf>RJCR</Conf></Sts><CxlDtls><TxInfAndSts><CxlStsId>S1</CxlStsId>"
                 "<RslvdCase><Id>C1</Id></RslvdCase><OrgnlGrpInf><OrgnlMsgId>M1</OrgnlMsgId>"
                 "</OrgnlGrpInf><OrgnlTxId>T1</OrgnlTxId><TxCxlSts>RJCR</TxCxlSts><CxlStsRsnInf>"
                 "<Rsn><Cd>CUST</Cd></Rsn><AddtlInf>he says</AddtlInf><AddtlInf>no</AddtlInf>"
                 "</CxlStsRsnInf><CxlStsRsnInf><Rsn><Prtry>own</Prtry></Rsn></CxlStsRsnInf>"
                 "</TxInfAndSts></CxlDtls>"),
        "refused 0 v9 @1 id=A1 part=S1 case=C1 message=M1 tx=T1 code=RJCR reason=CUST reason=own "
        "note=he says\nno at=1772416800\n");
    expect(CAMT_029("<Sts><Conf>PDCR</Conf></Sts>"),
           "pending 0 v9 @1 id=A1 code=PDCR at=1772416800\n");
}

/* Each payment has its own answer; what is said of all counts where it is silent. */
static void a_message_answers_for_several(void **state)
{
    (void)state;
    expect(
        CAMT_029("<Sts><Conf>CNCL</Conf></Sts><CxlDtls><OrgnlGrpInfAndSts><OrgnlMsgId>M1"
                 "</OrgnlMsgId><GrpCxlSts>PACR</GrpCxlSts></OrgnlGrpInfAndSts>"
                 "<TxInfAndSts><OrgnlTxId>T1</OrgnlTxId><TxCxlSts>ACCR</TxCxlSts></TxInfAndSts>\n"
                 "<TxInfAndSts><OrgnlTxId>T2</OrgnlTxId></TxInfAndSts></CxlDtls>"),
        "accepted 0 v9 @1 id=A1 message=M1 tx=T1 code=ACCR at=1772416800\n"
        "partly 0 v9 @2 id=A1 message=M1 tx=T2 code=PACR at=1772416800\n");
    expect(CAMT_029("<Sts><Conf>IPAY</Conf></Sts>"),
           "other 0 v9 @1 id=A1 code=IPAY at=1772416800\n");
}

static void money_comes_back(void **state)
{
    (void)state;
    expect(PACS_004(
               "<TxInf><RtrId>R1</RtrId><OrgnlGrpInf><OrgnlMsgId>M1</OrgnlMsgId></OrgnlGrpInf>"
               "<OrgnlEndToEndId>E1</OrgnlEndToEndId><OrgnlTxId>T1</OrgnlTxId>"
               "<OrgnlIntrBkSttlmAmt Ccy='EUR'>1000.00</OrgnlIntrBkSttlmAmt>"
               "<RtrdIntrBkSttlmAmt Ccy='EUR'>990.5000</RtrdIntrBkSttlmAmt>"
               "<IntrBkSttlmDt>2026-03-02+08:00</IntrBkSttlmDt>"
               "<RtrRsnInf><Rsn><Cd>FOCR</Cd></Rsn><AddtlInf>FRAD</AddtlInf></RtrRsnInf></TxInf>\n"
               "<TxInf><OrgnlUETR>" UETR "</OrgnlUETR>"
               "<RtrdIntrBkSttlmAmt Ccy='JPY'>9007199254740993</RtrdIntrBkSttlmAmt></TxInf>"),
           "returned 1 v9 @1 id=M4 part=R1 message=M1 e2e=E1 tx=T1 reason=FOCR note=FRAD "
           "amount=99050EUR first=100000EUR day=20514 at=1772416800\n"
           "returned 1 v9 @2 id=M4 uetr=" UETR " amount=9007199254740993JPY day=20515 "
           "at=1772416800\n");
}

static void the_payment_itself_failed_or_arrived(void **state)
{
    (void)state;
    expect("<Document xmlns='" ISO "pacs.002.001.10'><FIToFIPmtStsRpt><GrpHdr><MsgId>M2</MsgId>"
           "<CreDtTm>2026-03-02T02:00:00Z</CreDtTm></GrpHdr>"
           "<TxInfAndSts><OrgnlTxId>T1</OrgnlTxId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd>"
           "</Rsn></StsRsnInf></TxInfAndSts>"
           "<TxInfAndSts><OrgnlTxId>T2</OrgnlTxId><TxSts>ACSC</TxSts></TxInfAndSts>"
           "<TxInfAndSts><OrgnlTxId>T3</OrgnlTxId><TxSts>ACTC</TxSts></TxInfAndSts>"
           "</FIToFIPmtStsRpt></Document>",
           "failed 2 v10 @1 id=M2 tx=T1 code=RJCT reason=AC04 at=1772416800\n"
           "settled 2 v10 @1 id=M2 tx=T2 code=ACSC at=1772416800\n"
           "other 2 v10 @1 id=M2 tx=T3 code=ACTC at=1772416800\n");
}

static void what_is_no_answer_is_told(void **state)
{
    (void)state;
    expect(CAMT_029(""),
           "wrong @1 CxlDtls/TxInfAndSts/TxCxlSts : it says neither yes nor no nor later\n");
    expect(
        PACS_004("<TxInf><OrgnlTxId>T1</OrgnlTxId></TxInf>"),
        "wrong @1 TxInf/RtrdIntrBkSttlmAmt : an amount must be above zero, in its currency, with "
        "at most 18 digits\n");
    static const char *const AMOUNTS[] = {
        "1.234", "-1", "0", "1e3", "1,000", "", "99999999999999999999"};
    for (size_t i = 0; i < sizeof AMOUNTS / sizeof AMOUNTS[0]; i++) {
        char bytes[1024];
        struct text text = text_over(bytes, sizeof bytes);
        text_addf(&text,
                  PACS_004("<TxInf><RtrdIntrBkSttlmAmt Ccy='EUR'>%s</RtrdIntrBkSttlmAmt></TxInf>"),
                  AMOUNTS[i]);
        assert_int_equal(read_bytes(text_slice(&text)), STATUS_OK);
        assert_non_null(strstr(heard_bytes, "wrong @1 TxInf/RtrdIntrBkSttlmAmt"));
    }
    expect(PACS_004("<TxInf><RtrdIntrBkSttlmAmt>1</RtrdIntrBkSttlmAmt></TxInf>"),
           "wrong @1 TxInf/RtrdIntrBkSttlmAmt 1: a currency has three capital letters\n");
    expect(CAMT_029("<Sts><Conf>CNCL</Conf><Conf>RJCR</Conf></Sts>"),
           "wrong @1 Sts/Conf : a value is there twice\n");
    expect("<Document xmlns='" ISO "camt.056.001.08'><FIToFIPmtCxlReq/></Document>",
           "wrong @1 /Document " ISO "camt.056.001.08: is no answer that is read: "
           "camt.029.001.03–13, pacs.004.001.02–14, pacs.002.001.03–14\n");
    expect("<Document xmlns='" ISO "camt.029.001.14'><RsltnOfInvstgtn/></Document>",
           "wrong @1 /Document/RsltnOfInvstgtn " ISO "camt.029.001.14: is no answer that is read: "
           "camt.029.001.03–13, pacs.004.001.02–14, pacs.002.001.03–14\n");
    expect("<RsltnOfInvstgtn><Sts><Conf>CNCL</Conf></Sts></RsltnOfInvstgtn>",
           "wrong @1 Assgnmt/CreDtTm : a time or a day is missing or has not the form "
           "2026-03-02T09:15:04+08:00\n");
}

static void a_broken_letter_is_told_after_what_came_before(void **state)
{
    (void)state;
    struct slice bytes = SLICE(CAMT_029("<Sts><Conf>CNCL</Conf></Sts>") "<!DOCTYPE a><a/>");
    assert_int_equal(read_bytes(bytes), STATUS_MALFORMED);
    assert_string_equal(heard_bytes, "accepted 0 v9 @1 id=A1 code=CNCL at=1772416800\n");
    assert_int_equal(trouble.fault, MARKUP_DOCTYPE);
}

static enum status stop(void *self, const struct recall_answer *answer)
{
    (void)self;
    (void)answer;
    return STATUS_STOPPED;
}

static void whoever_takes_can_stop(void **state)
{
    (void)state;
    struct slice bytes = SLICE(CAMT_029("<Sts><Conf>CNCL</Conf></Sts>"));
    assert_int_equal(recall_read(bytes, 0, (struct recall_sink){stop, wrong, NULL}, boot, &trouble),
                     STATUS_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bank_says_yes_no_or_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_answers_for_several, set_up, tear_down),
        cmocka_unit_test_setup_teardown(money_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_payment_itself_failed_or_arrived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_answer_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_letter_is_told_after_what_came_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whoever_takes_can_stop, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
