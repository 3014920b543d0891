/* screening_test.c -- may this call, payment or customer go on?  Asked over a socket, answered by a
 * live pipeline, kept in its journal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"
#include "live/small.h"
#include "screen/screen.h"

static const char POLICY[] =
    "screening: 1\n"
    "policies:\n"
    "  - organisation: \"*\"\n"
    "    call:\n"
    "      - {answer: warn, reason: many, en: calls many, zh: 呼叫多人, typology: scam_caller, "
    "score: 0.6}\n"
    "    payment:\n"
    "      - {answer: hold, minutes: 30, reason: passes, en: passes, zh: 快进快出, typology: mule, "
    "score: 0.6}\n"
    "    onboarding:\n"
    "      - {answer: block, reason: person, en: person, zh: 客户, list: persons, of: person}\n";

struct ward {
    struct house *house;
    struct small small; /* for its rules and records; its own pipeline is not asked */
    struct live *live;
    struct screen *screen;
    struct policies policies;
    struct volume volume[2];
    char folder[2][96];
    _Atomic int heard;
};

static void said(struct offer *offer, enum status status, uint64_t first)
{
    (void)first;
    must(status == STATUS_OK);
    struct ward **ward = (struct ward **)(offer + 1);
    atomic_fetch_add(&(*ward)->heard, 1);
}

/* What happens, and has been thought about when this returns. */
static void happens(struct ward *ward, const char *line)
{
    struct {
        struct offer offer;
        struct ward *ward;
    } said_to = {.offer = {.count = 1, .done = said}, .ward = ward};
    struct slice entry;
    struct live_counts counts;
    int heard = atomic_load(&ward->heard);
    const struct record *record = told_record(&ward->small.stage, slice_of(line));
    assert_non_null(record);
    assert_int_equal(entry_of_record(record, ward->small.stage.records, &entry), STATUS_OK);
    said_to.offer.entry = &entry;
    assert_int_equal(live_offer(ward->live, &said_to.offer), STATUS_OK);
    while (atomic_load(&ward->heard) == heard)
        (void)sched_yield();
    do {
        live_count(ward->live, &counts);
    } while (counts.thought < counts.next);
}

static int ward_opened(void **state)
{
    char bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT];
    struct journal_finding found;
    void *inner = NULL;
    if (house_opened(&inner) != 0)
        return 1;
    struct ward *ward = calloc(1, sizeof *ward);
    assert_non_null(ward);
    ward->house = inner;
    assert_int_equal(small_open(&ward->small, slice_of(SMALL_RULES), 1, 64 << 20), STATUS_OK);
    struct arena *boot = ward->small.stage.boot;
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
    assert_int_equal(policies_read(&ward->policies, "p", slice_of(POLICY), boot, why), STATUS_OK);
    for (unsigned i = 0; i < 2; i++) {
        (void)snprintf(ward->folder[i], sizeof ward->folder[i], "%s/live-%u", ward->house->folder,
                       i);
        assert_int_equal(volume_of_directory(&ward->volume[i], ward->folder[i], boot), STATUS_OK);
    }
    struct live_options options = {
        .journal = ward->volume[0],
        .snapshots = ward->volume[1],
        .segment_size_max = 1 << 20,
        .commit_bytes_max = 1 << 20,
        .queue_bytes_max = 64 << 20,
        .clock = clock_of_machine(),
        .pipeline = {.set = ward->small.stage.set,
                     .threads = 1,
                     .zone_minutes = 480,
                     .memory_max = 64 << 20,
                     .alerts = {small_alert, &ward->small}},
    };
    assert_int_equal(live_open(&ward->live, &options, boot, NULL, NULL, &found), STATUS_OK);
    struct screen_options screening = {
        .live = ward->live, .policies = &ward->policies, .clock = options.clock};
    assert_int_equal(screen_create(&ward->screen, &screening, boot), STATUS_OK);
    ward->house->api->rooms.screen = ward->screen;
    ward->house->api->rooms.home_country = SLICE("86");
    ward->house->api->rooms.home_currency = SLICE("CNY");
    *state = ward;
    return 0;
}

