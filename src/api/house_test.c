/* house_test.c -- building the house, and calling at it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/house_test.h"

#include "live/live.h"
#include "rulebook/rulebook.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ORIGIN SLICE("test.example/audit")

static moment house_now(void *self)
{
    struct house *house = self;
    struct clock machine = clock_of_machine();
    return (moment){machine.now(machine.self).ms + atomic_load(&house->skew_ms)};
}

static int64_t house_ticks(void *self)
{
    struct house *house = self;
    struct clock machine = clock_of_machine();
    int64_t standing = atomic_load(&house->ticks_ms);
    return standing > 0 ? standing : machine.ticks_ms(machine.self);
}

static void store_up(struct house *house)
{
    char room[512];
    struct text why = text_over(room, sizeof room);
    struct store_migration steps[24];
    size_t count = 0;
    for (size_t i = 0; i < AUDIT_MIGRATIONS_COUNT; i++)
        steps[count++] = AUDIT_MIGRATIONS[i];
    for (size_t i = 0; i < ACCESS_MIGRATIONS_COUNT; i++)
        steps[count++] = ACCESS_MIGRATIONS[i];
    for (size_t i = 0; i < BULLETIN_MIGRATIONS_COUNT; i++)
        steps[count++] = BULLETIN_MIGRATIONS[i];
    for (size_t i = 0; i < API_MIGRATIONS_COUNT; i++)
        steps[count++] = API_MIGRATIONS[i];
    for (size_t i = 0; i < RULEBOOK_MIGRATIONS_COUNT; i++)
        steps[count++] = RULEBOOK_MIGRATIONS[i];
    for (size_t i = 0; i < VIEW_MIGRATIONS_COUNT; i++)
        steps[count++] = VIEW_MIGRATIONS[i];
    for (size_t i = 0; i < TASK_MIGRATIONS_COUNT; i++)
        steps[count++] = TASK_MIGRATIONS[i];
    assert_int_equal(store_open(&house->store, house->path, steps, count, house->boot, &why),
                     STATUS_OK);
    assert_int_equal(
        audit_open(&house->audit, house->store, ORIGIN, &house->keys.seal.key, house->boot, &why),
        STATUS_OK);
}

static const char RULES[] = "rule caller on call {\n"
                            "  title \"Scam caller\" \"诈骗主叫\"\n"
                            "  when duration > 10s\n"
                            "  subject caller typology scam_caller grade high\n"
                            "}\n";

static void on_failure(void *self, enum status status)
{
    struct house *house = self;
    if (!house->alerts_may_fail)
        fail_msg("alerts cannot be kept: %s", status_name(status));
    atomic_store(&house->alerts_failed, true);
}

static void bulletin_up(struct house *house, struct clock clock)
{
    char room[512];
    struct text why = text_over(room, sizeof room);
    static struct rule_file file;
    static struct diags diags;
    const struct digest image = {{0xAB}};
    file = (struct rule_file){SLICE("house.cut"), {RULES, sizeof RULES - 1}};
    if (rules_check(&file, 1, house->boot, &diags, &house->rules) != STATUS_OK) {
        text_add_diag(&why, &diags.diag[0], &file, TONGUE_EN, false);
        fail_msg("%s", room);
    }
    const struct bulletin_options options = {.store = house->store,
                                             .store_path = house->path,
                                             .pseudonym = house->keys.pseudonym,
                                             .sealing = house->keys.alert,
                                             .chance = seal_chance_of_machine(),
                                             .zone_minutes = 480,
                                             .queue_bytes_max = 8 << 20,
                                             .clock = clock,
                                             .failed = on_failure,
                                             .self = house};
    atomic_store(&house->alerts_failed, false);
    assert_int_equal(bulletin_open(&house->bulletin, &options, house->boot, &why), STATUS_OK);
    assert_int_equal(bulletin_source(house->bulletin, &image, false, house->boot, &house->sink),
                     STATUS_OK);
    assert_int_equal(bulletin_source(house->bulletin, &image, true, house->boot, &house->shadow),
                     STATUS_OK);
}

void alert_in(struct house *house, unsigned number, const char *phone, bool shadow)
{
    struct record record = {.kind = RECORD_call, .position = number};
    struct finding finding = {.set = house->rules,
                              .rule = &house->rules->rule[0],
                              .record = &record,
                              .at = {1772294400000 + number * SECOND_MS},
                              .subject_text = slice_of(phone),
                              .subject = ident_of(slice_of(phone)),
                              .score = 0.5,
                              .grade = GRADE_HIGH,
                              .positions_count = 1,
                              .position = {number}};
    struct alert alert = {.finding = &finding, .first = true};
    struct alert_sink sink = shadow ? house->shadow : house->sink;
    (void)snprintf(alert.id, sizeof alert.id, "%032x", number);
    assert_int_equal(sink.take(sink.self, &alert), STATUS_OK);
    bulletin_settle(house->bulletin);
}

static uint64_t records_durable(void *self)
{
    return journal_synced(((struct house *)self)->journal);
}

static void records_up(struct house *house, struct clock clock)
{
    char path[96];
    struct journal_finding found = {0};
    (void)snprintf(path, sizeof path, "%s/journal", house->folder);
    assert_int_equal(volume_of_directory(&house->records, path, house->boot), STATUS_OK);
    const struct journal_options options = {.volume = house->records, .segment_size_max = 1 << 20};
    assert_int_equal(journal_open(&house->journal, &options, house->boot, &found), STATUS_OK);
    const struct ladder_options ladder = {
        .journal = house->records, .durable = records_durable, .self = house, .clock = clock};
    assert_int_equal(ladder_open(&house->ladder, &ladder, house->boot), STATUS_OK);
}

uint64_t record_in(struct house *house, struct record *record)
{
    struct slice entry;
    uint64_t position;
    record_seal(record);
    assert_int_equal(entry_of_record(record, house->boot, &entry), STATUS_OK);
    assert_int_equal(journal_append(house->journal, &entry, 1, &position), STATUS_OK);
    assert_int_equal(journal_sync(house->journal), STATUS_OK);
    return position;
}

static void rooms_up(struct house *house)
{
    char room[512];
    struct text why = text_over(room, sizeof room);
    struct clock clock = {house_now, house_ticks, house};
    assert_int_equal(arena_create(&house->boot, 256 << 20), STATUS_OK);
    assert_int_equal(volume_of_directory(&house->volume, house->folder, house->boot), STATUS_OK);
    assert_int_equal(
        access_keys_open(&house->volume, true, seal_chance_of_machine(), &house->keys, &why),
        STATUS_OK);
    store_up(house);
    const struct access_options access = {
        house->store, house->path, house->audit, &house->keys, seal_chance_of_machine(), clock};
    assert_int_equal(access_open(&house->access, &access, house->boot, &why), STATUS_OK);
    bulletin_up(house, clock);
    records_up(house, clock);
    struct text words[TONGUES_COUNT] = {why, why};
    assert_int_equal(law_open_shipped(&house->law, house->boot, words), STATUS_OK);
    house->views = (struct view_keeper){
        .store = house->store, .key = house->keys.totp, .chance = seal_chance_of_machine()};
    const struct task_options tasks = {.store = house->store,
                                       .store_path = house->path,
                                       .audit = house->audit,
                                       .access = house->access,
                                       .bulletin = house->bulletin,
                                       .key = house->keys.totp,
                                       .chance = seal_chance_of_machine(),
                                       .clock = clock,
                                       .alone_max = TASKS_ALONE,
                                       .by_hand = true};
    assert_int_equal(task_desk_open(&house->tasks, &tasks, house->boot, &why), STATUS_OK);
    house->rooms = (struct api_rooms){.views = &house->views,
                                      .tasks = house->tasks,
                                      .law = &house->law,
                                      .access = house->access,
                                      .bulletin = house->bulletin,
                                      .ladder = house->ladder,
                                      .store = house->store,
                                      .store_path = house->path,
                                      .audit = house->audit,
                                      .audit_origin = ORIGIN,
                                      .seal = &house->keys.seal};
    const struct api_options options = {.http = {.address = "127.0.0.1",
                                                 .threads = 2,
                                                 .connections_max = 64,
                                                 .connections_per_peer_max = 64,
                                                 .streams_max = 8,
                                                 .header_seconds_max = 5,
                                                 .body_bytes_per_second_min = 500,
                                                 .idle_seconds_max = 20,
                                                 .header_bytes_max = 16384,
                                                 .bodies_bytes_max = 64 << 20,
                                                 .clock = clock},
                                        .workers = 3,
                                        .rooms = house->rooms};
    assert_int_equal(api_open(&house->api, &options, house->boot, &why), STATUS_OK);
}

static void rooms_down(struct house *house)
{
    api_close(house->api, 5);
    task_desk_close(house->tasks);
    ladder_close(house->ladder);
    assert_int_equal(journal_close(house->journal), STATUS_OK);
    volume_close(&house->records);
    bulletin_close(house->bulletin);
    access_close(house->access);
    store_close(house->store);
    volume_close(&house->volume);
    arena_destroy(house->boot);
}

void house_build(struct house *house)
{
    *house = (struct house){0};
    (void)snprintf(house->folder, sizeof house->folder, "/tmp/cutline-api-XXXXXX");
    assert_non_null(mkdtemp(house->folder));
    (void)snprintf(house->path, sizeof house->path, "%s/store.db", house->folder);
    house->bytes = malloc(REPLY_BYTES);
    assert_non_null(house->bytes);
    rooms_up(house);
}

void house_again(struct house *house)
{
    rooms_down(house);
    rooms_up(house);
}

int house_closed(void **state)
{
    struct house *house = *state;
    char command[128];
    rooms_down(house);
    free(house->bytes);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", house->folder);
    assert_int_equal(system(command), 0);
    free(house);
    return 0;
}

/* ---- the client ---- */

