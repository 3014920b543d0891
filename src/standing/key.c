/* key.c -- names of persons and cards that only a holder of the join key can make. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/standing_inside.h"

enum { DOCUMENT_MAX = 64 };

/* Blanks and hyphens out, letters in capitals: what is printed on a document. */
static struct slice plain(struct slice written, char out[DOCUMENT_MAX])
{
    size_t size = 0;
    for (size_t i = 0; i < written.size && size < DOCUMENT_MAX; i++) {
        char c = written.at[i];
        if (c == ' ' || c == '-')
            continue;
        out[size++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return (struct slice){out, size};
}

struct standing_key standing_key_of(const struct secret *join, struct slice document)
{
    char bytes[DOCUMENT_MAX];
    struct standing_key key;
    struct digest digest = secret_digest(join, "standing person", plain(document, bytes));
    memcpy(key.bytes, digest.bytes, sizeof key.bytes);
    return key;
}

uint64_t standing_card_of(const struct secret *join, struct slice phone)
{
    uint64_t card = 0;
    if (phone.size == 0)
        return 0;
    struct digest digest = secret_digest(join, "standing card", phone);
    memcpy(&card, digest.bytes, sizeof card);
    return card == 0 ? 1 : card;
}

/* Of a hex digit its value and one; 0: it is none. */
static const unsigned char DIGIT[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

static int digit_of(char c)
{
    return DIGIT[(unsigned char)c] - 1;
}

bool standing_key_read(struct slice hex, struct standing_key *out)
{
    if (hex.size != 2 * STANDING_KEY_SIZE)
        return false;
    for (size_t i = 0; i < STANDING_KEY_SIZE; i++) {
        int high = digit_of(hex.at[2 * i]), low = digit_of(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

struct standing_key standing_key_for(const struct secret *export_key, struct standing_key key)
{
    struct standing_key out;
    struct digest digest = secret_digest(export_key, "standing export",
                                         (struct slice){(const char *)key.bytes, sizeof key.bytes});
    memcpy(out.bytes, digest.bytes, sizeof out.bytes);
    return out;
}

struct standing_key standing_under(const struct secret *export_key, const struct secret *join)
{
    return standing_key_for(export_key, standing_key_of(join, SLICE("")));
}

static struct secret derived(const struct secret *from, const char *purpose, struct slice of)
{
    struct secret out;
    struct digest digest = secret_digest(from, purpose, of);
    static_assert(sizeof out.bytes == sizeof digest.bytes, "a digest is a key");
    memcpy(out.bytes, digest.bytes, sizeof out.bytes);
    return out;
}

struct secret standing_join_key(const struct secret *master)
{
    return derived(master, "standing join", SLICE(""));
}

struct secret standing_export_key(const struct secret *join, struct slice organisation)
{
    return derived(join, "standing export key", organisation);
}

uint32_t standing_thing_bit(enum law_code thing)
{
    uint32_t bit = 1;
    for (unsigned code = 0; code < LAW_CODES_COUNT; code++) {
        if (law_code_group((enum law_code)code) != LAW_GROUP_thing)
            continue;
        if (code == (unsigned)thing)
            return bit;
        bit <<= 1;
    }
    return 0;
}
