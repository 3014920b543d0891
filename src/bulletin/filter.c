/* filter.c -- the filter language: read, turned into SQL, answered plainly.
 *
 * Recursive descent over code points, so that a complaint can name its column.  Everything a reader
 * on a Chinese keyboard types is understood: ：（）“” and 且 或 非, beside : ( ) " AND OR NOT.
 *
 * Invariants:  1. SQL is made of constants of this file alone; every byte of the filter that
 *                 reaches the database is bound.
 *              2. filter_holds and the SQL agree on every row (filter_test.c, random filters). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/filter.h"
#include "ground/limits.h"

#include <stdlib.h>

enum node_kind { NODE_OR, NODE_AND, NODE_NOT, NODE_CONDITION };
enum comparison { EQUAL, BEGINS, HOLDS, BETWEEN };
enum column_type {
    COLUMN_NAME,
    COLUMN_GRADE,
    COLUMN_REAL,
    COLUMN_WHOLE,
    COLUMN_MOMENT,
    COLUMN_FLAG,
    COLUMN_WORDS
};

/* clang-format off */
enum column {
#define COLUMN(name, zh_name, sql, type, en, zh) AT_##name,
#include "bulletin/columns.inc"
#undef COLUMN
    COLUMNS_COUNT
};
/* clang-format on */

static const struct {
    const char *name, *zh_name, *sql;
    enum column_type type;
} COLUMNS[COLUMNS_COUNT] = {
#define COLUMN(name, zh_name, sql, type, en, zh) {#name, zh_name, sql, COLUMN_##type},
#include "bulletin/columns.inc"
#undef COLUMN
};

static const struct saying FAULTS[FILTER_FAULTS_COUNT] = {
#define FILTER_FAULT(name, en, zh) SAYING(en, zh),
#include "bulletin/filter_faults.inc"
#undef FILTER_FAULT
};

/* Numbers are compared as whole ones or as real ones, by the column; an open end is unbounded. */
struct filter {
    enum node_kind kind;
    struct filter *left, *right;
    enum column column;
    enum comparison comparison;
    struct slice text; /* of EQUAL and BEGINS on names, HOLDS */
    bool has_low, has_high;
    int64_t low, high; /* inclusive */
    double low_real, high_real;
    bool low_open, high_open; /* of real ones: the bound itself is out */
};

struct reading {
    struct slice rest;
    struct slice whole;
    int32_t zone_minutes;
    struct arena *arena;
    unsigned depth, conditions;
    struct filter_complaint *complaint;
};

const char *filter_fault_says(enum filter_fault fault, enum tongue tongue)
{
    must((unsigned)fault < FILTER_FAULTS_COUNT);
    return FAULTS[fault].in[tongue];
}

static enum status complain(struct reading *reading, const char *at, enum filter_fault fault)
{
    struct slice before = {reading->whole.at, (size_t)(at - reading->whole.at)};
    unsigned column = 1;
    while (before.size > 0) {
        (void)utf8_next(&before);
        column++;
    }
    *reading->complaint = (struct filter_complaint){fault, column};
    return STATUS_MALFORMED;
}

/* ---- letters and words ---- */

static bool point_blank(uint32_t point)
{
    return point == ' ' || point == '\t' || point == '\n' || point == '\r' || point == 0x3000;
}

static uint32_t point_ahead(const struct reading *reading)
{
    struct slice rest = reading->rest;
    return rest.size == 0 ? 0 : utf8_next(&rest);
}

static void point_take(struct reading *reading)
{
    (void)utf8_next(&reading->rest);
}

static void blanks_skip(struct reading *reading)
{
    while (reading->rest.size > 0 && point_blank(point_ahead(reading)))
        point_take(reading);
}

static bool point_opens(uint32_t point)
{
    return point == '(' || point == 0xFF08;
}

static bool point_closes(uint32_t point)
{
    return point == ')' || point == 0xFF09;
}

static bool point_colon(uint32_t point)
{
    return point == ':' || point == 0xFF1A;
}

