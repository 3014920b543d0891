/* explain_test.c -- a rule in words, a feature's label, a table of costs, in both tongues. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/rule/explain.h"

#include "cost_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

static struct arena *arena;
static char room[1 << 16];

static int set_up(void **state)
{
    (void)state;
    return arena_create(&arena, 64 << 20) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static const struct rule_set *check(const char *source)
{
    struct diags diags = {0};
    struct rule_file file = {SLICE("t.cut"), slice_of(source)};
    const struct rule_set *set = NULL;
    assert_int_equal(rules_check(&file, 1, arena, &diags, &set), STATUS_OK);
    return set;
}

/* The example of design.md, section 5. */
static const char GATEWAY[] =
    "profile device by call.imei {\n"
    "  sims     = distinct imsi    over 24h  \"SIM cards\" \"用过的卡数\"\n"
    "  calls    = count            over 24h\n"
    "  callees  = distinct callee  over 24h\n"
    "  cells    = distinct cell    over 24h\n"
    "  talk     = mean duration    over 24h where result = answered\n"
    "}\n"
    "rule goip_gateway on call {\n"
    "  title    \"GOIP gateway\"  \"GOIP 网关\"\n"
    "  let      ratio = device.callees / device.calls\n"
    "  when     device.sims >= 5\n"
    "       and ratio > 0.8\n"
    "       and not imei in list known_test_phone\n"
    "  score    0.6 + 0.1 * min(device.sims / 10, 4)\n"
    "  subject  imei  typology gateway\n"
    "  grade    extreme when device.sims > 50, high\n"
    "  against  device.talk > 180s \"long conversations\"  \"通话时间长\"\n"
    "  mark     caller box_card 0.7 for 3d when ratio > 0.9\n"
    "  quiet    24h\n"
    "  respond  lead\n"
    "}\n"
    "rule z_marks on call { when caller marked box_card mark callee called_by_box 1 for 1h }\n";

static void in_english(void **state)
{
    (void)state;
    const struct rule_set *set = check(GATEWAY);
    struct text text = text_over(room, sizeof room);
    text_add_explanation(&text, set, &set->rule[0], TONGUE_EN);
    assert_string_equal(
        room, "goip_gateway: GOIP gateway\n"
              "  watches   every call\n"
              "  fires     when all of these are true\n"
              "            device.sims >= 5\n"
              "            ratio > 0.8\n"
              "            imei not in list known_test_phone\n"
              "  where     ratio = device.callees / device.calls\n"
              "  accuses   imei as gateway (GOIP gateway or SIM bank)\n"
              "  score     0.6 + 0.1 * min(device.sims / 10, 4)\n"
              "  grade     extreme when device.sims > 50\n"
              "  grade     high\n"
              "  against   device.talk > 3m (long conversations)\n"
              "  marks     caller with `box_card` 0.7 for 3d when ratio > 0.9\n"
              "  then      quiet for 1d; response: lead\n"
              "  reads\n"
              "            device.sims: SIM cards; 8 bytes an event\n"
              "            device.calls: number of records in 1d; no value of its own\n"
              "            device.callees: number of different callee in 1d; 8 bytes an event\n"
              "            device.talk: mean of duration in 1d, where result = answered; 8 bytes "
              "an event\n");
}

static void in_chinese(void **state)
{
    (void)state;
    const struct rule_set *set = check(GATEWAY);
    struct text text = text_over(room, sizeof room);
    text_add_explanation(&text, set, NULL, TONGUE_ZH);
    static const char *const LINES[] = {
        "goip_gateway: GOIP 网关\n",
        "  监视      每条 call 记录\n",
        "  对象      imei，类型 gateway（GOIP 网关/猫池）\n",
        "  等级      特急：当 device.sims > 50\n",
        "  反证      device.talk > 3m（通话时间长）\n",
        "  标记      对 caller 加标记 `box_card` 0.7，有效期 3 天：当 ratio > 0.9\n",
        "  之后      静默 1 天；处置方式：线索\n",
        "            device.sims: 用过的卡数; 每个事件 8 字节\n",
        "z_marks\n",
        "  对象      无：只做标记\n"};
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++)
        assert_non_null(strstr(room, LINES[i]));
}

