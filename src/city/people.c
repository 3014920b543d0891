/* people.c -- who lives here, whom they know, what they call from and pay from.
 *
 *     people:  [ residents, household beside household ...... | elsewhere: relatives, sellers … ]
 *
 * Everybody has a household, eight acquaintances and a few relatives elsewhere.  Acquaintance is
 * mutual: eight times the residents are shuffled and paired, four times within their quarter, four
 * times across the city.  Those elsewhere have a number that comes in by a trunk, and an account;
 * so an account whose owner lives elsewhere, or a call by a trunk, says nothing yet.
 *
 * Invariants:  1. circle is mutual: if b is in a's circle, a is in b's.
 *              2. A household's members stand side by side, the first of them an adult.
 *              3. Every line, IMSI, handset and account number is given once; handsets that a
 *                 household shares apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

enum {
    QUARTER_SIZE = 256,    /* people who may know each other from the street */
    ELSEWHERE_SHARE = 5,   /* one of them for so many residents */
    SPARE_ACCOUNTS = 8192, /* firms and mules, beside a share of the people */
};

bool person_is_here(const struct city *city, uint32_t person)
{
    return person < city->people_count;
}

uint32_t person_any(const struct city *city, struct chance *c)
{
    return (uint32_t)chance_below(c, city->people_count);
}

uint32_t person_elsewhere(const struct city *city, struct chance *c)
{
    uint32_t count = city->everyone_count - city->people_count;
    return city->people_count + (uint32_t)chance_below(c, count);
}

uint32_t person_adult(const struct city *city, struct chance *c)
{
    for (int tries = 0; tries < 64; tries++) {
        uint32_t person = person_any(city, c);
        if (city->people[person].born <= YEAR_NOW - 20)
            return person;
    }
    return 0; /* the first of a household is an adult */
}

uint32_t person_friend(const struct city *city, struct chance *c, uint32_t person)
{
    if (!person_is_here(city, person))
        return person_any(city, c);
    const struct person *self = &city->people[person];
    double u = chance_unit(c);
    if (u < 0.35 && self->household_size > 1) {
        uint32_t other = self->household + (uint32_t)chance_below(c, self->household_size);
        if (other != person)
            return other;
    }
    if (u > 0.88) { /* two relatives elsewhere, always the same */
        uint64_t which = dice_mix(person * 2 + chance_below(c, 2));
        return city->people_count + (uint32_t)(which % (city->everyone_count - city->people_count));
    }
    double v = chance_unit(c);
    return self->circle[(uint32_t)(v * v * CIRCLE_SIZE)]; /* some friends are closer */
}

uint32_t person_site(const struct city *city, struct chance *c, uint32_t person, int64_t at_ms)
{
    const struct person *self = &city->people[person];
    must(self->home != NONE);
    if (self->trade == CITY_CLASS_traveller)
        return site_any(&city->places, c);
    int64_t since = at_ms - city->start_ms;
    int64_t hour = since % DAY_MS / HOUR_MS;
    double u = chance_unit(c);
    if (hour < 7 || hour >= 22)
        return u < 0.96 ? self->home : site_near(&city->places, c, self->home, 1);
    if (hour >= 9 && hour < 18)
        return u < 0.72 ? self->work : site_near(&city->places, c, self->work, 2);
    if (u < 0.55)
        return self->home;
    return site_near(&city->places, c, u < 0.8 ? self->home : self->work, 3);
}

uint32_t person_device(struct city *city, uint32_t person)
{
    const struct person *self = &city->people[person];
    int age = YEAR_NOW - self->born;
    uint64_t one_in_100 = dice_mix(person + UINT64_C(31337)) % 100;
    if (self->household == person || one_in_100 >= (age < 17 || age > 68 ? 40u : 4u))
        return person;
    census_add(city, CITY_CLASS_family_device, SUBJECT_DEVICE, self->household);
    return self->household;
}

