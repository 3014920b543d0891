/* mapping.c -- what a feed calls its columns, and what records.md calls them.
 *
 * A mapping file is read strictly: a key that nobody knows, a word that no field has, a field that
 * the kind must have and nothing fills, are errors with line and column, because a mapping that is
 * understood half fills a database with wrong facts.
 *
 * Each level of the file is a table of keys; a key's function takes its value.  The keys are taken
 * in the order of the table, not of the file, so that what decides comes first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping.h"

#include "decimal.h"
#include "ground/outline.h"
#include "shipped.h"
#include "why.h"

enum { KEYS_MAX = 24, WORDS_KNOWN_MAX = 64 };

/* What is being written, and where we are in it. */
struct writer {
    const struct outline *outline;
    struct arena *arena;
    struct mapping *mapping;
    const struct kind_schema *schema;
    const struct field_schema *field;
    struct mapped_origin *origin;
    struct mapped_skip *skip;
    unsigned fields_done;
    bool form_set, origin_set;
};

struct key {
    struct slice name;
    enum status (*take)(struct writer *writer, outline_node value);
};

/* Calls the functions of the keys that are there, in the order of the table. */
static enum status take_keys(struct writer *writer, outline_node map, const struct key *keys,
                             unsigned keys_count)
{
    const struct outline *outline = writer->outline;
    struct slice known[KEYS_MAX];
    TRY(outline_want(outline, map, OUTLINE_MAP));
    for (unsigned i = 0; i < keys_count; i++)
        known[i] = keys[i].name;
    outline_node values[KEYS_MAX] = {0};
    for (unsigned i = 0; i < outline_count(outline, map); i++) {
        outline_node key = outline_key(outline, map, i);
        unsigned at = 0;
        while (at < keys_count && !slice_equal(outline_text(outline, key), known[at]))
            at++;
        if (at == keys_count)
            return outline_unknown(outline, key, SAYING("there is no key `%`", "没有键 `%`"), known,
                                   keys_count);
        values[at] = outline_value(outline, map, i);
    }
    for (unsigned i = 0; i < keys_count; i++)
        if (values[i] != 0)
            TRY(keys[i].take(writer, values[i]));
    return STATUS_OK;
}

static enum status take_text(struct writer *writer, outline_node node, struct slice *out)
{
    TRY(outline_want(writer->outline, node, OUTLINE_TEXT));
    return slice_copy(writer->arena, outline_text(writer->outline, node), out);
}

static enum status complain(const struct writer *writer, outline_node node, const char *en,
                            const char *zh)
{
    return outline_complain(writer->outline, node, (struct saying){{en, zh}});
}

/* The number of the word in a list of words, or a complaint. */
static enum status take_word(const struct writer *writer, outline_node node,
                             const struct slice *words, unsigned count, unsigned *out)
{
    TRY(outline_want(writer->outline, node, OUTLINE_TEXT));
    struct slice text = outline_text(writer->outline, node);
    for (unsigned i = 0; i < count; i++) {
        if (slice_equal(text, words[i])) {
            *out = i;
            return STATUS_OK;
        }
    }
    enum status status = outline_unknown(
        writer->outline, node, SAYING("`%` is not known here", "此处不能用 `%`"), words, count);
    must(status != STATUS_OK); /* else `*out` would be used as it is */
    return status;
}

static enum status take_count(const struct writer *writer, outline_node node, int64_t max,
                              int64_t *out)
{
    struct decimal decimal;
    TRY(outline_want(writer->outline, node, OUTLINE_TEXT));
    if (decimal_read(outline_text(writer->outline, node), false, &decimal) != STATUS_OK ||
        decimal_whole(decimal, 0, false, out) != STATUS_OK || *out < 0 || *out > max)
        return complain(writer, node, "`%` is not a number that fits here", "`%` 不是合适的数字");
    return STATUS_OK;
}

static enum status take_zone(const struct writer *writer, outline_node node, int32_t *out)
{
    TRY(outline_want(writer->outline, node, OUTLINE_TEXT));
    if (zone_read(outline_text(writer->outline, node), out) != STATUS_OK)
        return complain(writer, node, "`%` is not a zone: write \"+08:00\" or UTC",
                        "`%` 不是时区：请写 \"+08:00\" 或 UTC");
    return STATUS_OK;
}

