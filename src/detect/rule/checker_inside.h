/* checker_inside.h -- what the checker knows while it makes the tree from what was written. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "names_inside.h"
#include "parser_inside.h"

/* Beside each profile of the tree, by the same index. */
struct profile_notes {
    const struct written_profile *written;
    bool entity_known; /* all keys were understood */
    bool gap;          /* some features may be missing */
    uint64_t reads;    /* bit i: its expressions read profile i */
    const struct written_feature *feature[PROFILE_FEATURES_MAX];
    bool ready[PROFILE_FEATURES_MAX]; /* its type is known */
    unsigned broken_count;
    struct slice broken[PROFILE_FEATURES_MAX]; /* names of features that were not understood */
};

struct checker {
    struct compile *compile;
    struct written_set *written;
    struct rule_set *set;
    struct profile_notes notes[PROFILES_MAX];
    int64_t flow_ms; /* how far back some flow looks; 0: there is none */
};

enum let_state { LET_UNSEEN, LET_ON_THE_WAY, LET_DONE };

struct let_notes {
    const struct written_let *written;
    enum let_state state;
    struct expr *value; /* NULL: not understood */
    unsigned index;     /* in the rule of the tree */
    unsigned depth;
};

/* What names mean at a place in the text. */
struct scope {
    struct checker *checker;
    enum record_kind kind; /* of the record that is at hand: step 0 */
    int own_profile;       /* in a feature: the profile that it belongs to; else -1 */
    struct rule *rule;     /* NULL: in a feature */
    bool has_first;        /* there is a step 1, of kind `first_kind` */
    enum record_kind first_kind;
    unsigned lets_count;
    struct let_notes let[LETS_MAX];
};

/* ---- unknown.c: what a name that means nothing may have been meant for ---- */

/* A bare name; `expected` (may be NULL) is the type that its place asks for. */
void complain_unknown_name(const struct scope *scope, struct word name,
                           const struct type *expected);
void complain_unknown_field(const struct scope *scope, struct word name, enum record_kind kind);
/* `name.part` where `name` is no step and no profile. */
void complain_unknown_dot(const struct scope *scope, const struct phrase *phrase);
void complain_unknown_feature(const struct scope *scope, unsigned profile, struct word name);
void complain_unknown_function(const struct scope *scope, const struct phrase *phrase);
/* A word of a CHOICE field that is none. */
void complain_unknown_word(const struct scope *scope, struct word name, struct type choice);
/* -1: there is none. */
int profile_index(const struct checker *checker, struct slice name);
/* NULL: there is none. */
struct let_notes *scope_let(struct scope *scope, struct slice name);
/* "`time`, `caller`, …" */
struct slice list_fields(struct compile *compile, enum record_kind kind);

/* ---- fit.c: what goes with what ---- */

bool type_is_ordered(struct type type);
bool type_is_amount(struct type type); /* number, duration, money */
struct slice source_of(const struct scope *scope, const struct phrase *phrase);
/* Whether both are of one type; complains about `right`. */
bool fit_equal(const struct scope *scope, const struct phrase *left, const struct expr *a,
               const struct phrase *right, const struct expr *b);
/* Whether it is of the type that `place` (a name of a clause or function) needs. */
bool fit_type(const struct scope *scope, const struct phrase *phrase, const struct expr *expr,
              struct type type, const char *place);
/* The type of an operation of arithmetic; false: complained. */
bool fit_arithmetic(const struct scope *scope, const struct phrase *phrase, const struct expr *a,
                    const struct expr *b, struct type *out);
bool fit_ordered(const struct scope *scope, const struct phrase *phrase, const struct expr *a);
bool check_duration(const struct checker *checker, struct written_duration duration,
                    const char *what);
/* What `sum` can add up exactly. */
bool expr_is_whole(const struct rule_set *set, const struct expr *expr);
/* The canonical spelling of a name literal; false: complained. */
bool literal_spelling(const struct scope *scope, const struct phrase *phrase, struct type type,
                      struct slice *out);

/* ---- expression.c ---- */

/* The expression; `expected` is what a literal or bare word takes for its type, may be NULL.
 * NULL: complained, or it rests on something that was. */
struct expr *check_expr(struct scope *scope, const struct phrase *phrase,
                        const struct type *expected);
/* The same, of exactly this type. */
struct expr *check_typed(struct scope *scope, const struct phrase *phrase, struct type type,
                         const char *place);
/* Condition of `place`. */
struct expr *check_truth(struct scope *scope, const struct phrase *phrase, const char *place);
/* Lets first, in an order in which each rests on those before it. */
void check_lets(struct scope *scope, const struct written_rule *written);

/* ---- flow.c: money that moved ---- */

/* Whether all is said that the question needs, and nothing else; false: complained. */
bool flow_fits(const struct scope *scope, const struct phrase *phrase, enum flow_kind *out);
/* Adds the profiles that flows are answered from, if some expression asks; the set is right. */
void flow_remember(struct checker *checker);

/* ---- profile.c ---- */

void check_profiles(struct checker *checker);
/* A name where a kind of event must be. */
void complain_kind(struct checker *checker, struct word word);

/* ---- digest.c ---- */

/* Sets set.digest; a failure is remembered in the compile's status. */
void digest_set(struct compile *compile, struct rule_set *set);

/* ---- lint.c ---- */

/* What is right but surely not meant; only for a set without errors. */
void lint(struct checker *checker);
