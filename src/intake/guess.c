/* guess.c -- a mapping for a file that nobody has described.
 *
 * Two witnesses are heard for each column: its name, against what feeds are known to call our
 * fields (synonyms.inc), and its values, against the shape that the field's values have.  Of each
 * kind the best pairs of column and field are taken, best first; the kind whose pairs are worth
 * most is proposed.  The proposal is then read as any mapping is and tried on the file, so that
 * what is shown is what will happen.
 *
 * A time may stand in two columns, the date and the time of day; then both are proposed.  Rows that
 * go back by hours are a file in no order, and the proposal says so.
 *
 * It is a proposal: each line says how sure we are, and what was not used is listed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include "mapping.h"
#include "why.h"

enum { ROWS_SHOWN = 5, NAME_BYTES = 96, WORDS_SHOWN_MAX = 12 };

#define SCORE_LEAST 0.35
#define SCORE_SPLIT 0.7 /* a date and a time of day beside it, where no column is a whole time */

/* A field and the column that it is thought to be. */
struct pair {
    double score; /* 0: none */
    unsigned column;
    bool split; /* a date; its time of day is in `clock` */
    unsigned clock;
};

struct proposal {
    enum record_kind kind;
    double worth;
    struct pair pair[RECORD_FIELDS_MAX];
};

struct guessing {
    const struct look *look;
    const struct shape_of_column *shapes;
    const char *path;
};

static const struct {
    enum record_kind kind;
    unsigned field;
    struct slice word;
} SYNONYMS[] = {
#define SYNONYM(kind, field, word) {RECORD_##kind, FIELD_OF(kind, field), {word, sizeof(word) - 1}},
#include "synonyms.inc"
#undef SYNONYM
};

static const struct {
    enum record_kind kind;
    unsigned field;
    struct slice written, word;
} WORDS[] = {
#define WORD(kind, field, written, word) \
    {RECORD_##kind,                      \
     FIELD_OF(kind, field),              \
     {written, sizeof(written) - 1},     \
     {word, sizeof(word) - 1}},
#include "words.inc"
#undef WORD
};

/* ---- the two witnesses ---- */

static bool contains(struct slice whole, struct slice part)
{
    return part.size != 0 && whole.size >= part.size &&
           memmem(whole.at, whole.size, part.at, part.size) != NULL;
}

/* 1: the column is called so; 0.6: its name contains such a word; 0: nothing of the kind. */
static double name_score(struct slice name, enum record_kind kind, unsigned field)
{
    char room[NAME_BYTES];
    char own_room[NAME_BYTES];
    struct text plain = text_over(room, sizeof room);
    struct text own = text_over(own_room, sizeof own_room);
    name_plain(&plain, name);
    name_plain(&own, slice_of(kind_schema(kind)->fields[field].name));
    double score = slice_equal(text_slice(&plain), text_slice(&own)) ? 1 : 0;
    if (score == 0 && own.size >= 4 && contains(text_slice(&plain), text_slice(&own)))
        score = 0.6;
    for (size_t i = 0; i < sizeof SYNONYMS / sizeof SYNONYMS[0] && score < 1; i++) {
        if (SYNONYMS[i].kind != kind || SYNONYMS[i].field != field)
            continue;
        if (slice_equal(SYNONYMS[i].word, text_slice(&plain)))
            return 1;
        if (SYNONYMS[i].word.size >= 4 && contains(text_slice(&plain), SYNONYMS[i].word))
            score = 0.6;
    }
    return score;
}

