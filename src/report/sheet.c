/* sheet.c -- a report for programs: CSV, a row for each figure and each of its cells, and JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

static const char *const SECTION_NAMES[SECTIONS_COUNT] = {
#define SECTION(name, figure, zh, en) #name,
#include "report/sections.inc"
#undef SECTION
};

static void add_both(struct text *text, const struct report_line *line,
                     const struct report_cell *cell, bool json)
{
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        char bytes[128];
        struct text value = text_over(bytes, sizeof bytes);
        if (cell == NULL)
            text_add_line_value(&value, line, (enum tongue)t);
        else
            text_add_cell_value(&value, line, cell, (enum tongue)t);
        if (json)
            text_add_string(text, t == TONGUE_EN ? "\"en\":" : ",\"zh\":");
        if (json)
            text_add_json(text, text_slice(&value));
        else
            text_addf(text, "%s\"%s\"", t == 0 ? "" : ",", bytes);
    }
}

/* A line that tells no number. */
static bool blank(const struct report_line *line)
{
    return line->hidden || line->missing >= 0 || line->unknown;
}

static void add_rows(struct text *text, bool hidden, const struct tally *tally, const char *instead)
{
    if (hidden)
        text_add_string(text, instead);
    else
        text_add_whole(text, (int64_t)tally->rows);
}

static void add_cell_exact(struct text *text, const struct report_line *line,
                           const struct report_cell *cell)
{
    struct report_line alone = *line;
    alone.hidden = cell->hidden;
    alone.now = cell->tally;
    alone.whole = cell->whole;
    alone.numeral.value = tally_value(&FIGURES[line->figure], &cell->tally);
    text_add_line_exact(text, &alone);
}

/* ---- CSV ---- */

static void add_csv_row(struct text *text, const struct report_line *line,
                        const struct report_cell *cell)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    text_addf(text, "%s,", entry->id);
    text_add_ledger_day(text, line->from);
    text_add_char(text, ',');
    text_add_ledger_day(text, line->to);
    text_addf(text, ",%s,", cell == NULL ? "" : cell->label[TONGUE_ZH]);
    if (cell == NULL)
        text_add_line_exact(text, line);
    else
        add_cell_exact(text, line, cell);
    text_addf(text, ",%s,", unit_word(entry->unit, TONGUE_ZH, true));
    add_both(text, line, cell, false);
    text_add_string(text, ",\"");
    if (cell == NULL)
        text_add_line_comparison(text, line, TONGUE_ZH);
    text_add_string(text, "\",");
    add_rows(text, cell == NULL ? blank(line) : cell->hidden,
             cell == NULL ? &line->now : &cell->tally, "–");
    text_add_char(text, ',');
    text_add_line_query(text, line);
    text_addf(text, ",%s\r\n", line->missing >= 0 ? "" : report_source_word(line->source));
}

enum status report_csv(const struct report *report, struct text *out)
{
    text_add_string(
        out, "figure,from,to,part,exact,unit,text_en,text_zh,comparison_zh,rows,query,source\r\n");
    for (uint32_t i = 0; i < report->lines_count; i++) {
        const struct report_line *line = &report->lines[i];
        add_csv_row(out, line, NULL);
        for (uint32_t k = 0; k < line->cells_count && !blank(line); k++)
            add_csv_row(out, line, &line->cells[k]);
    }
    return out->full ? STATUS_FULL : STATUS_OK;
}

/* ---- JSON ---- */

/* "2026-11", "330100", "T01": of the two tongues of a label, neither. */
static void add_json_key(struct text *text, const struct report *report,
                         const struct report_cell *cell)
{
    const char *word =
        report->asked.by == BY_TYPE ? LEDGER_TYPES[cell->key].word : cell->label[TONGUE_EN];
    text_add_json(text, slice_of(word));
}

/* For charts: yuan, units of the figure, percent with one decimal cut off; null: there is none. */
static void add_number(struct text *text, const struct report_line *line, const struct tally *tally,
                       const struct tally *whole, bool none)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    int64_t value = tally_value(entry, tally);
    bool share = value_is_share(entry);
    bool unmeasured = entry->value >= VALUE_P50 && tally->rows == 0;
    if (none || unmeasured || (share && whole->count == 0)) {
        text_add_string(text, "null");
    } else if (share) {
        int64_t tenths = (int64_t)((__int128)value * 1000 / whole->count);
        text_addf(text, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
    } else if (line->numeral.per == 100) {
        text_addf(text, "%lld.%02lld", (long long)(value / 100), (long long)(value % 100));
    } else {
        text_add_whole(text, value);
    }
}

