/* firms.c -- employers, shops, lenders; and offices that call or write to many people.
 *
 * A firm has an account.  The first few firms are what every city has: utilities, online
 * platforms, lenders, gold shops; half of the rest sell to the public, and a shop's charm
 * decides its share of the customers. An office is whatever calls or writes and is not a person:
 * a call centre, a school, a lift. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

uint32_t shop_any(const struct city *city, struct chance *c)
{
    return city->shops[chance_below(c, city->shops_count)];
}

static enum status shops_table(struct city *city)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < city->firms_count; i++)
        total += (uint64_t)(double)city->firms[i].charm;
    TRY(ARENA_NEW(city->boot, total + 1, &city->shops));
    for (uint32_t i = 0; i < city->firms_count; i++) {
        for (uint32_t k = 0; k < (uint32_t)city->firms[i].charm; k++)
            city->shops[city->shops_count++] = i;
    }
    return STATUS_OK;
}

static enum status companies_make(struct city *city, struct chance *c)
{
    uint32_t people = city->people_count;
    uint32_t platforms = 5 + people / 40000, lenders = 3 + people / 50000,
             gold = 2 + people / 20000;
    city->firms_count = platforms + lenders + gold + 6 + people / 40;
    TRY(ARENA_NEW(city->boot, city->firms_count, &city->firms));
    for (uint32_t i = 0; i < city->firms_count; i++) {
        struct firm *firm = &city->firms[i];
        firm->account =
            account_mint(city, NONE, (int64_t)dice_log_uniform(c, 2e5 * YUAN, 5e7 * YUAN));
        firm->site = site_any(&city->places, c);
        firm->payday = (uint8_t)chance_below(c, 22);
        firm->online = i < platforms;
        firm->lender = i >= platforms && i < platforms + lenders;
        firm->gold = i >= platforms + lenders && i < platforms + lenders + gold;
        firm->shop =
            firm->online || firm->gold || (i >= platforms + lenders + gold && dice_yes(c, 0.5));
        if (firm->shop)
            firm->charm = (float)dice_log_uniform(c, 1, 30);
        if (firm->online)
            firm->charm =
                (float)(30 + people / 400.0 * dice_log_uniform(c, 0.3, 1.5) / platforms * 5);
        if (firm->gold)
            firm->charm = 1;
    }
    return shops_table(city);
}

static void staff_hire(struct city *city, struct chance *c)
{
    uint32_t landlords = city->trade_counts[CITY_CLASS_landlord];
    for (uint32_t i = 0; i < city->people_count; i++) {
        struct person *self = &city->people[i];
        int age = YEAR_NOW - self->born;
        if (landlords > 0 && self->household == i && dice_yes(c, 0.3)) {
            uint64_t which = chance_below(c, landlords);
            self->landlord = city->trade_people[CITY_CLASS_landlord][which];
        }
        if (self->trade != CITY_CLASS_ordinary || age < 20 || age > 62 || !dice_yes(c, 0.72))
            continue;
        double u = chance_unit(c);
        self->employer = (uint32_t)(u * u * city->firms_count); /* some are large */
        struct firm *firm = &city->firms[self->employer];
        firm->staff_count++;
        self->work = firm->site;
    }
}

static void office_numbers(struct city *city, struct chance *c, struct office *office)
{
    office->numbers_count = 1;
    office->trunk = trunk_any(c, TRUNK_FIXED);
    office->cell = NONE;
    double u = chance_unit(c);
    if (office->kind == OFFICE_CALL_CENTRE && u < 0.4) { /* 95xxx and longer */
        office->numbers[0] =
            (uint64_t)(u < 0.2 ? dice_whole(c, 95100, 95499) : dice_whole(c, 951300, 952999));
        office->trunk = trunk_any(c, TRUNK_SERVICE);
    } else if (office->kind == OFFICE_CALL_CENTRE && u < 0.65) {
        office->numbers[0] = (uint64_t)dice_whole(c, 4001000000, 4008999999);
        office->trunk = trunk_any(c, TRUNK_SERVICE);
    } else {
        office->numbers_count =
            (uint8_t)dice_whole(c, 1, office->kind == OFFICE_CALL_CENTRE ? 4 : 2);
        for (uint32_t i = 0; i < office->numbers_count; i++)
            office->numbers[i] = dice_yes(c, 0.8) ? number_fixed(&city->numbers)
                                                  : number_fixed_elsewhere(&city->numbers);
    }
}

