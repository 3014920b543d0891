/* engine_test.c -- docs/language.md, sentence by sentence: rules and records in, findings out.
 *
 * A story is told line by line (told.h); what comes out is compared whole, with conditions, values
 * and positions.  Every story is told again in batches of other sizes and with more threads, and
 * must come out the same, byte for byte. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/told.h"

#include "ground/chance.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MEMORY = 256 << 20, TAKE_MAX = 4096 };

struct manner {
    unsigned threads;
    size_t batch;
};

static void rules_or_fail(struct stage *stage, const char *rules)
{
    static struct diags diags;
    memset(&diags, 0, sizeof diags);
    struct slice source;
    assert_int_equal(slice_copy(stage->image, slice_of(rules), &source), STATUS_OK);
    enum status status = stage_rules(stage, source, &diags);
    if (status != STATUS_OK) {
        struct rule_file file = {SLICE("told.cut"), source};
        static char room[8192];
        struct text text = text_over(room, sizeof room);
        for (uint32_t i = 0; i < diags.count; i++)
            text_add_diag(&text, &diags.diag[i], &file, TONGUE_EN, false);
        fail_msg("%s: %s", status_name(status), text.at);
    }
}

/* Tells lines; registers go to the registry, events to the engine in batches. */
static enum status tell(struct stage *stage, const char *lines, size_t batch)
{
    static struct record batched[TAKE_MAX];
    size_t count = 0;
    while (*lines != '\0') {
        size_t size = strcspn(lines, "\n");
        struct slice line = {lines, size};
        lines += size + (lines[size] == '\n');
        while (line.size > 0 && line.at[0] == ' ') {
            line.at++;
            line.size--;
        }
        if (line.size == 0)
            continue;
        struct record *record = told_record(stage, line);
        if (record == NULL)
            fail_msg("no record: %.*s", (int)line.size, line.at);
        if (kind_schema(record->kind)->group == GROUP_REGISTER) {
            stage->line--;
            assert_int_equal(registry_take(stage->registry, record), STATUS_OK);
            continue;
        }
        batched[count++] = *record;
        if (count == batch || count == TAKE_MAX) {
            TRY(engine_take(stage->engine, batched, count));
            count = 0;
        }
    }
    return engine_take(stage->engine, batched, count);
}

/* Rows, one a line, before the rules are made. */
static void tell_registers(struct stage *stage, struct slice lines)
{
    while (lines.size > 0) {
        const char *end = memchr(lines.at, '\n', lines.size);
        assert_non_null(end);
        struct slice line = {lines.at, (size_t)(end - lines.at)};
        const struct record *record = told_record(stage, line);
        assert_non_null(record);
        assert_int_equal(registry_take(stage->registry, record), STATUS_OK);
        lines.at += line.size + 1;
        lines.size -= line.size + 1;
    }
    stage->line = 0;
}

/* The register lines of a story come before its rules, so that lists have numbers. */
static void story(const char *rules, const char *lines, const char *expected)
{
    static const struct manner MANNERS[] = {{1, 1}, {1, 3}, {1, TAKE_MAX}, {2, TAKE_MAX}, {3, 2}};
    for (unsigned i = 0; i < sizeof MANNERS / sizeof MANNERS[0]; i++) {
        struct stage stage;
        stage_init(&stage, MANNERS[i].threads, MEMORY);
        const char *registers = strstr(lines, "--\n");
        if (registers != NULL)
            tell_registers(&stage, (struct slice){lines, (size_t)(registers - lines)});
        rules_or_fail(&stage, rules);
        assert_int_equal(tell(&stage, registers == NULL ? lines : registers + 3, MANNERS[i].batch),
                         STATUS_OK);
        assert_string_equal(stage.out.at, expected);
        stage_release(&stage);
    }
}

/* A rule on calls with one condition that says what the test is about. */
#define ON_CALL(profile, condition)                                \
    profile "\nrule r on call { title \"t\" \"t\" when " condition \
            " score 0.5 subject caller typology scam_caller }"

static void test_count_and_window(void **state)
{
    (void)state;
    /* (t - 1h, t]: the call at 09:00 is out of the hour at 10:00 exactly. */
    story(ON_CALL("profile p by call.caller { n = count over 1h }", "p.n >= 2"),
          "call time=09:00 caller=+861 callee=+862\n"
          "call time=09:59:59.999 caller=+861 callee=+863\n"
          "call time=10:00 caller=+861 callee=+864\n"
          "call time=10:00 caller=+869 callee=+864\n"
          "call time=11:30 caller=+861 callee=+864\n",
          "2 r +861 0.5  {p.n >= 2: 2 | 2} @2,1\n"
          "3 r +861 0.5  {p.n >= 2: 2 | 2} @3,2\n");
}

static void test_out_of_order(void **state)
{
    (void)state;
    /* The late-coming call sees the window of its own time, and is seen by later ones. */
    story(ON_CALL("profile p by call.caller { n = count over 1h d = distinct callee over 1h }",
                  "p.n >= 2 and p.d >= 1"),
          "call time=09:00 caller=+861 callee=+862\n"
          "call time=12:00 caller=+861 callee=+862\n"
          "call time=09:30 caller=+861 callee=+863\n"
          "call time=12:10 caller=+861 callee=+864\n",
          "3 r +861 0.5  {p.n >= 2: 2 | 2} {p.d >= 1: 2 | 1} @3,1\n"
          "4 r +861 0.5  {p.n >= 2: 2 | 2} {p.d >= 1: 2 | 1} @4,2\n");
}

static void test_unknown(void **state)
{
    (void)state;
    /* An unknown key feeds nobody and reads as unknown; Kleene's or rescues what is known. */
    story(
        "profile box by call.imei { n = count over 1h }\n"
        "rule a on call { title \"a\" \"a\" when box.n >= 1 subject caller typology scam_caller }\n"
        "rule b on call { title \"b\" \"b\" when not (box.n >= 1) subject caller typology "
        "scam_caller }\n"
        "rule c on call { title \"c\" \"c\" when box.n >= 1 or callee = \"+862\" subject caller "
        "typology "
        "scam_caller }\n"
        "rule d on call { title \"d\" \"d\" when box.n is unknown subject caller typology "
        "scam_caller }\n"
        "rule e on call { title \"e\" \"e\" when known_or(box.n, 7) = 7 score box.n subject caller "
        "typology "
        "scam_caller }\n",
        "call time=09:00 caller=+861 callee=+862\n",
        "1 c +861 0.5  {box.n >= 1 or callee = \"+862\"} @1\n"
        "1 d +861 0.5  {box.n is unknown} @1\n"
        "1 e +861 0.5  {known_or(box.n, 7) = 7: 7 | 7} @1\n");
}

