/* users.c -- organisations, users and tokens, as somebody may see and change them.
 *
 * Every thing is read before it is touched, and its organisation held against the visitor's; what
 * is out of reach is not there (404), so that ids tell nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

enum { ROW_BYTES = 4096 }; /* of one row as JSON: names of 256 bytes, each at most \u00xx */

/* ---- pages ---- */

static size_t page_rows(const struct visit *visit)
{
    return (size_t)visit_query_whole(visit, "limit", 100);
}

/* Whose rows: one's own organisation's, or for home the one asked for (empty: all). */
static struct slice page_organisation(const struct visit *visit)
{
    if (visit->identity.home)
        return visit_query_text(visit, "organisation");
    return slice_of(visit->identity.organisation);
}

static void page_end(struct visit *visit, struct text *text, size_t count, const char *last)
{
    text_add_string(text, "],\"next\":");
    if (count > 0 && count == page_rows(visit))
        text_add_json(text, slice_of(last));
    else
        text_add_string(text, "null");
    text_add_char(text, '}');
    visit_answer_json(visit, 200, text);
}

/* The rows of a page in the visit's memory; false: answered. */
static bool page_take(struct visit *visit, size_t size, void **out)
{
    enum status status = arena_take(visit->arena, (page_rows(visit) + 1) * size, out);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    return status == STATUS_OK;
}

static void add_moment_or_null(struct text *text, const char *name, moment at)
{
    text_addf(text, ",\"%s\":", name);
    if (at.ms == MOMENT_NONE.ms) {
        text_add_string(text, "null");
        return;
    }
    text_add_char(text, '"');
    text_add_moment(text, at, 0);
    text_add_char(text, '"');
}

/* "a,b" as ["a","b"] */
void text_add_word_list(struct text *text, struct slice words)
{
    text_add_char(text, '[');
    for (size_t i = 0; i < words.size; i++) {
        text_add_string(text, i == 0 ? "\"" : "");
        if (words.at[i] == ',')
            text_add_string(text, "\",\"");
        else
            text_add_char(text, words.at[i]);
    }
    text_add_string(text, words.size > 0 ? "\"]" : "]");
}

/* ---- organisations ---- */

/* ,"level":"city", or null */
void text_add_level(struct text *text, enum organisation_level level)
{
    bool none = level == ORGANISATION_LEVEL_none;
    text_addf(text, none ? ",\"level\":null" : ",\"level\":\"%s\"", organisation_level_name(level));
}

static void add_organisation(struct text *text, const struct access_organisation *organisation)
{
    text_addf(text, "{\"id\":\"%s\",\"kind\":\"%s\",\"name\":", organisation->id,
              organisation_kind_name(organisation->kind));
    text_add_json(text, organisation->name);
    text_add_level(text, organisation->level);
    text_addf(text, ",\"home\":%s,\"disabled\":%s", organisation->home ? "true" : "false",
              organisation->disabled ? "true" : "false");
    add_moment_or_null(text, "created", organisation->created);
    text_add_char(text, '}');
}

void handle_organisations_list(struct visit *visit)
{
    struct access_organisation *rows = NULL;
    size_t count = page_rows(visit);
    struct slice organisation =
        visit->identity.home ? SLICE("") : slice_of(visit->identity.organisation);
    if (!page_take(visit, sizeof *rows, (void **)&rows))
        return;
    enum status status = access_organisations(
        visit->reader, organisation, visit_query_text(visit, "after"), visit->arena, rows, &count);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, (count + 1) * ROW_BYTES);
    text_add_string(&text, "{\"organisations\":[");
    for (size_t i = 0; i < count; i++) {
        text_add_string(&text, i == 0 ? "" : ",");
        add_organisation(&text, &rows[i]);
    }
    page_end(visit, &text, count, count == 0 ? "" : rows[count - 1].id);
}

/* false: answered; what is not within reach is not there. */
static bool organisation_reached(struct visit *visit, struct slice id,
                                 struct access_organisation *out)
{
    enum status status = access_organisation_find(visit->reader, id, visit->arena, out);
    if (status == STATUS_OK && !access_reaches(&visit->identity, slice_of(out->id)))
        status = STATUS_ABSENT;
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    return status == STATUS_OK;
}

static void answer_organisation(struct visit *visit, int status, struct store *store,
                                struct slice id)
{
    struct access_organisation organisation;
    struct text text = visit_paper(visit, ROW_BYTES);
    enum status found = access_organisation_find(store, id, visit->arena, &organisation);
    if (found != STATUS_OK) {
        visit_problem_of(visit, found);
        return;
    }
    add_organisation(&text, &organisation);
    visit_answer_json(visit, status, &text);
}

