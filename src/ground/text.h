/* text.h -- borrowed bytes, and a bounded place to write them.
 *
 * A `slice` lends bytes that somebody else owns; it need not end in NUL.  A `text` writes into a
 * buffer of the caller up to its size; what does not fit sets `full`, which is looked at once, at
 * the end. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "arena.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *at;
    size_t size;
};

#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

static inline struct slice slice_of(const char *string)
{
    return (struct slice){string, strlen(string)};
}
bool slice_equal(struct slice a, struct slice b);
/* Order of bytes, a prefix first: negative, 0, positive. */
int slice_compare(struct slice a, struct slice b);
bool slice_starts(struct slice whole, struct slice start);
/* A copy that ends in NUL, for the life of the arena. */
enum status slice_copy(struct arena *arena, struct slice from, struct slice *out);

struct text {
    char *at;
    size_t size;     /* bytes written; at[size] is NUL */
    size_t size_max; /* room, without the NUL */
    bool full;       /* something did not fit */
};

/* `bytes` of `size` with size >= 1; the last one is kept for the NUL. */
struct text text_over(char *bytes, size_t size);
void text_add(struct text *text, struct slice slice);
void text_add_string(struct text *text, const char *string);
void text_add_char(struct text *text, char c);
void text_add_whole(struct text *text, int64_t number);
[[gnu::format(printf, 2, 3)]] void text_addf(struct text *text, const char *format, ...);
/* The slice in double quotes with JSON escapes; bytes that are not UTF-8 become U+FFFD. */
void text_add_json(struct text *text, struct slice slice);
static inline struct slice text_slice(const struct text *text)
{
    return (struct slice){text->at, text->size};
}

/* One code point from the front of `*rest`, which moves on.  Not UTF-8: one byte is taken, U+FFFD
 * is returned.  At the end: returns 0 and `*rest` is empty. */
uint32_t utf8_next(struct slice *rest);
bool utf8_valid(struct slice slice);
/* Columns that the slice takes on a terminal: 2 for East Asian wide and emoji, 0 for combining
 * marks (Unicode UAX #11), 1 for the rest. */
size_t utf8_columns(struct slice slice);