static bool point_quotes(uint32_t point)
{
    return point == '"' || point == 0x201C || point == 0x201D;
}

/* Up to a blank, a parenthesis, a quote, a bracket; `colon`: a colon ends it, too. */
static struct slice word_take(struct reading *reading, bool colon)
{
    struct slice word = {reading->rest.at, 0};
    while (reading->rest.size > 0) {
        uint32_t point = point_ahead(reading);
        if (point_blank(point) || point_opens(point) || point_closes(point) ||
            point_quotes(point) || point == '[' || point == ']' || (colon && point_colon(point)))
            break;
        point_take(reading);
        word.size = (size_t)(reading->rest.at - word.at);
    }
    return word;
}

/* Takes the word if it is one of the two. */
static bool keyword_take(struct reading *reading, const char *en, const char *zh, const char *zh2)
{
    struct reading ahead = *reading;
    blanks_skip(&ahead);
    struct slice word = word_take(&ahead, true);
    bool colon = point_colon(point_ahead(&ahead));
    if (colon || (!slice_equal(word, slice_of(en)) && !slice_equal(word, slice_of(zh)) &&
                  !slice_equal(word, slice_of(zh2))))
        return false;
    *reading = ahead;
    return true;
}

static enum status phrase_take(struct reading *reading, struct slice *out)
{
    const char *at = reading->rest.at;
    point_take(reading);
    struct slice phrase = {reading->rest.at, 0};
    while (reading->rest.size > 0 && !point_quotes(point_ahead(reading)))
        point_take(reading);
    phrase.size = (size_t)(reading->rest.at - phrase.at);
    if (reading->rest.size == 0)
        return complain(reading, at, FILTER_QUOTE_EXPECTED);
    point_take(reading);
    *out = phrase;
    return STATUS_OK;
}

/* ---- values ---- */

static enum status text_lower(struct reading *reading, struct slice from, struct slice *out)
{
    char *bytes = NULL;
    TRY(arena_take(reading->arena, from.size + 1, (void **)&bytes));
    for (size_t i = 0; i < from.size; i++)
        bytes[i] = from.at[i] >= 'A' && from.at[i] <= 'Z' ? (char)(from.at[i] | 0x20) : from.at[i];
    *out = (struct slice){bytes, from.size};
    return STATUS_OK;
}

static bool whole_of(struct slice text, int64_t *out)
{
    int64_t whole = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || i >= 18)
            return false;
        whole = whole * 10 + (text.at[i] - '0');
    }
    *out = whole;
    return text.size > 0;
}

/* Digits with at most one point, at most 17 characters. */
static bool real_of(struct slice text, double *out)
{
    char bytes[18];
    unsigned points = 0;
    if (text.size == 0 || text.size >= sizeof bytes)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        points += text.at[i] == '.';
        if (text.at[i] != '.' && (text.at[i] < '0' || text.at[i] > '9'))
            return false;
    }
    memcpy(bytes, text.at, text.size);
    bytes[text.size] = '\0';
    *out = strtod(bytes, NULL);
    return points <= 1 && text.size > points;
}

static bool grade_of(struct slice text, int64_t *out)
{
    static const char *const GRADES[][2] = {
        {"low", "低"}, {"medium", "中"}, {"high", "高"}, {"extreme", "特高"}};
    for (int i = 0; i < 4; i++) {
        if (!slice_equal(text, slice_of(GRADES[i][0])) &&
            !slice_equal(text, slice_of(GRADES[i][1])))
            continue;
        *out = i + 1;
        return true;
    }
    return false;
}

static bool flag_of(struct slice text, int64_t *out)
{
    static const char *const YES[] = {"yes", "true", "是"}, *const NO[] = {"no", "false", "否"};
    for (int i = 0; i < 3; i++) {
        if (slice_equal(text, slice_of(YES[i])) || slice_equal(text, slice_of(NO[i]))) {
            *out = slice_equal(text, slice_of(YES[i]));
            return true;
        }
    }
    return false;
}

