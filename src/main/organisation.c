/* organisation.c -- `cutline organisation`: organisations, and at which level police stand.
 *
 *     list                 with --token
 *     add, level           log in ─> change ─> log out
 *
 * What changes an organisation wants a session whose second factor was just shown, which no token
 * is.  So login, password (out of a file that only its owner reads) and one-time code come with
 * the very command, and the session ends with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "asking.h"
#include "ground/secret.h"
#include "reading.h"
#include "say.h"

enum { ANSWER_MAX = 1 << 20, BODY_MAX = 8192, MEMORY_MAX = 4 << 20, HEADER_MAX = 512 };

struct desk {
    const struct command *command;
    struct arena *arena;
    struct asking asking;
    struct text answer, body;
    char cookie[HEADER_MAX], csrf[HEADER_MAX]; /* headers of a session; empty: none */
};

/* With the session if there is one, else with the token.  An empty body: GET. */
static enum exit_code go(struct desk *desk, const char *path, struct text *cookie)
{
    char url[1024];
    struct text where = text_over(url, sizeof url);
    bool post = desk->body.size > 0, session = desk->cookie[0] != '\0';
    text_addf(&where, "%s%s", desk->asking.to, path);
    desk->answer.size = 0;
    desk->answer.at[0] = '\0';
    struct courier_errand errand = {
        .url = url,
        .post = post,
        .body = text_slice(&desk->body),
        .header = {desk->command->tongue == TONGUE_ZH ? "Accept-Language: zh"
                                                      : "Accept-Language: en",
                   session ? desk->cookie : desk->asking.authorization,
                   post ? "Content-Type: application/json" : NULL,
                   post && session ? desk->csrf : NULL},
        .answer = &desk->answer,
        .cookie = cookie,
    };
    enum status status = courier_go(&desk->asking.line, &errand);
    return asking_judge(&desk->asking, status, errand.http_status, text_slice(&desk->answer));
}

/* ---- what was said ---- */

static const char *said(const struct command *command, const char *name)
{
    size_t size = strlen(name);
    for (unsigned i = 1; i < command->operands_count; i++)
        if (strncmp(command->operand[i], name, size) == 0 && command->operand[i][size] == '=')
            return command->operand[i] + size + 1;
    return "";
}

static void add_member(struct desk *desk, const char *name, const char *value)
{
    text_addf(&desk->body, "%s\"%s\":", desk->body.size > 1 ? "," : "", name);
    text_add_json(&desk->body, slice_of(value));
}

static void body_begin(struct desk *desk)
{
    desk->body.size = 0;
    text_add_char(&desk->body, '{');
}

static void body_end(struct desk *desk)
{
    const char *reason = command_value(desk->command, FLAG_reason);
    if (reason != NULL && desk->cookie[0] != '\0')
        add_member(desk, "reason", reason);
    text_add_char(&desk->body, '}');
}

/* ---- the session ---- */

static enum exit_code log_in(struct desk *desk)
{
    const char *file = said(desk->command, "password");
    char password[HEADER_MAX] = "", cookie[HEADER_MAX - 16] = "";
    struct text secret = text_over(password, sizeof password);
    struct text set = text_over(cookie, sizeof cookie);
    if (file[0] != '@' || said(desk->command, "login")[0] == '\0' ||
        said(desk->command, "code")[0] == '\0') {
        COMPLAIN(desk->command,
                 "this needs login=NAME password=@FILE code=123456, the code of the second factor.",
                 "此操作需要 login=用户名 password=@文件 code=动态口令。");
        return EXIT_USAGE;
    }
    enum exit_code code = asking_secret(desk->command, file + 1, &secret);
    if (code != EXIT_DONE)
        return code;
    body_begin(desk);
    add_member(desk, "login", said(desk->command, "login"));
    add_member(desk, "password", password);
    add_member(desk, "code", said(desk->command, "code"));
    body_end(desk);
    code = go(desk, "/v1/login", &set);
    secret_wipe(desk->body.at, desk->body.size);
    secret_wipe(password, sizeof password);
    if (code != EXIT_DONE)
        return code;
    struct text header = text_over(desk->cookie, sizeof desk->cookie);
    text_addf(&header, "Cookie: %s", cookie);
    struct text token = text_over(desk->csrf, sizeof desk->csrf);
    text_add_string(&token, "X-CSRF-Token: ");
    text_add_json_value(&token, answered_member(text_slice(&desk->answer), "csrf"));
    return EXIT_DONE;
}

