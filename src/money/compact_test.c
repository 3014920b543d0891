/* compact_test.c -- runs that become fewer, names that are spelled, payments that come again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/index_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { LEDGER = 50, DAYS = 120, DAILY = 50, ACCOUNTS = 40 };

static struct arena *arena, *scratch;
static char folder[] = "/tmp/cutline-compact.XXXXXX";
static struct volume volume;

/* Nineteen digits, as cards have: a name that does not print from its bits.  Each day has an
 * account that no other day has. */
static struct slice card(int number, char bytes[24])
{
    (void)snprintf(bytes, 24, "6222020000000%06d", number);
    return slice_of(bytes);
}

/* What banks number a payment with: thirty digits for one in three, eight for another, none. */
static struct slice id_of(int number, char bytes[40])
{
    if (number % 3 == 0)
        (void)snprintf(bytes, 40, "2026030200000000000000%08d", number);
    else if (number % 3 == 1)
        (void)snprintf(bytes, 40, "%08d", number);
    else
        bytes[0] = 0;
    return slice_of(bytes);
}

static uint64_t name_of(int number)
{
    char bytes[40];
    struct slice id = id_of(number, bytes);
    return payment_name(id.size == 0 ? IDENT_UNKNOWN : ident_of(id), ((uint64_t)number + 1) << 2);
}

static void make_record(struct record *record, int day, int nth)
{
    static char payer[24], payee[24], id_bytes[40];
    int number = day * DAILY + nth;
    struct slice from = card(number % ACCOUNTS, payer);
    struct slice to = card(nth == 0 ? 1000 + day : (number * 7 + 1) % ACCOUNTS, payee);
    *record = (struct record){.kind = RECORD_payment, .position = (uint64_t)number + 1};
    record->digest = ((uint64_t)number + 1) << 2;
    record->at.ms = (int64_t)day * DAY_MS + nth;
    record->known = 1u << FIELD_OF(payment, payer) | 1u << FIELD_OF(payment, payee) |
                    1u << FIELD_OF(payment, amount) | 1u << FIELD_OF(payment, payee_bank) |
                    1u << FIELD_OF(payment, currency);
    record->field[FIELD_OF(payment, payer)].name = ident_of(from);
    record->text[FIELD_OF(payment, payer)] = from;
    record->field[FIELD_OF(payment, payee)].name = ident_of(to);
    record->text[FIELD_OF(payment, payee)] = to;
    record->field[FIELD_OF(payment, payee_bank)].name = ident_of(SLICE("ICBKCNBJ"));
    record->text[FIELD_OF(payment, payee_bank)] = SLICE("ICBKCNBJ");
    record->field[FIELD_OF(payment, currency)].name = ident_of(SLICE("CNY"));
    record->text[FIELD_OF(payment, currency)] = SLICE("CNY");
    record->field[FIELD_OF(payment, amount)].whole = 1 + number;
    struct slice id = id_of(number, id_bytes);
    if (id.size == 0)
        return;
    record->known |= 1u << FIELD_OF(payment, id);
    record->field[FIELD_OF(payment, id)].name = ident_of(id);
    record->text[FIELD_OF(payment, id)] = id;
}

static struct money *open_index(void)
{
    struct money *money;
    struct money_options options = {
        .payments_max = LEDGER, .accounts_max = 4 * ACCOUNTS, .runs = &volume};
    assert_int_equal(money_create(&money, &options, arena), STATUS_OK);
    return money;
}

/* One day, then everything that the thread of a service would do. */
static void feed_day(struct money *money, int day, const struct money_kept *kept)
{
    uint64_t removed;
    struct money_sink sink = money_sink_of(money);
    for (int i = 0; i < DAILY; i++) {
        struct record record;
        make_record(&record, day, i);
        assert_int_equal(sink.take(sink.self, &record, 1), STATUS_OK);
    }
    money_reached(money, (uint64_t)(day + 1) * DAILY);
    enum status status = money_seal(money, scratch);
    assert_true(status == STATUS_OK || status == STATUS_END);
    while ((status = money_merge(money, kept, scratch)) == STATUS_OK)
        assert_int_equal(money_settle(money), STATUS_OK);
    assert_int_equal(status, STATUS_END);
    if (kept->from.ms != MOMENT_NONE.ms)
        assert_int_equal(money_forget(money, kept->from, &removed), STATUS_OK);
    arena_reset(scratch);
}

