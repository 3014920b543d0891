/* weave_expr.c -- expressions drawn by lot, of a wanted type.
 *
 * Every function adds to the text and says whether it could; what could not leaves nothing behind.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"
#include "weave_inside.h"

#include <stdio.h>

uint64_t lot(struct weaver *weaver, uint64_t count)
{
    return chance_below(&weaver->chance, count);
}

static bool give_up(struct text *text, size_t size)
{
    text->size = size;
    text->at[size] = '\0';
    return false;
}

static bool types_equal(struct type a, struct type b)
{
    if (a.class != b.class)
        return false;
    if (a.class == TYPE_NAME)
        return a.name == b.name;
    return a.class != TYPE_CHOICE || (a.kind == b.kind && a.field == b.field);
}

bool field_type_of(enum record_kind kind, unsigned field, struct type *out)
{
    enum field_type type = kind_schema(kind)->fields[field].type;
    switch (type) {
    case FIELD_TIME:
        *out = plain(TYPE_MOMENT);
        return true;
    case FIELD_DURATION:
        *out = plain(TYPE_DURATION);
        return true;
    case FIELD_MONEY:
        *out = plain(TYPE_MONEY);
        return true;
    case FIELD_COUNT:
    case FIELD_DEGREES:
        *out = plain(TYPE_NUMBER);
        return true;
    case FIELD_CHOICE:
        *out = (struct type){.class = TYPE_CHOICE, .kind = kind, .field = field};
        return true;
    case FIELD_PHONES:
    case FIELD_ACCOUNTS:
        return false;
    default:
        *out = named(type);
        return true;
    }
}

/* ---- atoms ---- */

/* Things of a type are counted first, then one of them is said. */
struct search {
    struct type type;
    bool any;      /* of any type but truth */
    uint64_t left; /* how many to pass by; UINT64_MAX: count only */
    uint64_t count;
    struct text *text;
    struct type found;
    bool done;
};

static bool is_the_one(struct search *search, struct type type)
{
    if (search->done || (search->any ? type.class == TYPE_TRUTH : !types_equal(type, search->type)))
        return false;
    if (search->count++ != search->left)
        return false;
    search->done = true;
    search->found = type;
    return true;
}

/* A field that means something else in another kind of the profile cannot be named. */
static bool is_clear(const struct scope *scope, unsigned field)
{
    struct slice name = slice_of(kind_schema(scope->kind)->fields[field].name);
    struct type here, there;
    unsigned other;
    (void)field_type_of(scope->kind, field, &here);
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++)
        if ((scope->kinds >> k & 1) != 0 && field_find((enum record_kind)k, name, &other) &&
            (!field_type_of((enum record_kind)k, other, &there) || !types_equal(here, there)))
            return false;
    return true;
}

static void search_fields(struct scope *scope, struct search *search, enum record_kind kind,
                          const char *step)
{
    struct type type;
    for (unsigned f = 0; f < kind_schema(kind)->fields_count; f++)
        if (field_type_of(kind, f, &type) && (step != NULL || is_clear(scope, f)) &&
            is_the_one(search, type) && search->text != NULL)
            text_addf(search->text, "%s%s%s", step == NULL ? "" : step, step == NULL ? "" : ".",
                      kind_schema(kind)->fields[f].name);
}

bool reads_by_key(const struct woven_profile *profile, enum record_kind kind)
{
    unsigned count = 0;
    struct type type;
    for (uint32_t k = 0; k < profile->keys_count; k++)
        if (profile->key[k].kind == kind)
            count += field_type_of(kind, profile->key[k].field, &type) ? 1 : 2;
    return count == 1;
}

static bool readable_by_key(const struct scope *scope, uint32_t profile)
{
    const struct woven_profile *of = &scope->weaver->profile[profile];
    if (scope->sequence == (int)profile)
        return true;
    if (scope->kinds == 0)
        return reads_by_key(of, scope->kind);
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++)
        if ((scope->kinds >> k & 1) != 0 && !reads_by_key(of, (enum record_kind)k))
            return false;
    return true;
}

