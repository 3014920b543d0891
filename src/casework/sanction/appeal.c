/* appeal.c -- the table of `appeal`: whoever took no part before decides, and every copy is
 * corrected
 * in the transaction of the decision. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"

#include <string.h>

static int64_t span_accept(void *self, const struct work_item *item);
static int64_t span_verify(void *self, const struct work_item *item);
static int64_t span_longer(void *self, const struct work_item *item);
static int64_t kept(void *self, const struct work_item *item);

#define WORK_TABLE "casework/sanction/appeal.inc"
#include "casework/work/table.inc"

const struct work_kind APPEAL_KIND = {
    .name = "appeal",
    .says = SAYING("appeal against a sanction", "惩戒申诉"),
    WORK_KIND_ARRAYS,
    .first_must = F(about) | F(ground) | F(by_whom),
    .first_may = F(reference) | F(statement) | F(contact),
    .lease_ms = SANCTION_LEASE_MS,
    .kept_ms = kept,
};

/* As long as what it is about, which it is linked with and which is not forgotten before it. */
static int64_t kept(void *self, const struct work_item *item)
{
    const struct sanction_desk *desk = self;
    return law_keeps(desk->law, "retention.discipline", item->closed,
                     desk->clock.now(desk->clock.self), desk->zone_minutes);
}

/* ---- service levels: working days, by the calendar ---- */

static int64_t until(const struct sanction_desk *desk, const char *name)
{
    const struct law_pack *pack = sanction_pack(desk, LAW_SUBJECT_practice);
    moment now = desk->clock.now(desk->clock.self), end;
    law_date unknown;
    enum status status = STATUS_ABSENT;
    if (pack != NULL && strcmp(name, "accept") == 0)
        status =
            law_deadline(desk->law, pack, "appeal.accept", now, desk->zone_minutes, &end, &unknown);
    else if (pack != NULL && strcmp(name, "verify") == 0)
        status =
            law_deadline(desk->law, pack, "appeal.verify", now, desk->zone_minutes, &end, &unknown);
    else if (pack != NULL)
        status = law_deadline(desk->law, pack, "appeal.extension", now, desk->zone_minutes, &end,
                              &unknown);
    return status == STATUS_OK && end.ms > now.ms ? end.ms - now.ms : -1;
}

static int64_t span_accept(void *self, const struct work_item *item)
{
    (void)item;
    return until(self, "accept");
}

static int64_t span_verify(void *self, const struct work_item *item)
{
    (void)item;
    return until(self, "verify");
}

static int64_t span_longer(void *self, const struct work_item *item)
{
    (void)item;
    return until(self, "longer");
}

/* ---- deciding ---- */

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    const struct sanction_view view = {&APPEAL_KIND, item, value, count};
    struct slice dropped = sanction_get(&view, "dropped_things");
    law_date latest;
    (void)self;
    if (step != STEP_amend)
        return WORK_FAULT_NONE;
    *field = FIELD_latest;
    if (dropped.size == 0 && sanction_get(&view, "latest").size == 0)
        return WORK_FAULT_MISSING;
    if (sanction_get(&view, "latest").size > 0 &&
        law_date_parse(sanction_get(&view, "latest"), &latest) != STATUS_OK)
        return WORK_FAULT_VALUE;
    *field = FIELD_dropped_things;
    for (size_t at = 0; at < dropped.size;) {
        size_t end = at;
        enum law_code code;
        while (end < dropped.size && dropped.at[end] != ' ')
            end++;
        if (!sanction_code((struct slice){dropped.at + at, end - at}, LAW_GROUP_thing, &code))
            return WORK_FAULT_VALUE;
        at = end + 1;
    }
    return WORK_FAULT_NONE;
}

/* Every step of a person here is that of somebody who took no part in the sanction. */
static enum status judge(const struct sanction_desk *desk, const struct work_done *done)
{
    char id[WORK_ID_SIZE];
    struct text text = text_over(id, sizeof id);
    bool took = false;
    text_add(&text, work_value_of(done->item, "about"));
    TRY(sanction_hand_took(desk, id, done->by->user, &took));
    if (!took)
        return STATUS_OK;
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){WORK_FAULT_INVOLVED, -1};
    return STATUS_REFUSED;
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    struct sanction_desk *desk = self;
    char id[WORK_ID_SIZE];
    struct text text = text_over(id, sizeof id);
    text_add(&text, work_value_of(done->item, "about"));
    if (done->by != NULL && done->step >= 0)
        TRY(judge(desk, done));
    switch (done->step) {
    case STEP_suspend:
        return sanction_suspend(desk, id, work_value_of(done->item, "suspended"), request);
    case STEP_amend:
        return sanction_amend(desk, id, work_value_of(done->item, "latest"),
                              work_value_of(done->item, "dropped_things"), request);
    case STEP_revoke:
        return sanction_revoke(desk, id, request);
    case STEP_uphold: /* what was suspended meanwhile goes on */
        return slice_equal(work_value_of(done->item, "suspended"), SLICE("true"))
                   ? sanction_suspend(desk, id, SLICE("false"), request)
                   : STATUS_OK;
    default:
        return STATUS_OK;
    }
}

struct work_plug appeal_plug(struct sanction_desk *desk)
{
    return (struct work_plug){&APPEAL_KIND, holds, after, desk};
}
