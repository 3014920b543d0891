/* message_fuzz.c -- any bytes that begin like XML, as a file of messages between banks.
 *
 * Held to: read = accepted + rejected; each payment, written as canonical JSON and read again, is
 * the same payment; places grow; a file is read to its end or says why not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { FILE_BYTES_MAX = 1 << 18, MEMORY_MAX = 64 << 20, LINE_BYTES = 8192 };

static struct arena *boot;

static struct intake *open_bytes(const char *name, struct slice bytes, bool *added)
{
    struct intake *intake;
    char why_bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT] = {text_over(why_bytes[0], 1024), text_over(why_bytes[1], 1024)};
    struct intake_options options = {.home_country = SLICE("86"), .home_currency = SLICE("CNY")};
    must(intake_create(&intake, &options, (struct reject_sink){0}, boot) == STATUS_OK);
    *added = intake_add_bytes(intake, name, bytes, why) == STATUS_OK;
    must(*added || why[TONGUE_EN].size != 0);
    must(utf8_valid(text_slice(&why[TONGUE_ZH])));
    return intake;
}

static void read_again(const struct record *record)
{
    char line[LINE_BYTES];
    struct text text = text_over(line, sizeof line);
    const struct record *records;
    size_t count;
    bool added;
    text_add_record(&text, record);
    must(!text.full);
    struct intake *intake = open_bytes("payments.jsonl", text_slice(&text), &added);
    must(added);
    must(intake_next(intake, &records, &count) == STATUS_OK);
    must(count == 1);
    must(records[0].digest == record->digest);
    must(records[0].known == record->known);
    intake_destroy(intake);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0 || size > FILE_BYTES_MAX || bytes[0] != '<')
        return 0;
    if (boot == NULL)
        must(arena_create(&boot, MEMORY_MAX) == STATUS_OK);
    arena_reset(boot);
    bool added;
    struct intake *intake =
        open_bytes("any.xml", (struct slice){(const char *)bytes, size}, &added);
    uint64_t accepted = 0;
    uint64_t position = 0;
    bool again = true; /* only the first: it costs much more than the rest */
    for (;;) {
        const struct record *records;
        size_t count;
        enum status status = intake_next(intake, &records, &count);
        if (status == STATUS_END)
            break;
        must(status == STATUS_OK || status == STATUS_IO);
        for (size_t i = 0; i < count; i++) {
            must(accepted == 0 || records[i].position > position);
            position = records[i].position;
            accepted++;
            if (again && records[i].kind == RECORD_payment)
                read_again(&records[i]);
            again = false;
        }
    }
    struct intake_counts counts;
    intake_count(intake, &counts);
    must(counts.accepted == accepted);
    must(counts.read == counts.accepted + counts.rejected);
    intake_destroy(intake);
    return 0;
}
