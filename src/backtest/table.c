/* table.c -- the report on a terminal, in the reader's language. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

enum { ESTIMATE_COLUMNS = 21, NAME_COLUMNS = 28, NUMBER_COLUMNS = 8 };

/* `left` columns of a name, or right-aligned numbers. */
static void add_left(struct text *text, struct slice slice, size_t columns)
{
    text_add(text, slice);
    for (size_t i = utf8_columns(slice); i < columns; i++)
        text_add_char(text, ' ');
}

static void add_right(struct text *text, struct slice slice, size_t columns)
{
    for (size_t i = utf8_columns(slice); i < columns; i++)
        text_add_char(text, ' ');
    text_add(text, slice);
}

static void add_number(struct text *text, uint64_t number)
{
    char bytes[24];
    struct text digits = text_over(bytes, sizeof bytes);
    text_addf(&digits, "%llu", (unsigned long long)number);
    add_right(text, text_slice(&digits), NUMBER_COLUMNS);
}

static void add_estimate_cell(struct text *text, struct estimate estimate)
{
    char bytes[64];
    struct text cell = text_over(bytes, sizeof bytes);
    text_add_estimate(&cell, estimate);
    add_right(text, text_slice(&cell), ESTIMATE_COLUMNS);
}

static void add_heads(struct text *text, const struct saying *heads, size_t count,
                      enum tongue tongue)
{
    for (size_t i = 0; i < count; i++) {
        struct slice head = slice_of(heads[i].in[tongue]);
        bool estimate = slice_of(heads[i].in[TONGUE_EN]).at[0] == '~';
        if (i == 0)
            add_left(text, head, NAME_COLUMNS);
        else if (estimate)
            add_right(text, (struct slice){head.at + 1, head.size - 1}, ESTIMATE_COLUMNS);
        else
            add_right(text, head, NUMBER_COLUMNS);
    }
    text_add_char(text, '\n');
}

/* A head that begins with ~ stands over an estimate. */
static const struct saying LABEL_HEADS[] = {
    {{"typology", "类型"}},      {{"truth", "实有"}},      {{"found", "命中"}},
    {{"false", "误报"}},         {{"missed", "漏报"}},     {{"any", "任一"}},
    {{"~precision", "~精确率"}}, {{"~recall", "~召回率"}}, {{"~F1", "~F1"}},
};

static void add_labels(struct text *text, const struct backtest_report *report, enum tongue tongue)
{
    add_heads(text, LABEL_HEADS, sizeof LABEL_HEADS / sizeof LABEL_HEADS[0], tongue);
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        const struct label_measures *at = &report->label[label];
        if (!label_matters(at))
            continue;
        add_left(text, slice_of(label_saying(label).in[tongue]), NAME_COLUMNS);
        add_number(text, at->cases.found + at->cases.missed);
        add_number(text, at->cases.found);
        add_number(text, at->cases.false_ones);
        add_number(text, at->cases.missed);
        add_number(text, at->found_by_any);
        add_estimate_cell(text, at->precision);
        add_estimate_cell(text, at->recall);
        add_estimate_cell(text, at->f1);
        text_add_char(text, '\n');
    }
    text_addf(text, "%s ", tongue == TONGUE_ZH ? "宏平均 F1" : "macro F1");
    text_add_estimate(text, report->macro_f1);
    text_add_string(text, "\n\n");
}

static void add_delays(struct text *text, const struct backtest_report *report, enum tongue tongue)
{
    bool chinese = tongue == TONGUE_ZH;
    text_add_string(text, chinese ? "发现时延（首次告警距首次触及）：中位数 / 90 分位 / 早于案发\n"
                                  : "detection delay: median / 90th percentile / alerted before\n");
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        const struct label_measures *at = &report->label[label];
        if (at->cases.found == 0)
            continue;
        text_add_string(text, "  ");
        add_left(text, slice_of(label_saying(label).in[tongue]), NAME_COLUMNS);
        if (at->delays_count != 0) {
            text_add_wait(text, at->delay_median_ms);
            text_add_string(text, " / ");
            text_add_wait(text, at->delay_p90_ms);
        } else {
            text_add_string(text, "–");
        }
        text_addf(text, " / %llu\n", (unsigned long long)at->early);
    }
    text_add_char(text, '\n');
}

static void add_money(struct text *text, const struct backtest_report *report, enum tongue tongue)
{
    const struct money_measures *money = &report->money;
    bool chinese = tongue == TONGUE_ZH;
    text_addf(text,
              chinese ? "受害人资金：%llu 名受害人，%llu 笔，共 "
                      : "victims' money: %llu victims, %llu payments, ",
              (unsigned long long)money->victims, (unsigned long long)money->payments);
    text_add_report_money(text, money->total, report->set->currency_digits);
    text_add_char(text, ' ');
    text_add(text, report->set->currency);
    text_add_string(text, chinese ? "；首次告警后仍可止付："
                                  : "; still stoppable after the first alert: ");
    for (size_t i = 0; i < BACKTEST_REACTIONS; i++) {
        if (i != 0)
            text_add_string(text, chinese ? "，" : ", ");
        text_addf(text, chinese ? "%lld 分钟 %.1f%%" : "%lld min %.1f %%",
                  (long long)(BACKTEST_REACTION_MS[i] / MINUTE_MS),
                  100 * share_of(money->stoppable[i], money->total));
    }
    text_addf(text,
              chinese ? "（告警时尚未付出的占 %.1f%%）" : " (%.1f %% not yet paid at the alert)",
              100 * share_of(money->unpaid[0], money->total));
    text_add_string(text, "\n");
}

