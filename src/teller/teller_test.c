/* teller_test.c -- what a bank does with orders: four fields, two stops, a term, and letters that
 * come twice, late and in the wrong order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/teller_inside.h"

#include "ground/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char BOOKS[] =
    "books: 1\nfrom: csv\namounts: yuan\n"
    "accounts: {file: accounts.csv, number: no, name: name, balance: bal, closed: closed}\n"
    "transfers: {file: transfers.csv, payer: from, payee: to, amount: amt, time: at, payee_name: "
    "to_name, payee_bank: to_bank}\n";
static const char ACCOUNTS[] = "no,name,bal,closed\n6222020000000003,钱六,1000.00,\n"
                               "6222020000000008,周八,0,1\n6222020000000009,吴九,5.00,\n";
static const char TRANSFERS[] =
    "from,to,amt,at,to_name,to_bank\n"
    "6222020000000001,6222020000000003,49800.00,2026-03-02T10:28:00+08:00,钱六,甲银行\n"
    "6222020000000003,6222020000000004,39800.00,2026-03-02T10:31:00+08:00,孙七,乙银行\n"
    "6222020000000003,6222020000000005,9000.00,2026-03-02 10:32:00,,\n"
    "6222020000000003,6222020000000006,77.00,2026-02-02T10:32:00+08:00,,\n"
    "6222020000000001,6222020000000009,100000000.00,2026-03-02T10:28:00+08:00,吴九,甲银行\n";
static const char POLICY[] = "orders: 1\nfrom: [kunming, dali]\nbooks: b.yaml\nby: machine\n"
                             "person_above: 5000000000\ncore: {way: simulated}\n";

struct bank {
    struct arena *arena, *scratch;
    char folder[32], path[256];
    char bytes[TONGUES_COUNT][2048];
    struct text why[TONGUES_COUNT];
    struct stop_policy policy;
    struct books *books;
    struct store *store;
    struct audit *audit;
    struct core_simulated *simulated;
    struct teller *teller;
    int64_t now_ms;
    unsigned answers;
    char letter[64][64], body[64][4096];
};

static moment bank_now(void *self)
{
    return (moment){((struct bank *)self)->now_ms};
}

static const char *put(struct bank *bank, const char *name, const char *text)
{
    (void)snprintf(bank->path, sizeof bank->path, "%s/%s", bank->folder, name);
    assert_int_equal(folder_put(bank->path, slice_of(text)), STATUS_OK);
    return bank->path;
}

static enum status answer(void *self, const struct teller_answer *answer, struct arena *request)
{
    struct bank *bank = self;
    (void)request;
    assert_true(bank->answers < 64);
    (void)snprintf(bank->letter[bank->answers], 64, "%.*s", (int)answer->letter.size,
                   answer->letter.at);
    (void)snprintf(bank->body[bank->answers++], 4096, "%.*s", (int)answer->body.size,
                   answer->body.at);
    return STATUS_OK;
}

/* At most half a year, as this bank's law has it. */
static enum status month_of_thirty_days(void *self, const struct teller_term *term, moment from,
                                        moment *end)
{
    (void)self;
    *end = (moment){from.ms + (term->months < 6 ? term->months : 6) * 30LL * DAY_MS};
    return term->asset == FREEZE_ASSET_listed_equity ? STATUS_ABSENT : STATUS_OK;
}

static struct text *why_of(struct bank *bank)
{
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        bank->why[t] = text_over(bank->bytes[t], sizeof bank->bytes[t]);
    return bank->why;
}

static enum status chance_draw(void *self, struct seal_seed *out)
{
    (void)self;
    memset(out, 7, sizeof *out);
    return STATUS_OK;
}

