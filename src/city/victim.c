/* victim.c -- one person being worked on.
 *
 *     contact ── further calls ── bait ── test ── payments, growing ── report
 *                    │                    (a loan is drawn before, for some)
 *                    └ meanwhile the family gets no answer
 *
 * Whoever is here answered and talked on, replied, or met the fraudsters on the net: "worked on",
 * not merely dialled.  Most do not pay.  Of those who pay, some tell the police, hours later.
 *
 * Invariants:  1. A victim's label begins with the first record that shows the work, and ends with
 *                 the last.  A message alone shows nothing: thousands got the same.
 *              2. Nobody reports what no record shows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

struct scam_row {
    double talk_low, talk_high, calls_more, pays;
    double after_low, after_high, between_low, between_high;
    double payments_low, payments_high, sum_low, sum_high, growth_low, growth_high;
    double bait, loan, firm, reports;
    int age_low, age_high;
};

static const struct scam_row SCAMS[SCAMS_COUNT] = {
#define SCAM(code, weight, gateway, relay, trunk, sms, net, ...) {__VA_ARGS__},
#include "scams.inc"
#undef SCAM
};
enum { T01, T02, T03, T04, T05, T06, T07, T08, T09, T10 };

struct work { /* on one person */
    struct campaign *campaign;
    const struct scam_row *row;
    uint32_t person;
    struct contact contact;
    int64_t now_ms;
    struct report report;
    bool shown;      /* at least one record shows it */
    int64_t seen_ms; /* the last that did */
};

int64_t victim_talk_ms(const struct campaign *campaign, struct chance *c)
{
    const struct scam_row *row = &SCAMS[campaign->scam];
    return (int64_t)dice_log_uniform(c, row->talk_low * MINUTE_MS, row->talk_high * MINUTE_MS);
}

uint32_t victim_pick(const struct city *city, struct chance *c, const struct campaign *campaign)
{
    const struct scam_row *row = &SCAMS[campaign->scam];
    if (!dice_yes(c, campaign->here))
        return person_elsewhere(city, c);
    for (int tries = 0; tries < 32; tries++) {
        uint32_t person = person_any(city, c);
        int age = YEAR_NOW - city->people[person].born;
        if (age >= row->age_low && age <= row->age_high)
            return person;
    }
    return person_any(city, c);
}

static void touch(struct city *city, struct work *work, int64_t at_ms, enum trace trace)
{
    truth_touch(city, CITY_LABEL_victim,
                (struct touch){work->person, at_ms, work->campaign->number, trace, 0});
    work->shown = true;
    work->seen_ms = at_ms;
}

static void name_phone(struct work *work, uint64_t number)
{
    struct report *report = &work->report;
    for (uint32_t i = 0; i < report->phones_count; i++) {
        if (report->phones[i] == number)
            return;
    }
    if (report->phones_count < sizeof report->phones / sizeof report->phones[0])
        report->phones[report->phones_count++] = number;
}

static void name_account(struct work *work, uint32_t account)
{
    struct report *report = &work->report;
    for (uint32_t i = 0; i < report->accounts_count; i++) {
        if (report->accounts[i] == account)
            return;
    }
    if (report->accounts_count < sizeof report->accounts / sizeof report->accounts[0])
        report->accounts[report->accounts_count++] = account;
}

/* The household calls and finds the line busy. */
static void family_waits(struct city *city, struct chance *c, const struct work *work,
                         int64_t talk_ms)
{
    const struct person *self = &city->people[work->person];
    uint32_t tries = dice_count(c, (double)talk_ms / (40.0 * MINUTE_MS));
    for (uint32_t i = 0; i < tries && self->household_size > 1; i++) {
        uint32_t member = self->household + (uint32_t)chance_below(c, self->household_size);
        int64_t at_ms = work->now_ms + (int64_t)(chance_unit(c) * (double)talk_ms);
        struct voice voice = voice_of_person(city, c, member, at_ms);
        if (member != work->person && voice.number != person_number(city, work->person))
            (void)tell_no_call(city, at_ms, &voice, person_number(city, work->person), CALL_BUSY);
    }
}

/* One more call: from the number of the hook, or from a desk that never dials strangers. */
static void further_call(struct city *city, struct chance *c, struct work *work)
{
    struct campaign *campaign = work->campaign;
    bool same = work->contact.voice.number != 0 && dice_yes(c, 0.4);
    struct voice voice =
        same ? work->contact.voice : campaign->desks[chance_below(c, campaign->desks_count)];
    int64_t talk_ms = victim_talk_ms(campaign, c);
    uint64_t number = person_number(city, work->person);
    work->now_ms += dice_log_whole(c, 40.0 * SECOND_MS, 5.0 * HOUR_MS);
    bool back = dice_yes(c, 0.1); /* the victim calls the number back */
    struct voice own = voice_of_person(city, c, work->person, work->now_ms);
    bool told = back ? tell_call(city, work->now_ms, &own, voice.number, talk_ms)
                     : tell_call(city, work->now_ms, &voice, number, talk_ms);
    if (told) {
        touch(city, work, work->now_ms, TRACE_TALK);
        truth_touch(city, CITY_LABEL_scam_caller,
                    (struct touch){voice.number, work->now_ms, campaign->number, TRACE_TALK, 0});
        name_phone(work, voice.number);
        person_keep_busy(city, work->person, work->now_ms, work->now_ms + talk_ms);
        if (talk_ms > 15 * MINUTE_MS && person_is_here(city, work->person))
            family_waits(city, c, work, talk_ms);
    }
    work->now_ms += talk_ms;
}

