/* pdf.c -- a document as PDF, through cairo and pango; the bytes that they write, gathered.
 *
 * Metadata have the caller's time, fonts are those of fonts.inc, glyphs are placed without hints:
 * the same document gives the same bytes on every machine with the same libraries. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "document/pdf_inside.h"

enum { PIECE_BYTES = 256 << 10 };

/* ---- the bytes ---- */

struct piece {
    struct piece *next;
    size_t size;
    char bytes[PIECE_BYTES];
};

struct sheaf {
    struct arena *arena;
    struct piece *first, *last;
    size_t size;
};

static cairo_status_t gather(void *self, const unsigned char *bytes, unsigned count)
{
    struct sheaf *sheaf = self;
    size_t left = count;
    while (left > 0) {
        struct piece *piece = sheaf->last;
        if (piece == NULL || piece->size == PIECE_BYTES) {
            if (sheaf->size > DOCUMENT_BYTES_MAX || ARENA_NEW(sheaf->arena, 1, &piece) != STATUS_OK)
                return CAIRO_STATUS_WRITE_ERROR;
            if (sheaf->last == NULL)
                sheaf->first = piece;
            else
                sheaf->last->next = piece;
            sheaf->last = piece;
        }
        size_t size = PIECE_BYTES - piece->size < left ? PIECE_BYTES - piece->size : left;
        memcpy(piece->bytes + piece->size, bytes, size);
        piece->size += size;
        sheaf->size += size;
        bytes += size;
        left -= size;
    }
    return CAIRO_STATUS_SUCCESS;
}

static enum status bind(const struct sheaf *sheaf, struct arena *arena, struct slice *out)
{
    char *bytes = NULL;
    size_t size = 0;
    TRY(arena_take(arena, sheaf->size + 1, (void **)&bytes));
    for (const struct piece *piece = sheaf->first; piece != NULL; piece = piece->next) {
        memcpy(bytes + size, piece->bytes, piece->size);
        size += piece->size;
    }
    *out = (struct slice){bytes, size};
    return STATUS_OK;
}

/* ---- the pages ---- */

static PangoContext *context_of(PangoFontMap *map, enum tongue tongue)
{
    PangoContext *context = pango_font_map_create_context(map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context,
                               pango_language_from_string(tongue == TONGUE_ZH ? "zh-cn" : "en"));
    cairo_font_options_destroy(options);
    return context;
}

static void describe(cairo_surface_t *surface, const struct document *document, struct pen *pen)
{
    char bytes[64];
    struct text time = text_over(bytes, sizeof bytes);
    struct civil at = civil_of_moment(document->made, document->zone_minutes);
    int32_t zone = document->zone_minutes < 0 ? -document->zone_minutes : document->zone_minutes;
    text_addf(&time, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", at.year, at.month, at.day, at.hour,
              at.minute, at.second, document->zone_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, time.at);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, time.at);
    char *title = NULL;
    size_t size = document->title.size * 3 + 1;
    if (arena_take(pen->arena, size, (void **)&title) != STATUS_OK) {
        pen->status = STATUS_FULL;
        return;
    }
    struct text clean = text_over(title, size);
    text_add_clean(&clean, document->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
}

static void say_why(const struct pen *pen, struct text why[TONGUES_COUNT])
{
    if (pen->status == STATUS_REFUSED) {
        text_addf(&why[TONGUE_EN],
                  "No font here has the character U+%04X; no PDF is made, the HTML form has it.",
                  pen->unknown);
        text_addf(&why[TONGUE_ZH], "现有字体缺少字符 U+%04X，无法生成 PDF；可使用 HTML 形式。",
                  pen->unknown);
    } else if (pen->status == STATUS_IO) {
        text_add_string(&why[TONGUE_EN], "The library that writes PDF failed.");
        text_add_string(&why[TONGUE_ZH], "PDF 生成库出错。");
    }
}

static void draw(struct pen *pen, struct sheaf *sheaf)
{
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(gather, sheaf, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    describe(surface, pen->document, pen);
    pen->cairo = cairo_create(surface);
    pen_write(pen);
    cairo_show_page(pen->cairo);
    cairo_destroy(pen->cairo);
    cairo_surface_finish(surface);
    cairo_status_t written = cairo_surface_status(surface);
    if (pen->status == STATUS_OK && written != CAIRO_STATUS_SUCCESS)
        pen->status = written == CAIRO_STATUS_WRITE_ERROR ? STATUS_FULL : STATUS_IO;
    cairo_surface_destroy(surface);
}

enum status document_pdf(const struct document *document, struct arena *arena, struct slice *out,
                         struct text why[TONGUES_COUNT])
{
    char digest[DIGEST_HEX_SIZE];
    PangoFontMap *map = NULL;
    struct sheaf sheaf = {.arena = arena};
    TRY(document_digest(document, arena, digest));
    TRY(fonts_take(&map, why));
    struct pen pen = {.document = document,
                      .arena = arena,
                      .digest = digest,
                      .context = context_of(map, document->tongue)};
    pen_write(&pen);
    pen.pages = pen.page;
    if (pen.status == STATUS_OK)
        draw(&pen, &sheaf);
    g_object_unref(pen.context);
    fonts_give_back();
    say_why(&pen, why);
    return pen.status == STATUS_OK ? bind(&sheaf, arena, out) : pen.status;
}