void handle_organisations_show(struct visit *visit)
{
    struct access_organisation organisation;
    if (organisation_reached(visit, visit->parameter[0], &organisation))
        answer_organisation(visit, 200, visit->reader, visit->parameter[0]);
}

/* What the audit entry says: the object, and the reason of the body. */
static void name_object(struct visit *visit, const char *kind, struct slice id)
{
    visit->object_kind = slice_of(kind);
    visit->reason = visit_text(visit, "reason");
    if (slice_copy(visit->arena, id, &visit->object_id) != STATUS_OK)
        visit_problem_of(visit, STATUS_FULL);
}

/* false: answered, it is no level. */
static bool level_read(struct visit *visit, enum organisation_level *out)
{
    bool found = organisation_level_find(visit_text(visit, "level"), out);
    if (!found)
        visit_problem(visit, PROBLEM_value_refused, &SAYING("level", "level"));
    return found;
}

void handle_organisations_add(struct visit *visit)
{
    enum organisation_kind kind;
    enum organisation_level level;
    char id[ACCESS_ID_SIZE];
    if (!visit_body(visit))
        return;
    if (!organisation_kind_find(visit_text(visit, "kind"), &kind)) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("kind", "kind"));
        return;
    }
    if (!level_read(visit, &level) || !visit_begin(visit))
        return;
    enum status status =
        access_organisation_add(visit->rooms->access, kind, level, visit_text(visit, "name"), id);
    if (status == STATUS_REFUSED)
        visit_problem(visit, PROBLEM_value_refused, &SAYING("name", "name"));
    else if (status == STATUS_MALFORMED)
        visit_problem(visit, PROBLEM_level_refused, NULL);
    else if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else {
        answer_organisation(visit, 201, visit->rooms->store, slice_of(id));
        name_object(visit, "organisation", slice_of(id));
    }
}

static void organisation_switch(struct visit *visit, bool disabled)
{
    struct access_organisation organisation;
    struct slice id = visit->parameter[0];
    if (!visit_body(visit) || !organisation_reached(visit, id, &organisation) ||
        !visit_begin(visit))
        return;
    enum status status = access_organisation_disable(visit->rooms->access, id, disabled);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    answer_organisation(visit, 200, visit->rooms->store, id);
    name_object(visit, "organisation", id);
}

void handle_organisations_disable(struct visit *visit)
{
    organisation_switch(visit, true);
}

void handle_organisations_enable(struct visit *visit)
{
    organisation_switch(visit, false);
}

void handle_organisations_level(struct visit *visit)
{
    struct access_organisation organisation;
    enum organisation_level level;
    struct slice id = visit->parameter[0];
    if (!visit_body(visit) || !level_read(visit, &level) ||
        !organisation_reached(visit, id, &organisation) || !visit_begin(visit))
        return;
    enum status status = access_organisation_level(visit->rooms->access, id, level);
    if (status == STATUS_MALFORMED)
        visit_problem(visit, PROBLEM_level_refused, NULL);
    else if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else {
        answer_organisation(visit, 200, visit->rooms->store, id);
        name_object(visit, "organisation", id);
    }
}

/* ---- users ---- */

static void add_user(struct text *text, const struct access_user *user)
{
    char words[256];
    struct text roles = text_over(words, sizeof words);
    text_add_roles(&roles, user->roles);
    text_addf(text, "{\"id\":\"%s\",\"organisation\":\"%s\",\"login\":", user->id,
              user->organisation);
    text_add_json(text, user->login);
    text_add_string(text, ",\"name\":");
    text_add_json(text, user->name);
    text_add_string(text, ",\"roles\":");
    text_add_word_list(text, text_slice(&roles));
    text_add_string(text, ",\"state\":");
    text_add_json(text, user->state);
    add_moment_or_null(text, "created", user->created);
}

void handle_users_list(struct visit *visit)
{
    struct access_user *rows = NULL;
    size_t count = page_rows(visit);
    if (!page_take(visit, sizeof *rows, (void **)&rows))
        return;
    enum status status = access_users(visit->reader, page_organisation(visit),
                                      visit_query_text(visit, "after"), visit->arena, rows, &count);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, (count + 1) * ROW_BYTES);
    text_add_string(&text, "{\"users\":[");
    for (size_t i = 0; i < count; i++) {
        text_add_string(&text, i == 0 ? "" : ",");
        add_user(&text, &rows[i]);
        text_add_char(&text, '}');
    }
    page_end(visit, &text, count, count == 0 ? "" : rows[count - 1].id);
}

