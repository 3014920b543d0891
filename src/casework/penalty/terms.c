/* terms.c -- days of the procedure, each asked for by its name in the pack in force.
 *
 * Invariant:   A pack that says otherwise than what this room does (no right to a hearing, a
 *              harsher penalty for a defence) is none: nothing is decided by it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/penalty/penalty_inside.h"

static bool known(const struct law_pack *pack)
{
    bool hearing = false, milder = false;
    return law_switch(pack, "hearing.right", &hearing, NULL) == STATUS_OK && hearing &&
           law_switch(pack, "defence.no_harsher", &milder, NULL) == STATUS_OK && milder;
}

law_date penalty_today(const struct penalty_desk *desk)
{
    return law_date_of_moment(steady_now(desk->steady), desk->zone_minutes);
}

const struct law_pack *penalty_pack(const struct penalty_desk *desk)
{
    const struct law_pack *pack = law_find(desk->law, LAW_SUBJECT_penalty, penalty_today(desk));
    return pack != NULL && known(pack) ? pack : NULL;
}

enum status penalty_ask_ends(const struct penalty_desk *desk, moment noticed, moment *end)
{
    const struct law_pack *pack = penalty_pack(desk);
    law_date unknown;
    if (pack == NULL)
        return STATUS_ABSENT;
    return law_deadline(desk->law, pack, "hearing.request", noticed, desk->zone_minutes, end,
                        &unknown);
}

enum status penalty_call_ends(const struct penalty_desk *desk, moment called, moment *end)
{
    const struct law_pack *pack = penalty_pack(desk);
    law_date unknown;
    if (pack == NULL)
        return STATUS_ABSENT;
    return law_deadline(desk->law, pack, "hearing.notice", called, desk->zone_minutes, end,
                        &unknown);
}

enum status penalty_decide_ends(const struct penalty_desk *desk, moment filed, moment *end)
{
    const struct law_pack *pack = penalty_pack(desk);
    law_date unknown;
    if (pack == NULL)
        return STATUS_ABSENT;
    return law_deadline(desk->law, pack, "decide", filed, desk->zone_minutes, end, &unknown);
}

enum status penalty_limit(const struct penalty_desk *desk, law_date act, bool safety,
                          law_date *last)
{
    const struct law_pack *pack = penalty_pack(desk);
    struct law_span span;
    if (pack == NULL)
        return STATUS_ABSENT;
    if (safety)
        TRY(law_span_of(pack, "limitation.safety", &span, NULL));
    else
        TRY(law_span_of(pack, "limitation", &span, NULL));
    return law_term_last(act, span, LAW_COUNTING_NEXT_DAY, last);
}
