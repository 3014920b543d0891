/* checksum_test.c -- known answers, and what must not collide. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

static void hashes_tell_bytes_apart(void **state)
{
    (void)state;
    assert_true(hash_bytes(SLICE("13800000001")) == hash_bytes(SLICE("13800000001")));
    assert_true(hash_bytes(SLICE("13800000001")) != hash_bytes(SLICE("13800000002")));
    assert_true(hash_bytes(SLICE("")) == hash_bytes((struct slice){NULL, 0}));
    assert_true(hash_word(1) != hash_word(2));
    /* Bytes 0 .. 7 little-endian: the word and its bytes have one name. */
    assert_true(hash_word(0x0706050403020100) == hash_bytes(SLICE("\0\1\2\3\4\5\6\7")));
}

static void hashes_spread(void **state)
{
    (void)state;
    uint32_t buckets[256] = {0};
    for (uint64_t i = 0; i < 256 * 400; i++)
        buckets[hash_word(i) & 255]++;
    for (int i = 0; i < 256; i++)
        assert_in_range(buckets[i], 300, 500); /* five deviations of 20 */
}

static void digest_is_blake2b_of_sized_slices(void **state)
{
    (void)state;
    char hex[DIGEST_HEX_SIZE];
    struct digest digest = digest_of(NULL, 0);
    digest_hex(&digest, hex);
    /* BLAKE2b-256 of nothing, RFC 7693 parameters */
    assert_string_equal(hex, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

static void digest_keeps_slices_apart(void **state)
{
    (void)state;
    const struct slice split_late[] = {SLICE("ab"), SLICE("c")};
    const struct slice split_early[] = {SLICE("a"), SLICE("bc")};
    const struct slice whole[] = {SLICE("abc")};
    const struct slice trailing[] = {SLICE("abc"), SLICE("")};
    struct digest late = digest_of(split_late, 2);
    struct digest early = digest_of(split_early, 2);
    struct digest one = digest_of(whole, 1);
    struct digest more = digest_of(trailing, 2);
    struct digest again = digest_of(split_late, 2);
    assert_memory_equal(&late, &again, sizeof late);
    assert_memory_not_equal(&late, &early, sizeof late);
    assert_memory_not_equal(&late, &one, sizeof late);
    assert_memory_not_equal(&more, &one, sizeof more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_tell_bytes_apart),
        cmocka_unit_test(hashes_spread),
        cmocka_unit_test(digest_is_blake2b_of_sized_slices),
        cmocka_unit_test(digest_keeps_slices_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
