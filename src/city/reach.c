/* reach.c -- callers: boxes full of SIMs, ordinary handsets that lend their mouth, and trunks.
 *
 *     gateway   ports x SIMs that rotate, one place or a moving car; IMEIs of four kinds
 *     relay     a resident's own handset and number, for some hours; other people's SIMs in it
 *     trunk     no SIM here at all: foreign, forged or look-alike numbers, stable or changing
 *
 * All three end in hook(): most who answer hang up within seconds, a few believe it, and for those
 * the rest is victim.c.  Nothing about speed, number of SIMs, regularity, share of incoming calls
 * or place is fixed: each campaign draws it, and an evasive one from wider ranges.
 *
 * Who changes numbers at every call has no endless supply of them either: a campaign has at most
 * reach_numbers_max() and begins anew when all are worn.  Otherwise a single campaign would be most
 * of what a day's truth holds.
 *
 * Invariants:  1. A port or handset is in one call at a time (a forged IMEI may be shown by two).
 *              2. Every number and handset that dialled is touched at the moment of its record. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

/* Nobody listens to a stranger's story for five minutes without half believing it. */
enum { KEPT_MS = 5 * MINUTE_MS };

struct port { /* one mouth: what it speaks with now, and when it is free */
    struct voice voice;
    uint64_t imei; /* 14 digits; 0: nothing of it is to be labelled */
    enum city_label label;
    int64_t now_ms;
};

struct voice reach_foreign_voice(struct city *city, struct chance *c)
{
    static const uint32_t OFFICIAL[] = {110,   96110, 95588, 95533, 95555,
                                        10086, 12381, 4008,  95599, 10000};
    static const uint16_t AREAS[] = {10, 21, 871, 755, 20, 28, 571};
    struct voice voice = {.cell = NONE, .trunk = trunk_any(c, TRUNK_INTERNATIONAL)};
    double u = chance_unit(c);
    if (u < 0.42)
        voice.number = number_foreign(&city->numbers, c);
    else if (u < 0.62) /* claims to be a fixed line of another city */
        voice.number = number_fixed_elsewhere(&city->numbers);
    else if (u < 0.80) /* claims to be a mobile of ours, roaming */
        voice.number = number_mobile(&city->numbers, (uint32_t)chance_below(c, OPERATORS_COUNT));
    else { /* looks like an official number behind an area code, or with digits in front */
        uint64_t official = OFFICIAL[chance_below(c, sizeof OFFICIAL / sizeof OFFICIAL[0])];
        uint64_t before =
            dice_yes(c, 0.5) ? AREAS[chance_below(c, 7)] : (uint64_t)dice_whole(c, 1000, 9999);
        uint64_t scale = official < 1000 ? 1000 : official < 10000 ? 10000 : 100000;
        uint64_t country = before < 100 ? 8600 : before < 1000 ? 86000 : 860000;
        voice.number = PHONE_PLUS | ((country + before) * scale + official);
    }
    if (dice_yes(c, 0.3)) /* a small carrier inside the country sells the way in */
        voice.trunk = trunk_any(c, TRUNK_NATIONAL);
    return voice;
}

uint32_t reach_numbers_max(const struct city *city)
{
    uint32_t most = 12 + city->people_count / 5000;
    return most < NUMBERS_MAX ? most : NUMBERS_MAX;
}

int64_t reach_working(const struct city *city, const struct campaign *campaign, int64_t at_ms)
{
    int64_t open_ms = (int64_t)(campaign->hour_from * HOUR_MS),
            span_ms = (int64_t)(campaign->hours * HOUR_MS);
    int64_t since = at_ms - city->start_ms - open_ms;
    int64_t day = since >= 0 ? since / DAY_MS : -1 - (-since - 1) / DAY_MS;
    int64_t within = since - day * DAY_MS;
    if (within < span_ms)
        return at_ms;
    return at_ms - within + DAY_MS;
}

static void label(struct city *city, const struct campaign *campaign, const struct port *port,
                  int64_t at_ms, enum trace trace)
{
    struct touch touch = {port->voice.number, at_ms, campaign->number, trace, 0};
    truth_touch(city, CITY_LABEL_scam_caller, touch);
    touch.subject = port->imei;
    if (port->imei != 0)
        truth_touch(city, port->label, touch);
}

