/* html.c -- a document as one file of HTML: no script, nothing fetched, and it prints well.
 *
 * The page forbids itself whatever it does not have (Content-Security-Policy), names its language,
 * gives each table a caption and each of its heads a scope, repeats heads on every printed page,
 * and keeps rows whole.  A chart is inline SVG with a title; its figures stand in it as text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "document/document_inside.h"

enum { FRAME_BYTES = 8192, CHART_BYTES = 64 << 10 };

static const char STYLE[] =
    "body{font-family:\"Noto Sans\",\"DejaVu Sans\",\"Noto Sans CJK SC\",\"Droid Sans "
    "Fallback\",sans-serif;color:#111;background:#fff;line-height:1.6;max-width:50rem;margin:2rem "
    "auto;padding:0 1rem}\n"
    "h1{font-size:1.6rem;text-align:center;margin:.5rem 0}h2{font-size:1.2rem;margin:1.4rem 0 "
    ".4rem}h3{font-size:1.05rem;margin:1rem 0 .3rem}\n"
    ".issuer,.number{text-align:center;margin:.2rem}.closing{text-align:right}p,td,th,dd{white-"
    "space:pre-line;overflow-wrap:anywhere}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#444}dd{margin:"
    "0}\n"
    "table{border-collapse:collapse;width:100%;margin:1rem 0;font-variant-numeric:tabular-nums}"
    "caption{text-align:left;font-weight:bold;padding:.3rem 0}\n"
    "th,td{border-bottom:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top;"
    "font-weight:normal}thead th{border-bottom:2px solid #111}tfoot td,tfoot th{border-top:2px "
    "solid #111}\n"
    ".r{text-align:right}.c{text-align:center}figure{margin:1rem 0}svg{max-width:100%;height:auto}"
    "footer{border-top:1px solid #999;margin-top:2rem;font-size:.75rem;color:#444;overflow-wrap:"
    "anywhere}footer p{margin:.1rem 0}\n"
    "@page{size:A4;margin:20mm 18mm}@media print{body{margin:0;max-width:none;padding:0}thead{"
    "display:table-header-group}tfoot{display:table-row-group}tr,figure,dl>*{break-inside:avoid}h2,"
    "h3,caption{break-after:avoid}.break{break-before:page}}";

static const char *class_of(enum document_align align)
{
    return align == DOCUMENT_RIGHT    ? " class=\"r\""
           : align == DOCUMENT_CENTRE ? " class=\"c\""
                                      : "";
}

static void add_element(struct text *text, const char *tag, const char *attributes,
                        struct slice content)
{
    text_addf(text, "<%s%s>", tag, attributes);
    text_add_html(text, content);
    text_addf(text, "</%s>", tag);
}

static void add_row(struct text *text, const struct document_table *table, const struct slice *cell)
{
    text_add_string(text, "<tr>");
    for (unsigned i = 0; i < table->columns_count; i++) {
        const char *place = class_of(table->column[i].align);
        text_addf(text, i == 0 ? "<th scope=\"row\"%s>" : "<td%s>", place);
        text_add_html(text, cell[i]);
        text_add_string(text, i == 0 ? "</th>" : "</td>");
    }
    text_add_string(text, "</tr>\n");
}

static void add_table(struct text *text, const struct document_table *table)
{
    text_add_string(text, "<table>");
    if (table->caption.size > 0)
        add_element(text, "caption", "", table->caption);
    text_add_string(text, "<thead><tr>");
    for (unsigned i = 0; i < table->columns_count; i++) {
        text_addf(text, "<th scope=\"col\"%s>", class_of(table->column[i].align));
        text_add_html(text, table->column[i].head);
        text_add_string(text, "</th>");
    }
    text_add_string(text, "</tr></thead>\n<tbody>\n");
    for (size_t row = 0; row < table->rows_count; row++)
        add_row(text, table, table->cell + row * table->columns_count);
    text_add_string(text, "</tbody>");
    if (table->total != NULL) {
        text_add_string(text, "\n<tfoot>");
        add_row(text, table, table->total);
        text_add_string(text, "</tfoot>");
    }
    text_add_string(text, "</table>\n");
}

static void add_pairs(struct text *text, const struct document_block *block)
{
    text_add_string(text, "<dl>\n");
    for (size_t i = 0; i < block->pairs_count; i++) {
        add_element(text, "dt", "", block->pair[i].name);
        add_element(text, "dd", "", block->pair[i].value);
        text_add_char(text, '\n');
    }
    text_add_string(text, "</dl>\n");
}

static void add_shape(struct text *text, const struct shape *shape)
{
    static const char *const ANCHOR[] = {"start", "end", "middle"};
    int x = shape->x, y = shape->y;
    switch (shape->kind) {
    case SHAPE_BAR:
        text_addf(text, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#456\"/>", x, y,
                  shape->width, shape->height);
        break;
    case SHAPE_RULE:
    case SHAPE_CURVE:
        text_addf(text, "<path d=\"M%d %dl%d %d\" stroke=\"%s\" stroke-width=\"%d\"/>", x, y,
                  shape->width, shape->height, shape->kind == SHAPE_RULE ? "#999" : "#456",
                  shape->kind == SHAPE_RULE ? 6 : 14);
        break;
    case SHAPE_DOT:
        text_addf(text, "<circle cx=\"%d\" cy=\"%d\" r=\"20\" fill=\"#456\"/>", x, y);
        break;
    case SHAPE_TEXT:
        text_addf(text, "<text x=\"%d\" y=\"%d\" dy=\".35em\" text-anchor=\"%s\">", x, y,
                  ANCHOR[shape->anchor]);
        text_add_html(text, shape->text);
        text_add_string(text, "</text>");
        break;
    }
    text_add_char(text, '\n');
}

static void add_chart(struct text *text, const struct document_chart *chart, struct arena *arena)
{
    struct drawing drawing;
    if (chart_draw(chart, arena, &drawing) != STATUS_OK) {
        text->full = true;
        return;
    }
    text_addf(text, "<figure><svg role=\"img\" viewBox=\"0 0 %d %d\" font-size=\"%d\"><title>",
              CHART_WIDTH, drawing.height, CHART_TEXT);
    text_add_html(text, chart->caption);
    text_add_string(text, "</title>\n");
    for (size_t i = 0; i < drawing.shapes_count; i++)
        add_shape(text, &drawing.shape[i]);
    text_add_string(text, "</svg>");
    add_element(text, "figcaption", "", chart->caption);
    text_add_string(text, "</figure>\n");
}

static void add_block(struct text *text, const struct document_block *block, struct arena *arena)
{
    switch (block->kind) {
    case BLOCK_HEADING:
        add_element(text, block->level == 1 ? "h2" : "h3", "", block->text);
        break;
    case BLOCK_PARAGRAPH:
        add_element(text, "p", "", block->text);
        break;
    case BLOCK_CLOSING:
        add_element(text, "p", " class=\"closing\"", block->text);
        break;
    case BLOCK_PAIRS:
        add_pairs(text, block);
        return;
    case BLOCK_TABLE:
        add_table(text, &block->table);
        return;
    case BLOCK_CHART:
        add_chart(text, &block->chart, arena);
        return;
    case BLOCK_PAGE_BREAK:
        text_add_string(text, "<div class=\"break\"></div>");
        break;
    }
    text_add_char(text, '\n');
}

void text_add_main(struct text *text, const struct document *document)
{
    text_add_string(text, "<main>\n<header>");
    if (document->issuer.size > 0)
        add_element(text, "p", " class=\"issuer\"", document->issuer);
    add_element(text, "h1", "", document->title);
    if (document->number.size > 0)
        add_element(text, "p", " class=\"number\"", document->number);
    text_add_string(text, "</header>\n");
    for (const struct document_block *block = document->first; block != NULL; block = block->next)
        add_block(text, block, document->arena);
    text_add_string(text, "</main>");
}

/* ---- the whole ---- */

