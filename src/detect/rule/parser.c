/* parser.c -- profiles, rules and their clauses; and how to go on after an error.
 *
 * After an error the reader moves on to the next thing that certainly begins something: a clause, a
 * feature, a profile, a rule.  What was left out is marked, so that nobody looks for it later.
 *
 * Invariants:  1. A clause or feature gets one error of form at most.
 *              2. A name that was read stays known even if what it names was not understood.
 *              3. The reader moves on with every round of every loop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "parser_inside.h"

#include "names_inside.h"
#include "phrase_inside.h"

#include <stddef.h>

/* Puts a thing behind the last one of its list. */
#define LINK(first, last, thing)    \
    do {                            \
        if ((first) == NULL)        \
            (first) = (thing);      \
        else                        \
            (last)->next = (thing); \
        (last) = (thing);           \
    } while (0)

/* ---- where to go on ---- */

static bool at_top(const struct reader *reader)
{
    return reader_is(reader, TOKEN_END) || reader_is_word(reader, KEYWORD_profile) ||
           reader_is_word(reader, KEYWORD_rule);
}

static bool at_feature(const struct reader *reader)
{
    const struct token *name = reader_look(reader, 0);
    const struct token *aggregate = reader_look(reader, 2);
    enum aggregate ignored;
    if (name->kind != TOKEN_NAME || reader_look(reader, 1)->kind != TOKEN_EQUAL)
        return false;
    return name->first_on_line || aggregate_find(aggregate->string, &ignored);
}

/* `when` and `mark` also stand inside clauses; at the beginning of a line they surely begin one. */
static bool at_clause(const struct reader *reader)
{
    const struct token *token = reader_look(reader, 0);
    switch (token->keyword) {
    case KEYWORD_title:
    case KEYWORD_let:
    case KEYWORD_score:
    case KEYWORD_subject:
    case KEYWORD_grade:
    case KEYWORD_against:
    case KEYWORD_quiet:
    case KEYWORD_respond:
        return true;
    case KEYWORD_when:
    case KEYWORD_mark:
        return token->first_on_line;
    default:
        return false;
    }
}

/* Moves on to the end of the block or to something that `begins` there. */
static void skip_inside(struct reader *reader, bool (*begins)(const struct reader *reader))
{
    unsigned open = 0;
    while (!at_top(reader)) {
        if (open == 0 && (reader_is(reader, TOKEN_CLOSE_BRACE) || begins(reader)))
            return;
        if (reader_is(reader, TOKEN_OPEN_BRACE))
            open++;
        if (reader_is(reader, TOKEN_CLOSE_BRACE))
            open--;
        (void)reader_take(reader);
    }
}

/* Moves on to what stands behind the `{`, which may be missing; `*open` is where it is or should
 * be.  false: there is nothing before the next profile or rule. */
static bool open_body(struct reader *reader, bool headed,
                      bool (*begins)(const struct reader *reader), struct span *open)
{
    *open = reader_where(reader);
    if (reader_accept(reader, TOKEN_OPEN_BRACE))
        return true;
    if (headed)
        reader_complain(reader, MESSAGE_EXPECTED, "`{`");
    while (!at_top(reader) && !reader_is(reader, TOKEN_OPEN_BRACE)) {
        if (begins(reader))
            return true;
        if (reader_accept(reader, TOKEN_CLOSE_BRACE))
            return false;
        (void)reader_take(reader);
    }
    *open = reader_where(reader);
    return reader_accept(reader, TOKEN_OPEN_BRACE);
}

static void close_body(struct reader *reader, struct span open)
{
    if (reader_accept(reader, TOKEN_CLOSE_BRACE))
        return;
    complain(reader->compile, MESSAGE_NOT_CLOSED,
             (struct complaint){.where = reader_where(reader),
                                .arg = {SLICE("}"), reader_found(reader)},
                                .related = open});
    reader->compile->gap = true;
}

/* ---- profiles ---- */

/* Something of `group` that has a field of this name: "call.imei", "person.phone". */
static struct slice guess_pair(struct reader *reader, enum record_group group, struct slice field)
{
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++) {
        const struct kind_schema *schema = kind_schema((enum record_kind)k);
        unsigned ignored;
        if (schema->group == group && field_find((enum record_kind)k, field, &ignored))
            return compile_text(reader->compile, "%s.%.*s", schema->name, SHOW(field));
    }
    return (struct slice){0};
}