static void add_json_cells(struct text *text, const struct report *report,
                           const struct report_line *line)
{
    text_add_string(text, ",\"parts\":[");
    for (uint32_t k = 0; k < line->cells_count && !blank(line); k++) {
        const struct report_cell *cell = &line->cells[k];
        text_addf(text, "%s{\"key\":", k == 0 ? "" : ",");
        add_json_key(text, report, cell);
        text_add_string(text, ",\"label\":{\"en\":");
        text_add_json(text, slice_of(cell->label[TONGUE_EN]));
        text_add_string(text, ",\"zh\":");
        text_add_json(text, slice_of(cell->label[TONGUE_ZH]));
        text_addf(text, "},\"withheld\":%s,\"number\":", cell->hidden ? "true" : "false");
        add_number(text, line, &cell->tally, &cell->whole, cell->hidden);
        text_add_string(text, ",\"exact\":\"");
        add_cell_exact(text, line, cell);
        text_add_string(text, "\",\"text\":{");
        add_both(text, line, cell, true);
        text_add_string(text, "},\"rows\":");
        add_rows(text, cell->hidden, &cell->tally, "null");
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

static void add_json_saying(struct text *text, const char *key, struct saying saying)
{
    text_addf(text, ",\"%s\":{\"en\":", key);
    text_add_json(text, slice_of(saying.in[TONGUE_EN]));
    text_add_string(text, ",\"zh\":");
    text_add_json(text, slice_of(saying.in[TONGUE_ZH]));
    text_add_char(text, '}');
}

/* Where it was counted from, and what is beside it. */
static void add_json_source(struct text *text, const struct report_line *line)
{
    char bytes[TONGUES_COUNT][256];
    if (line->missing >= 0) {
        text_add_string(text, ",\"source\":null,\"missing\":\"");
        text_add_ledger_day(text, line->missing);
        text_add_char(text, '"');
        return;
    }
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        struct text says = text_over(bytes[t], sizeof bytes[t]);
        text_add_line_source(&says, line, (enum tongue)t);
    }
    text_addf(text, ",\"source\":\"%s\"", report_source_word(line->source));
    add_json_saying(text, "source_text", SAYING(bytes[TONGUE_EN], bytes[TONGUE_ZH]));
    add_json_saying(text, "from_what", LEDGER_SERIES[FIGURES[line->figure].series].from);
    if (line->source == SOURCE_BOTH) {
        text_add_string(text, ",\"live_from\":\"");
        text_add_ledger_day(text, line->live_from);
        text_add_char(text, '"');
    }
    text_addf(text, ",\"open\":%s", line->open ? "true" : "false");
}

static void add_json_before(struct text *text, const struct report_line *line)
{
    bool none = blank(line) || line->comparison_hidden || !line->has_before;
    text_add_string(text, ",\"before\":");
    add_number(text, line, &line->before, &line->whole_before, none);
}

static const char *const VALUES[] = {"rows", "amount", "people", "share",  "within",
                                     "p50",  "p90",    "p99",    "longest"};

static void add_json_line(struct text *text, const struct report *report,
                          const struct report_line *line)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    char bytes[TONGUES_COUNT][256];
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        struct text comparison = text_over(bytes[t], sizeof bytes[t]);
        text_add_line_comparison(&comparison, line, (enum tongue)t);
    }
    text_addf(text, "{\"figure\":\"%s\"", entry->id);
    add_json_saying(text, "name", entry->says);
    text_addf(text, ",\"section\":\"%s\",\"value\":\"%s\",\"unit\":\"%s\"",
              SECTION_NAMES[entry->section], VALUES[entry->value],
              unit_word(entry->unit, TONGUE_EN, true));
    text_add_string(text, ",\"from\":\"");
    text_add_ledger_day(text, line->from);
    text_add_string(text, "\",\"to\":\"");
    text_add_ledger_day(text, line->to);
    text_add_string(text, "\",\"number\":");
    add_number(text, line, &line->now, &line->whole, blank(line));
    add_json_before(text, line);
    text_add_string(text, ",\"exact\":\"");
    text_add_line_exact(text, line);
    text_addf(text, "\",\"approximate\":%s,\"withheld\":%s,\"text\":{",
              line->numeral.approximate ? "true" : "false", line->hidden ? "true" : "false");
    add_both(text, line, NULL, true);
    text_add_char(text, '}');
    add_json_saying(text, "comparison", SAYING(bytes[TONGUE_EN], bytes[TONGUE_ZH]));
    text_add_string(text, ",\"rows\":");
    add_rows(text, blank(line), &line->now, "null");
    text_add_string(text, ",\"query\":\"");
    text_add_line_query(text, line);
    text_add_char(text, '"');
    add_json_source(text, line);
    add_json_cells(text, report, line);
    text_add_char(text, '}');
}

