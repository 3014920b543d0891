/* window_test.c -- windows against a plain model: a sorted array per entity, looked through from
 * end to end.
 *
 * The model forgets nothing but what falls off at events_max, so the test also shows that
 * forgetting, growing, shrinking, compacting and sweeping never change an answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/held.h"

#include "ground/arena.h"
#include "ground/chance.h"
#include "ground/moment.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MODEL_EVENTS_MAX = 60000, ENTITIES_MAX = 64, VALUES = 4 };

struct model_event {
    int64_t at_ms;
    uint64_t flags;
    uint64_t position;
    uint64_t value[VALUES];
};

struct model {
    struct model_event *event; /* the oldest; lies in `room`, and moves up when it falls off */
    struct model_event *room;
    uint32_t count;
    int64_t fallen_ms;
};

struct bench {
    struct arena *boot;
    struct budget budget;
    struct pool pool;
    struct window *window;
    struct window_plan plan;
    struct window_feature feature[PROFILE_FEATURES_MAX];
    struct model model[ENTITIES_MAX];
    struct chance chance;
    int64_t newest_ms;
    uint64_t position;
};

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static double number_of(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* Every measure, over spans short and long; value 0 is a whole number, 1 any number, 2 and 3 are
 * names. */
static void features_add(struct bench *bench, unsigned bits)
{
    static const int64_t SPANS[] = {1000, 60 * 1000, HOUR_MS, 24 * (int64_t)HOUR_MS};
    unsigned n = 0;
    for (unsigned m = 0; m < MEASURES_COUNT; m++) {
        for (unsigned k = 0; k < 3; k++) {
            bool ordered = m == MEASURE_SUM || m == MEASURE_MEAN || m == MEASURE_MIN ||
                           m == MEASURE_MAX || m == MEASURE_QUANTILE;
            unsigned value = ordered ? k % 2 : (k + 1) % VALUES;
            bench->feature[n] = (struct window_feature){
                .measure = m,
                .name = value >= 2,
                .bit = (uint8_t)(chance_below(&bench->chance, bits)),
                .value = (uint8_t)value,
                .quantile = (double)k * 0.5,
                .span_ms = SPANS[(m + k) % 4],
            };
            n++;
        }
    }
    bench->plan.feature = bench->feature;
    bench->plan.features_count = n;
    bench->plan.bits_count = bits;
    bench->plan.values_count = VALUES;
    bench->plan.span_ms_max = 24 * (int64_t)HOUR_MS;
    bench->plan.late_ms_max = LATE_HOURS_MAX * (int64_t)HOUR_MS;
}

static void bench_init(struct bench *bench, uint64_t seed, uint32_t events_max, uint32_t small_max,
                       unsigned bits)
{
    *bench = (struct bench){.budget.size_max = (size_t)4 << 30, .chance = chance_seeded(seed)};
    assert_int_equal(arena_create(&bench->boot, (size_t)1 << 24), STATUS_OK);
    assert_int_equal(pool_init(&bench->pool, &bench->budget), STATUS_OK);
    features_add(bench, bits);
    bench->plan.events_max = events_max;
    bench->plan.small_max = small_max;
    assert_int_equal(window_create(&bench->window, &bench->plan, &bench->pool, bench->boot),
                     STATUS_OK);
    for (unsigned i = 0; i < ENTITIES_MAX; i++)
        bench->model[i].fallen_ms = INT64_MIN;
    bench->newest_ms = 1700000000000;
}

static void bench_release(struct bench *bench)
{
    window_destroy(bench->window);
    pool_release(&bench->pool);
    assert_int_equal(atomic_load(&bench->budget.used), 0);
    arena_destroy(bench->boot);
    for (unsigned i = 0; i < ENTITIES_MAX; i++)
        free(bench->model[i].room);
}

static uint64_t key_of(unsigned entity)
{
    return (uint64_t)1 << 62 | (entity * 7919u + 1);
}

/* ---- the model ---- */

static bool model_add(struct bench *bench, unsigned entity, const struct model_event *event)
{
    struct model *model = &bench->model[entity];
    if (model->room == NULL)
        model->event = model->room = calloc(MODEL_EVENTS_MAX, sizeof *model->room);
    if (model->event + model->count == model->room + MODEL_EVENTS_MAX)
        model->event = memmove(model->room, model->event, model->count * sizeof *model->event);
    uint32_t at = model->count;
    while (at > 0 && model->event[at - 1].at_ms > event->at_ms)
        at--;
    memmove(model->event + at + 1, model->event + at, (model->count - at) * sizeof *model->event);
    model->event[at] = *event;
    model->count++;
    if (model->count <= bench->plan.events_max)
        return true;
    if (model->event[0].at_ms > model->fallen_ms)
        model->fallen_ms = model->event[0].at_ms;
    model->event++;
    model->count--;
    return at > 0;
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

struct gathered {
    uint64_t value[MODEL_EVENTS_MAX];
    int64_t at_ms[MODEL_EVENTS_MAX];
    uint64_t position[MODEL_EVENTS_MAX];
    double sorted[MODEL_EVENTS_MAX];
    uint32_t count;
};
static struct gathered gathered;

static void gather(const struct model *model, const struct window_feature *feature, int64_t at_ms)
{
    gathered.count = 0;
    for (uint32_t i = 0; i < model->count; i++) {
        const struct model_event *event = &model->event[i];
        if (event->at_ms > at_ms || event->at_ms <= at_ms - feature->span_ms)
            continue;
        if ((event->flags >> feature->bit & 1u) == 0)
            continue;
        gathered.value[gathered.count] = event->value[feature->value];
        gathered.at_ms[gathered.count] = event->at_ms;
        gathered.position[gathered.count++] = event->position;
    }
}

static uint32_t often(uint64_t value)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < gathered.count; i++)
        count += gathered.value[i] == value;
    return count;
}

