/* vitals_test.c -- log lines are those of the schema; metrics are OpenMetrics and add up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/disk.h"
#include "vitals/log.h"
#include "vitals/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those first */
#include <cmocka.h>

static char heard[4096];
static unsigned lines;
static char bytes[64 * 1024];

static void hear(void *self, struct slice line)
{
    (void)self;
    assert_true(line.size < sizeof heard);
    memcpy(heard, line.at, line.size);
    heard[line.size] = '\0';
    lines++;
}

static moment nine(void *self)
{
    (void)self;
    return (moment){1772413200000};
}

static struct log log_at(enum log_level level)
{
    lines = 0;
    return (struct log){.level = level, .clock = {.now = nine}, .zone_minutes = 480, .take = hear};
}

static void an_event_is_one_line_of_json(void **state)
{
    (void)state;
    struct log log = log_at(LOG_INFO);
    LOG(&log, listening, LOG_TEXT(address, SLICE("::1\"\n")), LOG_WHOLE(port, 8470));
    assert_string_equal(heard,
                        "{\"timestamp\":\"2026-03-02T09:00:00.000+08:00\",\"level\":\"info\","
                        "\"event_type\":\"listening\",\"message\":\"requests are answered at "
                        "this address\",\"address\":\"::1\\\"\\n\",\"port\":8470}\n");
}

static void a_quiet_log_hears_only_what_it_asked_for(void **state)
{
    (void)state;
    struct log log = log_at(LOG_WARNING);
    LOG(&log, listening, LOG_WHOLE(port, 1));
    assert_int_equal(lines, 0);
    LOG(&log, failed, LOG_TEXT(status, SLICE("io")));
    assert_int_equal(lines, 1);
}

static void a_value_without_end_leaves_a_whole_line(void **state)
{
    (void)state;
    static char long_text[8192];
    struct log log = log_at(LOG_DETAIL);
    for (size_t i = 0; i + 3 < sizeof long_text; i += 3)
        memcpy(long_text + i, "诈", 3);
    LOG(&log, http, LOG_TEXT(what, slice_of(long_text)), LOG_TEXT(file, slice_of(long_text)));
    assert_int_equal(heard[strlen(heard) - 2], '}');
    assert_true(utf8_valid(slice_of(heard)));
}

static void the_schema_is_the_committed_one(void **state)
{
    (void)state;
    struct arena *arena;
    struct slice schema;
    enum disk_fault fault;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    assert_int_equal(disk_read_all(SCHEMA, 1 << 16, arena, &schema, &fault), STATUS_OK);
    struct text text = text_over(bytes, sizeof bytes);
    text_add_log_schema(&text);
    if (!slice_equal(schema, text_slice(&text)))
        fail_msg("src/vitals/log.schema.json is old; it should be:\n%s", bytes);
    arena_destroy(arena);
}

static const struct metric TABLE[] = {
    {"cutline_a", METRIC_COUNTER, "", "outcome", "good|bad", "What was counted."},
    {"cutline_b_bytes", METRIC_GAUGE, "bytes", "", "", "How much."},
    {"cutline_c_seconds", METRIC_GAUGE, "seconds", "", "", "How old."},
    {"cutline_d_seconds", METRIC_HISTOGRAM, "seconds", "", "", "How long."},
    {"cutline_build", METRIC_INFO, "", "version", "1.2", "Which."},
};

static void figures_are_written_as_openmetrics(void **state)
{
    (void)state;
    struct arena *arena;
    struct metrics *metrics;
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    assert_int_equal(metrics_create(&metrics, TABLE, 5, arena), STATUS_OK);
    assert_int_equal(metrics_quantile(metrics, 3, 0, 990), -1);
    metrics_add(metrics, 0, 0, 3);
    metrics_add(metrics, 0, 1, 1);
    metrics_set(metrics, 1, 0, 42);
    metrics_set(metrics, 2, 0, 1500);
    for (int i = 0; i < 99; i++)
        metrics_observe(metrics, 3, 0, 900);
    metrics_observe(metrics, 3, 0, 60000000);
    struct text text = text_over(bytes, sizeof bytes);
    text_add_metrics(&text, metrics);
    assert_non_null(strstr(bytes, "# TYPE cutline_a counter\n# HELP cutline_a What was counted.\n"
                                  "cutline_a_total{outcome=\"good\"} 3\n"
                                  "cutline_a_total{outcome=\"bad\"} 1\n"));
    assert_non_null(strstr(bytes, "# UNIT cutline_b_bytes bytes\n"));
    assert_non_null(strstr(bytes, "cutline_b_bytes 42\n"));
    assert_non_null(strstr(bytes, "cutline_c_seconds 1.500\n"));
    assert_non_null(strstr(bytes, "cutline_d_seconds_bucket{le=\"0.000500\"} 0\n"));
    assert_non_null(strstr(bytes, "cutline_d_seconds_bucket{le=\"0.001000\"} 99\n"));
    assert_non_null(strstr(bytes, "cutline_d_seconds_bucket{le=\"+Inf\"} 100\n"));
    assert_non_null(strstr(bytes, "cutline_d_seconds_sum 60.089100\n"));
    assert_non_null(strstr(bytes, "cutline_d_seconds_count 100\n"));
    assert_non_null(strstr(bytes, "cutline_build_info{version=\"1.2\"} 1\n"));
    assert_string_equal(bytes + strlen(bytes) - 6, "# EOF\n");
    assert_int_equal(metrics_quantile(metrics, 3, 0, 990), 1000);
    assert_int_equal(metrics_quantile(metrics, 3, 0, 999), -1);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_one_line_of_json),
        cmocka_unit_test(a_quiet_log_hears_only_what_it_asked_for),
        cmocka_unit_test(a_value_without_end_leaves_a_whole_line),
        cmocka_unit_test(the_schema_is_the_committed_one),
        cmocka_unit_test(figures_are_written_as_openmetrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