static void add_false_alerts(struct text *text, const struct backtest_report *report,
                             enum tongue tongue)
{
    bool chinese = tongue == TONGUE_ZH;
    bool persons = report->subjects_are_persons;
    text_addf(text, chinese ? "告警 %llu 条，其中误报 %llu 条" : "%llu alerts, %llu of them false",
              (unsigned long long)report->alerts, (unsigned long long)report->false_alerts);
    if (report->false_alerts_rate.known)
        text_addf(text,
                  chinese ? "；每万%s每天误报 %.3f 条（%llu，%.2f 天）"
                          : "; per 10,000 %s and day %.3f (%llu, %.2f days)",
                  chinese ? (persons ? "人" : "号码和账户")
                          : (persons ? "persons" : "phones and accounts"),
                  report->false_alerts_rate.value, (unsigned long long)report->subjects,
                  report->days);
    text_add_string(text, "\n\n");
}

static const struct saying RULE_HEADS[] = {
    {{"rule", "规则"}},          {{"findings", "触发"}},   {{"alerts", "告警"}},
    {{"found", "命中"}},         {{"false", "误报"}},      {{"alone", "独有"}},
    {{"~precision", "~精确率"}}, {{"~recall", "~召回率"}},
};

static void add_rules(struct text *text, const struct backtest_report *report, enum tongue tongue)
{
    add_heads(text, RULE_HEADS, sizeof RULE_HEADS / sizeof RULE_HEADS[0], tongue);
    for (uint32_t i = 0; i < report->set->rules_count; i++) {
        const struct rule_measures *at = &report->rule[i];
        if (report->set->rule[i].subject == NULL)
            continue;
        add_left(text, report->set->rule[i].name, NAME_COLUMNS);
        add_number(text, at->findings);
        add_number(text, at->alerts);
        add_number(text, at->cases.found);
        add_number(text, at->cases.false_ones);
        add_number(text, at->alone);
        add_estimate_cell(text, at->precision);
        add_estimate_cell(text, at->recall);
        text_add_char(text, '\n');
    }
    text_add_char(text, '\n');
}

static void add_confusion(struct text *text, const struct backtest_report *report,
                          enum tongue tongue)
{
    bool chinese = tongue == TONGUE_ZH;
    text_add_string(text, chinese
                              ? "混淆表（行：实际；列：告警类型）\n"
                              : "confusion: what they are (rows), what they were alerted for\n");
    for (unsigned row = 0; row <= LABELS_COUNT; row++) {
        uint64_t sum = 0;
        for (unsigned column = 0; column <= LABELS_COUNT; column++)
            sum += report->confusion[row][column];
        if (sum == 0)
            continue;
        const char *innocent = chinese ? "无辜" : "innocent";
        text_addf(text, "  %s:", row < LABELS_COUNT ? label_name((enum label)row) : innocent);
        for (unsigned column = 0; column <= LABELS_COUNT; column++) {
            const char *nothing = chinese ? "未告警" : "nothing";
            if (report->confusion[row][column] != 0)
                text_addf(text, " %s %llu",
                          column < LABELS_COUNT ? label_name((enum label)column) : nothing,
                          (unsigned long long)report->confusion[row][column]);
        }
        text_add_char(text, '\n');
    }
    text_add_char(text, '\n');
}

static void add_change(struct text *text, const char *name, const struct case_change *change,
                       const struct backtest_view *view)
{
    bool chinese = view->tongue == TONGUE_ZH;
    text_addf(text, chinese ? "%s %llu（实有 %llu）\n" : "%s %llu (in truth %llu)\n", name,
              (unsigned long long)change->count, (unsigned long long)change->in_truth);
    for (uint32_t i = 0; i < change->examples_count; i++) {
        const struct case_example *example = &change->example[i];
        text_addf(text, "  %s %-12s ", example->in_truth ? "✓" : "✗", label_name(example->label));
        text_add_example_subject(text, example, view);
        text_add_string(text, "  ");
        text_add(text, example->rule);
        text_add_string(text, "  ");
        text_add_moment(text, example->at, view->zone_minutes);
        text_add_char(text, '\n');
    }
}

static void add_comparison(struct text *text, const struct backtest_comparison *comparison,
                           const struct backtest_view *view)
{
    bool chinese = view->tongue == TONGUE_ZH;
    add_change(text, chinese ? "新增" : "new", &comparison->fresh, view);
    add_change(text, chinese ? "消失" : "lost", &comparison->lost, view);
    text_addf(text, chinese ? "不变 %llu（实有 %llu）\n" : "unchanged %llu (in truth %llu)\n",
              (unsigned long long)comparison->unchanged,
              (unsigned long long)comparison->unchanged_in_truth);
    text_add_string(text, chinese ? "对照规则的宏平均 F1 " : "macro F1 of the other rules ");
    text_add_estimate(text, comparison->theirs->macro_f1);
    text_add_char(text, '\n');
}

void text_add_backtest_table(struct text *text, const struct backtest_report *report,
                             const struct backtest_comparison *comparison,
                             const struct backtest_view *view)
{
    add_labels(text, report, view->tongue);
    add_delays(text, report, view->tongue);
    add_money(text, report, view->tongue);
    add_false_alerts(text, report, view->tongue);
    add_rules(text, report, view->tongue);
    add_confusion(text, report, view->tongue);
    if (comparison != NULL)
        add_comparison(text, comparison, view);
}