/* A firm's box, or the card in a lift: own SIMs, one handset number, one cell for years. */
static void office_sims(struct city *city, struct chance *c, struct office *office)
{
    bool alarm = office->kind == OFFICE_ALARM;
    uint32_t operator=(uint32_t) chance_below(c, OPERATORS_COUNT);
    uint32_t model = (uint32_t)(alarm ? dice_whole(c, TACS_THING, TACS_COUNT - 1)
                                      : dice_whole(c, TACS_GATEWAY, TACS_THING - 1));
    office->imei = number_imei(&city->numbers, model);
    office->numbers_count = (uint8_t)(alarm ? 1 : dice_whole(c, 1, 4));
    for (uint32_t i = 0; i < office->numbers_count; i++) {
        bool thing = alarm && dice_yes(c, 0.7);
        office->numbers[i] =
            thing ? number_thing(&city->numbers) : number_mobile(&city->numbers, operator);
        office->imsi[i] = number_imsi(&city->numbers, operator);
    }
    office->cell = cell_of_site(site_any(&city->places, c), operator);
    office->trunk = TRUNK_NONE;
    uint32_t guard = person_adult(city, c);
    office->calls_only = alarm ? city->lines[city->people[guard].line].number : 0;
}

/* One number for the whole city, and more calls the more people live in it. */
static void office_police(const struct city *city, struct chance *c, struct office *office)
{
    office->numbers[0] = 96110;
    office->numbers_count = 1;
    office->trunk = trunk_any(c, TRUNK_SERVICE);
    office->cell = NONE;
    office->calls_a_day *= 0.25f + (float)city->people_count / 30000;
}

static enum status offices_make(struct city *city, struct chance *c)
{
    static const struct {
        uint32_t base, one_in;        /* base + people / one_in */
        double calls_low, calls_high; /* a day */
    } KINDS[OFFICE_KINDS_COUNT] = {
        [OFFICE_CALL_CENTRE] = {3, 2500, 30, 900},      [OFFICE_GSM_TERMINAL] = {2, 8000, 10, 250},
        [OFFICE_SCHOOL] = {2, 4000, 60, 500},           [OFFICE_HOSPITAL] = {1, 12000, 40, 350},
        [OFFICE_CONFERENCE] = {1, 20000, 5, 60},        [OFFICE_ALARM] = {4, 250, 0.05, 2},
        [OFFICE_POLICE_LINE] = {1, UINT32_MAX, 20, 60},
    };
    uint32_t counts[OFFICE_KINDS_COUNT], total = 0;
    for (uint32_t kind = 0; kind < OFFICE_KINDS_COUNT; kind++) {
        counts[kind] = KINDS[kind].base + city->people_count / KINDS[kind].one_in;
        total += counts[kind];
    }
    TRY(ARENA_NEW(city->boot, total, &city->offices));
    for (uint32_t kind = 0; kind < OFFICE_KINDS_COUNT; kind++) {
        for (uint32_t i = 0; i < counts[kind]; i++) {
            struct office *office = &city->offices[city->offices_count++];
            office->kind = (enum office_kind)kind;
            office->calls_a_day =
                (float)dice_log_uniform(c, KINDS[kind].calls_low, KINDS[kind].calls_high);
            office->sms_number = (uint64_t)dice_whole(c, 10650000000, 10699999999) * 10 + i % 10;
            if (kind == OFFICE_POLICE_LINE)
                office_police(city, c, office);
            else if (kind == OFFICE_GSM_TERMINAL || kind == OFFICE_ALARM)
                office_sims(city, c, office);
            else
                office_numbers(city, c, office);
        }
    }
    return STATUS_OK;
}

enum status firms_make(struct city *city)
{
    struct chance c = city_stream(city, STREAM_FIRMS, 0, 0);
    TRY(companies_make(city, &c));
    staff_hire(city, &c);
    struct chance offices = city_stream(city, STREAM_OFFICES, 0, 0);
    return offices_make(city, &offices);
}
