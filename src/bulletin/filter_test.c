/* filter_test.c -- filters mean the same as SQL and as a plain answer, and complain at the right
 * column. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"
#include "ground/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ROWS = 200, ZONE = 480 };

static struct alert_row row[ROWS];
static struct arena *arena;
static struct store *store;

static struct slice pick(struct chance *chance, const char *const *words, size_t count)
{
    return slice_of(words[chance_below(chance, count)]);
}
#define PICK(chance, words) pick(chance, words, sizeof words / sizeof words[0])

static const char *const TYPOLOGIES[] = {"gateway", "mule", "victim", "relay", "gate"};
static const char *const RULE_NAMES[] = {"goip", "goip_busy", "trial_one", "mule_fast", "Goip"};
static const char *const WORDS[] = {
    "5 sim cards in 24h", "五张卡", "long conversations 通话时间长", "50%_off", "it's",
    "\"quoted\"",         ""};
static const char *const OUTCOMES[] = {"open", "open", "confirmed", "false_alarm"};
static const char *const SUBJECTS[] = {"p_00aa", "p_00ab", "p_ff00"};

static void rows_make(void)
{
    struct chance chance = chance_seeded(7);
    char room[256];
    struct text why = text_over(room, sizeof room);
    assert_int_equal(arena_create(&arena, 256 << 20), STATUS_OK);
    assert_int_equal(
        store_open(&store, ":memory:", BULLETIN_MIGRATIONS, BULLETIN_MIGRATIONS_COUNT, arena, &why),
        STATUS_OK);
    assert_int_equal(store_begin(store), STATUS_OK);
    for (unsigned i = 0; i < ROWS; i++) {
        char *id = NULL;
        assert_int_equal(arena_take(arena, 16, (void **)&id), STATUS_OK);
        (void)snprintf(id, 16, "id%u", i);
        row[i] = (struct alert_row){
            .number = i + 1,
            .position = chance_below(&chance, 1000),
            .id = slice_of(id),
            .image = SLICE("abcd"),
            .typology = PICK(&chance, TYPOLOGIES),
            .rule = PICK(&chance, RULE_NAMES),
            .subject_kind = SLICE("phone"),
            .subject = PICK(&chance, SUBJECTS),
            .respond = SLICE("lead"),
            .grade = (int)chance_below(&chance, 5),
            .score = (double)chance_below(&chance, 11) / 10,
            .time = {1772294400000 + (int64_t)chance_below(&chance, 5) * DAY_MS / 2},
            .first = chance_below(&chance, 2) == 0,
            .shadow = chance_below(&chance, 4) == 0,
            .words = PICK(&chance, WORDS),
            .outcome = PICK(&chance, OUTCOMES)};
        const struct store_value values[] = {STORE_OF_WHOLE((int64_t)row[i].number),
                                             STORE_OF_TEXT(row[i].id),
                                             STORE_OF_WHOLE((int64_t)row[i].position),
                                             STORE_OF_TEXT(row[i].image),
                                             STORE_OF_WHOLE(row[i].shadow),
                                             STORE_OF_TEXT(row[i].typology),
                                             STORE_OF_TEXT(row[i].rule),
                                             STORE_OF_TEXT(row[i].subject_kind),
                                             STORE_OF_TEXT(row[i].subject),
                                             STORE_OF_TEXT(row[i].respond),
                                             STORE_OF_WHOLE(row[i].grade),
                                             STORE_OF_REAL(row[i].score),
                                             STORE_OF_WHOLE(row[i].time.ms),
                                             STORE_OF_WHOLE(row[i].first),
                                             STORE_OF_TEXT(row[i].words),
                                             STORE_OF_TEXT(row[i].outcome)};
        assert_int_equal(
            store_run(
                store,
                "INSERT INTO alert (number, id, position, image, shadow, typology, rule, "
                "subject_kind, subject, respond, grade, score, time, first, words, masked, "
                "unmasked, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
                "?13, ?14, ?15, '', '', ?16)",
                values, 16),
            STATUS_OK);
    }
    assert_int_equal(store_commit(store), STATUS_OK);
}

struct seen {
    bool number[ROWS + 1];
    unsigned count;
};

static enum status see(void *self, const struct alert_row *found)
{
    struct seen *seen = self;
    seen->number[found->number] = true;
    seen->count++;
    return STATUS_OK;
}

/* Asks both ways; how many rows it lets through. */
static unsigned agree(const char *text)
{
    struct arena *scratch = NULL;
    struct filter *filter = NULL;
    struct filter_complaint complaint;
    struct seen seen = {0};
    unsigned count = 0;
    assert_int_equal(arena_create(&scratch, 4 << 20), STATUS_OK);
    if (filter_read(slice_of(text), ZONE, scratch, &filter, &complaint) != STATUS_OK)
        fail_msg("%s: column %u: %s", text, complaint.column,
                 filter_fault_says(complaint.fault, TONGUE_EN));
    const struct bulletin_query query = {.filter = filter, .count_max = ROWS};
    assert_int_equal(bulletin_look(store, &query, scratch, (struct bulletin_sink){see, &seen}),
                     STATUS_OK);
    for (unsigned i = 0; i < ROWS; i++) {
        bool holds = filter_holds(filter, &row[i]);
        count += holds;
        if (holds != seen.number[i + 1])
            fail_msg("%s: row %u: SQL %d, plain %d", text, i + 1, seen.number[i + 1], holds);
    }
    arena_destroy(scratch);
    return count;
}

