/* kill.c -- a service on a real disk, killed again and again under load.
 *
 *   usage: kill FOLDER CYCLES SEED [SHARE]
 *
 *   victim    recovers, says in shared memory where it is and what it remembers, takes load from
 *             three threads, notes each acknowledgement in shared memory, makes snapshots; dies
 *   killer    kills it at a random moment; reads the journal with a pipeline of its own that was
 *             never interrupted, and compares
 *
 * After every kill:
 *
 * 1. Each acknowledged entry stands in the journal where it was said to, once; whatever else stands
 *    there was offered, and once.
 * 2. What the victim remembers after its recovery is what the killer's pipeline remembers.
 * 3. In the end the alerts that the victims wrote down, by their ids, are the killer's.
 *
 * Kills only count for something while something is being written: below SHARE percent (80) of them
 * inside a call to the disk, it fails. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/chance.h"
#include "ground/disk.h"
#include "live/live.h"
#include "test/live/stream.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    THREADS = 3,
    TAIL_MAX = 3000,
    OFFER_MAX = 8,
    ACKS_MAX = 1 << 14,
    ARENA = 1 << 30,
    FRAME = 1 << 16,
    QUEUE = 1 << 20,
    SEGMENT = 1 << 20,
    MEMORY = 256 << 20,
    LINES = 1 << 20,
    LIFE_US_MIN = 4000,
    LIFE_US_MAX = 30000,
    AIM_TRIES_MAX = 1000,
    AIM_SPINS_MAX = 200000,
    START_SECONDS_MAX = 60,
    SHARE = 80,
};

enum phase { PHASE_STARTING, PHASE_READY, PHASE_GO };

struct ack {
    uint32_t thread, count;
    uint64_t n, first;
};

/* What victim and killer both see. */
struct shared {
    _Atomic int phase;
    _Atomic int writing; /* calls to the disk that are on their way */
    _Atomic uint64_t acks_count;
    uint64_t next, snapshot_position, snapshots;
    struct digest state;
    uint64_t offer_next[THREADS]; /* where each thread goes on: the killer's, from the journal */
    struct ack ack[ACKS_MAX];
};

struct play {
    const char *folder;
    struct shared *shared;
    struct arena *image, *boot, *scratch, *alerts;
    const struct rule_set *set;
    struct volume journal, snapshots;
    struct pipeline pipeline; /* the killer's */
    struct tally tally;
    uint64_t seed, below; /* the killer has thought about everything below */
    uint64_t inside, recoveries, entries;
};

#define CHECK(claim) ((claim) ? (void)0 : check_failed(#claim, __LINE__))

static _Noreturn void check_failed(const char *claim, int line)
{
    (void)fprintf(stderr, "kill: line %d: not so: %s\n", line, claim);
    exit(1);
}

static enum status digest_take(void *self, struct slice bytes)
{
    struct digest *digest = self;
    struct slice slices[] = {{(const char *)digest->bytes, DIGEST_SIZE}, bytes};
    *digest = digest_of(slices, 2);
    return STATUS_OK;
}

static struct digest state_of(const struct pipeline *pipeline)
{
    struct digest digest = {{0}};
    CHECK(pipeline_export(pipeline, (struct dump_sink){digest_take, &digest}) == STATUS_OK);
    return digest;
}

static struct volume volume_at(struct play *play, const char *name, struct arena *arena)
{
    char path[4096];
    struct volume volume;
    (void)snprintf(path, sizeof path, "%s/%s", play->folder, name);
    CHECK(volume_of_directory(&volume, path, arena) == STATUS_OK);
    return volume;
}

/* ---- the disk, watched ---- */

static struct volume disk; /* the victim's journal */
static struct shared *watched;

static enum status watched_write(void *self, struct volume_file file, int64_t offset,
                                 const void *from, size_t size)
{
    atomic_fetch_add(&watched->writing, 1);
    enum status status = disk.write(self, file, offset, from, size);
    atomic_fetch_sub(&watched->writing, 1);
    return status;
}

