/* journal.c -- `cutline journal verify`: every byte of a data directory's journal and snapshots.
 *
 * Reads only.  A torn tail is no damage: it is what a kill in the middle of a write leaves, it was
 * never acknowledged, and the next start sets it aside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "journal/finding.h"
#include "journal/journal.h"
#include "live/snapshot.h"
#include "outlet.h"
#include "say.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { MEMORY = 256 << 20, SHOWN_BYTES_MAX = 64 * 1024, SNAPSHOTS_SHOWN_MAX = 64 };

/* What is known of one data directory. */
struct verified {
    const struct command *command;
    struct arena *arena;
    struct text text; /* lines, or the document */
    bool json, damaged;
};

static void say_damage(struct verified *verified, const struct journal_finding *found)
{
    enum tongue tongue = verified->command->tongue;
    verified->damaged = true;
    if (!verified->json) {
        text_addf(&verified->text,
                  tongue == TONGUE_ZH ? "%s：第 %lld 字节处（条目 %llu）损坏：%s\n"
                                      : "%s: damaged at byte %lld (entry %llu): %s\n",
                  found->file, (long long)found->offset, (unsigned long long)found->sequence,
                  finding_says(found->what, tongue));
        return;
    }
    text_add_string(&verified->text, ",\"damage\":{\"file\":");
    text_add_json(&verified->text, slice_of(found->file));
    text_addf(&verified->text, ",\"offset\":%lld,\"entry\":%llu,\"en\":", (long long)found->offset,
              (unsigned long long)found->sequence);
    text_add_json(&verified->text, slice_of(finding_says(found->what, TONGUE_EN)));
    text_add_string(&verified->text, ",\"zh\":");
    text_add_json(&verified->text, slice_of(finding_says(found->what, TONGUE_ZH)));
    text_add_char(&verified->text, '}');
}

static void say_journal(struct verified *verified, uint64_t segments, uint64_t first,
                        uint64_t entries, int64_t torn_bytes)
{
    bool zh = verified->command->tongue == TONGUE_ZH;
    uint64_t last = first + entries - 1;
    if (verified->json) {
        text_addf(&verified->text,
                  "\"journal\":{\"segments\":%llu,\"first\":%llu,\"entries\":%llu,"
                  "\"torn_bytes\":%lld",
                  (unsigned long long)segments, (unsigned long long)first,
                  (unsigned long long)entries, (long long)torn_bytes);
        return;
    }
    text_addf(&verified->text,
              zh ? "日志：%llu 段，已读 %llu 个条目（%llu 至 %llu）\n"
                 : "journal: %llu segments, %llu entries read (%llu to %llu)\n",
              (unsigned long long)segments, (unsigned long long)entries, (unsigned long long)first,
              (unsigned long long)last);
    if (torn_bytes > 0)
        text_addf(&verified->text,
                  zh ? "末尾有 %lld 字节未写完、从未确认；下次启动会将其另存\n"
                     : "its last %lld bytes were being written and never acknowledged; the next "
                       "start sets them aside\n",
                  (long long)torn_bytes);
}

static enum status verify_journal(struct verified *verified, struct volume volume)
{
    struct journal_finding found = {.what = NULL};
    uint64_t *first;
    size_t segments;
    uint64_t entries = 0;
    TRY(journal_segments(volume, verified->arena, &first, &segments));
    if (segments == 0)
        return STATUS_ABSENT;
    enum status status = journal_verify(volume, verified->arena, &found, &entries);
    if (status != STATUS_OK && status != STATUS_MALFORMED)
        return status;
    say_journal(verified, segments, first[0], entries, found.torn_bytes);
    if (status == STATUS_MALFORMED && found.torn_bytes == 0)
        say_damage(verified, &found);
    if (verified->json)
        text_add_char(&verified->text, '}');
    return STATUS_OK;
}

