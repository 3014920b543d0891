/* dump_test.c -- what goes in comes out, and nothing that was changed, cut or swapped does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "dump.h"

#include "chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { WHOLE_MAX = 1 << 20 };

struct shelf {
    char bytes[WHOLE_MAX];
    size_t size;
    uint64_t fails_at; /* a block; 0: none */
    uint64_t blocks;
};

static struct shelf shelf;
static struct dump dump;
static struct undump undump;

static enum status shelf_take(void *self, struct slice bytes)
{
    struct shelf *to = self;
    if (++to->blocks == to->fails_at)
        return STATUS_IO;
    assert_true(bytes.size <= WHOLE_MAX - to->size);
    memcpy(to->bytes + to->size, bytes.at, bytes.size);
    to->size += bytes.size;
    return STATUS_OK;
}

static void begin(void)
{
    shelf.size = 0;
    shelf.blocks = 0;
    shelf.fails_at = 0;
    dump_init(&dump, (struct dump_sink){shelf_take, &shelf});
}

/* What the seed says is written, or read and compared. */
static enum status tell(struct chance chance, unsigned count, bool writes)
{
    static char letters[DUMP_TEXT_MAX];
    for (unsigned i = 0; i < count; i++) {
        uint64_t word = chance_bits(&chance) >> chance_below(&chance, 64);
        size_t size = chance_below(&chance, 50) == 0 ? DUMP_TEXT_MAX : (size_t)(word % 40);
        memset(letters, (int)('a' + i % 26), size);
        struct slice text = {letters, size};
        uint64_t kind = chance_below(&chance, 5);
        if (writes) {
            if (kind == 0)
                dump_u8(&dump, (uint8_t)word);
            else if (kind == 1)
                dump_u64(&dump, word);
            else if (kind == 2)
                dump_varint(&dump, word);
            else if (kind == 3)
                dump_signed(&dump, (int64_t)(0 - word));
            else
                dump_text(&dump, text);
            continue;
        }
        uint8_t byte = (uint8_t)word;
        uint64_t got = word;
        int64_t whole = (int64_t)(0 - word);
        struct slice read = text;
        if (kind == 0)
            TRY(undump_u8(&undump, &byte));
        else if (kind == 1)
            TRY(undump_u64(&undump, &got));
        else if (kind == 2)
            TRY(undump_varint(&undump, &got));
        else if (kind == 3)
            TRY(undump_signed(&undump, &whole));
        else
            TRY(undump_text(&undump, &read));
        if (byte != (uint8_t)word || got != word || whole != (int64_t)(0 - word) ||
            !slice_equal(read, text))
            return STATUS_REFUSED; /* a wrong answer, told from an honest refusal */
    }
    return STATUS_OK;
}

static enum status read_back(struct slice bytes, uint64_t seed, unsigned count)
{
    undump_init(&undump, undump_over(&bytes));
    TRY(tell(chance_seeded(seed), count, false));
    return undump_end(&undump);
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        unsigned count = (unsigned)seed * 5;
        begin();
        assert_int_equal(tell(chance_seeded(seed), count, true), STATUS_OK);
        assert_int_equal(dump_end(&dump), STATUS_OK);
        assert_int_equal(dump.size, shelf.size);
        assert_int_equal(read_back((struct slice){shelf.bytes, shelf.size}, seed, count),
                         STATUS_OK);
        assert_int_equal(undump.checksum, dump.checksum);
    }
}

static void no_changed_bit_is_believed(void **state)
{
    (void)state;
    begin();
    assert_int_equal(tell(chance_seeded(7), 100, true), STATUS_OK);
    assert_int_equal(dump_end(&dump), STATUS_OK);
    struct slice whole = {shelf.bytes, shelf.size};
    assert_int_equal(read_back(whole, 7, 100), STATUS_OK);
    for (size_t bit = 0; bit<shelf.size * 8; bit += shelf.size> 4096 ? 37 : 1) {
        shelf.bytes[bit / 8] ^= (char)(1 << bit % 8);
        assert_int_equal(read_back(whole, 7, 100), STATUS_MALFORMED);
        assert_true(undump.offset <= bit / 8);
        shelf.bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t size = 0; size < shelf.size; size += 1 + size / 50)
        assert_int_equal(read_back((struct slice){shelf.bytes, size}, 7, 100), STATUS_MALFORMED);
    shelf.bytes[shelf.size] = 'x';
    assert_int_equal(read_back((struct slice){shelf.bytes, shelf.size + 1}, 7, 100),
                     STATUS_MALFORMED);
}

static void two_blocks_cannot_change_places(void **state)
{
    (void)state;
    begin();
    size_t at[4];
    for (unsigned i = 0; i < 3; i++) {
        dump_u64(&dump, 5 - i);
        dump_flush(&dump);
        at[i + 1] = shelf.size;
    }
    at[0] = 0;
    assert_int_equal(dump_end(&dump), STATUS_OK);
    size_t size = at[1];
    char kept[64];
    memcpy(kept, shelf.bytes, size);
    memcpy(shelf.bytes, shelf.bytes + at[1], size);
    memcpy(shelf.bytes + at[1], kept, size);
    struct slice whole = {shelf.bytes, shelf.size};
    uint64_t word;
    undump_init(&undump, undump_over(&whole));
    assert_int_equal(undump_u64(&undump, &word), STATUS_MALFORMED);
}

static void a_sink_that_failed_stays_failed(void **state)
{
    (void)state;
    for (uint64_t k = 1; k < 6; k++) {
        begin();
        shelf.fails_at = k;
        for (unsigned i = 0; i < 40000; i++)
            dump_u64(&dump, i);
        assert_int_equal(dump_end(&dump), STATUS_IO);
        assert_int_equal(shelf.blocks, k); /* nobody asked it again */
    }
}

static void a_number_has_one_form(void **state)
{
    (void)state;
    static const struct {
        struct slice bytes;
        enum status status;
    } FORMS[] = {
        {SLICE("\x7F"), STATUS_OK},
        {SLICE("\x80\x01"), STATUS_OK},
        {SLICE("\x80\x00"), STATUS_MALFORMED},
        {SLICE("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), STATUS_OK},
        {SLICE("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x03"), STATUS_MALFORMED},
        {SLICE("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x81"), STATUS_MALFORMED},
        {SLICE("\x80"), STATUS_MALFORMED},
    };
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        begin();
        for (size_t k = 0; k < FORMS[i].bytes.size; k++)
            dump_u8(&dump, (uint8_t)FORMS[i].bytes.at[k]);
        assert_int_equal(dump_end(&dump), STATUS_OK);
        struct slice whole = {shelf.bytes, shelf.size};
        uint64_t word;
        undump_init(&undump, undump_over(&whole));
        assert_int_equal(undump_varint(&undump, &word), FORMS[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(no_changed_bit_is_believed),
        cmocka_unit_test(two_blocks_cannot_change_places),
        cmocka_unit_test(a_sink_that_failed_stays_failed),
        cmocka_unit_test(a_number_has_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
