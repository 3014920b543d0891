/* reader_inside.h -- a finger on the tokens of one file. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "parser_inside.h"

struct reader {
    struct compile *compile;
    struct written_set *set;
    struct tokens tokens;
    uint32_t at;
    unsigned nesting;
};

/* The token `ahead` of the finger; behind the last one always TOKEN_END. */
const struct token *reader_look(const struct reader *reader, uint32_t ahead);
/* Moves on and gives what was under the finger. */
const struct token *reader_take(struct reader *reader);
bool reader_is(const struct reader *reader, enum token_kind kind);
bool reader_is_word(const struct reader *reader, enum keyword keyword);
bool reader_accept(struct reader *reader, enum token_kind kind);
bool reader_accept_word(struct reader *reader, enum keyword keyword);
/* The end of what was taken last, as an empty span: where something is missing. */
struct span reader_behind(const struct reader *reader);

/* What is under the finger, or behind the last token if that is the end. */
struct span reader_where(const struct reader *reader);

/* `term` is a key of terms.inc, or text that is shown as it is. */
void reader_complain(struct reader *reader, enum message message, const char *term);
bool reader_expect(struct reader *reader, enum token_kind kind, const char *term);
/* A keyword; one with a slip of the pen is complained about and taken. */
bool reader_expect_word(struct reader *reader, enum keyword keyword);
/* A name.  A keyword in its place is complained about and taken, unless it is `next`: then the name
 * is missing. */
bool reader_expect_name(struct reader *reader, const char *term, enum keyword next,
                        struct word *out);
bool reader_expect_duration(struct reader *reader, struct written_duration *out);
/* Two strings, English and Chinese. */
bool reader_expect_sayings(struct reader *reader, struct slice out[TONGUES_COUNT],
                           struct span spans[TONGUES_COUNT]);
/* What is under the finger, for "found …". */
struct slice reader_found(struct reader *reader);
