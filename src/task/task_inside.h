/* task_inside.h -- what the files of this room share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "task/task.h"

#include <pthread.h>

struct task_desk {
    struct task_options options;
    struct store *reader; /* of the thread */
    struct arena *scratch;
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock;
    pthread_cond_t some;
    bool closing;
};

moment task_now(const struct task_desk *desk);
