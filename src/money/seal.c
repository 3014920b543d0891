/* seal.c -- the earlier ledger becomes a run, while the writer goes on with the newest.
 *
 * The run is written, synced and read again, and takes the ledger's place in memory only when the
 * writer turns over the next time: until then the recent days stay where they are fast. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/index_inside.h"

/* Every position up to the largest of a ledger was taken into it or before it. */
static uint64_t largest_position(const struct ledger *ledger, uint32_t rows)
{
    uint64_t largest = 0;
    for (uint32_t i = 1; i <= rows; i++)
        if (ledger->row[i].position > largest)
            largest = ledger->row[i].position;
    return largest;
}

enum status money_seal(struct money *money, struct arena *scratch)
{
    struct money_view *view;
    struct run *run;
    char name[VOLUME_NAME_MAX];
    TRY(money_view_open(&view, money, scratch));
    struct ledger *earlier = view->generation->ledger[1];
    must(pthread_mutex_lock(&money->lock) == 0);
    bool done = earlier == NULL || money->sealed != NULL || money->now != view->generation;
    must(pthread_mutex_unlock(&money->lock) == 0);
    if (done) {
        money_view_close(view);
        return STATUS_END;
    }
    run_name_write(name, (struct run_numbers){money->run_next, money->run_next, 0});
    uint64_t through = largest_position(earlier, view->pinned[1]);
    uint64_t resume = atomic_load(&money->resume);
    through = through > earlier->through ? through : earlier->through;
    through = through > resume ? through : resume;
    enum status status = run_write(money->options.runs, name, earlier, through);
    if (status == STATUS_OK)
        status = run_open(&run, money->options.runs, name);
    if (status == STATUS_OK) {
        money->run_next++;
        atomic_store(&money->resume, through);
        must(pthread_mutex_lock(&money->lock) == 0);
        money->sealed = run;
        must(pthread_mutex_unlock(&money->lock) == 0);
    }
    money_view_close(view);
    return status;
}

enum status money_forget(struct money *money, moment from, uint64_t *removed)
{
    struct generation *next;
    struct volume *volume = money->options.runs;
    *removed = 0;
    TRY(generation_new(money, &next));
    next->runs_count = 0;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < money->now->runs_count; i++) {
        struct run *run = money->now->run[i];
        bool newest = i + 1 == money->now->runs_count; /* it says what was taken */
        bool old = run_about(run)->last.ms < from.ms && !newest;
        /* Only from the oldest on, so that what is left has no hole. */
        if (!old || next->runs_count != 0 || status != STATUS_OK) {
            next->run[next->runs_count++] = run;
            continue;
        }
        status = volume->remove(volume->self, run_name(run));
        *removed += status == STATUS_OK;
    }
    generation_put(money, next);
    money_times(money);
    if (status == STATUS_OK && *removed != 0)
        status = volume->sync_names(volume->self);
    return status;
}
