/* engine_fuzz.c -- any rule text and any records: nothing breaks, and nothing depends on batching.
 *
 *   rule text
 *   --
 *   record            a line each, as told.h tells them
 *   record
 *
 * A set that the checker takes is run twice, record by record on one thread and in one batch on
 * two, and the findings must be the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/told.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_MAX = 16384, RECORDS_MAX = 400, MEMORY = 64 << 20, OUT_MAX = 1 << 20 };

/* Every line that tells a record; rows go to the registry first. */
static uint32_t records_of(struct stage *stage, struct slice lines, struct record *record)
{
    uint32_t count = 0;
    while (lines.size > 0 && count < RECORDS_MAX) {
        const char *end = memchr(lines.at, '\n', lines.size);
        struct slice line = {lines.at, end == NULL ? lines.size : (size_t)(end - lines.at)};
        lines.at += line.size + (end != NULL);
        lines.size -= line.size + (end != NULL);
        const struct record *told = told_record(stage, line);
        if (told == NULL)
            continue;
        if (kind_schema(told->kind)->group == GROUP_REGISTER)
            must(registry_take(stage->registry, told) == STATUS_OK);
        else if (kind_schema(told->kind)->group == GROUP_EVENT)
            record[count++] = *told;
    }
    return count;
}

/* STATUS_MALFORMED: not a rule set. */
static enum status run(struct slice rules, struct slice lines, unsigned threads, struct text *out)
{
    static struct record record[RECORDS_MAX];
    static struct diags diags;
    struct stage stage;
    diags = (struct diags){.count = 0};
    stage_init(&stage, threads, MEMORY);
    uint32_t count = records_of(&stage, lines, record);
    enum status status = stage_rules(&stage, rules, &diags);
    for (uint32_t i = 0; status == STATUS_OK && threads == 1 && i < count; i++)
        status = engine_take(stage.engine, &record[i], 1);
    if (status == STATUS_OK && threads > 1)
        status = engine_take(stage.engine, record, count);
    text_add(out, text_slice(&stage.out));
    stage_release(&stage);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[2][OUT_MAX];
    if (size > INPUT_MAX)
        return 0;
    struct slice rules = {(const char *)bytes, size};
    struct slice lines = {(const char *)bytes + size, 0};
    for (size_t i = 0; i + 4 <= size; i++) {
        if (memcmp(bytes + i, "\n--\n", 4) != 0)
            continue;
        rules.size = i + 1;
        lines = (struct slice){rules.at + i + 4, size - i - 4};
        break;
    }
    struct text one = text_over(room[0], OUT_MAX);
    struct text other = text_over(room[1], OUT_MAX);
    enum status status = run(rules, lines, 1, &one);
    if (status != STATUS_OK) /* malformed, or more than the small memory holds */
        return 0;
    must(run(rules, lines, 2, &other) == STATUS_OK);
    must(slice_equal(text_slice(&one), text_slice(&other)));
    return 0;
}
