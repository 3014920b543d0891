/* sheet_fuzz.c -- any bytes as lines of a sheet: read, or refused; what is read is within its
 * bounds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/sheet.h"

#include "ground/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void lines_read(struct slice rest)
{
    struct sheet_line line;
    while (sheet_line_next(&rest, &line) == STATUS_OK) {
        must(line.entry.pack < STANDING_PACKS_MAX);
        must(line.kind == LINE_pack || line.entry.number > 0);
        must(line.entry.number <= STANDING_ENTRIES_MAX && line.pack.size < LAW_STAMP_MAX);
    }
}

/* Signed by the key of the fuzzer, so that what is behind the signature is reached, too. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct slice origin = SLICE("fuzz.example/house");
    const struct seal_seed seed = {{4}};
    static char room[1 << 15];
    struct text text = text_over(room, sizeof room);
    struct seal_keypair pair = seal_keypair_of_seed(&seed);
    struct slice whole = {(const char *)bytes, size};
    struct sheet sheet;
    if (size > 16384)
        return 0;
    (void)sheet_read(whole, origin, &pair.key, &sheet);
    lines_read(whole);
    text_add(&text, whole);
    for (unsigned kind = 0; kind < SHEET_KINDS_COUNT; kind++) {
        text.size = size;
        text_add_sheet_end(&text, 0, (enum sheet_kind)kind, origin, &pair);
        if (sheet_read(text_slice(&text), origin, &pair.key, &sheet) != OFFLINE_FAULT_none)
            continue;
        must(sheet.executor.size > 0 && sheet.executor.size < STANDING_ITEM_SIZE);
        must(sheet.kind != SHEET_part || (sheet.part > 0 && sheet.part <= sheet.parts));
        must(sheet.kind != SHEET_head || sheet.numbers > 0);
        lines_read(sheet.lines);
    }
    return 0;
}
