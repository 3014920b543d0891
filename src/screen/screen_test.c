/* screen_test.c -- from what is remembered to an answer; an answer changes nothing, and stands in
 * the journal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "screen/screen.h"

#include "live/small.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#include <cmocka.h>

static const char POLICY[] =
    "screening: 1\n"
    "policies:\n"
    "  - organisation: \"*\"\n"
    "    call:\n"
    "      - {answer: block, reason: listed, en: on a list, zh: 在名单, list: blocked, of: "
    "caller}\n"
    "      - {answer: warn, reason: many, en: calls many, zh: 呼叫多人, typology: scam_caller, "
    "score: 0.6}\n"
    "      - {answer: warn, reason: loud, en: was loud, zh: 曾频繁, mark: loud, weight: 0.5, "
    "of: caller}\n"
    "      - {answer: hold, minutes: 10, reason: before, en: was found, zh: 曾预警, standing: low, "
    "typology: scam_caller, days: 2, of: caller}\n"
    "    payment:\n"
    "      - {answer: hold, minutes: 30, reason: passes, en: passes, zh: 快进快出, typology: mule, "
    "score: 0.6}\n"
    "      - {answer: hold, minutes: 60, reason: hot, en: hot, zh: 高危, mark: hot, of: payer}\n"
    "    onboarding:\n"
    "      - {answer: block, reason: person, en: person, zh: 客户, list: persons, of: person}\n"
    "  - organisation: calm\n";

struct room {
    struct small small;
    struct policies policies;
};

static void policies_of(struct room *room, struct arena *arena)
{
    char bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT];
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
    enum status status = policies_read(&room->policies, "p.yaml", slice_of(POLICY), arena, why);
    if (status != STATUS_OK)
        fail_msg("%s", why[TONGUE_EN].at);
}

static void room_open(struct room *room)
{
    assert_int_equal(small_open(&room->small, slice_of(SMALL_RULES), 2, 64 << 20), STATUS_OK);
    policies_of(room, room->small.stage.boot);
}

static const struct record *told(struct room *room, const char *line)
{
    const struct record *record = told_record(&room->small.stage, slice_of(line));
    assert_non_null(record);
    return record;
}

static void happens(struct room *room, const char *line)
{
    assert_int_equal(pipeline_take(&room->small.pipeline, told(room, line), 1), STATUS_OK);
}

static struct screen_answer answer_to(struct room *room, const char *organisation, const char *line)
{
    struct screen_answer answer;
    struct screen_request request = {.organisation = slice_of(organisation),
                                     .record = told(room, line)};
    screen_decide(&room->policies, &room->small.pipeline, &request, (moment){DAY_ZERO_MS}, &answer);
    return answer;
}

static void assert_reasons(const struct screen_answer *answer, const char *codes)
{
    char room[256];
    struct text text = text_over(room, sizeof room);
    for (uint32_t i = 0; i < answer->reasons_count; i++) {
        text_add_string(&text, i > 0 ? " " : "");
        text_add(&text, answer->reason[i].line->reason);
    }
    assert_string_equal(text.at, codes);
}

static void answers_from_what_is_remembered(void **state)
{
    (void)state;
    struct room room;
    room_open(&room);
    struct screen_answer answer =
        answer_to(&room, "bank", "call time=09:00 caller=+861 callee=+8620");
    assert_int_equal(answer.word, SCREEN_allow); /* nothing is known yet */
    assert_int_equal(answer.watermark.ms, MOMENT_NONE.ms);
    for (unsigned i = 0; i < 3; i++) {
        char line[96];
        (void)snprintf(line, sizeof line, "call time=09:0%u caller=+861 callee=+862%u", i, i);
        happens(&room, line);
    }
    /* The fourth call is the one that counts, and it has not happened. */
    answer = answer_to(&room, "bank", "call time=09:05 caller=+861 callee=+8625");
    assert_int_equal(answer.word, SCREEN_warn);
    assert_reasons(&answer, "many");
    assert_true(answer.reason[0].value >= 0.6);
    assert_string_equal(answer.reason[0].name, "many");
    for (unsigned again = 0; again < 3; again++) {
        struct screen_answer same =
            answer_to(&room, "bank", "call time=09:05 caller=+861 callee=+8625");
        assert_int_equal(same.word, answer.word); /* asking is not calling */
    }
    answer = answer_to(&room, "calm", "call time=09:05 caller=+861 callee=+8625");
    assert_int_equal(answer.word, SCREEN_allow);
    assert_int_equal(answer.findings, 1); /* the rules say what they say */
    happens(&room, "call time=09:05 caller=+861 callee=+8625");
    answer = answer_to(&room, "bank", "call time=09:06 caller=+861 callee=+8620");
    assert_int_equal(answer.word, SCREEN_hold);
    assert_reasons(&answer, "many loud before");
    assert_int_equal(answer.until.ms, DAY_ZERO_MS + 10 * MINUTE_MS);
    answer = answer_to(&room, "bank", "call time=2d10:00 caller=+861 callee=+8620");
    assert_int_equal(answer.word, SCREEN_allow); /* mark and alert are old by then */
    happens(&room, "list list=blocked value=+861");
    answer = answer_to(&room, "bank", "call time=2d10:00 caller=+861 callee=+8620");
    assert_int_equal(answer.word, SCREEN_block);
    assert_reasons(&answer, "listed");
    small_close(&room.small);
}

