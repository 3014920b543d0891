/* json.c -- a strict reader of RFC 8259, for objects that come by the million.
 *
 * It reads one line from front to back, once, into flat members; nothing is allocated.  What is
 * nested is checked to the same rules and handed on as it was written.
 *
 * Invariants:  1. JSON_OBJECT means that the whole line is one object of RFC 8259 and nothing else:
 *                 no comments, no trailing commas, no bare words, no control characters in strings.
 *              2. Every value is UTF-8: an escape that is half of a surrogate pair is an error.
 *              3. The spare holds what was unescaped; that is never longer than the line itself.
 * Not chosen:  a tree.  Nobody asks a record for anything but its members, once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct reading {
    const char *at, *end;
    struct json_row *row;
};

static void skip_blanks(struct reading *in)
{
    while (in->at < in->end && (*in->at == ' ' || *in->at == '\t' || *in->at == '\r'))
        in->at++;
}

static bool take_char(struct reading *in, char c)
{
    if (in->at == in->end || *in->at != c)
        return false;
    in->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_digits(struct reading *in)
{
    const char *first = in->at;
    while (in->at < in->end && is_digit(*in->at))
        in->at++;
    return in->at > first;
}

static bool take_number(struct reading *in, struct slice *out)
{
    const char *first = in->at;
    (void)take_char(in, '-');
    if (!take_char(in, '0') && !take_digits(in))
        return false;
    if (take_char(in, '.') && !take_digits(in))
        return false;
    if (take_char(in, 'e') || take_char(in, 'E')) {
        if (!take_char(in, '+'))
            (void)take_char(in, '-');
        if (!take_digits(in))
            return false;
    }
    *out = (struct slice){first, (size_t)(in->at - first)};
    return true;
}

static bool take_word(struct reading *in, struct slice word)
{
    struct slice rest = {in->at, (size_t)(in->end - in->at)};
    if (!slice_starts(rest, word))
        return false;
    in->at += word.size;
    return true;
}

/* ---- strings ---- */

static void spare_add(struct json_row *row, const char *from, size_t size)
{
    must(size <= sizeof row->spare - row->spare_used); /* invariant 3 */
    memcpy(row->spare + row->spare_used, from, size);
    row->spare_used += size;
}

static bool take_hex4(struct reading *in, uint32_t *out)
{
    if (in->end - in->at < 4)
        return false;
    uint32_t number = 0;
    for (int i = 0; i < 4; i++) {
        char c = *in->at++;
        char small = (char)(c | 0x20);
        if (is_digit(c))
            number = number * 16 + (uint32_t)(c - '0');
        else if (small >= 'a' && small <= 'f')
            number = number * 16 + (uint32_t)(small - 'a' + 10);
        else
            return false;
    }
    *out = number;
    return true;
}

static void spare_add_point(struct json_row *row, uint32_t point)
{
    char bytes[4];
    size_t size;
    if (point < 0x80) {
        bytes[0] = (char)point;
        size = 1;
    } else if (point < 0x800) {
        bytes[0] = (char)(0xC0 | point >> 6);
        bytes[1] = (char)(0x80 | (point & 0x3F));
        size = 2;
    } else if (point < 0x10000) {
        bytes[0] = (char)(0xE0 | point >> 12);
        bytes[1] = (char)(0x80 | (point >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (point & 0x3F));
        size = 3;
    } else {
        bytes[0] = (char)(0xF0 | point >> 18);
        bytes[1] = (char)(0x80 | (point >> 12 & 0x3F));
        bytes[2] = (char)(0x80 | (point >> 6 & 0x3F));
        bytes[3] = (char)(0x80 | (point & 0x3F));
        size = 4;
    }
    spare_add(row, bytes, size);
}

/* \uXXXX, and its second half where one is needed. */
static bool take_unicode(struct reading *in)
{
    uint32_t point;
    if (!take_hex4(in, &point))
        return false;
    if (point >= 0xD800 && point <= 0xDBFF) {
        uint32_t low;
        if (!take_char(in, '\\') || !take_char(in, 'u') || !take_hex4(in, &low))
            return false;
        if (low < 0xDC00 || low > 0xDFFF)
            return false;
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    } else if (point >= 0xDC00 && point <= 0xDFFF) {
        return false;
    }
    spare_add_point(in->row, point);
    return true;
}

static bool take_escape(struct reading *in)
{
    static const char FROM[] = "\"\\/bfnrt";
    static const char TO[] = "\"\\/\b\f\n\r\t";
    if (in->at == in->end)
        return false;
    char c = *in->at++;
    if (c == 'u')
        return take_unicode(in);
    const char *found = c == '\0' ? NULL : strchr(FROM, c);
    if (found == NULL)
        return false;
    spare_add(in->row, TO + (found - FROM), 1);
    return true;
}

/* A string with escapes, from `first` on; in->at is at the first of them. */
static bool take_escaped(struct reading *in, const char *first, struct slice *out)
{
    struct json_row *row = in->row;
    size_t spare_first = row->spare_used;
    spare_add(row, first, (size_t)(in->at - first));
    while (in->at < in->end && *in->at != '"') {
        unsigned char c = (unsigned char)*in->at;
        if (c < 0x20)
            return false;
        in->at++;
        if (c != '\\')
            spare_add(row, (const char *)&c, 1);
        else if (!take_escape(in))
            return false;
    }
    *out = (struct slice){row->spare + spare_first, row->spare_used - spare_first};
    return take_char(in, '"');
}

/* The first quote, backslash or control character. */
static const char *string_stop(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i last_control = _mm_set1_epi8(0x1F);
    for (; end - p >= 16; p += 16) {
        __m128i bytes = _mm_loadu_si128((const void *)p);
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0)
            return p + __builtin_ctz(mask);
    }
#endif
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
        p++;
    return p;
}

