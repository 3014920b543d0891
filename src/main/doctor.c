/* doctor.c -- `cutline doctor`: one line for each thing that can be wrong, with what to do.
 *
 * It changes nothing.  A directory that is being served is looked over from outside only; `cutline
 * verify` reads every byte of one that is not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "ground/folder.h"
#include "say.h"
#include "service.h"
#include "sound.h"

enum { WHY_MAX = 4096, BACKUP_DAYS = 2, YEAR_2024_S = 1704067200, CALENDAR_DAYS = 30 };

enum mark { MARK_FINE, MARK_NOTE, MARK_WRONG };

struct visit_to {
    const struct command *command;
    const char *folder;
    unsigned wrong;
};

/* "ok   what" or "BAD  what: advice". */
static void put(struct visit_to *to, enum mark mark, struct saying what, struct saying advice)
{
    static const struct saying MARKS[] = {
        {{"ok  ", "正常"}}, {{"note", "注意"}}, {{"BAD ", "异常"}}};
    char bytes[WHY_MAX + 512];
    struct text text = text_over(bytes, sizeof bytes);
    enum tongue tongue = to->command->tongue;
    text_addf(&text, "%s  %s", MARKS[mark].in[tongue], what.in[tongue]);
    if (mark != MARK_FINE)
        text_addf(&text, "%s%s", tongue == TONGUE_ZH ? "：" : ": ", advice.in[tongue]);
    text_add_char(&text, '\n');
    (void)say_on_out(text_slice(&text));
    to->wrong += mark == MARK_WRONG;
}

static struct slice below(const struct visit_to *to, char out[PATH_MAX], const char *name)
{
    struct text text = text_over(out, PATH_MAX);
    text_addf(&text, "%s/%s", to->folder, name);
    return text_slice(&text);
}

static bool path_is_there(const char *path)
{
    struct disk_about about;
    enum disk_fault fault;
    return disk_about(path, &about, &fault) == STATUS_OK;
}

static bool look_at_folder(struct visit_to *to)
{
    struct disk_about about;
    enum disk_fault fault;
    bool there = disk_about(to->folder, &about, &fault) == STATUS_OK && about.folder;
    put(to, there ? MARK_FINE : MARK_WRONG, SAYING("the data directory is there", "数据目录存在"),
        SAYING("it is not; `cutline serve --data` makes it, or `cutline restore`",
               "不存在；可由 `cutline serve --data` 创建，或用 `cutline restore` 恢复"));
    if (!there)
        return false;
    put(to, about.private ? MARK_FINE : MARK_WRONG,
        SAYING("only its owner may read it", "仅属主可读"),
        SAYING("others may; `chmod 700` it", "他人可读；请执行 `chmod 700`"));
    return true;
}

static void look_at_disk(struct visit_to *to, const struct config *config)
{
    struct folder_space space = {0};
    bool told = folder_space(to->folder, &space) == STATUS_OK;
    bool fine = told && space.free > (uint64_t)config->disk_floor;
    put(to, fine ? MARK_FINE : MARK_WRONG,
        SAYING("there is more free space than disk.floor", "可用空间高于 disk.floor"),
        SAYING("records are answered 507 until there is; free some, or shorten journal.retention",
               "写入将返回 507；请清理磁盘或缩短 journal.retention"));
}

static void look_at_clock(struct visit_to *to)
{
    struct clock clock = clock_of_machine();
    struct disk_about about;
    enum disk_fault fault;
    char path[PATH_MAX];
    moment now = clock.now(clock.self);
    bool fine = now.ms / SECOND_MS > YEAR_2024_S;
    (void)below(to, path, "store.db");
    if (disk_about(path, &about, &fault) == STATUS_OK)
        fine = fine && about.changed.ms <= now.ms + MINUTE_MS;
    put(to, fine ? MARK_FINE : MARK_WRONG, SAYING("the clock is sane", "时钟正常"),
        SAYING("files here are of the future, or the year is wrong; see to NTP",
               "文件时间在未来或年份有误；请检查 NTP"));
}

static void look_at_backup(struct visit_to *to)
{
    char path[PATH_MAX];
    struct clock clock = clock_of_machine();
    struct disk_about about;
    enum disk_fault fault;
    (void)below(to, path, "backup-verified");
    bool fine = disk_about(path, &about, &fault) == STATUS_OK &&
                clock.now(clock.self).ms - about.changed.ms < BACKUP_DAYS * (int64_t)DAY_MS;
    put(to, fine ? MARK_FINE : MARK_NOTE,
        SAYING("a backup was restored once lately", "近期有经过试恢复的备份"),
        SAYING("not in the last two days; `cutline backup FOLDER --data DIR`",
               "最近两天没有；请执行 `cutline backup 目录 --data 数据目录`"));
}

