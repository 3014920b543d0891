/* compare.c -- two rule sets over the same records: what is new, what is lost.
 *
 * Alerted cases of either side are put in the order of (typology, subject) and walked together.
 *
 * Invariants:  1. fresh + unchanged = alerted cases of ours; lost + unchanged = of theirs.
 *              2. Examples are the earliest, and of equal times the first by typology and subject.
 *                 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "backtest_inside.h"

#include <stdlib.h>

struct case_list {
    size_t count;
    struct case_example *at;
};

static int compare_cases(const void *a, const void *b)
{
    const struct case_example *x = a;
    const struct case_example *y = b;
    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    return slice_compare(x->subject, y->subject);
}

static int compare_times(const void *a, const void *b)
{
    const struct case_example *x = a;
    const struct case_example *y = b;
    if (x->at.ms != y->at.ms)
        return x->at.ms < y->at.ms ? -1 : 1;
    return compare_cases(a, b);
}

static enum status list_alerted(const struct ledger *ledger, struct arena *request,
                                struct case_list *list)
{
    *list = (struct case_list){0};
    for (int fill = 0; fill < 2; fill++) {
        size_t count = 0;
        for (const struct subject *at = ledger->subjects; at != NULL; at = at->next) {
            for (const struct fraud_case *fraud = at->cases; fraud != NULL; fraud = fraud->next) {
                if (fraud->alerts == 0)
                    continue;
                if (fill)
                    list->at[count] =
                        (struct case_example){fraud->label, at->spelling, fraud->written->name,
                                              fraud->alert_first, fraud->in_truth};
                count++;
            }
        }
        if (!fill)
            TRY(ARENA_NEW(request, count + 1, &list->at));
        list->count = count;
    }
    qsort(list->at, list->count, sizeof *list->at, compare_cases);
    return STATUS_OK;
}

/* What `ours` has that `theirs` has not, and what both have. */
struct difference {
    struct case_change alone;
    uint64_t unchanged, unchanged_in_truth;
};

static enum status find_difference(const struct case_list *ours, const struct case_list *theirs,
                                   struct arena *request, struct difference *out)
{
    struct case_example *alone;
    TRY(ARENA_NEW(request, ours->count + 1, &alone));
    struct case_change *change = &out->alone;
    size_t other = 0;
    *out = (struct difference){0};
    for (size_t i = 0; i < ours->count; i++) {
        const struct case_example *mine = &ours->at[i];
        while (other < theirs->count && compare_cases(&theirs->at[other], mine) < 0)
            other++;
        if (other < theirs->count && compare_cases(&theirs->at[other], mine) == 0) {
            out->unchanged++;
            out->unchanged_in_truth += mine->in_truth;
        } else {
            alone[change->count++] = *mine;
            change->in_truth += mine->in_truth;
        }
    }
    qsort(alone, change->count, sizeof *alone, compare_times);
    while (change->examples_count < BACKTEST_EXAMPLES_MAX &&
           change->examples_count < change->count) {
        change->example[change->examples_count] = alone[change->examples_count];
        change->examples_count++;
    }
    return STATUS_OK;
}

enum status backtest_compare(const struct backtest *ours, const struct backtest *theirs,
                             struct arena *request, struct backtest_comparison *out)
{
    struct case_list mine;
    struct case_list other;
    struct difference here;
    struct difference there;
    TRY(list_alerted(backtest_ledger(ours), request, &mine));
    TRY(list_alerted(backtest_ledger(theirs), request, &other));
    TRY(find_difference(&mine, &other, request, &here));
    TRY(find_difference(&other, &mine, request, &there));
    *out = (struct backtest_comparison){.fresh = here.alone,
                                        .lost = there.alone,
                                        .unchanged = here.unchanged,
                                        .unchanged_in_truth = here.unchanged_in_truth};
    return STATUS_OK;
}
