/* expression.c -- from what is written to what is meant: names found, types set.
 *
 * A string or a bare word has no type of its own: it takes that of what it stands beside.  So of
 * two operands the one that knows its type is looked at first (`wants_context`).
 *
 * Invariants:  1. What comes back has a type and operands that fit; NULL was complained about, or
 *                 rests on something that was.
 *              2. A let is looked at once, when it is first needed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checker_inside.h"

static const struct type TRUTH = {.class = TYPE_TRUTH};
static const struct type NUMBER = {.class = TYPE_NUMBER};
static const struct type MOMENT = {.class = TYPE_MOMENT};

static struct type name_type(enum field_type name)
{
    return (struct type){.class = TYPE_NAME, .name = name};
}

static struct expr *new_expr(const struct scope *scope, enum expr_kind kind, struct type type,
                             const struct phrase *phrase, uint32_t args_count,
                             struct expr *const *args)
{
    struct compile *compile = scope->checker->compile;
    for (uint32_t i = 0; i < args_count; i++)
        if (args[i] == NULL)
            return NULL;
    struct expr *expr = compile_take(compile, sizeof *expr);
    struct expr **arg = NULL;
    if (args_count != 0)
        arg = compile_take(compile, args_count * sizeof(struct expr *));
    if (expr == NULL || (args_count != 0 && arg == NULL))
        return NULL;
    for (uint32_t i = 0; i < args_count; i++)
        arg[i] = args[i];
    *expr = (struct expr){.kind = kind,
                          .type = type,
                          .span = phrase->span,
                          .dot_span = phrase->sign,
                          .args_count = args_count,
                          .arg = arg};
    return expr;
}

static struct expr *new_number(const struct scope *scope, const struct phrase *phrase,
                               struct type type, double number)
{
    struct expr *expr = new_expr(scope, EXPR_NUMBER, type, phrase, 0, NULL);
    if (expr != NULL)
        expr->number = number;
    return expr;
}

/* ---- literals ---- */

static struct expr *check_word(const struct scope *scope, const struct phrase *phrase,
                               struct word word, struct type choice)
{
    int64_t number;
    if (choice_find(choice.kind, choice.field, word.text, &number))
        return new_number(scope, phrase, choice, (double)number);
    complain_unknown_word(scope, word, choice);
    return NULL;
}

static struct expr *check_string(const struct scope *scope, const struct phrase *phrase,
                                 const struct type *expected)
{
    struct compile *compile = scope->checker->compile;
    if (expected == NULL || expected->class == TYPE_STRING) {
        complain(compile, MESSAGE_STRING_LONELY, (struct complaint){.where = phrase->span});
        return NULL;
    }
    if (expected->class == TYPE_CHOICE)
        return check_word(scope, phrase, (struct word){phrase->string, phrase->span}, *expected);
    if (expected->class != TYPE_NAME) {
        complain(compile, MESSAGE_TYPES_DIFFER,
                 (struct complaint){.where = phrase->span,
                                    .arg = {type_key(compile, *expected), SLICE("string")}});
        return NULL;
    }
    struct slice spelling;
    if (!literal_spelling(scope, phrase, *expected, &spelling))
        return NULL;
    struct expr *expr = new_expr(scope, EXPR_NAME, *expected, phrase, 0, NULL);
    if (expr == NULL)
        return NULL;
    expr->string = spelling;
    expr->name = ident_of(spelling);
    return expr;
}

static struct expr *check_unknown(const struct scope *scope, const struct phrase *phrase,
                                  const struct type *expected)
{
    if (expected != NULL)
        return new_expr(scope, EXPR_UNKNOWN, *expected, phrase, 0, NULL);
    complain(scope->checker->compile, MESSAGE_UNKNOWN_LONELY,
             (struct complaint){.where = phrase->span});
    return NULL;
}

/* ---- names ---- */

static struct expr *check_field(const struct scope *scope, const struct phrase *phrase,
                                struct word name, enum record_kind kind, uint8_t step)
{
    struct compile *compile = scope->checker->compile;
    unsigned field;
    struct type type;
    if (!field_find(kind, name.text, &field)) {
        complain_unknown_field(scope, name, kind);
        return NULL;
    }
    if (!type_of_field(kind, field, &type)) {
        complain(compile, MESSAGE_SEVERAL_NAMES,
                 (struct complaint){.where = name.span, .arg = {name.text}});
        return NULL;
    }
    struct expr *expr = new_expr(scope, EXPR_FIELD, type, phrase, 0, NULL);
    if (expr == NULL)
        return NULL;
    expr->step = step;
    expr->record_kind = kind;
    expr->field = field;
    return expr;
}

