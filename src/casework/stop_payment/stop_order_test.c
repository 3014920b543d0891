/* stop_order_test.c -- an emergency stop keeps its term whatever the wall clock does, and ends as
 * frozen only by the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/stop_payment/stop_order.h"
#include "casework/work/house_test.h"

static struct stop_desk desk;
static struct law law;
static struct arena *law_arena;

static unsigned plugs(struct house *house, struct work_plug *out)
{
    desk = (struct stop_desk){.store = house->store,
                              .key = house->keys.totp,
                              .law = &law,
                              .steady = house->steady,
                              .zone_minutes = 480};
    out[0] = stop_plug(&desk);
    return 1;
}

static void opened(struct house *house)
{
    desk.work = house->work;
}

static const struct house_more MORE = {.migration = {STOP_MIGRATIONS},
                                       .migrations_count = {STOP_MIGRATIONS_COUNT},
                                       .plugs = plugs,
                                       .opened = opened};

static int up(void **state)
{
    house_more = &MORE;
    return house_up(state);
}

static int field(const char *name)
{
    return work_field_find(&STOP_ORDER_KIND, slice_of(name));
}

static struct slice at(struct house *house, int64_t ms)
{
    char *room = NULL;
    assert_int_equal(arena_take(house->request, 40, (void **)&room), STATUS_OK);
    struct text text = text_over(room, 40);
    text_add_moment(&text, (moment){ms}, 480);
    return text_slice(&text);
}

/* Ordered by two and sent to the bank. */
static void ordered(struct house *house, const char *account, struct work_item *item)
{
    const struct work_value fresh[] = {
        {field("payee"), slice_of(account)},
        {field("payee_name"), SLICE("钱六")},
        {field("amount"), SLICE("4980000")},
        {field("paid_at"), at(house, steady_now(house->steady).ms - HOUR_MS)},
        {field("level"), SLICE("1")}};
    const struct work_draft draft = {.kind = &STOP_ORDER_KIND,
                                     .owner = slice_of(house->home),
                                     .detected = MOMENT_NONE,
                                     .by = &house->ann,
                                     .value = fresh,
                                     .values_count = 5};
    const struct work_value order[] = {{field("executor"), slice_of(house->bank)},
                                       {field("document"), SLICE("ZF-1")}};
    bool joined = false;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_add(house->work, &draft, house->request, &house->refusal,
                                               item, &joined)),
                     STATUS_OK);
    assert_int_equal(house_step(house, item, "order", &house->ann, order, 2, item), STATUS_OK);
    assert_int_equal(house_word(house, item, item->asking->digest, &house->ben, true, item),
                     STATUS_OK);
    house_find(house, item->id, &house->teller, item);
}

static enum status stop_at(struct house *house, struct work_item *item, const char *step,
                           int64_t ms)
{
    const struct work_value value[] = {{field("stopped_at"), at(house, ms)}};
    return house_step(house, item, step, &house->teller, value, 1, item);
}

static int64_t term_ms(void)
{
    int64_t ms = 0;
    const struct law_pack *pack = law_named(&law, SLICE("cn-stop-2016"));
    assert_int_equal(law_span_ms(pack, "term", &ms, NULL), STATUS_OK);
    return ms;
}

static void state_is(struct house *house, const char *id, const char *state)
{
    struct work_item item;
    house_find(house, id, &house->ann, &item);
    assert_string_equal(item.kind->state[item.state].name, state);
}

/* The wall may be a day ahead or behind when the bank says it: the term ends where it would. */
static void the_term_of_a_stop_is_steady_time_whatever_the_wall_does(void **state)
{
    static const int64_t JUMPS[] = {DAY_MS, -DAY_MS, 40LL * DAY_MS, -HOUR_MS};
    struct house *house = *state;
    for (unsigned i = 0; i < sizeof JUMPS / sizeof JUMPS[0]; i++) {
        struct work_item item;
        char account[32];
        (void)snprintf(account, sizeof account, "622202000000%04u", i);
        ordered(house, account, &item);
        int64_t stopped = steady_now(house->steady).ms - 10 * MINUTE_MS;
        atomic_fetch_add(&house->wall_ms, JUMPS[i]);
        assert_int_equal(stop_at(house, &item, "stop", stopped), STATUS_OK);
        house_find(house, item.id, &house->ann, &item);
        assert_int_equal(item.due.ms, stopped + term_ms());
        atomic_fetch_sub(&house->wall_ms, JUMPS[i] / 2);
        house_wait(house, term_ms() - 10 * MINUTE_MS - 1);
        house_keep(house);
        state_is(house, item.id, "stopped");
        house_wait(house, 1);
        house_keep(house);
        state_is(house, item.id, "lifted");
    }
}

/* A bank whose moment lies in the time to come by steady time is not believed because the wall is
 * ahead. */
