/* seal_test.c -- the vectors of RFC 8032, and every changed bit refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void bytes_of_hex(const char *hex, unsigned char *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (unsigned char)byte;
    }
}

/* RFC 8032, 7.1, tests 1 and 2. */
static const struct vector {
    const char *seed, *key, *signature;
    struct slice message;
} VECTORS[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b",
     {"", 0}},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00",
     {"\x72", 1}},
};

static void vectors_of_the_rfc_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof VECTORS / sizeof VECTORS[0]; i++) {
        struct seal_seed seed;
        struct seal_key key;
        struct seal_signature signature;
        bytes_of_hex(VECTORS[i].seed, seed.bytes, sizeof seed);
        bytes_of_hex(VECTORS[i].key, key.bytes, sizeof key);
        bytes_of_hex(VECTORS[i].signature, signature.bytes, sizeof signature);
        struct seal_keypair keypair = seal_keypair_of_seed(&seed);
        assert_memory_equal(&keypair.key, &key, sizeof key);
        struct seal_signature made = seal_sign(&keypair, VECTORS[i].message);
        assert_memory_equal(&made, &signature, sizeof made);
        assert_true(seal_verify(&key, VECTORS[i].message, &signature));
    }
}

static void no_changed_bit_holds(void **state)
{
    (void)state;
    char text[] = "who did what";
    struct slice bytes = {text, sizeof text - 1};
    struct seal_seed seed = {{7}};
    struct seal_keypair keypair = seal_keypair_of_seed(&seed);
    struct seal_signature signature = seal_sign(&keypair, bytes);
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        struct seal_signature wrong = signature;
        wrong.bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_false(seal_verify(&keypair.key, bytes, &wrong));
    }
    for (size_t bit = 0; bit < 8 * sizeof keypair.key; bit++) {
        struct seal_key wrong = keypair.key;
        wrong.bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_false(seal_verify(&wrong, bytes, &signature));
    }
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        assert_false(seal_verify(&keypair.key, bytes, &signature));
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
    assert_true(seal_verify(&keypair.key, bytes, &signature));
}

static void two_draws_differ(void **state)
{
    (void)state;
    struct seal_chance chance = seal_chance_of_machine();
    struct seal_seed one = {0};
    struct seal_seed two = {0};
    assert_int_equal(chance.draw(chance.self, &one), STATUS_OK);
    assert_int_equal(chance.draw(chance.self, &two), STATUS_OK);
    assert_memory_not_equal(&one, &two, sizeof one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_the_rfc_hold),
        cmocka_unit_test(no_changed_bit_holds),
        cmocka_unit_test(two_draws_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
