/* plan_test.c -- the carrier is the one that the files name, or nobody and a reason. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "numberplan/plan.h"

#include "ground/disk.h"
#include "ground/folder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct table {
    struct arena *arena;
    char bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT];
    struct plan *plan;
};

static void table_open(struct table *table)
{
    assert_int_equal(arena_create(&table->arena, 64 << 20), STATUS_OK);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        table->why[t] = text_over(table->bytes[t], sizeof table->bytes[t]);
}

static struct plan_route ask(const struct table *table, const char *number)
{
    return plan_route(table->plan, slice_of(number), SLICE("86"));
}

static const char HEAD[] = "prefix,digits,carrier,region,type,confidence,note\n";

static void the_longest_prefix_wins_and_its_length_counts(void **state)
{
    (void)state;
    struct table table;
    table_open(&table);
    static const char TEXT[] = "# ours\nprefix,digits,carrier,region,type,confidence,note\n"
                               "+86130,13,unicom,,mobile,V2,\n"
                               "+861308,13,virtual,5301,mobile,M,\"a, b\"\n"
                               "+86871,,,5301,fixed,V2,\n"
                               "+868716,13,telecom,5301,fixed,V,\n"
                               "+8610,,,11,fixed,V2,\n"
                               "+8610647,15,mobile,,iot,V2,\n"
                               "106,,,,sms_port,M,\n";
    assert_int_equal(
        plan_read_text(&table.plan, "ours.csv", slice_of(TEXT), table.arena, table.why), STATUS_OK);
    struct plan_route route = ask(&table, "13000000001");
    assert_int_equal(route.find, PLAN_found);
    assert_true(slice_equal(route.carrier, SLICE("unicom")));
    assert_true(slice_equal(route.type, SLICE("mobile")));
    assert_int_equal(route.line, 3);
    assert_int_equal(route.region.size, 0);
    route = ask(&table, "+86 130 8000 0001");
    assert_true(slice_equal(route.carrier, SLICE("virtual")));
    assert_true(slice_equal(route.region, SLICE("5301")));
    assert_int_equal(route.line, 4);
    /* Eight digits behind the area code of four. */
    assert_true(slice_equal(ask(&table, "0871-63330001").carrier, SLICE("telecom")));
    assert_int_equal(ask(&table, "0871-73330001").find, PLAN_no_carrier);
    assert_true(slice_equal(ask(&table, "0871-73330001").region, SLICE("5301")));
    /* A line of Beijing begins as cards of things do, and is shorter. */
    assert_int_equal(ask(&table, "010-64712345").find, PLAN_no_carrier);
    assert_true(slice_equal(ask(&table, "010-64712345").region, SLICE("11")));
    assert_int_equal(ask(&table, "13300000001").find, PLAN_no_range);
    assert_int_equal(ask(&table, "+447911123456").find, PLAN_foreign);
    assert_int_equal(ask(&table, "not a number").find, PLAN_form);
    assert_int_equal(ask(&table, "").find, PLAN_form);
    assert_true(slice_equal(ask(&table, "10690000000000").type, SLICE("sms_port")));
    arena_destroy(table.arena);
}

static void what_is_wrong_in_a_file_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *rows, *says;
    } CASES[] = {
        {"+86130,13,unicom,,mobile,V2\n", "t.csv:2: "},
        {"86x,13,unicom,,mobile,V2,\n", "(`86x`)"},
        {"+86130,13,unicom,,mobile,V2,\n+86130,13,telecom,,mobile,V2,\n", "t.csv:3: "},
        {"+86130,2,unicom,,mobile,V2,\n", "digits"},
        {"+86130,13,uni com,,mobile,V2,\n", "(`uni com`)"},
        {"+86130,13,unicom,5,mobile,V2,\n", "GB/T 2260"},
        {"+86130,13,unicom,,mobil,V2,\n", "(`mobil`)"},
        {"+86130,13,unicom,,mobile,V9,\n", "confidence"},
        {"\"+86130,13\n", "no row of CSV"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct table table;
        char bytes[1024];
        struct text text = text_over(bytes, sizeof bytes);
        table_open(&table);
        text_addf(&text, "%s%s", HEAD, CASES[i].rows);
        assert_int_equal(
            plan_read_text(&table.plan, "t.csv", text_slice(&text), table.arena, table.why),
            STATUS_MALFORMED);
        assert_non_null(strstr(table.bytes[TONGUE_EN], CASES[i].says));
        assert_true(table.why[TONGUE_ZH].size != 0);
        arena_destroy(table.arena);
    }
}