/* A moment, or a day as its first and last millisecond. */
static bool moments_of(const struct reading *reading, struct slice text, int64_t *low,
                       int64_t *high)
{
    moment at;
    int64_t year, month, day;
    if (text.size == 10 && text.at[4] == '-' && text.at[7] == '-' &&
        whole_of((struct slice){text.at, 4}, &year) &&
        whole_of((struct slice){text.at + 5, 2}, &month) &&
        whole_of((struct slice){text.at + 8, 2}, &day)) {
        struct civil civil = {.year = (int32_t)year, .month = (int32_t)month, .day = (int32_t)day};
        if (moment_of_civil(civil, reading->zone_minutes, &at) != STATUS_OK)
            return false;
        *low = at.ms;
        *high = at.ms + DAY_MS - 1;
        return true;
    }
    if (memchr(text.at, 'T', text.size) == NULL || moment_parse(text, &at) != STATUS_OK)
        return false;
    *low = *high = at.ms;
    return true;
}

/* The lowest and highest that the value may mean, for a column with an order. */
static enum status bounds_read(struct reading *reading, enum column column, struct slice text,
                               int64_t *low, int64_t *high, double *real)
{
    bool read = false;
    enum filter_fault fault = FILTER_NO_ORDER;
    switch (COLUMNS[column].type) {
    case COLUMN_GRADE:
        fault = FILTER_GRADE_FORM;
        read = grade_of(text, low);
        break;
    case COLUMN_WHOLE:
        fault = FILTER_NUMBER_FORM;
        read = whole_of(text, low);
        break;
    case COLUMN_FLAG:
        fault = FILTER_FLAG_FORM;
        read = flag_of(text, low);
        break;
    case COLUMN_REAL:
        fault = FILTER_NUMBER_FORM;
        read = real_of(text, real);
        break;
    case COLUMN_MOMENT:
        if (!moments_of(reading, text, low, high))
            return complain(reading, text.at, FILTER_MOMENT_FORM);
        return STATUS_OK;
    default:
        break;
    }
    if (!read)
        return complain(reading, text.at, fault);
    *high = *low;
    return STATUS_OK;
}

static bool column_ordered(enum column column)
{
    enum column_type type = COLUMNS[column].type;
    return type == COLUMN_GRADE || type == COLUMN_WHOLE || type == COLUMN_REAL ||
           type == COLUMN_MOMENT;
}

static enum status low_set(struct reading *reading, struct filter *node, struct slice text)
{
    int64_t high;
    node->has_low = true;
    return bounds_read(reading, node->column, text, &node->low, &high, &node->low_real);
}

static enum status high_set(struct reading *reading, struct filter *node, struct slice text)
{
    int64_t low;
    node->has_high = true;
    return bounds_read(reading, node->column, text, &low, &node->high, &node->high_real);
}

/* [low TO high] */
static enum status bracket_read(struct reading *reading, struct filter *node)
{
    const char *at = reading->rest.at;
    point_take(reading);
    blanks_skip(reading);
    struct slice low = word_take(reading, false);
    bool to = keyword_take(reading, "TO", "到", "至");
    blanks_skip(reading);
    struct slice high = word_take(reading, false);
    blanks_skip(reading);
    if (low.size == 0 || high.size == 0 || !to || point_ahead(reading) != ']')
        return complain(reading, at, FILTER_RANGE_FORM);
    point_take(reading);
    node->comparison = BETWEEN;
    TRY(low_set(reading, node, low));
    return high_set(reading, node, high);
}

/* >= value and its like. */
static enum status compared_read(struct reading *reading, struct filter *node, bool less,
                                 bool equal)
{
    struct slice text = word_take(reading, false);
    int64_t low = 0, high = 0;
    double real = 0;
    if (text.size == 0)
        return complain(reading, reading->rest.at, FILTER_VALUE_EXPECTED);
    TRY(bounds_read(reading, node->column, text, &low, &high, &real));
    node->comparison = BETWEEN;
    node->has_low = !less;
    node->has_high = less;
    node->low = equal ? low : high + 1;
    node->high = equal ? high : low - 1;
    node->low_real = node->high_real = real;
    node->low_open = node->high_open = !equal;
    return STATUS_OK;
}

