/* page.c -- the report as one page that a supervisor can open, print and keep.
 *
 * Both languages stand in the page; a switch without any script shows one of them.  Bars are
 * inline SVG with the interval as a whisker, and beside each stands the figure, so that nothing is
 * said by a picture or a colour alone.  No request leaves the page.
 *
 * Not chosen:  a chart library.  Seven kinds of rectangle do not need one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include "ground/html.h"

enum { BAR_WIDTH = 160, BAR_HEIGHT = 16 };

/* The same thing in both languages; both are ours, or a label's. */
static void say(struct text *text, const char *en, const char *zh)
{
    text_add_string(text, "<span class=\"en\" lang=\"en\">");
    text_add_html(text, slice_of(en));
    text_add_string(text, "</span><span class=\"zh\" lang=\"zh\">");
    text_add_html(text, slice_of(zh));
    text_add_string(text, "</span>");
}

static void add_head(struct text *text, const char *en, const char *zh)
{
    text_add_string(text, "<h2>");
    say(text, en, zh);
    text_add_string(text, "</h2>\n");
}

static void add_columns(struct text *text, const struct saying *heads, size_t count)
{
    text_add_string(text, "<div class=\"wide\"><table><thead><tr>");
    for (size_t i = 0; i < count; i++) {
        text_add_string(text, "<th scope=\"col\">");
        say(text, heads[i].in[TONGUE_EN], heads[i].in[TONGUE_ZH]);
        text_add_string(text, "</th>");
    }
    text_add_string(text, "</tr></thead><tbody>\n");
}

static void end_table(struct text *text)
{
    text_add_string(text, "</tbody></table></div>\n");
}

static void begin_row(struct text *text, const char *en, const char *zh)
{
    text_add_string(text, "<tr><th scope=\"row\">");
    say(text, en, zh);
    text_add_string(text, "</th>");
}

static void add_count(struct text *text, uint64_t count)
{
    text_addf(text, "<td>%llu</td>", (unsigned long long)count);
}

/* A bar from 0 to 1 with its interval, and the figure beside it. */
static void add_bar(struct text *text, struct estimate estimate)
{
    text_add_string(text, "<td>");
    if (estimate.known) {
        text_addf(text,
                  "<svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">"
                  "<line class=\"axis\" x1=\"0\" x2=\"%d\" y1=\"15.5\" y2=\"15.5\"/>",
                  BAR_WIDTH, BAR_HEIGHT, BAR_WIDTH, BAR_HEIGHT, BAR_WIDTH);
        text_addf(text,
                  "<rect class=\"bar\" x=\"0\" y=\"4\" width=\"%.1f\" height=\"8\"/>"
                  "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"8\" y2=\"8\"/></svg> ",
                  estimate.value * BAR_WIDTH, estimate.low * BAR_WIDTH, estimate.high * BAR_WIDTH);
    }
    text_add_estimate(text, estimate);
    text_add_string(text, "</td>");
}

static void add_top(struct text *text, const struct backtest_report *report,
                    const struct backtest_view *view)
{
    bool chinese = view->tongue == TONGUE_ZH;
    char image[DIGEST_HEX_SIZE];
    digest_hex(&report->image, image);
    text_addf(text, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">",
              chinese ? "zh" : "en");
    text_add_string(
        text, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
              "style-src 'unsafe-inline'\"><title>Cutline · 回测报告 · backtest</title><style>"
#include "page_style.inc"
              "</style></head><body>\n");
    text_addf(text,
              "<input type=\"radio\" name=\"tongue\" id=\"en\"%s><label for=\"en\">English</label> "
              "<input type=\"radio\" name=\"tongue\" id=\"zh\"%s><label for=\"zh\">中文</label>\n",
              chinese ? "" : " checked", chinese ? " checked" : "");
    text_add_string(text, "<main><h1>");
    say(text, "Backtest report", "回测报告");
    text_add_string(text, "</h1><p class=\"dim\">");
    text_add_html(text, slice_of(view->program));
    text_addf(text, " · %llu ", (unsigned long long)report->records);
    say(text, "records", "条记录");
    if (report->from.ms != MOMENT_NONE.ms) {
        text_add_string(text, " · ");
        text_add_moment(text, report->from, view->zone_minutes);
        text_add_string(text, " – ");
        text_add_moment(text, report->until, view->zone_minutes);
    }
    text_add_string(text, "<br>");
    say(text, "rules", "规则集");
    text_addf(text, " <code>%s</code> · ", image);
    say(text, "records", "数据");
    text_addf(text, " <code>%016llx</code> · ", (unsigned long long)report->records_digest);
    say(text, "seed", "种子");
    text_addf(text, " %llu</p>\n", (unsigned long long)report->seed);
}

