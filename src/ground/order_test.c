/* order_test.c -- whatever came first, and however the table grew: the same walk. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include "chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PLACES_MAX = 4096 };

struct board {
    uint64_t places;
    struct order_entry at[PLACES_MAX]; /* key 0: empty */
};

static bool board_entry(const void *table, uint64_t place, struct order_entry *out)
{
    const struct board *board = table;
    *out = board->at[place];
    return board->at[place].key != 0;
}

static void board_put(struct board *board, struct order_entry entry)
{
    uint64_t at = (uint64_t)(((unsigned __int128)entry.hash * board->places) >> 64);
    while (board->at[at].key != 0)
        at = at + 1 == board->places ? 0 : at + 1;
    board->at[at] = entry;
}

static int compare(const void *a, const void *b)
{
    return order_before(a, b) ? -1 : order_before(b, a);
}

static void assert_walk(struct board *board, const struct order_entry *sorted, size_t count)
{
    struct order_walk walk;
    struct order_entry entry;
    order_walk_init(&walk, (struct order_table){board, board->places, board_entry});
    for (size_t i = 0; i < count; i++) {
        assert_true(order_walk_next(&walk, &entry));
        assert_int_equal(entry.hash, sorted[i].hash);
        assert_int_equal(entry.key, sorted[i].key);
        assert_int_equal(entry.tag, sorted[i].tag);
        assert_int_equal(board->at[entry.place].key, entry.key);
    }
    assert_false(order_walk_next(&walk, &entry));
}

static void any_table_is_walked_in_order(void **state)
{
    (void)state;
    static struct board board;
    static struct order_entry entry[PLACES_MAX];
    for (uint64_t seed = 0; seed < 600; seed++) {
        struct chance chance = chance_seeded(seed);
        uint64_t places = 2 + chance_below(&chance, seed % 10 == 0 ? PLACES_MAX - 2 : 200);
        size_t count = (size_t)chance_below(&chance, places);
        /* Hashes that crowd, at the end of the table too; equal ones among them. */
        unsigned crowd = (unsigned)chance_below(&chance, 64);
        for (size_t i = 0; i < count; i++) {
            uint64_t hash = chance_below(&chance, 3) == 0 ? UINT64_MAX - (i % 5)
                                                          : chance_bits(&chance) << crowd;
            entry[i] = (struct order_entry){hash, 1 + chance_below(&chance, 9), i, 0};
        }
        board.places = places;
        memset(board.at, 0, sizeof board.at);
        for (size_t i = 0; i < count; i++)
            board_put(&board, entry[i]);
        qsort(entry, count, sizeof entry[0], compare);
        assert_walk(&board, entry, count);
        /* Another history, another size. */
        board.places = places + chance_below(&chance, PLACES_MAX - places + 1);
        memset(board.at, 0, sizeof board.at);
        for (size_t i = count; i > 0; i--)
            board_put(&board, entry[i - 1]);
        assert_walk(&board, entry, count);
    }
}

static void an_empty_table_has_no_entries(void **state)
{
    (void)state;
    struct order_walk walk;
    struct order_entry entry;
    order_walk_init(&walk, (struct order_table){NULL, 0, NULL});
    assert_false(order_walk_next(&walk, &entry));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_table_is_walked_in_order),
        cmocka_unit_test(an_empty_table_has_no_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
