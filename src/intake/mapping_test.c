/* mapping_test.c -- mapping files: what they say is done, what they say wrongly is told. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping.h"
#include "ground/outline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { MEMORY_MAX = 64 << 20, OUT_BYTES = 4096 };

static char en[2048], zh[2048];
static struct text why[TONGUES_COUNT];

static enum status parse(const char *yaml, struct arena *boot, struct mapping **mapping)
{
    why[TONGUE_EN] = text_over(en, sizeof en);
    why[TONGUE_ZH] = text_over(zh, sizeof zh);
    return mapping_parse(mapping, "m.yaml", slice_of(yaml), boot, why);
}

#define CALL "kind: call\nfields:\n  caller: b\n  callee: c\n"
#define PAY  "kind: payment\nfields:\n  time: a\n"

static const struct {
    const char *yaml, *says;
} WRONG[] = {
    {"", "m.yaml:1:1: the file is empty"},
    {"[", "is not YAML"},
    {"- a\n", "m.yaml:1:1: `key: value` lines are wanted here"},
    {"fields:\n  time: a\n", "the mapping must say its `kind`"},
    {"kind: call\n", "the mapping must have `fields`"},
    {"kind: calls\nfields: {}\n", "m.yaml:1:7: `calls` is not known here; did you mean `call`?"},
    {"kind: xyzzy\nfields: {}\n", "known are call, sms, sim"},
    {CALL "kind: sms\n", "m.yaml:5:1: the key `kind` is there twice"},
    {CALL "feilds: {}\n", "there is no key `feilds`; did you mean `fields`?"},
    {CALL, "every record of this kind must have time"},
    {CALL "  time: a\n  durration: d\n", "no field `durration`; did you mean `duration`?"},
    {CALL "  time: {column: a, constant: 1}\n", "from a `column` or is a `constant`"},
    {CALL "  time: {form: epoch_s}\n", "from a `column` or is a `constant`"},
    {CALL "  time: {column: a, form: epoc_s}\n", "did you mean `epoch_s`?"},
    {CALL "  time: {column: a, form: \"%Q\"}\n", "`%Q` is not a pattern"},
    {CALL "  time: {column: a, form: \"%H:%M\"}\n", "not a pattern with a year"},
    {CALL "  time: {column: a, form: steps}\n", "goes with `unit` and `origin`"},
    {CALL "  time: {column: a, unit: day}\n", "goes with `unit` and `origin`"},
    {CALL "  time: {column: a, unit: day, origin: soon}\n", "`soon` is not a date"},
    {CALL "  time: {column: a, zone: Peking}\n", "`Peking` is not a zone"},
    {CALL "  time: {column: 0}\n", "columns are counted from 1"},
    {CALL "  time: {column: 999}\n", "is not a number that fits here"},
    {CALL "  time: {column: ''}\n", "a column has a name or a number"},
    {CALL "  time: [a, b, c, d, e]\n", "one to four sources"},
    {CALL "  time: []\n", "one to four sources"},
    {CALL "  time: {columns: a}\n", "the date and the time of day"},
    {CALL "  time: a\n  result: {column: r, values: {x: busi}}\n", "did you mean `busy`?"},
    {CALL "  time: a\n  result: {column: r, otherwise: bad}\n", "`bad` is not known here"},
    {CALL "  time: a\n  result: {constant: yes}\n", "`yes` is not known here"},
    {CALL "  time: a\n  result: {column: r, values: [x]}\n", "`key: value` lines are wanted"},
    {CALL "  time: a\n  duration: {column: d, unit: fortnight}\n", "`fortnight` is not a unit"},
    {CALL "  time: a\n  duration: {column: d, scale: 10}\n", "`scale` is for amounts"},
    {CALL "  time: a\n  duration: {column: d, form: epoch_s}\n", "`form` is for times"},
    {CALL "  time: a\n  duration: {column: d, prefix: x}\n", "`prefix` is for names"},
    {CALL "  time: a\n  cell: {column: d, as: opaque}\n", "`as` is for phones"},
    {CALL "  time: a\n  cell: {column: d, unit: s}\n", "`unit` is for times, durations"},
    {"kind: call\nfields: {time: a, callee: b, caller: {column: c, as: imei}}\n",
     "`imei` does not fit this field"},
    {PAY "  amount: {column: b, scale: 3}\n", "`3` is not a power of ten"},
    {PAY "  amount: {column: b, unit: fen}\n", "`fen` is not known here"},
    {PAY "  amount: {column: b, round: perhaps}\n", "`perhaps` is not known here"},
    {PAY "  amount: b\ncurrency: yuan\n", "`yuan` is not a currency code"},
    {PAY "  amount: b\nhome_country: China\n", "`China` is not a country code"},
    {PAY "  amount: b\ndelimiter: ':'\n", "`:` is not known here"},
    {PAY "  amount: b\nskip: {column: a}\n", "`skip` wants a `column`, and `values`"},
    {PAY "  amount: b\nskip: {column: a, values: [x], all_but: [y]}\n", "not both"},
    {PAY "  amount: b\ncolumns: [[a, b], [b, a]]\n", "two lists of columns of the same length"},
    {PAY "  amount: b\ncolumns: []\n", "the list of columns is empty"},
    {PAY "  amount: b\nloose: [a]\n", "goes with `quotes: unescaped`"},
    {PAY "  amount: b\nskip_lines: -1\n", "is not a number that fits here"},
    {PAY "  amount: b\norder: nome\n", "`nome` is not known here; did you mean `none`?"},
    {PAY "  amount: b\nskip_lines: [1]\n", "a word is wanted here"},
    {PAY "  amount: b\n? [a]\n: b\n", "a key must be a word"},
};

static void test_complaints(void **state)
{
    (void)state;
    struct arena *boot;
    struct mapping *mapping;
    assert_int_equal(arena_create(&boot, MEMORY_MAX), STATUS_OK);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        arena_reset(boot);
        if (parse(WRONG[i].yaml, boot, &mapping) != STATUS_MALFORMED ||
            strstr(en, WRONG[i].says) == NULL)
            fail_msg("%s\nsays \"%s\", not \"%s\"", WRONG[i].yaml, en, WRONG[i].says);
        assert_int_equal(strncmp(en, "m.yaml:", 7), 0);
        assert_true(strlen(zh) > 10 && strcmp(en, zh) != 0);
    }
    arena_destroy(boot);
}

static enum status count_reject(void *self, const struct reject *reject)
{
    struct text *out = self;
    text_addf(out, "#%llu ", (unsigned long long)reject->line);
    text_add_reject(out, reject, TONGUE_EN);
    text_add_char(out, '\n');
    return STATUS_OK;
}

/* What comes out: records as JSON without `{"kind":"..",` and rejects. */
static const char *read_through(const char *yaml, const char *name, const char *content)
{
    static char out_bytes[OUT_BYTES];
    struct text out = text_over(out_bytes, sizeof out_bytes);
    struct arena *boot;
    struct mapping *mapping;
    struct intake *intake;
    const struct record *records;
    size_t count;
    assert_int_equal(arena_create(&boot, MEMORY_MAX), STATUS_OK);
    if (parse(yaml, boot, &mapping) != STATUS_OK)
        fail_msg("%s", en);
    struct intake_options options = {
        .mapping = mapping, .home_country = SLICE("86"), .zone_minutes = 480};
    assert_int_equal(
        intake_create(&intake, &options, (struct reject_sink){count_reject, &out}, boot),
        STATUS_OK);
    if (intake_add_bytes(intake, name, slice_of(content), why) != STATUS_OK)
        text_add_string(&out, en);
    while (intake_next(intake, &records, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            text_add_record(&out, &records[i]);
            text_add_char(&out, '\n');
        }
    }
    intake_destroy(intake);
    arena_destroy(boot);
    return out_bytes;
}

