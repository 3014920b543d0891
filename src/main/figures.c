/* figures.c -- the figures of the service, gathered from the rooms when somebody asks.
 *
 * Only what no room counts is counted here: how long an acknowledged record waits until it was
 * thought about.  The writer's thread notes when it answered what, the thinker's thread looks the
 * notes up as it goes; a full ring drops notes, never waits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "receipt/delivery.h"
#include "screen/screen.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { NAMES_SIZE = 1024 };

static char reasons[NAMES_SIZE], kinds[NAMES_SIZE];
static struct metric table[FIGURES_COUNT];

static void names_fill(void)
{
    struct text text = text_over(reasons, sizeof reasons);
    for (unsigned i = 0; i < REJECTS_COUNT; i++)
        text_addf(&text, "%s%s", i == 0 ? "" : "|", reject_name((enum reject_reason)i));
    must(!text.full);
    text = text_over(kinds, sizeof kinds);
    for (unsigned i = 0; i < RECORD_KINDS_COUNT; i++)
        text_addf(&text, "%s%s", i == 0 ? "" : "|", kind_schema((enum record_kind)i)->name);
    must(!text.full);
}

enum status figures_create(struct service *service)
{
    names_fill();
    const struct metric all[] = {
#define REASONS reasons
#define KINDS   kinds
#define FIGURE(name, spelling, type, unit, label, values, help) \
    {spelling, METRIC_##type, unit, label, values, help},
#include "figures.inc"
#undef FIGURE
    };
    memcpy(table, all, sizeof all);
    return metrics_create(&service->metrics, table, FIGURES_COUNT, service->boot);
}

/* ---- how long detection takes ---- */

