/* pages_test.c -- the console over HTTP: one page for every path, files that may be kept for ever,
 * a policy that lets nothing run but what lies in the program, and nothing of it anywhere else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"

#include "console/console.h"

static bool built(void)
{
    return console_file_find(SLICE("/")) != NULL;
}

static void every_path_of_the_console_is_its_page(void **state)
{
    static const char *const PATHS[] = {"/", "/console/alerts", "/console/work/w_0000000000000000",
                                        "/console/nothing"};
    struct house *house = *state;
    struct reply reply;
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        ask(house, NULL, "GET", PATHS[i], NULL, &reply);
        assert_int_equal(reply.status, 200);
        assert_non_null(strstr(reply.head, "Cache-Control: no-store"));
        if (!built()) {
            assert_non_null(strstr(reply.body, "npm ci"));
            assert_non_null(strstr(reply.body, "控制台"));
            continue;
        }
        assert_non_null(strstr(reply.head, "text/html; charset=utf-8"));
        assert_non_null(strstr(reply.body, "<div id=\"app\">"));
    }
    ask(house, NULL, "GET", "/console/a/b/c", NULL, &reply);
    assert_int_equal(reply.status, 404);
    ask(house, NULL, "POST", "/", "{}", &reply);
    assert_int_equal(reply.status, 405);
}

static void the_policy_lets_nothing_else_run(void **state)
{
    struct house *house = *state;
    struct reply reply;
    if (!built())
        skip();
    ask(house, NULL, "GET", "/", NULL, &reply);
    const char *policy = strstr(reply.head, "Content-Security-Policy: ");
    assert_non_null(policy);
    assert_null(strstr(policy + 1, "Content-Security-Policy")); /* one alone */
    assert_null(strstr(reply.head, "unsafe"));
    assert_non_null(strstr(policy, "default-src 'none'"));
    assert_non_null(strstr(policy, "script-src 'self';"));
    assert_non_null(strstr(policy, "style-src 'self';"));
    assert_non_null(strstr(policy, "base-uri 'none'"));
    assert_non_null(strstr(policy, "frame-ancestors 'none'"));
    assert_non_null(strstr(policy, "require-trusted-types-for 'script'"));
    assert_null(strstr(reply.body, "<script>"));
    assert_null(strstr(reply.body, "<style"));
    ask(house, NULL, "GET", "/livez", NULL, &reply);
    assert_null(strstr(reply.head, "script-src"));
}

/* The first name of a file that the page loads. */
static void asset_name(struct house *house, char *out, size_t size)
{
    struct reply reply;
    ask(house, NULL, "GET", "/", NULL, &reply);
    const char *at = strstr(reply.body, "/assets/");
    assert_non_null(at);
    size_t length = strcspn(at, "\"");
    assert_true(length < size);
    memcpy(out, at, length);
    out[length] = '\0';
}

static void files_are_kept_for_ever_and_packed_for_who_takes_it(void **state)
{
    struct house *house = *state;
    struct reply reply;
    char name[128], tag[96], header[160];
    if (!built())
        skip();
    asset_name(house, name, sizeof name);
    ask(house, NULL, "GET", name, NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "Cache-Control: public, max-age=31536000, immutable"));
    assert_null(strstr(reply.head, "Content-Encoding"));
    assert_non_null(strstr(reply.head, "Vary: Accept-Encoding"));
    const char *etag = strstr(reply.head, "ETag: ");
    assert_non_null(etag);
    (void)snprintf(tag, sizeof tag, "%.*s", (int)strcspn(etag + 6, "\r\n"), etag + 6);
    ask_with(house, NULL, "GET", name, "Accept-Encoding: br, gzip", NULL, &reply);
    assert_non_null(strstr(reply.head, "Content-Encoding: gzip"));
    ask_with(house, NULL, "GET", name, "Accept-Encoding: gzip;q=0", NULL, &reply);
    assert_null(strstr(reply.head, "Content-Encoding"));
    (void)snprintf(header, sizeof header, "If-None-Match: %s", tag);
    ask_with(house, NULL, "GET", name, header, NULL, &reply);
    assert_int_equal(reply.status, 304);
}

static void a_file_that_is_not_there_is_a_problem(void **state)
{
    struct house *house = *state;
    struct reply reply;
    ask(house, NULL, "GET", "/assets/nothing.js", NULL, &reply);
    assert_int_equal(reply.status, 404);
    headers_hold(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_of_the_console_is_its_page),
        cmocka_unit_test(the_policy_lets_nothing_else_run),
        cmocka_unit_test(files_are_kept_for_ever_and_packed_for_who_takes_it),
        cmocka_unit_test(a_file_that_is_not_there_is_a_problem),
    };
    return cmocka_run_group_tests(tests, house_opened, house_closed);
}
