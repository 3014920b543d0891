/* pdf_inside.h -- the pen that writes pages, and the library behind it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "document/document_inside.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

/* A4 in points. */
#define PAGE_WIDTH    595.276
#define PAGE_HEIGHT   841.890
#define PAGE_SIDE     51.0
#define PAGE_TOP      57.0
#define PAGE_BOTTOM   778.0 /* where the text ends; the footer is below */
#define LINE_WIDTH    (PAGE_WIDTH - 2 * PAGE_SIDE)
#define SIZE_BODY     10.5
#define SIZE_TABLE    9.0
#define SIZE_FOOTER   7.0
#define CELL_PAD      3.0
#define PARAGRAPH_GAP 6.0

struct pen {
    const struct document *document;
    struct arena *arena;
    const char *digest;
    PangoContext *context;
    cairo_t *cairo; /* NULL: it only measures, to know how many pages there are */
    double y;
    unsigned page, pages;
    enum status status; /* the first thing that went wrong */
    uint32_t unknown;   /* REFUSED: the character that no font has */
};

/* How one text is set. */
struct setting {
    double size, width;
    enum document_align align;
    double spacing; /* between lines, as a share of the size */
    bool cut;       /* one line, cut with an ellipsis */
};

/* Owned by the caller: g_object_unref.  NULL: the pen's status says why. */
PangoLayout *pen_layout(struct pen *pen, struct slice text, const struct setting *setting);
double layout_height(PangoLayout *layout);
/* Draws it whole with its top left at (x, y). */
void pen_draw(struct pen *pen, PangoLayout *layout, double x, double y);
void pen_rule(struct pen *pen, double x, double y, double width, double thickness);
/* Ends the page, with its footer, and begins the next. */
void pen_turn(struct pen *pen);
void pen_footer(struct pen *pen);
/* Turns the page if there is less room than that. */
void pen_need(struct pen *pen, double height);

/* Lays the whole document out with the pen. */
void pen_write(struct pen *pen);
void pen_table(struct pen *pen, const struct document_table *table);

/* The map with our fonts alone, until it is given back; one thread has it at a time.  ABSENT: one
 * is missing, `why`. */
enum status fonts_take(PangoFontMap **out, struct text why[TONGUES_COUNT]);
void fonts_give_back(void);
extern const char FONT_FAMILIES[]; /* "A, B": in the order of fonts.inc */
