/* intake_test.c -- files in, records and rejects out, in order and in exact number. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { HEARD_MAX = 64 };

/* What came out of a reading. */
struct heard {
    size_t records_count, rejects_count;
    char records[HEARD_MAX][512];
    uint64_t lines[HEARD_MAX];
    enum reject_reason reasons[HEARD_MAX];
    uint64_t reject_lines[HEARD_MAX];
    char rejects[HEARD_MAX][256];
    struct intake_counts counts;
};

static enum status hear_reject(void *self, const struct reject *reject)
{
    struct heard *heard = self;
    assert_true(heard->rejects_count < HEARD_MAX);
    struct text text = text_over(heard->rejects[heard->rejects_count], sizeof heard->rejects[0]);
    text_add_reject(&text, reject, TONGUE_EN);
    heard->reasons[heard->rejects_count] = reject->reason;
    heard->reject_lines[heard->rejects_count++] = reject->line;
    return STATUS_OK;
}

struct test {
    struct arena *boot;
    struct intake *intake;
    struct heard heard;
    char en[1024], zh[1024];
    struct text why[TONGUES_COUNT];
};

static struct test *begin(void)
{
    struct arena *boot;
    struct test *test;
    assert_int_equal(arena_create(&boot, (size_t)256 << 20), STATUS_OK);
    assert_int_equal(ARENA_NEW(boot, 1, &test), STATUS_OK);
    test->boot = boot;
    struct intake_options options = {
        .home_country = SLICE("86"), .zone_minutes = 480, .home_currency = SLICE("CNY")};
    struct reject_sink rejects = {hear_reject, &test->heard};
    assert_int_equal(intake_create(&test->intake, &options, rejects, boot), STATUS_OK);
    return test;
}

static void end(struct test *test)
{
    intake_destroy(test->intake);
    arena_destroy(test->boot);
}

static enum status add(struct test *test, const char *name, const char *content)
{
    test->why[TONGUE_EN] = text_over(test->en, sizeof test->en);
    test->why[TONGUE_ZH] = text_over(test->zh, sizeof test->zh);
    return intake_add_bytes(test->intake, name, slice_of(content), test->why);
}

static const struct heard *read_all(struct test *test)
{
    struct heard *heard = &test->heard;
    const struct record *records;
    size_t count;
    while (intake_next(test->intake, &records, &count) == STATUS_OK) {
        assert_true(count > 0 && count <= RECORD_BATCH_MAX);
        for (size_t i = 0; i < count; i++) {
            assert_true(heard->records_count < HEARD_MAX);
            struct text text =
                text_over(heard->records[heard->records_count], sizeof heard->records[0]);
            text_add_record(&text, &records[i]);
            heard->lines[heard->records_count++] = position_line(records[i].position);
        }
    }
    intake_count(test->intake, &heard->counts);
    assert_int_equal(heard->counts.read, heard->counts.accepted + heard->counts.rejected);
    assert_int_equal(heard->counts.accepted, heard->records_count);
    assert_int_equal(heard->counts.rejected, heard->rejects_count);
    return heard;
}

static void test_canonical_csv(void **state)
{
    (void)state;
    struct test *test = begin();
    assert_int_equal(add(test, "dir/calls-03.csv",
                         "\xEF\xBB\xBF"
                         "note,callee,time,caller,duration,result,imei\r\n"
                         "\"a, \"\"b\"\"\nc\",010-6275 1234,2026-03-02T09:15:04.250+08:00,"
                         "13800138000,12.5,answered,490154203237518\r\n"
                         ",95588,2026-03-02 09:15:05,+8613800138000,,,\r\n"),
                     STATUS_OK);
    const struct heard *heard = read_all(test);
    assert_int_equal(heard->records_count, 2);
    assert_string_equal(heard->records[0],
                        "{\"kind\":\"call\",\"time\":\"2026-03-02T01:15:04.250+00:00\","
                        "\"caller\":\"+8613800138000\",\"callee\":\"+861062751234\","
                        "\"duration\":12.5,\"result\":\"answered\",\"imei\":\"49015420323751\"}");
    assert_int_equal(heard->lines[0], 2);
    assert_int_equal(heard->lines[1], 4); /* the first row takes two lines */
    end(test);
}