static void test_roles(void **state)
{
    (void)state;
    const char *profile =
        "profile line by call.caller, call.callee { out = count over 1h as caller\n"
        "  got = count over 1h as callee  all = count over 1h }";
    char rules[1024];
    snprintf(rules, sizeof rules, "%s\n%s", profile,
             "rule r on call { title \"t\" \"t\" when line[caller].all >= 2 and line[caller].out "
             ">= 1 and "
             "line[callee].got >= 1 subject caller typology scam_caller }");
    /* Calling oneself is one event in two roles. */
    story(rules,
          "call time=09:00 caller=+861 callee=+862\n"
          "call time=09:01 caller=+862 callee=+861\n"
          "call time=09:02 caller=+863 callee=+863\n"
          "call time=09:03 caller=+863 callee=+861\n",
          "2 r +862 0.5  {line[caller].all >= 2: 2 | 2} {line[caller].out >= 1: 1 | 1} "
          "{line[callee].got >= 1: 1 "
          "| 1} @2,1\n"
          "4 r +863 0.5  {line[caller].all >= 2: 2 | 2} {line[caller].out >= 1: 2 | 1} "
          "{line[callee].got >= 1: 2 "
          "| 1} @4,3,2\n");
}

static void test_where(void **state)
{
    (void)state;
    /* `where` counts only what is true, as it was on arrival. */
    story(ON_CALL("profile p by call.caller { long = count over 1h where duration >= 60s\n"
                  "  talk = mean duration over 1h where result = answered }",
                  "p.long >= 1"),
          "call time=09:00 caller=+861 callee=+862 duration=61 result=answered\n"
          "call time=09:01 caller=+861 callee=+862 duration=10 result=answered\n"
          "call time=09:02 caller=+861 callee=+862\n"
          "call time=10:00:30 caller=+861 callee=+862\n",
          "1 r +861 0.5  {p.long >= 1: 1 | 1} @1\n"
          "2 r +861 0.5  {p.long >= 1: 1 | 1} @2,1\n"
          "3 r +861 0.5  {p.long >= 1: 1 | 1} @3,1\n");
}

static void test_aggregates(void **state)
{
    (void)state;
    const char *rules =
        "profile p by call.caller {\n"
        "  s = sum duration over 1h  m = mean duration over 1h  lo = min duration over 1h\n"
        "  hi = max duration over 1h  q = quantile 0.5 duration over 1h  t = top callee over 1h\n"
        "  f = first callee over 1h  l = last callee over 1h  d = distinct callee over 1h }\n"
        "rule r on call { title \"t\" \"t\" when p.s > 0s and p.m > 0s and p.lo >= 0s and p.hi > "
        "0s\n"
        "  and p.q > 0s and p.t > 0 and p.f = \"+862\" and p.l = \"+863\" and p.d = 2\n"
        "  subject caller typology scam_caller }";
    story(rules,
          "call time=09:00 caller=+861 callee=+862 duration=10\n"
          "call time=09:01 caller=+861 callee=+863 duration=20\n"
          "call time=09:02 caller=+861 callee=+863\n"
          "call time=09:03 caller=+861 callee=+863 duration=45\n",
          "2 r +861 0.5  {p.s > 0s: 30s | 0s} {p.m > 0s: 15s | 0s} {p.lo >= 0s: 10s | 0s} {p.hi > "
          "0s: 20s | 0s} "
          "{p.q > 0s: 10s | 0s} {p.t > 0: 0.5 | 0} {p.f = \"+862\": +862 | +862} {p.l = \"+863\": "
          "+863 | +863} "
          "{p.d = 2: 2 | 2} @2,1\n"
          "3 r +861 0.5  {p.s > 0s: 30s | 0s} {p.m > 0s: 15s | 0s} {p.lo >= 0s: 10s | 0s} {p.hi > "
          "0s: 20s | 0s} "
          "{p.q > 0s: 10s | 0s} {p.t > 0: 0.6667 | 0} {p.f = \"+862\": +862 | +862} {p.l = "
          "\"+863\": +863 | "
          "+863} {p.d = 2: 2 | 2} @3,2,1\n"
          "4 r +861 0.5  {p.s > 0s: 75s | 0s} {p.m > 0s: 25s | 0s} {p.lo >= 0s: 10s | 0s} {p.hi > "
          "0s: 45s | 0s} "
          "{p.q > 0s: 20s | 0s} {p.t > 0: 0.75 | 0} {p.f = \"+862\": +862 | +862} {p.l = \"+863\": "
          "+863 | +863} "
          "{p.d = 2: 2 | 2} @4,3,2,1\n");
}

static void test_of_nothing(void **state)
{
    (void)state;
    const char *rules =
        "profile p by call.caller { n = count over 1h s = sum duration over 1h d = distinct callee "
        "over 1h\n"
        "  m = mean duration over 1h a = since over 1h t = top callee over 1h w = fresh callee "
        "over 1h }\n"
        "rule r on call { title \"t\" \"t\" when p[callee].n = 0 and p[callee].s = 0s and "
        "p[callee].d = 0\n"
        "  and p[callee].m is unknown and p[callee].a is unknown and p[callee].t is unknown\n"
        "  and p[callee].w is unknown subject caller typology scam_caller }";
    story(rules, "call time=09:00 caller=+861 callee=+862 duration=10\n",
          "1 r +861 0.5  {p[callee].n = 0: 0 | 0} {p[callee].s = 0s: 0s | 0s} {p[callee].d = 0: 0 "
          "| 0} "
          "{p[callee].m is unknown} {p[callee].a is unknown} {p[callee].t is unknown} {p[callee].w "
          "is unknown} "
          "@1\n");
}

