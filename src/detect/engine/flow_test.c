/* flow_test.c -- docs/language.md, section 3a, by hand: payments in, one answer out.
 *
 * A story is told line by line (told.h).  An `account` record asks about its account; what it is
 * told must be the same for every batching and number of threads, and after the engine was written
 * down and read into another. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/told.h"

#include "ground/chance.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MEMORY = 256 << 20, TAKE_MAX = 4096, SAID_MAX = 1 << 16 };

static const struct manner {
    unsigned threads;
    size_t batch;
} MANNERS[] = {{1, 1}, {1, 3}, {1, TAKE_MAX}, {2, TAKE_MAX}, {3, 2}};

static void rules_or_fail(struct stage *stage, const char *rules)
{
    static struct diags diags;
    struct slice source;
    memset(&diags, 0, sizeof diags);
    assert_int_equal(slice_copy(stage->image, slice_of(rules), &source), STATUS_OK);
    if (stage_rules(stage, source, &diags) == STATUS_OK)
        return;
    struct rule_file file = {SLICE("told.cut"), source};
    static char room[8192];
    struct text text = text_over(room, sizeof room);
    for (uint32_t i = 0; i < diags.count; i++)
        text_add_diag(&text, &diags.diag[i], &file, TONGUE_EN, false);
    fail_msg("%s", text.at);
}

/* The lines up to a "--" are rows of registers and come before the rules. */
static void tell(struct stage *stage, const char *rules, const char *lines, size_t batch)
{
    static struct record batched[TAKE_MAX];
    size_t count = 0;
    bool rows = strstr(lines, "--\n") != NULL;
    if (!rows)
        rules_or_fail(stage, rules);
    for (; *lines != '\0'; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
        struct slice line = {lines, strcspn(lines, "\n")};
        if (slice_equal(line, SLICE("--"))) {
            rules_or_fail(stage, rules);
            stage->line = 0;
            continue;
        }
        struct record *record = told_record(stage, line);
        if (record == NULL)
            fail_msg("no record: %.*s", (int)line.size, line.at);
        if (kind_schema(record->kind)->group == GROUP_REGISTER) {
            assert_int_equal(registry_take(stage->registry, record), STATUS_OK);
            continue;
        }
        batched[count++] = *record;
        if (count < batch && count < TAKE_MAX)
            continue;
        assert_int_equal(engine_take(stage->engine, batched, count), STATUS_OK);
        count = 0;
    }
    assert_int_equal(engine_take(stage->engine, batched, count), STATUS_OK);
}

/* `expected` is the finding from the value on, as far as it is given; "": it was unknown. */
static void expect(const char *flow, const char *least, const char *lines, const char *expected)
{
    static char rules[1024];
    (void)snprintf(rules, sizeof rules,
                   "rule b on payment { when amount = 66.66 CNY mark payee dirty 1 for 1d }\n"
                   "rule r on account { title \"t\" \"t\" when %s >= %s\n"
                   " subject account typology mule }",
                   flow, least);
    for (unsigned i = 0; i < sizeof MANNERS / sizeof MANNERS[0]; i++) {
        struct stage stage;
        stage_init(&stage, MANNERS[i].threads, MEMORY);
        tell(&stage, rules, lines, MANNERS[i].batch);
        const char *value = strstr(stage.out.at, ": ");
        value = value == NULL ? stage.out.at : value + 2;
        if (strncmp(value, expected, strlen(expected)) != 0 ||
            (*expected == '\0' && *stage.out.at != '\0'))
            fail_msg("%s: %s\nexpected %s, got %s", flow, lines, expected, stage.out.at);
        stage_release(&stage);
    }
}

#define REPORTED "money.from_reported(account, 24h, hops 2)"
#define ASK      "account time=12:00 account=a event=opened\n"

