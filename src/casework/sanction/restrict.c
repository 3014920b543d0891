/* restrict.c -- what follows from a determination: measures for each kind of executor, and the four
 * items of the written notice.
 *
 * All of it is read from the pack's table: who restricts what, and what stays allowed.  No line is
 * added that the pack does not have, and the list of dishonesty is for categories that the pack
  * lets be
 * published. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"

struct phrase {
    const char *in[TONGUES_COUNT];
};
/* clang-format off */
enum phrase_name {
#define PHRASE(name, en, zh) PHRASE_##name,
#include "casework/sanction/phrases.inc"
#undef PHRASE
};
/* clang-format on */
static const struct phrase PHRASES[] = {
#define PHRASE(name, en, zh) {{en, zh}},
#include "casework/sanction/phrases.inc"
#undef PHRASE
};

static const char *say(enum phrase_name name, enum tongue tongue)
{
    return PHRASES[name].in[tongue];
}

/* The phrase up to its next %s, then the text; `*at` goes on behind it. */
static void fill(struct text *text, const char **at, struct slice with)
{
    const char *gap = strstr(*at, "%s");
    must(gap != NULL);
    text_add(text, (struct slice){*at, (size_t)(gap - *at)});
    text_add(text, with);
    *at = gap + 2;
}

/* ---- who executes ---- */

static bool executes(enum law_code executor, enum organisation_kind kind)
{
    switch (kind) {
    case ORGANISATION_bank:
        return executor == LAW_CODE_bank || executor == LAW_CODE_wallet_operator;
    case ORGANISATION_payment:
        return executor == LAW_CODE_payment_institution || executor == LAW_CODE_wallet_operator;
    case ORGANISATION_carrier:
        return executor == LAW_CODE_carrier;
    case ORGANISATION_internet:
        return executor == LAW_CODE_internet_provider;
    case ORGANISATION_regulator:
        return executor == LAW_CODE_ndrc || executor == LAW_CODE_credit_centre;
    default:
        return false;
    }
}

bool sanction_dropped(struct slice dropped, enum law_code object)
{
    struct slice name = slice_of(law_code_word(object)->name);
    for (size_t at = 0; at < dropped.size;) {
        size_t end = at;
        while (end < dropped.size && dropped.at[end] != ' ')
            end++;
        if (slice_equal((struct slice){dropped.at + at, end - at}, name))
            return true;
        at = end + 1;
    }
    return false;
}

/* Whether the line holds for the person at all. */
static bool holds(const struct sanction_paper *paper, const struct law_measure *measure)
{
    struct law_codes published;
    if (!law_codes_have(measure->categories, paper->category) ||
        sanction_dropped(paper->dropped, measure->object))
        return false;
    if (measure->restriction != LAW_CODE_listed)
        return true;
    return law_list(paper->pack, "publication.categories", &published, NULL) == STATUS_OK &&
           law_codes_have(published, paper->category);
}

static void add_measure(struct text *text, const struct law_measure *measure)
{
    text_addf(text, "{\"object\":\"%s\",\"restriction\":\"%s\",\"exceptions\":\"",
              law_code_word(measure->object)->name, law_code_word(measure->restriction)->name);
    for (uint32_t i = 0; i < measure->exceptions.count; i++)
        text_addf(text, "%s%s", i == 0 ? "" : " ", law_code_word(measure->exceptions.at[i])->name);
    text_add_string(text, "\",\"article\":");
    text_add_json(text, measure->article);
    text_addf(text, ",\"mark\":\"%s\"}", law_mark_word(measure->mark)->name);
}

void text_add_sanction_measures(struct text *text, const struct sanction_paper *paper,
                                enum organisation_kind kind)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < paper->pack->measures_count; i++) {
        const struct law_measure *measure = &paper->pack->measures[i];
        bool theirs = false;
        for (uint32_t e = 0; e < measure->executors.count; e++)
            theirs = theirs || executes(measure->executors.at[e], kind);
        if (!theirs || !holds(paper, measure))
            continue;
        text_add_string(text, count++ == 0 ? "[" : ",");
        add_measure(text, measure);
    }
    text_add_string(text, count == 0 ? "" : "]");
}

/* ---- the notice ---- */

void text_add_sanction_basis(struct text *text, const struct sanction_decision *decision,
                             enum tongue tongue)
{
    const char *at = say(PHRASE_basis, tongue);
    const struct sanction_paper *paper = &decision->paper;
    fill(text, &at, paper->pack->title[tongue]);
    fill(text, &at, slice_of(law_code_word(paper->category)->says.in[tongue]));
    text_add_string(text, at);
    text_add(text, decision->facts);
}

