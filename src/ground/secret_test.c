/* secret_test.c -- secrets against the vectors of their RFCs, and what must not open. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static enum status drawn(void *self, struct seal_seed *out)
{
    unsigned char *next = self;
    memset(out->bytes, ++*next, sizeof out->bytes);
    return STATUS_OK;
}

static void codes_are_those_of_rfc_6238(void **state)
{
    (void)state;
    /* Appendix B, last six of its eight digits. */
    static const struct {
        uint64_t time;
        uint32_t code;
    } VECTORS[] = {{59, 287082},       {1111111109, 81804},  {1111111111, 50471},
                   {1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130}};
    for (size_t i = 0; i < sizeof VECTORS / sizeof VECTORS[0]; i++)
        assert_int_equal(totp_code(SLICE("12345678901234567890"), VECTORS[i].time / TOTP_STEP_S),
                         VECTORS[i].code);
}

static void a_code_holds_once_and_one_step_off(void **state)
{
    (void)state;
    struct slice key = SLICE("12345678901234567890");
    uint64_t step = 1111111109 / TOTP_STEP_S, found = 0;
    assert_true(totp_holds(key, step, 0, SLICE("081804"), &found));
    assert_int_equal(found, step);
    assert_false(totp_holds(key, step, found, SLICE("081804"), &found));
    assert_true(totp_holds(key, step + 1, 0, SLICE("081804"), &found));
    assert_true(totp_holds(key, step - 1, 0, SLICE("081804"), &found));
    assert_false(totp_holds(key, step + 2, 0, SLICE("081804"), &found));
    assert_false(totp_holds(key, step, 0, SLICE("81804"), &found));
    assert_false(totp_holds(key, step, 0, SLICE(""), &found));
}

static void a_mac_is_that_of_rfc_4231(void **state)
{
    (void)state;
    const struct slice parts[] = {SLICE("what do ya want "), SLICE("for nothing?")};
    struct digest mac = hmac_sha256(SLICE("Jefe"), parts, 2);
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&mac, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void bases_are_those_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const VECTORS[][4] = {
        {"", "", "", ""},
        {"f", "MY", "Zg", "66"},
        {"fo", "MZXQ", "Zm8", "666f"},
        {"foo", "MZXW6", "Zm9v", "666f6f"},
        {"foob", "MZXW6YQ", "Zm9vYg", "666f6f62"},
        {"fooba", "MZXW6YTB", "Zm9vYmE", "666f6f6261"},
        {"foobar", "MZXW6YTBOI", "Zm9vYmFy", "666f6f626172"},
        {"\xff\xfe\xfd", "777P2", "__79", "fffefd"},
    };
    for (size_t i = 0; i < sizeof VECTORS / sizeof VECTORS[0]; i++) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_base32(&text, slice_of(VECTORS[i][0]));
        assert_string_equal(bytes, VECTORS[i][1]);
        text = text_over(bytes, sizeof bytes);
        text_add_base64url(&text, slice_of(VECTORS[i][0]));
        assert_string_equal(bytes, VECTORS[i][2]);
        text = text_over(bytes, sizeof bytes);
        text_add_hex(&text, slice_of(VECTORS[i][0]));
        assert_string_equal(bytes, VECTORS[i][3]);
    }
}

static void a_sealed_text_opens_with_its_key_alone(void **state)
{
    (void)state;
    unsigned char next = 0;
    struct seal_chance chance = {drawn, &next};
    struct secret key, other;
    unsigned char sealed[5 + SECRET_OVERHEAD], opened[5];
    assert_int_equal(secret_draw(chance, &key), STATUS_OK);
    assert_int_equal(secret_draw(chance, &other), STATUS_OK);
    assert_int_equal(secret_seal(&key, chance, SLICE("hello"), sealed), STATUS_OK);
    struct slice bytes = {(const char *)sealed, sizeof sealed};
    assert_int_equal(secret_open(&key, bytes, opened), STATUS_OK);
    assert_memory_equal(opened, "hello", 5);
    assert_int_equal(secret_open(&other, bytes, opened), STATUS_REFUSED);
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        assert_int_equal(secret_open(&key, bytes, opened), STATUS_REFUSED);
        sealed[i] ^= 1;
    }
    assert_int_equal(secret_open(&key, (struct slice){bytes.at, 39}, opened), STATUS_REFUSED);
}

static void a_password_is_known_again(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];
    assert_int_equal(password_hash(SLICE("correct horse battery"), hash), STATUS_OK);
    assert_int_equal(password_hash(SLICE("correct horse battery"), again), STATUS_OK);
    assert_string_not_equal(hash, again);
    assert_true(slice_starts(slice_of(hash), SLICE("$argon2id$v=19$m=65536,t=2,p=1$")));
    assert_true(password_holds(hash, SLICE("correct horse battery")));
    assert_false(password_holds(hash, SLICE("correct horse batterY")));
    assert_false(password_holds("rubbish", SLICE("correct horse battery")));
}

static void a_keyed_name_depends_on_key_purpose_and_bytes(void **state)
{
    (void)state;
    unsigned char next = 0;
    struct seal_chance chance = {drawn, &next};
    struct secret key, other;
    assert_int_equal(secret_draw(chance, &key), STATUS_OK);
    assert_int_equal(secret_draw(chance, &other), STATUS_OK);
    struct digest a = secret_digest(&key, "phone", SLICE("1"));
    struct digest same = secret_digest(&key, "phone", SLICE("1"));
    struct digest b = secret_digest(&other, "phone", SLICE("1"));
    struct digest c = secret_digest(&key, "phon", SLICE("e1"));
    struct digest d = secret_digest(&key, "phone", SLICE("2"));
    assert_memory_equal(&a, &same, sizeof a);
    assert_memory_not_equal(&a, &b, sizeof a);
    assert_memory_not_equal(&a, &c, sizeof a);
    assert_memory_not_equal(&a, &d, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_rfc_6238),
        cmocka_unit_test(a_code_holds_once_and_one_step_off),
        cmocka_unit_test(a_mac_is_that_of_rfc_4231),
        cmocka_unit_test(bases_are_those_of_rfc_4648),
        cmocka_unit_test(a_sealed_text_opens_with_its_key_alone),
        cmocka_unit_test(a_password_is_known_again),
        cmocka_unit_test(a_keyed_name_depends_on_key_purpose_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
