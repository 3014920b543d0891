/* life_calls.c -- whom ordinary people call and write to, and who writes to them.
 *
 * A person's day: some calls to household and friends, a few to shops and service numbers, now
 * and then one to a stranger; relatives elsewhere call in by a trunk.  Codes, notices and
 * advertisements arrive as messages from long numbers that begin with 106.  And what happens to
 * somebody every day in a city: a new SIM, a new number, a card that no longer works, a journey
 * abroad. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

static const uint16_t TALKING[24] = {2,  1,  1,  1,  1,  3,  10, 30, 55, 75, 80, 75,
                                     65, 50, 55, 60, 65, 70, 75, 70, 60, 40, 20, 8};
static const uint16_t WRITING[24] = {6,  3,  2,  2,  2,  3,  10, 30, 60, 80, 85, 80,
                                     75, 65, 65, 70, 70, 70, 70, 70, 65, 55, 35, 15};
static const uint32_t DIALLED[] = {10086, 10010, 10000, 95588, 95533,
                                   95555, 12345, 12306, 95511, 96110};

enum {
    LINKS_COUNT = 60, /* domains of advertisers; the first few shorten links for everybody */
    SHORTENERS_COUNT = 6,
};

uint32_t times_today(const struct city *city, struct chance *c, struct day day, double rate)
{
    uint32_t count = dice_count(c, rate * city->people_count);
    return day.number == 0 && count == 0 ? 1 : count;
}

static uint64_t office_number(const struct city *city, struct chance *c)
{
    for (int tries = 0; tries < 8; tries++) {
        const struct office *office = &city->offices[chance_below(c, city->offices_count)];
        if (office->cell == NONE)
            return office->numbers[chance_below(c, office->numbers_count)];
    }
    return 10086;
}

/* Whom somebody calls who is not a friend. */
static uint64_t number_of_business(struct city *city, struct chance *c)
{
    double u = chance_unit(c);
    if (u < 0.30)
        return DIALLED[chance_below(c, sizeof DIALLED / sizeof DIALLED[0])];
    if (u < 0.45)
        return office_number(city, c);
    if (u < 0.60) {
        static const uint8_t CALLED[] = {CITY_CLASS_tradesman, CITY_CLASS_courier,
                                         CITY_CLASS_small_merchant, CITY_CLASS_estate_agent};
        uint32_t trade = CALLED[chance_below(c, sizeof CALLED)];
        uint64_t which = chance_below(c, city->trade_counts[trade]);
        return person_number(city, city->trade_people[trade][which]);
    }
    if (u < 0.8)
        return person_number(city, person_any(city, c));
    if (u < 0.9)
        return number_mobile(&city->numbers, (uint32_t)chance_below(c, OPERATORS_COUNT));
    return person_number(city, person_elsewhere(city, c));
}

static bool is_abroad(const struct city *city, uint32_t person, uint32_t day)
{
    return dice_mix(city->options.seed + person * UINT64_C(64) + day / 5) % 1000 < 2;
}

static void person_calls(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    uint32_t count = dice_count(c, (double)self->calls_a_day * (day.weekend ? 0.85 : 1.0));
    bool abroad = is_abroad(city, person, day.number);
    for (uint32_t i = 0; i < count; i++) {
        int64_t at_ms = day.start_ms + dice_time_of_day(c, TALKING);
        if (person_is_busy(city, person, at_ms))
            continue;
        if (dice_yes(c, 0.13)) {
            struct voice voice = voice_of_person(city, c, person, at_ms);
            tell_chat(city, c, at_ms, &voice, number_of_business(city, c));
            continue;
        }
        uint32_t friend = person_friend(city, c, person);
        if (!person_is_here(city, friend) && dice_yes(c, 0.5)) { /* it is they who call */
            struct voice voice = voice_of_person(city, c, friend, at_ms);
            tell_chat(city, c, at_ms, &voice, city->lines[self->line].number);
            continue;
        }
        struct voice voice = voice_of_person(city, c, person, at_ms);
        if (abroad) {
            voice = (struct voice){.number = city->lines[self->line].number,
                                   .cell = NONE,
                                   .trunk = trunk_any(c, TRUNK_INTERNATIONAL)};
            census_add(city, CITY_CLASS_roamer, SUBJECT_PHONE, voice.number);
        }
        uint64_t number = person_number(city, friend);
        if (person_is_busy(city, friend, at_ms) && number != voice.number)
            (void)tell_no_call(city, at_ms, &voice, number, CALL_BUSY);
        else
            tell_chat(city, c, at_ms, &voice, number);
    }
}

