/* index.c -- the index: how it begins, and its writer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/index_inside.h"

#include <stdio.h>

enum { WARM = 16 /* payments whose memory is asked for together: perf.md, batches of 16 to 32 */ };

/* ---- life ---- */

/* Under a name that no start looks at. */
static enum status set_aside(const struct volume *volume, const char *name)
{
    char aside[VOLUME_NAME_MAX];
    size_t size = strlen(name) - (sizeof RUN_ENDING - 1);
    (void)snprintf(aside, sizeof aside, "%.*s.aside", (int)size, name);
    return volume->rename(volume->self, name, aside);
}

struct named {
    struct run_numbers numbers;
    const char *name;
};

/* In the order of numbers; of what begins alike first what stands for most, and is newest. */
static bool stands_before(struct run_numbers a, struct run_numbers b)
{
    if (a.first != b.first)
        return a.first < b.first;
    return a.last != b.last ? a.last > b.last : a.again > b.again;
}

static enum status list_runs(const struct money *money, struct arena *boot, struct named **out,
                             size_t *count)
{
    struct volume_name *names;
    size_t names_count;
    struct volume *volume = money->options.runs;
    TRY(volume->list(volume->self, boot, &names, &names_count));
    TRY(ARENA_NEW(boot, names_count + 1, out));
    *count = 0;
    for (size_t i = 0; i < names_count; i++) {
        struct named named = {.name = names[i].text};
        size_t at = *count;
        if (!run_name_read(named.name, &named.numbers))
            continue;
        for (; at > 0 && stands_before(named.numbers, (*out)[at - 1].numbers); at--)
            (*out)[at] = (*out)[at - 1];
        (*out)[at] = named;
        ++*count;
    }
    return STATUS_OK;
}

/* Runs in the order of their numbers, which has no hole.  What one that was opened stands for is
 * there twice, and goes (a kill came between its name and their end).  Behind one that is damaged,
 * and that its parts do not replace, the journal is fed again, so what comes later is not used
 * either. */
