/* ladder.c -- one thread that reads, and those who wait for it.
 *
 * Somebody who opens an alert waits for some hundred milliseconds of reading; detection and those
 * who hand in records must not.  So the reading is done by a thread of the lowest rank, one ladder
 * after another, and few may wait: workers are left for other questions.
 *
 * Not chosen:  reading on the worker that asks.  Its rank is everybody's, and ten analysts who open
 *              an alert at once would read ten times beside detection. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ladder/ladder_inside.h"

#include <pthread.h>
#include <sys/resource.h>

enum {
    READER_MEMORY = 3 * JOURNAL_FRAME_BYTES_MAX,
    CHUNK_MEMORY = 2 * JOURNAL_FRAME_BYTES_MAX,
    LADDER_NICE = 10,
};

struct job {
    const struct ladder_wish *wish;
    struct arena *request;
    struct ladder_view *view;
    enum status status;
    bool done;
    struct job *next;
};

struct ladder {
    struct ladder_options options;
    struct arena *reader_memory, *chunk;
    pthread_mutex_t lock;
    pthread_cond_t some, ended;
    struct job *first, *last;
    unsigned waiting;
    bool closing, runs;
    pthread_t thread;
};

const char *ladder_cut_name(enum ladder_cut cut)
{
    static const char *const NAMES[] = {
#define CUT(name, meaning) #name,
#include "cuts.inc"
#undef CUT
    };
    return NAMES[cut];
}

static enum status around(struct gather *gather)
{
    TRY(parties_seek(gather));
    TRY(gather_around(gather));
    return parties_settle(gather);
}

static enum status job_do(struct ladder *ladder, const struct job *job)
{
    struct gather *gather = NULL;
    struct journal_reader *reader = NULL;
    arena_reset(ladder->chunk);
    arena_reset(ladder->reader_memory);
    TRY(ARENA_NEW(job->request, 1, &gather));
    *gather = (struct gather){
        .options = &ladder->options,
        .wish = job->wish,
        .request = job->request,
        .chunk = ladder->chunk,
        .reader_memory = ladder->reader_memory,
        .view = job->view,
        .durable = ladder->options.durable(ladder->options.self),
        .begun_ms = ladder->options.clock.ticks_ms(ladder->options.clock.self),
    };
    gather->reader = &reader;
    enum status status = gather_own(gather);
    if (status == STATUS_OK && !job->wish->own_only)
        status = around(gather);
    journal_reader_close(reader);
    return status;
}

static struct job *job_next(struct ladder *ladder)
{
    (void)pthread_mutex_lock(&ladder->lock);
    while (ladder->first == NULL && !ladder->closing)
        (void)pthread_cond_wait(&ladder->some, &ladder->lock);
    struct job *job = ladder->first;
    if (job != NULL) {
        ladder->first = job->next;
        if (ladder->first == NULL)
            ladder->last = NULL;
    }
    (void)pthread_mutex_unlock(&ladder->lock);
    return job;
}

static void *ladder_run(void *self)
{
    struct ladder *ladder = self;
    int of_process = getpriority(PRIO_PROCESS, 0);
    (void)setpriority(PRIO_PROCESS, 0, of_process + LADDER_NICE); /* of this thread, on Linux */
    for (struct job *job = job_next(ladder); job != NULL; job = job_next(ladder)) {
        enum status status = job_do(ladder, job);
        (void)pthread_mutex_lock(&ladder->lock);
        job->status = status;
        job->done = true;
        ladder->waiting--;
        (void)pthread_cond_broadcast(&ladder->ended);
        (void)pthread_mutex_unlock(&ladder->lock);
    }
    return NULL;
}

enum status ladder_open(struct ladder **out, const struct ladder_options *options,
                        struct arena *boot)
{
    struct ladder *ladder = NULL;
    TRY(ARENA_NEW(boot, 1, &ladder));
    ladder->options = *options;
    TRY(arena_create(&ladder->reader_memory, READER_MEMORY));
    enum status status = arena_create(&ladder->chunk, CHUNK_MEMORY);
    if (status == STATUS_OK) {
        (void)pthread_mutex_init(&ladder->lock, NULL);
        (void)pthread_cond_init(&ladder->some, NULL);
        (void)pthread_cond_init(&ladder->ended, NULL);
        ladder->runs = pthread_create(&ladder->thread, NULL, ladder_run, ladder) == 0;
        *out = ladder;
    }
    if (status != STATUS_OK || !ladder->runs) {
        arena_destroy(ladder->reader_memory);
        if (status == STATUS_OK)
            arena_destroy(ladder->chunk);
        return STATUS_FULL;
    }
    return STATUS_OK;
}

void ladder_close(struct ladder *ladder)
{
    if (ladder == NULL)
        return;
    (void)pthread_mutex_lock(&ladder->lock);
    ladder->closing = true;
    (void)pthread_cond_broadcast(&ladder->some);
    (void)pthread_mutex_unlock(&ladder->lock);
    (void)pthread_join(ladder->thread, NULL);
    arena_destroy(ladder->reader_memory);
    arena_destroy(ladder->chunk);
}

enum status ladder_read(struct ladder *ladder, const struct ladder_wish *wish,
                        struct arena *request, struct ladder_view *out)
{
    must(wish->positions_count >= 1 && wish->positions_count <= POSITIONS_MAX);
    struct job job = {.wish = wish, .request = request, .view = out};
    *out = (struct ladder_view){
        .trigger = wish->position[0], .from = MOMENT_NONE, .until = MOMENT_NONE};
    (void)pthread_mutex_lock(&ladder->lock);
    enum status status = ladder->closing                        ? STATUS_LATE
                         : ladder->waiting > LADDER_WAITING_MAX ? STATUS_FULL
                                                                : STATUS_OK;
    if (status == STATUS_OK) {
        ladder->waiting++;
        if (ladder->last == NULL)
            ladder->first = &job;
        else
            ladder->last->next = &job;
        ladder->last = &job;
        (void)pthread_cond_signal(&ladder->some);
        while (!job.done)
            (void)pthread_cond_wait(&ladder->ended, &ladder->lock);
        status = job.status;
    }
    (void)pthread_mutex_unlock(&ladder->lock);
    return status;
}
