/* wire_test.c -- every kind there and back, and everything that is no record refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/wire.h"

#include "ground/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

enum { SCRATCH = 4 << 20, ROUNDS = 400, BYTES_MAX = 32768 };

static struct arena *scratch;

static int setup(void **state)
{
    (void)state;
    return arena_create(&scratch, SCRATCH) == STATUS_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(scratch);
    return 0;
}

static struct slice spelling(struct chance *chance, size_t size_max)
{
    static const char LETTERS[] = "0123456789+0123456789abcXYZ.-_ \xe4\xb8\xad";
    bool digits = chance_below(chance, 2) == 0;
    size_t size = 1 + chance_below(chance, digits ? 18 : size_max);
    char *at = NULL;
    assert_int_equal(ARENA_NEW(scratch, size, &at), STATUS_OK);
    for (size_t i = 0; i < size; i++)
        at[i] = LETTERS[chance_below(chance, digits ? 10 : sizeof LETTERS - 1)];
    return (struct slice){at, size};
}

static struct ident_list *names(struct chance *chance)
{
    struct ident_list *list = NULL;
    ident *at = NULL;
    struct slice *text = NULL;
    assert_int_equal(ARENA_NEW(scratch, 1, &list), STATUS_OK);
    assert_int_equal(ARENA_NEW(scratch, RECORD_NAMED_MAX, &at), STATUS_OK);
    assert_int_equal(ARENA_NEW(scratch, RECORD_NAMED_MAX, &text), STATUS_OK);
    list->count = (uint32_t)(1 + chance_below(chance, RECORD_NAMED_MAX));
    for (uint32_t i = 0; i < list->count; i++) {
        text[i] = spelling(chance, IDENT_BYTES_MAX);
        at[i] = ident_of(text[i]);
    }
    list->at = at;
    list->text = text;
    return list;
}

static int64_t whole(struct chance *chance, const struct field_schema *field)
{
    int64_t words = 0;
    switch (field->type) {
    case FIELD_TIME:
        return MOMENT_MS_MIN +
               (int64_t)chance_below(chance, (uint64_t)(MOMENT_MS_MAX - MOMENT_MS_MIN) + 1);
    case FIELD_CHOICE:
        while (field->words[words] != NULL)
            words++;
        return (int64_t)chance_below(chance, (uint64_t)words);
    default:
        return (int64_t)(chance_bits(chance) >> chance_below(chance, 64)) *
               (chance_below(chance, 2) == 0 ? 1 : -1);
    }
}

/* A record with every field that it must have, and of the others some. */
static struct record any_record(struct chance *chance, enum record_kind kind)
{
    const struct kind_schema *schema = kind_schema(kind);
    struct record record = {.kind = kind, .at = MOMENT_NONE};
    for (unsigned i = 0; i < schema->fields_count; i++) {
        const struct field_schema *field = &schema->fields[i];
        if (!field->must && chance_below(chance, 3) == 0)
            continue;
        record.known |= 1u << i;
        switch (field_held(field->type)) {
        case HELD_WHOLE:
            record.field[i].whole = whole(chance, field);
            break;
        case HELD_REAL:
            record.field[i].real = (double)chance_below(chance, 1000000) / 3000 - 180;
            break;
        case HELD_NAME:
            record.text[i] =
                spelling(chance, field->type == FIELD_TEXT ? RECORD_TEXT_MAX : IDENT_BYTES_MAX);
            record.field[i].name = ident_of(record.text[i]);
            break;
        case HELD_NAMES:
            record.field[i].names = names(chance);
            break;
        }
    }
    if (schema->group == GROUP_EVENT)
        record.at.ms = record.field[0].whole;
    record_seal(&record);
    return record;
}

static struct slice encoded(const struct record *record)
{
    unsigned char *bytes = NULL;
    assert_int_equal(ARENA_NEW(scratch, wire_room(record), &bytes), STATUS_OK);
    size_t size = wire_encode(record, bytes);
    assert_in_range(size, 1, wire_room(record));
    return (struct slice){(const char *)bytes, size};
}

static void assert_names_equal(const struct ident_list *a, const struct ident_list *b)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        assert_true(ident_equal(a->at[i], b->at[i]));
        assert_true(slice_equal(a->text[i], b->text[i]));
    }
}

