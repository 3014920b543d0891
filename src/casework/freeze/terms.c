/* terms.c -- what the law pack in force says of freezing: who approves what, for how long.
 *
 * Each number is asked for by its name, so that the way from the clause to the code can be
 * followed (tools/clauses).  What a pack leaves open is not guessed: it is not frozen.
 *
 * Invariant:   A pack that says otherwise than what this room does (a late renewal that does not
 *              lift, a lifting that somebody else approves) is none; nothing is ordered by it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/freeze/freeze_inside.h"

enum { MONTHS_MAX = 1200 };

/* ---- the pack ---- */

static bool known(const struct law_pack *pack)
{
    bool filed = false, before = false, same = false, told = false, twice = true;
    enum law_code late = LAW_CODES_COUNT, lifts = LAW_CODES_COUNT;
    return law_switch(pack, "case.filed", &filed, NULL) == STATUS_OK && filed &&
           law_switch(pack, "renewal.before_end", &before, NULL) == STATUS_OK && before &&
           law_switch(pack, "renewal.same_rank", &same, NULL) == STATUS_OK && same &&
           law_switch(pack, "unrelated.owner_told", &told, NULL) == STATUS_OK && told &&
           law_switch(pack, "double.allowed", &twice, NULL) == STATUS_OK && !twice &&
           law_code_of(pack, "renewal.late", &late, NULL) == STATUS_OK &&
           late == LAW_CODE_lifted_automatically &&
           law_code_of(pack, "lift.approver", &lifts, NULL) == STATUS_OK &&
           lifts == LAW_CODE_same_as_approved;
}

static const struct law_pack *pack_of(const struct freeze_law *law)
{
    const struct law_pack *pack =
        law_find(law->law, LAW_SUBJECT_freeze, law_date_of_moment(law->now, law->zone_minutes));
    return pack != NULL && known(pack) ? pack : NULL;
}

static struct freeze_law law_of(const struct freeze_desk *desk)
{
    return (struct freeze_law){desk->law, steady_now(desk->steady), desk->zone_minutes};
}

const struct law_pack *freeze_pack(const struct freeze_desk *desk)
{
    const struct freeze_law law = law_of(desk);
    return pack_of(&law);
}

/* ---- who ---- */

enum status freeze_rank(const struct law_pack *pack, struct slice asset, enum law_rank *out)
{
    if (slice_equal(asset, SLICE("deposits")))
        return law_rank_of(pack, "deposits.rank", out, NULL);
    if (slice_equal(asset, SLICE("deposits_major")))
        return law_rank_of(pack, "deposits_major.rank", out, NULL);
    if (slice_equal(asset, SLICE("securities")))
        return law_rank_of(pack, "securities.rank", out, NULL);
    if (slice_equal(asset, SLICE("equity")))
        return law_rank_of(pack, "equity.rank", out, NULL);
    if (slice_equal(asset, SLICE("listed_equity")))
        return law_rank_of(pack, "listed_equity.rank", out, NULL);
    return STATUS_ABSENT;
}

/* By their names: a level that the law does not know is none. */
enum status organ_rank(const struct freeze_desk *desk, struct slice organisation,
                       struct arena *arena, enum law_rank *out)
{
    struct access_organisation found;
    TRY(access_organisation_find(desk->store, organisation, arena, &found));
    const char *level = organisation_level_name(found.level);
    for (int rank = 0; rank < LAW_RANKS_COUNT; rank++) {
        if (strcmp(level, law_rank_word((enum law_rank)rank)->name) != 0)
            continue;
        *out = (enum law_rank)rank;
        return found.disabled ? STATUS_REFUSED : STATUS_OK;
    }
    return STATUS_REFUSED;
}

/* ---- how long ---- */

