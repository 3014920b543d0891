/* policy_fuzz.c -- any text as a policy: it is read or refused with a place, never in between. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "screen/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[TONGUES_COUNT][1 << 16];
    struct text why[TONGUES_COUNT];
    struct arena *arena;
    struct policies policies;
    if (size > 16384)
        return 0;
    must(arena_create(&arena, 4 << 20) == STATUS_OK);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(room[t], sizeof room[t]);
    enum status status =
        policies_read(&policies, "p", (struct slice){(const char *)bytes, size}, arena, why);
    must(status == STATUS_OK || status == STATUS_MALFORMED || status == STATUS_FULL);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        must(status != STATUS_MALFORMED || why[t].size > 0);
    for (uint32_t i = 0; status == STATUS_OK && i < policies.count; i++)
        must(policies_find(&policies, policies.at[i].organisation) == &policies.at[i]);
    arena_destroy(arena);
    return 0;
}
