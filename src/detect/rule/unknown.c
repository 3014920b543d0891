/* unknown.c -- what a name that means nothing may have been meant for.
 *
 * A slip of the pen is the smaller part.  More often a name is right in another place: a field of
 * another kind, a feature without its profile, a word of a choice without its field, a register
 * that was read like a profile.  Each of these gets its own sentence. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checker_inside.h"

int profile_index(const struct checker *checker, struct slice name)
{
    for (uint32_t i = 0; i < checker->set->profiles_count; i++)
        if (slice_equal(checker->set->profile[i].name, name))
            return (int)i;
    return -1;
}

struct let_notes *scope_let(struct scope *scope, struct slice name)
{
    for (unsigned i = 0; i < scope->lets_count; i++)
        if (slice_equal(scope->let[i].written->name.text, name))
            return &scope->let[i];
    return NULL;
}

/* ---- lists of what there is ---- */

enum { LIST_BYTES_MAX = 512 };

static void list_add(struct text *text, struct slice name)
{
    text_addf(text, "%s`%.*s`", text->size == 0 ? "" : " ", SHOW(name));
}

static struct slice list_done(struct compile *compile, const struct text *text)
{
    struct slice all = text_slice(text);
    return compile_text(compile, "%.*s%s", SHOW(all), text->full ? " …" : "");
}

struct slice list_fields(struct compile *compile, enum record_kind kind)
{
    char room[LIST_BYTES_MAX];
    struct text text = text_over(room, sizeof room);
    const struct kind_schema *schema = kind_schema(kind);
    for (unsigned i = 0; i < schema->fields_count; i++)
        list_add(&text, slice_of(schema->fields[i].name));
    return list_done(compile, &text);
}

static struct slice list_words(struct compile *compile, struct type choice)
{
    char room[LIST_BYTES_MAX];
    struct text text = text_over(room, sizeof room);
    const char *const *words = kind_schema(choice.kind)->fields[choice.field].words;
    for (size_t i = 0; words[i] != NULL; i++)
        list_add(&text, slice_of(words[i]));
    return list_done(compile, &text);
}

static struct slice list_features(const struct checker *checker, unsigned profile)
{
    char room[LIST_BYTES_MAX];
    struct text text = text_over(room, sizeof room);
    const struct profile *of = &checker->set->profile[profile];
    for (uint32_t i = 0; i < of->features_count; i++)
        list_add(&text, of->feature[i].name);
    return list_done(checker->compile, &text);
}

/* ---- candidates ---- */

static void try_fields(struct guess *guess, enum record_kind kind)
{
    const struct kind_schema *schema = kind_schema(kind);
    for (unsigned i = 0; i < schema->fields_count; i++)
        guess_try(guess, slice_of(schema->fields[i].name));
}

static void try_lets(const struct scope *scope, struct guess *guess)
{
    for (unsigned i = 0; i < scope->lets_count; i++)
        guess_try(guess, scope->let[i].written->name.text);
}

/* What the guessed field is, for the suggestion; empty where it is none. */
static struct slice kind_of_guess(const struct scope *scope, enum record_kind kind,
                                  struct slice guess)
{
    unsigned field;
    struct type type;
    if (guess.size == 0 || !field_find(kind, guess, &field) || !type_of_field(kind, field, &type))
        return (struct slice){0};
    return type_key(scope->checker->compile, type);
}

/* The lexer has complained about its letters already. */
static bool is_excused(struct slice name)
{
    return (unsigned char)name.at[0] >= 0x80;
}

void complain_unknown_field(const struct scope *scope, struct word name, enum record_kind kind)
{
    if (is_excused(name.text))
        return;
    struct compile *compile = scope->checker->compile;
    struct guess guess = guess_start(name.text);
    try_fields(&guess, kind);
    complain(compile, MESSAGE_UNKNOWN_FIELD,
             (struct complaint){.where = name.span,
                                .arg = {name.text, slice_of(kind_schema(kind)->name),
                                        list_fields(compile, kind),
                                        kind_of_guess(scope, kind, guess.best)},
                                .suggestion = guess.best});
}

