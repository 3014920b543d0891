/* sound.c -- everything of a data directory, read and checked: each byte of the journal by its
 * checksums, each page of the tables, each leaf and checkpoint of the audit log.
 *
 * The directory must not be served by another process while a torn tail is mended. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sound.h"

#include "access/access.h"
#include "ground/folder.h"
#include "journal/finding.h"
#include "service.h"

enum { SCRATCH_SIZE = 256 << 20, SEGMENT_SIZE = 256 << 20 };

struct looking {
    const char *folder;
    bool mend;
    struct arena *scratch;
    struct soundness *out;
    struct text *why;
};

static void say(const struct looking *looking, const char *what, const char *en, const char *zh)
{
    text_addf(&looking->why[TONGUE_EN], "%s/%s: %s", looking->folder, what, en);
    text_addf(&looking->why[TONGUE_ZH], "%s/%s：%s", looking->folder, what, zh);
}

static enum status volume_below(const struct looking *looking, const char *name, struct volume *out)
{
    char path[PATH_MAX];
    struct disk_about about;
    enum disk_fault fault;
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "%s/%s", looking->folder, name);
    if (text.full || disk_about(path, &about, &fault) != STATUS_OK || !about.folder) {
        say(looking, name, "is not there", "不存在");
        return STATUS_ABSENT;
    }
    return volume_of_directory(out, path, looking->scratch);
}

/* ---- the journal ---- */

static enum status say_damage(const struct looking *looking, const struct journal_finding *found,
                              enum status status)
{
    bool told = found->what != NULL;
    const char *what = status_meaning(status);
    text_addf(&looking->why[TONGUE_EN], "%s/journal/%s: damaged at byte %lld, entry %llu: %s",
              looking->folder, found->file, (long long)found->offset,
              (unsigned long long)found->sequence,
              told ? finding_says(found->what, TONGUE_EN) : what);
    text_addf(&looking->why[TONGUE_ZH], "%s/journal/%s：第 %lld 字节处损坏，条目 %llu：%s",
              looking->folder, found->file, (long long)found->offset,
              (unsigned long long)found->sequence,
              told ? finding_says(found->what, TONGUE_ZH) : what);
    return status;
}

/* As a start does: what was torn is cut off and kept. */
static enum status mend_journal(const struct looking *looking, struct volume volume)
{
    struct journal *journal;
    struct journal_finding found = {0};
    struct journal_options options = {.volume = volume, .segment_size_max = SEGMENT_SIZE};
    enum status status = journal_open(&journal, &options, looking->scratch, &found);
    if (status != STATUS_OK)
        return say_damage(looking, &found, status);
    looking->out->torn_bytes = found.torn_bytes;
    looking->out->first = journal_first(journal);
    return journal_close(journal);
}

static enum status look_at_journal(const struct looking *looking)
{
    struct volume volume;
    struct journal_finding found = {0};
    TRY(volume_below(looking, "journal", &volume));
    enum status status = looking->mend ? mend_journal(looking, volume) : STATUS_OK;
    if (status == STATUS_OK) {
        status = journal_verify(volume, looking->scratch, &found, &looking->out->entries);
        looking->out->torn_bytes += found.torn_bytes;
        if (status == STATUS_ABSENT)
            status = STATUS_OK; /* a directory that was never served */
        else if (status != STATUS_OK)
            status = say_damage(looking, &found, status);
    }
    volume_close(&volume);
    return status;
}

static enum status look_at_snapshots(const struct looking *looking)
{
    struct volume volume;
    struct volume_name *names;
    size_t count = 0;
    TRY(volume_below(looking, "snapshot", &volume));
    enum status status = volume.list(volume.self, looking->scratch, &names, &count);
    volume_close(&volume);
    looking->out->snapshots = count;
    return status;
}

/* ---- tables and audit log ---- */

static enum status look_at_audit(const struct looking *looking, struct store *store,
                                 const struct access_keys *keys)
{
    char origin[64], bytes[1024] = "";
    struct audit *audit;
    struct audit_verdict verdict;
    struct text why = text_over(bytes, sizeof bytes);
    text_origin(origin, sizeof origin, &keys->seal.key);
    enum status status =
        audit_open(&audit, store, slice_of(origin), &keys->seal.key, looking->scratch, &why);
    if (status != STATUS_OK) {
        say(looking, "store.db", bytes, bytes);
        return status;
    }
    status = audit_verify(audit, NULL, 0, &verdict);
    looking->out->audited = verdict.entries;
    if (status != STATUS_MALFORMED)
        return status;
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        text_addf(&looking->why[tongue], "%s/store.db: ", looking->folder);
        audit_verdict_say(&verdict, tongue, &looking->why[tongue]);
    }
    return status;
}

static enum status look_at_store(const struct looking *looking)
{
    char path[PATH_MAX], bytes[1024] = "";
    struct store *store;
    struct volume keyring;
    struct access_keys keys;
    struct text why = text_over(bytes, sizeof bytes);
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "%s/store.db", looking->folder);
    enum status status = store_open_reader(&store, path, looking->scratch, &why);
    if (status == STATUS_OK) {
        status = store_check(store, &why);
        if (status != STATUS_OK)
            store_close(store);
    }
    if (status != STATUS_OK) {
        say(looking, "store.db", bytes, bytes);
        return status;
    }
    status = volume_below(looking, "keys", &keyring);
    if (status == STATUS_OK) {
        status = access_keys_open(&keyring, false, seal_chance_of_machine(), &keys, &why);
        volume_close(&keyring);
        if (status != STATUS_OK)
            say(looking, "keys", bytes, bytes);
    }
    if (status == STATUS_OK)
        status = look_at_audit(looking, store, &keys);
    secret_wipe(&keys, sizeof keys);
    store_close(store);
    return status;
}

enum status folder_is_sound(const char *folder, bool mend, struct soundness *out,
                            struct text why[TONGUES_COUNT])
{
    struct looking looking = {folder, mend, NULL, out, why};
    *out = (struct soundness){0};
    TRY(arena_create(&looking.scratch, SCRATCH_SIZE));
    enum status status = look_at_journal(&looking);
    if (status == STATUS_OK)
        status = look_at_snapshots(&looking);
    if (status == STATUS_OK)
        status = look_at_store(&looking);
    if (status != STATUS_OK && why[TONGUE_EN].size == 0)
        say(&looking, "", status_meaning(status), status_meaning(status));
    arena_destroy(looking.scratch);
    return status;
}
