/* place_test.c -- one house has one key, two houses have two. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct slice key(char bytes[1024], const char *address)
{
    struct text text = text_over(bytes, 1024);
    if (!text_add_place_key(&text, SLICE("530114001"), slice_of(address)))
        return SLICE("");
    return text_slice(&text);
}

static void one_house_has_one_key(void **state)
{
    (void)state;
    static const char *const SAME[][2] = {
        {"云南省昆明市呈贡区吴家营街道春融街１号 锦华酒店8楼", "530114 春融街1号"},
        {"昆明市呈贡区春融街一号锦华酒店805室", "530114 春融街1号"},
        {"呈贡区春融街1号（锦华大酒店）", "530114 春融街1号"},
        {"春融街 1 号", "530114 春融街1号"},
        {"春融街1号附3号", "530114 春融街1号"},
        {"云南省昆明市呈贡区吴家营街道办事处春融街1号", "530114 春融街1号"},
        {"昆明市呈贡区春融街十二号", "530114 春融街12号"},
        {"春融街一百零二号", "530114 春融街102号"},
        {"春融街二〇五号", "530114 春融街205号"},
        {"呈贡区锦华小区3栋2单元501室", "530114 锦华小区3栋"},
        {"锦华小区三栋", "530114 锦华小区3栋"},
        {"锦华小区12号楼3单元", "530114 锦华小区12号楼"},
        {"昆明市呈贡区锦华酒店8层", "530114 锦华酒店"},
        {"Chunrong Road No.1, Kunming", "530114 chunrongroadno1kunming"},
        {"大理白族自治州大理市人民路5号", "530114 人民路5号"},
        {"呈贡区三环路7号", "530114 三环路7号"},
        {"都市路5号", "530114 都市路5号"},
        {"济南市市中区经四路8号", "530114 经四路8号"}, /* a name, not a number */
    };
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        char bytes[1024], again[1024];
        struct slice made = key(bytes, SAME[i][0]);
        if (!slice_equal(made, slice_of(SAME[i][1])))
            fail_msg("%s became %.*s", SAME[i][0], (int)made.size, made.at);
        struct slice second = key(again, bytes + sizeof "530114");
        assert_true(slice_equal(made, second)); /* a key of a key */
    }
}

static void two_houses_have_two_keys(void **state)
{
    (void)state;
    static const char *const HOUSES[] = {
        "呈贡区春融街1号",   "呈贡区春融街11号",   "呈贡区春融东街1号", "呈贡区春融路1号",
        "呈贡区锦华小区1栋", "呈贡区锦华小区11栋", "呈贡区锦绣小区1栋", "呈贡区锦华小区1号楼",
        "呈贡区锦华酒店",    "呈贡区锦绣酒店",
    };
    enum { COUNT = sizeof HOUSES / sizeof HOUSES[0] };
    char bytes[COUNT][1024];
    struct slice keys[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        keys[i] = key(bytes[i], HOUSES[i]);
        for (size_t k = 0; k < i; k++)
            assert_false(slice_equal(keys[i], keys[k]));
    }
}

static void what_tells_no_house_has_no_key(void **state)
{
    (void)state;
    char bytes[1024];
    static const char *const NOTHING[] = {"",    "  ",   "云南省昆明市呈贡区", "呈贡区春融街",
                                          "8楼", "，。", "\xFF\xFE",           "春融镇"};
    for (size_t i = 0; i < sizeof NOTHING / sizeof NOTHING[0]; i++)
        assert_int_equal(key(bytes, NOTHING[i]).size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_house_has_one_key),
        cmocka_unit_test(two_houses_have_two_keys),
        cmocka_unit_test(what_tells_no_house_has_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