static void add_tiles(struct text *text, const struct backtest_report *report)
{
    text_add_string(text, "<ul class=\"tiles\"><li><b>");
    text_add_estimate(text, report->macro_f1);
    text_add_string(text, "</b>");
    say(text, "macro F1 (95 % interval)", "宏平均 F1（95% 区间）");
    text_add_string(text, "</li><li><b>");
    if (report->false_alerts_rate.known)
        text_addf(text, "%.2f", report->false_alerts_rate.value);
    else
        text_add_string(text, "–");
    text_add_string(text, "</b>");
    if (report->subjects_are_persons)
        say(text, "false alerts per 10,000 persons and day", "每万人每天误报");
    else
        say(text, "false alerts per 10,000 phones and accounts and day", "每万号码和账户每天误报");
    text_addf(text, " (%llu / %llu)</li><li><b>", (unsigned long long)report->false_alerts,
              (unsigned long long)report->alerts);
    text_addf(text, "%.1f %%</b>", 100 * share_of(report->money.stoppable[0], report->money.total));
    say(text, "of the victims' money still stoppable at the first alert",
        "受害人资金在首次告警时仍可止付的比例");
    text_add_string(text, "</li></ul>\n");
}

static const struct saying LABEL_HEADS[] = {
    {{"Typology", "类型"}},    {{"In truth", "实有"}}, {{"Found", "命中"}},
    {{"False", "误报"}},       {{"Missed", "漏报"}},   {{"Found as any", "任一类型命中"}},
    {{"Precision", "精确率"}}, {{"Recall", "召回率"}}, {{"F1", "F1"}},
};

static void add_labels(struct text *text, const struct backtest_report *report)
{
    add_head(text, "By typology", "按类型");
    add_columns(text, LABEL_HEADS, sizeof LABEL_HEADS / sizeof LABEL_HEADS[0]);
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        const struct label_measures *at = &report->label[label];
        if (!label_matters(at))
            continue;
        struct saying name = label_saying(label);
        begin_row(text, name.in[TONGUE_EN], name.in[TONGUE_ZH]);
        add_count(text, at->cases.found + at->cases.missed);
        add_count(text, at->cases.found);
        add_count(text, at->cases.false_ones);
        add_count(text, at->cases.missed);
        add_count(text, at->found_by_any);
        add_bar(text, at->precision);
        add_bar(text, at->recall);
        add_bar(text, at->f1);
        text_add_string(text, "</tr>\n");
    }
    end_table(text);
}

static const struct saying DELAY_HEADS[] = {
    {{"Typology", "类型"}},
    {{"Cases", "案例"}},
    {{"Alerted before it began", "早于案发"}},
    {{"Median", "中位数"}},
    {{"90th percentile", "90 分位"}},
    {{"Median (bar) to 90th percentile (line)", "中位数（条）至 90 分位（线）"}},
};

/* On one scale for all typologies: the longest 90th percentile is the whole width. */
static void add_delay_bar(struct text *text, const struct label_measures *at, int64_t longest)
{
    double unit = longest > 0 ? (double)BAR_WIDTH / (double)longest : 0;
    double median = (double)at->delay_median_ms * unit;
    text_addf(text,
              "<td><svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">"
              "<rect class=\"bar\" x=\"0\" y=\"4\" width=\"%.1f\" height=\"8\"/>"
              "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"8\" y2=\"8\"/></svg></td>",
              BAR_WIDTH, BAR_HEIGHT, BAR_WIDTH, BAR_HEIGHT, median, median,
              (double)at->delay_p90_ms * unit);
}

static void add_delays(struct text *text, const struct backtest_report *report)
{
    add_head(text, "Delay from the first touch to the first alert", "从首次触及到首次告警的时延");
    add_columns(text, DELAY_HEADS, sizeof DELAY_HEADS / sizeof DELAY_HEADS[0]);
    int64_t longest = 0;
    for (enum label label = 0; label < LABELS_COUNT; label++)
        if (report->label[label].delay_p90_ms > longest)
            longest = report->label[label].delay_p90_ms;
    for (enum label label = 0; label < LABELS_COUNT; label++) {
        const struct label_measures *at = &report->label[label];
        if (at->delays_count == 0)
            continue;
        struct saying name = label_saying(label);
        begin_row(text, name.in[TONGUE_EN], name.in[TONGUE_ZH]);
        add_count(text, at->delays_count);
        add_count(text, at->early);
        text_add_string(text, "<td>");
        text_add_wait(text, at->delay_median_ms);
        text_add_string(text, "</td><td>");
        text_add_wait(text, at->delay_p90_ms);
        text_add_string(text, "</td>");
        add_delay_bar(text, at, longest);
        text_add_string(text, "</tr>\n");
    }
    end_table(text);
}