/* A name, or a plain number: "3" in quotes is a name. */
static enum status take_column_ref(struct writer *writer, outline_node node, struct column_ref *out)
{
    TRY(take_text(writer, node, &out->name));
    if (out->name.size == 0)
        return complain(writer, node, "a column has a name or a number", "列要用名称或序号表示");
    bool number = !outline_quoted(writer->outline, node);
    for (size_t i = 0; i < out->name.size; i++)
        number = number && out->name.at[i] >= '0' && out->name.at[i] <= '9';
    if (!number)
        return STATUS_OK;
    int64_t of;
    TRY(take_count(writer, node, COLUMNS_MAX, &of));
    if (of == 0)
        return complain(writer, node, "columns are counted from 1", "列从 1 开始计数");
    out->number = (unsigned)of;
    return STATUS_OK;
}

static enum status take_texts(struct writer *writer, outline_node node, const struct slice **out,
                              unsigned *count)
{
    struct slice *texts;
    unsigned of = outline_count(writer->outline, node);
    if (outline_type(writer->outline, node) == OUTLINE_MAP)
        return outline_want(writer->outline, node, OUTLINE_LIST);
    TRY(ARENA_NEW(writer->arena, of + 1, &texts));
    for (unsigned i = 0; i < of; i++) {
        outline_node item = outline_item(writer->outline, node, i);
        if (outline_type(writer->outline, item) == OUTLINE_NOTHING)
            texts[i] = SLICE("");
        else
            TRY(take_text(writer, item, &texts[i]));
    }
    *out = texts;
    *count = of;
    return STATUS_OK;
}

/* ---- where a value comes from ---- */

/* A word that a CHOICE field can have; for other fields anything goes. */
static enum status check_choice(const struct writer *writer, outline_node node)
{
    if (writer->field->type != FIELD_CHOICE)
        return STATUS_OK;
    struct slice words[WORDS_KNOWN_MAX];
    unsigned count = 0;
    unsigned found;
    for (; writer->field->words[count] != NULL; count++)
        words[count] = slice_of(writer->field->words[count]);
    return take_word(writer, node, words, count, &found);
}

static enum status take_origin_column(struct writer *writer, outline_node value)
{
    return take_column_ref(writer, value, &writer->origin->column);
}

static enum status take_origin_columns(struct writer *writer, outline_node value)
{
    if (outline_type(writer->outline, value) != OUTLINE_LIST ||
        outline_count(writer->outline, value) != 2 || writer->field->type != FIELD_TIME)
        return complain(writer, value, "`columns` are the date and the time of day of a time",
                        "`columns` 用于时间：日期列与时刻列各一");
    TRY(take_column_ref(writer, outline_item(writer->outline, value, 0), &writer->origin->column));
    return take_column_ref(writer, outline_item(writer->outline, value, 1),
                           &writer->origin->second);
}

static enum status take_constant(struct writer *writer, outline_node value)
{
    TRY(check_choice(writer, value));
    return take_text(writer, value, &writer->origin->origin.constant);
}

static enum status take_origin_zone(struct writer *writer, outline_node value)
{
    struct spelling *spelling = &writer->origin->origin.spelling;
    if (writer->field->type != FIELD_TIME)
        return complain(writer, value, "`zone` is for times", "`zone` 只用于时间");
    spelling->zoned = true;
    return take_zone(writer, value, &spelling->zone_minutes);
}

static enum status time_form_of(struct writer *writer, struct time_form **out)
{
    struct spelling *spelling = &writer->origin->origin.spelling;
    if (spelling->time == NULL)
        TRY(ARENA_NEW(writer->arena, 1, (struct time_form **)&spelling->time));
    *out = (struct time_form *)(uintptr_t)spelling->time;
    return STATUS_OK;
}

