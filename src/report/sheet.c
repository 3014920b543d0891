/* sheet.c -- a report for programs: CSV, a row for each figure and each of its cells, and JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

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
    alone.numeral.value = line->numeral.per == 100 ? cell->tally.amount : cell->tally.count;
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
    add_rows(text, cell == NULL ? line->hidden : cell->hidden,
             cell == NULL ? &line->now : &cell->tally, "–");
    text_add_char(text, ',');
    text_add_line_query(text, line);
    text_add_string(text, "\r\n");
}

enum status report_csv(const struct report *report, struct text *out)
{
    text_add_string(out,
                    "figure,from,to,part,exact,unit,text_en,text_zh,comparison_zh,rows,query\r\n");
    for (uint32_t i = 0; i < report->lines_count; i++) {
        const struct report_line *line = &report->lines[i];
        add_csv_row(out, line, NULL);
        for (uint32_t k = 0; k < line->cells_count && !line->hidden; k++)
            add_csv_row(out, line, &line->cells[k]);
    }
    return out->full ? STATUS_FULL : STATUS_OK;
}

/* ---- JSON ---- */

static void add_json_cells(struct text *text, const struct report_line *line)
{
    text_add_string(text, ",\"parts\":[");
    for (uint32_t k = 0; k < line->cells_count && !line->hidden; k++) {
        const struct report_cell *cell = &line->cells[k];
        text_addf(text, "%s{\"label\":{\"en\":", k == 0 ? "" : ",");
        text_add_json(text, slice_of(cell->label[TONGUE_EN]));
        text_add_string(text, ",\"zh\":");
        text_add_json(text, slice_of(cell->label[TONGUE_ZH]));
        text_add_string(text, "},\"exact\":\"");
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

static void add_json_line(struct text *text, const struct report_line *line)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    char bytes[TONGUES_COUNT][256];
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        struct text comparison = text_over(bytes[t], sizeof bytes[t]);
        text_add_line_comparison(&comparison, line, (enum tongue)t);
    }
    text_addf(text, "{\"figure\":\"%s\"", entry->id);
    add_json_saying(text, "name", entry->says);
    text_add_string(text, ",\"from\":\"");
    text_add_ledger_day(text, line->from);
    text_add_string(text, "\",\"to\":\"");
    text_add_ledger_day(text, line->to);
    text_add_string(text, "\",\"exact\":\"");
    text_add_line_exact(text, line);
    text_addf(text, "\",\"approximate\":%s,\"withheld\":%s,\"text\":{",
              line->numeral.approximate ? "true" : "false", line->hidden ? "true" : "false");
    add_both(text, line, NULL, true);
    text_add_char(text, '}');
    add_json_saying(text, "comparison", SAYING(bytes[TONGUE_EN], bytes[TONGUE_ZH]));
    text_add_string(text, ",\"rows\":");
    add_rows(text, line->hidden, &line->now, "null");
    text_add_string(text, ",\"query\":\"");
    text_add_line_query(text, line);
    text_add_char(text, '"');
    add_json_cells(text, line);
    text_add_char(text, '}');
}

enum status report_json(const struct report *report, struct text *out)
{
    text_addf(out, "{\"internal\":%s,\"figures\":[", report->asked.internal ? "true" : "false");
    for (uint32_t i = 0; i < report->lines_count; i++) {
        text_add_string(out, i == 0 ? "" : ",\n");
        add_json_line(out, &report->lines[i]);
    }
    text_add_string(out, "],\n\"law\":[");
    for (uint32_t i = 0; i < report->facts_count; i++) {
        const struct report_fact *fact = &report->facts[i];
        const struct fact_entry *entry = &FACTS[fact->fact];
        text_addf(out, "%s{\"fact\":\"%s\",\"pack\":\"%s\",\"mark\":\"%s\"", i == 0 ? "" : ",\n",
                  entry->id, entry->pack, law_mark_word(fact->mark)->name);
        add_json_saying(out, "name", entry->says);
        add_json_saying(out, "text", SAYING(fact->value[TONGUE_EN], fact->value[TONGUE_ZH]));
        text_add_char(out, '}');
    }
    text_add_string(out, "],\n\"files\":[");
    for (uint32_t i = 0; i < report->ledger.parts_count; i++) {
        char hex[DIGEST_HEX_SIZE];
        digest_hex(&report->ledger.parts[i].digest, hex);
        text_addf(out, "%s{\"sha256\":\"%s\",\"rows\":%llu}", i == 0 ? "" : ",", hex,
                  (unsigned long long)report->ledger.parts[i].rows);
    }
    text_add_string(out, "]}\n");
    return out->full ? STATUS_FULL : STATUS_OK;
}
