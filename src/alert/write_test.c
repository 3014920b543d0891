/* write_test.c -- what is written of an alert: all of it, and of names no more than is allowed.
 *
 *      write_test          runs the tests
 *      write_test lines    writes alerts of all sorts as JSON, for the check against the schema */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* cmocka wants those first */
#include <cmocka.h>

static const char RULES[] =
    "profile handset by call.imei {\n"
    "  sims = distinct imsi over 24h \"SIM cards in 24h\" \"24 小时内 SIM 卡数\"\n"
    "  talk = mean duration over 24h\n"
    "  peer = last callee over 24h\n"
    "}\n"
    "rule goip on call {\n"
    "  title \"GOIP gateway\" \"GOIP 网关\"\n"
    "  when handset.sims >= 5 and handset.talk < 180s and handset.peer = \"+8613812345678\"\n"
    "    and callee != \"+8613900000000\" and result = answered and not imei in list known_test\n"
    "    and (duration > 10s or duration < 2s)\n"
    "  score 0.6 + 0.05 * min(handset.sims, 10)\n"
    "  subject imei typology gateway\n"
    "  grade high when handset.sims >= 8, medium\n"
    "  against handset.talk > 100s \"long conversations\" \"通话时间长\"\n"
    "  against handset.peer = callee \"calls back\" \"回拨\"\n"
    "  against imei in list shop \"a phone shop\" \"手机店\"\n"
    "}\n"
    "rule money on payment {\n"
    "  title \"=HYPERLINK(\\\"x\\\")\" \"=公式\"\n"
    "  when amount >= 5000 CNY\n"
    "  subject payee typology mule\n"
    "}\n"
    "profile purse by payment.payer, payment.payee { n = count over 1h }\n"
    "rule twice on purse {\n"
    "  title \"in and out\" \"快进快出\"\n"
    "  when payment(a) then payment(b) within 2h\n"
    "  subject b.payer typology cash_out\n"
    "}\n"
    "rule wordy on payment {\n"
    "  title \"wordy\" \"多言\"\n"
    "  let other = payee\n"
    "  when other not in list merchant and payer_bank is known and payer marked hot\n"
    "    and channel in (mobile, web) and device is unknown and starts(payer, \"62\")\n"
    "    and (amount > 5 CNY or balance < 1 CNY)\n"
    "  subject payer typology mule\n"
    "}\n";

enum { GOIP, MONEY, TWICE, WORDY };

static const struct rule_set *set;
static struct arena *arena;

static void compile(void)
{
    static struct rule_file file;
    static struct diags diags;
    file = (struct rule_file){SLICE("write.cut"), {RULES, sizeof RULES - 1}};
    if (arena_create(&arena, 64 << 20) != STATUS_OK ||
        rules_check(&file, 1, arena, &diags, &set) != STATUS_OK) {
        char bytes[4096];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_diag(&text, &diags.diag[0], &file, TONGUE_EN, false);
        (void)fputs(bytes, stderr);
        must(set != NULL);
    }
}

/* An alert with everything that it points at. */
struct sample {
    struct alert alert;
    struct finding finding;
    struct record record;
    char conditions[CONDITIONS_MAX][512];
};

static void sample_subject(struct sample *sample, unsigned rule, const char *subject)
{
    *sample = (struct sample){.alert = {.finding = &sample->finding, .first = true}};
    struct finding *finding = &sample->finding;
    finding->set = set;
    finding->rule = &set->rule[rule];
    finding->record = &sample->record;
    finding->at = (moment){1772415304250}; /* 2026-03-02T09:35:04.250+08:00 */
    finding->subject_text = slice_of(subject);
    finding->subject = ident_of(finding->subject_text);
    finding->score = 0.85;
    finding->scored = true;
    finding->positions_count = 2;
    finding->position[0] = position_of(0, 12);
    finding->position[1] = position_of(1, 7);
    memcpy(sample->alert.id, "0123456789abcdef0123456789abcdef", ALERT_ID_SIZE);
}

