/* value.c -- packs asked for their values.
 *
 * A name that the lists do not know, or of another type, is a fault of the program; an entry that a
 * pack leaves open is an answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/law_inside.h"

const struct law_value *law_value_find(const struct law_pack *pack, struct slice name)
{
    for (uint32_t i = 0; i < pack->values_count; i++)
        if (slice_equal(slice_of(pack->values[i].name), name))
            return &pack->values[i];
    return NULL;
}

const struct law_gap *law_gap_find(const struct law_pack *pack, struct slice name)
{
    for (uint32_t i = 0; i < pack->gaps_count; i++)
        if (slice_equal(slice_of(pack->gaps[i].name), name))
            return &pack->gaps[i];
    return NULL;
}

static const struct law_value *typed(const struct law_pack *pack, const char *name,
                                     enum law_type type, const struct law_value **how)
{
    unsigned found = law_schema_find(pack->subject, slice_of(name));
    must(found < LAW_SCHEMA_COUNT);
    must(LAW_SCHEMA[found].type == type);
    const struct law_value *value = law_value_find(pack, slice_of(name));
    if (how != NULL && value != NULL)
        *how = value;
    return value;
}

#define VALUE_OF(function, type_, out_type, member)                                   \
    enum status function(const struct law_pack *pack, const char *name, out_type out, \
                         const struct law_value **how)                                \
    {                                                                                 \
        const struct law_value *value = typed(pack, name, LAW_TYPE_##type_, how);     \
        if (value == NULL)                                                            \
            return STATUS_ABSENT;                                                     \
        *out = value->member;                                                         \
        return STATUS_OK;                                                             \
    }

VALUE_OF(law_count, count, int64_t *, count)
VALUE_OF(law_span_of, span, struct law_span *, span)
VALUE_OF(law_money, money, int64_t *, fen)
VALUE_OF(law_rank_of, rank, enum law_rank *, rank)
VALUE_OF(law_code_of, code, enum law_code *, code)
VALUE_OF(law_list, list, struct law_codes *, list)
VALUE_OF(law_switch, switch, bool *, yes)
VALUE_OF(law_date_value, date, law_date *, date)

enum status law_span_ms(const struct law_pack *pack, const char *name, int64_t *out_ms,
                        const struct law_value **how)
{
    static const int64_t UNITS[] = {[LAW_UNIT_second] = SECOND_MS,
                                    [LAW_UNIT_minute] = MINUTE_MS,
                                    [LAW_UNIT_hour] = HOUR_MS,
                                    [LAW_UNIT_day] = DAY_MS};
    struct law_span span;
    TRY(law_span_of(pack, name, &span, how));
    if (span.unit > LAW_UNIT_day)
        return STATUS_REFUSED;
    *out_ms = span.amount * UNITS[span.unit];
    return STATUS_OK;
}

bool law_codes_have(struct law_codes codes, enum law_code code)
{
    for (uint32_t i = 0; i < codes.count; i++)
        if (codes.at[i] == code)
            return true;
    return false;
}

const struct law_measure *law_measure_find(const struct law_pack *pack, enum law_code object,
                                           enum law_code category)
{
    must(law_code_group(object) == LAW_GROUP_thing);
    must(law_code_group(category) == LAW_GROUP_category);
    for (uint32_t i = 0; i < pack->measures_count; i++) {
        const struct law_measure *measure = &pack->measures[i];
        if (measure->object == object && law_codes_have(measure->categories, category))
            return measure;
    }
    return NULL;
}

/* Only a pack of discipline has a switch for it. */
static enum law_counting counting_of(const struct law_pack *pack)
{
    const struct law_value *value = law_value_find(pack, SLICE("term.counting"));
    bool first = value != NULL && value->code == LAW_CODE_first_day;
    return first ? LAW_COUNTING_FIRST_DAY : LAW_COUNTING_NEXT_DAY;
}

enum status law_deadline(const struct law *law, const struct law_pack *pack, const char *name,
                         moment from, int32_t zone_minutes, moment *end, law_date *unknown)
{
    struct law_term term = {.counting = counting_of(pack)};
    *unknown = LAW_DATE_NONE;
    TRY(law_span_of(pack, name, &term.span, NULL));
    return law_term_end(&term, from, zone_minutes, &law->calendar, end, unknown);
}
