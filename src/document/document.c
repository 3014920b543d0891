/* document.c -- the blocks of a document, and its own words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "document/document_inside.h"

/* ---- blocks ---- */

static struct document_block *block_new(struct document *document, enum document_block_kind kind)
{
    struct document_block *block = NULL;
    if (document->blocks_count == DOCUMENT_BLOCKS_MAX ||
        ARENA_NEW(document->arena, 1, &block) != STATUS_OK) {
        document->short_of = true;
        return NULL;
    }
    block->kind = kind;
    if (document->last == NULL)
        document->first = block;
    else
        document->last->next = block;
    document->last = block;
    document->blocks_count++;
    return block;
}

static void text_block(struct document *document, enum document_block_kind kind, unsigned level,
                       struct slice text)
{
    struct document_block *block = block_new(document, kind);
    if (block == NULL)
        return;
    block->level = level;
    block->text = text;
}

void document_heading(struct document *document, unsigned level, struct slice text)
{
    must(level == 1 || level == 2);
    text_block(document, BLOCK_HEADING, level, text);
}

void document_paragraph(struct document *document, struct slice text)
{
    text_block(document, BLOCK_PARAGRAPH, 0, text);
}

void document_closing(struct document *document, struct slice text)
{
    text_block(document, BLOCK_CLOSING, 0, text);
}

void document_pairs(struct document *document, const struct document_pair *pair, size_t count)
{
    struct document_block *block = block_new(document, BLOCK_PAIRS);
    if (block == NULL)
        return;
    block->pair = pair;
    block->pairs_count = count;
}

void document_table(struct document *document, const struct document_table *table)
{
    must(table->columns_count >= 1 && table->columns_count <= DOCUMENT_COLUMNS_MAX);
    struct document_block *block = block_new(document, BLOCK_TABLE);
    if (block != NULL)
        block->table = *table;
}

void document_chart(struct document *document, const struct document_chart *chart)
{
    must(chart->points_count >= 1 && chart->points_count <= DOCUMENT_POINTS_MAX);
    struct document_block *block = block_new(document, BLOCK_CHART);
    if (block != NULL)
        block->chart = *chart;
}

void document_page_break(struct document *document)
{
    (void)block_new(document, BLOCK_PAGE_BREAK);
}

/* ---- how large it may get ---- */

enum { ESCAPED_MAX = 6, MARKUP_MAX = 320 };

static size_t text_size(struct slice text)
{
    return text.size * ESCAPED_MAX + MARKUP_MAX;
}

static size_t table_size(const struct document_table *table)
{
    size_t size = text_size(table->caption);
    for (unsigned i = 0; i < table->columns_count; i++) {
        size += text_size(table->column[i].head);
        size += table->total == NULL ? 0 : text_size(table->total[i]);
    }
    for (size_t i = 0; i < table->rows_count * table->columns_count; i++)
        size += table->cell[i].size * ESCAPED_MAX + MARKUP_MAX / 4;
    return size + table->rows_count * MARKUP_MAX / 4;
}

static size_t block_size(const struct document_block *block)
{
    size_t size = text_size(block->text);
    for (size_t i = 0; i < block->pairs_count; i++)
        size += text_size(block->pair[i].name) + text_size(block->pair[i].value);
    if (block->kind == BLOCK_TABLE)
        size += table_size(&block->table);
    if (block->kind != BLOCK_CHART)
        return size;
    size += 2 * text_size(block->chart.caption) + (size_t)8 * MARKUP_MAX;
    for (unsigned i = 0; i < block->chart.points_count; i++)
        size += text_size(block->chart.point[i].label) + text_size(block->chart.point[i].shown) +
                (size_t)2 * MARKUP_MAX;
    return size;
}

size_t document_size(const struct document *document)
{
    size_t size = 2 * text_size(document->title) + text_size(document->issuer) +
                  text_size(document->number) + MARKUP_MAX;
    for (const struct document_block *block = document->first; block != NULL; block = block->next)
        size += block_size(block);
    return size;
}

/* ---- words of our own ---- */

static const struct saying FOOTING[FOOTER_LINES] = {
    SAYING("SHA-256 of this content: ", "本件内容的 SHA-256："),
    SAYING("Audit entry: ", "审计记录号："),
    SAYING("", ""),
};

void text_add_footer(struct text *text, const struct document *document, unsigned line,
                     const char *digest)
{
    text_add_string(text, FOOTING[line].in[document->tongue]);
    if (line == 0) {
        text_add_string(text, digest);
    } else if (line == 1) {
        text_add(text, document->audit.size == 0 ? SLICE("-") : document->audit);
        text_add_string(text, document->tongue == TONGUE_ZH ? "　生成时间：" : "   Made: ");
        text_add_moment(text, document->made, document->zone_minutes);
    } else {
        text_add(text, document->footing);
    }
}
