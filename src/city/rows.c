/* rows.c -- one thing as one CSV line of records.md.
 *
 * Nothing here needs quoting: no value of the city contains a comma, a quote or a line end.  Names
 * of people, accounts' devices and sites are numbers sent through a bijection, so that they look
 * opaque and never meet.
 *
 * A date costs as much as the rest of its row, and most records of a minute share it: the part
 * up to the minute is kept for the minutes last seen. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

void text_add_digits(struct text *text, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_add(text, (struct slice){digits + at, sizeof digits - at});
}

static void add_padded(struct text *text, uint64_t number, size_t width)
{
    char digits[20];
    must(width <= sizeof digits);
    for (size_t at = width; at > 0; at--) {
        digits[at - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    text_add(text, (struct slice){digits, width});
}

static void add_hex(struct text *text, uint64_t number, size_t width)
{
    char digits[16];
    must(width <= sizeof digits);
    for (size_t at = width; at > 0; at--) {
        digits[at - 1] = "0123456789abcdef"[number & 15];
        number >>= 4;
    }
    text_add(text, (struct slice){digits, width});
}

void text_add_phone(struct text *text, uint64_t phone)
{
    if ((phone & PHONE_PLUS) != 0)
        text_add_char(text, '+');
    text_add_digits(text, phone & ~PHONE_PLUS);
}

static void add_known(struct text *text, uint64_t number)
{
    if (number != 0)
        text_add_digits(text, number);
}

static void add_money(struct text *text, int64_t fen)
{
    must(fen >= 0);
    text_add_digits(text, (uint64_t)fen / 100);
    text_add_char(text, '.');
    add_padded(text, (uint64_t)fen % 100, 2);
}

static void add_time(struct row_writer *writer, struct text *text, int64_t at_ms)
{
    int64_t minute = at_ms / MINUTE_MS;
    size_t kept = (size_t)minute % DATES_KEPT;
    if (writer->dates[kept].minute != minute) {
        struct civil civil = civil_of_moment((moment){at_ms}, ZONE_MINUTES);
        struct text date = text_over(writer->dates[kept].text, sizeof writer->dates[kept].text);
        add_padded(&date, (uint64_t)civil.year, 4);
        text_add_char(&date, '-');
        add_padded(&date, (uint64_t)civil.month, 2);
        text_add_char(&date, '-');
        add_padded(&date, (uint64_t)civil.day, 2);
        text_add_char(&date, 'T');
        add_padded(&date, (uint64_t)civil.hour, 2);
        text_add_char(&date, ':');
        add_padded(&date, (uint64_t)civil.minute, 2);
        text_add_char(&date, ':');
        writer->dates[kept].minute = minute;
    }
    text_add(text, (struct slice){writer->dates[kept].text, 17});
    uint64_t ms = (uint64_t)(at_ms % MINUTE_MS);
    add_padded(text, ms / 1000, 2);
    text_add_char(text, '.');
    add_padded(text, ms % 1000, 3);
    text_add(text, SLICE("+08:00"));
}

/* A bijection of 40 bits, so that no two people share a name. */
static void add_person(struct text *text, uint32_t person)
{
    if (person == NONE)
        return;
    const uint64_t mask = (UINT64_C(1) << 40) - 1;
    uint64_t name = ((uint64_t)person + 1) * UINT64_C(0x9E3779B97F) & mask;
    name = (name ^ name >> 19) * UINT64_C(0xD1B54A32D1) & mask;
    text_add_char(text, 'p');
    add_hex(text, name ^ name >> 21, 10);
}

static void add_account(struct text *text, const struct city *city, uint32_t account)
{
    if (account != NONE)
        text_add_digits(text, city->accounts[account].number);
}

static void add_bank(struct text *text, const struct city *city, uint32_t account)
{
    if (account == NONE)
        return;
    text_add_char(text, 'b');
    add_padded(text, city->accounts[account].bank + UINT64_C(1), 2);
}

static void add_cell(struct text *text, uint32_t cell)
{
    static const char *const NETWORKS[OPERATORS_COUNT] = {"460-00-", "460-01-", "460-11-"};
    if (cell == NONE)
        return;
    uint32_t site = cell / OPERATORS_COUNT;
    text_add_string(text, NETWORKS[cell % OPERATORS_COUNT]);
    text_add_digits(text, 20480 + site / 64);
    text_add_char(text, '-');
    text_add_digits(text, 70000001 + (uint64_t)site * 256);
}

static void add_device(struct text *text, uint32_t device)
{
    if (device == NONE)
        return;
    text_add_char(text, 'd');
    add_hex(text, dice_mix(device), 16);
}

static void add_outlet(struct text *text, uint32_t outlet)
{
    if (outlet == NONE)
        return;
    text_add_char(text, 'o');
    add_padded(text, outlet, 4);
}

