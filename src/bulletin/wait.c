/* wait.c -- the room's one lock, and waiting under it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

#include <time.h>

void bulletin_lock(struct bulletin *bulletin)
{
    int code = pthread_mutex_lock(&bulletin->lock);
    must(code == 0);
}

void bulletin_unlock(struct bulletin *bulletin)
{
    int code = pthread_mutex_unlock(&bulletin->lock);
    must(code == 0);
}

void bulletin_pause(struct bulletin *bulletin, pthread_cond_t *cond, int64_t patience_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until); /* only how long to sleep, never what is told */
    until.tv_sec += patience_ms / SECOND_MS;
    until.tv_nsec += patience_ms % SECOND_MS * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    (void)pthread_cond_timedwait(cond, &bulletin->lock, &until);
}