static enum status take_form(struct writer *writer, outline_node value)
{
    static const struct slice FORMS[] = {
        {"canonical", 9}, {"epoch_s", 7}, {"epoch_ms", 8}, {"steps", 5}};
    struct time_form *form;
    if (writer->field->type != FIELD_TIME)
        return complain(writer, value, "`form` is for times", "`form` 只用于时间");
    TRY(outline_want(writer->outline, value, OUTLINE_TEXT));
    TRY(time_form_of(writer, &form));
    struct slice text = outline_text(writer->outline, value);
    writer->form_set = true;
    if (memchr(text.at, '%', text.size) != NULL) {
        size_t at;
        if (!time_pattern_fine(text, &at))
            return complain(writer, value,
                            "`%` is not a pattern with a year: %Y %y %m %d %b %H %I %M %S %f %p %z "
                            "%s %F %T are known",
                            "`%` 不是含年份的时间格式：可用 %Y %y %m %d %b %H %I %M %S %f %p %z "
                            "%s %F %T");
        form->kind = TIME_PATTERN;
        return slice_copy(writer->arena, text, &form->pattern);
    }
    unsigned kind;
    TRY(take_word(writer, value, FORMS, sizeof FORMS / sizeof FORMS[0], &kind));
    form->kind = (enum time_form_kind)kind;
    return STATUS_OK;
}

/* Milliseconds of a unit of time; 0: it is none. */
static int64_t unit_ms(struct slice word)
{
    static const struct {
        const char *word;
        int64_t ms;
    } UNITS[] = {{"ms", 1},           {"s", SECOND_MS},      {"second", SECOND_MS},
                 {"min", MINUTE_MS},  {"minute", MINUTE_MS}, {"h", HOUR_MS},
                 {"hour", HOUR_MS},   {"d", DAY_MS},         {"day", DAY_MS},
                 {"week", 7 * DAY_MS}};
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++)
        if (slice_equal(word, slice_of(UNITS[i].word)))
            return UNITS[i].ms;
    return 0;
}

static enum status take_unit(struct writer *writer, outline_node value)
{
    TRY(outline_want(writer->outline, value, OUTLINE_TEXT));
    struct spelling *spelling = &writer->origin->origin.spelling;
    struct slice text = outline_text(writer->outline, value);
    int64_t ms = unit_ms(text);
    if (writer->field->type == FIELD_MONEY) {
        static const struct slice UNITS[] = {{"major", 5}, {"minor", 5}};
        unsigned minor;
        TRY(take_word(writer, value, UNITS, 2, &minor));
        spelling->minor = minor == 1;
        return STATUS_OK;
    }
    if (writer->field->type != FIELD_DURATION && writer->field->type != FIELD_TIME)
        return complain(writer, value, "`unit` is for times, durations and amounts",
                        "`unit` 只用于时间、时长与金额");
    if (ms == 0)
        return complain(writer, value, "`%` is not a unit: ms, s, min, h, day or week",
                        "`%` 不是时间单位：ms、s、min、h、day 或 week");
    if (writer->field->type == FIELD_DURATION) {
        spelling->unit_ms = ms;
        return STATUS_OK;
    }
    struct time_form *form;
    TRY(time_form_of(writer, &form));
    form->step_ms = ms;
    return STATUS_OK;
}

/* The moment of step 0: a date, or a time; without offset it is in the zone of the column. */
static enum status take_step_origin(struct writer *writer, outline_node value)
{
    struct time_form *form;
    moment at;
    if (writer->field->type != FIELD_TIME)
        return complain(writer, value, "`origin` is for times", "`origin` 只用于时间");
    TRY(outline_want(writer->outline, value, OUTLINE_TEXT));
    TRY(time_form_of(writer, &form));
    struct slice text = outline_text(writer->outline, value);
    writer->origin_set = true;
    static const struct time_form DATE = {.kind = TIME_PATTERN, .pattern = {"%Y-%m-%d", 8}};
    form->origin_local = time_read(&DATE, text, 0, NULL, &at) == STATUS_OK;
    if (!form->origin_local && time_read(NULL, text, 0, NULL, &at) != STATUS_OK)
        return complain(writer, value, "`%` is not a date: write 2024-01-31",
                        "`%` 不是日期：请写成 2024-01-31");
    form->origin_ms = at.ms;
    return STATUS_OK;
}

static enum status take_scale(struct writer *writer, outline_node value)
{
    TRY(outline_want(writer->outline, value, OUTLINE_TEXT));
    struct decimal decimal;
    struct spelling *spelling = &writer->origin->origin.spelling;
    if (writer->field->type != FIELD_MONEY)
        return complain(writer, value, "`scale` is for amounts", "`scale` 只用于金额");
    if (decimal_read(outline_text(writer->outline, value), false, &decimal) == STATUS_OK &&
        !decimal.negative) {
        for (int shift = -9; shift <= 9; shift++) {
            struct decimal power = {.digits = 1, .places = shift < 0 ? -shift : 0};
            int64_t a, b;
            if (decimal_whole(power, 9 + (shift > 0 ? shift : 0), false, &a) == STATUS_OK &&
                decimal_whole(decimal, 9, false, &b) == STATUS_OK && a == b) {
                spelling->shift = shift;
                return STATUS_OK;
            }
        }
    }
    return complain(writer, value, "`%` is not a power of ten, such as 0.01 or 10000",
                    "`%` 不是十的幂，例如 0.01 或 10000");
}