static bool user_reached(struct visit *visit, struct access_user *out)
{
    enum status status = access_user_find(visit->reader, visit->parameter[0], visit->arena, out);
    if (status == STATUS_OK && !access_reaches(&visit->identity, slice_of(out->organisation)))
        status = STATUS_ABSENT;
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    return status == STATUS_OK;
}

/* `code`: empty, or the one-time code, shown here and nowhere else. */
static void answer_user(struct visit *visit, int status, struct store *store, struct slice id,
                        const char *code)
{
    struct access_user user;
    struct text text = visit_paper(visit, ROW_BYTES);
    enum status found = access_user_find(store, id, visit->arena, &user);
    if (found != STATUS_OK) {
        visit_problem_of(visit, found);
        return;
    }
    add_user(&text, &user);
    if (code[0] != '\0')
        text_addf(&text, ",\"code\":\"%s\"", code);
    text_add_char(&text, '}');
    visit_answer_json(visit, status, &text);
}

void handle_users_show(struct visit *visit)
{
    struct access_user user;
    if (user_reached(visit, &user))
        answer_user(visit, 200, visit->reader, visit->parameter[0], "");
}

static struct slice organisation_wanted(const struct visit *visit)
{
    struct slice organisation = visit_text(visit, "organisation");
    return organisation.size > 0 ? organisation : slice_of(visit->identity.organisation);
}

void handle_users_add(struct visit *visit)
{
    char id[ACCESS_ID_SIZE], code[ACCESS_SECRET_SIZE];
    struct access_organisation organisation;
    uint32_t roles = 0;
    if (!visit_body(visit) ||
        !organisation_reached(visit, organisation_wanted(visit), &organisation))
        return;
    if (roles_read(visit_words(visit, "roles"), &roles) != STATUS_OK) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("roles", "roles"));
        return;
    }
    if (!visit_begin(visit))
        return;
    enum status status =
        access_user_add(visit->rooms->access, slice_of(organisation.id), visit_text(visit, "login"),
                        visit_text(visit, "name"), roles, id, code);
    if (status == STATUS_REFUSED)
        visit_problem(visit, PROBLEM_login_taken, NULL);
    else if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else {
        answer_user(visit, 201, visit->rooms->store, slice_of(id), code);
        name_object(visit, "user", slice_of(id));
    }
}

/* After a change of a user. */
static void user_changed(struct visit *visit, enum status status, const char *code)
{
    struct slice id = visit->parameter[0];
    if (status == STATUS_REFUSED)
        visit_problem(visit, PROBLEM_last_administrator, NULL);
    else if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else {
        answer_user(visit, 200, visit->rooms->store, id, code);
        name_object(visit, "user", id);
    }
}

void handle_users_roles(struct visit *visit)
{
    struct access_user user;
    uint32_t roles = 0;
    if (!visit_body(visit) || !user_reached(visit, &user))
        return;
    if (roles_read(visit_words(visit, "roles"), &roles) != STATUS_OK) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("roles", "roles"));
        return;
    }
    struct text detail = visit_paper(visit, 512);
    text_add_string(&detail, "{\"before\":\"");
    text_add_roles(&detail, user.roles);
    text_add_string(&detail, "\",\"after\":\"");
    text_add_roles(&detail, roles);
    text_add_string(&detail, "\"}");
    visit->detail = text_slice(&detail);
    if (visit_begin(visit))
        user_changed(visit, access_user_roles(visit->rooms->access, visit->parameter[0], roles),
                     "");
}

static void user_switch(struct visit *visit, bool disabled)
{
    struct access_user user;
    if (visit_body(visit) && user_reached(visit, &user) && visit_begin(visit))
        user_changed(visit,
                     access_user_disable(visit->rooms->access, visit->parameter[0], disabled), "");
}

void handle_users_disable(struct visit *visit)
{
    user_switch(visit, true);
}

void handle_users_enable(struct visit *visit)
{
    user_switch(visit, false);
}

void handle_users_reset(struct visit *visit)
{
    struct access_user user;
    char code[ACCESS_SECRET_SIZE] = "";
    if (visit_body(visit) && user_reached(visit, &user) && visit_begin(visit))
        user_changed(visit, access_user_reset(visit->rooms->access, visit->parameter[0], code),
                     code);
}

/* ---- tokens ---- */