/* low..high, either of which may be missing; false: it is none. */
static bool dots_find(struct slice text, struct slice *low, struct slice *high)
{
    for (size_t i = 0; i + 1 < text.size; i++) {
        if (text.at[i] != '.' || text.at[i + 1] != '.')
            continue;
        *low = (struct slice){text.at, i};
        *high = (struct slice){text.at + i + 2, text.size - i - 2};
        return true;
    }
    return false;
}

static enum status name_set(struct reading *reading, struct filter *node, struct slice text,
                            bool quoted)
{
    const char *star = text.size == 0 ? NULL : memchr(text.at, '*', text.size);
    node->comparison = EQUAL;
    node->text = text;
    if (COLUMNS[node->column].type == COLUMN_WORDS) {
        node->comparison = HOLDS;
        return text_lower(reading, text, &node->text);
    }
    if (star == NULL || quoted)
        return STATUS_OK;
    if (star != text.at + text.size - 1)
        return complain(reading, star, FILTER_STAR_FORM);
    node->comparison = BEGINS;
    node->text.size--;
    return STATUS_OK;
}

static enum status ordered_read(struct reading *reading, struct filter *node, struct slice text)
{
    struct slice low = {0}, high = {0};
    node->comparison = BETWEEN;
    if (!dots_find(text, &low, &high)) {
        node->has_low = node->has_high = true;
        TRY(bounds_read(reading, node->column, text, &node->low, &node->high, &node->low_real));
        node->high_real = node->low_real;
        return STATUS_OK;
    }
    if (low.size == 0 && high.size == 0)
        return complain(reading, text.at, FILTER_RANGE_FORM);
    if (low.size > 0)
        TRY(low_set(reading, node, low));
    return high.size > 0 ? high_set(reading, node, high) : STATUS_OK;
}

static enum status value_read(struct reading *reading, struct filter *node)
{
    uint32_t point = point_ahead(reading);
    bool ordered = column_ordered(node->column);
    bool named =
        COLUMNS[node->column].type == COLUMN_NAME || COLUMNS[node->column].type == COLUMN_WORDS;
    const char *at = reading->rest.at;
    if (point == '[' || point == '<' || point == '>') {
        if (!ordered)
            return complain(reading, at, FILTER_NO_ORDER);
        if (point == '[')
            return bracket_read(reading, node);
        point_take(reading);
        bool equal = point_ahead(reading) == '=';
        if (equal)
            point_take(reading);
        return compared_read(reading, node, point == '<', equal);
    }
    struct slice text = {0};
    bool quoted = point_quotes(point);
    if (quoted)
        TRY(phrase_take(reading, &text));
    else
        text = word_take(reading, false);
    if (text.size == 0)
        return complain(reading, at, FILTER_VALUE_EXPECTED);
    return named ? name_set(reading, node, text, quoted) : ordered_read(reading, node, text);
}

/* ---- the tree ---- */

static enum status node_take(struct reading *reading, enum node_kind kind, struct filter *left,
                             struct filter *right, struct filter **out)
{
    struct filter *node = NULL;
    TRY(ARENA_NEW(reading->arena, 1, &node));
    node->kind = kind;
    node->left = left;
    node->right = right;
    *out = node;
    return STATUS_OK;
}

static bool column_find(struct slice name, enum column *out)
{
    for (unsigned i = 0; i < COLUMNS_COUNT; i++) {
        if (!slice_equal(name, slice_of(COLUMNS[i].name)) &&
            !slice_equal(name, slice_of(COLUMNS[i].zh_name)))
            continue;
        *out = (enum column)i;
        return true;
    }
    return false;
}

