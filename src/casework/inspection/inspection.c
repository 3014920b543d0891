/* inspection.c -- the table of `inspection`: what must hold before its steps, and what follows.
 *
 * Findings are sent by two persons; a penalty is proposed by two, and made from the breaches in the
 * same transaction: what was found, under the article of each check, on the days that the item
 * already knows.  One item for each article, however often it is tried. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/inspection/inspection_inside.h"
#include "law/term.h"

#include <stdio.h>
#include <string.h>

#define COMPANY (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor) | WORK_ROLE(liaison))
#define FIRM    (TO(carrier) | TO(bank) | TO(payment) | TO(internet))

enum { ASKING_MS = INSPECTION_ASKING_MS };

static int64_t span_rectify(void *self, const struct work_item *item);

#define WORK_TABLE "casework/inspection/inspection.inc"
#include "casework/work/table.inc"

const struct work_kind INSPECTION_KIND = {
    .name = "inspection",
    .says = SAYING("inspection", "检查"),
    WORK_KIND_ARRAYS,
    .first_must = F(batch) | F(company) | F(company_kind) | F(checklist),
    .first_may = F(number) | F(company_name) | F(basis),
    .creators = 0, /* a batch makes them */
    .lease_ms = INSPECTION_LEASE_MS,
    .kept_ms = inspection_kept,
};

/* ---- spans ---- */

static int64_t span_rectify(void *self, const struct work_item *item)
{
    const struct inspection_desk *desk = self;
    law_date last;
    if (law_date_parse(work_value_of(item, "rectify_until"), &last) != STATUS_OK)
        return 1;
    int64_t left = law_date_end(last, desk->zone_minutes).ms - item->changed.ms;
    return left > 1 ? left : 1;
}

/* ---- what must hold ---- */

struct look {
    const struct inspection_desk *desk;
    const struct work_item *item;
    const struct work_value *brought;
    unsigned count;
    int field;
};

static struct slice looked(const struct look *look, int field)
{
    for (unsigned i = 0; i < look->count; i++)
        if (look->brought[i].field == field)
            return look->brought[i].value;
    return work_value_of(look->item, FIELDS[field].name);
}

static enum work_fault wrong(struct look *look, int field, enum work_fault fault)
{
    look->field = field;
    return fault;
}

static law_date today(const struct inspection_desk *desk)
{
    return law_date_of_moment(steady_now(desk->steady), desk->zone_minutes);
}

/* What it finds stands on the check-list; all of it, if it is to be sent. */
static enum work_fault findings_fit(struct look *look, int field, bool all)
{
    uint32_t checks = 0, breaches = 0;
    struct slice object, key, findings = looked(look, field);
    enum check_name check;
    if (!checklist_holds(looked(look, FIELD_checklist), looked(look, FIELD_company_kind), &checks))
        return wrong(look, FIELD_checklist, WORK_FAULT_VALUE);
    if (all)
        return findings_hold(findings, checks, &breaches) ? WORK_FAULT_NONE
                                                          : wrong(look, field, WORK_FAULT_VALUE);
    for (size_t at = 0; list_object(findings, &at, &object);)
        if (!object_text(object, "key", &key) || check_find(key, &check) != STATUS_OK ||
            (checks & ((uint32_t)1 << check)) == 0)
            return wrong(look, field, WORK_FAULT_VALUE);
    return WORK_FAULT_NONE;
}

static enum work_fault breached(struct look *look)
{
    struct slice breaches = looked(look, FIELD_breaches);
    return breaches.size > 0 && !slice_equal(breaches, SLICE("0"))
               ? WORK_FAULT_NONE
               : wrong(look, FIELD_findings, WORK_FAULT_STATE);
}

static enum work_fault demand_holds(struct look *look)
{
    law_date last;
    enum work_fault fault = breached(look);
    if (fault != WORK_FAULT_NONE)
        return fault;
    if (law_date_parse(looked(look, FIELD_rectify_until), &last) != STATUS_OK ||
        last.days < today(look->desk).days)
        return wrong(look, FIELD_rectify_until, WORK_FAULT_VALUE);
    return WORK_FAULT_NONE;
}

