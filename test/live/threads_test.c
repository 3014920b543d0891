/* threads_test.c -- many at once offer, ask and count; clean under TSan.
 *
 * 1. Every offer is answered once; the numbers of all offers are a row without gaps.
 * 2. What is refused is not taken, and nothing waits longer than its turn.
 * 3. After a restart everything that was acknowledged is there, in the same places, and the alerts
 *    are those of a run by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live.h"
#include "test/live/stream.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    THREADS = 8,
    OFFERS = 60,
    OFFER_RECORDS_MAX = 12,
    ARENA = 1 << 30,
    LINES = 1 << 18,
    FRAME = 1 << 20
};

struct house {
    struct arena *boot, *image, *alerts;
    struct tally tally;
    struct live *live;
    struct live_options options;
    char path[2][64];
    _Atomic uint64_t reached;
    _Atomic unsigned failures;
};

static void reached(void *self, uint64_t position)
{
    struct house *house = self;
    must(position > atomic_load(&house->reached));
    atomic_store(&house->reached, position);
}

static void failed(void *self, enum live_failure failure, enum status status)
{
    struct house *house = self;
    (void)status;
    must(failure == LIVE_FAILURE_JOURNAL);
    atomic_fetch_add(&house->failures, 1);
}

static void house_open(struct house *house)
{
    struct journal_finding found;
    atomic_store(&house->reached, 0);
    assert_int_equal(arena_create(&house->boot, ARENA), STATUS_OK);
    assert_int_equal(arena_create(&house->alerts, ARENA), STATUS_OK);
    tally_init(&house->tally, LINES, house->alerts);
    struct live_options *options = &house->options;
    options->pipeline.alerts = tally_sink(&house->tally);
    assert_int_equal(volume_of_directory(&options->journal, house->path[0], house->boot),
                     STATUS_OK);
    assert_int_equal(volume_of_directory(&options->snapshots, house->path[1], house->boot),
                     STATUS_OK);
    assert_int_equal(live_open(&house->live, options, house->boot, NULL, NULL, &found), STATUS_OK);
}

static void house_shut(struct house *house)
{
    volume_close(&house->options.journal);
    volume_close(&house->options.snapshots);
    arena_destroy(house->alerts);
    arena_destroy(house->boot);
}

static int setup(void **state)
{
    static struct house house;
    char folder[] = "/tmp/cutline-live-XXXXXX";
    if (mkdtemp(folder) == NULL || arena_create(&house.image, ARENA) != STATUS_OK)
        return 1;
    house.failures = 0;
    (void)snprintf(house.path[0], sizeof house.path[0], "%s/journal", folder);
    (void)snprintf(house.path[1], sizeof house.path[1], "%s/snapshot", folder);
    house.options = (struct live_options){
        .segment_size_max = 1 << 16,
        .frame_size_max = FRAME,
        .commit_wait_us = 300,
        .commit_bytes_max = 1 << 14,
        .heartbeat_every_ms = 5,
        .queue_bytes_max = 2 * FRAME,
        .clock = clock_of_machine(),
        .pipeline = {.set = stream_rule_set(STREAM_RULES, house.image),
                     .threads = 1,
                     .zone_minutes = 480,
                     .memory_max = 256 << 20},
        .listener = {.reached = reached, .self = &house},
        .failed = failed,
        .failed_self = &house,
    };
    *state = &house;
    return 0;
}

static int teardown(void **state)
{
    struct house *house = *state;
    char command[200];
    arena_destroy(house->image);
    *strrchr(house->path[0], '/') = 0;
    (void)snprintf(command, sizeof command, "rm -r '%s'", house->path[0]);
    return system(command);
}

/* ---- somebody who offers ---- */

struct letter {
    struct offer offer;
    struct slice entry[OFFER_RECORDS_MAX];
    _Atomic int answers;
    enum status status;
    uint64_t first;
};

struct sender {
    struct house *house;
    uint64_t seed;
    struct arena *arena;
    struct letter letter[OFFERS];
    uint64_t refused, questions;
    pthread_t thread;
};

static void letter_done(struct offer *offer, enum status status, uint64_t first)
{
    struct letter *letter = (struct letter *)offer;
    letter->status = status;
    letter->first = first;
    atomic_fetch_add(&letter->answers, 1);
}