static enum status condition_read(struct reading *reading, struct filter **out)
{
    const char *at = reading->rest.at;
    struct slice word = {0};
    TRY(node_take(reading, NODE_CONDITION, NULL, NULL, out));
    if (++reading->conditions > FILTER_CONDITIONS_MAX)
        return complain(reading, at, FILTER_TOO_MANY);
    (*out)->column = AT_reason;
    if (point_quotes(point_ahead(reading))) {
        TRY(phrase_take(reading, &word));
        if (word.size == 0)
            return complain(reading, at, FILTER_CONDITION_EXPECTED);
        return name_set(reading, *out, word, true);
    }
    word = word_take(reading, true);
    if (word.size == 0)
        return complain(reading, at, FILTER_CONDITION_EXPECTED);
    if (!point_colon(point_ahead(reading)))
        return name_set(reading, *out, word, true);
    if (!column_find(word, &(*out)->column))
        return complain(reading, at, FILTER_FIELD_UNKNOWN);
    point_take(reading);
    return value_read(reading, *out);
}

static enum status either_read(struct reading *reading, struct filter **out);

static enum status inner_read(struct reading *reading, struct filter **out)
{
    blanks_skip(reading);
    if (keyword_take(reading, "NOT", "非", "不是")) {
        struct filter *inner = NULL;
        if (++reading->depth > FILTER_DEPTH_MAX)
            return complain(reading, reading->rest.at, FILTER_TOO_DEEP);
        TRY(inner_read(reading, &inner));
        reading->depth--;
        return node_take(reading, NODE_NOT, inner, NULL, out);
    }
    if (!point_opens(point_ahead(reading)))
        return condition_read(reading, out);
    if (++reading->depth > FILTER_DEPTH_MAX)
        return complain(reading, reading->rest.at, FILTER_TOO_DEEP);
    point_take(reading);
    TRY(either_read(reading, out));
    blanks_skip(reading);
    if (!point_closes(point_ahead(reading)))
        return complain(reading, reading->rest.at, FILTER_PARENTHESIS_EXPECTED);
    point_take(reading);
    reading->depth--;
    return STATUS_OK;
}

static bool or_ahead(const struct reading *reading)
{
    struct reading ahead = *reading;
    return keyword_take(&ahead, "OR", "或", "或者");
}

static enum status both_read(struct reading *reading, struct filter **out)
{
    struct filter *right = NULL;
    TRY(inner_read(reading, out));
    for (;;) {
        bool and = keyword_take(reading, "AND", "且", "与");
        blanks_skip(reading);
        if (!and&&(reading->rest.size == 0 || point_closes(point_ahead(reading)) ||
                   or_ahead(reading)))
            return STATUS_OK;
        TRY(inner_read(reading, &right));
        TRY(node_take(reading, NODE_AND, *out, right, out));
    }
}

static enum status either_read(struct reading *reading, struct filter **out)
{
    struct filter *right = NULL;
    TRY(both_read(reading, out));
    while (keyword_take(reading, "OR", "或", "或者")) {
        TRY(both_read(reading, &right));
        TRY(node_take(reading, NODE_OR, *out, right, out));
    }
    return STATUS_OK;
}

enum status filter_read(struct slice text, int32_t zone_minutes, struct arena *arena,
                        struct filter **out, struct filter_complaint *complaint)
{
    struct slice copy = {0};
    struct filter *filter = NULL;
    *complaint = (struct filter_complaint){0};
    TRY(slice_copy(arena, text, &copy));
    struct reading reading = {.rest = copy,
                              .whole = copy,
                              .zone_minutes = zone_minutes,
                              .arena = arena,
                              .complaint = complaint};
    if (text.size > FILTER_BYTES_MAX)
        return complain(&reading, copy.at + FILTER_BYTES_MAX, FILTER_TOO_LONG);
    if (!utf8_valid(copy))
        return complain(&reading, copy.at, FILTER_NOT_UTF8);
    TRY(either_read(&reading, &filter));
    blanks_skip(&reading);
    if (reading.rest.size > 0)
        return complain(&reading, reading.rest.at, FILTER_END_EXPECTED);
    *out = filter;
    return STATUS_OK;
}

