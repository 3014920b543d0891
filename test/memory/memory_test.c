/* memory_test.c -- a running service in which the k-th take of memory fails, for every k.
 *
 * Six things are asked of it over a socket: records are handed in, a call is screened, alerts are
 * read, somebody logs in, rules are handed in, the audit log is signed.  Meanwhile one take of an
 * arena, of SQLite or of the JSON library fails, on whatever thread it happens to be.  Then:
 *
 * 1. Every answer is the right one, or says that it could not be done; none is wrong.
 * 2. What was answered stays so, and what failed can be asked again: each delivery is in the
 *    journal once, whatever its first answer was.
 * 3. Detection that had to stop is whole after a start.
 * 4. Tables and audit log are whole.  Nothing leaks: few places for deliveries stay enough, and
 *    AddressSanitizer counts the rest.
 *
 * In the environment: MEMORY_STRIDE, 1 for every k.  Not reached: what libmicrohttpd takes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"
#include "live/small.h"
#include "receipt/delivery.h"
#include "receipt/keys.h"
#include "rulebook/rulebook.h"
#include "screen/screen.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 6, FIRST_ROWS = 23, DELIVERIES = 3, RUNS = 45, PAGE = 5, BODY = 4096 };

/* ---- the takes ---- */

static _Atomic uint64_t takes, until_failure;
static _Atomic uint64_t failures;
static _Thread_local bool ours; /* the test's own takes do not count */
static sqlite3_mem_methods usual;

static bool fails(void)
{
    if (ours)
        return false;
    atomic_fetch_add(&takes, 1);
    uint64_t left = atomic_load(&until_failure);
    while (left != 0)
        if (atomic_compare_exchange_weak(&until_failure, &left, left - 1)) {
            if (left == 1)
                atomic_fetch_add(&failures, 1);
            return left == 1;
        }
    return false;
}

static void *sqlite_take(int size)
{
    return fails() ? NULL : usual.xMalloc(size);
}

static void *sqlite_take_more(void *at, int size)
{
    return fails() ? NULL : usual.xRealloc(at, size);
}

static void seams_set(void)
{
    ours = true;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual), SQLITE_OK);
    sqlite3_mem_methods methods = usual;
    methods.xMalloc = sqlite_take;
    methods.xRealloc = sqlite_take_more;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods), SQLITE_OK);
    arena_seam(fails);
}

/* ---- the service ---- */

static const char POLICY[] =
    "screening: 1\n"
    "policies:\n"
    "  - organisation: \"*\"\n"
    "    call:\n"
    "      - {answer: warn, reason: many, en: calls many, zh: 呼叫多人, typology: scam_caller, "
    "score: 0.6}\n";

static const char RULES[] =
    "{\"note\":\"first\",\"files\":[{\"path\":\"a/busy.cut\",\"text\":\"profile phone by "
    "call.caller {\\n  calls = count over 1h\\n}\\nrule busy on call {\\n  title \\\"Busy\\\" "
    "\\\"忙\\\"\\n  when phone.calls >= 100\\n  score 0.5\\n  subject caller typology "
    "scam_caller\\n}\\n\"}]}";

struct service {
    struct house *house;
    struct small small; /* for its rules */
    struct digest image;
    struct policies policies;
    struct arena *boot, *policy;
    struct live *live;
    struct screen *screen;
    struct deliveries *deliveries;
    struct keys *keys;
    struct volume volume[2];
    _Atomic bool failed; /* it would have ended the process */
    uint64_t sent;       /* deliveries */
    uint64_t restarts, refused, takes;
    char page[REPLY_BYTES];
};

static void live_ends(void *self, enum live_failure failure, enum status status)
{
    (void)failure;
    (void)status;
    atomic_store(&((struct service *)self)->failed, true);
}

/* It would have ended the process. */
static bool has_failed(struct service *service)
{
    return atomic_load(&service->failed) || atomic_load(&service->house->alerts_failed);
}

static enum status offer(void *self, struct offer *offered)
{
    return live_offer(((struct service *)self)->live, offered);
}

