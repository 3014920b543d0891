/* sanction.c -- `cutline sanction`: the desk's actions (working.c), and what an executor does: ask,
 * hand in, prove; a copy of its own is kept by sanction_copy.c.
 *
 * Nothing about a person has to stand on the command line, where others see it: NAME=@FILE. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "ruleset.h"
#include "sanction_deed.h"
#include "say.h"
#include "work_verb.h"

#include <string.h>

enum { ANSWER_MAX = 16 << 20, LINE_MAX_BYTES = 64, BODY_MAX = 1 << 20 };

/* clang-format off */
enum sanction_action {
#define SANCTION_ACTION(name, operands, least, en, zh) SANCTION_##name,
#include "sanction_actions.inc"
#undef SANCTION_ACTION
    SANCTION_ACTIONS_COUNT
};
/* clang-format on */

struct row {
    const char *name, *operands;
    unsigned least;
    struct saying says;
};

static const struct row ROWS[SANCTION_ACTIONS_COUNT] = {
#define SANCTION_ACTION(name, operands, least, en, zh) {#name, operands, least, SAYING(en, zh)},
#include "sanction_actions.inc"
#undef SANCTION_ACTION
};

/* ---- over the network ---- */

static enum exit_code go(struct deed *deed, const char *path, const char *type, struct slice body)
{
    enum status status = deed_ask(deed, path, type, body);
    return asking_judge(&deed->asking, status, deed->http_status, text_slice(&deed->answer));
}

static enum exit_code ask_and_show(struct deed *deed, const char *path, const char *type,
                                   struct slice body)
{
    enum exit_code code = go(deed, path, type, body);
    if (code != EXIT_DONE)
        return code;
    if (deed->answer.size > 0 && deed->answer.at[deed->answer.size - 1] != '\n')
        text_add_char(&deed->answer, '\n');
    return deed_show(deed, text_slice(&deed->answer));
}

/* The named values that are said, as a JSON object. */
static enum exit_code body_of(struct deed *deed, const char *const *names, unsigned count,
                              struct text *out)
{
    enum exit_code code = deed_text(deed, BODY_MAX, out);
    text_add_char(out, '{');
    for (unsigned i = 0; code == EXIT_DONE && i < count; i++) {
        struct slice value;
        code = deed_value(deed, names[i], &value);
        if (code != EXIT_DONE || value.size == 0)
            continue;
        text_addf(out, "%s\"%s\":", out->size > 1 ? "," : "", names[i]);
        text_add_json(out, value);
    }
    text_add_char(out, '}');
    return code;
}

/* ---- asking ---- */

static enum exit_code do_check(struct deed *deed)
{
    static const char *const NAMES[] = {"document", "hash",    "act",   "object",
                                        "way",      "purpose", "phone", "receipt"};
    struct text body;
    if (deed_said(deed, "register") != NULL)
        return deed_check_copy(deed);
    enum exit_code code = body_of(deed, NAMES, 8, &body);
    return code == EXIT_DONE
               ? ask_and_show(deed, "/v1/sanctions/check", "application/json", text_slice(&body))
               : code;
}

static enum exit_code do_batch(struct deed *deed)
{
    static const char *const NAMES[] = {"act", "object", "way", "purpose"};
    char path[DEED_URL_MAX];
    struct text text = text_over(path, sizeof path);
    struct slice lines;
    struct standing_question question; /* its words can stand in a query as they are */
    enum exit_code code = deed_question(deed, &question);
    if (code == EXIT_DONE)
        code = deed_file(deed, deed->operand[0], &lines);
    if (code != EXIT_DONE)
        return code;
    text_add_string(&text, "/v1/sanctions/check/batch");
    for (unsigned i = 0; i < 4; i++)
        if (deed_said(deed, NAMES[i]) != NULL)
            text_addf(&text, "%c%s=%s", i == 0 ? '?' : '&', NAMES[i], deed_said(deed, NAMES[i]));
    return ask_and_show(deed, path, "application/x-ndjson", lines);
}