static bool take_string(struct reading *in, struct slice *out)
{
    if (!take_char(in, '"'))
        return false;
    const char *first = in->at;
    in->at = string_stop(first, in->end);
    if (in->at == in->end || (unsigned char)*in->at < 0x20)
        return false;
    if (*in->at == '\\')
        return take_escaped(in, first, out);
    *out = (struct slice){first, (size_t)(in->at - first)};
    in->at++;
    return true;
}

/* ---- values ---- */

static bool take_scalar(struct reading *in, struct json_member *out)
{
    const char *first = in->at;
    if (in->at == in->end)
        return false;
    switch (*in->at) {
    case '"':
        out->type = JSON_STRING;
        return take_string(in, &out->value);
    case 't':
    case 'f':
        out->type = JSON_BOOL;
        if (!take_word(in, SLICE("true")) && !take_word(in, SLICE("false")))
            return false;
        break;
    case 'n':
        out->type = JSON_NULL;
        if (!take_word(in, SLICE("null")))
            return false;
        break;
    default:
        out->type = JSON_NUMBER;
        return take_number(in, &out->value);
    }
    out->value = (struct slice){first, (size_t)(in->at - first)};
    return true;
}

/* Bit i of `objects`: level i is an object, else a list. */
struct nest {
    unsigned depth;
    uint32_t objects;
    bool flat; /* a list of strings and numbers so far */
};

_Static_assert(JSON_DEPTH_MAX <= 32, "a bit for each level");

static bool in_object(const struct nest *nest)
{
    return (nest->objects >> (nest->depth - 1) & 1u) != 0;
}

/* Opens an object or a list, if there is one.  `*opened` says whether. */
static bool nest_open(struct reading *in, struct nest *nest, bool *opened)
{
    *opened = in->at < in->end && (*in->at == '{' || *in->at == '[');
    if (!*opened)
        return true;
    if (nest->depth == JSON_DEPTH_MAX)
        return false;
    uint32_t bit = 1u << nest->depth;
    bool object = *in->at++ == '{';
    nest->objects = object ? nest->objects | bit : nest->objects & ~bit;
    nest->depth++;
    nest->flat = nest->flat && nest->depth == 1 && !object;
    return true;
}

/* The name before a value, where the level has names. */
static bool nest_name(struct reading *in, const struct nest *nest)
{
    struct slice name;
    if (!in_object(nest))
        return true;
    skip_blanks(in);
    if (!take_string(in, &name))
        return false;
    skip_blanks(in);
    return take_char(in, ':');
}

/* Closes what ends here; what may follow is a comma and a next value. */
static bool nest_close(struct reading *in, struct nest *nest)
{
    for (;;) {
        skip_blanks(in);
        if (nest->depth == 0)
            return true;
        if (take_char(in, ',')) {
            skip_blanks(in);
            return nest_name(in, nest);
        }
        if (!take_char(in, in_object(nest) ? '}' : ']'))
            return false;
        nest->depth--;
    }
}

/* Adds a value to a flat list, which is collected in the spare; an unescaped value lies there
 * already, where the list has to grow. */
static void list_add(struct json_row *row, char **list, char **list_end, struct slice value,
                     size_t spare_before)
{
    bool first = *list == NULL;
    if (first)
        *list = *list_end = row->spare + spare_before;
    memmove(*list_end + !first, value.at, value.size);
    if (!first)
        *(*list_end)++ = ';';
    *list_end += value.size;
    row->spare_used = (size_t)(*list_end - row->spare);
}

