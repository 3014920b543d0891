/* working.c -- `cutline lead`, `stop`, `freeze` …: the work of a desk from the command line.
 *
 *     ACTION ─> request ─> the service decides ─> the answer as lines, or as JSON with --json
 *
 * Whoever moves an item first reads it: the version that was read goes into If-Match, and for a
 * second person's word the digest of what waits, which is shown before it is said.  Nothing about
 * persons has to stand on the command line, where others see it: FIELD=@FILE. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "asking.h"
#include "follow.h"
#include "ground/disk.h"
#include "outlet.h"
#include "reading.h"
#include "ruleset.h"
#include "say.h"
#include "stop.h"
#include "work_verb.h"

#include <stdlib.h>
#include <time.h>

enum { ANSWER_MAX = 8 << 20, BODY_MAX = 128 << 10, SHOWN_MAX = 16 << 20, MEMORY_MAX = 64 << 20 };
enum { FILE_BYTES_MAX = 48 << 10, URL_MAX = 1024, TAG_MAX = 64 };

/* clang-format off */
enum action {
#define ACTION(name, operands, least, most, en, zh) ACTION_##name,
#include "actions.inc"
#undef ACTION
    ACTIONS_COUNT
};
/* clang-format on */

struct action_row {
    const char *name, *operands;
    unsigned least, most;
    struct saying says;
};

static const struct action_row ACTIONS[ACTIONS_COUNT] = {
#define ACTION(name, operands, least, most, en, zh) {#name, operands, least, most, SAYING(en, zh)},
#include "actions.inc"
#undef ACTION
};

struct working {
    const struct command *command;
    const char *kind; /* of what is made and listed */
    struct arena *arena;
    struct asking asking;
    struct text answer, body, shown;
    const char *const *operand; /* behind the action */
    unsigned operands_count;
};

/* ---- asking ---- */

/* `body` empty: GET; `version` empty: no If-Match. */
static enum exit_code go(struct working *working, const char *path, bool post, struct slice version)
{
    char url[URL_MAX], tongue[TAG_MAX], match[TAG_MAX];
    struct text where = text_over(url, sizeof url), says = text_over(tongue, sizeof tongue);
    struct text tag = text_over(match, sizeof match);
    text_addf(&where, "%s%s", working->asking.to, path);
    text_addf(&says, "Accept-Language: %s", working->command->tongue == TONGUE_ZH ? "zh" : "en");
    text_addf(&tag, "If-Match: \"%.*s\"", (int)version.size, version.at);
    working->answer.size = 0;
    working->answer.full = false;
    working->answer.at[0] = '\0';
    if (post && working->body.size == 0)
        text_add_string(&working->body, "{}");
    struct courier_errand errand = {
        .url = url,
        .post = post,
        .body = post ? text_slice(&working->body) : SLICE(""),
        .header = {working->asking.authorization, tongue,
                   post ? "Content-Type: application/json" : NULL,
                   post && version.size > 0 ? match : NULL},
        .answer = &working->answer,
    };
    enum status status = courier_go(&working->asking.line, &errand);
    return asking_judge(&working->asking, status, errand.http_status, text_slice(&working->answer));
}

static enum exit_code item_path(struct working *working, char *path, const char *rest)
{
    const char *id = working->operand[0];
    bool holds = strlen(id) < 64 && id[0] != '\0' &&
                 strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(id);
    struct text text = text_over(path, URL_MAX);
    text_addf(&text, "/v1/work/%s%s", holds ? id : "", rest);
    if (holds)
        return EXIT_DONE;
    COMPLAIN(working->command, "%s is no id of an item (w_…).", "%s 不是工作项编号（w_…）。", id);
    return EXIT_USAGE;
}

/* The item of the first operand as it is now, in `answer`; its version, copied. */
static enum exit_code read_item(struct working *working, struct slice *version)
{
    char path[URL_MAX];
    enum exit_code code = item_path(working, path, "");
    if (code == EXIT_DONE)
        code = go(working, path, false, SLICE(""));
    if (code == EXIT_DONE &&
        slice_copy(working->arena, answered_member(text_slice(&working->answer), "version"),
                   version) != STATUS_OK)
        return say_no_memory(working->command);
    return code;
}

