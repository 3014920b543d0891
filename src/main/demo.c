/* demo.c -- `cutline demo`: everything that this program is, at work, in one command.
 *
 *     folder ─> city ─> keys ─> centre, carriers, banks (processes) ─> "console" ─┬─> users
 *                                                                   ├─> the day, replayed
 *                                                                   └─> people that act
 *
 * Nothing is prepared by hand or kept from an earlier run, and nothing goes past the public
 * interface: what the demo does, anybody may do with curl.
 *
 * Not chosen: opening a browser by ourselves.  A program that is run in a pipe, over a line or by a
 * test must not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "say.h"
#include "stop.h"
#include "verbs.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_MAX = 1 << 30, TURN_MS = 100, TELL_EVERY_MS = 30000, USERS_SHOWN_MAX = 8192 };

/* ---- what is wished ---- */

struct wish_row {
    const char *name;
    size_t offset;
    int64_t least, most, usual;
};

#define WISH(name, least, most, usual)                                  \
    {                                                                   \
#name "=", offsetof(struct demo_wish, name), least, most, usual \
    }
static const struct wish_row WISHES[] = {
    WISH(speed, 1, 3600, 60),
    WISH(hours, 1, 6, 5),
    WISH(people, CITY_PEOPLE_MIN, 50000, 3000),
    WISH(seed, 0, INT32_MAX, 3),
    WISH(port, 0, 65535, 0),
};

/* "60s", "5m" or a number of seconds; -1: none of these. */
static int64_t seconds_of(const char *word)
{
    char *end;
    long value = strtol(word, &end, 10);
    if (end == word || value < 0 || value > 86400)
        return -1;
    if (strcmp(end, "m") == 0)
        return value * 60;
    return *end == '\0' || strcmp(end, "s") == 0 ? value : -1;
}

static bool wish_number(struct demo_wish *wish, const char *word)
{
    for (size_t i = 0; i < sizeof WISHES / sizeof WISHES[0]; i++) {
        const struct wish_row *row = &WISHES[i];
        size_t size = strlen(row->name);
        char *end;
        if (strncmp(word, row->name, size) != 0)
            continue;
        long long value = strtoll(word + size, &end, 10);
        if (end == word + size || *end != '\0' || value < row->least || value > row->most)
            return false;
        memcpy((char *)wish + row->offset, &(int64_t){value}, sizeof(int64_t));
        return true;
    }
    return false;
}

static bool wish_word(struct demo_wish *wish, const char *word)
{
    if (strncmp(word, "folder=", 7) == 0 && word[7] != '\0')
        wish->folder = word + 7;
    else if (strcmp(word, "actors=yes") == 0 || strcmp(word, "actors=no") == 0)
        wish->actors = word[7] == 'y';
    else if (strncmp(word, "for=", 4) == 0)
        wish->for_s = seconds_of(word + 4);
    else
        return wish_number(wish, word);
    return wish->for_s >= 0;
}

static enum exit_code wish_read(struct demo_wish *wish, const struct command *command, unsigned at)
{
    *wish = (struct demo_wish){.folder = "cutline-demo", .actors = true};
    for (size_t i = 0; i < sizeof WISHES / sizeof WISHES[0]; i++)
        memcpy((char *)wish + WISHES[i].offset, &WISHES[i].usual, sizeof(int64_t));
    for (; at < command->operands_count; at++)
        if (!wish_word(wish, command->operand[at])) {
            COMPLAIN(command,
                     "`%s` is none of folder=DIR speed=60 hours=5 for=60s people=3000 seed=3 "
                     "port=0 actors=yes|no, `code LOGIN`, `tour`.",
                     "`%s` 不是 folder=目录 speed=60 hours=5 for=60s people=3000 seed=3 port=0 "
                     "actors=yes|no、`code 用户名` 或 `tour`。",
                     command->operand[at]);
            return EXIT_USAGE;
        }
    return EXIT_DONE;
}

/* ---- the end of the set-up ---- */

static void show_console(struct demo *demo)
{
    DEMO_SAY(demo, "the centre listens: %s/   (stop: Ctrl-C; all of it lies in %s)",
             "中心已启动：%s/   （停止：Ctrl-C；全部内容位于 %s）", demo->url, demo->folder);
}

