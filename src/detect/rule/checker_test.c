/* checker_test.c -- the tree that others walk: names found, types set, invariants kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "compile_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants those four first */
#include <cmocka.h>

static struct arena *arena;
static struct diags diags;

static int set_up(void **state)
{
    (void)state;
    return arena_create(&arena, 256 << 20) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static enum status check_files(const char *const *sources, uint32_t count,
                               const struct rule_set **out)
{
    struct rule_file files[8];
    diags = (struct diags){0};
    for (uint32_t i = 0; i < count; i++)
        files[i] = (struct rule_file){SLICE("t.cut"), slice_of(sources[i])};
    return rules_check(files, count, arena, &diags, out);
}

static const struct rule_set *check(const char *source)
{
    const struct rule_set *set = NULL;
    if (check_files(&source, 1, &set) != STATUS_OK && diags.count != 0)
        (void)fprintf(stderr, "C%u at %u\n", (unsigned)diags.diag[0].code,
                      diags.diag[0].where.start);
    assert_int_equal(diags.errors_count, 0);
    assert_non_null(set);
    return set;
}

static void assert_error(const char *source, enum message message)
{
    const struct rule_set *set = NULL;
    assert_int_equal(check_files(&source, 1, &set), STATUS_MALFORMED);
    assert_null(set);
    assert_int_equal(diags.errors_count, 1);
    assert_int_equal(diags.diag[0].code, message);
}

static void assert_text(const struct rule_set *set, const struct rule *rule,
                        const struct expr *expr, const char *wanted)
{
    char room[1024];
    struct text text = text_over(room, sizeof room);
    text_add_expr(&text, set, rule, expr);
    assert_string_equal(room, wanted);
}

static const char EVERYTHING[] =
    "profile line by call.caller, call.callee, sms.sender {\n"
    "  out   = count over 24h as call.caller\n"
    "  reach = distinct callee over 7d as caller where duration > 0s\n"
    "  talk  = mean duration over 90s\n"
    "  all   = distinct imsi over 1d\n"
    "  most  = max time over 30m\n"
    "  half  = quantile 0.5 duration over 1h\n"
    "  new   = fresh callee over 30d as caller\n"
    "  last_ = last cell over 1d\n"
    "}\n"
    "profile human by call.callee through person.phone, payment.payer through person.account,\n"
    "  report.person {\n"
    "  paid = sum amount * 2 - 1 CNY over 1d where channel != atm\n"
    "  risk = max line[caller].out over 1d\n"
    "}\n"
    "profile named by report.phones { times = count over 30d }\n"
    "rule zeta on call {\n"
    "  let second = -first / 2\n"
    "  let first = if duration is known then duration else 0s\n"
    "  when second > 1s and (first > 2s and caller is unknown) and true\n"
    "   and imei in (\"35-000000-000001-2\", \"350000000000023\") and line[caller].last_ = cell\n"
    "   and result in (busy, failed) and region(person(callee).region).population > 5\n"
    "  mark caller hot 0.8 for 7d\n"
    "  mark callee cold 1 for 1h when first > 3s\n"
    "}\n"
    "rule alpha on human {\n"
    "  title \"then\" \"随后\"\n"
    "  when call(c) then payment(p) within 2h and c.duration > 5m and amount > 99.5 CNY\n"
    "    and human.paid > 1000 CNY and human[person(p.payee)].risk > 3\n"
    "    and line[c.caller].talk > 1s and named[c.caller].times > 0 and p.time > c.time\n"
    "  subject person(payer) typology victim\n"
    "  grade high when p.amount > 5 CNY, low\n"
    "  respond stop_payment\n"
    "}\n";

/* ---- invariants, for every node ---- */

static unsigned depth_of(const struct rule *rule, const struct expr *expr)
{
    unsigned depth = 0;
    for (uint32_t i = 0; i < expr->args_count; i++) {
        unsigned below = depth_of(rule, expr->arg[i]);
        depth = below > depth ? below : depth;
    }
    if (expr->kind == EXPR_LET)
        depth = depth_of(rule, rule->let[expr->let].value);
    return depth + 1;
}

static void walk(const struct rule_set *set, const struct rule *rule, uint32_t lets,
                 const struct expr *expr, bool starts)
{
    if (expr == NULL)
        return;
    assert_true(expr->span.start < expr->span.end);
    assert_true(expr->type.class != TYPE_UNKNOWN);
    assert_true(starts || expr->type.class != TYPE_STRING);
    assert_true(depth_of(rule, expr) <= EXPR_DEPTH_MAX);
    if (expr->kind == EXPR_LET)
        assert_true(rule != NULL && expr->let < lets);
    if (expr->kind == EXPR_READ) {
        assert_true(expr->profile < set->profiles_count);
        assert_true(expr->feature < set->profile[expr->profile].features_count);
        assert_int_equal(expr->key_index == KEY_BY_EXPR, expr->args_count == 1);
    }
    for (uint32_t i = 0; i < expr->args_count; i++)
        walk(set, rule, lets, expr->arg[i],
             expr->kind == EXPR_CALL && expr->function == FUNCTION_starts && i == 1);
}

static void walk_rule(const struct rule_set *set, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->lets_count; i++)
        walk(set, rule, i, rule->let[i].value, false);
    for (uint32_t i = 0; i < rule->conditions_count; i++) {
        assert_int_equal(rule->condition[i]->type.class, TYPE_TRUTH);
        assert_true(rule->condition[i]->kind != EXPR_AND);
        walk(set, rule, rule->lets_count, rule->condition[i], false);
    }
    walk(set, rule, rule->lets_count, rule->score, false);
    walk(set, rule, rule->lets_count, rule->subject, false);
    for (uint32_t i = 0; i < rule->marks_count; i++)
        walk(set, rule, rule->lets_count, rule->mark[i].when, false);
}

