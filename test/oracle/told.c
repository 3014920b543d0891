/* told.c -- what the oracle remembers of what it was told: events and marks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle_inside.h"

/* ---- marks ---- */

const struct mark *told_mark(const struct oracle *oracle, struct slice label, enum field_type type,
                             ident name, moment at)
{
    unsigned remembered = 0;
    for (size_t i = oracle->marks_seen_count; i-- > 0;) {
        const struct mark *mark = &oracle->mark[i];
        if (!slice_equal(mark->label, label) || mark->type != type ||
            !ident_equal(mark->name, name))
            continue;
        if (mark->set_ms < at.ms && at.ms <= mark->until_ms)
            return mark;
        if (++remembered == MARKS_REMEMBERED_MAX)
            return NULL;
    }
    return NULL;
}

enum status told_add_mark(struct oracle *oracle, struct mark mark)
{
    if (oracle->marks_count == oracle->marks_max) {
        size_t max = oracle->marks_max * 2 + 64;
        struct mark *more;
        TRY(ARENA_NEW(oracle->scratch, max, &more));
        if (oracle->marks_count > 0)
            memcpy(more, oracle->mark, oracle->marks_count * sizeof *more);
        oracle->mark = more;
        oracle->marks_max = max;
    }
    oracle->mark[oracle->marks_count++] = mark;
    return STATUS_OK;
}

/* ---- events ---- */

unsigned key_names(const struct oracle *oracle, const struct profile_key *key,
                   const struct record *record, ident names[RECORD_NAMED_MAX])
{
    if (key->kind != record->kind || !record_knows(record, key->field))
        return 0;
    const union value *value = &record->field[key->field];
    enum field_type type = kind_schema(key->kind)->fields[key->field].type;
    unsigned count = 0;
    unsigned named = field_held(type) == HELD_NAMES ? value->names->count : 1;
    for (unsigned i = 0; i < named; i++) {
        ident name = field_held(type) == HELD_NAMES ? value->names->at[i] : value->name;
        if (key->through)
            name = registry_through(oracle->options.registry, key->register_kind,
                                    key->register_field, name);
        if (ident_known(name))
            names[count++] = name;
    }
    return count;
}

static bool has_value(enum aggregate aggregate)
{
    return aggregate != AGGREGATE_count && aggregate != AGGREGATE_since;
}

/* Works out what the event is for each feature of its profile. */
static void judge_event(const struct view *view, const struct profile *profile, struct event *event)
{
    enum record_kind kind = view->record->kind;
    for (uint32_t f = 0; f < profile->features_count; f++) {
        const struct feature *feature = &profile->feature[f];
        if ((feature->kinds >> kind & 1) == 0 || (feature->roles & event->roles) == 0)
            continue;
        const struct expr *where = feature->where_of[kind];
        if (where != NULL && !is_true(answer_of(view, where)))
            continue;
        if (has_value(feature->aggregate)) {
            event->value[f] = answer_of(view, feature->value_of[kind]);
            if (!event->value[f].known)
                continue;
        }
        event->counted |= 1ull << f;
    }
}

/* The latest events_max events of the entity stay. */
static void let_fall(const struct oracle *oracle, struct events *events, ident entity)
{
    size_t kept = 0;
    struct event *oldest = NULL;
    for (size_t i = 0; i < events->count; i++) {
        struct event *event = &events->at[i];
        if (!ident_equal(event->entity, entity) || event->fallen)
            continue;
        kept++;
        if (oldest == NULL || event->record->at.ms < oldest->record->at.ms)
            oldest = event;
    }
    if (kept > oracle->options.events_max)
        oldest->fallen = true;
}

static enum status events_grow(struct events *events, struct arena *scratch)
{
    if (events->count < events->max)
        return STATUS_OK;
    size_t max = events->max * 2 + 64;
    struct event *more;
    TRY(ARENA_NEW(scratch, max, &more));
    if (events->count > 0)
        memcpy(more, events->at, events->count * sizeof *more);
    events->at = more;
    events->max = max;
    return ARENA_NEW(scratch, max, &events->order);
}

static bool is_first_step(const struct rule_set *set, unsigned profile, enum record_kind kind)
{
    for (uint32_t r = 0; r < set->rules_count; r++) {
        const struct sequence *sequence = &set->rule[r].sequence;
        if (sequence->present && sequence->profile == profile && sequence->first_kind == kind)
            return true;
    }
    return false;
}

/* One event for each entity that the record names in this profile. */
static enum status feed_profile(struct view *view, unsigned number)
{
    struct oracle *oracle = view->oracle;
    const struct profile *profile = &oracle->set->profile[number];
    struct events *events = &oracle->events[number];
    size_t first = events->count;
    for (uint32_t k = 0; k < profile->keys_count; k++) {
        ident names[RECORD_NAMED_MAX];
        unsigned count = key_names(oracle, &profile->key[k], view->record, names);
        for (unsigned n = 0; n < count; n++) {
            size_t i = first;
            while (i < events->count && !ident_equal(events->at[i].entity, names[n]))
                i++;
            if (i == events->count) {
                TRY(events_grow(events, oracle->scratch));
                events->at[events->count] = (struct event){
                    .entity = names[n], .arrival = view->arrival, .record = view->record};
                TRY(ARENA_NEW(oracle->scratch, profile->features_count,
                              &events->at[events->count].value));
                events->count++;
            }
            oracle->counts->seen.several_roles +=
                (events->at[i].roles & ~(1u << k)) != 0 && (events->at[i].roles >> k & 1) == 0;
            events->at[i].roles |= 1u << k;
        }
        oracle->counts->seen.several_reports += count > 1;
    }
    for (size_t i = first; i < events->count; i++) {
        struct event *event = &events->at[i];
        judge_event(view, profile, event);
        event->first_step = is_first_step(oracle->set, number, view->record->kind);
        bool remembered = event->counted != 0 || event->first_step;
        if (!remembered) { /* it only named the entity */
            *event = events->at[--events->count];
            i--;
        }
    }
    for (size_t i = first; i < events->count; i++)
        let_fall(oracle, events, events->at[i].entity);
    return STATUS_OK;
}

enum status told_feed(struct view *view)
{
    const struct rule_set *set = view->oracle->set;
    for (uint32_t p = 0; p < set->profiles_count; p++)
        TRY(feed_profile(view, set->order[p]));
    return STATUS_OK;
}
