/* query.c -- the table of `query`, what must hold before a bank is asked, and what is forgotten.
 *
 * One kind with a field that says what is asked: the approval, the end and the purge are the same
 * for all four, and what differs is which values may stand in it (WANTS).
 *
 * Not chosen:  keeping answers with the case.  What the file needs of them is attached to the case
 *              by somebody who says so; the rest of a bank's answer is about other people. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/query/query.h"
#include "ground/limits.h"

#define DESK  (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define HEAD  WORK_ROLE(supervisor)
#define BANK  (WORK_ROLE(duty) | WORK_ROLE(liaison) | WORK_ROLE(service))
#define BANKS (TO(bank) | TO(payment))
#define ASKED_FIELDS                                                                     \
    (F(account) | F(person) | F(since) | F(to) | F(executor) | F(document) | F(number) | \
     F(about) | F(purpose) | F(reason) | F(expires))
#define ANSWERS \
    (F(holder_name) | F(holder_person) | F(holder_phone) | F(holder) | F(rows) | F(accounts))

enum { LEASE_MS = 30 * MINUTE_MS, ASKING_MS = 2 * HOUR_MS, ANSWER_MS = 10 * MINUTE_MS };
/* Of a question that is approved afterwards: what the table can hold; a pack that gives less time
 * than this is kept by not asking at once under it. */
enum { AFTERWARDS_MS = DAY_MS, PERSONS = 2 };

static int64_t span_approval(void *self, const struct work_item *item);

#define WORK_TABLE "casework/query/query.inc"
#include "casework/work/table.inc"

const struct work_kind QUERY_KIND = {
    .name = "query",
    .says = SAYING("query at a bank", "查询"),
    WORK_KIND_ARRAYS,
    .first_must = F(what),
    .first_may = ASKED_FIELDS,
    .creators = DESK,
    .lease_ms = LEASE_MS,
};

/* What each of the words of `what` needs of the bank, and what else it may bring. */
static const struct wants {
    const char *what;
    uint64_t must, may, answers;
} WANTS[] = {
    {"holder", F(account), 0, F(holder_name) | F(holder_person) | F(holder_phone) | F(holder)},
    {"transactions", F(account) | F(since) | F(to), 0, F(rows)},
    {"accounts", F(person), 0, F(accounts)},
    {"subscription", F(account), 0, F(rows)},
};

static const struct wants *wants_of(struct slice what)
{
    for (unsigned i = 0; i < sizeof WANTS / sizeof WANTS[0]; i++)
        if (slice_equal(what, slice_of(WANTS[i].what)))
            return &WANTS[i];
    return NULL;
}

static struct slice value_in(const struct work_item *item, const struct work_value *brought,
                             unsigned count, int field)
{
    for (unsigned i = 0; i < count; i++)
        if (brought[i].field == field)
            return brought[i].value;
    return item == NULL ? SLICE("") : work_value_of(item, FIELDS[field].name);
}

static const struct law_pack *pack_of(const struct query_desk *desk)
{
    return law_find(desk->law, LAW_SUBJECT_practice,
                    law_date_of_moment(steady_now(desk->steady), desk->zone_minutes));
}

/* Until the approval runs out; without an end it has. */
static int64_t span_approval(void *self, const struct work_item *item)
{
    moment end;
    (void)self;
    bool known = moment_parse(work_value_of(item, "expires"), &end) == STATUS_OK;
    int64_t left = known ? end.ms - item->changed.ms : 1; /* when its clock starts */
    return left > 1 ? left : 1;
}

/* ---- what must hold ---- */

struct look {
    const struct query_desk *desk;
    const struct work_item *item;
    const struct work_value *brought;
    unsigned count;
    int field;
};

static struct slice looked(const struct look *look, int field)
{
    return value_in(look->item, look->brought, look->count, field);
}

/* No more about anybody than the question needs. */
static enum work_fault least_holds(struct look *look)
{
    static const int ABOUT[] = {FIELD_account, FIELD_person, FIELD_since, FIELD_to};
    const struct wants *wants = wants_of(looked(look, FIELD_what));
    for (unsigned i = 0; i < sizeof ABOUT / sizeof ABOUT[0]; i++) {
        look->field = ABOUT[i];
        bool there = looked(look, ABOUT[i]).size > 0;
        uint64_t bit = WORK_BIT(ABOUT[i]);
        if (there && wants != NULL && ((wants->must | wants->may) & bit) == 0)
            return WORK_FAULT_UNKNOWN;
    }
    return WORK_FAULT_NONE;
}

