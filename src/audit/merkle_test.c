/* merkle_test.c -- the tree against the RFC's definition, the vectors that certificate transparency
 * logs use, and every proof against every wrong question. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { LEAVES = 70, LEVELS = 8 };

static struct digest stored[LEVELS][LEAVES];

static enum status node_store(void *self, unsigned level, uint64_t index, const struct digest *hash)
{
    (void)self;
    stored[level][index] = *hash;
    return STATUS_OK;
}

static enum status node_load(void *self, unsigned level, uint64_t index, struct digest *out)
{
    (void)self;
    *out = stored[level][index];
    return STATUS_OK;
}

static const struct merkle_sink SINK = {node_store, NULL};
static const struct merkle_source SOURCE = {node_load, NULL};

/* MTH of RFC 6962, 2.1, as it is written there. */
static struct digest defined(const struct digest *leaves, size_t count)
{
    if (count == 1)
        return leaves[0];
    size_t split = 1;
    while (split * 2 < count)
        split *= 2;
    struct digest left = defined(leaves, split);
    struct digest right = defined(leaves + split, count - split);
    return merkle_node(&left, &right);
}

static void grow(struct merkle_frontier *frontier, struct digest *leaves, struct digest *roots,
                 unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char entry[16];
        int size = snprintf(entry, sizeof entry, "entry %u", i);
        leaves[i] = merkle_leaf((struct slice){entry, (size_t)size});
        assert_int_equal(merkle_append(frontier, &leaves[i], SINK), STATUS_OK);
        roots[i + 1] = merkle_root(frontier);
    }
}

static void known_roots(void **state)
{
    static const struct slice ENTRIES[] = {
        {"", 0},   {"\x00", 1}, {"\x10", 1},     {" !", 2},
        {"01", 2}, {"@ABC", 4}, {"PQRSTUVW", 8}, {"`abcdefghijklmno", 16}};
    static const char *const ROOTS[] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    struct merkle_frontier frontier = {0};
    char hex[DIGEST_HEX_SIZE];
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        struct digest leaf = merkle_leaf(ENTRIES[i]);
        assert_int_equal(merkle_append(&frontier, &leaf, SINK), STATUS_OK);
        struct digest root = merkle_root(&frontier);
        digest_hex(&root, hex);
        assert_string_equal(hex, ROOTS[i]);
    }
}

static void roots_are_as_defined(void **state)
{
    struct merkle_frontier frontier = {0};
    struct digest leaves[LEAVES];
    struct digest roots[LEAVES + 1];
    (void)state;
    grow(&frontier, leaves, roots, LEAVES);
    for (size_t n = 1; n <= LEAVES; n++) {
        struct digest root = defined(leaves, n);
        assert_memory_equal(&roots[n], &root, DIGEST_SIZE);
    }
}

static void inclusion_holds_for_its_leaf_alone(void **state)
{
    struct merkle_frontier frontier = {0};
    struct digest leaves[LEAVES];
    struct digest roots[LEAVES + 1];
    struct merkle_proof proof = {0};
    (void)state;
    grow(&frontier, leaves, roots, LEAVES);
    assert_int_equal(merkle_inclusion(SOURCE, 5, 5, &proof), STATUS_ABSENT);
    for (uint64_t size = 1; size <= LEAVES; size++) {
        for (uint64_t index = 0; index < size; index++) {
            assert_int_equal(merkle_inclusion(SOURCE, index, size, &proof), STATUS_OK);
            for (uint64_t other = 0; other < size; other++) {
                bool holds =
                    merkle_inclusion_holds(&leaves[other], index, size, &roots[size], &proof);
                assert_int_equal(holds, other == index);
                holds = merkle_inclusion_holds(&leaves[index], other, size, &roots[size], &proof);
                assert_int_equal(holds, other == index);
            }
            proof.hash[proof.count / 2].bytes[7] ^= 1;
            assert_true(proof.count == 0 ||
                        !merkle_inclusion_holds(&leaves[index], index, size, &roots[size], &proof));
        }
    }
}

static void consistency_holds_for_its_sizes_alone(void **state)
{
    struct merkle_frontier frontier = {0};
    struct digest leaves[LEAVES];
    struct digest roots[LEAVES + 1];
    struct merkle_proof proof = {0};
    (void)state;
    grow(&frontier, leaves, roots, LEAVES);
    for (uint64_t size = 1; size <= LEAVES; size++) {
        for (uint64_t old = 1; old <= size; old++) {
            assert_int_equal(merkle_consistency(SOURCE, old, size, &proof), STATUS_OK);
            assert_true(merkle_consistency_holds(old, &roots[old], size, &roots[size], &proof));
            struct digest wrong = roots[old];
            wrong.bytes[0] ^= 1;
            assert_false(merkle_consistency_holds(old, &wrong, size, &roots[size], &proof));
            wrong = roots[size];
            wrong.bytes[31] ^= 1;
            assert_false(merkle_consistency_holds(old, &roots[old], size, &wrong, &proof));
            if (proof.count > 0) {
                proof.hash[proof.count - 1].bytes[3] ^= 4;
                assert_false(
                    merkle_consistency_holds(old, &roots[old], size, &roots[size], &proof));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_roots),
        cmocka_unit_test(roots_are_as_defined),
        cmocka_unit_test(inclusion_holds_for_its_leaf_alone),
        cmocka_unit_test(consistency_holds_for_its_sizes_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
