/* live_bench.c -- how fast records become durable and are thought about, how long senders wait.
 *
 *   usage: live_bench FOLDER RATE BATCH OFFERS RECORD_FILE... -- RULE_FILE...
 *
 * Reads the records, makes entries of them, and offers BATCH at a time with at most OFFERS on their
 * way, RATE records a second (0: as fast as it goes).  Registers go first.  FOLDER is on the disk
 * that is to be measured, and must be empty.  Says records a second until all were acknowledged and
 * until all were thought about, percentiles of the time from offer to acknowledgement and from
 * acknowledgement to alert, and the longest stop for a snapshot (one each two seconds). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/disk.h"
#include "intake/intake.h"
#include "live/live.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    RULES_FILES_MAX = 256,
    WHY_BYTES = 4096,
    QUEUE = 64 << 20,
    SAMPLES_MAX = 1 << 20,
    SNAPSHOT_SECONDS = 2,
};

struct run {
    struct arena *boot, *image, *entries;
    struct slice *entry;
    size_t entries_count, entries_room;
    struct live *live;
    pthread_mutex_t lock;
    pthread_cond_t free;
    struct letter *letter_free;
    int64_t *acknowledged_us; /* by position */
    int64_t *ack_sample, *alert_sample;
    size_t acks, alerts;
    _Atomic uint64_t refused;
};

struct letter {
    struct offer offer;
    struct letter *next;
    struct run *run;
    int64_t offered_us;
};

static int64_t now_us(void)
{
    struct timespec now;
    must(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static _Noreturn void end(const char *what, const char *why)
{
    (void)fprintf(stderr, "live_bench: %s: %s\n", what, why);
    exit(1);
}

/* ---- what goes in ---- */

static enum status no_reject(void *self, const struct reject *reject)
{
    (void)self;
    (void)reject;
    return STATUS_OK;
}

static void records_read(struct run *run, char **path, int count)
{
    static char bytes[TONGUES_COUNT][WHY_BYTES];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_BYTES),
                                      text_over(bytes[1], WHY_BYTES)};
    struct intake_options options = {
        .home_country = SLICE("86"), .zone_minutes = 480, .home_currency = SLICE("CNY")};
    struct intake *intake;
    const struct record *records;
    size_t got;
    must(intake_create(&intake, &options, (struct reject_sink){no_reject, NULL}, run->boot) ==
         STATUS_OK);
    for (int i = 0; i < count; i++)
        if (intake_add(intake, path[i], why) != STATUS_OK)
            end(path[i], bytes[0]);
    while (intake_next(intake, &records, &got) == STATUS_OK) {
        for (size_t i = 0; i < got; i++) {
            if (run->entries_count == run->entries_room)
                end("records", "too many");
            must(entry_of_record(&records[i], run->entries, &run->entry[run->entries_count++]) ==
                 STATUS_OK);
        }
    }
    intake_destroy(intake);
}

static const struct rule_set *rules_read(struct run *run, char **path, int count)
{
    static struct rule_file file[RULES_FILES_MAX];
    static struct diags diags;
    const struct rule_set *set;
    enum disk_fault fault;
    must(count <= RULES_FILES_MAX);
    for (int i = 0; i < count; i++) {
        file[i].path = slice_of(path[i]);
        if (disk_read_all(path[i], RULE_SOURCE_BYTES_MAX, run->image, &file[i].source, &fault) !=
            STATUS_OK)
            end(path[i], "cannot be read");
    }
    if (rules_check(file, (uint32_t)count, run->image, &diags, &set) != STATUS_OK)
        end("rules", "are wrong");
    return set;
}

/* ---- what is measured ---- */

static void acknowledged(struct offer *offer, enum status status, uint64_t first)
{
    struct letter *letter = (struct letter *)offer;
    struct run *run = letter->run;
    int64_t now = now_us();
    must(status == STATUS_OK);
    for (size_t i = 0; i < offer->count; i++)
        run->acknowledged_us[first + i] = now;
    if (run->acks < SAMPLES_MAX)
        run->ack_sample[run->acks++] = now - letter->offered_us;
    pthread_mutex_lock(&run->lock);
    letter->next = run->letter_free;
    run->letter_free = letter;
    pthread_cond_signal(&run->free);
    pthread_mutex_unlock(&run->lock);
}

