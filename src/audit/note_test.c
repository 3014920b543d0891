/* note_test.c -- notes as the reference implementation makes them, and none that differ from ours.
 *
 * The key, text and signature of PeterNeumann are those of golang.org/x/mod/sumdb/note; Ed25519
 * leaves no freedom, so equal bytes mean that everybody's tools read our checkpoints. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define ORIGIN SLICE("example.org/audit")

static struct seal_keypair pair_of(unsigned char first)
{
    return seal_keypair_of_seed(&(struct seal_seed){{first}});
}

static void known_notes_are_made_byte_for_byte(void **state)
{
    static const char TEXT[] = "If you think cryptography is the answer to your problem,\n"
                               "then you don't know what your problem is.\n";
    static const char SIGNATURE[] =
        "\n\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSN"
        "XgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    unsigned char secret[33];
    struct seal_seed seed;
    char bytes[512];
    (void)state;
    assert_int_equal(base64_read(SLICE("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"), secret, 33),
                     STATUS_OK);
    memcpy(seed.bytes, secret + 1, sizeof seed.bytes);
    struct seal_keypair keypair = seal_keypair_of_seed(&seed);
    struct text text = text_over(bytes, sizeof bytes);
    note_key_write(&text, SLICE("PeterNeumann"), &keypair.key);
    assert_string_equal(bytes,
                        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    text = text_over(bytes, sizeof bytes);
    note_sign(&text, slice_of(TEXT), SLICE("PeterNeumann"), &keypair);
    assert_memory_equal(bytes, TEXT, sizeof TEXT - 1);
    assert_string_equal(bytes + sizeof TEXT - 1, SIGNATURE);
    struct slice body = {0};
    assert_int_equal(note_check(text_slice(&text), SLICE("PeterNeumann"), &keypair.key, &body),
                     STATUS_OK);
    assert_true(slice_equal(body, slice_of(TEXT)));
}

static void a_known_key_has_its_known_id(void **state)
{
    unsigned char bytes[33];
    struct seal_key key;
    char written[128];
    struct text text = text_over(written, sizeof written);
    (void)state;
    assert_int_equal(base64_read(SLICE("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"), bytes, 33),
                     STATUS_OK);
    memcpy(key.bytes, bytes + 1, sizeof key.bytes);
    note_key_write(&text, SLICE("sum.golang.org"), &key);
    assert_string_equal(written,
                        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8");
}

static void base64_has_one_spelling(void **state)
{
    static const struct {
        const char *text;
        struct slice bytes;
    } GOOD[] = {{"", {"", 0}},
                {"Zg==", {"f", 1}},
                {"Zm8=", {"fo", 2}},
                {"Zm9v", {"foo", 3}},
                {"Zm9vYg==", {"foob", 4}},
                {"Zm9vYmFy", {"foobar", 6}},
                {"//79", {"\xFF\xFE\xFD", 3}}};
    static const char *const BAD[] = {"Zh==", "Zg=", "Zg", "Zg=A", "=g==", "Z===", "Z g=", "Zg\n="};
    unsigned char read[8];
    char written[16];
    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        struct text text = text_over(written, sizeof written);
        text_add_base64(&text, GOOD[i].bytes);
        assert_string_equal(written, GOOD[i].text);
        assert_int_equal(base64_read(slice_of(GOOD[i].text), read, GOOD[i].bytes.size), STATUS_OK);
        assert_memory_equal(read, GOOD[i].bytes.at, GOOD[i].bytes.size);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_int_equal(base64_read(slice_of(BAD[i]), read, 1), STATUS_MALFORMED);
}

static void no_changed_byte_is_read(void **state)
{
    struct seal_keypair keypair = pair_of(1);
    struct note note = {.size = 300, .root = {{9, 8, 7}}};
    struct note read = {0};
    char bytes[NOTE_BYTES_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    (void)state;
    note_write(&text, ORIGIN, &note, &keypair);
    assert_int_equal(note_read(text_slice(&text), ORIGIN, &keypair.key, &read), STATUS_OK);
    assert_int_equal(read.size, 300);
    assert_memory_equal(&read.root, &note.root, sizeof read.root);
    for (size_t i = 0; i < text.size; i++) {
        for (int change = 1; change < 256; change++) {
            bytes[i] = (char)(bytes[i] ^ change);
            assert_int_not_equal(note_read(text_slice(&text), ORIGIN, &keypair.key, &read),
                                 STATUS_OK);
            bytes[i] = (char)(bytes[i] ^ change);
        }
        struct slice torn = {bytes, i};
        assert_int_not_equal(note_read(torn, ORIGIN, &keypair.key, &read), STATUS_OK);
    }
}

static void a_cosigned_note_is_ours_still(void **state)
{
    struct seal_keypair ours = pair_of(1);
    struct seal_keypair theirs = pair_of(2);
    struct note note = {.size = 1};
    struct slice body = {0};
    char bytes[NOTE_BYTES_MAX];
    char other_bytes[NOTE_BYTES_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    struct text other = text_over(other_bytes, sizeof other_bytes);
    (void)state;
    note_write(&text, ORIGIN, &note, &ours);
    assert_int_equal(note_check(text_slice(&text), ORIGIN, &ours.key, &body), STATUS_OK);
    note_sign(&other, body, SLICE("witness.example"), &theirs);
    struct slice line = {other.at + body.size + 1, other.size - body.size - 1};
    text_add(&text, line);
    assert_int_equal(note_read(text_slice(&text), ORIGIN, &ours.key, &note), STATUS_OK);
    assert_int_equal(note_check(text_slice(&text), SLICE("witness.example"), &theirs.key, &body),
                     STATUS_OK);
    /* Theirs alone is none of ours, nor is ours under their key or another name. */
    assert_int_equal(note_read(text_slice(&other), ORIGIN, &ours.key, &note), STATUS_REFUSED);
    assert_int_equal(note_read(text_slice(&text), ORIGIN, &theirs.key, &note), STATUS_REFUSED);
    assert_int_equal(note_read(text_slice(&text), SLICE("x"), &ours.key, &note), STATUS_REFUSED);
    text_add_string(&text, "garbage\n");
    assert_int_equal(note_read(text_slice(&text), ORIGIN, &ours.key, &note), STATUS_MALFORMED);
}

/* Signed by the right key, and yet no checkpoint. */
static void a_signed_text_that_is_no_checkpoint_is_refused(void **state)
{
    static const char *const BODIES[] = {
        "example.org/audit\n",
        "example.org/audit\n7\n",
        "example.org/audit\n07\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "example.org/audit\n-7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "example.org/audit\n9999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "example.org/audit\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
        "example.org/other\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    };
    struct seal_keypair keypair = pair_of(1);
    struct note note = {0};
    char bytes[NOTE_BYTES_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        struct text text = text_over(bytes, sizeof bytes);
        note_sign(&text, slice_of(BODIES[i]), ORIGIN, &keypair);
        assert_int_equal(note_read(text_slice(&text), ORIGIN, &keypair.key, &note),
                         STATUS_MALFORMED);
    }
    assert_false(note_origin_holds(SLICE("")));
    assert_false(note_origin_holds(SLICE("a b")));
    assert_false(note_origin_holds(SLICE("a+b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_notes_are_made_byte_for_byte),
        cmocka_unit_test(a_known_key_has_its_known_id),
        cmocka_unit_test(base64_has_one_spelling),
        cmocka_unit_test(no_changed_byte_is_read),
        cmocka_unit_test(a_cosigned_note_is_ours_still),
        cmocka_unit_test(a_signed_text_that_is_no_checkpoint_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
