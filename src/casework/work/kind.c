/* kind.c -- a kind's table, held against the rules of kind.h, found in by name, and told.
 *
 * The table is a graph of states; what is asked of it is asked by walking masks until nothing is
 * added, which takes at most as many rounds as there are states.
 *
 * Invariant:   A table that passes can neither trap an item (every state that is no end leads to
 *              one) nor forget it (every clock ends in a step of the machine). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

#define MASK_OF(count) ((count) >= 64 ? UINT64_MAX : WORK_BIT(count) - 1)

struct kind_check {
    const struct work_kind *kind;
    struct text *why;
    uint64_t states, ends, fields;
};

[[gnu::format(printf, 2, 3)]] static bool wrong(struct kind_check *check, const char *form, ...)
{
    char bytes[256];
    va_list arguments;
    va_start(arguments, form);
    int size = vsnprintf(bytes, sizeof bytes, form, arguments);
    va_end(arguments);
    must(size >= 0);
    text_addf(check->why, "the kind of work \"%s\": %s",
              check->kind->name == NULL ? "?" : check->kind->name, bytes);
    return false;
}

static bool name_fits(const char *name)
{
    size_t size = name == NULL ? 0 : strlen(name);
    if (size == 0 || size > WORK_NAME_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
              name[i] == '_'))
            return false;
    return true;
}

static bool says_fits(const struct saying *says)
{
    for (unsigned i = 0; i < TONGUES_COUNT; i++)
        if (says->in[i] == NULL || says->in[i][0] == '\0')
            return false;
    return true;
}

/* The i-th name of a list of the table, for any of its lists. */
static const char *name_at(const struct work_kind *kind, unsigned list, unsigned i,
                           const struct saying **says)
{
    switch (list) {
    case 0:
        *says = &kind->state[i].says;
        return kind->state[i].name;
    case 1:
        *says = &kind->step[i].says;
        return kind->step[i].name;
    case 2:
        *says = &kind->field[i].says;
        return kind->field[i].name;
    default:
        *says = &kind->clock[i].says;
        return kind->clock[i].name;
    }
}

static bool names_check(struct kind_check *check)
{
    static const char *const WHAT[] = {"state", "step", "field", "clock"};
    const struct work_kind *kind = check->kind;
    const unsigned counts[] = {kind->states_count, kind->steps_count, kind->fields_count,
                               kind->clocks_count};
    const unsigned most[] = {WORK_STATES_MAX, WORK_STEPS_MAX, WORK_FIELDS_MAX, WORK_CLOCKS_MAX};
    if (!name_fits(kind->name) || !says_fits(&kind->says))
        return wrong(check, "it wants a name of a-z 0-9 _, and to be said in both tongues");
    for (unsigned list = 0; list < 4; list++) {
        if (counts[list] > most[list])
            return wrong(check, "%u %ss are more than %u", counts[list], WHAT[list], most[list]);
        for (unsigned i = 0; i < counts[list]; i++) {
            const struct saying *says = NULL;
            const struct saying *other = NULL;
            const char *name = name_at(kind, list, i, &says);
            if (!name_fits(name))
                return wrong(check, "%s %u wants a name of a-z 0-9 _", WHAT[list], i);
            if (!says_fits(says))
                return wrong(check, "the %s \"%s\" is not said in both tongues", WHAT[list], name);
            for (unsigned j = 0; j < i; j++)
                if (strcmp(name, name_at(kind, list, j, &other)) == 0)
                    return wrong(check, "there are two %ss \"%s\"", WHAT[list], name);
        }
    }
    return kind->states_count > 0 || wrong(check, "it has no state");
}