/* Features of the entity that `key` names: `P[key].f`, or `P.f` if it is empty. */
static void search_entity(struct search *search, const struct woven_profile *profile,
                          const char *key)
{
    for (uint32_t f = 0; f < profile->features_count; f++)
        if (is_the_one(search, profile->feature[f].type) && search->text != NULL)
            text_addf(search->text, "%s%s.%s", profile->name, key, profile->feature[f].name);
}

static void search_features(struct scope *scope, struct search *search)
{
    for (uint32_t p = 0; p < scope->readable; p++) {
        const struct woven_profile *profile = &scope->weaver->profile[p];
        if (readable_by_key(scope, p))
            search_entity(search, profile, "");
        for (unsigned f = 0; f < kind_schema(scope->kind)->fields_count; f++) {
            const char *name = kind_schema(scope->kind)->fields[f].name;
            char key[64];
            struct type type;
            if (!field_type_of(scope->kind, f, &type) || !is_clear(scope, f))
                continue;
            bool owned = type.class == TYPE_NAME && profile->entity == FIELD_PERSON &&
                         (type.name == FIELD_PHONE || type.name == FIELD_ACCOUNT);
            if (!owned && !types_equal(type, named(profile->entity)))
                continue;
            (void)snprintf(key, sizeof key, owned ? "[person(%s).person]" : "[%s]", name);
            search_entity(search, profile, key);
        }
    }
}

static void search_all(struct scope *scope, struct search *search)
{
    search_fields(scope, search, scope->kind, NULL);
    if (scope->second != NULL) {
        search_fields(scope, search, scope->kind, scope->second);
        search_fields(scope, search, scope->first_kind, scope->first);
    }
    search_features(scope, search);
    search_features(scope, search); /* twice: they are what it is about */
    for (uint32_t i = 0; i < scope->lets_count; i++)
        if (is_the_one(search, scope->let[i].type) && search->text != NULL)
            text_add_string(search->text, scope->let[i].name);
}

bool weave_atom(struct scope *scope, struct text *text, struct type type)
{
    struct search search = {.type = type, .left = UINT64_MAX};
    search_all(scope, &search);
    if (search.count == 0)
        return false;
    search = (struct search){.type = type, .left = lot(scope->weaver, search.count), .text = text};
    search_all(scope, &search);
    return true;
}

struct type weave_type(struct scope *scope)
{
    struct search search = {.any = true, .left = UINT64_MAX};
    search_all(scope, &search);
    search = (struct search){.any = true, .left = lot(scope->weaver, search.count)};
    search_all(scope, &search);
    return search.found;
}

/* A feature, and what type it is of. */
static bool weave_feature(struct scope *scope, struct text *text, struct type *type)
{
    struct search search = {
        .any = lot(scope->weaver, 8) != 0, .type = plain(TYPE_TRUTH), .left = UINT64_MAX};
    search_features(scope, &search);
    if (search.count == 0)
        return false;
    search.left = lot(scope->weaver, search.count);
    search.count = 0;
    search.text = text;
    search_features(scope, &search);
    *type = search.found;
    return true;
}

static struct type flow_type_of(enum flow_kind flow)
{
    static const enum type_class TYPES[] = {
#define FLOW(word, type, asks, en, zh) TYPE_##type,
#include "detect/rule/flows.inc"
#undef FLOW
    };
    return plain(TYPES[flow]);
}

static bool weave_flow(struct scope *scope, struct text *text, struct type type, unsigned depth);

/* A name, and whether it was marked. */
static bool weave_marked(struct scope *scope, struct text *text)
{
    struct weaver *weaver = scope->weaver;
    if (!weave_atom(scope, text, named(weaver->marked)))
        return false;
    text_addf(text, " %s hot", ONE_OF(weaver, "marked", "marked", "not marked"));
    return true;
}

