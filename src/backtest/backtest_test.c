/* backtest_test.c -- small towns with a known truth must come back with exact figures.
 *
 * Records are told as files, alerts by hand, so that nothing here depends on what rules find. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "backtest/backtest.h"

#include "intake/intake.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

static const char RULES[] = "rule a_gateway on call { title \"g\" \"网\" when duration >= 0s "
                            "subject imei typology gateway }\n"
                            "rule b_mule on payment { title \"m\" \"中\" when amount >= 1 CNY "
                            "subject payee typology mule }\n"
                            "rule c_mule on payment { title \"n\" \"中\" when amount >= 2 CNY "
                            "subject payee typology mule }\n"
                            "rule d_out on payment { title \"o\" \"取\" when amount >= 1 CNY "
                            "subject payer typology cash_out }\n"
                            "rule e_victim on payment { title \"v\" \"受\" when amount >= 1 CNY\n"
                            "  subject person(payer).person typology victim }\n";

enum { GATEWAY, MULE, OTHER_MULE, CASH_OUT, VICTIM };

struct town {
    struct arena *arena;
    const struct rule_set *set;
    struct registry *registry;
    struct backtest *backtest;
    struct backtest_report *report;
};

static moment at(const char *hour_minute)
{
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    text_addf(&text, "2026-03-02T%s:00+08:00", hour_minute);
    moment parsed;
    assert_int_equal(moment_parse(text_slice(&text), &parsed), STATUS_OK);
    return parsed;
}

static void town_open(struct town *town)
{
    static struct rule_file file;
    static struct diags diags;
    file = (struct rule_file){SLICE("town.cut"), {RULES, sizeof RULES - 1}};
    diags = (struct diags){0};
    *town = (struct town){0};
    assert_int_equal(arena_create(&town->arena, 64 << 20), STATUS_OK);
    assert_int_equal(rules_check(&file, 1, town->arena, &diags, &town->set), STATUS_OK);
    assert_int_equal(registry_create(&town->registry, 4 << 20, town->arena), STATUS_OK);
    struct backtest_options options = {town->set, 1, 16 << 20};
    assert_int_equal(backtest_create(&town->backtest, &options, town->arena), STATUS_OK);
}

static void town_close(struct town *town)
{
    backtest_destroy(town->backtest);
    registry_destroy(town->registry);
    arena_destroy(town->arena);
}

/* A file as it would lie on disk: the kind is that of its name. */
static void tell(struct town *town, const char *name, const char *rows)
{
    char bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 1024), text_over(bytes[1], 1024)};
    struct intake_options options = {.kind = {"", 0},
                                     .home_country = SLICE("86"),
                                     .zone_minutes = 480,
                                     .home_currency = SLICE("CNY")};
    struct intake *intake;
    assert_int_equal(intake_create(&intake, &options, (struct reject_sink){0}, town->arena),
                     STATUS_OK);
    assert_int_equal(intake_add_bytes(intake, name, slice_of(rows), why), STATUS_OK);
    const struct record *records;
    size_t count;
    while (intake_next(intake, &records, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++)
            assert_int_equal(registry_take(town->registry, &records[i]), STATUS_OK);
        assert_int_equal(backtest_take(town->backtest, records, count), STATUS_OK);
    }
    struct intake_counts counts;
    intake_count(intake, &counts);
    assert_int_equal(counts.rejected, 0);
    assert_true(counts.accepted > 0);
    intake_destroy(intake);
}

static void find(struct town *town, unsigned rule, const char *subject, moment when, bool alert)
{
    struct record record = {.kind = RECORD_payment};
    struct finding finding = {.set = town->set,
                              .rule = &town->set->rule[rule],
                              .record = &record,
                              .at = when,
                              .subject = ident_of(slice_of(subject)),
                              .subject_text = slice_of(subject),
                              .score = 0.5};
    struct finding_sink findings = backtest_findings(town->backtest);
    assert_int_equal(findings.take(findings.self, &finding), STATUS_OK);
    if (!alert)
        return;
    struct alert made = {.finding = &finding, .first = true};
    struct alert_sink alerts = backtest_alerts(town->backtest);
    assert_int_equal(alerts.take(alerts.self, &made), STATUS_OK);
}

