/* audit.c -- `cutline audit …`: the log of a data directory, recomputed and proved.
 *
 * Reads only, also beside a running service.  What a checkpoint says that was kept elsewhere is
 * worth more than all that lies here: give it as NOTE.  tools/audit/verify.mjs does the same from
 * an export, in another language. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "ground/disk.h"
#include "outlet.h"
#include "say.h"
#include "service.h"

#include <stdio.h>
#include <unistd.h>

enum { MEMORY = 64 << 20, SHOWN_BYTES_MAX = 128 * 1024 };

/* The log of one data directory. */
struct ledger {
    const struct command *command;
    struct arena *arena;
    struct store *store;
    struct audit *audit;
    struct access_keys keys;
    char origin[NOTE_ORIGIN_MAX + 1];
};

static enum exit_code keys_open(struct ledger *ledger)
{
    char path[PATH_MAX], bytes[512] = "";
    struct text why = text_over(bytes, sizeof bytes);
    struct volume volume;
    const char *folder = ledger->command->operand[0];
    int size = snprintf(path, sizeof path, "%s/keys", folder);
    if (size < 0 || (size_t)size >= sizeof path || access(path, R_OK | X_OK) != 0) {
        COMPLAIN(ledger->command, "%s: no data directory of cutline, or its keys cannot be read.",
                 "%s：不是 cutline 的数据目录，或无法读取其密钥。", folder);
        return EXIT_INPUT;
    }
    if (volume_of_directory(&volume, path, ledger->arena) != STATUS_OK)
        return EXIT_INPUT;
    enum status status =
        access_keys_open(&volume, false, seal_chance_of_machine(), &ledger->keys, &why);
    volume_close(&volume);
    if (status == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(ledger->command, "%s: %s.", "%s：%s。", path, bytes);
    return EXIT_INPUT;
}

static enum exit_code ledger_open(struct ledger *ledger, const struct command *command)
{
    char path[PATH_MAX], bytes[512] = "";
    struct text why = text_over(bytes, sizeof bytes);
    *ledger = (struct ledger){.command = command};
    if (arena_create(&ledger->arena, MEMORY) != STATUS_OK)
        return say_no_memory(command);
    enum exit_code code = keys_open(ledger);
    if (code != EXIT_DONE)
        return code;
    text_origin(ledger->origin, sizeof ledger->origin, &ledger->keys.seal.key);
    (void)snprintf(path, sizeof path, "%s/store.db", command->operand[0]);
    enum status status = store_open_reader(&ledger->store, path, ledger->arena, &why);
    if (status == STATUS_OK)
        status = audit_open(&ledger->audit, ledger->store, slice_of(ledger->origin),
                            &ledger->keys.seal.key, ledger->arena, &why);
    if (status == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(command, "%s: %s.", "%s：%s。", path, bytes);
    return status == STATUS_MALFORMED ? EXIT_FAILED : EXIT_INPUT;
}

static void ledger_close(struct ledger *ledger)
{
    store_close(ledger->store);
    arena_destroy(ledger->arena);
    secret_wipe(&ledger->keys, sizeof ledger->keys);
}

static enum exit_code notes_read(struct ledger *ledger, struct slice notes[AUDIT_NOTES_MAX],
                                 size_t *count)
{
    const struct command *command = ledger->command;
    for (*count = 0; *count + 1 < command->operands_count; ++*count) {
        enum disk_fault fault;
        const char *path = command->operand[*count + 1];
        if (disk_read_all(path, NOTE_READ_MAX, ledger->arena, &notes[*count], &fault) !=
            STATUS_OK) {
            COMPLAIN(command, "%s: the checkpoint cannot be read.", "%s：无法读取检查点。", path);
            return EXIT_INPUT;
        }
    }
    return EXIT_DONE;
}

static void add_verdict_json(struct text *text, const struct audit_verdict *verdict, bool holds)
{
    text_addf(text, "{\"holds\":%s,\"entries\":%llu,\"checkpoints\":%llu,\"signed\":%llu",
              holds ? "true" : "false", (unsigned long long)verdict->entries,
              (unsigned long long)verdict->checkpoints, (unsigned long long)verdict->signed_size);
    if (!holds)
        text_addf(text, ",\"first\":%llu,\"last\":%llu,\"outside\":%s",
                  (unsigned long long)verdict->first, (unsigned long long)verdict->last,
                  verdict->outside ? "true" : "false");
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        char bytes[1024];
        struct text said = text_over(bytes, sizeof bytes);
        audit_verdict_say(verdict, tongue, &said);
        text_addf(text, ",\"%s\":", tongue == TONGUE_EN ? "en" : "zh");
        text_add_json(text, text_slice(&said));
    }
    text_add_string(text, "}\n");
}

static enum exit_code verify(struct ledger *ledger)
{
    static char shown[SHOWN_BYTES_MAX];
    struct slice notes[AUDIT_NOTES_MAX];
    struct audit_verdict verdict;
    struct text text = text_over(shown, sizeof shown);
    size_t count = 0;
    enum exit_code code = notes_read(ledger, notes, &count);
    if (code != EXIT_DONE)
        return code;
    enum status status = audit_verify(ledger->audit, notes, count, &verdict);
    if (status != STATUS_OK && status != STATUS_MALFORMED) {
        COMPLAIN(ledger->command, "the audit log cannot be read.", "无法读取审计日志。");
        return EXIT_FAILED;
    }
    if (command_has(ledger->command, FLAG_json)) {
        add_verdict_json(&text, &verdict, status == STATUS_OK);
    } else {
        audit_verdict_say(&verdict, ledger->command->tongue, &text);
        text_add_char(&text, '\n');
    }
    if (!say_on_out(text_slice(&text)))
        return EXIT_FAILED;
    return status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}

enum exit_code verb_audit_verify(const struct command *command)
{
    struct ledger ledger;
    enum exit_code code = ledger_open(&ledger, command);
    if (code == EXIT_DONE)
        code = verify(&ledger);
    ledger_close(&ledger);
    return code;
}

/* Decimal without sign.  false: another form. */
static bool sequence_read(const char *word, uint64_t *out)
{
    uint64_t whole = 0;
    for (const char *at = word; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || at - word >= 18)
            return false;
        whole = whole * 10 + (uint64_t)(*at - '0');
    }
    *out = whole;
    return *word != '\0';
}