static enum work_fault visit_holds(struct look *look)
{
    moment at;
    if (moment_parse(looked(look, FIELD_visited_at), &at) != STATUS_OK ||
        at.ms > steady_now(look->desk->steady).ms + MINUTE_MS)
        return wrong(look, FIELD_visited_at, WORK_FAULT_VALUE);
    return WORK_FAULT_NONE;
}

/* What was to be rectified is looked at again before it is over. */
static enum work_fault end_holds(struct look *look)
{
    bool again = look->item->state == STATE_recheck;
    return again && looked(look, FIELD_rechecked).size == 0
               ? wrong(look, FIELD_rechecked, WORK_FAULT_MISSING)
               : WORK_FAULT_NONE;
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *brought, unsigned count, int *field)
{
    struct look look = {self, item, brought, count, -1};
    enum work_fault fault = WORK_FAULT_NONE;
    law_date day;
    switch (step) {
    case STEP_announce:
        if (law_date_parse(looked(&look, FIELD_visit_on), &day) != STATUS_OK)
            fault = wrong(&look, FIELD_visit_on, WORK_FAULT_VALUE);
        break;
    case STEP_visit:
        fault = visit_holds(&look);
        break;
    case STEP_write:
        fault = findings_fit(&look, FIELD_draft, false);
        break;
    case STEP_find:
        fault = findings_fit(&look, FIELD_findings, true);
        break;
    case STEP_demand:
    case STEP_demand_too:
        fault = demand_holds(&look);
        break;
    case STEP_close:
        fault = end_holds(&look);
        break;
    case STEP_propose:
        fault = breached(&look);
        if (fault == WORK_FAULT_NONE)
            fault = end_holds(&look);
        break;
    default:
        break;
    }
    *field = look.field;
    return fault;
}

/* ---- what follows ---- */

static enum status refuse_for(const struct work_done *done, enum work_fault fault, int field)
{
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){.fault = fault, .field = field};
    return STATUS_REFUSED;
}

static enum status machine(struct inspection_desk *desk, const char *id,
                           const struct work_value *value, unsigned count, struct arena *request)
{
    struct work_refusal refusal = {.field = -1};
    struct work_item out;
    const struct work_move move = {
        .id = id, .step = "count_up", .version = -1, .value = value, .values_count = count};
    return work_step(desk->work, &move, request, &refusal, &out);
}

int64_t inspection_kept(void *self, const struct work_item *item)
{
    const struct inspection_desk *desk = self;
    return law_keeps(desk->penalties->law, "retention.inspection", item->closed,
                     steady_now(desk->steady), desk->zone_minutes);
}

enum status inspection_may(struct inspection_desk *desk, const struct work_item *item,
                           struct arena *request)
{
    struct access_organisation found;
    TRY(access_organisation_find(desk->store, slice_of(item->owner), request, &found));
    return !found.disabled && found.kind == ORGANISATION_regulator ? STATUS_OK : STATUS_REFUSED;
}

static enum status tell_company(struct inspection_desk *desk, const struct work_item *item,
                                struct arena *request)
{
    uint64_t fields = 0;
    for (unsigned i = 0; i < FIELDS_COUNT; i++)
        if (FIELDS[i].told != 0)
            fields |= WORK_BIT(i);
    return work_send(desk->work, item->id, work_value_of(item, "company"), fields, request);
}

static int64_t whole(struct slice digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.size && i < 9; i++)
        number = number * 10 + (digits.at[i] - '0');
    return number;
}