static void bank_open(struct bank *bank, unsigned refuses, unsigned loses)
{
    struct store_migration all[AUDIT_MIGRATIONS_COUNT + TELLER_MIGRATIONS_COUNT];
    struct seal_seed seed = {{3}};
    struct seal_keypair pair = seal_keypair_of_seed(&seed);
    *bank = (struct bank){.now_ms = 1772418900000}; /* 2026-03-02T10:35:00+08:00 */
    (void)snprintf(bank->folder, sizeof bank->folder, "/tmp/teller-XXXXXX");
    assert_non_null(mkdtemp(bank->folder));
    assert_int_equal(arena_create(&bank->arena, (size_t)256 << 20), STATUS_OK);
    assert_int_equal(arena_create(&bank->scratch, (size_t)64 << 20), STATUS_OK);
    (void)put(bank, "accounts.csv", ACCOUNTS);
    (void)put(bank, "transfers.csv", TRANSFERS);
    enum status status = books_open(&bank->books, put(bank, "b.yaml", BOOKS), slice_of(BOOKS),
                                    bank->arena, why_of(bank));
    if (status != STATUS_OK)
        fail_msg("%s", bank->bytes[0]);
    assert_int_equal(stop_policy_read(&bank->policy, put(bank, "o.yaml", POLICY), slice_of(POLICY),
                                      bank->arena, why_of(bank)),
                     STATUS_OK);
    memcpy(all, AUDIT_MIGRATIONS, sizeof AUDIT_MIGRATIONS);
    memcpy(all + AUDIT_MIGRATIONS_COUNT, TELLER_MIGRATIONS, sizeof TELLER_MIGRATIONS);
    (void)snprintf(bank->path, sizeof bank->path, "%s/store.db", bank->folder);
    assert_int_equal(store_open(&bank->store, bank->path, all, sizeof all / sizeof all[0],
                                bank->arena, why_of(bank)),
                     STATUS_OK);
    assert_int_equal(
        audit_open(&bank->audit, bank->store, SLICE("test"), &pair.key, bank->arena, why_of(bank)),
        STATUS_OK);
    const struct clock clock = {.now = bank_now, .self = bank};
    const struct core_simulation how = {.path = ":memory:",
                                        .seed = 5,
                                        .delay_min_ms = 1000,
                                        .delay_max_ms = 60000,
                                        .refuses = refuses,
                                        .loses = loses,
                                        .clock = clock};
    assert_int_equal(core_simulated_open(&bank->simulated, &how, bank->arena, why_of(bank)),
                     STATUS_OK);
    const struct teller_options options = {.store = bank->store,
                                           .audit = bank->audit,
                                           .policy = &bank->policy,
                                           .books = bank->books,
                                           .core = core_of_simulated(bank->simulated),
                                           .key = {{9}},
                                           .chance = {chance_draw, NULL},
                                           .clock = clock,
                                           .term_ms = 2LL * DAY_MS,
                                           .stops_max = 2,
                                           .freeze_ends = month_of_thirty_days,
                                           .answer = answer,
                                           .self = bank};
    assert_int_equal(teller_open(&bank->teller, &options, bank->arena), STATUS_OK);
}

static void bank_close(struct bank *bank)
{
    core_simulated_close(bank->simulated);
    books_close(bank->books);
    store_close(bank->store);
    assert_int_equal(folder_remove(bank->folder), STATUS_OK);
    arena_destroy(bank->scratch);
    arena_destroy(bank->arena);
}

static struct stop_letter order_of(const char *work, int64_t round)
{
    return (struct stop_letter){.order = slice_of(work),
                                .round = round,
                                .account = SLICE("6222020000000003"),
                                .name = SLICE("钱 六"),
                                .amount = 4980000,
                                .paid_at = {1772418480000},
                                .level = 1,
                                .term_ms = 2LL * DAY_MS};
}

typedef enum status taker(struct teller *teller, const struct teller_letter *letter,
                          struct arena *request);

