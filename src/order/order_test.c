/* order_test.c -- what was written is read back, canonically; what is not in the lists is refused.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order/freezing.h"

#include "partner/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;
static char why_bytes[512], text_bytes[65536];
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

static const struct stop_letter ORDER = {
    .order = {"w_0123456789abcdef", 18},
    .round = 1,
    .account = {"6222020000000003", 16},
    .name = {"钱六", 6},
    .amount = 4980000,
    .paid_at = {1772418480000},
    .bank = {"Bank", 4},
    .document = {"昆公反诈止付〔2026〕\"1\"号", 34},
    .law = {"cn-stop-2016 0123", 17},
    .level = 2,
    .term_ms = 172800000,
};

static void an_order_is_read_back_as_it_was_written(void **state)
{
    (void)state;
    struct stop_letter read;
    text_add_stop_letter(&text, &ORDER);
    assert_int_equal(paper_check_canonical(text_slice(&text)), STATUS_OK);
    assert_int_equal(stop_letter_read(text_slice(&text), arena, &read, &why), STATUS_OK);
    assert_true(slice_equal(read.order, ORDER.order));
    assert_true(slice_equal(read.name, ORDER.name));
    assert_true(slice_equal(read.document, ORDER.document));
    assert_int_equal(read.amount, ORDER.amount);
    assert_int_equal(read.paid_at.ms, ORDER.paid_at.ms);
    assert_int_equal(read.term_ms, ORDER.term_ms);
    assert_int_equal(read.level, 2);
}

static void a_result_is_read_back_with_where_the_money_went(void **state)
{
    (void)state;
    struct order_result result = {
        .order = ORDER.order,
        .round = 1,
        .outcome = ORDER_stopped,
        .stopped_at = {1772418600000},
        .balance = 0,
        .moved_count = 2,
        .moved =
            {{SLICE("6222020000000004"), SLICE("孙七"), SLICE("乙银行"), 3980000, {1772418500000}},
             {SLICE("6222020000000005"), SLICE(""), SLICE(""), 1000000, {1772418510000}}},
    };
    struct order_result read;
    text_add_order_result(&text, &result);
    assert_int_equal(paper_check_canonical(text_slice(&text)), STATUS_OK);
    assert_int_equal(order_result_read(text_slice(&text), arena, &read, &why), STATUS_OK);
    assert_int_equal(read.outcome, ORDER_stopped);
    assert_int_equal(read.balance, 0);
    assert_int_equal(read.moved_count, 2);
    assert_true(slice_equal(read.moved[0].name, result.moved[0].name));
    assert_int_equal(read.moved[1].amount, 1000000);
    assert_int_equal(read.moved[1].at.ms, 1772418510000);
}

static void a_lift_is_read_back(void **state)
{
    (void)state;
    struct slice order;
    text_add_lift_letter(&text, ORDER.order);
    assert_int_equal(paper_check_canonical(text_slice(&text)), STATUS_OK);
    assert_int_equal(lift_letter_read(text_slice(&text), arena, &order, &why), STATUS_OK);
    assert_true(slice_equal(order, ORDER.order));
}

static void an_order_speaks_of_no_victim(void **state)
{
    (void)state;
    static const char *const REFUSED[] = {
        "{\"account\":\"6222020000000003\",\"amount\":1,\"level\":1,\"name\":\"x\",\"order\":\"w\","
        "\"paid_at\":"
        "\"2026-03-02T10:28:00Z\",\"round\":1,\"stop\":1,\"term_ms\":1,\"victim\":\"x\"}",
        "{\"account\":\"6222020000000003\",\"amount\":1,\"level\":1,\"name\":\"x\",\"order\":\"w\","
        "\"paid_at\":"
        "\"2026-03-02T10:28:00Z\",\"payer\":\"1\",\"round\":1,\"stop\":1,\"term_ms\":1}",
        "{\"account\":\"6222020000000003\",\"amount\":1,\"level\":1,\"order\":\"w\",\"paid_at\":"
        "\"2026-03-02T10:28:00Z\",\"round\":1,\"stop\":1,\"term_ms\":1}",
        "{\"account\":\"6222020000000003\",\"amount\":0,\"level\":1,\"name\":\"x\",\"order\":\"w\","
        "\"paid_at\":"
        "\"2026-03-02T10:28:00Z\",\"round\":1,\"stop\":1,\"term_ms\":1}",
        "{\"account\":\"6222020000000003\",\"amount\":\"1\",\"level\":1,\"name\":\"x\",\"order\":"
        "\"w\",\"paid_at\":"
        "\"2026-03-02T10:28:00Z\",\"round\":1,\"stop\":1,\"term_ms\":1}",
        "",
        "[]",
        "{}",
        "{\"stop\":1}",
    };
    struct stop_letter read;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++)
        assert_int_equal(stop_letter_read(slice_of(REFUSED[i]), arena, &read, &why),
                         STATUS_MALFORMED);
}

static void a_result_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
#define TAIL ",\"reason\":\"none\",\"result\":1,\"round\":1"
    static const char *const REFUSED[] = {
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"stopped\"" TAIL "}",  /* when? */
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"mismatch\"" TAIL "}", /* which? */
        "{\"fault\":\"name\",\"order\":\"w\",\"outcome\":\"mismatch\"" TAIL
        ",\"stopped_at\":\"2026-03-02T10:28:00Z\"}",
        "{\"fault\":\"name\",\"order\":\"w\",\"outcome\":\"stopped\"" TAIL
        ",\"stopped_at\":\"2026-03-02T10:28:00Z\"}",
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"moved_on\"" TAIL "}",
        "{\"fault\":\"none\",\"moved\":[],\"order\":\"w\",\"outcome\":\"moved_on\"" TAIL "}",
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"frozen\"" TAIL "}",
        "{\"balance\":-1,\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"held\"" TAIL "}",
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"held\",\"reason\":\"person\",\"result\":"
        "1,\"round\":0}",
    };
    struct order_result read;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++)
        assert_int_equal(order_result_read(slice_of(REFUSED[i]), arena, &read, &why),
                         STATUS_MALFORMED);
}

