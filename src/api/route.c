/* route.c -- which route a method and a path mean.  Fifty rows are looked through in less time than
 * a table of their hashes would take to explain. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

enum { SCOPE_NUMBER_OPEN = SCOPE_OPEN };

/* clang-format off */
enum {
#define SCOPE(name, spelling, reach, strength, roles, en, zh) SCOPE_NUMBER_##name = SCOPE_##name,
#include "access/scopes.inc"
#undef SCOPE
};

const struct route ROUTES[ROUTES_COUNT] = {
#define ROUTE(method, path, name, scope, body, lane, repeat, action, en, zh)              \
    {#method, path, #name, SCOPE_NUMBER_##scope, body, LANE_##lane, REPEAT_##repeat, action, \
     handle_##name, SAYING(en, zh)},
#include "api/routes.inc"
#undef ROUTE
};
/* clang-format on */

/* Whether the path has the form of the pattern; what stands in the place of {id} goes to
 * `parameter`: 1 to 128 bytes of letters, digits and . _ - */
static bool path_matches(struct slice path, const char *pattern, struct slice *parameter)
{
    size_t at = 0;
    unsigned count = 0;
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (at == path.size || path.at[at++] != *pattern++)
                return false;
            continue;
        }
        size_t start = at;
        while (at < path.size && path.at[at] != '/') {
            char c = path.at[at++];
            bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
            if (!fine)
                return false;
        }
        if (at == start || at - start > 128)
            return false;
        must(count < VISIT_PARAMETERS_MAX);
        parameter[count++] = (struct slice){path.at + start, at - start};
        while (*pattern++ != '}')
            continue;
    }
    return at == path.size;
}

const struct route *route_match(struct slice method, struct slice path, struct slice *parameter,
                                bool *path_known)
{
    bool head = slice_equal(method, SLICE("HEAD"));
    *path_known = false;
    for (size_t i = 0; i < ROUTES_COUNT; i++) {
        if (!path_matches(path, ROUTES[i].path, parameter))
            continue;
        *path_known = true;
        if (slice_equal(method, slice_of(ROUTES[i].method)) ||
            (head && slice_equal(slice_of(ROUTES[i].method), SLICE("GET"))))
            return &ROUTES[i];
    }
    return NULL;
}

void route_add_methods(struct text *text, struct slice path)
{
    struct slice parameter[VISIT_PARAMETERS_MAX];
    for (size_t i = 0; i < ROUTES_COUNT; i++) {
        if (!path_matches(path, ROUTES[i].path, parameter))
            continue;
        bool get = slice_equal(slice_of(ROUTES[i].method), SLICE("GET"));
        text_addf(text, "%s%s, ", ROUTES[i].method, get ? ", HEAD" : "");
    }
    text_add_string(text, "OPTIONS");
}
