/* tasks_test.c -- one decision on many alerts: seen before, by two if they are many, each once
 * whatever is killed, and taken back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ALERTS = 90, ID_BYTES = 64 };

static int filled(void **state)
{
    (void)house_opened(state);
    struct house *house = *state;
    for (unsigned i = 1; i <= ALERTS; i++)
        alert_in(house, i, "+8613812340001", false);
    return 0;
}

static struct visitor *who(struct house *house, const char *name)
{
    return visitor_of(house, name);
}

static int64_t whole(const struct reply *reply, const char *name)
{
    json_error_t fault;
    json_t *root = json_loads(reply->body, 0, &fault);
    assert_non_null(root);
    int64_t value = json_integer_value(json_object_get(root, name));
    json_decref(root);
    return value;
}

/* Asks for a decision on those with numbers in the range; the id of the task. */
static void begin(struct house *house, const char *name, unsigned from, unsigned to,
                  char id[ID_BYTES], struct reply *reply)
{
    char body[256];
    (void)snprintf(
        body, sizeof body,
        "{\"q\":\"number:%u..%u\",\"outcome\":\"false_alarm\",\"code\":\"rule_too_wide\"}", from,
        to);
    ask(house, who(house, name), "POST", "/v1/alerts/bulk", body, reply);
    assert_int_equal(reply->status, 202);
    reply_text(reply, "id", id, ID_BYTES);
}

static void look(struct house *house, const char *name, const char *id, struct reply *reply)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/alerts/tasks/%s", id);
    ask(house, who(house, name), "GET", path, NULL, reply);
}

static int act(struct house *house, const char *name, const char *id, const char *act,
               const char *body, struct reply *reply)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/alerts/tasks/%s/%s", id, act);
    ask(house, who(house, name), "POST", path, body, reply);
    return reply->status;
}

static unsigned steps(struct house *house)
{
    unsigned count = 0;
    enum status status = STATUS_OK;
    while ((status = task_step(house->tasks)) == STATUS_OK)
        count++;
    assert_int_equal(status, STATUS_END);
    return count;
}

static void state_is(struct house *house, const char *id, const char *state)
{
    struct reply reply;
    char found[32];
    look(house, "home supervisor", id, &reply);
    assert_int_equal(reply.status, 200);
    reply_text(&reply, "state", found, sizeof found);
    assert_string_equal(found, state);
}

static size_t decisions_of(struct house *house, unsigned number)
{
    struct reply reply;
    json_error_t fault;
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/alerts/%032x", number);
    ask(house, who(house, "home analyst"), "GET", path, NULL, &reply);
    json_t *root = json_loads(reply.body, 0, &fault);
    size_t count = json_array_size(json_object_get(root, "decisions"));
    json_decref(root);
    return count;
}

