/* power_test.c -- power goes at every single call to the disk, and again while recovering; and
 * every single call fails.
 *
 * For each call n of a workload with snapshots, new segments and a lagging keeper of alerts:
 *
 * 1. What was acknowledged is there, once, and nothing behind a gap.
 * 2. The state is that of an uninterrupted life at that position, byte for byte.
 * 3. The workload goes on to its end, and ends in that life's state and alerts.
 *
 * In the environment: LIVE_ENTRIES of the workload (9,000 are about 10,000 calls), LIVE_PATTERNS of
 * damage for each call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test/live/play.h"

#include "ground/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ENTRIES = 120,
    SNAPSHOT_ODDS = 9,
    ENTRIES_MAX = 20000,
    FILES = 64,
    FILE_BYTES = 1 << 20,
    RECOVERY_CALLS = 60,
    ARENA = 1 << 30,
    SEED = 4,
    SMALL = 1000,
    END_EVERY = 16,
    A_WHILE = 60,
};

static struct arena *arena;
static struct volume_sim *sim;
static const struct rule_set *set;
static uint64_t entries, patterns, calls;
static struct digest *state_at; /* by position; zero: no offer ends there */
static struct play one;         /* the uninterrupted life */

static uint64_t number_of(const char *name, uint64_t usual)
{
    const char *said = getenv(name);
    return said == NULL ? usual : strtoull(said, NULL, 10);
}

static struct play play_of(uint64_t crash_seed)
{
    struct play play = {.sim = sim,
                        .set = set,
                        .seed = SEED,
                        .threads = 1,
                        .commit_every = 3,
                        .segment_size_max = 1500 + 30 * (size_t)entries};
    volume_sim_reset(sim, crash_seed);
    return play;
}

/* The uninterrupted life, and how many calls the workload makes. */
static void references_make(void)
{
    struct journal_finding found;
    one = play_of(1);
    play_init(&one);
    assert_int_equal(play_open(&one, &found), STATUS_OK);
    while (play_next(&one) <= entries) {
        assert_true(play_on(&one, play_next(&one), 0));
        state_at[play_next(&one)] = play_state(&one);
    }
    one.committed = one.tally.count;
    play_die(&one);
    tally_settle(&one.tally);
    struct play again = play_of(1);
    play_init(&again);
    assert_int_equal(play_open(&again, &found), STATUS_OK);
    assert_true(play_on(&again, entries, SNAPSHOT_ODDS));
    calls = volume_sim_calls(sim);
    play_die(&again);
    play_release(&again);
}

static int setup(void **state)
{
    (void)state;
    entries = number_of("LIVE_ENTRIES", ENTRIES);
    patterns = number_of("LIVE_PATTERNS", 1);
    assert_in_range(entries, 1, ENTRIES_MAX);
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    assert_int_equal(volume_sim_create_of(&sim, 1, FILES, FILE_BYTES, arena), STATUS_OK);
    assert_int_equal(ARENA_NEW(arena, ENTRIES_MAX + 100, &state_at), STATUS_OK);
    set = stream_rule_set(STREAM_RULES, arena);
    references_make();
    (void)fprintf(stderr, "%llu entries, %llu calls, %zu alerts\n", (unsigned long long)entries,
                  (unsigned long long)calls, one.tally.count);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    play_release(&one);
    arena_destroy(arena);
    return 0;
}

static void assert_is_prefix(struct play *play)
{
    static const struct digest NONE;
    struct digest state = play_state(play);
    uint64_t next = play_next(play);
    assert_true(next > play->acknowledged);
    if (next == 1)
        return;
    assert_memory_not_equal(state_at[next].bytes, NONE.bytes, DIGEST_SIZE); /* whole offers */
    assert_memory_equal(state.bytes, state_at[next].bytes, DIGEST_SIZE);
}

