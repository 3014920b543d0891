/* api_test.c -- the interface over real sockets: every route asked by everybody, and what must not
 * happen between organisations.
 *
 * The test has a house of its own: a store in a folder, two organisations with a user of each role,
 * tokens, and a small client.  What may be is worked out here a second time, from the words of
 * scopes.inc and the columns of routes.inc, not by access_may(). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"

static void openapi_names_every_route(void **state)
{
    struct house *house = *state;
    struct reply reply;
    ask(house, NULL, "GET", "/openapi.json", NULL, &reply);
    assert_int_equal(reply.status, 200);
    json_error_t fault;
    json_t *root = json_loads(reply.body, JSON_REJECT_DUPLICATES, &fault);
    assert_non_null(root);
    for (size_t i = 0; i < ROUTES_COUNT; i++) {
        json_t *path = json_object_get(json_object_get(root, "paths"), ROUTES[i].path);
        char method[8] = "";
        for (size_t at = 0; ROUTES[i].method[at] != '\0'; at++)
            method[at] = (char)(ROUTES[i].method[at] | 0x20);
        json_t *operation = json_object_get(path, method);
        assert_non_null(operation);
        assert_string_equal(json_string_value(json_object_get(operation, "operationId")),
                            ROUTES[i].name);
        assert_non_null(json_object_get(operation, "x-summary-zh"));
    }
    json_decref(root);
}

/* ---- every cell ---- */

/* Whether one of `words`, with commas between them, is `word`. */
static bool among(const char *words, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = strstr(words, word); at != NULL; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ',') && (at[size] == '\0' || at[size] == ','))
            return true;
    return false;
}

static const struct scope_row *scope_of(const struct route *route)
{
    return route->scope == SCOPE_OPEN ? NULL : &SCOPES[route->scope];
}

/* What the table says, in its own words: 0 = let in, else the status of the refusal. */
static int expected(const struct route *route, const struct visitor *visitor)
{
    const struct scope_row *scope = scope_of(route);
    char words[256];
    struct text roles = text_over(words, sizeof words);
    if (scope == NULL)
        return 0;
    if (visitor == NULL)
        return 401;
    text_add_roles(&roles, scope->roles);
    if (!among(roles.at, visitor->role))
        return 403;
    if (scope->reach == REACH_HOME && !visitor->home)
        return 403;
    if (visitor->token && scope->strength >= STRENGTH_SESSION)
        return 403;
    if (visitor->token && scope->strength == STRENGTH_PERSON && visitor->service)
        return 403;
    if (scope->strength == STRENGTH_SEVERE && !visitor->fresh)
        return 403;
    return 0;
}

static void every_cell_is_as_the_table_says(void **state)
{
    struct house *house = *state;
    unsigned cells = 0, let_in = 0;
    for (size_t i = 0; i < ROUTES_COUNT; i++) {
        const struct route *route = &ROUTES[i];
        for (size_t v = 0; v <= house->visitors_count; v++) {
            struct visitor *visitor = v == 0 ? NULL : &house->visitor[v - 1];
            struct reply reply;
            char path[256];
            if (strcmp(route->name, "logout") == 0 || strcmp(route->name, "step_up") == 0)
                if (visitor != NULL && expected(route, visitor) == 0)
                    continue; /* they end the session: see sessions_rotate_and_end */
            path_fill(path, sizeof path, route->path, "x_0000000000000000");
            if (strcmp(route->name, "alerts_stream") == 0) /* one that was let in would go on */
                (void)snprintf(path, sizeof path, "%s?q=(", route->path);
            const char *body = strcmp(route->name, "alerts_follow") == 0 ? "{\"q\":\"(\"}" : "{}";
            ask(house, visitor, route->method, path,
                strcmp(route->method, "POST") == 0 ? body : NULL, &reply);
            int wanted = expected(route, visitor);
            bool refused = reply.status == 401 || reply.status == 403;
            bool own_refusal = strcmp(route->name, "my_tokens_list") == 0 && visitor != NULL &&
                               visitor->service; /* a service has none of its own */
            if (wanted == 0 ? refused && !own_refusal : reply.status != wanted)
                fail_msg("%s %s as %s: %d, expected %d", route->method, path,
                         visitor == NULL ? "nobody" : visitor->name, reply.status, wanted);
            headers_hold(&reply);
            cells++;
            let_in += wanted == 0;
        }
    }
    print_message("%u cells, %u let in\n", cells, let_in);
    assert_true(cells > 800);
}

/* ---- between organisations ---- */

