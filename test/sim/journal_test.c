/* journal_test.c -- the journal's promises, on a disk that loses power, lies dead, or was tampered
 * with.
 *
 * 1. Power cut at every single call of a workload: what was acknowledged is there, in order, once;
 * nothing after a gap.
 * 2. Every bit flip, every cut and every swap of sectors of a closed journal is noticed, and named.
 * 3. Every call of a workload fails once: no acknowledged entry is lost, no lie. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journal.h"
#include "test/sim/volume_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARENA = 64 << 20, SEGMENT = 4096, FRAME = 16384, ROUNDS_MAX = 10000 };

static struct journal_options options_of(struct volume_sim *sim)
{
    return (struct journal_options){
        .volume = volume_sim_volume(sim), .segment_size_max = SEGMENT, .frame_size_max = FRAME};
}

/* Entry `n` has a content and a length that only its number decides. */
static struct slice entry_of(uint64_t n, char bytes[256])
{
    size_t size = 1 + (size_t)((n * 37) % 200);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)('a' + (int)((n + i) % 26));
    return (struct slice){bytes, size};
}

/* Appends groups of 1..4 entries and syncs after each; returns the number of the last acknowledged
 * one. */
static uint64_t workload(struct journal *journal, unsigned groups, uint64_t acknowledged)
{
    for (unsigned g = 0; g < groups; g++) {
        char bytes[4][256];
        struct slice entries[4];
        uint64_t next = journal_next(journal);
        size_t count = 1 + (size_t)(next % 4);
        uint64_t first = 0;
        for (size_t i = 0; i < count; i++)
            entries[i] = entry_of(next + i, bytes[i]);
        if (journal_append(journal, entries, count, &first) != STATUS_OK)
            break;
        assert_true(first == next);
        if (journal_sync(journal) != STATUS_OK)
            break;
        acknowledged = first + count - 1;
    }
    return acknowledged;
}

/* Reads all and checks each entry; returns the number of the last one. */
static uint64_t read_all(struct volume_sim *sim, enum status *end)
{
    struct arena *arena = NULL;
    struct journal_reader *reader = NULL;
    struct journal_finding found = {0};
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    uint64_t last = 0;
    *end = journal_reader_open(&reader, volume_sim_volume(sim), 1, arena, &found);
    while (*end == STATUS_OK) {
        uint64_t sequence = 0;
        struct slice entry = {0};
        char bytes[256];
        *end = journal_read(reader, &sequence, &entry);
        if (*end != STATUS_OK)
            break;
        assert_true(sequence == last + 1);
        assert_true(slice_equal(entry, entry_of(sequence, bytes)));
        last = sequence;
    }
    journal_reader_close(reader);
    arena_destroy(arena);
    return last;
}

static enum status open_once(struct volume_sim *sim, struct arena *arena, struct journal **out)
{
    struct journal_options options = options_of(sim);
    struct journal_finding found = {0};
    return journal_open(out, &options, arena, &found);
}

/* One life: open, work, maybe die at the n-th call; then power comes back and a second life begins.
 * */
static bool life_with_cut_at(uint64_t n, uint64_t seed, struct arena *arena)
{
    struct volume_sim *sim = NULL;
    struct journal *journal = NULL;
    arena_reset(arena);
    assert_int_equal(volume_sim_create(&sim, seed, arena), STATUS_OK);
    volume_sim_stop_at(sim, n);
    uint64_t acknowledged = 0;
    if (open_once(sim, arena, &journal) == STATUS_OK)
        acknowledged = workload(journal, 60, 0);
    bool died = volume_sim_calls(sim) >= n;
    volume_sim_crash(sim);
    /* Power goes again in the middle of the recovery. */
    volume_sim_stop_at(sim, 1 + seed % 9);
    journal = NULL;
    (void)!(open_once(sim, arena, &journal) == STATUS_OK);
    volume_sim_crash(sim);
    journal = NULL;
    assert_int_equal(open_once(sim, arena, &journal), STATUS_OK);
    assert_true(journal_next(journal) > acknowledged);
    acknowledged = workload(journal, 3, acknowledged);
    enum status end = STATUS_OK;
    assert_true(read_all(sim, &end) >= acknowledged);
    assert_int_equal(end, STATUS_END);
    return died;
}