static enum status found(struct inspection_desk *desk, const struct work_done *done,
                         struct arena *request)
{
    struct look look = {desk, done->item, NULL, 0, -1};
    uint32_t checks = 0, breaches = 0;
    char number[16], day[16];
    struct text count = text_over(number, sizeof number), on = text_over(day, sizeof day);
    enum work_fault fault = findings_fit(&look, FIELD_findings, true);
    if (fault != WORK_FAULT_NONE)
        return refuse_for(done, fault, look.field);
    (void)checklist_holds(looked(&look, FIELD_checklist), looked(&look, FIELD_company_kind),
                          &checks);
    (void)findings_hold(looked(&look, FIELD_findings), checks, &breaches);
    text_add_whole(&count, __builtin_popcount(breaches));
    text_add_law_date(&on, today(desk));
    const struct work_value value[] = {{FIELD_breaches, text_slice(&count)},
                                       {FIELD_found_on, text_slice(&on)}};
    return machine(desk, done->item->id, value, 2, request);
}

static enum status demanded(struct inspection_desk *desk, const struct work_done *done,
                            struct arena *request)
{
    char number[24];
    struct text text = text_over(number, sizeof number);
    text_add_whole(&text, whole(work_value_of(done->item, "rounds")) + 1);
    const struct work_value value = {FIELD_rounds, text_slice(&text)};
    return machine(desk, done->item->id, &value, 1, request);
}

/* ---- penalties ---- */

/* The day that the act is known to have lasted to: that of the visit. */
static enum status day_of_visit(const struct inspection_desk *desk, const struct work_item *item,
                                struct text *out)
{
    moment at;
    TRY(moment_parse(work_value_of(item, "visited_at"), &at));
    text_add_law_date(out, law_date_of_moment(at, desk->zone_minutes));
    return STATUS_OK;
}

/* One for the act, if a breach falls under it; its id to the list. */
static enum status propose_for(struct inspection_desk *desk, const struct work_done *done,
                               const char *act, struct text *list, struct arena *request)
{
    const struct work_item *item = done->item;
    char *bytes = NULL, day[16];
    struct text on = text_over(day, sizeof day);
    struct work_refusal refusal = {.field = -1};
    struct work_item made;
    TRY(arena_take(request, INSPECTION_TEXT_MAX, (void **)&bytes));
    struct text facts = text_over(bytes, INSPECTION_TEXT_MAX);
    text_add_breaches(&facts, work_value_of(item, "findings"), work_value_of(item, "company_kind"),
                      act);
    if (facts.size == 0)
        return STATUS_OK;
    while (facts.size > 0 && !utf8_valid(text_slice(&facts)))
        facts.size--; /* the findings have all of it; here it is cut between characters */
    TRY(day_of_visit(desk, item, &on));
    const struct penalty_cause cause = {
        .owner = slice_of(item->owner),
        .inspection = item->id,
        .finding = slice_of(act),
        .company = work_value_of(item, "company"),
        .name = work_value_of(item, "company_name"),
        .act = slice_of(act),
        .grade = work_value_of(item, "grade"),
        .facts = text_slice(&facts),
        .reason = work_value_of(item, "grounds"),
        .last_act = text_slice(&on),
        .discovered_on = work_value_of(item, "found_on"),
    };
    TRY(penalty_from(desk->penalties, &cause, request, &refusal, &made));
    text_addf(list, "%s{\"id\":\"%s\"}", list->size > 1 ? "," : "", made.id);
    return STATUS_OK;
}

static enum status proposed(struct inspection_desk *desk, const struct work_done *done,
                            struct arena *request)
{
    static const char *const ACTS[] = {"art39", "art40", "art41"};
    char bytes[256];
    struct text list = text_over(bytes, sizeof bytes);
    text_add_char(&list, '[');
    for (unsigned i = 0; i < 3; i++)
        TRY(propose_for(desk, done, ACTS[i], &list, request));
    text_add_char(&list, ']');
    if (list.size == 2)
        return refuse_for(done, WORK_FAULT_STATE, FIELD_findings);
    const struct work_value value = {FIELD_penalties, text_slice(&list)};
    return machine(desk, done->item->id, &value, 1, request);
}

