/* checksum.c -- XXH3 where speed counts, BLAKE2b where somebody may want to deceive.
 *
 * Invariant:  both depend on the bytes alone; a word's bytes are taken in little-endian order.
 * Not chosen: a seed drawn at start.  Same records, same alerts, byte for byte; and the
 *             tables are bounded, so crafted keys cost a bounded time and never memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checksum.h"

#include <endian.h>
#include <sodium.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define HASH_SEED 0x6375746C696E6531u /* "cutline1" */

uint64_t hash_bytes(struct slice slice)
{
    return XXH3_64bits_withSeed(slice.at, slice.size, HASH_SEED);
}

uint64_t hash_word(uint64_t word)
{
    uint64_t bytes = htole64(word);
    return XXH3_64bits_withSeed(&bytes, sizeof bytes, HASH_SEED);
}

struct digest digest_of(const struct slice *slices, size_t count)
{
    int ready = sodium_init(); /* 1 when it was done before */
    must(ready >= 0);
    crypto_generichash_state state;
    int begun = crypto_generichash_init(&state, NULL, 0, DIGEST_SIZE);
    must(begun == 0);
    for (size_t i = 0; i < count; i++) {
        /* The size first, so that {"ab","c"} and {"a","bc"} are different evidence. */
        uint64_t size = htole64(slices[i].size);
        (void)crypto_generichash_update(&state, (const unsigned char *)&size, sizeof size);
        (void)crypto_generichash_update(&state, (const unsigned char *)slices[i].at,
                                        slices[i].size);
    }
    struct digest digest;
    int ended = crypto_generichash_final(&state, digest.bytes, sizeof digest.bytes);
    must(ended == 0);
    return digest;
}

struct digest sha256_of(const struct slice *slices, size_t count)
{
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state); /* always 0 */
    for (size_t i = 0; i < count; i++)
        (void)crypto_hash_sha256_update(&state, (const unsigned char *)slices[i].at,
                                        slices[i].size);
    struct digest digest;
    (void)crypto_hash_sha256_final(&state, digest.bytes);
    return digest;
}

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct sha256), "the state has room");

static crypto_hash_sha256_state *state_of(struct sha256 *sha256)
{
    return (crypto_hash_sha256_state *)sha256->state;
}

void sha256_begin(struct sha256 *sha256)
{
    (void)crypto_hash_sha256_init(state_of(sha256)); /* always 0 */
}

void sha256_add(struct sha256 *sha256, struct slice bytes)
{
    (void)crypto_hash_sha256_update(state_of(sha256), (const unsigned char *)bytes.at, bytes.size);
}

struct digest sha256_end(struct sha256 *sha256)
{
    struct digest digest;
    (void)crypto_hash_sha256_final(state_of(sha256), digest.bytes);
    return digest;
}

void digest_hex(const struct digest *digest, char out[DIGEST_HEX_SIZE])
{
    (void)sodium_bin2hex(out, DIGEST_HEX_SIZE, digest->bytes, sizeof digest->bytes);
}
