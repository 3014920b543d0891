/* register_test.c -- the latest row wins, also in what leads to it; lists have their times; full is
 * a status that changes nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "register/register.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

#include "ground/chance.h"

#include <stdio.h>

static ident name(const char *spelling)
{
    return ident_of(slice_of(spelling));
}

static void put(struct record *record, unsigned field, const char *spelling)
{
    if (spelling == NULL)
        return;
    record->text[field] = slice_of(spelling);
    record->field[field].name = name(spelling);
    record->known |= 1u << field;
}

static void put_whole(struct record *record, unsigned field, int64_t whole)
{
    record->field[field].whole = whole;
    record->known |= 1u << field;
}

static struct record person_row(const char *person, const char *phone, const char *account)
{
    struct record record = {.kind = RECORD_person, .at = MOMENT_NONE};
    put(&record, FIELD_OF(person, person), person);
    put(&record, FIELD_OF(person, phone), phone);
    put(&record, FIELD_OF(person, account), account);
    return record;
}

static struct record sim(const char *phone, int64_t event, const char *person)
{
    struct record record = {.kind = RECORD_sim, .at = {5}};
    put(&record, FIELD_OF(sim, phone), phone);
    put_whole(&record, FIELD_OF(sim, event), event);
    put(&record, FIELD_OF(sim, person), person);
    return record;
}

static struct record account(const char *number, int64_t event, const char *person)
{
    struct record record = {.kind = RECORD_account, .at = {5}};
    put(&record, FIELD_OF(account, account), number);
    put_whole(&record, FIELD_OF(account, event), event);
    put(&record, FIELD_OF(account, person), person);
    return record;
}

static struct record member(const char *list, const char *value, int64_t from, int64_t until)
{
    struct record record = {.kind = RECORD_list, .at = MOMENT_NONE};
    put(&record, FIELD_OF(list, list), list);
    put(&record, FIELD_OF(list, value), value);
    if (from >= 0)
        put_whole(&record, FIELD_OF(list, from), from);
    if (until >= 0)
        put_whole(&record, FIELD_OF(list, until), until);
    return record;
}

struct town {
    struct arena *boot;
    struct registry *registry;
};

static void found_town(struct town *town, size_t memory_max)
{
    assert_int_equal(arena_create(&town->boot, 1 << 20), STATUS_OK);
    assert_int_equal(registry_create(&town->registry, memory_max, town->boot), STATUS_OK);
}

static void leave_town(struct town *town)
{
    registry_destroy(town->registry);
    arena_destroy(town->boot);
}

static void take(struct town *town, struct record record)
{
    assert_int_equal(registry_take(town->registry, &record), STATUS_OK);
}

static void assert_person(const struct town *town, const char *thing, enum field_type type,
                          const char *person)
{
    ident found = registry_person(town->registry, name(thing), type);
    assert_true(ident_equal(found, name(person)));
    unsigned field = type == FIELD_PHONE ? FIELD_OF(person, phone) : FIELD_OF(person, account);
    assert_true(
        ident_equal(registry_through(town->registry, RECORD_person, field, name(thing)), found));
}

static void finds_rows_by_key(void **state)
{
    (void)state;
    struct town town;
    found_town(&town, 1 << 20);
    struct record cell = {.kind = RECORD_cell, .at = MOMENT_NONE};
    put(&cell, FIELD_OF(cell, cell), "C1");
    put(&cell, FIELD_OF(cell, region), "530102");
    cell.field[FIELD_OF(cell, lat)].real = 25.5;
    cell.known |= 1u << FIELD_OF(cell, lat);
    take(&town, cell);
    const struct record *row = registry_find(town.registry, RECORD_cell, name("C1"));
    assert_non_null(row);
    assert_int_equal(row->known, cell.known);
    assert_true(row->field[FIELD_OF(cell, lat)].real == 25.5);
    assert_true(slice_equal(row->text[FIELD_OF(cell, region)], SLICE("530102")));
    assert_true(row->text[FIELD_OF(cell, region)].at != cell.text[FIELD_OF(cell, region)].at);
    assert_null(registry_find(town.registry, RECORD_cell, name("C2")));
    assert_null(registry_find(town.registry, RECORD_region, name("C1")));
    assert_null(registry_find(town.registry, RECORD_cell, IDENT_UNKNOWN));
    assert_true(
        slice_equal(registry_spelling(town.registry, RECORD_cell, name("C1")), SLICE("C1")));
    assert_int_equal(registry_spelling(town.registry, RECORD_cell, name("C2")).size, 0);
    leave_town(&town);
}

static void the_latest_row_wins(void **state)
{
    (void)state;
    struct town town;
    found_town(&town, 1 << 20);
    take(&town, person_row("P1", "+861", "A1"));
    take(&town, person_row("P1", "+862-long-enough-to-move", NULL));
    const struct record *row = registry_find(town.registry, RECORD_person, name("P1"));
    assert_false(record_knows(row, FIELD_OF(person, account))); /* the whole row, not a mix */
    assert_true(slice_equal(row->text[FIELD_OF(person, phone)], SLICE("+862-long-enough-to-move")));
    assert_true(slice_equal(row->text[FIELD_OF(person, person)], SLICE("P1")));
    assert_person(&town, "+861", FIELD_PHONE, "");
    assert_person(&town, "A1", FIELD_ACCOUNT, "");
    assert_person(&town, "+862-long-enough-to-move", FIELD_PHONE, "P1");
    leave_town(&town);
}