/* To the workload's end; of a large one only each END_EVERY-th life, the others for a while. */
static void assert_goes_on(struct play *play, uint64_t n)
{
    bool to_end = entries <= SMALL || n % END_EVERY == 0;
    uint64_t until = play_next(play) + A_WHILE;
    until = to_end || until > entries ? entries : until;
    assert_true(play_on(play, until, SNAPSHOT_ODDS));
    struct digest state = play_state(play);
    assert_memory_equal(state.bytes, state_at[play_next(play)].bytes, DIGEST_SIZE);
    if (until < entries)
        return;
    tally_settle(&play->tally);
    assert_true(tally_equal(&one.tally, &play->tally));
}

static uint64_t a_little_more(struct play *play)
{
    uint64_t next = play_next(play) + 2;
    return next < entries ? next : entries;
}

static void life_without_power_at(struct play *play, uint64_t n, uint64_t pattern)
{
    struct journal_finding found;
    struct chance chance = chance_seeded(n * 1000 + pattern);
    volume_sim_stop_at(sim, n);
    if (play_open(play, &found) == STATUS_OK)
        (void)play_on(play, entries, SNAPSHOT_ODDS);
    play_die(play);
    volume_sim_crash(sim);
    for (unsigned again = 0; again < 2; again++) { /* and in the middle of two recoveries */
        volume_sim_stop_at(sim, 1 + chance_below(&chance, RECOVERY_CALLS));
        if (play_open(play, &found) == STATUS_OK)
            (void)play_on(play, a_little_more(play), 2);
        play_die(play);
        volume_sim_crash(sim);
    }
    assert_int_equal(play_open(play, &found), STATUS_OK);
    assert_is_prefix(play);
    assert_goes_on(play, n);
    play_die(play);
}

static void power_may_go_at_every_call(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= calls; n++) {
        for (uint64_t pattern = 0; pattern < patterns; pattern++) {
            struct play play = play_of(n * 7919 + pattern);
            play_init(&play);
            life_without_power_at(&play, n, pattern);
            play_release(&play);
        }
        if (n % 1000 == 0)
            (void)fprintf(stderr, "%llu\n", (unsigned long long)n);
    }
}

/* The call fails, once or from then on; the process ends, and the next one finds everything. */
static void life_with_failure_at(struct play *play, uint64_t n, bool for_ever)
{
    struct journal_finding found;
    if (for_ever)
        volume_sim_stop_at(sim, n);
    else
        volume_sim_fail_at(sim, n);
    enum status status = play_open(play, &found);
    if (status == STATUS_OK)
        (void)play_on(play, entries, SNAPSHOT_ODDS);
    else
        assert_int_equal(status, STATUS_IO); /* nothing is called damage that is not */
    play_die(play);
    if (n % 2 == 0)
        volume_sim_crash(sim);
    volume_sim_start(sim);
    assert_int_equal(play_open(play, &found), STATUS_OK);
    assert_is_prefix(play);
    assert_goes_on(play, n);
    play_die(play);
}

static void every_call_may_fail(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= calls; n++) {
        for (unsigned for_ever = 0; for_ever < 2; for_ever++) {
            struct play play = play_of(n);
            play_init(&play);
            life_with_failure_at(&play, n, for_ever == 1);
            play_release(&play);
        }
        if (n % 1000 == 0)
            (void)fprintf(stderr, "%llu\n", (unsigned long long)n);
    }
}

/* Each take of memory while opening fails once: the opening says so, and the next one is whole. */
static void every_take_of_memory_may_fail(void **state)
{
    (void)state;
    struct journal_finding found;
    struct play play = play_of(1);
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    assert_true(play_on(&play, entries / 2, 5));
    play.committed = play.tally.count;
    play_die(&play);
    enum status status = STATUS_FULL;
    unsigned n = 0;
    while (status == STATUS_FULL) {
        play.boot_fails_at = ++n;
        status = play_open(&play, &found);
    }
    assert_int_equal(status, STATUS_OK);
    assert_in_range(n, 20, 100000);
    assert_is_prefix(&play);
    play.boot_fails_at = 0;
    assert_goes_on(&play, 0);
    play_die(&play);
    play_release(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_may_go_at_every_call),
        cmocka_unit_test(every_call_may_fail),
        cmocka_unit_test(every_take_of_memory_may_fail),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
