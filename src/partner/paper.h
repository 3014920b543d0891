/* paper.h -- JSON as partners write it, looked at where it lies.
 *
 * A paper is one JSON text (RFC 8259) of ours or of a stranger: checked once from end to end, then
 * read by naming members; no tree is built.  Two members of one name are refused, because two
 * readers would read two letters.  What we write is canonical (RFC 8785, whole numbers only), so
 * that one meaning has one spelling and one digest. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

enum { PAPER_DEPTH_MAX = 16, PAPER_MEMBERS_MAX = 256 };

/* Whether it is one JSON text and nothing else: UTF-8, no name twice, nested at most
 * PAPER_DEPTH_MAX deep, at most PAPER_MEMBERS_MAX members in an object.  STATUS_MALFORMED;
 * STATUS_FULL: deeper or wider. */
enum status paper_check(struct slice json);
/* The same, and it is canonical: no blanks, names of an object in order (ASCII names only), the
 * shortest spelling of each string, numbers whole and within 2^53. */
enum status paper_check_canonical(struct slice json);

/* ---- of a checked paper only ---- */

enum paper_type {
    PAPER_ABSENT,
    PAPER_NULL,
    PAPER_TRUE,
    PAPER_FALSE,
    PAPER_NUMBER,
    PAPER_TEXT,
    PAPER_LIST,
    PAPER_OBJECT,
};

/* Without the blanks around it. */
struct slice paper_trim(struct slice paper);
enum paper_type paper_type(struct slice value); /* trimmed; empty: PAPER_ABSENT */
/* The value of a member as it is written, lent from `object`; empty: there is none, or `object` is
 * no object. */
struct slice paper_member(struct slice object, const char *name);
/* The next member, or the next item of a list; `*rest` begins as the whole object or list and moves
 * on.  `name` is NULL for a list.  false: no more, or it is neither. */
bool paper_next(struct slice *rest, struct slice *name, struct slice *value);
/* A text without quotes and escapes, for the life of the arena, with a NUL behind it.
 * STATUS_MALFORMED: no text, or U+0000 is in it; STATUS_FULL. */
enum status paper_text(struct slice value, struct arena *arena, struct slice *out);
/* STATUS_MALFORMED: no whole number, or beyond 2^53. */
enum status paper_whole(struct slice value, int64_t *out);
