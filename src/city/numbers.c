/* numbers.c -- numbers that belong to nobody, in the forms of domain.md 8.10.
 *
 * Every series is a counter sent through a small Feistel network under the city's key: no number
 * comes twice, and neighbours in a table are no neighbours in a numbering plan.
 *
 *     counter = left * half + right
 *     three times:  (left, right) = (right, left + mix(right) mod half)
 *
 * Not chosen: a set of numbers already given.  A bijection needs no memory and cannot collide. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

static const uint8_t PREFIXES[OPERATORS_COUNT][16] = {
    {35, 36, 37, 38, 39, 50, 51, 52, 57, 58, 59, 78, 82, 83, 87, 88},
    {30, 31, 32, 55, 56, 66, 71, 75, 76, 85, 86, 96, 45, 30, 31, 86},
    {33, 53, 73, 77, 80, 81, 89, 90, 91, 93, 99, 62, 33, 89, 80, 81},
};
static const uint8_t NETWORKS[OPERATORS_COUNT] = {0, 1, 11};
static const uint16_t AREAS[] = {10, 21, 755, 28, 27, 571, 25, 20, 29, 23, 431, 591};
static const uint16_t COUNTRIES[] = {44, 853, 852, 886, 63,  95, 855, 856,
                                     66, 1,   234, 371, 222, 60, 84};

/* A bijection of 0 .. half*half-1. */
static uint64_t shuffle(uint64_t key, uint64_t counter, uint64_t half)
{
    must(counter < half * half);
    uint64_t left = counter / half, right = counter % half;
    for (uint64_t round = 0; round < 3; round++) {
        uint64_t next = (left + dice_mix(key + right * 4 + round) % half) % half;
        left = right;
        right = next;
    }
    return left * half + right;
}

/* The digit that makes the Luhn sum of `digits` and itself a multiple of ten. */
static unsigned luhn_digit(uint64_t digits)
{
    unsigned sum = 0;
    for (bool twice = true; digits > 0; digits /= 10, twice = !twice) {
        unsigned digit = (unsigned)(digits % 10) * (twice ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return (10 - sum % 10) % 10;
}

void numbers_init(struct numbers *numbers, uint64_t seed)
{
    *numbers = (struct numbers){.key = dice_mix(seed ^ UINT64_C(0xc17))};
    for (uint32_t i = 0; i < TACS_COUNT; i++) {
        bool abroad = i < TACS_GATEWAY ? i % 3 != 0 : i < TACS_THING && i % 2 != 0;
        numbers->tacs[i] =
            (abroad ? 35000000u : 86000000u) + (uint32_t)shuffle(numbers->key, i, 1000);
    }
}

uint64_t number_mobile(struct numbers *numbers, uint32_t operator)
{
    uint32_t count = numbers->mobiles[operator]++;
    uint32_t prefixes = operator== 0 ? 16 : 12;
    uint64_t prefix = PREFIXES[operator][count % prefixes];
    uint64_t rest = shuffle(numbers->key + prefix, count / prefixes, 10000);
    return PHONE_PLUS | ((UINT64_C(861) * 100 + prefix) * 100000000 + rest);
}

uint64_t number_fixed(struct numbers *numbers)
{
    uint64_t rest = shuffle(numbers->key + 111, numbers->fixed++, 3000);
    return PHONE_PLUS | (UINT64_C(86871) * 100000000 + 61000000 + rest);
}

uint64_t number_fixed_elsewhere(struct numbers *numbers)
{
    uint32_t count = numbers->fixed_elsewhere++;
    uint64_t area = AREAS[count % 12];
    uint64_t code = area < 100 ? 8600 + area : 86000 + area;
    uint64_t rest = shuffle(numbers->key + area, count / 12, 7000);
    return PHONE_PLUS | (code * 100000000 + 22000000 + rest);
}

uint64_t number_foreign(struct numbers *numbers, struct chance *c)
{
    uint64_t country = COUNTRIES[chance_below(c, sizeof COUNTRIES / sizeof COUNTRIES[0])];
    uint64_t rest = shuffle(numbers->key + 113, numbers->foreign++, 10000);
    return PHONE_PLUS | (country * 1000000000 + 700000000 + rest);
}

uint64_t number_thing(struct numbers *numbers)
{
    uint64_t rest = shuffle(numbers->key + 114, numbers->things++, 10000);
    return PHONE_PLUS | (UINT64_C(8610647) * 100000000 + rest);
}

uint64_t number_imsi(struct numbers *numbers, uint32_t operator)
{
    uint64_t rest = shuffle(numbers->key + 115, numbers->imsis++, 100000);
    return (UINT64_C(46000) + NETWORKS[operator]) * UINT64_C(10000000000) + rest;
}

uint64_t number_imei(struct numbers *numbers, uint32_t model)
{
    must(model < TACS_COUNT);
    uint32_t serial =
        numbers->imeis[model]++ % 1000000; /* a TAC has no more: then they come again */
    uint64_t rest = shuffle(numbers->key + 116, serial, 1000);
    return (uint64_t)numbers->tacs[model] * 1000000 + rest;
}

uint32_t number_phone_model(struct chance *c)
{
    double u = chance_unit(c);
    return (uint32_t)(u * u * TACS_GATEWAY); /* a few models are everywhere */
}

uint64_t number_imei_written(uint64_t imei14, uint32_t form)
{
    must(form < IMEI_FORMS_COUNT);
    if (form == 0)
        return imei14 * 10;
    if (form == 1)
        return imei14 * 10 + luhn_digit(imei14);
    return imei14 * 100 + 1 + imei14 % 7; /* the software's version */
}

uint64_t number_account(struct numbers *numbers, uint32_t bank)
{
    must(bank < BANKS_COUNT);
    static const uint8_t DIGITS[4] = {16, 19, 19, 17};
    unsigned digits = DIGITS[bank % 4];
    uint64_t body = 620137 + bank * 653;
    for (unsigned i = 6; i + 11 < digits; i++)
        body = body * 10 + (bank + i) % 10;
    uint64_t half = digits == 16 ? 31622 : 100000, room = digits == 16 ? 1000000000 : 10000000000;
    body = body * room + shuffle(numbers->key + 117, numbers->accounts++, half);
    return body * 10 + luhn_digit(body);
}
