/* rotate.c -- `cutline keys rotate`: another key for what names people in work, or for our letters.
 *
 * The service must not run: it took its keys at its start.  Its next start seals with the new key
 * and, beside its work, seals everything else anew (sealing.c).
 *
 * Partners believe a letter by its key, so they are given the next one before it signs:
 *     keys rotate letter ─> keys/letter.next, its public half is shown ─> every partner has it
 *     ─> keys rotate letter now ─> keys/letter; what waits is opened with keys/letter.old */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "access/access.h"
#include "ground/folder.h"
#include "partner/letter.h"
#include "say.h"
#include "service.h"

#include <limits.h>
#include <sys/stat.h>

enum { MEMORY_MAX = 4 << 20 };

static enum exit_code turn(const struct command *command, const char *folder, struct arena *arena)
{
    char path[PATH_MAX], why_bytes[256] = "";
    struct text where = text_over(path, sizeof path);
    struct text why = text_over(why_bytes, sizeof why_bytes);
    struct volume keys;
    unsigned number = 0;
    text_addf(&where, "%s/keys", folder);
    enum status status = volume_of_directory(&keys, path, arena);
    if (status == STATUS_OK)
        status = access_ring_turn(&keys, "work", seal_chance_of_machine(), arena, &number, &why);
    if (status != STATUS_OK) {
        COMPLAIN(command, "%s: %s", "%s：%s", path,
                 why.size > 0 ? why_bytes : status_meaning(status));
        return status == STATUS_FULL ? EXIT_REFUSED : EXIT_FAILED;
    }
    COMPLAIN(
        command,
        "keys/work.%u is made. The next start seals with it, and seals the rest anew; keep "
        "older keys as long as backups that need them.",
        "已生成 "
        "keys/work.%u。下次启动后用新密钥加密，并将其余内容重新加密；仍需旧备份时请保留旧密钥。",
        number);
    return EXIT_DONE;
}

static enum exit_code complain_key(const struct command *command, const char *folder,
                                   enum status status, const struct text *why)
{
    COMPLAIN(command, "%s/keys: %s", "%s/keys：%s", folder,
             why->size > 0 ? why->at : status_meaning(status));
    return EXIT_FAILED;
}

static enum exit_code show_next(const struct command *command, const char *folder,
                                struct volume *keys)
{
    struct secret next;
    char why_bytes[256] = "", bytes[64];
    struct text why = text_over(why_bytes, sizeof why_bytes), text = text_over(bytes, sizeof bytes);
    enum status status = access_key_next(keys, "letter", seal_chance_of_machine(), &next, &why);
    if (status != STATUS_OK)
        return complain_key(command, folder, status, &why);
    struct seal_keypair pair = letters_pair(&next);
    text_add_letter_key(&text, &pair.key);
    (void)printf("%s\n", bytes);
    secret_wipe(&next, sizeof next);
    secret_wipe(&pair, sizeof pair);
    COMPLAIN(command,
             "this is the public half of keys/letter.next. Give it to every partner as `next_key`; "
             "when all have it: cutline keys rotate letter now.",
             "以上为 keys/letter.next 的公钥。请交各合作单位配置为 "
             "next_key；全部配置后执行：cutline keys rotate letter now。");
    return EXIT_DONE;
}

static enum exit_code use_next(const struct command *command, const char *folder,
                               struct volume *keys)
{
    char why_bytes[256] = "";
    struct text why = text_over(why_bytes, sizeof why_bytes);
    enum status status = access_key_follow(keys, "letter", &why);
    if (status == STATUS_ABSENT) {
        COMPLAIN(command, "there is no next key: cutline keys rotate letter makes one.",
                 "尚无下一把密钥：请先执行 cutline keys rotate letter。");
        return EXIT_REFUSED;
    }
    if (status != STATUS_OK)
        return complain_key(command, folder, status, &why);
    COMPLAIN(command,
             "the next start signs letters with the new key. Letters that wait are signed with the "
             "one before: partners take it out when those are answered or over.",
             "下次启动后以新密钥签署信函。待发信函仍由原密钥签署："
             "待其答复或到期后，合作单位再移除原密钥。");
    return EXIT_DONE;
}

static enum exit_code turn_letter(const struct command *command, const char *folder,
                                  struct arena *arena)
{
    char path[PATH_MAX], why_bytes[4] = "";
    struct text where = text_over(path, sizeof path), why = text_over(why_bytes, sizeof why_bytes);
    struct volume keys;
    text_addf(&where, "%s/keys", folder);
    enum status status = volume_of_directory(&keys, path, arena);
    if (status != STATUS_OK)
        return complain_key(command, folder, status, &why);
    return command->operands_count == 1 ? show_next(command, folder, &keys)
                                        : use_next(command, folder, &keys);
}

/* Nothing, or `letter`, or `letter now`. */
static bool is_understood(const struct command *command)
{
    uint32_t count = command->operands_count;
    return count == 0 || (strcmp(command->operand[0], "letter") == 0 &&
                          (count == 1 || strcmp(command->operand[1], "now") == 0));
}

enum exit_code verb_keys_rotate(const struct command *command)
{
    const char *folder = command_value(command, FLAG_data);
    char path[PATH_MAX];
    struct text where = text_over(path, sizeof path);
    struct folder_lock lock;
    struct arena *arena = NULL;
    struct stat about;
    int64_t owner = 0;
    if (folder == NULL || stat(folder, &about) != 0) {
        COMPLAIN(command, "--data DIR is needed: a data directory.",
                 "需要 --data 目录：数据目录。");
        return EXIT_USAGE;
    }
    if (!is_understood(command)) {
        COMPLAIN(command, "keys rotate takes nothing, `letter` or `letter now`.",
                 "keys rotate 之后只能为空、letter 或 letter now。");
        return EXIT_USAGE;
    }
    (void)umask(S_IRWXG | S_IRWXO);
    text_addf(&where, "%s/lock", folder);
    enum status status = where.full ? STATUS_MALFORMED : folder_lock(path, &lock, &owner);
    if (status != STATUS_OK) {
        COMPLAIN(command, "%s is served by process %lld; stop it first.",
                 "%s 正由进程 %lld 提供服务，请先停止。", folder, (long long)owner);
        return status == STATUS_REFUSED ? EXIT_REFUSED : EXIT_FAILED;
    }
    enum exit_code code = EXIT_FAILED;
    if (arena_create(&arena, MEMORY_MAX) == STATUS_OK) {
        code = command->operands_count == 0 ? turn(command, folder, arena)
                                            : turn_letter(command, folder, arena);
        arena_destroy(arena);
    }
    folder_unlock(&lock);
    return code;
}
