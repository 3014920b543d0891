/* judge.c -- from conditions to findings and marks.
 *
 * Of all rules the cheap conditions are asked over whole columns; few records pass.  The others of
 * a rule are then asked of those alone, one after the other, and what depends on marks at last, in
 * order.
 *
 * Invariants:  1. Candidates are judged in the order of the records, then of the rules' names.
 *              2. A rule's marks are set after its finding is made, and are seen by later records.
 * Not chosen:  asking everything of every record for the sake of what conditions have in common.
 *              Most rules let one record in a hundred through their first condition. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/judge.h"

#include "detect/engine/evidence.h"
#include "detect/engine/feed.h"
#include "detect/engine/outside.h"
#include "detect/engine/past.h"

/* ---- columns ---- */

/* Of these rows, in place, those where all conditions hold. */
static uint32_t rows_where(struct worker *worker, const struct trial *trial, uint16_t *row,
                           uint32_t count)
{
    struct frame frame = {.engine = worker->engine, .file = worker->file, .row = row};
    for (uint32_t i = 0; i < trial->count && count > 0; i++) {
        const struct program *program = &trial->program[i];
        frame.count = count;
        machine_run(program, &frame);
        const uint8_t *holds = result_truths(&frame, program->result[0]);
        count = 0;
        for (uint32_t k = 0; k < frame.count; k++) {
            row[count] = row[k];
            count += holds[k] == TRUE_;
        }
    }
    return count;
}

static void kind_plain(struct worker *worker, const struct kind_image *kind, const uint16_t *row,
                       uint32_t count)
{
    const struct image *image = worker->engine->image;
    struct frame frame = {
        .engine = worker->engine, .file = worker->file, .row = row, .count = count};
    machine_run(&kind->rules, &frame);
    for (uint32_t r = 0; r < kind->rules_count; r++) {
        const struct rule_image *rule = &image->rule[kind->rule[r]];
        uint16_t *passing = &worker->passing[(size_t)r * RECORD_BATCH_MAX];
        uint32_t passed = 0;
        const uint8_t *holds = NULL;
        if (rule->fires != NO_COLUMN)
            holds = result_truths(&frame, kind->rules.result[rule->fires]);
        for (uint32_t i = 0; i < count; i++) {
            passing[passed] = row[i];
            passed += holds == NULL || holds[i] == TRUE_;
        }
        worker->passed[r] = passed;
    }
    /* The registers are free again only now. */
    for (uint32_t r = 0; r < kind->rules_count; r++) {
        const struct rule_image *rule = &image->rule[kind->rule[r]];
        uint16_t *passing = &worker->passing[(size_t)r * RECORD_BATCH_MAX];
        uint32_t passed = rows_where(worker, &rule->after, passing, worker->passed[r]);
        for (uint32_t i = 0; i < passed; i++)
            worker->candidate[worker->candidates_count++] =
                (struct candidate){passing[i], kind->rule[r]};
    }
}

void judge_plain(struct worker *worker)
{
    const struct engine *engine = worker->engine;
    const struct batch *batch = &engine->batch;
    worker->candidates_count = 0;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        uint32_t count = batch->kind[kind].count;
        uint32_t from = count * worker->number / engine->threads;
        uint32_t to = count * (worker->number + 1) / engine->threads;
        if (to > from && engine->image->kind[kind].rules_count > 0)
            kind_plain(worker, &engine->image->kind[kind], batch->kind[kind].row + from, to - from);
    }
}

/* ---- one record, one rule ---- */

struct judging {
    struct engine *engine;
    const struct rule_image *rule;
    unsigned row;
    uint16_t rows[1];
    struct frame frame;
    uint64_t first_position; /* of a sequence's first step */
};

static bool holds(const struct judging *judging, const struct trial *trial)
{
    for (uint32_t i = 0; i < trial->count; i++) {
        const struct program *program = &trial->program[i];
        machine_run(program, &judging->frame);
        if (result_truths(&judging->frame, program->result[0])[0] != TRUE_)
            return false;
    }
    return true;
}

struct setting {
    ident name[MARKS_PER_RULE_MAX];
    bool set[MARKS_PER_RULE_MAX];
};

static void marks_ask(const struct judging *judging, struct setting *setting)
{
    const struct rule_image *rule = judging->rule;
    const struct frame *frame = &judging->frame;
    machine_run(&rule->marks, frame);
    for (uint32_t i = 0; i < rule->rule->marks_count; i++) {
        uint16_t subject = rule->marks.result[2 * i];
        uint16_t when = rule->marks.result[2 * i + 1];
        setting->name[i] = (ident){result_names(frame, subject)[0]};
        setting->set[i] = ident_known(setting->name[i]) &&
                          (when == NO_COLUMN || result_truths(frame, when)[0] == TRUE_);
    }
}

