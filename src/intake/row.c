/* row.c -- a file is understood once, when it is added; after that each row is only work.
 *
 * Canonical files and mapped files have the same plan: for each field the places its value may come
 * from. A canonical file is the mapping that has nothing to say.
 *
 * Invariants:  1. A record that leaves here has every field that its kind must have.
 *              2. Steps are in an order in which what decides comes first: the currency before
 *                 amounts, the kind of a subject before the subject. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "row.h"

static bool decides(enum field_type type)
{
    return type == FIELD_CURRENCY || type == FIELD_CHOICE;
}

void plan_finish(struct plan *plan)
{
    const struct kind_schema *schema = kind_schema(plan->kind);
    struct step ordered[RECORD_FIELDS_MAX];
    unsigned count = 0;
    for (int deciding = 1; deciding >= 0; deciding--) {
        for (unsigned i = 0; i < plan->steps_count; i++) {
            enum field_type type = schema->fields[plan->steps[i].field].type;
            if (decides(type) == (deciding == 1))
                ordered[count++] = plan->steps[i];
        }
    }
    memcpy(plan->steps, ordered, count * sizeof ordered[0]);
    plan->must = 0;
    for (unsigned i = 0; i < schema->fields_count; i++)
        plan->must |= (uint32_t)schema->fields[i].must << i;
}

enum status plan_canonical(struct plan *plan, enum record_kind kind, const int *columns,
                           struct arena *arena)
{
    const struct kind_schema *schema = kind_schema(kind);
    struct origin *origins;
    TRY(ARENA_NEW(arena, schema->fields_count, &origins));
    *plan = (struct plan){.kind = kind};
    for (unsigned i = 0; i < schema->fields_count; i++) {
        if (columns[i] == COLUMN_NONE)
            continue;
        origins[i].column = columns[i];
        origins[i].column_second = COLUMN_NONE;
        origins[i].plain = true;
        plan->steps[plan->steps_count++] =
            (struct step){.field = i, .origins_count = 1, .origins = &origins[i]};
    }
    plan_finish(plan);
    return STATUS_OK;
}

bool plan_skips(const struct plan *plan, const struct slice *columns)
{
    for (unsigned i = 0; i < plan->skips_count; i++) {
        const struct skip *skip = &plan->skips[i];
        struct slice value = slice_trim(columns[skip->column]);
        bool found = false;
        for (unsigned j = 0; j < skip->values_count && !found; j++)
            found = slice_equal(value, skip->values[j]);
        if (found != skip->others)
            return true;
    }
    return false;
}

/* The value behind the translations of the mapping; empty: unknown. */
static struct slice translate(const struct origin *origin, struct slice value)
{
    for (unsigned i = 0; i < origin->words_count; i++)
        if (slice_equal(value, origin->words[i].from))
            return origin->words[i].to;
    return origin->otherwise.at != NULL ? origin->otherwise : value;
}

/* The two columns with a blank between, in the desk's room; too long ones are cut and will not be a
 * time. */
static struct slice join(const struct origin *origin, const struct slice *columns, char *room,
                         size_t room_size)
{
    struct text text = text_over(room, room_size);
    text_add(&text, slice_trim(columns[origin->column]));
    text_add_char(&text, ' ');
    text_add(&text, slice_trim(columns[origin->column_second]));
    return slice_trim(text_slice(&text));
}

static enum status take_origin(const struct origin *origin, const struct slice *columns,
                               struct desk *desk, unsigned field)
{
    char joined[IDENT_BYTES_MAX * 2];
    struct slice value = origin->constant;
    if (origin->column_second != COLUMN_NONE)
        value = join(origin, columns, joined, sizeof joined);
    else if (origin->column != COLUMN_NONE)
        value = slice_trim(columns[origin->column]);
    if (value.size != 0 && (origin->words_count != 0 || origin->otherwise.at != NULL))
        value = translate(origin, value);
    if (value.size == 0)
        return STATUS_OK;
    enum status status = value_put(desk, field, value, origin->spelled ? &origin->spelling : NULL);
    if (status != STATUS_OK && value.at == joined)
        desk->value = slice_trim(columns[origin->column]); /* `joined` ends with this call */
    return status;
}

/* What is asked of the record as a whole. */
static enum status check_whole(struct desk *desk, unsigned *field)
{
    const struct record *record = desk->record;
    unsigned first, last;
    if (record->kind == RECORD_truth) {
        first = FIELD_OF(truth, time_first);
        last = FIELD_OF(truth, time_last);
    } else if (record->kind == RECORD_list) {
        first = FIELD_OF(list, from);
        last = FIELD_OF(list, until);
    } else {
        return STATUS_OK;
    }
    if (!record_knows(record, first) || !record_knows(record, last) ||
        record->field[first].whole <= record->field[last].whole)
        return STATUS_OK;
    *field = last;
    desk->reason = REJECT_TIME_ORDER;
    return STATUS_MALFORMED;
}

/* Fills the field of the step from the first origin that has a value; most have one plain column.
 * */
static enum status take_step(const struct step *step, const struct slice *columns,
                             struct desk *desk, int *column)
{
    const struct origin *origin = step->origins;
    *column = origin->column;
    if (origin->plain) {
        struct slice value = slice_trim(columns[origin->column]);
        return value.size == 0 ? STATUS_OK : value_put(desk, step->field, value, NULL);
    }
    for (unsigned i = 0; i < step->origins_count; i++, origin++) {
        *column = origin->column;
        TRY(take_origin(origin, columns, desk, step->field));
        if (record_knows(desk->record, step->field))
            return STATUS_OK;
    }
    return STATUS_OK;
}

static int column_of(const struct plan *plan, unsigned field)
{
    for (unsigned i = 0; i < plan->steps_count; i++)
        if (plan->steps[i].field == field)
            return plan->steps[i].origins[0].column;
    return COLUMN_NONE;
}

static enum status lacks(const struct plan *plan, struct desk *desk, unsigned *field, int *column)
{
    uint32_t missing = plan->must & ~desk->record->known;
    *field = (unsigned)__builtin_ctz(missing);
    *column = column_of(plan, *field);
    desk->reason = REJECT_EMPTY_FIELD;
    desk->value = (struct slice){"", 0};
    return STATUS_MALFORMED;
}

/* A payment that does not name its currency is in the home currency; the record says so, because
 * whoever reads it must know how many digits its amounts have. */
static void name_home_currency(struct desk *desk)
{
    unsigned currency = FIELD_OF(payment, currency);
    if (desk->record->kind != RECORD_payment || record_knows(desk->record, currency) ||
        desk->manner->home_currency.size != 3)
        return;
    enum status status = value_put(desk, currency, desk->manner->home_currency, NULL);
    (void)status; /* a home currency that is none is refused when intake is created */
}

enum status row_take(const struct plan *plan, const struct slice *columns, struct desk *desk,
                     unsigned *field, int *column)
{
    desk_clear(desk, plan->kind);
    for (unsigned i = 0; i < plan->steps_count; i++) {
        if (take_step(&plan->steps[i], columns, desk, column) != STATUS_OK) {
            *field = plan->steps[i].field;
            return STATUS_MALFORMED;
        }
    }
    if ((plan->must & ~desk->record->known) != 0)
        return lacks(plan, desk, field, column);
    if (check_whole(desk, field) != STATUS_OK) {
        *column = column_of(plan, *field);
        desk->value = *column == COLUMN_NONE ? (struct slice){"", 0} : slice_trim(columns[*column]);
        return STATUS_MALFORMED;
    }
    name_home_currency(desk);
    record_seal(desk->record);
    return STATUS_OK;
}
