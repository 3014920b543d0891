/* law.c -- `cutline law …`: the numbers of the law as they stand in packs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "ground/limits.h"
#include "law_look.h"
#include "nearest.h"
#include "paths.h"
#include "ruleset.h"
#include "say.h"

/* ---- check ---- */

/* One file alone. */
static enum exit_code read_file(struct law_look *look, const char *path)
{
    struct law_pack *pack;
    struct slice bytes;
    enum disk_fault fault = DISK_FAILED;
    bool calendar;
    if (ARENA_NEW(look->arena, 1, &pack) != STATUS_OK)
        return say_no_memory(look->command);
    if (disk_read_all(path, LAW_FILE_BYTES_MAX, look->arena, &bytes, &fault) != STATUS_OK) {
        complain_fault(look->command, path, fault);
        return EXIT_INPUT;
    }
    enum status status =
        law_read(path, bytes, look->arena, pack, &look->law.calendar, &calendar, look->why);
    if (status == STATUS_FULL)
        return say_no_memory(look->command);
    if (status != STATUS_OK) {
        say_wrong("%s", look->why[look->command->tongue].at);
        return EXIT_INPUT;
    }
    look->law.packs = pack;
    look->law.packs_count = !calendar;
    return EXIT_DONE;
}

static void add_sum(struct law_look *look)
{
    const struct law *law = &look->law;
    unsigned entries = 0;
    unsigned open = 0;
    for (uint32_t i = 0; i < law->packs_count; i++) {
        entries += law->packs[i].values_count;
        open += law->packs[i].gaps_count;
    }
    if (command_has(look->command, FLAG_json))
        text_addf(
            &look->text,
            "{\"packs\":%u,\"entries\":%u,\"open\":%u,\"calendar_years\":%u,\"error\":null}\n",
            law->packs_count, entries, open, law->calendar.years_count);
    else
        text_addf(&look->text,
                  look->command->tongue == TONGUE_ZH
                      ? "%u 个法规包，%u 个条目，%u 个待定，日历 %u 年：没有错误\n"
                      : "%u packs, %u entries, %u open, calendar of %u years: no errors\n",
                  law->packs_count, entries, open, law->calendar.years_count);
}

/* What is wrong, for programs. */
static enum exit_code show_error(struct law_look *look)
{
    text_add_string(&look->text, "{\"error\":{\"en\":");
    text_add_json(&look->text, text_slice(&look->why[TONGUE_EN]));
    text_add_string(&look->text, ",\"zh\":");
    text_add_json(&look->text, text_slice(&look->why[TONGUE_ZH]));
    text_add_string(&look->text, "}}\n");
    return law_look_show(look);
}

static enum exit_code check(struct law_look *look)
{
    const struct command *command = look->command;
    const char *path = command->operands_count == 0 ? NULL : command->operand[0];
    enum exit_code code;
    if (path == NULL)
        code = law_look_read(look);
    else if (path_is_folder(path))
        code = law_look_folder(look, path);
    else
        code = read_file(look, path);
    bool json = command_has(command, FLAG_json);
    if (code == EXIT_INPUT && json && look->why[TONGUE_EN].size > 0) {
        enum exit_code shown = show_error(look);
        return shown == EXIT_DONE ? code : shown;
    }
    if (code != EXIT_DONE)
        return code;
    add_sum(look);
    return law_look_show(look);
}

enum exit_code verb_law_check(const struct command *command)
{
    struct law_look look;
    enum exit_code code = law_look_open(&look, command);
    return law_look_close(&look, code == EXIT_DONE ? check(&look) : code);
}

/* ---- list ---- */

static void add_calendar(struct law_look *look)
{
    const struct law_calendar *calendar = &look->law.calendar;
    bool zh = look->command->tongue == TONGUE_ZH;
    if (calendar->years_count == 0)
        return;
    text_add_string(&look->text, zh ? "工作日历 " : "calendar ");
    text_add(&look->text, calendar->name);
    text_add_string(&look->text, zh ? "：" : ":");
    for (uint32_t i = 0; i < calendar->years_count; i++) {
        text_addf(&look->text, " %d [%s] ", calendar->years[i].year,
                  law_mark_word(calendar->years[i].mark)->name);
        text_add(&look->text, calendar->years[i].notice);
    }
    text_add_char(&look->text, '\n');
}

static enum exit_code list(struct law_look *look)
{
    const struct command *command = look->command;
    const char *word = command_value(command, FLAG_on);
    law_date on = LAW_DATE_NONE;
    bool json = command_has(command, FLAG_json);
    unsigned shown = 0;
    if (word != NULL && law_date_parse(slice_of(word), &on) != STATUS_OK) {
        COMPLAIN(command, "--on takes a date like 2024-12-01, not `%s`.",
                 "--on 应为 2024-12-01 这样的日期，不能是 `%s`。", word);
        return EXIT_USAGE;
    }
    enum exit_code code = law_look_read(look);
    if (code != EXIT_DONE)
        return code;
    text_add_string(&look->text, json ? "{\"packs\":[" : "");
    for (uint32_t i = 0; i < look->law.packs_count; i++) {
        const struct law_pack *pack = &look->law.packs[i];
        if (word != NULL && law_find(&look->law, pack->subject, on) != pack)
            continue;
        if (json)
            text_add_string(&look->text, shown == 0 ? "" : ",");
        if (json)
            text_add_law_json(&look->text, pack, false);
        else
            text_add_law_line(&look->text, pack, command->tongue);
        shown++;
    }
    if (json)
        text_add_string(&look->text, "]}\n");
    else if (word == NULL)
        add_calendar(look);
    return law_look_show(look);
}

