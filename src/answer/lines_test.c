/* lines_test.c -- the same register as a file and as a database says the same of every line; no
 * document's number leaves it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/answer_test.h"
#include "answer/lines_inside.h"

#define FIELDS                                                                \
    "number: msisdn\ndocument: cert\ncarried_to: np\nfields:\n"               \
    "  network: {always: telecom}\n"                                          \
    "  line_status: {column: st, words: {\"1\": active, \"2\": suspended}}\n" \
    "  contract_date: opened\n  address: addr\n  place: area\n  imei: imei\n" \
    "  cards: {of_holder: yes}\n  numbers: {of_holder: yes}\n"

static const char REGISTER[] =
    "msisdn,cert,np,st,opened,addr,area,imei,secret\n"
    "13900000001,53011419900101001X,,1,2023-02-01,\"Chunrong Rd 1, room 3\",530114,86012345,x\n"
    "+86 139 0000 0002,53011419900101001x,,2,2023-02-02,,,,x\n"
    "0871-65550001,,,1,someday,锦华酒店,530114,,x\n"
    "13900000004,110105194912310021,unicom,1,2020-01-01,,,,x\n"
    "none,1,,1,2020-01-01,,,,x\n";

static enum status open_text(struct table *table, struct lines **out, const char *mapping)
{
    struct secret key = {{7}};
    return lines_open(out, table_put(table, "lines.yaml", mapping), slice_of(mapping), &key,
                      table->arena, table->why);
}

static void look_it_over(struct lines *lines, struct arena *arena)
{
    struct line_known one, two, three, four;
    assert_int_equal(lines_find(lines, SLICE("+8613900000001"), arena, &one), STATUS_OK);
    assert_true(slice_equal(one.value[REPLY_network], SLICE("telecom")));
    assert_true(slice_equal(one.value[REPLY_line_status], SLICE("active")));
    assert_true(slice_equal(one.value[REPLY_contract_date], SLICE("2023-02-01")));
    assert_true(slice_equal(one.value[REPLY_address], SLICE("Chunrong Rd 1, room 3")));
    assert_true(slice_equal(one.value[REPLY_holder], SLICE("530114**********1X")));
    assert_int_equal(one.value[REPLY_holder_key].size, 64);
    assert_false(one.carried_away);
    assert_int_equal(lines_find(lines, SLICE("+8687165550001"), arena, &three), STATUS_OK);
    assert_int_equal(three.value[REPLY_contract_date].size, 0); /* has not the form of a date */
    assert_true(slice_equal(three.value[REPLY_address], SLICE("锦华酒店")));
    assert_int_equal(three.value[REPLY_holder].size, 0);
    assert_int_equal(lines_find(lines, SLICE("+8613900000004"), arena, &four), STATUS_OK);
    assert_true(four.carried_away);
    assert_int_equal(lines_find(lines, SLICE("+8613900000009"), arena, &two), STATUS_ABSENT);
}

static void a_file_answers_from_memory_and_is_read_again(void **state)
{
    (void)state;
    struct table table;
    struct lines *lines;
    struct line_known one, two;
    bool renewed;
    table_open(&table);
    (void)table_put(&table, "r.csv", REGISTER);
    assert_int_equal(open_text(&table, &lines, "lines: 1\nfrom: csv\nfile: r.csv\n" FIELDS),
                     STATUS_OK);
    assert_int_equal(lines_count(lines), 4);
    assert_int_equal(lines_passed(lines), 1);
    look_it_over(lines, table.arena);
    assert_int_equal(lines_find(lines, SLICE("+8613900000001"), table.arena, &one), STATUS_OK);
    assert_int_equal(lines_find(lines, SLICE("+8613900000002"), table.arena, &two), STATUS_OK);
    /* One holder, however the last letter of the document is written. */
    assert_true(slice_equal(one.value[REPLY_holder_key], two.value[REPLY_holder_key]));
    assert_int_equal(lines_renew(lines, &renewed, table.why), STATUS_OK);
    assert_false(renewed);
    (void)table_put(&table, "r.csv", "msisdn,cert\n13900000009,\n");
    assert_true(lines_renew(lines, &renewed, table.why) != STATUS_OK);
    assert_int_equal(lines_count(lines), 4); /* the old one answers */
    (void)table_put(&table, "r.csv",
                    "msisdn,cert,np,st,opened,addr,area,imei\n13900000009,1,,1,,,,\n"
                    "13900000009,2,,2,,,,\n13900000010,2,,2,,,,\n");
    assert_int_equal(lines_renew(lines, &renewed, table.why), STATUS_OK);
    assert_true(renewed);
    assert_int_equal(lines_find(lines, SLICE("+8613900000001"), table.arena, &one), STATUS_ABSENT);
    assert_int_equal(lines_find(lines, SLICE("+8613900000009"), table.arena, &one), STATUS_OK);
    assert_true(slice_equal(one.value[REPLY_line_status], SLICE("suspended"))); /* the last row */
    assert_true(slice_equal(one.value[REPLY_cards], SLICE("2")));
    assert_true(slice_equal(one.value[REPLY_numbers], SLICE("+8613900000010")));
    lines_close(lines);
    table_close(&table);
}

static const struct store_migration TABLES[] = {
    {"subscribers", "CREATE TABLE subscriber (msisdn TEXT, cert TEXT, np TEXT, st INTEGER, opened "
                    "TEXT, addr TEXT, area INTEGER, imei TEXT, secret TEXT)"},
    {"index", "CREATE INDEX by_number ON subscriber (msisdn)"},
};

