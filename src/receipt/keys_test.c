/* keys_test.c -- one question, one answer: also twice, also after a crash, also when full. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

enum { HOUR = 3600000 };

static struct arena *boot;
static char bytes[RECEIPT_BYTES_MAX + 256];

static int begin(void **state)
{
    (void)state;
    return arena_create(&boot, 256 << 20) != STATUS_OK;
}

static int end(void **state)
{
    (void)state;
    arena_destroy(boot);
    return 0;
}

static struct key key_of(unsigned number, const char *body)
{
    struct slice name = {(const char *)&number, sizeof number};
    struct slice text = slice_of(body);
    return (struct key){digest_of(&name, 1), digest_of(&text, 1)};
}

static enum key_verdict ask(struct keys *keys, const struct key *key, int64_t now)
{
    enum key_verdict verdict;
    struct text answer = text_over(bytes, sizeof bytes);
    assert_int_equal(keys_ask(keys, key, (moment){now}, &verdict, &answer), STATUS_OK);
    return verdict;
}

static void a_key_has_one_answer_until_its_time_is_over(void **state)
{
    (void)state;
    struct keys *keys;
    struct key key = key_of(1, "a");
    struct key other = key_of(1, "b");
    assert_int_equal(keys_create(&keys, 16, HOUR, boot), STATUS_OK);
    assert_int_equal(ask(keys, &key, 0), KEY_NEW);
    assert_int_equal(ask(keys, &key, 1), KEY_WAITING);
    assert_int_equal(ask(keys, &other, 1), KEY_OTHER);
    keys_answer(keys, &key, (moment){2}, 41, SLICE("\"accepted\":3,\"rejected\":0"));
    assert_int_equal(ask(keys, &key, HOUR), KEY_ANSWERED);
    assert_string_equal(bytes, "{\"first\":41,\"last\":43,\"accepted\":3,\"rejected\":0}");
    assert_int_equal(ask(keys, &key, HOUR + 3), KEY_NEW);
    keys_forget(keys, &key);
    assert_int_equal(ask(keys, &key, HOUR + 3), KEY_NEW);
}

static void a_full_table_forgets_its_oldest_but_not_who_waits(void **state)
{
    (void)state;
    struct keys *keys;
    struct keys_counts counts;
    assert_int_equal(keys_create(&keys, 100, HOUR, boot), STATUS_OK);
    for (unsigned i = 0; i < 1000; i++) {
        struct key key = key_of(i, "x");
        assert_int_equal(ask(keys, &key, 1), KEY_NEW);
        keys_answer(keys, &key, (moment){1}, i + 1, SLICE("\"accepted\":1"));
        keys_count(keys, &counts);
        assert_true(counts.known <= 100);
    }
    assert_int_equal(counts.forgotten, 900);
    for (unsigned i = 900; i < 1000; i++) {
        struct key key = key_of(i, "x");
        assert_int_equal(ask(keys, &key, 1), KEY_ANSWERED);
    }
    for (unsigned i = 2000; i < 2100; i++) {
        struct key key = key_of(i, "x");
        assert_int_equal(ask(keys, &key, 1), KEY_NEW);
    }
    enum key_verdict verdict;
    struct text answer = text_over(bytes, sizeof bytes);
    struct key late = key_of(3000, "x");
    assert_int_equal(keys_ask(keys, &late, (moment){1}, &verdict, &answer), STATUS_FULL);
    for (unsigned i = 2000; i < 2100; i++) {
        struct key key = key_of(i, "x");
        assert_int_equal(ask(keys, &key, 1), KEY_WAITING);
        keys_forget(keys, &key);
    }
    assert_int_equal(ask(keys, &late, 1), KEY_NEW);
}

static void large_answers_push_out_old_ones_never_mix_with_them(void **state)
{
    (void)state;
    static char body[15800];
    struct keys *keys;
    assert_int_equal(keys_create(&keys, 4096, HOUR, boot), STATUS_OK);
    for (unsigned i = 0; i < 3000; i++) {
        struct text text = text_over(body, sizeof body);
        text_addf(&text, "\"accepted\":%u,\"x\":\"", i % 50);
        while (text.size < 14000 + i % 977)
            text_add_char(&text, (char)('a' + i % 26));
        text_add_char(&text, '"');
        struct key key = key_of(i, "x");
        assert_int_equal(ask(keys, &key, 1), KEY_NEW);
        keys_answer(keys, &key, (moment){1}, i + 100, text_slice(&text));
        if (i % 7 != 0)
            continue;
        unsigned back = i < 900 ? 0 : i - 900;
        key = key_of(back, "x");
        assert_int_equal(ask(keys, &key, 1), KEY_ANSWERED);
        assert_int_equal(bytes[strlen(bytes) - 3], 'a' + back % 26);
    }
}

struct told {
    struct keys *keys;
    unsigned count;
};

static enum status recall(void *self, struct slice entry, uint64_t sequence)
{
    struct told *told = self;
    told->count++;
    return keys_recall(told->keys, entry, sequence);
}

static void what_is_recalled_answers_the_same(void **state)
{
    (void)state;
    struct keys *keys;
    struct told told = {0};
    assert_int_equal(keys_create(&keys, 64, HOUR, boot), STATUS_OK);
    assert_int_equal(keys_create(&told.keys, 64, HOUR, boot), STATUS_OK);
    for (unsigned i = 0; i < 40; i++) {
        struct key key = key_of(i, "x");
        char body[64];
        struct text text = text_over(body, sizeof body);
        text_addf(&text, "\"accepted\":%u,\"rejected\":0,\"rejects\":[]", i % 3);
        assert_int_equal(ask(keys, &key, 5), KEY_NEW);
        if (i % 4 != 0)
            keys_answer(keys, &key, (moment){5}, 1000 + i, text_slice(&text));
    }
    assert_int_equal(keys_tell(keys, recall, &told), STATUS_OK);
    assert_int_equal(told.count, 30);
    for (unsigned i = 0; i < 40; i++) {
        struct key key = key_of(i, "x");
        char before[256];
        enum key_verdict verdict = ask(keys, &key, 5);
        memcpy(before, bytes, sizeof before);
        assert_int_equal(ask(told.keys, &key, 5), i % 4 == 0 ? KEY_NEW : verdict);
        if (verdict == KEY_ANSWERED)
            assert_string_equal(bytes, before);
    }
    assert_int_equal(keys_recall(keys, SLICE("K"), 9), STATUS_MALFORMED);
    assert_int_equal(keys_recall(keys, SLICE("K0123456789012345678901234567890123{\"at\":x}"), 9),
                     STATUS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_has_one_answer_until_its_time_is_over, begin, end),
        cmocka_unit_test_setup_teardown(a_full_table_forgets_its_oldest_but_not_who_waits, begin,
                                        end),
        cmocka_unit_test_setup_teardown(large_answers_push_out_old_ones_never_mix_with_them, begin,
                                        end),
        cmocka_unit_test_setup_teardown(what_is_recalled_answers_the_same, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
