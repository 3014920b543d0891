/* words.c -- what a line of a report says, in both tongues. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

static void add_small(struct text *text, int64_t least, enum tongue tongue)
{
    text_addf(text, tongue == TONGUE_ZH ? "少于%lld" : "fewer than %lld", (long long)least);
}

static struct ratio share_of(const struct report_line *line, const struct tally *part,
                             const struct tally *whole)
{
    return rate_share(share_part(&FIGURES[line->figure], part), whole->count);
}

/* Fewer than ten is a number where people are counted; beside a time it would be read as one. */
static void add_hidden(struct text *text, const struct report_line *line, enum tongue tongue)
{
    enum value value = (enum value)FIGURES[line->figure].value;
    if (value == VALUE_ROWS || value == VALUE_PEOPLE || value == VALUE_SHARE)
        add_small(text, line->least, tongue);
    else
        text_add_string(text, tongue == TONGUE_ZH ? "不予公布" : "withheld");
}

static void add_share(struct text *text, const struct report_line *line, const struct tally *part,
                      const struct tally *whole, enum tongue tongue)
{
    char bytes[32];
    struct text digits = text_over(bytes, sizeof bytes);
    if (whole->count == 0) {
        text_add_string(text, "–");
        return;
    }
    if (text_add_percent(&digits, share_of(line, part, whole), 1) != 0 || part->approximate > 0)
        text_add_string(text, tongue == TONGUE_ZH ? "约" : "about ");
    text_add(text, text_slice(&digits));
    text_add_char(text, '%');
}

/* A time of nothing is none. */
static bool nothing_measured(const struct figure_entry *entry, const struct tally *tally)
{
    return entry->value >= VALUE_P50 && tally->rows == 0;
}

void text_add_line_value(struct text *text, const struct report_line *line, enum tongue tongue)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    if (line->missing >= 0) {
        bool zh = tongue == TONGUE_ZH;
        text_add_string(text, zh ? "本期间数据不完整，缺 " : "not complete, lacks ");
        text_add_ledger_day(text, line->missing);
    } else if (line->unknown)
        text_add_string(text, tongue == TONGUE_ZH ? "台账未记人员" : "the rows name nobody");
    else if (line->hidden)
        add_hidden(text, line, tongue);
    else if (nothing_measured(entry, &line->now))
        text_add_string(text, "–");
    else if (value_is_share(entry))
        add_share(text, line, &line->now, &line->whole, tongue);
    else
        text_add_numeral(text, &line->numeral, tongue);
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

/* What growth is counted of: money, or how many. */
static int64_t grown(const struct report_line *line, const struct tally *tally)
{
    return tally_value(&FIGURES[line->figure], tally);
}

static void add_growth(struct text *text, const struct report_line *line, enum tongue tongue)
{
    struct ratio rate = rate_growth(grown(line, &line->now), grown(line, &line->before));
    bool zh = tongue == TONGUE_ZH;
    if (rate.part == 0)
        text_add_string(text, zh ? "同比持平" : "as a year before");
    else if (rate.part > 0)
        text_add_string(text, zh ? "同比上升" : "up on the year by ");
    else
        text_add_string(text, zh ? "同比下降" : "down on the year by ");
    if (rate.part != 0)
        text_add_near_percent(text, rate, tongue);
    struct report_line alone = {.figure = line->figure, .missing = -1, .numeral = line->numeral};
    alone.numeral.value = grown(line, &line->before);
    text_add_string(text, zh ? "（上年同期" : " (from ");
    text_add_line_exact(text, &alone);
    text_add_string(text, zh ? "）" : ")");
}

/* 涨幅 only where it rose in both years; otherwise 增速. */
static void add_change(struct text *text, const struct report_line *line, enum tongue tongue)
{
    int64_t now = grown(line, &line->now), before = grown(line, &line->before);
    int64_t earlier = grown(line, &line->earlier);
    struct ratio rate = rate_change(now, before, earlier);
    bool zh = tongue == TONGUE_ZH;
    bool rose = now > before && before > earlier;
    text_add_string(text, zh ? (rose ? "，涨幅同比" : "，增速同比") : "; growth ");
    text_add_string(text, rate.part < 0 ? (zh ? "下降" : "down by ") : zh ? "上升" : "up by ");
    text_add_percent(text, rate, 1);
    text_add_string(text, zh ? "个百分点" : " percentage points");
}