static void acknowledged_survives_a_cut_at_every_call(void **state)
{
    struct arena *arena = NULL;
    (void)state;
    assert_int_equal(arena_create(&arena, (size_t)1 << 30), STATUS_OK);
    uint64_t n = 1;
    while (n < ROUNDS_MAX && life_with_cut_at(n, n * 7919, arena))
        n++;
    assert_in_range(n, 100, ROUNDS_MAX - 1); /* the workload ended before the cuts did */
    for (uint64_t seed = 1; seed <= 400; seed++)
        (void)life_with_cut_at(1 + seed % n, seed, arena);
    arena_destroy(arena);
}

static void a_failed_call_is_no_lie(void **state)
{
    struct arena *arena = NULL;
    (void)state;
    assert_int_equal(arena_create(&arena, (size_t)1 << 30), STATUS_OK);
    bool failed = true;
    for (uint64_t n = 1; failed; n++) {
        struct volume_sim *sim = NULL;
        struct journal *journal = NULL;
        arena_reset(arena);
        assert_int_equal(volume_sim_create(&sim, n, arena), STATUS_OK);
        volume_sim_fail_at(sim, n);
        uint64_t acknowledged = 0;
        if (open_once(sim, arena, &journal) == STATUS_OK)
            acknowledged = workload(journal, 40, 0);
        failed = volume_sim_calls(sim) >= n;
        volume_sim_crash(sim);
        journal = NULL;
        assert_int_equal(open_once(sim, arena, &journal), STATUS_OK);
        assert_true(journal_next(journal) > acknowledged);
        enum status end = STATUS_OK;
        assert_true(read_all(sim, &end) >= acknowledged);
        assert_true(end == STATUS_END);
    }
    arena_destroy(arena);
}

/* A closed journal of a few segments; the names of its files. */
static struct volume_sim *golden(struct arena *arena, struct volume_name **names, size_t *count,
                                 uint64_t *last)
{
    struct volume_sim *sim = NULL;
    struct journal *journal = NULL;
    assert_int_equal(volume_sim_create(&sim, 1, arena), STATUS_OK);
    assert_int_equal(open_once(sim, arena, &journal), STATUS_OK);
    *last = workload(journal, 24, 0);
    assert_int_equal(journal_close(journal), STATUS_OK);
    struct volume volume = volume_sim_volume(sim);
    assert_int_equal(volume.list(volume.self, arena, names, count), STATUS_OK);
    return sim;
}

/* Damage was noticed: verify or the open named it, or every entry is still there and right. */
static void damage_is_noticed(struct volume_sim *sim, uint64_t last)
{
    struct arena *arena = NULL;
    struct journal_finding found = {0};
    uint64_t count = 0;
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    enum status status = journal_verify(volume_sim_volume(sim), arena, &found, &count);
    if (status == STATUS_OK)
        assert_true(count == last);
    else
        assert_true(found.what != NULL || status == STATUS_ABSENT);
    arena_destroy(arena);
}

static void every_bit_flip_is_noticed(void **state)
{
    struct arena *arena = NULL;
    struct volume_name *names = NULL;
    size_t count = 0;
    uint64_t last = 0;
    (void)state;
    assert_int_equal(arena_create(&arena, (size_t)1 << 30), STATUS_OK);
    struct volume_sim *sim = golden(arena, &names, &count, &last);
    struct arena *scratch = NULL;
    assert_int_equal(arena_create(&scratch, ARENA), STATUS_OK);
    for (size_t f = 0; f < count; f++) {
        size_t size = 0;
        unsigned char *bytes = volume_sim_bytes(sim, names[f].text, &size);
        for (size_t bit = 0; bit < size * 8; bit++) {
            struct journal_finding found = {0};
            uint64_t entries = 0;
            bytes[bit / 8] ^= (unsigned char)(1u << (bit % 8));
            arena_reset(scratch);
            enum status status = journal_verify(volume_sim_volume(sim), scratch, &found, &entries);
            bytes[bit / 8] ^= (unsigned char)(1u << (bit % 8));
            assert_int_equal(status, STATUS_MALFORMED);
            assert_non_null(found.what);
            assert_string_equal(found.file, names[f].text);
        }
    }
    arena_destroy(scratch);
    arena_destroy(arena);
}

