/* diff.c -- what one pack says and another does not, or says otherwise.
 *
 * Marks, articles and notes are shown, but a difference is one of values: that we are surer of a
 * number does not change anybody's rights. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/fine.h"
#include "law/law_inside.h"

static bool codes_equal(struct law_codes a, struct law_codes b)
{
    if (a.count != b.count)
        return false;
    for (uint32_t i = 0; i < a.count; i++)
        if (a.at[i] != b.at[i])
            return false;
    return true;
}

static bool values_equal(const struct law_value *a, const struct law_value *b)
{
    switch (a->type) {
    case LAW_TYPE_count:
        return a->count == b->count;
    case LAW_TYPE_span:
        return a->span.amount == b->span.amount && a->span.unit == b->span.unit;
    case LAW_TYPE_money:
        return a->fen == b->fen;
    case LAW_TYPE_rank:
        return a->rank == b->rank;
    case LAW_TYPE_code:
        return a->code == b->code;
    case LAW_TYPE_list:
        return codes_equal(a->list, b->list);
    case LAW_TYPE_switch:
        return a->yes == b->yes;
    case LAW_TYPE_date:
        return a->date.days == b->date.days;
    case LAW_TYPES_COUNT:
        break;
    }
    return false;
}

/* What stands in place of a value that is not there. */
static void add_absent(struct text *text, const struct law_pack *pack, const char *name,
                       enum tongue tongue)
{
    bool open = law_gap_find(pack, slice_of(name)) != NULL;
    bool zh = tongue == TONGUE_ZH;
    text_add_string(text, open ? (zh ? "待定" : "open") : (zh ? "未规定" : "silent"));
}

static void add_side(struct text *text, char sign, const struct law_pack *pack, const char *name,
                     const struct law_value *value, enum tongue tongue)
{
    text_addf(text, "  %c ", sign);
    if (value == NULL) {
        add_absent(text, pack, name, tongue);
    } else {
        text_add_law_value(text, value, tongue);
        text_add_char(text, ' ');
        law_add_origin(text, value->article, value->source, value->mark, tongue);
    }
    text_add_char(text, '\n');
}

static void add_code_changes(struct text *text, struct law_codes a, struct law_codes b,
                             enum tongue tongue)
{
    for (uint32_t i = 0; i < a.count; i++)
        if (!law_codes_have(b, a.at[i]))
            text_addf(text, "  - %s\n", law_code_word(a.at[i])->says.in[tongue]);
    for (uint32_t i = 0; i < b.count; i++)
        if (!law_codes_have(a, b.at[i]))
            text_addf(text, "  + %s\n", law_code_word(b.at[i])->says.in[tongue]);
}

static bool measures_equal(const struct law_measure *a, const struct law_measure *b)
{
    return a->restriction == b->restriction && codes_equal(a->categories, b->categories) &&
           codes_equal(a->exceptions, b->exceptions) && codes_equal(a->executors, b->executors);
}

/* The line about the same object in the same kind of measure. */
static const struct law_measure *measure_like(const struct law_pack *pack,
                                              const struct law_measure *like)
{
    const struct law_measure *other = NULL;
    for (uint32_t i = 0; i < pack->measures_count; i++) {
        const struct law_measure *measure = &pack->measures[i];
        if (measure->object != like->object || measure->kind != like->kind)
            continue;
        if (other == NULL || codes_equal(measure->categories, like->categories))
            other = measure;
    }
    return other;
}

static unsigned add_measure_diff(struct text *text, const struct law_pack *a,
                                 const struct law_pack *b, enum tongue tongue)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < a->measures_count; i++) {
        const struct law_measure *other = measure_like(b, &a->measures[i]);
        if (other != NULL && measures_equal(&a->measures[i], other))
            continue;
        count++;
        text_add_string(text, "-");
        law_add_measure_line(text, &a->measures[i], tongue);
        if (other != NULL) {
            text_add_string(text, "+");
            law_add_measure_line(text, other, tongue);
        }
    }
    for (uint32_t i = 0; i < b->measures_count; i++) {
        if (measure_like(a, &b->measures[i]) != NULL)
            continue;
        count++;
        text_add_string(text, "+");
        law_add_measure_line(text, &b->measures[i], tongue);
    }
    return count;
}

