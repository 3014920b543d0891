/* group_bench.c -- how many short transactions a second become durable, asked for by many threads.
 *
 *     group_bench FOLDER [SECONDS]
 *
 * A transaction is a step of casework: a row is moved on, the step is noted, an entry of the audit
 * log goes with it.  Each of 1, 8, 64 threads makes the next one when the store has said OK to the
 * last.  The store lies in FOLDER, which decides what a sync costs.  Times are of the wall. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"
#include "ground/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ORIGIN SLICE("example.org/audit")

enum { THREADS_MAX = 64, ITEMS = 4096, STEPS_MAX = 1 << 20 };

static const struct store_migration STEPS[AUDIT_MIGRATIONS_COUNT + 1] = {
    {"work",
     "CREATE TABLE item (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, note TEXT NOT NULL);"
     "CREATE INDEX item_state ON item (state, id);"
     "CREATE TABLE step (number INTEGER PRIMARY KEY, item INTEGER NOT NULL, state INTEGER "
     "NOT NULL);"
     "CREATE INDEX step_item ON step (item, number);"},
};

struct bench {
    struct store *store;
    struct audit *audit;
    struct clock clock;
    int64_t ends; /* ticks */
    atomic_bool failed;
};

struct client {
    struct bench *bench;
    uint64_t number, done;
    int64_t *took; /* microseconds of each, of the first STEPS_MAX / THREADS_MAX */
};

static int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static enum status writes(struct bench *bench, int64_t item, int64_t state)
{
    static const char MOVE[] = "UPDATE item SET state = ?2 WHERE id = ?1";
    static const char NOTE[] = "INSERT INTO step (item, state) VALUES (?1, ?2)";
    const struct store_value values[] = {STORE_OF_WHOLE(item), STORE_OF_WHOLE(state)};
    char id[32];
    struct text object = text_over(id, sizeof id);
    text_addf(&object, "%lld", (long long)item);
    const struct audit_entry entry = {.time = {1772400000000 + state},
                                      .actor = SLICE("u-0017"),
                                      .organisation = SLICE("bureau-3"),
                                      .action = SLICE("case.step"),
                                      .object_kind = SLICE("case"),
                                      .object_id = text_slice(&object),
                                      .outcome = SLICE("done")};
    TRY(store_run(bench->store, MOVE, values, 2));
    TRY(store_run(bench->store, NOTE, values, 2));
    return audit_append(bench->audit, &entry, NULL);
}

static enum status step(struct bench *bench, int64_t item, int64_t state)
{
    TRY(store_begin(bench->store));
    enum status status = writes(bench, item, state);
    if (status == STATUS_OK)
        return store_commit(bench->store);
    store_rollback(bench->store);
    return status;
}

static void *client_run(void *self)
{
    struct client *client = self;
    struct bench *bench = client->bench;
    while (bench->clock.ticks_ms(bench->clock.self) < bench->ends) {
        int64_t begun = now_us();
        int64_t item = (int64_t)((client->number * 61 + client->done * 977) % ITEMS);
        if (step(bench, item, (int64_t)client->done % 7) != STATUS_OK) {
            atomic_store(&bench->failed, true);
            break;
        }
        if (client->done < STEPS_MAX / THREADS_MAX)
            client->took[client->done] = now_us() - begun;
        client->done++;
    }
    return NULL;
}

static int by_size(const void *one, const void *other)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

