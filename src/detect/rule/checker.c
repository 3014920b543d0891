/* checker.c -- rules: their trigger, their clauses, and what a rule must have.
 *
 * Invariants:  1. A complaint is never made about what rests on a complaint: what could not be
 *                 understood is NULL, and NULL is passed over in silence.
 *              2. Warnings come only when there is no error: half a rule set looks full of unused
 *                 things. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checker_inside.h"

#include <stdlib.h>

static const struct type NUMBER = {.class = TYPE_NUMBER};

/* ---- the trigger ---- */

static void check_step_name(struct scope *scope, struct word name)
{
    enum record_kind kind;
    enum function function;
    struct slice what = {0};
    if (profile_index(scope->checker, name.text) >= 0)
        what = SLICE("profile");
    else if (kind_find(name.text, &kind))
        what = SLICE("kind of record");
    else if (function_find(name.text, &function))
        what = SLICE("function");
    if (what.size != 0)
        complain(scope->checker->compile, MESSAGE_NAME_TAKEN,
                 (struct complaint){.where = name.span, .arg = {name.text, what}});
}

/* The kind of a step, which must feed the profile; false: complained. */
static bool check_step(struct scope *scope, unsigned profile, struct word kind, struct word name,
                       enum record_kind *out)
{
    struct checker *checker = scope->checker;
    const struct profile *of = &checker->set->profile[profile];
    check_step_name(scope, name);
    if (!event_find(kind.text, out)) {
        complain_kind(checker, kind);
        return false;
    }
    if (!checker->notes[profile].entity_known)
        return true;
    for (uint32_t i = 0; i < of->keys_count; i++)
        if (of->key[i].kind == *out)
            return true;
    complain(
        checker->compile, MESSAGE_SEQUENCE_KIND,
        (struct complaint){.where = kind.span, .arg = {kind.text, of->name}, .related = of->span});
    return false;
}

/* false: the fields of the rule's conditions cannot be known. */
static bool check_sequence(struct scope *scope, const struct written_rule *written,
                           unsigned profile)
{
    const struct written_sequence *said = &written->sequence;
    struct sequence *sequence = &scope->rule->sequence;
    *sequence = (struct sequence){.present = true,
                                  .profile = profile,
                                  .first_name = said->first_name.text,
                                  .second_name = said->second_name.text,
                                  .within_ms = said->within.ms};
    if (slice_equal(sequence->first_name, sequence->second_name))
        complain(scope->checker->compile, MESSAGE_STEP_TWICE,
                 (struct complaint){.where = said->second_name.span,
                                    .arg = {sequence->second_name},
                                    .related = said->first_name.span});
    scope->has_first =
        check_step(scope, profile, said->first_kind, said->first_name, &sequence->first_kind);
    scope->first_kind = sequence->first_kind;
    (void)check_duration(scope->checker, said->within, "`within`");
    enum record_kind kind;
    if (!check_step(scope, profile, said->second_kind, said->second_name, &kind))
        return false;
    scope->kind = kind;
    scope->rule->on = kind;
    return true;
}

static bool complain_on(struct checker *checker, struct word on)
{
    enum record_kind kind;
    if (kind_find(on.text, &kind)) {
        complain_kind(checker, on);
        return false;
    }
    if (checker->compile->gap)
        return false;
    struct guess guess = guess_start(on.text);
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++)
        if (kind_schema((enum record_kind)k)->group == GROUP_EVENT)
            guess_try(&guess, slice_of(kind_schema((enum record_kind)k)->name));
    for (uint32_t i = 0; i < checker->set->profiles_count; i++)
        guess_try(&guess, checker->set->profile[i].name);
    complain(checker->compile, MESSAGE_UNKNOWN_ON,
             (struct complaint){.where = on.span, .arg = {on.text}, .suggestion = guess.best});
    return false;
}

/* What the rule is about; false: its expressions cannot be looked at. */
static bool check_on(struct scope *scope, const struct written_rule *written)
{
    struct checker *checker = scope->checker;
    struct complaint complaint = {.where = written->on.span, .arg = {written->on.text}};
    enum record_kind kind;
    if (event_find(written->on.text, &kind)) {
        scope->kind = kind;
        scope->rule->on = kind;
        if (!written->sequence.present)
            return true;
        if (written->sequence.span.end != 0)
            complaint.related = written->sequence.span;
        complain(checker->compile, MESSAGE_SEQUENCE_ON_KIND, complaint);
        return false;
    }
    int profile = profile_index(checker, written->on.text);
    if (profile < 0)
        return complain_on(checker, written->on);
    if (written->sequence.present)
        return written->sequence.span.end != 0 && check_sequence(scope, written, (unsigned)profile);
    if (!written->broken)
        complain(checker->compile, MESSAGE_SEQUENCE_MISSING, complaint);
    return false;
}

