/* mask.c -- names in the evidence of an alert.
 *
 * How a name is masked, the record room knows (record/mask.c).  Names also hide in places where
 * nobody expects them: in the value and the threshold of a condition (`last caller = "+86…"`), and
 * in its source text.
 *
 * Invariant:      A string literal in a source text is shown only if the checker gave it a type
 *                 that points at nobody.  One that is not found in the tree is hidden. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_inside.h"

enum { PREFIX_SHOWN_MAX = 8 };

bool type_is_personal(enum field_type type)
{
    switch (type) {
    case FIELD_PHONE:
    case FIELD_IMSI:
    case FIELD_IMEI:
    case FIELD_CELL: /* where somebody was */
    case FIELD_ACCOUNT:
    case FIELD_PERSON:
    case FIELD_DEVICE:
    case FIELD_IP:
    case FIELD_RECORD_ID:
    case FIELD_ANY:
    case FIELD_PHONES:
    case FIELD_ACCOUNTS:
        return true;
    default:
        return false;
    }
}

void text_end(struct text *text)
{
    static const char ELLIPSIS[] = "…";
    if (!text->full)
        return;
    size_t size = text->size_max - (sizeof ELLIPSIS - 1);
    if (text->size < size)
        size = text->size;
    while (size > 0 && ((unsigned char)text->at[size] & 0xC0) == 0x80)
        size--;
    memcpy(text->at + size, ELLIPSIS, sizeof ELLIPSIS);
    text->size = size + sizeof ELLIPSIS - 1;
}

void text_add_shown(struct text *text, struct slice value, struct type type,
                    const struct alert_view *view)
{
    if (type.class == TYPE_NAME && type_is_personal(type.name) && !view->unmask)
        text_add_masked(text, value, type.name);
    else
        text_add(text, value);
}

/* The name literal of the tree that is written so, or NULL.  The depth is bounded by
 * EXPR_DEPTH_MAX. */
static const struct expr *literal_find(const struct expr *expr, struct slice written)
{
    if (expr == NULL)
        return NULL;
    if (expr->kind == EXPR_NAME && slice_equal(expr->string, written))
        return expr;
    for (uint32_t i = 0; i < expr->args_count; i++) {
        const struct expr *found = literal_find(expr->arg[i], written);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static void add_literal(struct text *text, struct slice written, const struct expr *expr)
{
    const struct expr *literal = literal_find(expr, written);
    bool prefix = literal != NULL && literal->type.class == TYPE_STRING;
    enum field_type type =
        literal != NULL && literal->type.class == TYPE_NAME ? literal->type.name : FIELD_ANY;
    if (prefix ? written.size <= PREFIX_SHOWN_MAX : !type_is_personal(type))
        text_add(text, written);
    else
        text_add_masked(text, written, type);
}

void text_add_shown_source(struct text *text, struct slice source, const struct expr *expr,
                           const struct alert_view *view)
{
    if (view->unmask) {
        text_add(text, source);
        return;
    }
    size_t i = 0;
    while (i < source.size) {
        size_t begin = i;
        while (i < source.size && source.at[i] != '"')
            i++;
        text_add(text, (struct slice){source.at + begin, i - begin});
        if (i == source.size)
            return;
        begin = ++i;
        while (i < source.size && source.at[i] != '"')
            i += source.at[i] == '\\' && i + 1 < source.size ? 2 : 1;
        text_add_char(text, '"');
        add_literal(text, (struct slice){source.at + begin, i - begin}, expr);
        text_add_char(text, '"');
        i++;
    }
}
