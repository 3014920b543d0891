/* rules_test.c -- rules over HTTP: handed in by one, let in by another, never by the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"
#include "rulebook/rulebook.h"

static const char GOOD[] =
    "{\"note\":\"first\",\"files\":[{\"path\":\"a/busy.cut\",\"text\":\"profile phone by "
    "call.caller {\\n  calls = count over 1h\\n}\\nrule busy on call {\\n  title \\\"Busy\\\" "
    "\\\"忙\\\"\\n  when phone.calls >= 100\\n  score 0.5\\n  subject caller typology "
    "scam_caller\\n}\\n\"}]}";

static void submitted(struct house *house, char image[128], char path[64])
{
    struct reply reply;
    ask(house, visitor_of(house, "home engineer"), "POST", "/v1/rules", GOOD, &reply);
    if (reply.status != 201)
        fail_msg("%d %s", reply.status, reply.body);
    reply_text(&reply, "image", image, 128);
    json_t *root = json_loads(reply.body, 0, NULL);
    (void)snprintf(path, 64, "/v1/rules/%lld",
                   (long long)json_integer_value(json_object_get(root, "version")));
    json_decref(root);
}

static int say(struct house *house, const char *who, const char *path, const char *verb,
               const char *image, const char *more)
{
    char at[96], body[512];
    struct reply reply;
    (void)snprintf(at, sizeof at, "%s/%s", path, verb);
    (void)snprintf(body, sizeof body, "{\"image\":\"%s\",\"reason\":\"read\"%s}", image, more);
    ask(house, visitor_of(house, who), "POST", at, body, &reply);
    return reply.status;
}

static void errors_are_told_with_their_place(void **state)
{
    struct house *house = *state;
    struct reply reply;
    static const char *const PATHS[] = {"/v1/rules", "/v1/rules/check"};
    for (size_t i = 0; i < 2; i++) {
        char body[512];
        (void)snprintf(body, sizeof body,
                       "{%s\"files\":[{\"path\":\"a.cut\",\"text\":\"rule x on cal { }\"}]}",
                       i == 0 ? "\"note\":\"n\"," : "");
        ask(house, visitor_of(house, "home engineer"), "POST", PATHS[i], body, &reply);
        assert_int_equal(reply.status, 422);
        json_t *root = json_loads(reply.body, 0, NULL);
        assert_non_null(root);
        const json_t *diagnostics = json_object_get(root, "diagnostics");
        assert_true(json_array_size(diagnostics) > 0);
        assert_non_null(json_object_get(json_array_get(diagnostics, 0), "code"));
        assert_non_null(strstr(reply.body, "rules_wrong"));
        json_decref(root);
    }
    ask(house, visitor_of(house, "home engineer"), "POST", "/v1/rules",
        "{\"note\":\"n\",\"files\":[{\"path\":\"../a.cut\",\"text\":\"\"}]}", &reply);
    assert_int_equal(reply.status, 422);
    ask(house, visitor_of(house, "home engineer"), "POST", "/v1/rules",
        "{\"note\":\"n\",\"files\":[{\"path\":\"a.cut\"}]}", &reply);
    assert_int_equal(reply.status, 400);
}

static void what_was_checked_is_what_is_handed_in(void **state)
{
    struct house *house = *state;
    char image[128], path[64], checked[128], body[1024];
    struct reply reply;
    submitted(house, image, path);
    (void)snprintf(body, sizeof body, "{%s", strchr(GOOD, ',') + 1);
    ask(house, visitor_of(house, "home analyst"), "POST", "/v1/rules/check", body, &reply);
    assert_int_equal(reply.status, 200);
    reply_text(&reply, "image", checked, sizeof checked);
    assert_string_equal(checked, image);
    ask(house, visitor_of(house, "home auditor"), "GET", path, NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "phone.calls >= 100"));
    ask(house, visitor_of(house, "home auditor"), "GET", "/v1/rules/99999", NULL, &reply);
    assert_int_equal(reply.status, 404);
    ask(house, visitor_of(house, "home auditor"), "GET", "/v1/rules/x", NULL, &reply);
    assert_int_equal(reply.status, 404);
}

static void another_person_lets_them_in(void **state)
{
    struct house *house = *state;
    char image[128], path[64];
    struct rulebook_version version;
    submitted(house, image, path);
    static const char LIVE[] = ",\"role\":\"live\"";
    assert_int_equal(say(house, "home engineer", path, "approve", image, LIVE), 403);
    assert_int_equal(say(house, "home supervisor", path, "approve", "00", LIVE), 422);
    assert_int_equal(say(house, "home supervisor", path, "approve", image, ",\"role\":\"x\""), 422);
    assert_int_equal(say(house, "home analyst", path, "approve", image, LIVE), 403);
    uint64_t before = entries_of(house, "rules.approve", "done");
    assert_int_equal(say(house, "home supervisor", path, "approve", image, LIVE), 200);
    assert_int_equal(say(house, "home supervisor", path, "approve", image, LIVE), 409);
    assert_int_equal(entries_of(house, "rules.approve", "done"), before + 1);
    assert_int_equal(rulebook_find_state(house->store, RULEBOOK_approved, house->boot, &version),
                     STATUS_OK);
    assert_true(slice_equal(version.image, slice_of(image)));
    assert_int_equal(version.role, RULEBOOK_AS_LIVE);
}

static void a_no_is_a_no_and_ones_own_is_taken_back(void **state)
{
    struct house *house = *state;
    char image[128], path[64];
    struct reply reply;
    static const char *const WHO[] = {"home supervisor", "home engineer"};
    static const char *const BECOMES[] = {"\"rejected\"", "\"withdrawn\""};
    for (size_t i = 0; i < 2; i++) {
        submitted(house, image, path);
        assert_int_equal(say(house, WHO[i], path, "reject", image, ""), 200);
        assert_int_equal(say(house, WHO[i], path, "reject", image, ""), 409);
        ask(house, visitor_of(house, "home auditor"), "GET", path, NULL, &reply);
        assert_non_null(strstr(reply.body, BECOMES[i]));
    }
}

/* ---- scenes ---- */