/* ---- bodies ---- */

/* "@FILE" is what the file holds, without its last line end. */
static enum exit_code value_of(struct working *working, const char *word, struct slice *out)
{
    enum disk_fault fault = DISK_FAILED;
    *out = slice_of(word);
    if (word[0] != '@')
        return EXIT_DONE;
    if (disk_read_all(word + 1, FILE_BYTES_MAX, working->arena, out, &fault) != STATUS_OK) {
        complain_fault(working->command, word + 1, fault);
        return EXIT_INPUT;
    }
    while (out->size > 0 && (out->at[out->size - 1] == '\n' || out->at[out->size - 1] == '\r'))
        out->size--;
    return EXIT_DONE;
}

static enum exit_code add_text(struct working *working, const char *name, const char *word)
{
    struct slice value;
    enum exit_code code = value_of(working, word, &value);
    text_addf(&working->body, "%s\"%s\":", working->body.size > 1 ? "," : "", name);
    text_add_json(&working->body, value);
    return code;
}

static enum exit_code add_reason(struct working *working)
{
    const char *reason = command_value(working->command, FLAG_reason);
    return reason == NULL ? EXIT_DONE : add_text(working, "reason", reason);
}

/* FIELD=VALUE from operand `from` on, as the member `fields`; a value that begins with [ is
 * JSON. */
static enum exit_code add_fields(struct working *working, unsigned from)
{
    struct text *body = &working->body;
    text_addf(body, "%s\"fields\":{", body->size > 1 ? "," : "");
    for (unsigned i = from; i < working->operands_count; i++) {
        const char *word = working->operand[i];
        const char *equals = strchr(word, '=');
        struct slice value;
        if (equals == NULL || equals == word) {
            COMPLAIN(working->command, "%s: FIELD=VALUE is wanted.", "%s：应为 字段=值。", word);
            return EXIT_USAGE;
        }
        enum exit_code code = value_of(working, equals + 1, &value);
        if (code != EXIT_DONE)
            return code;
        text_add_string(body, i > from ? "," : "");
        text_add_json(body, (struct slice){word, (size_t)(equals - word)});
        text_add_char(body, ':');
        if (value.size > 0 && value.at[0] == '[')
            text_add(body, value);
        else
            text_add_json(body, value);
    }
    text_add_char(body, '}');
    return EXIT_DONE;
}

static void body_begin(struct working *working)
{
    working->body.size = 0;
    text_add_char(&working->body, '{');
}

static bool body_end(struct working *working)
{
    text_add_char(&working->body, '}');
    if (working->body.full)
        COMPLAIN(working->command, "more than %d bytes are said at once.", "一次提交超过 %d 字节。",
                 BODY_MAX);
    return !working->body.full;
}

/* ---- showing ---- */

static void add_column(struct text *text, struct slice raw, unsigned columns)
{
    char bytes[256];
    struct text cell = text_over(bytes, sizeof bytes);
    if (!slice_equal(raw, SLICE("null")))
        text_add_json_value(&cell, raw);
    text_add(text, text_slice(&cell));
    for (size_t at = utf8_columns(text_slice(&cell)); at < columns; at++)
        text_add_char(text, ' ');
    text_add_string(text, "  ");
}

/* One line an item: id, kind, state, when it is due, place, who holds it. */
static void add_rows(struct text *text, struct slice items)
{
    size_t at = 0;
    struct slice name, item;
    while (answered_next(items, &at, &name, &item)) {
        add_column(text, answered_member(item, "id"), 18);
        add_column(text, answered_member(item, "kind"), 10);
        add_column(text, answered_member(item, "state"), 14);
        add_column(text, answered_member(item, "due"), 29);
        add_column(text, answered_member(item, "place"), 6);
        add_column(text, answered_member(item, "holder"), 18);
        text_add_char(text, '\n');
    }
}

