/* graph.h -- the expressions about one kind of record while an image is made.
 *
 * Equal expressions are one node; a node comes after its operands.  Programs are cut out of the
 * graph when everything is known that a node's own place depends on. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/image.h"

enum { NO_NODE = 0 }; /* node 0 is nothing */

enum {
    NODE_COSTLY = 1,  /* a table must be asked or a spelling looked at */
    NODE_MARKS = 2,   /* depends on marks */
    NODE_EARLIER = 4, /* depends on the first step of a sequence */
    NODE_TRIED = 8,   /* depends on which entity a sequence is tried on */
    NODE_FLOW = 32,   /* depends on money that moved */
    NODE_LATE = 16    /* depends on an answer that is only asked record by record */
};

struct node {
    uint16_t op;
    uint8_t class;
    uint8_t flags;
    uint32_t a, b, c; /* nodes */
    uint32_t next;    /* of the same hash */
    uint64_t imm;
    uint64_t profiles; /* bit per profile whose answers are in it, however deep */
};

enum { GRAPH_HEADS = 4096 };

struct graph {
    struct arena *arena;
    struct node *node;
    uint32_t count;
    uint32_t count_max;
    uint32_t head[GRAPH_HEADS];
    uint32_t *last; /* room for graph_program, zero between two calls */
    uint16_t *place;
    uint16_t *free;
    uint32_t room;
};

enum status graph_init(struct graph *graph, struct arena *arena);
/* Finds or adds; class, and what flows up from the operands, are worked out here. */
enum status graph_add(struct graph *graph, struct node node, uint32_t *out);
/* Both, either of which may be NO_NODE. */
enum status graph_and(struct graph *graph, uint32_t a, uint32_t b, uint32_t *out);
enum class op_class(enum op op);
/* Following money costs more than anything else: of these conditions, those that do come last. */
void graph_flows_last(const struct graph *graph, uint32_t *condition, uint32_t count);

/* What stands for a node when the program runs. */
struct lowering {
    const struct profile_image *profile;
    const struct read_image *read;
};

/* A field of a sequence's first step, before its place in the event is known. */
static inline uint64_t earlier_pack(unsigned profile, enum record_kind kind, unsigned field)
{
    return (uint64_t)profile << 16 | (uint64_t)kind << 8 | field;
}

/* The program that computes these nodes; NO_NODE among them is left out, and its result is
 * NO_COLUMN. */
enum status graph_program(struct graph *graph, const struct lowering *lowering,
                          const uint32_t *root, uint32_t roots_count, struct arena *boot,
                          struct program *out);
