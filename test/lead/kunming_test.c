/* kunming_test.c -- the night of Kunming (domain.md 5.1, A13): a hotline's mobile number and a
 * province's fixed line, two carriers that answer as processes of their own, one hotel, one site
 * task, and one word back to everybody who was asked.
 *
 * The centre is in this process, with every room that a service has under it; the carriers are
 * `cutline answer` on other ports, reached by signed letters over HTTP. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/folder.h"
#include "main/leads.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { CARRIERS = 2, PATIENCE_MS = 20000, WHY = 1024 };

static const char *cutline;

struct carrier {
    char folder[160], name[32], key[128], url[160];
    pid_t process;
};

struct night {
    char folder[64], path[96];
    struct arena *boot, *request;
    struct access_keys keys;
    struct volume volume;
    struct store *store, *reader;
    struct audit *audit;
    struct access *access;
    struct steady *steady;
    struct work *work;
    struct lead *lead;
    struct plan_desk *plan;
    struct partner_list *partners;
    struct outbox_way *ways;
    struct outbox *outbox;
    struct leads_mail mail;
    struct clock clock;
    struct carrier carrier[CARRIERS];
    struct seal_keypair province;
    char home[ACCESS_ID_SIZE], telecom[ACCESS_ID_SIZE], police[ACCESS_ID_SIZE];
    struct identity ann, ben, desk, officer;
    char why_bytes[TONGUES_COUNT][WHY];
    struct text why[TONGUES_COUNT];
};

/* Made up, and found nowhere but where they belong. */
#define MOBILE  "13900077001"
#define FIXED   "0871-65577001"
#define FIXED_2 "0871-65577002"
#define MARK    "77001"
#define STREET  "春融街"