static void put(const char *folder, const char *name, const char *bytes)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(folder_put(path, slice_of(bytes)), STATUS_OK);
}

static void a_carried_number_is_elsewhere_and_a_bad_reload_changes_nothing(void **state)
{
    (void)state;
    struct table table;
    char folder[] = "/tmp/plan-XXXXXX";
    assert_non_null(mkdtemp(folder));
    table_open(&table);
    put(folder, "a.csv",
        "prefix,digits,carrier,region,type,confidence,note\n"
        "+86130,13,unicom,,mobile,V2,\n");
    struct plan_desk *desk;
    struct plan_route route;
    assert_int_equal(plan_desk_open(&desk, folder, table.arena, table.why), STATUS_OK);
    assert_int_equal(plan_desk_route(desk, SLICE("13000000007"), SLICE("86"), table.arena, &route),
                     STATUS_OK);
    assert_true(slice_equal(route.carrier, SLICE("unicom")));
    put(folder, "ported.csv", "number,carrier\n+8613000000007,telecom\n");
    assert_int_equal(plan_desk_reload(desk, table.why), STATUS_OK);
    assert_int_equal(plan_desk_route(desk, SLICE("13000000007"), SLICE("86"), table.arena, &route),
                     STATUS_OK);
    assert_int_equal(route.find, PLAN_ported);
    assert_true(slice_equal(route.carrier, SLICE("telecom")));
    assert_true(slice_equal(route.type, SLICE("mobile"))); /* what its range says stays true */
    put(folder, "ported.csv", "number,carrier\n13000000007,telecom\n");
    assert_int_equal(plan_desk_reload(desk, table.why), STATUS_MALFORMED);
    assert_non_null(strstr(table.bytes[TONGUE_EN], "ported.csv:2: "));
    assert_int_equal(plan_desk_route(desk, SLICE("13000000007"), SLICE("86"), table.arena, &route),
                     STATUS_OK);
    assert_true(slice_equal(route.carrier, SLICE("telecom")));
    plan_desk_close(desk);
    assert_int_equal(folder_remove(folder), STATUS_OK);
    arena_destroy(table.arena);
}

static void the_shipped_plan_is_sound(void **state)
{
    (void)state;
    struct table table;
    table_open(&table);
    enum status status = plan_read(&table.plan, PLAN_FOLDER, table.arena, table.why);
    if (status != STATUS_OK)
        print_error("%s\n", table.bytes[TONGUE_EN]);
    assert_int_equal(status, STATUS_OK);
    assert_true(plan_rows(table.plan) > 400);
    assert_true(slice_equal(ask(&table, "13300000001").carrier, SLICE("telecom")));
    assert_true(slice_equal(ask(&table, "13900000001").carrier, SLICE("mobile")));
    assert_true(slice_equal(ask(&table, "19200000001").carrier, SLICE("broadnet")));
    struct plan_route kunming = ask(&table, "0871-65550001");
    assert_int_equal(kunming.find, PLAN_no_carrier); /* never guessed */
    assert_true(slice_equal(kunming.region, SLICE("5301")));
    assert_int_equal(ask(&table, "96110").find, PLAN_no_carrier);
    arena_destroy(table.arena);
}

