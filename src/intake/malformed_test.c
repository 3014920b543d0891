/* malformed_test.c -- wrong files by the hundred: every row is accounted for, with its reason and
 * line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const REASONS[] = {
#define REJECT(name, en, zh) #name,
#include "rejects.inc"
#undef REJECT
};

struct wrong_value {
    enum record_kind kind;
    unsigned field;
    struct slice written;
    const char *reason;
};

static const struct wrong_value VALUES[] = {
#define VALUE(kind, field, written, reason) \
    {RECORD_##kind, FIELD_OF(kind, field), {written, sizeof(written) - 1}, reason},
#define FILE_OF(name, content, accepted, rejects)
#include "malformed.inc"
#undef VALUE
#undef FILE_OF
};

struct wrong_file {
    const char *name;
    struct slice content;
    unsigned accepted;
    const char *rejects;
};

static const struct wrong_file FILES[] = {
#define VALUE(kind, field, written, reason)
#define FILE_OF(name, content, accepted, rejects) \
    {name, {content, sizeof(content) - 1}, accepted, rejects},
#include "malformed.inc"
#undef VALUE
#undef FILE_OF
};

/* What is said of one file: "REASON@line REASON@line", and the column of the last. */
struct heard {
    char rejects[1024];
    struct text text;
    char column[64];
    unsigned column_number;
};

static enum status hear(void *self, const struct reject *reject)
{
    struct heard *heard = self;
    text_addf(&heard->text, "%s%s@%llu", heard->text.size == 0 ? "" : " ", REASONS[reject->reason],
              (unsigned long long)reject->line);
    (void)snprintf(heard->column, sizeof heard->column, "%.*s", (int)reject->column_name.size,
                   reject->column_name.at);
    heard->column_number = reject->column;
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        char sentence[512];
        struct text said = text_over(sentence, sizeof sentence);
        text_add_reject(&said, reject, (enum tongue)tongue);
        assert_false(said.full);
        assert_null(strchr(sentence, '%'));
        assert_true(utf8_valid(text_slice(&said)) || reject->reason == REJECT_ENCODING);
    }
    return STATUS_OK;
}

/* Reads the file; checks the sums, and that what is accepted is accepted again as canonical JSON.
 * */
static void read_file(const char *name, struct slice content, struct heard *heard,
                      struct intake_counts *counts)
{
    struct arena *boot;
    struct intake *intake;
    const struct record *records;
    size_t count;
    char en[1024], zh[1024];
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    struct intake_options options = {
        .home_country = SLICE("86"), .zone_minutes = 480, .home_currency = SLICE("CNY")};
    *heard = (struct heard){0};
    heard->text = text_over(heard->rejects, sizeof heard->rejects);
    assert_int_equal(arena_create(&boot, (size_t)64 << 20), STATUS_OK);
    assert_int_equal(intake_create(&intake, &options, (struct reject_sink){hear, heard}, boot),
                     STATUS_OK);
    uint64_t accepted = 0;
    uint64_t line = 0;
    if (intake_add_bytes(intake, name, content, why) != STATUS_OK) {
        text_add_string(&heard->text, "REFUSED");
        assert_true(why[TONGUE_EN].size > strlen(name) && why[TONGUE_ZH].size > strlen(name));
        assert_true(utf8_valid(text_slice(&why[TONGUE_EN])));
    }
    while (intake_next(intake, &records, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            assert_true(position_line(records[i].position) > line);
            line = position_line(records[i].position);
        }
        accepted += count;
    }
    intake_count(intake, counts);
    assert_int_equal(counts->read, counts->accepted + counts->rejected);
    assert_int_equal(counts->accepted, accepted);
    intake_destroy(intake);
    arena_destroy(boot);
}

static void test_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        struct heard heard;
        struct intake_counts counts;
        read_file(FILES[i].name, FILES[i].content, &heard, &counts);
        if (strcmp(heard.rejects, FILES[i].rejects) != 0 || counts.accepted != FILES[i].accepted)
            fail_msg("file %zu (%s):\n%.200s\n%llu accepted, rejects \"%s\"; not %u, \"%s\"", i,
                     FILES[i].name, FILES[i].content.at, (unsigned long long)counts.accepted,
                     heard.rejects, FILES[i].accepted, FILES[i].rejects);
    }
}

/* A good value for each type. */
static const char *good_value(const struct kind_schema *schema, unsigned field)
{
    switch (schema->fields[field].type) {
    case FIELD_TIME:
        return "2026-03-02T09:00:00Z";
    case FIELD_CHOICE:
        return schema->fields[field].words[0];
    case FIELD_PHONE:
    case FIELD_PHONES:
    case FIELD_ANY:
        return "13800138000";
    case FIELD_IMEI:
        return "490154203237518";
    case FIELD_CURRENCY:
        return "CNY";
    case FIELD_DEGREES:
        return "25.5";
    default:
        return "12";
    }
}

static void add_csv_value(struct text *text, struct slice value)
{
    text_add_char(text, '"');
    for (size_t i = 0; i < value.size; i++) {
        if (value.at[i] == '"')
            text_add_char(text, '"');
        text_add_char(text, value.at[i]);
    }
    text_add_char(text, '"');
}

static void add_row(struct text *text, const struct wrong_value *wrong, bool json, bool bad)
{
    const struct kind_schema *schema = kind_schema(wrong->kind);
    if (json)
        text_addf(text, "{\"kind\":\"%s\"", schema->name);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        struct slice value = slice_of(good_value(schema, i));
        if (bad && i == wrong->field)
            value = wrong->written;
        if (json) {
            text_addf(text, ",\"%s\":", schema->fields[i].name);
            text_add_json(text, value);
        } else {
            text_add_string(text, i == 0 ? "" : ",");
            add_csv_value(text, value);
        }
    }
    text_add_string(text, json ? "}\n" : "\n");
}

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof VALUES / sizeof VALUES[0]; i++) {
        const struct wrong_value *wrong = &VALUES[i / 2];
        const struct kind_schema *schema = kind_schema(wrong->kind);
        bool json = i % 2 == 1;
        char content[8192], name[64], expected[64];
        struct text text = text_over(content, sizeof content);
        for (unsigned j = 0; j < schema->fields_count && !json; j++)
            text_addf(&text, "%s%s", j == 0 ? "" : ",", schema->fields[j].name);
        text_add_string(&text, json ? "" : "\n");
        for (int row = 0; row < 3; row++)
            add_row(&text, wrong, json, row == 1);
        assert_false(text.full);
        (void)snprintf(name, sizeof name, "%s.%s", schema->plural, json ? "jsonl" : "csv");
        (void)snprintf(expected, sizeof expected, "%s@%d", wrong->reason, json ? 2 : 3);
        struct heard heard;
        struct intake_counts counts;
        read_file(name, text_slice(&text), &heard, &counts);
        if (strcmp(heard.rejects, expected) != 0 || counts.accepted != 2)
            fail_msg("%s.%s = \"%s\": \"%s\", not \"%s\"\n%s", schema->name,
                     schema->fields[wrong->field].name, wrong->written.at, heard.rejects, expected,
                     content);
        assert_string_equal(heard.column, schema->fields[wrong->field].name);
        if (wrong->written.size != 0)
            assert_int_equal(heard.column_number, wrong->field + (json ? 2 : 1));
    }
    print_message("%zu wrong values, each as CSV and JSON; %zu wrong files\n",
                  sizeof VALUES / sizeof VALUES[0], sizeof FILES / sizeof FILES[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests_name("malformed", tests, NULL, NULL);
}