static int compare_values(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Equal values lie together when they are sorted: each run is one distinct value. */
static uint64_t model_counted(enum measure measure)
{
    static uint64_t value[MODEL_EVENTS_MAX];
    uint32_t n = gathered.count;
    uint32_t most = 0;
    uint32_t distinct = 0;
    memcpy(value, gathered.value, n * sizeof value[0]);
    qsort(value, n, sizeof value[0], compare_values);
    for (uint32_t i = 0, run = 0; i < n; i++) {
        bool first = i == 0 || value[i] != value[i - 1];
        run = first ? 1 : run + 1;
        distinct += first;
        most = run > most ? run : most;
    }
    if (measure == MEASURE_DISTINCT)
        return bits_of(distinct);
    return bits_of((double)most / n);
}

static uint64_t model_read(const struct model *model, const struct window_feature *feature,
                           int64_t at_ms, uint64_t own)
{
    gather(model, feature, at_ms);
    uint32_t n = gathered.count;
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += gathered.sorted[i] = number_of(gathered.value[i]);
    if (feature->measure == MEASURE_COUNT)
        return bits_of(n);
    if (feature->measure == MEASURE_SUM)
        return bits_of(sum);
    if (feature->measure == MEASURE_FRESH) {
        for (uint32_t i = 0; i < n; i++)
            if (gathered.position[i] == own && own != 0)
                return often(gathered.value[i]) == 1 ? WINDOW_TRUE : WINDOW_FALSE;
        return WINDOW_UNKNOWN;
    }
    if (n == 0)
        return window_nothing(feature);
    switch (feature->measure) {
    case MEASURE_MEAN:
        return bits_of(sum / n);
    case MEASURE_FIRST:
        return gathered.value[0];
    case MEASURE_LAST:
        return gathered.value[n - 1];
    case MEASURE_SINCE:
        return bits_of((double)(at_ms - gathered.at_ms[n - 1]));
    case MEASURE_TOP:
    case MEASURE_DISTINCT:
        return model_counted(feature->measure);
    default:
        break;
    }
    qsort(gathered.sorted, n, sizeof(double), compare_numbers);
    double place = feature->measure == MEASURE_MIN   ? 1
                   : feature->measure == MEASURE_MAX ? n
                                                     : ceil(feature->quantile * n);
    return bits_of(gathered.sorted[place < 1 ? 0 : (uint32_t)place - 1]);
}

/* ---- the comparison ---- */

static void check_reads(struct bench *bench, unsigned entity, int64_t at_ms, uint64_t own)
{
    uint64_t key = key_of(entity);
    const struct window_slot *slot = window_find(bench->window, key, window_hash(key));
    static uint64_t answer[PROFILE_FEATURES_MAX];
    struct window_want want[PROFILE_FEATURES_MAX];
    unsigned count = 0;
    unsigned from =
        (unsigned)chance_below(&bench->chance, 3); /* features are not all read at once */
    for (unsigned f = from; f < bench->plan.features_count; f += 1 + from)
        want[count++] = (struct window_want){(uint16_t)f, 0, &answer[f]};
    window_read(bench->window, slot, at_ms, want, count, 0, own != 0);
    for (unsigned i = 0; i < count; i++) {
        const struct window_feature *feature = &bench->feature[want[i].feature];
        uint64_t expected = model_read(&bench->model[entity], feature, at_ms, own);
        uint64_t came = answer[want[i].feature];
        bool both_nan = !feature->name && isnan(number_of(expected)) && isnan(number_of(came));
        if (came != expected && !both_nan)
            fail_msg("feature %u measure %u: %.17g, not %.17g (of %u events)", want[i].feature,
                     (unsigned)feature->measure, number_of(came), number_of(expected),
                     gathered.count);
    }
}

static void check_walk(struct bench *bench, unsigned entity)
{
    uint64_t key = key_of(entity);
    const struct window_slot *slot = window_find(bench->window, key, window_hash(key));
    const struct model *model = &bench->model[entity];
    struct window_walk walk;
    window_walk_init(&walk, bench->window, slot);
    uint32_t count = window_events_count(bench->window, slot);
    assert_true(count <= model->count);
    for (uint32_t i = 0; i < count; i++) {
        struct window_seen seen;
        assert_true(window_walk_back(&walk, &seen));
        const struct model_event *event = &model->event[model->count - 1 - i];
        assert_int_equal(seen.at_ms, event->at_ms);
        assert_int_equal(seen.position, event->position);
        assert_int_equal(seen.flags, event->flags);
        assert_memory_equal(seen.value, event->value, sizeof event->value);
    }
    if (count < model->count) { /* the rest cannot be seen from any time still allowed */
        const struct model_event *event = &model->event[model->count - 1 - count];
        assert_true(event->at_ms <=
                    bench->newest_ms - bench->plan.span_ms_max - bench->plan.late_ms_max);
    }
    int64_t past_ms = bench->newest_ms - bench->plan.span_ms_max - bench->plan.late_ms_max;
    if (model->fallen_ms > past_ms)
        assert_int_equal(window_fallen_ms(bench->window, slot), model->fallen_ms);
}

static struct model_event event_drawn(struct bench *bench, unsigned names)
{
    struct chance *chance = &bench->chance;
    struct model_event event = {.at_ms = bench->newest_ms, .position = ++bench->position};
    unsigned bits = bench->plan.bits_count;
    event.flags = chance_bits(chance) & chance_bits(chance);
    event.flags =
        (event.flags | chance_bits(chance)) & (bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1);
    if (event.flags == 0)
        event.flags = 1;
    event.value[0] = bits_of((double)chance_below(chance, 1000));
    event.value[1] = bits_of(chance_below(chance, 4) > 0 ? (double)chance_below(chance, 50)
                                                         : chance_between(chance, -1e9, 1e15));
    event.value[2] = 1 + chance_below(chance, names);
    event.value[3] = 1 + chance_below(chance, names * 10);
    return event;
}

/* How fast time goes: mostly the given step, sometimes not at all, seldom a leap. */
static void time_goes(struct bench *bench, int64_t step_ms, bool leaps)
{
    uint64_t dice = chance_below(&bench->chance, 1000);
    if (dice < 100)
        return;
    bench->newest_ms += (int64_t)chance_below(&bench->chance, (uint64_t)step_ms * 2 + 1);
    if (leaps && dice >= 998)
        bench->newest_ms += 10 * (int64_t)HOUR_MS;
}

struct pace {
    unsigned entities;
    unsigned steps;
    int64_t step_ms;
    unsigned names;
    unsigned sweep;
    unsigned read_one_in;
    unsigned probes; /* at each step */
};

/* Some event comes, is asked about, and is taken out again. */
static void probe(struct bench *bench, unsigned entity, struct pace pace)
{
    static unsigned char room[1 << 22];
    static uint64_t answer[PROFILE_FEATURES_MAX];
    struct window_shelf shelf = {room, 0, sizeof room};
    struct window_held held;
    struct window_counts before, after;
    struct model_event event = event_drawn(bench, pace.names);
    if (chance_below(&bench->chance, 4) == 0)
        event.at_ms -= (int64_t)chance_below(&bench->chance, (uint64_t)pace.step_ms * 20 + 1);
    const uint64_t *column[VALUES];
    for (unsigned v = 0; v < VALUES; v++)
        column[v] = &event.value[v];
    struct window_visit visit = {.key = key_of(entity), .flags = event.flags};
    struct window_visit *visits = &visit;
    visit.hash = window_hash(visit.key);
    struct window_batch batch = {
        .at_ms = &event.at_ms,
        .position = &event.position,
        .column = column,
        .turned = column,
        .newest_ms = bench->newest_ms,
        .probed = true,
    };
    struct window_want want[PROFILE_FEATURES_MAX];
    unsigned count = 0;
    for (unsigned f = 0; f < bench->plan.features_count; f++)
        want[count++] = (struct window_want){(uint16_t)f, 0, &answer[f]};
    assert_int_equal(window_reserve(bench->window, 1), STATUS_OK);
    window_count(bench->window, &before);
    assert_int_equal(window_hold(bench->window, &visit, event.at_ms, &shelf, &held), STATUS_OK);
    assert_int_equal(window_visits(bench->window, &visits, 1, &batch), STATUS_OK);
    window_read(bench->window, visit.slot, event.at_ms, want, count, 0, visit.kept);
    window_put_back(&held);
    window_count(bench->window, &after);
    assert_memory_equal(&before, &after, sizeof before);
}

static void play(struct bench *bench, struct pace pace)
{
    struct chance *chance = &bench->chance;
    for (unsigned i = 0; i < pace.steps; i++) {
        time_goes(bench, pace.step_ms, pace.read_one_in < 1000);
        unsigned entity = (unsigned)chance_below(chance, 1 + chance_below(chance, pace.entities));
        struct model_event event = event_drawn(bench, pace.names);
        if (chance_below(chance, 4) == 0)
            event.at_ms -= (int64_t)chance_below(chance, (uint64_t)pace.step_ms * 20 + 1);
        if (chance_below(chance, 50) == 0)
            event.at_ms -= (int64_t)chance_below(chance, LATE_HOURS_MAX * HOUR_MS / 2);
        if (event.at_ms < bench->newest_ms - bench->plan.late_ms_max)
            event.at_ms = bench->newest_ms - bench->plan.late_ms_max;
        const uint64_t *column[VALUES];
        for (unsigned v = 0; v < VALUES; v++)
            column[v] = &event.value[v];
        struct window_event add = {event.at_ms, event.flags, event.position, column, 0};
        uint64_t key = key_of(entity);
        assert_int_equal(window_reserve(bench->window, 1), STATUS_OK);
        struct window_slot *slot = window_entity(bench->window, key, window_hash(key));
        bool kept = false;
        assert_int_equal(window_add(bench->window, slot, &add, bench->newest_ms, &kept), STATUS_OK);
        assert_int_equal(kept, model_add(bench, entity, &event));
        if (chance_below(chance, pace.read_one_in) == 0)
            check_reads(bench, entity, event.at_ms, kept ? event.position : 0);
        unsigned other = (unsigned)chance_below(chance, pace.entities);
        if (chance_below(chance, pace.read_one_in * 4) == 0)
            check_reads(bench, other, bench->newest_ms, 0);
        if (chance_below(chance, pace.read_one_in * 8) == 0)
            check_walk(bench, other);
        for (unsigned k = 0; k < pace.probes; k++)
            probe(bench, (unsigned)chance_below(chance, pace.entities), pace);
        window_sweep(bench->window, pace.sweep, bench->newest_ms);
    }
}

static void test_small_entities(void **state)
{
    (void)state;
    static struct bench bench;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        bench_init(&bench, seed, 16384, 32, seed % 2 ? 20 : 50);
        play(&bench, (struct pace){64, 4000, 600 * 1000, 5, 3, 1, 0});
        bench_release(&bench);
    }
}

