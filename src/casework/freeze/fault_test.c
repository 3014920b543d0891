/* fault_test.c -- each write to the store fails once, in the transactions that reach beyond one
 * item: nothing half done, nothing frozen twice, no turn lost.
 *
 * The linker puts __wrap_store_run in the place of store_run (meson.build), for this test alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/freeze/organ_test.h"

enum status __real_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count);
enum status __wrap_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count);

static unsigned fail_at; /* the write that fails; 0: none */
static unsigned writes;

enum status __wrap_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count)
{
    if (fail_at != 0 && ++writes == fail_at)
        return STATUS_IO;
    return __real_store_run(store, sql, values, count);
}

static uint64_t picture(void)
{
    static const char *const PARTS[] = {
        "SELECT COALESCE(group_concat(id || state || version || asking || clocks || seats || "
        "hex(sealed)), '') FROM work_item",
        "SELECT COALESCE(group_concat(at || ' ' || item || what || which || tries), '') FROM "
        "work_due",
        "SELECT COALESCE(group_concat(number || what || audit), '') FROM work_log",
        "SELECT COALESCE(group_concat(number || item || standing), '') FROM freeze_turn",
        "SELECT COUNT(*) || '' FROM audit_entry",
    };
    uint64_t all = 0;
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        struct store_rows *rows = NULL;
        struct store_value at[1];
        assert_int_equal(store_query_composed(organs.house->reader, PARTS[i], NULL, 0, &rows),
                         STATUS_OK);
        assert_int_equal(store_next(rows, at, 1), STATUS_OK);
        all = hash_word(all ^ hash_bytes(at[0].bytes));
        store_end(rows);
    }
    return all;
}

static struct work_item c, stop, first, second;

static enum status approves(void)
{
    return word(&first, &organs.house->ben, true);
}

static enum status bank_freezes(void)
{
    return freezes(&first, now_ms());
}

static enum status bank_lifts(void)
{
    return does(&first, "confirm_lift", &organs.house->teller, NULL, 0);
}

/* Every write of it fails once; then it is done. */
static void sweep(enum status (*action)(void), unsigned least)
{
    uint64_t before = picture();
    unsigned at = 0;
    do {
        writes = 0;
        fail_at = ++at;
        enum status status = action();
        bool failed = writes >= fail_at;
        fail_at = 0;
        assert_int_equal(status, failed ? STATUS_IO : STATUS_OK);
        if (!failed)
            break;
        assert_true(picture() == before);
    } while (at < 1000);
    assert_true(at > least);
    print_message("%u writes\n", at - 1);
}

static void stopped(void)
{
    const struct given fresh[] = {GIVE("payee", "6222020000000003"),
                                  GIVE("payee_name", "钱六"),
                                  GIVE("amount", "4980000"),
                                  {"paid_at", at_text(now_ms() - HOUR_MS)},
                                  GIVE("level", "1")};
    const struct given order[] = {{"executor", slice_of(organs.house->bank)},
                                  GIVE("document", "ZF-1")};
    const struct given at[] = {{"stopped_at", at_text(now_ms())}};
    assert_int_equal(made(&STOP_ORDER_KIND, &organs.house->ann, fresh, 5, &stop), STATUS_OK);
    assert_int_equal(both(&stop, "order", &organs.county, order, 2), STATUS_OK);
    assert_int_equal(does(&stop, "stop", &organs.house->teller, at, 1), STATUS_OK);
}

static void a_write_that_fails_leaves_everything_as_it_was(void **state)
{
    const struct given why[] = {GIVE("why", "returned")};
    (void)state;
    a_case(&c, true);
    stopped();
    const struct given fresh[] = {{"case_id", slice_of(c.id)}, GIVE("asset", "deposits"),
                                  {"stop", slice_of(stop.id)}, GIVE("method", "limited"),
                                  GIVE("months", "6"),         GIVE("scope", "all of it"),
                                  GIVE("yields", "true"),      GIVE("document", "DJ-9")};
    assert_int_equal(made(&FREEZE_KIND, &organs.house->ann, fresh, 8, &first), STATUS_OK);
    assert_int_equal(does(&first, "order", &organs.house->ann, NULL, 0), STATUS_OK);
    sweep(approves, 20);
    state_is(first.id, "ordered");
    sweep(bank_freezes, 30);
    state_is(first.id, "frozen");
    state_is(stop.id, "frozen");
    an_order(&second, c.id, "6222020000000003");
    assert_int_equal(does(&second, "wait", &organs.house->teller, NULL, 0), STATUS_OK);
    assert_int_equal(both(&first, "lift", &organs.county, why, 1), STATUS_OK);
    sweep(bank_lifts, 30);
    state_is(first.id, "lifted");
    state_is(second.id, "frozen");
}

/* The end of a term is put off by a failure, never lost, and the turn comes with it. */
static void an_end_that_fails_comes_a_moment_later(void **state)
{
    bool failed = true;
    unsigned at = 0;
    (void)state;
    a_case(&c, true);
    while (failed) {
        char account[32];
        (void)snprintf(account, sizeof account, "622202000001%04u", at);
        an_order(&first, c.id, account);
        an_order(&second, c.id, account);
        assert_int_equal(freezes(&first, now_ms()), STATUS_OK);
        assert_int_equal(does(&second, "wait", &organs.house->teller, NULL, 0), STATUS_OK);
        waits(term_end("deposits.term", now_ms()) - now_ms() - 1);
        state_is(first.id, "frozen");
        writes = 0;
        fail_at = ++at;
        waits(1);
        failed = writes >= fail_at;
        fail_at = 0;
        state_is(second.id, failed ? "waiting" : "frozen");
        waits(MINUTE_MS);
        state_is(first.id, "expired");
        state_is(second.id, "frozen");
        waits(2LL * DAY_MS); /* so that this one does not end at the midnight of the next */
        assert_true(at < 1000);
    }
    assert_true(at > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_write_that_fails_leaves_everything_as_it_was, organs_up,
                                        organs_down),
        cmocka_unit_test_setup_teardown(an_end_that_fails_comes_a_moment_later, organs_up,
                                        organs_down),
    };
    if (!organs_law(true))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(organs.law_arena);
    return failed;
}
