/* decimal.h -- numbers as files write them: exact decimals. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

/* digits * 10^-places, with the sign. */
struct decimal {
    bool negative;
    int places; /* digits after the point as written; 0 .. 18 */
    uint64_t digits;
};

/* Sign, digits, at most one point, at most 18 digits that count; "1,234,567.8" if `grouped`.
 * MALFORMED otherwise: blanks, exponents, "1,23", ".", "+-1". */
enum status decimal_read(struct slice written, bool grouped, struct decimal *out);
/* The number times 10^shift as a whole number.  MALFORMED: not whole (unless `rounded`: half away
 * from zero) or larger than 10^18. */
enum status decimal_whole(struct decimal decimal, int shift, bool rounded, int64_t *out);
/* The nearest double; exact up to 15 digits. */
double decimal_real(struct decimal decimal);
