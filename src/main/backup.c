/* backup.c -- `cutline backup`, `restore`, `verify`: a copy that is called good only after it was
 * restored once.
 *
 *      FOLDER/store.db, keys/, snapshot/, receipts     what the journal must be at least as new as
 *             journal/                                 copied last
 *             manifest                                 each file: SHA-256, size, name; last
 *
 * A directory is copied while it is served: the tables by their own means, then files that only
 * grow.  The last frame of the journal may be torn in the copy, as after a power cut; the test
 * restore sets it aside, as a start would.  The copy holds the keys: keep it as safe as the
 * original.
 *
 * Invariants:  1. A folder without a manifest is no backup, however it came to be.
 *              2. restore and verify believe no file whose digest differs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "ground/checksum.h"
#include "ground/folder.h"
#include "say.h"
#include "service.h"
#include "sound.h"

enum { SCRATCH_SIZE = 64 << 20, PIECE_SIZE = 1 << 20, MANIFEST_MAX = 4 << 20, WHY_MAX = 4096 };

static const char HEAD[] = "cutline backup 1\n";
/* In this order: see the head of this file. */
static const char *const FOLDERS[] = {"keys", "snapshot", "journal"};
static const char LEDGER[] = "ledger"; /* there once something was imported */

struct copying {
    const struct command *command;
    const char *from, *to;
    struct arena *scratch;
    struct text manifest;
    char *piece;
    uint64_t bytes, files;
};

static struct slice join(char out[PATH_MAX], const char *folder, const char *name)
{
    struct text text = text_over(out, PATH_MAX);
    text_addf(&text, "%s/%s", folder, name);
    return text.full ? SLICE("") : text_slice(&text);
}

static enum exit_code cannot(const struct command *command, const char *path)
{
    COMPLAIN(command, "%s: cannot be copied: the disk is full, or it failed.",
             "%s：无法复制：磁盘已满或出错。", path);
    return EXIT_FAILED;
}

/* ---- one file ---- */

/* Reads `path` to its end, into `sink` if it is not NULL. */
static enum status pass(const char *path, char *piece, struct disk_sink *sink,
                        struct digest *digest, uint64_t *size)
{
    struct disk_file *file;
    enum disk_fault fault;
    struct sha256 sha256;
    TRY(disk_open(&file, path, &fault));
    sha256_begin(&sha256);
    *size = 0;
    enum status status;
    for (;;) {
        size_t got;
        status = disk_read(file, piece, PIECE_SIZE, &got);
        if (status != STATUS_OK || got == 0)
            break;
        sha256_add(&sha256, (struct slice){piece, got});
        *size += got;
        if (sink != NULL)
            status = disk_sink_write(sink, (struct slice){piece, got});
        if (status != STATUS_OK)
            break;
    }
    disk_close(file);
    *digest = sha256_end(&sha256);
    return status;
}

static enum status copy_file(struct copying *copying, const char *name)
{
    char from[PATH_MAX], to[PATH_MAX], hex[DIGEST_HEX_SIZE];
    struct disk_sink *sink;
    struct digest digest;
    uint64_t size;
    (void)join(from, copying->from, name);
    (void)join(to, copying->to, name);
    TRY(disk_sink_create(&sink, to));
    enum status status = pass(from, copying->piece, sink, &digest, &size);
    if (status != STATUS_OK) {
        disk_sink_abandon(sink);
        return status;
    }
    TRY(disk_sink_commit(sink));
    digest_hex(&digest, hex);
    text_addf(&copying->manifest, "%s %llu %s\n", hex, (unsigned long long)size, name);
    copying->bytes += size;
    copying->files++;
    return STATUS_OK;
}

