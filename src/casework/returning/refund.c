/* refund.c -- the table of `fund_return`, what must hold before a step, and what follows it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/returning_inside.h"

enum { ASKING_MS = DAY_MS };

#define RUNS                                                                                     \
    (IN(applied) | IN(verified) | IN(traced) | IN(needs_pro_rata) | IN(notice) | IN(objection) | \
     IN(reported) | IN(approved) | IN(decided))

static int64_t span_notice(void *self, const struct work_item *item);
static int64_t span_execute(void *self, const struct work_item *item);

#define WORK_TABLE "casework/returning/refund.inc"
#include "casework/work/table.inc"

const struct work_kind FUND_RETURN_KIND = {
    .name = "fund_return",
    .says = SAYING("return of frozen funds", "冻结资金返还"),
    WORK_KIND_ARRAYS,
    .first_must = F(about) | F(freeze) | F(account) | F(frozen),
    .first_may = F(account_name) | F(bank) | F(claims),
    .creators = DESK,
    .lease_ms = 10 * MINUTE_MS,
};

/* ---- clocks ---- */

static moment now_of(const struct return_desk *desk)
{
    return steady_now(desk->steady);
}

/* 24:00 is the first instant that is not in the term any more; counted from the very instant at
 * which the clock starts, or the term would end as much early as this took. */
static int64_t span_to(enum status status, moment end, const struct work_item *item)
{
    int64_t left = end.ms - item->changed.ms;
    /* Not known: the step that starts it is refused in the same transaction. */
    return status == STATUS_OK && left > 1 ? left : 1;
}

static int64_t span_notice(void *self, const struct work_item *item)
{
    moment end = item->changed;
    enum status status = notice_end(self, item->changed, &end);
    return span_to(status, end, item);
}

static int64_t span_execute(void *self, const struct work_item *item)
{
    moment end = item->changed;
    enum status status = execute_end(self, item->changed, &end);
    return span_to(status, end, item);
}

static bool notice_ran_out(const struct work_item *item)
{
    for (unsigned i = 0; i < item->deadlines_count; i++)
        if (item->deadline[i].clock == CLOCK_notice)
            return item->deadline[i].fired;
    return false;
}

/* ---- before a step ---- */

static struct slice brought(const struct work_value *value, unsigned count, int field)
{
    for (unsigned i = 0; i < count; i++)
        if (value[i].field == field)
            return value[i].value;
    return SLICE("");
}

/* Whether the bank says what can be: all of it, after it was told, and not in the time to come. */
static enum work_fault executed_holds(const struct return_desk *desk, const struct work_item *item,
                                      const struct work_value *value, unsigned count, int *field)
{
    moment at = MOMENT_NONE, delivered = moment_of(item, "delivered_at");
    *field = FIELD_executed_at;
    if (moment_parse(brought(value, count, FIELD_executed_at), &at) != STATUS_OK ||
        at.ms > now_of(desk).ms + MINUTE_MS || at.ms + MINUTE_MS < delivered.ms)
        return WORK_FAULT_VALUE;
    *field = FIELD_paid;
    return slice_equal(brought(value, count, FIELD_paid), work_value_of(item, "returning"))
               ? WORK_FAULT_NONE
               : WORK_FAULT_AMOUNTS;
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    struct slice list = brought(value, count, FIELD_claims);
    if (list.size > 0) { /* its form; whose they are is looked at when they are bound */
        *field = FIELD_claims;
        if (!slice_starts(list, SLICE("[{\"id\":\"")))
            return WORK_FAULT_VALUE;
    }
    *field = FIELD_claims;
    if (step == STEP_verify && list.size == 0 && work_value_of(item, "claims").size == 0)
        return WORK_FAULT_MISSING;
    *field = FIELD_report;
    if (step == STEP_report && item->state == STATE_notice && !notice_ran_out(item))
        return WORK_FAULT_NOTICE;
    return step == STEP_execute || step == STEP_execute_in
               ? executed_holds(self, item, value, count, field)
               : WORK_FAULT_NONE;
}

/* ---- what must hold in the house ---- */

static enum status refuse(const struct work_done *done, enum work_fault fault, int field)
{
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){.fault = fault, .field = field};
    return STATUS_REFUSED;
}

static bool state_is(const struct work_item *item, const char *words)
{
    const char *name = item->kind->state[item->state].name;
    const char *at = strstr(words, name);
    return at != NULL && (at == words || at[-1] == ' ') &&
           (at[strlen(name)] == ' ' || at[strlen(name)] == '\0');
}

