/* help.h -- what the program can do, told in three forms from one table. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"

#ifndef CUTLINE_VERSION
#define CUTLINE_VERSION "0.0.0"
#endif
#define CUTLINE_DATE "2026-03-02" /* of this version, for the man page */

/* All verbs in short. */
void text_add_help(struct text *text, enum tongue tongue);
/* One verb with its flags. */
void text_add_verb_help(struct text *text, enum verb verb, enum tongue tongue);
/* The verbs that begin with this word, like `rules`; false: none does. */
bool text_add_group_help(struct text *text, const char *word, enum tongue tongue);
/* cutline.1, in the macros of man(7). */
void text_add_manual(struct text *text, enum tongue tongue);
/* The completion scripts. */
void text_add_bash_completion(struct text *text);
void text_add_zsh_completion(struct text *text);
