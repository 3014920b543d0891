/* secret.h -- things that are kept by showing less of them: keyed names, sealed texts, passwords,
 * one-time codes.
 *
 * libsodium and OpenSSL are included by secret.c, seal.c and checksum.c alone.  Randomness enters
 * through the seam of seal.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"
#include "ground/seal.h"

enum {
    SECRET_SIZE = 32,
    SECRET_OVERHEAD = 40,     /* nonce and tag of a sealed text */
    PASSWORD_HASH_SIZE = 128, /* with its NUL */
    TOTP_KEY_SIZE = 20,       /* RFC 4226, section 4, R6 */
    TOTP_STEP_S = 30,
    TOTP_DIGITS = 6,
};

struct secret {
    unsigned char bytes[SECRET_SIZE];
};

enum status secret_draw(struct seal_chance chance, struct secret *out);
/* Keyed BLAKE2b-256 of purpose and bytes: a name that only the holder of the key can make. */
struct digest secret_digest(const struct secret *key, const char *purpose, struct slice bytes);
/* In a time that does not depend on where they differ. */
bool secret_equal(struct slice a, struct slice b);
void secret_wipe(void *at, size_t size);

/* XChaCha20-Poly1305: `out` has room for size + SECRET_OVERHEAD. */
enum status secret_seal(const struct secret *key, struct seal_chance chance, struct slice bytes,
                        unsigned char *out);
/* `out` has room for size - SECRET_OVERHEAD.  STATUS_REFUSED: another key, or changed. */
enum status secret_open(const struct secret *key, struct slice sealed, unsigned char *out);

/* Argon2id, 64 MiB, 2 passes, as a text that names its parameters; about 0.1 s.  STATUS_FULL. */
enum status password_hash(struct slice password, char out[PASSWORD_HASH_SIZE]);
bool password_holds(const char *hash, struct slice password);

/* RFC 6238 with HMAC-SHA-1, six digits: what authenticator programs know. */
uint32_t totp_code(struct slice key, uint64_t step);
/* Whether `code` is that of a step in [step-1, step+1] and later than `used`; which one goes to
 * `*found`. */
bool totp_holds(struct slice key, uint64_t step, uint64_t used, struct slice code, uint64_t *found);

/* HMAC-SHA-256 (RFC 2104) of the slices as one string. */
struct digest hmac_sha256(struct slice key, const struct slice *slices, size_t count);

/* RFC 4648: base32 in capitals, base64url, both without padding; hex in lower case. */
void text_add_base32(struct text *text, struct slice bytes);
void text_add_base64url(struct text *text, struct slice bytes);
void text_add_hex(struct text *text, struct slice bytes);
