/* decide.c -- from what is known to an answer.
 *
 * The rules are asked what they would say if the record came now (engine_probe); the lists, the
 * marks and the desk are asked what is known already.  Each line of the policy whose conditions all
 * hold is a reason; the sternest of them is the answer.
 *
 * Invariants:  1. Nothing that is remembered changes.
 *              2. The same memory, request and policy give the same answer.
 *              3. No memory to ask the rules is no reason to let nothing be answered: the answer
 *                 says that it is `partly`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "screen/screen.h"

/* The findings that are worth a line: of each typology the highest score, and the highest grade. */
struct heard {
    bool any[LABELS_COUNT];
    double score[LABELS_COUNT];
    enum grade grade[LABELS_COUNT];
    char rule[LABELS_COUNT][SCREEN_NAME_SIZE];
    uint32_t count;
};

struct deciding {
    const struct pipeline *pipeline;
    const struct record *record;
    const struct heard *heard;
    struct screen_answer *answer;
};

bool screen_kind_of(const struct record *record, enum screen_kind *out)
{
    switch (record->kind) {
    case RECORD_call:
        *out = SCREEN_OF_call;
        return true;
    case RECORD_payment:
        *out = SCREEN_OF_payment;
        return true;
    case RECORD_sim:
    case RECORD_account:
        *out = SCREEN_OF_onboarding;
        return true;
    default:
        return false;
    }
}

static void name_put(char into[SCREEN_NAME_SIZE], struct slice name)
{
    size_t size = name.size < SCREEN_NAME_SIZE - 1 ? name.size : SCREEN_NAME_SIZE - 1;
    if (size > 0)
        memcpy(into, name.at, size);
    into[size] = '\0';
}

static enum status hear(void *self, const struct finding *finding)
{
    struct heard *heard = self;
    enum label label = finding->rule->label;
    heard->count++;
    if (!heard->any[label] || finding->score > heard->score[label]) {
        heard->score[label] = finding->score;
        name_put(heard->rule[label], finding->rule->name);
    }
    if (finding->grade > heard->grade[label])
        heard->grade[label] = finding->grade;
    heard->any[label] = true;
    return STATUS_OK;
}

/* ---- one line ---- */

static bool found(const struct deciding *deciding, const struct policy_line *line,
                  struct screen_reason *reason)
{
    const struct heard *heard = deciding->heard;
    bool any = false;
    for (unsigned label = 0; label < LABELS_COUNT; label++) {
        bool asked = !line->has_typology || line->typology == (enum label)label;
        if (!asked || !heard->any[label] || heard->score[label] < line->score ||
            heard->grade[label] < line->grade || (any && heard->score[label] <= reason->value))
            continue;
        any = true;
        reason->value = heard->score[label];
        name_put(reason->name, slice_of(heard->rule[label]));
    }
    return any;
}

static bool listed(const struct deciding *deciding, const struct policy_line *line, ident name,
                   enum field_type type, struct screen_reason *reason)
{
    moment at = deciding->record->at;
    if (!registry_lists(deciding->pipeline->registry, line->list, name, type, at))
        return false;
    name_put(reason->name, line->list);
    return true;
}

static bool marked(const struct deciding *deciding, const struct policy_line *line, ident name,
                   enum field_type type, struct screen_reason *reason)
{
    struct engine_mark mark;
    if (!engine_marked(deciding->pipeline->engine, name, type, line->mark, deciding->record->at,
                       &mark) ||
        mark.weight < line->weight)
        return false;
    reason->value = mark.weight;
    reason->since = mark.set;
    name_put(reason->name, line->mark);
    return true;
}

static bool stands(const struct deciding *deciding, const struct policy_line *line, ident name,
                   struct screen_reason *reason)
{
    struct alert_standing standing;
    if (!alert_desk_find(deciding->pipeline->desk, line->typology, name, &standing) ||
        standing.grade < line->standing)
        return false;
    if (line->standing_ms != INT64_MAX &&
        deciding->record->at.ms - standing.last.ms > line->standing_ms)
        return false;
    reason->value = (double)standing.grade;
    reason->since = standing.last;
    name_put(reason->name, slice_of(label_name(line->typology)));
    return true;
}

/* Later conditions of a line write over what earlier ones said; what is quoted is the last. */
static bool line_holds(const struct deciding *deciding, const struct policy_line *line,
                       struct screen_reason *reason)
{
    const struct record *record = deciding->record;
    *reason = (struct screen_reason){.line = line, .since = MOMENT_NONE};
    if (line->asks_finding && !found(deciding, line, reason))
        return false;
    if (line->list.size == 0 && line->mark.size == 0 && line->standing == GRADE_NONE)
        return true;
    unsigned field = line->field_of[record->kind];
    if (field == POLICY_NO_FIELD || !record_knows(record, field))
        return false;
    ident name = record->field[field].name;
    enum field_type type = kind_schema(record->kind)->fields[field].type;
    if (line->list.size > 0 && !listed(deciding, line, name, type, reason))
        return false;
    if (line->mark.size > 0 && !marked(deciding, line, name, type, reason))
        return false;
    return line->standing == GRADE_NONE || stands(deciding, line, name, reason);
}

static void lines_ask(const struct deciding *deciding, const struct policy_lines *lines)
{
    struct screen_answer *answer = deciding->answer;
    int64_t hold_ms = 0;
    for (uint32_t i = 0; i < lines->count; i++) {
        const struct policy_line *line = &lines->at[i];
        struct screen_reason *reason = &answer->reason[answer->reasons_count];
        if (!line_holds(deciding, line, reason))
            continue;
        answer->reasons_count++;
        if (line->word > answer->word)
            answer->word = line->word;
        if (line->hold_ms > hold_ms)
            hold_ms = line->hold_ms;
    }
    if (answer->word == SCREEN_hold)
        answer->until = (moment){answer->asked.ms + hold_ms};
}

void screen_decide(const struct policies *policies, struct pipeline *pipeline,
                   const struct screen_request *request, moment now, struct screen_answer *out)
{
    struct heard heard = {.count = 0};
    out->id[0] = '\0';
    out->word = SCREEN_allow;
    out->asked = now;
    out->until = MOMENT_NONE;
    out->reasons_count = 0;
    out->score = 0;
    out->sanction = request->sanction;
    bool known = screen_kind_of(request->record, &out->kind);
    must(known);
    enum status status = engine_probe(pipeline->engine, request->record,
                                      (struct finding_sink){.take = hear, .self = &heard});
    out->late = status == STATUS_LATE;
    out->partly = status != STATUS_OK && status != STATUS_LATE;
    out->findings = heard.count;
    for (unsigned label = 0; label < LABELS_COUNT; label++)
        if (heard.any[label] && heard.score[label] > out->score)
            out->score = heard.score[label];
    out->watermark = engine_watermark(pipeline->engine);
    const struct policy *policy = policies_find(policies, request->organisation);
    struct deciding deciding = {pipeline, request->record, &heard, out};
    if (policy != NULL)
        lines_ask(&deciding, &policy->of[out->kind]);
    if (request->barred) /* a determination of people stands: no policy lets it pass */
        out->word = SCREEN_block;
}
