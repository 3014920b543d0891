/* syntax.h -- a rule set as it was written and understood: the tree that everybody else walks.
 *
 * The parser reads the text; the checker resolves every name, sets every type and makes this tree.
 * After `rules_check` said OK, whoever walks it (image, explain, the oracle under test/) may rely
 * on the resolved members and on the invariants.  The tree lives in one arena and is read-only.
 *
 * Invariants:
 *  1. Every expression has a type; operands fit (docs/language.md, section 2).
 *  2. set.order lists the profiles so that each comes after those that its expressions read.
 *  3. Rules are sorted by name, bytewise; profiles and features keep the order of the text; a
 *     rule's lets stand in such an order that each reads only those before it.
 *  4. Depth of an expression (a let counts as what it stands for) <= EXPR_DEPTH_MAX, and all
 *     counts keep the bounds of limits.inc.
 *  5. No expression is of TYPE_UNKNOWN or, but for the second argument of `starts`, TYPE_STRING. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"
#include "ground/limits.h"
#include "ground/tongue.h"
#include "record/record.h"

struct span { /* a stretch of source text */
    uint32_t file;
    uint32_t start; /* byte offsets */
    uint32_t end;
};

enum type_class {
    TYPE_TRUTH,
    TYPE_NUMBER,
    TYPE_DURATION,
    TYPE_MONEY,
    TYPE_MOMENT,
    TYPE_CHOICE, /* `kind`, `field` say which */
    TYPE_NAME,   /* `name` says which kind of identifier */
    TYPE_STRING, /* a literal; none is left after checking but as the second argument of `starts` */
    TYPE_UNKNOWN /* the literal `unknown` before it met its type */
};

struct type {
    enum type_class class;
    enum field_type name;  /* TYPE_NAME: FIELD_PHONE … */
    enum record_kind kind; /* TYPE_CHOICE */
    unsigned field;        /* TYPE_CHOICE */
};

enum aggregate {
#define AGGREGATE(word, takes_value, en, zh) AGGREGATE_##word,
#include "aggregates.inc"
#undef AGGREGATE
    AGGREGATES_COUNT
};

enum function {
#define FUNCTION(name, min, max, en, zh) FUNCTION_##name,
#include "functions.inc"
#undef FUNCTION
    FUNCTIONS_COUNT
};

enum flow_kind {
#define FLOW(word, type, asks, en, zh) FLOW_##word,
#include "flows.inc"
#undef FLOW
    FLOWS_COUNT
};

/* What a flow is asked with, beside account and span. */
enum flow_asks { FLOW_REPORTED, FLOW_LISTED, FLOW_MARKED, FLOW_NOTHING, FLOW_MET };

enum label {
#define LABEL(name, subject, en, zh) LABEL_##name,
#include "labels.inc"
#undef LABEL
    LABELS_COUNT
};

enum grade { GRADE_NONE, GRADE_LOW, GRADE_MEDIUM, GRADE_HIGH, GRADE_EXTREME };
enum response { RESPOND_LEAD, RESPOND_DISSUASION, RESPOND_STOP_PAYMENT, RESPOND_WATCH };

enum expr_kind {
    EXPR_NUMBER,   /* number; duration in ms, money in minor units, truth 0 or 1, a choice's word */
    EXPR_NAME,     /* string: a name literal, already canonical; ident */
    EXPR_UNKNOWN,  /* the literal */
    EXPR_FIELD,    /* step, field: of the trigger (0) or of the sequence's earlier record (1) */
    EXPR_LET,      /* let: index into the rule's lets */
    EXPR_READ,     /* profile, feature, and arg[0] (the entity) or key_index (which key names it) */
    EXPR_REGISTER, /* register_kind, field, arg[0] */
    EXPR_MARK,     /* string = label, arg[0]: the mark's number */
    EXPR_MARKED,   /* string = label, arg[0]: truth */
    EXPR_IN_LIST,  /* string = list, arg[0] */
    EXPR_FLOW,     /* flow, span_ms, hops or met_ms, string = list or label; arg[0]: the account */
    EXPR_IN,       /* arg[0] among arg[1..] */
    EXPR_CALL,     /* function, arg[] */
    EXPR_IF,       /* arg[0] then arg[1] else arg[2] */
    EXPR_IS_KNOWN, /* arg[0] */
    EXPR_NOT,
    EXPR_NEGATE,
    EXPR_AND, /* arg[0], arg[1]; chains lean left */
    EXPR_OR,
    EXPR_EQUAL,
    EXPR_UNEQUAL,
    EXPR_LESS,
    EXPR_LESS_EQUAL,
    EXPR_GREATER,
    EXPR_GREATER_EQUAL,
    EXPR_ADD,
    EXPR_SUBTRACT,
    EXPR_MULTIPLY,
    EXPR_DIVIDE
};
/* `not in`, `is unknown`, `not marked` become EXPR_NOT over the positive one. */

enum {
    KEY_BY_EXPR = 0xFF,
    /* In a rule with a sequence, `P.f` of the sequence's own profile: the entity that is being
     * tried, whichever of the profile's keys named it. */
    KEY_OF_SEQUENCE = 0xFE
};

