/* rule.h -- what we look for: the face of the rule language.
 *
 * Source text goes in, a checked tree (syntax.h) or a list of diagnostics comes out.  What the tree
 * becomes to run is the engine's; what it says in words is explain.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/diag.h"
#include "detect/rule/syntax.h"

/* Compiles the files (their `path` and `source` are lent for the life of `image`) into one checked
 * rule set.  Diagnostics, also warnings, are added to `diags` by place; their words live in
 * `image`. STATUS_MALFORMED: at least one error; `*out` untouched.  STATUS_FULL: the arena is too
 * small. */
enum status rules_check(const struct rule_file *files, uint32_t files_count, struct arena *image,
                        struct diags *diags, const struct rule_set **out);

/* The canonical text of one file: what `cutline rules fmt` writes; comments are kept.  Formatting
 * twice gives the same bytes.  STATUS_MALFORMED: it does not parse (see diags).  Gives into the
 * arena. */
enum status rules_format(struct slice source, struct slice path, struct arena *scratch,
                         struct diags *diags, struct slice *out);

/* Canonical source text of an expression, on one line, as quoted in evidence.  `rule` is NULL for
 * an expression of a feature. */
void text_add_expr(struct text *text, const struct rule_set *set, const struct rule *rule,
                   const struct expr *expr);

/* BLAKE2b of the canonical meaning (comments, layout and the order of files do not count): the
 * image hash of every alert.  It was made by rules_check; nothing is taken from scratch. */
void rules_digest(const struct rule_set *set, struct arena *scratch, struct digest *out);