static void put(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(folder_put(path, slice_of(text)), STATUS_OK);
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

/* ---- carriers ---- */

static void line_of(FILE *from, char *out, size_t size)
{
    assert_non_null(fgets(out, (int)size, from));
    out[strcspn(out, "\n")] = '\0';
}

static void carrier_make(struct night *night, struct carrier *carrier, const char *name,
                         const char *lines, const char *person)
{
    char text[2048], command[512], key[128];
    enum disk_fault fault;
    struct text centre = text_over(key, sizeof key);
    (void)snprintf(carrier->name, sizeof carrier->name, "%s", name);
    (void)snprintf(carrier->folder, sizeof carrier->folder, "%s/%s", night->folder, name);
    assert_int_equal(folder_make(carrier->folder, &fault), STATUS_OK);
    text_add_letter_key(&centre, &night->keys.seal.key);
    put(carrier->folder, "lines.csv", lines);
    put(carrier->folder, "lines.yaml",
        "lines: 1\nfrom: csv\nfile: lines.csv\nnumber: msisdn\nfields:\n"
        "  line_status: {always: active}\n  address: addr\n  place: area\n  cell: cell\n");
    (void)snprintf(text, sizeof text,
                   "answer: 1\nname: %s\nport: 0\nlines: lines.yaml\nnotices: notices\naskers:\n"
                   "  - {name: kunming, key: %s}\nanswers:\n  - purpose: fraud_lead\n"
                   "    basis: anti_fraud_law\n    fields: [line_status, address, place, cell]\n%s",
                   name, key, person);
    put(carrier->folder, "answer.yaml", text);
    (void)snprintf(command, sizeof command, "'%s' answer key --data '%s/data'", cutline,
                   carrier->folder);
    FILE *said = popen(command, "r");
    assert_non_null(said);
    line_of(said, carrier->key, sizeof carrier->key);
    assert_int_equal(pclose(said), 0);
}

static void carrier_start(struct carrier *carrier)
{
    char data[256], config[256], line[512];
    int ends[2];
    (void)snprintf(data, sizeof data, "%s/data", carrier->folder);
    (void)snprintf(config, sizeof config, "%s/answer.yaml", carrier->folder);
    assert_int_equal(pipe(ends), 0);
    carrier->process = fork();
    if (carrier->process == 0) {
        char log[256];
        (void)snprintf(log, sizeof log, "%s/log", carrier->folder);
        (void)dup2(ends[1], STDOUT_FILENO);
        if (freopen(log, "w", stderr) == NULL)
            _exit(99);
        (void)close(ends[0]);
        (void)execl(cutline, cutline, "answer", "--data", data, "--config", config, "--lang", "en",
                    (char *)NULL);
        _exit(99);
    }
    (void)close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    assert_non_null(said);
    line_of(said, line, sizeof line);
    const char *url = strstr(line, "http://");
    assert_non_null(url);
    (void)snprintf(carrier->url, sizeof carrier->url, "%s", url);
    (void)fclose(said); /* it says no more */
}

static void carrier_stop(struct carrier *carrier)
{
    int status = 0;
    (void)kill(carrier->process, SIGTERM);
    assert_int_equal(waitpid(carrier->process, &status, 0), carrier->process);
    assert_true(WIFEXITED(status));
}

/* ---- the centre ---- */

static void store_up(struct night *night)
{
    struct store_migration steps[24];
    size_t count = 0;
    const struct {
        const struct store_migration *at;
        size_t count;
    } ROOMS[] = {{AUDIT_MIGRATIONS, AUDIT_MIGRATIONS_COUNT},
                 {ACCESS_MIGRATIONS, ACCESS_MIGRATIONS_COUNT},
                 {STEADY_MIGRATIONS, STEADY_MIGRATIONS_COUNT},
                 {WORK_MIGRATIONS, WORK_MIGRATIONS_COUNT},
                 {PARTNER_MIGRATIONS, PARTNER_MIGRATIONS_COUNT},
                 {LEAD_MIGRATIONS, LEAD_MIGRATIONS_COUNT}};
    for (size_t r = 0; r < sizeof ROOMS / sizeof ROOMS[0]; r++)
        for (size_t i = 0; i < ROOMS[r].count; i++)
            steps[count++] = ROOMS[r].at[i];
    (void)snprintf(night->path, sizeof night->path, "%s/store.db", night->folder);
    assert_int_equal(
        store_open(&night->store, night->path, steps, count, night->boot, &night->why[0]),
        STATUS_OK);
    assert_int_equal(store_open_reader(&night->reader, night->path, night->boot, &night->why[0]),
                     STATUS_OK);
    assert_int_equal(audit_open(&night->audit, night->store, SLICE("test.example/audit"),
                                &night->keys.seal.key, night->boot, &night->why[0]),
                     STATUS_OK);
}

static struct identity person(const char *user, const char *organisation, uint32_t roles)
{
    struct identity who = {.by = BY_SESSION, .roles = roles};
    (void)snprintf(who.id, sizeof who.id, "%s", user);
    (void)snprintf(who.user, sizeof who.user, "%s", user);
    (void)snprintf(who.organisation, sizeof who.organisation, "%s", organisation);
    return who;
}

static void people_up(struct night *night)
{
    const struct access_options access = {
        night->store, night->path, night->audit, &night->keys, seal_chance_of_machine(),
        night->clock};
    assert_int_equal(access_open(&night->access, &access, night->boot, &night->why[0]), STATUS_OK);
    assert_int_equal(store_begin(night->store), STATUS_OK);
    assert_int_equal(access_organisation_add(night->access, ORGANISATION_centre,
                                             ORGANISATION_LEVEL_none, SLICE("Kunming"),
                                             night->home),
                     STATUS_OK);
    assert_int_equal(access_organisation_add(night->access, ORGANISATION_carrier,
                                             ORGANISATION_LEVEL_none, SLICE("Telecom"),
                                             night->telecom),
                     STATUS_OK);
    assert_int_equal(access_organisation_add(night->access, ORGANISATION_police,
                                             ORGANISATION_LEVEL_county, SLICE("Chenggong"),
                                             night->police),
                     STATUS_OK);
    assert_int_equal(store_commit(night->store), STATUS_OK);
    night->ann = person("u_ann", night->home, WORK_ROLE(analyst));
    night->ben = person("u_ben", night->home, WORK_ROLE(supervisor));
    night->desk = person("u_desk", night->telecom, WORK_ROLE(duty));
    night->officer = person("u_officer", night->police, WORK_ROLE(duty));
}

static void mail_up(struct night *night)
{
    char yunnan[128];
    struct text key = text_over(yunnan, sizeof yunnan);
    struct seal_seed seed = {{42}};
    struct partner_said said[3];
    static struct outbox_plug plug;
    night->province = seal_keypair_of_seed(&seed);
    text_add_letter_key(&key, &night->province.key);
    for (unsigned i = 0; i < CARRIERS; i++)
        said[i] = (struct partner_said){.id = slice_of(night->carrier[i].name),
                                        .name_en = slice_of(night->carrier[i].name),
                                        .name_zh = slice_of(night->carrier[i].name),
                                        .kind = SLICE("carrier"),
                                        .way = SLICE("http"),
                                        .url = slice_of(night->carrier[i].url),
                                        .key = slice_of(night->carrier[i].key)};
    enum disk_fault fault;
    char drop[96];
    (void)snprintf(drop, sizeof drop, "%s/yunnan", night->folder);
    assert_int_equal(folder_make(drop, &fault), STATUS_OK);
    said[2] = (struct partner_said){.id = SLICE("yunnan"),
                                    .name_en = SLICE("Yunnan"),
                                    .name_zh = SLICE("云南"),
                                    .kind = SLICE("centre"),
                                    .way = SLICE("folder"),
                                    .folder = slice_of(drop),
                                    .key = slice_of(yunnan)};
    const struct partner_list_said all = {
        .path = SLICE("night"), .self = SLICE("kunming"), .partner = said, .count = 3};
    if (partner_list_make(&night->partners, &all, night->boot, night->why) != STATUS_OK)
        fail_msg("%s", night->why_bytes[0]);
    assert_int_equal(
        outbox_ways_of_machine(night->partners, night->boot, &night->ways, &night->why[0]),
        STATUS_OK);
    plug = leads_plug_of(&night->mail);
    const struct outbox_options options = {.store = night->store,
                                           .audit = night->audit,
                                           .list = night->partners,
                                           .way = night->ways,
                                           .keypair = &night->keys.seal,
                                           .key = night->keys.token,
                                           .chance = seal_chance_of_machine(),
                                           .clock = night->clock,
                                           .plug = &plug,
                                           .plugs_count = 1};
    assert_int_equal(outbox_open(&night->outbox, &options, night->boot, &night->why[0]), STATUS_OK);
    night->mail.outbox = night->outbox;
    night->mail.partners = night->partners;
    night->mail.clock = night->clock;
}

static void leads_up(struct night *night)
{
    char directory[128], plan[128], text[1024];
    enum disk_fault fault;
    (void)snprintf(plan, sizeof plan, "%s/plan", night->folder);
    (void)snprintf(directory, sizeof directory, "%s/directory.yaml", night->folder);
    assert_int_equal(folder_make(plan, &fault), STATUS_OK);
    put(plan, "a.csv",
        "prefix,digits,carrier,region,type\n+86139,13,mobile,,mobile\n"
        "+86871,,,5301,fixed\n+868716,13,telecom,5301,fixed\n");
    (void)snprintf(text, sizeof text,
                   "directory: 1\ncarriers:\n  - {carrier: mobile, partner: mobile-km}\n"
                   "  - {carrier: telecom, organisation: %s, partner: telecom-km}\n"
                   "police:\n  - {region: \"530114\", organisation: %s}\n"
                   "pushers:\n  - {partner: yunnan}\n",
                   night->telecom, night->police);
    put(night->folder, "directory.yaml", text);
    assert_int_equal(plan_desk_open(&night->plan, plan, night->boot, night->why), STATUS_OK);
    const struct lead_options options = {.store = night->store,
                                         .plan = night->plan,
                                         .directory = directory,
                                         .key = night->keys.pseudonym,
                                         .post = leads_post_of(&night->mail),
                                         .home = slice_of(night->home),
                                         .home_country = SLICE("86"),
                                         .request_ms = 2 * MINUTE_MS,
                                         .answer_ms = 3 * MINUTE_MS,
                                         .late_ms = 10 * MINUTE_MS,
                                         .window_ms = DAY_MS};
    assert_int_equal(lead_create(&night->lead, &options, night->boot, night->why), STATUS_OK);
    night->mail.lead = night->lead;
    struct work_plug plug[LEAD_PLUGS_COUNT];
    lead_plugs(night->lead, plug);
    assert_int_equal(steady_open(&night->steady, night->store, night->clock, SLICE("boot-1"),
                                 night->boot, &night->why[0]),
                     STATUS_OK);
    const struct work_options work = {.store = night->store,
                                      .audit = night->audit,
                                      .access = night->access,
                                      .key = night->keys.totp,
                                      .chance = seal_chance_of_machine(),
                                      .steady = night->steady,
                                      .plug = plug,
                                      .plugs_count = LEAD_PLUGS_COUNT,
                                      .home = slice_of(night->home)};
    if (work_open(&night->work, &work, night->boot, &night->why[0]) != STATUS_OK)
        fail_msg("%s", night->why_bytes[0]);
    lead_start(night->lead, night->work);
    assert_int_equal(outbox_start(night->outbox), STATUS_OK);
}

static int night_up(void **state)
{
    struct night *night = calloc(1, sizeof *night);
    assert_non_null(night);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        night->why[t] = text_over(night->why_bytes[t], WHY);
    night->clock = clock_of_machine();
    (void)snprintf(night->folder, sizeof night->folder, "/tmp/cutline-kunming-XXXXXX");
    assert_non_null(mkdtemp(night->folder));
    assert_int_equal(arena_create(&night->boot, (size_t)1 << 30), STATUS_OK);
    assert_int_equal(arena_create(&night->request, (size_t)1 << 31), STATUS_OK);
    char keys[96];
    (void)snprintf(keys, sizeof keys, "%s/keys", night->folder);
    assert_int_equal(volume_of_directory(&night->volume, keys, night->boot), STATUS_OK);
    assert_int_equal(access_keys_open(&night->volume, true, seal_chance_of_machine(), &night->keys,
                                      &night->why[0]),
                     STATUS_OK);
    carrier_make(night, &night->carrier[0], "mobile-km",
                 "msisdn,addr,area,cell\n" MOBILE ",云南省昆明市呈贡区" STREET
                 "１号锦华酒店8楼室内站,530114,460-00-77-1\n",
                 "");
    carrier_make(night, &night->carrier[1], "telecom-km",
                 "msisdn,addr,area,cell\n" FIXED ",呈贡区" STREET "一号,530114,\n" FIXED_2
                 ",昆明市呈贡区" STREET "1号锦华酒店,530114,\n",
                 "person:\n  - {numbers: by_hand.txt}\n");
    put(night->carrier[1].folder, "by_hand.txt", FIXED "\n");
    for (unsigned i = 0; i < CARRIERS; i++)
        carrier_start(&night->carrier[i]);
    store_up(night);
    people_up(night);
    mail_up(night);
    leads_up(night);
    *state = night;
    return 0;
}

static int night_down(void **state)
{
    struct night *night = *state;
    outbox_close(night->outbox);
    outbox_ways_release(night->partners, night->ways);
    lead_destroy(night->lead);
    plan_desk_close(night->plan);
    work_close(night->work);
    access_close(night->access);
    store_close(night->reader);
    store_close(night->store);
    volume_close(&night->volume);
    assert_int_equal(folder_remove(night->folder), STATUS_OK);
    arena_destroy(night->request);
    arena_destroy(night->boot);
    free(night);
    return 0;
}

/* ---- acting ---- */

static enum status ended(struct night *night, enum status status)
{
    if (status == STATUS_OK)
        return store_commit(night->store);
    store_rollback(night->store);
    return status;
}

static struct work_item look(struct night *night, const char *id)
{
    struct work_item item;
    assert_int_equal(work_find(night->work, night->reader, id, NULL, night->request, &item),
                     STATUS_OK);
    return item;
}

static struct work_value value_of(const struct work_kind *kind, const char *field, const char *text)
{
    int index = work_field_find(kind, slice_of(field));
    assert_true(index >= 0);
    return (struct work_value){index, slice_of(text)};
}

static void step(struct night *night, const char *id, const char *name, const struct identity *by,
                 const struct work_value *values, unsigned count)
{
    struct work_item item = look(night, id), result;
    struct work_refusal refusal = {0};
    const struct work_move move = {.id = id,
                                   .step = name,
                                   .version = item.version,
                                   .by = by,
                                   .value = values,
                                   .values_count = count};
    assert_int_equal(store_begin(night->store), STATUS_OK);
    enum status status =
        ended(night, work_step(night->work, &move, night->request, &refusal, &result));
    if (status != STATUS_OK)
        fail_msg("%s: %s %d", name, status_name(status), refusal.fault);
}

static void hotline(struct night *night, const char *number, char id[WORK_ID_SIZE])
{
    struct work_item item;
    struct work_refusal refusal;
    bool joined;
    const struct work_value values[] = {value_of(&LEAD_CHECK, "number", number),
                                        value_of(&LEAD_CHECK, "origin", "hotline"),
                                        value_of(&LEAD_CHECK, "grade", "high")};
    const struct work_draft draft = {.kind = &LEAD_CHECK,
                                     .owner = slice_of(night->home),
                                     .detected = MOMENT_NONE,
                                     .value = values,
                                     .values_count = 3,
                                     .by = &night->ann};
    assert_int_equal(store_begin(night->store), STATUS_OK);
    assert_int_equal(
        ended(night, work_add(night->work, &draft, night->request, &refusal, &item, &joined)),
        STATUS_OK);
    memcpy(id, item.id, WORK_ID_SIZE);
}

/* The province's letter, as its house would send it. */
static void push(struct night *night, const char *number)
{
    char body_bytes[1024], bytes[8192];
    struct text body = text_over(body_bytes, sizeof body_bytes);
    struct text envelope = text_over(bytes, sizeof bytes);
    struct outbox_received received;
    moment now = night->clock.now(night->clock.self);
    const struct slice parts[] = {SLICE("push"), slice_of(number)};
    const struct check_question question = {.id = SLICE("yn-1"),
                                            .number = slice_of(number),
                                            .from = MOMENT_NONE,
                                            .to = MOMENT_NONE,
                                            .basis = CHECK_BY_anti_fraud_law};
    text_add_push(&body, &question);
    const struct letter letter = {.id = letter_id_of(parts, 2),
                                  .kind = SLICE("lead.push"),
                                  .from = SLICE("yunnan"),
                                  .to = SLICE("kunming"),
                                  .issued = now,
                                  .expires = {now.ms + HOUR_MS},
                                  .body = text_slice(&body)};
    assert_int_equal(letter_write(&envelope, &letter, &night->province), STATUS_OK);
    assert_int_equal(
        outbox_receive(night->outbox, text_slice(&envelope), true, night->request, &received),
        STATUS_OK);
}

static enum status take_id(void *self, const struct work_item *item, struct slice cursor)
{
    (void)cursor;
    memcpy(self, item->id, WORK_ID_SIZE);
    return STATUS_OK;
}

static void newest_of(struct night *night, const char *state, char id[WORK_ID_SIZE])
{
    const struct work_query query = {.kind = &LEAD_CHECK,
                                     .state = work_state_find(&LEAD_CHECK, slice_of(state)),
                                     .open = true,
                                     .count_max = 10};
    id[0] = '\0';
    assert_int_equal(work_list(night->work, night->reader, &query, &night->ann, night->request,
                               (struct work_sink){take_id, id}),
                     STATUS_OK);
    assert_true(id[0] != '\0');
}

/* Request, asking, second person: how long from the yes until it was answered. */
static int64_t send_and_wait(struct night *night, const char *id, const char *until)
{
    struct work_refusal refusal;
    struct work_item item;
    const struct work_value values[] = {value_of(&LEAD_CHECK, "purpose", "fraud_lead"),
                                        value_of(&LEAD_CHECK, "basis", "anti_fraud_law"),
                                        value_of(&LEAD_CHECK, "document", "18")};
    step(night, id, "request", &night->ann, values, 3);
    step(night, id, "send", &night->ann, NULL, 0);
    item = look(night, id);
    const struct work_word word = {.id = id,
                                   .digest = slice_of(item.asking->digest),
                                   .by = &night->ben,
                                   .reason = SLICE("read")};
    int64_t begun = now_ms();
    assert_int_equal(store_begin(night->store), STATUS_OK);
    assert_int_equal(
        ended(night, work_approve(night->work, &word, night->request, &refusal, &item)), STATUS_OK);
    for (;;) {
        struct work_item now = look(night, id);
        bool there = until[0] == '='
                         ? slice_equal(work_value_of(&now, "reply_reason"), slice_of(until + 1))
                         : strcmp(now.kind->state[now.state].name, until) == 0;
        if (there)
            return now_ms() - begun;
        if (now_ms() - begun > PATIENCE_MS)
            fail_msg("still %s after %d ms", now.kind->state[now.state].name, PATIENCE_MS);
        pause_ms(2);
    }
}

/* The carrier's folder of notices holds one about the line, saying so. */
static void told(const struct night *night, const struct carrier *carrier, unsigned wanted)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/notices", carrier->folder);
    for (int64_t begun = now_ms();; pause_ms(20)) {
        struct slice *names;
        size_t count = 0, confirmed = 0;
        assert_int_equal(folder_list(path, night->request, &names, &count), STATUS_OK);
        for (size_t i = 0; i < count; i++) {
            char file[512];
            struct slice text;
            enum disk_fault fault;
            (void)snprintf(file, sizeof file, "%s/%.*s", path, (int)names[i].size, names[i].at);
            if (disk_read_all(file, 4096, night->request, &text, &fault) == STATUS_OK)
                confirmed += strstr(text.at, "\"what\":\"confirmed\"") != NULL;
        }
        if (confirmed == wanted)
            return;
        if (now_ms() - begun > PATIENCE_MS)
            fail_msg("%s was told %zu of %u", carrier->name, confirmed, wanted);
    }
}

