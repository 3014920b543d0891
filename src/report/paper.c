/* paper.c -- a report as a document: the article's headings, then what was counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

const struct section_entry SECTIONS[SECTIONS_COUNT] = {
#define SECTION(name, figure, zh, en) {figure, SAYING(en, zh)},
#include "report/sections.inc"
#undef SECTION
};

enum word {
#define WORD(name, zh, en) WORD_##name,
#include "report/words.inc"
#undef WORD
};

static const struct saying words[] = {
#define WORD(name, zh, en) SAYING(en, zh),
#include "report/words.inc"
#undef WORD
};

enum { CELL_BYTES = 512 };

struct sheet {
    const struct report *report;
    struct document *document;
    struct arena *arena;
    struct document_column *column;
    struct slice *cell;
    size_t cells_count;
    unsigned columns_count;
    enum status status;
};

static struct slice word_of(const struct sheet *sheet, enum word word)
{
    return slice_of(words[word].in[sheet->document->tongue]);
}

/* ---- tables ---- */

struct head {
    enum word word;
    enum document_align align;
    unsigned width;
};

static bool table_begin(struct sheet *sheet, const struct head *head, unsigned columns,
                        size_t rows_max)
{
    if (sheet->status == STATUS_OK)
        sheet->status = ARENA_NEW(sheet->arena, columns, &sheet->column);
    if (sheet->status == STATUS_OK)
        sheet->status = ARENA_NEW(sheet->arena, columns * rows_max, &sheet->cell);
    if (sheet->status != STATUS_OK)
        return false;
    for (unsigned i = 0; i < columns; i++)
        sheet->column[i] =
            (struct document_column){word_of(sheet, head[i].word), head[i].align, head[i].width};
    sheet->columns_count = columns;
    sheet->cells_count = 0;
    return true;
}

static struct text cell_begin(struct sheet *sheet)
{
    static char nowhere[CELL_BYTES];
    char *bytes = nowhere;
    if (sheet->status == STATUS_OK)
        sheet->status = ARENA_NEW(sheet->arena, CELL_BYTES, &bytes);
    return text_over(bytes, CELL_BYTES);
}

static void cell_end(struct sheet *sheet, const struct text *text)
{
    if (text->full)
        sheet->status = STATUS_FULL;
    sheet->cell[sheet->cells_count++] = text_slice(text);
}

static void cell_put(struct sheet *sheet, struct slice slice)
{
    sheet->cell[sheet->cells_count++] = slice;
}

static void table_end(struct sheet *sheet, struct slice caption)
{
    size_t rows = sheet->cells_count / sheet->columns_count;
    if (sheet->status != STATUS_OK || rows == 0)
        return;
    document_table(sheet->document, &(struct document_table){.caption = caption,
                                                             .column = sheet->column,
                                                             .columns_count = sheet->columns_count,
                                                             .cell = sheet->cell,
                                                             .rows_count = rows});
}

/* ---- sections ---- */

static const struct report_line *line_named(const struct report *report, const char *id)
{
    for (uint32_t i = 0; i < report->lines_count; i++)
        if (strcmp(FIGURES[report->lines[i].figure].id, id) == 0)
            return &report->lines[i];
    return NULL;
}

static void put_heading(struct sheet *sheet, const struct section_entry *section)
{
    struct slice says = slice_of(section->says.in[sheet->document->tongue]);
    const struct report_line *line = line_named(sheet->report, section->figure);
    const char *bar = memchr(says.at, '|', says.size);
    const char *hole = memchr(says.at, '%', says.size);
    struct text text = cell_begin(sheet);
    if (bar == NULL) {
        text_add(&text, says);
    } else if (line == NULL || line->hidden) {
        text_add_string(&text, bar + 1);
    } else {
        text_add(&text, (struct slice){says.at, (size_t)(hole - says.at)});
        text_add_line_value(&text, line, sheet->document->tongue);
        text_add(&text, (struct slice){hole + 1, (size_t)(bar - hole - 1)});
    }
    document_heading(sheet->document, 1, text_slice(&text));
}