/* The next condition of the rule, met by `value`; a comparison if `value` is not NULL. */
static void sample_evidence(struct sample *sample, const char *value, const char *threshold)
{
    struct finding *finding = &sample->finding;
    uint32_t i = finding->evidence_count++;
    const struct expr *expr = finding->rule->condition[i];
    struct text condition = text_over(sample->conditions[i], sizeof sample->conditions[i]);
    text_add_expr(&condition, set, finding->rule, expr);
    struct evidence *evidence = &finding->evidence[i];
    *evidence = (struct evidence){.condition = text_slice(&condition), .expr = expr};
    if (value == NULL)
        return;
    evidence->compared = true;
    evidence->comparison = expr->kind;
    evidence->type = expr->arg[0]->type;
    evidence->value_text = slice_of(value);
    evidence->threshold_text = slice_of(threshold);
    evidence->read = expr->arg[0]->kind == EXPR_READ ? expr->arg[0] : NULL;
}

static void sample_goip(struct sample *sample)
{
    sample_subject(sample, GOIP, "35209900176148");
    sample->finding.grade = GRADE_HIGH;
    sample_evidence(sample, "7", "5");
    sample_evidence(sample, "26s", "3m");
    sample_evidence(sample, "+8613812345678", "+8613812345678");
    sample_evidence(sample, "+8613812340000", "+8613900000000");
    sample_evidence(sample, "answered", "answered");
    sample_evidence(sample, NULL, NULL);
    sample_evidence(sample, NULL, NULL);
    const struct rule *rule = sample->finding.rule;
    sample->finding.against_count = 3;
    sample->finding.against[0] = (struct counter_evidence){&rule->against[0], SLICE("4m")};
    sample->finding.against[1] =
        (struct counter_evidence){&rule->against[1], SLICE("+8613812345678")};
    sample->finding.against[2] = (struct counter_evidence){&rule->against[2], {NULL, 0}};
}

static struct slice path_of(void *self, uint32_t file)
{
    (void)self;
    return file == 0 ? SLICE("calls.csv") : SLICE("day \"2\"/calls.csv");
}

static struct alert_view view_of(bool unmask)
{
    return (struct alert_view){
        .tongue = TONGUE_EN, .unmask = unmask, .zone_minutes = 480, .path_of = path_of};
}

static char room[ALERT_BYTES_MAX];

static const char *json_of(const struct sample *sample, bool unmask)
{
    struct alert_view view = view_of(unmask);
    struct text text = text_over(room, sizeof room);
    text_add_alert_json(&text, &sample->alert, &view);
    must(!text.full);
    return room;
}

static const char *reason_of(const struct sample *sample, enum tongue tongue)
{
    struct alert_view view = view_of(false);
    struct text text = text_over(room, sizeof room);
    text_add_reason(&text, &sample->alert, &view, tongue);
    return room;
}

static void the_reason_is_one_sentence_with_the_numbers(void **state)
{
    (void)state;
    struct sample sample;
    sample_goip(&sample);
    const char *en = reason_of(&sample, TONGUE_EN);
    assert_non_null(strstr(en, "GOIP gateway: IMEI ***6148, SIM cards in 24h 7 (≥ 5), "));
    assert_non_null(strstr(en, " 26s (< 3m), "));
    assert_non_null(strstr(en, "callee +86138****0000 (≠ +86139****0000)"));
    assert_non_null(strstr(en,
                           "result answered, the IMEI is not on the list known_test, and 1 more "
                           "condition met; against: long"));
    assert_non_null(strstr(en, "; against: long conversations (4m), calls back (+86138****5678), "
                               "a phone shop"));
    assert_null(strchr(en, '\n'));
    const char *zh = reason_of(&sample, TONGUE_ZH);
    assert_non_null(strstr(zh, "GOIP 网关：IMEI ***6148，24 小时内 SIM 卡数 7（≥ 5）、"));
    assert_non_null(strstr(zh, "；反证：通话时间长（4m）、回拨（+86138****5678）、手机店"));
}