void person_keep_busy(struct city *city, uint32_t person, int64_t from_ms, int64_t to_ms)
{
    if (city->stretches_count == city->stretches_max) {
        city->full = true;
        return;
    }
    struct person *self = &city->people[person];
    uint32_t stretch = city->stretches_count++;
    city->stretches[stretch] = (struct stretch){from_ms, to_ms, self->busy};
    self->busy = stretch;
}

bool person_is_busy(const struct city *city, uint32_t person, int64_t at_ms)
{
    for (uint32_t i = city->people[person].busy; i != NONE; i = city->stretches[i].older) {
        if (at_ms >= city->stretches[i].from_ms && at_ms < city->stretches[i].to_ms)
            return true;
    }
    return false;
}

uint32_t person_ip(struct chance *c, uint32_t person, uint32_t household)
{
    double u = chance_unit(c);
    if (u < 0.55) /* the household's broadband: 10/8 */
        return UINT32_C(10) << 24 | (uint32_t)(dice_mix(household) & 0xffffff);
    if (u < 0.994) /* one of the carriers' shared addresses: 100.64/10 */
        return (UINT32_C(100) << 24 | UINT32_C(64) << 16) +
               (uint32_t)(dice_mix(person) & 0x7fff) * 8 + (uint32_t)chance_below(c, 8);
    return (UINT32_C(198) << 24 | UINT32_C(18) << 16) +
           (uint32_t)chance_below(c, 0x1000); /* a tunnel */
}

uint32_t account_mint(struct city *city, uint32_t person, int64_t balance)
{
    if (city->accounts_count == city->accounts_max) {
        city->full = true;
        return 0;
    }
    uint32_t account = city->accounts_count++;
    uint32_t bank = (uint32_t)(dice_mix(account + 77) % BANKS_COUNT);
    city->accounts[account] = (struct account){
        .number = number_account(&city->numbers, bank),
        .balance = balance,
        .person = person,
        .bank = (uint8_t)bank,
        .shown = bank % 4 != 3,
    };
    return account;
}

uint32_t line_mint(struct city *city, uint32_t person, uint32_t operator, uint64_t imei)
{
    if (city->lines_count == city->lines_max) {
        city->full = true;
        return 0;
    }
    uint32_t line = city->lines_count++;
    city->lines[line] = (struct line){
        .number = number_mobile(&city->numbers, operator),
        .imsi = number_imsi(&city->numbers, operator),
        .imei = imei,
        .person = person,
        .operator=(uint8_t) operator,
        .form =(uint8_t)(dice_mix(line + 5) % 8),
    };
    if (city->lines[line].form >= IMEI_FORMS_COUNT)
        city->lines[line].form = 0; /* most switches write a 0 for the check digit */
    return line;
}

/* The member of a household by its place in it: adults first, then children and grandparents. */
static uint16_t born_as(struct chance *c, uint32_t place, uint16_t first_born)
{
    if (place == 0)
        return (uint16_t)dice_whole(c, YEAR_NOW - 78, YEAR_NOW - 21);
    if (place == 1) {
        int64_t born = first_born + dice_whole(c, -6, 8);
        return (uint16_t)(born > YEAR_NOW - 19 ? YEAR_NOW - 19 : born);
    }
    bool child = first_born > YEAR_NOW - 58 && dice_yes(c, 0.75);
    int64_t born = child ? first_born + dice_whole(c, 21, 32) : first_born - dice_whole(c, 20, 30);
    if (born > YEAR_NOW - 9)
        born = YEAR_NOW - 9;
    return (uint16_t)(born < YEAR_NOW - 92 ? YEAR_NOW - 92 : born);
}

