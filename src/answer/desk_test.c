/* desk_test.c -- every refusal has its reason, every answer its entry, and nothing of the register
 * is in the log. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/answer_test.h"

static const char TERMS[] = "answer: 1\nname: telecom\naskers:\n"
                            "  - {name: kunming, key: " ASKER_KEY ", a_minute: 5, a_day: 6}\n"
                            "answers:\n  - purpose: fraud_lead\n    basis: [anti_fraud_law]\n"
                            "    fields: [network, address, holder, holder_key, imei]\n"
                            "person:\n  - {field: holder_kind, is: unit}\n";
static const char MAPPING[] =
    "lines: 1\nfrom: csv\nfile: r.csv\nnumber: msisdn\ndocument: cert\ncarried_to: np\nfields:\n"
    "  network: {always: telecom}\n  address: addr\n  imei: imei\n  cell: cell\n"
    "  holder_kind: kind\n";
static const char REGISTER[] =
    "msisdn,cert,np,addr,imei,cell,kind\n"
    "13900000001,53011419900101001X,,Chunrong 1,860123450000001,c1,person\n"
    "13900000002,53011419900101002X,,Chunrong 2,,c2,unit\n"
    "13900000003,53011419900101003X,unicom,,,,person\n";

struct office {
    struct table table;
    struct terms terms;
    struct lines *lines;
    struct store *store;
    struct audit *audit;
    struct answer_desk *desk;
    moment now;
};

static moment office_now(void *self)
{
    return ((struct office *)self)->now;
}

static void office_open(struct office *office)
{
    struct table *table = &office->table;
    struct secret key = {{9}};
    struct seal_seed seed = {{3}};
    struct seal_keypair pair = seal_keypair_of_seed(&seed);
    struct store_migration all[AUDIT_MIGRATIONS_COUNT + ANSWER_MIGRATIONS_COUNT];
    char path[128];
    table_open(table);
    memcpy(all, AUDIT_MIGRATIONS, sizeof AUDIT_MIGRATIONS);
    memcpy(all + AUDIT_MIGRATIONS_COUNT, ANSWER_MIGRATIONS, sizeof ANSWER_MIGRATIONS);
    (void)snprintf(path, sizeof path, "%s/store.db", table->folder);
    assert_int_equal(store_open(&office->store, path, all, sizeof all / sizeof all[0], table->arena,
                                &table->why[0]),
                     STATUS_OK);
    assert_int_equal(audit_open(&office->audit, office->store, SLICE("test"), &pair.key,
                                table->arena, &table->why[0]),
                     STATUS_OK);
    assert_int_equal(terms_read(&office->terms, table_put(table, "t.yaml", TERMS), slice_of(TERMS),
                                table->arena, table->why),
                     STATUS_OK);
    (void)table_put(table, "r.csv", REGISTER);
    assert_int_equal(lines_open(&office->lines, table_put(table, "l.yaml", MAPPING),
                                slice_of(MAPPING), &key, table->arena, table->why),
                     STATUS_OK);
    office->now = (moment){1676865600000};
    struct answer_options options = {
        .store = office->store,
        .audit = office->audit,
        .terms = &office->terms,
        .lines = office->lines,
        .pseudonym = key,
        .clock = {.now = office_now, .self = office},
    };
    assert_int_equal(answer_open(&office->desk, &options, table->arena), STATUS_OK);
}

static void office_close(struct office *office)
{
    lines_close(office->lines);
    store_close(office->store);
    table_close(&office->table);
}

static const char *question(struct office *office, const char *number, const char *basis,
                            const char *document)
{
    char *bytes;
    assert_int_equal(arena_take(office->table.arena, 512, (void **)&bytes), STATUS_OK);
    (void)snprintf(bytes, 512,
                   "{\"check\":1,\"id\":\"w_1\",\"number\":\"%s\",\"purpose\":\"fraud_lead\","
                   "\"basis\":\"%s\",\"document\":\"%s\"}",
                   number, basis, document);
    return bytes;
}

static struct reply ask(struct office *office, const char *asker, const char *body)
{
    struct asked asked = {.asker = slice_of(asker), .letter = SLICE("l_1"), .body = slice_of(body)};
    assert_int_equal(store_begin(office->store), STATUS_OK);
    assert_int_equal(answer_question(office->desk, &asked, office->table.arena), STATUS_OK);
    assert_int_equal(store_commit(office->store), STATUS_OK);
    return asked.reply;
}

static struct text exported;

static enum status keep_line(void *self, struct slice line)
{
    (void)self;
    text_add(&exported, line);
    return STATUS_OK;
}

static void the_log_holds_no_word_of_the_register(struct office *office, uint64_t entries)
{
    static char bytes[1 << 20];
    static const char *const SECRETS[] = {"13900000001", "53011419900101001", "860123450000001",
                                          "Chunrong"};
    uint64_t size;
    exported = text_over(bytes, sizeof bytes);
    assert_int_equal(audit_size(office->audit, &size), STATUS_OK);
    assert_int_equal(size, entries);
    assert_int_equal(audit_export(office->audit, 0, size, (struct audit_sink){keep_line, NULL},
                                  office->table.arena),
                     STATUS_OK);
    for (size_t i = 0; i < sizeof SECRETS / sizeof SECRETS[0]; i++)
        assert_null(strstr(bytes, SECRETS[i]));
    assert_non_null(strstr(bytes, "check.answer"));
}

static void an_answer_holds_what_the_terms_list_and_leaves_an_entry(void **state)
{
    (void)state;
    static struct office office;
    office_open(&office);
    struct reply reply =
        ask(&office, "kunming", question(&office, "13900000001", "anti_fraud_law", "18"));
    assert_int_equal(reply.outcome, CHECK_answered);
    assert_true(slice_equal(reply.id, SLICE("w_1")));
    assert_true(slice_equal(reply.value[REPLY_address], SLICE("Chunrong 1")));
    assert_true(slice_equal(reply.value[REPLY_holder], SLICE("530114**********1X")));
    assert_int_equal(reply.value[REPLY_cell].size, 0);        /* known, and not listed */
    assert_int_equal(reply.value[REPLY_holder_kind].size, 0); /* the same */
    reply = ask(&office, "kunming", question(&office, "13900000002", "anti_fraud_law", "18"));
    assert_int_equal(reply.outcome, CHECK_held);
    assert_int_equal(reply.reason, CHECK_REASON_person);
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++)
        assert_int_equal(reply.value[f].size, 0);
    reply = ask(&office, "kunming", question(&office, "13900000003", "anti_fraud_law", "18"));
    assert_int_equal(reply.reason, CHECK_REASON_carried_away);
    the_log_holds_no_word_of_the_register(&office, 3);
    office_close(&office);
}

