/* source.c -- the table of `source_area`: what its figures bear, and what they are counted to.
 *
 * A month is over the threshold if cards and accounts together, of 100,000 residents, are more than
 * the organ's threshold, and are enough events to be ranked at all.  The threshold is the organ's
 * own: no formula is public, and none is guessed.
 *
 * Not chosen:  the sum of all indicators as one score.  Persons, dens and cards are not one unit;
 *              only cards and accounts, which are taken in the same way, are counted together. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/area/area_inside.h"

#define OPEN    (IN(monitored) | IN(warned) | IN(talked) | IN(listed) | IN(due) | IN(observed))
#define MONTH   (F(period) | F(resident) | F(registered) | F(population_year) | F(threshold))
#define LISTING (F(decision) | F(leader) | F(targets) | F(until))
#define COUNTED                                                                            \
    (F(cards_by_resident) | F(cards_by_registered) | F(accounts_by_resident) |             \
     F(accounts_by_registered) | F(both_by_resident) | F(both_by_registered) | F(ranked) | \
     F(over) | F(stable) | F(elsewhere_share) | F(baseline) | F(baseline_share) | F(law) | \
     F(counted) | F(trend))

enum { ASKING_MS = AREA_ASKING_MS, THOUSAND = 1000 };

static int64_t span_month(void *self, const struct work_item *item);

#define WORK_TABLE "casework/area/source.inc"
#include "casework/work/table.inc"

const struct work_kind SOURCE_AREA_KIND = {
    .name = "source_area",
    .says = SAYING("key area, source side", "重点地区（源头侧）"),
    WORK_KIND_ARRAYS,
    .first_must = F(place) | F(name),
    .first_may = 0,
    .creators = DESK,
    .lease_ms = AREA_LEASE_MS,
    .merge_ms = INT64_MAX / 2, /* a place is on the register once */
    .key_fields = F(place),
};

/* A report each month, from the day of the listing or of the report before. */
static int64_t span_month(void *self, const struct work_item *item)
{
    const struct area_desk *desk = self;
    law_date last;
    if (law_term_last(law_date_of_moment(item->changed, desk->zone_minutes),
                      (struct law_span){1, LAW_UNIT_month}, LAW_COUNTING_NEXT_DAY,
                      &last) != STATUS_OK)
        return -1;
    return law_date_end(last, desk->zone_minutes).ms - item->changed.ms;
}

/* ---- what must hold ---- */

struct look {
    const struct area_desk *desk;
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
    return look->item == NULL ? SLICE("") : work_value_of(look->item, FIELDS[field].name);
}

static int64_t number(const struct look *look, int field)
{
    return area_whole(looked(look, field));
}

static enum work_fault wrong(struct look *look, int field, enum work_fault fault)
{
    look->field = field;
    return fault;
}

/* The cards and accounts of the place's own people. */
static int64_t own(const struct look *look, bool cards, bool accounts)
{
    int64_t count = 0;
    if (cards)
        count += number(look, FIELD_cards_here) + number(look, FIELD_cards_elsewhere);
    if (accounts)
        count += number(look, FIELD_accounts_here) + number(look, FIELD_accounts_elsewhere);
    return count;
}

/* A later month than the one before, not one to come; people, and no more events than people. */
static enum work_fault figures_hold(struct look *look)
{
    int64_t month = 0, before = 0;
    struct rate rate;
    if (area_month(looked(look, FIELD_period), &month) != STATUS_OK ||
        month > area_this_month(look->desk))
        return wrong(look, FIELD_period, WORK_FAULT_VALUE);
    if (area_month(work_value_of(look->item, "counted"), &before) == STATUS_OK && month <= before)
        return wrong(look, FIELD_period, WORK_FAULT_VALUE);
    int64_t all = own(look, true, true);
    if (rate_of(all, number(look, FIELD_resident), &rate) != STATUS_OK)
        return wrong(look, FIELD_resident, WORK_FAULT_VALUE);
    if (rate_of(all, number(look, FIELD_registered), &rate) != STATUS_OK)
        return wrong(look, FIELD_registered, WORK_FAULT_VALUE);
    int64_t year = number(look, FIELD_population_year);
    return year * 12 > month || year * 12 < month - 120
               ? wrong(look, FIELD_population_year, WORK_FAULT_VALUE)
               : WORK_FAULT_NONE;
}

