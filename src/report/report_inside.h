/* report_inside.h -- the words of figures.inc as numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "report/report.h"

enum value {
    VALUE_ROWS,
    VALUE_AMOUNT,
    VALUE_PEOPLE,
    VALUE_SHARE,
    VALUE_WITHIN,
    VALUE_P50,
    VALUE_P90,
    VALUE_P99,
    VALUE_LONGEST
};
/* The benchmark of the article: an answer in three minutes. */
enum { WITHIN_S = 180 };

enum period {
    PERIOD_JAN_SEP,
    PERIOD_JAN_OCT,
    PERIOD_SINCE_SEP,
    PERIOD_YEAR,
    PERIOD_LAW_YEAR,
    PERIOD_FEB_20,
    PERIOD_ASKED
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

/* ---- tally.c ---- */

/* What a question wants of its rows. */
enum { WANTS_SPREAD = 1, WANTS_PERSONS = 2 };

enum status tally_take(struct tally *tally, unsigned wants, const struct ledger_block *block,
                       uint32_t at, struct arena *arena);
/* At most 1/64 too large. */
int64_t spread_at(const struct spread *spread, unsigned percent);

/* ---- ask.c ---- */

int32_t years_before(int32_t day, int32_t years);
struct civil civil_of_day(int32_t day);
/* A share of two counts, which the value of this figure is. */
bool value_is_share(const struct figure_entry *entry);
int64_t share_part(const struct figure_entry *entry, const struct tally *part);

/* ---- count.c ---- */

/* The value of the figure in such a tally: money in fen, times in begun units, a share's part. */
int64_t tally_value(const struct figure_entry *entry, const struct tally *tally);
