/* life_tills.c -- trades through whose account other people's money passes.
 *
 * A stall with a personal QR code, a wholesale trader, the treasurer of a class, a village cash
 * agent: many payers in, one payment out, little stays.  That is also how a mule looks, which is
 * why they are here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

static int64_t at_hour(struct day day, double hour)
{
    return day.start_ms + (int64_t)(hour * HOUR_MS);
}

static int64_t round_to(double fen, int64_t unit)
{
    int64_t units = (int64_t)(fen / (double)unit + 0.5);
    return units < 1 ? unit : units * unit;
}

static void note(struct city *city, enum city_class class, uint32_t person)
{
    census_add(city, class, SUBJECT_ACCOUNT, city->people[person].account);
}

static uint32_t trade_any(const struct city *city, struct chance *c, enum city_class trade)
{
    return city->trade_people[trade][chance_below(c, city->trade_counts[trade])];
}

/* What somebody pays a supplier: a trader, a firm, a producer elsewhere. */
static uint32_t supplier(struct city *city, struct chance *c)
{
    double u = chance_unit(c);
    if (u < 0.4)
        return city->people[trade_any(city, c, CITY_CLASS_market_trader)].account;
    if (u < 0.7)
        return city->firms[chance_below(c, city->firms_count)].account;
    return city->people[person_elsewhere(city, c)].account;
}

static void pays_account(struct city *city, struct chance *c, int64_t at_ms, const uint32_t pair[2],
                         int64_t amount)
{
    struct payment payment = payment_of_person(city, c, pair[0]);
    payment.payee = pair[1];
    payment.amount = amount;
    (void)tell_payment(city, at_ms, &payment);
}

static void takes_cash(struct city *city, struct chance *c, int64_t at_ms, uint32_t person,
                       int64_t amount)
{
    struct payment payment = payment_of_person(city, c, person);
    payment.channel = amount > 20000 * YUAN || dice_yes(c, 0.2) ? CHANNEL_COUNTER : CHANNEL_ATM;
    payment.device = NONE;
    payment.ip = 0;
    payment.amount = amount;
    (void)tell_payment(city, at_ms, &payment);
}

/* Its customers come from life_money; here the evening empties it. */
static void small_merchant_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    note(city, CITY_CLASS_small_merchant, person);
    uint32_t times = 1 + (dice_yes(c, 0.3) ? 1 : 0);
    for (uint32_t i = 0; i < times && dice_yes(c, 0.8); i++) {
        int64_t at_ms =
            at_hour(day, dice_yes(c, 0.6) ? 18 + 5.5 * chance_unit(c) : 5 + 9 * chance_unit(c));
        double taken = dice_log_normal(c, 900.0 * YUAN, 0.8);
        int64_t amount = round_to(taken, dice_yes(c, 0.5) ? 100 * YUAN : 1);
        double u = chance_unit(c);
        if (u < 0.35 && self->account_second != NONE)
            pays_account(city, c, at_ms, (const uint32_t[2]){person, self->account_second}, amount);
        else if (u < 0.8)
            pays_account(city, c, at_ms, (const uint32_t[2]){person, supplier(city, c)}, amount);
        else
            takes_cash(city, c, at_ms, person, round_to((double)amount, 100 * YUAN));
    }
}

static void market_trader_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    uint32_t deals = (uint32_t)dice_log_whole(c, 2, 18);
    for (uint32_t i = 0; i < deals; i++) {
        int64_t at_ms = at_hour(day, 5 + 14 * chance_unit(c));
        uint32_t buyer = dice_yes(c, 0.4)   ? trade_any(city, c, CITY_CLASS_small_merchant)
                         : dice_yes(c, 0.5) ? person_adult(city, c)
                                            : person_elsewhere(city, c);
        int64_t price = round_to(dice_log_uniform(c, 500.0 * YUAN, 60000.0 * YUAN), 10 * YUAN);
        if (buyer == person || !tell_transfer(city, c, at_ms, buyer, person, price))
            continue;
        if (!dice_yes(c, 0.75))
            continue;
        at_ms += dice_log_whole(c, 1.5 * MINUTE_MS, 3.0 * HOUR_MS);
        int64_t cost = (int64_t)((double)price * (0.82 + 0.17 * chance_unit(c)));
        pays_account(city, c, at_ms, (const uint32_t[2]){person, supplier(city, c)}, cost);
    }
    note(city, CITY_CLASS_market_trader, person);
}