static uint64_t chance_next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* Ten thousand ranges and as many numbers: the table says what a walk over all ranges says. */
static void the_table_agrees_with_a_walk_over_all_ranges(void **state)
{
    (void)state;
    enum { RANGES = 2000, NUMBERS = 2000 };
    static char prefix[RANGES][16];
    struct table table;
    uint64_t seed = 7;
    unsigned count = 0;
    table_open(&table);
    char *bytes;
    assert_int_equal(arena_take(table.arena, 1 << 20, (void **)&bytes), STATUS_OK);
    struct text text = text_over(bytes, 1 << 20);
    text_add_string(&text, HEAD);
    for (unsigned i = 0; i < RANGES; i++) {
        unsigned digits = 1 + (unsigned)(chance_next(&seed) % 6);
        char own[16];
        int size = snprintf(own, sizeof own, "+861%0*u", (int)digits,
                            (unsigned)(chance_next(&seed) % 1000000));
        own[size > 4 + (int)digits ? 4 + (int)digits : size] = '\0';
        bool twice = false;
        for (unsigned k = 0; k < count; k++)
            twice = twice || strcmp(prefix[k], own) == 0;
        if (twice)
            continue;
        memcpy(prefix[count], own, sizeof own);
        text_addf(&text, "%s,,c%u,,mobile,,\n", own, count % 200);
        count++;
    }
    assert_int_equal(
        plan_read_text(&table.plan, "t.csv", text_slice(&text), table.arena, table.why), STATUS_OK);
    for (unsigned i = 0; i < NUMBERS; i++) {
        char number[32], carrier[16] = "";
        size_t longest = 0;
        (void)snprintf(number, sizeof number, "+861%010llu",
                       (unsigned long long)(3000000000u + chance_next(&seed) % 6999999999u));
        for (unsigned k = 0; k < count; k++) {
            size_t size = strlen(prefix[k]);
            if (strncmp(prefix[k], number, size) == 0 && size > longest) {
                longest = size;
                (void)snprintf(carrier, sizeof carrier, "c%u", k % 200);
            }
        }
        struct plan_route route = ask(&table, number);
        if (route.find == PLAN_form)
            continue;
        assert_int_equal(route.find, longest == 0 ? PLAN_no_range : PLAN_found);
        assert_true(slice_equal(route.carrier, slice_of(carrier)));
    }
    arena_destroy(table.arena);
}

/* The list of prefixes that libphonenumber has, where it is there. */
static void the_shipped_plan_agrees_with_an_outside_list(void **state)
{
    (void)state;
    static const char *const NAMES[][2] = {{"China Unicom", "unicom"},
                                           {"China Telecom", "telecom"},
                                           {"China Mobile", "mobile"},
                                           {"China Broadnet", "broadnet"}};
    struct table table;
    struct slice list;
    enum disk_fault fault;
    unsigned agreed = 0, all = 0;
    table_open(&table);
    if (disk_read_all(DATA_FOLDER "/phonenumbers/cn_carrier_prefix_86.txt", 1 << 16, table.arena,
                      &list, &fault) != STATUS_OK) {
        print_message("skipped: the outside list is not here\n");
        arena_destroy(table.arena);
        skip();
    }
    assert_int_equal(plan_read(&table.plan, PLAN_FOLDER, table.arena, table.why), STATUS_OK);
    for (const char *at = list.at; *at != '\0'; at += strcspn(at, "\n") + 1) {
        const char *bar = at + strcspn(at, "|\n");
        if (*at == '#' || *bar != '|' || bar - at == 4) /* 8615: all that is not said otherwise */
            continue;
        char number[32];
        (void)snprintf(number, sizeof number, "+%.*s%.*s", (int)(bar - at), at,
                       (int)(13 - (bar - at)), "00000000");
        struct plan_route route = ask(&table, number);
        for (unsigned n = 0; n < 4; n++)
            if (strncmp(bar + 1, NAMES[n][0], strlen(NAMES[n][0])) == 0)
                agreed += slice_equal(route.carrier, slice_of(NAMES[n][1]));
        all++;
    }
    print_message("%u of %u prefixes agree\n", agreed, all);
    assert_true(all > 50);
    assert_int_equal(agreed, all);
    arena_destroy(table.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_wins_and_its_length_counts),
        cmocka_unit_test(what_is_wrong_in_a_file_is_named_with_its_line),
        cmocka_unit_test(a_carried_number_is_elsewhere_and_a_bad_reload_changes_nothing),
        cmocka_unit_test(the_shipped_plan_is_sound),
        cmocka_unit_test(the_table_agrees_with_a_walk_over_all_ranges),
        cmocka_unit_test(the_shipped_plan_agrees_with_an_outside_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