struct asked {
    struct question question;
    struct engine_counts counts;
    _Atomic bool answered;
};

static void ask(struct question *question, struct pipeline *pipeline)
{
    struct asked *asked = (struct asked *)question;
    engine_count(pipeline->engine, &asked->counts);
    atomic_store(&asked->answered, true);
}

static void question_ask(struct sender *sender)
{
    struct asked asked = {.question = {.ask = ask}};
    if (live_ask(sender->house->live, &asked.question) != STATUS_OK)
        return;
    while (!atomic_load(&asked.answered))
        (void)usleep(50);
    sender->questions++;
}

static void letter_write(struct sender *sender, struct letter *letter, size_t count, uint64_t n)
{
    letter->offer = (struct offer){
        .entry = letter->entry, .count = count, .done = letter_done, .patient = n % 5 == 3};
    for (size_t k = 0; k < count; k++) {
        struct record record = stream_record(sender->seed, n + k, sender->arena);
        must(entry_of_record(&record, sender->arena, &letter->entry[k]) == STATUS_OK);
    }
}

static void *send_all(void *argument)
{
    struct sender *sender = argument;
    uint64_t n = 0;
    for (unsigned i = 0; i < OFFERS; i++) {
        struct letter *letter = &sender->letter[i];
        letter_write(sender, letter, 1 + (i * 7 + sender->seed) % OFFER_RECORDS_MAX, n);
        n += letter->offer.count;
        while (live_offer(sender->house->live, &letter->offer) != STATUS_OK) {
            sender->refused++;
            (void)usleep(100);
        }
        if (i % 8 == 3)
            question_ask(sender);
        if (i % 16 == 7 && sender->seed == 1) /* or one is being made */
            (void)!(live_snapshot(sender->house->live) == STATUS_OK);
        if (i % 16 == 5) {
            struct live_counts counts;
            live_count(sender->house->live, &counts);
            must(counts.thought <= counts.synced);
            must(counts.synced <= counts.next);
        }
    }
    return NULL;
}