static enum status take_yes(const struct writer *writer, outline_node value, bool *out)
{
    static const struct slice WORDS[] = {{"no", 2}, {"yes", 3}, {"false", 5}, {"true", 4}};
    unsigned word;
    TRY(take_word(writer, value, WORDS, 4, &word));
    *out = word % 2 == 1;
    return STATUS_OK;
}

static enum status take_round(struct writer *writer, outline_node value)
{
    if (writer->field->type != FIELD_MONEY)
        return complain(writer, value, "`round` is for amounts", "`round` 只用于金额");
    return take_yes(writer, value, &writer->origin->origin.spelling.rounded);
}

static enum status take_as(struct writer *writer, outline_node value)
{
    static const struct slice WORDS[] = {{"opaque", 6}, {"dialled", 7}, {"phone", 5}, {"imei", 4}};
    static const enum spelled_as AS[] = {AS_OPAQUE, AS_DIALLED, AS_PHONE, AS_IMEI};
    enum field_type type = writer->field->type;
    bool phone = type == FIELD_PHONE || type == FIELD_PHONES;
    unsigned word;
    if (!phone && type != FIELD_ANY)
        return complain(writer, value, "`as` is for phones, and for values of any type",
                        "`as` 只用于电话号码和任意类型的值");
    TRY(take_word(writer, value, WORDS, 4, &word));
    if ((phone && AS[word] == AS_IMEI) || (!phone && AS[word] == AS_DIALLED))
        return complain(writer, value, "`%` does not fit this field", "`%` 不适用于此字段");
    writer->origin->origin.spelling.as = AS[word];
    return STATUS_OK;
}

static enum status take_prefix(struct writer *writer, outline_node value)
{
    enum field_type type = writer->field->type;
    if (field_held(type) == HELD_WHOLE || field_held(type) == HELD_REAL || type == FIELD_CURRENCY ||
        type == FIELD_IMEI)
        return complain(writer, value, "`prefix` is for names", "`prefix` 只用于标识符");
    TRY(take_text(writer, value, &writer->origin->origin.spelling.prefix));
    if (writer->origin->origin.spelling.prefix.size >= IDENT_BYTES_MAX)
        return complain(writer, value, "the prefix is too long", "前缀过长");
    return STATUS_OK;
}

/* `values` and `empty` fill one list of translations; `values` comes first. */
static enum status add_words(struct writer *writer, outline_node node, bool empties)
{
    struct origin *origin = &writer->origin->origin;
    struct translation *words;
    unsigned more = outline_count(writer->outline, node);
    if (!empties)
        TRY(outline_want(writer->outline, node, OUTLINE_MAP));
    else if (outline_type(writer->outline, node) == OUTLINE_MAP)
        return outline_want(writer->outline, node, OUTLINE_LIST);
    TRY(ARENA_NEW(writer->arena, origin->words_count + more + 1, &words));
    if (origin->words_count != 0)
        memcpy(words, origin->words, origin->words_count * sizeof *words);
    for (unsigned i = 0; i < more; i++) {
        struct translation *word = &words[origin->words_count + i];
        *word = (struct translation){SLICE(""), SLICE("")};
        if (empties) {
            TRY(take_text(writer, outline_item(writer->outline, node, i), &word->from));
            continue;
        }
        outline_node to = outline_value(writer->outline, node, i);
        TRY(take_text(writer, outline_key(writer->outline, node, i), &word->from));
        if (outline_type(writer->outline, to) == OUTLINE_NOTHING)
            continue;
        TRY(check_choice(writer, to));
        TRY(take_text(writer, to, &word->to));
    }
    origin->words = words;
    origin->words_count += more;
    return STATUS_OK;
}

static enum status take_values(struct writer *writer, outline_node value)
{
    return add_words(writer, value, false);
}