/* As many months in a row as the pack says. */
static enum work_fault warn_holds(struct look *look)
{
    const struct law_pack *pack = area_pack(look->desk);
    int64_t after = 0;
    if (pack == NULL || law_count(pack, "area.warned.after", &after, NULL) != STATUS_OK)
        return wrong(look, FIELD_law, WORK_FAULT_LEGAL);
    return number(look, FIELD_over) >= after ? WORK_FAULT_NONE
                                             : wrong(look, FIELD_over, WORK_FAULT_FIGURES);
}

static enum work_fault delist_holds(struct look *look)
{
    const struct law_pack *pack = area_pack(look->desk);
    int64_t after = 0;
    if (pack == NULL || law_count(pack, "area.delisted.after", &after, NULL) != STATUS_OK)
        return wrong(look, FIELD_law, WORK_FAULT_LEGAL);
    return number(look, FIELD_stable) >= after ? WORK_FAULT_NONE
                                               : wrong(look, FIELD_stable, WORK_FAULT_FIGURES);
}

static law_date today(const struct look *look)
{
    return law_date_of_moment(steady_now(look->desk->steady), look->desk->zone_minutes);
}

/* The day is over until which it was to be better, and it is not. */
static enum work_fault list_holds(struct look *look)
{
    law_date day;
    if (law_date_parse(looked(look, FIELD_until), &day) != STATUS_OK || day.days < today(look).days)
        return wrong(look, FIELD_until, WORK_FAULT_VALUE);
    if (law_date_parse(looked(look, FIELD_improve_until), &day) != STATUS_OK ||
        day.days >= today(look).days)
        return wrong(look, FIELD_improve_until, WORK_FAULT_SOON);
    return number(look, FIELD_over) > 0 ? WORK_FAULT_NONE
                                        : wrong(look, FIELD_over, WORK_FAULT_FIGURES);
}

/* "12.345 (…)" in thousandths. */
static int64_t rate_in(struct slice text)
{
    int64_t parts = 0;
    for (size_t i = 0; i < text.size && text.at[i] != ' '; i++)
        if (text.at[i] != '.')
            parts = parts * 10 + (text.at[i] - '0');
    return parts;
}

/* Better than when it was listed, and not because its people opened elsewhere. */
static enum work_fault assess_holds(struct look *look)
{
    if (number(look, FIELD_stable) == 0 ||
        rate_in(looked(look, FIELD_both_by_resident)) >= rate_in(looked(look, FIELD_baseline)))
        return wrong(look, FIELD_both_by_resident, WORK_FAULT_FIGURES);
    bool moved = number(look, FIELD_elsewhere_share) > number(look, FIELD_baseline_share);
    return moved && looked(look, FIELD_elsewhere_why).size == 0
               ? wrong(look, FIELD_elsewhere_why, WORK_FAULT_MISSING)
               : WORK_FAULT_NONE;
}

static enum work_fault talk_holds(struct look *look)
{
    law_date day;
    return law_date_parse(looked(look, FIELD_improve_until), &day) == STATUS_OK &&
                   day.days >= today(look).days
               ? WORK_FAULT_NONE
               : wrong(look, FIELD_improve_until, WORK_FAULT_VALUE);
}

static enum work_fault report_holds(struct look *look)
{
    int64_t month = 0;
    return area_month(looked(look, FIELD_reported_for), &month) == STATUS_OK &&
                   month <= area_this_month(look->desk)
               ? WORK_FAULT_NONE
               : wrong(look, FIELD_reported_for, WORK_FAULT_VALUE);
}

