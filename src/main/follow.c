/* follow.c -- `cutline trace FROM` of a service, `cutline stop propose` and `cutline stop order`.
 *
 *     FROM ─> POST /v1/traces ─> the document, told (told.h) ─> tree, JSON, GraphML, a page
 *     T… NUMBER… ─> POST /v1/traces/T…/orders
 *
 * A trace is kept by the service under its id (T…): who wants to order shows that, and nobody types
 * an account again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "follow.h"

#include "asking.h"
#include "outlet.h"
#include "reading.h"
#include "ruleset.h"
#include "say.h"
#include "told.h"

enum { ANSWER_MAX = 16 << 20, BODY_MAX = 64 << 10, SHOWN_MAX = 1 << 20, MEMORY_MAX = 1 << 30 };
enum { URL_MAX = 1024, ID_MAX = 24 };

struct following {
    const struct command *command;
    struct arena *arena;
    struct asking asking;
    struct text answer, body, shown;
    struct told told;
};

/* ---- asking ---- */

static enum exit_code go(struct following *following, const char *path, bool post)
{
    char url[URL_MAX];
    struct text where = text_over(url, sizeof url);
    bool chinese = following->command->tongue == TONGUE_ZH;
    text_addf(&where, "%s%s", following->asking.to, path);
    following->answer.size = 0;
    struct courier_errand errand = {
        .url = url,
        .post = post,
        .body = post ? text_slice(&following->body) : SLICE(""),
        .header = {following->asking.authorization,
                   chinese ? "Accept-Language: zh" : "Accept-Language: en",
                   post ? "Content-Type: application/json" : NULL},
        .answer = &following->answer,
    };
    enum status status = courier_go(&following->asking.line, &errand);
    return asking_judge(&following->asking, status, errand.http_status,
                        text_slice(&following->answer));
}

static void add_member(struct text *body, const char *name, const char *value, bool text)
{
    if (value == NULL)
        return;
    text_addf(body, "%s\"%s\":", body->size > 1 ? "," : "", name);
    if (text)
        text_add_json(body, slice_of(value));
    else
        text_add_string(body, value);
}

/* A number as it was written, if it is one: it stands in JSON. */
static enum exit_code add_number(struct following *following, const char *name, enum flag flag)
{
    const char *word = command_value(following->command, flag);
    if (word != NULL &&
        (word[0] == '\0' || strlen(word) > 9 || strspn(word, "0123456789") != strlen(word))) {
        COMPLAIN(following->command, "--%s takes a whole number, not `%s`.",
                 "--%s 应为整数，不能是 `%s`。", FLAGS[flag].spelling, word);
        return EXIT_USAGE;
    }
    while (word != NULL && word[0] == '0' && word[1] != '\0')
        word++;
    add_member(&following->body, name, word, false);
    return EXIT_DONE;
}

static enum exit_code ask_trace(struct following *following, const char *from)
{
    const struct command *command = following->command;
    struct text *body = &following->body;
    if (command_value(command, FLAG_reason) == NULL) {
        COMPLAIN(command, "--reason is needed: why this money is followed.",
                 "需要 --reason：追踪资金的理由。");
        return EXIT_USAGE;
    }
    text_add_char(body, '{');
    add_member(body, "from", from, true);
    add_member(body, "reason", command_value(command, FLAG_reason), true);
    add_member(body, "method", command_value(command, FLAG_method), true);
    add_member(body, "direction", command_has(command, FLAG_backward) ? "backward" : NULL, true);
    add_member(body, "since", command_value(command, FLAG_since), true);
    add_member(body, "until", command_value(command, FLAG_until), true);
    enum exit_code code = add_number(following, "depth", FLAG_depth);
    if (code == EXIT_DONE)
        code = add_number(following, "answer", FLAG_answer);
    if (code != EXIT_DONE)
        return code;
    text_add_char(body, '}');
    return go(following, "/v1/traces", true);
}

/* Whether the word is the id of a trace: T and sixteen of base32. */
static bool is_trace(const char *word)
{
    return strlen(word) == 17 && word[0] == 'T' &&
           strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == 17;
}

static enum exit_code get_trace(struct following *following, const char *id, const char *rest,
                                bool post)
{
    char path[URL_MAX];
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "/v1/traces/%s%s", id, rest);
    return go(following, path, post);
}

/* ---- what was told ---- */

/* Unmasked only where it is asked for: the service counts it and writes the reason down. */
static enum exit_code reveal(struct following *following)
{
    char id[ID_MAX];
    struct text text = text_over(id, sizeof id);
    text_add_json_value(&text, answered_member(text_slice(&following->answer), "id"));
    following->body.size = 0;
    text_add_char(&following->body, '{');
    add_member(&following->body, "reason", command_value(following->command, FLAG_reason), true);
    text_add_char(&following->body, '}');
    return get_trace(following, id, "/reveal", true);
}