static void resolve_let(struct scope *scope, struct let_notes *let);

static struct expr *check_let(struct scope *scope, const struct phrase *phrase,
                              struct let_notes *let)
{
    resolve_let(scope, let);
    if (let->state == LET_ON_THE_WAY) {
        complain(scope->checker->compile, MESSAGE_LET_CIRCLE,
                 (struct complaint){.where = phrase->span,
                                    .arg = {let->written->name.text},
                                    .related = let->written->name.span});
        return NULL;
    }
    if (let->value == NULL)
        return NULL;
    struct expr *expr = new_expr(scope, EXPR_LET, let->value->type, phrase, 0, NULL);
    if (expr != NULL)
        expr->let = let->index;
    return expr;
}

static struct expr *check_name(struct scope *scope, const struct phrase *phrase,
                               const struct type *expected)
{
    struct let_notes *let = scope_let(scope, phrase->name.text);
    unsigned field;
    int64_t number;
    if (let != NULL)
        return check_let(scope, phrase, let);
    if (field_find(scope->kind, phrase->name.text, &field))
        return check_field(scope, phrase, phrase->name, scope->kind, 0);
    if (expected != NULL && expected->class == TYPE_CHOICE &&
        choice_find(expected->kind, expected->field, phrase->name.text, &number))
        return new_number(scope, phrase, *expected, (double)number);
    complain_unknown_name(scope, phrase->name, expected);
    return NULL;
}

/* ---- features ---- */

/* Whether the feature can be read; NULL: complained, or there was a complaint about it before. */
static const struct feature *find_feature(const struct scope *scope, unsigned profile,
                                          struct word name, unsigned *index)
{
    const struct checker *checker = scope->checker;
    const struct profile *of = &checker->set->profile[profile];
    const struct profile_notes *notes = &checker->notes[profile];
    for (uint32_t i = 0; i < of->features_count; i++) {
        if (!slice_equal(of->feature[i].name, name.text))
            continue;
        *index = i;
        return notes->ready[i] ? &of->feature[i] : NULL;
    }
    for (unsigned i = 0; i < notes->broken_count; i++)
        if (slice_equal(notes->broken[i], name.text))
            return NULL;
    if (!notes->gap)
        complain_unknown_feature(scope, profile, name);
    return NULL;
}

/* How the entity that a key names would be written in an expression. */
static struct slice key_text(struct compile *compile, const struct profile_key *key)
{
    const char *field = kind_schema(key->kind)->fields[key->field].name;
    if (!key->through)
        return slice_of(field);
    return compile_text(compile, "%s(%s)", kind_schema(key->register_kind)->name, field);
}

/* Which key of the profile names the entity at a record of this kind; false: complained. */
static bool find_key(const struct scope *scope, const struct phrase *phrase, unsigned profile,
                     uint8_t *out)
{
    struct compile *compile = scope->checker->compile;
    const struct profile *of = &scope->checker->set->profile[profile];
    const struct sequence *sequence = scope->rule == NULL ? NULL : &scope->rule->sequence;
    if (sequence != NULL && sequence->present && sequence->profile == profile) {
        *out = KEY_OF_SEQUENCE;
        return true;
    }
    if (!scope->checker->notes[profile].entity_known)
        return false;
    unsigned count = 0;
    for (uint32_t i = of->keys_count; i-- > 0;) {
        if (of->key[i].kind != scope->kind)
            continue;
        *out = (uint8_t)i;
        count++;
    }
    struct type ignored;
    struct slice kind = slice_of(kind_schema(scope->kind)->name);
    struct complaint complaint = {
        .where = phrase->span, .arg = {of->name, kind}, .related = of->span};
    if (count == 1 && type_of_field(scope->kind, of->key[*out].field, &ignored))
        return true;
    if (count == 1) {
        complaint.related = of->key[*out].span;
        complain(compile, MESSAGE_READ_SEVERAL, complaint);
    } else if (count == 0) {
        complain(compile, MESSAGE_READ_NO_KEY, complaint);
    } else {
        struct slice key = key_text(compile, &of->key[*out]);
        complaint.suggestion = compile_text(compile, "%.*s[%.*s].%.*s", SHOW(of->name), SHOW(key),
                                            SHOW(phrase->part.text));
        complain(compile, MESSAGE_READ_MANY_KEYS, complaint);
    }
    return false;
}

