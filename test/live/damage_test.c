/* damage_test.c -- a data directory that somebody or something tampered with.
 *
 * A service closed as it should be, its journal in several segments and three snapshots beside it.
 * Then every bit of every file is flipped, every two sectors of a file change places, every file is
 * cut at every length, sectors are zeroed, an older sector comes back, files vanish:
 *
 * 1. Reading everything finds it, and names the file.
 * 2. A start refuses, and names the file; or ends in the state of an undamaged start, and names the
 *    snapshot that it passed over.  Never anything else, and nothing is deleted.
 *
 * In the environment: LIVE_ENTRIES (7,000 are about 256 KiB of journal and snapshots), LIVE_BITS:
 * every so-many-th bit and byte, LIVE_STARTS: for every so-many-th damage a start, too. */
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
    ENTRIES = 400,
    BITS_STEP = 17,
    STARTS_STEP = 97,
    FILES = 64,
    FILE_BYTES = 1 << 20,
    ARENA = 1 << 30,
    SECTOR = 512,
    SEED = 8,
};

static struct arena *arena, *scratch;
static struct volume_sim *sim;
static const struct rule_set *set;
static struct volume_name *names;
static size_t names_count;
static unsigned char *golden[FILES]; /* the files' bytes as they were */
static size_t golden_size[FILES];
static struct digest golden_state;
static uint64_t golden_next;
static uint64_t bits_step, starts_step, damages, starts, refusals;
static unsigned char *piece;

static uint64_t number_of(const char *name, uint64_t usual)
{
    const char *said = getenv(name);
    return said == NULL ? usual : strtoull(said, NULL, 10);
}

static struct play play_of(void)
{
    return (struct play){
        .sim = sim, .set = set, .seed = SEED, .threads = 1, .segment_size_max = 20000};
}

static void golden_make(uint64_t entries)
{
    struct journal_finding found;
    struct play play = play_of();
    size_t size = 0;
    play_init(&play);
    assert_int_equal(play_open(&play, &found), STATUS_OK);
    for (unsigned part = 1; part <= 4; part++) {
        assert_true(play_on(&play, entries * part / 4, 0));
        assert_int_equal(live_snapshot(play.live), STATUS_OK);
        live_turn(play.live);
    }
    golden_state = play_state(&play);
    golden_next = play_next(&play);
    assert_int_equal(play_close(&play), STATUS_OK);
    play_release(&play);
    struct volume volume = volume_sim_volume(sim);
    assert_int_equal(volume.list(volume.self, arena, &names, &names_count), STATUS_OK);
    for (size_t f = 0; f < names_count; f++) {
        const unsigned char *bytes = volume_sim_bytes(sim, names[f].text, &golden_size[f]);
        assert_int_equal(ARENA_NEW(arena, golden_size[f], &golden[f]), STATUS_OK);
        memcpy(golden[f], bytes, golden_size[f]);
        size += golden_size[f];
    }
    (void)fprintf(stderr, "%zu files, %zu bytes\n", names_count, size);
}

static int setup(void **state)
{
    (void)state;
    bits_step = number_of("LIVE_BITS", BITS_STEP);
    starts_step = number_of("LIVE_STARTS", STARTS_STEP);
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    assert_int_equal(arena_create(&scratch, ARENA), STATUS_OK);
    assert_int_equal(ARENA_NEW(arena, SNAPSHOT_PIECE, &piece), STATUS_OK);
    assert_int_equal(volume_sim_create_of(&sim, 1, FILES, FILE_BYTES, arena), STATUS_OK);
    set = stream_rule_set(STREAM_RULES, arena);
    golden_make(number_of("LIVE_ENTRIES", ENTRIES));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)fprintf(stderr, "%llu damages, %llu starts, %llu refused\n", (unsigned long long)damages,
                  (unsigned long long)starts, (unsigned long long)refusals);
    arena_destroy(scratch);
    arena_destroy(arena);
    return 0;
}

static bool is_snapshot(const char *name)
{
    return strncmp(name, "snapshot-", 9) == 0;
}

/* Reading everything, as `cutline journal verify` does. */
static enum status verify(const char *name, struct journal_finding *found)
{
    uint64_t count;
    struct snapshot said = {.position = 0};
    arena_reset(scratch);
    if (is_snapshot(name))
        return snapshot_verify(volume_sim_volume(sim), name, piece, &said, found);
    return journal_verify(volume_sim_volume(sim), scratch, found, &count);
}

static size_t files_there(void)
{
    struct volume volume = volume_sim_volume(sim);
    struct volume_name *there;
    size_t count;
    arena_reset(scratch);
    assert_int_equal(volume.list(volume.self, scratch, &there, &count), STATUS_OK);
    return count;
}

static void files_restore(void)
{
    volume_sim_reset(sim, 1);
    struct volume volume = volume_sim_volume(sim);
    for (size_t f = 0; f < names_count; f++) {
        struct volume_file file;
        assert_int_equal(volume.open(volume.self, names[f].text, true, &file), STATUS_OK);
        assert_int_equal(volume.write(volume.self, file, 0, golden[f], golden_size[f]), STATUS_OK);
        assert_int_equal(volume.sync(volume.self, file), STATUS_OK);
    }
    assert_int_equal(volume.sync_names(volume.self), STATUS_OK);
}

