/* ident.c -- spellings into words of eight bytes, and back where that is possible.
 *
 * Most names of the trade are digits: phones, IMSIs, IMEIs, account numbers.  Eighteen of them with
 * a 1 in front stay below 2^61, so they need no table of spellings and no hash, and print again as
 * they were.
 *
 * Invariants:  1. ident_of() of two different spellings that are both packed differs.
 *              2. A packed ident prints as the spelling that it was made of, leading zeros too.
 *              3. No spelling but the empty one is unknown.
 * Not chosen:  a table of all spellings.  It would cost more than everything else we remember. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/ident.h"

#include "ground/checksum.h"

#include <endian.h>

enum { PACKED_DIGITS_MAX = 18, TAG_SHIFT = 62 };

#define TAG_PLAIN  1ull
#define TAG_PLUS   2ull
#define TAG_HASHED 3ull
#define LOW_BITS   ((1ull << TAG_SHIFT) - 1)

static ident hashed(struct slice spelling)
{
    return (ident){TAG_HASHED << TAG_SHIFT | (hash_bytes(spelling) & LOW_BITS)};
}

/* Eight digits at once: the value of each pair, then of each four, then of all.  false: something
 * else is among them. */
static bool eight_digits(const char *at, uint64_t *out)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    word = le64toh(word);
    uint64_t low = word - 0x3030303030303030;
    if (((low | (low + 0x7676767676767676)) & 0x8080808080808080) != 0)
        return false;
    low = low * 10 + (low >> 8);
    *out = ((low & 0x000000FF000000FF) * 0x000F424000000064 +
            (low >> 16 & 0x000000FF000000FF) * 0x0000271000000001) >>
           32;
    return true;
}

ident ident_of(struct slice spelling)
{
    if (spelling.size == 0)
        return IDENT_UNKNOWN;
    size_t plus = spelling.at[0] == '+';
    size_t digits = spelling.size - plus;
    if (digits == 0 || digits > PACKED_DIGITS_MAX)
        return hashed(spelling);
    uint64_t number = 1;
    size_t i = plus;
    uint64_t eight;
    for (; spelling.size - i >= 8 && eight_digits(spelling.at + i, &eight); i += 8)
        number = number * 100000000 + eight;
    for (; i < spelling.size; i++) {
        unsigned digit = (unsigned)(unsigned char)spelling.at[i] - '0';
        if (digit > 9)
            return hashed(spelling);
        number = number * 10 + digit;
    }
    return (ident){(plus ? TAG_PLUS : TAG_PLAIN) << TAG_SHIFT | number};
}

bool ident_is_packed(ident name)
{
    uint64_t tag = name.bits >> TAG_SHIFT;
    return tag == TAG_PLAIN || tag == TAG_PLUS;
}

bool ident_valid(ident name)
{
    if (!ident_is_packed(name))
        return name.bits >> TAG_SHIFT == TAG_HASHED;
    uint64_t number = name.bits & LOW_BITS;
    unsigned digits = 0;
    for (; number >= 10; digits++)
        number /= 10;
    return number == 1 && digits >= 1 && digits <= PACKED_DIGITS_MAX;
}

void text_add_ident(struct text *text, ident name)
{
    if (!ident_known(name))
        return;
    if (!ident_is_packed(name)) {
        text_addf(text, "#%016llx", (unsigned long long)(name.bits & LOW_BITS));
        return;
    }
    char spelling[PACKED_DIGITS_MAX + 1];
    size_t at = sizeof spelling;
    uint64_t number = name.bits & LOW_BITS;
    while (number > 1) {
        spelling[--at] = (char)('0' + number % 10);
        number /= 10;
    }
    must(number == 1); /* the 1 that keeps the leading zeros */
    if (name.bits >> TAG_SHIFT == TAG_PLUS)
        spelling[--at] = '+';
    text_add(text, (struct slice){spelling + at, sizeof spelling - at});
}