static struct expr *check_entity(struct scope *scope, const struct phrase *phrase, unsigned profile)
{
    struct compile *compile = scope->checker->compile;
    const struct profile *of = &scope->checker->set->profile[profile];
    if (!scope->checker->notes[profile].entity_known) {
        (void)check_expr(scope, phrase, NULL);
        return NULL;
    }
    struct expr *entity = check_expr(scope, phrase, &of->entity);
    if (entity == NULL || type_equal(entity->type, of->entity))
        return entity;
    struct slice better = {0};
    bool owned = entity->type.class == TYPE_NAME &&
                 (entity->type.name == FIELD_PHONE || entity->type.name == FIELD_ACCOUNT);
    if (of->entity.name == FIELD_PERSON && owned)
        better = compile_text(compile, "person(%.*s)", SHOW(source_of(scope, phrase)));
    complain(compile, MESSAGE_ENTITY_TYPE,
             (struct complaint){
                 .where = phrase->span,
                 .arg = {of->name, type_key(compile, of->entity), type_key(compile, entity->type)},
                 .suggestion = better,
                 .related = of->span});
    return NULL;
}

static struct expr *check_read(struct scope *scope, const struct phrase *phrase, unsigned profile)
{
    struct compile *compile = scope->checker->compile;
    bool indexed = phrase->kind == PHRASE_INDEX;
    if (scope->own_profile == (int)profile) {
        complain(compile, MESSAGE_READ_OWN,
                 (struct complaint){.where = phrase->span, .arg = {phrase->name.text}});
        return NULL;
    }
    struct expr *entity = indexed ? check_entity(scope, phrase->arg[0], profile) : NULL;
    unsigned index = 0;
    uint8_t key = KEY_BY_EXPR;
    const struct feature *feature = find_feature(scope, profile, phrase->part, &index);
    if (!indexed && !find_key(scope, phrase, profile, &key))
        return NULL;
    if (feature == NULL || (indexed && entity == NULL))
        return NULL;
    struct expr *expr = new_expr(scope, EXPR_READ, feature->type, phrase, indexed, &entity);
    if (expr == NULL)
        return NULL;
    expr->profile = profile;
    expr->feature = index;
    expr->key_index = key;
    expr->dot_span = phrase->part.span;
    return expr;
}

/* `name.part`: a step's field or a profile's feature. */
static struct expr *check_dot(struct scope *scope, const struct phrase *phrase)
{
    struct slice name = phrase->name.text;
    const struct sequence *sequence = scope->rule == NULL ? NULL : &scope->rule->sequence;
    if (sequence != NULL && sequence->present) {
        if (slice_equal(name, sequence->second_name))
            return check_field(scope, phrase, phrase->part, scope->kind, 0);
        if (slice_equal(name, sequence->first_name))
            return scope->has_first ? check_field(scope, phrase, phrase->part, scope->first_kind, 1)
                                    : NULL;
    }
    int profile = profile_index(scope->checker, name);
    if (profile >= 0)
        return check_read(scope, phrase, (unsigned)profile);
    enum flow_kind flow;
    if (slice_equal(name, SLICE("money")) && flow_find(phrase->part.text, &flow)) {
        struct compile *compile = scope->checker->compile;
        struct slice word = compile_text(compile, "money.%.*s", SHOW(phrase->part.text));
        complain(compile, MESSAGE_FUNCTION_BARE,
                 (struct complaint){.where = phrase->span, .arg = {word}});
        return NULL;
    }
    complain_unknown_dot(scope, phrase);
    return NULL;
}

static struct expr *check_index(struct scope *scope, const struct phrase *phrase)
{
    int profile = profile_index(scope->checker, phrase->name.text);
    if (profile >= 0)
        return check_read(scope, phrase, (unsigned)profile);
    enum record_kind kind;
    if (register_find(phrase->name.text, &kind)) {
        struct slice arg = source_of(scope, phrase->arg[0]);
        complain(scope->checker->compile, MESSAGE_REGISTER_BARE,
                 (struct complaint){
                     .where = phrase->span,
                     .arg = {phrase->name.text, list_fields(scope->checker->compile, kind)},
                     .suggestion = compile_text(scope->checker->compile, "%.*s(%.*s).%.*s",
                                                SHOW(phrase->name.text), SHOW(arg),
                                                SHOW(phrase->part.text))});
        return NULL;
    }
    complain_unknown_dot(scope, phrase);
    return NULL;
}

/* ---- operands ---- */

