/* life_money.c -- what ordinary people pay and are paid.
 *
 * A person's day: two or three purchases, sometimes a bill, a gift, cash; wages from the
 * employer on payday, rent to the landlord once a month.  Then what happens to somebody every
 * day: a loan that goes straight through, a house, a feast, a collection for an ill colleague --
 * and the coincidences on which simple rules stumble: a long call with a stranger, and the same
 * day a large payment to somebody never paid before. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

static const uint16_t SPENDING[24] = {4,  2,  1,  1,  1,  4,  25, 60, 70, 55, 55, 75,
                                      90, 55, 45, 45, 50, 70, 85, 80, 70, 50, 30, 12};
static const uint16_t OFFICE_HOURS[24] = {0,  0,  0,  0,  0,  0,  0,  2,  20, 70, 80, 60,
                                          20, 40, 70, 75, 60, 30, 15, 10, 8,  4,  1,  0};

static int64_t at_time(struct chance *c, struct day day, const uint16_t hours[24])
{
    return day.start_ms + dice_time_of_day(c, hours);
}

/* People like tens and hundreds. */
static int64_t round_to(double fen, int64_t unit)
{
    int64_t units = (int64_t)(fen / (double)unit + 0.5);
    return units < 1 ? unit : units * unit;
}

static void buys(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    struct payment payment = payment_of_person(city, c, person);
    double u = chance_unit(c);
    uint32_t stalls = city->trade_counts[CITY_CLASS_small_merchant];
    if (u < 0.30 && stalls > 0) {
        double v = chance_unit(c);
        uint32_t stall = city->trade_people[CITY_CLASS_small_merchant][(uint32_t)(v * v * stalls)];
        payment.payee = city->people[stall].account;
        payment.channel = CHANNEL_QR;
        payment.amount = round_to(dice_log_normal(c, 14.0 * YUAN, 0.8), YUAN / 2);
    } else {
        const struct firm *shop = &city->firms[shop_any(city, c)];
        double median = shop->gold ? 2500.0 : shop->online ? 48.0 : 24.0;
        payment.payee = shop->account;
        payment.amount =
            1 + (int64_t)(dice_log_normal(c, median * YUAN, 1.05) * (double)self->spending);
        if (!shop->online)
            payment.channel = dice_yes(c, shop->gold ? 0.2 : 0.85) ? CHANNEL_QR : CHANNEL_POS;
        census_add(city, CITY_CLASS_merchant, SUBJECT_ACCOUNT, shop->account);
    }
    if (payment.channel == CHANNEL_POS) {
        payment.device = NONE;
        payment.ip = 0;
    }
    (void)tell_payment(city, at_time(c, day, SPENDING), &payment);
}

static void gives(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    static const int64_t GIFTS[] = {8, 10, 20, 50, 66, 88, 100, 200, 500, 520, 1000, 2000};
    int64_t amount = dice_yes(c, 0.6) ? GIFTS[chance_below(c, 12)] * YUAN
                                      : (int64_t)dice_log_normal(c, 180.0 * YUAN, 1.3) + 1;
    uint32_t friend = person_friend(city, c, person);
    (void)tell_transfer(city, c, at_time(c, day, SPENDING), person, friend, amount);
}

static void bills(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    struct payment payment = payment_of_person(city, c, person);
    uint32_t utility = city->firms_count - 1 - (uint32_t)chance_below(c, 4);
    payment.payee = city->firms[utility].account;
    payment.amount = (int64_t)dice_log_normal(c, 85.0 * YUAN, 0.7) + 1;
    (void)tell_payment(city, at_time(c, day, SPENDING), &payment);
}

static void rents(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    double rent = dice_log_normal(c, 1500.0 * YUAN, 0.5);
    int64_t amount = round_to(rent, 50 * YUAN) * (dice_yes(c, 0.2) ? 3 : 1); /* a quarter at once */
    (void)tell_transfer(city, c, at_time(c, day, SPENDING), person, self->landlord, amount);
    census_add(city, CITY_CLASS_landlord, SUBJECT_ACCOUNT, city->people[self->landlord].account);
}