#define RESULT(yaml, content, out) assert_string_equal(read_through(yaml, "x", content), out)

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *form, *written, *time;
    } TIMES[] = {
        {"form: \"%Y%m%d%H%M%S\"", "20260302091504", "2026-03-02T01:15:04.000"},
        {"form: \"%d.%m.%y %H:%M\"", "2.3.26 9:15", "2026-03-02T01:15:00.000"},
        {"form: \"%d %b %Y %I:%M:%S %p\"", "02 Mar 2026 09:15:04 PM", "2026-03-02T13:15:04.000"},
        {"form: \"%Y年%m月%d日 %p%I时%M分\"", "2026年3月2日 下午9时15分",
         "2026-03-02T13:15:00.000"},
        {"form: \"%F %T.%f\"", "2026-03-02 09:15:04.25", "2026-03-02T01:15:04.250"},
        {"form: \"%F %T%z\"", "2026-03-02 09:15:04+0530", "2026-03-02T03:45:04.000"},
        {"form: \"%F %T %z\"", "2026-03-02 09:15:04 UTC", "2026-03-02T09:15:04.000"},
        {"form: \"%s\"", "1772413200", "2026-03-02T01:00:00.000"},
        {"form: \"%F %T\", zone: \"-05:00\"", "2026-03-02 09:15:04", "2026-03-02T14:15:04.000"},
        {"form: epoch_s", "1772413200.5", "2026-03-02T01:00:00.500"},
        {"form: epoch_ms", "1772413200500", "2026-03-02T01:00:00.500"},
        {"form: steps, unit: day, origin: 2023-01-01, zone: UTC", "31", "2023-02-01T00:00:00.000"},
        {"form: steps, unit: day, origin: 1899-12-30", "46083.385463", "2026-03-02T01:15:04.003"},
        {"unit: h, origin: 2023-01-01T00:00:00Z", "1.5", "2023-01-01T01:30:00.000"},
        {"form: steps, unit: day, origin: 2023-01-01, zone: UTC", "-1", "2022-12-31T00:00:00.000"},
        {"form: canonical", "2026-03-02T09:15:04+08:00", "2026-03-02T01:15:04.000"},
    };
    for (size_t i = 0; i < sizeof TIMES / sizeof TIMES[0]; i++) {
        char yaml[512], content[256], expected[256];
        (void)snprintf(yaml, sizeof yaml, "kind: report\nfields:\n  time: {column: a, %s}\n",
                       TIMES[i].form);
        (void)snprintf(content, sizeof content, "a,b\n%s,\n", TIMES[i].written);
        (void)snprintf(expected, sizeof expected, "{\"kind\":\"report\",\"time\":\"%s+00:00\"}\n",
                       TIMES[i].time);
        RESULT(yaml, content, expected);
    }
    RESULT("kind: report\nfields:\n  time: {column: a, form: \"%F\"}\n", "a,b\n2026-02-30,\n",
           "#2 column 1 (a) is not a time: 2026-02-30\n");
    RESULT("kind: report\nfields:\n  time: {columns: [a, b], form: \"%F %T\"}\n",
           "a,b\n2026-03-02,09:15:04\n2026-03-02,\n",
           "#3 column 1 (a) is not a time: 2026-03-02\n"
           "{\"kind\":\"report\",\"time\":\"2026-03-02T01:15:04.000+00:00\"}\n");
}

