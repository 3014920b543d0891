/* session.c -- getting in and out, and what can be asked before. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

void handle_livez(struct visit *visit)
{
    static const struct slice ALIVE = SLICE("ok\n");
    visit->answer = (struct http_answer){.status = 200, .type = "text/plain", .body = ALIVE};
}

void handle_openapi(struct visit *visit)
{
    visit->answer = (struct http_answer){
        .status = 200, .type = "application/json", .body = visit->api->openapi};
}

/* The cookie, and what the page must know of it. */
static void answer_session(struct visit *visit, const struct access_session *session)
{
    struct text text = visit_paper(visit, 512), cookie = visit_paper(visit, 256);
    bool secure = http_secure(visit->request);
    text_addf(&text, "{\"user\":\"%s\",\"csrf\":\"%s\",\"ends\":\"", session->user, session->csrf);
    text_add_moment(&text, session->ends, 0);
    text_add_string(&text, "\"}");
    text_addf(&cookie, "%scutline=%s; Path=/; HttpOnly; SameSite=Strict%s", secure ? "__Host-" : "",
              session->secret, secure ? "; Secure" : "");
    visit_answer_json(visit, 200, &text);
    if (!cookie.full && visit->answer.status == 200)
        visit_header(visit, "Set-Cookie", text_slice(&cookie));
}

static void answer_tried(struct visit *visit, enum status status,
                         const struct access_session *session, int64_t wait_s)
{
    if (status == STATUS_OK)
        answer_session(visit, session);
    else if (status == STATUS_REFUSED)
        visit_problem(visit, PROBLEM_login_refused, NULL);
    else if (status == STATUS_FULL)
        visit_problem_wait(visit, PROBLEM_too_many_tries, wait_s);
    else
        visit_problem_of(visit, status);
}

void handle_login(struct visit *visit)
{
    struct access_session session;
    int64_t wait_s = 0;
    if (!visit_body(visit))
        return;
    const struct access_login login = {visit_text(visit, "login"), visit_text(visit, "password"),
                                       visit_text(visit, "code"), http_peer(visit->request)};
    enum status status = access_login(visit->rooms->access, &login, &session, &wait_s);
    answer_tried(visit, status, &session, wait_s);
    secret_wipe(&session, sizeof session);
}

void handle_step_up(struct visit *visit)
{
    struct access_session session;
    int64_t wait_s = 0;
    if (!visit_body(visit))
        return;
    enum status status = access_step_up(visit->rooms->access, &visit->identity,
                                        visit_text(visit, "code"), &session, &wait_s);
    answer_tried(visit, status, &session, wait_s);
    secret_wipe(&session, sizeof session);
}

void handle_logout(struct visit *visit)
{
    enum status status = access_logout(visit->rooms->access, &visit->identity);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    visit->answer = (struct http_answer){.status = 204};
    visit_header(
        visit, "Set-Cookie",
        http_secure(visit->request)
            ? SLICE("__Host-cutline=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure")
            : SLICE("cutline=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"));
}

void handle_enrol(struct visit *visit)
{
    static const enum problem OF_FAULT[] = {
        [ENROL_FINE] = PROBLEM_broken,
        [ENROL_CODE] = PROBLEM_login_refused,
        [ENROL_PASSWORD] = PROBLEM_password_refused,
        [ENROL_LOGIN] = PROBLEM_login_taken,
        [ENROL_NAME] = PROBLEM_value_refused,
        [ENROL_LEVEL] = PROBLEM_level_refused,
    };
    struct access_enrolled enrolled;
    enum access_enrol_fault fault = ENROL_FINE;
    if (!visit_body(visit))
        return;
    struct access_enrol enrol = {.code = visit_text(visit, "code"),
                                 .password = visit_text(visit, "password"),
                                 .peer = http_peer(visit->request),
                                 .login = visit_text(visit, "login"),
                                 .name = visit_text(visit, "name"),
                                 .organisation = visit_text(visit, "organisation"),
                                 .kind = ORGANISATION_centre};
    struct slice kind = visit_text(visit, "kind");
    if (kind.size > 0 && !organisation_kind_find(kind, &enrol.kind)) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("kind", "kind"));
        return;
    }
    if (!organisation_level_find(visit_text(visit, "level"), &enrol.level)) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("level", "level"));
        return;
    }
    enum status status = access_enrol(visit->rooms->access, &enrol, &enrolled, &fault);
    if (status == STATUS_REFUSED) {
        visit_problem(visit, OF_FAULT[fault], NULL);
        return;
    }
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, 1024);
    text_addf(&text, "{\"user\":\"%s\",\"login\":\"%s\",\"totp\":{\"key\":\"%s\",\"uri\":\"",
              enrolled.user, enrolled.login, enrolled.totp_key);
    text_addf(&text, "otpauth://totp/Cutline:%s?secret=%s&issuer=Cutline\"}}", enrolled.login,
              enrolled.totp_key);
    visit_answer_json(visit, 200, &text);
    secret_wipe(&enrolled, sizeof enrolled);
}

void handle_whoami(struct visit *visit)
{
    const struct identity *identity = &visit->identity;
    char roles_room[256], scopes_room[1024], csrf[ACCESS_SECRET_SIZE] = "";
    struct text roles = text_over(roles_room, sizeof roles_room);
    struct text scopes = text_over(scopes_room, sizeof scopes_room);
    struct text text = visit_paper(visit, 4096);
    text_add_roles(&roles, identity->roles);
    text_add_scopes(&scopes, identity->scopes);
    text_addf(&text, "{\"id\":\"%s\",\"by\":\"%s\",\"organisation\":\"%s\"", identity->id,
              identity->by == BY_SESSION ? "session" : "token", identity->organisation);
    text_add_level(&text, identity->level);
    text_addf(&text, ",\"home\":%s,\"stepped_up\":%s", identity->home ? "true" : "false",
              identity->stepped_up ? "true" : "false");
    text_add_string(&text, ",\"roles\":");
    text_add_word_list(&text, text_slice(&roles));
    text_add_string(&text, ",\"scopes\":");
    text_add_word_list(&text, text_slice(&scopes));
    if (identity->by == BY_SESSION) {
        access_csrf(visit->rooms->access, visit_cookie(visit->request), csrf);
        text_addf(&text, ",\"csrf\":\"%s\"", csrf);
    }
    text_addf(&text, ",\"tour\":%s}", visit->rooms->tour ? "true" : "false");
    visit_answer_json(visit, 200, &text);
}
