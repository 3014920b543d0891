/* rows.c -- the two tables of packs: measures of discipline, and fines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/limits.h"
#include "law/law_inside.h"

/* A list with so many lines as are allowed. */
static enum status rows_count(const struct law_reading *reading, outline_node list, unsigned *out)
{
    TRY(outline_want(&reading->outline, list, OUTLINE_LIST));
    *out = outline_count(&reading->outline, list);
    return *out > LAW_ROWS_MAX ? law_complain(reading, list, LAW_COMPLAINT_many) : STATUS_OK;
}

enum {
    MEASURE_kind,
    MEASURE_object,
    MEASURE_restriction,
    MEASURE_categories,
    MEASURE_executors,
    MEASURE_exceptions,
    MEASURE_article,
    MEASURE_source,
    MEASURE_mark,
    MEASURE_note,
    MEASURE_KEYS
};

static enum status measure_read(const struct law_reading *reading, const struct law_pack *pack,
                                outline_node item, struct law_measure *out)
{
    static const struct slice NAMES[MEASURE_KEYS] = {
        {"kind", 4},      {"object", 6},      {"restriction", 11}, {"categories", 10},
        {"executors", 9}, {"exceptions", 10}, {"article", 7},      {"source", 6},
        {"mark", 4},      {"note", 4}};
    outline_node at[MEASURE_KEYS];
    struct law_origin origin;
    TRY(outline_keys(&reading->outline, item, NAMES, MEASURE_KEYS, at));
    for (unsigned k = 0; k <= MEASURE_executors; k++)
        if (at[k] == LAW_NOWHERE)
            return law_complain_about(reading, item, LAW_COMPLAINT_missing, NAMES[k]);
    TRY(law_code_read(reading, at[MEASURE_kind], LAW_GROUP_kind, &out->kind));
    TRY(law_code_read(reading, at[MEASURE_object], LAW_GROUP_thing, &out->object));
    TRY(law_code_read(reading, at[MEASURE_restriction], LAW_GROUP_restriction, &out->restriction));
    TRY(law_codes_read(reading, at[MEASURE_categories], LAW_GROUP_category, &out->categories));
    TRY(law_codes_read(reading, at[MEASURE_executors], LAW_GROUP_executor, &out->executors));
    if (at[MEASURE_exceptions] != LAW_NOWHERE)
        TRY(law_codes_read(reading, at[MEASURE_exceptions], LAW_GROUP_exception, &out->exceptions));
    struct law_roots roots = {at[MEASURE_article], at[MEASURE_source], at[MEASURE_mark],
                              at[MEASURE_note]};
    TRY(law_origin_read(reading, pack, item, roots, &origin));
    out->article = origin.article;
    out->source = origin.source;
    out->mark = origin.mark;
    memcpy(out->note, origin.note, sizeof out->note);
    return STATUS_OK;
}

/* The same object may be restricted once in each category. */
static bool measures_clash(const struct law_measure *a, const struct law_measure *b)
{
    if (a->object != b->object || a->kind != b->kind)
        return false;
    for (uint32_t i = 0; i < a->categories.count; i++)
        if (law_codes_have(b->categories, a->categories.at[i]))
            return true;
    return false;
}

enum status law_measures_read(const struct law_reading *reading, outline_node list,
                              struct law_pack *pack)
{
    struct law_measure *measures;
    unsigned count;
    TRY(rows_count(reading, list, &count));
    TRY(ARENA_NEW(reading->arena, count, &measures));
    for (unsigned i = 0; i < count; i++) {
        outline_node item = outline_item(&reading->outline, list, i);
        TRY(measure_read(reading, pack, item, &measures[i]));
        for (unsigned j = 0; j < i; j++)
            if (measures_clash(&measures[i], &measures[j]))
                return law_complain(reading, item, LAW_COMPLAINT_row_twice);
    }
    pack->measures = measures;
    pack->measures_count = count;
    return STATUS_OK;
}

enum {
    FINE_act,
    FINE_grade,
    FINE_by,
    FINE_fine,
    FINE_gains_limit,
    FINE_gains_times,
    FINE_cap,
    FINE_confiscates,
    FINE_warning_instead,
    FINE_detention_days,
    FINE_article,
    FINE_source,
    FINE_mark,
    FINE_note,
    FINE_KEYS
};

static const struct law_word *act_word(unsigned i)
{
    return law_act_word((enum law_act)i);
}

static const struct law_word *grade_word(unsigned i)
{
    return law_grade_word((enum law_grade)i);
}

static enum status factor_read(const struct law_reading *reading, outline_node node, int64_t *out)
{
    return law_whole(reading, node, 1, 1000, out);
}

