/* views_test.c -- views over HTTP: whose they are, who shares, and that a filter is nowhere but in
 * them; beside them what the process goes by. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"

#include <stdlib.h>

static size_t times(const char *in, const char *what)
{
    size_t count = 0;
    for (const char *at = strstr(in, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

static int added(struct house *house, const char *who, const char *more, char id[64])
{
    char body[512];
    struct reply reply;
    (void)snprintf(body, sizeof body,
                   "{\"name\":\"夜班\",\"what\":\"alerts\",\"columns\":[\"time\",\"grade\"],"
                   "\"refresh\":5%s}",
                   more);
    ask(house, visitor_of(house, who), "POST", "/v1/views", body, &reply);
    if (reply.status == 201)
        reply_text(&reply, "id", id, 64);
    return reply.status;
}

static int change(struct house *house, const char *who, const char *id, const char *more,
                  struct reply *reply)
{
    char body[512], path[128];
    (void)snprintf(path, sizeof path, "/v1/views/%s", id);
    (void)snprintf(body, sizeof body, "{\"name\":\"other\",\"what\":\"alerts\"%s}", more);
    ask(house, visitor_of(house, who), "POST", path, body, reply);
    return reply->status;
}

static size_t seen(struct house *house, const char *who)
{
    struct reply reply;
    ask(house, visitor_of(house, who), "GET", "/v1/views", NULL, &reply);
    assert_int_equal(reply.status, 200);
    return times(reply.body, "\"id\":");
}

static void a_view_is_ones_own_until_a_supervisor_shares_it(void **state)
{
    struct house *house = *state;
    char mine[64], ours[64], theirs[64], path[128];
    struct reply reply;
    assert_int_equal(added(house, "home analyst", ",\"filter\":\"grade:high outcome:open\"", mine),
                     201);
    assert_int_equal(seen(house, "home analyst"), 1);
    assert_int_equal(seen(house, "home duty"), 0);
    assert_int_equal(change(house, "home duty", mine, "", &reply), 404);
    assert_int_equal(added(house, "home analyst", ",\"shared\":true", ours), 403);
    assert_int_equal(added(house, "home supervisor", ",\"shared\":true", ours), 201);
    assert_int_equal(added(house, "other supervisor", ",\"shared\":true", theirs), 201);
    assert_int_equal(seen(house, "home analyst"), 2);
    assert_int_equal(seen(house, "home duty"), 1);
    assert_int_equal(seen(house, "other liaison"), 1);
    assert_int_equal(change(house, "home duty", ours, "", &reply), 403);
    assert_int_equal(change(house, "other supervisor", ours, "", &reply), 404);
    assert_int_equal(change(house, "home administrator", ours, ",\"shared\":true", &reply), 200);
    assert_non_null(strstr(reply.body, "\"name\":\"other\""));
    (void)snprintf(path, sizeof path, "/v1/views/%s/remove", mine);
    ask(house, visitor_of(house, "home supervisor"), "POST", path, "{}", &reply);
    assert_int_equal(reply.status, 404); /* nobody touches another's own */
    ask(house, visitor_of(house, "home analyst"), "POST", path, "{}", &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(seen(house, "home analyst"), 1);
    assert_int_equal(entries_of(house, "view.remove", "done"), 1);
}

static void what_cannot_be_understood_is_not_kept(void **state)
{
    struct house *house = *state;
    char id[64];
    struct reply reply;
    size_t before = seen(house, "home analyst");
    assert_int_equal(added(house, "home analyst", ",\"filter\":\"grade:(\"", id), 400);
    assert_int_equal(added(house, "home analyst", ",\"sort\":\"a\\nb\"", id), 422);
    assert_int_equal(added(house, "home analyst", ",\"refresh\":9999", id), 400);
    ask(house, visitor_of(house, "home analyst"), "POST", "/v1/views",
        "{\"name\":\"x\",\"what\":\"nonsense\"}", &reply);
    assert_int_equal(reply.status, 422);
    assert_int_equal(seen(house, "home analyst"), before);
}

