/* markup.c -- libxml2's push parser, held to what a message between banks needs.
 *
 *     bytes ──> UTF-8? ──> pieces of 4 KiB ──> libxml2 (SAX, no tree) ──> open · text · close
 *                                                │
 *                                  bounds: depth, text, tag, names
 *
 * Several documents may stand one behind the other; libxml2 takes what follows a document for an
 * error.  So the place where the outermost element ends is noted, what the library says after that
 * is not listened to, and the caller begins again there.
 *
 * Invariants:  1. What is held does not depend on the size of the document.
 *              2. No event comes after the trouble, nor after the outermost element's end.
 *              3. A document type ends the reading before one of its declarations is looked at.
 *              4. The events are the same however the bytes were cut into pieces, except where one
 *                 text is cut.  Of several faults, which is met first may differ.
 * Not chosen:  the library's reader interface, half as fast, which gathers each text whole; a tree,
 *              which a small document can make very large. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "markup.h"

#include <libxml/parser.h>
#include <pthread.h>
#include <strings.h>

enum { PIECE_MAX = 4096, UTF8_SIZE_MAX = 4 };

struct markup {
    struct markup_sink sink;
    xmlParserCtxtPtr parser; /* NULL: no document is begun */
    struct markup_trouble trouble;
    enum status status;            /* of the sink */
    bool ended;                    /* the outermost element is closed */
    uint64_t end_at;               /* bytes of the document up to there */
    uint64_t fed;                  /* bytes of the document given to the library */
    uint64_t line_first, line_end; /* of the document; the library reads on behind its end */
    uint64_t line_fed;             /* of the last byte given to the library, which may lag */
    size_t quiet;                  /* bytes since the last event */
    size_t text_size;              /* of the text since the last tag */
    unsigned depth;
    const char *name[MARKUP_DEPTH_MAX]; /* of the open elements; the library's */
};

static bool listens(const struct markup *markup)
{
    return markup->trouble.fault == MARKUP_FINE && markup->status == STATUS_OK && !markup->ended;
}

uint64_t markup_line(const struct markup *markup)
{
    if (markup->ended)
        return markup->line_end;
    if (markup->parser == NULL || markup->parser->input == NULL)
        return markup->line_first;
    return markup->line_first + (uint64_t)markup->parser->input->line - 1;
}

void text_add_markup_path(struct text *text, const struct markup *markup)
{
    for (unsigned i = 0; i < markup->depth; i++) {
        text_add_char(text, '/');
        text_add_string(text, markup->name[i]);
    }
}

/* Names come out of the document: what is shown of them is cut and holds no control characters. */
static void put_value(char *room, size_t size, const char *value)
{
    struct text text = text_over(room, size);
    text_add_string(&text, value);
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)room[i] < 0x20 || room[i] == 0x7F)
            room[i] = '?';
}

static void fail(struct markup *markup, enum markup_fault fault, const char *value)
{
    if (markup->trouble.fault != MARKUP_FINE)
        return;
    struct markup_trouble *trouble = &markup->trouble;
    trouble->fault = fault;
    trouble->line = markup_line(markup);
    put_value(trouble->value, sizeof trouble->value, value == NULL ? "" : value);
    struct text path = text_over(trouble->path, sizeof trouble->path);
    text_add_markup_path(&path, markup);
}

static void stop(struct markup *markup)
{
    xmlStopParser(markup->parser);
}

static void take(struct markup *markup, enum status status)
{
    if (status == STATUS_OK)
        return;
    markup->status = status;
    stop(markup);
}

/* ---- what the library says ---- */