/* A made-up domain under the name that RFC 2606 keeps for examples. */
static void add_url(struct text *text, uint16_t url)
{
    if (url == 0)
        return;
    static const char *const STARTS[16] = {"ka", "mo",  "lu", "tian", "xi", "bao", "hui", "you",
                                           "da", "jin", "qi", "wan",  "le", "su",  "ren", "fa"};
    uint64_t bits = dice_mix(url);
    for (int i = 0; i < 3; i++, bits >>= 4)
        text_add_string(text, STARTS[bits & 15]);
    text_add_digits(text, url * UINT64_C(40503) % 65536);
    text_add(text, SLICE(".example"));
}

static void add_ip(struct text *text, uint32_t ip)
{
    if (ip == 0)
        return;
    for (int shift = 24; shift >= 0; shift -= 8) {
        text_add_digits(text, ip >> shift & 255);
        if (shift > 0)
            text_add_char(text, '.');
    }
}

static void row_of_call(struct row_writer *writer, struct text *text, const struct happening *h)
{
    static const char *const RESULTS[] = {"answered", "busy", "no_answer", "failed", "blocked"};
    add_time(writer, text, h->at_ms);
    text_add_char(text, ',');
    text_add_phone(text, h->call.from);
    text_add_char(text, ',');
    text_add_phone(text, h->call.to);
    text_add_char(text, ',');
    text_add_digits(text, h->call.talk_ms / 1000);
    if (h->call.talk_ms % 1000 != 0) {
        text_add_char(text, '.');
        add_padded(text, h->call.talk_ms % 1000, 3);
    }
    text_add_char(text, ',');
    text_add_string(text, RESULTS[h->call.result]);
    text_add_char(text, ',');
    add_known(text, h->call.imsi);
    text_add_char(text, ',');
    add_known(text, h->call.imei);
    text_add_char(text, ',');
    add_cell(text, h->call.cell);
    text_add_char(text, ',');
    text_add_trunk(text, h->call.trunk);
}

static void row_of_sms(struct row_writer *writer, struct text *text, const struct happening *h)
{
    add_time(writer, text, h->at_ms);
    text_add_char(text, ',');
    text_add_phone(text, h->sms.from);
    text_add_char(text, ',');
    text_add_phone(text, h->sms.to);
    text_add_char(text, ',');
    add_known(text, h->sms.imsi);
    text_add_char(text, ',');
    add_known(text, h->sms.imei);
    text_add_char(text, ',');
    add_cell(text, h->sms.cell);
    text_add_char(text, ',');
    add_url(text, h->sms.url);
    text_add_char(text, ',');
    if (h->sms.template != 0)
        add_hex(text, h->sms.template, 16);
}

static void row_of_sim(struct row_writer *writer, struct text *text, const struct happening *h)
{
    static const char *const EVENTS[] = {"activated", "swapped", "suspended", "restored",
                                         "cancelled"};
    add_time(writer, text, h->at_ms);
    text_add_char(text, ',');
    text_add_phone(text, h->sim.number);
    text_add_char(text, ',');
    add_known(text, h->sim.imsi);
    text_add_char(text, ',');
    text_add_string(text, EVENTS[h->sim.event]);
    text_add_char(text, ',');
    add_person(text, h->sim.person);
    text_add_char(text, ',');
    add_outlet(text, h->sim.outlet);
    text_add_char(text, ',');
    text_add_digits(text, writer->city->places.regions[h->sim.region].code);
}

static void row_of_account(struct row_writer *writer, struct text *text, const struct happening *h)
{
    static const char *const EVENTS[] = {"opened", "closed", "limited", "restored"};
    const struct city *city = writer->city;
    add_time(writer, text, h->at_ms);
    text_add_char(text, ',');
    add_account(text, city, h->account.account);
    text_add_char(text, ',');
    text_add_string(text, EVENTS[h->account.event]);
    text_add_char(text, ',');
    add_person(text, h->account.person);
    text_add_char(text, ',');
    add_bank(text, city, h->account.account);
    text_add_char(text, ',');
    add_outlet(text, h->account.outlet);
    text_add_char(text, ',');
    text_add_digits(text, city->places.regions[h->account.region].code);
}

static void row_of_payment(struct row_writer *writer, struct text *text, const struct happening *h)
{
    static const char *const CHANNELS[] = {"mobile", "web", "counter", "atm", "pos", "qr"};
    const struct city *city = writer->city;
    add_time(writer, text, h->at_ms);
    text_add_char(text, ',');
    text_add_char(text, 'm');
    add_hex(text, h->payment.id, 16);
    text_add_char(text, ',');
    add_account(text, city, h->payment.payer);
    text_add_char(text, ',');
    add_account(text, city, h->payment.payee);
    text_add_char(text, ',');
    add_money(text, h->payment.amount);
    text_add(text, SLICE(",CNY,"));
    text_add_string(text, CHANNELS[h->payment.channel]);
    text_add_char(text, ',');
    add_bank(text, city, h->payment.payer);
    text_add_char(text, ',');
    add_bank(text, city, h->payment.payee);
    text_add_char(text, ',');
    add_device(text, h->payment.device);
    text_add_char(text, ',');
    add_ip(text, h->payment.ip);
    text_add_char(text, ',');
    if (h->payment.payer != NONE && city->accounts[h->payment.payer].shown)
        add_money(text, city->accounts[h->payment.payer].balance);
}