#define REPORT(value) "{\"kind\":\"report\",\"time\":\"1970-01-01T00:00:00.001+00:00\"" value "}\n"

static void test_amounts(void **state)
{
    (void)state;
    RESULT("kind: report\ncurrency: CNY\nfields:\n  time: t\n  amount: {column: a, unit: minor}\n",
           "t,a\n1,1234\n", REPORT(",\"amount\":12.34"));
    RESULT(
        "kind: report\ncurrency: CNY\nfields:\n  time: t\n  amount: {column: a, scale: 10000}\n",
        "t,a\n1,1.5\n1,1.23456789\n",
        "#3 column 2 (a) is not an amount of money: 1.23456789\n" REPORT(",\"amount\":15000.00"));
    RESULT("kind: report\ncurrency: CNY\nfields:\n  time: t\n  amount: {column: a, round: yes}\n",
           "t,a\n1,1.005\n1,1.0049\n1,2\n",
           REPORT(",\"amount\":1.01") REPORT(",\"amount\":1.00") REPORT(",\"amount\":2.00"));
    RESULT("kind: report\nfields:\n  time: t\n  amount: {column: a, scale: 0.01}\n",
           "t,a\n1,1234\n", REPORT(",\"amount\":12.34"));
}

static void test_origins(void **state)
{
    (void)state;
    RESULT("kind: report\nfields:\n  time: t\n  person: [{column: a, empty: [x, \"\"]}, b, "
           "{constant: nobody}]\n",
           "t,a,b\n1,p,q\n1,x,q\n1,,\n",
           REPORT(",\"person\":\"p\"") REPORT(",\"person\":\"q\"")
               REPORT(",\"person\":\"nobody\""));
    RESULT("kind: report\nfields:\n  time: 1\n  person: {column: 2, prefix: a-}\n  id: \"2\"\n",
           "t,2\n1,p\n", REPORT(",\"id\":\"p\",\"person\":\"a-p\""));
    RESULT("kind: report\nfields:\n  time: t\n  phones: {column: a, as: dialled}\n",
           "t,a\n1,13800138000;alice;*98\n", REPORT(",\"phones\":\"+8613800138000;alice;*98\""));
    RESULT("kind: report\nhome_country: \"44\"\nfields:\n  time: t\n  phones: a\n",
           "t,a\n1,020 7946 0018\n", REPORT(",\"phones\":\"+442079460018\""));
    RESULT("kind: report\nskip: {column: a, all_but: [y]}\nfields:\n  time: t\n",
           "t,a\n1,y\nx,n\n1,\n", REPORT(""));
}