static void test_busy_entities(void **state)
{
    (void)state;
    static struct bench bench;
    for (uint64_t seed = 11; seed <= 16; seed++) {
        bench_init(&bench, seed, 16384, (uint32_t)(seed % 3), seed % 2 ? 30 : 31);
        play(&bench, (struct pace){3, 6000, 20 * 1000, 30, 1, 4, 0});
        bench_release(&bench);
    }
}

static void test_between(void **state)
{
    (void)state;
    static struct bench bench;
    for (uint64_t seed = 21; seed <= 26; seed++) {
        bench_init(&bench, seed, 16384, 16, 12);
        play(&bench, (struct pace){6, 5000, 200 * 1000, 8, 2, 2, 0});
        play(&bench, (struct pace){6, 600, 4 * HOUR_MS, 8, 2, 1, 0}); /* they grow quiet */
        bench_release(&bench);
    }
}

static void test_too_many_events(void **state)
{
    (void)state;
    static struct bench bench;
    for (uint64_t seed = 31; seed <= 36; seed++) {
        uint32_t events_max = seed == 31 ? 1 : seed == 32 ? 2 : 20 + (uint32_t)seed * 7;
        bench_init(&bench, seed, events_max, 0, 12);
        play(&bench, (struct pace){4, 4000, 30 * 1000, 8, 2, 2, 0});
        bench_release(&bench);
    }
}