/* ---- SQL ---- */

struct binding {
    unsigned first;
    struct text *sql;
    struct store_value *values;
    size_t count;
};

static void bind(struct binding *binding, struct store_value value)
{
    must(binding->count < FILTER_VALUES_MAX);
    text_addf(binding->sql, "?%u", binding->first + (unsigned)binding->count);
    binding->values[binding->count++] = value;
}

static struct store_value bound_of(const struct filter *node, bool low)
{
    if (COLUMNS[node->column].type == COLUMN_REAL)
        return STORE_OF_REAL(low ? node->low_real : node->high_real);
    return STORE_OF_WHOLE(low ? node->low : node->high);
}

static void add_condition(struct binding *binding, const struct filter *node)
{
    const char *column = COLUMNS[node->column].sql;
    switch (node->comparison) {
    case EQUAL:
        text_addf(binding->sql, "%s = ", column);
        bind(binding, STORE_OF_TEXT(node->text));
        return;
    case BEGINS:
        text_addf(binding->sql, "substr(%s, 1, length(", column);
        bind(binding, STORE_OF_TEXT(node->text));
        text_add_string(binding->sql, ")) = ");
        bind(binding, STORE_OF_TEXT(node->text));
        return;
    case HOLDS:
        text_addf(binding->sql, "instr(%s, ", column);
        bind(binding, STORE_OF_TEXT(node->text));
        text_add_string(binding->sql, ") > 0");
        return;
    case BETWEEN:
        break;
    }
    /* whole ones were moved by one instead of left open */
    bool real = COLUMNS[node->column].type == COLUMN_REAL;
    if (node->has_low) {
        text_addf(binding->sql, "%s %s ", column, real && node->low_open ? ">" : ">=");
        bind(binding, bound_of(node, true));
    }
    text_add_string(binding->sql, node->has_low && node->has_high ? " AND " : "");
    if (node->has_high) {
        text_addf(binding->sql, "%s %s ", column, real && node->high_open ? "<" : "<=");
        bind(binding, bound_of(node, false));
    }
}

static void add_node(struct binding *binding, const struct filter *node)
{
    text_add_string(binding->sql, node->kind == NODE_NOT ? "(NOT " : "(");
    if (node->kind == NODE_CONDITION)
        add_condition(binding, node);
    else
        add_node(binding, node->left);
    if (node->kind == NODE_AND || node->kind == NODE_OR) {
        text_add_string(binding->sql, node->kind == NODE_AND ? " AND " : " OR ");
        add_node(binding, node->right);
    }
    text_add_char(binding->sql, ')');
}

void filter_add_sql(const struct filter *filter, unsigned first, struct text *sql,
                    struct store_value *values, size_t *values_count)
{
    struct binding binding = {first, sql, values, 0};
    add_node(&binding, filter);
    *values_count = binding.count;
}

/* ---- the plain answer ---- */

static struct slice name_of(const struct alert_row *row, enum column column)
{
    switch (column) {
    case AT_id:
        return row->id;
    case AT_typology:
        return row->typology;
    case AT_rule:
        return row->rule;
    case AT_kind:
        return row->subject_kind;
    case AT_subject:
        return row->subject;
    case AT_respond:
        return row->respond;
    case AT_image:
        return row->image;
    case AT_outcome:
        return row->outcome;
    case AT_code:
        return row->code;
    default:
        return row->words;
    }
}

static int64_t whole_at(const struct alert_row *row, enum column column)
{
    switch (column) {
    case AT_number:
        return (int64_t)row->number;
    case AT_grade:
        return row->grade;
    case AT_time:
        return row->time.ms;
    case AT_position:
        return (int64_t)row->position;
    case AT_first:
        return row->first;
    default:
        return row->shadow;
    }
}