/* A field of the same name in another kind that has the word; false: none. */
static bool word_elsewhere(struct slice word, struct type choice, struct type *out)
{
    struct slice name = slice_of(kind_schema(choice.kind)->fields[choice.field].name);
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++) {
        enum record_kind kind = (enum record_kind)k;
        unsigned field;
        int64_t ignored;
        if (kind_schema(kind)->group != GROUP_EVENT || !field_find(kind, name, &field) ||
            !choice_find(kind, field, word, &ignored))
            continue;
        *out = (struct type){.class = TYPE_CHOICE, .kind = kind, .field = field};
        return true;
    }
    return false;
}

void complain_unknown_word(const struct scope *scope, struct word name, struct type choice)
{
    if (is_excused(name.text))
        return;
    struct compile *compile = scope->checker->compile;
    const struct kind_schema *schema = kind_schema(choice.kind);
    struct type other;
    if (scope->own_profile >= 0 && word_elsewhere(name.text, choice, &other)) {
        complain(
            compile, MESSAGE_WORD_OF_OTHER,
            (struct complaint){.where = name.span,
                               .arg = {name.text, type_key(compile, other),
                                       type_key(compile, choice), list_words(compile, choice)}});
        return;
    }
    struct guess guess = guess_start(name.text);
    for (size_t i = 0; schema->fields[choice.field].words[i] != NULL; i++)
        guess_try(&guess, slice_of(schema->fields[choice.field].words[i]));
    complain(compile, MESSAGE_UNKNOWN_WORD,
             (struct complaint){
                 .where = name.span,
                 .arg = {name.text, type_key(compile, choice), list_words(compile, choice)},
                 .suggestion = guess.best});
}

void complain_unknown_feature(const struct scope *scope, unsigned profile, struct word name)
{
    const struct checker *checker = scope->checker;
    const struct profile *of = &checker->set->profile[profile];
    struct guess guess = guess_start(name.text);
    for (uint32_t i = 0; i < of->features_count; i++)
        guess_try(&guess, of->feature[i].name);
    complain(checker->compile, MESSAGE_UNKNOWN_FEATURE,
             (struct complaint){.where = name.span,
                                .arg = {name.text, of->name, list_features(checker, profile)},
                                .suggestion = guess.best,
                                .related = of->span});
}

/* ---- right names in the wrong place ---- */

/* The profile that has a feature of this name; -1: none, or several. */
static int profile_of_feature(const struct checker *checker, struct slice name)
{
    int found = -1;
    for (uint32_t i = 0; i < checker->set->profiles_count; i++) {
        const struct profile *profile = &checker->set->profile[i];
        for (uint32_t j = 0; j < profile->features_count; j++) {
            if (!slice_equal(profile->feature[j].name, name))
                continue;
            if (found >= 0)
                return -1;
            found = (int)i;
        }
    }
    return found;
}

/* The CHOICE field of the kind that has this word; false: none. */
static bool field_of_word(enum record_kind kind, struct slice word, unsigned *out)
{
    const struct kind_schema *schema = kind_schema(kind);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        int64_t ignored;
        if (schema->fields[i].type == FIELD_CHOICE && choice_find(kind, i, word, &ignored)) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* A kind of event that has a field of this name; false: none. */
static bool kind_of_field(struct slice name, enum record_kind *out)
{
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++) {
        unsigned ignored;
        enum record_kind kind = (enum record_kind)k;
        if (kind_schema(kind)->group == GROUP_EVENT && field_find(kind, name, &ignored)) {
            *out = kind;
            return true;
        }
    }
    return false;
}

static bool is_nothing(struct slice name)
{
    static const char *const NOTHING[] = {"null", "NULL", "nil", "none", "None", "empty"};
    for (size_t i = 0; i < sizeof NOTHING / sizeof NOTHING[0]; i++)
        if (slice_equal(name, slice_of(NOTHING[i])))
            return true;
    return false;
}

