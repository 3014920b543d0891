/* snapshot_fuzz.c -- any bytes as a snapshot: raw, and as what sound blocks hold.  What is taken is
 * whole: it is written as the same bytes again, and records go on over it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/small.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_MAX = 32768, SHELF_SIZE = 1 << 20, MEMORY = 64 << 20, RECORDS = 40 };

struct shelf {
    char bytes[SHELF_SIZE];
    size_t size;
};

static enum status shelf_take(void *self, struct slice piece)
{
    struct shelf *shelf = self;
    if (piece.size > SHELF_SIZE - shelf->size)
        return STATUS_FULL;
    memcpy(shelf->bytes + shelf->size, piece.at, piece.size);
    shelf->size += piece.size;
    return STATUS_OK;
}

static enum status try_snapshot(struct slice bytes, struct shelf *out)
{
    struct small small;
    must(small_open(&small, slice_of(SMALL_RULES), 1, MEMORY) == STATUS_OK);
    enum status status = pipeline_import(&small.pipeline, undump_over(&bytes), PIPELINE_ALL, NULL);
    if (status == STATUS_OK) {
        out->size = 0;
        must(pipeline_export(&small.pipeline, (struct dump_sink){shelf_take, out}) == STATUS_OK);
        enum status taken =
            pipeline_take(&small.pipeline, small_records(&small, 3, RECORDS), RECORDS);
        must(taken == STATUS_OK || taken == STATUS_FULL);
    }
    small_close(&small);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct shelf wrapped, once, twice;
    static struct dump dump;
    if (size > INPUT_MAX)
        return 0;
    (void)!try_snapshot((struct slice){(const char *)bytes, size}, &once);
    wrapped.size = 0;
    dump_init(&dump, (struct dump_sink){shelf_take, &wrapped});
    for (size_t i = 0; i < size; i++)
        dump_u8(&dump, bytes[i]);
    must(dump_end(&dump) == STATUS_OK);
    if (try_snapshot((struct slice){wrapped.bytes, wrapped.size}, &once) != STATUS_OK)
        return 0;
    /* What was left out as no longer seen is left out once and for all. */
    must(try_snapshot((struct slice){once.bytes, once.size}, &twice) == STATUS_OK);
    must(once.size == twice.size && memcmp(once.bytes, twice.bytes, once.size) == 0);
    return 0;
}
