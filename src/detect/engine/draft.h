/* draft.h -- an image while it is made: graphs, and what has been numbered so far. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/graph.h"

struct draft_look {
    unsigned profile;
    enum record_kind kind;
    uint8_t key;   /* as in look_image */
    uint32_t node; /* the name, by expression */
    bool early;    /* features depend on it */
    bool decided;
    bool late; /* as in look_image */
};

struct draft_read {
    uint32_t look;
    unsigned feature;
};

/* The nodes of one rule. */
struct draft_rule {
    uint32_t *condition;
    uint32_t *left, *right; /* of conditions that compare */
    uint32_t score, subject;
    uint32_t grading[4];
    uint32_t against[AGAINST_MAX];
    uint32_t against_left[AGAINST_MAX];
    uint32_t mark_subject[MARKS_PER_RULE_MAX];
    uint32_t mark_when[MARKS_PER_RULE_MAX];
};

struct draft_feature {
    uint32_t value[RECORD_KINDS_COUNT];
    uint32_t where[RECORD_KINDS_COUNT];
};

struct slices { /* names numbered as they are met */
    struct slice *at;
    uint32_t count, count_max;
};

struct draft {
    const struct rule_set *set;
    struct arena *scratch;
    struct graph *graph; /* per kind */
    struct draft_look *look;
    uint32_t looks_count, looks_max;
    struct draft_read *read;
    uint32_t reads_count, reads_max;
    struct slices strings, literals, lists, labels;
    struct flow_image *flow;
    uint32_t flows_count, flows_max;
    struct draft_rule *rule;
    struct draft_feature **feature; /* per profile */
    bool ties_matter;
};

/* The names that were met, in the order of their numbers.  STATUS_FULL. */
enum status slices_keep(const struct slices *slices, struct arena *boot, struct slice **out,
                        uint32_t *count);
/* Turns every expression of the set into nodes and fills the draft.  STATUS_FULL. */
enum status draft_fill(struct draft *draft, const struct rule_set *set, struct arena *scratch);
/* Whether the profile can be looked at by the key with this index: it names one entity. */
bool key_names_one(const struct profile_key *key);

static inline bool node_reads(const struct node *node)
{
    return node->op >= OP_READ_NUMBER && node->op <= OP_READ_TRUTH;
}