static enum exit_code show(struct working *working)
{
    struct slice answer = text_slice(&working->answer);
    struct slice items = answered_member(answer, "work");
    struct text *shown = &working->shown;
    if (command_has(working->command, FLAG_json)) {
        text_add(shown, answer);
        text_add_string(shown, answer.size > 0 ? "\n" : "");
    } else if (items.size > 0) {
        add_rows(shown, items);
    } else {
        text_add_json_lines(shown, answer, 0);
    }
    return say_on_out(text_slice(shown)) ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code show_if(struct working *working, enum exit_code code)
{
    return code == EXIT_DONE ? show(working) : code;
}

/* ---- actions ---- */

static const char *flag_or(const struct working *working, enum flag flag, const char *otherwise)
{
    const char *value = command_value(working->command, flag);
    return value == NULL ? otherwise : value;
}

/* A word that can stand in a query as it is; else empty. */
static const char *word_flag(const struct working *working, enum flag flag)
{
    const char *value = flag_or(working, flag, "");
    return strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(value) ? value : "";
}

static enum exit_code do_list(struct working *working, bool mine)
{
    char path[URL_MAX];
    struct text text = text_over(path, sizeof path);
    const char *kind = word_flag(working, FLAG_of), *state = word_flag(working, FLAG_state);
    const char *place = word_flag(working, FLAG_place);
    if (kind[0] == '\0')
        kind = working->kind;
    text_addf(&text, "/v1/work?limit=100&kind=%s&mine=%d", kind, mine);
    if (state[0] != '\0')
        text_addf(&text, "&state=%s", state);
    if (place[0] != '\0')
        text_addf(&text, "&place=%s", place);
    return show_if(working, go(working, path, false, SLICE("")));
}

static enum exit_code do_new(struct working *working)
{
    body_begin(working);
    enum exit_code code = add_text(working, "kind", flag_or(working, FLAG_of, working->kind));
    if (code == EXIT_DONE && command_has(working->command, FLAG_place))
        code = add_text(working, "place", command_value(working->command, FLAG_place));
    if (code == EXIT_DONE)
        code = add_fields(working, 0);
    if (code != EXIT_DONE)
        return code;
    return body_end(working) ? show_if(working, go(working, "/v1/work", true, SLICE("")))
                             : EXIT_INPUT;
}

static enum exit_code do_next(struct working *working)
{
    body_begin(working);
    enum exit_code code = add_text(working, "kind", flag_or(working, FLAG_of, working->kind));
    if (code == EXIT_DONE && command_has(working->command, FLAG_place))
        code = add_text(working, "place", command_value(working->command, FLAG_place));
    if (code != EXIT_DONE || !body_end(working))
        return code == EXIT_DONE ? EXIT_INPUT : code;
    code = go(working, "/v1/work/take", true, SLICE(""));
    if (code == EXIT_DONE && working->answer.size == 0)
        COMPLAIN(working->command, "nothing waits.", "没有待办。");
    return show_if(working, code);
}

static enum exit_code do_get(struct working *working, const char *rest)
{
    char path[URL_MAX];
    enum exit_code code = item_path(working, path, rest);
    return code == EXIT_DONE ? show_if(working, go(working, path, false, SLICE(""))) : code;
}

/* A change of the item as it was just read; the body holds what is said beside. */
static enum exit_code change(struct working *working, const char *rest)
{
    char path[URL_MAX];
    struct slice version = SLICE("");
    enum exit_code code = read_item(working, &version);
    if (code == EXIT_DONE)
        code = item_path(working, path, rest);
    return code == EXIT_DONE ? show_if(working, go(working, path, true, version)) : code;
}

static enum exit_code do_step(struct working *working)
{
    body_begin(working);
    enum exit_code code = add_text(working, "step", working->operand[1]);
    if (code == EXIT_DONE)
        code = add_fields(working, 2);
    if (code == EXIT_DONE)
        code = add_reason(working);
    if (code != EXIT_DONE)
        return code;
    return body_end(working) ? change(working, "/step") : EXIT_INPUT;
}

/* Shows what waits, then says yes or no to that very content. */
static enum exit_code do_word(struct working *working, const char *rest)
{
    struct slice version = SLICE(""), digest = SLICE("");
    char path[URL_MAX];
    enum exit_code code = read_item(working, &version);
    if (code != EXIT_DONE)
        return code;
    struct slice asking = answered_member(text_slice(&working->answer), "asking");
    if (asking.size == 0 || asking.at[0] != '{') {
        COMPLAIN(working->command, "nothing of it waits for a second person.",
                 "没有待第二人审批的步骤。");
        return EXIT_REFUSED;
    }
    text_add_json_lines(&working->shown, asking, 0);
    if (slice_copy(working->arena, answered_member(asking, "digest"), &digest) != STATUS_OK)
        return say_no_memory(working->command);
    body_begin(working);
    text_addf(&working->body, "\"digest\":%.*s", (int)digest.size, digest.at);
    code = add_reason(working);
    if (code == EXIT_DONE)
        code = item_path(working, path, rest);
    if (code != EXIT_DONE || !body_end(working))
        return code == EXIT_DONE ? EXIT_INPUT : code;
    return show_if(working, go(working, path, true, SLICE("")));
}

static enum exit_code do_give(struct working *working)
{
    const char *to = working->operand[1];
    body_begin(working);
    enum exit_code code = add_text(working, to[0] == 'o' ? "organisation" : "user", to);
    if (code == EXIT_DONE)
        code = add_reason(working);
    if (code != EXIT_DONE)
        return code;
    return body_end(working) ? change(working, "/hand-over") : EXIT_INPUT;
}

/* A body of one or two members from the operands, then the reason. */
static enum exit_code do_said(struct working *working, const char *rest, const char *first,
                              const char *second)
{
    body_begin(working);
    enum exit_code code = add_text(working, first, working->operand[1]);
    if (code == EXIT_DONE && second != NULL)
        code = add_text(working, second, working->operand[2]);
    if (code == EXIT_DONE)
        code = add_reason(working);
    if (code != EXIT_DONE)
        return code;
    return body_end(working) ? change(working, rest) : EXIT_INPUT;
}

static enum exit_code do_find(struct working *working)
{
    body_begin(working);
    enum exit_code code = add_text(working, "identifier", working->operand[0]);
    if (code == EXIT_DONE)
        code = add_reason(working);
    if (code != EXIT_DONE)
        return code;
    return body_end(working) ? show_if(working, go(working, "/v1/work/search", true, SLICE("")))
                             : EXIT_INPUT;
}

static enum exit_code do_reveal(struct working *working)
{
    char path[URL_MAX];
    body_begin(working);
    text_add_string(&working->body, "\"fields\":[");
    for (unsigned i = 1; i < working->operands_count; i++) {
        text_add_string(&working->body, i > 1 ? "," : "");
        text_add_json(&working->body, slice_of(working->operand[i]));
    }
    text_add_char(&working->body, ']');
    enum exit_code code = add_reason(working);
    if (code == EXIT_DONE)
        code = item_path(working, path, "/reveal");
    if (code != EXIT_DONE)
        return code;
    return body_end(working) ? show_if(working, go(working, path, true, SLICE(""))) : EXIT_INPUT;
}

/* The value of an operand NAME=VALUE behind the second one; else what holds otherwise.  NULL: it is
 * no word. */
static const char *word_operand(const struct working *working, const char *name,
                                const char *otherwise)
{
    size_t size = strlen(name);
    for (unsigned i = 2; i < working->operands_count; i++)
        if (strncmp(working->operand[i], name, size) == 0 && working->operand[i][size] == '=')
            otherwise = working->operand[i] + size + 1;
    return strspn(otherwise, "abcdefghijklmnopqrstuvwxyz_") == strlen(otherwise) ? otherwise : NULL;
}

/* A document: masked by GET; with a reason, which stands in no address, by POST. */
static enum exit_code do_document(struct working *working)
{
    const struct command *command = working->command;
    const char *tongue =
        word_operand(working, "tongue", command->tongue == TONGUE_ZH ? "zh" : "en");
    const char *form = word_operand(working, "form", "html"), *name = working->operand[1];
    bool open = command_value(command, FLAG_reason) != NULL;
    char path[URL_MAX], rest[URL_MAX / 2];
    struct text text = text_over(rest, sizeof rest);
    if (tongue == NULL || form == NULL ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz_") != strlen(name)) {
        COMPLAIN(command, "%s: NAME [form=html|pdf] [tongue=zh|en] is wanted.",
                 "%s：应为 文书名 [form=html|pdf] [tongue=zh|en]。", name);
        return EXIT_USAGE;
    }
    text_addf(&text, "/documents/%s", name);
    if (!open)
        text_addf(&text, "?form=%s&tongue=%s", form, tongue);
    body_begin(working);
    text_addf(&working->body, "\"form\":\"%s\",\"tongue\":\"%s\"", form, tongue);
    enum exit_code code = add_reason(working);
    if (code == EXIT_DONE)
        code = item_path(working, path, rest);
    if (code != EXIT_DONE || !body_end(working))
        return code == EXIT_DONE ? EXIT_INPUT : code;
    code = go(working, path, open, SLICE(""));
    return code != EXIT_DONE ? code
                             : outlet_put(command, command_value(command, FLAG_output),
                                          text_slice(&working->answer));
}

static enum exit_code do_measures(struct working *working)
{
    char path[URL_MAX];
    struct text text = text_over(path, sizeof path);
    const char *kind = word_flag(working, FLAG_of);
    text_addf(&text, "/v1/work/measures?kind=%s", kind[0] == '\0' ? working->kind : kind);
    return show_if(working, go(working, path, false, SLICE("")));
}

static enum exit_code do_count(struct working *working)
{
    char path[URL_MAX];
    struct text text = text_over(path, sizeof path);
    const char *kind = word_flag(working, FLAG_of), *step = working->operand[0];
    if (strspn(step, "abcdefghijklmnopqrstuvwxyz_") != strlen(step)) {
        COMPLAIN(working->command, "%s is no step.", "%s 不是步骤。", step);
        return EXIT_USAGE;
    }
    text_addf(&text, "/v1/work/tally?kind=%s&step=%s", kind[0] == '\0' ? working->kind : kind,
              step);
    return show_if(working, go(working, path, false, SLICE("")));
}

/* Each number on its own. */
static enum exit_code do_suspects(struct working *working)
{
    char path[URL_MAX];
    struct text text = text_over(path, sizeof path);
    const char *kind = word_flag(working, FLAG_of);
    bool publish = working->operands_count == 1;
    if (publish && strcmp(working->operand[0], "publish") != 0) {
        COMPLAIN(working->command, "`%s` is not `publish`.", "`%s` 不是 `publish`。",
                 working->operand[0]);
        return EXIT_USAGE;
    }
    text_addf(&text, "/v1/work/counts?kind=%s&publish=%d", kind[0] == '\0' ? "suspect" : kind,
              publish);
    return show_if(working, go(working, path, false, SLICE("")));
}

/* take, renew, release: an empty body. */
static enum exit_code do_bare(struct working *working, const char *rest)
{
    working->body.size = 0;
    return change(working, rest);
}

/* ---- watching ---- */

enum { WATCH_EVERY_MS = 1000 };

/* The events behind `after` into `answer`; whether there are some, and the last one's number. */
static enum exit_code events_get(struct working *working, uint64_t after, struct slice *events,
                                 uint64_t *last)
{
    char path[URL_MAX], number[32];
    struct text text = text_over(path, sizeof path);
    struct text value = text_over(number, sizeof number);
    text_addf(&text, "/v1/work/events?after=%llu", (unsigned long long)after);
    enum exit_code code = go(working, path, false, SLICE(""));
    if (code != EXIT_DONE)
        return code;
    *events = answered_member(text_slice(&working->answer), "events");
    text_add_json_value(&value, answered_member(text_slice(&working->answer), "last"));
    *last = strtoull(number, NULL, 10);
    return EXIT_DONE;
}

static bool events_some(struct slice events)
{
    size_t at = 0;
    struct slice name, value;
    return answered_next(events, &at, &name, &value);
}

/* The number of the newest event, found by halving: nothing of what was is shown. */
static enum exit_code events_newest(struct working *working, uint64_t *out)
{
    uint64_t low = 0, high = 1, last = 0;
    struct slice events = SLICE("");
    enum exit_code code = events_get(working, 0, &events, &last);
    for (; code == EXIT_DONE && events_some(events) && high < UINT64_C(1) << 52; high *= 2) {
        low = high;
        code = events_get(working, high, &events, &last);
    }
    low /= 2;
    while (code == EXIT_DONE && low < high) {
        uint64_t middle = low + (high - low) / 2;
        code = events_get(working, middle, &events, &last);
        if (events_some(events))
            low = middle + 1;
        else
            high = middle;
    }
    *out = high;
    return code;
}

/* time  item  kind  what  step  from > to  clock */
static void add_event(struct working *working, struct slice event)
{
    static const char *const MEMBERS[] = {"time", "item", "kind", "what", "step", "to", "clock"};
    struct text *shown = &working->shown;
    if (command_has(working->command, FLAG_json)) {
        text_add(shown, event);
        text_add_char(shown, '\n');
        return;
    }
    for (unsigned i = 0; i < sizeof MEMBERS / sizeof MEMBERS[0]; i++) {
        struct slice value = answered_member(event, MEMBERS[i]);
        size_t before = shown->size;
        text_add_string(shown, i == 0 ? "" : "  ");
        text_add_json_value(shown, value);
        if (shown->size == before + 2) /* nothing was there */
            shown->size = before;
    }
    text_add_char(shown, '\n');
}

static enum exit_code events_show(struct working *working, struct slice events)
{
    size_t at = 0;
    struct slice name, value;
    working->shown.size = 0;
    while (answered_next(events, &at, &name, &value))
        add_event(working, value);
    return say_on_out(text_slice(&working->shown)) ? EXIT_DONE : EXIT_FAILED;
}

/* What happens from now on, until Ctrl-C; with --once what has happened so far. */
static enum exit_code do_watch(struct working *working)
{
    bool once = command_has(working->command, FLAG_once);
    uint64_t after = 0;
    stop_listen();
    enum exit_code code = once ? EXIT_DONE : events_newest(working, &after);
    while (code == EXIT_DONE && !stop_asked()) {
        struct slice events = SLICE("");
        code = events_get(working, after, &events, &after);
        if (code != EXIT_DONE || events_some(events)) {
            code = code == EXIT_DONE ? events_show(working, events) : code;
            continue;
        }
        if (once)
            break;
        struct timespec pause = {WATCH_EVERY_MS / 1000, 0};
        (void)nanosleep(&pause, NULL);
    }
    return code;
}

static enum exit_code act(struct working *working, enum action action)
{
    switch (action) {
    case ACTION_new:
        return do_new(working);
    case ACTION_list:
        return do_list(working, false);
    case ACTION_mine:
        return do_list(working, true);
    case ACTION_next:
        return do_next(working);
    case ACTION_show:
        return do_get(working, "");
    case ACTION_log:
        return do_get(working, "/log");
    case ACTION_take:
        return do_bare(working, "/take");
    case ACTION_renew:
        return do_bare(working, "/renew");
    case ACTION_release:
        return do_bare(working, "/release");
    case ACTION_do:
        return do_step(working);
    case ACTION_approve:
        return do_word(working, "/approve");
    case ACTION_decline:
        return do_word(working, "/decline");
    case ACTION_give:
        return do_give(working);
    case ACTION_merge:
        return do_said(working, "/merge", "into", NULL);
    case ACTION_link:
        return do_said(working, "/link", "other", "relation");
    case ACTION_note:
        return do_said(working, "/note", "text", NULL);
    case ACTION_find:
        return do_find(working);
    case ACTION_reveal:
        return do_reveal(working);
    case ACTION_document:
        return do_document(working);
    case ACTION_measures:
        return do_measures(working);
    case ACTION_watch:
        return do_watch(working);
    case ACTION_count:
        return do_count(working);
    case ACTION_suspects:
        return do_suspects(working);
    case ACTION_propose:
    case ACTION_order: /* of `stop` alone, see work_verb() */
        break;
    case ACTION_kinds:
        return show_if(working, go(working, "/v1/work/kinds", false, SLICE("")));
    case ACTIONS_COUNT:
        break;
    }
    return EXIT_USAGE;
}

/* ---- the verbs ---- */

static enum exit_code complain_action(const struct command *command, const char *word)
{
    char bytes[4096];
    struct text text = text_over(bytes, sizeof bytes);
    for (int i = 0; i < ACTIONS_COUNT; i++)
        text_addf(&text, "\n  %-8s %-26s %s", ACTIONS[i].name, ACTIONS[i].operands,
                  ACTIONS[i].says.in[command->tongue]);
    COMPLAIN(command, "`%s` is not one of these, or has not its operands:%s",
             "`%s` 不在以下操作之列，或参数不符：%s", word, bytes);
    return EXIT_USAGE;
}

static enum exit_code open(struct working *working)
{
    char *answer, *body, *shown;
    if (arena_create(&working->arena, MEMORY_MAX) != STATUS_OK ||
        arena_take(working->arena, ANSWER_MAX, (void **)&answer) != STATUS_OK ||
        arena_take(working->arena, BODY_MAX, (void **)&body) != STATUS_OK ||
        arena_take(working->arena, SHOWN_MAX, (void **)&shown) != STATUS_OK)
        return say_no_memory(working->command);
    working->answer = text_over(answer, ANSWER_MAX);
    working->body = text_over(body, BODY_MAX);
    working->shown = text_over(shown, SHOWN_MAX);
    return asking_open(&working->asking, working->command);
}

enum exit_code work_verb(const struct command *command, const char *kind)
{
    struct working working = {.command = command,
                              .kind = kind,
                              .operand = command->operand + 1,
                              .operands_count = command->operands_count - 1};
    enum action action = 0;
    while (action < ACTIONS_COUNT && strcmp(ACTIONS[action].name, command->operand[0]) != 0)
        action++;
    if (action == ACTIONS_COUNT || working.operands_count < ACTIONS[action].least ||
        working.operands_count > ACTIONS[action].most)
        return complain_action(command, command->operand[0]);
    bool follows = action == ACTION_propose || action == ACTION_order;
    if (follows && strcmp(kind, "stop_order") != 0)
        return complain_action(command, command->operand[0]);
    if (follows)
        return action == ACTION_order ? follow_order(command) : follow_propose(command);
    enum exit_code code = open(&working);
    if (code == EXIT_DONE)
        code = act(&working, action);
    asking_close(&working.asking);
    arena_destroy(working.arena);
    return code;
}

enum exit_code verb_lead(const struct command *command)
{
    return work_verb(command, "lead_check");
}

enum exit_code verb_dissuade(const struct command *command)
{
    return work_verb(command, "dissuasion");
}

enum exit_code verb_stop(const struct command *command)
{
    return work_verb(command, "stop_order");
}

enum exit_code verb_freeze(const struct command *command)
{
    return work_verb(command, "freeze");
}

enum exit_code verb_query(const struct command *command)
{
    return work_verb(command, "query");
}

enum exit_code verb_case(const struct command *command)
{
    return work_verb(command, "case");
}

enum exit_code verb_return(const struct command *command)
{
    return work_verb(command, "fund_return");
}

enum exit_code verb_penalty(const struct command *command)
{
    return work_verb(command, "penalty");
}

enum exit_code verb_recall(const struct command *command)
{
    return work_verb(command, "recall");
}

enum exit_code verb_inspect(const struct command *command)
{
    return work_verb(command, "inspection");
}

enum exit_code verb_area(const struct command *command)
{
    return work_verb(command, "source_area");
}