/* `call.imei`, `person.phone`. */
static bool parse_pair(struct reader *reader, enum record_group group, struct word *kind,
                       struct word *field)
{
    const char *term = group == GROUP_EVENT ? "kind of record" : "register";
    if (!reader_expect_name(reader, term, KEYWORD_NONE, kind))
        return false;
    if (reader_accept(reader, TOKEN_DOT))
        return reader_expect_name(reader, "field", KEYWORD_NONE, field);
    complain(reader->compile, MESSAGE_PAIR_FORM,
             (struct complaint){.where = kind->span,
                                .arg = {kind->text, slice_of(term)},
                                .suggestion = guess_pair(reader, group, kind->text)});
    return false;
}

static struct written_key *parse_key(struct reader *reader)
{
    struct written_key *key = compile_take(reader->compile, sizeof *key);
    if (key == NULL || !parse_pair(reader, GROUP_EVENT, &key->kind, &key->field))
        return NULL;
    key->span = span_join(key->kind.span, key->field.span);
    if (!reader_accept_word(reader, KEYWORD_through))
        return key;
    if (!parse_pair(reader, GROUP_REGISTER, &key->register_kind, &key->register_field))
        return NULL;
    key->span = span_join(key->span, key->register_field.span);
    return key;
}

static bool parse_keys(struct reader *reader, struct written_profile *profile)
{
    if (!reader_expect_word(reader, KEYWORD_by))
        return false;
    struct written_key **last = &profile->key;
    do {
        struct written_key *key = parse_key(reader);
        if (key == NULL)
            return false;
        *last = key;
        last = &key->next;
    } while (reader_accept(reader, TOKEN_COMMA));
    return true;
}

static void parse_aggregate(struct reader *reader, struct written_feature *feature)
{
    const struct token *token = reader_look(reader, 0);
    if (aggregate_find(token->string, &feature->aggregate))
        return;
    struct guess guess = guess_start(token->string);
    for (unsigned i = 0; i < AGGREGATES_COUNT; i++)
        guess_try(&guess, slice_of(aggregate_name((enum aggregate)i)));
    static const char *const OTHERS[][2] = {
        {"avg", "mean"},           {"average", "mean"}, {"median", "quantile 0.5"},
        {"unique", "distinct"},    {"total", "sum"},    {"latest", "last"},
        {"minimum", "min"},        {"maximum", "max"},  {"count_distinct", "distinct"},
        {"percentile", "quantile"}};
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++)
        if (slice_equal(token->string, slice_of(OTHERS[i][0])))
            guess.best = slice_of(OTHERS[i][1]);
    complain(reader->compile, MESSAGE_AGGREGATE_UNKNOWN,
             (struct complaint){
                 .where = token->span, .arg = {reader_found(reader)}, .suggestion = guess.best});
    feature->broken = true;
    if (!aggregate_find(guess.best, &feature->aggregate))
        feature->aggregate = AGGREGATE_last;
}

/* `quantile 0.5 duration`: the number is part of the aggregate. */
static bool parse_quantile(struct reader *reader, struct written_feature *feature)
{
    if (feature->aggregate != AGGREGATE_quantile || feature->broken)
        return true;
    const struct token *token = reader_look(reader, 0);
    if (token->kind != TOKEN_NUMBER) {
        reader_complain(reader, MESSAGE_QUANTILE_NUMBER, "");
        return false;
    }
    feature->quantile = token->number;
    feature->quantile_span = token->span;
    (void)reader_take(reader);
    return true;
}

/* `count(*)` and `count(distinct imsi)`, as SQL has them. */
static bool parse_sql_count(struct reader *reader, struct written_feature *feature)
{
    const struct token *inside = reader_look(reader, 1);
    bool distinct = slice_equal(inside->string, SLICE("distinct"));
    if (!reader_is(reader, TOKEN_OPEN_PAREN) || (!distinct && inside->kind != TOKEN_STAR))
        return false;
    (void)reader_take(reader);
    (void)reader_take(reader);
    struct slice better = SLICE("count");
    feature->broken = true;
    if (distinct) {
        struct phrase *value = parse_phrase(reader);
        if (value == NULL)
            return false;
        struct slice written = compile_source(reader->compile, value->span);
        better = compile_text(reader->compile, "distinct %.*s", SHOW(written));
    }
    if (!reader_expect(reader, TOKEN_CLOSE_PAREN, "`)`"))
        return false;
    complain(
        reader->compile, MESSAGE_AGGREGATE_OF_NOTHING,
        (struct complaint){.where = span_join(feature->aggregate_word.span, reader_behind(reader)),
                           .arg = {feature->aggregate_word.text},
                           .suggestion = better});
    return true;
}