static enum status open_runs(struct money *money, struct generation *generation, struct arena *boot)
{
    struct named *named;
    size_t count;
    uint64_t below = 0; /* of numbers that what was opened stands for */
    const struct named *failed = NULL;
    struct volume *volume = money->options.runs;
    TRY(list_runs(money, boot, &named, &count));
    for (size_t i = 0; i < count; i++) {
        struct run_numbers numbers = named[i].numbers;
        if (numbers.last < below) {
            TRY(volume->remove(volume->self, named[i].name));
            continue;
        }
        struct run **run = &generation->run[generation->runs_count];
        bool hole = generation->runs_count != 0 && numbers.first != below;
        bool lost = hole || (failed != NULL && numbers.first != failed->numbers.first);
        enum status status = lost || generation->runs_count == MONEY_RUNS_MAX
                                 ? STATUS_MALFORMED
                                 : run_open(run, volume, named[i].name);
        if (status == STATUS_MALFORMED) {
            TRY(set_aside(volume, named[i].name));
            money->damaged++;
            failed = lost ? failed : &named[i];
            continue;
        }
        TRY(status);
        failed = NULL;
        below = (uint64_t)numbers.last + 1;
        money->run_next = numbers.last + 1;
        generation->runs_count++;
        atomic_store(&money->resume, run_about(*run)->through);
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
    money_times(money);
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
    if (money->merged != NULL)
        run_close(money->merged);
    generation_leave(money, money->now);
    must(pthread_mutex_destroy(&money->lock) == 0);
}

uint64_t money_resume(const struct money *money)
{
    return atomic_load(&money->resume);
}

/* ---- taking ---- */

void money_times(struct money *money)
{
    const struct generation *now = money->now;
    money->runs_ms = INT64_MIN;
    for (uint32_t i = 0; i < now->runs_count; i++)
        if (run_about(now->run[i])->last.ms > money->runs_ms)
            money->runs_ms = run_about(now->run[i])->last.ms;
}

/* A late one may have come before, days ago: the runs of its time are asked.  A damaged page says
 * nothing. */
static enum status is_in_runs(struct money *money, const struct payment *payment, bool *out)
{
    const struct generation *now = money->now;
    struct payment found;
    *out = false;
    for (uint32_t i = now->runs_count; i > 0 && !*out && payment->key.ms <= money->runs_ms; i--) {
        const struct run_head *head = run_about(now->run[i - 1]);
        if (payment->key.ms < head->first.ms || payment->key.ms > head->last.ms)
            continue;
        enum status status = run_find_name(now->run[i - 1], payment->name, &found);
        if (status != STATUS_ABSENT && status != STATUS_MALFORMED)
            TRY(status);
        *out = status == STATUS_OK;
    }
    return STATUS_OK;
}

static enum status add_one(struct money *money, const struct payment *payment, struct slice id)
{
    bool again;
    struct ledger *newest = money->now->ledger[0];
    const struct ledger *earlier = money->now->ledger[1];
    TRY(is_in_runs(money, payment, &again));
    if (again || ledger_has(newest, payment->name) ||
        (earlier != NULL && ledger_has(earlier, payment->name))) {
        (void)atomic_fetch_add_explicit(&money->duplicates, 1, memory_order_relaxed);
        return STATUS_OK;
    }
    TRY(ledger_add(newest, payment, id));
    (void)atomic_fetch_add_explicit(&money->added, 1, memory_order_relaxed);
    return STATUS_OK;
}

enum status money_add(struct money *money, const struct payment *payment)
{
    must(payment->amount > 0);
    must(ident_known(payment->payer) || ident_known(payment->payee));
    return add_one(money, payment, SLICE(""));
}

/* In three rounds over a handful, so that the memory of one is on its way while others are looked
 * at. */
static enum status add_some(struct money *money, const struct payment *some,
                            const struct slice *ids, size_t count, size_t *added)
{
    const struct ledger *newest = money->now->ledger[0];
    for (size_t i = 0; i < count; i++)
        ledger_warm_slots(newest, &some[i]);
    for (size_t i = 0; i < count; i++)
        ledger_warm_holders(newest, &some[i]);
    for (size_t i = 0; i < count; i++)
        ledger_warm_blocks(newest, &some[i]);
    for (*added = 0; *added < count; ++*added)
        TRY(add_one(money, &some[*added], ids[*added]));
    return STATUS_OK;
}

/* Names that do not print from their bits are kept as they are written. */
static void spell(struct money *money, const struct record *record)
{
    static const struct {
        unsigned field;
        bool account;
    } NAMES[] = {{FIELD_OF(payment, payer), true},
                 {FIELD_OF(payment, payee), true},
                 {FIELD_OF(payment, payer_bank), false},
                 {FIELD_OF(payment, payee_bank), false}};
    unsigned currency = FIELD_OF(payment, currency);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        unsigned field = NAMES[i].field;
        ident name = record->field[field].name;
        if (!record_knows(record, field) || !ident_known(name) || ident_is_packed(name))
            continue;
        if (NAMES[i].account)
            ledger_spell(money->now->ledger[0], name, record->text[field]);
        else
            words_spell(&money->banks, name, record->text[field]);
    }
    if (record_knows(record, currency) && ident_known(record->field[currency].name))
        words_spell(&money->currencies, record->field[currency].name, record->text[currency]);
}

/* How a payment's id is written, if that is not in its name. */
static struct slice id_of(const struct record *record)
{
    unsigned id = FIELD_OF(payment, id);
    ident name = record->field[id].name;
    bool spelled = record_knows(record, id) && ident_known(name) && !ident_is_packed(name);
    return spelled ? record->text[id] : SLICE("");
}

enum status money_take(struct money *money, const struct record *records, size_t count,
                       size_t *taken)
{
    struct payment some[WARM];
    struct slice ids[WARM];
    size_t from[WARM];
    *taken = 0;
    while (*taken < count) {
        size_t ready = 0, added, next = *taken;
        for (; next < count && ready < WARM; next++) {
            if (records[next].kind != RECORD_payment)
                continue;
            from[ready] = next;
            ids[ready] = id_of(&records[next]);
            if (payment_of_record(&records[next], &some[ready]))
                ready++;
            else
                (void)atomic_fetch_add_explicit(&money->ignored, 1, memory_order_relaxed);
        }
        enum status status = add_some(money, some, ids, ready, &added);
        for (size_t i = 0; i < added; i++)
            spell(money, &records[from[i]]);
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

void money_reached(struct money *money, uint64_t position)
{
    struct ledger *newest = money->now->ledger[0];
    must(position >= newest->through);
    newest->through = position;
}

/* ---- turning over ---- */

enum status money_turn(struct money *money)
{
    struct generation *next;
    const struct ledger *newest = money->now->ledger[0];
    if (money->options.runs == NULL || (newest->holders_count == 0 && newest->through == 0))
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
    money_times(money);
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
                                 .damaged = money->damaged,
                                 .merges = atomic_load(&money->merges)};
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