static void what_is_another_organisations_is_not_there(void **state)
{
    struct house *house = *state;
    struct visitor *other = visitor_of(house, "other administrator");
    struct visitor *home = visitor_of(house, "home administrator");
    struct visitor *victim = visitor_of(house, "home analyst");
    static const char *const PATHS[] = {"/v1/users/%s/roles", "/v1/users/%s/disable",
                                        "/v1/users/%s/enable", "/v1/users/%s/reset"};
    char path[128];
    struct reply reply;
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        (void)snprintf(path, sizeof path, PATHS[i], victim->user);
        ask(house, other, "POST", path,
            i == 0 ? "{\"roles\":[\"liaison\"],\"reason\":\"x\"}" : "{\"reason\":\"x\"}", &reply);
        assert_int_equal(reply.status, 404);
    }
    (void)snprintf(path, sizeof path, "/v1/users/%s", victim->user);
    ask(house, other, "GET", path, NULL, &reply);
    assert_int_equal(reply.status, 404);
    ask(house, home, "GET", path, NULL, &reply);
    assert_int_equal(reply.status, 200);
    (void)snprintf(path, sizeof path, "/v1/organisations/%s", house->home);
    ask(house, other, "GET", path, NULL, &reply);
    assert_int_equal(reply.status, 404);
    /* An id that is nobody's gets the same answer, to the byte. */
    char seen[512];
    (void)snprintf(seen, sizeof seen, "%s", reply.body);
    ask(house, other, "GET", "/v1/organisations/o_0000000000000000", NULL, &reply);
    assert_string_equal(reply.body, seen);
}

static void lists_hold_ones_own_only(void **state)
{
    struct house *house = *state;
    struct reply reply;
    static const char *const LISTS[] = {"/v1/users?limit=500", "/v1/organisations", "/v1/tokens",
                                        "/v1/me/tokens"};
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        ask(house, visitor_of(house, "other administrator"), "GET", LISTS[i], NULL, &reply);
        assert_int_equal(reply.status, 200);
        assert_null(strstr(reply.body, house->home));
        assert_non_null(strstr(reply.body, house->other));
        assert_null(strstr(reply.body, "cut_"));
    }
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/users?organisation=%s", house->home);
    ask(house, visitor_of(house, "other administrator"), "GET", path, NULL, &reply);
    assert_null(strstr(reply.body, house->home));
    ask(house, visitor_of(house, "home administrator"), "GET", path, NULL, &reply);
    assert_non_null(strstr(reply.body, house->home));
    assert_null(strstr(reply.body, house->other));
}

static void pages_follow_one_another(void **state)
{
    struct house *house = *state;
    struct reply reply;
    char after[64] = "", path[128];
    size_t users = 0;
    for (int page = 0; page < 20; page++) {
        (void)snprintf(path, sizeof path, "/v1/users?limit=3&after=%s", after);
        ask(house, visitor_of(house, "home auditor"), "GET", path, NULL, &reply);
        assert_int_equal(reply.status, 200);
        for (const char *at = strstr(reply.body, "\"login\""); at != NULL;
             at = strstr(at + 1, "\"login\""))
            users++;
        if (strstr(reply.body, "\"next\":null") != NULL)
            break;
        reply_text(&reply, "next", after, sizeof after);
    }
    assert_int_equal(users, 2 * (ROLES_COUNT - 1)); /* of each role but services, in both */
}

/* ---- getting in ---- */

static void try_login(struct house *house, struct visitor *visitor, const char *password,
                      const char *code, struct reply *reply)
{
    char body[512];
    (void)snprintf(body, sizeof body, "{\"login\":\"%s\",\"password\":\"%s\",\"code\":\"%s\"}",
                   visitor->login, password, code);
    ask(house, NULL, "POST", "/v1/login", body, reply);
}

static void ten_tries_and_no_more(void **state)
{
    struct house *house = *state;
    struct visitor *visitor = visitor_of(house, "home duty");
    struct reply reply;
    char code[8], first[512] = "";
    uint64_t refused = entries_of(house, "login", "refused");
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    for (int i = 0; i < 10; i++) {
        code_now(house, visitor, code);
        try_login(house, visitor, i % 2 == 0 ? "wrong horse battery" : PASSWORD,
                  i % 2 == 0 ? code : "000000", &reply);
        assert_int_equal(reply.status, 401);
        if (i == 0)
            (void)snprintf(first, sizeof first, "%s", reply.body);
        assert_string_equal(reply.body, first);
    }
    for (int i = 0; i < 3; i++) {
        code_now(house, visitor, code);
        try_login(house, visitor, PASSWORD, code, &reply);
        assert_int_equal(reply.status, 429);
        assert_non_null(strstr(reply.head, "Retry-After: "));
    }
    assert_int_equal(entries_of(house, "login", "refused"), refused + 10);
    atomic_fetch_add(&house->skew_ms, (ACCESS_TRY_MINUTES + 1) * MINUTE_MS);
    log_in(house, visitor, PASSWORD);
    struct visitor nobody = {.login = "nobody.at.all"};
    try_login(house, &nobody, PASSWORD, "000000", &reply);
    assert_int_equal(reply.status, 401);
    assert_string_equal(reply.body, first);
}

static void a_code_holds_once(void **state)
{
    struct house *house = *state;
    struct visitor *visitor = visitor_of(house, "home liaison");
    struct reply reply;
    char code[8];
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    code_now(house, visitor, code);
    try_login(house, visitor, PASSWORD, code, &reply);
    assert_int_equal(reply.status, 200);
    try_login(house, visitor, PASSWORD, code, &reply);
    assert_int_equal(reply.status, 401);
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    log_in(house, visitor, PASSWORD);
}