static enum status fire(const struct judging *judging)
{
    struct engine *engine = judging->engine;
    const struct rule *rule = judging->rule->rule;
    struct setting setting = {0}; /* the compiler cannot see that marks_ask fills it */
    if (engine->probe == NULL) /* its other counts are put back, these are a thousand */
        engine->counts.fired[rule - engine->image->set->rule]++;
    marks_ask(judging, &setting);
    if (rule->subject != NULL)
        TRY(evidence_give(engine, judging->rule, &judging->frame, judging->first_position));
    int64_t at_ms = engine->batch.record[judging->row]->at.ms;
    for (uint32_t i = 0; i < rule->marks_count; i++) {
        struct mark mark = {at_ms, at_ms + rule->mark[i].span_ms, rule->mark[i].weight};
        if (!setting.set[i] || engine->probe != NULL)
            continue;
        must(engine->wanted_count < engine->wanted_max);
        engine->wanted[engine->wanted_count++] =
            (struct wanted_mark){setting.name[i], judging->rule->mark_tag[i], mark};
    }
    return STATUS_OK;
}

/* Looks for the first step of a sequence among what the entity remembers, the latest first. */
static enum status sequence_try(struct judging *judging, const struct visit *visit)
{
    struct engine *engine = judging->engine;
    const struct sequence *sequence = &judging->rule->rule->sequence;
    const struct profile_image *profile = &engine->image->profile[sequence->profile];
    const struct record *record = engine->batch.record[judging->row];
    uint64_t first_bit = (uint64_t)1 << profile->kind_bit[sequence->first_kind];
    bool own = visit->to.kept; /* its own event is met first among those not later */
    struct past past;
    struct window_seen seen;
    past_init(&past, engine, sequence->profile, judging->row, visit->to.key);
    while (past_back(&past, &seen)) {
        if (seen.at_ms <= record->at.ms - sequence->within_ms)
            break;
        if (seen.at_ms > record->at.ms)
            continue;
        if (own) {
            own = false;
            continue;
        }
        if ((seen.flags & first_bit) == 0)
            continue;
        judging->frame.tried = visit;
        judging->frame.earlier = seen.value;
        if (!holds(judging, &judging->rule->tried))
            continue;
        judging->first_position = seen.position;
        return fire(judging);
    }
    return STATUS_OK;
}

static enum status judge(struct engine *engine, struct candidate candidate)
{
    struct judging judging = {
        .engine = engine,
        .rule = &engine->image->rule[candidate.rule],
        .row = candidate.row,
        .rows = {candidate.row},
    };
    judging.frame = (struct frame){
        .engine = engine, .file = engine->worker[0].file, .row = judging.rows, .count = 1};
    const struct sequence *sequence = &judging.rule->rule->sequence;
    if (!sequence->present)
        return holds(&judging, &judging.rule->late) ? fire(&judging) : STATUS_OK;
    const struct tending *tending = &engine->batch.tending[sequence->profile];
    uint32_t after = tending->after[candidate.row];
    for (uint32_t i = tending->first[candidate.row]; i < after; i++)
        if (tending->visit[i].look == NO_COLUMN && holds(&judging, &judging.rule->late))
            TRY(sequence_try(&judging, &tending->visit[i]));
    return STATUS_OK;
}

/* ---- the batch ---- */

/* Brings the workers' candidates into the order of the records; of one record they come by rule. */
static uint32_t candidates_sort(struct engine *engine)
{
    uint32_t first[RECORD_BATCH_MAX + 1];
    uint32_t count = 0;
    memset(first, 0, (engine->batch.count + 1) * sizeof *first);
    for (unsigned w = 0; w < engine->threads; w++) {
        const struct worker *worker = &engine->worker[w];
        for (uint32_t i = 0; i < worker->candidates_count; i++)
            first[worker->candidate[i].row + 1]++;
        count += worker->candidates_count;
    }
    for (uint32_t row = 0; row < engine->batch.count; row++)
        first[row + 1] += first[row];
    for (unsigned w = 0; w < engine->threads; w++) {
        const struct worker *worker = &engine->worker[w];
        for (uint32_t i = 0; i < worker->candidates_count; i++)
            engine->candidate[first[worker->candidate[i].row]++] = worker->candidate[i];
    }
    return count;
}

static enum status feed_serially(struct engine *engine, unsigned row)
{
    const struct rule_set *set = engine->image->set;
    for (uint32_t i = 0; i < set->profiles_count; i++)
        if (engine->image->profile[set->order[i]].level == LEVEL_SERIAL)
            TRY(feed_row(&engine->worker[0], set->order[i], row));
    return STATUS_OK;
}

/* No earlier than for the next record. */
static enum status marks_set(struct engine *engine)
{
    for (uint32_t i = 0; i < engine->wanted_count; i++) {
        const struct wanted_mark *wanted = &engine->wanted[i];
        TRY(marks_add(&engine->marks, wanted->name, wanted->tag, wanted->mark));
    }
    engine->wanted_count = 0;
    return STATUS_OK;
}

enum status judge_batch(struct engine *engine)
{
    uint32_t count = candidates_sort(engine);
    uint32_t at = 0;
    engine->wanted_count = 0;
    for (unsigned row = 0; row < engine->batch.count; row++) {
        if (engine->image->serials_count > 0)
            TRY(feed_serially(engine, row));
        else if (at == count)
            break;
        for (; at < count && engine->candidate[at].row == row; at++)
            TRY(judge(engine, engine->candidate[at]));
        TRY(marks_set(engine));
    }
    return STATUS_OK;
}