static const char SCENE[] =
    "scene \\\"a busy line\\\" \\\"忙\\\"\\n"
    "repeat 120 every 10s from 09:00 call from +8613800000001 to +861390000{n:4} seconds 5\\n"
    "expect alert scam_caller phone +8613800000001\\n"
    "scene \\\"a quiet line\\\" \\\"静\\\"\\n"
    "at 09:00 call from +8613800000002 to +8613900000001 seconds 5\\n"
    "expect alert scam_caller phone +8613800000002\\n";

static void scenes_are_performed_and_nothing_is_kept(void **state)
{
    struct house *house = *state;
    static char body[8192];
    struct reply reply;
    const char *files = strstr(GOOD, "\"files\"");
    (void)snprintf(body, sizeof body, "{\"scenes\":[{\"path\":\"a.scene\",\"text\":\"%s\"}],%s",
                   SCENE, files);
    ask(house, visitor_of(house, "home analyst"), "POST", "/v1/rules/scenes", body, &reply);
    if (reply.status != 200)
        fail_msg("%d %s", reply.status, reply.body);
    assert_non_null(strstr(reply.body, "\"played\":2,\"passed\":1,\"failed\":1"));
    assert_non_null(strstr(reply.body, "\"verdict\":\"missed\""));
    assert_non_null(strstr(reply.body, "\"line\":6"));
    (void)snprintf(body, sizeof body,
                   "{\"scenes\":[{\"path\":\"a.scene\",\"text\":\"nonsense\"}],%s", files);
    ask(house, visitor_of(house, "home analyst"), "POST", "/v1/rules/scenes", body, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"faults\":1"));
    assert_non_null(strstr(reply.body, "\"line\":1"));
    ask(house, visitor_of(house, "home engineer"), "POST", "/v1/rules/scenes",
        "{\"scenes\":[{\"path\":\"a\",\"text\":\"x\"}],\"files\":[{\"path\":\"a.cut\",\"text\":"
        "\"rule\"}]"
        "}",
        &reply);
    assert_int_equal(reply.status, 422);
    assert_non_null(strstr(reply.body, "diagnostics"));
    ask(house, visitor_of(house, "home engineer"), "POST", "/v1/rules/scenes",
        "{\"scenes\":[{\"path\":\"a\",\"text\":\"x\"}],\"version\":99999}", &reply);
    assert_int_equal(reply.status, 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_told_with_their_place),
        cmocka_unit_test(what_was_checked_is_what_is_handed_in),
        cmocka_unit_test(scenes_are_performed_and_nothing_is_kept),
        cmocka_unit_test(another_person_lets_them_in),
        cmocka_unit_test(a_no_is_a_no_and_ones_own_is_taken_back),
    };
    return cmocka_run_group_tests(tests, house_opened, house_closed);
}
