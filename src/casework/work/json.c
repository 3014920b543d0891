/* json.c -- the little JSON that this room keeps and takes.
 *
 * What is kept sealed is one flat object of texts that we wrote ourselves; what a field of type
 * LIST takes is an array of objects of somebody else's making, which is looked through and kept
 * without its blanks.  Everything else of JSON is the API's business.
 *
 * Not chosen:  jansson, whose one room is the API; it would build a tree of what is read once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void blanks_skip(struct slice *rest)
{
    while (rest->size != 0 && is_blank(rest->at[0])) {
        rest->at++;
        rest->size--;
    }
}

static bool take(struct slice *rest, char c)
{
    blanks_skip(rest);
    if (rest->size == 0 || rest->at[0] != c)
        return false;
    rest->at++;
    rest->size--;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes between the quotes, escapes and all. */
static bool text_take(struct slice *rest, struct slice *out)
{
    if (!take(rest, '"'))
        return false;
    size_t i = 0;
    while (i < rest->size && rest->at[i] != '"') {
        if ((unsigned char)rest->at[i] < ' ')
            return false;
        if (rest->at[i] == '\\') {
            if (i + 1 >= rest->size || strchr("\"\\/bfnrtu", rest->at[i + 1]) == NULL)
                return false;
            for (size_t d = 0; rest->at[i + 1] == 'u' && d < 4; d++)
                if (i + 2 + d >= rest->size || hex_digit(rest->at[i + 2 + d]) < 0)
                    return false;
            i++;
        }
        i++;
    }
    if (i >= rest->size)
        return false;
    *out = (struct slice){rest->at, i};
    rest->at += i + 1;
    rest->size -= i + 1;
    return utf8_valid(*out);
}

/* ---- our own object ---- */

static void point_add(struct text *text, uint32_t point)
{
    if (point < 0x80)
        text_add_char(text, (char)point);
    else if (point < 0x800) {
        text_add_char(text, (char)(0xC0 | point >> 6));
        text_add_char(text, (char)(0x80 | (point & 0x3F)));
    } else {
        text_add_char(text, (char)(0xE0 | point >> 12));
        text_add_char(text, (char)(0x80 | (point >> 6 & 0x3F)));
        text_add_char(text, (char)(0x80 | (point & 0x3F)));
    }
}

/* We write escapes of one character, and \u00xx; a pair of surrogates we never write. */
static enum status unescape(struct slice raw, struct arena *arena, struct slice *out)
{
    if (raw.size == 0 || memchr(raw.at, '\\', raw.size) == NULL) {
        *out = raw;
        return STATUS_OK;
    }
    char *room = NULL;
    TRY(ARENA_NEW(arena, raw.size + 1, &room));
    struct text text = text_over(room, raw.size + 1);
    for (size_t i = 0; i < raw.size; i++) {
        static const char FROM[] = "\"\\/bfnrt";
        static const char TO[] = "\"\\/\b\f\n\r\t";
        if (raw.at[i] != '\\') {
            text_add_char(&text, raw.at[i]);
            continue;
        }
        i++;
        if (raw.at[i] != 'u') {
            text_add_char(&text, TO[strchr(FROM, raw.at[i]) - FROM]);
            continue;
        }
        uint32_t point = 0;
        for (unsigned d = 1; d <= 4; d++)
            point = point << 4 | (uint32_t)hex_digit(raw.at[i + d]);
        point_add(&text, point);
        i += 4;
    }
    *out = text_slice(&text);
    return STATUS_OK;
}

enum status json_member(struct json_reader *reader, struct slice *name, struct slice *value)
{
    struct slice raw_name, raw_value;
    if (!reader->begun && !take(&reader->rest, '{'))
        return STATUS_MALFORMED;
    if (take(&reader->rest, '}'))
        return STATUS_END;
    if (reader->begun && !take(&reader->rest, ','))
        return STATUS_MALFORMED;
    reader->begun = true;
    if (!text_take(&reader->rest, &raw_name) || !take(&reader->rest, ':') ||
        !text_take(&reader->rest, &raw_value))
        return STATUS_MALFORMED;
    TRY(unescape(raw_name, reader->arena, name));
    return unescape(raw_value, reader->arena, value);
}

/* ---- somebody's list ---- */

static bool value_copy(struct slice *rest, struct text *out, unsigned depth);

static bool number_copy(struct slice *rest, struct text *out)
{
    size_t i = rest->size > 0 && rest->at[0] == '-' ? 1 : 0;
    size_t digits = i;
    while (i < rest->size && rest->at[i] >= '0' && rest->at[i] <= '9')
        i++;
    if (i == digits || (rest->at[digits] == '0' && i > digits + 1))
        return false;
    if (i < rest->size && rest->at[i] == '.') {
        size_t point = ++i;
        while (i < rest->size && rest->at[i] >= '0' && rest->at[i] <= '9')
            i++;
        if (i == point)
            return false;
    }
    if (i < rest->size && (rest->at[i] == 'e' || rest->at[i] == 'E'))
        return false; /* no measure of ours needs one */
    text_add(out, (struct slice){rest->at, i});
    rest->at += i;
    rest->size -= i;
    return true;
}

static bool word_copy(struct slice *rest, struct text *out)
{
    static const char *const WORDS[] = {"true", "false", "null"};
    for (unsigned i = 0; i < 3; i++) {
        struct slice word = slice_of(WORDS[i]);
        if (!slice_starts(*rest, word))
            continue;
        text_add(out, word);
        rest->at += word.size;
        rest->size -= word.size;
        return true;
    }
    return false;
}

static bool text_copy(struct slice *rest, struct text *out)
{
    struct slice raw;
    if (!text_take(rest, &raw))
        return false;
    text_add_char(out, '"');
    text_add(out, raw);
    text_add_char(out, '"');
    return true;
}

/* Members of an object or an array. */
static bool members_copy(struct slice *rest, struct text *out, char open, unsigned depth)
{
    char close = open == '{' ? '}' : ']';
    bool first = true;
    if (!take(rest, open))
        return false;
    text_add_char(out, open);
    while (!take(rest, close)) {
        if (!first && !take(rest, ','))
            return false;
        if (!first)
            text_add_char(out, ',');
        first = false;
        if (open == '{') {
            if (!text_copy(rest, out) || !take(rest, ':'))
                return false;
            text_add_char(out, ':');
        }
        if (!value_copy(rest, out, depth + 1))
            return false;
    }
    text_add_char(out, close);
    return true;
}

static bool value_copy(struct slice *rest, struct text *out, unsigned depth)
{
    blanks_skip(rest);
    if (rest->size == 0 || depth > WORK_JSON_DEPTH_MAX)
        return false;
    switch (rest->at[0]) {
    case '{':
    case '[':
        return members_copy(rest, out, rest->at[0], depth);
    case '"':
        return text_copy(rest, out);
    case 't':
    case 'f':
    case 'n':
        return word_copy(rest, out);
    default:
        return number_copy(rest, out);
    }
}

enum status json_list_canonical(struct slice written, struct text *out)
{
    bool first = true;
    if (!take(&written, '['))
        return STATUS_MALFORMED;
    text_add_char(out, '[');
    while (!take(&written, ']')) {
        if (!first && !take(&written, ','))
            return STATUS_MALFORMED;
        if (!first)
            text_add_char(out, ',');
        first = false;
        if (!members_copy(&written, out, '{', 1))
            return STATUS_MALFORMED;
    }
    text_add_char(out, ']');
    blanks_skip(&written);
    return written.size == 0 && !out->full ? STATUS_OK : STATUS_MALFORMED;
}