/* ---- clauses ---- */

static uint32_t count_conditions(const struct expr *expr)
{
    if (expr->kind != EXPR_AND)
        return 1;
    return count_conditions(expr->arg[0]) + count_conditions(expr->arg[1]);
}

static void split_conditions(struct rule *rule, struct expr *expr)
{
    if (expr->kind == EXPR_AND) {
        split_conditions(rule, expr->arg[0]);
        split_conditions(rule, expr->arg[1]);
        return;
    }
    rule->condition[rule->conditions_count++] = expr;
}

static void complain_many(struct checker *checker, struct span where, const char *what, int most)
{
    complain(
        checker->compile, MESSAGE_TOO_MANY,
        (struct complaint){.where = where,
                           .arg = {slice_of(what), compile_text(checker->compile, "%d", most)}});
}

static void check_when(struct scope *scope, const struct written_rule *written)
{
    if (written->when == NULL)
        return;
    struct expr *when = check_truth(scope, written->when, "`when`");
    if (when == NULL)
        return;
    uint32_t count = count_conditions(when);
    if (count > CONDITIONS_MAX) {
        complain_many(scope->checker, written->when_span, "conditions", CONDITIONS_MAX);
        return;
    }
    struct expr **condition = compile_take(scope->checker->compile, count * sizeof *condition);
    scope->rule->condition = condition;
    if (condition != NULL)
        split_conditions(scope->rule, when);
}

/* A field of the trigger that could be accused instead. */
static struct slice find_subject(enum record_kind kind, enum field_type wanted)
{
    const struct kind_schema *schema = kind_schema(kind);
    for (unsigned i = 0; i < schema->fields_count; i++)
        if (schema->fields[i].type == wanted)
            return slice_of(schema->fields[i].name);
    return (struct slice){0};
}

static void check_label(struct scope *scope, struct word label, bool *known)
{
    *known = label_find(label.text, &scope->rule->label);
    if (*known)
        return;
    struct guess guess = guess_start(label.text);
    char room[256];
    struct text text = text_over(room, sizeof room);
    for (unsigned i = 0; i < LABELS_COUNT; i++) {
        guess_try(&guess, slice_of(label_name((enum label)i)));
        text_addf(&text, "%s`%s`", i == 0 ? "" : " ", label_name((enum label)i));
    }
    complain(
        scope->checker->compile, MESSAGE_UNKNOWN_LABEL,
        (struct complaint){.where = label.span,
                           .arg = {label.text, compile_text(scope->checker->compile, "%s", room)},
                           .suggestion = guess.best});
}

static void check_subject(struct scope *scope, const struct written_rule *written)
{
    if (written->subject == NULL)
        return;
    struct compile *compile = scope->checker->compile;
    bool known = false;
    if (written->label.text.size != 0)
        check_label(scope, written->label, &known);
    struct type wanted = {.class = TYPE_NAME, .name = FIELD_PHONE};
    if (known)
        wanted.name = label_subject(scope->rule->label);
    struct expr *subject = check_expr(scope, written->subject, known ? &wanted : NULL);
    scope->rule->subject = subject;
    if (subject == NULL || !known || type_equal(subject->type, wanted))
        return;
    struct slice better = {0};
    bool owned = subject->type.class == TYPE_NAME &&
                 (subject->type.name == FIELD_PHONE || subject->type.name == FIELD_ACCOUNT);
    if (wanted.name == FIELD_PERSON && owned)
        better = compile_text(compile, "person(%.*s)", SHOW(source_of(scope, written->subject)));
    else
        better = find_subject(scope->kind, wanted.name);
    complain(compile, MESSAGE_SUBJECT_TYPE,
             (struct complaint){.where = written->subject->span,
                                .arg = {written->label.text, type_key(compile, wanted),
                                        type_key(compile, subject->type)},
                                .suggestion = better});
}