static void senders_run(struct house *house, struct sender *sender)
{
    for (unsigned i = 0; i < THREADS; i++) {
        sender[i] = (struct sender){.house = house, .seed = i + 1};
        assert_int_equal(arena_create(&sender[i].arena, ARENA), STATUS_OK);
        assert_int_equal(pthread_create(&sender[i].thread, NULL, send_all, &sender[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(sender[i].thread, NULL);
}

static void senders_release(struct sender *sender)
{
    for (unsigned i = 0; i < THREADS; i++)
        arena_destroy(sender[i].arena);
}

/* ---- what must hold ---- */

/* Every entry of every acknowledged offer stands in the journal where it was said to. */
static void assert_kept(struct house *house, const struct sender *sender)
{
    struct arena *arena;
    struct journal_finding found;
    struct journal_reader *reader;
    uint64_t sequence = 0, entries = 0, offered = 0;
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    struct slice *stands, bytes;
    assert_int_equal(ARENA_NEW(arena, 1 << 20, &stands), STATUS_OK);
    assert_int_equal(journal_reader_open(&reader, house->options.journal, 1, arena, &found),
                     STATUS_OK);
    while (journal_read(reader, &sequence, &bytes) == STATUS_OK) {
        assert_true(sequence == ++entries);
        assert_int_equal(slice_copy(arena, bytes, &stands[sequence]), STATUS_OK);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        for (unsigned k = 0; k < OFFERS; k++) {
            const struct letter *letter = &sender[i].letter[k];
            assert_int_equal(letter->answers, 1);
            assert_int_equal(letter->status, STATUS_OK);
            for (size_t e = 0; e < letter->offer.count; e++)
                assert_true(slice_equal(letter->entry[e], stands[letter->first + e]));
            offered += letter->offer.count;
        }
    }
    assert_true(entries > offered); /* and heartbeats */
    journal_reader_close(reader);
    arena_destroy(arena);
}

/* Thinking everything through again makes the same alerts, in the same order. */
static void assert_made_again(struct house *house, const struct tally *before)
{
    struct volume_name *names;
    size_t count;
    struct volume volume;
    struct arena *arena;
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    assert_int_equal(volume_of_directory(&volume, house->path[1], arena), STATUS_OK);
    assert_int_equal(volume.list(volume.self, arena, &names, &count), STATUS_OK);
    assert_in_range(count, 1, 4);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(volume.remove(volume.self, names[i].text), STATUS_OK);
    volume_close(&volume);
    arena_destroy(arena);
    house_open(house);
    assert_int_equal(live_close(house->live), STATUS_OK);
    assert_true(tally_equal(before, &house->tally));
    house_shut(house);
}

static void everybody_is_answered_once_and_nothing_is_lost(void **state)
{
    static struct sender sender[THREADS];
    static struct tally before;
    struct house *house = *state;
    struct live_counts counts;
    struct arena *kept;
    house_open(house);
    senders_run(house, sender);
    assert_int_equal(live_close(house->live), STATUS_OK);
    assert_kept(house, sender);
    assert_true(house->tally.count > 20);
    assert_int_equal(arena_create(&kept, ARENA), STATUS_OK);
    tally_init(&before, LINES, kept);
    for (size_t i = 0; i < house->tally.count; i++)
        assert_int_equal(slice_copy(kept, house->tally.line[i], &before.line[before.count++]),
                         STATUS_OK);
    uint64_t seen = atomic_load(&house->reached);
    house_shut(house);

    house->options.heartbeat_every_ms = 0;
    house_open(house);
    live_count(house->live, &counts);
    assert_true(counts.thought == seen);
    assert_true(counts.next == seen);
    assert_true(counts.snapshot_position == seen);
    assert_true(counts.queue_bytes == 0);
    assert_int_equal(live_close(house->live), STATUS_OK);
    assert_true(house->tally.count == 0); /* the snapshot has it all */
    house_shut(house);
    assert_made_again(house, &before);
    arena_destroy(kept);
    senders_release(sender);
}

static void a_full_queue_refuses_and_loses_nothing(void **state)
{
    static struct sender sender[THREADS];
    struct house *house = *state;
    uint64_t refused = 0;
    house->options.frame_size_max = 1 << 12;
    house->options.queue_bytes_max = 5 << 10;
    house_open(house);
    senders_run(house, sender);
    assert_int_equal(live_close(house->live), STATUS_OK);
    assert_kept(house, sender);
    for (unsigned i = 0; i < THREADS; i++)
        refused += sender[i].refused;
    assert_true(refused > 0);
    house_shut(house);
    senders_release(sender);
}

static enum status no_sync(void *self, struct volume_file file)
{
    (void)self;
    (void)file;
    return STATUS_IO;
}

static void a_failed_sync_is_told_and_nobody_hears_ok(void **state)
{
    static struct letter letter[2];
    struct house *house = *state;
    struct slice entry;
    house_open(house);
    assert_int_equal(live_close(house->live), STATUS_OK);
    struct journal_finding found;
    house->options.journal.sync = no_sync;
    house->options.heartbeat_every_ms = 0;
    atomic_store(&house->reached, 0);
    assert_int_equal(live_open(&house->live, &house->options, house->boot, NULL, NULL, &found),
                     STATUS_OK);
    assert_int_equal(entry_of_heartbeat((moment){1}, house->boot, &entry), STATUS_OK);
    letter[0].offer = (struct offer){.entry = &entry, .count = 1, .done = letter_done};
    assert_int_equal(live_offer(house->live, &letter[0].offer), STATUS_OK);
    while (atomic_load(&letter[0].answers) == 0)
        (void)usleep(100);
    assert_int_equal(letter[0].status, STATUS_IO);
    assert_int_equal(atomic_load(&house->failures), 1);
    letter[1].offer = letter[0].offer;
    assert_int_equal(live_offer(house->live, &letter[1].offer), STATUS_FULL);
    assert_int_equal(live_close(house->live), STATUS_IO);
    house_shut(house);
}

static void what_cannot_ever_fit_is_refused(void **state)
{
    static char large[FRAME];
    static struct letter letter;
    struct house *house = *state;
    struct slice entry = {large, sizeof large};
    house_open(house);
    letter.offer = (struct offer){.entry = &entry, .count = 1, .done = letter_done};
    assert_int_equal(live_offer(house->live, &letter.offer), STATUS_REFUSED);
    assert_int_equal(live_close(house->live), STATUS_OK);
    house_shut(house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everybody_is_answered_once_and_nothing_is_lost, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_full_queue_refuses_and_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_sync_is_told_and_nobody_hears_ok, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_ever_fit_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
