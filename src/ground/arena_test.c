/* arena_test.c -- what is given out is zero, aligned, bounded, and comes back after a reset. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

#include <string.h>

static void gives_zeroed_aligned_bytes(void **state)
{
    (void)state;
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    for (size_t size = 1; size < 300; size += 7) {
        void *at;
        assert_int_equal(arena_take(arena, size, &at), STATUS_OK);
        assert_int_equal((uintptr_t)at % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(((unsigned char *)at)[i], 0);
        memset(at, 0xAA, size);
    }
    arena_destroy(arena);
}

static void zeroes_again_after_a_reset(void **state)
{
    (void)state;
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    void *before;
    assert_int_equal(arena_take(arena, 4096, &before), STATUS_OK);
    memset(before, 0xFF, 4096);
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    void *after;
    assert_int_equal(arena_take(arena, 4096, &after), STATUS_OK);
    assert_ptr_equal(before, after); /* the chunk was kept */
    for (size_t i = 0; i < 4096; i++)
        assert_int_equal(((unsigned char *)after)[i], 0);
    arena_destroy(arena);
}

static void full_changes_nothing(void **state)
{
    (void)state;
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 100), STATUS_OK);
    void *at;
    assert_int_equal(arena_take(arena, 90, &at), STATUS_OK);
    assert_int_equal(arena_used(arena), 96);
    void *untouched = &state;
    assert_int_equal(arena_take(arena, 5, &untouched), STATUS_FULL);
    assert_int_equal(arena_take(arena, SIZE_MAX, &untouched), STATUS_FULL);
    assert_ptr_equal(untouched, &state);
    assert_int_equal(arena_used(arena), 96);
    assert_int_equal(arena_take(arena, 0, &at), STATUS_OK);
    arena_destroy(arena);
}

static void takes_as_much_after_a_reset_as_before(void **state)
{
    (void)state;
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 8 << 20), STATUS_OK);
    for (int lap = 0; lap < 50; lap++) {
        for (size_t i = 0; i < 60; i++) {
            void *at;
            size_t size = i % 7 == 0 ? 100000 : 1000;
            assert_int_equal(arena_take(arena, size, &at), STATUS_OK);
            memset(at, lap, size); /* ASan sees a chunk that is too small */
        }
        arena_reset(arena);
    }
    arena_destroy(arena);
}

static void objects_do_not_overlap(void **state)
{
    (void)state;
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    uint64_t *words[1000];
    for (uint64_t i = 0; i < 1000; i++) {
        assert_int_equal(ARENA_NEW(arena, 3, &words[i]), STATUS_OK);
        words[i][0] = words[i][1] = words[i][2] = i;
    }
    for (uint64_t i = 0; i < 1000; i++)
        for (int j = 0; j < 3; j++)
            assert_int_equal(words[i][j], i);
    arena_destroy(arena);
}

static void fails_once_where_a_test_wants_it(void **state)
{
    (void)state;
    struct arena *arena;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    arena_fail_at(arena, 3);
    void *at;
    assert_int_equal(arena_take(arena, 8, &at), STATUS_OK);
    assert_int_equal(arena_take(arena, 8, &at), STATUS_OK);
    assert_int_equal(arena_take(arena, 8, &at), STATUS_FULL);
    assert_int_equal(arena_take(arena, 8, &at), STATUS_OK);
    arena_destroy(arena);
}

static void pages_are_zero_and_page_aligned(void **state)
{
    (void)state;
    void *at;
    assert_int_equal(pages_take(3 << 20, &at), STATUS_OK);
    assert_int_equal((uintptr_t)at % 4096, 0);
    const unsigned char *bytes = at;
    for (size_t i = 0; i < 3 << 20; i += 997)
        assert_int_equal(bytes[i], 0);
    pages_give_back(at, 3 << 20);
    assert_int_equal(pages_take(SIZE_MAX / 2, &at), STATUS_FULL);
}

static unsigned takes_left;

static bool the_third_fails(void)
{
    return takes_left != 0 && --takes_left == 0;
}

static void the_seam_reaches_every_take_and_says_starved(void **state)
{
    (void)state;
    struct arena *arena;
    void *at, *pages;
    assert_int_equal(arena_create(&arena, 1000), STATUS_OK);
    assert_int_equal(arena_take(arena, 2000, &at), STATUS_FULL);
    assert_false(arena_was_starved(arena)); /* it has its size */
    arena_seam(the_third_fails);
    takes_left = 1;
    assert_int_equal(arena_take(arena, 10, &at), STATUS_FULL);
    assert_true(arena_was_starved(arena));
    assert_false(arena_was_starved(arena)); /* it was told */
    takes_left = 1;
    assert_int_equal(pages_take(4096, &pages), STATUS_FULL);
    takes_left = 1;
    struct arena *none = NULL;
    assert_int_equal(arena_create(&none, 1000), STATUS_FULL);
    takes_left = 3;
    at = heap_take(10);
    assert_non_null(at);
    assert_false(heap_was_starved());
    assert_int_equal(arena_take(arena, 10, &pages), STATUS_OK);
    assert_null(heap_take(10));
    assert_true(heap_was_starved());
    assert_false(heap_was_starved());
    heap_give_back(at);
    arena_seam(NULL);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_bytes),
        cmocka_unit_test(zeroes_again_after_a_reset),
        cmocka_unit_test(full_changes_nothing),
        cmocka_unit_test(takes_as_much_after_a_reset_as_before),
        cmocka_unit_test(objects_do_not_overlap),
        cmocka_unit_test(fails_once_where_a_test_wants_it),
        cmocka_unit_test(pages_are_zero_and_page_aligned),
        cmocka_unit_test(the_seam_reaches_every_take_and_says_starved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