/* A file that was there when we listed may be gone: an old segment or snapshot was let go. */
static enum status copy_folder(struct copying *copying, const char *folder)
{
    char path[PATH_MAX];
    struct slice *names;
    size_t count;
    enum disk_fault fault;
    (void)join(path, copying->to, folder);
    TRY(folder_make(path, &fault));
    (void)join(path, copying->from, folder);
    TRY(folder_list(path, copying->scratch, &names, &count));
    for (size_t i = 0; i < count; i++) {
        char name[PATH_MAX];
        struct disk_about about;
        (void)join(name, folder, names[i].at);
        enum status status = copy_file(copying, name);
        (void)join(path, copying->from, name);
        bool gone = disk_about(path, &about, &fault) != STATUS_OK && fault == DISK_MISSING;
        if (status != STATUS_OK && !gone)
            return status;
    }
    return STATUS_OK;
}

/* ---- the manifest ---- */

static enum status manifest_write(struct copying *copying)
{
    char path[PATH_MAX], hex[DIGEST_HEX_SIZE];
    if (copying->manifest.full)
        return STATUS_FULL;
    struct slice all = text_slice(&copying->manifest);
    struct digest digest = sha256_of(&all, 1);
    digest_hex(&digest, hex);
    text_addf(&copying->manifest, "%s end\n", hex);
    (void)join(path, copying->to, "manifest");
    return copying->manifest.full ? STATUS_FULL : folder_put(path, text_slice(&copying->manifest));
}

struct listed {
    struct slice hex, name;
    uint64_t size;
};

/* "HEX SIZE NAME"; names cannot lead out of the folder. */
static bool line_read(struct slice line, struct listed *out)
{
    if (line.size < DIGEST_HEX_SIZE + 2 || line.at[DIGEST_HEX_SIZE - 1] != ' ')
        return false;
    out->hex = (struct slice){line.at, DIGEST_HEX_SIZE - 1};
    size_t at = DIGEST_HEX_SIZE;
    out->size = 0;
    for (; at < line.size && line.at[at] >= '0' && line.at[at] <= '9' && at < 90; at++)
        out->size = out->size * 10 + (uint64_t)(line.at[at] - '0');
    if (at == DIGEST_HEX_SIZE || at + 1 >= line.size || line.at[at] != ' ')
        return false;
    out->name = (struct slice){line.at + at + 1, line.size - at - 1};
    for (size_t i = 0; i + 1 < out->name.size; i++)
        if (out->name.at[i] == '.' && out->name.at[i + 1] == '.')
            return false;
    return out->name.at[0] != '/';
}

/* The lines of a manifest that is whole.  MALFORMED. */
static enum status manifest_read(const char *folder, struct arena *scratch, struct slice *lines)
{
    char path[PATH_MAX], hex[DIGEST_HEX_SIZE];
    enum disk_fault fault;
    struct slice all;
    (void)join(path, folder, "manifest");
    TRY(disk_read_all(path, MANIFEST_MAX, scratch, &all, &fault));
    size_t tail = DIGEST_HEX_SIZE - 1 + sizeof " end\n" - 1;
    if (!slice_starts(all, slice_of(HEAD)) || all.size < tail + sizeof HEAD - 1)
        return STATUS_MALFORMED;
    struct slice body = {all.at, all.size - tail};
    struct digest digest = sha256_of(&body, 1);
    digest_hex(&digest, hex);
    if (memcmp(all.at + body.size, hex, DIGEST_HEX_SIZE - 1) != 0)
        return STATUS_MALFORMED;
    *lines = (struct slice){body.at + sizeof HEAD - 1, body.size - (sizeof HEAD - 1)};
    return STATUS_OK;
}

