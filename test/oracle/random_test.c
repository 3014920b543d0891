/* random_test.c -- engine against oracle, over rule sets and streams drawn by lot.
 *
 *   PAIRS=10000  how many pairs       SEED=1  of the first; the next ones count on
 *   RECORDS=3000 in each stream; usually 20 to 150, sometimes 300
 *   MOVES=4      how often the engine is written down and read into another one
 *   PROBES=1     each record is asked about before it comes
 *
 * A pair that differs is made small and printed as a case with its seed: SEED=n PAIRS=1 does it
 * again, and the text in a file under cases/ keeps it for ever.
 * A test that tests nothing is worse than none: so at the end every aggregate with and without
 * roles and conditions, every construct of the language, and every odd thing of a stream must have
 * been met. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "shrink.h"
#include "weave.h"

#include <stdio.h>
#include <stdlib.h>

enum { RULES_SIZE = 1 << 18, CASE_SIZE = 1 << 18, PAIRS_USUAL = 10000, PAIRS_FOR_COVERAGE = 1000 };

/* What was met, over all pairs. */
struct met {
    uint64_t pairs, refused, with_findings, with_sequence, with_marks, with_bounded;
    uint64_t findings;
    uint64_t expr[EXPR_DIVIDE + 1];
    uint64_t function[FUNCTIONS_COUNT];
    struct oracle_seen seen;
    uint64_t duplicates, late, subjectless;
};

static void meet_expr(struct met *met, const struct expr *expr)
{
    if (expr == NULL)
        return;
    met->expr[expr->kind]++;
    if (expr->kind == EXPR_CALL)
        met->function[expr->function]++;
    for (uint32_t i = 0; i < expr->args_count; i++)
        meet_expr(met, expr->arg[i]);
}

static void meet_rule(struct met *met, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->lets_count; i++)
        meet_expr(met, rule->let[i].value);
    for (uint32_t i = 0; i < rule->conditions_count; i++)
        meet_expr(met, rule->condition[i]);
    for (uint32_t i = 0; i < rule->gradings_count; i++)
        meet_expr(met, rule->grading[i].when);
    for (uint32_t i = 0; i < rule->against_count; i++)
        meet_expr(met, rule->against[i].when);
    meet_expr(met, rule->score);
    meet_expr(met, rule->subject);
}

static void meet(struct met *met, const struct pair *pair)
{
    const struct rule_set *set = pair->set;
    const struct oracle_counts *counts = pair->counts;
    const struct oracle_seen *seen = &counts->seen;
    for (uint32_t i = 0; i < set->rules_count; i++)
        meet_rule(met, &set->rule[i]);
    for (uint32_t p = 0; p < set->profiles_count; p++)
        for (uint32_t f = 0; f < set->profile[p].features_count; f++) {
            meet_expr(met, set->profile[p].feature[f].value);
            meet_expr(met, set->profile[p].feature[f].where);
        }
    const uint64_t *from = (const uint64_t *)seen;
    uint64_t *to = (uint64_t *)&met->seen;
    for (size_t i = 0; i < sizeof *seen / sizeof *from; i++)
        to[i] += from[i];
    met->pairs++;
    met->findings += counts->findings;
    met->with_findings += counts->findings > 0;
    met->with_sequence += seen->sequences_fired > 0;
    met->with_marks += seen->marks_in_force > 0;
    met->with_bounded += seen->bounded > 0;
    met->duplicates += counts->duplicates;
    met->late += counts->late;
    met->subjectless += counts->subjectless;
}

static bool missing(const char *what, uint64_t count)
{
    if (count == 0)
        printf("never met: %s\n", what);
    return count == 0;
}

static bool something_missing(const struct met *met)
{
    static const char *const EXPRS[] = {
        "number", "name",   "unknown", "field", "let",  "read", "register",
        "mark",   "marked", "in list", "money", "in",   "call", "if",
        "is known", "not",  "negate",  "and",   "or",   "=",    "!=",
        "<",      "<=",     ">",       ">=",    "+",    "-",    "*",
        "/"};
    bool missed = false;
    for (unsigned i = 0; i <= EXPR_DIVIDE; i++)
        missed |= missing(EXPRS[i], met->expr[i]);
    for (unsigned i = 0; i < FUNCTIONS_COUNT; i++)
        missed |= missing(function_name((enum function)i), met->function[i]);
    for (unsigned i = 0; i < AGGREGATES_COUNT; i++)
        for (unsigned k = 0; k < 4; k++) {
            char what[64];
            (void)snprintf(what, sizeof what, "%s%s%s", aggregate_name((enum aggregate)i),
                           k >> 1 ? " as" : "", k & 1 ? " where" : "");
            missed |= missing(what, met->seen.reads[i][k >> 1][k & 1]);
        }
    missed |= missing("a sequence that fires", met->seen.sequences_fired);
    missed |= missing("a mark in force", met->seen.marks_in_force);
    missed |= missing("a bounded finding", met->seen.bounded);
    missed |= missing("an event with two roles", met->seen.several_roles);
    missed |= missing("a list of names that feeds", met->seen.several_reports);
    missed |= missing("a member of a list", met->seen.listed);
    missed |= missing("disorder", met->seen.disorder);
    missed |= missing("a duplicate", met->duplicates);
    missed |= missing("a late record", met->late);
    for (unsigned i = 0; i < FLOWS_COUNT; i++)
        missed |= missing(flow_name((enum flow_kind)i), met->seen.flows[i]);
    missed |= missing("money that came over several accounts", met->seen.carried);
    missed |= missing("a finding without subject", met->subjectless);
    return missed;
}

/* ---- one pair ---- */