static void acknowledged(void *self, uint64_t next)
{
    (void)self;
    (void)next;
}

/* Answers of before, as main/recall.c reads them. */
static void keys_know(struct service *service)
{
    struct arena *arena;
    struct journal_reader *reader;
    struct journal_finding found;
    struct slice entry;
    uint64_t sequence;
    assert_int_equal(arena_create(&arena, 3 * JOURNAL_FRAME_BYTES_MAX), STATUS_OK);
    assert_int_equal(journal_reader_open(&reader, service->volume[0], 1, arena, &found), STATUS_OK);
    while (journal_read(reader, &sequence, &entry) == STATUS_OK)
        if (entry.size > 0 && entry.at[0] == ENTRY_KEY)
            assert_int_equal(keys_recall(service->keys, entry, sequence), STATUS_OK);
    journal_reader_close(reader);
    arena_destroy(arena);
}

/* Of screening: when the alert about those calls is no longer fresh. */
static moment ten_o_clock(void *self)
{
    (void)self;
    return (moment){1772416800000};
}

static int64_t ticks(void *self)
{
    (void)self;
    return 0;
}

static void live_up(struct service *service)
{
    struct journal_finding found;
    struct alert_sink alerts;
    assert_int_equal(
        bulletin_source(service->house->bulletin, &service->image, false, service->boot, &alerts),
        STATUS_OK);
    const struct live_options options = {
        .journal = service->volume[0],
        .snapshots = service->volume[1],
        .segment_size_max = 1 << 20,
        .commit_bytes_max = 1 << 20,
        .queue_bytes_max = 64 << 20,
        .heartbeat_every_ms = 1000,
        .clock = clock_of_machine(),
        .pipeline = {.set = service->small.stage.set,
                     .threads = 1,
                     .zone_minutes = 480,
                     .memory_max = 64 << 20,
                     .alerts = alerts},
        .listener = {.reached = bulletin_reached,
                     .kept = bulletin_kept,
                     .self = service->house->bulletin},
        .failed = live_ends,
        .failed_self = service,
    };
    assert_int_equal(live_open(&service->live, &options, service->boot, NULL, NULL, &found),
                     STATUS_OK);
    const struct screen_options screening = {
        .live = service->live, .policies = &service->policies, .clock = {ten_o_clock, ticks, NULL}};
    assert_int_equal(screen_create(&service->screen, &screening, service->boot), STATUS_OK);
}

static void rooms_up(struct service *service)
{
    struct house *house = service->house;
    assert_int_equal(arena_create(&service->boot, 1 << 30), STATUS_OK);
    atomic_store(&service->failed, false);
    for (unsigned i = 0; i < 2; i++) {
        char folder[96];
        (void)snprintf(folder, sizeof folder, "%s/live-%u", house->folder, i);
        assert_int_equal(volume_of_directory(&service->volume[i], folder, service->boot),
                         STATUS_OK);
    }
    live_up(service);
    const struct deliveries_options deliveries = {
        .intake = {.home_country = SLICE("86"), .zone_minutes = 480, .home_currency = SLICE("CNY")},
        .count_max = DELIVERIES,
        .body_size_max = 1 << 20,
        .bytes_max = 8 << 20};
    assert_int_equal(deliveries_create(&service->deliveries, &deliveries, service->boot),
                     STATUS_OK);
    assert_int_equal(keys_create(&service->keys, 1 << 16, DAY_MS, service->boot), STATUS_OK);
    keys_know(service);
    struct api_rooms *rooms = &house->api->rooms;
    rooms->live = service->live;
    rooms->screen = service->screen;
    rooms->deliveries = service->deliveries;
    rooms->keys = service->keys;
    rooms->home_country = SLICE("86");
    rooms->home_currency = SLICE("CNY");
    rooms->process =
        (struct api_process){.offer = offer, .acknowledged = acknowledged, .self = service};
}