/* ---- customers ---- */

static enum exit_code do_hash(struct deed *deed)
{
    struct secret join;
    struct slice documents, line;
    struct text text;
    enum exit_code code = deed_secret(deed, "join", &join);
    if (code == EXIT_DONE)
        code = deed_file(deed, deed->operand[0], &documents);
    if (code == EXIT_DONE)
        code = deed_text(deed, documents.size * 8 + LINE_MAX_BYTES, &text);
    if (code != EXIT_DONE)
        return code;
    while (standing_line_next(&documents, &line)) {
        while (line.size > 0 && line.at[line.size - 1] == '\r')
            line.size--;
        struct standing_key key = standing_key_of(&join, line);
        text_add_string(&text, "{\"hash\":\"");
        text_add_hex(&text, (struct slice){(const char *)key.bytes, sizeof key.bytes});
        text_add_string(&text, "\"}\n");
    }
    if (text.full)
        return say_no_memory(deed->command);
    return deed_show(deed, text_slice(&text));
}

static enum exit_code do_customers(struct deed *deed)
{
    struct slice lines;
    const char *replace = deed_said(deed, "replace");
    enum exit_code code = deed_file(deed, deed->operand[0], &lines);
    if (code != EXIT_DONE)
        return code;
    bool anew = replace != NULL && strcmp(replace, "1") == 0;
    return ask_and_show(deed,
                        anew ? "/v1/sanctions/customers?replace=1" : "/v1/sanctions/customers",
                        "application/x-ndjson", lines);
}

/* ---- receipts ---- */

/* What proves a counted one. */
static bool fetches(const struct deed *deed)
{
    return strcmp(deed->operand[0], "fetch") == 0;
}

static enum exit_code do_fetch(struct deed *deed)
{
    char path[DEED_URL_MAX];
    struct text text = text_over(path, sizeof path);
    const char *number = deed->operand[1];
    if (number[0] == '\0' || number[strspn(number, "0123456789")] != '\0') {
        COMPLAIN(deed->command, "A number of a check is meant: %s", "应为查询编号：%s", number);
        return EXIT_USAGE;
    }
    text_addf(&text, "/v1/sanctions/receipts/%.20s", number);
    return ask_and_show(deed, path, NULL, SLICE(""));
}

static enum exit_code do_receipt(struct deed *deed)
{
    struct slice answer, asked = SLICE(""), proof = SLICE(""), vkey;
    struct secret join;
    struct text key, says;
    struct receipt_facts facts = {.version = 0};
    const char *lines = deed_said(deed, "asked");
    if (fetches(deed))
        return do_fetch(deed);
    if (strcmp(deed->operand[0], "verify") != 0) {
        COMPLAIN(deed->command, "`receipt verify` or `receipt fetch` is meant.",
                 "应为 `receipt verify` 或 `receipt fetch`。");
        return EXIT_USAGE;
    }
    enum exit_code code = deed_file(deed, deed->operand[1], &answer);
    if (code == EXIT_DONE)
        code = deed_needed(deed, "key", &vkey);
    if (code == EXIT_DONE && lines != NULL)
        code = deed_file(deed, lines, &asked);
    if (code == EXIT_DONE && deed_said(deed, "proof") != NULL)
        code = deed_file(deed, deed_said(deed, "proof"), &proof);
    if (code == EXIT_DONE && deed_said(deed, "join") != NULL)
        code = deed_secret(deed, "join", &join);
    if (code == EXIT_DONE)
        code = deed_text(deed, NOTE_KEY_BYTES_MAX, &key);
    if (code == EXIT_DONE)
        code = deed_text(deed, BODY_MAX, &says);
    if (code != EXIT_DONE)
        return code;
    text_add(&key, vkey);
    const struct secret *named = deed_said(deed, "join") == NULL ? NULL : &join;
    enum receipt_fault fault =
        proof.size > 0 ? receipt_verify_counted(answer, proof, key.at, deed->arena, &facts)
                       : receipt_verify(answer, asked, named, key.at, deed->arena, &facts);
    if (fault != RECEIPT_FAULT_none) {
        say_wrong("%s", receipt_fault_says(fault)->in[deed->command->tongue]);
        return EXIT_REFUSED;
    }
    text_add_string(&says, receipt_fault_says(fault)->in[deed->command->tongue]);
    text_addf(&says, " %.*s %.*s register %llu, asked %llu\n", (int)facts.asker.size,
              facts.asker.at, (int)facts.time.size, facts.time.at,
              (unsigned long long)facts.version, (unsigned long long)facts.asked);
    return deed_show(deed, text_slice(&says));
}