bool weave_simple(struct scope *scope, struct text *text)
{
    struct weaver *weaver = scope->weaver;
    struct type type;
    if (lot(weaver, 8) == 0 && weave_marked(scope, text))
        return true;
    static const enum type_class AMOUNTS[] = {TYPE_MONEY, TYPE_MONEY, TYPE_NUMBER, TYPE_DURATION};
    type = plain(AMOUNTS[lot(weaver, 4)]);
    bool follow = weaver->follows && lot(weaver, 2) == 0 && weave_flow(scope, text, type, 1);
    if (follow) {
        text_add_string(text, type.class == TYPE_MONEY    ? " > 0 CNY"
                              : type.class == TYPE_NUMBER ? " >= 1"
                                                          : " <= 1h");
        return true;
    }
    if (lot(weaver, 2) == 0 || !weave_feature(scope, text, &type)) {
        type = weave_type(scope);
        if (!weave_atom(scope, text, type))
            return false;
    }
    switch (type.class) {
    case TYPE_TRUTH:
        return true;
    case TYPE_NUMBER:
        text_addf(text, " %s %s", ONE_OF(weaver, ">=", ">", ">=", "<=", "="),
                  ONE_OF(weaver, "0", "1", "1", "1", "2", "3"));
        return true;
    case TYPE_DURATION:
        text_addf(text, " %s %s", ONE_OF(weaver, ">=", "<="), ONE_OF(weaver, "0s", "5s", "10m"));
        return true;
    case TYPE_MONEY:
        text_addf(text, " %s %s", ONE_OF(weaver, ">=", "<="), ONE_OF(weaver, "0 CNY", "50 CNY"));
        return true;
    default:
        text_add_string(text, " is known");
        return true;
    }
}

/* `P[e].f` */
static bool weave_indexed(struct scope *scope, struct text *text, struct type type, unsigned depth)
{
    size_t start = text->size;
    if (scope->readable == 0)
        return false;
    const struct woven_profile *profile =
        &scope->weaver->profile[lot(scope->weaver, scope->readable)];
    for (uint32_t f = 0; f < profile->features_count; f++) {
        if (!types_equal(profile->feature[f].type, type))
            continue;
        text_addf(text, "%s[", profile->name);
        if (!weave_expr(scope, text, named(profile->entity), depth - 1, true))
            return give_up(text, start);
        text_addf(text, "].%s", profile->feature[f].name);
        return true;
    }
    return false;
}

/* `person(x).field` */
static bool weave_register(struct scope *scope, struct text *text, struct type type, unsigned depth)
{
    static const enum record_kind REGISTERS[] = {RECORD_person, RECORD_cell, RECORD_region};
    static const enum field_type PERSONAL[] = {FIELD_PERSON, FIELD_PHONE, FIELD_ACCOUNT};
    size_t start = text->size;
    enum record_kind kind = REGISTERS[lot(scope->weaver, 3)];
    const struct kind_schema *schema = kind_schema(kind);
    struct type field, arg;
    unsigned first = (unsigned)lot(scope->weaver, schema->fields_count);
    (void)field_type_of(kind, 0, &arg);
    if (kind == RECORD_person)
        arg = named(PERSONAL[lot(scope->weaver, 3)]);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        unsigned f = (first + i) % schema->fields_count;
        (void)field_type_of(kind, f, &field);
        if (!types_equal(field, type))
            continue;
        text_addf(text, "%s(", schema->name);
        bool literal = types_equal(arg, named(schema->fields[0].type));
        if (!weave_expr(scope, text, arg, depth - 1, literal))
            return give_up(text, start);
        text_addf(text, ").%s", schema->fields[f].name);
        return true;
    }
    return false;
}

/* ---- literals ---- */