static void a_cookie_alone_changes_nothing(void **state)
{
    struct house *house = *state;
    struct visitor visitor = *visitor_of(house, "home administrator");
    struct reply reply;
    ask(house, &visitor, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 200);
    visitor.csrf[0] = '\0';
    ask(house, &visitor, "POST", "/v1/organisations", "{\"kind\":\"bank\",\"name\":\"x\"}", &reply);
    assert_int_equal(reply.status, 401);
    (void)snprintf(visitor.csrf, sizeof visitor.csrf, "%s",
                   visitor_of(house, "home auditor")->csrf);
    ask(house, &visitor, "POST", "/v1/organisations", "{\"kind\":\"bank\",\"name\":\"x\"}", &reply);
    assert_int_equal(reply.status, 401);
}

static void cookies_are_for_this_site_and_no_script(void **state)
{
    struct house *house = *state;
    struct visitor *visitor = visitor_of(house, "home engineer");
    struct reply reply;
    char code[8];
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    code_now(house, visitor, code);
    try_login(house, visitor, PASSWORD, code, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "; Path=/; HttpOnly; SameSite=Strict"));
    assert_null(strstr(reply.body, "ses_"));
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    log_in(house, visitor, PASSWORD);
}

static void a_severe_action_wants_the_second_factor_again(void **state)
{
    struct house *house = *state;
    struct visitor *visitor = visitor_of(house, "home administrator stale");
    struct visitor old = *visitor;
    struct reply reply;
    char code[8], body[64];
    ask(house, visitor, "POST", "/v1/organisations", "{\"kind\":\"bank\",\"name\":\"银行\"}",
        &reply);
    assert_int_equal(reply.status, 403);
    assert_non_null(strstr(reply.body, "step_up_needed"));
    ask(house, visitor, "POST", "/v1/session/step-up", "{\"code\":\"000000\"}", &reply);
    assert_int_equal(reply.status, 401);
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    code_now(house, visitor, code);
    (void)snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
    ask(house, visitor, "POST", "/v1/session/step-up", body, &reply);
    assert_int_equal(reply.status, 200);
    char *cookie = strstr(reply.head, "Set-Cookie: ");
    assert_non_null(cookie);
    char *end = strchr(cookie, ';');
    (void)snprintf(visitor->credential, sizeof visitor->credential, "Cookie: %.*s",
                   (int)(end - cookie - 12), cookie + 12);
    reply_text(&reply, "csrf", visitor->csrf, sizeof visitor->csrf);
    ask(house, visitor, "POST", "/v1/organisations", "{\"kind\":\"bank\",\"name\":\"银行\"}",
        &reply);
    assert_int_equal(reply.status, 201);
    ask(house, &old, "GET", "/v1/whoami", NULL, &reply); /* the session was rotated */
    assert_int_equal(reply.status, 401);
    ask(house, visitor, "POST", "/v1/logout", "{}", &reply);
    assert_int_equal(reply.status, 204);
    ask(house, visitor, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
}

/* One organisation, and what the service says of its level. */
static void organisation_made(struct house *house, struct visitor *visitor, const char *body,
                              const char *level, char id[ACCESS_ID_SIZE])
{
    struct reply reply;
    char path[128], expected[64];
    ask(house, visitor, "POST", "/v1/organisations", body, &reply);
    assert_int_equal(reply.status, 201);
    reply_text(&reply, "id", id, ACCESS_ID_SIZE);
    (void)snprintf(path, sizeof path, "/v1/organisations/%s", id);
    (void)snprintf(expected, sizeof expected, "\"level\":%s,", level);
    ask(house, visitor, "GET", path, NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, expected));
}

static int level_set(struct house *house, struct visitor *visitor, const char *id,
                     const char *level, struct reply *reply)
{
    char path[128], body[128];
    (void)snprintf(path, sizeof path, "/v1/organisations/%s/level", id);
    (void)snprintf(body, sizeof body, "{\"level\":\"%s\",\"reason\":\"r\"}", level);
    ask(house, visitor, "POST", path, body, reply);
    return reply->status;
}

static void police_have_a_level_and_it_can_be_set_but_not_taken(void **state)
{
    struct house *house = *state;
    struct visitor *admin = visitor_of(house, "home administrator");
    struct reply reply;
    char police[ACCESS_ID_SIZE], centre[ACCESS_ID_SIZE], bank[ACCESS_ID_SIZE];
    organisation_made(house, admin,
                      "{\"kind\":\"police\",\"name\":\"昆明市公安局\",\"level\":\"city\"}",
                      "\"city\"", police);
    organisation_made(house, admin, "{\"kind\":\"centre\",\"name\":\"中心\"}", "null", centre);
    organisation_made(house, admin, "{\"kind\":\"bank\",\"name\":\"银行\"}", "null", bank);
    assert_int_equal(level_set(house, admin, police, "province", &reply), 200);
    assert_non_null(strstr(reply.body, "\"level\":\"province\""));
    assert_int_equal(level_set(house, admin, police, "", &reply), 422);
    assert_int_equal(level_set(house, admin, police, "nation", &reply), 422);
    assert_int_equal(level_set(house, admin, centre, "city", &reply), 200);
    assert_int_equal(level_set(house, admin, centre, "", &reply), 200);
    assert_int_equal(level_set(house, admin, bank, "city", &reply), 422);
    assert_non_null(strstr(reply.body, "level_refused"));
    assert_int_equal(level_set(house, admin, "o_0000000000000000", "city", &reply), 404);
}