static enum exit_code do_appeal(struct deed *deed)
{
    static const char *const NAMES[] = {"reference", "ground", "statement", "contact"};
    struct text body;
    enum exit_code code = body_of(deed, NAMES, 4, &body);
    return code == EXIT_DONE
               ? ask_and_show(deed, "/v1/appeals", "application/json", text_slice(&body))
               : code;
}

/* ---- the verb ---- */

static enum exit_code act(struct deed *deed, enum sanction_action action)
{
    switch (action) {
    case SANCTION_check:
        return do_check(deed);
    case SANCTION_batch:
        return do_batch(deed);
    case SANCTION_hash:
        return do_hash(deed);
    case SANCTION_customers:
        return do_customers(deed);
    case SANCTION_export:
        return deed_export(deed);
    case SANCTION_import:
        return deed_import(deed);
    case SANCTION_sync:
        return deed_sync(deed);
    case SANCTION_receipt:
        return do_receipt(deed);
    case SANCTION_appeal:
        return do_appeal(deed);
    case SANCTION_ACTIONS_COUNT:
        break;
    }
    return EXIT_USAGE;
}

/* Whether somebody has to be asked for it. */
static bool asks(const struct deed *deed, enum sanction_action action)
{
    return action == SANCTION_batch || action == SANCTION_customers || action == SANCTION_export ||
           action == SANCTION_sync || action == SANCTION_appeal ||
           (action == SANCTION_receipt && fetches(deed)) ||
           (action == SANCTION_check && deed_said(deed, "register") == NULL);
}

static enum exit_code run(const struct command *command, enum sanction_action action)
{
    struct deed deed = {.command = command,
                        .operand = command->operand + 1,
                        .operands_count = command->operands_count - 1};
    char *answer = NULL;
    if (deed.operands_count < ROWS[action].least) {
        COMPLAIN(command, "sanction %s %s: %s", "sanction %s %s：%s", ROWS[action].name,
                 ROWS[action].operands, ROWS[action].says.in[command->tongue]);
        return EXIT_USAGE;
    }
    if (arena_create(&deed.arena, (size_t)4 << 30) != STATUS_OK)
        return say_no_memory(command);
    /* Whatever the service answers at most; a copy is asked without it. */
    size_t room = asks(&deed, action) ? ANSWER_MAX : 1;
    enum exit_code code = arena_take(deed.arena, room, (void **)&answer) == STATUS_OK
                              ? EXIT_DONE
                              : say_no_memory(command);
    deed.answer = text_over(answer, room);
    if (code == EXIT_DONE && asks(&deed, action))
        code = asking_open(&deed.asking, command);
    if (code == EXIT_DONE)
        code = act(&deed, action);
    asking_close(&deed.asking);
    arena_destroy(deed.arena);
    return code;
}

enum exit_code verb_sanction(const struct command *command)
{
    enum sanction_action action = 0;
    while (action < SANCTION_ACTIONS_COUNT && strcmp(ROWS[action].name, command->operand[0]) != 0)
        action++;
    return action == SANCTION_ACTIONS_COUNT ? work_verb(command, "sanction") : run(command, action);
}
