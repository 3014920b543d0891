/* list_test.c -- who the partners are, whose a number is, and what each wrong line is told. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/folder.h"
#include "partner/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { PARTNERS = 3 };

struct place {
    char folder[64], numbers[96], others[96], ported[96];
    char key[PARTNERS + 1][64];
    struct partner_said said[PARTNERS];
    struct partner_list_said all;
    struct arena *arena;
    char why_bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT];
};

static void file_put(const char *path, const char *text)
{
    assert_int_equal(folder_put(path, slice_of(text)), STATUS_OK);
}

static int place_make(void **state)
{
    static const char *const IDS[PARTNERS] = {"carrier-a", "carrier-b", "bank.c"};
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/cutline-partners-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->numbers, sizeof place->numbers, "%s/a", place->folder);
    (void)snprintf(place->others, sizeof place->others, "%s/b", place->folder);
    (void)snprintf(place->ported, sizeof place->ported, "%s/ported", place->folder);
    for (unsigned i = 0; i <= PARTNERS; i++) {
        struct seal_keypair pair =
            seal_keypair_of_seed(&(struct seal_seed){{(unsigned char)(i + 1)}});
        struct text text = text_over(place->key[i], sizeof place->key[i]);
        text_add_letter_key(&text, &pair.key);
    }
    for (unsigned i = 0; i < PARTNERS; i++)
        place->said[i] = (struct partner_said){.id = slice_of(IDS[i]),
                                               .kind = SLICE("carrier"),
                                               .way = SLICE("fetch"),
                                               .key = slice_of(place->key[i]),
                                               .line = 10 + i};
    place->said[0].numbers = slice_of(place->numbers);
    place->said[1].numbers = slice_of(place->others);
    place->all = (struct partner_list_said){SLICE("cutline.yaml"), SLICE("centre"), place->said,
                                            PARTNERS, slice_of(place->ported)};
    file_put(place->numbers, "# of A\n+8613800\n+8613801 - +8613809\n\n +861380123 # a few\n");
    file_put(place->others, "+86138012\r\n+8610\n+1\n");
    file_put(place->ported, "+8613800138000,carrier-b\n+8613800138001 , bank.c\n");
    assert_int_equal(arena_create(&place->arena, 1 << 20), STATUS_OK);
    *state = place;
    return 0;
}

static int place_leave(void **state)
{
    struct place *place = *state;
    assert_int_equal(folder_remove(place->folder), STATUS_OK);
    arena_destroy(place->arena);
    free(place);
    return 0;
}

static enum status made(struct place *place, struct partner_list **out)
{
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++)
        place->why[tongue] = text_over(place->why_bytes[tongue], sizeof place->why_bytes[tongue]);
    return partner_list_make(out, &place->all, place->arena, place->why);
}

/* The list is refused, and both tongues say where and about what. */
static void refused(struct place *place, const char *where, const char *what)
{
    struct partner_list *list = NULL;
    assert_int_equal(made(place, &list), STATUS_MALFORMED);
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++)
        if (strstr(place->why_bytes[tongue], where) == NULL ||
            strstr(place->why_bytes[tongue], what) == NULL)
            fail_msg("\"%s\" has neither %s nor %s", place->why_bytes[tongue], where, what);
}

static const char *owner(struct partner_list *list, const char *number, bool was_ported)
{
    bool ported = !was_ported;
    const struct partner *partner = partner_of_number(list, slice_of(number), &ported);
    assert_int_equal(ported, was_ported);
    return partner == NULL ? "" : partner->id.at;
}

static void a_number_is_of_the_longest_range_unless_it_was_ported(void **state)
{
    struct place *place = *state;
    struct partner_list *list = NULL;
    assert_int_equal(made(place, &list), STATUS_OK);
    assert_string_equal(owner(list, "+8613800138002", false), "carrier-a");
    assert_string_equal(owner(list, "+8613800138000", true), "carrier-b");
    assert_string_equal(owner(list, "+8613800138001", true), "bank.c");
    assert_string_equal(owner(list, "+8613801200000", false), "carrier-b");
    assert_string_equal(owner(list, "+8613801230000", false), "carrier-a");
    assert_string_equal(owner(list, "+8613809999999", false), "carrier-a");
    assert_string_equal(owner(list, "+861012345678", false), "carrier-b");
    assert_string_equal(owner(list, "+12025550123", false), "carrier-b");
    assert_string_equal(owner(list, "+861", false), "");
    assert_string_equal(owner(list, "+8613900000000", false), "");
    assert_string_equal(owner(list, "13800138000", false), "");
    assert_string_equal(owner(list, "+", false), "");
    assert_string_equal(owner(list, "", false), "");
    assert_string_equal(owner(list, "+86138001380001234567", false), "");
    partner_list_release(list);
}

static void partners_are_found_with_their_keys_and_ways(void **state)
{
    struct place *place = *state;
    struct partner_list *list = NULL;
    unsigned count = 0;
    place->said[0].next_key = slice_of(place->key[PARTNERS]);
    place->said[1].way = SLICE("http");
    place->said[1].url = SLICE("https://b.example/letters");
    place->said[2].way = SLICE("folder");
    place->said[2].folder = SLICE("/srv/c");
    place->said[2].name_zh = SLICE("丙银行");
    assert_int_equal(made(place, &list), STATUS_OK);
    struct letter_keys keys = partner_list_keys(list);
    assert_int_equal(partner_list_count(list), PARTNERS);
    assert_non_null(keys.find(keys.self, SLICE("carrier-a"), &count));
    assert_int_equal(count, 2);
    assert_null(keys.find(keys.self, SLICE("carrier"), &count));
    assert_int_equal(partner_find(list, SLICE("carrier-b"))->way, PARTNER_WAY_HTTP);
    assert_int_equal(partner_at(list, 2)->way, PARTNER_WAY_FOLDER);
    assert_string_equal(partner_at(list, 2)->name[TONGUE_ZH].at, "丙银行");
    assert_string_equal(partner_at(list, 2)->name[TONGUE_EN].at, "bank.c");
    assert_string_equal(partner_at(list, 0)->kind, "carrier");
    partner_list_release(list);
}