/* Whether its type depends on what it stands beside. */
static bool wants_context(struct scope *scope, const struct phrase *phrase)
{
    unsigned field;
    switch (phrase->kind) {
    case PHRASE_STRING:
    case PHRASE_UNKNOWN:
        return true;
    case PHRASE_NAME:
        return scope_let(scope, phrase->name.text) == NULL &&
               !field_find(scope->kind, phrase->name.text, &field);
    case PHRASE_IF:
        return wants_context(scope, phrase->arg[1]) && wants_context(scope, phrase->arg[2]);
    case PHRASE_CALL:
        return slice_equal(phrase->name.text, SLICE("known_or")) && phrase->args_count == 2 &&
               wants_context(scope, phrase->arg[0]) && wants_context(scope, phrase->arg[1]);
    default:
        return false;
    }
}

/* Several operands of one type: the first that knows its type decides.  false: some are NULL. */
static bool check_alike(struct scope *scope, struct phrase *const *phrases, uint32_t count,
                        const struct type *expected, struct expr **out)
{
    uint32_t first = 0;
    while (first + 1 < count && wants_context(scope, phrases[first]))
        first++;
    if (wants_context(scope, phrases[first]))
        first = 0;
    out[first] = check_expr(scope, phrases[first], expected);
    bool good = out[first] != NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (i == first)
            continue;
        out[i] = NULL;
        if (out[first] == NULL && wants_context(scope, phrases[i]))
            continue; /* it would be complained about for want of the other */
        out[i] = check_expr(scope, phrases[i], out[first] == NULL ? NULL : &out[first]->type);
        good &= out[i] != NULL;
        if (out[i] != NULL && out[first] != NULL)
            good &= first < i ? fit_equal(scope, phrases[first], out[first], phrases[i], out[i])
                              : fit_equal(scope, phrases[i], out[i], phrases[first], out[first]);
    }
    return good;
}

/* ---- functions and registers ---- */

static struct expr *check_register(struct scope *scope, const struct phrase *phrase,
                                   enum record_kind kind)
{
    struct compile *compile = scope->checker->compile;
    unsigned field = 0;
    struct type key;
    struct type type;
    (void)type_of_field(kind, 0, &key);
    if (phrase->args_count != 1) {
        complain(compile, MESSAGE_ARGUMENT_COUNT,
                 (struct complaint){.where = phrase->span,
                                    .arg = {phrase->name.text, SLICE("1"),
                                            compile_text(compile, "%u", phrase->args_count)}});
        return NULL;
    }
    struct expr *arg = check_expr(scope, phrase->arg[0], &key);
    bool named = phrase->part.text.size != 0;
    if (named && !field_find(kind, phrase->part.text, &field)) {
        complain_unknown_field(scope, phrase->part, kind);
        return NULL;
    }
    if (arg == NULL)
        return NULL;
    bool owned = kind == RECORD_person && arg->type.class == TYPE_NAME &&
                 (arg->type.name == FIELD_PHONE || arg->type.name == FIELD_ACCOUNT);
    if (!owned && !type_equal(arg->type, key)) {
        complain(compile, MESSAGE_REGISTER_ARGUMENT,
                 (struct complaint){.where = phrase->arg[0]->span,
                                    .arg = {phrase->name.text, type_key(compile, arg->type)}});
        return NULL;
    }
    (void)type_of_field(kind, field, &type);
    struct expr *expr = new_expr(scope, EXPR_REGISTER, type, phrase, 1, &arg);
    if (expr == NULL)
        return NULL;
    expr->record_kind = kind;
    expr->field = field;
    return expr;
}

static struct expr *new_call(const struct scope *scope, const struct phrase *phrase,
                             enum function function, struct type type, struct expr *const *args)
{
    struct expr *expr = new_expr(scope, EXPR_CALL, type, phrase, phrase->args_count, args);
    if (expr != NULL)
        expr->function = function;
    return expr;
}

/* Complains where the argument is of none of the types that the function takes. */
static bool fit_argument(const struct scope *scope, const struct phrase *phrase,
                         const struct expr *arg, bool fits, const char *wanted)
{
    if (fits)
        return true;
    struct compile *compile = scope->checker->compile;
    complain(compile, MESSAGE_ARGUMENT_TYPE,
             (struct complaint){
                 .where = phrase->arg[0]->span,
                 .arg = {phrase->name.text, slice_of(wanted), type_key(compile, arg->type)}});
    return false;
}

