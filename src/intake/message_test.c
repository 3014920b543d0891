/* message_test.c -- messages between banks become payments to the cent, or rejects with line,
 * element and reason; what is written to do harm ends early. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"
#include "message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ISO "urn:iso:std:iso:20022:tech:xsd:"
#define DOCUMENT(version, rows)                                                      \
    "<Document xmlns='" ISO "pacs.008.001." version "'><FIToFICstmrCdtTrf>"          \
    "<GrpHdr><MsgId>m</MsgId><CreDtTm>2026-03-02T09:15:04</CreDtTm></GrpHdr>\n" rows \
    "</FIToFICstmrCdtTrf></Document>"
#define AMOUNT(currency, amount) "<IntrBkSttlmAmt Ccy='" currency "'>" amount "</IntrBkSttlmAmt>"
#define TRANSFER(more)           "<CdtTrfTxInf>" AMOUNT("CNY", "1") more "</CdtTrfTxInf>\n"

enum { HEARD_BYTES = 1 << 16, MEMORY_MAX = 256 << 20 };

static struct arena *boot;
static char heard_bytes[HEARD_BYTES];
static struct text heard;
static char row_shown[1024];
static struct intake_counts counts;
static bool positions_grow;

static int set_up(void **state)
{
    (void)state;
    heard = text_over(heard_bytes, sizeof heard_bytes);
    return arena_create(&boot, MEMORY_MAX) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(boot);
    return 0;
}

static enum status take_reject(void *self, const struct reject *reject)
{
    (void)self;
    text_addf(&heard, "%s@%llu ", reject_name(reject->reason), (unsigned long long)reject->line);
    text_add_reject(&heard, reject, TONGUE_EN);
    text_add_char(&heard, '\n');
    (void)snprintf(row_shown, sizeof row_shown, "%.*s", (int)reject->row.size, reject->row.at);
    char room[512];
    struct text chinese = text_over(room, sizeof room);
    text_add_reject(&chinese, reject, TONGUE_ZH);
    assert_true(utf8_valid(text_slice(&chinese)));
    return STATUS_OK;
}

static void hear_records(const struct record *records, size_t count)
{
    static uint64_t before;
    if (counts.accepted == 0)
        before = 0;
    for (size_t i = 0; i < count; i++) {
        positions_grow = positions_grow && records[i].position > before;
        before = records[i].position;
        text_add_record(&heard, &records[i]);
        text_add_char(&heard, '\n');
    }
}

/* The records as JSON lines, the rejects, and why it was not read to its end, into `heard`. */
static void read_files(const struct slice *files, unsigned files_count, size_t heard_max)
{
    struct intake *intake;
    char en[1024], zh[1024];
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    struct intake_options options = {
        .home_country = SLICE("86"), .zone_minutes = 480, .home_currency = SLICE("CNY")};
    heard = text_over(heard_bytes, heard_max);
    counts = (struct intake_counts){0};
    positions_grow = true;
    arena_reset(boot);
    assert_int_equal(
        intake_create(&intake, &options, (struct reject_sink){take_reject, NULL}, boot), STATUS_OK);
    for (unsigned i = 0; i < files_count; i++) {
        if (intake_add_bytes(intake, "bank.xml", files[i], why) != STATUS_OK) {
            text_addf(&heard, "refused: %s\n", en);
            assert_true(why[TONGUE_ZH].size > sizeof "bank.xml");
        }
    }
    for (;;) {
        const struct record *records;
        size_t count;
        enum status status = intake_next(intake, &records, &count);
        if (status == STATUS_END)
            break;
        if (status == STATUS_IO) {
            text_add_string(&heard, "failed: ");
            text_add_intake_fault(&heard, intake, TONGUE_EN);
            text_add_char(&heard, '\n');
            continue;
        }
        assert_int_equal(status, STATUS_OK);
        hear_records(records, count);
        intake_count(intake, &counts);
    }
    intake_count(intake, &counts);
    assert_int_equal(counts.read, counts.accepted + counts.rejected);
    intake_destroy(intake);
}

static void expect(const char *file, const char *want)
{
    struct slice bytes = slice_of(file);
    read_files(&bytes, 1, HEARD_BYTES);
    assert_string_equal(heard_bytes, want);
}

