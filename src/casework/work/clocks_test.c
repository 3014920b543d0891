/* clocks_test.c -- clocks under everything that can happen to time: none early, none lost, none
 * twice, in the order of their deadlines.
 *
 * True time goes on; the wall clock of the machine jumps by an hour and a day either way, drifts,
 * repeats a second, and is wrong after a boot by as much as its battery allows; the process is
 * restarted, the machine too.  A firing must not come before its deadline by true time, to the
 * drift of the machine's own ticks (steady.h).
 *
 * WORK_FIRINGS says how many (1000000 is the acceptance; here 3000, so that the test takes
 * seconds); a tenth of them fall due at one instant. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"
#include "ground/chance.h"

enum { ADD_BATCH = 500, ROUND = 400, DRIFT_PPM = 200 };

struct world {
    struct house *house;
    struct chance chance;
    struct arena *request;
    int64_t true_ms; /* since the beginning */
    int64_t asleep;  /* of it, while the machine was off and its clocks told nothing */
    uint64_t made;
    bool same_instant;
};

/* True time goes on; ticks drift against it, the wall drifts against both. */
static void pass(struct world *world, int64_t ms)
{
    world->true_ms += ms;
    /* the machine's ticks are never faster than true time here: what is early is ours alone */
    atomic_fetch_add(&world->house->ticks_ms,
                     ms - (int64_t)(chance_unit(&world->chance) * (double)ms * DRIFT_PPM / 1e6));
    atomic_fetch_add(&world->house->wall_ms,
                     ms + (int64_t)((chance_unit(&world->chance) - 0.5) * (double)ms * 0.1));
}

static void trouble(struct world *world)
{
    static const int64_t JUMPS[] = {HOUR_MS, -HOUR_MS, DAY_MS, -DAY_MS, -SECOND_MS, SECOND_MS};
    struct house *house = world->house;
    switch (chance_below(&world->chance, 12)) {
    case 0: /* the process dies and comes back */
        house_restart(house, false);
        break;
    case 1: { /* the machine boots; off for a while, the wall behind by what the battery lost */
        int64_t off = (int64_t)chance_below(&world->chance, 30 * SECOND_MS);
        world->true_ms += off;
        int64_t steady = steady_now(house->steady).ms;
        assert_int_equal(store_begin(house->store), STATUS_OK);
        assert_int_equal(steady_keep(house->steady), STATUS_OK);
        assert_int_equal(store_commit(house->store), STATUS_OK);
        /* right, or back by an hour, but never ahead of true time: nobody could know */
        int64_t back = chance_below(&world->chance, 2) == 0 ? 0 : HOUR_MS;
        atomic_store(&house->wall_ms, steady + off - back);
        house_restart(house, true);
        assert_true(steady_now(house->steady).ms >= steady);
        break;
    }
    default:
        atomic_fetch_add(&house->wall_ms, JUMPS[chance_below(&world->chance, 6)]);
        break;
    }
}

static void add_some(struct world *world, unsigned count)
{
    struct house *house = world->house;
    const struct work_value value[] = {VALUE(PHONE, "13800138000")};
    const struct work_draft draft = {.kind = &ERRAND,
                                     .owner = slice_of(house->home),
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = 1};
    assert_int_equal(store_begin(house->store), STATUS_OK);
    for (unsigned i = 0; i < count; i++) {
        struct work_item item;
        bool joined = false;
        arena_reset(world->request);
        if (!world->same_instant && i % 16 == 0)
            pass(world, 1);
        assert_int_equal(
            work_add(house->work, &draft, world->request, &house->refusal, &item, &joined),
            STATUS_OK);
        world->made++;
    }
    assert_int_equal(store_commit(house->store), STATUS_OK);
}

/* Every clock that was ever started, by the store: started, due, when it fired, and in which order
 * of the log. */
static void all_is_well(struct world *world)
{
    struct house *house = world->house;
    static const char EARLY[] =
        "SELECT count(*) FROM work_log WHERE what = 'fired' AND (late < 0 OR time - late <> "
        "(SELECT created + 180000 FROM work_item WHERE number = item))";
    static const char TWICE[] =
        "SELECT count(*) FROM (SELECT item FROM work_log WHERE what = 'fired' GROUP BY item HAVING "
        "count(*) <> 1)";
    static const char DISORDER[] =
        "SELECT count(*) FROM (SELECT time - late AS due, lag(time - late) OVER (ORDER BY number) "
        "AS before FROM work_log WHERE what = 'fired') WHERE due < before";
    static const char FIRED[] = "SELECT count(*) FROM work_log WHERE what = 'fired'";
    static const char OPEN[] = "SELECT count(*) FROM work_item WHERE state <> 'lapsed'";
    static const char ENTRIES[] = "SELECT count(*) FROM audit_entry WHERE action = 'work.fired'";
    assert_int_equal(house_count(house, EARLY), 0);
    assert_int_equal(house_count(house, TWICE), 0);
    assert_int_equal(house_count(house, DISORDER), 0);
    assert_int_equal(house_count(house, FIRED), world->made);
    assert_int_equal(house_count(house, OPEN), 0);
    assert_int_equal(house_count(house, ENTRIES), world->made);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_due"), 0);
}

/* True times of start and fire are not in the store: steady time must never outrun true time. */
static void steady_is_behind_the_truth(struct world *world, int64_t begun)
{
    assert_true(steady_now(world->house->steady).ms - begun <= world->true_ms);
}