static void every_cut_and_swap_is_noticed(void **state)
{
    struct arena *arena = NULL;
    (void)state;
    assert_int_equal(arena_create(&arena, (size_t)1 << 30), STATUS_OK);
    for (size_t cut = 0;; cut += 7) {
        struct volume_name *names = NULL;
        size_t count = 0;
        size_t size = 0;
        uint64_t last = 0;
        arena_reset(arena);
        struct volume_sim *sim = golden(arena, &names, &count, &last);
        unsigned char *bytes = volume_sim_bytes(sim, names[0].text, &size);
        if (cut >= size)
            break;
        volume_sim_truncate(sim, names[0].text, cut);
        damage_is_noticed(sim, last);
        assert_true(cut + 512 > size || bytes != NULL);
    }
    struct volume_name *names = NULL;
    size_t count = 0;
    size_t size = 0;
    uint64_t last = 0;
    arena_reset(arena);
    struct volume_sim *sim = golden(arena, &names, &count, &last);
    unsigned char *bytes = volume_sim_bytes(sim, names[0].text, &size);
    for (size_t a = 0; a + 512 <= size; a += 512) {
        for (size_t b = a + 512; b + 512 <= size; b += 512) {
            unsigned char keep[512];
            memcpy(keep, bytes + a, 512);
            memmove(bytes + a, bytes + b, 512);
            memcpy(bytes + b, keep, 512);
            damage_is_noticed(sim, last);
            memcpy(keep, bytes + a, 512);
            memmove(bytes + a, bytes + b, 512);
            memcpy(bytes + b, keep, 512);
        }
    }
    arena_destroy(arena);
}

static void damage_inside_refuses_and_changes_nothing(void **state)
{
    struct arena *arena = NULL;
    struct volume_name *names = NULL;
    struct journal *journal = NULL;
    struct journal_finding found = {0};
    size_t count = 0;
    size_t size = 0;
    uint64_t last = 0;
    (void)state;
    assert_int_equal(arena_create(&arena, (size_t)1 << 30), STATUS_OK);
    struct volume_sim *sim = golden(arena, &names, &count, &last);
    const char *newest = names[count - 1].text;
    unsigned char *bytes = volume_sim_bytes(sim, newest, &size);
    bytes[64 + 45] ^= 1;
    struct journal_options options = options_of(sim);
    assert_int_equal(journal_open(&journal, &options, arena, &found), STATUS_MALFORMED);
    assert_string_equal(found.file, newest);
    assert_true(found.offset == 64);
    size_t size_after = 0;
    (void)volume_sim_bytes(sim, newest, &size_after);
    assert_true(size_after == size);
    arena_destroy(arena);
}

static void a_torn_tail_is_cut_reported_and_kept(void **state)
{
    struct arena *arena = NULL;
    struct journal *journal = NULL;
    struct volume_sim *sim = NULL;
    struct journal_finding found = {0};
    (void)state;
    assert_int_equal(arena_create(&arena, (size_t)1 << 30), STATUS_OK);
    assert_int_equal(volume_sim_create(&sim, 3, arena), STATUS_OK);
    assert_int_equal(open_once(sim, arena, &journal), STATUS_OK);
    uint64_t last = workload(journal, 5, 0);
    char name[VOLUME_NAME_MAX] = "journal-00000000000000000001.seg";
    size_t size = 0;
    (void)volume_sim_bytes(sim, name, &size);
    volume_sim_truncate(sim, name, size - 3);
    struct journal_options options = options_of(sim);
    assert_int_equal(journal_open(&journal, &options, arena, &found), STATUS_OK);
    assert_true(found.torn_bytes > 0);
    size_t kept = 0;
    assert_non_null(volume_sim_bytes(sim, found.torn_file, &kept));
    assert_true((int64_t)kept == found.torn_bytes);
    assert_true(journal_next(journal) <= last);
    arena_destroy(arena);
}

