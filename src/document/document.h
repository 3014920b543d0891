/* document.h -- papers that leave the house: decisions, notices, tables, reports.
 *
 *     struct document ── blocks in order ──┬─> document_html: one file, no script, nothing fetched
 *        title, issuer, number             └─> document_pdf:  A4 pages, the same words and figures
 *
 * What stands in a document is said by the room that knows the matter, masked or not; this room
 * lays it out, and knows no word of the domain.
 *
 * Invariants:  1. Every text is escaped; bytes that are no UTF-8, control characters and characters
 *                 that turn the direction of writing are shown as U+FFFD.
 *              2. The same document gives the same bytes, HTML and PDF: the only times in it are
 *                 those of the caller.
 *              3. Both forms end with one SHA-256: that of the bytes from `<main>` to `</main>`,
 *                 both included, of the HTML form.  So a paper and its file can be held against
 *                 the audit entry that its footer names.
 *              4. A character that no font here has is an error that names it, never a box.
 *
 * Not chosen:  a browser or an office program that prints HTML: a hundred times the code, and bytes
 *              that change with every version.  Bold type: the Chinese font has none, and a
 *              made-up one is a picture of text. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"
#include "ground/moment.h"
#include "ground/tongue.h"

enum document_align { DOCUMENT_LEFT, DOCUMENT_RIGHT, DOCUMENT_CENTRE };

struct document_column {
    struct slice head;
    enum document_align align;
    unsigned width; /* share of the line, in parts; 0 counts as 1 */
};

struct document_table {
    struct slice caption;
    const struct document_column *column;
    unsigned columns_count;   /* 1 .. DOCUMENT_COLUMNS_MAX */
    const struct slice *cell; /* row by row; the first of a row is its head */
    size_t rows_count;
    const struct slice *total; /* a last row, set apart; NULL: none */
};

struct document_pair {
    struct slice name, value;
};

enum document_figure { DOCUMENT_BARS, DOCUMENT_LINE };

struct document_point {
    struct slice label; /* what it is of */
    struct slice shown; /* its value as it is written */
    int64_t value;      /* not negative */
};

struct document_chart {
    enum document_figure figure;
    struct slice caption;
    const struct document_point *point;
    unsigned points_count; /* 1 .. DOCUMENT_POINTS_MAX */
};

struct document_block;

/* Zero, then the members above the line; texts live as long as the document. */
struct document {
    enum tongue tongue;
    struct slice issuer, title, number; /* number of the paper; may be empty */
    struct slice footing;               /* who made it, masked or not: one line of the footer */
    struct slice audit;                 /* id of its audit entry; empty: none is named */
    moment made;
    int32_t zone_minutes;
    struct arena *arena; /* of its blocks */
    /* ---- */
    struct document_block *first, *last;
    size_t blocks_count;
    bool short_of; /* a block found no room: no form is made */
};

/* Blocks, each behind the one before.  Texts and arrays are lent. */
void document_heading(struct document *document, unsigned level, struct slice text); /* 1, 2 */
void document_paragraph(struct document *document, struct slice text);
/* At the right edge: authority and date below a decision. */
void document_closing(struct document *document, struct slice text);
void document_pairs(struct document *document, const struct document_pair *pair, size_t count);
void document_table(struct document *document, const struct document_table *table);
void document_chart(struct document *document, const struct document_chart *chart);
void document_page_break(struct document *document);

/* The SHA-256 of both forms.  STATUS_FULL: more than DOCUMENT_BYTES_MAX, or no memory. */
enum status document_digest(const struct document *document, struct arena *scratch,
                            char hex[DIGEST_HEX_SIZE]);
/* STATUS_FULL. */
enum status document_html(const struct document *document, struct arena *arena, struct slice *out);
/* STATUS_ABSENT: a font is not installed; STATUS_REFUSED: no font here has a character of it; both
 * with `why`; STATUS_FULL; STATUS_IO: the library failed, `why`. */
enum status document_pdf(const struct document *document, struct arena *arena, struct slice *out,
                         struct text why[TONGUES_COUNT]);