/* Something that needs more than its name: a profile, a step, a function, a register. */
static bool complain_bare(const struct scope *scope, struct word name)
{
    const struct checker *checker = scope->checker;
    enum record_kind kind;
    enum function function;
    int profile = profile_index(checker, name.text);
    enum message message;
    struct slice more = {0};
    if (scope->rule != NULL && scope->rule->sequence.present &&
        (slice_equal(name.text, scope->rule->sequence.first_name) ||
         slice_equal(name.text, scope->rule->sequence.second_name))) {
        message = MESSAGE_STEP_BARE;
    } else if (profile >= 0) {
        message = MESSAGE_PROFILE_BARE;
        more = list_features(checker, (unsigned)profile);
    } else if (register_find(name.text, &kind)) {
        message = MESSAGE_REGISTER_BARE;
        more = list_fields(checker->compile, kind);
    } else if (function_find(name.text, &function)) {
        message = MESSAGE_FUNCTION_BARE;
    } else {
        return false;
    }
    complain(checker->compile, message,
             (struct complaint){.where = name.span, .arg = {name.text, more}});
    return true;
}

static bool complain_misplaced(const struct scope *scope, struct word name)
{
    struct compile *compile = scope->checker->compile;
    const struct kind_schema *schema = kind_schema(scope->kind);
    unsigned field;
    if (field_of_word(scope->kind, name.text, &field)) {
        complain(compile, MESSAGE_WORD_BARE,
                 (struct complaint){.where = name.span,
                                    .arg = {name.text, compile_text(compile, "%s.%s", schema->name,
                                                                    schema->fields[field].name)},
                                    .suggestion =
                                        compile_text(compile, "%s = %.*s",
                                                     schema->fields[field].name, SHOW(name.text))});
        return true;
    }
    int profile = profile_of_feature(scope->checker, name.text);
    if (profile >= 0) {
        struct slice of = scope->checker->set->profile[profile].name;
        complain(compile, MESSAGE_FEATURE_BARE,
                 (struct complaint){
                     .where = name.span,
                     .arg = {name.text, of},
                     .suggestion = compile_text(compile, "%.*s.%.*s", SHOW(of), SHOW(name.text))});
        return true;
    }
    enum record_kind kind;
    if (kind_of_field(name.text, &kind)) {
        complain(
            compile, MESSAGE_FIELD_OF_OTHER,
            (struct complaint){.where = name.span,
                               .arg = {name.text, slice_of(kind_schema(kind)->name),
                                       slice_of(schema->name), list_fields(compile, scope->kind)}});
        return true;
    }
    return false;
}

void complain_unknown_name(const struct scope *scope, struct word name, const struct type *expected)
{
    struct compile *compile = scope->checker->compile;
    if (is_excused(name.text))
        return;
    struct guess guess = guess_start(name.text);
    try_fields(&guess, scope->kind);
    try_lets(scope, &guess);
    bool choice = expected != NULL && expected->class == TYPE_CHOICE;
    if (choice && guess.best.size == 0) {
        complain_unknown_word(scope, name, *expected);
        return;
    }
    if (complain_bare(scope, name) || (guess.distance > 1 && complain_misplaced(scope, name)))
        return;
    enum keyword keyword = keyword_find_any_case(name.text);
    if (is_nothing(name.text))
        guess.best = SLICE("unknown");
    else if (keyword != KEYWORD_NONE)
        guess.best = slice_of(keyword_word(keyword));
    complain(compile, MESSAGE_UNKNOWN_FIELD,
             (struct complaint){.where = name.span,
                                .arg = {name.text, slice_of(kind_schema(scope->kind)->name),
                                        list_fields(compile, scope->kind),
                                        kind_of_guess(scope, scope->kind, guess.best)},
                                .suggestion = guess.best});
}

/* `callee.region`: a field has no parts, but a register may know them. */
static void complain_parts(const struct scope *scope, const struct phrase *phrase,
                           const struct type *type)
{
    struct slice better = {0};
    enum record_kind kind = RECORD_KINDS_COUNT;
    unsigned ignored;
    if (type != NULL && type->class == TYPE_NAME) {
        if (type->name == FIELD_PHONE || type->name == FIELD_ACCOUNT || type->name == FIELD_PERSON)
            kind = RECORD_person;
        if (type->name == FIELD_CELL)
            kind = RECORD_cell;
        if (type->name == FIELD_REGION)
            kind = RECORD_region;
    }
    if (kind != RECORD_KINDS_COUNT && field_find(kind, phrase->part.text, &ignored))
        better = compile_text(scope->checker->compile, "%s(%.*s).%.*s", kind_schema(kind)->name,
                              SHOW(phrase->name.text), SHOW(phrase->part.text));
    complain(scope->checker->compile, MESSAGE_NO_PARTS,
             (struct complaint){
                 .where = phrase->span, .arg = {phrase->name.text}, .suggestion = better});
}