/* Calls `take` for each file; its status ends it. */
static enum exit_code manifest_each(struct copying *copying, const char *folder,
                                    enum exit_code (*take)(struct copying *, const struct listed *,
                                                           const char *name))
{
    struct slice lines;
    enum status status = manifest_read(folder, copying->scratch, &lines);
    if (status != STATUS_OK) {
        COMPLAIN(copying->command, "%s: is no backup, or its manifest is damaged.",
                 "%s：不是备份，或其清单已损坏。", folder);
        return EXIT_INPUT;
    }
    while (lines.size != 0) {
        char name[PATH_MAX];
        struct listed listed;
        const char *line_end = memchr(lines.at, '\n', lines.size);
        struct slice line = {lines.at,
                             line_end == NULL ? lines.size : (size_t)(line_end - lines.at)};
        struct text text = text_over(name, sizeof name);
        if (line_end == NULL || !line_read(line, &listed))
            return EXIT_INPUT; /* its digest was right: not one of ours */
        text_add(&text, listed.name);
        enum exit_code code = take(copying, &listed, name);
        if (code != EXIT_DONE)
            return code;
        lines = (struct slice){line_end + 1, lines.size - line.size - 1};
    }
    return EXIT_DONE;
}

static enum exit_code check_listed(struct copying *copying, const struct listed *listed,
                                   const char *name)
{
    char path[PATH_MAX], hex[DIGEST_HEX_SIZE];
    struct digest digest = {0};
    uint64_t size = 0;
    (void)join(path, copying->from, name);
    enum status status = pass(path, copying->piece, NULL, &digest, &size);
    digest_hex(&digest, hex);
    copying->files++;
    copying->bytes += size;
    if (status == STATUS_OK && size == listed->size &&
        memcmp(hex, listed->hex.at, listed->hex.size) == 0)
        return EXIT_DONE;
    COMPLAIN(copying->command, "%s: damaged: it is not what was backed up (%llu of %llu bytes).",
             "%s：已损坏：与备份时不同（%llu / %llu 字节）。", path, (unsigned long long)size,
             (unsigned long long)listed->size);
    return EXIT_INPUT;
}

static enum exit_code restore_listed(struct copying *copying, const struct listed *listed,
                                     const char *name)
{
    (void)listed;
    return copy_file(copying, name) == STATUS_OK ? EXIT_DONE : cannot(copying->command, name);
}

/* ---- verbs ---- */

static enum exit_code copying_open(struct copying *copying, const struct command *command)
{
    char *manifest;
    *copying = (struct copying){.command = command};
    if (arena_create(&copying->scratch, SCRATCH_SIZE) != STATUS_OK ||
        ARENA_NEW(copying->scratch, PIECE_SIZE, &copying->piece) != STATUS_OK ||
        ARENA_NEW(copying->scratch, MANIFEST_MAX, &manifest) != STATUS_OK)
        return say_no_memory(command);
    copying->manifest = text_over(manifest, MANIFEST_MAX);
    text_add_string(&copying->manifest, HEAD);
    return EXIT_DONE;
}

static enum exit_code want_new(const struct copying *copying, const char *folder)
{
    enum disk_fault fault;
    struct disk_about about;
    if (disk_about(folder, &about, &fault) == STATUS_OK) {
        COMPLAIN(copying->command, "%s: is there already; name a folder that is not.",
                 "%s：已存在；请指定一个不存在的目录。", folder);
        return EXIT_INPUT;
    }
    if (folder_make(folder, &fault) == STATUS_OK)
        return EXIT_DONE;
    complain_fault(copying->command, folder, fault);
    return EXIT_FAILED;
}

static const char *data_of(const struct command *command)
{
    const char *data = command_value(command, FLAG_data);
    if (data == NULL)
        COMPLAIN(command, "--data DIR is needed.", "需要 --data 目录。");
    return data;
}

static enum status copy_store(struct copying *copying)
{
    char from[PATH_MAX], to[PATH_MAX], bytes[1024], hex[DIGEST_HEX_SIZE];
    struct text why = text_over(bytes, sizeof bytes);
    struct store *store;
    struct digest digest;
    uint64_t size;
    (void)join(from, copying->from, "store.db");
    (void)join(to, copying->to, "store.db");
    TRY(store_open_reader(&store, from, copying->scratch, &why));
    enum status status = store_backup(store, to);
    store_close(store);
    TRY(status);
    TRY(pass(to, copying->piece, NULL, &digest, &size));
    digest_hex(&digest, hex);
    text_addf(&copying->manifest, "%s %llu store.db\n", hex, (unsigned long long)size);
    copying->files++;
    copying->bytes += size;
    return STATUS_OK;
}

