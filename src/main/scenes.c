/* scenes.c -- `cutline rules test`: the examples that rules ship with, played.
 *
 * The scenes are looked for in the operands, else where the rules are: a pattern's folder holds
 * both. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "outlet.h"
#include "ruleset.h"
#include "say.h"
#include "scene/scene.h"
#include "stop.h"

#include <limits.h>

enum { SCENES_SIZE_MAX = 1 << 30, RESULT_BYTES_MAX = 256 * 1024 };

struct rehearsal {
    const struct command *command;
    struct arena *arena;
    struct ruleset *ruleset;
    struct paths *scenes;
    struct outlet outlet;
    char *bytes;
    uint64_t played, passed, faults;
};

static enum status take_fault(void *self, const struct scene_fault *fault)
{
    struct rehearsal *rehearsal = self;
    struct text text = text_over(rehearsal->bytes, RESULT_BYTES_MAX);
    text_add_scene_fault(&text, fault, rehearsal->command->tongue);
    if (text.size == 0 || text.at[text.size - 1] != '\n')
        text_add_char(&text, '\n');
    say_on_err(text_slice(&text));
    rehearsal->faults++;
    return STATUS_OK;
}

static enum status take_result(void *self, const struct scene_result *result)
{
    struct rehearsal *rehearsal = self;
    rehearsal->played++;
    rehearsal->passed += result->passed;
    if (result->passed && command_has(rehearsal->command, FLAG_quiet))
        return STATUS_OK;
    struct text text = text_over(rehearsal->bytes, RESULT_BYTES_MAX);
    text_add_scene_result(&text, result, rehearsal->command->tongue);
    if (text.size == 0 || text.at[text.size - 1] != '\n')
        text_add_char(&text, '\n');
    TRY(outlet_write(&rehearsal->outlet, text_slice(&text)));
    return stop_asked() ? STATUS_STOPPED : STATUS_OK;
}

/* The operands, else what --rules names, else the folders of the house. */
static enum exit_code find_scenes(struct rehearsal *rehearsal)
{
    const struct command *command = rehearsal->command;
    struct paths *scenes = rehearsal->scenes;
    struct arena *arena = rehearsal->arena;
    enum exit_code code = EXIT_DONE;
    for (uint32_t i = 0; i < command->operands_count && code == EXIT_DONE; i++)
        code = paths_add(scenes, command, command->operand[i], ".scene", arena);
    if (command->operands_count != 0)
        return code;
    uint32_t from = 0;
    const char *path = command_next_value(command, FLAG_rules, &from);
    bool said = path != NULL;
    for (; path != NULL && code == EXIT_DONE; path = command_next_value(command, FLAG_rules, &from))
        if (path_is_folder(path))
            code = paths_add(scenes, command, path, ".scene", arena);
    if (said)
        return code;
    if (path_is_folder("rules"))
        return paths_add(scenes, command, "rules", ".scene", arena);
    char shipped[PATH_MAX];
    struct text text = text_over(shipped, sizeof shipped);
    struct slice copy;
    if (!path_shipped("rules", &text))
        return EXIT_DONE;
    if (slice_copy(arena, text_slice(&text), &copy) != STATUS_OK)
        return say_no_memory(command);
    return paths_add(scenes, command, copy.at, ".scene", arena);
}

static enum exit_code play_all(struct rehearsal *rehearsal)
{
    const struct command *command = rehearsal->command;
    struct scene_options options = {.set = rehearsal->ruleset->set};
    struct scene_sink sink = {take_fault, take_result, rehearsal};
    for (uint32_t i = 0; i < rehearsal->scenes->count; i++) {
        enum status status = scene_run(rehearsal->scenes->at[i], &options, &sink);
        if (status == STATUS_STOPPED) {
            COMPLAIN(command, "stopped.", "已中止。");
            return EXIT_STOPPED;
        }
        if (rehearsal->outlet.failed)
            return EXIT_FAILED; /* told when it is closed */
        if (status == STATUS_FULL)
            return say_no_memory(command);
        if (status != STATUS_OK && rehearsal->faults == 0) {
            COMPLAIN(command, "%s: failed: %s.", "%s：失败：%s。", rehearsal->scenes->at[i],
                     status_meaning(status));
            return EXIT_FAILED;
        }
    }
    return rehearsal->faults != 0 ? EXIT_INPUT : EXIT_DONE;
}

static enum exit_code rehearse(struct rehearsal *rehearsal)
{
    const struct command *command = rehearsal->command;
    enum exit_code code = ruleset_read(rehearsal->ruleset, command, rehearsal->arena);
    if (code == EXIT_DONE)
        code = find_scenes(rehearsal);
    if (code != EXIT_DONE)
        return code;
    if (rehearsal->scenes->count == 0) {
        COMPLAIN(command, "there are no scenes.", "没有场景。");
        return EXIT_INPUT;
    }
    code = outlet_open(&rehearsal->outlet, command, NULL);
    if (code != EXIT_DONE)
        return code;
    code = play_all(rehearsal);
    uint64_t failed = rehearsal->played - rehearsal->passed;
    struct text text = text_over(rehearsal->bytes, RESULT_BYTES_MAX);
    text_addf(&text,
              command->tongue == TONGUE_ZH ? "%llu 个场景：通过 %llu，未通过 %llu\n"
                                           : "%llu scenes: %llu passed, %llu failed\n",
              (unsigned long long)rehearsal->played, (unsigned long long)rehearsal->passed,
              (unsigned long long)failed);
    (void)outlet_write(&rehearsal->outlet, text_slice(&text)); /* told when it is closed */
    enum exit_code written = outlet_close(&rehearsal->outlet);
    if (code == EXIT_DONE)
        code = written;
    return code == EXIT_DONE && failed != 0 ? EXIT_FAILED : code;
}

enum exit_code verb_rules_test(const struct command *command)
{
    struct rehearsal rehearsal = {.command = command};
    stop_listen();
    enum exit_code code = EXIT_DONE;
    if (arena_create(&rehearsal.arena, SCENES_SIZE_MAX) != STATUS_OK ||
        ARENA_NEW(rehearsal.arena, 1, &rehearsal.ruleset) != STATUS_OK ||
        ARENA_NEW(rehearsal.arena, 1, &rehearsal.scenes) != STATUS_OK ||
        ARENA_NEW(rehearsal.arena, RESULT_BYTES_MAX, &rehearsal.bytes) != STATUS_OK)
        code = say_no_memory(command);
    if (code == EXIT_DONE)
        code = rehearse(&rehearsal);
    outlet_abandon(&rehearsal.outlet);
    arena_destroy(rehearsal.arena);
    return code;
}
