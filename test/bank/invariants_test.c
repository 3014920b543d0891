/* invariants_test.c -- never a third stop, never one on a mismatch, never a freeze without a filed
 * case, nor a second one of an account, each lifted on time, cents conserved; both houses agree in
 * the end: whatever is lost, doubled, late, or falls over.  And a house that is broken on purpose
 * is found out, or the test would prove nothing.
 *
 * WORLDS and TURNS in the environment make it larger: by hand, 200 worlds of 2,000 turns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static unsigned sized(const char *name, unsigned otherwise)
{
    const char *said = getenv(name);
    return said == NULL ? otherwise : (unsigned)strtoul(said, NULL, 10);
}

static const char *live(uint64_t seed, enum mutant mutant, unsigned turns, struct tally *all)
{
    static char broke[512];
    struct tally one;
    struct world *world = world_make(seed, mutant);
    const char *what = "";
    for (unsigned i = 0; what[0] == '\0' && i < turns; i++)
        what = world_turn(world);
    if (what[0] == '\0')
        what = world_season(world);
    if (what[0] == '\0')
        what = world_rest(world);
    (void)snprintf(broke, sizeof broke, "%s", what);
    world_tally(world, &one);
    int64_t *to = (int64_t *)all;
    const int64_t *from = (const int64_t *)&one;
    for (size_t i = 0; i < sizeof one / sizeof *from; i++)
        to[i] += from[i];
    world_end(world);
    return broke;
}

static void nothing_that_fails_makes_a_third_stop_or_a_wrong_or_an_endless_one(void **state)
{
    struct tally all = {0};
    unsigned worlds = sized("WORLDS", 3), turns = sized("TURNS", 150);
    uint64_t first = sized("SEED", 1);
    (void)state;
    for (unsigned i = 0; i < worlds; i++) {
        const char *what = live(first + i, MUTANT_NONE, turns, &all);
        if (what[0] != '\0')
            fail_msg("%s", what);
    }
    print_message("%u worlds of %u turns: %lld orders, %lld letters, %lld stops (%lld second), "
                  "%lld refused or mismatched, %lld lifted, %lld next levels, %lld crashes, %lld "
                  "letters unanswered to the end\n",
                  worlds, turns, (long long)all.orders, (long long)all.letters,
                  (long long)all.stops, (long long)all.second_stops, (long long)all.refusals,
                  (long long)all.lifts, (long long)all.followed, (long long)all.crashes,
                  (long long)all.unanswered);
    print_message("%lld freezes, %lld after waiting, %lld renewals, %lld ended by themselves, %lld "
                  "returns paid\n",
                  (long long)all.freezes, (long long)all.turns, (long long)all.renewals,
                  (long long)all.ended, (long long)all.returns);
    assert_true(all.freezes > 0 && all.turns > 0 && all.renewals > 0 && all.ended > 0);
    assert_true(all.returns > 0);
    assert_true(all.stops > 0 && all.second_stops > 0 && all.lifts > 0 && all.refusals > 0);
    assert_true(all.crashes > 0 && all.followed > 0);
}

static void a_house_that_is_broken_on_purpose_is_found_out(void **state)
{
    static const char *const NAMES[MUTANTS_COUNT] = {"",
                                                     "nobody counts",
                                                     "books that lie",
                                                     "long terms",
                                                     "lifts unheard",
                                                     "no case is asked for",
                                                     "frozen twice",
                                                     "long freezes",
                                                     "paid again"};
    (void)state;
    for (enum mutant mutant = MUTANT_NONE + 1; mutant < MUTANTS_COUNT; mutant++) {
        struct tally ignored = {0};
        const char *what = "";
        for (uint64_t seed = 1; what[0] == '\0' && seed <= 5; seed++)
            what = live(seed, mutant, sized("TURNS", 150), &ignored);
        print_message("%s: %s\n", NAMES[mutant], what);
        if (what[0] == '\0')
            fail_msg("nobody noticed: %s", NAMES[mutant]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_fails_makes_a_third_stop_or_a_wrong_or_an_endless_one),
        cmocka_unit_test(a_house_that_is_broken_on_purpose_is_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
