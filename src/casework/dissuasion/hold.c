/* hold.c -- a protective limit that ends by itself.
 *
 *     asked ──place──> placed ──lift, object, run_out, take_back──> lifting ──confirmed──> lifted
 *
 * Invariants:  1. A hold has a legal basis and a notice with the way to appeal, or it is not made.
 *              2. It ends with its term, with the person's objection, and when no second person
 *                 confirms it in time; ending asks nobody.
 *              3. Placing and lifting are told to who executes them, in the same transaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/dissuasion/dissuasion_inside.h"

enum { LEASE_MS = 10 * MINUTE_MS, CONFIRM_MS = DAY_MS, ASKED_MS = DAY_MS };

static int64_t span_term(void *self, const struct work_item *item);
static int64_t span_lift(void *self, const struct work_item *item);
static int64_t kept(void *self, const struct work_item *item);

#define WORK_TABLE "casework/dissuasion/hold.inc"
#include "casework/work/table.inc"

static int64_t span_term(void *self, const struct work_item *item)
{
    const struct dissuasion *dissuasion = self;
    (void)item;
    return dissuasion->spans.hold_ms;
}

static int64_t span_lift(void *self, const struct work_item *item)
{
    const struct dissuasion *dissuasion = self;
    (void)item;
    return dissuasion->spans.lift_confirm_ms;
}

static int64_t kept(void *self, const struct work_item *item)
{
    const struct dissuasion *dissuasion = self;
    (void)item;
    return dissuasion->kept.other_ms == 0 ? -1 : dissuasion->kept.other_ms;
}

const struct work_kind HOLD_KIND = {
    .name = "hold",
    .says = SAYING("protective hold", "保护性限制"),
    WORK_KIND_ARRAYS,
    .first_must = F(executor) | F(basis) | F(notice),
    .first_may = F(account) | F(phone) | F(about),
    .creators = DESK,
    .lease_ms = LEASE_MS,
    .kept_ms = kept,
};

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    unsigned targets = 0;
    (void)self;
    (void)item;
    for (unsigned i = 0; i < count; i++)
        targets += value[i].field == FIELD_account || value[i].field == FIELD_phone;
    *field = FIELD_account;
    return step < 0 && targets != 1 ? WORK_FAULT_MISSING : WORK_FAULT_NONE;
}

/* What it is about and the hold know each other: the one is not forgotten while the other lasts. */
static enum status link_about(const struct dissuasion *dissuasion, const struct work_done *done,
                              struct arena *request)
{
    struct slice about = work_value_of(done->item, "about");
    struct work_item item;
    char id[WORK_ID_SIZE];
    struct text text = text_over(id, sizeof id);
    text_add(&text, about);
    if (done->step >= 0 || about.size == 0 || text.full)
        return STATUS_OK;
    enum status status = work_find(dissuasion->work, dissuasion->store, id, NULL, request, &item);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    if (strcmp(id, done->item->id) == 0 || strcmp(item.owner, done->item->owner) != 0)
        return STATUS_OK;
    return work_link(dissuasion->work, id, done->item->id, "led_to", NULL, SLICE(""));
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    const struct dissuasion *dissuasion = self;
    bool placed = done->item->state == STATE_placed && done->step == STEP_place;
    bool lifting = done->item->state == STATE_lifting && done->from == STATE_placed;
    TRY(link_about(dissuasion, done, request));
    uint64_t target = work_value_of(done->item, "account").size > 0 ? F(account) : F(phone);
    if (placed)
        TRY(work_send(dissuasion->work, done->item->id, work_value_of(done->item, "executor"),
                      target | F(basis) | F(notice), request));
    if ((!placed && !lifting) || dissuasion->sinks.hold == NULL)
        return STATUS_OK;
    return dissuasion->sinks.hold(dissuasion->sinks.self, done->item, placed, request);
}

struct work_plug hold_plug(struct dissuasion *dissuasion)
{
    return (struct work_plug){&HOLD_KIND, holds, after, dissuasion};
}
