/* weigh.c -- whether a penalty lies within the range of the law, and whom the law spares.
 *
 *      fine        least ... most, both included; or a warning in its place, where the line says so
 *      confiscated the gains, where they are confiscated; else nothing
 *      detention   days least ... most, of persons only
 *
 * Ages stand in the pack's words for those who are spared (aged_14_to_16, first_aged_16_to_18,
 * aged_70); they are read there, so that no age stands in the code.
 *
 * Not chosen:  an age on one day.  Whether it counts on the day of the act or of the decision, no
 *              pack says; who is spared on either of them is spared. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/penalty/penalty_inside.h"

/* ---- ranges ---- */

static const struct law_fine_row *row_of(const struct law_pack *pack,
                                         const struct penalty_measure *measure)
{
    for (uint32_t i = 0; i < pack->fines_count; i++) {
        const struct law_fine_row *row = &pack->fines[i];
        if (slice_equal(measure->act, slice_of(law_act_word(row->act)->name)) &&
            slice_equal(measure->grade, slice_of(law_grade_word(row->grade)->name)))
            return row;
    }
    return NULL;
}

static void add_yuan(struct text *text, int64_t fen)
{
    text_addf(text, "%lld.%02d", (long long)(fen / 100), (int)(fen % 100));
}

static void add_range(struct text *text, const struct law_pack *pack, const struct law_fine *fine,
                      enum tongue tongue)
{
    const struct law_fine_row *row = fine->row;
    bool zh = tongue == TONGUE_ZH;
    text_addf(text, zh ? "第%.*s条：罚款" : "Art. %.*s: fine ", (int)row->article.size,
              row->article.at);
    add_yuan(text, fine->least_fen);
    text_add_string(text, zh ? "至" : " to ");
    add_yuan(text, fine->most_fen);
    text_add_string(text, zh ? "元" : " yuan");
    if (row->warning_instead)
        text_add_string(text, zh ? "，或警告、通报批评" : ", or a warning or criticism");
    text_add_string(text, zh ? "；没收" : "; confiscated ");
    add_yuan(text, fine->confiscated_fen);
    text_add_string(text, zh ? "元" : " yuan");
    if (row->detention_most > 0)
        text_addf(text, zh ? "；拘留%d至%d日" : "; detention of %d to %d days",
                  (int)row->detention_least, (int)row->detention_most);
    text_addf(text, zh ? "（%.*s，[%s]）。" : " (%.*s, [%s]).", (int)pack->name.size, pack->name.at,
              law_mark_word(row->mark)->name);
}

static bool detention_fits(const struct law_fine_row *row, const struct penalty_measure *measure)
{
    if (!measure->person)
        return measure->detention_days == 0;
    return measure->detention_days >= row->detention_least &&
           measure->detention_days <= row->detention_most;
}

enum penalty_flaw penalty_weigh(const struct law_pack *pack, const struct penalty_measure *measure,
                                const struct law_fine_row **row, struct text says[TONGUES_COUNT])
{
    struct law_fine fine;
    *row = row_of(pack, measure);
    if (*row == NULL ||
        law_fine_of(pack, (*row)->act, (*row)->grade, measure->gains_fen, &fine) != STATUS_OK)
        return PENALTY_NO_LINE;
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++)
        add_range(&says[tongue], pack, &fine, (enum tongue)tongue);
    if (measure->organ != LAW_CODES_COUNT && !law_codes_have((*row)->by, measure->organ))
        return PENALTY_ORGAN;
    bool within = measure->fine_said && measure->fine_fen >= fine.least_fen &&
                  measure->fine_fen <= fine.most_fen;
    bool instead = (*row)->warning_instead && measure->warning && measure->fine_fen == 0;
    if (!within && !instead)
        return PENALTY_FINE;
    if (measure->warning && !instead)
        return PENALTY_FINE; /* one in the place of the other */
    if (measure->confiscated_fen != fine.confiscated_fen)
        return PENALTY_CONFISCATED;
    return detention_fits(*row, measure) ? PENALTY_FITS : PENALTY_DETENTION;
}

/* ---- whom the law spares ---- */

int penalty_age(law_date born, law_date on)
{
    struct civil birth = law_date_civil(born), day = law_date_civil(on);
    bool before = day.month < birth.month || (day.month == birth.month && day.day < birth.day);
    return (int)day.year - (int)birth.year - (before ? 1 : 0);
}

/* The whole numbers of a word, in their order; how many, at most two. */
static unsigned ages_of(enum law_code code, int age[2])
{
    const char *at = law_code_word(code)->name;
    unsigned count = 0;
    while (*at != '\0' && count < 2) {
        int number = 0;
        bool some = false;
        for (; *at >= '0' && *at <= '9'; at++, some = true)
            number = number * 10 + (*at - '0');
        if (some)
            age[count++] = number;
        else
            at++;
    }
    return count;
}

static bool aged(enum law_code code, int years)
{
    int age[2] = {0, 0};
    unsigned count = ages_of(code, age);
    return count > 0 && years >= age[0] && (count == 1 || years < age[1]);
}

static bool means(enum law_code code, const struct penalty_person *person)
{
    if (code == LAW_CODE_pregnant_or_nursing)
        return person->nursing;
    if (code == LAW_CODE_first_aged_16_to_18 && !person->first_time)
        return false;
    return aged(code, penalty_age(person->born, person->act)) ||
           aged(code, penalty_age(person->born, person->today));
}

enum status penalty_spares(const struct law_pack *pack, const struct penalty_person *person,
                           bool *spared, enum law_code *why, bool *open)
{
    struct law_codes codes = {0};
    int youngest = INT32_MAX;
    *open = law_list(pack, "detention.exceptions", &codes, NULL) != STATUS_OK;
    *spared = false;
    if (person->born.days == LAW_DATE_NONE.days)
        return STATUS_ABSENT;
    for (int code = 0; code < LAW_CODES_COUNT; code++) {
        int age[2] = {0, 0};
        if (law_code_group((enum law_code)code) != LAW_GROUP_spared)
            continue;
        if (ages_of((enum law_code)code, age) > 0 && age[0] < youngest)
            youngest = age[0];
        bool holds = *open || law_codes_have(codes, (enum law_code)code);
        if (*spared || !holds || !means((enum law_code)code, person))
            continue;
        *spared = true;
        *why = (enum law_code)code;
    }
    return penalty_age(person->born, person->act) < youngest ? STATUS_REFUSED : STATUS_OK;
}
