/* secret.c -- keyed names, sealed texts, passwords and one-time codes over libsodium and OpenSSL.
 *
 * OpenSSL for HMAC-SHA-1 alone: RFC 6238 asks for it, libsodium has none.
 * Not chosen:  our own SHA-1.  Forty lines that somebody would have to believe. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/secret.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

static void sodium_ready(void)
{
    int code = sodium_init(); /* cheap when it was done before */
    must(code >= 0);
}

enum status secret_draw(struct seal_chance chance, struct secret *out)
{
    struct seal_seed seed;
    static_assert(sizeof seed.bytes == sizeof out->bytes);
    TRY(chance.draw(chance.self, &seed));
    memcpy(out->bytes, seed.bytes, sizeof out->bytes);
    secret_wipe(&seed, sizeof seed);
    return STATUS_OK;
}

struct digest secret_digest(const struct secret *key, const char *purpose, struct slice bytes)
{
    crypto_generichash_state state;
    struct digest digest;
    sodium_ready();
    (void)crypto_generichash_init(&state, key->bytes, sizeof key->bytes, DIGEST_SIZE);
    /* with its NUL, so that no purpose begins another */
    (void)crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
    (void)crypto_generichash_update(&state, (const unsigned char *)bytes.at, bytes.size);
    (void)crypto_generichash_final(&state, digest.bytes, DIGEST_SIZE);
    return digest;
}

bool secret_equal(struct slice a, struct slice b)
{
    return a.size == b.size && (a.size == 0 || sodium_memcmp(a.at, b.at, a.size) == 0);
}

void secret_wipe(void *at, size_t size)
{
    sodium_memzero(at, size);
}

enum status secret_seal(const struct secret *key, struct seal_chance chance, struct slice bytes,
                        unsigned char *out)
{
    struct secret drawn;
    static_assert(SECRET_OVERHEAD == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
                                         crypto_aead_xchacha20poly1305_ietf_ABYTES);
    TRY(secret_draw(chance, &drawn));
    memcpy(out, drawn.bytes, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    sodium_ready();
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, NULL, (const unsigned char *)bytes.at,
        bytes.size, NULL, 0, NULL, out, key->bytes);
    return STATUS_OK;
}

enum status secret_open(const struct secret *key, struct slice sealed, unsigned char *out)
{
    const unsigned char *at = (const unsigned char *)sealed.at;
    size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    sodium_ready();
    if (sealed.size < SECRET_OVERHEAD)
        return STATUS_REFUSED;
    int code = crypto_aead_xchacha20poly1305_ietf_decrypt(
        out, NULL, NULL, at + nonce, sealed.size - nonce, NULL, 0, at, key->bytes);
    return code == 0 ? STATUS_OK : STATUS_REFUSED;
}

enum status password_hash(struct slice password, char out[PASSWORD_HASH_SIZE])
{
    static_assert(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES);
    sodium_ready();
    int code =
        crypto_pwhash_str_alg(out, password.at, password.size, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    return code == 0 ? STATUS_OK : STATUS_FULL;
}

bool password_holds(const char *hash, struct slice password)
{
    sodium_ready();
    return crypto_pwhash_str_verify(hash, password.at, password.size) == 0;
}

uint32_t totp_code(struct slice key, uint64_t step)
{
    unsigned char counter[8], mac[20];
    unsigned size = 0;
    for (int i = 0; i < 8; i++)
        counter[i] = (unsigned char)(step >> (56 - 8 * i));
    const unsigned char *made =
        HMAC(EVP_sha1(), key.at, (int)key.size, counter, sizeof counter, mac, &size);
    must(made != NULL && size == sizeof mac);
    unsigned at = mac[19] & 0xF; /* RFC 4226, section 5.3: dynamic truncation */
    uint32_t word = (uint32_t)(mac[at] & 0x7F) << 24 | (uint32_t)mac[at + 1] << 16 |
                    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    return word % 1000000;
}

bool totp_holds(struct slice key, uint64_t step, uint64_t used, struct slice code, uint64_t *found)
{
    bool holds = false;
    for (uint64_t at = step - 1; at <= step + 1; at++) {
        char digits[16];
        struct text text = text_over(digits, sizeof digits);
        text_addf(&text, "%06u", totp_code(key, at));
        if (secret_equal(text_slice(&text), code) && at > used) {
            *found = at;
            holds = true;
        }
    }
    return holds;
}

struct digest hmac_sha256(struct slice key, const struct slice *slices, size_t count)
{
    crypto_auth_hmacsha256_state state;
    struct digest digest;
    sodium_ready();
    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.at, key.size);
    for (size_t i = 0; i < count; i++)
        (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)slices[i].at,
                                            slices[i].size);
    (void)crypto_auth_hmacsha256_final(&state, digest.bytes);
    return digest;
}

/* `bits` at a time, from the highest, as characters of `alphabet`. */
static void add_in_alphabet(struct text *text, struct slice bytes, const char *alphabet,
                            unsigned bits)
{
    uint32_t held = 0;
    unsigned count = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        held = held << 8 | (unsigned char)bytes.at[i];
        for (count += 8; count >= bits; count -= bits)
            text_add_char(text, alphabet[held >> (count - bits) & ((1u << bits) - 1)]);
        held &= (1u << count) - 1;
    }
    if (count > 0)
        text_add_char(text, alphabet[held << (bits - count) & ((1u << bits) - 1)]);
}

void text_add_base32(struct text *text, struct slice bytes)
{
    add_in_alphabet(text, bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5);
}

void text_add_base64url(struct text *text, struct slice bytes)
{
    add_in_alphabet(text, bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
                    6);
}

void text_add_hex(struct text *text, struct slice bytes)
{
    add_in_alphabet(text, bytes, "0123456789abcdef", 4);
}
