/* demo_people.c -- organisations and users of the demo, made as any administrator makes them.
 *
 * Passwords and keys of second factors are drawn anew each time.  They stand in FOLDER/users, and
 * each user's token in FOLDER/token/LOGIN; only the owner may read either.  To get a token somebody
 * has to log in once; the demo shows the code of half a minute ago for that, which holds once, so
 * the code of now is still good for the visitor. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"
#include "demo.h"
#include "ground/secret.h"
#include "reading.h"
#include "ruleset.h"
#include "say.h"

#include <stdlib.h>
#include <time.h>

enum { LOGIN_TRIES = 3, KEY_TEXT = 32, USERS_BYTES_MAX = 16384 };

/* ---- passwords and codes ---- */

static enum status password_draw(char out[32])
{
    struct seal_chance chance = seal_chance_of_machine();
    struct seal_seed seed;
    char letters[64];
    struct text all = text_over(letters, sizeof letters);
    struct text text = text_over(out, 32);
    TRY(chance.draw(chance.self, &seed));
    text_add_base32(&all, (struct slice){(const char *)seed.bytes, 10});
    for (unsigned i = 0; i < 16; i++) {
        if (i > 0 && i % 4 == 0)
            text_add_char(&text, '-');
        char c = letters[i];
        text_add_char(&text, (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
    secret_wipe(&seed, sizeof seed);
    return STATUS_OK;
}

/* RFC 4648, capitals, without padding. */
static size_t base32_read(const char *text, char out[KEY_TEXT])
{
    uint64_t bits = 0;
    unsigned held = 0;
    size_t size = 0;
    for (; *text != '\0' && size < KEY_TEXT; text++) {
        unsigned value = *text >= 'A' && *text <= 'Z'   ? (unsigned)(*text - 'A')
                         : *text >= '2' && *text <= '7' ? (unsigned)(*text - '2' + 26)
                                                        : 32;
        if (value == 32)
            break;
        bits = bits << 5 | value;
        held += 5;
        if (held >= 8) {
            held -= 8;
            out[size++] = (char)(bits >> held);
        }
    }
    return size;
}

/* The code `back` steps ago. */
static void add_code(struct text *text, const char *key, uint64_t back)
{
    char bytes[KEY_TEXT];
    struct clock clock = clock_of_machine();
    uint64_t step = (uint64_t)(clock.now(clock.self).ms / SECOND_MS / TOTP_STEP_S);
    size_t size = base32_read(key, bytes);
    text_addf(text, "%06u", (unsigned)totp_code((struct slice){bytes, size}, step - back));
    secret_wipe(bytes, sizeof bytes);
}

/* ---- logging in ---- */

/* The code of half a minute ago may be over before it is looked at: then there is the next one. */
static enum status log_in(struct demo_client *client, const struct demo_user *user)
{
    char code[16], csrf[256];
    enum status status = STATUS_REFUSED;
    for (unsigned tries = 0; status == STATUS_REFUSED && tries < LOGIN_TRIES; tries++) {
        struct text text = text_over(code, sizeof code);
        client->show[0][0] = client->show[1][0] = '\0';
        add_code(&text, user->key, 1);
        demo_body(client, PAIRS("login", user->login, "password", user->password, "code", code));
        status = demo_login(client);
    }
    TRY(status);
    demo_member(client, "csrf", csrf, sizeof csrf);
    struct text token = text_over(client->show[1], sizeof client->show[1]);
    text_addf(&token, "X-CSRF-Token: %s", csrf);
    return STATUS_OK;
}

/* Chooses a password with a one-time code; the first one says also whose house this is. */
static enum status enrol(struct demo_client *client, struct demo_user *user, const char *code,
                         bool first)
{
    client->show[0][0] = client->show[1][0] = '\0';
    TRY(password_draw(user->password));
    if (first)
        demo_body(client, PAIRS("code", code, "password", user->password, "login", user->login,
                                "name", "Administrator 管理员", "organisation",
                                "演示市反诈中心 Demo City Anti-Fraud Centre", "kind", "centre",
                                "level", "city"));
    else
        demo_body(client, PAIRS("code", code, "password", user->password));
    TRY(demo_post(client, "/v1/enrol", NULL));
    struct slice factor = answered_member(text_slice(&client->answer), "totp");
    demo_member_of(factor, "key", user->key, sizeof user->key);
    return STATUS_OK;
}

/* ---- tokens ---- */

/* Everything that a personal token of these roles may carry. */
static void add_scopes(struct text *text, uint32_t roles)
{
    uint64_t scopes = scopes_of_roles(roles);
    bool some = false;
    text_add_char(text, '[');
    for (enum scope scope = 0; scope < SCOPES_COUNT; scope++)
        if ((scopes & SCOPE_BIT(scope)) != 0 && SCOPES[scope].strength <= STRENGTH_PERSON) {
            text_addf(text, "%s\"%s\"", some ? "," : "", SCOPES[scope].name);
            some = true;
        }
    text_add_char(text, ']');
}

static uint32_t roles_of(const char *json)
{
    struct slice name, value;
    uint32_t roles = 0;
    size_t at = 0;
    while (answered_next(slice_of(json), &at, &name, &value)) {
        enum role role;
        if (value.size > 2 && role_find((struct slice){value.at + 1, value.size - 2}, &role))
            roles |= ROLE_BIT(role);
    }
    return roles;
}

static enum status token_make(struct demo_client *client, const char *path, const char *name,
                              const char *scopes, char out[DEMO_WORD_MAX])
{
    struct text *body = &client->body;
    *body = text_over(body->at, DEMO_BODY_MAX);
    text_addf(body, "{\"name\":\"%s\",\"days\":30,\"scopes\":%s}", name, scopes);
    TRY(demo_post(client, path, NULL));
    demo_member(client, "secret", out, DEMO_WORD_MAX);
    return STATUS_OK;
}

static enum status token_put(const char *folder, const struct demo_user *user)
{
    char path[PATH_MAX], line[DEMO_WORD_MAX + 2];
    struct text where = text_over(path, sizeof path), text = text_over(line, sizeof line);
    text_addf(&where, "%s/token/%s", folder, user->login);
    text_addf(&text, "%s\n", user->token);
    return folder_put(path, text_slice(&text));
}

/* ---- everybody ---- */

static void user_keep(struct demo_people *people, const struct demo_user *user)
{
    (void)pthread_mutex_lock(&people->lock);
    must(people->count < DEMO_USERS_MAX);
    people->user[people->count++] = *user;
    (void)pthread_mutex_unlock(&people->lock);
}

const char *people_place(const struct demo_people *people, const char *name)
{
    for (unsigned i = 0; i < people->organisations_count; i++)
        if (strcmp(people->organisation[i].name, name) == 0)
            return people->organisation[i].id;
    return "";
}

static enum status place_add(struct demo_people *people, const char *name, const char *kind,
                             const char *level, const char *called)
{
    unsigned at = people->organisations_count;
    must(at < DEMO_ORGANISATIONS_MAX);
    if (level[0] == '\0')
        demo_body(people->root, PAIRS("kind", kind, "name", called, "reason", "demo"));
    else
        demo_body(people->root,
                  PAIRS("kind", kind, "name", called, "level", level, "reason", "demo"));
    TRY(demo_post(people->root, "/v1/organisations", NULL));
    people->organisation[at].name = name;
    demo_member(people->root, "id", people->organisation[at].id, DEMO_WORD_MAX);
    people->organisations_count++;
    return STATUS_OK;
}

enum status people_found(struct demo_people *people, const char *code)
{
    struct demo_user admin = {.login = "admin", .role = "[\"administrator\"]"};
    TRY(enrol(people->root, &admin, code, true));
    TRY(log_in(people->root, &admin));
#define DEMO_PLACE(name, kind, level, called) TRY(place_add(people, name, kind, level, called));
#include "demo_people.inc"
#undef DEMO_PLACE
    TRY(token_make(people->root, "/v1/tokens", "feed",
                   "[\"records:write\",\"screen:ask\",\"alerts:read\",\"system:read\"]",
                   people->feed));
    user_keep(people, &admin);
    return STATUS_OK;
}

static enum status user_add(struct demo *demo, struct demo_user *user)
{
    struct demo_people *people = &demo->people;
    struct demo_client *root = people->root;
    char code[DEMO_WORD_MAX], scopes[1024];
    struct text text = text_over(scopes, sizeof scopes);
    if (user->place[0] == '\0')
        demo_body(root, PAIRS("login", user->login, "name", user->login, "roles", user->role));
    else
        demo_body(root, PAIRS("login", user->login, "name", user->login, "roles", user->role,
                              "organisation", people_place(people, user->place)));
    TRY(demo_post(root, "/v1/users", NULL));
    demo_member(root, "id", user->id, sizeof user->id);
    demo_member(root, "code", code, sizeof code);
    TRY(enrol(demo->maker, user, code, false));
    TRY(log_in(demo->maker, user));
    add_scopes(&text, roles_of(user->role));
    TRY(token_make(demo->maker, "/v1/me/tokens", "demo", scopes, user->token));
    TRY(token_put(demo->folder, user));
    user_keep(people, user);
    return STATUS_OK;
}

/* login, password, key, roles, organisation; between tabs. */
static enum status users_put(struct demo_people *people, const char *folder)
{
    static char bytes[USERS_BYTES_MAX];
    char path[PATH_MAX];
    struct text text = text_over(bytes, sizeof bytes), where = text_over(path, sizeof path);
    text_add_string(&text,
                    "# Users of the demo 演示用户: login, password, key of the second factor "
                    "(TOTP), roles, organisation\n");
    for (unsigned i = 0; i < people->count; i++) {
        const struct demo_user *user = &people->user[i];
        text_addf(&text, "%s\t%s\t%s\t%s\t%s\n", user->login, user->password, user->key, user->role,
                  user->place[0] == '\0' ? "centre" : user->place);
    }
    text_addf(&where, "%s/users", folder);
    enum status status = text.full ? STATUS_FULL : folder_put(path, text_slice(&text));
    secret_wipe(bytes, sizeof bytes);
    return status;
}

void people_add_code(struct text *text, const struct demo_user *user)
{
    add_code(text, user->key, 0);
}

enum status people_add(struct demo *demo)
{
    static const struct {
        const char *login, *roles, *place;
        bool acts;
    } USERS[] = {
#define DEMO_USER(login, roles, place, acts) {login, roles, place, acts},
#include "demo_people.inc"
#undef DEMO_USER
    };
    for (size_t i = 0; i < sizeof USERS / sizeof USERS[0]; i++) {
        struct demo_user user = {.acts = USERS[i].acts};
        struct text login = text_over(user.login, sizeof user.login);
        struct text role = text_over(user.role, sizeof user.role);
        struct text place = text_over(user.place, sizeof user.place);
        text_add_string(&login, USERS[i].login);
        text_add_string(&role, USERS[i].roles);
        text_add_string(&place, USERS[i].place);
        if (demo_over(demo))
            return STATUS_REFUSED;
        TRY(user_add(demo, &user));
    }
    return users_put(&demo->people, demo->folder);
}

const struct demo_user *people_find(struct demo_people *people, const char *login)
{
    const struct demo_user *found = NULL;
    (void)pthread_mutex_lock(&people->lock);
    for (unsigned i = 0; i < people->count; i++)
        if (strcmp(people->user[i].login, login) == 0)
            found = &people->user[i];
    (void)pthread_mutex_unlock(&people->lock);
    return found;
}

enum status people_become(struct demo_people *people, const char *login, struct demo_client *client)
{
    const struct demo_user *user = people_find(people, login);
    struct text text = text_over(client->show[0], sizeof client->show[0]);
    client->show[1][0] = '\0';
    if (user == NULL)
        return STATUS_ABSENT;
    text_addf(&text, "Authorization: Bearer %s", user->token);
    return STATUS_OK;
}

/* ---- `cutline demo code LOGIN` ---- */

static struct slice field(struct slice *line)
{
    const char *end = memchr(line->at, '\t', line->size);
    size_t size = end == NULL ? line->size : (size_t)(end - line->at);
    struct slice value = {line->at, size};
    size_t used = end == NULL ? size : size + 1;
    *line = (struct slice){line->at + used, line->size - used};
    return value;
}

enum exit_code people_code(const struct command *command, const char *folder, const char *login)
{
    char path[PATH_MAX], key[64], bytes[32];
    struct text where = text_over(path, sizeof path), text = text_over(bytes, sizeof bytes);
    struct text of = text_over(key, sizeof key);
    struct arena *arena;
    struct slice all;
    enum disk_fault fault = DISK_FAILED;
    text_addf(&where, "%s/users", folder);
    if (where.full || arena_create(&arena, 1 << 20) != STATUS_OK)
        return say_no_memory(command);
    enum status status = disk_read_all(path, USERS_BYTES_MAX, arena, &all, &fault);
    while (status == STATUS_OK && all.size > 0 && key[0] == '\0') {
        const char *end = memchr(all.at, '\n', all.size);
        size_t size = end == NULL ? all.size : (size_t)(end - all.at);
        struct slice line = {all.at, size};
        all = (struct slice){all.at + size, all.size - size};
        if (all.size > 0)
            all = (struct slice){all.at + 1, all.size - 1};
        if (!slice_equal(field(&line), slice_of(login)))
            continue;
        (void)field(&line);
        text_add(&of, field(&line));
    }
    arena_destroy(arena);
    if (status != STATUS_OK) {
        complain_fault(command, path, fault);
        return EXIT_INPUT;
    }
    if (key[0] == '\0') {
        COMPLAIN(command, "%s: nobody there is called `%s`.", "%s：其中没有用户 `%s`。", path,
                 login);
        return EXIT_INPUT;
    }
    add_code(&text, key, 0);
    text_add_char(&text, '\n');
    return say_on_out(text_slice(&text)) ? EXIT_DONE : EXIT_FAILED;
}
