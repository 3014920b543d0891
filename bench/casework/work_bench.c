/* work_bench.c -- how fast work is created, worked through and closed beside a million open items.
 *
 *   usage: work_bench OPEN FLOW CLIENTS [FOLDER [SECONDS]]
 *
 * Makes OPEN items and leaves them open.  Then CLIENTS threads, each a person of one organisation,
 * work FLOW items through: make one, take the next, begin, close; each a transaction of its own,
 * so the number that is open stays OPEN.  Every tenth time a client also reads a page of fifty of
 * its queue, by its own reader.  FOLDER (else a new one under /tmp) is on the disk that is
 * measured; one that was filled before is gone on with.  After SECONDS nothing new is begun.
 *
 * Says items a second, percentiles of each operation in ms, and the size of the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FRESH, BUSY, DONE };
enum { PHONE, NAME, AMOUNT, RESULT };
enum { OPS = 5, PAGE = 50, FILL_BATCH = 500, FINE = 100, SLOTS = 1 << 20, CLIENTS_MAX = 256 };
static const char *const OP_NAMES[OPS] = {"add", "take_next", "begin", "close", "list"};

#define MAY (WORK_ROLE(analyst) | WORK_ROLE(duty))

static const struct work_state STATES[] = {
    {"fresh", false, {{"fresh", "新建"}}},
    {"busy", false, {{"in work", "处理中"}}},
    {"done", true, {{"done", "办结"}}},
};
static const struct work_field FIELDS[] = {
    {"phone", WORK_PHONE, WORK_MASKED, true, 0, WORK_TO(carrier), NULL, {{"phone", "号码"}}},
    {"name", WORK_HUMAN, WORK_MASKED, false, 0, 0, NULL, {{"name", "姓名"}}},
    {"amount", WORK_AMOUNT, WORK_SHOWN, false, 0, 0, NULL, {{"amount", "金额"}}},
    {"result", WORK_WORD, WORK_SHOWN, false, 0, 0, "good bad", {{"result", "结果"}}},
};
static const struct work_step STEPS[] = {
    {.name = "begin",
     .from = WORK_BIT(FRESH),
     .to = BUSY,
     .roles = MAY,
     .held = true,
     .mark = WORK_MARK_VERIFY,
     .says = {{"begin", "开始"}}},
    {.name = "close",
     .from = WORK_BIT(BUSY),
     .to = DONE,
     .roles = MAY,
     .held = true,
     .must = WORK_BIT(RESULT),
     .mark = WORK_MARK_RESOLVE,
     .says = {{"close", "办结"}}},
    {.name = "lapse",
     .from = WORK_BIT(FRESH),
     .to = DONE,
     .hand = WORK_BY_MACHINE,
     .says = {{"lapse", "过期"}}},
};
static const struct work_clock CLOCKS[] = {
    {.name = "first",
     .runs = WORK_BIT(FRESH),
     .expiry = "lapse",
     .span_ms = 7 * (int64_t)DAY_MS,
     .says = {{"first", "首次"}}},
};
static const struct work_kind KIND = {
    .name = "bench",
    .says = {{"bench", "测量"}},
    .state = STATES,
    .states_count = 3,
    .step = STEPS,
    .steps_count = 3,
    .field = FIELDS,
    .fields_count = 4,
    .clock = CLOCKS,
    .clocks_count = 1,
    .first_must = WORK_BIT(PHONE),
    .first_may = WORK_BIT(NAME) | WORK_BIT(AMOUNT),
    .creators = MAY,
    .lease_ms = HOUR_MS,
};

struct bench {
    char folder[128], path[192];
    struct arena *boot;
    struct store *store;
    struct audit *audit;
    struct access *access;
    struct access_keys keys;
    struct steady *steady;
    struct work *work;
    char home[ACCESS_ID_SIZE];
    int64_t flow, ends_us;
    bool filled; /* by a run before */
    _Atomic int64_t begun, failed;
    _Atomic uint32_t slot[OPS][SLOTS]; /* hundredths of a millisecond */
    _Atomic uint64_t count[OPS];
};

struct client {
    struct bench *bench;
    unsigned number;
    struct identity person;
    pthread_t thread;
};