static void moves_own(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    struct payment payment = payment_of_person(city, c, person);
    payment.payee = self->account_second;
    payment.amount = round_to(dice_log_uniform(c, 50.0 * YUAN, 60000.0 * YUAN), 10 * YUAN);
    if (dice_yes(c, 0.4)) {
        payment.payer = self->account_second;
        payment.payee = self->account;
    }
    (void)tell_payment(city, at_time(c, day, SPENDING), &payment);
    census_add(city, CITY_CLASS_own_transfer, SUBJECT_ACCOUNT, self->account);
}

static void handles_cash(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    struct payment payment = payment_of_person(city, c, person);
    payment.device = NONE;
    payment.ip = 0;
    bool counter = dice_yes(c, 0.2);
    payment.channel = counter ? CHANNEL_COUNTER : CHANNEL_ATM;
    payment.amount = counter
                         ? round_to(dice_log_uniform(c, 500.0 * YUAN, 80000.0 * YUAN), 100 * YUAN)
                         : round_to(dice_log_uniform(c, 100.0 * YUAN, 5000.0 * YUAN), 100 * YUAN);
    if (dice_yes(c, 0.25)) { /* cash in */
        payment.payee = payment.payer;
        payment.payer = NONE;
    }
    (void)tell_payment(city, at_time(c, day, OFFICE_HOURS), &payment);
    if (counter)
        census_add(city, CITY_CLASS_cash_counter, SUBJECT_ACCOUNT, city->people[person].account);
}

static void is_paid(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    struct payment payment = payment_of_firm(city, self->employer);
    int64_t start_ms = day.start_ms + 9 * HOUR_MS +
                       (int64_t)(dice_mix(self->employer + 13) % (8 * (uint64_t)HOUR_MS));
    payment.payee = self->account;
    payment.amount =
        (int64_t)(dice_log_normal(c, 5200.0 * YUAN, 0.35) * (0.6 + 0.4 * (double)self->spending));
    start_ms += dice_whole(c, 0, 12 * MINUTE_MS);
    (void)tell_payment(city, start_ms, &payment);
    census_add(city, CITY_CLASS_payroll, SUBJECT_ACCOUNT, payment.payer);
    if (self->household == person || !dice_yes(c, 0.3))
        return; /* most keep it */
    start_ms += dice_log_whole(c, 1.0 * MINUTE_MS, 9.0 * HOUR_MS);
    int64_t passed = payment.amount * dice_whole(c, 60, 100) / 100;
    if (tell_transfer(city, c, start_ms, person, self->household, passed))
        census_add(city, CITY_CLASS_pay_passed_on, SUBJECT_ACCOUNT, self->account);
}

static bool is_payday(const struct city *city, uint32_t employer, struct day day)
{
    return !day.weekend && (day.number + city->firms[employer].payday) % 22 == 0;
}

static void person_pays(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    const struct person *self = &city->people[person];
    bool here = person_is_here(city, person);
    double spending = (double)self->spending < 3 ? (double)self->spending : 3;
    for (uint32_t i = dice_count(c, here ? 1.3 + spending : 0.5); i > 0; i--)
        buys(city, c, person, day);
    if (dice_yes(c, here ? 0.14 : 0.1))
        gives(city, c, person, day);
    if (dice_yes(c, 0.07))
        bills(city, c, person, day);
    if (self->landlord != NONE && self->landlord != person && dice_yes(c, 1.0 / 30))
        rents(city, c, person, day);
    if (self->account_second != NONE && !self->woken && dice_yes(c, 0.03))
        moves_own(city, c, person, day);
    if (dice_yes(c, 0.035))
        handles_cash(city, c, person, day);
    if (self->employer != NONE && is_payday(city, self->employer, day))
        is_paid(city, c, person, day);
}

