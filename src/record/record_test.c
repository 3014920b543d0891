/* record_test.c -- the schema is found by name, a record is written as records.md says, and is
 * named once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

static void put_whole(struct record *record, unsigned field, int64_t whole)
{
    record->field[field].whole = whole;
    record->known |= 1u << field;
}

static void put_name(struct record *record, unsigned field, const char *spelling)
{
    record->text[field] = slice_of(spelling);
    record->field[field].name = ident_of(slice_of(spelling));
    record->known |= 1u << field;
}

static struct record call(void)
{
    struct record record = {.kind = RECORD_call, .at = {1772414104250}};
    put_whole(&record, FIELD_OF(call, time), record.at.ms);
    put_name(&record, FIELD_OF(call, caller), "+8613800000001");
    put_name(&record, FIELD_OF(call, callee), "110");
    return record;
}

static struct record payment(void)
{
    struct record record = {.kind = RECORD_payment, .at = {1772414104250}};
    put_whole(&record, FIELD_OF(payment, time), record.at.ms);
    put_name(&record, FIELD_OF(payment, payer), "A1");
    put_whole(&record, FIELD_OF(payment, amount), 123405);
    return record;
}

static uint64_t digest(struct record record)
{
    record_seal(&record);
    return record.digest;
}

static void assert_field(const struct record *record, unsigned field, const char *expected)
{
    char bytes[200];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_field(&text, record, field);
    assert_string_equal(bytes, expected);
}

static void finds_by_name(void **state)
{
    (void)state;
    enum record_kind kind = RECORD_call;
    unsigned field = 99;
    int64_t word = 99;
    assert_true(kind_find(SLICE("payment"), &kind));
    assert_int_equal(kind, RECORD_payment);
    assert_false(kind_find(SLICE("payments"), &kind));
    assert_true(field_find(RECORD_payment, SLICE("balance"), &field));
    assert_int_equal(field, FIELD_OF(payment, balance));
    assert_int_equal(field, 11);
    assert_false(field_find(RECORD_payment, SLICE("caller"), &field));
    assert_true(choice_find(RECORD_payment, FIELD_OF(payment, channel), SLICE("atm"), &word));
    assert_int_equal(word, 3);
    assert_false(choice_find(RECORD_payment, FIELD_OF(payment, channel), SLICE("busy"), &word));
    assert_false(choice_find(RECORD_payment, FIELD_OF(payment, payer), SLICE("atm"), &word));
    assert_int_equal(word, 3);
}

static void knows_every_kind_and_field(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        const struct kind_schema *schema = kind_schema((enum record_kind)kind);
        enum record_kind found;
        assert_true(kind_find(slice_of(schema->name), &found));
        assert_int_equal(found, kind);
        assert_in_range(schema->fields_count, 1, RECORD_FIELDS_MAX);
        if (schema->group == GROUP_EVENT)
            assert_int_equal(schema->fields[0].type, FIELD_TIME);
        for (unsigned i = 0; i < schema->fields_count; i++) {
            const struct field_schema *field = &schema->fields[i];
            assert_true((field->type == FIELD_CHOICE) == (field->words != NULL));
        }
    }
    const struct kind_schema *calls = kind_schema(RECORD_call);
    assert_string_equal(calls->plural, "calls");
    assert_int_equal(calls->group, GROUP_EVENT);
    assert_int_equal(calls->fields_count, 9);
    assert_true(calls->fields[FIELD_OF(call, callee)].must);
    assert_false(calls->fields[FIELD_OF(call, trunk)].must);
    const char *const *words = calls->fields[FIELD_OF(call, result)].words;
    assert_string_equal(words[4], "blocked");
    assert_null(words[5]);
    assert_string_equal(kind_schema(RECORD_truth)->fields[2].words[8], "runner");
    assert_int_equal(field_held(FIELD_PHONES), HELD_NAMES);
    assert_int_equal(field_held(FIELD_DEGREES), HELD_REAL);
    assert_string_equal(field_type_name(FIELD_RECORD_ID), "record_id");
}

static void writes_values_as_the_contract_says(void **state)
{
    (void)state;
    struct record record = call();
    assert_field(&record, FIELD_OF(call, time), "2026-03-02T01:15:04.250+00:00");
    assert_field(&record, FIELD_OF(call, caller), "+8613800000001");
    assert_field(&record, FIELD_OF(call, duration), "");
    static const struct {
        int64_t ms;
        const char *text;
    } DURATIONS[] = {{0, "0"}, {12000, "12"}, {12500, "12.5"}, {7, "0.007"}, {90061, "90.061"}};
    for (size_t i = 0; i < sizeof DURATIONS / sizeof DURATIONS[0]; i++) {
        put_whole(&record, FIELD_OF(call, duration), DURATIONS[i].ms);
        assert_field(&record, FIELD_OF(call, duration), DURATIONS[i].text);
    }
    put_whole(&record, FIELD_OF(call, result), 2);
    assert_field(&record, FIELD_OF(call, result), "no_answer");

    struct record paid = payment();
    assert_field(&paid, FIELD_OF(payment, amount), "1234.05");
    put_name(&paid, FIELD_OF(payment, currency), "JPY");
    assert_field(&paid, FIELD_OF(payment, amount), "123405");
    put_name(&paid, FIELD_OF(payment, currency), "KWD");
    assert_field(&paid, FIELD_OF(payment, amount), "123.405");
    put_whole(&paid, FIELD_OF(payment, amount), -5);
    assert_field(&paid, FIELD_OF(payment, amount), "-0.005");

    struct record cell = {.kind = RECORD_cell, .at = MOMENT_NONE, .known = 1u << 1};
    cell.field[1].real = 25.1;
    assert_field(&cell, FIELD_OF(cell, lat), "25.1");
    cell.field[1].real = 0.1 + 0.2;
    assert_field(&cell, FIELD_OF(cell, lat), "0.30000000000000004");
}

static void writes_a_record_as_one_line(void **state)
{
    (void)state;
    struct slice spelled[] = {SLICE("+8613800000001"), SLICE("95588")};
    ident names[] = {ident_of(spelled[0]), ident_of(spelled[1])};
    struct ident_list list = {2, names, spelled};
    struct record record = {.kind = RECORD_report, .at = {0}};
    put_whole(&record, FIELD_OF(report, time), 0);
    put_name(&record, FIELD_OF(report, person), "P\"1");
    put_whole(&record, FIELD_OF(report, amount), 500000);
    record.field[FIELD_OF(report, phones)].names = &list;
    record.known |= 1u << FIELD_OF(report, phones);
    char bytes[300];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_record(&text, &record);
    assert_string_equal(bytes, "{\"kind\":\"report\",\"time\":\"1970-01-01T00:00:00.000+00:00\","
                               "\"person\":\"P\\\"1\",\"amount\":5000.00,"
                               "\"phones\":\"+8613800000001;95588\"}");
}

static void names_content_alone(void **state)
{
    (void)state;
    struct record a = call(), b = call();
    b.position = position_of(3, 77);
    b.field[FIELD_OF(call, imei)].whole = 5; /* unknown: whatever lies there */
    assert_true(digest(a) == digest(b));
    put_whole(&b, FIELD_OF(call, duration), 0);
    assert_true(digest(a) != digest(b)); /* zero is known, and is not unknown */
    struct record c = call();
    put_name(&c, FIELD_OF(call, imsi), "1");
    struct record d = call();
    put_name(&d, FIELD_OF(call, imei), "1");
    assert_true(digest(c) != digest(d));
    d = call();
    d.kind = RECORD_sms;
    assert_true(digest(a) != digest(d));
}

