/* ident.h -- a name in eight bytes.
 *
 * Phones, IMSIs, IMEIs, accounts and all other identifiers are compared, hashed and remembered as
 * one word. A name of up to 18 digits, with or without a leading `+`, is packed exactly and can be
 * printed again.  Any other name is the 62 low bits of its XXH3 hash: two different ones are equal
 * with a chance of 2^-62 a pair.
 *
 *   bits 63..62   01 plain digits   10 `+` and digits   11 hashed   00, all else zero: unknown
 *   bits 61..0    the decimal number "1" followed by the digits (so that leading zeros count),
 *                 or the hash */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

typedef struct {
    uint64_t bits;
} ident;

#define IDENT_UNKNOWN ((ident){0})

static inline bool ident_equal(ident a, ident b)
{
    return a.bits == b.bits;
}
static inline bool ident_known(ident a)
{
    return a.bits != 0;
}
/* The ident of a spelling; an empty spelling is unknown. */
ident ident_of(struct slice spelling);
/* Whether the spelling can be had back from the bits alone. */
bool ident_is_packed(ident name);
/* Whether ident_of can have made it; unknown is not. */
bool ident_valid(ident name);
/* Writes the spelling of a packed ident; of a hashed one, `#` and its hash in hex. */
void text_add_ident(struct text *text, ident name);
