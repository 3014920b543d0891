/* moneys.c -- the money index in a running service: fed from the journal, sealed, kept short.
 *
 *     journal ──> feeder: durable payments ──> ledger ── full, or old ──> earlier ledger
 *                   │ takes over what is ready                                │
 *                   └──────────────── runs under DIR/money <── sealer: seal, merge
 *
 * The feeder reads the journal beside its writer: nobody who hands in records waits for it, and
 * what it has not read yet is its lag.  Where the earlier ledger is not sealed yet and the newest
 * is full, it waits: the lag grows, and nothing is lost, because the journal is kept from where the
 * runs end.
 *
 * Invariants:  1. Only what is durable is taken, in the order of the journal, each entry once.
 *              2. After any kill: runs on disk + the journal behind money_resume() = all.
 *              3. The journal is not let go of behind money_resume(), see live_listener.needed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "money/index.h"

#include <pthread.h>
#include <time.h>

enum {
    READER_MEMORY = 3 * JOURNAL_FRAME_BYTES_MAX,
    BATCH_BYTES = 8 << 20,
    SCRATCH_BYTES = 16 << 20,
    PAYMENT_BYTES =
        152, /* of a ledger for one, with its accounts and all letters; and to sort it */
    NAP_MS = 10,
    SEALER_NAP_MS = 100,
    AGAIN_MS = 5000, /* after a failure */
    FORGET_EVERY_MS = 60000,
};

struct moneys {
    struct service *service;
    struct volume volume;
    struct money *money;
    struct arena *reader_memory, *batch, *scratch;
    struct journal_reader *reader;
    struct journal_finding found;
    struct record record[RECORD_BATCH_MAX]; /* payments of one round */
    size_t count;
    uint64_t read, turned; /* positions: read up to; where the newest ledger begins */
    uint64_t durable;      /* as of a moment ago: asked for again when it was reached */
    int64_t forgot_ms;
    _Atomic uint64_t fed;        /* everything up to here was taken */
    _Atomic uint64_t missing;    /* entries below the first that is kept, and in no run */
    _Atomic int64_t reached_ms;  /* when it last was where the journal ends */
    _Atomic bool closing, stuck; /* stuck: the journal cannot be read, or is another one */
    pthread_t feeder, sealer;
    bool feeds, seals;
};

static void nap(const struct moneys *moneys, int64_t ms)
{
    const struct timespec pause = {0, NAP_MS * 1000000};
    for (int64_t slept = 0; slept < ms && !atomic_load(&moneys->closing); slept += NAP_MS)
        (void)nanosleep(&pause, NULL);
}

static int64_t ticks_of(const struct moneys *moneys)
{
    struct clock clock = moneys->service->clock;
    return clock.ticks_ms(clock.self);
}

static void say_failed(const struct moneys *moneys, const char *what, enum status status)
{
    LOG(&moneys->service->log, failed, LOG_TEXT(what, slice_of(what)),
        LOG_TEXT(status, slice_of(status_name(status))));
}

static moment kept_from(const struct moneys *moneys)
{
    const struct service *service = moneys->service;
    if (service->config.money_retention == 0)
        return MOMENT_NONE;
    return (moment){service->clock.now(service->clock.self).ms - service->config.money_retention};
}

/* ---- the feeder ---- */

/* STATUS_STOPPED: the service closes. */
static enum status turn(struct moneys *moneys)
{
    enum status status;
    while ((status = money_turn(moneys->money)) == STATUS_FULL) {
        if (atomic_load(&moneys->closing))
            return STATUS_STOPPED;
        TRY(money_settle(moneys->money)); /* there may be no room for one more run */
        nap(moneys, NAP_MS);
    }
    moneys->turned = moneys->read;
    return status;
}

static enum status take_batch(struct moneys *moneys)
{
    size_t done = 0;
    while (done < moneys->count) {
        size_t taken = 0;
        enum status status =
            money_take(moneys->money, moneys->record + done, moneys->count - done, &taken);
        done += taken;
        if (status == STATUS_FULL)
            status = turn(moneys);
        TRY(status);
    }
    moneys->count = 0;
    arena_reset(moneys->batch);
    if (moneys->read > atomic_load(&moneys->fed))
        money_reached(moneys->money, moneys->read);
    atomic_store(&moneys->fed, moneys->read);
    return STATUS_OK;
}

/* An entry that is a payment, copied: the reader lends it until the next. */
static enum status add_entry(struct moneys *moneys, uint64_t position, struct slice bytes)
{
    struct slice copy;
    struct entry entry;
    struct record *record = &moneys->record[moneys->count];
    if (bytes.size < 2 || bytes.at[0] != ENTRY_RECORD || bytes.at[1] != RECORD_payment)
        return STATUS_OK;
    TRY(slice_copy(moneys->batch, bytes, &copy));
    TRY(entry_read(copy, &entry));
    TRY(entry_record(&entry, position, moneys->batch, record));
    moneys->count++;
    return STATUS_OK;
}

