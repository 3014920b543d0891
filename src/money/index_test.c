/* index_test.c -- every payment in its place, whenever it came; a view is of one moment. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/index_inside.h"

#include "ground/chance.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

enum { PAYMENTS = 6000, ACCOUNTS = 40, MEMORY = 256 << 20 };

static struct arena *arena;
static struct payment made[PAYMENTS];

static ident account_name(uint64_t number)
{
    char bytes[24];
    (void)snprintf(bytes, sizeof bytes, "6222%08llu", (unsigned long long)number);
    return ident_of(slice_of(bytes));
}

/* Many at one moment; some accounts have nearly all of them; some sides are cash. */
static void make_payments(uint64_t seed)
{
    struct chance chance = chance_seeded(seed);
    for (int i = 0; i < PAYMENTS; i++) {
        uint64_t payer = chance_below(&chance, 4) != 0 ? chance_below(&chance, 3)
                                                       : chance_below(&chance, ACCOUNTS);
        uint64_t payee = chance_below(&chance, ACCOUNTS);
        made[i] = (struct payment){
            .key = {(int64_t)chance_below(&chance, 900) - 100, (uint64_t)i * 7 + 1},
            .name = 1000 + (uint64_t)i,
            .reverses = i > 0 && i % 50 == 0 ? 1000 + chance_below(&chance, (uint64_t)i) : 0,
            .payer = payer == 2 ? IDENT_UNKNOWN : account_name(payer),
            .payee = account_name(payee),
            .amount = 1 + (int64_t)chance_below(&chance, 100000),
            .balance = i % 3 == 0 ? (int64_t)i - 100 : MONEY_UNKNOWN,
            .currency = ident_of(i % 9 == 0 ? SLICE("USD") : SLICE("CNY")),
            .channel = (uint8_t)(i % 7 == 6 ? CHANNEL_UNKNOWN : i % 7),
        };
    }
}

static int by_key(const void *a, const void *b)
{
    const struct payment *one = a, *two = b;
    return payment_key_compare(one->key, two->key);
}

/* What a walk must give: sorted by hand. */
static size_t expect(ident account, const struct payment *from, size_t count,
                     struct payment *sorted)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (ident_equal(from[i].payer, account) || ident_equal(from[i].payee, account))
            sorted[found++] = from[i];
    qsort(sorted, found, sizeof *sorted, by_key);
    return found;
}

static void assert_same(const struct payment *a, const struct payment *b)
{
    assert_int_equal(a->key.ms, b->key.ms);
    assert_int_equal(a->key.position, b->key.position);
    assert_int_equal(a->name, b->name);
    assert_int_equal(a->reverses, b->reverses);
    assert_true(ident_equal(a->payer, b->payer));
    assert_true(ident_equal(a->payee, b->payee));
    assert_int_equal(a->amount, b->amount);
    assert_int_equal(a->balance, b->balance);
    assert_true(ident_equal(a->currency, b->currency));
    assert_int_equal(a->channel, b->channel);
}

static void walk_all(struct money_view *view, size_t count)
{
    static struct payment sorted[PAYMENTS];
    for (uint64_t account = 0; account < ACCOUNTS; account++) {
        size_t expected = expect(account_name(account), made, count, sorted);
        struct money_walk *walk;
        const struct payment *payment;
        assert_int_equal(
            money_walk_open(&walk, view, account_name(account), PAYMENT_KEY_FIRST, false),
            STATUS_OK);
        for (size_t i = 0; i < expected; i++) {
            assert_int_equal(money_walk_next(walk, &payment), STATUS_OK);
            assert_same(payment, &sorted[i]);
        }
        assert_int_equal(money_walk_next(walk, &payment), STATUS_END);
        size_t middle = expected / 2;
        struct payment_key from = expected == 0 ? PAYMENT_KEY_LAST : sorted[middle].key;
        assert_int_equal(money_walk_open(&walk, view, account_name(account), from, true),
                         STATUS_OK);
        for (size_t i = middle; i > 0; i--) {
            assert_int_equal(money_walk_next(walk, &payment), STATUS_OK);
            assert_same(payment, &sorted[i - 1]);
        }
        assert_int_equal(money_walk_next(walk, &payment), STATUS_END);
    }
}

