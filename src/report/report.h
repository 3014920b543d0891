/* report.h -- the figures of figures.inc, counted from rows and written as a paper.
 *
 *     ledger (files) ─┐
 *     work (live)   ──┴─> one pass ──> tallies ──> lines (value, period, source, query, rows)
 *                                                    └─> HTML, PDF (document) · CSV · JSON
 *
 * Invariants:  1. Every figure carries its period, its query, where it was counted from, and the
 *                 number of rows of it.
 *              2. A figure is given only if what it is counted from is complete for its whole
 *                 period.
 *              3. A day of a series is counted from one source: from work, once work has made a row
 *                 of the series and from the day on which the service began to count; from files
 *                 before.  A period with both says so.
 *              4. Fewer people than the law pack says are not published, nor what they could be
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

/* BY_REGION: provinces. */
enum report_by { BY_NOTHING, BY_MONTH, BY_REGION, BY_TYPE, BY_CITY, BY_COUNTY, BYS_COUNT };
enum report_form { FORM_html, FORM_pdf, FORM_csv, FORM_json, FORMS_COUNT };
enum report_source { SOURCE_ANY, SOURCE_IMPORTED, SOURCE_LIVE, SOURCE_BOTH };

/* A key area as it stands, for the table of areas. */
struct report_area {
    struct slice place, name, state[TONGUES_COUNT], month;
    struct slice by_resident, by_registered; /* cards and accounts of 100,000, with the interval */
    bool ranked;                             /* enough events to be told */
};

/* What a running service counts itself. */
struct report_live {
    int32_t from, to;         /* days that it has counted; the last goes on */
    int64_t number, last;     /* how far it has read its log, and how long that is */
    bool makes[SERIES_COUNT]; /* it has work of this kind */
    bool has[SERIES_COUNT];   /* and at least one row of it */
    bool own;                 /* only what one organisation had a hand in */
    enum status (*feed)(void *self, enum series series, int32_t from, int32_t to,
                        struct ledger_sink sink);
    void *self;
    const struct report_area *area;
    size_t areas_count;
};

struct report_asked {
    int32_t edition;  /* day of publication, each figure in its own period; -1: from .. to */
    int32_t from, to; /* every figure in this one */
    enum report_by by;
    enum report_source source;      /* ANY: as invariant 3 says */
    const struct report_live *live; /* NULL: there is none */
    bool blank;                     /* a figure that is not complete says so; else all is refused */
    bool internal;                  /* small numbers are shown */
    int64_t least; /* people that are published: publication.least of the packs; 0: not known */
    bool some;     /* only those of `figures` */
    bool figure[FIGURES_COUNT];
    const struct law *law;
};

struct spread;
struct persons;

struct tally {
    uint64_t rows, approximate, released, live, passed; /* passed: of files, on days of work */
    int64_t count, amount, longest, within;             /* within: of those in time */
    bool nameless;           /* a row names nobody: distinct persons are not known */
    struct spread *spread;   /* of amounts; NULL: not wanted */
    struct persons *persons; /* NULL: each row is one more */
};

struct report_cell {
    struct tally tally, whole;
    uint32_t key;
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
    int compare; /* of figures.inc; outside an edition growth where it has none */
    enum report_source source;
    int32_t live_from; /* SOURCE_BOTH: the first day that is counted from work */
    int32_t missing;   /* the first day that is not complete: nothing else is told; -1: none */
    bool unknown;      /* distinct persons, from rows that name nobody */
    bool open;         /* its last day is not over */
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

/* One word of what is asked: from, to, edition, by, figures, form, view, source.  MALFORMED. */
enum status report_word(struct report_asked *asked, enum report_form *form, struct slice name,
                        struct slice value);
/* Before the first word. */
struct report_asked report_asked_begin(void);
/* MALFORMED: `why`. */
enum status report_asked_hold(const struct report_asked *asked, struct saying *why);

/* Which figures, in which periods, and what the law packs say beside them: all that needs
 * `asked->law`.  REFUSED: too many months, or nothing says how many people may be published. */
enum status report_ask(struct report *out, const struct report_asked *asked, struct arena *arena,
                       struct text why[TONGUES_COUNT]);
/* Counts; `folder` NULL: no ledger.  MALFORMED: a part of the ledger is damaged; REFUSED: a figure
 * that was asked for has not its whole period, or too many parts; both with `why`.  IO; FULL. */
enum status report_count(struct report *report, const char *folder, struct arena *arena,
                         struct text why[TONGUES_COUNT]);
/* Both. */
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
/* Where it was counted from. */
void text_add_line_source(struct text *text, const struct report_line *line, enum tongue tongue);
const char *report_source_word(enum report_source source);
/* The leading digits of its region as the least and the greatest code. */
void figure_regions(const struct figure_entry *entry, uint32_t *low, uint32_t *high);
/* Its series, mark by mark, as words between blanks. */
void text_add_marks(struct text *text, uint8_t marks);

/* The paper in `tongue`; its other members are the caller's.  FULL. */
enum status report_paper(const struct report *report, struct document *document,
                         struct arena *arena);
enum status report_csv(const struct report *report, struct text *out);
enum status report_json(const struct report *report, struct text *out);
