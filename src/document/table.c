/* table.c -- a table over pages: its head stands on each of them, a row stays whole if a page can
 * hold it, and what cannot fit on one page goes on line by line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "document/pdf_inside.h"

/* One row on its way: the layouts of its cells, and how far each has been written. */
struct row {
    PangoLayout *layout[DOCUMENT_COLUMNS_MAX];
    PangoLayoutIter *line[DOCUMENT_COLUMNS_MAX];
    bool done[DOCUMENT_COLUMNS_MAX];
    double x[DOCUMENT_COLUMNS_MAX];
    unsigned count;
    double height;
};

static void row_release(struct row *row)
{
    for (unsigned i = 0; i < row->count; i++) {
        pango_layout_iter_free(row->line[i]);
        g_object_unref(row->layout[i]);
    }
    row->count = 0;
}

static bool row_init(struct pen *pen, const struct document_table *table, const struct slice *cell,
                     struct row *row)
{
    double parts = 0, x = PAGE_SIDE;
    *row = (struct row){0};
    for (unsigned i = 0; i < table->columns_count; i++)
        parts += table->column[i].width == 0 ? 1 : table->column[i].width;
    for (unsigned i = 0; i < table->columns_count; i++) {
        unsigned part = table->column[i].width == 0 ? 1 : table->column[i].width;
        double width = LINE_WIDTH * part / parts;
        PangoLayout *layout = pen_layout(pen, cell[i],
                                         &(struct setting){.size = SIZE_TABLE,
                                                           .width = width - 2 * CELL_PAD,
                                                           .align = table->column[i].align,
                                                           .spacing = 0.15});
        if (layout == NULL) {
            row_release(row);
            return false;
        }
        row->layout[i] = layout;
        row->line[i] = pango_layout_get_iter(layout);
        row->x[i] = x + CELL_PAD;
        row->count = i + 1;
        double height = layout_height(layout) + 2 * CELL_PAD;
        row->height = height > row->height ? height : row->height;
        x += width;
    }
    return true;
}

/* Writes lines of one cell as long as they end above `bottom`; where the last one ends. */
static double cell_write(struct pen *pen, struct row *row, unsigned i, double bottom)
{
    double y = pen->y + CELL_PAD;
    while (!row->done[i]) {
        int top = 0, end = 0;
        PangoRectangle box;
        pango_layout_iter_get_line_yrange(row->line[i], &top, &end);
        pango_layout_iter_get_line_extents(row->line[i], NULL, &box);
        double height = (double)(end - top) / PANGO_SCALE;
        if (y + height > bottom && y > PAGE_TOP + CELL_PAD)
            break;
        if (pen->cairo != NULL) {
            int base = pango_layout_iter_get_baseline(row->line[i]) - top;
            cairo_move_to(pen->cairo, row->x[i] + (double)box.x / PANGO_SCALE,
                          y + (double)base / PANGO_SCALE);
            pango_cairo_show_layout_line(pen->cairo,
                                         pango_layout_iter_get_line_readonly(row->line[i]));
        }
        y += height;
        row->done[i] = !pango_layout_iter_next_line(row->line[i]);
    }
    return y + CELL_PAD;
}

static bool row_done(const struct row *row)
{
    for (unsigned i = 0; i < row->count; i++)
        if (!row->done[i])
            return false;
    return true;
}

/* What fits of it on this page, and the rule below. */
static void row_piece(struct pen *pen, struct row *row, double thickness)
{
    double lowest = pen->y;
    for (unsigned i = 0; i < row->count; i++) {
        double y = cell_write(pen, row, i, PAGE_BOTTOM - CELL_PAD);
        lowest = y > lowest ? y : lowest;
    }
    pen->y = lowest;
    pen_rule(pen, PAGE_SIDE, pen->y, LINE_WIDTH, thickness);
}

static void head_write(struct pen *pen, const struct document_table *table)
{
    struct slice cell[DOCUMENT_COLUMNS_MAX];
    struct row row;
    for (unsigned i = 0; i < table->columns_count; i++)
        cell[i] = table->column[i].head;
    if (!row_init(pen, table, cell, &row))
        return;
    row_piece(pen, &row, 1.0);
    row_release(&row);
}

static void row_write(struct pen *pen, const struct document_table *table, const struct slice *cell,
                      double thickness)
{
    struct row row;
    if (!row_init(pen, table, cell, &row))
        return;
    if (pen->y + row.height > PAGE_BOTTOM) {
        pen_turn(pen);
        head_write(pen, table);
    }
    row_piece(pen, &row, thickness);
    while (!row_done(&row) && pen->status == STATUS_OK) {
        pen_turn(pen);
        head_write(pen, table);
        row_piece(pen, &row, thickness);
    }
    row_release(&row);
}

void pen_table(struct pen *pen, const struct document_table *table)
{
    pen_need(pen, 60);
    if (table->caption.size > 0) {
        PangoLayout *layout =
            pen_layout(pen, table->caption,
                       &(struct setting){.size = SIZE_BODY, .width = LINE_WIDTH, .spacing = 0.2});
        if (layout == NULL)
            return;
        pen_draw(pen, layout, PAGE_SIDE, pen->y);
        pen->y += layout_height(layout) + 2;
        g_object_unref(layout);
    }
    pen_rule(pen, PAGE_SIDE, pen->y, LINE_WIDTH, 1.0);
    head_write(pen, table);
    for (size_t row = 0; row < table->rows_count && pen->status == STATUS_OK; row++)
        row_write(pen, table, table->cell + row * table->columns_count, 0.3);
    if (table->total != NULL) {
        pen_rule(pen, PAGE_SIDE, pen->y, LINE_WIDTH, 1.0);
        row_write(pen, table, table->total, 1.0);
    }
    pen->y += PARAGRAPH_GAP * 1.5;
}
