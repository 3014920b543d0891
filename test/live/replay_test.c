/* replay_test.c -- a life with snapshots and deaths at random places is one uninterrupted life.
 *
 * For many seeds: the same entries with restarts, kills and power cuts between offers, snapshots
 * between any two, and another number of threads in each life, end in the same state byte for byte,
 * and in the same alerts.  LIVE_SEEDS in the environment says how many seeds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test/live/play.h"

#include "ground/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ENTRIES = 1500, SEEDS = 25, FILES = 64, FILE_BYTES = 1 << 19, ARENA = 1 << 30 };

static struct arena *arena;
static uint64_t from_snapshot, from_behind; /* lives that began so, and not at its very end */
static struct volume_sim *sim;
static const struct rule_set *set;

static int setup(void **state)
{
    (void)state;
    if (arena_create(&arena, ARENA) != STATUS_OK ||
        volume_sim_create_of(&sim, 1, FILES, FILE_BYTES, arena) != STATUS_OK)
        return 1;
    set = stream_rule_set(STREAM_RULES, arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static struct play play_of(uint64_t seed)
{
    struct play play = {
        .sim = sim, .set = set, .seed = seed, .threads = 1, .segment_size_max = 9000};
    play_init(&play);
    volume_sim_reset(sim, seed);
    return play;
}

static void life_ends(struct play *play, struct chance *chance)
{
    switch (chance_below(chance, 3)) {
    case 0:
        assert_int_equal(play_close(play), STATUS_OK);
        play->committed = play->tally.count;
        break;
    case 1:
        play_die(play);
        break;
    default:
        play_die(play);
        volume_sim_crash(sim);
        break;
    }
}

static void lives_equal_one_life(uint64_t seed)
{
    struct journal_finding found;
    struct play one = play_of(seed);
    assert_int_equal(play_open(&one, &found), STATUS_OK);
    assert_true(play_on(&one, ENTRIES, 0));
    struct digest state = play_state(&one);
    assert_true(one.tally.count > 10);
    play_die(&one);
    tally_settle(&one.tally);

    struct play many = play_of(seed);
    struct chance chance = chance_seeded(seed * 31 + 5);
    many.commit_every = 1 + (unsigned)chance_below(&chance, 4);
    struct live_counts counts;
    uint64_t until = 0;
    while (until < ENTRIES) {
        until += 1 + chance_below(&chance, ENTRIES / 5);
        until = until > ENTRIES ? ENTRIES : until;
        many.threads = 1 + (unsigned)chance_below(&chance, 2);
        assert_int_equal(play_open(&many, &found), STATUS_OK);
        assert_true(play_next(&many) > many.acknowledged);
        live_count(many.live, &counts);
        from_snapshot += counts.snapshot_position > 0;
        from_behind += counts.snapshot_position > 0 && counts.snapshot_position < counts.next;
        assert_true(play_on(&many, until, 4 + (unsigned)chance_below(&chance, 30)));
        if (until < ENTRIES)
            life_ends(&many, &chance);
    }
    struct digest again = play_state(&many);
    assert_memory_equal(state.bytes, again.bytes, DIGEST_SIZE);
    tally_settle(&many.tally);
    assert_true(tally_equal(&one.tally, &many.tally));
    play_die(&many);
    play_release(&many);
    play_release(&one);
}

static void lives_with_snapshots_are_one_life(void **state)
{
    (void)state;
    const char *said = getenv("LIVE_SEEDS");
    uint64_t seeds = said == NULL ? SEEDS : strtoull(said, NULL, 10);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        (void)fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
        lives_equal_one_life(seed);
    }
    (void)fprintf(stderr, "%llu lives began from a snapshot, %llu of them with a tail\n",
                  (unsigned long long)from_snapshot, (unsigned long long)from_behind);
    assert_true(from_behind > seeds);
    assert_true(from_snapshot > from_behind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lives_with_snapshots_are_one_life),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