static void test_merge_by_time(void **state)
{
    (void)state;
    struct test *test = begin();
    assert_int_equal(add(test, "calls-b.csv",
                         "time,caller,callee\n2,110,119\n4,110,119\n4,110,120\n9,110,119\n"),
                     STATUS_OK);
    assert_int_equal(
        add(test, "truth.csv", "subject_kind,subject,label\nphone,13800138000,relay\n"), STATUS_OK);
    assert_int_equal(
        add(test, "x.jsonl",
            "{\"kind\":\"call\",\"time\":1,\"caller\":\"95588\",\"callee\":\"119\"}\n"
            "{\"kind\":\"call\",\"time\":4,\"caller\":\"95588\",\"callee\":\"119\"}\n"
            "{\"kind\":\"call\",\"time\":5,\"caller\":\"95588\",\"callee\":\"119\"}\n"),
        STATUS_OK);
    assert_int_equal(add(test, "persons.csv", "person\np1\np2\n"), STATUS_OK);
    const struct heard *heard = read_all(test);
    static const char *const ORDER[] = {"+8613800138000", "p1",   "p2",   ".001", ".002",
                                        ".004",           ".004", ".004", ".005", ".009"};
    assert_int_equal(heard->records_count, 10);
    for (size_t i = 0; i < 10; i++)
        assert_non_null(strstr(heard->records[i], ORDER[i]));
    assert_non_null(strstr(heard->records[6], "\"callee\":\"120\"")); /* equal times: first file */
    assert_non_null(strstr(heard->records[7], "95588"));
    end(test);
}

static void test_rejects_name_the_place(void **state)
{
    (void)state;
    struct test *test = begin();
    assert_int_equal(add(test, "payments.csv",
                         "time,payer,payee,amount,currency\n"
                         "2026-03-02T09:00:00Z,a,b,1.234,CNY\n"
                         "2026-03-02T09:00:00Z,a,b,1.234,KWD\n"
                         "2026-02-30T09:00:00Z,a,b,1,\n"
                         ",a,b,1,\n"
                         "1,a,b,1,\n"
                         "1,a,b\n"
                         "1,\"a,b,1,\n"
                         "1,a,b,2,"),
                     STATUS_OK);
    const struct heard *heard = read_all(test);
    assert_int_equal(heard->records_count, 3);
    static const enum reject_reason REASONS[] = {REJECT_MONEY, REJECT_TIME, REJECT_EMPTY_FIELD,
                                                 REJECT_COLUMNS, REJECT_QUOTE};
    static const uint64_t LINES[] = {2, 4, 5, 7, 8};
    assert_int_equal(heard->rejects_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(heard->reasons[i], REASONS[i]);
        assert_int_equal(heard->reject_lines[i], LINES[i]);
    }
    assert_string_equal(heard->rejects[0], "column 4 (amount) is not an amount of money: 1.234");
    assert_string_equal(heard->rejects[2], "column 1 (time) must not be empty");
    end(test);
}

#define CALL(time, caller, callee, duration, result)                                     \
    "{\"kind\":\"call\",\"time\":\"2026-03-02T" time ".000+00:00\",\"caller\":\"" caller \
    "\",\"callee\":\"" callee "\",\"duration\":" duration ",\"result\":\"" result "\"}"