/* The word of a CHOICE field that a value means; NULL at: none. */
static struct slice word_of(enum record_kind kind, unsigned field, struct slice value)
{
    char room[NAME_BYTES];
    struct text plain = text_over(room, sizeof room);
    int64_t number;
    const struct field_schema *schema = &kind_schema(kind)->fields[field];
    if (choice_find(kind, field, value, &number))
        return slice_of(schema->words[number]);
    name_plain(&plain, value);
    for (unsigned i = 0; schema->words[i] != NULL; i++)
        if (slice_equal(text_slice(&plain), slice_of(schema->words[i])))
            return slice_of(schema->words[i]);
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (WORDS[i].kind == kind && WORDS[i].field == field &&
            slice_equal(WORDS[i].written, text_slice(&plain)))
            return WORDS[i].word;
    return (struct slice){0};
}

static double choice_share(const struct look *look, unsigned column, enum record_kind kind,
                           unsigned field)
{
    unsigned filled = 0;
    unsigned known = 0;
    for (unsigned row = 0; row < look->rows_count; row++) {
        struct slice value = look_cell(look, row, column);
        filled += value.size != 0;
        known += value.size != 0 && word_of(kind, field, value).at != NULL;
    }
    return filled == 0 ? 0 : (double)known / filled;
}

/* How well the values fit the type, 0 to 1; -1: anything fits it. */
static double shape_score(const struct guessing *of, unsigned column, enum record_kind kind,
                          unsigned field)
{
    const struct shape_of_column *shape = &of->shapes[column];
    switch (kind_schema(kind)->fields[field].type) {
    case FIELD_TIME:
        return shape->time;
    case FIELD_PHONE:
        return shape->phone;
    case FIELD_DURATION:
        return shape->clock > shape->decimal ? shape->clock
               : shape->number_max < 1e6     ? shape->decimal
                                             : 0;
    case FIELD_MONEY:
        return shape->decimal;
    case FIELD_COUNT:
        return shape->whole;
    case FIELD_DEGREES:
        return shape->number_max <= 180 ? shape->fraction : 0;
    case FIELD_IMEI:
        return shape->imei;
    case FIELD_IMSI:
        return shape->imsi;
    case FIELD_IP:
        return shape->ip;
    case FIELD_CURRENCY:
        return shape->currency;
    case FIELD_CHOICE:
        return choice_share(of->look, column, kind, field);
    default:
        return -1;
    }
}

/* Shapes that few other things have speak without a name. */
static bool speaks_alone(enum field_type type)
{
    return type == FIELD_TIME || type == FIELD_PHONE || type == FIELD_IMEI || type == FIELD_IMSI ||
           type == FIELD_IP;
}

/* Steps and made-up phones have no shape; a name that is clear enough lets them pass. */
static bool may_be_odd(const struct guessing *of, unsigned column, enum field_type type)
{
    const struct shape_of_column *shape = &of->shapes[column];
    if (type == FIELD_TIME)
        return shape->whole == 1 && shape->number_max < 1e6;
    return type == FIELD_CHOICE || type == FIELD_PHONE;
}

static double pair_score(const struct guessing *of, unsigned column, enum record_kind kind,
                         unsigned field)
{
    enum field_type type = kind_schema(kind)->fields[field].type;
    if (of->shapes[column].filled == 0)
        return 0;
    double name = of->look->header ? name_score(of->look->names[column], kind, field) : 0;
    double shape = shape_score(of, column, kind, field);
    if (shape < 0)
        return name * 0.8;
    if (name == 0 && !of->look->header && type == FIELD_DURATION)
        return of->shapes[column].number_max < 36000 ? 0.4 * of->shapes[column].whole : 0;
    if (name == 0)
        return speaks_alone(type) && shape >= 0.9 ? 0.5 * shape : 0;
    if (type == FIELD_IMEI)
        shape = of->shapes[column].imei_like;
    if (shape >= 0.5)
        return 0.6 * name + 0.4 * shape;
    return name == 1 && may_be_odd(of, column, type) ? 0.4 : 0;
}

/* ---- the proposal ---- */