static void test_since(void **state)
{
    (void)state;
    const char *rules =
        "profile card by sim.phone { age = since over 30d where event = activated }\n"
        "rule r on call { title \"t\" \"t\" when card[caller].age <= 24h\n"
        "  subject caller typology scam_caller }";
    story(rules,
          "sim time=08:00 phone=+861 event=activated\n"
          "sim time=08:30 phone=+861 event=suspended\n"
          "call time=09:00 caller=+861 callee=+862\n"
          "call time=1d09:00 caller=+861 callee=+862\n",
          "3 r +861 0.5  {card[caller].age <= 1d: 1h | 1d} @3,1\n");
}

static void test_fresh(void **state)
{
    (void)state;
    /* Only an event of the feature itself can be fresh: not the short call, not read by another. */
    const char *rules =
        "profile p by call.caller { new = fresh callee over 1h where duration >= 10s }\n"
        "rule r on call { title \"t\" \"t\" when p.new subject caller typology scam_caller }\n"
        "rule s on call { title \"t\" \"t\" when not p.new subject caller typology scam_caller }\n"
        "rule u on call { title \"t\" \"t\" when p.new is unknown subject caller typology "
        "scam_caller }";
    story(rules,
          "call time=09:00 caller=+861 callee=+862 duration=10\n"
          "call time=09:01 caller=+861 callee=+862 duration=10\n"
          "call time=09:02 caller=+861 callee=+863 duration=5\n"
          "call time=09:03 caller=+861 callee=+863 duration=10\n"
          "call time=10:00:30 caller=+861 callee=+862 duration=20\n"
          "call time=10:01 caller=+861 callee=+862 duration=20\n",
          "1 r +861 0.5  {p.new} @1\n"
          "2 s +861 0.5  {not p.new} @2,1\n"
          "3 u +861 0.5  {p.new is unknown} @3,2,1\n"
          "4 r +861 0.5  {p.new} @4,2,1\n"
          "5 s +861 0.5  {not p.new} @5,4,2\n"
          "6 s +861 0.5  {not p.new} @6,5,4\n");
}

static void test_profiles_of_profiles(void **state)
{
    (void)state;
    /* A feature may look at other profiles at its record; those are fed first. */
    const char *rules =
        "profile site by call.cell { mute = distinct caller over 2h where line[caller].got = 0 }\n"
        "profile line by call.caller, call.callee { got = count over 24h as callee }\n"
        "rule r on call { title \"t\" \"t\" when site.mute >= 2 subject caller typology "
        "scam_caller }";
    story(rules,
          "call time=09:00 caller=+861 callee=+862 cell=c1\n"
          "call time=09:01 caller=+862 callee=+863 cell=c1\n"
          "call time=09:02 caller=+864 callee=+863 cell=c1\n",
          "3 r +864 0.5  {site.mute >= 2: 2 | 2} @3,1\n");
}

static void test_several_kinds(void **state)
{
    (void)state;
    const char *rules =
        "profile box by call.imei, sms.imei { all = count over 1h  cards = distinct imsi over 1h\n"
        "  calls = count over 1h as call.imei  links = count over 1h where url is known }\n"
        "rule r on sms { title \"t\" \"t\" when box.all >= 3 and box.cards = 2 and box.calls = 1\n"
        "  and box.links = 1 subject imei typology gateway }";
    story(
        rules,
        "call time=09:00 caller=+861 callee=+862 imei=350000000000011 imsi=46001\n"
        "sms time=09:01 sender=+861 recipient=+862 imei=35000000000001 imsi=46002\n"
        "sms time=09:02 sender=+861 recipient=+862 imei=350000000000012 imsi=46002 url=x.example\n",
        "3 r 35000000000001 0.5  {box.all >= 3: 3 | 3} {box.cards = 2: 2 | 2} {box.calls = 1: 1 | "
        "1} "
        "{box.links = 1: 1 | 1} @3,2,1\n");
}

static void test_money(void **state)
{
    (void)state;
    const char *rules = "profile purse by payment.payee { got = sum amount over 24h }\n"
                        "rule r on payment { title \"t\" \"t\" when purse.got >= 100.50 CNY\n"
                        "  subject payee typology mule }";
    story(rules,
          "payment time=09:00 payer=a payee=b amount=100\n"
          "payment time=09:01 payer=a payee=b amount=5000 currency=USD\n"
          "payment time=09:02 payer=a payee=b amount=0.50 currency=CNY\n",
          "3 r b 0.5  {purse.got >= 100.50 CNY: 100.50 | 100.50} @3,1\n");
}

static void test_registers(void **state)
{
    (void)state;
    const char *rules =
        "profile citizen by call.callee through person.phone { talks = count over 24h }\n"
        "rule r on call { title \"t\" \"t\" when citizen.talks >= 2 and person(callee).birth_year "
        "<= 1960\n"
        "  subject person(callee).person typology victim }\n"
        "rule s on call { title \"t\" \"t\" when caller in list courier subject caller typology "
        "scam_caller }";
    story(rules,
          "person person=p1 birth_year=1950 phone=+862\n"
          "list list=courier value=+861 from=10:00 until=11:00\n"
          "--\n"
          "call time=09:00 caller=+861 callee=+862\n"
          "call time=10:00 caller=+861 callee=+862\n"
          "call time=10:01 caller=+861 callee=+863\n"
          "sim time=10:02 phone=+863 event=activated person=p1\n"
          "call time=10:03 caller=+865 callee=+863\n"
          "call time=11:00 caller=+861 callee=+864\n",
          "2 r p1 0.5  {citizen.talks >= 2: 2 | 2} {person(callee).birth_year <= 1960: 1950 | "
          "1960} @2,1\n"
          "2 s +861 0.5  {caller in list courier} @2\n"
          "3 s +861 0.5  {caller in list courier} @3\n"
          "5 r p1 0.5  {citizen.talks >= 2: 3 | 2} {person(callee).birth_year <= 1960: 1950 | "
          "1960} @5,2,1\n");
}