static bool fields_check(struct kind_check *check)
{
    const struct work_kind *kind = check->kind;
    for (unsigned i = 0; i < kind->fields_count; i++) {
        const struct work_field *field = &kind->field[i];
        bool word = field->type == WORK_WORD;
        if ((unsigned)field->type >= WORK_TYPES_COUNT)
            return wrong(check, "the field \"%s\" has no type", field->name);
        if (word != (field->choices != NULL && field->choices[0] != '\0'))
            return wrong(check, "the field \"%s\" %s", field->name,
                         word ? "is a word, but has no choices" : "has choices, but is no word");
        if ((field->told & ~(WORK_TO_ANYBODY)) != 0)
            return wrong(check, "the field \"%s\" is told to a kind of organisation that is none",
                         field->name);
        if (field->searched && field->type == WORK_LIST)
            return wrong(check, "the field \"%s\" cannot be searched for", field->name);
    }
    if (((kind->first_must | kind->first_may) & ~check->fields) != 0)
        return wrong(check, "a new item brings a field that is not there");
    if ((kind->key_fields & ~check->fields) != 0)
        return wrong(check, "a field that is not there makes two items the same");
    for (unsigned i = 0; i < WORK_STATES_MAX; i++)
        if ((kind->sealed & WORK_BIT(i)) != 0 && (i >= kind->states_count || !kind->state[i].end))
            return wrong(check, "a state that is no end is sealed");
    if ((kind->creators & ~ROLES_OF_PEOPLE) != 0)
        return wrong(check, "its creators are roles of people");
    if (kind->lease_ms < 0 || kind->merge_ms < 0)
        return wrong(check, "a span is negative");
    return true;
}

static bool step_check(struct kind_check *check, const struct work_step *step)
{
    const struct work_kind *kind = check->kind;
    bool machine = step->hand == WORK_BY_MACHINE;
    if (step->from == 0 || (step->from & ~check->states) != 0)
        return wrong(check, "the step \"%s\" starts in no state, or in one that is not there",
                     step->name);
    if (step->to != WORK_STAYS && step->to >= kind->states_count)
        return wrong(check, "the step \"%s\" leads to a state that is not there", step->name);
    if (((step->must | step->may) & ~check->fields) != 0)
        return wrong(check, "the step \"%s\" brings a field that is not there", step->name);
    if (step->to != WORK_STAYS && !step->reopens && (step->from & check->ends) != 0)
        return wrong(check, "the step \"%s\" leads out of an end, and does not say that it reopens",
                     step->name);
    if (step->reopens && ((step->from & ~check->ends) != 0 || step->to == WORK_STAYS ||
                          (WORK_BIT(step->to) & check->ends) != 0))
        return wrong(check, "the step \"%s\" reopens: it leads from ends to a state that is none",
                     step->name);
    if (machine && (step->roles != 0 || step->held || step->approval != WORK_ALONE))
        return wrong(check, "the step \"%s\" is the machine's: no roles, no holder, no approval",
                     step->name);
    if ((step->roles & ~ROLES_OF_EVERYBODY) != 0)
        return wrong(check, "the step \"%s\" is for roles that are none", step->name);
    if (step->held && kind->lease_ms == 0)
        return wrong(check, "the step \"%s\" wants a holder, but nothing can be held", step->name);
    return true;
}

static bool approval_check(struct kind_check *check, const struct work_step *step)
{
    if (step->approval == WORK_ALONE) {
        if (step->second_roles != 0 || step->undo != NULL || step->confirm_ms != 0)
            return wrong(check, "the step \"%s\" is done alone, but names a second person",
                         step->name);
        return true;
    }
    if (step->second_roles == 0 || (step->second_roles & ~ROLES_OF_PEOPLE) != 0)
        return wrong(check, "the step \"%s\" does not name who may be the second person",
                     step->name);
    if (step->confirm_ms <= 0)
        return wrong(check, "the step \"%s\" waits for a second person without end", step->name);
    if (step->approval == WORK_TWO)
        return step->undo == NULL || wrong(check,
                                           "the step \"%s\" is not done before it is "
                                           "approved, so nothing takes it back",
                                           step->name);
    int index = step->undo == NULL ? -1 : work_step_find(check->kind, slice_of(step->undo));
    if (index < 0)
        return wrong(check, "the step \"%s\" does not name what takes it back", step->name);
    const struct work_step *undo = &check->kind->step[index];
    uint64_t after = step->to == WORK_STAYS ? step->from : WORK_BIT(step->to);
    if (undo->hand != WORK_BY_MACHINE || undo->must != 0 || (after & ~undo->from) != 0)
        return wrong(check,
                     "the step \"%s\" is taken back by \"%s\", which is no step of the "
                     "machine alone that starts where the first one ends",
                     step->name, undo->name);
    return true;
}