static enum status pack_ends(const struct freeze_law *by, const struct law_pack *pack,
                             struct slice asset, moment from, moment *end)
{
    const struct law *law = by->law;
    int32_t zone = by->zone_minutes;
    law_date unknown;
    if (slice_equal(asset, SLICE("deposits")))
        return law_deadline(law, pack, "deposits.term", from, zone, end, &unknown);
    if (slice_equal(asset, SLICE("deposits_major")))
        return law_deadline(law, pack, "deposits_major.term", from, zone, end, &unknown);
    if (slice_equal(asset, SLICE("securities")))
        return law_deadline(law, pack, "securities.term", from, zone, end, &unknown);
    if (slice_equal(asset, SLICE("equity")))
        return law_deadline(law, pack, "equity.term", from, zone, end, &unknown);
    if (slice_equal(asset, SLICE("listed_equity")))
        return law_deadline(law, pack, "listed_equity.term", from, zone, end, &unknown);
    return STATUS_ABSENT;
}

/* No entry speaks of renewing the equity of a listed company: it is not renewed. */
static enum status renewal_ends(const struct freeze_law *by, const struct law_pack *pack,
                                struct slice asset, moment from, moment *end)
{
    const struct law *law = by->law;
    int32_t zone = by->zone_minutes;
    law_date unknown;
    if (slice_equal(asset, SLICE("deposits")))
        return law_deadline(law, pack, "deposits.renewal", from, zone, end, &unknown);
    if (slice_equal(asset, SLICE("deposits_major")))
        return law_deadline(law, pack, "deposits_major.renewal", from, zone, end, &unknown);
    if (slice_equal(asset, SLICE("securities")))
        return law_deadline(law, pack, "securities.renewal", from, zone, end, &unknown);
    if (slice_equal(asset, SLICE("equity")))
        return law_deadline(law, pack, "equity.renewal", from, zone, end, &unknown);
    return STATUS_ABSENT;
}

static enum status months_of(struct slice digits, int32_t *out)
{
    int32_t months = 0;
    if (digits.size == 0 || digits.size > 4)
        return STATUS_MALFORMED;
    for (size_t i = 0; i < digits.size; i++)
        months = months * 10 + (digits.at[i] - '0');
    *out = months;
    return months > 0 && months <= MONTHS_MAX ? STATUS_OK : STATUS_MALFORMED;
}

enum status freeze_law_ends(const struct freeze_law *law, const struct freeze_term *term,
                            moment from, moment *end, bool *longer)
{
    struct law_term wanted = {.span = {.unit = LAW_UNIT_month}, .counting = LAW_COUNTING_NEXT_DAY};
    const struct law_pack *pack = pack_of(law);
    moment asked, most;
    law_date unknown;
    if (pack == NULL)
        return STATUS_ABSENT;
    TRY(months_of(term->months, &wanted.span.amount));
    TRY(term->renewal ? renewal_ends(law, pack, term->asset, from, &most)
                      : pack_ends(law, pack, term->asset, from, &most));
    TRY(law_term_end(&wanted, from, law->zone_minutes, NULL, &asked, &unknown));
    *longer = asked.ms > most.ms;
    *end = *longer ? most : asked;
    return STATUS_OK;
}

enum status freeze_ends(const struct freeze_desk *desk, const struct freeze_term *term, moment from,
                        moment *end, bool *longer)
{
    const struct freeze_law law = law_of(desk);
    return freeze_law_ends(&law, term, from, end, longer);
}

enum status unrelated_ends(const struct freeze_desk *desk, moment from, moment *end)
{
    const struct law_pack *pack = freeze_pack(desk);
    law_date unknown;
    if (pack == NULL)
        return STATUS_ABSENT;
    return law_deadline(desk->law, pack, "unrelated.lift", from, desk->zone_minutes, end, &unknown);
}

int64_t lift_confirmed_ms(const struct freeze_desk *desk)
{
    const struct law_pack *pack =
        law_find(desk->law, LAW_SUBJECT_practice,
                 law_date_of_moment(steady_now(desk->steady), desk->zone_minutes));
    int64_t ms = 0;
    bool known = pack != NULL && law_span_ms(pack, "lift.confirm", &ms, NULL) == STATUS_OK;
    return known ? ms : MINUTE_MS;
}
