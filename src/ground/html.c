/* html.c -- what may be shown of a text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/html.h"

/* Controls, and whatever turns, hides or joins what stands beside it. */
static bool unseen(uint32_t point)
{
    return point == 0xFFFD || (point < 0x20 && point != '\n') || (point >= 0x7F && point <= 0x9F) ||
           point == 0xAD || point == 0x61C || (point >= 0x200B && point <= 0x200F) ||
           (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) ||
           point == 0xFEFF || (point >= 0xFFF0 && point <= 0xFFFF) ||
           (point >= 0xE0000 && point <= 0xE0FFF);
}

static void add_text(struct text *text, struct slice slice, bool html)
{
    while (slice.size != 0) {
        struct slice piece = slice;
        uint32_t point = utf8_next(&slice);
        piece.size -= slice.size;
        if (point == '\t' || point == '\r')
            text_add_char(text, ' ');
        else if (unseen(point))
            text_add_string(text, "\xEF\xBF\xBD");
        else if (html && point == '<')
            text_add_string(text, "&lt;");
        else if (html && point == '>')
            text_add_string(text, "&gt;");
        else if (html && point == '&')
            text_add_string(text, "&amp;");
        else if (html && point == '"')
            text_add_string(text, "&quot;");
        else if (html && point == '\'')
            text_add_string(text, "&#39;");
        else
            text_add(text, piece);
    }
}

void text_add_clean(struct text *text, struct slice slice)
{
    add_text(text, slice, false);
}

void text_add_html(struct text *text, struct slice slice)
{
    add_text(text, slice, true);
}
