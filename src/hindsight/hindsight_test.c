/* hindsight_test.c -- rules tried on a journal of a few hours, beside a service by hand.
 *
 *     10:00  caller 1 calls two strangers            rules in force: three strangers in 6 h
 *     14:00  … and a third one: alert                now: 14:30 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/told.h"
#include "ground/disk.h"
#include "hindsight/hindsight_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define RULES(span, least)                                                      \
    "profile line by call.caller { callees = distinct callee over " span " }\n" \
    "rule fan on call {\n"                                                      \
    "  title \"fan\" \"扇出\"\n"                                              \
    "  when line.callees >= " least "\n"                                        \
    "  subject caller typology scam_caller\n"                                   \
    "  grade high\n"                                                            \
    "  quiet 1h\n"                                                              \
    "}\n"

enum { BOOT = 512 << 20, WAIT_US = 2000, WAITS_MAX = 30000, TEXT_BYTES = 1 << 20 };

struct house {
    char folder[64], path[96];
    struct arena *boot, *scratch;
    struct stage stage; /* records */
    struct store *store;
    struct volume journal, snapshots;
    struct bulletin *bulletin;
    struct live *live;
    struct hindsight *hindsight;
    struct alert_sink alerts;
    struct hindsight_wish wish;
    struct rule_file file;
    _Atomic int64_t now_ms;
    _Atomic unsigned ended;
    _Atomic uint64_t takes; /* those that go well, before one fails; 0: all go well */
    char id[HINDSIGHT_ID_SIZE];
    char *said;
};

static struct house *THE_HOUSE; /* of the seam, which has no self */

static moment now(void *self)
{
    return (moment){atomic_load(&((struct house *)self)->now_ms)};
}

static int64_t ticks(void *self)
{
    return atomic_load(&((struct house *)self)->now_ms);
}

static void on_end(void *self, const char *state, const char *image, uint64_t records,
                   int64_t ran_ms)
{
    (void)image, (void)records, (void)ran_ms;
    assert_true(strlen(state) > 0);
    atomic_fetch_add(&((struct house *)self)->ended, 1);
}

static void bulletin_failed(void *self, enum status status)
{
    (void)self;
    fail_msg("alerts: %s", status_name(status));
}

static void bulletin_up(struct house *house, struct clock clock)
{
    char room[256];
    struct text why = text_over(room, sizeof room);
    const struct digest image = {{0xAB}};
    const struct bulletin_options options = {.store = house->store,
                                             .store_path = house->path,
                                             .chance = seal_chance_of_machine(),
                                             .zone_minutes = 480,
                                             .queue_bytes_max = 8 << 20,
                                             .clock = clock,
                                             .failed = bulletin_failed};
    assert_int_equal(bulletin_open(&house->bulletin, &options, house->boot, &why), STATUS_OK);
    assert_int_equal(bulletin_source(house->bulletin, &image, false, house->boot, &house->alerts),
                     STATUS_OK);
}

static void live_up(struct house *house, struct clock clock)
{
    static struct diags diags;
    struct journal_finding found;
    const struct rule_set *set = NULL;
    struct rule_file *file = NULL;
    assert_int_equal(ARENA_NEW(house->boot, 1, &file), STATUS_OK);
    *file = (struct rule_file){SLICE("fan.cut"), SLICE(RULES("6h", "3"))};
    assert_int_equal(rules_check(file, 1, house->boot, &diags, &set), STATUS_OK);
    const struct live_options options = {
        .journal = house->journal,
        .snapshots = house->snapshots,
        .segment_size_max = 512, /* a segment for each frame */
        .frame_size_max = 1 << 14,
        .commit_bytes_max = 1 << 14,
        .queue_bytes_max = 1 << 20,
        .clock = clock,
        .pipeline = {.set = set,
                     .threads = 1,
                     .zone_minutes = 480,
                     .memory_max = 64 << 20,
                     .alerts = house->alerts},
        .by_hand = true,
    };
    assert_int_equal(live_open(&house->live, &options, house->boot, NULL, NULL, &found), STATUS_OK);
}