/* Takes the best pair that is left; false: there is none worth it. */
static bool take_best(const struct guessing *of, struct proposal *proposal, bool *used)
{
    const struct kind_schema *schema = kind_schema(proposal->kind);
    struct pair best = {.score = SCORE_LEAST};
    unsigned best_field = RECORD_FIELDS_MAX;
    for (unsigned field = 0; field < schema->fields_count; field++) {
        for (unsigned column = 0; column < of->look->columns_count; column++) {
            if (used[column] || proposal->pair[field].score != 0)
                continue;
            double score = pair_score(of, column, proposal->kind, field);
            if (score > best.score) {
                best = (struct pair){.score = score, .column = column};
                best_field = field;
            }
        }
    }
    if (best_field == RECORD_FIELDS_MAX)
        return false;
    proposal->pair[best_field] = best;
    used[best.column] = true;
    return true;
}

/* The date and the time of day, where the field's time is in no one column. */
static void take_split_time(const struct guessing *of, struct proposal *proposal, bool *used)
{
    struct pair *time = &proposal->pair[0];
    bool event = kind_schema(proposal->kind)->fields[0].type == FIELD_TIME;
    if (!event || (time->score != 0 && of->shapes[time->column].time >= 0.5 &&
                   !of->shapes[time->column].date_only))
        return;
    unsigned date = of->look->columns_count;
    unsigned clock = of->look->columns_count;
    for (unsigned i = of->look->columns_count; i-- > 0;) {
        bool left = !used[i] || (time->score != 0 && time->column == i);
        if (left && of->shapes[i].date >= 0.9)
            date = i;
        else if (left && of->shapes[i].time_of_day >= 0.9)
            clock = i;
    }
    if (date == of->look->columns_count || clock == of->look->columns_count)
        return;
    if (time->score != 0)
        used[time->column] = false;
    *time = (struct pair){SCORE_SPLIT, date, true, clock};
    used[date] = used[clock] = true;
}

static struct proposal propose(const struct guessing *of, enum record_kind kind)
{
    struct proposal proposal = {.kind = kind};
    const struct kind_schema *schema = kind_schema(kind);
    bool used[COLUMNS_MAX] = {0};
    unsigned must = 0;
    unsigned found = 0;
    while (take_best(of, &proposal, used))
        ;
    take_split_time(of, &proposal, used);
    while (take_best(of, &proposal, used)) /* what the split gave back */
        ;
    for (unsigned i = 0; i < schema->fields_count; i++) {
        must += schema->fields[i].must;
        found += schema->fields[i].must && proposal.pair[i].score != 0;
        proposal.worth += proposal.pair[i].score;
    }
    proposal.worth += 2.0 * found / must;
    if (kind_by_name(slice_of(of->path)) == kind)
        proposal.worth += 1;
    return proposal;
}

/* ---- written down ---- */

static void add_percent(struct text *yaml, double score)
{
    text_addf(yaml, " # %d %%", (int)(score * 100 + 0.5));
}

/* Values that mean "nothing" in many a feed, if the column has them. */
static void add_empties(struct text *yaml, const struct look *look, unsigned column)
{
    static const struct slice NOTHING[] = {{"-", 1},    {"-1", 2},   {"-2", 2},  {"\\N", 2},
                                           {"NULL", 4}, {"null", 4}, {"N/A", 3}, {"None", 4}};
    unsigned found = 0;
    for (size_t i = 0; i < sizeof NOTHING / sizeof NOTHING[0]; i++) {
        bool there = false;
        for (unsigned row = 0; row < look->rows_count && !there; row++)
            there = slice_equal(look_cell(look, row, column), NOTHING[i]);
        if (!there)
            continue;
        text_add_string(yaml, found++ == 0 ? ", empty: [" : ", ");
        text_add_json(yaml, NOTHING[i]);
    }
    if (found != 0)
        text_add_char(yaml, ']');
}

