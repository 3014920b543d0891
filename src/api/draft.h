/* draft.h -- rules that somebody hands in, compiled for the length of one request. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/api_inside.h"
#include "detect/rule/rule.h"

struct draft {
    struct arena *image;
    struct rule_file *file;
    uint32_t files_count;
    struct diags diags;
    const struct rule_set *set;
    char hex[DIGEST_HEX_SIZE];
};

/* The body's `files`, or those of the `version` of the book that it names.  STATUS_MALFORMED: a
 * path, or errors in `diags`; STATUS_ABSENT: no such version. */
enum status draft_compile_asked(struct visit *visit, struct draft *draft);
/* What is wrong with the rules, as a problem with all diagnostics. */
void draft_wrong(struct visit *visit, const struct draft *draft);
void draft_release(struct draft *draft);
