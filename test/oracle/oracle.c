/* oracle.c -- records in, findings out: docs/language.md, section 3 ("Late, early, double") and
 * section 5.
 *
 * Not chosen: anything that would make it faster. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle_inside.h"

#include <math.h>

enum status oracle_findings_add(struct oracle_findings *findings, struct oracle_finding **out)
{
    if (findings->count == findings->max) {
        size_t max = findings->max * 2 + 16;
        struct oracle_finding *more;
        TRY(ARENA_NEW(findings->arena, max, &more));
        if (findings->count > 0)
            memcpy(more, findings->at, findings->count * sizeof *more);
        findings->at = more;
        findings->max = max;
    }
    *out = &findings->at[findings->count++];
    return STATUS_OK;
}

/* ---- what a finding says ---- */

static double number_of(struct answer answer)
{
    return answer.known ? answer.number : (double)NAN;
}

static bool is_comparison(enum expr_kind kind)
{
    return kind == EXPR_EQUAL || kind == EXPR_UNEQUAL || kind == EXPR_LESS ||
           kind == EXPR_LESS_EQUAL || kind == EXPR_GREATER || kind == EXPR_GREATER_EQUAL;
}

static enum status keep(struct arena *arena, struct answer answer, struct slice *out)
{
    struct slice spelled = answer.known ? answer.spelled : SLICE("unknown");
    return slice_copy(arena, spelled, out);
}

static enum status say_condition(const struct view *view, const struct expr *expr,
                                 struct oracle_evidence *out)
{
    struct arena *arena = view->oracle->findings->arena;
    *out = (struct oracle_evidence){.compared = is_comparison(expr->kind)};
    if (!out->compared)
        return STATUS_OK;
    struct answer left = answer_of(view, expr->arg[0]);
    struct answer right = answer_of(view, expr->arg[1]);
    if (expr->arg[0]->type.class == TYPE_NAME) {
        TRY(keep(arena, left, &out->value_text));
        return keep(arena, right, &out->threshold_text);
    }
    out->value = number_of(left);
    out->threshold = number_of(right);
    return STATUS_OK;
}

static bool later(const struct record *a, const struct record *b)
{
    if (a->at.ms != b->at.ms)
        return a->at.ms > b->at.ms;
    return a->position > b->position;
}

/* The latest records of all features read, the latest first. */
struct latest {
    const struct record *at[POSITIONS_MAX + 1];
    size_t count;
};

static void latest_add(struct latest *latest, const struct record *record)
{
    for (size_t i = 0; i < latest->count; i++)
        if (latest->at[i] == record)
            return;
    size_t at = latest->count;
    if (latest->count < POSITIONS_MAX)
        latest->count++;
    for (; at > 0 && later(record, latest->at[at - 1]); at--)
        latest->at[at] = latest->at[at - 1];
    latest->at[at] = record;
}

static void look_at_flow(const struct view *view, const struct expr *flow, struct latest *latest,
                         bool *bounded)
{
    const struct said *said[FLOW_EVENTS_MAX];
    size_t count = flow_rests_on(view, flow, said, FLOW_EVENTS_MAX, bounded);
    for (size_t i = 0; i < count; i++)
        latest_add(latest, said[i]->record);
}

/* Looks at one read: which events it counted, and whether it would have counted more. */
static void look_at_read(const struct view *view, const struct expr *read, struct latest *latest,
                         bool *bounded)
{
    const struct events *events = &view->oracle->events[read->profile];
    const struct feature *feature =
        &view->oracle->set->profile[read->profile].feature[read->feature];
    ident entity = read_entity(view, read);
    size_t count = feature_events(view, read->profile, read->feature, entity);
    for (size_t i = 0; i < count; i++)
        latest_add(latest, events->order[i]->record);
    for (size_t i = 0; i < events->count; i++) {
        const struct event *event = &events->at[i];
        *bounded |= ident_equal(event->entity, entity) && event->fallen &&
                    event->record->at.ms > view->record->at.ms - feature->span_ms;
    }
}

static void look_at_reads(const struct view *view, const struct expr *expr, struct latest *latest,
                          bool *bounded)
{
    if (expr->kind == EXPR_READ)
        look_at_read(view, expr, latest, bounded);
    if (expr->kind == EXPR_FLOW)
        look_at_flow(view, expr, latest, bounded);
    if (expr->kind == EXPR_LET)
        look_at_reads(view, view->rule->let[expr->let].value, latest, bounded);
    for (uint32_t i = 0; i < expr->args_count; i++)
        look_at_reads(view, expr->arg[i], latest, bounded);
}