static bool clock_check(struct kind_check *check, const struct work_clock *clock)
{
    int index = clock->expiry == NULL ? -1 : work_step_find(check->kind, slice_of(clock->expiry));
    if (clock->runs == 0 || (clock->runs & ~check->states) != 0)
        return wrong(check, "the clock \"%s\" runs in no state, or in one that is not there",
                     clock->name);
    if ((clock->runs & ~check->ends) == 0)
        return wrong(check, "the clock \"%s\" runs only where everything has ended", clock->name);
    if (index < 0)
        return wrong(check, "the clock \"%s\" has no end: its expiry is no step", clock->name);
    const struct work_step *expiry = &check->kind->step[index];
    if (expiry->hand != WORK_BY_MACHINE || expiry->must != 0)
        return wrong(check, "the clock \"%s\" ends in \"%s\", which the machine cannot do alone",
                     clock->name, expiry->name);
    if ((clock->runs & ~expiry->from) != 0)
        return wrong(check, "the clock \"%s\" runs in a state in which \"%s\" does not start",
                     clock->name, expiry->name);
    if (clock->span_ms < 0 || (clock->span_ms == 0) != (clock->span != NULL))
        return wrong(check, "the clock \"%s\" wants one span: a number or a function", clock->name);
    for (unsigned i = 0; i < 4; i++)
        if (clock->alarm_ms[i] < 0 || (clock->span == NULL && clock->alarm_ms[i] >= clock->span_ms))
            return wrong(check, "an alarm of the clock \"%s\" is not before its end", clock->name);
    return true;
}

/* States that can be reached from `from` (forward), or from which it can be reached. */
static uint64_t walk(const struct work_kind *kind, uint64_t from, bool forward)
{
    uint64_t seen = from;
    for (unsigned round = 0; round < kind->states_count; round++) {
        for (unsigned i = 0; i < kind->steps_count; i++) {
            const struct work_step *step = &kind->step[i];
            uint64_t to = step->to == WORK_STAYS ? 0 : WORK_BIT(step->to);
            if (forward && (step->from & seen) != 0)
                seen |= to;
            if (!forward && (to & seen) != 0)
                seen |= step->from;
        }
    }
    return seen;
}

static bool graph_check(struct kind_check *check)
{
    const struct work_kind *kind = check->kind;
    uint64_t reached = walk(kind, WORK_BIT(0), true);
    uint64_t ending = walk(kind, check->ends, false);
    for (unsigned i = 0; i < kind->states_count; i++) {
        if ((reached & WORK_BIT(i)) == 0)
            return wrong(check, "the state \"%s\" cannot be reached", kind->state[i].name);
        if ((ending & WORK_BIT(i)) == 0)
            return wrong(check, "from the state \"%s\" no end can be reached", kind->state[i].name);
    }
    return true;
}

static bool kind_fits(struct kind_check *check)
{
    const struct work_kind *kind = check->kind;
    if (!names_check(check))
        return false;
    check->states = MASK_OF(kind->states_count);
    check->fields = MASK_OF(kind->fields_count);
    for (unsigned i = 0; i < kind->states_count; i++)
        check->ends |= kind->state[i].end ? WORK_BIT(i) : 0;
    if (check->ends == 0)
        return wrong(check, "it has no end");
    if ((check->ends & 1) != 0)
        return wrong(check, "it begins at an end");
    if (!fields_check(check))
        return false;
    for (unsigned i = 0; i < kind->steps_count; i++)
        if (!step_check(check, &kind->step[i]) || !approval_check(check, &kind->step[i]))
            return false;
    for (unsigned i = 0; i < kind->clocks_count; i++)
        if (!clock_check(check, &kind->clock[i]))
            return false;
    return graph_check(check);
}

enum status work_kind_check(const struct work_kind *kind, struct text *why)
{
    struct kind_check check = {.kind = kind, .why = why};
    return kind_fits(&check) ? STATUS_OK : STATUS_MALFORMED;
}

int work_state_find(const struct work_kind *kind, struct slice name)
{
    for (unsigned i = 0; i < kind->states_count; i++)
        if (slice_equal(name, slice_of(kind->state[i].name)))
            return (int)i;
    return -1;
}