/* Somebody new, or one of those dialled before. */
static struct target next_target(struct city *city, struct chance *c, struct campaign *campaign)
{
    if (campaign->recent_count > 0 && dice_yes(c, campaign->redials)) {
        uint32_t kept = campaign->recent_count < RECENT_MAX ? campaign->recent_count : RECENT_MAX;
        return campaign->recent[chance_below(c, kept)];
    }
    struct target target = {.person = NONE};
    if (dice_yes(c, campaign->here) || dice_yes(c, 0.08)) {
        target.person = victim_pick(city, c, campaign);
        target.number = person_number(city, target.person);
    } else { /* somewhere in the country; the records show the number this once */
        target.number = number_mobile(&city->numbers, (uint32_t)chance_below(c, OPERATORS_COUNT));
    }
    campaign->recent[campaign->recent_count++ % RECENT_MAX] = target;
    return target;
}

/* Nobody was quick enough, or has second thoughts: some call back, and hardly ever get through. */
static void called_back(struct city *city, struct chance *c, const struct port *port,
                        uint32_t person, int64_t at_ms)
{
    at_ms += dice_log_whole(c, 20.0 * SECOND_MS, 4.0 * HOUR_MS);
    struct voice own = voice_of_person(city, c, person, at_ms);
    if (own.number == port->voice.number)
        return;
    bool ours = port->voice.imsi != 0;
    if (ours && dice_yes(c, 0.15))
        (void)tell_call(city, at_ms, &own, port->voice.number, dice_log_whole(c, 2e3, 60e3));
    else
        (void)tell_no_call(city, at_ms, &own, port->voice.number,
                           ours && dice_yes(c, 0.6) ? CALL_NO_ANSWER : CALL_FAILED);
}

static void missed(struct city *city, struct chance *c, struct campaign *campaign,
                   struct port *port, struct target target)
{
    static const uint16_t WHY[] = {0, 15, 65, 12, 8}; /* as enum call_result */
    int64_t at_ms = port->now_ms;
    enum call_result result = (enum call_result)dice_weighted(c, WHY, 5);
    port->now_ms += dice_whole(c, 3 * SECOND_MS, 40 * SECOND_MS);
    if (!tell_no_call(city, at_ms, &port->voice, target.number, result))
        return;
    label(city, campaign, port, at_ms, TRACE_TRY);
    if (target.person != NONE && person_is_here(city, target.person) && dice_yes(c, 0.05))
        called_back(city, c, port, target.person, port->now_ms);
}

/* Dials one number.  The port is free again at port->now_ms. */
static void hook(struct city *city, struct chance *c, struct campaign *campaign, struct port *port)
{
    int64_t at_ms = port->now_ms;
    struct target target = next_target(city, c, campaign);
    campaign->dialled++;
    if (target.number == port->voice.number)
        return;
    if (!dice_yes(c, campaign->answered)) {
        missed(city, c, campaign, port, target);
        return;
    }
    bool believes = dice_yes(c, campaign->engaged);
    int64_t talk_ms = believes ? victim_talk_ms(campaign, c)
                               : (int64_t)dice_log_normal(c, campaign->hook_ms, 0.9);
    port->now_ms += 8 * SECOND_MS + talk_ms;
    bool told = tell_call(city, at_ms, &port->voice, target.number, talk_ms);
    if (told)
        label(city, campaign, port, at_ms, TRACE_TALK);
    if (target.person == NONE)
        return;
    if (told && talk_ms >= KEPT_MS) /* who was kept that long was worked on, and got away */
        truth_touch(city, CITY_LABEL_victim,
                    (struct touch){target.person, at_ms, campaign->number, TRACE_TALK, 0});
    if (believes)
        victim_work(
            city, c, campaign, target.person,
            (struct contact){.voice = port->voice, .at_ms = at_ms, .over_ms = at_ms + talk_ms});
    else if (person_is_here(city, target.person) && dice_yes(c, 0.01))
        called_back(city, c, port, target.person, port->now_ms);
}

/* ---- gateways ---- */

enum imei_kind {
    IMEI_LISTED,
    IMEI_UNLISTED,
    IMEI_PHONE,
    IMEI_OF_SIM,
    IMEI_FORGED,
    IMEI_KINDS_COUNT
};