static enum status watched_sync(void *self, struct volume_file file)
{
    atomic_fetch_add(&watched->writing, 1);
    enum status status = disk.sync(self, file);
    atomic_fetch_sub(&watched->writing, 1);
    return status;
}

/* ---- the victim ---- */

struct sender;

struct letter {
    struct offer offer;
    struct sender *sender;
    struct slice entry[OFFER_MAX];
    struct arena *arena;
    uint64_t n;
    bool waits;
};

/* Two letters are on their way at any time, so that the disk does not wait for the sender. */
struct sender {
    struct letter letter[2];
    struct live *live;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    uint32_t thread;
};

/* Entry (thread, n) is record n of the thread's own stream; or a note that says so, for each
 * eleventh, and instead of rows of registers, which two threads may both say. */
static struct slice entry_of(uint32_t thread, uint64_t n, struct arena *arena)
{
    struct slice entry;
    char note[80];
    struct record record = stream_record(thread + 1, n, arena);
    if (n % 11 == 10 || kind_schema(record.kind)->group != GROUP_EVENT) {
        (void)snprintf(note, sizeof note, "{\"thread\":%u,\"n\":%llu}", thread,
                       (unsigned long long)n);
        CHECK(entry_of_json(ENTRY_TAIL, slice_of(note), arena, &entry) == STATUS_OK);
        return entry;
    }
    CHECK(entry_of_record(&record, arena, &entry) == STATUS_OK);
    return entry;
}

static void answered(struct offer *offer, enum status status, uint64_t first)
{
    struct letter *letter = (struct letter *)offer;
    struct sender *sender = letter->sender;
    CHECK(status == STATUS_OK);
    uint64_t i = atomic_load(&watched->acks_count); /* one thread answers */
    CHECK(i < ACKS_MAX);
    watched->ack[i] = (struct ack){sender->thread, (uint32_t)offer->count, letter->n, first};
    atomic_store(&watched->acks_count, i + 1);
    pthread_mutex_lock(&sender->lock);
    letter->waits = false;
    pthread_cond_signal(&sender->answered);
    pthread_mutex_unlock(&sender->lock);
}

static void letter_send(struct sender *sender, struct letter *letter, uint64_t n)
{
    arena_reset(letter->arena);
    letter->n = n;
    letter->offer =
        (struct offer){.entry = letter->entry, .count = 1 + n % OFFER_MAX, .done = answered};
    for (size_t i = 0; i < letter->offer.count; i++)
        letter->entry[i] = entry_of(sender->thread, n + i, letter->arena);
    letter->waits = true;
    CHECK(live_offer(sender->live, &letter->offer) == STATUS_OK);
}

static void letter_await(struct sender *sender, const struct letter *letter)
{
    pthread_mutex_lock(&sender->lock);
    while (letter->waits)
        pthread_cond_wait(&sender->answered, &sender->lock);
    pthread_mutex_unlock(&sender->lock);
}

static void *send_for_ever(void *argument)
{
    struct sender *sender = argument;
    uint64_t n = watched->offer_next[sender->thread];
    for (unsigned turn = 0;; turn ^= 1) {
        struct letter *letter = &sender->letter[turn];
        letter_await(sender, letter);
        letter_send(sender, letter, n);
        n += letter->offer.count;
        if (sender->thread == 0 && n % 29 == 0) /* or one is being made */
            (void)!(live_snapshot(sender->live) == STATUS_OK);
    }
    return NULL;
}

static void sender_begin(struct sender *sender, struct live *live, uint32_t thread)
{
    pthread_t started;
    sender->live = live;
    sender->thread = thread;
    for (unsigned i = 0; i < 2; i++) {
        sender->letter[i].sender = sender;
        CHECK(arena_create(&sender->letter[i].arena, ARENA) == STATUS_OK);
    }
    CHECK(pthread_mutex_init(&sender->lock, NULL) == 0);
    CHECK(pthread_cond_init(&sender->answered, NULL) == 0);
    CHECK(pthread_create(&started, NULL, send_for_ever, sender) == 0);
}

/* The keeper of alerts: each is in the file before `reached` returns. */
struct keeper {
    struct tally tally;
    int file;
};