static void test_files_that_do_not_fit(void **state)
{
    (void)state;
    static const char MAPPING[] = "kind: report\nfields:\n  time: when\n";
    RESULT(MAPPING, "wehn,b\n1,2\n",
           "x: mapping m wants a column when, which the file does not have; did you mean wehn?");
    RESULT(MAPPING, "a,b\n1,2\n",
           "x: mapping m wants a column when, which the file does not have; its columns are: a, b");
    RESULT(
        "kind: report\nfields:\n  time: 3\n", "a,b\n1,2\n",
        "x: mapping m wants column number 3, which the file does not have; its columns are: a, b");
    RESULT("kind: report\ncolumns: [a, b, c]\nfields:\n  time: a\n", "1,2\n",
           "x: its rows do not have as many columns as mapping m says: 3");
    /* a canonical file among mapped ones */
    assert_non_null(strstr(read_through(MAPPING, "persons.csv", "person\np1\n"), "\"p1\""));
}

static void test_shapes(void **state)
{
    (void)state;
    static const char MAPPING[] = "kind: report\ncolumns: [[a, t], [t, b, c]]\nmore_columns: 1\n"
                                  "fields:\n  time: t\n";
    RESULT(MAPPING, "x,1\n", REPORT(""));
    RESULT(MAPPING, "1,x,y\n1,x,y\n1,x,y,z\nx,1\n",
           "#4 the row has too few or too many columns: 2, not 3\n" REPORT("") REPORT("")
               REPORT(""));
}

static void test_nearest_word(void **state)
{
    (void)state;
    static const struct slice WORDS[] = {{"column", 6}, {"columns", 7}, {"constant", 8}};
    assert_ptr_equal(nearest_word(SLICE("colunm"), WORDS, 3), &WORDS[0]);
    assert_ptr_equal(nearest_word(SLICE("cloumns"), WORDS, 3), &WORDS[1]);
    assert_ptr_equal(nearest_word(SLICE("konstant"), WORDS, 3), &WORDS[2]);
    assert_null(nearest_word(SLICE("zebra"), WORDS, 3));
    assert_null(nearest_word(SLICE(""), WORDS, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complaints),   cmocka_unit_test(test_times),
        cmocka_unit_test(test_amounts),      cmocka_unit_test(test_origins),
        cmocka_unit_test(test_shapes),       cmocka_unit_test(test_files_that_do_not_fit),
        cmocka_unit_test(test_nearest_word),
    };
    return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}
