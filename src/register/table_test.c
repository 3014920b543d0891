/* table_test.c -- a table beside a plain array: set, replaced, removed, grown, full. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "register/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

#include "ground/chance.h"

static void is_as_a_plain_array(void **state)
{
    (void)state;
    enum { KEYS = 700, STEPS = 200000 };
    static uint64_t plain[KEYS];
    struct table table = {0};
    struct budget budget = {0, 1 << 20};
    struct chance chance = chance_seeded(1);
    for (int step = 0; step < STEPS; step++) {
        uint64_t key = 1 + chance_below(&chance, KEYS - 1);
        uint64_t value = chance_below(&chance, 3) == 0 ? 0 : 1 + chance_below(&chance, 1000);
        if (value == 0) {
            table_remove(&table, key);
        } else {
            assert_int_equal(table_reserve(&table, 1, &budget), STATUS_OK);
            table_set(&table, key, value);
        }
        plain[key] = value;
        uint64_t asked = chance_below(&chance, KEYS);
        assert_int_equal(table_find(&table, asked), plain[asked]);
    }
    size_t count = 0;
    for (unsigned i = 0; i < KEYS; i++) {
        assert_int_equal(table_find(&table, i), plain[i]);
        count += plain[i] != 0;
    }
    assert_int_equal(table.count, count);
    table_release(&table, &budget);
    assert_int_equal(budget.used, 0);
}

static void is_full_and_stays_as_it_was(void **state)
{
    (void)state;
    struct table table = {0};
    struct budget budget = {0, 16384}; /* 256 places and, beside them, 512 */
    uint64_t key = 0;
    while (table_reserve(&table, 1, &budget) == STATUS_OK) {
        key++;
        table_set(&table, key, key);
        assert_true(key < 10000);
    }
    assert_in_range(key, 256, 512);
    for (uint64_t i = 1; i <= key; i++)
        assert_int_equal(table_find(&table, i), i);
    assert_int_equal(table_find(&table, key + 1), 0);
    table_set(&table, 1, 99); /* replacing needs no place */
    assert_int_equal(table_find(&table, 1), 99);
    table_release(&table, &budget);
}

static void answers_when_empty(void **state)
{
    (void)state;
    struct table table = {0};
    assert_int_equal(table_find(&table, 7), 0);
    table_remove(&table, 7);
    assert_int_equal(table.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_as_a_plain_array),
        cmocka_unit_test(is_full_and_stays_as_it_was),
        cmocka_unit_test(answers_when_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
