/* backtest.h -- what a rule set would have been worth, where the truth is known.
 *
 * A backtest listens to a run -- truth rows, registers, events, findings, alerts -- and afterwards
 * says, for each typology and each rule, how much of the fraud was found, how much of what was
 * found was fraud, how soon, and how much of the victims' money could still have been stopped.
 * Every figure that is an estimate carries a 95 % interval.
 *
 * Definitions (docs and pages quote them):
 *  case         one (typology, subject).  A label of the truth is a typology.
 *  found        a case of the truth about which at least one alert of that typology was written.
 *  false        an alerted case that is not in the truth under that very label.  The confusion
 *               table shows what else such a subject was, if anything.
 *  precision    found / alerted cases;  recall = found / cases of the truth.  Wilson intervals.
 *  F1           2 found / (2 found + false + missed).  Bootstrap over cases, seeded.  Macro F1 is
 *               the plain mean of F1 over the labels that the truth holds.
 *  delay        first alert of the typology at or after the case's `time_first`, minus that time.
 *               Cases whose alerts all came before it count as found but have no delay ("early").
 *  false alert  an alert, first or repeat, about a subject that bears no label at all.  The rate
 *               is per 10,000 subjects and day.  Subjects are the persons of the register; without
 *               one, the different phones and accounts that the events name.  Days run from the
 *               first to the last event, at least one.
 *  victim money payments from an account of a victim, within the victim's first and last time, to
 *               an account that the truth calls mule, cash-out or runner.
 *  stoppable    A payment's money is stoppable at the moment A of the first alert, of whatever
 *               typology, about its payer or its payee that is not before that subject's
 *               `time_first`: all of it if it has not been paid by A, else what of it still lies
 *               on the payee's account at A.  What came in first goes out first; what has left
 *               that account counts as gone, wherever it is: the share is a lower bound.  The same
 *               is told for people who act 3, 10 and 30 minutes after A. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"
#include "ground/chance.h"

enum {
    BACKTEST_ROUNDS = 2000, /* of the bootstrap: its own error is then below 1 % of the interval */
    BACKTEST_REACTIONS = 4, /* 0, 3, 10 and 30 minutes */
    BACKTEST_EXAMPLES_MAX = 20, /* of each kind in a comparison */
    BACKTEST_TEXT_MAX = 8 << 20 /* bytes of a report in any of its forms */
};

extern const int64_t BACKTEST_REACTION_MS[BACKTEST_REACTIONS];

/* A figure with its 95 % interval; not known where nothing could be counted. */
struct estimate {
    bool known;
    double value, low, high;
};

struct case_counts {
    uint64_t found, false_ones, missed;
};

struct label_measures {
    struct case_counts cases;
    uint64_t found_by_any; /* cases of the truth whose subject was alerted under any typology */
    uint64_t alerts;       /* first and repeat */
    uint64_t false_alerts; /* of them about subjects without any label */
    struct estimate precision, recall, f1;
    uint64_t delays_count, early;
    int64_t delay_median_ms, delay_p90_ms;
};

/* By findings, not by alerts: a rule that always speaks second is a rule too. */
struct rule_measures {
    uint64_t findings, alerts;
    struct case_counts cases;
    uint64_t alone; /* found cases that no other rule found */
    struct estimate precision, recall;
};

struct money_measures {
    uint64_t victims, payments;
    int64_t total; /* minor units of the set's currency */
    int64_t stoppable[BACKTEST_REACTIONS];
    int64_t unpaid[BACKTEST_REACTIONS]; /* of that, what had not been paid yet */
    uint64_t other_currency;            /* payments left out */
};

struct backtest_report {
    const struct rule_set *set;
    struct digest image;
    uint64_t seed;
    uint64_t records, records_digest; /* the digest depends on every record and their order */
    moment from, until;
    double days; /* from the first to the last call, message or payment; at least 1 */
    uint64_t subjects;
    bool subjects_are_persons;
    uint64_t truth_rows, truth_ignored; /* ignored: the subject's kind does not fit the label */
    struct label_measures label[LABELS_COUNT];
    struct estimate macro_f1;
    uint64_t alerts, false_alerts;
    struct estimate false_alerts_rate; /* low and high are unset */
    /* Subjects by what they are (the last row: innocent) and what they were alerted for (the last
     * column: nothing).  Who bears two labels is counted in two rows. */
    uint64_t confusion[LABELS_COUNT + 1][LABELS_COUNT + 1];
    struct rule_measures *rule; /* by index of the rule */
    struct money_measures money;
};

struct backtest_options {
    const struct rule_set *set;
    uint64_t seed;
    size_t memory_max;
};

struct backtest;

/* Takes memory from boot, and at most about `memory_max` bytes besides. */
enum status backtest_create(struct backtest **out, const struct backtest_options *options,
                            struct arena *boot);
void backtest_destroy(struct backtest *backtest);
/* Records of all groups, in order; truth before the events.  STATUS_FULL. */
enum status backtest_take(struct backtest *backtest, const struct record *records, size_t count);
/* Where findings and alerts go in.  STATUS_FULL. */
struct finding_sink backtest_findings(struct backtest *backtest);
struct alert_sink backtest_alerts(struct backtest *backtest);
/* The report lives in `request`, and lends the rule set.  `registry` knows, at the end, who owns
 * which account.  STATUS_FULL. */
enum status backtest_report(struct backtest *backtest, const struct registry *registry,
                            struct arena *request, struct backtest_report **out);

/* An alerted case, as an example. */
struct case_example {
    enum label label;
    struct slice subject;
    struct slice rule; /* the first to write about it */
    moment at;
    bool in_truth;
};

struct case_change {
    uint64_t count, in_truth;
    uint32_t examples_count;
    struct case_example example[BACKTEST_EXAMPLES_MAX]; /* the earliest ones */
};

struct backtest_comparison {
    const struct backtest_report *theirs;
    struct case_change fresh, lost; /* alerted by ours alone, by theirs alone */
    uint64_t unchanged, unchanged_in_truth;
};

/* Compares the alerted cases of two backtests over the same records.  Examples lend from both;
 * `theirs` of the result is the caller's to set. */
enum status backtest_compare(const struct backtest *ours, const struct backtest *theirs,
                             struct arena *request, struct backtest_comparison *out);

struct backtest_view {
    enum tongue tongue; /* of the table; JSON and page speak both */
    bool unmask;
    int32_t zone_minutes;
    const char *program; /* "cutline 0.1.0" */
};

/* One JSON document, the same bytes for the same report.  `comparison` may be NULL in all three. */
void text_add_backtest_json(struct text *text, const struct backtest_report *report,
                            const struct backtest_comparison *comparison,
                            const struct backtest_view *view);
/* Tables for a terminal. */
void text_add_backtest_table(struct text *text, const struct backtest_report *report,
                             const struct backtest_comparison *comparison,
                             const struct backtest_view *view);
/* One HTML page in both languages that needs nothing but itself. */
void text_add_backtest_page(struct text *text, const struct backtest_report *report,
                            const struct backtest_comparison *comparison,
                            const struct backtest_view *view);