/* A shortener, the advertiser's own domain, or one made for this week. */
static uint16_t link_of(struct chance *c, uint64_t sender)
{
    double u = chance_unit(c);
    if (u < 0.3)
        return (uint16_t)(1 + sender % SHORTENERS_COUNT);
    if (u < 0.93)
        return (uint16_t)(1 + sender % LINKS_COUNT);
    return (uint16_t)dice_whole(c, LINKS_COUNT + 1, 60000);
}

/* Codes, notices, advertisements; a few senders write most of them. */
static void person_is_written_to(struct city *city, struct chance *c, uint32_t person,
                                 struct day day)
{
    uint64_t number = person_number(city, person);
    uint32_t count = dice_count(c, 2.6);
    for (uint32_t i = 0; i < count; i++) {
        int64_t at_ms = day.start_ms + dice_time_of_day(c, WRITING);
        double u = chance_unit(c);
        uint64_t sender = (uint64_t)(u * u * SENDERS_COUNT);
        struct voice voice = voice_of_sender(c, sender);
        struct message message = {.template = dice_mix(sender * 64 + chance_below(c, 6))};
        if (sender % 5 < 2 && dice_yes(c, 0.7)) /* these advertise */
            message.url = link_of(c, sender);
        (void)tell_sms(city, at_ms, &voice, number, message);
        if (sender % 5 > 2 && dice_yes(c, 0.25)) { /* the code is sent again */
            at_ms += dice_whole(c, 20 * SECOND_MS, 120 * SECOND_MS);
            (void)tell_sms(city, at_ms, &voice, number, message);
        }
    }
}

static void person_writes(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    uint32_t count = dice_count(c, 0.35);
    for (uint32_t i = 0; i < count; i++) {
        int64_t at_ms = day.start_ms + dice_time_of_day(c, WRITING);
        uint32_t friend = person_friend(city, c, person);
        struct voice there = voice_of_person(city, c, person, at_ms);
        struct message message = {.template = dice_yes(c, 0.5) ? chance_bits(c) : 0};
        if (dice_yes(c, 0.03))
            message.url = (uint16_t)(1 + chance_below(c, LINKS_COUNT));
        (void)tell_sms(city, at_ms, &there, person_number(city, friend), message);
        if (dice_yes(c, 0.5)) {
            struct voice back = voice_of_person(city, c, friend, at_ms);
            message = (struct message){.template = dice_yes(c, 0.5) ? chance_bits(c) : 0};
            at_ms += (int64_t)dice_log_normal(c, 3.0 * MINUTE_MS, 1.2);
            (void)tell_sms(city, at_ms, &back, there.number, message);
        }
    }
}

/* A new SIM tells everybody its number. */
static void line_introduced(struct city *city, struct chance *c, uint32_t person, uint32_t line,
                            int64_t at_ms)
{
    (void)tell_sim(city, at_ms, line, SIM_ACTIVATED, (uint32_t)dice_whole(c, 1, 40));
    uint32_t count = (uint32_t)dice_whole(c, 3, 14);
    for (uint32_t i = 0; i < count; i++) {
        at_ms += (int64_t)chance_wait(c, 22.0 * MINUTE_MS) + MINUTE_MS;
        uint32_t site = person_is_here(city, person)
                            ? person_site(city, c, person, at_ms)
                            : city->people[person].circle[0] % city->places.sites_count;
        struct voice voice = voice_of_line(city, c, line, site);
        uint64_t number = person_number(city, person_friend(city, c, person));
        if (number != voice.number)
            tell_chat(city, c, at_ms, &voice, number);
    }
}

