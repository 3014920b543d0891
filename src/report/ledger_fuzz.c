/* ledger_fuzz.c -- any bytes as a file of rows, and as a part of a ledger.
 *
 * The first byte says which.  A file is taken whole or not at all; what was taken can be read
 * again, with as many rows as were taken, each on a day of which the file says that it is complete.
 * A part is read, or said to be damaged; nothing else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/folder.h"
#include "report/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { SCRATCH = 256 << 20, PATH = 96 };

static char folder[PATH / 2] = "/tmp/ledger-fuzz-XXXXXX";

static void clean(void)
{
    (void)folder_remove(folder);
}

struct seen {
    uint64_t rows;
    int32_t first[SERIES_COUNT], last[SERIES_COUNT];
};

static enum status see(void *self, const struct ledger_block *block)
{
    struct seen *seen = self;
    seen->rows += block->rows;
    for (uint32_t i = 0; i < block->rows; i++) {
        must(block->type[i] < TYPES_COUNT);
        must(block->count[i] > 0);
        must(block->amount[i] >= 0);
        if (seen->first[block->series] > block->day[i])
            seen->first[block->series] = block->day[i];
        if (seen->last[block->series] < block->day[i])
            seen->last[block->series] = block->day[i];
    }
    return STATUS_OK;
}

/* The rows of a file that was taken, read again. */
static void hold(const struct ledger_part *part, struct arena *arena)
{
    struct seen *seen = NULL;
    struct ledger ledger;
    int32_t missing;
    must(ARENA_NEW(arena, 1, &seen) == STATUS_OK);
    for (unsigned i = 0; i < SERIES_COUNT; i++) {
        seen->first[i] = INT32_MAX;
        seen->last[i] = INT32_MIN;
    }
    must(ledger_read(&ledger, folder, (struct ledger_sink){see, seen}, arena) == STATUS_OK);
    must(ledger.parts_count == 1);
    must(seen->rows == part->rows);
    for (unsigned i = 0; i < SERIES_COUNT; i++) {
        if (seen->first[i] > seen->last[i])
            continue;
        enum series series = (enum series)i;
        must(ledger_covers(&ledger, series, seen->first[i], seen->first[i], &missing));
        must(ledger_covers(&ledger, series, seen->last[i], seen->last[i], &missing));
    }
}

static void take(const char *part_path, struct slice rows, struct arena *arena)
{
    char path[PATH];
    struct ledger_troubles troubles;
    struct ledger_part *part = NULL;
    (void)snprintf(path, sizeof path, "%s/rows.csv", folder);
    must(folder_put(path, rows) == STATUS_OK);
    must(ARENA_NEW(arena, 1, &part) == STATUS_OK);
    enum status status = ledger_import(folder, path, arena, part, &troubles);
    must(status == STATUS_OK || status == STATUS_MALFORMED || status == STATUS_FULL);
    must((status == STATUS_OK) == (access(part_path, F_OK) == 0));
    must(status != STATUS_MALFORMED || troubles.count > 0 || rows.size > 0);
    if (status == STATUS_OK)
        hold(part, arena);
}

static void read_part(const char *part_path, struct slice bytes, struct arena *arena)
{
    struct ledger ledger;
    must(folder_put(part_path, bytes) == STATUS_OK);
    enum status status = ledger_read(&ledger, folder, (struct ledger_sink){0}, arena);
    must(status == STATUS_OK || status == STATUS_MALFORMED);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char part_path[PATH];
    static struct arena *arena;
    if (arena == NULL) {
        must(mkdtemp(folder) != NULL);
        must(atexit(clean) == 0);
        (void)snprintf(part_path, sizeof part_path, "%s/000001.part", folder);
        must(arena_create(&arena, SCRATCH) == STATUS_OK);
    }
    arena_reset(arena);
    if (size == 0)
        return 0;
    struct slice rest = {(const char *)bytes + 1, size - 1};
    if (bytes[0] == 'P')
        read_part(part_path, rest, arena);
    else
        take(part_path, rest, arena);
    (void)unlink(part_path);
    return 0;
}
