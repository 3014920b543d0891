/* bind.c -- a mapping meets a file: columns by name become columns by place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping.h"

#include "canonical.h"
#include "ground/outline.h"
#include "why.h"

/* The file has no such column. */
static enum status lacks(const struct mapping *mapping, const struct file *file,
                         const struct column_ref *ref, struct text *why)
{
    if (why == NULL)
        return STATUS_MALFORMED;
    why_path(why, file->path);
    if (mapping->shapes_count == 0 && file->form == FORM_CSV && header_is_data(file)) {
        why_add(why, "its first row is not a header but data: the mapping must say `columns`",
                "第一行不是表头而是数据：映射中须写明 `columns`");
        return STATUS_MALFORMED;
    }
    why_add(why, "mapping ", "映射 ");
    why_text(why, mapping->name);
    if (ref->number != 0)
        why_add(why, " wants column number ", " 需要第几列：");
    else
        why_add(why, " wants a column ", " 需要列 ");
    why_text(why, ref->name);
    const struct slice *nearest = nearest_word(ref->name, file->names, file->columns_count);
    if (ref->number == 0 && nearest != NULL) {
        why_add(why, ", which the file does not have; did you mean ", "，文件中没有；是不是 ");
        why_text(why, *nearest);
        why_add(why, "?", "？");
        return STATUS_MALFORMED;
    }
    why_add(why, ", which the file does not have; its columns are: ", "，文件中没有；文件的列为：");
    why_names(why, file->names, file->columns_count);
    return STATUS_MALFORMED;
}

static enum status find_column(const struct mapping *mapping, const struct file *file,
                               const struct column_ref *ref, int *out, struct text *why)
{
    *out = COLUMN_NONE;
    if (ref->name.size == 0)
        return STATUS_OK;
    if (ref->number != 0) {
        *out = (int)ref->number - 1;
        return ref->number <= file->columns_count ? STATUS_OK : lacks(mapping, file, ref, why);
    }
    for (unsigned i = 0; i < file->columns_count && *out == COLUMN_NONE; i++)
        if (slice_equal(file->names[i], ref->name))
            *out = (int)i;
    return *out != COLUMN_NONE ? STATUS_OK : lacks(mapping, file, ref, why);
}

/* The columns between which values may fall to pieces. */
static void bind_loose(const struct mapping *mapping, struct file *file)
{
    const struct slice names[] = {mapping->loose_first, mapping->loose_last};
    int columns[2];
    file->loose = names[0].size != 0;
    if (!file->loose)
        return;
    for (int i = 0; i < 2; i++) {
        struct column_ref ref = {.name = names[i]};
        /* A shape that has not both has nothing that could fall to pieces there. */
        if (find_column(mapping, file, &ref, &columns[i], NULL) != STATUS_OK)
            columns[i] = columns[0];
    }
    file->loose = columns[0] != COLUMN_NONE && columns[1] >= columns[0];
    file->loose_first = (unsigned)columns[0];
    file->loose_last = (unsigned)columns[1];
}

static enum status bind_skips(const struct mapping *mapping, struct file *file, struct plan *plan,
                              struct arena *boot, struct text *why)
{
    struct skip *skips;
    TRY(ARENA_NEW(boot, mapping->skips_count + 1, &skips));
    for (unsigned i = 0; i < mapping->skips_count; i++) {
        skips[i] = mapping->skips[i].skip;
        TRY(find_column(mapping, file, &mapping->skips[i].column, &skips[i].column, why));
    }
    plan->skips = skips;
    plan->skips_count = mapping->skips_count;
    return STATUS_OK;
}

static enum status bind_field(const struct mapping *mapping, const struct mapped_field *field,
                              struct file *file, struct origin *origins, struct text *why)
{
    for (unsigned i = 0; i < field->origins_count; i++) {
        const struct mapped_origin *from = &field->origins[i];
        struct origin *origin = &origins[i];
        *origin = from->origin;
        TRY(find_column(mapping, file, &from->column, &origin->column, why));
        TRY(find_column(mapping, file, &from->second, &origin->column_second, why));
        origin->plain = field->origins_count == 1 && !origin->spelled && origin->words_count == 0 &&
                        origin->otherwise.at == NULL && origin->column != COLUMN_NONE &&
                        origin->column_second == COLUMN_NONE;
    }
    return STATUS_OK;
}

static void bind_manner(const struct mapping *mapping, struct manner *manner)
{
    if (mapping->zoned)
        manner->zone_minutes = mapping->zone_minutes;
    if (mapping->home_country.size != 0)
        manner->home_country = mapping->home_country;
    if (mapping->currency.size != 0) {
        manner->home_currency = mapping->currency;
        manner->currency_digits = currency_digits(mapping->currency);
    }
}

enum status mapping_bind(const struct mapping *mapping, struct file *file, struct arena *boot,
                         struct text *why)
{
    struct plan *plan;
    TRY(ARENA_NEW(boot, 1, &plan));
    plan->kind = mapping->kind;
    bind_loose(mapping, file);
    TRY(bind_skips(mapping, file, plan, boot, why));
    for (unsigned i = 0; i < mapping->fields_count; i++) {
        const struct mapped_field *field = &mapping->fields[i];
        struct origin *origins;
        TRY(ARENA_NEW(boot, field->origins_count, &origins));
        TRY(bind_field(mapping, field, file, origins, why));
        plan->steps[plan->steps_count++] = (struct step){
            .field = field->field, .origins_count = field->origins_count, .origins = origins};
    }
    plan_finish(plan);
    file->plan = plan;
    file->kind = mapping->kind;
    file->group = kind_schema(mapping->kind)->group;
    file->mapping_name = mapping->name;
    file->columns_more = mapping->columns_more;
    bind_manner(mapping, &file->manner);
    if (mapping->encoding != ENCODING_OPEN)
        file->encoding = mapping->encoding;
    return STATUS_OK;
}

static void add_name(struct slice *names, unsigned *count, const struct column_ref *ref)
{
    bool found = ref->name.size == 0;
    for (unsigned i = 0; i < *count && !found; i++)
        found = slice_equal(names[i], ref->name);
    if (!found && *count < COLUMNS_MAX)
        names[(*count)++] = ref->name;
}

enum status mapping_names(const struct mapping *mapping, struct arena *boot,
                          const struct slice **out, unsigned *count)
{
    struct slice *names;
    TRY(ARENA_NEW(boot, COLUMNS_MAX, &names));
    *count = 0;
    for (unsigned i = 0; i < mapping->skips_count; i++)
        add_name(names, count, &mapping->skips[i].column);
    for (unsigned i = 0; i < mapping->fields_count; i++) {
        for (unsigned j = 0; j < mapping->fields[i].origins_count; j++) {
            add_name(names, count, &mapping->fields[i].origins[j].column);
            add_name(names, count, &mapping->fields[i].origins[j].second);
        }
    }
    *out = names;
    return STATUS_OK;
}
