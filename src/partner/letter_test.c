/* letter_test.c -- who is believed, who is not, and the bytes as docs/partner.md has them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/note.h"
#include "partner/letter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW ((moment){1772413323004}) /* 2026-03-02T01:02:03.004Z */

struct house {
    struct seal_keypair centre, carrier, next;
    struct seal_key keys[2];
    struct arena *arena;
    char envelope[LETTER_ENVELOPE_MAX + 1];
};

static const struct seal_key *find(void *self, struct slice organisation, unsigned *count)
{
    struct house *house = self;
    *count = 2;
    return slice_equal(organisation, SLICE("carrier-a")) ? house->keys : NULL;
}

static int house_make(void **state)
{
    static struct house house;
    house.centre = seal_keypair_of_seed(&(struct seal_seed){{1}});
    house.carrier = seal_keypair_of_seed(&(struct seal_seed){{2}});
    house.next = seal_keypair_of_seed(&(struct seal_seed){{3}});
    house.keys[0] = house.carrier.key;
    house.keys[1] = house.next.key;
    if (arena_create(&house.arena, 4 << 20) != STATUS_OK)
        return 1;
    *state = &house;
    return 0;
}

static int house_leave(void **state)
{
    struct house *house = *state;
    arena_destroy(house->arena);
    return 0;
}

static struct letter answer(void)
{
    struct slice part = SLICE("an answer"), asked = SLICE("a question");
    return (struct letter){.id = letter_id_of(&part, 1),
                           .reply_to = letter_id_of(&asked, 1),
                           .kind = SLICE("lead.answer"),
                           .from = SLICE("carrier-a"),
                           .to = SLICE("centre"),
                           .issued = NOW,
                           .expires = {NOW.ms + 180000},
                           .body = SLICE("{\"cell\":\"460-00-1\",\"known\":true}")};
}

static enum status opened(struct house *house, struct slice envelope, moment now,
                          struct letter *out, enum letter_fault *fault)
{
    const struct letter_keys keys = {find, house};
    return letter_open(envelope, &keys, SLICE("centre"), now, house->arena, out, fault);
}

static struct slice written(struct house *house, const struct letter *letter,
                            const struct seal_keypair *pair)
{
    struct text text = text_over(house->envelope, sizeof house->envelope);
    assert_int_equal(letter_write(&text, letter, pair), STATUS_OK);
    return text_slice(&text);
}

/* Any bytes in a right envelope, signed by the carrier. */
static struct slice signed_bytes(struct house *house, struct slice bytes)
{
    char id[LETTER_KEY_ID_SIZE];
    struct text text = text_over(house->envelope, sizeof house->envelope);
    struct seal_signature signature = seal_sign(&house->carrier, bytes);
    letter_key_id(&house->carrier.key, id);
    text_addf(&text, " {\n \"signature\" : \"");
    text_add_base64(&text, (struct slice){(const char *)signature.bytes, SEAL_SIGNATURE_SIZE});
    text_add_string(&text, "\", \"letter\" : \"");
    text_add_base64(&text, bytes);
    text_addf(&text, "\",\t\"key\" : \"%s\"\n}\n", id);
    return text_slice(&text);
}

static void what_was_written_is_read(void **state)
{
    struct house *house = *state;
    struct letter wrote = answer(), read = {0};
    enum letter_fault fault = LETTER_FORM;
    for (unsigned i = 0; i < 2; i++) { /* with either key */
        struct slice envelope = written(house, &wrote, i == 0 ? &house->carrier : &house->next);
        assert_int_equal(paper_check_canonical(envelope), STATUS_OK);
        assert_int_equal(opened(house, envelope, NOW, &read, &fault), STATUS_OK);
        assert_int_equal(fault, LETTER_FINE);
        assert_string_equal(read.id.hex, wrote.id.hex);
        assert_string_equal(read.reply_to.hex, wrote.reply_to.hex);
        assert_true(slice_equal(read.kind, wrote.kind) && slice_equal(read.from, wrote.from));
        assert_true(slice_equal(read.to, wrote.to) && slice_equal(read.body, wrote.body));
        assert_int_equal(read.issued.ms, wrote.issued.ms);
        assert_int_equal(read.expires.ms, wrote.expires.ms);
    }
}