/* What has to be known beside a period. */
static void add_caution(const struct sheet *sheet, struct text *text,
                        const struct report_line *line)
{
    bool zh = sheet->document->tongue == TONGUE_ZH;
    if (line->missing < 0 && line->source == SOURCE_BOTH) {
        text_add_string(text, zh ? "（" : " (");
        text_add(text, word_of(sheet, WORD_mixed));
        text_add_string(text, zh ? "）" : ")");
    }
    if (line->missing < 0 && line->open) {
        text_add_string(text, zh ? "（" : " (");
        text_add(text, word_of(sheet, WORD_open_day));
        text_add_string(text, zh ? "）" : ")");
    }
}

static void put_line(struct sheet *sheet, const struct report_line *line)
{
    enum tongue tongue = sheet->document->tongue;
    struct text value = cell_begin(sheet);
    struct text period = cell_begin(sheet);
    struct text comparison = cell_begin(sheet);
    text_add_line_value(&value, line, tongue);
    text_add_line_period(&period, line, tongue);
    add_caution(sheet, &period, line);
    text_add_line_comparison(&comparison, line, tongue);
    cell_put(sheet, slice_of(FIGURES[line->figure].id));
    cell_put(sheet, slice_of(FIGURES[line->figure].says.in[tongue]));
    cell_end(sheet, &value);
    cell_end(sheet, &period);
    cell_end(sheet, &comparison);
}

static void put_lines(struct sheet *sheet, enum section section)
{
    static const struct head head[] = {{WORD_id, DOCUMENT_LEFT, 2},
                                       {WORD_name, DOCUMENT_LEFT, 8},
                                       {WORD_value, DOCUMENT_RIGHT, 6},
                                       {WORD_period, DOCUMENT_LEFT, 6},
                                       {WORD_comparison, DOCUMENT_LEFT, 8}};
    if (!table_begin(sheet, head, 5, FIGURES_COUNT))
        return;
    for (uint32_t i = 0; i < sheet->report->lines_count; i++)
        if (FIGURES[sheet->report->lines[i].figure].section == section)
            put_line(sheet, &sheet->report->lines[i]);
    table_end(sheet, SLICE(""));
}

static void put_facts(struct sheet *sheet, enum section section)
{
    static const struct head head[] = {{WORD_id, DOCUMENT_LEFT, 2},
                                       {WORD_name, DOCUMENT_LEFT, 10},
                                       {WORD_value, DOCUMENT_RIGHT, 4},
                                       {WORD_pack, DOCUMENT_LEFT, 8}};
    enum tongue tongue = sheet->document->tongue;
    if (!table_begin(sheet, head, 4, FACTS_COUNT))
        return;
    for (uint32_t i = 0; i < sheet->report->facts_count; i++) {
        const struct report_fact *fact = &sheet->report->facts[i];
        const struct fact_entry *entry = &FACTS[fact->fact];
        if (entry->section != section)
            continue;
        struct text pack = cell_begin(sheet);
        text_addf(&pack, "%s [%s]", entry->pack, law_mark_word(fact->mark)->name);
        cell_put(sheet, slice_of(entry->id));
        cell_put(sheet, slice_of(entry->says.in[tongue]));
        cell_put(sheet, slice_of(fact->value[tongue]));
        cell_end(sheet, &pack);
    }
    table_end(sheet, word_of(sheet, WORD_law));
}

static bool section_has(const struct report *report, enum section section)
{
    for (uint32_t i = 0; i < report->lines_count; i++)
        if (FIGURES[report->lines[i].figure].section == section)
            return true;
    for (uint32_t i = 0; i < report->facts_count; i++)
        if (FACTS[report->facts[i].fact].section == section)
            return true;
    return false;
}

/* ---- breakdowns ---- */