static void a_transfer_becomes_a_payment(void **state)
{
    (void)state;
    expect(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Document xmlns=\"" ISO "pacs.008.001.08\">\n<FIToFICstmrCdtTrf>\n<GrpHdr>"
        "<MsgId>M1</MsgId><CreDtTm>2026-03-02T09:15:04.5+08:00</CreDtTm><NbOfTxs>2</NbOfTxs>"
        "<InstgAgt><FinInstnId><BICFI>ABOCCNBJ</BICFI></FinInstnId></InstgAgt></GrpHdr>\n"
        "<CdtTrfTxInf><PmtId><InstrId>I1</InstrId><EndToEndId>NOTPROVIDED</EndToEndId>"
        "<TxId>T1</TxId><UETR>8a562c67-ca16-48ba-b074-65581be6f011</UETR></PmtId>"
        "<IntrBkSttlmAmt Ccy=\"EUR\">1234.50000</IntrBkSttlmAmt>"
        "<AccptncDtTm>2026-03-02T01:15:03.123456Z</AccptncDtTm>"
        "<Dbtr><Nm>张三</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></"
        "DbtrAcct>"
        "<DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></DbtrAgt>"
        "<CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId>"
        "<MmbId>102100099996</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt>"
        "<CdtrAcct><Id><Othr><Id>6222020200112233</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>\n"
        "<CdtTrfTxInf><PmtId><TxId>T2</TxId></PmtId>" AMOUNT(
            "jpy", "+500.00") "<DbtrAcct><Prxy><Id>alias</Id></Prxy></DbtrAcct></CdtTrfTxInf>\n"
                              "</FIToFICstmrCdtTrf>\n</Document>\n",
        "{\"kind\":\"payment\",\"time\":\"2026-03-02T01:15:03.123+00:00\","
        "\"id\":\"8a562c67-ca16-48ba-b074-65581be6f011\",\"payer\":\"DE89370400440532013000\","
        "\"payee\":\"6222020200112233\",\"amount\":1234.50,\"currency\":\"EUR\","
        "\"payer_bank\":\"COBADEFFXXX\",\"payee_bank\":\"102100099996\"}\n"
        "{\"kind\":\"payment\",\"time\":\"2026-03-02T01:15:04.500+00:00\",\"id\":\"T2\","
        "\"payer\":\"alias\",\"amount\":500,\"currency\":\"JPY\",\"payer_bank\":\"ABOCCNBJ\"}\n");
    assert_int_equal(counts.accepted, 2);
}

static void amounts_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *currency, *written, *is; /* NULL: refused */
    } AMOUNTS[] = {
        {"EUR", "0.1", "0.10"},
        {"EUR", "9007199254740993.01", "9007199254740993.01"}, /* a double would say .00 */
        {"KWD", "1.234", "1.234"},
        {"KWD", "1.2345", NULL},
        {"JPY", "1.0", "1"},
        {"JPY", "1.5", NULL},
        {"CNY", "12.345", NULL},
        {"CNY", "12.34000", "12.34"},
        {"CNY", "100", "100.00"},
        {"CNY", "00012.", "12.00"},
        {"CNY", "-1", NULL},
        {"CNY", "1,000.00", NULL},
        {"CNY", "1e3", NULL},
        {"CNY", "1.2.3", NULL},
        {"CNY", ".", NULL},
        {"CNY", "", NULL},
        {"CNY", "99999999999999999999", NULL},
    };
    for (size_t i = 0; i < sizeof AMOUNTS / sizeof AMOUNTS[0]; i++) {
        char file[1024], want[64];
        (void)snprintf(file, sizeof file,
                       DOCUMENT("08", "<CdtTrfTxInf>" AMOUNT("%s", "%s") "</CdtTrfTxInf>"),
                       AMOUNTS[i].currency, AMOUNTS[i].written);
        struct slice bytes = slice_of(file);
        read_files(&bytes, 1, HEARD_BYTES);
        (void)snprintf(want, sizeof want, "\"amount\":%s,", AMOUNTS[i].is);
        if (AMOUNTS[i].is == NULL &&
            (counts.rejected != 1 || strstr(heard_bytes, "AMOUNT") != NULL))
            fail_msg("%s: %s", AMOUNTS[i].written, heard_bytes);
        if (AMOUNTS[i].is != NULL && strstr(heard_bytes, want) == NULL)
            fail_msg("%s: %s", AMOUNTS[i].written, heard_bytes);
    }
}

