/* facts.c -- what the pack in force asks of a nomination and of a determination.
 *
 * Every number is the pack's: thresholds, the first day that is covered, the age below which a
  * person
 * has to say why.  What the pack does not give is not asked for; what it gives is not passed
  * over. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"

enum { DOCUMENT_SIZE = 18, BORN_AT = 6, BORN_SIZE = 8 };

struct weighing {
    const struct sanction_desk *desk;
    const struct sanction_view *view;
    const struct law_pack *pack;
    law_date today;
    int *field;
};

static enum work_fault wrong(const struct weighing *weighing, const char *field,
                             enum work_fault fault)
{
    *weighing->field = work_field_find(weighing->view->kind, slice_of(field));
    return fault;
}

static bool has(const struct weighing *weighing, const char *field)
{
    return sanction_get(weighing->view, field).size > 0;
}

static bool is(const struct weighing *weighing, const char *field, const char *word)
{
    return slice_equal(sanction_get(weighing->view, field), slice_of(word));
}

/* A day that has come. */
static bool day(const struct weighing *weighing, const char *field, law_date *out)
{
    return law_date_parse(sanction_get(weighing->view, field), out) == STATUS_OK &&
           out->days <= weighing->today.days;
}

static bool lists(const struct law_pack *pack, const char *entry, enum law_code code)
{
    struct law_codes codes;
    return law_list(pack, entry, &codes, NULL) == STATUS_OK && law_codes_have(codes, code);
}

static int64_t whole(const struct weighing *weighing, const char *field)
{
    struct slice text = sanction_get(weighing->view, field);
    int64_t value = 0;
    for (size_t i = 0; i < text.size && i < 15; i++)
        value = value * 10 + (text.at[i] - '0');
    return value;
}

/* ---- minors ---- */

/* "110105199003071234" and "1990-03-07". */
static bool birth_of(struct slice document, struct slice born, law_date *out)
{
    char bytes[16];
    struct text text = text_over(bytes, sizeof bytes);
    if (document.size != DOCUMENT_SIZE)
        return law_date_parse(born, out) == STATUS_OK;
    const char *at = document.at + BORN_AT;
    text_addf(&text, "%.4s-%.2s-%.2s", at, at + 4, at + 6);
    return law_date_parse(text_slice(&text), out) == STATUS_OK;
}

bool sanction_minor(const struct sanction_desk *desk, struct slice document, struct slice born,
                    bool *known)
{
    const struct law_pack *practice = sanction_pack(desk, LAW_SUBJECT_practice);
    law_date birth, of_age;
    int64_t age = 0;
    *known = birth_of(document, born, &birth);
    if (!*known)
        return false;
    if (practice == NULL || law_count(practice, "minor.age", &age, NULL) != STATUS_OK)
        return true; /* nobody says from when on one is of age: somebody has to say why */
    const struct law_span years = {(int32_t)age, LAW_UNIT_year};
    return law_term_last(birth, years, LAW_COUNTING_NEXT_DAY, &of_age) != STATUS_OK ||
           sanction_today(desk).days < of_age.days;
}

static enum work_fault person_holds(const struct weighing *weighing)
{
    bool known = false, yes = false;
    struct slice document = sanction_get(weighing->view, "document");
    if (is(weighing, "whose", "relative"))
        return wrong(weighing, "whose", WORK_FAULT_RELATIVE);
    if (is(weighing, "target", "responsible") &&
        (law_switch(weighing->pack, "unit.persons", &yes, NULL) != STATUS_OK || !yes))
        return wrong(weighing, "target", WORK_FAULT_LEGAL);
    if (is(weighing, "target", "unit"))
        return WORK_FAULT_NONE;
    bool minor =
        sanction_minor(weighing->desk, document, sanction_get(weighing->view, "born"), &known);
    if (!known)
        return wrong(weighing, "born", WORK_FAULT_MISSING);
    if (minor && !has(weighing, "minor_reason"))
        return wrong(weighing, "minor_reason", WORK_FAULT_MINOR);
    return WORK_FAULT_NONE;
}

/* ---- the two categories ---- */

struct threshold {
    enum law_code conduct;
    const char *field;
    int64_t least;
    bool known;
};

/* What each of the three counts must reach. */
static void thresholds_of(const struct law_pack *pack, struct threshold out[3])
{
    out[0] = (struct threshold){LAW_CODE_b1_items, "items", 0, false};
    out[1] = (struct threshold){LAW_CODE_b2_times, "times", 0, false};
    out[2] = (struct threshold){LAW_CODE_b3_recipients, "recipients", 0, false};
    out[0].known = law_count(pack, "threshold.items", &out[0].least, NULL) == STATUS_OK;
    out[1].known = law_count(pack, "threshold.times", &out[1].least, NULL) == STATUS_OK;
    out[2].known = law_count(pack, "threshold.recipients", &out[2].least, NULL) == STATUS_OK;
}