static void hear_fault(void *self, xmlErrorPtr error)
{
    struct markup *markup = self;
    if (!listens(markup) || error->level < XML_ERR_ERROR)
        return;
    switch (error->code) {
    case XML_WAR_NS_URI: /* "urn:swift:xsd:$ahV10" is none, and is used */
    case XML_WAR_NS_URI_RELATIVE:
        return;
    case XML_ERR_UNDECLARED_ENTITY:
    case XML_WAR_UNDECLARED_ENTITY:
        fail(markup, MARKUP_ENTITY, error->str1);
        return;
    case XML_ERR_UNSUPPORTED_ENCODING:
    case XML_ERR_UNKNOWN_ENCODING:
        fail(markup, MARKUP_ENCODING, error->str1);
        return;
    case XML_ERR_INVALID_CHAR:
        fail(markup, MARKUP_CHARACTER, NULL);
        return;
    case XML_ERR_TAG_NAME_MISMATCH:
        fail(markup, MARKUP_TAGS, error->str1);
        return;
    case XML_NS_ERR_UNDEFINED_NAMESPACE:
        fail(markup, MARKUP_PREFIX, error->str1);
        return;
    case XML_ERR_DOCUMENT_EMPTY:
        fail(markup, MARKUP_NOT_XML, NULL);
        return;
    case XML_ERR_NO_MEMORY:
        fail(markup, MARKUP_MEMORY, NULL);
        return;
    default:
        fail(markup, MARKUP_BROKEN, NULL);
        return;
    }
}

/* Comes before the first declaration of a document type. */
static void hear_doctype(void *self, const xmlChar *name, const xmlChar *public,
                         const xmlChar *system)
{
    struct markup *markup = self;
    (void)public;
    (void)system;
    if (!listens(markup))
        return;
    fail(markup, MARKUP_DOCTYPE, (const char *)name);
    stop(markup);
}

/* Behind the XML declaration. */
static void hear_start(void *self)
{
    struct markup *markup = self;
    const xmlChar *encoding = markup->parser->encoding;
    if (encoding == NULL && markup->parser->input != NULL)
        encoding = markup->parser->input->encoding;
    if (!listens(markup) || encoding == NULL)
        return;
    const char *name = (const char *)encoding;
    if (strcasecmp(name, "UTF-8") == 0 || strcasecmp(name, "UTF8") == 0)
        return;
    fail(markup, MARKUP_ENCODING, name);
    stop(markup);
}

static struct slice slice_of_chars(const xmlChar *chars)
{
    return chars == NULL ? SLICE("") : slice_of((const char *)chars);
}

static void hear_open(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                      int spaces_count, const xmlChar **spaces, int attributes_count,
                      int defaulted_count, const xmlChar **attributes)
{
    struct markup *markup = self;
    (void)prefix;
    (void)spaces_count;
    (void)spaces;
    (void)defaulted_count;
    if (!listens(markup))
        return;
    if (markup->depth == MARKUP_DEPTH_MAX) {
        fail(markup, MARKUP_DEPTH, NULL);
        stop(markup);
        return;
    }
    markup->quiet = 0;
    markup->text_size = 0;
    markup->name[markup->depth++] = (const char *)name;
    struct markup_element element = {
        .space = slice_of_chars(uri),
        .name = slice_of_chars(name),
        .depth = markup->depth,
        .line = markup_line(markup),
        .attributes = attributes,
        .attributes_count = (unsigned)attributes_count,
    };
    take(markup, markup->sink.open(markup->sink.self, &element));
}

static void hear_close(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct markup *markup = self;
    (void)name;
    (void)prefix;
    (void)uri;
    if (!listens(markup))
        return;
    must(markup->depth != 0);
    markup->quiet = 0;
    markup->text_size = 0;
    enum status status = markup->sink.close(markup->sink.self, markup->depth);
    if (--markup->depth == 0) {
        const xmlParserInput *input = markup->parser->input;
        markup->line_end = markup_line(markup);
        markup->ended = true;
        markup->end_at = input->consumed + (uint64_t)(input->cur - input->base);
    }
    take(markup, status);
}

