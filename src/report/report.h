/* report.h -- the figures of figures.inc, counted from the rows of a ledger and written as a paper.
 *
 *     ledger ──> one pass ──> tallies ──> lines (value, period, query, rows)
 *                                           └─> HTML, PDF (document) · CSV · JSON
 *
 * Invariants:  1. Every figure carries its period, its query and the number of rows of it.
 *              2. A figure is given only if the ledger is complete for its whole period.
 *              3. Fewer people than the law pack says are not published, nor what they could be
 *                 worked out from, unless every row says that it is public already. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "document/document.h"
#include "law/law.h"
#include "report/ledger.h"
#include "report/numeral.h"

enum figure {
#define FIGURE(id, ...) FIGURE_##id,
#include "report/figures.inc"
#undef FIGURE
    FIGURES_COUNT
};

enum section {
#define SECTION(name, figure, zh, en) SECTION_##name,
#include "report/sections.inc"
#undef SECTION
    SECTIONS_COUNT
};

enum fact {
#define FACT(id, ...) FACT_##id,
#include "report/facts.inc"
#undef FACT
    FACTS_COUNT
};

enum report_by { BY_NOTHING, BY_MONTH, BY_REGION, BY_TYPE };

struct report_asked {
    int32_t edition;  /* day of publication, each figure in its own period; -1: from .. to */
    int32_t from, to; /* every figure in this one */
    enum report_by by;
    bool internal; /* small numbers are shown */
    int64_t least; /* people that are published: publication.least of the packs; 0: not known */
    bool some;     /* only those of `figures` */
    bool figure[FIGURES_COUNT];
    const struct law *law;
};

struct tally {
    uint64_t rows, approximate, released;
    int64_t count, amount, longest;
};

struct report_cell {
    struct tally tally;
    char label[TONGUES_COUNT][64];
    bool hidden;
};

struct report_line {
    enum figure figure;
    int32_t from, to;
    struct tally now, whole; /* whole: of a share */
    struct tally before, whole_before, earlier;
    bool has_before, has_earlier;
    int64_t least; /* hidden: fewer than this */
    bool hidden, comparison_hidden;
    struct numeral numeral;
    uint32_t cells_count; /* those with rows */
    struct report_cell *cells;
};

struct report_fact {
    enum fact fact;
    enum law_mark mark; /* how sure we are of it; of several the first doubtful one */
    char value[TONGUES_COUNT][128];
};

struct report {
    struct report_asked asked;
    struct ledger ledger;
    uint32_t lines_count, facts_count;
    struct report_line lines[FIGURES_COUNT];
    struct report_fact facts[FACTS_COUNT];
};

/* MALFORMED: a part of the ledger is damaged; REFUSED: a figure that was asked for has not its
 * whole period in the ledger, or the request is for too many months; both with `why`.  IO; FULL. */
enum status report_make(struct report *out, const char *folder, const struct report_asked *asked,
                        struct arena *arena, struct text why[TONGUES_COUNT]);

struct figure_entry {
    const char *id;
    enum section section;
    enum series series;
    const char *region;
    uint8_t marks;
    int value; /* of report_inside.h */
    enum unit unit;
    enum rule rule;
    int period, compare;
    struct saying says;
};
extern const struct figure_entry FIGURES[FIGURES_COUNT];

/* What a line says: 3.4万余名 · 2023年1月至10月 · 同比上升近52%. */
void text_add_line_value(struct text *text, const struct report_line *line, enum tongue tongue);
void text_add_line_period(struct text *text, const struct report_line *line, enum tongue tongue);
void text_add_line_comparison(struct text *text, const struct report_line *line,
                              enum tongue tongue);
/* series=case_handled region=4601* marks=penalised day=2022-12-01..2023-11-30 */
void text_add_line_query(struct text *text, const struct report_line *line);
/* The exact value; a share as part/whole. */
void text_add_line_exact(struct text *text, const struct report_line *line);
void text_add_cell_value(struct text *text, const struct report_line *line,
                         const struct report_cell *cell, enum tongue tongue);

/* The paper in `tongue`; its other members are the caller's.  FULL. */
enum status report_paper(const struct report *report, struct document *document,
                         struct arena *arena);
enum status report_csv(const struct report *report, struct text *out);
enum status report_json(const struct report *report, struct text *out);