static enum status round_run(struct bench *bench, unsigned threads, int64_t seconds,
                             struct arena *arena)
{
    struct client clients[THREADS_MAX];
    pthread_t ids[THREADS_MAX];
    int64_t *took = NULL;
    uint64_t done = 0, kept = 0;
    TRY(ARENA_NEW(arena, STEPS_MAX, &took));
    int64_t begun = bench->clock.ticks_ms(bench->clock.self);
    bench->ends = begun + seconds * 1000;
    for (unsigned i = 0; i < threads; i++) {
        clients[i] = (struct client){bench, i, 0, took + i * (STEPS_MAX / THREADS_MAX)};
        must(pthread_create(&ids[i], NULL, client_run, &clients[i]) == 0);
    }
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(ids[i], NULL);
        done += clients[i].done;
        uint64_t here =
            clients[i].done < STEPS_MAX / THREADS_MAX ? clients[i].done : STEPS_MAX / THREADS_MAX;
        memmove(took + kept, clients[i].took, here * sizeof *took);
        kept += here;
    }
    int64_t ended = bench->clock.ticks_ms(bench->clock.self);
    qsort(took, kept, sizeof *took, by_size);
    (void)printf("%2u threads: %8.0f transactions/s, p50 %lld us, p99 %lld us\n", threads,
                 (double)done * 1000 / (double)(ended - begun + 1),
                 (long long)(kept == 0 ? 0 : took[kept / 2]),
                 (long long)(kept == 0 ? 0 : took[kept * 99 / 100]));
    return atomic_load(&bench->failed) ? STATUS_IO : STATUS_OK;
}

static enum status items_make(struct store *store)
{
    static const char ITEM[] = "INSERT INTO item (id, state, note) VALUES (?1, 0, ?2)";
    TRY(store_begin(store));
    for (int64_t i = 0; i < ITEMS; i++) {
        const struct store_value values[] = {STORE_OF_WHOLE(i), STORE_OF_TEXT(SLICE("a note"))};
        (void)!(store_run(store, ITEM, values, 2) == STATUS_OK); /* a failure poisons */
    }
    return store_commit(store);
}

static enum status measure(const char *path, int64_t seconds, struct arena *arena)
{
    static const unsigned THREADS[] = {1, 8, 64};
    const struct seal_keypair keypair = seal_keypair_of_seed(&(struct seal_seed){{1}});
    struct bench bench = {.clock = clock_of_machine()};
    struct store_migration steps[AUDIT_MIGRATIONS_COUNT + 1];
    struct audit_verdict verdict = {0};
    char why_bytes[256];
    struct text why = text_over(why_bytes, sizeof why_bytes);
    steps[0] = STEPS[0];
    memcpy(steps + 1, AUDIT_MIGRATIONS, sizeof AUDIT_MIGRATIONS);
    TRY(store_open(&bench.store, path, steps, AUDIT_MIGRATIONS_COUNT + 1, arena, &why));
    TRY(audit_open(&bench.audit, bench.store, ORIGIN, &keypair.key, arena, &why));
    TRY(items_make(bench.store));
    for (unsigned i = 0; i < sizeof THREADS / sizeof THREADS[0]; i++)
        TRY(round_run(&bench, THREADS[i], seconds, arena));
    TRY(audit_verify(bench.audit, NULL, 0, &verdict));
    (void)printf("%llu entries of the audit log verified\n", (unsigned long long)verdict.entries);
    store_close(bench.store);
    return STATUS_OK;
}

int main(int count, char **words)
{
    struct arena *arena = NULL;
    char path[512];
    if (count < 2 || count > 3) {
        (void)fprintf(stderr, "usage: group_bench FOLDER [SECONDS]\n");
        return 2;
    }
    int64_t seconds = count == 3 ? strtoll(words[2], NULL, 10) : 10;
    (void)snprintf(path, sizeof path, "%s/group_bench.db", words[1]);
    (void)unlink(path); /* of a run that was stopped */
    enum status status = arena_create(&arena, 64 << 20);
    if (status == STATUS_OK)
        status = measure(path, seconds, arena);
    arena_destroy(arena);
    static const char *const ENDS[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        char file[520];
        (void)snprintf(file, sizeof file, "%s%s", path, ENDS[i]);
        (void)unlink(file);
    }
    if (status != STATUS_OK)
        (void)fprintf(stderr, "group_bench: %s\n", status_name(status));
    return status == STATUS_OK ? 0 : 1;
}
