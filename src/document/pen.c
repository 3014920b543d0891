/* pen.c -- one text set in our fonts, and the turning of pages with their footer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "document/pdf_inside.h"

/* ---- one text ---- */

/* The first character of `text` that no font has. */
static uint32_t unknown_of(PangoContext *context, const PangoFontDescription *font,
                           struct slice text)
{
    while (text.size != 0) {
        struct slice piece = text;
        uint32_t point = utf8_next(&text);
        PangoLayout *layout = pango_layout_new(context);
        pango_layout_set_font_description(layout, font);
        pango_layout_set_text(layout, piece.at, (int)(piece.size - text.size));
        bool known = pango_layout_get_unknown_glyphs_count(layout) == 0;
        g_object_unref(layout);
        if (!known)
            return point;
    }
    return 0;
}

static enum status cleaned(struct pen *pen, struct slice text, struct slice *out)
{
    size_t size = text.size * 3 + 1;
    char *bytes = NULL;
    if (text.size > DOCUMENT_BYTES_MAX)
        return STATUS_FULL;
    TRY(arena_take(pen->arena, size, (void **)&bytes));
    struct text room = text_over(bytes, size);
    text_add_clean(&room, text);
    *out = text_slice(&room);
    return STATUS_OK;
}

PangoLayout *pen_layout(struct pen *pen, struct slice text, const struct setting *setting)
{
    static const PangoAlignment ALIGN[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_RIGHT, PANGO_ALIGN_CENTER};
    struct slice clean = SLICE("");
    if (pen->status == STATUS_OK)
        pen->status = cleaned(pen, text, &clean);
    if (pen->status != STATUS_OK)
        return NULL;
    PangoFontDescription *font = pango_font_description_from_string(FONT_FAMILIES);
    pango_font_description_set_absolute_size(font, setting->size * PANGO_SCALE);
    PangoLayout *layout = pango_layout_new(pen->context);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_width(layout, (int)(setting->width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, ALIGN[setting->align]);
    pango_layout_set_spacing(layout, (int)(setting->spacing * setting->size * PANGO_SCALE));
    pango_layout_set_auto_dir(layout, FALSE);
    if (setting->cut) {
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        pango_layout_set_single_paragraph_mode(layout, TRUE);
    }
    pango_layout_set_text(layout, clean.at, (int)clean.size);
    if (pango_layout_get_unknown_glyphs_count(layout) > 0) {
        pen->status = STATUS_REFUSED;
        pen->unknown = unknown_of(pen->context, font, clean);
    }
    pango_font_description_free(font);
    return layout;
}

double layout_height(PangoLayout *layout)
{
    int width = 0, height = 0;
    pango_layout_get_size(layout, &width, &height);
    return (double)height / PANGO_SCALE;
}

void pen_draw(struct pen *pen, PangoLayout *layout, double x, double y)
{
    if (pen->cairo == NULL)
        return;
    cairo_move_to(pen->cairo, x, y);
    pango_cairo_show_layout(pen->cairo, layout);
}

void pen_rule(struct pen *pen, double x, double y, double width, double thickness)
{
    if (pen->cairo == NULL)
        return;
    cairo_set_line_width(pen->cairo, thickness);
    cairo_move_to(pen->cairo, x, y);
    cairo_line_to(pen->cairo, x + width, y);
    cairo_stroke(pen->cairo);
}

/* ---- pages ---- */

void pen_footer(struct pen *pen)
{
    char bytes[FOOTER_BYTES];
    double y = PAGE_BOTTOM + 8;
    pen_rule(pen, PAGE_SIDE, y, LINE_WIDTH, 0.4);
    y += 3;
    for (unsigned line = 0; line < FOOTER_LINES; line++) {
        struct text text = text_over(bytes, sizeof bytes);
        text_add_footer(&text, pen->document, line, pen->digest);
        PangoLayout *layout = pen_layout(
            pen, text_slice(&text),
            &(struct setting){.size = SIZE_FOOTER, .width = LINE_WIDTH - 50, .cut = true});
        if (layout == NULL)
            return;
        pen_draw(pen, layout, PAGE_SIDE, y);
        y += layout_height(layout) + 1;
        g_object_unref(layout);
    }
    struct text number = text_over(bytes, sizeof bytes);
    text_addf(&number, "%u / %u", pen->page, pen->pages);
    PangoLayout *layout = pen_layout(
        pen, text_slice(&number),
        &(struct setting){.size = SIZE_TABLE, .width = 48, .align = DOCUMENT_RIGHT, .cut = true});
    if (layout == NULL)
        return;
    pen_draw(pen, layout, PAGE_SIDE + LINE_WIDTH - 48, PAGE_BOTTOM + 11);
    g_object_unref(layout);
}

void pen_turn(struct pen *pen)
{
    pen_footer(pen);
    if (pen->cairo != NULL)
        cairo_show_page(pen->cairo);
    pen->page++;
    pen->y = PAGE_TOP;
    if (pen->page > DOCUMENT_PAGES_MAX && pen->status == STATUS_OK)
        pen->status = STATUS_FULL;
}

void pen_need(struct pen *pen, double height)
{
    if (pen->y + height > PAGE_BOTTOM && pen->y > PAGE_TOP && pen->status == STATUS_OK)
        pen_turn(pen);
}