/* ---- fines ---- */

static bool fines_equal(const struct law_fine_row *a, const struct law_fine_row *b)
{
    bool amounts = a->by_gains == b->by_gains && a->gains_limit == b->gains_limit &&
                   a->cap == b->cap && a->times_least == b->times_least &&
                   a->times_most == b->times_most && a->fine_least == b->fine_least &&
                   a->fine_most == b->fine_most;
    return amounts && a->confiscates == b->confiscates &&
           a->warning_instead == b->warning_instead && a->detention_least == b->detention_least &&
           a->detention_most == b->detention_most && codes_equal(a->by, b->by);
}

/* Lines that only one of the two has, or that they have otherwise, one after another: first all of
 * `a`, then those that only `b` has.  false: there are no more. */
struct fine_pair {
    const struct law_fine_row *a, *b;
};

static bool fine_pair_next(const struct law_pack *a, const struct law_pack *b, uint32_t *from,
                           struct fine_pair *out)
{
    while (*from < a->fines_count + b->fines_count) {
        uint32_t i = (*from)++;
        bool second = i >= a->fines_count;
        const struct law_fine_row *row = second ? &b->fines[i - a->fines_count] : &a->fines[i];
        const struct law_fine_row *other = law_fine_row_find(second ? a : b, row->act, row->grade);
        if (other != NULL && (second || fines_equal(row, other)))
            continue;
        *out = second ? (struct fine_pair){NULL, row} : (struct fine_pair){row, other};
        return true;
    }
    return false;
}

static unsigned add_fine_diff(struct text *text, const struct law_pack *a, const struct law_pack *b,
                              enum tongue tongue)
{
    struct fine_pair pair;
    unsigned count = 0;
    for (uint32_t from = 0; fine_pair_next(a, b, &from, &pair); count++) {
        if (pair.a != NULL) {
            text_add_char(text, '-');
            text_add_law_fine_row(text, pair.a, tongue);
        }
        if (pair.b != NULL) {
            text_add_char(text, '+');
            text_add_law_fine_row(text, pair.b, tongue);
        }
    }
    return count;
}

/* Whether the two say the same of the entry: the value, or that there is none. */
static bool same_said(const struct law_pack *a, const struct law_pack *b, const char *name)
{
    const struct law_value *one = law_value_find(a, slice_of(name));
    const struct law_value *other = law_value_find(b, slice_of(name));
    if (one == NULL && other == NULL)
        return (law_gap_find(a, slice_of(name)) == NULL) ==
               (law_gap_find(b, slice_of(name)) == NULL);
    return one != NULL && other != NULL && values_equal(one, other);
}

unsigned text_add_law_diff(struct text *text, const struct law_pack *a, const struct law_pack *b,
                           enum tongue tongue)
{
    unsigned count = 0;
    for (unsigned i = 0; i < LAW_SCHEMA_COUNT; i++) {
        const struct law_schema *schema = &LAW_SCHEMA[i];
        if (schema->subject != a->subject || same_said(a, b, schema->name))
            continue;
        const struct law_value *one = law_value_find(a, slice_of(schema->name));
        const struct law_value *other = law_value_find(b, slice_of(schema->name));
        count++;
        text_addf(text, "%s: %s\n", schema->name, schema->says.in[tongue]);
        if (schema->type == LAW_TYPE_list && one != NULL && other != NULL) {
            add_code_changes(text, one->list, other->list, tongue);
            continue;
        }
        add_side(text, '-', a, schema->name, one, tongue);
        add_side(text, '+', b, schema->name, other, tongue);
    }
    return count + add_measure_diff(text, a, b, tongue) + add_fine_diff(text, a, b, tongue);
}

