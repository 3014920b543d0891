/* phone_test.c -- numbers as they are written, and as they are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/phone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { PHONE_BYTES = 32, LINE_BYTES = 256 };

static const char *canonical(const char *written, const char *home, char out[PHONE_BYTES])
{
    struct text text = text_over(out, PHONE_BYTES);
    if (phone_canonical(slice_of(written), slice_of(home), &text) != STATUS_OK)
        return "malformed";
    return out;
}

struct example {
    const char *written, *expected;
};

static void check(const struct example *examples, size_t count, const char *home)
{
    for (size_t i = 0; i < count; i++) {
        char out[PHONE_BYTES], again[PHONE_BYTES];
        const char *got = canonical(examples[i].written, home, out);
        if (strcmp(got, examples[i].expected) != 0)
            fail_msg("%s: %s, not %s", examples[i].written, got, examples[i].expected);
        if (strcmp(got, "malformed") != 0)
            assert_string_equal(canonical(got, home, again), got); /* invariant 2 */
    }
}

#define CHECK(examples, home) check(examples, sizeof(examples) / sizeof(examples)[0], home)

static void test_china(void **state)
{
    (void)state;
    static const struct example EXAMPLES[] = {
        {"13800138000", "+8613800138000"},
        {"+8613800138000", "+8613800138000"},
        {"8613800138000", "+8613800138000"},
        {"008613800138000", "+8613800138000"},
        {"013800138000", "+8613800138000"},
        {"+86 138-0013-8000", "+8613800138000"},
        {"１３８００１３８０００", "+8613800138000"},
        {"＋８６　１３８００１３８０００", "+8613800138000"},
        {"1795113800138000", "+8613800138000"},
        {"19912345678", "+8619912345678"},
        {"(010) 6275-1234", "+861062751234"},
        {"（010）62751234", "+861062751234"},
        {"01062751234", "+861062751234"},
        {"+86 (0)10 6275 1234", "+861062751234"},
        {"+8601062751234", "+861062751234"},
        {"861062751234", "+861062751234"},
        {"2162751234", "+862162751234"},
        {"0755-88886666", "+8675588886666"},
        {"75588886666", "+8675588886666"},
        {"0991-8888666", "+869918888666"},
        {"110", "110"},
        {"95588", "95588"},
        {"96110", "96110"},
        {"10086", "10086"},
        {"12381", "12381"},
        {"+8695588", "95588"},
        {"8695588", "8695588"}, /* a local number of seven digits as well */
        {"+8610086", "10086"},
        {"4008001234", "4008001234"},
        {"400-800-1234", "4008001234"},
        {"8008101234", "8008101234"},
        {"+864001234567", "+864001234567"}, /* E.164 stays */
        {"106575258888", "106575258888"},
        {"+86106575258888", "106575258888"},
        {"10657525888812345678", "10657525888812345678"},
        {"1064712345678", "+861064712345678"},
        {"1440012345678", "+861440012345678"},
        {"+861440012345678", "+861440012345678"},
        {"62751234", "62751234"}, /* local: nobody knows where */
        {"1001", "1001"},
        {"1", "1"},
        {"0044 20 7946 0018", "+442079460018"},
        {"+44 (0)20 7946 0018", "+442079460018"},
        {"+95588", "+95588"}, /* forged to look like the bank: nothing may hide it */
        {"0095588", "+95588"},
        {"00095588", "malformed"},
        {"", "malformed"},
        {"+", "malformed"},
        {"-1", "malformed"},
        {"-", "malformed"},
        {"anonymous", "malformed"},
        {"13800138000.0", "malformed"}, /* a spreadsheet was here */
        {"1.38E+10", "malformed"},
        {"138+0013", "malformed"},
        {"++8613800138000", "malformed"},
        {"+8613800138000123456", "malformed"},
        {"1380013800013800138000", "malformed"},
        {"2345678901234567", "malformed"}, /* sixteen digits of no known kind */
        {"*98", "malformed"},
        {"138\xFF", "malformed"},
    };
    CHECK(EXAMPLES, "86");
}

static void test_elsewhere(void **state)
{
    (void)state;
    static const struct example BRITAIN[] = {
        {"020 7946 0018", "+442079460018"},
        {"2079460018", "+442079460018"},
        {"+442079460018", "+442079460018"},
        {"442079460018", "+442079460018"},
        {"999", "999"},
        {"116123", "116123"},
        {"008613800138000", "+8613800138000"},
    };
    static const struct example AMERICA[] = {
        {"(201) 555-0123", "+12015550123"},
        {"1-201-555-0123", "+12015550123"},
        {"011 44 20 7946 0018", "+442079460018"},
        {"911", "911"},
    };
    static const struct example ITALY[] = {{"06 6982 1234", "+390669821234"}};
    static const struct example RUSSIA[] = {{"8 916 123-45-67", "+79161234567"}};
    static const struct example NOWHERE[] = {{"13800138000", "13800138000"}};
    CHECK(BRITAIN, "44");
    CHECK(AMERICA, "1");
    CHECK(ITALY, "39");
    CHECK(RUSSIA, "7");
    CHECK(NOWHERE, "");
}