static void money_and_customers(void **state)
{
    (void)state;
    struct room room;
    room_open(&room);
    happens(&room, "payment time=09:00 id=1 payer=A payee=B amount=1000.00");
    struct screen_answer answer =
        answer_to(&room, "bank", "payment time=09:05 payer=B payee=C amount=900.00");
    assert_int_equal(answer.word, SCREEN_hold);
    assert_reasons(&answer, "passes");
    assert_int_equal(answer.until.ms, DAY_ZERO_MS + 30 * MINUTE_MS);
    happens(&room, "payment time=09:05 id=2 payer=B payee=C amount=900.00");
    answer = answer_to(&room, "bank", "payment time=09:07 payer=C payee=D amount=5.00");
    assert_reasons(&answer, "hot");
    assert_int_equal(answer.until.ms, DAY_ZERO_MS + 60 * MINUTE_MS);
    answer = answer_to(&room, "bank", "payment time=01:00 payer=C payee=D amount=5.00");
    assert_true(answer.late);
    happens(&room, "list list=persons value=P7");
    answer = answer_to(&room, "bank", "sim time=09:10 phone=+869 event=activated person=P7");
    assert_int_equal(answer.word, SCREEN_block);
    answer = answer_to(&room, "bank", "account time=09:10 account=X event=opened person=P8");
    assert_int_equal(answer.word, SCREEN_allow);
    answer = answer_to(&room, "bank", "account time=09:10 account=X event=opened");
    assert_int_equal(answer.word, SCREEN_allow); /* nobody is named */
    small_close(&room.small);
}

static void json_says_why(void **state)
{
    (void)state;
    struct room room;
    char bytes[SCREEN_JSON_MAX];
    room_open(&room);
    happens(&room, "list list=blocked value=+861");
    struct screen_request request = {
        .organisation = SLICE("bank"),
        .reference = SLICE("x\"1"),
        .record = told(&room, "call time=09:00 caller=+861 callee=+8620"),
    };
    struct screen_answer answer;
    screen_decide(&room.policies, &room.small.pipeline, &request, (moment){DAY_ZERO_MS}, &answer);
    struct text text = text_over(bytes, sizeof bytes);
    text_add_screen_answer(&text, &answer);
    assert_string_equal(text.at, "{\"id\":\"\",\"kind\":\"call\",\"answer\":\"block\","
                                 "\"asked\":\"2026-03-01T16:00:00.000+00:00\",\"findings\":0,"
                                 "\"reasons\":["
                                 "{\"code\":\"listed\",\"answer\":\"block\",\"list\":\"blocked\","
                                 "\"en\":\"on a list\",\"zh\":\"在名单\"}]}");
    text = text_over(bytes, sizeof bytes);
    text_add_screen_decision(&text, &request, &answer);
    assert_non_null(
        strstr(text.at, "{\"organisation\":\"bank\",\"reference\":\"x\\\"1\",\"request\":{"));
    assert_non_null(strstr(text.at, "\"caller\":\"+861\""));
    assert_null(strstr(text.at, "\"en\":"));
    small_close(&room.small);
}

