/* measure.c -- the cases counted, label by label and rule by rule.
 *
 * Invariants:  1. For each label, found + missed = cases of the truth; found + false = alerted
 *                 cases.
 *              2. The sum of a row of the confusion table is at least the number of subjects that
 *                 bear its label: who was alerted twice stands in two columns.
 *              3. The figures depend on the ledger and the seed alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include "interval.h"

#include <stdlib.h>

static void count_case(const struct subject *subject, const struct fraud_case *fraud,
                       struct backtest_report *out)
{
    struct label_measures *label = &out->label[fraud->label];
    bool alerted = fraud->alerts != 0;
    label->alerts += fraud->alerts;
    out->alerts += fraud->alerts;
    if (subject->truth == 0) {
        label->false_alerts += fraud->alerts;
        out->false_alerts += fraud->alerts;
    }
    if (!fraud->in_truth) {
        label->cases.false_ones += alerted;
        return;
    }
    label->cases.found += alerted;
    label->cases.missed += !alerted;
    label->early += alerted && fraud->alert_useful.ms == MOMENT_NONE.ms;
}

/* What the subject is, against what it was alerted for. */
static void count_confusion(const struct subject *subject, struct backtest_report *out)
{
    uint32_t alerted = 0;
    for (const struct fraud_case *fraud = subject->cases; fraud != NULL; fraud = fraud->next)
        if (fraud->alerts != 0)
            alerted |= 1u << fraud->label;
    uint32_t is = subject->truth != 0 ? subject->truth : 1u << LABELS_COUNT;
    uint32_t columns = alerted != 0 ? alerted : 1u << LABELS_COUNT;
    if (subject->truth == 0 && alerted == 0)
        return; /* found by a rule whose every finding was merged: cannot be, but harmless */
    for (unsigned row = 0; row <= LABELS_COUNT; row++)
        for (unsigned column = 0; column <= LABELS_COUNT; column++)
            out->confusion[row][column] += (is >> row & 1u) & (columns >> column & 1u);
    for (unsigned row = 0; row < LABELS_COUNT; row++)
        out->label[row].found_by_any += (subject->truth >> row & 1u) != 0 && alerted != 0;
}

static void count_rules(const struct fraud_case *fraud, struct backtest_report *out)
{
    for (const struct rule_hit *hit = fraud->hits; hit != NULL; hit = hit->next) {
        struct rule_measures *rule = &out->rule[hit->rule];
        rule->cases.found += fraud->in_truth;
        rule->cases.false_ones += !fraud->in_truth;
        rule->alone += fraud->in_truth && fraud->hits->next == NULL;
    }
}

static void estimate_rules(const uint64_t *findings_of, const uint64_t *alerts_of,
                           struct backtest_report *out)
{
    for (uint32_t i = 0; i < out->set->rules_count; i++) {
        struct rule_measures *rule = &out->rule[i];
        const struct case_counts *label = &out->label[out->set->rule[i].label].cases;
        rule->findings = findings_of[i];
        rule->alerts = alerts_of[i];
        uint64_t truth = label->found + label->missed;
        rule->cases.missed = truth - rule->cases.found;
        rule->precision =
            share_estimate(rule->cases.found, rule->cases.found + rule->cases.false_ones);
        rule->recall = share_estimate(rule->cases.found, truth);
    }
}

static enum status measure_delays(const struct ledger *ledger, enum label label,
                                  struct arena *request, struct label_measures *out)
{
    if (out->cases.found == 0)
        return STATUS_OK;
    int64_t *delay;
    TRY(ARENA_NEW(request, out->cases.found, &delay));
    size_t count = 0;
    for (const struct subject *at = ledger->subjects; at != NULL; at = at->next) {
        for (const struct fraud_case *fraud = at->cases; fraud != NULL; fraud = fraud->next) {
            bool counts = fraud->label == label && fraud->in_truth &&
                          fraud->first.ms != MOMENT_NONE.ms &&
                          fraud->alert_useful.ms != MOMENT_NONE.ms;
            if (counts)
                delay[count++] = fraud->alert_useful.ms - fraud->first.ms;
        }
    }
    out->delays_count = count;
    if (count == 0)
        return STATUS_OK;
    qsort(delay, count, sizeof *delay, compare_int64);
    out->delay_median_ms = quantile_of(delay, count, 0.5);
    out->delay_p90_ms = quantile_of(delay, count, 0.9);
    return STATUS_OK;
}

/* F1 of each label and their mean, all from the same rounds. */
static enum status estimate_f1(struct arena *request, struct backtest_report *out)
{
    double *rounds;
    double *macro;
    TRY(ARENA_NEW(request, BACKTEST_ROUNDS, &rounds));
    TRY(ARENA_NEW(request, BACKTEST_ROUNDS, &macro));
    unsigned present = 0;
    double sum = 0;
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        struct label_measures *at = &out->label[label];
        bool in_truth = at->cases.found + at->cases.missed != 0;
        if (!in_truth && at->cases.false_ones == 0)
            continue;
        struct chance chance = chance_branch(chance_seeded(out->seed), (uint64_t)label);
        for (size_t i = 0; i < BACKTEST_ROUNDS; i++) {
            rounds[i] = f1_of(cases_drawn_again(at->cases, &chance));
            macro[i] += in_truth ? rounds[i] : 0;
        }
        at->f1 = bootstrap_estimate(f1_of(at->cases), rounds, BACKTEST_ROUNDS);
        present += in_truth;
        sum += in_truth ? at->f1.value : 0;
    }
    if (present == 0)
        return STATUS_OK;
    for (size_t i = 0; i < BACKTEST_ROUNDS; i++)
        macro[i] /= present;
    out->macro_f1 = bootstrap_estimate(sum / present, macro, BACKTEST_ROUNDS);
    return STATUS_OK;
}

enum status measure_cases(const struct ledger *ledger, const uint64_t *findings_of,
                          const uint64_t *alerts_of, struct arena *request,
                          struct backtest_report *out)
{
    if (out->set->rules_count != 0)
        TRY(ARENA_NEW(request, out->set->rules_count, &out->rule));
    for (const struct subject *at = ledger->subjects; at != NULL; at = at->next) {
        count_confusion(at, out);
        for (const struct fraud_case *fraud = at->cases; fraud != NULL; fraud = fraud->next) {
            count_case(at, fraud, out);
            count_rules(fraud, out);
        }
    }
    estimate_rules(findings_of, alerts_of, out);
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        struct label_measures *at = &out->label[label];
        uint64_t found = at->cases.found;
        at->precision = share_estimate(found, found + at->cases.false_ones);
        at->recall = share_estimate(found, found + at->cases.missed);
        TRY(measure_delays(ledger, label, request, at));
    }
    if (out->subjects != 0) {
        double whole = (double)out->subjects / 10000 * out->days;
        out->false_alerts_rate.known = true;
        out->false_alerts_rate.value = (double)out->false_alerts / whole;
    }
    return estimate_f1(request, out);
}