/* ---- what happens to somebody every day ---- */

/* Somebody never paid before: a resident, a firm, a person elsewhere. */
static uint32_t new_payee(struct city *city, struct chance *c)
{
    double u = chance_unit(c);
    if (u < 0.35)
        return city->people[person_adult(city, c)].account;
    if (u < 0.65)
        return city->firms[chance_below(c, city->firms_count)].account;
    return city->people[person_elsewhere(city, c)].account;
}

static void large_payment(struct city *city, struct chance *c, uint32_t person, int64_t at_ms)
{
    struct payment payment = payment_of_person(city, c, person);
    payment.payee = new_payee(city, c);
    payment.amount = round_to(dice_log_uniform(c, 1500.0 * YUAN, 200000.0 * YUAN), 100 * YUAN);
    if (dice_yes(c, 0.15)) { /* a deposit first */
        struct payment deposit = payment;
        deposit.amount = round_to((double)payment.amount * 0.1, 100 * YUAN);
        (void)tell_payment(city, at_ms - dice_whole(c, 5 * MINUTE_MS, 3 * HOUR_MS), &deposit);
    }
    (void)tell_payment(city, at_ms, &payment);
    census_add(city, CITY_CLASS_new_payee_large, SUBJECT_PERSON, person);
}

/* Doctor, interview, insurer, a lost relative: an unknown number, and half an hour. */
static int64_t long_call(struct city *city, struct chance *c, uint32_t person, struct day day)
{
    int64_t at_ms = at_time(c, day, OFFICE_HOURS);
    uint32_t stranger = dice_yes(c, 0.6) ? person_elsewhere(city, c) : person_adult(city, c);
    struct voice voice = voice_of_person(city, c, stranger, at_ms);
    if (dice_yes(c, 0.15)) { /* from a firm's line */
        const struct office *office = &city->offices[chance_below(c, city->offices_count)];
        if (office->cell == NONE)
            voice =
                (struct voice){.number = office->numbers[0], .cell = NONE, .trunk = office->trunk};
    } else if (dice_yes(c, 0.05)) {
        voice = voice_from_abroad(city, c);
    }
    uint64_t number = person_number(city, person);
    if (voice.number == number)
        return at_ms;
    uint32_t calls = 1 + (dice_yes(c, 0.3) ? dice_count(c, 1.2) : 0);
    int64_t talk_ms = 0;
    for (uint32_t i = 0; i < calls; i++) {
        talk_ms = dice_log_whole(c, 8.0 * MINUTE_MS, 80.0 * MINUTE_MS);
        (void)tell_call(city, at_ms, &voice, number, talk_ms);
        at_ms += talk_ms + dice_log_whole(c, 1.0 * MINUTE_MS, 3.0 * HOUR_MS);
    }
    census_add(city, CITY_CLASS_long_stranger_call, SUBJECT_PERSON, person);
    return at_ms;
}

static void coincidences(struct city *city, struct chance *c, struct day day)
{
    for (uint32_t i = times_today(city, c, day, 0.012); i > 0; i--) {
        uint32_t person = person_adult(city, c);
        int64_t over_ms = long_call(city, c, person, day);
        if (!dice_yes(c, 0.08) && !(day.number == 0 && i == 1))
            continue;
        large_payment(city, c, person, over_ms + dice_log_whole(c, 2.0 * MINUTE_MS, 6.0 * HOUR_MS));
        census_add(city, CITY_CLASS_call_then_pay, SUBJECT_PERSON, person);
    }
    for (uint32_t i = times_today(city, c, day, 0.009); i > 0; i--) {
        uint32_t person = person_adult(city, c);
        large_payment(city, c, person, at_time(c, day, SPENDING));
    }
}