static void walk_set(const struct rule_set *set)
{
    bool seen[PROFILES_MAX] = {0};
    for (uint32_t i = 0; i < set->profiles_count; i++) {
        const struct profile *profile = &set->profile[set->order[i]];
        assert_false(seen[set->order[i]]);
        seen[set->order[i]] = true;
        for (uint32_t k = 0; k < profile->features_count; k++) {
            const struct feature *feature = &profile->feature[k];
            assert_true(feature->kinds != 0 && feature->roles != 0);
            for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
                bool counted = (feature->kinds >> kind & 1) != 0;
                assert_int_equal(feature->value_of[kind] != NULL,
                                 counted && feature->value != NULL);
                assert_int_equal(feature->where_of[kind] != NULL,
                                 counted && feature->where != NULL);
                walk(set, NULL, 0, feature->value_of[kind], false);
                walk(set, NULL, 0, feature->where_of[kind], false);
            }
        }
    }
    for (uint32_t i = 0; i < set->rules_count; i++) {
        assert_true(i == 0 || slice_compare(set->rule[i - 1].name, set->rule[i].name) < 0);
        walk_rule(set, &set->rule[i]);
    }
}

static void the_tree_keeps_its_invariants(void **state)
{
    (void)state;
    const struct rule_set *set = check(EVERYTHING);
    walk_set(set);
    assert_int_equal(set->profiles_count, 3);
    assert_int_equal(set->rules_count, 2);
    assert_true(slice_equal(set->rule[0].name, SLICE("alpha")));
    assert_true(slice_equal(set->currency, SLICE("CNY")));
    assert_int_equal(set->currency_digits, 2);
    /* `human` reads `line`, so `line` comes first, though all may stand in any order */
    assert_int_equal(set->order[0], 0);
    assert_int_equal(set->order[1], 1);
}

static void kinds_and_roles(void **state)
{
    (void)state;
    const struct rule_set *set = check(EVERYTHING);
    const struct profile *line = &set->profile[0];
    assert_int_equal(line->entity.name, FIELD_PHONE);
    /* out: one role of three */
    assert_int_equal(line->feature[0].roles, 1);
    assert_int_equal(line->feature[0].kinds, 1u << RECORD_call);
    /* talk: both phones of a call; a message has no duration */
    assert_int_equal(line->feature[2].roles, 3);
    assert_int_equal(line->feature[2].kinds, 1u << RECORD_call);
    /* all: messages have an imsi, too, in another place */
    assert_int_equal(line->feature[3].roles, 7);
    assert_int_equal(line->feature[3].kinds, 1u << RECORD_call | 1u << RECORD_sms);
    assert_int_equal(line->feature[3].value_of[RECORD_call]->field, FIELD_OF(call, imsi));
    assert_int_equal(line->feature[3].value_of[RECORD_sms]->field, FIELD_OF(sms, imsi));
    assert_ptr_equal(line->feature[3].value, line->feature[3].value_of[RECORD_call]);

    const struct profile *human = &set->profile[1];
    assert_int_equal(human->entity.name, FIELD_PERSON);
    assert_true(human->key[0].through);
    assert_int_equal(human->key[0].register_field, FIELD_OF(person, phone));
    assert_false(human->key[2].through);
    /* paid: reports have an amount, but no channel */
    assert_int_equal(human->feature[0].kinds, 1u << RECORD_payment);
    /* risk reads line[caller]: of calls only */
    assert_int_equal(human->feature[1].kinds, 1u << RECORD_call);
    assert_int_equal(human->feature[1].type.class, TYPE_NUMBER);
}