static enum status take_empty(struct writer *writer, outline_node value)
{
    return add_words(writer, value, true);
}

static enum status take_otherwise(struct writer *writer, outline_node value)
{
    TRY(check_choice(writer, value));
    return take_text(writer, value, &writer->origin->origin.otherwise);
}

static const struct key ORIGIN_KEYS[] = {
    {{"column", 6}, take_origin_column},
    {{"columns", 7}, take_origin_columns},
    {{"constant", 8}, take_constant},
    {{"zone", 4}, take_origin_zone},
    {{"form", 4}, take_form},
    {{"unit", 4}, take_unit},
    {{"origin", 6}, take_step_origin},
    {{"scale", 5}, take_scale},
    {{"round", 5}, take_round},
    {{"as", 2}, take_as},
    {{"prefix", 6}, take_prefix},
    {{"values", 6}, take_values},
    {{"empty", 5}, take_empty},
    {{"otherwise", 9}, take_otherwise},
};

/* What the keys of one origin must be together. */
static enum status check_origin(struct writer *writer, outline_node node)
{
    const struct mapped_origin *origin = writer->origin;
    bool column = origin->column.name.size != 0;
    if (column == (origin->origin.constant.size != 0))
        return complain(writer, node, "a field comes from a `column` or is a `constant`",
                        "字段要么来自 `column`，要么是 `constant`");
    struct time_form *form = (struct time_form *)(uintptr_t)origin->origin.spelling.time;
    if (form == NULL)
        return STATUS_OK;
    if (writer->origin_set && !writer->form_set)
        form->kind = TIME_STEPS;
    bool steps = form->kind == TIME_STEPS;
    if (steps != writer->origin_set || steps != (form->step_ms != 0))
        return complain(writer, node, "`form: steps` goes with `unit` and `origin`",
                        "`form: steps` 须与 `unit`、`origin` 一起使用");
    return STATUS_OK;
}

static enum status take_origin(struct writer *writer, outline_node node)
{
    writer->form_set = writer->origin_set = false;
    *writer->origin =
        (struct mapped_origin){.origin = {.column = COLUMN_NONE, .column_second = COLUMN_NONE}};
    if (outline_type(writer->outline, node) == OUTLINE_TEXT)
        return take_origin_column(writer, node);
    TRY(take_keys(writer, node, ORIGIN_KEYS, sizeof ORIGIN_KEYS / sizeof ORIGIN_KEYS[0]));
    writer->origin->origin.spelled = true;
    return check_origin(writer, node);
}

/* One origin, or a list of them: the first that has a value is taken. */
static enum status take_field(struct writer *writer, outline_node key, outline_node value)
{
    const struct outline *outline = writer->outline;
    struct mapping *mapping = writer->mapping;
    struct mapped_field *field = &mapping->fields[mapping->fields_count];
    struct slice known[RECORD_FIELDS_MAX];
    for (unsigned i = 0; i < writer->schema->fields_count; i++)
        known[i] = slice_of(writer->schema->fields[i].name);
    if (!field_find(mapping->kind, outline_text(outline, key), &field->field))
        return outline_unknown(outline, key,
                               SAYING("the kind has no field `%`", "该类别没有字段 `%`"), known,
                               writer->schema->fields_count);
    writer->field = &writer->schema->fields[field->field];
    bool list = outline_type(outline, value) == OUTLINE_LIST;
    field->origins_count = list ? outline_count(outline, value) : 1;
    if (field->origins_count == 0 || field->origins_count > ORIGINS_MAX)
        return complain(writer, value, "a field has one to four sources", "字段可有一到四个来源");
    for (unsigned i = 0; i < field->origins_count; i++) {
        writer->origin = &field->origins[i];
        TRY(take_origin(writer, list ? outline_item(outline, value, i) : value));
    }
    mapping->fields_count++;
    return STATUS_OK;
}

/* ---- the file as a whole ---- */

