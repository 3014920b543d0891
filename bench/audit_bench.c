/* audit_bench.c -- how fast the audit log takes entries that are durable and in the tree.
 *
 *     audit_bench FOLDER [ENTRIES]
 *
 * One hundred entries to a transaction, each transaction synced (WAL, synchronous=FULL), a signed
 * checkpoint after every thousand; then the whole log verified. The store lies in FOLDER, which
 * decides what a sync costs.  Times are of the wall. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"
#include "ground/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ORIGIN SLICE("example.org/audit")

enum { BATCH = 100, BATCHES_TO_NOTE = 10 };

static enum status batch_add(struct store *store, struct audit *audit, uint64_t from)
{
    TRY(store_begin(store));
    for (uint64_t i = from; i < from + BATCH; i++) {
        char id[80];
        struct text object = text_over(id, sizeof id);
        text_addf(&object, "%064llx", (unsigned long long)i * 977);
        const struct audit_entry entry = {
            .time = {1772400000000 + (int64_t)i},
            .actor = SLICE("u-0017"),
            .organisation = SLICE("bureau-3"),
            .action = SLICE("case.open"),
            .object_kind = SLICE("phone"),
            .object_id = text_slice(&object),
            .outcome = SLICE("ok"),
            .reason = SLICE("值班接警，核实受害人"),
            .detail = SLICE("{\"case\":4711,\"fields\":[\"calls\",\"payments\"]}")};
        TRY(audit_append(audit, &entry, NULL));
    }
    return store_commit(store);
}

static enum status log_fill(struct store *store, struct audit *audit,
                            const struct seal_keypair *keypair, uint64_t entries)
{
    for (uint64_t batch = 0; batch * BATCH < entries; batch++) {
        char bytes[NOTE_BYTES_MAX];
        struct text note = text_over(bytes, sizeof bytes);
        TRY(batch_add(store, audit, batch * BATCH));
        if (batch % BATCHES_TO_NOTE == BATCHES_TO_NOTE - 1)
            TRY(audit_checkpoint(audit, keypair, &note));
    }
    return STATUS_OK;
}

static enum status measure(const char *path, uint64_t entries, struct arena *arena)
{
    const struct seal_keypair keypair = seal_keypair_of_seed(&(struct seal_seed){{1}});
    struct clock clock = clock_of_machine();
    char why_bytes[256];
    struct text why = text_over(why_bytes, sizeof why_bytes);
    struct store *store = NULL;
    struct audit *audit = NULL;
    struct audit_verdict verdict = {0};
    TRY(store_open(&store, path, AUDIT_MIGRATIONS, AUDIT_MIGRATIONS_COUNT, arena, &why));
    TRY(audit_open(&audit, store, ORIGIN, &keypair.key, arena, &why));
    int64_t begun = clock.ticks_ms(clock.self);
    TRY(log_fill(store, audit, &keypair, entries));
    int64_t filled = clock.ticks_ms(clock.self);
    TRY(audit_verify(audit, NULL, 0, &verdict));
    int64_t verified = clock.ticks_ms(clock.self);
    store_close(store);
    (void)printf("%llu entries, %d to a transaction: %.0f entries/s durable with tree\n",
                 (unsigned long long)entries, BATCH,
                 (double)entries * 1000 / (double)(filled - begun + 1));
    (void)printf("verified with %llu checkpoints: %.0f entries/s\n",
                 (unsigned long long)verdict.checkpoints,
                 (double)entries * 1000 / (double)(verified - filled + 1));
    return STATUS_OK;
}

int main(int count, char **words)
{
    struct arena *arena = NULL;
    char path[512];
    if (count < 2 || count > 3) {
        (void)fprintf(stderr, "usage: audit_bench FOLDER [ENTRIES]\n");
        return 2;
    }
    uint64_t entries = count == 3 ? strtoull(words[2], NULL, 10) : 100000;
    (void)snprintf(path, sizeof path, "%s/audit_bench.db", words[1]);
    (void)unlink(path); /* of a run that was stopped */
    enum status status = arena_create(&arena, 64 << 20);
    if (status == STATUS_OK)
        status = measure(path, entries / BATCH * BATCH, arena);
    arena_destroy(arena);
    static const char *const ENDS[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        char file[520];
        (void)snprintf(file, sizeof file, "%s%s", path, ENDS[i]);
        (void)unlink(file);
    }
    if (status != STATUS_OK)
        (void)fprintf(stderr, "audit_bench: %s\n", status_name(status));
    return status == STATUS_OK ? 0 : 1;
}