static bool parse_feature_value(struct reader *reader, struct written_feature *feature)
{
    bool takes = aggregate_takes_value(feature->aggregate);
    struct slice word = feature->aggregate_word.text;
    const struct token *token = reader_look(reader, 0);
    bool span_next = token->kind == TOKEN_NAME && reader_look(reader, 1)->kind == TOKEN_DURATION;
    bool ends = token->keyword == KEYWORD_over || token->keyword == KEYWORD_as ||
                token->keyword == KEYWORD_where || at_feature(reader) || at_top(reader) ||
                token->kind == TOKEN_CLOSE_BRACE || token->kind == TOKEN_DURATION || span_next;
    if (ends && takes && !feature->broken) {
        complain(reader->compile, MESSAGE_AGGREGATE_OF_WHAT,
                 (struct complaint){.where = feature->aggregate_word.span, .arg = {word}});
        feature->broken = true;
    }
    if (ends)
        return true;
    if (!takes && parse_sql_count(reader, feature))
        return true;
    feature->value = parse_phrase(reader);
    if (feature->value == NULL)
        return false;
    if (takes || feature->broken)
        return true;
    struct slice value = compile_source(reader->compile, feature->value->span);
    complain(reader->compile, MESSAGE_AGGREGATE_OF_NOTHING,
             (struct complaint){
                 .where = span_join(feature->aggregate_word.span, feature->value->span),
                 .arg = {word},
                 .suggestion = compile_text(
                     reader->compile, "%s %.*s",
                     feature->aggregate == AGGREGATE_count ? "distinct" : "last", SHOW(value))});
    feature->broken = true;
    return true;
}

static bool parse_over(struct reader *reader, struct written_feature *feature)
{
    const struct token *token = reader_look(reader, 0);
    if (token->keyword == KEYWORD_over) {
        (void)reader_take(reader);
        return reader_expect_duration(reader, &feature->over);
    }
    const struct token *next = reader_look(reader, 1);
    bool span_here = token->kind == TOKEN_DURATION;
    bool span_next = token->kind == TOKEN_NAME && next->kind == TOKEN_DURATION;
    if (!span_here && !span_next) {
        complain(reader->compile, MESSAGE_OVER_MISSING,
                 (struct complaint){.where = reader_behind(reader), .arg = {feature->name.text}});
        return false;
    }
    struct slice span = compile_source(reader->compile, (span_here ? token : next)->span);
    complain(
        reader->compile, MESSAGE_OVER_MISSING,
        (struct complaint){.where = span_here ? token->span : span_join(token->span, next->span),
                           .arg = {feature->name.text},
                           .suggestion = compile_text(reader->compile, "over %.*s", SHOW(span))});
    if (!span_here)
        (void)reader_take(reader);
    return reader_expect_duration(reader, &feature->over);
}

static bool parse_roles(struct reader *reader, struct written_feature *feature)
{
    if (!reader_accept_word(reader, KEYWORD_as))
        return true;
    struct written_role **last = &feature->role;
    do {
        struct written_role *role = compile_take(reader->compile, sizeof *role);
        if (role == NULL || !reader_expect_name(reader, "field", KEYWORD_NONE, &role->field))
            return false;
        role->span = role->field.span;
        if (reader_accept(reader, TOKEN_DOT)) {
            role->kind = role->field;
            if (!reader_expect_name(reader, "field", KEYWORD_NONE, &role->field))
                return false;
            role->span = span_join(role->kind.span, role->field.span);
        }
        *last = role;
        last = &role->next;
    } while (reader_accept(reader, TOKEN_COMMA));
    return true;
}