/* An object or a list. */
static bool take_nested(struct reading *in, struct json_member *out)
{
    const char *first = in->at;
    struct json_row *row = in->row;
    struct nest nest = {.flat = true};
    char *list = NULL;
    char *list_end = NULL;
    do {
        bool opened;
        skip_blanks(in);
        if (!nest_open(in, &nest, &opened))
            return false;
        skip_blanks(in);
        bool empty = opened && in->at < in->end && *in->at == (in_object(&nest) ? '}' : ']');
        if (opened && !empty) {
            if (!nest_name(in, &nest))
                return false;
            continue;
        }
        struct json_member value = {0};
        size_t spare_before = row->spare_used;
        if (!empty && !take_scalar(in, &value))
            return false;
        nest.flat = nest.flat && (empty || value.type == JSON_STRING || value.type == JSON_NUMBER);
        if (!empty && nest.flat) {
            list_add(row, &list, &list_end, value.value, spare_before);
        }
        if (!nest_close(in, &nest))
            return false;
    } while (nest.depth != 0);
    out->type = nest.flat ? JSON_LIST : JSON_NESTED;
    out->value = (struct slice){first, (size_t)(in->at - first)};
    if (nest.flat)
        out->value = list == NULL ? SLICE("") : (struct slice){list, (size_t)(list_end - list)};
    return true;
}

static bool take_value(struct reading *in, struct json_member *out)
{
    if (in->at < in->end && (*in->at == '{' || *in->at == '['))
        return take_nested(in, out);
    return take_scalar(in, out);
}

/* ---- the object ---- */

static unsigned name_hash(struct slice name)
{
    uint32_t head = 0;
    uint32_t tail = 0;
    if (name.size >= 4) {
        memcpy(&head, name.at, sizeof head);
        memcpy(&tail, name.at + name.size - sizeof tail, sizeof tail);
    } else {
        for (size_t i = 0; i < name.size; i++)
            head = head << 8 | (unsigned char)name.at[i];
    }
    uint64_t mixed = ((uint64_t)head << 32 | tail) ^ name.size * 0x9E3779B97F4A7C15u;
    return (unsigned)(mixed * 0xFF51AFD7ED558CCDu >> 56);
}

/* Whether the name is there already.  A filter of 64 bits spares most comparisons. */
static bool is_double(const struct json_row *row, const struct json_member *member, uint64_t *seen)
{
    uint64_t bit = (uint64_t)1 << member->hash % 64;
    bool maybe = (*seen & bit) != 0;
    *seen |= bit;
    for (unsigned i = 0; maybe && i < row->count; i++)
        if (row->member[i].hash == member->hash && slice_equal(row->member[i].name, member->name))
            return true;
    return false;
}

static enum json_end read_members(struct reading *in)
{
    struct json_row *row = in->row;
    uint64_t seen = 0;
    do {
        struct json_member member = {0};
        skip_blanks(in);
        if (!take_string(in, &member.name))
            return JSON_BROKEN;
        skip_blanks(in);
        if (!take_char(in, ':'))
            return JSON_BROKEN;
        skip_blanks(in);
        if (!take_value(in, &member))
            return JSON_BROKEN;
        skip_blanks(in);
        if (row->count == COLUMNS_MAX)
            return JSON_WIDE;
        member.hash = name_hash(member.name);
        bool twice = is_double(row, &member, &seen);
        row->member[row->count++] = member;
        if (twice)
            return JSON_DOUBLE;
    } while (take_char(in, ','));
    return JSON_OBJECT;
}

enum json_end json_read(struct json_row *row, struct slice line)
{
    must(line.size <= ROW_BYTES_MAX);
    struct reading in = {line.at, line.at + line.size, row};
    row->count = 0;
    row->spare_used = 0;
    enum json_end end = JSON_OBJECT;
    skip_blanks(&in);
    if (!take_char(&in, '{')) {
        end = JSON_BROKEN;
    } else {
        skip_blanks(&in);
        bool empty = in.at < in.end && *in.at == '}';
        if (!empty)
            end = read_members(&in);
        if (end == JSON_OBJECT && !take_char(&in, '}'))
            end = JSON_BROKEN;
        skip_blanks(&in);
        if (end == JSON_OBJECT && in.at != in.end)
            end = JSON_BROKEN;
    }
    row->at = (size_t)(in.at - line.at);
    return end;
}
