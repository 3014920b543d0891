/* openapi.c -- the interface described for programs: OpenAPI 3.1, from the tables of the checks.
 *  What a client cannot know from a schema (scope, roles, tongue) stands in `x-` members. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

struct described {
    enum route_name route;
    const char *name;
    const char *type; /* TEXT WHOLE FLAG WORDS FILES OBJECT ITEMS */
    bool must;
    int64_t most;
    struct saying says;
};

#define NEED_IS_MUST true
#define NEED_IS_MAY  false
static const struct described BODY_MEMBERS[] = {
#define MEMBER(route, name, type, need, most, en, zh) \
    {ROUTE_##route, #name, #type, NEED_IS_##need, most, SAYING(en, zh)},
#include "api/members.inc"
};
static const struct described QUERY_MEMBERS[] = {
#define QUERY(route, name, type, need, most, en, zh) \
    {ROUTE_##route, #name, #type, NEED_IS_##need, most, SAYING(en, zh)},
#include "api/members.inc"
};

enum {
    BODY_MEMBERS_COUNT = sizeof BODY_MEMBERS / sizeof BODY_MEMBERS[0],
    QUERY_MEMBERS_COUNT = sizeof QUERY_MEMBERS / sizeof QUERY_MEMBERS[0],
};

static void add_saying(struct text *text, const char *name, const struct saying *says)
{
    text_addf(text, "\"%s\":", name);
    text_add_json(text, slice_of(says->in[TONGUE_EN]));
    text_addf(text, ",\"x-%s-zh\":", name);
    text_add_json(text, slice_of(says->in[TONGUE_ZH]));
}

static void add_object(struct text *text, enum route_name number);

static void add_schema(struct text *text, const struct described *member)
{
    switch (member->type[0]) {
    case 'I': /* of NAME_batch: objects as NAME, the route before it, takes them */
        text_addf(text, "{\"type\":\"array\",\"minItems\":1,\"maxItems\":%lld,\"items\":",
                  (long long)member->most);
        add_object(text, member->route - 1);
        text_add_char(text, '}');
        break;
    case 'O':
        text_add_string(text, "{\"type\":\"object\"}");
        break;
    case 'T':
        text_addf(text, "{\"type\":\"string\",\"maxLength\":%lld}", (long long)member->most);
        break;
    case 'F':
        if (member->type[1] == 'I')
            text_add_string(text, "{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":"
                                  "\"object\",\"additionalProperties\":false,\"required\":["
                                  "\"path\",\"text\"],\"properties\":{\"path\":{\"type\":"
                                  "\"string\"},\"text\":{\"type\":\"string\"}}}}");
        else
            text_add_string(text, "{\"type\":\"boolean\"}");
        break;
    case 'W':
        if (member->type[1] == 'H')
            text_addf(text, "{\"type\":\"integer\",\"minimum\":0,\"maximum\":%lld}",
                      (long long)member->most);
        else
            text_addf(text,
                      "{\"type\":\"array\",\"maxItems\":%lld,\"items\":{\"type\":\"string\"}}",
                      (long long)member->most);
        break;
    default:
        must(false);
    }
}

static void add_path_parameters(struct text *text, const char *path, const char **comma)
{
    for (const char *at = strchr(path, '{'); at != NULL; at = strchr(at + 1, '{')) {
        const char *end = strchr(at, '}');
        text_addf(text,
                  "%s{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":"
                  "\"string\",\"pattern\":\"^[A-Za-z0-9._-]{1,128}$\"}}",
                  *comma, (int)(end - at - 1), at + 1);
        *comma = ",";
    }
}

static void add_parameters(struct text *text, enum route_name number)
{
    const struct route *route = &ROUTES[number];
    const char *comma = "";
    text_add_string(text, ",\"parameters\":[");
    add_path_parameters(text, route->path, &comma);
    for (size_t i = 0; i < QUERY_MEMBERS_COUNT; i++) {
        const struct described *query = &QUERY_MEMBERS[i];
        if (query->route != number)
            continue;
        text_addf(text, "%s{\"name\":\"%s\",\"in\":\"query\",\"required\":%s,", comma, query->name,
                  query->must ? "true" : "false");
        add_saying(text, "description", &query->says);
        text_add_string(text, ",\"schema\":");
        add_schema(text, query);
        text_add_char(text, '}');
        comma = ",";
    }
    if (route->repeat != REPEAT_NONE)
        text_addf(text,
                  "%s{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,\"schema\":"
                  "{\"type\":\"string\",\"maxLength\":%d}}",
                  comma, API_KEY_BYTES_MAX);
    text_add_char(text, ']');
}

static void add_object(struct text *text, enum route_name number)
{
    const char *comma = "";
    text_add_string(text, "{\"type\":\"object\",\"additionalProperties\":false,"
                          "\"properties\":{");
    for (size_t i = 0; i < BODY_MEMBERS_COUNT; i++) {
        const struct described *member = &BODY_MEMBERS[i];
        if (member->route != number)
            continue;
        text_addf(text, "%s\"%s\":{", comma, member->name);
        add_saying(text, "description", &member->says);
        text_add_string(text, ",\"allOf\":[");
        add_schema(text, member);
        text_add_string(text, "]}");
        comma = ",";
    }
    text_add_string(text, "},\"required\":[");
    comma = "";
    for (size_t i = 0; i < BODY_MEMBERS_COUNT; i++) {
        if (BODY_MEMBERS[i].route != number || !BODY_MEMBERS[i].must)
            continue;
        text_addf(text, "%s\"%s\"", comma, BODY_MEMBERS[i].name);
        comma = ",";
    }
    text_add_string(text, "]}");
}

static void add_body(struct text *text, enum route_name number)
{
    unsigned count = 0;
    for (size_t i = 0; i < BODY_MEMBERS_COUNT; i++)
        count += BODY_MEMBERS[i].route == number;
    if (count == 0)
        return;
    text_add_string(text, ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{"
                          "\"schema\":");
    add_object(text, number);
    text_add_string(text, "}}}");
}

static void add_guard(struct text *text, const struct route *route)
{
    if (route->scope == SCOPE_OPEN) {
        text_add_string(text, ",\"security\":[]");
        return;
    }
    const struct scope_row *scope = &SCOPES[route->scope];
    char words[256];
    struct text roles = text_over(words, sizeof words);
    text_add_roles(&roles, scope->roles);
    text_addf(text, ",\"security\":[%s{\"session\":[]}],\"x-scope\":\"%s\",\"x-roles\":",
              scope->strength < STRENGTH_SESSION ? "{\"token\":[]}," : "", scope->name);
    text_add_word_list(text, text_slice(&roles));
    text_addf(text, ",\"x-reach\":\"%s\",\"x-step-up\":%s",
              scope->reach == REACH_HOME ? "home" : "own organisation",
              scope->strength == STRENGTH_SEVERE ? "true" : "false");
}

static void add_operation(struct text *text, enum route_name number)
{
    const struct route *route = &ROUTES[number];
    text_addf(text, "\"%s\":{\"operationId\":\"%s\",",
              slice_equal(slice_of(route->method), SLICE("GET")) ? "get" : "post", route->name);
    add_saying(text, "summary", &route->says);
    add_parameters(text, number);
    add_body(text, number);
    add_guard(text, route);
    text_add_string(text, ",\"responses\":{\"2XX\":{\"description\":\"done\"},\"default\":{\"$ref\""
                          ":\"#/components/responses/problem\"}}}");
}

/* Whether an earlier route has the same path: then it was described with that. */
static bool path_was_seen(size_t number)
{
    for (size_t i = 0; i < number; i++)
        if (slice_equal(slice_of(ROUTES[i].path), slice_of(ROUTES[number].path)))
            return true;
    return false;
}

void text_add_openapi(struct text *text)
{
    text_add_string(text,
                    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Cutline\",\"version\":\"1\","
                    "\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}},"
                    "\"servers\":[{\"url\":\"/\"}],\"paths\":{");
    for (size_t i = 0; i < ROUTES_COUNT; i++) {
        if (path_was_seen(i))
            continue;
        text_addf(text, "%s\"%s\":{", i == 0 ? "" : ",", ROUTES[i].path);
        const char *comma = "";
        for (size_t other = i; other < ROUTES_COUNT; other++) {
            if (!slice_equal(slice_of(ROUTES[i].path), slice_of(ROUTES[other].path)))
                continue;
            text_add_string(text, comma);
            add_operation(text, (enum route_name)other);
            comma = ",";
        }
        text_add_char(text, '}');
    }
    text_add_string(
        text,
        "},\"components\":{\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}"
        ","
        "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"cutline\",\"description\":"
        "\"with the header X-CSRF-Token on whatever changes something; __Host-cutline over "
        "TLS\"}},\"responses\":{\"problem\":{\"description\":\"RFC 9457\",\"content\":{"
        "\"application/problem+json\":{\"schema\":{\"type\":\"object\",\"required\":[\"type\","
        "\"title\",\"status\"],\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":"
        "\"string\"},\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"}}}}}}}}}");
}