/* The model knows nothing of the probes. */
static void test_events_taken_out_again(void **state)
{
    (void)state;
    static struct bench bench;
    for (uint64_t seed = 41; seed <= 48; seed++) {
        uint32_t events_max = seed == 41 ? 1 : seed < 45 ? 20 + (uint32_t)seed * 7 : 16384;
        bench_init(&bench, seed, events_max, seed % 3 == 0 ? 16 : 0, seed % 2 ? 12 : 40);
        play(&bench, (struct pace){4, 1500, 30 * 1000, 8, 2, 2, 2});
        play(&bench, (struct pace){60, 500, 600 * 1000, 8, 2, 1, 1});
        play(&bench, (struct pace){4, 300, 4 * HOUR_MS, 8, 2, 1, 1});
        bench_release(&bench);
    }
}

static void test_the_largest_entity(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 41, 16384, 0, 12);
    play(&bench, (struct pace){1, 42000, 900, 3000, 0, 2500, 0});
    uint64_t key = key_of(0);
    const struct window_slot *slot = window_find(bench.window, key, window_hash(key));
    assert_int_equal(window_events_count(bench.window, slot), 16384);
    bench_release(&bench);
}

/* Decades between records: bases are moved, nothing of before is seen. */
static void test_leaps_of_time(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 51, 16384, 8, 12);
    for (unsigned i = 0; i < 40; i++) {
        play(&bench, (struct pace){4, 60, 60 * 1000, 8, 0, 1, 0});
        bench.newest_ms += (int64_t)chance_below(&bench.chance, 40000) * DAY_MS;
    }
    bench_release(&bench);
}