static void conditions_without_numbers_are_said_in_words(void **state)
{
    (void)state;
    struct sample sample;
    sample_subject(&sample, WORDY, "6222021234568810");
    while (sample.finding.evidence_count < sample.finding.rule->conditions_count)
        sample_evidence(&sample, NULL, NULL);
    assert_string_equal(
        reason_of(&sample, TONGUE_EN),
        "wordy: account 622202****8810, the payee is not on the list merchant, the payer's bank "
        "is known, the payer is marked hot, the channel is one of mobile, web, the device is "
        "unknown, and 2 more conditions met");
    assert_string_equal(reason_of(&sample, TONGUE_ZH),
                        "多言：账户 622202****8810，收款账户不在名单 merchant 中、付款行已知、"
                        "付款账户有标记 hot、渠道属于 mobile、web、设备未知，另外 2 项条件成立");
}

static void every_field_has_a_word(void **state)
{
    (void)state;
    for (int kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        const struct kind_schema *schema = kind_schema((enum record_kind)kind);
        for (unsigned i = 0; i < schema->fields_count && schema->group == GROUP_EVENT; i++)
            for (int tongue = 0; tongue < TONGUES_COUNT; tongue++)
                if (field_word((enum record_kind)kind, i, (enum tongue)tongue) == NULL)
                    fail_msg("field_words.inc has no %s", schema->fields[i].name);
    }
}

static void durations_are_short(void **state)
{
    (void)state;
    static const struct {
        const char *value, *shown;
    } SPANS[] = {{"42697ms", " 42.7s (< 3m)"}, {"90061s", " 1d (< 3m)"},
                 {"0s", " 0ms (< 3m)"},        {"7200s", " 2h (< 3m)"},
                 {"90s", " 1.5m (< 3m)"},      {"999ms", " 999ms (< 3m)"},
                 {"-90m", " -1.5h (< 3m)"},    {"strange", " strange (< 3m)"}};
    for (size_t i = 0; i < sizeof SPANS / sizeof SPANS[0]; i++) {
        struct sample sample;
        sample_subject(&sample, GOIP, "35209900176148");
        sample_evidence(&sample, "7", "5");
        sample_evidence(&sample, SPANS[i].value, "3m");
        if (strstr(reason_of(&sample, TONGUE_EN), SPANS[i].shown) == NULL)
            fail_msg("%s: %s", SPANS[i].value, room);
    }
}

static void money_has_its_currency(void **state)
{
    (void)state;
    struct sample sample;
    sample_subject(&sample, MONEY, "6222021234568810");
    sample_evidence(&sample, "49800.00", "5000.00");
    assert_string_equal(reason_of(&sample, TONGUE_EN),
                        "=HYPERLINK(\"x\"): account 622202****8810, amount 49800.00 CNY (≥ "
                        "5000.00 CNY)");
}

static void a_sequence_is_told(void **state)
{
    (void)state;
    struct sample sample;
    sample_subject(&sample, TWICE, "6222021234568810");
    assert_string_equal(reason_of(&sample, TONGUE_EN), "in and out: account 622202****8810, a "
                                                       "payment, then a payment within 2h");
    assert_string_equal(reason_of(&sample, TONGUE_ZH),
                        "快进快出：账户 622202****8810，转账之后 2h 内转账");
}