static void each_way_of_not_being_believed_has_its_name(void **state)
{
    struct house *house = *state;
    struct letter wrote = answer(), read = {0};
    enum letter_fault fault = LETTER_FINE;
    struct slice envelope = written(house, &wrote, &house->carrier);
#define REFUSED(now, why)                                                                    \
    assert_int_equal(opened(house, envelope, (moment){now}, &read, &fault), STATUS_REFUSED); \
    assert_int_equal(fault, LETTER_##why)
    REFUSED(NOW.ms + 180000, EXPIRED);
    assert_int_equal(opened(house, envelope, (moment){NOW.ms + 179999}, &read, &fault), STATUS_OK);
    REFUSED(NOW.ms - LETTER_SKEW_MS - 1, EARLY);
    assert_int_equal(opened(house, envelope, (moment){NOW.ms - LETTER_SKEW_MS}, &read, &fault),
                     STATUS_OK);
    envelope = written(house, &wrote, &house->centre); /* a key, but not theirs */
    REFUSED(NOW.ms, KEY);
    wrote.to = SLICE("somebody");
    envelope = written(house, &wrote, &house->carrier);
    REFUSED(NOW.ms, SELF);
    wrote.from = SLICE("nobody");
    envelope = written(house, &wrote, &house->carrier);
    REFUSED(NOW.ms, SENDER);
    envelope = SLICE("{}");
    REFUSED(NOW.ms, ENVELOPE);
    envelope = SLICE("{\"key\":\"0123456789abcdef\",\"letter\":\"e30=\",\"signature\":\"e30=\"}");
    REFUSED(NOW.ms, FORM);
    envelope = (struct slice){house->envelope, LETTER_ENVELOPE_MAX + 1};
    REFUSED(NOW.ms, LONG);
}

static void no_changed_byte_is_believed(void **state)
{
    struct house *house = *state;
    struct letter wrote = answer(), read = {0};
    enum letter_fault fault = LETTER_FINE;
    struct slice envelope = written(house, &wrote, &house->carrier);
    for (size_t i = 0; i < envelope.size; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            house->envelope[i] ^= (char)(1U << bit);
            arena_reset(house->arena);
            assert_int_equal(opened(house, envelope, NOW, &read, &fault), STATUS_REFUSED);
            house->envelope[i] ^= (char)(1U << bit);
        }
    for (size_t size = 0; size < envelope.size; size++)
        assert_int_equal(opened(house, (struct slice){envelope.at, size}, NOW, &read, &fault),
                         STATUS_REFUSED);
}

#define HEAD "{\"body\":{},\"expires\":\"2026-03-02T01:05:00Z\",\"from\":\"carrier-a\","
#define IDS  "\"id\":\"00112233445566778899aabbccddeeff\",\"issued\":\"2026-03-02T01:02:03Z\","
#define TAIL "\"kind\":\"lead.answer\",\"to\":\"centre\",\"version\":1}"

static void a_signed_letter_of_a_wrong_form_is_refused(void **state)
{
    struct house *house = *state;
    static const char *const WRONG[] = {
        HEAD IDS "\"kind\":\"lead.answer\",\"to\":\"centre\"}",
        HEAD IDS "\"kind\":\"lead.answer\",\"to\":\"centre\",\"version\":2}",
        HEAD IDS "\"kind\":\"lead.answer\",\"to\":\"centre\",\"version\":1,\"more\":1}",
        HEAD IDS "\"kind\":\"Lead\",\"to\":\"centre\",\"version\":1}",
        HEAD IDS "\"kind\":\"\",\"to\":\"centre\",\"version\":1}",
        HEAD IDS "\"reply_to\":\"\"," TAIL,
        HEAD IDS "\"from\":\"carrier-a\"," TAIL,
        HEAD
        "\"id\":\"00112233445566778899AABBCCDDEEFF\",\"issued\":\"2026-03-02T01:02:03Z\"," TAIL,
        HEAD "\"id\":\"00112233445566778899aabbccddeeff\",\"issued\":1772413323," TAIL,
        HEAD
        "\"id\":\"00112233445566778899aabbccddeeff\",\"issued\":\"1772413323004000000000\"," TAIL,
        HEAD
        "\"id\":\"00112233445566778899aabbccddeeff\",\"issued\":\"2026-03-02T01:05:00Z\"," TAIL,
        HEAD
        "\"id\":\"00112233445566778899aabbccddeeff\",\"issued\":\"2026-01-02T01:05:00Z\"," TAIL,
        "{\"body\":[],\"expires\":\"2026-03-02T01:05:00Z\",\"from\":\"carrier-a\"," IDS TAIL,
        "{\"expires\":\"2026-03-02T01:05:00Z\",\"from\":\"carrier-a\"," IDS TAIL,
        "[\"from\",\"carrier-a\"]",
        "\"from\"",
    };
    struct letter read = {0};
    enum letter_fault fault = LETTER_FINE;
    assert_int_equal(opened(house, signed_bytes(house, SLICE(HEAD IDS TAIL)), NOW, &read, &fault),
                     STATUS_OK);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        fault = LETTER_FINE;
        if (opened(house, signed_bytes(house, slice_of(WRONG[i])), NOW, &read, &fault) !=
                STATUS_REFUSED ||
            fault != LETTER_FORM)
            fail_msg("%s", WRONG[i]);
    }
}

