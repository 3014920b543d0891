/* rules.c -- `cutline rules …`: rules looked at without records. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "detect/engine/engine.h"
#include "nearest.h"
#include "outlet.h"
#include "ruleset.h"
#include "say.h"

enum {
    RULES_SIZE_MAX = 1 << 30,   /* sources, trees and texts of one command */
    RULES_TEXT_MAX = 16 << 20,  /* of what is shown */
    DIAG_JSON_MAX = 256 * 1024, /* of at most DIAGS_MAX diagnostics */
};

struct look {
    const struct command *command;
    struct arena *arena;
    struct ruleset *ruleset;
    struct text text;
};

static enum exit_code look_open(struct look *look, const struct command *command)
{
    char *bytes;
    *look = (struct look){.command = command};
    if (arena_create(&look->arena, RULES_SIZE_MAX) != STATUS_OK ||
        ARENA_NEW(look->arena, 1, &look->ruleset) != STATUS_OK ||
        ARENA_NEW(look->arena, RULES_TEXT_MAX, &bytes) != STATUS_OK)
        return say_no_memory(command);
    look->text = text_over(bytes, RULES_TEXT_MAX);
    return EXIT_DONE;
}

static enum exit_code look_close(struct look *look, enum exit_code code)
{
    arena_destroy(look->arena);
    return code;
}

/* What was written into the text, on standard output. */
static enum exit_code show(const struct look *look)
{
    return outlet_put(look->command, NULL, text_slice(&look->text));
}

/* Rules named as operands, else as everywhere. */
static enum exit_code find_rules(struct look *look)
{
    const struct command *command = look->command;
    if (command->operands_count == 0)
        return ruleset_find(look->ruleset, command, look->arena);
    look->ruleset->arena = look->arena;
    for (uint32_t i = 0; i < command->operands_count; i++) {
        enum exit_code code =
            paths_add(&look->ruleset->paths, command, command->operand[i], ".cut", look->arena);
        if (code != EXIT_DONE)
            return code;
    }
    return EXIT_DONE;
}

static void add_json_diags(struct look *look)
{
    const struct diags *diags = &look->ruleset->diags;
    text_addf(&look->text, "{\"errors\":%u,\"warnings\":%u,\"dropped\":%u,\"diagnostics\":[",
              diags->errors_count, diags->count + diags->dropped - diags->errors_count,
              diags->dropped);
    for (uint32_t i = 0; i < diags->count; i++) {
        text_add_string(&look->text, i == 0 ? "" : ",");
        text_add_diag_json(&look->text, &diags->diag[i], look->ruleset->file);
    }
    text_add_string(&look->text, "]}\n");
}

static enum exit_code check_rules(struct look *look)
{
    const struct command *command = look->command;
    bool checked;
    enum exit_code code = find_rules(look);
    if (code != EXIT_DONE)
        return code;
    code = ruleset_check(look->ruleset, command, &checked);
    if (!checked)
        return code;
    if (command_has(command, FLAG_json)) {
        add_json_diags(look);
        enum exit_code shown = show(look);
        return shown == EXIT_DONE ? code : shown;
    }
    ruleset_show_diags(look->ruleset, command);
    if (code != EXIT_DONE)
        return code;
    const struct rule_set *set = look->ruleset->set;
    text_addf(&look->text,
              command->tongue == TONGUE_ZH ? "%u 个文件，%u 个画像，%u 条规则：没有错误\n"
                                           : "%u files, %u profiles, %u rules: no errors\n",
              set->files_count, set->profiles_count, set->rules_count);
    return show(look);
}

enum exit_code verb_rules_check(const struct command *command)
{
    struct look look;
    enum exit_code code = look_open(&look, command);
    return look_close(&look, code == EXIT_DONE ? check_rules(&look) : code);
}

/* Finds and compiles, and says what is wrong. */
static enum exit_code understand(struct look *look)
{
    bool checked;
    enum exit_code code = find_rules(look);
    if (code != EXIT_DONE)
        return code;
    code = ruleset_check(look->ruleset, look->command, &checked);
    if (checked)
        ruleset_show_diags(look->ruleset, look->command);
    return code;
}

static enum exit_code show_costs(struct look *look)
{
    struct memory_cost of_profile[PROFILES_MAX];
    const struct rule_set *set = look->ruleset->set;
    if (engine_memory(set, of_profile, look->arena) != STATUS_OK)
        return say_no_memory(look->command);
    text_add_costs(&look->text, set, of_profile, look->command->tongue);
    return show(look);
}

enum exit_code verb_rules_cost(const struct command *command)
{
    struct look look;
    enum exit_code code = look_open(&look, command);
    if (code == EXIT_DONE)
        code = understand(&look);
    return look_close(&look, code == EXIT_DONE ? show_costs(&look) : code);
}

/* ---- explain ---- */

