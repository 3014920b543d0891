/* fit.c -- what goes with what: types, units, and the spelling of names.
 *
 * Seconds are not yuan, a phone is no IMEI.  Most misfits are a forgotten unit or forgotten quotes,
 * and then the complaint says how the literal should look. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checker_inside.h"

bool type_is_amount(struct type type)
{
    return type.class == TYPE_NUMBER || type.class == TYPE_DURATION || type.class == TYPE_MONEY;
}

bool type_is_ordered(struct type type)
{
    return type_is_amount(type) || type.class == TYPE_MOMENT;
}

struct slice source_of(const struct scope *scope, const struct phrase *phrase)
{
    return compile_source(scope->checker->compile, phrase->span);
}

static bool is_plain_number(const struct phrase *phrase)
{
    if (phrase->kind == PHRASE_NEGATE)
        return is_plain_number(phrase->arg[0]);
    return phrase->kind == PHRASE_NUMBER;
}

static struct slice set_currency(const struct checker *checker)
{
    struct slice currency = checker->written->currency.text;
    return currency.size != 0 ? currency : SLICE("CNY");
}

/* A plain number beside something that has a unit, or beside a name. */
static bool complain_number(const struct scope *scope, const struct phrase *number,
                            const struct expr *other)
{
    struct compile *compile = scope->checker->compile;
    struct slice written = source_of(scope, number);
    struct slice key = type_key(compile, other->type);
    struct complaint complaint = {.where = number->span, .arg = {key, written}};
    switch (other->type.class) {
    case TYPE_DURATION:
        complaint.suggestion = compile_text(compile, "%.*ss", SHOW(written));
        break;
    case TYPE_MONEY:
        complaint.suggestion =
            compile_text(compile, "%.*s %.*s", SHOW(written), SHOW(set_currency(scope->checker)));
        break;
    case TYPE_NAME:
        complaint.suggestion = compile_text(compile, "\"%.*s\"", SHOW(written));
        complain(compile, MESSAGE_QUOTES_MISSING, complaint);
        return true;
    default:
        return false;
    }
    complain(compile, MESSAGE_UNIT_MISSING, complaint);
    return true;
}

/* A duration or an amount of money where a plain number must be. */
static bool complain_unit(const struct scope *scope, const struct phrase *literal,
                          const struct expr *other)
{
    struct compile *compile = scope->checker->compile;
    if (other->type.class != TYPE_NUMBER ||
        (literal->kind != PHRASE_DURATION && literal->kind != PHRASE_MONEY))
        return false;
    struct slice written = source_of(scope, literal);
    size_t size = 0;
    while (size < written.size && ((written.at[size] >= '0' && written.at[size] <= '9') ||
                                   written.at[size] == '.' || written.at[size] == '_'))
        size++;
    complain(compile, MESSAGE_UNIT_NEEDLESS,
             (struct complaint){
                 .where = literal->span, .arg = {written}, .suggestion = {written.at, size}});
    return true;
}

bool fit_equal(const struct scope *scope, const struct phrase *left, const struct expr *a,
               const struct phrase *right, const struct expr *b)
{
    if (type_equal(a->type, b->type))
        return true;
    if (is_plain_number(right) && complain_number(scope, right, a))
        return false;
    if (is_plain_number(left) && complain_number(scope, left, b))
        return false;
    if (complain_unit(scope, right, a) || complain_unit(scope, left, b))
        return false;
    struct compile *compile = scope->checker->compile;
    complain(compile, MESSAGE_TYPES_DIFFER,
             (struct complaint){.where = right->span,
                                .arg = {type_key(compile, a->type), type_key(compile, b->type)}});
    return false;
}

bool fit_type(const struct scope *scope, const struct phrase *phrase, const struct expr *expr,
              struct type type, const char *place)
{
    if (type_equal(expr->type, type))
        return true;
    struct expr wanted = {.type = type};
    if (is_plain_number(phrase) && complain_number(scope, phrase, &wanted))
        return false;
    if (complain_unit(scope, phrase, &wanted))
        return false;
    struct compile *compile = scope->checker->compile;
    bool truth = type.class == TYPE_TRUTH;
    complain(compile, truth ? MESSAGE_TRUTH_WANTED : MESSAGE_TYPE_WANTED,
             (struct complaint){
                 .where = phrase->span,
                 .arg = {slice_of(place), type_key(compile, type), type_key(compile, expr->type)}});
    return false;
}