static void reached(void *self, uint64_t position)
{
    struct keeper *keeper = self;
    (void)position;
    for (size_t i = 0; i < keeper->tally.count; i++) {
        struct slice line = keeper->tally.line[i];
        char whole[4096];
        int size = snprintf(whole, sizeof whole, "\n%.*s", (int)line.size, line.at);
        CHECK(write(keeper->file, whole, (size_t)size) == size);
    }
    keeper->tally.count = 0;
}

static void failed(void *self, enum live_failure failure, enum status status)
{
    (void)self;
    (void)fprintf(stderr, "kill: the victim failed: %s (%s)\n",
                  live_failure_says(failure, TONGUE_EN), status_name(status));
    _exit(3);
}

struct asked {
    struct question question;
    _Atomic bool answered;
};

static void state_ask(struct question *question, struct pipeline *pipeline)
{
    watched->state = state_of(pipeline);
    atomic_store(&((struct asked *)question)->answered, true);
}

/* On a slow machine every child is killed before it is done; then a victim begins with one, so that
 * what there is to think about again stays short. */
static void snapshot_if_late(struct live *live)
{
    struct live_counts counts;
    live_count(live, &counts);
    if (counts.next - counts.snapshot_position < TAIL_MAX)
        return;
    CHECK(live_snapshot(live) == STATUS_OK);
    while (counts.snapshots + counts.snapshots_failed == 0) {
        (void)usleep(500);
        live_count(live, &counts);
    }
}

static void say_where(struct live *live)
{
    struct asked asked = {.question = {.ask = state_ask}};
    struct live_counts counts;
    snapshot_if_late(live);
    CHECK(live_ask(live, &asked.question) == STATUS_OK);
    while (!atomic_load(&asked.answered))
        (void)usleep(50);
    live_count(live, &counts);
    watched->next = counts.next;
    watched->snapshot_position = counts.snapshot_position;
    atomic_store(&watched->phase, PHASE_READY);
    while (atomic_load(&watched->phase) != PHASE_GO)
        (void)usleep(50);
}

static _Noreturn void victim(struct play *play)
{
    static struct keeper keeper;
    static struct sender sender[THREADS];
    struct arena *boot;
    struct live *live;
    struct journal_finding found = {.what = NULL};
    char path[4096];
    CHECK(arena_create(&boot, ARENA) == STATUS_OK);
    tally_init(&keeper.tally, LINES, boot);
    (void)snprintf(path, sizeof path, "%s/alerts", play->folder);
    keeper.file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    disk = volume_at(play, "journal", boot);
    struct live_options options = {
        .journal = disk,
        .snapshots = volume_at(play, "snapshot", boot),
        .segment_size_max = SEGMENT,
        .frame_size_max = FRAME,
        .commit_bytes_max = FRAME,
        .queue_bytes_max = QUEUE,
        .clock = clock_of_machine(),
        .pipeline = {.set = play->set,
                     .threads = 1,
                     .zone_minutes = 480,
                     .memory_max = MEMORY,
                     .alerts = tally_sink(&keeper.tally)},
        .listener = {.reached = reached, .self = &keeper},
        .failed = failed,
    };
    options.journal.write = watched_write;
    options.journal.sync = watched_sync;
    enum status status = live_open(&live, &options, boot, NULL, NULL, &found);
    if (status != STATUS_OK) {
        (void)fprintf(stderr, "kill: no start: %s %lld: %s\n", found.file, (long long)found.offset,
                      found.what == NULL ? status_name(status) : found.what);
        _exit(2);
    }
    say_where(live);
    for (uint32_t i = 0; i < THREADS; i++)
        sender_begin(&sender[i], live, i);
    for (;;)
        (void)pause();
}

/* ---- the killer ---- */

/* Whose entry it is: the one that some thread offers next. */
static uint32_t owner_of(struct play *play, struct slice bytes)
{
    for (uint32_t t = 0; t < THREADS; t++)
        if (slice_equal(bytes, entry_of(t, play->shared->offer_next[t], play->scratch)))
            return t;
    return THREADS;
}