static void test_one_and_two_hops(void **state)
{
    (void)state;
    static const char lines[] = "report time=09:00 accounts=m\n"
                                "payment time=10:00 payer=m payee=b amount=100\n"
                                "payment time=10:10 payer=m payee=a amount=20\n"
                                "payment time=10:20 payer=b payee=a amount=70\n"
                                "payment time=10:30 payer=c payee=a amount=500\n" ASK;
    expect(REPORTED, "0 CNY", lines, "90.00 | 0.00} @6,4,3");
    expect("money.from_reported(account, 24h, hops 1)", "0 CNY", lines, "20.00 | ");
    expect("money.receipts_reported(account, 24h, hops 2)", "0", lines, "2 | ");
    expect("money.receipts_reported(account, 24h, hops 1)", "0", lines, "1 | ");
}

static void test_a_report_that_comes_later_taints_what_moved(void **state)
{
    (void)state;
    expect(REPORTED, "0 CNY",
           "payment time=10:00 payer=m payee=b amount=100\n"
           "payment time=10:20 payer=b payee=a amount=70\n"
           "report time=11:00 accounts=m\n" ASK,
           "70.00 | ");
    /* It is known from its arrival on, and counts for the time that it says. */
    expect(REPORTED, "0 CNY",
           "payment time=10:00 payer=m payee=a amount=100\n"
           "report time=12:01 accounts=m\n" ASK,
           "0.00 | ");
    expect(REPORTED, "0 CNY",
           "payment time=10:00 payer=m payee=a amount=100\n" ASK
           "report time=11:00 accounts=m\n",
           "0.00 | ");
}

static void test_no_more_than_came_and_no_more_than_was_paid(void **state)
{
    (void)state;
    /* b had 30 of it before each of two payments of 20: the second carries 10. */
    expect(REPORTED, "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=10:00 payer=m payee=b amount=30\n"
           "payment time=10:01 payer=x payee=b amount=900\n"
           "payment time=10:10 payer=b payee=a amount=20\n"
           "payment time=10:20 payer=b payee=a amount=20\n" ASK,
           "30.00 | 0.00} @6,5,4");
    /* What b paid before it came carries nothing; then 5 came, and then 100. */
    expect(REPORTED, "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=09:59 payer=b payee=a amount=80\n"
           "payment time=10:00 payer=m payee=b amount=5\n"
           "payment time=10:10 payer=b payee=a amount=80\n"
           "payment time=10:15 payer=m payee=b amount=100\n"
           "payment time=10:20 payer=b payee=a amount=80\n" ASK,
           "85.00 | ");
}

static void test_the_window(void **state)
{
    (void)state;
    /* (t - 1h, t]: both hops lie in it, or nothing comes. */
    expect("money.from_reported(account, 1h, hops 2)", "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=11:00 payer=m payee=a amount=7\n"
           "payment time=11:00:00.001 payer=m payee=a amount=8\n" ASK,
           "8.00 | ");
    expect("money.from_reported(account, 1h, hops 2)", "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=11:00 payer=m payee=b amount=100\n"
           "payment time=11:30 payer=b payee=a amount=50\n" ASK,
           "0.00 | ");
}

static void test_a_payment_that_comes_late_stands_in_its_place(void **state)
{
    (void)state;
    /* The second hop arrives before the first. */
    expect(REPORTED, "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=10:20 payer=b payee=a amount=70\n"
           "payment time=10:00 payer=m payee=b amount=100\n" ASK,
           "70.00 | ");
    /* Seven hours behind is too late, and the same id is the same payment. */
    expect(REPORTED, "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=10:00 id=1 payer=m payee=a amount=100\n"
           "payment time=10:00 id=1 payer=m payee=a amount=100\n"
           "call time=11:59 caller=+861 callee=+862\n"
           "payment time=04:00 payer=m payee=a amount=9\n" ASK,
           "100.00 | ");
    /* Of one time: in the order of arrival. */
    expect(REPORTED, "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=10:00 payer=b payee=a amount=70\n"
           "payment time=10:00 payer=m payee=b amount=100\n" ASK,
           "0.00 | ");
}