static void the_row_before_counts_again_when_the_latest_goes(void **state)
{
    (void)state;
    struct town town;
    found_town(&town, 1 << 20);
    take(&town, person_row("P1", "+861", NULL));
    take(&town, person_row("P2", "+861", NULL));
    take(&town, person_row("P3", "+861", NULL));
    assert_person(&town, "+861", FIELD_PHONE, "P3");
    take(&town, person_row("P2", "+862", NULL)); /* from the middle of the chain */
    assert_person(&town, "+861", FIELD_PHONE, "P3");
    take(&town, person_row("P3", NULL, NULL));
    assert_person(&town, "+861", FIELD_PHONE, "P1");
    take(&town, person_row("P1", "+862", NULL));
    assert_person(&town, "+861", FIELD_PHONE, "");
    assert_person(&town, "+862", FIELD_PHONE, "P1");
    leave_town(&town);
}

static void events_tie_and_the_latest_wins(void **state)
{
    (void)state;
    struct town town;
    found_town(&town, 1 << 20);
    take(&town, person_row("P1", "+861", "A1"));
    take(&town, sim("+861", CHOICE_OF(sim, event, swapped), "P2"));
    assert_person(&town, "+861", FIELD_PHONE, "P2");
    take(&town, sim("+861", CHOICE_OF(sim, event, cancelled), "P3")); /* says nothing of that */
    take(&town, sim("+861", CHOICE_OF(sim, event, activated), NULL));
    assert_person(&town, "+861", FIELD_PHONE, "P2");
    take(&town, account("A1", CHOICE_OF(account, event, opened), "P2"));
    take(&town, account("A2", CHOICE_OF(account, event, opened), "P2"));
    take(&town, account("A2", CHOICE_OF(account, event, closed), "P4"));
    assert_person(&town, "A1", FIELD_ACCOUNT, "P2");
    assert_person(&town, "A2", FIELD_ACCOUNT, "P2");
    /* P2 has no row, but is spelled and is a person. */
    assert_null(registry_find(town.registry, RECORD_person, name("P2")));
    assert_true(
        slice_equal(registry_spelling(town.registry, RECORD_person, name("P2")), SLICE("P2")));
    take(&town, person_row("P1", "+861", "A1"));
    assert_person(&town, "+861", FIELD_PHONE, "P1");
    take(&town, person_row("P1", NULL, NULL)); /* the tie still stands */
    assert_person(&town, "+861", FIELD_PHONE, "P2");
    take(&town, person_row("P2", NULL, NULL));
    assert_non_null(registry_find(town.registry, RECORD_person, name("P2")));
    assert_person(&town, "+861", FIELD_PHONE, "P2");
    leave_town(&town);
}

