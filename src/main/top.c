/* top.c -- `cutline top`: a running service on one screen, from its own /metrics.
 *
 * Plain lines redrawn in place; nothing of it is kept.  With --json one object of all figures. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "asking.h"
#include "ground/clock.h"
#include "say.h"
#include "stop.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum { FIGURES_MAX = 128 * 1024, SCREEN_MAX = 8192, EVERY_MS = 1000 };

struct look {
    char *text;
    int64_t at_ms;
    double accepted, thought;
};

static double figure(const char *text, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at += size)
        if ((at == text || at[-1] == '\n') && at[size] == ' ')
            return strtod(at + size, NULL);
    return 0;
}

static enum exit_code ask(struct asking *asking, char *into)
{
    char url[1024];
    struct text where = text_over(url, sizeof url);
    struct text answer = text_over(into, FIGURES_MAX);
    text_addf(&where, "%s/metrics", asking->to);
    struct courier_errand errand = {
        .url = url,
        .header = {asking->authorization[0] == '\0' ? NULL : asking->authorization},
        .answer = &answer,
    };
    enum status status = courier_go(&asking->line, &errand);
    if (status == STATUS_OK && errand.http_status == 200)
        return EXIT_DONE;
    if (status != STATUS_OK)
        COMPLAIN(asking->command, "%s: nobody answers.", "%s：无应答。", asking->to);
    else
        COMPLAIN(asking->command,
                 "%s: the service answered %d; --token FILE names a token with "
                 "system:read.",
                 "%s：服务应答 %d；请用 --token 指定含 system:read 权限的令牌。", asking->to,
                 errand.http_status);
    return status == STATUS_OK ? EXIT_REFUSED : EXIT_RETRY;
}

/* {"cutline_…": number, …}, labels and all. */
static void add_json(struct text *text, const char *figures)
{
    text_add_char(text, '{');
    for (const char *at = figures; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        size_t size = strcspn(at, "\n");
        const char *blank = at[0] == '#' ? NULL : memrchr(at, ' ', size);
        if (blank == NULL)
            continue;
        text_add_string(text, text->size == 1 ? "\n  " : ",\n  ");
        text_add_json(text, (struct slice){at, (size_t)(blank - at)});
        text_addf(text, ": %.*s", (int)(size - (size_t)(blank + 1 - at)), blank + 1);
    }
    text_add_string(text, "\n}\n");
}

static void add_line(struct text *text, bool chinese, const char *en, const char *zh, double value,
                     const char *unit)
{
    const char *name = chinese ? zh : en;
    size_t columns = utf8_columns(slice_of(name));
    text_add_string(text, name);
    for (; columns < 34; columns++)
        text_add_char(text, ' ');
    text_addf(text, "%14.*f %s\n", value == (double)(int64_t)value ? 0 : 2, value, unit);
}

static void add_screen(struct text *text, const struct look *now, const struct look *before,
                       bool zh)
{
    const char *of = now->text;
    double seconds = (double)(now->at_ms - before->at_ms) / 1000;
    double rate = before->at_ms == 0 ? 0 : (now->accepted - before->accepted) / seconds;
    double thinking = before->at_ms == 0 ? 0 : (now->thought - before->thought) / seconds;
    double behind = figure(of, "cutline_journal_position{point=\"durable\"}") - now->thought;
    add_line(text, zh, "records accepted a second", "每秒接受记录", rate, "");
    add_line(text, zh, "entries thought about a second", "每秒检测条目", thinking, "");
    add_line(text, zh, "not yet thought about", "待检测条目", behind, "");
    add_line(text, zh, "accepted", "已接受", now->accepted, "");
    add_line(text, zh, "rejected", "已拒绝",
             figure(of, "cutline_ingest_events_total{outcome=\"rejected\"}"), "");
    add_line(text, zh, "refused, to be sent again", "暂拒（待重发）",
             figure(of, "cutline_ingest_events_total{outcome=\"refused\"}"), "");
    add_line(text, zh, "deliveries now", "进行中的交付", figure(of, "cutline_ingest_deliveries"),
             "");
    add_line(text, zh, "followed files, bytes behind", "跟随文件积压字节",
             figure(of, "cutline_tail_behind_bytes"), "B");
    add_line(text, zh, "alerts", "告警",
             figure(of, "cutline_detect_alerts_total{outcome=\"alert\"}"), "");
    add_line(text, zh, "age of the heartbeat", "心跳时延",
             figure(of, "cutline_heartbeat_age_seconds"), "s");
    add_line(text, zh, "age of the snapshot", "快照时延",
             figure(of, "cutline_snapshot_age_seconds"), "s");
    add_line(text, zh, "memory of entities", "实体内存",
             figure(of, "cutline_detect_memory_bytes") / (1 << 20), "MiB");
    add_line(text, zh, "memory of the process", "进程内存",
             figure(of, "cutline_process_resident_memory_bytes") / (1 << 20), "MiB");
    add_line(text, zh, "free on the disk", "磁盘可用",
             figure(of, "cutline_disk_free_bytes") / (1 << 30), "GiB");
    add_line(text, zh, "connections", "连接数", figure(of, "cutline_http_connections"), "");
}

/* Waits for a second, or for a q. */
static bool wait_for_key(void)
{
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    char key = 0;
    if (poll(&keys, 1, EVERY_MS) <= 0)
        return false;
    return read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == 'Q';
}

static enum exit_code show(struct asking *asking, struct look look[2], bool once)
{
    static char screen[SCREEN_MAX];
    const struct command *command = asking->command;
    struct clock clock = clock_of_machine();
    for (unsigned turn = 0;; turn++) {
        struct look *now = &look[turn % 2];
        enum exit_code code = ask(asking, now->text);
        if (code != EXIT_DONE)
            return code;
        now->at_ms = clock.ticks_ms(clock.self);
        now->accepted = figure(now->text, "cutline_ingest_events_total{outcome=\"accepted\"}");
        now->thought = figure(now->text, "cutline_journal_position{point=\"thought\"}");
        struct text text = text_over(screen, sizeof screen);
        text_addf(&text, "%s%s\n\n", once ? "" : "\033[H\033[2J", asking->to);
        add_screen(&text, now, &look[(turn + 1) % 2], command->tongue == TONGUE_ZH);
        if (!say_on_out(text_slice(&text)))
            return EXIT_FAILED;
        if (once || stop_asked() || wait_for_key())
            return EXIT_DONE;
    }
}

enum exit_code verb_top(const struct command *command)
{
    static char figures[2][FIGURES_MAX], json[2 * FIGURES_MAX];
    struct look look[2] = {{.text = figures[0]}, {.text = figures[1]}};
    struct asking asking;
    struct termios before, raw;
    stop_listen();
    enum exit_code code = asking_open(&asking, command);
    if (code != EXIT_DONE)
        return code;
    if (command_has(command, FLAG_json)) {
        struct text text = text_over(json, sizeof json);
        code = ask(&asking, figures[0]);
        if (code == EXIT_DONE)
            add_json(&text, figures[0]);
        if (code == EXIT_DONE && !say_on_out(text_slice(&text)))
            code = EXIT_FAILED;
        asking_close(&asking);
        return code;
    }
    bool once = command_has(command, FLAG_once) || !command->out_is_terminal;
    bool keys = !once && tcgetattr(STDIN_FILENO, &before) == 0;
    if (keys) {
        raw = before;
        raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    code = show(&asking, look, once);
    if (keys)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    asking_close(&asking);
    return code;
}