static void types_of_features(void **state)
{
    (void)state;
    const struct rule_set *set = check(EVERYTHING);
    static const enum type_class CLASSES[] = {TYPE_NUMBER, TYPE_NUMBER, TYPE_DURATION,
                                              TYPE_NUMBER, TYPE_MOMENT, TYPE_DURATION,
                                              TYPE_TRUTH,  TYPE_NAME};
    for (uint32_t i = 0; i < set->profile[0].features_count; i++)
        assert_int_equal(set->profile[0].feature[i].type.class, CLASSES[i]);
    assert_int_equal(set->profile[0].feature[7].type.name, FIELD_CELL);
    assert_int_equal(set->profile[1].feature[0].type.class, TYPE_MONEY);
    const struct expr *paid = set->profile[1].feature[0].value;
    assert_true(paid->arg[1]->number == 100); /* minor units */
}

static void lets_stand_in_the_order_of_their_use(void **state)
{
    (void)state;
    const struct rule_set *set = check(EVERYTHING);
    const struct rule *zeta = &set->rule[1];
    assert_int_equal(zeta->lets_count, 2);
    assert_true(slice_equal(zeta->let[0].name, SLICE("first")));
    assert_text(set, zeta, zeta->let[0].value, "if duration is known then duration else 0s");
    assert_text(set, zeta, zeta->let[1].value, "-first / 2");
    assert_int_equal(zeta->let[1].value->type.class, TYPE_DURATION);
}

static void conditions_are_the_conjuncts(void **state)
{
    (void)state;
    const struct rule_set *set = check(EVERYTHING);
    const struct rule *zeta = &set->rule[1];
    static const char *const WANTED[] = {"second > 1s",
                                         "first > 2s",
                                         "caller is unknown",
                                         "true",
                                         "imei in (\"35000000000001\", \"35000000000002\")",
                                         "line[caller].last_ = cell",
                                         "result in (busy, failed)",
                                         "region(person(callee).region).population > 5"};
    assert_int_equal(zeta->conditions_count, sizeof WANTED / sizeof WANTED[0]);
    for (uint32_t i = 0; i < zeta->conditions_count; i++)
        assert_text(set, zeta, zeta->condition[i], WANTED[i]);
    const struct expr *in = zeta->condition[4];
    assert_true(ident_equal(in->arg[1]->name, ident_of(SLICE("35000000000001"))));
    const struct expr *busy = zeta->condition[6]->arg[1];
    assert_int_equal(busy->kind, EXPR_NUMBER);
    assert_int_equal(busy->type.class, TYPE_CHOICE);
    assert_true(busy->number == 1);
    assert_int_equal(zeta->marks_count, 2);
    assert_int_equal(zeta->mark[0].span_ms, 7LL * DAY_MS);
    assert_null(zeta->subject);
    assert_int_equal(zeta->quiet_ms, DAY_MS);
}

static void sequences(void **state)
{
    (void)state;
    const struct rule_set *set = check(EVERYTHING);
    const struct rule *alpha = &set->rule[0];
    assert_int_equal(alpha->on, RECORD_payment);
    assert_true(alpha->sequence.present);
    assert_int_equal(alpha->sequence.profile, 1);
    assert_int_equal(alpha->sequence.first_kind, RECORD_call);
    assert_int_equal(alpha->sequence.within_ms, 2 * HOUR_MS);
    const struct expr *duration = alpha->condition[0]->arg[0];
    assert_int_equal(duration->step, 1);
    assert_int_equal(duration->record_kind, RECORD_call);
    const struct expr *amount = alpha->condition[1]->arg[0];
    assert_int_equal(amount->step, 0);
    assert_int_equal(amount->record_kind, RECORD_payment);
    assert_true(alpha->condition[1]->arg[1]->number == 9950);
    const struct expr *paid = alpha->condition[2]->arg[0];
    assert_int_equal(paid->key_index, KEY_OF_SEQUENCE);
    assert_int_equal(paid->args_count, 0);
    assert_int_equal(alpha->condition[3]->arg[0]->key_index, KEY_BY_EXPR);
    assert_text(set, alpha, alpha->condition[1], "p.amount > 99.50 CNY");
    assert_text(set, alpha, alpha->subject, "person(p.payer)");
    assert_int_equal(alpha->subject->type.name, FIELD_PERSON);
    assert_int_equal(alpha->gradings_count, 2);
    assert_int_equal(alpha->respond, RESPOND_STOP_PAYMENT);

    set =
        check("profile p by call.caller { n = count over 1d }\nrule r on p {\n title \"a\" \"b\"\n"
              "when call(a) then call(b) within 1h subject b.caller typology scam_caller }");
    assert_int_equal(set->rule->conditions_count, 0);
}