static void person_equip(struct city *city, struct chance *c, uint32_t index)
{
    struct person *self = &city->people[index];
    static const uint16_t OPERATORS[OPERATORS_COUNT] = {55, 20, 25};
    self->operator=(uint8_t) dice_weighted(c, OPERATORS, OPERATORS_COUNT);
    self->spending = (float)dice_log_normal(c, 1, 0.6);
    self->calls_a_day = (float)dice_log_normal(c, 2.6, 0.7);
    self->line_second = self->account_second = NONE;
    self->landlord = self->employer = NONE;
    self->busy = NONE;
    double savings = dice_log_normal(c, 6000.0 * YUAN, 1.3) * (double)self->spending;
    self->account = account_mint(city, index, (int64_t)savings);
    uint64_t imei = number_imei(&city->numbers, number_phone_model(c));
    if (index != self->household && self->household != NONE && dice_yes(c, 0.02)) {
        imei = city->lines[city->people[self->household].line].imei;
        census_add(city, CITY_CLASS_shared_handset, SUBJECT_IMEI, imei);
    }
    self->line = line_mint(city, index, self->operator, imei);
    if (self->born > YEAR_NOW - 20)
        return;
    if (dice_yes(c, 0.17)) {
        bool slots = dice_yes(c, 0.7); /* an IMEI for each slot */
        uint64_t other = slots ? number_imei(&city->numbers, number_phone_model(c)) : imei;
        self->line_second = line_mint(city, index, (self->operator+ 1u) % OPERATORS_COUNT, other);
        census_add(city, CITY_CLASS_dual_sim, SUBJECT_IMEI, imei);
    }
    if (dice_yes(c, 0.35)) {
        self->account_second = account_mint(city, index, (int64_t)(savings * chance_unit(c)));
        self->woken = dice_yes(c, 0.25);
    }
}

static void residents_make(struct city *city, struct chance *c)
{
    static const uint16_t SIZES[HOUSEHOLD_MAX] = {25, 28, 26, 14, 7};
    uint32_t index = 0;
    while (index < city->people_count) {
        uint32_t size = 1 + dice_weighted(c, SIZES, HOUSEHOLD_MAX);
        if (size > city->people_count - index)
            size = city->people_count - index;
        uint64_t along = (uint64_t)index * city->places.sites_count / city->people_count;
        uint32_t home = site_near(&city->places, c, (uint32_t)along, 1);
        for (uint32_t place = 0; place < size; place++) {
            struct person *self = &city->people[index + place];
            self->household = index;
            self->household_size = (uint8_t)size;
            self->home = home;
            self->work = site_near(&city->places, c, home, 2);
            self->region = city->places.sites[home].region;
            self->born = born_as(c, place, city->people[index].born);
            self->trade = CITY_CLASS_ordinary;
            person_equip(city, c, index + place);
            city->places.regions[self->region].population++;
        }
        index += size;
    }
}

static void elsewhere_make(struct city *city, struct chance *c)
{
    const struct places *places = &city->places;
    uint32_t regions = places->regions_count - places->regions_here_count;
    for (uint32_t index = city->people_count; index < city->everyone_count; index++) {
        struct person *self = &city->people[index];
        self->household = index;
        self->household_size = 1;
        self->home = self->work = NONE;
        self->region = (uint16_t)(places->regions_here_count + chance_below(c, regions));
        self->born = (uint16_t)dice_whole(c, YEAR_NOW - 70, YEAR_NOW - 19);
        self->trade = CITY_CLASS_ordinary;
        person_equip(city, c, index);
        self->line_second = NONE;
        for (uint32_t k = 0; k < CIRCLE_SIZE; k++)
            self->circle[k] = person_any(city, c);
    }
}

static void shuffle_stretch(struct chance *c, uint32_t *order, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = (uint32_t)chance_below(c, i);
        uint32_t held = order[i - 1];
        order[i - 1] = order[j];
        order[j] = held;
    }
}

static void circles_make(struct city *city, struct chance *c, uint32_t *order)
{
    uint32_t count = city->people_count;
    for (uint32_t k = 0; k < CIRCLE_SIZE; k++) {
        uint32_t stretch = k % 2 == 0 ? QUARTER_SIZE : count;
        for (uint32_t i = 0; i < count; i++)
            order[i] = i;
        for (uint32_t from = 0; from < count; from += stretch)
            shuffle_stretch(c, order + from, count - from < stretch ? count - from : stretch);
        for (uint32_t i = 0; i + 1 < count; i += 2) {
            city->people[order[i]].circle[k] = order[i + 1];
            city->people[order[i + 1]].circle[k] = order[i];
        }
        if (count % 2 == 1) { /* the odd one out knows the first, who does not call back */
            uint32_t last = order[count - 1];
            city->people[last].circle[k] = order[0];
        }
    }
}