static void test_functions(void **state)
{
    (void)state;
    const char *rules =
        "rule r on call { title \"t\" \"t\"\n"
        "  when tac(imei) = \"35000000\" and starts(caller, \"+86\") and digits(caller) = 5\n"
        "  and hour(time) = 23 and weekday(time) = 1 and mod(7, 4) = 3 and mod(-1, 4) = 3\n"
        "  and holds(true, unknown, false, caller = callee, duration > 1s) = 2\n"
        "  and max(1, 2, duration / 1s) = 10 and min(3, 2, 5) = 2 and abs(-2) = 2 and floor(2.7) = "
        "2\n"
        "  and (if duration > 5s then 1 else 2) = 1 and callee in (\"+86999\", \"+86124\")\n"
        "  and 1 / 0 is unknown and not (callee in (caller, \"110\"))\n"
        "  subject caller typology scam_caller }\n"
        "rule s on call { title \"t\" \"t\" when (if duration > 5s then 1 else 1) is unknown\n"
        "  subject caller typology scam_caller }";
    story(
        rules,
        "call time=23:00 caller=+86123 callee=+86124 duration=10 imei=350000001234567\n"
        "call time=23:00 caller=+86123 callee=+86124\n",
        "1 r +86123 0.5  {tac(imei) = \"35000000\": 35000000 | 35000000} {starts(caller, \"+86\")} "
        "{digits(caller) = 5: 5 | 5} {hour(time) = 23: 23 | 23} {weekday(time) = 1: 1 | 1} {mod(7, "
        "4) = 3: 3 | "
        "3} {mod(-1, 4) = 3: 3 | 3} {holds(true, unknown, false, caller = callee, duration > 1s) = "
        "2: 2 | 2} "
        "{max(1, 2, duration / 1s) = 10: 10 | 10} {min(3, 2, 5) = 2: 2 | 2} {abs(-2) = 2: 2 | 2} "
        "{floor(2.7) = "
        "2: 2 | 2} {(if duration > 5s then 1 else 2) = 1: 1 | 1} {callee in (\"+86999\", "
        "\"+86124\")} {1 / 0 is "
        "unknown} {callee not in (caller, \"110\")} @1\n"
        "2 s +86123 0.5  {(if duration > 5s then 1 else 1) is unknown} @2\n");
}

static void test_score_grade_against(void **state)
{
    (void)state;
    const char *rules =
        "profile p by call.caller { n = count over 1h }\n"
        "rule r on call { title \"t\" \"t\" when p.n >= 1 score 0.3 * p.n\n"
        "  grade high when p.n >= 3, medium when p.n >= 2, low\n"
        "  against duration > 100s \"long\" \"长\" against caller = \"+861\" \"known\" \"熟\"\n"
        "  subject caller typology scam_caller }";
    story(rules,
          "call time=09:00 caller=+861 callee=+862 duration=200\n"
          "call time=09:01 caller=+861 callee=+862\n"
          "call time=09:02 caller=+861 callee=+862\n"
          "call time=09:03 caller=+861 callee=+862\n",
          "1 r +861 0.29999999999999999 low {p.n >= 1: 1 | 1} but long=200s but known=+861 @1\n"
          "2 r +861 0.59999999999999998 medium {p.n >= 1: 2 | 1} but known=+861 @2,1\n"
          "3 r +861 0.89999999999999991 high {p.n >= 1: 3 | 1} but known=+861 @3,2,1\n"
          "4 r +861 1 high {p.n >= 1: 4 | 1} but known=+861 @4,3,2,1\n");
}

static void test_subjectless(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, 1, MEMORY);
    rules_or_fail(
        &stage,
        "rule r on call { title \"t\" \"t\" when true subject imei typology gateway\n"
        "  mark caller seen 1 for 1h }\n"
        "rule s on call { title \"t\" \"t\" when caller marked seen subject caller typology "
        "scam_caller }");
    assert_int_equal(tell(&stage,
                          "call time=09:00 caller=+861 callee=+862\n"
                          "call time=09:01 caller=+861 callee=+862\n",
                          TAKE_MAX),
                     STATUS_OK);
    assert_string_equal(stage.out.at, "2 s +861 0.5  {caller marked seen} @2\n");
    struct engine_counts counts;
    engine_count(stage.engine, &counts);
    assert_int_equal(counts.subjectless, 2);
    assert_int_equal(counts.findings, 1);
    assert_int_equal(counts.records, 2);
    assert_int_equal(counts.fired[0], 2);
    assert_int_equal(counts.fired[1], 1);
    stage_release(&stage);
}

static void test_marks(void **state)
{
    (void)state;
    /* From the next tick to the end of the hour; not for the same moment, not for an earlier one.
     */
    const char *rules =
        "rule a on call { when duration >= 10s mark caller bad 0.8 for 1h }\n"
        "rule b on call { title \"t\" \"t\" when caller marked bad score mark(caller, bad)\n"
        "  subject caller typology scam_caller }\n"
        "rule c on sms { title \"t\" \"t\" when recipient marked bad\n"
        "  subject recipient typology scam_sms }";
    story(rules,
          "call time=09:00 caller=+861 callee=+862 duration=10\n"
          "call time=09:00 caller=+861 callee=+863\n"
          "call time=08:59 caller=+861 callee=+863\n"
          "call time=09:00:00.001 caller=+861 callee=+863\n"
          "sms time=09:30 sender=+865 recipient=+861\n"
          "call time=10:00 caller=+861 callee=+863\n"
          "call time=10:00:00.001 caller=+861 callee=+863\n"
          "call time=09:59 caller=+861 callee=+864\n",
          "4 b +861 0.80000000000000004  {caller marked bad} @4\n"
          "5 c +861 0.5  {recipient marked bad} @5\n"
          "6 b +861 0.80000000000000004  {caller marked bad} @6\n"
          "8 b +861 0.80000000000000004  {caller marked bad} @8\n");
}

static void test_marks_in_features(void **state)
{
    (void)state;
    /* A profile whose `where` reads a mark is fed between the rules. */
    const char *rules =
        "profile p by call.callee { bad = count over 1h where caller marked bad }\n"
        "rule a on call { when duration >= 10s mark caller bad 0.8 for 1h }\n"
        "rule b on call { title \"t\" \"t\" when p.bad >= 1 subject callee typology scam_caller }";
    story(rules,
          "call time=09:00 caller=+861 callee=+862 duration=10\n"
          "call time=09:01 caller=+861 callee=+862\n"
          "call time=09:02 caller=+864 callee=+862\n",
          "2 b +862 0.5  {p.bad >= 1: 1 | 1} @2\n"
          "3 b +862 0.5  {p.bad >= 1: 1 | 1} @3,2\n");
}

