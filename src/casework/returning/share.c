/* share.c -- shares pro rata, by largest remainder, in 128 bits: no product is lost. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/share.h"

#include <stdlib.h>

typedef unsigned __int128 wide;

struct rest {
    int64_t rest; /* of paid x loss / losses; below losses */
    moment paid_at;
    size_t index;
};

/* The largest first; of equal ones the earlier transfer, then the first in line. */
static int rest_order(const void *left, const void *right)
{
    const struct rest *a = left, *b = right;
    if (a->rest != b->rest)
        return a->rest > b->rest ? -1 : 1;
    if (a->paid_at.ms != b->paid_at.ms)
        return a->paid_at.ms < b->paid_at.ms ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static enum status losses_of(const struct share *share, size_t count, int64_t *out)
{
    int64_t losses = 0;
    for (size_t i = 0; i < count; i++)
        if (share[i].loss < 1 || __builtin_add_overflow(losses, share[i].loss, &losses))
            return STATUS_MALFORMED;
    *out = losses;
    return STATUS_OK;
}

enum status share_out(int64_t available, struct share *share, size_t count, struct arena *scratch,
                      int64_t *paid)
{
    struct rest *rest = NULL;
    int64_t losses = 0, given = 0;
    TRY(losses_of(share, count, &losses));
    if (available < 1 || losses < 1)
        return STATUS_REFUSED;
    TRY(ARENA_NEW(scratch, count, &rest));
    *paid = available < losses ? available : losses;
    for (size_t i = 0; i < count; i++) {
        wide product = (wide)(uint64_t)*paid * (uint64_t)share[i].loss;
        share[i].cents = (int64_t)(product / (uint64_t)losses);
        rest[i] = (struct rest){(int64_t)(product % (uint64_t)losses), share[i].paid_at, i};
        given += share[i].cents;
    }
    qsort(rest, count, sizeof *rest, rest_order);
    /* The remainders add up to what is left times the losses, and each is below them: fewer cents
     * are left than there are remainders above nothing. */
    for (size_t i = 0; given < *paid; i++, given++) {
        must(i < count && rest[i].rest > 0);
        share[rest[i].index].cents++;
    }
    return STATUS_OK;
}