static bool weave_literal(struct scope *scope, struct text *text, struct type type, bool literal)
{
    struct weaver *weaver = scope->weaver;
    const char *const *words;
    uint64_t count = 0;
    switch (type.class) {
    case TYPE_TRUTH:
        text_add_string(text, ONE_OF(weaver, "true", "false"));
        return true;
    case TYPE_NUMBER:
        text_add_string(text,
                        ONE_OF(weaver, "0", "1", "1", "2", "2", "3", "4", "0.5", "1_000", "0.1"));
        return true;
    case TYPE_DURATION:
        text_add_string(text, ONE_OF(weaver, "0s", "1s", "5s", "30s", "1500ms", "1m", "10m", "1h",
                                     "30.5s", "1d"));
        return true;
    case TYPE_MONEY:
        text_add_string(text, ONE_OF(weaver, "0 CNY", "1 CNY", "50 CNY", "5000 CNY", "5000.01 CNY",
                                     "100_000 CNY", "0.01 CNY"));
        return true;
    case TYPE_CHOICE:
        words = kind_schema(type.kind)->fields[type.field].words;
        break;
    case TYPE_NAME:
        words = stream_names(type.name);
        break;
    default:
        return false;
    }
    if (!literal)
        return false;
    while (words[count] != NULL && words[count][0] != 'X')
        count++;
    const char *word = words[lot(weaver, count)];
    text_addf(text, type.class == TYPE_CHOICE ? "%s" : "\"%s\"", word);
    return true;
}

/* ---- by type ---- */

static bool weave_sides(struct scope *scope, struct text *text, struct type a, const char *sign,
                        struct type b, unsigned depth)
{
    size_t start = text->size;
    text_add_char(text, '(');
    if (!weave_expr(scope, text, a, depth - 1, false))
        return give_up(text, start);
    text_addf(text, " %s ", sign);
    if (!weave_expr(scope, text, b, depth - 1, types_equal(a, b)))
        return give_up(text, start);
    text_add_char(text, ')');
    return true;
}

static bool weave_compare(struct scope *scope, struct text *text, unsigned depth)
{
    struct type type = weave_type(scope);
    if (lot(scope->weaver, 3) == 0)
        type = plain(TYPE_NUMBER);
    bool ordered = type.class != TYPE_CHOICE && type.class != TYPE_NAME;
    const char *sign = ordered ? ONE_OF(scope->weaver, "<", "<=", ">", ">=", ">=", "=", "!=")
                               : ONE_OF(scope->weaver, "=", "!=", "=");
    return weave_sides(scope, text, type, sign, type, depth);
}

static bool weave_in(struct scope *scope, struct text *text, unsigned depth)
{
    size_t start = text->size;
    struct type type = weave_type(scope);
    text_add_char(text, '(');
    if (!weave_expr(scope, text, type, depth - 1, false))
        return give_up(text, start);
    text_add_string(text, ONE_OF(scope->weaver, " in (", " not in ("));
    uint64_t count = 1 + lot(scope->weaver, 3);
    for (uint64_t i = 0; i < count; i++) {
        if (i > 0)
            text_add_string(text, ", ");
        if (i > 0 && lot(scope->weaver, 8) == 0)
            text_add_string(text, "unknown");
        else if (!weave_expr(scope, text, type, depth - 1, true))
            return give_up(text, start);
    }
    text_add_string(text, "))");
    return true;
}

static struct type weave_name_type(struct scope *scope)
{
    struct search search = {.type = named(scope->weaver->marked), .left = UINT64_MAX};
    search_all(scope, &search);
    if (search.count > 0 && lot(scope->weaver, 3) != 0)
        return search.type;
    for (unsigned i = 0; i < 8; i++) {
        struct type type = weave_type(scope);
        if (type.class == TYPE_NAME)
            return type;
    }
    return named(FIELD_PHONE);
}

static bool weave_about_name(struct scope *scope, struct text *text, unsigned depth)
{
    struct weaver *weaver = scope->weaver;
    size_t start = text->size;
    struct type type = weave_name_type(scope);
    bool starts = lot(weaver, 4) == 0;
    if (lot(weaver, 6) == 0 && (scope->kind == RECORD_call || scope->kind == RECORD_sms))
        type = named(FIELD_TEXT); /* a type code */
    text_add_string(text, starts ? "starts(" : "(");
    if (!weave_expr(scope, text, type, depth - 1, false))
        return give_up(text, start);
    if (starts)
        text_addf(text, ", \"%s\"",
                  ONE_OF(weaver, "+861", "3500", "A", "P", "5301", "6222021234567890", "1"));
    else if (lot(weaver, 3) == 0)
        text_addf(text, " %s %s", ONE_OF(weaver, "in list", "not in list"),
                  ONE_OF(weaver, "courier", "bad", "nowhere"));
    else
        text_addf(text, " %s %s", ONE_OF(weaver, "marked", "marked", "not marked"),
                  ONE_OF(weaver, "suspect", "hot", "hot"));
    text_add_char(text, ')');
    return true;
}

