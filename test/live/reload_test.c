/* reload_test.c -- other rules come into force, or run in the shadow, while records keep coming.
 *
 * 1. Up to a position the old rules speak, from it on the new ones; no record is heard twice.
 * 2. From there on the new ones find what they would have found had they been there all along.
 * 3. A shadow finds the same from its position on, and nobody hears it but its own sink.
 * 4. A start after the change goes on with the new rules from its snapshot. */
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

enum { ARENA = 1 << 30, LINES = 1 << 16, CHANGE_AT = 4000, SEED = 7 };

/* Findings of one rule set as lines, in the order of their records. */
struct heard {
    const struct rule_set *set;
    struct tally tally;
    uint64_t first, last;
};

struct house {
    struct arena *boot, *image, *scratch, *beside; /* `beside`: the shadow's thread */
    const struct rule_set *old, *new;
    struct heard by_old, by_new;
    struct tally alerts, shadow;
    struct live_options options;
    struct live *live;
    char path[2][64];
    _Atomic uint64_t changed;
    _Atomic int answers;
    _Atomic enum status status; /* of the last that answered; each has a thread of its own */
};

static void heard_take(struct heard *heard, const struct finding *finding)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    uint64_t position = finding->record->position;
    text_addf(&text, "%llu ", (unsigned long long)position);
    text_add(&text, finding->rule->name);
    text_add_char(&text, ' ');
    text_add(&text, finding->subject_text);
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        text_add_char(&text, ' ');
        text_add(&text, finding->evidence[i].value_text);
    }
    struct tally *tally = &heard->tally;
    must(tally->count < tally->room);
    must(slice_copy(tally->arena, text_slice(&text), &tally->line[tally->count++]) == STATUS_OK);
    heard->first = heard->first == 0 ? position : heard->first;
    heard->last = position;
}

static enum status listen(void *self, const struct finding *finding)
{
    struct house *house = self;
    heard_take(finding->set == house->old ? &house->by_old : &house->by_new, finding);
    return STATUS_OK;
}

static void changed(void *self, enum status status, uint64_t position)
{
    struct house *house = self;
    house->status = status;
    atomic_store(&house->changed, position);
    atomic_fetch_add(&house->answers, 1);
}

static void house_open(struct house *house, const struct rule_set *set)
{
    struct journal_finding found;
    assert_int_equal(arena_create(&house->boot, ARENA), STATUS_OK);
    struct live_options *options = &house->options;
    options->pipeline.set = set;
    assert_int_equal(volume_of_directory(&options->journal, house->path[0], house->boot),
                     STATUS_OK);
    assert_int_equal(volume_of_directory(&options->snapshots, house->path[1], house->boot),
                     STATUS_OK);
    assert_int_equal(live_open(&house->live, options, house->boot, NULL, NULL, &found), STATUS_OK);
}

static void house_shut(struct house *house)
{
    assert_int_equal(live_close(house->live), STATUS_OK);
    volume_close(&house->options.journal);
    volume_close(&house->options.snapshots);
    arena_destroy(house->boot);
}

static int setup(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    char folder[] = "/tmp/cutline-live-XXXXXX";
    if (house == NULL || mkdtemp(folder) == NULL ||
        arena_create(&house->image, ARENA) != STATUS_OK ||
        arena_create(&house->scratch, ARENA) != STATUS_OK ||
        arena_create(&house->beside, ARENA) != STATUS_OK)
        return 1;
    (void)snprintf(house->path[0], sizeof house->path[0], "%s/journal", folder);
    (void)snprintf(house->path[1], sizeof house->path[1], "%s/snapshot", folder);
    house->old = stream_rule_set(STREAM_RULES, house->image);
    house->new = stream_rule_set(STREAM_RULES_CHANGED, house->image);
    tally_init(&house->by_old.tally, LINES, house->image);
    tally_init(&house->by_new.tally, LINES, house->image);
    tally_init(&house->alerts, LINES, house->image);
    tally_init(&house->shadow, LINES, house->beside);
    house->options = (struct live_options){
        .segment_size_max = 1 << 16,
        .frame_size_max = 1 << 16,
        .commit_wait_us = 200,
        .commit_bytes_max = 1 << 14,
        .queue_bytes_max = 1 << 18,
        .clock = clock_of_machine(),
        .pipeline = {.threads = 1,
                     .zone_minutes = 480,
                     .memory_max = 128 << 20,
                     .alerts = tally_sink(&house->alerts),
                     .listener = {.take = listen, .self = house}},
    };
    *state = house;
    return 0;
}

static int teardown(void **state)
{
    struct house *house = *state;
    char command[200];
    arena_destroy(house->image);
    arena_destroy(house->scratch);
    arena_destroy(house->beside);
    *strrchr(house->path[0], '/') = 0;
    (void)snprintf(command, sizeof command, "rm -r '%s'", house->path[0]);
    free(house);
    return system(command);
}

static void offered(struct offer *offer, enum status status, uint64_t first)
{
    (void)first;
    must(status == STATUS_OK);
    atomic_store((_Atomic(const struct slice *) *)&offer->entry, NULL);
}

/* Records `from` .. `to` - 1, eight in an offer, each answered before the next. */
static void feed(struct house *house, uint64_t from, uint64_t to)
{
    enum { TOGETHER = 8 };
    for (uint64_t n = from; n < to; n += TOGETHER) {
        struct slice entry[TOGETHER];
        struct offer offer = {.entry = entry, .count = TOGETHER, .done = offered};
        arena_reset(house->scratch);
        for (uint64_t k = 0; k < TOGETHER; k++) {
            struct record record = stream_record(SEED, n + k, house->scratch);
            assert_int_equal(entry_of_record(&record, house->scratch, &entry[k]), STATUS_OK);
        }
        while (live_offer(house->live, &offer) != STATUS_OK)
            (void)usleep(100);
        while (atomic_load((_Atomic(const struct slice *) *)&offer.entry) != NULL)
            (void)usleep(20);
    }
}

