/* case.c -- the table of `case`, and the room's plugs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/case/case_inside.h"

#define WORK_TABLE "casework/case/case.inc"
#include "casework/work/table.inc"

const struct work_kind CASE_KIND = {
    .name = "case",
    .says = SAYING("case", "案件"),
    WORK_KIND_ARRAYS,
    .first_must = F(title),
    .first_may = F(number) | F(scam) | F(place) | F(organ) | F(loss) | F(happened) | F(phone) |
                 F(account) | F(numbers) | F(accounts),
    .creators = DESK,
    .lease_ms = CASE_LEASE_MS,
};

enum status case_filed(struct work *work, struct store *reader, struct slice id,
                       struct slice organisation, bool later, struct arena *request,
                       struct work_item *out)
{
    char name[WORK_ID_SIZE];
    struct identity looks = {.by = BY_SESSION}; /* without any role: it only looks */
    if (id.size == 0 || id.size >= sizeof name || organisation.size >= ACCESS_ID_SIZE)
        return STATUS_ABSENT;
    memcpy(name, id.at, id.size);
    name[id.size] = '\0';
    memcpy(looks.organisation, organisation.at, organisation.size);
    TRY(work_find(work, reader, name, &looks, request, out));
    if (out->kind != &CASE_KIND)
        return STATUS_ABSENT;
    bool after = out->state == STATE_solved || out->state == STATE_handed_on;
    return out->state == STATE_filed || (later && after) ? STATUS_OK : STATUS_REFUSED;
}

/* A case that ends takes with it what the law allows only for a filed one; so that ends first. */
static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    const struct casebook *casebook = self;
    bool ends = done->step >= 0 && STATES[done->item->state].end && !STATES[done->from].end;
    (void)request;
    if (!ends || casebook->may_end == NULL)
        return STATUS_OK;
    enum status status = casebook->may_end(casebook->self, done->item);
    if (status == STATUS_REFUSED && done->refusal != NULL)
        *done->refusal = (struct work_refusal){WORK_FAULT_STILL_FROZEN, -1};
    return status;
}

void casebook_plugs(struct casebook *casebook, struct work_plug out[CASEBOOK_PLUGS])
{
    out[0] = (struct work_plug){.kind = &CASE_KIND, .after = after, .self = casebook};
    out[1] = (struct work_plug){.kind = &VICTIM_KIND};
    out[2] = (struct work_plug){.kind = &SUSPECT_KIND};
    out[3] = handover_plug(casebook);
}