static void hear_text(void *self, const xmlChar *chars, int size)
{
    struct markup *markup = self;
    if (!listens(markup) || size <= 0)
        return;
    markup->quiet = 0;
    markup->text_size += (size_t)size;
    if (markup->text_size > MARKUP_TEXT_BYTES_MAX) {
        fail(markup, MARKUP_TEXT, NULL);
        stop(markup);
        return;
    }
    take(markup,
         markup->sink.text(markup->sink.self, (struct slice){(const char *)chars, (size_t)size}));
}

static void hear_comment(void *self, const xmlChar *chars)
{
    (void)chars;
    ((struct markup *)self)->quiet = 0;
}

static void hear_instruction(void *self, const xmlChar *target, const xmlChar *chars)
{
    (void)target;
    (void)chars;
    ((struct markup *)self)->quiet = 0;
}

struct slice markup_attribute(const struct markup_element *element, const char *name)
{
    /* Five pointers each: name, prefix, namespace, value, its end. */
    const xmlChar **at = (const xmlChar **)(uintptr_t)element->attributes;
    for (unsigned i = 0; i < element->attributes_count; i++, at += 5)
        if (at[1] == NULL && strcmp((const char *)at[0], name) == 0)
            return (struct slice){(const char *)at[3], (size_t)(at[4] - at[3])};
    return (struct slice){NULL, 0};
}

/* ---- documents ---- */

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

enum status markup_create(struct markup **out, struct markup_sink sink, struct arena *boot)
{
    struct markup *markup;
    must(pthread_once(&library_once, xmlInitParser) == 0);
    TRY(ARENA_NEW(boot, 1, &markup));
    markup->sink = sink;
    markup->line_first = 1;
    *out = markup;
    return STATUS_OK;
}

void markup_destroy(struct markup *markup)
{
    if (markup == NULL || markup->parser == NULL)
        return;
    xmlFreeParserCtxt(markup->parser);
    markup->parser = NULL;
}

void markup_begin(struct markup *markup, uint64_t line)
{
    markup_destroy(markup);
    markup->trouble = (struct markup_trouble){0};
    markup->status = STATUS_OK;
    markup->ended = false;
    markup->end_at = 0;
    markup->fed = 0;
    markup->line_first = markup->line_fed = line;
    markup->quiet = 0;
    markup->text_size = 0;
    markup->depth = 0;
}

static bool wake_library(struct markup *markup)
{
    if (markup->parser != NULL)
        return true;
    xmlSAXHandler handler = {
        .internalSubset = hear_doctype,
        .startDocument = hear_start,
        .characters = hear_text,
        .ignorableWhitespace = hear_text,
        .cdataBlock = hear_text,
        .comment = hear_comment,
        .processingInstruction = hear_instruction,
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = hear_open,
        .endElementNs = hear_close,
        .serror = hear_fault,
    };
    markup->parser = xmlCreatePushParserCtxt(&handler, markup, NULL, 0, NULL);
    if (markup->parser == NULL) {
        fail(markup, MARKUP_MEMORY, NULL);
        return false;
    }
    (void)xmlCtxtUseOptions(markup->parser, XML_PARSE_NONET);
    return true;
}

/* ---- bytes ---- */

/* The part of the bytes that is whole UTF-8; what is left may only be the beginning of one
 * character. */
static size_t whole_utf8(struct slice bytes)
{
    if (utf8_valid(bytes))
        return bytes.size;
    struct slice rest = bytes;
    while (rest.size != 0) {
        struct slice before = rest;
        uint32_t point = utf8_next(&rest);
        bool wrong = point == 0xFFFD && before.size - rest.size == 1;
        if (wrong)
            return bytes.size - before.size;
    }
    return bytes.size;
}

/* Whether the bytes could go on to be one character: one of three second bytes fits any first. */
static bool is_begun(struct slice bytes)
{
    static const char SECOND[] = "\x80\x90\xA0";
    for (size_t i = 0; i < sizeof SECOND - 1 && bytes.size < UTF8_SIZE_MAX; i++) {
        char made[UTF8_SIZE_MAX] = {0, SECOND[i], '\x80', '\x80'};
        memcpy(made, bytes.at, bytes.size);
        for (size_t size = bytes.size + 1; size <= UTF8_SIZE_MAX; size++)
            if (whole_utf8((struct slice){made, size}) == size)
                return true;
    }
    return false;
}

