/* pages.c -- a document laid out on A4 pages.
 *
 * The same walk is done twice: once only measuring, to know the number of pages, and once drawing,
 * so that "3 / 7" stands on every page.  A text breaks between its lines; a heading stays with what
 * follows it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "document/pdf_inside.h"

/* ---- running text ---- */

/* Line by line, over as many pages as it takes. */
static void flow(struct pen *pen, struct slice text, const struct setting *setting, double x)
{
    PangoLayout *layout = pen_layout(pen, text, setting);
    if (layout == NULL)
        return;
    PangoLayoutIter *line = pango_layout_get_iter(layout);
    do {
        int top = 0, bottom = 0;
        PangoRectangle box;
        pango_layout_iter_get_line_yrange(line, &top, &bottom);
        pango_layout_iter_get_line_extents(line, NULL, &box);
        double height = (double)(bottom - top) / PANGO_SCALE;
        pen_need(pen, height);
        if (pen->cairo != NULL) {
            int base = pango_layout_iter_get_baseline(line) - top;
            cairo_move_to(pen->cairo, x + (double)box.x / PANGO_SCALE,
                          pen->y + (double)base / PANGO_SCALE);
            pango_cairo_show_layout_line(pen->cairo, pango_layout_iter_get_line_readonly(line));
        }
        pen->y += height;
    } while (pen->status == STATUS_OK && pango_layout_iter_next_line(line));
    pango_layout_iter_free(line);
    g_object_unref(layout);
}

static void paragraph(struct pen *pen, struct slice text, double size, enum document_align align)
{
    if (text.size == 0)
        return;
    flow(pen, text,
         &(struct setting){.size = size, .width = LINE_WIDTH, .align = align, .spacing = 0.35},
         PAGE_SIDE);
    pen->y += PARAGRAPH_GAP;
}

static void heading(struct pen *pen, const struct document_block *block)
{
    double size = block->level == 1 ? 13.5 : 11.5;
    pen_need(pen, size * 4.5);
    pen->y += pen->y > PAGE_TOP ? size * 0.6 : 0;
    paragraph(pen, block->text, size, DOCUMENT_LEFT);
}

static void pairs(struct pen *pen, const struct document_block *block)
{
    const double left = LINE_WIDTH * 0.3;
    for (size_t i = 0; i < block->pairs_count && pen->status == STATUS_OK; i++) {
        PangoLayout *name =
            pen_layout(pen, block->pair[i].name,
                       &(struct setting){.size = SIZE_BODY, .width = left - 8, .spacing = 0.2});
        if (name == NULL)
            return;
        double height = layout_height(name);
        pen_need(pen, height);
        unsigned page = pen->page;
        double y = pen->y;
        pen_draw(pen, name, PAGE_SIDE, y);
        g_object_unref(name);
        flow(pen, block->pair[i].value,
             &(struct setting){.size = SIZE_BODY, .width = LINE_WIDTH - left, .spacing = 0.2},
             PAGE_SIDE + left);
        if (pen->page == page && pen->y < y + height)
            pen->y = y + height;
        pen->y += 3;
    }
    pen->y += PARAGRAPH_GAP;
}

/* ---- charts ---- */

static void shape_text(struct pen *pen, const struct shape *shape, double x, double y)
{
    const double widest = 150;
    PangoLayout *layout = pen_layout(
        pen, shape->text,
        &(struct setting){
            .size = CHART_TEXT / 10.0, .width = widest, .align = shape->anchor, .cut = true});
    if (layout == NULL)
        return;
    double shift = shape->anchor == DOCUMENT_RIGHT    ? widest
                   : shape->anchor == DOCUMENT_CENTRE ? widest / 2
                                                      : 0;
    pen_draw(pen, layout, x - shift, y - layout_height(layout) / 2);
    g_object_unref(layout);
}

static void shape_draw(struct pen *pen, const struct shape *shape, double scale)
{
    double x = PAGE_SIDE + shape->x * scale, y = pen->y + shape->y * scale;
    if (shape->kind == SHAPE_TEXT) {
        shape_text(pen, shape, x, y);
        return;
    }
    if (pen->cairo == NULL)
        return;
    bool grey = shape->kind == SHAPE_RULE;
    cairo_save(pen->cairo);
    cairo_set_source_rgb(pen->cairo, grey ? 0.6 : 0.27, grey ? 0.6 : 0.33, grey ? 0.6 : 0.4);
    if (shape->kind == SHAPE_BAR) {
        cairo_rectangle(pen->cairo, x, y, shape->width * scale, shape->height * scale);
        cairo_fill(pen->cairo);
    } else if (shape->kind == SHAPE_DOT) {
        cairo_arc(pen->cairo, x, y, 2, 0, 6.2832);
        cairo_fill(pen->cairo);
    } else {
        cairo_set_line_width(pen->cairo, grey ? 0.6 : 1.4);
        cairo_move_to(pen->cairo, x, y);
        cairo_rel_line_to(pen->cairo, shape->width * scale, shape->height * scale);
        cairo_stroke(pen->cairo);
    }
    cairo_restore(pen->cairo);
}

static void chart(struct pen *pen, const struct document_chart *chart)
{
    struct drawing drawing;
    if (pen->status == STATUS_OK)
        pen->status = chart_draw(chart, pen->arena, &drawing);
    if (pen->status != STATUS_OK)
        return;
    double scale = LINE_WIDTH / CHART_WIDTH, height = drawing.height * scale;
    double most = PAGE_BOTTOM - PAGE_TOP - 40;
    if (height > most) { /* as many bars as a page has room for, and smaller */
        scale *= most / height;
        height = most;
    }
    pen_need(pen, height + 30);
    paragraph(pen, chart->caption, SIZE_TABLE, DOCUMENT_LEFT);
    for (size_t i = 0; i < drawing.shapes_count; i++)
        shape_draw(pen, &drawing.shape[i], scale);
    pen->y += height + PARAGRAPH_GAP;
}

/* ---- the whole ---- */

static void block_write(struct pen *pen, const struct document_block *block)
{
    switch (block->kind) {
    case BLOCK_HEADING:
        heading(pen, block);
        break;
    case BLOCK_PARAGRAPH:
        paragraph(pen, block->text, SIZE_BODY, DOCUMENT_LEFT);
        break;
    case BLOCK_CLOSING:
        paragraph(pen, block->text, SIZE_BODY, DOCUMENT_RIGHT);
        break;
    case BLOCK_PAIRS:
        pairs(pen, block);
        break;
    case BLOCK_TABLE:
        pen_table(pen, &block->table);
        break;
    case BLOCK_CHART:
        chart(pen, &block->chart);
        break;
    case BLOCK_PAGE_BREAK:
        if (pen->y > PAGE_TOP)
            pen_turn(pen);
        break;
    }
}

void pen_write(struct pen *pen)
{
    const struct document *document = pen->document;
    pen->page = 1;
    pen->y = PAGE_TOP;
    paragraph(pen, document->issuer, SIZE_BODY + 1, DOCUMENT_CENTRE);
    paragraph(pen, document->title, 18, DOCUMENT_CENTRE);
    paragraph(pen, document->number, SIZE_BODY, DOCUMENT_CENTRE);
    pen->y += PARAGRAPH_GAP;
    for (const struct document_block *block = document->first;
         block != NULL && pen->status == STATUS_OK; block = block->next)
        block_write(pen, block);
    pen_footer(pen);
}
