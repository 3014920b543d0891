/* rotate.c -- `cutline keys rotate`: another key for what names people in work.
 *
 * The service must not run: it took its keys at its start.  Its next start seals with the new key
 * and, beside its work, seals everything else anew (sealing.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "access/access.h"
#include "ground/folder.h"
#include "say.h"

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
        code = turn(command, folder, arena);
        arena_destroy(arena);
    }
    folder_unlock(&lock);
    return code;
}