static void need(enum status status, const char *what)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "work_bench: %s: %s\n", what, status_name(status));
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void count(struct bench *bench, unsigned op, int64_t since_us)
{
    int64_t slot = (now_us() - since_us) / 10;
    atomic_fetch_add(&bench->slot[op][slot < SLOTS ? slot : SLOTS - 1], 1);
    atomic_fetch_add(&bench->count[op], 1);
}

static double quantile(struct bench *bench, unsigned op, double part)
{
    uint64_t want = (uint64_t)((double)atomic_load(&bench->count[op]) * part);
    uint64_t seen = 0;
    for (unsigned i = 0; i < SLOTS; i++) {
        seen += atomic_load(&bench->slot[op][i]);
        if (seen > want)
            return (double)(i + 1) / FINE;
    }
    return 0;
}

static void rooms_up(struct bench *bench)
{
    char room[512];
    struct text why = text_over(room, sizeof room);
    struct store_migration steps[8];
    struct volume volume;
    size_t steps_count = 0;
    for (size_t i = 0; i < AUDIT_MIGRATIONS_COUNT; i++)
        steps[steps_count++] = AUDIT_MIGRATIONS[i];
    for (size_t i = 0; i < ACCESS_MIGRATIONS_COUNT; i++)
        steps[steps_count++] = ACCESS_MIGRATIONS[i];
    steps[steps_count++] = STEADY_MIGRATIONS[0];
    steps[steps_count++] = WORK_MIGRATIONS[0];
    need(arena_create(&bench->boot, (size_t)256 << 20), "memory");
    need(volume_of_directory(&volume, bench->folder, bench->boot), "folder");
    need(access_keys_open(&volume, true, seal_chance_of_machine(), &bench->keys, &why), room);
    volume_close(&volume);
    need(store_open(&bench->store, bench->path, steps, steps_count, bench->boot, &why), room);
    need(audit_open(&bench->audit, bench->store, SLICE("bench.example/audit"),
                    &bench->keys.seal.key, bench->boot, &why),
         room);
    const struct access_options access = {
        bench->store,      bench->path, bench->audit, &bench->keys, seal_chance_of_machine(),
        clock_of_machine()};
    need(access_open(&bench->access, &access, bench->boot, &why), room);
    need(steady_open(&bench->steady, bench->store, clock_of_machine(), SLICE("bench"), bench->boot,
                     &why),
         room);
    const struct work_plug plug = {.kind = &KIND};
    const struct work_options options = {.store = bench->store,
                                         .audit = bench->audit,
                                         .access = bench->access,
                                         .key = bench->keys.totp,
                                         .chance = seal_chance_of_machine(),
                                         .steady = bench->steady,
                                         .plug = &plug,
                                         .plugs_count = 1};
    need(work_open(&bench->work, &options, bench->boot, &why), room);
    struct store_value at[1];
    if (store_one(bench->store, "SELECT id FROM access_organisation", NULL, 0, at, 1,
                  bench->boot) == STATUS_OK) {
        (void)snprintf(bench->home, sizeof bench->home, "%.*s", (int)at[0].bytes.size,
                       at[0].bytes.at);
        bench->filled = true;
        return;
    }
    need(store_begin(bench->store), "begin");
    need(access_organisation_add(bench->access, ORGANISATION_centre, ORGANISATION_LEVEL_none,
                                 SLICE("Bench"), bench->home),
         "organisation");
    need(store_commit(bench->store), "commit");
}

/* Made up: eight thousand counties, grades 1 to 5. */
static enum status item_add(struct bench *bench, const struct identity *by, uint64_t number,
                            struct arena *request)
{
    char phone[16], place[8];
    uint64_t mixed = hash_word(number);
    (void)snprintf(phone, sizeof phone, "139%08u", (unsigned)(number % 100000000));
    (void)snprintf(place, sizeof place, "%02u%02u%02u", (unsigned)(11 + mixed % 31),
                   (unsigned)(1 + mixed / 31 % 16), (unsigned)(1 + mixed / 496 % 16));
    const struct work_value value[] = {{.field = PHONE, .value = slice_of(phone)},
                                       {.field = NAME, .value = SLICE("张三")},
                                       {.field = AMOUNT, .value = SLICE("4980000")}};
    const struct work_draft draft = {.kind = &KIND,
                                     .owner = slice_of(bench->home),
                                     .place = slice_of(place),
                                     .priority = (int32_t)(1 + mixed / 7936 % 5),
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = 3,
                                     .by = by};
    struct work_item item;
    struct work_refusal refusal;
    bool joined = false;
    return work_add(bench->work, &draft, request, &refusal, &item, &joined);
}

