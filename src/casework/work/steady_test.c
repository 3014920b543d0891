/* steady_test.c -- time under a wall clock that jumps, over restarts and boots. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"

static int64_t wall_of(struct house *house)
{
    return atomic_load(&house->wall_ms);
}

static void a_step_of_the_wall_changes_nothing(void **state)
{
    struct house *house = *state;
    int64_t before = steady_now(house->steady).ms;
    assert_int_equal(before, wall_of(house));
    atomic_fetch_add(&house->wall_ms, HOUR_MS);
    assert_int_equal(steady_now(house->steady).ms, before);
    assert_int_equal(steady_away_ms(house->steady), HOUR_MS);
    atomic_fetch_sub(&house->wall_ms, 2 * DAY_MS);
    house_wait(house, 1500);
    assert_int_equal(steady_now(house->steady).ms, before + 1500);
    house_restart(house, false);
    assert_int_equal(steady_now(house->steady).ms, before + 1500);
}

static void after_a_boot_it_is_the_wall_but_never_less(void **state)
{
    struct house *house = *state;
    house_wait(house, 5000);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(steady_keep(house->steady), STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    int64_t kept = steady_now(house->steady).ms;
    atomic_fetch_add(&house->wall_ms, HOUR_MS); /* the machine was off */
    house_restart(house, true);
    assert_int_equal(steady_now(house->steady).ms, kept + HOUR_MS);
    atomic_fetch_sub(&house->wall_ms, DAY_MS); /* its battery was empty */
    house_restart(house, true);
    assert_int_equal(steady_now(house->steady).ms, kept + HOUR_MS);
    house_wait(house, 700);
    assert_int_equal(steady_now(house->steady).ms, kept + HOUR_MS + 700); /* and it goes on */
}

static void accepting_the_wall_goes_on_or_waits(void **state)
{
    struct house *house = *state;
    int64_t before = steady_now(house->steady).ms;
    atomic_fetch_add(&house->wall_ms, HOUR_MS);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(steady_accept(house->steady), STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    assert_int_equal(steady_now(house->steady).ms, before + HOUR_MS);
    atomic_fetch_sub(&house->wall_ms, 10 * SECOND_MS);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(steady_accept(house->steady), STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    house_wait(house, 4 * SECOND_MS);
    assert_int_equal(steady_now(house->steady).ms, before + HOUR_MS); /* it waits for the wall */
    house_restart(house, false);
    house_wait(house, 5 * SECOND_MS);
    assert_int_equal(steady_now(house->steady).ms, before + HOUR_MS);
    house_wait(house, 2 * SECOND_MS);
    assert_int_equal(steady_now(house->steady).ms, before + HOUR_MS + SECOND_MS);
    assert_int_equal(steady_away_ms(house->steady), 0);
}

static void an_unknown_boot_is_a_boot(void **state)
{
    struct house *house = *state;
    house->boot_id[0] = '\0';
    house_restart(house, false);
    atomic_fetch_add(&house->wall_ms, HOUR_MS);
    int64_t before = steady_now(house->steady).ms;
    house_restart(house, false);
    assert_int_equal(steady_now(house->steady).ms, before + HOUR_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_step_of_the_wall_changes_nothing, house_up, house_down),
        cmocka_unit_test_setup_teardown(after_a_boot_it_is_the_wall_but_never_less, house_up,
                                        house_down),
        cmocka_unit_test_setup_teardown(accepting_the_wall_goes_on_or_waits, house_up, house_down),
        cmocka_unit_test_setup_teardown(an_unknown_boot_is_a_boot, house_up, house_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