static unsigned counted(bool (*wanted)(const struct alert_row *row))
{
    unsigned count = 0;
    for (unsigned i = 0; i < ROWS; i++)
        count += wanted(&row[i]);
    return count;
}

static bool is_mule(const struct alert_row *at)
{
    return slice_equal(at->typology, SLICE("mule"));
}
static bool is_grave(const struct alert_row *at)
{
    return at->grade >= 3;
}
static bool is_between(const struct alert_row *at)
{
    return at->score >= 0.3 && at->score <= 0.7;
}
static bool is_above(const struct alert_row *at)
{
    return at->score > 0.5;
}
static bool is_goip(const struct alert_row *at)
{
    return slice_starts(at->rule, SLICE("goip"));
}
static bool is_second_day(const struct alert_row *at)
{
    int64_t start = 1772294400000 - 8 * HOUR_MS; /* 2026-03-01 in +08:00 begins here … */
    return at->time.ms >= start + DAY_MS && at->time.ms < start + 2 * DAY_MS;
}
static bool is_either(const struct alert_row *at)
{
    return is_mule(at) || (is_grave(at) && !at->shadow);
}
static bool has_cards(const struct alert_row *at)
{
    return slice_equal(at->words, SLICE("5 sim cards in 24h"));
}
static bool has_percent(const struct alert_row *at)
{
    return slice_equal(at->words, SLICE("50%_off"));
}

static void a_filter_means_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool (*wanted)(const struct alert_row *row);
    } CASES[] = {
        {"typology:mule", is_mule},
        {"类型：mule", is_mule},
        {"grade:>=high", is_grave},
        {"等级:高..特高", is_grave},
        {"grade:[high TO extreme]", is_grave},
        {"grade:>medium", is_grave},
        {"NOT grade:<=medium", is_grave},
        {"score:0.3..0.7", is_between},
        {"score:[0.3 TO 0.7]", is_between},
        {"score:>=0.3 score:<=0.7", is_between},
        {"score:>0.5", is_above},
        {"风险分:>0.5", is_above},
        {"rule:goip*", is_goip},
        {"time:2026-03-02", is_second_day},
        {"time:[2026-03-02 TO 2026-03-02]", is_second_day},
        {"time:>=2026-03-02T00:00:00+08:00 AND time:<2026-03-03", is_second_day},
        {"typology:mule OR grade:>=high AND NOT shadow:yes", is_either},
        {"typology:mule OR (grade:>=high shadow:no)", is_either},
        {"类型:mule 或 （等级:>=高 且 非 影子:是）", is_either},
        {"\"SIM cards\"", has_cards},
        {"理由:\"sim CARDS\"", has_cards},
        {"cards", has_cards},
        {"“sim cards”", has_cards},
        {"50%_off", has_percent},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        unsigned wanted = counted(CASES[i].wanted);
        assert_true(wanted > 0 && wanted < ROWS);
        if (agree(CASES[i].text) != wanted)
            fail_msg("%s: %u rows, expected %u", CASES[i].text, agree(CASES[i].text), wanted);
    }
}