/* A loan comes in a few minutes before its money goes out. */
static void loan_drawn(struct city *city, struct chance *c, struct work *work, int64_t amount)
{
    uint32_t firm = (uint32_t)chance_below(c, city->firms_count);
    while (!city->firms[firm].lender)
        firm = (firm + 1) % city->firms_count;
    for (uint32_t i = (uint32_t)dice_whole(c, 1, 6); i > 0; i--) { /* codes of lenders and banks */
        uint64_t sender = chance_below(c, SENDERS_COUNT);
        struct voice voice = voice_of_sender(c, sender);
        struct message message = {.template = dice_mix(sender * 64 + chance_below(c, 6))};
        (void)tell_sms(city, work->now_ms - dice_whole(c, 1, 60 * MINUTE_MS), &voice,
                       person_number(city, work->person), message);
    }
    struct payment loan = payment_of_firm(city, firm);
    loan.payee = city->people[work->person].account;
    loan.amount = (amount / (1000 * YUAN) + 1) * 1000 * YUAN;
    (void)tell_payment(city, work->now_ms - dice_whole(c, 90 * SECOND_MS, 40 * MINUTE_MS), &loan);
}

/* Who pays: the person, for some a firm that the person keeps the books of, for a minor the
 * parent. */
static struct payment paying(struct city *city, struct chance *c, const struct work *work,
                             bool from_firm)
{
    const struct person *self = &city->people[work->person];
    if (from_firm)
        return payment_of_firm(city, self->employer != NONE
                                         ? self->employer
                                         : (uint32_t)chance_below(c, city->firms_count));
    bool minor = work->campaign->scam == T10 && YEAR_NOW - self->born < 18;
    struct payment payment = payment_of_person(city, c, minor ? self->household : work->person);
    if (dice_yes(c, 0.04)) {
        payment.channel = CHANNEL_COUNTER;
        payment.device = NONE;
        payment.ip = 0;
    }
    return payment;
}

static void pays_once(struct city *city, struct chance *c, struct work *work,
                      struct payment payment, uint32_t which)
{
    uint32_t account = crew_take(city, c, work->campaign->crew, payment, work->now_ms, which);
    if (account == NONE)
        return;
    uint32_t holder = city->accounts[payment.payer].person;
    touch(city, work, work->now_ms, holder == work->person ? TRACE_PAID : TRACE_OTHER);
    if (holder != NONE && holder != work->person) /* the parent, too, is being cheated */
        truth_touch(city, CITY_LABEL_victim,
                    (struct touch){holder, work->now_ms, work->campaign->number, TRACE_PAID, 0});
    name_account(work, account);
    work->report.amount += payment.amount;
}

/* Takes cash, or buys gold, and gives it to somebody at the door: no mule sees it. */
static void hands_over(struct city *city, struct chance *c, struct work *work,
                       struct payment payment)
{
    payment.channel = CHANNEL_COUNTER;
    if (dice_yes(c, 0.3)) {
        uint32_t shop = 0;
        while (!city->firms[shop].gold)
            shop++;
        payment.payee = city->firms[shop].account;
        payment.channel = CHANNEL_POS;
    }
    payment.device = NONE;
    payment.ip = 0;
    if (!tell_payment(city, work->now_ms, &payment))
        return;
    touch(city, work, work->now_ms, TRACE_PAID);
    work->report.amount += payment.amount;
}

static int64_t sum_rounded(struct chance *c, double yuan)
{
    int64_t unit = yuan > 20000 ? 1000 : yuan > 900 ? 100 : yuan > 90 ? 10 : 1;
    if (dice_yes(c, 0.3))
        return (int64_t)(yuan * YUAN) + 1;
    int64_t units = (int64_t)(yuan / (double)unit);
    return (units < 1 ? 1 : units) * unit * YUAN;
}

static void bait_paid(struct city *city, struct chance *c, struct work *work, uint32_t which,
                      double first_sum)
{
    uint32_t baits = (uint32_t)dice_whole(c, 1, work->campaign->scam == T01 ? 4 : 2);
    for (uint32_t i = 0; i < baits; i++) {
        double yuan = first_sum * (0.05 + 0.5 * chance_unit(c));
        work->now_ms += dice_log_whole(c, 2.0 * MINUTE_MS, 90.0 * MINUTE_MS);
        struct gift gift = {work->person, which, sum_rounded(c, yuan < 3 ? 3 : yuan), work->now_ms};
        if (crew_give(city, c, work->campaign->crew, gift))
            touch(city, work, work->now_ms, TRACE_BAIT);
    }
}

