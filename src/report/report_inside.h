/* report_inside.h -- the words of figures.inc as numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "report/report.h"

enum value { VALUE_ROWS, VALUE_AMOUNT, VALUE_LONGEST, VALUE_SHARE };
enum period {
    PERIOD_JAN_SEP,
    PERIOD_JAN_OCT,
    PERIOD_SINCE_SEP,
    PERIOD_YEAR,
    PERIOD_LAW_YEAR,
    PERIOD_FEB_20
};
enum compare { COMPARE_NONE, COMPARE_GROWTH, COMPARE_CHANGE, COMPARE_SHARES };

struct fact_entry {
    const char *id;
    enum section section;
    const char *pack, *entry;
    int what;
    struct saying says;
};
extern const struct fact_entry FACTS[FACTS_COUNT];

struct section_entry {
    const char *figure; /* its id; empty: none is named */
    struct saying says;
};
extern const struct section_entry SECTIONS[SECTIONS_COUNT];

void report_facts(struct report *report);
/* The small ones, and what they could be worked out from. */
void report_hide(struct report *report);
