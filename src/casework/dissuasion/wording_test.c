/* wording_test.c -- what goes to a person holds nothing by which somebody could be reached. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/dissuasion/wording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void every_script_may_be_sent(void **state)
{
    (void)state;
    unsigned count = 0;
    for (const struct script *script = script_at(0); script != NULL; script = script_at(++count))
        for (int tongue = 0; tongue < TONGUES_COUNT; tongue++) {
            enum wording_fault fault = wording_check(slice_of(script->says.in[tongue]));
            if (fault != WORDING_FINE)
                fail_msg("%s %s: %s", script->scam, script->channel,
                         wording_fault_says(fault)->in[TONGUE_EN]);
        }
    assert_true(count >= 20);
}

static void every_type_and_way_has_a_script(void **state)
{
    static const char *const TYPES[] = {"T00", "T01", "T02", "T03", "T04", "T05",
                                        "T06", "T07", "T08", "T09", "T10"};
    static const char *const WAYS[] = {"sms",         "flash_sms", "call",
                                       "second_call", "family",    "visit"};
    (void)state;
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++)
        for (size_t w = 0; w < sizeof WAYS / sizeof WAYS[0]; w++)
            assert_non_null(script_find(slice_of(TYPES[i]), slice_of(WAYS[w])));
    assert_null(script_find(SLICE("X01"), SLICE("sms")));
    assert_null(script_find(SLICE("T01"), SLICE("pigeon")));
}

struct example {
    const char *text;
    enum wording_fault fault;
};

static void what_could_reach_somebody_is_found(void **state)
{
    static const struct example EXAMPLES[] = {
        {"please see cut.example/x", WORDING_LINK},
        {"请看 HTTPS：／／example", WORDING_LINK},
        {"example．com", WORDING_LINK},
        {"mail me: a@b", WORDING_LINK},
        {"w w w abc", WORDING_LINK},
        {"点击链接核实", WORDING_LINK},
        {"请拨打 96110", WORDING_NUMBER},
        {"请拨打 9 6 1 1 0", WORDING_NUMBER},
        {"请拨打 ９６１１０", WORDING_NUMBER},
        {"请拨打九六一一零", WORDING_NUMBER},
        {"请拨打 1-3-8-0", WORDING_FINE},
        {"请拨打 138-0000", WORDING_NUMBER},
        {"请拨打幺三八〇〇", WORDING_NUMBER},
        {"①③⑧①③", WORDING_NUMBER},
        {"加我微信详谈", WORDING_CHAT},
        {"加 微 信", WORDING_CHAT},
        {"my QQ is known", WORDING_CHAT},
        {"扫码核实", WORDING_CHAT},
        {"请转账到指定账户", WORDING_ASKS},
        {"请提供验证码", WORDING_ASKS},
        {"", WORDING_FORM},
        {"a\nb", WORDING_FORM},
        {"1\xE2\x80\x8B"
         "3",
         WORDING_FORM},
        {"\xFF", WORDING_FORM},
        {"\xC0\xAF", WORDING_FORM},
        {"\xE4\xBD", WORDING_FORM},
        {"2026 年请注意", WORDING_FINE},
        {"请到派出所当面核实。", WORDING_FINE},
        {"It stops. Ask at the station.", WORDING_FINE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof EXAMPLES[0]; i++) {
        enum wording_fault fault = wording_check(slice_of(EXAMPLES[i].text));
        if (fault != EXAMPLES[i].fault)
            fail_msg("\"%s\": %d, not %d", EXAMPLES[i].text, fault, EXAMPLES[i].fault);
    }
}

/* Any eleven digits, with anything that may stand between digits, are a number. */
static void no_spacing_hides_a_number(void **state)
{
    static const char *const BETWEEN[] = {"", " ", "-", "　", ".", "、", "(", "·", "–"};
    static const char *const DIGIT[] = {"1", "３", "八", "零", "〇", "幺", "玖"};
    char bytes[256];
    (void)state;
    for (size_t i = 0; i < sizeof BETWEEN / sizeof BETWEEN[0]; i++)
        for (unsigned seed = 0; seed < 200; seed++) {
            struct text text = text_over(bytes, sizeof bytes);
            unsigned at = seed;
            text_add_string(&text, "请联系");
            for (int d = 0; d < 11; d++) {
                text_add_string(&text, DIGIT[at % (sizeof DIGIT / sizeof DIGIT[0])]);
                text_add_string(&text, BETWEEN[i]);
                at = at * 31 + 7;
            }
            assert_false(text.full);
            assert_int_not_equal(wording_check(text_slice(&text)), WORDING_FINE);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_script_may_be_sent),
        cmocka_unit_test(every_type_and_way_has_a_script),
        cmocka_unit_test(what_could_reach_somebody_is_found),
        cmocka_unit_test(no_spacing_hides_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