static void deliver(struct bank *bank, const char *asker, const char *id, struct text *body,
                    taker *take)
{
    const struct teller_letter letter = {
        slice_of(asker), slice_of(id), text_slice(body), {bank->now_ms + 2LL * DAY_MS}};
    assert_int_equal(store_begin(bank->store), STATUS_OK);
    assert_int_equal(take(bank->teller, &letter, bank->scratch), STATUS_OK);
    assert_int_equal(store_commit(bank->store), STATUS_OK);
}

static void give(struct bank *bank, const char *asker, const char *id,
                 const struct stop_letter *order)
{
    char bytes[4096];
    struct text body = text_over(bytes, sizeof bytes);
    text_add_stop_letter(&body, order);
    deliver(bank, asker, id, &body, teller_order);
}

static void lift(struct bank *bank, const char *asker, const char *id, const char *work)
{
    char bytes[256];
    struct text body = text_over(bytes, sizeof bytes);
    text_add_lift_letter(&body, slice_of(work));
    deliver(bank, asker, id, &body, teller_lift);
}

/* Time goes on, in steps, and the bank with it. */
static void pass(struct bank *bank, int64_t ms)
{
    int64_t step = ms < MINUTE_MS ? 100 : ms / 1000;
    for (int64_t end = bank->now_ms + ms; bank->now_ms < end; bank->now_ms += step) {
        bool more = true;
        while (more)
            assert_int_equal(teller_turn(bank->teller, bank->scratch, &more), STATUS_OK);
    }
}

static const char *last(const struct bank *bank)
{
    return bank->answers == 0 ? "" : bank->body[bank->answers - 1];
}

static int64_t stops(struct bank *bank)
{
    int64_t count = -1;
    assert_int_equal(core_simulated_stops(bank->simulated, SLICE("6222020000000003"), &count),
                     STATUS_OK);
    return count;
}

static bool says(const struct bank *bank, const char *part)
{
    return strstr(last(bank), part) != NULL;
}

static void a_match_is_stopped_told_and_lifted_when_its_term_is_over(void **state)
{
    struct bank bank;
    (void)state;
    bank_open(&bank, 0, 0);
    struct stop_letter order = order_of("w_1", 1);
    give(&bank, "kunming", "l1", &order);
    assert_int_equal(bank.answers, 0);
    pass(&bank, MINUTE_MS + 10 * SECOND_MS);
    assert_int_equal(bank.answers, 1);
    assert_true(says(&bank, "\"outcome\":\"stopped\""));
    assert_true(says(&bank, "\"account\":\"6222020000000004\",\"amount\":3980000"));
    assert_true(says(&bank, "\"account\":\"6222020000000005\",\"amount\":900000"));
    assert_false(says(&bank, "6222020000000006")); /* before the money came */
    assert_int_equal(stops(&bank), 1);
    give(&bank, "kunming", "l1b", &order); /* again: the same answer, no other stop */
    assert_int_equal(bank.answers, 2);
    assert_string_equal(bank.body[0], bank.body[1]);
    pass(&bank, 2LL * DAY_MS - 5 * MINUTE_MS);
    assert_int_equal(stops(&bank), 1);
    pass(&bank, 10 * MINUTE_MS);
    assert_int_equal(stops(&bank), 0);
    struct teller_counts counts;
    assert_int_equal(teller_count(bank.teller, bank.store, &counts), STATUS_OK);
    assert_int_equal(counts.lifted, 1);
    assert_int_equal(counts.overdue_ms, 0);
    bank_close(&bank);
}