static void one_key_needs_no_brackets(void **state)
{
    (void)state;
    const struct rule_set *set =
        check("profile p by sms.sender, call.caller { n = count over 1d }\n"
              "rule r on call { when p.n > 1 mark caller m 1 for 1d }\n");
    assert_int_equal(set->rule->condition[0]->arg[0]->key_index, 1);
}

static void literals_take_their_type(void **state)
{
    (void)state;
    const struct rule_set *set =
        check("rule r on call { when \"110\" = callee and busy = result and unknown != cell"
              " and known_or(result, answered) = busy and (if caller is known then unknown else"
              " imsi) = \"460\" and tac(imei) = \"35000000\" and starts(caller, \"+852\")"
              " and not \"C1\" in (cell, \"C2\") mark caller m 1 for 1d }");
    const struct rule *rule = set->rule;
    assert_int_equal(rule->condition[0]->arg[0]->type.name, FIELD_PHONE);
    assert_int_equal(rule->condition[1]->arg[0]->type.class, TYPE_CHOICE);
    assert_int_equal(rule->condition[2]->arg[0]->type.name, FIELD_CELL);
    assert_int_equal(rule->condition[3]->arg[0]->arg[1]->type.class, TYPE_CHOICE);
    assert_int_equal(rule->condition[4]->arg[0]->arg[1]->type.name, FIELD_IMSI);
    assert_int_equal(rule->condition[5]->arg[1]->type.name, FIELD_TEXT);
    assert_int_equal(rule->condition[6]->arg[1]->type.class, TYPE_STRING);
    walk_set(set);
}

static void arithmetic_of_units(void **state)
{
    (void)state;
    const struct rule_set *set =
        check("profile p by call.imei { n = count over 1d t = sum duration over 1d }\n"
              "rule r on call { when time - 5s < time + duration and time - time = 2 * duration"
              " and duration * 0.5 / 2 > 1s and duration / duration > 0.5 and p.n / 3 > 1"
              " and abs(-duration) < floor(p.t / 7) and mod(duration, 1m) = 0s"
              " and min(time, time) = max(time, time) mark caller m 1 for 1d }");
    walk_set(set);
    assert_error("rule r on call { when duration + time > time mark caller m 1 for 1d }",
                 MESSAGE_ARITHMETIC);
    assert_error("rule r on call { when time * 2 > time mark caller m 1 for 1d }",
                 MESSAGE_ARITHMETIC);
    assert_error("rule r on call { when 1 / duration > 5 mark caller m 1 for 1d }",
                 MESSAGE_ARITHMETIC);
}

/* ---- canonical text, compiled again, is the same tree ---- */

