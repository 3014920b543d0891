/* mask.c -- names, shown only as far as they must be.
 *
 * Who reads an alert needs to recognise a number he already has, not to learn one.  So the ends
 * stay and the middle goes (domain.md 9.5).  Names also hide in places where nobody expects them:
 * in the value and the threshold of a condition (`last caller = "+86…"`), and in its source text.
 *
 * Invariants:  1. Of a name that points at somebody, four code points or more are hidden, or all
 *                 but one third of it.
 *              2. A string literal in a source text is shown only if the checker gave it a type
 *                 that points at nobody.  One that is not found in the tree is hidden.
 *
 * Not chosen:  a keyed pseudonym.  It needs a key to look after; the alert's id already joins two
 *              files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_inside.h"

enum { SERVICE_DIGITS_MAX = 6, PREFIX_SHOWN_MAX = 8 };

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

static size_t points_count(struct slice slice)
{
    size_t count = 0;
    while (slice.size != 0) {
        (void)utf8_next(&slice);
        count++;
    }
    return count;
}

/* Moves the front of `*rest` on by so many code points and gives what was passed. */
static struct slice points_take(struct slice *rest, size_t count)
{
    struct slice taken = *rest;
    while (count-- != 0 && rest->size != 0)
        (void)utf8_next(rest);
    taken.size -= rest->size;
    return taken;
}

/* How many code points stay at either end of a name of `count` of them. */
static void ends_of(enum field_type type, size_t count, size_t *head, size_t *tail)
{
    *head = count >= 8 ? 2 : count >= 3 ? 1 : 0;
    *tail = count >= 8 ? 2 : 0;
    if (type == FIELD_PHONE) {
        *tail = count >= 11 ? 4 : 2;
        *head = count > 4 + *tail ? count - 4 - *tail : 0;
    } else if (type == FIELD_IMEI && count >= 12) {
        *head = 0;
        *tail = 4;
    } else if (type == FIELD_ACCOUNT && count >= 14) {
        *head = 6;
        *tail = 4;
    }
}

void text_add_masked(struct text *text, struct slice spelling, enum field_type type)
{
    struct slice rest = spelling;
    if (type == FIELD_PHONE && slice_starts(rest, SLICE("+")))
        text_add(text, points_take(&rest, 1));
    size_t count = points_count(rest);
    if (type == FIELD_PHONE && count <= SERVICE_DIGITS_MAX) {
        text_add(text, rest);
        return;
    }
    size_t head;
    size_t tail;
    ends_of(type, count, &head, &tail);
    text_add(text, points_take(&rest, head));
    text_add_string(text, head == 0 && tail != 0 ? "***" : "****");
    (void)points_take(&rest, count - head - tail);
    text_add(text, rest);
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
