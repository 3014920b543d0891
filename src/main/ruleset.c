/* ruleset.c -- where rules come from: --rules, else ./rules, else what was installed beside the
 * program, or lies in the source tree that it was built in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ruleset.h"

#include "say.h"

#include <limits.h>

enum { DIAG_BYTES_MAX = 64 * 1024 };

static const char ENDING[] = ".cut";

void complain_fault(const struct command *command, const char *path, enum disk_fault fault)
{
    switch (fault) {
    case DISK_MISSING:
        COMPLAIN(command, "%s: there is no such file.", "%s：没有这个文件。", path);
        break;
    case DISK_FORBIDDEN:
        COMPLAIN(command, "%s: you may not read it.", "%s：没有读取权限。", path);
        break;
    case DISK_DIRECTORY:
        COMPLAIN(command, "%s: is a folder; name the files in it, like %s/*.",
                 "%s：是目录；请给出其中的文件，如 %s/*。", path, path);
        break;
    default:
        COMPLAIN(command, "%s: cannot be read.", "%s：无法读取。", path);
    }
}

struct slice ruleset_name(struct slice path)
{
    size_t from = path.size;
    for (unsigned slashes = 0; from > 0; from--)
        if (path.at[from - 1] == '/' && ++slashes == 2)
            break;
    return (struct slice){path.at + from, path.size - from};
}

enum exit_code ruleset_find(struct ruleset *ruleset, const struct command *command,
                            struct arena *arena)
{
    ruleset->arena = arena;
    uint32_t from = 0;
    const char *path = command_next_value(command, FLAG_rules, &from);
    bool said = path != NULL;
    for (; path != NULL; path = command_next_value(command, FLAG_rules, &from)) {
        enum exit_code code = paths_add(&ruleset->paths, command, path, ENDING, arena);
        if (code != EXIT_DONE)
            return code;
    }
    if (said)
        return EXIT_DONE;
    if (path_is_folder("rules"))
        return paths_add(&ruleset->paths, command, "rules", ENDING, arena);
    char bytes[PATH_MAX];
    struct text shipped = text_over(bytes, sizeof bytes);
    struct slice copy;
    if (!path_shipped("rules", &shipped)) {
        if (VERBS[command->verb].flags >> FLAG_rules & 1)
            COMPLAIN(command, "there are no rules: neither ./rules nor %s; name some with --rules.",
                     "没有规则：./rules 和 %s 均不存在；请用 --rules 指定。", bytes);
        else
            COMPLAIN(command,
                     "there are no rules: neither ./rules nor %s; name some in the configuration, "
                     "as detect.rules.",
                     "没有规则：./rules 和 %s 均不存在；请在配置中用 detect.rules 指定。", bytes);
        return EXIT_INPUT;
    }
    if (slice_copy(arena, text_slice(&shipped), &copy) != STATUS_OK)
        return EXIT_FAILED;
    return paths_add(&ruleset->paths, command, copy.at, ENDING, arena);
}

enum exit_code ruleset_find_at(struct ruleset *ruleset, const struct command *command,
                               const char *path, struct arena *arena)
{
    ruleset->arena = arena;
    return paths_add(&ruleset->paths, command, path, ENDING, arena);
}

static enum exit_code read_sources(struct ruleset *ruleset, const struct command *command)
{
    for (uint32_t i = 0; i < ruleset->paths.count; i++) {
        const char *path = ruleset->paths.at[i];
        enum disk_fault fault = DISK_FAILED;
        struct slice source;
        enum status status =
            disk_read_all(path, RULE_SOURCE_BYTES_MAX, ruleset->arena, &source, &fault);
        if (status == STATUS_FULL) {
            COMPLAIN(command, "%s: is larger than %d bytes, the most that a rule file may have.",
                     "%s：超过规则文件的上限 %d 字节。", path, RULE_SOURCE_BYTES_MAX);
            return EXIT_INPUT;
        }
        if (status != STATUS_OK) {
            complain_fault(command, path, fault);
            return EXIT_INPUT;
        }
        ruleset->file[i] = (struct rule_file){slice_of(path), source};
    }
    return EXIT_DONE;
}

enum exit_code ruleset_check(struct ruleset *ruleset, const struct command *command, bool *checked)
{
    *checked = false;
    enum exit_code code = read_sources(ruleset, command);
    if (code != EXIT_DONE)
        return code;
    *checked = true;
    enum status status = rules_check(ruleset->file, ruleset->paths.count, ruleset->arena,
                                     &ruleset->diags, &ruleset->set);
    if (status == STATUS_OK) {
        rules_digest(ruleset->set, ruleset->arena, &ruleset->image);
        return EXIT_DONE;
    }
    if (status == STATUS_FULL && ruleset->diags.errors_count == 0)
        COMPLAIN(command, "the rules do not fit into memory.", "规则过多，内存不足。");
    return status == STATUS_MALFORMED || status == STATUS_FULL ? EXIT_INPUT : EXIT_FAILED;
}

void ruleset_show_diags(const struct ruleset *ruleset, const struct command *command)
{
    static char bytes[DIAG_BYTES_MAX];
    const struct diags *diags = &ruleset->diags;
    for (uint32_t i = 0; i < diags->count; i++) {
        struct text text = text_over(bytes, sizeof bytes);
        text_add_diag(&text, &diags->diag[i], ruleset->file, command->tongue,
                      command->err_in_colour);
        say_on_err(text_slice(&text));
    }
    struct text text = text_over(bytes, sizeof bytes);
    text_add_diags_count(&text, diags, command->tongue);
    if (text.size != 0)
        say_wrong("%s", bytes);
}

/* Who runs rules wants to know of warnings, not to read them each time. */
static void note_warnings(const struct ruleset *ruleset, const struct command *command)
{
    uint32_t warnings = ruleset->diags.count + ruleset->diags.dropped;
    if (warnings != 0 && !command_has(command, FLAG_quiet))
        COMPLAIN(command, "the rules have %u warnings; `cutline rules check` shows them.",
                 "规则有 %u 个警告；`cutline rules check` 可查看。", warnings);
}

static enum exit_code check_and_show(struct ruleset *ruleset, const struct command *command)
{
    bool checked;
    enum exit_code code = ruleset_check(ruleset, command, &checked);
    if (code != EXIT_DONE && checked)
        ruleset_show_diags(ruleset, command);
    else if (code == EXIT_DONE)
        note_warnings(ruleset, command);
    return code;
}

enum exit_code ruleset_read(struct ruleset *ruleset, const struct command *command,
                            struct arena *arena)
{
    enum exit_code code = ruleset_find(ruleset, command, arena);
    return code == EXIT_DONE ? check_and_show(ruleset, command) : code;
}

enum exit_code ruleset_read_from(struct ruleset *ruleset, const struct command *command,
                                 const char *path, struct arena *arena)
{
    enum exit_code code = ruleset_find_at(ruleset, command, path, arena);
    return code == EXIT_DONE ? check_and_show(ruleset, command) : code;
}
