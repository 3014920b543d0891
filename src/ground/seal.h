/* seal.h -- Ed25519 (RFC 8032): whoever holds the pair signs, whoever holds the key checks.
 *
 * A pair is decided by its seed, and a signature by pair and bytes; only the seed is chance, and it
 * is drawn through a seam that main/ alone opens.  A seed is a secret: it never reaches an output.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "text.h"

enum { SEAL_SEED_SIZE = 32, SEAL_KEY_SIZE = 32, SEAL_SECRET_SIZE = 64, SEAL_SIGNATURE_SIZE = 64 };

struct seal_seed {
    unsigned char bytes[SEAL_SEED_SIZE];
};

/* The public half. */
struct seal_key {
    unsigned char bytes[SEAL_KEY_SIZE];
};

struct seal_keypair {
    struct seal_key key;
    unsigned char secret[SEAL_SECRET_SIZE];
};

struct seal_signature {
    unsigned char bytes[SEAL_SIGNATURE_SIZE];
};

/* The seam to the machine's randomness for keys.  Only main/ makes the real one. */
struct seal_chance {
    enum status (*draw)(void *self, struct seal_seed *out); /* STATUS_IO */
    void *self;
};

struct seal_chance seal_chance_of_machine(void);
struct seal_keypair seal_keypair_of_seed(const struct seal_seed *seed);
struct seal_signature seal_sign(const struct seal_keypair *keypair, struct slice bytes);
/* Strict: a signature that somebody rewrote into another valid-looking one does not hold. */
bool seal_verify(const struct seal_key *key, struct slice bytes,
                 const struct seal_signature *signature);