static void find_all(struct money_view *view, size_t count)
{
    struct payment payment;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(money_find(view, made[i].name, &payment), STATUS_OK);
        assert_same(&payment, &made[i]);
    }
    assert_int_equal(money_find(view, 999, &payment), STATUS_ABSENT);
}

static struct money *create(uint32_t payments_max, struct volume *runs)
{
    struct money *money;
    struct money_options options = {
        .payments_max = payments_max, .accounts_max = 2 * ACCOUNTS + 2, .runs = runs};
    assert_int_equal(money_create(&money, &options, arena), STATUS_OK);
    return money;
}

static void payments_stand_in_order_whenever_they_came(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        make_payments(seed);
        struct money *money = create(PAYMENTS, NULL);
        struct money_view *view;
        for (size_t i = 0; i < PAYMENTS; i++)
            assert_int_equal(money_add(money, &made[i]), STATUS_OK);
        assert_int_equal(money_view_open(&view, money, arena), STATUS_OK);
        walk_all(view, PAYMENTS);
        find_all(view, PAYMENTS);
        money_view_close(view);
        money_destroy(money);
        arena_reset(arena);
    }
}

static void a_view_is_of_the_moment_when_it_was_opened(void **state)
{
    (void)state;
    make_payments(4);
    struct money *money = create(PAYMENTS, NULL);
    struct money_view *early;
    for (size_t i = 0; i < 2000; i++)
        assert_int_equal(money_add(money, &made[i]), STATUS_OK);
    assert_int_equal(money_view_open(&early, money, arena), STATUS_OK);
    for (size_t i = 2000; i < PAYMENTS; i++)
        assert_int_equal(money_add(money, &made[i]), STATUS_OK);
    walk_all(early, 2000);
    find_all(early, 2000);
    struct payment payment;
    assert_int_equal(money_find(early, made[2000].name, &payment), STATUS_ABSENT);
    money_view_close(early);
    money_destroy(money);
    arena_reset(arena);
}

static void a_payment_that_comes_twice_counts_once(void **state)
{
    (void)state;
    make_payments(5);
    struct money *money = create(PAYMENTS, NULL);
    struct money_counts counts;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(money_add(money, &made[i]), STATUS_OK);
    money_count(money, &counts);
    assert_int_equal(counts.added, 100);
    assert_int_equal(counts.duplicates, 100);
    assert_int_equal(counts.payments, 100);
    money_destroy(money);
    arena_reset(arena);
}

static void full_is_a_status_and_nothing_is_half_in(void **state)
{
    (void)state;
    make_payments(6);
    struct money *money = create(1000, NULL);
    struct money_view *view;
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(money_add(money, &made[i]), STATUS_OK);
    assert_int_equal(money_add(money, &made[1000]), STATUS_FULL);
    assert_int_equal(money_turn(money), STATUS_FULL);
    assert_int_equal(money_view_open(&view, money, arena), STATUS_OK);
    walk_all(view, 1000);
    money_view_close(view);
    money_destroy(money);
    arena_reset(arena);
}

/* ---- with runs ---- */

static char folder[] = "/tmp/money_test_XXXXXX";

static void fill_with_runs(struct money *money, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum status status = money_add(money, &made[i]);
        if (status == STATUS_FULL) {
            assert_int_equal(money_turn(money), STATUS_OK);
            status = money_add(money, &made[i]);
            assert_int_equal(money_seal(money, arena), STATUS_OK);
        }
        assert_int_equal(status, STATUS_OK);
    }
}

