/* alerts_test.c -- alerts over HTTP: pages, filters, the mask, reasons, and streams that lose
 * nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ALERTS = 40 };

static int filled(void **state)
{
    (void)house_opened(state);
    struct house *house = *state;
    for (unsigned i = 1; i <= ALERTS; i++) {
        char phone[32];
        (void)snprintf(phone, sizeof phone, "+86138123400%02u", i % 4);
        alert_in(house, i, phone, i % 10 == 0);
    }
    return 0;
}

static size_t times(const char *in, const char *what)
{
    size_t count = 0;
    for (const char *at = strstr(in, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

static void pages_go_forward_and_back(void **state)
{
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    struct reply reply;
    ask(house, analyst, "GET", "/v1/alerts?after=0&limit=15", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(times(reply.body, "\"number\":"), 15);
    assert_non_null(strstr(reply.body, "\"next\":15}"));
    ask(house, analyst, "GET", "/v1/alerts?after=30&limit=15", NULL, &reply);
    assert_int_equal(times(reply.body, "\"number\":"), 10);
    assert_non_null(strstr(reply.body, "\"next\":null}"));
    ask(house, analyst, "GET", "/v1/alerts?limit=5", NULL, &reply);
    assert_non_null(strstr(reply.body, "{\"alerts\":[{\"number\":40,"));
    assert_non_null(strstr(reply.body, "\"next\":36}"));
    ask(house, analyst, "GET", "/v1/alerts?before=3", NULL, &reply);
    assert_int_equal(times(reply.body, "\"number\":"), 2);
    ask(house, analyst, "GET", "/v1/alerts?before=3&after=1", NULL, &reply);
    assert_int_equal(reply.status, 400);
}

static void filters_filter_and_complain(void **state)
{
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    struct reply reply;
    ask(house, analyst, "GET", "/v1/alerts?q=shadow:yes", NULL, &reply);
    assert_int_equal(times(reply.body, "\"number\":"), 4);
    ask(house, analyst, "GET", "/v1/alerts?q=grade:high+NOT+%E5%BD%B1%E5%AD%90:%E6%98%AF", NULL,
        &reply);
    assert_int_equal(times(reply.body, "\"number\":"), 36);
    ask_with(house, analyst, "GET", "/v1/alerts?q=grade:high+AND+colour:red", "Accept-Language: zh",
             NULL, &reply);
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.body, "filter_malformed"));
    assert_non_null(strstr(reply.body, "第 16 列：没有此字段"));
    headers_hold(&reply);
}

/* Somebody's number is refused in an address, and answered in a body as any other filter. */
static void what_may_name_somebody_stands_in_no_address(void **state)
{
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    static const char *const NAMED[] = {
        "13812340003",         "subject:13812340003", "kind:phone+AND+(NOT+reason:li)",
        "number:>13812340003", "rule:13812340003*",   "id:13812340003"};
    struct reply reply;
    char path[256], listed[4096];
    for (size_t i = 0; i < sizeof NAMED / sizeof NAMED[0]; i++)
        for (unsigned stream = 0; stream < 2; stream++) {
            (void)snprintf(path, sizeof path, "/v1/alerts%s?q=%s", stream ? "/stream" : "",
                           NAMED[i]);
            ask(house, analyst, "GET", path, NULL, &reply);
            assert_int_equal(reply.status, 400);
            assert_non_null(strstr(reply.body, "urn:cutline:problem:filter_in_address"));
            assert_non_null(strstr(reply.body, "POST /v1/alerts/search"));
            assert_null(strstr(reply.body, "13812340003"));
        }
    ask(house, analyst, "POST", "/v1/alerts/search", "{\"q\":\"13812340003\"}", &reply);
    assert_int_equal(reply.status, 200); /* reasons are masked: nothing holds it */
    assert_non_null(strstr(reply.body, "{\"alerts\":[],\"next\":null}"));
    ask(house, analyst, "GET", "/v1/alerts?q=shadow:yes&before=31&limit=2", NULL, &reply);
    (void)snprintf(listed, sizeof listed, "%s", reply.body);
    ask(house, analyst, "POST", "/v1/alerts/search",
        "{\"q\":\"shadow:yes\",\"before\":31,\"limit\":2}", &reply);
    assert_string_equal(reply.body, listed);
    ask(house, analyst, "POST", "/v1/alerts/search", "{\"before\":3,\"after\":1}", &reply);
    assert_int_equal(reply.status, 400);
    ask(house, analyst, "POST", "/v1/alerts/search?q=x", "{}", &reply);
    assert_int_equal(reply.status, 400);
    ask(house, visitor_of(house, "home administrator"), "POST", "/v1/alerts/search", "{}", &reply);
    assert_int_equal(reply.status, 403);
}

