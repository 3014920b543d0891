/* encoding_test.c -- which encoding, and out of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "encoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* "中文" */
#define ZH_UTF8 "\xE4\xB8\xAD\xE6\x96\x87"
#define ZH_GB   "\xD6\xD0\xCE\xC4"
/* "联通" in GB18030 is by accident valid UTF-8 */
#define UNICOM_GB "\xC1\xAA\xCD\xA8"

static void test_vote(void **state)
{
    (void)state;
    static const struct {
        const char *sample;
        enum encoding encoding;
    } SAMPLES[] = {
        {"plain\nplain\n", ENCODING_OPEN},
        {"", ENCODING_OPEN},
        {ZH_UTF8 "\n", ENCODING_UTF8},
        {ZH_GB "\n", ENCODING_GB18030},
        {ZH_UTF8 "\n" ZH_UTF8 "\n" ZH_GB "\n", ENCODING_UTF8},
        {ZH_GB "\n" ZH_GB "\n" ZH_UTF8 "\n", ENCODING_GB18030},
        {ZH_UTF8 "\n" ZH_GB "\n", ENCODING_UTF8},
        {UNICOM_GB "\n" ZH_GB "\n" ZH_GB "\n", ENCODING_GB18030},
        {"\xFF\xFF\n", ENCODING_OPEN},
        {"\x81\x30\x81\x30\n", ENCODING_GB18030},
        {"a,\xE4\xB8", ENCODING_GB18030}, /* half a character at the end is the other's whole one */
    };
    for (size_t i = 0; i < sizeof SAMPLES / sizeof SAMPLES[0]; i++)
        if (encoding_of(slice_of(SAMPLES[i].sample)) != SAMPLES[i].encoding)
            fail_msg("sample %zu: %s", i, encoding_name(encoding_of(slice_of(SAMPLES[i].sample))));
}

static void test_row_bytes(void **state)
{
    (void)state;
    char bytes[64];
    for (size_t size = 0; size <= 40; size++) {
        memset(bytes, 'a', sizeof bytes);
        assert_int_equal(row_bytes_of((struct slice){bytes, size}), 0);
        for (size_t i = 0; i < size; i++) {
            bytes[i] = '\x80';
            assert_int_equal(row_bytes_of((struct slice){bytes, size}), ROW_HIGH);
            bytes[i] = '\x1F';
            assert_int_equal(row_bytes_of((struct slice){bytes, size}), ROW_CONTROL);
            bytes[i] = '\x7F';
            assert_int_equal(row_bytes_of((struct slice){bytes, size}), ROW_CONTROL);
            bytes[i] = '\0';
            assert_int_equal(row_bytes_of((struct slice){bytes, size}), ROW_CONTROL | ROW_NUL);
            bytes[i] = 'a';
        }
    }
}

static void test_transcode(void **state)
{
    (void)state;
    struct transcoder transcoder = {0};
    char room[32];
    struct text text = text_over(room, sizeof room);
    assert_int_equal(transcode(&transcoder, SLICE("a" ZH_GB "b"), &text), STATUS_OK);
    assert_string_equal(room, "a" ZH_UTF8 "b");
    assert_int_equal(transcode(&transcoder, SLICE("\x81\x30\x81\x30"), &text), STATUS_OK);
    assert_string_equal(room, "a" ZH_UTF8 "b\xC2\x80");
    text = text_over(room, sizeof room);
    assert_int_equal(transcode(&transcoder, SLICE("\xD6"), &text), STATUS_MALFORMED);
    assert_int_equal(transcode(&transcoder, SLICE("\xFF\xFF"), &text), STATUS_MALFORMED);
    assert_int_equal(text.size, 0);
    text = text_over(room, 3);
    assert_int_equal(transcode(&transcoder, SLICE(ZH_GB), &text), STATUS_FULL);
    transcoder_release(&transcoder);
    transcoder_release(&transcoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vote),
        cmocka_unit_test(test_row_bytes),
        cmocka_unit_test(test_transcode),
    };
    return cmocka_run_group_tests_name("encoding", tests, NULL, NULL);
}
