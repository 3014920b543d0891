/* guess_test.c -- files that nobody described, and what is made of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { MEMORY_MAX = 64 << 20, OUT_BYTES = 16384 };

static char yaml[OUT_BYTES], rows[OUT_BYTES], en[1024], zh[1024];

static enum status guess(const char *path, const char *kind)
{
    struct arena *scratch;
    struct text yaml_text = text_over(yaml, sizeof yaml);
    struct text rows_text = text_over(rows, sizeof rows);
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    struct intake_options options = {.kind = slice_of(kind),
                                     .home_country = SLICE("86"),
                                     .zone_minutes = 480,
                                     .home_currency = SLICE("CNY")};
    assert_int_equal(arena_create(&scratch, MEMORY_MAX), STATUS_OK);
    enum status status = intake_guess(path, &options, scratch, &yaml_text, &rows_text, why);
    arena_destroy(scratch);
    return status;
}

static enum status guess_content(const char *content, const char *kind)
{
    char path[] = "/tmp/cutline-guess-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    (void)close(fd);
    enum status status = guess(path, kind);
    (void)unlink(path);
    return status;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in\n%s%s%s", part, yaml, rows, en);
}

static void test_chinese_calls(void **state)
{
    (void)state;
    assert_int_equal(
        guess_content("主叫号码;被叫号码;开始时间;通话时长(分钟);通话结果;终端串号;备注\n"
                      "13800138000;01062751234;2026/3/2 9:15:04;3.5;已接通;490154203237518;x\n"
                      "13800138001;95588;2026/03/02 09:16:04;0;未接;;y\n",
                      ""),
        STATUS_OK);
    has(yaml, "kind: call\n");
    has(yaml, "delimiter: \";\"\n");
    has(yaml, "zone: \"+08:00\"");
    has(yaml, "time: {column: \"开始时间\", form: \"%Y/%m/%d %H:%M:%S\"} # 100 %");
    has(yaml, "duration: {column: \"通话时长(分钟)\", unit: min}");
    has(yaml, "values: {\"已接通\": answered, \"未接\": no_answer}");
    has(yaml, "imei: {column: \"终端串号\"}");
    has(yaml, "# not used / 未使用: \"备注\"\n");
    has(rows, "\"caller\":\"+8613800138000\",\"callee\":\"+861062751234\",\"duration\":210");
}

static void test_without_header(void **state)
{
    (void)state;
    assert_int_equal(guess_content("13800138000\t13900139000\t20260302091504\t35\n"
                                   "13800138001\t13900139001\t20260302091604\t350\n",
                                   ""),
                     STATUS_OK);
    has(yaml, "kind: call\n");
    has(yaml, "delimiter: tab\n");
    has(yaml, "columns: [\"c1\", \"c2\", \"c3\", \"c4\"]");
    has(yaml, "caller: {column: \"c1\"} # 50 %");
    has(yaml, "callee: {column: \"c2\"} # 50 %");
    has(rows, "\"time\":\"2026-03-02T01:15:04.000+00:00\"");
}

static void test_payments(void **state)
{
    (void)state;
    assert_int_equal(
        guess_content("交易流水号,交易时间,付款账号,收款账号,交易金额(分),币种,交易渠道\n"
                      "1,1772413200,6222020200112233,-,12345,CNY,手机银行\n"
                      "2,1772413260,6222020200112233,6217000010001234567,200,CNY,ATM\n",
                      ""),
        STATUS_OK);
    has(yaml, "kind: payment\n");
    has(yaml, "time: {column: \"交易时间\", form: epoch_s}");
    has(yaml, "payee: {column: \"收款账号\", empty: [\"-\"]}");
    has(yaml, "amount: {column: \"交易金额(分)\", unit: minor}");
    has(yaml, "values: {\"手机银行\": mobile, \"ATM\": atm}");
    has(rows, "\"amount\":123.45,\"currency\":\"CNY\",\"channel\":\"mobile\"");
}

static void test_date_and_time_apart(void **state)
{
    (void)state;
    assert_int_equal(guess_content("calling_number\tcalled_number\tcall_date\tcall_time\tdur_min\n"
                                   "13800138000\t13900139000\t20260302\t091504\t1.5\n"
                                   "13800138001\t13900139001\t20260302\t091604\t0\n",
                                   ""),
                     STATUS_OK);
    has(yaml, "time: {columns: [\"call_date\", \"call_time\"], form: \"%Y%m%d %H%M%S\"}");
    has(yaml, "duration: {column: \"dur_min\", unit: min}");
    has(yaml, "# not used / 未使用: -\n");
    has(rows, "\"time\":\"2026-03-02T01:15:04.000+00:00\"");
    has(rows, "\"duration\":90");
    assert_int_equal(guess_content("主叫号码,被叫号码,日期,时间\n"
                                   "13800138000,13900139000,2026-03-02,9:15\n"
                                   "13800138001,13900139001,2026-03-02,10:15\n",
                                   ""),
                     STATUS_OK);
    has(yaml, "time: {columns: [\"日期\", \"时间\"], form: \"%Y-%m-%d %H:%M\"}");
}

static void test_times_of_other_places(void **state)
{
    (void)state;
    assert_int_equal(
        guess_content("付款账号,收款账号,交易金额(万元),交易时间\n"
                      "6222020200112233,6222020200112234,1.2345,2026年3月2日 9时15分4秒\n"
                      "6222020200112233,6222020200112235,0.5,2026年3月2日 10时15分4秒\n",
                      ""),
        STATUS_OK);
    has(rows, "\"time\":\"2026-03-02T01:15:04.000+00:00\"");
    has(rows, "\"amount\":12345.00");
    assert_int_equal(guess_content("payer_acct;payee_acct;amt;time\n"
                                   "A1;B1;1234.50;13.03.2026 09:15\nC1;D1;99.00;12.03.2026 09:16\n",
                                   ""),
                     STATUS_OK);
    has(yaml, "form: \"%d.%m.%Y %H:%M\"");
    has(yaml, "order: none"); /* the second row is a day earlier */
}

