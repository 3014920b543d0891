/* mask.c -- names, shown only as far as they must be.
 *
 * Who reads an alert or a piece of work needs to recognise a number he already has, not to learn
 * one.  So the ends stay and the middle goes (domain.md 9.5).
 *
 * Invariant:   Of a name that points at somebody, four code points or more are hidden, or all but
 *              one third of it; of a person's name all but the family name.  A service
 *              number, short and as dialled, is nobody's; one with a country code is somebody's.
 *
 * Not chosen:  a keyed pseudonym.  It needs a key to look after; the alert's id already joins two
 *              files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/mask.h"

enum { SERVICE_DIGITS_MAX = 6, DOCUMENT_SIGNS = 18, DISTRICT_POINTS_MAX = 20 };

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
        *tail = count >= 11 ? 4 : count >= 6 ? 2 : count / 3;
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
    bool country = type == FIELD_PHONE && slice_starts(rest, SLICE("+"));
    if (country)
        text_add(text, points_take(&rest, 1));
    size_t count = points_count(rest);
    if (type == FIELD_PHONE && !country && count <= SERVICE_DIGITS_MAX) {
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

void text_add_masked_document(struct text *text, struct slice spelling)
{
    if (points_count(spelling) != DOCUMENT_SIGNS) {
        text_add_masked(text, spelling, FIELD_PERSON);
        return;
    }
    text_add(text, points_take(&spelling, 6));
    text_add_string(text, "**********");
    (void)points_take(&spelling, DOCUMENT_SIGNS - 6 - 2);
    text_add(text, spelling);
}

/* Family names of two characters. */
static bool is_compound(struct slice start)
{
    static const char *const NAMES[] = {"欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟",
                                        "公孙", "慕容", "令狐", "司徒", "长孙", "宇文", "轩辕"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (slice_equal(start, slice_of(NAMES[i])))
            return true;
    return false;
}

void text_add_masked_human(struct text *text, struct slice spelling)
{
    struct slice rest = spelling;
    size_t count = points_count(spelling);
    size_t family = count > 2 && is_compound(points_take(&rest, 2)) ? 2 : count > 1 ? 1 : 0;
    text_add(text, points_take(&spelling, family));
    text_add_string(text, count - family > 1 ? "**" : "*"); /* how long it is, nobody learns */
}

/* The end of the first of the words, or 0. */
static size_t end_of_any(struct slice whole, const char *const *words, size_t count)
{
    struct slice rest = whole;
    for (unsigned i = 0; i < DISTRICT_POINTS_MAX && rest.size != 0; i++) {
        struct slice point = points_take(&rest, 1);
        for (size_t w = 0; w < count; w++)
            if (slice_equal(point, slice_of(words[w])))
                return whole.size - rest.size;
    }
    return 0;
}

void text_add_masked_address(struct text *text, struct slice spelling)
{
    static const char *const DISTRICTS[] = {"区", "县", "旗"};
    static const char *const CITIES[] = {"市", "州", "省"};
    size_t shown = end_of_any(spelling, DISTRICTS, 3);
    if (shown == 0)
        shown = end_of_any(spelling, CITIES, 3);
    text_add(text, (struct slice){spelling.at, shown});
    text_add_string(text, "****");
}