/* The case is filed, of the same organisation. */
static enum status case_filed(const struct return_desk *desk, const struct work_done *done,
                              struct arena *request)
{
    char id[WORK_ID_SIZE];
    struct text text = text_over(id, sizeof id);
    struct work_item item;
    text_add(&text, work_value_of(done->item, "about"));
    enum status status = work_find(desk->work, desk->store, id, NULL, request, &item);
    if (status != STATUS_OK && status != STATUS_ABSENT)
        return status;
    bool filed = status == STATUS_OK && strcmp(item.kind->name, "case") == 0 &&
                 strcmp(item.owner, done->item->owner) == 0 && state_is(&item, "filed solved");
    return filed ? STATUS_OK : refuse(done, WORK_FAULT_NOT_FILED, FIELD_about);
}

/* The freeze is in force and of this account, and `frozen` is not more than it froze. */
static enum status freeze_in_force(const struct return_desk *desk, const struct work_done *done,
                                   struct arena *request)
{
    char id[WORK_ID_SIZE];
    struct text text = text_over(id, sizeof id);
    struct work_item item;
    text_add(&text, work_value_of(done->item, "freeze"));
    enum status status = work_find(desk->work, desk->store, id, NULL, request, &item);
    if (status != STATUS_OK && status != STATUS_ABSENT)
        return status;
    bool holds = status == STATUS_OK && strcmp(item.kind->name, "freeze") == 0 &&
                 strcmp(item.owner, done->item->owner) == 0 &&
                 state_is(&item, "frozen renewing settling") &&
                 slice_equal(work_value_of(&item, "account"), work_value_of(done->item, "account"));
    if (!holds)
        return refuse(done, WORK_FAULT_NOT_FROZEN, FIELD_freeze);
    return amount_of(done->item, "frozen") <= amount_of(&item, "frozen_amount")
               ? STATUS_OK
               : refuse(done, WORK_FAULT_AMOUNTS, FIELD_frozen);
}

static enum status ground_holds(const struct return_desk *desk, const struct work_done *done,
                                struct arena *request)
{
    TRY(case_filed(desk, done, request));
    return freeze_in_force(desk, done, request);
}

/* ---- after a step ---- */

static enum status by_machine(const struct return_desk *desk, const char *id, const char *step,
                              const struct work_value *value, unsigned count, struct arena *request)
{
    struct work_refusal refusal = {.field = -1};
    struct work_item moved;
    const struct work_move move = {
        .id = id, .step = step, .version = -1, .value = value, .values_count = count};
    return work_step(desk->work, &move, request, &refusal, &moved);
}

/* Tells the organisation what its kind may know of the return, and of each claim in it. */
static enum status tell(const struct return_desk *desk, const struct work_done *done,
                        const char *field, struct arena *request)
{
    struct access_organisation found;
    struct members members;
    uint64_t fields = 0;
    struct slice organisation = work_value_of(done->item, field);
    int index = work_field_find(&FUND_RETURN_KIND, slice_of(field));
    enum status status = access_organisation_find(desk->store, organisation, request, &found);
    if (status == STATUS_ABSENT)
        return refuse(done, WORK_FAULT_VALUE, index);
    TRY(status);
    bool organ = found.kind == ORGANISATION_police || found.kind == ORGANISATION_centre;
    bool bank = found.kind == ORGANISATION_bank || found.kind == ORGANISATION_payment;
    if (index == FIELD_approver ? !organ : !bank)
        return refuse(done, WORK_FAULT_VALUE, index);
    if (organ && !level_approves(desk, found.level))
        return refuse(done, WORK_FAULT_RANK, index);
    for (unsigned i = 0; i < FIELDS_COUNT; i++)
        if ((FIELDS[i].told & ((uint32_t)1 << found.kind)) != 0)
            fields |= WORK_BIT(i);
    TRY(work_send(desk->work, done->item->id, organisation, fields, request));
    TRY(members_read(work_value_of(done->item, "shares"), request, &members));
    for (size_t i = 0; i < members.count; i++)
        TRY(claim_tell(desk, members.at[i].id, organisation, found.kind));
    return STATUS_OK;
}

