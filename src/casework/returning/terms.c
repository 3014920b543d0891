/* terms.c -- what the law pack in force says of a return.
 *
 * A pack that asks for another way than this room knows is no pack for it: nothing is returned by a
 * formula that somebody has changed under it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/returning_inside.h"

static law_date today(const struct return_desk *desk)
{
    return law_date_of_moment(steady_now(desk->steady), desk->zone_minutes);
}

/* The ways that this room keeps are those that the packs ask for. */
static bool ways_hold(const struct law_pack *pack, const struct law_pack *practice)
{
    enum law_code single = LAW_CODES_COUNT, traceable = single, untraceable = single;
    enum law_code target = single, remainder = single, formula = single, rounding = single;
    bool objections = false, free = false;
    if (pack == NULL || practice == NULL)
        return false;
    if (law_code_of(pack, "method.single", &single, NULL) != STATUS_OK ||
        law_code_of(pack, "method.traceable", &traceable, NULL) != STATUS_OK ||
        law_code_of(pack, "method.untraceable", &untraceable, NULL) != STATUS_OK ||
        law_code_of(pack, "target", &target, NULL) != STATUS_OK ||
        law_code_of(pack, "remainder", &remainder, NULL) != STATUS_OK ||
        law_switch(pack, "notice.objections", &objections, NULL) != STATUS_OK ||
        law_switch(pack, "free_of_charge", &free, NULL) != STATUS_OK ||
        law_code_of(practice, "return.formula", &formula, NULL) != STATUS_OK ||
        law_code_of(practice, "return.rounding", &rounding, NULL) != STATUS_OK)
        return false;
    return single == LAW_CODE_returned_directly && traceable == LAW_CODE_returned_by_timestamp &&
           untraceable == LAW_CODE_returned_pro_rata && target == LAW_CODE_original_account &&
           remainder == LAW_CODE_stays_frozen &&
           formula == LAW_CODE_frozen_times_loss_over_losses &&
           rounding == LAW_CODE_largest_remainder && objections && free;
}

const struct law_pack *return_pack(const struct return_desk *desk)
{
    const struct law_pack *pack = law_find(desk->law, LAW_SUBJECT_return, today(desk));
    const struct law_pack *practice = law_find(desk->law, LAW_SUBJECT_practice, today(desk));
    return ways_hold(pack, practice) ? pack : NULL;
}

/* 24:00 of the last day; a notice whose last day is not worked ends with the next that is (Civil
 * Code 203), working days are counted by the calendar. */
static enum status end_of(const struct return_desk *desk, struct law_span span, moment from,
                          moment *end)
{
    const struct law_term term = {
        .span = span, .counting = LAW_COUNTING_NEXT_DAY, .rolls = span.unit == LAW_UNIT_day};
    law_date unknown = LAW_DATE_NONE;
    return law_term_end(&term, from, desk->zone_minutes, &desk->law->calendar, end, &unknown);
}

enum status notice_end(const struct return_desk *desk, moment from, moment *end)
{
    const struct law_pack *pack = return_pack(desk);
    struct law_span span;
    if (pack == NULL || law_span_of(pack, "notice.term", &span, NULL) != STATUS_OK)
        return STATUS_ABSENT;
    return end_of(desk, span, from, end);
}

enum status execute_end(const struct return_desk *desk, moment from, moment *end)
{
    const struct law_pack *pack = return_pack(desk);
    struct law_span span;
    if (pack == NULL || law_span_of(pack, "bank.execute", &span, NULL) != STATUS_OK)
        return STATUS_ABSENT;
    return end_of(desk, span, from, end);
}

bool level_approves(const struct return_desk *desk, enum organisation_level level)
{
    const struct law_pack *pack = return_pack(desk);
    enum law_rank least;
    enum organisation_level needed = ORGANISATION_LEVEL_none;
    if (pack == NULL || law_rank_of(pack, "approve.rank", &least, NULL) != STATUS_OK)
        return false;
    /* The names of levels are those of ranks; both lists begin with the lowest. */
    if (!organisation_level_find(slice_of(law_rank_word(least)->name), &needed))
        return false;
    return level != ORGANISATION_LEVEL_none && level >= needed;
}
