/* terms_fuzz.c -- any text as terms: read, or refused with a place; nothing is answered by default.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[TONGUES_COUNT][1 << 16];
    struct text why[TONGUES_COUNT];
    struct arena *arena;
    static struct terms terms;
    bool document;
    if (size > 16384)
        return 0;
    must(arena_create(&arena, 4 << 20) == STATUS_OK);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(room[t], sizeof room[t]);
    enum status status =
        terms_read(&terms, "t", (struct slice){(const char *)bytes, size}, arena, why);
    must(status == STATUS_OK || status == STATUS_MALFORMED || status == STATUS_FULL);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        must(status != STATUS_MALFORMED || why[t].size > 0);
    if (status == STATUS_OK) {
        must(terms.askers_count > 0);
        must(terms.answers_count > 0 ||
             terms_fields(&terms, CHECK_FOR_fraud_lead, CHECK_BY_emergency, &document) == 0);
    }
    arena_destroy(arena);
    return 0;
}
