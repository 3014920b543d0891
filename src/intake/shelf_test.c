/* shelf_test.c -- what is put on a shelf comes down in order of time, and as it was. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shelf.h"

#include "intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { RECORDS = 3000, TEXT_MAX = 1024 };

static struct record call_at(int64_t ms, uint64_t line, struct slice caller)
{
    struct record record = {.kind = RECORD_call, .at = {ms}, .position = position_of(1, line)};
    record.known =
        1u << FIELD_OF(call, time) | 1u << FIELD_OF(call, caller) | 1u << FIELD_OF(call, callee);
    record.field[FIELD_OF(call, time)].whole = ms;
    record.field[FIELD_OF(call, caller)].name = ident_of(caller);
    record.text[FIELD_OF(call, caller)] = caller;
    record.field[FIELD_OF(call, callee)].name = ident_of(SLICE("119"));
    record.text[FIELD_OF(call, callee)] = SLICE("119");
    record_seal(&record);
    return record;
}

static void test_the_order_is_that_of_time_then_of_the_file(void **state)
{
    (void)state;
    struct arena *space;
    struct shelf *shelf;
    struct record record;
    assert_int_equal(arena_create(&space, 1 << 20), STATUS_OK);
    assert_int_equal(shelf_create(&shelf, space), STATUS_OK);
    for (uint64_t i = 0; i < RECORDS; i++) {
        char name[32];
        struct text text = text_over(name, sizeof name);
        text_addf(&text, "+86138%08llu", (unsigned long long)i);
        record = call_at((int64_t)(i * 7919 % 101), i, text_slice(&text));
        assert_int_equal(shelf_put(shelf, &record), STATUS_OK);
    }
    assert_int_equal(shelf_next_at(shelf).ms, MOMENT_NONE.ms); /* not before all are there */
    assert_int_equal(shelf_close(shelf), STATUS_OK);
    struct record before = {.at = MOMENT_NONE};
    for (int i = 0; i < RECORDS; i++) {
        char name[32];
        struct text text = text_over(name, sizeof name);
        moment next = shelf_next_at(shelf);
        assert_int_equal(shelf_take(shelf, &record), STATUS_OK);
        assert_int_equal(record.at.ms, next.ms);
        assert_true(before.at.ms < record.at.ms ||
                    (before.at.ms == record.at.ms && before.position < record.position));
        text_addf(&text, "+86138%08llu", (unsigned long long)position_line(record.position));
        assert_true(slice_equal(record.text[FIELD_OF(call, caller)], text_slice(&text)));
        before = record;
    }
    assert_int_equal(shelf_take(shelf, &record), STATUS_END);
    assert_int_equal(shelf_taken(shelf), shelf_count(shelf));
    arena_destroy(space);
}

/* Each kind with all it can say, and with as little as it may. */
static const char ROWS[] =
    "{\"kind\":\"call\",\"time\":9,\"caller\":\"13800138000\",\"callee\":\"95588\",\"duration\":"
    "1.25,\"result\":\"busy\",\"imsi\":\"460001\",\"imei\":\"490154203237518\",\"cell\":\"c1\","
    "\"trunk\":\"t\"}\n"
    "{\"kind\":\"call\",\"time\":8,\"caller\":\"110\",\"callee\":\"119\"}\n"
    "{\"kind\":\"sms\",\"time\":7,\"sender\":\"110\",\"recipient\":\"119\",\"url\":\"a.cn\"}\n"
    "{\"kind\":\"payment\",\"time\":6,\"id\":\"p\",\"payer\":\"a\",\"payee\":\"b\",\"amount\":"
    "\"1.50\",\"currency\":\"KWD\",\"channel\":\"qr\",\"balance\":\"-3\"}\n"
    "{\"kind\":\"report\",\"time\":5,\"id\":\"r\",\"person\":\"\xE5\xBC\xA0\",\"scam\":\"T01\","
    "\"phones\":[\"110\",\"119\"],\"accounts\":[\"a\"]}\n"
    "{\"kind\":\"sim\",\"time\":4,\"phone\":\"13800138000\",\"imsi\":\"1\",\"event\":\"swapped\"}\n"
    "{\"kind\":\"account\",\"time\":3,\"account\":\"a\",\"event\":\"opened\",\"person\":\"P\"}\n"
    "{\"kind\":\"person\",\"person\":\"P\",\"birth_year\":1970}\n";

