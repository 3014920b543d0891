/* ladders_test.c -- records around an alert over HTTP: whose role may, whose number is never seen,
 * and what it takes to see one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"

enum { NOON = 1772294400 };

static const char ONE[] = "/v1/alerts/00000000000000000000000000000003/records";

static void set_name(struct record *record, unsigned field, const char *text)
{
    record->known |= 1u << field;
    record->field[field].name = ident_of(slice_of(text));
    record->text[field] = slice_of(text);
}

static void set_whole(struct record *record, unsigned field, int64_t whole)
{
    record->known |= 1u << field;
    record->field[field].whole = whole;
}

static uint64_t call_in(struct house *house, int64_t after_s, const char *from, const char *to)
{
    struct record record = {.kind = RECORD_call, .at = {(NOON + after_s) * SECOND_MS}};
    set_whole(&record, 0, record.at.ms);
    set_name(&record, FIELD_OF(call, caller), from);
    set_name(&record, FIELD_OF(call, callee), to);
    if (after_s != 2) { /* of the stranger nobody knows a device */
        set_name(&record, FIELD_OF(call, imei), "86123456789012");
        set_name(&record, FIELD_OF(call, imsi), "460001234567890");
    }
    set_name(&record, FIELD_OF(call, cell), "460-00-4711");
    return record_in(house, &record);
}

static uint64_t payment_in(struct house *house, int64_t after_s)
{
    struct record record = {.kind = RECORD_payment, .at = {(NOON + after_s) * SECOND_MS}};
    set_whole(&record, 0, record.at.ms);
    set_name(&record, FIELD_OF(payment, id), "PAY-20260301-000017");
    set_name(&record, FIELD_OF(payment, payer), "6222020000001111");
    set_name(&record, FIELD_OF(payment, payee), "6222020000008810");
    set_whole(&record, FIELD_OF(payment, amount), 4980000);
    set_name(&record, FIELD_OF(payment, currency), "CNY");
    set_name(&record, FIELD_OF(payment, ip), "203.0.113.77");
    set_name(&record, FIELD_OF(payment, device), "DEVICE-0123456789");
    return record_in(house, &record);
}

/* Alert 3 rests on a call, 4 on a payment, 900 on a record that is not there. */
static int filled(void **state)
{
    (void)house_opened(state);
    struct house *house = *state;
    assert_int_equal(call_in(house, 1, "+8613812340001", "+8613812345521"), 1);
    assert_int_equal(call_in(house, 2, "+8613912340009", "+8613912345529"), 2);
    assert_int_equal(call_in(house, 3, "+8613812340001", "+8613712345678"), 3);
    assert_int_equal(payment_in(house, 4), 4);
    assert_int_equal(call_in(house, 5, "+8613712345678", "+8613812340001"), 5);
    alert_in(house, 3, "+8613812340001", false);
    alert_in(house, 4, "+8613812340001", false);
    alert_in(house, 900, "+8613812349999", false);
    return 0;
}