/* The words of a CHOICE that are not ours already. */
static void add_words(struct text *yaml, const struct look *look, unsigned column,
                      enum record_kind kind, unsigned field)
{
    struct slice seen[WORDS_SHOWN_MAX];
    unsigned seen_count = 0;
    unsigned written = 0;
    for (unsigned row = 0; row < look->rows_count && seen_count < WORDS_SHOWN_MAX; row++) {
        struct slice value = look_cell(look, row, column);
        bool known = value.size == 0 || value.size > IDENT_BYTES_MAX;
        for (unsigned i = 0; i < seen_count && !known; i++)
            known = slice_equal(seen[i], value);
        if (known)
            continue;
        seen[seen_count++] = value;
        struct slice word = word_of(kind, field, value);
        if (slice_equal(word, value))
            continue;
        text_add_string(yaml, written++ == 0 ? ", values: {" : ", ");
        text_add_json(yaml, value);
        text_addf(yaml, ": %.*s", word.at == NULL ? 1 : (int)word.size,
                  word.at == NULL ? "~" : word.at);
    }
    if (written != 0)
        text_add_char(yaml, '}');
}

static void add_time(struct text *yaml, const struct shape_of_column *shape)
{
    if (shape->time < 0.5)
        text_add_string(yaml, ", form: steps, unit: day, origin: 2000-01-01");
    else if (shape->time_form.size != 0)
        text_addf(yaml, ", form: %.*s", (int)shape->time_form.size, shape->time_form.at);
}

/* The unit that the column's name says, in brackets or not. */
static void add_duration_unit(struct text *yaml, struct slice name)
{
    if (contains(name, SLICE("毫秒")) || contains(name, SLICE("_ms")) ||
        contains(name, SLICE("(ms")))
        text_add_string(yaml, ", unit: ms");
    else if (contains(name, SLICE("分钟")) || contains(name, SLICE("minute")) ||
             contains(name, SLICE("Minute")) || contains(name, SLICE("_min")))
        text_add_string(yaml, ", unit: min");
    else if (contains(name, SLICE("小时")) || contains(name, SLICE("hour")))
        text_add_string(yaml, ", unit: h");
}

static void add_money_unit(struct text *yaml, struct slice name, int places_max)
{
    if (contains(name, SLICE("万元")))
        text_add_string(yaml, ", scale: 10000");
    else if (contains(name, SLICE("(分")) || contains(name, SLICE("（分")) ||
             contains(name, SLICE("cents")) || contains(name, SLICE("_fen")))
        text_add_string(yaml, ", unit: minor");
    if (places_max > 2)
        text_add_string(yaml, ", round: yes");
}

static void add_field(struct text *yaml, const struct guessing *of, const struct proposal *proposal,
                      unsigned field)
{
    const struct field_schema *schema = &kind_schema(proposal->kind)->fields[field];
    struct pair pair = proposal->pair[field];
    const struct shape_of_column *shape = &of->shapes[pair.column];
    struct slice name = of->look->names[pair.column];
    text_addf(yaml, "  %s: {%s: ", schema->name, pair.split ? "columns" : "column");
    if (pair.split) {
        text_add_char(yaml, '[');
        text_add_json(yaml, name);
        text_add_string(yaml, ", ");
        text_add_json(yaml, of->look->names[pair.clock]);
        text_addf(yaml, "], form: \"%s %s\"} # %d %%\n", shape->date_form,
                  of->shapes[pair.clock].clock_form, (int)(pair.score * 100 + 0.5));
        return;
    }
    text_add_json(yaml, name);
    switch (schema->type) {
    case FIELD_TIME:
        add_time(yaml, shape);
        break;
    case FIELD_DURATION:
        add_duration_unit(yaml, name);
        break;
    case FIELD_MONEY:
        add_money_unit(yaml, name, shape->places_max);
        break;
    case FIELD_CHOICE:
        add_words(yaml, of->look, pair.column, proposal->kind, field);
        break;
    case FIELD_PHONE:
        if (shape->phone < 0.5)
            text_add_string(yaml, ", as: opaque");
        break;
    default:
        add_empties(yaml, of->look, pair.column);
        break;
    }
    text_add_char(yaml, '}');
    add_percent(yaml, pair.score);
    text_add_char(yaml, '\n');
}