static void landlord_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    if (!dice_yes(c, 1.0 / 20))
        return;
    uint32_t bank = city->firms[city->firms_count - 1].account;
    int64_t amount = (int64_t)dice_log_normal(c, 4200.0 * YUAN, 0.5);
    pays_account(city, c, at_hour(day, 8 + 12 * chance_unit(c)), (const uint32_t[2]){person, bank},
                 amount);
}

/* The same sum from every family of the class; then the coach firm, the printer, the camp. */
static void treasurer_day(struct city *city, struct chance *c, uint32_t person, struct day day,
                          bool surely)
{
    if (!surely && !dice_yes(c, 0.1))
        return;
    uint32_t members = (uint32_t)dice_log_whole(c, 8, 70);
    int64_t share = dice_log_whole(c, 10, 800) * YUAN;
    double spread_ms = dice_log_uniform(c, 0.2 * HOUR_MS, 20.0 * HOUR_MS);
    int64_t start_ms = at_hour(day, 7 + 8 * chance_unit(c)), paid = 0, last_ms = start_ms;
    for (uint32_t i = 0; i < members; i++) {
        int64_t at_ms = start_ms + (int64_t)chance_wait(c, spread_ms / 2);
        uint32_t member =
            (person / 512 * 512 + (uint32_t)chance_below(c, 512)) % city->people_count;
        if (member == person || dice_yes(c, 0.05))
            continue;
        (void)tell_transfer(city, c, at_ms, member, person, share);
        paid += share;
        last_ms = at_ms > last_ms ? at_ms : last_ms;
    }
    if (paid == 0)
        return;
    uint32_t payee = dice_yes(c, 0.7) ? city->firms[shop_any(city, c)].account : supplier(city, c);
    int64_t spent = paid * dice_whole(c, 88, 100) / 100;
    pays_account(city, c, last_ms + dice_log_whole(c, 4.0 * MINUTE_MS, 8.0 * HOUR_MS),
                 (const uint32_t[2]){person, payee}, spent);
    note(city, CITY_CLASS_treasurer, person);
}

static void group_leader_day(struct city *city, struct chance *c, uint32_t person, struct day day,
                             bool surely)
{
    if (!surely && !dice_yes(c, 0.65))
        return;
    uint32_t orders = (uint32_t)dice_log_whole(c, 10, 170);
    int64_t total = 0;
    for (uint32_t i = 0; i < orders; i++) {
        uint32_t neighbour =
            (person / 1024 * 1024 + (uint32_t)chance_below(c, 1024)) % city->people_count;
        int64_t price = (int64_t)dice_log_uniform(c, 9.9 * YUAN, 260.0 * YUAN) / 10 * 10;
        struct payment payment = payment_of_person(city, c, neighbour);
        payment.payee = city->people[person].account;
        payment.amount = price;
        payment.channel = dice_yes(c, 0.5) ? CHANNEL_QR : CHANNEL_MOBILE;
        if (neighbour != person &&
            tell_payment(city, at_hour(day, 8 + 11 * chance_unit(c)), &payment))
            total += price;
    }
    uint32_t suppliers = (uint32_t)dice_whole(c, 1, 3);
    for (uint32_t i = 0; i < suppliers && total > 100 * YUAN; i++) {
        int64_t at_ms = at_hour(day, 19 + 4 * chance_unit(c));
        int64_t cost = total * dice_whole(c, 78, 97) / 100 / suppliers;
        uint32_t payee = supplier(city, c);
        pays_account(city, c, at_ms, (const uint32_t[2]){person, payee}, cost);
    }
    note(city, CITY_CLASS_group_leader, person);
}

