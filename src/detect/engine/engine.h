/* engine.h -- where records meet rules and memory.
 *
 * Takes records in arrival order, in batches of any size, and gives findings to the sink, in
 * arrival order of the records that triggered them, then by name of the rule.  Same records +
 * same rules = same findings, byte for byte, for any number of threads and any batching.
 * docs/language.md defines what a rule means. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/explain.h"
#include "ground/dump.h"
#include "register/register.h"

struct engine;

/* One condition of a rule as it was met. */
struct evidence {
    struct slice condition; /* canonical source text */
    const struct expr *expr;
    bool compared; /* a comparison: value, threshold, comparison are set */
    enum expr_kind comparison;
    struct type type; /* of value and threshold */
    double value;     /* unused for names */
    double threshold;
    /* For people and JSON: "7", "26h", "5000.00", a spelling; "unknown" where it is. */
    struct slice value_text;
    struct slice threshold_text;
    const struct expr *read; /* the left side if it is a feature read, else NULL: for its label */
};

struct counter_evidence {
    const struct against *against;
    struct slice value_text; /* of its left side where it is a comparison, else empty */
};

struct finding {
    const struct rule_set *set;
    const struct rule *rule;
    const struct record *record; /* the trigger */
    moment at;
    ident subject;
    struct slice subject_text;
    double score;
    bool scored; /* by the rule; else it is the usual one: none is told, or it is unknown */
    enum grade grade;
    bool bounded;
    uint32_t evidence_count;
    struct evidence evidence[CONDITIONS_MAX];
    uint32_t against_count;
    struct counter_evidence against[AGAINST_MAX];
    /* The trigger's first, then that of a sequence's earlier step, then those of the latest events
     * that the conditions' features counted. */
    uint32_t positions_count;
    uint64_t position[POSITIONS_MAX];
};

/* Everything in a finding is lent until `take` returns. */
struct finding_sink {
    enum status (*take)(void *self, const struct finding *finding);
    void *self;
    /* Whether somebody will read the evidence; NULL: of every finding.  It is asked with rule,
     * record, subject, score and grade.  What is not wanted comes without evidence and
     * counter-evidence, with the trigger's and the first step's positions alone. */
    bool (*wants)(void *self, const struct finding *finding);
};

struct engine_options {
    const struct rule_set *set;
    struct registry *registry; /* the engine feeds it account and sim events, in order */
    unsigned threads;          /* 1 .. THREADS_MAX */
    size_t memory_max;         /* bytes for entities and duplicates; full is a status */
    int32_t zone_minutes;      /* for hour() and weekday() */
    struct finding_sink findings;
};

struct engine_counts {
    uint64_t records, duplicates, late, findings, subjectless, bounded, other_currency;
    uint64_t entities; /* live, over all profiles */
    uint64_t events;   /* remembered */
    uint64_t bytes;    /* of entity memory, all told */
    moment watermark;
    uint64_t fired[RULES_MAX]; /* by index of the rule; the last member (hold.h) */
};

/* Takes memory from boot.  STATUS_FULL. */
enum status engine_create(struct engine **out, const struct engine_options *options,
                          struct arena *boot);
/* Event records, in arrival order; lent until the call returns, so a batch of thousands costs
 * nothing more than many of one.  STATUS_FULL: memory_max; `records` of engine_count says how many
 * were taken, each of them wholly, and the call may be made again with the rest.  Any status of the
 * sink is handed back, and everything after it is refused with the same. */
enum status engine_take(struct engine *engine, const struct record *records, size_t count);
/* What the rules would say if this event came now, as the next record: the findings that
 * engine_take would give, with the record counted as what it is, the newest event.  Then all is as
 * before: no event, mark, double or count is left behind.  (Not counted, a rule on the fifth call
 * would let the fifth call pass.)  A double is answered as if it were none; the tie that a sim or
 * account event itself makes is not made.  One thread, between two calls of engine_take.
 * STATUS_LATE: it would not be counted; STATUS_FULL: no memory, or entities larger than
 * PROBE_BYTES_MAX; any status of the sink. */
enum status engine_probe(struct engine *engine, const struct record *record,
                         struct finding_sink sink);
/* The mark in force on the name for records after that time. */
struct engine_mark {
    double weight;
    moment set, until;
};
/* false: none of that label, or no rule sets or asks for it. */
bool engine_marked(const struct engine *engine, ident name, enum field_type type,
                   struct slice label, moment at, struct engine_mark *out);
/* The newest event time so far; MOMENT_NONE: nothing was taken yet. */
moment engine_watermark(const struct engine *engine);
void engine_count(const struct engine *engine, struct engine_counts *out);
void engine_destroy(struct engine *engine);

/* What each profile of the set takes to remember, by the layout that an engine gives it.
 * STATUS_FULL: the arena. */
enum status engine_memory(const struct rule_set *set, struct memory_cost *of_profile,
                          struct arena *scratch);

/* ---- memory as bytes: snapshots, and a new rule set that takes over what did not change ----
 *
 * What is written is what is remembered, not how: the events of each entity in their order, marks,
 * duplicates, spellings, watermark and counts.  Engines that would answer alike from here on write
 * the same bytes, whatever their threads, batches and history.  What nobody can see any more is
 * left out. */

/* Between two batches, and in a child forked between two.  Takes no memory.  Its status is that of
 * dump_end. */
void engine_export(const struct engine *engine, struct dump *dump);

/* Which profiles and labels of the engine's own rule set were taken over. */
struct engine_taken {
    bool profile[PROFILES_MAX];
};

/* Replaces what the engine remembers by what the dump holds; with NULL it is read past.
 *
 * A profile is taken over if the dump has one of equal engine_profile_digest, else it stays as it
 * is; so do marks of labels that the dump does not know.  Watermark, duplicates and counts are
 * replaced, spellings added; counts of rules go by their names.  STATUS_MALFORMED, STATUS_FULL, or
 * what the source says: the engine is good for nothing but engine_destroy.  `taken` may be NULL. */
enum status engine_import(struct engine *engine, struct undump *undump, struct engine_taken *taken);

/* What a profile's events are and mean, with all that this depends on: equal digests, equal memory.
 * Of a profile that asks for marks the whole rule set is a part. */
const struct digest *engine_profile_digest(const struct engine *engine, uint32_t profile);