/* Of a bar: shares in tenths of a percent. */
static int64_t cell_height(const struct report_line *line, const struct report_cell *cell)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    if (!value_is_share(entry))
        return tally_value(entry, &cell->tally);
    int64_t whole = cell->whole.count;
    return whole == 0 ? 0 : (int64_t)((__int128)share_part(entry, &cell->tally) * 1000 / whole);
}

static void put_chart(struct sheet *sheet, const struct report_line *line, struct slice caption)
{
    struct document_point *point = NULL;
    if (sheet->status == STATUS_OK)
        sheet->status = ARENA_NEW(sheet->arena, line->cells_count, &point);
    if (sheet->status != STATUS_OK)
        return;
    for (uint32_t i = 0; i < line->cells_count; i++) {
        const struct report_cell *cell = &line->cells[i];
        struct text shown = cell_begin(sheet);
        text_add_cell_value(&shown, line, cell, sheet->document->tongue);
        point[i] = (struct document_point){
            .label = slice_of(cell->label[sheet->document->tongue]),
            .shown = text_slice(&shown),
            .value = cell->hidden ? 0 : cell_height(line, cell),
        };
    }
    document_chart(sheet->document, &(struct document_chart){.figure = DOCUMENT_BARS,
                                                             .caption = caption,
                                                             .point = point,
                                                             .points_count = line->cells_count});
}

static void put_cells(struct sheet *sheet, const struct report_line *line, enum word by)
{
    enum tongue tongue = sheet->document->tongue;
    struct text caption = cell_begin(sheet);
    if (line->cells_count == 0 || line->hidden || line->unknown)
        return;
    text_addf(&caption, "%s %s · ", FIGURES[line->figure].id,
              FIGURES[line->figure].says.in[tongue]);
    text_add(&caption, word_of(sheet, by));
    text_add_string(&caption, " · ");
    text_add_line_period(&caption, line, tongue);
    put_chart(sheet, line, text_slice(&caption));
}

/* ---- what was counted ---- */

static void add_basis_source(const struct sheet *sheet, struct text *text,
                             const struct report_line *line)
{
    enum tongue tongue = sheet->document->tongue;
    const struct series_entry *series = &LEDGER_SERIES[FIGURES[line->figure].series];
    if (line->missing >= 0)
        return;
    text_add_line_source(text, line, tongue);
    text_add_string(text, tongue == TONGUE_ZH ? "。" : ". ");
    text_add_string(text, series->from.in[tongue]);
}

static void put_basis(struct sheet *sheet)
{
    static const struct head head[] = {{WORD_id, DOCUMENT_LEFT, 2},
                                       {WORD_query, DOCUMENT_LEFT, 12},
                                       {WORD_source, DOCUMENT_LEFT, 8},
                                       {WORD_rows, DOCUMENT_RIGHT, 4},
                                       {WORD_exact, DOCUMENT_RIGHT, 6}};
    const struct report *report = sheet->report;
    if (!table_begin(sheet, head, 5, FIGURES_COUNT))
        return;
    for (uint32_t i = 0; i < report->lines_count; i++) {
        const struct report_line *line = &report->lines[i];
        struct text query = cell_begin(sheet);
        struct text rows = cell_begin(sheet);
        struct text exact = cell_begin(sheet);
        struct text source = cell_begin(sheet);
        text_add_line_query(&query, line);
        add_basis_source(sheet, &source, line);
        if (line->hidden || line->missing >= 0)
            text_add_string(&rows, "–");
        else
            text_add_whole(&rows, (int64_t)line->now.rows);
        text_add_line_exact(&exact, line);
        cell_put(sheet, slice_of(FIGURES[line->figure].id));
        cell_end(sheet, &query);
        cell_end(sheet, &source);
        cell_end(sheet, &rows);
        cell_end(sheet, &exact);
    }
    table_end(sheet, SLICE(""));
}

