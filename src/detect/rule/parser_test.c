/* parser_test.c -- what binds to what, and how the parser goes on after an error. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "parser_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants those four first */
#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct rule_file file;
    struct diags diags;
    struct compile compile;
    struct written_set set;
};

static struct fixture fixture;

static int set_up(void **state)
{
    (void)state;
    fixture = (struct fixture){0};
    return arena_create(&fixture.arena, 64 << 20) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(fixture.arena);
    return 0;
}

static void parse(const char *source)
{
    fixture.file = (struct rule_file){SLICE("t.cut"), slice_of(source)};
    fixture.diags = (struct diags){0};
    fixture.set = (struct written_set){0};
    fixture.compile = (struct compile){
        .arena = fixture.arena, .diags = &fixture.diags, .files = &fixture.file, .files_count = 1};
    parse_file(&fixture.compile, 0, &fixture.set);
}

/* ---- a phrase as (sign operands…) ---- */

static const char *sign_of(enum phrase_kind kind)
{
    static const char *const SIGNS[] = {[PHRASE_CALL] = "call",
                                        [PHRASE_MARK] = "mark",
                                        [PHRASE_MARKED] = "marked",
                                        [PHRASE_IN_LIST] = "list",
                                        [PHRASE_IN] = "in",
                                        [PHRASE_IF] = "if",
                                        [PHRASE_NOT] = "not",
                                        [PHRASE_IS_KNOWN] = "known",
                                        [PHRASE_NEGATE] = "neg",
                                        [PHRASE_AND] = "and",
                                        [PHRASE_OR] = "or",
                                        [PHRASE_EQUAL] = "=",
                                        [PHRASE_UNEQUAL] = "!=",
                                        [PHRASE_LESS] = "<",
                                        [PHRASE_LESS_EQUAL] = "<=",
                                        [PHRASE_GREATER] = ">",
                                        [PHRASE_GREATER_EQUAL] = ">=",
                                        [PHRASE_ADD] = "+",
                                        [PHRASE_SUBTRACT] = "-",
                                        [PHRASE_MULTIPLY] = "*",
                                        [PHRASE_DIVIDE] = "/",
                                        [PHRASE_INDEX] = "index"};
    return SIGNS[kind];
}

static void show(struct text *text, const struct phrase *phrase)
{
    switch (phrase->kind) {
    case PHRASE_NUMBER:
    case PHRASE_TRUTH:
        text_addf(text, "%g", phrase->number);
        return;
    case PHRASE_NAME:
        text_add(text, phrase->name.text);
        return;
    case PHRASE_DOT:
        text_addf(text, "%.*s.%.*s", SHOW(phrase->name.text), SHOW(phrase->part.text));
        return;
    case PHRASE_STRING:
        text_addf(text, "'%.*s'", SHOW(phrase->string));
        return;
    case PHRASE_UNKNOWN:
        text_add_string(text, "unknown");
        return;
    default:
        break;
    }
    text_addf(text, "(%s", sign_of(phrase->kind));
    if (phrase->name.text.size != 0)
        text_addf(text, " %.*s", SHOW(phrase->name.text));
    if (phrase->part.text.size != 0)
        text_addf(text, ".%.*s", SHOW(phrase->part.text));
    for (uint32_t i = 0; i < phrase->args_count; i++) {
        text_add_char(text, ' ');
        show(text, phrase->arg[i]);
    }
    text_add_char(text, ')');
}

static void assert_phrase(const char *written, const char *wanted)
{
    char source[1024];
    char room[1024];
    (void)snprintf(source, sizeof source, "rule r on call { when %s }", written);
    parse(source);
    assert_int_equal(fixture.diags.count, 0);
    struct text text = text_over(room, sizeof room);
    show(&text, fixture.set.rule->when);
    assert_string_equal(room, wanted);
}

static void binding(void **state)
{
    (void)state;
    assert_phrase("a or b and c", "(or a (and b c))");
    assert_phrase("a and b or c and d", "(or (and a b) (and c d))");
    assert_phrase("a or b or c", "(or (or a b) c)");
    assert_phrase("not a and not not b", "(and (not a) (not (not b)))");
    assert_phrase("not a = b", "(not (= a b))");
    assert_phrase("a + b * c < d - e / f - 1", "(< (+ a (* b c)) (- (- d (/ e f)) 1))");
    assert_phrase("-a * -b - -c = 0", "(= (- (* (neg a) (neg b)) (neg c)) 0)");
    assert_phrase("a - (b - c) = 0", "(= (- a (- b c)) 0)");
    assert_phrase("(a or b) and c", "(and (or a b) c)");
}

static void questions(void **state)
{
    (void)state;
    assert_phrase("not imei in list known_test_phone", "(not (list known_test_phone imei))");
    assert_phrase("imei not in list l", "(not (list l imei))");
    assert_phrase("a in (b, 1, \"c\")", "(in a b 1 'c')");
    assert_phrase("a + b not in (c)", "(not (in (+ a b) c))");
    assert_phrase("a is known", "(known a)");
    assert_phrase("a is not known", "(not (known a))");
    assert_phrase("a is unknown", "(not (known a))");
    assert_phrase("a is not unknown", "(known a)");
    assert_phrase("a marked m and b not marked m", "(and (marked m a) (not (marked m b)))");
    assert_phrase("mark(a, m) > 0.5", "(> (mark m a) 0.5)");
}

