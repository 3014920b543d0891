/* note.c -- checkpoints written, signed, read and checked.
 *
 * Invariants:  1. note_read() reads back what note_write() wrote, and nothing that differs from it
 *                 in one byte.
 *              2. base64 has one spelling: padding and unused bits are looked at.
 * Not chosen:  libsodium's base64; it belongs to the room that wraps it, and forty lines are no
 *              reason to widen that face. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/note.h"

enum { KEY_ID_SIZE = 4, KEY_TYPE_ED25519 = 1, STAMP_SIZE = KEY_ID_SIZE + SEAL_SIGNATURE_SIZE };
enum { SIZE_DIGITS_MAX = 18 }; /* below 2^63 without a test for overflow */

#define DASH SLICE("\xE2\x80\x94 ") /* U+2014 and a blank begin a signature line */

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_add_base64(struct text *text, struct slice bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t here = bytes.size - i < 3 ? bytes.size - i : 3;
        uint32_t group = (uint32_t)at[i] << 16;
        if (here > 1)
            group |= (uint32_t)at[i + 1] << 8;
        if (here > 2)
            group |= at[i + 2];
        char four[4] = {ALPHABET[group >> 18], ALPHABET[group >> 12 & 63], '=', '='};
        if (here > 1)
            four[2] = ALPHABET[group >> 6 & 63];
        if (here > 2)
            four[3] = ALPHABET[group & 63];
        text_add(text, (struct slice){four, sizeof four});
    }
}

enum status base64_read(struct slice text, unsigned char *out, size_t size)
{
    if (text.size != (size + 2) / 3 * 4)
        return STATUS_MALFORMED;
    size_t digits = (size * 8 + 5) / 6;
    uint32_t pending = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < digits; i++) {
        const char *digit = memchr(ALPHABET, text.at[i], 64);
        if (digit == NULL)
            return STATUS_MALFORMED;
        pending = pending << 6 | (uint32_t)(digit - ALPHABET);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *out++ = (unsigned char)(pending >> bits);
            pending &= (1U << bits) - 1;
        }
    }
    for (size_t i = digits; i < text.size; i++) {
        if (text.at[i] != '=')
            return STATUS_MALFORMED;
    }
    return pending == 0 ? STATUS_OK : STATUS_MALFORMED;
}

bool note_origin_holds(struct slice origin)
{
    if (origin.size == 0 || origin.size > NOTE_ORIGIN_MAX)
        return false;
    for (size_t i = 0; i < origin.size; i++) {
        if (origin.at[i] <= ' ' || origin.at[i] > '~' || origin.at[i] == '+')
            return false;
    }
    return true;
}

/* The first four bytes of SHA-256(name, newline, type, key): which key a line is of. */
static struct digest key_id(struct slice origin, const struct seal_key *key)
{
    const struct slice parts[] = {
        origin, {"\n\1", 2}, {(const char *)key->bytes, sizeof key->bytes}};
    return sha256_of(parts, 3);
}

void note_key_write(struct text *text, struct slice origin, const struct seal_key *key)
{
    char bytes[1 + SEAL_KEY_SIZE] = {KEY_TYPE_ED25519};
    memcpy(bytes + 1, key->bytes, sizeof key->bytes);
    struct digest id = key_id(origin, key);
    text_add(text, origin);
    text_addf(text, "+%02x%02x%02x%02x+", id.bytes[0], id.bytes[1], id.bytes[2], id.bytes[3]);
    text_add_base64(text, (struct slice){bytes, sizeof bytes});
}

void note_sign(struct text *text, struct slice body, struct slice origin,
               const struct seal_keypair *keypair)
{
    must(body.size > 0);
    must(body.at[body.size - 1] == '\n');
    struct digest id = key_id(origin, &keypair->key);
    struct seal_signature signature = seal_sign(keypair, body);
    unsigned char stamp[STAMP_SIZE];
    memcpy(stamp, id.bytes, KEY_ID_SIZE);
    memcpy(stamp + KEY_ID_SIZE, signature.bytes, sizeof signature.bytes);
    text_add(text, body);
    text_add_char(text, '\n');
    text_add(text, DASH);
    text_add(text, origin);
    text_add_char(text, ' ');
    text_add_base64(text, (struct slice){(const char *)stamp, sizeof stamp});
    text_add_char(text, '\n');
}