static const struct freeze_letter FREEZE = {
    .order = {"w_0123456789abcdef", 18},
    .account = {"6222020000000003", 16},
    .name = {"钱六", 6},
    .amount = 4980000,
    .asset = FREEZE_ASSET_deposits_major,
    .method = FREEZE_METHOD_receive_only,
    .months = 12,
    .yields = true,
    .of_case = {"A-2026-17", 9},
    .document = {"DJ-1", 4},
};

static void a_freeze_is_read_back_and_without_a_case_it_is_none(void **state)
{
    (void)state;
    struct freeze_letter read, none = FREEZE;
    text_add_freeze_letter(&text, &FREEZE);
    assert_int_equal(paper_check_canonical(text_slice(&text)), STATUS_OK);
    assert_int_equal(freeze_letter_read(text_slice(&text), arena, &read, &why), STATUS_OK);
    assert_true(slice_equal(read.of_case, FREEZE.of_case) && read.yields);
    assert_int_equal(read.asset, FREEZE.asset);
    assert_int_equal(read.method, FREEZE.method);
    assert_int_equal(read.months, 12);
    text = text_over(text_bytes, sizeof text_bytes);
    none.of_case = SLICE("");
    text_add_freeze_letter(&text, &none);
    assert_int_equal(freeze_letter_read(text_slice(&text), arena, &read, &why), STATUS_MALFORMED);
    assert_true(strstr(why_bytes, "case") != NULL);
}

static void a_renewal_a_turn_and_what_is_said_of_a_freeze_are_read_back(void **state)
{
    (void)state;
    struct renew_letter renew, renewed = {FREEZE.order, FREEZE.document, SLICE("law"), 6};
    struct freeze_result result, said = {.order = FREEZE.order,
                                         .outcome = FREEZE_waiting,
                                         .at = MOMENT_NONE,
                                         .until = MOMENT_NONE,
                                         .frozen = -1,
                                         .balance = 3,
                                         .prior_organ = SLICE("kunming"),
                                         .prior_amount = 0,
                                         .prior_until = {1772418480000}};
    struct slice order;
    text_add_renew_letter(&text, &renewed);
    assert_int_equal(paper_check_canonical(text_slice(&text)), STATUS_OK);
    assert_int_equal(renew_letter_read(text_slice(&text), arena, &renew, &why), STATUS_OK);
    assert_int_equal(renew.months, 6);
    text = text_over(text_bytes, sizeof text_bytes);
    text_add_turn_letter(&text, FREEZE.order);
    assert_int_equal(turn_letter_read(text_slice(&text), arena, &order, &why), STATUS_OK);
    assert_true(slice_equal(order, FREEZE.order));
    text = text_over(text_bytes, sizeof text_bytes);
    text_add_freeze_result(&text, &said);
    assert_int_equal(paper_check_canonical(text_slice(&text)), STATUS_OK);
    assert_int_equal(freeze_result_read(text_slice(&text), arena, &result, &why), STATUS_OK);
    assert_true(slice_equal(result.prior_organ, said.prior_organ));
    assert_int_equal(result.prior_until.ms, said.prior_until.ms);
    assert_int_equal(result.balance, 3);
}

static void a_freeze_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
#define AT "\"at\":\"2026-03-02T10:28:00Z\","
    static const char *const REFUSED[] = {
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"frozen\",\"reason\":\"none\","
        "\"result\":1}", /* when, how much? */
        "{" AT "\"fault\":\"none\",\"frozen\":1,\"order\":\"w\",\"outcome\":\"frozen\",\"reason\":"
        "\"none\",\"result\":1}", /* until when? */
        "{" AT "\"fault\":\"none\",\"frozen\":1,\"order\":\"w\",\"outcome\":\"frozen\",\"reason\":"
        "\"none\",\"result\":1,\"until\":\"2026-03-02T10:28:00Z\"}", /* for no time */
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"refused\",\"reason\":\"none\","
        "\"result\":1}", /* why? */
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"not_renewed\",\"reason\":\"law\","
        "\"result\":1}", /* which notice? */
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"held\",\"prior_organ\":\"x\","
        "\"reason\":\"person\",\"result\":1}",
        "{\"fault\":\"none\",\"order\":\"w\",\"outcome\":\"lifted\",\"reason\":\"none\","
        "\"result\":1,\"victim\":\"x\"}",
    };
#undef AT
    struct freeze_result read;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++)
        assert_int_equal(freeze_result_read(slice_of(REFUSED[i]), arena, &read, &why),
                         STATUS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_order_is_read_back_as_it_was_written, begin, end),
        cmocka_unit_test_setup_teardown(a_result_is_read_back_with_where_the_money_went, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_lift_is_read_back, begin, end),
        cmocka_unit_test_setup_teardown(an_order_speaks_of_no_victim, begin, end),
        cmocka_unit_test_setup_teardown(a_result_that_contradicts_itself_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_freeze_is_read_back_and_without_a_case_it_is_none, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_renewal_a_turn_and_what_is_said_of_a_freeze_are_read_back,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_freeze_that_contradicts_itself_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