static void whoever_is_of_an_organisation_has_its_level_at_once(void **state)
{
    struct house *house = *state;
    struct visitor *admin = visitor_of(house, "home administrator");
    struct reply reply;
    ask(house, admin, "GET", "/v1/whoami", NULL, &reply);
    assert_non_null(strstr(reply.body, "\"level\":null"));
    assert_int_equal(level_set(house, admin, house->home, "city", &reply), 200);
    ask(house, admin, "GET", "/v1/whoami", NULL, &reply);
    assert_non_null(strstr(reply.body, "\"level\":\"city\""));
    assert_int_equal(level_set(house, admin, house->home, "", &reply), 200);
    ask(house, admin, "GET", "/v1/whoami", NULL, &reply);
    assert_non_null(strstr(reply.body, "\"level\":null"));
}

static struct visitor *engineer_added(struct house *house, const char *login, struct visitor *out)
{
    char body[512], code[128];
    struct reply reply;
    struct visitor *admin = visitor_of(house, "home administrator");
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    log_in(house, admin, PASSWORD);
    *out = (struct visitor){.role = "engineer", .home = true};
    (void)snprintf(body, sizeof body,
                   "{\"login\":\"%s\",\"name\":\"甲\",\"roles\":[\"engineer\"],\"reason\":\"new\"}",
                   login);
    ask(house, admin, "POST", "/v1/users", body, &reply);
    assert_int_equal(reply.status, 201);
    reply_text(&reply, "code", code, sizeof code);
    visitor_enrol(house, out, code, "");
    log_in(house, out, PASSWORD);
    return admin;
}