static void pays(struct city *city, struct chance *c, struct work *work)
{
    const struct scam_row *row = work->row;
    double sum = dice_log_uniform(c, row->sum_low, row->sum_high);
    double growth = dice_log_uniform(c, row->growth_low, row->growth_high);
    uint32_t payments = (uint32_t)dice_log_whole(c, row->payments_low, row->payments_high);
    uint32_t account = (uint32_t)chance_below(c, CREW_WIDTH_MAX);
    bool moves = dice_yes(c, 0.4); /* another account each time */
    bool from_firm = dice_yes(c, row->firm);
    bool bait = dice_yes(c, row->bait);
    work->now_ms += dice_log_whole(c, row->after_low * HOUR_MS, row->after_high * HOUR_MS);
    if (work->campaign->crew->tests && dice_yes(c, 0.6)) {
        struct payment test = paying(city, c, work, from_firm);
        test.amount = dice_whole(c, 1, 100) * YUAN;
        pays_once(city, c, work, test, account);
        work->now_ms += dice_log_whole(c, 1.0 * MINUTE_MS, 25.0 * MINUTE_MS);
    }
    if (bait && dice_yes(c, 0.4)) /* it begins with a gift */
        bait_paid(city, c, work, account, sum);
    for (uint32_t i = 0; i < payments; i++) {
        struct payment payment = paying(city, c, work, from_firm);
        payment.amount = sum_rounded(c, sum);
        if (dice_yes(c, row->loan))
            loan_drawn(city, c, work, payment.amount);
        if (work->campaign->scam == T08 && dice_yes(c, 0.08))
            hands_over(city, c, work, payment);
        else
            pays_once(city, c, work, payment, moves ? account + i : account);
        if (bait && i < 2)
            bait_paid(city, c, work, moves ? account + i : account, sum);
        sum *= growth;
        if (sum > 1500000)
            break;
        work->now_ms +=
            dice_log_whole(c, row->between_low * MINUTE_MS, row->between_high * MINUTE_MS);
        if (dice_yes(c, 0.15 * row->calls_more))
            further_call(city, c, work);
    }
}

static void reports(struct city *city, struct chance *c, struct work *work, bool paid)
{
    bool lost = work->report.amount > 0;
    if (!work->shown || !dice_yes(c, lost ? work->row->reports : paid ? 0.1 : 0.04))
        return;
    if (lost && dice_yes(c, 0.1))
        work->report.phones_count = 0; /* remembers no number */
    if (work->report.accounts_count > 1 && dice_yes(c, 0.2))
        work->report.accounts_count = 1;
    work->report.person = work->person;
    work->report.scam = (uint8_t)(work->campaign->scam + 1);
    if (dice_yes(c, 0.04)) /* taken down as another type */
        work->report.scam = (uint8_t)dice_whole(c, 1, SCAMS_COUNT);
    int64_t at_ms = work->now_ms + dice_log_whole(c, 15.0 * MINUTE_MS, 48.0 * HOUR_MS);
    if (tell_report(city, at_ms, &work->report))
        touch(city, work, work->seen_ms, TRACE_ASIDE); /* the work itself was over before */
}

/* 96110 warns some in time; most of those believe it. */
static bool police_call(struct city *city, struct chance *c, const struct work *work)
{
    if (!person_is_here(city, work->person) || !dice_yes(c, 0.07))
        return false;
    int64_t at_ms = work->now_ms + dice_log_whole(c, 2.0 * MINUTE_MS, 5.0 * HOUR_MS);
    struct voice voice = {.number = 96110, .cell = NONE, .trunk = trunk_any(c, TRUNK_SERVICE)};
    uint64_t number = person_number(city, work->person);
    if (!dice_yes(c, 0.7)) {
        (void)tell_no_call(city, at_ms, &voice, number, CALL_NO_ANSWER);
        return false;
    }
    (void)tell_call(city, at_ms, &voice, number, (int64_t)dice_log_normal(c, 100e3, 0.7));
    return true;
}

void victim_work(struct city *city, struct chance *c, struct campaign *campaign, uint32_t person,
                 struct contact contact)
{
    struct work work = {.campaign = campaign,
                        .row = &SCAMS[campaign->scam],
                        .person = person,
                        .contact = contact,
                        .now_ms = contact.over_ms};
    bool in_run = contact.at_ms >= city->start_ms && contact.at_ms < city->end_ms;
    if (contact.voice.number != 0 && in_run) {
        touch(city, &work, contact.at_ms, contact.by_text ? TRACE_TEXT : TRACE_TALK);
        if (contact.replied)
            touch(city, &work, contact.over_ms, TRACE_ASIDE);
        name_phone(&work, contact.voice.number);
        person_keep_busy(city, person, contact.at_ms, contact.over_ms);
    }
    for (uint32_t i = dice_count(c, work.row->calls_more); i > 0; i--)
        further_call(city, c, &work);
    bool warned = police_call(city, c, &work);
    bool paid = dice_yes(c, work.row->pays * campaign->skill * (warned ? 0.35 : 1));
    if (paid)
        pays(city, c, &work);
    reports(city, c, &work, paid);
}
