/* life_offices.c -- what calls or writes to hundreds of people and is no person.
 *
 * Call centres, schools, hospitals, conference bridges, lawful GSM terminals, lifts and alarms:
 * volume, rhythm and stillness of a gateway, and nothing wrong with any of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

static struct voice office_voice(struct chance *c, const struct office *office)
{
    uint32_t which = (uint32_t)chance_below(c, office->numbers_count);
    struct voice voice = {
        .number = office->numbers[which], .cell = office->cell, .trunk = office->trunk};
    if (office->cell != NONE) {
        voice.imsi = office->imsi[which];
        voice.imei = number_imei_written(office->imei, 0);
    }
    return voice;
}

static void note(struct city *city, enum city_class class, const struct office *office)
{
    if (office->cell != NONE)
        census_add(city, class, SUBJECT_IMEI, office->imei);
    else
        census_add(city, class, SUBJECT_PHONE, office->numbers[0]);
}

static int64_t at_hour(struct day day, double hour)
{
    return day.start_ms + (int64_t)(hour * HOUR_MS);
}

/* A row of calls to strangers between two hours. */
static void calls_out(struct city *city, struct chance *c, const struct office *office,
                      int64_t from_ms, int64_t to_ms)
{
    bool centre = office->kind == OFFICE_CALL_CENTRE;
    double answered = centre ? 0.3 + 0.4 * chance_unit(c) : 0.7;
    double talk_ms = dice_log_uniform(c, 20e3, centre ? 200e3 : 90e3);
    uint32_t count = dice_count(c, (double)office->calls_a_day);
    for (uint32_t i = 0; i < count; i++) {
        int64_t at_ms = from_ms + (int64_t)(chance_unit(c) * (double)(to_ms - from_ms));
        struct voice voice = office_voice(c, office);
        uint64_t to = person_number(city, dice_yes(c, 0.9) || office->cell == NONE
                                              ? person_any(city, c)
                                              : person_elsewhere(city, c));
        if (dice_yes(c, answered))
            (void)tell_call(city, at_ms, &voice, to, (int64_t)dice_log_normal(c, talk_ms, 1.0));
        else
            (void)tell_no_call(city, at_ms, &voice, to,
                               dice_yes(c, 0.8) ? CALL_NO_ANSWER : CALL_BUSY);
    }
}

static void calls_in(struct city *city, struct chance *c, const struct office *office,
                     struct day day, double share)
{
    uint32_t count = dice_count(c, (double)office->calls_a_day * share);
    for (uint32_t i = 0; i < count; i++) {
        int64_t at_ms = at_hour(day, 8 + 12 * chance_unit(c));
        struct voice voice = voice_of_person(city, c, person_any(city, c), at_ms);
        uint64_t to = office->numbers[chance_below(c, office->numbers_count)];
        (void)tell_call(city, at_ms, &voice, to, (int64_t)dice_log_normal(c, 140e3, 0.9));
    }
}

static void centre_day(struct city *city, struct chance *c, const struct office *office,
                       struct day day)
{
    if (day.weekend && dice_yes(c, 0.5))
        return;
    calls_out(city, c, office, at_hour(day, 9), at_hour(day, 20));
    calls_in(city, c, office, day, 0.3);
    note(city, CITY_CLASS_call_centre, office);
}

static void terminal_day(struct city *city, struct chance *c, const struct office *office,
                         struct day day)
{
    if (day.weekend)
        return;
    calls_out(city, c, office, at_hour(day, 8.5), at_hour(day, 18));
    calls_in(city, c, office, day, 0.2 * chance_unit(c));
    note(city, CITY_CLASS_gsm_terminal, office);
}

static void hospital_day(struct city *city, struct chance *c, const struct office *office,
                         struct day day)
{
    calls_out(city, c, office, at_hour(day, 8), at_hour(day, 17.5));
    calls_in(city, c, office, day, 0.5);
    note(city, CITY_CLASS_hospital, office);
}