static void a_refusal_says_why_and_nothing_else(void **state)
{
    (void)state;
    static struct office office;
    office_open(&office);
    const char *fine = question(&office, "13900000001", "anti_fraud_law", "18");
    assert_int_equal(ask(&office, "beijing", fine).reason, CHECK_REASON_stranger);
    assert_int_equal(
        ask(&office, "kunming", question(&office, "13900000001", "emergency", "18")).reason,
        CHECK_REASON_basis);
    assert_int_equal(
        ask(&office, "kunming", question(&office, "13900000001", "anti_fraud_law", "")).reason,
        CHECK_REASON_document);
    assert_int_equal(ask(&office, "kunming", "{\"check\":1}").reason, CHECK_REASON_form);
    assert_int_equal(
        ask(&office, "kunming", question(&office, "13900000009", "anti_fraud_law", "18")).reason,
        CHECK_REASON_no_line);
    struct answer_counts counts;
    answer_count(office.desk, &counts);
    assert_int_equal(counts.outcome[CHECK_refused], 4);
    assert_int_equal(counts.outcome[CHECK_answered], 0);
    the_log_holds_no_word_of_the_register(&office, 5);
    office_close(&office);
}

static void an_asker_that_asks_too_often_is_told_so(void **state)
{
    (void)state;
    static struct office office;
    office_open(&office);
    const char *fine = question(&office, "13900000001", "anti_fraud_law", "18");
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask(&office, "kunming", fine).outcome, CHECK_answered);
    assert_int_equal(ask(&office, "kunming", fine).reason, CHECK_REASON_rate);
    office.now.ms += MINUTE_MS;
    assert_int_equal(ask(&office, "kunming", fine).outcome, CHECK_answered);   /* the sixth */
    assert_int_equal(ask(&office, "kunming", fine).reason, CHECK_REASON_rate); /* of the day */
    office.now.ms += DAY_MS;
    assert_int_equal(ask(&office, "kunming", fine).outcome, CHECK_answered);
    office_close(&office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_holds_what_the_terms_list_and_leaves_an_entry),
        cmocka_unit_test(a_refusal_says_why_and_nothing_else),
        cmocka_unit_test(an_asker_that_asks_too_often_is_told_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
