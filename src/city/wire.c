/* wire.c -- what happens, on its way to being a record.
 *
 * Every call, message and payment of the city, innocent or not, goes through here, and here alone
 * it is decided when its record arrives: a call when it has ended, everything a few seconds after
 * that, one in a hundred minutes later, one in some thousands about an hour later.  So nothing in
 * the form of a record can tell who made it.
 *
 * Invariants:  1. Nothing with a time outside [start, end) of the run becomes a record, and nothing
 *                 that belongs to a day that is already written.
 *              2. No record arrives before its time.
 *              3. No record arrives later than TAIL_MINUTES after the end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

struct voice voice_of_line(struct city *city, struct chance *c, uint32_t line, uint32_t site)
{
    const struct line *self = &city->lines[line];
    uint32_t form = dice_yes(c, 0.03) ? (uint32_t)chance_below(c, IMEI_FORMS_COUNT) : self->form;
    return (struct voice){
        .number = self->number,
        .imsi = self->imsi,
        .imei = number_imei_written(self->imei, form),
        .cell = cell_of_site(site, self->operator),
    };
}

struct voice voice_of_person(struct city *city, struct chance *c, uint32_t person, int64_t at_ms)
{
    const struct person *self = &city->people[person];
    if (person_is_here(city, person)) {
        uint32_t line =
            self->line_second != NONE && dice_yes(c, 0.25) ? self->line_second : self->line;
        return voice_of_line(city, c, line, person_site(city, c, person, at_ms));
    }
    return (struct voice){.number = city->lines[self->line].number,
                          .cell = NONE,
                          .trunk = trunk_any(c, TRUNK_NATIONAL)};
}

struct voice voice_of_sender(struct chance *c, uint64_t sender)
{
    static const uint64_t SCALE[4] = {100, 1000, 10000, 100000};
    uint64_t bits = dice_mix(sender + 4711);
    uint64_t number = (UINT64_C(10650000) + bits % 50000) * SCALE[sender % 4] + sender;
    return (struct voice){.number = number, .cell = NONE, .trunk = trunk_any(c, TRUNK_SERVICE)};
}

struct voice voice_from_abroad(struct city *city, struct chance *c)
{
    struct voice voice = {.number = number_foreign(&city->numbers, c), .cell = NONE};
    voice.trunk = trunk_any(c, TRUNK_INTERNATIONAL);
    return voice;
}

uint64_t person_number(const struct city *city, uint32_t person)
{
    return city->lines[city->people[person].line].number;
}

/* How much later than at once a record arrives. */
static int64_t delay_of(struct city *city)
{
    struct chance *c = &city->wire;
    int64_t delay_ms = 300 + (int64_t)chance_wait(c, 2500);
    double u = chance_unit(c);
    if (u < 0.0004) {
        delay_ms += dice_whole(c, 15 * MINUTE_MS, 80 * MINUTE_MS);
        city->counts->late++;
    } else if (u < 0.01) {
        delay_ms += dice_whole(c, MINUTE_MS, 15 * MINUTE_MS);
        city->counts->late++;
    }
    return delay_ms;
}

/* A place in the calendar for what happens at `at_ms` and is over at `over_ms`; NULL: outside
 * the run. */
static struct happening *place_for(struct city *city, enum happening_kind kind, int64_t at_ms,
                                   int64_t over_ms)
{
    if (at_ms < city->start_ms || at_ms >= city->end_ms)
        return NULL;
    int64_t since = over_ms + delay_of(city) - city->start_ms;
    int64_t last = (int64_t)city->minutes_count * MINUTE_MS - 1;
    if (since > last)
        since = last;
    if (since / MINUTE_MS < city->closed)
        return NULL;
    struct happening *place = calendar_add(city->calendar, kind, (uint32_t)(since / MINUTE_MS));
    if (place == NULL)
        return NULL; /* the calendar is full, and says so at the end of the day */
    *place = (struct happening){.at_ms = at_ms, .offset_ms = (uint16_t)(since % MINUTE_MS)};
    return place;
}

static bool call_place(struct city *city, int64_t at_ms, const struct voice *from, uint64_t to,
                       struct happening call)
{
    int64_t ring_ms = call.call.result == CALL_ANSWERED ? dice_whole(&city->wire, 2000, 15000)
                                                        : dice_whole(&city->wire, 1000, 40000);
    must(from->number != to);
    struct happening *place =
        place_for(city, HAPPENING_CALL, at_ms, at_ms + ring_ms + call.call.talk_ms);
    if (place == NULL)
        return false;
    place->call = call.call;
    place->call.from = from->number;
    place->call.to = to;
    place->call.imsi = from->imsi;
    place->call.imei = from->imei;
    place->call.cell = from->cell;
    place->call.trunk = from->trunk;
    return true;
}

bool tell_call(struct city *city, int64_t at_ms, const struct voice *from, uint64_t to,
               int64_t talk_ms)
{
    int64_t most_ms = 12 * (int64_t)HOUR_MS; /* networks cut a call then */
    struct happening call = {.call = {.result = CALL_ANSWERED}};
    call.call.talk_ms = (uint32_t)(talk_ms < 100 ? 100 : talk_ms > most_ms ? most_ms : talk_ms);
    return call_place(city, at_ms, from, to, call);
}