static void alert(struct town *town, unsigned rule, const char *subject, const char *when)
{
    find(town, rule, subject, at(when), true);
}

static const struct backtest_report *report(struct town *town)
{
    assert_int_equal(backtest_report(town->backtest, town->registry, town->arena, &town->report),
                     STATUS_OK);
    return town->report;
}

#define TRUTH "subject_kind,subject,label,time_first,time_last\n"
#define DAY   "2026-03-02T"

static void cases_are_counted_by_label(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv",
         TRUTH "account,M1,mule,,\naccount,M2,mule,,\naccount,M3,mule,,\naccount,C1,cash_out,,\n");
    tell(&town, "payments.csv", "time,payer,payee,amount\n" DAY "10:00:00+08:00,A,B,1.00\n");
    alert(&town, MULE, "M1", "10:00");
    alert(&town, MULE, "M1", "11:00");
    alert(&town, OTHER_MULE, "M2", "10:00");
    alert(&town, MULE, "C1", "10:00");
    alert(&town, MULE, "innocent", "10:00");
    const struct backtest_report *r = report(&town);
    const struct label_measures *mule = &r->label[LABEL_mule];
    assert_int_equal(mule->cases.found, 2);
    assert_int_equal(mule->cases.missed, 1);
    assert_int_equal(mule->cases.false_ones, 2); /* strict: a cash-out account is no mule */
    assert_int_equal(mule->alerts, 5);
    assert_int_equal(mule->false_alerts, 1);
    assert_true(mule->precision.value == 0.5);
    assert_int_equal(r->label[LABEL_cash_out].cases.missed, 1);
    assert_int_equal(r->label[LABEL_cash_out].found_by_any, 1);
    assert_int_equal(r->confusion[LABEL_mule][LABEL_mule], 2);
    assert_int_equal(r->confusion[LABEL_mule][LABELS_COUNT], 1);
    assert_int_equal(r->confusion[LABEL_cash_out][LABEL_mule], 1);
    assert_int_equal(r->confusion[LABELS_COUNT][LABEL_mule], 1);
    /* F1 of mule is 4 / 7, of cash_out 0: the labels of the truth, no others */
    assert_true(fabs(r->macro_f1.value - 2.0 / 7) < 1e-12);
    assert_true(r->macro_f1.low <= r->macro_f1.value && r->macro_f1.value <= r->macro_f1.high);
    assert_false(r->label[LABEL_gateway].f1.known);
    town_close(&town);
}

static void rules_are_measured_by_findings(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv", TRUTH "account,M1,mule,,\naccount,M2,mule,,\n");
    alert(&town, MULE, "M1", "10:00");
    find(&town, OTHER_MULE, "M1", at("10:00"), false); /* merged: the desk kept silent */
    find(&town, OTHER_MULE, "M1", at("10:01"), false);
    alert(&town, OTHER_MULE, "M2", "10:00");
    alert(&town, OTHER_MULE, "X", "10:00");
    const struct rule_measures *rule = report(&town)->rule;
    assert_int_equal(rule[MULE].findings, 1);
    assert_int_equal(rule[MULE].cases.found, 1);
    assert_int_equal(rule[MULE].alone, 0);
    assert_int_equal(rule[OTHER_MULE].findings, 4);
    assert_int_equal(rule[OTHER_MULE].alerts, 2);
    assert_int_equal(rule[OTHER_MULE].cases.found, 2);
    assert_int_equal(rule[OTHER_MULE].cases.false_ones, 1);
    assert_int_equal(rule[OTHER_MULE].alone, 1);
    assert_int_equal(rule[GATEWAY].findings, 0);
    assert_false(rule[GATEWAY].precision.known);
    town_close(&town);
}