static void car_dealer_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    uint32_t cars = (uint32_t)dice_whole(c, 1, 3);
    for (uint32_t i = 0; i < cars; i++) {
        int64_t at_ms = at_hour(day, 9 + 10 * chance_unit(c));
        int64_t price = round_to(dice_log_uniform(c, 15000.0 * YUAN, 300000.0 * YUAN), 500 * YUAN);
        uint32_t buyer = dice_yes(c, 0.7) ? person_adult(city, c) : person_elsewhere(city, c);
        uint32_t seller = dice_yes(c, 0.6) ? person_adult(city, c) : person_elsewhere(city, c);
        if (dice_yes(c, 0.5)) { /* earnest money */
            (void)tell_transfer(city, c, at_ms - 30 * MINUTE_MS, buyer, person, 1000 * YUAN);
            price -= 1000 * YUAN;
        }
        (void)tell_transfer(city, c, at_ms, buyer, person, price);
        at_ms += dice_log_whole(c, 5.0 * MINUTE_MS, 6.0 * HOUR_MS);
        pays_account(city, c, at_ms, (const uint32_t[2]){person, city->people[seller].account},
                     price * dice_whole(c, 84, 97) / 100);
    }
    note(city, CITY_CLASS_car_dealer, person);
}

static void freelancer_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    uint32_t jobs = dice_count(c, 0.9);
    for (uint32_t i = 0; i < jobs; i++) {
        int64_t fee = round_to(dice_log_uniform(c, 50.0 * YUAN, 6000.0 * YUAN), 10 * YUAN);
        uint32_t client = dice_yes(c, 0.6) ? person_elsewhere(city, c) : person_any(city, c);
        if (client != person)
            (void)tell_transfer(city, c, at_hour(day, 8 + 15 * chance_unit(c)), client, person,
                                fee);
        note(city, CITY_CLASS_freelancer, person);
    }
}

/* Takes transfers and gives banknotes: the nearest bank is twenty kilometres away. */
static void cash_agent_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    uint32_t clients = (uint32_t)dice_log_whole(c, 4, 45);
    int64_t given = 0;
    for (uint32_t i = 0; i < clients; i++) {
        int64_t amount = dice_log_whole(c, 1, 60) * 100 * YUAN;
        uint32_t client = dice_yes(c, 0.85) ? person_any(city, c) : person_elsewhere(city, c);
        if (client == person)
            continue;
        (void)tell_transfer(city, c, at_hour(day, 8 + 11 * chance_unit(c)), client, person, amount);
        given += amount;
    }
    while (given > 0) {
        int64_t part = given < 20000 * YUAN ? given : 20000 * YUAN;
        takes_cash(city, c, at_hour(day, 9 + 9 * chance_unit(c)), person, part);
        given -= part;
    }
    note(city, CITY_CLASS_cash_agent, person);
}

/* Sells chances for round sums; the centre gets its share several times a day. */
static void lottery_shop_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    static const int64_t TICKETS[] = {10, 10, 20, 20, 30, 50, 50, 100, 100, 200, 300, 500, 1000};
    uint32_t players = (uint32_t)dice_log_whole(c, 10, 160);
    uint32_t centre = city->firms[city->firms_count - 6].account;
    int64_t at_ms = at_hour(day, 8), till = 0;
    double gap_ms = 13.0 * HOUR_MS / players;
    for (uint32_t i = 0; i < players; i++) {
        uint32_t player = dice_yes(c, 0.9) ? person_any(city, c) : person_elsewhere(city, c);
        struct payment payment = payment_of_person(city, c, player);
        payment.payee = city->people[person].account;
        payment.channel = CHANNEL_QR;
        payment.amount = TICKETS[chance_below(c, sizeof TICKETS / sizeof TICKETS[0])] * YUAN;
        at_ms += (int64_t)chance_wait(c, gap_ms);
        if (player != person && tell_payment(city, at_ms, &payment))
            till += payment.amount;
        if (till < 500 * YUAN || !dice_yes(c, 0.12))
            continue;
        uint32_t to = dice_yes(c, 0.8) ? centre : supplier(city, c);
        int64_t passed = till * dice_whole(c, 86, 95) / 100;
        pays_account(city, c, at_ms + dice_log_whole(c, 1.0 * MINUTE_MS, 40.0 * MINUTE_MS),
                     (const uint32_t[2]){person, to}, passed);
        till = 0;
    }
    note(city, CITY_CLASS_lottery_shop, person);
}

