/* backtest.c -- the listener: enters what it hears in the book, and closes the book into a report.
 *
 * Invariants:  1. Nothing that is heard depends on the size of the batches: who owns an account is
 *                 asked at the end, times are compared, never positions in a batch.
 *              2. Truth is heard before the first event.
 *
 * Not chosen:  reading the alerts back from a file.  Findings that were merged would be missing,
 *              and with them every rule that speaks second. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "backtest/backtest.h"

#include "backtest_inside.h"
#include "measure.h"
#include "money.h"

#include <stddef.h>

struct backtest {
    struct backtest_options options;
    struct ledger ledger;
    struct names crowd; /* whom the rate of false alerts is per */
    bool crowd_is_persons;
    uint64_t records, digest;
    uint64_t truth_rows, truth_ignored;
    uint64_t other_currency;
    moment from, until;
    moment traffic_from, traffic_until; /* of calls, messages and payments alone */
    uint64_t findings_of[RULES_MAX];
    uint64_t alerts_of[RULES_MAX];
};

enum status backtest_create(struct backtest **out, const struct backtest_options *options,
                            struct arena *boot)
{
    struct backtest *backtest;
    TRY(ARENA_NEW(boot, 1, &backtest));
    backtest->options = *options;
    backtest->crowd.memory_max = options->memory_max / 2;
    backtest->from = backtest->until = MOMENT_NONE;
    backtest->traffic_from = backtest->traffic_until = MOMENT_NONE;
    TRY(ledger_open(&backtest->ledger, options->memory_max / 2));
    *out = backtest;
    return STATUS_OK;
}

void backtest_destroy(struct backtest *backtest)
{
    if (backtest == NULL)
        return;
    names_release(&backtest->crowd);
    ledger_close(&backtest->ledger);
}

static enum status take_truth(struct backtest *backtest, const struct record *row)
{
    must(backtest->until.ms == MOMENT_NONE.ms); /* intake hands out truth before events */
    backtest->truth_rows++;
    enum status status = ledger_take_truth(&backtest->ledger, row);
    if (status != STATUS_REFUSED)
        return status;
    backtest->truth_ignored++;
    return STATUS_OK;
}

static enum status take_person(struct backtest *backtest, const struct record *row)
{
    struct name_seat *seat;
    unsigned key = FIELD_OF(person, person);
    backtest->crowd_is_persons = true;
    return names_take(&backtest->crowd, row->field[key].name, FIELD_PERSON, &seat);
}

/* Without a register of persons, phones and accounts stand for them. */
static enum status count_names(struct backtest *backtest, const struct record *event)
{
    const struct kind_schema *schema = kind_schema(event->kind);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        enum field_type type = schema->fields[i].type;
        if ((type != FIELD_PHONE && type != FIELD_ACCOUNT) || !record_knows(event, i))
            continue;
        struct name_seat *seat;
        TRY(names_take(&backtest->crowd, event->field[i].name, type, &seat));
    }
    return STATUS_OK;
}

static enum status take_payment(struct backtest *backtest, const struct record *payment)
{
    unsigned currency = FIELD_OF(payment, currency);
    if (record_knows(payment, currency) &&
        !slice_equal(payment->text[currency], backtest->options.set->currency)) {
        backtest->other_currency++;
        return STATUS_OK;
    }
    return ledger_take_payment(&backtest->ledger, payment, backtest->records);
}

static void stretch(moment *from, moment *until, moment at)
{
    if (until->ms == MOMENT_NONE.ms)
        *from = *until = at;
    if (at.ms < from->ms)
        *from = at;
    if (at.ms > until->ms)
        *until = at;
}

/* Days in which there was traffic: SIM cards and accounts of two months before, told so that their
 * age is known, are no days without a false alert. */
static double days_of(const struct backtest *backtest)
{
    bool traffic = backtest->traffic_until.ms != MOMENT_NONE.ms;
    moment from = traffic ? backtest->traffic_from : backtest->from;
    moment until = traffic ? backtest->traffic_until : backtest->until;
    double days = (double)(until.ms - from.ms) / DAY_MS;
    return days < 1 ? 1 : days;
}

static enum status take_event(struct backtest *backtest, const struct record *event)
{
    bool traffic =
        event->kind == RECORD_call || event->kind == RECORD_sms || event->kind == RECORD_payment;
    stretch(&backtest->from, &backtest->until, event->at);
    if (traffic)
        stretch(&backtest->traffic_from, &backtest->traffic_until, event->at);
    if (!backtest->crowd_is_persons)
        TRY(count_names(backtest, event));
    return event->kind == RECORD_payment ? take_payment(backtest, event) : STATUS_OK;
}

enum status backtest_take(struct backtest *backtest, const struct record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct record *record = &records[i];
        backtest->records++;
        backtest->digest = hash_word(backtest->digest ^ record->digest);
        enum record_group group = kind_schema(record->kind)->group;
        if (group == GROUP_TRUTH)
            TRY(take_truth(backtest, record));
        else if (group == GROUP_EVENT)
            TRY(take_event(backtest, record));
        else if (record->kind == RECORD_person)
            TRY(take_person(backtest, record));
    }
    return STATUS_OK;
}

static enum status take_finding(void *self, const struct finding *finding)
{
    struct backtest *backtest = self;
    backtest->findings_of[finding->rule - finding->set->rule]++;
    return ledger_take_finding(&backtest->ledger, finding);
}

static enum status take_alert(void *self, const struct alert *alert)
{
    struct backtest *backtest = self;
    const struct finding *finding = alert->finding;
    backtest->alerts_of[finding->rule - finding->set->rule]++;
    return ledger_take_alert(&backtest->ledger, alert);
}

/* The book has no room for evidence. */
static bool wants_nothing(void *self, const struct finding *finding)
{
    (void)self;
    (void)finding;
    return false;
}

struct finding_sink backtest_findings(struct backtest *backtest)
{
    return (struct finding_sink){.take = take_finding, .self = backtest, .wants = wants_nothing};
}

struct alert_sink backtest_alerts(struct backtest *backtest)
{
    return (struct alert_sink){take_alert, backtest};
}

const struct ledger *backtest_ledger(const struct backtest *backtest)
{
    return &backtest->ledger;
}

enum status backtest_report(struct backtest *backtest, const struct registry *registry,
                            struct arena *request, struct backtest_report **out)
{
    struct backtest_report *report;
    TRY(ARENA_NEW(request, 1, &report));
    report->set = backtest->options.set;
    report->seed = backtest->options.seed;
    report->records = backtest->records;
    report->records_digest = backtest->digest;
    report->from = backtest->from;
    report->until = backtest->until;
    report->days = days_of(backtest);
    report->subjects = backtest->crowd.taken;
    report->subjects_are_persons = backtest->crowd_is_persons;
    report->truth_rows = backtest->truth_rows;
    report->truth_ignored = backtest->truth_ignored;
    report->money.other_currency = backtest->other_currency;
    rules_digest(report->set, request, &report->image);
    TRY(measure_cases(&backtest->ledger, backtest->findings_of, backtest->alerts_of, request,
                      report));
    TRY(money_measure(&backtest->ledger, registry, request, &report->money));
    *out = report;
    return STATUS_OK;
}