static enum status paper_of(const struct document *document, size_t more, struct arena *arena,
                            struct text *out)
{
    size_t size = document_size(document) + more;
    char *bytes = NULL;
    if (document->short_of || size > DOCUMENT_BYTES_MAX)
        return STATUS_FULL;
    TRY(arena_take(arena, size, (void **)&bytes));
    *out = text_over(bytes, size);
    return STATUS_OK;
}

static void digest_text(struct slice main, char hex[DIGEST_HEX_SIZE])
{
    struct digest digest = sha256_of(&main, 1);
    digest_hex(&digest, hex);
}

enum status document_digest(const struct document *document, struct arena *scratch,
                            char hex[DIGEST_HEX_SIZE])
{
    struct text text;
    TRY(paper_of(document, FRAME_BYTES, scratch, &text));
    text_add_main(&text, document);
    if (text.full)
        return STATUS_FULL;
    digest_text(text_slice(&text), hex);
    return STATUS_OK;
}

static void add_head(struct text *text, const struct document *document)
{
    text_addf(text,
              "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
              "style-src 'unsafe-inline'\">\n"
              "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
              document->tongue == TONGUE_ZH ? "zh-CN" : "en");
    text_add_html(text, document->title);
    text_add_string(text, "</title>\n<style>\n");
    text_add_string(text, STYLE);
    text_add_string(text, "\n</style>\n</head>\n<body>\n");
}

enum status document_html(const struct document *document, struct arena *arena, struct slice *out)
{
    struct text text;
    char hex[DIGEST_HEX_SIZE], bytes[FOOTER_BYTES];
    TRY(paper_of(document, FRAME_BYTES + 2 * FOOTER_BYTES, arena, &text));
    add_head(&text, document);
    size_t before = text.size;
    text_add_main(&text, document);
    digest_text((struct slice){text.at + before, text.size - before}, hex);
    text_add_string(&text, "\n<footer>\n");
    for (unsigned line = 0; line < FOOTER_LINES; line++) {
        struct text foot = text_over(bytes, sizeof bytes);
        text_add_footer(&foot, document, line, hex);
        add_element(&text, "p", "", text_slice(&foot));
        text_add_char(&text, '\n');
    }
    text_add_string(&text, "</footer>\n</body>\n</html>\n");
    *out = text_slice(&text);
    return text.full ? STATUS_FULL : STATUS_OK;
}