static enum work_fault counts_hold(const struct weighing *weighing, enum law_code conduct)
{
    struct threshold threshold[3];
    int64_t least = 0;
    bool any = false;
    thresholds_of(weighing->pack, threshold);
    for (unsigned i = 0; i < 3; i++) {
        int64_t count = whole(weighing, threshold[i].field);
        any |= count > 0;
        if (threshold[i].conduct == conduct && threshold[i].known && count < threshold[i].least)
            return wrong(weighing, threshold[i].field, WORK_FAULT_BELOW);
        if (conduct == LAW_CODE_b5_below_threshold && threshold[i].known &&
            count >= threshold[i].least)
            return wrong(weighing, "conduct", WORK_FAULT_VALUE); /* it is not below */
    }
    if (conduct == LAW_CODE_b5_below_threshold && !any)
        return wrong(weighing, "items", WORK_FAULT_MISSING);
    if (conduct == LAW_CODE_b4_false_identity &&
        law_count(weighing->pack, "threshold.false_identity", &least, NULL) == STATUS_OK &&
        whole(weighing, "items") < least)
        return wrong(weighing, "items", WORK_FAULT_BELOW);
    return WORK_FAULT_NONE;
}

static enum work_fault determined_holds(const struct weighing *weighing)
{
    enum law_code conduct;
    if (!sanction_code(sanction_get(weighing->view, "conduct"), LAW_GROUP_conduct, &conduct))
        return wrong(weighing, "conduct", WORK_FAULT_MISSING);
    if (!lists(weighing->pack, "conduct.determined", conduct))
        return wrong(weighing, "conduct", WORK_FAULT_LEGAL);
    return counts_hold(weighing, conduct);
}

static enum work_fault criminal_holds(const struct weighing *weighing)
{
    enum law_code crime;
    law_date date;
    if (!sanction_code(sanction_get(weighing->view, "crime"), LAW_GROUP_crime, &crime))
        return wrong(weighing, "crime", WORK_FAULT_MISSING);
    if (!lists(weighing->pack, "conduct.criminal", crime))
        return wrong(weighing, "crime", WORK_FAULT_LEGAL);
    if (!has(weighing, "judgment"))
        return wrong(weighing, "judgment", WORK_FAULT_MISSING);
    if (!day(weighing, "judgment_on", &date)) /* not in force yet, or no day */
        return wrong(weighing, "judgment_on", WORK_FAULT_VALUE);
    if (!has(weighing, "sentence"))
        return wrong(weighing, "sentence", WORK_FAULT_MISSING);
    if (is(weighing, "sentence", "imprisonment") &&
        law_date_parse(sanction_get(weighing->view, "released_on"), &date) != STATUS_OK)
        return wrong(weighing, "released_on", WORK_FAULT_VALUE);
    return WORK_FAULT_NONE;
}

/* ---- nomination and determination ---- */

enum work_fault sanction_facts(const struct sanction_desk *desk, const struct sanction_view *view,
                               int *field)
{
    const struct weighing weighing = {desk, view, sanction_pack(desk, LAW_SUBJECT_discipline),
                                      sanction_today(desk), field};
    law_date first, not_before;
    if (weighing.pack == NULL)
        return wrong(&weighing, "law", WORK_FAULT_LEGAL);
    enum work_fault fault = person_holds(&weighing);
    if (fault != WORK_FAULT_NONE)
        return fault;
    if (!has(&weighing, "facts"))
        return wrong(&weighing, "facts", WORK_FAULT_MISSING);
    if (!day(&weighing, "first_act", &first))
        return wrong(&weighing, "first_act", WORK_FAULT_VALUE);
    if (law_date_value(weighing.pack, "facts.not_before", &not_before, NULL) == STATUS_OK &&
        first.days < not_before.days)
        return wrong(&weighing, "first_act", WORK_FAULT_EARLY);
    return is(&weighing, "category", "criminal") ? criminal_holds(&weighing)
                                                 : determined_holds(&weighing);
}

enum work_fault sanction_decision(const struct sanction_desk *desk,
                                  const struct sanction_view *view, int *field)
{
    const struct weighing weighing = {desk, view, sanction_pack(desk, LAW_SUBJECT_discipline),
                                      sanction_today(desk), field};
    struct slice sha256;
    size_t at = 0;
    if (!sanction_list_next(sanction_get(view, "evidence"), "sha256", &at, &sha256))
        return wrong(&weighing, "evidence", WORK_FAULT_VALUE);
    bool below = is(&weighing, "conduct", "b5_below_threshold");
    if (below && !has(&weighing, "impact"))
        return wrong(&weighing, "impact", WORK_FAULT_MISSING);
    if (below && !has(&weighing, "need"))
        return wrong(&weighing, "need", WORK_FAULT_MISSING);
    return sanction_facts(desk, view, field); /* the law of today, which may be another one */
}
