/* rate.c -- how fast somebody may ask: one bucket for each identity and each organisation and each
 * thing that is counted, one for each address of those who show nothing we know.
 *
 *   full_ns       when the bucket is full again; in the past: it is
 *   a request     puts it off by what one takes to come in, and is let in if that is no farther off
 *                 than what the bucket holds
 *   afterwards    what a request turned out to hold (records, questions of a batch) puts it off
 *                 further, perhaps beyond what it holds: the next ones wait for that
 *
 * Whoever is refused is refused before the body is read.  So no record of it was offered, and
 * offered = accepted + rejected + refused + waiting still holds.
 *
 * Invariants:  1. Over any time t, no holder gets more than burst + t * rate, and what one last
 *                 request held.
 *              2. A refused request costs nothing.
 *              3. A bucket that has no place in the table takes that of the fullest of its eight
 *                 neighbours: memory is bounded, and who is near the limit is remembered longest.
 * Not chosen:  counting records against the limit before they are read; a body does not say how
 *              many it holds.
 *              A place for every address.  A flood from many addresses would take all memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "ground/checksum.h"

#include <assert.h>

enum { WAYS = 8, MS_NS = 1000000 };
static_assert(RATE_BUCKETS_MAX % WAYS == 0, "sets are full");

static const int64_t SECOND_NS = 1000000000;

enum rate rate_of_route(const struct route *route)
{
    if (route == NULL)
        return RATE_requests;
    switch (route->scope) {
    case SCOPE_records_write:
        return RATE_records;
    case SCOPE_screen_ask:
    case SCOPE_sanctions_ask:
        return RATE_screening;
    case SCOPE_traces_ask:
        return RATE_traces;
    case SCOPE_traces_read:
    case SCOPE_traces_reveal:
    case SCOPE_alerts_read:
    case SCOPE_alerts_reveal:
    case SCOPE_audit_read:
    case SCOPE_audit_export:
        return RATE_reads;
    default:
        return RATE_requests;
    }
}

void rates_init(struct rates *rates, const struct api_limits *limits, struct clock clock)
{
    *rates = (struct rates){.limits = *limits, .clock = clock};
    (void)pthread_mutex_init(&rates->lock, NULL);
}

static int64_t now_ns(const struct rates *rates)
{
    return rates->clock.ticks_ms(rates->clock.self) * MS_NS;
}

static int64_t cost_ns(const struct api_limit *limit)
{
    return SECOND_NS / limit->per_second;
}

/* The holder's bucket.  With the lock. */
static struct bucket *bucket_of(struct rates *rates, enum rate_cause cause, uint64_t holder)
{
    uint64_t key = (holder ^ ((uint64_t)cause + 1) * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    key = (key ^ key >> 32) | 1; /* 0 is nobody's */
    struct bucket *set = &rates->bucket[key >> 8 & (RATE_BUCKETS_MAX / WAYS - 1)][0];
    struct bucket *fullest = set;
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].full_ns < fullest->full_ns)
            fullest = &set[i];
    }
    *fullest = (struct bucket){.key = key};
    return fullest;
}

/* One bucket that is asked for, and its limit. */
struct asked {
    enum rate_cause cause;
    const struct api_limit *limit;
    struct bucket *bucket;
};

/* Which buckets this visit draws from; those without a limit are left out.  With the lock. */
static unsigned buckets_of(struct rates *rates, const struct visit *visit, struct asked asked[2])
{
    const struct identity *who = &visit->identity;
    unsigned count = 0;
    enum rate rate = visit->rate;
    if (who->by == BY_NOBODY) {
        asked[count++] = (struct asked){RATE_CAUSE_ADDRESS, &rates->limits.address, NULL};
    } else {
        asked[count++] =
            (struct asked){(enum rate_cause)(2 * rate), &rates->limits.identity[rate], NULL};
        asked[count++] = (struct asked){(enum rate_cause)(2 * rate + 1),
                                        &rates->limits.organisation[rate], NULL};
    }
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t holder = asked[i].cause == RATE_CAUSE_ADDRESS ? http_peer_number(visit->request)
                          : i == 0                             ? hash_bytes(slice_of(who->id))
                                   : hash_bytes(slice_of(who->organisation));
        if (asked[i].limit->per_second == 0)
            continue;
        asked[kept] = asked[i];
        asked[kept++].bucket = bucket_of(rates, asked[i].cause, holder);
    }
    return kept;
}