static void show_users(struct demo *demo)
{
    static char bytes[USERS_SHOWN_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    bool chinese = demo->command->tongue == TONGUE_ZH;
    const char *folder = strcmp(demo->wish.folder, "cutline-demo") == 0 ? "" : demo->wish.folder;
    char code[16] = "";
    struct text now = text_over(code, sizeof code);
    text_addf(&text, chinese ? "\n  控制台 %s/\n\n" : "\n  console %s/\n\n", demo->url);
    for (unsigned i = 0; i < demo->people.count; i++) {
        const struct demo_user *user = &demo->people.user[i];
        if (!user->acts)
            text_addf(&text, "    %-11s %-20s %-10s %s\n", user->login, user->password,
                      user->place[0] == '\0' ? "centre" : user->place, user->role);
    }
    const struct demo_user *user = people_find(&demo->people, "supervisor");
    if (user != NULL)
        people_add_code(&now, user);
    text_addf(
        &text,
        chinese
            ? "\n  例如以 supervisor 登录，动态口令 %s（一次性，约 30 秒）；之后用：cutline demo "
              "code 用户名%s%s\n  用户名、密码、密钥：%s/users（仅属主可读）；令牌：%s/token/\n\n"
            : "\n  log in as supervisor, for example, with the code %s (one use, half a "
              "minute); later: cutline demo code LOGIN%s%s\n  logins, passwords, keys: "
              "%s/users (only you may read it); tokens: %s/token/\n\n",
        code, folder[0] == '\0' ? "" : " folder=", folder, demo->folder, demo->folder);
    demo_tell(demo, text_slice(&text));
}

/* ---- keeping ---- */

static bool one_fell(struct demo *demo)
{
    bool fell = demo_child_ended(&demo->centre);
    for (unsigned i = 0; i < DEMO_SIDES; i++)
        fell = demo_child_ended(&demo->side[i]) || fell;
    return fell;
}

static enum exit_code keep(struct demo *demo)
{
    int64_t told = demo_since_ms(demo);
    while (!demo_over(demo)) {
        demo_rest(demo, TURN_MS);
        demo_tour_turn(demo);
        if (one_fell(demo)) {
            COMPLAIN(demo->command, "a process of the demo ended by itself; see %s/log.",
                     "演示的一个进程自行退出；详见 %s/log。", demo->folder);
            return EXIT_FAILED;
        }
        if (demo_since_ms(demo) - told < TELL_EVERY_MS)
            continue;
        told = demo_since_ms(demo);
        DEMO_SAY(demo, "%llu records handed in", "已提交 %llu 条记录",
                 (unsigned long long)atomic_load(&demo->sent));
    }
    return EXIT_DONE;
}

static enum exit_code complain_people(const struct demo *demo)
{
    COMPLAIN(demo->command, "the users cannot be made: the service answered %d %.200s",
             "无法创建用户：服务应答 %d %.200s", demo->maker->http, demo->maker->answer.at);
    return EXIT_FAILED;
}

static enum exit_code run(struct demo *demo)
{
    pthread_t feed, actors;
    char *rows;
    if (demo_client_create(&demo->feeder, demo->url, demo->arena) != STATUS_OK ||
        demo_client_create(&demo->actor, demo->url, demo->arena) != STATUS_OK ||
        demo_client_create(&demo->maker, demo->url, demo->arena) != STATUS_OK ||
        arena_take(demo->arena, DEMO_BODY_MAX, (void **)&rows) != STATUS_OK)
        return say_no_memory(demo->command);
    demo->rows = text_over(rows, DEMO_BODY_MAX);
    demo_mark(demo, "url", demo->url);
    show_console(demo);
    if (pthread_create(&feed, NULL, demo_feed, demo) != 0)
        return say_no_memory(demo->command);
    bool acting = demo->wish.actors && pthread_create(&actors, NULL, demo_actors, demo) == 0;
    enum exit_code code = EXIT_DONE;
    enum status status = people_add(demo);
    if (status == STATUS_OK)
        show_users(demo);
    else if (!demo_over(demo))
        code = complain_people(demo);
    if (code == EXIT_DONE)
        code = keep(demo);
    atomic_store(&demo->closing, true);
    (void)pthread_join(feed, NULL);
    if (acting)
        (void)pthread_join(actors, NULL);
    demo_client_close(demo->maker);
    return code;
}

static enum exit_code begin(struct demo *demo)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)umask(S_IRWXG | S_IRWXO);
    stop_listen();
    demo->clock = clock_of_machine();
    demo->started_ms = demo->clock.ticks_ms(demo->clock.self);
    (void)pthread_mutex_init(&demo->tell, NULL);
    (void)pthread_mutex_init(&demo->people.lock, NULL);
    if (arena_create(&demo->arena, ARENA_MAX) != STATUS_OK)
        return say_no_memory(demo->command);
    enum exit_code code = demo_folder_open(demo);
    if (code != EXIT_DONE)
        return code;
    code = demo_house_open(demo);
    if (code == EXIT_DONE)
        code = run(demo);
    DEMO_SAY(demo, "ending", "正在结束");
    demo_house_close(demo);
    folder_unlock(&demo->lock);
    DEMO_SAY(demo, "everything has ended; %s may be deleted", "已全部结束；%s 可以删除",
             demo->folder);
    return code;
}

enum exit_code verb_demo(const struct command *command)
{
    static struct demo demo;
    const char *first = command->operands_count > 0 ? command->operand[0] : "";
    bool code_wanted = strcmp(first, "code") == 0, tour_wanted = strcmp(first, "tour") == 0;
    unsigned at = code_wanted ? 2 : tour_wanted ? 1 : 0;
    demo.command = command;
    if (code_wanted && command->operands_count < 2) {
        COMPLAIN(command, "`cutline demo code` wants a LOGIN.", "`cutline demo code` 需要用户名。");
        return EXIT_USAGE;
    }
    enum exit_code code = wish_read(&demo.wish, command, at);
    if (code != EXIT_DONE)
        return code;
    if (code_wanted)
        return people_code(command, demo.wish.folder, command->operand[1]);
    if (tour_wanted)
        return demo_tour_show(command, demo.wish.folder);
    return begin(&demo);
}