static void retention_removes_whole_segments_only(void **state)
{
    struct arena *arena = NULL;
    struct journal *journal = NULL;
    struct volume_sim *sim = NULL;
    struct journal_finding found = {0};
    struct journal_reader *reader = NULL;
    (void)state;
    assert_int_equal(arena_create(&arena, (size_t)1 << 30), STATUS_OK);
    assert_int_equal(volume_sim_create(&sim, 4, arena), STATUS_OK);
    assert_int_equal(open_once(sim, arena, &journal), STATUS_OK);
    uint64_t last = workload(journal, 80, 0);
    assert_int_equal(journal_retain(journal, last / 2), STATUS_OK);
    uint64_t first = journal_first(journal);
    assert_in_range(first, 2, last / 2);
    assert_int_equal(journal_reader_open(&reader, volume_sim_volume(sim), 1, arena, &found),
                     STATUS_ABSENT);
    assert_int_equal(journal_reader_open(&reader, volume_sim_volume(sim), last / 2, arena, &found),
                     STATUS_OK);
    uint64_t sequence = 0;
    struct slice entry = {0};
    assert_int_equal(journal_read(reader, &sequence, &entry), STATUS_OK);
    assert_true(sequence == last / 2);
    journal_reader_close(reader);
    arena_destroy(arena);
}

/* Many entries a frame, frames enough for several halvings of each of three segments. */
static uint64_t fill_wide(struct journal *journal)
{
    enum { WIDE = 100, FRAMES = 400 };
    uint64_t last = 0;
    for (unsigned f = 0; f < FRAMES; f++) {
        char bytes[WIDE][256];
        struct slice entries[WIDE];
        for (size_t i = 0; i < WIDE; i++)
            entries[i] = entry_of(journal_next(journal) + i, bytes[i]);
        assert_int_equal(journal_append(journal, entries, WIDE, &last), STATUS_OK);
        last += WIDE - 1;
    }
    assert_int_equal(journal_sync(journal), STATUS_OK);
    return last;
}

static void a_reader_goes_on_wherever_it_is_sent(void **state)
{
    struct arena *arena = NULL;
    struct volume_sim *sim = NULL;
    struct journal *journal = NULL;
    struct journal_reader *reader = NULL;
    struct journal_finding found = {0};
    (void)state;
    assert_int_equal(arena_create(&arena, (size_t)1 << 30), STATUS_OK);
    assert_int_equal(volume_sim_create_of(&sim, 5, 8, 2 << 20, arena), STATUS_OK);
    struct journal_options options = options_of(sim);
    options.segment_size_max = 1500000;
    assert_int_equal(journal_open(&journal, &options, arena, &found), STATUS_OK);
    uint64_t last = fill_wide(journal), state_of_chance = 1;
    assert_int_equal(journal_reader_open(&reader, volume_sim_volume(sim), last, arena, &found),
                     STATUS_OK);
    for (unsigned n = 0; n < 300; n++) {
        uint64_t sequence = 0;
        struct slice entry = {0};
        char bytes[256];
        state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
        uint64_t from = n < 4 ? n + 1 : n < 8 ? last - (n - 4) : 1 + (state_of_chance >> 33) % last;
        assert_int_equal(journal_reader_seek(reader, from), STATUS_OK);
        for (uint64_t next = from; next < from + 150 && next <= last; next++) {
            assert_int_equal(journal_read(reader, &sequence, &entry), STATUS_OK);
            assert_true(sequence == next);
            assert_true(slice_equal(entry, entry_of(sequence, bytes)));
        }
    }
    assert_int_equal(journal_retain(journal, last), STATUS_OK); /* whole segments are gone */
    assert_true(journal_first(journal) > 1);
    assert_int_equal(journal_reader_seek(reader, 1), STATUS_ABSENT);
    assert_int_equal(journal_reader_seek(reader, last), STATUS_OK);
    journal_reader_close(reader);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledged_survives_a_cut_at_every_call),
        cmocka_unit_test(a_failed_call_is_no_lie),
        cmocka_unit_test(every_bit_flip_is_noticed),
        cmocka_unit_test(every_cut_and_swap_is_noticed),
        cmocka_unit_test(damage_inside_refuses_and_changes_nothing),
        cmocka_unit_test(a_torn_tail_is_cut_reported_and_kept),
        cmocka_unit_test(retention_removes_whole_segments_only),
        cmocka_unit_test(a_reader_goes_on_wherever_it_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