/* min, max, abs, floor, mod, known_or: the value is of the type of the arguments. */
static struct expr *check_alike_call(struct scope *scope, const struct phrase *phrase,
                                     enum function function, const struct type *expected)
{
    struct expr *args[MEMBERS_MAX];
    if (!check_alike(scope, phrase->arg, phrase->args_count,
                     function == FUNCTION_known_or ? expected : NULL, args))
        return NULL;
    struct type type = args[0]->type;
    bool ordered = function == FUNCTION_min || function == FUNCTION_max;
    bool fits =
        function == FUNCTION_known_or || (ordered ? type_is_ordered(type) : type_is_amount(type));
    if (!fit_argument(scope, phrase, args[0], fits, ordered ? "ordered" : "amount"))
        return NULL;
    return new_call(scope, phrase, function, type, args);
}

static struct expr *check_holds(struct scope *scope, const struct phrase *phrase)
{
    struct expr *args[MEMBERS_MAX];
    bool good = true;
    for (uint32_t i = 0; i < phrase->args_count; i++) {
        args[i] = check_truth(scope, phrase->arg[i], "`holds`");
        good &= args[i] != NULL;
    }
    return good ? new_call(scope, phrase, FUNCTION_holds, NUMBER, args) : NULL;
}

static struct expr *check_starts(struct scope *scope, const struct phrase *phrase)
{
    struct expr *name = check_expr(scope, phrase->arg[0], NULL);
    const struct phrase *start = phrase->arg[1];
    if (start->kind != PHRASE_STRING || start->string.size == 0) {
        complain(scope->checker->compile, MESSAGE_STARTS_STRING,
                 (struct complaint){.where = start->span});
        return NULL;
    }
    if (name == NULL || !fit_argument(scope, phrase, name, name->type.class == TYPE_NAME, "name"))
        return NULL;
    struct expr *string =
        new_expr(scope, EXPR_NAME, (struct type){.class = TYPE_STRING}, start, 0, NULL);
    if (string == NULL)
        return NULL;
    string->string = start->string;
    string->name = ident_of(start->string);
    return new_call(scope, phrase, FUNCTION_starts, TRUTH, (struct expr *[]){name, string});
}

/* Functions of one argument. */
static struct expr *check_single_call(struct scope *scope, const struct phrase *phrase,
                                      enum function function)
{
    struct type imei = name_type(FIELD_IMEI);
    struct expr *arg = check_expr(scope, phrase->arg[0], function == FUNCTION_tac ? &imei : NULL);
    if (arg == NULL)
        return NULL;
    switch (function) {
    case FUNCTION_tac:
        if (!fit_argument(scope, phrase, arg, type_equal(arg->type, imei), "imei"))
            return NULL;
        return new_call(scope, phrase, function, name_type(FIELD_TEXT), &arg);
    case FUNCTION_digits:
        if (!fit_argument(scope, phrase, arg, arg->type.class == TYPE_NAME, "name"))
            return NULL;
        return new_call(scope, phrase, function, NUMBER, &arg);
    default: /* hour, weekday */
        if (!fit_argument(scope, phrase, arg, type_equal(arg->type, MOMENT), "moment"))
            return NULL;
        return new_call(scope, phrase, function, NUMBER, &arg);
    }
}

static bool check_count(const struct scope *scope, const struct phrase *phrase,
                        enum function function)
{
    struct compile *compile = scope->checker->compile;
    unsigned least = function_args_min(function);
    unsigned most = function_args_max(function);
    if (phrase->args_count >= least && phrase->args_count <= most)
        return true;
    struct slice wanted = compile_text(compile, "%u", least);
    if (most != least)
        wanted = compile_text(compile, "%u–%u", least, most);
    complain(compile, MESSAGE_ARGUMENT_COUNT,
             (struct complaint){.where = phrase->span,
                                .arg = {phrase->name.text, wanted,
                                        compile_text(compile, "%u", phrase->args_count)}});
    return false;
}

static struct expr *check_call(struct scope *scope, const struct phrase *phrase,
                               const struct type *expected)
{
    enum record_kind kind;
    enum function function;
    if (register_find(phrase->name.text, &kind))
        return check_register(scope, phrase, kind);
    if (!function_find(phrase->name.text, &function)) {
        complain_unknown_function(scope, phrase);
        return NULL;
    }
    if (phrase->part.text.size != 0) {
        complain(scope->checker->compile, MESSAGE_NO_PARTS,
                 (struct complaint){.where = phrase->part.span, .arg = {phrase->name.text}});
        return NULL;
    }
    if (!check_count(scope, phrase, function))
        return NULL;
    switch (function) {
    case FUNCTION_holds:
        return check_holds(scope, phrase);
    case FUNCTION_starts:
        return check_starts(scope, phrase);
    case FUNCTION_tac:
    case FUNCTION_digits:
    case FUNCTION_hour:
    case FUNCTION_weekday:
        return check_single_call(scope, phrase, function);
    default:
        return check_alike_call(scope, phrase, function, expected);
    }
}