enum exit_code verb_law_list(const struct command *command)
{
    struct law_look look;
    enum exit_code code = law_look_open(&look, command);
    return law_look_close(&look, code == EXIT_DONE ? list(&look) : code);
}

/* ---- show ---- */

static enum exit_code find_pack(const struct law_look *look, const char *name,
                                const struct law_pack **out)
{
    struct nearest nearest = nearest_to(name);
    *out = law_named(&look->law, slice_of(name));
    if (*out != NULL)
        return EXIT_DONE;
    for (uint32_t i = 0; i < look->law.packs_count; i++)
        nearest_try(&nearest, look->law.packs[i].name.at);
    if (nearest.best != NULL)
        COMPLAIN(look->command, "there is no pack `%s`; did you mean `%s`?",
                 "没有法规包 `%s`；是否想用 `%s`？", name, nearest.best);
    else
        COMPLAIN(look->command, "there is no pack `%s`; see `cutline law list`.",
                 "没有法规包 `%s`；见 `cutline law list`。", name);
    return EXIT_INPUT;
}

/* A question that is open is an answer too, but none to rely on. */
static enum exit_code show_entry(struct law_look *look, const struct law_pack *pack,
                                 const char *name)
{
    const struct command *command = look->command;
    const struct law_value *value = law_value_find(pack, slice_of(name));
    const struct law_gap *gap = law_gap_find(pack, slice_of(name));
    struct nearest nearest = nearest_to(name);
    if (value != NULL && command_has(command, FLAG_json)) {
        text_add_law_entry_json(&look->text, pack, value);
        text_add_char(&look->text, '\n');
        return law_look_show(look);
    }
    if (value != NULL) {
        text_add_law_entry(&look->text, pack, value, command->tongue);
        return law_look_show(look);
    }
    for (uint32_t i = 0; i < pack->values_count; i++)
        nearest_try(&nearest, pack->values[i].name);
    if (gap != NULL)
        COMPLAIN(command, "%s leaves `%s` open: %s", "%s 中 `%s` 待定：%s", pack->name.at, name,
                 gap->why[command->tongue].at);
    else if (nearest.best != NULL)
        COMPLAIN(command, "%s has no entry `%s`; did you mean `%s`?",
                 "%s 没有条目 `%s`；是否想用 `%s`？", pack->name.at, name, nearest.best);
    else
        COMPLAIN(command, "%s has no entry `%s`.", "%s 没有条目 `%s`。", pack->name.at, name);
    return EXIT_INPUT;
}

static enum exit_code show_pack(struct law_look *look)
{
    const struct command *command = look->command;
    const struct law_pack *pack;
    enum exit_code code = law_look_read(look);
    if (code == EXIT_DONE)
        code = find_pack(look, command->operand[0], &pack);
    if (code != EXIT_DONE)
        return code;
    if (command->operands_count == 2)
        return show_entry(look, pack, command->operand[1]);
    if (command_has(command, FLAG_json)) {
        text_add_law_json(&look->text, pack, true);
        text_add_char(&look->text, '\n');
    } else {
        text_add_law_pack(&look->text, pack, command->tongue);
    }
    return law_look_show(look);
}

enum exit_code verb_law_show(const struct command *command)
{
    struct law_look look;
    enum exit_code code = law_look_open(&look, command);
    return law_look_close(&look, code == EXIT_DONE ? show_pack(&look) : code);
}

/* ---- diff ---- */

static enum exit_code diff(struct law_look *look)
{
    const struct command *command = look->command;
    const struct law_pack *a = NULL;
    const struct law_pack *b = NULL;
    enum exit_code code = law_look_read(look);
    if (code == EXIT_DONE)
        code = find_pack(look, command->operand[0], &a);
    if (code == EXIT_DONE)
        code = find_pack(look, command->operand[1], &b);
    if (code != EXIT_DONE)
        return code;
    if (a->subject != b->subject) {
        COMPLAIN(command, "the packs are about different subjects: %s and %s.",
                 "两个法规包的主题不同：%s 与 %s。",
                 law_subject_word(a->subject)->says.in[command->tongue],
                 law_subject_word(b->subject)->says.in[command->tongue]);
        return EXIT_INPUT;
    }
    if (command_has(command, FLAG_json)) {
        text_add_law_diff_json(&look->text, a, b);
        return law_look_show(look);
    }
    text_addf(&look->text, "- %s\n+ %s\n\n", a->name.at, b->name.at);
    unsigned count = text_add_law_diff(&look->text, a, b, command->tongue);
    text_addf(&look->text, command->tongue == TONGUE_ZH ? "\n%u 处不同\n" : "\n%u differences\n",
              count);
    return law_look_show(look);
}

enum exit_code verb_law_diff(const struct command *command)
{
    struct law_look look;
    enum exit_code code = law_look_open(&look, command);
    return law_look_close(&look, code == EXIT_DONE ? diff(&look) : code);
}