static void rooms_down(struct service *service)
{
    struct api_rooms *rooms = &service->house->api->rooms;
    if (has_failed(service))
        live_abandon(service->live);
    else
        (void)!(live_close(service->live) == STATUS_OK);
    rooms->live = NULL;
    rooms->screen = NULL;
    rooms->deliveries = NULL;
    rooms->process = (struct api_process){.offer = NULL};
    deliveries_destroy(service->deliveries);
    volume_close(&service->volume[0]);
    volume_close(&service->volume[1]);
    arena_destroy(service->boot);
}

/* A new process over the same directory; requests have all been answered. */
static void begun_again(struct service *service)
{
    rooms_down(service);
    house_again(service->house);
    rooms_up(service);
    service->restarts++;
}

/* ---- what is asked ---- */

static const struct visitor *token_of(struct service *service, const char *role)
{
    char name[64];
    (void)snprintf(name, sizeof name, "home %s token", role);
    return visitor_of(service->house, name);
}

/* What it could not do, it may say so, or say nothing. */
static bool is_done(struct service *service, const char *what, const struct reply *reply, int right)
{
    static const int CANNOT[] = {0, 429, 500, 503, 507};
    if (reply->status == right)
        return true;
    bool cannot = false;
    for (size_t i = 0; i < sizeof CANNOT / sizeof CANNOT[0]; i++)
        cannot = cannot || reply->status == CANNOT[i];
    if (!cannot)
        fail_msg("%s, take %llu: %d %s", what, (unsigned long long)atomic_load(&takes),
                 reply->status, reply->body);
    service->refused++;
    return false;
}

static void deliver(struct service *service, uint64_t number, struct reply *reply)
{
    char body[BODY], key[64];
    struct text text = text_over(body, sizeof body);
    for (unsigned i = 0; i < ROWS; i++)
        text_addf(&text,
                  "{\"kind\":\"call\",\"time\":\"2026-03-02T09:%02u:%02u+08:00\",\"caller\":"
                  "\"+86138%08llu\",\"callee\":\"+86139%08llu\"}\n",
                  (unsigned)(number / 60 % 60), (unsigned)(number % 60),
                  (unsigned long long)(number % 1000), (unsigned long long)(number * ROWS + i));
    (void)snprintf(key, sizeof key, "Idempotency-Key: d-%llu", (unsigned long long)number);
    ask_with(service->house, token_of(service, "service"), "POST", "/v1/records", key, body, reply);
}

static void screened(struct service *service, struct reply *reply)
{
    ask(service->house, token_of(service, "duty"), "POST", "/v1/screen/call",
        "{\"time\":\"2026-03-02T10:00:00+08:00\",\"caller\":\"+8613899999994\",\"callee\":\"+"
        "8613900000099\"}",
        reply);
}

static void alerts_read(struct service *service, struct reply *reply)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/v1/alerts?before=%d&limit=%d", PAGE + 1, PAGE);
    ask(service->house, token_of(service, "analyst"), "GET", path, NULL, reply);
}

static void logged_in(struct service *service, struct reply *reply)
{
    char code[8], body[512];
    const struct visitor *visitor = visitor_of(service->house, "home auditor");
    atomic_fetch_add(&service->house->skew_ms, (int64_t)TOTP_STEP_S * SECOND_MS);
    code_now(service->house, visitor, code);
    (void)snprintf(body, sizeof body, "{\"login\":\"%s\",\"password\":\"%s\",\"code\":\"%s\"}",
                   visitor->login, PASSWORD, code);
    ask(service->house, NULL, "POST", "/v1/login", body, reply);
}

/* A session that was given out is one. */
static void session_holds(struct service *service, const struct reply *reply)
{
    struct visitor somebody = {.csrf = ""};
    struct reply who;
    char *cookie = strstr(reply->head, "Set-Cookie: ");
    assert_non_null(cookie);
    char *end = strchr(cookie, ';');
    (void)snprintf(somebody.credential, sizeof somebody.credential, "Cookie: %.*s",
                   (int)(end - cookie - 12), cookie + 12);
    ask(service->house, &somebody, "GET", "/v1/whoami", NULL, &who);
    if (is_done(service, "whoami", &who, 200))
        return;
    ask(service->house, &somebody, "GET", "/v1/whoami", NULL, &who); /* only one take fails */
    assert_int_equal(who.status, 200);
}

