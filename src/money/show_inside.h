/* show_inside.h -- what the forms of a trace share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/html.h"
#include "money/trace_show.h"

enum { SHOW_LINE_MAX = 8192 };

/* "1234.50" */
void show_add_amount(struct text *text, const struct trace_view *view, int64_t amount);
void show_add_time(struct text *text, const struct trace_view *view, int64_t ms);
void show_add_account(struct text *text, const struct trace_view *view, ident account);
void show_add_bank(struct text *text, const struct trace_view *view, ident bank);
/* The text so far goes out, and is empty again. */
enum status show_flush(struct text *text, struct trace_outlet outlet);
/* What is on either side of an edge in the direction of the payment. */
const char *show_channel(const struct payment *payment); /* NULL: unknown */
/* Whole seconds, and parts of one only below a second: "2m5s". */
void show_add_delay(struct text *text, int64_t ms);

/* Words of the tree and the page. */
enum show_word {
#define SHOW_WORD(name, en, zh) SHOW_##name,
#include "show_words.inc"
#undef SHOW_WORD
};
const char *show_word(enum show_word word, enum tongue tongue);
