/* merkle.h -- one hash that stands for every entry so far (RFC 6962, section 2.1).
 *
 * The tree of the audit log: a leaf is SHA-256(0x00, entry), a node SHA-256(0x01, left, right).
 * Appending needs only the frontier; proofs read the hashes of perfect subtrees from a source.
 * Pure arithmetic: no memory, no disk. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"

enum { MERKLE_LEVELS_MAX = 63 };

struct merkle_frontier {
    uint64_t size; /* leaves so far */
    struct digest node[MERKLE_LEVELS_MAX +
                       1]; /* node[l]: the perfect subtree of 2^l leaves, if bit l of size is set */
};

/* Hands out the hash of the perfect subtree of leaves [index * 2^level, (index + 1) * 2^level). */
struct merkle_source {
    enum status (*node)(void *self, unsigned level, uint64_t index, struct digest *out);
    void *self;
};

/* Told of each perfect subtree that an append completed, leaf (level 0) first. */
struct merkle_sink {
    enum status (*node)(void *self, unsigned level, uint64_t index, const struct digest *hash);
    void *self;
};

struct merkle_proof {
    unsigned count;
    struct digest hash[2 * (MERKLE_LEVELS_MAX + 1)];
};

struct digest merkle_leaf(struct slice entry);
struct digest merkle_node(const struct digest *left, const struct digest *right);
/* Adds a leaf.  Any status of the sink is handed back and then nothing was added. */
enum status merkle_append(struct merkle_frontier *frontier, const struct digest *leaf,
                          struct merkle_sink sink);
/* The root; of no leaves, the hash of nothing. */
struct digest merkle_root(const struct merkle_frontier *frontier);

/* Proof that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1).  STATUS_ABSENT: index
 * >= size. */
enum status merkle_inclusion(struct merkle_source source, uint64_t index, uint64_t size,
                             struct merkle_proof *out);
bool merkle_inclusion_holds(const struct digest *leaf, uint64_t index, uint64_t size,
                            const struct digest *root, const struct merkle_proof *proof);
/* Proof that the tree of `size` leaves begins with the tree of `old_size` (2.1.2).  STATUS_ABSENT:
 * 0 or larger. */
enum status merkle_consistency(struct merkle_source source, uint64_t old_size, uint64_t size,
                               struct merkle_proof *out);
bool merkle_consistency_holds(uint64_t old_size, const struct digest *old_root, uint64_t size,
                              const struct digest *root, const struct merkle_proof *proof);