static void test_what_was_taken_back_did_not_come(void **state)
{
    (void)state;
    expect(REPORTED, "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=10:00 id=7 payer=m payee=a amount=100\n"
           "payment time=10:05 payer=a payee=m amount=60 reverses=7\n" ASK,
           "40.00 | ");
    /* On the way: half of what b had of it was taken back. */
    expect(REPORTED, "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=10:00 id=7 payer=m payee=b amount=100\n"
           "payment time=10:05 payer=b payee=a amount=90\n"
           "payment time=10:30 payer=b payee=m amount=50 reverses=7\n" ASK,
           "50.00 | ");
    /* Money that is given back is no receipt of its own. */
    expect("money.in_out(account, 24h)", "0",
           "payment time=10:00 id=7 payer=a payee=b amount=100\n"
           "payment time=10:01 payer=x payee=a amount=200\n"
           "payment time=10:02 payer=a payee=y amount=100\n"
           "payment time=10:05 payer=b payee=a amount=100 reverses=7\n" ASK,
           "0.5 | ");
}

static void test_accounts_of_one_holder(void **state)
{
    (void)state;
    /* m -> b1 is a hop, b1 -> b2 is none, b2 -> a is the second.  (The opening asks, too.) */
    expect("(if account = \"a\" then " REPORTED " else unknown)", "0 CNY",
           "person person=p account=b1\n--\n"
           "account time=08:00 account=b2 event=opened person=p\n"
           "report time=09:00 accounts=m\n"
           "payment time=10:00 payer=m payee=b1 amount=100\n"
           "payment time=10:05 payer=b1 payee=b2 amount=90\n"
           "payment time=10:10 payer=b2 payee=a amount=80\n" ASK,
           "80.00 | ");
    /* Another account of the holder whose account was named. */
    expect("(if account = \"a\" then money.from_reported(account, 24h, hops 1) else unknown)",
           "0 CNY",
           "person person=p account=m\n--\n"
           "account time=08:00 account=m2 event=opened person=p\n"
           "report time=09:00 accounts=m\n"
           "payment time=10:10 payer=m2 payee=a amount=80\n" ASK,
           "80.00 | ");
    /* Between one's own accounts nothing comes and nothing goes. */
    expect("(if account = \"a\" then money.in_out(account, 24h) else unknown)", "0",
           "person person=p account=a\n--\n"
           "account time=08:00 account=b2 event=opened person=p\n"
           "payment time=10:00 payer=x payee=a amount=100\n"
           "payment time=10:05 payer=a payee=b2 amount=90\n"
           "payment time=10:06 payer=a payee=y amount=25\n" ASK,
           "0.25 | ");
}

static void test_lists_and_marks(void **state)
{
    (void)state;
    expect("money.from_listed(account, 24h, hops 2, list mules)", "0 CNY",
           "list list=mules value=m\nlist list=mules value=p\nperson person=p account=n\n--\n"
           "payment time=10:00 payer=m payee=b amount=100\n"
           "payment time=10:05 payer=b payee=a amount=90\n"
           "payment time=10:06 payer=n payee=a amount=7\n" ASK,
           "97.00 | ");
    /* m is marked by the payment of 66.66, which comes after what m paid. */
    expect("money.from_marked(account, 24h, hops 1, dirty)", "0 CNY",
           "payment time=10:00 payer=m payee=a amount=100\n"
           "payment time=10:01 payer=z payee=m amount=66.66\n" ASK,
           "100.00 | ");
    expect("money.receipts_marked(account, 24h, hops 2, dirty)", "0",
           "payment time=10:00 payer=z payee=m amount=66.66\n"
           "payment time=10:01 payer=m payee=b amount=50\n"
           "payment time=10:02 payer=b payee=a amount=50\n"
           "payment time=10:03 payer=m payee=a amount=1\n" ASK,
           "2 | ");
}

static void test_cycles_end(void **state)
{
    (void)state;
    /* m -> b -> c -> b -> a: b had 10 of it when it paid a, not 20. */
    expect("money.from_reported(account, 24h, hops 4)", "0 CNY",
           "report time=09:00 accounts=m\n"
           "payment time=10:00 payer=m payee=b amount=10\n"
           "payment time=10:01 payer=b payee=c amount=10\n"
           "payment time=10:02 payer=c payee=b amount=10\n"
           "payment time=10:03 payer=b payee=a amount=15\n" ASK,
           "15.00 | ");
    expect("money.from_reported(account, 24h, hops 4)", "0 CNY",
           "payment time=10:00 payer=a payee=b amount=10\n"
           "payment time=10:01 payer=b payee=a amount=10\n"
           "payment time=10:02 payer=a payee=b amount=10\n"
           "payment time=10:03 payer=b payee=a amount=10\n" ASK,
           "0.00 | ");
}