static void log_out(struct desk *desk)
{
    body_begin(desk);
    text_add_char(&desk->body, '}');
    (void)!(go(desk, "/v1/logout", NULL) == EXIT_DONE); /* it ends by itself, too */
}

static enum exit_code show(struct desk *desk)
{
    struct slice answer = text_slice(&desk->answer);
    char *bytes = NULL;
    if (arena_take(desk->arena, ANSWER_MAX, (void **)&bytes) != STATUS_OK)
        return say_no_memory(desk->command);
    struct text shown = text_over(bytes, ANSWER_MAX);
    if (command_has(desk->command, FLAG_json)) {
        text_add(&shown, answer);
        text_add_char(&shown, '\n');
    } else {
        text_add_json_lines(&shown, answer, 0);
    }
    return say_on_out(text_slice(&shown)) ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code change(struct desk *desk, const char *path)
{
    body_end(desk);
    if (desk->body.full) {
        COMPLAIN(desk->command, "more than %d bytes are said at once.", "一次提交超过 %d 字节。",
                 BODY_MAX);
        return EXIT_INPUT;
    }
    enum exit_code code = go(desk, path, NULL);
    if (code == EXIT_DONE)
        code = show(desk);
    log_out(desk);
    return code;
}

/* ---- actions ---- */

static enum exit_code do_add(struct desk *desk)
{
    enum exit_code code = log_in(desk);
    if (code != EXIT_DONE)
        return code;
    body_begin(desk);
    add_member(desk, "kind", said(desk->command, "kind"));
    add_member(desk, "name", said(desk->command, "name"));
    if (said(desk->command, "level")[0] != '\0')
        add_member(desk, "level", said(desk->command, "level"));
    return change(desk, "/v1/organisations");
}

static enum exit_code do_level(struct desk *desk)
{
    const char *id = desk->command->operand[1];
    char path[128];
    struct text text = text_over(path, sizeof path);
    if (strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(id) || strlen(id) > 32) {
        COMPLAIN(desk->command, "%s is no id of an organisation (o_…).", "%s 不是机构编号（o_…）。",
                 id);
        return EXIT_USAGE;
    }
    enum exit_code code = log_in(desk);
    if (code != EXIT_DONE)
        return code;
    text_addf(&text, "/v1/organisations/%s/level", id);
    body_begin(desk);
    add_member(desk, "level", desk->command->operand[2]);
    return change(desk, path);
}

static enum exit_code do_list(struct desk *desk)
{
    enum exit_code code = go(desk, "/v1/organisations?limit=500", NULL);
    return code == EXIT_DONE ? show(desk) : code;
}

static enum exit_code act(struct desk *desk)
{
    const struct command *command = desk->command;
    const char *action = command->operand[0];
    if (strcmp(action, "list") == 0)
        return do_list(desk);
    if (strcmp(action, "add") == 0)
        return do_add(desk);
    if (strcmp(action, "level") == 0 && command->operands_count >= 3)
        return do_level(desk);
    COMPLAIN(command, "`%s` is not list, add or level ID LEVEL.",
             "`%s` 不是 list、add 或 level ID 级别。", action);
    return EXIT_USAGE;
}

enum exit_code verb_organisation(const struct command *command)
{
    struct desk desk = {.command = command};
    char *answer, *body;
    enum exit_code code = EXIT_DONE;
    if (arena_create(&desk.arena, MEMORY_MAX) != STATUS_OK)
        return say_no_memory(command);
    if (arena_take(desk.arena, ANSWER_MAX, (void **)&answer) != STATUS_OK ||
        arena_take(desk.arena, BODY_MAX, (void **)&body) != STATUS_OK) {
        code = say_no_memory(command);
    } else {
        desk.answer = text_over(answer, ANSWER_MAX);
        desk.body = text_over(body, BODY_MAX);
        code = asking_open(&desk.asking, command);
        if (code == EXIT_DONE)
            code = act(&desk);
        asking_close(&desk.asking);
    }
    arena_destroy(desk.arena);
    return code;
}
