/* numeral_test.c -- the words of the article, and the edges where a digit turns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/numeral.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void reads(struct numeral numeral, const char *zh, const char *en)
{
    char bytes[128];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_numeral(&text, &numeral, TONGUE_ZH);
    assert_string_equal(bytes, zh);
    text = text_over(bytes, sizeof bytes);
    text_add_numeral(&text, &numeral, TONGUE_EN);
    assert_string_equal(bytes, en);
}

static void the_figures_of_the_article_read_as_it_writes_them(void **state)
{
    (void)state;
    reads((struct numeral){689000, 1, UNIT_case, RULE_wan_1, false}, "68.9万起", "689,000 cases");
    reads((struct numeral){13890000, 1, UNIT_person_time, RULE_wan_0, false}, "1389万人次",
          "13.89 million person-times");
    reads((struct numeral){32880000000000, 100, UNIT_yuan, RULE_yi_0, false}, "3288亿元",
          "328.8 billion yuan");
    reads((struct numeral){31000, 1, UNIT_person, RULE_wan_1, false}, "3.1万名", "31,000 persons");
    reads((struct numeral){34048, 1, UNIT_person, RULE_wan_1_over, false}, "3.4万余名",
          "more than 34,000 persons");
    reads((struct numeral){115372, 1, UNIT_person, RULE_wan_1_over, false}, "11.5万余名",
          "more than 115,000 persons");
    reads((struct numeral){210500, 1, UNIT_person_time, RULE_wan_2, false}, "21.05万人次",
          "210,500 person-times");
    reads((struct numeral){13, 1, UNIT_person, RULE_tens_over, false}, "10余名",
          "more than 10 persons");
    reads((struct numeral){1531, 1, UNIT_person, RULE_whole, false}, "1531名", "1,531 persons");
}

static void a_digit_turns_at_its_half_and_not_before(void **state)
{
    (void)state;
    reads((struct numeral){688499, 1, UNIT_case, RULE_wan_1, false}, "约68.8万起",
          "about 688,000 cases");
    reads((struct numeral){688500, 1, UNIT_case, RULE_wan_1, false}, "约68.9万起",
          "about 689,000 cases");
    reads((struct numeral){689499, 1, UNIT_case, RULE_wan_1, false}, "约68.9万起",
          "about 689,000 cases");
    reads((struct numeral){32884999999999, 100, UNIT_yuan, RULE_yi_0, false}, "约3288亿元",
          "about 328.8 billion yuan");
    reads((struct numeral){32885000000000, 100, UNIT_yuan, RULE_yi_0, false}, "约3289亿元",
          "about 328.9 billion yuan");
    reads((struct numeral){34999, 1, UNIT_person, RULE_wan_1_over, false}, "3.4万余名",
          "more than 34,000 persons");
    reads((struct numeral){35000, 1, UNIT_person, RULE_wan_1_over, false}, "3.5万名",
          "35,000 persons");
    reads((struct numeral){1, 1, UNIT_person, RULE_whole, true}, "约1名", "about 1 person");
}

static void a_value_below_its_unit_steps_down_and_one_above_steps_up(void **state)
{
    (void)state;
    reads((struct numeral){9999, 1, UNIT_case, RULE_wan_1, false}, "9999起", "9,999 cases");
    reads((struct numeral){10000, 1, UNIT_case, RULE_wan_1, false}, "1万起", "10,000 cases");
    reads((struct numeral){99999999, 1, UNIT_case, RULE_wan_1, false}, "约1亿起",
          "about 100 million cases");
    reads((struct numeral){1234567890, 1, UNIT_case, RULE_wan_0, false}, "约12.3457亿起",
          "about 1.23457 billion cases");
    reads((struct numeral){9999999999, 100, UNIT_yuan, RULE_yi_0, false}, "约1亿元",
          "about 100 million yuan");
    reads((struct numeral){123456700, 100, UNIT_yuan, RULE_yi_0, false}, "约123.46万元",
          "about 1.2346 million yuan");
    reads((struct numeral){150, 100, UNIT_yuan, RULE_yi_0, false}, "约2元", "about 2 yuan");
    reads((struct numeral){0, 1, UNIT_case, RULE_wan_1, false}, "0起", "0 cases");
    reads((struct numeral){9, 1, UNIT_person, RULE_tens_over, false}, "9名", "9 persons");
    reads((struct numeral){NUMERAL_MAX, 1, UNIT_case, RULE_wan_0, false}, "1000000000亿起",
          "100000000 billion cases");
}

static void rate_reads(struct ratio rate, unsigned decimals, const char *expected, int lost)
{
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    assert_int_equal(text_add_percent(&text, rate, decimals), lost);
    assert_string_equal(bytes, expected);
}

static void rates_are_rounded_once_from_exact_values(void **state)
{
    (void)state;
    rate_reads(rate_share(240, 500), 1, "48", 0);
    rate_reads(rate_share(29, 500), 1, "5.8", 0);
    rate_reads(rate_minus(rate_share(108, 400), rate_share(29, 500)), 1, "21.2", 0);
    rate_reads(rate_minus(rate_share(132, 400), rate_share(240, 500)), 1, "15", 0);
    rate_reads(rate_share(1, 200), 0, "1", -1); /* a half goes away from zero */
    rate_reads(rate_share(4999, 1000000), 0, "0", 1);
    rate_reads(rate_growth(1005, 2000), 1, "49.8", -1); /* -49.75 */
    /* Growth of 12.96 after 15.19: rounded before subtracting it were 2 or 3. */
    rate_reads(rate_change(115372, 102133, 88664), 1, "2.2", 1);
    rate_reads(rate_change(NUMERAL_MAX, NUMERAL_MAX, NUMERAL_MAX), 1, "0", 0);
}

static void a_rate_says_on_which_side_it_lies(void **state)
{
    static const struct {
        int64_t now, before;
        const char *zh, *en;
    } cases[] = {
        {34048, 22415, "近52%", "nearly 52%"},
        {152, 100, "52%", "52%"},
        {15201, 10000, "略超52%", "just over 52%"},
        {1004, 1000, "0.4%", "0.4%"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        struct ratio rate = rate_growth(cases[i].now, cases[i].before);
        text_add_near_percent(&text, rate, TONGUE_ZH);
        assert_string_equal(bytes, cases[i].zh);
        text = text_over(bytes, sizeof bytes);
        text_add_near_percent(&text, rate, TONGUE_EN);
        assert_string_equal(bytes, cases[i].en);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_figures_of_the_article_read_as_it_writes_them),
        cmocka_unit_test(a_digit_turns_at_its_half_and_not_before),
        cmocka_unit_test(a_value_below_its_unit_steps_down_and_one_above_steps_up),
        cmocka_unit_test(rates_are_rounded_once_from_exact_values),
        cmocka_unit_test(a_rate_says_on_which_side_it_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
