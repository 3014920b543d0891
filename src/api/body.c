/* body.c -- JSON bodies and queries, held against members.inc.
 *
 * Strict: an object, no member twice, none that the list does not name, UTF-8, no NUL, not deeper
 * than API_JSON_DEPTH_MAX (looked at before the parser, which would follow 2,048 levels). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

#include "ground/arena.h"

enum member_type {
    MEMBER_TEXT,
    MEMBER_WHOLE,
    MEMBER_FLAG,
    MEMBER_WORDS,
    MEMBER_ITEMS,
    MEMBER_FILES,
    MEMBER_OBJECT
};
enum need { NEED_MAY, NEED_MUST };

struct member {
    enum route_name route;
    const char *name;
    enum member_type type;
    enum need need;
    int64_t most;
};

static const struct member MEMBERS[] = {
#define MEMBER(route, name, type, need, most, en, zh) \
    {ROUTE_##route, #name, MEMBER_##type, NEED_##need, most},
#include "api/members.inc"
};

static const struct member QUERIES[] = {
#define QUERY(route, name, type, need, most, en, zh) \
    {ROUTE_##route, #name, MEMBER_##type, NEED_##need, most},
#include "api/members.inc"
};

enum { MEMBERS_COUNT = sizeof MEMBERS / sizeof MEMBERS[0] };
enum { QUERIES_COUNT = sizeof QUERIES / sizeof QUERIES[0] };

static const struct member *member_find(const struct member *list, size_t count,
                                        enum route_name route, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].route == route && slice_equal(slice_of(list[i].name), name))
            return &list[i];
    return NULL;
}

static enum route_name route_number(const struct visit *visit)
{
    return (enum route_name)(visit->route - ROUTES);
}

/* Says which member it is about; its name is ours or was bounded by us. */
static void complain(struct visit *visit, enum problem problem, const char *name, const char *en,
                     const char *zh)
{
    struct text say_en = visit_paper(visit, 256), say_zh = visit_paper(visit, 256);
    text_addf(&say_en, "%s: %s", name, en);
    text_addf(&say_zh, "%s：%s", name, zh);
    struct saying detail = SAYING(say_en.at, say_zh.at);
    visit_problem(visit, problem, &detail);
}

static bool depth_holds(struct slice body)
{
    int depth = 0;
    bool text = false;
    for (size_t i = 0; i < body.size; i++) {
        char c = body.at[i];
        if (text) {
            if (c == '\\')
                i++;
            else
                text = c != '"';
        } else if (c == '"') {
            text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > API_JSON_DEPTH_MAX)
                return false;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return true;
}

static bool words_hold(const json_t *value, int64_t most)
{
    if (!json_is_array(value) || json_array_size(value) > (size_t)most)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *word = json_array_get(value, i);
        if (!json_is_string(word) || json_string_length(word) > 64 ||
            json_string_length(word) == 0 ||
            memchr(json_string_value(word), ',', json_string_length(word)) != NULL)
            return false;
    }
    return true;
}

/* [{"path": "…", "text": "…"}, …], of `most` bytes in all. */
static bool files_hold(const json_t *value, int64_t most)
{
    size_t size = 0;
    if (!json_is_array(value) || json_array_size(value) == 0 || json_array_size(value) > FILES_MAX)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *file = json_array_get(value, i);
        const json_t *path = json_object_get(file, "path");
        const json_t *text = json_object_get(file, "text");
        if (!json_is_object(file) || json_object_size(file) != 2 || !json_is_string(path) ||
            !json_is_string(text))
            return false;
        size += json_string_length(path) + json_string_length(text);
    }
    return size <= (size_t)most;
}

static bool value_holds(const struct member *member, const json_t *value)
{
    switch (member->type) {
    case MEMBER_TEXT:
        return json_is_string(value) && json_string_length(value) <= (size_t)member->most;
    case MEMBER_WHOLE:
        return json_is_integer(value) && json_integer_value(value) >= 0 &&
               json_integer_value(value) <= member->most;
    case MEMBER_FLAG:
        return json_is_boolean(value);
    case MEMBER_WORDS:
        return words_hold(value, member->most);
    case MEMBER_ITEMS: /* each is looked at in its turn */
        return json_is_array(value) && json_array_size(value) >= 1 &&
               json_array_size(value) <= (size_t)member->most;
    case MEMBER_FILES:
        return files_hold(value, member->most);
    case MEMBER_OBJECT: /* the handler knows its members */
        return json_is_object(value) &&
               json_dumpb(value, NULL, 0, JSON_COMPACT) <= (size_t)member->most;
    }
    return false;
}

