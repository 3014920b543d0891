/* http_read.c -- small things that are read out of a request, without the library. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http_inside.h"

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

enum status query_unescape(struct slice from, char *out, size_t *size)
{
    size_t written = 0;
    for (size_t i = 0; i < from.size; i++) {
        char c = from.at[i];
        if (c == '%') {
            bool room = from.size - i > 2;
            int high = room ? hex_of(from.at[i + 1]) : -1;
            int low = room ? hex_of(from.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return STATUS_MALFORMED;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0')
            return STATUS_MALFORMED;
        out[written++] = c;
    }
    if (!utf8_valid((struct slice){out, written}))
        return STATUS_MALFORMED;
    *size = written;
    return STATUS_OK;
}

static struct slice trimmed(struct slice s)
{
    while (s.size > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
        s.at++, s.size--;
    while (s.size > 0 && (s.at[s.size - 1] == ' ' || s.at[s.size - 1] == '\t'))
        s.size--;
    return s;
}

static struct slice cut_at(struct slice *rest, char mark)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->at, mark, rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->at);
    struct slice piece = {rest->at, size};
    size_t taken = end == NULL ? size : size + 1;
    rest->at += taken;
    rest->size -= taken;
    return piece;
}

/* The weight of "q=0.8" in thousandths; 1000 if there is none, 0 if it has not its form. */
static int weight_of(struct slice parameters)
{
    while (parameters.size > 0) {
        struct slice parameter = trimmed(cut_at(&parameters, ';'));
        if (!slice_starts(parameter, SLICE("q=")))
            continue;
        int weight = 0, unit = 1000;
        for (size_t i = 2; i < parameter.size && unit > 0; i++) {
            if (parameter.at[i] == '.')
                continue;
            if (parameter.at[i] < '0' || parameter.at[i] > '9')
                return 0;
            weight += (parameter.at[i] - '0') * unit;
            unit /= 10;
        }
        return weight > 1000 ? 1000 : weight;
    }
    return 1000;
}

static bool tag_is(struct slice tag, const char *language)
{
    if (tag.size < 2 || (tag.size > 2 && tag.at[2] != '-'))
        return false;
    return (tag.at[0] | 0x20) == language[0] && (tag.at[1] | 0x20) == language[1];
}

enum tongue tongue_accepted(struct slice accept_language)
{
    enum tongue best = TONGUE_EN;
    int best_weight = 0;
    while (accept_language.size > 0) {
        struct slice range = cut_at(&accept_language, ',');
        struct slice tag = trimmed(cut_at(&range, ';'));
        int weight = weight_of(range);
        bool zh = tag_is(tag, "zh");
        if ((zh || tag_is(tag, "en")) && weight > best_weight) {
            best = zh ? TONGUE_ZH : TONGUE_EN;
            best_weight = weight;
        }
    }
    return best;
}
