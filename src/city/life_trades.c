/* life_trades.c -- trades that call strangers all day.
 *
 * A courier, an estate agent, a debt reminder: one shape with many parameters, one row of ROUNDS
 * each.  A round goes from call to call; it may move between sites; whoever was missed may call
 * back.  Two trades are made differently: phone shops and second-hand dealers, where one handset
 * sees many SIMs.
 *
 * Invariant:   a person on a round is never in two calls of the round at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

struct round_row {
    enum city_class trade;
    double calls_low, calls_high; /* a working day */
    double hour_from, hour_to;
    double working; /* share of days */
    double answered;
    double talk_s, talk_sigma; /* median and spread of the answered */
    double strangers;          /* share of those called who were never called before */
    double called_back;        /* share of the missed who call back */
    uint32_t steps;            /* sites moved at most between two calls; 0: a desk */
};

static const struct round_row ROUNDS[] = {
    {CITY_CLASS_courier, 40, 230, 7.5, 19, 0.88, 0.78, 16, 0.6, 0.92, 0.35, 1},
    {CITY_CLASS_food_rider, 25, 110, 10, 21.5, 0.85, 0.85, 13, 0.55, 0.97, 0.20, 2},
    {CITY_CLASS_ride_driver, 12, 55, 6, 23, 0.85, 0.85, 18, 0.6, 0.98, 0.15, 5},
    {CITY_CLASS_estate_agent, 15, 130, 9, 20.5, 0.85, 0.62, 65, 0.9, 0.65, 0.22, 3},
    {CITY_CLASS_insurance_agent, 15, 140, 9, 19.5, 0.8, 0.58, 110, 1.0, 0.6, 0.15, 2},
    {CITY_CLASS_debt_reminder, 80, 330, 8.5, 19, 0.75, 0.50, 38, 0.8, 0.7, 0.10, 0},
    {CITY_CLASS_telemarketer, 90, 420, 9, 18.5, 0.72, 0.42, 18, 1.1, 0.97, 0.06, 0},
    {CITY_CLASS_community_worker, 15, 160, 8.5, 20, 0.8, 0.7, 35, 0.8, 0.75, 0.2, 0},
    {CITY_CLASS_recruiter, 20, 90, 9, 18.5, 0.72, 0.62, 150, 1.1, 0.9, 0.30, 0},
    {CITY_CLASS_tradesman, 4, 28, 7, 20, 0.85, 0.75, 50, 0.8, 0.6, 0.5, 4},
    {CITY_CLASS_traveller, 3, 25, 6, 22, 0.9, 0.75, 70, 1.1, 0.3, 0.3, 9},
};
#define OUTSIDE 0.12 /* share of the called whom no record shows again */
enum { ROUNDS_COUNT = sizeof ROUNDS / sizeof ROUNDS[0] };

static int64_t at_hour(struct day day, double hour)
{
    return day.start_ms + (int64_t)(hour * HOUR_MS);
}

/* A client of old is one of forty that the trade always calls. */
static uint32_t callee_of(struct city *city, struct chance *c, const struct round_row *row,
                          uint32_t person)
{
    if (dice_yes(c, row->strangers))
        return person_any(city, c);
    return (uint32_t)(dice_mix(person * UINT64_C(40) + chance_below(c, 40)) % city->people_count);
}

static void missed(struct city *city, struct chance *c, const struct round_row *row, int64_t at_ms,
                   const uint32_t pair[2])
{
    int64_t later_ms = at_ms + dice_log_whole(c, 30.0 * SECOND_MS, 2.0 * HOUR_MS);
    uint64_t number = person_number(city, pair[0]);
    if (dice_yes(c, row->called_back)) {
        struct voice voice = voice_of_person(city, c, pair[1], later_ms);
        tell_chat(city, c, later_ms, &voice, number);
        return;
    }
    if (row->trade == CITY_CLASS_courier && dice_yes(c, 0.5)) { /* "your parcel is at the gate" */
        struct voice voice = voice_of_person(city, c, pair[0], at_ms);
        struct message message = {.template = dice_mix(pair[0] + 99)};
        (void)tell_sms(city, at_ms + 40 * SECOND_MS, &voice, person_number(city, pair[1]), message);
    }
}

