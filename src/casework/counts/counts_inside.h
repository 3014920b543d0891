/* counts_inside.h -- a line of rows.inc, as it is looked up. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/counts/counts.h"

#include <stdatomic.h>

enum { COUNTS_RULES_MAX = 96, COUNTS_BATCH_MAX = 256 };

struct counts_rule {
    const char *kind, *step, *series, *times, *amount, *type, *marks, *when;
    bool once;
};
extern const struct counts_rule COUNTS_RULES[];
extern const unsigned COUNTS_RULES_COUNT;

struct counts {
    struct counts_options options;
    moment opened;
    _Atomic uint64_t rows;
};

/* What a rule makes of a change. */
struct counts_made {
    int64_t times, amount;
    uint64_t person;
    uint32_t region;
    struct slice type;
    char marks[COUNTS_WORDS_SIZE];
};

/* Whether the change is such a row, and which. */
enum status counts_make(struct counts *counts, const struct counts_rule *rule,
                        const struct work_happened *what, const struct work_item *item,
                        struct counts_made *out, bool *is);
/* The next word of a text of words between blanks; empty: no more. */
struct slice counts_word(struct slice *rest);
/* MALFORMED: the rule names what the kind has not. */
enum status counts_rule_check(const struct work *work, const struct counts_rule *rule,
                              struct text *why);
