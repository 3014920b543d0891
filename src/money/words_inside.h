/* words_inside.h -- currencies and banks by number. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "money/ledger_inside.h"

/* At most `count_max` words, fewer than 65,536.  STATUS_FULL. */
enum status words_create(struct words *words, uint32_t count_max, struct arena *boot);
/* The writer's: the number of a name, which may be new; 0 is "unknown".  false: full. */
bool words_number(struct words *words, ident name, uint16_t *out);
/* The writer's: how a name among them is spelled, if that was not known. */
void words_spell(struct words *words, ident name, struct slice spelling);
/* Anybody's; empty: not among them, or not known. */
struct slice words_spelling(const struct words *words, ident name);
/* Anybody's, of a number that came out of a row or an account. */
ident words_name(const struct words *words, uint16_t number);
