/* demo_client.c -- somebody of the demo who asks the service over HTTP, as anybody's program would.
 *
 * Paths are made of our own words and of ids that the service gave. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "reading.h"

enum { DEMO_URL_MAX = 512 };

enum status demo_client_create(struct demo_client **out, const char *url, struct arena *arena)
{
    struct demo_client *client;
    char *answer, *body;
    TRY(ARENA_NEW(arena, 1, &client));
    TRY(arena_take(arena, DEMO_ANSWER_MAX, (void **)&answer));
    TRY(arena_take(arena, DEMO_BODY_MAX, (void **)&body));
    client->answer = text_over(answer, DEMO_ANSWER_MAX);
    client->body = text_over(body, DEMO_BODY_MAX);
    struct text text = text_over(client->url, sizeof client->url);
    text_add_string(&text, url);
    *out = client;
    return STATUS_OK;
}

void demo_client_close(struct demo_client *client)
{
    courier_hang_up(&client->line);
}

/* ---- one request ---- */

static enum status go(struct demo_client *client, const char *path, bool post, const char *version,
                      struct text *cookie)
{
    char url[DEMO_URL_MAX], match[64];
    const char *header[4] = {NULL};
    unsigned count = 0;
    struct text where = text_over(url, sizeof url), tag = text_over(match, sizeof match);
    text_addf(&where, "%s%s", client->url, path);
    if (where.full)
        return STATUS_REFUSED;
    for (unsigned i = 0; i < 2; i++)
        if (client->show[i][0] != '\0')
            header[count++] = client->show[i];
    if (post)
        header[count++] = client->type == NULL ? "Content-Type: application/json" : client->type;
    if (version != NULL && count < 4) {
        text_addf(&tag, "If-Match: \"%s\"", version);
        header[count++] = match;
    }
    if (post && client->body.size == 0)
        text_add_string(&client->body, "{}");
    client->answer = text_over(client->answer.at, DEMO_ANSWER_MAX);
    client->answer.at[0] = '\0';
    struct courier_errand errand = {
        .url = url,
        .header = {header[0], header[1], header[2], header[3]},
        .post = post,
        .body = post ? text_slice(&client->body) : SLICE(""),
        .answer = &client->answer,
        .cookie = cookie,
        .patience_s = 20,
    };
    enum status status = courier_go(&client->line, &errand);
    client->body = text_over(client->body.at, DEMO_BODY_MAX);
    client->http = errand.http_status;
    if (status != STATUS_OK)
        return STATUS_IO;
    client->refusals += client->http / 100 != 2;
    return client->http / 100 == 2 ? STATUS_OK : STATUS_REFUSED;
}

enum status demo_get(struct demo_client *client, const char *path)
{
    return go(client, path, false, NULL, NULL);
}

enum status demo_post(struct demo_client *client, const char *path, const char *version)
{
    return go(client, path, true, version, NULL);
}

enum status demo_login(struct demo_client *client)
{
    char cookie[480] = "";
    struct text set = text_over(cookie, sizeof cookie);
    TRY(go(client, "/v1/login", true, NULL, &set));
    struct text header = text_over(client->show[0], sizeof client->show[0]);
    text_addf(&header, "Cookie: %s", cookie);
    return STATUS_OK;
}

/* ---- bodies and answers ---- */

static void add_pairs(struct text *body, const char *const *pairs)
{
    text_add_char(body, '{');
    for (unsigned i = 0; pairs[i] != NULL; i += 2) {
        bool raw = pairs[i + 1][0] == '[' || pairs[i + 1][0] == '{';
        text_addf(body, "%s\"%s\":", i > 0 ? "," : "", pairs[i]);
        if (raw)
            text_add_string(body, pairs[i + 1]);
        else
            text_add_json(body, slice_of(pairs[i + 1]));
    }
    text_add_char(body, '}');
}

void demo_body(struct demo_client *client, const char *const *pairs)
{
    client->body = text_over(client->body.at, DEMO_BODY_MAX);
    add_pairs(&client->body, pairs);
}

void demo_member_of(struct slice object, const char *name, char *out, size_t size)
{
    struct text text = text_over(out, size);
    text_add_json_value(&text, answered_member(object, name));
}

void demo_member(const struct demo_client *client, const char *name, char *out, size_t size)
{
    demo_member_of(text_slice(&client->answer), name, out, size);
}

/* ---- work ---- */

enum status demo_new(struct demo_client *client, const char *kind, const char *place,
                     const char *const *fields, char *id)
{
    struct text *body = &client->body;
    *body = text_over(body->at, DEMO_BODY_MAX);
    text_addf(body, "{\"kind\":\"%s\",", kind);
    if (place != NULL)
        text_addf(body, "\"place\":\"%s\",", place);
    text_add_string(body, "\"fields\":");
    add_pairs(body, fields);
    text_add_char(body, '}');
    TRY(demo_post(client, "/v1/work", NULL));
    if (id != NULL)
        demo_member(client, "id", id, DEMO_WORD_MAX);
    return STATUS_OK;
}

static void item_path(char out[DEMO_URL_MAX], const char *id, const char *rest)
{
    struct text text = text_over(out, DEMO_URL_MAX);
    text_addf(&text, "/v1/work/%s%s", id, rest);
}

enum status demo_item(struct demo_client *client, const char *id)
{
    char path[DEMO_URL_MAX];
    item_path(path, id, "");
    return demo_get(client, path);
}

enum status demo_step(struct demo_client *client, const char *id, const char *step,
                      const char *reason, const char *const *fields)
{
    char path[DEMO_URL_MAX], version[32];
    struct text *body = &client->body;
    TRY(demo_item(client, id));
    demo_member(client, "version", version, sizeof version);
    *body = text_over(body->at, DEMO_BODY_MAX);
    text_addf(body, "{\"step\":\"%s\",\"fields\":", step);
    add_pairs(body, fields);
    if (reason != NULL) {
        text_add_string(body, ",\"reason\":");
        text_add_json(body, slice_of(reason));
    }
    text_add_char(body, '}');
    item_path(path, id, "/step");
    return demo_post(client, path, version);
}

enum status demo_take(struct demo_client *client, const char *id)
{
    char path[DEMO_URL_MAX], version[32];
    TRY(demo_item(client, id));
    demo_member(client, "version", version, sizeof version);
    item_path(path, id, "/take");
    return demo_post(client, path, version);
}

static enum status say(struct demo_client *client, const char *id, const char *rest,
                       const char *reason)
{
    char path[DEMO_URL_MAX], digest[DEMO_WORD_MAX];
    TRY(demo_item(client, id));
    struct slice asking = answered_member(text_slice(&client->answer), "asking");
    demo_member_of(asking, "digest", digest, sizeof digest);
    if (digest[0] == '\0')
        return STATUS_ABSENT;
    demo_body(client, PAIRS("digest", digest, "reason", reason));
    item_path(path, id, rest);
    return demo_post(client, path, NULL);
}

enum status demo_yes(struct demo_client *client, const char *id)
{
    return say(client, id, "/approve", "seen / 已核");
}

enum status demo_no(struct demo_client *client, const char *id)
{
    return say(client, id, "/decline", "not allowed / 不符合规定");
}