/* The lender and the bank write their codes first. */
static void codes_arrive(struct city *city, struct chance *c, uint32_t person, int64_t at_ms)
{
    for (uint32_t i = (uint32_t)dice_whole(c, 1, 4); i > 0; i--) {
        uint64_t sender = chance_below(c, SENDERS_COUNT);
        struct voice voice = voice_of_sender(c, sender);
        struct message message = {.template = dice_mix(sender * 64 + chance_below(c, 6))};
        (void)tell_sms(city, at_ms - dice_whole(c, 20 * SECOND_MS, 15 * MINUTE_MS), &voice,
                       person_number(city, person), message);
    }
}

static void loans(struct city *city, struct chance *c, struct day day)
{
    for (uint32_t i = times_today(city, c, day, 0.002); i > 0; i--) {
        uint32_t firm = (uint32_t)chance_below(c, city->firms_count);
        while (!city->firms[firm].lender)
            firm = (firm + 1) % city->firms_count;
        uint32_t person = person_adult(city, c);
        int64_t at_ms = at_time(c, day, SPENDING);
        codes_arrive(city, c, person, at_ms);
        struct payment loan = payment_of_firm(city, firm);
        loan.payee = city->people[person].account;
        loan.amount = round_to(dice_log_uniform(c, 1000.0 * YUAN, 200000.0 * YUAN), 100 * YUAN);
        (void)tell_payment(city, at_ms, &loan);
        if (!dice_yes(c, 0.6))
            continue;
        at_ms += dice_log_whole(c, 2.0 * MINUTE_MS, 8.0 * HOUR_MS);
        struct payment onward = payment_of_person(city, c, person);
        onward.payee = new_payee(city, c);
        onward.amount = (int64_t)((double)loan.amount * (0.5 + 0.5 * chance_unit(c)));
        (void)tell_payment(city, at_ms, &onward);
        census_add(city, CITY_CLASS_loan_through, SUBJECT_PERSON, person);
    }
}

static void houses(struct city *city, struct chance *c, struct day day)
{
    for (uint32_t i = times_today(city, c, day, 0.00006); i > 0; i--) {
        uint32_t buyer = person_adult(city, c), seller = person_adult(city, c);
        const struct person *self = &city->people[buyer];
        int64_t at_ms = at_time(c, day, OFFICE_HOURS);
        int64_t price = round_to(dice_log_uniform(c, 2e5 * YUAN, 3e6 * YUAN), 1000 * YUAN);
        uint32_t helpers = (uint32_t)dice_whole(c, 0, 5); /* the family puts together */
        for (uint32_t k = 0; k < helpers; k++) {
            uint32_t friend = person_friend(city, c, buyer);
            int64_t before_ms = at_ms - dice_whole(c, 10 * MINUTE_MS, 9 * HOUR_MS);
            double help = dice_log_uniform(c, 1e4 * YUAN, 2e5 * YUAN);
            (void)tell_transfer(city, c, before_ms, friend, buyer, round_to(help, 1000 * YUAN));
        }
        uint32_t parts = (uint32_t)dice_whole(c, 1, 4); /* daily limits split it */
        for (uint32_t k = 0; k < parts; k++) {
            struct payment payment = payment_of_person(city, c, buyer);
            payment.payee = city->people[seller].account;
            payment.channel = dice_yes(c, 0.5) ? CHANNEL_COUNTER : CHANNEL_MOBILE;
            payment.amount = price / parts;
            (void)tell_payment(city, at_ms + (int64_t)k * dice_whole(c, MINUTE_MS, 9 * MINUTE_MS),
                               &payment);
        }
        census_add(city, CITY_CLASS_house_purchase, SUBJECT_ACCOUNT, self->account);
    }
}