/* Silent entities give their memory back, and an entity that comes again begins anew. */
static void test_sweep(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 61, 16384, 8, 12);
    play(&bench, (struct pace){64, 5000, 1000, 8, 0, 100, 0});
    struct window_counts counts;
    window_count(bench.window, &counts);
    assert_int_equal(counts.entities, 64);
    bench.newest_ms += 40 * (int64_t)HOUR_MS;
    window_sweep(bench.window, 100000, bench.newest_ms);
    window_count(bench.window, &counts);
    assert_int_equal(counts.entities, 0);
    assert_int_equal(counts.events, 0);
    assert_int_equal(counts.busy, 0);
    play(&bench, (struct pace){64, 1000, 1000, 8, 5, 1, 0});
    bench_release(&bench);
}

/* A budget that runs out refuses an event whole, and what was there still answers. */
static void test_full(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 71, 16384, 8, 12);
    bench.budget.size_max = (size_t)6 << 20;
    unsigned refused = 0;
    for (unsigned i = 0; i < 60000 && refused < 100; i++) {
        unsigned entity = i % ENTITIES_MAX;
        bench.newest_ms += 10;
        struct model_event event = event_drawn(&bench, 1000000);
        const uint64_t *column[VALUES];
        for (unsigned v = 0; v < VALUES; v++)
            column[v] = &event.value[v];
        struct window_event add = {event.at_ms, event.flags, event.position, column, 0};
        size_t bound = window_growth_max(bench.window, 1);
        size_t left = budget_left(&bench.budget);
        assert_true(bound <= window_growth_bound(bench.window, 1));
        assert_int_equal(window_reserve(bench.window, 1), STATUS_OK);
        struct window_slot *slot =
            window_entity(bench.window, key_of(entity), window_hash(key_of(entity)));
        bool kept = false;
        if (window_add(bench.window, slot, &add, bench.newest_ms, &kept) == STATUS_OK) {
            model_add(&bench, entity, &event);
        } else {
            assert_true(bound + 2 * POOL_CHUNK_SIZE > left);
            refused++;
        }
        if (refused > 0)
            check_walk(&bench, entity);
    }
    assert_int_equal(refused, 100);
    for (unsigned i = 0; i < ENTITIES_MAX; i++)
        check_reads(&bench, i, bench.newest_ms, 0);
    bench_release(&bench);
}

