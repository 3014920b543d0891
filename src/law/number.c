/* number.c -- whole numbers and amounts as packs and people write them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/number.h"

bool law_digits(struct slice text, int64_t most, int64_t *out)
{
    int64_t number = 0;
    if (text.size == 0 || (text.size > 1 && text.at[0] == '0'))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        int64_t digit = text.at[i] - '0';
        if (number > (most - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *out = number;
    return number <= most;
}

enum status law_yuan_parse(struct slice text, int64_t *out_fen)
{
    int64_t yuan;
    int64_t rest = 0;
    bool point = text.size > 3 && text.at[text.size - 3] == '.';
    struct slice whole = {text.at, text.size - (point ? 3 : 0)};
    if (!law_digits(whole, INT64_C(1000000000000), &yuan))
        return STATUS_MALFORMED;
    for (size_t i = 0; point && i < 2; i++) {
        char c = text.at[text.size - 2 + i];
        if (c < '0' || c > '9')
            return STATUS_MALFORMED;
        rest = rest * 10 + (c - '0');
    }
    *out_fen = yuan * 100 + rest;
    return STATUS_OK;
}