static enum status after_publish(const struct return_desk *desk, const struct work_done *done,
                                 struct arena *request)
{
    char bytes[40];
    struct text text = text_over(bytes, sizeof bytes);
    moment end = MOMENT_NONE;
    if (notice_end(desk, done->now, &end) != STATUS_OK)
        return refuse(done, WORK_FAULT_CALENDAR, FIELD_notice_until);
    text_add_moment(&text, end, desk->zone_minutes);
    const struct work_value value = {FIELD_notice_until, text_slice(&text)};
    return by_machine(desk, done->item->id, "schedule", &value, 1, request);
}

static enum status after_report(const struct return_desk *desk, const struct work_done *done,
                                struct arena *request)
{
    TRY(ground_holds(desk, done, request));
    TRY(tell(desk, done, "approver", request));
    const struct work_value value = {FIELD_reporter, slice_of(done->by->user)};
    return by_machine(desk, done->item->id, "name_reporter", &value, 1, request);
}

/* The head of the organ that was asked, high enough, and not who asked. */
static enum status after_approve(const struct return_desk *desk, const struct work_done *done,
                                 struct arena *request)
{
    char stamp[LAW_STAMP_MAX];
    struct text law = text_over(stamp, sizeof stamp);
    const struct identity *by = done->by;
    if (!slice_equal(work_value_of(done->item, "approver"), slice_of(by->organisation)))
        return refuse(done, WORK_FAULT_HAND, FIELD_approver);
    if (slice_equal(work_value_of(done->item, "reporter"), slice_of(by->user)))
        return refuse(done, WORK_FAULT_OWN_WORD, -1);
    if (!level_approves(desk, by->level))
        return refuse(done, WORK_FAULT_RANK, FIELD_approver);
    TRY(ground_holds(desk, done, request));
    text_add_law_stamp(&law, return_pack(desk));
    const struct work_value value[] = {{FIELD_rank, slice_of(organisation_level_name(by->level))},
                                       {FIELD_law, text_slice(&law)}};
    return by_machine(desk, done->item->id, "stamp", value, 2, request);
}

static enum status after_deliver(const struct return_desk *desk, const struct work_done *done,
                                 struct arena *request)
{
    char bytes[2][40];
    struct text at = text_over(bytes[0], sizeof bytes[0]);
    struct text until = text_over(bytes[1], sizeof bytes[1]);
    moment end = MOMENT_NONE;
    TRY(ground_holds(desk, done, request));
    if (execute_end(desk, done->now, &end) != STATUS_OK)
        return refuse(done, WORK_FAULT_CALENDAR, FIELD_execute_until);
    TRY(tell(desk, done, "executor", request));
    text_add_moment(&at, done->now, desk->zone_minutes);
    text_add_moment(&until, end, desk->zone_minutes);
    const struct work_value value[] = {{FIELD_delivered_at, text_slice(&at)},
                                       {FIELD_execute_until, text_slice(&until)}};
    TRY(by_machine(desk, done->item->id, "time", value, 2, request));
    struct work_item timed;
    TRY(work_find(desk->work, desk->store, done->item->id, NULL, request, &timed));
    return letter_return(desk, &timed, request);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    const struct return_desk *desk = self;
    if (done->step < 0) /* one that is merged away would leave its claims bound */
        return done->item->version == 1 ? STATUS_OK : STATUS_REFUSED;
    switch (done->step) {
    case STEP_verify:
    case STEP_decide:
        return ground_holds(desk, done, request);
    case STEP_trace:
    case STEP_pro_rata:
        TRY(ground_holds(desk, done, request));
        return return_compute(desk, done->item,
                              done->step == STEP_trace ? COMPUTE_TRACED : COMPUTE_PRO_RATA, request,
                              done->refusal);
    case STEP_publish:
        return after_publish(desk, done, request);
    case STEP_report:
        return after_report(desk, done, request);
    case STEP_approve:
        return after_approve(desk, done, request);
    case STEP_refuse:
        if (!slice_equal(work_value_of(done->item, "approver"), slice_of(done->by->organisation)))
            return refuse(done, WORK_FAULT_HAND, FIELD_approver);
        return return_release(desk, done->item, request);
    case STEP_uphold:
    case STEP_suspend:
        return return_release(desk, done->item, request);
    case STEP_deliver:
        return after_deliver(desk, done, request);
    case STEP_execute:
    case STEP_execute_in:
        return return_pay(desk, done->item, request);
    default:
        return STATUS_OK;
    }
}

void return_plugs(struct return_desk *desk, struct work_plug out[RETURN_PLUGS])
{
    out[0] = claim_plug(desk);
    out[1] = (struct work_plug){&FUND_RETURN_KIND, holds, after, desk};
}