/* "C1207" */
static bool read_code(const char *word, uint16_t *out)
{
    unsigned code = 0;
    if ((word[0] | 0x20) != 'c' || strlen(word) != 5 || strspn(word + 1, "0123456789") != 4)
        return false;
    for (const char *at = word + 1; *at != '\0'; at++)
        code = code * 10 + (unsigned)(*at - '0');
    *out = (uint16_t)code;
    return true;
}

static enum exit_code explain_code(struct look *look, uint16_t code)
{
    const struct command *command = look->command;
    text_addf(&look->text, "C%04u: ", code);
    if (!text_add_message(&look->text, code, command->tongue)) {
        COMPLAIN(command, "there is no message C%04u.", "没有代码 C%04u。", code);
        return EXIT_INPUT;
    }
    text_add_char(&look->text, '\n');
    return show(look);
}

static enum exit_code explain_rules(struct look *look, const char *name)
{
    const struct command *command = look->command;
    enum exit_code code = ruleset_read(look->ruleset, command, look->arena);
    if (code != EXIT_DONE)
        return code;
    const struct rule_set *set = look->ruleset->set;
    const struct rule *rule = NULL;
    struct nearest nearest = nearest_to(name == NULL ? "" : name);
    for (uint32_t i = 0; name != NULL && i < set->rules_count; i++) {
        struct slice copy;
        if (slice_equal(set->rule[i].name, slice_of(name)))
            rule = &set->rule[i];
        if (slice_copy(look->arena, set->rule[i].name, &copy) != STATUS_OK)
            return say_no_memory(command);
        nearest_try(&nearest, copy.at);
    }
    if (name != NULL && rule == NULL) {
        if (nearest.best != NULL)
            COMPLAIN(command, "there is no rule `%s`; did you mean `%s`?",
                     "没有规则 `%s`；是否想用 `%s`？", name, nearest.best);
        else
            COMPLAIN(command, "there is no rule `%s`.", "没有规则 `%s`。", name);
        return EXIT_INPUT;
    }
    text_add_explanation(&look->text, set, rule, command->tongue);
    return show(look);
}

enum exit_code verb_rules_explain(const struct command *command)
{
    struct look look;
    uint16_t number;
    enum exit_code code = look_open(&look, command);
    if (code != EXIT_DONE)
        return look_close(&look, code);
    const char *word = command->operands_count == 0 ? NULL : command->operand[0];
    if (word != NULL && read_code(word, &number))
        return look_close(&look, explain_code(&look, number));
    return look_close(&look, explain_rules(&look, word));
}

/* ---- fmt ---- */

/* Lays one file out.  `*changed` tells whether that made a difference. */
static enum exit_code format_file(struct look *look, const char *path, struct slice *out,
                                  bool *changed)
{
    const struct command *command = look->command;
    struct ruleset *ruleset = look->ruleset;
    enum disk_fault fault = DISK_FAILED;
    struct slice source;
    enum status status = disk_read_all(path, RULE_SOURCE_BYTES_MAX, look->arena, &source, &fault);
    if (status != STATUS_OK) {
        complain_fault(command, path, fault);
        return EXIT_INPUT;
    }
    ruleset->diags = (struct diags){0};
    ruleset->file[0] = (struct rule_file){slice_of(path), source};
    status = rules_format(source, slice_of(path), look->arena, &ruleset->diags, out);
    ruleset_show_diags(ruleset, command);
    if (status == STATUS_FULL)
        return say_no_memory(command);
    if (status != STATUS_OK)
        return EXIT_INPUT;
    *changed = !slice_equal(source, *out);
    return EXIT_DONE;
}

static enum exit_code format_all(struct look *look)
{
    const struct command *command = look->command;
    bool only_check = command_has(command, FLAG_check);
    bool in_place = command_has(command, FLAG_write);
    enum exit_code code = find_rules(look);
    bool some_changed = false;
    for (uint32_t i = 0; i < look->ruleset->paths.count && code == EXIT_DONE; i++) {
        const char *path = look->ruleset->paths.at[i];
        struct slice out;
        bool changed = false;
        code = format_file(look, path, &out, &changed);
        if (code != EXIT_DONE)
            break;
        some_changed = some_changed || changed;
        if (!only_check && !in_place)
            text_add(&look->text, out);
        else if (changed)
            text_addf(&look->text, "%s\n", path);
        if (changed && in_place && !only_check)
            code = outlet_put(command, path, out);
    }
    if (code != EXIT_DONE)
        return code;
    if (look->text.full)
        return say_no_memory(command);
    code = show(look);
    return code == EXIT_DONE && only_check && some_changed ? EXIT_FAILED : code;
}

enum exit_code verb_rules_fmt(const struct command *command)
{
    struct look look;
    enum exit_code code = look_open(&look, command);
    return look_close(&look, code == EXIT_DONE ? format_all(&look) : code);
}