int work_step_find(const struct work_kind *kind, struct slice name)
{
    for (unsigned i = 0; i < kind->steps_count; i++)
        if (slice_equal(name, slice_of(kind->step[i].name)))
            return (int)i;
    return -1;
}

int work_field_find(const struct work_kind *kind, struct slice name)
{
    for (unsigned i = 0; i < kind->fields_count; i++)
        if (slice_equal(name, slice_of(kind->field[i].name)))
            return (int)i;
    return -1;
}

int work_clock_find(const struct work_kind *kind, struct slice name)
{
    for (unsigned i = 0; i < kind->clocks_count; i++)
        if (slice_equal(name, slice_of(kind->clock[i].name)))
            return (int)i;
    return -1;
}

const struct work_kind *work_kind_find(const struct work *work, struct slice name)
{
    for (unsigned i = 0; i < work->plugs_count; i++)
        if (slice_equal(name, slice_of(work->plug[i].kind->name)))
            return work->plug[i].kind;
    return NULL;
}

const struct work_plug *plug_of(const struct work *work, const struct work_kind *kind)
{
    for (unsigned i = 0; i < work->plugs_count; i++)
        if (work->plug[i].kind == kind)
            return &work->plug[i];
    return NULL;
}

bool is_person(const struct identity *by)
{
    return by != NULL && by->by != BY_NOBODY && by->user[0] != '\0';
}

bool step_for(const struct work_step *step, const struct identity *by, enum work_seat seat)
{
    if (step->hand == WORK_BY_MACHINE || by->by == BY_NOBODY || seat == WORK_SEAT_NONE)
        return false;
    if (step->hand == WORK_BY_OWNER && (seat != WORK_SEAT_OWNER || !is_person(by)))
        return false;
    if (step->hand == WORK_BY_ADDRESSEE && seat != WORK_SEAT_ADDRESSEE)
        return false;
    if (step->approval != WORK_ALONE && !is_person(by))
        return false;
    return step->roles == 0 || (step->roles & by->roles) != 0;
}

/* ---- the table as JSON ---- */

static void add_says(struct text *text, const struct saying *says)
{
    text_add_string(text, ",\"en\":");
    text_add_json(text, slice_of(says->in[TONGUE_EN]));
    text_add_string(text, ",\"zh\":");
    text_add_json(text, slice_of(says->in[TONGUE_ZH]));
}

/* The names of a list whose bits are in the mask. */
static void add_names(struct text *text, const struct work_kind *kind, unsigned list, uint64_t mask)
{
    const unsigned counts[] = {kind->states_count, kind->steps_count, kind->fields_count};
    const struct saying *says = NULL;
    bool first = true;
    text_add_char(text, '[');
    for (unsigned i = 0; i < counts[list]; i++) {
        if ((mask & WORK_BIT(i)) == 0)
            continue;
        text_addf(text, "%s\"%s\"", first ? "" : ",", name_at(kind, list, i, &says));
        first = false;
    }
    text_add_char(text, ']');
}

static void add_roles(struct text *text, const char *name, uint32_t roles)
{
    bool first = true;
    text_addf(text, ",\"%s\":[", name);
    for (unsigned i = 0; i < ROLES_COUNT; i++) {
        if ((roles & ROLE_BIT(i)) == 0)
            continue;
        text_addf(text, "%s\"%s\"", first ? "" : ",", role_name((enum role)i));
        first = false;
    }
    text_add_char(text, ']');
}

static void add_field(struct text *text, const struct work_field *field)
{
    static const char *const SHOWS[] = {"shown", "masked", "hidden"};
    bool first = true;
    text_addf(text, "{\"name\":\"%s\",\"type\":\"%s\",\"show\":\"%s\",\"searched\":%s", field->name,
              work_type_name(field->type), SHOWS[field->show], field->searched ? "true" : "false");
    if (field->size_max != 0)
        text_addf(text, ",\"size_max\":%u", field->size_max);
    if (field->choices != NULL) {
        text_add_string(text, ",\"choices\":");
        text_add_json(text, slice_of(field->choices));
    }
    text_add_string(text, ",\"told\":[");
    for (unsigned i = 0; i < ORGANISATION_KINDS_COUNT; i++) {
        if ((field->told & ((uint32_t)1 << i)) == 0)
            continue;
        text_addf(text, "%s\"%s\"", first ? "" : ",",
                  organisation_kind_name((enum organisation_kind)i));
        first = false;
    }
    text_add_char(text, ']');
    add_says(text, &field->says);
    text_add_char(text, '}');
}

