/* lure.c -- messages, one-ring bait, and meetings on the net.
 *
 * A message campaign sends one text, mutated now and then, from a bank of SIMs or from outside;
 * who believes it calls the number in it, or opens the link where no record is.  One ring and no
 * answer: whoever is curious calls back, dearly; nobody is worked on by that, so it makes no
 * victims.  Who met the fraudsters on the net shows up only when something is called or paid. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

enum { BANK_SIMS_MAX = NUMBERS_MAX / 2 + 1, BAITS_MAX = 4 };

struct bank { /* of SIMs, or one forged sender */
    uint32_t lines[BANK_SIMS_MAX];
    uint64_t imeis[BANK_SIMS_MAX];
    uint32_t count, site;
    bool ours; /* SIMs on our networks */
    struct voice outside;
    double gap_ms;
    uint32_t per_line;
};

static struct bank bank_draw(struct city *city, struct chance *c, const struct campaign *campaign)
{
    struct bank bank = {.ours = dice_yes(c, 0.65)};
    bank.site = site_any(&city->places, c);
    uint32_t most = reach_numbers_max(city) / 2 + 1;
    bank.count = (uint32_t)dice_log_whole(c, 3, campaign->evasive ? (most + 2) / 2 : most);
    bank.gap_ms = dice_log_uniform(c, 0.3 * SECOND_MS, (campaign->evasive ? 8.0 : 1.0) * MINUTE_MS);
    bank.per_line = (uint32_t)dice_log_whole(c, 3, 300);
    bank.outside = reach_foreign_voice(city, c);
    if (dice_yes(c, 0.3)) { /* a rented port, like a bank's */
        bank.outside.number = (uint64_t)dice_whole(c, 10650000000, 10699999999) * 10;
        bank.outside.trunk = trunk_any(c, TRUNK_SERVICE);
    }
    uint32_t operator=(uint32_t) chance_below(c, OPERATORS_COUNT);
    bool one_imei = dice_yes(c, 0.4), known = dice_yes(c, 0.3);
    for (uint32_t i = 0; bank.ours && i < bank.count; i++) {
        uint32_t model =
            known ? (uint32_t)dice_whole(c, TACS_GATEWAY, TACS_THING - 1) : number_phone_model(c);
        bank.imeis[i] = i > 0 && one_imei ? bank.imeis[0] : number_imei(&city->numbers, model);
        bank.lines[i] = line_mint(city, person_elsewhere(city, c), operator, bank.imeis[i]);
        if (!dice_yes(c, 0.3))
            continue;
        int64_t at_ms = campaign->start_ms - dice_log_whole(c, 10.0 * MINUTE_MS, 20.0 * DAY_MS);
        (void)tell_sim(city, at_ms, bank.lines[i], SIM_ACTIVATED, (uint32_t)dice_whole(c, 1, 90));
    }
    return bank;
}

/* Who believes it answers by message, calls a desk, or goes on where no record is. */
static void believed(struct city *city, struct chance *c, struct campaign *campaign,
                     uint32_t person, struct contact contact)
{
    if (person_is_here(city, person) && dice_yes(c, 0.4)) {
        contact.over_ms += dice_log_whole(c, 30.0 * SECOND_MS, 3.0 * HOUR_MS);
        struct voice own = voice_of_person(city, c, person, contact.over_ms);
        if ((contact.voice.number & PHONE_PLUS) != 0)
            contact.replied =
                tell_sms(city, contact.over_ms, &own, contact.voice.number, (struct message){0});
    }
    victim_work(city, c, campaign, person, contact);
}