static void test_latest_mark_counts(void **state)
{
    (void)state;
    const char *rules =
        "rule a on call { when duration = 1s mark caller x 0.1 for 10h }\n"
        "rule b on call { when duration = 2s mark caller x 0.2 for 1h }\n"
        "rule c on call { title \"t\" \"t\" when mark(caller, x) > 0 score mark(caller, x)\n"
        "  subject caller typology scam_caller }";
    story(rules,
          "call time=09:00 caller=+861 callee=+862 duration=1\n"
          "call time=09:10 caller=+861 callee=+862 duration=2\n"
          "call time=09:20 caller=+861 callee=+862\n"
          "call time=10:20 caller=+861 callee=+862\n",
          "2 c +861 0.10000000000000001  {mark(caller, x) > 0: 0.1 | 0} @2\n"
          "3 c +861 0.20000000000000001  {mark(caller, x) > 0: 0.2 | 0} @3\n"
          "4 c +861 0.10000000000000001  {mark(caller, x) > 0: 0.1 | 0} @4\n");
}

static void test_sequence(void **state)
{
    (void)state;
    const char *rules =
        "profile citizen by call.callee through person.phone, payment.payer through person.account "
        "{\n"
        "  n = count over 24h }\n"
        "rule r on citizen { title \"t\" \"t\"\n"
        "  when call(c) then payment(p) within 2h and c.duration >= 10m and p.amount >= 1000 CNY\n"
        "  and citizen.n >= 2 and c.caller != \"+869\"\n"
        "  subject p.payee typology mule }";
    story(rules,
          "person person=p1 phone=+861 account=a1\n"
          "--\n"
          "call time=09:00 caller=+862 callee=+861 duration=700\n"
          "call time=09:10 caller=+863 callee=+861 duration=700\n"
          "call time=09:20 caller=+864 callee=+861 duration=10\n"
          "call time=09:30 caller=+869 callee=+861 duration=900\n"
          "payment time=10:00 payer=a1 payee=b amount=1000\n"
          "payment time=11:09 payer=a1 payee=b amount=1000\n"
          "payment time=11:10 payer=a1 payee=b amount=1000\n"
          "payment time=10:59 payer=a1 payee=b amount=2000\n",
          "5 r b 0.5  {c.duration >= 10m: 700s | 10m} {p.amount >= 1000 CNY: 1000.00 | 1000.00} "
          "{citizen.n >= 2: 5 "
          "| 2} {c.caller != \"+869\": +863 | +869} @5,2,4,3,1\n"
          "6 r b 0.5  {c.duration >= 10m: 700s | 10m} {p.amount >= 1000 CNY: 1000.00 | 1000.00} "
          "{citizen.n >= 2: 6 "
          "| 2} {c.caller != \"+869\": +863 | +869} @6,2,5,4,3,1\n"
          "8 r b 0.5  {c.duration >= 10m: 700s | 10m} {p.amount >= 1000 CNY: 2000.00 | 1000.00} "
          "{citizen.n >= 2: 6 "
          "| 2} {c.caller != \"+869\": +863 | +869} @8,2,5,4,3,1\n");
}

static void test_sequence_of_one_kind(void **state)
{
    (void)state;
    /* The earlier step is another record, at or before, and each entity fed is tried in turn. */
    const char *rules =
        "profile line by call.caller, call.callee { n = count over 1h }\n"
        "rule r on line { title \"t\" \"t\" when call(a) then call(b) within 10m\n"
        "  and line.n >= 2 and a.duration >= 5s subject b.caller typology scam_caller }";
    story(rules,
          "call time=09:00 caller=+861 callee=+862 duration=5\n"
          "call time=09:00 caller=+862 callee=+861 duration=1\n"
          "call time=09:05 caller=+861 callee=+863\n"
          "call time=09:15 caller=+861 callee=+863\n",
          "2 r +862 0.5  {line.n >= 2: 2 | 2} {a.duration >= 5s: 5s | 5s} @2,1\n"
          "2 r +862 0.5  {line.n >= 2: 2 | 2} {a.duration >= 5s: 5s | 5s} @2,1\n"
          "3 r +861 0.5  {line.n >= 2: 3 | 2} {a.duration >= 5s: 5s | 5s} @3,1,2\n");
}

static void test_spelling_of_what_is_gone(void **state)
{
    (void)state;
    /* Accounts are no numbers; their spelling is kept where a rule may show it later. */
    const char *rules =
        "profile purse by payment.payee { from = last payer over 24h }\n"
        "rule r on payment { title \"t\" \"t\" when purse[payer].from is known\n"
        "  and purse[payer].from != \"acct:z\" subject purse[payer].from typology mule }";
    story(rules,
          "payment time=09:00 payer=acct:a payee=acct:b amount=1\n"
          "payment time=09:01 payer=acct:b payee=acct:c amount=1\n",
          "2 r acct:a 0.5  {purse[payer].from is known} {purse[payer].from != \"acct:z\": acct:a | "
          "acct:z} @2,1\n");
}

static void test_reports(void **state)
{
    (void)state;
    /* A report feeds every name in it, once. */
    const char *rules = "profile named by report.phones { n = count over 30d }\n"
                        "rule r on call { title \"t\" \"t\" when named[caller].n >= 2\n"
                        "  subject caller typology scam_caller }";
    story(rules,
          "report time=09:00 id=1 phones=+861;+862;+861\n"
          "report time=09:01 id=2 phones=+861\n"
          "call time=09:02 caller=+861 callee=+863\n"
          "call time=09:02 caller=+862 callee=+863\n",
          "3 r +861 0.5  {named[caller].n >= 2: 2 | 2} @3,2,1\n");
}

