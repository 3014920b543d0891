/* demo_folder.c -- the one directory of the demo: ours, or refused.
 *
 * Invariants:  1. A directory that holds anything and not our mark is never touched.
 *              2. Every start begins anew: what an earlier demo left in it goes.
 *              3. Nothing outside it is written. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "ruleset.h"
#include "say.h"

static const char MARK[] = "demo.txt";
static const char MARK_SAYS[] =
    "This directory belongs to `cutline demo`. Each start of the demo begins anew and removes "
    "what\n"
    "is here; nothing is written elsewhere. Everything in it is made up. It may be deleted.\n"
    "本目录属于 `cutline demo`。每次启动都重新开始，并删除此处的内容；不会在别处写入任何文件。\n"
    "其中全部为虚构数据，可以删除。\n";
static const char *const PARTS[] = {"city", "log", "token"};

char *demo_path(const struct demo *demo, char out[PATH_MAX], const char *name)
{
    struct text text = text_over(out, PATH_MAX);
    text_addf(&text, "%s/%s", demo->folder, name);
    must(!text.full); /* the folder's own length was checked for that */
    return out;
}

enum status demo_put(const struct demo *demo, const char *name, struct slice bytes)
{
    char path[PATH_MAX];
    return folder_put(demo_path(demo, path, name), bytes);
}

static enum exit_code failed(const struct demo *demo)
{
    COMPLAIN(demo->command, "%s: cannot be written.", "%s：无法写入。", demo->folder);
    return EXIT_FAILED;
}

/* Whether it is empty or has our mark. */
static enum status ours(const struct demo *demo, bool *out)
{
    struct slice *name;
    size_t count;
    TRY(folder_list(demo->folder, demo->arena, &name, &count));
    *out = count == 0;
    for (size_t i = 0; i < count; i++)
        *out = *out || slice_equal(name[i], slice_of(MARK));
    return STATUS_OK;
}

static enum status clear(const struct demo *demo)
{
    struct slice *name;
    size_t count;
    char path[PATH_MAX];
    enum disk_fault fault;
    TRY(folder_list(demo->folder, demo->arena, &name, &count));
    for (size_t i = 0; i < count; i++)
        if (!slice_equal(name[i], slice_of(MARK)) && !slice_equal(name[i], SLICE("lock")))
            TRY(folder_remove(demo_path(demo, path, name[i].at)));
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++)
        TRY(folder_make(demo_path(demo, path, PARTS[i]), &fault));
    return STATUS_OK;
}

enum exit_code demo_folder_open(struct demo *demo)
{
    struct text text = text_over(demo->folder, sizeof demo->folder);
    char path[PATH_MAX];
    enum disk_fault fault;
    int64_t owner = 0;
    bool mine = false;
    text_add_string(&text, demo->wish.folder);
    if (text.full || folder_make(demo->folder, &fault) != STATUS_OK) {
        complain_fault(demo->command, demo->wish.folder, text.full ? DISK_FAILED : fault);
        return EXIT_INPUT;
    }
    if (ours(demo, &mine) != STATUS_OK)
        return failed(demo);
    if (!mine) {
        COMPLAIN(demo->command,
                 "%s holds something that is not a demo's; name another directory: folder=DIR.",
                 "%s 中有不属于演示的内容；请用 folder=目录 指定其他目录。", demo->folder);
        return EXIT_INPUT;
    }
    if (demo_put(demo, MARK, slice_of(MARK_SAYS)) != STATUS_OK)
        return failed(demo);
    enum status status = folder_lock(demo_path(demo, path, "lock"), &demo->lock, &owner);
    if (status == STATUS_REFUSED) {
        COMPLAIN(demo->command, "%s: a demo (process %lld) is running here.",
                 "%s：此目录中已有演示在运行（进程 %lld）。", demo->folder, (long long)owner);
        return EXIT_INPUT;
    }
    return status == STATUS_OK && clear(demo) == STATUS_OK ? EXIT_DONE : failed(demo);
}
