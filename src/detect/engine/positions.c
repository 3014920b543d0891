/* positions.c -- the latest events behind the features that a rule's conditions read.
 *
 * Per entity all reads are looked at together, walking back from its latest event; of all entities
 * the latest events are kept, by time and then by position.
 *
 * Invariant:  what is added does not depend on how records were batched: events of later records
 *             are not there yet (past.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/positions.h"

#include "detect/engine/flow.h"
#include "detect/engine/outside.h"
#include "detect/engine/past.h"

struct dated {
    int64_t at_ms;
    uint64_t position;
};

/* The latest so far, the latest first. */
struct latest {
    uint32_t count;
    struct dated at[POSITIONS_MAX];
};

/* What is asked of one entity. */
struct asked {
    unsigned profile;
    uint64_t key;
    uint64_t flags[PROFILE_FEATURES_MAX];
    int64_t after_ms[PROFILE_FEATURES_MAX];
    uint32_t count;
    int64_t first_ms; /* the least of after_ms */
};

static bool is_later(struct dated a, struct dated b)
{
    return a.at_ms != b.at_ms ? a.at_ms > b.at_ms : a.position > b.position;
}

static void latest_add(struct latest *latest, struct dated dated)
{
    uint32_t at = 0;
    while (at < latest->count && is_later(latest->at[at], dated))
        at++;
    if (at == POSITIONS_MAX)
        return;
    if (at < latest->count && latest->at[at].position == dated.position &&
        latest->at[at].at_ms == dated.at_ms)
        return;
    if (latest->count < POSITIONS_MAX)
        latest->count++;
    memmove(&latest->at[at + 1], &latest->at[at], (latest->count - at - 1) * sizeof latest->at[0]);
    latest->at[at] = dated;
}

/* Whether one of these reads could not see an event that has fallen off; NULL: nothing else. */
static bool entity_add(const struct frame *frame, const struct asked *asked, struct latest *latest)
{
    const struct engine *engine = frame->engine;
    int64_t at_ms = engine->batch.record[frame->row[0]]->at.ms;
    struct past past;
    struct window_seen seen;
    past_init(&past, engine, asked->profile, frame->row[0], asked->key);
    bool bounded = past.fallen_ms > asked->first_ms;
    while (latest != NULL && past_back(&past, &seen) && seen.at_ms > asked->first_ms) {
        if (seen.at_ms > at_ms)
            continue;
        if (latest->count == POSITIONS_MAX && seen.at_ms < latest->at[POSITIONS_MAX - 1].at_ms)
            return bounded;
        bool counted = false;
        for (uint32_t i = 0; i < asked->count; i++)
            counted |= (seen.flags & asked->flags[i]) != 0 && seen.at_ms > asked->after_ms[i];
        if (counted)
            latest_add(latest, (struct dated){seen.at_ms, seen.position});
    }
    return bounded;
}

/* Whom a read was about; false: nobody that can be named. */
static bool entity_of(const struct frame *frame, const struct read_image *read, struct asked *asked)
{
    const struct look_image *look = &frame->engine->image->look[read->look];
    asked->profile = read->profile;
    if (look->key == NO_KEY) {
        machine_run(&look->key_program, frame);
        asked->key = result_names(frame, look->key_program.result[0])[0];
        return asked->key != 0;
    }
    const struct visit *visit = frame->tried;
    if (look->key != SEQUENCE_KEY)
        visit = visit_by_key(frame->engine, read->profile, frame->row[0], look->key);
    asked->key = visit == NULL ? 0 : visit->to.key;
    return visit != NULL;
}

static void ask(const struct frame *frame, const struct read_image *read, struct asked *asked)
{
    const struct window_feature *feature =
        &frame->engine->image->profile[read->profile].window.feature[read->feature];
    int64_t after_ms = frame->engine->batch.record[frame->row[0]]->at.ms - feature->span_ms;
    if (asked->count == 0 || after_ms < asked->first_ms)
        asked->first_ms = after_ms;
    if (asked->count == PROFILE_FEATURES_MAX)
        return;
    asked->flags[asked->count] = (uint64_t)1 << feature->bit;
    asked->after_ms[asked->count++] = after_ms;
}

/* Each entity is walked once, when it is first met; NULL as above. */
static bool entities_add(const struct rule_image *rule, const struct frame *frame,
                         struct latest *latest)
{
    const struct image *image = frame->engine->image;
    bool bounded = false;
    for (uint32_t i = 0; i < rule->reads_count; i++) {
        struct asked asked = {.count = 0};
        struct asked other;
        const struct read_image *read = &image->read[rule->read[i]];
        if (!entity_of(frame, read, &asked))
            continue;
        bool seen = false;
        for (uint32_t k = 0; k < rule->reads_count; k++) {
            const struct read_image *same = &image->read[rule->read[k]];
            if (same->profile != read->profile || !entity_of(frame, same, &other) ||
                other.key != asked.key)
                continue;
            seen |= k < i;
            ask(frame, same, &asked);
        }
        bounded |= !seen && entity_add(frame, &asked, latest);
    }
    return bounded;
}

/* The payments that the rule's questions about money rest on; NULL as above. */
static bool flows_add(const struct rule_image *rule, const struct frame *frame,
                      struct latest *latest)
{
    bool bounded = false;
    for (uint32_t i = 0; i < rule->flows_count; i++) {
        const struct flow_use *use = &rule->flow[i];
        uint32_t count;
        machine_run(&use->account, frame);
        uint64_t account = result_names(frame, use->account.result[0])[0];
        (void)flow_read(frame, use->flow, 0, account);
        bounded |= flow_bounded(frame->engine);
        const struct flow_entry *entry = flow_entries(frame->engine, &count);
        for (uint32_t k = 0; latest != NULL && k < count; k++)
            if (entry[k].counted)
                latest_add(latest, (struct dated){entry[k].at_ms, entry[k].position});
    }
    return bounded;
}

bool positions_bounded(const struct rule_image *rule, const struct frame *frame)
{
    const struct engine *engine = frame->engine;
    if (flows_add(rule, frame, NULL))
        return true;
    for (uint32_t i = 0; i < rule->reads_count; i++) {
        unsigned profile = engine->image->read[rule->read[i]].profile;
        for (unsigned s = 0; s < engine->threads; s++)
            if (window_lost(engine->shard[s].window[profile]))
                return entities_add(rule, frame, NULL);
    }
    return false;
}

bool positions_add(const struct rule_image *rule, const struct frame *frame,
                   struct finding *finding)
{
    struct latest latest = {.count = 0};
    bool bounded = entities_add(rule, frame, &latest);
    bounded |= flows_add(rule, frame, &latest);
    for (uint32_t i = 0; i < latest.count && finding->positions_count < POSITIONS_MAX; i++) {
        bool there = false;
        for (uint32_t k = 0; k < finding->positions_count; k++)
            there |= finding->position[k] == latest.at[i].position;
        if (!there)
            finding->position[finding->positions_count++] = latest.at[i].position;
    }
    return bounded;
}