static bool parse_feature_rest(struct reader *reader, struct written_feature *feature)
{
    if (!reader_expect(reader, TOKEN_EQUAL, "`=`"))
        return false;
    if (!reader_is(reader, TOKEN_NAME)) {
        reader_complain(reader, MESSAGE_EXPECTED, "aggregate");
        return false;
    }
    parse_aggregate(reader, feature);
    const struct token *word = reader_take(reader);
    feature->aggregate_word = (struct word){word->string, word->span};
    if (!parse_quantile(reader, feature) || !parse_feature_value(reader, feature) ||
        !parse_over(reader, feature) || !parse_roles(reader, feature))
        return false;
    if (reader_accept_word(reader, KEYWORD_where)) {
        feature->where = parse_phrase(reader);
        if (feature->where == NULL)
            return false;
    }
    if (reader_is_word(reader, KEYWORD_as) || reader_is_word(reader, KEYWORD_over) ||
        reader_is_word(reader, KEYWORD_where)) {
        reader_complain(reader, MESSAGE_FEATURE_ORDER, "");
        return false;
    }
    return !reader_is(reader, TOKEN_STRING) || reader_expect_sayings(reader, feature->label, NULL);
}

static struct written_feature *parse_feature(struct reader *reader)
{
    struct written_feature *feature = compile_take(reader->compile, sizeof *feature);
    if (feature == NULL)
        return NULL;
    const struct token *token = reader_look(reader, 0);
    bool name = token->kind == TOKEN_NAME && reader_look(reader, 1)->kind == TOKEN_EQUAL;
    if (!name && token->kind != TOKEN_NAME) {
        reader_complain(reader, MESSAGE_FEATURE_EXPECTED, "");
        return NULL;
    }
    if (!reader_expect_name(reader, "feature", KEYWORD_NONE, &feature->name))
        return NULL;
    if (!parse_feature_rest(reader, feature))
        feature->broken = true;
    return feature;
}

static void parse_features(struct reader *reader, struct written_profile *profile, struct span open)
{
    struct written_feature **last = &profile->feature;
    while (!reader_is(reader, TOKEN_CLOSE_BRACE) && !at_top(reader)) {
        uint32_t errors = reader->compile->diags->errors_count;
        struct written_feature *feature = parse_feature(reader);
        if (feature != NULL) {
            *last = feature;
            last = &feature->next;
        }
        bool understood = feature != NULL && !feature->broken;
        if (understood && !reader_is(reader, TOKEN_CLOSE_BRACE) && !at_feature(reader) &&
            !at_top(reader) && !reader_is(reader, TOKEN_NAME)) {
            reader_complain(reader, MESSAGE_FEATURE_EXPECTED, "");
            understood = false;
        }
        if (understood && reader->compile->diags->errors_count == errors)
            continue;
        profile->broken |= feature == NULL;
        uint32_t before = reader->at;
        skip_inside(reader, at_feature);
        if (feature == NULL && reader->at == before && !reader_is(reader, TOKEN_CLOSE_BRACE) &&
            !at_top(reader))
            (void)reader_take(reader);
    }
    close_body(reader, open);
}

static void parse_profile(struct reader *reader, struct written_set *set)
{
    struct written_profile *profile = compile_take(reader->compile, sizeof *profile);
    if (profile == NULL)
        return;
    (void)reader_take(reader);
    bool named = reader_expect_name(reader, "name", KEYWORD_by, &profile->name);
    reader->compile->gap |= !named;
    if (named) {
        LINK(set->profile, set->profile_last, profile);
    }
    profile->keys_broken = !named || !parse_keys(reader, profile);
    struct span open;
    if (open_body(reader, !profile->keys_broken, at_feature, &open))
        parse_features(reader, profile, open);
    else
        profile->broken = true;
}

/* ---- clauses of a rule ---- */

static bool at_sequence(const struct reader *reader)
{
    return reader_is(reader, TOKEN_NAME) && reader_look(reader, 1)->kind == TOKEN_OPEN_PAREN &&
           reader_look(reader, 2)->kind == TOKEN_NAME &&
           reader_look(reader, 3)->kind == TOKEN_CLOSE_PAREN &&
           reader_look(reader, 4)->keyword == KEYWORD_then;
}

static bool parse_step(struct reader *reader, struct word *kind, struct word *name)
{
    return reader_expect_name(reader, "kind of record", KEYWORD_NONE, kind) &&
           reader_expect(reader, TOKEN_OPEN_PAREN, "`(`") &&
           reader_expect_name(reader, "name", KEYWORD_NONE, name) &&
           reader_expect(reader, TOKEN_CLOSE_PAREN, "`)`");
}