static const struct saying MONEY_HEADS[] = {
    {{"Minutes after the first alert", "首次告警后（分钟）"}},
    {{"Not yet paid", "尚未付出"}},
    {{"Still stoppable", "仍可止付"}},
    {{"Share", "比例"}},
};

static void add_money(struct text *text, const struct backtest_report *report)
{
    const struct money_measures *money = &report->money;
    add_head(text, "Victims' money", "受害人资金");
    text_addf(text, "<p>%llu ", (unsigned long long)money->victims);
    say(text, "victims made", "名受害人向涉诈账户转账");
    text_addf(text, " %llu ", (unsigned long long)money->payments);
    say(text, "payments to fraudulent accounts:", "笔，共");
    text_add_char(text, ' ');
    text_add_report_money(text, money->total, report->set->currency_digits);
    text_add_char(text, ' ');
    text_add_html(text, report->set->currency);
    text_add_string(text, "</p>\n");
    add_columns(text, MONEY_HEADS, sizeof MONEY_HEADS / sizeof MONEY_HEADS[0]);
    for (size_t i = 0; i < BACKTEST_REACTIONS; i++) {
        double share = share_of(money->stoppable[i], money->total);
        text_addf(text, "<tr><th scope=\"row\">%lld</th><td>",
                  (long long)(BACKTEST_REACTION_MS[i] / MINUTE_MS));
        text_add_report_money(text, money->unpaid[i], report->set->currency_digits);
        text_add_string(text, "</td><td>");
        text_add_report_money(text, money->stoppable[i], report->set->currency_digits);
        text_addf(text,
                  "</td><td><svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                  "aria-hidden=\"true\"><rect class=\"bar\" x=\"0\" y=\"4\" width=\"%.1f\" "
                  "height=\"8\"/></svg> %.1f %%</td></tr>\n",
                  BAR_WIDTH, BAR_HEIGHT, BAR_WIDTH, BAR_HEIGHT, share * BAR_WIDTH, 100 * share);
    }
    end_table(text);
}

static const struct saying RULE_HEADS[] = {
    {{"Rule", "规则"}},        {{"Findings", "触发"}}, {{"Alerts", "告警"}},
    {{"Found", "命中"}},       {{"False", "误报"}},    {{"Found by it alone", "独有命中"}},
    {{"Precision", "精确率"}}, {{"Recall", "召回率"}},
};

static void add_rules(struct text *text, const struct backtest_report *report)
{
    add_head(text, "By rule", "按规则");
    add_columns(text, RULE_HEADS, sizeof RULE_HEADS / sizeof RULE_HEADS[0]);
    for (uint32_t i = 0; i < report->set->rules_count; i++) {
        const struct rule *rule = &report->set->rule[i];
        const struct rule_measures *at = &report->rule[i];
        if (rule->subject == NULL)
            continue;
        text_add_string(text, "<tr><th scope=\"row\"><code>");
        text_add_html(text, rule->name);
        text_add_string(text, "</code></th>");
        add_count(text, at->findings);
        add_count(text, at->alerts);
        add_count(text, at->cases.found);
        add_count(text, at->cases.false_ones);
        add_count(text, at->alone);
        add_bar(text, at->precision);
        add_bar(text, at->recall);
        text_add_string(text, "</tr>\n");
    }
    end_table(text);
}

static void add_confusion(struct text *text, const struct backtest_report *report)
{
    add_head(text, "What they are, and what they were alerted for", "实际与告警类型对照");
    struct saying heads[LABELS_COUNT + 2] = {{{"Is", "实际"}}};
    for (enum label label = 0; label < LABELS_COUNT; label++)
        heads[label + 1] = label_saying(label);
    heads[LABELS_COUNT + 1] = SAYING("nothing", "未告警");
    add_columns(text, heads, LABELS_COUNT + 2);
    for (unsigned row = 0; row <= LABELS_COUNT; row++) {
        struct saying is =
            row < LABELS_COUNT ? label_saying((enum label)row) : SAYING("innocent", "无辜");
        begin_row(text, is.in[TONGUE_EN], is.in[TONGUE_ZH]);
        for (unsigned column = 0; column <= LABELS_COUNT; column++) {
            uint64_t count = report->confusion[row][column];
            if (count != 0)
                add_count(text, count);
            else
                text_add_string(text, "<td class=\"dim\">·</td>");
        }
        text_add_string(text, "</tr>\n");
    }
    end_table(text);
}