static enum work_fault whole_holds(struct look *look)
{
    static const int PAPERS[] = {FIELD_document, FIELD_number,  FIELD_purpose,
                                 FIELD_reason,   FIELD_expires, FIELD_executor};
    const struct wants *wants = wants_of(looked(look, FIELD_what));
    look->field = FIELD_what;
    if (wants == NULL)
        return WORK_FAULT_MISSING;
    for (unsigned i = 0; i < FIELDS_COUNT; i++) {
        look->field = (int)i;
        if ((wants->must & WORK_BIT(i)) != 0 && looked(look, (int)i).size == 0)
            return WORK_FAULT_MISSING;
    }
    for (unsigned i = 0; i < sizeof PAPERS / sizeof PAPERS[0]; i++) {
        look->field = PAPERS[i];
        if (looked(look, PAPERS[i]).size == 0)
            return WORK_FAULT_MISSING;
    }
    return least_holds(look);
}

static enum work_fault times_hold(struct look *look)
{
    int64_t now_ms = steady_now(look->desk->steady).ms;
    moment expires, since, to;
    look->field = FIELD_expires;
    if (moment_parse(looked(look, FIELD_expires), &expires) != STATUS_OK || expires.ms <= now_ms ||
        expires.ms > now_ms + (int64_t)QUERY_DAYS_MAX * DAY_MS)
        return WORK_FAULT_VALUE;
    look->field = FIELD_to;
    if (looked(look, FIELD_to).size == 0)
        return WORK_FAULT_NONE;
    bool holds = moment_parse(looked(look, FIELD_since), &since) == STATUS_OK &&
                 moment_parse(looked(look, FIELD_to), &to) == STATUS_OK && since.ms <= to.ms;
    return holds ? WORK_FAULT_NONE : WORK_FAULT_VALUE;
}

/* As many persons as the pack says; what two cannot do is not done. */
static enum work_fault persons_hold(struct look *look)
{
    const struct law_pack *pack = pack_of(look->desk);
    int64_t persons = 0;
    look->field = FIELD_law;
    bool holds = pack != NULL &&
                 law_count(pack, "approval.query.persons", &persons, NULL) == STATUS_OK &&
                 persons <= PERSONS;
    return holds ? WORK_FAULT_NONE : WORK_FAULT_LEGAL;
}

static enum work_fault ask_holds(struct look *look)
{
    enum work_fault fault = whole_holds(look);
    if (fault == WORK_FAULT_NONE)
        fault = times_hold(look);
    return fault == WORK_FAULT_NONE ? persons_hold(look) : fault;
}

/* Somebody is being talked out of their money now: an open dissuasion of grade extreme, in which
 * the asker's organisation has a seat. */
static enum work_fault danger_holds(struct look *look)
{
    const struct query_desk *desk = look->desk;
    const struct law_pack *pack = pack_of(desk);
    struct slice about = looked(look, FIELD_about);
    struct identity looks = {.by = BY_SESSION}; /* without any role: it only looks */
    struct work_item found;
    char id[WORK_ID_SIZE];
    int64_t afterwards_ms = 0;
    look->field = FIELD_law;
    if (pack == NULL ||
        law_span_ms(pack, "approval.query.afterwards", &afterwards_ms, NULL) != STATUS_OK ||
        afterwards_ms < AFTERWARDS_MS)
        return WORK_FAULT_LEGAL;
    look->field = FIELD_about;
    if (about.size == 0 || about.size >= sizeof id)
        return WORK_FAULT_MISSING;
    memcpy(id, about.at, about.size);
    id[about.size] = '\0';
    memcpy(looks.organisation, look->item->owner, sizeof looks.organisation);
    arena_reset(desk->scratch);
    if (work_find(desk->work, desk->store, id, &looks, desk->scratch, &found) != STATUS_OK)
        return WORK_FAULT_VALUE;
    bool danger = strcmp(found.kind->name, "dissuasion") == 0 &&
                  !found.kind->state[found.state].end &&
                  slice_equal(work_value_of(&found, "grade"), SLICE("extreme"));
    return danger ? WORK_FAULT_NONE : WORK_FAULT_VALUE;
}

/* Nothing that was not asked: a bank that says more than it was asked is not heard. */
static enum work_fault answer_holds(struct look *look)
{
    const struct wants *wants = wants_of(work_value_of(look->item, "what"));
    for (unsigned i = 0; i < look->count; i++) {
        uint64_t bit = WORK_BIT(look->brought[i].field);
        look->field = look->brought[i].field;
        if (wants == NULL || ((bit & ANSWERS) != 0 && (bit & wants->answers) == 0))
            return WORK_FAULT_UNKNOWN;
    }
    return WORK_FAULT_NONE;
}