/* Whether somebody serves from it. */
static bool look_at_lock(struct visit_to *to)
{
    char path[PATH_MAX];
    struct folder_lock lock = {0};
    int64_t owner;
    struct disk_about about;
    enum disk_fault fault;
    (void)below(to, path, "lock");
    if (disk_about(path, &about, &fault) != STATUS_OK)
        return false; /* it was never served; nothing is made here */
    bool served = folder_lock(path, &lock, &owner) == STATUS_REFUSED;
    folder_unlock(&lock);
    if (served)
        put(to, MARK_NOTE, SAYING("a process serves from it", "有进程正在使用"),
            SAYING("journal and tables are not read now; ask /readyz, or verify a backup",
                   "此时不读取日志与数据表；可查询 /readyz，或校验备份"));
    return served;
}

static void look_inside(struct visit_to *to)
{
    char bytes[TONGUES_COUNT][WHY_MAX] = {"", ""};
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_MAX), text_over(bytes[1], WHY_MAX)};
    struct soundness sound;
    enum status status = folder_is_sound(to->folder, false, &sound, why);
    put(to, status == STATUS_OK ? MARK_FINE : MARK_WRONG,
        SAYING("journal, tables and audit log are whole", "日志、数据表和审计日志完整"),
        SAYING(bytes[TONGUE_EN], bytes[TONGUE_ZH]));
    if (status == STATUS_OK && sound.torn_bytes != 0)
        put(to, MARK_NOTE,
            SAYING("the journal ends in a write that was cut", "日志末尾有未完成的写入"),
            SAYING("nothing acknowledged is in it; the next start sets it aside",
                   "其中没有已确认的内容；下次启动时会将其移开"));
}

/* What alerts.retention would remove. */
static void look_at_alerts(struct visit_to *to, const struct config *config, struct arena *boot)
{
    char path[PATH_MAX], bytes[WHY_MAX] = "", said[TONGUES_COUNT][128] = {"", ""};
    struct text why = text_over(bytes, sizeof bytes);
    struct clock clock = clock_of_machine();
    struct store *store;
    uint64_t count = 0;
    (void)below(to, path, "store.db");
    if (config->alerts_retention == 0 || !path_is_there(path) ||
        store_open_reader(&store, path, boot, &why) != STATUS_OK)
        return; /* what is wrong with the store, others say */
    moment before = {clock.now(clock.self).ms - config->alerts_retention};
    enum status status = bulletin_count_old(store, before, &count);
    store_close(store);
    if (status != STATUS_OK)
        return;
    struct text en = text_over(said[TONGUE_EN], sizeof said[0]);
    struct text zh = text_over(said[TONGUE_ZH], sizeof said[0]);
    text_addf(&en, "%llu alerts are older and will be removed", (unsigned long long)count);
    text_addf(&zh, "%llu 条告警已超期，将被删除", (unsigned long long)count);
    put(to, count == 0 ? MARK_FINE : MARK_NOTE,
        SAYING("alerts are kept as long as alerts.retention says",
               "告警按 alerts.retention 的期限保留"),
        SAYING(said[TONGUE_EN], said[TONGUE_ZH]));
}

/* The packs hold, and the working days of the next weeks are known. */
static void look_at_law(struct visit_to *to, const struct config *config, struct arena *boot)
{
    struct clock clock = clock_of_machine();
    law_date today = laws_today(clock, config);
    struct law law;
    enum law_day day;
    bool fine = laws_read(&law, to->command, config, boot) == EXIT_DONE;
    put(to, fine ? MARK_FINE : MARK_WRONG, SAYING("the law packs can be used", "法规包可用"),
        SAYING("see above; `cutline law check`", "见上；`cutline law check`"));
    if (!fine)
        return;
    law_date later = {today.days + CALENDAR_DAYS};
    bool known = law_day_of(&law.calendar, later, &day) == STATUS_OK;
    put(to, known ? MARK_FINE : MARK_NOTE,
        SAYING("working days of the next 30 days are known", "未来 30 天的工作日已知"),
        SAYING(
            "add the State Council's notice of the coming year to the calendar (docs/law.md); "
            "until then no term in working days is counted past it",
            "请将国务院次年放假安排加入工作日历（docs/law.md）；在此之前不推算其后的工作日期限"));
}

enum exit_code verb_doctor(const struct command *command)
{
    struct visit_to to = {command, command_value(command, FLAG_data), 0};
    struct arena *boot;
    struct config config;
    if (to.folder == NULL) {
        COMPLAIN(command, "--data DIR is needed.", "需要 --data 目录。");
        return EXIT_USAGE;
    }
    if (arena_create(&boot, 64 << 20) != STATUS_OK)
        return say_no_memory(command);
    enum exit_code code =
        config_of_command(&config, command, command_value(command, FLAG_config), boot);
    put(&to, code == EXIT_DONE ? MARK_FINE : MARK_WRONG,
        SAYING("the configuration can be used", "配置可用"),
        SAYING("see above; `cutline config check`", "见上；`cutline config check`"));
    if (code != EXIT_DONE)
        (void)config_default(&config, boot);
    look_at_law(&to, &config, boot);
    if (look_at_folder(&to)) {
        look_at_disk(&to, &config);
        look_at_clock(&to);
        look_at_backup(&to);
        look_at_alerts(&to, &config, boot);
        if (!look_at_lock(&to))
            look_inside(&to);
    }
    arena_destroy(boot);
    return to.wrong == 0 ? EXIT_DONE : EXIT_FAILED;
}