void complain_unknown_dot(const struct scope *scope, const struct phrase *phrase)
{
    const struct checker *checker = scope->checker;
    struct word name = phrase->name;
    unsigned field;
    enum record_kind kind;
    if (is_excused(name.text))
        return;
    if (field_find(scope->kind, name.text, &field)) {
        struct type type;
        (void)type_of_field(scope->kind, field, &type);
        complain_parts(scope, phrase, &type);
        return;
    }
    for (unsigned i = 0; i < scope->lets_count; i++) {
        if (slice_equal(scope->let[i].written->name.text, name.text)) {
            complain_parts(scope, phrase, NULL);
            return;
        }
    }
    if (kind_find(name.text, &kind)) {
        bool here = kind == scope->kind && field_find(kind, phrase->part.text, &field);
        bool lookup = register_find(name.text, &kind) && !here;
        complain(checker->compile, lookup ? MESSAGE_REGISTER_BARE : MESSAGE_KIND_DOT,
                 (struct complaint){.where = phrase->span,
                                    .arg = {name.text, slice_of(kind_schema(scope->kind)->name)},
                                    .suggestion = here ? phrase->part.text : (struct slice){0}});
        return;
    }
    if (checker->compile->gap)
        return; /* the profile may stand in what was not understood */
    struct guess guess = guess_start(name.text);
    for (uint32_t i = 0; i < checker->set->profiles_count; i++)
        guess_try(&guess, checker->set->profile[i].name);
    if (scope->rule != NULL && scope->rule->sequence.present) {
        guess_try(&guess, scope->rule->sequence.first_name);
        guess_try(&guess, scope->rule->sequence.second_name);
    }
    complain(checker->compile, MESSAGE_UNKNOWN_PROFILE,
             (struct complaint){.where = name.span, .arg = {name.text}, .suggestion = guess.best});
}

void complain_unknown_function(const struct scope *scope, const struct phrase *phrase)
{
    const struct checker *checker = scope->checker;
    struct word name = phrase->name;
    enum aggregate aggregate;
    if (is_excused(name.text))
        return;
    if (profile_index(checker, name.text) >= 0) {
        struct slice better = {0};
        if (phrase->args_count == 1 && phrase->part.text.size != 0) {
            struct slice arg = source_of(scope, phrase->arg[0]);
            better = compile_text(checker->compile, "%.*s[%.*s].%.*s", SHOW(name.text), SHOW(arg),
                                  SHOW(phrase->part.text));
        }
        complain(
            checker->compile, MESSAGE_PROFILE_CALLED,
            (struct complaint){.where = phrase->span, .arg = {name.text}, .suggestion = better});
        return;
    }
    if (aggregate_find(name.text, &aggregate)) {
        complain(checker->compile, MESSAGE_AGGREGATE_HERE,
                 (struct complaint){.where = name.span, .arg = {name.text}});
        return;
    }
    struct guess guess = guess_start(name.text);
    for (unsigned i = 0; i < FUNCTIONS_COUNT; i++)
        guess_try(&guess, slice_of(function_name((enum function)i)));
    guess_try(&guess, SLICE("person"));
    guess_try(&guess, SLICE("cell"));
    guess_try(&guess, SLICE("region"));
    /* What other languages call it. */
    static const char *const OTHERS[][2] = {{"coalesce", "known_or"}, {"ifnull", "known_or"},
                                            {"prefix", "starts"},     {"starts_with", "starts"},
                                            {"len", "digits"},        {"length", "digits"},
                                            {"dow", "weekday"},       {"round", "floor"}};
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        unsigned distance = guess.distance;
        guess_try(&guess, slice_of(OTHERS[i][0]));
        if (guess.distance < distance)
            guess.best = slice_of(OTHERS[i][1]);
    }
    complain(checker->compile, MESSAGE_UNKNOWN_FUNCTION,
             (struct complaint){.where = name.span, .arg = {name.text}, .suggestion = guess.best});
}
