/* ladders.c -- what a ladder needs of the running service: how far the journal is durable, whether
 * detection has its hands full, and the registry, between two batches. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ladder/ladder.h"
#include "live/live.h"
#include "say.h"
#include "service.h"

#include <pthread.h>

/* Asked by the ladder's one thread. */
static void count(const struct service *service, struct live_counts **out)
{
    static _Thread_local struct live_counts counts; /* large */
    live_count(service->live, &counts);
    *out = &counts;
}

static uint64_t durable(void *self)
{
    struct live_counts *counts;
    count(self, &counts);
    return counts->synced;
}

static bool busy(void *self)
{
    struct live_counts *counts;
    count(self, &counts);
    return counts->synced > counts->thought && counts->synced - counts->thought > LADDER_BEHIND_MAX;
}

struct looking {
    struct question question;
    void (*look)(void *job, const struct registry *registry);
    void *job;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool done;
};

static void look_now(struct question *question, struct pipeline *pipeline)
{
    struct looking *looking = (struct looking *)(void *)question; /* its first member */
    looking->look(looking->job, pipeline->registry);
    (void)pthread_mutex_lock(&looking->lock);
    looking->done = true;
    (void)pthread_cond_signal(&looking->answered);
    (void)pthread_mutex_unlock(&looking->lock);
}

static enum status with_registry(void *self,
                                 void (*look)(void *job, const struct registry *registry),
                                 void *job)
{
    const struct service *service = self;
    struct looking looking = {.question = {.ask = look_now},
                              .look = look,
                              .job = job,
                              .lock = PTHREAD_MUTEX_INITIALIZER,
                              .answered = PTHREAD_COND_INITIALIZER};
    TRY(live_ask(service->live, &looking.question));
    (void)pthread_mutex_lock(&looking.lock);
    while (!looking.done)
        (void)pthread_cond_wait(&looking.answered, &looking.lock);
    (void)pthread_mutex_unlock(&looking.lock);
    return STATUS_OK;
}

enum exit_code ladders_open(struct service *service)
{
    const struct ladder_options options = {.journal = service->journal,
                                           .durable = durable,
                                           .busy = busy,
                                           .registry = with_registry,
                                           .self = service,
                                           .clock = service->clock};
    if (ladder_open(&service->ladder, &options, service->boot) == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(service->command, "records around alerts cannot be read: no memory.",
             "无法读取预警前后的记录：内存不足。");
    return EXIT_FAILED;
}
