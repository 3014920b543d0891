/* sanction.c -- `cutline sanction`: the desk's actions (working.c), and what an executor does:
 * ask, hand
 * in, keep a copy, prove.
 *
 * Nothing about a person has to stand on the command line, where others see it: NAME=@FILE. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "asking.h"
#include "ground/clock.h"
#include "ground/disk.h"
#include "law_look.h"
#include "ruleset.h"
#include "say.h"
#include "standing/offline.h"
#include "work_verb.h"

#include <string.h>

enum { ANSWER_MAX = 64 << 20, FILE_MAX = 1 << 30, URL_MAX = 512, HEX_KEY = 2 * SECRET_SIZE };
enum { CHINA_ZONE = 480, LINE_MAX_BYTES = 64, DELTA_MORE = 1 << 20 };

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

struct deed {
    const struct command *command;
    struct arena *arena;
    struct asking asking;
    struct text answer;
    const char *const *operand; /* behind the action */
    unsigned operands_count;
};

/* ---- operands ---- */

static enum exit_code file_read(const struct deed *deed, const char *path, struct slice *out)
{
    enum disk_fault fault = DISK_FAILED;
    if (disk_read_all(path, FILE_MAX, deed->arena, out, &fault) == STATUS_OK)
        return EXIT_DONE;
    complain_fault(deed->command, path, fault);
    return EXIT_INPUT;
}

/* The word behind NAME=; NULL: it is not said. */
static const char *said(const struct deed *deed, const char *name)
{
    size_t size = strlen(name);
    for (unsigned i = 0; i < deed->operands_count; i++)
        if (strncmp(deed->operand[i], name, size) == 0 && deed->operand[i][size] == '=')
            return deed->operand[i] + size + 1;
    return NULL;
}

/* Its value; of @FILE what the file holds, without its last line end.  Unsaid: empty. */
static enum exit_code value_of(const struct deed *deed, const char *name, struct slice *out)
{
    const char *word = said(deed, name);
    *out = slice_of(word == NULL ? "" : word);
    if (word == NULL || word[0] != '@')
        return EXIT_DONE;
    enum exit_code code = file_read(deed, word + 1, out);
    while (code == EXIT_DONE && out->size > 0 &&
           (out->at[out->size - 1] == '\n' || out->at[out->size - 1] == '\r'))
        out->size--;
    return code;
}