/* Everybody pays in, one takes it all; next month another. */
static void savings_circle_day(struct city *city, struct chance *c, uint32_t person, struct day day,
                               bool surely)
{
    if (!surely && !dice_yes(c, 0.07))
        return;
    uint32_t members = (uint32_t)dice_whole(c, 8, 32);
    int64_t share = dice_log_whole(c, 2, 100) * 100 * YUAN, paid = 0;
    int64_t start_ms = at_hour(day, 8 + 6 * chance_unit(c)), last_ms = start_ms;
    for (uint32_t i = 0; i < members; i++) {
        uint32_t member = (uint32_t)(dice_mix(person * UINT64_C(32) + i) % city->people_count);
        int64_t at_ms = start_ms + (int64_t)(chance_unit(c) * 9.0 * HOUR_MS);
        if (member == person || !tell_transfer(city, c, at_ms, member, person, share))
            continue;
        paid += share;
        last_ms = at_ms > last_ms ? at_ms : last_ms;
    }
    uint32_t winner =
        (uint32_t)(dice_mix(person * UINT64_C(32) + day.number % members) % city->people_count);
    if (paid > 0 && winner != person)
        pays_account(city, c, last_ms + dice_log_whole(c, 2.0 * MINUTE_MS, 3.0 * HOUR_MS),
                     (const uint32_t[2]){person, city->people[winner].account}, paid);
    note(city, CITY_CLASS_savings_circle, person);
}

static void student_day(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    if (!dice_yes(c, 0.06))
        return;
    uint32_t parent = self->household != person ? self->household : self->circle[1];
    if (parent == person)
        return;
    int64_t amount = dice_log_whole(c, 1, 30) * 100 * YUAN;
    (void)tell_transfer(city, c, at_hour(day, 7 + 16 * chance_unit(c)), parent, person, amount);
    note(city, CITY_CLASS_student, person);
}

void life_tills_day(struct city *city, struct day day)
{
    static void (*const DAYS[CITY_CLASSES_COUNT])(struct city *, struct chance *, uint32_t,
                                                  struct day) = {
        [CITY_CLASS_small_merchant] = small_merchant_day,
        [CITY_CLASS_market_trader] = market_trader_day,
        [CITY_CLASS_landlord] = landlord_day,
        [CITY_CLASS_car_dealer] = car_dealer_day,
        [CITY_CLASS_freelancer] = freelancer_day,
        [CITY_CLASS_cash_agent] = cash_agent_day,
        [CITY_CLASS_student] = student_day,
        [CITY_CLASS_lottery_shop] = lottery_shop_day,
    };
    for (uint32_t trade = 0; trade < CITY_CLASSES_COUNT; trade++) {
        for (uint32_t k = 0; k < city->trade_counts[trade]; k++) {
            uint32_t person = city->trade_people[trade][k];
            struct chance c = city_stream(city, STREAM_TILLS, day.number, person);
            bool surely = day.number == 0 && k == 0;
            if (DAYS[trade] != NULL)
                DAYS[trade](city, &c, person, day);
            else if (trade == CITY_CLASS_treasurer)
                treasurer_day(city, &c, person, day, surely);
            else if (trade == CITY_CLASS_savings_circle)
                savings_circle_day(city, &c, person, day, surely);
            else if (trade == CITY_CLASS_group_leader)
                group_leader_day(city, &c, person, day, surely);
        }
    }
}