static void entry_think(struct play *play, uint64_t sequence, struct slice bytes)
{
    struct entry entry;
    struct record record;
    CHECK(entry_read(bytes, &entry) == STATUS_OK);
    if (entry.type != ENTRY_RECORD)
        return;
    CHECK(entry_record(&entry, sequence, play->scratch, &record) == STATUS_OK);
    CHECK(pipeline_take(&play->pipeline, &record, 1) == STATUS_OK);
}

static bool ack_holds(const struct play *play, const struct ack *ack, uint32_t owner, uint64_t n,
                      uint64_t sequence)
{
    (void)play;
    return sequence < ack->first || sequence >= ack->first + ack->count ||
           (owner == ack->thread && n == ack->n + (sequence - ack->first));
}

/* Reads what is new in the journal: every entry is the next one of some thread, so none is missing
 * and none is there twice; acknowledged ones are where they were said to be. */
static void journal_read_on(struct play *play)
{
    struct journal_reader *reader;
    struct journal_finding found;
    struct arena *arena;
    struct shared *shared = play->shared;
    uint64_t acks = atomic_load(&shared->acks_count);
    CHECK(arena_create(&arena, ARENA) == STATUS_OK);
    CHECK(journal_reader_open(&reader, play->journal, play->below, arena, &found) == STATUS_OK);
    uint64_t sequence;
    struct slice bytes;
    while (play->below < shared->next && journal_read(reader, &sequence, &bytes) == STATUS_OK) {
        arena_reset(play->scratch);
        CHECK(sequence == play->below);
        uint32_t owner = owner_of(play, bytes);
        CHECK(owner < THREADS);
        uint64_t n = shared->offer_next[owner]++;
        for (uint64_t i = 0; i < acks; i++)
            CHECK(ack_holds(play, &shared->ack[i], owner, n, sequence));
        entry_think(play, sequence, bytes);
        play->below++;
        play->entries++;
    }
    CHECK(play->below == shared->next);
    for (uint64_t i = 0; i < acks; i++)
        CHECK(shared->ack[i].first + shared->ack[i].count <= play->below);
    journal_reader_close(reader);
    arena_destroy(arena);
}

static void wait_for(struct play *play, pid_t pid)
{
    int how;
    for (unsigned i = 0; atomic_load(&play->shared->phase) != PHASE_READY; i++) {
        CHECK(i < START_SECONDS_MAX * 10000u);
        CHECK(waitpid(pid, &how, WNOHANG) == 0);
        (void)usleep(100);
    }
}

/* A victim that recovers and agrees; not killed yet. */
static pid_t victim_begin(struct play *play)
{
    struct shared *shared = play->shared;
    atomic_store(&shared->phase, PHASE_STARTING);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        victim(play);
    wait_for(play, pid);
    journal_read_on(play);
    struct digest state = state_of(&play->pipeline);
    CHECK(memcmp(state.bytes, shared->state.bytes, DIGEST_SIZE) == 0);
    play->recoveries += shared->snapshot_position > 0;
    return pid;
}

static void victim_end(pid_t pid)
{
    int how;
    CHECK(kill(pid, SIGKILL) == 0);
    CHECK(waitpid(pid, &how, 0) == pid);
    CHECK(WIFSIGNALED(how));
}

/* On a busy machine the victim mostly waits for a processor: three of four kills are aimed at a
 * call to the disk, and come at a random moment behind its beginning. */
static void moment_wait(const struct play *play, struct chance *chance)
{
    (void)usleep((useconds_t)(LIFE_US_MIN + chance_below(chance, LIFE_US_MAX - LIFE_US_MIN)));
    if (chance_below(chance, 4) == 0)
        return;
    for (unsigned i = 0; atomic_load(&play->shared->writing) == 0 && i < AIM_TRIES_MAX; i++)
        (void)usleep(20);
    uint64_t spins = chance_below(chance, AIM_SPINS_MAX);
    for (volatile uint64_t i = 0; i < spins; i++)
        ;
}

