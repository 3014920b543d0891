/* victim.c -- the table of `victim_area`: rates of victims, and nothing that follows but advice. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/area/area_inside.h"

#define MONTH   (F(period) | F(resident) | F(registered) | F(population_year))
#define COUNTED (F(victims_by_resident) | F(victims_by_registered) | F(ranked) | F(law) | F(trend))

#define WORK_TABLE "casework/area/victim.inc"
#include "casework/work/table.inc"

const struct work_kind VICTIM_AREA_KIND = {
    .name = "victim_area",
    .says = SAYING("area where victims live", "受害地区"),
    WORK_KIND_ARRAYS,
    .first_must = F(place) | F(name),
    .first_may = 0,
    .creators = DESK,
    .lease_ms = AREA_LEASE_MS,
    .merge_ms = INT64_MAX / 2, /* a place is on the register once */
    .key_fields = F(place),
};

static struct slice brought(const struct work_value *value, unsigned count, int field)
{
    for (unsigned i = 0; i < count; i++)
        if (value[i].field == field)
            return value[i].value;
    return SLICE("");
}

static enum work_fault holds(void *self, const struct work_item *item, int step,
                             const struct work_value *value, unsigned count, int *field)
{
    int64_t month = 0, victims = area_whole(brought(value, count, FIELD_victims));
    struct rate rate;
    (void)item;
    if (step != STEP_figures)
        return WORK_FAULT_NONE;
    *field = FIELD_period;
    if (area_month(brought(value, count, FIELD_period), &month) != STATUS_OK ||
        month > area_this_month(self))
        return WORK_FAULT_VALUE;
    *field = FIELD_resident;
    if (rate_of(victims, area_whole(brought(value, count, FIELD_resident)), &rate) != STATUS_OK)
        return WORK_FAULT_VALUE;
    *field = FIELD_registered;
    return rate_of(victims, area_whole(brought(value, count, FIELD_registered)), &rate) == STATUS_OK
               ? WORK_FAULT_NONE
               : WORK_FAULT_VALUE;
}

static enum status counted(struct area_desk *desk, const struct work_item *item,
                           struct arena *request)
{
    struct area_sheet sheet = {.request = request};
    struct work_refusal refusal = {.field = -1};
    struct work_item out;
    struct rate rate;
    const struct rate people[2] = {{.population = area_whole(work_value_of(item, "resident"))},
                                   {.population = area_whole(work_value_of(item, "registered"))}};
    int64_t victims = area_whole(work_value_of(item, "victims"));
    TRY(sheet_rates(&sheet, FIELD_victims_by_resident, FIELD_victims_by_registered, victims,
                    people));
    TRY(rate_of(victims, people[0].population, &rate));
    bool ranked = victims >= area_ranked_least(desk);
    TRY(sheet_text(&sheet, FIELD_ranked, ranked ? SLICE("true") : SLICE("false")));
    TRY(sheet_trend(&sheet, FIELD_trend, work_value_of(item, "trend"),
                    work_value_of(item, "period"), &rate));
    TRY(sheet_law(&sheet, FIELD_law, desk));
    const struct work_move move = {.id = item->id,
                                   .step = "count_up",
                                   .version = -1,
                                   .value = sheet.value,
                                   .values_count = sheet.count};
    return work_step(desk->work, &move, request, &refusal, &out);
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    return done->step == STEP_figures ? counted(self, done->item, request) : STATUS_OK;
}

struct work_plug victim_plug(struct area_desk *desk)
{
    return (struct work_plug){&VICTIM_AREA_KIND, holds, after, desk};
}
