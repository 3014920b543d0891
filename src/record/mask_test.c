/* mask_test.c -- names of people, their documents and addresses; the others are tested beside the
 * alerts that show them (alert/mask_test.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

typedef void mask_fn(struct text *text, struct slice spelling);

static const char *masked(mask_fn *mask, const char *spelling)
{
    static char bytes[256];
    struct text text = text_over(bytes, sizeof bytes);
    mask(&text, slice_of(spelling));
    assert_false(text.full);
    return bytes;
}

static void a_name_keeps_its_family(void **state)
{
    (void)state;
    assert_string_equal(masked(text_add_masked_human, "张三"), "张*");
    assert_string_equal(masked(text_add_masked_human, "张三丰"), "张**");
    assert_string_equal(masked(text_add_masked_human, "欧阳明月"), "欧阳**");
    assert_string_equal(masked(text_add_masked_human, "Zoe Example"), "Z**");
    assert_string_equal(masked(text_add_masked_human, "张"), "*");
}

static void a_document_keeps_area_and_check(void **state)
{
    (void)state;
    assert_string_equal(masked(text_add_masked_document, "11010519491231002X"),
                        "110105**********2X");
    assert_string_equal(masked(text_add_masked_document, "E12345678"), "E1****78");
}

/* Found by a fuzzer: it was taken for a service number. */
static void a_short_number_with_a_country_code_is_somebodys(void **state)
{
    static const struct {
        const char *number, *shown;
    } OF[] = {{"+100000", "+***00"}, {"+12345", "+***5"}, {"+12", "+****"},
              {"96110", "96110"},    {"110", "110"},      {"+1234567", "+1****67"}};
    (void)state;
    for (size_t i = 0; i < sizeof OF / sizeof OF[0]; i++) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_masked(&text, slice_of(OF[i].number), FIELD_PHONE);
        assert_string_equal(bytes, OF[i].shown);
    }
}

static void an_address_ends_at_its_district(void **state)
{
    (void)state;
    assert_string_equal(masked(text_add_masked_address, "云南省昆明市石林县某路1号"),
                        "云南省昆明市石林县****");
    assert_string_equal(masked(text_add_masked_address, "云南省昆明市官渡区某路1号院2区3栋"),
                        "云南省昆明市官渡区****");
    assert_string_equal(masked(text_add_masked_address, "1 Example Street"), "****");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_keeps_its_family),
        cmocka_unit_test(a_document_keeps_area_and_check),
        cmocka_unit_test(an_address_ends_at_its_district),
        cmocka_unit_test(a_short_number_with_a_country_code_is_somebodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
