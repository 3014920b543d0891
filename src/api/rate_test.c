/* rate_test.c -- who asks too fast, asked over a socket, with a clock that stands still. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"

static int house_still(void **state)
{
    if (house_opened(state) != 0)
        return 1;
    struct house *house = *state;
    atomic_store(&house->ticks_ms, 1000000000);
    return 0;
}

static void limit(struct house *house, struct api_limits limits)
{
    struct rates *rates = &house->api->rates;
    (void)pthread_mutex_lock(&rates->lock);
    rates->limits = limits;
    memset(rates->bucket, 0, sizeof rates->bucket);
    memset(rates->refused, 0, sizeof rates->refused);
    (void)pthread_mutex_unlock(&rates->lock);
}

static uint64_t limited(struct house *house, enum rate_cause cause)
{
    uint64_t counts[RATE_CAUSES_COUNT];
    api_count_limited(house->api, counts);
    return counts[cause];
}

static int whoami(struct house *house, const char *who, struct reply *reply)
{
    const struct visitor *visitor = who == NULL ? NULL : visitor_of(house, who);
    ask(house, visitor, "GET", "/v1/whoami", NULL, reply);
    return reply->status;
}

static void passes(struct house *house, int64_t ms)
{
    atomic_fetch_add(&house->ticks_ms, ms);
}

static void who_asks_too_fast_is_told_how_long_to_wait(void **state)
{
    struct house *house = *state;
    struct reply reply;
    char type[96];
    limit(house, (struct api_limits){.identity[RATE_requests] = {1, 3}});
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(whoami(house, "home analyst", &reply), 200);
    assert_int_equal(whoami(house, "home analyst", &reply), 429);
    assert_non_null(strstr(reply.head, "Retry-After: 1"));
    headers_hold(&reply);
    reply_text(&reply, "type", type, sizeof type);
    assert_string_equal(type, "urn:cutline:problem:too_fast");
    ask_with(house, visitor_of(house, "home analyst"), "GET", "/v1/whoami", "Accept-Language: zh",
             NULL, &reply);
    assert_int_equal(reply.status, 429);
    assert_non_null(strstr(reply.body, "限额"));
    assert_int_equal(limited(house, RATE_CAUSE_requests_IDENTITY), 2);
    assert_int_equal(whoami(house, "home auditor", &reply), 200); /* somebody else */
    passes(house, 999);
    assert_int_equal(whoami(house, "home analyst", &reply), 429);
    passes(house, 1);
    assert_int_equal(whoami(house, "home analyst", &reply), 200);
    assert_int_equal(whoami(house, "home analyst", &reply), 429);
    passes(house, 3600 * 1000); /* no more than the burst is saved up */
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(whoami(house, "home analyst", &reply), 200);
    assert_int_equal(whoami(house, "home analyst", &reply), 429);
}

/* A session and a token of one person are one identity. */
static void a_person_is_one_however_they_show_themselves(void **state)
{
    struct house *house = *state;
    struct reply reply;
    limit(house, (struct api_limits){.identity[RATE_requests] = {1, 2}});
    assert_int_equal(whoami(house, "home analyst", &reply), 200);
    assert_int_equal(whoami(house, "home analyst token", &reply), 200);
    assert_int_equal(whoami(house, "home analyst token", &reply), 429);
}

static void an_organisation_shares_its_limit(void **state)
{
    struct house *house = *state;
    struct reply reply;
    limit(house, (struct api_limits){.identity[RATE_requests] = {1, 2},
                                     .organisation[RATE_requests] = {2, 3}});
    assert_int_equal(whoami(house, "home analyst", &reply), 200);
    assert_int_equal(whoami(house, "home auditor", &reply), 200);
    assert_int_equal(whoami(house, "home engineer", &reply), 200);
    assert_int_equal(whoami(house, "home duty", &reply), 429);
    assert_int_equal(limited(house, RATE_CAUSE_requests_ORGANISATION), 1);
    assert_int_equal(whoami(house, "other administrator", &reply), 200);
    passes(house, 500); /* two a second; the refused one cost nothing */
    assert_int_equal(whoami(house, "home duty", &reply), 200);
}

