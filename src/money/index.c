/* index.c -- the index: how it begins, and its writer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/index_inside.h"

#include <stdio.h>

enum { WARM = 16 /* payments whose memory is asked for together: perf.md, batches of 16 to 32 */ };

/* ---- life ---- */

static bool is_run(const char *name, uint32_t *number)
{
    uint32_t value = 0;
    size_t size = strlen(name);
    if (size != 10 + sizeof RUN_ENDING - 1 || strcmp(name + 10, RUN_ENDING) != 0)
        return false;
    for (size_t i = 0; i < 10; i++) {
        if (name[i] < '0' || name[i] > '9' || value > UINT32_MAX / 10 - 1)
            return false;
        value = value * 10 + (uint32_t)(name[i] - '0');
    }
    *number = value;
    return true;
}

/* Under a name that no start looks at. */
static enum status set_aside(const struct volume *volume, const char *name)
{
    char aside[VOLUME_NAME_MAX];
    (void)snprintf(aside, sizeof aside, "%.*s.aside", 10, name);
    return volume->rename(volume->self, name, aside);
}

/* Runs in the order of their numbers.  Behind one that is damaged the journal is fed again, so what
 * comes later is not used either. */
static enum status open_runs(struct money *money, struct generation *generation, struct arena *boot)
{
    struct volume_name *names;
    size_t count;
    struct volume *volume = money->options.runs;
    TRY(volume->list(volume->self, boot, &names, &count));
    for (size_t i = 0; i < count; i++) {
        uint32_t number;
        if (!is_run(names[i].text, &number))
            continue;
        money->run_next = number + 1;
        struct run **run = &generation->run[generation->runs_count];
        enum status status = money->damaged != 0 || generation->runs_count == MONEY_RUNS_MAX
                                 ? STATUS_MALFORMED
                                 : run_open(run, volume, names[i].text);
        if (status == STATUS_MALFORMED) {
            TRY(set_aside(volume, names[i].text));
            money->damaged++;
            continue;
        }
        TRY(status);
        generation->runs_count++;
        money->resume = run_about(*run)->through;
    }
    return STATUS_OK;
}

enum status money_create(struct money **out, const struct money_options *options,
                         struct arena *boot)
{
    struct money *money;
    struct generation *first;
    TRY(ARENA_NEW(boot, 1, &money));
    money->options = *options;
    TRY(words_create(&money->currencies, MONEY_CURRENCIES_MAX - 1, boot));
    TRY(words_create(&money->banks, MONEY_BANKS_MAX - 1, boot));
    must(pthread_mutex_init(&money->lock, NULL) == 0);
    TRY(generation_new(money, &first));
    enum status status = ledger_create(&first->ledger[0], options->payments_max,
                                       options->accounts_max, &money->currencies, &money->banks);
    if (status == STATUS_OK && options->runs != NULL)
        status = open_runs(money, first, boot);
    if (status != STATUS_OK) {
        for (uint32_t i = 0; i < first->runs_count; i++)
            run_close(first->run[i]);
        ledger_destroy(first->ledger[0]);
        pages_give_back(first, sizeof *first);
        return status;
    }
    generation_put(money, first);
    (void)atomic_fetch_sub(&first->ledger[0]->readers, 1); /* now only the generation's */
    *out = money;
    return STATUS_OK;
}

void money_destroy(struct money *money)
{
    if (money == NULL)
        return;
    must(money->now->readers == 1); /* views are closed before */
    if (money->sealed != NULL)
        run_close(money->sealed);
    generation_leave(money, money->now);
    must(pthread_mutex_destroy(&money->lock) == 0);
}

uint64_t money_resume(const struct money *money)
{
    return money->resume;
}

/* ---- taking ---- */

static enum status add_one(struct money *money, const struct payment *payment)
{
    struct ledger *newest = money->now->ledger[0];
    const struct ledger *earlier = money->now->ledger[1];
    if (ledger_has(newest, payment->name) ||
        (earlier != NULL && ledger_has(earlier, payment->name))) {
        (void)atomic_fetch_add_explicit(&money->duplicates, 1, memory_order_relaxed);
        return STATUS_OK;
    }
    TRY(ledger_add(newest, payment));
    (void)atomic_fetch_add_explicit(&money->added, 1, memory_order_relaxed);
    return STATUS_OK;
}