/* What the new rules find in the whole journal, from a position on. */
static void always(struct house *house, uint64_t from, struct heard *out)
{
    struct arena *arena, *scratch;
    struct journal_finding found;
    struct journal_reader *reader;
    struct pipeline pipeline;
    struct slice bytes;
    uint64_t sequence;
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    assert_int_equal(arena_create(&scratch, ARENA), STATUS_OK);
    struct pipeline_options options = house->options.pipeline;
    options.set = house->new;
    tally_init(&out->tally, LINES, house->image);
    struct heard before = house->by_new;
    house->by_new = (struct heard){.set = NULL};
    tally_init(&house->by_new.tally, LINES, house->image);
    assert_int_equal(pipeline_open(&pipeline, &options, arena), STATUS_OK);
    struct volume volume;
    assert_int_equal(volume_of_directory(&volume, house->path[0], arena), STATUS_OK);
    assert_int_equal(journal_reader_open(&reader, volume, 1, arena, &found), STATUS_OK);
    while (journal_read(reader, &sequence, &bytes) == STATUS_OK) {
        struct record record;
        struct entry entry;
        assert_int_equal(entry_read(bytes, &entry), STATUS_OK);
        if (entry.type != ENTRY_RECORD)
            continue;
        arena_reset(scratch);
        if (sequence == from) /* only what comes from here on is compared */
            house->by_new.tally.count = 0;
        assert_int_equal(entry_record(&entry, sequence, scratch, &record), STATUS_OK);
        assert_int_equal(pipeline_take(&pipeline, &record, 1), STATUS_OK);
    }
    journal_reader_close(reader);
    volume_close(&volume);
    pipeline_close(&pipeline);
    *out = house->by_new;
    house->by_new = before;
    arena_destroy(scratch);
    arena_destroy(arena);
}

static void wait_for_change(struct house *house, int answers, uint64_t *n)
{
    for (int turn = 0; atomic_load(&house->answers) < answers && turn < 4000; turn++, *n += 8)
        feed(house, *n, *n + 8);
    assert_int_equal(atomic_load(&house->answers), answers);
    assert_int_equal(house->status, STATUS_OK);
}

static void new_rules_take_over_between_two_records(void **state)
{
    struct house *house = *state;
    struct heard reference;
    uint64_t n = CHANGE_AT;
    house_open(house, house->old);
    feed(house, 0, CHANGE_AT);
    struct live_rules rules = {.set = house->new,
                               .alerts = tally_sink(&house->alerts),
                               .memory_max = 128 << 20,
                               .done = changed,
                               .self = house};
    assert_int_equal(live_rules(house->live, LIVE_NEXT, &rules), STATUS_OK);
    wait_for_change(house, 1, &n);
    uint64_t position = atomic_load(&house->changed);
    feed(house, n, n + 6000);
    house_shut(house);
    assert_true(position > CHANGE_AT);
    assert_true(house->by_old.last < position);
    assert_true(house->by_new.first >= position);
    assert_true(house->by_old.tally.count > 20);
    assert_true(house->by_new.tally.count > 20);
    always(house, position, &reference);
    assert_true(tally_equal(&reference.tally, &house->by_new.tally));

    size_t before = house->by_new.tally.count;
    house_open(house, house->new);
    struct live_counts counts;
    live_count(house->live, &counts);
    assert_true(counts.snapshot_position > position);
    house_shut(house);
    assert_true(house->by_new.tally.count == before);
}

static void a_shadow_is_heard_by_its_own_sink_alone(void **state)
{
    struct house *house = *state;
    uint64_t n = CHANGE_AT;
    house_open(house, house->old);
    feed(house, 0, CHANGE_AT);
    struct live_rules rules = {.set = house->new,
                               .alerts = tally_sink(&house->shadow),
                               .memory_max = 128 << 20,
                               .done = changed,
                               .self = house};
    assert_int_equal(live_rules(house->live, LIVE_SHADOW, &rules), STATUS_OK);
    assert_int_equal(live_rules(house->live, LIVE_SHADOW, &rules), STATUS_REFUSED);
    wait_for_change(house, 1, &n);
    feed(house, n, n + 6000);
    (void)usleep(300000);
    assert_int_equal(live_shadow_end(house->live), STATUS_OK);
    assert_int_equal(live_shadow_end(house->live), STATUS_ABSENT);
    size_t shadowed = house->shadow.count;
    feed(house, n + 6000, n + 6400);
    house_shut(house);
    assert_true(shadowed > 10);
    assert_true(house->shadow.count == shadowed);
    assert_true(house->by_new.tally.count == 0);
    for (size_t i = 0; i < shadowed; i++)
        assert_true(strtoull(house->shadow.line[i].at + ALERT_ID_SIZE, NULL, 10) >=
                    atomic_load(&house->changed));
}

static void a_change_that_is_under_way_ends_with_the_service(void **state)
{
    struct house *house = *state;
    house_open(house, house->old);
    feed(house, 0, CHANGE_AT);
    struct live_rules rules = {.set = house->new,
                               .alerts = tally_sink(&house->alerts),
                               .memory_max = 128 << 20,
                               .done = changed,
                               .self = house};
    assert_int_equal(live_rules(house->live, LIVE_NEXT, &rules), STATUS_OK);
    assert_int_equal(live_rules(house->live, LIVE_SHADOW, &rules), STATUS_OK);
    house_shut(house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(new_rules_take_over_between_two_records, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shadow_is_heard_by_its_own_sink_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_change_that_is_under_way_ends_with_the_service, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