static void every_version_is_read_and_no_other(void **state)
{
    (void)state;
    for (unsigned version = 0; version < 20; version++) {
        char file[1024];
        (void)snprintf(file, sizeof file, DOCUMENT("%02u", TRANSFER("")), version);
        struct slice bytes = slice_of(file);
        read_files(&bytes, 1, HEARD_BYTES);
        assert_int_equal(counts.accepted, version >= 2 && version <= 12);
        assert_int_equal(counts.by_reason[REJECT_VERSION], version < 2 || version > 12);
    }
    char said[256];
    struct text text = text_over(said, sizeof said);
    text_add_messages(&text);
    struct reject reject = {.reason = REJECT_VERSION, .value = SLICE("")};
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        char room[256];
        struct text sentence = text_over(room, sizeof room);
        text_add_reject(&sentence, &reject, tongue);
        assert_non_null(strstr(room, said));
    }
}

static void what_is_not_read_says_what_would_be(void **state)
{
    (void)state;
    expect(DOCUMENT("13", TRANSFER("")),
           "VERSION@1 element /Document/FIToFICstmrCdtTrf is of a version that is not read "
           "(pacs.008.001.02–12, pacs.004.001.02–14, pacs.002.001.03–14 are): " ISO
           "pacs.008.001.13\n");
    expect("<Document xmlns='urn:example:pacs.008'>\n<FIToFICstmrCdtTrf/></Document>",
           "SPACE@2 element /Document/FIToFICstmrCdtTrf is not in a namespace " ISO
           "pacs.008.001.NN, pacs.004.001.NN or pacs.002.001.NN: urn:example:pacs.008\n");
    expect("<Document xmlns='" ISO "pain.001.001.09'><CstmrCdtTrfInitn/></Document>",
           "MESSAGE@1 element /Document is no message that is read (pacs.008, pacs.004 and "
           "pacs.002 are): " ISO "pain.001.001.09\n");
    expect("<html/>", "MESSAGE@1 element / is no message that is read (pacs.008, pacs.004 and "
                      "pacs.002 are): html\n");
    expect("<FIToFICstmrCdtTrf/>",
           "EMPTY_FIELD@1 element FIToFICstmrCdtTrf/CdtTrfTxInf must not be empty\n");
}

static void a_wrong_transfer_is_a_reject_and_the_next_is_read(void **state)
{
    (void)state;
    expect(DOCUMENT(
               "08",
               "<CdtTrfTxInf><PmtId><TxId>T1</TxId></PmtId><IntrBkSttlmAmt>1</IntrBkSttlmAmt></"
               "CdtTrfTxInf>\n"
               "<CdtTrfTxInf/>\n" TRANSFER("<AccptncDtTm>20260302091504</AccptncDtTm>")
                   TRANSFER("<DbtrAcct><Id><IBAN>a</IBAN><IBAN>b</IBAN></Id></DbtrAcct>")
                       TRANSFER("<PmtId><TxId>"
                                "12345678901234567890123456789012345678901234567890123456789012345<"
                                "/TxId></PmtId>")
                           TRANSFER("<PmtId><TxId>a&#10;b</TxId></PmtId>") "<CdtTrfTxInf>" AMOUNT(
                               "EURO",
                               "1") "</CdtTrfTxInf>\n" TRANSFER("<PmtId><TxId>T9</TxId></PmtId>")),
           "EMPTY_FIELD@2 element CdtTrfTxInf/IntrBkSttlmAmt/@Ccy must not be empty\n"
           "EMPTY_FIELD@3 element CdtTrfTxInf/IntrBkSttlmAmt/@Ccy must not be empty\n"
           "TIME@4 element CdtTrfTxInf/AccptncDtTm is not a time: 20260302091504\n"
           "DOUBLE_MEMBER@5 element CdtTrfTxInf/DbtrAcct/Id/IBAN names a member twice: \n"
           "IDENT@6 element CdtTrfTxInf/PmtId/TxId is longer than 64 bytes or holds control "
           "characters: "
           "1234567890123456789012345678901234567890123456789012345678901234\n"
           "IDENT@7 element CdtTrfTxInf/PmtId/TxId is longer than 64 bytes or holds control "
           "characters: a\nb\n"
           "CURRENCY@8 element CdtTrfTxInf/IntrBkSttlmAmt/@Ccy is not a currency code of three "
           "letters: EURO\n"
           "{\"kind\":\"payment\",\"time\":\"2026-03-02T01:15:04.000+00:00\",\"id\":\"T9\","
           "\"amount\":1.00,\"currency\":\"CNY\"}\n");
    expect(DOCUMENT("08", "<CdtTrfTxInf><PmtId><TxId>T1</TxId></PmtId></CdtTrfTxInf>"),
           "EMPTY_FIELD@2 element CdtTrfTxInf/IntrBkSttlmAmt/@Ccy must not be empty\n");
    assert_string_equal(row_shown, "GrpHdr/CreDtTm=2026-03-02T09:15:04; CdtTrfTxInf/PmtId/TxId=T1");
}

