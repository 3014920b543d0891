/* pulse.c -- the last hour by minutes, and when each kind of record came last: what somebody on
 * duty looks at, in memory that does not grow.
 *
 *      once a second: counts of the rooms ─ what they were ─> cell of this minute (60 in a ring)
 *                                        └─> ring of seconds, for rates
 *
 * Invariants:  1. A cell says of which minute it is; one that is of another is nobody's.
 *              2. What was before the start is not zero, it is not known, and is told as null. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "receipt/delivery.h"

#include <pthread.h>
#include <time.h>

enum { MINUTES = 60, SECONDS = 10 };

struct beat {
    int64_t minute; /* since 1970 */
    uint64_t calls, payments, alerts;
};
struct second {
    int64_t ticks;
    uint64_t by_kind[RECORD_KINDS_COUNT];
};

struct pulse {
    pthread_mutex_t lock;
    struct beat beat[MINUTES];
    struct second second[SECONDS + 1]; /* the newest at `turns` % … */
    uint64_t turns;
    uint64_t alerts;
    int64_t begun;                   /* minute */
    moment last[RECORD_KINDS_COUNT]; /* MOMENT_NONE: none since the start */
};

enum status pulse_create(struct pulse **out, struct arena *boot)
{
    struct pulse *pulse = NULL;
    TRY(ARENA_NEW(boot, 1, &pulse));
    (void)pthread_mutex_init(&pulse->lock, NULL);
    for (unsigned i = 0; i < RECORD_KINDS_COUNT; i++)
        pulse->last[i] = MOMENT_NONE;
    *out = pulse;
    return STATUS_OK;
}

/* ---- once a second ---- */

static void note(struct pulse *pulse, const struct second *now, uint64_t alerts, moment at)
{
    const struct second *before = &pulse->second[pulse->turns % (SECONDS + 1)];
    struct beat *beat = &pulse->beat[at.ms / MINUTE_MS % MINUTES];
    if (pulse->turns == 0) { /* what there was before is of no minute */
        pulse->begun = at.ms / MINUTE_MS;
        before = now;
        pulse->alerts = alerts;
    }
    if (beat->minute != at.ms / MINUTE_MS)
        *beat = (struct beat){.minute = at.ms / MINUTE_MS};
    beat->calls += now->by_kind[RECORD_call] - before->by_kind[RECORD_call];
    beat->payments += now->by_kind[RECORD_payment] - before->by_kind[RECORD_payment];
    beat->alerts += alerts - pulse->alerts;
    for (unsigned i = 0; i < RECORD_KINDS_COUNT; i++)
        if (now->by_kind[i] != before->by_kind[i])
            pulse->last[i] = at;
    pulse->alerts = alerts;
    pulse->turns++;
    pulse->second[pulse->turns % (SECONDS + 1)] = *now;
}

void pulse_turn(struct service *service)
{
    struct deliveries_counts counts;
    struct bulletin_counts told;
    struct second now = {.ticks = service->clock.ticks_ms(service->clock.self)};
    deliveries_count(service->deliveries, &counts);
    bulletin_count(service->bulletin, &told);
    for (unsigned i = 0; i < RECORD_KINDS_COUNT; i++)
        now.by_kind[i] = counts.by_kind[i];
    (void)pthread_mutex_lock(&service->pulse->lock);
    note(service->pulse, &now, told.kept - told.shadows, service->clock.now(service->clock.self));
    (void)pthread_mutex_unlock(&service->pulse->lock);
}

/* ---- told ---- */

/* Of one kind over the last seconds, in tenths; -1: not known yet. */
static int64_t rate(const struct pulse *pulse, unsigned kind)
{
    uint64_t back = pulse->turns - 1 < SECONDS ? pulse->turns - 1 : SECONDS;
    if (pulse->turns < 2)
        return -1;
    const struct second *now = &pulse->second[pulse->turns % (SECONDS + 1)];
    const struct second *then = &pulse->second[(pulse->turns - back) % (SECONDS + 1)];
    int64_t ms = now->ticks - then->ticks;
    uint64_t more = now->by_kind[kind] - then->by_kind[kind];
    return ms <= 0 ? -1 : (int64_t)(more * 10000 / (uint64_t)ms);
}

static void add_rate(struct text *json, int64_t tenths)
{
    if (tenths < 0)
        text_add_string(json, ",\"per_second\":null");
    else
        text_addf(json, ",\"per_second\":%lld.%lld", (long long)(tenths / 10),
                  (long long)(tenths % 10));
}