static void what_looks_like_sql_is_only_text(void **state)
{
    (void)state;
    assert_int_equal(agree("rule:\"' OR 1=1 --\""), 0);
    assert_int_equal(agree("rule:'OR'1'='1"), 0);
    assert_int_equal(agree("\"'; DROP TABLE alert; --\""), 0);
    assert_int_equal(agree("rule:%"), 0);
    assert_int_equal(agree("rule:?1"), 0);
    assert_int_equal(agree("number:1..200"), ROWS);
}

static void faults_have_their_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum filter_fault fault;
        unsigned column;
    } CASES[] = {
        {"", FILTER_CONDITION_EXPECTED, 1},
        {"grade:high AND", FILTER_CONDITION_EXPECTED, 15},
        {"(grade:high", FILTER_PARENTHESIS_EXPECTED, 12},
        {"grade:high)", FILTER_END_EXPECTED, 11},
        {"colour:red", FILTER_FIELD_UNKNOWN, 1},
        {"等级:高 颜色:红", FILTER_FIELD_UNKNOWN, 6},
        {"grade:", FILTER_VALUE_EXPECTED, 7},
        {"grade:huge", FILTER_GRADE_FORM, 7},
        {"rule:\"goip", FILTER_QUOTE_EXPECTED, 6},
        {"rule:>goip", FILTER_NO_ORDER, 6},
        {"score:[1 2]", FILTER_RANGE_FORM, 7},
        {"score:..", FILTER_RANGE_FORM, 7},
        {"score:1.2.3", FILTER_NUMBER_FORM, 7},
        {"number:-1", FILTER_NUMBER_FORM, 8},
        {"number:99999999999999999999", FILTER_NUMBER_FORM, 8},
        {"time:2026-02-30", FILTER_MOMENT_FORM, 6},
        {"time:yesterday", FILTER_MOMENT_FORM, 6},
        {"first:maybe", FILTER_FLAG_FORM, 7},
        {"rule:g*p", FILTER_STAR_FORM, 7},
        {"\xff", FILTER_NOT_UTF8, 1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct arena *scratch = NULL;
        struct filter *filter = NULL;
        struct filter_complaint complaint;
        assert_int_equal(arena_create(&scratch, 1 << 20), STATUS_OK);
        assert_int_equal(filter_read(slice_of(CASES[i].text), ZONE, scratch, &filter, &complaint),
                         STATUS_MALFORMED);
        if (complaint.fault != CASES[i].fault || complaint.column != CASES[i].column)
            fail_msg("%s: %s at %u", CASES[i].text, filter_fault_says(complaint.fault, TONGUE_EN),
                     complaint.column);
        arena_destroy(scratch);
    }
}

static void depth_and_length_have_their_bounds(void **state)
{
    (void)state;
    char text[4096];
    struct filter *filter = NULL;
    struct filter_complaint complaint;
    for (unsigned which = 0; which < 4; which++) {
        struct text out = text_over(text, sizeof text);
        for (unsigned i = 0; i < (which == 3 ? 2000 : which == 2 ? 70 : 33); i++)
            text_add_string(&out, which == 0 ? "(" : which == 1 ? "NOT " : which == 2 ? "x " : "y");
        text_add_string(&out, which == 0 ? "x" : which == 1 ? "x" : "");
        struct arena *scratch = NULL;
        assert_int_equal(arena_create(&scratch, 1 << 20), STATUS_OK);
        assert_int_equal(filter_read(text_slice(&out), ZONE, scratch, &filter, &complaint),
                         STATUS_MALFORMED);
        static const enum filter_fault FAULTS[] = {FILTER_TOO_DEEP, FILTER_TOO_DEEP,
                                                   FILTER_TOO_MANY, FILTER_TOO_LONG};
        assert_int_equal(complaint.fault, FAULTS[which]);
        arena_destroy(scratch);
    }
}