static void what_does_not_match_is_not_stopped(void **state)
{
    struct bank bank;
    struct stop_letter order = order_of("w_1", 1);
    (void)state;
    bank_open(&bank, 0, 0);
    order.name = SLICE("钱七");
    give(&bank, "kunming", "l1", &order);
    assert_true(says(&bank, "\"fault\":\"name\""));
    order = order_of("w_2", 1);
    order.amount++;
    give(&bank, "kunming", "l2", &order);
    assert_true(says(&bank, "\"fault\":\"amount\""));
    order = order_of("w_3", 1);
    order.paid_at.ms -= 61 * SECOND_MS;
    give(&bank, "kunming", "l3", &order);
    assert_true(says(&bank, "\"fault\":\"time\""));
    order = order_of("w_4", 1);
    order.account = SLICE("6222020000000007");
    give(&bank, "kunming", "l4", &order);
    assert_true(says(&bank, "\"fault\":\"no_account\""));
    order = order_of("w_5", 1);
    order.account = SLICE("6222020000000008");
    order.name = SLICE("周八");
    give(&bank, "kunming", "l5", &order);
    assert_true(says(&bank, "\"fault\":\"closed\""));
    order = order_of("w_6", 1);
    give(&bank, "stranger", "l6", &order);
    assert_true(says(&bank, "\"reason\":\"stranger\""));
    order.account = SLICE("6222020000000009");
    order.name = SLICE("吴九");
    order.amount = 10000000000;
    give(&bank, "kunming", "l7", &order);
    assert_true(says(&bank, "\"outcome\":\"held\",\"reason\":\"person\""));
    pass(&bank, 5 * MINUTE_MS);
    assert_int_equal(bank.answers, 7);
    assert_int_equal(stops(&bank), 0);
    bank_close(&bank);
}

static void there_is_no_third_stop_whoever_orders_it(void **state)
{
    struct bank bank;
    (void)state;
    bank_open(&bank, 0, 0);
    struct stop_letter one = order_of("w_1", 1), other = order_of("w_1", 1);
    struct stop_letter third = order_of("w_9", 1), again = order_of("w_1", 2);
    give(&bank, "kunming", "l1", &one);
    give(&bank, "dali", "l2", &other);
    give(&bank, "dali", "l3", &third); /* both of the others are only begun */
    assert_true(says(&bank, "\"reason\":\"count\""));
    pass(&bank, 2 * MINUTE_MS);
    assert_int_equal(stops(&bank), 2);
    give(&bank, "kunming", "l4", &again);
    assert_true(says(&bank, "\"reason\":\"count\""));
    lift(&bank, "kunming", "l5", "w_1");
    pass(&bank, 2 * MINUTE_MS);
    assert_true(says(&bank, "\"outcome\":\"lifted\""));
    assert_int_equal(stops(&bank), 1); /* dali's stays */
    give(&bank, "kunming", "l6", &third);
    assert_true(says(&bank, "\"reason\":\"count\"")); /* what was lifted has been a stop */
    bank_close(&bank);
}

static void a_second_stop_needs_the_first_and_lasts_its_own_term(void **state)
{
    struct bank bank;
    (void)state;
    bank_open(&bank, 0, 0);
    struct stop_letter one = order_of("w_1", 1), again = order_of("w_1", 2);
    give(&bank, "kunming", "l1", &again);
    assert_true(says(&bank, "\"reason\":\"unknown\""));
    give(&bank, "kunming", "l2", &one);
    pass(&bank, DAY_MS);
    give(&bank, "kunming", "l3", &again);
    pass(&bank, 2 * MINUTE_MS);
    assert_true(says(&bank, "\"outcome\":\"stopped\""));
    assert_true(says(&bank, "\"round\":2"));
    pass(&bank, DAY_MS + HOUR_MS);
    assert_int_equal(stops(&bank), 1); /* the first has ended */
    pass(&bank, DAY_MS);
    assert_int_equal(stops(&bank), 0);
    bank_close(&bank);
}