static void a_moment_to_come_is_refused_by_steady_time(void **state)
{
    struct house *house = *state;
    struct work_item item;
    ordered(house, "6222020000001000", &item);
    int64_t now = steady_now(house->steady).ms;
    atomic_fetch_add(&house->wall_ms, DAY_MS);
    assert_int_equal(stop_at(house, &item, "stop", now + HOUR_MS), STATUS_MALFORMED);
    assert_int_equal(stop_at(house, &item, "stop", now), STATUS_OK);
}

static void a_term_ends_also_after_a_restart(void **state)
{
    struct house *house = *state;
    struct work_item item;
    ordered(house, "6222020000001001", &item);
    assert_int_equal(stop_at(house, &item, "stop", steady_now(house->steady).ms), STATUS_OK);
    house_wait(house, term_ms() + 3 * HOUR_MS);
    house_restart(house, true);
    house_keep(house);
    state_is(house, item.id, "lifted");
}

static void nobody_says_that_a_stop_became_a_freeze(void **state)
{
    struct house *house = *state;
    struct work_item item, out;
    struct slice owner = slice_of(house->home);
    const struct work_value value[] = {{field("freeze"), SLICE("w_1")}};
    ordered(house, "6222020000001002", &item);
    assert_int_equal(stop_at(house, &item, "stop", steady_now(house->steady).ms), STATUS_OK);
    assert_int_equal(house_step(house, &item, "become_frozen", &house->teller, value, 1, &out),
                     STATUS_REFUSED);
    house_find(house, item.id, &house->ben, &item);
    assert_int_equal(house_step(house, &item, "become_frozen", &house->ben, value, 1, &out),
                     STATUS_REFUSED);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        stop_becomes_frozen(&desk, slice_of(item.id), slice_of(house->bank), "w_1", house->request),
        STATUS_ABSENT);
    assert_int_equal(house_end(house, stop_becomes_frozen(&desk, slice_of(item.id), owner, "w_1",
                                                          house->request)),
                     STATUS_OK);
    state_is(house, item.id, "frozen");
    house_wait(house, 3 * term_ms()); /* and its clock is over */
    house_keep(house);
    state_is(house, item.id, "frozen");
    assert_int_equal(store_begin(house->store), STATUS_OK); /* once more changes nothing */
    assert_int_equal(house_end(house, stop_becomes_frozen(&desk, slice_of(item.id), owner, "w_2",
                                                          house->request)),
                     STATUS_OK);
}

/* Whoever handed the order on has a seat in it still, and is no bank. */
static void only_the_bank_that_was_ordered_says_that_it_stopped(void **state)
{
    struct house *house = *state;
    struct work_item item, out;
    ordered(house, "6222020000001004", &item);
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_hand_over(house->work, item.id, item.version, &house->ann, SLICE(""),
                                        slice_of(house->second_home), SLICE("theirs"),
                                        house->request, &house->refusal, &out)),
        STATUS_OK);
    const struct work_value value[] = {
        {field("stopped_at"), at(house, steady_now(house->steady).ms)}};
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(house_step(house, &item, "stop", &house->ann, value, 1, &out), STATUS_REFUSED);
    house_find(house, item.id, &house->teller, &item);
    assert_int_equal(stop_at(house, &item, "stop", steady_now(house->steady).ms), STATUS_OK);
}

static void a_stop_is_not_merged_away(void **state)
{
    struct house *house = *state;
    struct work_item item, other, out;
    ordered(house, "6222020000001003", &item);
    ordered(house, "6222020000001003", &other);
    assert_int_equal(stop_at(house, &item, "stop", steady_now(house->steady).ms), STATUS_OK);
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_merge(house->work, item.id, other.id, item.version, &house->ann,
                                    SLICE("one account"), house->request, &house->refusal, &out)),
        STATUS_REFUSED);
    state_is(house, item.id, "stopped");
}

/* ---- counted ---- */

static struct work_open open_of(struct house *house, const struct identity *by)
{
    static const int64_t WITHIN[WORK_HORIZONS] = {3 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS};
    struct work_open open;
    assert_int_equal(
        work_count_open(house->work, house->store, &STOP_ORDER_KIND, by, WITHIN, &open), STATUS_OK);
    return open;
}

static struct stop_sum money_of(struct house *house)
{
    struct stop_sum sum;
    moment since = {steady_now(house->steady).ms - HOUR_MS};
    assert_int_equal(stop_money(house->store, slice_of(house->home), since, &sum), STATUS_OK);
    return sum;
}

static void reported(struct house *house, struct work_item *item)
{
    const struct work_value fresh[] = {{field("payee"), SLICE("6222020000001099")},
                                       {field("amount"), SLICE("1200")},
                                       {field("level"), SLICE("1")}};
    const struct work_draft draft = {.kind = &STOP_ORDER_KIND,
                                     .owner = slice_of(house->home),
                                     .detected = MOMENT_NONE,
                                     .by = &house->ann,
                                     .value = fresh,
                                     .values_count = 3};
    bool joined = false;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_add(house->work, &draft, house->request, &house->refusal,
                                               item, &joined)),
                     STATUS_OK);
}