static enum exit_code prove(struct ledger *ledger)
{
    const struct command *command = ledger->command;
    char bytes[NOTE_READ_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    struct note note;
    struct slice proof;
    uint64_t sequence = 0;
    if (!sequence_read(command->operand[1], &sequence)) {
        COMPLAIN(command, "\"%s\" is no sequence of an entry.", "“%s”不是记录序号。",
                 command->operand[1]);
        return EXIT_USAGE;
    }
    enum status status = audit_newest(ledger->audit, &note, &text);
    if (status == STATUS_OK)
        status = audit_prove_entry(ledger->audit, sequence, note.size, ledger->arena, &proof);
    if (status == STATUS_ABSENT) {
        COMPLAIN(command, "no checkpoint covers an entry %s.", "没有检查点覆盖记录 %s。",
                 command->operand[1]);
        return EXIT_INPUT;
    }
    if (status != STATUS_OK) {
        COMPLAIN(command, "the audit log is damaged; see `cutline audit verify`.",
                 "审计日志已损坏；请运行 cutline audit verify。");
        return EXIT_FAILED;
    }
    return outlet_put(command, command_value(command, FLAG_output), proof);
}

enum exit_code verb_audit_prove(const struct command *command)
{
    struct ledger ledger;
    enum exit_code code = ledger_open(&ledger, command);
    if (code == EXIT_DONE)
        code = prove(&ledger);
    ledger_close(&ledger);
    return code;
}