static int opened(void **state)
{
    static struct house house;
    char room[256];
    struct text why = text_over(room, sizeof room);
    const struct clock clock = {now, ticks, &house};
    house = (struct house){0};
    THE_HOUSE = &house;
    *state = &house;
    (void)snprintf(house.folder, sizeof house.folder, "/tmp/cutline-hindsight-XXXXXX");
    assert_non_null(mkdtemp(house.folder));
    (void)snprintf(house.path, sizeof house.path, "%s/store.db", house.folder);
    assert_int_equal(arena_create(&house.boot, BOOT), STATUS_OK);
    assert_int_equal(arena_create(&house.scratch, 64 << 20), STATUS_OK);
    stage_init(&house.stage, 1, 16 << 20);
    assert_int_equal(arena_take(house.boot, TEXT_BYTES, (void **)&house.said), STATUS_OK);
    (void)snprintf(room, sizeof room, "%s/journal", house.folder);
    assert_int_equal(volume_of_directory(&house.journal, room, house.boot), STATUS_OK);
    (void)snprintf(room, sizeof room, "%s/snapshot", house.folder);
    assert_int_equal(volume_of_directory(&house.snapshots, room, house.boot), STATUS_OK);
    assert_int_equal(store_open(&house.store, house.path, BULLETIN_MIGRATIONS,
                                BULLETIN_MIGRATIONS_COUNT, house.boot, &why),
                     STATUS_OK);
    bulletin_up(&house, clock);
    live_up(&house, clock);
    const struct hindsight_options options = {.journal = house.journal,
                                              .snapshots = house.snapshots,
                                              .live = house.live,
                                              .bulletin = house.bulletin,
                                              .store_path = house.path,
                                              .clock = clock,
                                              .zone_minutes = 480,
                                              .memory_max = 64 << 20,
                                              .ended = on_end,
                                              .self = &house};
    assert_int_equal(hindsight_open(&house.hindsight, &options, house.boot), STATUS_OK);
    return 0;
}

static int closed(void **state)
{
    struct house *house = *state;
    char command[128];
    hindsight_close(house->hindsight);
    (void)!(live_close(house->live) == STATUS_OK);
    bulletin_close(house->bulletin);
    store_close(house->store);
    volume_close(&house->snapshots);
    volume_close(&house->journal);
    stage_release(&house->stage);
    arena_destroy(house->scratch);
    arena_destroy(house->boot);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", house->folder);
    assert_int_equal(system(command), 0);
    return 0;
}

/* ---- what came, and when ---- */

static void offered(struct offer *offer, enum status status, uint64_t first)
{
    (void)offer, (void)first;
    assert_int_equal(status, STATUS_OK);
}

/* A heartbeat, and then these calls. */
static void come(struct house *house, const char *clock, const char *const *calls, size_t count)
{
    struct slice entry[16];
    moment at = told_time(slice_of(clock));
    atomic_store(&house->now_ms, at.ms);
    assert_int_equal(entry_of_heartbeat(at, house->boot, &entry[0]), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        struct slice line;
        char told[128];
        (void)snprintf(told, sizeof told, "call time=%s %s duration=30", clock, calls[i]);
        assert_int_equal(slice_copy(house->boot, slice_of(told), &line), STATUS_OK);
        const struct record *record = told_record(&house->stage, line);
        assert_non_null(record);
        assert_int_equal(entry_of_record(record, house->boot, &entry[i + 1]), STATUS_OK);
    }
    struct offer offer = {.entry = entry, .count = count + 1, .done = offered};
    assert_int_equal(live_offer(house->live, &offer), STATUS_OK);
    live_turn(house->live);
}

static void told(struct house *house)
{
    struct live_counts counts;
    bulletin_settle(house->bulletin);
    live_count(house->live, &counts);
    bulletin_reached(house->bulletin, counts.thought);
}

static void day(struct house *house)
{
    static const char *const MORNING[] = {"caller=+8613800000001 callee=+8613900000001",
                                          "caller=+8613800000001 callee=+8613900000002"};
    static const char *const NOON[] = {"caller=+8613800000001 callee=+8613900000003",
                                       "caller=+8613800000002 callee=+8613900000001",
                                       "caller=+8613800000002 callee=+8613900000002"};
    come(house, "10:00", MORNING, 2);
    come(house, "12:00", NULL, 0);
    come(house, "14:00", NOON, 3);
    come(house, "14:30", NULL, 0);
    told(house);
}

/* ---- trials ---- */

static enum status try(struct house *house, const char *rules, int64_t hours)
{
    house->file = (struct rule_file){SLICE("fan.cut"), slice_of(rules)};
    house->wish = (struct hindsight_wish){&house->file, 1, hours, SLICE("u_somebody")};
    return hindsight_start(house->hindsight, &house->wish, house->id);
}

static const char *said(struct house *house)
{
    struct text text = text_over(house->said, TEXT_BYTES);
    assert_int_equal(hindsight_tell(house->hindsight, slice_of(house->id), &text), STATUS_OK);
    assert_false(text.full);
    return text.at;
}