static int dial(struct house *house)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(api_port(house->api))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int line = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(line >= 0);
    assert_int_equal(connect(line, (struct sockaddr *)&address, sizeof address), 0);
    return line;
}

void ask_raw(struct house *house, const char *bytes, size_t size, struct reply *reply)
{
    int line = dial(house);
    size_t got = 0;
    *reply = (struct reply){0};
    (void)!(send(line, bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
    struct timeval patience = {.tv_sec = 20};
    (void)setsockopt(line, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (got + 1 < REPLY_BYTES) {
        ssize_t n = recv(line, house->bytes + got, REPLY_BYTES - 1 - got, 0);
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    (void)close(line);
    house->bytes[got] = '\0';
    char *end = strstr(house->bytes, "\r\n\r\n");
    if (end == NULL)
        return;
    *end = '\0';
    reply->head = house->bytes;
    reply->body = end + 4;
    reply->body_size = got - (size_t)(reply->body - house->bytes);
    if (strncmp(house->bytes, "HTTP/1.1 ", 9) == 0)
        reply->status = (int)strtol(house->bytes + 9, NULL, 10);
}

void ask_with(struct house *house, const struct visitor *visitor, const char *method,
              const char *path, const char *line, const char *body, struct reply *reply)
{
    size_t size = 4096 + (body == NULL ? 0 : strlen(body));
    char *bytes = malloc(size);
    assert_non_null(bytes);
    struct text text = text_over(bytes, size);
    text_addf(&text, "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n", method, path);
    if (visitor != NULL)
        text_addf(&text, "%s\r\n", visitor->credential);
    if (visitor != NULL && visitor->csrf[0] != '\0')
        text_addf(&text, "X-CSRF-Token: %s\r\n", visitor->csrf);
    if (line != NULL)
        text_addf(&text, "%s\r\n", line);
    if (body != NULL)
        text_addf(&text, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    text_addf(&text, "\r\n%s", body == NULL ? "" : body);
    assert_false(text.full);
    ask_raw(house, bytes, text.size, reply);
    free(bytes);
}

void ask(struct house *house, const struct visitor *visitor, const char *method, const char *path,
         const char *body, struct reply *reply)
{
    ask_with(house, visitor, method, path, NULL, body, reply);
}

void reply_text(const struct reply *reply, const char *name, char *out, size_t size)
{
    json_error_t fault;
    json_t *root = reply->body == NULL ? NULL : json_loads(reply->body, 0, &fault);
    json_t *at = root;
    char first[64] = "";
    const char *dot = strchr(name, '.');
    if (dot != NULL) {
        memcpy(first, name, (size_t)(dot - name));
        at = json_object_get(root, first);
        name = dot + 1;
    }
    const char *text = json_string_value(json_object_get(at, name));
    if (text == NULL)
        fail_msg("no \"%s\" in %d %s", name, reply->status, reply->body);
    (void)snprintf(out, size, "%s", text);
    json_decref(root);
}

void headers_hold(const struct reply *reply)
{
    static const char *const ALWAYS[] = {
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy: no-referrer",
        "X-Frame-Options: DENY",
        "Cross-Origin-Resource-Policy: same-origin"};
    assert_non_null(reply->head);
    /* The pages that people see have a policy of their own: pages_test.c. */
    bool page = strstr(reply->head, "script-src 'self'") != NULL;
    for (size_t i = 0; i < sizeof ALWAYS / sizeof ALWAYS[0]; i++)
        if (strstr(reply->head, ALWAYS[i]) == NULL && !(page && (i == 1 || i == 2)))
            fail_msg("without \"%s\": %s", ALWAYS[i], reply->head);
    if (reply->status >= 400 && strstr(reply->head, "application/problem+json") == NULL)
        fail_msg("no problem details: %s", reply->head);
}

void path_fill(char *out, size_t size, const char *pattern, const char *id)
{
    struct text text = text_over(out, size);
    while (*pattern != '\0') {
        if (*pattern != '{') {
            text_add_char(&text, *pattern++);
            continue;
        }
        text_add_string(&text, id);
        pattern = strchr(pattern, '}') + 1;
    }
}

/* ---- the people ---- */

static void base32_read(const char *text, unsigned char *out, size_t size)
{
    static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t held = 0;
    unsigned bits = 0;
    size_t count = 0;
    for (; *text != '\0' && count < size; text++) {
        held = held << 5 | (uint32_t)(strchr(ALPHABET, *text) - ALPHABET);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out[count++] = (unsigned char)(held >> bits);
        }
    }
    assert_int_equal(count, size);
}

void code_now(struct house *house, const struct visitor *visitor, char out[8])
{
    uint64_t step = (uint64_t)(house_now(house).ms / SECOND_MS / TOTP_STEP_S);
    (void)snprintf(out, 8, "%06u",
                   totp_code((struct slice){(const char *)visitor->totp, TOTP_KEY_SIZE}, step));
}

static void take_session(struct visitor *visitor, const struct reply *reply)
{
    char *cookie = strstr(reply->head, "Set-Cookie: ");
    assert_non_null(cookie);
    char *end = strchr(cookie, ';');
    (void)snprintf(visitor->credential, sizeof visitor->credential, "Cookie: %.*s",
                   (int)(end - cookie - 12), cookie + 12);
    reply_text(reply, "csrf", visitor->csrf, sizeof visitor->csrf);
}

void log_in(struct house *house, struct visitor *visitor, const char *password)
{
    struct reply reply;
    char code[8], body[512];
    code_now(house, visitor, code);
    (void)snprintf(body, sizeof body, "{\"login\":\"%s\",\"password\":\"%s\",\"code\":\"%s\"}",
                   visitor->login, password, code);
    ask(house, NULL, "POST", "/v1/login", body, &reply);
    if (reply.status != 200)
        fail_msg("%s: login: %d %s", visitor->name, reply.status, reply.body);
    take_session(visitor, &reply);
}

void visitor_enrol(struct house *house, struct visitor *visitor, const char *code,
                   const char *first)
{
    struct reply reply;
    char body[512], key[64];
    (void)snprintf(body, sizeof body, "{\"code\":\"%s\",\"password\":\"%s\"%s}", code, PASSWORD,
                   first);
    ask(house, NULL, "POST", "/v1/enrol", body, &reply);
    if (reply.status != 200)
        fail_msg("%s: enrol: %d %s", visitor->name, reply.status, reply.body);
    reply_text(&reply, "totp.key", key, sizeof key);
    base32_read(key, visitor->totp, TOTP_KEY_SIZE);
    reply_text(&reply, "user", visitor->user, sizeof visitor->user);
    reply_text(&reply, "login", visitor->login, sizeof visitor->login);
}

static struct visitor *visitor_add(struct house *house, const char *name, const char *role,
                                   bool home)
{
    struct visitor *visitor = &house->visitor[house->visitors_count++];
    assert_true(house->visitors_count <= VISITORS_MAX);
    *visitor = (struct visitor){.role = role, .home = home, .fresh = true};
    (void)snprintf(visitor->name, sizeof visitor->name, "%s %s", home ? "home" : "other", name);
    (void)snprintf(visitor->organisation, sizeof visitor->organisation, "%s",
                   home ? house->home : house->other);
    return visitor;
}

struct visitor *visitor_of(struct house *house, const char *name)
{
    for (size_t i = 0; i < house->visitors_count; i++)
        if (strcmp(house->visitor[i].name, name) == 0)
            return &house->visitor[i];
    fail_msg("no visitor \"%s\"", name);
    return NULL;
}

static void first_in(struct house *house)
{
    char code[128];
    struct text text = text_over(code, sizeof code);
    struct reply reply;
    struct visitor *first = visitor_add(house, "administrator", "administrator", true);
    assert_int_equal(access_first_code(house->access, &text), STATUS_OK);
    visitor_enrol(house, first, code,
                  ",\"login\":\"first\",\"name\":\"第一位\",\"organisation\":\"反诈中心\",\"kind\":"
                  "\"centre\"");
    log_in(house, first, PASSWORD);
    ask(house, first, "GET", "/v1/whoami", NULL, &reply);
    assert_int_equal(reply.status, 200);
    reply_text(&reply, "organisation", house->home, sizeof house->home);
    (void)snprintf(first->organisation, sizeof first->organisation, "%s", house->home);
    ask(house, first, "POST", "/v1/organisations", "{\"kind\":\"carrier\",\"name\":\"某运营商\"}",
        &reply);
    assert_int_equal(reply.status, 201);
    reply_text(&reply, "id", house->other, sizeof house->other);
}

static void user_in(struct house *house, const char *role, bool home)
{
    char body[512], code[128];
    struct reply reply;
    struct visitor *visitor = visitor_add(house, role, role, home);
    (void)snprintf(
        body, sizeof body,
        "{\"organisation\":\"%s\",\"login\":\"%s.%s\",\"name\":\"%s\",\"roles\":[\"%s\"]}",
        visitor->organisation, home ? "home" : "other", role, role, role);
    ask(house, &house->visitor[0], "POST", "/v1/users", body, &reply);
    if (reply.status != 201)
        fail_msg("%d %s", reply.status, reply.body);
    reply_text(&reply, "code", code, sizeof code);
    visitor_enrol(house, visitor, code, "");
    log_in(house, visitor, PASSWORD);
}

/* Every scope that a token of the role may carry, as a JSON list. */
static void scopes_write(char *out, size_t size, uint32_t roles, bool service)
{
    struct text text = text_over(out, size);
    const char *comma = "";
    for (unsigned i = 0; i < SCOPES_COUNT; i++) {
        if ((SCOPES[i].roles & roles) == 0 || SCOPES[i].strength >= STRENGTH_SESSION ||
            (service && SCOPES[i].strength == STRENGTH_PERSON))
            continue;
        text_addf(&text, "%s\"%s\"", comma, SCOPES[i].name);
        comma = ",";
    }
    assert_false(text.full);
}

static void token_in(struct house *house, struct visitor *maker, bool home, bool service)
{
    char body[2048], scopes[1024], name[64], secret[ACCESS_SECRET_SIZE];
    enum role role = ROLE_service;
    struct reply reply;
    if (!service)
        assert_true(role_find(slice_of(maker->role), &role));
    scopes_write(scopes, sizeof scopes, ROLE_BIT(role), service);
    if (service)
        (void)snprintf(body, sizeof body,
                       "{\"organisation\":\"%s\",\"name\":\"t\",\"scopes\":[%s],\"days\":30}",
                       home ? house->home : house->other, scopes);
    else
        (void)snprintf(body, sizeof body, "{\"name\":\"t\",\"scopes\":[%s],\"days\":30}", scopes);
    ask(house, maker, "POST", service ? "/v1/tokens" : "/v1/me/tokens", body, &reply);
    if (reply.status != 201)
        fail_msg("%s: token: %d %s", maker->name, reply.status, reply.body);
    (void)snprintf(name, sizeof name, "%s token", service ? "service" : maker->role);
    struct visitor *visitor = visitor_add(house, name, service ? "service" : maker->role, home);
    visitor->token = true;
    visitor->service = service;
    visitor->fresh = false;
    reply_text(&reply, "secret", secret, sizeof secret);
    (void)snprintf(visitor->credential, sizeof visitor->credential, "Authorization: Bearer %s",
                   secret);
    (void)snprintf(visitor->user, sizeof visitor->user, "%s", service ? "" : maker->user);
}

int house_opened(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    assert_non_null(house);
    house_build(house);
    first_in(house);
    for (unsigned home = 0; home < 2; home++)
        for (unsigned role = 0; role < ROLES_COUNT; role++)
            if (role != ROLE_service && !(home == 1 && role == ROLE_administrator))
                user_in(house, role_name((enum role)role), home == 1);
    size_t people = house->visitors_count;
    for (size_t i = 0; i < people; i++)
        token_in(house, &house->visitor[i], house->visitor[i].home, false);
    token_in(house, &house->visitor[0], true, true);
    token_in(house, &house->visitor[0], false, true);
    /* The sessions so far grow stale; each gets a fresh one beside it. */
    atomic_fetch_add(&house->skew_ms, (ACCESS_STEP_UP_MINUTES + 1) * MINUTE_MS);
    for (size_t i = 0; i < people; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s stale", house->visitor[i].role);
        struct visitor *stale =
            visitor_add(house, name, house->visitor[i].role, house->visitor[i].home);
        char kept[64];
        (void)snprintf(kept, sizeof kept, "%s", stale->name);
        *stale = house->visitor[i];
        (void)snprintf(stale->name, sizeof stale->name, "%s", kept);
        stale->fresh = false;
        log_in(house, &house->visitor[i], PASSWORD);
    }
    *state = house;
    return 0;
}

uint64_t entries_of(struct house *house, const char *action, const char *outcome)
{
    char room[256];
    struct text why = text_over(room, sizeof room);
    struct store *reader = NULL;
    struct store_value row[1];
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(action)),
                                         STORE_OF_TEXT(slice_of(outcome))};
    assert_int_equal(store_open_reader(&reader, house->path, house->boot, &why), STATUS_OK);
    assert_int_equal(
        store_one(reader, "SELECT COUNT(*) FROM audit_entry WHERE action = ?1 AND outcome = ?2",
                  values, 2, row, 1, house->boot),
        STATUS_OK);
    store_close(reader);
    return (uint64_t)row[0].whole;
}