/* Nothing of the lines in the files of this folder. */
static void no_line_in(const struct night *night, const char *folder)
{
    static const char *const SECRETS[] = {MARK, "77002", STREET};
    struct slice *names;
    size_t count = 0;
    assert_int_equal(folder_list(folder, night->request, &names, &count), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        char path[512];
        struct slice bytes;
        struct disk_about about;
        enum disk_fault fault;
        (void)snprintf(path, sizeof path, "%s/%.*s", folder, (int)names[i].size, names[i].at);
        if (disk_about(path, &about, &fault) != STATUS_OK || about.folder ||
            disk_read_all(path, (size_t)64 << 20, night->request, &bytes, &fault) != STATUS_OK)
            continue;
        for (size_t s = 0; s < sizeof SECRETS / sizeof SECRETS[0]; s++)
            if (bytes.size != 0 &&
                memmem(bytes.at, bytes.size, SECRETS[s], strlen(SECRETS[s])) != NULL)
                fail_msg("%s holds %s", path, SECRETS[s]);
    }
}

static void the_night_of_kunming(void **state)
{
    struct night *night = *state;
    char mobile[WORK_ID_SIZE], fixed[WORK_ID_SIZE], second[WORK_ID_SIZE], site[WORK_ID_SIZE] = "";
    hotline(night, MOBILE, mobile);
    int64_t machine_ms = send_and_wait(night, mobile, "single");
    push(night, "+8687165577001");
    newest_of(night, "received", fixed);
    int64_t begun = now_ms();
    (void)send_and_wait(night, fixed, "=person"); /* its machine leaves it to a person */
    const struct work_value answer[] = {
        value_of(&LEAD_CHECK, "line_status", "active"),
        value_of(&LEAD_CHECK, "address", "呈贡区" STREET "一号总机"),
        value_of(&LEAD_CHECK, "place", "530114")};
    step(night, fixed, "answer", &night->desk, answer, 3);
    int64_t person_ms = now_ms() - begun;
    struct work_item item = look(night, mobile);
    assert_string_equal(item.kind->state[item.state].name, "field");
    struct slice where = work_value_of(&item, "site");
    memcpy(site, where.at, where.size);
    /* A third line of the same house, answered by machine: it joins. */
    hotline(night, FIXED_2, second);
    int64_t third_ms = send_and_wait(night, second, "field");
    struct work_item task = look(night, site);
    assert_true(slice_equal(work_value_of(&task, "leads_count"), SLICE("3")));
    const struct work_value result[] = {
        value_of(&SITE_TASK, "finding", "confirmed"),
        value_of(&SITE_TASK, "devices",
                 "[{\"kind\":\"goip\",\"count\":\"3\"},{\"kind\":\"router\",\"count\":\"3\"}]"),
        value_of(&SITE_TASK, "suspects", "4"), value_of(&SITE_TASK, "cards", "0")};
    step(night, site, "arrive", &night->officer, NULL, 0);
    step(night, site, "report", &night->officer, result, 4);
    struct lead_counts counts;
    lead_count(night->lead, &counts);
    assert_int_equal(counts.sites, 1);
    told(night, &night->carrier[0], 1);
    told(night, &night->carrier[1], 2);
    task = look(night, site);
    assert_true(slice_equal(work_value_of(&task, "suspects"), SLICE("4")));
    print_message("from the second person's yes to the answer: machine %lld ms, %lld ms; "
                  "with a person at the desk %lld ms; one site task, 3 leads, both carriers told\n",
                  (long long)machine_ms, (long long)third_ms, (long long)person_ms);
    assert_true(machine_ms < 1000 || getenv("CUTLINE_SLOW") != NULL);
    assert_true(person_ms < 3 * MINUTE_MS);
    for (unsigned i = 0; i < CARRIERS; i++) {
        char data[256];
        carrier_stop(&night->carrier[i]);
        (void)snprintf(data, sizeof data, "%s/data", night->carrier[i].folder);
        no_line_in(night, data);
    }
    no_line_in(night, night->folder);
}

int main(int count, char **words)
{
    if (count != 2)
        return 2;
    cutline = words[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_night_of_kunming, night_up, night_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
