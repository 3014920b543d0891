/* tongue_test.c -- the word of the person first, then the environment, then English. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tongue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

#include <stdlib.h>

static void the_word_wins(void **state)
{
    (void)state;
    setenv("LC_ALL", "zh_CN.UTF-8", 1);
    assert_int_equal(tongue_of_locale("en"), TONGUE_EN);
    assert_int_equal(tongue_of_locale("zh"), TONGUE_ZH);
    assert_int_equal(tongue_of_locale("ZH-Hans"), TONGUE_ZH);
    assert_int_equal(tongue_of_locale("zha"), TONGUE_EN); /* Zhuang is another language */
    assert_int_equal(tongue_of_locale("fr"), TONGUE_EN);
}

static void the_environment_in_its_order(void **state)
{
    (void)state;
    setenv("LC_ALL", "", 1);
    setenv("LC_MESSAGES", "en_US.UTF-8", 1);
    setenv("LANG", "zh_CN.UTF-8", 1);
    assert_int_equal(tongue_of_locale(NULL), TONGUE_EN);
    unsetenv("LC_MESSAGES");
    assert_int_equal(tongue_of_locale(NULL), TONGUE_ZH);
    unsetenv("LANG");
    unsetenv("LC_ALL");
    assert_int_equal(tongue_of_locale(NULL), TONGUE_EN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_word_wins),
        cmocka_unit_test(the_environment_in_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
