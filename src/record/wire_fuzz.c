/* wire_fuzz.c -- any bytes: not a record, or a record that says the same bytes again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { SCRATCH = 1 << 20, LINE_MAX_BYTES = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *scratch;
    static char line[LINE_MAX_BYTES];
    if (scratch == NULL)
        must(arena_create(&scratch, SCRATCH) == STATUS_OK);
    arena_reset(scratch);
    struct record record;
    if (wire_decode((struct slice){(const char *)bytes, size}, scratch, &record) != STATUS_OK)
        return 0;
    unsigned char *again;
    must(wire_room(&record) <= SCRATCH / 2);
    must(ARENA_NEW(scratch, wire_room(&record), &again) == STATUS_OK);
    must(wire_encode(&record, again) == size);
    must(memcmp(again, bytes, size) == 0);
    struct text text = text_over(line, sizeof line);
    text_add_record(&text, &record);
    must(!text.full);
    return 0;
}
