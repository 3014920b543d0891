/* oracle.h -- the rule language, done slowly.
 *
 * A second implementation of docs/language.md beside src/detect/engine and src/detect/window, and
 * sharing nothing with them: it keeps every record and every event for ever and works out each
 * answer from the first event on, each time it is asked.  What it says and what the engine says
 * must be the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine.h"

/* One condition as it was met: the sides of a comparison. */
struct oracle_evidence {
    bool compared;
    double value; /* of numbers and truths; unknown: NaN */
    double threshold;
    struct slice value_text; /* of names: the spelling; else empty */
    struct slice threshold_text;
};

/* What a finding says, in a form in which two of them can be compared. */
struct oracle_finding {
    uint32_t rule;
    uint64_t trigger; /* position */
    int64_t at_ms;
    ident subject;
    struct slice subject_text;
    double score;
    enum grade grade;
    bool bounded;
    uint32_t evidence_count;
    struct oracle_evidence evidence[CONDITIONS_MAX];
    uint32_t against_count;
    uint32_t against[AGAINST_MAX]; /* which ones are true */
    uint32_t positions_count;
    uint64_t position[POSITIONS_MAX];
};

struct oracle_findings {
    struct oracle_finding *at;
    size_t count;
    size_t max;
    struct arena *arena; /* of the findings and their texts */
};

/* A new finding at the end.  STATUS_FULL. */
enum status oracle_findings_add(struct oracle_findings *findings, struct oracle_finding **out);

struct oracle_options {
    const struct rule_set *set;
    struct registry *registry; /* rows are loaded; the oracle feeds it the events */
    int32_t zone_minutes;
    uint32_t events_max; /* ENTITY_EVENTS_MAX, or less for a test */
    uint32_t flow_events_max; /* FLOW_EVENTS_MAX and FLOW_ACCOUNTS_MAX, or less */
    uint32_t flow_accounts_max;
};

/* What was exercised, for those who must know that a test tested something. */
struct oracle_seen {
    /* aggregate, has roles, has where: read with an answer */
    uint64_t reads[AGGREGATES_COUNT][2][2];
    uint64_t sequences_fired;
    uint64_t marks_in_force;  /* asked for and found */
    uint64_t bounded;         /* findings */
    uint64_t several_roles;   /* events in which one record plays two */
    uint64_t several_reports; /* events of entities that a list of names fed */
    uint64_t listed;
    uint64_t flows[FLOWS_COUNT]; /* answers above zero */
    uint64_t carried;            /* money that came by more than one payment */
    uint64_t disorder;
};

struct oracle_counts {
    uint64_t records, duplicates, late, subjectless, findings;
    uint64_t fired[RULES_MAX];
    int64_t watermark_ms;
    struct oracle_seen seen;
};

/* Tells the findings of a whole stream.  `scratch` may be reset afterwards.  STATUS_FULL. */
enum status oracle_run(const struct oracle_options *options, const struct record *records,
                       size_t records_count, struct arena *scratch,
                       struct oracle_findings *findings, struct oracle_counts *counts);
