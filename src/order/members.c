/* members.c -- an object is read member by member, strictly, and written in the order of names
 * (RFC 8785); what all letters of this room share.
 *
 * Who reads asks for every member that may be there; what was not asked for refuses the whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order/order_inside.h"

enum status order_wrong(struct text *why, const char *member)
{
    text_addf(why, "`%s` is missing or has not its form", member);
    return STATUS_MALFORMED;
}

enum status members_of(struct members *members, struct slice object, struct arena *request,
                       struct text *why)
{
    *members = (struct members){.object = object, .request = request, .why = why};
    return paper_type(object) == PAPER_OBJECT ? STATUS_OK : order_wrong(why, "body");
}

struct slice member_of(struct members *members, const char *name)
{
    struct slice value = paper_member(members->object, name);
    members->used += value.size != 0;
    return value;
}

static bool clean(struct slice value)
{
    for (size_t i = 0; i < value.size; i++)
        if ((unsigned char)value.at[i] < ' ' || value.at[i] == 0x7F)
            return false;
    return true;
}

enum status member_text(struct members *members, const char *name, size_t size_max, bool must,
                        struct slice *out)
{
    struct slice value = member_of(members, name);
    *out = SLICE("");
    if (value.size == 0)
        return must ? order_wrong(members->why, name) : STATUS_OK;
    enum status status = paper_text(value, members->request, out);
    if (status == STATUS_MALFORMED)
        return order_wrong(members->why, name);
    TRY(status);
    bool fine = out->size != 0 && out->size <= size_max && clean(*out);
    return fine ? STATUS_OK : order_wrong(members->why, name);
}

enum status member_whole(struct members *members, const char *name, int64_t least, int64_t most,
                         int64_t *out)
{
    if (paper_whole(member_of(members, name), out) != STATUS_OK || *out < least || *out > most)
        return order_wrong(members->why, name);
    return STATUS_OK;
}

enum status member_amount(struct members *members, const char *name, int64_t *out)
{
    *out = -1;
    if (paper_member(members->object, name).size == 0)
        return STATUS_OK;
    return member_whole(members, name, 0, AMOUNT_MAX, out);
}

enum status member_flag(struct members *members, const char *name, bool *out)
{
    struct slice value = member_of(members, name);
    enum paper_type type = value.size == 0 ? PAPER_NULL : paper_type(value);
    if (type != PAPER_TRUE && type != PAPER_FALSE)
        return order_wrong(members->why, name);
    *out = type == PAPER_TRUE;
    return STATUS_OK;
}

enum status member_moment(struct members *members, const char *name, bool must, moment *out)
{
    struct slice text;
    *out = MOMENT_NONE;
    TRY(member_text(members, name, ORDER_ID_MAX, must, &text));
    if (text.size != 0 && moment_parse(text, out) != STATUS_OK)
        return order_wrong(members->why, name);
    return STATUS_OK;
}

enum status member_word(struct members *members, const char *name, const struct order_word *list,
                        unsigned count, unsigned *out)
{
    struct slice word;
    TRY(member_text(members, name, ORDER_ID_MAX, true, &word));
    for (*out = 0; *out < count; ++*out)
        if (slice_equal(slice_of(list[*out].name), word))
            return STATUS_OK;
    return order_wrong(members->why, name);
}

enum status members_end(const struct members *members)
{
    struct slice rest = members->object, name, value;
    unsigned count = 0;
    while (paper_next(&rest, &name, &value))
        count++;
    if (count == members->used)
        return STATUS_OK;
    text_add_string(members->why, "it holds a member that is not ordered or answered here");
    return STATUS_MALFORMED;
}

enum status members_open(struct members *members, struct slice json, const char *version,
                         struct arena *request, struct text *why)
{
    int64_t number;
    if (json.size == 0 || json.size > ORDER_BYTES_MAX || paper_check(json) != STATUS_OK)
        return order_wrong(why, "body");
    TRY(members_of(members, paper_trim(json), request, why));
    return member_whole(members, version, 1, 1, &number);
}

void text_add_member(struct text *text, const char *name, struct slice value)
{
    if (value.size == 0)
        return;
    text_addf(text, ",\"%s\":", name);
    text_add_json(text, value);
}

void text_add_member_whole(struct text *text, const char *name, int64_t value)
{
    text_addf(text, ",\"%s\":", name);
    text_add_whole(text, value);
}

void text_add_member_amount(struct text *text, const char *name, int64_t value)
{
    if (value >= 0)
        text_add_member_whole(text, name, value);
}

void text_add_member_moment(struct text *text, const char *name, moment at)
{
    if (at.ms == MOMENT_NONE.ms)
        return;
    text_addf(text, ",\"%s\":\"", name);
    text_add_moment(text, at, 0);
    text_add_char(text, '"');
}
