/* seal.c -- Ed25519 by libsodium.
 *
 * Invariants:  1. The same seed makes the same pair, the same pair and bytes the same signature.
 *              2. A changed bit of bytes, key or signature makes seal_verify() say no.
 * Not chosen:  OpenSSL, whose keys are objects to be freed; and a draw inside the making of a pair,
 *              which would put chance where nobody sees it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "seal.h"

#include <assert.h>
#include <sodium.h>
#include <sys/random.h>

static_assert(SEAL_SEED_SIZE == crypto_sign_SEEDBYTES);
static_assert(SEAL_KEY_SIZE == crypto_sign_PUBLICKEYBYTES);
static_assert(SEAL_SECRET_SIZE == crypto_sign_SECRETKEYBYTES);
static_assert(SEAL_SIGNATURE_SIZE == crypto_sign_BYTES);

static enum status machine_draw(void *self, struct seal_seed *out)
{
    (void)self;
    struct seal_seed seed;
    ssize_t got = getrandom(&seed, sizeof seed, 0); /* so few bytes come whole or not at all */
    if (got != (ssize_t)sizeof seed)
        return STATUS_IO;
    *out = seed;
    return STATUS_OK;
}

struct seal_chance seal_chance_of_machine(void)
{
    return (struct seal_chance){.draw = machine_draw};
}

struct seal_keypair seal_keypair_of_seed(const struct seal_seed *seed)
{
    int ready = sodium_init(); /* 1 when it was done before */
    must(ready >= 0);
    struct seal_keypair keypair;
    int made = crypto_sign_seed_keypair(keypair.key.bytes, keypair.secret, seed->bytes);
    must(made == 0);
    return keypair;
}

struct seal_signature seal_sign(const struct seal_keypair *keypair, struct slice bytes)
{
    struct seal_signature signature;
    int made = crypto_sign_detached(signature.bytes, NULL, (const unsigned char *)bytes.at,
                                    bytes.size, keypair->secret);
    must(made == 0);
    return signature;
}

bool seal_verify(const struct seal_key *key, struct slice bytes,
                 const struct seal_signature *signature)
{
    int ready = sodium_init();
    must(ready >= 0);
    return crypto_sign_verify_detached(signature->bytes, (const unsigned char *)bytes.at,
                                       bytes.size, key->bytes) == 0;
}