bool visit_members_hold(struct visit *visit, enum route_name route)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(visit->json, name, value)
    {
        const struct member *member = member_find(MEMBERS, MEMBERS_COUNT, route, slice_of(name));
        if (member == NULL) {
            complain(visit, PROBLEM_body_malformed, "-", "a member that this route does not know",
                     "含本接口未定义的成员");
            return false;
        }
        if (!value_holds(member, value)) {
            complain(visit, PROBLEM_body_malformed, member->name,
                     "of another type, too long or too large", "类型不符、过长或过大");
            return false;
        }
    }
    for (size_t i = 0; i < MEMBERS_COUNT; i++) {
        if (MEMBERS[i].route != route || MEMBERS[i].need != NEED_MUST ||
            json_object_get(visit->json, MEMBERS[i].name) != NULL)
            continue;
        complain(visit, PROBLEM_body_malformed, MEMBERS[i].name, "missing", "缺失");
        return false;
    }
    return true;
}

/* ---- objects of plain texts ---- */

static size_t blanks_after(struct slice body, size_t at)
{
    while (at < body.size && (body.at[at] == ' ' || body.at[at] == '\t' || body.at[at] == '\n' ||
                              body.at[at] == '\r'))
        at++;
    return at;
}

/* Behind blanks a text in quotes, and blanks behind it. */
static bool plain_text(struct slice body, size_t *at, struct slice *out)
{
    size_t first = blanks_after(body, *at) + 1;
    if (first >= body.size || body.at[first - 1] != '"')
        return false;
    size_t end = first;
    while (end < body.size && body.at[end] >= ' ' && body.at[end] <= '~' && body.at[end] != '"' &&
           body.at[end] != '\\')
        end++;
    if (end == body.size || body.at[end] != '"')
        return false;
    *out = (struct slice){body.at + first, end - first};
    *at = blanks_after(body, end + 1);
    return true;
}

static bool plain_mark(struct slice body, size_t *at, char mark)
{
    if (*at == body.size || body.at[*at] != mark)
        return false;
    *at += 1;
    return true;
}

static struct slice plain_find(const struct plain *plain, struct slice name)
{
    for (unsigned i = 0; i < plain->count; i++)
        if (slice_equal(plain->member[i].name, name))
            return plain->member[i].text;
    return (struct slice){NULL, 0};
}

static bool plain_scan(struct slice body, struct plain *plain)
{
    size_t at = blanks_after(body, 0);
    if (!plain_mark(body, &at, '{'))
        return false;
    do {
        struct plain_member member;
        if (plain->count == PLAIN_MEMBERS_MAX || !plain_text(body, &at, &member.name) ||
            !plain_mark(body, &at, ':') || !plain_text(body, &at, &member.text) ||
            plain_find(plain, member.name).at != NULL)
            return false;
        plain->member[plain->count++] = member;
    } while (plain_mark(body, &at, ','));
    return plain_mark(body, &at, '}') && blanks_after(body, at) == body.size;
}

/* As visit_members_hold, without words. */
static bool plain_holds(const struct plain *plain, enum route_name route)
{
    unsigned known = 0;
    for (size_t i = 0; i < MEMBERS_COUNT; i++) {
        const struct member *member = &MEMBERS[i];
        if (member->route != route)
            continue;
        struct slice text = plain_find(plain, slice_of(member->name));
        if (text.at == NULL && member->need == NEED_MUST)
            return false;
        if (text.at == NULL)
            continue;
        if (member->type != MEMBER_TEXT || text.size > (size_t)member->most)
            return false;
        known++;
    }
    return known == plain->count;
}

bool visit_plain_read(struct visit *visit, struct slice body)
{
    struct plain *plain;
    if (ARENA_NEW(visit->arena, 1, &plain) != STATUS_OK || !plain_scan(body, plain) ||
        !plain_holds(plain, route_number(visit)))
        return false;
    visit->plain = plain;
    return true;
}

/* ---- bodies ---- */

