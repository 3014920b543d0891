/* checksum.h -- short names for bytes: XXH3 for tables, BLAKE2b for evidence. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "text.h"

/* XXH3-64 with a fixed seed: the same on every machine.  For tables, not against an adversary. */
uint64_t hash_bytes(struct slice slice);
uint64_t hash_word(uint64_t word);

enum { DIGEST_SIZE = 32, DIGEST_HEX_SIZE = 65 };
struct digest {
    unsigned char bytes[DIGEST_SIZE];
};
/* BLAKE2b-256 (RFC 7693) of the slices one after another, each preceded by its size. */
struct digest digest_of(const struct slice *slices, size_t count);
/* SHA-256 (FIPS 180-4) of the slices as one string, as RFC 6962 asks for. */
struct digest sha256_of(const struct slice *slices, size_t count);
/* The same for bytes that come piece by piece. */
struct sha256 {
    _Alignas(8) unsigned char state[128]; /* the library's */
};
void sha256_begin(struct sha256 *sha256);
void sha256_add(struct sha256 *sha256, struct slice bytes);
struct digest sha256_end(struct sha256 *sha256);
/* Lower-case hex with NUL. */
void digest_hex(const struct digest *digest, char out[DIGEST_HEX_SIZE]);