static void values(void **state)
{
    (void)state;
    assert_phrase("p.f > q[a.b].g", "(> p.f (index q.g a.b))");
    assert_phrase("person(callee).region = person(p.payer)",
                  "(= (call person.region callee) (call person p.payer))");
    assert_phrase("holds(a, b or c, f()) > 1", "(> (call holds a (or b c) (call f)) 1)");
    assert_phrase("if a then b else if c then d else e + 1", "(if a b (if c d (+ e 1)))");
    assert_phrase("(if a then b else c) + 1 = unknown", "(= (+ (if a b c) 1) unknown)");
    assert_phrase("true or false", "(or 1 0)");
}

static void clauses_in_any_order(void **state)
{
    (void)state;
    parse("rule r on human { respond watch quiet 1h against a \"x\" \"y\" let l = a let m = b"
          " subject a typology victim score 1 when call(c) then payment(p) within 2h and a"
          " title \"t\" \"u\" mark a n 1_000.5 for 7d when b mark a o 1 for 1d"
          " grade extreme when a, high when b, low }");
    assert_int_equal(fixture.diags.count, 0);
    const struct written_rule *rule = fixture.set.rule;
    assert_false(rule->broken);
    assert_int_equal(rule->respond, RESPOND_WATCH);
    assert_int_equal(rule->quiet.ms, HOUR_MS);
    assert_true(rule->sequence.present);
    assert_int_equal(rule->sequence.within.ms, 2 * HOUR_MS);
    assert_true(slice_equal(rule->sequence.second_name.text, SLICE("p")));
    assert_non_null(rule->let->next);
    assert_true(rule->mark->weight == 1000.5);
    assert_non_null(rule->mark->when);
    assert_null(rule->mark->next->when);
    assert_int_equal(rule->grading->grade, GRADE_EXTREME);
    assert_int_equal(rule->grading->next->next->grade, GRADE_LOW);
    assert_null(rule->grading->next->next->when);
    assert_true(slice_equal(rule->title[TONGUE_ZH], SLICE("u")));
}

static void features(void **state)
{
    (void)state;
    parse("profile p by call.a, sms.b through person.c {\n"
          " x = quantile 0.5 d over 24h as call.a, b where e = \"s\" \"en\" \"zh\"\n"
          " y = count over 1d\n}");
    assert_int_equal(fixture.diags.count, 0);
    const struct written_profile *profile = fixture.set.profile;
    assert_true(slice_equal(profile->key->next->register_field.text, SLICE("c")));
    const struct written_feature *feature = profile->feature;
    assert_int_equal(feature->aggregate, AGGREGATE_quantile);
    assert_true(feature->quantile == 0.5);
    assert_int_equal(feature->over.ms, DAY_MS);
    assert_true(slice_equal(feature->role->kind.text, SLICE("call")));
    assert_int_equal(feature->role->next->kind.text.size, 0);
    assert_int_equal(feature->where->kind, PHRASE_EQUAL);
    assert_true(slice_equal(feature->label[TONGUE_EN], SLICE("en")));
    assert_null(feature->next->value);
}

/* ---- after an error ---- */

static void one_error_for_one_clause(void **state)
{
    (void)state;
    parse("rule r on call {\n when a >\n score ) ( 5\n title \"t\" \"u\"\n subject b typology\n"
          " quiet 1h\n}\nrule s on call { when a mark b c 1 for 1d }");
    assert_int_equal(fixture.diags.errors_count, 3);
    assert_true(fixture.set.rule->broken);
    assert_true(slice_equal(fixture.set.rule->title[TONGUE_EN], SLICE("t")));
    assert_int_equal(fixture.set.rule->quiet.ms, HOUR_MS);
    assert_false(fixture.set.rule->next->broken);
}

static void names_stay_known(void **state)
{
    (void)state;
    parse("profile p by call.imei {\n a = distinct\n b = sum over over 1d\n c = count over 1d\n}\n"
          "rule r on call {\n let x = 5 5\n when x\n mark a b 1 for 1d\n}");
    const struct written_feature *a = fixture.set.profile->feature;
    assert_true(a->broken);
    assert_true(a->next->broken);
    assert_false(a->next->next->broken);
    assert_null(a->next->next->next);
    assert_true(slice_equal(fixture.set.rule->let->name.text, SLICE("x")));
    assert_null(fixture.set.rule->let->value);
    assert_non_null(fixture.set.rule->when);
}

static void a_missing_brace_ends_at_the_next_rule(void **state)
{
    (void)state;
    parse("profile p by call.imei {\n a = count over 1d\nrule r on call {\n when b\n"
          " mark b c 1 for 1d\n");
    assert_int_equal(fixture.diags.errors_count, 2);
    assert_int_equal(fixture.diags.diag[0].code, MESSAGE_NOT_CLOSED);
    assert_non_null(fixture.set.profile->feature);
    assert_non_null(fixture.set.rule->mark);
}

static void nothing_is_too_deep_for_the_stack(void **state)
{
    (void)state;
    enum { COUNT = 1 << 20 };
    static const char *const OPENERS[] = {"(",      "not ", "- ", "f(", "p[", "if a then b else ",
                                          "a in (", "mark("};
    char *source = malloc(8 * COUNT + 64);
    assert_non_null(source);
    for (size_t k = 0; k < sizeof OPENERS / sizeof OPENERS[0]; k++) {
        struct slice head = SLICE("rule r on call { when ");
        memcpy(source, head.at, head.size);
        size_t size = head.size;
        size_t opener = strlen(OPENERS[k]);
        for (size_t i = 0; i < COUNT / 64; i++, size += opener)
            memcpy(source + size, OPENERS[k], opener + 1);
        parse(source);
        assert_true(fixture.diags.errors_count > 0);
        assert_int_equal(fixture.compile.status, STATUS_OK);
        arena_reset(fixture.arena);
    }
    free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(binding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(questions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clauses_in_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(features, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_error_for_one_clause, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_stay_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_brace_ends_at_the_next_rule, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_too_deep_for_the_stack, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
