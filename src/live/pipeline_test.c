/* pipeline_test.c -- a pipeline that is written down and read by another one goes on as if nothing
 * had happened; and what is not a dump is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/small.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { RECORDS = 1500, MEMORY = 64 << 20, SHELF_SIZE = 4 << 20 };

struct shelf {
    char bytes[SHELF_SIZE];
    size_t size;
};

static struct shelf shelf, again;

static enum status shelf_take(void *self, struct slice piece)
{
    struct shelf *to = self;
    assert_true(piece.size <= SHELF_SIZE - to->size);
    memcpy(to->bytes + to->size, piece.at, piece.size);
    to->size += piece.size;
    return STATUS_OK;
}

static void write_down(const struct small *small, struct shelf *to)
{
    to->size = 0;
    assert_int_equal(pipeline_export(&small->pipeline, (struct dump_sink){shelf_take, to}),
                     STATUS_OK);
}

static enum status read_in(struct small *small, struct slice bytes, unsigned parts,
                           struct engine_taken *taken)
{
    return pipeline_import(&small->pipeline, undump_over(&bytes), parts, taken);
}

static struct slice shelf_slice(const struct shelf *from)
{
    return (struct slice){from->bytes, from->size};
}

static void take(struct small *small, const struct record *records, size_t count)
{
    assert_int_equal(pipeline_take(&small->pipeline, records, count), STATUS_OK);
}

static void open_small(struct small *small, const char *rules, unsigned threads)
{
    assert_int_equal(small_open(small, slice_of(rules), threads, MEMORY), STATUS_OK);
}

static void goes_on_as_if_nothing_had_happened(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct chance chance = chance_seeded(seed);
        struct small whole, before, after;
        open_small(&whole, SMALL_RULES, 1);
        open_small(&before, SMALL_RULES, 1 + (unsigned)chance_below(&chance, 3));
        open_small(&after, SMALL_RULES, 1 + (unsigned)chance_below(&chance, 3));
        struct record *records = small_records(&whole, seed, RECORDS);
        size_t cut = (size_t)chance_below(&chance, RECORDS);
        for (size_t i = 0; i < RECORDS; i++)
            take(&whole, &records[i], 1);
        take(&before, records, cut);
        write_down(&before, &shelf);
        assert_int_equal(read_in(&after, shelf_slice(&shelf), PIPELINE_ALL, NULL), STATUS_OK);
        write_down(&after, &again);
        assert_true(slice_equal(shelf_slice(&shelf), shelf_slice(&again)));
        after.alerts = before.alerts;
        after.alerts_count = before.alerts_count;
        take(&after, records + cut, RECORDS - cut);
        assert_int_equal(after.alerts_count, whole.alerts_count);
        assert_memory_equal(&after.alerts, &whole.alerts, sizeof whole.alerts);
        text_add(&before.stage.out, text_slice(&after.stage.out));
        assert_true(slice_equal(text_slice(&before.stage.out), text_slice(&whole.stage.out)));
        assert_true(whole.alerts_count > 20);
        /* Equal states, equal bytes, however they came about. */
        write_down(&whole, &shelf);
        write_down(&after, &again);
        assert_true(slice_equal(shelf_slice(&shelf), shelf_slice(&again)));
        small_close(&after);
        small_close(&before);
        small_close(&whole);
    }
}

static void an_empty_pipeline_is_moved_too(void **state)
{
    (void)state;
    struct small before, after;
    open_small(&before, SMALL_RULES, 1);
    open_small(&after, SMALL_RULES, 2);
    write_down(&before, &shelf);
    assert_int_equal(read_in(&after, shelf_slice(&shelf), PIPELINE_ALL, NULL), STATUS_OK);
    take(&after, small_records(&after, 1, 200), 200);
    small_close(&after);
    small_close(&before);
}

static void every_byte_counts(void **state)
{
    (void)state;
    struct small before;
    open_small(&before, SMALL_RULES, 1);
    take(&before, small_records(&before, 5, 60), 60);
    write_down(&before, &shelf);
    struct small after;
    open_small(&after, SMALL_RULES, 1);
    for (size_t i = 0; i < shelf.size; i += 1 + shelf.size / 400) {
        shelf.bytes[i] ^= 0x10;
        assert_int_equal(read_in(&after, shelf_slice(&shelf), 0, NULL), STATUS_MALFORMED);
        shelf.bytes[i] ^= 0x10;
        assert_int_equal(read_in(&after, (struct slice){shelf.bytes, i}, 0, NULL),
                         STATUS_MALFORMED);
    }
    assert_int_equal(read_in(&after, shelf_slice(&shelf), 0, NULL), STATUS_OK); /* read past */
    assert_int_equal(read_in(&after, shelf_slice(&shelf), PIPELINE_ALL, NULL), STATUS_OK);
    small_close(&after);
    small_close(&before);
}

/* The same rules with one profile and its rule changed, and another profile's label alone. */
static char *changed_rules(void)
{
    static char rules[sizeof SMALL_RULES + 64];
    memcpy(rules, SMALL_RULES, sizeof SMALL_RULES);
    char *at = strstr(rules, "got = sum amount over 6h");
    assert_non_null(at);
    memcpy(at, "got = sum amount over 8h", 24);
    return rules;
}

