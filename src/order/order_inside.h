/* order_inside.h -- how the bodies of this room are read and written. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "order/order.h"
#include "partner/paper.h"

#define AMOUNT_MAX ((int64_t)1 << 52)

struct members {
    struct slice object;
    unsigned used;
    struct arena *request;
    struct text *why;
};

/* STATUS_MALFORMED, having named the member. */
enum status order_wrong(struct text *why, const char *member);

/* An object of an object. */
enum status members_of(struct members *members, struct slice object, struct arena *request,
                       struct text *why);
/* A body: its member `version` is 1. */
enum status members_open(struct members *members, struct slice json, const char *version,
                         struct arena *request, struct text *why);
/* As it was written; empty: not there. */
struct slice member_of(struct members *members, const char *name);
/* A copy; empty if it is not there and need not be. */
enum status member_text(struct members *members, const char *name, size_t size_max, bool must,
                        struct slice *out);
enum status member_whole(struct members *members, const char *name, int64_t least, int64_t most,
                         int64_t *out);
/* -1: it is not there. */
enum status member_amount(struct members *members, const char *name, int64_t *out);
enum status member_flag(struct members *members, const char *name, bool *out);
enum status member_moment(struct members *members, const char *name, bool must, moment *out);
enum status member_word(struct members *members, const char *name, const struct order_word *list,
                        unsigned count, unsigned *out);
/* Every member of the object was asked for. */
enum status members_end(const struct members *members);

/* Each begins with a comma; an empty text, a negative amount, MOMENT_NONE: nothing. */
void text_add_member(struct text *text, const char *name, struct slice value);
void text_add_member_whole(struct text *text, const char *name, int64_t value);
void text_add_member_amount(struct text *text, const char *name, int64_t value);
void text_add_member_moment(struct text *text, const char *name, moment at);
