/* yaml.h -- how the files of this room are read: keys by name, strictly. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/outline.h"

/* clang-format off */
enum teller_complaint {
#define COMPLAINT(name, en, zh) TELLER_COMPLAINT_##name,
#include "teller/complaints.inc"
#undef COMPLAINT
};
/* clang-format on */

enum status teller_complain(const struct outline *outline, outline_node node,
                            enum teller_complaint complaint);
/* Members of a map by name; `node[i]`: -1, absent.  A key that is not among them is complained
 * about. */
enum status teller_keys(const struct outline *outline, outline_node map, const char *const *keys,
                        unsigned count, outline_node *node);
/* A text with a NUL behind it; empty, if the node is absent and `must` is not. */
enum status teller_text(const struct outline *outline, outline_node node, struct arena *boot,
                        struct slice *out);
enum status teller_whole(const struct outline *outline, outline_node node, int64_t most,
                         int64_t *out);
/* A path beside the file that names it. */
enum status teller_path(const struct outline *outline, outline_node node, struct arena *boot,
                        struct slice *out);