/* All records of the rows, one canonical line each, in the order in which they come. */
static void read_rows(enum intake_order order, struct text *lines, uint64_t digests[])
{
    struct arena *boot;
    struct intake *intake;
    char bytes[TONGUES_COUNT][TEXT_MAX];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], TEXT_MAX), text_over(bytes[1], TEXT_MAX)};
    struct intake_options options = {.home_country = SLICE("86"), .order = order};
    const struct record *records;
    size_t count;
    size_t all = 0;
    assert_int_equal(arena_create(&boot, (size_t)64 << 20), STATUS_OK);
    assert_int_equal(intake_create(&intake, &options, (struct reject_sink){0}, boot), STATUS_OK);
    assert_int_equal(intake_add_bytes(intake, "rows.jsonl", SLICE(ROWS), why), STATUS_OK);
    while (intake_next(intake, &records, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            digests[all++] = records[i].digest;
            text_add_record(lines, &records[i]);
            text_add_char(lines, '\n');
        }
    }
    assert_int_equal(all, 8);
    intake_destroy(intake);
    arena_destroy(boot);
}

static void test_nothing_of_a_record_is_lost(void **state)
{
    (void)state;
    static char bytes[2][8 * TEXT_MAX];
    struct text as_it_lies = text_over(bytes[0], sizeof bytes[0]);
    struct text sorted = text_over(bytes[1], sizeof bytes[1]);
    uint64_t digests[2][8];
    read_rows(ORDER_AS_SAID, &as_it_lies, digests[0]);
    read_rows(ORDER_NONE, &sorted, digests[1]);
    struct slice rest = text_slice(&as_it_lies);
    for (int i = 0; i < 8; i++) { /* the rows stand in falling order of time, the register last */
        const char *end = memchr(rest.at, '\n', rest.size);
        struct slice line = {rest.at, (size_t)(end - rest.at) + 1};
        size_t behind = sorted.size - line.size;
        assert_memory_equal(sorted.at + behind, line.at, line.size);
        sorted.size = behind;
        assert_int_equal(digests[0][i], digests[1][7 - i]);
        rest = (struct slice){end + 1, rest.size - line.size};
    }
    assert_int_equal(sorted.size, 0);
}

static void test_a_full_shelf_says_so(void **state)
{
    (void)state;
    struct arena *space;
    struct shelf *shelf;
    struct record record = call_at(1, 1, SLICE("110"));
    enum status status;
    assert_int_equal(arena_create(&space, 1 << 16), STATUS_OK);
    assert_int_equal(shelf_create(&shelf, space), STATUS_OK);
    uint64_t put = 0;
    while ((status = shelf_put(shelf, &record)) == STATUS_OK)
        put++;
    assert_int_equal(status, STATUS_FULL);
    assert_int_equal(shelf_count(shelf), put);
    assert_int_equal(shelf_close(shelf), STATUS_FULL); /* no room for the index */
    assert_int_equal(shelf_take(shelf, &record), STATUS_END);
    arena_destroy(space);
}

static void test_an_empty_shelf_gives_nothing(void **state)
{
    (void)state;
    struct arena *space;
    struct shelf *shelf;
    struct record record;
    assert_int_equal(arena_create(&space, 1 << 16), STATUS_OK);
    assert_int_equal(shelf_create(&shelf, space), STATUS_OK);
    assert_int_equal(shelf_close(shelf), STATUS_OK);
    assert_int_equal(shelf_next_at(shelf).ms, MOMENT_NONE.ms);
    assert_int_equal(shelf_take(shelf, &record), STATUS_END);
    arena_destroy(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_order_is_that_of_time_then_of_the_file),
        cmocka_unit_test(test_nothing_of_a_record_is_lost),
        cmocka_unit_test(test_a_full_shelf_says_so),
        cmocka_unit_test(test_an_empty_shelf_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