static void round_go(struct city *city, struct chance *c, const struct round_row *row,
                     uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    double calls = dice_log_uniform(c, row->calls_low, row->calls_high) * (day.weekend ? 0.8 : 1);
    int64_t at_ms = at_hour(day, row->hour_from + chance_unit(c) * 1.5);
    int64_t end_ms = at_hour(day, row->hour_to - chance_unit(c) * 1.5);
    double gap_ms = (double)(end_ms - at_ms) / calls - row->talk_s * SECOND_MS * row->answered;
    if (gap_ms < 4.0 * SECOND_MS)
        gap_ms = 4.0 * SECOND_MS;
    uint32_t site = self->work;
    while (at_ms < end_ms) {
        at_ms += 2 * SECOND_MS + (int64_t)chance_wait(c, gap_ms);
        if (row->steps > 0 && dice_yes(c, 0.5))
            site = site_near(&city->places, c, site, row->steps);
        uint32_t callee = callee_of(city, c, row, person);
        uint64_t number = dice_yes(c, OUTSIDE)
                              ? number_mobile(&city->numbers, person % OPERATORS_COUNT)
                              : person_number(city, callee);
        struct voice voice = voice_of_line(city, c, self->line, site);
        if (number == voice.number)
            continue;
        int64_t talk_ms = (int64_t)dice_log_normal(c, row->talk_s * SECOND_MS, row->talk_sigma);
        if (dice_yes(c, row->answered)) {
            (void)tell_call(city, at_ms, &voice, number, talk_ms);
            at_ms += talk_ms;
            continue;
        }
        (void)tell_no_call(city, at_ms, &voice, number,
                           dice_yes(c, 0.75) ? CALL_NO_ANSWER : CALL_BUSY);
        at_ms += dice_whole(c, 3 * SECOND_MS, 30 * SECOND_MS);
        missed(city, c, row, at_ms, (const uint32_t[2]){person, callee});
    }
    census_add(city, row->trade, SUBJECT_PHONE, city->lines[self->line].number);
}

/* One handset, other people's SIMs: each makes a short call or two. */
static void sim_tried(struct city *city, struct chance *c, uint32_t line, uint32_t site,
                      int64_t at_ms)
{
    uint32_t calls = (uint32_t)dice_whole(c, 1, 3);
    for (uint32_t i = 0; i < calls; i++) {
        struct voice voice = voice_of_line(city, c, line, site);
        uint64_t to = dice_yes(c, 0.5) ? 10086 : person_number(city, person_any(city, c));
        if (to == voice.number)
            continue;
        if (dice_yes(c, 0.7))
            (void)tell_call(city, at_ms, &voice, to, (int64_t)dice_log_normal(c, 9e3, 0.6));
        else
            (void)tell_no_call(city, at_ms, &voice, to, CALL_NO_ANSWER);
        at_ms += dice_whole(c, 20 * SECOND_MS, 3 * MINUTE_MS);
    }
}

static void phone_shop_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    uint64_t test_imei = city->lines[self->line].imei;
    uint32_t count = (uint32_t)dice_log_whole(c, 4, 30);
    int64_t at_ms = at_hour(day, 9);
    for (uint32_t i = 0; i < count; i++) {
        at_ms += (int64_t)chance_wait(c, 10.0 * HOUR_MS / count);
        uint32_t customer = person_adult(city, c);
        uint32_t line = line_mint(city, customer, self->operator, test_imei);
        (void)tell_sim(city, at_ms, line, SIM_ACTIVATED, 41 + person % 50);
        sim_tried(city, c, line, self->work, at_ms + 2 * MINUTE_MS);
        city->lines[line].imei = number_imei(&city->numbers, number_phone_model(c));
        if (city->people[customer].line_second == NONE)
            city->people[customer].line_second = line;
    }
    census_add(city, CITY_CLASS_phone_shop, SUBJECT_IMEI, test_imei);
}