static int ward_closed(void **state)
{
    struct ward *ward = *state;
    void *inner = ward->house;
    ward->house->api->rooms.screen = NULL;
    assert_int_equal(live_close(ward->live), STATUS_OK);
    small_close(&ward->small);
    free(ward);
    return house_closed(&inner);
}

static void ask_screen(struct ward *ward, const char *kind, const char *body, int status,
                       struct reply *reply)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/v1/screen/%s", kind);
    ask(ward->house, visitor_of(ward->house, "home duty"), "POST", path, body, reply);
    if (reply->status != status)
        fail_msg("%s %s: %d %s", path, body, reply->status, reply->body);
}

static void assert_says(const struct reply *reply, const char *what)
{
    if (strstr(reply->body, what) == NULL)
        fail_msg("%s is not in %s", what, reply->body);
}

static void a_call_is_answered_from_what_is_known(void **state)
{
    struct ward *ward = *state;
    struct reply reply;
    for (unsigned i = 0; i < 3; i++) {
        char line[96];
        (void)snprintf(line, sizeof line,
                       "call time=09:0%u caller=+8613800000001 callee=+861390000000%u", i, i);
        happens(ward, line);
    }
    ask_screen(ward, "call",
               "{\"time\":\"2026-03-02T09:05:00+08:00\",\"caller\":\"13800000001\","
               "\"callee\":\"+8613900000005\",\"reference\":\"r-1\"}",
               200, &reply);
    assert_says(&reply, "\"answer\":\"warn\"");
    assert_says(&reply, "{\"code\":\"many\",\"answer\":\"warn\",\"score\":");
    assert_says(&reply, "\"zh\":\"呼叫多人\"");
    char id[2][40];
    reply_text(&reply, "id", id[0], sizeof id[0]);
    assert_int_equal(strlen(id[0]), 32);
    ask_screen(ward, "call",
               "{\"time\":\"2026-03-02T09:05:00+08:00\",\"caller\":\"13800000009\","
               "\"callee\":\"+8613900000005\"}",
               200, &reply);
    assert_says(&reply, "\"answer\":\"allow\"");
    assert_says(&reply, "\"reasons\":[]");
    reply_text(&reply, "id", id[1], sizeof id[1]);
    assert_string_not_equal(id[0], id[1]);
    struct screen_counts counts;
    screen_count(ward->screen, &counts);
    assert_int_equal(counts.asked, 2);
    assert_int_equal(counts.answers[SCREEN_warn], 1);
}

static void money_and_customers_in_batches(void **state)
{
    struct ward *ward = *state;
    struct reply reply;
    happens(ward, "payment time=09:10 id=1 payer=A payee=B amount=1000.00");
    happens(ward, "list list=persons value=P7");
    ask_screen(ward, "payment/batch",
               "{\"requests\":["
               "{\"time\":\"2026-03-02T09:15:00+08:00\",\"payer\":\"B\",\"payee\":\"C\","
               "\"amount\":\"900.00\"},"
               "{\"time\":\"2026-03-02T09:15:00+08:00\",\"payer\":\"X\",\"payee\":\"C\","
               "\"amount\":\"1\",\"channel\":\"mobile\"}]}",
               200, &reply);
    const char *first = strstr(reply.body, "\"answer\":\"hold\"");
    const char *second = strstr(reply.body, "\"answer\":\"allow\"");
    assert_non_null(first);
    assert_non_null(second);
    assert_true(first < second);
    assert_says(&reply, "\"until\":\"");
    ask_screen(ward, "onboarding", "{\"phone\":\"13800000007\",\"person\":\"P7\"}", 200, &reply);
    assert_says(&reply, "\"answer\":\"block\"");
    ask_screen(ward, "onboarding", "{\"account\":\"N1\",\"person\":\"P8\"}", 200, &reply);
    assert_says(&reply, "\"answer\":\"allow\"");
}