struct expr {
    enum expr_kind kind;
    struct type type;
    struct span span;
    uint32_t args_count;
    struct expr **arg;
    double number;
    struct slice string; /* EXPR_NAME: canonical spelling; marks and lists: their name */
    ident name;          /* EXPR_NAME */
    uint8_t step;        /* EXPR_FIELD */
    uint8_t key_index;   /* EXPR_READ: one of the profile's keys, KEY_OF_SEQUENCE or KEY_BY_EXPR */
    enum record_kind record_kind; /* EXPR_FIELD: whose; EXPR_REGISTER: which register */
    unsigned field;               /* EXPR_FIELD, EXPR_REGISTER */
    unsigned let;                 /* EXPR_LET */
    unsigned profile, feature;    /* EXPR_READ */
    enum function function;       /* EXPR_CALL */
    enum flow_kind flow;               /* EXPR_FLOW: from here to met_ms */
    unsigned hops;                /* 0: it has none */
    int64_t span_ms, met_ms;
    struct span dot_span;         /* the second name of a dotted pair, or the operator */
};

struct profile_key {
    enum record_kind kind;
    unsigned field;
    bool through;
    enum record_kind register_kind; /* with `through` */
    unsigned register_field;
    struct span span;
};

struct feature {
    struct slice name;
    enum aggregate aggregate;
    struct expr *value; /* NULL: count, since */
    double quantile;
    int64_t span_ms;
    uint32_t roles;     /* bit i: key i of the profile counts; without `as` all of `kinds` */
    struct expr *where; /* NULL: every event */
    struct slice label[TONGUES_COUNT]; /* empty: to be made from the aggregate */
    struct type type;
    struct span span; /* of the name */
    uint32_t kinds;   /* bit k: kind k can be counted: it has all fields named, and a role */
    /* When a profile has several kinds, an expression names fields of each of them; so there is one
     * resolved copy for each of `kinds`, and `value` and `where` are those of the first. */
    struct expr *value_of[RECORD_KINDS_COUNT];
    struct expr *where_of[RECORD_KINDS_COUNT];
};

struct profile {
    struct slice name;
    struct span span;   /* of the name */
    struct type entity; /* a name type */
    uint32_t keys_count;
    struct profile_key key[PROFILE_KEYS_MAX];
    uint32_t features_count;
    struct feature *feature;
    uint32_t events_max; /* of one entity; 0: ENTITY_EVENTS_MAX */
};

/* The features of money.payments, whose flags and values the engine reads. */
enum flow_feature {
    FLOW_RECEIVED, /* the amount, of a payee */
    FLOW_PAID,     /* the amount, of a payer */
    FLOW_FROM,
    FLOW_TO,
    FLOW_ID,
    FLOW_REVERSES,
    FLOW_FEATURES_COUNT
};

/* Profiles that no rule can name: what is remembered so that money can be followed. */
struct money_memory {
    bool present;
    unsigned payments; /* of an account: what it paid and was paid */
    unsigned reports;  /* of an account: that it was named in a report … */
    unsigned holders;  /* … and of the person who held it then */
};

struct let {
    struct slice name;
    struct expr *value;
    struct span span; /* of the name */
};

struct grading {
    enum grade grade;
    struct span span;  /* of the word */
    struct expr *when; /* NULL: always */
};

struct against {
    struct expr *when;
    struct slice text[TONGUES_COUNT];
};

struct marking {
    struct expr *subject;
    struct slice label;
    struct span label_span;
    double weight;
    int64_t span_ms;
    struct expr *when; /* NULL: whenever the rule fires */
};

struct sequence {
    bool present;
    unsigned profile;
    enum record_kind first_kind; /* step 1, the earlier one */
    struct slice first_name;
    struct slice second_name; /* step 0, the trigger */
    int64_t within_ms;
};

struct rule {
    struct slice name;
    struct span span;    /* of the name */
    enum record_kind on; /* kind of the triggering record */
    struct sequence sequence;
    struct slice title[TONGUES_COUNT];
    uint32_t lets_count;
    struct let *let;
    /* Top-level conjuncts of `when`, in the order of the text; may be 0 with a sequence. */
    uint32_t conditions_count;
    struct expr **condition;
    struct expr *score;   /* NULL: 0.5 */
    struct expr *subject; /* NULL: silent */
    enum label label;
    uint32_t gradings_count;
    struct grading grading[4];
    uint32_t against_count;
    struct against *against;
    uint32_t marks_count;
    struct marking mark[MARKS_PER_RULE_MAX];
    int64_t quiet_ms;
    enum response respond;
};

struct rule_file {
    struct slice path;
    struct slice source;
};

struct rule_set {
    uint32_t files_count;
    struct rule_file *file;
    uint32_t profiles_count;
    struct profile *profile;
    unsigned order[PROFILES_MAX]; /* dependency order, see invariant 2 */
    struct money_memory money; /* its profiles are the last ones, and the first in `order` */
    uint32_t rules_count;
    struct rule *rule;
    struct slice currency; /* "CNY" */
    int currency_digits;
    struct digest digest; /* of the canonical meaning, see rules_digest */
};

const char *aggregate_name(enum aggregate aggregate);
const char *function_name(enum function function);
const char *flow_name(enum flow_kind flow);
enum flow_asks flow_asks(enum flow_kind flow);
const char *label_name(enum label label);
const char *grade_name(enum grade grade); /* "extreme" …; "" for none */
const char *response_name(enum response response);
enum field_type label_subject(enum label label);
struct saying label_saying(enum label label);
bool type_equal(struct type a, struct type b);
/* The name of a type in the tongue: "duration", "phone", "call.result". */
void text_add_type(struct text *text, struct type type, enum tongue tongue);