static void who_is_disabled_is_out_at_once(void **state)
{
    struct house *house = *state;
    struct visitor user, token = {.token = true};
    struct reply reply;
    char path[128], secret[ACCESS_SECRET_SIZE];
    struct visitor *admin = engineer_added(house, "out.at.once", &user);
    ask(house, &user, "POST", "/v1/me/tokens",
        "{\"name\":\"cli\",\"scopes\":[\"rules:read\"],\"days\":1}", &reply);
    assert_int_equal(reply.status, 201);
    reply_text(&reply, "secret", secret, sizeof secret);
    (void)snprintf(token.credential, sizeof token.credential, "Authorization: Bearer %s", secret);
    for (int i = 0; i < 2; i++) { /* the second time from memory */
        ask(house, &token, "GET", "/v1/whoami", NULL, &reply);
        assert_int_equal(reply.status, 403); /* the token was not given `self` */
        ask(house, &user, "GET", "/v1/whoami", NULL, &reply);
        assert_int_equal(reply.status, 200);
    }
    (void)snprintf(path, sizeof path, "/v1/users/%s/disable", user.user);
    ask(house, admin, "POST", path, "{\"reason\":\"left\"}", &reply);
    assert_int_equal(reply.status, 200);
    ask(house, &user, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
    ask(house, &token, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    char code[8];
    code_now(house, &user, code);
    try_login(house, &user, PASSWORD, code, &reply);
    assert_int_equal(reply.status, 401);
    (void)snprintf(path, sizeof path, "/v1/users/%s/enable", user.user);
    ask(house, admin, "POST", path, "{\"reason\":\"back\"}", &reply);
    assert_int_equal(reply.status, 200);
    ask(house, &user, "GET", "/v1/whoami", NULL, &reply); /* the session has ended for good */
    assert_int_equal(reply.status, 401);
}

static void other_roles_end_the_session_and_a_reset_the_password(void **state)
{
    struct house *house = *state;
    struct visitor user;
    struct reply reply;
    char path[128], code[128];
    struct visitor *admin = engineer_added(house, "other.roles", &user);
    (void)snprintf(path, sizeof path, "/v1/users/%s/roles", user.user);
    ask(house, admin, "POST", path, "{\"roles\":[\"analyst\",\"duty\"],\"reason\":\"moved\"}",
        &reply);
    assert_int_equal(reply.status, 200);
    ask(house, &user, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
    ask(house, admin, "POST", path, "{\"roles\":[\"service\"],\"reason\":\"moved\"}", &reply);
    assert_int_equal(reply.status, 422);
    ask(house, admin, "POST", path, "{\"roles\":[],\"reason\":\"moved\"}", &reply);
    assert_int_equal(reply.status, 422);
    (void)snprintf(path, sizeof path, "/v1/users/%s/reset", user.user);
    ask(house, admin, "POST", path, "{\"reason\":\"lost phone\"}", &reply);
    assert_int_equal(reply.status, 200);
    reply_text(&reply, "code", code, sizeof code);
    char now[8];
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    code_now(house, &user, now);
    try_login(house, &user, PASSWORD, now, &reply);
    assert_int_equal(reply.status, 401);
    visitor_enrol(house, &user, code, "");
    visitor_enrol(house, &user, code, ""); /* works until the first login */
    log_in(house, &user, PASSWORD);
    char body[256];
    (void)snprintf(body, sizeof body, "{\"code\":\"%s\",\"password\":\"%s\"}", code, PASSWORD);
    ask(house, NULL, "POST", "/v1/enrol", body, &reply);
    assert_int_equal(reply.status, 401);
}

static void somebody_must_remain_to_administer(void **state)
{
    struct house *house = *state;
    struct visitor *admin = visitor_of(house, "home administrator");
    struct reply reply;
    char path[128];
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    log_in(house, admin, PASSWORD);
    (void)snprintf(path, sizeof path, "/v1/users/%s/disable", admin->user);
    ask(house, admin, "POST", path, "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 409);
    (void)snprintf(path, sizeof path, "/v1/users/%s/roles", admin->user);
    ask(house, admin, "POST", path, "{\"roles\":[\"analyst\"],\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 409);
    (void)snprintf(path, sizeof path, "/v1/organisations/%s/disable", house->home);
    ask(house, admin, "POST", path, "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 409);
    ask(house, admin, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 200);
}

static void passwords_are_long_and_not_the_login(void **state)
{
    struct house *house = *state;
    static const char *const WEAK[] = {"short", "elevenchars", "", "weak.login-and-more",
                                       "密码密码密码密码密码密"};
    struct visitor *admin = visitor_of(house, "home administrator");
    struct reply reply;
    char code[128], body[512];
    ask(house, admin, "POST", "/v1/users",
        "{\"login\":\"Weak.Login\",\"name\":\"乙\",\"roles\":[\"analyst\"]}", &reply);
    assert_int_equal(reply.status, 201);
    reply_text(&reply, "code", code, sizeof code);
    for (size_t i = 0; i < sizeof WEAK / sizeof WEAK[0]; i++) {
        (void)snprintf(body, sizeof body, "{\"code\":\"%s\",\"password\":\"%s\"}", code, WEAK[i]);
        ask(house, NULL, "POST", "/v1/enrol", body, &reply);
        assert_int_equal(reply.status, 422);
    }
    ask(house, admin, "POST", "/v1/users",
        "{\"login\":\"wEAK.lOGIN\",\"name\":\"乙\",\"roles\":[\"analyst\"]}", &reply);
    assert_int_equal(reply.status, 409); /* the same login in another case */
}

static void sessions_end_when_idle_and_after_a_day(void **state)
{
    struct house *house = *state;
    struct visitor *visitor = visitor_of(house, "home supervisor");
    struct reply reply;
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    log_in(house, visitor, PASSWORD);
    for (int i = 0; i < 24; i++) { /* in use: twelve hours, and no longer */
        ask(house, visitor, "GET", "/v1/whoami", NULL, &reply);
        assert_int_equal(reply.status, 200);
        atomic_fetch_add(&house->skew_ms, (ACCESS_IDLE_MINUTES - 1) * MINUTE_MS);
        if (i % 5 == 0)
            assert_int_equal(api_keep(house->api), STATUS_OK);
    }
    atomic_fetch_add(&house->skew_ms, (ACCESS_IDLE_MINUTES - 1) * MINUTE_MS);
    ask(house, visitor, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
    log_in(house, visitor, PASSWORD);
    atomic_fetch_add(&house->skew_ms, (ACCESS_IDLE_MINUTES + 1) * MINUTE_MS);
    ask(house, visitor, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
    log_in(house, visitor, PASSWORD);
    /* the others have gone idle in the meantime */
    log_in(house, visitor_of(house, "home administrator"), PASSWORD);
    log_in(house, visitor_of(house, "other administrator"), PASSWORD);
    log_in(house, visitor_of(house, "home auditor"), PASSWORD);
}

static void a_token_has_no_more_than_its_holder(void **state)
{
    struct house *house = *state;
    struct visitor *admin = visitor_of(house, "home administrator");
    static const char *const WRONG[] = {
        "{\"name\":\"x\",\"scopes\":[\"users:write\"],\"days\":1}",   /* wants a session */
        "{\"name\":\"x\",\"scopes\":[\"alerts:reveal\"],\"days\":1}", /* no service may */
        "{\"name\":\"x\",\"scopes\":[\"no:such\"],\"days\":1}",
        "{\"name\":\"x\",\"scopes\":[],\"days\":1}",
        "{\"name\":\"x\",\"scopes\":[\"records:write\"],\"days\":0}",
        "{\"name\":\"\",\"scopes\":[\"records:write\"],\"days\":1}"};
    struct reply reply;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        ask(house, admin, "POST", "/v1/tokens", WRONG[i], &reply);
        assert_int_equal(reply.status, 422);
    }
    ask(house, admin, "POST", "/v1/tokens",
        "{\"name\":\"x\",\"scopes\":[\"records:write\"],\"days\":367}", &reply);
    assert_int_equal(reply.status, 400);
}

static void a_token_ends_when_revoked_and_when_expired(void **state)
{
    struct house *house = *state;
    struct visitor *admin = visitor_of(house, "home administrator");
    struct visitor token = {.token = true};
    struct reply reply;
    char secret[ACCESS_SECRET_SIZE], id[ACCESS_ID_SIZE], path[128];
    for (int i = 0; i < 2; i++) {
        ask(house, admin, "POST", "/v1/tokens", "{\"name\":\"x\",\"scopes\":[\"self\"],\"days\":1}",
            &reply);
        assert_int_equal(reply.status, 201);
        reply_text(&reply, "secret", secret, sizeof secret);
        reply_text(&reply, "id", id, sizeof id);
        (void)snprintf(token.credential, sizeof token.credential, "Authorization: Bearer %s",
                       secret);
        ask(house, &token, "GET", "/v1/whoami", NULL, &reply);
        assert_int_equal(reply.status, 200);
        if (i == 0) {
            (void)snprintf(path, sizeof path, "/v1/tokens/%s/revoke", id);
            ask(house, admin, "POST", path, "{\"reason\":\"x\"}", &reply);
            assert_int_equal(reply.status, 204);
            ask(house, &token, "GET", "/v1/whoami", NULL, &reply);
            assert_int_equal(reply.status, 401);
            ask(house, admin, "POST", path, "{\"reason\":\"x\"}", &reply);
            assert_int_equal(reply.status, 409);
        }
    }
    atomic_fetch_add(&house->skew_ms, DAY_MS + 1);
    ask(house, &token, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
    log_in(house, admin, PASSWORD);
    log_in(house, visitor_of(house, "home auditor"), PASSWORD);
}

/* ---- idempotency ---- */

static void a_key_makes_it_once(void **state)
{
    struct house *house = *state;
    struct visitor *admin = visitor_of(house, "home administrator");
    struct reply reply;
    char first[512];
    const char *body = "{\"kind\":\"bank\",\"name\":\"once\"}";
    ask_with(house, admin, "POST", "/v1/organisations", "Idempotency-Key: k1", body, &reply);
    assert_int_equal(reply.status, 201);
    (void)snprintf(first, sizeof first, "%s", reply.body);
    for (int i = 0; i < 2; i++) {
        ask_with(house, admin, "POST", "/v1/organisations", "Idempotency-Key: k1", body, &reply);
        if (reply.status != 201)
            fail_msg("%d %s", reply.status, reply.body);
        assert_string_equal(reply.body, first);
        assert_non_null(strstr(reply.head, "Idempotent-Replayed: true"));
        if (i == 0)
            house_again(house);
    }
    ask_with(house, admin, "POST", "/v1/organisations", "Idempotency-Key: k1",
             "{\"kind\":\"bank\",\"name\":\"twice\"}", &reply);
    assert_int_equal(reply.status, 422);
    body = "{\"login\":\"by.key\",\"name\":\"丙\",\"roles\":[\"analyst\"]}";
    ask_with(house, admin, "POST", "/v1/users", "Idempotency-Key: k2", body, &reply);
    assert_int_equal(reply.status, 201);
    ask_with(house, admin, "POST", "/v1/users", "Idempotency-Key: k2", body, &reply);
    assert_int_equal(reply.status, 409);
    assert_non_null(strstr(reply.body, "key_answered"));
    atomic_fetch_add(&house->skew_ms, DAY_MS + HOUR_MS);
    house_again(house);
    assert_int_equal(api_keep(house->api), STATUS_OK);
    log_in(house, admin, PASSWORD);
    log_in(house, visitor_of(house, "home auditor"), PASSWORD);
    ask_with(house, admin, "POST", "/v1/organisations", "Idempotency-Key: k1",
             "{\"kind\":\"bank\",\"name\":\"a day later\"}", &reply);
    assert_int_equal(reply.status, 201);
}

/* ---- bodies and queries ---- */

static void bodies_are_read_strictly(void **state)
{
    struct house *house = *state;
    struct visitor *admin = visitor_of(house, "home administrator");
    static const struct {
        const char *body;
        int status;
    } BODIES[] = {
        {"", 400},
        {"x", 400},
        {"[]", 400},
        {"\"a\"", 400},
        {"{\"kind\":\"bank\",\"name\":\"a\"} x", 400},
        {"{\"kind\":\"bank\",\"kind\":\"bank\",\"name\":\"a\"}", 400},
        {"{\"kind\":\"bank\",\"name\":\"a\",\"home\":true}", 400}, /* mass assignment */
        {"{\"kind\":\"bank\"}", 400},
        {"{\"kind\":\"bank\",\"name\":1}", 400},
        {"{\"kind\":\"bank\",\"name\":null}", 400},
        {"{\"kind\":\"bank\",\"name\":\"a\\u0000b\"}", 400},
        {"{\"kind\":\"bank\",\"name\":\"\xff\"}", 400},
        {"{\"kind\":\"bank\",\"name\":\"\\ud800\"}", 400},
        {"{\"kind\":\"bank\",\"name\":\"a\\nb\"}", 422},
        {"{\"kind\":\"nation\",\"name\":\"a\"}", 422},
        {"{\"kind\":\"bank\",\"name\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}", 400},
        {"{\"kind\":\"bank\",\"name\":\"\"}", 422},
        {"{\"kind\":\"police\",\"name\":\"a\"}", 422}, /* of no level */
        {"{\"kind\":\"police\",\"name\":\"a\",\"level\":\"\"}", 422},
        {"{\"kind\":\"police\",\"name\":\"a\",\"level\":\"town\"}", 422},
        {"{\"kind\":\"bank\",\"name\":\"a\",\"level\":\"city\"}", 422},
    };
    struct reply reply;
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        ask(house, admin, "POST", "/v1/organisations", BODIES[i].body, &reply);
        if (reply.status != BODIES[i].status)
            fail_msg("%s: %d %s", BODIES[i].body, reply.status, reply.body);
    }
    static char large[6000];
    memset(large, ' ', sizeof large - 1);
    ask(house, admin, "POST", "/v1/organisations", large, &reply);
    assert_int_equal(reply.status, 413);
}

static void queries_are_read_strictly(void **state)
{
    struct house *house = *state;
    static const char *const WRONG[] = {
        "/v1/users?limit=501",   "/v1/users?limit=-1",   "/v1/users?limit=x",
        "/v1/users?limit=",      "/v1/users?colour=red", "/v1/users?limit=1&limit=2",
        "/v1/users?after=a%00b", "/v1/audit/proof",      "/v1/audit/proof?entry=0&old=1",
        "/v1/whoami?as=somebody"};
    struct reply reply;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        ask(house, visitor_of(house, "home auditor"), "GET", WRONG[i], NULL, &reply);
        if (reply.status != 400)
            fail_msg("%s: %d %s", WRONG[i], reply.status, reply.body);
    }
}

static void methods_and_paths_are_the_declared_ones(void **state)
{
    struct house *house = *state;
    struct visitor *auditor = visitor_of(house, "home auditor");
    struct reply reply;
    ask(house, auditor, "DELETE", "/v1/users", NULL, &reply);
    assert_int_equal(reply.status, 405);
    assert_non_null(strstr(reply.head, "Allow: GET, HEAD, POST, OPTIONS"));
    headers_hold(&reply);
    ask(house, auditor, "TRACE", "/v1/users", NULL, &reply);
    assert_int_equal(reply.status, 405);
    ask(house, NULL, "OPTIONS", "/v1/users", NULL, &reply);
    assert_int_equal(reply.status, 204);
    assert_null(strstr(reply.head, "Access-Control"));
    ask(house, auditor, "HEAD", "/v1/users", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.body_size, 0);
    static const char *const NOWHERE[] = {"/console",           "/v1",         "/v1/users/",
                                          "/v1/users/a/b/c",    "/V1/users",   "//v1/users",
                                          "/v1/users/../audit", "/v1/%75sers", "/v1/users/a%2fb"};
    for (size_t i = 0; i < sizeof NOWHERE / sizeof NOWHERE[0]; i++) {
        ask(house, auditor, "GET", NOWHERE[i], NULL, &reply);
        assert_int_equal(reply.status, 404);
    }
}

static void problems_speak_the_visitors_tongue(void **state)
{
    struct house *house = *state;
    struct reply reply;
    ask_with(house, NULL, "GET", "/v1/whoami", "Accept-Language: zh-CN", NULL, &reply);
    assert_int_equal(reply.status, 401);
    assert_non_null(strstr(reply.body, "请出示令牌或先登录"));
    assert_non_null(strstr(reply.head, "Content-Language: zh"));
    assert_non_null(strstr(reply.head, "WWW-Authenticate: Bearer"));
    ask(house, NULL, "GET", "/v1/whoami", NULL, &reply);
    assert_non_null(strstr(reply.body, "Please show a token or log in."));
    assert_non_null(strstr(reply.body, "\"type\":\"urn:cutline:problem:credentials_missing\""));
    assert_non_null(strstr(reply.body, "\"status\":401"));
}

/* ---- audit ---- */

static void the_log_can_be_searched_proved_and_exported(void **state)
{
    struct house *house = *state;
    struct visitor *auditor = visitor_of(house, "home auditor");
    struct reply reply;
    assert_int_equal(api_keep(house->api), STATUS_OK);
    ask(house, auditor, "GET", "/v1/audit?action=user.disable", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"reason\":\"left\""));
    ask(house, auditor, "GET", "/v1/audit/checkpoint", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "test.example/audit+"));
    ask(house, auditor, "GET", "/v1/audit/proof?entry=3", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"hashes\":["));
    ask(house, auditor, "GET", "/v1/audit/proof?old=2", NULL, &reply);
    assert_int_equal(reply.status, 200);
    ask(house, auditor, "GET", "/v1/audit/proof?entry=99999999", NULL, &reply);
    assert_int_equal(reply.status, 404);
    uint64_t exports = entries_of(house, "audit.export", "done");
    ask(house, auditor, "GET", "/v1/audit/export?from=0&to=5", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "Cutline-Next: 5"));
    assert_int_equal(entries_of(house, "audit.export", "done"), exports + 1);
}

static void the_log_holds_and_names_nobody(void **state)
{
    struct house *house = *state;
    char room[512];
    struct text why = text_over(room, sizeof room);
    struct store *reader = NULL;
    struct audit *audit = NULL;
    struct audit_verdict verdict;
    struct store_rows *rows = NULL;
    struct store_value row[5];
    assert_int_equal(store_open_reader(&reader, house->path, house->boot, &why), STATUS_OK);
    assert_int_equal(audit_open(&audit, reader, SLICE("test.example/audit"), &house->keys.seal.key,
                                house->boot, &why),
                     STATUS_OK);
    assert_int_equal(audit_verify(audit, NULL, 0, &verdict), STATUS_OK);
    assert_true(verdict.entries > 100);
    print_message("%llu entries\n", (unsigned long long)verdict.entries);
    assert_int_equal(store_query(reader,
                                 "SELECT actor, organisation, object_id, reason, detail FROM "
                                 "audit_entry",
                                 NULL, 0, &rows),
                     STATUS_OK);
    while (store_next(rows, row, 5) == STATUS_OK)
        for (int i = 0; i < 5; i++) {
            static const char *const RAW[] = {"127.0.0.1", "home.", "other.",      "first", "cut_",
                                              "ses_",      "enr_",  "out.at.once", "甲"};
            char text[4096];
            (void)snprintf(text, sizeof text, "%.*s", (int)row[i].bytes.size, row[i].bytes.at);
            for (size_t raw = 0; raw < sizeof RAW / sizeof RAW[0]; raw++)
                if (strstr(text, RAW[raw]) != NULL)
                    fail_msg("\"%s\" stands in the log: %s", RAW[raw], text);
        }
    store_end(rows);
    store_close(reader);
}

static void denials_are_written_but_never_a_flood(void **state)
{
    struct house *house = *state;
    struct visitor *visitor = visitor_of(house, "other administrator");
    struct reply reply;
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    log_in(house, visitor, PASSWORD);
    uint64_t before = entries_of(house, "access", "denied");
    for (int i = 0; i < API_DENIALS_A_MINUTE + 20; i++) {
        ask(house, visitor, "GET", "/v1/audit", NULL, &reply);
        assert_int_equal(reply.status, 403);
    }
    uint64_t after = entries_of(house, "access", "denied");
    assert_in_range(after - before, API_DENIALS_A_MINUTE - 1, 2 * API_DENIALS_A_MINUTE);
    struct visitor forged = {.credential = "Authorization: Bearer "
                                           "cut_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    atomic_fetch_add(&house->skew_ms, 2 * MINUTE_MS);
    ask(house, &forged, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
    assert_non_null(strstr(reply.body, "credentials_refused"));
    assert_int_equal(entries_of(house, "access", "denied"), after + 1);
}

static void a_disabled_organisation_is_shut_out(void **state)
{
    struct house *house = *state;
    struct visitor *admin = visitor_of(house, "home administrator");
    struct visitor *other = visitor_of(house, "other administrator");
    struct visitor *token = visitor_of(house, "other service token");
    struct reply reply;
    char path[128];
    atomic_fetch_add(&house->skew_ms, MINUTE_MS);
    log_in(house, admin, PASSWORD);
    ask(house, token, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 200);
    (void)snprintf(path, sizeof path, "/v1/organisations/%s/disable", house->other);
    ask(house, admin, "POST", path, "{\"reason\":\"x\"}", &reply);
    assert_int_equal(reply.status, 200);
    ask(house, token, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
    ask(house, other, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 401);
}

static void there_is_no_first_code_once_somebody_is_in(void **state)
{
    struct house *house = *state;
    char room[128];
    struct text code = text_over(room, sizeof room);
    assert_int_equal(access_first_code(house->access, &code), STATUS_ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openapi_names_every_route),
        cmocka_unit_test(every_cell_is_as_the_table_says),
        cmocka_unit_test(what_is_another_organisations_is_not_there),
        cmocka_unit_test(lists_hold_ones_own_only),
        cmocka_unit_test(pages_follow_one_another),
        cmocka_unit_test(ten_tries_and_no_more),
        cmocka_unit_test(a_code_holds_once),
        cmocka_unit_test(a_cookie_alone_changes_nothing),
        cmocka_unit_test(cookies_are_for_this_site_and_no_script),
        cmocka_unit_test(a_severe_action_wants_the_second_factor_again),
        cmocka_unit_test(who_is_disabled_is_out_at_once),
        cmocka_unit_test(other_roles_end_the_session_and_a_reset_the_password),
        cmocka_unit_test(somebody_must_remain_to_administer),
        cmocka_unit_test(passwords_are_long_and_not_the_login),
        cmocka_unit_test(sessions_end_when_idle_and_after_a_day),
        cmocka_unit_test(a_token_has_no_more_than_its_holder),
        cmocka_unit_test(a_token_ends_when_revoked_and_when_expired),
        cmocka_unit_test(a_key_makes_it_once),
        cmocka_unit_test(bodies_are_read_strictly),
        cmocka_unit_test(queries_are_read_strictly),
        cmocka_unit_test(police_have_a_level_and_it_can_be_set_but_not_taken),
        cmocka_unit_test(whoever_is_of_an_organisation_has_its_level_at_once),
        cmocka_unit_test(methods_and_paths_are_the_declared_ones),
        cmocka_unit_test(problems_speak_the_visitors_tongue),
        cmocka_unit_test(the_log_can_be_searched_proved_and_exported),
        cmocka_unit_test(the_log_holds_and_names_nobody),
        cmocka_unit_test(denials_are_written_but_never_a_flood),
        cmocka_unit_test(a_disabled_organisation_is_shut_out),
        cmocka_unit_test(there_is_no_first_code_once_somebody_is_in),
    };
    return cmocka_run_group_tests(tests, house_opened, house_closed);
}
