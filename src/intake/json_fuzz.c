/* json_fuzz.c -- any bytes as a line of JSON, and as a whole file of JSON lines.
 *
 * Held to: the members lie in the line or in the spare; a line that is an object stays one when
 * blanks are put around it; read = accepted + rejected. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"
#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { FILE_BYTES_MAX = 1 << 16, MEMORY_MAX = 64 << 20 };

static void check_line(struct slice line)
{
    static struct json_row row, padded_row;
    static char padded[ROW_BYTES_MAX];
    enum json_end end = json_read(&row, line);
    must(row.count <= COLUMNS_MAX);
    must(row.at <= line.size);
    for (unsigned i = 0; end == JSON_OBJECT && i < row.count; i++) {
        must(row.member[i].name.size <= line.size);
        must(row.member[i].value.size <= line.size);
        must(utf8_valid(row.member[i].value));
    }
    if (line.size + 4 > sizeof padded)
        return;
    memcpy(padded, " \t", 2);
    if (line.size != 0)
        memcpy(padded + 2, line.at, line.size);
    memcpy(padded + 2 + line.size, "\t ", 2);
    must(json_read(&padded_row, (struct slice){padded, line.size + 4}) == end);
    must(padded_row.count == row.count);
}

static void read_file(struct slice content)
{
    static struct arena *boot; /* kept: its memory is taken from the system only once */
    struct intake *intake;
    const struct record *records;
    size_t count;
    char why_bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT] = {text_over(why_bytes[0], 1024), text_over(why_bytes[1], 1024)};
    struct intake_options options = {.home_country = SLICE("86"), .home_currency = SLICE("CNY")};
    if (boot == NULL)
        must(arena_create(&boot, MEMORY_MAX) == STATUS_OK);
    arena_reset(boot);
    must(intake_create(&intake, &options, (struct reject_sink){0}, boot) == STATUS_OK);
    bool added = intake_add_bytes(intake, "any.jsonl", content, why) == STATUS_OK;
    must(added || why[TONGUE_EN].size != 0);
    uint64_t accepted = 0;
    while (intake_next(intake, &records, &count) == STATUS_OK)
        accepted += count;
    struct intake_counts counts;
    intake_count(intake, &counts);
    must(counts.accepted == accepted);
    must(counts.read == counts.accepted + counts.rejected);
    intake_destroy(intake);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0 || size > FILE_BYTES_MAX)
        return 0;
    struct slice content = {(const char *)bytes + 1, size - 1};
    if (utf8_valid(content) && memchr(content.at, '\n', content.size) == NULL)
        check_line(content);
    if (bytes[0] % 4 == 0)
        read_file(content);
    return 0;
}
