/* measure.c -- the table of `measure`, its notice and its clock out of the law. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/measure/measure.h"

#include <string.h>

#define DESK  (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor) | WORK_ROLE(liaison))
#define CHIEF (WORK_ROLE(supervisor) | WORK_ROLE(liaison))

enum { LEASE_MS = 30 * MINUTE_MS };

static int64_t span_answer(void *self, const struct work_item *item);
static int64_t kept(void *self, const struct work_item *item);
static enum status forgotten(void *self, const struct work_item *item, struct arena *request);

#define WORK_TABLE "casework/measure/measure.inc"
#include "casework/work/table.inc"

const struct work_kind MEASURE_KIND = {
    .name = "measure",
    .says = SAYING("measure of an institution itself", "机构自行措施"),
    WORK_KIND_ARRAYS,
    .first_must = F(document),
    .first_may = F(name) | F(account) | F(phone) | F(basis) | F(risk),
    .creators = DESK,
    .creator_services = true,
    .lease_ms = LEASE_MS,
    .kept_ms = kept,
    .forgotten = forgotten,
};

static int64_t kept(void *self, const struct work_item *item)
{
    const struct measure_desk *desk = self;
    return law_keeps(desk->law, "retention.measure", item->closed,
                     desk->clock.now(desk->clock.self), desk->zone_minutes);
}

static enum status forgotten(void *self, const struct work_item *item, struct arena *request)
{
    const struct measure_desk *desk = self;
    const struct store_value id = STORE_OF_TEXT(slice_of(item->id));
    (void)request;
    return store_run(desk->store, "DELETE FROM measure_hand WHERE item = ?1", &id, 1);
}

const struct store_migration MEASURE_MIGRATIONS[MEASURE_MIGRATIONS_COUNT] = {
    {"casework: who chose a measure",
     "CREATE TABLE measure_hand (item TEXT PRIMARY KEY, who TEXT NOT NULL) WITHOUT ROWID;"},
};

static const struct law_pack *pack_of(const struct measure_desk *desk)
{
    return law_find(desk->law, LAW_SUBJECT_institution,
                    law_date_of_moment(desk->clock.now(desk->clock.self), desk->zone_minutes));
}

/* The law knows a time for a bank's own money-laundering measure alone (art. 39 of that law). */
static int64_t span_answer(void *self, const struct work_item *item)
{
    const struct measure_desk *desk = self;
    const struct law_pack *pack = pack_of(desk);
    moment now = desk->clock.now(desk->clock.self), end;
    law_date unknown;
    if (pack == NULL || !slice_equal(work_value_of(item, "basis"), SLICE("aml")) ||
        law_deadline(desk->law, pack, "objection.answer", now, desk->zone_minutes, &end,
                     &unknown) != STATUS_OK)
        return -1;
    return end.ms - item->changed.ms;
}

/* Every item that the pack lists stands in the notice under its own name. */
static enum work_fault notice_holds(const struct measure_desk *desk, const struct work_value *value,
                                    unsigned count, int *field)
{
    const struct law_pack *pack = pack_of(desk);
    struct law_codes items;
    moment told;
    *field = FIELD_law;
    if (pack == NULL || law_list(pack, "notice.items", &items, NULL) != STATUS_OK)
        return WORK_FAULT_LEGAL;
    for (uint32_t i = 0; i < items.count; i++) {
        bool said = false;
        *field = work_field_find(&MEASURE_KIND, slice_of(law_code_word(items.at[i])->name));
        for (unsigned v = 0; v < count; v++)
            said = said || (value[v].field == *field && value[v].value.size > 0);
        if (*field < 0)
            return WORK_FAULT_LEGAL; /* the law wants more than this table can say */
        if (!said)
            return WORK_FAULT_MISSING;
    }
    *field = FIELD_told_at;
    for (unsigned v = 0; v < count; v++)
        if (value[v].field == FIELD_told_at &&
            (moment_parse(value[v].value, &told) != STATUS_OK ||
             told.ms > desk->clock.now(desk->clock.self).ms + MINUTE_MS))
            return WORK_FAULT_VALUE;
    return WORK_FAULT_NONE;
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    const struct law_pack *pack = pack_of(self);
    enum law_code when;
    (void)item;
    if (step == STEP_apply)
        return notice_holds(self, value, count, field);
    *field = FIELD_law;
    if (step == STEP_accept &&
        (pack == NULL || law_code_of(pack, "lift.verified", &when, NULL) != STATUS_OK ||
         when != LAW_CODE_at_once))
        return WORK_FAULT_LEGAL; /* this table lifts at once, and knows no other way */
    return WORK_FAULT_NONE;
}

static enum status chose(const struct measure_desk *desk, const struct work_done *done)
{
    static const char PUT[] = "INSERT INTO measure_hand (item, who) VALUES (?1, ?2) ON CONFLICT "
                              "(item) DO UPDATE SET who = ?2";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(done->item->id)),
                                         STORE_OF_TEXT(slice_of(done->by->user))};
    return store_run(desk->store, PUT, values, 2);
}

static enum status judged(const struct measure_desk *desk, const struct work_done *done,
                          struct arena *request)
{
    static const char FIND[] = "SELECT who FROM measure_hand WHERE item = ?1";
    const struct store_value value = STORE_OF_TEXT(slice_of(done->item->id));
    struct store_value at[1];
    enum status status = store_one(desk->store, FIND, &value, 1, at, 1, request);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    if (!slice_equal(at[0].bytes, slice_of(done->by->user)))
        return STATUS_OK;
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){WORK_FAULT_INVOLVED, -1};
    return STATUS_REFUSED;
}

static enum status stamped(const struct measure_desk *desk, const struct work_done *done,
                           struct arena *request)
{
    char bytes[LAW_STAMP_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    struct work_refusal refusal = {.field = -1};
    struct work_item item;
    text_add_law_stamp(&text, pack_of(desk)); /* notice_holds found one */
    const struct work_value value = {FIELD_law, text_slice(&text)};
    const struct work_move move = {
        .id = done->item->id, .step = "stamp", .version = -1, .value = &value, .values_count = 1};
    return work_step(desk->work, &move, request, &refusal, &item);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    switch (done->step) {
    case STEP_choose:
        return chose(self, done);
    case STEP_apply:
        return stamped(self, done, request);
    case STEP_accept:
    case STEP_uphold:
        return judged(self, done, request);
    default:
        return STATUS_OK;
    }
}

struct work_plug measure_plug(struct measure_desk *desk)
{
    return (struct work_plug){&MEASURE_KIND, holds, after, desk};
}