bool tell_no_call(struct city *city, int64_t at_ms, const struct voice *from, uint64_t to,
                  enum call_result result)
{
    must(result != CALL_ANSWERED);
    struct happening call = {.call = {.result = (uint8_t)result}};
    return call_place(city, at_ms, from, to, call);
}

bool tell_sms(struct city *city, int64_t at_ms, const struct voice *from, uint64_t to,
              struct message message)
{
    struct happening *place = place_for(city, HAPPENING_SMS, at_ms, at_ms);
    if (place == NULL)
        return false;
    place->sms.from = from->number;
    place->sms.to = to;
    place->sms.imsi = from->imsi;
    place->sms.imei = from->imei;
    place->sms.cell = from->cell;
    place->sms.template = message.template;
    place->sms.url = message.url;
    return true;
}

bool tell_payment(struct city *city, int64_t at_ms, const struct payment *payment)
{
    must(payment->amount > 0);
    if (payment->payer == payment->payee)
        return false;
    struct happening *place = place_for(city, HAPPENING_PAYMENT, at_ms, at_ms);
    if (place == NULL)
        return false;
    place->payment.id = dice_mix(city->options.seed * 1000003 + ++city->payments_count);
    place->payment.amount = payment->amount;
    place->payment.payer = payment->payer;
    place->payment.payee = payment->payee;
    place->payment.device = payment->device;
    place->payment.ip = payment->ip;
    place->payment.channel = (uint8_t)payment->channel;
    return true;
}

bool tell_sim(struct city *city, int64_t at_ms, uint32_t line, enum sim_event event,
              uint32_t outlet)
{
    struct happening *place = place_for(city, HAPPENING_SIM, at_ms, at_ms);
    if (place == NULL)
        return false;
    const struct line *self = &city->lines[line];
    place->sim.number = self->number;
    place->sim.imsi = self->imsi;
    place->sim.person = self->person;
    place->sim.outlet = outlet;
    place->sim.region = self->person == NONE ? 0 : city->people[self->person].region;
    place->sim.event = (uint8_t)event;
    return true;
}

bool tell_account(struct city *city, int64_t at_ms, uint32_t account, enum account_event event,
                  uint32_t outlet)
{
    struct happening *place = place_for(city, HAPPENING_ACCOUNT, at_ms, at_ms);
    if (place == NULL)
        return false;
    uint32_t person = city->accounts[account].person;
    place->account.account = account;
    place->account.person = person;
    place->account.outlet = outlet;
    place->account.region = person == NONE ? 0 : city->people[person].region;
    place->account.event = (uint8_t)event;
    return true;
}

bool tell_report(struct city *city, int64_t at_ms, const struct report *report)
{
    if (city->reports_count == city->reports_max) {
        city->full = true;
        return false;
    }
    struct happening *place = place_for(city, HAPPENING_REPORT, at_ms, at_ms);
    if (place == NULL)
        return false;
    city->reports[city->reports_count] = *report;
    place->report.index = city->reports_count++;
    return true;
}

struct payment payment_of_person(struct city *city, struct chance *c, uint32_t person)
{
    const struct person *payer = &city->people[person];
    struct payment payment = {.payer = payer->account, .payee = NONE};
    payment.channel = dice_yes(c, 0.93) ? CHANNEL_MOBILE : CHANNEL_WEB;
    payment.device = person_device(city, person);
    payment.ip = person_ip(c, person, payer->household);
    return payment;
}

struct payment payment_of_firm(struct city *city, uint32_t firm)
{
    struct payment payment = {
        .payer = city->firms[firm].account, .payee = NONE, .channel = CHANNEL_WEB, .device = NONE};
    if (firm % 3 != 0) { /* its books are kept by somebody who keeps those of six others */
        uint32_t keeper = firm / 10;
        payment.device = UINT32_C(0x80000000) + keeper;
        payment.ip = UINT32_C(10) << 24 | (uint32_t)(dice_mix(payment.device) & 0xffffff);
        census_add(city, CITY_CLASS_accountant, SUBJECT_DEVICE, payment.device);
    }
    return payment;
}

bool tell_transfer(struct city *city, struct chance *c, int64_t at_ms, uint32_t from, uint32_t to,
                   int64_t amount)
{
    struct payment payment = payment_of_person(city, c, from);
    payment.payee = city->people[to].account;
    payment.amount = amount;
    return tell_payment(city, at_ms, &payment);
}

void tell_chat(struct city *city, struct chance *c, int64_t at_ms, const struct voice *from,
               uint64_t to)
{
    static const uint16_t RESULTS[] = {70, 7, 18, 5}; /* as enum call_result */
    if (from->number == to)
        return;
    enum call_result result = (enum call_result)dice_weighted(c, RESULTS, 4);
    if (result == CALL_ANSWERED)
        (void)tell_call(city, at_ms, from, to, (int64_t)dice_log_normal(c, 48e3, 1.15));
    else
        (void)tell_no_call(city, at_ms, from, to, result);
}
