/* words.h -- the words that packs are written in, each in both tongues. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"
#include "ground/tongue.h"

enum law_mark {
#define LAW_MARK(name, en, zh) LAW_MARK_##name,
#include "law/marks.inc"
#undef LAW_MARK
    LAW_MARKS_COUNT
};

enum law_subject {
#define LAW_SUBJECT(name, en, zh) LAW_SUBJECT_##name,
#include "law/subjects.inc"
#undef LAW_SUBJECT
    LAW_SUBJECTS_COUNT
};

enum law_type {
#define LAW_TYPE(name, form, en, zh) LAW_TYPE_##name,
#include "law/value_types.inc"
#undef LAW_TYPE
    LAW_TYPES_COUNT
};

enum law_unit {
#define LAW_UNIT(name, times, one, en, zh) LAW_UNIT_##name,
#include "law/units.inc"
#undef LAW_UNIT
    LAW_UNITS_COUNT
};

enum law_rank {
#define LAW_RANK(name, en, zh) LAW_RANK_##name,
#include "law/ranks.inc"
#undef LAW_RANK
    LAW_RANKS_COUNT
};

enum law_act {
#define LAW_ACT(name, en, zh) LAW_ACT_##name,
#include "law/acts.inc"
#undef LAW_ACT
    LAW_ACTS_COUNT
};

enum law_grade {
#define LAW_GRADE(name, en, zh) LAW_GRADE_##name,
#include "law/grades.inc"
#undef LAW_GRADE
    LAW_GRADES_COUNT
};

/* clang-format off */
enum law_group {
#define LAW_GROUP(name, en, zh) LAW_GROUP_##name,
#define LAW_CODE(group, name, en, zh)
#include "law/codes.inc"
#undef LAW_GROUP
#undef LAW_CODE
    LAW_GROUPS_COUNT
};

enum law_code {
#define LAW_GROUP(name, en, zh)
#define LAW_CODE(group, name, en, zh) LAW_CODE_##name,
#include "law/codes.inc"
#undef LAW_GROUP
#undef LAW_CODE
    LAW_CODES_COUNT
};
/* clang-format on */

/* A word: as it stands in a pack, and as it is said. */
struct law_word {
    const char *name;
    struct saying says;
};

const struct law_word *law_mark_word(enum law_mark mark);
const struct law_word *law_subject_word(enum law_subject subject);
const struct law_word *law_type_word(enum law_type type);
const struct law_word *law_unit_word(enum law_unit unit);
const struct law_word *law_rank_word(enum law_rank rank);
const struct law_word *law_act_word(enum law_act act);
const struct law_word *law_grade_word(enum law_grade grade);
const struct law_word *law_group_word(enum law_group group);
const struct law_word *law_code_word(enum law_code code);
enum law_group law_code_group(enum law_code code);
/* "3 cards", "1 card", "3张"; of no unit the number alone. */
void text_add_law_count(struct text *text, int64_t number, enum law_unit unit, enum tongue tongue);
/* Whether the unit is one of time. */
bool law_unit_is_time(enum law_unit unit);
/* Below [V2]: whoever relies on the value is told so. */
bool law_mark_doubtful(enum law_mark mark);
