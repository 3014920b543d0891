/* ladder_test.c -- ladders over journals on a disk: what is read, what is cut, who is who, and that
 * it is said. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ladder/ladder.h"

#include "journal/journal.h"
#include "live/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOON 1772294400000

struct bench {
    char folder[64];
    struct arena *arena, *request;
    struct volume volume;
    struct journal *journal;
    struct registry *registry;
    struct ladder *ladder;
    uint64_t durable;
    bool busy;
    int64_t ticks_ms, tick_ms; /* the clock, and what each look at it takes */
};

static uint64_t durable(void *self)
{
    return ((struct bench *)self)->durable;
}

static bool busy(void *self)
{
    return ((struct bench *)self)->busy;
}

static enum status with_registry(void *self,
                                 void (*look)(void *job, const struct registry *registry),
                                 void *job)
{
    look(job, ((struct bench *)self)->registry);
    return STATUS_OK;
}

static moment now(void *self)
{
    (void)self;
    return (moment){NOON};
}

static int64_t ticks(void *self)
{
    struct bench *bench = self;
    return bench->ticks_ms += bench->tick_ms;
}

static int opened(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct journal_finding found = {0};
    assert_non_null(bench);
    (void)snprintf(bench->folder, sizeof bench->folder, "/tmp/cutline-ladder-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    assert_int_equal(arena_create(&bench->arena, 256 << 20), STATUS_OK);
    assert_int_equal(arena_create(&bench->request, 16 << 20), STATUS_OK);
    assert_int_equal(volume_of_directory(&bench->volume, bench->folder, bench->arena), STATUS_OK);
    const struct journal_options options = {.volume = bench->volume, .segment_size_max = 200000};
    assert_int_equal(journal_open(&bench->journal, &options, bench->arena, &found), STATUS_OK);
    assert_int_equal(registry_create(&bench->registry, 16 << 20, bench->arena), STATUS_OK);
    const struct ladder_options ladder = {.journal = bench->volume,
                                          .durable = durable,
                                          .busy = busy,
                                          .registry = with_registry,
                                          .self = bench,
                                          .clock = {now, ticks, bench}};
    assert_int_equal(ladder_open(&bench->ladder, &ladder, bench->arena), STATUS_OK);
    bench->durable = 1;
    *state = bench;
    return 0;
}

static int closed(void **state)
{
    struct bench *bench = *state;
    char command[128];
    ladder_close(bench->ladder);
    assert_int_equal(journal_close(bench->journal), STATUS_OK);
    registry_destroy(bench->registry);
    volume_close(&bench->volume);
    arena_destroy(bench->request);
    arena_destroy(bench->arena);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", bench->folder);
    assert_int_equal(system(command), 0);
    free(bench);
    return 0;
}

/* ---- records ---- */

static void set_name(struct record *record, unsigned field, const char *text)
{
    record->known |= 1u << field;
    record->field[field].name = ident_of(slice_of(text));
    record->text[field] = slice_of(text);
}

static void set_whole(struct record *record, unsigned field, int64_t whole)
{
    record->known |= 1u << field;
    record->field[field].whole = whole;
}

static struct record begun(enum record_kind kind, int64_t after_s)
{
    struct record record = {.kind = kind, .at = {NOON + after_s * SECOND_MS}};
    set_whole(&record, 0, record.at.ms);
    return record;
}

static struct record call(int64_t after_s, const char *from, const char *to)
{
    struct record record = begun(RECORD_call, after_s);
    set_name(&record, FIELD_OF(call, caller), from);
    set_name(&record, FIELD_OF(call, callee), to);
    set_whole(&record, FIELD_OF(call, duration), 30 * SECOND_MS);
    set_name(&record, FIELD_OF(call, cell), "460-00-1");
    return record;
}

static struct record payment(int64_t after_s, const char *payer, const char *payee)
{
    struct record record = begun(RECORD_payment, after_s);
    set_name(&record, FIELD_OF(payment, payer), payer);
    if (payee[0] != '\0')
        set_name(&record, FIELD_OF(payment, payee), payee);
    set_whole(&record, FIELD_OF(payment, amount), 4980000);
    set_name(&record, FIELD_OF(payment, currency), "CNY");
    return record;
}

/* Its position. */
static uint64_t put(struct bench *bench, struct record record)
{
    struct slice entry;
    uint64_t first;
    record_seal(&record);
    assert_int_equal(entry_of_record(&record, bench->arena, &entry), STATUS_OK);
    assert_int_equal(journal_append(bench->journal, &entry, 1, &first), STATUS_OK);
    assert_int_equal(journal_sync(bench->journal), STATUS_OK);
    bench->durable = journal_synced(bench->journal);
    return first;
}

/* Calls of strangers, one a second. */
static void put_strangers(struct bench *bench, int64_t after_s, unsigned count)
{
    enum { FRAME = 500 };
    static struct slice entry[FRAME];
    for (unsigned done = 0; done < count;) {
        unsigned n = count - done < FRAME ? count - done : FRAME;
        uint64_t first;
        struct arena *arena;
        assert_int_equal(arena_create(&arena, 8 << 20), STATUS_OK);
        for (unsigned i = 0; i < n; i++) {
            char *from;
            assert_int_equal(ARENA_NEW(arena, 32, &from), STATUS_OK);
            (void)snprintf(from, 32, "+86139%08u", done + i);
            struct record record = call(after_s + done + i, from, "+8613000000000");
            record_seal(&record);
            assert_int_equal(entry_of_record(&record, arena, &entry[i]), STATUS_OK);
        }
        assert_int_equal(journal_append(bench->journal, entry, n, &first), STATUS_OK);
        arena_destroy(arena);
        done += n;
    }
    assert_int_equal(journal_sync(bench->journal), STATUS_OK);
    bench->durable = journal_synced(bench->journal);
}

static struct ladder_view look_at(struct bench *bench, uint64_t position, int64_t after_s)
{
    struct ladder_view view;
    const struct ladder_wish wish = {
        .position = &position, .positions_count = 1, .at = {NOON + after_s * SECOND_MS}};
    arena_reset(bench->request);
    assert_int_equal(ladder_read(bench->ladder, &wish, bench->request, &view), STATUS_OK);
    return view;
}

static const struct ladder_party *party_find(const struct ladder_view *view, const char *text)
{
    for (uint32_t i = 0; i < view->parties_count; i++)
        if (slice_equal(view->party[i].text, slice_of(text)))
            return &view->party[i];
    return NULL;
}

static void in_register(struct bench *bench, enum record_kind kind, const unsigned *field,
                        const char *const *text, unsigned count)
{
    struct record record = {.kind = kind, .at = MOMENT_NONE};
    for (unsigned i = 0; i < count; i++)
        set_name(&record, field[i], text[i]);
    assert_int_equal(registry_take(bench->registry, &record), STATUS_OK);
}

/* ---- tests ---- */

/* A payment; before it the call to the same person, and strangers; behind it what went on. */
static void a_victims_call_and_payment_stand_on_one_ladder(void **state)
{
    struct bench *bench = *state;
    const unsigned person[] = {FIELD_OF(person, person), FIELD_OF(person, region),
                               FIELD_OF(person, phone), FIELD_OF(person, account)};
    const unsigned cell[] = {FIELD_OF(cell, cell), FIELD_OF(cell, region)};
    in_register(bench, RECORD_person, person,
                (const char *const[]){"P1", "440300", "+8613812345521", "6222020000001111"}, 4);
    in_register(bench, RECORD_cell, cell, (const char *const[]){"460-00-1", "440305"}, 2);
    put_strangers(bench, -9000, 9000);
    uint64_t called = put(bench, call(0, "+85291234567", "+8613812345521"));
    put_strangers(bench, 1, 1000);
    uint64_t paid = put(bench, payment(1500, "6222020000001111", "6222020000008810"));
    put(bench, payment(1700, "6222020000008810", ""));
    put_strangers(bench, 1800, 100);
    struct ladder_view view = look_at(bench, paid, 1500);
    assert_int_equal(view.records_count, 3);
    assert_int_equal(view.record[0].record.position, called);
    assert_true(view.record[1].own && !view.record[0].own);
    assert_int_equal(view.record[2].to, LADDER_NOBODY); /* cash */
    assert_string_equal(view.record[0].region, "440305");
    const struct ladder_party *phone = party_find(&view, "+8613812345521");
    const struct ladder_party *account = party_find(&view, "6222020000001111");
    assert_true(phone->holder != 0 && phone->holder == account->holder && phone->sought);
    assert_string_equal(account->region, "440300");
    assert_int_equal(phone->records, 1);
    assert_false(party_find(&view, "+85291234567")->sought);
    assert_int_equal(view.cut, LADDER_CUT_none);
    assert_int_equal(view.entries, 10103);
    assert_int_equal(view.first, 1);
    assert_int_equal(view.last, bench->durable - 1);
}

/* What comes in a piece of JSON names nobody whole, unless it may. */
/* A report names no number: those of the person who made it are looked for. */
static void whoever_reports_is_found(void **state)
{
    struct bench *bench = *state;
    const unsigned person[] = {FIELD_OF(person, person), FIELD_OF(person, phone)};
    in_register(bench, RECORD_person, person, (const char *const[]){"P7", "+8613812345527"}, 2);
    put(bench, call(0, "+85291234567", "+8613812345527"));
    struct record report = begun(RECORD_report, 60);
    set_name(&report, FIELD_OF(report, person), "P7");
    uint64_t own = put(bench, report);
    struct ladder_view view = look_at(bench, own, 60);
    assert_int_equal(view.records_count, 2);
    assert_true(party_find(&view, "+8613812345527")->sought);
    assert_string_equal(party_find(&view, "+8613812345527")->person, "P7");
}

/* A call is told when it has ended: to be long is not to be late. */
static void a_long_call_is_not_late(void **state)
{
    struct bench *bench = *state;
    put_strangers(bench, 0, 2400);
    struct record talk = call(0, "+8613800000001", "+8613800000002");
    set_whole(&talk, FIELD_OF(call, duration), 40 * MINUTE_MS);
    uint64_t own = put(bench, talk);
    assert_int_equal(look_at(bench, own, 0).record[0].late_ms, 0);
}

static void names_are_masked_and_letters_are_not(void **state)
{
    struct bench *bench = *state;
    static char room[65536];
    put(bench, call(0, "+8613812340001", "+8613812340002"));
    uint64_t own = put(bench, call(10, "+8613812340001", "+8613812340003"));
    struct ladder_view view = look_at(bench, own, 10);
    for (int unmask = 0; unmask < 2; unmask++) {
        struct text text = text_over(room, sizeof room);
        const struct ladder_show show = {.unmask = unmask == 1, .zone_minutes = 480};
        text_add_ladder(&text, &view, &show);
        assert_false(text.full);
        assert_true(text.size < ladder_bytes_max(&view));
        assert_int_equal(strstr(room, "13812340001") != NULL, unmask);
        assert_int_equal(strstr(room, "460-00-1") != NULL, 0); /* where somebody was */
        assert_non_null(strstr(room, "\"from\":\"A\",\"to\":\"C\",\"duration_ms\":30000"));
        assert_non_null(strstr(room, "\"from\":\"A\",\"to\":\"B\",\"duration_ms\":30000"));
    }
}

static void a_busy_party_does_not_hide_the_others(void **state)
{
    struct bench *bench = *state;
    char to[32];
    put(bench, call(-50, "+8613500000000", "+8613800000009")); /* of the quiet one */
    for (unsigned i = 0; i < 3 * LADDER_PARTY_RECORDS_MAX; i++) {
        (void)snprintf(to, sizeof to, "+86137%08u", i);
        put(bench, call(i, "+8613800000001", to));
    }
    uint64_t own = put(bench, call(1000, "+8613800000001", "+8613800000009"));
    struct ladder_view view = look_at(bench, own, 1000);
    assert_int_equal(view.records_count, 1 + LADDER_PARTY_RECORDS_MAX - 1 + 1);
    assert_int_equal(view.record[0].record.at.ms, NOON - 50 * SECOND_MS);
    const struct ladder_party *busy_one = party_find(&view, "+8613800000001");
    assert_int_equal(busy_one->records, 3 * LADDER_PARTY_RECORDS_MAX + 1);
    assert_int_equal(busy_one->others, 3 * LADDER_PARTY_RECORDS_MAX + 1);
    assert_int_equal(view.left, 2 * LADDER_PARTY_RECORDS_MAX + 1);
}

static void every_bound_is_said(void **state)
{
    struct bench *bench = *state;
    put(bench, call(-400000, "+8613800000001", "+8613800000002"));
    put_strangers(bench, -300000, 3 * LADDER_CHUNK);
    put_strangers(bench, -9000, 9000);
    uint64_t own = put(bench, call(0, "+8613800000001", "+8613800000003"));
    struct ladder_view view = look_at(bench, own, 0);
    assert_int_equal(view.cut, LADDER_CUT_span); /* and the old call was not shown */
    assert_int_equal(view.records_count, 1);
    bench->tick_ms = LADDER_MS_MAX;
    assert_int_equal(look_at(bench, own, 0).cut, LADDER_CUT_time);
    bench->tick_ms = 0;
    bench->busy = true;
    view = look_at(bench, own, 0);
    assert_int_equal(view.cut, LADDER_CUT_busy);
    assert_int_equal(view.records_count, 1); /* its own is there all the same */
    assert_int_equal(view.entries, 0);
    bench->busy = false;
    assert_int_equal(journal_retain(bench->journal, own - 3000), STATUS_OK);
    view = look_at(bench, own, 0);
    assert_int_equal(view.cut, LADDER_CUT_kept);
    assert_true(view.kept_from > 1 && view.first == view.kept_from);
    assert_int_equal(view.missing, 0);
    view = look_at(bench, 1, -400000); /* an alert whose record is gone */
    assert_int_equal(view.missing, 1);
    assert_int_equal(view.records_count, 0);
    assert_int_equal(view.cut, LADDER_CUT_kept);
    view = look_at(bench, bench->durable, 0); /* not there yet */
    assert_int_equal(view.missing, 1);
    view = look_at(bench, position_of(3, 7), 0); /* of a file, not of the journal */
    assert_int_equal(view.missing, 1);
}

static void late_records_and_silence_are_seen(void **state)
{
    struct bench *bench = *state;
    for (int64_t quarter = -12; quarter < 0; quarter++)
        if (quarter != -5 && quarter != -4)
            put_strangers(bench, quarter * 900, 800);
    put(bench, call(-4 * 900, "+8613800000001", "+8613800000002")); /* an hour late */
    uint64_t own = put(bench, call(0, "+8613800000001", "+8613800000003"));
    struct ladder_view view = look_at(bench, own, 0);
    assert_int_equal(view.records_count, 2);
    assert_true(view.record[0].late_ms >= LADDER_LATE_MS);
    assert_int_equal(view.record[1].late_ms, 0);
    assert_int_equal(view.gaps_count, 1);
    assert_int_equal(view.gap[0].kind, RECORD_call);
    assert_int_equal(view.gap[0].from.ms, NOON - 5 * 900 * SECOND_MS);
    assert_int_equal(view.gap[0].until.ms, NOON - 4 * 900 * SECOND_MS);
}

static void a_damaged_piece_is_passed_over_and_said(void **state)
{
    struct bench *bench = *state;
    struct volume_file file;
    char name[VOLUME_NAME_MAX] = "";
    struct volume_name *names;
    size_t count;
    put_strangers(bench, -9000, 9000);
    uint64_t own = put(bench, call(0, "+8613800000001", "+8613800000003"));
    assert_int_equal(bench->volume.list(bench->volume.self, bench->arena, &names, &count),
                     STATUS_OK);
    assert_true(count > 1);
    (void)snprintf(name, sizeof name, "%s", names[0].text);
    assert_int_equal(bench->volume.open(bench->volume.self, name, false, &file), STATUS_OK);
    assert_int_equal(bench->volume.write(bench->volume.self, file, 90000, "damage", 6), STATUS_OK);
    bench->volume.close(bench->volume.self, file);
    struct ladder_view view = look_at(bench, own, 0);
    assert_int_equal(view.cut, LADDER_CUT_damaged);
    assert_int_equal(view.records_count, 1);
    assert_int_equal(view.missing, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, opened, closed)
    const struct CMUnitTest tests[] = {
        TEST(a_victims_call_and_payment_stand_on_one_ladder),
        TEST(whoever_reports_is_found),
        TEST(a_long_call_is_not_late),
        TEST(names_are_masked_and_letters_are_not),
        TEST(a_busy_party_does_not_hide_the_others),
        TEST(every_bound_is_said),
        TEST(late_records_and_silence_are_seen),
        TEST(a_damaged_piece_is_passed_over_and_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