/* The next line of `*rest` without its newline.  STATUS_END; STATUS_MALFORMED: no newline. */
static enum status line_take(struct slice *rest, struct slice *out)
{
    if (rest->size == 0)
        return STATUS_END;
    const char *end = memchr(rest->at, '\n', rest->size);
    if (end == NULL)
        return STATUS_MALFORMED;
    *out = (struct slice){rest->at, (size_t)(end - rest->at)};
    rest->at = end + 1;
    rest->size -= out->size + 1;
    return STATUS_OK;
}

/* Splits "— name base64".  STATUS_MALFORMED. */
static enum status signature_split(struct slice line, struct slice *name, struct slice *stamp)
{
    if (!slice_starts(line, DASH))
        return STATUS_MALFORMED;
    line.at += DASH.size;
    line.size -= DASH.size;
    const char *blank = memchr(line.at, ' ', line.size);
    if (blank == NULL)
        return STATUS_MALFORMED;
    *name = (struct slice){line.at, (size_t)(blank - line.at)};
    *stamp = (struct slice){blank + 1, line.size - name->size - 1};
    return note_origin_holds(*name) && stamp->size > 0 ? STATUS_OK : STATUS_MALFORMED;
}

enum status note_check(struct slice bytes, struct slice origin, const struct seal_key *key,
                       struct slice *body)
{
    const char *gap = bytes.size == 0 ? NULL : memmem(bytes.at, bytes.size, "\n\n", 2);
    if (gap == NULL || bytes.size > NOTE_READ_MAX)
        return STATUS_MALFORMED;
    struct slice signed_part = {bytes.at, (size_t)(gap - bytes.at) + 1};
    struct slice rest = {gap + 2, bytes.size - signed_part.size - 1};
    struct digest id = key_id(origin, key);
    bool held = false;
    struct slice line = {0};
    enum status status = line_take(&rest, &line);
    for (; status == STATUS_OK; status = line_take(&rest, &line)) {
        struct slice name = {0};
        struct slice stamp = {0};
        unsigned char read[STAMP_SIZE];
        struct seal_signature signature;
        TRY(signature_split(line, &name, &stamp));
        if (!slice_equal(name, origin) || base64_read(stamp, read, sizeof read) != STATUS_OK ||
            memcmp(read, id.bytes, KEY_ID_SIZE) != 0)
            continue; /* somebody else's */
        memcpy(signature.bytes, read + KEY_ID_SIZE, sizeof signature.bytes);
        if (!seal_verify(key, signed_part, &signature))
            return STATUS_REFUSED;
        held = true;
    }
    if (status != STATUS_END)
        return status;
    if (!held)
        return STATUS_REFUSED;
    *body = signed_part;
    return STATUS_OK;
}

void note_write(struct text *text, struct slice origin, const struct note *note,
                const struct seal_keypair *keypair)
{
    char bytes[NOTE_BYTES_MAX];
    struct text body = text_over(bytes, sizeof bytes);
    text_add(&body, origin);
    text_addf(&body, "\n%llu\n", (unsigned long long)note->size);
    text_add_base64(&body, (struct slice){(const char *)note->root.bytes, DIGEST_SIZE});
    text_add_char(&body, '\n');
    must(!body.full);
    note_sign(text, text_slice(&body), origin, keypair);
}

static enum status size_read(struct slice digits, uint64_t *out)
{
    if (digits.size == 0 || digits.size > SIZE_DIGITS_MAX ||
        (digits.size > 1 && digits.at[0] == '0'))
        return STATUS_MALFORMED;
    uint64_t size = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return STATUS_MALFORMED;
        size = size * 10 + (uint64_t)(digits.at[i] - '0');
    }
    *out = size;
    return STATUS_OK;
}

enum status note_read(struct slice bytes, struct slice origin, const struct seal_key *key,
                      struct note *out)
{
    struct note note = {0};
    struct slice body = {0};
    struct slice name = {0};
    struct slice size = {0};
    struct slice root = {0};
    TRY(note_check(bytes, origin, key, &body));
    if (line_take(&body, &name) != STATUS_OK || line_take(&body, &size) != STATUS_OK ||
        line_take(&body, &root) != STATUS_OK || !slice_equal(name, origin))
        return STATUS_MALFORMED;
    TRY(size_read(size, &note.size));
    TRY(base64_read(root, note.root.bytes, DIGEST_SIZE));
    *out = note; /* further lines are extensions, signed and not ours to read */
    return STATUS_OK;
}