static void add_shares(struct text *text, const struct report_line *line, enum tongue tongue)
{
    struct ratio now = share_of(line, &line->now, &line->whole);
    struct ratio before = share_of(line, &line->before, &line->whole_before);
    struct ratio change = rate_minus(now, before);
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
    enum compare compare = (enum compare)line->compare;
    bool zh = tongue == TONGUE_ZH;
    if (compare == COMPARE_NONE || line->missing >= 0 || line->unknown)
        return;
    bool shares = compare == COMPARE_SHARES;
    bool base = line->has_before && grown(line, &line->before) > 0;
    bool named = FIGURES[line->figure].value != VALUE_PEOPLE ||
                 (!line->before.nameless && !line->earlier.nameless);
    if (shares)
        base = line->has_before && line->whole_before.count > 0 && line->whole.count > 0;
    if (line->comparison_hidden)
        text_add_string(text, zh ? "人数过少，不予公布" : "too few people to be published");
    else if (!base || !named)
        text_add_string(text, zh ? "无上年同期数据" : "nothing of the year before");
    else if (shares)
        add_shares(text, line, tongue);
    else
        add_growth(text, line, tongue);
    if (!shares && base && named && !line->comparison_hidden && line->has_earlier &&
        grown(line, &line->earlier) > 0)
        add_change(text, line, tongue);
}

/* ---- queries ---- */

void text_add_marks(struct text *text, uint8_t marks)
{
    static const struct {
        const char *word;
        uint8_t bit;
    } words[] = {
#define MARK(name, bit, zh, en) {#name, 1U << (bit)},
#include "report/marks.inc"
#undef MARK
    };
    bool first = true;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((marks & words[i].bit) == 0)
            continue;
        text_addf(text, "%s%s", first ? "" : " ", words[i].word);
        first = false;
    }
}

void text_add_line_query(struct text *text, const struct report_line *line)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    text_addf(text, "series=%s", LEDGER_SERIES[entry->series].name);
    if (entry->region[0] != 0)
        text_addf(text, " region=%s*", entry->region);
    if (entry->marks != 0) {
        text_add_string(text, " marks=");
        text_add_marks(text, entry->marks);
    }
    text_add_string(text, " day=");
    text_add_ledger_day(text, line->from);
    text_add_string(text, "..");
    text_add_ledger_day(text, line->to);
}

/* ---- sources ---- */

const char *report_source_word(enum report_source source)
{
    static const char *const WORDS[] = {"any", "imported", "live", "both"};
    return WORDS[source];
}

void text_add_line_source(struct text *text, const struct report_line *line, enum tongue tongue)
{
    bool zh = tongue == TONGUE_ZH;
    if (line->source == SOURCE_IMPORTED)
        text_add_string(text, zh ? "导入台账" : "files");
    if (line->source == SOURCE_LIVE)
        text_add_string(text, zh ? "本系统办理" : "work of this service");
    if (line->source == SOURCE_BOTH) {
        text_add_string(text, zh ? "两种来源：" : "both: files before ");
        text_add_ledger_day(text, line->live_from);
        text_add_string(text, zh ? " 前为导入台账，其后为本系统办理" : ", work from then on");
    }
    if (line->now.passed > 0 && !line->hidden)
        text_addf(text, zh ? "；另有导入 %llu 行未计入" : "; %llu rows of files not added",
                  (unsigned long long)line->now.passed);
}

void text_add_line_exact(struct text *text, const struct report_line *line)
{
    int64_t value = line->numeral.value;
    const struct figure_entry *entry = &FIGURES[line->figure];
    if (line->hidden || line->missing >= 0 || line->unknown)
        text_add_string(text, "–");
    else if (value_is_share(entry))
        text_addf(text, "%lld/%lld", (long long)share_part(entry, &line->now),
                  (long long)line->whole.count);
    else if (line->numeral.per == 100)
        text_addf(text, "%lld.%02d", (long long)(value / 100), (int)(value % 100));
    else
        text_add_whole(text, value);
}

void text_add_cell_value(struct text *text, const struct report_line *line,
                         const struct report_cell *cell, enum tongue tongue)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    struct numeral numeral = line->numeral;
    if (cell->hidden) {
        text_add_string(text, tongue == TONGUE_ZH ? "不予公布" : "withheld");
        return;
    }
    if (value_is_share(entry)) {
        add_share(text, line, &cell->tally, &cell->whole, tongue);
        return;
    }
    numeral.value = tally_value(entry, &cell->tally);
    numeral.approximate = cell->tally.approximate > 0;
    text_add_numeral(text, &numeral, tongue);
}