static void row_of_report(struct row_writer *writer, struct text *text, const struct happening *h)
{
    const struct report *report = &writer->city->reports[h->report.index];
    add_time(writer, text, h->at_ms);
    text_add(text, SLICE(",r"));
    add_padded(text, h->report.index + UINT64_C(1), 7);
    text_add_char(text, ',');
    add_person(text, report->person);
    text_add(text, SLICE(",T"));
    add_padded(text, report->scam, 2);
    text_add_char(text, ',');
    if (report->amount > 0)
        add_money(text, report->amount);
    text_add_char(text, ',');
    for (uint32_t i = 0; i < report->phones_count; i++) {
        if (i > 0)
            text_add_char(text, ';');
        text_add_phone(text, report->phones[i]);
    }
    text_add_char(text, ',');
    for (uint32_t i = 0; i < report->accounts_count; i++) {
        if (i > 0)
            text_add_char(text, ';');
        add_account(text, writer->city, report->accounts[i]);
    }
}

void row_of_happening(struct row_writer *writer, struct text *text, enum happening_kind kind,
                      const struct happening *happening)
{
    static void (*const ROWS[HAPPENING_KINDS_COUNT])(struct row_writer *, struct text *,
                                                     const struct happening *) = {
        [HAPPENING_CALL] = row_of_call,       [HAPPENING_SMS] = row_of_sms,
        [HAPPENING_SIM] = row_of_sim,         [HAPPENING_ACCOUNT] = row_of_account,
        [HAPPENING_PAYMENT] = row_of_payment, [HAPPENING_REPORT] = row_of_report,
    };
    ROWS[kind](writer, text, happening);
    text_add_char(text, '\n');
}

void row_of_person(struct row_writer *writer, struct text *text, uint32_t person)
{
    const struct city *city = writer->city;
    const struct person *self = &city->people[person];
    add_person(text, person);
    text_add_char(text, ',');
    text_add_digits(text, self->born);
    text_add_char(text, ',');
    text_add_digits(text, city->places.regions[self->region].code);
    text_add_char(text, ',');
    text_add_phone(text, city->lines[self->line].number);
    text_add_char(text, ',');
    add_account(text, city, self->account);
    text_add_char(text, '\n');
}

static void add_degrees(struct text *text, int32_t e5)
{
    text_add_digits(text, (uint64_t)e5 / 100000);
    text_add_char(text, '.');
    add_padded(text, (uint64_t)e5 % 100000, 5);
}

void row_of_cell(struct row_writer *writer, struct text *text, uint32_t cell)
{
    const struct places *places = &writer->city->places;
    const struct site *site = &places->sites[cell / OPERATORS_COUNT];
    add_cell(text, cell);
    text_add_char(text, ',');
    add_degrees(text, site->lat_e5);
    text_add_char(text, ',');
    add_degrees(text, site->lon_e5);
    text_add_char(text, ',');
    text_add_digits(text, places->regions[site->region].code);
    text_add_char(text, '\n');
}

void row_of_region(struct row_writer *writer, struct text *text, uint32_t region)
{
    const struct region *self = &writer->city->places.regions[region];
    text_add_digits(text, self->code);
    text_add_char(text, ',');
    text_add_string(text, self->name);
    text_add_char(text, ',');
    if (self->population > 0)
        text_add_digits(text, self->population);
    text_add_char(text, '\n');
}

static void add_subject(struct row_writer *writer, struct text *text, const struct mark_row *row)
{
    static const char *const KINDS[] = {"phone,", "imei,", "account,", "person,", "device,"};
    text_add_string(text, KINDS[row->kind]);
    if (row->kind == SUBJECT_PHONE)
        text_add_phone(text, row->subject);
    else if (row->kind == SUBJECT_ACCOUNT)
        add_account(text, writer->city, (uint32_t)row->subject);
    else if (row->kind == SUBJECT_PERSON)
        add_person(text, (uint32_t)row->subject);
    else if (row->kind == SUBJECT_DEVICE)
        add_device(text, (uint32_t)row->subject);
    else
        text_add_digits(text, row->subject);
    text_add_char(text, ',');
}

void row_of_truth(struct row_writer *writer, struct text *text, const struct mark_row *row)
{
    add_subject(writer, text, row);
    text_add_string(text, city_label_name((enum city_label)row->mark));
    text_add_char(text, ',');
    add_time(writer, text, row->first_ms);
    text_add_char(text, ',');
    add_time(writer, text, row->last_ms);
    text_add(text, SLICE(",c"));
    add_padded(text, row->campaign, 5);
    text_add_char(text, '\n');
}

void row_of_class(struct row_writer *writer, struct text *text, const struct mark_row *row)
{
    add_subject(writer, text, row);
    text_add_string(text, city_class_name((enum city_class)row->mark));
    text_add_char(text, '\n');
}