void text_add_sanction_term(struct text *text, const struct sanction_decision *decision,
                            enum tongue tongue)
{
    char bytes[3][48];
    struct text span = text_over(bytes[0], 48), start = text_over(bytes[1], 48);
    struct text last = text_over(bytes[2], 48);
    const char *at = say(PHRASE_term, tongue);
    text_add_law_count(&span, decision->term.amount, decision->term.unit, tongue);
    text_add_law_date(&start, decision->start);
    text_add_law_date(&last, decision->last);
    fill(text, &at, text_slice(&span));
    fill(text, &at, text_slice(&start));
    fill(text, &at, text_slice(&last));
    text_add_string(text, at);
    if (decision->run_start.days == decision->start.days)
        return;
    at = say(PHRASE_run, tongue);
    start.size = 0;
    text_add_law_date(&start, decision->run_start);
    fill(text, &at, text_slice(&start));
    text_add_string(text, at);
}

static void add_said(struct text *text, const struct law_measure *measure, enum tongue tongue)
{
    text_addf(text, "%s: %s", law_code_word(measure->object)->says.in[tongue],
              law_code_word(measure->restriction)->says.in[tongue]);
    for (uint32_t i = 0; i < measure->exceptions.count; i++)
        text_addf(text, "%s%s", i == 0 ? say(PHRASE_except, tongue) : ", ",
                  law_code_word(measure->exceptions.at[i])->says.in[tongue]);
    text_add_string(text, measure->exceptions.count == 0 ? "" : say(PHRASE_except_end, tongue));
    if (law_mark_doubtful(measure->mark)) /* the person is told how sure we are */
        text_addf(text, " [%s]", law_mark_word(measure->mark)->name);
}

void text_add_sanction_said(struct text *text, const struct sanction_decision *decision,
                            enum tongue tongue)
{
    const struct law_pack *pack = decision->paper.pack;
    unsigned count = 0;
    text_add_string(text, say(PHRASE_measures, tongue));
    for (uint32_t i = 0; i < pack->measures_count; i++) {
        if (!holds(&decision->paper, &pack->measures[i]))
            continue;
        text_add_string(text, count++ == 0 ? "" : "; ");
        add_said(text, &pack->measures[i], tongue);
    }
}

void text_add_sanction_remedy(struct text *text, const struct sanction_decision *decision,
                              enum tongue tongue)
{
    const struct law_pack *pack = decision->paper.pack;
    const char *at = say(PHRASE_remedy, tongue);
    struct law_span span;
    char bytes[48];
    struct text said = text_over(bytes, sizeof bytes);
    fill(text, &at, decision->reference);
    text_add_string(text, at);
    if (law_span_of(pack, "review.reconsideration", &span, NULL) == STATUS_OK) {
        text_add_law_count(&said, span.amount, span.unit, tongue);
        at = say(PHRASE_reconsideration, tongue);
        fill(text, &at, text_slice(&said));
        text_add_string(text, at);
    }
    if (law_span_of(pack, "review.suit", &span, NULL) == STATUS_OK) {
        said.size = 0;
        text_add_law_count(&said, span.amount, span.unit, tongue);
        at = say(PHRASE_suit, tongue);
        fill(text, &at, text_slice(&said));
        text_add_string(text, at);
    }
}

/* ---- what is not surely known ---- */

static void add_doubt(struct text *text, const char *name, enum law_mark mark, struct slice article)
{
    if (!law_mark_doubtful(mark))
        return;
    text_addf(text, "%s%s [%s] ", text->size == 0 ? "" : "; ", name, law_mark_word(mark)->name);
    text_add(text, article);
}

void text_add_sanction_doubt(struct text *text, const struct sanction_decision *decision)
{
    static const char *const RELIED[] = {"nominate.rank", "determine.rank", "below_threshold.rank",
                                         "term.counting", "term.cap",       "kept.phone_cards",
                                         "notice.items",  "notice.manner",  "transmit.way",
                                         "appeal.to",     "appeal.grounds"};
    const struct law_pack *pack = decision->paper.pack;
    bool criminal = decision->paper.category == LAW_CODE_criminal;
    const char *const own[] = {criminal ? "term.criminal" : "term.determined",
                               criminal ? "term.start.imprisonment" : "term.start.determined",
                               criminal ? "term.start.other_sentence" : "conduct.determined"};
    size_t count = sizeof RELIED / sizeof RELIED[0];
    for (size_t i = 0; i < count + 3; i++) {
        const char *name = i < count ? RELIED[i] : own[i - count];
        const struct law_value *value = law_value_find(pack, slice_of(name));
        if (value != NULL)
            add_doubt(text, name, value->mark, value->article);
    }
    for (uint32_t i = 0; i < pack->measures_count; i++)
        if (holds(&decision->paper, &pack->measures[i]))
            add_doubt(text, law_code_word(pack->measures[i].object)->name, pack->measures[i].mark,
                      pack->measures[i].article);
}