static enum status copy_all(struct copying *copying)
{
    char path[PATH_MAX];
    struct disk_about about;
    enum disk_fault fault;
    TRY(copy_store(copying));
    (void)join(path, copying->from, "receipts");
    if (disk_about(path, &about, &fault) == STATUS_OK)
        TRY(copy_file(copying, "receipts"));
    for (size_t i = 0; i < sizeof FOLDERS / sizeof FOLDERS[0]; i++)
        TRY(copy_folder(copying, FOLDERS[i]));
    (void)join(path, copying->from, LEDGER);
    if (disk_about(path, &about, &fault) == STATUS_OK)
        TRY(copy_folder(copying, LEDGER));
    return manifest_write(copying);
}

static enum exit_code say_unsound(const struct command *command, char bytes[TONGUES_COUNT][WHY_MAX])
{
    say_wrong("%s", bytes[command->tongue]);
    return EXIT_INPUT;
}

/* Its folder, if the backup has one. */
static enum exit_code want_ledger(struct copying *copying, const char *folder, const char *to)
{
    char path[PATH_MAX];
    struct disk_about about;
    enum disk_fault fault;
    (void)join(path, folder, LEDGER);
    if (disk_about(path, &about, &fault) != STATUS_OK)
        return EXIT_DONE;
    (void)join(path, to, LEDGER);
    return folder_make(path, &fault) == STATUS_OK ? EXIT_DONE : cannot(copying->command, path);
}

/* Checks every digest of the backup `folder`, and makes `to` of it. */
static enum exit_code restore_into(struct copying *copying, const char *folder, const char *to,
                                   struct soundness *sound)
{
    char bytes[TONGUES_COUNT][WHY_MAX] = {"", ""};
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_MAX), text_over(bytes[1], WHY_MAX)};
    copying->from = folder;
    copying->to = to;
    copying->files = copying->bytes = 0;
    enum exit_code code = manifest_each(copying, folder, check_listed);
    if (code == EXIT_DONE)
        code = want_new(copying, to);
    for (size_t i = 0; code == EXIT_DONE && i < sizeof FOLDERS / sizeof FOLDERS[0]; i++) {
        char path[PATH_MAX]; /* also one that held nothing */
        enum disk_fault fault;
        (void)join(path, to, FOLDERS[i]);
        if (folder_make(path, &fault) != STATUS_OK)
            code = cannot(copying->command, path);
    }
    if (code == EXIT_DONE)
        code = want_ledger(copying, folder, to);
    if (code == EXIT_DONE)
        code = manifest_each(copying, folder, restore_listed);
    if (code == EXIT_DONE && folder_is_sound(to, true, sound, why) != STATUS_OK)
        code = say_unsound(copying->command, bytes);
    copying->files /= 2;
    copying->bytes /= 2;
    return code;
}

static void say_done(const struct copying *copying, const struct soundness *sound, const char *en,
                     const char *zh)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    bool chinese = copying->command->tongue == TONGUE_ZH;
    text_addf(&text,
              chinese ? "%s：%llu 个文件，%llu 字节；日志条目 %llu，审计条目 %llu，快照 %llu\n"
                      : "%s: %llu files, %llu bytes; %llu entries of the journal, %llu of the "
                        "audit log, %llu snapshots\n",
              chinese ? zh : en, (unsigned long long)copying->files,
              (unsigned long long)copying->bytes, (unsigned long long)sound->entries,
              (unsigned long long)sound->audited, (unsigned long long)sound->snapshots);
    (void)say_on_out(text_slice(&text));
}