/* ---- money that moved ---- */

/* `money.from_reported(payer, 24h, hops 2)` and its kin. */
static struct expr *check_flow(struct scope *scope, const struct phrase *phrase)
{
    struct compile *compile = scope->checker->compile;
    const struct written_flow *said = phrase->flow;
    struct type account = name_type(FIELD_ACCOUNT);
    enum flow_kind flow;
    if (!flow_fits(scope, phrase, &flow))
        return NULL;
    struct expr *of = check_expr(scope, phrase->arg[0], &account);
    if (of == NULL)
        return NULL;
    if (!type_equal(of->type, account)) {
        struct slice word = compile_text(compile, "money.%s", flow_name(flow));
        complain(compile, MESSAGE_ARGUMENT_TYPE,
                 (struct complaint){
                     .where = phrase->arg[0]->span,
                     .arg = {word, type_key(compile, account), type_key(compile, of->type)}});
        return NULL;
    }
    struct expr *expr = new_expr(scope, EXPR_FLOW, flow_type(flow), phrase, 1, &of);
    if (expr == NULL)
        return NULL;
    expr->dot_span = said->mark.span;
    expr->string = said->list.text.size != 0 ? said->list.text : said->mark.text;
    expr->flow = flow;
    expr->hops = (unsigned)said->hops;
    expr->span_ms = said->over.ms;
    expr->met_ms = said->within_span.end != 0 ? said->within.ms : 0;
    int64_t back_ms = expr->met_ms > expr->span_ms ? expr->met_ms : expr->span_ms;
    if (back_ms > scope->checker->flow_ms)
        scope->checker->flow_ms = back_ms;
    return expr;
}

/* ---- operators ---- */

/* `mark(x, m)`, `x marked m`, `x in list l`: about a name. */
static struct expr *check_about(struct scope *scope, const struct phrase *phrase,
                                enum expr_kind kind, struct type type)
{
    struct compile *compile = scope->checker->compile;
    struct expr *subject = check_expr(scope, phrase->arg[0], NULL);
    if (subject == NULL)
        return NULL;
    if (subject->type.class != TYPE_NAME) {
        complain(compile, kind == EXPR_IN_LIST ? MESSAGE_LIST_OF_NAMES : MESSAGE_MARK_OF_NAMES,
                 (struct complaint){.where = phrase->arg[0]->span,
                                    .arg = {type_key(compile, subject->type)}});
        return NULL;
    }
    struct expr *expr = new_expr(scope, kind, type, phrase, 1, &subject);
    if (expr != NULL) {
        expr->string = phrase->name.text;
        expr->dot_span = phrase->name.span;
    }
    return expr;
}

static struct expr *check_in(struct scope *scope, const struct phrase *phrase)
{
    struct expr *args[MEMBERS_MAX + 1];
    if (!check_alike(scope, phrase->arg, phrase->args_count, NULL, args))
        return NULL;
    return new_expr(scope, EXPR_IN, TRUTH, phrase, phrase->args_count, args);
}

static struct expr *check_if(struct scope *scope, const struct phrase *phrase,
                             const struct type *expected)
{
    struct expr *args[3];
    args[0] = check_truth(scope, phrase->arg[0], "`if`");
    if (!check_alike(scope, phrase->arg + 1, 2, expected, args + 1) || args[0] == NULL)
        return NULL;
    return new_expr(scope, EXPR_IF, args[1]->type, phrase, 3, args);
}

static struct expr *check_join(struct scope *scope, const struct phrase *phrase,
                               enum expr_kind kind)
{
    const char *place = kind == EXPR_AND ? "`and`" : "`or`";
    struct expr *left = check_truth(scope, phrase->arg[0], place);
    struct expr *right = check_truth(scope, phrase->arg[1], place);
    return new_expr(scope, kind, TRUTH, phrase, 2, (struct expr *[]){left, right});
}

