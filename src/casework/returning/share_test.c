/* share_test.c -- shares against an oracle that divides bit by bit and ranks by counting, 100,000
 * times; and the vectors of the law's text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/share.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROUNDS = 100000, MOST = 40, ROOM = 1 << 20 };

struct random {
    uint64_t state;
};

static uint64_t draw(struct random *random)
{
    random->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* a x b / m and its rest by doubling: no wide product, no division.  a, b <= m < 2^63 or a <= m. */
static void muldiv(uint64_t a, uint64_t b, uint64_t m, uint64_t *quotient, uint64_t *rest)
{
    uint64_t q = 0, r = 0;
    for (int bit = 63; bit >= 0; bit--) {
        q *= 2;
        r *= 2;
        if (r >= m) {
            r -= m;
            q++;
        }
        if ((b >> bit & 1) != 0) {
            r += a;
            if (r >= m) {
                r -= m;
                q++;
            }
        }
    }
    *quotient = q;
    *rest = r;
}

/* How many stand before `at` in line for a cent. */
static size_t before(const struct share *share, const uint64_t *rest, size_t count, size_t at)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        bool earlier = share[i].paid_at.ms < share[at].paid_at.ms ||
                       (share[i].paid_at.ms == share[at].paid_at.ms && i < at);
        found += i != at && (rest[i] > rest[at] || (rest[i] == rest[at] && earlier));
    }
    return found;
}

static void agrees(const struct share *share, size_t count, int64_t available, int64_t paid)
{
    uint64_t floor[MOST], rest[MOST], losses = 0, given = 0, sum = 0;
    for (size_t i = 0; i < count; i++)
        losses += (uint64_t)share[i].loss;
    uint64_t most = (uint64_t)available < losses ? (uint64_t)available : losses;
    assert_int_equal(paid, most);
    for (size_t i = 0; i < count; i++) {
        muldiv(most, (uint64_t)share[i].loss, losses, &floor[i], &rest[i]);
        given += floor[i];
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t wanted = floor[i] + (before(share, rest, count, i) < most - given);
        assert_int_equal(share[i].cents, wanted);
        assert_true(share[i].cents >= 0 && share[i].cents <= share[i].loss);
        sum += (uint64_t)share[i].cents;
        for (size_t j = 0; j < count; j++)
            assert_true(share[i].loss <= share[j].loss || share[i].cents >= share[j].cents);
    }
    assert_int_equal(sum, most);
}

static void a_hundred_thousand_random_returns_agree_with_the_oracle(void **state)
{
    struct random random = {20260302};
    struct arena *arena = NULL;
    (void)state;
    assert_int_equal(arena_create(&arena, ROOM), STATUS_OK);
    for (int round = 0; round < ROUNDS; round++) {
        struct share share[MOST];
        size_t count = 1 + draw(&random) % MOST;
        unsigned shift = (unsigned)(draw(&random) % 57); /* 40 of them stay below 2^63 */
        int64_t losses = 0, paid = 0;
        for (size_t i = 0; i < count; i++) {
            uint64_t loss = 1 + (draw(&random) & ((UINT64_C(1) << shift) - 1));
            if (i > 0 && draw(&random) % 4 == 0)
                loss = (uint64_t)share[i - 1].loss; /* ties */
            share[i] = (struct share){(int64_t)loss, {(int64_t)(draw(&random) % 3)}, 0};
            losses += (int64_t)loss;
        }
        int64_t available = 1 + (int64_t)(draw(&random) % (uint64_t)losses);
        if (draw(&random) % 8 == 0)
            available = losses + (int64_t)(draw(&random) % 1000);
        arena_reset(arena);
        assert_int_equal(share_out(available, share, count, arena, &paid), STATUS_OK);
        agrees(share, count, available, paid);
    }
    arena_destroy(arena);
}

static void the_vectors_hold(void **state)
{
    struct arena *arena = NULL;
    struct share equal[] = {{100, {2}, 0}, {100, {1}, 0}, {100, {3}, 0}};
    struct share two[] = {{6000000, {1}, 0}, {4000000, {2}, 0}};
    struct share huge[] = {{INT64_MAX - 1, {1}, 0}, {1, {2}, 0}};
    int64_t paid = 0;
    (void)state;
    assert_int_equal(arena_create(&arena, ROOM), STATUS_OK);
    /* frozen 1.00, losses 1/1/1: the earlier transfer has the cent that is left */
    assert_int_equal(share_out(100, equal, 3, arena, &paid), STATUS_OK);
    assert_int_equal(equal[0].cents, 33);
    assert_int_equal(equal[1].cents, 34);
    assert_int_equal(equal[2].cents, 33);
    assert_int_equal(share_out(5000001, two, 2, arena, &paid), STATUS_OK);
    assert_int_equal(two[0].cents, 3000001);
    assert_int_equal(two[1].cents, 2000000);
    /* more is there than was lost: nobody gets more than the loss, the rest stays */
    assert_int_equal(share_out(99999999, two, 2, arena, &paid), STATUS_OK);
    assert_int_equal(paid, 10000000);
    assert_int_equal(share_out(INT64_MAX, huge, 2, arena, &paid), STATUS_OK);
    assert_int_equal(paid, INT64_MAX);
    arena_destroy(arena);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct arena *arena = NULL;
    struct share nothing[] = {{0, {1}, 0}};
    struct share huge[] = {{INT64_MAX, {1}, 0}, {1, {2}, 0}};
    int64_t paid = 0;
    (void)state;
    assert_int_equal(arena_create(&arena, ROOM), STATUS_OK);
    assert_int_equal(share_out(1, nothing, 1, arena, &paid), STATUS_MALFORMED);
    assert_int_equal(share_out(1, huge, 2, arena, &paid), STATUS_MALFORMED);
    assert_int_equal(share_out(0, huge, 1, arena, &paid), STATUS_REFUSED);
    assert_int_equal(share_out(-5, huge, 1, arena, &paid), STATUS_REFUSED);
    assert_int_equal(share_out(5, huge, 0, arena, &paid), STATUS_REFUSED);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_thousand_random_returns_agree_with_the_oracle),
        cmocka_unit_test(the_vectors_hold),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