static enum status days_read(const struct law_reading *reading, outline_node node, int64_t *out)
{
    return law_whole(reading, node, 0, 366, out);
}

static enum status amounts_read(const struct law_reading *reading, outline_node item,
                                const outline_node *at, struct law_fine_row *out)
{
    bool range = at[FINE_fine] != LAW_NOWHERE;
    bool gains = at[FINE_gains_limit] != LAW_NOWHERE;
    if (range == gains || gains != (at[FINE_gains_times] != LAW_NOWHERE) ||
        gains != (at[FINE_cap] != LAW_NOWHERE))
        return law_complain(reading, item, LAW_COMPLAINT_fine_form);
    out->by_gains = gains;
    if (range)
        return law_pair(reading, at[FINE_fine], law_fen, &out->fine_least, &out->fine_most);
    TRY(law_fen(reading, at[FINE_gains_limit], &out->gains_limit));
    TRY(law_fen(reading, at[FINE_cap], &out->cap));
    return law_pair(reading, at[FINE_gains_times], factor_read, &out->times_least,
                    &out->times_most);
}

static enum status besides_read(const struct law_reading *reading, const outline_node *at,
                                struct law_fine_row *out)
{
    int64_t least = 0;
    int64_t most = 0;
    if (at[FINE_confiscates] != LAW_NOWHERE)
        TRY(law_yes(reading, at[FINE_confiscates], &out->confiscates));
    if (at[FINE_warning_instead] != LAW_NOWHERE)
        TRY(law_yes(reading, at[FINE_warning_instead], &out->warning_instead));
    if (at[FINE_detention_days] != LAW_NOWHERE)
        TRY(law_pair(reading, at[FINE_detention_days], days_read, &least, &most));
    out->detention_least = (int32_t)least;
    out->detention_most = (int32_t)most;
    return STATUS_OK;
}

static enum status fine_read(const struct law_reading *reading, const struct law_pack *pack,
                             outline_node item, struct law_fine_row *out)
{
    static const struct slice NAMES[FINE_KEYS] = {{"act", 3},
                                                  {"grade", 5},
                                                  {"by", 2},
                                                  {"fine", 4},
                                                  {"gains_limit", 11},
                                                  {"gains_times", 11},
                                                  {"cap", 3},
                                                  {"confiscates", 11},
                                                  {"warning_instead", 15},
                                                  {"detention_days", 14},
                                                  {"article", 7},
                                                  {"source", 6},
                                                  {"mark", 4},
                                                  {"note", 4}};
    outline_node at[FINE_KEYS];
    struct law_origin origin;
    unsigned word;
    TRY(outline_keys(&reading->outline, item, NAMES, FINE_KEYS, at));
    for (unsigned k = 0; k <= FINE_by; k++)
        if (at[k] == LAW_NOWHERE)
            return law_complain_about(reading, item, LAW_COMPLAINT_missing, NAMES[k]);
    TRY(law_word_read(reading, at[FINE_act], act_word, LAW_ACTS_COUNT, &word));
    out->act = (enum law_act)word;
    TRY(law_word_read(reading, at[FINE_grade], grade_word, LAW_GRADES_COUNT, &word));
    out->grade = (enum law_grade)word;
    TRY(law_codes_read(reading, at[FINE_by], LAW_GROUP_executor, &out->by));
    TRY(amounts_read(reading, item, at, out));
    TRY(besides_read(reading, at, out));
    struct law_roots roots = {at[FINE_article], at[FINE_source], at[FINE_mark], at[FINE_note]};
    TRY(law_origin_read(reading, pack, item, roots, &origin));
    out->article = origin.article;
    out->source = origin.source;
    out->mark = origin.mark;
    memcpy(out->note, origin.note, sizeof out->note);
    return STATUS_OK;
}

enum status law_fines_read(const struct law_reading *reading, outline_node list,
                           struct law_pack *pack)
{
    struct law_fine_row *fines;
    unsigned count;
    TRY(rows_count(reading, list, &count));
    TRY(ARENA_NEW(reading->arena, count, &fines));
    for (unsigned i = 0; i < count; i++) {
        outline_node item = outline_item(&reading->outline, list, i);
        TRY(fine_read(reading, pack, item, &fines[i]));
        for (unsigned j = 0; j < i; j++)
            if (fines[j].act == fines[i].act && fines[j].grade == fines[i].grade)
                return law_complain(reading, item, LAW_COMPLAINT_row_twice);
    }
    pack->fines = fines;
    pack->fines_count = count;
    return STATUS_OK;
}