/* What is said in the end, which must hold each of the words. */
static void becomes(struct house *house, const char *const *words, size_t count)
{
    for (unsigned i = 0; strstr(said(house), "\"state\":\"running\"") != NULL; i++) {
        assert_true(i < WAITS_MAX);
        (void)usleep(WAIT_US);
    }
    for (size_t i = 0; i < count; i++)
        if (strstr(house->said, words[i]) == NULL)
            fail_msg("no %s in %s", words[i], house->said);
}
#define BECOMES(house, ...)                                    \
    do {                                                       \
        static const char *const WORDS[] = {__VA_ARGS__};      \
        becomes(house, WORDS, sizeof WORDS / sizeof WORDS[0]); \
    } while (0)

static void what_came_before_the_window_is_remembered(void **state)
{
    struct house *house = *state;
    day(house);
    assert_int_equal(try(house, RULES("6h", "3"), 1), STATUS_OK);
    BECOMES(house, "\"state\":\"done\"", "\"records\":3,\"warmed\":2,",
            "\"begins\":\"2026-03-02T14:00:00", "\"warms\":\"2026-03-02T10:00:00",
            "\"alerts\":1,\"alerts_live\":1,\"new\":0,\"gone\":0,\"same\":1,", "\"cut\":null");
    /* A shorter memory: it reads from 13:00 on, and so from 14:00. */
    assert_int_equal(try(house, RULES("30m", "3"), 1), STATUS_OK);
    BECOMES(house, "\"records\":3,\"warmed\":0,", "\"new\":0,\"gone\":1,\"same\":0,");
    assert_int_equal(atomic_load(&house->ended), 2);
}

static void alerts_in_front_of_the_window_count_for_neither_side(void **state)
{
    static const char *const LATER[] = {"caller=+8613800000003 callee=+8613900000001"};
    struct house *house = *state;
    day(house);
    come(house, "17:00", LATER, 1);
    told(house);
    assert_int_equal(try(house, RULES("5h", "2"), 1), STATUS_OK);
    BECOMES(house, "\"records\":1,\"warmed\":3,",
            "\"alerts\":0,\"alerts_live\":0,\"new\":0,\"gone\":0,\"same\":0,", "\"rules\":[]");
    /* Nothing came in that hour. */
    atomic_store(&house->now_ms, told_time(SLICE("23:00")).ms);
    assert_int_equal(try(house, RULES("6h", "2"), 1), STATUS_OK);
    BECOMES(house, "\"state\":\"done\"", "\"begins\":null", "\"records\":0,");
}

static void what_was_decided_is_counted_and_the_alert_is_named(void **state)
{
    struct house *house = *state;
    day(house);
    assert_int_equal(try(house, RULES("6h", "2"), 24), STATUS_OK);
    BECOMES(house, "\"new\":1,\"gone\":0,\"same\":1,",
            "\"decided\":{\"confirmed\":0,\"false_alarm\":0}",
            "\"examples\":{\"new\":[{\"live\":null,\"alert\":{", "\"gone\":[]",
            "\"same\":[{\"live\":\"");
    assert_null(strstr(house->said, "13800000001")); /* masked */
    assert_null(strstr(house->said, "13800000002"));
    char id[ALERT_ID_SIZE] = {0};
    memcpy(id, strstr(house->said, "\"same\":[{\"live\":\"") + strlen("\"same\":[{\"live\":\""),
           ALERT_ID_SIZE - 1);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    const struct bulletin_decision decision = {.id = slice_of(id),
                                               .outcome = SLICE("confirmed"),
                                               .code = SLICE("victim_says"),
                                               .actor = SLICE("u_somebody"),
                                               .seen = MOMENT_NONE};
    assert_int_equal(bulletin_decide(house->bulletin, &decision, house->scratch, NULL), STATUS_OK);
    assert_int_equal(store_commit(house->store), STATUS_OK);
    assert_int_equal(try(house, RULES("6h", "2"), 24), STATUS_OK);
    BECOMES(house, "\"same\":1,\"decided\":{\"confirmed\":1,\"false_alarm\":0},"
                   "\"decided_live\":{\"confirmed\":1,\"false_alarm\":0},\"rules\"");
    assert_int_equal(try(house, RULES("6h", "4"), 24), STATUS_OK);
    BECOMES(house, "\"gone\":1,\"same\":0,\"decided\":{\"confirmed\":0,\"false_alarm\":0},"
                   "\"decided_live\":{\"confirmed\":1,\"false_alarm\":0},\"rules\"");
}