static enum status take_fields(struct writer *writer, outline_node value)
{
    const struct outline *outline = writer->outline;
    TRY(outline_want(outline, value, OUTLINE_MAP));
    for (unsigned i = 0; i < outline_count(outline, value); i++)
        TRY(take_field(writer, outline_key(outline, value, i), outline_value(outline, value, i)));
    for (unsigned i = 0; i < writer->schema->fields_count; i++) {
        bool found = !writer->schema->fields[i].must;
        for (unsigned j = 0; j < writer->mapping->fields_count && !found; j++)
            found = writer->mapping->fields[j].field == i;
        if (found)
            continue;
        (void)complain(writer, value, "every record of this kind must have ",
                       "此类别的每条记录都必须有 ");
        why_add(writer->outline->why, writer->schema->fields[i].name,
                writer->schema->fields[i].name);
        why_add(writer->outline->why, "; say where it comes from", "；请写明其来源");
        return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

static enum status take_about(struct writer *writer, outline_node value)
{
    return outline_want(writer->outline, value, OUTLINE_TEXT);
}

static enum status take_kind(struct writer *writer, outline_node value)
{
    struct slice kinds[RECORD_KINDS_COUNT];
    unsigned kind;
    for (int i = 0; i < RECORD_KINDS_COUNT; i++)
        kinds[i] = slice_of(kind_schema((enum record_kind)i)->name);
    TRY(take_word(writer, value, kinds, RECORD_KINDS_COUNT, &kind));
    writer->mapping->kind = (enum record_kind)kind;
    writer->schema = kind_schema(writer->mapping->kind);
    return STATUS_OK;
}

static enum status take_format(struct writer *writer, outline_node value)
{
    static const struct slice WORDS[] = {{"csv", 3}, {"json", 4}};
    unsigned word;
    TRY(take_word(writer, value, WORDS, 2, &word));
    writer->mapping->form = word == 0 ? FORM_CSV : FORM_JSON;
    return STATUS_OK;
}

static enum status take_delimiter(struct writer *writer, outline_node value)
{
    static const struct slice WORDS[] = {{",", 1},     {";", 1},         {"|", 1},    {"\t", 1},
                                         {"comma", 5}, {"semicolon", 9}, {"pipe", 4}, {"tab", 3}};
    unsigned word;
    TRY(take_word(writer, value, WORDS, 8, &word));
    writer->mapping->csv.delimiter = WORDS[word % 4].at[0];
    return STATUS_OK;
}

static enum status take_quotes(struct writer *writer, outline_node value)
{
    static const struct slice WORDS[] = {{"standard", 8}, {"none", 4}, {"unescaped", 9}};
    unsigned word;
    TRY(take_word(writer, value, WORDS, 3, &word));
    writer->mapping->csv.quotes = (enum csv_quotes)word;
    return STATUS_OK;
}

static enum status take_encoding(struct writer *writer, outline_node value)
{
    static const struct slice WORDS[] = {{"auto", 4}, {"UTF-8", 5}, {"GB18030", 7}};
    unsigned word;
    TRY(take_word(writer, value, WORDS, 3, &word));
    writer->mapping->encoding = (enum encoding)word;
    return STATUS_OK;
}

static enum status take_order(struct writer *writer, outline_node value)
{
    static const struct slice WORDS[] = {{"time", 4}, {"none", 4}};
    unsigned word;
    TRY(take_word(writer, value, WORDS, 2, &word));
    writer->mapping->in_no_order = word == 1;
    return STATUS_OK;
}

static enum status take_skip_lines(struct writer *writer, outline_node value)
{
    int64_t lines;
    TRY(take_count(writer, value, 1000, &lines));
    writer->mapping->skip_lines = (uint64_t)lines;
    return STATUS_OK;
}

static enum status take_shape(struct writer *writer, outline_node list)
{
    struct mapping *mapping = writer->mapping;
    if (mapping->shapes_count == SHAPES_MAX)
        return complain(writer, list, "at most eight lists of columns", "最多八组列名");
    struct shape *shape = &mapping->shapes[mapping->shapes_count];
    TRY(outline_want(writer->outline, list, OUTLINE_LIST));
    TRY(take_texts(writer, list, &shape->names, &shape->count));
    if (shape->count == 0 || shape->count > COLUMNS_MAX)
        return complain(writer, list, "a file has 1 to 256 columns", "文件应有 1 至 256 列");
    for (unsigned i = 0; i < mapping->shapes_count; i++)
        if (mapping->shapes[i].count == shape->count)
            return complain(writer, list, "two lists of columns of the same length",
                            "两组列名的列数相同");
    mapping->shapes_count++;
    return STATUS_OK;
}

static enum status take_columns(struct writer *writer, outline_node value)
{
    const struct outline *outline = writer->outline;
    TRY(outline_want(outline, value, OUTLINE_LIST));
    if (outline_count(outline, value) == 0)
        return complain(writer, value, "the list of columns is empty", "列名列表为空");
    if (outline_type(outline, outline_item(outline, value, 0)) != OUTLINE_LIST)
        return take_shape(writer, value);
    for (unsigned i = 0; i < outline_count(outline, value); i++)
        TRY(take_shape(writer, outline_item(outline, value, i)));
    return STATUS_OK;
}

static enum status take_more_columns(struct writer *writer, outline_node value)
{
    int64_t count;
    TRY(take_count(writer, value, COLUMNS_MAX, &count));
    writer->mapping->columns_more = (unsigned)count;
    return STATUS_OK;
}

static enum status take_loose(struct writer *writer, outline_node value)
{
    const struct slice *names;
    unsigned count;
    TRY(take_texts(writer, value, &names, &count));
    if (count == 0 || count > 2 || writer->mapping->csv.quotes != CSV_QUOTES_BARE)
        return complain(writer, value,
                        "`loose` names the first and the last column that may fall to pieces, and "
                        "goes with `quotes: unescaped`",
                        "`loose` 指明可能被拆散的首列与末列，须与 `quotes: unescaped` 一起使用");
    writer->mapping->loose_first = names[0];
    writer->mapping->loose_last = names[count - 1];
    return STATUS_OK;
}

static enum status take_home_country(struct writer *writer, outline_node value)
{
    struct slice *country = &writer->mapping->home_country;
    TRY(take_text(writer, value, country));
    bool digits = country->size >= 1 && country->size <= 3;
    for (size_t i = 0; i < country->size; i++)
        digits = digits && country->at[i] >= '0' && country->at[i] <= '9';
    if (!digits)
        return complain(writer, value, "`%` is not a country code such as 86",
                        "`%` 不是国家代码，例如 86");
    return STATUS_OK;
}

static enum status take_mapping_zone(struct writer *writer, outline_node value)
{
    writer->mapping->zoned = true;
    return take_zone(writer, value, &writer->mapping->zone_minutes);
}

static enum status take_currency(struct writer *writer, outline_node value)
{
    struct slice *currency = &writer->mapping->currency;
    TRY(take_text(writer, value, currency));
    bool letters = currency->size == 3;
    for (size_t i = 0; i < currency->size; i++)
        letters = letters && currency->at[i] >= 'A' && currency->at[i] <= 'Z';
    if (!letters)
        return complain(writer, value, "`%` is not a currency code such as CNY",
                        "`%` 不是货币代码，例如 CNY");
    return STATUS_OK;
}

static enum status take_skip_column(struct writer *writer, outline_node value)
{
    return take_column_ref(writer, value, &writer->skip->column);
}

static enum status take_skip_values(struct writer *writer, outline_node value)
{
    return take_texts(writer, value, &writer->skip->skip.values, &writer->skip->skip.values_count);
}

static enum status take_skip_others(struct writer *writer, outline_node value)
{
    if (writer->skip->skip.values_count != 0)
        return complain(writer, value, "either `values` or `all_but`, not both",
                        "`values` 与 `all_but` 只能用一个");
    writer->skip->skip.others = true;
    return take_skip_values(writer, value);
}

static enum status take_skip(struct writer *writer, outline_node value)
{
    static const struct key KEYS[] = {{{"column", 6}, take_skip_column},
                                      {{"values", 6}, take_skip_values},
                                      {{"all_but", 7}, take_skip_others}};
    struct mapped_skip *skips;
    bool list = outline_type(writer->outline, value) == OUTLINE_LIST;
    unsigned count = list ? outline_count(writer->outline, value) : 1;
    TRY(ARENA_NEW(writer->arena, count + 1, &skips));
    for (unsigned i = 0; i < count; i++) {
        outline_node item = list ? outline_item(writer->outline, value, i) : value;
        writer->skip = &skips[i];
        TRY(take_keys(writer, item, KEYS, 3));
        if (skips[i].column.name.size == 0 || skips[i].skip.values_count == 0)
            return complain(writer, item, "`skip` wants a `column`, and `values` or `all_but`",
                            "`skip` 需要 `column`，以及 `values` 或 `all_but`");
    }
    writer->mapping->skips = skips;
    writer->mapping->skips_count = count;
    return STATUS_OK;
}

static const struct key MAPPING_KEYS[] = {
    {{"about", 5}, take_about},       {{"kind", 4}, take_kind},
    {{"format", 6}, take_format},     {{"delimiter", 9}, take_delimiter},
    {{"quotes", 6}, take_quotes},     {{"encoding", 8}, take_encoding},
    {{"order", 5}, take_order},       {{"skip_lines", 10}, take_skip_lines},
    {{"columns", 7}, take_columns},   {{"more_columns", 12}, take_more_columns},
    {{"loose", 5}, take_loose},       {{"home_country", 12}, take_home_country},
    {{"zone", 4}, take_mapping_zone}, {{"currency", 8}, take_currency},
    {{"skip", 4}, take_skip},         {{"fields", 6}, take_fields},
};

/* A mapping without kind or fields is none. */
static enum status check_keys(const struct writer *writer, outline_node root)
{
    static const struct slice NEEDED[] = {{"kind", 4}, {"fields", 6}};
    TRY(outline_want(writer->outline, root, OUTLINE_MAP));
    for (int i = 0; i < 2; i++) {
        bool found = false;
        for (unsigned j = 0; j < outline_count(writer->outline, root) && !found; j++)
            found = slice_equal(
                outline_text(writer->outline, outline_key(writer->outline, root, j)), NEEDED[i]);
        if (!found && i == 0)
            return complain(writer, root, "the mapping must say its `kind`",
                            "映射必须写明 `kind`（记录类别）");
        if (!found)
            return complain(writer, root, "the mapping must have `fields`",
                            "映射必须有 `fields`（字段）");
    }
    return STATUS_OK;
}

/* "formats/asterisk.yaml" is called "asterisk". */
static struct slice name_of_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct slice name = slice_of(slash == NULL ? path : slash + 1);
    const char *dot = memchr(name.at, '.', name.size);
    return dot == NULL ? name : (struct slice){name.at, (size_t)(dot - name.at)};
}

enum status mapping_parse(struct mapping **out, const char *path, struct slice text,
                          struct arena *boot, struct text why[TONGUES_COUNT])
{
    struct outline outline;
    struct mapping *mapping;
    TRY(ARENA_NEW(boot, 1, &mapping));
    TRY(slice_copy(boot, name_of_path(path), &mapping->name));
    mapping->csv.delimiter = ',';
    TRY(outline_open(&outline, path, text, boot, why));
    struct writer writer = {.outline = &outline, .arena = boot, .mapping = mapping};
    outline_node root = outline_root(&outline);
    enum status status = check_keys(&writer, root);
    if (status == STATUS_OK)
        status =
            take_keys(&writer, root, MAPPING_KEYS, sizeof MAPPING_KEYS / sizeof MAPPING_KEYS[0]);
    outline_close(&outline);
    if (status == STATUS_OK)
        *out = mapping;
    return status;
}

static void why_no_file(struct text why[TONGUES_COUNT], const char *path, enum disk_fault fault)
{
    unsigned count;
    const struct shipped *all = shipped_all(&count);
    why_path(why, slice_of(path));
    if (fault != DISK_MISSING) {
        why_add(why, "the mapping file cannot be read", "无法读取映射文件");
        return;
    }
    why_add(why, "there is no such mapping file, and it is none of those in the program: ",
            "没有这个映射文件，程序内置的映射有：");
    struct slice names[16];
    for (unsigned i = 0; i < count && i < 16; i++)
        names[i] = all[i].name;
    why_names(why, names, count);
}

enum status mapping_read(struct mapping **out, const char *path, struct arena *boot,
                         struct text why[TONGUES_COUNT])
{
    const struct shipped *shipped = shipped_find(slice_of(path));
    if (shipped != NULL)
        return mapping_parse(out, path, shipped->text, boot, why);
    struct slice text;
    enum disk_fault fault = DISK_FINE;
    enum status status = disk_read_all(path, OUTLINE_BYTES_MAX, boot, &text, &fault);
    if (status == STATUS_FULL) {
        why_path(why, slice_of(path));
        why_add(why, "is larger than 64 KiB, which no mapping file is",
                "超过 64 KiB，不是映射文件");
        return STATUS_MALFORMED;
    }
    if (status != STATUS_OK) {
        why_no_file(why, path, fault);
        return status;
    }
    return mapping_parse(out, path, text, boot, why);
}