static void canonical_text_comes_back(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {
        "a or b and not c",
        "(a or b) and c or a",
        "not (a and b)",
        "not not a",
        "a = (not b)",
        "(a = b) = c",
        "n - (n - n) > n - n - n",
        "n / (n * n) > n / n * n",
        "-(-n) > -n",
        "-(n + n) > - n * n",
        "(if a then n else n + 1) + 1 > 0",
        "n > if a then n else n + 1",
        "a and (if b then c else a)",
        "caller not in (\"110\", \"95588\")",
        "caller not in list l or caller in list m",
        "caller not marked m and mark(caller, m) > 0.125",
        "known_or(caller, callee) is unknown",
        "n in (1, 0.5, 1_000_000)",
        "holds(a, not b, a or c) >= 2",
        "x > 90s and x != 1h and x > 1500ms and x < 1.5h",
        "person(caller).birth_year > 1960 or person(caller) = person(callee)",
        "result not in (busy, no_answer)"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        char source[2048];
        char room[1024];
        static const char FRAME[] = "rule r on call { let a = duration > 1s let b = cell is known "
                                    "let c = imsi is known let n = digits(caller) let x = duration "
                                    "when %s and a and b and c and x > 1s and n > 1 "
                                    "mark caller m 1 for 1d }";
        char wrapped[1100];
        (void)snprintf(wrapped, sizeof wrapped, "(%s)", TEXTS[i]);
        (void)snprintf(source, sizeof source, FRAME, wrapped);
        const struct rule_set *set = check(source);
        struct digest digest = set->digest;
        struct text text = text_over(room, sizeof room);
        uint32_t own = set->rule->conditions_count - 5;
        for (uint32_t k = 0; k < own; k++) {
            text_add_string(&text, k == 0 ? "(" : " and (");
            text_add_expr(&text, set, set->rule, set->rule->condition[k]);
            text_add_char(&text, ')');
        }
        (void)snprintf(source, sizeof source, FRAME, room);
        set = check(source);
        assert_memory_equal(&digest, &set->digest, sizeof digest);
    }
}

/* ---- the digest ---- */

static struct digest digest_of_sources(const char *const *sources, uint32_t count)
{
    const struct rule_set *set = NULL;
    struct digest digest;
    assert_int_equal(check_files(sources, count, &set), STATUS_OK);
    rules_digest(set, arena, &digest);
    return digest;
}

static void the_digest_is_of_the_meaning(void **state)
{
    (void)state;
    static const char A[] =
        "profile p by call.imei { n = count over 24h m = distinct imsi over 1d }";
    static const char A2[] =
        "-- a comment\nprofile p by call.imei {\n\n m = distinct imsi over 24h\n"
        " n = count over 1440m }";
    static const char B[] = "rule r on call { when p.n > 1_0 and p.m > 1 and caller is unknown mark"
                            " caller m 1 for 1d }";
    struct digest one = digest_of_sources((const char *const[]){A, B}, 2);
    struct digest two = digest_of_sources((const char *const[]){B, A}, 2);
    assert_memory_equal(&one, &two, sizeof one);
    struct digest three = digest_of_sources(
        (const char *const[]){A2, "rule r on call { when (p.n > 10 and p.m > 1) and not caller is"
                                  " known mark caller m 1.0 for 24h }"},
        2);
    assert_memory_equal(&one, &three, sizeof one);
    struct digest other = digest_of_sources(
        (const char *const[]){A, "rule r on call { when p.n > 10 and p.m > 1 and caller is known"
                                 " mark caller m 1 for 1d }"},
        2);
    assert_memory_not_equal(&one, &other, sizeof one);
}

/* ---- errors do not breed ---- */

static void no_cascades(void **state)
{
    (void)state;
    /* a broken feature, key, let, profile or sequence is complained about where it is, once */
    assert_error("profile p by call.imei { a = distinct oops over 1d }\n"
                 "profile q by call.imei { x = count over 1d where p.a > 5 }\n"
                 "rule r on call { let y = p.a / 2 let z = y + 1 when z > 5 and q.x > 1"
                 " score z mark caller m 1 for 1d }",
                 MESSAGE_UNKNOWN_FIELD);
    assert_error("profile p by call.imeii { a = count over 1d }\n"
                 "rule r on call { when p.a > 1 and p[imei].a > 1 mark caller m 1 for 1d }",
                 MESSAGE_UNKNOWN_FIELD);
    assert_error("rule r on cal { when duration > 5s and oops > 1 mark caller m 1 for 1d }",
                 MESSAGE_UNKNOWN_ON);
    assert_error("profile p by call.caller { a = count over 1d } profile by call.imei { }\n"
                 "rule r on call { when q.a > 1 mark caller m 1 for 1d }",
                 MESSAGE_EXPECTED);
    assert_error("rule r on p { when call(c) then pay(p) within 1h and p.amount > 5 CNY and"
                 " c.duration > 5s mark p.payer m 1 for 1d }\n"
                 "profile p_ by call.caller { a = count over 1d }",
                 MESSAGE_UNKNOWN_ON);
}