static void reading_alerts_counts_by_itself(void **state)
{
    struct house *house = *state;
    struct reply reply;
    limit(house, (struct api_limits){.identity[RATE_reads] = {1, 1}});
    const struct visitor *analyst = visitor_of(house, "home analyst");
    ask(house, analyst, "GET", "/v1/alerts", NULL, &reply);
    assert_int_equal(reply.status, 200);
    ask(house, analyst, "GET", "/v1/alerts", NULL, &reply);
    assert_int_equal(reply.status, 429);
    assert_int_equal(whoami(house, "home analyst", &reply), 200);
    ask(house, visitor_of(house, "home auditor"), "GET", "/v1/audit", NULL, &reply);
    assert_int_equal(reply.status, 200);
    ask(house, visitor_of(house, "home auditor"), "GET", "/v1/audit/export", NULL, &reply);
    assert_int_equal(reply.status, 429);
    assert_int_equal(limited(house, RATE_CAUSE_reads_IDENTITY), 2);
}

static void strangers_are_counted_by_their_address(void **state)
{
    struct house *house = *state;
    struct reply reply;
    limit(house, (struct api_limits){.address = {1, 4}});
    const struct visitor liar = {.credential = "Authorization: Bearer cut_nobody_knows_this"};
    assert_int_equal(whoami(house, NULL, &reply), 401);
    ask(house, &liar, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
    ask(house, NULL, "GET", "/livez", NULL, &reply);
    assert_int_equal(reply.status, 200);
    ask(house, NULL, "GET", "/no/such/path", NULL, &reply);
    assert_int_equal(reply.status, 404);
    assert_int_equal(whoami(house, NULL, &reply), 429);
    ask(house, NULL, "GET", "/no/such/path", NULL, &reply);
    assert_int_equal(reply.status, 429);
    ask(house, NULL, "POST", "/v1/login", "{}", &reply);
    assert_int_equal(reply.status, 429);
    assert_int_equal(limited(house, RATE_CAUSE_ADDRESS), 3);
    assert_int_equal(whoami(house, "home analyst", &reply), 200); /* known: not by address */
}

/* Its questions are known when it was read; the next one waits for them. */
static void each_question_of_a_batch_counts(void **state)
{
    struct house *house = *state;
    struct reply reply;
    struct visitor *visitor = visitor_of(house, "home duty");
    struct visit visit = {.api = house->api, .rate = RATE_screening, .identity = {.by = BY_TOKEN}};
    limit(house, (struct api_limits){.identity[RATE_screening] = {10, 10}});
    assert_int_equal(rates_ask(&house->api->rates, &visit), 0);
    visit_charge(&visit, 40);
    assert_int_equal(rates_ask(&house->api->rates, &visit), 4); /* 31 too many, at ten a second */
    passes(house, 3100);
    assert_int_equal(rates_ask(&house->api->rates, &visit), 0);
    assert_int_equal(rates_ask(&house->api->rates, &visit), 1);
    ask(house, visitor, "POST", "/v1/screen/call", "{}", &reply);
    assert_int_equal(reply.status, 503); /* nobody screens here, but it was let in */
}

/* The table is full of people; whoever has asked most is not forgotten for those who ask once. */
static void who_is_near_the_limit_is_remembered(void **state)
{
    struct house *house = *state;
    struct visit visit = {.api = house->api, .identity = {.by = BY_TOKEN, .id = "greedy"}};
    limit(house, (struct api_limits){.identity[RATE_requests] = {1, 5}});
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(rates_ask(&house->api->rates, &visit), 0);
    for (unsigned i = 0; i < 4 * RATE_BUCKETS_MAX; i++) {
        struct visit other = {.api = house->api, .identity = {.by = BY_TOKEN}};
        (void)snprintf(other.identity.id, sizeof other.identity.id, "other-%u", i);
        assert_int_equal(rates_ask(&house->api->rates, &other), 0);
    }
    assert_true(rates_ask(&house->api->rates, &visit) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_asks_too_fast_is_told_how_long_to_wait),
        cmocka_unit_test(a_person_is_one_however_they_show_themselves),
        cmocka_unit_test(an_organisation_shares_its_limit),
        cmocka_unit_test(reading_alerts_counts_by_itself),
        cmocka_unit_test(strangers_are_counted_by_their_address),
        cmocka_unit_test(each_question_of_a_batch_counts),
        cmocka_unit_test(who_is_near_the_limit_is_remembered),
    };
    return cmocka_run_group_tests(tests, house_still, house_closed);
}