static void delays_begin_at_the_first_touch(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv",
         TRUTH "account,M1,mule," DAY "10:00:00+08:00,\naccount,M2,mule," DAY "10:00:00+08:00,\n"
               "account,M3,mule," DAY "10:00:00+08:00,\naccount,M4,mule," DAY "10:00:00+08:00,\n"
               "account,M5,mule,,\n");
    alert(&town, MULE, "M1", "10:30");
    alert(&town, MULE, "M2", "09:00"); /* a false alarm the same morning, then the real thing */
    alert(&town, MULE, "M2", "11:00");
    alert(&town, MULE, "M3", "09:00");
    alert(&town, MULE, "M4", "10:00");
    alert(&town, MULE, "M5", "12:00");
    const struct label_measures *mule = &report(&town)->label[LABEL_mule];
    assert_int_equal(mule->cases.found, 5);
    assert_int_equal(mule->early, 1);
    assert_int_equal(mule->delays_count, 3); /* 0, 30 and 60 minutes */
    assert_int_equal(mule->delay_median_ms, 30 * MINUTE_MS);
    assert_int_equal(mule->delay_p90_ms, 60 * MINUTE_MS);
    town_close(&town);
}

static void an_imei_is_its_first_fourteen_digits(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv",
         TRUTH "imei,352099001761481,gateway,,\nimei,35209900176149,gateway,,\n"
               "imei,3520990017615001,gateway,,\n");
    alert(&town, GATEWAY, "35209900176148", "10:00");
    alert(&town, GATEWAY, "35209900176149", "10:00");
    alert(&town, GATEWAY, "35209900176150", "10:00");
    const struct label_measures *gateway = &report(&town)->label[LABEL_gateway];
    assert_int_equal(gateway->cases.found, 3);
    assert_int_equal(gateway->cases.false_ones, 0);
    town_close(&town);
}

static void a_subject_of_the_wrong_kind_is_ignored(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv",
         TRUTH "phone,13800000001,mule,,\ndevice,D1,mule,,\naccount,M,mule,,\n");
    const struct backtest_report *r = report(&town);
    assert_int_equal(r->truth_rows, 3);
    assert_int_equal(r->truth_ignored, 2);
    assert_int_equal(r->label[LABEL_mule].cases.missed, 1);
    town_close(&town);
}

#define PAYMENTS "time,id,payer,payee,amount,currency\n"
#define PERSONS  "person,account\nV1,A1\nV2,A2\nV3,A3\n"
#define MONEY_TRUTH                                                        \
    TRUTH "person,V1,victim," DAY "09:00:00+08:00," DAY "20:00:00+08:00\n" \
          "person,V2,victim," DAY "09:00:00+08:00,\n"                      \
          "account,M1,mule," DAY "09:00:00+08:00,\naccount,C1,cash_out,,\n"

/* The drawing of money.c: 500 wages, 49,800 and 10,000 of victims, 30,000 gone by the alert. */
static void what_came_first_goes_first(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv", MONEY_TRUTH);
    tell(&town, "persons.csv", PERSONS);
    tell(&town, "payments.csv",
         PAYMENTS DAY
         "09:30:00+08:00,1,W,M1,500.00,CNY\n" DAY "10:00:00+08:00,2,A1,M1,49800.00,CNY\n" DAY
         "10:05:00+08:00,3,M1,C1,30000.00,CNY\n" DAY "10:20:00+08:00,4,A2,M1,10000.00,CNY\n" DAY
         "10:22:00+08:00,5,M1,C1,25000.00,CNY\n" DAY "10:40:00+08:00,6,M1,C1,5300.00,CNY\n");
    alert(&town, MULE, "M1", "10:12");
    const struct money_measures *money = &report(&town)->money;
    assert_int_equal(money->victims, 2);
    assert_int_equal(money->payments, 2);
    assert_int_equal(money->total, 5980000);
    /* at 10:12: 20,300 of the first lie there, the second is not paid yet */
    assert_int_equal(money->stoppable[0], 2030000 + 1000000);
    assert_int_equal(money->unpaid[0], 1000000);
    assert_int_equal(money->stoppable[1], 2030000 + 1000000); /* 10:15 */
    assert_int_equal(money->stoppable[2], 0 + 530000); /* 10:22: the second outflow has happened */
    assert_int_equal(money->stoppable[3], 0);          /* 10:42 */
    assert_int_equal(money->unpaid[3], 0);
    town_close(&town);
}