/* What is durable and was not read yet, up to a batch.  STATUS_END: nothing is. */
static enum status read_some(struct moneys *moneys, uint64_t durable)
{
    while (moneys->read < durable && moneys->count < RECORD_BATCH_MAX &&
           arena_used(moneys->batch) < BATCH_BYTES / 2) {
        uint64_t position;
        struct slice bytes;
        TRY(journal_read(moneys->reader, &position, &bytes));
        TRY(add_entry(moneys, position, bytes));
        moneys->read = position;
    }
    return STATUS_OK;
}

static uint64_t durable_now(const struct moneys *moneys)
{
    static _Thread_local struct live_counts counts; /* large */
    live_count(moneys->service->live, &counts);
    return counts.synced == 0 ? 0 : counts.synced - 1;
}

static enum status forget(struct moneys *moneys)
{
    uint64_t removed = 0;
    int64_t ticks = ticks_of(moneys);
    moment from = kept_from(moneys);
    if (from.ms == MOMENT_NONE.ms || ticks - moneys->forgot_ms < FORGET_EVERY_MS)
        return STATUS_OK;
    moneys->forgot_ms = ticks;
    TRY(money_forget(moneys->money, from, &removed));
    if (removed != 0)
        LOG(&moneys->service->log, money_removed, LOG_WHOLE(count, removed));
    return STATUS_OK;
}

/* A reader that failed may have passed over an entry: another one goes on behind what was read. */
static enum status open_reader(struct moneys *moneys)
{
    if (moneys->reader != NULL)
        return STATUS_OK;
    arena_reset(moneys->reader_memory);
    return journal_reader_open(&moneys->reader, moneys->service->journal, moneys->read + 1,
                               moneys->reader_memory, &moneys->found);
}

/* One round; `*idle`: there was nothing to read. */
static enum status feed_round(struct moneys *moneys, bool *idle)
{
    uint64_t before = moneys->read;
    if (moneys->read >= moneys->durable)
        moneys->durable = durable_now(moneys);
    uint64_t durable = moneys->durable;
    TRY(open_reader(moneys));
    enum status status = read_some(moneys, durable);
    if (status != STATUS_END)
        TRY(status);
    *idle = moneys->read == before;
    if (moneys->read != atomic_load(&moneys->fed))
        TRY(take_batch(moneys));
    if (moneys->read >= durable)
        atomic_store(&moneys->reached_ms, ticks_of(moneys));
    if (moneys->read - moneys->turned >= MONEY_TURN_ENTRIES)
        TRY(turn(moneys));
    TRY(money_settle(moneys->money));
    return forget(moneys);
}

static enum status find_beginning(struct moneys *moneys, uint64_t *from)
{
    uint64_t *first, resume = money_resume(moneys->money);
    size_t count;
    uint64_t kept = 1;
    TRY(journal_segments(moneys->service->journal, moneys->scratch, &first, &count));
    if (count != 0)
        kept = first[0];
    arena_reset(moneys->scratch);
    *from = resume + 1 < kept ? kept : resume + 1;
    if (resume > durable_now(moneys))
        return STATUS_MALFORMED; /* these runs are of another journal */
    if (*from != resume + 1) {
        atomic_store(&moneys->missing, *from - resume - 1);
        LOG(&moneys->service->log, money_gap, LOG_WHOLE(position, resume + 1),
            LOG_WHOLE(last, *from - 1));
    }
    return STATUS_OK;
}

static enum status begin(struct moneys *moneys)
{
    uint64_t from = 0;
    TRY(find_beginning(moneys, &from));
    moneys->read = moneys->turned = from - 1;
    atomic_store(&moneys->fed, from - 1);
    return STATUS_OK;
}

static void *feeder_run(void *self)
{
    struct moneys *moneys = self;
    enum status status = begin(moneys);
    while (status == STATUS_OK && !atomic_load(&moneys->closing)) {
        bool idle = false;
        status = feed_round(moneys, &idle);
        if (status == STATUS_IO || status == STATUS_FULL) { /* the disk: again, from here */
            say_failed(moneys, "the money index", status);
            journal_reader_close(moneys->reader);
            moneys->reader = NULL;
            nap(moneys, AGAIN_MS);
            status = STATUS_OK;
        }
        if (idle)
            nap(moneys, NAP_MS);
    }
    if (status != STATUS_OK && status != STATUS_STOPPED) {
        atomic_store(&moneys->stuck, true);
        say_failed(moneys, "the money index does not follow the journal", status);
    }
    return NULL;
}

/* ---- the sealer ---- */