static void a_lift_that_overtakes_its_order_makes_it_nothing(void **state)
{
    struct bank bank;
    (void)state;
    bank_open(&bank, 0, 0);
    struct stop_letter order = order_of("w_1", 1);
    lift(&bank, "kunming", "l2", "w_1");
    assert_true(says(&bank, "\"outcome\":\"lifted\""));
    give(&bank, "kunming", "l1", &order);
    assert_true(says(&bank, "\"reason\":\"over\""));
    pass(&bank, 5 * MINUTE_MS);
    assert_int_equal(stops(&bank), 0);
    order = order_of("w_2", 1); /* and one that comes while the core is at it */
    give(&bank, "kunming", "l3", &order);
    pass(&bank, 500);
    lift(&bank, "kunming", "l4", "w_2");
    unsigned before = bank.answers;
    pass(&bank, 3 * MINUTE_MS);
    assert_int_equal(bank.answers, before + 2); /* stopped, then lifted */
    assert_string_equal(bank.letter[before], "l3");
    assert_string_equal(bank.letter[before + 1], "l4");
    assert_int_equal(stops(&bank), 0);
    order = order_of("w_3", 1); /* and one that comes before the core heard of it */
    give(&bank, "kunming", "l5", &order);
    lift(&bank, "kunming", "l6", "w_3");
    pass(&bank, 3 * MINUTE_MS);
    int64_t ever = -1;
    assert_int_equal(core_simulated_stopped(bank.simulated, SLICE("6222020000000003"), &ever),
                     STATUS_OK);
    assert_int_equal(ever, 1);
    bank_close(&bank);
}

static void a_core_that_refuses_is_believed_and_one_that_says_nothing_is_asked_again(void **state)
{
    struct bank bank;
    (void)state;
    bank_open(&bank, 1000, 0);
    struct stop_letter order = order_of("w_1", 1);
    give(&bank, "kunming", "l1", &order);
    pass(&bank, 2 * MINUTE_MS);
    assert_true(says(&bank, "\"reason\":\"core\""));
    assert_int_equal(stops(&bank), 0);
    bank_close(&bank);
    bank_open(&bank, 0, 700);
    give(&bank, "kunming", "l1", &order);
    pass(&bank, 10 * MINUTE_MS);
    assert_int_equal(bank.answers, 1);
    assert_true(says(&bank, "\"outcome\":\"stopped\""));
    bank_close(&bank);
}

static void books_that_changed_are_read_again_and_bad_ones_are_not(void **state)
{
    struct bank bank;
    struct book_account account;
    bool renewed;
    (void)state;
    bank_open(&bank, 0, 0);
    (void)put(&bank, "accounts.csv", "no,name,bal,closed\n1,x,12.3,\n2,y,1.234,\n");
    assert_int_equal(books_renew(bank.books, &renewed, why_of(&bank)), STATUS_OK);
    assert_true(renewed);
    assert_int_equal(books_account(bank.books, SLICE("1"), bank.scratch, &account), STATUS_OK);
    assert_int_equal(account.balance, 1230);
    assert_int_equal(books_account(bank.books, SLICE("2"), bank.scratch, &account), STATUS_OK);
    assert_int_equal(account.balance, -1); /* a part of a fen is no amount */
    (void)put(&bank, "accounts.csv", "number,name\n1,x\n");
    assert_int_equal(books_renew(bank.books, &renewed, why_of(&bank)), STATUS_MALFORMED);
    assert_true(bank.why[TONGUE_EN].size != 0 && bank.why[TONGUE_ZH].size != 0);
    assert_int_equal(books_account(bank.books, SLICE("1"), bank.scratch, &account), STATUS_OK);
    bank_close(&bank);
}

