/* parser_inside.h -- a rule file as it was written: names are only names.
 *
 * The parser makes this, the checker makes the tree of syntax.h from it.  What could not be
 * understood is left out and marked, so that the checker does not complain about what follows
 * from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "lexer_inside.h"

struct word {
    struct slice text;
    struct span span;
};

enum phrase_kind {
    PHRASE_NUMBER,
    PHRASE_DURATION,
    PHRASE_MONEY,
    PHRASE_STRING,
    PHRASE_TRUTH, /* number: 0 or 1 */
    PHRASE_UNKNOWN,
    PHRASE_NAME,   /* name */
    PHRASE_DOT,    /* name.part */
    PHRASE_INDEX,  /* name[arg 0].part */
    PHRASE_CALL,   /* name(args), or name(args).part */
    PHRASE_FLOW,   /* money.part(arg 0, flow) */
    PHRASE_MARK,   /* mark(arg 0, name) */
    PHRASE_MARKED, /* arg 0 marked name */
    PHRASE_IN_LIST,
    PHRASE_IN,
    PHRASE_IF,
    PHRASE_IS_KNOWN,
    PHRASE_NOT,
    PHRASE_NEGATE,
    PHRASE_AND,
    PHRASE_OR,
    PHRASE_EQUAL,
    PHRASE_UNEQUAL,
    PHRASE_LESS,
    PHRASE_LESS_EQUAL,
    PHRASE_GREATER,
    PHRASE_GREATER_EQUAL,
    PHRASE_ADD,
    PHRASE_SUBTRACT,
    PHRASE_MULTIPLY,
    PHRASE_DIVIDE
};

struct written_duration {
    int64_t ms;
    struct span span;
};

/* What stands behind the account in `money.from_reported(account, 24h, hops 2)`.  What is not said
 * has an empty span. */
struct written_flow {
    struct written_duration over;
    double hops;
    struct span hops_span;
    struct word list;
    struct word mark;
    struct written_duration within;
    struct span within_span; /* with its word */
};

struct phrase {
    enum phrase_kind kind;
    uint32_t depth; /* <= EXPR_DEPTH_MAX */
    struct span span;
    struct span sign; /* of the operator, for complaints */
    struct word name;
    struct word part; /* empty: none */
    double number;
    struct slice string; /* STRING; MONEY: the currency */
    uint32_t args_count;
    struct phrase **arg;
    bool in_parentheses;
    struct written_flow *flow; /* FLOW */
};

struct written_key {
    struct written_key *next;
    struct word kind;
    struct word field;
    struct word register_kind; /* empty: no `through` */
    struct word register_field;
    struct span span;
};

struct written_role {
    struct written_role *next;
    struct word kind; /* empty: any */
    struct word field;
    struct span span;
};

struct written_feature {
    struct written_feature *next;
    struct word name;
    struct word aggregate_word;
    enum aggregate aggregate;
    double quantile;
    struct span quantile_span;
    struct phrase *value;
    struct written_duration over;
    struct written_role *role;
    struct phrase *where;
    struct slice label[TONGUES_COUNT];
    bool broken; /* only the name is sure */
};

struct written_profile {
    struct written_profile *next;
    struct word name;
    struct written_key *key;
    struct written_feature *feature;
    bool keys_broken; /* some key is missing */
    bool broken;      /* some features may be missing */
};

struct written_let {
    struct written_let *next;
    struct span span; /* of the clause's word, as in all clauses */
    struct word name;
    struct phrase *value; /* NULL: not understood */
};

struct written_grading {
    struct written_grading *next;
    enum grade grade;
    struct span span;
    struct phrase *when;
};

struct written_against {
    struct written_against *next;
    struct span span;
    struct phrase *when;
    struct slice text[TONGUES_COUNT];
};

struct written_marking {
    struct written_marking *next;
    struct span span;
    struct phrase *subject;
    struct word label;
    double weight;
    struct span weight_span;
    struct written_duration span_for;
    struct phrase *when;
};

struct written_sequence {
    bool present;
    struct span span;
    struct word first_kind, first_name;
    struct word second_kind, second_name;
    struct written_duration within;
};

struct written_rule {
    struct written_rule *next;
    struct word name;
    struct word on;
    bool broken;            /* some clause is missing */
    struct span title_span; /* of the clause's word; end == 0: there is none */
    struct span when_span;
    struct span score_span;
    struct span subject_span;
    struct span grade_span;
    struct span quiet_span;
    struct span respond_span;
    struct slice title[TONGUES_COUNT];
    struct span title_at[TONGUES_COUNT];
    struct written_let *let, *let_last;
    struct written_sequence sequence;
    struct phrase *when;
    struct phrase *score;
    struct phrase *subject;
    struct word label;
    struct written_grading *grading;
    struct written_against *against, *against_last;
    struct written_marking *mark, *mark_last;
    struct written_duration quiet;
    enum response respond;
};

struct written_set {
    /* In the order of the files and of their texts. */
    struct written_profile *profile, *profile_last;
    struct written_rule *rule, *rule_last;
    struct word currency; /* of the first money, see its span; empty: none yet */
};

/* Adds what stands in a file to the set. */
void parse_file(struct compile *compile, uint32_t file, struct written_set *set);