static void an_alert_on_the_victim_counts_too(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv", MONEY_TRUTH);
    tell(&town, "persons.csv", PERSONS);
    tell(&town, "payments.csv",
         PAYMENTS DAY "10:00:00+08:00,1,A1,M1,100.00,CNY\n" DAY
                      "10:01:00+08:00,2,M1,C1,100.00,CNY\n" DAY
                      "11:00:00+08:00,3,A1,M1,900.00,CNY\n");
    alert(&town, VICTIM, "V1", "08:00"); /* before anybody touched him: no merit */
    alert(&town, VICTIM, "V1", "10:30");
    const struct money_measures *money = &report(&town)->money;
    assert_int_equal(money->total, 100000);
    assert_int_equal(money->stoppable[0], 90000);
    assert_int_equal(money->stoppable[3], 90000); /* 11:00: just in time */
    town_close(&town);
}

/* Double rows, another currency, payments before the fraud, and payments of others are left out. */
static void only_the_victims_money_is_counted_once(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv", MONEY_TRUTH);
    tell(&town, "persons.csv", PERSONS);
    tell(&town, "payments.csv",
         PAYMENTS DAY
         "08:00:00+08:00,1,A1,M1,1.00,CNY\n" DAY "10:00:00+08:00,2,A1,M1,2.00,CNY\n" DAY
         "10:00:00+08:00,2,A1,M1,2.00,CNY\n" DAY "10:00:01+08:00,3,A1,M1,4.00,USD\n" DAY
         "10:00:02+08:00,4,A3,M1,8.00,CNY\n" DAY "10:00:03+08:00,5,A1,X,16.00,CNY\n" DAY
         "21:00:00+08:00,6,A1,M1,32.00,CNY\n" DAY "21:00:00+08:00,7,A2,C1,64.00,\n");
    const struct money_measures *money = &report(&town)->money;
    assert_int_equal(money->total, 6600);
    assert_int_equal(money->payments, 2);
    assert_int_equal(money->victims, 2);
    assert_int_equal(money->other_currency, 1);
    assert_int_equal(money->stoppable[0], 0); /* nobody was alerted */
    town_close(&town);
}

static void the_rate_is_per_person_or_per_name(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv", TRUTH "account,M1,mule,,\n");
    tell(&town, "persons.csv", PERSONS);
    tell(&town, "payments.csv",
         PAYMENTS DAY
         "00:00:00+08:00,1,A1,B1,1.00,CNY\n2026-03-04T00:00:00+08:00,2,A1,B1,1.00,CNY\n");
    alert(&town, MULE, "B1", "10:00");
    alert(&town, MULE, "B1", "11:00");
    alert(&town, MULE, "M1", "11:00");
    const struct backtest_report *r = report(&town);
    assert_true(r->subjects_are_persons);
    assert_int_equal(r->subjects, 3);
    assert_true(r->days == 2);
    assert_int_equal(r->false_alerts, 2);
    assert_true(fabs(r->false_alerts_rate.value - 2 / (3.0 / 10000) / 2) < 1e-9);
    town_close(&town);

    town_open(&town);
    tell(&town, "calls.csv", "time,caller,callee\n" DAY "00:00:00+08:00,13800000001,13800000002\n");
    tell(&town, "payments.csv", PAYMENTS DAY "00:00:00+08:00,1,A1,B1,1.00,CNY\n");
    tell(&town, "sims.csv", /* a card of long ago makes no day of it */
         "time,phone,imsi,event\n2026-01-01T00:00:00+08:00,13800000001,460001,activated\n");
    r = report(&town);
    assert_false(r->subjects_are_persons);
    assert_int_equal(r->subjects, 4);
    assert_true(r->days == 1);
    assert_false(r->macro_f1.known);
    town_close(&town);
}

