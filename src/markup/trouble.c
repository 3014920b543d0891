/* trouble.c -- why a document is read no further, said to a person; and text written so that it
 * can be read again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "markup.h"

static const struct saying SAYINGS[] = {
#define MARKUP_FAULT(name, en, zh) {{(en), (zh)}},
#include "faults.inc"
#undef MARKUP_FAULT
};

void text_add_markup_trouble(struct text *text, const struct markup_trouble *trouble,
                             enum tongue tongue)
{
    must(trouble->fault < MARKUP_FAULTS_COUNT);
    bool chinese = tongue == TONGUE_ZH;
    text_addf(text, chinese ? "第 %llu 行" : "line %llu", (unsigned long long)trouble->line);
    if (trouble->path[0] != '\0')
        text_addf(text, chinese ? "（%s）" : " (%s)", trouble->path);
    text_add_string(text, chinese ? "：" : ": ");
    const char *saying = SAYINGS[trouble->fault].in[tongue];
    const char *hole = strchr(saying, '%');
    if (hole == NULL) {
        text_add_string(text, saying);
        return;
    }
    text_add(text, (struct slice){saying, (size_t)(hole - saying)});
    text_add_string(text, trouble->value);
    text_add_string(text, hole + 1);
}

/* The characters of XML 1.0, without those that are not characters at all. */
static bool is_allowed(uint32_t point)
{
    if (point < 0x20)
        return point == '\t' || point == '\n' || point == '\r';
    return point != 0x7F && point != 0xFFFE && point != 0xFFFF;
}

void text_add_markup(struct text *text, struct slice slice)
{
    struct slice rest = slice;
    while (rest.size != 0) {
        const char *at = rest.at;
        uint32_t point = utf8_next(&rest);
        if (point == '&')
            text_add_string(text, "&amp;");
        else if (point == '<')
            text_add_string(text, "&lt;");
        else if (point == '>')
            text_add_string(text, "&gt;");
        else if (point == '"')
            text_add_string(text, "&quot;");
        else if (!is_allowed(point) || (point == 0xFFFD && (unsigned char)*at != 0xEF))
            text_add_string(text, "\xEF\xBF\xBD");
        else
            text_add(text, (struct slice){at, (size_t)(rest.at - at)});
    }
}