static struct expr *check_comparison(struct scope *scope, const struct phrase *phrase,
                                     enum expr_kind kind)
{
    struct expr *args[2];
    if (!check_alike(scope, phrase->arg, 2, NULL, args))
        return NULL;
    if (kind != EXPR_EQUAL && kind != EXPR_UNEQUAL && !fit_ordered(scope, phrase, args[0]))
        return NULL;
    return new_expr(scope, kind, TRUTH, phrase, 2, args);
}

static struct expr *check_arithmetic(struct scope *scope, const struct phrase *phrase,
                                     enum expr_kind kind)
{
    struct expr *args[2];
    args[0] = check_expr(scope, phrase->arg[0], NULL);
    args[1] = check_expr(scope, phrase->arg[1], NULL);
    struct type type;
    if (args[0] == NULL || args[1] == NULL ||
        !fit_arithmetic(scope, phrase, args[0], args[1], &type))
        return NULL;
    return new_expr(scope, kind, type, phrase, 2, args);
}

static struct expr *check_negate(struct scope *scope, const struct phrase *phrase)
{
    struct expr *of = check_expr(scope, phrase->arg[0], NULL);
    if (of == NULL)
        return NULL;
    if (type_is_amount(of->type))
        return new_expr(scope, EXPR_NEGATE, of->type, phrase, 1, &of);
    struct compile *compile = scope->checker->compile;
    complain(compile, MESSAGE_NO_NEGATIVE,
             (struct complaint){.where = phrase->sign, .arg = {type_key(compile, of->type)}});
    return NULL;
}

static struct expr *check_is_known(struct scope *scope, const struct phrase *phrase)
{
    struct expr *of = check_expr(scope, phrase->arg[0], NULL);
    return new_expr(scope, EXPR_IS_KNOWN, TRUTH, phrase, 1, &of);
}

static struct expr *check_not(struct scope *scope, const struct phrase *phrase)
{
    struct expr *of = check_truth(scope, phrase->arg[0], "`not`");
    return new_expr(scope, EXPR_NOT, TRUTH, phrase, 1, &of);
}

static struct expr *check_operator(struct scope *scope, const struct phrase *phrase)
{
    switch (phrase->kind) {
    case PHRASE_AND:
        return check_join(scope, phrase, EXPR_AND);
    case PHRASE_OR:
        return check_join(scope, phrase, EXPR_OR);
    case PHRASE_EQUAL:
        return check_comparison(scope, phrase, EXPR_EQUAL);
    case PHRASE_UNEQUAL:
        return check_comparison(scope, phrase, EXPR_UNEQUAL);
    case PHRASE_LESS:
        return check_comparison(scope, phrase, EXPR_LESS);
    case PHRASE_LESS_EQUAL:
        return check_comparison(scope, phrase, EXPR_LESS_EQUAL);
    case PHRASE_GREATER:
        return check_comparison(scope, phrase, EXPR_GREATER);
    case PHRASE_GREATER_EQUAL:
        return check_comparison(scope, phrase, EXPR_GREATER_EQUAL);
    case PHRASE_ADD:
        return check_arithmetic(scope, phrase, EXPR_ADD);
    case PHRASE_SUBTRACT:
        return check_arithmetic(scope, phrase, EXPR_SUBTRACT);
    case PHRASE_MULTIPLY:
        return check_arithmetic(scope, phrase, EXPR_MULTIPLY);
    default:
        return check_arithmetic(scope, phrase, EXPR_DIVIDE);
    }
}

struct expr *check_expr(struct scope *scope, const struct phrase *phrase,
                        const struct type *expected)
{
    switch (phrase->kind) {
    case PHRASE_NUMBER:
        return new_number(scope, phrase, NUMBER, phrase->number);
    case PHRASE_DURATION:
        return new_number(scope, phrase, (struct type){.class = TYPE_DURATION}, phrase->number);
    case PHRASE_MONEY:
        return new_number(scope, phrase, (struct type){.class = TYPE_MONEY}, phrase->number);
    case PHRASE_TRUTH:
        return new_number(scope, phrase, TRUTH, phrase->number);
    case PHRASE_STRING:
        return check_string(scope, phrase, expected);
    case PHRASE_UNKNOWN:
        return check_unknown(scope, phrase, expected);
    case PHRASE_NAME:
        return check_name(scope, phrase, expected);
    case PHRASE_DOT:
        return check_dot(scope, phrase);
    case PHRASE_INDEX:
        return check_index(scope, phrase);
    case PHRASE_CALL:
        return check_call(scope, phrase, expected);
    case PHRASE_FLOW:
        return check_flow(scope, phrase);
    case PHRASE_MARK:
        return check_about(scope, phrase, EXPR_MARK, NUMBER);
    case PHRASE_MARKED:
        return check_about(scope, phrase, EXPR_MARKED, TRUTH);
    case PHRASE_IN_LIST:
        return check_about(scope, phrase, EXPR_IN_LIST, TRUTH);
    case PHRASE_IN:
        return check_in(scope, phrase);
    case PHRASE_IF:
        return check_if(scope, phrase, expected);
    case PHRASE_IS_KNOWN:
        return check_is_known(scope, phrase);
    case PHRASE_NOT:
        return check_not(scope, phrase);
    case PHRASE_NEGATE:
        return check_negate(scope, phrase);
    default:
        return check_operator(scope, phrase);
    }
}