static enum exit_code needed(const struct deed *deed, const char *name, struct slice *out)
{
    enum exit_code code = value_of(deed, name, out);
    if (code != EXIT_DONE || out->size > 0)
        return code;
    COMPLAIN(deed->command, "%s= is needed.", "需要 %s=。", name);
    return EXIT_USAGE;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 64 hex digits. */
static enum exit_code secret_of(const struct deed *deed, const char *name, struct secret *out)
{
    struct slice hex;
    enum exit_code code = needed(deed, name, &hex);
    bool holds = code == EXIT_DONE && hex.size == HEX_KEY;
    for (size_t i = 0; holds && i < HEX_KEY; i += 2) {
        int high = digit_of(hex.at[i]), low = digit_of(hex.at[i + 1]);
        holds = high >= 0 && low >= 0;
        out->bytes[i / 2] = (unsigned char)(high * 16 + low);
    }
    if (code != EXIT_DONE || holds)
        return code;
    COMPLAIN(deed->command, "%s= is no key of 64 hex digits.", "%s= 不是 64 位十六进制密钥。",
             name);
    return EXIT_INPUT;
}

static enum exit_code text_of(struct deed *deed, size_t size, struct text *out)
{
    char *bytes = NULL;
    if (arena_take(deed->arena, size, (void **)&bytes) != STATUS_OK)
        return say_no_memory(deed->command);
    *out = text_over(bytes, size);
    return EXIT_DONE;
}

/* The file appears whole, or stays as it was. */
static enum exit_code file_write(const struct deed *deed, const char *path, struct slice text)
{
    struct disk_sink *sink = NULL;
    enum status status = disk_sink_create(&sink, path);
    if (status == STATUS_OK)
        status = disk_sink_write(sink, text);
    if (status == STATUS_OK)
        return disk_sink_commit(sink) == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
    if (sink != NULL)
        disk_sink_abandon(sink);
    complain_fault(deed->command, path, DISK_FAILED);
    return EXIT_FAILED;
}

static enum exit_code show(const struct deed *deed, struct slice text)
{
    const char *path = command_value(deed->command, FLAG_output);
    if (path != NULL)
        return file_write(deed, path, text);
    return say_on_out(text) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- over the network ---- */

static enum exit_code go(struct deed *deed, const char *path, const char *type, struct slice body)
{
    char url[URL_MAX], tongue[64], content[64];
    struct text where = text_over(url, sizeof url), says = text_over(tongue, sizeof tongue);
    struct text kind = text_over(content, sizeof content);
    text_addf(&where, "%s%s", deed->asking.to, path);
    text_addf(&says, "Accept-Language: %s", deed->command->tongue == TONGUE_ZH ? "zh" : "en");
    text_addf(&kind, "Content-Type: %s", type == NULL ? "" : type);
    struct courier_errand errand = {
        .url = url,
        .post = type != NULL,
        .body = body,
        .header = {deed->asking.authorization[0] == '\0' ? tongue : deed->asking.authorization,
                   deed->asking.authorization[0] == '\0' ? (type == NULL ? NULL : content) : tongue,
                   deed->asking.authorization[0] == '\0' || type == NULL ? NULL : content},
        .answer = &deed->answer,
    };
    enum status status = courier_go(&deed->asking.line, &errand);
    return asking_judge(&deed->asking, status, errand.http_status, text_slice(&deed->answer));
}

static enum exit_code ask_and_show(struct deed *deed, const char *path, const char *type,
                                   struct slice body)
{
    enum exit_code code = go(deed, path, type, body);
    if (code != EXIT_DONE)
        return code;
    if (deed->answer.size > 0 && deed->answer.at[deed->answer.size - 1] != '\n')
        text_add_char(&deed->answer, '\n');
    return show(deed, text_slice(&deed->answer));
}

/* The named values that are said, as a JSON object. */
static enum exit_code body_of(struct deed *deed, const char *const *names, unsigned count,
                              struct text *out)
{
    enum exit_code code = text_of(deed, DELTA_MORE, out);
    text_add_char(out, '{');
    for (unsigned i = 0; code == EXIT_DONE && i < count; i++) {
        struct slice value;
        code = value_of(deed, names[i], &value);
        if (code != EXIT_DONE || value.size == 0)
            continue;
        text_addf(out, "%s\"%s\":", out->size > 1 ? "," : "", names[i]);
        text_add_json(out, value);
    }
    text_add_char(out, '}');
    return code;
}

/* ---- asking ---- */

static enum exit_code question_of(const struct deed *deed, struct standing_question *out)
{
    struct slice act, object, way, purpose;
    enum exit_code code = needed(deed, "act", &act);
    if (code == EXIT_DONE)
        code = needed(deed, "object", &object);
    if (code == EXIT_DONE)
        code = value_of(deed, "way", &way);
    if (code == EXIT_DONE)
        code = value_of(deed, "purpose", &purpose);
    if (code != EXIT_DONE || standing_question_read(act, object, way, purpose, out) == STATUS_OK)
        return code;
    COMPLAIN(deed->command, "act, object, way or purpose is no word of a law pack.",
             "act、object、way 或 purpose 不是法规包用词。");
    return EXIT_USAGE;
}

static moment now_of(void)
{
    struct clock clock = clock_of_machine();
    return clock.now(clock.self);
}

static enum exit_code offline_complain(const struct deed *deed, enum offline_fault fault)
{
    say_wrong("%s", offline_fault_says(fault)->in[deed->command->tongue]);
    return EXIT_REFUSED;
}

/* From a copy, by the packs that lie here. */
static enum exit_code check_offline(struct deed *deed, const struct law *law)
{
    struct secret join, export_key;
    struct slice copy, document, phone;
    struct offline_asking asking = {.now = now_of()};
    struct standing_verdict verdict;
    enum offline_fault fault = OFFLINE_FAULT_none;
    uint64_t version = 0;
    struct text text;
    enum exit_code code = secret_of(deed, "join", &join);
    if (code == EXIT_DONE)
        code = secret_of(deed, "export", &export_key);
    if (code == EXIT_DONE)
        code = needed(deed, "document", &document);
    if (code == EXIT_DONE)
        code = value_of(deed, "phone", &phone);
    if (code == EXIT_DONE)
        code = question_of(deed, &asking.question);
    if (code == EXIT_DONE)
        code = file_read(deed, said(deed, "register"), &copy);
    if (code == EXIT_DONE)
        code = text_of(deed, DELTA_MORE, &text);
    if (code != EXIT_DONE)
        return code;
    asking.key = standing_key_for(&export_key, standing_key_of(&join, document));
    asking.question.card = standing_card_of(&join, phone);
    if (offline_check(copy, law, &asking, &verdict, &version, &fault) != STATUS_OK)
        return offline_complain(deed, fault);
    text_add_offline_answer(&text, &verdict, asking.key, version, CHINA_ZONE);
    text_add_char(&text, '\n');
    return show(deed, text_slice(&text));
}

static enum exit_code do_check(struct deed *deed)
{
    static const char *const NAMES[] = {"document", "hash",    "act",   "object",
                                        "way",      "purpose", "phone", "receipt"};
    struct text body;
    if (said(deed, "register") != NULL) {
        struct law_look look;
        enum exit_code code = law_look_open(&look, deed->command);
        if (code == EXIT_DONE)
            code = law_look_read(&look);
        if (code == EXIT_DONE)
            code = check_offline(deed, &look.law);
        return law_look_close(&look, code);
    }
    enum exit_code code = body_of(deed, NAMES, 8, &body);
    return code == EXIT_DONE
               ? ask_and_show(deed, "/v1/sanctions/check", "application/json", text_slice(&body))
               : code;
}

static enum exit_code do_batch(struct deed *deed)
{
    static const char *const NAMES[] = {"act", "object", "way", "purpose"};
    char path[URL_MAX];
    struct text text = text_over(path, sizeof path);
    struct slice lines;
    struct standing_question question; /* its words can stand in a query as they are */
    enum exit_code code = question_of(deed, &question);
    if (code == EXIT_DONE)
        code = file_read(deed, deed->operand[0], &lines);
    if (code != EXIT_DONE)
        return code;
    text_add_string(&text, "/v1/sanctions/check/batch");
    for (unsigned i = 0; i < 4; i++)
        if (said(deed, NAMES[i]) != NULL)
            text_addf(&text, "%c%s=%s", i == 0 ? '?' : '&', NAMES[i], said(deed, NAMES[i]));
    return ask_and_show(deed, path, "application/x-ndjson", lines);
}

/* ---- customers ---- */

static enum exit_code do_hash(struct deed *deed)
{
    struct secret join;
    struct slice documents, line;
    struct text text;
    enum exit_code code = secret_of(deed, "join", &join);
    if (code == EXIT_DONE)
        code = file_read(deed, deed->operand[0], &documents);
    if (code == EXIT_DONE)
        code = text_of(deed, documents.size * 8 + LINE_MAX_BYTES, &text);
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
    return show(deed, text_slice(&text));
}

static enum exit_code do_customers(struct deed *deed)
{
    struct slice lines;
    const char *replace = said(deed, "replace");
    enum exit_code code = file_read(deed, deed->operand[0], &lines);
    if (code != EXIT_DONE)
        return code;
    bool anew = replace != NULL && strcmp(replace, "1") == 0;
    return ask_and_show(deed,
                        anew ? "/v1/sanctions/customers?replace=1" : "/v1/sanctions/customers",
                        "application/x-ndjson", lines);
}

/* ---- copies ---- */

static enum exit_code do_export(struct deed *deed)
{
    char path[URL_MAX];
    struct text text = text_over(path, sizeof path);
    const char *since = said(deed, "since");
    if (since != NULL && (since[0] == '\0' || strspn(since, "0123456789") != strlen(since))) {
        COMPLAIN(deed->command, "since= is a version.", "since= 应为版本号。");
        return EXIT_USAGE;
    }
    text_addf(&text, "/v1/sanctions/register?since=%s", since == NULL ? "0" : since);
    return ask_and_show(deed, path, NULL, SLICE(""));
}

static enum exit_code do_import(struct deed *deed)
{
    struct slice delta, copy = SLICE(""), vkey;
    struct text text, key;
    const char *path = said(deed, "register");
    enum offline_fault fault = OFFLINE_FAULT_none;
    enum disk_fault missing = DISK_FAILED;
    enum exit_code code = file_read(deed, deed->operand[0], &delta);
    if (code == EXIT_DONE)
        code = needed(deed, "key", &vkey);
    if (code == EXIT_DONE && path == NULL)
        code = needed(deed, "register", &copy);
    if (code == EXIT_DONE &&
        disk_read_all(path, FILE_MAX, deed->arena, &copy, &missing) != STATUS_OK)
        copy = SLICE(""); /* the first one: it has to begin at version 0 */
    if (code == EXIT_DONE)
        code = text_of(deed, copy.size + delta.size + DELTA_MORE, &text);
    if (code == EXIT_DONE)
        code = text_of(deed, NOTE_KEY_BYTES_MAX, &key);
    if (code != EXIT_DONE)
        return code;
    text_add(&key, vkey);
    enum status status = offline_merge(copy, delta, key.at, now_of(), deed->arena, &text, &fault);
    if (status == STATUS_REFUSED)
        return offline_complain(deed, fault);
    if (status != STATUS_OK)
        return say_no_memory(deed->command);
    return file_write(deed, path, text_slice(&text));
}

/* ---- receipts ---- */

/* What proves a counted one. */
static bool fetches(const struct deed *deed)
{
    return strcmp(deed->operand[0], "fetch") == 0;
}

static enum exit_code do_fetch(struct deed *deed)
{
    char path[URL_MAX];
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
    const char *lines = said(deed, "asked");
    if (fetches(deed))
        return do_fetch(deed);
    if (strcmp(deed->operand[0], "verify") != 0) {
        COMPLAIN(deed->command, "`receipt verify` or `receipt fetch` is meant.",
                 "应为 `receipt verify` 或 `receipt fetch`。");
        return EXIT_USAGE;
    }
    enum exit_code code = file_read(deed, deed->operand[1], &answer);
    if (code == EXIT_DONE)
        code = needed(deed, "key", &vkey);
    if (code == EXIT_DONE && lines != NULL)
        code = file_read(deed, lines, &asked);
    if (code == EXIT_DONE && said(deed, "proof") != NULL)
        code = file_read(deed, said(deed, "proof"), &proof);
    if (code == EXIT_DONE && said(deed, "join") != NULL)
        code = secret_of(deed, "join", &join);
    if (code == EXIT_DONE)
        code = text_of(deed, NOTE_KEY_BYTES_MAX, &key);
    if (code == EXIT_DONE)
        code = text_of(deed, DELTA_MORE, &says);
    if (code != EXIT_DONE)
        return code;
    text_add(&key, vkey);
    const struct secret *named = said(deed, "join") == NULL ? NULL : &join;
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
    return show(deed, text_slice(&says));
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
        return do_export(deed);
    case SANCTION_import:
        return do_import(deed);
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
           action == SANCTION_appeal || (action == SANCTION_receipt && fetches(deed)) ||
           (action == SANCTION_check && said(deed, "register") == NULL);
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
    enum exit_code code = arena_take(deed.arena, ANSWER_MAX, (void **)&answer) == STATUS_OK
                              ? EXIT_DONE
                              : say_no_memory(command);
    deed.answer = text_over(answer, ANSWER_MAX);
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