static void test_late_and_duplicates(void **state)
{
    (void)state;
    const char *rules = ON_CALL("profile p by call.caller { n = count over 24h }", "p.n >= 1");
    struct stage stage;
    stage_init(&stage, 1, MEMORY);
    rules_or_fail(&stage, rules);
    assert_int_equal(tell(&stage,
                          "call time=12:00 caller=+861 callee=+862\n"
                          "call time=12:00 caller=+861 callee=+862\n"
                          "call time=06:00 caller=+861 callee=+862\n"
                          "call time=05:59:59.999 caller=+861 callee=+862\n"
                          "call time=05:59:59.999 caller=+861 callee=+862\n"
                          "payment time=12:00 id=7 payer=a amount=1\n"
                          "payment time=13:00 id=7 payer=b amount=2\n"
                          "call time=2d11:59 caller=+863 callee=+862\n"
                          "payment time=2d11:59 id=7 payer=b amount=3\n"
                          "call time=12:00 caller=+861 callee=+862\n"
                          "call time=2d12:00 caller=+864 callee=+862\n"
                          "payment time=2d12:00 id=7 payer=b amount=3\n"
                          "payment time=2d12:00 id=7 payer=b amount=4\n"
                          "call time=12:00 caller=+861 callee=+862\n",
                          TAKE_MAX),
                     STATUS_OK);
    assert_string_equal(stage.out.at, "1 r +861 0.5  {p.n >= 1: 1 | 1} @1\n"
                                      "3 r +861 0.5  {p.n >= 1: 1 | 1} @3\n"
                                      "8 r +863 0.5  {p.n >= 1: 1 | 1} @8\n"
                                      "11 r +864 0.5  {p.n >= 1: 1 | 1} @11\n");
    struct engine_counts counts;
    engine_count(stage.engine, &counts);
    assert_int_equal(counts.records, 14);
    /* 2, 5, 7, 9, 10, 13; the last call came when its first copy was forgotten: it is late. */
    assert_int_equal(counts.duplicates, 6);
    assert_int_equal(counts.late, 2);
    stage_release(&stage);
}

/* ---- many records ---- */

static const char BUSY_RULES[] =
    "profile line by call.caller, call.callee, sms.sender { out = count over 2h as caller\n"
    "  reach = distinct callee over 30m as caller  got = count over 2h as callee  wrote = count "
    "over 1h as sender\n"
    "  talk = mean duration over 2h as caller where result = answered  mid = quantile 0.5 duration "
    "over 2h as caller\n"
    "  long = max duration over 30m  share = top callee over 2h as caller  pause = since over 30m "
    "as callee\n"
    "  new = fresh callee over 2h as caller  who = last callee over 2h as caller\n"
    "  begun = first callee over 1h as caller  total = sum duration over 2h  least = min duration "
    "over 30m }\n"
    "profile box by call.imei, sms.imei { cards = distinct imsi over 1h  all = count over 1h\n"
    "  lively = count over 1h where line[caller].got >= 2 }\n"
    "profile site by call.cell { mute = distinct imei over 2h where line[caller].out >= 3 and "
    "box.all >= 2\n"
    "  tainted = count over 2h where caller marked odd or callee in list friend }\n"
    "profile owner by call.callee through person.phone, payment.payer through person.account {\n"
    "  talks = count over 6h where duration >= 30s  paid = sum amount over 6h }\n"
    "rule a_many on call { title \"t\" \"t\" when box.cards >= 3 and box.all >= 4\n"
    "  score 0.1 * box.cards subject imei typology gateway mark caller odd 0.5 for 30m\n"
    "  mark imei odd 0.4 for 1h when box.cards >= 4 }\n"
    "rule b_reach on call { title \"t\" \"t\" when line[caller].reach >= 4 and line[caller].new "
    "and\n"
    "  line[caller].share < 0.5 and line[line[caller].who].got >= 1 subject caller typology "
    "scam_caller\n"
    "  against line[caller].talk > 60s \"l\" \"l\" grade high when line[caller].out > 8, low }\n"
    "rule c_odd on call { title \"t\" \"t\" when callee marked odd and site.tainted >= 1 score "
    "mark(callee, odd)\n"
    "  subject caller typology scam_caller }\n"
    "rule d_site on call { title \"t\" \"t\" when site.mute >= 2 and caller not in list friend\n"
    "  subject caller typology scam_caller quiet 1h }\n"
    "rule e_after on owner { title \"t\" \"t\" when call(c) then payment(p) within 1h and "
    "c.duration >= 20s\n"
    "  and owner.talks >= 1 and p.amount > 10 CNY and not c.caller marked odd\n"
    "  subject p.payer typology mule mark c.caller odd 0.9 for 2h }\n"
    "rule f_sms on sms { title \"t\" \"t\" when line.wrote >= 3 and line.mid > 1s subject sender "
    "typology scam_sms }\n"
    "rule g_tail on call { title \"t\" \"t\" when line[line[callee].who].out >= 2 and tac(imei) = "
    "\"35000000\"\n"
    "  and person(caller).birth_year >= 1960 subject caller typology scam_caller }\n"
    /* The name comes from the very profile that is looked at, so these looks are late. */
    "rule h_late on call { title \"t\" \"t\" let w = line[callee].who\n"
    "  when line[w].got >= 0 and line[w].reach >= 0 and known_or(line[w].talk, 0s) >= 0s\n"
    "  and known_or(line[w].mid, 0s) >= 0s and known_or(line[w].long, 0s) >= 0s\n"
    "  and line[w].total >= 0s and known_or(line[w].least, 0s) >= 0s and known_or(line[w].begun, "
    "callee) is known\n"
    "  and known_or(line[line[w].begun].got, 9) >= 0\n"
    "  and known_or(line[w].share, 0) >= 0 and known_or(line[w].pause, 0s) >= 0s\n"
    "  and known_or(line[w].new, false) = known_or(line[w].new, false)\n"
    "  and known_or(line[line[w].who].wrote, 9) >= 0 subject caller typology scam_caller }\n"
    "rule i_marked on sms { title \"t\" \"t\" let w = if sender marked odd then sender else "
    "recipient\n"
    "  when line[w].got >= 1 or box.cards >= 1 subject sender typology scam_sms }\n";

static const char BUSY_REGISTERS[] = "person person=p1 birth_year=1961 phone=+861 account=a1\n"
                                     "person person=p2 birth_year=1940 phone=+862 account=a2\n"
                                     "person person=p3 birth_year=1990 phone=+863\n"
                                     "list list=friend value=+865\n"
                                     "list list=friend value=+866 from=02:00 until=04:00\n";