static void *sealer_run(void *self)
{
    struct moneys *moneys = self;
    struct arena *scratch;
    if (arena_create(&scratch, SCRATCH_BYTES) != STATUS_OK)
        return NULL;
    while (!atomic_load(&moneys->closing)) {
        const struct money_kept kept = {.from = kept_from(moneys),
                                        .span_ms = moneys->service->config.money_retention,
                                        .stop = &moneys->closing};
        arena_reset(scratch);
        enum status sealed = money_seal(moneys->money, scratch);
        enum status merged = STATUS_END;
        if (sealed == STATUS_OK || sealed == STATUS_END)
            merged = money_merge(moneys->money, &kept, scratch);
        bool failed = sealed != STATUS_OK && sealed != STATUS_END;
        bool unmade = merged != STATUS_OK && merged != STATUS_END && merged != STATUS_STOPPED;
        if (failed)
            say_failed(moneys, "days of the money index cannot be written down", sealed);
        if (unmade)
            say_failed(moneys, "files of the money index cannot be made one", merged);
        nap(moneys, failed || unmade ? AGAIN_MS : SEALER_NAP_MS);
    }
    arena_destroy(scratch);
    return NULL;
}

/* ---- life ---- */

static enum status start(struct moneys *moneys)
{
    struct service *service = moneys->service;
    size_t payments = (size_t)service->config.money_memory / (2 * PAYMENT_BYTES);
    if (payments >= MONEY_PAYMENTS_MAX)
        payments = MONEY_PAYMENTS_MAX - 1;
    size_t accounts = payments / 2 + 2;
    struct money_options options = {
        .payments_max = (uint32_t)payments,
        .accounts_max = (uint32_t)(accounts < MONEY_ACCOUNTS_MAX ? accounts : MONEY_ACCOUNTS_MAX),
        .runs = &moneys->volume,
    };
    TRY(arena_create(&moneys->reader_memory, READER_MEMORY));
    TRY(arena_create(&moneys->batch, BATCH_BYTES + READER_MEMORY));
    TRY(arena_create(&moneys->scratch, SCRATCH_BYTES));
    TRY(money_create(&moneys->money, &options, service->boot));
    atomic_store(&moneys->reached_ms, ticks_of(moneys));
    moneys->feeds = pthread_create(&moneys->feeder, NULL, feeder_run, moneys) == 0;
    moneys->seals = pthread_create(&moneys->sealer, NULL, sealer_run, moneys) == 0;
    return moneys->feeds && moneys->seals ? STATUS_OK : STATUS_FULL;
}

enum status moneys_open(struct service *service)
{
    struct moneys *moneys = NULL;
    char path[PATH_MAX];
    TRY(ARENA_NEW(service->boot, 1, &moneys));
    service->moneys = moneys;
    moneys->service = service;
    TRY(volume_of_directory(&moneys->volume, service_path(service, path, "money").at,
                            service->boot));
    TRY(start(moneys));
    struct money_counts counts;
    money_count(moneys->money, &counts);
    LOG(&service->log, money_opened, LOG_WHOLE(position, money_resume(moneys->money)),
        LOG_WHOLE(count, counts.run_payments));
    if (counts.damaged != 0)
        LOG(&service->log, money_damaged, LOG_WHOLE(count, counts.damaged));
    return STATUS_OK;
}

void moneys_close(struct service *service)
{
    struct moneys *moneys = service->moneys;
    if (moneys == NULL)
        return;
    atomic_store(&moneys->closing, true);
    if (moneys->feeds)
        (void)pthread_join(moneys->feeder, NULL);
    if (moneys->seals)
        (void)pthread_join(moneys->sealer, NULL);
    journal_reader_close(moneys->reader);
    money_destroy(moneys->money);
    arena_destroy(moneys->reader_memory);
    arena_destroy(moneys->batch);
    arena_destroy(moneys->scratch);
}

struct money *moneys_money(const struct service *service)
{
    return atomic_load(&service->moneys->stuck) ? NULL : service->moneys->money;
}

uint64_t moneys_needed(void *self)
{
    const struct service *service = self;
    return service->moneys == NULL || service->moneys->money == NULL
               ? 0
               : money_resume(service->moneys->money) + 1;
}

void moneys_figures(const struct service *service, struct moneys_figures *out)
{
    const struct moneys *moneys = service->moneys;
    uint64_t durable = durable_now(moneys);
    money_count(moneys->money, &out->counts);
    out->fed = atomic_load(&moneys->fed);
    out->behind = durable > out->fed ? durable - out->fed : 0;
    out->missing = atomic_load(&moneys->missing);
    out->behind_ms = out->behind == 0 ? 0 : ticks_of(moneys) - atomic_load(&moneys->reached_ms);
    out->stuck = atomic_load(&moneys->stuck);
}
