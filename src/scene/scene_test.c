/* scene_test.c -- scenes that pass, scenes that fail, and texts that cannot be understood. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "scene/scene_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

static const char RULES[] =
    "profile box by call.imei { sims = distinct imsi over 24h  calls = count over 24h }\n"
    "profile purse by payment.payee { got = sum amount over 1h }\n"
    "rule many_sims on call { title \"many SIMs\" \"多卡\" when box.sims >= 3 and box.calls >= 6\n"
    "  score 0.4 + 0.05 * box.calls  subject imei typology gateway }\n"
    "rule heavy on payment { title \"heavy\" \"大额\" when purse.got >= 5000 CNY\n"
    "  subject person(payer) typology victim grade extreme when amount >= 9000 CNY, high }\n"
    "rule listed on call { title \"listed\" \"名单\" when caller in list bad and result = "
    "answered\n"
    "  subject caller typology scam_caller quiet 1h }\n";

/* What the sink was told, as text. */
struct heard {
    struct text text;
    char bytes[1 << 16];
    unsigned passed, failed, faults;
};

static enum status hear_fault(void *self, const struct scene_fault *fault)
{
    struct heard *heard = self;
    heard->faults++;
    text_add_scene_fault(&heard->text, fault, TONGUE_EN);
    text_add_scene_fault(&heard->text, fault, TONGUE_ZH);
    return STATUS_OK;
}

static enum status hear_result(void *self, const struct scene_result *result)
{
    struct heard *heard = self;
    heard->passed += result->passed;
    heard->failed += !result->passed;
    text_add_scene_result(&heard->text, result, TONGUE_EN);
    text_add_scene_result(&heard->text, result, TONGUE_ZH);
    return STATUS_OK;
}

static struct heard heard;

static enum status play(const char *source)
{
    struct arena *image;
    struct diags *diags;
    const struct rule_set *set;
    assert_int_equal(arena_create(&image, 64 << 20), STATUS_OK);
    assert_int_equal(ARENA_NEW(image, 1, &diags), STATUS_OK);
    struct rule_file file = {SLICE("test.cut"), slice_of(RULES)};
    assert_int_equal(rules_check(&file, 1, image, diags, &set), STATUS_OK);
    heard = (struct heard){0};
    heard.text = text_over(heard.bytes, sizeof heard.bytes);
    struct scene_sink sink = {hear_fault, hear_result, &heard};
    enum status status = scene_play(SLICE("test.scene"), slice_of(source),
                                    &(struct scene_options){.set = set}, &sink);
    arena_destroy(image);
    return status;
}

static void expect_heard(const char *part)
{
    if (strstr(heard.bytes, part) == NULL) {
        print_error("not heard: %s\nheard:\n%s\n", part, heard.bytes);
        fail();
    }
}

static void expect_scene(const char *source, unsigned passed, unsigned failed)
{
    enum status status = play(source);
    if (status != STATUS_OK || heard.passed != passed || heard.failed != failed) {
        print_error("%s; heard:\n%s\n", status_name(status), heard.bytes);
        fail();
    }
}

static void expect_fault(const char *source, const char *place, const char *en, const char *zh)
{
    assert_int_equal(play(source), STATUS_MALFORMED);
    assert_true(heard.faults > 0);
    assert_int_equal(heard.passed + heard.failed, 0);
    expect_heard(place);
    expect_heard(en);
    expect_heard(zh);
}

#define BOX "call from +86137000000{n%3:2} to +861380{n:7} imsi 46000{n%3} imei 35000000000001 "

static void an_expected_alert_passes(void **state)
{
    (void)state;
    expect_scene("scene \"a box\" \"网关\"  -- with a comment\n"
                 "repeat 10 every 2m from 09:00 " BOX "seconds {5..40}\n"
                 "expect alert gateway imei 350000000000017 score >= 0.85 before 09:11\n"
                 "expect alert gateway after 09:10 rule many_sims times 1\n"
                 "expect no alert victim\n"
                 "expect no alert scam_caller +8613700000001\n",
                 1, 0);
    expect_heard("passed  test.scene:1  a box (10 records)");
    expect_heard("网关");
}