void reach_by_sms(struct city *city, struct chance *c, struct campaign *campaign)
{
    struct bank bank = bank_draw(city, c, campaign);
    struct message message = {.template = chance_bits(c)};
    uint32_t mutates = (uint32_t)dice_log_whole(c, 1, 400), sent = 0;
    uint32_t link = (uint32_t)dice_whole(c, 100, 60000), links = (uint32_t)dice_whole(c, 1, 5);
    bool linked = dice_yes(c, 0.75), shortened = dice_yes(c, 0.2);
    int64_t at_ms = campaign->start_ms;
    double believers = campaign->engaged * 0.15;
    if (!bank.ours)
        campaign->here = 1;
    for (; campaign->dialled < campaign->dialled_max; campaign->dialled++, sent++) {
        at_ms = reach_working(city, campaign, at_ms + 200 + (int64_t)chance_wait(c, bank.gap_ms));
        if (at_ms >= campaign->end_ms)
            return;
        if (sent % mutates == 0)
            message.template = chance_bits(c);
        if (linked)
            message.url = (uint16_t)(shortened ? 1 + link % 6 : link + sent % links);
        struct voice voice = bank.outside;
        uint32_t slot = sent / bank.per_line % bank.count;
        if (bank.ours) {
            voice = voice_of_line(city, c, bank.lines[slot], bank.site);
            voice.imei = number_imei_written(bank.imeis[slot], 0);
        }
        bool known = dice_yes(c, campaign->here) || dice_yes(c, 0.08);
        uint32_t person = known ? victim_pick(city, c, campaign) : NONE;
        uint64_t number = known ? person_number(city, person)
                                : number_mobile(&city->numbers, slot % OPERATORS_COUNT);
        if (!tell_sms(city, at_ms, &voice, number, message))
            continue;
        struct touch touch = {voice.number, at_ms, campaign->number, TRACE_TEXT, 0};
        truth_touch(city, CITY_LABEL_scam_sms, touch);
        touch.subject = bank.imeis[slot];
        if (bank.ours)
            truth_touch(city, CITY_LABEL_gateway, touch);
        struct contact contact = {
            .voice = voice, .at_ms = at_ms, .over_ms = at_ms, .by_text = true};
        if (known && dice_yes(c, believers))
            believed(city, c, campaign, person, contact);
    }
}

void reach_by_net(struct city *city, struct chance *c, struct campaign *campaign)
{
    uint32_t people = (uint32_t)dice_log_whole(c, 1, 14);
    for (uint32_t i = 0; i < people; i++) {
        int64_t at_ms = campaign->start_ms +
                        (int64_t)(chance_unit(c) * (double)(campaign->end_ms - campaign->start_ms));
        at_ms = reach_working(city, campaign, at_ms);
        uint32_t person = victim_pick(city, c, campaign);
        victim_work(city, c, campaign, person, (struct contact){.at_ms = at_ms, .over_ms = at_ms});
    }
}

/* A SIM of our networks in that handset, or, without one, a foreign number. */
static struct voice bait_voice(struct city *city, struct chance *c, uint64_t imei, uint32_t site)
{
    if (imei == 0)
        return voice_from_abroad(city, c);
    return voice_of_line(city, c, line_mint(city, person_elsewhere(city, c), 0, imei), site);
}

void reach_wangiri(struct city *city, struct chance *c, struct campaign *campaign)
{
    uint32_t per_number = (uint32_t)dice_log_whole(c, 10, 600), rung = 0;
    double gap_ms =
        dice_log_uniform(c, 0.4 * SECOND_MS, (campaign->evasive ? 60.0 : 10.0) * SECOND_MS);
    double curious = dice_log_uniform(c, 0.005, 0.1), mishaps = 0.1 * chance_unit(c);
    bool ours = dice_yes(c, 0.3);
    uint32_t site = site_any(&city->places, c);
    uint64_t imei = number_imei(&city->numbers, number_phone_model(c));
    struct voice voices[BAITS_MAX], voice = {0}; /* in turn, when all are worn */
    int64_t at_ms = campaign->start_ms;
    for (; campaign->dialled < campaign->dialled_max; campaign->dialled++) {
        if (rung % per_number == 0) {
            uint32_t which = rung / per_number;
            if (which < BAITS_MAX)
                voices[which] = bait_voice(city, c, ours ? imei : 0, site);
            voice = voices[which % BAITS_MAX];
        }
        rung++;
        at_ms = reach_working(city, campaign, at_ms + 100 + (int64_t)chance_wait(c, gap_ms));
        if (at_ms >= campaign->end_ms)
            return;
        uint32_t person = person_any(city, c);
        uint64_t number = person_number(city, person);
        bool told = dice_yes(c, mishaps)
                        ? tell_call(city, at_ms, &voice, number, dice_whole(c, 500, 3000))
                        : tell_no_call(city, at_ms, &voice, number, CALL_NO_ANSWER);
        if (!told)
            continue;
        struct touch touch = {voice.number, at_ms, campaign->number, TRACE_TRY, 0};
        truth_touch(city, CITY_LABEL_wangiri, touch);
        touch.subject = imei;
        if (ours)
            truth_touch(city, CITY_LABEL_gateway, touch);
        if (dice_yes(c, curious)) {
            int64_t back_ms = at_ms + dice_log_whole(c, 10.0 * SECOND_MS, 3.0 * HOUR_MS);
            struct voice own = voice_of_person(city, c, person, back_ms);
            touch = (struct touch){voice.number, back_ms, campaign->number, TRACE_ASIDE, 0};
            if (tell_call(city, back_ms, &own, voice.number, dice_log_whole(c, 4e3, 240e3)))
                truth_touch(city, CITY_LABEL_wangiri, touch);
        }
    }
}