static size_t times(const char *in, const char *what)
{
    size_t count = 0;
    for (const char *at = strstr(in, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

static void an_alert_tells_what_stands_around_it(void **state)
{
    struct house *house = *state;
    struct reply reply;
    ask(house, visitor_of(house, "home analyst"), "GET", ONE, NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(times(reply.body, "\"position\":"), 3); /* 1, 3, 5: and no stranger's */
    assert_int_equal(times(reply.body, "\"own\":true"), 1);
    assert_non_null(strstr(reply.body, "\"trigger\":3,"));
    assert_non_null(strstr(reply.body, "\"first\":1,\"last\":5,\"entries\":5,\"kept_from\":1,"
                                       "\"cut\":\"none\",\"cut_after\":\"none\""));
    /* The caller is the subject of two alerts; the others of none. */
    assert_int_equal(times(reply.body, "\"subject\":true,\"alerts\":2,\"pseudonym\":\"p_"), 1);
    assert_int_equal(times(reply.body, "\"pseudonym\""), 1);
    ask(house, visitor_of(house, "home analyst"), "GET",
        "/v1/alerts/00000000000000000000000000000004/records", NULL, &reply);
    assert_non_null(strstr(reply.body, "\"amount\":\"49800.00\",\"currency\":\"CNY\""));
    headers_hold(&reply);
}

static void no_full_number_leaves(void **state)
{
    static const char *const NUMBERS[] = {"13812340001",      "13812345521",      "13712345678",
                                          "86123456789012",   "460001234567890",  "460-00-4711",
                                          "6222020000001111", "6222020000008810", "PAY-2026",
                                          "203.0.113",        "0123456789"};
    static const char *const PATHS[] = {ONE, "/v1/alerts/00000000000000000000000000000004/records"};
    struct house *house = *state;
    struct reply reply;
    unsigned seen = 0;
    for (size_t v = 0; v < house->visitors_count; v++)
        for (size_t p = 0; p < 2; p++) {
            ask(house, &house->visitor[v], "GET", PATHS[p], NULL, &reply);
            seen += reply.status == 200;
            for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++)
                if (reply.body != NULL && strstr(reply.body, NUMBERS[i]) != NULL)
                    fail_msg("%s sees %s: %s", house->visitor[v].name, NUMBERS[i], reply.body);
        }
    assert_true(seen > 0);
    ask(house, visitor_of(house, "home administrator"), "GET", ONE, NULL, &reply);
    assert_int_equal(reply.status, 403);
    ask(house, visitor_of(house, "other analyst"), "GET", ONE, NULL, &reply);
    assert_int_equal(reply.status, 403);
    ask(house, NULL, "GET", ONE, NULL, &reply);
    assert_int_equal(reply.status, 401);
}

static void what_is_gone_is_said(void **state)
{
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    struct reply reply;
    ask(house, analyst, "GET", "/v1/alerts/00000000000000000000000000000384/records", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"cut\":\"kept\""));
    assert_non_null(strstr(reply.body, "\"missing\":1,"));
    assert_non_null(strstr(reply.body, "\"records\":[]"));
    ask(house, analyst, "GET", "/v1/alerts/nothing/records", NULL, &reply);
    assert_int_equal(reply.status, 404);
}

static void to_see_them_takes_a_reason_and_leaves_an_entry(void **state)
{
    static const char PATH[] = "/v1/alerts/00000000000000000000000000000003/records/reveal";
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    struct reply reply;
    ask(house, analyst, "POST", PATH, "{}", &reply);
    assert_int_equal(reply.status, 400);
    ask(house, analyst, "POST", PATH, "{\"reason\":\"\"}", &reply);
    assert_int_equal(reply.status, 422);
    ask(house, visitor_of(house, "home duty"), "POST", PATH, "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 403);
    ask(house, analyst, "POST", "/v1/alerts/nothing/records/reveal", "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 404);
    assert_int_equal(entries_of(house, "alert.records_reveal", "done"), 0);
    for (int i = 0; i < BULLETIN_REVEALS_AN_HOUR; i++) {
        ask(house, analyst, "POST", PATH, "{\"reason\":\"致电劝阻\"}", &reply);
        assert_int_equal(reply.status, 200);
        assert_non_null(strstr(reply.body, "\"name\":\"+8613812345521\""));
        assert_non_null(strstr(reply.body, "\"masked\":false"));
    }
    assert_null(strstr(reply.body, "460-00-4711")); /* where somebody was is not asked for */
    ask(house, analyst, "POST", PATH, "{\"reason\":\"once more\"}", &reply);
    assert_int_equal(reply.status, 429);
    assert_int_equal(entries_of(house, "alert.records_reveal", "done"), BULLETIN_REVEALS_AN_HOUR);
    /* one bound for all that a person sees unmasked of alerts */
    ask(house, analyst, "POST", "/v1/alerts/00000000000000000000000000000003/reveal",
        "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 429);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_tells_what_stands_around_it),
        cmocka_unit_test(no_full_number_leaves),
        cmocka_unit_test(what_is_gone_is_said),
        cmocka_unit_test(to_see_them_takes_a_reason_and_leaves_an_entry),
    };
    return cmocka_run_group_tests(tests, filled, house_closed);
}