static void two_rule_sets_are_compared(void **state)
{
    (void)state;
    struct town ours;
    struct town theirs;
    town_open(&ours);
    town_open(&theirs);
    tell(&ours, "truth.csv", TRUTH "account,M1,mule,,\naccount,M2,mule,,\n");
    tell(&theirs, "truth.csv", TRUTH "account,M1,mule,,\naccount,M2,mule,,\n");
    alert(&ours, MULE, "M1", "10:00");
    alert(&ours, MULE, "N1", "11:00");
    alert(&ours, MULE, "N0", "10:30");
    alert(&ours, CASH_OUT, "M2", "10:00");
    alert(&theirs, MULE, "M1", "12:00");
    alert(&theirs, MULE, "M2", "12:00");
    for (int i = 0; i < 30; i++) {
        char name[8] = {'L', (char)('0' + i / 10), (char)('0' + i % 10)};
        alert(&theirs, MULE, name, i == 29 ? "01:00" : "02:00");
    }
    struct backtest_comparison comparison;
    (void)report(&ours);
    (void)report(&theirs);
    assert_int_equal(backtest_compare(ours.backtest, theirs.backtest, ours.arena, &comparison),
                     STATUS_OK);
    assert_int_equal(comparison.unchanged, 1);
    assert_int_equal(comparison.unchanged_in_truth, 1);
    assert_int_equal(comparison.fresh.count, 3);
    assert_int_equal(comparison.fresh.in_truth, 0); /* M2 is a mule, not a cash-out account */
    assert_true(slice_equal(comparison.fresh.example[1].subject, SLICE("N0"))); /* by time */
    assert_int_equal(comparison.lost.count, 31);
    assert_int_equal(comparison.lost.in_truth, 1);
    assert_int_equal(comparison.lost.examples_count, BACKTEST_EXAMPLES_MAX);
    assert_true(slice_equal(comparison.lost.example[0].subject, SLICE("L29")));
    town_close(&ours);
    town_close(&theirs);
}

static struct town busy_town(void)
{
    struct town town;
    town_open(&town);
    tell(&town, "truth.csv", MONEY_TRUTH "phone,13800000001,scam_caller,,\n");
    tell(&town, "persons.csv", PERSONS);
    tell(&town, "payments.csv",
         PAYMENTS DAY "10:00:00+08:00,1,A1,M1,100.00,CNY\n" DAY
                      "10:01:00+08:00,2,M1,C1,60.00,CNY\n");
    alert(&town, MULE, "M1", "10:00");
    alert(&town, MULE, "<b>&\"'", "10:00");
    alert(&town, VICTIM, "V1", "10:00");
    (void)report(&town);
    return town;
}

static const struct backtest_view VIEW = {.zone_minutes = 480, .program = "cutline test"};

static void reports_are_the_same_twice(void **state)
{
    (void)state;
    struct town a = busy_town();
    struct town b = busy_town();
    static char first[BACKTEST_TEXT_MAX];
    static char second[BACKTEST_TEXT_MAX];
    void (*const FORMS[])(struct text *, const struct backtest_report *,
                          const struct backtest_comparison *, const struct backtest_view *) = {
        text_add_backtest_json, text_add_backtest_table, text_add_backtest_page};
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        struct text x = text_over(first, sizeof first);
        struct text y = text_over(second, sizeof second);
        FORMS[i](&x, a.report, NULL, &VIEW);
        FORMS[i](&y, b.report, NULL, &VIEW);
        assert_false(x.full);
        assert_true(x.size > 500);
        assert_string_equal(first, second);
        assert_null(strstr(first, "<b>&\"'")); /* masked, and escaped where it must be */
    }
    town_close(&a);
    town_close(&b);
}

