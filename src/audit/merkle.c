/* merkle.c -- the tree of RFC 6962, by ranges of leaves.
 *
 * Invariants:  1. root(n) of a frontier equals MTH of the same n leaves, for every n.
 *              2. A proof that holds for one leaf, index, size and root holds for no other.
 * Not chosen:  recursion over the whole tree; a range splits at the largest power of two below its
 * size, so both
 *              proofs are loops of at most 63 steps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/merkle.h"

struct digest merkle_leaf(struct slice entry)
{
    const struct slice parts[] = {{"\0", 1}, entry};
    return sha256_of(parts, 2);
}

struct digest merkle_node(const struct digest *left, const struct digest *right)
{
    const struct slice parts[] = {{"\1", 1},
                                  {(const char *)left->bytes, DIGEST_SIZE},
                                  {(const char *)right->bytes, DIGEST_SIZE}};
    return sha256_of(parts, 3);
}

enum status merkle_append(struct merkle_frontier *frontier, const struct digest *leaf,
                          struct merkle_sink sink)
{
    struct digest hash = *leaf;
    unsigned level = 0;
    TRY(sink.node(sink.self, 0, frontier->size, &hash));
    for (; (frontier->size >> level & 1) != 0; level++) {
        must(level < MERKLE_LEVELS_MAX);
        hash = merkle_node(&frontier->node[level], &hash);
        TRY(sink.node(sink.self, level + 1, frontier->size >> (level + 1), &hash));
    }
    frontier->node[level] = hash;
    frontier->size++;
    return STATUS_OK;
}

struct digest merkle_root(const struct merkle_frontier *frontier)
{
    if (frontier->size == 0)
        return sha256_of(NULL, 0);
    unsigned level = (unsigned)__builtin_ctzll(frontier->size);
    struct digest hash = frontier->node[level];
    for (level++; level <= MERKLE_LEVELS_MAX; level++) {
        if ((frontier->size >> level & 1) != 0)
            hash = merkle_node(&frontier->node[level], &hash);
    }
    return hash;
}

/* The hash of the leaves [from, from + size), from a multiple of the next power of two: perfect
 * pieces, right to left. */
static enum status range_hash(struct merkle_source source, uint64_t from, uint64_t size,
                              struct digest *out)
{
    bool begun = false;
    for (unsigned level = 0; level <= MERKLE_LEVELS_MAX; level++) {
        if ((size >> level & 1) == 0)
            continue;
        uint64_t start = from + (size >> (level + 1) << (level + 1));
        struct digest piece = {0};
        TRY(source.node(source.self, level, start >> level, &piece));
        *out = begun ? merkle_node(&piece, out) : piece;
        begun = true;
    }
    return STATUS_OK;
}

/* The largest power of two below `size`, size >= 2. */
static uint64_t split_of(uint64_t size)
{
    return (uint64_t)1 << (63 - __builtin_clzll(size - 1));
}

static void proof_turn(struct merkle_proof *proof)
{
    for (unsigned a = 0, b = proof->count; a + 1 < b; a++, b--) {
        struct digest keep = proof->hash[a];
        proof->hash[a] = proof->hash[b - 1];
        proof->hash[b - 1] = keep;
    }
}

enum status merkle_inclusion(struct merkle_source source, uint64_t index, uint64_t size,
                             struct merkle_proof *out)
{
    if (index >= size)
        return STATUS_ABSENT;
    struct merkle_proof proof = {0};
    uint64_t from = 0;
    while (size > 1) { /* from the root down: the sibling of the half that holds the leaf */
        uint64_t split = split_of(size);
        struct digest *sibling = &proof.hash[proof.count++];
        if (index < split) {
            TRY(range_hash(source, from + split, size - split, sibling));
            size = split;
        } else {
            TRY(range_hash(source, from, split, sibling));
            from += split;
            index -= split;
            size -= split;
        }
    }
    proof_turn(&proof); /* the RFC lists it from the leaf up */
    *out = proof;
    return STATUS_OK;
}

bool merkle_inclusion_holds(const struct digest *leaf, uint64_t index, uint64_t size,
                            const struct digest *root, const struct merkle_proof *proof)
{
    if (index >= size)
        return false;
    struct digest hash = *leaf;
    uint64_t last = size - 1;
    for (unsigned i = 0; i < proof->count; i++) {
        if (last == 0)
            return false;
        if ((index & 1) != 0 || index == last) {
            hash = merkle_node(&proof->hash[i], &hash);
            while ((index & 1) == 0 && index != 0) {
                index >>= 1;
                last >>= 1;
            }
        } else {
            hash = merkle_node(&hash, &proof->hash[i]);
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0 && memcmp(hash.bytes, root->bytes, DIGEST_SIZE) == 0;
}

enum status merkle_consistency(struct merkle_source source, uint64_t old_size, uint64_t size,
                               struct merkle_proof *out)
{
    if (old_size == 0 || old_size > size)
        return STATUS_ABSENT;
    struct merkle_proof proof = {0};
    uint64_t from = 0;
    bool whole = true; /* the old tree is a subtree that the verifier knows already */
    while (old_size != size) {
        uint64_t split = split_of(size);
        struct digest *sibling = &proof.hash[proof.count++];
        if (old_size <= split) {
            TRY(range_hash(source, from + split, size - split, sibling));
            size = split;
        } else {
            TRY(range_hash(source, from, split, sibling));
            from += split;
            old_size -= split;
            size -= split;
            whole = false;
        }
    }
    if (!whole)
        TRY(range_hash(source, from, size, &proof.hash[proof.count++]));
    proof_turn(&proof);
    *out = proof;
    return STATUS_OK;
}

bool merkle_consistency_holds(uint64_t old_size, const struct digest *old_root, uint64_t size,
                              const struct digest *root, const struct merkle_proof *proof)
{
    if (old_size == 0 || old_size > size)
        return false;
    if (old_size == size)
        return proof->count == 0 && memcmp(old_root->bytes, root->bytes, DIGEST_SIZE) == 0;
    uint64_t node = old_size - 1;
    uint64_t last = size - 1;
    unsigned next = 0;
    while ((node & 1) != 0) {
        node >>= 1;
        last >>= 1;
    }
    if (node != 0 && proof->count == 0)
        return false;
    struct digest old_hash = node != 0 ? proof->hash[next++] : *old_root;
    struct digest new_hash = old_hash;
    for (; next < proof->count; next++) {
        if (last == 0)
            return false;
        if ((node & 1) != 0 || node == last) {
            old_hash = merkle_node(&proof->hash[next], &old_hash);
            new_hash = merkle_node(&proof->hash[next], &new_hash);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = merkle_node(&new_hash, &proof->hash[next]);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && memcmp(old_hash.bytes, old_root->bytes, DIGEST_SIZE) == 0 &&
           memcmp(new_hash.bytes, root->bytes, DIGEST_SIZE) == 0;
}