struct box {
    uint32_t lines[NUMBERS_MAX];
    int64_t dead_ms[NUMBERS_MAX]; /* when the carrier cuts the SIM off */
    uint32_t lines_count, next_line;
    uint32_t ports, ports_left; /* of those, not yet set to work */
    enum imei_kind imeis;
    uint32_t forged_every; /* calls with one forged IMEI */
    uint64_t forged[NUMBERS_MAX];
    uint32_t forged_count;
    uint32_t site;
    bool drives;
    double gap_ms, rotate_ms;
    double decoys;
    bool regular; /* gaps like a clock's */
};

static void box_sims(struct city *city, struct chance *c, const struct campaign *campaign,
                     struct box *box)
{
    bool fresh = dice_yes(c, 0.35), cut = dice_yes(c, 0.45);
    uint32_t outlet = (uint32_t)dice_whole(c, 1, 90);
    uint32_t one_operator = (uint32_t)chance_below(c, OPERATORS_COUNT);
    bool mixed = dice_yes(c, 0.4);
    for (uint32_t i = 0; i < box->lines_count; i++) {
        uint32_t operator= mixed ? (uint32_t)chance_below(c, OPERATORS_COUNT) : one_operator;
        uint32_t holder = dice_yes(c, 0.4) ? person_adult(city, c) : person_elsewhere(city, c);
        box->lines[i] =
            line_mint(city, holder, operator, number_imei(&city->numbers, number_phone_model(c)));
        box->dead_ms[i] = INT64_MAX;
        int64_t in_ms = campaign->start_ms + (int64_t)i * MINUTE_MS;
        if (fresh) {
            int64_t at_ms = in_ms - dice_log_whole(c, 5.0 * MINUTE_MS, 25.0 * DAY_MS);
            uint32_t shop = dice_yes(c, 0.7) ? outlet : (uint32_t)dice_whole(c, 1, 90);
            (void)tell_sim(city, at_ms, box->lines[i], SIM_ACTIVATED, shop);
        }
        if (cut && dice_yes(c, 0.4)) {
            box->dead_ms[i] = in_ms + dice_log_whole(c, 0.5 * HOUR_MS, 40.0 * HOUR_MS);
            (void)tell_sim(city, box->dead_ms[i], box->lines[i], SIM_SUSPENDED, NONE);
        }
    }
}

static struct box box_draw(struct city *city, struct chance *c, const struct campaign *campaign)
{
    static const uint16_t KINDS[IMEI_KINDS_COUNT] = {15, 25, 27, 20, 13};
    struct box box = {0};
    uint32_t most = reach_numbers_max(city);
    box.ports = (uint32_t)dice_log_whole(c, 1, campaign->evasive ? 6 : most < 32 ? most : 32);
    uint32_t wanted = campaign->evasive ? box.ports * 2 + 1 : box.ports * 10 + 2;
    box.lines_count = (uint32_t)dice_log_whole(c, box.ports, wanted < most ? wanted : most);
    box.imeis = (enum imei_kind)dice_weighted(c, KINDS, IMEI_KINDS_COUNT);
    box.forged_every = (uint32_t)dice_log_whole(c, 1, 60);
    box.site = site_any(&city->places, c);
    box.drives = dice_yes(c, campaign->evasive ? 0.35 : 0.12);
    box.gap_ms = dice_log_uniform(c, 3.0 * SECOND_MS, (campaign->evasive ? 20.0 : 4.0) * MINUTE_MS);
    box.rotate_ms = dice_log_uniform(c, 3.0 * MINUTE_MS, 10.0 * HOUR_MS);
    box.decoys = dice_yes(c, campaign->evasive ? 0.6 : 0.15) ? 0.35 * chance_unit(c) : 0;
    box.regular = dice_yes(c, 0.3);
    return box;
}

/* Who forges for every call or two never shows a number again; who forges more rarely has a list
 * of them. */
static uint64_t imei_forge(struct city *city, struct chance *c, struct box *box)
{
    enum { RARELY = 3 };
    uint32_t which = box->forged_count++, most = reach_numbers_max(city);
    if (box->forged_every >= RARELY && which >= most)
        return box->forged[which % most];
    uint64_t imei = number_imei(&city->numbers, number_phone_model(c));
    box->forged[which % most] = imei;
    return imei;
}