/* 16 columns and up to five more; times in GMT; zero times are empty and unquoted. */
static void test_asterisk(void **state)
{
    (void)state;
    static const char *const TAILS[] = {"", ",\"1270167992.0\"", ",\"1270167992.0\",\"field\"",
                                        ",\"\",\"1270167992.1\",7",
                                        ",\"1.0\",\"u\",\"\",\"1270167992.1\",7"};
    for (size_t i = 0; i < sizeof TAILS / sizeof TAILS[0]; i++) {
        struct test *test = begin();
        char content[2048];
        (void)snprintf(
            content, sizeof content,
            "\"acc\",\"13800138000\",\"95588\",\"ctx\",\"\"\"Li, \n\"\" <138>\",\"SIP/a-1\",\"\","
            "\"Dial\",\"SIP/b,30\",\"2026-03-02 01:15:04\",,\"2026-03-02 01:15:34\",30,0,"
            "\"NO ANSWER\",\"DOCUMENTATION\"%s\n"
            "\"\",\"\",\"s\",\"ctx\",\"\",\"SIP/c-2\",\"\",\"Hangup\",\"\",\"2026-03-02 01:16:04\","
            "\"2026-03-02 01:16:05\",\"2026-03-02 01:16:09\",5,4,\"ANSWERED\",\"DOCUMENTATION\"%s\n"
            "\"\",\"1\",\"2\",\"ctx\",\"\",\"SIP/"
            "c-3\",\"\",\"\",\"\",,,,5,4,\"ANSWERED\",\"X\"%s\n",
            TAILS[i], TAILS[i], TAILS[i]);
        assert_int_equal(add(test, "cdr-csv/Master.csv", content), STATUS_OK);
        const struct heard *heard = read_all(test);
        assert_int_equal(heard->records_count, 2);
        assert_string_equal(heard->records[0],
                            CALL("01:15:04", "+8613800138000", "95588", "0", "no_answer"));
        assert_string_equal(heard->records[1], CALL("01:16:04", "SIP/c-2", "s", "4", "answered"));
        assert_int_equal(heard->lines[1], 3); /* the first row takes two lines */
        assert_int_equal(heard->reasons[0], REJECT_EMPTY_FIELD);
        end(test);
    }
}

/* Values are not escaped; the columns that matter are found from both ends. */
static void test_freeswitch(void **state)
{
    (void)state;
    static const char *const ROWS[] = {
        "\"%s\",\"13800138000\",\"95588\",\"default\",\"2026-03-02 09:15:04\","
        "\"2026-03-02 09:15:09\",\"2026-03-02 09:16:04\",\"60\",\"55\",\"NORMAL_CLEARING\","
        "\"uuid\",\"\", \"acc\"\n",
        "\"%s\",\"13800138000\",\"95588\",\"default\",\"2026-03-02 09:15:04\","
        "\"2026-03-02 09:15:09\",\"2026-03-02 09:16:04\",\"60\",\"55\",\"NORMAL_CLEARING\","
        "\"uuid\",\"\", \"acc\",\"PCMU\",\"PCMU\"\n",
        "\"acc\",\"13800138000\",\"95588\",\"default\",\"%s\",\"ch\",\"\",\"bridge\",\"a,b\","
        "\"2026-03-02 09:15:04\",\"2026-03-02 09:15:09\",\"2026-03-02 09:16:04\",\"60\",\"55\","
        "\"NORMAL_CLEARING\",\"DOC\",\"uuid\",\"\";\n",
    };
    static const char *const NAMES[] = {"Li", "Li \"the\" boss", "Li, M.", "a\",\"b", ""};
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct test *test = begin();
        char content[4096];
        struct text text = text_over(content, sizeof content);
        for (size_t j = 0; j < sizeof NAMES / sizeof NAMES[0]; j++) {
            char row[512];
            (void)snprintf(row, sizeof row, ROWS[i], NAMES[j]);
            text_add_string(&text, row);
        }
        assert_int_equal(add(test, "Master.csv", content), STATUS_OK);
        const struct heard *heard = read_all(test);
        assert_int_equal(heard->records_count, 5);
        for (size_t j = 0; j < 5; j++)
            assert_string_equal(heard->records[j],
                                CALL("01:15:04", "+8613800138000", "95588", "55", "answered"));
        end(test);
    }
}

static void test_gb18030(void **state)
{
    (void)state;
    struct test *test = begin();
    assert_int_equal(add(test, "regions.csv",
                         "region,name\n530114,\xB3\xCA\xB9\xB1\n530102,\"\xCE\xE5,\xBB\xAA\"\n"),
                     STATUS_OK);
    const struct heard *heard = read_all(test);
    assert_int_equal(heard->records_count, 2);
    assert_non_null(strstr(heard->records[0], "\"name\":\"呈贡\""));
    assert_non_null(strstr(heard->records[1], "\"name\":\"五,华\""));
    char said[256];
    struct text text = text_over(said, sizeof said);
    text_add_intake_file(&text, test->intake, 0, TONGUE_EN);
    assert_string_equal(said, "regions.csv: CSV, GB18030, kind region");
    end(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asterisk),      cmocka_unit_test(test_freeswitch),
        cmocka_unit_test(test_gb18030),       cmocka_unit_test(test_canonical_csv),
        cmocka_unit_test(test_merge_by_time), cmocka_unit_test(test_rejects_name_the_place),
    };
    return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
