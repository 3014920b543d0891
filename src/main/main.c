/* main.c -- the program: a command line is read, one verb is called, its code is the end.
 *
 * main/ alone knows every room; no room knows main/. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"
#include "say.h"
#include "verbs.h"

enum { PAPER_BYTES_MAX = 256 * 1024 };

static char paper[PAPER_BYTES_MAX];

static enum exit_code show_paper(const struct command *command, const struct text *text)
{
    must(!text->full);
    if (say_on_out(text_slice(text)))
        return EXIT_DONE;
    COMPLAIN(command, "standard output cannot be written.", "无法写入标准输出。");
    return EXIT_FAILED;
}

enum exit_code verb_man(const struct command *command)
{
    struct text text = text_over(paper, sizeof paper);
    text_add_manual(&text, command->tongue);
    return show_paper(command, &text);
}

enum exit_code verb_completion(const struct command *command)
{
    struct text text = text_over(paper, sizeof paper);
    const char *shell = command->operand[0];
    if (strcmp(shell, "bash") == 0) {
        text_add_bash_completion(&text);
    } else if (strcmp(shell, "zsh") == 0) {
        text_add_zsh_completion(&text);
    } else {
        COMPLAIN(command, "there is completion for bash and zsh, not for `%s`.",
                 "提供 bash 和 zsh 的补全，没有 `%s` 的。", shell);
        return EXIT_USAGE;
    }
    return show_paper(command, &text);
}

enum exit_code verb_version(const struct command *command)
{
    struct text text = text_over(paper, sizeof paper);
    text_add_string(&text, "cutline " CUTLINE_VERSION "\n");
    return show_paper(command, &text);
}

enum exit_code verb_help(const struct command *command)
{
    struct text text = text_over(paper, sizeof paper);
    size_t used = 0;
    if (command->operands_count == 0) {
        text_add_help(&text, command->tongue);
        return show_paper(command, &text);
    }
    enum verb verb = verb_find(command->operand, command->operands_count, &used);
    if (verb != VERBS_COUNT) {
        text_add_verb_help(&text, verb, command->tongue);
        return show_paper(command, &text);
    }
    if (command->operands_count == 1 &&
        text_add_group_help(&text, command->operand[0], command->tongue))
        return show_paper(command, &text);
    COMPLAIN(command, "there is no verb `%s`; `cutline help` lists them.",
             "没有子命令 `%s`；`cutline help` 列出全部子命令。", command->operand[0]);
    return EXIT_USAGE;
}

static enum exit_code (*const DO[VERBS_COUNT])(const struct command *command) = {
#define VERB(name, words, operands, least, most, flags, en, zh) [VERB_##name] = verb_##name,
#include "verbs.inc"
#undef VERB
};

int main(int count, char **words)
{
    static struct command command;
    enum exit_code code = command_read(&command, count, words);
    if (code != EXIT_DONE)
        return (int)code;
    if (command.help) {
        struct text text = text_over(paper, sizeof paper);
        text_add_verb_help(&text, command.verb, command.tongue);
        return (int)show_paper(&command, &text);
    }
    return (int)DO[command.verb](&command);
}