static void say_positions(const struct view *view, struct oracle_finding *finding)
{
    struct latest latest = {.count = 0};
    for (uint32_t i = 0; i < view->rule->conditions_count; i++)
        look_at_reads(view, view->rule->condition[i], &latest, &finding->bounded);
    finding->position[finding->positions_count++] = view->record->position;
    if (view->first != NULL)
        finding->position[finding->positions_count++] = view->first->position;
    for (size_t i = 0; i < latest.count; i++) {
        const struct record *record = latest.at[i];
        if (finding->positions_count < POSITIONS_MAX && record != view->record &&
            record != view->first)
            finding->position[finding->positions_count++] = record->position;
    }
}

static double score_of(const struct view *view)
{
    struct answer score = UNKNOWN;
    if (view->rule->score != NULL)
        score = answer_of(view, view->rule->score);
    if (!score.known)
        return 0.5;
    return score.number < 0 ? 0 : score.number > 1 ? 1 : score.number;
}

static enum grade grade_of(const struct view *view)
{
    for (uint32_t i = 0; i < view->rule->gradings_count; i++) {
        const struct grading *grading = &view->rule->grading[i];
        if (grading->when == NULL || is_true(answer_of(view, grading->when)))
            return grading->grade;
    }
    return GRADE_NONE;
}

static enum status say_finding(const struct view *view)
{
    const struct rule *rule = view->rule;
    struct oracle *oracle = view->oracle;
    struct answer subject = answer_of(view, rule->subject);
    if (!subject.known) {
        oracle->counts->subjectless++;
        return STATUS_OK;
    }
    struct oracle_finding *finding;
    TRY(oracle_findings_add(oracle->findings, &finding));
    *finding = (struct oracle_finding){
        .rule = (uint32_t)(rule - oracle->set->rule),
        .trigger = view->record->position,
        .at_ms = view->record->at.ms,
        .subject = subject.name,
        .score = score_of(view),
        .grade = grade_of(view),
        .evidence_count = rule->conditions_count,
    };
    TRY(keep(oracle->findings->arena, subject, &finding->subject_text));
    for (uint32_t i = 0; i < rule->conditions_count; i++)
        TRY(say_condition(view, rule->condition[i], &finding->evidence[i]));
    for (uint32_t i = 0; i < rule->against_count; i++)
        if (is_true(answer_of(view, rule->against[i].when)))
            finding->against[finding->against_count++] = i;
    say_positions(view, finding);
    oracle->counts->findings++;
    oracle->counts->seen.bounded += finding->bounded;
    return STATUS_OK;
}

/* ---- rules ---- */

static bool conditions_hold(const struct view *view)
{
    for (uint32_t i = 0; i < view->rule->conditions_count; i++)
        if (!is_true(answer_of(view, view->rule->condition[i])))
            return false;
    return true;
}

static enum status fire(const struct view *view)
{
    const struct rule *rule = view->rule;
    struct oracle *oracle = view->oracle;
    oracle->counts->fired[rule - oracle->set->rule]++;
    if (rule->subject != NULL)
        TRY(say_finding(view));
    struct mark wanted[MARKS_PER_RULE_MAX];
    unsigned count = 0;
    for (uint32_t i = 0; i < rule->marks_count; i++) {
        const struct marking *marking = &rule->mark[i];
        struct answer subject = answer_of(view, marking->subject);
        if (!subject.known || (marking->when != NULL && !is_true(answer_of(view, marking->when))))
            continue;
        wanted[count++] = (struct mark){.label = marking->label,
                                        .type = marking->subject->type.name,
                                        .name = subject.name,
                                        .set_ms = view->record->at.ms,
                                        .until_ms = view->record->at.ms + marking->span_ms,
                                        .weight = marking->weight};
    }
    for (unsigned i = 0; i < count; i++)
        TRY(told_add_mark(oracle, wanted[i]));
    return STATUS_OK;
}

/* The latest event of the entity before `before` (NULL: of all) that may be the first step. */
static const struct event *first_step(const struct view *view, const struct event *before)
{
    const struct sequence *sequence = &view->rule->sequence;
    const struct events *events = &view->oracle->events[sequence->profile];
    const struct event *latest = NULL;
    for (size_t i = 0; i < events->count; i++) {
        const struct event *event = &events->at[i];
        int64_t at_ms = event->record->at.ms, now_ms = view->record->at.ms;
        if (!ident_equal(event->entity, view->entity) || event->fallen ||
            event->record->kind != sequence->first_kind || event->arrival == view->arrival)
            continue;
        if (at_ms > now_ms || at_ms <= now_ms - sequence->within_ms)
            continue;
        /* Events come by arrival, so of equal times the later one is the later event. */
        if (before != NULL &&
            (at_ms > before->record->at.ms || (at_ms == before->record->at.ms && event >= before)))
            continue;
        if (latest == NULL || at_ms >= latest->record->at.ms)
            latest = event;
    }
    return latest;
}