static uint64_t count_of(struct money_view *view, ident account)
{
    struct money_walk *walk;
    const struct payment *payment;
    struct payment_key before = PAYMENT_KEY_FIRST;
    uint64_t count = 0;
    assert_int_equal(money_walk_open(&walk, view, account, before, false), STATUS_OK);
    while (money_walk_next(walk, &payment) == STATUS_OK) {
        assert_true(payment_key_compare(before, payment->key) < 0);
        before = payment->key;
        count++;
    }
    return count;
}

/* An id is written as it was told, and is gone with its payment; a short one is in the name. */
static void check_id(struct money_view *view, const struct payment *payment, int number, bool there)
{
    char bytes[40], spelled[80];
    struct slice id = id_of(number, bytes);
    struct text text = text_over(spelled, sizeof spelled);
    bool known = id.size != 0 && (there || number % 3 == 1);
    assert_int_equal(money_id(view, payment, &text), known ? STATUS_OK : STATUS_ABSENT);
    assert_true(!known || slice_equal(text_slice(&text), id));
}

/* Every payment from a day on is there once, spelled out, and none from before. */
static void check_days(struct money *money, int from, int to)
{
    struct money_view *view;
    uint64_t seen = 0;
    char bytes[24], spelled[80];
    assert_int_equal(money_view_open(&view, money, scratch), STATUS_OK);
    for (int i = 0; i < DAYS * DAILY; i++) {
        struct payment payment;
        enum status status = money_find(view, name_of(i), &payment);
        bool there = i >= from * DAILY && i < to * DAILY;
        assert_int_equal(status, there ? STATUS_OK : STATUS_ABSENT);
        payment.name = name_of(i);
        check_id(view, &payment, i, there);
        if (there)
            assert_int_equal(payment.amount, 1 + i);
    }
    for (int i = 0; i < 1000 + DAYS; i = i + 1 == ACCOUNTS ? 1000 : i + 1) {
        struct slice name = card(i, bytes);
        struct text text = text_over(spelled, sizeof spelled);
        bool there = i < ACCOUNTS || (i - 1000 >= from && i - 1000 < to);
        assert_int_equal(money_spelling(view, ident_of(name), &text),
                         there ? STATUS_OK : STATUS_ABSENT);
        assert_true(!there || slice_equal(text_slice(&text), name));
        seen += count_of(view, ident_of(name));
    }
    struct text bank = text_over(spelled, sizeof spelled);
    assert_int_equal(money_spelling(view, ident_of(SLICE("ICBKCNBJ")), &bank), STATUS_OK);
    assert_string_equal(spelled, "ICBKCNBJ");
    assert_int_equal(seen, 2 * (uint64_t)(to - from) * DAILY);
    assert_int_equal(money_view_position(view), (uint64_t)to * DAILY);
    money_view_close(view);
    arena_reset(scratch);
}

static void hundred_days_are_few_runs_and_all_is_there(void **state)
{
    (void)state;
    const struct money_kept all = {.from = MOMENT_NONE};
    struct money_counts counts;
    struct money *money = open_index();
    for (int day = 0; day < DAYS; day++) {
        feed_day(money, day, &all);
        money_count(money, &counts);
        assert_true(counts.runs <= 12); /* three of each size */
    }
    assert_true(counts.merges > DAYS / 4);
    check_days(money, 0, DAYS);
    uint64_t resume = money_resume(money);
    money_destroy(money);
    money = open_index(); /* and of what is in files it is all there without anybody's memory */
    assert_int_equal(money_resume(money), resume);
    check_days(money, 0, (int)(resume / DAILY));
    money_destroy(money);
    arena_reset(arena);
}

static void a_payment_of_days_ago_is_known_again(void **state)
{
    (void)state;
    struct money *money = open_index();
    struct money_counts counts;
    struct record record;
    size_t taken;
    for (int day = 3; day < 90; day += 7) {
        make_record(&record, day, 5);
        record.position += 1000000;
        assert_int_equal(money_take(money, &record, 1, &taken), STATUS_OK);
    }
    money_count(money, &counts);
    assert_int_equal(counts.added, 0);
    assert_int_equal(counts.duplicates, 13);
    money_destroy(money);
    arena_reset(arena);
}