static bool weave_known(struct scope *scope, struct text *text, unsigned depth)
{
    size_t start = text->size;
    text_add_char(text, '(');
    if (!weave_expr(scope, text, weave_type(scope), depth - 1, false))
        return give_up(text, start);
    text_add_string(text, ONE_OF(scope->weaver, " is known)", " is unknown)", " is not known)",
                                 " is not unknown)"));
    return true;
}

static bool weave_truth(struct scope *scope, struct text *text, unsigned depth)
{
    size_t start = text->size;
    struct type truth = plain(TYPE_TRUTH);
    switch (lot(scope->weaver, 15)) {
    case 0:
        return weave_sides(scope, text, truth, "and", truth, depth);
    case 1:
        return weave_sides(scope, text, truth, "or", truth, depth);
    case 2:
        text_add_string(text, "(not (");
        if (!weave_expr(scope, text, truth, depth - 1, false))
            return give_up(text, start);
        text_add_string(text, "))");
        return true;
    case 3:
    case 4:
    case 14:
        return weave_about_name(scope, text, depth);
    case 5:
        return weave_in(scope, text, depth);
    case 6:
        return weave_known(scope, text, depth);
    case 7:
        return weave_sides(scope, text, truth, "=", truth, depth);
    case 8:
    case 9:
        return weave_atom(scope, text, truth); /* fresh */
    case 10:
        return weave_indexed(scope, text, truth, depth);
    default:
        return weave_compare(scope, text, depth);
    }
}

static bool weave_wrapped(struct scope *scope, struct text *text, const char *before,
                          struct type type, unsigned depth)
{
    size_t start = text->size;
    text_addf(text, "%s(", before);
    if (!weave_expr(scope, text, type, depth - 1, false))
        return give_up(text, start);
    text_add_char(text, ')');
    return true;
}

/* `f(a, b)` of one type. */
static bool weave_pair(struct scope *scope, struct text *text, const char *before, struct type type,
                       unsigned depth)
{
    size_t start = text->size;
    text_addf(text, "%s(", before);
    if (!weave_expr(scope, text, type, depth - 1, false))
        return give_up(text, start);
    text_add_string(text, ", ");
    if (!weave_expr(scope, text, type, depth - 1, true))
        return give_up(text, start);
    text_add_char(text, ')');
    return true;
}

static bool weave_holds(struct scope *scope, struct text *text, unsigned depth)
{
    size_t start = text->size;
    uint64_t count = 1 + lot(scope->weaver, 3);
    text_add_string(text, "holds(");
    for (uint64_t i = 0; i < count; i++) {
        text_add_string(text, i == 0 ? "" : ", ");
        if (!weave_expr(scope, text, plain(TYPE_TRUTH), depth - 1, false))
            return give_up(text, start);
    }
    text_add_char(text, ')');
    return true;
}

static bool weave_mark(struct scope *scope, struct text *text, unsigned depth)
{
    size_t start = text->size;
    text_add_string(text, "mark(");
    if (!weave_expr(scope, text, weave_name_type(scope), depth - 1, false))
        return give_up(text, start);
    text_addf(text, ", %s)", ONE_OF(scope->weaver, "suspect", "hot"));
    return true;
}