static void each_broken_condition_is_missed(void **state)
{
    (void)state;
    static const char *const CONDITIONS[] = {"score >= 0.95", "score <= 0.5",  "before 09:10",
                                             "after 09:11",   "times >= 2",    "rule heavy",
                                             "grade low",     "grade >= high", "35000000000002"};
    for (size_t i = 0; i < sizeof CONDITIONS / sizeof CONDITIONS[0]; i++) {
        char source[512];
        struct text text = text_over(source, sizeof source);
        text_add_string(&text, "scene \"a box\"\nrepeat 10 every 2m from 09:00 " BOX "seconds 9\n");
        text_addf(&text, "expect alert gateway %s\nallow others\n", CONDITIONS[i]);
        expect_scene(source, 0, 1);
        expect_heard("missed, line 3: expect alert gateway");
        expect_heard("漏报");
    }
    expect_heard("came: nothing");
}

static void what_nobody_spoke_of_must_not_come(void **state)
{
    (void)state;
#define STORY "scene \"s\"\nrepeat 9 every 1m from 09:00 " BOX "no_answer\n"
    expect_scene(STORY "expect no alert victim\n", 0, 1);
    expect_heard(
        "unexpected: gateway 35000000000001 at 03-02 09:05:00, score 0.85, times 1, by many_sims");
    expect_scene(STORY "expect nothing\n", 0, 1);
    expect_heard("forbidden, line 3: expect nothing");
    expect_scene(STORY "expect no alert\n", 0, 1);
    expect_scene(STORY "expect no alert gateway\n", 0, 1);
    expect_scene(STORY "expect no alert victim\nallow others\n", 1, 0);
    expect_scene(STORY "expect no alert victim\nallow alert gateway\n", 1, 0);
    expect_scene(STORY "expect no alert victim\nallow alert victim\n", 0, 1);
#undef STORY
}

static void scenes_stand_apart(void **state)
{
    (void)state;
    expect_scene("person P1 phone +8613900000001 account A1 birth_year 1980\n"
                 "let six imei 35000000000001 imsi\n"
                 "scene \"first\"\n"
                 "repeat 5 every 1m from 09:00 call from +8613700000001 to +8613800000{n:3} $six "
                 "{n%3:6} busy\n"
                 "expect nothing\n"
                 "scene \"second\"\n"
                 "repeat 5 every 1m from 10:00 call from +8613700000001 to +8613800000{n:3} $six "
                 "{n%3:6} busy\n"
                 "at 11:00 payment from A1 to A2 amount 6000.00 mobile\n"
                 "at 11:20 payment from A1 to A2 amount 9000 qr\n"
                 "expect alert victim person P1 grade extreme times 2\n",
                 2, 0);
    expect_scene(
        "scene \"days\"\nday 2026-03-03\nzone +00:00\n"
        "list bad +8613700000009 from 2026-03-04\n"
        "at d2 00:30 call from +8613700000009 to +8613800000001 for 3m\n"
        "at 12:00 call from +8613700000009 to +8613800000001 for 3m\n"
        "at d2 03:30 call from +8613700000009 to +8613800000001 seconds 5\n"
        "at 2026-03-04 00:45 call from +8613700000009 to +8613800000001 seconds 5 result unknown\n"
        "expect alert scam_caller +8613700000009 times 2 after d2 00:30 before d2 00:31\n",
        1, 0);
}

static void events_come_in_order_of_time(void **state)
{
    (void)state;
    expect_scene("scene \"backwards\"\nrepeat 3 person P{n} account A{n}\n"
                 "at 12:00 payment from A1 to A9 amount 4000\n"
                 "at 11:30 payment from A2 to A9 amount 1000\n"
                 "at 10:00 payment from cash to A9 amount 9500.50\n"
                 "repeat 1 expect alert victim P{n+1} after 12:00\n",
                 1, 0);
}

static void a_registers_rows_repeat(void **state)
{
    (void)state;
    expect_scene("scene \"rows\"\nrepeat 3 list bad +861370000000{n*2}\n"
                 "repeat 6 every 1h from 09:00 call from +861370000000{n} to 110 seconds 9\n"
                 "repeat 3 expect alert scam_caller phone +861370000000{n*2}\n",
                 1, 0);
}