static enum status ended(struct bench *bench, enum status status)
{
    if (status == STATUS_OK)
        return store_commit(bench->store);
    store_rollback(bench->store);
    return status;
}

static enum status moved(struct bench *bench, const struct client *client, const char *step,
                         bool result, struct arena *request, struct work_item *item)
{
    const struct work_value value[] = {{.field = RESULT, .value = SLICE("good")}};
    const struct work_move move = {.id = item->id,
                                   .step = step,
                                   .version = item->version,
                                   .by = &client->person,
                                   .value = value,
                                   .values_count = result};
    struct work_refusal refusal;
    need(store_begin(bench->store), "begin");
    return ended(bench, work_step(bench->work, &move, request, &refusal, item));
}

static enum status page_take(void *self, const struct work_item *item, struct slice cursor)
{
    (void)cursor;
    *(unsigned *)self += item->values_count > 0;
    return STATUS_OK;
}

static void page_read(struct bench *bench, const struct client *client, struct store *reader,
                      struct arena *request, int64_t round)
{
    static const char *const AREAS[] = {"", "11", "1201", "35"};
    const struct work_query query = {.kind = &KIND,
                                     .state = -1,
                                     .open = true,
                                     .place = slice_of(AREAS[round / 10 % 4]),
                                     .count_max = PAGE};
    unsigned seen = 0;
    const struct work_sink sink = {page_take, &seen};
    int64_t since = now_us();
    need(work_list(bench->work, reader, &query, &client->person, request, sink), "list");
    count(bench, 4, since);
}

static void *client_run(void *self)
{
    struct client *client = self;
    struct bench *bench = client->bench;
    struct arena *request = NULL;
    struct arena *boot = NULL;
    struct store *reader = NULL;
    char room[256];
    struct text why = text_over(room, sizeof room);
    need(arena_create(&request, (size_t)64 << 20), "memory");
    need(arena_create(&boot, (size_t)1 << 20), "memory");
    need(store_open_reader(&reader, bench->path, boot, &why), room);
    for (int64_t i = atomic_fetch_add(&bench->begun, 1); i < bench->flow;
         i = atomic_fetch_add(&bench->begun, 1)) {
        struct work_item item;
        const struct work_wish wish = {.kind = &KIND, .by = &client->person};
        arena_reset(request);
        int64_t since = now_us();
        if (since > bench->ends_us)
            break;
        need(store_begin(bench->store), "begin");
        need(ended(bench,
                   item_add(bench, &client->person, UINT64_C(1) << 32 | (uint64_t)i, request)),
             "add");
        count(bench, 0, since);
        since = now_us();
        need(store_begin(bench->store), "begin");
        need(ended(bench, work_take_next(bench->work, &wish, request, &item)), "take_next");
        count(bench, 1, since);
        since = now_us();
        need(moved(bench, client, "begin", false, request, &item), "step");
        count(bench, 2, since);
        since = now_us();
        need(moved(bench, client, "close", true, request, &item), "step");
        count(bench, 3, since);
        if (i % 10 == 0)
            page_read(bench, client, reader, request, i);
    }
    store_close(reader);
    arena_destroy(boot);
    arena_destroy(request);
    return NULL;
}

static void filled(struct bench *bench, int64_t open)
{
    struct arena *request = NULL;
    need(arena_create(&request, (size_t)64 << 20), "memory");
    for (int64_t i = 0; i < open;) {
        need(store_begin(bench->store), "begin");
        for (int64_t b = 0; b < FILL_BATCH && i < open; b++, i++) {
            arena_reset(request);
            need(item_add(bench, NULL, (uint64_t)i, request), "add");
        }
        need(store_commit(bench->store), "commit");
    }
    arena_destroy(request);
}