static void files_that_are_wrong_are_complained_about(void **state)
{
    static const char *const WRONG[] = {
        "",
        "orders: 2\n",
        "orders: 1\nfrom: [a]\nbooks: b\nby: machine\n",
        "orders: 1\nfrom: [a]\nbooks: b\nby: robot\ncore: {way: none}\n",
        "orders: 1\nfrom: [a]\nbooks: b\nby: machine\ncore: {way: magic}\n",
        "orders: 1\nfrom: [a]\nbooks: b\nby: machine\ncore: {way: folder}\n",
        "orders: 1\nfrom: [a]\nbooks: b\nby: machine\ncore: {way: none}\nextra: 1\n",
        "orders: 1\nfrom: [a]\nbooks: b\nby: machine\ncore: {way: simulated, refuses: 1001}\n",
        "orders: 1\nfrom: [a]\nbooks: b\nby: machine\ncore: {way: none}\npersons: nowhere.txt\n",
    };
    struct bank bank;
    struct stop_policy policy;
    struct books *books;
    (void)state;
    bank_open(&bank, 0, 0);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(
            stop_policy_read(&policy, "/tmp/o.yaml", slice_of(WRONG[i]), bank.arena, why_of(&bank)),
            STATUS_MALFORMED);
        assert_true(bank.why[TONGUE_EN].size != 0 && bank.why[TONGUE_ZH].size != 0);
        assert_int_equal(
            books_open(&books, "/tmp/b.yaml", slice_of(WRONG[i]), bank.arena, why_of(&bank)),
            STATUS_MALFORMED);
    }
    bank_close(&bank);
}

/* ---- freezes ---- */

static void freeze(struct bank *bank, const char *asker, const char *id, const char *work,
                   int64_t months)
{
    char bytes[4096];
    struct text body = text_over(bytes, sizeof bytes);
    const struct freeze_letter letter = {.order = slice_of(work),
                                         .account = SLICE("6222020000000003"),
                                         .name = SLICE("钱六"),
                                         .amount = 100,
                                         .months = months,
                                         .method = FREEZE_METHOD_receive_only,
                                         .of_case = SLICE("A-1"),
                                         .document = SLICE("D")};
    text_add_freeze_letter(&body, &letter);
    deliver(bank, asker, id, &body, teller_freeze);
}

static void unfreeze(struct bank *bank, const char *asker, const char *id, const char *work)
{
    char bytes[256];
    struct text body = text_over(bytes, sizeof bytes);
    text_add_lift_letter(&body, slice_of(work));
    deliver(bank, asker, id, &body, teller_unfreeze);
}

static void renew(struct bank *bank, const char *id, const char *work, const char *document)
{
    char bytes[256];
    struct text body = text_over(bytes, sizeof bytes);
    const struct renew_letter letter = {slice_of(work), slice_of(document), SLICE(""), 1};
    text_add_renew_letter(&body, &letter);
    deliver(bank, "kunming", id, &body, teller_renew);
}

/* Freezes that hold the account at the core now; -1: more than one. */
static int64_t held(struct bank *bank)
{
    struct core_frozen row[16];
    unsigned count = 0;
    int64_t now = 0;
    arena_reset(bank->scratch);
    assert_int_equal(core_simulated_freezes(bank->simulated, row, 16, bank->scratch, &count),
                     STATUS_OK);
    for (unsigned i = 0; i < count; i++)
        now += row[i].at.ms <= bank->now_ms && row[i].until.ms > bank->now_ms &&
               (row[i].freed.ms == MOMENT_NONE.ms || row[i].freed.ms > bank->now_ms);
    return now > 1 ? -1 : now;
}

static void a_freeze_ends_by_itself_no_later_than_our_law_says(void **state)
{
    struct bank bank;
    (void)state;
    bank_open(&bank, 0, 200);
    int64_t begun = bank.now_ms;
    freeze(&bank, "kunming", "l1", "w_1", 600);
    freeze(&bank, "kunming", "l2", "w_1", 600); /* it came twice */
    pass(&bank, 2 * MINUTE_MS);
    assert_true(says(&bank, "\"outcome\":\"frozen\""));
    assert_int_equal(held(&bank), 1);
    pass(&bank, begun + 180LL * DAY_MS - bank.now_ms - MINUTE_MS);
    assert_int_equal(held(&bank), 1);
    pass(&bank, 5 * MINUTE_MS);
    assert_int_equal(held(&bank), 0);
    assert_true(says(&bank, "\"outcome\":\"ended\"") && bank.letter[bank.answers - 1][0] == '\0');
    bank_close(&bank);
}