/* `money.from_reported(account, 24h, hops 2)` and the like, of that type. */
static bool weave_flow(struct scope *scope, struct text *text, struct type type, unsigned depth)
{
    static const char *const SPANS[] = {"10m", "1h", "6h", "24h", "7d", "30d", "90d"};
    struct weaver *weaver = scope->weaver;
    size_t start = text->size;
    enum flow_kind flow = (enum flow_kind)lot(weaver, FLOWS_COUNT);
    uint64_t span = lot(weaver, 5);
    for (unsigned i = 0; !types_equal(flow_type_of(flow), type); i++) {
        if (i == FLOWS_COUNT)
            return false;
        flow = (enum flow_kind)((flow + 1) % FLOWS_COUNT);
    }
    text_addf(text, "money.%s(", flow_name(flow));
    if (lot(weaver, 4) == 0 ? !weave_expr(scope, text, named(FIELD_ACCOUNT), depth - 1, true)
                            : !weave_atom(scope, text, named(FIELD_ACCOUNT)))
        return give_up(text, start);
    text_addf(text, ", %s", SPANS[span]);
    enum flow_asks asks = flow_asks(flow);
    if (asks == FLOW_REPORTED || asks == FLOW_LISTED || asks == FLOW_MARKED)
        text_addf(text, ", hops %s", ONE_OF(weaver, "1", "2", "2", "3", "4"));
    if (asks == FLOW_LISTED)
        text_addf(text, ", list %s", ONE_OF(weaver, "courier", "bad", "nowhere"));
    if (asks == FLOW_MARKED)
        text_addf(text, ", %s", ONE_OF(weaver, "suspect", "hot", "hot"));
    if (asks == FLOW_MET)
        text_addf(text, ", within %s", SPANS[span + 1 + lot(weaver, 2)]);
    text_add_char(text, ')');
    return true;
}

/* What only numbers can be made of. */
static bool weave_number(struct scope *scope, struct text *text, unsigned depth)
{
    struct type money = plain(TYPE_MONEY), duration = plain(TYPE_DURATION);
    struct type instant = plain(TYPE_MOMENT), number = plain(TYPE_NUMBER);
    switch (lot(scope->weaver, 8)) {
    case 0:
        return weave_holds(scope, text, depth);
    case 1:
        return weave_wrapped(scope, text, "digits", weave_name_type(scope), depth);
    case 2:
        return weave_wrapped(scope, text, ONE_OF(scope->weaver, "hour", "weekday"), instant, depth);
    case 3:
        return weave_mark(scope, text, depth);
    case 4:
        return weave_sides(scope, text, money, "/", money, depth);
    case 5:
        return weave_sides(scope, text, duration, "/", duration, depth);
    case 6:
        return weave_sides(scope, text, number, "/", number, depth);
    default:
        return weave_sides(scope, text, number, "*", number, depth);
    }
}

/* What numbers, durations and money have in common. */
static bool weave_amount(struct scope *scope, struct text *text, struct type type, unsigned depth)
{
    struct type number = plain(TYPE_NUMBER), instant = plain(TYPE_MOMENT);
    switch (lot(scope->weaver, 12)) {
    case 0:
        return weave_sides(scope, text, type, "+", type, depth);
    case 1:
        return weave_sides(scope, text, type, "-", type, depth);
    case 2:
        return weave_sides(scope, text, type, "*", number, depth);
    case 3:
        return weave_sides(scope, text, number, "*", type, depth);
    case 4:
        return weave_sides(scope, text, type, "/", number, depth);
    case 5:
        return weave_wrapped(scope, text, "-", type, depth);
    case 6:
        return weave_wrapped(scope, text, ONE_OF(scope->weaver, "abs", "floor"), type, depth);
    case 7:
        return weave_pair(scope, text, "mod", type, depth);
    case 8:
        if (type.class == TYPE_DURATION)
            return weave_sides(scope, text, instant, "-", instant, depth);
        return weave_pair(scope, text, ONE_OF(scope->weaver, "min", "max"), type, depth);
    default:
        return weave_pair(scope, text, ONE_OF(scope->weaver, "min", "max"), type, depth);
    }
}

