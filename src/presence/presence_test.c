/* presence_test.c -- a line is on a call between the switch's question and the call's record. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "presence/presence.h"

#include "ground/limits.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const moment T = {1774400000000};

static moment later(int64_t ms)
{
    return (moment){T.ms + ms};
}

static ident line(const char *spelling)
{
    return ident_of(slice_of(spelling));
}

static struct presence *made(struct arena **boot, size_t lines)
{
    struct presence *presence = NULL;
    assert_int_equal(arena_create(boot, 64 << 20), STATUS_OK);
    assert_int_equal(presence_create(&presence, lines, *boot), STATUS_OK);
    return presence;
}

static void both_lines_are_on_it_until_the_record_comes(void **state)
{
    struct arena *boot;
    struct presence *presence = made(&boot, 1000);
    struct presence_call call;
    ident a = line("+8613800000001"), b = line("+8613800000002"), c = line("+8613800000003");
    (void)state;
    presence_rang(presence, a, b, T);
    assert_true(presence_find(presence, b, later(1000), &call));
    assert_true(ident_equal(call.other, a) && call.since.ms == T.ms && !call.calling);
    assert_true(presence_find(presence, a, later(1000), &call) && call.calling);
    assert_false(presence_find(presence, c, later(1000), &call));
    presence_ended(presence, c, b, later(2000)); /* another call of b's */
    assert_true(presence_find(presence, b, later(3000), &call));
    presence_ended(presence, a, b, later(4000));
    assert_false(presence_find(presence, b, later(5000), &call));
    assert_false(presence_find(presence, a, later(5000), &call));
    arena_destroy(boot);
}

static void a_late_record_does_not_end_the_next_call(void **state)
{
    struct arena *boot;
    struct presence *presence = made(&boot, 1000);
    struct presence_call call;
    ident a = line("+8613800000001"), b = line("+8613800000002");
    (void)state;
    presence_rang(presence, a, b, T);
    presence_rang(presence, a, b, later(60000));
    presence_ended(presence, a, b, later(30000)); /* of the first */
    assert_true(presence_find(presence, b, later(61000), &call));
    assert_int_equal(call.since.ms, T.ms + 60000);
    presence_rang(presence, a, b, T); /* told late */
    assert_true(presence_find(presence, b, later(61000), &call));
    assert_int_equal(call.since.ms, T.ms + 60000);
    arena_destroy(boot);
}

static void a_call_without_a_record_is_forgotten(void **state)
{
    struct arena *boot;
    struct presence *presence = made(&boot, 1000);
    struct presence_call call;
    ident a = line("+8613800000001"), b = line("+8613800000002");
    (void)state;
    presence_rang(presence, a, b, T);
    assert_true(
        presence_find(presence, b, later(PRESENCE_HOURS_MAX * (int64_t)HOUR_MS - 1), &call));
    assert_false(presence_find(presence, b, later(PRESENCE_HOURS_MAX * (int64_t)HOUR_MS), &call));
    assert_false(presence_find(presence, b, later(-1), &call)); /* not before it began */
    arena_destroy(boot);
}

static void full_forgets_the_oldest_and_counts(void **state)
{
    struct arena *boot;
    struct presence *presence = made(&boot, 512);
    struct presence_counts counts;
    (void)state;
    for (int i = 0; i < 10000; i++) {
        char bytes[32];
        struct text text = text_over(bytes, sizeof bytes);
        text_addf(&text, "+86138%08d", i);
        presence_rang(presence, ident_of(text_slice(&text)), line("+8613900000000"), later(i));
    }
    presence_count(presence, &counts);
    assert_true(counts.lines <= 512);
    assert_true(counts.forgotten >= 10000 - 512);
    assert_int_equal(counts.rang, 10000);
    arena_destroy(boot);
}

static void *ring_and_end(void *self)
{
    struct presence *presence = self;
    for (int i = 0; i < 20000; i++) {
        char bytes[32];
        struct text text = text_over(bytes, sizeof bytes);
        struct presence_call call;
        text_addf(&text, "+86138%08d", i % 300);
        ident a = ident_of(text_slice(&text)), b = line("+8613900000001");
        presence_rang(presence, a, b, later(i));
        (void)presence_find(presence, a, later(i), &call);
        presence_ended(presence, a, b, later(i));
    }
    return NULL;
}

static void four_threads_leave_nobody_on_a_call(void **state)
{
    struct arena *boot;
    struct presence *presence = made(&boot, 1000);
    struct presence_counts counts;
    pthread_t thread[4];
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, ring_and_end, presence), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    presence_count(presence, &counts);
    assert_int_equal(counts.rang, 80000);
    assert_true(counts.lines <= 301);
    arena_destroy(boot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_lines_are_on_it_until_the_record_comes),
        cmocka_unit_test(a_late_record_does_not_end_the_next_call),
        cmocka_unit_test(a_call_without_a_record_is_forgotten),
        cmocka_unit_test(full_forgets_the_oldest_and_counts),
        cmocka_unit_test(four_threads_leave_nobody_on_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