static bool parse_sequence(struct reader *reader, struct written_sequence *sequence)
{
    struct span start = reader_look(reader, 0)->span;
    sequence->present = true;
    if (!parse_step(reader, &sequence->first_kind, &sequence->first_name) ||
        !reader_expect_word(reader, KEYWORD_then) ||
        !parse_step(reader, &sequence->second_kind, &sequence->second_name))
        return false;
    if (reader_is_word(reader, KEYWORD_then)) {
        reader_complain(reader, MESSAGE_SEQUENCE_STEPS, "");
        return false;
    }
    if (!reader_expect_word(reader, KEYWORD_within) ||
        !reader_expect_duration(reader, &sequence->within))
        return false;
    sequence->span = span_join(start, reader_behind(reader));
    return true;
}

static bool parse_when(struct reader *reader, struct written_rule *rule)
{
    if (at_sequence(reader)) {
        if (!parse_sequence(reader, &rule->sequence))
            return false;
        if (reader_is_word(reader, KEYWORD_or)) {
            reader_complain(reader, MESSAGE_SEQUENCE_PLACE, "");
            return false;
        }
        if (!reader_accept_word(reader, KEYWORD_and))
            return true;
    }
    rule->when = parse_phrase(reader);
    return rule->when != NULL;
}

static bool parse_title(struct reader *reader, struct written_rule *rule)
{
    return reader_expect_sayings(reader, rule->title, rule->title_at);
}

static bool parse_score(struct reader *reader, struct written_rule *rule)
{
    rule->score = parse_phrase(reader);
    return rule->score != NULL;
}

static bool parse_subject(struct reader *reader, struct written_rule *rule)
{
    rule->subject = parse_phrase(reader);
    return rule->subject != NULL && reader_expect_word(reader, KEYWORD_typology) &&
           reader_expect_name(reader, "label", KEYWORD_NONE, &rule->label);
}

static bool parse_quiet(struct reader *reader, struct written_rule *rule)
{
    return reader_expect_duration(reader, &rule->quiet);
}

/* One of a few words; `found` tells which. */
static bool parse_word_of(struct reader *reader, const char *term, const char *const *words,
                          unsigned count, unsigned *found)
{
    const struct token *token = reader_look(reader, 0);
    struct guess guess = guess_start(token->string);
    for (unsigned i = 0; i < count; i++) {
        if (token->kind == TOKEN_NAME && slice_equal(token->string, slice_of(words[i]))) {
            *found = i;
            (void)reader_take(reader);
            return true;
        }
        guess_try(&guess, slice_of(words[i]));
    }
    char list[128];
    struct text text = text_over(list, sizeof list);
    for (unsigned i = 0; i < count; i++)
        text_addf(&text, "%s`%s`", i == 0 ? "" : " ", words[i]);
    complain(reader->compile, MESSAGE_WORD_EXPECTED,
             (struct complaint){.where = reader_where(reader),
                                .arg = {slice_of(term), reader_found(reader),
                                        compile_text(reader->compile, "%s", list)},
                                .suggestion =
                                    token->kind == TOKEN_NAME ? guess.best : (struct slice){0}});
    return false;
}

static bool parse_respond(struct reader *reader, struct written_rule *rule)
{
    static const char *const WORDS[] = {"lead", "dissuasion", "stop_payment", "watch"};
    unsigned found;
    if (!parse_word_of(reader, "response", WORDS, 4, &found))
        return false;
    rule->respond = (enum response)found;
    return true;
}

static bool parse_grade(struct reader *reader, struct written_rule *rule)
{
    static const char *const WORDS[] = {"low", "medium", "high", "extreme"};
    struct written_grading **last = &rule->grading;
    do {
        struct span span = reader_look(reader, 0)->span;
        unsigned found;
        if (!parse_word_of(reader, "grade", WORDS, 4, &found))
            return false;
        struct written_grading *grading = compile_take(reader->compile, sizeof *grading);
        if (grading == NULL)
            return false;
        grading->grade = (enum grade)(found + GRADE_LOW);
        grading->span = span;
        *last = grading;
        last = &grading->next;
        if (reader_accept_word(reader, KEYWORD_when)) {
            grading->when = parse_phrase(reader);
            if (grading->when == NULL)
                return false;
        } else if (reader_is(reader, TOKEN_COMMA)) {
            complain(reader->compile, MESSAGE_GRADE_LAST,
                     (struct complaint){.where = span, .arg = {slice_of(WORDS[found])}});
        }
    } while (reader_accept(reader, TOKEN_COMMA));
    return true;
}

