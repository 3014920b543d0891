/* generation.c -- what is read together, held for as long as somebody reads it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/index_inside.h"

static void let_go(struct generation *generation)
{
    for (unsigned i = 0; i < 2; i++) {
        struct ledger *ledger = generation->ledger[i];
        if (ledger != NULL && atomic_fetch_sub(&ledger->readers, 1) == 1)
            ledger_destroy(ledger);
    }
    for (uint32_t i = 0; i < generation->runs_count; i++)
        if (--*run_readers(generation->run[i]) == 0)
            run_close(generation->run[i]);
    pages_give_back(generation, sizeof *generation);
}

void generation_leave(struct money *money, struct generation *generation)
{
    must(pthread_mutex_lock(&money->lock) == 0);
    if (--generation->readers == 0)
        let_go(generation);
    must(pthread_mutex_unlock(&money->lock) == 0);
}

void generation_put(struct money *money, struct generation *next)
{
    must(pthread_mutex_lock(&money->lock) == 0);
    struct generation *before = money->now;
    next->readers = 1;
    for (unsigned i = 0; i < 2; i++)
        if (next->ledger[i] != NULL)
            (void)atomic_fetch_add(&next->ledger[i]->readers, 1);
    for (uint32_t i = 0; i < next->runs_count; i++)
        ++*run_readers(next->run[i]);
    money->now = next;
    if (before != NULL && --before->readers == 0)
        let_go(before);
    must(pthread_mutex_unlock(&money->lock) == 0);
}

enum status generation_new(const struct money *money, struct generation **out)
{
    void *at;
    TRY(pages_take(sizeof(struct generation), &at));
    *out = at;
    if (money->now != NULL) {
        **out = *money->now;
        (*out)->readers = 0;
    }
    return STATUS_OK;
}