static void reports_of_failure_are_told(void **state)
{
    (void)state;
    expect("<E><Document xmlns='" ISO "pacs.002.001.10'><FIToFIPmtStsRpt>\n"
           "<TxInfAndSts><OrgnlTxId>T1</OrgnlTxId><TxSts>ACSC</TxSts></TxInfAndSts>\n"
           "<TxInfAndSts><OrgnlEndToEndId>E2</OrgnlEndToEndId><OrgnlTxId>T2</OrgnlTxId>"
           "<TxSts>RJCT</TxSts></TxInfAndSts></FIToFIPmtStsRpt></Document>\n"
           "<Document xmlns='" ISO "pacs.002.001.14'><FIToFIPmtStsRpt><OrgnlGrpInfAndSts>"
           "<OrgnlMsgId>M3</OrgnlMsgId><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts></FIToFIPmtStsRpt>"
           "</Document></E>",
           "FAILED@3 element TxInfAndSts/TxSts says that an earlier payment failed, whose record "
           "stays: T2\n"
           "FAILED@4 element TxInfAndSts/TxSts says that an earlier payment failed, whose record "
           "stays: M3\n");
    assert_int_equal(counts.skipped, 1);
    assert_int_equal(counts.rejected, 2);
}

#define ACCOUNT(side, id) "<" side "Acct><Id><Othr><Id>" id "</Id></Othr></Id></" side "Acct>"
#define AGENT(side, bic) \
    "<" side "Agt><FinInstnId><BICFI>" bic "</BICFI></FinInstnId></" side "Agt>"

/* Payments that were lost between two good tags. */
static void a_message_that_holds_fewer_than_it_says_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *said;
        uint64_t rejected;
    } NUMBERS[] = {{"2", 0}, {"002", 0}, {"", 0},   {"3", 1},
                   {"1", 1}, {"two", 1}, {"-2", 1}, {"18446744073709551618", 1}};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        char file[1024];
        (void)snprintf(file, sizeof file,
                       "<FIToFICstmrCdtTrf><GrpHdr><CreDtTm>2026-03-02T09:15:04</CreDtTm>"
                       "<NbOfTxs>%s</NbOfTxs></GrpHdr>" TRANSFER("")
                           TRANSFER("") "</FIToFICstmrCdtTrf>",
                       NUMBERS[i].said);
        struct slice bytes = slice_of(file);
        read_files(&bytes, 1, HEARD_BYTES);
        assert_int_equal(counts.accepted, 2);
        assert_int_equal(counts.by_reason[REJECT_NUMBER_SAID], NUMBERS[i].rejected);
    }
    assert_non_null(strstr(heard_bytes,
                           "element GrpHdr/NbOfTxs is not the number of payments in its "
                           "message, all of which were read: 18446744073709551618"));
}