/* The test restore, beside the backup, and gone again. */
static enum exit_code try_out(struct copying *copying, const char *folder, struct soundness *sound)
{
    char trial[PATH_MAX];
    struct text text = text_over(trial, sizeof trial);
    text_addf(&text, "%s.trial", folder);
    (void)folder_remove(trial);
    enum exit_code code = restore_into(copying, folder, trial, sound);
    (void)folder_remove(trial);
    return code;
}

enum exit_code verb_backup(const struct command *command)
{
    struct copying copying;
    struct soundness sound;
    char path[PATH_MAX];
    const char *data = data_of(command);
    const char *folder = command->operand[0];
    if (data == NULL)
        return EXIT_USAGE;
    enum exit_code code = copying_open(&copying, command);
    copying.from = data;
    copying.to = folder;
    if (code == EXIT_DONE)
        code = want_new(&copying, folder);
    if (code == EXIT_DONE && copy_all(&copying) != STATUS_OK)
        code = cannot(command, data);
    if (code == EXIT_DONE)
        code = try_out(&copying, folder, &sound);
    if (code == EXIT_DONE) {
        (void)join(path, data, "backup-verified");
        if (folder_put(path, slice_of(folder)) != STATUS_OK)
            code = cannot(command, path);
    }
    if (code == EXIT_DONE)
        say_done(&copying, &sound, "backed up and restored once", "已备份并试恢复成功");
    arena_destroy(copying.scratch);
    return code;
}

enum exit_code verb_restore(const struct command *command)
{
    struct copying copying;
    struct soundness sound;
    const char *data = data_of(command);
    if (data == NULL)
        return EXIT_USAGE;
    enum exit_code code = copying_open(&copying, command);
    if (code == EXIT_DONE)
        code = restore_into(&copying, command->operand[0], data, &sound);
    if (code == EXIT_DONE)
        say_done(&copying, &sound, "restored", "已恢复");
    arena_destroy(copying.scratch);
    return code;
}

/* A data directory is left as it is; that nobody serves from it is asked of its lock. */
static enum exit_code verify_data(const struct copying *copying, const char *folder,
                                  struct soundness *sound)
{
    char path[PATH_MAX], bytes[TONGUES_COUNT][WHY_MAX] = {"", ""};
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_MAX), text_over(bytes[1], WHY_MAX)};
    struct folder_lock lock = {0};
    int64_t owner;
    (void)join(path, folder, "lock");
    if (folder_lock(path, &lock, &owner) == STATUS_REFUSED) {
        COMPLAIN(copying->command, "%s: is being served by process %lld; verify a backup of it.",
                 "%s：进程 %lld 正在使用；请校验其备份。", folder, (long long)owner);
        return EXIT_RETRY;
    }
    enum status status = folder_is_sound(folder, false, sound, why);
    folder_unlock(&lock);
    return status == STATUS_OK ? EXIT_DONE : say_unsound(copying->command, bytes);
}

enum exit_code verb_verify(const struct command *command)
{
    struct copying copying;
    struct soundness sound = {0};
    struct disk_about about;
    enum disk_fault fault;
    char path[PATH_MAX];
    const char *folder = command->operand[0];
    enum exit_code code = copying_open(&copying, command);
    if (code == EXIT_DONE && disk_about(folder, &about, &fault) != STATUS_OK) {
        complain_fault(command, folder, fault);
        code = EXIT_INPUT;
    }
    (void)join(path, folder, "manifest");
    if (code == EXIT_DONE)
        code = disk_about(path, &about, &fault) == STATUS_OK
                   ? try_out(&copying, folder, &sound)
                   : verify_data(&copying, folder, &sound);
    if (code == EXIT_DONE)
        say_done(&copying, &sound, "nothing is wrong", "没有问题");
    arena_destroy(copying.scratch);
    return code;
}