static void what_is_wrong_is_named(void **state)
{
    struct ward *ward = *state;
    struct reply reply;
    static const struct {
        const char *kind, *body;
        int status;
        const char *says;
    } CASES[] = {
        {"call", "{\"caller\":\"1\"}", 400, "callee"},
        {"call", "{\"caller\":\"13800000001\",\"callee\":\"x\"}", 422, "callee"},
        {"call", "{\"caller\":\"13800000001\",\"callee\":\"10086\",\"time\":\"today\"}", 422,
         "time"},
        {"call", "{\"caller\":\"13800000001\",\"callee\":\"10086\",\"colour\":\"red\"}", 400, ""},
        {"call", "[]", 400, ""},
        {"payment", "{\"payer\":\"A\",\"amount\":\"1.234\"}", 422, "amount"},
        {"payment", "{\"payer\":\"A\",\"amount\":\"-1\"}", 422, "amount"},
        {"payment", "{\"payer\":\"A\",\"amount\":\"999999999999999999\"}", 422, "amount"},
        {"payment", "{\"payer\":\"A\",\"amount\":1}", 400, "amount"},
        {"payment", "{\"payer\":\"A\",\"amount\":\"1\",\"channel\":\"pigeon\"}", 422, "channel"},
        {"onboarding", "{\"person\":\"P1\"}", 422, "phone"},
        {"call/batch", "{\"requests\":[]}", 400, "requests"},
        {"call/batch", "{\"requests\":[1]}", 400, ""},
        {"call/batch", "{\"requests\":[{\"caller\":\"13800000001\"}]}", 400, "callee"},
    };
    struct screen_counts before, after;
    screen_count(ward->screen, &before);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        ask_screen(ward, CASES[i].kind, CASES[i].body, CASES[i].status, &reply);
        assert_says(&reply, CASES[i].says);
    }
    screen_count(ward->screen, &after);
    assert_int_equal(before.asked, after.asked);
}

/* Most bodies are read without the JSON library; what it would say of them is said. */
static void a_body_means_the_same_however_it_is_written(void **state)
{
    struct ward *ward = *state;
    struct reply reply;
    static const struct {
        const char *body;
        int status;
    } CASES[] = {
        {"{\"caller\":\"13800000031\",\"callee\":\"10086\",\"reference\":\"\"}", 200},
        {" {\t\"caller\" :\r\n\"13800000031\" , \"callee\": \"10086\"\n} ", 200},
        {"{\"caller\":\"1380000003\\u0031\",\"callee\":\"10086\"}", 200},
        {"{\"c\\u0061ller\":\"13800000031\",\"callee\":\"10086\"}", 200},
        {"{\"caller\":\"13800000031\",\"callee\":\"10086\",\"reference\":\"号\"}", 200},
        {"{\"caller\":\"13800000031\",\"callee\":\"10086\",\"caller\":\"13800000031\"}", 400},
        {"{\"caller\":\"13800000031\",\"callee\":\"10086\",}", 400},
        {"{\"caller\":\"13800000031\",\"callee\":\"10086\"}}", 400},
        {"{\"caller\":\"13800000031\" \"callee\":\"10086\"}", 400},
        {"{\"caller\":\"13800000031\",\"callee\":\"10086", 400},
        {"{\"caller\":\"13800000031\",\"callee\":\"100\n86\"}", 400},
        {"{\"caller\":\"13800000031\",\"callee\":null}", 400},
        {"{\"caller\":\"13800000031\",\"callee\":\"10086\",\"\":\"\"}", 400},
        {"{}", 400},
        {"{", 400},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        ask_screen(ward, "call", CASES[i].body, CASES[i].status, &reply);
        if (CASES[i].status == 200)
            assert_says(&reply, "\"answer\":\"allow\"");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_answered_from_what_is_known),
        cmocka_unit_test(money_and_customers_in_batches),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(a_body_means_the_same_however_it_is_written),
    };
    return cmocka_run_group_tests(tests, ward_opened, ward_closed);
}