static void errors_push_warnings_out(void **state)
{
    (void)state;
    char source[8192];
    struct text text = text_over(source, sizeof source);
    text_add_string(&text, "rule r on call {\n when true\n");
    for (int i = 0; i < 30; i++)
        text_addf(&text, " let l%d = duration\n", i);
    text_add_string(&text, " mark caller m 1 for 1d\n}\n");
    const struct rule_set *set = check(source); /* 30 unused lets and a mark */
    assert_non_null(set);
    assert_int_equal(diags.count, DIAGS_MAX);
    assert_int_equal(diags.dropped, 31 - DIAGS_MAX);
    const struct diags before = diags;
    struct rule_file file = {SLICE("t.cut"), SLICE("rule r on call { when oops mark caller m 1"
                                                   " for 1d }")};
    assert_int_equal(rules_check(&file, 1, arena, &diags, &set), STATUS_MALFORMED);
    assert_int_equal(diags.count, DIAGS_MAX);
    assert_int_equal(diags.dropped, before.dropped + 1);
    assert_int_equal(diags.errors_count, 1);
}

static void diagnostics_come_by_place(void **state)
{
    (void)state;
    const struct rule_set *set = NULL;
    static const char *const SOURCES[] = {
        "rule r on call { when oops > 1 score \"x\" subject caller typology gateway quiet 5 }",
        "profile p by call.imei { a = cuont over 1d b = distinct x over 1d }"};
    assert_int_equal(check_files(SOURCES, 2, &set), STATUS_MALFORMED);
    assert_true(diags.count >= 5);
    for (uint32_t i = 1; i < diags.count; i++) {
        const struct span *a = &diags.diag[i - 1].where;
        const struct span *b = &diags.diag[i].where;
        assert_true(a->file < b->file || (a->file == b->file && a->start <= b->start));
    }
}

static void more_rules_than_fit(void **state)
{
    (void)state;
    size_t size = 128 * (RULES_MAX + 1);
    char *source = malloc(size);
    assert_non_null(source);
    struct text text = text_over(source, size);
    for (int i = 0; i < RULES_MAX; i++)
        text_addf(&text, "rule r%04d on call { when caller marked m mark caller m 1 for 1d }\n", i);
    const struct rule_set *set = check(source);
    assert_int_equal(set->rules_count, RULES_MAX);
    text_add_string(&text, "rule last on call { when caller marked m mark caller m 1 for 1d }\n");
    assert_error(source, MESSAGE_TOO_MANY);
    free(source);
}

/* ---- memory that runs out, at every take ---- */

static void memory_runs_out(void **state)
{
    (void)state;
    const char *source = EVERYTHING;
    static const char WRONG[] =
        "profile p by call.imei { a = cuont over 1d b = distinct imsy over 1d"
        " c = count imsi over 1d }\nrule r on call { when duration > 5 and"
        " p.q > 1 and x = 'y' subject caller typology gateway quiet 24 h }";
    const char *const SOURCES[] = {source, WRONG};
    for (size_t s = 0; s < 2; s++) {
        enum status wanted = s == 0 ? STATUS_OK : STATUS_MALFORMED;
        enum status status = STATUS_FULL;
        uint64_t k = 1;
        for (; status == STATUS_FULL; k++) {
            const struct rule_set *set = NULL;
            arena_reset(arena);
            arena_fail_at(arena, k);
            status = check_files(&SOURCES[s], 1, &set);
            assert_true(status == STATUS_FULL || status == wanted);
            assert_int_equal(set != NULL, status == STATUS_OK);
        }
        arena_fail_at(arena, 0);
        assert_true(k > 50);
        struct slice formatted;
        status = STATUS_FULL;
        for (k = 1; status == STATUS_FULL && s == 0; k++) {
            arena_reset(arena);
            arena_fail_at(arena, k);
            diags = (struct diags){0};
            status = rules_format(slice_of(source), SLICE("t.cut"), arena, &diags, &formatted);
            assert_true(status == STATUS_FULL || status == STATUS_OK);
        }
        arena_fail_at(arena, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_tree_keeps_its_invariants, set_up, tear_down),
        cmocka_unit_test_setup_teardown(kinds_and_roles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(types_of_features, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lets_stand_in_the_order_of_their_use, set_up, tear_down),
        cmocka_unit_test_setup_teardown(conditions_are_the_conjuncts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sequences, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_key_needs_no_brackets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(literals_take_their_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(arithmetic_of_units, set_up, tear_down),
        cmocka_unit_test_setup_teardown(canonical_text_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_digest_is_of_the_meaning, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_cascades, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_push_warnings_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(diagnostics_come_by_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_rules_than_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_runs_out, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