static void add_kinds(struct text *json, const struct service *service, const struct pulse *pulse)
{
    moment now = service->clock.now(service->clock.self);
    text_add_string(json, ",\"kinds\":[");
    for (unsigned i = 0; i < RECORD_KINDS_COUNT; i++) {
        text_addf(json, "%s{\"kind\":\"%s\",\"records\":%llu", i == 0 ? "" : ",",
                  kind_schema((enum record_kind)i)->name,
                  (unsigned long long)pulse->second[pulse->turns % (SECONDS + 1)].by_kind[i]);
        if (pulse->last[i].ms == MOMENT_NONE.ms) {
            text_add_string(json, ",\"last\":null,\"age_ms\":null");
        } else {
            text_add_string(json, ",\"last\":\"");
            text_add_moment(json, pulse->last[i], service->config.home_zone);
            text_addf(json, "\",\"age_ms\":%lld", (long long)(now.ms - pulse->last[i].ms));
        }
        add_rate(json, rate(pulse, i));
        text_add_char(json, '}');
    }
    text_add_char(json, ']');
}

static const struct beat *beat_of(const struct pulse *pulse, int64_t minute)
{
    static const struct beat NOTHING;
    const struct beat *beat = &pulse->beat[minute % MINUTES];
    return beat->minute == minute ? beat : &NOTHING;
}

static void add_beats(struct text *json, const struct service *service, const struct pulse *pulse)
{
    static const char *const NAMES[] = {"calls", "payments", "alerts"};
    int64_t last = service->clock.now(service->clock.self).ms / MINUTE_MS;
    text_add_string(json, "\"pulse\":{\"from\":\"");
    text_add_moment(json, (moment){(last - MINUTES + 1) * MINUTE_MS}, service->config.home_zone);
    text_addf(json, "\",\"minutes\":%d", MINUTES);
    for (unsigned row = 0; row < 3; row++) {
        text_addf(json, ",\"%s\":[", NAMES[row]);
        for (int64_t minute = last - MINUTES + 1; minute <= last; minute++) {
            const struct beat *beat = beat_of(pulse, minute);
            const uint64_t counts[] = {beat->calls, beat->payments, beat->alerts};
            text_add_string(json, minute == last - MINUTES + 1 ? "" : ",");
            if (pulse->turns == 0 || minute < pulse->begun)
                text_add_string(json, "null");
            else
                text_add_whole(json, (int64_t)counts[row]);
        }
        text_add_char(json, ']');
    }
    text_add_char(json, '}');
}

static void add_feeds(struct text *json, struct service *service, const struct live_counts *live)
{
    struct deliveries_counts counts;
    struct tails_counts tails;
    moment now = service->clock.now(service->clock.self);
    deliveries_count(service->deliveries, &counts);
    tails_count(service->tails, &tails);
    text_add_string(json, "\"feeds\":{\"heartbeat_age_ms\":");
    if (live->heartbeat.ms <= 0)
        text_add_string(json, "null");
    else
        text_add_whole(json, now.ms - live->heartbeat.ms);
    text_addf(json,
              ",\"offered\":%llu,\"accepted\":%llu,\"rejected\":%llu,\"refused\":%llu,"
              "\"waiting\":%llu",
              (unsigned long long)counts.offered, (unsigned long long)counts.accepted,
              (unsigned long long)counts.rejected, (unsigned long long)counts.refused,
              (unsigned long long)counts.waiting);
    text_addf(json,
              ",\"tails\":{\"followed\":%llu,\"rows\":%llu,\"rejected\":%llu,"
              "\"behind_bytes\":%llu}",
              (unsigned long long)tails.followed, (unsigned long long)tails.rows,
              (unsigned long long)tails.rejected, (unsigned long long)tails.behind_bytes);
}

static void add_detection(struct text *json, struct service *service,
                          const struct live_counts *live)
{
    static const struct {
        const char *name;
        unsigned thousandths;
    } QUANTILES[] = {{"p50_us", 500}, {"p99_us", 990}};
    text_addf(json, "\"detection\":{\"stands\":%s,\"behind\":%llu,\"queue_bytes\":%llu",
              live->stands == STATUS_OK ? "false" : "true",
              (unsigned long long)(live->synced > live->thought ? live->synced - live->thought : 0),
              (unsigned long long)live->queue_bytes);
    text_addf(json, ",\"lag_us\":%lld", (long long)figures_lag_us(service));
    for (unsigned i = 0; i < 2; i++) {
        int64_t us =
            metrics_quantile(service->metrics, FIGURE_latency, 0, QUANTILES[i].thousandths);
        text_addf(json, us < 0 ? ",\"%s\":null" : ",\"%s\":%lld", QUANTILES[i].name, (long long)us);
    }
    text_add_char(json, '}');
}

void pulse_write(void *self, struct text *json)
{
    static _Thread_local struct live_counts live; /* large: a count for each rule */
    struct service *service = self;
    live_count(service->live, &live);
    add_feeds(json, service, &live);
    (void)pthread_mutex_lock(&service->pulse->lock);
    add_kinds(json, service, service->pulse);
    text_add_string(json, "},");
    add_beats(json, service, service->pulse);
    (void)pthread_mutex_unlock(&service->pulse->lock);
    text_add_char(json, ',');
    add_detection(json, service, &live);
}
