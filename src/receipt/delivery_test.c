/* delivery_test.c -- of every record that was read one thing is true in the end, and it is counted.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt/delivery.h"

#include "record/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

static struct arena *boot;
static struct deliveries *pool;
static char en[1024], zh[1024];

static int begin(void **state)
{
    (void)state;
    struct deliveries_options options = {
        .intake = {.home_country = SLICE("86"), .zone_minutes = 480, .home_currency = SLICE("CNY")},
        .count_max = 2,
        .body_size_max = 1 << 20,
        .bytes_max = 3 << 19,
    };
    if (arena_create(&boot, 256 << 20) != STATUS_OK)
        return 1;
    return deliveries_create(&pool, &options, boot) != STATUS_OK;
}

static int end(void **state)
{
    (void)state;
    deliveries_destroy(pool);
    arena_destroy(boot);
    return 0;
}

static enum status read_body(struct delivery *delivery, struct slice body, const char *kind)
{
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    return delivery_read(delivery, "body", body, slice_of(kind), NULL, why);
}

static const char ROWS[] = "{\"kind\":\"call\",\"time\":\"2026-03-02T09:00:00+08:00\","
                           "\"caller\":\"+8613800138000\",\"callee\":\"+8613800138001\"}\n"
                           "{\"kind\":\"nonsense\"}\n"
                           "{\"kind\":\"sms\",\"time\":\"2026-03-02T09:00:01+08:00\","
                           "\"sender\":\"+8613800138000\",\"recipient\":\"+8613800138001\"}\n"
                           "not json\n";

static void kinds_are_mixed_and_rejects_are_told_by_line(void **state)
{
    (void)state;
    struct delivery *delivery;
    struct deliveries_counts counts;
    assert_int_equal(delivery_take(pool, sizeof ROWS - 1, &delivery), STATUS_OK);
    assert_int_equal(read_body(delivery, (struct slice){ROWS, sizeof ROWS - 1}, ""), STATUS_OK);
    assert_int_equal(delivery->read, 4);
    assert_int_equal(delivery->accepted, 2);
    assert_int_equal(delivery->rejected, 2);
    assert_non_null(strstr(delivery->rejects.at, "{\"line\":2,\"column\":1,\"reason\":\"KIND\""));
    assert_non_null(strstr(delivery->rejects.at, "{\"line\":4,\"column\":0,\"reason\":\"JSON\""));
    assert_null(strstr(delivery->rejects.at, "nonsense")); /* no values */
    assert_int_equal(delivery->offer.count, 2);
    struct record record;
    for (unsigned i = 0; i < 2; i++) {
        struct slice entry = delivery->offer.entry[i];
        assert_int_equal(entry.at[0], ENTRY_RECORD);
        struct slice wire = {entry.at + 1, entry.size - 1};
        assert_int_equal(wire_decode(wire, boot, &record), STATUS_OK);
        assert_int_equal(record.kind, i == 0 ? RECORD_call : RECORD_sms);
    }
    deliveries_count(pool, &counts);
    assert_int_equal(counts.offered, 4);
    assert_int_equal(counts.waiting, 2);
    assert_int_equal(counts.rejected, 2);
    delivery_settle(delivery, STATUS_OK);
    delivery_give_back(delivery);
    deliveries_count(pool, &counts);
    assert_int_equal(counts.accepted, 2);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.by_kind[RECORD_call], 1);
}

/* A body of messages between banks needs no word about what it is; a broken one is nothing. */
static void messages_between_banks_are_taken_whole_or_not(void **state)
{
    (void)state;
#define TRANSFER(id)                                                  \
    "<CdtTrfTxInf><PmtId><TxId>" id "</TxId></PmtId><IntrBkSttlmAmt " \
    "Ccy=\"CNY\">1.50</IntrBkSttlmAmt></CdtTrfTxInf>\n"
    static const char BODY[] =
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>"
        "<GrpHdr><CreDtTm>2026-03-02T09:00:00+08:00</CreDtTm></GrpHdr>\n" TRANSFER(
            "1") "<CdtTrfTxInf/>\n" TRANSFER("2") "</FIToFICstmrCdtTrf></Document>";
#undef TRANSFER
    struct delivery *delivery;
    struct deliveries_counts counts;
    assert_int_equal(delivery_take(pool, sizeof BODY - 1, &delivery), STATUS_OK);
    assert_int_equal(read_body(delivery, (struct slice){BODY, sizeof BODY - 1}, ""), STATUS_OK);
    assert_int_equal(delivery->accepted, 2);
    assert_int_equal(delivery->rejected, 1);
    assert_non_null(strstr(delivery->rejects.at,
                           "{\"line\":3,\"column\":0,\"reason\":\"EMPTY_FIELD\",\"why\":\"element "
                           "CdtTrfTxInf/IntrBkSttlmAmt/@Ccy must not be empty\"}"));
    delivery_settle(delivery, STATUS_OK);
    delivery_give_back(delivery);
    assert_int_equal(delivery_take(pool, sizeof BODY - 1, &delivery), STATUS_OK);
    struct slice cut = {BODY, sizeof BODY - 40};
    assert_int_equal(read_body(delivery, cut, ""), STATUS_MALFORMED);
    assert_non_null(strstr(en, "body: line 4"));
    assert_non_null(strstr(en, "ends in the middle of a document"));
    assert_non_null(strstr(zh, "在文档中间结束"));
    delivery_give_back(delivery);
    deliveries_count(pool, &counts);
    assert_int_equal(counts.offered, 3);
    assert_int_equal(counts.accepted, 2);
}