static void a_wrong_partner_is_told_with_its_line(void **state)
{
    struct place *place = *state;
    const struct partner_said right = place->said[1];
#define WRONG(change, what)                    \
    change;                                    \
    refused(place, "cutline.yaml:11: ", what); \
    place->said[1] = right
    WRONG(place->said[1].id = SLICE("Carrier B"), "Carrier B");
    WRONG(place->said[1].id = SLICE(""), "64");
    WRONG(place->said[1].id = SLICE("centre"), "centre");
    WRONG(place->said[1].id = SLICE("carrier-a"), "carrier-a");
    WRONG(place->said[1].way = SLICE("mail"), "mail");
    WRONG(place->said[1].way = SLICE("http"), "http"); /* without a url */
    WRONG(place->said[1].way = SLICE("folder"), "folder");
    WRONG(place->said[1].key = SLICE("abc"), "abc");
    WRONG(place->said[1].key = SLICE(""), "44");
    WRONG(place->said[1].key = place->said[0].key, place->key[0]);
    WRONG(place->said[1].next_key = place->said[0].key, place->key[0]);
    WRONG(place->said[1].kind = SLICE("a kind of organisation"), "a kind");
    place->all.self = SLICE("");
    refused(place, "cutline.yaml", "letters.organisation");
}

static void a_wrong_line_of_a_file_is_told(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *ranges, *what;
    } RANGES[] = {
        {"+8610\n8613\n", "8613"},
        {"+8610\n+86a\n", "+86a"},
        {"+8610\n+\n", "+"},
        {"+8610\n+0123\n", "+0123"},
        {"+8610\n+8611-+862\n", "+862"},
        {"+8610\n+8612-+8611\n", "+8612"},
        {"+8610\n+1234567890123456\n", "+1234567890123456"},
        {"+8610\n+86100000-+86900000\n", "PARTNER_RANGES_MAX"},
    };
    static const struct {
        const char *ported, *what;
    } PORTED[] = {
        {"#\n+8613911112222\n", ""},
        {"#\n+8613911112222,carrier-d\n", "carrier-d"},
        {"#\n8613911112222,carrier-b\n", ""},
    };
    for (size_t i = 0; i < sizeof RANGES / sizeof RANGES[0]; i++) {
        file_put(place->others, RANGES[i].ranges);
        refused(place, "/b:2: ", RANGES[i].what);
    }
    file_put(place->others, "+8613800\n");
    refused(place, "cutline.yaml", "+8613800");
    file_put(place->others, "+8613\n");
    for (size_t i = 0; i < sizeof PORTED / sizeof PORTED[0]; i++) {
        file_put(place->ported, PORTED[i].ported);
        refused(place, "/ported:2: ", PORTED[i].what);
        assert_null(strstr(place->why_bytes[TONGUE_EN], "911112222")); /* somebody's */
    }
    file_put(place->ported, "+8613800138000,carrier-b\n+8613800138000,bank.c\n");
    refused(place, "/ported", "+8613800****00");
    char line[400];
    memset(line, '1', sizeof line);
    line[sizeof line - 1] = '\0';
    file_put(place->ported, line);
    refused(place, "/ported:1: ", "");
}

static void a_file_that_is_not_there_is_told(void **state)
{
    struct place *place = *state;
    struct partner_list *list = NULL;
    (void)unlink(place->ported);
    assert_int_equal(made(place, &list), STATUS_IO);
    assert_non_null(strstr(place->why_bytes[TONGUE_EN], "/ported"));
    place->all.ported = (struct slice){0};
    (void)unlink(place->numbers);
    assert_int_equal(made(place, &list), STATUS_IO);
    place->all.count = 0; /* nobody is fine, too */
    place->all.self = SLICE("");
    assert_int_equal(made(place, &list), STATUS_OK);
    partner_list_release(list);
}

static void two_hundred_thousand_ported_numbers_are_found(void **state)
{
    struct place *place = *state;
    struct partner_list *list = NULL;
    FILE *file = fopen(place->ported, "w");
    assert_non_null(file);
    for (unsigned i = 0; i < 200000; i++)
        (void)fprintf(file, "+8613%09u,%s\n", i * 7919U % 1000000000U,
                      i % 2 == 0 ? "carrier-b" : "bank.c");
    assert_int_equal(fclose(file), 0);
    assert_int_equal(made(place, &list), STATUS_OK);
    for (unsigned i = 0; i < 200000; i += 97) {
        char number[24];
        (void)snprintf(number, sizeof number, "+8613%09u", i * 7919U % 1000000000U);
        assert_string_equal(owner(list, number, true), i % 2 == 0 ? "carrier-b" : "bank.c");
    }
    partner_list_release(list);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_leave)
    const struct CMUnitTest tests[] = {
        TEST(a_number_is_of_the_longest_range_unless_it_was_ported),
        TEST(partners_are_found_with_their_keys_and_ways),
        TEST(a_wrong_partner_is_told_with_its_line),
        TEST(a_wrong_line_of_a_file_is_told),
        TEST(a_file_that_is_not_there_is_told),
        TEST(two_hundred_thousand_ported_numbers_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