/* Nanoseconds until one more may come; 0: now. */
static int64_t wait_of(const struct asked *asked, int64_t now)
{
    int64_t cost = cost_ns(asked->limit);
    int64_t full = asked->bucket->full_ns > now ? asked->bucket->full_ns : now;
    int64_t wait = full + cost - now - asked->limit->burst * cost;
    return wait > 0 ? wait : 0;
}

static void charge(const struct asked *asked, int64_t now, uint64_t count)
{
    int64_t full = asked->bucket->full_ns > now ? asked->bucket->full_ns : now;
    asked->bucket->full_ns = full + (int64_t)count * cost_ns(asked->limit);
}

int64_t rates_ask(struct rates *rates, const struct visit *visit)
{
    struct asked asked[2];
    int64_t now = now_ns(rates);
    int64_t longest = 0;
    (void)pthread_mutex_lock(&rates->lock);
    unsigned count = buckets_of(rates, visit, asked);
    for (unsigned i = 0; i < count; i++) {
        int64_t wait = wait_of(&asked[i], now);
        if (wait > 0)
            rates->refused[asked[i].cause]++;
        if (wait > longest)
            longest = wait;
    }
    for (unsigned i = 0; longest == 0 && i < count; i++)
        charge(&asked[i], now, 1);
    (void)pthread_mutex_unlock(&rates->lock);
    return (longest + SECOND_NS - 1) / SECOND_NS;
}

void visit_charge(struct visit *visit, uint64_t count)
{
    struct rates *rates = &visit->api->rates;
    struct asked asked[2];
    uint64_t most = RATE_COUNT_MAX;
    if (count <= 1)
        return; /* it was paid for when it came */
    int64_t now = now_ns(rates);
    (void)pthread_mutex_lock(&rates->lock);
    unsigned buckets = buckets_of(rates, visit, asked);
    for (unsigned i = 0; i < buckets; i++)
        charge(&asked[i], now, (count < most ? count : most) - 1);
    (void)pthread_mutex_unlock(&rates->lock);
}

/* Ten of these a form: six a minute from one address, thirty from all. */
int64_t rates_ask_form(struct rates *rates, const struct visit *visit)
{
    static const struct api_limit LIMITS[] = {{.per_second = 1, .burst = 50},
                                              {.per_second = 5, .burst = 600}};
    const uint64_t holders[] = {http_peer_number(visit->request) ^ 0x666F726DU, 0x666F726DU};
    int64_t now = now_ns(rates), longest = 0;
    (void)pthread_mutex_lock(&rates->lock);
    for (unsigned turn = 0; turn < 2 && longest == 0; turn++)
        for (unsigned i = 0; i < 2; i++) {
            const struct asked asked = {RATE_CAUSE_ADDRESS, &LIMITS[i],
                                        bucket_of(rates, RATE_CAUSE_ADDRESS, holders[i])};
            if (turn == 1)
                charge(&asked, now, 10);
            else if (wait_of(&asked, now) > longest)
                longest = wait_of(&asked, now);
        }
    (void)pthread_mutex_unlock(&rates->lock);
    return (longest + SECOND_NS - 1) / SECOND_NS;
}

void rates_count(struct rates *rates, uint64_t refused[RATE_CAUSES_COUNT])
{
    (void)pthread_mutex_lock(&rates->lock);
    memcpy(refused, rates->refused, sizeof rates->refused);
    (void)pthread_mutex_unlock(&rates->lock);
}