static enum status by_company(const struct work_done *done)
{
    bool named =
        slice_equal(work_value_of(done->item, "company"), slice_of(done->by->organisation));
    return named ? STATUS_OK : refuse_for(done, WORK_FAULT_HAND, -1);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    struct inspection_desk *desk = self;
    switch (done->step) {
    case -1:
        return done->item->version == 1 ? STATUS_OK : refuse_for(done, WORK_FAULT_STEP, -1);
    case STEP_announce:
    case STEP_visit:
        return tell_company(desk, done->item, request);
    case STEP_find:
        return found(desk, done, request);
    case STEP_answer:
    case STEP_report:
        return by_company(done);
    case STEP_demand:
    case STEP_demand_too:
        return demanded(desk, done, request);
    case STEP_propose:
        return proposed(desk, done, request);
    default:
        return STATUS_OK;
    }
}

/* ---- from a batch ---- */

/* The checks of the batch's list that are for such companies, as a list. */
static void add_checks(struct text *text, struct slice checklist, struct slice company_kind)
{
    struct slice object, key;
    enum check_name check;
    text_add_char(text, '[');
    for (size_t at = 0; list_object(checklist, &at, &object);) {
        if (!object_text(object, "key", &key) || check_find(key, &check) != STATUS_OK ||
            check_act(check, company_kind) == NULL)
            continue;
        text_addf(text, "%s{\"key\":\"%.*s\"}", text->size > 1 ? "," : "", (int)key.size, key.at);
    }
    text_add_char(text, ']');
}

enum status inspection_company(struct inspection_desk *desk, struct slice company,
                               struct arena *request)
{
    struct access_organisation found;
    TRY(access_organisation_find(desk->store, company, request, &found));
    struct slice kind = slice_of(organisation_kind_name(found.kind));
    return found.disabled || check_act(CHECK_internal_control, kind) == NULL ? STATUS_REFUSED
                                                                             : STATUS_OK;
}

enum status inspection_make(struct inspection_desk *desk, const struct work_item *batch,
                            struct slice company, struct arena *request)
{
    struct access_organisation found;
    struct work_refusal refusal = {.field = -1};
    struct work_item made;
    char *bytes = NULL, key[96];
    struct text source = text_over(key, sizeof key);
    bool joined = false;
    TRY(access_organisation_find(desk->store, company, request, &found));
    struct slice kind = slice_of(organisation_kind_name(found.kind));
    if (found.disabled || check_act(CHECK_internal_control, kind) == NULL)
        return STATUS_REFUSED; /* nobody inspects police, centres, authorities */
    TRY(arena_take(request, INSPECTION_TEXT_MAX, (void **)&bytes));
    struct text checks = text_over(bytes, INSPECTION_TEXT_MAX);
    add_checks(&checks, work_value_of(batch, "checklist"), kind);
    if (checks.size == 2)
        return STATUS_REFUSED; /* nothing on the list is for it */
    text_addf(&source, "inspection of %s by %s", found.id, batch->id);
    const struct work_value value[] = {
        {FIELD_batch, slice_of(batch->id)},
        {FIELD_company, company},
        {FIELD_company_kind, kind},
        {FIELD_checklist, text_slice(&checks)},
        {FIELD_number, work_value_of(batch, "number")},
        {FIELD_company_name, found.name},
        {FIELD_basis, work_value_of(batch, "basis")},
    };
    const struct work_draft draft = {.kind = &INSPECTION_KIND,
                                     .owner = slice_of(batch->owner),
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = sizeof value / sizeof value[0],
                                     .source = text_slice(&source),
                                     .parent = batch->id};
    return work_add(desk->work, &draft, request, &refusal, &made, &joined);
}

struct work_plug inspection_plug(struct inspection_desk *desk)
{
    return (struct work_plug){&INSPECTION_KIND, holds, after, desk};
}
