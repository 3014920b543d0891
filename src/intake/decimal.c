/* decimal.c -- money and durations are whole numbers of small units; no float is ever made of them.
 *
 * Invariants:  1. decimal_read() takes the whole slice or nothing.
 *              2. decimal_whole() without `rounded` loses nothing: the number is that whole number
 *                 or the answer is MALFORMED.
 * Not chosen:  strtod().  It obeys the locale, takes "0x1p3" and "nan", and knows no money. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "decimal.h"

enum { DIGITS_MAX = 18 };

static const uint64_t TENS[DIGITS_MAX + 1] = {1,
                                              10,
                                              100,
                                              1000,
                                              10000,
                                              100000,
                                              1000000,
                                              10000000,
                                              100000000,
                                              1000000000,
                                              10000000000,
                                              100000000000,
                                              1000000000000,
                                              10000000000000,
                                              100000000000000,
                                              1000000000000000,
                                              10000000000000000,
                                              100000000000000000,
                                              1000000000000000000};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Adds the run of digits at `*i`.  Returns how many there were, or -1: more than fit. */
static int digits_add(struct slice written, size_t *i, struct decimal *decimal)
{
    int count = 0;
    for (; *i < written.size && is_digit(written.at[*i]); (*i)++, count++) {
        if (decimal->digits >= TENS[DIGITS_MAX] / 10)
            return -1;
        decimal->digits = decimal->digits * 10 + (uint64_t)(written.at[*i] - '0');
    }
    return count;
}

/* The whole part; its groups, if there are any, are of three digits except the first.  -1: wrong.
 * */
static int whole_part(struct slice written, size_t *i, bool grouped, struct decimal *decimal)
{
    int first = digits_add(written, i, decimal);
    if (!grouped || first < 1 || *i == written.size || written.at[*i] != ',')
        return first;
    if (first > 3)
        return -1;
    while (*i < written.size && written.at[*i] == ',') {
        (*i)++;
        if (digits_add(written, i, decimal) != 3)
            return -1;
    }
    return first;
}

enum status decimal_read(struct slice written, bool grouped, struct decimal *out)
{
    struct decimal decimal = {0};
    size_t i = 0;
    if (written.size != 0 && (written.at[0] == '-' || written.at[0] == '+'))
        decimal.negative = written.at[i++] == '-';
    int whole = whole_part(written, &i, grouped, &decimal);
    int places = 0;
    if (whole >= 0 && i < written.size && written.at[i] == '.') {
        i++;
        places = digits_add(written, &i, &decimal);
        if (places < 1)
            return STATUS_MALFORMED;
    }
    if (whole < 0 || places > DIGITS_MAX || whole + places == 0 || i != written.size)
        return STATUS_MALFORMED;
    decimal.places = places;
    *out = decimal;
    return STATUS_OK;
}

enum status decimal_whole(struct decimal decimal, int shift, bool rounded, int64_t *out)
{
    uint64_t whole = decimal.digits;
    int up = shift - decimal.places;
    if (up < -DIGITS_MAX)
        return STATUS_MALFORMED;
    if (up < 0) {
        uint64_t unit = TENS[-up];
        uint64_t rest = whole % unit;
        if (rest != 0 && !rounded)
            return STATUS_MALFORMED;
        whole = whole / unit + (rest >= unit - rest && rest != 0);
    }
    for (; up > 0 && whole != 0; up--) {
        if (whole > TENS[DIGITS_MAX] / 10)
            return STATUS_MALFORMED;
        whole *= 10;
    }
    *out = decimal.negative ? -(int64_t)whole : (int64_t)whole;
    return STATUS_OK;
}

double decimal_real(struct decimal decimal)
{
    double real = (double)decimal.digits / (double)TENS[decimal.places];
    return decimal.negative ? -real : real;
}
