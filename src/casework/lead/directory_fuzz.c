/* directory_fuzz.c -- any text as a directory: read, or refused with a place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[TONGUES_COUNT][1 << 16];
    struct text why[TONGUES_COUNT];
    struct arena *arena;
    struct directory *directory;
    if (size > 16384)
        return 0;
    must(arena_create(&arena, 4 << 20) == STATUS_OK);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(room[t], sizeof room[t]);
    enum status status =
        directory_read(&directory, "d", (struct slice){(const char *)bytes, size}, arena, why);
    must(status == STATUS_OK || status == STATUS_MALFORMED || status == STATUS_FULL);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        must(status != STATUS_MALFORMED || why[t].size > 0);
    if (status == STATUS_OK) {
        (void)directory_carrier_find(directory, SLICE("telecom"), SLICE("530114"));
        (void)directory_police_find(directory, SLICE("530114"));
    }
    arena_destroy(arena);
    return 0;
}