static void test_how_long_it_stays(void **state)
{
    (void)state;
    /* First in, first out: 100 stayed 10m, 50 stayed 60m; of what is beyond, nobody knows. */
    static const char lines[] = "payment time=10:00 payer=x payee=a amount=100\n"
                                "payment time=10:10 payer=a payee=y amount=100\n"
                                "payment time=10:20 payer=x payee=a amount=50\n"
                                "payment time=11:20 payer=a payee=z amount=80\n" ASK;
    expect("money.residence(account, 24h)", "0s", lines, "10m | 0s} @5,4,3,2,1");
    expect("money.residence_mean(account, 24h)", "0s", lines, "1600s | ");
    /* Half and half: the shorter one. */
    expect("money.residence(account, 24h)", "0s",
           "payment time=10:00 payer=x payee=a amount=10\n"
           "payment time=10:10 payer=a payee=y amount=5\n"
           "payment time=10:30 payer=a amount=5\n" ASK,
           "10m | ");
    expect("money.residence(account, 24h)", "0s",
           "payment time=10:10 payer=a payee=y amount=100\n" ASK, "");
    expect("money.in_out(account, 24h)", "0", lines, "1.2 | ");
    expect("money.in_out(account, 24h)", "0",
           "payment time=10:10 payer=a payee=y amount=100\n" ASK, "");
}

static void test_strangers(void **state)
{
    (void)state;
    static const char lines[] = "payment time=10:00 payer=x payee=a amount=1\n"
                                "payment time=2d10:00 payer=a payee=y amount=1\n"
                                "payment time=3d09:00 payer=x payee=a amount=1\n"
                                "payment time=3d09:01 payer=y payee=a amount=1\n"
                                "payment time=3d09:02 payer=z payee=a amount=1\n"
                                "payment time=3d09:03 payer=z payee=a amount=1\n"
                                "payment time=3d09:04 payee=a amount=1\n"
                                "payment time=3d09:05 payer=a payee=w amount=1\n"
                                "account time=3d09:30 account=a event=opened\n";
    expect("money.strangers_in(account, 1h, within 30d)", "0", lines, "1 | 0} @9,5");
    expect("money.strangers_in(account, 1h, within 2d)", "0", lines, "2 | ");
    expect("money.strangers_out(account, 1h, within 30d)", "0", lines, "1 | ");
}

static void test_unknown(void **state)
{
    (void)state;
    expect("money.from_reported(account, 24h, hops 1)", "0 CNY", ASK, "0.00 | ");
    /* Of another currency, or of nothing: nothing moved. */
    expect("money.in_out(account, 24h)", "0",
           "payment time=10:00 payer=x payee=a amount=100 currency=USD\n"
           "payment time=10:01 payer=x payee=a amount=0\n"
           "payment time=10:02 payer=a payee=a amount=5\n" ASK,
           "");
    /* Cash has no other side, and is money all the same. */
    expect("money.in_out(account, 24h)", "0",
           "payment time=10:00 payee=a amount=100\n"
           "payment time=10:01 payer=a amount=100\n" ASK,
           "1 | ");
}

/* What an account forgot cannot be followed, and the finding says so. */
static void test_bounds_are_said(void **state)
{
    (void)state;
    static char lines[FLOW_EVENTS_MAX * 64 + 512];
    struct text text = text_over(lines, sizeof lines);
    text_add_string(&text, "report time=00:00 accounts=m\n"
                           "payment time=01:00 payer=m payee=a amount=100\n");
    for (unsigned i = 0; i < FLOW_EVENTS_MAX; i++)
        text_addf(&text, "payment time=02:%02u:%02u payer=c%u payee=a amount=1\n", i / 60 % 60,
                  i % 60, i);
    text_add_string(&text, "account time=03:00 account=a event=opened\n");
    assert_false(text.full);
    expect("money.from_reported(account, 24h, hops 1)", "0 CNY", lines, "0.00 | 0.00} @");
    struct stage stage;
    stage_init(&stage, 1, MEMORY);
    tell(&stage,
         "rule r on account { title \"t\" \"t\" when money.from_reported(account, 24h, hops 1) >= "
         "0 CNY subject account typology mule }",
         lines, TAKE_MAX);
    assert_non_null(strstr(stage.out.at, "bounded"));
    stage_release(&stage);
}