static void names_a_record_with_an_id_by_it(void **state)
{
    (void)state;
    struct record a = payment(), b = payment();
    put_whole(&b, FIELD_OF(payment, amount), 1);
    assert_true(digest(a) != digest(b));
    put_name(&a, FIELD_OF(payment, id), "7");
    put_name(&b, FIELD_OF(payment, id), "7");
    assert_true(digest(a) == digest(b));
    put_name(&b, FIELD_OF(payment, id), "8");
    assert_true(digest(a) != digest(b));
    struct record report = {.kind = RECORD_report};
    put_name(&report, FIELD_OF(report, id), "7");
    assert_true(digest(a) != digest(report));
}

static void seals_the_fullest_report(void **state)
{
    (void)state;
    struct slice spelled[RECORD_NAMED_MAX];
    ident names[RECORD_NAMED_MAX];
    for (unsigned i = 0; i < RECORD_NAMED_MAX; i++) {
        spelled[i] = SLICE("+8613800000001");
        names[i] = ident_of(spelled[i]);
    }
    struct ident_list list = {RECORD_NAMED_MAX, names, spelled};
    struct record record = {.kind = RECORD_report};
    unsigned fields[] = {FIELD_OF(report, phones), FIELD_OF(report, accounts)};
    for (unsigned i = 0; i < 2; i++) {
        record.field[fields[i]].names = &list;
        record.known |= 1u << fields[i];
    }
    uint64_t full = digest(record);
    list.count--;
    assert_true(digest(record) != full);
}

static void knows_minor_units(void **state)
{
    (void)state;
    assert_int_equal(currency_digits(SLICE("CNY")), 2);
    assert_int_equal(currency_digits(SLICE("JPY")), 0);
    assert_int_equal(currency_digits(SLICE("KWD")), 3);
    assert_int_equal(currency_digits(SLICE("CLF")), 4);
    assert_int_equal(currency_digits(SLICE("JP")), 2);
    assert_int_equal(currency_digits(SLICE("")), 2);
}

static void packs_positions(void **state)
{
    (void)state;
    uint64_t position = position_of(4095, 1ull << 39);
    assert_int_equal(position_file(position), 4095);
    assert_true(position_line(position) == 1ull << 39);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_name),
        cmocka_unit_test(knows_every_kind_and_field),
        cmocka_unit_test(writes_values_as_the_contract_says),
        cmocka_unit_test(writes_a_record_as_one_line),
        cmocka_unit_test(names_content_alone),
        cmocka_unit_test(names_a_record_with_an_id_by_it),
        cmocka_unit_test(seals_the_fullest_report),
        cmocka_unit_test(knows_minor_units),
        cmocka_unit_test(packs_positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
