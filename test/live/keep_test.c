/* keep_test.c -- what is kept, what is let go of, and when detection stands still. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test/live/play.h"

#include "live/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FILES = 200, FILE_BYTES = 1 << 19, ARENA = 1 << 30, SEGMENT = 4000, RETENTION_MS = 20000 };

static struct arena *arena;
static struct volume_sim *sim;
static const struct rule_set *set;

static int setup(void **state)
{
    (void)state;
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    assert_int_equal(volume_sim_create_of(&sim, 1, FILES, FILE_BYTES, arena), STATUS_OK);
    set = stream_rule_set(STREAM_RULES, arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static struct play play_of(void)
{
    volume_sim_reset(sim, 1);
    return (struct play){
        .sim = sim, .set = set, .seed = 3, .threads = 1, .segment_size_max = SEGMENT};
}

static struct live_counts counts_of(struct play *play)
{
    struct live_counts counts;
    live_count(play->live, &counts);
    return counts;
}

static void snapshot_make(struct play *play)
{
    assert_int_equal(live_snapshot(play->live), STATUS_OK);
    live_turn(play->live);
}

/* Positions of the snapshots, newest first. */
static size_t snapshots(uint64_t position[FILES])
{
    struct snapshot_name *names;
    size_t count;
    assert_int_equal(snapshots_list(volume_sim_volume(sim), arena, &names, &count), STATUS_OK);
    for (size_t i = 0; i < count; i++)
        position[i] = names[i].position;
    return count;
}

static size_t segments(uint64_t **first)
{
    size_t count;
    assert_int_equal(journal_segments(volume_sim_volume(sim), arena, first, &count), STATUS_OK);
    return count;
}

static void at_most_three_snapshots_are_kept(void **state)
{
    (void)state;
    struct journal_finding found;
    uint64_t position[FILES];
    uint64_t *first;
    struct play play = play_of();
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    for (uint64_t i = 1; i <= 8; i++) {
        assert_true(play_on(&play, 50 * i, 0));
        snapshot_make(&play);
        assert_int_equal(snapshots(position), i < 3 ? i : 3);
        assert_true(position[0] == play_next(&play));
    }
    snapshot_make(&play); /* no news, no snapshot */
    assert_true(counts_of(&play).snapshots == 8);
    assert_true(segments(&first) > 3);
    assert_true(first[0] == 1); /* without a retention everything stays */
    play_die(&play);
    play_release(&play);
}

