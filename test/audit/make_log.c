/* make_log.c -- writes what verify_test.mjs reads: a log of 300 entries as it is exported, its
 * checkpoints, key and proofs; and the same log forked at entry 150 by somebody who has the key.
 *
 *     make_log FOLDER      log.ndjson checkpoints key proofs.ndjson fork.ndjson fork.checkpoints */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"
#include "ground/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ORIGIN SLICE("example.org/audit")

enum { ENTRIES = 300, STEP = 100, FORK = 150, PATH_MAX_HERE = 512 };

static enum status line_write(void *self, struct slice line)
{
    return disk_sink_write(self, line);
}

static enum status file_begin(const char *folder, const char *name, struct disk_sink **out)
{
    char path[PATH_MAX_HERE];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return disk_sink_create(out, path);
}

static enum status entry_add(struct audit *audit, uint64_t i, bool forked)
{
    static const struct slice REASONS[] = {
        {"", 0}, {"\"\\/\b\f\n\r\t\x01\x1f\x7f", 11}, {"因为受害人报案 😀 \xE2\x80\xA8", 30}};
    char id[32];
    char detail[64];
    (void)snprintf(id, sizeof id, "p%llu", (unsigned long long)i * 977);
    (void)snprintf(detail, sizeof detail, "{\"n\":%llu,\"s\":\"\\u56e0\"}", (unsigned long long)i);
    struct slice reason = REASONS[i % 3];
    bool about = i % 5 != 0;
    const struct audit_entry entry = {
        .time = {1772400000000 + (int64_t)i * 1001},
        .actor = SLICE("u17"),
        .organisation = SLICE("org-3"),
        .action = forked ? SLICE("stop.undo") : SLICE("stop.ask"),
        .object_kind = about ? SLICE("phone") : SLICE(""),
        .object_id = about ? slice_of(id) : SLICE(""),
        .outcome = SLICE("ok"),
        .reason = reason,
        .detail = i % 4 == 0 ? SLICE("") : slice_of(detail),
    };
    return audit_append(audit, &entry, NULL);
}

static enum status proofs_write(struct audit *audit, struct disk_sink *sink, struct arena *request)
{
    for (uint64_t size = STEP; size <= ENTRIES; size += STEP) {
        for (uint64_t i = 0; i < size; i += 11) {
            struct slice proof = {0};
            arena_reset(request);
            TRY(audit_prove_entry(audit, i, size, request, &proof));
            TRY(disk_sink_write(sink, proof));
        }
        for (uint64_t old = STEP; old <= size; old += STEP) {
            struct slice proof = {0};
            arena_reset(request);
            TRY(audit_prove_growth(audit, old, size, request, &proof));
            TRY(disk_sink_write(sink, proof));
        }
    }
    return STATUS_OK;
}

static enum status log_fill(struct store *store, struct audit *audit,
                            const struct seal_keypair *keypair, bool forked)
{
    for (uint64_t from = 0; from < ENTRIES; from += STEP) {
        char bytes[NOTE_BYTES_MAX];
        struct text note = text_over(bytes, sizeof bytes);
        TRY(store_begin(store));
        for (uint64_t i = from; i < from + STEP; i++)
            TRY(entry_add(audit, i, forked && i == FORK));
        TRY(store_commit(store));
        TRY(audit_checkpoint(audit, keypair, &note));
    }
    return STATUS_OK;
}

static enum status log_make(const char *folder, const char *const names[2], bool forked,
                            struct arena *arena)
{
    const struct seal_keypair keypair = seal_keypair_of_seed(&(struct seal_seed){{4, 2}});
    char why_bytes[256];
    struct text why = text_over(why_bytes, sizeof why_bytes);
    struct store *store = NULL;
    struct audit *audit = NULL;
    struct disk_sink *sink = NULL;
    TRY(store_open(&store, ":memory:", AUDIT_MIGRATIONS, AUDIT_MIGRATIONS_COUNT, arena, &why));
    TRY(audit_open(&audit, store, ORIGIN, &keypair.key, arena, &why));
    TRY(log_fill(store, audit, &keypair, forked));
    TRY(file_begin(folder, names[0], &sink));
    TRY(audit_export(audit, 0, ENTRIES, (struct audit_sink){line_write, sink}, arena));
    TRY(disk_sink_commit(sink));
    TRY(file_begin(folder, names[1], &sink));
    TRY(audit_export_checkpoints(audit, (struct audit_sink){line_write, sink}));
    TRY(disk_sink_commit(sink));
    if (!forked) {
        char key_bytes[NOTE_KEY_BYTES_MAX];
        struct text key = text_over(key_bytes, sizeof key_bytes);
        struct arena *request = NULL;
        note_key_write(&key, ORIGIN, &keypair.key);
        TRY(file_begin(folder, "key", &sink));
        TRY(disk_sink_write(sink, text_slice(&key)));
        TRY(disk_sink_commit(sink));
        TRY(arena_create(&request, 4 << 20));
        TRY(file_begin(folder, "proofs.ndjson", &sink));
        TRY(proofs_write(audit, sink, request));
        TRY(disk_sink_commit(sink));
        arena_destroy(request);
    }
    store_close(store);
    return STATUS_OK;
}

int main(int count, char **words)
{
    static const char *const LOG[] = {"log.ndjson", "checkpoints"};
    static const char *const FORKED[] = {"fork.ndjson", "fork.checkpoints"};
    struct arena *arena = NULL;
    if (count != 2)
        return 2;
    enum status status = arena_create(&arena, 64 << 20);
    if (status == STATUS_OK)
        status = log_make(words[1], LOG, false, arena);
    if (status == STATUS_OK)
        status = log_make(words[1], FORKED, true, arena);
    arena_destroy(arena);
    if (status != STATUS_OK)
        (void)fprintf(stderr, "make_log: %s\n", status_name(status));
    return status == STATUS_OK ? 0 : 1;
}