static void busy_line(struct chance *chance, struct text *text, double *seconds)
{
    *seconds += chance_below(chance, 3) == 0 ? 0 : chance_unit(chance) * 60;
    double at = *seconds;
    if (chance_below(chance, 5) == 0)
        at -= chance_unit(chance) * 1800;
    if (chance_below(chance, 60) == 0)
        at -= chance_unit(chance) * 8 * 3600;
    at = at < 0 ? 0 : at;
    int whole = (int)at;
    char time[40];
    snprintf(time, sizeof time, "%dd%d:%d:%.3f", whole / 86400, whole / 3600 % 24, whole / 60 % 60,
             at - whole / 60 * 60);
    unsigned a = (unsigned)chance_below(chance, 9);
    unsigned b = (unsigned)chance_below(chance, 9);
    unsigned dice = (unsigned)chance_below(chance, 20);
    static const char *const RESULTS[] = {"answered", "busy", "no_answer", "failed"};
    if (dice < 13) {
        text_addf(text, "call time=%s caller=+86%u callee=+86%u", time, a, b);
        if (chance_below(chance, 4) > 0)
            text_addf(text, " duration=%u", (unsigned)chance_below(chance, 90));
        if (chance_below(chance, 4) > 0)
            text_addf(text, " imei=3500000%u00000%u", a % 2, b % 4);
        if (chance_below(chance, 4) > 0)
            text_addf(text, " imsi=4600%u", (unsigned)chance_below(chance, 6));
        if (chance_below(chance, 4) > 0)
            text_addf(text, " cell=c%u", a % 3);
        text_addf(text, " result=%s\n", RESULTS[chance_below(chance, 4)]);
    } else if (dice < 16) {
        text_addf(text, "sms time=%s sender=+86%u recipient=+86%u imei=350000000000%02u\n", time, a,
                  b, a);
    } else if (dice < 19) {
        text_addf(text, "payment time=%s payer=a%u payee=b%u amount=%u", time, a % 3, b,
                  (unsigned)chance_below(chance, 60));
        text_addf(text, "%s\n", chance_below(chance, 4) == 0 ? " currency=USD" : "");
    } else {
        text_addf(text, "sim time=%s phone=+86%u event=activated person=p%u\n", time, a, 1 + b % 3);
    }
}

static void busy_play(struct manner manner, const char *lines, struct text *into)
{
    struct stage stage;
    stage_init(&stage, manner.threads, MEMORY);
    tell_registers(&stage, slice_of(BUSY_REGISTERS));
    rules_or_fail(&stage, BUSY_RULES);
    assert_int_equal(tell(&stage, lines, manner.batch), STATUS_OK);
    assert_false(stage.out.full);
    text_add(into, text_slice(&stage.out));
    stage_release(&stage);
}

static void test_any_batch_any_threads(void **state)
{
    (void)state;
    static const struct manner MANNERS[] = {{1, 7},   {1, 256},      {1, TAKE_MAX},
                                            {2, 100}, {2, TAKE_MAX}, {4, TAKE_MAX}};
    enum { ROOM = 4 << 20 };
    void *pages;
    assert_int_equal(pages_take(3 * ROOM, &pages), STATUS_OK);
    for (uint64_t seed = 1; seed <= ENGINE_SEEDS; seed++) {
        struct chance chance = chance_seeded(seed);
        struct text lines = text_over(pages, ROOM);
        double seconds = 0;
        for (unsigned i = 0; i < 2500; i++)
            busy_line(&chance, &lines, &seconds);
        assert_false(lines.full);
        struct text first = text_over((char *)pages + ROOM, ROOM);
        busy_play((struct manner){1, 1}, lines.at, &first);
        assert_true(first.size > 10000);
        for (unsigned i = 0; i < sizeof MANNERS / sizeof MANNERS[0]; i++) {
            struct text other = text_over((char *)pages + 2 * ROOM, ROOM);
            busy_play(MANNERS[i], lines.at, &other);
            if (!slice_equal(text_slice(&first), text_slice(&other))) {
                size_t at = 0;
                while (first.at[at] == other.at[at])
                    at++;
                while (at > 0 && first.at[at - 1] != '\n')
                    at--;
                fail_msg("seed %u, manner %u:\n%.400s\n--\n%.400s", (unsigned)seed, i,
                         first.at + at, other.at + at);
            }
        }
    }
    pages_give_back(pages, 3 * ROOM);
}

static void test_bounded(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, 1, (size_t)1 << 30);
    rules_or_fail(
        &stage,
        "profile p by call.caller { n = count over 24h s = count over 1m me = last caller over 24h "
        "}\n"
        "rule l on call { title \"t\" \"t\" when p[p.me].n >= 16384 subject caller typology "
        "scam_caller }\n"
        "rule r on call { title \"t\" \"t\" when p.n >= 16384 subject caller typology scam_caller "
        "}\n"
        "rule s on call { title \"t\" \"t\" when p.s >= 120 subject caller typology scam_caller }");
    static struct record records[1000];
    static char lines[1000][80];
    for (unsigned i = 0; i < 16386; i++) {
        unsigned k = i % 1000;
        snprintf(lines[k], sizeof lines[k], "call time=0:0:%u.%u caller=+861 callee=+86%u", i / 2,
                 i % 2 * 5, i);
        records[k] = *told_record(&stage, slice_of(lines[k]));
        if (k == 999 || i == 16385)
            assert_int_equal(engine_take(stage.engine, records, k + 1u), STATUS_OK);
    }
    const char *last = strstr(stage.out.at, "\n16384 r ");
    assert_non_null(last);
    assert_non_null(strstr(last, "16384 r +861 0.5  {p.n >= 16384: 16384 | 16384}"));
    assert_non_null(strstr(stage.out.at, "\n16384 l +861 0.5  {p[p.me].n >= 16384: 16384"));
    assert_non_null(strstr(last, "16385 l +861 0.5  bounded {p[p.me].n >= 16384: 16384"));
    assert_non_null(strstr(last, "16386 l +861 0.5  bounded {p[p.me].n >= 16384: 16384"));
    assert_non_null(strstr(last, "16384 s +861 0.5  {p.s >= 120: 120 | 120}"));
    assert_non_null(strstr(last, "16385 r +861 0.5  bounded {p.n >= 16384: 16384 | 16384}"));
    assert_non_null(strstr(last, "16386 s +861 0.5  {p.s >= 120: 120 | 120}"));
    struct engine_counts counts;
    engine_count(stage.engine, &counts);
    assert_int_equal(counts.bounded, 4);
    assert_int_equal(counts.events, 16384);
    stage_release(&stage);
}

static bool wants_strong(void *self, const struct finding *finding)
{
    (void)self;
    return finding->score > 0.5 && finding->grade == GRADE_HIGH && ident_known(finding->subject);
}