static bool real_holds(const struct filter *node, double value)
{
    if (node->has_low && !(node->low_open ? value > node->low_real : value >= node->low_real))
        return false;
    return !node->has_high ||
           (node->high_open ? value < node->high_real : value <= node->high_real);
}

static bool condition_holds(const struct filter *node, const struct alert_row *row)
{
    struct slice name = name_of(row, node->column);
    switch (node->comparison) {
    case EQUAL:
        return slice_equal(name, node->text);
    case BEGINS:
        return slice_starts(name, node->text);
    case HOLDS:
        return node->text.size == 0 || (name.size > 0 && memmem(name.at, name.size, node->text.at,
                                                                node->text.size) != NULL);
    case BETWEEN:
        break;
    }
    if (COLUMNS[node->column].type == COLUMN_REAL)
        return real_holds(node, row->score);
    int64_t whole = whole_at(row, node->column);
    return (!node->has_low || whole >= node->low) && (!node->has_high || whole <= node->high);
}

bool filter_holds(const struct filter *filter, const struct alert_row *row)
{
    switch (filter->kind) {
    case NODE_OR:
        return filter_holds(filter->left, row) || filter_holds(filter->right, row);
    case NODE_AND:
        return filter_holds(filter->left, row) && filter_holds(filter->right, row);
    case NODE_NOT:
        return !filter_holds(filter->left, row);
    default:
        return condition_holds(filter, row);
    }
}

/* ---- what may name somebody ---- */

enum {
    ID_DIGITS = 32,      /* of an alert, of a pseudonym */
    IMAGE_DIGITS = 64,   /* of a rule set */
    DIGITS_TOGETHER = 7, /* in one row: a number that is dialled */
};
/* Whole numbers from here on: no alert has one so high, and a line with its area code does. */
static const int64_t DIALLED = 1000000000;

static bool hex_all(struct slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if (strchr("0123456789abcdef", text.at[i]) == NULL || text.at[i] == '\0')
            return false;
    return true;
}

/* All of its digits, or so few of them that they are nobody's number. */
static bool hex_holds(struct slice text, size_t digits)
{
    return hex_all(text) && (text.size == digits || text.size < DIGITS_TOGETHER);
}

/* Like fan_out_two: what people call rules and kinds. */
static bool word_holds(struct slice text)
{
    size_t together = 0;
    for (size_t i = 0; i < text.size; i++) {
        char at = text.at[i];
        bool digit = at >= '0' && at <= '9', letter = at >= 'a' && at <= 'z';
        together = digit ? together + 1 : 0;
        if (together == DIGITS_TOGETHER || !(letter || at == '_' || at == '-' || digit) ||
            (i == 0 && !letter))
            return false;
    }
    return true;
}

static bool name_may(const struct filter *node)
{
    struct slice rest = node->text; /* of id*, what is in front of the star */
    switch (node->column) {
    case AT_id:
        return !hex_holds(rest, ID_DIGITS);
    case AT_image:
        return !hex_holds(rest, IMAGE_DIGITS);
    case AT_subject:
        if (!slice_starts(rest, SLICE("p_")))
            return true;
        return !hex_holds((struct slice){rest.at + 2, rest.size - 2}, ID_DIGITS);
    default:
        return !word_holds(rest);
    }
}

static bool condition_may_name(const struct filter *node)
{
    switch (COLUMNS[node->column].type) {
    case COLUMN_WORDS:
        return node->text.size > 0;
    case COLUMN_NAME:
        return name_may(node);
    case COLUMN_WHOLE:
        return (node->has_low && node->low >= DIALLED) || (node->has_high && node->high >= DIALLED);
    case COLUMN_REAL:
        return (node->has_low && node->low_real > 1) || (node->has_high && node->high_real > 1);
    default:
        return false; /* grades, flags, moments: nothing else was taken for one */
    }
}

bool filter_may_name(const struct filter *filter)
{
    if (filter->kind == NODE_CONDITION)
        return condition_may_name(filter);
    return filter_may_name(filter->left) ||
           (filter->right != NULL && filter_may_name(filter->right));
}