static void test_boot_failures(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 81, 16384, 8, 12);
    size_t used = atomic_load(&bench.budget.used);
    for (uint64_t n = 1; n <= 2; n++) {
        struct window *window = NULL;
        arena_fail_at(bench.boot, n);
        assert_int_equal(window_create(&window, &bench.plan, &bench.pool, bench.boot), STATUS_FULL);
        assert_null(window);
    }
    assert_int_equal(atomic_load(&bench.budget.used), used);
    bench_release(&bench);
}

/* What an entity is said to take is what the pool and the table hold for each of many. */
static void test_sizes(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    static const uint32_t EVENTS[] = {1, 3, 8, 40};
    for (unsigned i = 0; i < sizeof EVENTS / sizeof EVENTS[0]; i++) {
        static struct bench bench;
        uint64_t event_size, entity_size;
        bench_init(&bench, 91, 16384, 32, 12);
        assert_int_equal(
            window_sizes(&bench.plan, EVENTS[i], bench.boot, &event_size, &entity_size), STATUS_OK);
        assert_int_equal(event_size, 8 * (2 + VALUES));
        for (uint64_t key = 1; key <= MANY; key++) {
            assert_int_equal(window_reserve(bench.window, 1), STATUS_OK);
            struct window_slot *slot = window_entity(bench.window, key, window_hash(key));
            for (uint32_t e = 0; e < EVENTS[i]; e++) {
                struct model_event event = event_drawn(&bench, 1000000);
                const uint64_t *column[VALUES];
                for (unsigned v = 0; v < VALUES; v++)
                    column[v] = &event.value[v];
                struct window_event add = {bench.newest_ms, event.flags, e, column, 0};
                bool kept;
                assert_int_equal(window_add(bench.window, slot, &add, bench.newest_ms, &kept),
                                 STATUS_OK);
            }
        }
        double taken = (double)atomic_load(&bench.budget.used) / MANY;
        assert_true(taken > 0.85 * (double)entity_size);
        double room = EVENTS[i] > 32 ? 1.5 : 1.15; /* a busy entity has room to grow */
        assert_true(taken < room * (double)entity_size + 2.0 * POOL_CHUNK_SIZE / MANY);
        bench_release(&bench);
    }
}

static void test_pool_classes(void **state)
{
    (void)state;
    for (unsigned class = 0; class < POOL_CLASSES_COUNT; class ++) {
        size_t size = pool_class_size(class);
        assert_int_equal(pool_class(size), class);
        assert_int_equal(pool_class(size - 1), class);
        assert_int_equal(size % POOL_UNIT, 0);
        if (class + 1 < POOL_CLASSES_COUNT)
            assert_int_equal(pool_class(size + 1), class + 1);
    }
}

/* Blocks keep what is written in them, whatever is taken and given back around them. */
static void test_pool_blocks(void **state)
{
    (void)state;
    enum { BLOCKS = 400 };
    static struct budget budget = {.size_max = (size_t)1 << 30};
    struct pool pool;
    struct chance chance = chance_seeded(5);
    uint32_t block[BLOCKS] = {0};
    unsigned class[BLOCKS] = {0};
    assert_int_equal(pool_init(&pool, &budget), STATUS_OK);
    for (unsigned i = 0; i < 40000; i++) {
        unsigned at = (unsigned)chance_below(&chance, BLOCKS);
        if (block[at] != 0) {
            const uint32_t *mark = pool_at(&pool, block[at]);
            size_t words = pool_class_size(class[at]) / 4;
            assert_int_equal(mark[0], at);
            assert_int_equal(mark[words - 1], at);
            pool_give_back(&pool, class[at], block[at]);
            block[at] = 0;
            continue;
        }
        class[at] = (unsigned)chance_below(&chance, 1 + chance_below(&chance, 70));
        assert_int_equal(pool_take(&pool, class[at], &block[at]), STATUS_OK);
        uint32_t *mark = pool_at(&pool, block[at]);
        mark[0] = at;
        mark[pool_class_size(class[at]) / 4 - 1] = at;
    }
    pool_release(&pool);
    assert_int_equal(atomic_load(&budget.used), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool_classes),
        cmocka_unit_test(test_pool_blocks),
        cmocka_unit_test(test_small_entities),
        cmocka_unit_test(test_busy_entities),
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_too_many_events),
        cmocka_unit_test(test_events_taken_out_again),
        cmocka_unit_test(test_the_largest_entity),
        cmocka_unit_test(test_leaps_of_time),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_boot_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