static void gatherings(struct city *city, struct chance *c, struct day day)
{
    static const int64_t GIFTS[] = {66, 88, 100, 200, 200, 300, 500, 600, 800, 1000};
    for (uint32_t i = times_today(city, c, day, 0.00025); i > 0; i--) { /* a wedding, a birth */
        uint32_t host = person_adult(city, c);
        uint32_t guests = (uint32_t)dice_log_whole(c, 8, 120);
        int64_t start_ms = at_time(c, day, SPENDING);
        for (uint32_t k = 0; k < guests; k++) {
            uint32_t guest = person_friend(city, c, k % 2 ? host : person_friend(city, c, host));
            int64_t at_ms = start_ms + (int64_t)chance_wait(c, 50.0 * MINUTE_MS);
            int64_t gift = GIFTS[chance_below(c, 10)] * YUAN;
            if (guest != host)
                (void)tell_transfer(city, c, at_ms, guest, host, gift);
        }
        census_add(city, CITY_CLASS_red_packets, SUBJECT_ACCOUNT, city->people[host].account);
        struct payment feast = payment_of_person(city, c, host); /* and the restaurant is paid */
        feast.payee = city->firms[shop_any(city, c)].account;
        feast.amount = round_to(dice_log_uniform(c, 1000.0 * YUAN, 30000.0 * YUAN), 10 * YUAN);
        (void)tell_payment(city, start_ms + dice_whole(c, HOUR_MS, 5 * HOUR_MS), &feast);
    }
    for (uint32_t i = times_today(city, c, day, 0.00004); i > 0; i--) { /* an ill colleague */
        uint32_t ill = person_adult(city, c);
        uint32_t givers = (uint32_t)dice_log_whole(c, 20, 200);
        int64_t start_ms = at_time(c, day, OFFICE_HOURS), total = 0;
        for (uint32_t k = 0; k < givers; k++) {
            int64_t gift = GIFTS[chance_below(c, 10)] * YUAN / 2;
            total += gift;
            int64_t at_ms = start_ms + (int64_t)chance_wait(c, 100.0 * MINUTE_MS);
            uint32_t giver = person_any(city, c);
            if (giver != ill)
                (void)tell_transfer(city, c, at_ms, giver, ill, gift);
        }
        struct payment hospital = payment_of_person(city, c, ill);
        hospital.payee = city->firms[city->firms_count - 6].account;
        hospital.amount = total * dice_whole(c, 60, 100) / 100;
        (void)tell_payment(city, start_ms + dice_whole(c, 2 * HOUR_MS, 9 * HOUR_MS), &hospital);
        census_add(city, CITY_CLASS_crowd_gift, SUBJECT_ACCOUNT, city->people[ill].account);
    }
}

static void charity(struct city *city, struct chance *c, struct day day)
{
    uint32_t firm = city->firms_count - 5;
    uint32_t account = city->firms[firm].account;
    uint32_t givers = 60 + dice_count(c, 0.004 * city->people_count);
    for (uint32_t i = 0; i < givers; i++) {
        struct payment gift = payment_of_person(city, c, person_any(city, c));
        gift.payee = account;
        gift.amount = dice_whole(c, 1, 20) * 5 * YUAN;
        gift.channel = CHANNEL_QR;
        (void)tell_payment(city, at_time(c, day, SPENDING), &gift);
    }
    for (uint32_t i = (uint32_t)dice_whole(c, 1, 3); i > 0; i--) {
        struct payment help = payment_of_firm(city, firm);
        help.payee = new_payee(city, c);
        help.amount = round_to(dice_log_uniform(c, 2000.0 * YUAN, 50000.0 * YUAN), 100 * YUAN);
        (void)tell_payment(city, at_time(c, day, OFFICE_HOURS), &help);
    }
    census_add(city, CITY_CLASS_charity, SUBJECT_ACCOUNT, account);
}

/* A new account gets its first money the same day; a slept one is used again, mostly for one
 * purpose. */