static enum exit_code read_told(struct following *following)
{
    struct slice answer = text_slice(&following->answer);
    char bytes[64];
    moment made = MOMENT_NONE;
    struct text text = text_over(bytes, sizeof bytes);
    text_add_json_value(&text, answered_member(answer, "made"));
    enum status status = moment_parse(text_slice(&text), &made);
    if (status == STATUS_OK)
        status =
            told_read(&following->told, answered_member(answer, "trace"), made, following->arena);
    if (status == STATUS_FULL)
        return say_no_memory(following->command);
    if (status == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(following->command, "%s: what it answered is no trace.", "%s：应答不是追踪结果。",
             following->asking.to);
    return EXIT_FAILED;
}

static enum status put_piece(void *self, struct slice bytes)
{
    return outlet_write(self, bytes);
}

typedef enum status show(const struct trace_view *view, struct trace_outlet outlet);

static struct trace_view view_of(struct following *following)
{
    struct told *told = &following->told;
    return (struct trace_view){
        .trace = &told->trace,
        .proposals = told->has_stops ? &told->stops : NULL,
        .now = told->now,
        .tongue = following->command->tongue,
        .zone_minutes = 8 * 60,
        .currency = told->currency,
        .digits = told->digits,
        .masked = told->masked,
        .naming = told_naming(told),
    };
}

/* `form` NULL: the tree. */
static enum exit_code put(struct following *following, const char *path, show *form)
{
    struct outlet outlet;
    struct trace_view view = view_of(following);
    enum exit_code code = outlet_open(&outlet, following->command, path);
    if (code != EXIT_DONE)
        return code;
    struct trace_outlet pieces = {put_piece, &outlet};
    enum status status =
        form == NULL ? trace_show_tree(&view, pieces, following->arena) : form(&view, pieces);
    if (status == STATUS_FULL) {
        outlet_abandon(&outlet);
        return say_no_memory(following->command);
    }
    return outlet_close(&outlet);
}

/* The service's own document, with its id, as it came. */
static enum exit_code put_answer(struct following *following)
{
    struct outlet outlet;
    const char *path = command_value(following->command, FLAG_output);
    enum exit_code code = outlet_open(&outlet, following->command, path);
    if (code != EXIT_DONE)
        return code;
    enum status status = outlet_write(&outlet, text_slice(&following->answer));
    if (status == STATUS_OK)
        status = outlet_write(&outlet, SLICE("\n"));
    (void)status; /* the outlet remembers, and says so */
    return outlet_close(&outlet);
}

static enum exit_code say_id(const struct following *following)
{
    char id[ID_MAX], bytes[256];
    struct text text = text_over(id, sizeof id), line = text_over(bytes, sizeof bytes);
    text_add_json_value(&text, answered_member(text_slice(&following->answer), "id"));
    text_addf(&line,
              following->command->tongue == TONGUE_ZH
                  ? "追踪编号 %s：cutline stop order %s 序号…\n"
                  : "trace %s: cutline stop order %s NUMBER...\n",
              id, id);
    return say_on_out(text_slice(&line)) ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code show_all(struct following *following)
{
    const struct command *command = following->command;
    const char *graphml = command_value(command, FLAG_graphml);
    const char *html = command_value(command, FLAG_html);
    enum exit_code code = read_told(following);
    if (code != EXIT_DONE)
        return code;
    bool json = command_has(command, FLAG_json);
    code = json ? put_answer(following) : put(following, command_value(command, FLAG_output), NULL);
    if (code == EXIT_DONE && graphml != NULL)
        code = put(following, graphml, trace_show_graph);
    if (code == EXIT_DONE && html != NULL)
        code = put(following, html, trace_show_page);
    bool quiet = json || command_value(command, FLAG_output) != NULL;
    return code == EXIT_DONE && !quiet ? say_id(following) : code;
}

/* ---- proposals and orders ---- */

static void add_amount(struct text *text, int64_t amount, int digits)
{
    int64_t unit = 1;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    text_addf(text, "%lld", (long long)(amount / unit));
    if (digits > 0)
        text_addf(text, ".%0*lld", digits, (long long)(amount % unit));
}

/* "3  62220200****0011  ICBKCNBJ  level 2  expected 500.00 of 800.00  why" */
static void add_stop(struct following *following, const struct trace_view *view, uint32_t nth)
{
    struct text *shown = &following->shown;
    const struct stop_proposal *stop = &following->told.stops.at[nth];
    const struct trace_account *account = &following->told.trace.account[stop->account];
    bool chinese = following->command->tongue == TONGUE_ZH;
    text_addf(shown, "%4u  ", stop->account);
    view->naming.add_account(view->naming.self, shown, account->name);
    text_add_string(shown, "  ");
    view->naming.add_bank(view->naming.self, shown, account->bank);
    text_addf(shown, chinese ? "  第 %u 级  预计 " : "  level %u  expected ", account->level);
    add_amount(shown, stop->expected, following->told.digits);
    text_add_string(shown, chinese ? " / 现有 " : " of ");
    add_amount(shown, stop->held, following->told.digits);
    text_add_string(shown, "\n      ");
    text_add_stop_reason(shown, stop, following->command->tongue);
    text_add_char(shown, '\n');
}

static enum exit_code show_stops(struct following *following)
{
    const struct command *command = following->command;
    if (command_has(command, FLAG_json))
        return put_answer(following);
    enum exit_code code = read_told(following);
    if (code != EXIT_DONE)
        return code;
    const struct trace_view view = view_of(following);
    following->shown.size = 0;
    for (uint32_t i = 0; i < following->told.stops.count && !following->shown.full; i++)
        add_stop(following, &view, i);
    if (following->told.stops.count == 0)
        text_add_string(&following->shown, command->tongue == TONGUE_ZH
                                               ? "没有账户留有所追踪的资金。\n"
                                               : "no account holds money of it any more.\n");
    if (!say_on_out(text_slice(&following->shown)))
        return EXIT_FAILED;
    return following->told.stops.count == 0 ? EXIT_DONE : say_id(following);
}

static enum exit_code propose(struct following *following)
{
    const char *from = following->command->operand[1];
    enum exit_code code =
        is_trace(from) ? get_trace(following, from, "", false) : ask_trace(following, from);
    return code == EXIT_DONE ? show_stops(following) : code;
}

static enum exit_code order(struct following *following)
{
    const struct command *command = following->command;
    struct text *body = &following->body;
    if (!is_trace(command->operand[1])) {
        COMPLAIN(command, "%s is no id of a trace (T…).", "%s 不是追踪编号（T…）。",
                 command->operand[1]);
        return EXIT_USAGE;
    }
    text_add_char(body, '{');
    add_member(body, "reason", command_value(command, FLAG_reason), true);
    text_addf(body, "%s\"accounts\":[", body->size > 1 ? "," : "");
    for (unsigned i = 2; i < command->operands_count; i++) {
        text_add_string(body, i > 2 ? "," : "");
        text_add_json(body, slice_of(command->operand[i]));
    }
    text_add_string(body, "]}");
    enum exit_code code = get_trace(following, command->operand[1], "/orders", true);
    if (code != EXIT_DONE)
        return code;
    following->shown.size = 0;
    if (command_has(command, FLAG_json))
        text_add(&following->shown, text_slice(&following->answer));
    else
        text_add_json_lines(&following->shown, text_slice(&following->answer), 0);
    text_add_char(&following->shown, '\n');
    return say_on_out(text_slice(&following->shown)) ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code trace(struct following *following)
{
    enum exit_code code = ask_trace(following, following->command->operand[0]);
    if (code == EXIT_DONE && command_has(following->command, FLAG_unmask))
        code = reveal(following);
    return code == EXIT_DONE ? show_all(following) : code;
}

/* ---- life ---- */

static enum exit_code run(const struct command *command,
                          enum exit_code (*act)(struct following *following))
{
    struct following following = {.command = command};
    char *answer, *body, *shown;
    if (arena_create(&following.arena, MEMORY_MAX) != STATUS_OK ||
        arena_take(following.arena, ANSWER_MAX, (void **)&answer) != STATUS_OK ||
        arena_take(following.arena, BODY_MAX, (void **)&body) != STATUS_OK ||
        arena_take(following.arena, SHOWN_MAX, (void **)&shown) != STATUS_OK)
        return say_no_memory(command);
    following.answer = text_over(answer, ANSWER_MAX);
    following.body = text_over(body, BODY_MAX);
    following.shown = text_over(shown, SHOWN_MAX);
    enum exit_code code = asking_open(&following.asking, command);
    if (code == EXIT_DONE)
        code = act(&following);
    asking_close(&following.asking);
    arena_destroy(following.arena);
    return code;
}

enum exit_code follow_trace(const struct command *command)
{
    return run(command, trace);
}

enum exit_code follow_propose(const struct command *command)
{
    return run(command, propose);
}

enum exit_code follow_order(const struct command *command)
{
    return run(command, order);
}
