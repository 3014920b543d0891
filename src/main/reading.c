/* reading.c -- JSON, walked over by its brackets and quotes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

enum { DEPTH_MAX = 16 };

static size_t skip_blanks(struct slice text, size_t at)
{
    while (at < text.size && (unsigned char)text.at[at] <= ' ')
        at++;
    return at;
}

/* Behind the value that begins at `at`. */
static size_t skip_value(struct slice text, size_t at)
{
    int depth = 0;
    while (at < text.size) {
        char c = text.at[at];
        if (c == '"') {
            for (at++; at < text.size && text.at[at] != '"'; at++)
                at += text.at[at] == '\\';
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return at;
            depth--;
        } else if (c == ',' && depth == 0) {
            return at;
        }
        at++;
        if (depth == 0 && (c == '"' || c == '}' || c == ']'))
            break;
    }
    return at < text.size ? at : text.size; /* a text that was cut */
}

static struct slice part(struct slice text, size_t from, size_t to)
{
    if (to > text.size || from > to)
        return SLICE("");
    while (to > from && (unsigned char)text.at[to - 1] <= ' ')
        to--;
    return (struct slice){text.at + from, to - from};
}

bool answered_next(struct slice container, size_t *at, struct slice *name, struct slice *value)
{
    size_t here = skip_blanks(container, *at == 0 ? 1 : *at);
    bool object = container.size > 0 && container.at[0] == '{';
    if (here < container.size && container.at[here] == ',')
        here = skip_blanks(container, here + 1);
    if (here + 1 >= container.size || container.at[here] == '}' || container.at[here] == ']')
        return false;
    *name = SLICE("");
    if (object) {
        size_t end = skip_value(container, here);
        *name = part(container, here + 1, end - 1);
        here = skip_blanks(container, end);
        if (here >= container.size || container.at[here] != ':')
            return false;
        here = skip_blanks(container, here + 1);
    }
    size_t end = skip_value(container, here);
    *value = part(container, here, end);
    *at = end;
    return end > here;
}

struct slice answered_member(struct slice object, const char *name)
{
    size_t at = 0;
    struct slice key, value;
    if (object.size == 0 || object.at[0] != '{')
        return SLICE("");
    while (answered_next(object, &at, &key, &value))
        if (slice_equal(key, slice_of(name)))
            return value;
    return SLICE("");
}

static unsigned hex4(const char *at)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 0;
        value = value * 16 + digit;
    }
    return value;
}

static void add_point(struct text *text, unsigned point)
{
    if (point < 0x20 || (point >= 0x7F && point < 0xA0)) {
        text_add_char(text, ' '); /* nothing from afar moves the cursor */
    } else if (point < 0x80) {
        text_add_char(text, (char)point);
    } else if (point < 0x800) {
        text_add_char(text, (char)(0xC0 | point >> 6));
        text_add_char(text, (char)(0x80 | (point & 0x3F)));
    } else {
        text_add_char(text, (char)(0xE0 | point >> 12));
        text_add_char(text, (char)(0x80 | (point >> 6 & 0x3F)));
        text_add_char(text, (char)(0x80 | (point & 0x3F)));
    }
}

void text_add_json_value(struct text *text, struct slice raw)
{
    if (raw.size < 2 || raw.at[0] != '"') {
        text_add(text, raw);
        return;
    }
    for (size_t i = 1; i + 1 < raw.size; i++) {
        if (raw.at[i] != '\\') {
            unsigned char c = (unsigned char)raw.at[i];
            text_add_char(text, c < 0x20 || c == 0x7F ? ' ' : raw.at[i]);
            continue;
        }
        char c = raw.at[++i];
        if (c == 'u' && i + 4 < raw.size) {
            add_point(text, hex4(raw.at + i + 1));
            i += 4;
        } else {
            text_add_char(text, c == 'n' || c == 't' || c == 'r' || c == 'b' || c == 'f' ? ' ' : c);
        }
    }
}

void text_add_json_lines(struct text *text, struct slice raw, unsigned depth)
{
    size_t at = 0;
    struct slice name, value;
    while (depth < DEPTH_MAX && answered_next(raw, &at, &name, &value)) {
        bool deeper = value.size > 2 && (value.at[0] == '{' || value.at[0] == '[');
        if (slice_equal(value, SLICE("null")) || slice_equal(value, SLICE("[]")) ||
            slice_equal(value, SLICE("{}")))
            continue;
        for (unsigned i = 0; i < depth; i++)
            text_add_string(text, "  ");
        if (name.size == 0)
            text_add_string(text, "- ");
        text_add(text, name);
        text_add_string(text, name.size > 0 ? ": " : "");
        if (!deeper)
            text_add_json_value(text, value);
        text_add_char(text, '\n');
        if (deeper)
            text_add_json_lines(text, value, depth + 1);
    }
}
