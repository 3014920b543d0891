/* law_look.c -- the packs that `cutline law …` looks at, and where its words go. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law_look.h"

#include "outlet.h"
#include "paths.h"
#include "say.h"

enum { LAW_SIZE_MAX = 256 << 20, LAW_TEXT_MAX = 4 << 20, WHY_BYTES_MAX = 8192 };

enum exit_code law_look_open(struct law_look *look, const struct command *command)
{
    char *bytes;
    *look = (struct law_look){.command = command};
    if (arena_create(&look->arena, LAW_SIZE_MAX) != STATUS_OK ||
        ARENA_NEW(look->arena, LAW_TEXT_MAX + TONGUES_COUNT * WHY_BYTES_MAX, &bytes) != STATUS_OK)
        return say_no_memory(command);
    look->text = text_over(bytes, LAW_TEXT_MAX);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        look->why[t] = text_over(bytes + LAW_TEXT_MAX + t * WHY_BYTES_MAX, WHY_BYTES_MAX);
    return EXIT_DONE;
}

enum exit_code law_look_close(struct law_look *look, enum exit_code code)
{
    arena_destroy(look->arena);
    return code;
}

enum exit_code law_look_show(const struct law_look *look)
{
    return look->text.full ? say_no_memory(look->command)
                           : outlet_put(look->command, NULL, text_slice(&look->text));
}

static enum exit_code said(struct law_look *look, enum status status)
{
    if (status == STATUS_OK)
        return EXIT_DONE;
    if (look->why[look->command->tongue].size == 0)
        return say_no_memory(look->command);
    say_wrong("%s", look->why[look->command->tongue].at);
    return EXIT_INPUT;
}

enum exit_code law_look_folder(struct law_look *look, const char *folder)
{
    return said(look, law_open(&look->law, folder, look->arena, look->why));
}

enum exit_code law_look_read(struct law_look *look)
{
    const char *path = command_value(look->command, FLAG_law);
    if (path == NULL && path_is_folder("law"))
        path = "law";
    if (path != NULL)
        return law_look_folder(look, path);
    return said(look, law_open_shipped(&look->law, look->arena, look->why));
}