/* A start with the damage in place; the files are restored. */
static void start(const char *name)
{
    struct journal_finding found, passed;
    struct play play = play_of();
    size_t there = files_there();
    play_init(&play);
    enum status status = play_open(&play, &found);
    starts++;
    if (status == STATUS_OK) {
        struct digest state = play_state(&play);
        assert_true(play_next(&play) == golden_next);
        assert_memory_equal(state.bytes, golden_state.bytes, DIGEST_SIZE);
        if (live_snapshot_damaged(play.live, &passed))
            assert_string_equal(passed.file, name);
    } else {
        refusals++;
        assert_int_equal(status, STATUS_MALFORMED);
        assert_non_null(found.what);
        assert_true(found.file[0] != 0);
    }
    assert_true(files_there() >= there);
    play_die(&play);
    play_release(&play);
    files_restore();
}

static void damage_is_named(size_t f)
{
    struct journal_finding found = {.what = NULL};
    assert_int_equal(verify(names[f].text, &found), STATUS_MALFORMED);
    assert_non_null(found.what);
    assert_string_equal(found.file, names[f].text);
    if (damages++ % starts_step == 0)
        start(names[f].text);
}

static void every_bit_that_flipped_is_noticed(void **state)
{
    (void)state;
    for (size_t f = 0; f < names_count; f++) {
        for (size_t bit = f; bit < golden_size[f] * 8; bit += bits_step) {
            size_t size;
            unsigned char *bytes = volume_sim_bytes(sim, names[f].text, &size);
            bytes[bit / 8] ^= (unsigned char)(1u << (bit % 8));
            damage_is_named(f);
            bytes = volume_sim_bytes(sim, names[f].text, &size);
            bytes[bit / 8] = golden[f][bit / 8];
        }
    }
}

static void every_two_sectors_that_changed_places_are_noticed(void **state)
{
    (void)state;
    uint64_t step = bits_step > 1 ? 3 : 1;
    for (size_t f = 0; f < names_count; f++) {
        for (size_t a = 0; a + SECTOR <= golden_size[f]; a += SECTOR * step) {
            for (size_t b = a + SECTOR; b + SECTOR <= golden_size[f]; b += SECTOR * step) {
                size_t size;
                unsigned char *bytes = volume_sim_bytes(sim, names[f].text, &size);
                if (memcmp(golden[f] + a, golden[f] + b, SECTOR) == 0)
                    continue;
                memcpy(bytes + a, golden[f] + b, SECTOR);
                memcpy(bytes + b, golden[f] + a, SECTOR);
                damage_is_named(f);
                bytes = volume_sim_bytes(sim, names[f].text, &size);
                memcpy(bytes, golden[f], size);
            }
        }
    }
}

static void a_sector_of_zeros_or_of_before_is_noticed(void **state)
{
    (void)state;
    static const unsigned char ZEROS[SECTOR];
    for (size_t f = 0; f < names_count; f++) {
        for (size_t a = 0; a + SECTOR <= golden_size[f]; a += SECTOR) {
            size_t size;
            unsigned char *bytes = volume_sim_bytes(sim, names[f].text, &size);
            memcpy(bytes + a, ZEROS, SECTOR);
            damage_is_named(f);
            bytes = volume_sim_bytes(sim, names[f].text, &size);
            memcpy(bytes, golden[f], size);
            if (a < SECTOR)
                continue;
            memcpy(bytes + a, golden[f] + a - SECTOR, SECTOR); /* of the sector before */
            damage_is_named(f);
            bytes = volume_sim_bytes(sim, names[f].text, &size);
            memcpy(bytes, golden[f], size);
        }
    }
}

/* A journal cut between two frames is whole to look at: its last segment may have ended there.  A
 * start knows better, because a snapshot is ahead of it. */
static void every_cut_is_noticed(void **state)
{
    (void)state;
    uint64_t between = 0;
    for (size_t f = 0; f < names_count; f++) {
        for (size_t cut = 0; cut<golden_size[f]; cut += bits_step> 1 ? 7 : 1) {
            struct journal_finding found = {.what = NULL};
            volume_sim_truncate(sim, names[f].text, cut);
            enum status status = verify(names[f].text, &found);
            bool looks_whole = status == STATUS_OK;
            assert_true(looks_whole || (status == STATUS_MALFORMED && found.what != NULL));
            between += looks_whole;
            if (looks_whole || damages % starts_step == 0)
                start(names[f].text);
            damages++;
            files_restore();
        }
    }
    (void)fprintf(stderr, "%llu cuts between frames\n", (unsigned long long)between);
}

static void every_file_that_vanished_is_noticed(void **state)
{
    (void)state;
    struct volume volume = volume_sim_volume(sim);
    for (size_t f = 0; f < names_count; f++) {
        assert_int_equal(volume.remove(volume.self, names[f].text), STATUS_OK);
        start(names[f].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_that_flipped_is_noticed),
        cmocka_unit_test(every_two_sectors_that_changed_places_are_noticed),
        cmocka_unit_test(a_sector_of_zeros_or_of_before_is_noticed),
        cmocka_unit_test(every_cut_is_noticed),
        cmocka_unit_test(every_file_that_vanished_is_noticed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
