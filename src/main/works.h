/* works.h -- alerts become work, on the thread that fires clocks. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/lead/lead.h"
#include "service.h"

struct tasks;

enum { TASKS_MIGRATIONS_COUNT = 1 };
extern const struct store_migration TASKS_MIGRATIONS[TASKS_MIGRATIONS_COUNT];

enum status tasks_open(struct tasks **out, struct service *service, struct lead *lead,
                       struct text *why);
/* One batch; whether there may be more. */
bool tasks_turn(struct tasks *tasks);
void tasks_close(struct tasks *tasks);
