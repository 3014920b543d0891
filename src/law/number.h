/* number.h -- whole numbers and amounts as packs and people write them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

/* Digits only, no needless zeros; false: more than `most`, or none. */
bool law_digits(struct slice text, int64_t most, int64_t *out);
/* Yuan, at most a million million, with two digits behind the point or without point, in fen.
 * STATUS_MALFORMED. */
enum status law_yuan_parse(struct slice text, int64_t *out_fen);