static void what_is_masked_stays_masked(void **state)
{
    struct house *house = *state;
    static const char *const PATHS[] = {"/v1/alerts?limit=500",
                                        "/v1/alerts/00000000000000000000000000000003"};
    struct reply reply;
    for (size_t v = 0; v < house->visitors_count; v++)
        for (size_t i = 0; i < 2; i++) {
            ask(house, &house->visitor[v], "GET", PATHS[i], NULL, &reply);
            if (reply.body != NULL && strstr(reply.body, "13812340") != NULL)
                fail_msg("%s sees a phone: %s", house->visitor[v].name, PATHS[i]);
            if (reply.status == 200)
                assert_non_null(strstr(reply.body, "****"));
        }
}

static void a_reveal_has_a_reason_an_entry_and_a_bound(void **state)
{
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    const char *path = "/v1/alerts/00000000000000000000000000000003/reveal";
    struct reply reply;
    uint64_t before = entries_of(house, "alert.reveal", "done");
    ask(house, analyst, "POST", path, "{}", &reply);
    assert_int_equal(reply.status, 400);
    ask(house, analyst, "POST", path, "{\"reason\":\"\"}", &reply);
    assert_int_equal(reply.status, 422);
    assert_int_equal(entries_of(house, "alert.reveal", "done"), before);
    for (int i = 0; i < BULLETIN_REVEALS_AN_HOUR; i++) {
        ask(house, analyst, "POST", path, "{\"reason\":\"致电劝阻\"}", &reply);
        assert_int_equal(reply.status, 200);
        assert_non_null(strstr(reply.body, "+8613812340003"));
    }
    ask(house, analyst, "POST", path, "{\"reason\":\"once more\"}", &reply);
    assert_int_equal(reply.status, 429);
    assert_non_null(strstr(reply.head, "Retry-After"));
    assert_int_equal(entries_of(house, "alert.reveal", "done"), before + BULLETIN_REVEALS_AN_HOUR);
    /* the limit is the person's: a token of the same person shares it */
    ask(house, visitor_of(house, "home analyst token"), "POST", path, "{\"reason\":\"by token\"}",
        &reply);
    assert_int_equal(reply.status, 429);
    ask(house, visitor_of(house, "home supervisor"), "POST", path, "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 200);
    ask(house, analyst, "POST", "/v1/alerts/nothing/reveal", "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 404);
}

/* ---- streams ---- */

static int request_in(struct house *house, const char *bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(api_port(house->api))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int handle = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(handle >= 0);
    assert_int_equal(connect(handle, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(handle, bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
    return handle;
}

static int listen_in(struct house *house, const struct visitor *visitor, const char *path,
                     const char *line)
{
    char bytes[1024];
    (void)snprintf(bytes, sizeof bytes, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n%s\r\n", path,
                   visitor->credential, line);
    return request_in(house, bytes);
}

/* With its filter in the body. */
static int follow_in(struct house *house, const struct visitor *visitor, const char *body)
{
    char bytes[1024];
    (void)snprintf(bytes, sizeof bytes,
                   "POST /v1/alerts/stream HTTP/1.1\r\nHost: x\r\n%s\r\nX-CSRF-Token: %s\r\n"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   visitor->credential, visitor->csrf, strlen(body), body);
    return request_in(house, bytes);
}

/* What comes until `until` was seen, or nothing for so long. */
static void hear(int handle, char *into, size_t size, const char *until, int patience)
{
    size_t got = strlen(into);
    while (got + 1 < size && (until == NULL || strstr(into, until) == NULL)) {
        struct pollfd wait = {.fd = handle, .events = POLLIN};
        if (poll(&wait, 1, patience) <= 0)
            break;
        ssize_t n = recv(handle, into + got, size - 1 - got, 0);
        if (n <= 0)
            break;
        got += (size_t)n;
        into[got] = '\0';
    }
}

static void a_stream_resumes_where_it_was(void **state)
{
    struct house *house = *state;
    struct visitor *visitor = visitor_of(house, "home duty");
    static char heard[1 << 20];
    heard[0] = '\0';
    int handle = listen_in(house, visitor, "/v1/alerts/stream?after=0", "");
    hear(handle, heard, sizeof heard, "id: 40\n", 3000);
    assert_non_null(strstr(heard, "Content-Type: text/event-stream"));
    assert_int_equal(times(heard, "event: alert\n"), ALERTS);
    assert_null(strstr(heard, "13812340"));
    alert_in(house, 41, "+8613812340001", false);
    hear(handle, heard, sizeof heard, "id: 41\n", 3000);
    assert_int_equal(times(heard, "event: alert\n"), 41);
    (void)close(handle);
    alert_in(house, 42, "+8613812340001", false);
    heard[0] = '\0';
    handle = listen_in(house, visitor, "/v1/alerts/stream", "Last-Event-ID: 41\r\n");
    hear(handle, heard, sizeof heard, "id: 42\n", 3000);
    alert_in(house, 43, "+8613812340001", false);
    hear(handle, heard, sizeof heard, "id: 43\n", 3000);
    assert_int_equal(times(heard, "event: alert\n"), 2);
    (void)close(handle);
    heard[0] = '\0'; /* from now on, and only what the filter lets through */
    handle = listen_in(house, visitor, "/v1/alerts/stream?q=shadow:yes", "");
    hear(handle, heard, sizeof heard, ": cutline", 3000);
    alert_in(house, 44, "+8613812340001", false);
    alert_in(house, 45, "+8613812340001", true);
    hear(handle, heard, sizeof heard, "id: 45\n", 3000);
    assert_int_equal(times(heard, "event: alert\n"), 1);
    (void)close(handle);
    heard[0] = '\0'; /* the same from a body, where a filter may name somebody */
    handle = follow_in(house, visitor, "{\"q\":\"NOT 13812340001 shadow:yes\",\"after\":43}");
    hear(handle, heard, sizeof heard, "id: 45\n", 3000);
    assert_int_equal(times(heard, "event: alert\n"), 1);
    (void)close(handle);
}

static void many_streams_and_many_alerts_lose_nothing(void **state)
{
    struct house *house = *state;
    struct visitor *visitor = visitor_of(house, "home duty");
    static char heard[6][1 << 20];
    int handle[6];
    for (int i = 0; i < 6; i++) {
        heard[i][0] = '\0';
        handle[i] = listen_in(house, visitor, "/v1/alerts/stream", "");
        hear(handle[i], heard[i], sizeof heard[i], ": cutline", 3000);
    }
    for (unsigned i = 1000; i < 1300; i++)
        alert_in(house, i, "+8613812340002", false);
    for (int i = 0; i < 6; i++) {
        hear(handle[i], heard[i], sizeof heard[i], "0000000513\"", 5000); /* 1299 in hex */
        assert_int_equal(times(heard[i], "event: alert\n"), 300);
        (void)close(handle[i]);
    }
}

static void too_many_streams_are_refused(void **state)
{
    struct house *house = *state;
    struct visitor *visitor = visitor_of(house, "home duty");
    int handle[12];
    unsigned taken = 0, refused = 0;
    for (int i = 0; i < 12; i++) {
        char heard[4096] = "";
        handle[i] = listen_in(house, visitor, "/v1/alerts/stream", "");
        hear(handle[i], heard, sizeof heard, "HTTP/1.1 ", 3000);
        hear(handle[i], heard, sizeof heard, "c", 1000);
        taken += strstr(heard, "HTTP/1.1 200") != NULL;
        refused += strstr(heard, "HTTP/1.1 429") != NULL;
    }
    assert_in_range(taken, 1, 8); /* those of before may not be noticed to be gone yet */
    assert_in_range(refused, 4, 11);
    for (int i = 0; i < 12; i++)
        (void)close(handle[i]);
}

static void whoever_is_shut_out_loses_the_stream(void **state)
{
    struct house *house = *state;
    struct visitor *admin = visitor_of(house, "home administrator");
    struct visitor *liaison = visitor_of(house, "home liaison");
    struct reply reply;
    char heard[65536] = "", path[128];
    usleep(2500000); /* the streams of before are noticed to be gone */
    int handle = listen_in(house, liaison, "/v1/alerts/stream", "");
    hear(handle, heard, sizeof heard, ": cutline", 3000);
    assert_non_null(strstr(heard, "HTTP/1.1 200"));
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    log_in(house, admin, PASSWORD);
    (void)snprintf(path, sizeof path, "/v1/users/%s/disable", liaison->user);
    ask(house, admin, "POST", path, "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 200);
    alert_in(house, 5000, "+8613812340002", false);
    hear(handle, heard, sizeof heard, "\r\n0\r\n\r\n", 14000);
    assert_non_null(strstr(heard, "\r\n0\r\n\r\n"));
    (void)close(handle);
}

static void webhooks_are_listed_without_their_secrets(void **state)
{
    struct house *house = *state;
    struct reply reply;
    ask(house, visitor_of(house, "home operator"), "GET", "/v1/webhooks", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"receivers\":[]"));
}

/* What is there, and of what one may not see: null. */
static bool now_knows(struct house *house, const char *who, const char *member)
{
    struct reply reply;
    json_error_t fault;
    ask(house, visitor_of(house, who), "GET", "/v1/now", NULL, &reply);
    assert_int_equal(reply.status, 200);
    json_t *root = json_loads(reply.body, JSON_REJECT_DUPLICATES, &fault);
    assert_non_null(root);
    json_t *at = json_object_get(root, member);
    assert_non_null(at);
    assert_non_null(json_object_get(root, "time_ms"));
    bool knows = !json_is_null(at);
    json_decref(root);
    return knows;
}

static void now_tells_each_what_they_may_read(void **state)
{
    struct house *house = *state;
    struct reply reply;
    json_error_t fault;
    assert_true(now_knows(house, "home analyst", "alerts"));
    assert_true(now_knows(house, "home liaison", "alerts"));
    assert_false(now_knows(house, "home operator", "alerts"));
    assert_false(now_knows(house, "other analyst", "alerts"));
    assert_false(now_knows(house, "other supervisor", "feeds"));
    assert_false(now_knows(house, "other supervisor", "health"));
    assert_false(now_knows(house, "home analyst", "work")); /* no such room in this house */
    ask(house, visitor_of(house, "home analyst"), "GET", "/v1/now", NULL, &reply);
    json_t *root = json_loads(reply.body, 0, &fault);
    json_t *alerts = json_object_get(root, "alerts");
    assert_int_equal(json_integer_value(json_object_get(alerts, "shadow")), ALERTS / 10);
    assert_int_equal(json_integer_value(json_object_get(alerts, "today")), ALERTS - ALERTS / 10);
    assert_int_equal(json_integer_value(json_object_get(alerts, "since")), 1);
    json_t *grades = json_object_get(alerts, "grades");
    assert_int_equal(json_integer_value(json_object_get(grades, "high")), ALERTS - ALERTS / 10);
    assert_int_equal(json_array_size(json_object_get(alerts, "rules")), 2); /* one on trial */
    json_decref(root);
}

static void a_decision_is_made_once_written_down_and_can_be_taken_back(void **state)
{
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    struct visitor *engineer = visitor_of(house, "home engineer");
    struct reply reply;
    char path[128], id[64];
    ask(house, analyst, "GET", "/v1/alerts?limit=1&q=outcome:open", NULL, &reply);
    const char *at = strstr(reply.body, "\"id\":\"");
    assert_non_null(at);
    (void)snprintf(id, sizeof id, "%.32s", at + 6);
    (void)snprintf(path, sizeof path, "/v1/alerts/%s/decide", id);
    ask(house, engineer, "POST", path, "{\"outcome\":\"confirmed\",\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 403);
    ask(house, analyst, "POST", path, "{\"outcome\":\"guilty\",\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 422);
    ask(house, analyst, "POST", path, "{\"outcome\":\"confirmed\",\"reason\":\"\"}", &reply);
    assert_int_equal(reply.status, 422);
    ask(house, analyst, "POST", path, "{\"outcome\":\"open\",\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 409);
    ask(house, analyst, "POST", path, "{\"outcome\":\"false_alarm\",\"reason\":\"known\"}", &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(
        reply.body, "\"decision\":{\"outcome\":\"false_alarm\",\"code\":\"other\",\"by\":\"u_"));
    assert_int_equal(entries_of(house, "alert.decide", "done"), 1);
    ask(house, analyst, "POST", path, "{\"outcome\":\"confirmed\",\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 409);
    ask(house, analyst, "GET", "/v1/alerts?q=outcome:false_alarm", NULL, &reply);
    assert_int_equal(times(reply.body, "\"number\":"), 1);
    assert_non_null(strstr(reply.body, id));
    ask(house, analyst, "POST", path, "{\"outcome\":\"open\",\"reason\":\"again\"}", &reply);
    assert_int_equal(reply.status, 200);
    ask(house, analyst, "GET", "/v1/alerts?q=outcome:false_alarm", NULL, &reply);
    assert_int_equal(times(reply.body, "\"number\":"), 0);
    ask(house, analyst, "POST", "/v1/alerts/00000000000000000000000000000000/decide",
        "{\"outcome\":\"confirmed\",\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 404);
}

/* What people say of alerts: the code for everybody, words and names for those who may. */
static void what_was_said_stays_with_its_code_and_words(void **state)
{
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    static const char ONE[] = "/v1/alerts/00000000000000000000000000000005";
    char path[128];
    struct reply reply;
    (void)snprintf(path, sizeof path, "%s/decide", ONE);
    ask(house, analyst, "POST", path, "{\"outcome\":\"confirmed\",\"code\":\"known_contact\"}",
        &reply);
    assert_int_equal(reply.status, 422); /* that is a reason for a false alarm */
    ask(house, analyst, "POST", path, "{\"outcome\":\"handed_on\",\"code\":\"to_unit\"}", &reply);
    assert_int_equal(reply.status, 422); /* which unit? */
    ask(house, analyst, "POST", path, "{\"outcome\":\"false_alarm\",\"code\":\"known_contact\"}",
        &reply);
    assert_int_equal(reply.status, 200);
    ask(house, analyst, "POST", path,
        "{\"outcome\":\"open\",\"code\":\"reopened\",\"reason\":\"王五 called\"}", &reply);
    assert_int_equal(reply.status, 200);
    ask(house, visitor_of(house, "home supervisor"), "POST", path,
        "{\"outcome\":\"confirmed\",\"code\":\"victim_says\"}", &reply);
    assert_int_equal(reply.status, 200);
    ask(house, analyst, "GET", ONE, NULL, &reply);
    const char *said = strstr(reply.body, "\"decisions\":[{\"outcome\":\"false_alarm\",\"code\":"
                                          "\"known_contact\",\"by\":\"u_");
    assert_non_null(said);
    assert_int_equal(times(said, "\"outcome\""), 3);
    assert_int_equal(times(said, "\"name\":\""), 3);
    assert_non_null(strstr(said, "王五 called"));
    assert_null(strstr(reply.body, "\"holder\""));
    ask(house, visitor_of(house, "home engineer"), "GET", ONE, NULL, &reply);
    assert_int_equal(reply.status, 200); /* may read alerts, decides none */
    assert_null(strstr(reply.body, "王五"));
    assert_null(strstr(reply.body, "\"name\""));
    assert_int_equal(times(reply.body, "\"reason\":null"), 3);
    ask(house, visitor_of(house, "home auditor"), "GET", ONE, NULL, &reply);
    assert_non_null(strstr(reply.body, "王五 called"));
    ask(house, analyst, "GET", "/v1/alerts?q=code:victim_says", NULL, &reply);
    assert_int_equal(times(reply.body, "\"number\":"), 1);
}

static void reply_id(const struct reply *reply, char out[64])
{
    const char *at = strstr(reply->body, "\"alert\":{");
    assert_non_null(at);
    at = strstr(at, "\"id\":\"");
    assert_non_null(at);
    (void)snprintf(out, 64, "%.32s", at + 6);
}

static void the_gravest_is_taken_once_until_its_lease_ends(void **state)
{
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    struct visitor *duty = visitor_of(house, "home duty");
    char mine[64], theirs[64], again[64], path[128], body[256];
    struct reply reply;
    uint64_t before = entries_of(house, "alert.take", "done");
    ask(house, analyst, "POST", "/v1/alerts/take", "{\"q\":\"number:>100000\"}", &reply);
    assert_int_equal(reply.status, 204);
    assert_int_equal(entries_of(house, "alert.take", "done"), before);
    ask(house, analyst, "POST", "/v1/alerts/take", "{}", &reply);
    assert_int_equal(reply.status, 200);
    reply_id(&reply, mine);
    ask(house, duty, "POST", "/v1/alerts/take", "{}", &reply);
    reply_id(&reply, theirs);
    assert_string_not_equal(mine, theirs);
    ask(house, analyst, "POST", "/v1/alerts/take", "{}", &reply);
    reply_id(&reply, again); /* one's own comes back first, as after a reload */
    assert_string_equal(mine, again);
    assert_int_equal(entries_of(house, "alert.take", "done"), before + 3);
    (void)snprintf(path, sizeof path, "/v1/alerts/%s/decide", mine);
    static const char FALSE[] = "{\"outcome\":\"false_alarm\",\"code\":\"rule_too_wide\"}";
    ask(house, duty, "POST", path, FALSE, &reply);
    assert_int_equal(reply.status, 409);
    assert_non_null(strstr(reply.body, "urn:cutline:problem:held"));
    (void)snprintf(path, sizeof path, "/v1/alerts/%s", mine);
    ask(house, duty, "GET", path, NULL, &reply);
    assert_non_null(strstr(reply.body, "\"holder\":{\"by\":\"u_"));
    (void)snprintf(path, sizeof path, "/v1/alerts/%s/take", mine);
    ask(house, duty, "POST", path, "{}", &reply);
    assert_int_equal(reply.status, 409);
    (void)snprintf(path, sizeof path, "/v1/alerts/%s/release", mine);
    ask(house, duty, "POST", path, "{}", &reply);
    assert_int_equal(reply.status, 409);
    ask(house, analyst, "POST", path, "{}", &reply);
    assert_int_equal(reply.status, 200);
    (void)snprintf(body, sizeof body, "{\"skip\":[\"%s\"]}", mine);
    ask(house, analyst, "POST", "/v1/alerts/take", body, &reply);
    reply_id(&reply, again); /* neither what was let go nor what somebody holds */
    assert_string_not_equal(again, mine);
    assert_string_not_equal(again, theirs);
    atomic_fetch_add(&house->skew_ms, BULLETIN_LEASE_MS + 1);
    (void)snprintf(path, sizeof path, "/v1/alerts/%s/decide", theirs);
    ask(house, visitor_of(house, "home supervisor"), "POST", path, FALSE, &reply);
    assert_int_equal(reply.status, 200); /* the lease is over by itself */
    atomic_fetch_sub(&house->skew_ms, BULLETIN_LEASE_MS + 1);
}

static void a_rule_is_as_precise_as_what_was_decided(void **state)
{
    struct house *house = *state;
    struct visitor *analyst = visitor_of(house, "home analyst");
    static const char *const DECISIONS[] = {
        "{\"outcome\":\"confirmed\",\"code\":\"victim_says\"}",
        "{\"outcome\":\"duplicate\",\"code\":\"same_subject\"}",
        "{\"outcome\":\"confirmed\",\"code\":\"case_reported\"}",
        "{\"outcome\":\"open\",\"code\":\"taken_back\"}"};
    char path[128], before[4096];
    struct reply reply;
    ask(house, analyst, "GET", "/v1/alerts/precision", NULL, &reply);
    assert_int_equal(reply.status, 200);
    (void)snprintf(before, sizeof before, "%s", reply.body);
    for (unsigned i = 0; i < 4; i++) { /* the last takes back what the one before said */
        (void)snprintf(path, sizeof path, "/v1/alerts/%032x/decide", i < 3 ? 21 + i : 23);
        ask(house, analyst, "POST", path, DECISIONS[i], &reply);
        assert_int_equal(reply.status, 200);
    }
    json_error_t fault;
    json_t *was = json_loads(before, 0, &fault);
    ask(house, analyst, "GET", "/v1/alerts/precision?days=2", NULL, &reply);
    json_t *now = json_loads(reply.body, 0, &fault);
    json_t *then_rule = json_array_get(json_object_get(was, "rules"), 0);
    json_t *rule = json_array_get(json_object_get(now, "rules"), 0);
    int64_t right = json_integer_value(json_object_get(rule, "confirmed"));
    int64_t wrong = json_integer_value(json_object_get(rule, "false_alarm"));
    assert_int_equal(right, json_integer_value(json_object_get(then_rule, "confirmed")) + 1);
    assert_int_equal(wrong, json_integer_value(json_object_get(then_rule, "false_alarm")));
    assert_int_equal(json_integer_value(json_object_get(rule, "duplicate")),
                     json_integer_value(json_object_get(then_rule, "duplicate")) + 1);
    double precision = json_number_value(json_object_get(rule, "precision"));
    assert_true(precision > (double)right / (double)(right + wrong) - 0.001 &&
                precision < (double)right / (double)(right + wrong) + 0.001);
    json_decref(was);
    json_decref(now);
    ask(house, visitor_of(house, "home operator"), "GET", "/v1/alerts/precision", NULL, &reply);
    assert_int_equal(reply.status, 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decision_is_made_once_written_down_and_can_be_taken_back),
        cmocka_unit_test(what_was_said_stays_with_its_code_and_words),
        cmocka_unit_test(the_gravest_is_taken_once_until_its_lease_ends),
        cmocka_unit_test(a_rule_is_as_precise_as_what_was_decided),
        cmocka_unit_test(pages_go_forward_and_back),
        cmocka_unit_test(filters_filter_and_complain),
        cmocka_unit_test(what_may_name_somebody_stands_in_no_address),
        cmocka_unit_test(what_is_masked_stays_masked),
        cmocka_unit_test(now_tells_each_what_they_may_read),
        cmocka_unit_test(a_reveal_has_a_reason_an_entry_and_a_bound),
        cmocka_unit_test(a_stream_resumes_where_it_was),
        cmocka_unit_test(many_streams_and_many_alerts_lose_nothing),
        cmocka_unit_test(too_many_streams_are_refused),
        cmocka_unit_test(whoever_is_shut_out_loses_the_stream),
        cmocka_unit_test(webhooks_are_listed_without_their_secrets),
    };
    return cmocka_run_group_tests(tests, filled, house_closed);
}