static void a_few_are_seen_decided_once_and_written_down(void **state)
{
    struct house *house = *state;
    char id[ID_BYTES];
    struct reply reply;
    uint64_t before = entries_of(house, "alert.decide", "done");
    ask(house, who(house, "home analyst"), "POST", "/v1/alerts/bulk/preview",
        "{\"q\":\"number:1..12\"}", &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(whole(&reply, "count"), 12);
    assert_int_equal(whole(&reply, "upto"), ALERTS);
    assert_non_null(strstr(reply.body, "\"second_person\":false"));
    assert_non_null(strstr(reply.body, "\"effect\":{\"grades\":{\"high\":12},\"rules\":[{\"rule\":"
                                       "\"caller\",\"alerts\":12}],\"held\":0}"));
    assert_null(strstr(reply.body, "13812340001"));
    assert_int_equal(entries_of(house, "alert.decide", "done"), before);
    begin(house, "home analyst", 1, 12, id, &reply);
    assert_int_equal(entries_of(house, "alert.bulk", "done"), 1);
    state_is(house, id, "running");
    assert_int_equal(steps(house), 1);
    state_is(house, id, "done");
    assert_int_equal(entries_of(house, "alert.decide", "done"), before + 12);
    assert_int_equal(entries_of(house, "task.end", "done"), 1);
    look(house, "home analyst", id, &reply);
    assert_int_equal(whole(&reply, "done"), 12);
    for (unsigned i = 1; i <= 12; i++)
        assert_int_equal(decisions_of(house, i), 1);
    ask(house, who(house, "home analyst"), "POST", "/v1/alerts/bulk",
        "{\"q\":\"number:1..12\",\"outcome\":\"confirmed\",\"code\":\"victim_says\"}", &reply);
    assert_int_equal(reply.status, 422); /* none of them is open */
    ask(house, who(house, "home analyst"), "POST", "/v1/alerts/bulk",
        "{\"q\":\"\",\"ids\":[\"x\"],\"outcome\":\"confirmed\",\"code\":\"victim_says\"}", &reply);
    assert_int_equal(reply.status, 422);
    ask(house, who(house, "home engineer"), "POST", "/v1/alerts/bulk", "{}", &reply);
    assert_int_equal(reply.status, 403);
}

/* Both are sent before either is heard. */
static void both_ask(struct house *house, const char *const names[2], const char *path,
                     const char *body, int status[2])
{
    int line[2];
    char bytes[2048];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(api_port(house->api))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 2; i++) {
        const struct visitor *visitor = who(house, names[i]);
        (void)snprintf(bytes, sizeof bytes,
                       "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\nX-CSRF-Token: "
                       "%s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       path, visitor->credential, visitor->csrf, strlen(body), body);
        line[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(line[i], (struct sockaddr *)&address, sizeof address), 0);
        assert_int_equal(send(line[i], bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
    }
    for (int i = 0; i < 2; i++) {
        ssize_t size = recv(line[i], bytes, sizeof bytes - 1, MSG_WAITALL);
        assert_true(size > 12);
        bytes[size] = '\0';
        assert_int_equal(sscanf(bytes, "HTTP/1.1 %d", &status[i]), 1);
        (void)close(line[i]);
    }
}

static void many_need_a_second_person_who_names_what_they_saw(void **state)
{
    struct house *house = *state;
    static const char WRONG[] = "{\"digest\":\"0000\",\"reason\":\"seen\"}";
    static const char *const BOTH[] = {"home supervisor", "home supervisor token"};
    char id[ID_BYTES], digest[128], body[256], path[128];
    int status[2];
    struct reply reply;
    begin(house, "home duty", 13, 43, id, &reply);
    reply_text(&reply, "digest", digest, sizeof digest);
    state_is(house, id, "proposed");
    assert_int_equal(steps(house), 0);
    (void)snprintf(body, sizeof body, "{\"digest\":\"%s\",\"reason\":\"seen\"}", digest);
    assert_int_equal(act(house, "home analyst", id, "approve", body, &reply), 403);
    assert_int_equal(act(house, "home duty", id, "approve", body, &reply), 403);
    assert_non_null(strstr(reply.body, "own_word"));
    assert_int_equal(act(house, "home supervisor", id, "approve", WRONG, &reply), 412);
    assert_int_equal(act(house, "home duty", id, "resume", "{}", &reply), 409);
    look(house, "home analyst", id, &reply);
    assert_int_equal(reply.status, 404); /* it is not theirs */
    assert_int_equal(steps(house), 0);
    (void)snprintf(path, sizeof path, "/v1/alerts/tasks/%s/approve", id);
    both_ask(house, BOTH, path, body, status);
    assert_int_equal(status[0] + status[1], 200 + 409);
    assert_int_equal(entries_of(house, "task.approve", "done"), 1);
    look(house, "home duty", id, &reply);
    assert_non_null(strstr(reply.body, "\"approved_by\":\"u_"));
    assert_true(steps(house) >= 2);
    state_is(house, id, "done");
}

static void a_killed_service_goes_on_and_decides_nothing_twice(void **state)
{
    struct house *house = *state;
    char id[ID_BYTES], digest[128], body[256];
    struct reply reply;
    uint64_t before = entries_of(house, "alert.decide", "done");
    begin(house, "home analyst", 44, 75, id, &reply);
    reply_text(&reply, "digest", digest, sizeof digest);
    (void)snprintf(body, sizeof body, "{\"digest\":\"%s\",\"reason\":\"seen\"}", digest);
    assert_int_equal(act(house, "home duty", id, "approve", body, &reply), 200);
    assert_int_equal(task_step(house->tasks), STATUS_OK);
    look(house, "home analyst", id, &reply);
    assert_int_equal(whole(&reply, "done"), TASK_STEP_ITEMS);
    house_again(house);
    assert_int_equal(steps(house), 1);
    state_is(house, id, "done");
    assert_int_equal(entries_of(house, "alert.decide", "done"), before + 32);
    for (unsigned i = 44; i <= 75; i++)
        assert_int_equal(decisions_of(house, i), 1);
}

static void what_failed_is_named_and_tried_again_alone(void **state)
{
    struct house *house = *state;
    char id[ID_BYTES], path[128], body[512];
    struct reply reply;
    (void)snprintf(path, sizeof path, "/v1/alerts/%032x/take", 77u);
    ask(house, who(house, "home supervisor"), "POST", path, "{}", &reply);
    assert_int_equal(reply.status, 200);
    (void)snprintf(body, sizeof body,
                   "{\"ids\":[\"%032x\",\"%032x\",\"%032x\",\"ffff\",\"%032x\"],\"outcome\":"
                   "\"duplicate\",\"code\":\"same_subject\"}",
                   76u, 77u, 1u, 76u);
    ask(house, who(house, "home analyst"), "POST", "/v1/alerts/bulk", body, &reply);
    assert_int_equal(reply.status, 202);
    assert_int_equal(whole(&reply, "count"), 4); /* each once */
    reply_text(&reply, "id", id, sizeof id);
    assert_int_equal(steps(house), 1);
    look(house, "home analyst", id, &reply);
    assert_int_equal(whole(&reply, "done"), 1);
    assert_int_equal(whole(&reply, "failed"), 3);
    assert_non_null(strstr(reply.body, "\"alert\":\"ffff\",\"why\":\"absent\""));
    assert_non_null(strstr(reply.body, "\"why\":\"held\""));
    assert_non_null(strstr(reply.body, "\"why\":\"decided\""));
    (void)snprintf(path, sizeof path, "/v1/alerts/%032x/release", 77u);
    ask(house, who(house, "home supervisor"), "POST", path, "{}", &reply);
    assert_int_equal(act(house, "home analyst", id, "retry", "{}", &reply), 200);
    assert_int_equal(steps(house), 1);
    look(house, "home analyst", id, &reply);
    assert_int_equal(whole(&reply, "done"), 2);
    assert_int_equal(whole(&reply, "failed"), 2);
    assert_int_equal(decisions_of(house, 76), 1);
}

static void it_is_paused_ended_and_taken_back_where_it_still_stands(void **state)
{
    struct house *house = *state;
    static const char BACK[] = "{\"reason\":\"a mistake\"}";
    char id[ID_BYTES], undo[ID_BYTES], path[128];
    struct reply reply;
    begin(house, "home analyst", 78, 82, id, &reply);
    assert_int_equal(act(house, "home analyst", id, "undo", BACK, &reply), 409);
    assert_int_equal(act(house, "home analyst", id, "pause", "{}", &reply), 200);
    assert_int_equal(steps(house), 0);
    assert_int_equal(act(house, "home analyst", id, "resume", "{}", &reply), 200);
    assert_int_equal(steps(house), 1);
    assert_int_equal(act(house, "home analyst", id, "cancel", "{}", &reply), 409);
    (void)snprintf(path, sizeof path, "/v1/alerts/%032x/decide", 80u); /* somebody thinks anew */
    ask(house, who(house, "home duty"), "POST", path,
        "{\"outcome\":\"open\",\"code\":\"taken_back\"}", &reply);
    ask(house, who(house, "home duty"), "POST", path,
        "{\"outcome\":\"confirmed\",\"code\":\"victim_says\"}", &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(act(house, "home analyst", id, "undo", BACK, &reply), 200);
    reply_text(&reply, "id", undo, sizeof undo);
    assert_string_not_equal(undo, id);
    assert_int_equal(act(house, "home analyst", id, "undo", BACK, &reply), 409);
    assert_int_equal(steps(house), 1);
    look(house, "home analyst", undo, &reply);
    assert_int_equal(whole(&reply, "done"), 4);
    assert_non_null(strstr(reply.body, "\"why\":\"changed\""));
    ask(house, who(house, "home analyst"), "GET", "/v1/alerts?q=number:78..82+outcome:open", NULL,
        &reply);
    assert_non_null(strstr(reply.body, "\"number\":82"));
    assert_null(strstr(reply.body, "\"number\":80,"));
    begin(house, "home analyst", 83, 84, id, &reply);
    assert_int_equal(act(house, "home analyst", id, "cancel", "{}", &reply), 200);
    assert_int_equal(steps(house), 0);
    assert_int_equal(decisions_of(house, 83), 0);
    ask(house, who(house, "home analyst"), "GET", "/v1/alerts/tasks?all=1", NULL, &reply);
    assert_int_equal(reply.status, 403);
    ask(house, who(house, "home auditor"), "GET", "/v1/alerts/tasks?all=1&limit=3", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, undo));
    assert_true(whole(&reply, "next") > 0);
}

static void who_may_no_longer_decide_has_no_task_that_does(void **state)
{
    struct house *house = *state;
    struct visitor *admin = who(house, "home administrator");
    char id[ID_BYTES], path[128];
    struct reply reply;
    begin(house, "home analyst", 85, 86, id, &reply);
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    log_in(house, admin, PASSWORD);
    (void)snprintf(path, sizeof path, "/v1/users/%s/disable", who(house, "home analyst")->user);
    ask(house, admin, "POST", path, "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(steps(house), 1);
    look(house, "home supervisor", id, &reply);
    assert_non_null(strstr(reply.body, "\"state\":\"paused\""));
    assert_non_null(strstr(reply.body, "\"why\":\"owner\""));
    ask(house, who(house, "home supervisor"), "GET", "/v1/alerts?q=number:85..86+outcome:open",
        NULL, &reply);
    assert_non_null(strstr(reply.body, "\"number\":85"));
    assert_int_equal(act(house, "home supervisor", id, "cancel", "{}", &reply), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_are_seen_decided_once_and_written_down),
        cmocka_unit_test(many_need_a_second_person_who_names_what_they_saw),
        cmocka_unit_test(a_killed_service_goes_on_and_decides_nothing_twice),
        cmocka_unit_test(what_failed_is_named_and_tried_again_alone),
        cmocka_unit_test(it_is_paused_ended_and_taken_back_where_it_still_stands),
        cmocka_unit_test(who_may_no_longer_decide_has_no_task_that_does),
    };
    return cmocka_run_group_tests(tests, filled, house_closed);
}