static void what_is_older_than_is_kept_goes_with_its_names(void **state)
{
    (void)state;
    struct money_kept kept = {.from = {60 * (int64_t)DAY_MS}, .span_ms = 60 * (int64_t)DAY_MS};
    struct money *money = open_index();
    uint64_t removed;
    assert_int_equal(money_forget(money, kept.from, &removed), STATUS_OK);
    enum status status;
    while ((status = money_merge(money, &kept, scratch)) == STATUS_OK)
        assert_int_equal(money_settle(money), STATUS_OK);
    assert_int_equal(status, STATUS_END);
    int to = (int)(money_resume(money) / DAILY);
    /* What is a day too old may wait for company; nothing older does. */
    struct money_counts counts;
    money_count(money, &counts);
    assert_true(counts.run_payments <= (uint64_t)(to - 59) * DAILY);
    assert_true(counts.run_payments >= (uint64_t)(to - 60) * DAILY);
    check_days(money, to - (int)(counts.run_payments / DAILY), to);
    money_destroy(money);
    arena_reset(arena);
}

/* A kill between the name of a merged run and the end of its parts. */
static void what_is_there_twice_counts_once(void **state)
{
    (void)state;
    const struct money_kept all = {.from = MOMENT_NONE};
    struct money *money = open_index();
    int to = (int)(money_resume(money) / DAILY);
    struct money_counts before, after;
    money_count(money, &before);
    int from = to - (int)(before.run_payments / DAILY);
    enum status status = STATUS_END;
    for (int day = to; day < to + 8 && day < DAYS + 8 && status == STATUS_END; day++) {
        for (int i = 0; i < DAILY; i++) {
            struct record record;
            make_record(&record, day, i);
            struct money_sink sink = money_sink_of(money);
            assert_int_equal(sink.take(sink.self, &record, 1), STATUS_OK);
        }
        status = money_seal(money, scratch);
        assert_true(status == STATUS_OK || status == STATUS_END);
        status = money_merge(money, &all, scratch); /* not settled: its parts are there */
    }
    assert_int_equal(status, STATUS_OK);
    money_destroy(money);
    money = open_index();
    money_count(money, &after);
    assert_int_equal(after.damaged, 0);
    to = (int)(money_resume(money) / DAILY);
    assert_int_equal(after.run_payments, (uint64_t)(to - from) * DAILY);
    money_destroy(money);
    arena_reset(arena);
}

static void a_ledger_without_payments_says_what_was_taken(void **state)
{
    (void)state;
    struct money *money = open_index();
    uint64_t before = money_resume(money);
    money_reached(money, before + 70000);
    assert_int_equal(money_turn(money), STATUS_OK);
    assert_int_equal(money_seal(money, scratch), STATUS_OK);
    money_destroy(money);
    money = open_index();
    assert_int_equal(money_resume(money), before + 70000);
    money_destroy(money);
    arena_reset(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hundred_days_are_few_runs_and_all_is_there),
        cmocka_unit_test(a_payment_of_days_ago_is_known_again),
        cmocka_unit_test(what_is_older_than_is_kept_goes_with_its_names),
        cmocka_unit_test(what_is_there_twice_counts_once),
        cmocka_unit_test(a_ledger_without_payments_says_what_was_taken),
    };
    must(mkdtemp(folder) != NULL);
    must(arena_create(&arena, 256 << 20) == STATUS_OK);
    must(arena_create(&scratch, 64 << 20) == STATUS_OK);
    struct arena *kept;
    must(arena_create(&kept, 1 << 20) == STATUS_OK);
    must(volume_of_directory(&volume, folder, kept) == STATUS_OK);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    struct volume_name *names;
    size_t count;
    must(volume.list(volume.self, kept, &names, &count) == STATUS_OK);
    for (size_t i = 0; i < count; i++)
        (void)!(volume.remove(volume.self, names[i].text) == STATUS_OK);
    volume_close(&volume);
    (void)rmdir(folder);
    arena_destroy(kept);
    arena_destroy(scratch);
    arena_destroy(arena);
    return failed;
}