static void a_new_rule_set_takes_over_what_did_not_change(void **state)
{
    (void)state;
    struct small old, fresh, filled;
    struct engine_taken taken;
    open_small(&old, SMALL_RULES, 2);
    open_small(&filled, changed_rules(), 1);
    open_small(&fresh, changed_rules(), 1);
    struct record *records = small_records(&old, 9, RECORDS);
    take(&old, records, RECORDS);
    write_down(&old, &shelf);
    /* The way of a change: who is who, then the old records again, then what did not change. */
    assert_int_equal(read_in(&filled, shelf_slice(&shelf), PIPELINE_REGISTRY, NULL), STATUS_OK);
    take(&filled, records, RECORDS);
    assert_int_equal(read_in(&filled, shelf_slice(&shelf), PIPELINE_ENGINE | PIPELINE_DESK, &taken),
                     STATUS_OK);
    const struct rule_set *set = filled.stage.set;
    unsigned changed = 0;
    for (uint32_t p = 0; p < set->profiles_count; p++) {
        bool purse = slice_equal(set->profile[p].name, SLICE("purse"));
        bool tainted = slice_equal(set->profile[p].name, SLICE("tainted")); /* asks for marks */
        assert_int_equal(taken.profile[p], !purse && !tainted);
        changed += !taken.profile[p];
    }
    assert_int_equal(changed, 2);
    struct pipeline_counts a, b;
    pipeline_count(&old.pipeline, &a);
    pipeline_count(&filled.pipeline, &b);
    assert_int_equal(a.engine.watermark.ms, b.engine.watermark.ms);
    assert_int_equal(a.engine.records, b.engine.records);
    assert_true(b.engine.entities >= a.engine.entities / 2);
    /* It goes on, and the changed profile knows what it was filled with. */
    struct record *more = small_records(&filled, 9, RECORDS + 200);
    take(&filled, more + RECORDS, 200);
    assert_true(filled.alerts_count > 0);
    small_close(&fresh);
    small_close(&filled);
    small_close(&old);
}

static void too_little_memory_is_full(void **state)
{
    (void)state;
    struct small before;
    open_small(&before, SMALL_RULES, 1);
    take(&before, small_records(&before, 5, RECORDS), RECORDS);
    write_down(&before, &shelf);
    unsigned refused = 0;
    for (size_t memory = 1 << 20; memory < MEMORY; memory += 3 << 20) {
        struct small after;
        if (small_open(&after, slice_of(SMALL_RULES), 1, memory) == STATUS_OK) {
            enum status status = read_in(&after, shelf_slice(&shelf), PIPELINE_ALL, NULL);
            assert_true(status == STATUS_OK || status == STATUS_FULL);
            refused += status == STATUS_FULL;
        }
        small_close(&after);
    }
    assert_true(refused > 0);
    small_close(&before);
}

static void a_list_that_came_after_the_engine_counts(void **state)
{
    (void)state;
    struct small small;
    open_small(&small, SMALL_RULES, 1);
    struct record *list = told_record(&small.stage, SLICE("list list=service value=+86100"));
    take(&small, list, 1);
    for (unsigned i = 0; i < 8; i++) {
        char line[2][96];
        for (unsigned k = 0; k < 2; k++) {
            (void)snprintf(line[k], sizeof line[k],
                           "call time=09:%02u caller=+8610%u callee=+8620%u", i, k, i);
            take(&small, told_record(&small.stage, slice_of(line[k])), 1);
        }
    }
    struct text *out = &small.stage.out;
    assert_non_null(strstr(out->at, " many +86101 "));
    assert_null(strstr(out->at, " many +86100 "));
    small_close(&small);
}

static enum status no_finding(void *self, const struct finding *finding)
{
    (void)self;
    (void)finding;
    return STATUS_OK;
}

/* Somebody asks about a line that was silent for months, and nobody else has called since. */
static void a_question_after_a_long_silence_is_answered(void **state)
{
    (void)state;
    static const unsigned DAYS[] = {1, 29, 31, 49, 100, 151, 268, 900};
    struct small small;
    open_small(&small, SMALL_RULES, 1);
    take(&small, small_records(&small, 5, RECORDS), RECORDS);
    write_down(&small, &shelf);
    for (size_t i = 0; i < sizeof DAYS / sizeof DAYS[0]; i++) {
        char line[96];
        (void)snprintf(line, sizeof line, "call time=%ud9:00 caller=+86100 callee=+86105", DAYS[i]);
        const struct record *record = told_record(&small.stage, slice_of(line));
        assert_non_null(record);
        assert_int_equal(
            engine_probe(small.pipeline.engine, record, (struct finding_sink){.take = no_finding}),
            STATUS_OK);
        write_down(&small, &again);
        assert_true(slice_equal(shelf_slice(&shelf), shelf_slice(&again)));
    }
    small_close(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_on_as_if_nothing_had_happened),
        cmocka_unit_test(an_empty_pipeline_is_moved_too),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(a_new_rule_set_takes_over_what_did_not_change),
        cmocka_unit_test(too_little_memory_is_full),
        cmocka_unit_test(a_list_that_came_after_the_engine_counts),
        cmocka_unit_test(a_question_after_a_long_silence_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