bool fit_ordered(const struct scope *scope, const struct phrase *phrase, const struct expr *a)
{
    if (type_is_ordered(a->type))
        return true;
    struct compile *compile = scope->checker->compile;
    complain(compile, MESSAGE_NOT_ORDERED,
             (struct complaint){
                 .where = phrase->sign,
                 .arg = {compile_source(compile, phrase->sign), type_key(compile, a->type)}});
    return false;
}

static bool add_type(struct type a, struct type b, struct type *out)
{
    bool moved = a.class == TYPE_MOMENT && b.class == TYPE_DURATION;
    *out = a;
    return moved || (type_equal(a, b) && type_is_amount(a));
}

static bool subtract_type(struct type a, struct type b, struct type *out)
{
    if (a.class == TYPE_MOMENT && b.class == TYPE_MOMENT) {
        *out = (struct type){.class = TYPE_DURATION};
        return true;
    }
    return add_type(a, b, out);
}

static bool multiply_type(struct type a, struct type b, struct type *out)
{
    *out = a.class == TYPE_NUMBER ? b : a;
    bool number = a.class == TYPE_NUMBER || b.class == TYPE_NUMBER;
    return number && type_is_amount(a) && type_is_amount(b);
}

static bool divide_type(struct type a, struct type b, struct type *out)
{
    if (!type_is_amount(a) || !type_is_amount(b))
        return false;
    if (b.class == TYPE_NUMBER) {
        *out = a;
        return true;
    }
    *out = (struct type){.class = TYPE_NUMBER};
    return type_equal(a, b);
}

bool fit_arithmetic(const struct scope *scope, const struct phrase *phrase, const struct expr *a,
                    const struct expr *b, struct type *out)
{
    bool fits;
    switch (phrase->kind) {
    case PHRASE_ADD:
        fits = add_type(a->type, b->type, out);
        break;
    case PHRASE_SUBTRACT:
        fits = subtract_type(a->type, b->type, out);
        break;
    case PHRASE_MULTIPLY:
        fits = multiply_type(a->type, b->type, out);
        break;
    default:
        fits = divide_type(a->type, b->type, out);
    }
    if (fits)
        return true;
    bool sum = phrase->kind == PHRASE_ADD || phrase->kind == PHRASE_SUBTRACT;
    if (sum && is_plain_number(phrase->arg[1]) && a->type.class != TYPE_NAME &&
        complain_number(scope, phrase->arg[1], a))
        return false;
    if (sum && is_plain_number(phrase->arg[0]) && b->type.class != TYPE_NAME &&
        complain_number(scope, phrase->arg[0], b))
        return false;
    struct compile *compile = scope->checker->compile;
    complain(compile, MESSAGE_ARITHMETIC,
             (struct complaint){.where = phrase->sign,
                                .arg = {type_key(compile, a->type),
                                        compile_source(compile, phrase->sign),
                                        type_key(compile, b->type)}});
    return false;
}

/* ---- what can be added up exactly ---- */

static bool all_whole(const struct rule_set *set, const struct expr *expr)
{
    for (uint32_t i = 0; i < expr->args_count; i++)
        if (!expr_is_whole(set, expr->arg[i]))
            return false;
    return true;
}

static bool feature_is_whole(const struct rule_set *set, const struct feature *feature)
{
    switch (feature->aggregate) {
    case AGGREGATE_mean:
    case AGGREGATE_top:
        return false;
    case AGGREGATE_count:
    case AGGREGATE_distinct:
    case AGGREGATE_since:
    case AGGREGATE_sum:
        return true;
    default:
        return feature->value != NULL && expr_is_whole(set, feature->value);
    }
}

static bool call_is_whole(const struct rule_set *set, const struct expr *expr)
{
    switch (expr->function) {
    case FUNCTION_floor:
    case FUNCTION_holds:
    case FUNCTION_digits:
    case FUNCTION_hour:
    case FUNCTION_weekday:
        return true;
    default:
        return all_whole(set, expr);
    }
}

bool expr_is_whole(const struct rule_set *set, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_NUMBER:
        return expr->number == (double)(int64_t)expr->number; /* literals are below 2^53 */
    case EXPR_FIELD:
    case EXPR_REGISTER:
        return kind_schema(expr->record_kind)->fields[expr->field].type != FIELD_DEGREES;
    case EXPR_READ:
        return feature_is_whole(set, &set->profile[expr->profile].feature[expr->feature]);
    case EXPR_FLOW:
        return expr->flow != FLOW_in_out && expr->flow != FLOW_residence_mean;
    case EXPR_UNKNOWN:
        return true;
    case EXPR_CALL:
        return call_is_whole(set, expr);
    case EXPR_IF:
        return expr_is_whole(set, expr->arg[1]) && expr_is_whole(set, expr->arg[2]);
    case EXPR_NEGATE:
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
        return all_whole(set, expr);
    default:
        return false;
    }
}

