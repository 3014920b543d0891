/* bulk.c -- where large bodies are read: threads that give way to those that speak HTTP.
 *
 * A body of a thousand records takes milliseconds to read.  On a server's thread all its other
 * connections would wait for that, and a question whether a call may go on stood behind three
 * hundred of them.  Here it costs the question a wake-up at most. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

#include <sys/resource.h>

enum { BULK_NICE = 5 }; /* a third of the processor where a thread of HTTP wants all of it */

void visit_bulk(struct visit *visit, void (*go)(struct visit *visit), void *bulk)
{
    struct bulk *line = &visit->api->bulk;
    visit->go = go;
    visit->bulk = bulk;
    visit->next = NULL;
    visit->later = true;
    (void)pthread_mutex_lock(&line->lock);
    if (line->last == NULL)
        line->first = visit;
    else
        line->last->next = visit;
    line->last = visit;
    (void)pthread_cond_signal(&line->some);
    (void)pthread_mutex_unlock(&line->lock);
}

/* NULL: it is closing, and nothing waits. */
static struct visit *bulk_next(struct bulk *bulk)
{
    (void)pthread_mutex_lock(&bulk->lock);
    while (bulk->first == NULL && !bulk->closing)
        (void)pthread_cond_wait(&bulk->some, &bulk->lock);
    struct visit *visit = bulk->first;
    if (visit != NULL) {
        bulk->first = visit->next;
        if (bulk->first == NULL)
            bulk->last = NULL;
    }
    (void)pthread_mutex_unlock(&bulk->lock);
    return visit;
}

static void *bulk_run(void *self)
{
    int of_process = getpriority(PRIO_PROCESS, 0);
    (void)setpriority(PRIO_PROCESS, 0, of_process + BULK_NICE); /* of this thread alone, on Linux */
    for (struct visit *visit = bulk_next(self); visit != NULL; visit = bulk_next(self))
        visit->go(visit);
    return NULL;
}

enum status bulk_start(struct bulk *bulk, unsigned threads)
{
    (void)pthread_mutex_init(&bulk->lock, NULL);
    (void)pthread_cond_init(&bulk->some, NULL);
    for (; bulk->threads_count < (threads == 0 ? 1 : threads); bulk->threads_count++)
        if (pthread_create(&bulk->thread[bulk->threads_count], NULL, bulk_run, bulk) != 0)
            return STATUS_FULL;
    return STATUS_OK;
}

void bulk_stop(struct bulk *bulk)
{
    if (bulk->threads_count == 0)
        return;
    (void)pthread_mutex_lock(&bulk->lock);
    bulk->closing = true;
    (void)pthread_cond_broadcast(&bulk->some);
    (void)pthread_mutex_unlock(&bulk->lock);
    for (unsigned i = 0; i < bulk->threads_count; i++)
        (void)pthread_join(bulk->thread[i], NULL);
    bulk->threads_count = 0;
}
