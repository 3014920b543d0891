/* law_look.h -- the packs that `cutline law …` looks at, and where its words go. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"
#include "law/law.h"

struct law_look {
    const struct command *command;
    struct arena *arena;
    struct law law;
    struct text text;
    struct text why[TONGUES_COUNT];
};

enum exit_code law_look_open(struct law_look *look, const struct command *command);
enum exit_code law_look_close(struct law_look *look, enum exit_code code);
/* What was written into the text, on standard output. */
enum exit_code law_look_show(const struct law_look *look);
/* The packs of a folder.  EXIT_INPUT: said. */
enum exit_code law_look_folder(struct law_look *look, const char *folder);
/* --law, else ./law, else what the program carries.  EXIT_INPUT: said. */
enum exit_code law_look_read(struct law_look *look);