static void json_holds_all_of_it(void **state)
{
    (void)state;
    struct sample sample;
    sample_goip(&sample);
    const char *json = json_of(&sample, false);
    static const char *const PARTS[] = {
        "{\"version\":1,\"id\":\"0123456789abcdef0123456789abcdef\"",
        "\"time\":\"2026-03-02T09:35:04.250+08:00\"",
        "\"rule\":\"goip\"",
        "\"typology\":\"gateway\",\"subject_kind\":\"imei\",\"subject\":\"***6148\",\"masked\":"
        "true",
        "\"score\":0.85,\"score_parts\":[{\"kind\":\"fixed\",\"source\":null,\"value\":0.6},"
        "{\"kind\":\"formula\",\"source\":\"0.05 * min(handset.sims, 10)\",\"value\":0.25}],"
        "\"grade\":\"high\",\"respond\":\"lead\"",
        "\"title\":{\"en\":\"GOIP gateway\",\"zh\":\"GOIP 网关\"}",
        "\"value\":\"7\",\"threshold\":\"5\",\"comparison\":\">=\",\"label\":{\"en\":\"SIM cards "
        "in "
        "24h\",\"zh\":\"24 小时内 SIM 卡数\"}",
        "\"value\":null,\"threshold\":null,\"comparison\":null,\"label\":null",
        "\"against\":[{\"en\":\"long conversations\",\"zh\":\"通话时间长\",\"value\":\"4m\"},",
        "\"records\":[{\"file\":\"calls.csv\",\"line\":12},{\"file\":\"day "
        "\\\"2\\\"/calls.csv\",\"line\":7}]",
        "\"first\":true,\"repeat\":false,\"merged\":0,\"bounded\":false}",
    };
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++)
        if (strstr(json, PARTS[i]) == NULL)
            fail_msg("missing: %s\nin: %s", PARTS[i], json);
}

static void scores_keep_four_digits(void **state)
{
    (void)state;
    static const struct {
        double score;
        const char *written;
    } SCORES[] = {{0, "\"score\":0.0,"},
                  {1, "\"score\":1.0,"},
                  {0.5, "\"score\":0.5,"},
                  {1.0 / 3, "\"score\":0.3333,"},
                  {0.99999, "\"score\":1.0,"}};
    struct sample sample;
    sample_goip(&sample);
    for (size_t i = 0; i < sizeof SCORES / sizeof SCORES[0]; i++) {
        sample.finding.score = SCORES[i].score;
        assert_non_null(strstr(json_of(&sample, false), SCORES[i].written));
    }
}

/* A value of the formula was unknown, or the rule has none: nothing is made up. */
static void a_usual_score_has_no_parts(void **state)
{
    (void)state;
    static const char USUAL[] =
        "\"score_parts\":[{\"kind\":\"usual\",\"source\":null,\"value\":0.5}]";
    struct sample sample;
    sample_goip(&sample);
    sample.finding.score = 0.5;
    sample.finding.scored = false;
    assert_non_null(strstr(json_of(&sample, false), USUAL));
    sample_subject(&sample, MONEY, "6222020000001111");
    sample.finding.score = 0.5;
    assert_non_null(strstr(json_of(&sample, false), USUAL));
}

/* No form shows a name of a person, line, device or account, wherever it hides. */
static void nothing_leaks_when_masked(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"35209900176148", "13812345678", "13812340000",
                                        "13900000000"};
    struct sample sample;
    sample_goip(&sample);
    struct alert_view view = view_of(false);
    for (int form = 0; form < 5; form++) {
        struct text text = text_over(room, sizeof room);
        if (form == 0)
            text_add_alert_json(&text, &sample.alert, &view);
        else if (form == 1)
            text_add_alert_csv(&text, &sample.alert, &view);
        else if (form == 2)
            text_add_alert_line(&text, &sample.alert, &view, 0, true);
        else
            text_add_reason(&text, &sample.alert, &view, form == 3 ? TONGUE_EN : TONGUE_ZH);
        for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
            assert_null(strstr(room, NAMES[i]));
        assert_non_null(strstr(room, "***6148"));
    }
    const char *json = json_of(&sample, true);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        assert_non_null(strstr(json, NAMES[i]));
    assert_non_null(strstr(json, "\"masked\":false"));
}