static void add_names(struct text *yaml, const struct look *look, const struct proposal *proposal,
                      bool unused_only)
{
    unsigned count = 0;
    for (unsigned i = 0; i < look->columns_count; i++) {
        bool used = false;
        for (unsigned field = 0; field < RECORD_FIELDS_MAX; field++)
            used = used || (proposal->pair[field].score != 0 &&
                            (proposal->pair[field].column == i ||
                             (proposal->pair[field].split && proposal->pair[field].clock == i)));
        if (unused_only && used)
            continue;
        if (count++ != 0)
            text_add_string(yaml, ", ");
        text_add_json(yaml, look->names[i]);
    }
    if (count == 0)
        text_add_string(yaml, "-");
}

static void add_head(struct text *yaml, const struct guessing *of, const struct proposal *proposal,
                     const struct intake_options *options)
{
    const struct look *look = of->look;
    text_add_string(yaml,
                    "# Proposed by `cutline intake guess`; the percentages say how sure it is.\n"
                    "# 由 `cutline intake guess` 推测；百分数表示把握程度，使用前请核对。\n");
    text_addf(yaml, "kind: %s\n", kind_schema(proposal->kind)->name);
    if (look->form == FORM_JSON)
        text_add_string(yaml, "format: json\n");
    if (look->delimiter != ',' && look->form == FORM_CSV)
        text_addf(yaml, "delimiter: %s\n",
                  look->delimiter == '\t'  ? "tab"
                  : look->delimiter == ';' ? "\";\""
                                           : "\"|\"");
    if (!look->header) {
        text_add_string(yaml, "columns: [");
        add_names(yaml, look, proposal, false);
        text_add_string(yaml, "] # the file has no header / 文件没有表头\n");
    }
    bool zoneless = false;
    for (unsigned i = 0; i < RECORD_FIELDS_MAX; i++)
        zoneless = zoneless ||
                   (proposal->pair[i].score != 0 &&
                    (proposal->pair[i].split || of->shapes[proposal->pair[i].column].zoneless) &&
                    kind_schema(proposal->kind)->fields[i].type == FIELD_TIME);
    if (proposal->pair[0].score != 0 && !proposal->pair[0].split &&
        of->shapes[proposal->pair[0].column].goes_back)
        text_add_string(yaml,
                        "order: none # the first rows go back by hours / 前几行时间倒退数小时\n");
    int zone = options->zone_minutes < 0 ? -options->zone_minutes : options->zone_minutes;
    if (zoneless)
        text_addf(yaml, "zone: \"%c%02d:%02d\" # the times do not say it / 时间中未注明时区\n",
                  options->zone_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
}

static void add_yaml(struct text *yaml, const struct guessing *of, const struct proposal *proposal,
                     const struct intake_options *options)
{
    const struct kind_schema *schema = kind_schema(proposal->kind);
    add_head(yaml, of, proposal, options);
    text_add_string(yaml, "fields:\n");
    for (unsigned i = 0; i < schema->fields_count; i++) {
        if (proposal->pair[i].score != 0)
            add_field(yaml, of, proposal, i);
        else if (schema->fields[i].must)
            text_addf(yaml, "  # %s: ??? # must be there: which column? / 必填：是哪一列？\n",
                      schema->fields[i].name);
    }
    text_add_string(yaml, "# not used / 未使用: ");
    add_names(yaml, of->look, proposal, true);
    text_add_char(yaml, '\n');
}

/* ---- tried ---- */

struct shown {
    struct text *rows;
    unsigned count;
};

static enum status show_reject(void *self, const struct reject *reject)
{
    struct shown *shown = self;
    if (shown->count >= ROWS_SHOWN)
        return STATUS_OK;
    shown->count++;
    text_addf(shown->rows, "# %llu: ", (unsigned long long)reject->line);
    text_add_reject(shown->rows, reject, TONGUE_EN);
    text_add_char(shown->rows, '\n');
    return STATUS_OK;
}

/* The first rows through the proposed mapping, as canonical JSON; rejected ones as `#` and the
 * reason. */
static enum status try_rows(const char *path, const struct intake_options *options,
                            struct arena *scratch, struct shown *shown,
                            struct text why[TONGUES_COUNT])
{
    struct intake *intake;
    const struct record *records;
    size_t count;
    TRY(intake_create(&intake, options, (struct reject_sink){show_reject, shown}, scratch));
    enum status status = intake_add(intake, path, why);
    while (status == STATUS_OK && shown->count < ROWS_SHOWN) {
        status = intake_next(intake, &records, &count);
        for (size_t i = 0; status == STATUS_OK && i < count && shown->count < ROWS_SHOWN; i++) {
            text_add_record(shown->rows, &records[i]);
            text_add_char(shown->rows, '\n');
            shown->count++;
        }
    }
    intake_destroy(intake);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status check_options(const char *path, const struct intake_options *options,
                                 enum record_kind *kind, struct text why[TONGUES_COUNT])
{
    *kind = RECORD_KINDS_COUNT;
    if (options->kind.size != 0 && !kind_find(options->kind, kind)) {
        why_text(why, options->kind);
        why_add(why, ": there is no such kind", "：没有这个类别");
        return STATUS_REFUSED;
    }
    if (strcmp(path, "-") != 0)
        return STATUS_OK;
    why_path(why, slice_of(path));
    why_add(why, "guessing reads a file twice; give it a file",
            "推测需要两次读取文件，请给出文件名");
    return STATUS_REFUSED;
}

static struct proposal best_proposal(const struct guessing *of, enum record_kind kind_asked)
{
    struct proposal best = {0};
    for (int kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        if (kind_asked != RECORD_KINDS_COUNT && kind_asked != (enum record_kind)kind)
            continue;
        struct proposal proposal = propose(of, (enum record_kind)kind);
        if (proposal.worth > best.worth)
            best = proposal;
    }
    return best;
}

enum status intake_guess(const char *path, const struct intake_options *options,
                         struct arena *scratch, struct text *yaml, struct text *rows,
                         struct text why[TONGUES_COUNT])
{
    struct look look;
    struct shape_of_column *shapes;
    enum record_kind kind;
    TRY(check_options(path, options, &kind, why));
    TRY(look_at(&look, path, scratch, why));
    TRY(ARENA_NEW(scratch, look.columns_count, &shapes));
    for (unsigned i = 0; i < look.columns_count; i++)
        shapes[i] = shape_of(&look, i);
    struct guessing of = {&look, shapes, path};
    struct proposal proposal = best_proposal(&of, kind);
    if (proposal.worth == 0) {
        why_path(why, slice_of(path));
        why_add(why, "nothing in it looks like calls, payments or any other kind",
                "看不出其中是通话、支付还是其他类别的记录");
        return STATUS_ABSENT;
    }
    add_yaml(yaml, &of, &proposal, options);
    const struct kind_schema *schema = kind_schema(proposal.kind);
    for (unsigned i = 0; i < schema->fields_count; i++)
        if (schema->fields[i].must && proposal.pair[i].score == 0)
            return STATUS_OK; /* somebody has to fill in the rest before rows can be shown */
    struct mapping *mapping;
    struct intake_options through = *options;
    TRY(mapping_parse(&mapping, "guess.yaml", text_slice(yaml), scratch, why));
    through.mapping = mapping;
    through.kind = (struct slice){0};
    struct shown shown = {rows, 0};
    return try_rows(path, &through, scratch, &shown, why);
}