static void leads_through_what_names_one_row(void **state)
{
    (void)state;
    struct town town;
    found_town(&town, 1 << 20);
    struct record region = {.kind = RECORD_region, .at = MOMENT_NONE};
    put(&region, FIELD_OF(region, region), "530102");
    put(&region, FIELD_OF(region, name), "Panlong");
    take(&town, region);
    ident key = name("530102");
    const struct registry *registry = town.registry;
    assert_true(ident_equal(registry_through(registry, RECORD_region, 0, key), key));
    assert_false(ident_known(registry_through(registry, RECORD_region, 0, name("1"))));
    assert_false(ident_known(registry_through(registry, RECORD_region, 1, name("Panlong"))));
    assert_false(ident_known(registry_through(registry, RECORD_cell, 3, key)));
    assert_false(ident_known(registry_person(registry, key, FIELD_REGION)));
    assert_false(ident_known(registry_person(registry, IDENT_UNKNOWN, FIELD_PHONE)));
    assert_true(ident_equal(registry_person(registry, name("P9"), FIELD_PERSON), name("P9")));
    leave_town(&town);
}

static void spells_what_rows_have_held(void **state)
{
    (void)state;
    struct town town;
    found_town(&town, 1 << 20);
    take(&town, person_row("P1", "+861", "6222021234567890123"));
    take(&town, person_row("P1", "+861", "A2"));
    static const char *const HELD[] = {"P1", "A2", "6222021234567890123"};
    for (size_t i = 0; i < 3; i++)
        assert_true(slice_equal(registry_spelled(town.registry, name(HELD[i])), slice_of(HELD[i])));
    assert_int_equal(registry_spelled(town.registry, name("A3")).size, 0);
    leave_town(&town);
}

static bool on(const struct town *town, const char *list, const char *value, enum field_type type,
               int64_t at)
{
    uint32_t number = registry_list_number(town->registry, slice_of(list));
    bool by_number = registry_lists_number(town->registry, number, name(value), type, (moment){at});
    assert_int_equal(
        by_number, registry_lists(town->registry, slice_of(list), name(value), type, (moment){at}));
    return by_number;
}

static void lists_have_their_times(void **state)
{
    (void)state;
    struct town town;
    found_town(&town, 1 << 20);
    take(&town, member("courier", "+861", 10, 20));
    take(&town, member("courier", "+861", 30, -1));
    take(&town, member("courier", "+862", -1, 20));
    take(&town, member("service", "+863", -1, -1));
    take(&town, member("service", "+863", -1, -1));
    static const bool ON[] = {false, true, false, true};
    static const int64_t AT[] = {9, 10, 20, 30};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(on(&town, "courier", "+861", FIELD_PHONE, AT[i]), ON[i]);
    assert_true(on(&town, "courier", "+862", FIELD_PHONE, -5));
    assert_false(on(&town, "courier", "+862", FIELD_PHONE, 20));
    assert_false(on(&town, "courier", "+863", FIELD_PHONE, 5));
    assert_true(on(&town, "service", "+863", FIELD_PHONE, INT64_MAX - 1));
    assert_false(on(&town, "nobody", "+863", FIELD_PHONE, 5));
    assert_int_equal(registry_list_number(town.registry, SLICE("nobody")), UINT32_MAX);
    assert_false(
        registry_lists(town.registry, SLICE("service"), IDENT_UNKNOWN, FIELD_PHONE, (moment){5}));
    leave_town(&town);
}

static void lists_compare_imeis_as_imeis(void **state)
{
    (void)state;
    struct town town;
    found_town(&town, 1 << 20);
    take(&town, member("bad", "350000000000012", -1, -1));
    take(&town, member("tac", "35000000", -1, -1));
    assert_true(on(&town, "bad", "35000000000001", FIELD_IMEI, 0));
    assert_true(on(&town, "bad", "350000000000012", FIELD_ACCOUNT, 0));
    assert_false(on(&town, "bad", "35000000000001", FIELD_ACCOUNT, 0));
    assert_true(on(&town, "tac", "35000000", FIELD_TEXT, 0));
    leave_town(&town);
}

