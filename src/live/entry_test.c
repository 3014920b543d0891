/* entry_test.c -- entries say what was put into them, and what is none is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    return arena_create(&arena, 1 << 20) == STATUS_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static void each_type_comes_back(void **state)
{
    (void)state;
    struct slice bytes = {0};
    struct entry entry = {0};
    assert_int_equal(entry_of_heartbeat((moment){-5}, arena, &bytes), STATUS_OK);
    assert_int_equal(bytes.size, ENTRY_HEARTBEAT_SIZE);
    assert_int_equal(entry_read(bytes, &entry), STATUS_OK);
    assert_int_equal(entry.type, ENTRY_HEARTBEAT);
    assert_true(entry.time.ms == -5);
    struct digest digest = digest_of(&SLICE("key"), 1);
    assert_int_equal(entry_of_key(&digest, SLICE("{}"), arena, &bytes), STATUS_OK);
    assert_int_equal(entry_read(bytes, &entry), STATUS_OK);
    assert_int_equal(entry.type, ENTRY_KEY);
    assert_memory_equal(entry.digest.bytes, digest.bytes, DIGEST_SIZE);
    assert_true(slice_equal(entry.body, SLICE("{}")));
    static const enum entry_type JSON[] = {ENTRY_DECISION, ENTRY_TAIL};
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(entry_of_json(JSON[i], SLICE("{\"a\":1}"), arena, &bytes), STATUS_OK);
        assert_int_equal(entry_read(bytes, &entry), STATUS_OK);
        assert_int_equal(entry.type, JSON[i]);
        assert_true(slice_equal(entry.body, SLICE("{\"a\":1}")));
    }
}

static void a_change_of_rules_comes_back(void **state)
{
    (void)state;
    char bytes[ENTRY_CHANGE_SIZE];
    struct entry entry = {0};
    const struct entry_change change = {.image = digest_of(&SLICE("new"), 1),
                                        .was = digest_of(&SLICE("old"), 1),
                                        .base = 1ull << 40,
                                        .version = 7};
    entry_change_write(&change, bytes);
    assert_int_equal(entry_read((struct slice){bytes, sizeof bytes}, &entry), STATUS_OK);
    assert_int_equal(entry.type, ENTRY_RULES);
    assert_memory_equal(entry.change.image.bytes, change.image.bytes, DIGEST_SIZE);
    assert_memory_equal(entry.change.was.bytes, change.was.bytes, DIGEST_SIZE);
    assert_true(entry.change.base == change.base && entry.change.version == 7);
}

static void a_record_stands_at_the_number_of_its_entry(void **state)
{
    (void)state;
    struct record region = {.kind = RECORD_region, .known = 1, .at = MOMENT_NONE};
    struct record back = {.known = 0};
    struct slice bytes = {0};
    struct entry entry = {0};
    region.text[0] = SLICE("440305");
    region.field[0].name = ident_of(region.text[0]);
    record_seal(&region);
    assert_int_equal(entry_of_record(&region, arena, &bytes), STATUS_OK);
    assert_int_equal(entry_read(bytes, &entry), STATUS_OK);
    assert_int_equal(entry_record(&entry, 77, arena, &back), STATUS_OK);
    assert_true(back.digest == region.digest);
    assert_true(position_file(back.position) == 0);
    assert_true(position_line(back.position) == 77);
}

static void what_is_no_entry_is_refused(void **state)
{
    (void)state;
    struct entry entry = {0};
    assert_int_equal(entry_read((struct slice){0}, &entry), STATUS_MALFORMED);
    assert_int_equal(entry_read(SLICE("?"), &entry), STATUS_MALFORMED);
    assert_int_equal(entry_read(SLICE("H1234567"), &entry), STATUS_MALFORMED);
    assert_int_equal(entry_read(SLICE("H123456789"), &entry), STATUS_MALFORMED);
    assert_int_equal(entry_read(SLICE("Ktoo short"), &entry), STATUS_MALFORMED);
    assert_int_equal(entry_read(SLICE("S{\"image\":\"\"}"), &entry), STATUS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_comes_back),
        cmocka_unit_test(a_change_of_rules_comes_back),
        cmocka_unit_test(a_record_stands_at_the_number_of_its_entry),
        cmocka_unit_test(what_is_no_entry_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