static void sequences_in_words(void **state)
{
    (void)state;
    const struct rule_set *set =
        check("profile human by call.callee through person.phone, payment.payer through"
              " person.account { n = count over 1d as call.callee }\n"
              "rule r on human { title \"t\" \"题\" when call(c) then payment(p) within 2h and"
              " c.duration > 20m and human.n > 1 subject person(p.payer) typology victim }");
    struct text text = text_over(room, sizeof room);
    text_add_explanation(&text, set, NULL, TONGUE_EN);
    assert_non_null(
        strstr(room, "  watches   call (c) and then payment (p) within 2h, of one human\n"));
    assert_non_null(strstr(room, "            c.duration > 20m\n"));
    text = text_over(room, sizeof room);
    text_add_explanation(&text, set, NULL, TONGUE_ZH);
    assert_non_null(
        strstr(room, "  监视      同一 human 先有 call (c)，2 小时 内再有 payment (p)\n"));
}

static void labels_are_made(void **state)
{
    (void)state;
    const struct rule_set *set =
        check("profile p by call.caller, call.callee, sms.sender {\n"
              " a = quantile 0.9 duration over 90s as caller where result = answered\n"
              " b = since over 1500ms\n c = top cell over 7d \"\" \"\"\n"
              " d = distinct imsi over 1h as sms.sender }");
    static const struct {
        unsigned feature;
        enum tongue tongue;
        const char *label;
    } WANTED[] = {
        {0, TONGUE_EN, "quantile 0.9 of duration in 90s as call.caller, where result = answered"},
        {0, TONGUE_ZH, "0.9 分位数：duration（90 秒内），作为 call.caller，当 result = answered"},
        {1, TONGUE_EN, "time since the latest record in 1500ms"},
        {2, TONGUE_ZH, "最常见者占比：cell（7 天内）"},
        {3, TONGUE_EN, "number of different imsi in 1h as sms.sender"}};
    for (size_t i = 0; i < sizeof WANTED / sizeof WANTED[0]; i++) {
        struct text text = text_over(room, sizeof room);
        text_add_feature_label(&text, set, 0, WANTED[i].feature, WANTED[i].tongue);
        assert_string_equal(room, WANTED[i].label);
    }
}

static void costs(void **state)
{
    (void)state;
    const struct rule_set *set =
        check("profile p by call.caller, call.callee {\n"
              " a = distinct imsi over 1d  b = top imsi over 7d as caller  c = count over 1h\n"
              " d = sum duration over 1h  e = max duration over 1h where result = answered }\n"
              "profile empty by call.imei { }\n"
              "rule r on call { let x = p[caller].a / 2 when x > 1 and p[callee].d > 5m"
              " mark caller m 1 for 1d }");
    assert_true(feature_shares_value(set, &set->profile[0], 1));
    assert_false(feature_shares_value(set, &set->profile[0], 3));
    assert_int_equal(rule_steps(&set->rule[0]), 4 + 3 + 4 + 1);
    static const struct memory_cost memory[] = {{32, 288, 524320}, {16, 160, 262176}};
    struct text text = text_over(room, sizeof room);
    text_add_costs(&text, set, memory, TONGUE_EN);
    assert_string_equal(
        room, "profile  features  bytes/event  quiet entity  busiest entity  longest span\n"
              "p               5           32           288          524320            7d\n"
              "empty           0           16           160          262176             -\n"
              "\n"
              "rule    on  steps/record\n"
              "r     call            12\n");
    text = text_over(room, sizeof room);
    text_add_costs(&text, set, memory, TONGUE_ZH);
    assert_string_equal(room, "画像   特征  字节/事件  静默对象  最忙对象  最长时间窗\n"
                              "p         5         32       288    524320        7 天\n"
                              "empty     0         16       160    262176           -\n"
                              "\n"
                              "规则  触发记录  步数/记录\n"
                              "r         call         12\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(in_english, set_up, tear_down),
        cmocka_unit_test_setup_teardown(in_chinese, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sequences_in_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(labels_are_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(costs, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
