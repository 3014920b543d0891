/* csv.c -- RFC 4180 as files in the world have it.
 *
 * A row ends with LF or CR LF.  A value in quotes may hold delimiters and line ends; a quote in it
 * is written twice.  Blanks before an opening and behind a closing quote are let pass.  A quote in
 * the middle of a plain value is a byte like others.
 *
 * One stray quote must not eat the rest of the file.  So a quote that is wrong, or not closed
 * within the longest row, costs exactly one line: the reader goes on with the next one.
 *
 * Invariants:  1. ROW, BLANK, QUOTE and CUT take at least one byte; MORE and LONG take none.
 *              2. What is taken ends behind a line end, or at the end of the file.
 *              3. No column of a row reaches outside the row.
 * Not chosen:  guessing where the quote should have closed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The bytes looked at: a row that is not whole before `limit` is too long or not all there. */
struct span {
    const char *at, *end;
    const char *limit; /* at most ROW_BYTES_MAX + 1 from `at` */
    bool ended;
};

static void keep(struct csv_row *row, struct slice value)
{
    if (row->count < COLUMNS_MAX)
        row->column[row->count] = value;
    row->count++;
}

/* The first line of the span, for a row whose quotes are wrong; `end` if the file ends with it. */
static enum csv_end first_line_only(struct csv_row *row, const struct span *span)
{
    const char *line_end = memchr(span->at, '\n', (size_t)(span->limit - span->at));
    if (line_end == NULL && (span->limit < span->end || !span->ended))
        return span->limit - span->at > ROW_BYTES_MAX ? CSV_LONG : CSV_MORE;
    if (line_end == NULL)
        line_end = span->end;
    row->bare_size = (size_t)(line_end - span->at);
    row->size = row->bare_size + (line_end < span->end);
    row->lines = 1;
    row->count = 0;
    return CSV_QUOTE;
}

/* No closing quote before the limit. */
static enum csv_end unclosed(struct csv_row *row, const struct span *span)
{
    if (!span->ended && span->limit == span->end && span->end - span->at <= ROW_BYTES_MAX)
        return CSV_MORE;
    enum csv_end end = first_line_only(row, span);
    bool last_line = end == CSV_QUOTE && span->at + row->size == span->end && span->ended;
    return last_line && span->end[-1] != '\n' ? CSV_CUT : end;
}

static void spare_add(struct csv_row *row, const char *from, size_t size)
{
    must(size <= sizeof row->spare - row->spare_used); /* a row's values are shorter than the row */
    memcpy(row->spare + row->spare_used, from, size);
    row->spare_used += size;
}

static void count_lines(struct csv_row *row, const char *from, const char *to)
{
    while ((from = memchr(from, '\n', (size_t)(to - from))) != NULL) {
        row->lines++;
        from++;
    }
}

/* Reads a value in quotes from behind the opening one.  Returns where the closing quote stands;
 * NULL: there is none before the limit. */