/* What comes back goes the other way, and names the payment as its own transfer did. */
static void money_that_comes_back_takes_its_payment_back(void **state)
{
    (void)state;
    expect(
        "<Document xmlns='" ISO "pacs.004.001.09'><PmtRtr><GrpHdr><MsgId>m</MsgId>"
        "<CreDtTm>2026-03-02T10:00:00Z</CreDtTm></GrpHdr>\n"
        "<TxInf><RtrId>R1</RtrId><OrgnlTxId>T1</OrgnlTxId><OrgnlIntrBkSttlmAmt "
        "Ccy='CNY'>10</OrgnlIntrBkSttlmAmt>"
        "<RtrdIntrBkSttlmAmt Ccy='CNY'>9.50</RtrdIntrBkSttlmAmt><OrgnlTxRef>" ACCOUNT("Dbtr",
                                                                                      "payer")
            AGENT("Dbtr", "ABOCCNBJ") AGENT("Cdtr", "ICBKCNBJ") ACCOUNT(
                "Cdtr",
                "payee") "</OrgnlTxRef></TxInf>\n"
                         "<TxInf><RtrId>R2</RtrId><OrgnlTxId>T2</"
                         "OrgnlTxId><OrgnlUETR>8a562c67-ca16-48ba-b074-65581be6f011</OrgnlUETR>"
                         "<RtrdIntrBkSttlmAmt Ccy='CNY'>1</RtrdIntrBkSttlmAmt><RtrChain>" ACCOUNT(
                             "Dbtr", "from")
                             ACCOUNT("Cdtr", "to") "</RtrChain></TxInf>\n<TxInf><RtrId>R3</RtrId></"
                                                   "TxInf>\n</PmtRtr></Document>",
        "EMPTY_FIELD@4 element TxInf/RtrdIntrBkSttlmAmt/@Ccy must not be empty\n"
        "{\"kind\":\"payment\",\"time\":\"2026-03-02T10:00:00.000+00:00\",\"id\":\"R1\",\"payer\":"
        "\"payee\","
        "\"payee\":\"payer\",\"amount\":9.50,\"currency\":\"CNY\",\"payer_bank\":\"ICBKCNBJ\","
        "\"payee_bank\":\"ABOCCNBJ\",\"reverses\":\"T1\"}\n"
        "{\"kind\":\"payment\",\"time\":\"2026-03-02T10:00:00.000+00:00\",\"id\":\"R2\",\"payer\":"
        "\"from\","
        "\"payee\":\"to\",\"amount\":1.00,\"currency\":\"CNY\","
        "\"reverses\":\"8a562c67-ca16-48ba-b074-65581be6f011\"}\n");
    expect("<Document xmlns='" ISO "pacs.002.001.10'><FIToFIPmtStsRpt><GrpHdr>"
           "<CreDtTm>2026-03-02T10:00:00Z</CreDtTm></GrpHdr><TxInfAndSts><StsId>S1</"
           "StsId><OrgnlTxId>T1</OrgnlTxId>"
           "<TxSts>RJCT</TxSts><OrgnlTxRef>" AMOUNT("CNY", "10") ACCOUNT("Dbtr", "payer")
               ACCOUNT("Cdtr", "payee") "</OrgnlTxRef></TxInfAndSts></FIToFIPmtStsRpt></Document>",
           "{\"kind\":\"payment\",\"time\":\"2026-03-02T10:00:00.000+00:00\",\"id\":\"S1\","
           "\"payer\":\"payee\","
           "\"payee\":\"payer\",\"amount\":10.00,\"currency\":\"CNY\",\"reverses\":\"T1\"}\n");
    expect("<PmtRtr/>", "EMPTY_FIELD@1 element PmtRtr/TxInf must not be empty\n");
}

