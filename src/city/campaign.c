/* campaign.c -- one scheme after another: which scam, by which means, when, how greedily, with
 * which crew.
 *
 * Fraud begins before the run and ends after it; what lies outside is never told.  A campaign
 * draws every parameter from a range that spans one or two orders of magnitude, independently of
 * the others, so that no threshold separates them; one in four is evasive and draws from ranges
 * that reach further towards ordinary life.  Some campaigns share a crew: laundering is a trade
 * of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

enum means {
    MEANS_GATEWAY,
    MEANS_RELAY,
    MEANS_TRUNK,
    MEANS_SMS,
    MEANS_NET,
    MEANS_WANGIRI,
    MEANS_COUNT
};

struct scam_reach {
    uint16_t weight, means[5];
};
static const struct scam_reach SCAMS[SCAMS_COUNT] = {
#define SCAM(code, weight, gateway, relay, trunk, sms, net, ...) \
    {weight, {gateway, relay, trunk, sms, net}},
#include "scams.inc"
#undef SCAM
};

enum { CREWS_KEPT = 8 };
static const double DAYS_BEFORE = 3;      /* campaigns of that many days before may still go on */
static const double CAMPAIGNS_A_DAY = 30; /* for 20,000 people, baits apart */
static const double WANGIRIS_A_DAY = 5;   /* small ones: few rings, few numbers */

static uint32_t scam_draw(struct chance *c)
{
    uint16_t weights[SCAMS_COUNT];
    for (uint32_t i = 0; i < SCAMS_COUNT; i++)
        weights[i] = SCAMS[i].weight;
    return dice_weighted(c, weights, SCAMS_COUNT);
}

/* How much a campaign dials, by its means; in a small city no campaign may drown it. */
static uint32_t dialled_draw(const struct city *city, struct chance *c, enum means means)
{
    static const struct {
        double low, high;
    } SPANS[MEANS_COUNT] = {
        [MEANS_GATEWAY] = {40, 3000}, [MEANS_RELAY] = {12, 400}, [MEANS_TRUNK] = {8, 1500},
        [MEANS_SMS] = {60, 6000},     [MEANS_NET] = {1, 1},      [MEANS_WANGIRI] = {30, 1000},
    };
    int64_t drawn = dice_log_whole(c, SPANS[means].low, SPANS[means].high);
    int64_t most = 40 + city->people_count / 8;
    return (uint32_t)(drawn < most ? drawn : most);
}

static struct campaign campaign_draw(struct city *city, struct chance *c, uint32_t number)
{
    struct campaign campaign = {.number = number, .scam = scam_draw(c)};
    campaign.evasive = dice_yes(c, 0.25);
    double days = city->options.days + DAYS_BEFORE;
    campaign.start_ms = city->start_ms + (int64_t)((chance_unit(c) * days - DAYS_BEFORE) * DAY_MS);
    campaign.hour_from = 7 + 9 * chance_unit(c);
    campaign.hours = dice_log_uniform(c, 1, 14);
    campaign.start_ms = reach_working(city, &campaign, campaign.start_ms);
    campaign.end_ms = campaign.start_ms + dice_log_whole(c, 2.0 * HOUR_MS, 72.0 * HOUR_MS);
    campaign.engaged = dice_log_uniform(c, 0.006, 0.10);
    campaign.answered = 0.2 + 0.5 * chance_unit(c);
    campaign.here = dice_log_uniform(c, 0.1, 1);
    campaign.hook_ms = dice_log_uniform(c, 5e3, campaign.evasive ? 150e3 : 30e3);
    campaign.redials = dice_yes(c, 0.4) ? 0.25 * chance_unit(c) : 0;
    campaign.skill = dice_log_uniform(c, 0.4, 1.8);
    campaign.desks_count = (uint32_t)dice_whole(c, 1, DESKS_MAX);
    for (uint32_t i = 0; i < campaign.desks_count; i++)
        campaign.desks[i] = reach_foreign_voice(city, c);
    return campaign;
}

static void campaign_go(struct city *city, struct chance *c, struct campaign *campaign,
                        enum means means)
{
    static void (*const MEANS[MEANS_COUNT])(struct city *, struct chance *, struct campaign *) = {
        [MEANS_GATEWAY] = reach_by_gateway, [MEANS_RELAY] = reach_by_relay,
        [MEANS_TRUNK] = reach_by_trunk,     [MEANS_SMS] = reach_by_sms,
        [MEANS_NET] = reach_by_net,         [MEANS_WANGIRI] = reach_wangiri,
    };
    uint32_t before = marks_count(city->truth);
    campaign->dialled_max = dialled_draw(city, c, means);
    MEANS[means](city, c, campaign);
    if (marks_count(city->truth) > before)
        city->counts->campaigns++;
}

static uint32_t campaigns_count(const struct city *city, struct chance *c, double a_day)
{
    double days = city->options.days + DAYS_BEFORE;
    double mean = a_day * city->options.fraud * days * city->people_count / 20000;
    uint32_t drawn = dice_count(c, mean);
    uint32_t least = city->options.fraud > 0 ? 1 : 0;
    return drawn < least ? least : drawn;
}

enum status campaigns_make(struct city *city)
{
    struct chance root = city_stream(city, STREAM_CAMPAIGN, 0, 0);
    uint32_t count = campaigns_count(city, &root, CAMPAIGNS_A_DAY);
    uint32_t baits = campaigns_count(city, &root, WANGIRIS_A_DAY);
    struct crew *crews[CREWS_KEPT] = {NULL};
    for (uint32_t number = 1; number <= count + baits; number++) {
        struct chance c = city_stream(city, STREAM_CAMPAIGN, 1, number);
        struct campaign campaign = campaign_draw(city, &c, number);
        if (number > count) {
            campaign_go(city, &c, &campaign, MEANS_WANGIRI);
            continue;
        }
        struct crew **kept = &crews[number % CREWS_KEPT];
        if (*kept == NULL || dice_yes(&c, 0.7)) {
            TRY(crew_make(city, &c, kept, number, campaign.evasive, campaign.start_ms));
            crew_run(city, &c, *kept, campaign.start_ms, campaign.end_ms);
        }
        campaign.crew = *kept;
        enum means means = (enum means)dice_weighted(&c, SCAMS[campaign.scam].means, 5);
        campaign_go(city, &c, &campaign, means);
    }
    return STATUS_OK;
}