/* Whoever does not read the evidence still hears of the finding, and whether it is bounded. */
static void test_unwanted_evidence(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, 1, (size_t)1 << 30);
    stage.wants = wants_strong;
    rules_or_fail(&stage, "profile p by call.caller { n = count over 24h }\n"
                          "rule r on call { title \"t\" \"t\" when p.n >= 16382\n"
                          "  score if p.n > 16383 then 0.6 else 0.3\n"
                          "  subject caller typology scam_caller grade high when p.n >= 16384\n"
                          "  against p.n > 9 \"x\" \"x\" }");
    static struct record records[16386];
    static char lines[16386][80];
    for (unsigned i = 0; i < 16386; i++) {
        snprintf(lines[i], sizeof lines[i], "call time=0:0:%u caller=+861 callee=+86%u", i, i);
        records[i] = *told_record(&stage, slice_of(lines[i]));
    }
    assert_int_equal(engine_take(stage.engine, records, 16386), STATUS_OK);
    assert_non_null(strstr(stage.out.at, "16383 r +861 0.29999999999999999  @16383\n16384 r "));
    assert_non_null(strstr(stage.out.at, "16384 r +861 0.59999999999999998 high {p.n >= 16382: "
                                         "16384 | 16382} but x=16384 @16384,16383,"));
    assert_non_null(strstr(stage.out.at, "16386 r +861 0.59999999999999998 high bounded {"));
    struct engine_counts counts;
    engine_count(stage.engine, &counts);
    assert_int_equal(counts.findings, 5);
    assert_int_equal(counts.bounded, 2);
    stage_release(&stage);
}

/* ---- what fails ---- */

static void test_memory_full(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, 1, 24 << 20);
    stage.brief = true;
    rules_or_fail(
        &stage,
        ON_CALL("profile p by call.caller { n = count over 24h d = distinct callee over 1h }",
                "p.n >= 3"));
    static struct record records[500];
    static char lines[500][80];
    struct engine_counts counts;
    uint64_t told = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && told < 4000000) {
        for (unsigned k = 0; k < 500; k++) {
            uint64_t caller = (told + k) * 2654435761u % 900000;
            snprintf(lines[k], sizeof lines[k], "call time=0:0:%.2f caller=+86%u callee=+86%u",
                     (double)(told + k) / 100, (unsigned)caller, (unsigned)k);
            records[k] = *told_record(&stage, slice_of(lines[k]));
        }
        status = engine_take(stage.engine, records, 500);
        engine_count(stage.engine, &counts);
        if (status == STATUS_OK)
            assert_int_equal(counts.records, told + 500);
        told += 500;
        arena_reset(stage.records);
    }
    assert_int_equal(status, STATUS_FULL);
    assert_true(counts.records > 50000);
    assert_true(counts.bytes <= 24 << 20);
    /* What was taken was taken wholly, and the rest can be offered again. */
    assert_int_equal(counts.events, counts.records);
    assert_int_equal(engine_take(stage.engine, records, 1), STATUS_FULL);
    stage_release(&stage);
}

static void test_sink_says_stop(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, 1, MEMORY);
    stage.sink_says = STATUS_STOPPED;
    rules_or_fail(&stage, ON_CALL("profile p by call.caller { n = count over 24h }", "p.n >= 2"));
    assert_int_equal(tell(&stage, "call time=09:00 caller=+861 callee=+862\n", 1), STATUS_OK);
    assert_int_equal(tell(&stage, "call time=09:01 caller=+861 callee=+862\n", 1), STATUS_STOPPED);
    assert_int_equal(tell(&stage, "call time=09:02 caller=+863 callee=+862\n", 1), STATUS_STOPPED);
    stage_release(&stage);
}

/* Every take from the boot arena fails once; nothing leaks, and the next try succeeds. */
static void test_boot_failures(void **state)
{
    (void)state;
    for (uint64_t n = 1;; n++) {
        struct stage stage;
        struct diags diags = {0};
        stage_init(&stage, 2, MEMORY);
        struct rule_file *file;
        assert_int_equal(ARENA_NEW(stage.image, 1, &file), STATUS_OK);
        *file = (struct rule_file){SLICE("told.cut"), slice_of(BUSY_RULES)};
        assert_int_equal(rules_check(file, 1, stage.image, &diags, &stage.set), STATUS_OK);
        struct engine_options options = {.set = stage.set,
                                         .registry = stage.registry,
                                         .threads = 2,
                                         .memory_max = MEMORY,
                                         .findings = {.take = told_take, .self = &stage}};
        arena_fail_at(stage.boot, n);
        enum status status = engine_create(&stage.engine, &options, stage.boot);
        arena_fail_at(stage.boot, 0);
        if (status != STATUS_OK) {
            assert_int_equal(status, STATUS_FULL);
            assert_null(stage.engine);
        } else {
            assert_int_equal(tell(&stage, "call time=09:00 caller=+861 callee=+862\n", 1),
                             STATUS_OK);
        }
        stage_release(&stage);
        if (status == STATUS_OK)
            break;
        assert_true(n < 5000);
    }
}

static void test_small_memory(void **state)
{
    (void)state;
    /* Too little for the tables: full, not a crash. */
    for (size_t memory = 0; memory < (size_t)64 << 10; memory += 4096) {
        struct stage stage;
        struct diags diags = {0};
        stage_init(&stage, 1, memory);
        enum status status = stage_rules(&stage, slice_of(BUSY_RULES), &diags);
        if (status == STATUS_OK)
            assert_int_equal(tell(&stage, "call time=09:00 caller=+861 callee=+862\n", 1),
                             STATUS_FULL);
        else
            assert_int_equal(status, STATUS_FULL);
        stage_release(&stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count_and_window),
        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_where),
        cmocka_unit_test(test_aggregates),
        cmocka_unit_test(test_of_nothing),
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_profiles_of_profiles),
        cmocka_unit_test(test_several_kinds),
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_registers),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_score_grade_against),
        cmocka_unit_test(test_subjectless),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_marks_in_features),
        cmocka_unit_test(test_latest_mark_counts),
        cmocka_unit_test(test_sequence),
        cmocka_unit_test(test_sequence_of_one_kind),
        cmocka_unit_test(test_spelling_of_what_is_gone),
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_late_and_duplicates),
        cmocka_unit_test(test_any_batch_any_threads),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_unwanted_evidence),
        cmocka_unit_test(test_memory_full),
        cmocka_unit_test(test_sink_says_stop),
        cmocka_unit_test(test_boot_failures),
        cmocka_unit_test(test_small_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