static void one_runs_at_a_time_is_listed_and_stopped(void **state)
{
    struct house *house = *state;
    char first[HINDSIGHT_ID_SIZE], by[HINDSIGHT_BY_SIZE];
    char room[4096];
    struct text text = text_over(room, sizeof room);
    hindsight_list(house->hindsight, &text);
    assert_string_equal(text.at, "[]");
    day(house);
    static const char *const MORE[] = {"caller=+8613800000001 callee=+8613900000004"};
    come(house, "14:31", MORE, 1); /* whose alerts are not said to be told: a trial waits for it */
    assert_int_equal(try(house, RULES("6h", "2"), 24), STATUS_OK);
    memcpy(first, house->id, sizeof first);
    assert_int_equal(try(house, RULES("6h", "2"), 24), STATUS_LATE);
    text = text_over(room, sizeof room);
    hindsight_list(house->hindsight, &text);
    assert_non_null(strstr(text.at, "\"state\":\"running\""));
    assert_int_equal(hindsight_by(house->hindsight, slice_of(first), by), STATUS_OK);
    assert_string_equal(by, "u_somebody");
    assert_int_equal(hindsight_stop(house->hindsight, SLICE("t_0")), STATUS_ABSENT);
    assert_int_equal(hindsight_stop(house->hindsight, slice_of(first)), STATUS_OK);
    BECOMES(house, "\"state\":\"stopped\"", "\"result\":null");
    told(house);
    atomic_fetch_add(&house->now_ms, 1000);
    assert_int_equal(try(house, RULES("6h", "2"), 24), STATUS_OK);
    BECOMES(house, "\"state\":\"done\"");
    text = text_over(room, sizeof room);
    assert_int_equal(hindsight_tell(house->hindsight, slice_of(first), &text), STATUS_ABSENT);
    assert_int_equal(try(house, "rule", 24), STATUS_MALFORMED);
    BECOMES(house, "\"state\":\"done\""); /* what was wrong has cost nobody his result */
}

static void a_house_that_closes_waits_for_no_trial(void **state)
{
    static const char *const MORE[] = {"caller=+8613800000001 callee=+8613900000004"};
    struct house *house = *state;
    day(house);
    come(house, "14:31", MORE, 1);
    assert_int_equal(try(house, RULES("6h", "2"), 24), STATUS_OK);
    hindsight_close(house->hindsight);
    house->hindsight = NULL;
    assert_int_equal(atomic_load(&house->ended), 1);
}

static void a_journal_that_is_gone_fails_a_trial(void **state)
{
    struct house *house = *state;
    char command[160];
    day(house);
    (void)snprintf(command, sizeof command, "rm -f '%s'/journal/*", house->folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(try(house, RULES("6h", "2"), 24), STATUS_OK);
    BECOMES(house, "\"state\":\"failed\"", "\"why\":{\"en\":\"What the journal held",
            "\"result\":null");
}

/* ---- faults ---- */

static bool take_fails(void)
{
    uint64_t left = atomic_load(&THE_HOUSE->takes);
    if (left == 0)
        return false;
    atomic_store(&THE_HOUSE->takes, left - 1);
    return left == 1;
}

static void memory_may_fail_at_any_take(void **state)
{
    struct house *house = *state;
    bool done = false;
    day(house);
    arena_seam(take_fails);
    for (uint64_t n = 1; !done; n++) {
        assert_true(n < 20000);
        atomic_fetch_add(&house->now_ms, 1);
        atomic_store(&house->takes, n);
        enum status status = try(house, RULES("6h", "2"), 24);
        if (status != STATUS_OK) {
            assert_int_equal(status, STATUS_FULL);
            continue;
        }
        while (strstr(said(house), "\"state\":\"running\"") != NULL)
            (void)usleep(100);
        done = strstr(house->said, "\"state\":\"done\"") != NULL;
        assert_true(done || strstr(house->said, "\"state\":\"failed\"") != NULL);
        assert_true(done || strstr(house->said, "\"result\":null") != NULL);
        done = done && atomic_load(&house->takes) > 0; /* it was never come to */
    }
    arena_seam(NULL);
    assert_non_null(strstr(house->said, "\"new\":1,\"gone\":0,\"same\":1,"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, opened, closed)
        T(what_came_before_the_window_is_remembered),
        T(alerts_in_front_of_the_window_count_for_neither_side),
        T(what_was_decided_is_counted_and_the_alert_is_named),
        T(one_runs_at_a_time_is_listed_and_stopped),
        T(a_house_that_closes_waits_for_no_trial),
        T(a_journal_that_is_gone_fails_a_trial),
        T(memory_may_fail_at_any_take),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
