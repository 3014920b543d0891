/* words.c -- what a line of a report says, in both tongues. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

static struct civil civil_of_day(int32_t day)
{
    return civil_of_moment((moment){(int64_t)day * DAY_MS}, 0);
}

static void add_small(struct text *text, int64_t least, enum tongue tongue)
{
    text_addf(text, tongue == TONGUE_ZH ? "少于%lld" : "fewer than %lld", (long long)least);
}

static struct rate share_now(const struct report_line *line)
{
    return rate_share(line->now.count, line->whole.count);
}

void text_add_line_value(struct text *text, const struct report_line *line, enum tongue tongue)
{
    if (line->hidden) {
        add_small(text, line->least, tongue);
    } else if (FIGURES[line->figure].value != VALUE_SHARE) {
        text_add_numeral(text, &line->numeral, tongue);
    } else if (line->whole.count == 0) {
        text_add_string(text, "–");
    } else {
        char bytes[32];
        struct text digits = text_over(bytes, sizeof bytes);
        if (text_add_percent(&digits, share_now(line), 1) != 0 || line->numeral.approximate)
            text_add_string(text, tongue == TONGUE_ZH ? "约" : "about ");
        text_add(text, text_slice(&digits));
        text_add_char(text, '%');
    }
}

void text_add_line_period(struct text *text, const struct report_line *line, enum tongue tongue)
{
    struct civil from = civil_of_day(line->from);
    struct civil to = civil_of_day(line->to);
    bool months = from.day == 1 && civil_of_day(line->to + 1).day == 1;
    if (tongue == TONGUE_EN || line->from == line->to) {
        text_add_ledger_day(text, line->from);
        if (line->from != line->to) {
            text_add_string(text, " to ");
            text_add_ledger_day(text, line->to);
        }
        return;
    }
    text_addf(text, "%d年%d月", from.year, from.month);
    if (!months)
        text_addf(text, "%d日", from.day);
    if (months && from.year == to.year && from.month == to.month)
        return;
    text_add_string(text, "至");
    if (from.year != to.year)
        text_addf(text, "%d年", to.year);
    text_addf(text, "%d月", to.month);
    if (!months)
        text_addf(text, "%d日", to.day);
}

/* ---- comparisons ---- */

static void add_growth(struct text *text, const struct report_line *line, enum tongue tongue)
{
    struct rate rate = rate_growth(line->now.count, line->before.count);
    bool zh = tongue == TONGUE_ZH;
    if (rate.part == 0)
        text_add_string(text, zh ? "同比持平" : "as a year before");
    else if (rate.part > 0)
        text_add_string(text, zh ? "同比上升" : "up on the year by ");
    else
        text_add_string(text, zh ? "同比下降" : "down on the year by ");
    if (rate.part != 0)
        text_add_near_percent(text, rate, tongue);
    text_addf(text, zh ? "（上年同期%lld）" : " (from %lld)", (long long)line->before.count);
}

/* 涨幅 only where it rose in both years; otherwise 增速. */
static void add_change(struct text *text, const struct report_line *line, enum tongue tongue)
{
    struct rate rate = rate_change(line->now.count, line->before.count, line->earlier.count);
    bool zh = tongue == TONGUE_ZH;
    bool rose = line->now.count > line->before.count && line->before.count > line->earlier.count;
    text_add_string(text, zh ? (rose ? "，涨幅同比" : "，增速同比") : "; growth ");
    text_add_string(text, rate.part < 0 ? (zh ? "下降" : "down by ") : zh ? "上升" : "up by ");
    text_add_percent(text, rate, 1);
    text_add_string(text, zh ? "个百分点" : " percentage points");
}

static void add_shares(struct text *text, const struct report_line *line, enum tongue tongue)
{
    struct rate now = share_now(line);
    struct rate before = rate_share(line->before.count, line->whole_before.count);
    struct rate change = rate_minus(now, before);
    bool zh = tongue == TONGUE_ZH;
    text_add_string(text, zh ? "由" : "from ");
    text_add_percent(text, before, 1);
    text_add_string(text, zh ? "%" : "% to ");
    if (zh)
        text_add_string(text, change.part < 0 ? "下降至" : "上升至");
    text_add_percent(text, now, 1);
    text_add_string(text, zh ? "%（" : "% (");
    text_add_string(text, change.part < 0 ? "−" : "+");
    text_add_percent(text, change, 1);
    text_add_string(text, zh ? "个百分点）" : " percentage points)");
}

void text_add_line_comparison(struct text *text, const struct report_line *line, enum tongue tongue)
{
    enum compare compare = (enum compare)FIGURES[line->figure].compare;
    bool zh = tongue == TONGUE_ZH;
    if (compare == COMPARE_NONE)
        return;
    bool shares = compare == COMPARE_SHARES;
    bool base = line->has_before && line->before.count > 0;
    if (shares)
        base = line->has_before && line->whole_before.count > 0 && line->whole.count > 0;
    if (line->comparison_hidden)
        text_add_string(text, zh ? "人数过少，不予公布" : "too few people to be published");
    else if (!base)
        text_add_string(text, zh ? "无上年同期数据" : "nothing of the year before");
    else if (shares)
        add_shares(text, line, tongue);
    else
        add_growth(text, line, tongue);
    if (base && !line->comparison_hidden && line->has_earlier && line->earlier.count > 0)
        add_change(text, line, tongue);
}

/* ---- queries ---- */

void text_add_line_query(struct text *text, const struct report_line *line)
{
    static const struct {
        const char *word;
        uint8_t bit;
    } marks[] = {
#define MARK(name, bit, zh, en) {#name, 1U << (bit)},
#include "report/marks.inc"
#undef MARK
    };
    const struct figure_entry *entry = &FIGURES[line->figure];
    text_addf(text, "series=%s", LEDGER_SERIES[entry->series].name);
    if (entry->region[0] != 0)
        text_addf(text, " region=%s*", entry->region);
    for (unsigned i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (entry->marks & marks[i].bit)
            text_addf(text, " marks=%s", marks[i].word);
    text_add_string(text, " day=");
    text_add_ledger_day(text, line->from);
    text_add_string(text, "..");
    text_add_ledger_day(text, line->to);
}

void text_add_line_exact(struct text *text, const struct report_line *line)
{
    int64_t value = line->numeral.value;
    if (line->hidden)
        text_add_string(text, "–");
    else if (FIGURES[line->figure].value == VALUE_SHARE)
        text_addf(text, "%lld/%lld", (long long)line->now.count, (long long)line->whole.count);
    else if (line->numeral.per == 100)
        text_addf(text, "%lld.%02d", (long long)(value / 100), (int)(value % 100));
    else
        text_add_whole(text, value);
}

void text_add_cell_value(struct text *text, const struct report_line *line,
                         const struct report_cell *cell, enum tongue tongue)
{
    struct numeral numeral = line->numeral;
    if (cell->hidden) {
        text_add_string(text, tongue == TONGUE_ZH ? "不予公布" : "withheld");
        return;
    }
    numeral.value =
        FIGURES[line->figure].value == VALUE_AMOUNT ? cell->tally.amount : cell->tally.count;
    numeral.approximate = cell->tally.approximate > 0;
    text_add_numeral(text, &numeral, tongue);
}