static void cycle(struct play *play, struct chance *chance)
{
    struct shared *shared = play->shared;
    pid_t pid = victim_begin(play);
    atomic_store(&shared->acks_count, 0);
    atomic_store(&shared->writing, 0);
    atomic_store(&shared->phase, PHASE_GO);
    moment_wait(play, chance);
    victim_end(pid);
    play->inside += atomic_load(&shared->writing) > 0;
}

/* The lines that victims wrote, but for one that a kill cut short. */
static void alerts_read(struct play *play, struct tally *tally)
{
    char path[4096];
    struct slice all;
    enum disk_fault fault;
    (void)snprintf(path, sizeof path, "%s/alerts", play->folder);
    CHECK(disk_read_all(path, 512 << 20, play->alerts, &all, &fault) == STATUS_OK);
    tally_init(tally, LINES, play->alerts);
    while (all.size > 0) {
        const char *end = memchr(all.at, '\n', all.size);
        struct slice line = {all.at, end == NULL ? all.size : (size_t)(end - all.at)};
        all.at += line.size + (end != NULL);
        all.size -= line.size + (end != NULL);
        CHECK(tally->count < LINES);
        if (line.size > 0)
            tally->line[tally->count++] = line;
    }
    tally_settle(tally);
    size_t kept = 0;
    for (size_t i = 0; i < tally->count; i++)
        if (i + 1 == tally->count || !slice_starts(tally->line[i + 1], tally->line[i]))
            tally->line[kept++] = tally->line[i];
    tally->count = kept;
}

static void play_begin(struct play *play)
{
    CHECK(arena_create(&play->image, ARENA) == STATUS_OK);
    CHECK(arena_create(&play->boot, ARENA) == STATUS_OK);
    CHECK(arena_create(&play->scratch, ARENA) == STATUS_OK);
    CHECK(arena_create(&play->alerts, (size_t)4 << 30) == STATUS_OK);
    play->shared =
        mmap(NULL, sizeof *play->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(play->shared != MAP_FAILED);
    watched = play->shared;
    play->set = stream_rule_set(STREAM_RULES, play->image);
    play->journal = volume_at(play, "journal", play->boot);
    tally_init(&play->tally, LINES, play->alerts);
    struct pipeline_options options = {.set = play->set,
                                       .threads = 1,
                                       .zone_minutes = 480,
                                       .memory_max = MEMORY,
                                       .alerts = tally_sink(&play->tally)};
    CHECK(pipeline_open(&play->pipeline, &options, play->boot) == STATUS_OK);
    play->below = 1;
}

int main(int count, char **argument)
{
    static struct play play;
    struct tally victims;
    if (count < 4) {
        (void)fprintf(stderr, "usage: kill FOLDER CYCLES SEED [SHARE]\n");
        return 2;
    }
    play.folder = argument[1];
    uint64_t cycles = strtoull(argument[2], NULL, 10);
    play.seed = strtoull(argument[3], NULL, 10);
    uint64_t share = count > 4 ? strtoull(argument[4], NULL, 10) : SHARE;
    struct chance chance = chance_seeded(play.seed);
    play_begin(&play);
    for (uint64_t i = 0; i < cycles; i++) {
        cycle(&play, &chance);
        if (i % 1000 == 999)
            (void)fprintf(stderr, "%llu\n", (unsigned long long)i + 1);
    }
    victim_end(victim_begin(&play)); /* one that offers nothing: everything is thought about */
    alerts_read(&play, &victims);
    size_t made = play.tally.count;
    tally_settle(&play.tally);
    CHECK(made == play.tally.count); /* no alert twice */
    CHECK(tally_equal(&play.tally, &victims));
    printf("%llu kills, %llu inside a write (%llu %%), %llu recoveries from a snapshot, %llu "
           "entries, %zu alerts: none lost, none doubled\n",
           (unsigned long long)cycles, (unsigned long long)play.inside,
           (unsigned long long)(100 * play.inside / cycles), (unsigned long long)play.recoveries,
           (unsigned long long)play.entries, made);
    pipeline_close(&play.pipeline);
    return 100 * play.inside >= share * cycles ? 0 : 1;
}