/* Puts a SIM that still works into the port. */
static bool port_load(struct city *city, struct chance *c, struct box *box, struct port *port)
{
    for (uint32_t tries = 0; tries < box->lines_count; tries++) {
        uint32_t i = box->next_line++ % box->lines_count;
        if (box->dead_ms[i] <= port->now_ms)
            continue;
        const struct line *line = &city->lines[box->lines[i]];
        if (box->imeis == IMEI_OF_SIM)
            port->imei = line->imei;
        if (box->imeis == IMEI_FORGED)
            port->imei = imei_forge(city, c, box);
        port->voice.number = line->number;
        port->voice.imsi = line->imsi;
        port->voice.cell = cell_of_site(box->site, line->operator);
        port->voice.imei = number_imei_written(port->imei, line->form);
        return true;
    }
    return false;
}

/* Somebody of the gang calls in, so that the SIM is not only a mouth. */
static void decoy_call(struct city *city, struct chance *c, const struct box *box,
                       const struct port *port)
{
    const struct line *other = &city->lines[box->lines[chance_below(c, box->lines_count)]];
    struct voice voice = {
        .number = other->number, .cell = NONE, .trunk = trunk_any(c, TRUNK_NATIONAL)};
    if (voice.number != port->voice.number)
        (void)tell_call(city, port->now_ms, &voice, port->voice.number,
                        dice_log_whole(c, 3e3, 200e3));
}

static void port_works(struct city *city, struct chance *c, struct campaign *campaign,
                       struct box *box, struct port *port)
{
    int64_t rotate_at_ms = 0;
    uint32_t calls = 0, share = (campaign->dialled_max - campaign->dialled) / box->ports_left;
    uint32_t calls_max = campaign->dialled + share + share / 4 + 1;
    while (campaign->dialled < calls_max) {
        double gap = box->regular ? box->gap_ms * (0.85 + 0.3 * chance_unit(c))
                                  : chance_wait(c, box->gap_ms);
        port->now_ms = reach_working(city, campaign, port->now_ms + SECOND_MS + (int64_t)gap);
        if (port->now_ms >= campaign->end_ms)
            return;
        if (box->drives && dice_yes(c, 0.15))
            box->site = site_near(&city->places, c, box->site, 2);
        bool forge = box->imeis == IMEI_FORGED && calls++ % box->forged_every == 0;
        if (port->now_ms >= rotate_at_ms || forge) {
            if (!port_load(city, c, box, port))
                return;
            rotate_at_ms = port->now_ms + (int64_t)(box->rotate_ms * (0.5 + chance_unit(c)));
        }
        if (dice_yes(c, box->decoys)) {
            decoy_call(city, c, box, port);
            port->now_ms += 3 * MINUTE_MS;
        }
        hook(city, c, campaign, port);
    }
}

void reach_by_gateway(struct city *city, struct chance *c, struct campaign *campaign)
{
    struct box box = box_draw(city, c, campaign);
    box_sims(city, c, campaign, &box);
    for (uint32_t i = 0; i < box.ports && campaign->dialled < campaign->dialled_max; i++) {
        struct port port = {.label = CITY_LABEL_gateway,
                            .now_ms = campaign->start_ms + dice_whole(c, 0, 5 * MINUTE_MS)};
        uint32_t model =
            box.imeis == IMEI_LISTED     ? (uint32_t)dice_whole(c, TACS_GATEWAY, TACS_GATEWAY + 5)
            : box.imeis == IMEI_UNLISTED ? (uint32_t)dice_whole(c, TACS_GATEWAY + 6, TACS_THING - 1)
                                         : number_phone_model(c);
        port.imei = number_imei(&city->numbers, model);
        box.ports_left = box.ports - i;
        port_works(city, c, campaign, &box, &port);
    }
}

/* ---- relays ---- */

/* A young resident, mostly; their own life goes on in the same handset. */
static uint32_t relay_person(const struct city *city, struct chance *c)
{
    for (int tries = 0; tries < 200; tries++) {
        uint32_t person = person_any(city, c);
        int age = YEAR_NOW - city->people[person].born;
        if (age >= 15 && age <= (dice_yes(c, 0.8) ? 30 : 60))
            return person;
    }
    return 0;
}