static struct client *people(struct bench *bench, unsigned clients)
{
    struct client *client = calloc(clients, sizeof *client);
    if (client == NULL)
        exit(1);
    for (unsigned i = 0; i < clients; i++) {
        struct identity *person = &client[i].person;
        client[i].bench = bench;
        client[i].number = i;
        person->by = BY_SESSION;
        person->roles = WORK_ROLE(duty);
        (void)snprintf(person->user, sizeof person->user, "u_%016x", i);
        memcpy(person->id, person->user, sizeof person->id);
        memcpy(person->organisation, bench->home, sizeof person->organisation);
    }
    return client;
}

static void told(struct bench *bench, double seconds)
{
    static const char *const ENDS[] = {"", "-wal"};
    double mib = 0;
    int64_t done = (int64_t)atomic_load(&bench->count[3]);
    (void)printf("flow: %lld items in %.1f s: %.0f items/s, %.0f transactions/s\n", (long long)done,
                 seconds, (double)done / seconds, 4 * (double)done / seconds);
    for (unsigned op = 0; op < OPS; op++)
        (void)printf("%-9s  %8llu  p50 %8.2f ms  p99 %8.2f ms  p99.9 %8.2f ms\n", OP_NAMES[op],
                     (unsigned long long)atomic_load(&bench->count[op]), quantile(bench, op, 0.5),
                     quantile(bench, op, 0.99), quantile(bench, op, 0.999));
    for (unsigned i = 0; i < 2; i++) {
        char path[256];
        struct stat stat_of;
        (void)snprintf(path, sizeof path, "%s%s", bench->path, ENDS[i]);
        mib += stat(path, &stat_of) == 0 ? (double)stat_of.st_size / (1 << 20) : 0;
    }
    struct work_counts counts;
    work_count(bench->work, &counts);
    (void)printf("open at the end: %llu   database: %.0f MiB\n", (unsigned long long)counts.open,
                 mib);
}

int main(int count_of, char **word)
{
    if (count_of < 4) {
        (void)fprintf(stderr, "usage: work_bench OPEN FLOW CLIENTS [FOLDER [SECONDS]]\n");
        return 2;
    }
    static struct bench bench;
    int64_t open = strtoll(word[1], NULL, 10);
    unsigned clients = (unsigned)strtoul(word[3], NULL, 10);
    clients = clients < 1 ? 1 : clients > CLIENTS_MAX ? CLIENTS_MAX : clients;
    bench.flow = strtoll(word[2], NULL, 10);
    (void)snprintf(bench.folder, sizeof bench.folder, "%s",
                   count_of > 4 ? word[4] : "/tmp/cutline-work-bench-XXXXXX");
    if (count_of <= 4 && mkdtemp(bench.folder) == NULL)
        return 1;
    (void)snprintf(bench.path, sizeof bench.path, "%s/store.db", bench.folder);
    rooms_up(&bench);
    int64_t since = now_us();
    open = bench.filled ? 0 : open;
    filled(&bench, open);
    double seconds = (double)(now_us() - since) / 1e6;
    (void)printf("fill: %lld items in %.1f s: %.0f items/s\n", (long long)open, seconds,
                 (double)open / seconds);
    (void)fflush(stdout);
    struct client *client = people(&bench, clients);
    since = now_us();
    bench.ends_us = count_of > 5 ? since + strtoll(word[5], NULL, 10) * 1000000 : INT64_MAX;
    for (unsigned i = 0; i < clients; i++)
        if (pthread_create(&client[i].thread, NULL, client_run, &client[i]) != 0)
            return 1;
    for (unsigned i = 0; i < clients; i++)
        (void)pthread_join(client[i].thread, NULL);
    told(&bench, (double)(now_us() - since) / 1e6);
    free(client);
    work_close(bench.work);
    access_close(bench.access);
    store_close(bench.store);
    if (count_of <= 4) {
        char command[192];
        (void)snprintf(command, sizeof command, "rm -rf '%s'", bench.folder);
        return system(command) == 0 ? 0 : 1;
    }
    return 0;
}