static void rules_take_back(struct service *service, const struct reply *reply)
{
    char image[128], path[64], body[256];
    struct reply shown;
    reply_text(reply, "image", image, sizeof image);
    json_t *root = json_loads(reply->body, 0, NULL);
    (void)snprintf(path, sizeof path, "/v1/rules/%lld",
                   (long long)json_integer_value(json_object_get(root, "version")));
    json_decref(root);
    ask(service->house, token_of(service, "engineer"), "GET", path, NULL, &shown);
    assert_int_equal(shown.status, 200);
    assert_non_null(strstr(shown.body, image));
    assert_non_null(strstr(shown.body, "phone.calls >= 100"));
    (void)snprintf(body, sizeof body, "{\"image\":\"%s\",\"reason\":\"seen\"}", image);
    size_t size = strlen(path);
    (void)snprintf(path + size, sizeof path - size, "/reject");
    ask(service->house, token_of(service, "engineer"), "POST", path, body, &shown);
    assert_int_equal(shown.status, 200);
}

/* ---- what must hold ---- */

static uint64_t records_kept(struct service *service)
{
    struct arena *arena;
    struct journal_reader *reader;
    struct journal_finding found;
    struct slice entry;
    uint64_t sequence, count = 0;
    assert_int_equal(arena_create(&arena, 3 * JOURNAL_FRAME_BYTES_MAX), STATUS_OK);
    assert_int_equal(journal_reader_open(&reader, service->volume[0], 1, arena, &found), STATUS_OK);
    while (journal_read(reader, &sequence, &entry) == STATUS_OK)
        count += entry.size > 0 && entry.at[0] == ENTRY_RECORD;
    journal_reader_close(reader);
    arena_destroy(arena);
    return count;
}

/* Waits until everything was thought about; false: detection stands, or the process would end. */
static bool thought(struct service *service)
{
    struct live_counts counts;
    do {
        (void)usleep(200);
        live_count(service->live, &counts);
        if (has_failed(service) || counts.stands != STATUS_OK)
            return false;
    } while (counts.thought < counts.next);
    return true;
}

static void tables_are_whole(struct service *service)
{
    char room[512];
    struct text why = text_over(room, sizeof room);
    struct audit_verdict verdict = {.fault = AUDIT_FAULT_NONE};
    assert_int_equal(store_check(service->house->store, &why), STATUS_OK);
    assert_int_equal(audit_verify(service->house->audit, NULL, 0, &verdict), STATUS_OK);
}

/* ---- a run ---- */

struct answers {
    struct reply reply;
    char receipt[BODY];
    bool delivered;
};

static void receipt_keep(struct answers *answers)
{
    (void)snprintf(answers->receipt, sizeof answers->receipt, "%s", answers->reply.body);
}

static void ask_all(struct service *service, struct answers *answers)
{
    struct reply *reply = &answers->reply;
    deliver(service, service->sent, reply);
    answers->delivered = is_done(service, "records", reply, 200);
    if (answers->delivered)
        receipt_keep(answers);
    screened(service, reply);
    if (is_done(service, "screen", reply, 200))
        if (strstr(reply->body, "\"answer\":\"warn\"") == NULL)
            fail_msg("take %llu: %s", (unsigned long long)atomic_load(&takes), reply->body);
    alerts_read(service, reply);
    if (is_done(service, "alerts", reply, 200))
        assert_string_equal(reply->body, service->page);
    logged_in(service, reply);
    if (is_done(service, "login", reply, 200))
        session_holds(service, reply);
    ask(service->house, token_of(service, "engineer"), "POST", "/v1/rules", RULES, reply);
    if (is_done(service, "rules", reply, 201)) {
        atomic_store(&until_failure, 0);
        rules_take_back(service, reply);
    }
    ours = false;
    (void)!(api_keep(service->house->api) == STATUS_OK);
    ours = true;
}

