/* page.c -- the tables of docs/law.md, made of the lists. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/law_inside.h"

static void add_words(struct text *text, const char *head, const struct law_word *(*word)(unsigned),
                      unsigned count)
{
    text_addf(text, "\n| %s | means | 含义 |\n|---|---|---|\n", head);
    for (unsigned i = 0; i < count; i++)
        text_addf(text, "| `%s` | %s | %s |\n", word(i)->name, word(i)->says.in[TONGUE_EN],
                  word(i)->says.in[TONGUE_ZH]);
}

static const struct law_word *mark_of(unsigned i)
{
    return law_mark_word((enum law_mark)i);
}

static const struct law_word *subject_of(unsigned i)
{
    return law_subject_word((enum law_subject)i);
}

static const struct law_word *type_of(unsigned i)
{
    return law_type_word((enum law_type)i);
}

static const struct law_word *rank_of(unsigned i)
{
    return law_rank_word((enum law_rank)i);
}

static const struct law_word *unit_of(unsigned i)
{
    return law_unit_word((enum law_unit)i);
}

static void add_entries(struct text *text, enum law_subject subject)
{
    text_addf(
        text,
        "\n### `%s`\n\n| entry | type | unit or words | means | 含义 |\n|---|---|---|---|---|\n",
        law_subject_word(subject)->name);
    for (unsigned i = 0; i < LAW_SCHEMA_COUNT; i++) {
        const struct law_schema *schema = &LAW_SCHEMA[i];
        if (schema->subject != subject)
            continue;
        const char *unit = "";
        if (schema->group != LAW_GROUP_none)
            unit = law_group_word(schema->group)->name;
        else if (schema->type == LAW_TYPE_span)
            unit = "a unit of time";
        else if (schema->unit != LAW_UNIT_none)
            unit = law_unit_word(schema->unit)->name;
        text_addf(text, "| `%s` | %s | %s | %s | %s |\n", schema->name,
                  law_type_word(schema->type)->name, unit, schema->says.in[TONGUE_EN],
                  schema->says.in[TONGUE_ZH]);
    }
}

void text_add_law_page(struct text *text)
{
    add_words(text, "mark", mark_of, LAW_MARKS_COUNT);
    add_words(text, "subject", subject_of, LAW_SUBJECTS_COUNT);
    add_words(text, "type", type_of, LAW_TYPES_COUNT);
    add_words(text, "unit", unit_of, LAW_UNIT_none);
    add_words(text, "rank", rank_of, LAW_RANKS_COUNT);
    for (unsigned i = 0; i < LAW_SUBJECTS_COUNT; i++)
        add_entries(text, (enum law_subject)i);
}