/* The parents live around the school: a stretch of the table. */
static void school_day(struct city *city, struct chance *c, const struct office *office,
                       struct day day, bool surely)
{
    if (!surely && !dice_yes(c, day.weekend ? 0.05 : 0.4))
        return;
    uint32_t count = dice_count(c, (double)office->calls_a_day);
    uint32_t first = (uint32_t)(dice_mix(office->sms_number) % city->people_count);
    int64_t start_ms = at_hour(day, 8 + 10 * chance_unit(c));
    double lasts_ms = dice_log_uniform(c, 8.0 * MINUTE_MS, 90.0 * MINUTE_MS);
    bool writes = dice_yes(c, 0.6);
    struct message message = {.template = chance_bits(c)};
    message.url = dice_yes(c, 0.2) ? 3 : 0;
    struct voice port = {
        .number = office->sms_number, .cell = NONE, .trunk = trunk_any(c, TRUNK_SERVICE)};
    for (uint32_t i = 0; i < count; i++) {
        uint64_t to = person_number(city, (first + i * 2) % city->people_count);
        int64_t at_ms = start_ms + (int64_t)(chance_unit(c) * lasts_ms);
        struct voice voice = office_voice(c, office);
        if (writes)
            (void)tell_sms(city, at_ms, &port, to, message);
        else if (dice_yes(c, 0.75))
            (void)tell_call(city, at_ms, &voice, to, (int64_t)dice_log_normal(c, 24e3, 0.4));
        else
            (void)tell_no_call(city, at_ms, &voice, to, CALL_NO_ANSWER);
    }
    note(city, CITY_CLASS_school, office);
}

static void conference_day(struct city *city, struct chance *c, const struct office *office,
                           struct day day)
{
    uint32_t meetings =
        1 + dice_count(c, (double)office->calls_a_day / 8 * (day.weekend ? 0.2 : 1));
    for (uint32_t i = 0; i < meetings; i++) {
        int64_t start_ms = at_hour(day, 8.5 + 10 * chance_unit(c));
        double lasts_ms = dice_log_uniform(c, 12.0 * MINUTE_MS, 150.0 * MINUTE_MS);
        uint32_t members = (uint32_t)dice_log_whole(c, 3, 18);
        bool dials_out = dice_yes(c, 0.5);
        for (uint32_t k = 0; k < members; k++) {
            int64_t at_ms = start_ms + (int64_t)chance_wait(c, 2.0 * MINUTE_MS);
            int64_t talk_ms = (int64_t)(lasts_ms * (0.5 + 0.5 * chance_unit(c)));
            uint32_t person = person_adult(city, c);
            struct voice voice = voice_of_person(city, c, person, at_ms);
            struct voice bridge = office_voice(c, office);
            if (dials_out)
                (void)tell_call(city, at_ms, &bridge, person_number(city, person), talk_ms);
            else
                (void)tell_call(city, at_ms, &voice, bridge.number, talk_ms);
        }
    }
    note(city, CITY_CLASS_conference, office);
}

static void alarm_day(struct city *city, struct chance *c, const struct office *office,
                      struct day day)
{
    uint32_t count = dice_count(c, (double)office->calls_a_day);
    for (uint32_t i = 0; i < count; i++) {
        int64_t at_ms = day.start_ms + dice_whole(c, 0, DAY_MS - 1);
        struct voice voice = office_voice(c, office);
        if (dice_yes(c, 0.3))
            (void)tell_sms(city, at_ms, &voice, office->calls_only,
                           (struct message){.template = 0xA1A});
        else
            (void)tell_call(city, at_ms, &voice, office->calls_only, dice_whole(c, 3000, 25000));
        note(city, CITY_CLASS_alarm, office);
    }
}

void life_offices_day(struct city *city, struct day day)
{
    bool first_school = day.number == 0;
    for (uint32_t i = 0; i < city->offices_count; i++) {
        const struct office *office = &city->offices[i];
        struct chance c = city_stream(city, STREAM_OFFICE_DAY, day.number, i);
        switch (office->kind) {
        case OFFICE_CALL_CENTRE:
            centre_day(city, &c, office, day);
            break;
        case OFFICE_POLICE_LINE:
            calls_out(city, &c, office, at_hour(day, 8), at_hour(day, 22));
            note(city, CITY_CLASS_police_line, office);
            break;
        case OFFICE_GSM_TERMINAL:
            terminal_day(city, &c, office, day);
            break;
        case OFFICE_SCHOOL:
            school_day(city, &c, office, day, first_school);
            first_school = false;
            break;
        case OFFICE_HOSPITAL:
            hospital_day(city, &c, office, day);
            break;
        case OFFICE_CONFERENCE:
            conference_day(city, &c, office, day);
            break;
        case OFFICE_ALARM:
            alarm_day(city, &c, office, day);
            break;
        case OFFICE_KINDS_COUNT:
            break;
        }
    }
}