/* ---- for programs ---- */

static void add_side_json(struct text *text, const char *side, const struct law_pack *pack,
                          const char *name)
{
    const struct law_value *value = law_value_find(pack, slice_of(name));
    bool open = law_gap_find(pack, slice_of(name)) != NULL;
    text_addf(text, ",\"%s\":", side);
    if (value != NULL)
        law_add_entry_json(text, value);
    else
        text_add_string(text, open ? "\"open\"" : "\"silent\"");
}

static void add_measure_side(struct text *text, const char *side, const struct law_measure *measure)
{
    text_addf(text, ",\"%s\":", side);
    if (measure == NULL)
        text_add_string(text, "null");
    else
        law_add_measure_json(text, measure);
}

static unsigned add_measures_json(struct text *text, const struct law_pack *a,
                                  const struct law_pack *b)
{
    unsigned count = 0;
    for (unsigned side = 0; side < 2; side++) {
        const struct law_pack *one = side == 0 ? a : b;
        for (uint32_t i = 0; i < one->measures_count; i++) {
            const struct law_measure *measure = &one->measures[i];
            const struct law_measure *other = measure_like(side == 0 ? b : a, measure);
            bool told = side == 1 && other != NULL;
            if (told || (other != NULL && measures_equal(measure, other)))
                continue;
            text_addf(text, "%s{\"object\":\"%s\",\"kind\":\"%s\"", count++ == 0 ? "" : ",",
                      law_code_word(measure->object)->name, law_code_word(measure->kind)->name);
            add_measure_side(text, "a", side == 0 ? measure : NULL);
            add_measure_side(text, "b", side == 0 ? other : measure);
            text_add_char(text, '}');
        }
    }
    return count;
}

static void add_fine_side(struct text *text, const char *side, const struct law_fine_row *row)
{
    text_addf(text, ",\"%s\":", side);
    if (row == NULL)
        text_add_string(text, "null");
    else
        law_add_fine_json(text, row);
}

static unsigned add_fines_json(struct text *text, const struct law_pack *a,
                               const struct law_pack *b)
{
    struct fine_pair pair;
    unsigned count = 0;
    for (uint32_t from = 0; fine_pair_next(a, b, &from, &pair); count++) {
        const struct law_fine_row *row = pair.a != NULL ? pair.a : pair.b;
        text_addf(text, "%s{\"act\":\"%s\",\"grade\":\"%s\"", count == 0 ? "" : ",",
                  law_act_word(row->act)->name, law_grade_word(row->grade)->name);
        add_fine_side(text, "a", pair.a);
        add_fine_side(text, "b", pair.b);
        text_add_char(text, '}');
    }
    return count;
}

unsigned text_add_law_diff_json(struct text *text, const struct law_pack *a,
                                const struct law_pack *b)
{
    unsigned count = 0;
    text_add_string(text, "{\"a\":\"");
    text_add_law_stamp(text, a);
    text_add_string(text, "\",\"b\":\"");
    text_add_law_stamp(text, b);
    text_add_string(text, "\",\"entries\":[");
    for (unsigned i = 0; i < LAW_SCHEMA_COUNT; i++) {
        const struct law_schema *schema = &LAW_SCHEMA[i];
        if (schema->subject != a->subject || same_said(a, b, schema->name))
            continue;
        text_addf(text, "%s{\"entry\":\"%s\"", count++ == 0 ? "" : ",", schema->name);
        add_side_json(text, "a", a, schema->name);
        add_side_json(text, "b", b, schema->name);
        text_add_char(text, '}');
    }
    text_add_string(text, "],\"measures\":[");
    count += add_measures_json(text, a, b);
    text_add_string(text, "],\"fines\":[");
    count += add_fines_json(text, a, b);
    text_add_string(text, "]}\n");
    return count;
}