/* With the k-th take failing; 0: none. */
static void run(struct service *service, uint64_t k)
{
    struct answers answers = {.delivered = false};
    service->sent++;
    atomic_store(&takes, 0);
    atomic_store(&until_failure, k);
    ask_all(service, &answers);
    service->takes = atomic_load(&takes);
    atomic_store(&until_failure, 0);
    if (!thought(service))
        begun_again(service);
    deliver(service, service->sent, &answers.reply); /* once more: the same answer, or the first */
    if (answers.reply.status != 200)
        fail_msg("take %llu, again: %d %s", (unsigned long long)k, answers.reply.status,
                 answers.reply.body);
    if (answers.delivered)
        assert_string_equal(answers.reply.body, answers.receipt);
    assert_true(thought(service));
    uint64_t kept = records_kept(service);
    if (kept != service->sent * ROWS + FIRST_ROWS)
        fail_msg("take %llu: %llu records", (unsigned long long)k, (unsigned long long)kept);
}

static void each_take_may_fail(void **state)
{
    struct service *service = *state;
    const char *said = getenv("MEMORY_STRIDE");
    run(service, 0);
    run(service, 0);
    uint64_t all = service->takes;
    uint64_t stride = said == NULL ? all / RUNS + 1 : strtoull(said, NULL, 10);
    uint64_t runs = 0;
    assert_true(all > 100);
    atomic_store(&failures, 0);
    for (uint64_t k = 1; k <= all; k += stride, runs++) {
        run(service, k);
        if (runs % 50 == 49)
            tables_are_whole(service);
    }
    tables_are_whole(service);
    begun_again(service);
    assert_true(thought(service));
    (void)fprintf(stderr,
                  "%llu takes, %llu runs, %llu takes failed, %llu requests could not be done, "
                  "%llu starts\n",
                  (unsigned long long)all, (unsigned long long)runs,
                  (unsigned long long)atomic_load(&failures), (unsigned long long)service->refused,
                  (unsigned long long)service->restarts);
    assert_true(atomic_load(&failures) > runs / 2);
}

static int opened(void **state)
{
    char bytes[TONGUES_COUNT][1024];
    struct text why[TONGUES_COUNT];
    struct reply reply;
    void *inner = NULL;
    if (house_opened(&inner) != 0)
        return 1;
    struct service *service = calloc(1, sizeof *service);
    assert_non_null(service);
    service->house = inner;
    service->house->alerts_may_fail = true;
    assert_int_equal(arena_create(&service->policy, 16 << 20), STATUS_OK);
    assert_int_equal(small_open(&service->small, slice_of(SMALL_RULES), 1, 64 << 20), STATUS_OK);
    rules_digest(service->small.stage.set, service->policy, &service->image);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
    assert_int_equal(policies_read(&service->policies, "p", slice_of(POLICY), service->policy, why),
                     STATUS_OK);
    rooms_up(service);
    /* Callers with alerts to read, and one who is a call away from being warned of. */
    char body[BODY] = "";
    struct text text = text_over(body, sizeof body);
    for (unsigned i = 0; i < FIRST_ROWS; i++)
        text_addf(&text,
                  "{\"kind\":\"call\",\"time\":\"2026-03-02T08:00:%02u+08:00\",\"caller\":"
                  "\"+861389999999%u\",\"callee\":\"+86139000000%02u\"}\n",
                  i, 9 - i / 4, i + 1);
    ask_with(service->house, token_of(service, "service"), "POST", "/v1/records",
             "Idempotency-Key: first", body, &reply);
    if (reply.status != 200)
        fail_msg("%d %s", reply.status, reply.body);
    assert_true(thought(service));
    bulletin_settle(service->house->bulletin);
    alerts_read(service, &reply);
    assert_int_equal(reply.status, 200);
    (void)snprintf(service->page, sizeof service->page, "%s", reply.body);
    *state = service;
    return 0;
}

static int closed(void **state)
{
    struct service *service = *state;
    void *inner = service->house;
    rooms_down(service);
    small_close(&service->small);
    arena_destroy(service->policy);
    free(service);
    return house_closed(&inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_take_may_fail, opened, closed),
    };
    seams_set();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