static bool parse_let(struct reader *reader, struct written_rule *rule)
{
    struct written_let *let = compile_take(reader->compile, sizeof *let);
    if (let == NULL)
        return false;
    let->span = reader->tokens.at[reader->at - 1].span;
    if (!reader_expect_name(reader, "name", KEYWORD_NONE, &let->name))
        return false;
    LINK(rule->let, rule->let_last, let);
    if (!reader_expect(reader, TOKEN_EQUAL, "`=`"))
        return false;
    let->value = parse_phrase(reader);
    return let->value != NULL;
}

static bool parse_against(struct reader *reader, struct written_rule *rule)
{
    struct written_against *against = compile_take(reader->compile, sizeof *against);
    if (against == NULL)
        return false;
    against->span = reader->tokens.at[reader->at - 1].span;
    against->when = parse_phrase(reader);
    if (against->when == NULL || !reader_expect_sayings(reader, against->text, NULL))
        return false;
    LINK(rule->against, rule->against_last, against);
    return true;
}

static bool parse_marking(struct reader *reader, struct written_rule *rule)
{
    struct written_marking *mark = compile_take(reader->compile, sizeof *mark);
    if (mark == NULL)
        return false;
    mark->span = reader->tokens.at[reader->at - 1].span;
    mark->subject = parse_phrase(reader);
    if (mark->subject == NULL || !reader_expect_name(reader, "mark", KEYWORD_for, &mark->label))
        return false;
    const struct token *weight = reader_look(reader, 0);
    if (!reader_expect(reader, TOKEN_NUMBER, "number"))
        return false;
    mark->weight = weight->number;
    mark->weight_span = weight->span;
    if (!reader_expect_word(reader, KEYWORD_for) ||
        !reader_expect_duration(reader, &mark->span_for))
        return false;
    if (reader_accept_word(reader, KEYWORD_when)) {
        mark->when = parse_phrase(reader);
        if (mark->when == NULL)
            return false;
    }
    LINK(rule->mark, rule->mark_last, mark);
    return true;
}

struct clause {
    enum keyword word;
    bool (*parse)(struct reader *reader, struct written_rule *rule);
    ptrdiff_t once; /* where the rule keeps the word's span if it may stand once; else -1 */
};

#define ONCE(member) (ptrdiff_t) offsetof(struct written_rule, member)
static const struct clause CLAUSES[] = {
    {KEYWORD_title, parse_title, ONCE(title_span)},
    {KEYWORD_let, parse_let, -1},
    {KEYWORD_when, parse_when, ONCE(when_span)},
    {KEYWORD_score, parse_score, ONCE(score_span)},
    {KEYWORD_subject, parse_subject, ONCE(subject_span)},
    {KEYWORD_grade, parse_grade, ONCE(grade_span)},
    {KEYWORD_against, parse_against, -1},
    {KEYWORD_mark, parse_marking, -1},
    {KEYWORD_quiet, parse_quiet, ONCE(quiet_span)},
    {KEYWORD_respond, parse_respond, ONCE(respond_span)},
};
enum { CLAUSES_COUNT = sizeof CLAUSES / sizeof CLAUSES[0] };

static const struct clause *clause_find(enum keyword word)
{
    for (size_t i = 0; i < CLAUSES_COUNT; i++)
        if (CLAUSES[i].word == word)
            return &CLAUSES[i];
    return NULL;
}

static void no_clause(struct reader *reader, bool behind_clause)
{
    const struct token *token = reader_look(reader, 0);
    struct guess guess = guess_start(token->string);
    bool name = token->kind == TOKEN_NAME && token->keyword == KEYWORD_NONE;
    for (size_t i = 0; name && i < CLAUSES_COUNT; i++)
        guess_try(&guess, slice_of(keyword_word(CLAUSES[i].word)));
    enum keyword word = keyword_find_any_case(token->string);
    bool shouted = token->keyword == KEYWORD_NONE && word != KEYWORD_NONE;
    enum message message = behind_clause ? MESSAGE_CLAUSE_GOES_ON : MESSAGE_CLAUSE_EXPECTED;
    if (token->keyword == KEYWORD_then)
        message = MESSAGE_SEQUENCE_PLACE;
    complain(reader->compile, message,
             (struct complaint){.where = reader_where(reader),
                                .arg = {reader_found(reader)},
                                .suggestion = shouted ? slice_of(keyword_word(word)) : guess.best});
}

