/* policy_test.c -- the policy that is installed is sound, and every mistake is named with its
 * place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "screen/policy.h"

#include "ground/disk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct desk {
    struct arena *arena;
    char bytes[TONGUES_COUNT][4096];
    struct text why[TONGUES_COUNT];
    struct policies policies;
};

static void desk_open(struct desk *desk)
{
    assert_int_equal(arena_create(&desk->arena, 1 << 20), STATUS_OK);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        desk->why[t] = text_over(desk->bytes[t], sizeof desk->bytes[t]);
}

static enum status read_text(struct desk *desk, const char *text)
{
    return policies_read(&desk->policies, "p.yaml", slice_of(text), desk->arena, desk->why);
}

#define LINE(rest)                                                     \
    "screening: 1\npolicies:\n  - organisation: \"*\"\n    payment:\n" \
    "      - answer: warn\n        reason: r\n        en: e\n        zh: z\n" rest

static void the_installed_policy_is_sound(void **state)
{
    (void)state;
    struct desk desk;
    struct slice text;
    enum disk_fault fault;
    desk_open(&desk);
    assert_int_equal(disk_read_all(DEFAULT_POLICY, 1 << 16, desk.arena, &text, &fault), STATUS_OK);
    assert_int_equal(policies_read(&desk.policies, "default.yaml", text, desk.arena, desk.why),
                     STATUS_OK);
    assert_int_equal(desk.policies.warnings, 0); /* it blocks on no machine's word alone */
    assert_int_equal(desk.why[TONGUE_EN].size, 0);
    const struct policy *policy = policies_find(&desk.policies, SLICE("bank-1"));
    assert_non_null(policy);
    for (unsigned kind = 0; kind < SCREEN_KINDS_COUNT; kind++) {
        assert_true(policy->of[kind].count > 0);
        for (uint32_t i = 0; i < policy->of[kind].count; i++) {
            const struct policy_line *line = &policy->of[kind].at[i];
            assert_true(line->word != SCREEN_block || line->list.size > 0);
            assert_true((line->word == SCREEN_hold) == (line->hold_ms > 0));
        }
    }
    arena_destroy(desk.arena);
}

static void every_mistake_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *says;
    } CASES[] = {
        {"policies: []\n", "p.yaml:1:1: ", "screening: 1"},
        {"screening: 1\n", "p.yaml:1:1: ", "policies"},
        {"screening: 1\npolices: []\n", "p.yaml:2:1: ", "did you mean `policies`"},
        {"screening: 1\npolicies:\n  - call: []\n", "p.yaml:3:5: ", "organisation"},
        {LINE(""), "p.yaml:5:9: ", "condition"},
        {LINE("        scor: 0.5\n"), "p.yaml:9:9: ", "did you mean `score`"},
        {LINE("        score: 1.5\n"), "p.yaml:9:16: ", "`1.5`"},
        {LINE("        score: high\n"), "p.yaml:9:16: ", "`high`"},
        {LINE("        typology: mull\n"), "p.yaml:9:19: ", "did you mean `mule`"},
        {LINE("        list: blocked\n"), "p.yaml:5:9: ", "`of`"},
        {LINE("        list: blocked\n        of: paye\n"),
         "p.yaml:10:13: ", "there is no field `paye`; did you mean"},
        {LINE("        list: blocked\n        of: amount\n"), "p.yaml:10:13: ", "`amount`"},
        {LINE("        score: 0.5\n        of: payee\n"), "p.yaml:10:13: ", "`of` belongs"},
        {LINE("        score: 0.5\n        minutes: 5\n"), "p.yaml:10:18: ", "only a hold"},
        {LINE("        score: 0.5\n        weight: 0.5\n"), "p.yaml:10:17: ", "belongs to `mark`"},
        {LINE("        standing: high\n        of: payee\n"), "p.yaml:9:19: ", "typology"},
        {LINE("        score: 0.5\n        days: 3\n"), "p.yaml:10:15: ", "`standing`"},
        {LINE("        score: 0.5\n      - answer: hold\n"), "p.yaml:10:9: ", "minutes"},
        {LINE("        score: 0.5\n      - answer: allow\n"), "p.yaml:10:17: ", "none holds"},
        {LINE("        score: 0.5\n      - answer: warn\n"), "p.yaml:10:9: ", "reason"},
        {LINE("        score: 0.5\n  - organisation: \"*\"\n"), "p.yaml:10:19: ", "already"},
        {"screening: [1\n", "p.yaml:2:1: ", ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct desk desk;
        desk_open(&desk);
        assert_int_equal(read_text(&desk, CASES[i].text), STATUS_MALFORMED);
        if (strncmp(desk.why[TONGUE_EN].at, CASES[i].place, strlen(CASES[i].place)) != 0 ||
            strstr(desk.why[TONGUE_EN].at, CASES[i].says) == NULL)
            fail_msg("%s\nsays: %s", CASES[i].text, desk.why[TONGUE_EN].at);
        assert_true(desk.why[TONGUE_ZH].size > strlen(CASES[i].place));
        arena_destroy(desk.arena);
    }
}

static void blocking_on_a_machines_word_is_warned_about(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk);
    assert_int_equal(read_text(&desk, LINE("        score: 0.5\n"
                                           "      - answer: block\n        reason: b\n"
                                           "        en: e\n        zh: z\n        score: 0.99\n")),
                     STATUS_OK);
    assert_int_equal(desk.policies.warnings, 1);
    assert_non_null(strstr(desk.why[TONGUE_EN].at, "p.yaml:10:17: warning"));
    assert_non_null(strstr(desk.why[TONGUE_ZH].at, "p.yaml:10:17: 警告"));
    arena_destroy(desk.arena);
    desk_open(&desk);
    assert_int_equal(
        read_text(&desk, LINE("        score: 0.5\n"
                              "      - answer: block\n        reason: b\n        en: e\n"
                              "        zh: z\n        score: 0.9\n        list: known\n"
                              "        of: payee\n")),
        STATUS_OK);
    assert_int_equal(desk.policies.warnings, 0);
    arena_destroy(desk.arena);
}

static void an_organisation_has_its_own_policy(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk);
    assert_int_equal(read_text(&desk, "screening: 1\npolicies:\n  - organisation: bank-1\n"),
                     STATUS_OK);
    assert_non_null(policies_find(&desk.policies, SLICE("bank-1")));
    assert_null(policies_find(&desk.policies, SLICE("bank-2")));
    arena_destroy(desk.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_installed_policy_is_sound),
        cmocka_unit_test(every_mistake_is_named_with_its_place),
        cmocka_unit_test(blocking_on_a_machines_word_is_warned_about),
        cmocka_unit_test(an_organisation_has_its_own_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