static enum work_fault holds_in(struct look *look, int step)
{
    switch (step) {
    case STEP_figures:
        return figures_hold(look);
    case STEP_warn:
        return warn_holds(look);
    case STEP_improve:
        return number(look, FIELD_over) == 0 ? WORK_FAULT_NONE
                                             : wrong(look, FIELD_over, WORK_FAULT_FIGURES);
    case STEP_talk:
        return talk_holds(look);
    case STEP_list:
        return list_holds(look);
    case STEP_report:
        return report_holds(look);
    case STEP_assess:
        return assess_holds(look);
    case STEP_relapse:
        return number(look, FIELD_over) > 0 ? WORK_FAULT_NONE
                                            : wrong(look, FIELD_over, WORK_FAULT_FIGURES);
    case STEP_delist:
        return delist_holds(look);
    default:
        return WORK_FAULT_NONE;
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

static enum status write_down(struct area_desk *desk, const struct work_item *item,
                              const struct area_sheet *sheet, struct arena *request)
{
    struct work_refusal refusal = {.field = -1};
    struct work_item out;
    const struct work_move move = {.id = item->id,
                                   .step = "count_up",
                                   .version = -1,
                                   .value = sheet->value,
                                   .values_count = sheet->count};
    return work_step(desk->work, &move, request, &refusal, &out);
}

/* The row of months goes on if this one follows the last. */
static enum status put_row(struct area_sheet *sheet, const struct look *look, bool over)
{
    int64_t month = 0, before = 0;
    TRY(area_month(looked(look, FIELD_period), &month));
    bool follows =
        area_month(looked(look, FIELD_counted), &before) == STATUS_OK && month == before + 1;
    int64_t row = follows ? number(look, over ? FIELD_over : FIELD_stable) + 1 : 1;
    TRY(sheet_whole(sheet, FIELD_over, over ? row : 0));
    TRY(sheet_whole(sheet, FIELD_stable, over ? 0 : row));
    return sheet_text(sheet, FIELD_counted, looked(look, FIELD_period));
}

static enum status counted(struct area_desk *desk, const struct work_item *item,
                           struct arena *request)
{
    const struct look look = {desk, item, NULL, 0, -1};
    struct area_sheet sheet = {.request = request};
    const struct rate people[2] = {{.population = number(&look, FIELD_resident)},
                                   {.population = number(&look, FIELD_registered)}};
    int64_t all = own(&look, true, true);
    int64_t elsewhere =
        number(&look, FIELD_cards_elsewhere) + number(&look, FIELD_accounts_elsewhere);
    struct rate rate;
    TRY(sheet_rates(&sheet, FIELD_cards_by_resident, FIELD_cards_by_registered,
                    own(&look, true, false), people));
    TRY(sheet_rates(&sheet, FIELD_accounts_by_resident, FIELD_accounts_by_registered,
                    own(&look, false, true), people));
    TRY(sheet_rates(&sheet, FIELD_both_by_resident, FIELD_both_by_registered, all, people));
    TRY(rate_of(all, people[0].population, &rate));
    bool ranked = all >= area_ranked_least(desk);
    bool over = ranked && rate.value > number(&look, FIELD_threshold) * RATE_PARTS;
    TRY(sheet_text(&sheet, FIELD_ranked, ranked ? SLICE("true") : SLICE("false")));
    TRY(sheet_whole(&sheet, FIELD_elsewhere_share, all == 0 ? 0 : elsewhere * THOUSAND / all));
    TRY(put_row(&sheet, &look, over));
    TRY(sheet_trend(&sheet, FIELD_trend, looked(&look, FIELD_trend), looked(&look, FIELD_period),
                    &rate));
    TRY(sheet_law(&sheet, FIELD_law, desk));
    return write_down(desk, item, &sheet, request);
}

static enum status based(struct area_desk *desk, const struct work_item *item,
                         struct arena *request)
{
    struct area_sheet sheet = {.request = request};
    TRY(sheet_text(&sheet, FIELD_baseline, work_value_of(item, "both_by_resident")));
    TRY(sheet_text(&sheet, FIELD_baseline_share, work_value_of(item, "elsewhere_share")));
    return write_down(desk, item, &sheet, request);
}

/* What is observed counts from here. */
static enum status observed(struct area_desk *desk, const struct work_item *item,
                            struct arena *request)
{
    struct area_sheet sheet = {.request = request};
    TRY(sheet_whole(&sheet, FIELD_over, 0));
    TRY(sheet_whole(&sheet, FIELD_stable, 0));
    return write_down(desk, item, &sheet, request);
}

/* The figures may be others by the time that the second person says yes. */
static enum status still(struct area_desk *desk, const struct work_done *done)
{
    struct look look = {desk, done->item, NULL, 0, -1};
    enum work_fault fault = holds_in(&look, done->step);
    if (fault == WORK_FAULT_NONE)
        return STATUS_OK;
    if (done->refusal != NULL)
        *done->refusal = (struct work_refusal){.fault = fault, .field = look.field};
    return STATUS_REFUSED;
}

static enum status after(void *self, const struct work_done *done, struct arena *request)
{
    struct area_desk *desk = self;
    switch (done->step) {
    case STEP_figures:
        return counted(desk, done->item, request);
    case STEP_list:
        TRY(still(desk, done));
        return based(desk, done->item, request);
    case STEP_assess:
        TRY(still(desk, done));
        return observed(desk, done->item, request);
    case STEP_relapse:
    case STEP_delist:
        return still(desk, done);
    default:
        return STATUS_OK;
    }
}

struct work_plug source_plug(struct area_desk *desk)
{
    return (struct work_plug){&SOURCE_AREA_KIND, holds, after, desk};
}