static const struct saying EXAMPLE_HEADS[] = {
    {{"Typology", "类型"}}, {{"Subject", "对象"}},  {{"Rule", "规则"}},
    {{"Time", "时间"}},     {{"In truth", "实有"}},
};

static void add_change(struct text *text, const char *en, const char *zh,
                       const struct case_change *change, const struct backtest_view *view)
{
    text_add_string(text, "<h3>");
    say(text, en, zh);
    text_addf(text, ": %llu (", (unsigned long long)change->count);
    say(text, "in truth", "实有");
    text_addf(text, " %llu)</h3>\n", (unsigned long long)change->in_truth);
    if (change->examples_count == 0)
        return;
    add_columns(text, EXAMPLE_HEADS, sizeof EXAMPLE_HEADS / sizeof EXAMPLE_HEADS[0]);
    for (uint32_t i = 0; i < change->examples_count; i++) {
        const struct case_example *example = &change->example[i];
        char bytes[IDENT_BYTES_MAX + 64];
        struct text subject = text_over(bytes, sizeof bytes);
        text_add_example_subject(&subject, example, view);
        struct saying name = label_saying(example->label);
        begin_row(text, name.in[TONGUE_EN], name.in[TONGUE_ZH]);
        text_add_string(text, "<td class=\"text\">");
        text_add_html(text, text_slice(&subject));
        text_add_string(text, "</td><td class=\"text\"><code>");
        text_add_html(text, example->rule);
        text_add_string(text, "</code></td><td>");
        text_add_moment(text, example->at, view->zone_minutes);
        text_add_string(text, example->in_truth ? "</td><td class=\"good\">✓ "
                                                : "</td><td class=\"bad\">✗ ");
        say(text, example->in_truth ? "yes" : "no", example->in_truth ? "是" : "否");
        text_add_string(text, "</td></tr>\n");
    }
    end_table(text);
}

static void add_comparison(struct text *text, const struct backtest_comparison *comparison,
                           const struct backtest_view *view)
{
    add_head(text, "Against the other rules", "与对照规则比较");
    text_add_string(text, "<p>");
    say(text, "macro F1 of the other rules", "对照规则的宏平均 F1");
    text_add_char(text, ' ');
    text_add_estimate(text, comparison->theirs->macro_f1);
    text_add_string(text, "</p>\n");
    add_change(text, "New", "新增", &comparison->fresh, view);
    add_change(text, "Lost", "消失", &comparison->lost, view);
    text_add_string(text, "<h3>");
    say(text, "Unchanged", "不变");
    text_addf(text, ": %llu (", (unsigned long long)comparison->unchanged);
    say(text, "in truth", "实有");
    text_addf(text, " %llu)</h3>\n", (unsigned long long)comparison->unchanged_in_truth);
}

static const struct {
    struct saying word, meaning;
} DEFINITIONS[] = {
#define DEFINITION(word_en, word_zh, en, zh) {{{word_en, word_zh}}, {{en, zh}}},
#include "definitions.inc"
#undef DEFINITION
};

static void add_definitions(struct text *text)
{
    add_head(text, "Definitions", "定义");
    text_add_string(text, "<dl>");
    for (size_t i = 0; i < sizeof DEFINITIONS / sizeof DEFINITIONS[0]; i++) {
        text_add_string(text, "<dt>");
        say(text, DEFINITIONS[i].word.in[TONGUE_EN], DEFINITIONS[i].word.in[TONGUE_ZH]);
        text_add_string(text, "</dt><dd>");
        say(text, DEFINITIONS[i].meaning.in[TONGUE_EN], DEFINITIONS[i].meaning.in[TONGUE_ZH]);
        text_add_string(text, "</dd>\n");
    }
    text_add_string(text, "</dl>\n");
}

void text_add_backtest_page(struct text *text, const struct backtest_report *report,
                            const struct backtest_comparison *comparison,
                            const struct backtest_view *view)
{
    add_top(text, report, view);
    add_tiles(text, report);
    add_labels(text, report);
    add_delays(text, report);
    add_money(text, report);
    add_rules(text, report);
    add_confusion(text, report);
    if (comparison != NULL)
        add_comparison(text, comparison, view);
    add_definitions(text);
    text_add_string(text, "</main></body></html>\n");
}
