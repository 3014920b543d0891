/* batch.c -- the table of `inspection_batch`, and its start: an inspection of each company. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/inspection/inspection_inside.h"

#include <stdio.h>
#include <string.h>

#define PLAN (F(number) | F(title) | F(plan) | F(basis) | F(checklist) | F(companies))

enum { ASKING_MS = INSPECTION_ASKING_MS };

#define WORK_TABLE "casework/inspection/batch.inc"
#include "casework/work/table.inc"

const struct work_kind INSPECTION_BATCH_KIND = {
    .name = "inspection_batch",
    .says = SAYING("batch of inspections", "检查批次"),
    WORK_KIND_ARRAYS,
    .first_must = F(number),
    .first_may = PLAN,
    .creators = DESK,
    .lease_ms = INSPECTION_LEASE_MS,
    .kept_ms = inspection_kept,
};

static struct slice brought_or_kept(const struct work_item *item, const struct work_value *value,
                                    unsigned count, int field)
{
    for (unsigned i = 0; i < count; i++)
        if (value[i].field == field)
            return value[i].value;
    return item == NULL ? SLICE("") : work_value_of(item, FIELDS[field].name);
}

/* How many companies are on the list, each once; -1: it has not its form. */
static int64_t companies_count(struct slice list)
{
    struct slice object, id, other;
    int64_t count = 0;
    for (size_t at = 0; list_object(list, &at, &object); count++) {
        if (!object_text(object, "id", &id) || id.size == 0 || id.size >= ACCESS_ID_SIZE)
            return -1;
        for (size_t behind = at; list_object(list, &behind, &object);)
            if (object_text(object, "id", &other) && slice_equal(id, other))
                return -1;
    }
    return count <= COMPANIES_MAX ? count : -1;
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    struct slice checklist = brought_or_kept(item, value, count, FIELD_checklist);
    struct slice companies = brought_or_kept(item, value, count, FIELD_companies);
    uint32_t checks = 0;
    (void)self;
    *field = FIELD_checklist;
    if (checklist.size > 0 && !checklist_holds(checklist, SLICE(""), &checks))
        return WORK_FAULT_VALUE;
    *field = FIELD_companies;
    int64_t listed = companies_count(companies);
    if (companies.size > 0 && listed <= 0)
        return WORK_FAULT_VALUE;
    return step == STEP_start && listed <= 0 ? WORK_FAULT_MISSING : WORK_FAULT_NONE;
}

static enum status refuse_for(const struct work_done *done, enum work_fault fault, int field)
{
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){.fault = fault, .field = field};
    return STATUS_REFUSED;
}

static enum status started(struct inspection_desk *desk, const struct work_done *done,
                           struct arena *request)
{
    struct slice companies = work_value_of(done->item, "companies"), object, id;
    struct work_refusal refusal = {.field = -1};
    struct work_item out;
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    for (size_t at = 0; list_object(companies, &at, &object);) {
        if (!object_text(object, "id", &id))
            return refuse_for(done, WORK_FAULT_VALUE, FIELD_companies);
        enum status status = inspection_make(desk, done->item, id, request);
        if (status == STATUS_REFUSED || status == STATUS_ABSENT || status == STATUS_MALFORMED)
            return refuse_for(done, WORK_FAULT_VALUE, FIELD_companies);
        TRY(status);
    }
    text_add_whole(&text, companies_count(companies));
    const struct work_value value = {FIELD_count, text_slice(&text)};
    const struct work_move move = {.id = done->item->id,
                                   .step = "count_up",
                                   .version = -1,
                                   .value = &value,
                                   .values_count = 1};
    return work_step(desk->work, &move, request, &refusal, &out);
}

/* Whether an inspection of it has not ended. */
struct still {
    bool open;
};

static enum status still_open(void *self, const struct work_item *item, struct slice cursor)
{
    struct still *still = self;
    (void)cursor;
    if (item->kind == &INSPECTION_KIND && !item->kind->state[item->state].end)
        still->open = true;
    return STATUS_OK;
}

static enum status closed(struct inspection_desk *desk, const struct work_done *done,
                          struct arena *request)
{
    struct still still = {false};
    const struct work_query query = {.kind = &INSPECTION_KIND,
                                     .state = -1,
                                     .open = true,
                                     .identifier = slice_of(done->item->id),
                                     .count_max = COMPANIES_MAX};
    TRY(work_list(desk->work, desk->store, &query, done->by, request,
                  (struct work_sink){still_open, &still}));
    return still.open ? refuse_for(done, WORK_FAULT_STATE, -1) : STATUS_OK;
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    struct inspection_desk *desk = self;
    switch (done->step) {
    case -1:
        if (done->item->version != 1)
            return refuse_for(done, WORK_FAULT_STEP, -1);
        return inspection_may(desk, done->item, request) == STATUS_OK
                   ? STATUS_OK
                   : refuse_for(done, WORK_FAULT_HAND, -1);
    case STEP_start:
        return started(desk, done, request);
    case STEP_close:
        return closed(desk, done, request);
    default:
        return STATUS_OK;
    }
}

struct work_plug batch_plug(struct inspection_desk *desk)
{
    return (struct work_plug){&INSPECTION_BATCH_KIND, holds, after, desk};
}