enum status money_add(struct money *money, const struct payment *payment)
{
    must(payment->amount > 0);
    must(ident_known(payment->payer) || ident_known(payment->payee));
    return add_one(money, payment);
}

/* In three rounds over a handful, so that the memory of one is on its way while others are looked
 * at. */
static enum status add_some(struct money *money, const struct payment *some, size_t count,
                            size_t *added)
{
    const struct ledger *newest = money->now->ledger[0];
    for (size_t i = 0; i < count; i++)
        ledger_warm_slots(newest, &some[i]);
    for (size_t i = 0; i < count; i++)
        ledger_warm_holders(newest, &some[i]);
    for (size_t i = 0; i < count; i++)
        ledger_warm_blocks(newest, &some[i]);
    for (*added = 0; *added < count; ++*added)
        TRY(add_one(money, &some[*added]));
    return STATUS_OK;
}

enum status money_take(struct money *money, const struct record *records, size_t count,
                       size_t *taken)
{
    struct payment some[WARM];
    size_t from[WARM];
    *taken = 0;
    while (*taken < count) {
        size_t ready = 0, added, next = *taken;
        for (; next < count && ready < WARM; next++) {
            if (records[next].kind != RECORD_payment)
                continue;
            from[ready] = next;
            if (payment_of_record(&records[next], &some[ready]))
                ready++;
            else
                (void)atomic_fetch_add_explicit(&money->ignored, 1, memory_order_relaxed);
        }
        enum status status = add_some(money, some, ready, &added);
        *taken = status == STATUS_OK ? next : from[added];
        TRY(status);
    }
    return STATUS_OK;
}

static enum status sink_take(void *self, const struct record *records, size_t count)
{
    struct money *money = self;
    size_t done = 0;
    while (done < count) {
        size_t taken;
        enum status status = money_take(money, records + done, count - done, &taken);
        done += taken;
        if (status == STATUS_FULL)
            status = money_turn(money);
        TRY(status);
    }
    return STATUS_OK;
}

struct money_sink money_sink_of(struct money *money)
{
    return (struct money_sink){sink_take, money};
}

/* ---- turning over ---- */

enum status money_turn(struct money *money)
{
    struct generation *next;
    if (money->options.runs == NULL || money->now->ledger[0]->holders_count == 0)
        return STATUS_FULL;
    bool earlier = money->now->ledger[1] != NULL;
    must(pthread_mutex_lock(&money->lock) == 0);
    struct run *sealed = money->sealed;
    must(pthread_mutex_unlock(&money->lock) == 0);
    if (earlier && (sealed == NULL || money->now->runs_count == MONEY_RUNS_MAX))
        return STATUS_FULL;
    TRY(generation_new(money, &next));
    next->ledger[1] = next->ledger[0];
    enum status status =
        ledger_create(&next->ledger[0], money->options.payments_max, money->options.accounts_max,
                      &money->currencies, &money->banks);
    if (status != STATUS_OK) {
        pages_give_back(next, sizeof *next);
        return status;
    }
    if (earlier)
        next->run[next->runs_count++] = sealed;
    struct ledger *fresh = next->ledger[0];
    generation_put(money, next);
    (void)atomic_fetch_sub(&fresh->readers, 1);
    must(pthread_mutex_lock(&money->lock) == 0);
    money->sealed = NULL;
    must(pthread_mutex_unlock(&money->lock) == 0);
    return STATUS_OK;
}

void money_count(struct money *money, struct money_counts *out)
{
    *out = (struct money_counts){.added = atomic_load(&money->added),
                                 .duplicates = atomic_load(&money->duplicates),
                                 .ignored = atomic_load(&money->ignored),
                                 .damaged = money->damaged};
    must(pthread_mutex_lock(&money->lock) == 0);
    const struct generation *now = money->now;
    out->runs = now->runs_count;
    for (unsigned i = 0; i < 2; i++) {
        const struct ledger *ledger = now->ledger[i];
        if (ledger == NULL)
            continue;
        out->payments += atomic_load(&ledger->rows_count);
        out->accounts += atomic_load(&ledger->holders_count);
        out->memory += ledger_memory(ledger);
    }
    for (uint32_t i = 0; i < now->runs_count; i++)
        out->run_payments += run_about(now->run[i])->payments;
    must(pthread_mutex_unlock(&money->lock) == 0);
}