static void check_grades(struct scope *scope, const struct written_rule *written)
{
    const struct written_grading *seen[GRADE_EXTREME + 1] = {0};
    struct rule *rule = scope->rule;
    for (const struct written_grading *said = written->grading; said != NULL; said = said->next) {
        struct expr *when = NULL;
        if (said->when != NULL)
            when = check_truth(scope, said->when, "`grade`");
        if (seen[said->grade] != NULL) {
            complain(scope->checker->compile, MESSAGE_GRADE_TWICE,
                     (struct complaint){.where = said->span,
                                        .arg = {slice_of(grade_name(said->grade))},
                                        .related = seen[said->grade]->span});
            continue;
        }
        seen[said->grade] = said;
        rule->grading[rule->gradings_count++] =
            (struct grading){.grade = said->grade, .span = said->span, .when = when};
    }
}

static void check_against(struct scope *scope, const struct written_rule *written)
{
    struct rule *rule = scope->rule;
    rule->against = compile_take(scope->checker->compile, AGAINST_MAX * sizeof *rule->against);
    if (rule->against == NULL)
        return;
    for (const struct written_against *said = written->against; said != NULL; said = said->next) {
        if (rule->against_count == AGAINST_MAX) {
            complain_many(scope->checker, said->span, "counter-evidence", AGAINST_MAX);
            return;
        }
        struct against *against = &rule->against[rule->against_count++];
        against->when = check_truth(scope, said->when, "`against`");
        for (unsigned i = 0; i < TONGUES_COUNT; i++)
            against->text[i] = said->text[i];
    }
}

static void check_marks(struct scope *scope, const struct written_rule *written)
{
    struct compile *compile = scope->checker->compile;
    struct rule *rule = scope->rule;
    for (const struct written_marking *said = written->mark; said != NULL; said = said->next) {
        if (rule->marks_count == MARKS_PER_RULE_MAX) {
            complain_many(scope->checker, said->span, "marks", MARKS_PER_RULE_MAX);
            return;
        }
        struct expr *subject = check_expr(scope, said->subject, NULL);
        if (subject != NULL && subject->type.class != TYPE_NAME)
            complain(compile, MESSAGE_MARK_OF_NAMES,
                     (struct complaint){.where = said->subject->span,
                                        .arg = {type_key(compile, subject->type)}});
        (void)check_duration(scope->checker, said->span_for, "`for`");
        struct expr *when = NULL;
        if (said->when != NULL)
            when = check_truth(scope, said->when, "`mark`");
        rule->mark[rule->marks_count++] = (struct marking){.subject = subject,
                                                           .label = said->label.text,
                                                           .label_span = said->label.span,
                                                           .weight = said->weight,
                                                           .span_ms = said->span_for.ms,
                                                           .when = when};
    }
}

/* ---- what a rule must have ---- */

static void check_title(const struct scope *scope, const struct written_rule *written)
{
    if (written->title_span.end == 0)
        return;
    for (unsigned i = 0; i < TONGUES_COUNT; i++)
        if (written->title_at[i].end != 0 && written->title[i].size == 0)
            complain(scope->checker->compile, MESSAGE_TITLE_EMPTY,
                     (struct complaint){.where = written->title_at[i]});
}

static void check_parts(const struct scope *scope, const struct written_rule *written)
{
    struct compile *compile = scope->checker->compile;
    struct complaint complaint = {.where = written->name.span, .arg = {written->name.text}};
    if (written->broken)
        return; /* the missing clause may be the one that was not understood */
    if (written->when_span.end == 0) {
        const struct written_marking *mark = written->mark;
        for (; mark != NULL; mark = mark->next)
            if (mark->when != NULL)
                complaint.related = mark->when->span;
        complain(compile, MESSAGE_WHEN_MISSING, complaint);
        return;
    }
    bool accuses = written->subject_span.end != 0;
    if (!accuses && written->mark == NULL)
        complain(compile, MESSAGE_END_MISSING, complaint);
    else if (accuses && written->title_span.end == 0)
        complain(compile, MESSAGE_TITLE_MISSING, complaint);
}