static void csv_is_guarded(void **state)
{
    (void)state;
    static const struct {
        const char *value, *cell;
    } CELLS[] = {
        {"plain", "\"plain\""},
        {"a \"b\"", "\"a \"\"b\"\"\""},
        {"=1+1", "\"'=1+1\""},
        {"+86138", "\"'+86138\""},
        {"-1", "\"'-1\""},
        {"@x", "\"'@x\""},
        {"＝1", "\"'＝1\""},
        {"\tx", "\"'\xEF\xBF\xBDx\""},
        {"a\r\nb", "\"a\xEF\xBF\xBD\xEF\xBF\xBD"
                   "b\""},
        {"a\xE2\x80\xAE"
         "b",
         "\"a\xEF\xBF\xBD"
         "b\""}, /* right-to-left override */
        {"a\xFF", "\"a\xEF\xBF\xBD\""},
        {"", "\"\""},
    };
    for (size_t i = 0; i < sizeof CELLS / sizeof CELLS[0]; i++) {
        struct text text = text_over(room, sizeof room);
        text_add_cell(&text, slice_of(CELLS[i].value));
        assert_string_equal(room, CELLS[i].cell);
    }
    struct sample sample;
    sample_subject(&sample, MONEY, "+CMD|calc");
    sample_evidence(&sample, "5000.00", "5000.00");
    struct alert_view view = view_of(true);
    struct text text = text_over(room, sizeof room);
    text_add_alert_csv(&text, &sample.alert, &view);
    assert_non_null(strstr(room, ",\"'+CMD|calc\",false,"));
    assert_non_null(strstr(room, ",\"'=HYPERLINK(\"\"x\"\")\",\"'=公式\","));
}

/* As many cells in a row as in the header, whatever the alert. */
static unsigned cells_count(const char *row)
{
    unsigned count = 1;
    bool quoted = false;
    for (; *row != '\r'; row++) {
        quoted ^= *row == '"';
        count += *row == ',' && !quoted;
    }
    return count;
}

static void csv_rows_fit_their_header(void **state)
{
    (void)state;
    struct sample sample;
    struct text text = text_over(room, sizeof room);
    text_add_alert_csv_header(&text);
    unsigned columns = cells_count(room);
    struct alert_view view = view_of(false);
    for (int i = 0; i < 3; i++) {
        if (i == 0)
            sample_goip(&sample);
        else
            sample_subject(&sample, MONEY, "6222021234568810");
        sample.finding.positions_count = i == 2 ? 0 : 1;
        text = text_over(room, sizeof room);
        text_add_alert_csv(&text, &sample.alert, &view);
        assert_int_equal(cells_count(room), columns);
        assert_string_equal(room + text.size - 2, "\r\n");
    }
}

static size_t columns_of(const char *line)
{
    return utf8_columns(slice_of(line));
}

static void a_line_is_cut_to_the_terminal(void **state)
{
    (void)state;
    struct sample sample;
    sample_goip(&sample);
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct alert_view view = view_of(false);
        view.tongue = tongue;
        char whole[8192];
        struct text text = text_over(whole, sizeof whole);
        text_add_alert_line(&text, &sample.alert, &view, 0, false);
        assert_non_null(strstr(whole, "2026-03-02 09:35:04  high   "));
        for (size_t columns = 40; columns < columns_of(whole) + 3; columns++) {
            text = text_over(room, sizeof room);
            text_add_alert_line(&text, &sample.alert, &view, columns, false);
            size_t used = columns_of(room);
            assert_true(used <= columns);
            assert_true(used + 2 > columns || used == columns_of(whole));
            assert_true(utf8_valid(text_slice(&text)));
            bool cut = strcmp(room, whole) != 0;
            assert_true(cut == (columns < columns_of(whole)));
            assert_true(!cut || strstr(room, "…") != NULL);
        }
    }
}