static void put_files(struct sheet *sheet)
{
    static const struct head head[] = {{WORD_digest, DOCUMENT_LEFT, 3},
                                       {WORD_rows, DOCUMENT_RIGHT, 1}};
    const struct ledger *ledger = &sheet->report->ledger;
    if (!table_begin(sheet, head, 2, ledger->parts_count + 1))
        return;
    for (uint32_t i = 0; i < ledger->parts_count; i++) {
        char hex[DIGEST_HEX_SIZE];
        struct text digest = cell_begin(sheet);
        struct text rows = cell_begin(sheet);
        digest_hex(&ledger->parts[i].digest, hex);
        text_add(&digest, (struct slice){hex, 16});
        text_add_whole(&rows, (int64_t)ledger->parts[i].rows);
        cell_end(sheet, &digest);
        cell_end(sheet, &rows);
    }
    table_end(sheet, word_of(sheet, WORD_files));
}

/* ---- areas ---- */

/* Both numbers of people give different ranks: neither stands alone, and no rate stands on few. */
static void put_areas(struct sheet *sheet)
{
    static const struct head head[] = {{WORD_area, DOCUMENT_LEFT, 6},
                                       {WORD_state, DOCUMENT_LEFT, 4},
                                       {WORD_month_of, DOCUMENT_LEFT, 3},
                                       {WORD_by_resident, DOCUMENT_RIGHT, 6},
                                       {WORD_by_registered, DOCUMENT_RIGHT, 6}};
    const struct report_live *live = sheet->report->asked.live;
    if (live == NULL || live->areas_count == 0 || !table_begin(sheet, head, 5, live->areas_count))
        return;
    for (size_t i = 0; i < live->areas_count; i++) {
        const struct report_area *area = &live->area[i];
        struct text name = cell_begin(sheet);
        bool told = area->ranked || sheet->report->asked.internal;
        text_add(&name, area->place);
        text_add_char(&name, ' ');
        text_add(&name, area->name);
        cell_end(sheet, &name);
        cell_put(sheet, area->state[sheet->document->tongue]);
        cell_put(sheet, area->month);
        cell_put(sheet, told ? area->by_resident : word_of(sheet, WORD_few));
        cell_put(sheet, told ? area->by_registered : word_of(sheet, WORD_few));
    }
    table_end(sheet, word_of(sheet, WORD_areas));
}

enum status report_paper(const struct report *report, struct document *document,
                         struct arena *arena)
{
    static const enum word by[] = {[BY_MONTH] = WORD_by_month,
                                   [BY_REGION] = WORD_by_region,
                                   [BY_TYPE] = WORD_by_type,
                                   [BY_CITY] = WORD_by_city,
                                   [BY_COUNTY] = WORD_by_county};
    struct sheet sheet = {.report = report, .document = document, .arena = arena};
    if (report->asked.internal)
        document_paragraph(document, word_of(&sheet, WORD_internal));
    const struct report_live *live = report->asked.live;
    if (live != NULL && live->own)
        document_paragraph(document, word_of(&sheet, WORD_own));
    if (live != NULL && live->number < live->last)
        document_paragraph(document, word_of(&sheet, WORD_behind));
    for (unsigned i = 0; i < SECTIONS_COUNT; i++) {
        if (!section_has(report, (enum section)i))
            continue;
        put_heading(&sheet, &SECTIONS[i]);
        put_lines(&sheet, (enum section)i);
        put_facts(&sheet, (enum section)i);
        if (i == SECTION_areas)
            put_areas(&sheet);
        for (uint32_t k = 0; k < report->lines_count && report->asked.by != BY_NOTHING; k++)
            if (FIGURES[report->lines[k].figure].section == (enum section)i)
                put_cells(&sheet, &report->lines[k], by[report->asked.by]);
    }
    document_paragraph(document, word_of(&sheet, WORD_marks));
    document_heading(document, 1, word_of(&sheet, WORD_basis));
    put_basis(&sheet);
    put_files(&sheet);
    return sheet.status;
}
