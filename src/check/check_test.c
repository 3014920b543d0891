/* check_test.c -- what was written is read back; what is not in the lists is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;
static char why_bytes[512], text_bytes[16384];
static struct text why, text;

static int begin(void **state)
{
    (void)state;
    why = text_over(why_bytes, sizeof why_bytes);
    text = text_over(text_bytes, sizeof text_bytes);
    return arena_create(&arena, 8 << 20) == STATUS_OK ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static void a_question_is_read_back_as_it_was_written(void **state)
{
    (void)state;
    struct check_question asked = {
        .id = SLICE("w_0123456789abcdef"),
        .number = SLICE("+8613900000001"),
        .from = {1676865600000},
        .to = MOMENT_NONE,
        .purpose = CHECK_FOR_fraud_lead,
        .basis = CHECK_BY_anti_fraud_law,
        .document = SLICE("昆公反诈查〔2023〕\"18\"号"),
    };
    struct check_question read;
    text_add_check(&text, &asked);
    assert_false(text.full);
    assert_int_equal(check_read(text_slice(&text), arena, &read, &why), STATUS_OK);
    assert_true(slice_equal(read.id, asked.id));
    assert_true(slice_equal(read.number, asked.number));
    assert_true(slice_equal(read.document, asked.document));
    assert_int_equal(read.from.ms, asked.from.ms);
    assert_int_equal(read.to.ms, MOMENT_NONE.ms);
    assert_int_equal(read.purpose, asked.purpose);
    assert_int_equal(read.basis, asked.basis);
}

static void a_push_and_a_notice_are_read_back(void **state)
{
    (void)state;
    struct check_question pushed = {
        .id = SLICE("p-1"),
        .number = SLICE("+8687165550001"),
        .from = MOMENT_NONE,
        .to = MOMENT_NONE,
        .purpose = CHECK_FOR_fraud_lead,
        .basis = CHECK_BY_criminal_procedure,
    };
    struct check_question read;
    struct notice notice = {
        .id = SLICE("w_1"), .number = SLICE("+8687165550001"), .what = NOTICE_cleared};
    struct notice noticed;
    text_add_push(&text, &pushed);
    assert_int_equal(push_read(text_slice(&text), arena, &read, &why), STATUS_OK);
    assert_true(slice_equal(read.number, pushed.number));
    assert_int_equal(check_read(text_slice(&text), arena, &read, &why), STATUS_MALFORMED);
    text.size = 0;
    text_add_notice(&text, &notice);
    assert_string_equal(text_bytes, "{\"id\":\"w_1\",\"notice\":1,\"number\":\"+8687165550001\","
                                    "\"what\":\"cleared\"}");
    assert_int_equal(notice_read(text_slice(&text), arena, &noticed, &why), STATUS_OK);
    assert_int_equal(noticed.what, NOTICE_cleared);
}

static void a_reply_is_read_back_with_every_field(void **state)
{
    (void)state;
    static const char *const VALUES[] = {[REPLY_TEXT] = "锦华酒店 \\ 1 号",
                                         [REPLY_WORD] = "person",
                                         [REPLY_WHOLE] = "17",
                                         [REPLY_DATE] = "2023-02-20",
                                         [REPLY_LIST] = "+8613900000002;+8613900000003"};
    struct reply said = {.id = SLICE("w_1"), .outcome = CHECK_answered, .by_person = true};
    struct reply read;
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++)
        said.value[f] = slice_of(VALUES[REPLY_TYPES[f]]);
    text_add_reply(&text, &said);
    assert_int_equal(reply_read(text_slice(&text), arena, &read, &why), STATUS_OK);
    assert_true(read.by_person);
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++)
        assert_true(slice_equal(read.value[f], said.value[f]));
}

static void nothing_is_asked_or_answered_that_is_not_listed(void **state)
{
    (void)state;
    static const char *const QUESTIONS[] = {
        "",
        "[]",
        "{\"check\":2,\"id\":\"w\",\"number\":\"13900000001\",\"purpose\":\"fraud_lead\",\"basis\":"
        "\"emergency\"}",
        "{\"check\":1,\"id\":\"w\",\"number\":\"13900000001\",\"purpose\":\"fraud_lead\",\"basis\":"
        "\"emergency\",\"content\":\"what they said\"}",
        "{\"check\":1,\"id\":\"w\",\"number\":\"13900000001\",\"purpose\":\"curiosity\",\"basis\":"
        "\"emergency\"}",
        "{\"check\":1,\"id\":\"w\",\"number\":\"none\",\"purpose\":\"fraud_lead\",\"basis\":"
        "\"emergency\"}",
        "{\"check\":1,\"id\":\"w\",\"number\":\"13900000001\",\"purpose\":\"fraud_lead\"}",
        "{\"check\":1,\"id\":\"w\",\"number\":\"13900000001\",\"purpose\":\"fraud_lead\",\"basis\":"
        "\"emergency\",\"from\":\"yesterday\"}",
        "{\"check\":1,\"id\":\"w\\u000a\",\"number\":\"13900000001\",\"purpose\":\"fraud_lead\","
        "\"basis\":\"emergency\"}",
    };
    static const char *const REPLIES[] = {
        "{\"reply\":1,\"id\":\"w\",\"outcome\":\"answered\",\"reason\":\"none\",\"by\":\"a dog\"}",
        "{\"reply\":1,\"id\":\"w\",\"outcome\":\"refused\",\"reason\":\"rate\",\"by\":\"machine\","
        "\"holder\":\"x\"}",
        "{\"reply\":1,\"id\":\"w\",\"outcome\":\"answered\",\"reason\":\"none\",\"by\":\"machine\","
        "\"recording\":\"x\"}",
        "{\"reply\":1,\"id\":\"w\",\"outcome\":\"answered\",\"reason\":\"none\",\"by\":\"machine\","
        "\"cards\":\"many\"}",
        "{\"reply\":1,\"id\":\"w\",\"outcome\":\"answered\",\"reason\":\"none\",\"by\":\"machine\","
        "\"contract_date\":\"20-02-2023\"}",
    };
    for (size_t i = 0; i < sizeof QUESTIONS / sizeof QUESTIONS[0]; i++) {
        struct check_question question;
        why.size = 0;
        assert_int_equal(check_read(slice_of(QUESTIONS[i]), arena, &question, &why),
                         STATUS_MALFORMED);
        assert_true(why.size != 0);
        assert_null(strstr(why_bytes, "13900000001")); /* names the member, never the value */
    }
    for (size_t i = 0; i < sizeof REPLIES / sizeof REPLIES[0]; i++) {
        struct reply reply;
        why.size = 0;
        assert_int_equal(reply_read(slice_of(REPLIES[i]), arena, &reply, &why), STATUS_MALFORMED);
        assert_true(why.size != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_question_is_read_back_as_it_was_written, begin, end),
        cmocka_unit_test_setup_teardown(a_push_and_a_notice_are_read_back, begin, end),
        cmocka_unit_test_setup_teardown(a_reply_is_read_back_with_every_field, begin, end),
        cmocka_unit_test_setup_teardown(nothing_is_asked_or_answered_that_is_not_listed, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