static void assert_records_equal(const struct record *a, const struct record *b)
{
    const struct kind_schema *schema = kind_schema(a->kind);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->known, b->known);
    assert_true(a->digest == b->digest);
    assert_true(a->at.ms == b->at.ms);
    for (unsigned i = 0; i < RECORD_FIELDS_MAX; i++) {
        bool known = i < schema->fields_count && record_knows(a, i);
        if (known && field_held(schema->fields[i].type) == HELD_NAMES)
            assert_names_equal(a->field[i].names, b->field[i].names);
        else
            assert_true(a->field[i].whole == b->field[i].whole);
        assert_true(slice_equal(a->text[i], b->text[i]));
    }
}

static void every_kind_comes_back_as_it_was(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
            arena_reset(scratch);
            struct record record = any_record(&chance, (enum record_kind)kind);
            struct record back = {.position = 1};
            assert_int_equal(wire_decode(encoded(&record), scratch, &back), STATUS_OK);
            assert_records_equal(&record, &back);
            assert_true(back.position == 0);
        }
    }
}

static void what_is_cut_or_longer_is_refused(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(2);
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        arena_reset(scratch);
        struct record record = any_record(&chance, (enum record_kind)kind);
        struct slice bytes = encoded(&record);
        char *longer = NULL;
        struct record back = {.position = 1};
        assert_int_equal(ARENA_NEW(scratch, bytes.size + 1, &longer), STATUS_OK);
        memcpy(longer, bytes.at, bytes.size);
        for (size_t size = 0; size < bytes.size; size++) {
            struct slice cut = {bytes.at, size};
            assert_int_equal(wire_decode(cut, scratch, &back), STATUS_MALFORMED);
        }
        struct slice more = {longer, bytes.size + 1};
        assert_int_equal(wire_decode(more, scratch, &back), STATUS_MALFORMED);
        assert_true(back.position == 1); /* untouched */
    }
}

static void what_is_taken_is_written_back_byte_for_byte(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(3);
    unsigned taken = 0;
    for (unsigned round = 0; round < ROUNDS * 50; round++) {
        arena_reset(scratch);
        struct record record =
            any_record(&chance, (enum record_kind)chance_below(&chance, RECORD_KINDS_COUNT));
        struct slice bytes = encoded(&record);
        char wrong[BYTES_MAX];
        assert_true(bytes.size <= sizeof wrong);
        memcpy(wrong, bytes.at, bytes.size);
        size_t bit = chance_below(&chance, bytes.size * 8);
        wrong[bit / 8] = (char)(wrong[bit / 8] ^ 1 << bit % 8);
        struct record back;
        if (wire_decode((struct slice){wrong, bytes.size}, scratch, &back) != STATUS_OK)
            continue;
        taken++;
        assert_true(slice_equal(encoded(&back), (struct slice){wrong, bytes.size}));
    }
    assert_in_range(taken, ROUNDS, ROUNDS * 50 - ROUNDS);
}

static void refused(const char *bytes, size_t size)
{
    struct record back;
    arena_reset(scratch);
    assert_int_equal(wire_decode((struct slice){bytes, size}, scratch, &back), STATUS_MALFORMED);
}

static void what_intake_would_not_make_is_refused(void **state)
{
    (void)state;
    static const char REGION[] = {RECORD_region, 1, 0, 1, '5'};
    struct record back;
    assert_int_equal(wire_decode((struct slice){REGION, sizeof REGION}, scratch, &back), STATUS_OK);
    refused((char[]){RECORD_KINDS_COUNT, 1, 0, 1, '5'}, 5);        /* no such kind */
    refused((char[]){RECORD_region, 9, 0, 1, '5'}, 5);             /* no such field */
    refused((char[]){RECORD_region, 4, 0, 2}, 4);                  /* lacks what it must have */
    refused((char[]){RECORD_region, 1, 0, (char)0x81, 0, '5'}, 6); /* a size spelt longer */
    refused((char[]){RECORD_cell, 3, 0, 1, 'c', 0, 0, 0, 0, 0, 0, (char)0xF8, 0x7F}, 13); /* NaN */
    refused((char[]){RECORD_truth, 7, 0, 126, 1, 's', 0}, 7); /* no such word */
    refused((char[]){RECORD_truth, 7, 0, 1, 1, 's', 0}, 7);   /* a word below the first */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back_as_it_was),
        cmocka_unit_test(what_is_cut_or_longer_is_refused),
        cmocka_unit_test(what_is_taken_is_written_back_byte_for_byte),
        cmocka_unit_test(what_intake_would_not_make_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
