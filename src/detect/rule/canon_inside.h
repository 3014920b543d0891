/* canon_inside.h -- pieces of canonical source text. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "compile_inside.h"

void text_add_quoted(struct text *text, struct slice string);
/* A plain number, with as few decimals as give it back. */
void text_add_decimal(struct text *text, double number);
/* Money: "99.50 CNY". */
void text_add_amount(struct text *text, const struct rule_set *set, double minor);
