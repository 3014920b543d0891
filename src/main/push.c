/* push.c -- `cutline rules push` and `rules approve`: a service's rule book, from the command line.
 *
 * push     compiles here first, so that errors are shown with their carets; hands the files in
 * approve  reads the version back from the service, shows what it is, and approves that very image
 *
 * The token is a personal one (rules:write, rules:approve): the service refuses its own author. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "asking.h"
#include "ruleset.h"
#include "say.h"

enum { BODY_MAX = 4 << 20, ANSWER_MAX = 8 << 20, MEMORY_MAX = 512 << 20, TYPE_MAX = 64 };

struct push {
    const struct command *command;
    struct arena *arena;
    struct asking asking;
    struct text answer;
};

static enum exit_code push_open(struct push *push, const struct command *command)
{
    char *bytes;
    *push = (struct push){.command = command};
    if (arena_create(&push->arena, MEMORY_MAX) != STATUS_OK ||
        arena_take(push->arena, ANSWER_MAX, (void **)&bytes) != STATUS_OK)
        return say_no_memory(command);
    push->answer = text_over(bytes, ANSWER_MAX);
    return asking_open(&push->asking, command);
}

static void push_close(struct push *push)
{
    asking_close(&push->asking);
    arena_destroy(push->arena);
}

/* The exit code that an answer means; what is wrong is said. */
static enum exit_code judge(const struct push *push, enum status status, int http_status)
{
    const struct command *command = push->command;
    if (status != STATUS_OK) {
        COMPLAIN(command, "%s: nobody answers.", "%s：无应答。", push->asking.to);
        return EXIT_RETRY;
    }
    if (http_status / 100 == 2)
        return EXIT_DONE;
    COMPLAIN(command, "the service answered %d: %s", "服务应答 %d：%s", http_status,
             push->answer.at);
    return http_status == 429 || http_status == 503 ? EXIT_RETRY : EXIT_REFUSED;
}

/* `body` empty: GET. */
static enum exit_code go(struct push *push, const char *path, struct slice body)
{
    char url[1024], tongue[TYPE_MAX];
    struct text where = text_over(url, sizeof url);
    struct text says = text_over(tongue, sizeof tongue);
    text_addf(&where, "%s%s", push->asking.to, path);
    text_addf(&says, "Accept-Language: %s", push->command->tongue == TONGUE_ZH ? "zh" : "en");
    push->answer.size = 0;
    struct courier_errand errand = {
        .url = url,
        .post = body.size != 0,
        .body = body,
        .header = {push->asking.authorization, tongue,
                   body.size == 0 ? NULL : "Content-Type: application/json"},
        .answer = &push->answer,
    };
    enum status status = courier_go(&push->asking.line, &errand);
    return judge(push, status, errand.http_status);
}

static enum exit_code show_answer(struct push *push)
{
    text_add_char(&push->answer, '\n');
    return say_on_out(text_slice(&push->answer)) ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code hand_in(struct push *push, const struct ruleset *ruleset, const char *note)
{
    char *bytes;
    if (arena_take(push->arena, BODY_MAX, (void **)&bytes) != STATUS_OK)
        return say_no_memory(push->command);
    struct text body = text_over(bytes, BODY_MAX);
    text_add_string(&body, "{\"note\":");
    text_add_json(&body, slice_of(note));
    text_add_string(&body, ",\"files\":[");
    for (uint32_t i = 0; i < ruleset->paths.count; i++) {
        text_add_string(&body, i == 0 ? "{\"path\":" : ",{\"path\":");
        text_add_json(&body, ruleset_name(ruleset->file[i].path));
        text_add_string(&body, ",\"text\":");
        text_add_json(&body, ruleset->file[i].source);
        text_add_char(&body, '}');
    }
    text_add_string(&body, "]}");
    if (body.full) {
        COMPLAIN(push->command, "the rules are larger than %d bytes.", "规则超过 %d 字节。",
                 BODY_MAX);
        return EXIT_INPUT;
    }
    enum exit_code code = go(push, "/v1/rules", text_slice(&body));
    return code == EXIT_DONE ? show_answer(push) : code;
}

enum exit_code verb_rules_push(const struct command *command)
{
    static struct ruleset ruleset;
    struct push push;
    const char *note = command_value(command, FLAG_reason);
    if (note == NULL) {
        COMPLAIN(command, "--reason TEXT is needed: what changes, and why.",
                 "需要 --reason 文字：变更内容与理由。");
        return EXIT_USAGE;
    }
    enum exit_code code = push_open(&push, command);
    if (code == EXIT_DONE)
        code = ruleset_read(&ruleset, command, push.arena);
    if (code == EXIT_DONE)
        code = hand_in(&push, &ruleset, note);
    push_close(&push);
    return code;
}

/* The image in the service's answer about a version; our own JSON, a look for the member does. */
static bool image_of(const struct push *push, char out[DIGEST_HEX_SIZE])
{
    static const char MEMBER[] = "\"image\":\"";
    const char *at = strstr(push->answer.at, MEMBER);
    size_t size = 0;
    if (at == NULL)
        return false;
    for (at += sizeof MEMBER - 1; at[size] != '"' && size < DIGEST_HEX_SIZE - 1; size++)
        out[size] = at[size];
    out[size] = '\0';
    return at[size] == '"';
}

static enum exit_code approve(struct push *push, const char *as, const char *reason)
{
    char path[128], image[DIGEST_HEX_SIZE], bytes[8192];
    struct text where = text_over(path, sizeof path);
    struct text body = text_over(bytes, sizeof bytes);
    text_addf(&where, "/v1/rules/%s", push->command->operand[0]);
    enum exit_code code = go(push, path, SLICE(""));
    if (code != EXIT_DONE)
        return code;
    if (!image_of(push, image))
        return EXIT_REFUSED;
    text_add_string(&where, "/approve");
    text_addf(&body, "{\"image\":\"%s\",\"role\":\"%s\",\"reason\":", image, as);
    text_add_json(&body, slice_of(reason));
    text_add_char(&body, '}');
    code = go(push, path, text_slice(&body));
    return code == EXIT_DONE ? show_answer(push) : code;
}

enum exit_code verb_rules_approve(const struct command *command)
{
    struct push push;
    const char *as = command_value(command, FLAG_as);
    const char *reason = command_value(command, FLAG_reason);
    if (as == NULL || reason == NULL) {
        COMPLAIN(command, "--as live|shadow and --reason TEXT are needed.",
                 "需要 --as live|shadow 和 --reason 文字。");
        return EXIT_USAGE;
    }
    enum exit_code code = push_open(&push, command);
    if (code == EXIT_DONE)
        code = approve(&push, as, reason);
    push_close(&push);
    return code;
}
