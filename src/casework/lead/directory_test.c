/* directory_test.c -- the nearest entry holds, and every mistake is named with its place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/directory.h"

#include "ground/disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;
static char bytes[TONGUES_COUNT][2048];
static struct text why[TONGUES_COUNT];

static enum status read_text(struct directory **out, const char *text)
{
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
    return directory_read(out, "d.yaml", slice_of(text), arena, why);
}

static void the_longest_region_holds(void **state)
{
    (void)state;
    struct directory *directory;
    assert_int_equal(
        read_text(
            &directory,
            "directory: 1\ncarriers:\n"
            "  - {carrier: telecom, organisation: o_1}\n"
            "  - {carrier: telecom, region: \"53\", partner: telecom-yn}\n"
            "  - {carrier: telecom, region: \"5301\", organisation: o_2, partner: telecom-km}\n"
            "police:\n  - {region: \"53\", organisation: o_9}\n"
            "  - {region: \"530114\", organisation: o_8}\npushers:\n  - {partner: yunnan}\n"),
        STATUS_OK);
    const struct directory_carrier *entry =
        directory_carrier_find(directory, SLICE("telecom"), SLICE("530114"));
    assert_true(slice_equal(entry->partner, SLICE("telecom-km")));
    entry = directory_carrier_find(directory, SLICE("telecom"), SLICE("5303"));
    assert_true(slice_equal(entry->partner, SLICE("telecom-yn")));
    entry = directory_carrier_find(directory, SLICE("telecom"), SLICE(""));
    assert_true(slice_equal(entry->organisation, SLICE("o_1")));
    assert_null(directory_carrier_find(directory, SLICE("mobile"), SLICE("5301")));
    assert_true(slice_equal(directory_police_find(directory, SLICE("530114002")), SLICE("o_8")));
    assert_true(slice_equal(directory_police_find(directory, SLICE("530102")), SLICE("o_9")));
    assert_int_equal(directory_police_find(directory, SLICE("11")).size, 0);
    assert_true(directory_may_push(directory, SLICE("yunnan")));
    assert_false(directory_may_push(directory, SLICE("yunna")));
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } CASES[] = {
        {"directory: 2\n", "d.yaml:1:12: "},
        {"directory: 1\ncarrier: []\n", "carriers"},
        {"directory: 1\ncarriers:\n  - {carrier: telecom}\n", "d.yaml:3:5: "},
        {"directory: 1\npolice:\n  - {region: \"5\", organisation: o_1}\n", "`5`"},
        {"directory: 1\npolice:\n  - {region: \"53\"}\n", "organisation"},
        {"directory: 1\npushers:\n  - {partner: a}\n  - {partner: a}\n", "already"},
        {"directory: 1\npushers:\n  - {partner: \"a b\"}\n", "a b"},
        {"directory: 1\ncarriers:\n  - {carrier: t, partner: a}\n  - {carrier: t, partner: b}\n",
         "already"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct directory *directory;
        assert_int_equal(read_text(&directory, CASES[i].text), STATUS_MALFORMED);
        if (strstr(bytes[TONGUE_EN], CASES[i].says) == NULL)
            fail_msg("case %zu says: %s", i, bytes[TONGUE_EN]);
        assert_true(why[TONGUE_ZH].size != 0);
    }
}

static void the_directory_of_the_docs_is_one(void **state)
{
    (void)state;
    static char block[4096];
    struct directory *directory;
    struct slice page;
    enum disk_fault fault;
    assert_int_equal(disk_read_all(PAGE, 1 << 20, arena, &page, &fault), STATUS_OK);
    const char *at = strstr(page.at, "```yaml\ndirectory: 1");
    assert_non_null(at);
    at += sizeof "```yaml\n" - 1;
    const char *end = strstr(at, "```");
    assert_non_null(end);
    assert_true((size_t)(end - at) < sizeof block);
    memcpy(block, at, (size_t)(end - at));
    if (read_text(&directory, block) != STATUS_OK)
        fail_msg("%s", bytes[TONGUE_EN]);
    assert_true(directory_may_push(directory, SLICE("yunnan")));
}

static int begin(void **state)
{
    (void)state;
    return arena_create(&arena, 8 << 20) == STATUS_OK ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_region_holds),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(the_directory_of_the_docs_is_one),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
