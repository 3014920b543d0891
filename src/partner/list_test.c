/* list_test.c -- who the partners are, and what each wrong line is told. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PARTNERS = 3 };

struct place {
    char key[PARTNERS + 1][64];
    struct partner_said said[PARTNERS];
    struct partner_list_said all;
    struct arena *arena;
    char why_bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT];
};

static int place_make(void **state)
{
    static const char *const IDS[PARTNERS] = {"carrier-a", "carrier-b", "bank.c"};
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
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
    place->all =
        (struct partner_list_said){SLICE("cutline.yaml"), SLICE("centre"), place->said, PARTNERS};
    assert_int_equal(arena_create(&place->arena, 1 << 20), STATUS_OK);
    *state = place;
    return 0;
}

static int place_leave(void **state)
{
    struct place *place = *state;
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_leave)
    const struct CMUnitTest tests[] = {
        TEST(partners_are_found_with_their_keys_and_ways),
        TEST(a_wrong_partner_is_told_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
