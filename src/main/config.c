/* config.c -- `cutline config …`: the file of the operator, checked before a service starts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "config/config.h"
#include "outlet.h"
#include "say.h"
#include "service.h"

enum { CONFIG_BOOT_SIZE = 64 << 20, SHOWN_BYTES_MAX = 512 * 1024 };

enum exit_code config_of_command(struct config *config, const struct command *command,
                                 const char *path, struct arena *boot)
{
    static char bytes[TONGUES_COUNT][8192];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], sizeof bytes[0]),
                                      text_over(bytes[1], sizeof bytes[1])};
    if (path == NULL)
        return config_default(config, boot) == STATUS_OK ? EXIT_DONE : say_no_memory(command);
    enum status status = config_read(config, path, boot, why);
    if (status == STATUS_OK)
        return EXIT_DONE;
    if (status == STATUS_FULL)
        return say_no_memory(command);
    say_wrong("%s", why[command->tongue].at);
    return EXIT_INPUT;
}

/* What the partners' entries mean, too. */
static enum exit_code partners_check(const struct command *command, const struct config *config,
                                     struct arena *boot)
{
    static char bytes[TONGUES_COUNT][2048];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], sizeof bytes[0]),
                                      text_over(bytes[1], sizeof bytes[1])};
    struct partner_list *list;
    if (partners_read(&list, config, boot, why) == STATUS_OK)
        return EXIT_DONE;
    if (why[TONGUE_EN].size == 0)
        return say_no_memory(command);
    say_wrong("%s", why[command->tongue].at);
    return EXIT_INPUT;
}

enum exit_code verb_config_check(const struct command *command)
{
    static char shown[SHOWN_BYTES_MAX];
    struct arena *boot;
    struct config config;
    const char *path = command->operands_count == 0 ? NULL : command->operand[0];
    if (arena_create(&boot, CONFIG_BOOT_SIZE) != STATUS_OK)
        return say_no_memory(command);
    enum exit_code code = config_of_command(&config, command, path, boot);
    if (code == EXIT_DONE)
        code = partners_check(command, &config, boot);
    struct text text = text_over(shown, sizeof shown);
    if (code == EXIT_DONE && command_has(command, FLAG_json))
        text_add_config_json(&text, &config);
    else if (code == EXIT_DONE && (path == NULL || command_has(command, FLAG_explain)))
        text_add_config(&text, &config, command->tongue);
    else if (code == EXIT_DONE)
        text_addf(&text, command->tongue == TONGUE_ZH ? "%s：没有问题\n" : "%s: nothing is wrong\n",
                  path);
    arena_destroy(boot);
    if (code == EXIT_DONE && !say_on_out(text_slice(&text))) {
        COMPLAIN(command, "standard output cannot be written.", "无法写入标准输出。");
        return EXIT_FAILED;
    }
    return code;
}

enum exit_code verb_config_example(const struct command *command)
{
    static char shown[SHOWN_BYTES_MAX];
    struct text text = text_over(shown, sizeof shown);
    text_add_config_example(&text, command->tongue);
    must(!text.full);
    return outlet_put(command, command_value(command, FLAG_output), text_slice(&text));
}