static int64_t whole_in(struct slice digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.size; i++)
        number = number * 10 + (digits.at[i] - '0');
    return number;
}

/* News hold all that there were so far: what was told does not get lost in what is told next. */
static enum work_fault news_hold(struct look *look)
{
    int64_t before = whole_in(work_value_of(look->item, "count"));
    enum work_fault fault = answer_holds(look);
    if (fault != WORK_FAULT_NONE)
        return fault;
    look->field = FIELD_count;
    return whole_in(looked(look, FIELD_count)) >= before ? WORK_FAULT_NONE : WORK_FAULT_VALUE;
}

static bool subscribes(const struct look *look)
{
    return slice_equal(work_value_of(look->item, "what"), SLICE("subscription"));
}

static enum work_fault holds_in(struct look *look, int step)
{
    enum work_fault fault = WORK_FAULT_NONE;
    switch (step) {
    case STEP_ask:
        return ask_holds(look);
    case STEP_ask_at_once:
        fault = ask_holds(look);
        return fault == WORK_FAULT_NONE ? danger_holds(look) : fault;
    case STEP_answer:
        look->field = FIELD_what;
        return subscribes(look) ? WORK_FAULT_STEP : answer_holds(look);
    case STEP_begin:
        look->field = FIELD_what;
        return subscribes(look) ? WORK_FAULT_NONE : WORK_FAULT_STEP;
    case STEP_add:
        return answer_holds(look);
    case STEP_news:
        return news_hold(look);
    default:
        return step < 0 || step == STEP_edit ? least_holds(look) : WORK_FAULT_NONE;
    }
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *brought, unsigned count, int *field)
{
    struct look look = {self, item, brought, count, -1};
    enum work_fault fault = holds_in(&look, step);
    *field = look.field;
    return fault;
}

/* ---- what follows ---- */

static enum status refuse_for(const struct work_done *done, enum work_fault fault, int field)
{
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){fault, field};
    return STATUS_REFUSED;
}

/* Only an organ of public security asks, or the centre that works for one. */
static enum status owner_may(const struct query_desk *desk, const struct work_done *done,
                             struct arena *request)
{
    struct access_organisation owner;
    TRY(access_organisation_find(desk->store, slice_of(done->item->owner), request, &owner));
    bool may = owner.kind == ORGANISATION_police || owner.kind == ORGANISATION_centre;
    return may ? STATUS_OK : refuse_for(done, WORK_FAULT_HAND, -1);
}

/* It leaves: to a bank or payment institution, with what its answer needs. */
static enum status leave(const struct query_desk *desk, const struct work_done *done,
                         struct arena *request)
{
    char bytes[LAW_STAMP_MAX];
    struct text law = text_over(bytes, sizeof bytes);
    struct work_refusal refusal = {.field = -1};
    struct work_item stamped;
    uint64_t fields = 0;
    struct look look = {desk, done->item, NULL, 0, -1};
    TRY(owner_may(desk, done, request));
    enum work_fault fault = ask_holds(&look); /* again: who approves does it later than who asked */
    if (fault != WORK_FAULT_NONE)
        return refuse_for(done, fault, look.field);
    text_add_law_stamp(&law, pack_of(desk));
    const struct work_value value = {FIELD_law, text_slice(&law)};
    const struct work_move move = {
        .id = done->item->id, .step = "stamp", .version = -1, .value = &value, .values_count = 1};
    TRY(work_step(desk->work, &move, request, &refusal, &stamped));
    for (unsigned i = 0; i < stamped.values_count; i++)
        if ((FIELDS[stamped.value[i].field].told & TO(bank)) != 0)
            fields |= WORK_BIT(stamped.value[i].field);
    return work_send(desk->work, stamped.id, work_value_of(&stamped, "executor"), fields, request);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    const struct query_desk *desk = self;
    if (done->step < 0) /* what is asked under one approval is not asked under another */
        return done->item->version == 1 ? STATUS_OK : refuse_for(done, WORK_FAULT_STEP, -1);
    if (done->step == STEP_ask || done->step == STEP_ask_at_once)
        return leave(desk, done, request);
    if (STEPS[done->step].hand == WORK_BY_ADDRESSEE &&
        !slice_equal(work_value_of(done->item, "executor"), slice_of(done->by->organisation)))
        return refuse_for(done, WORK_FAULT_HAND, -1);
    if (done->item->state == STATE_purged)
        return work_forget(desk->work, done->item->id, ANSWERS, true, request);
    return STATUS_OK;
}

struct work_plug query_plug(struct query_desk *desk)
{
    return (struct work_plug){&QUERY_KIND, holds, after, desk};
}