struct trade_row {
    uint16_t per_10000, at_least;
};
static const struct trade_row TRADES[CITY_CLASSES_COUNT] = {
#define CITY_CLASS(name, per_10000, at_least, meaning) {per_10000, at_least},
#include "classes.inc"
#undef CITY_CLASS
};

static bool fits_trade(const struct person *self, uint32_t trade)
{
    if (self->trade != CITY_CLASS_ordinary)
        return false;
    int age = YEAR_NOW - self->born;
    if (trade == CITY_CLASS_student)
        return age >= 12 && age <= 24;
    return age >= 20 && age <= 66;
}

/* Gives out the trades along a shuffled order, each to the next who fits. */
static enum status trades_make(struct city *city, struct chance *c, uint32_t *order)
{
    uint32_t count = city->people_count;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    shuffle_stretch(c, order, count);
    for (uint32_t trade = 0; trade < CITY_CLASSES_COUNT; trade++) {
        uint64_t wanted = (uint64_t)TRADES[trade].per_10000 * count / 10000;
        if (wanted < TRADES[trade].at_least)
            wanted = TRADES[trade].at_least;
        TRY(ARENA_NEW(city->boot, wanted + 1, &city->trade_people[trade]));
        for (uint32_t i = 0; i < count && city->trade_counts[trade] < wanted; i++) {
            uint32_t index = order[i];
            if (!fits_trade(&city->people[index], trade))
                continue;
            city->people[index].trade = (uint8_t)trade;
            city->trade_people[trade][city->trade_counts[trade]++] = index;
        }
    }
    return STATUS_OK;
}

static enum status relatives_make(struct city *city, struct chance *c)
{
    uint32_t count = 2 + city->people_count / 80;
    TRY(ARENA_NEW(city->boot, count, &city->relatives));
    for (; city->relatives_count < count; city->relatives_count++) {
        struct relative *relative = &city->relatives[city->relatives_count];
        relative->person = person_adult(city, c);
        relative->number = number_foreign(&city->numbers, c);
    }
    return STATUS_OK;
}

enum status people_make(struct city *city)
{
    struct chance c = city_stream(city, STREAM_PEOPLE, 0, 0);
    city->people_count = city->options.people;
    city->everyone_count = city->people_count + city->people_count / ELSEWHERE_SHARE;
    uint64_t wave = (uint64_t)city->options.days * (uint64_t)(1 + city->options.fraud);
    city->lines_max =
        city->everyone_count * 2 + SPARE_ACCOUNTS + (uint32_t)(city->people_count / 40 * wave);
    city->accounts_max =
        city->everyone_count * 2 + SPARE_ACCOUNTS + (uint32_t)(city->people_count / 40 * wave);
    city->stretches_max = SPARE_ACCOUNTS + (uint32_t)(city->people_count / 20 * wave);
    TRY(ARENA_NEW(city->boot, city->stretches_max, &city->stretches));
    TRY(ARENA_NEW(city->boot, city->everyone_count, &city->people));
    TRY(ARENA_NEW(city->boot, city->lines_max, &city->lines));
    TRY(ARENA_NEW(city->boot, city->accounts_max, &city->accounts));
    residents_make(city, &c);
    elsewhere_make(city, &c);
    void *order = NULL;
    size_t order_size = city->people_count * sizeof(uint32_t);
    TRY(pages_take(order_size, &order));
    circles_make(city, &c, order);
    enum status status = trades_make(city, &c, order);
    if (status == STATUS_OK)
        status = relatives_make(city, &c);
    pages_give_back(order, order_size);
    return status;
}