static void check_rule(struct checker *checker, const struct written_rule *written,
                       struct rule *rule)
{
    struct scope scope = {.checker = checker, .own_profile = -1, .rule = rule};
    *rule = (struct rule){.name = written->name.text,
                          .span = written->name.span,
                          .quiet_ms = written->quiet_span.end == 0 ? DAY_MS : written->quiet.ms,
                          .respond = written->respond};
    for (unsigned i = 0; i < TONGUES_COUNT; i++)
        rule->title[i] = written->title[i];
    check_title(&scope, written);
    check_parts(&scope, written);
    if (written->quiet_span.end != 0 && written->quiet.span.end != 0)
        (void)check_duration(checker, written->quiet, "`quiet`");
    if (!check_on(&scope, written))
        return;
    check_lets(&scope, written);
    check_when(&scope, written);
    if (written->score != NULL)
        rule->score = check_typed(&scope, written->score, NUMBER, "`score`");
    check_subject(&scope, written);
    check_grades(&scope, written);
    check_against(&scope, written);
    check_marks(&scope, written);
}

/* ---- the set ---- */

static int compare_rules(const void *a, const void *b)
{
    const struct rule *one = a;
    const struct rule *two = b;
    return slice_compare(one->name, two->name);
}

static const struct rule *find_rule(const struct rule_set *set, struct slice name)
{
    for (uint32_t i = 0; i < set->rules_count; i++)
        if (slice_equal(set->rule[i].name, name))
            return &set->rule[i];
    return NULL;
}

static void check_rules(struct checker *checker)
{
    struct rule_set *set = checker->set;
    const struct written_rule *written = checker->written->rule;
    uint32_t count = 0;
    for (; written != NULL && count <= RULES_MAX; written = written->next)
        count++;
    set->rule = compile_take(checker->compile, count * sizeof *set->rule);
    if (set->rule == NULL)
        return;
    for (written = checker->written->rule; written != NULL; written = written->next) {
        if (set->rules_count == RULES_MAX) {
            complain_many(checker, written->name.span, "rules", RULES_MAX);
            break;
        }
        const struct rule *same = find_rule(set, written->name.text);
        check_rule(checker, written, &set->rule[set->rules_count]);
        if (same == NULL) {
            set->rules_count++;
            continue;
        }
        complain(checker->compile, MESSAGE_RULE_TWICE,
                 (struct complaint){.where = written->name.span,
                                    .arg = {written->name.text},
                                    .related = same->span});
    }
    if (set->rules_count != 0)
        qsort(set->rule, set->rules_count, sizeof *set->rule, compare_rules);
}

static int compare_diags(const void *a, const void *b)
{
    const struct diag *one = a;
    const struct diag *two = b;
    if (one->where.file != two->where.file)
        return one->where.file < two->where.file ? -1 : 1;
    if (one->where.start != two->where.start)
        return one->where.start < two->where.start ? -1 : 1;
    return (one->code > two->code) - (one->code < two->code);
}

static void check_set(struct compile *compile, struct rule_set *set)
{
    struct written_set written = {0};
    struct checker *checker = compile_take(compile, sizeof *checker);
    if (checker == NULL)
        return;
    *checker = (struct checker){.compile = compile, .written = &written, .set = set};
    for (uint32_t i = 0; i < compile->files_count; i++)
        parse_file(compile, i, &written);
    set->currency = written.currency.text.size == 0 ? SLICE("CNY") : written.currency.text;
    set->currency_digits = currency_digits(set->currency);
    check_profiles(checker);
    check_rules(checker);
    if (compile->diags->errors_count != compile->errors_before || compile->status != STATUS_OK)
        return;
    digest_set(compile, set);
    lint(checker);
    flow_remember(checker);
}

enum status rules_check(const struct rule_file *files, uint32_t files_count, struct arena *image,
                        struct diags *diags, const struct rule_set **out)
{
    uint32_t before = diags->count;
    struct rule_set *set;
    struct rule_file *copies;
    TRY(ARENA_NEW(image, 1, &set));
    TRY(ARENA_NEW(image, files_count, &copies));
    for (uint32_t i = 0; i < files_count; i++)
        copies[i] = files[i];
    set->files_count = files_count;
    set->file = copies;
    struct compile compile = {.arena = image,
                              .diags = diags,
                              .files = copies,
                              .files_count = files_count,
                              .errors_before = diags->errors_count};
    check_set(&compile, set);
    qsort(diags->diag + before, diags->count - before, sizeof *diags->diag, compare_diags);
    TRY(compile.status);
    if (diags->errors_count != compile.errors_before)
        return STATUS_MALFORMED;
    *out = set;
    return STATUS_OK;
}

void rules_digest(const struct rule_set *set, struct arena *scratch, struct digest *out)
{
    (void)scratch;
    *out = set->digest;
}