static void colour_changes_no_letter(void **state)
{
    (void)state;
    struct sample sample;
    sample_goip(&sample);
    struct alert_view view = view_of(false);
    char plain[8192];
    struct text text = text_over(plain, sizeof plain);
    text_add_alert_line(&text, &sample.alert, &view, 90, false);
    assert_null(strchr(plain, '\x1b'));
    text = text_over(room, sizeof room);
    text_add_alert_line(&text, &sample.alert, &view, 90, true);
    char bare[8192];
    size_t size = 0;
    for (const char *at = room; *at != '\0'; at++) {
        if (*at == '\x1b')
            at += strcspn(at, "m");
        else
            bare[size++] = *at;
    }
    bare[size] = '\0';
    assert_string_equal(bare, plain);
}

static void long_texts_end_in_an_ellipsis(void **state)
{
    (void)state;
    struct sample sample;
    sample_goip(&sample);
    static char huge[3 * SHOWN_BYTES_MAX];
    memset(huge, 'x', sizeof huge - 1);
    memcpy(huge, "试", 3);
    sample.finding.evidence[0].condition = slice_of(huge);
    sample.finding.evidence[0].value_text = slice_of(huge);
    const char *json = json_of(&sample, false);
    assert_non_null(strstr(json, "xxx…\",\"value\":\"试xx"));
    assert_true(utf8_valid(slice_of(json)));
    for (uint32_t i = 0; i < CONDITIONS_MAX; i++)
        sample.finding.evidence[i] = sample.finding.evidence[0];
    sample.finding.evidence_count = CONDITIONS_MAX;
    json = json_of(&sample, false); /* ALERT_BYTES_MAX holds the largest alert */
    assert_true(utf8_valid(slice_of(json)));
}

/* Alerts of all sorts, for the schema. */
static int write_lines(void)
{
    struct sample sample;
    for (int i = 0; i < 64; i++) {
        if (i % 3 == 0)
            sample_goip(&sample);
        else if (i % 3 == 1)
            sample_subject(&sample, MONEY, i % 2 ? "6222021234568810" : "名\x01\"\\\xFF户");
        else
            sample_subject(&sample, TWICE, "x");
        if (i % 3 == 1)
            sample_evidence(&sample, "49800.00", "5000.00");
        sample.finding.grade = (enum grade)(i % 5);
        sample.finding.score = i / 63.0;
        sample.finding.bounded = i % 7 == 0;
        sample.finding.positions_count = (uint32_t)(i % (POSITIONS_MAX + 1));
        sample.alert.first = i % 2;
        sample.alert.merged_before = (uint64_t)i * 1000000007;
        struct rule rule = *sample.finding.rule;
        rule.label = (enum label)(i % LABELS_COUNT);
        rule.respond = (enum response)(i % 4);
        sample.finding.rule = &rule;
        struct alert_view view = view_of(i % 4 == 0);
        if (i % 5 == 0)
            view.path_of = NULL;
        struct text text = text_over(room, sizeof room);
        text_add_alert_json(&text, &sample.alert, &view);
        (void)puts(room);
    }
    return 0;
}

int main(int count, char **words)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reason_is_one_sentence_with_the_numbers),
        cmocka_unit_test(conditions_without_numbers_are_said_in_words),
        cmocka_unit_test(every_field_has_a_word),
        cmocka_unit_test(durations_are_short),
        cmocka_unit_test(money_has_its_currency),
        cmocka_unit_test(a_sequence_is_told),
        cmocka_unit_test(json_holds_all_of_it),
        cmocka_unit_test(scores_keep_four_digits),
        cmocka_unit_test(a_usual_score_has_no_parts),
        cmocka_unit_test(nothing_leaks_when_masked),
        cmocka_unit_test(csv_is_guarded),
        cmocka_unit_test(csv_rows_fit_their_header),
        cmocka_unit_test(a_line_is_cut_to_the_terminal),
        cmocka_unit_test(colour_changes_no_letter),
        cmocka_unit_test(long_texts_end_in_an_ellipsis),
    };
    compile();
    int code = count > 1 && strcmp(words[1], "lines") == 0
                   ? write_lines()
                   : cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(arena);
    return code;
}
