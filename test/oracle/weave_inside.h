/* weave_inside.h -- what a woven expression may speak of. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/syntax.h"
#include "weave.h"

enum { WOVEN_PROFILES_MAX = 6, WOVEN_FEATURES_MAX = 8, WOVEN_LETS_MAX = 4 };

struct woven_feature {
    char name[8];
    struct type type;
};

struct woven_key {
    enum record_kind kind;
    unsigned field;
    bool through;
};

struct woven_profile {
    char name[8];
    enum field_type entity;
    struct woven_key key[PROFILE_KEYS_MAX];
    uint32_t keys_count;
    uint32_t kinds; /* bits */
    struct woven_feature feature[WOVEN_FEATURES_MAX];
    uint32_t features_count;
};

struct woven_let {
    char name[8];
    struct type type;
};

struct weaver {
    struct chance chance;
    struct arena *arena;
    struct program *program;
    struct woven_profile profile[WOVEN_PROFILES_MAX];
    uint32_t profiles_count;
    bool follows;           /* it is much about money that moved */
    enum field_type marked; /* what is marked most often, so that marks are met */
};

/* Where an expression stands. */
struct scope {
    struct weaver *weaver;
    enum record_kind kind;
    uint32_t kinds;     /* of the profile that the feature belongs to; 0 in a rule */
    uint32_t readable;  /* profiles before this one may be read */
    const char *second; /* names of the steps of a sequence, or NULL */
    const char *first;
    enum record_kind first_kind;
    int sequence; /* its profile, or -1 */
    struct woven_let let[WOVEN_LETS_MAX];
    uint32_t lets_count;
};

uint64_t lot(struct weaver *weaver, uint64_t count);
/* One of several words. */
#define ONE_OF(weaver, ...)                                                   \
    ((const char *const[]){__VA_ARGS__})[lot(                                 \
        weaver, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))]

/* The type that a field has in expressions; false: it has none (PHONES, ACCOUNTS). */
bool field_type_of(enum record_kind kind, unsigned field, struct type *out);
/* How many keys of the profile a record of the kind has, and whether the one can be read by itself.
 */
bool reads_by_key(const struct woven_profile *profile, enum record_kind kind);

/* Adds an expression of the type.  false: there is none here; nothing was added.  `literal`: the
 * place gives the type to a bare string or word. */
bool weave_expr(struct scope *scope, struct text *text, struct type type, unsigned depth,
                bool literal);
/* Adds something that knows its type: a field, a feature, a let. */
bool weave_atom(struct scope *scope, struct text *text, struct type type);
/* A condition that is easily met: about one thing, which is often a feature. */
bool weave_simple(struct scope *scope, struct text *text);
/* A type that something here has. */
struct type weave_type(struct scope *scope);
/* A sum's value: whole. */
bool weave_whole(struct scope *scope, struct text *text, struct type type);

static inline struct type plain(enum type_class class)
{
    return (struct type){.class = class};
}
static inline struct type named(enum field_type name)
{
    return (struct type){.class = TYPE_NAME, .name = name};
}