static void add_token(struct text *text, const struct access_token *token)
{
    char words[1024];
    struct text scopes = text_over(words, sizeof words);
    text_add_scopes(&scopes, token->scopes);
    text_addf(text, "{\"id\":\"%s\",\"organisation\":\"%s\",\"user\":", token->id,
              token->organisation);
    if (token->user[0] == '\0')
        text_add_string(text, "null");
    else
        text_add_json(text, slice_of(token->user));
    text_add_string(text, ",\"name\":");
    text_add_json(text, token->name);
    text_add_string(text, ",\"scopes\":");
    text_add_word_list(text, text_slice(&scopes));
    add_moment_or_null(text, "created", token->created);
    add_moment_or_null(text, "expires", token->expires);
    add_moment_or_null(text, "revoked", token->revoked);
    add_moment_or_null(text, "used", token->used);
}

static void list_tokens(struct visit *visit, struct slice organisation, struct slice user)
{
    struct access_token *rows = NULL;
    size_t count = page_rows(visit);
    if (!page_take(visit, sizeof *rows, (void **)&rows))
        return;
    enum status status =
        access_tokens(visit->reader, organisation, user, visit_query_text(visit, "after"),
                      visit->arena, rows, &count);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, (count + 1) * ROW_BYTES);
    text_add_string(&text, "{\"tokens\":[");
    for (size_t i = 0; i < count; i++) {
        text_add_string(&text, i == 0 ? "" : ",");
        add_token(&text, &rows[i]);
        text_add_char(&text, '}');
    }
    page_end(visit, &text, count, count == 0 ? "" : rows[count - 1].id);
}

void handle_tokens_list(struct visit *visit)
{
    list_tokens(visit, page_organisation(visit), SLICE(""));
}

void handle_my_tokens_list(struct visit *visit)
{
    if (visit->identity.user[0] == '\0') {
        visit_problem(visit, PROBLEM_forbidden, NULL); /* a service has no tokens of its own */
        return;
    }
    list_tokens(visit, slice_of(visit->identity.organisation), slice_of(visit->identity.user));
}

static void token_add(struct visit *visit, struct slice organisation, struct slice user)
{
    char id[ACCESS_ID_SIZE], secret[ACCESS_SECRET_SIZE];
    uint64_t scopes = 0;
    struct access_token token;
    if (scopes_read(visit_words(visit, "scopes"), &scopes) != STATUS_OK) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("scopes", "scopes"));
        return;
    }
    moment now = visit->api->clock.now(visit->api->clock.self);
    moment expires = {now.ms + visit_whole(visit, "days", 0) * DAY_MS};
    if (!visit_begin(visit))
        return;
    enum status status = access_token_add(visit->rooms->access, organisation, user,
                                          visit_text(visit, "name"), scopes, expires, id, secret);
    if (status == STATUS_REFUSED)
        visit_problem(
            visit, PROBLEM_value_refused,
            &SAYING("scopes: more than the holder may have, or one that asks for a session",
                    "scopes：超出持有者权限，或须在会话中行使"));
    else if (status == STATUS_OK)
        status = access_token_find(visit->rooms->store, slice_of(id), visit->arena, &token);
    if (status != STATUS_OK) {
        if (status != STATUS_REFUSED)
            visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, ROW_BYTES);
    add_token(&text, &token);
    text_addf(&text, ",\"secret\":\"%s\"}", secret);
    visit_answer_json(visit, 201, &text);
    name_object(visit, "token", slice_of(id));
    secret_wipe(secret, sizeof secret);
}

void handle_tokens_add(struct visit *visit)
{
    struct access_organisation organisation;
    if (visit_body(visit) && organisation_reached(visit, organisation_wanted(visit), &organisation))
        token_add(visit, slice_of(organisation.id), SLICE(""));
}

void handle_my_tokens_add(struct visit *visit)
{
    if (visit_body(visit))
        token_add(visit, slice_of(visit->identity.organisation), slice_of(visit->identity.user));
}

/* `own`: only a token of the visitor's own is there. */
static void token_revoke(struct visit *visit, bool own)
{
    struct access_token token;
    struct slice id = visit->parameter[0];
    enum status status = access_token_find(visit->reader, id, visit->arena, &token);
    bool reached = status == STATUS_OK &&
                   (own ? slice_equal(slice_of(token.user), slice_of(visit->identity.user))
                        : access_reaches(&visit->identity, slice_of(token.organisation)));
    if (status == STATUS_OK && !reached)
        status = STATUS_ABSENT;
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    if (!visit_begin(visit))
        return;
    status = access_token_revoke(visit->rooms->access, id);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status == STATUS_ABSENT ? STATUS_REFUSED : status);
        return;
    }
    visit->answer = (struct http_answer){.status = 204};
    name_object(visit, "token", id);
}

void handle_tokens_revoke(struct visit *visit)
{
    if (visit_body(visit))
        token_revoke(visit, false);
}

void handle_my_tokens_revoke(struct visit *visit)
{
    token_revoke(visit, true);
}