static char *many_transfers(unsigned count, const char *between, size_t *size)
{
    size_t room = (size_t)count * 400 + 1000;
    char *bytes = malloc(room);
    assert_non_null(bytes);
    struct text text = text_over(bytes, room);
    text_add_string(&text, "<Document xmlns='" ISO "pacs.008.001.12'><FIToFICstmrCdtTrf><GrpHdr>"
                           "<CreDtTm>2026-03-02T09:15:04Z</CreDtTm></GrpHdr>");
    for (unsigned i = 0; i < count; i++)
        text_addf(&text,
                  "<CdtTrfTxInf><PmtId><TxId>T%u</TxId></PmtId>" AMOUNT(
                      "CNY", "%u.%02u") "<DbtrAcct><Id><Othr><Id>62%08u</Id></Othr></Id></"
                                        "DbtrAcct></CdtTrfTxInf>%s",
                  i, i, i % 100, i, between);
    text_add_string(&text, "</FIToFICstmrCdtTrf></Document>");
    assert_false(text.full);
    *size = text.size;
    return bytes;
}

static void transfers_on_one_line_have_places_of_their_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        size_t size;
        char *bytes = many_transfers(3000, i == 0 ? "" : "\n", &size);
        struct slice file = {bytes, size};
        read_files(&file, 1, HEARD_BYTES);
        assert_int_equal(counts.accepted, 3000);
        assert_true(positions_grow);
        free(bytes);
    }
}

static void the_shortest_transfers_are_all_counted(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    char *bytes = malloc(COUNT * 8 + 100);
    assert_non_null(bytes);
    struct text text = text_over(bytes, COUNT * 8 + 100);
    text_add_string(&text, "<PmtRtr>");
    for (unsigned i = 0; i < COUNT; i++)
        text_add_string(&text, "<TxInf/>");
    text_add_string(&text, "</PmtRtr>");
    struct slice file = text_slice(&text);
    read_files(&file, 1, 256);
    assert_int_equal(counts.rejected, COUNT);
    free(bytes);
}

/* XML, CSV and XML again: one stream in the order of time. */
static void files_are_merged_by_time(void **state)
{
    (void)state;
    struct slice files[] = {
        SLICE(
            "<FIToFICstmrCdtTrf><GrpHdr><CreDtTm>2026-03-02T00:00:01Z</CreDtTm></GrpHdr>" TRANSFER(
                "<PmtId><TxId>1</TxId></PmtId>") "</FIToFICstmrCdtTrf><FIToFICstmrCdtTrf><GrpHdr>"
                                                 "<CreDtTm>2026-03-02T00:00:04Z</CreDtTm></"
                                                 "GrpHdr>" TRANSFER(
                                                     "<PmtId><TxId>4</TxId></PmtId>") "</"
                                                                                      "FIToFICstmrC"
                                                                                      "dtTrf>"),
        SLICE("time,payer,payee,amount,currency,id\n2026-03-02T00:00:03Z,a,b,1,CNY,3\n"),
        SLICE(
            "<FIToFICstmrCdtTrf><GrpHdr><CreDtTm>2026-03-02T00:00:02Z</CreDtTm></GrpHdr>" TRANSFER(
                "<PmtId><TxId>2</TxId></PmtId>") "</FIToFICstmrCdtTrf>"),
    };
    read_files(files, 3, HEARD_BYTES);
    assert_int_equal(counts.accepted, 4);
    const char *at = heard_bytes;
    for (char id = '1'; id <= '4'; id++) {
        char want[] = "\"id\":\"?\"";
        want[6] = id;
        at = strstr(at, want);
        assert_non_null(at);
    }
}

static void hostile_documents_are_refused(void **state)
{
    (void)state;
    expect(
        "<?xml version='1.0'?>\n<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;'>]>\n"
        "<lolz>&lol2;</lolz>",
        "refused: bank.xml: line 2: declares a document type (DOCTYPE lolz), through which a file "
        "can be "
        "read or memory filled; no ISO 20022 message has one: remove it\n");
    expect("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
           "refused: bank.xml: line 1: declares a document type (DOCTYPE a), through which a file "
           "can be "
           "read or memory filled; no ISO 20022 message has one: remove it\n");
    expect(DOCUMENT("08", TRANSFER("<PmtId><TxId>&xxe;</TxId></PmtId>")),
           "CUT@2 the file ends in the middle of the row\n"
           "failed: bank.xml: line 2 (/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/PmtId/TxId): uses "
           "the entity "
           "&xxe;, which XML does not know by itself; only &lt; &gt; &amp; &quot; &apos; are "
           "taken; what "
           "stands before it was read, nothing behind it\n");
}

