/* policies.c -- `cutline screen …`: what is answered while it rings, checked before it is in force.
 *
 * A policy that a service refuses at its start is found here first, with line and reason. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "ground/disk.h"
#include "ground/outline.h"
#include "ruleset.h"
#include "say.h"
#include "screen/screen.h"

enum { POLICY_BOOT_SIZE = 64 << 20, WHY_BYTES_MAX = 64 * 1024, SHOWN_MAX = 1024 * 1024 };

static const char SHIPPED[] = "default.yaml";

/* `path` NULL: the policy inside the program.  What is wrong, or only doubtful, is said. */
static enum exit_code check(const struct command *command, const char *path, struct arena *boot,
                            struct text *shown)
{
    static char bytes[TONGUES_COUNT][WHY_BYTES_MAX];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], sizeof bytes[0]),
                                      text_over(bytes[1], sizeof bytes[1])};
    struct policies policies;
    struct slice text = policy_shipped();
    enum disk_fault fault = DISK_FAILED;
    if (path != NULL && disk_read_all(path, OUTLINE_BYTES_MAX, boot, &text, &fault) != STATUS_OK) {
        complain_fault(command, path, fault);
        return EXIT_INPUT;
    }
    const char *name = path == NULL ? SHIPPED : path;
    enum status status = policies_read(&policies, name, text, boot, why);
    if (status == STATUS_FULL)
        return say_no_memory(command);
    if (why[command->tongue].size > 0)
        say_wrong("%s", why[command->tongue].at);
    if (status != STATUS_OK)
        return EXIT_INPUT;
    if (command_has(command, FLAG_explain))
        text_add_policies(shown, &policies, command->tongue);
    else if (policies.warnings == 0)
        text_addf(shown, command->tongue == TONGUE_ZH ? "%s：没有问题\n" : "%s: nothing is wrong\n",
                  name);
    return EXIT_DONE;
}

enum exit_code verb_screen_check(const struct command *command)
{
    static char bytes[SHOWN_MAX];
    struct text shown = text_over(bytes, sizeof bytes);
    enum exit_code worst = EXIT_DONE;
    struct arena *boot;
    if (arena_create(&boot, POLICY_BOOT_SIZE) != STATUS_OK)
        return say_no_memory(command);
    for (uint32_t i = 0; i == 0 || i < command->operands_count; i++) {
        const char *path = command->operands_count == 0 ? NULL : command->operand[i];
        enum exit_code code = check(command, path, boot, &shown);
        worst = code == EXIT_DONE ? worst : code;
        arena_reset(boot);
    }
    arena_destroy(boot);
    if (!say_on_out(text_slice(&shown))) {
        COMPLAIN(command, "standard output cannot be written.", "无法写入标准输出。");
        return EXIT_FAILED;
    }
    return worst;
}