static void a_filter_stands_in_no_file_and_no_entry(void **state)
{
    struct house *house = *state;
    char id[64], command[256];
    struct reply reply;
    assert_int_equal(added(house, "home duty", ",\"filter\":\"reason:13912345678\"", id), 201);
    ask(house, visitor_of(house, "home duty"), "GET", "/v1/views?what=alerts", NULL, &reply);
    assert_non_null(strstr(reply.body, "reason:13912345678"));
    ask(house, visitor_of(house, "home auditor"), "GET", "/v1/audit?action=view.add", NULL, &reply);
    assert_null(strstr(reply.body, "13912345678"));
    assert_non_null(strstr(reply.body, id));
    (void)snprintf(command, sizeof command, "grep -qar 13912345678 '%s'", house->folder);
    assert_int_not_equal(system(command), 0);
}

/* ---- packs ---- */

static void packs_say_what_is_in_force_and_why(void **state)
{
    struct house *house = *state;
    struct reply reply;
    ask(house, visitor_of(house, "other liaison"), "GET", "/v1/packs", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(times(reply.body, "\"in_force\":"), house->law.packs_count);
    assert_non_null(strstr(reply.body, "\"in_force\":true,\"pack\":{\"pack\":\"cn-stop-2016\""));
    assert_non_null(strstr(reply.body, "\"sha256\":"));
    ask(house, visitor_of(house, "home analyst"), "GET", "/v1/law/cn-stop-2016", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "entry.first_level"));
    assert_non_null(strstr(reply.body, "\"mark\":"));
    ask(house, visitor_of(house, "home analyst"), "GET", "/v1/law/cn-nothing", NULL, &reply);
    assert_int_equal(reply.status, 404);
    ask(house, visitor_of(house, "home operator"), "GET", "/v1/partners", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "{\"partners\":[]}");
}

static void names_are_told_to_whom_one_works_with(void **state)
{
    struct house *house = *state;
    char bank[64] = "", path[128];
    struct reply reply;
    struct visitor *admin = visitor_of(house, "home administrator");
    ask(house, admin, "POST", "/v1/organisations",
        "{\"kind\":\"bank\",\"name\":\"第三银行\",\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 201);
    reply_text(&reply, "id", bank, sizeof bank);
    ask(house, visitor_of(house, "home duty"), "GET", "/v1/names/organisations", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, bank));
    assert_non_null(strstr(reply.body, house->other));
    ask(house, visitor_of(house, "other liaison"), "GET", "/v1/names/organisations", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_null(strstr(reply.body, bank)); /* no word of other companies */
    assert_non_null(strstr(reply.body, house->other));
    assert_non_null(strstr(reply.body, house->home));
    ask(house, visitor_of(house, "other liaison"), "GET", "/v1/names/people", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_null(strstr(reply.body, house->home));
    assert_null(strstr(reply.body, "login"));
    ask(house, visitor_of(house, "home analyst"), "GET", "/v1/names/people?limit=2", NULL, &reply);
    assert_int_equal(times(reply.body, "\"id\":"), 2);
    assert_null(strstr(reply.body, "\"next\":null"));
    (void)snprintf(path, sizeof path, "/v1/organisations/%s/disable", bank);
    ask(house, admin, "POST", path, "{\"reason\":\"x\"}", &reply);
    ask(house, visitor_of(house, "home duty"), "GET", "/v1/names/organisations", NULL, &reply);
    assert_int_equal(times(reply.body, "\"disabled\":true"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_is_ones_own_until_a_supervisor_shares_it),
        cmocka_unit_test(what_cannot_be_understood_is_not_kept),
        cmocka_unit_test(a_filter_stands_in_no_file_and_no_entry),
        cmocka_unit_test(packs_say_what_is_in_force_and_why),
        cmocka_unit_test(names_are_told_to_whom_one_works_with),
    };
    return cmocka_run_group_tests(tests, house_opened, house_closed);
}
