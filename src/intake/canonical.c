/* canonical.c -- files whose header has the names of records.md, in any order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "canonical.h"

#include "why.h"

bool header_is_data(const struct file *file)
{
    unsigned numbers = 0;
    for (unsigned i = 0; i < file->columns_count; i++) {
        unsigned digits = 0;
        for (size_t j = 0; j < file->names[i].size; j++)
            digits += file->names[i].at[j] >= '0' && file->names[i].at[j] <= '9';
        numbers += digits >= 4 || (digits != 0 && digits == file->names[i].size);
    }
    return numbers != 0;
}

static bool same_name(struct slice a, const char *b)
{
    if (a.size != strlen(b))
        return false;
    for (size_t i = 0; i < a.size; i++) {
        char c = a.at[i];
        if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != b[i])
            return false;
    }
    return true;
}

/* Finds the columns of a kind by the header.  Returns how many fields there are, 0: one that must
 * be there is not; `*missing` is then its number.  A column named twice is `*twice`. */
static unsigned find_columns(const struct file *file, enum record_kind kind, int *columns,
                             unsigned *missing, struct slice *twice)
{
    const struct kind_schema *schema = kind_schema(kind);
    unsigned found = 0;
    bool complete = true;
    for (unsigned i = 0; i < schema->fields_count; i++) {
        columns[i] = COLUMN_NONE;
        for (unsigned j = 0; j < file->columns_count; j++) {
            if (!same_name(file->names[j], schema->fields[i].name))
                continue;
            if (columns[i] != COLUMN_NONE)
                *twice = file->names[j];
            else
                columns[i] = (int)j;
        }
        found += columns[i] != COLUMN_NONE;
        if (columns[i] == COLUMN_NONE && schema->fields[i].must && complete) {
            complete = false;
            *missing = i;
        }
    }
    return complete ? found : 0;
}

/* The kind whose fields fill the header best, and most of it; KINDS_COUNT: none, or two do equally.
 * One word is not enough: many a file has a column `time`. */
static enum record_kind kind_by_header(const struct file *file)
{
    unsigned best = 0;
    enum record_kind kind = RECORD_KINDS_COUNT;
    for (int i = 0; i < RECORD_KINDS_COUNT; i++) {
        int columns[RECORD_FIELDS_MAX];
        unsigned missing;
        struct slice twice = {0};
        unsigned found = find_columns(file, (enum record_kind)i, columns, &missing, &twice);
        if (found < 2 || found * 2 <= file->columns_count)
            continue;
        if (found > best)
            kind = (enum record_kind)i;
        else if (found == best)
            kind = RECORD_KINDS_COUNT;
        best = found > best ? found : best;
    }
    return kind;
}

/* A row of a feed may hold what nobody may put into a message: phones, names, accounts. */
static enum status no_header(const struct file *file, struct text *why)
{
    why_path(why, file->path);
    why_add(why,
            "its first row is not a header but data; `cutline intake guess` proposes a mapping",
            "第一行不是表头而是数据；可用 `cutline intake guess` 生成映射");
    return STATUS_MALFORMED;
}

static enum status no_kind(const struct file *file, struct text *why)
{
    if (header_is_data(file))
        return no_header(file, why);
    why_path(why, file->path);
    why_add(why, "neither its name nor its header says what kind of records it holds (header: ",
            "文件名和表头都不能说明其中是哪类记录（表头：");
    why_names(why, file->names, file->columns_count);
    why_add(why, "); name the kind with --kind, or let `cutline intake guess` propose a mapping",
            "）；请用 --kind 指明类别，或用 `cutline intake guess` 生成映射");
    return STATUS_MALFORMED;
}

static enum status lacks_column(const struct file *file, enum record_kind kind, unsigned missing,
                                struct text *why)
{
    const struct kind_schema *schema = kind_schema(kind);
    if (header_is_data(file))
        return no_header(file, why);
    why_path(why, file->path);
    why_add(why, "as kind ", "作为类别 ");
    why_add(why, schema->name, schema->name);
    why_add(why, " it must have a column ", "，必须有列 ");
    why_add(why, schema->fields[missing].name, schema->fields[missing].name);
    why_add(why, "; its header is: ", "；其表头为：");
    why_names(why, file->names, file->columns_count);
    why_add(why, ".  `cutline intake guess` proposes a mapping",
            "。可用 `cutline intake guess` 生成映射");
    return STATUS_MALFORMED;
}

enum status canonical_bind(struct file *file, bool asked, struct arena *boot, struct text *why)
{
    int columns[RECORD_FIELDS_MAX];
    unsigned missing = 0;
    struct slice twice = {0};
    enum record_kind kind = file->kind;
    bool named = kind != RECORD_KINDS_COUNT;
    if (!named || (!asked && find_columns(file, kind, columns, &missing, &twice) == 0)) {
        kind = kind_by_header(file);
        if (kind == RECORD_KINDS_COUNT && why == NULL)
            return STATUS_MALFORMED;
        if (kind == RECORD_KINDS_COUNT)
            return named ? lacks_column(file, file->kind, missing, why) : no_kind(file, why);
    }
    twice = (struct slice){0};
    if (find_columns(file, kind, columns, &missing, &twice) == 0)
        return why == NULL ? STATUS_MALFORMED : lacks_column(file, kind, missing, why);
    if (twice.size != 0 && why != NULL) {
        why_path(why, file->path);
        why_add(why, "its header names a column twice: ", "表头中有重复的列：");
        why_text(why, twice);
    }
    if (twice.size != 0)
        return STATUS_MALFORMED;
    file->kind = kind;
    file->group = kind_schema(kind)->group;
    TRY(ARENA_NEW(boot, 1, &file->plan));
    return plan_canonical(file->plan, kind, columns, boot);
}
