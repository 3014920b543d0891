/* csv_fuzz.c -- any bytes as rows of CSV, and as a whole file of calls.
 *
 * Held to: a row is taken or not, but the reader always gets on; where the bytes at hand end does
 * not matter; read = accepted + rejected; what was accepted is the same record when it is read as
 * JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"
#include "intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { FILE_BYTES_MAX = 1 << 16, MEMORY_MAX = 64 << 20 };

static char room[FILE_BYTES_MAX + 64];

/* Kept from input to input: their memory is taken from the system only once. */
static struct arena *arena_of(unsigned number)
{
    static struct arena *arenas[2];
    if (arenas[number] == NULL)
        must(arena_create(&arenas[number], MEMORY_MAX) == STATUS_OK);
    arena_reset(arenas[number]);
    return arenas[number];
}

static void split(struct slice content, struct csv_form form, bool ended)
{
    static struct csv_row row;
    size_t at = 0;
    while (at < content.size) {
        struct slice rest = {content.at + at, content.size - at};
        enum csv_end end = csv_read(&row, form, rest, ended);
        if (end == CSV_MORE || end == CSV_LONG) {
            must(!ended || end == CSV_LONG);
            return;
        }
        must(row.size > 0);
        must(row.size <= rest.size);
        must(row.bare_size <= row.size);
        for (unsigned i = 0; end == CSV_ROW && i < row.count && i < COLUMNS_MAX; i++)
            must(row.column[i].size <= row.size);
        at += row.size;
    }
}

/* The same record must come of its own JSON. */
static void check_again(const struct record *record, struct arena *boot)
{
    char line[4096];
    struct text text = text_over(line, sizeof line);
    struct text why[TONGUES_COUNT] = {text_over(room, 1), text_over(room, 1)};
    struct intake_options options = {.home_country = SLICE("86"), .home_currency = SLICE("CNY")};
    struct intake *intake;
    const struct record *records;
    size_t count;
    text_add_record(&text, record);
    must(!text.full);
    must(intake_create(&intake, &options, (struct reject_sink){0}, boot) == STATUS_OK);
    must(intake_add_bytes(intake, "again.jsonl", text_slice(&text), why) == STATUS_OK);
    must(intake_next(intake, &records, &count) == STATUS_OK);
    must(count == 1);
    must(records[0].digest == record->digest);
    intake_destroy(intake);
}

static void read_file(struct slice content, bool canonical)
{
    struct arena *boot = arena_of(0);
    struct arena *again = arena_of(1);
    struct intake *intake;
    const struct record *records;
    size_t count;
    char why_bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT] = {text_over(why_bytes[0], 1024), text_over(why_bytes[1], 1024)};
    struct intake_options options = {.home_country = SLICE("86"), .home_currency = SLICE("CNY")};
    must(intake_create(&intake, &options, (struct reject_sink){0}, boot) == STATUS_OK);
    bool added = intake_add_bytes(intake, "calls.csv", content, why) == STATUS_OK;
    must(added || why[TONGUE_EN].size != 0);
    uint64_t accepted = 0;
    while (intake_next(intake, &records, &count) == STATUS_OK) {
        if (accepted == 0 && canonical)
            check_again(&records[0], again);
        accepted += count;
    }
    struct intake_counts counts;
    intake_count(intake, &counts);
    must(counts.accepted == accepted);
    must(counts.read == counts.accepted + counts.rejected);
    intake_destroy(intake);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct slice HEADER = {"time,caller,callee,duration,result,imei,cell\n", 45};
    if (size == 0 || size > FILE_BYTES_MAX)
        return 0;
    uint8_t choice = bytes[0];
    memcpy(room, HEADER.at, HEADER.size);
    memcpy(room + HEADER.size, bytes + 1, size - 1);
    struct slice body = {room + HEADER.size, size - 1};
    room[HEADER.size + body.size] = '\n';
    struct csv_form form = {.delimiter = ",;\t|"[choice % 4],
                            .quotes = (enum csv_quotes)(choice / 4 % 3)};
    split(body, form, true);
    split(body, form, false);
    if (choice % 8 == 0)
        read_file((struct slice){room, HEADER.size + body.size}, true);
    else if (choice % 8 == 1 && body.size != 0)
        read_file(body, false); /* a mapping may let phones pass that are none */
    return 0;
}
