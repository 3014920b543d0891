/* course_test.c -- power goes at every call to the disk around a change of rules, and again while
 * recovering.
 *
 * What the old rules spoke about they speak about again, and no more; what the new ones remember at
 * the change is what they would have remembered without an interruption.  The reference is a life
 * that nobody disturbed, with its change at the same entry, brought up from the same snapshot.
 *
 * In the environment: LIVE_PATTERNS of damage for each call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test/live/play.h"

#include "ground/chance.h"
#include "live/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ENTRIES = 300,
    CHANGE_AT = 150,
    SNAPSHOT_ODDS = 25,
    FILES = 64,
    FILE_BYTES = 1 << 20,
    RECOVERY_CALLS = 90,
    REFERENCES_MAX = 400,
    ARENA = 1 << 30,
    SEED = 4,
};

/* An undisturbed life whose change lies at `at`, with rules brought up from `base`. */
struct reference {
    uint64_t base, at;
    struct digest state[ENTRIES + 100]; /* by position; zero: no offer ends there */
    struct play play;
};

static struct arena *arena;
static struct volume_sim *sim, *quiet;
static const struct rule_set *old_set, *new_set;
static struct reference *reference[REFERENCES_MAX];
static unsigned references_count;
static uint64_t calls, patterns, in_gap, noted_at_start;

static struct play play_of(struct volume_sim *volume, const struct rule_set *set, unsigned every)
{
    return (struct play){.sim = volume,
                         .set = set,
                         .known = {old_set, new_set},
                         .seed = SEED,
                         .threads = 1,
                         .commit_every = every,
                         .segment_size_max = 6000};
}

static int setup(void **state)
{
    (void)state;
    const char *said = getenv("LIVE_PATTERNS");
    patterns = said == NULL ? 1 : strtoull(said, NULL, 10);
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    assert_int_equal(volume_sim_create_of(&sim, 1, FILES, FILE_BYTES, arena), STATUS_OK);
    assert_int_equal(volume_sim_create_of(&quiet, 1, FILES, FILE_BYTES, arena), STATUS_OK);
    old_set = stream_rule_set(STREAM_RULES, arena);
    new_set = stream_rule_set(STREAM_RULES_CHANGED, arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < references_count; i++)
        play_release(&reference[i]->play);
    arena_destroy(arena);
    return 0;
}

/* ---- what the journal says ---- */

/* The one change that the journal tells of; `at` 0: it tells of none. */
static void change_read(struct volume_sim *of, uint64_t *base, uint64_t *at)
{
    struct arena *scratch;
    struct journal_reader *reader;
    struct journal_finding found;
    struct slice bytes;
    uint64_t sequence;
    *base = *at = 0;
    assert_int_equal(arena_create(&scratch, 3 * JOURNAL_FRAME_BYTES_MAX), STATUS_OK);
    assert_int_equal(journal_reader_open(&reader, volume_sim_volume(of), 1, scratch, &found),
                     STATUS_OK);
    while (journal_read(reader, &sequence, &bytes) == STATUS_OK) {
        struct entry entry;
        assert_int_equal(entry_read(bytes, &entry), STATUS_OK);
        if (entry.type != ENTRY_RULES)
            continue;
        assert_true(*at == 0);
        *at = sequence;
        *base = entry.change.base;
    }
    journal_reader_close(reader);
    arena_destroy(scratch);
}

/* ---- the undisturbed life ---- */

/* A batch ends before a note, so a snapshot may lie in the midst of an offer: one that was asked
 * for before it is made there. */
static void base_make(struct play *play, uint64_t base)
{
    uint64_t next = play_next(play);
    bool within = base % PLAY_NOTE_EVERY == 0 && next < base && base - next < PLAY_NOTE_EVERY;
    if (next != base && !within)
        return;
    assert_int_equal(live_snapshot(play->live), STATUS_OK);
    if (next == base)
        live_turn(play->live);
}