static const char *quoted(struct csv_row *row, const struct span *span, const char *p,
                          struct slice *out)
{
    const char *first = p;
    size_t spare_first = row->spare_used;
    bool doubled = false;
    for (;;) {
        const char *quote = memchr(p, '"', (size_t)(span->limit - p));
        if (quote == NULL)
            return NULL;
        bool last = quote + 1 == span->limit;
        if (last && !(span->ended && span->limit == span->end))
            return NULL; /* the byte that decides is not in sight */
        if (last || quote[1] != '"') {
            count_lines(row, first, quote);
            if (doubled)
                spare_add(row, p, (size_t)(quote - p));
            *out = doubled ? (struct slice){row->spare + spare_first, row->spare_used - spare_first}
                           : (struct slice){first, (size_t)(quote - first)};
            return quote;
        }
        spare_add(row, p, (size_t)(quote + 1 - p));
        doubled = true;
        p = quote + 2;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Finds delimiters and line ends, 64 bytes at a time: bit i of the mask is the byte at + i. */
struct finder {
    const char *at, *end;
    uint64_t mask;
    char delimiter;
};

#ifdef __SSE2__
static uint64_t sixteen_mask(const char *p, __m128i delimiters)
{
    __m128i bytes = _mm_loadu_si128((const void *)p);
    __m128i found =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
    return (uint64_t)(unsigned)_mm_movemask_epi8(found);
}

static void finder_load(struct finder *finder, const char *p)
{
    const __m128i delimiters = _mm_set1_epi8(finder->delimiter);
    finder->at = p;
    finder->mask = sixteen_mask(p, delimiters) | sixteen_mask(p + 16, delimiters) << 16 |
                   sixteen_mask(p + 32, delimiters) << 32 | sixteen_mask(p + 48, delimiters) << 48;
}

/* The next delimiter or line end from `p` on; NULL: not among the bytes that can be looked at so.
 * */
static const char *finder_next(struct finder *finder, const char *p)
{
    for (;;) {
        size_t offset = (size_t)((uintptr_t)p - (uintptr_t)finder->at);
        if (offset < 64) {
            uint64_t rest = finder->mask >> offset;
            if (rest != 0)
                return p + __builtin_ctzll(rest);
            p = finder->at + 64;
        }
        if (finder->end - p < 64)
            return NULL;
        finder_load(finder, p);
    }
}
#else
static const char *finder_next(struct finder *finder, const char *p)
{
    (void)finder;
    (void)p;
    return NULL;
}
#endif

/* The end of a plain value: the delimiter or the line end.  The line end behind `end` stops the
 * search. */
static const char *plain_end(struct finder *finder, const char *p)
{
    const char *found = finder_next(finder, p);
    if (found != NULL)
        return found;
    while (*p != finder->delimiter && *p != '\n')
        p++;
    return p;
}

/* One value that is not in quotes; a CR before the line end belongs to the line end. */
static const char *plain(struct csv_row *row, const char *p, struct finder *finder)
{
    const char *stop = plain_end(finder, p);
    size_t size = (size_t)(stop - p);
    if (*stop == '\n' && size != 0 && stop[-1] == '\r')
        size--;
    keep(row, (struct slice){p, size});
    return stop;
}

/* One value that begins with a quote at `p`.  NULL: `*wrong` says how the row ends. */
static const char *in_quotes(struct csv_row *row, const struct span *span, const char *p,
                             char delimiter, enum csv_end *wrong)
{
    struct slice value;
    const char *closing = quoted(row, span, p + 1, &value);
    if (closing == NULL) {
        *wrong = unclosed(row, span);
        return NULL;
    }
    p = closing + 1;
    while (p < span->end && *p != delimiter && is_blank(*p))
        p++;
    bool return_last = p + 1 == span->end && *p == '\r' && !span->ended;
    if (p < span->end && *p == '\r' && p[1] == '\n' && !return_last)
        p++;
    if (return_last || (p == span->end && !span->ended)) {
        *wrong = span->end - span->at > ROW_BYTES_MAX ? first_line_only(row, span) : CSV_MORE;
        return NULL;
    }
    if (*p != delimiter && *p != '\n') {
        *wrong = first_line_only(row, span);
        return NULL;
    }
    keep(row, value);
    return p;
}

/* The row is whole up to `stop`, its line end or the end of the bytes. */
static enum csv_end whole(struct csv_row *row, const struct span *span, const char *stop)
{
    if (stop == span->end && !span->ended) {
        if (stop - span->at <= ROW_BYTES_MAX)
            return CSV_MORE;
        return row->lines > 1 ? first_line_only(row, span) : CSV_LONG;
    }
    if (stop - span->at > ROW_BYTES_MAX)
        return row->lines > 1 ? first_line_only(row, span) : CSV_LONG;
    row->bare_size = (size_t)(stop - span->at);
    row->size = row->bare_size + (stop < span->end);
    if (row->bare_size != 0 && stop[-1] == '\r')
        row->bare_size--;
    return CSV_ROW;
}

/* A line of blanks is no row; so is the Ctrl-Z that old systems write at the end of a file. */
static bool is_empty_line(const struct span *span, size_t *size)
{
    const char *p = span->at;
    while (p < span->end && (is_blank(*p) || *p == '\r' || *p == 0x1A))
        p++;
    *size = (size_t)(p - span->at) + (p < span->end);
    return *p == '\n' && (p < span->end || span->ended);
}

/* Values in quotes that nobody escaped: a column ends where a quote, a delimiter and a quote follow
 * each other.  Only the first line is looked at. */
static enum csv_end read_bare(struct csv_row *row, const struct span *span, char delimiter)
{
    const char *stop = memchr(span->at, '\n', (size_t)(span->end - span->at) + 1);
    enum csv_end end = whole(row, span, stop);
    if (end != CSV_ROW)
        return end;
    const char *p = span->at;
    stop = span->at + row->bare_size;
    while (stop > p && (is_blank(stop[-1]) || stop[-1] == ';'))
        stop--;
    if (stop - p < 2 || *p != '"' || stop[-1] != '"')
        return first_line_only(row, span);
    const char *first = ++p;
    for (stop--; p < stop; p++) {
        if (*p != '"')
            continue;
        const char *q = p + 1;
        while (q < stop && is_blank(*q))
            q++;
        if (q >= stop || *q != delimiter)
            continue;
        do
            q++;
        while (q < stop && is_blank(*q));
        if (q >= stop || *q != '"')
            continue;
        keep(row, (struct slice){first, (size_t)(p - first)});
        first = q + 1;
        p = q;
    }
    keep(row,
         first <= stop ? (struct slice){first, (size_t)(stop - first)} : (struct slice){stop, 0});
    return CSV_ROW;
}

enum csv_end csv_read(struct csv_row *row, struct csv_form form, struct slice bytes, bool ended)
{
    struct span span = {bytes.at, bytes.at + bytes.size, bytes.at + bytes.size, ended};
    if (bytes.size > ROW_BYTES_MAX + 1)
        span.limit = bytes.at + ROW_BYTES_MAX + 1;
    must(*span.end == '\n');
    row->count = 0;
    row->lines = 1;
    row->spare_used = 0;
    if (bytes.size == 0)
        return CSV_MORE;
    if ((unsigned char)*span.at <= ' ' && is_empty_line(&span, &row->size)) {
        row->bare_size = row->size;
        return CSV_BLANK;
    }
    if (form.quotes == CSV_QUOTES_BARE)
        return read_bare(row, &span, form.delimiter);
    struct finder finder = {.end = span.end, .delimiter = form.delimiter};
    const char *p = span.at;
    for (;;) {
        const char *value = p;
        if (form.quotes == CSV_QUOTES_RFC)
            while (*value == ' ')
                value++;
        if (*value == '"' && value < span.limit && form.quotes == CSV_QUOTES_RFC) {
            enum csv_end wrong;
            p = in_quotes(row, &span, value, form.delimiter, &wrong);
            if (p == NULL)
                return wrong;
        } else {
            p = plain(row, p, &finder);
        }
        if (p >= span.end || *p == '\n')
            return whole(row, &span, p);
        p++;
    }
}
