/* plan_fuzz.c -- any text as a file of a number plan: it is read or refused with a line; whatever
 * was read answers any number. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "numberplan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[TONGUES_COUNT][4096];
    struct text why[TONGUES_COUNT];
    struct arena *arena;
    struct plan *plan;
    struct slice text = {(const char *)bytes, size};
    if (size > 65536)
        return 0;
    must(arena_create(&arena, 16 << 20) == STATUS_OK);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(room[t], sizeof room[t]);
    enum status status = plan_read_text(&plan, "p", text, arena, why);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        must(status == STATUS_OK || why[t].size > 0);
    if (status == STATUS_OK) {
        struct slice tail = size > 24 ? (struct slice){text.at + size - 24, 24} : text;
        struct plan_route route = plan_route(plan, tail, SLICE("86"));
        must(plan_names(route.find) == (route.carrier.size != 0));
        route = plan_route(plan, SLICE("13000000001"), SLICE("86"));
        must(plan_names(route.find) == (route.carrier.size != 0));
    }
    arena_destroy(arena);
    return 0;
}
