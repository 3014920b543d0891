/* crew.c -- a barrier before the work and a barrier behind it.
 *
 * Invariants:  1. Between two barriers a worker writes only what is its own (engine_inside.h).
 *              2. What was written before a barrier is seen by all behind it.
 * Not chosen:  a queue of tasks.  The parts of a batch are a few microseconds long. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/crew.h"

#include "ground/arena.h"
#include <pthread.h>

struct crew {
    pthread_mutex_t gate; /* shut while the threads are started */
    bool complete;
    pthread_barrier_t begin;
    pthread_barrier_t end;
    void (*work)(struct worker *worker); /* NULL: go home */
    unsigned threads_count;              /* besides the caller's */
    pthread_t thread[THREADS_MAX];
};

static void *crew_live(void *argument)
{
    struct worker *worker = argument;
    struct crew *crew = worker->engine->crew;
    pthread_mutex_lock(&crew->gate);
    bool complete = crew->complete;
    pthread_mutex_unlock(&crew->gate);
    while (complete) {
        pthread_barrier_wait(&crew->begin);
        if (crew->work == NULL)
            return NULL;
        crew->work(worker);
        pthread_barrier_wait(&crew->end);
    }
    return NULL;
}

static void crew_release(struct crew *crew)
{
    pthread_barrier_destroy(&crew->begin);
    pthread_barrier_destroy(&crew->end);
    pthread_mutex_destroy(&crew->gate);
}

static enum status crew_init(struct crew *crew, unsigned count)
{
    if (pthread_mutex_init(&crew->gate, NULL) != 0)
        return STATUS_FULL;
    if (pthread_barrier_init(&crew->begin, NULL, count) != 0) {
        pthread_mutex_destroy(&crew->gate);
        return STATUS_FULL;
    }
    if (pthread_barrier_init(&crew->end, NULL, count) != 0) {
        pthread_barrier_destroy(&crew->begin);
        pthread_mutex_destroy(&crew->gate);
        return STATUS_FULL;
    }
    return STATUS_OK;
}

/* The gate is shut until all have come: if one cannot, the others go home through it. */
enum status crew_create(struct engine *engine, struct arena *boot)
{
    if (engine->threads == 1)
        return STATUS_OK;
    struct crew *crew;
    TRY(ARENA_NEW(boot, 1, &crew));
    TRY(crew_init(crew, engine->threads));
    engine->crew = crew;
    pthread_mutex_lock(&crew->gate);
    while (crew->threads_count + 1 < engine->threads) {
        unsigned i = crew->threads_count;
        if (pthread_create(&crew->thread[i], NULL, crew_live, &engine->worker[i + 1]) != 0)
            break;
        crew->threads_count++;
    }
    crew->complete = crew->threads_count + 1 == engine->threads;
    pthread_mutex_unlock(&crew->gate);
    if (crew->complete)
        return STATUS_OK;
    for (unsigned i = 0; i < crew->threads_count; i++)
        pthread_join(crew->thread[i], NULL);
    crew_release(crew);
    engine->crew = NULL;
    return STATUS_FULL;
}

void crew_destroy(struct engine *engine)
{
    struct crew *crew = engine->crew;
    if (crew == NULL)
        return;
    crew->work = NULL;
    pthread_barrier_wait(&crew->begin);
    for (unsigned i = 0; i < crew->threads_count; i++)
        pthread_join(crew->thread[i], NULL);
    crew_release(crew);
    engine->crew = NULL;
}

void crew_do(struct engine *engine, void (*work)(struct worker *worker))
{
    struct crew *crew = engine->crew;
    if (crew == NULL) {
        work(&engine->worker[0]);
        return;
    }
    crew->work = work;
    pthread_barrier_wait(&crew->begin);
    work(&engine->worker[0]);
    pthread_barrier_wait(&crew->end);
}