static void add_json_sections(struct text *out)
{
    text_add_string(out, "\"sections\":[");
    for (unsigned i = 0; i < SECTIONS_COUNT; i++) {
        const char *bar[TONGUES_COUNT];
        for (unsigned t = 0; t < TONGUES_COUNT; t++) {
            bar[t] = strchr(SECTIONS[i].says.in[t], '|');
            bar[t] = bar[t] == NULL ? SECTIONS[i].says.in[t] : bar[t] + 1;
        }
        text_addf(out, "%s{\"section\":\"%s\"", i == 0 ? "" : ",", SECTION_NAMES[i]);
        add_json_saying(out, "name", SAYING(bar[TONGUE_EN], bar[TONGUE_ZH]));
        text_add_char(out, '}');
    }
    text_add_string(out, "],\n");
}

static void add_json_live(struct text *out, const struct report *report)
{
    const struct report_live *live = report->asked.live;
    if (live == NULL)
        return;
    text_add_string(out, "\"live\":{\"from\":\"");
    text_add_ledger_day(out, live->from);
    text_add_string(out, "\",\"to\":\"");
    text_add_ledger_day(out, live->to);
    text_addf(out, "\",\"counted\":%lld,\"log\":%lld,\"own\":%s},\n\"areas\":[",
              (long long)live->number, (long long)live->last, live->own ? "true" : "false");
    for (size_t i = 0; i < live->areas_count; i++) {
        const struct report_area *area = &live->area[i];
        bool told = area->ranked || report->asked.internal;
        text_add_string(out, i == 0 ? "{\"place\":" : ",\n{\"place\":");
        text_add_json(out, area->place);
        text_add_string(out, ",\"name\":");
        text_add_json(out, area->name);
        add_json_saying(out, "state", SAYING(area->state[TONGUE_EN].at, area->state[TONGUE_ZH].at));
        text_add_string(out, ",\"month\":");
        text_add_json(out, area->month);
        text_add_string(out, ",\"by_resident\":");
        text_add_json(out, told ? area->by_resident : SLICE(""));
        text_add_string(out, ",\"by_registered\":");
        text_add_json(out, told ? area->by_registered : SLICE(""));
        text_addf(out, ",\"ranked\":%s}", area->ranked ? "true" : "false");
    }
    text_add_string(out, "],\n");
}

static void add_json_law(struct text *out, const struct report *report)
{
    text_add_string(out, "\"law\":[");
    for (uint32_t i = 0; i < report->facts_count; i++) {
        const struct report_fact *fact = &report->facts[i];
        const struct fact_entry *entry = &FACTS[fact->fact];
        text_addf(out, "%s{\"fact\":\"%s\",\"pack\":\"%s\",\"mark\":\"%s\"", i == 0 ? "" : ",\n",
                  entry->id, entry->pack, law_mark_word(fact->mark)->name);
        add_json_saying(out, "name", entry->says);
        add_json_saying(out, "text", SAYING(fact->value[TONGUE_EN], fact->value[TONGUE_ZH]));
        text_add_char(out, '}');
    }
    text_add_string(out, "],\n");
}

enum status report_json(const struct report *report, struct text *out)
{
    static const char *const BYS[] = {"", "month", "region", "type", "city", "county"};
    text_addf(out, "{\"internal\":%s,\"by\":\"%s\",", report->asked.internal ? "true" : "false",
              BYS[report->asked.by]);
    add_json_sections(out);
    add_json_live(out, report);
    text_add_string(out, "\"figures\":[");
    for (uint32_t i = 0; i < report->lines_count; i++) {
        text_add_string(out, i == 0 ? "" : ",\n");
        add_json_line(out, report, &report->lines[i]);
    }
    text_add_string(out, "],\n");
    add_json_law(out, report);
    text_add_string(out, "\"files\":[");
    for (uint32_t i = 0; i < report->ledger.parts_count; i++) {
        char hex[DIGEST_HEX_SIZE];
        digest_hex(&report->ledger.parts[i].digest, hex);
        text_addf(out, "%s{\"sha256\":\"%s\",\"rows\":%llu}", i == 0 ? "" : ",", hex,
                  (unsigned long long)report->ledger.parts[i].rows);
    }
    text_add_string(out, "]}\n");
    return out->full ? STATUS_FULL : STATUS_OK;
}