static void test_json(void **state)
{
    (void)state;
    assert_int_equal(
        guess_content(
            "{\"from\":\"13800138000\",\"to\":\"95588\",\"sent_time\":\"2026-03-02T09:00:00Z\"}\n"
            "{\"from\":\"13800138001\",\"to\":\"95588\",\"sent_time\":\"2026-03-02T09:01:00Z\"}\n",
            "sms"),
        STATUS_OK);
    has(yaml, "kind: sms\nformat: json\n");
    has(rows, "\"sender\":\"+8613800138000\",\"recipient\":\"95588\"");
}

static void test_what_is_missing(void **state)
{
    (void)state;
    assert_int_equal(guess_content("callee,duration\n13800138000,5\n", "call"), STATUS_OK);
    has(yaml, "# time: ??? # must be there");
    assert_string_equal(rows, "");
    assert_int_equal(guess_content("", ""), STATUS_ABSENT);
    assert_int_equal(guess_content("a,b\n", ""), STATUS_ABSENT);
    assert_int_equal(guess_content("a,b\nx,y\n", "telegram"), STATUS_REFUSED);
    assert_int_equal(guess("-", ""), STATUS_REFUSED);
    assert_int_equal(guess("no/such/file.csv", ""), STATUS_IO);
    has(en, "no/such/file.csv: there is no such file");
}

static void test_other_peoples_files(void **state)
{
    (void)state;
    static const struct {
        const char *path, *kind, *row;
    } FILES[] = {
        /* In no order, so its rows are shown by their time, not as they lie. */
        {"/callmine/sample_raw_data.csv", "kind: call", "\"caller\":\"39\",\"callee\":\"455\""},
        {"/amlgentex_seed0/transactions.csv", "kind: payment", "\"payer\":\"5920\""},
        {"/amlsim_20K_fanin200/transactions.csv", "kind: payment", "\"payer\":\"360\""},
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%s%s", DATA_FOLDER, FILES[i].path);
        if (access(path, R_OK) != 0) {
            print_message("skipped: %s is not there\n", FILES[i].path);
            skip();
        }
        assert_int_equal(guess(path, ""), STATUS_OK);
        has(yaml, FILES[i].kind);
        has(rows, FILES[i].row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chinese_calls),
        cmocka_unit_test(test_without_header),
        cmocka_unit_test(test_payments),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_date_and_time_apart),
        cmocka_unit_test(test_times_of_other_places),
        cmocka_unit_test(test_other_peoples_files),
    };
    return cmocka_run_group_tests_name("guess", tests, NULL, NULL);
}
