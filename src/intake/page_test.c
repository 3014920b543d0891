/* page_test.c -- docs/intake.md and docs/iso20022.md say what is so: their examples are run, the
 * tables are complete. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { PAGE_BYTES_MAX = 1 << 20, MEMORY_MAX = 64 << 20, OUT_BYTES = 8192 };

static struct arena *boot;
static struct slice page, bank_page;

static int set_up(void **state)
{
    (void)state;
    enum disk_fault fault;
    assert_int_equal(arena_create(&boot, MEMORY_MAX), STATUS_OK);
    if (disk_read_all(BANK_PAGE, PAGE_BYTES_MAX, boot, &bank_page, &fault) != STATUS_OK)
        return -1;
    return disk_read_all(PAGE, PAGE_BYTES_MAX, boot, &page, &fault) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(boot);
    return 0;
}

/* The next fenced block; `*rest` moves behind it. */
static bool next_block(struct slice *rest, struct slice *language, struct slice *text)
{
    char *fence = memmem(rest->at, rest->size, "\n```", 4);
    if (fence == NULL)
        return false;
    const char *first = fence + 4;
    const char *line_end = memchr(first, '\n', rest->size - (size_t)(first - rest->at));
    const char *close = memmem(line_end, rest->size - (size_t)(line_end - rest->at), "\n```", 4);
    assert_non_null(close);
    *language = (struct slice){first, (size_t)(line_end - first)};
    *text = (struct slice){line_end + 1, (size_t)(close - line_end)};
    const char *behind = close + 4;
    *rest = (struct slice){behind, rest->size - (size_t)(behind - rest->at)};
    return true;
}

static enum status no_rejects(void *self, const struct reject *reject)
{
    (void)self;
    char room[512];
    struct text text = text_over(room, sizeof room);
    text_add_reject(&text, reject, TONGUE_EN);
    fail_msg("line %d: %s", (int)reject->line, room);
    return STATUS_OK;
}

static void read_through(const struct mapping *mapping, struct slice content, struct text *out)
{
    struct intake *intake;
    const struct record *records;
    size_t count;
    char en[1024], zh[1024];
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    struct intake_options options = {
        .mapping = mapping, .home_country = SLICE("86"), .zone_minutes = 480};
    assert_int_equal(intake_create(&intake, &options, (struct reject_sink){no_rejects, NULL}, boot),
                     STATUS_OK);
    if (intake_add_bytes(intake, "example", content, why) != STATUS_OK)
        fail_msg("%s", en);
    while (intake_next(intake, &records, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            text_add_record(out, &records[i]);
            text_add_char(out, '\n');
        }
    }
    intake_destroy(intake);
}

/* yaml and csv make json; yaml alone makes an error. */
static void test_examples(void **state)
{
    (void)state;
    struct slice rest = page, language, text;
    struct mapping *mapping = NULL;
    char en[1024] = "", zh[1024] = "", out[OUT_BYTES] = "";
    unsigned examples = 0;
    while (next_block(&rest, &language, &text)) {
        struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
        if (slice_equal(language, SLICE("yaml"))) {
            mapping = NULL;
            if (mapping_parse(&mapping, "", text, boot, why) != STATUS_OK)
                mapping = NULL;
            (void)snprintf(out, sizeof out, "%s\n%s\n", en + (en[0] == ':'), zh + (zh[0] == ':'));
        } else if (slice_equal(language, SLICE("csv"))) {
            if (mapping == NULL)
                fail_msg("%s", out);
            struct text records = text_over(out, sizeof out);
            read_through(mapping, text, &records);
        } else {
            examples++;
            if (!slice_equal(slice_of(out), text))
                fail_msg("the page says\n%.*s\nbut it is\n%s", (int)text.size, text.at, out);
        }
    }
    print_message("%u examples\n", examples);
    assert_true(examples >= 5);
}

/* docs/iso20022.md: xml makes json. */
static void test_messages(void **state)
{
    (void)state;
    struct slice rest = bank_page, language, text;
    char out[OUT_BYTES] = "";
    unsigned examples = 0;
    while (next_block(&rest, &language, &text)) {
        struct text records = text_over(out, sizeof out);
        if (slice_equal(language, SLICE("xml"))) {
            read_through(NULL, text, &records);
        } else if (slice_equal(language, SLICE("json"))) {
            fail_msg("json without xml before it");
        } else {
            continue;
        }
        assert_true(next_block(&rest, &language, &text));
        if (!slice_equal(language, SLICE("json")) || !slice_equal(slice_of(out), text))
            fail_msg("the page says\n%.*s\nbut it is\n%s", (int)text.size, text.at, out);
        examples++;
    }
    assert_int_equal(examples, 2);
}

static void wants(const char *line)
{
    if (memmem(page.at, page.size, line, strlen(line)) == NULL)
        fail_msg("not on the page: %s", line);
}

static void test_reasons(void **state)
{
    (void)state;
    char line[512];
#define REJECT(name, en, zh)                                              \
    (void)snprintf(line, sizeof line, "| %s | %s | %s |", #name, en, zh); \
    wants(line);
#include "rejects.inc"
#undef REJECT
}

static void test_shipped(void **state)
{
    (void)state;
    char name[64];
#define SHIPPED(of, recognised)                   \
    (void)snprintf(name, sizeof name, "%s", #of); \
    wants(name);
#include "shipped.inc"
#undef SHIPPED
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_shipped),
    };
    return cmocka_run_group_tests_name("page", tests, set_up, tear_down);
}