static void accounts_change(struct city *city, struct chance *c, struct day day)
{
    for (uint32_t i = times_today(city, c, day, 0.0006); i > 0; i--) {
        uint32_t person = person_adult(city, c);
        uint32_t account = account_mint(city, person, 0);
        int64_t at_ms = at_time(c, day, OFFICE_HOURS);
        (void)tell_account(city, at_ms, account, ACCOUNT_OPENED, (uint32_t)dice_whole(c, 100, 160));
        struct payment first =
            payment_of_person(city, c, dice_yes(c, 0.7) ? person : person_any(city, c));
        first.payee = account;
        first.amount = round_to(dice_log_uniform(c, 10.0 * YUAN, 50000.0 * YUAN), 10 * YUAN);
        at_ms += dice_log_whole(c, 2.0 * MINUTE_MS, 8.0 * HOUR_MS);
        (void)tell_payment(city, at_ms, &first);
        struct payment onward = first;
        onward.payer = account;
        onward.payee = new_payee(city, c);
        onward.amount = first.amount * dice_whole(c, 20, 100) / 100;
        if (dice_yes(c, 0.5))
            (void)tell_payment(city, at_ms + dice_log_whole(c, 1.0 * MINUTE_MS, 9.0 * HOUR_MS),
                               &onward);
        if (city->people[person].account_second == NONE)
            city->people[person].account_second = account;
        census_add(city, CITY_CLASS_new_account, SUBJECT_ACCOUNT, account);
    }
    for (uint32_t i = times_today(city, c, day, 0.0008); i > 0; i--) {
        uint32_t person = person_adult(city, c);
        while (!city->people[person].woken)
            person = (person + 1) % city->people_count;
        uint32_t account = city->people[person].account_second;
        struct payment in =
            payment_of_person(city, c, dice_yes(c, 0.5) ? person : person_any(city, c));
        in.payee = account;
        in.amount = round_to(dice_log_uniform(c, 100.0 * YUAN, 80000.0 * YUAN), 100 * YUAN);
        int64_t at_ms = at_time(c, day, SPENDING);
        (void)tell_payment(city, at_ms, &in);
        struct payment out = payment_of_person(city, c, person);
        out.payer = account;
        out.payee = new_payee(city, c);
        out.amount = in.amount * dice_whole(c, 50, 100) / 100;
        (void)tell_payment(city, at_ms + dice_log_whole(c, 2.0 * MINUTE_MS, 9.0 * HOUR_MS), &out);
        census_add(city, CITY_CLASS_woken_account, SUBJECT_ACCOUNT, account);
    }
}

/* A bank's rule is wrong, and somebody asks to have it lifted. */
static void errors_of_banks(struct city *city, struct chance *c, struct day day)
{
    for (uint32_t i = times_today(city, c, day, 0.0004); i > 0; i--) {
        uint32_t account = city->people[person_adult(city, c)].account;
        int64_t at_ms = at_time(c, day, SPENDING);
        if (!tell_account(city, at_ms, account, ACCOUNT_LIMITED, NONE))
            continue;
        census_add(city, CITY_CLASS_limited_in_error, SUBJECT_ACCOUNT, account);
        if (dice_yes(c, 0.85))
            (void)tell_account(city, at_ms + dice_log_whole(c, 10.0 * MINUTE_MS, 60.0 * HOUR_MS),
                               account, ACCOUNT_RESTORED, NONE);
    }
}

void life_money_day(struct city *city, struct day day)
{
    struct chance odd = city_stream(city, STREAM_ODD, day.number, 2);
    coincidences(city, &odd, day);
    loans(city, &odd, day);
    houses(city, &odd, day);
    gatherings(city, &odd, day);
    charity(city, &odd, day);
    accounts_change(city, &odd, day);
    errors_of_banks(city, &odd, day);
    for (uint32_t person = 0; person < city->everyone_count; person++) {
        struct chance c = city_stream(city, STREAM_MONEY, day.number, person);
        person_pays(city, &c, person, day);
    }
}