/* A random filter, nested at most so deep. */
static void weave(struct chance *chance, struct text *text, unsigned depth)
{
    static const char *const TEXTS[] = {"typology:mule",     "typology:gate*",
                                        "rule:goip*",        "rule:Goip",
                                        "subject:p_00*",     "subject:p_ff00",
                                        "类型:victim",       "理由:卡",
                                        "\"sim\"",           "it's",
                                        "grade:>=medium",    "grade:low",
                                        "grade:<high",       "等级:..中",
                                        "score:>0.4",        "score:<=0.6",
                                        "score:0.5",         "score:0.2..",
                                        "position:..500",    "position:>250",
                                        "outcome:open",      "结论:false_alarm",
                                        "NOT outcome:conf*", "number:[5 TO 90]",
                                        "time:2026-03-01",   "time:<2026-03-02",
                                        "time:2026-03-02..", "first:yes",
                                        "shadow:no",         "kind:phone",
                                        "respond:watch",     "id:id1*",
                                        "image:abcd"};
    uint64_t what = depth == 0 ? 0 : chance_below(chance, 6);
    if (what <= 1) {
        text_add(text, PICK(chance, TEXTS));
    } else if (what == 2) {
        text_add_string(text, chance_below(chance, 2) == 0 ? "NOT " : "非 ");
        weave(chance, text, depth - 1);
    } else {
        static const char *const JOINTS[] = {" AND ", " OR ", " ", " 且 ", " 或 "};
        text_add_string(text, what == 3 ? "(" : "（");
        weave(chance, text, depth - 1);
        text_add(text, PICK(chance, JOINTS));
        weave(chance, text, depth - 1);
        text_add_string(text, what == 3 ? ")" : "）");
    }
}

static void random_filters_agree(void **state)
{
    (void)state;
    struct chance chance = chance_seeded(2026);
    unsigned mixed = 0;
    for (unsigned i = 0; i < 1500; i++) {
        char bytes[1024];
        struct text text = text_over(bytes, sizeof bytes);
        weave(&chance, &text, 4);
        if (text.full)
            continue;
        unsigned count = agree(bytes);
        mixed += count > 0 && count < ROWS;
    }
    print_message("%u filters let some rows through\n", mixed);
    assert_true(mixed > 700);
}

static void a_value_that_may_name_somebody_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        bool may;
    } CASES[] = {{"13812345678", true},
                 {"\"sim\"", true},
                 {"reason:\"李四\"", true},
                 {"grade:high 13812345678", true},
                 {"NOT (grade:high OR 理由:x)", true},
                 {"subject:13812345678", true},
                 {"subject:p_13812345678", true},
                 {"subject:p_0123456789abcdef0123456789abcdef", false},
                 {"subject:p_0123*", false},
                 {"subject:p_01234567*", true},
                 {"id:13812345678*", true},
                 {"id:0123456789abcdef0123456789abcdef", false},
                 {"id:622202000000123456", true},
                 {"image:ab12*", false},
                 {"image:110101199003070011", true},
                 {"rule:fan_out_2", false},
                 {"rule:r13812345678", true},
                 {"rule:张三", true},
                 {"rule:\"fan out\"", true},
                 {"kind:phone", false},
                 {"outcome:false_alarm", false},
                 {"number:>=13812345678", true},
                 {"编号:..02012345678", true},
                 {"number:[5 TO 90]", false},
                 {"position:>250000", false},
                 {"score:13812345678", true},
                 {"score:>0.138123456789", false},
                 {"grade:>=high time:2026-03-01..2026-03-07 first:yes", false}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct filter *filter = NULL;
        struct filter_complaint complaint;
        assert_int_equal(filter_read(slice_of(CASES[i].filter), 480, arena, &filter, &complaint),
                         STATUS_OK);
        if (filter_may_name(filter) != CASES[i].may)
            fail_msg("%s", CASES[i].filter);
    }
}

static int setup(void **state)
{
    (void)state;
    rows_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    store_close(store);
    arena_destroy(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_means_what_it_says),
        cmocka_unit_test(what_looks_like_sql_is_only_text),
        cmocka_unit_test(faults_have_their_column),
        cmocka_unit_test(depth_and_length_have_their_bounds),
        cmocka_unit_test(random_filters_agree),
        cmocka_unit_test(a_value_that_may_name_somebody_is_known),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