static void relay_session(struct city *city, struct chance *c, struct campaign *campaign,
                          struct port *port, const uint32_t *lines, uint32_t lines_count)
{
    uint32_t holder = city->lines[lines[0]].person;
    uint32_t site = dice_yes(c, 0.4)   ? city->people[holder].home
                    : dice_yes(c, 0.7) ? site_any(&city->places, c)
                                       : NONE; /* a car */
    double gap_ms = dice_log_uniform(c, 8.0 * SECOND_MS, 6.0 * MINUTE_MS);
    int64_t end_ms = port->now_ms + dice_log_whole(c, 0.5 * HOUR_MS, 8.0 * HOUR_MS);
    uint32_t per_line = (uint32_t)dice_log_whole(c, 5, 80), on_line = 0, which = 0;
    int64_t begin_ms = port->now_ms;
    while (port->now_ms < end_ms && campaign->dialled < campaign->dialled_max) {
        port->now_ms += 3 * SECOND_MS + (int64_t)chance_wait(c, gap_ms);
        if (on_line++ >= per_line) { /* blocked, or to be spared: the next SIM */
            on_line = 0;
            which = (which + 1) % lines_count;
            port->now_ms += dice_whole(c, MINUTE_MS, 15 * MINUTE_MS);
        }
        const struct line *line = &city->lines[lines[which]];
        uint32_t here =
            site != NONE ? site : site_near(&city->places, c, city->people[holder].home, 4);
        port->voice = (struct voice){.number = line->number,
                                     .imsi = line->imsi,
                                     .imei = number_imei_written(port->imei, line->form),
                                     .cell = cell_of_site(here, line->operator)};
        hook(city, c, campaign, port);
    }
    person_keep_busy(city, holder, begin_ms, port->now_ms);
}

void reach_by_relay(struct city *city, struct chance *c, struct campaign *campaign)
{
    uint32_t person = relay_person(city, c);
    const struct person *self = &city->people[person];
    uint32_t lines[6] = {self->line}, count = 1;
    uint32_t wanted = dice_yes(c, 0.4) ? 1 : (uint32_t)dice_whole(c, 2, 6);
    for (; count < wanted; count++) { /* cards of friends, or bought */
        uint32_t friend = person_friend(city, c, person);
        bool lent = person_is_here(city, friend) && friend != person && dice_yes(c, 0.5);
        lines[count] = lent ? city->people[friend].line
                            : line_mint(city, friend, self->operator, city->lines[self->line].imei);
    }
    uint32_t days = (uint32_t)dice_whole(c, 1, 3);
    struct port port = {.imei = city->lines[self->line].imei,
                        .label = CITY_LABEL_relay,
                        .now_ms = campaign->start_ms};
    for (uint32_t day = 0; day < days && port.now_ms < campaign->end_ms; day++) {
        port.now_ms = reach_working(city, campaign, port.now_ms);
        relay_session(city, c, campaign, &port, lines, count);
        port.now_ms += dice_log_whole(c, 3.0 * HOUR_MS, 20.0 * HOUR_MS);
    }
}

/* ---- trunks ---- */

void reach_by_trunk(struct city *city, struct chance *c, struct campaign *campaign)
{
    bool stable = dice_yes(c, 0.35);
    uint32_t per_number = stable ? UINT32_MAX : (uint32_t)dice_log_whole(c, 1, 60);
    uint32_t mouths = (uint32_t)dice_log_whole(c, 1, 8), on_number = 0;
    double gap_ms = dice_log_uniform(c, 3.0 * SECOND_MS, 8.0 * MINUTE_MS);
    struct voice voices[NUMBERS_MAX] = {reach_foreign_voice(city, c)};
    uint32_t numbers = 1, most = reach_numbers_max(city);
    campaign->here = 1; /* calls from outside to elsewhere do not pass our switches */
    for (uint32_t i = 0; i < mouths; i++) {
        struct port port = {.now_ms = campaign->start_ms, .voice = voices[0]};
        uint32_t until = campaign->dialled + (campaign->dialled_max - campaign->dialled) / 2 + 1;
        while (campaign->dialled < until) {
            port.now_ms = reach_working(city, campaign,
                                        port.now_ms + SECOND_MS + (int64_t)chance_wait(c, gap_ms));
            if (port.now_ms >= campaign->end_ms)
                break;
            if (on_number++ >= per_number) {
                on_number = 0;
                if (numbers < most)
                    voices[numbers] = reach_foreign_voice(city, c);
                port.voice = voices[numbers++ % most];
            }
            hook(city, c, campaign, &port);
        }
    }
}