static enum status try_entity(struct view *view)
{
    const struct event *first = NULL;
    while ((first = first_step(view, first)) != NULL) {
        view->first = first->record;
        if (!conditions_hold(view))
            continue;
        view->oracle->counts->seen.sequences_fired++;
        return fire(view);
    }
    return STATUS_OK;
}

static enum status try_sequence(struct view *view)
{
    const struct profile *profile = &view->oracle->set->profile[view->rule->sequence.profile];
    ident tried[PROFILE_KEYS_MAX * RECORD_NAMED_MAX];
    unsigned tried_count = 0;
    for (uint32_t k = 0; k < profile->keys_count; k++) {
        ident names[RECORD_NAMED_MAX];
        unsigned count = key_names(view->oracle, &profile->key[k], view->record, names);
        for (unsigned n = 0; n < count; n++) {
            unsigned i = 0;
            while (i < tried_count && !ident_equal(tried[i], names[n]))
                i++;
            if (i < tried_count)
                continue;
            tried[tried_count++] = names[n];
            view->entity = names[n];
            TRY(try_entity(view));
            view->first = NULL;
        }
    }
    return STATUS_OK;
}

static enum status judge(struct view *view)
{
    const struct rule_set *set = view->oracle->set;
    for (uint32_t r = 0; r < set->rules_count; r++) {
        view->rule = &set->rule[r];
        if (view->rule->on != view->record->kind)
            continue;
        if (view->rule->sequence.present)
            TRY(try_sequence(view));
        else if (conditions_hold(view))
            TRY(fire(view));
    }
    return STATUS_OK;
}

/* ---- records ---- */

static bool is_duplicate(const struct oracle *oracle, size_t arrival)
{
    const struct record *record = &oracle->records[arrival];
    for (size_t i = arrival; i-- > 0;) {
        const struct record *earlier = &oracle->records[i];
        if (oracle->ignored[i] || earlier->digest != record->digest)
            continue;
        return earlier->at.ms > oracle->counts->watermark_ms - (int64_t)DUPLICATE_HOURS * HOUR_MS;
    }
    return false;
}

static enum status take(struct oracle *oracle, size_t arrival)
{
    struct oracle_counts *counts = oracle->counts;
    const struct record *record = &oracle->records[arrival];
    bool first = counts->watermark_ms == MOMENT_NONE.ms;
    counts->records++;
    if (!first && is_duplicate(oracle, arrival)) {
        oracle->ignored[arrival] = true;
        counts->duplicates++;
        return STATUS_OK;
    }
    if (!first && record->at.ms < counts->watermark_ms - (int64_t)LATE_HOURS_MAX * HOUR_MS) {
        counts->late++;
        return STATUS_OK;
    }
    counts->seen.disorder += !first && record->at.ms < counts->watermark_ms;
    if (first || record->at.ms > counts->watermark_ms)
        counts->watermark_ms = record->at.ms;
    if (record->kind == RECORD_sim || record->kind == RECORD_account)
        TRY(registry_take(oracle->options.registry, record));
    struct view view = {.oracle = oracle, .arrival = arrival, .record = record};
    TRY(flow_hear(&view)); /* what features count may depend on it */
    TRY(told_feed(&view));
    TRY(judge(&view));
    oracle->marks_seen_count = oracle->marks_count;
    return STATUS_OK;
}

enum status oracle_run(const struct oracle_options *options, const struct record *records,
                       size_t records_count, struct arena *scratch,
                       struct oracle_findings *findings, struct oracle_counts *counts)
{
    struct oracle *oracle;
    TRY(ARENA_NEW(scratch, 1, &oracle));
    oracle->options = *options;
    oracle->set = options->set;
    oracle->records = records;
    oracle->scratch = scratch;
    oracle->findings = findings;
    oracle->counts = counts;
    counts->watermark_ms = MOMENT_NONE.ms;
    TRY(ARENA_NEW(scratch, records_count, &oracle->ignored));
    for (size_t i = 0; i < records_count; i++)
        TRY(take(oracle, i));
    return STATUS_OK;
}