static void reference_play(struct reference *made)
{
    struct journal_finding found;
    struct play *play = &made->play;
    volume_sim_reset(quiet, 1);
    *play = play_of(quiet, made->at == 0 ? new_set : old_set, 1);
    play_init(play);
    assert_int_equal(play_open(play, &found), STATUS_OK);
    while (play_next(play) <= ENTRIES) {
        uint64_t next = play_next(play);
        if (next > 1)
            base_make(play, made->base);
        if (next == made->at) {
            made->state[next] = play_state(play);
            play_change(play, new_set);
            live_turn(play->live);
            live_step(play->live);
            live_turn(play->live);
            live_step(play->live);
            assert_int_equal(play->changed, STATUS_OK);
            assert_true(play_next(play) == next + 1);
        } else {
            assert_true(play_on(play, next, 0));
        }
        made->state[play_next(play)] = play_state(play);
    }
    uint64_t base, at;
    change_read(quiet, &base, &at);
    assert_true(base == made->base && at == made->at);
    play->committed = play->tally.count;
    play_die(play);
    tally_settle(&play->tally);
}

static const struct reference *reference_of(uint64_t base, uint64_t at)
{
    for (unsigned i = 0; i < references_count; i++)
        if (reference[i]->base == base && reference[i]->at == at)
            return reference[i];
    struct reference *made;
    assert_true(references_count < REFERENCES_MAX);
    assert_int_equal(ARENA_NEW(arena, 1, &made), STATUS_OK);
    made->base = base;
    made->at = at;
    reference_play(made);
    reference[references_count++] = made;
    return made;
}

/* ---- the disturbed one ---- */

/* Up to the change, through it, with a snapshot in its midst, and on. */
static void work(struct play *play)
{
    if (!play_on(play, CHANGE_AT / 2, SNAPSHOT_ODDS))
        return;
    (void)!(live_snapshot(play->live) == STATUS_OK);
    if (!play_on(play, CHANGE_AT, SNAPSHOT_ODDS))
        return;
    play_change(play, new_set);
    (void)!(live_snapshot(play->live) == STATUS_OK);
    live_turn(play->live);
    if (play->failed || !play_on(play, play_next(play) + 3, 0))
        return;
    live_step(play->live);
    if (!play_on(play, play_next(play) + 5, 0))
        return;
    live_step(play->live);
    (void)play_on(play, ENTRIES, SNAPSHOT_ODDS);
}

static void assert_is_one_life(struct play *play)
{
    static const struct digest NONE;
    struct digest state = play_state(play);
    uint64_t next = play_next(play);
    uint64_t base, at;
    change_read(sim, &base, &at);
    assert_true(next > play->acknowledged);
    if (next == 1)
        return;
    const struct reference *same = reference_of(base, at);
    assert_memory_not_equal(same->state[next].bytes, NONE.bytes, DIGEST_SIZE);
    assert_memory_equal(state.bytes, same->state[next].bytes, DIGEST_SIZE);
}

static void assert_ends_alike(struct play *play)
{
    uint64_t base, at;
    assert_true(play_on(play, ENTRIES, SNAPSHOT_ODDS));
    change_read(sim, &base, &at);
    const struct reference *same = reference_of(base, at);
    struct digest state = play_state(play);
    assert_memory_equal(state.bytes, same->state[play_next(play)].bytes, DIGEST_SIZE);
    tally_settle(&play->tally);
    assert_true(tally_equal(&same->play.tally, &play->tally));
    noted_at_start += at != 0 && at < CHANGE_AT;
    in_gap += at > CHANGE_AT && base < at;
}

static void life_without_power_at(struct play *play, uint64_t n, uint64_t pattern)
{
    struct journal_finding found;
    struct chance chance = chance_seeded(n * 1000 + pattern);
    volume_sim_stop_at(sim, n);
    if (play_open(play, &found) == STATUS_OK)
        work(play);
    play_die(play);
    volume_sim_crash(sim);
    play->set = new_set; /* they were let in, so every start begins with them */
    for (unsigned again = 0; again < 2; again++) {
        volume_sim_stop_at(sim, 1 + chance_below(&chance, RECOVERY_CALLS));
        if (play_open(play, &found) == STATUS_OK)
            (void)play_on(play, play_next(play) + 2, 2);
        play_die(play);
        volume_sim_crash(sim);
    }
    assert_int_equal(play_open(play, &found), STATUS_OK);
    assert_false(play->failed);
    assert_is_one_life(play);
    assert_ends_alike(play);
    play_die(play);
}