static bool weave_if(struct scope *scope, struct text *text, struct type type, unsigned depth)
{
    size_t start = text->size;
    text_add_string(text, "(if ");
    if (!weave_expr(scope, text, plain(TYPE_TRUTH), depth - 1, false))
        return give_up(text, start);
    text_add_string(text, " then ");
    if (!weave_expr(scope, text, type, depth - 1, false))
        return give_up(text, start);
    text_add_string(text, " else ");
    if (lot(scope->weaver, 4) == 0)
        text_add_string(text, "unknown");
    else if (!weave_expr(scope, text, type, depth - 1, true))
        return give_up(text, start);
    text_add_char(text, ')');
    return true;
}

static bool weave_compound(struct scope *scope, struct text *text, struct type type, unsigned depth)
{
    bool amount =
        type.class == TYPE_NUMBER || type.class == TYPE_DURATION || type.class == TYPE_MONEY;
    struct type duration = plain(TYPE_DURATION);
    if (type.class == TYPE_TRUTH && lot(scope->weaver, 10) != 0)
        return weave_truth(scope, text, depth);
    if (amount && lot(scope->weaver, scope->weaver->follows ? 2 : 12) == 0 &&
        weave_flow(scope, text, type, depth))
        return true;
    switch (lot(scope->weaver, 8)) {
    case 0:
        return weave_if(scope, text, type, depth);
    case 1:
        return weave_pair(scope, text, "known_or", type, depth);
    case 2:
        return weave_indexed(scope, text, type, depth);
    case 3:
        return weave_register(scope, text, type, depth);
    default:
        break;
    }
    if (type.class == TYPE_NUMBER && lot(scope->weaver, 2) == 0)
        return weave_number(scope, text, depth);
    if (amount)
        return weave_amount(scope, text, type, depth);
    if (type.class == TYPE_MOMENT)
        return weave_sides(scope, text, type, ONE_OF(scope->weaver, "+", "-"), duration, depth);
    if (types_equal(type, named(FIELD_TEXT)))
        return weave_wrapped(scope, text, "tac", named(FIELD_IMEI), depth);
    return weave_indexed(scope, text, type, depth);
}

bool weave_expr(struct scope *scope, struct text *text, struct type type, unsigned depth,
                bool literal)
{
    uint64_t kind = lot(scope->weaver, 10);
    if (depth > 0 && (kind < 5 || type.class == TYPE_TRUTH) &&
        weave_compound(scope, text, type, depth))
        return true;
    if ((kind < 8 || type.class == TYPE_TRUTH) && weave_atom(scope, text, type))
        return true;
    if (type.class == TYPE_TRUTH && lot(scope->weaver, 10) != 0) {
        size_t start = text->size;
        text_add_char(text, '(');
        if (!weave_simple(scope, text))
            return give_up(text, start);
        text_add_char(text, ')');
        return true;
    }
    if (weave_literal(scope, text, type, literal))
        return true;
    if (weave_atom(scope, text, type))
        return true;
    return depth > 0 && weave_register(scope, text, type, depth);
}

bool weave_whole(struct scope *scope, struct text *text, struct type type)
{
    struct weaver *weaver = scope->weaver;
    size_t start = text->size;
    if (lot(weaver, 3) != 0 && type.class != TYPE_NUMBER) {
        struct search search = {.type = type, .text = text};
        search_fields(scope, &search, scope->kind, NULL);
        return search.done;
    }
    switch (lot(weaver, 4)) {
    case 0:
        return weave_wrapped(scope, text, "floor", type, 2);
    case 1:
        return type.class == TYPE_NUMBER && weave_holds(scope, text, 2);
    case 2:
        return type.class == TYPE_NUMBER &&
               weave_wrapped(scope, text, "digits", weave_name_type(scope), 2);
    default:
        text_add_string(text, "(if ");
        if (!weave_expr(scope, text, plain(TYPE_TRUTH), 2, false))
            return give_up(text, start);
        text_add_string(text, type.class == TYPE_NUMBER     ? " then 3 else 1)"
                              : type.class == TYPE_DURATION ? " then 3s else 1s)"
                                                            : " then 3 CNY else 1.01 CNY)");
        return true;
    }
}
