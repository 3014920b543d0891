/* words.c -- the words of the lists, as tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/words.h"

#include <assert.h>

#define WORD(name, en, zh) {#name, {{(en), (zh)}}},

static const struct law_word MARKS[] = {
#define LAW_MARK WORD
#include "law/marks.inc"
#undef LAW_MARK
};
static const struct law_word SUBJECTS[] = {
#define LAW_SUBJECT WORD
#include "law/subjects.inc"
#undef LAW_SUBJECT
};
static const struct law_word TYPES[] = {
#define LAW_TYPE(name, form, en, zh) WORD(name, en, zh)
#include "law/value_types.inc"
#undef LAW_TYPE
};
static const struct law_word UNITS[] = {
#define LAW_UNIT(name, times, one, en, zh) WORD(name, en, zh)
#include "law/units.inc"
#undef LAW_UNIT
};
static const char *const ONES[] = {
#define LAW_UNIT(name, times, one, en, zh) one,
#include "law/units.inc"
#undef LAW_UNIT
};
static const bool TIMES[] = {
#define LAW_UNIT(name, times, one, en, zh) (times) != 0,
#include "law/units.inc"
#undef LAW_UNIT
};
static const struct law_word RANKS[] = {
#define LAW_RANK WORD
#include "law/ranks.inc"
#undef LAW_RANK
};
static const struct law_word ACTS[] = {
#define LAW_ACT WORD
#include "law/acts.inc"
#undef LAW_ACT
};
static const struct law_word GRADES[] = {
#define LAW_GRADE WORD
#include "law/grades.inc"
#undef LAW_GRADE
};
static const struct law_word GROUPS[] = {
#define LAW_GROUP WORD
#define LAW_CODE(group, name, en, zh)
#include "law/codes.inc"
#undef LAW_GROUP
#undef LAW_CODE
};
static const struct law_word CODES[] = {
#define LAW_GROUP(name, en, zh)
#define LAW_CODE(group, name, en, zh) WORD(name, en, zh)
#include "law/codes.inc"
#undef LAW_GROUP
#undef LAW_CODE
};
/* What people read of a measure or an exception stands in both tongues, or nothing is built. */
#define LAW_GROUP(name, en, zh)
#define LAW_CODE(group, name, en, zh) \
    static_assert(sizeof(en) > 1 && sizeof(zh) > 1, #name ": both tongues");
#include "law/codes.inc"
#undef LAW_GROUP
#undef LAW_CODE
static const enum law_group GROUP_OF[] = {
#define LAW_GROUP(name, en, zh)
#define LAW_CODE(group, name, en, zh) LAW_GROUP_##group,
#include "law/codes.inc"
#undef LAW_GROUP
#undef LAW_CODE
};

const struct law_word *law_mark_word(enum law_mark mark)
{
    must(mark < LAW_MARKS_COUNT);
    return &MARKS[mark];
}

const struct law_word *law_subject_word(enum law_subject subject)
{
    must(subject < LAW_SUBJECTS_COUNT);
    return &SUBJECTS[subject];
}

const struct law_word *law_type_word(enum law_type type)
{
    must(type < LAW_TYPES_COUNT);
    return &TYPES[type];
}

const struct law_word *law_unit_word(enum law_unit unit)
{
    must(unit < LAW_UNITS_COUNT);
    return &UNITS[unit];
}

void text_add_law_count(struct text *text, int64_t number, enum law_unit unit, enum tongue tongue)
{
    const struct law_word *word = law_unit_word(unit);
    text_add_whole(text, number);
    if (unit == LAW_UNIT_none)
        return;
    text_add_string(text, tongue == TONGUE_ZH ? "" : " ");
    text_add_string(text, tongue == TONGUE_EN && number == 1 ? ONES[unit] : word->says.in[tongue]);
}

const struct law_word *law_rank_word(enum law_rank rank)
{
    must(rank < LAW_RANKS_COUNT);
    return &RANKS[rank];
}

const struct law_word *law_act_word(enum law_act act)
{
    must(act < LAW_ACTS_COUNT);
    return &ACTS[act];
}

const struct law_word *law_grade_word(enum law_grade grade)
{
    must(grade < LAW_GRADES_COUNT);
    return &GRADES[grade];
}

const struct law_word *law_group_word(enum law_group group)
{
    must(group < LAW_GROUPS_COUNT);
    return &GROUPS[group];
}

const struct law_word *law_code_word(enum law_code code)
{
    must(code < LAW_CODES_COUNT);
    return &CODES[code];
}

enum law_group law_code_group(enum law_code code)
{
    must(code < LAW_CODES_COUNT);
    return GROUP_OF[code];
}

bool law_unit_is_time(enum law_unit unit)
{
    must(unit < LAW_UNITS_COUNT);
    return TIMES[unit];
}

bool law_mark_doubtful(enum law_mark mark)
{
    return mark > LAW_MARK_V2;
}