struct trial {
    struct arena *arena;
    struct program program;
    struct stream stream;
    struct bounds bounds;
    struct manner manner;
    uint32_t records_count; /* 0: as it comes */
    uint32_t moves;
    bool probes;
    char rules[RULES_SIZE];
};

static void draw_bounds(struct trial *trial, struct chance *chance)
{
    static const uint32_t EVENTS[] = {2, 3, 3, 5, 8};
    static const uint32_t SMALL[] = {1, 2, 4, 32};
    static const unsigned THREADS[] = {1, 1, 1, 2, 4};
    static const uint32_t BATCHES[] = {1, 3, 7, 30, 300};
    static const int32_t ZONES[] = {480, 0, -210, 345};
    trial->bounds.events_max = 16384;
    if (chance_below(chance, 3) == 0)
        trial->bounds.events_max = EVENTS[chance_below(chance, 5)];
    trial->bounds.flow_accounts_max = chance_below(chance, 6) == 0 ? 3 : FLOW_ACCOUNTS_MAX;
    trial->bounds.small_max = SMALL[chance_below(chance, 4)];
    trial->bounds.zone_minutes = ZONES[chance_below(chance, 4)];
    trial->manner.threads = THREADS[chance_below(chance, 5)];
    trial->manner.batch_max = BATCHES[chance_below(chance, 5)];
    trial->manner.seed = chance_bits(chance);
    trial->manner.moves = trial->moves;
    trial->manner.probes = trial->probes;
}

/* Draws until the rules are understood. */
static enum outcome try_pair(struct trial *trial, struct pair *pair, uint64_t seed, struct met *met)
{
    struct chance chance = chance_seeded(seed);
    for (unsigned again = 0; again < 100; again++) {
        arena_reset(trial->arena);
        enum status status =
            weave(&trial->program, chance_branch(chance, 1000 + again), trial->arena);
        must(status == STATUS_OK);
        status = stream_draw(&trial->stream, trial->program.kinds, trial->records_count,
                             chance_branch(chance, 2), trial->arena);
        must(status == STATUS_OK);
        struct chance rest = chance_branch(chance, 3);
        draw_bounds(trial, &rest);
        struct text rules = text_over(trial->rules, sizeof trial->rules);
        text_add_program(&rules, &trial->program);
        must(!rules.full);
        enum outcome outcome =
            pair_run(pair, text_slice(&rules), &trial->stream, &trial->bounds, &trial->manner);
        if (outcome != PAIR_REFUSED)
            return outcome;
        met->refused++;
        if (getenv("SHOW") != NULL)
            printf("%s\n", pair->why.at);
    }
    return PAIR_REFUSED;
}

static void show_difference(struct trial *trial, struct pair *pair, uint64_t seed)
{
    static char bytes[CASE_SIZE];
    struct text text = text_over(bytes, sizeof bytes);
    printf("---- SEED=%llu PAIRS=1 RECORDS=%u (threads %u, batches to %u, events_max %u, small_max "
           "%u, zone "
           "%d)\n%s",
           (unsigned long long)seed, trial->records_count, trial->manner.threads,
           trial->manner.batch_max, trial->bounds.events_max, trial->bounds.small_max,
           trial->bounds.zone_minutes, pair->why.at);
    shrink(pair, &trial->program, &trial->stream, &trial->bounds, &trial->manner);
    text_add_case(&text, &trial->program, &trial->stream, &trial->bounds);
    printf("shrunk: %s%s", pair->why.at, bytes);
    fflush(stdout);
}

static uint64_t number_said(const char *name, uint64_t usual)
{
    const char *said = getenv(name);
    return said == NULL ? usual : strtoull(said, NULL, 10);
}

static double share(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

int main(void)
{
    static struct trial trial;
    static struct met met;
    struct pair pair;
    uint64_t pairs = number_said("PAIRS", PAIRS_USUAL);
    uint64_t seed = number_said("SEED", 1);
    trial.records_count = (uint32_t)number_said("RECORDS", 0);
    must(trial.records_count <= STREAM_RECORDS_MAX);
    trial.moves = (uint32_t)number_said("MOVES", 0);
    trial.probes = number_said("PROBES", 0) != 0;
    uint64_t differences_max = number_said("FAULTS", 3);
    uint64_t differences = 0;
    enum status status = pair_init(&pair);
    must(status == STATUS_OK);
    status = arena_create(&trial.arena, (size_t)64 << 20);
    must(status == STATUS_OK);
    for (uint64_t i = 0; i < pairs && differences < differences_max; i++) {
        switch (try_pair(&trial, &pair, seed + i, &met)) {
        case PAIR_SAME:
            meet(&met, &pair);
            break;
        case PAIR_DIFFERS:
            differences++;
            show_difference(&trial, &pair, seed + i);
            break;
        case PAIR_REFUSED:
            printf("SEED=%llu: no rule set was understood\n%s", (unsigned long long)(seed + i),
                   pair.why.at);
            differences++;
            break;
        }
    }
    printf("%llu pairs, %llu differ; %llu findings; with findings %.1f %%, sequence %.1f %%, marks "
           "%.1f %%, bounded %.1f %%; %llu drawn again\n",
           (unsigned long long)met.pairs, (unsigned long long)differences,
           (unsigned long long)met.findings, share(met.with_findings, met.pairs),
           share(met.with_sequence, met.pairs), share(met.with_marks, met.pairs),
           share(met.with_bounded, met.pairs), (unsigned long long)met.refused);
    bool poor = met.pairs >= PAIRS_FOR_COVERAGE &&
                (something_missing(&met) || share(met.with_findings, met.pairs) < 60 ||
                 share(met.refused, met.pairs) > 10);
    pair_release(&pair);
    arena_destroy(trial.arena);
    return differences == 0 && !poor ? 0 : 1;
}