static void test_plain_is_canonical(void **state)
{
    (void)state;
    char number[17] = "+";
    for (unsigned first = 1; first < 1000; first++) {
        for (int size = 4; size <= 15; size++) {
            char out[PHONE_BYTES];
            (void)snprintf(number, sizeof number, "+%03u%.*s", first, size - 3, "012345678901");
            if (phone_is_plain(slice_of(number)))
                assert_string_equal(canonical(number, "86", out), number);
        }
    }
    assert_true(digits_only("0123456789", 10));
    assert_false(digits_only("012345678:", 10));
    assert_false(digits_only("0/23456789", 10));
    assert_false(digits_only("1234567", 7));
}

/* ---- libphonenumber's examples ---- */

struct share {
    unsigned same, all;
};

static FILE *open_data(const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/phonenumbers/%s", DATA_FOLDER, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        print_message("skipped: %s is not there\n", name);
        skip();
    }
    return file;
}

static void count_share(struct share *share, const char *written, const char *home,
                        const char *expected)
{
    char out[PHONE_BYTES];
    bool same = strcmp(canonical(written, home, out), expected) == 0;
    if (!same)
        print_message("  %s at %s: not %s\n", written, home, expected);
    share->all++;
    share->same += same;
}

static void test_libphonenumber(void **state)
{
    (void)state;
    FILE *file = open_data("example_numbers.tsv");
    char line[LINE_BYTES];
    struct share outside = {0}, china = {0}, home = {0};
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        char region[8], country[8], type[32], national[32], e164[32];
        if (sscanf(line, "%7[^\t]\t%7[^\t]\t%31[^\t]\t%31[^\t]\t%31[^\t]", region, country, type,
                   national, e164) != 5)
            continue;
        count_share(&outside, e164, "86", e164);
        if (strcmp(region, "CN") == 0 && strncmp(national, "400", 3) != 0 &&
            strncmp(national, "800", 3) != 0)
            count_share(&china, national, "86", e164);
        if (strlen(national) >= 7 && strcmp(region, "CN") != 0)
            count_share(&home, national, country, e164);
    }
    (void)fclose(file);
    print_message("E.164 in, same out: %u of %u\n", outside.same, outside.all);
    print_message("national numbers of China: %u of %u\n", china.same, china.all);
    print_message("national numbers elsewhere, without trunk prefix: %u of %u\n", home.same,
                  home.all);
    assert_int_equal(outside.same, outside.all);
    assert_int_equal(china.same, china.all);
    assert_true(home.same * 100 >= home.all * 95);
}

/* Every mobile prefix of China, as dialled from inside. */
static void test_china_prefixes(void **state)
{
    (void)state;
    FILE *file = open_data("cn_carrier_prefix_86.txt");
    char line[LINE_BYTES];
    struct share share = {0};
    while (fgets(line, sizeof line, file) != NULL) {
        char prefix[16], national[16], e164[24];
        if (sscanf(line, "86%15[0-9]|", prefix) != 1)
            continue;
        (void)snprintf(national, sizeof national, "%.11s", prefix);
        for (size_t i = strlen(national); i < 11; i++) {
            national[i] = (char)('0' + i % 10);
            national[i + 1] = '\0';
        }
        (void)snprintf(e164, sizeof e164, "+86%s", national);
        count_share(&share, national, "86", e164);
        count_share(&share, e164, "86", e164);
    }
    (void)fclose(file);
    print_message("mobile prefixes of China: %u of %u\n", share.same, share.all);
    assert_int_equal(share.same, share.all);
    assert_true(share.all > 100);
}

/* Digits put together from what means something at the start of a number. */
static void test_what_came_out_stays(void **state)
{
    static const char *const PIECES[] = {"0",  "00", "86",  "1",   "10",  "106", "1064", "144",
                                         "13", "95", "400", "011", "179", "2",   "8",    "7"};
    static const char *const HOMES[] = {"86", "1", "39", "852", ""};
    uint64_t seed = 20261126;
    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        char written[64] = {0}, out[PHONE_BYTES], again[PHONE_BYTES];
        struct text text = text_over(written, sizeof written);
        unsigned pieces = 1 + (unsigned)(i % 9);
        if (i % 3 == 0)
            text_add_char(&text, '+');
        for (unsigned k = 0; k < pieces; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            text_add_string(&text, PIECES[seed >> 60]);
        }
        const char *home = HOMES[i % 5];
        const char *got = canonical(written, home, out);
        if (strcmp(got, "malformed") != 0 && strcmp(canonical(got, home, again), got) != 0)
            fail_msg("%s at home %s: %s, then %s", written, home, got, again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_china),
        cmocka_unit_test(test_elsewhere),
        cmocka_unit_test(test_plain_is_canonical),
        cmocka_unit_test(test_libphonenumber),
        cmocka_unit_test(test_china_prefixes),
        cmocka_unit_test(test_what_came_out_stays),
    };
    return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}
