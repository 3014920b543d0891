/* check_test.c -- check-lists and findings, and what nobody should get past them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/inspection/inspection_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BIT(name) ((uint32_t)1 << CHECK_##name)

static void objects_and_texts_are_found_and_not_what_looks_like_them(void **state)
{
    struct slice list = SLICE("[{\"a\":{\"key\":\"no\"},\"fact\":\"say \\\"key\\\":\\\"x\\\" }]\","
                              "\"key\":\"real_name\"},{\"n\":[1,{\"key\":\"no\"}],\"key\":\"\"}]");
    struct slice object, text;
    size_t at = 0;
    char bytes[64];
    struct text plain = text_over(bytes, sizeof bytes);
    (void)state;
    assert_true(list_object(list, &at, &object));
    assert_true(object_text(object, "key", &text));
    assert_true(slice_equal(text, SLICE("real_name")));
    assert_true(object_text(object, "fact", &text));
    text_add_plain(&plain, text);
    assert_string_equal(bytes, "say \"key\":\"x\" }]");
    assert_false(object_text(object, "a", &text));
    assert_true(list_object(list, &at, &object));
    assert_true(object_text(object, "key", &text));
    assert_int_equal(text.size, 0);
    assert_false(list_object(list, &at, &object));
}

static void a_list_names_known_checks_each_once(void **state)
{
    uint32_t checks = 0;
    (void)state;
    assert_true(checklist_holds(SLICE("[{\"key\":\"real_name\"},{\"key\":\"domain_logs\"}]"),
                                SLICE("carrier"), &checks));
    assert_int_equal(checks, BIT(real_name) | BIT(domain_logs));
    assert_false(checklist_holds(SLICE("[{\"key\":\"real_name\"},{\"key\":\"real_name\"}]"),
                                 SLICE(""), &checks));
    assert_false(checklist_holds(SLICE("[{\"key\":\"anything\"}]"), SLICE(""), &checks));
    assert_false(checklist_holds(SLICE("[{\"name\":\"real_name\"}]"), SLICE(""), &checks));
    assert_false(checklist_holds(SLICE("[]"), SLICE(""), &checks));
}

static void of_a_mixed_list_each_company_is_asked_what_is_for_it(void **state)
{
    static const struct slice LIST =
        SLICE("[{\"key\":\"internal_control\"},{\"key\":\"real_name\"},{\"key\":\"due_diligence\"},"
              "{\"key\":\"domain_logs\"}]");
    uint32_t checks = 0;
    (void)state;
    assert_true(checklist_holds(LIST, SLICE("bank"), &checks));
    assert_int_equal(checks, BIT(internal_control) | BIT(due_diligence));
    assert_true(checklist_holds(LIST, SLICE("internet"), &checks));
    assert_int_equal(checks, BIT(internal_control) | BIT(domain_logs));
    assert_false(checklist_holds(SLICE("[{\"key\":\"real_name\"}]"), SLICE("bank"), &checks));
}

static void findings_answer_every_check_once_and_a_breach_has_its_fact(void **state)
{
    const uint32_t both = BIT(real_name) | BIT(card_limits);
    uint32_t breaches = 0;
    (void)state;
    assert_true(findings_hold(SLICE("[{\"key\":\"real_name\",\"result\":\"breach\",\"fact\":\"x\"},"
                                    "{\"key\":\"card_limits\",\"result\":\"pass\"}]"),
                              both, &breaches));
    assert_int_equal(breaches, BIT(real_name));
    static const struct slice WRONG[] = {
        SLICE("[{\"key\":\"real_name\",\"result\":\"pass\"}]"),
        SLICE("[{\"key\":\"real_name\",\"result\":\"breach\"},"
              "{\"key\":\"card_limits\",\"result\":\"pass\"}]"),
        SLICE("[{\"key\":\"real_name\",\"result\":\"breach\",\"fact\":\"\"},"
              "{\"key\":\"card_limits\",\"result\":\"pass\"}]"),
        SLICE("[{\"key\":\"real_name\",\"result\":\"maybe\"},"
              "{\"key\":\"card_limits\",\"result\":\"pass\"}]"),
        SLICE("[{\"key\":\"real_name\",\"result\":\"pass\"},{\"key\":\"real_name\",\"result\":"
              "\"pass\"},{\"key\":\"card_limits\",\"result\":\"pass\"}]"),
        SLICE("[{\"key\":\"real_name\",\"result\":\"pass\"},{\"key\":\"appeals\",\"result\":"
              "\"pass\"},{\"key\":\"card_limits\",\"result\":\"pass\"}]"),
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        assert_false(findings_hold(WRONG[i], both, &breaches));
}

static void facts_go_under_the_article_of_their_check(void **state)
{
    static const struct slice FINDINGS =
        SLICE("[{\"key\":\"real_name\",\"result\":\"breach\",\"fact\":\"40 of 200\"},"
              "{\"key\":\"domain_logs\",\"result\":\"breach\",\"fact\":\"none kept\"},"
              "{\"key\":\"card_limits\",\"result\":\"pass\",\"fact\":\"fine\"},"
              "{\"key\":\"appeals\",\"result\":\"breach\",\"fact\":\"no answer\"}]");
    char bytes[512];
    struct text text = text_over(bytes, sizeof bytes);
    (void)state;
    text_add_breaches(&text, FINDINGS, SLICE("carrier"), "art39");
    assert_string_equal(bytes,
                        "实名登记 (real_name): 40 of 200; 对措施的申诉与解除 (appeals): no answer");
    text = text_over(bytes, sizeof bytes);
    text_add_breaches(&text, FINDINGS, SLICE("carrier"), "art41");
    assert_string_equal(bytes, "域名解析、跳转日志留存 (domain_logs): none kept");
    text = text_over(bytes, sizeof bytes);
    text_add_breaches(&text, FINDINGS, SLICE("carrier"), "art40");
    assert_int_equal(text.size, 0);
}

static void every_check_is_for_somebody_and_has_both_tongues(void **state)
{
    (void)state;
    for (int check = 0; check < CHECKS_COUNT; check++) {
        assert_true(check_act((enum check_name)check, SLICE("carrier")) != NULL ||
                    check_act((enum check_name)check, SLICE("payment")) != NULL);
        assert_null(check_act((enum check_name)check, SLICE("police")));
        for (int tongue = 0; tongue < TONGUES_COUNT; tongue++)
            assert_true(check_says((enum check_name)check)->in[tongue][0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_and_texts_are_found_and_not_what_looks_like_them),
        cmocka_unit_test(a_list_names_known_checks_each_once),
        cmocka_unit_test(of_a_mixed_list_each_company_is_asked_what_is_for_it),
        cmocka_unit_test(findings_answer_every_check_once_and_a_breach_has_its_fact),
        cmocka_unit_test(facts_go_under_the_article_of_their_check),
        cmocka_unit_test(every_check_is_for_somebody_and_has_both_tongues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