static void old_segments_go_but_never_what_a_snapshot_needs(void **state)
{
    (void)state;
    struct journal_finding found;
    uint64_t position[FILES];
    uint64_t *first;
    struct play play = play_of();
    play.heartbeat_every_ms = 1000;
    play.retention_ms = RETENTION_MS;
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    for (unsigned i = 0; i < 40; i++, play.now_ms += 1000) {
        assert_true(play_on(&play, play_next(&play) + 20, 0));
        if (i == 15) {
            snapshot_make(&play);
            live_turn(play.live);
            assert_true(segments(&first) > 3);
            assert_true(first[0] == 1); /* not old enough */
        }
    }
    snapshot_make(&play);
    live_turn(play.live);
    size_t kept = snapshots(position);
    size_t left = segments(&first);
    assert_in_range(first[0], 2, position[kept - 1]); /* some went; the oldest snapshot's did not */
    assert_true(left > 3);
    struct digest before = play_state(&play);
    play_die(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    struct digest after = play_state(&play);
    assert_memory_equal(before.bytes, after.bytes, DIGEST_SIZE);
    play_die(&play);
    /* Without any snapshot there is no beginning any more. */
    struct volume volume = volume_sim_volume(sim);
    for (size_t i = 0; i < kept; i++) {
        char name[VOLUME_NAME_MAX];
        snapshot_name(name, position[i]);
        assert_int_equal(volume.remove(volume.self, name), STATUS_OK);
    }
    assert_int_equal(play_open(&play, &found), STATUS_MALFORMED);
    assert_non_null(found.what);
    play_release(&play);
}

static void what_somebody_needs_of_the_journal_stays(void **state)
{
    (void)state;
    struct journal_finding found;
    uint64_t *first;
    struct play play = play_of();
    play.heartbeat_every_ms = 1000;
    play.retention_ms = RETENTION_MS;
    play.needed = 1;
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    for (unsigned i = 0; i < 40; i++, play.now_ms += 1000)
        assert_true(play_on(&play, play_next(&play) + 20, 0));
    snapshot_make(&play);
    live_turn(play.live);
    assert_true(segments(&first) > 3);
    assert_true(first[0] == 1); /* old enough, and below every snapshot, but needed */
    uint64_t second = first[1];
    play.needed = second;
    assert_true(play_on(&play, play_next(&play) + 20, 0));
    snapshot_make(&play);
    live_turn(play.live);
    assert_true(segments(&first) > 3);
    assert_true(first[0] == second);
    play_die(&play);
    play_release(&play);
}

static void a_snapshot_waits_for_its_alerts(void **state)
{
    (void)state;
    struct journal_finding found;
    uint64_t position[FILES];
    struct play play = play_of();
    play.keeps_nothing = true;
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    assert_true(play_on(&play, 100, 0));
    snapshot_make(&play);
    assert_int_equal(snapshots(position), 0);
    assert_true(counts_of(&play).snapshots_failed == 1);
    play.keeps_nothing = false;
    assert_true(play_on(&play, 120, 0));
    snapshot_make(&play);
    assert_int_equal(snapshots(position), 1);
    play_die(&play);
    play_release(&play);
}

static void nobody(struct offer *offer, enum status status, uint64_t first)
{
    (void)offer;
    (void)first;
    must(status == STATUS_OK);
}

static void a_full_memory_stands_still_and_loses_nothing(void **state)
{
    (void)state;
    struct journal_finding found;
    struct slice entry;
    struct play play = play_of();
    play.segment_size_max = 1 << 17;
    play_init(&play);
    enum status opened = STATUS_FULL;
    while (opened == STATUS_FULL) { /* the smallest that it can begin with */
        play.memory_max += 1 << 18;
        opened = play_open(&play, &found);
    }
    assert_int_equal(opened, STATUS_OK);
    uint64_t until = 0;
    while (counts_of(&play).stands == STATUS_OK && until < 200000)
        if (!play_on(&play, until += 500, 0))
            break;
    struct live_counts counts = counts_of(&play);
    assert_int_equal(counts.stands, STATUS_FULL);
    assert_false(play.failed);
    assert_true(counts.thought < counts.synced);
    assert_int_equal(entry_of_heartbeat((moment){1}, arena, &entry), STATUS_OK);
    struct offer offer = {.entry = &entry, .count = 1, .done = nobody};
    assert_int_equal(live_offer(play.live, &offer), STATUS_FULL);
    (void)play_state(&play); /* a question is answered */
    snapshot_make(&play);
    assert_true(counts_of(&play).snapshots == 0);
    assert_int_equal(play_close(&play), STATUS_OK);
    play.memory_max = 0;
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    assert_true(play_next(&play) == counts.next);
    assert_true(counts_of(&play).thought == counts.next);
    play_die(&play);
    play_release(&play);
}

enum { SHARING = WRITER_RUN_MAX + 44 };

struct sharer {
    struct offer offer;
    struct slice entry;
    char note[32];
    unsigned heard;
};

static void shared(struct offer *offer, enum status status, uint64_t first)
{
    struct sharer *sharer = (struct sharer *)offer;
    assert_int_equal(status, STATUS_OK);
    assert_true(first == offer->first);
    sharer->heard++;
}

/* Entries that nobody waits for stand in one frame, in their order, and each is told its number; an
 * offer that somebody waits for has a frame of its own between them. */
static void who_does_not_wait_shares_a_frame(void **state)
{
    (void)state;
    static struct sharer sharer[SHARING];
    struct journal_finding found;
    struct play play = play_of();
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    uint64_t frames = counts_of(&play).frames, next = play_next(&play);
    for (unsigned i = 0; i < SHARING; i++) {
        (void)snprintf(sharer[i].note, sizeof sharer[i].note, "T{\"at\":%llu}",
                       (unsigned long long)(next + i)); /* as play.c wants to hear them */
        sharer[i].entry = slice_of(sharer[i].note);
        sharer[i].offer = (struct offer){
            .entry = &sharer[i].entry, .count = 1, .done = shared, .patient = i != 7};
        assert_int_equal(live_offer(play.live, &sharer[i].offer), STATUS_OK);
    }
    live_turn(play.live);
    for (unsigned i = 0; i < SHARING; i++) {
        assert_int_equal(sharer[i].heard, 1);
        assert_true(sharer[i].offer.first == next + i);
    }
    assert_true(play_next(&play) == next + SHARING);
    assert_int_equal(counts_of(&play).frames - frames, 4); /* 7, 1, as many as fit, the rest */
    play_die(&play);
    struct journal_reader *reader;
    assert_int_equal(journal_reader_open(&reader, volume_sim_volume(sim), next, arena, &found),
                     STATUS_OK);
    for (unsigned i = 0; i < SHARING; i++) {
        uint64_t sequence;
        struct slice entry;
        assert_int_equal(journal_read(reader, &sequence, &entry), STATUS_OK);
        assert_true(sequence == next + i);
        assert_true(slice_equal(entry, sharer[i].entry));
    }
    journal_reader_close(reader);
    play_release(&play);
}

/* Records fill the queue up to the part that is not theirs; a decision still finds room, lies on
 * the belt as a place alone, and in the journal as a whole. */
static void a_decision_finds_room_when_records_fill_the_queue(void **state)
{
    (void)state;
    static struct sharer sharer[SHARING];
    static char large[4000];
    struct journal_finding found;
    struct play play = play_of();
    unsigned bulk = 0;
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    uint64_t next = play_next(&play);
    (void)snprintf(large, sizeof large, "D%*s", (int)sizeof large - 2, "{}");
    enum status status = STATUS_OK;
    for (; status == STATUS_OK; bulk++) {
        assert_true(bulk < SHARING);
        sharer[bulk].entry = (struct slice){large, sizeof large - 1};
        sharer[bulk].offer = (struct offer){
            .entry = &sharer[bulk].entry, .count = 1, .done = shared, .bulk = true};
        status = live_offer(play.live, &sharer[bulk].offer);
    }
    assert_int_equal(status, STATUS_FULL);
    assert_false(live_would_take(play.live, sizeof large));
    struct sharer *decision = &sharer[bulk - 1];
    decision->entry = SLICE("D{\"answer\":\"allow\"}");
    decision->offer = (struct offer){
        .entry = &decision->entry, .count = 1, .done = shared, .patient = true};
    assert_int_equal(live_offer(play.live, &decision->offer), STATUS_OK);
    while (counts_of(&play).thought < next + bulk)
        live_turn(play.live);
    assert_int_equal(counts_of(&play).queue_bytes, 0);
    assert_true(live_would_take(play.live, sizeof large));
    assert_int_equal(decision->heard, 1);
    play_die(&play);
    struct journal_reader *reader;
    uint64_t sequence;
    struct slice entry;
    assert_int_equal(journal_reader_open(&reader, volume_sim_volume(sim), next + bulk - 1, arena,
                                         &found),
                     STATUS_OK);
    assert_int_equal(journal_read(reader, &sequence, &entry), STATUS_OK);
    assert_true(slice_equal(entry, decision->entry));
    journal_reader_close(reader);
    play_release(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_most_three_snapshots_are_kept),
        cmocka_unit_test(old_segments_go_but_never_what_a_snapshot_needs),
        cmocka_unit_test(what_somebody_needs_of_the_journal_stays),
        cmocka_unit_test(a_snapshot_waits_for_its_alerts),
        cmocka_unit_test(who_does_not_wait_shares_a_frame),
        cmocka_unit_test(a_decision_finds_room_when_records_fill_the_queue),
        cmocka_unit_test(a_full_memory_stands_still_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