static void runs_and_ledgers_are_one_history(void **state)
{
    (void)state;
    struct volume volume;
    struct money_view *view;
    struct money_counts counts;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(volume_of_directory(&volume, folder, arena), STATUS_OK);
    make_payments(7);
    struct money *money = create(900, &volume);
    fill_with_runs(money, PAYMENTS);
    money_count(money, &counts);
    assert_int_equal(counts.payments + counts.run_payments, PAYMENTS);
    assert_true(counts.runs >= 4);
    assert_int_equal(money_view_open(&view, money, arena), STATUS_OK);
    walk_all(view, PAYMENTS);
    find_all(view, PAYMENTS);
    money_view_close(view);
    uint64_t resume = money_resume(money);
    money_destroy(money);
    /* A start reads the runs and is fed what is behind them. */
    money = create(900, &volume);
    assert_int_equal(money_resume(money), resume);
    size_t first = 0;
    while (made[first].key.position <= resume)
        first++;
    for (size_t i = first; i < PAYMENTS; i++) {
        enum status status = money_add(money, &made[i]);
        if (status == STATUS_FULL) {
            assert_int_equal(money_turn(money), STATUS_OK);
            status = money_add(money, &made[i]);
        }
        assert_int_equal(status, STATUS_OK);
    }
    assert_int_equal(money_view_open(&view, money, arena), STATUS_OK);
    walk_all(view, PAYMENTS);
    find_all(view, PAYMENTS);
    money_view_close(view);
    money_destroy(money);
    volume_close(&volume);
    arena_reset(arena);
}

/* Every byte of a run, one after another, is wrong once: never is a payment other than it was. */
static void a_damaged_run_is_named_and_never_believed(void **state)
{
    (void)state;
    struct volume volume;
    struct volume_file file;
    int64_t size;
    size_t got;
    static unsigned char bytes[4 << 20];
    assert_int_equal(volume_of_directory(&volume, folder, arena), STATUS_OK);
    const char *name = "0000000000.run";
    assert_int_equal(volume.open(volume.self, name, false, &file), STATUS_OK);
    assert_int_equal(volume.size(volume.self, file, &size), STATUS_OK);
    assert_true((size_t)size <= sizeof bytes);
    assert_int_equal(volume.read(volume.self, file, 0, bytes, (size_t)size, &got), STATUS_OK);
    for (int64_t at = 0; at < size; at += 397) {
        unsigned char wrong = bytes[at] ^ 0x20;
        struct run *run;
        assert_int_equal(volume.write(volume.self, file, at, &wrong, 1), STATUS_OK);
        enum status status = run_open(&run, &volume, name);
        assert_true(status == STATUS_OK || status == STATUS_MALFORMED);
        for (size_t i = 0; status == STATUS_OK && i < 900; i += 31) {
            struct payment payment;
            enum status found = run_find_name(run, made[i].name, &payment);
            assert_true(found == STATUS_OK || found == STATUS_MALFORMED);
            if (found == STATUS_OK)
                assert_same(&payment, &made[i]);
        }
        if (status == STATUS_OK)
            run_close(run);
        assert_int_equal(volume.write(volume.self, file, at, &bytes[at], 1), STATUS_OK);
    }
    volume.close(volume.self, file);
    volume_close(&volume);
    arena_reset(arena);
}

static void a_torn_run_is_set_aside_and_its_days_are_asked_for_again(void **state)
{
    (void)state;
    struct volume volume;
    struct volume_file file;
    struct money_counts counts;
    assert_int_equal(volume_of_directory(&volume, folder, arena), STATUS_OK);
    struct run *before;
    assert_int_equal(run_open(&before, &volume, "0000000001.run"), STATUS_OK);
    uint64_t through = run_about(before)->through;
    run_close(before);
    assert_int_equal(volume.open(volume.self, "0000000002.run", false, &file), STATUS_OK);
    assert_int_equal(volume.cut(volume.self, file, 5 * RUN_PAGE + 100), STATUS_OK);
    volume.close(volume.self, file);
    struct money *money = create(900, &volume);
    money_count(money, &counts);
    assert_int_equal(counts.runs, 2);
    assert_true(counts.damaged >= 1);
    assert_int_equal(money_resume(money), through);
    money_destroy(money);
    uint64_t removed;
    money = create(900, &volume);
    money_count(money, &counts);
    assert_int_equal(counts.damaged, 0); /* they lie under another name */
    assert_int_equal(counts.runs, 2);
    assert_int_equal(money_forget(money, (moment){100000}, &removed), STATUS_OK);
    assert_int_equal(removed, 1);
    money_count(money, &counts);
    assert_int_equal(counts.runs, 1); /* the newest says what was taken */
    money_destroy(money);
    volume_close(&volume);
    arena_reset(arena);
}

