/* paths.h -- files and folders that the command names, as a list of files. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "command.h"

enum { FOLDERS_DEEP_MAX = 16 };

struct paths {
    uint32_t count;
    const char *at[FILES_MAX]; /* in the order of the bytes, within each path that was added */
};

/* Adds a file as it is, or of a folder, all files below it that end so.  EXIT_INPUT: said. */
enum exit_code paths_add(struct paths *paths, const struct command *command, const char *path,
                         const char *ending, struct arena *boot);
/* The folder of shipped things beside the program, like "rules", or of the source tree that it was
 * built in; false: there is none, `out` says where it would have been. */
bool path_shipped(const char *name, struct text *out);
bool path_is_folder(const char *path);
