/* change_test.c -- a service that starts again with other rules.
 *
 * From the snapshot on it finds what it would have found had the new rules been there all along; of
 * what lies before it nobody is accused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test/live/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { BEFORE = 900, AFTER = 1600, FILES = 64, FILE_BYTES = 1 << 19, ARENA = 1 << 30, SEEDS = 6 };

static struct arena *arena;
static struct volume_sim *sim;
static const struct rule_set *set, *changed;

/* Findings as lines, from a position on. */
struct found {
    uint64_t from, early;
    struct tally tally;
};

static enum status found_take(void *self, const struct finding *finding)
{
    struct found *found = self;
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    if (finding->record->position < found->from) {
        found->early++;
        return STATUS_OK;
    }
    text_addf(&text, "%llu ", (unsigned long long)finding->record->position);
    text_add(&text, finding->rule->name);
    text_add_char(&text, ' ');
    text_add(&text, finding->subject_text);
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        text_add_char(&text, ' ');
        text_add(&text, finding->evidence[i].value_text);
    }
    struct tally *tally = &found->tally;
    must(tally->count < tally->room);
    return slice_copy(tally->arena, text_slice(&text), &tally->line[tally->count++]);
}

static int setup(void **state)
{
    (void)state;
    assert_int_equal(arena_create(&arena, ARENA), STATUS_OK);
    assert_int_equal(volume_sim_create_of(&sim, 1, FILES, FILE_BYTES, arena), STATUS_OK);
    set = stream_rule_set(STREAM_RULES, arena);
    changed = stream_rule_set(STREAM_RULES_CHANGED, arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static struct play play_of(uint64_t seed, const struct rule_set *rules, struct found *found)
{
    return (struct play){.sim = sim,
                         .set = rules,
                         .seed = seed,
                         .threads = 1,
                         .segment_size_max = 12000,
                         .findings = {.take = found_take, .self = found}};
}

static void assert_no_alert_below(const struct tally *tally, uint64_t position)
{
    for (size_t i = 0; i < tally->count; i++)
        assert_true(strtoull(tally->line[i].at + ALERT_ID_SIZE, NULL, 10) >= position);
}

static void one_change(uint64_t seed)
{
    struct journal_finding finding;
    struct found always = {.from = 0}, new = {.from = 0}, old = {.from = 0};
    tally_init(&always.tally, 1 << 14, arena);
    tally_init(&new.tally, 1 << 14, arena);
    tally_init(&old.tally, 1 << 14, arena);
    volume_sim_reset(sim, seed);
    struct play first = play_of(seed, set, &old);
    play_init(&first);
    assert_int_equal(play_open(&first, &finding), STATUS_OK);
    assert_true(play_on(&first, BEFORE, 40));
    uint64_t position = play_next(&first);
    assert_int_equal(play_close(&first), STATUS_OK);
    play_release(&first);

    struct play second = play_of(seed, changed, &new);
    play_init(&second);
    new.from = position;
    assert_int_equal(play_open(&second, &finding), STATUS_OK);
    assert_true(play_next(&second) == position);
    assert_true(play_on(&second, AFTER, 0));
    assert_true(new.early == 0);
    assert_no_alert_below(&second.tally, position);
    assert_int_equal(play_close(&second), STATUS_OK);
    play_release(&second);

    volume_sim_reset(sim, seed);
    struct play third = play_of(seed, changed, &always);
    play_init(&third);
    always.from = position;
    assert_int_equal(play_open(&third, &finding), STATUS_OK);
    assert_true(play_on(&third, AFTER, 0));
    play_die(&third);
    play_release(&third);
    assert_true(new.tally.count > 20);
    assert_true(tally_equal(&always.tally, &new.tally));
}

static void new_rules_go_on_as_if_they_had_always_been(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        one_change(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_rules_go_on_as_if_they_had_always_been),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
