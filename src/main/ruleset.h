/* ruleset.h -- rules, found, read and compiled. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/rule.h"
#include "ground/checksum.h"
#include "ground/disk.h"
#include "paths.h"

struct ruleset {
    struct arena *arena; /* paths, sources and image; the caller's */
    struct paths paths;
    struct rule_file file[FILES_MAX];
    struct diags diags;
    const struct rule_set *set;
    struct digest image;
};

/* The name that a file has in the book: the last two parts of its path, or what there is of it. */
struct slice ruleset_name(struct slice path);
/* Finds the rules that `--rules`, or else the folders of the house, hold.  EXIT_INPUT: said. */
enum exit_code ruleset_find(struct ruleset *ruleset, const struct command *command,
                            struct arena *arena);
/* The same for one path. */
enum exit_code ruleset_find_at(struct ruleset *ruleset, const struct command *command,
                               const char *path, struct arena *arena);
/* Reads and checks what was found.  EXIT_INPUT: a file cannot be read, or rules are wrong; the
 * first is said, the second stands in `diags`, `*checked` tells them apart. */
enum exit_code ruleset_check(struct ruleset *ruleset, const struct command *command, bool *checked);
/* Shows all diagnostics on standard error. */
void ruleset_show_diags(const struct ruleset *ruleset, const struct command *command);
/* All of it: find, check, show errors, or say how many warnings there are.  EXIT_INPUT: said. */
enum exit_code ruleset_read(struct ruleset *ruleset, const struct command *command,
                            struct arena *arena);
/* The same for one path. */
enum exit_code ruleset_read_from(struct ruleset *ruleset, const struct command *command,
                                 const char *path, struct arena *arena);
/* Why a file could not be opened, in one sentence. */
void complain_fault(const struct command *command, const char *path, enum disk_fault fault);