static void say_snapshot(struct verified *verified, const struct snapshot_name *name, bool comma)
{
    if (verified->json) {
        text_addf(&verified->text, "%s{\"file\":\"%s\",\"position\":%llu", comma ? "," : "",
                  name->text, (unsigned long long)name->position);
        return;
    }
    text_addf(&verified->text,
              verified->command->tongue == TONGUE_ZH ? "快照：%s，条目 %llu 之前\n"
                                                     : "snapshot: %s, all below entry %llu\n",
              name->text, (unsigned long long)name->position);
}

static enum status verify_snapshots(struct verified *verified, struct volume volume)
{
    struct snapshot_name *names;
    size_t count;
    unsigned char *piece;
    TRY(ARENA_NEW(verified->arena, SNAPSHOT_PIECE, &piece));
    TRY(snapshots_list(volume, verified->arena, &names, &count));
    if (verified->json)
        text_add_string(&verified->text, ",\"snapshots\":[");
    for (size_t i = 0; i < count && i < SNAPSHOTS_SHOWN_MAX; i++) {
        struct snapshot said = {.position = 0};
        struct journal_finding found = {.what = NULL};
        enum status status = snapshot_verify(volume, names[i].text, piece, &said, &found);
        if (status != STATUS_OK && status != STATUS_MALFORMED)
            return status;
        say_snapshot(verified, &names[i], i > 0);
        if (status == STATUS_MALFORMED)
            say_damage(verified, &found);
        if (verified->json)
            text_add_char(&verified->text, '}');
    }
    if (verified->json)
        text_add_char(&verified->text, ']');
    return STATUS_OK;
}

/* Looks at a directory, and does not make it. */
static enum status volume_there(struct verified *verified, const char *name, struct volume *out)
{
    char path[PATH_MAX];
    int size = snprintf(path, sizeof path, "%s/%s", verified->command->operand[0], name);
    if (size < 0 || (size_t)size >= sizeof path || access(path, R_OK | X_OK) != 0)
        return STATUS_ABSENT;
    return volume_of_directory(out, path, verified->arena);
}

static enum status verify_both(struct verified *verified)
{
    struct volume journal, snapshots;
    TRY(volume_there(verified, "journal", &journal));
    if (verified->json)
        text_add_char(&verified->text, '{');
    enum status status = verify_journal(verified, journal);
    volume_close(&journal);
    TRY(status);
    status = volume_there(verified, "snapshot", &snapshots);
    if (status == STATUS_OK) {
        status = verify_snapshots(verified, snapshots);
        volume_close(&snapshots);
    }
    if (status == STATUS_ABSENT)
        status = STATUS_OK;
    if (verified->json)
        text_addf(&verified->text, ",\"sound\":%s}\n", verified->damaged ? "false" : "true");
    else if (!verified->damaged)
        text_add_string(&verified->text, verified->command->tongue == TONGUE_ZH
                                             ? "没有发现损坏\n"
                                             : "no damage was found\n");
    return status;
}

enum exit_code verb_journal_verify(const struct command *command)
{
    static char shown[SHOWN_BYTES_MAX];
    struct verified verified = {.command = command,
                                .text = text_over(shown, sizeof shown),
                                .json = command_has(command, FLAG_json)};
    if (arena_create(&verified.arena, MEMORY) != STATUS_OK)
        return say_no_memory(command);
    enum status status = verify_both(&verified);
    arena_destroy(verified.arena);
    if (status == STATUS_ABSENT) {
        COMPLAIN(command, "%s: there is no journal here.", "%s：此处没有日志。",
                 command->operand[0]);
        return EXIT_INPUT;
    }
    if (status == STATUS_FULL)
        return say_no_memory(command);
    if (status != STATUS_OK) {
        COMPLAIN(command, "%s: cannot be read.", "%s：无法读取。", command->operand[0]);
        return EXIT_FAILED;
    }
    must(!verified.text.full);
    if (!say_on_out(text_slice(&verified.text))) {
        COMPLAIN(command, "standard output cannot be written.", "无法写入标准输出。");
        return EXIT_FAILED;
    }
    return verified.damaged ? EXIT_FAILED : EXIT_DONE;
}