static void handset_dealer_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    uint32_t handsets = (uint32_t)dice_whole(c, 2, 8);
    for (uint32_t i = 0; i < handsets; i++) {
        uint64_t imei = number_imei(&city->numbers, number_phone_model(c));
        uint32_t tries = (uint32_t)dice_whole(c, 2, 7);
        int64_t at_ms = at_hour(day, 9 + 10 * chance_unit(c));
        for (uint32_t k = 0; k < tries; k++) {
            uint32_t line = k == 0 ? self->line : city->people[person_adult(city, c)].line;
            uint64_t own = city->lines[line].imei;
            city->lines[line].imei = imei; /* the visitor's SIM, for a moment */
            sim_tried(city, c, line, self->work, at_ms);
            city->lines[line].imei = own;
            at_ms += dice_whole(c, 5 * MINUTE_MS, 90 * MINUTE_MS);
        }
        census_add(city, CITY_CLASS_handset_dealer, SUBJECT_IMEI, imei);
    }
}

/* "New noodles from tomorrow": one text, all customers, the owner's own SIM. */
static void shop_messages_day(struct city *city, struct chance *c, struct day day)
{
    uint32_t stalls = city->trade_counts[CITY_CLASS_small_merchant];
    for (uint32_t i = times_today(city, c, day, 0.0001); i > 0; i--) {
        uint64_t which = chance_below(c, stalls);
        uint32_t person = city->trade_people[CITY_CLASS_small_merchant][which];
        const struct person *self = &city->people[person];
        uint32_t count = (uint32_t)dice_log_whole(c, 8, 250);
        double gap_ms = dice_log_uniform(c, 0.5 * SECOND_MS, 40.0 * SECOND_MS);
        struct message message = {.template = chance_bits(c)};
        if (dice_yes(c, 0.3))
            message.url = (uint16_t)dice_whole(c, 1, 60000);
        int64_t at_ms = at_hour(day, 8 + 12 * chance_unit(c));
        for (uint32_t k = 0; k < count; k++) {
            struct voice voice = voice_of_line(city, c, self->line, self->work);
            uint64_t to = person_number(city, person_any(city, c));
            at_ms += SECOND_MS / 4 + (int64_t)chance_wait(c, gap_ms);
            (void)tell_sms(city, at_ms, &voice, to, message);
        }
        census_add(city, CITY_CLASS_shop_messages, SUBJECT_PHONE, city->lines[self->line].number);
    }
}

void life_trades_day(struct city *city, struct day day)
{
    for (uint32_t i = 0; i < ROUNDS_COUNT; i++) {
        const struct round_row *row = &ROUNDS[i];
        for (uint32_t k = 0; k < city->trade_counts[row->trade]; k++) {
            uint32_t person = city->trade_people[row->trade][k];
            struct chance c = city_stream(city, STREAM_TRADES, day.number, person);
            bool rests = !dice_yes(&c, row->working) && !(day.number == 0 && k == 0);
            if (!rests)
                round_go(city, &c, row, person, day);
        }
    }
    struct chance messages = city_stream(city, STREAM_ODD, day.number, 3);
    shop_messages_day(city, &messages, day);
    for (uint32_t k = 0; k < city->trade_counts[CITY_CLASS_phone_shop]; k++) {
        uint32_t person = city->trade_people[CITY_CLASS_phone_shop][k];
        struct chance c = city_stream(city, STREAM_TRADES, day.number, person);
        phone_shop_day(city, &c, person, day);
    }
    for (uint32_t k = 0; k < city->trade_counts[CITY_CLASS_handset_dealer]; k++) {
        uint32_t person = city->trade_people[CITY_CLASS_handset_dealer][k];
        struct chance c = city_stream(city, STREAM_TRADES, day.number, person);
        handset_dealer_day(city, &c, person, day);
    }
}