static void none_is_early_lost_or_doubled(void **state)
{
    struct house *house = *state;
    const char *wanted = getenv("WORK_FIRINGS");
    uint64_t firings = wanted == NULL ? 3000 : strtoull(wanted, NULL, 10);
    struct world world = {.house = house, .chance = chance_seeded(20230220)};
    int64_t begun = steady_now(house->steady).ms;
    assert_int_equal(arena_create(&world.request, 64 << 20), STATUS_OK);
    while (world.made < firings - firings / 10) {
        add_some(&world, ROUND);
        pass(&world, (int64_t)chance_below(&world.chance, 120 * SECOND_MS));
        steady_is_behind_the_truth(&world, begun);
        house_keep(house);
        trouble(&world);
        steady_is_behind_the_truth(&world, begun);
        house_keep(house);
    }
    world.same_instant = true; /* and a tenth of them at once */
    for (uint64_t i = 0; i < firings / 10; i += ADD_BATCH)
        add_some(&world, ADD_BATCH);
    pass(&world, 180 * SECOND_MS / 2);
    house_keep(house);
    assert_true(house_count(house, "SELECT count(*) FROM work_item WHERE state = 'fresh'") >=
                (int64_t)(firings / 10));
    house_restart(house, false);
    pass(&world, 181 * SECOND_MS);
    house_keep(house);
    all_is_well(&world);
    print_message("%llu firings, the latest %lld ms late\n", (unsigned long long)world.made,
                  (long long)house_count(house, "SELECT max(late) FROM work_log"));
    arena_destroy(world.request);
}

static void alarms_come_before_the_deadline(void **state)
{
    struct house *house = *state;
    struct work_item item;
    static const char ALARMS[] = "SELECT count(*) FROM work_log WHERE what = 'alarm'";
    house_keep(house); /* after opening it looks once */
    assert_int_equal(work_next_due(house->work).ms, MOMENT_NONE.ms);
    assert_int_equal(house_add(house, "13800138000", 1, "", &item), STATUS_OK);
    assert_int_equal(work_next_due(house->work).ms, item.created.ms + 120 * SECOND_MS);
    house_wait(house, 120 * SECOND_MS - 1);
    house_keep(house);
    assert_int_equal(house_count(house, ALARMS), 0);
    house_wait(house, 1);
    house_keep(house);
    assert_int_equal(house_count(house, ALARMS), 1);
    house_wait(house, 30 * SECOND_MS);
    house_keep(house);
    assert_int_equal(house_count(house, ALARMS), 2);
    house_restart(house, false);
    house_wait(house, 40 * SECOND_MS);
    house_keep(house);
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(item.state, LAPSED);
    assert_true(item.deadline[0].fired);
    assert_int_equal(item.deadline[0].late_ms, 10 * SECOND_MS);
    assert_int_equal(work_next_due(house->work).ms, MOMENT_NONE.ms);
}

static int fail_times;
static char fail_id[WORK_ID_SIZE];

static enum status fails(void *self, const struct work_done *done, struct arena *request)
{
    (void)self;
    (void)request;
    if (done->step != OVERDUE || fail_times == 0 || strcmp(done->item->id, fail_id) != 0)
        return STATUS_OK;
    fail_times--;
    return STATUS_REFUSED;
}

static void a_clock_whose_step_fails_is_tried_again_and_holds_nobody_up(void **state)
{
    struct house *house = *state;
    struct work_item item[5];
    struct work_counts counts;
    for (int i = 0; i < 5; i++)
        assert_int_equal(house_add(house, "13800138000", 1, "", &item[i]), STATUS_OK);
    house->after = fails;
    copy_id(fail_id, sizeof fail_id, slice_of(item[2].id));
    fail_times = 3;
    house_wait(house, 180 * SECOND_MS);
    house_keep(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_item WHERE state = 'lapsed'"),
                     4);
    house_find(house, item[2].id, &house->ann, &item[2]);
    assert_int_equal(item[2].state, FRESH);
    assert_int_equal(item[2].due.ms, item[2].created.ms + 180 * SECOND_MS);
    house_wait(house, SECOND_MS); /* the second try, then after two seconds, then after four */
    house_keep(house);
    house_wait(house, 2 * SECOND_MS);
    house_keep(house);
    house_restart(house, false);
    house->after = fails;
    assert_int_equal(fail_times, 0);
    house_wait(house, 4 * SECOND_MS - 1);
    house_keep(house);
    house_find(house, item[2].id, &house->ann, &item[2]);
    assert_int_equal(item[2].state, FRESH);
    house_wait(house, 1);
    house_keep(house);
    house_find(house, item[2].id, &house->ann, &item[2]);
    assert_int_equal(item[2].state, LAPSED);
    assert_int_equal(item[2].deadline[0].late_ms, 7 * SECOND_MS);
    work_count(house->work, &counts);
    assert_int_equal(counts.fired, 1);
    assert_int_equal(counts.fired_late, 1);
    assert_int_equal(counts.late_ms_max, 7 * SECOND_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(none_is_early_lost_or_doubled, house_up, house_down),
        cmocka_unit_test_setup_teardown(alarms_come_before_the_deadline, house_up, house_down),
        cmocka_unit_test_setup_teardown(a_clock_whose_step_fails_is_tried_again_and_holds_nobody_up,
                                        house_up, house_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
