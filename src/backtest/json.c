/* json.c -- the report for programs: every figure, in a fixed order, with a fixed number of digits.
 *
 * Nothing of the machine or the hour stands in it, so the same records, rules and seed give the
 * same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

static void add_count(struct text *text, const char *name, uint64_t count)
{
    text_addf(text, ",\"%s\":%llu", name, (unsigned long long)count);
}

static void add_estimate_member(struct text *text, const char *name, struct estimate estimate)
{
    if (estimate.known)
        text_addf(text, ",\"%s\":{\"value\":%.6f,\"low\":%.6f,\"high\":%.6f}", name, estimate.value,
                  estimate.low, estimate.high);
    else
        text_addf(text, ",\"%s\":null", name);
}

static void add_moment_member(struct text *text, const char *name, moment at, int32_t zone_minutes)
{
    text_addf(text, ",\"%s\":", name);
    if (at.ms == MOMENT_NONE.ms) {
        text_add_string(text, "null");
        return;
    }
    text_add_char(text, '"');
    text_add_moment(text, at, zone_minutes);
    text_add_char(text, '"');
}

static void add_amount_member(struct text *text, const char *name, int64_t minor,
                              const struct rule_set *set)
{
    text_addf(text, ",\"%s\":\"", name);
    text_add_report_money(text, minor, set->currency_digits);
    text_add_char(text, '"');
}

static void add_run(struct text *text, const struct backtest_report *report,
                    const struct backtest_view *view)
{
    char image[DIGEST_HEX_SIZE];
    digest_hex(&report->image, image);
    text_add_string(text, "{\"version\":1,\"program\":");
    text_add_json(text, slice_of(view->program));
    text_addf(text, ",\"image\":\"%s\"", image);
    add_count(text, "seed", report->seed);
    add_count(text, "records", report->records);
    text_addf(text, ",\"records_digest\":\"%016llx\"", (unsigned long long)report->records_digest);
    add_moment_member(text, "from", report->from, view->zone_minutes);
    add_moment_member(text, "until", report->until, view->zone_minutes);
    text_addf(text, ",\"days\":%.6f", report->days);
    add_count(text, "subjects", report->subjects);
    text_addf(text, ",\"subjects_are\":\"%s\"",
              report->subjects_are_persons ? "persons" : "phones_and_accounts");
    add_count(text, "truth_rows", report->truth_rows);
    add_count(text, "truth_rows_ignored", report->truth_ignored);
    add_estimate_member(text, "macro_f1", report->macro_f1);
    add_count(text, "alerts", report->alerts);
    add_count(text, "false_alerts", report->false_alerts);
    if (report->false_alerts_rate.known)
        text_addf(text, ",\"false_alerts_per_10000_subjects_and_day\":%.6f",
                  report->false_alerts_rate.value);
    else
        text_add_string(text, ",\"false_alerts_per_10000_subjects_and_day\":null");
}

static void add_cases(struct text *text, const struct case_counts *cases)
{
    add_count(text, "found", cases->found);
    add_count(text, "false", cases->false_ones);
    add_count(text, "missed", cases->missed);
}

static void add_scores(struct text *text, const struct label_measures *label)
{
    add_estimate_member(text, "precision", label->precision);
    add_estimate_member(text, "recall", label->recall);
    add_estimate_member(text, "f1", label->f1);
}

static void add_labels(struct text *text, const struct backtest_report *report)
{
    text_add_string(text, ",\"labels\":[");
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        const struct label_measures *at = &report->label[label];
        text_addf(text, "%s{\"label\":\"%s\"", label == 0 ? "" : ",", label_name(label));
        add_count(text, "in_truth", at->cases.found + at->cases.missed);
        add_cases(text, &at->cases);
        add_count(text, "found_by_any", at->found_by_any);
        add_count(text, "alerts", at->alerts);
        add_count(text, "false_alerts", at->false_alerts);
        add_scores(text, at);
        add_count(text, "early", at->early);
        if (at->delays_count != 0)
            text_addf(text, ",\"delay\":{\"cases\":%llu,\"median_s\":%.3f,\"p90_s\":%.3f}}",
                      (unsigned long long)at->delays_count, (double)at->delay_median_ms / 1000,
                      (double)at->delay_p90_ms / 1000);
        else
            text_add_string(text, ",\"delay\":null}");
    }
    text_add_char(text, ']');
}

static void add_rules(struct text *text, const struct backtest_report *report)
{
    text_add_string(text, ",\"rules\":[");
    for (uint32_t i = 0, shown = 0; i < report->set->rules_count; i++) {
        const struct rule *rule = &report->set->rule[i];
        const struct rule_measures *at = &report->rule[i];
        if (rule->subject == NULL)
            continue; /* it only marks */
        text_add_string(text, shown++ == 0 ? "{\"rule\":" : ",{\"rule\":");
        text_add_json(text, rule->name);
        text_addf(text, ",\"typology\":\"%s\"", label_name(rule->label));
        add_count(text, "findings", at->findings);
        add_count(text, "alerts", at->alerts);
        add_cases(text, &at->cases);
        add_count(text, "found_alone", at->alone);
        add_estimate_member(text, "precision", at->precision);
        add_estimate_member(text, "recall", at->recall);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