static void sims_change(struct city *city, struct chance *c, struct day day)
{
    for (uint32_t i = times_today(city, c, day, 0.0008); i > 0; i--) {
        bool comes = dice_yes(c, 0.15); /* to live here; the papers still say elsewhere */
        uint32_t person = comes ? person_elsewhere(city, c) : person_adult(city, c);
        struct person *self = &city->people[person];
        bool own = dice_yes(c, 0.5); /* in the same handset */
        uint64_t imei =
            own ? city->lines[self->line].imei : number_imei(&city->numbers, number_phone_model(c));
        uint32_t line = line_mint(city, person, (uint32_t)chance_below(c, OPERATORS_COUNT), imei);
        if (self->line_second == NONE && !comes)
            self->line_second = line;
        census_add(city, CITY_CLASS_new_subscriber, SUBJECT_PHONE, city->lines[line].number);
        line_introduced(city, c, person, line, day.start_ms + dice_time_of_day(c, TALKING));
    }
    for (uint32_t i = times_today(city, c, day, 0.0003); i > 0; i--) {
        uint32_t person = person_adult(city, c);
        struct person *self = &city->people[person];
        uint32_t old = self->line;
        int64_t at_ms = day.start_ms + dice_time_of_day(c, TALKING);
        self->line = line_mint(city, person, city->lines[old].operator, city->lines[old].imei);
        census_add(city, CITY_CLASS_number_change, SUBJECT_IMEI, city->lines[old].imei);
        line_introduced(city, c, person, self->line, at_ms);
        (void)tell_sim(city, at_ms + dice_whole(c, HOUR_MS, 6 * HOUR_MS), old, SIM_CANCELLED, NONE);
    }
}

static void sims_fail(struct city *city, struct chance *c, struct day day)
{
    for (uint32_t i = times_today(city, c, day, 0.0002); i > 0; i--) {
        uint32_t line = city->people[person_any(city, c)].line;
        city->lines[line].imsi = number_imsi(&city->numbers, city->lines[line].operator);
        int64_t at_ms = day.start_ms + dice_time_of_day(c, TALKING);
        (void)tell_sim(city, at_ms, line, SIM_SWAPPED, (uint32_t)dice_whole(c, 1, 40));
    }
    for (uint32_t i = times_today(city, c, day, 0.0006); i > 0; i--) { /* unpaid */
        uint32_t person = person_any(city, c);
        uint32_t line = city->people[person].line;
        int64_t at_ms = day.start_ms + dice_time_of_day(c, TALKING);
        int64_t again_ms = at_ms + dice_log_whole(c, MINUTE_MS, 20.0 * HOUR_MS);
        if (!tell_sim(city, at_ms, line, SIM_SUSPENDED, NONE))
            continue;
        person_keep_busy(city, person, at_ms, again_ms);
        (void)tell_sim(city, again_ms, line, SIM_RESTORED, NONE);
    }
}

/* Somebody abroad, always the same, from a number that no other record explains. */
static void relatives_call(struct city *city, struct chance *c, struct day day)
{
    for (uint32_t i = 0; i < city->relatives_count; i++) {
        const struct relative *relative = &city->relatives[i];
        if (!dice_yes(c, i == 0 && day.number == 0 ? 1 : 0.3))
            continue;
        int64_t at_ms = day.start_ms + dice_time_of_day(c, TALKING);
        int64_t talk_ms = (int64_t)dice_log_normal(c, 7.0 * MINUTE_MS, 1.0);
        struct voice own = voice_of_person(city, c, relative->person, at_ms);
        struct voice far = {
            .number = relative->number, .cell = NONE, .trunk = trunk_any(c, TRUNK_INTERNATIONAL)};
        if (dice_yes(c, 0.35))
            tell_chat(city, c, at_ms, &own, far.number);
        else if (dice_yes(c, 0.7))
            (void)tell_call(city, at_ms, &far, person_number(city, relative->person), talk_ms);
        else
            tell_chat(city, c, at_ms, &far, person_number(city, relative->person));
        census_add(city, CITY_CLASS_abroad_relative, SUBJECT_PHONE, relative->number);
    }
}

void life_calls_day(struct city *city, struct day day)
{
    struct chance changes = city_stream(city, STREAM_ODD, day.number, 1);
    sims_change(city, &changes, day);
    sims_fail(city, &changes, day);
    relatives_call(city, &changes, day);
    for (uint32_t person = 0; person < city->people_count; person++) {
        struct chance c = city_stream(city, STREAM_CALLS, day.number, person);
        person_calls(city, &c, person, day);
        person_is_written_to(city, &c, person, day);
        person_writes(city, &c, person, day);
    }
}
