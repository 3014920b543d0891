/* memory_bench.c -- how fast what is remembered is written down, and read again.
 *
 *     memory_bench [RECORDS [PEOPLE]]
 *
 * Records drawn by lot go through a pipeline of a few rules; then its memory is written to nowhere,
 * by a forked child too, and read into another pipeline.  Events are counted once for each entity
 * that remembers them.  Times are of the wall, but for the last, which is the parent's stop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/small.h"

#include "ground/clock.h"
#include <sys/wait.h>
#include <unistd.h>

enum { BATCH = 4096, LINE_SIZE = 192 };

static const size_t MEMORY = (size_t)4 << 30;

struct shelf {
    char *bytes;
    size_t size, size_max;
};

static enum status shelf_take(void *self, struct slice piece)
{
    struct shelf *shelf = self;
    if (piece.size > shelf->size_max - shelf->size)
        return STATUS_FULL;
    memcpy(shelf->bytes + shelf->size, piece.at, piece.size);
    shelf->size += piece.size;
    return STATUS_OK;
}

static enum status fill(struct small *small, uint64_t records, unsigned people)
{
    struct small_town town = {people, 40000ull * 30 / people};
    struct chance chance = chance_seeded(1);
    static struct record record[BATCH];
    static char line[BATCH][LINE_SIZE];
    for (uint64_t at = 0; at < records; at += BATCH) {
        arena_reset(small->stage.records);
        for (uint32_t i = 0; i < BATCH; i++) {
            small_line(&town, &chance, at + i, line[i], LINE_SIZE);
            record[i] = *told_record(&small->stage, slice_of(line[i]));
        }
        TRY(pipeline_take(&small->pipeline, record, BATCH));
    }
    return STATUS_OK;
}

static void say(const char *what, uint64_t events, int64_t from_ms, int64_t to_ms)
{
    double seconds = (double)(to_ms - from_ms) / 1e3;
    printf("%-28s %8.3f s   %6.2f M events/s\n", what, seconds,
           seconds > 0 ? (double)events / seconds / 1e6 : 0);
}

static enum status measure(uint64_t records, unsigned people)
{
    static struct small small, other;
    struct clock clock = clock_of_machine();
    struct pipeline_counts counts;
    struct shelf shelf = {.size_max = (size_t)2 << 30};
    TRY(pages_take(shelf.size_max, (void **)&shelf.bytes));
    TRY(small_open(&small, slice_of(SMALL_RULES), 1, MEMORY));
    TRY(fill(&small, records, people));
    pipeline_count(&small.pipeline, &counts);
    uint64_t events = counts.engine.events;
    printf("%llu records, %llu entities, %llu events, %llu MB in memory\n",
           (unsigned long long)counts.engine.records, (unsigned long long)counts.engine.entities,
           (unsigned long long)events, (unsigned long long)counts.engine.bytes >> 20);
    int64_t begun = clock.ticks_ms(clock.self);
    TRY(pipeline_export(&small.pipeline, (struct dump_sink){shelf_take, &shelf}));
    int64_t written = clock.ticks_ms(clock.self);
    say("written", events, begun, written);
    printf("%zu MB, %.1f bytes an event\n", shelf.size >> 20, (double)shelf.size / (double)events);
    TRY(small_open(&other, slice_of(SMALL_RULES), 2, MEMORY));
    struct slice bytes = {shelf.bytes, shelf.size};
    begun = clock.ticks_ms(clock.self);
    TRY(pipeline_import(&other.pipeline, undump_over(&bytes), PIPELINE_ALL, NULL));
    say("read, into two shards", events, begun, clock.ticks_ms(clock.self));
    begun = clock.ticks_ms(clock.self);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    int64_t forked = clock.ticks_ms(clock.self);
    (void)waitpid(child, NULL, 0);
    printf("%-28s %8lld ms\n", "the stop for a fork", (long long)(forked - begun));
    small_close(&other);
    small_close(&small);
    return STATUS_OK;
}

int main(int argc, char **argv)
{
    uint64_t records = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000;
    unsigned people = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 100000;
    enum status status = measure(records, people);
    if (status != STATUS_OK)
        (void)fprintf(stderr, "memory_bench: %s\n", status_meaning(status));
    return status == STATUS_OK ? 0 : 1;
}