static void add_step(struct text *text, const struct work_kind *kind, const struct work_step *step)
{
    static const char *const HANDS[] = {"owner", "addressee", "either", "machine"};
    static const char *const APPROVALS[] = {"alone", "two", "after"};
    static const char *const MARKS[] = {"", "take", "verify", "act", "resolve"};
    text_addf(text, "{\"name\":\"%s\",\"from\":", step->name);
    add_names(text, kind, 0, step->from);
    text_addf(text, ",\"to\":\"%s\",\"hand\":\"%s\"",
              step->to == WORK_STAYS ? "" : kind->state[step->to].name, HANDS[step->hand]);
    add_roles(text, "roles", step->roles);
    text_addf(text, ",\"held\":%s,\"reopens\":%s,\"must\":", step->held ? "true" : "false",
              step->reopens ? "true" : "false");
    add_names(text, kind, 2, step->must);
    text_add_string(text, ",\"may\":");
    add_names(text, kind, 2, step->may);
    text_addf(text, ",\"mark\":\"%s\",\"approval\":\"%s\"", MARKS[step->mark],
              APPROVALS[step->approval]);
    if (step->approval != WORK_ALONE) {
        add_roles(text, "second_roles", step->second_roles);
        text_addf(text, ",\"undo\":\"%s\",\"confirm_ms\":%lld",
                  step->undo == NULL ? "" : step->undo, (long long)step->confirm_ms);
    }
    add_says(text, &step->says);
    text_add_char(text, '}');
}

static void add_clock(struct text *text, const struct work_kind *kind,
                      const struct work_clock *clock)
{
    bool first = true;
    text_addf(text, "{\"name\":\"%s\",\"runs\":", clock->name);
    add_names(text, kind, 0, clock->runs);
    text_addf(text, ",\"expiry\":\"%s\",\"span_ms\":", clock->expiry);
    if (clock->span_ms == 0)
        text_add_string(text, "null"); /* the law pack says it, item by item */
    else
        text_add_whole(text, clock->span_ms);
    text_add_string(text, ",\"alarms_ms\":[");
    for (unsigned i = 0; i < 4; i++) {
        if (clock->alarm_ms[i] == 0)
            continue;
        text_addf(text, "%s%lld", first ? "" : ",", (long long)clock->alarm_ms[i]);
        first = false;
    }
    text_add_char(text, ']');
    add_says(text, &clock->says);
    text_add_char(text, '}');
}

void text_add_work_kind(struct text *text, const struct work_kind *kind)
{
    text_addf(text, "{\"kind\":\"%s\"", kind->name);
    add_says(text, &kind->says);
    text_add_string(text, ",\"states\":[");
    for (unsigned i = 0; i < kind->states_count; i++) {
        text_addf(text, "%s{\"name\":\"%s\",\"end\":%s", i == 0 ? "" : ",", kind->state[i].name,
                  kind->state[i].end ? "true" : "false");
        add_says(text, &kind->state[i].says);
        text_add_char(text, '}');
    }
    text_add_string(text, "],\"steps\":[");
    for (unsigned i = 0; i < kind->steps_count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        add_step(text, kind, &kind->step[i]);
    }
    text_add_string(text, "],\"fields\":[");
    for (unsigned i = 0; i < kind->fields_count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        add_field(text, &kind->field[i]);
    }
    text_add_string(text, "],\"clocks\":[");
    for (unsigned i = 0; i < kind->clocks_count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        add_clock(text, kind, &kind->clock[i]);
    }
    text_add_string(text, "],\"first_must\":");
    add_names(text, kind, 2, kind->first_must);
    text_add_string(text, ",\"first_may\":");
    add_names(text, kind, 2, kind->first_may);
    add_roles(text, "creators", kind->creators);
    text_addf(text, ",\"creator_services\":%s,\"lease_ms\":%lld,\"merge_ms\":%lld}",
              kind->creator_services ? "true" : "false", (long long)kind->lease_ms,
              (long long)kind->merge_ms);
}