static enum status alert_take(void *self, const struct alert *alert)
{
    struct run *run = self;
    int64_t at = run->acknowledged_us[alert->finding->record->position];
    if (run->alerts < SAMPLES_MAX) /* an alert may be quicker than the answer */
        run->alert_sample[run->alerts++] = at == 0 ? 0 : now_us() - at;
    return STATUS_OK;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void percentiles_say(const char *what, int64_t *sample, size_t count)
{
    qsort(sample, count, sizeof *sample, compare);
    if (count > 0)
        printf("%s: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms of %zu\n", what,
               (double)sample[count / 2] / 1e3, (double)sample[count * 99 / 100] / 1e3,
               (double)sample[count * 999 / 1000] / 1e3, (double)sample[count - 1] / 1e3, count);
}

/* ---- the run ---- */

static void live_begin(struct run *run, const char *folder, const struct rule_set *set)
{
    char path[4096];
    struct journal_finding found;
    struct live_options options = {
        .segment_size_max = 256 << 20,
        .commit_wait_us = 1000,
        .commit_bytes_max = 1 << 20,
        .heartbeat_every_ms = 1000,
        .snapshot_every_s = SNAPSHOT_SECONDS,
        .queue_bytes_max = QUEUE,
        .clock = clock_of_machine(),
        .pipeline = {.set = set,
                     .threads = 1,
                     .zone_minutes = 480,
                     .memory_max = (size_t)4 << 30,
                     .alerts = {alert_take, run}},
    };
    (void)snprintf(path, sizeof path, "%s/journal", folder);
    must(volume_of_directory(&options.journal, path, run->boot) == STATUS_OK);
    (void)snprintf(path, sizeof path, "%s/snapshot", folder);
    must(volume_of_directory(&options.snapshots, path, run->boot) == STATUS_OK);
    if (live_open(&run->live, &options, run->boot, NULL, NULL, &found) != STATUS_OK)
        end(folder, "cannot be opened");
}

static struct letter *letter_take(struct run *run)
{
    pthread_mutex_lock(&run->lock);
    while (run->letter_free == NULL)
        pthread_cond_wait(&run->free, &run->lock);
    struct letter *letter = run->letter_free;
    run->letter_free = letter->next;
    pthread_mutex_unlock(&run->lock);
    return letter;
}

static void offer_all(struct run *run, int64_t rate, size_t batch)
{
    int64_t begun = now_us();
    for (size_t at = 0; at < run->entries_count; at += batch) {
        struct letter *letter = letter_take(run);
        size_t count = run->entries_count - at < batch ? run->entries_count - at : batch;
        int64_t due = rate == 0 ? 0 : begun + (int64_t)(at * 1000000 / (size_t)rate);
        while (now_us() < due)
            (void)usleep(100);
        letter->offer =
            (struct offer){.entry = run->entry + at, .count = count, .done = acknowledged};
        letter->offered_us = now_us();
        while (live_offer(run->live, &letter->offer) != STATUS_OK) {
            atomic_fetch_add(&run->refused, 1);
            (void)usleep(500);
        }
    }
}

static void wait_thought(struct run *run, struct live_counts *counts, int64_t begun, int64_t *acked)
{
    *acked = 0;
    do {
        live_count(run->live, counts);
        if (*acked == 0 && counts->synced > run->entries_count)
            *acked = now_us() - begun;
        (void)usleep(500);
    } while (counts->thought <= run->entries_count);
}

static void run_begin(struct run *run, size_t offers)
{
    struct letter *letters;
    must(arena_create(&run->boot, (size_t)8 << 30) == STATUS_OK);
    must(arena_create(&run->image, (size_t)1 << 30) == STATUS_OK);
    must(arena_create(&run->entries, (size_t)16 << 30) == STATUS_OK);
    run->entries_room = 20000000;
    must(pages_take(run->entries_room * sizeof *run->entry, (void **)&run->entry) == STATUS_OK);
    must(pages_take((run->entries_room + 100000) * sizeof(int64_t),
                    (void **)&run->acknowledged_us) == STATUS_OK);
    must(pages_take(SAMPLES_MAX * sizeof(int64_t), (void **)&run->ack_sample) == STATUS_OK);
    must(pages_take(SAMPLES_MAX * sizeof(int64_t), (void **)&run->alert_sample) == STATUS_OK);
    must(ARENA_NEW(run->boot, offers, &letters) == STATUS_OK);
    for (size_t i = 0; i < offers; i++) {
        letters[i].run = run;
        letters[i].next = run->letter_free;
        run->letter_free = &letters[i];
    }
    must(pthread_mutex_init(&run->lock, NULL) == 0);
    must(pthread_cond_init(&run->free, NULL) == 0);
}

static void run_say(struct run *run, const struct live_counts *counts, int64_t acked, int64_t all)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
    double count = (double)run->entries_count;
    printf("%zu records: durable %.0f records/s, thought about %.0f records/s (%.1f s of "
           "processor in all)\n",
           run->entries_count, count * 1e6 / (double)acked, count * 1e6 / (double)all, cpu);
    printf("%llu frames, %llu syncs, %llu refusals, %llu snapshots (%llu failed), longest stop "
           "%.2f ms\n",
           (unsigned long long)counts->frames, (unsigned long long)counts->syncs,
           (unsigned long long)run->refused, (unsigned long long)counts->snapshots,
           (unsigned long long)counts->snapshots_failed, (double)counts->snapshot_stop_us / 1e3);
    percentiles_say("offer to acknowledgement", run->ack_sample, run->acks);
    percentiles_say("acknowledgement to alert", run->alert_sample, run->alerts);
}

int main(int count, char **argument)
{
    static struct run run;
    struct live_counts counts;
    int rules = 5;
    while (rules < count && strcmp(argument[rules], "--") != 0)
        rules++;
    if (rules + 1 >= count) {
        (void)fprintf(stderr, "usage: live_bench FOLDER RATE BATCH OFFERS RECORD_FILE... -- "
                              "RULE_FILE...\n");
        return 2;
    }
    run_begin(&run, strtoull(argument[4], NULL, 10));
    const struct rule_set *set = rules_read(&run, argument + rules + 1, count - rules - 1);
    records_read(&run, argument + 5, rules - 5);
    live_begin(&run, argument[1], set);
    int64_t begun = now_us();
    int64_t acked;
    offer_all(&run, strtoll(argument[2], NULL, 10), strtoull(argument[3], NULL, 10));
    wait_thought(&run, &counts, begun, &acked);
    run_say(&run, &counts, acked, now_us() - begun);
    return live_close(run.live) == STATUS_OK ? 0 : 1;
}