static void what_is_open_is_counted_by_its_clocks(void **state)
{
    struct house *house = *state;
    struct work_item item, out;
    assert_int_equal(open_of(house, &house->ann).open, 0);
    reported(house, &item);
    assert_int_equal(open_of(house, &house->ann).open, 1);
    assert_int_equal(open_of(house, &house->ann).due[1], 0); /* half an hour is left */
    assert_int_equal(open_of(house, &house->ann).due[2], 1);
    assert_int_equal(open_of(house, &house->teller).open, 0); /* it has no seat */
    house_wait(house, 28 * MINUTE_MS);
    assert_int_equal(open_of(house, &house->ann).due[0], 1);
    assert_int_equal(open_of(house, &house->ann).overdue, 0);
    house_wait(house, 3 * MINUTE_MS);
    house_keep(house);
    assert_int_equal(open_of(house, &house->ann).overdue, 1);
    assert_int_equal(open_of(house, &house->ann).due[2], 0);
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(house_take(house, &item, &house->ann, &out), STATUS_OK);
    assert_int_equal(open_of(house, &house->ann).held, 1);
    /* one that stood before there was a shelf for it comes to stand there by itself */
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(store_run(house->store, "DELETE FROM work_shelf", NULL, 0), STATUS_OK);
    assert_int_equal(store_run(house->store,
                               "INSERT INTO work_due (at, item, what, which, tries) SELECT "
                               "changed, number, 111, 0, 0 FROM work_item WHERE closed = 0",
                               NULL, 0),
                     STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    assert_int_equal(open_of(house, &house->ann).overdue, 0);
    house_restart(house, false);
    house_keep(house);
    assert_int_equal(open_of(house, &house->ann).overdue, 1);
    const struct work_value why[] = {{field("why"), SLICE("paid back")}};
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(house_step(house, &item, "withdraw", &house->ann, why, 1, &out), STATUS_OK);
    assert_int_equal(open_of(house, &house->ann).overdue, 0);
    assert_int_equal(open_of(house, &house->ann).open, 0);
}

static void money_is_at_risk_until_a_bank_has_answered(void **state)
{
    struct house *house = *state;
    struct work_item item, other, untold;
    ordered(house, "6222020000001021", &item);
    ordered(house, "6222020000001022", &other);
    ordered(house, "6222020000001023", &untold);
    assert_int_equal(money_of(house).risk_orders, 3);
    assert_int_equal(money_of(house).risk, 3 * 4980000);
    assert_int_equal(open_of(house, &house->teller).open, 3); /* the bank has a seat */
    moment now = steady_now(house->steady);
    const struct work_value all[] = {{field("stopped_at"), at(house, now.ms)},
                                     {field("balance"), SLICE("9900000")}};
    const struct work_value some[] = {{field("stopped_at"), at(house, now.ms)},
                                      {field("balance"), SLICE("100")}};
    assert_int_equal(house_step(house, &item, "stop", &house->teller, all, 2, &item), STATUS_OK);
    assert_int_equal(house_step(house, &other, "stop", &house->teller, some, 2, &other), STATUS_OK);
    assert_int_equal(stop_at(house, &untold, "stop", now.ms), STATUS_OK);
    struct stop_sum sum = money_of(house);
    assert_int_equal(sum.risk_orders, 0);
    assert_int_equal(sum.risk, 0);
    assert_int_equal(sum.stopped_orders, 3);
    assert_int_equal(sum.untold_orders, 1);
    assert_int_equal(sum.stopped, 4980000 + 100); /* no more than was paid; of one nobody knows */
    house_wait(house, 2 * HOUR_MS);
    assert_int_equal(money_of(house).stopped_orders, 0); /* they were before */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_term_of_a_stop_is_steady_time_whatever_the_wall_does,
                                        up, house_down),
        cmocka_unit_test_setup_teardown(a_moment_to_come_is_refused_by_steady_time, up, house_down),
        cmocka_unit_test_setup_teardown(a_term_ends_also_after_a_restart, up, house_down),
        cmocka_unit_test_setup_teardown(a_stop_is_not_merged_away, up, house_down),
        cmocka_unit_test_setup_teardown(only_the_bank_that_was_ordered_says_that_it_stopped, up,
                                        house_down),
        cmocka_unit_test_setup_teardown(nobody_says_that_a_stop_became_a_freeze, up, house_down),
        cmocka_unit_test_setup_teardown(what_is_open_is_counted_by_its_clocks, up, house_down),
        cmocka_unit_test_setup_teardown(money_is_at_risk_until_a_bank_has_answered, up, house_down),
    };
    char room[TONGUES_COUNT][512];
    struct text why[TONGUES_COUNT];
    for (int i = 0; i < TONGUES_COUNT; i++)
        why[i] = text_over(room[i], sizeof room[i]);
    if (arena_create(&law_arena, 8 << 20) != STATUS_OK ||
        law_open_shipped(&law, law_arena, why) != STATUS_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(law_arena);
    return failed;
}