/* Read on machines without a network, by people who must trust that it sends nothing. */
static void the_page_needs_nothing(void **state)
{
    (void)state;
    struct town town = busy_town();
    struct backtest_comparison comparison = {.theirs = town.report};
    static char bytes[BACKTEST_TEXT_MAX];
    struct text page = text_over(bytes, sizeof bytes);
    struct backtest_view view = VIEW;
    view.unmask = true;
    comparison.fresh.count = comparison.fresh.examples_count = 1;
    comparison.fresh.example[0] =
        (struct case_example){LABEL_mule, SLICE("<b>&\"'"), SLICE("b_mule"), at("10:00"), false};
    text_add_backtest_page(&page, town.report, &comparison, &view);
    assert_false(page.full);
    static const char *const OUTSIDE[] = {"http:",   "https:",  "src=",  "href=", "url(",
                                          "@import", "<script", "<link", "<b>&"};
    for (size_t i = 0; i < sizeof OUTSIDE / sizeof OUTSIDE[0]; i++)
        assert_null(strstr(bytes, OUTSIDE[i]));
    assert_non_null(strstr(bytes, "&lt;b&gt;&amp;&quot;&#39;"));
    assert_non_null(strstr(bytes, "受害人资金"));
    assert_non_null(strstr(bytes, "Victims&#39; money"));
    town_close(&town);
}

static void the_seed_decides_the_intervals_alone(void **state)
{
    (void)state;
    struct town town = busy_town();
    struct estimate before = town.report->macro_f1;
    (void)report(&town);
    assert_true(before.low == town.report->macro_f1.low &&
                before.high == town.report->macro_f1.high);
    assert_true(before.low < before.high);
    town_close(&town);
}

/* Every take of memory may fail: the status says so, and the next try gives the same report. */
static void full_memory_is_a_status(void **state)
{
    (void)state;
    struct town town = busy_town();
    struct estimate before = town.report->macro_f1;
    for (uint64_t n = 1;; n++) {
        struct backtest_report *untouched = town.report;
        struct backtest_report *again = untouched;
        arena_fail_at(town.arena, n);
        enum status status = backtest_report(town.backtest, town.registry, town.arena, &again);
        arena_fail_at(town.arena, 0);
        if (status == STATUS_OK) {
            assert_true(n > 5);
            assert_true(before.low == again->macro_f1.low && before.high == again->macro_f1.high);
            assert_int_equal(again->money.victims, town.report->money.victims);
            break;
        }
        assert_int_equal(status, STATUS_FULL);
        assert_ptr_equal(again, untouched);
    }
    struct backtest *small;
    struct backtest_options options = {town.set, 1, 4096};
    assert_int_equal(backtest_create(&small, &options, town.arena), STATUS_OK);
    struct record payment = {.kind = RECORD_payment, .known = 1u << FIELD_OF(payment, payer)};
    payment.field[FIELD_OF(payment, payer)].name = ident_of(SLICE("A"));
    assert_int_equal(backtest_take(small, &payment, 1), STATUS_FULL);
    backtest_destroy(small);
    town_close(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_are_counted_by_label),
        cmocka_unit_test(rules_are_measured_by_findings),
        cmocka_unit_test(delays_begin_at_the_first_touch),
        cmocka_unit_test(an_imei_is_its_first_fourteen_digits),
        cmocka_unit_test(a_subject_of_the_wrong_kind_is_ignored),
        cmocka_unit_test(what_came_first_goes_first),
        cmocka_unit_test(an_alert_on_the_victim_counts_too),
        cmocka_unit_test(only_the_victims_money_is_counted_once),
        cmocka_unit_test(the_rate_is_per_person_or_per_name),
        cmocka_unit_test(two_rule_sets_are_compared),
        cmocka_unit_test(reports_are_the_same_twice),
        cmocka_unit_test(the_page_needs_nothing),
        cmocka_unit_test(the_seed_decides_the_intervals_alone),
        cmocka_unit_test(full_memory_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