/* ---- one writes, others read ---- */

struct reader {
    pthread_t thread;
    struct money *money;
    _Atomic bool *ended;
    uint64_t rounds;
    bool wrong;
};

/* Of a view at any moment: what it shows is in order, and as many as were added. */
static void *read_on(void *self)
{
    struct reader *reader = self;
    struct arena *scratch;
    must(arena_create(&scratch, 64 << 20) == STATUS_OK);
    while (!reader->wrong && (reader->rounds < 20 || !atomic_load(reader->ended))) {
        struct money_view *view;
        struct money_walk *walk;
        const struct payment *payment;
        size_t count = 0, expected = 0;
        struct payment_key last = PAYMENT_KEY_FIRST;
        ident account = account_name(reader->rounds % 3);
        must(money_view_open(&view, reader->money, scratch) == STATUS_OK);
        for (uint32_t i = 0; i < view->pinned[0]; i++)
            expected += ident_equal(made[i].payer, account) || ident_equal(made[i].payee, account);
        must(money_walk_open(&walk, view, account, PAYMENT_KEY_FIRST, false) == STATUS_OK);
        while (money_walk_next(walk, &payment) == STATUS_OK) {
            reader->wrong |= payment_key_compare(payment->key, last) <= 0;
            last = payment->key;
            count++;
        }
        reader->wrong |= count != expected;
        money_view_close(view);
        arena_reset(scratch);
        reader->rounds++;
    }
    arena_destroy(scratch);
    return NULL;
}

static void readers_see_whole_moments_while_one_writes(void **state)
{
    (void)state;
    make_payments(8);
    struct money *money = create(PAYMENTS, NULL);
    struct reader reader[2] = {0};
    _Atomic bool ended = false;
    for (int i = 0; i < 2; i++) {
        reader[i] = (struct reader){.money = money, .ended = &ended};
        assert_int_equal(pthread_create(&reader[i].thread, NULL, read_on, &reader[i]), 0);
    }
    for (size_t i = 0; i < PAYMENTS; i++)
        assert_int_equal(money_add(money, &made[i]), STATUS_OK);
    atomic_store(&ended, true);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(reader[i].thread, NULL), 0);
        assert_false(reader[i].wrong);
    }
    money_destroy(money);
    arena_reset(arena);
}

static void records_become_payments(void **state)
{
    (void)state;
    struct record record = {.kind = RECORD_payment, .at = {5000}, .position = 9, .digest = 77};
    struct payment payment;
    record.field[FIELD_OF(payment, amount)].whole = 250;
    record.field[FIELD_OF(payment, payer)].name = account_name(1);
    record.known = 1u << FIELD_OF(payment, amount);
    assert_false(payment_of_record(&record, &payment)); /* nobody on either side */
    record.known |= 1u << FIELD_OF(payment, payer);
    assert_true(payment_of_record(&record, &payment));
    assert_int_equal(payment.amount, 250);
    assert_int_equal(payment.name, 77 >> 2);
    assert_false(ident_known(payment.payee));
    assert_true(payment.balance == MONEY_UNKNOWN);
    record.field[FIELD_OF(payment, amount)].whole = 0;
    assert_false(payment_of_record(&record, &payment));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_become_payments),
        cmocka_unit_test(payments_stand_in_order_whenever_they_came),
        cmocka_unit_test(a_view_is_of_the_moment_when_it_was_opened),
        cmocka_unit_test(a_payment_that_comes_twice_counts_once),
        cmocka_unit_test(full_is_a_status_and_nothing_is_half_in),
        cmocka_unit_test(readers_see_whole_moments_while_one_writes),
        cmocka_unit_test(runs_and_ledgers_are_one_history),
        cmocka_unit_test(a_damaged_run_is_named_and_never_believed),
        cmocka_unit_test(a_torn_run_is_set_aside_and_its_days_are_asked_for_again),
    };
    must(arena_create(&arena, MEMORY) == STATUS_OK);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(arena);
    char command[64];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? failed : 1;
}