static void add_confusion(struct text *text, const struct backtest_report *report)
{
    text_add_string(text, ",\"confusion\":[");
    for (unsigned row = 0; row <= LABELS_COUNT; row++) {
        text_addf(text, "%s{\"is\":\"%s\",\"alerted_as\":{", row == 0 ? "" : ",",
                  row < LABELS_COUNT ? label_name((enum label)row) : "innocent");
        for (unsigned column = 0; column <= LABELS_COUNT; column++)
            text_addf(text, "%s\"%s\":%llu", column == 0 ? "" : ",",
                      column < LABELS_COUNT ? label_name((enum label)column) : "nothing",
                      (unsigned long long)report->confusion[row][column]);
        text_add_string(text, "}}");
    }
    text_add_char(text, ']');
}

static void add_money(struct text *text, const struct backtest_report *report)
{
    const struct money_measures *money = &report->money;
    text_add_string(text, ",\"victim_money\":{\"currency\":");
    text_add_json(text, report->set->currency);
    add_count(text, "victims", money->victims);
    add_count(text, "payments", money->payments);
    add_count(text, "payments_in_other_currency", money->other_currency);
    add_amount_member(text, "total", money->total, report->set);
    text_add_string(text, ",\"stoppable\":[");
    for (size_t i = 0; i < BACKTEST_REACTIONS; i++) {
        text_addf(text, "%s{\"minutes_after_alert\":%lld", i == 0 ? "" : ",",
                  (long long)(BACKTEST_REACTION_MS[i] / MINUTE_MS));
        add_amount_member(text, "amount", money->stoppable[i], report->set);
        add_amount_member(text, "not_yet_paid", money->unpaid[i], report->set);
        text_addf(text, ",\"share\":%.6f}", share_of(money->stoppable[i], money->total));
    }
    text_add_string(text, "]}");
}

static void add_change(struct text *text, const char *name, const struct case_change *change,
                       const struct backtest_view *view)
{
    text_addf(text, ",\"%s\":{\"count\":%llu", name, (unsigned long long)change->count);
    add_count(text, "in_truth", change->in_truth);
    text_add_string(text, ",\"examples\":[");
    for (uint32_t i = 0; i < change->examples_count; i++) {
        const struct case_example *example = &change->example[i];
        char bytes[IDENT_BYTES_MAX + 64];
        struct text subject = text_over(bytes, sizeof bytes);
        text_add_example_subject(&subject, example, view);
        text_addf(text, "%s{\"typology\":\"%s\",\"subject\":", i == 0 ? "" : ",",
                  label_name(example->label));
        text_add_json(text, text_slice(&subject));
        text_add_string(text, ",\"rule\":");
        text_add_json(text, example->rule);
        add_moment_member(text, "time", example->at, view->zone_minutes);
        text_addf(text, ",\"in_truth\":%s}", example->in_truth ? "true" : "false");
    }
    text_add_string(text, "]}");
}

static void add_comparison(struct text *text, const struct backtest_comparison *comparison,
                           const struct backtest_view *view)
{
    if (comparison == NULL) {
        text_add_string(text, ",\"against\":null");
        return;
    }
    char image[DIGEST_HEX_SIZE];
    digest_hex(&comparison->theirs->image, image);
    text_addf(text, ",\"against\":{\"image\":\"%s\"", image);
    add_estimate_member(text, "macro_f1", comparison->theirs->macro_f1);
    text_add_string(text, ",\"labels\":[");
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        text_addf(text, "%s{\"label\":\"%s\"", label == 0 ? "" : ",", label_name(label));
        add_scores(text, &comparison->theirs->label[label]);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
    add_change(text, "new", &comparison->fresh, view);
    add_change(text, "lost", &comparison->lost, view);
    text_addf(text, ",\"unchanged\":{\"count\":%llu", (unsigned long long)comparison->unchanged);
    add_count(text, "in_truth", comparison->unchanged_in_truth);
    text_add_string(text, "}}");
}

void text_add_backtest_json(struct text *text, const struct backtest_report *report,
                            const struct backtest_comparison *comparison,
                            const struct backtest_view *view)
{
    add_run(text, report, view);
    add_labels(text, report);
    add_rules(text, report);
    add_confusion(text, report);
    add_money(text, report);
    add_comparison(text, comparison, view);
    text_add_string(text, "}\n");
}
