/* reject.c -- a refused row, said to a person. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

static const struct saying SAYINGS[] = {
#define REJECT(name, en, zh) {{(en), (zh)}},
#include "rejects.inc"
#undef REJECT
};

/* clang-format off */
static const char *const NAMES[] = {
#define REJECT(name, en, zh) #name,
#include "rejects.inc"
#undef REJECT
};
/* clang-format on */

const char *reject_name(enum reject_reason reason)
{
    must(reason < REJECTS_COUNT);
    return NAMES[reason];
}

void text_add_reject(struct text *text, const struct reject *reject, enum tongue tongue)
{
    must(reject->reason < REJECTS_COUNT);
    if (reject->column != 0) {
        text_addf(text, tongue == TONGUE_ZH ? "第 %u 列" : "column %u", reject->column);
        if (reject->column_name.size != 0) {
            text_add_string(text, tongue == TONGUE_ZH ? "（" : " (");
            text_add(text, reject->column_name);
            text_add_string(text, tongue == TONGUE_ZH ? "）" : ")");
        }
        text_add_char(text, ' ');
    }
    struct slice name = reject->column_name;
    if (reject->column == 0 && name.size != 0 &&
        memchr(name.at, '/', name.size) != NULL) { /* of an element, in XML */
        text_add_string(text, tongue == TONGUE_ZH ? "元素 " : "element ");
        text_add(text, name);
        text_add_char(text, ' ');
    }
    const char *saying = SAYINGS[reject->reason].in[tongue];
    const char *hole = strchr(saying, '%');
    if (hole == NULL) {
        text_add_string(text, saying);
        return;
    }
    text_add(text, (struct slice){saying, (size_t)(hole - saying)});
    text_add(text, reject->value);
    text_add_string(text, hole + 1);
}
