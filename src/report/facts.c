/* facts.c -- what a report quotes from the law packs, each with the pack's name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

enum what { WHAT_VALUE, WHAT_KINDS, WHAT_BALANCE, WHAT_FROM };

const struct fact_entry FACTS[FACTS_COUNT] = {
#define FACT(id, section, pack, entry, what, zh, en) \
    {#id, SECTION_##section, pack, entry, WHAT_##what, SAYING(en, zh)},
#include "report/facts.inc"
#undef FACT
};

/* Kinds of discipline in the table of measures. */
static void add_kinds(struct text *text, const struct law_pack *pack, enum tongue tongue)
{
    bool seen[LAW_CODES_COUNT] = {false};
    unsigned count = 0;
    for (uint32_t i = 0; i < pack->measures_count; i++) {
        enum law_code kind = pack->measures[i].kind;
        count += !seen[kind];
        seen[kind] = true;
    }
    text_addf(text, tongue == TONGUE_ZH ? "%u种" : "%u", count);
}

static void add_balance(struct text *text, const struct law_pack *pack, enum tongue tongue)
{
    bool may = false;
    for (uint32_t i = 0; i < pack->measures_count; i++)
        may = may || (pack->measures[i].object == LAW_CODE_payment_account &&
                      law_codes_have(pack->measures[i].exceptions, LAW_CODE_balance_out));
    text_add_string(text, tongue == TONGUE_ZH ? (may ? "是" : "否") : may ? "yes" : "no");
}

/* Of the measures that the fact rests on. */
static enum law_mark mark_of_measures(const struct law_pack *pack, bool balance)
{
    enum law_mark mark = pack->dates_mark;
    for (uint32_t i = 0; i < pack->measures_count; i++) {
        const struct law_measure *measure = &pack->measures[i];
        if (balance && measure->object != LAW_CODE_payment_account)
            continue;
        mark = measure->mark;
        if (law_mark_doubtful(mark))
            break;
    }
    return mark;
}

static enum law_mark mark_of_fact(const struct fact_entry *entry, const struct law_pack *pack)
{
    const struct law_value *value = law_value_find(pack, slice_of(entry->entry));
    if (entry->what == WHAT_VALUE && value != NULL)
        return value->mark;
    if (entry->what == WHAT_KINDS || entry->what == WHAT_BALANCE)
        return mark_of_measures(pack, entry->what == WHAT_BALANCE);
    return pack->dates_mark;
}

static void add_fact(struct text *text, const struct fact_entry *entry, const struct law_pack *pack,
                     enum tongue tongue)
{
    const struct law_value *value = law_value_find(pack, slice_of(entry->entry));
    if (entry->what == WHAT_KINDS)
        add_kinds(text, pack, tongue);
    else if (entry->what == WHAT_BALANCE)
        add_balance(text, pack, tongue);
    else if (entry->what == WHAT_FROM)
        text_add_law_date(text, pack->from);
    else if (value != NULL)
        text_add_law_value(text, value, tongue);
    else
        text_add_string(text, tongue == TONGUE_ZH ? "未定" : "open");
}

void report_facts(struct report *report)
{
    for (unsigned i = 0; i < FACTS_COUNT; i++) {
        const struct law_pack *pack = law_named(report->asked.law, slice_of(FACTS[i].pack));
        if (pack == NULL)
            continue;
        struct report_fact *fact = &report->facts[report->facts_count++];
        fact->fact = (enum fact)i;
        fact->mark = mark_of_fact(&FACTS[i], pack);
        for (unsigned t = 0; t < TONGUES_COUNT; t++) {
            struct text text = text_over(fact->value[t], sizeof fact->value[t]);
            add_fact(&text, &FACTS[i], pack, (enum tongue)t);
        }
    }
}