/* ---- whole expressions ---- */

/* How deep the machine must go; a let counts as what it stands for. */
static unsigned depth_of(const struct scope *scope, const struct expr *expr)
{
    unsigned depth = 0;
    for (uint32_t i = 0; i < expr->args_count; i++) {
        unsigned below = depth_of(scope, expr->arg[i]);
        depth = below > depth ? below : depth;
    }
    for (unsigned i = 0; expr->kind == EXPR_LET && i < scope->lets_count; i++)
        if (scope->let[i].value != NULL && scope->let[i].index == expr->let)
            depth = scope->let[i].depth;
    return depth + 1;
}

static bool check_depth(const struct scope *scope, const struct phrase *phrase,
                        const struct expr *expr)
{
    struct compile *compile = scope->checker->compile;
    if (depth_of(scope, expr) <= EXPR_DEPTH_MAX)
        return true;
    complain(compile, MESSAGE_TOO_DEEP,
             (struct complaint){.where = phrase->span,
                                .arg = {compile_text(compile, "%d", EXPR_DEPTH_MAX)}});
    return false;
}

struct expr *check_typed(struct scope *scope, const struct phrase *phrase, struct type type,
                         const char *place)
{
    struct expr *expr = check_expr(scope, phrase, &type);
    if (expr == NULL || !fit_type(scope, phrase, expr, type, place) ||
        !check_depth(scope, phrase, expr))
        return NULL;
    return expr;
}

struct expr *check_truth(struct scope *scope, const struct phrase *phrase, const char *place)
{
    return check_typed(scope, phrase, TRUTH, place);
}

static void resolve_let(struct scope *scope, struct let_notes *let)
{
    if (let->state != LET_UNSEEN)
        return;
    let->state = LET_ON_THE_WAY;
    if (let->written->value != NULL) {
        struct expr *value = check_expr(scope, let->written->value, NULL);
        if (value != NULL && check_depth(scope, let->written->value, value)) {
            let->value = value;
            let->depth = depth_of(scope, value);
            let->index = scope->rule->lets_count++;
            scope->rule->let[let->index] =
                (struct let){let->written->name.text, value, let->written->name.span};
        }
    }
    let->state = LET_DONE;
}

static bool add_let(struct scope *scope, const struct written_let *written)
{
    struct compile *compile = scope->checker->compile;
    const struct let_notes *same = scope_let(scope, written->name.text);
    unsigned field;
    struct complaint complaint = {.where = written->name.span, .arg = {written->name.text}};
    if (same != NULL) {
        complaint.related = same->written->name.span;
        complain(compile, MESSAGE_LET_TWICE, complaint);
        return true;
    }
    if (field_find(scope->kind, written->name.text, &field)) {
        complaint.arg[1] = SLICE("field");
        complain(compile, MESSAGE_NAME_TAKEN, complaint);
        return true;
    }
    if (scope->lets_count == LETS_MAX) {
        complaint.arg[0] = SLICE("lets");
        complaint.arg[1] = compile_text(compile, "%d", LETS_MAX);
        complain(compile, MESSAGE_TOO_MANY, complaint);
        return false;
    }
    scope->let[scope->lets_count++] = (struct let_notes){.written = written};
    return true;
}

void check_lets(struct scope *scope, const struct written_rule *written)
{
    for (const struct written_let *let = written->let; let != NULL; let = let->next)
        if (!add_let(scope, let))
            break;
    scope->rule->let =
        compile_take(scope->checker->compile, scope->lets_count * sizeof *scope->rule->let);
    if (scope->rule->let == NULL)
        scope->lets_count = 0;
    for (unsigned i = 0; i < scope->lets_count; i++)
        resolve_let(scope, &scope->let[i]);
}