static void put_row(struct store *store, const char *number, const char *cert, const char *np,
                    int64_t st, const char *opened, const char *addr)
{
    const struct store_value row[] = {
        STORE_OF_TEXT(slice_of(number)), STORE_OF_TEXT(slice_of(cert)),
        STORE_OF_TEXT(slice_of(np)),     STORE_OF_WHOLE(st),
        STORE_OF_TEXT(slice_of(opened)), STORE_OF_TEXT(slice_of(addr)),
        STORE_OF_WHOLE(530114)};
    assert_int_equal(store_run(store,
                               "INSERT INTO subscriber VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                               "NULL, 'x')",
                               row, 7),
                     STATUS_OK);
}

static void make_database(struct table *table, const char *path, size_t migrations)
{
    struct store *store;
    assert_int_equal(
        store_open(&store, path, TABLES, migrations, table->arena, &table->why[TONGUE_EN]),
        STATUS_OK);
    assert_int_equal(store_begin(store), STATUS_OK);
    put_row(store, "13900000001", "53011419900101001X", "", 1, "2023-02-01",
            "Chunrong Rd 1, room 3");
    put_row(store, "+8613900000002", "53011419900101001X", "", 2, "2023-02-02", "");
    put_row(store, "087165550001", "", "", 1, "someday", "锦华酒店");
    put_row(store, "8613900000004", "110105194912310021", "unicom", 1, "2020-01-01", "");
    assert_int_equal(store_commit(store), STATUS_OK);
    store_close(store);
}

static void a_database_answers_the_same_however_it_writes_numbers(void **state)
{
    (void)state;
    struct table table;
    struct lines *lines;
    struct line_known one;
    char path[128];
    table_open(&table);
    (void)snprintf(path, sizeof path, "%s/r.db", table.folder);
    make_database(&table, path, 2);
    assert_int_equal(
        open_text(&table, &lines, "lines: 1\nfrom: sqlite\nfile: r.db\ntable: subscriber\n" FIELDS),
        STATUS_OK);
    assert_true(lines_indexed(lines));
    assert_int_equal(lines_count(lines), -1);
    look_it_over(lines, table.arena);
    assert_int_equal(lines_find(lines, SLICE("+8613900000001"), table.arena, &one), STATUS_OK);
    assert_true(slice_equal(one.value[REPLY_cards], SLICE("2")));
    assert_true(slice_equal(one.value[REPLY_numbers], SLICE("+8613900000002")));
    assert_true(slice_equal(one.value[REPLY_place], SLICE("530114"))); /* a number there */
    lines_close(lines);
    (void)snprintf(path, sizeof path, "%s/slow.db", table.folder);
    make_database(&table, path, 1);
    assert_int_equal(open_text(&table, &lines,
                               "lines: 1\nfrom: sqlite\nfile: slow.db\ntable: subscriber\n" FIELDS),
                     STATUS_OK);
    assert_false(lines_indexed(lines));
    lines_close(lines);
    table_close(&table);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } CASES[] = {
        {"lines: 2\n", "lines: 1"},
        {"lines: 1\nfrom: csv\nfile: r.csv\n", "number"},
        {"lines: 1\nfrom: excel\nfile: r.csv\nnumber: msisdn\n", "csv, sqlite or postgres"},
        {"lines: 1\nfrom: csv\nfile: none.csv\nnumber: msisdn\n", "none.csv"},
        {"lines: 1\nfrom: csv\nfile: r.csv\nnumber: phone\n", "phone"},
        {"lines: 1\nfrom: sqlite\nfile: r.csv\nnumber: msisdn\n", "table"},
        {"lines: 1\nfrom: sqlite\nfile: r.csv\nnumber: msisdn\ntable: t\n", "r.csv"},
        {"lines: 1\nfrom: csv\nfile: r.csv\nnumber: msisdn\nfields: {holder: cert}\n", "document"},
        {"lines: 1\nfrom: csv\nfile: r.csv\nnumber: msisdn\nfields: {cards: {of_holder: yes}}\n",
         "document"},
        {"lines: 1\nfrom: csv\nfile: r.csv\nnumber: msisdn\nfields: {celll: x}\n", "cell"},
        {"lines: 1\nfrom: csv\nfile: r.csv\nnumber: msisdn\nfields: {line_status: {always: A B}}\n",
         "A B"},
        {"lines: 1\nfrom: csv\nfile: r.csv\nnumber: msisdn\ndelimiter: ab\n", "delimiter"},
        {"lines: 1\nfrom: postgres\nconnection: open.conn\ntable: t\nnumber: msisdn\n", ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct table table;
        struct lines *lines;
        table_open(&table);
        (void)table_put(&table, "r.csv", REGISTER);
        enum status status = open_text(&table, &lines, CASES[i].text);
        assert_int_equal(status, STATUS_MALFORMED);
        if (strstr(table.bytes[TONGUE_EN], CASES[i].says) == NULL)
            fail_msg("case %zu says: %s", i, table.bytes[TONGUE_EN]);
        assert_true(table.why[TONGUE_ZH].size != 0);
        table_close(&table);
    }
}

static void the_mapping_of_the_docs_is_a_mapping(void **state)
{
    (void)state;
    static char block[8192];
    struct table table;
    struct slice page;
    enum disk_fault fault;
    unsigned count = 0;
    table_open(&table);
    assert_int_equal(disk_read_all(PAGE, 1 << 20, table.arena, &page, &fault), STATUS_OK);
    for (const char *at = page.at; block_next(&at, "lines: 1", block, sizeof block); count++)
        if (lines_map_check("l", slice_of(block), table.arena, table.why) != STATUS_OK)
            fail_msg("%s", table.bytes[TONGUE_EN]);
    assert_int_equal(count, 1);
    table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_answers_from_memory_and_is_read_again),
        cmocka_unit_test(a_database_answers_the_same_however_it_writes_numbers),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(the_mapping_of_the_docs_is_a_mapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