/* The second of two clauses of which one is allowed is read and forgotten. */
static bool parse_clause(struct reader *reader, struct written_rule *rule)
{
    const struct clause *clause = clause_find(reader_look(reader, 0)->keyword);
    struct span span = reader_take(reader)->span;
    if (clause->once < 0)
        return clause->parse(reader, rule);
    struct span *seen = (struct span *)(void *)((char *)rule + clause->once);
    if (seen->end == 0) {
        *seen = span;
        return clause->parse(reader, rule);
    }
    complain(reader->compile, MESSAGE_CLAUSE_TWICE,
             (struct complaint){
                 .where = span, .arg = {slice_of(keyword_word(clause->word))}, .related = *seen});
    struct written_rule forgotten = {0};
    return clause->parse(reader, &forgotten);
}

/* An expression that is followed by what cannot follow it was meant to go on: what it would mean
 * alone is of no interest. */
static void forget_clause(struct written_rule *rule, enum keyword word)
{
    switch (word) {
    case KEYWORD_when:
        rule->when = NULL;
        break;
    case KEYWORD_score:
        rule->score = NULL;
        break;
    case KEYWORD_let:
        rule->let_last->value = NULL;
        break;
    case KEYWORD_grade:
        rule->grading = NULL;
        break;
    default:
        break;
    }
}

static void parse_clauses(struct reader *reader, struct written_rule *rule, struct span open)
{
    enum keyword before = KEYWORD_NONE;
    while (!reader_is(reader, TOKEN_CLOSE_BRACE) && !at_top(reader)) {
        bool understood = false;
        enum keyword word = reader_look(reader, 0)->keyword;
        if (clause_find(word) != NULL) {
            understood = parse_clause(reader, rule);
        } else {
            no_clause(reader, before != KEYWORD_NONE);
            forget_clause(rule, before);
            (void)reader_take(reader);
        }
        before = understood ? word : KEYWORD_NONE;
        if (understood)
            continue;
        rule->broken = true;
        skip_inside(reader, at_clause);
    }
    close_body(reader, open);
}

static void parse_rule(struct reader *reader, struct written_set *set)
{
    struct written_rule *rule = compile_take(reader->compile, sizeof *rule);
    if (rule == NULL)
        return;
    (void)reader_take(reader);
    bool headed = reader_expect_name(reader, "name", KEYWORD_on, &rule->name) &&
                  reader_expect_word(reader, KEYWORD_on) &&
                  reader_expect_name(reader, "profile or kind", KEYWORD_NONE, &rule->on);
    if (headed) {
        LINK(set->rule, set->rule_last, rule);
    }
    reader->compile->gap |= !headed;
    struct span open;
    if (open_body(reader, headed, at_clause, &open))
        parse_clauses(reader, rule, open);
    else
        rule->broken = true;
}

/* ---- the file ---- */

static void no_top(struct reader *reader, struct written_set *set)
{
    const struct token *token = reader_look(reader, 0);
    struct guess guess = guess_start(token->string);
    if (token->kind == TOKEN_NAME) {
        guess_try(&guess, SLICE("profile"));
        guess_try(&guess, SLICE("rule"));
    }
    complain(reader->compile, MESSAGE_TOP_EXPECTED,
             (struct complaint){.where = reader_where(reader),
                                .arg = {reader_found(reader)},
                                .suggestion = guess.best});
    bool meant = guess.best.size != 0 && reader_look(reader, 1)->kind == TOKEN_NAME;
    if (meant && slice_equal(guess.best, SLICE("rule"))) {
        parse_rule(reader, set);
        return;
    }
    if (meant) {
        parse_profile(reader, set);
        return;
    }
    reader->compile->gap = true;
    while (!reader_is(reader, TOKEN_END)) {
        (void)reader_take(reader);
        bool begins =
            reader_is_word(reader, KEYWORD_profile) || reader_is_word(reader, KEYWORD_rule);
        if (begins && reader_look(reader, 0)->first_on_line)
            return;
    }
}

void parse_file(struct compile *compile, uint32_t file, struct written_set *set)
{
    struct reader reader = {.compile = compile, .set = set};
    if (!lex_file(compile, file, false, &reader.tokens)) {
        compile->gap = true;
        return;
    }
    while (!reader_is(&reader, TOKEN_END)) {
        if (reader_is_word(&reader, KEYWORD_profile))
            parse_profile(&reader, set);
        else if (reader_is_word(&reader, KEYWORD_rule))
            parse_rule(&reader, set);
        else
            no_top(&reader, set);
    }
}
