/* complain.h -- complaints about the files of this room, in both tongues. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/outline.h"

/* clang-format off */
enum answer_complaint {
#define COMPLAINT(name, en, zh) ANSWER_COMPLAINT_##name,
#include "answer/complaints.inc"
#undef COMPLAINT
};
/* clang-format on */

/* As outline_complain. */
enum status answer_complain(const struct outline *outline, outline_node node,
                            enum answer_complaint complaint);
/* Members of a map by name; what is not in `keys` is complained about.  `node[i]`: -1, absent. */
enum status answer_keys(const struct outline *outline, outline_node map, const char *const *keys,
                        unsigned count, outline_node *node);
enum status answer_whole(const struct outline *outline, outline_node node, int64_t *out);
enum status answer_yes(const struct outline *outline, outline_node node, bool *out);
/* `file` beside `path`, unless it begins with `/`; ends in NUL. */
enum status answer_beside(const char *path, struct slice file, struct arena *boot,
                          struct slice *out);