static void faults_tell_place_and_reason(void **state)
{
    (void)state;
    expect_fault("", "test.scene: ", "no scene", "没有场景");
    expect_fault("scene \"x\"\n", "test.scene:1:1", "expects nothing", "没有任何期望");
    expect_fault("scene x\n", "test.scene:1:7", "title in double quotes", "双引号标题");
    expect_fault("scene \"x\n", "test.scene:1:7", "not closed", "未在本行闭合");
    expect_fault("scene \"x\"\nat 09:00 fax\n", "test.scene:2:10", "\"fax\" does not begin",
                 "“fax”");
    expect_fault("scene \"x\"\ncall from 1\n", "test.scene:2:1", "write at TIME", "请在前面写");
    expect_fault("scene \"x\"\nat 9:00 call\n", "test.scene:2:4", "\"9:00\" is not a time",
                 "不是时间");
    expect_fault("scene \"甲乙\"\nat 09:00 call 从\n", "test.scene:2:15", "\"从\" is neither",
                 "字段");
    expect_fault("scene \"x\"\nat 09:00 call from +86137\n", "test.scene:2:26", "\"callee\" must",
                 "必须");
    expect_fault("scene \"x\"\nat 09:00 call from abc to 110\n", "test.scene:2:20",
                 "\"abc\" does not fit", "不适合");
    expect_fault("scene \"x\"\nat 09:00 call from $a to 110\n", "test.scene:2:20", "$a was not",
                 "$a");
    expect_fault("scene \"x\"\nat 09:00 call from +{n to 110\n", "test.scene:2:20", "in braces",
                 "花括号");
    expect_fault("scene \"x\"\nat 09:00 call from +86{1/0} to 110\n", "test.scene:2:20",
                 "in braces", "花括号");
    expect_fault("scene \"x\"\nat 09:00 call busy busy\n", "test.scene:2:20", "said twice", "重复");
    expect_fault("scene \"x\"\nrepeat 0 every 1m from 09:00 call\n", "test.scene:2:8",
                 "repetitions", "重复次数");
    expect_fault("scene \"x\"\nrepeat 2 every 4m..1m from 09:00 call\n", "test.scene:2:16",
                 "not a span", "时间长度");
    expect_fault("scene \"x\"\nexpect alert fraud\n", "test.scene:2:14", "not a typology", "类型");
    expect_fault("scene \"x\"\nexpect alert mule A1 scores 3\n", "test.scene:2:22",
                 "expected rule, score", "无法理解");
    expect_fault("scene \"x\"\nexpect alert mule A1 rule nobody\n", "test.scene:2:27",
                 "no rule \"nobody\"", "没有规则");
    expect_fault("scene \"x\"\nexpect alert mule grade big\n", "test.scene:2:25", "not a grade",
                 "等级");
    expect_fault("scene \"x\"\nallow all\n", "test.scene:2:7", "after allow", "allow");
    expect_fault("\xff\n", "test.scene: ", "UTF-8", "UTF-8");
}

static void all_faults_of_a_text_are_told(void **state)
{
    (void)state;
    assert_int_equal(play("scene \"x\"\nzone 8\nday 2026-02-30\nexpect mercy\nat 25:00 call\n"),
                     STATUS_MALFORMED);
    assert_int_equal(heard.faults, 4);
}

static void a_missing_file_is_told(void **state)
{
    (void)state;
    heard = (struct heard){0};
    heard.text = text_over(heard.bytes, sizeof heard.bytes);
    struct scene_sink sink = {hear_fault, hear_result, &heard};
    assert_int_equal(scene_run("/nowhere/x.scene", &(struct scene_options){0}, &sink), STATUS_IO);
    expect_heard("/nowhere/x.scene: the file cannot be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expected_alert_passes),
        cmocka_unit_test(each_broken_condition_is_missed),
        cmocka_unit_test(what_nobody_spoke_of_must_not_come),
        cmocka_unit_test(scenes_stand_apart),
        cmocka_unit_test(events_come_in_order_of_time),
        cmocka_unit_test(a_registers_rows_repeat),
        cmocka_unit_test(faults_tell_place_and_reason),
        cmocka_unit_test(all_faults_of_a_text_are_told),
        cmocka_unit_test(a_missing_file_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