void body_begin(void)
{
    json_set_alloc_funcs(heap_take, heap_give_back);
}

bool visit_body_read(struct visit *visit, struct slice body)
{
    json_error_t fault;
    (void)heap_was_starved();
    if (depth_holds(body))
        visit->json = json_loadb(body.at, body.size, JSON_REJECT_DUPLICATES, &fault);
    if (heap_was_starved()) {
        visit_problem_wait(visit, PROBLEM_too_much, 1);
        return false;
    }
    if (!json_is_object(visit->json)) {
        visit_problem(visit, PROBLEM_body_malformed, NULL);
        return false;
    }
    return visit_members_hold(visit, route_number(visit));
}

static bool type_is_json(struct visit *visit)
{
    struct slice type = http_header(visit->request, "Content-Type");
    if (slice_starts(type, SLICE("application/json")) &&
        (type.size <= 16 || type.at[16] == ';' || type.at[16] == ' '))
        return true;
    visit_problem(visit, PROBLEM_type_unknown, &SAYING("application/json", "application/json"));
    return false;
}

bool visit_body(struct visit *visit)
{
    return type_is_json(visit) && visit_body_read(visit, http_body(visit->request));
}

bool visit_body_of_texts(struct visit *visit)
{
    struct slice body = http_body(visit->request);
    return type_is_json(visit) && (visit_plain_read(visit, body) || visit_body_read(visit, body));
}

struct slice visit_text(const struct visit *visit, const char *name)
{
    if (visit->plain != NULL) {
        struct slice text = plain_find(visit->plain, slice_of(name));
        return text.at == NULL ? (struct slice){"", 0} : text;
    }
    const json_t *value = json_object_get(visit->json, name);
    if (!json_is_string(value))
        return (struct slice){"", 0};
    return (struct slice){json_string_value(value), json_string_length(value)};
}

int64_t visit_whole(const struct visit *visit, const char *name, int64_t otherwise)
{
    const json_t *value = json_object_get(visit->json, name);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool visit_flag(const struct visit *visit, const char *name)
{
    return json_is_true(json_object_get(visit->json, name));
}

struct slice visit_words(struct visit *visit, const char *name)
{
    const json_t *value = json_object_get(visit->json, name);
    struct text words = visit_paper(visit, 64 * 65);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *word = json_array_get(value, i);
        text_addf(&words, "%s%s", i == 0 ? "" : ",", json_string_value(word));
    }
    return text_slice(&words);
}

static bool whole_read(struct slice text, int64_t most, int64_t *out)
{
    int64_t whole = 0;
    if (text.size == 0 || text.size > 16)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        whole = whole * 10 + (text.at[i] - '0');
    }
    *out = whole;
    return whole <= most;
}

static bool query_holds(struct visit *visit, const struct member *member)
{
    int64_t whole = 0;
    struct slice value = http_query(visit->request, member->name);
    return member->type == MEMBER_WHOLE ? whole_read(value, member->most, &whole)
                                        : value.size <= (size_t)member->most;
}

bool visit_queries_hold(struct visit *visit)
{
    struct slice names[16];
    unsigned count = http_queries(visit->request, names, 16);
    bool holds = count <= 16;
    for (unsigned i = 0; holds && i < count; i++) {
        const struct member *member =
            member_find(QUERIES, QUERIES_COUNT, route_number(visit), names[i]);
        holds = member != NULL && query_holds(visit, member);
        for (unsigned other = 0; holds && other < i; other++)
            holds = !slice_equal(names[i], names[other]);
        if (!holds && member != NULL) {
            complain(visit, PROBLEM_query_malformed, member->name,
                     "given twice, too long, or not a number in its bounds",
                     "重复、过长或不是允许范围内的数字");
            return false;
        }
    }
    if (!holds)
        complain(visit, PROBLEM_query_malformed, "-", "a parameter that this route does not know",
                 "含本接口未定义的参数");
    return holds;
}

struct slice visit_query_text(const struct visit *visit, const char *name)
{
    return http_query(visit->request, name);
}

int64_t visit_query_whole(const struct visit *visit, const char *name, int64_t otherwise)
{
    int64_t whole = 0;
    return whole_read(http_query(visit->request, name), INT64_MAX, &whole) ? whole : otherwise;
}