static void nothing_is_written_that_would_not_be_read(void **state)
{
    struct house *house = *state;
    struct text text = text_over(house->envelope, sizeof house->envelope);
    static char long_body[LETTER_BYTES_MAX + 64];
    for (unsigned i = 0; i < 9; i++) {
        struct letter wrote = answer();
        if (i == 0)
            wrote.kind = SLICE("Lead");
        if (i == 1)
            wrote.from = SLICE("");
        if (i == 2)
            wrote.to = SLICE("a b");
        if (i == 3)
            wrote.expires = wrote.issued;
        if (i == 4)
            wrote.expires.ms += 32LL * DAY_MS;
        if (i == 5)
            wrote.body = SLICE("[]");
        if (i == 6)
            wrote.body = SLICE("{\"b\":1, \"a\":2}");
        if (i == 7)
            wrote.id.hex[3] = 'x';
        if (i == 8)
            wrote.reply_to.hex[3] = 'x';
        assert_int_equal(letter_write(&text, &wrote, &house->carrier), STATUS_MALFORMED);
    }
    struct letter wrote = answer(), read = {0};
    enum letter_fault fault = LETTER_FINE;
    memset(long_body, 'x', sizeof long_body);
    memcpy(long_body, "{\"a\":\"", 6);
    for (size_t size = LETTER_BYTES_MAX - 400; size < LETTER_BYTES_MAX; size++) {
        memcpy(long_body + size - 2, "\"}", 2);
        wrote.body = (struct slice){long_body, size};
        text = text_over(house->envelope, sizeof house->envelope);
        arena_reset(house->arena);
        enum status status = letter_write(&text, &wrote, &house->carrier);
        assert_true(status == STATUS_OK || status == STATUS_FULL);
        if (status == STATUS_OK) /* the longest letter fits the longest envelope */
            assert_int_equal(opened(house, text_slice(&text), NOW, &read, &fault), STATUS_OK);
        long_body[size - 2] = long_body[size - 1] = 'x';
    }
}

static void no_memory_is_a_status(void **state)
{
    struct house *house = *state;
    struct letter wrote = answer(), read = {0};
    enum letter_fault fault = LETTER_FINE;
    struct slice envelope = written(house, &wrote, &house->carrier);
    for (uint64_t n = 1; n < 50; n++) {
        arena_fail_at(house->arena, n);
        if (opened(house, envelope, NOW, &read, &fault) == STATUS_OK) {
            assert_true(n > 5);
            arena_fail_at(house->arena, 0);
            return;
        }
    }
    fail();
}

static void ids_and_keys_are_spelt_in_one_way(void **state)
{
    struct house *house = *state;
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    struct seal_key key;
    struct letter_id id;
    struct slice parts[] = {SLICE("ab"), SLICE("c")}, others[] = {SLICE("a"), SLICE("bc")};
    assert_string_not_equal(letter_id_of(parts, 2).hex, letter_id_of(others, 2).hex);
    assert_int_equal(letter_id_parse(slice_of(letter_id_of(parts, 2).hex), &id), STATUS_OK);
    assert_int_equal(letter_id_parse(SLICE("0011"), &id), STATUS_MALFORMED);
    text_add_letter_key(&text, &house->carrier.key);
    assert_int_equal(letter_key_parse(text_slice(&text), &key), STATUS_OK);
    assert_memory_equal(&key, &house->carrier.key, sizeof key);
    assert_int_equal(letter_key_parse(SLICE("AAAA"), &key), STATUS_MALFORMED);
}

static void each_fault_has_its_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LETTER_FAULTS_COUNT; i++)
        for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++)
            assert_true(letter_fault_says((enum letter_fault)i)->in[tongue][0] != '\0');
    assert_string_equal(letter_fault_name(LETTER_EXPIRED), "EXPIRED");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, house_make, house_leave)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read),
        TEST(each_way_of_not_being_believed_has_its_name),
        TEST(no_changed_byte_is_believed),
        TEST(a_signed_letter_of_a_wrong_form_is_refused),
        TEST(nothing_is_written_that_would_not_be_read),
        TEST(no_memory_is_a_status),
        TEST(ids_and_keys_are_spelt_in_one_way),
        TEST(each_fault_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