bool check_duration(const struct checker *checker, struct written_duration duration,
                    const char *what)
{
    if (duration.ms >= SECOND_MS && duration.ms <= (int64_t)SPAN_DAYS_MAX * DAY_MS)
        return true;
    bool few = duration.ms < SECOND_MS;
    complain(checker->compile, MESSAGE_SPAN_RANGE,
             (struct complaint){.where = duration.span,
                                .arg = {slice_of(what), few ? SLICE("1s") : SLICE("90d")},
                                .suggestion = few ? SLICE("1s") : SLICE("90d")});
    return false;
}

/* ---- names as intake spells them ---- */

enum { IMEI_DIGITS = 14, IMEI_DIGITS_MAX = 16, PHONE_DIGITS_MIN = 3, PHONE_DIGITS_MAX = 20 };

/* The digits, and a leading `+`, without blanks and hyphens between them; 0: something else. */
static size_t squeeze(struct slice written, bool plus, char *out, size_t size_max)
{
    size_t size = 0;
    for (size_t i = 0; i < written.size; i++) {
        char c = written.at[i];
        if (c == ' ' || c == '-' || c == '/' || c == '(' || c == ')')
            continue;
        bool keep = (c >= '0' && c <= '9') || (plus && c == '+' && size == 0);
        if (!keep || size == size_max)
            return 0;
        out[size++] = c;
    }
    return size;
}

static bool complain_spelling(const struct scope *scope, const struct phrase *phrase,
                              struct type type, struct slice better)
{
    struct compile *compile = scope->checker->compile;
    struct slice suggestion = {0};
    if (better.size != 0)
        suggestion = compile_text(compile, "\"%.*s\"", SHOW(better));
    complain(compile, MESSAGE_NAME_SPELLING,
             (struct complaint){.where = phrase->span,
                                .arg = {type_key(compile, type)},
                                .suggestion = suggestion});
    return false;
}

static bool spell_phone(const struct scope *scope, const struct phrase *phrase, struct type type,
                        struct slice *out)
{
    char plain[PHONE_DIGITS_MAX + 1];
    size_t size = squeeze(phrase->string, true, plain, sizeof plain);
    size_t digits = size - (size > 0 && plain[0] == '+');
    if (size == 0 || digits < PHONE_DIGITS_MIN)
        return complain_spelling(scope, phrase, type, (struct slice){0});
    if (size != phrase->string.size)
        return complain_spelling(scope, phrase, type, (struct slice){plain, size});
    *out = phrase->string;
    return true;
}

static bool spell_imei(const struct scope *scope, const struct phrase *phrase, struct type type,
                       struct slice *out)
{
    char plain[IMEI_DIGITS_MAX];
    size_t size = squeeze(phrase->string, false, plain, sizeof plain);
    size_t zeros = 0;
    while (zeros < size && plain[zeros] == '0')
        zeros++;
    if (size < IMEI_DIGITS || zeros == size)
        return complain_spelling(scope, phrase, type, (struct slice){0});
    *out = compile_text(scope->checker->compile, "%.*s", IMEI_DIGITS, plain);
    return out->size != 0;
}

bool literal_spelling(const struct scope *scope, const struct phrase *phrase, struct type type,
                      struct slice *out)
{
    struct slice string = phrase->string;
    size_t size_max = type.name == FIELD_TEXT ? RECORD_TEXT_MAX : IDENT_BYTES_MAX;
    if (string.size == 0 || string.size > size_max)
        return complain_spelling(scope, phrase, type, (struct slice){0});
    if (type.name == FIELD_PHONE)
        return spell_phone(scope, phrase, type, out);
    if (type.name == FIELD_IMEI)
        return spell_imei(scope, phrase, type, out);
    bool three = string.size == 3;
    for (size_t i = 0; i < string.size; i++)
        three &= string.at[i] >= 'A' && string.at[i] <= 'Z';
    if (type.name == FIELD_CURRENCY && !three)
        return complain_spelling(scope, phrase, type, (struct slice){0});
    *out = string;
    return true;
}