static void a_pool_that_is_used_up_turns_away(void **state)
{
    (void)state;
    struct delivery *one, *two, *three;
    struct deliveries_counts counts;
    assert_int_equal(delivery_take(pool, 1 << 20, &one), STATUS_OK);
    assert_int_equal(delivery_take(pool, 1 << 20, &two), STATUS_FULL); /* bytes */
    assert_int_equal(delivery_take(pool, 10, &two), STATUS_OK);
    assert_int_equal(delivery_take(pool, 10, &three), STATUS_FULL); /* deliveries */
    deliveries_turned_away(pool);
    deliveries_count(pool, &counts);
    assert_int_equal(counts.turned_away, 3);
    assert_int_equal(counts.offered, 0);
    unsigned count;
    uint64_t bytes, under_way;
    deliveries_room(pool, &count, &bytes, &under_way);
    assert_int_equal(count, 0);
    assert_int_equal(under_way, (1 << 20) + 10);
    delivery_give_back(one);
    delivery_give_back(two);
}

static void what_cannot_be_taken_now_is_refused_and_counted(void **state)
{
    (void)state;
    struct delivery *delivery;
    struct deliveries_counts counts;
    for (unsigned i = 0; i < 100; i++) { /* the same pool again and again */
        assert_int_equal(delivery_take(pool, sizeof ROWS - 1, &delivery), STATUS_OK);
        assert_int_equal(read_body(delivery, (struct slice){ROWS, sizeof ROWS - 1}, ""), STATUS_OK);
        delivery_settle(delivery, i % 2 == 0 ? STATUS_FULL : STATUS_OK);
        delivery_give_back(delivery);
    }
    deliveries_count(pool, &counts);
    assert_int_equal(counts.offered, 400);
    assert_int_equal(counts.accepted, 100);
    assert_int_equal(counts.rejected, 200);
    assert_int_equal(counts.refused, 100);
}

static void csv_needs_its_kind_or_a_header_that_tells(void **state)
{
    (void)state;
    struct delivery *delivery;
    struct slice csv = SLICE("time,caller,callee\n2026-03-02T09:00:00+08:00,13800138000,95588\n");
    assert_int_equal(delivery_take(pool, csv.size, &delivery), STATUS_OK);
    assert_int_equal(read_body(delivery, csv, "call"), STATUS_OK);
    assert_int_equal(delivery->accepted, 1);
    delivery_settle(delivery, STATUS_OK);
    delivery_give_back(delivery);
    assert_int_equal(delivery_take(pool, csv.size, &delivery), STATUS_OK);
    assert_int_equal(read_body(delivery, csv, "calling"), STATUS_REFUSED);
    assert_non_null(strstr(en, "calling"));
    delivery_give_back(delivery);
    assert_int_equal(delivery_take(pool, 1, &delivery), STATUS_OK);
    assert_int_equal(read_body(delivery, SLICE("\n"), ""), STATUS_ABSENT);
    delivery_give_back(delivery);
}

/* 3 MB of rows where 1 MB is allowed; and a packed body that is cut. */
static void a_body_that_is_too_much_is_nothing(void **state)
{
    (void)state;
    struct delivery *delivery;
    struct deliveries_counts counts;
    char *bytes;
    size_t size = 3 << 20;
    assert_int_equal(ARENA_NEW(boot, size, &bytes), STATUS_OK);
    for (size_t at = 0; at + sizeof ROWS < size; at += sizeof ROWS - 1)
        memcpy(bytes + at, ROWS, sizeof ROWS - 1);
    assert_int_equal(delivery_take(pool, 1 << 20, &delivery), STATUS_OK);
    assert_int_equal(read_body(delivery, (struct slice){bytes, size}, ""), STATUS_FULL);
    delivery_give_back(delivery);
    assert_int_equal(delivery_take(pool, 1 << 20, &delivery), STATUS_OK);
    struct slice cut = {"\x1f\x8b\x08\0\0\0\0\0\0\x03\x2b", 11};
    assert_int_not_equal(read_body(delivery, cut, "call"), STATUS_OK);
    delivery_give_back(delivery);
    deliveries_count(pool, &counts);
    assert_int_equal(counts.offered, 0);
    assert_int_equal(counts.waiting, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kinds_are_mixed_and_rejects_are_told_by_line, begin, end),
        cmocka_unit_test_setup_teardown(messages_between_banks_are_taken_whole_or_not, begin, end),
        cmocka_unit_test_setup_teardown(a_pool_that_is_used_up_turns_away, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_taken_now_is_refused_and_counted, begin,
                                        end),
        cmocka_unit_test_setup_teardown(csv_needs_its_kind_or_a_header_that_tells, begin, end),
        cmocka_unit_test_setup_teardown(a_body_that_is_too_much_is_nothing, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