/* What came before stands; the transfer that was begun is a reject; what follows is not read, even
 * if it looks like a message. */
static void a_broken_document_ends_the_file(void **state)
{
    (void)state;
    const char *good = "{\"kind\":\"payment\",\"time\":\"2026-03-02T01:15:04.000+00:00\","
                       "\"amount\":1.00,\"currency\":\"CNY\"}\n";
    char want[2048];
    (void)snprintf(
        want, sizeof want,
        "CUT@3 the file ends in the middle of the row\n%s"
        "failed: bank.xml: line 4 (/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr): holds bytes "
        "that are not UTF-8: D5 C5; what stands before it was read, nothing behind it\n",
        good);
    expect(DOCUMENT("08", TRANSFER("") "<CdtTrfTxInf>\n<Dbtr>\xD5\xC5</Dbtr></CdtTrfTxInf>")
               DOCUMENT("08", TRANSFER("")),
           want);
    (void)snprintf(want, sizeof want,
                   "%sfailed: bank.xml: line 3 (/Document/FIToFICstmrCdtTrf): ends in the middle "
                   "of a document; "
                   "what stands before it was read, nothing behind it\n",
                   good);
    expect("<Document xmlns='" ISO "pacs.008.001.08'><FIToFICstmrCdtTrf><GrpHdr>"
           "<CreDtTm>2026-03-02T09:15:04</CreDtTm></GrpHdr>\n" TRANSFER(""),
           want);
    (void)snprintf(want, sizeof want,
                   "%sfailed: bank.xml: line 3: is not XML: a document begins with `<`; "
                   "what stands before it was read, nothing behind it\n",
                   good);
    expect(DOCUMENT("08", TRANSFER("")) "\x01 more", want);
}

/* `filler` between `head` and `tail`, 100 MB of it. */
static void flood(const char *head, const char *filler, const char *tail, const char *says)
{
    size_t size = (size_t)100 << 20;
    size_t head_size = strlen(head);
    size_t tail_size = strlen(tail);
    size_t filler_size = strlen(filler);
    char *bytes = malloc(size);
    assert_non_null(bytes);
    memcpy(bytes, head, head_size);
    size_t at = head_size;
    for (; at + filler_size + tail_size <= size; at += filler_size)
        memcpy(bytes + at, filler, filler_size);
    memcpy(bytes + at, tail, tail_size);
    struct slice file = {bytes, at + tail_size};
    read_files(&file, 1, HEARD_BYTES);
    if (strstr(heard_bytes, says) == NULL)
        fail_msg("%s", heard_bytes);
    free(bytes);
}

static void a_hundred_megabytes_of_one_element_are_refused(void **state)
{
    (void)state;
    flood("<FIToFICstmrCdtTrf><CdtTrfTxInf><PmtId><TxId>", "12345678", "</TxId>",
          "line 1 (/FIToFICstmrCdtTrf/CdtTrfTxInf/PmtId/TxId): the text of one element is longer "
          "than 64 KiB");
    flood("<a b='", "12345678", "'/>", "one tag, comment or CDATA section is longer than 64 KiB");
    flood("<a>", "<b>", "", "nests deeper than 64 elements");
    assert_true(arena_used(boot) < MEMORY_MAX / 4);
}

/* Many transfers, of which none is too long, are only many transfers. */
static void nothing_grows_with_the_file(void **state)
{
    (void)state;
    size_t size;
    char *bytes = many_transfers(200000, "\n", &size);
    struct slice file = {bytes, size};
    read_files(&file, 1, 256);
    assert_int_equal(counts.accepted, 200000);
    assert_true(arena_used(boot) < 16 << 20);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_transfer_becomes_a_payment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(amounts_are_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_version_is_read_and_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_read_says_what_would_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_transfer_is_a_reject_and_the_next_is_read, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(reports_of_failure_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_that_holds_fewer_than_it_says_is_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(money_that_comes_back_takes_its_payment_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(transfers_on_one_line_have_places_of_their_own, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_shortest_transfers_are_all_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_are_merged_by_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_documents_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_document_ends_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hundred_megabytes_of_one_element_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_grows_with_the_file, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
