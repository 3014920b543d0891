/* words.c -- the lists of this room: roles, kinds of organisations, scopes, and their spellings. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_inside.h"

static const struct {
    const char *name;
    struct saying says;
} ROLES[ROLES_COUNT] = {
#define ROLE(name, en, zh) {#name, SAYING(en, zh)},
#include "access/roles.inc"
#undef ROLE
};

static const char *const KINDS[ORGANISATION_KINDS_COUNT] = {
#define ORGANISATION_KIND(name, en, zh) #name,
#include "access/kinds.inc"
#undef ORGANISATION_KIND
};

static const char *const LEVELS[ORGANISATION_LEVELS_COUNT] = {
    "",
#define ORGANISATION_LEVEL(name, en, zh) #name,
#include "access/levels.inc"
#undef ORGANISATION_LEVEL
};

#define R(role)   ROLE_BIT(ROLE_##role)
#define EVERYBODY ROLES_OF_EVERYBODY
#define PEOPLE    ROLES_OF_PEOPLE
const struct scope_row SCOPES[SCOPES_COUNT] = {
#define SCOPE(name, spelling, reach, strength, roles, en, zh) \
    {spelling, REACH_##reach, STRENGTH_##strength, roles, SAYING(en, zh)},
#include "access/scopes.inc"
#undef SCOPE
};

const char *role_name(enum role role)
{
    must((unsigned)role < ROLES_COUNT);
    return ROLES[role].name;
}

const struct saying *role_says(enum role role)
{
    must((unsigned)role < ROLES_COUNT);
    return &ROLES[role].says;
}

const char *organisation_kind_name(enum organisation_kind kind)
{
    must((unsigned)kind < ORGANISATION_KINDS_COUNT);
    return KINDS[kind];
}

const char *organisation_level_name(enum organisation_level level)
{
    must((unsigned)level < ORGANISATION_LEVELS_COUNT);
    return LEVELS[level];
}

bool organisation_level_fits(enum organisation_kind kind, enum organisation_level level)
{
    if (kind == ORGANISATION_police)
        return level != ORGANISATION_LEVEL_none;
    return kind == ORGANISATION_centre || level == ORGANISATION_LEVEL_none;
}

bool role_find(struct slice name, enum role *out)
{
    for (unsigned i = 0; i < ROLES_COUNT; i++) {
        if (!slice_equal(name, slice_of(ROLES[i].name)))
            continue;
        *out = (enum role)i;
        return true;
    }
    return false;
}

bool organisation_kind_find(struct slice name, enum organisation_kind *out)
{
    for (unsigned i = 0; i < ORGANISATION_KINDS_COUNT; i++) {
        if (!slice_equal(name, slice_of(KINDS[i])))
            continue;
        *out = (enum organisation_kind)i;
        return true;
    }
    return false;
}

bool organisation_level_find(struct slice name, enum organisation_level *out)
{
    for (unsigned i = 0; i < ORGANISATION_LEVELS_COUNT; i++) {
        if (!slice_equal(name, slice_of(LEVELS[i])))
            continue;
        *out = (enum organisation_level)i;
        return true;
    }
    return false;
}

bool scope_find(struct slice name, enum scope *out)
{
    for (unsigned i = 0; i < SCOPES_COUNT; i++) {
        if (!slice_equal(name, slice_of(SCOPES[i].name)))
            continue;
        *out = (enum scope)i;
        return true;
    }
    return false;
}

void text_add_roles(struct text *text, uint32_t roles)
{
    const char *comma = "";
    for (unsigned i = 0; i < ROLES_COUNT; i++) {
        if ((roles & ROLE_BIT(i)) == 0)
            continue;
        text_addf(text, "%s%s", comma, ROLES[i].name);
        comma = ",";
    }
}

void text_add_scopes(struct text *text, uint64_t scopes)
{
    const char *comma = "";
    for (unsigned i = 0; i < SCOPES_COUNT; i++) {
        if ((scopes & SCOPE_BIT(i)) == 0)
            continue;
        text_addf(text, "%s%s", comma, SCOPES[i].name);
        comma = ",";
    }
}

static struct slice word_next(struct slice *rest)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->at, ',', rest->size);
    struct slice word = {rest->at, end == NULL ? rest->size : (size_t)(end - rest->at)};
    size_t taken = end == NULL ? word.size : word.size + 1;
    rest->at += taken;
    rest->size -= taken;
    return word;
}

enum status roles_read(struct slice words, uint32_t *out)
{
    uint32_t roles = 0;
    while (words.size > 0) {
        enum role role;
        if (!role_find(word_next(&words), &role))
            return STATUS_MALFORMED;
        roles |= ROLE_BIT(role);
    }
    *out = roles;
    return STATUS_OK;
}

enum status scopes_read(struct slice words, uint64_t *out)
{
    uint64_t scopes = 0;
    while (words.size > 0) {
        enum scope scope;
        if (!scope_find(word_next(&words), &scope))
            return STATUS_MALFORMED;
        scopes |= SCOPE_BIT(scope);
    }
    *out = scopes;
    return STATUS_OK;
}

uint64_t scopes_of_roles(uint32_t roles)
{
    uint64_t scopes = 0;
    for (unsigned i = 0; i < SCOPES_COUNT; i++)
        scopes |= (SCOPES[i].roles & roles) != 0 ? SCOPE_BIT(i) : 0;
    return scopes;
}