static void calls_count(void)
{
    struct journal_finding found;
    struct play play = play_of(sim, old_set, 3);
    volume_sim_reset(sim, 1);
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    work(&play);
    assert_int_equal(play.changed, STATUS_OK);
    calls = volume_sim_calls(sim);
    play_die(&play);
    play_release(&play);
}

static void power_may_go_at_every_call_around_a_change(void **state)
{
    (void)state;
    calls_count();
    for (uint64_t n = 1; n <= calls; n++) {
        for (uint64_t pattern = 0; pattern < patterns; pattern++) {
            struct play play = play_of(sim, old_set, n % 2 == 0 ? 1 : 3);
            volume_sim_reset(sim, n * 7919 + pattern);
            play_init(&play);
            life_without_power_at(&play, n, pattern);
            play_release(&play);
        }
    }
    (void)fprintf(stderr,
                  "%llu calls, %u different changes, %llu lives recovered through one, %llu noted "
                  "it at a start\n",
                  (unsigned long long)calls, references_count, (unsigned long long)in_gap,
                  (unsigned long long)noted_at_start);
    assert_true(in_gap > 50 && noted_at_start > 50);
}

/* ---- what is not there any more ---- */

/* A life that was killed between the announcement and the change. */
static void announced_and_killed(struct play *play)
{
    struct journal_finding found;
    volume_sim_reset(sim, 5);
    play_init(play);
    assert_int_equal(play_open(play, &found), STATUS_OK);
    assert_true(play_on(play, 40, 0));
    assert_int_equal(live_snapshot(play->live), STATUS_OK);
    assert_true(play_on(play, 100, 0));
    assert_int_equal(live_snapshot(play->live), STATUS_OK);
    assert_true(play_on(play, CHANGE_AT, 0));
    play_change(play, new_set);
    live_turn(play->live);
    assert_true(play_on(play, play_next(play) + 9, 0));
    play_die(play);
    play->set = new_set;
}

static void a_damaged_base_is_made_again_on_the_way(void **state)
{
    (void)state;
    struct journal_finding found;
    struct play play = play_of(sim, old_set, 1);
    char name[VOLUME_NAME_MAX];
    uint64_t base, at;
    size_t size;
    announced_and_killed(&play);
    change_read(sim, &base, &at);
    assert_true(base > 100 && at > base);
    snapshot_name(name, base);
    unsigned char *bytes = volume_sim_bytes(sim, name, &size);
    assert_non_null(bytes);
    bytes[size / 2] ^= 1;
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    assert_is_one_life(&play);
    assert_ends_alike(&play);
    play_die(&play);
    play_release(&play);
}

static void rules_that_nobody_has_are_missed_and_said(void **state)
{
    (void)state;
    struct journal_finding found;
    struct live_counts counts;
    struct play play = play_of(sim, old_set, 1);
    announced_and_killed(&play);
    play.known[0] = new_set;
    play.known[1] = NULL;
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    live_count(play.live, &counts);
    assert_true(counts.rules_lost);
    assert_true(play_on(&play, ENTRIES, 0));
    play_die(&play);
    play_release(&play);
}

static void a_change_under_way_is_finished_before_closing(void **state)
{
    (void)state;
    struct journal_finding found;
    struct play play = play_of(sim, old_set, 1);
    uint64_t base, at;
    volume_sim_reset(sim, 5);
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    assert_true(play_on(&play, CHANGE_AT, 0));
    play_change(&play, new_set); /* announced, and not written yet */
    assert_int_equal(play_close(&play), STATUS_OK);
    assert_int_equal(play.changed, STATUS_OK);
    change_read(sim, &base, &at);
    assert_true(at > CHANGE_AT);
    play.set = new_set;
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    assert_true(play_next(&play) == at + 1);
    assert_is_one_life(&play);
    play_die(&play);
    play_release(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_may_go_at_every_call_around_a_change),
        cmocka_unit_test(a_damaged_base_is_made_again_on_the_way),
        cmocka_unit_test(rules_that_nobody_has_are_missed_and_said),
        cmocka_unit_test(a_change_under_way_is_finished_before_closing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
