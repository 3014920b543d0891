/* gather_inside.h -- forms made into a tree of elements, once. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gather.h"

/* An element on the way to a value, or an attribute (its name begins with '@'). */
struct node {
    const char *name; /* not ended by NUL: `size` bytes of a path */
    size_t size;
    unsigned child, next; /* 0: none */
    unsigned column;      /* GATHER_NOWHERE: none */
    enum gather_how how;
    const char *path;
    bool is_row, in_row;
    bool has_attributes;
};

struct tree {
    const struct gather_form *forms;
    unsigned forms_count;
    unsigned nodes_count;
    struct node node[GATHER_NODES_MAX]; /* node 1 + i is the root of form i; 0 is none */
};

/* STATUS_FULL: more elements than GATHER_NODES_MAX. */
enum status tree_grow(struct tree *tree, const struct gather_form *forms, unsigned forms_count);
/* The child of that name; 0: none. */
unsigned tree_find(const struct tree *tree, unsigned node, struct slice name);

/* A namespace, taken apart. */
struct space {
    bool known;           /* it is one in which messages of ISO 20022 stand */
    struct slice message; /* "pacs.008", "head.001"; else what stands behind the prefix */
    unsigned version;     /* 0: it says none */
};

struct space space_of(struct slice uri);
