/* terms_test.c -- what is not listed is not answered, and every mistake is named with its place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/answer_test.h"

#define HEAD \
    "answer: 1\nname: telecom\naskers:\n  - {name: kunming, key: " ASKER_KEY ", a_minute: 3}\n"
#define ANSWERS                                                                              \
    "answers:\n  - purpose: fraud_lead\n    basis: [anti_fraud_law]\n    fields: [network, " \
    "cell]\n"

static enum status read_text(struct table *table, struct terms *terms, const char *text)
{
    return terms_read(terms, table_put(table, "t.yaml", text), slice_of(text), table->arena,
                      table->why);
}

static void only_what_is_listed_is_answered(void **state)
{
    (void)state;
    static struct terms terms;
    struct table table;
    bool document;
    table_open(&table);
    assert_int_equal(read_text(&table, &terms,
                               HEAD ANSWERS "  - purpose: victim_rescue\n    basis: emergency\n"
                                            "    fields: [address]\n    document: no\n"),
                     STATUS_OK);
    assert_true(slice_equal(terms.name, SLICE("telecom")));
    assert_true(slice_equal(terms.address, SLICE("127.0.0.1")));
    assert_int_equal(terms.port, 8480);
    assert_int_equal(terms.lines.size, 0);
    const struct terms_asker *asker = terms_asker_find(&terms, SLICE("kunming"));
    assert_non_null(asker);
    assert_int_equal(asker->a_minute, 3);
    assert_true(slice_equal(asker->key, SLICE(ASKER_KEY)));
    assert_null(terms_asker_find(&terms, SLICE("kunmin")));
    assert_int_equal(terms_fields(&terms, CHECK_FOR_fraud_lead, CHECK_BY_anti_fraud_law, &document),
                     (uint64_t)1 << REPLY_network | (uint64_t)1 << REPLY_cell);
    assert_true(document);
    assert_int_equal(terms_fields(&terms, CHECK_FOR_victim_rescue, CHECK_BY_emergency, &document),
                     (uint64_t)1 << REPLY_address);
    assert_false(document);
    assert_int_equal(terms_fields(&terms, CHECK_FOR_fraud_lead, CHECK_BY_emergency, &document), 0);
    table_close(&table);
}

static void some_lines_are_left_to_a_person(void **state)
{
    (void)state;
    static struct terms terms;
    struct table table;
    struct slice value[REPLY_FIELDS_COUNT] = {0};
    table_open(&table);
    (void)table_put(&table, "protected.txt", "# ours\n139 0000 0001\n\n+8613900000002\r\n");
    assert_int_equal(read_text(&table, &terms,
                               HEAD ANSWERS "person:\n  - {field: holder_kind, is: unit}\n"
                                            "  - {field: cards, above: 20}\n"
                                            "  - {field: cell, empty: yes}\n"
                                            "  - numbers: protected.txt\n"),
                     STATUS_OK);
    value[REPLY_cell] = SLICE("460-11-1-1");
    assert_false(terms_want_person(&terms, SLICE("+8613900000003"), value));
    assert_true(terms_want_person(&terms, SLICE("+8613900000001"), value));
    assert_true(terms_want_person(&terms, SLICE("+8613900000002"), value));
    value[REPLY_cards] = SLICE("20");
    assert_false(terms_want_person(&terms, SLICE("+8613900000003"), value));
    value[REPLY_cards] = SLICE("21");
    assert_true(terms_want_person(&terms, SLICE("+8613900000003"), value));
    value[REPLY_cards] = SLICE("");
    value[REPLY_holder_kind] = SLICE("unit");
    assert_true(terms_want_person(&terms, SLICE("+8613900000003"), value));
    value[REPLY_holder_kind] = SLICE("");
    value[REPLY_cell] = SLICE("");
    assert_true(terms_want_person(&terms, SLICE("+8613900000003"), value));
    table_close(&table);
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } CASES[] = {
        {"answer: 2\n", "t.yaml:1:9: "},
        {"answer: 1\nname: telecom\nanswers: []\n", "askers"},
        {HEAD, "answers"},
        {HEAD "answers:\n  - purpose: fraud_lead\n    basis: anti_fraud_law\n    fields: [celll]\n",
         "t.yaml:8:14: "},
        {HEAD "answers:\n  - {purpose: fraud_lead, basis: anti_fraud_law}\n", "fields"},
        {HEAD ANSWERS "persons: []\n", "person"},
        {HEAD ANSWERS "person:\n  - {field: cell, above: 3}\n", "number"},
        {HEAD ANSWERS "person:\n  - {field: cell}\n", "person"},
        {HEAD ANSWERS "person:\n  - {numbers: nowhere.txt}\n", "nowhere.txt"},
        {"answer: 1\nname: a\nport: 70000\naskers: []\nanswers: []\n", "whole number"},
        {"answer: 1\nname: a b\naskers: []\nanswers: []\n", "name"},
        {"answer: 1\nname: a\naskers:\n  - {name: b, key: 00ff}\nanswers: []\n", "base64"},
        {"answer: 1\nname: a\naskers:\n  - {name: b, key: " ASKER_KEY
         "}\n  - {name: b, key: " ASKER_KEY "}\nanswers: []\n",
         "already"},
        {"answer: 1\nname: a\naskers:\n  - {name: b, key: " ASKER_KEY ", a_day: 0}\nanswers: []\n",
         "whole number"},
    };
    static struct terms terms;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct table table;
        table_open(&table);
        assert_int_equal(read_text(&table, &terms, CASES[i].text), STATUS_MALFORMED);
        if (strstr(table.bytes[TONGUE_EN], CASES[i].says) == NULL)
            fail_msg("case %zu says: %s", i, table.bytes[TONGUE_EN]);
        assert_true(table.why[TONGUE_ZH].size != 0);
        table_close(&table);
    }
}

static void the_terms_of_the_docs_are_terms(void **state)
{
    (void)state;
    static struct terms terms;
    static char block[8192];
    struct table table;
    struct slice page;
    enum disk_fault fault;
    unsigned count = 0;
    table_open(&table);
    assert_int_equal(disk_read_all(PAGE, 1 << 20, table.arena, &page, &fault), STATUS_OK);
    (void)table_put(&table, "protected.txt", "13900000001\n");
    for (const char *at = page.at; block_next(&at, "answer: 1", block, sizeof block); count++) {
        if (read_text(&table, &terms, block) != STATUS_OK)
            fail_msg("%s", table.bytes[TONGUE_EN]);
        assert_int_equal(terms.answers_count, 2);
        assert_int_equal(terms.persons_count, 3);
    }
    assert_int_equal(count, 1);
    table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_listed_is_answered),
        cmocka_unit_test(some_lines_are_left_to_a_person),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(the_terms_of_the_docs_are_terms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