static int64_t now_us(void)
{
    struct timespec now;
    must(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void figures_acknowledged(void *self, uint64_t next)
{
    struct service *service = self;
    atomic_store(&service->answered, next);
    uint64_t in = atomic_load_explicit(&service->acks_in, memory_order_relaxed);
    if (in - atomic_load_explicit(&service->acks_out, memory_order_acquire) == ACKS_ROOM)
        return;
    service->acks[in % ACKS_ROOM] = (struct ack){next, now_us()};
    atomic_store_explicit(&service->acks_in, in + 1, memory_order_release);
}

void figures_reached(void *self, uint64_t position)
{
    struct service *service = self;
    uint64_t out = atomic_load_explicit(&service->acks_out, memory_order_relaxed);
    uint64_t in = atomic_load_explicit(&service->acks_in, memory_order_acquire);
    if (out == in)
        return;
    int64_t now = now_us();
    for (; out != in && service->acks[out % ACKS_ROOM].next <= position; out++)
        metrics_observe(service->metrics, FIGURE_latency, 0,
                        now - service->acks[out % ACKS_ROOM].at_us);
    atomic_store_explicit(&service->acks_out, out, memory_order_release);
}

int64_t figures_lag_us(struct service *service)
{
    uint64_t out = atomic_load_explicit(&service->acks_out, memory_order_acquire);
    uint64_t in = atomic_load_explicit(&service->acks_in, memory_order_acquire);
    if (out >= in)
        return 0;
    int64_t lag = now_us() - service->acks[out % ACKS_ROOM].at_us;
    return lag > 0 ? lag : 0; /* it was thought about, and the place given away, just now */
}

/* ---- gathered ---- */

#define SET(figure, label, value) \
    metrics_set(service->metrics, FIGURE_##figure, (label), (int64_t)(value))

static void set_ingest(struct service *service)
{
    struct deliveries_counts counts;
    struct keys_counts keys;
    deliveries_count(service->deliveries, &counts);
    keys_count(service->keys, &keys);
    SET(offered, 0, counts.offered);
    SET(ingested, 0, counts.accepted);
    SET(ingested, 1, counts.rejected);
    SET(ingested, 2, counts.refused);
    SET(waiting, 0, counts.waiting);
    for (unsigned i = 0; i < REJECTS_COUNT; i++)
        SET(dropped, i, counts.by_reason[i]);
    for (unsigned i = 0; i < RECORD_KINDS_COUNT; i++)
        SET(kinds, i, counts.by_kind[i]);
    SET(turned_away, 0, counts.turned_away);
    SET(deliveries, 0, counts.at_once);
    SET(keys, 0, keys.known);
    SET(keys_again, 0, keys.answered_again);
    SET(keys_forgotten, 0, keys.forgotten);
    struct tails_counts tails;
    tails_count(service->tails, &tails);
    SET(tails, 0, tails.followed);
    SET(tail_rows, 0, tails.rows);
    SET(tail_rows, 1, tails.rejected);
    SET(tail_behind, 0, tails.behind_bytes);
}

static void set_letters(struct service *service)
{
    struct outbox_figures letters;
    uint64_t refused = 0;
    if (service->outbox == NULL)
        return;
    outbox_figures(service->outbox, &letters);
    for (unsigned i = 0; i < LETTER_FAULTS_COUNT; i++)
        refused += letters.refused[i];
    SET(letters, 0, letters.added);
    SET(letters, 1, letters.attempts);
    SET(letters, 2, letters.handed);
    SET(letters, 3, letters.refusals);
    SET(letters, 4, letters.failures);
    SET(letters, 5, letters.answered);
    SET(letters, 6, letters.missed);
    SET(letters_taken, 0, letters.taken);
    SET(letters_taken, 1, letters.doubles);
    SET(letters_taken, 2, refused);
}

static void set_live(struct service *service)
{
    static _Thread_local struct live_counts live; /* large: a count for each rule */
    live_count(service->live, &live);
    const struct engine_counts *engine = &live.pipeline.engine;
    const struct alert_counts *desk = &live.pipeline.desk;
    SET(position, 0, live.synced);
    SET(position, 1, live.thought);
    SET(frames, 0, live.frames);
    SET(syncs, 0, live.syncs);
    SET(queue, 0, live.queue_bytes);
    SET(thought, 0, engine->records - engine->duplicates - engine->late);
    SET(thought, 1, engine->duplicates);
    SET(thought, 2, engine->late);
    SET(alerts, 0, desk->alerts);
    SET(alerts, 1, desk->repeats);
    SET(alerts, 2, desk->merged);
    SET(memory, 0, engine->bytes);
    SET(entities, 0, engine->entities);
    SET(questions, 0, live.questions);
    moment now = service->clock.now(service->clock.self);
    SET(heartbeat, 0, live.heartbeat.ms <= 0 ? 0 : now.ms - live.heartbeat.ms);
    SET(snapshot_stop, 0, live.snapshot_stop_us / 1000);
    SET(snapshot_age, 0, service->clock.ticks_ms(service->clock.self) - service->snapshot_ms);
}

static void set_money(struct service *service)
{
    struct moneys_figures money;
    moneys_figures(service, &money);
    SET(money_position, 0, money.fed);
    SET(money_behind, 0, money.behind);
    SET(money_lag, 0, money.behind_ms);
    SET(money_missing, 0, money.missing);
    SET(money_taken, 0, money.counts.added);
    SET(money_taken, 1, money.counts.duplicates);
    SET(money_taken, 2, money.counts.ignored);
    SET(money_kept, 0, money.counts.payments);
    SET(money_kept, 1, money.counts.run_payments);
    SET(money_memory, 0, money.counts.memory);
    SET(money_files, 0, money.counts.runs);
    SET(money_merges, 0, money.counts.merges);
    SET(money_damaged, 0, money.counts.damaged);
    struct flow_counts flow;
    flow_count(service->flow, &flow);
    SET(traces, 0, flow.traces);
    SET(traces, 1, flow.refused);
    SET(trace_slowest, 0, flow.slowest_us / 1000);
    SET(trace_orders, 0, flow.orders);
}

void figures_screened(void *self, int64_t us)
{
    struct service *service = self;
    metrics_observe(service->metrics, FIGURE_screen_latency, 0, us);
}

static void set_screen(struct service *service)
{
    struct screen_counts counts;
    screen_count(service->screen, &counts);
    for (unsigned word = 0; word < SCREEN_WORDS_COUNT; word++)
        SET(screened, word, counts.answers[word]);
    SET(screen_refused, 0, counts.refused);
    SET(screen_less, 0, counts.late);
    SET(screen_less, 1, counts.partly);
    SET(screen_batched, 0, counts.batched);
    SET(screen_missed, 0, counts.missed);
}

/* The second number of /proc/self/statm, in pages; 0 where there is none. */
static int64_t memory_resident(void)
{
    char bytes[128] = "";
    struct disk_file *file;
    enum disk_fault fault;
    size_t got = 0;
    if (disk_open(&file, "/proc/self/statm", &fault) != STATUS_OK)
        return 0;
    enum status status = disk_read(file, bytes, sizeof bytes - 1, &got);
    disk_close(file);
    const char *blank = status == STATUS_OK ? strchr(bytes, ' ') : NULL;
    return blank == NULL ? 0 : strtoll(blank, NULL, 10) * sysconf(_SC_PAGESIZE);
}

static void set_process(struct service *service)
{
    struct http_counts http;
    api_count(service->api, &http);
    SET(requests, 0, http.requests);
    SET(http_refused, 0, http.refused);
    SET(http_cut, 0, http.cut);
    uint64_t limited[RATE_CAUSES_COUNT];
    api_count_limited(service->api, limited);
    for (unsigned i = 0; i < RATE_CAUSES_COUNT; i++)
        SET(limited, i, limited[i]);
    SET(connections, 0, http.connections);
    SET(streams, 0, http.streams);
    struct folder_space space;
    if (folder_space(service->folder, &space) == STATUS_OK)
        SET(disk_free, 0, space.free);
    SET(disk_low, 0, atomic_load(&service->disk_low));
    SET(resident, 0, memory_resident());
    SET(checkpoint, 0, service->checkpoint.ms);
    for (unsigned i = 0; i < CHECKS_COUNT; i++)
        SET(ready, i, atomic_load(&service->check[i]));
}

static void set_backup(struct service *service)
{
    char path[PATH_MAX];
    struct disk_about about;
    enum disk_fault fault;
    (void)service_path(service, path, "backup-verified");
    SET(backup, 0, disk_about(path, &about, &fault) == STATUS_OK ? about.changed.ms : 0);
}

static void set_bulletin(struct service *service)
{
    struct bulletin_counts counts;
    bulletin_count(service->bulletin, &counts);
    SET(kept, 0, counts.kept);
    SET(alerts_waiting, 0, counts.waiting_bytes);
    SET(posted, 0, counts.posted);
    SET(posted, 1, counts.post_failures);
    SET(filed, 0, counts.filed);
}

void figures_write(void *self, struct text *text)
{
    struct service *service = self;
    set_ingest(service);
    set_letters(service);
    set_live(service);
    set_money(service);
    set_screen(service);
    set_process(service);
    set_backup(service);
    set_bulletin(service);
    text_add_metrics(text, service->metrics);
}