/* One of a small set of statements, so that they meet; spellings live in `room`. */
static struct record any_statement(struct chance *chance, char room[4][16])
{
    static const char *const FORMS[4] = {"P%u", "+86%u", "A%u", "L%u"};
    for (unsigned i = 0; i < 4; i++)
        (void)snprintf(room[i], sizeof room[i], FORMS[i], (unsigned)chance_below(chance, 40));
    const char *phone = chance_below(chance, 4) == 0 ? NULL : room[1];
    switch (chance_below(chance, 4)) {
    case 0:
        return person_row(room[0], phone, room[2]);
    case 1:
        return sim(room[1], (int64_t)chance_below(chance, 3), room[0]);
    case 2:
        return account(room[2], 0, room[0]);
    default:
        return member(room[3], room[2], (int64_t)chance_below(chance, 5), -1);
    }
}

static void full_changes_no_answer(void **state)
{
    (void)state;
    /* A registry with ample room takes what the narrow one took, and nothing that it refused. */
    for (size_t memory = 0; memory < 200000; memory += 1777) {
        struct town narrow, wide;
        found_town(&narrow, memory);
        found_town(&wide, 4 << 20);
        struct chance chance = chance_seeded(memory);
        char room[4][16], thing[16];
        unsigned refused = 0;
        for (unsigned i = 0; i < 500; i++) {
            struct record record = any_statement(&chance, room);
            enum status status = registry_take(narrow.registry, &record);
            refused += status == STATUS_FULL;
            if (status == STATUS_OK)
                take(&wide, record);
            else
                assert_int_equal(status, STATUS_FULL);
        }
        for (unsigned i = 0; i < 40; i++) {
            (void)snprintf(thing, sizeof thing, "+86%u", i);
            ident phone = registry_person(wide.registry, name(thing), FIELD_PHONE);
            assert_true(
                ident_equal(registry_person(narrow.registry, name(thing), FIELD_PHONE), phone));
            (void)snprintf(thing, sizeof thing, "A%u", i);
            ident holder = registry_person(wide.registry, name(thing), FIELD_ACCOUNT);
            assert_true(
                ident_equal(registry_person(narrow.registry, name(thing), FIELD_ACCOUNT), holder));
            for (int64_t at = 0; at < 6; at++)
                assert_int_equal(on(&wide, "L3", thing, FIELD_ACCOUNT, at),
                                 on(&narrow, "L3", thing, FIELD_ACCOUNT, at));
        }
        assert_true(refused == 0 || memory < 190000);
        leave_town(&narrow);
        leave_town(&wide);
    }
}

static void holds_many(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct town town;
    found_town(&town, 64 << 20);
    char person[16], phone[16];
    for (unsigned lap = 0; lap < 2; lap++)
        for (unsigned i = 0; i < MANY; i++) {
            (void)snprintf(person, sizeof person, "P%u", i);
            (void)snprintf(phone, sizeof phone, "+86%u", i + lap * MANY / 2);
            take(&town, person_row(person, phone, NULL));
        }
    for (unsigned i = 0; i < MANY + MANY / 2; i++) {
        (void)snprintf(phone, sizeof phone, "+86%u", i);
        (void)snprintf(person, sizeof person, "P%u", i - MANY / 2);
        assert_person(&town, phone, FIELD_PHONE, i < MANY / 2 ? "" : person);
    }
    leave_town(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_rows_by_key),
        cmocka_unit_test(the_latest_row_wins),
        cmocka_unit_test(the_row_before_counts_again_when_the_latest_goes),
        cmocka_unit_test(events_tie_and_the_latest_wins),
        cmocka_unit_test(leads_through_what_names_one_row),
        cmocka_unit_test(spells_what_rows_have_held),
        cmocka_unit_test(lists_have_their_times),
        cmocka_unit_test(lists_compare_imeis_as_imeis),
        cmocka_unit_test(full_changes_no_answer),
        cmocka_unit_test(holds_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