static void of_one_account_one_is_frozen_and_the_others_have_their_turns(void **state)
{
    struct bank bank;
    (void)state;
    bank_open(&bank, 0, 0);
    freeze(&bank, "kunming", "l1", "w_1", 1);
    freeze(&bank, "dali", "l2", "w_1", 2); /* another's work of the same name */
    assert_true(says(&bank, "\"outcome\":\"waiting\"") && says(&bank, "\"kunming\""));
    freeze(&bank, "kunming", "l3", "w_2", 1);
    pass(&bank, 2 * MINUTE_MS);
    assert_int_equal(held(&bank), 1);
    unfreeze(&bank, "kunming", "l4", "w_1");
    pass(&bank, 5 * MINUTE_MS);
    assert_int_equal(held(&bank), 1);
    assert_true(says(&bank, "\"outcome\":\"frozen\""));
    pass(&bank, 61LL * DAY_MS); /* the second's two months; then the third */
    assert_int_equal(held(&bank), 1);
    unfreeze(&bank, "kunming", "l5", "w_2");
    pass(&bank, 5 * MINUTE_MS);
    assert_int_equal(held(&bank), 0);
    assert_true(says(&bank, "\"outcome\":\"lifted\""));
    bank_close(&bank);
}

static void a_renewal_lasts_from_itself_and_a_late_one_is_none(void **state)
{
    struct bank bank;
    (void)state;
    bank_open(&bank, 0, 0);
    freeze(&bank, "kunming", "l1", "w_1", 1);
    pass(&bank, 20LL * DAY_MS);
    renew(&bank, "l2", "w_1", "X-1");
    pass(&bank, 5 * MINUTE_MS);
    assert_true(says(&bank, "\"outcome\":\"renewed\"") && says(&bank, "\"X-1\""));
    pass(&bank, 29LL * DAY_MS);
    assert_int_equal(held(&bank), 1);
    pass(&bank, 2LL * DAY_MS);
    assert_int_equal(held(&bank), 0);
    renew(&bank, "l3", "w_1", "X-2");
    assert_true(says(&bank, "\"not_renewed\"") && says(&bank, "\"over\""));
    bank_close(&bank);
}

static void a_lift_before_its_freeze_makes_it_nothing(void **state)
{
    struct bank bank;
    (void)state;
    bank_open(&bank, 0, 0);
    unfreeze(&bank, "kunming", "l1", "w_1");
    assert_true(says(&bank, "\"outcome\":\"lifted\""));
    freeze(&bank, "kunming", "l2", "w_1", 1);
    pass(&bank, 5 * MINUTE_MS);
    assert_int_equal(held(&bank), 0);
    bank_close(&bank);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_is_stopped_told_and_lifted_when_its_term_is_over),
        cmocka_unit_test(what_does_not_match_is_not_stopped),
        cmocka_unit_test(there_is_no_third_stop_whoever_orders_it),
        cmocka_unit_test(a_second_stop_needs_the_first_and_lasts_its_own_term),
        cmocka_unit_test(a_lift_that_overtakes_its_order_makes_it_nothing),
        cmocka_unit_test(a_core_that_refuses_is_believed_and_one_that_says_nothing_is_asked_again),
        cmocka_unit_test(books_that_changed_are_read_again_and_bad_ones_are_not),
        cmocka_unit_test(files_that_are_wrong_are_complained_about),
        cmocka_unit_test(a_freeze_ends_by_itself_no_later_than_our_law_says),
        cmocka_unit_test(of_one_account_one_is_frozen_and_the_others_have_their_turns),
        cmocka_unit_test(a_renewal_lasts_from_itself_and_a_late_one_is_none),
        cmocka_unit_test(a_lift_before_its_freeze_makes_it_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