/* ---- beside live ---- */

static _Atomic unsigned answered;

static void note_done(struct screen_asking *asking)
{
    atomic_fetch_add(&answered, (unsigned)asking->count);
}

static void answers_stand_in_the_journal(void **state)
{
    (void)state;
    enum { ASKED = 300 };
    struct room room;
    char path[2][64];
    room_open(&room);
    struct live_options options = {
        .segment_size_max = 1 << 20,
        .commit_bytes_max = 1 << 20,
        .queue_bytes_max = 64 << 20,
        .clock = clock_of_machine(),
        .by_hand = true,
        .pipeline = {.set = room.small.stage.set,
                     .threads = 1,
                     .memory_max = 64 << 20,
                     .alerts = {small_alert, &room.small}},
    };
    struct volume *volume[2] = {&options.journal, &options.snapshots};
    for (unsigned i = 0; i < 2; i++) {
        (void)snprintf(path[i], sizeof path[i], "/tmp/screen-%u-%ld", i, (long)getpid());
        assert_int_equal(volume_of_directory(volume[i], path[i], room.small.stage.boot), STATUS_OK);
    }
    struct live *live;
    struct screen *screen;
    struct journal_finding found;
    assert_int_equal(live_open(&live, &options, room.small.stage.boot, NULL, NULL, &found),
                     STATUS_OK);
    struct screen_options screening = {
        .live = live, .policies = &room.policies, .clock = options.clock, .seed = {1}};
    assert_int_equal(screen_create(&screen, &screening, room.small.stage.boot), STATUS_OK);
    static struct screen_asking asking[ASKED];
    static struct screen_answer answer[ASKED];
    struct screen_request request = {
        .organisation = SLICE("bank"),
        .record = told(&room, "call time=09:00 caller=+861 callee=+8620"),
    };
    unsigned taken = 0;
    for (unsigned i = 0; i < ASKED; i++) {
        asking[i] = (struct screen_asking){
            .request = &request, .answer = &answer[i], .count = 1, .done = note_done};
        enum status status = screen_ask(screen, &asking[i]);
        if (status == STATUS_FULL)
            live_turn(live);
        else
            taken++;
    }
    live_turn(live);
    live_turn(live);
    assert_int_equal(atomic_load(&answered), taken);
    struct screen_counts counts;
    screen_count(screen, &counts);
    assert_int_equal(counts.asked, taken);
    assert_int_equal(counts.answers[SCREEN_allow], taken);
    assert_int_equal(counts.refused, ASKED - taken);
    assert_true(memcmp(answer[0].id, answer[1].id, SCREEN_ID_SIZE) != 0);
    struct live_counts live_now;
    live_count(live, &live_now);
    assert_int_equal(live_now.synced, live_now.next);
    assert_int_equal(live_now.offers, taken); /* a frame each */
    assert_int_equal(live_close(live), STATUS_OK);
    small_close(&room.small);
    for (unsigned i = 0; i < 2; i++) {
        char command[160];
        (void)snprintf(command, sizeof command, "rm -rf %s", path[i]);
        assert_int_equal(system(command), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_from_what_is_remembered),
        cmocka_unit_test(money_and_customers),
        cmocka_unit_test(json_says_why),
        cmocka_unit_test(answers_stand_in_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
