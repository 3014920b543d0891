/* document_inside.h -- blocks, words of our own, and the drawing of a chart, for both forms. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "document/document.h"
#include "ground/html.h"
#include "ground/limits.h"

enum document_block_kind {
    BLOCK_HEADING,
    BLOCK_PARAGRAPH,
    BLOCK_CLOSING,
    BLOCK_PAIRS,
    BLOCK_TABLE,
    BLOCK_CHART,
    BLOCK_PAGE_BREAK
};

struct document_block {
    enum document_block_kind kind;
    unsigned level;
    struct slice text;
    const struct document_pair *pair;
    size_t pairs_count;
    struct document_table table;
    struct document_chart chart;
    struct document_block *next;
};

/* An upper bound of what all texts take, escaped and marked up. */
size_t document_size(const struct document *document);
/* From `<main>` to `</main>`. */
void text_add_main(struct text *text, const struct document *document);

/* ---- the footer, line by line ---- */

enum { FOOTER_LINES = 3, FOOTER_BYTES = 1024 };
void text_add_footer(struct text *text, const struct document *document, unsigned line,
                     const char *digest);

/* ---- charts: shapes in tenths of a point, the origin at the top left ---- */

enum shape_kind { SHAPE_BAR, SHAPE_RULE, SHAPE_CURVE, SHAPE_DOT, SHAPE_TEXT };

struct shape {
    enum shape_kind kind;
    int32_t x, y, width, height; /* RULE and CURVE: from (x, y) by (width, height) */
    enum document_align anchor;  /* TEXT: which end of it stands at x; y is its middle */
    struct slice text;
};

enum { CHART_WIDTH = 4800, CHART_TEXT = 85 };

struct drawing {
    struct shape *shape;
    size_t shapes_count;
    int32_t height;
};

enum status chart_draw(const struct document_chart *chart, struct arena *arena,
                       struct drawing *out);