/* ---- what must hold whatever is paid ---- */

static double value_in(const char *out, const char *rule)
{
    const char *at = strstr(out, rule);
    at = at == NULL ? NULL : strstr(at, ": ");
    return at == NULL ? -1 : strtod(at + 2, NULL);
}

/* More hops and a longer window bring more, never less, where no bound was met; and never more
 * than all that came. */
static void test_more_is_never_less(void **state)
{
    (void)state;
    static const char RULES[] =
        "profile purse by payment.payee { all = sum amount over 24h where amount > 0 CNY }\n"
#define RULE(name, flow)                                                                 \
    "rule " name " on account { title \"t\" \"t\" when " flow " >= 0 CNY subject account " \
    "typology mule }\n"
        RULE("a1", "money.from_reported(account, 24h, hops 1)")
        RULE("a2", "money.from_reported(account, 24h, hops 2)")
        RULE("a3", "money.from_reported(account, 24h, hops 3)")
        RULE("a4", "money.from_reported(account, 24h, hops 4)")
        RULE("b3", "money.from_reported(account, 6h, hops 3)")
        RULE("c", "purse[account].all");
    unsigned whole = 0, cut = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        static char lines[SAID_MAX];
        struct chance chance = chance_seeded(seed);
        struct text text = text_over(lines, sizeof lines);
        uint64_t people = seed % 2 == 0 ? 20 : 10;
        for (unsigned i = 0; i < 80; i++) {
            unsigned minute = i * 9;
            if (chance_below(&chance, 12) == 0)
                text_addf(&text, "report time=%u:%02u accounts=n%u\n", minute / 60, minute % 60,
                          (unsigned)chance_below(&chance, people));
            text_addf(&text, "payment time=%u:%02u payer=n%u payee=n%u amount=%u.%02u\n",
                      minute / 60, minute % 60, (unsigned)chance_below(&chance, people),
                      (unsigned)chance_below(&chance, people), (unsigned)chance_below(&chance, 100),
                      (unsigned)chance_below(&chance, 100));
        }
        for (unsigned n = 0; n < 8; n++) {
            struct stage stage;
            text_addf(&text, "account time=12:00 account=n%u event=opened\n", n);
            stage_init(&stage, 1, MEMORY);
            tell(&stage, RULES, lines, TAKE_MAX);
            double one = value_in(stage.out.at, "a1"), two = value_in(stage.out.at, "a2");
            double three = value_in(stage.out.at, "a3"), four = value_in(stage.out.at, "a4");
            double less = value_in(stage.out.at, "b3"), all = value_in(stage.out.at, " c ");
            bool bounded = strstr(stage.out.at, "bounded") != NULL;
            stage_release(&stage);
            assert_true(one >= 0 && one <= all && two <= all && three <= all && four <= all);
            assert_true(bounded || (one <= two && two <= three && three <= four));
            assert_true(bounded || less <= three);
            whole += !bounded;
            cut += bounded;
            text.size -= strlen("account time=12:00 account=n0 event=opened\n");
            text.at[text.size] = '\0';
        }
    }
    assert_true(whole > 200 && cut > 0); /* both were met */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_and_two_hops),
        cmocka_unit_test(test_a_report_that_comes_later_taints_what_moved),
        cmocka_unit_test(test_no_more_than_came_and_no_more_than_was_paid),
        cmocka_unit_test(test_the_window),
        cmocka_unit_test(test_a_payment_that_comes_late_stands_in_its_place),
        cmocka_unit_test(test_what_was_taken_back_did_not_come),
        cmocka_unit_test(test_accounts_of_one_holder),
        cmocka_unit_test(test_lists_and_marks),
        cmocka_unit_test(test_cycles_end),
        cmocka_unit_test(test_how_long_it_stays),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_bounds_are_said),
        cmocka_unit_test(test_more_is_never_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