/* A fault behind all that was given to the library. */
static enum status fail_at(struct markup *markup, enum markup_fault fault, const char *value)
{
    fail(markup, fault, value);
    markup->trouble.line = markup->line_fed;
    return STATUS_MALFORMED;
}

static enum status fail_bytes(struct markup *markup, struct slice bytes)
{
    char shown[16];
    struct text text = text_over(shown, sizeof shown);
    for (size_t i = 0; i < bytes.size && i < 4 && (i == 0 || (unsigned char)bytes.at[i] >= 0x80);
         i++)
        text_addf(&text, "%s%02X", i == 0 ? "" : " ", (unsigned)(unsigned char)bytes.at[i]);
    return fail_at(markup, MARKUP_BYTES, shown);
}

/* What became of a piece that was fed. */
static enum status heard(struct markup *markup, uint64_t fed_before, size_t size, size_t *used)
{
    if (markup->trouble.fault != MARKUP_FINE)
        return STATUS_MALFORMED;
    if (markup->status != STATUS_OK)
        return markup->status;
    if (markup->ended) {
        bool inside = markup->end_at >= fed_before && markup->end_at - fed_before <= size;
        if (!inside)
            fail(markup, MARKUP_BROKEN, NULL);
        else
            *used = (size_t)(markup->end_at - fed_before);
        return inside ? STATUS_END : STATUS_MALFORMED;
    }
    markup->quiet += size;
    if (markup->quiet > MARKUP_TEXT_BYTES_MAX)
        fail(markup, MARKUP_TOKEN, NULL);
    else if (xmlDictGetUsage(markup->parser->dict) > MARKUP_NAMES_BYTES_MAX)
        fail(markup, MARKUP_NAMES, NULL);
    return markup->trouble.fault == MARKUP_FINE ? STATUS_OK : STATUS_MALFORMED;
}

/* The library is never told that the end has come: what it then says of a document that was cut
 * depends on where. */
static enum status feed(struct markup *markup, struct slice piece, size_t *used)
{
    uint64_t fed_before = markup->fed;
    markup->fed += piece.size;
    *used = piece.size;
    const char *end = piece.at + piece.size;
    for (const char *at = piece.at; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        markup->line_fed++;
    int fault = xmlParseChunk(markup->parser, piece.at, (int)piece.size, 0);
    TRY(heard(markup, fed_before, piece.size, used));
    if (fault == 0 || markup->parser->wellFormed)
        return STATUS_OK;
    fail(markup, MARKUP_BROKEN, NULL);
    return STATUS_MALFORMED;
}

enum status markup_read(struct markup *markup, struct slice bytes, bool last, size_t *used)
{
    *used = 0;
    must(!markup->ended);
    if (markup->trouble.fault != MARKUP_FINE || !wake_library(markup))
        return STATUS_MALFORMED;
    if (markup->fed == 0 && bytes.size != 0 && bytes.at[0] != '<')
        return fail_at(markup, MARKUP_NOT_XML, NULL);
    while (*used < bytes.size) {
        struct slice piece = {bytes.at + *used, bytes.size - *used};
        bool whole = piece.size <= PIECE_MAX;
        if (!whole)
            piece.size = PIECE_MAX;
        size_t good = whole_utf8(piece);
        if (good == 0) {
            if (whole && !last && is_begun(piece))
                return STATUS_OK; /* the caller brings the rest of it */
            return fail_bytes(markup, piece);
        }
        size_t of_piece;
        enum status status = feed(markup, (struct slice){piece.at, good}, &of_piece);
        *used += of_piece;
        TRY(status);
    }
    return last ? fail_at(markup, MARKUP_CUT, NULL) : STATUS_OK;
}

const struct markup_trouble *markup_trouble(const struct markup *markup)
{
    return &markup->trouble;
}
