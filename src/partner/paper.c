/* paper.c -- JSON checked from end to end, then read where it lies.
 *
 * Invariants:  1. After a check that said OK the readers below cannot run out of the text, whatever
 *                 it is.
 *              2. Canonical is a part of JSON: what the one check takes, the other takes, too.
 *              3. A name has no escapes, so two names are the same exactly if their bytes are.
 * Not chosen:  the parser that api has (jansson).  It follows 2,048 levels before anybody can say
 *              no, takes doubles for numbers, and a library belongs to one room. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/paper.h"

#define WHOLE_MAX 9007199254740991 /* 2^53 - 1: the numbers that every reader has exactly */

struct scan {
    const char *at, *end;
    bool canonical; /* nothing else is taken */
    bool full;      /* deeper or wider than allowed */
};

static bool value_scan(struct scan *scan, unsigned depth);

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void blanks_skip(struct scan *scan)
{
    while (!scan->canonical && scan->at < scan->end && is_blank(*scan->at))
        scan->at++;
}

static bool char_take(struct scan *scan, char c)
{
    if (scan->at == scan->end || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

static bool word_take(struct scan *scan, struct slice word)
{
    if ((size_t)(scan->end - scan->at) < word.size || memcmp(scan->at, word.at, word.size) != 0)
        return false;
    scan->at += word.size;
    return true;
}

/* ---- texts ---- */

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The four digits at `at`; -1: they are none. */
static int32_t unit_read(const char *at, const char *end)
{
    int32_t unit = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_of(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* The code point behind "\u"; moves `*at` behind it.  -1: none, or half of a pair. */
static int32_t point_read(const char **at, const char *end)
{
    int32_t unit = unit_read(*at, end);
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
        return -1;
    *at += 4;
    if (unit < 0xD800 || unit > 0xDBFF)
        return unit;
    if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
        return -1;
    int32_t low = unit_read(*at + 2, end);
    if (low < 0xDC00 || low > 0xDFFF)
        return -1;
    *at += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

/* The only spelling that RFC 8785 has for a control character without a letter of its own. */
static bool control_canonical(const char *digits)
{
    static const char LETTERED[] = "\b\f\n\r\t";
    int32_t unit = unit_read(digits, digits + 4);
    bool lower = !(digits[3] >= 'A' && digits[3] <= 'F');
    return unit < 0x20 && lower && (unit == 0 || strchr(LETTERED, (int)unit) == NULL);
}

static bool escape_scan(struct scan *scan)
{
    if (scan->at == scan->end)
        return false;
    char c = *scan->at++;
    if (c == 'u') {
        const char *digits = scan->at;
        if (point_read(&scan->at, scan->end) < 0)
            return false;
        return !scan->canonical || control_canonical(digits);
    }
    return (c == '/' && !scan->canonical) ||
           (c != '\0' && c != '/' && strchr("\"\\bfnrt", c) != NULL);
}

static bool text_scan(struct scan *scan, bool *escapes)
{
    *escapes = false;
    if (!char_take(scan, '"'))
        return false;
    while (scan->at < scan->end) {
        char c = *scan->at++;
        if (c == '"')
            return true;
        if ((unsigned char)c < 0x20)
            return false;
        if (c != '\\')
            continue;
        *escapes = true;
        if (!escape_scan(scan))
            return false;
    }
    return false;
}

/* ---- numbers ---- */

static bool is_digit(const struct scan *scan)
{
    return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

static bool digits_take(struct scan *scan)
{
    if (!is_digit(scan))
        return false;
    while (is_digit(scan))
        scan->at++;
    return true;
}

static bool whole_read(struct slice digits, int64_t *out)
{
    bool minus = digits.size > 0 && digits.at[0] == '-';
    int64_t whole = 0;
    if (digits.size == (size_t)minus || digits.size > 17)
        return false;
    for (size_t i = minus; i < digits.size; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
        whole = whole * 10 + (digits.at[i] - '0');
    }
    if (whole > WHOLE_MAX)
        return false;
    *out = minus ? -whole : whole;
    return true;
}

static bool number_scan(struct scan *scan)
{
    const char *begin = scan->at;
    int64_t whole = 0;
    bool minus = char_take(scan, '-');
    if (!char_take(scan, '0') && !digits_take(scan))
        return false;
    if (is_digit(scan)) /* a zero in front */
        return false;
    if (scan->canonical) /* "-0" is spelt "0" */
        return whole_read((struct slice){begin, (size_t)(scan->at - begin)}, &whole) &&
               !(minus && whole == 0);
    if (char_take(scan, '.') && !digits_take(scan))
        return false;
    if (char_take(scan, 'e') || char_take(scan, 'E')) {
        if (!char_take(scan, '+'))
            (void)char_take(scan, '-');
        return digits_take(scan);
    }
    return true;
}

/* ---- objects and lists ---- */

static bool name_scan(struct scan *scan, struct slice *out)
{
    bool escapes = false;
    const char *begin = scan->at + 1;
    if (!text_scan(scan, &escapes) || escapes)
        return false;
    *out = (struct slice){begin, (size_t)(scan->at - begin) - 1};
    for (size_t i = 0; scan->canonical && i < out->size; i++)
        if (out->at[i] & 0x80) /* their order is that of UTF-16, which nobody should have to know */
            return false;
    return true;
}

/* Whether the name may follow the others. */
static bool name_fits(struct scan *scan, const struct slice *names, unsigned count)
{
    struct slice name = names[count];
    if (count > 0 && scan->canonical)
        return slice_compare(names[count - 1], name) < 0;
    for (unsigned i = 0; i < count; i++)
        if (slice_equal(names[i], name))
            return false;
    return true;
}

static bool member_scan(struct scan *scan, struct slice *names, unsigned count, unsigned depth)
{
    if (count == PAPER_MEMBERS_MAX) {
        scan->full = true;
        return false;
    }
    blanks_skip(scan);
    if (!name_scan(scan, &names[count]) || !name_fits(scan, names, count))
        return false;
    blanks_skip(scan);
    if (!char_take(scan, ':'))
        return false;
    return value_scan(scan, depth);
}

static bool object_scan(struct scan *scan, unsigned depth)
{
    struct slice names[PAPER_MEMBERS_MAX];
    unsigned count = 0;
    blanks_skip(scan);
    if (char_take(scan, '}'))
        return true;
    do {
        if (!member_scan(scan, names, count++, depth))
            return false;
    } while (char_take(scan, ','));
    return char_take(scan, '}');
}

static bool list_scan(struct scan *scan, unsigned depth)
{
    blanks_skip(scan);
    if (char_take(scan, ']'))
        return true;
    do {
        if (!value_scan(scan, depth))
            return false;
    } while (char_take(scan, ','));
    return char_take(scan, ']');
}

static bool inner_scan(struct scan *scan, unsigned depth)
{
    bool object = *scan->at++ == '{';
    if (depth == PAPER_DEPTH_MAX) {
        scan->full = true;
        return false;
    }
    return object ? object_scan(scan, depth + 1) : list_scan(scan, depth + 1);
}

/* A value and the blanks around it. */
static bool value_scan(struct scan *scan, unsigned depth)
{
    bool escapes = false, held = false;
    blanks_skip(scan);
    if (scan->at == scan->end)
        return false;
    switch (*scan->at) {
    case '{':
    case '[':
        held = inner_scan(scan, depth);
        break;
    case '"':
        held = text_scan(scan, &escapes);
        break;
    case 't':
        held = word_take(scan, SLICE("true"));
        break;
    case 'f':
        held = word_take(scan, SLICE("false"));
        break;
    case 'n':
        held = word_take(scan, SLICE("null"));
        break;
    default:
        held = number_scan(scan);
    }
    blanks_skip(scan);
    return held;
}

static enum status check(struct slice json, bool canonical)
{
    struct scan scan = {json.at, json.at + json.size, canonical, false};
    if (json.size == 0 || !utf8_valid(json))
        return STATUS_MALFORMED;
    bool held = value_scan(&scan, 0);
    if (scan.full)
        return STATUS_FULL;
    return held && scan.at == scan.end ? STATUS_OK : STATUS_MALFORMED;
}

enum status paper_check(struct slice json)
{
    return check(json, false);
}

enum status paper_check_canonical(struct slice json)
{
    return check(json, true);
}

/* ---- reading what was checked ---- */

static void forward(struct slice *rest, size_t count)
{
    must(count <= rest->size); /* it was checked */
    rest->at += count;
    rest->size -= count;
}

static void blanks_pass(struct slice *rest)
{
    while (rest->size > 0 && is_blank(*rest->at))
        forward(rest, 1);
}

/* The text at the front with its quotes. */
static struct slice text_pass(struct slice *rest)
{
    struct slice whole = *rest;
    forward(rest, 1);
    while (*rest->at != '"')
        forward(rest, *rest->at == '\\' ? 2 : 1);
    forward(rest, 1);
    return (struct slice){whole.at, whole.size - rest->size};
}

static struct slice value_pass(struct slice *rest)
{
    struct slice whole = *rest;
    unsigned depth = 0;
    do {
        char c = *rest->at;
        if (c == '"') {
            (void)text_pass(rest);
        } else if (depth == 0 && c != '{' && c != '[') {
            while (rest->size > 0 && !is_blank(*rest->at) && strchr(",]}", *rest->at) == NULL)
                forward(rest, 1);
        } else {
            depth += c == '{' || c == '[';
            depth -= c == '}' || c == ']';
            forward(rest, 1);
        }
    } while (depth > 0);
    return (struct slice){whole.at, whole.size - rest->size};
}

struct slice paper_trim(struct slice paper)
{
    blanks_pass(&paper);
    while (paper.size > 0 && is_blank(paper.at[paper.size - 1]))
        paper.size--;
    return paper;
}

enum paper_type paper_type(struct slice value)
{
    if (value.size == 0)
        return PAPER_ABSENT;
    switch (value.at[0]) {
    case 'n':
        return PAPER_NULL;
    case 't':
        return PAPER_TRUE;
    case 'f':
        return PAPER_FALSE;
    case '"':
        return PAPER_TEXT;
    case '[':
        return PAPER_LIST;
    case '{':
        return PAPER_OBJECT;
    default:
        return PAPER_NUMBER;
    }
}

bool paper_next(struct slice *rest, struct slice *name, struct slice *value)
{
    blanks_pass(rest);
    if (rest->size == 0 || strchr("{[,", *rest->at) == NULL)
        return false;
    forward(rest, 1);
    blanks_pass(rest);
    if (*rest->at == '}' || *rest->at == ']')
        return false;
    if (name != NULL) {
        if (*rest->at != '"')
            return false;
        *name = text_pass(rest);
        *name = (struct slice){name->at + 1, name->size - 2};
        blanks_pass(rest);
        forward(rest, 1); /* : */
        blanks_pass(rest);
    }
    *value = value_pass(rest);
    blanks_pass(rest);
    return true;
}

struct slice paper_member(struct slice object, const char *name)
{
    struct slice rest = object, wanted = slice_of(name), here, value;
    if (paper_type(object) != PAPER_OBJECT)
        return (struct slice){"", 0};
    while (paper_next(&rest, &here, &value))
        if (slice_equal(here, wanted))
            return value;
    return (struct slice){"", 0};
}

static size_t utf8_put(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char FIRST[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (char)(FIRST[size] | point);
    return size;
}

/* What the escape behind a backslash stands for; moves `*at` behind it. */
static uint32_t escape_read(const char **at, const char *end)
{
    static const char FROM[] = "bfnrt", TO[] = "\b\f\n\r\t";
    char c = *(*at)++;
    if (c == 'u') {
        int32_t point = point_read(at, end);
        must(point >= 0);
        return (uint32_t)point;
    }
    const char *lettered = strchr(FROM, c);
    return (uint32_t)(lettered == NULL ? c : TO[lettered - FROM]);
}

enum status paper_text(struct slice value, struct arena *arena, struct slice *out)
{
    char *bytes = NULL;
    size_t size = 0;
    if (paper_type(value) != PAPER_TEXT)
        return STATUS_MALFORMED;
    TRY(ARENA_NEW(arena, value.size, &bytes)); /* no escape is shorter than what it stands for */
    const char *at = value.at + 1, *end = value.at + value.size - 1;
    while (at < end) {
        uint32_t point = (unsigned char)*at++;
        if (point != '\\') {
            bytes[size++] = (char)point;
            continue;
        }
        point = escape_read(&at, end);
        if (point == 0)
            return STATUS_MALFORMED;
        size += utf8_put(bytes + size, point);
    }
    bytes[size] = '\0';
    *out = (struct slice){bytes, size};
    return STATUS_OK;
}

enum status paper_whole(struct slice value, int64_t *out)
{
    if (paper_type(value) != PAPER_NUMBER || !whole_read(value, out))
        return STATUS_MALFORMED;
    return STATUS_OK;
}
